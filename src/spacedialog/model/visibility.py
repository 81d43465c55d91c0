"""Visibility: which entries of a log belong to the public record. Pure.

An entry is internal if its body says so. Entries that depend on an internal entry are hidden too: later entries about
an item or a milestone that only internal entries create, undos of internal entries, and entries that name an internal
commitment, dialogue, area or party. The public record is the fold of the other entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.entry import CREATE, REPLACES, RETRACT, Entry, PendingEntry
from spacedialog.model.fold import fold
from spacedialog.model.validation import counted_content

INTERNAL = "internal"
"""Key in the body of an internal entry, with the value true."""

Thing = tuple[str, str]
"""A kind, such as `entry`, `part` or `party`, and the id or key, in lower case, that an entry creates or names."""

_MARK = f'"{INTERNAL}"'


class _Links(NamedTuple):
    """An entry's id, the things that it creates and those that it depends on."""

    id: str
    creates: Sequence[Thing]
    needs: Sequence[Thing]


def is_internal(entry: Entry) -> bool:
    """Return whether an entry is marked as internal."""
    return _MARK in entry.body and bool(entry.content.get(INTERNAL))


def hidden_ids(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the ids of the entries that the public record leaves out, given all entries of a log, or of an item.

    They include the entries that do not count, because a newer program may have marked them in another way.
    """
    links, hidden = [], set()
    for entry in entries:
        content = counted_content(entry)
        if content is None or content.get(INTERNAL):
            hidden.add(entry.id)
        if content is not None:
            links.append(_Links(entry.id, _created(entry, content), named_by(entry, content)))
    size = 0
    while size != len(hidden):
        size = len(hidden)
        visible = {thing for one in links if one.id not in hidden for thing in one.creates}
        lost = {thing for one in links if one.id in hidden for thing in one.creates} - visible
        hidden.update(one.id for one in links if not lost.isdisjoint(one.needs))
    return frozenset(hidden)


def public_entries(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of an item that belong to the public record, in the given order."""
    hidden = hidden_ids(entries) if any(map(is_internal, entries)) else frozenset()
    return [entry for entry in entries if entry.id not in hidden]


def is_about_internal(pending: PendingEntry, entries: Sequence[Entry]) -> bool:
    """Return whether an entry to be recorded is about something internal, given the entries of its item so far."""
    public = public_entries(entries)
    if len(public) == len(entries):
        return False
    if pending.kind == RETRACT:
        return pending.body["retracts"] not in {entry.id for entry in public}
    milestone = pending.body.get("milestone")
    if pending.kind == CREATE and milestone is None:
        return False
    history = fold(public)
    if history is None:
        return True
    created = {part.id for period in history.periods for part in period.milestones}
    return pending.kind != CREATE and milestone is not None and milestone not in created


def created_by(pending: PendingEntry) -> Iterator[Thing]:
    """Yield the item that an entry creates, and the dialogue, the area or the party that it declares."""
    if pending.kind == CREATE and "milestone" not in pending.body:
        yield "part", pending.item
        if key := pending.body["set"].get("key"):
            yield pending.body["type"], key.casefold()


def named_by(entry: Entry | PendingEntry, content: Mapping[str, Any]) -> list[Thing]:
    """Return the things that an entry with this body depends on."""
    values: Mapping[str, Any] = content.get("set") or {}
    parties = [
        *(values.get(name) for name in ("lead", "party", "host")),
        *(values.get("partners") or ()),
        *(one["party"] for one in values.get("succeeds") or ()),
    ]
    named = [
        ("entry", content.get("retracts")),
        *(("part", part) for part in (entry.item, content.get("milestone"))),
        *(("part", values.get(name)) for name in ("commitment", "old", "new")),
        *((name, values.get(name)) for name in ("dialogue", "area")),
        *(("party", party) for party in parties),
    ]
    return [(kind, name.casefold()) for kind, name in named if name]


def _created(entry: Entry, content: Mapping[str, Any]) -> list[Thing]:
    created = [("entry", entry.id), ("entry", content.get(REPLACES))]
    if entry.kind == CREATE and (milestone := content.get("milestone")):
        created.append(("part", milestone))
    elif entry.kind == CREATE:
        created += [("part", entry.item), (content["type"], content["set"].get("key"))]
    return [(kind, name.casefold()) for kind, name in created if name]
