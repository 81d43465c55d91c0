"""Restamp unsent entries: record them again with correct times, after the clock was ahead."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import groupby
from typing import Any

from spacedialog.model.conflicts import BESIDE
from spacedialog.model.entry import Entry, PendingEntry, make_entry, new_entry_ids, next_timestamp
from spacedialog.store.log import insert
from spacedialog.store.write.projection import update_items

_STAYS = "change_stays"


def restamp(
    connection: sqlite3.Connection, *, later_than: int, now: Callable[[], int], entropy: Callable[[int], bytes]
) -> int:
    """Replace the unsent entries later than a time (µs) by copies with new times and ids; return their number.

    The entries of one action stay one action, and references to their ids are replaced. This runs in the caller's
    transaction; the caller backs up the store before.
    """
    selected = connection.execute(
        "SELECT *, rowid FROM change WHERE seq IS NULL AND ts > ? ORDER BY ts, id", (later_than,)
    ).fetchall()
    early = [Entry._make(row[:-1]) for row in selected]
    # The row numbers are used again, because they count the entries in the order of arrival.
    rows = iter(sorted(row[-1] for row in selected))
    # The only place where entries are deleted. None of them was sent, and the caller has made a backup.
    (guard,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (_STAYS,)).fetchone()
    connection.execute("PRAGMA secure_delete = ON")  # otherwise a rescue would find the old entries in free pages
    connection.execute(f"DROP TRIGGER {_STAYS}")
    connection.execute("DELETE FROM change WHERE seq IS NULL AND ts > ?", (later_than,))
    connection.execute(guard)
    (newest,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    renamed: dict[str | None, str] = {}
    for _, action in groupby(early, key=lambda entry: (entry.ts, entry.author)):
        newest = next_timestamp(now(), newest)
        ids = new_entry_ids(newest, entropy(16))
        for entry in action:
            pending = PendingEntry(entry.kind, entry.item, entry.on, _renamed_body(entry.content, renamed))
            base = renamed.get(entry.base, entry.base)
            copy = make_entry(pending, entry_id=next(ids), ts=newest, author=entry.author, base=base)
            renamed[entry.id] = copy.id
            insert(connection, [copy], rows=[next(rows)])
    update_items(connection, dict.fromkeys((entry.item for entry in early), False))
    return len(early)


def _renamed_body(content: dict[str, Any], renamed: dict[str | None, str]) -> dict[str, Any]:
    if "retracts" in content:
        content["retracts"] = renamed.get(content["retracts"], content["retracts"])
    if BESIDE in content:
        content[BESIDE] = [renamed.get(entry, entry) for entry in content[BESIDE]]
    return content
