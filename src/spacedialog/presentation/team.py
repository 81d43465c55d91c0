"""The team: the result of a sync, the state of this copy, and the conflicts between members."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacedialog.model.rows.record import ConflictRow, Coverage
from spacedialog.model.rows.team import Synced, TeamRow
from spacedialog.presentation.phrases import attribution, counted, value_text
from spacedialog.presentation.tables import Column, Table, coverage_note
from spacedialog.presentation.views import Block, View


def sync_result(result: Synced) -> View:
    """Return what a sync sent and received, and what needs attention."""
    would = "would be " if result.dry_run else ""
    lines = []
    if result.healed:
        lines.append(
            f"{counted(result.healed, 'change')} beyond the last common position: what the server lost is sent again"
        )
    if result.strange:
        lines.append(
            f"{counted(result.strange, 'change')} newer than this program: kept, and not counted; upgrade spacedialog"
        )
    if result.quarantined:
        lines.append(f"{counted(result.quarantined, 'entry', 'entries')} invalid or from the future, and set aside")
    if result.waiting and not result.dry_run:
        lines.append(
            f"{counted(result.waiting, 'change')} not sent: recorded meanwhile, longer than 64 KiB, or invalid"
        )
    lines += _conflict_counts(result)
    heading = (
        f"{result.sent} {would}sent, {result.received} {would}received; at position {result.position} of the team's log"
    )
    return View("synced", result, _field_table(result), (Block(heading, tuple(lines)),))


def team_status(row: TeamRow, *, did: str = "") -> View:
    """Return the position of this copy in the team's log; `did` begins the heading with what was just done."""
    lines = [
        f"read up to position {row.position}",
        f"{counted(row.waiting, 'change')} to be sent" if row.waiting else "nothing waits to be sent",
    ]
    if row.quarantined:
        lines.append(
            f"{counted(row.quarantined, 'entry', 'entries')} of the log invalid or from the future, and set aside"
        )
    lines += _conflict_counts(row)
    return View("team", row, _field_table(row), (Block(f"{did}{row.name} at {row.server}", tuple(lines)),))


def _conflict_counts(result: Synced | TeamRow) -> list[str]:
    lines = []
    if result.conflicts:
        lines.append(f"{counted(result.conflicts, 'conflict')} to decide: spacedialog conflicts")
    if result.clashes:
        lines.append(f"{counted(result.clashes, 'ref')} given twice, and shown with a letter: spacedialog conflicts")
    return lines


def _field_table(result: Synced | TeamRow) -> Table:
    return Table(
        "team",
        ("name", "value"),
        tuple(result._asdict().items()),
        (Column("Name", lambda pair: pair[0]), Column("Value", lambda pair: str(pair[1]))),
        "",
    )


def conflicts(rows: Iterable[ConflictRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the values of concurrent entries that differ, until someone decides."""
    return Table(
        "conflicts",
        ConflictRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Field", lambda row: row.field),
            Column("Counts for now", _value),
            Column("Otherwise", _other_value),
        ),
        "nobody says otherwise: there are no conflicts",
        coverage_note(coverage),
    )


def _value(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.value)}, {attribution(row.author, row.recorded_at)}"


def _other_value(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.other_value)}, {attribution(row.other_author, row.other_recorded_at)}"
