"""Commitments in an order: one statement, or one for each dialogue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import Any, NamedTuple

from spacedialog.model.filters import EVERYTHING, All, Filter
from spacedialog.store.read.commitment_sql import Parameters, day_parameters, in_dialogues, matching, order_by
from spacedialog.store.read.counts import dialogue_keys


class Query(NamedTuple):
    """What to read: SQL columns of the commitments `c` that match the filter, at most `limit` of them.

    `sort` has names from `commitment_sql.SORTS`, separated by commas; a `-` before a name reverses its order.
    `dialogues` are keys, empty for all.
    """

    columns: str
    filter: Filter
    sort: str
    limit: int | None
    dialogues: Sequence[str]


def select(connection: sqlite3.Connection, day: date, query: Query) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a query in its order, newest dialogue first; InputError for an unknown sort name."""
    keys = dialogue_keys(connection, day, query.dialogues)
    if query.sort.removeprefix("-") != "ref" or query.filter not in (EVERYTHING, All([])) or len(keys) < 2:
        return select_at_once(connection, day, query, keys)
    # The index on the dialogue has its commitments in order, so that a limit needs no sort of the whole record.
    parts: list[tuple[Query, Sequence[str]]] = [(query._replace(dialogues=[key]), ()) for key in keys]
    parts.append((query, keys))
    in_order = reversed(parts) if query.sort.startswith("-") else parts
    rows = (select_at_once(connection, day, part, without=without) for part, without in in_order)
    return islice(chain.from_iterable(rows), query.limit)


def select_at_once(
    connection: sqlite3.Connection,
    day: date,
    query: Query,
    newest_first: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a query in its order, read by one statement, without those of the dialogues `without`.

    `newest_first` are the keys of the dialogues; InputError for an unknown sort name.
    """
    parameters: Parameters = {**day_parameters(day), "limit": -1 if query.limit is None else query.limit}
    order = order_by(query.sort, newest_first, parameters)
    others = f"NOT {in_dialogues('c.dialogue', without, parameters)}" if without else "TRUE"
    return connection.execute(
        f"SELECT {query.columns} FROM commitment AS c"
        f" WHERE {matching(query.filter, query.dialogues, parameters)} AND {others} ORDER BY {order} LIMIT :limit",
        parameters,
    )
