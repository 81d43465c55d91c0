"""Tables and views of assessments: agreement of assessors, and conversion to a published rating scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spacedialog.model.fields import status_text
from spacedialog.model.rows.assessment import Agreement, AgreementRow, AverageRow, Crosswalk, CrosswalkRow
from spacedialog.model.rows.record import Coverage
from spacedialog.presentation.phrases import WHOLE, counted
from spacedialog.presentation.tables import Column, Table, coverage_note
from spacedialog.presentation.views import Block, View

_NO_BENCHMARK = "no agreed benchmark defines a moderate or good value"


def agreement(result: Agreement) -> View:
    """Return the agreement of the assessors, and the commitments on which they differ."""
    names = ", ".join(result.assessors)
    lines = [
        f"{counted(len(result.assessors), 'assessor')}{': ' if names else ''}{names}",
        f"{counted(result.units, 'item')} judged by two or more assessors, {result.alone} by one or none"
        " (an item is a commitment, or one party to it)",
    ]
    if result.alike_percent is not None:
        pairs = counted(result.pairs, "pair")
        lines.append(f"equal: {result.alike} of {pairs} of verdicts, {result.alike_percent:.1f} %")
    if result.value is not None:
        lines.append(f"{result.coefficient}: {result.value:.3f}; {_NO_BENCHMARK}")
    else:
        lines.append(f"{result.coefficient or 'no coefficient'}: {result.why}")
    if result.source:
        lines.append(f"    {result.source}")
    table = Table(
        "agreement",
        AgreementRow._fields,
        result.differences,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, from_width=80, wide=True),
            Column("Party", lambda row: row.party or WHOLE),
            Column("Verdicts", lambda row: _verdicts_text(row.verdicts), wide=True),
        ),
        "No differences.",
    )
    heading = f"Agreement under {result.rubric}: {result.title}"
    blocks = (Block(heading, tuple(lines)), Block("Differences", table=table))
    return View("agreement", result, table, blocks)


def _verdicts_text(verdicts: Mapping[str, str]) -> str:
    return "; ".join(f"{assessor}: {verdict}" for assessor, verdict in verdicts.items())


def crosswalk(result: Crosswalk, coverage: Callable[[], Coverage] | None = None) -> View:
    """Return a record on the scale, the counts and averages, and the losses of the conversion."""
    number = {key: place for place, key in enumerate(result.notes, 1)}
    has_verdicts = any(row.verdicts for row in result.rows)  # the assessor is shown at every width
    by_party = (Column("Party", lambda row: row.party or ""),) if result.averages else ()
    table = Table(
        "crosswalk",
        CrosswalkRow._fields,
        result.rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, from_width=80 if has_verdicts else 60, wide=True),
            *by_party,
            Column("On the scale", lambda row: row.value or "no value", wide=not by_party),
            Column("Based on", _basis, from_width=0 if has_verdicts else 100, wide=True),
            Column("Notes", lambda row: " ".join(f"[{n}]" for n in sorted(number[key] for key in row.notes))),
        ),
        "No matching commitments.",
        coverage_note(coverage),
    )
    source = f"{result.source}{': ' if result.url else ''}{result.url or ''}"
    blocks = [
        Block(f"{result.title} ({result.scale})", (source,), table),
        Block("Counts", table=_counts(result)),
    ]
    if result.averages:
        blocks.append(Block("Averages: each score counts once", table=_averages(result)))
    notes = (*(f"[{number[key]}] {text}" for key, text in result.notes.items()), *result.limits)
    return View("crosswalk", result, table, (*blocks, Block("Lost in the conversion", notes)))


def _basis(row: Any) -> str:
    """Return the basis of a value on the scale: the verdicts, or else the status."""
    return _verdicts_text(row.verdicts) if row.verdicts else f"status {status_text(row)}"


def _counts(result: Crosswalk) -> Table:
    without = {"no value": result.unscored, "no value: assessors differ": result.disputed}
    return Table(
        "counts",
        ("value", "rows"),
        [*result.counts.items(), *((name, count) for name, count in without.items() if count)],
        (Column("Value", lambda row: row[0]), Column("Rows", lambda row: str(row[1]), right=True)),
        "",
    )


def _average_text(average: float | None) -> str:
    text = "none" if average is None else f"{average:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def _averages(result: Crosswalk) -> Table:
    return Table(
        "averages",
        AverageRow._fields,
        result.averages,
        (
            Column("Of", lambda row: row.kind),
            Column("Name", lambda row: row.name),
            Column("Average", lambda row: _average_text(row.average), right=True),
            Column("Scores", lambda row: str(row.scored), right=True),
            Column("No score", lambda row: str(row.unscored), right=True),
        ),
        "",
    )
