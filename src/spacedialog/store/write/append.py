"""Writing to the log: drafts become changes, and the period tables follow, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacedialog.errors import ProblemsError
from spacedialog.model.conflicts import BESIDE, other_heads
from spacedialog.model.entry import (
    Entry,
    PendingEntry,
    make_entry,
    new_entry_ids,
    next_timestamp,
)
from spacedialog.model.fold import is_understood
from spacedialog.store.log import entries_of, insert, is_new_item
from spacedialog.store.write.projection import ProjectionWriter, update_items

_BATCH = 1000


class Appended(NamedTuple):
    """How many changes an action made, and the id of the last."""

    changes: int
    last: str | None


def append(
    connection: sqlite3.Connection, said: Iterable[Sequence[PendingEntry]], *, now: int, author: str, entropy: bytes
) -> Appended:
    """Record one action: all its changes get one `ts`, at `now` (µs) or just after the newest entry.

    The drafts come in groups, each about one item and each item in one group; they are read as they are written.
    """
    (newest,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    ts = next_timestamp(now, newest)
    ids = new_entry_ids(ts, entropy)
    count, last = 0, None
    rows: list[Entry] = []
    with ProjectionWriter(connection) as refolding:
        for group in said:
            if not group:
                continue
            item = group[0].item
            known = entries_of(connection, item)
            fresh: list[Entry] = []
            base = known[-1].id if known else None
            beside = other_heads(known)
            for draft in group:
                if beside:
                    draft, beside = draft._replace(body={**draft.body, BESIDE: beside}), []
                change = make_entry(draft, entry_id=next(ids), ts=ts, author=author, base=base)
                base = change.id
                fresh.append(change)
            refolding.add(item, [*known, *fresh], is_new=not known)
            rows += fresh
            count, last = count + len(fresh), base
            if len(rows) >= _BATCH:
                insert(connection, rows)
                rows.clear()
        # Before the refolding ends, since that may have to look up what an item's changes are.
        insert(connection, rows)
    return Appended(count, last)


def group_by_item(drafts: Iterable[PendingEntry]) -> list[list[PendingEntry]]:
    """Drafts in groups by the item that they are about, in the order in which the items come up."""
    groups: dict[str, list[PendingEntry]] = {}
    for draft in drafts:
        groups.setdefault(draft.item, []).append(draft)
    return list(groups.values())


class Merged(NamedTuple):
    """How many changes came from elsewhere, and how many of those this program does not understand."""

    came: int
    strange: int


def merge(connection: sqlite3.Connection, changes: Iterable[Entry], name: str) -> Merged:
    """Take in changes that were recorded elsewhere, passing over those that are here already.

    ProblemsError where one bears the id of another change of this store.
    """
    came = strange = 0
    items: dict[str, bool] = {}  # whether each is new here
    clashes = []
    for change in changes:
        row = connection.execute("SELECT sha FROM change WHERE id = ?", (change.id,)).fetchone()
        if row is None:
            if change.item not in items:
                items[change.item] = is_new_item(connection, change.item)
            insert(connection, [change._replace(seq=None)])
            came, strange = came + 1, strange + (not is_understood(change))
        elif row[0] != change.sha:
            clashes.append(f"{name}: {change.id}: another change has this id here\n  import it into a store of its own")
    if clashes:
        raise ProblemsError(f"{name}: nothing was imported", clashes)
    update_items(connection, items)
    return Merged(came, strange)
