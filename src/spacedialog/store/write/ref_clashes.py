"""Ref clashes: refs that two copies of a record gave to different things, which are commitments or milestones.

The later thing, whose entry is second in the order (`ts`, `id`), is shown with a letter after its ref. All copies agree
on it, because this order does not depend on when entries arrive. The log keeps the ref as it was given; only the
projection tables have the letter.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from string import ascii_lowercase
from typing import NamedTuple

from spacedialog.model.entry import RETRACT, Entry
from spacedialog.model.fold import retracted_ids
from spacedialog.model.validation import is_counted
from spacedialog.store import indexes

# The tables of commitments and milestones, each with the condition that a row is of the thing and has the ref `:key`.
_COMMITMENT = ("commitment", "item = :item AND ref_key = :key")
_MILESTONE = ("milestone", "item = :item AND milestone = :milestone AND ref_key = :key")


class _Claim(NamedTuple):
    """An entry that gave a ref to a thing, and its recorded time."""

    ts: int
    entry: str
    item: str
    milestone: str | None
    ref: str


class Clashes:
    """Items that share refs. Fold each item again and call `add` with its entries, then call `mark`."""

    def __init__(self, connection: sqlite3.Connection, keys: Sequence[str], items: Sequence[str]) -> None:
        self.items = items
        self._keys = keys
        self._connection = connection
        self._claims: dict[str, list[_Claim]] = {key: [] for key in keys}

    def add(self, item: str, entries: Iterable[Entry]) -> None:
        """Collect the refs that an item's entries gave to it and its milestones; the first entry of each ref counts."""
        known = list(entries)
        retracted = retracted_ids(known)
        seen = set()
        for entry in sorted(known, key=lambda entry: (entry.ts, entry.id)):
            if entry.id in retracted or entry.kind == RETRACT or not is_counted(entry):
                continue
            content = entry.content
            ref, part = content.get("set", {}).get("ref"), content.get("milestone")
            if isinstance(ref, str) and ref.casefold() in self._claims and (ref.casefold(), part) not in seen:
                seen.add((ref.casefold(), part))
                self._claims[ref.casefold()].append(_Claim(entry.ts, entry.id, item, part, ref))

    def mark(self) -> None:
        """Add a letter to each ref that an earlier thing also has."""
        # Commitments first, because the letter of a commitment is also put into the refs of its milestones.
        for key in sorted(self._keys, key=lambda key: ("." in key, key)):
            claims = [claim for claim in sorted(self._claims[key]) if self._has_ref(claim, key)]
            letters = _letters(self._connection, key)
            for claim in claims[1:]:
                letter = next(letters)
                self._mark_claim(claim, key, letter, claims[0].entry)

    def _has_ref(self, claim: _Claim, key: str) -> bool:
        """Return whether the thing has, or had, the ref in the tables."""
        table, condition = _MILESTONE if claim.milestone else _COMMITMENT
        parameters = {"item": claim.item, "milestone": claim.milestone, "key": key}
        return bool(self._connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", parameters).fetchone())

    def _mark_claim(self, claim: _Claim, key: str, letter: str, first: str) -> None:
        self._rename(claim.item, claim.milestone, key, key + letter)
        if not claim.milestone:
            below = self._connection.execute(
                "SELECT DISTINCT milestone, ref_key FROM milestone WHERE item = ? AND substr(ref_key, 1, ?) = ?",
                (claim.item, len(key) + 1, f"{key}."),
            ).fetchall()
            for milestone, part_key in below:
                shown = key + letter + part_key[len(key) :]
                self._rename(claim.item, milestone, part_key, shown, at=len(key))
        self._connection.execute(
            "INSERT INTO clash (item, milestone, ref_key, shown, kept, other) VALUES (?, ?, ?, ?, ?, ?)",
            (claim.item, claim.milestone, key, claim.ref + letter, claim.entry, first),
        )

    def _rename(self, item: str, milestone: str | None, key: str, shown: str, *, at: int | None = None) -> None:
        """Replace the ref `key` by `shown`, which has a letter after the first `at` characters, or at the end."""
        head = len(key) if at is None else at
        letter = shown[head : len(shown) - (len(key) - head)]
        table, condition = _MILESTONE if milestone else _COMMITMENT
        self._connection.execute(
            f"UPDATE {table} SET ref = substr(ref, 1, :head) || :letter || substr(ref, :head + 1), ref_key = :shown"
            f" WHERE {condition}",
            {"item": item, "milestone": milestone, "key": key, "head": head, "letter": letter, "shown": shown},
        )
        # The thing can also be found by the ref with the letter.
        self._connection.execute(
            "INSERT INTO given (item, milestone, ref_key, prefix) VALUES (?, ?, ?, ?)",
            (item, milestone, shown, shown.rpartition("-")[0]),
        )


class GivenRefs:
    """The refs, in lower case, that an action gives to things."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._are_many = False

    def add(self, key: str) -> None:
        """Add a ref."""
        if not self._are_many:
            self._keys.append(key)
            if len(self._keys) > _MANY:
                self._are_many = True
                self._keys.clear()

    def clashes(self, connection: sqlite3.Connection) -> Clashes:
        """Return all items that are connected with these refs through shared refs, directly or through other items."""
        if self._are_many:
            indexes.create(connection, "given")  # A new database does not have them yet.
        clashing: set[str] = set()
        items: set[str] = set()
        added = set(_all_shared(connection) if self._are_many else _shared(connection, self._keys))
        while added:
            clashing |= added
            reached = {item for key in added for item in _holders(connection, key)} - items
            items |= reached
            refs = [
                key
                for item in reached
                for (key,) in connection.execute("SELECT ref_key FROM given WHERE item = ?", (item,)).fetchall()
            ]
            added = set(_shared(connection, refs)) - clashing
        return Clashes(connection, sorted(clashing), sorted(items))


_MANY = 1000
"""Above this number, the refs are not kept in memory, and those of the whole record are compared."""


def _shared(connection: sqlite3.Connection, keys: Sequence[str]) -> Iterator[str]:
    """Yield those of the refs that were given to more than one thing."""
    rows = connection.execute(
        "SELECT k.value FROM json_each(?) AS k JOIN given AS g ON g.ref_key = k.value"
        " GROUP BY k.key HAVING count(*) > 1",
        (json.dumps(keys),),
    )
    return (key for (key,) in rows.fetchall())


def _all_shared(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield every ref that was given to more than one thing."""
    rows = connection.execute("SELECT ref_key FROM given GROUP BY ref_key HAVING count(*) > 1")
    return (key for (key,) in rows.fetchall())


def _holders(connection: sqlite3.Connection, key: str) -> list[str]:
    rows = connection.execute("SELECT DISTINCT item FROM given WHERE ref_key = ?", (key,))
    return [item for (item,) in rows.fetchall()]


def _letters(connection: sqlite3.Connection, key: str) -> Iterator[str]:
    """Yield b, c, … z, bb, …, except endings with which the ref is already in use."""
    for length in count(1):
        for letter in ascii_lowercase[1:]:
            ending = letter * length
            if not connection.execute("SELECT 1 FROM given WHERE ref_key = ? LIMIT 1", (key + ending,)).fetchone():
                yield ending
