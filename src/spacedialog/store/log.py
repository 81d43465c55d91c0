"""Questions to the log itself: its entries, what an undo or a redo is about, what was imported."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.entry import BUNDLED_AUTHOR, IMPORTED, RETRACT, Entry

_LIVE = "NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = c.id)"
_IMPORTED = f"json_extract(c.body, '$.via') = '{IMPORTED}'"
# An undo, as against a redo: it takes back something other than an undo.
_IS_UNDO = (
    f"c.kind = '{RETRACT}' AND {_IMPORTED} IS NOT TRUE AND NOT EXISTS (SELECT 1 FROM change AS t"
    f" WHERE t.id = json_extract(c.body, '$.retracts') AND t.kind = '{RETRACT}'"
    " AND json_extract(t.body, '$.via') IS NULL)"
)
_BUNDLED = f"({_IMPORTED} AND c.author = '{BUNDLED_AUTHOR}')"
_HISTORY = "spacedialog history shows what was recorded"


def _changes(connection: sqlite3.Connection, condition: str, parameters: Sequence[object] = ()) -> Iterator[Entry]:
    return map(Entry._make, connection.execute(f"SELECT c.* FROM change AS c {condition}", parameters))


def entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Every change in the order recorded."""
    return _changes(connection, "ORDER BY c.ts, c.id")


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many changes there are, and when (µs) the newest was recorded."""
    count, newest = connection.execute("SELECT count(*), ifnull(max(ts), 0) FROM change").fetchone()
    return count, newest


def in_arrival_order(connection: sqlite3.Connection) -> list[Entry]:
    """Every change in the order in which it came into this store."""
    return list(_changes(connection, "NOT INDEXED ORDER BY c.rowid"))


def is_new_item(connection: sqlite3.Connection, item: str) -> bool:
    """Whether the log says nothing of an item yet."""
    return connection.execute("SELECT 1 FROM change WHERE item = ? LIMIT 1", (item,)).fetchone() is None


def live_entries(connection: sqlite3.Connection, item: str) -> Iterator[Entry]:
    """The changes of an item that are not retracted."""
    return _changes(connection, f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {_LIVE}", (item,))


def imported_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """The live changes of an item that imports brought."""
    return list(
        _changes(connection, f"WHERE c.item = ? AND c.kind <> '{RETRACT}' AND {_IMPORTED} AND {_LIVE}", (item,))
    )


def rejected_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """The changes of an item that imports brought and people took back one by one, and did not bring back since."""
    return list(
        _changes(
            connection,
            f"JOIN change AS u ON u.item = c.item AND u.kind = '{RETRACT}' AND json_extract(u.body, '$.only')"
            " AND NOT EXISTS (SELECT 1 FROM retracted AS r WHERE r.change = u.id)"
            f" AND json_extract(u.body, '$.retracts') = c.id WHERE c.item = ? AND {_IMPORTED} AND NOT {_LIVE}",
            (item,),
        )
    )


def to_undo(connection: sqlite3.Connection, name: str | None, *, author: str, only: bool = False) -> list[Entry]:
    """The live changes of the action to take back: the author's latest, or that of a named change.

    With `only`, the named change alone. InputError where there is nothing to take back, or the latest action is
    another's; NotFoundError where no change goes by the name.
    """
    if name is None:
        latest = next(
            _changes(
                connection,
                f"WHERE (c.kind <> '{RETRACT}' OR {_IMPORTED}) AND {_BUNDLED} IS NOT TRUE AND {_LIVE}"
                " ORDER BY c.ts DESC, c.id DESC LIMIT 1",
            ),
            None,
        )
        if latest is None:
            raise InputError("there is nothing to undo", _HISTORY)
        _must_be_of(author, latest, "undo")
        return _action(connection, latest)
    change = _named(connection, name)
    if only:
        found = [change]
    elif change.author == BUNDLED_AUTHOR and change.content.get("via") == IMPORTED:
        raise InputError(
            f"the change {change.id} belongs to the bundled record",
            f"spacedialog undo {name} --only takes it back alone",
        )
    else:
        found = _action(connection, change)
    standing = [change for change in found if _is_live(connection, change)]
    if not standing:
        raise InputError(f"the change {change.id} is undone already", f"spacedialog undo --redo {name} brings it back")
    return standing


def to_redo(connection: sqlite3.Connection, name: str | None, *, author: str) -> list[Entry]:
    """The retractions of the undo to take back: the author's latest, or the one that took back the named change.

    InputError where there is none, or the latest is another's; NotFoundError where no change goes by the name.
    """
    if name is None:
        latest = next(_changes(connection, f"WHERE {_IS_UNDO} AND {_LIVE} ORDER BY c.ts DESC LIMIT 1"), None)
        if latest is None:
            raise InputError("there is nothing to redo", _HISTORY)
        _must_be_of(author, latest, "undo --redo")
        return _action(connection, latest)
    change = _named(connection, name)
    undo: Entry | None = change
    if change.kind != RETRACT:
        undo = next(
            _changes(
                connection,
                f"WHERE c.item = ? AND {_IS_UNDO} AND json_extract(c.body, '$.retracts') = ? AND {_LIVE}",
                (change.item, change.id),
            ),
            None,
        )
    if undo is None or not _is_live(connection, undo):
        raise InputError(f"the change {change.id} is not undone", _HISTORY)
    return _action(connection, undo)


def _must_be_of(author: str, latest: Entry, command: str) -> None:
    if latest.author != author:
        raise InputError(
            f"the latest one is that of {latest.author}, and you are {author}",
            f"spacedialog {command} {latest.id[-8:]} takes it back all the same",
        )


def _action(connection: sqlite3.Connection, change: Entry) -> list[Entry]:
    """The live changes that were recorded in one action with this one."""
    return list(
        _changes(
            connection,
            f"WHERE c.ts = ? AND c.author = ? AND {_LIVE} ORDER BY c.id",
            (change.ts, change.author),
        )
    )


def _is_live(connection: sqlite3.Connection, change: Entry) -> bool:
    return connection.execute("SELECT 1 FROM retracted WHERE change = ?", (change.id,)).fetchone() is None


def _named(connection: sqlite3.Connection, name: str) -> Entry:
    """The change whose id is, or ends in, the name."""
    key = name.strip().casefold()
    if len(key) < 4 or not set(key) <= set("0123456789abcdef-"):
        raise InputError(f"'{name}' is not the id of a change", "spacedialog history shows the ids")
    found = list(_changes(connection, "WHERE c.id = ?", (key,))) or list(
        _changes(connection, "WHERE substr(c.id, -length(?1)) = ?1 LIMIT 2", (key,))
    )
    if not found:
        raise NotFoundError(f"no change goes by the id '{name}'", "spacedialog history shows the ids")
    if len(found) > 1:
        raise InputError(f"several changes have an id that ends in '{name}'", "write more of it")
    return found[0]
