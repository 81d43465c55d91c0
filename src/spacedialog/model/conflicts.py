"""Conflicts: entries of one item that were written independently and set a field differently. Pure.

An entry names its parents: `base` is the newest entry that its author had and, if copies had diverged, `beside` in its
body lists the newest entries of the other branches. The ancestors of an entry are its parents, their parents, and so
on. Two entries are independent if neither is an ancestor of the other. An entry of the built-in record is never
independent, because every copy has that record in some version. An internal entry and a public one are not
independent either: a public entry names public parents only.

Entries apply in the order of the fold. An entry that sets a field counts from its day until an entry that is not
independent of it sets the field. On each day, the entry that set the field last conflicts with every other entry that
counts and has another value. An entry whose author had all of them resolves the conflict, from the day on which that
entry is the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from spacedialog.model.entry import Entry, canonical_json
from spacedialog.model.fold import FOREVER, in_order, replaced_ids
from spacedialog.model.visibility import is_internal

MOST_HEADS = 200
"""The maximum number of ids that an entry lists in `beside`."""

MOST_SIDES = 20
"""The maximum number of entries that conflict about one field on one day; older entries are left out."""

BESIDE = "beside"
"""Key in the body of an entry: the ids of its parents other than `base`."""


class Conflict(NamedTuple):
    """Two entries, by id, that set one field of an item or milestone differently; the value of `kept` applies.

    They conflict on the days from `valid_from` up to, but not including, `valid_to` (ISO days).
    """

    milestone: str | None
    field: str
    kept: str
    other: str
    valid_from: str
    valid_to: str


def other_heads(entries: Sequence[Entry]) -> list[str]:
    """Return the ids of the entries, given in the order recorded, that no entry has as a parent, except the last.

    Of more than MOST_HEADS, only the newest are returned, so that an entry that lists them stays short.
    """
    if _is_linear(entries):
        return []
    parents = {parent for entry in entries for parent in _parents(entry)}
    return [entry.id for entry in entries[:-1] if entry.id not in parents][-MOST_HEADS:]


def conflicts(entries: Sequence[Entry]) -> list[Conflict]:
    """Return the conflicts among all entries of an item, given in the order recorded."""
    if _is_linear(entries):
        return []
    independent = _independence(entries)
    setters: dict[tuple[str | None, str], list[tuple[str, Entry]]] = {}
    for day, entry in in_order(entries):
        content = entry.content
        for field in content.get("set", ()):
            setters.setdefault((content.get("milestone"), field), []).append((day, entry))
    return [conflict for part, dated in setters.items() for conflict in _between(*part, dated, independent)]


def _between(
    milestone: str | None,
    field: str,
    setters: Sequence[tuple[str, Entry]],
    independent: Callable[[Entry, Entry], bool],
) -> Iterator[Conflict]:
    """Yield the conflicts among the entries that set a field, given with their days in the order of the fold."""
    counting: list[Entry] = []
    days = [(day, [entry for _, entry in dated]) for day, dated in groupby(setters, key=itemgetter(0))]
    for (day, entries), (end, _) in pairwise([*days, (FOREVER, [])]):
        for entry in entries:
            counting = [*(other for other in counting if independent(other, entry)), entry][-MOST_SIDES:]
        *others, kept = counting
        value = canonical_json(kept.content["set"][field])
        for other in others:
            if canonical_json(other.content["set"][field]) != value:
                yield Conflict(milestone, field, kept.id, other.id, day, end)


def _independence(entries: Sequence[Entry]) -> Callable[[Entry, Entry], bool]:
    """Return a function that tests whether two of these entries, given in the order recorded, are independent."""
    index = {entry.id: position for position, entry in enumerate(entries)}
    renamed = replaced_ids(entries)
    ancestors: list[int] = []  # of each entry, as a bit set of positions
    for position, entry in enumerate(entries):
        bits = 0
        for parent in _parents(entry):
            for known in (parent, *renamed.get(parent, ())):
                at = index.get(known, position)
                if at < position:
                    bits |= ancestors[at] | 1 << at
        ancestors.append(bits)

    def independent(one: Entry, other: Entry) -> bool:
        earlier, later = sorted((index[one.id], index[other.id]))
        is_connected = ancestors[later] >> earlier & 1 or is_internal(one) != is_internal(other)
        return not (is_connected or one.is_built_in or other.is_built_in)

    return independent


def _is_linear(entries: Sequence[Entry]) -> bool:
    """Return whether the base of each entry is the entry before it, so that none were written independently."""
    return all(after.base == before.id for before, after in pairwise(entries))


def _parents(entry: Entry) -> list[str]:
    parents = [entry.base] if entry.base else []
    if f'"{BESIDE}":' in entry.body:
        beside = entry.content.get(BESIDE)
        parents += [parent for parent in beside if isinstance(parent, str)] if isinstance(beside, list) else []
    return parents
