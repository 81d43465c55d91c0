"""Refs given to two things, as happens to desks that work apart: the later one is shown with a letter.

Which is the later one is told by the changes that gave the ref, in the order (`ts`, `id`), so every copy shows the
same whatever came to it first. What was given stays on record; only what is shown has the letter, in every table
that is a cache of the fold.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from spacedialog.model.entry import RETRACT, Entry
from spacedialog.model.fold import is_understood, retracted_ids

# The tables of things that bear refs, and the column that tells one thing from another there.
_BEARERS = {"commitment": "item", "milestone": "milestone"}


class _Claim(NamedTuple):
    """That a change gave a ref to a thing, and when that was recorded."""

    ts: int
    change: str
    item: str
    milestone: str | None
    ref: str


class Clashes:
    """Items that share refs with others. They are folded again first; `learn` is told of each, then comes `settle`."""

    def __init__(self, connection: sqlite3.Connection, keys: Sequence[str], items: Sequence[str]) -> None:
        self.items = items
        self._keys = keys
        self._connection = connection
        self._claims: dict[str, list[_Claim]] = {key: [] for key in keys}

    def learn(self, item: str, changes: Iterable[Entry]) -> None:
        """Take in which refs an item's changes gave, to it and to its milestones; the first gift of each counts."""
        known = list(changes)
        gone = retracted_ids(known)
        seen = set()
        for change in sorted(known, key=lambda change: (change.ts, change.id)):
            if change.id in gone or change.kind == RETRACT or not is_understood(change):
                continue
            content = change.content
            ref, part = content.get("set", {}).get("ref"), content.get("milestone")
            if isinstance(ref, str) and ref.casefold() in self._claims and (ref.casefold(), part) not in seen:
                seen.add((ref.casefold(), part))
                self._claims[ref.casefold()].append(_Claim(change.ts, change.id, item, part, ref))

    def settle(self) -> None:
        """Give each of the later ones its letter."""
        # A commitment's letter goes to its milestones too, so those that have none yet come after it.
        for key in sorted(self._keys, key=lambda key: ("." in key, key)):
            bearing = [claim for claim in sorted(self._claims[key]) if self._bears(claim, key)]
            letters = _letters(self._connection, key)
            for claim in bearing[1:]:
                letter = next(letters)
                self._show(claim, key, letter, bearing[0].change)

    def _bears(self, claim: _Claim, key: str) -> bool:
        """Whether the thing is, or was, on record under the ref."""
        table = "milestone" if claim.milestone else "commitment"
        return bool(
            self._connection.execute(
                f"SELECT 1 FROM {table} WHERE ref_key = ? AND {_BEARERS[table]} = ? LIMIT 1",
                (key, claim.milestone or claim.item),
            ).fetchone()
        )

    def _show(self, claim: _Claim, key: str, letter: str, first: str) -> None:
        if claim.milestone:
            self._rename("milestone", claim.milestone, claim.milestone, claim.item, key, key + letter)
        else:
            self._rename("commitment", claim.item, None, claim.item, key, key + letter)
            below = self._connection.execute(
                "SELECT DISTINCT milestone, ref_key FROM milestone WHERE item = ? AND substr(ref_key, 1, ?) = ?",
                (claim.item, len(key) + 1, f"{key}."),
            ).fetchall()
            for milestone, part_key in below:
                shown = key + letter + part_key[len(key) :]
                self._rename("milestone", milestone, milestone, claim.item, part_key, shown, at=len(key))
        self._connection.execute(
            "INSERT INTO clash (item, milestone, ref_key, shown, kept, other) VALUES (?, ?, ?, ?, ?, ?)",
            (claim.item, claim.milestone, key, claim.ref + letter, claim.change, first),
        )

    def _rename(
        self, table: str, thing: str, milestone: str | None, item: str, key: str, shown: str, *, at: int | None = None
    ) -> None:
        """Show a ref with a letter: at its end, or after its first `at` characters."""
        head = len(key) if at is None else at
        letter = shown[head : len(shown) - (len(key) - head)]
        self._connection.execute(
            f"UPDATE {table} SET ref = substr(ref, 1, ?) || ? || substr(ref, ?), ref_key = ?"
            f" WHERE {_BEARERS[table]} = ? AND ref_key = ?",
            (head, letter, head + 1, shown, thing, key),
        )
        # It goes by what is shown, too.
        self._connection.execute(
            "INSERT INTO given (item, milestone, ref_key, prefix) VALUES (?, ?, ?, ?)",
            (item, milestone, shown, shown.rpartition("-")[0]),
        )


def find_clashes(connection: sqlite3.Connection, keys: Sequence[str]) -> Clashes:
    """All items that share a ref with those that were given these refs, or share one with such, and so on."""
    found: set[str] = set()
    items: set[str] = set()
    fresh = set(_shared(connection, keys))
    while fresh:
        found |= fresh
        reached = {item for key in fresh for item in _holders(connection, key)} - items
        items |= reached
        theirs = [
            key
            for item in reached
            for (key,) in connection.execute("SELECT ref_key FROM given WHERE item = ?", (item,)).fetchall()
        ]
        fresh = set(_shared(connection, theirs)) - found
    return Clashes(connection, sorted(found), sorted(items))


def _shared(connection: sqlite3.Connection, keys: Sequence[str]) -> Iterator[str]:
    """Those of the refs that were given to more than one thing."""
    # One statement, from the index alone: an import has tens of thousands of refs, and hardly ever one such.
    rows = connection.execute(
        "SELECT k.value FROM json_each(?) AS k JOIN given AS g ON g.ref_key = k.value"
        " GROUP BY k.key HAVING count(*) > 1",
        (json.dumps(keys),),
    )
    return (key for (key,) in rows.fetchall())


def _holders(connection: sqlite3.Connection, key: str) -> list[str]:
    rows = connection.execute("SELECT DISTINCT item FROM given WHERE ref_key = ?", (key,))
    return [item for (item,) in rows.fetchall()]


def _letters(connection: sqlite3.Connection, key: str) -> Iterator[str]:
    """b, c, … z, bb, …, without those that make a ref which was given."""
    for length in range(1, 5):
        for letter in ascii_lowercase[1:]:
            ending = letter * length
            if not connection.execute("SELECT 1 FROM given WHERE ref_key = ? LIMIT 1", (key + ending,)).fetchone():
                yield ending
