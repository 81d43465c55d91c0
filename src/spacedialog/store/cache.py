"""The period tables: written from the fold of an item's changes, and wholly rebuilt from the log when asked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from spacedialog.dates import VagueDate
from spacedialog.errors import DateError
from spacedialog.fold import FOREVER, History, Period, fold, retracted
from spacedialog.links import citation
from spacedialog.log import Change, canonical
from spacedialog.words import MilestoneStatus, Status

TABLES = (
    "dialogue",
    "area",
    "party",
    "commitment",
    "involved",
    "milestone",
    "redating",
    "retracted",
    "words",
)
"""Every table that is a cache of the fold."""


def changes_of(connection: sqlite3.Connection, item: str) -> list[Change]:
    """All changes of one item, retractions too, in the order in which they were recorded."""
    rows = connection.execute("SELECT * FROM change WHERE item = ? ORDER BY ts, id", (item,))
    return [Change._make(row) for row in rows]


def refold(connection: sqlite3.Connection, items: Iterable[str]) -> None:
    """Write what the changes of these items mean, in place of what was kept."""
    for item in items:
        _forget(connection, item)
        _keep(connection, item, changes_of(connection, item))


def rebuild(connection: sqlite3.Connection) -> None:
    """Write every period table anew from the log."""
    connection.execute("INSERT INTO words_fts(words_fts) VALUES ('delete-all')")
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")
    for (item,) in connection.execute("SELECT DISTINCT item FROM change ORDER BY item").fetchall():
        _keep(connection, item, changes_of(connection, item))


def _forget(connection: sqlite3.Connection, item: str) -> None:
    connection.execute(
        "INSERT INTO words_fts(words_fts, rowid, names, title, detail, note)"
        " SELECT 'delete', id, names, title, detail, note FROM words WHERE item = ?",
        (item,),
    )
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE item = ?", (item,))


def _keep(connection: sqlite3.Connection, item: str, changes: Sequence[Change]) -> None:
    taken_back = [(change, item) for change in sorted(retracted(changes))]
    connection.executemany("INSERT INTO retracted VALUES (?, ?)", taken_back)
    history = fold(changes)
    if history is None:
        return
    if history.type == "commitment":
        _keep_commitment(connection, item, history)
    elif history.type == "dialogue":
        _insert(
            connection,
            "dialogue",
            "item, valid_from, valid_to, key, held, fields",
            [(item, *p[:2], _text(p, "key"), _text(p, "when"), canonical(p.fields)) for p in history.periods],
        )
    elif history.type == "area":
        _insert(
            connection,
            "area",
            "item, valid_from, valid_to, key, dialogue, title, position",
            [
                (
                    item,
                    *p[:2],
                    _text(p, "key"),
                    _text(p, "dialogue"),
                    _text(p, "title"),
                    p.fields.get("position", 0),
                )
                for p in history.periods
            ],
        )
    elif history.type == "party":
        _insert(
            connection,
            "party",
            "item, valid_from, valid_to, key, dialogue, name, side",
            [
                (item, *p[:2], *(_text(p, name) for name in ("key", "dialogue", "name", "side")))
                for p in history.periods
            ],
        )


def _insert(connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * (columns.count(",") + 1))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _text(period: Period, name: str) -> str:
    return str(period.fields.get(name) or "")


def _keep_commitment(connection: sqlite3.Connection, item: str, history: History) -> None:
    _insert(
        connection,
        "commitment",
        "item, valid_from, valid_to, ref, ref_key, number, dialogue, area, kind, title, strength, lead, partners,"
        " status, percent, due, due_earliest, due_latest, slipped, updated, checked, source",
        [_commitment(item, period) for period in history.periods],
    )
    _insert(
        connection,
        "involved",
        "item, dialogue, party, leads, valid_from, valid_to",
        _runs(history.periods, item, _involved),
    )
    _insert(
        connection,
        "milestone",
        'item, milestone, ref, ref_key, title, "when", earliest, latest, recurs, status, met, valid_from, valid_to',
        _runs(history.periods, item, _milestones),
    )
    _insert(
        connection,
        "redating",
        'change, item, milestone, day, "on", old, new',
        [(move.change, item, move.milestone, *move[1:3], *move[4:]) for move in history.redatings],
    )
    _keep_words(connection, item, history)


def _commitment(item: str, period: Period) -> tuple[Any, ...]:
    fields = period.fields
    ref = _text(period, "ref")
    due = fields.get("due")
    return (
        item,
        *period[:2],
        ref,
        ref.casefold(),
        number_of(ref),
        *(_text(period, name) for name in ("dialogue", "area", "kind", "title", "strength")),
        fields.get("lead"),
        canonical(fields.get("partners") or []),
        fields.get("status") or Status.NOT_ASSESSED,
        fields.get("percent"),
        due,
        *_window(due),
        int(period.slipped),
        period.updated,
        period.checked,
        citation(sources[0]) if (sources := fields.get("sources")) else "",
    )


def number_of(ref: str) -> int | None:
    """The number at the end of a ref: 7 for ROK4-07; None where there is none."""
    match = re.search(r"([0-9]{1,9})$", ref)
    return int(match[1]) if match else None


def _window(edtf: str | None) -> tuple[str | None, str | None]:
    try:
        window = VagueDate.parse(edtf) if edtf else None
    except DateError:
        window = None
    if window is None:
        return None, None
    return iso(window.earliest), iso(window.latest)


def iso(day: date | None) -> str | None:
    """The day in ISO 8601; None for none."""
    return day.isoformat() if day else None


def _involved(period: Period) -> Iterator[tuple[Any, ...]]:
    dialogue = _text(period, "dialogue")
    if lead := period.fields.get("lead"):
        yield dialogue, lead, 1
    for partner in period.fields.get("partners") or ():
        yield dialogue, partner, 0


def _milestones(period: Period) -> Iterator[tuple[Any, ...]]:
    for view in period.milestones:
        fields = view.fields
        ref, when = fields.get("ref") or "", fields.get("when") or ""
        title, status = fields.get("title") or "", fields.get("status") or MilestoneStatus.PLANNED
        recurs, met = fields.get("recurs"), fields.get("met")
        yield view.id, ref, ref.casefold(), title, when, *_window(when), recurs, status, met


def _runs(
    periods: Iterable[Period], item: str, rows_of: Callable[[Period], Iterator[tuple[Any, ...]]]
) -> Iterator[tuple[Any, ...]]:
    """Rows that stand in one period or in several that follow each other, with the days in which they stand."""
    standing: dict[tuple[Any, ...], str] = {}
    for period in periods:
        rows = dict.fromkeys(rows_of(period))
        for row in [row for row in standing if row not in rows]:
            yield item, *row, standing.pop(row), period.valid_from
        for row in rows:
            standing.setdefault(row, period.valid_from)
    for row, start in standing.items():
        yield item, *row, start, FOREVER


def _keep_words(connection: sqlite3.Connection, item: str, history: History) -> None:
    fields = history.periods[-1].fields
    names = " ".join(filter(None, (fields.get("ref"), fields.get("lead"), *(fields.get("partners") or ()))))
    for position, words in enumerate(history.words):
        row = (item, words.on, names if position == 0 else "", words.title, words.detail, words.note)
        rowid = connection.execute(
            'INSERT INTO words (item, "on", names, title, detail, note) VALUES (?, ?, ?, ?, ?, ?)', row
        ).lastrowid
        connection.execute(
            "INSERT INTO words_fts (rowid, names, title, detail, note) VALUES (?, ?, ?, ?, ?)",
            (rowid, *row[2:]),
        )
