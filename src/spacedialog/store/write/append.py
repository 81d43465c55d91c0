"""Append entries to the log and update the projection tables, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from spacedialog.errors import InvalidEntryError, ProblemsError, StoreError
from spacedialog.model.conflicts import BESIDE
from spacedialog.model.entry import Entry, PendingEntry, content_of, iso_time, make_entry, next_timestamp
from spacedialog.model.fold import Content, Contents, History
from spacedialog.model.validation import counted_content, counted_pending, is_counted, problems
from spacedialog.model.visibility import INTERNAL, is_about_internal
from spacedialog.store import indexes
from spacedialog.store.log import entries_of, hashes_of, insert, item_test, newest_time
from spacedialog.store.write.internal_entries import EntryIds, Heads, Things
from spacedialog.store.write.projection import ProjectionWriter, update_items

_BATCH = 1000


class Appended(NamedTuple):
    """The number of entries that an action appended, the id of the last, and the requested histories by item.

    `internal` is the number of internal entries among them.
    """

    entries: int
    last: str | None
    histories: Mapping[str, History | None]
    internal: int = 0


def append(
    connection: sqlite3.Connection,
    groups: Iterable[Sequence[PendingEntry]],
    *,
    now: int,
    author: str,
    entropy: bytes,
    history_of: Container[str] = (),
    things: Things | None = None,
) -> Appended:
    """Record one action: all its entries get the same `ts`, which is `now` (µs) or 1 µs after the newest entry.

    Each group is about one item, and each item has one group. The groups are consumed one by one. Return the histories
    of the items in `history_of`, including the new entries. An entry about something internal becomes internal;
    `things` are what the entries name, if the caller has collected them.
    StoreError if an item has an entry from the future, which would apply after the new entries.
    """
    ts = next_timestamp(now, newest_time(connection, now))
    ids = EntryIds(ts, entropy)
    count, last, internal = 0, None, 0
    things = things or Things(connection)
    is_known = item_test(connection)
    histories: dict[str, History | None] = {}
    buffer: list[Entry] = []
    with ProjectionWriter(connection) as projection:
        for group in groups:
            if not group:
                continue
            item = group[0].item
            known = entries_of(connection, item) if is_known(item) else []
            if known and known[-1].ts > ts:
                raise _future_error(known[-1])
            added: list[Entry] = []
            contents = [counted_content(entry) for entry in known]
            heads = Heads(known)
            for pending in group:
                if INTERNAL not in pending.body and (
                    things.are_internal(pending)
                    or (heads.has_internal and is_about_internal(pending, [*known, *added]))
                ):
                    pending = pending._replace(body={**pending.body, INTERNAL: True})
                is_internal = INTERNAL in pending.body
                internal += is_internal
                *beside, base = heads.of(is_internal=is_internal) or (None,)
                if beside:
                    pending = pending._replace(body={**pending.body, BESIDE: beside})
                entry_id = ids.take(is_internal=is_internal)
                entry = make_entry(pending, entry_id=entry_id, ts=ts, author=author, base=base)
                heads.add(entry_id, is_internal=is_internal)
                things.add(pending)
                added.append(entry)
                contents.append(counted_pending(entry, content_of(pending)))
            history = projection.add(item, [*known, *added], contents, is_new=not known)
            if None in contents[len(known) :]:
                _require_valid(added)
            if item in history_of:
                histories[item] = history
            buffer += added
            count, last = count + len(added), added[-1].id
            if len(buffer) >= _BATCH:
                insert(connection, buffer)
                buffer.clear()
        # Before the projection ends, because its end may read an item's entries from the log.
        insert(connection, buffer)
    return Appended(count, last, histories, internal)


def _require_valid(entries: Iterable[Entry]) -> None:
    """Raise InvalidEntryError if an entry is invalid, because it would be recorded but not counted."""
    for entry in entries:
        if problem := next(problems(entry), None):
            raise InvalidEntryError(f"{problem.field}: {problem.text}", "correct the value; nothing was recorded")


def _future_error(entry: Entry) -> StoreError:
    return StoreError(
        f"entry {entry.id} was recorded at {iso_time(entry.ts)}, which is in the future",
        "check the clock of this computer; if it is correct, run spacedialog restamp to record the entry again with"
        " the current time",
    )


def group_by_item(pending_entries: Iterable[PendingEntry]) -> list[list[PendingEntry]]:
    """Return the entries in groups by item, in the order in which the items first occur."""
    groups: dict[str, list[PendingEntry]] = {}
    for pending in pending_entries:
        groups.setdefault(pending.item, []).append(pending)
    return list(groups.values())


class Merged(NamedTuple):
    """The numbers of entries added from another log, and of those that this program does not understand."""

    added: int
    strange: int


def insert_and_fold(connection: sqlite3.Connection, entries: Sequence[Entry], contents: Contents) -> None:
    """Insert entries of another log unchanged, and fold their items; `contents` are their `counted_content`."""
    is_known = item_test(connection)
    groups: dict[str, list[tuple[Entry, Content]]] = {}
    for entry, content in zip(entries, contents, strict=True):
        groups.setdefault(entry.item, []).append((entry, content))
    new = {item for item in groups if not is_known(item)}
    insert(connection, entries)
    with ProjectionWriter(connection) as projection:
        for item, group in groups.items():
            if item in new:
                group.sort(key=lambda pair: (pair[0].ts, pair[0].id))
                projection.add(item, [entry for entry, _ in group], [content for _, content in group], is_new=True)
            else:
                projection.add(item, entries_of(connection, item))


def merge(connection: sqlite3.Connection, entries: Iterable[Entry], name: str) -> Merged:
    """Insert the entries of another log that are not in this store.

    ProblemsError, for the file `name`, if one has the id of a different entry of this store.
    """
    added = strange = 0
    items: dict[str, bool] = {}
    is_known = item_test(connection)
    problems = []
    rest = iter(entries)
    while batch := list(islice(rest, _BATCH)):
        hashes = hashes_of(connection, [entry.id for entry in batch])
        new: list[Entry] = []
        for entry in batch:
            sha = hashes.get(entry.id)
            if sha is None:
                if entry.item not in items:
                    items[entry.item] = not is_known(entry.item)
                hashes[entry.id] = entry.sha
                new.append(entry._replace(seq=None))
                strange += not is_counted(entry)
            elif sha != entry.sha:
                problems.append(
                    f"{name}: {entry.id}: the database has another entry with this id\n"
                    "  import it into another database"
                )
        insert(connection, new)
        added += len(new)
    if problems:
        raise ProblemsError(f"{name}: nothing was imported", problems)
    indexes.create(connection, "change")
    update_items(connection, items)
    return Merged(added, strange)
