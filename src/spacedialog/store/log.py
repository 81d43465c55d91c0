"""The log: insert and read entries, and find the entries to which an undo, a redo or an import refers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, repeat
from operator import attrgetter

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.entry import BUNDLED_AUTHOR, IMPORTED, RETRACT, Entry

_COLUMNS = ("rowid", *Entry._fields)
_INSERT = "INSERT INTO change ({}) VALUES ({})".format(
    ", ".join(f'"{name}"' for name in _COLUMNS), ", ".join("?" * len(_COLUMNS))
)
_LIVE = "NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = c.id)"
_IMPORTED = f"json_extract(c.body, '$.via') = '{IMPORTED}'"
# An undo retracts something other than an undo; a redo retracts an undo.
_IS_UNDO = (
    f"c.kind = '{RETRACT}' AND {_IMPORTED} IS NOT TRUE AND NOT EXISTS (SELECT 1 FROM change AS t"
    f" WHERE t.id = json_extract(c.body, '$.retracts') AND t.kind = '{RETRACT}'"
    " AND json_extract(t.body, '$.via') IS NULL)"
)
_BUNDLED = f"({_IMPORTED} AND c.author = '{BUNDLED_AUTHOR}')"
_HISTORY = "spacedialog history shows what was recorded"


def insert(
    connection: sqlite3.Connection, entries: Iterable[Sequence[object]], *, rows: Iterable[int] | None = None
) -> None:
    """Insert entries unchanged, in the order given; `rows` are the row numbers to use instead of the next free ones.

    Row numbers give the order of arrival. The projection tables are not updated.
    """
    numbers: Iterable[int | None] = repeat(None) if rows is None else rows
    connection.executemany(_INSERT, ((number, *entry) for number, entry in zip(numbers, entries, strict=False)))


def _select(connection: sqlite3.Connection, condition: str, parameters: Sequence[object] = ()) -> Iterator[Entry]:
    return map(Entry._make, connection.execute(f"SELECT c.* FROM change AS c {condition}", parameters))


def entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield every entry in the order recorded."""
    return _select(connection, "ORDER BY c.ts, c.id")


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the number of entries, and when the newest was recorded (µs since 1970, UTC; 0 in an empty log)."""
    count, newest = connection.execute("SELECT count(*), ifnull(max(ts), 0) FROM change").fetchone()
    return count, newest


def in_arrival_order(connection: sqlite3.Connection) -> list[Entry]:
    """Return every entry, in the order in which the entries arrived in this store."""
    return list(_select(connection, "NOT INDEXED ORDER BY c.rowid"))


def shared_position(connection: sqlite3.Connection) -> int | None:
    """Return the highest position in a team's log that an entry has; None if no entry was shared."""
    position: int | None = connection.execute("SELECT max(seq) FROM change").fetchone()[0]
    return position


def is_new_item(connection: sqlite3.Connection, item: str) -> bool:
    """Return whether the log has no entry about the item."""
    return connection.execute("SELECT 1 FROM change WHERE item = ? LIMIT 1", (item,)).fetchone() is None


def entries_of(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return all entries about one item, including retractions, in the order recorded."""
    return list(_select(connection, "WHERE c.item = ? ORDER BY c.ts, c.id", (item,)))


def entries_by_item(
    connection: sqlite3.Connection, items: Sequence[str] | None = None
) -> Iterator[tuple[str, Iterator[Entry]]]:
    """Yield the given items, or all, each with all entries about it in the order recorded.

    Read the entries of one item before you advance to the next.
    """
    condition = "" if items is None else "WHERE c.item IN (SELECT value FROM json_each(?))"
    parameters = () if items is None else (json.dumps(items),)
    return groupby(_select(connection, f"{condition} ORDER BY c.item, c.ts, c.id", parameters), attrgetter("item"))


def live_entries(connection: sqlite3.Connection, item: str) -> Iterator[Entry]:
    """Yield the entries about an item that are not retracted."""
    return _select(connection, f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {_LIVE}", (item,))


def imported_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return the live entries about an item that came from imports."""
    condition = f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {_IMPORTED} AND {_LIVE}"
    return list(_select(connection, condition, (item,)))


def rejected_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return the imported entries about an item that people retracted one by one and did not restore."""
    condition = (
        f"JOIN change AS u ON u.item = c.item AND u.kind = '{RETRACT}' AND json_extract(u.body, '$.only')"
        " AND NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = u.id)"
        f" AND json_extract(u.body, '$.retracts') = c.id WHERE c.item = ? AND {_IMPORTED} AND NOT {_LIVE}"
    )
    return list(_select(connection, condition, (item,)))


def to_undo(connection: sqlite3.Connection, name: str | None, *, author: str, only: bool = False) -> list[Entry]:
    """Return the live entries of the action to undo: the author's latest action, or the action of the named entry.

    `name` is an entry's id or the end of it. With `only`, return only the named entry. InputError if there is nothing
    to undo, or the latest action is by another author; NotFoundError if no entry has that id.
    """
    if name is None:
        latest = next(
            _select(
                connection,
                f"WHERE (c.kind <> '{RETRACT}' OR {_IMPORTED}) AND {_BUNDLED} IS NOT TRUE AND {_LIVE}"
                " ORDER BY c.ts DESC, c.id DESC LIMIT 1",
            ),
            None,
        )
        if latest is None:
            raise InputError("there is nothing to undo", _HISTORY)
        _require_author(author, latest, "undo")
        return _action(connection, latest)
    entry = _named(connection, name)
    if only:
        action = [entry]
    elif entry.author == BUNDLED_AUTHOR and entry.content.get("via") == IMPORTED:
        raise InputError(
            f"the change {entry.id} belongs to the bundled record",
            f"spacedialog undo {name} --only takes it back alone",
        )
    else:
        action = _action(connection, entry)
    live = [entry for entry in action if _is_live(connection, entry)]
    if not live:
        raise InputError(f"the change {entry.id} is undone already", f"spacedialog undo --redo {name} brings it back")
    return live


def to_redo(connection: sqlite3.Connection, name: str | None, *, author: str) -> list[Entry]:
    """Return the retractions of the undo to reverse: the author's latest undo, or the undo of the named entry.

    InputError if there is none, or the latest is by another author; NotFoundError if no entry has that id.
    """
    if name is None:
        latest = next(_select(connection, f"WHERE {_IS_UNDO} AND {_LIVE} ORDER BY c.ts DESC LIMIT 1"), None)
        if latest is None:
            raise InputError("there is nothing to redo", _HISTORY)
        _require_author(author, latest, "undo --redo")
        return _action(connection, latest)
    entry = _named(connection, name)
    undo: Entry | None = entry
    if entry.kind != RETRACT:
        undo = next(
            _select(
                connection,
                f"WHERE c.item = ? AND {_IS_UNDO} AND json_extract(c.body, '$.retracts') = ? AND {_LIVE}",
                (entry.item, entry.id),
            ),
            None,
        )
    if undo is None or not _is_live(connection, undo):
        raise InputError(f"the change {entry.id} is not undone", _HISTORY)
    return _action(connection, undo)


def _require_author(author: str, latest: Entry, command: str) -> None:
    if latest.author != author:
        raise InputError(
            f"the latest one is that of {latest.author}, and you are {author}",
            f"spacedialog {command} {latest.id[-8:]} takes it back all the same",
        )


def _action(connection: sqlite3.Connection, entry: Entry) -> list[Entry]:
    """Return the live entries of the action that the entry belongs to."""
    return list(
        _select(
            connection,
            f"WHERE c.ts = ? AND c.author = ? AND {_LIVE} ORDER BY c.id",
            (entry.ts, entry.author),
        )
    )


def _is_live(connection: sqlite3.Connection, entry: Entry) -> bool:
    return connection.execute("SELECT 1 FROM retracted WHERE change = ?", (entry.id,)).fetchone() is None


def _named(connection: sqlite3.Connection, name: str) -> Entry:
    """Return the entry whose id is, or ends in, the name; errors as in `to_undo`."""
    key = name.strip().casefold()
    if len(key) < 4 or not set(key) <= set("0123456789abcdef-"):
        raise InputError(f"'{name}' is not the id of a change", "spacedialog history shows the ids")
    matches = list(_select(connection, "WHERE c.id = ?", (key,))) or list(
        _select(connection, "WHERE substr(c.id, -length(?1)) = ?1 LIMIT 2", (key,))
    )
    if not matches:
        raise NotFoundError(f"no change goes by the id '{name}'", "spacedialog history shows the ids")
    if len(matches) > 1:
        raise InputError(f"several changes have an id that ends in '{name}'", "write more of it")
    return matches[0]
