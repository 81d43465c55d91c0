"""How a comparison of two dialogues looks: what became of commitments, and the pairs that look alike."""

from __future__ import annotations

from collections.abc import Iterable

from spacedialog.model.rows.compare import CarriedRow, Comparison, ProposalRow
from spacedialog.presentation.tables import Column, Table


def carried(rows: Iterable[CarriedRow], notes: tuple[str, ...] = ()) -> Table:
    """What became of the commitments of one dialogue by the next."""
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
            Column("Strength", lambda row: _moved(row.old_strength, row.new_strength), from_width=80),
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


def _moved(before: str | None, after: str | None) -> str:
    """What a field says on either side, once where both say the same."""
    return " → ".join(dict.fromkeys(filter(None, (before, after))))


def proposals(rows: Iterable[ProposalRow]) -> Table:
    """Pairs that look alike, for people to decide on."""
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


def counted_outcomes(of: Comparison) -> str:
    """How many rows of a comparison have each outcome, in words."""
    return ", ".join(f"{count} {outcome}" for outcome, count in of.counts.items() if count) or "nothing to compare"


def taken_up(of: Comparison) -> Table:
    """What became of the old commitments; the new ones stand in the same report anyway."""
    notes = counted_outcomes(of), "carried on is what a person linked; the new ones are not listed here"
    return carried([row for row in of.rows if row.old is not None], notes)
