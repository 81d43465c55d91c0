"""Counts of commitments as of a day: of a whole record, of its areas and of its dialogues."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.rows.record import AreaRow, Coverage, DialogueRow
from spacedialog.model.vocabulary import Flag
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    UNSETTLED,
    VALID,
    Parameters,
    day_parameters,
    in_dialogues,
    matching,
)

_OLDEST_OPEN_CHECK = f"min(iif({UNSETTLED}, {LAST_CHECK}, NULL))"
_FIGURES = {
    "commitments": "count(*)",
    "checked": f"count({LAST_CHECK})",
    "oldest_open_check_days": f"CAST(julianday(:day) - julianday({_OLDEST_OPEN_CHECK}) AS INTEGER)",
    **{
        status.replace("-", "_"): f"count(*) FILTER (WHERE c.status = '{status}')"
        for status in ("unknown", "complete", "in-progress")
    },
    **{flag.value: f"count(*) FILTER (WHERE {FLAGS[flag]})" for flag in (Flag.OVERDUE, Flag.CLOSING, Flag.UNEVIDENCED)},
}
"""The figures on commitments `c`, by the names of fields of rows."""

_FOLLOWING = "ref, title, \"when\", min(latest || coalesce(earliest, '') || ' ' || ref)"
"""The columns of the next event: with min(), SQLite takes the other columns from the row with the minimum."""


def coverage(connection: sqlite3.Connection, day: date, filter_: Filter, *, dialogues: Sequence[str] = ()) -> Coverage:
    """Return the coverage of the commitments that match `filter_`."""
    parameters: Parameters = day_parameters(day)
    figures = _figures(connection, Coverage._fields, (), matching(filter_, dialogues, parameters), parameters)
    return Coverage(**figures[()])


def statuses(connection: sqlite3.Connection, day: date, dialogues: Sequence[str] = ()) -> dict[str, int]:
    """Return the number of commitments by status; a status without commitments is left out."""
    parameters: Parameters = day_parameters(day)
    condition = matching(EVERYTHING, dialogues, parameters)
    return dict(
        connection.execute(
            f"SELECT c.status, count(*) FROM commitment AS c WHERE {condition} GROUP BY c.status", parameters
        ).fetchall()
    )


def areas(
    connection: sqlite3.Connection, day: date, filter_: Filter = EVERYTHING, *, dialogues: Sequence[str] = ()
) -> list[AreaRow]:
    """Return the areas of the dialogues, newest meeting first.

    Each has its next event, and counts of its commitments that match `filter_`. An area is left out if it has had no
    commitment in the record by the day, for example because a review dropped its only candidate. An area whose
    commitments do not match, or are now in another area, has counts of 0.
    """
    parameters: Parameters = day_parameters(day)
    matches = matching(filter_, dialogues, parameters)
    is_match = "TRUE" if filter_ == EVERYTHING else f"item IN (SELECT c.item FROM commitment AS c WHERE {matches})"
    following = _next_events(connection, ("dialogue", "area"), is_match, parameters)
    figures = _figures(connection, AreaRow._fields, ("dialogue", "area"), matches, parameters)
    titles = connection.execute(
        "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
        f" AND {VALID.format('d')} WHERE {VALID.format('a')} AND {in_dialogues('d.key', dialogues, parameters)}"
        " ORDER BY d.held DESC, d.key, a.position, a.key",
        parameters,
    ).fetchall()
    uncounted = {key for dialogue, key, _ in titles if (dialogue, key) not in figures}
    used = figures.keys() | (_used_areas(connection, day, uncounted) if uncounted else set())
    return [
        AreaRow(
            area=key,
            title=title,
            next_milestone=following.get((dialogue, key)),
            dialogue=dialogue,
            **figures[dialogue, key],
        )
        for dialogue, key, title in titles
        if (dialogue, key) in used
    ]


def _figures(
    connection: sqlite3.Connection,
    fields: Iterable[str],
    by: Sequence[str],
    condition: str,
    parameters: Parameters,
) -> Mapping[tuple[str, ...], dict[str, Any]]:
    """Return those of the fields that are figures, by the values of the columns `by`; 0 for values that do not occur.

    `condition` is on the commitments `c`.
    """
    names = [name for name in fields if name in _FIGURES]
    columns = [f"c.{column}" for column in by]
    cursor = connection.execute(
        f"SELECT {', '.join([*columns, *(_FIGURES[name] for name in names)])} FROM commitment AS c WHERE {condition}"
        + (f" GROUP BY {', '.join(columns)}" if by else ""),
        parameters,
    )
    found = {row[: len(by)]: dict(zip(names, row[len(by) :], strict=True)) for row in cursor}
    return defaultdict(lambda: dict.fromkeys(names, 0), found)


def _next_events(
    connection: sqlite3.Connection, by: Sequence[str], condition: str, parameters: Parameters
) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Return the next event that meets the condition, by the values of the columns `by`."""
    from spacedialog.store.read.events import UNMET, events_sql

    columns = ", ".join(by)
    cursor = connection.execute(
        f"SELECT {_FOLLOWING}, {columns} FROM ({events_sql()})"
        f" WHERE {UNMET} AND latest >= :day AND {condition} GROUP BY {columns}",
        parameters,
    )
    return {tuple(values): {"ref": ref, "title": title, "when": when} for ref, title, when, _, *values in cursor}


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
    figures = dialogue_figures(connection, day)
    following = _next_events(connection, ("dialogue",), "TRUE", day_parameters(day))
    rows = []
    for fields in dialogue_records(connection, day, named):
        texts = {name: str(fields.get(name) or "") for name in ("key", "series", "title", "when", "place", "host")}
        key = (texts["key"],)
        values: dict[str, Any] = {**texts, **figures[key]}
        rows.append(DialogueRow(number=fields.get("number"), next_milestone=following.get(key), **values))
    return rows


def dialogue_figures(connection: sqlite3.Connection, day: date) -> Mapping[tuple[str, ...], dict[str, Any]]:
    """Return the counts of `DialogueRow` of each dialogue, by a tuple with its key."""
    return _figures(connection, DialogueRow._fields, ("dialogue",), VALID.format("c"), day_parameters(day))


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
