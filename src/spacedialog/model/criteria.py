"""The criteria of a commitment that were changed after evidence was recorded. Pure: no clock, no file, no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spacedialog.model.entry import CHECK, Entry
from spacedialog.model.fold import in_order, retracted_ids
from spacedialog.model.validation import counted_content

FIELD = "criterion"


def changed_after_evidence(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the ids of those of a commitment's entries that changed its criterion after evidence was recorded.

    `entries` are all its entries. An entry changes the criterion if the record had one before, and it sets another
    value. Evidence counts if an entry on the commitment or one of its milestones, recorded after the first criterion,
    has it; that of a check and that of a retracted entry do not count. Entries of one action have the same recorded
    time, and none of them is after another.
    """
    entries = tuple(entries)
    setting = [entry for entry in entries if f'"{FIELD}":' in entry.body and FIELD in _values(entry)]
    if not setting:
        return frozenset()
    retracted = retracted_ids(entries)
    first = min(entry.ts for entry in setting)
    evidenced = min(
        (
            entry.ts
            for entry in entries
            if entry.ts > first and entry.kind != CHECK and entry.id not in retracted and _has_evidence(entry)
        ),
        default=None,
    )
    if evidenced is None:
        return frozenset()
    return frozenset(
        entry.id
        for entry in setting
        if entry.ts > evidenced and _value_before(entry, entries) not in ("", _values(entry)[FIELD] or "")
    )


def is_changed_after_evidence(entries: Iterable[Entry], changed: frozenset[str], day: str) -> bool:
    """Return whether one of the entries `changed` set the criterion of a day (ISO), or the same one before it."""
    setting = [entry for since, entry in in_order(entries) if since <= day and FIELD in _values(entry)]
    if not setting:
        return False
    present = _values(setting[-1])[FIELD]
    for entry in reversed(setting):
        if _values(entry)[FIELD] != present:
            return False
        if entry.id in changed:
            return bool(present)
    return False


def _value_before(entry: Entry, entries: Sequence[Entry]) -> str:
    """Return the criterion by what was recorded before an entry; empty if there was none."""
    earlier = [other for other in entries if other.ts < entry.ts]
    values = [_values(other)[FIELD] or "" for _, other in in_order(earlier) if FIELD in _values(other)]
    return values[-1] if values else ""


def _values(entry: Entry) -> dict[str, str | None]:
    """Return the values that an entry sets on the commitment itself; empty if it does not count."""
    if f'"{FIELD}":' not in entry.body:
        return {}
    content = counted_content(entry) or {}
    return {} if content.get("milestone") else content.get("set", {})


def _has_evidence(entry: Entry) -> bool:
    return '"evidence":' in entry.body and bool((counted_content(entry) or {}).get("evidence"))
