"""The record as of a day: every question that commands ask, answered with typed rows.

A view stands on a connection that its opener closes; rows come as they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterator, Mapping
from datetime import date
from typing import Any

from spacedialog.errors import NotFoundError
from spacedialog.fold import fold
from spacedialog.links import citation
from spacedialog.log import instant
from spacedialog.rows import (
    AreaRow,
    CalendarEvent,
    CommitmentRow,
    ConflictRow,
    Coverage,
    Detail,
    FoundRow,
    HistoryRow,
    NewsRow,
    Overview,
    Report,
    SlipRow,
    UpcomingRow,
)
from spacedialog.store import assessed, events, history
from spacedialog.store.cache import changes_of
from spacedialog.store.history import Position, Since
from spacedialog.store.query import (
    EVERYTHING,
    FLAGS,
    VALID,
    Filter,
    Flagged,
    Parameters,
    match_all,
    order_by,
    reckoning,
    where,
)
from spacedialog.store.refs import Refs, Target
from spacedialog.verdicts import AssessmentRow
from spacedialog.watch import Watch, unwatched
from spacedialog.words import Flag, MilestoneState, Status

_COLUMNS = (
    "c.ref, c.dialogue, c.area, c.kind, c.title, c.strength, c.lead, c.partners, c.status, c.percent,"
    " c.due, c.due_earliest, c.due_latest, "
    + ", ".join(f"{sql} AS {flag}" for flag, sql in FLAGS.items())
    + ", c.updated, c.source"
)

# Fields set apart to different values, and refs that are shown with a letter.
_DISPUTED = """
    SELECT item, milestone, field, kept, other, 0 AS clash FROM conflict
    UNION ALL
    SELECT c.item, c.milestone, 'ref', c.kept, c.other, 1 FROM clash AS c
    WHERE c.shown IN (SELECT ref FROM commitment WHERE item = c.item AND valid_to > :day
        UNION ALL SELECT ref FROM milestone WHERE item = c.item AND valid_to > :day)
"""

_SAID = '{0}.id, {0}.ts, {0}."on", {0}.author, {0}.body'

_VALUES = {
    "dialogue": f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held",
    "area": f"SELECT a.key FROM area AS a WHERE {VALID.format('a')} GROUP BY a.key ORDER BY min(a.position)",
    "party": f"SELECT DISTINCT p.key FROM party AS p WHERE {VALID.format('p')} ORDER BY p.key",
    "side": f"SELECT DISTINCT p.side FROM party AS p WHERE {VALID.format('p')} ORDER BY p.side",
    "kind": f"SELECT DISTINCT c.kind FROM commitment AS c WHERE {VALID.format('c')} ORDER BY c.kind",
}

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_FEW = 5


# The documents of a dialogue by their keys, and what its grades of evidence mean.
_Register = tuple[dict[str, dict[str, Any]], dict[str | None, str]]


class View:
    """The record as it was on `day`, as far as the connection's log knows."""

    def __init__(self, connection: sqlite3.Connection, day: date) -> None:
        self.day = day
        self.refs = Refs(connection)
        self._connection = connection

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        return self._connection.execute(sql, {**reckoning(self.day), **(parameters or {})})

    def on(self, day: date) -> View:
        """The same record on another day."""
        return View(self._connection, day)

    # Lists

    def commitments(
        self, filter_: Filter = EVERYTHING, *, sort: str = "ref", limit: int | None = None
    ) -> Iterator[CommitmentRow]:
        """The commitments that the filter lets through; `sort` as in `query.SORTS`, `-` before it to turn it."""
        return map(_commitment_row, self._chosen(filter_, sort, limit))

    def _chosen(self, filter_: Filter, sort: str, limit: int | None, *, more: str = "") -> sqlite3.Cursor:
        parameters: Parameters = {"limit": -1 if limit is None else limit}
        return self._rows(
            f"SELECT {_COLUMNS}{more} FROM commitment AS c WHERE {VALID.format('c')} AND {where(filter_, parameters)}"
            f" ORDER BY {order_by(sort)} LIMIT :limit",
            parameters,
        )

    def areas(self, filter_: Filter = EVERYTHING) -> list[AreaRow]:
        """Every area of every dialogue, in the dialogue's order, with what comes next in it and counts of the
        commitments that the filter lets through."""
        parameters: Parameters = {}
        chosen = f"FROM commitment AS c WHERE {VALID.format('c')} AND {where(filter_, parameters)}"
        of_them = "TRUE" if filter_ == EVERYTHING else f"item IN (SELECT c.item {chosen})"
        following = {
            (dialogue, area): {"ref": ref, "title": title, "when": when}
            for dialogue, area, ref, title, when, *_ in self._rows(
                f"SELECT dialogue, area, ref, title, \"when\", min(latest || coalesce(earliest, ''))"
                f" FROM ({events.EVENTS}) WHERE {events.UNMET} AND latest >= :day AND {of_them}"
                " GROUP BY dialogue, area",
                parameters,
            )
        }
        counts = {
            (dialogue, area): figures
            for dialogue, area, *figures in self._rows(
                "SELECT c.dialogue, c.area, count(*), sum(c.status <> 'not-assessed'), sum(c.status = 'complete'),"
                f" sum(c.status = 'in-progress'), sum(ifnull({FLAGS[Flag.OVERDUE]}, 0)),"
                f" sum(ifnull({FLAGS[Flag.CLOSING]}, 0)), sum({FLAGS[Flag.CLAIMED]})"
                f" {chosen} GROUP BY c.dialogue, c.area",
                parameters,
            )
        }
        titles = self._rows(
            "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
            f" AND {VALID.format('d')} WHERE {VALID.format('a')} ORDER BY d.held, d.key, a.position, a.key"
        )
        return [
            AreaRow._make((key, title, *figures[:-1], following.get((dialogue, key)), figures[-1]))
            for dialogue, key, title in titles
            for figures in [counts.get((dialogue, key), (0,) * 7)]
        ]

    def upcoming(
        self, *, until: date | None = None, everything: bool = False, item: str | None = None
    ) -> list[UpcomingRow]:
        """Dated events in the order of their windows: those not met, or all; `until` a day by which they open or
        close. Of one that recurs, the occurrences up to `until`, or the next three."""
        return events.upcoming(self._connection, self.day, until=until, everything=everything, item=item)

    def calendar(self, filter_: Filter = EVERYTHING, *, until: date | None = None) -> list[CalendarEvent]:
        """The dated events of the commitments that the filter lets through, in whatever state, as calendars keep them.

        `until` is a day by which they open or close. One that recurs is one event.
        """
        return events.calendar(self._connection, self.day, filter_, until)

    def slips(self, *, item: str | None = None) -> Iterator[SlipRow]:
        """Every re-dating up to the day, oldest first, with the least and the most that it can have put off."""
        return (row for _, row in history.slips(self._connection, self.day, item=item))

    def history(self, target: Target | None = None, *, limit: int | None = None) -> list[HistoryRow]:
        """The log's entries that were true by the day, in the order recorded; the last `limit` of them."""
        return history.entries(self._connection, self.day, target, limit=limit)

    def news(self, since: Since) -> list[NewsRow]:
        """The log's entries that are news, in the order in which they were true."""
        return list(history.news(self._connection, self.day, since))

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
        about = "x.item = :item" if item else "TRUE"
        cursor = self._rows(
            f"SELECT x.item, x.milestone, x.field, {_SAID.format('k')}, {_SAID.format('o')}"
            f" FROM ({_DISPUTED}) AS x JOIN change AS k ON k.id = x.kept JOIN change AS o ON o.id = x.other"
            f" WHERE {about} ORDER BY x.clash, max(k.ts, o.ts), k.id, o.id, x.field",
            {"item": item},
        )
        return map(self._conflict_row, cursor)

    def _conflict_row(self, row: tuple[Any, ...]) -> ConflictRow:
        item, milestone, field, *said = row
        ref, title = self._rows(
            "SELECT ref, title FROM milestone WHERE milestone = :milestone"
            " UNION ALL SELECT ref, title FROM commitment WHERE item = :item AND :day < valid_to"
            " UNION ALL SELECT key, '' FROM dialogue WHERE item = :item"
            " UNION ALL SELECT c.ref, c.title FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment"
            " AND :day < c.valid_to WHERE a.item = :item"
            " UNION ALL SELECT dialogue || '/' || key, title FROM area WHERE item = :item"
            " UNION ALL SELECT dialogue || '/' || key, name FROM party WHERE item = :item UNION ALL SELECT '', ''",
            {"item": item, "milestone": milestone},
        ).fetchone()
        sides = []
        for change, ts, on, author, body in (said[:5], said[5:]):
            says = json.loads(body)
            sources = says["set"].get("sources")
            evidence = says.get("evidence") or (citation(sources[0]) if sources else None)
            sides.append((says["set"][field], author, on, instant(ts), change, evidence))
        return ConflictRow(ref, title, field, *sides[0], *sides[1])

    def assessments(
        self, filter_: Filter = EVERYTHING, *, item: str | None = None, rubric: str | None = None
    ) -> Iterator[AssessmentRow]:
        """The verdicts that stand on the day, of the commitments that the filter lets through; `rubric` is its name."""
        return assessed.assessments(self._connection, self.day, filter_, item=item, rubric=rubric)

    def sides(self) -> dict[tuple[str, str], str]:
        """The side of each party, by its dialogue and its key."""
        rows = self._rows(f"SELECT p.dialogue, p.key, p.side FROM party AS p WHERE {VALID.format('p')}")
        return {(dialogue, key): side for dialogue, key, side in rows}

    def timings(self, filter_: Filter = EVERYTHING) -> dict[str, assessed.Timing]:
        """Of the commitments that the filter lets through, by their refs, what came after its time."""
        return assessed.timings(self._connection, self.day, filter_)

    def disagreements(self) -> tuple[int, int]:
        """How many conflicts there are, and how many refs that two things bear."""
        conflicts, clashes = self._rows(
            f"SELECT ifnull(sum(NOT clash), 0), ifnull(sum(clash), 0) FROM ({_DISPUTED})"
        ).fetchone()
        return conflicts, clashes

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
        )

    def fields(self, item: str, milestone: str | None = None) -> Mapping[str, Any] | None:
        """The fields of an item, or of a milestone of it, on the day; None where there was no such thing."""
        history = fold(changes_of(self._connection, item))
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

    def values(self, field: str) -> list[str]:
        """The values that a filter on the field can have on the day."""
        return [value for (value,) in self._rows(_VALUES[field])]

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
        cursor = self._rows(
            "SELECT w.item, c.ref, c.title, c.status, snippet(words_fts, -1, '', '', ' … ', 12)"
            " FROM words_fts AS f JOIN words AS w ON w.id = f.rowid"
            f" JOIN commitment AS c ON c.item = w.item AND {VALID.format('c')}"
            ' WHERE words_fts MATCH :words AND w."on" <= :day ORDER BY f.rank, c.ref_key',
            {"words": match_all(words)},
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
            f" FROM commitment AS c WHERE {VALID.format('c')} AND {where(filter_, parameters)}",
            parameters,
        ).fetchone()
        age = oldest and (self.day - date.fromisoformat(oldest)).days
        return Coverage(total, assessed, age, complete, claimed)

    def overview(self) -> Overview:
        """The state of the whole record on the day, with the few things that want looking at."""
        dialogues = tuple(
            {name: fields[name] for name in _DIALOGUE_FIELDS if name in fields}
            for (text,) in self._rows(f"SELECT d.fields FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held")
            for fields in [json.loads(text)]
        )
        counts = dict(
            self._rows(
                f"SELECT c.status, count(*) FROM commitment AS c WHERE {VALID.format('c')} GROUP BY c.status"
            ).fetchall()
        )
        upcoming = self.upcoming()
        milestones = [row for row in upcoming if row.ref != row.commitment]
        (stale,) = self._rows(
            f"SELECT count(*) FROM commitment AS c WHERE {VALID.format('c')} AND {FLAGS[Flag.STALE]}"
        ).fetchone()
        return Overview(
            dialogues,
            self.coverage(),
            {status.value: counts.get(status.value, 0) for status in Status},
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
        watch: Watch = unwatched,
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
            instant(at.recorded) if at.recorded is not None else None,
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
