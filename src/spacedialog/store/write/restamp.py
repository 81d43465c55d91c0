"""Recording anew what was recorded by a clock that was ahead, and that nobody else has seen yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import groupby
from typing import Any

from spacedialog.model.entry import Entry, PendingEntry, make_entry, new_entry_ids, next_timestamp
from spacedialog.store.log import insert
from spacedialog.store.write.projection import update_items

_STAYS = "change_stays"


def restamp(
    connection: sqlite3.Connection, *, later_than: int, now: Callable[[], int], entropy: Callable[[int], bytes]
) -> int:
    """Record the unsent changes later than a time (µs) anew, with new times and ids; how many there were.

    An action stays one action, and what says of another change by its id says it of the new one. It all happens in
    the caller's transaction; the caller keeps a copy of the store as it was.
    """
    found = connection.execute(
        "SELECT *, rowid FROM change WHERE seq IS NULL AND ts > ? ORDER BY ts, id", (later_than,)
    ).fetchall()
    early = [Entry._make(row[:-1]) for row in found]
    # The same rows are filled again: rows count the changes, and tell in which order they came to be here.
    rows = iter(sorted(row[-1] for row in found))
    # The log drops nothing, but for this: what has left this machine is not among it, and a copy is kept.
    (guard,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (_STAYS,)).fetchone()
    connection.execute("PRAGMA secure_delete = ON")  # what is left in free pages would be found by a rescue
    connection.execute(f"DROP TRIGGER {_STAYS}")
    connection.execute("DELETE FROM change WHERE seq IS NULL AND ts > ?", (later_than,))
    connection.execute(guard)
    (newest,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    renamed: dict[str | None, str] = {}
    for _, action in groupby(early, key=lambda change: (change.ts, change.author)):
        newest = next_timestamp(now(), newest)
        ids = new_entry_ids(newest, entropy(16))
        for change in action:
            body = _about(change.content, renamed)
            draft = PendingEntry(change.kind, change.item, change.on, body)
            base = renamed.get(change.base, change.base)
            anew = make_entry(draft, entry_id=next(ids), ts=newest, author=change.author, base=base)
            renamed[change.id] = anew.id
            insert(connection, [anew], rows=[next(rows)])
    update_items(connection, dict.fromkeys((change.item for change in early), False))
    return len(early)


def _about(content: dict[str, Any], renamed: dict[str | None, str]) -> dict[str, Any]:
    if "retracts" in content:
        content["retracts"] = renamed.get(content["retracts"], content["retracts"])
    if "beside" in content:
        content["beside"] = [renamed.get(change, change) for change in content["beside"]]
    return content
