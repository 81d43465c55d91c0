"""The worklist as of a day: the commitments and milestones that need attention, most urgent first."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.model.dates import VagueDate, days_to
from spacedialog.model.filters import Filter
from spacedialog.model.rows.todo import TodoRow
from spacedialog.model.vocabulary import Flag, Reason
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    UNSETTLED,
    VALID,
    Parameters,
    by_dialogue,
    check_flag,
    day_parameters,
    is_among,
    moved_day,
    overlaps,
    selected,
)
from spacedialog.store.read.events import unmet_sql

_OF_WINDOWS: Mapping[Reason, tuple[str, str]] = {
    Reason.OVERDUE: ("latest < :day", "latest"),
    Reason.CLOSING: ("latest BETWEEN :day AND :soon", "latest"),
    Reason.OPENING: ("earliest > :day AND earliest <= :soon", "earliest"),
}
"""The reasons of dated events: the condition, and the day by which they are ordered."""

_CONFLICT = f"({FLAGS[Flag.CONFLICT]} OR (c.item, c.ref) IN (SELECT x.item, x.shown FROM clash AS x))"
_OF_COMMITMENTS = {
    "conflict": f"iif({_CONFLICT}, '{Reason.CONFLICT}', NULL)",
    "unevidenced": f"iif({FLAGS[Flag.UNEVIDENCED]}, '{Reason.UNEVIDENCED}', NULL)",
    "check_flag": f"iif({UNSETTLED}, {check_flag('c.checked_on')}, NULL)",
}
"""The reasons of commitments `c`, most urgent first: columns with the word of the reason, NULL if it does not apply.

The reasons that follow from the last check, on `c.checked_on`, exclude each other and share a column.
"""


class _Event(NamedTuple):
    """A dated event that needs attention because of its window."""

    item: str
    milestone: str | None
    reason: str
    ref: str
    title: str
    due: str
    earliest: str | None
    latest: str | None


class _Commitment(NamedTuple):
    """A commitment, with the columns of `_OF_COMMITMENTS`."""

    item: str
    ref: str
    title: str
    due: str | None
    earliest: str | None
    latest: str | None
    owner: str | None
    review: str | None
    checked_on: str | None
    conflict: str | None
    unevidenced: str | None
    check_flag: str | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons other than its window, most urgent first."""
        return tuple(filter(None, (self.conflict, self.unevidenced, self.check_flag)))


_COMMITMENT = ", ".join(_Commitment._fields)


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
    parameters["limit"] = -1 if limit is None else limit
    is_selected = selected(filter_, dialogues, parameters)
    in_window = "TRUE"
    if due is not None:
        window = overlaps("earliest", "latest", due.earliest, due.latest, parameters)
        in_window = f"(due IS NOT NULL AND {window})"
    by_ref = _by_ref(connection, parameters)

    events = [_Event(*row) for row in connection.execute(_dated(is_selected, in_window, by_ref), parameters)]
    commitments = _commitments_of(connection, day, events)
    rows = []
    for event in events:
        commitment = commitments[event.item]
        reasons = (event.reason, *(() if event.milestone else commitment.reasons))
        rows.append(_row(event, commitment, reasons, day))
    if limit is None or len(rows) < limit:
        listed = {event.item for event in events if not event.milestone}
        parameters["limit"] = -1 if limit is None else limit + len(listed)
        found = map(_Commitment._make, connection.execute(_undated(is_selected, in_window, by_ref), parameters))
        rows += [_row(one, one, one.reasons, day) for one in found if one.item not in listed]
    return rows[:limit]


def _by_ref(connection: sqlite3.Connection, parameters: Parameters) -> str:
    """Return the ORDER BY terms for the dialogue, newest first, and the ref."""
    keys = connection.execute(
        f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held DESC, d.key DESC", parameters
    ).fetchall()
    newest_first = by_dialogue("dialogue", [key for (key,) in keys], parameters)
    return ", ".join([*newest_first, "dialogue DESC", "length(ref)", "ref"])


def _dated(is_selected: str, in_window: str, by_ref: str) -> str:
    """Return the SELECT of the dated events that need attention; `is_selected` is a condition on commitments `c`."""
    conditions = [condition for condition, _ in _OF_WINDOWS.values()]
    reason = " ".join(f"WHEN {condition} THEN '{reason}'" for reason, (condition, _) in _OF_WINDOWS.items())
    place = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(conditions))
    day = " ".join(f"WHEN {condition} THEN {day}" for condition, day in _OF_WINDOWS.values())
    return (
        f"SELECT item, milestone, CASE {reason} END, ref, title, due, earliest, latest"
        f' FROM (SELECT *, "when" AS due FROM ({unmet_sql(is_selected)}))'
        f" WHERE ({' OR '.join(conditions)}) AND {in_window}"
        f" ORDER BY CASE {place} END, CASE {day} END, {by_ref} LIMIT :limit"
    )


def _undated(is_selected: str, in_window: str, by_ref: str) -> str:
    """Return the SELECT of the commitments that need attention for reasons other than their windows."""
    first = f"coalesce({', '.join(_OF_COMMITMENTS)})"
    place = " ".join(f"WHEN '{reason}' THEN {place}" for place, reason in enumerate(Reason))
    # A settled commitment has no reason that follows from its last check.
    possible = f"({UNSETTLED} OR {FLAGS[Flag.UNEVIDENCED]} OR {_CONFLICT})"
    return (
        f"SELECT {_COMMITMENT} FROM ({_commitments(f'{is_selected} AND {possible}')})"
        f" WHERE {first} IS NOT NULL AND {in_window}"
        f" ORDER BY CASE {first} {place} END, iif({first} = '{Reason.STALE}', checked_on, ''), {by_ref} LIMIT :limit"
    )


def _commitments(condition: str) -> str:
    """Return the SELECT of the commitments `c` that meet the condition, with their reasons."""
    # SQLite computes the columns of a subquery that has a limit once for each row.
    checked = (
        "SELECT c.item, c.ref, c.title, c.dialogue, c.status, c.due, c.due_earliest, c.due_latest, c.owner, c.review,"
        f" c.review_from, c.review_days, c.unevidenced, {LAST_CHECK} AS checked_on FROM commitment AS c"
        f" WHERE {VALID.format('c')} AND {condition} LIMIT -1"
    )
    reasons = ", ".join(f"{column} AS {name}" for name, column in _OF_COMMITMENTS.items())
    return (
        "SELECT c.item, c.ref, c.title, c.dialogue, c.due, c.due_earliest AS earliest, c.due_latest AS latest, c.owner,"
        f" c.review, c.checked_on, {reasons} FROM ({checked}) AS c LIMIT -1"
    )


def _commitments_of(connection: sqlite3.Connection, day: date, events: Sequence[_Event]) -> dict[str, _Commitment]:
    parameters: Parameters = day_parameters(day)
    condition = is_among("c.item", [event.item for event in events], parameters)
    cursor = connection.execute(f"SELECT {_COMMITMENT} FROM ({_commitments(condition)})", parameters)
    return {row[0]: _Commitment(*row) for row in cursor}


def _row(
    shown: _Event | _Commitment,
    commitment: _Commitment,
    reasons: tuple[str, ...],
    today: date,
) -> TodoRow:
    checked = days_to(commitment.checked_on, today)
    return TodoRow(
        shown.ref,
        commitment.ref,
        shown.title,
        reasons,
        shown.due,
        shown.earliest,
        shown.latest,
        days_to(shown.earliest, today),
        days_to(shown.latest, today),
        commitment.owner,
        commitment.review,
        commitment.checked_on,
        None if checked is None else -checked,
    )
