"""The record as of a day: every question that commands ask, answered with typed rows.

A view stands on a connection that its opener closes; rows come as they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.errors import NotFoundError
from spacedialog.model.entry import Entry, iso_time
from spacedialog.model.filters import EVERYTHING, Filter, Flagged
from spacedialog.model.fold import History, fold
from spacedialog.model.position import Position, Since
from spacedialog.model.progress import Progress, silent
from spacedialog.model.refs import Target
from spacedialog.model.rows.assessment import AssessmentRow
from spacedialog.model.rows.record import (
    AreaRow,
    CalendarEvent,
    CommitmentRow,
    ConflictRow,
    Coverage,
    Detail,
    DialogueRow,
    FoundRow,
    HistoryRow,
    NewsRow,
    Overview,
    Report,
    SlipRow,
    UpcomingRow,
)
from spacedialog.model.vocabulary import Flag, MilestoneState, Status
from spacedialog.store.log import entries_of
from spacedialog.store.read import assessments as assessed
from spacedialog.store.read import conflicts as disputed
from spacedialog.store.read import counts, events, history, links
from spacedialog.store.read.details import Scope, details, dialogue_records, fields_on
from spacedialog.store.read.filter_sql import (
    FLAGS,
    VALID,
    Parameters,
    day_parameters,
    full_text_query,
    matching,
    order_by,
)
from spacedialog.store.read.refs import Refs

_DERIVED = {"updated_on": "updated"}
"""The columns of those fields of a row that are not named after their field."""

_PLAIN = [name for name in CommitmentRow._fields if name != "flags"]
_FLAGS_AT, _PARTNERS_AT = CommitmentRow._fields.index("flags"), _PLAIN.index("partners")
_COLUMNS = ", ".join([*(f"c.{_DERIVED.get(name, name)}" for name in _PLAIN), *FLAGS.values()])
"""The columns of a commitment's row, then a column for each flag."""

_OF = "(:of IS NULL OR {0}.dialogue = :of)"

_VALUES = {
    "dialogue": f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held",
    # As the newest dialogue that has them orders them: beside max(), SQLite takes the other columns from its row.
    "area": "SELECT key FROM (SELECT a.key AS key, a.position AS position, max(d.held) AS held FROM area AS a"
    f" LEFT JOIN dialogue AS d ON d.key = a.dialogue AND {VALID.format('d')} WHERE {VALID.format('a')}"
    f" AND {_OF.format('a')} GROUP BY a.key)"
    " ORDER BY held DESC, position",
    "party": f"SELECT DISTINCT p.key FROM party AS p WHERE {VALID.format('p')} AND {_OF.format('p')} ORDER BY p.key",
    "side": f"SELECT DISTINCT p.side FROM party AS p WHERE {VALID.format('p')} AND {_OF.format('p')} ORDER BY p.side",
    "kind": f"SELECT DISTINCT c.kind FROM commitment AS c WHERE {VALID.format('c')} AND {_OF.format('c')}"
    " ORDER BY c.kind",
}

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_COUNTS = ("commitments", "assessed", "complete", "in_progress", "claimed")
_FEW = 5


class Snapshot:
    """The record as it was on `day`, as far as the connection's log knows; of the dialogues named, or of all."""

    def __init__(self, connection: sqlite3.Connection, day: date, dialogues: Sequence[str] = ()) -> None:
        self.day = day
        self.refs = Refs(connection)
        self._connection = connection
        self._dialogues = dialogues
        self._histories: dict[str, tuple[list[Entry], History | None]] = {}

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        return self._connection.execute(sql, {**day_parameters(self.day), **(parameters or {})})

    def on(self, day: date) -> Snapshot:
        """The same record on another day."""
        return Snapshot(self._connection, day, self._dialogues)

    def of(self, dialogues: Sequence[str]) -> Snapshot:
        """The same record, of these dialogues (their keys) alone; of all where none is named.

        What is asked for by its ref or its key is there all the same.
        """
        return Snapshot(self._connection, self.day, dialogues)

    # Lists

    def commitments(
        self, filter_: Filter = EVERYTHING, *, sort: str = "ref", limit: int | None = None
    ) -> Iterator[CommitmentRow]:
        """The commitments that the filter lets through; `sort` as in `query.SORTS`, `-` before it to turn it."""
        return map(_commitment_row, self._chosen(filter_, sort, limit))

    def _chosen(self, filter_: Filter, sort: str, limit: int | None, *, more: str = "") -> sqlite3.Cursor:
        parameters: Parameters = {"limit": -1 if limit is None else limit}
        return self._rows(
            f"SELECT {_COLUMNS}{more} FROM commitment AS c WHERE {matching(filter_, self._dialogues, parameters)}"
            f" ORDER BY {order_by(sort)} LIMIT :limit",
            parameters,
        )

    def areas(self, filter_: Filter = EVERYTHING) -> list[AreaRow]:
        """Every area of every dialogue, in the dialogue's order, with what comes next in it and counts of the
        commitments that the filter lets through."""
        return counts.areas(self._connection, self.day, filter_, dialogues=self._dialogues)

    def dialogues(self) -> list[DialogueRow]:
        """Every dialogue, in the order in which they were held, with counts and what comes next in it."""
        return counts.dialogues(self._connection, self.day, self._dialogues)

    def upcoming(self, *, until: date | None = None, everything: bool = False) -> list[UpcomingRow]:
        """Dated events in the order of their windows: those not met, or all; `until` a day by which they open or
        close. Of one that recurs, the occurrences up to `until`, or the next three."""
        rows = events.upcoming(
            self._connection, self.day, until=until, everything=everything, dialogues=self._dialogues
        )
        return [row for _, row in rows]

    def calendar(self, filter_: Filter = EVERYTHING, *, until: date | None = None) -> list[CalendarEvent]:
        """The dated events of the commitments that the filter lets through, in whatever state, as calendars keep them.

        `until` is a day by which they open or close. One that recurs is one event.
        """
        return events.calendar(self._connection, self.day, filter_, until, dialogues=self._dialogues)

    def slips(self) -> Iterator[SlipRow]:
        """Every re-dating up to the day, oldest first, with the least and the most that it can have put off."""
        return (slip.row for slip in history.slips(self._connection, self.day, dialogues=self._dialogues))

    def history(self, target: Target | None = None, *, limit: int | None = None) -> list[HistoryRow]:
        """The log's entries that were true by the day, in the order recorded; the last `limit` of them."""
        return history.entries(self._connection, self.day, target, limit=limit, dialogues=self._dialogues)

    def news(self, since: Since) -> list[NewsRow]:
        """The log's entries that are news, in the order in which they were true."""
        return list(history.news(self._connection, self.day, since, dialogues=self._dialogues))

    def redatings(self, entries: Container[str]) -> dict[str, SlipRow]:
        """The re-datings that these entries (their ids) made, by the entries."""
        slips = history.slips(self._connection, self.day)
        return {slip.entry: slip.row for slip in slips if slip.entry in entries}

    def position(self) -> Position:
        """How far the log has come."""
        return history.position(self._connection)

    def has_been_at(self, position: Position) -> bool:
        """Whether this log was once at the position, and not another one, or one that was made anew."""
        return history.has_been_at(self._connection, position)

    def conflicts(self) -> Iterator[ConflictRow]:
        """What changes that were made apart do not agree on, until someone decides; then refs that two things bear."""
        return (row for _, row in disputed.conflicts(self._connection, self.day, dialogues=self._dialogues))

    def disagreements(self) -> tuple[int, int]:
        """How many conflicts there are, and how many refs that two things bear."""
        return disputed.count_conflicts(self._connection, self.day)

    def decisions(self, old: str, new: str) -> dict[tuple[str, str], str]:
        """What people decided of pairs of commitments (their refs) of two dialogues, as of the day."""
        return links.decisions(self._connection, self.day, old, new)

    def assessments(self, filter_: Filter = EVERYTHING, *, rubric: str | None = None) -> Iterator[AssessmentRow]:
        """The verdicts that stand on the day, of the commitments that the filter lets through; `rubric` is its name."""
        rows = assessed.assessments(self._connection, self.day, filter_, rubric=rubric, dialogues=self._dialogues)
        return (row for _, row in rows)

    def sides(self) -> dict[tuple[str, str], str]:
        """The side of each party, by its dialogue and its key."""
        rows = self._rows(f"SELECT p.dialogue, p.key, p.side FROM party AS p WHERE {VALID.format('p')}")
        return {(dialogue, key): side for dialogue, key, side in rows}

    def timings(self, filter_: Filter = EVERYTHING) -> dict[str, assessed.Timing]:
        """Of the commitments that the filter lets through, by their refs, what came after its time."""
        return assessed.timings(self._connection, self.day, filter_, dialogues=self._dialogues)

    # One thing

    def detail(self, target: Target) -> Detail:
        """All that is known of the commitment that the target names; NotFoundError if there was none on the day."""
        cursor = self._rows(
            f"SELECT {_COLUMNS} FROM commitment AS c WHERE c.item = :item AND {VALID.format('c')}",
            {"item": target.item},
        )
        row = cursor.fetchone()
        if row is None:
            raise NotFoundError(
                f"{target.ref} was not on record on {self.day}", "leave out --as-of, or name a later day"
            )
        return next(self._details([(_commitment_row(row), target.item)], silent))

    def _details(self, rows: Iterable[tuple[CommitmentRow, str]], watch: Progress) -> Iterator[Detail]:
        scope = Scope(self._connection, self.day, self._dialogues)
        return details(scope, {item: row for row, item in rows}, watch)

    def details(self, dialogue: str) -> dict[str, str]:
        """What the commitments of a dialogue say at more length, by their refs, as far as they do."""
        cursor = self._rows(
            "SELECT c.ref, w.detail FROM commitment AS c JOIN words AS w ON w.item = c.item"
            f" WHERE c.dialogue = :dialogue AND {VALID.format('c')} AND w.detail <> ''"
            ' AND w."on" <= :day ORDER BY w.id',
            {"dialogue": dialogue},
        )
        return dict(cursor.fetchall())

    def fields(self, item: str, milestone: str | None = None) -> Mapping[str, Any] | None:
        """The fields of an item, or of a milestone of it, on the day; None where there was no such thing."""
        entries = entries_of(self._connection, item)
        # A write asks for the same item several times, before and after it has written.
        known, history = self._histories.get(item, ([], None))
        if entries != known:
            history = fold(entries)
            self._histories[item] = entries, history
        return fields_on(history, self.day, milestone)

    def standing(self, target: Target) -> Mapping[str, Any]:
        """The fields of what the target names; NotFoundError where there is none (any more) on the day."""
        fields = self.fields(target.item, target.milestone)
        if fields is None:
            raise NotFoundError(f"{target.ref} is not on record on {self.day}", "spacedialog history shows why")
        return fields

    def dialogue(self, key: str) -> dict[str, Any] | None:
        """A dialogue's own record (who met, its documents, what its grades mean) by its key, case aside."""
        row = self._rows(
            f"SELECT d.fields FROM dialogue AS d WHERE d.key = :key COLLATE NOCASE AND {VALID.format('d')}",
            {"key": key},
        ).fetchone()
        return json.loads(row[0]) if row else None

    def values(self, field: str, *, of: str | None = None) -> list[str]:
        """The values that a filter on the field can have on the day; with `of`, those of that dialogue (its key)."""
        return [value for (value,) in self._rows(_VALUES[field], {"of": of})]

    def has_begun(self) -> bool:
        """Whether anything was on record by the day."""
        return self._rows("SELECT 1 FROM commitment WHERE valid_from <= :day LIMIT 1").fetchone() is not None

    def began(self) -> str | None:
        """The day from which anything is on record; None where nothing is."""
        began: str | None = self._rows("SELECT min(valid_from) FROM commitment").fetchone()[0]
        return began

    # Everything at once

    def search(self, words: str, *, limit: int | None = None) -> list[FoundRow]:
        """The commitments whose text, or what has been noted of them, holds all the words; best match first."""
        parameters: Parameters = {"words": full_text_query(words)}
        cursor = self._rows(
            "SELECT w.item, c.ref, c.title, c.status, snippet(words_fts, -1, '', '', ' … ', 12)"
            " FROM words_fts AS f JOIN words AS w ON w.id = f.rowid"
            f" JOIN commitment AS c ON c.item = w.item AND {matching(EVERYTHING, self._dialogues, parameters)}"
            ' WHERE words_fts MATCH :words AND w."on" <= :day ORDER BY f.rank, c.ref_key',
            parameters,
        )
        best: dict[str, FoundRow] = {}
        for item, *found in cursor:
            best.setdefault(item, FoundRow(*found))
        return list(best.values())[:limit]

    def coverage(self, filter_: Filter = EVERYTHING) -> Coverage:
        """Of the commitments that the filter lets through: how many, how many assessed, how old the oldest check is."""
        parameters: Parameters = {}
        total, assessed, oldest, complete, claimed = self._rows(
            "SELECT count(*), ifnull(sum(c.status <> 'not-assessed'), 0),"
            " min(iif(c.status <> 'not-assessed', c.checked, NULL)),"
            f" ifnull(sum(c.status = 'complete'), 0), ifnull(sum({FLAGS[Flag.CLAIMED]}), 0)"
            f" FROM commitment AS c WHERE {matching(filter_, self._dialogues, parameters)}",
            parameters,
        ).fetchone()
        age = oldest and (self.day - date.fromisoformat(oldest)).days
        return Coverage(total, assessed, age, complete, claimed)

    def overview(self) -> Overview:
        """The state of the whole record on the day, with the few things that want looking at."""
        held = counts.dialogue_records(self._connection, self.day, self._dialogues)
        dialogues = tuple(
            {name: fields[name] for name in _DIALOGUE_FIELDS if name in fields}
            | {name: getattr(row, name) for name in _COUNTS}
            for fields, row in zip(held, self.dialogues(), strict=True)
        )
        parameters: Parameters = {}
        chosen = matching(EVERYTHING, self._dialogues, parameters)
        statuses = dict(
            self._rows(
                f"SELECT c.status, count(*) FROM commitment AS c WHERE {chosen} GROUP BY c.status", parameters
            ).fetchall()
        )
        upcoming = self.upcoming()
        milestones = [row for row in upcoming if row.ref != row.commitment]
        (stale,) = self._rows(
            f"SELECT count(*) FROM commitment AS c WHERE {chosen} AND {FLAGS[Flag.STALE]}", parameters
        ).fetchone()
        return Overview(
            dialogues,
            self.coverage(),
            {status.value: statuses.get(status.value, 0) for status in Status},
            tuple(self.areas()),
            tuple([row for row in upcoming if row.state != MilestoneState.CLOSED][:_FEW]),
            tuple(self.commitments(Flagged(Flag.OVERDUE), sort="due", limit=_FEW)),
            tuple([row for row in milestones if row.state == MilestoneState.CLOSED][:_FEW]),
            stale,
            self.position().seq,
        )

    def report(
        self,
        filter_: Filter = EVERYTHING,
        *,
        selection: str = "",
        sort: str = "ref",
        watch: Progress = silent,
    ) -> Report:
        """All that is known of the commitments that the filter lets through; `selection` says which those are."""
        chosen = self._chosen(filter_, sort, None, more=", c.item").fetchall()
        commitments = tuple(self._details(((_commitment_row(row), row[-1]) for row in chosen), watch))
        rows = [detail.commitment for detail in commitments]
        held = dialogue_records(self._connection, self.day, dict.fromkeys(row.dialogue for row in rows))
        at = history.position(self._connection)
        return Report(
            self.day.isoformat(),
            selection,
            at.entries,
            iso_time(at.recorded) if at.recorded is not None else None,
            tuple(held.values()),
            self.coverage(filter_),
            {status.value: sum(row.status == status for row in rows) for status in Status},
            tuple(area for area in self.areas(filter_) if area.commitments),
            commitments,
            tuple(sorted((event for detail in commitments for event in detail.milestones), key=events.by_window)),
            tuple(slip for detail in commitments for slip in detail.slips),
            at.seq,
        )


def _commitment_row(row: tuple[Any, ...]) -> CommitmentRow:
    values, marks = list(row[: len(_PLAIN)]), row[len(_PLAIN) : len(_PLAIN) + len(FLAGS)]
    values[_PARTNERS_AT] = tuple(json.loads(values[_PARTNERS_AT]))
    values.insert(_FLAGS_AT, tuple(flag.value for flag, is_set in zip(FLAGS, marks, strict=True) if is_set))
    return CommitmentRow._make(values)
