"""The record as of a day: every question that commands ask, answered with typed rows.

A view stands on a connection that its opener closes; rows come as they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.errors import NotFoundError
from spacedialog.model.entry import iso_time
from spacedialog.model.fold import fold
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
from spacedialog.store.read import assessments as assessed
from spacedialog.store.read import conflicts as disputed
from spacedialog.store.read import counts, events, history, links
from spacedialog.store.read.filter_sql import (
    EVERYTHING,
    FLAGS,
    VALID,
    Filter,
    Flagged,
    Parameters,
    day_parameters,
    full_text_query,
    matching,
    order_by,
)
from spacedialog.store.read.refs import Refs
from spacedialog.store.write.projection import entries_of

_COLUMNS = (
    "c.ref, c.dialogue, c.area, c.kind, c.title, c.strength, c.lead, c.partners, c.status, c.percent,"
    " c.due, c.due_earliest, c.due_latest, "
    + ", ".join(f"{sql} AS {flag}" for flag, sql in FLAGS.items())
    + ", c.updated, c.source"
)

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


# The documents of a dialogue by their keys, and what its grades of evidence mean.
_Register = tuple[dict[str, dict[str, Any]], dict[str | None, str]]


class Snapshot:
    """The record as it was on `day`, as far as the connection's log knows; of the dialogues named, or of all."""

    def __init__(self, connection: sqlite3.Connection, day: date, dialogues: Sequence[str] = ()) -> None:
        self.day = day
        self.refs = Refs(connection)
        self._connection = connection
        self._dialogues = dialogues

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

    def upcoming(
        self, *, until: date | None = None, everything: bool = False, item: str | None = None
    ) -> list[UpcomingRow]:
        """Dated events in the order of their windows: those not met, or all; `until` a day by which they open or
        close. Of one that recurs, the occurrences up to `until`, or the next three."""
        return events.upcoming(
            self._connection, self.day, until=until, everything=everything, item=item, dialogues=self._dialogues
        )

    def calendar(self, filter_: Filter = EVERYTHING, *, until: date | None = None) -> list[CalendarEvent]:
        """The dated events of the commitments that the filter lets through, in whatever state, as calendars keep them.

        `until` is a day by which they open or close. One that recurs is one event.
        """
        return events.calendar(self._connection, self.day, filter_, until, dialogues=self._dialogues)

    def slips(self, *, item: str | None = None) -> Iterator[SlipRow]:
        """Every re-dating up to the day, oldest first, with the least and the most that it can have put off."""
        return (row for _, row in history.slips(self._connection, self.day, item=item, dialogues=self._dialogues))

    def history(self, target: Target | None = None, *, limit: int | None = None) -> list[HistoryRow]:
        """The log's entries that were true by the day, in the order recorded; the last `limit` of them."""
        return history.entries(self._connection, self.day, target, limit=limit, dialogues=self._dialogues)

    def news(self, since: Since) -> list[NewsRow]:
        """The log's entries that are news, in the order in which they were true."""
        return list(history.news(self._connection, self.day, since, dialogues=self._dialogues))

    def redatings(self, entries: Container[str]) -> dict[str, SlipRow]:
        """The re-datings that these entries (their ids) made, by the entries."""
        return {entry: row for entry, row in history.slips(self._connection, self.day) if entry in entries}

    def position(self) -> Position:
        """How far the log has come."""
        return history.position(self._connection)

    def has_been_at(self, position: Position) -> bool:
        """Whether this log was once at the position, and not another one, or one that was made anew."""
        return history.has_been_at(self._connection, position)

    def conflicts(self, *, item: str | None = None) -> Iterator[ConflictRow]:
        """What changes that were made apart do not agree on, until someone decides; then refs that two things bear."""
        return disputed.conflicts(self._connection, self.day, item=item, dialogues=self._dialogues)

    def disagreements(self) -> tuple[int, int]:
        """How many conflicts there are, and how many refs that two things bear."""
        return disputed.count_conflicts(self._connection, self.day)

    def decisions(self, old: str, new: str) -> dict[tuple[str, str], str]:
        """What people decided of pairs of commitments (their refs) of two dialogues, as of the day."""
        return links.decisions(self._connection, self.day, old, new)

    def assessments(
        self, filter_: Filter = EVERYTHING, *, item: str | None = None, rubric: str | None = None
    ) -> Iterator[AssessmentRow]:
        """The verdicts that stand on the day, of the commitments that the filter lets through; `rubric` is its name."""
        return assessed.assessments(
            self._connection, self.day, filter_, item=item, rubric=rubric, dialogues=self._dialogues
        )

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
        return self._detail(_commitment_row(row), target.item, {})

    def _detail(self, row: CommitmentRow, item: str, registers: dict[str, _Register]) -> Detail:
        """All that is known of a commitment; what its dialogue's documents are goes into `registers`."""
        fields = self.fields(item) or {}
        if row.dialogue not in registers:
            registers[row.dialogue] = self._register(row.dialogue)
        documents, grades = registers[row.dialogue]
        return Detail(
            row,
            fields.get("detail"),
            fields.get("difference"),
            tuple(fields.get("omitted_by") or ()),
            tuple(
                {**source, **documents.get(source["document"], {}), "meaning": grades.get(source.get("grade"))}
                for source in fields.get("sources") or ()
            ),
            tuple(self.upcoming(everything=True, item=item)),
            tuple(self.slips(item=item)),
            tuple(self.history(Target(row.ref, item, None))),
            tuple(self.conflicts(item=item)),
            tuple(self.assessments(item=item)),
            links.linked_commitments(self._connection, self.day, item, "new", "old"),
            links.linked_commitments(self._connection, self.day, item, "old", "new"),
        )

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
        history = fold(entries_of(self._connection, item))
        day = self.day.isoformat()
        for period in history.periods if history else ():
            if period.valid_from <= day < period.valid_to:
                if milestone is None:
                    return period.fields
                return next((part.fields for part in period.milestones if part.id == milestone), None)
        return None

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

    def _register(self, dialogue: str) -> _Register:
        """The documents that a dialogue's record cites (title and address by key), and what its grades mean."""
        of = self.dialogue(dialogue) or {}
        documents = {
            document["key"]: {name: document[name] for name in ("title", "url") if name in document}
            for document in of.get("documents") or ()
        }
        return documents, of.get("grades") or {}

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
        registers: dict[str, _Register] = {}
        details = tuple(self._detail(_commitment_row(row), row[-1], registers) for row in watch(chosen))
        rows = [detail.commitment for detail in details]
        at = history.position(self._connection)
        return Report(
            self.day.isoformat(),
            selection,
            at.entries,
            iso_time(at.recorded) if at.recorded is not None else None,
            tuple(self.dialogue(key) or {} for key in dict.fromkeys(row.dialogue for row in rows)),
            self.coverage(filter_),
            {status.value: sum(row.status == status for row in rows) for status in Status},
            tuple(area for area in self.areas(filter_) if area.commitments),
            details,
            tuple(sorted((event for detail in details for event in detail.milestones), key=events.by_window)),
            tuple(slip for detail in details for slip in detail.slips),
            at.seq,
        )


def _commitment_row(row: tuple[Any, ...]) -> CommitmentRow:
    *marks, updated, source = row[13 : 15 + len(FLAGS)]
    flags = tuple(flag.value for flag, set_ in zip(FLAGS, marks, strict=True) if set_)
    return CommitmentRow._make((*row[:7], tuple(json.loads(row[7])), *row[8:13], flags, updated, source))
