"""The lists of a snapshot: commitments, areas, dialogues, events, entries and verdicts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from spacedialog.model.fields import CommitmentRow
from spacedialog.model.filters import EVERY_ENTRY, EVERYTHING, EntryFilter, Filter, Flagged
from spacedialog.model.vocabulary import DEFAULT_INTERVALS, Flag, Intervals
from spacedialog.store import log
from spacedialog.store.read import counts
from spacedialog.store.read.commitment_sql import (
    FLAG_COLUMNS,
    STALE_SINCE,
    VALID,
    day_parameters,
    set_intervals,
)
from spacedialog.store.read.ordered import Query, select
from spacedialog.store.read.refs import Refs

if TYPE_CHECKING:
    from spacedialog.model.dates import VagueDate
    from spacedialog.model.entry import Entry
    from spacedialog.model.fold import History
    from spacedialog.model.parties import Succession
    from spacedialog.model.position import Position, Since
    from spacedialog.model.rows.assessment import Timing
    from spacedialog.model.rows.parties import PartyRow
    from spacedialog.model.rows.record import (
        AreaRow,
        AssessmentRow,
        CalendarEvent,
        ConflictRow,
        DialogueRow,
        HistoryRow,
        SlipRow,
        UpcomingRow,
    )
    from spacedialog.model.rows.todo import TodoRow
    from spacedialog.model.target import Target
    from spacedialog.store.read.news import News

_DERIVED = {"updated_on": "updated"}
"""The columns of a row whose names differ from their fields, by field."""

_PLAIN = [name for name in CommitmentRow._fields if name != "flags"]
_FLAGS_AT, _PARTNERS_AT = CommitmentRow._fields.index("flags"), _PLAIN.index("partners")
COLUMNS = ", ".join([*(f"c.{_DERIVED.get(name, name)}" for name in _PLAIN), *FLAG_COLUMNS])
"""The columns of a commitment's row, then a column for each flag."""


class Lists:
    """The record as it was on `day`, according to the log of the connection.

    `dialogues` are the keys of the dialogues to which lists and counts are limited; empty for all. Refs and keys are
    found in any dialogue. `intervals` decide the flags.
    """

    def __init__(self, connection: sqlite3.Connection, day: date, intervals: Intervals = DEFAULT_INTERVALS) -> None:
        self.day = day
        self.intervals = intervals
        set_intervals(connection, intervals)
        self.refs = Refs(connection, day)
        self._connection = connection
        self._dialogues: Sequence[str] = ()
        self._histories: dict[str, tuple[list[Entry], History | None]] = {}

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        return self._connection.execute(sql, {**day_parameters(self.day), **(parameters or {})})

    def on(self, day: date) -> Self:
        """Return the snapshot of the same record on another day."""
        return self._with(day, self._dialogues)

    def of(self, dialogues: Sequence[str]) -> Self:
        """Return the same record limited to the dialogues with these keys, or unlimited if none is given."""
        return self._with(self.day, dialogues)

    def _with(self, day: date, dialogues: Sequence[str]) -> Self:
        # Not a new snapshot: SQLite refuses to set the functions of the intervals again while rows are being read.
        other = copy(self)
        other.day, other._dialogues, other._histories = day, dialogues, {}
        other.refs = Refs(self._connection, day, dialogues)
        return other

    def commitments(
        self, filter_: Filter = EVERYTHING, *, sort: str = "ref", limit: int | None = None
    ) -> Iterator[CommitmentRow]:
        """Return the commitments that match `filter_`, at most `limit` of them.

        `sort` has names from `commitment_sql.SORTS`, separated by commas; a `-` before a name reverses its order.
        InputError for any other name.
        """
        query = Query(COLUMNS, filter_, sort, limit, self._dialogues)
        return map(commitment_row, select(self._connection, self.day, query))

    def stale_since(self) -> dict[str, str]:
        """Return the day (ISO) on which each stale commitment became stale, by ref."""
        filter_ = Flagged(Flag.STALE)
        query = Query(f"c.ref, {STALE_SINCE}", filter_, "ref", None, self._dialogues)
        return dict(select(self._connection, self.day, query))

    def areas(self, filter_: Filter = EVERYTHING) -> list[AreaRow]:
        """Return the areas of every dialogue that have had a commitment by the day, newest meeting first.

        Each has its next event, and counts of its commitments that match `filter_`.
        """
        return self._areas(self._groups(filter_), filter_)

    def _groups(self, filter_: Filter) -> list[counts.Group]:
        return counts.groups(self._connection, self.day, filter_, dialogues=self._dialogues)

    def _areas(self, of: Iterable[counts.Group], filter_: Filter = EVERYTHING) -> list[AreaRow]:
        return counts.areas(self._connection, self.day, of, filter_, dialogues=self._dialogues)

    def dialogues(self) -> list[DialogueRow]:
        """Return every dialogue, newest meeting first, with counts of its commitments and its next event."""
        return counts.dialogues(self._connection, self.day, self._dialogues)

    def dialogue_titles(self) -> dict[str, str]:
        """Return the title of every dialogue by its key, newest meeting first."""
        records = counts.dialogue_records(self._connection, self.day, self._dialogues)
        return {str(fields.get("key") or ""): str(fields.get("title") or "") for fields in records}

    def parties(self, sides: Sequence[str] = ()) -> list[PartyRow]:
        """Return the parties of the sides, or all, with counts of their commitments, most commitments first."""
        from spacedialog.store.read import parties

        return parties.parties(self._connection, self.day, sides, dialogues=self._dialogues)

    def successions(self) -> list[Succession]:
        """Return which parties succeeded which others, oldest first."""
        from spacedialog.store.read import parties

        return parties.successions(self._connection, self.day)

    def shares_of_predecessors(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Return the dialogues before the parties succeeded others, each with such a predecessor (both are keys)."""
        from spacedialog.store.read import parties

        return parties.shares_of_predecessors(self._connection, self.day, keys)

    def upcoming(
        self, *, until: date | None = None, due: VagueDate | None = None, everything: bool = False
    ) -> list[UpcomingRow]:
        """Return the dated events that are neither met nor withdrawn, or `everything`, in the order of their windows.

        Overdue events come first, and those that were met or withdrawn last.
        `until` is the last day by which an event opens or closes; the window of an event has a day of `due`. An event
        that recurs gives its occurrences up to that day and in that window, or the next three.
        """
        from spacedialog.store.read import events

        rows = events.upcoming(
            self._connection, self.day, until=until, due=due, everything=everything, dialogues=self._dialogues
        )
        return sorted((row for _, row in rows), key=events.place)

    def todo(
        self,
        filter_: Filter = EVERYTHING,
        *,
        within: int | None = None,
        due: VagueDate | None = None,
        limit: int | None = None,
    ) -> list[TodoRow]:
        """Return what needs attention, among the commitments that match `filter_`; at most `limit` rows.

        The rows are in the order of `Reason`. Rows with the same reason are sorted by the end of the window, for
        `opening` by its start, for `stale` by the last check; then by dialogue, newest first, and by ref. A window
        closes or opens soon if it does so in at most `within` days, by default the closing span. With `due`, the window
        of each row has a day of that date.
        """
        from spacedialog.store.read import todo

        days = self.intervals.closing_days if within is None else within
        return todo.todo(
            self._connection, self.day, filter_, within=days, due=due, limit=limit, dialogues=self._dialogues
        )

    def calendar(
        self, filter_: Filter = EVERYTHING, *, until: date | None = None, due: VagueDate | None = None
    ) -> list[CalendarEvent]:
        """Return all dated events of the commitments that match `filter_`, for a calendar.

        `until` is the last day by which an event opens or closes; its window has a day of `due`. An event that recurs
        is one event.
        """
        from spacedialog.store.read import events

        return events.calendar(self._connection, self.day, filter_, until, due, dialogues=self._dialogues)

    def slips(self) -> Iterator[SlipRow]:
        """Return every date that was moved by the day, oldest first, with the least and the greatest delay in days."""
        from spacedialog.store.read import history

        return (slip.row for slip in history.slips(self._connection, self.day, dialogues=self._dialogues))

    def history(
        self, target: Target | None = None, filter_: EntryFilter = EVERY_ENTRY, *, limit: int | None = None
    ) -> list[HistoryRow]:
        """Return the entries that match `filter_` and were true by the day, in the order recorded; the last `limit`.

        The entries of the built-in record are in the order of their days.
        With a `target`, return the entries about it; for a commitment they include its assessments and links, for a
        dialogue its areas and parties.
        """
        from spacedialog.store.read import history

        return history.entries(self._connection, self.day, target, filter_, limit=limit, dialogues=self._dialogues)

    def news(self, since: Since) -> list[News]:
        """Return the entries that are new as `since` defines it, in the order in which they were true."""
        from spacedialog.store.read.news import news

        return news(self._connection, self.day, since, dialogues=self._dialogues)

    def redatings(self, entries: Container[str]) -> dict[str, SlipRow]:
        """Return the changes of dates by these entries (their ids), by entry."""
        from spacedialog.store.read import history

        slips = history.slips(self._connection, self.day)
        return {slip.entry: slip.row for slip in slips if slip.entry in entries}

    def log(self) -> Iterator[Entry]:
        """Return every entry of the log, in the order recorded."""
        return log.entries(self._connection)

    def hashes(self) -> Iterator[tuple[str, int]]:
        """Return the hash of every entry of the log and its recorded time (µs since 1970, UTC), in any order."""
        return log.hashes(self._connection)

    def position(self) -> Position:
        """Return the position of the log: its number of entries, the last to arrive and the newest recorded time."""
        from spacedialog.store.read import history

        return history.position(self._connection)

    def has_been_at(self, position: Position) -> bool:
        """Return whether this log was ever at the position; false for another log and for a log created again."""
        from spacedialog.store.read import history

        return history.has_been_at(self._connection, position)

    def conflicts(self) -> Iterator[ConflictRow]:
        """Return the conflicts that exist on the day, oldest first, then the ref clashes."""
        from spacedialog.store.read import conflicts

        return (row for _, row in conflicts.conflicts(self._connection, self.day, dialogues=self._dialogues))

    def disagreements(self) -> tuple[int, int]:
        """Return the number of conflicts and the number of ref clashes that exist on the day."""
        from spacedialog.store.read import conflicts

        return conflicts.count_conflicts(self._connection, self.day)

    def decisions(self, old: str, new: str) -> dict[tuple[str, str], str]:
        """Return the decisions on pairs of commitments of two dialogues (their keys): `linked` or `not-linked`.

        A pair has two refs; the ref of the older dialogue is first.
        """
        from spacedialog.store.read import links

        return links.decisions(self._connection, self.day, old, new)

    def assessments(self, filter_: Filter = EVERYTHING, *, rubric: str | None = None) -> Iterator[AssessmentRow]:
        """Return the verdicts that are current on the day, on the commitments that match `filter_`.

        `rubric` limits them to the rubric of that name.
        """
        from spacedialog.store.read import assessments

        rows = assessments.assessments(self._connection, self.day, filter_, rubric=rubric, dialogues=self._dialogues)
        return (row for _, row in rows)

    def sides(self) -> dict[tuple[str, str], str]:
        """Return the side of each party, by dialogue and key."""
        rows = self._rows(f"SELECT p.dialogue, p.key, p.side FROM party AS p WHERE {VALID.format('p')}")
        return {(dialogue, key): side for dialogue, key, side in rows}

    def timings(self, filter_: Filter = EVERYTHING) -> dict[str, Timing]:
        """Return the timing (late, missed) of each commitment that matches `filter_`, by ref."""
        from spacedialog.store.read import assessments

        return assessments.timings(self._connection, self.day, filter_, dialogues=self._dialogues)


def commitment_row(row: Sequence[Any]) -> CommitmentRow:
    """Return the row of a commitment from the values of `COLUMNS`."""
    values, flags = list(row[: len(_PLAIN)]), row[len(_PLAIN) : len(_PLAIN) + len(FLAG_COLUMNS)]
    values[_PARTNERS_AT] = _names(values[_PARTNERS_AT])
    values.insert(_FLAGS_AT, tuple(filter(None, flags)))
    return CommitmentRow._make(values)


@lru_cache(maxsize=256)  # A record has far fewer parties than commitments.
def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
