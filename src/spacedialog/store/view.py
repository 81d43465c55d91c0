"""The record as of a day: every question that commands ask, answered with typed rows.

A view stands on a connection that its opener closes; rows come as they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from spacedialog.errors import NotFoundError
from spacedialog.fold import closing_day, fold
from spacedialog.rows import (
    AreaRow,
    CalendarEvent,
    CommitmentRow,
    Coverage,
    Detail,
    FoundRow,
    HistoryRow,
    Overview,
    Report,
    SlipRow,
    UpcomingRow,
)
from spacedialog.store import events
from spacedialog.store.cache import changes_of, instant
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
from spacedialog.words import Flag, MilestoneState, Status

_COLUMNS = (
    "c.ref, c.dialogue, c.area, c.kind, c.title, c.strength, c.lead, c.partners, c.status, c.percent,"
    " c.due, c.due_earliest, c.due_latest, "
    + ", ".join(f"{sql} AS {flag}" for flag, sql in FLAGS.items())
    + ", c.updated, c.source"
)

_VALUES = {
    "dialogue": f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held",
    "area": f"SELECT a.key FROM area AS a WHERE {VALID.format('a')} GROUP BY a.key ORDER BY min(a.position)",
    "party": f"SELECT DISTINCT p.key FROM party AS p WHERE {VALID.format('p')} ORDER BY p.key",
    "side": f"SELECT DISTINCT p.side FROM party AS p WHERE {VALID.format('p')} ORDER BY p.side",
    "kind": f"SELECT DISTINCT c.kind FROM commitment AS c WHERE {VALID.format('c')} ORDER BY c.kind",
}

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_FEW = 5


class View:
    """The record as it was on `day`, as far as the connection's log knows."""

    def __init__(self, connection: sqlite3.Connection, day: date) -> None:
        self.day = day
        self.refs = Refs(connection)
        self._connection = connection

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        return self._connection.execute(sql, {**reckoning(self.day), **(parameters or {})})

    # Lists

    def commitments(
        self, filter_: Filter = EVERYTHING, *, sort: str = "ref", limit: int | None = None
    ) -> Iterator[CommitmentRow]:
        """The commitments that the filter lets through; `sort` as in `query.SORTS`, `-` before it to turn it."""
        parameters: Parameters = {"limit": -1 if limit is None else limit}
        cursor = self._rows(
            f"SELECT {_COLUMNS} FROM commitment AS c WHERE {VALID.format('c')} AND {where(filter_, parameters)}"
            f" ORDER BY {order_by(sort)} LIMIT :limit",
            parameters,
        )
        return map(_commitment_row, cursor)

    def areas(self) -> list[AreaRow]:
        """Every area of every dialogue, in the dialogue's order, with counts and what comes next in it."""
        following = {
            (dialogue, area): {"ref": ref, "title": title, "when": when}
            for dialogue, area, ref, title, when, *_ in self._rows(
                f"SELECT dialogue, area, ref, title, \"when\", min(latest || coalesce(earliest, ''))"
                f" FROM ({events.EVENTS}) WHERE {events.UNMET} AND latest >= :day GROUP BY dialogue, area"
            )
        }
        counts = {
            (dialogue, area): figures
            for dialogue, area, *figures in self._rows(
                "SELECT c.dialogue, c.area, count(*), sum(c.status <> 'not-assessed'), sum(c.status = 'complete'),"
                f" sum(c.status = 'in-progress'), sum(ifnull({FLAGS[Flag.OVERDUE]}, 0)),"
                f" sum(ifnull({FLAGS[Flag.CLOSING]}, 0))"
                f" FROM commitment AS c WHERE {VALID.format('c')} GROUP BY c.dialogue, c.area"
            )
        }
        titles = self._rows(
            "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
            f" AND {VALID.format('d')} WHERE {VALID.format('a')} ORDER BY d.held, d.key, a.position, a.key"
        )
        return [
            AreaRow._make((key, title, *counts.get((dialogue, key), (0,) * 6), following.get((dialogue, key))))
            for dialogue, key, title in titles
        ]

    def upcoming(
        self, *, until: date | None = None, everything: bool = False, item: str | None = None
    ) -> list[UpcomingRow]:
        """Dated events in the order of their windows: those not met, or all; `until` a day by which they open or
        close. Of one that recurs, the occurrences up to `until`, or the next three."""
        return events.upcoming(self._connection, self.day, until=until, everything=everything, item=item)

    def calendar(self, filter_: Filter = EVERYTHING, *, until: date | None = None) -> list[CalendarEvent]:
        """The dated events of the commitments that the filter lets through, in whatever state, as calendars keep them.

        `until` is a day by which they open or close. One that recurs is one event."""
        return events.calendar(self._connection, self.day, filter_, until)

    def slips(self, *, item: str | None = None) -> Iterator[SlipRow]:
        """Every re-dating up to the day, oldest first, with the least and the most that it can have put off."""
        cursor = self._rows(
            'SELECT ifnull(m.ref, c.ref), c.ref, ifnull(m.title, c.title), r."on", r.old, r.new, l.author, l.body'
            " FROM redating AS r JOIN change AS l ON l.id = r.change"
            f" JOIN commitment AS c ON c.item = r.item AND {VALID.format('c')}"
            f" LEFT JOIN milestone AS m ON m.item = r.item AND m.milestone = r.milestone AND {VALID.format('m')}"
            f" WHERE r.day <= :day AND {'r.item = :item' if item else 'TRUE'} ORDER BY r.day, l.ts, l.id",
            {"item": item},
        )
        return map(_slip_row, cursor)

    def history(self, target: Target | None = None, *, limit: int | None = None) -> list[HistoryRow]:
        """The log's entries that were true by the day, in the order recorded; the last `limit` of them."""
        about = "WHERE l.item = :item" if target else ""
        if target and target.milestone:
            about += " AND json_extract(l.body, '$.milestone') = :milestone"
        cursor = self._rows(
            'SELECT l.id, l.ts, l."on", l.author, l.kind, l.body, r.change IS NOT NULL,'
            " coalesce((SELECT m.ref FROM milestone AS m WHERE m.item = l.item"
            " AND m.milestone = json_extract(l.body, '$.milestone') LIMIT 1),"
            " (SELECT c.ref FROM commitment AS c WHERE c.item = l.item ORDER BY c.valid_from DESC LIMIT 1),"
            " (SELECT d.key FROM dialogue AS d WHERE d.item = l.item),"
            " (SELECT a.dialogue || '/' || a.key FROM area AS a WHERE a.item = l.item),"
            " (SELECT p.dialogue || '/' || p.key FROM party AS p WHERE p.item = l.item), '') "
            f"FROM change AS l LEFT JOIN retracted AS r ON r.change = l.id {about}"
            ' ORDER BY l.ts DESC, l."on" DESC, l.id DESC',
            {"item": target and target.item, "milestone": target and target.milestone},
        )
        newest_first = (row for row in map(_history_row, cursor) if closing_day(row.on) <= self.day.isoformat())
        return list(islice(newest_first, limit))[::-1]

    # One thing

    def detail(self, target: Target) -> Detail:
        """All that is known of the commitment that the target names; NotFoundError if there was none on the day."""
        cursor = self._rows(
            f"SELECT {_COLUMNS} FROM commitment AS c WHERE c.item = :item AND {VALID.format('c')}",
            {"item": target.item},
        )
        row = cursor.fetchone()
        fields = self.fields(target.item)
        if row is None or fields is None:
            raise NotFoundError(
                f"{target.ref} was not on record on {self.day}", "leave out --as-of, or name a later day"
            )
        documents, grades = self._register(fields.get("dialogue", ""))
        return Detail(
            _commitment_row(row),
            fields.get("detail"),
            fields.get("difference"),
            tuple(fields.get("omitted_by") or ()),
            tuple(
                {**source, **documents.get(source["document"], {}), "meaning": grades.get(source.get("grade"))}
                for source in fields.get("sources") or ()
            ),
            tuple(self.upcoming(everything=True, item=target.item)),
            tuple(self.slips(item=target.item)),
            tuple(self.history(target._replace(milestone=None))),
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

    def _register(self, dialogue: str) -> tuple[dict[str, dict[str, Any]], dict[str | None, str]]:
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

    def coverage(self) -> Coverage:
        """How many commitments there are, how many were assessed, and how old the oldest of those checks is."""
        (total, assessed, oldest) = self._rows(
            "SELECT count(*), ifnull(sum(c.status <> 'not-assessed'), 0),"
            " min(iif(c.status <> 'not-assessed', c.checked, NULL))"
            f" FROM commitment AS c WHERE {VALID.format('c')}"
        ).fetchone()
        return Coverage(total, assessed, oldest and (self.day - date.fromisoformat(oldest)).days)

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
        )

    def report(self, filter_: Filter = EVERYTHING, *, selection: str = "", sort: str = "ref") -> Report:
        """All that is known of the commitments that the filter lets through; `selection` says which those are."""
        details = tuple(
            self.detail(Target(row.ref, item, None))
            for row, item in [(row, self.refs.resolve(row.ref).item) for row in self.commitments(filter_, sort=sort)]
        )
        rows = [detail.commitment for detail in details]
        milestones = sorted((event for detail in details for event in detail.milestones), key=events.by_window)
        assessed = [row for row in rows if row.status != Status.NOT_ASSESSED]
        (changes, newest) = self._rows("SELECT count(*), max(ts) FROM change").fetchone()
        return Report(
            self.day.isoformat(),
            selection,
            changes,
            instant(newest) if newest is not None else None,
            tuple(self.dialogue(key) or {} for key in dict.fromkeys(row.dialogue for row in rows)),
            Coverage(len(rows), len(assessed), None),
            {status.value: sum(row.status == status for row in rows) for status in Status},
            tuple(self.areas()),
            details,
            tuple(milestones),
            tuple(slip for detail in details for slip in detail.slips),
        )


def _commitment_row(row: tuple[Any, ...]) -> CommitmentRow:
    flags = tuple(flag.value for flag, set_ in zip(FLAGS, row[13:17], strict=True) if set_)
    return CommitmentRow._make((*row[:7], tuple(json.loads(row[7])), *row[8:13], flags, row[17], row[18]))


def _slip_row(row: tuple[Any, ...]) -> SlipRow:
    from spacedialog.dates import VagueDate

    ref, commitment, title, on, old_text, new_text, author, body = row
    old, new, said = VagueDate.parse(old_text), VagueDate.parse(new_text), json.loads(body)
    least = (new.earliest - old.latest).days if new.earliest and old.latest else None
    most = (new.latest - old.earliest).days if new.latest and old.earliest else None
    remarks = said.get("note"), said.get("evidence")
    return SlipRow(ref, commitment, title, on, old_text, new_text, least, most, new.within(old), author, *remarks)


def _history_row(row: tuple[Any, ...]) -> HistoryRow:
    change, ts, on, author, kind, body, retracted, ref = row
    said = json.loads(body)
    changed = said.get("set") or ({"retracts": said["retracts"]} if "retracts" in said else {})
    return HistoryRow(
        change,
        instant(ts),
        on,
        author,
        ref,
        kind,
        changed,
        said.get("note"),
        said.get("evidence"),
        bool(retracted),
    )
