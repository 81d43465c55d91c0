"""The brief: the new entries of a record after a point in the log, and the upcoming events."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from spacedialog.model.entry import iso_time
from spacedialog.model.filters import Flagged
from spacedialog.model.rows.record import HistoryRow
from spacedialog.model.rows.report import Brief
from spacedialog.model.vocabulary import Flag, MilestoneState, MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.model.position import Since
    from spacedialog.store.read.snapshot import Snapshot

_SETTLING = (Status.COMPLETE, Status.WITHDRAWN, MilestoneStatus.MET, MilestoneStatus.WITHDRAWN)
_DATES = {"due", "when"}
_STALE = Flagged(Flag.STALE)


def brief(snapshot: Snapshot, since: Since, *, until: date) -> Brief:
    """Return the changes in the snapshot after the point `since`, and the windows that open or close by `until`."""
    position = snapshot.position()
    news = sorted(snapshot.news(since), key=lambda row: _natural_order(row.entry.ref))
    moved = snapshot.redatings({row.entry.id for row in news})
    settled = [row for row in news if _settles(row.entry)]
    shown_elsewhere = {row.entry.id for row in settled} | {
        row.entry.id for row in news if row.entry.id in moved and row.entry.changed.keys() <= _DATES
    }
    day, end = snapshot.day.isoformat(), until.isoformat()
    before = since.before.isoformat() if since.before else ""
    events = snapshot.upcoming(until=until)
    closes = [row for row in events if row.latest and day <= row.latest <= end]
    stale_then = {row.ref for row in snapshot.on(since.before).commitments(_STALE)} if since.before else set()
    return Brief(
        since.day.isoformat() if since.day else None,
        day,
        end,
        position.entries,
        iso_time(position.recorded) if position.recorded is not None else None,
        snapshot.coverage(),
        tuple(row for row in news if row.entry.id not in shown_elsewhere),
        tuple(moved[row.entry.id] for row in news if row.entry.id in moved),
        tuple(settled),
        tuple(row for row in events if row.state == MilestoneState.OPEN and (row.earliest or "") > before),
        tuple(row for row in events if row.state == MilestoneState.OVERDUE and (row.latest or "") >= before),
        tuple(row for row in snapshot.commitments(_STALE) if row.ref not in stale_then),
        tuple(row for row in events if row.state == MilestoneState.UPCOMING and row not in closes),
        tuple(closes),
        position.seq,
        tuple(snapshot.conflicts()),
    )


def _settles(entry: HistoryRow) -> bool:
    """Return whether an entry completes, meets or withdraws something, and is not retracted."""
    ends = entry.changed.get("status") in _SETTLING or "met" in entry.changed
    return entry.kind == "set" and ends and not entry.retracted


def _natural_order(ref: str) -> list[tuple[int, str]]:
    """Return a key that sorts refs by their numbers: 9 before 10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", ref.casefold())]
