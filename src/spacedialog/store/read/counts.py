"""Areas and dialogues with counts of their commitments, as of a day: asked of the period tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.rows.record import AreaRow, DialogueRow
from spacedialog.model.vocabulary import Flag
from spacedialog.store.read.events import UNMET, events_sql
from spacedialog.store.read.filter_sql import FLAGS, VALID, Parameters, day_parameters, in_dialogues, matching

_FOLLOWING = "ref, title, \"when\", min(latest || coalesce(earliest, ''))"
"""What comes next: beside min(), SQLite takes the other columns from its row."""


def areas(
    connection: sqlite3.Connection, day: date, filter_: Filter = EVERYTHING, *, dialogues: Sequence[str] = ()
) -> list[AreaRow]:
    """Every area of every dialogue, in the dialogue's order, with what comes next in it and counts of the
    commitments that the filter lets through."""
    parameters: Parameters = day_parameters(day)
    chosen = f"FROM commitment AS c WHERE {matching(filter_, dialogues, parameters)}"
    of_them = "TRUE" if filter_ == EVERYTHING else f"item IN (SELECT c.item {chosen})"
    following = {
        (dialogue, area): {"ref": ref, "title": title, "when": when}
        for dialogue, area, ref, title, when, *_ in connection.execute(
            f"SELECT dialogue, area, {_FOLLOWING} FROM ({events_sql()}) WHERE {UNMET} AND latest >= :day AND {of_them}"
            " GROUP BY dialogue, area",
            parameters,
        )
    }
    counts: dict[tuple[str, str], list[int]] = {
        (dialogue, area): figures
        for dialogue, area, *figures in connection.execute(
            "SELECT c.dialogue, c.area, count(*), sum(c.status <> 'not-assessed'), sum(c.status = 'complete'),"
            f" sum(c.status = 'in-progress'), sum(ifnull({FLAGS[Flag.OVERDUE]}, 0)),"
            f" sum(ifnull({FLAGS[Flag.CLOSING]}, 0)), sum({FLAGS[Flag.CLAIMED]})"
            f" {chosen} GROUP BY c.dialogue, c.area",
            parameters,
        )
    }
    titles = connection.execute(
        "SELECT a.dialogue, a.key, a.title FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
        f" AND {VALID.format('d')} WHERE {VALID.format('a')} AND {in_dialogues('d.key', dialogues, parameters)}"
        " ORDER BY d.held, d.key, a.position, a.key",
        parameters,
    )
    return [
        AreaRow._make((key, title, *figures[:-1], following.get((dialogue, key)), dialogue, figures[-1]))
        for dialogue, key, title in titles
        for figures in [counts.get((dialogue, key), [0] * 7)]
    ]


def dialogues(connection: sqlite3.Connection, day: date, named: Sequence[str] = ()) -> list[DialogueRow]:
    """The dialogues named, or all, in the order in which they were held, with counts and what comes next in each."""
    parameters = day_parameters(day)
    counts: dict[str, list[int]] = {
        key: figures
        for key, *figures in connection.execute(
            "SELECT c.dialogue, count(*), sum(c.status <> 'not-assessed'), sum(c.status = 'complete'),"
            f" sum(c.status = 'in-progress'), sum({FLAGS[Flag.CLAIMED]}) FROM commitment AS c"
            f" WHERE {VALID.format('c')} GROUP BY c.dialogue",
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
        *figures, claimed = counts.get(key, [0] * 5)
        series, number = str(fields.get("series") or ""), fields.get("number")
        rows.append(DialogueRow._make((key, series, number, *texts, *figures, following.get(key), claimed)))
    return rows


def dialogue_records(connection: sqlite3.Connection, day: date, named: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The records of the dialogues named, or of all, in the order in which they were held."""
    parameters: Parameters = day_parameters(day)
    rows = connection.execute(
        f"SELECT d.fields FROM dialogue AS d WHERE {VALID.format('d')} AND {in_dialogues('d.key', named, parameters)}"
        " ORDER BY d.held, d.key",
        parameters,
    )
    return [json.loads(text) for (text,) in rows]
