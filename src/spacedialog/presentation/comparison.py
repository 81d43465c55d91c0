"""The comparison of two dialogues: the outcome of each commitment, and pairs that may belong together."""

from __future__ import annotations

from collections.abc import Iterable

from spacedialog.model.rows.compare import CarriedRow, Comparison, ProposalRow
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View


def comparison(result: Comparison) -> View:
    """Return the outcomes of two dialogues, and the pairs that are proposed as one."""
    lines = (
        outcome_counts(result),
        "carried on is what a person linked; until then the old one is silent, and the new one new",
    )
    table = outcomes(result.rows)
    blocks = [Block(f"What {result.new} took up of {result.old}", lines, table)]
    if result.proposals:
        blocks.append(Block("Proposed, and decided by nobody", table=proposals(result.proposals)))
    return View("comparison", result, table, tuple(blocks))


def outcomes(rows: Iterable[CarriedRow], notes: tuple[str, ...] = ()) -> Table:
    """Return the outcome of each commitment of either dialogue."""
    return Table(
        "carried",
        CarriedRow._fields,
        rows,
        (
            Column("Outcome", lambda row: ", ".join(row.outcomes)),
            Column("Old", lambda row: row.old or ""),
            Column("New", lambda row: row.new or ""),
            Column("Commitment", lambda row: row.old_title or row.new_title or "", wide=True),
            Column("Taken up as", lambda row: row.new_title if row.old and row.new else "", from_width=110, wide=True),
            Column("Strength", lambda row: _both(row.old_strength, row.new_strength), from_width=80),
            Column(
                "Old status", lambda row: row.old_status or "", tone=lambda row: row.old_status or "", from_width=140
            ),
            Column(
                "New status", lambda row: row.new_status or "", tone=lambda row: row.new_status or "", from_width=140
            ),
        ),
        "neither dialogue has commitments",
        lambda: notes,
    )


def _both(old: str | None, new: str | None) -> str:
    """Return the old and the new value of a field, once if they are the same."""
    return " → ".join(dict.fromkeys(filter(None, (old, new))))


def proposals(rows: Iterable[ProposalRow]) -> Table:
    """Return the pairs of similar commitments that are proposed for a decision."""
    return Table(
        "proposals",
        ProposalRow._fields,
        rows,
        (
            Column("Decided", lambda row: row.decided, from_width=80),
            Column("Score", lambda row: f"{row.score:.2f}", right=True),
            Column("Old", lambda row: row.old),
            Column("Commitment", lambda row: row.old_title, wide=True),
            Column("New", lambda row: row.new),
            Column("Taken up as", lambda row: row.new_title, wide=True),
        ),
        "no pair is alike enough to be proposed",
    )


def outcome_counts(result: Comparison) -> str:
    """Return how many rows of a comparison have each outcome, in one line."""
    return ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count) or "nothing to compare"


def earlier_outcomes(result: Comparison) -> Table:
    """Return the outcomes of the earlier commitments, for a report that lists the later ones itself."""
    notes = outcome_counts(result), "carried on is what a person linked; the new ones are not listed here"
    return outcomes([row for row in result.rows if row.old is not None], notes)
