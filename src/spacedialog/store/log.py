"""The log: insert and read entries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, repeat
from operator import attrgetter

from spacedialog.model.entry import BUILT_IN_AUTHOR, CLOCK_TOLERANCE, IMPORTED, RETRACT, Entry

_COLUMNS = ("rowid", *Entry._fields)
_INSERT = "INSERT INTO change ({}) VALUES ({})".format(
    ", ".join(f'"{name}"' for name in _COLUMNS), ", ".join("?" * len(_COLUMNS))
)
_FEW = 1000
"""Up to this number of entries, the items of a log are all read at once, because looking up each one takes longer."""

LIVE = "NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = c.id)"
"""The condition that no retraction of the entry `c` is in force."""

IS_IMPORTED = f"json_extract(c.body, '$.via') = '{IMPORTED}'"
"""The condition that the entry `c` came from an import."""

IS_BUILT_IN = f"(json_extract({{0}}.body, '$.via') = '{IMPORTED}' AND {{0}}.author = '{BUILT_IN_AUTHOR}')"
"""The condition that an entry belongs to the built-in record; `{0}` is the alias of its table."""


def insert(
    connection: sqlite3.Connection, entries: Iterable[Sequence[object]], *, rows: Iterable[int] | None = None
) -> None:
    """Insert entries unchanged, in the order given; `rows` are the row numbers to use instead of the next free ones.

    Row numbers give the order of arrival. The projection tables are not updated.
    """
    numbers: Iterable[int | None] = repeat(None) if rows is None else rows
    connection.executemany(_INSERT, ((number, *entry) for number, entry in zip(numbers, entries, strict=False)))


def select(connection: sqlite3.Connection, condition: str, parameters: Sequence[object] = ()) -> Iterator[Entry]:
    """Yield the entries `c` that the SQL `condition`, with its order, selects."""
    return map(Entry._make, connection.execute(f"SELECT c.* FROM change AS c {condition}", parameters))


def entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield every entry in the order recorded."""
    return select(connection, "ORDER BY c.ts, c.id")


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the number of entries, and when the newest was recorded (µs since 1970, UTC; 0 in an empty log)."""
    count, newest = connection.execute("SELECT count(*), ifnull(max(ts), 0) FROM change").fetchone()
    return count, newest


def newest_time(connection: sqlite3.Connection, now: int) -> int | None:
    """Return the recorded time of the newest entry that is not in the future at the time `now` (both in µs)."""
    newest: int | None = connection.execute(
        "SELECT max(ts) FROM change WHERE ts <= ?", (now + CLOCK_TOLERANCE,)
    ).fetchone()[0]
    return newest


def in_arrival_order(connection: sqlite3.Connection) -> list[Entry]:
    """Return every entry, in the order in which the entries arrived in this store."""
    return list(select(connection, "NOT INDEXED ORDER BY c.rowid"))


def hashes(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Yield the hash of every entry and its recorded time (µs since 1970, UTC), in any order."""
    return connection.execute("SELECT sha, ts FROM change")


SHARED_POSITION = (
    "(SELECT max(seq) FROM (SELECT max(seq) AS seq FROM change UNION ALL SELECT max(seq) FROM quarantine))"
)
"""The position up to which this copy has read the shared log; NULL if it has no position."""


def shared_position(connection: sqlite3.Connection) -> int | None:
    """Return the position up to which this copy has read the shared log; None if it has no position."""
    position: int | None = connection.execute(f"SELECT {SHARED_POSITION}").fetchone()[0]
    return position


def is_new_item(connection: sqlite3.Connection, item: str) -> bool:
    """Return whether the log has no entry about the item."""
    return connection.execute("SELECT 1 FROM change WHERE item = ? LIMIT 1", (item,)).fetchone() is None


def item_test(connection: sqlite3.Connection) -> Callable[[str], bool]:
    """Return a function that tests whether the log, as it is now, has an entry about an item."""
    (last,) = connection.execute("SELECT max(rowid) FROM change").fetchone()
    if (last or 0) <= _FEW:
        return {item for (item,) in connection.execute("SELECT DISTINCT item FROM change")}.__contains__
    return lambda item: not is_new_item(connection, item)


def entries_of(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return all entries about one item, including retractions, in the order recorded."""
    return list(select(connection, "WHERE c.item = ? ORDER BY c.ts, c.id", (item,)))


def entries_by_item(
    connection: sqlite3.Connection, items: Sequence[str] | None = None
) -> Iterator[tuple[str, Iterator[Entry]]]:
    """Yield the given items, or all, each with all entries about it in the order recorded.

    Read the entries of one item before you advance to the next.
    """
    if items is not None and not items:
        return iter(())
    condition = "" if items is None else "WHERE c.item IN (SELECT value FROM json_each(?))"
    parameters = () if items is None else (json.dumps(items),)
    return groupby(select(connection, f"{condition} ORDER BY c.item, c.ts, c.id", parameters), attrgetter("item"))


def live_entries(connection: sqlite3.Connection, item: str) -> Iterator[Entry]:
    """Yield the entries about an item that are not retracted."""
    return select(connection, f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {LIVE}", (item,))


def has_internal(connection: sqlite3.Connection) -> bool:
    """Return whether the log has an internal entry."""
    condition = "json_extract(body, '$.internal')"
    return connection.execute(f"SELECT 1 FROM change WHERE {condition} LIMIT 1").fetchone() is not None


def imported_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return the live entries about an item that came from imports."""
    condition = f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {IS_IMPORTED} AND {LIVE}"
    return list(select(connection, condition, (item,)))


def rejected_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return the imported entries about an item that people retracted one by one and did not restore."""
    condition = (
        f"JOIN change AS u ON u.item = c.item AND u.kind = '{RETRACT}' AND json_extract(u.body, '$.only')"
        " AND NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = u.id)"
        f" AND json_extract(u.body, '$.retracts') = c.id WHERE c.item = ? AND {IS_IMPORTED} AND NOT {LIVE}"
    )
    return list(select(connection, condition, (item,)))


def hashes_of(connection: sqlite3.Connection, entries: Iterable[str]) -> dict[str, str]:
    """Return the hashes, by id, of those of the entries with these ids that this store has."""
    ids = json.dumps(list(entries))
    sql = "SELECT c.id, c.sha FROM json_each(?) AS i JOIN change AS c ON c.id = i.value"
    return dict(connection.execute(sql, (ids,)).fetchall())


def hash_of(connection: sqlite3.Connection, entry: str) -> str | None:
    """Return the hash of the entry with an id; None if this store does not have it."""
    row = connection.execute("SELECT sha FROM change WHERE id = ?", (entry,)).fetchone()
    return row[0] if row else None
