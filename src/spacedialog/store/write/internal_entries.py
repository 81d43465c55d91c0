"""Internal entries: which entries of an action are internal, and which entries they follow."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from spacedialog.model.conflicts import other_heads
from spacedialog.model.entry import CREATE, RETRACT, Entry, PendingEntry, id_before, new_entry_ids
from spacedialog.model.fold import fold, retracted_ids
from spacedialog.model.visibility import (
    INTERNAL,
    Thing,
    created_by,
    is_internal,
    named_by,
    public_entries,
)
from spacedialog.store.log import entries_of

_OF_DIALOGUE = ("area", "party")
"""The kinds of things whose keys belong to a dialogue."""

_MOST_BETWEEN = 1 << 16
"""The maximum number of ids of internal entries between two of public ones, which are 2**31 apart on average."""


class Heads:
    """The newest entries of an item's branches, by id, as an action adds entries to it: the parents of the next one.

    `has_internal` is whether an entry about the item is internal. An internal entry follows all entries. A public one
    follows only public entries, and so never names an internal one.
    """

    def __init__(self, known: Sequence[Entry]) -> None:
        self.has_internal = any(map(is_internal, known))
        self._all = _heads_of(known)
        self._public = _heads_of(public_entries(known)) if self.has_internal else self._all

    def of(self, *, is_internal: bool) -> list[str]:
        """Return the entries that the next one follows, the newest last."""
        return self._all if is_internal else self._public

    def add(self, entry: str, *, is_internal: bool) -> None:
        """Add an entry of the action, by its id."""
        if is_internal:
            self.has_internal = True
            self._all = [entry]
        elif not self.has_internal:
            self._all = self._public = [entry]
        else:
            self._all = [*(head for head in self._all if head not in self._public), entry]
            self._public = [entry]


def _heads_of(entries: Sequence[Entry]) -> list[str]:
    return [*other_heads(entries), entries[-1].id] if entries else []


class EntryIds:
    """The ids of an action's entries, in increasing order; those of public entries do not depend on internal ones."""

    def __init__(self, ts: int, entropy: bytes) -> None:
        self._ids = new_entry_ids(ts, entropy)
        self._next = next(self._ids)
        self._between = 0

    def take(self, *, is_internal: bool) -> str:
        """Return the id of the next entry. That of an internal one is just below the id of the next public entry."""
        if is_internal and self._between < _MOST_BETWEEN:
            self._between += 1
            return id_before(self._next, _MOST_BETWEEN + 1 - self._between)
        taken, self._next, self._between = self._next, next(self._ids), 0
        return taken


def live_public_entries(connection: sqlite3.Connection, item: str) -> list[Entry]:
    """Return the public entries about an item that are not retracted in the public record."""
    entries = public_entries(entries_of(connection, item))
    retracted = retracted_ids(entries)
    return [entry for entry in entries if entry.kind != RETRACT and entry.id not in retracted]


class Things:
    """The items, dialogues, areas and parties that the entries of an action name, and whether they are internal.

    `has_internal` is whether the log may have an internal entry. If it has none, only the action can create something
    internal.
    """

    def __init__(self, connection: sqlite3.Connection, *, has_internal: bool = True) -> None:
        self._connection = connection
        self._has_internal = has_internal
        self._items: dict[tuple[Thing, str | None], set[str]] = {}
        self._created: dict[str, set[bool]] = {}
        self._retracted: set[str] = set()
        self._visible: dict[str, bool] = {}

    def are_internal(self, pending: PendingEntry) -> bool:
        """Return whether an entry names an internal item, dialogue, area or party, besides its own item."""
        if not self._has_internal:
            return False
        own = (pending.item, pending.body.get("milestone"), pending.body.get("retracts"))
        named = [thing for thing in named_by(pending, pending.body) if thing[1] not in own]
        dialogue = self._dialogue_of(pending) if any(kind in _OF_DIALOGUE for kind, _ in named) else None
        return any(self._is_internal(thing, dialogue) for thing in named)

    def add(self, pending: PendingEntry) -> None:
        """Add the items that an entry of this action creates, and the entry that it retracts."""
        is_public = INTERNAL not in pending.body
        self._has_internal = self._has_internal or not is_public
        if pending.kind not in (CREATE, RETRACT):
            return
        if pending.kind == RETRACT and is_public:
            self._retracted.add(pending.body["retracts"])
            self._visible.pop(pending.item, None)
        for thing in created_by(pending):
            kind = thing[0]
            if kind == "part" and is_public:
                continue  # A public item is public without being listed here.
            self._created.setdefault(pending.item, set()).add(is_public)
            self._visible.pop(pending.item, None)
            if kind != "part":
                dialogue = pending.body["set"].get("dialogue") if kind in _OF_DIALOGUE else None
                for of in {dialogue, None}:
                    self._items_of(thing, of).add(pending.item)

    def _dialogue_of(self, pending: PendingEntry) -> str | None:
        if dialogue := pending.body.get("set", {}).get("dialogue"):
            return str(dialogue)
        sql = " UNION ALL ".join(f"SELECT dialogue FROM {table} WHERE item = ?1" for table in ("commitment", "party"))
        row = self._connection.execute(f"{sql} LIMIT 1", (pending.item,)).fetchone()
        return str(row[0]) if row else None

    def _is_internal(self, thing: Thing, dialogue: str | None) -> bool:
        """Return whether a thing is internal: in this dialogue or, if it does not have it, in all that do."""
        items = (thing[0] in _OF_DIALOGUE and self._items_of(thing, dialogue)) or self._items_of(thing, None)
        return bool(items) and not any(map(self._is_public, items))

    def _items_of(self, thing: Thing, dialogue: str | None) -> set[str]:
        """Return the items that are the thing, or have its key, in a dialogue or in all."""
        if (thing, dialogue) not in self._items:
            kind, name = thing
            sql = f"SELECT DISTINCT item FROM {kind} WHERE key = ?1 COLLATE NOCASE"
            sql += " AND dialogue = ?2 COLLATE NOCASE" if dialogue else ""
            parameters = (name, dialogue) if dialogue else (name,)
            rows = [(name,)] if kind == "part" else self._connection.execute(sql, parameters)
            self._items[thing, dialogue] = {item for (item,) in rows}
        return self._items[thing, dialogue]

    def _is_public(self, item: str) -> bool:
        """Return whether an item is public, after the entries of this action so far."""
        if item not in self._visible:
            created = self._created.get(item, set())
            entries = entries_of(self._connection, item)
            if True in created:
                self._visible[item] = True
            elif created or any(map(is_internal, entries)):
                left = [entry for entry in public_entries(entries) if entry.id not in self._retracted]
                self._visible[item] = fold(left) is not None
            else:
                self._visible[item] = True
        return self._visible[item]
