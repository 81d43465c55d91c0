"""Writing to the log: drafts become changes, and the period tables follow, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from spacedialog.errors import ProblemsError
from spacedialog.importing.changes import bundled_documents, seed_drafts
from spacedialog.model.conflicts import BESIDE, newest_beside
from spacedialog.model.entry import SEED_AUTHOR, Change, Draft, canonical, change_ids, next_ts, record
from spacedialog.model.fold import understands
from spacedialog.store.log import is_new
from spacedialog.store.write.projection import Refolding, changes_of, refold

_BATCH = 1000
_INSERT = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Appended(NamedTuple):
    """How many changes an action made, and the id of the last."""

    changes: int
    last: str | None


def append(
    connection: sqlite3.Connection, said: Iterable[Sequence[Draft]], *, now: int, author: str, entropy: bytes
) -> Appended:
    """Record one action: all its changes get one `ts`, at `now` (µs) or just after the newest entry.

    The drafts come in groups, each about one item and each item in one group; they are read as they are written.
    """
    (newest,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    ts = next_ts(now, newest)
    ids = change_ids(ts, entropy)
    count, last = 0, None
    rows: list[Change] = []
    with Refolding(connection) as refolding:
        for group in said:
            if not group:
                continue
            item = group[0].item
            known = changes_of(connection, item)
            fresh: list[Change] = []
            base = known[-1].id if known else None
            beside = newest_beside(known)
            for draft in group:
                if beside:
                    draft, beside = draft._replace(body={**draft.body, BESIDE: beside}), []
                change = record(draft, change_id=next(ids), ts=ts, author=author, base=base)
                base = change.id
                fresh.append(change)
            refolding.add(item, [*known, *fresh], is_new=not known)
            rows += fresh
            count, last = count + len(fresh), base
            if len(rows) >= _BATCH:
                connection.executemany(_INSERT, rows)
                rows.clear()
        # Before the refolding ends, since that may have to look up what an item's changes are.
        connection.executemany(_INSERT, rows)
    return Appended(count, last)


def by_item(drafts: Iterable[Draft]) -> list[list[Draft]]:
    """Drafts in groups by the item that they are about, in the order in which the items come up."""
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.item, []).append(draft)
    return list(groups.values())


class Merged(NamedTuple):
    """How many changes came from elsewhere, and how many of those this program does not understand."""

    came: int
    strange: int


def merge(connection: sqlite3.Connection, changes: Iterable[Change], name: str) -> Merged:
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
                items[change.item] = is_new(connection, change.item)
            connection.execute(_INSERT, change._replace(seq=None))
            came, strange = came + 1, strange + (not understands(change))
        elif row[0] != change.sha:
            clashes.append(f"{name}: {change.id}: another change has this id here\n  import it into a store of its own")
    if clashes:
        raise ProblemsError(f"{name}: nothing was imported", clashes)
    refold(connection, items)
    return Merged(came, strange)


def seed(connection: sqlite3.Connection) -> None:
    """Record the bundled dialogues in an empty log: the same changes, to the letter, wherever it is done."""
    from hashlib import sha256

    for document in bundled_documents():
        compiled = datetime.fromisoformat(document["compiled"]).replace(tzinfo=UTC)
        append(
            connection,
            seed_drafts(document),
            now=round(compiled.timestamp() * 1_000_000),
            author=SEED_AUTHOR,
            entropy=sha256(canonical(document).encode()).digest(),
        )
