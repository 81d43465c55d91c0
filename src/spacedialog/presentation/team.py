"""What a team sees of its common work: what a sync did, how a copy stands to the team's log, what is not agreed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacedialog.model.rows.record import ConflictRow, Coverage
from spacedialog.model.rows.team import Synced, TeamRow
from spacedialog.presentation.documents import Block, View, said
from spacedialog.presentation.tables import Column, Table, coverage_line, value_text


def synced(of: Synced) -> View:
    """What a sync did."""
    would = "would be " if of.dry_run else ""
    lines = []
    if of.healed:
        lines.append(
            f"{counted(of.healed, 'change')} beyond the last common position: what the server lost is sent again"
        )
    if of.restamped:
        lines.append(
            f"{counted(of.restamped, 'change')} recorded anew; the store as it was: NAME.backup-N-before-restamp"
        )
    if of.strange:
        lines.append(
            f"{counted(of.strange, 'change')} newer than this program: kept, and not counted; upgrade spacedialog"
        )
    if of.quarantined:
        lines.append(f"{counted(of.quarantined, 'entry', 'entries')} no change at all: set aside; the rest went on")
    if of.waiting and not of.dry_run:
        lines.append(f"{counted(of.waiting, 'change')} not sent: recorded meanwhile, or longer than 64 KiB")
    lines += disagreements(of.conflicts, of.clashes)
    head = f"{of.sent} {would}sent, {of.received} {would}received; at position {of.position} of the team's log"
    return View("synced", of, _flat(of), (Block(head, tuple(lines)),))


def disagreements(conflicts: int, clashes: int) -> list[str]:
    """What is not agreed on, in words."""
    lines = []
    if conflicts:
        lines.append(f"{counted(conflicts, 'conflict')} to decide: spacedialog conflicts")
    if clashes:
        lines.append(f"{counted(clashes, 'ref')} given twice, and shown with a letter: spacedialog conflicts")
    return lines


def team(of: TeamRow, *, did: str = "") -> View:
    """How this copy stands to its team's log."""
    lines = [
        f"read up to position {of.position}",
        f"{counted(of.waiting, 'change')} to be sent" if of.waiting else "nothing waits to be sent",
    ]
    if of.quarantined:
        lines.append(f"{counted(of.quarantined, 'entry', 'entries')} of the log no change at all, and set aside")
    lines += disagreements(of.conflicts, of.clashes)
    return View("team", of, _flat(of), (Block(f"{did}{of.name} at {of.server}", tuple(lines)),))


def counted(number: int, thing: str, things: str = "") -> str:
    """So many of a thing."""
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"


def _flat(of: Synced | TeamRow) -> Table:
    pairs = of._asdict().items()
    return Table(
        "team",
        ("name", "value"),
        tuple(pairs),
        (Column("Name", lambda pair: pair[0]), Column("Value", lambda pair: str(pair[1]))),
        "",
    )


def _kept(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.value)}, {said(row.author, row.recorded_at)}"


def _other(row: ConflictRow) -> str:
    return f"{value_text(row.field, row.other_value)}, {said(row.other_author, row.other_recorded_at)}"


def conflicts(rows: Iterable[ConflictRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """What changes that were made apart say differently, until someone decides."""
    return Table(
        "conflicts",
        ConflictRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Field", lambda row: row.field),
            Column("Counts for now", _kept),
            Column("Otherwise", _other),
        ),
        "nobody says otherwise: there are no conflicts",
        (lambda: (coverage_line(coverage()),)) if coverage else tuple,
    )
