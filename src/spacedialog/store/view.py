"""The record as of a day: every question that commands ask, answered with typed rows.

A view stands on a connection that its opener closes; rows come as they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from spacedialog.errors import NotFoundError
from spacedialog.fold import closing_day, fold
from spacedialog.rows import (
    AreaRow,
    CommitmentRow,
    ConflictRow,
    Coverage,
    Detail,
    FoundRow,
    HistoryRow,
    Overview,
    SlipRow,
    UpcomingRow,
)
from spacedialog.store.cache import changes_of, iso
from spacedialog.store.query import (
    EVERYTHING,
    FLAGS,
    Filter,
    Flagged,
    Parameters,
    match_all,
    order_by,
    reckoning,
    where,
)
from spacedialog.store.refs import Refs, Target
from spacedialog.store.shared import position
from spacedialog.words import Flag, MilestoneState, Status

_VALID = "{0}.valid_from <= :day AND :day < {0}.valid_to"

_COLUMNS = (
    "c.ref, c.dialogue, c.area, c.kind, c.title, c.strength, c.lead, c.partners, c.status, c.percent,"
    " c.due, c.due_earliest, c.due_latest, "
    + ", ".join(f"{sql} AS {flag}" for flag, sql in FLAGS.items())
    + ", c.updated, c.source"
)

# Every dated event of the day: commitments' own due dates and their milestones.
_EVENTS = f"""
    SELECT c.ref AS ref, c.ref AS commitment, c.title AS title, c.due AS "when", c.due_earliest AS earliest,
        c.due_latest AS latest, CASE c.status WHEN 'complete' THEN 'met' ELSE c.status END AS status,
        NULL AS recurs, NULL AS met, c.dialogue AS dialogue, c.area AS area, c.item AS item
    FROM commitment AS c
    WHERE c.due IS NOT NULL AND {_VALID.format("c")}
    UNION ALL
    SELECT m.ref, c.ref, m.title, m."when", m.earliest, m.latest, m.status, m.recurs, m.met, c.dialogue, c.area, m.item
    FROM milestone AS m JOIN commitment AS c ON c.item = m.item AND {_VALID.format("c")}
    WHERE {_VALID.format("m")}
"""

_UNMET = "status NOT IN ('met', 'withdrawn')"


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
    "dialogue": f"SELECT d.key FROM dialogue AS d WHERE {_VALID.format('d')} ORDER BY d.held",
    "area": f"SELECT a.key FROM area AS a WHERE {_VALID.format('a')} GROUP BY a.key ORDER BY min(a.position)",
    "party": f"SELECT DISTINCT p.key FROM party AS p WHERE {_VALID.format('p')} ORDER BY p.key",
    "side": f"SELECT DISTINCT p.side FROM party AS p WHERE {_VALID.format('p')} ORDER BY p.side",
    "kind": f"SELECT DISTINCT c.kind FROM commitment AS c WHERE {_VALID.format('c')} ORDER BY c.kind",
}

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_OCCURRENCES = 3
_MOST_OCCURRENCES = 1000
_FEW = 5


class _Event(NamedTuple):
    """A row of `_EVENTS`."""

    ref: str
    commitment: str
    title: str
    when: str
    earliest: str | None
    latest: str | None
    status: str
    recurs: str | None
    met: str | None
    dialogue: str
    area: str
    item: str


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
            f"SELECT {_COLUMNS} FROM commitment AS c WHERE {_VALID.format('c')} AND {where(filter_, parameters)}"
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
                f" FROM ({_EVENTS}) WHERE {_UNMET} AND latest >= :day GROUP BY dialogue, area"
            )
        }
        counts = {
            (dialogue, area): figures
            for dialogue, area, *figures in self._rows(
                "SELECT c.dialogue, c.area, count(*), sum(c.status <> 'not-assessed'), sum(c.status = 'complete'),"
                f" sum(c.status = 'in-progress'), sum(ifnull({FLAGS[Flag.OVERDUE]}, 0)),"
                f" sum(ifnull({FLAGS[Flag.CLOSING]}, 0))"
                f" FROM commitment AS c WHERE {_VALID.format('c')} GROUP BY c.dialogue, c.area"
            )
        }
        titles = self._rows(
            "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
            f" AND {_VALID.format('d')} WHERE {_VALID.format('a')} ORDER BY d.held, d.key, a.position, a.key"
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
        conditions = ["TRUE" if everything else _UNMET]
        parameters: dict[str, Any] = {}
        if until is not None:
            conditions.append("(earliest <= :until OR latest <= :until)")
            parameters["until"] = until.isoformat()
        if item is not None:
            conditions.append("item = :item")
            parameters["item"] = item
        cursor = self._rows(f"SELECT * FROM ({_EVENTS}) WHERE {' AND '.join(conditions)}", parameters)
        rows = [row for event in cursor for row in self._occurrences(_Event(*event), until, everything)]
        return sorted(rows, key=lambda row: (row.latest or "9999-12-31", row.earliest or "", row.ref))

    def _occurrences(self, event: _Event, until: date | None, everything: bool) -> Iterator[UpcomingRow]:
        if not event.recurs:
            yield self._upcoming_row(event, event.when, event.earliest, event.latest, event.status)
            return
        from spacedialog.dates import Recurrence, VagueDate

        if everything and event.met:
            met = VagueDate.parse(event.met)
            yield self._upcoming_row(event, event.met, iso(met.earliest), iso(met.latest), MilestoneState.MET)
        first, every = VagueDate.parse(event.when), Recurrence.parse(event.recurs)
        for number in range(_MOST_OCCURRENCES if until else _OCCURRENCES):
            date_ = first.occurrence(number, every)
            if until and date_.earliest and date_.earliest > until:
                return
            yield self._upcoming_row(event, str(date_), iso(date_.earliest), iso(date_.latest), event.status)

    def _upcoming_row(
        self, event: _Event, when: str, earliest: str | None, latest: str | None, status: str
    ) -> UpcomingRow:
        day = self.day.isoformat()
        if status in (MilestoneState.MET, MilestoneState.WITHDRAWN):
            state = MilestoneState(status)
        elif latest is not None and latest < day:
            state = MilestoneState.CLOSED
        elif earliest is not None and earliest > day:
            state = MilestoneState.UPCOMING
        else:
            state = MilestoneState.OPEN
        opens, closes = ((date.fromisoformat(end) - self.day).days if end else None for end in (earliest, latest))
        return UpcomingRow(
            event.ref,
            event.commitment,
            event.title,
            when,
            earliest,
            latest,
            state.value,
            opens,
            closes,
            event.recurs,
        )

    def slips(self, *, item: str | None = None) -> Iterator[SlipRow]:
        """Every re-dating up to the day, oldest first, with the least and the most that it can have put off."""
        cursor = self._rows(
            'SELECT ifnull(m.ref, c.ref), c.ref, ifnull(m.title, c.title), r."on", r.old, r.new, l.author, l.body'
            " FROM redating AS r JOIN change AS l ON l.id = r.change"
            f" JOIN commitment AS c ON c.item = r.item AND {_VALID.format('c')}"
            f" LEFT JOIN milestone AS m ON m.item = r.item AND m.milestone = r.milestone AND {_VALID.format('m')}"
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
            " UNION ALL SELECT dialogue || '/' || key, title FROM area WHERE item = :item"
            " UNION ALL SELECT dialogue || '/' || key, name FROM party WHERE item = :item UNION ALL SELECT '', ''",
            {"item": item, "milestone": milestone},
        ).fetchone()
        sides = []
        for change, ts, on, author, body in (said[:5], said[5:]):
            sides.append((json.loads(body)["set"][field], author, on, instant(ts), change))
        return ConflictRow(ref, title, field, *sides[0], *sides[1])

    def disagreements(self) -> tuple[int, int]:
        """How many conflicts there are, and how many refs that two things bear."""
        conflicts, clashes = self._rows(
            f"SELECT ifnull(sum(NOT clash), 0), ifnull(sum(clash), 0) FROM ({_DISPUTED})"
        ).fetchone()
        return conflicts, clashes

    def position(self) -> int | None:
        """The position in the team's log up to which this record goes; None where nothing of it was shared."""
        return position(self._connection)

    # One thing

    def detail(self, target: Target) -> Detail:
        """All that is known of the commitment that the target names; NotFoundError if there was none on the day."""
        cursor = self._rows(
            f"SELECT {_COLUMNS} FROM commitment AS c WHERE c.item = :item AND {_VALID.format('c')}",
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
            tuple(self.conflicts(item=target.item)),
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
            f"SELECT d.fields FROM dialogue AS d WHERE d.key = :key COLLATE NOCASE AND {_VALID.format('d')}",
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
            f" JOIN commitment AS c ON c.item = w.item AND {_VALID.format('c')}"
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
            f" FROM commitment AS c WHERE {_VALID.format('c')}"
        ).fetchone()
        return Coverage(total, assessed, oldest and (self.day - date.fromisoformat(oldest)).days)

    def overview(self) -> Overview:
        """The state of the whole record on the day, with the few things that want looking at."""
        dialogues = tuple(
            {name: fields[name] for name in _DIALOGUE_FIELDS if name in fields}
            for (text,) in self._rows(f"SELECT d.fields FROM dialogue AS d WHERE {_VALID.format('d')} ORDER BY d.held")
            for fields in [json.loads(text)]
        )
        counts = dict(
            self._rows(
                f"SELECT c.status, count(*) FROM commitment AS c WHERE {_VALID.format('c')} GROUP BY c.status"
            ).fetchall()
        )
        upcoming = self.upcoming()
        milestones = [row for row in upcoming if row.ref != row.commitment]
        (stale,) = self._rows(
            f"SELECT count(*) FROM commitment AS c WHERE {_VALID.format('c')} AND {FLAGS[Flag.STALE]}"
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
            self.position(),
        )


def _commitment_row(row: tuple[Any, ...]) -> CommitmentRow:
    *marks, updated, source = row[13:]
    flags = tuple(flag.value for flag, set_ in zip(FLAGS, marks, strict=True) if set_)
    return CommitmentRow._make((*row[:7], tuple(json.loads(row[7])), *row[8:13], flags, updated, source))


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


def instant(ts: int) -> str:
    """A recorded time (µs since 1970, UTC) in ISO 8601."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
