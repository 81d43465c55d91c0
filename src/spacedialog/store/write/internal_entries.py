"""Internal entries: which entries of an action are internal, and which entries they follow."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from spacedialog.model.conflicts import other_heads
from spacedialog.model.entry import Entry, PendingEntry
from spacedialog.model.fold import fold
from spacedialog.model.visibility import (
    INTERNAL,
    Thing,
    created_by,
    is_internal,
    named_by,
    public_entries,
)
from spacedialog.store.log import entries_of


class Heads:
    """The newest entries of an item's branches, by id, as an action adds entries to it: the parents of the next one.

    An internal entry follows all entries. A public one follows only public entries, and so never names an internal one.
    """

    def __init__(self, known: Sequence[Entry]) -> None:
        self._all = _heads_of(known)
        self._public = _heads_of(public_entries(known)) if any(map(is_internal, known)) else self._all

    def of(self, pending: PendingEntry) -> list[str]:
        """Return the entries that the pending one follows, the newest last."""
        return self._all if INTERNAL in pending.body else self._public

    def add(self, entry: Entry) -> None:
        """Add an entry of the action."""
        if is_internal(entry):
            self._all = [entry.id]
        else:
            self._all = [*(head for head in self._all if head not in self._public), entry.id]
            self._public = [entry.id]


def _heads_of(entries: Sequence[Entry]) -> list[str]:
    return [*other_heads(entries), entries[-1].id] if entries else []


class Things:
    """The items, dialogues, areas and parties that the entries of an action name, and whether they are internal."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._visible: dict[Thing, set[bool]] = {}

    def are_internal(self, pending: PendingEntry) -> bool:
        """Return whether an entry names an internal item, dialogue, area or party, besides its own item."""
        own = (pending.item, pending.body.get("milestone"), pending.body.get("retracts"))
        named = (thing for thing in named_by(pending, pending.body) if thing[1] not in own)
        return any(self._visibility(thing) == {False} for thing in named)

    def add(self, pending: PendingEntry) -> None:
        """Add the items that an entry of this action creates."""
        is_public = INTERNAL not in pending.body
        for thing in created_by(pending):
            if not (is_public and thing[0] == "part"):  # A public item is public without being listed here.
                self._visibility(thing).add(is_public)

    def _visibility(self, thing: Thing) -> set[bool]:
        """Return whether each item that is the thing, or has its key, is public."""
        if thing not in self._visible:
            kind, name = thing
            sql = f"SELECT DISTINCT item FROM {kind} WHERE key = ? COLLATE NOCASE"
            items = [name] if kind == "part" else [item for (item,) in self._connection.execute(sql, (name,))]
            self._visible[thing] = {
                not any(map(is_internal, entries)) or fold(public_entries(entries)) is not None
                for item in items
                if (entries := entries_of(self._connection, item))
            }
        return self._visible[thing]
