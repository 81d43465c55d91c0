"""The view of a comparison of two dialogues: the outcome of each commitment, and the proposed pairs."""

from __future__ import annotations

from collections.abc import Iterable

from spacedialog.model.rows.compare import CarriedRow, Comparison, ProposalRow
from spacedialog.model.vocabulary import Outcome
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View


def comparison(result: Comparison) -> View:
    """Return the outcomes of two dialogues, and the proposed pairs."""
    lines = (
        outcome_counts(result),
        "only linked commitments count as carried on; without a link, old commitments are 'silent' and new ones 'new'",
    )
    table = outcomes(result.rows)
    blocks = [Block(f"Commitments of {result.old} carried on by {result.new}", lines, table)]
    if result.proposals:
        blocks.append(Block("Proposed pairs, not decided", table=proposals(result.proposals)))
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
            Column("Carried on as", lambda row: (row.old and row.new_title) or "", from_width=110, wide=True),
            Column("Strength", _strengths, from_width=80),
            Column(
                "Old status", lambda row: row.old_status or "", tone=lambda row: row.old_status or "", from_width=140
            ),
            Column(
                "New status", lambda row: row.new_status or "", tone=lambda row: row.new_status or "", from_width=140
            ),
        ),
        "No commitments in either dialogue.",
        lambda: notes,
    )


def _strengths(row: CarriedRow) -> str:
    """Return the old and the new strength, once if they are the same; of a completed commitment, the old one."""
    new = None if row.old and Outcome.COMPLETED in row.outcomes else row.new_strength
    return " → ".join(dict.fromkeys(filter(None, (row.old_strength, new))))


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
            Column("Carried on as", lambda row: row.new_title, wide=True),
        ),
        "No proposed pairs.",
    )


def outcome_counts(result: Comparison) -> str:
    """Return how many rows of a comparison have each outcome, in one line."""
    return (
        ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count)
        or "no commitments to compare"
    )


def earlier_outcomes(result: Comparison) -> Table:
    """Return the outcomes of the earlier commitments, for a report that lists the later ones itself."""
    notes = outcome_counts(result), "only linked commitments count as carried on; new commitments are not listed here"
    return outcomes([row for row in result.rows if row.old is not None], notes)
