"""Conflicts: entries of one item that were written independently and set a field differently. Pure.

An entry names its parents: `base` is the newest entry that its author had and, if copies had diverged, `beside` in its
body lists the newest entries of the other branches. The ancestors of an entry are its parents, their parents, and so
on. An entry that sets a field counts unless it is an ancestor of another entry that sets the field. Entries that count
conflict if their values differ. An entry that sets the field and descends from all of them resolves the conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from spacedialog.model.entry import CREATE, RETRACT, Entry, canonical_json
from spacedialog.model.fold import closing_day, retracted_ids
from spacedialog.model.validation import is_counted

BESIDE = "beside"
"""Key in the body of an entry: the ids of its parents other than `base`."""


class Conflict(NamedTuple):
    """Two entries, by id, that set one field of an item or milestone differently; the value of `kept` applies."""

    milestone: str | None
    field: str
    kept: str
    other: str


def other_heads(entries: Sequence[Entry]) -> list[str]:
    """Return the ids of the entries, except the last, that are no entry's parent; `entries` in the order recorded."""
    if _is_linear(entries):
        return []
    parents = {parent for entry in entries for parent in _parents(entry)}
    return [entry.id for entry in entries[:-1] if entry.id not in parents]


def conflicts(entries: Sequence[Entry]) -> list[Conflict]:
    """Return the conflicts among all entries of an item, given in the order recorded."""
    if _is_linear(entries):
        return []
    index = {entry.id: position for position, entry in enumerate(entries)}
    ancestors: list[int] = []  # of each entry, as a bit set of positions
    for position, entry in enumerate(entries):
        bits = 0
        for parent in _parents(entry):
            at = index.get(parent, position)
            if at < position:
                bits |= ancestors[at] | 1 << at
        ancestors.append(bits)
    retracted = retracted_ids(entries)
    latest: dict[tuple[str | None, str], list[Entry]] = {}
    for position, entry in enumerate(entries):
        if entry.kind == RETRACT or entry.id in retracted or not is_counted(entry):
            continue
        content = entry.content
        for field in content.get("set", ()):
            setters = latest.setdefault((content.get("milestone"), field), [])
            setters[:] = [setter for setter in setters if not ancestors[position] >> index[setter.id] & 1]
            setters.append(entry)
    return [conflict for (part, field), setters in latest.items() for conflict in _between(part, field, setters)]


def _between(part: str | None, field: str, setters: Sequence[Entry]) -> Iterator[Conflict]:
    if len(setters) < 2:
        return
    # The order of the fold: a creation applies before all other entries.
    *others, kept = sorted(setters, key=lambda entry: (entry.kind != CREATE, closing_day(entry.on), entry.ts, entry.id))
    value = canonical_json(kept.content["set"][field])
    for other in others:
        if canonical_json(other.content["set"][field]) != value:
            yield Conflict(part, field, kept.id, other.id)


def _is_linear(entries: Sequence[Entry]) -> bool:
    """Return whether the base of each entry is the entry before it, so that none were written independently."""
    return all(after.base == before.id for before, after in pairwise(entries))


def _parents(entry: Entry) -> list[str]:
    parents = [entry.base] if entry.base else []
    if f'"{BESIDE}":' in entry.body:
        beside = entry.content.get(BESIDE)
        parents += [parent for parent in beside if isinstance(parent, str)] if isinstance(beside, list) else []
    return parents
