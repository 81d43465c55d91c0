"""Counts of commitments as of a day: of a whole record, of its areas and of its dialogues."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.rows.record import AreaRow, Coverage, DialogueRow
from spacedialog.model.vocabulary import SETTLED, Flag, Status
from spacedialog.store.read.commitment_sql import (
    FLAGS,
    LAST_CHECK,
    VALID,
    Parameters,
    day_parameters,
    in_dialogues,
    matching,
    selected,
)


class Group(NamedTuple):
    """The commitments of one dialogue with the same area and status: their number, and counts of some of them.

    `oldest_check` is the day (ISO) of the last check of the commitment that was checked least recently, None if none
    was checked.
    """

    dialogue: str
    area: str
    status: str
    oldest_check: str | None
    commitments: int
    checked: int
    overdue: int
    closing: int
    unevidenced: int


_COUNTS = Group._fields[Group._fields.index("commitments") :]


def groups(
    connection: sqlite3.Connection, day: date, filter_: Filter = EVERYTHING, *, dialogues: Sequence[str] = ()
) -> list[Group]:
    """Return the groups of the commitments that match `filter_`."""
    parameters: Parameters = day_parameters(day)
    flags = ", ".join(f"{FLAGS[flag]} AS {flag}" for flag in (Flag.OVERDUE, Flag.CLOSING, Flag.UNEVIDENCED))
    # SQLite computes the columns of a subquery that has a limit once for each row.
    cursor = connection.execute(
        "SELECT dialogue, area, status, min(checked_on), count(*), count(checked_on), count(*) FILTER (WHERE overdue),"
        " count(*) FILTER (WHERE closing), count(*) FILTER (WHERE unevidenced)"
        f" FROM (SELECT c.dialogue, c.area, c.status, {LAST_CHECK} AS checked_on, {flags} FROM commitment AS c"
        f" WHERE {matching(filter_, dialogues, parameters)} LIMIT -1) GROUP BY dialogue, area, status",
        parameters,
    )
    return list(map(Group._make, cursor))


def coverage(of: Collection[Group], day: date) -> Coverage:
    """Return the coverage of the commitments in the groups."""
    checks = [group.oldest_check for group in of if group.oldest_check and group.status not in SETTLED]
    oldest = (day - date.fromisoformat(min(checks))).days if checks else None
    return Coverage(oldest_open_check_days=oldest, **_figures(of, Coverage._fields))


def statuses(of: Collection[Group]) -> dict[str, int]:
    """Return the number of commitments in the groups by status."""
    return {status.value: sum(group.commitments for group in of if group.status == status) for status in Status}


def _figures(of: Collection[Group], fields: Iterable[str]) -> dict[str, int]:
    """Return the counts of commitments among these fields of a row, summed over the groups."""
    by_status = {status.replace("-", "_"): number for status, number in statuses(of).items()}
    return {
        name: by_status[name] if name in by_status else sum(getattr(group, name) for group in of)
        for name in fields
        if name in by_status or name in _COUNTS
    }


def areas(
    connection: sqlite3.Connection,
    day: date,
    of: Iterable[Group],
    filter_: Filter = EVERYTHING,
    *,
    dialogues: Sequence[str] = (),
) -> list[AreaRow]:
    """Return the areas of the dialogues, newest meeting first.

    Each has its next event, and counts of its commitments that match `filter_`, whose groups are `of`. An area is left
    out if it has had no commitment in the record by the day, for example because a review dropped its only candidate.
    An area whose commitments do not match, or are now in another area, has counts of 0.
    """
    parameters: Parameters = day_parameters(day)
    by_area: dict[tuple[str, ...], list[Group]] = {}
    for group in of:
        by_area.setdefault((group.dialogue, group.area), []).append(group)
    condition = selected(filter_, dialogues, parameters)
    following = _next_events(connection, ("dialogue", "area"), by_area, condition, parameters)
    titles = connection.execute(
        "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
        f" AND {VALID.format('d')} WHERE {VALID.format('a')} AND {in_dialogues('d.key', dialogues, parameters)}"
        " ORDER BY d.held DESC, d.key, a.position, a.key",
        parameters,
    ).fetchall()
    uncounted = {key for dialogue, key, _ in titles if (dialogue, key) not in by_area}
    used = by_area.keys() | (_used_areas(connection, day, uncounted) if uncounted else set())
    return [
        AreaRow(
            area=key,
            title=title,
            next_milestone=following.get((dialogue, key)),
            dialogue=dialogue,
            **_figures(by_area.get((dialogue, key), ()), AreaRow._fields),
        )
        for dialogue, key, title in titles
        if (dialogue, key) in used
    ]


def _next_events(
    connection: sqlite3.Connection,
    by: Sequence[str],
    wanted: Collection[tuple[str, ...]],
    condition: str,
    parameters: Parameters,
) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Return the next event of the commitments `c` that meet the condition, by the wanted values of the columns `by`.

    The events are read in order, and only until each of the wanted values has one.
    """
    from spacedialog.store.read.events import unmet_sql

    cursor = connection.execute(
        f'SELECT ref, title, "when", {", ".join(by)}, latest, earliest FROM ({unmet_sql(condition, in_order=True)})'
        " WHERE latest >= :day ORDER BY latest, earliest, ref",
        parameters,
    )
    following: dict[tuple[str, ...], Mapping[str, str]] = {}
    missing = set(wanted)
    for ref, title, when, *values, _, _ in cursor:
        key = tuple(values)
        if key in missing:
            following[key] = {"ref": ref, "title": title, "when": when}
            missing.remove(key)
            if not missing:
                break
    return following


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
    parameters: Parameters = day_parameters(day)
    of = groups(connection, day, dialogues=named)
    keys = {(group.dialogue,) for group in of}
    following = _next_events(connection, ("dialogue",), keys, selected(EVERYTHING, named, parameters), parameters)
    rows = []
    for fields in dialogue_records(connection, day, named):
        texts = {name: str(fields.get(name) or "") for name in ("key", "series", "title", "when", "place", "host")}
        values: dict[str, Any] = {**texts, **dialogue_figures(of, texts["key"])}
        rows.append(DialogueRow(number=fields.get("number"), next_milestone=following.get((texts["key"],)), **values))
    return rows


def dialogue_figures(of: Iterable[Group], key: str) -> dict[str, int]:
    """Return the counts of `DialogueRow` of the dialogue with this key."""
    return _figures([group for group in of if group.dialogue == key], DialogueRow._fields)


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
