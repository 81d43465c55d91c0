"""Conflicts as of a day: fields that were set concurrently to different values, and refs that were given twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from spacedialog.model.entry import iso_time
from spacedialog.model.rows.record import ConflictRow
from spacedialog.model.values import citation_text
from spacedialog.store.read.commitment_sql import belongs_to_dialogues, day_parameters, is_among
from spacedialog.store.read.history import LINKED, PAIR

_ENTRY = '{0}.id, {0}.ts, {0}."on", {0}.author, {0}.body'

_NAME = f"""(
    SELECT json_array(ref, title) FROM (
        SELECT ref, title FROM milestone WHERE item = x.item AND milestone = x.milestone
        UNION ALL SELECT ref, title FROM commitment WHERE item = x.item AND :day < valid_to
        UNION ALL SELECT key, '' FROM dialogue WHERE item = x.item
        UNION ALL SELECT c.ref, c.title FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment
            AND :day < c.valid_to WHERE a.item = x.item
        UNION ALL SELECT dialogue || '/' || key, title FROM area WHERE item = x.item
        UNION ALL SELECT dialogue || '/' || key, name FROM party WHERE item = x.item
        UNION ALL SELECT * FROM (SELECT {PAIR}, n.title {LINKED.format("x.item")})
        UNION ALL SELECT '', ''
    ) LIMIT 1
)"""
"""The ref and the title of the item or milestone of a conflict `x`, as a JSON array."""


def _conflicts_sql(condition: str = "TRUE") -> str:
    """Return the SELECT of the conflicts and the ref clashes `c` that meet the condition.

    A clash counts while its ref is shown with a letter on the day or later.
    """
    return f"""
        SELECT c.item, c.milestone, c.field, c.kept, c.other, 0 AS clash FROM conflict AS c WHERE {condition}
        UNION ALL
        SELECT c.item, c.milestone, 'ref', c.kept, c.other, 1 FROM clash AS c
        WHERE {condition} AND c.shown IN (SELECT ref FROM commitment WHERE item = c.item AND valid_to > :day
            UNION ALL SELECT ref FROM milestone WHERE item = c.item AND valid_to > :day)
    """


def conflicts(
    connection: sqlite3.Connection, day: date, *, items: Sequence[str] | None = None, dialogues: Sequence[str] = ()
) -> Iterator[tuple[str, ConflictRow]]:
    """Yield the conflicts, oldest first, then the ref clashes, each with its item.

    `items` limits them to these items, `dialogues` to the items of these dialogues.
    """
    parameters: dict[str, Any] = {**day_parameters(day)}
    about = f"{is_among('c.item', items, parameters)} AND {belongs_to_dialogues('c.item', dialogues, parameters)}"
    cursor = connection.execute(
        f"SELECT x.item, {_NAME}, x.field, {_ENTRY.format('k')}, {_ENTRY.format('o')}"
        f" FROM ({_conflicts_sql(about)}) AS x JOIN change AS k ON k.id = x.kept JOIN change AS o ON o.id = x.other"
        " ORDER BY x.clash, max(k.ts, o.ts), k.id, o.id, x.field",
        parameters,
    )
    return ((item, _conflict_row(row)) for item, *row in cursor)


def _conflict_row(row: Sequence[Any]) -> ConflictRow:
    name, field, *entries = row
    ref, title = json.loads(name)
    sides = []
    for entry, ts, on, author, text in (entries[:5], entries[5:]):
        body = json.loads(text)
        sources = body["set"].get("sources")
        evidence = body.get("evidence") or (citation_text(sources[0]) if sources else None)
        sides.append((body["set"][field], author, on, iso_time(ts), entry, evidence))
    return ConflictRow(ref, title, field, *sides[0], *sides[1])


def count_conflicts(connection: sqlite3.Connection, day: date) -> tuple[int, int]:
    """Return the number of conflicts and the number of ref clashes."""
    conflicts, clashes = connection.execute(
        f"SELECT ifnull(sum(NOT clash), 0), ifnull(sum(clash), 0) FROM ({_conflicts_sql()})", day_parameters(day)
    ).fetchone()
    return conflicts, clashes
