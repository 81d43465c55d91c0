"""Tables and views of a team: the result of a sync, the state of this copy, and conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacedialog.model.rows.record import ConflictRow, Coverage
from spacedialog.model.rows.team import Synced, TeamRow
from spacedialog.presentation.phrases import attribution, counted, value_text
from spacedialog.presentation.tables import Column, Table, coverage_note
from spacedialog.presentation.views import Block, View


def sync_result(result: Synced) -> View:
    """Return the numbers of entries that a sync sent and received, and its warnings."""
    lines = []
    if result.healed:
        lines.append(f"sent again: {_entries(result.healed)} that the server had lost")
    if result.strange:
        lines.append(f"not counted: {_entries(result.strange)} of a newer version of spacedialog; upgrade spacedialog")
    if result.quarantined:
        lines.append(f"quarantined: {_entries(result.quarantined)}, invalid or with a future time")
    if result.waiting and not result.dry_run:
        lines.append(f"not sent: {_entries(result.waiting)}, recorded during the sync, longer than 64 KiB, or invalid")
    lines += _conflict_counts(result)
    sent, received = _entries(result.sent), result.received
    did = f"Dry run: {sent} to send, {received}" if result.dry_run else f"Sent {sent}, received {received}"
    more = " to receive" if result.dry_run else ""
    heading = f"{did}{more}; position {result.position} of the shared log"
    return View("synced", result, _field_table(result), (Block(heading, tuple(lines)),))


def team_status(row: TeamRow, *, did: str = "") -> View:
    """Return the position of this copy in the shared log; `did` is the start of the heading."""
    lines = [
        f"position {row.position} of the shared log",
        f"{_entries(row.waiting)} to send" if row.waiting else "no entries to send",
    ]
    if row.quarantined:
        lines.append(f"quarantined: {_entries(row.quarantined)}, invalid or with a future time")
    lines += _conflict_counts(row)
    return View("team", row, _field_table(row), (Block(f"{did}{row.name} on {row.server}", tuple(lines)),))


def _conflict_counts(result: Synced | TeamRow) -> list[str]:
    lines = []
    if result.conflicts:
        lines.append(f"{counted(result.conflicts, 'conflict')} to resolve; list them with: spacedialog conflicts")
    if result.clashes:
        lines.append(f"{counted(result.clashes, 'ref')} used twice; list them with: spacedialog conflicts")
    return lines


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")


def _field_table(result: Synced | TeamRow) -> Table:
    return Table(
        "team",
        ("name", "value"),
        tuple(result._asdict().items()),
        (Column("Name", lambda pair: pair[0]), Column("Value", lambda pair: str(pair[1]))),
        "",
    )


def conflicts(rows: Iterable[ConflictRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the different values of concurrent entries that are not resolved yet."""
    return Table(
        "conflicts",
        ConflictRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Field", lambda row: row.field),
            Column("Current value", _value),
            Column("Other value", _other_value),
        ),
        "No conflicts.",
        coverage_note(coverage),
        dates=("on", "other_on", "value", "other_value"),
    )


def _value(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.value)}, {attribution(row.author, row.recorded_at)}"


def _other_value(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.other_value)}, {attribution(row.other_author, row.other_recorded_at)}"
