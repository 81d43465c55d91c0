"""Areas and dialogues as of a day, with counts of their commitments."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.rows.record import AreaRow, DialogueRow
from spacedialog.model.vocabulary import Flag
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    VALID,
    Parameters,
    day_parameters,
    in_dialogues,
    matching,
)
from spacedialog.store.read.events import UNMET, events_sql

_FOLLOWING = "ref, title, \"when\", min(latest || coalesce(earliest, ''))"
"""The columns of the next event: with min(), SQLite takes the other columns from the row with the minimum."""


def areas(
    connection: sqlite3.Connection, day: date, filter_: Filter = EVERYTHING, *, dialogues: Sequence[str] = ()
) -> list[AreaRow]:
    """Return the areas of the dialogues, newest meeting first.

    Each has its next event, and counts of its commitments that match `filter_`. An area is left out if it has had no
    commitment in the record by the day, for example because a review dropped its only candidate. An area whose
    commitments do not match, or are now in another area, has counts of 0.
    """
    parameters: Parameters = day_parameters(day)
    matches = f"FROM commitment AS c WHERE {matching(filter_, dialogues, parameters)}"
    is_match = "TRUE" if filter_ == EVERYTHING else f"item IN (SELECT c.item {matches})"
    following = {
        (dialogue, area): {"ref": ref, "title": title, "when": when}
        for dialogue, area, ref, title, when, *_ in connection.execute(
            f"SELECT dialogue, area, {_FOLLOWING} FROM ({events_sql()}) WHERE {UNMET} AND latest >= :day AND {is_match}"
            " GROUP BY dialogue, area",
            parameters,
        )
    }
    counts: dict[tuple[str, str], list[int]] = {
        (dialogue, area): figures
        for dialogue, area, *figures in connection.execute(
            f"SELECT c.dialogue, c.area, count(*), sum({LAST_CHECK} NOT NULL), sum(c.status = 'unknown'),"
            " sum(c.status = 'complete'),"
            f" sum(c.status = 'in-progress'), sum(ifnull({FLAGS[Flag.OVERDUE]}, 0)),"
            f" sum(ifnull({FLAGS[Flag.CLOSING]}, 0)), sum({FLAGS[Flag.UNEVIDENCED]})"
            f" {matches} GROUP BY c.dialogue, c.area",
            parameters,
        )
    }
    titles = connection.execute(
        "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
        f" AND {VALID.format('d')} WHERE {VALID.format('a')} AND {in_dialogues('d.key', dialogues, parameters)}"
        " ORDER BY d.held DESC, d.key, a.position, a.key",
        parameters,
    ).fetchall()
    uncounted = {key for dialogue, key, _ in titles if (dialogue, key) not in counts}
    used = counts.keys() | (_used_areas(connection, day, uncounted) if uncounted else set())
    return [
        AreaRow._make((key, title, *figures[:-1], following.get((dialogue, key)), dialogue, figures[-1]))
        for dialogue, key, title in titles
        if (dialogue, key) in used
        for figures in [counts.get((dialogue, key), [0] * 8)]
    ]


def _used_areas(connection: sqlite3.Connection, day: date, keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return the areas with these keys that have had a commitment by the day, each with the key of its dialogue."""
    cursor = connection.execute(
        "SELECT DISTINCT c.dialogue, c.area FROM commitment AS c"
        " WHERE c.valid_from <= :day AND c.area IN (SELECT value FROM json_each(:keys))",
        {"day": day.isoformat(), "keys": json.dumps(list(keys))},
    )
    return set(cursor)


def dialogues(connection: sqlite3.Connection, day: date, named: Sequence[str] = ()) -> list[DialogueRow]:
    """Return the named dialogues, or all, newest meeting first, each with counts and its next event."""
    parameters = day_parameters(day)
    counts: dict[str, list[int]] = {
        key: figures
        for key, *figures in connection.execute(
            f"SELECT c.dialogue, count(*), sum({LAST_CHECK} NOT NULL), sum(c.status = 'unknown'),"
            f" sum(c.status = 'complete'), sum(c.status = 'in-progress'), sum({FLAGS[Flag.UNEVIDENCED]})"
            f" FROM commitment AS c WHERE {VALID.format('c')} GROUP BY c.dialogue",
            parameters,
        )
    }
    following = {
        key: {"ref": ref, "title": title, "when": when}
        for key, ref, title, when, *_ in connection.execute(
            f"SELECT dialogue, {_FOLLOWING} FROM ({events_sql()}) WHERE {UNMET} AND latest >= :day GROUP BY dialogue",
            parameters,
        )
    }
    rows = []
    for fields in dialogue_records(connection, day, named):
        key = str(fields.get("key") or "")
        texts = (str(fields.get(name) or "") for name in ("title", "when", "place", "host"))
        *figures, unevidenced = counts.get(key, [0] * 6)
        series, number = str(fields.get("series") or ""), fields.get("number")
        rows.append(DialogueRow._make((key, series, number, *texts, *figures, following.get(key), unevidenced)))
    return rows


def dialogue_records(connection: sqlite3.Connection, day: date, named: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the records of the named dialogues, or of all, newest meeting first."""
    parameters: Parameters = day_parameters(day)
    rows = connection.execute(
        f"SELECT d.fields FROM dialogue AS d WHERE {VALID.format('d')} AND {in_dialogues('d.key', named, parameters)}"
        " ORDER BY d.held DESC, d.key",
        parameters,
    )
    return [json.loads(text) for (text,) in rows]


def dialogue_keys(connection: sqlite3.Connection, day: date, named: Sequence[str] = ()) -> list[str]:
    """Return the keys of the named dialogues, or of all, newest meeting first."""
    parameters: Parameters = day_parameters(day)
    rows = connection.execute(
        f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} AND {in_dialogues('d.key', named, parameters)}"
        " ORDER BY d.held DESC, d.key",
        parameters,
    )
    return list(dict.fromkeys(key for (key,) in rows))
