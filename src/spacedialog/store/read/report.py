"""The overview and the report of a record, from the lists of a snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spacedialog.model.entry import iso_time
from spacedialog.model.rows.report import Overview, Report
from spacedialog.model.vocabulary import MilestoneState, Status
from spacedialog.store.read import counts, events
from spacedialog.store.read.details import dialogues_by_key

if TYPE_CHECKING:
    from spacedialog.model.filters import Filter
    from spacedialog.model.rows.record import Detail
    from spacedialog.store.read.snapshot import Snapshot

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_FEW = 5


def overview(connection: sqlite3.Connection, snapshot: Snapshot, keys: Sequence[str]) -> Overview:
    """Return the state of the dialogues with these keys, or of all, with the first few events and tasks."""
    figures = counts.dialogue_figures(connection, snapshot.day)
    dialogues = tuple(
        {name: fields[name] for name in _DIALOGUE_FIELDS if name in fields} | figures[(fields.get("key") or "",)]
        for fields in counts.dialogue_records(connection, snapshot.day, keys)
    )
    statuses = counts.statuses(connection, snapshot.day, keys)
    return Overview(
        dialogues,
        snapshot.coverage(),
        {status.value: statuses.get(status.value, 0) for status in Status},
        tuple(snapshot.areas()),
        tuple(snapshot.todo(limit=_FEW)),
        tuple([row for row in snapshot.upcoming() if row.state != MilestoneState.OVERDUE][:_FEW]),
        snapshot.position().seq,
    )


def report(
    connection: sqlite3.Connection, snapshot: Snapshot, filter_: Filter, details: tuple[Detail, ...], *, selection: str
) -> Report:
    """Return the report on the commitments that match `filter_`, whose details these are; `selection` describes it."""
    rows = [detail.commitment for detail in details]
    dialogues = dialogues_by_key(connection, snapshot.day, dict.fromkeys(row.dialogue for row in rows))
    position = snapshot.position()
    return Report(
        snapshot.day.isoformat(),
        selection,
        position.entries,
        iso_time(position.recorded) if position.recorded is not None else None,
        tuple(dialogues.values()),
        snapshot.coverage(filter_),
        {status.value: sum(row.status == status for row in rows) for status in Status},
        tuple(area for area in snapshot.areas(filter_) if area.commitments),
        details,
        tuple(sorted((event for detail in details for event in detail.milestones), key=events.by_window)),
        tuple(slip for detail in details for slip in detail.slips),
        position.seq,
    )
