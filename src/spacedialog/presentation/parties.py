"""The table of parties."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacedialog.model.rows.parties import PartyRow
from spacedialog.model.rows.record import Coverage
from spacedialog.model.values import succession_text
from spacedialog.presentation.tables import Column, Table, coverage_note


def parties(rows: Iterable[PartyRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the parties with their roles, and the successions among them."""
    return Table(
        "parties",
        PartyRow._fields,
        rows,
        (
            Column("Party", lambda row: row.party, field="party"),
            Column("Name", lambda row: row.name, wide=True, field="name"),
            Column("Side", lambda row: row.side, field="side"),
            Column("Led", lambda row: str(row.led), right=True, field="led"),
            Column("Partner", lambda row: str(row.partnered), right=True, field="partnered"),
            Column("Hosted", lambda row: str(row.hosted), right=True, from_width=120, field="hosted"),
            Column("Dialogues", lambda row: ", ".join(row.dialogues), from_width=100, max_width=24, field="dialogues"),
            Column("Succession", succession, from_width=80, wide=True),
        ),
        "No parties.",
        coverage_note(coverage),
        dates=("succeeds", "succeeded_by"),
    )


def succession(row: PartyRow) -> str:
    """Return the parties that a party succeeds, and those that succeed it, each with the date."""
    before = [f"succeeds {succession_text(one)}" for one in row.succeeds]
    after = [f"succeeded by {succession_text(one)}" for one in row.succeeded_by]
    return "; ".join((*before, *after))
