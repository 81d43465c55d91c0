"""Conflicts as of a day: fields that were set concurrently to different values, and refs that were given twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from spacedialog.model.entry import iso_time
from spacedialog.model.rows.record import ConflictRow
from spacedialog.model.values import citation_text, evidence_pieces
from spacedialog.store.read.commitment_sql import VALID, belongs_to_dialogues, day_parameters, is_among
from spacedialog.store.read.history import PAIR

_ENTRY = '{0}.id, {0}.ts, {0}."on", {0}.author, {0}.body'

_NAME = f"""(
    SELECT json_array(ref, title) FROM (
        SELECT m.ref, m.title FROM milestone AS m
            WHERE m.item = x.item AND m.milestone = x.milestone AND {VALID.format("m")}
        UNION ALL SELECT c.ref, c.title FROM commitment AS c WHERE c.item = x.item AND {VALID.format("c")}
        UNION ALL SELECT d.key, '' FROM dialogue AS d WHERE d.item = x.item AND {VALID.format("d")}
        UNION ALL SELECT c.ref, c.title FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment
            AND {VALID.format("c")} WHERE a.item = x.item AND {VALID.format("a")}
        UNION ALL SELECT e.dialogue || '/' || e.key, e.title FROM area AS e
            WHERE e.item = x.item AND {VALID.format("e")}
        UNION ALL SELECT p.dialogue || '/' || p.key, p.name FROM party AS p
            WHERE p.item = x.item AND {VALID.format("p")}
        UNION ALL SELECT {PAIR}, n.title FROM link AS k JOIN commitment AS o ON o.item = k.old AND {VALID.format("o")}
            JOIN commitment AS n ON n.item = k.new AND {VALID.format("n")} WHERE k.item = x.item AND {VALID.format("k")}
        UNION ALL SELECT '', ''
    ) LIMIT 1
)"""
"""The ref and the title, on the day, of the item or milestone of a conflict `x`, as a JSON array."""


def _conflicts_sql(condition: str = "TRUE") -> str:
    """Return the SELECT of the conflicts and the ref clashes `c` that exist on the day and meet the condition.

    A clash exists on the days on which the ref is shown with a letter.
    """
    return f"""
        SELECT c.item, c.milestone, c.field, c.kept, c.other, 0 AS clash FROM conflict AS c
        WHERE {VALID.format("c")} AND {condition}
        UNION ALL
        SELECT c.item, c.milestone, 'ref', c.kept, c.other, 1 FROM clash AS c
        WHERE {condition} AND c.shown IN
            (SELECT n.ref FROM commitment AS n WHERE n.item = c.item AND {VALID.format("n")}
            UNION ALL SELECT n.ref FROM milestone AS n WHERE n.item = c.item AND {VALID.format("n")})
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
        evidence = evidence_pieces(body.get("evidence")) or ((citation_text(sources[0]),) if sources else ())
        sides.append((body["set"][field], author, on, iso_time(ts), entry, evidence))
    return ConflictRow(ref, title, field, *sides[0], *sides[1])


def count_conflicts(connection: sqlite3.Connection, day: date) -> tuple[int, int]:
    """Return the number of conflicts and the number of ref clashes that exist on the day."""
    conflicts, clashes = connection.execute(
        f"SELECT ifnull(sum(NOT clash), 0), ifnull(sum(clash), 0) FROM ({_conflicts_sql()})", day_parameters(day)
    ).fetchone()
    return conflicts, clashes
