"""The worklist as of a day: the commitments and milestones that need attention, most urgent first."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import compress, islice
from typing import NamedTuple

from spacedialog.model.dates import VagueDate
from spacedialog.model.filters import Filter
from spacedialog.model.rows.todo import TodoRow
from spacedialog.model.vocabulary import Flag, Reason
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    UNSETTLED,
    VALID,
    Parameters,
    day_parameters,
    is_among,
    matching,
    moved_day,
    overlaps,
)
from spacedialog.store.read.events import UNMET, events_sql

_OF_WINDOWS: Mapping[Reason, tuple[str, str]] = {
    Reason.OVERDUE: ("latest < :day", "latest"),
    Reason.CLOSING: ("latest BETWEEN :day AND :soon", "latest"),
    Reason.OPENING: ("earliest > :day AND earliest <= :soon", "earliest"),
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


_FOUND = ", ".join(f"r.{name}" for name in _Found._fields)


def todo(
    connection: sqlite3.Connection,
    day: date,
    filter_: Filter,
    *,
    within: int,
    due: VagueDate | None = None,
    limit: int | None = None,
    dialogues: Sequence[str] = (),
) -> list[TodoRow]:
    """Return what needs attention among the commitments that match `filter_`; see `Snapshot.todo`."""
    parameters: Parameters = {**day_parameters(day), "soon": moved_day(day, within)}
    matches = matching(filter_, dialogues, parameters)
    in_window = "TRUE"
    if due is not None:
        window = overlaps("r.earliest", "r.latest", due.earliest, due.latest, parameters)
        in_window = f"(r.due IS NOT NULL AND {window})"
    found: dict[tuple[str, str | None], _Found] = {}
    for reason in Reason:
        if limit is not None and len(found) >= limit:
            break
        # An item that was found for an earlier reason does not count again.
        most = -1 if limit is None else limit + len(found)
        rows = connection.execute(_select(reason, matches, in_window), {**parameters, "limit": most})
        for row in map(_Found._make, rows):
            found.setdefault((row.item, row.milestone), row)
    listed = list(islice(found.values(), limit))
    commitments = _commitments(connection, day, [row.item for row in listed])
    return [_row(row, commitments[row.item], day, within) for row in listed]


def _select(reason: Reason, matches: str, in_window: str) -> str:
    """Return the SELECT of the items `r` with a reason; `matches` is the condition on the commitments `c`."""
    if reason in _OF_WINDOWS:
        condition, by = _OF_WINDOWS[reason]
        rows = (
            f'SELECT item, milestone, ref, title, "when" AS due, earliest, latest, {by} AS by, dialogue'
            f" FROM ({events_sql(matches)}) WHERE {UNMET} AND {condition}"
        )
    else:
        condition, by = _OF_COMMITMENTS[reason]
        rows = (
            "SELECT c.item, NULL AS milestone, c.ref, c.title, c.due, c.due_earliest AS earliest,"
            f" c.due_latest AS latest, {by} AS by, c.dialogue FROM commitment AS c WHERE {matches} AND {condition}"
        )
    return (
        f"SELECT {_FOUND} FROM ({rows}) AS r LEFT JOIN dialogue AS d ON d.key = r.dialogue AND {VALID.format('d')}"
        f" WHERE {in_window} ORDER BY r.by, d.held DESC, r.dialogue DESC, length(r.ref), r.ref LIMIT :limit"
    )


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
    parameters: Parameters = day_parameters(day)
    cursor = connection.execute(
        f"SELECT c.item, c.ref, c.owner, c.review, {LAST_CHECK}, {UNSETTLED}, {conditions} FROM commitment AS c"
        f" WHERE {VALID.format('c')} AND {is_among('c.item', items, parameters)}",
        parameters,
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
