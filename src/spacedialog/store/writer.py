"""Writing to the log: drafts become changes, and the period tables follow, in the caller's transaction."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from spacedialog.errors import ProblemsError
from spacedialog.log import SEED_AUTHOR, Change, Draft, canonical, change_ids, next_ts, record
from spacedialog.record import bundled_documents, drafts
from spacedialog.store.cache import refold

_INSERT = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def append(
    connection: sqlite3.Connection, said: Iterable[Draft], *, now: int, author: str, entropy: bytes
) -> list[Change]:
    """Record one action: all its changes get one `ts`, at `now` (µs) or just after the newest entry."""
    (newest,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    ts = next_ts(now, newest)
    changes = list(_recorded(connection, said, ts, author, change_ids(ts, entropy)))
    connection.executemany(_INSERT, changes)
    refold(connection, dict.fromkeys(change.item for change in changes))
    return changes


def _recorded(
    connection: sqlite3.Connection, said: Iterable[Draft], ts: int, author: str, ids: Iterator[str]
) -> Iterator[Change]:
    newest: dict[str, str | None] = {}
    for draft, change_id in zip(said, ids, strict=False):
        if draft.item not in newest:
            row = connection.execute(
                "SELECT id FROM change WHERE item = ? ORDER BY ts DESC, id DESC LIMIT 1", (draft.item,)
            ).fetchone()
            newest[draft.item] = row and row[0]
        yield record(draft, change_id=change_id, ts=ts, author=author, base=newest[draft.item])
        newest[draft.item] = change_id


def merge(connection: sqlite3.Connection, changes: Iterable[Change], name: str) -> int:
    """Take in changes that were recorded elsewhere, passing over those that are here already. How many came.

    ProblemsError where one bears the id of another change of this store.
    """
    came, clashes = [], []
    for change in changes:
        row = connection.execute("SELECT sha FROM change WHERE id = ?", (change.id,)).fetchone()
        if row is None:
            connection.execute(_INSERT, change._replace(seq=None))
            came.append(change.item)
        elif row[0] != change.sha:
            clashes.append(f"{name}: {change.id}: another change has this id here\n  import it into a store of its own")
    if clashes:
        raise ProblemsError(f"{name}: nothing was imported", clashes)
    refold(connection, dict.fromkeys(came))
    return len(came)


def seed(connection: sqlite3.Connection) -> None:
    """Record the bundled dialogues in an empty log: the same changes, to the letter, wherever it is done."""
    for document in bundled_documents():
        compiled = datetime.fromisoformat(document["compiled"]).replace(tzinfo=UTC)
        append(
            connection,
            drafts(document),
            now=round(compiled.timestamp() * 1_000_000),
            author=SEED_AUTHOR,
            entropy=hashlib.sha256(canonical(document).encode()).digest(),
        )
