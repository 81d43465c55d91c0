"""What does not agree as of a day: fields that were set apart to different values, refs that two things bear."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from spacedialog.model.entry import iso_time
from spacedialog.model.rows.record import ConflictRow
from spacedialog.model.values import citation_text
from spacedialog.store.read.filter_sql import belongs_to_dialogues, day_parameters
from spacedialog.store.read.history import LINKED, PAIR

# Fields set apart to different values, and refs that are shown with a letter.
_DISPUTED = """
    SELECT item, milestone, field, kept, other, 0 AS clash FROM conflict
    UNION ALL
    SELECT c.item, c.milestone, 'ref', c.kept, c.other, 1 FROM clash AS c
    WHERE c.shown IN (SELECT ref FROM commitment WHERE item = c.item AND valid_to > :day
        UNION ALL SELECT ref FROM milestone WHERE item = c.item AND valid_to > :day)
"""

_SAID = '{0}.id, {0}.ts, {0}."on", {0}.author, {0}.body'

_CALLED = f"""
    SELECT ref, title FROM milestone WHERE milestone = :milestone
    UNION ALL SELECT ref, title FROM commitment WHERE item = :item AND :day < valid_to
    UNION ALL SELECT key, '' FROM dialogue WHERE item = :item
    UNION ALL SELECT c.ref, c.title FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment
        AND :day < c.valid_to WHERE a.item = :item
    UNION ALL SELECT dialogue || '/' || key, title FROM area WHERE item = :item
    UNION ALL SELECT dialogue || '/' || key, name FROM party WHERE item = :item
    UNION ALL SELECT * FROM (SELECT {PAIR}, n.title {LINKED.format(":item")})
    UNION ALL SELECT '', ''
"""


def conflicts(
    connection: sqlite3.Connection, day: date, *, item: str | None = None, dialogues: Sequence[str] = ()
) -> Iterator[ConflictRow]:
    """The conflicts of an item, or of all that belongs to the dialogues, older first; then refs that clash."""
    parameters: dict[str, Any] = {**day_parameters(day), "item": item}
    about = "x.item = :item" if item else belongs_to_dialogues("x.item", dialogues, parameters)
    cursor = connection.execute(
        f"SELECT x.item, x.milestone, x.field, {_SAID.format('k')}, {_SAID.format('o')}"
        f" FROM ({_DISPUTED}) AS x JOIN change AS k ON k.id = x.kept JOIN change AS o ON o.id = x.other"
        f" WHERE {about} ORDER BY x.clash, max(k.ts, o.ts), k.id, o.id, x.field",
        parameters,
    )
    return (_conflict_row(connection, day, row) for row in cursor)


def _conflict_row(connection: sqlite3.Connection, day: date, row: tuple[Any, ...]) -> ConflictRow:
    item, milestone, field, *said = row
    named = {"day": day.isoformat(), "item": item, "milestone": milestone}
    ref, title = connection.execute(_CALLED, named).fetchone()
    sides = []
    for change, ts, on, author, body in (said[:5], said[5:]):
        says = json.loads(body)
        sources = says["set"].get("sources")
        evidence = says.get("evidence") or (citation_text(sources[0]) if sources else None)
        sides.append((says["set"][field], author, on, iso_time(ts), change, evidence))
    return ConflictRow(ref, title, field, *sides[0], *sides[1])


def count_conflicts(connection: sqlite3.Connection, day: date) -> tuple[int, int]:
    """How many conflicts there are, and how many refs that two things bear."""
    conflicts, clashes = connection.execute(
        f"SELECT ifnull(sum(NOT clash), 0), ifnull(sum(clash), 0) FROM ({_DISPUTED})", day_parameters(day)
    ).fetchone()
    return conflicts, clashes
