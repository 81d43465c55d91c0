"""The brief: what is new in a record since a day, or since an earlier brief, and what comes next."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from spacedialog.model.entry import iso_time
from spacedialog.model.filters import Flagged
from spacedialog.model.rows.record import Brief, HistoryRow
from spacedialog.model.vocabulary import Flag, MilestoneState, MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.store.read.history import Since
    from spacedialog.store.read.snapshot import Snapshot

_SETTLING = (Status.COMPLETE, Status.WITHDRAWN, MilestoneStatus.MET, MilestoneStatus.WITHDRAWN)
_DATES = {"due", "when"}
_STALE = Flagged(Flag.STALE)


def brief(view: Snapshot, since: Since, *, until: date) -> Brief:
    """What the view has that it had not, as `since` says, and what opens and closes by `until`."""
    at = view.position()
    news = sorted(view.news(since), key=lambda row: _natural(row.entry.ref))
    moved = view.redatings({row.entry.id for row in news})
    settled = [row for row in news if _settles(row.entry)]
    told = {row.entry.id for row in settled} | {
        row.entry.id for row in news if row.entry.id in moved and row.entry.changed.keys() <= _DATES
    }
    day, end, before = view.day.isoformat(), until.isoformat(), since.before.isoformat() if since.before else ""
    events = view.upcoming(until=until)
    closes = [row for row in events if row.latest and day <= row.latest <= end]
    stale_then = {row.ref for row in view.on(since.before).commitments(_STALE)} if since.before else set()
    return Brief(
        since.day.isoformat() if since.day else None,
        day,
        end,
        at.entries,
        iso_time(at.recorded) if at.recorded is not None else None,
        view.coverage(),
        tuple(row for row in news if row.entry.id not in told),
        tuple(moved[row.entry.id] for row in news if row.entry.id in moved),
        tuple(settled),
        tuple(row for row in events if row.state == MilestoneState.OPEN and (row.earliest or "") > before),
        tuple(row for row in events if row.state == MilestoneState.CLOSED and (row.latest or "") >= before),
        tuple(row for row in view.commitments(_STALE) if row.ref not in stale_then),
        tuple(row for row in events if row.state == MilestoneState.UPCOMING and row not in closes),
        tuple(closes),
        at.seq,
        tuple(view.conflicts()),
    )


def _settles(entry: HistoryRow) -> bool:
    """Whether an entry says that something ended, and stands."""
    ends = entry.changed.get("status") in _SETTLING or "met" in entry.changed
    return entry.kind == "set" and ends and not entry.retracted


def _natural(ref: str) -> list[tuple[int, str]]:
    """A ref in the order in which people count: 9 before 10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", ref.casefold())]
