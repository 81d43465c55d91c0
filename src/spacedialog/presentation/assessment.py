"""Judgements for people: where assessors differ and by how much, and a record on a scale of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spacedialog.model.fields import status_text
from spacedialog.model.rows.assessment import Agreement, AgreementRow, AverageRow, Crosswalk, CrosswalkRow
from spacedialog.model.rows.record import Coverage
from spacedialog.presentation.documents import Block, View
from spacedialog.presentation.tables import Column, Table, coverage_line

_NO_BENCHMARK = "no word such as moderate or good goes with it: there is no agreed benchmark for that"


def agreement(of: Agreement) -> View:
    """Where the assessors differ, and how far they agree."""
    names = ", ".join(of.assessors)
    lines = [
        f"{_counted(len(of.assessors), 'assessor')}{': ' if names else ''}{names}",
        f"{_counted(of.units, 'unit')} judged by two or more, {of.alone} by one or none"
        " (a unit is a commitment, or one party to it)",
    ]
    if of.alike_percent is not None:
        lines.append(f"alike: {of.alike} of {_counted(of.pairs, 'pair')} of verdicts, {of.alike_percent:.1f} %")
    if of.value is not None:
        lines.append(f"{of.coefficient}: {of.value:.3f}; {_NO_BENCHMARK}")
    else:
        lines.append(f"{of.coefficient or 'no coefficient'}: {of.why}")
    if of.source:
        lines.append(f"    {of.source}")
    sheet = Table(
        "agreement",
        AgreementRow._fields,
        of.differences,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, from_width=80, wide=True),
            Column("Of", lambda row: row.party or "the whole"),
            Column("Verdicts", lambda row: _said(row.verdicts), wide=True),
        ),
        "no assessors differ",
    )
    blocks = (Block(f"Agreement under {of.rubric}: {of.title}", tuple(lines)), Block("Where they differ", sheet=sheet))
    return View("agreement", of, sheet, blocks)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _said(verdicts: Mapping[str, str]) -> str:
    return "; ".join(f"{assessor}: {verdict}" for assessor, verdict in verdicts.items())


def crosswalk(of: Crosswalk, coverage: Callable[[], Coverage] | None = None) -> View:
    """A record on a scale of the field, the counts, and what the scale cannot say."""
    number = {key: place for place, key in enumerate(of.notes, 1)}
    is_told = any(row.verdicts for row in of.rows)  # whose verdict it is has to be seen, however little room there is
    by_party = (Column("Party", lambda row: row.party or ""),) if of.averages else ()
    sheet = Table(
        "crosswalk",
        CrosswalkRow._fields,
        of.rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, from_width=80 if is_told else 60, wide=True),
            *by_party,
            Column("On the scale", lambda row: row.value or "no value", wide=not by_party),
            Column("From", _basis, from_width=0 if is_told else 100, wide=True),
            Column("Notes", lambda row: " ".join(f"[{n}]" for n in sorted(number[key] for key in row.notes))),
        ),
        "no commitment fits",
        (lambda: (coverage_line(coverage()),)) if coverage else tuple,
    )
    blocks = [
        Block(f"{of.title} ({of.scale})", (f"{of.source}{': ' if of.url else ''}{of.url or ''}",), sheet),
        Block("Counts", sheet=_counts(of)),
    ]
    if of.averages:
        blocks.append(Block("Averages: each score counts once", sheet=_averages(of)))
    notes = (*(f"[{number[key]}] {text}" for key, text in of.notes.items()), *of.limits)
    return View("crosswalk", of, sheet, (*blocks, Block("What is lost on this scale", notes)))


def _basis(row: Any) -> str:
    """What a value comes from: the verdicts under the scale, or the status."""
    return _said(row.verdicts) if row.verdicts else f"status {status_text(row)}"


def _counts(of: Crosswalk) -> Table:
    apart = {"no value": of.unscored, "no value: assessors differ": of.disputed}
    rows = [*of.counts.items(), *((name, count) for name, count in apart.items() if count)]
    return Table(
        "counts",
        ("value", "rows"),
        rows,
        (Column("Value", lambda row: row[0]), Column("Rows", lambda row: str(row[1]), right=True)),
        "",
    )


def _score(average: float | None) -> str:
    text = "none" if average is None else f"{average:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def _averages(of: Crosswalk) -> Table:
    return Table(
        "averages",
        AverageRow._fields,
        of.averages,
        (
            Column("Of", lambda row: row.kind),
            Column("Name", lambda row: row.name),
            Column("Average", lambda row: _score(row.average), right=True),
            Column("Scores", lambda row: str(row.scored), right=True),
            Column("No score", lambda row: str(row.unscored), right=True),
        ),
        "",
    )
