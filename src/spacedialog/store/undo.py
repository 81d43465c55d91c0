"""The entries that an undo or a redo retracts."""

from __future__ import annotations

import sqlite3

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.entry import RETRACT, Entry
from spacedialog.store.log import IS_BUILT_IN, IS_IMPORTED, LIVE, select
from spacedialog.store.write.internal_entries import live_public_entries

# An undo retracts something other than an undo; a redo retracts an undo.
_IS_UNDO = (
    f"c.kind = '{RETRACT}' AND {IS_IMPORTED} IS NOT TRUE AND NOT EXISTS (SELECT 1 FROM change AS t"
    f" WHERE t.id = json_extract(c.body, '$.retracts') AND t.kind = '{RETRACT}'"
    " AND json_extract(t.body, '$.via') IS NULL)"
)
_HISTORY = "list the recorded entries with spacedialog history"


def to_undo(
    connection: sqlite3.Connection, name: str | None, *, author: str, only: bool = False, is_public: bool = True
) -> list[Entry]:
    """Return the live entries of the action to undo: the author's latest action, or the action of the named entry.

    `name` is an entry's id or the end of it. With `only`, return only the named entry. An undo that `is_public` may
    name an entry that only an internal undo retracts. InputError if there is nothing to undo, or the latest action is
    by another author; NotFoundError if no entry has that id.
    """
    if name is None:
        latest = next(
            select(
                connection,
                f"WHERE (c.kind <> '{RETRACT}' OR {IS_IMPORTED}) AND {IS_BUILT_IN.format('c')} IS NOT TRUE AND {LIVE}"
                " ORDER BY c.ts DESC, c.id DESC LIMIT 1",
            ),
            None,
        )
        if latest is None:
            raise InputError("there is nothing to undo", _HISTORY)
        _require_author(author, latest, "undo")
        return [entry for entry in _action(connection, latest) if _is_live(connection, entry)]
    entry = _named(connection, name)
    if only:
        action = [entry]
    elif entry.is_built_in:
        raise InputError(
            f"entry {entry.id} belongs to the built-in record",
            f"undo this entry alone with spacedialog undo {name} --only",
        )
    else:
        action = _action(connection, entry)
    live = [entry for entry in action if _is_live(connection, entry) or (is_public and _is_public(connection, entry))]
    if not live:
        raise InputError(f"entry {entry.id} is already undone", f"restore it with spacedialog undo --redo {name}")
    return live


def to_redo(connection: sqlite3.Connection, name: str | None, *, author: str) -> list[Entry]:
    """Return the retractions of the undo to reverse: the author's latest undo, or the undo of the named entry.

    InputError if there is none, or the latest is by another author; NotFoundError if no entry has that id.
    """
    if name is None:
        latest = next(select(connection, f"WHERE {_IS_UNDO} AND {LIVE} ORDER BY c.ts DESC LIMIT 1"), None)
        if latest is None:
            raise InputError("there is nothing to redo", _HISTORY)
        _require_author(author, latest, "undo --redo")
        return [entry for entry in _action(connection, latest) if _is_live(connection, entry)]
    entry = _named(connection, name)
    undo: Entry | None = entry
    if entry.kind != RETRACT:
        undo = next(
            select(
                connection,
                f"WHERE c.item = ? AND {_IS_UNDO} AND json_extract(c.body, '$.retracts') = ? AND {LIVE}",
                (entry.item, entry.id),
            ),
            None,
        )
    if undo is None or not _is_live(connection, undo):
        raise InputError(f"entry {entry.id} is not undone", _HISTORY)
    return [entry for entry in _action(connection, undo) if _is_live(connection, entry)]


def _require_author(author: str, latest: Entry, command: str) -> None:
    if latest.author != author:
        raise InputError(
            f"the latest action is by {latest.author}, and you are {author}",
            f"to continue, name the entry: spacedialog {command} {latest.id[-8:]}",
        )


def _action(connection: sqlite3.Connection, entry: Entry) -> list[Entry]:
    """Return the entries of the action that the entry belongs to."""
    return list(select(connection, "WHERE c.ts = ? AND c.author = ? ORDER BY c.id", (entry.ts, entry.author)))


def _is_live(connection: sqlite3.Connection, entry: Entry) -> bool:
    return connection.execute("SELECT 1 FROM retracted WHERE change = ?", (entry.id,)).fetchone() is None


def _is_public(connection: sqlite3.Connection, entry: Entry) -> bool:
    """Return whether the public record has the entry and no undo of it."""
    return entry.id in {one.id for one in live_public_entries(connection, entry.item)}


def _named(connection: sqlite3.Connection, name: str) -> Entry:
    """Return the entry whose id is, or ends in, the name; errors as in `to_undo`."""
    key = name.strip().casefold()
    if len(key) < 4 or not set(key) <= set("0123456789abcdef-"):
        raise InputError(f"'{name}' is not the id of an entry", "list the ids with spacedialog history")
    matches = list(select(connection, "WHERE c.id = ?", (key,))) or list(
        select(connection, "WHERE substr(c.id, -length(?1)) = ?1 LIMIT 2", (key,))
    )
    if not matches:
        raise NotFoundError(f"no entry has the id '{name}'", "list the ids with spacedialog history")
    if len(matches) > 1:
        raise InputError(f"several entries have an id that ends in '{name}'", "write a longer part of the id")
    return matches[0]
