"""Conflicts: which of an item's changes were made apart, and say of one field different things. Pure.

A change knows those that it stands on: its `base` is the newest that its writer had, and `beside` in its body names
the others that were newest then, where copies had grown apart. So changes form a family tree. Of those that set a
field, the ones count that no later one of their line sets again; if they say different things, that is a conflict,
until a change that stands on all of them sets the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from spacedialog.model.entry import CREATE, RETRACT, Entry, canonical_json
from spacedialog.model.fold import closing_day, is_understood, retracted_ids

BESIDE = "beside"
"""What the body calls the changes, besides the base, that were newest when this one was written."""


class Conflict(NamedTuple):
    """Two changes, by their ids, that set a field of a part of an item differently; `kept` is the one that counts."""

    milestone: str | None
    field: str
    kept: str
    other: str


def newest_beside(changes: Sequence[Entry]) -> list[str]:
    """The ids of the changes, but for the last, that none of these stands on; the changes in the order recorded."""
    if _is_one_line(changes):
        return []
    stood_on = {parent for change in changes for parent in _parents(change)}
    return [change.id for change in changes[:-1] if change.id not in stood_on]


def conflicts(changes: Sequence[Entry]) -> list[Conflict]:
    """What an item's changes, given in the order recorded, do not agree on."""
    if _is_one_line(changes):
        return []
    number = {change.id: position for position, change in enumerate(changes)}
    # Of each change, all that it stands on: a bit for each.
    lines: list[int] = []
    for position, change in enumerate(changes):
        line = 0
        for parent in _parents(change):
            at = number.get(parent, position)
            if at < position:
                line |= lines[at] | 1 << at
        lines.append(line)
    gone = retracted_ids(changes)
    latest: dict[tuple[str | None, str], list[Entry]] = {}
    for change in changes:
        if change.kind == RETRACT or change.id in gone or not is_understood(change):
            continue
        content = change.content
        line = lines[number[change.id]]
        for field in content.get("set", ()):
            setters = latest.setdefault((content.get("milestone"), field), [])
            setters[:] = [setter for setter in setters if not line >> number[setter.id] & 1]
            setters.append(change)
    return [conflict for (part, field), setters in latest.items() for conflict in _among(part, field, setters)]


def _among(part: str | None, field: str, setters: Sequence[Entry]) -> Iterable[Conflict]:
    if len(setters) < 2:
        return
    # As the fold has it: a first statement goes before what was said later.
    *others, kept = sorted(setters, key=lambda c: (c.kind != CREATE, closing_day(c.on), c.ts, c.id))
    value = canonical_json(kept.content["set"][field])
    for other in others:
        if canonical_json(other.content["set"][field]) != value:
            yield Conflict(part, field, kept.id, other.id)


def _is_one_line(changes: Sequence[Entry]) -> bool:
    """Whether each change stands on the one before, as where nobody worked apart."""
    return all(after.base == before.id for before, after in pairwise(changes))


def _parents(change: Entry) -> list[str]:
    parents = [change.base] if change.base else []
    if f'"{BESIDE}":' in change.body:
        beside = change.content.get(BESIDE)
        parents += [parent for parent in beside if isinstance(parent, str)] if isinstance(beside, list) else []
    return parents
