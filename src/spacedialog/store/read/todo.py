"""The worklist as of a day: the commitments and milestones that need attention, most urgent first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import compress
from typing import NamedTuple

from spacedialog.model.filters import Filter
from spacedialog.model.rows.todo import TodoRow
from spacedialog.model.vocabulary import CLOSING_DAYS, Flag, Reason
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    UNSETTLED,
    VALID,
    Parameters,
    day_parameters,
    matching,
    moved_day,
)
from spacedialog.store.read.events import UNMET, events_sql

_OF_WINDOWS: Mapping[Reason, tuple[str, str]] = {
    Reason.OVERDUE: ("latest < :day", "latest"),
    Reason.CLOSING: ("latest BETWEEN :day AND :closing", "latest"),
    Reason.OPENING: ("earliest > :day AND earliest <= :closing", "earliest"),
}
"""The reasons of dated events: the condition, and the day by which they are ordered."""

_OF_COMMITMENTS: Mapping[Reason, tuple[str, str]] = {
    Reason.CONFLICT: (
        f"({FLAGS[Flag.CONFLICT]} OR c.item IN (SELECT x.item FROM clash AS x WHERE x.shown = c.ref))",
        "''",
    ),
    Reason.UNEVIDENCED: (FLAGS[Flag.UNEVIDENCED], "''"),
    Reason.UNCHECKED: (FLAGS[Flag.UNCHECKED], "''"),
    Reason.STALE: (FLAGS[Flag.STALE], LAST_CHECK),
}
"""The reasons of commitments: the condition on `c`, and the day by which they are ordered."""


class _Found(NamedTuple):
    item: str
    milestone: str | None
    ref: str
    title: str
    due: str | None
    earliest: str | None
    latest: str | None


def todo(
    connection: sqlite3.Connection,
    day: date,
    filter_: Filter,
    *,
    within: int = CLOSING_DAYS,
    limit: int | None = None,
    dialogues: Sequence[str] = (),
) -> list[TodoRow]:
    """Return what needs attention among the commitments that match `filter_`; see `Snapshot.todo`."""
    found: dict[tuple[str, str | None], _Found] = {}
    for reason in Reason:
        rows = _of_reason(connection, day, reason, filter_, within, dialogues, limit and limit + len(found))
        for row in rows:
            if limit is None or len(found) < limit:
                found.setdefault((row.item, row.milestone), row)
        if limit is not None and len(found) >= limit:
            break
    commitments = _commitments(connection, day, [row.item for row in found.values()])
    return [_row(row, commitments[row.item], day, within) for row in found.values()]


def _of_reason(
    connection: sqlite3.Connection,
    day: date,
    reason: Reason,
    filter_: Filter,
    within: int,
    dialogues: Sequence[str],
    limit: int | None,
) -> Iterator[_Found]:
    parameters: Parameters = {**_parameters(day, within), "limit": -1 if limit is None else limit}
    matches = matching(filter_, dialogues, parameters)
    if reason in _OF_WINDOWS:
        condition, by = _OF_WINDOWS[reason]
        rows = (
            f'SELECT item, milestone, ref, title, "when", earliest, latest, {by} AS by, dialogue'
            f" FROM ({events_sql(matches)}) WHERE {UNMET} AND {condition}"
        )
    else:
        condition, by = _OF_COMMITMENTS[reason]
        rows = (
            f"SELECT c.item, NULL AS milestone, c.ref, c.title, c.due, c.due_earliest, c.due_latest, {by} AS by,"
            f" c.dialogue FROM commitment AS c WHERE {matches} AND {condition}"
        )
    cursor = connection.execute(
        f"SELECT r.*, d.held FROM ({rows}) AS r LEFT JOIN dialogue AS d ON d.key = r.dialogue AND {VALID.format('d')}"
        " ORDER BY r.by, d.held DESC, r.dialogue DESC, length(r.ref), r.ref LIMIT :limit",
        parameters,
    )
    return (_Found._make(row[: len(_Found._fields)]) for row in cursor)


def _parameters(day: date, within: int) -> Parameters:
    return {**day_parameters(day), "closing": moved_day(day, within)}


class _Commitment(NamedTuple):
    """What a row needs of its commitment; `reasons` are those of `_OF_COMMITMENTS`."""

    ref: str
    owner: str | None
    review: str | None
    checked_on: str | None
    is_open: bool
    reasons: tuple[Reason, ...]


def _commitments(connection: sqlite3.Connection, day: date, items: Sequence[str]) -> dict[str, _Commitment]:
    conditions = ", ".join(condition for condition, _ in _OF_COMMITMENTS.values())
    cursor = connection.execute(
        f"SELECT c.item, c.ref, c.owner, c.review, {LAST_CHECK}, {UNSETTLED}, {conditions} FROM commitment AS c"
        f" WHERE {VALID.format('c')} AND c.item IN (SELECT value FROM json_each(:items))",
        {**day_parameters(day), "items": json.dumps(items)},
    )
    return {
        item: _Commitment(ref, owner, review, checked_on, bool(is_open), tuple(compress(_OF_COMMITMENTS, marks)))
        for item, ref, owner, review, checked_on, is_open, *marks in cursor
    }


def _row(found: _Found, commitment: _Commitment, today: date, within: int) -> TodoRow:
    opens, closes, checked = (
        (date.fromisoformat(end) - today).days if end else None
        for end in (found.earliest, found.latest, commitment.checked_on)
    )
    reasons: list[Reason] = []
    if commitment.is_open or found.milestone:
        if closes is not None and closes < 0:
            reasons.append(Reason.OVERDUE)
        elif closes is not None and closes <= within:
            reasons.append(Reason.CLOSING)
        elif opens is not None and 0 < opens <= within:
            reasons.append(Reason.OPENING)
    if not found.milestone:
        reasons += commitment.reasons
    return TodoRow(
        ref=found.ref,
        commitment=commitment.ref,
        title=found.title,
        reasons=tuple(reason.value for reason in reasons),
        due=found.due,
        due_earliest=found.earliest,
        due_latest=found.latest,
        opens_in_days=opens,
        closes_in_days=closes,
        owner=commitment.owner,
        review=commitment.review,
        checked_on=commitment.checked_on,
        checked_days=None if checked is None else -checked,
    )
