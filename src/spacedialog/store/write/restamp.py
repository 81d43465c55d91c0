"""Restamp unsent entries: record them again with correct times and ids. Delete invalid entries of other members."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from spacedialog.model.conflicts import BESIDE
from spacedialog.model.entry import REPLACES, Entry, PendingEntry, item_id, make_entry, new_entry_ids, next_timestamp
from spacedialog.model.validation import problems
from spacedialog.store.log import hash_of, insert, newest_time
from spacedialog.store.write.projection import update_items

ID_TAKEN = "another change has its id here"
"""The reason in the quarantine for a valid entry of another member; it stays until the local entry has another id."""


def restamp(
    connection: sqlite3.Connection, *, later_than: int, now: Callable[[], int], entropy: Callable[[int], bytes]
) -> None:
    """Replace unsent entries by copies with new ids.

    Entries later than a time (µs) get new times too; the entries of one action stay one action. If the shared log has
    another record with the id of an entry, the entry gets an id that is the same in every copy. References to the old
    ids are replaced. This runs in the caller's transaction; the caller backs up the store first.
    """
    selected = _selected(connection, later_than)
    old = [Entry._make(row[:-1]) for row in selected]
    # The row numbers are used again, because they count the entries in the order of arrival.
    rows = iter(sorted(row[-1] for row in selected))
    with _without_triggers(connection):
        _delete(connection, old)
    newest = newest_time(connection, now())
    renamed: dict[str | None, str] = {}
    for (ts, _), action in groupby(old, key=lambda entry: (entry.ts, entry.author)):
        if is_early := ts > later_than:
            ts = newest = next_timestamp(now(), newest)
        ids = new_entry_ids(ts, entropy(16))
        for entry in action:
            body = _renamed_body(entry.content, renamed)
            if not is_early:
                # Entries that were sent before name the old id.
                body[REPLACES] = entry.id
            pending = PendingEntry(entry.kind, entry.item, entry.on, body)
            base = renamed.get(entry.base, entry.base)
            copy = make_entry(
                pending,
                entry_id=next(ids) if is_early else item_id("displaced", entry.sha),
                ts=ts,
                author=entry.author,
                base=base,
            )
            while not is_early and hash_of(connection, copy.id) not in (None, copy.sha):
                entry_id = item_id("displaced", copy.sha)
                copy = make_entry(pending, entry_id=entry_id, ts=ts, author=entry.author, base=base)
            renamed[entry.id] = copy.id
            if hash_of(connection, copy.id) is None:  # another member may have sent the copy already
                insert(connection, [copy], rows=[next(rows)])
    _close_gaps(connection)
    accepted = _accept_displacing(connection, [entry.id for entry in old])
    update_items(connection, dict.fromkeys((entry.item for entry in (*old, *accepted)), False))


def restampable(connection: sqlite3.Connection, *, later_than: int) -> int:
    """Return the number of entries that `restamp` would replace."""
    return len(_selected(connection, later_than))


def remove_invalid(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Delete invalid entries of other members; the caller puts their text in the quarantine."""
    with _without_triggers(connection):
        _delete(connection, entries)
    _close_gaps(connection)
    update_items(connection, dict.fromkeys((entry.item for entry in entries), False))


def _selected(connection: sqlite3.Connection, later_than: int) -> list[tuple[Any, ...]]:
    rows = connection.execute(
        "SELECT *, rowid FROM change WHERE seq IS NULL"
        " AND (ts > ? AND id NOT IN (SELECT change FROM shared_before)"
        " OR id IN (SELECT change FROM quarantine WHERE seq NOT NULL)) ORDER BY ts, author, id",
        (later_than,),
    )
    # A copy of an invalid entry would be invalid too.
    return [row for row in rows if next(problems(Entry._make(row[:-1])), None) is None]


def _accept_displacing(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Entry]:
    """Move valid entries of other members out of the quarantine, now that their ids are free here; return them."""
    accepted = []
    for entry_id in ids:
        for seq, sha, body in connection.execute(
            "SELECT seq, sha, body FROM quarantine WHERE change = ? AND seq NOT NULL AND why = ?", (entry_id, ID_TAKEN)
        ).fetchall():
            entry = Entry._make((*json.loads(body), sha, seq))
            connection.execute("DELETE FROM quarantine WHERE seq = ?", (seq,))
            insert(connection, [entry])
            accepted.append(entry)
    return accepted


@contextmanager
def _without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    """Drop the triggers that make the log append-only, and create them again after the block."""
    guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'change'")
    triggers = guards.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.execute(sql)


def _close_gaps(connection: sqlite3.Connection) -> None:
    """Number the rows without gaps: row numbers count the entries in the order of arrival."""
    rows = connection.execute("SELECT rowid FROM change ORDER BY rowid").fetchall()
    if moved := [(number, row) for number, (row,) in enumerate(rows, 1) if number != row]:
        with _without_triggers(connection):
            connection.executemany("UPDATE change SET rowid = ? WHERE rowid = ?", moved)


def _delete(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Delete entries. No other function deletes entries."""
    connection.execute("PRAGMA secure_delete = ON")  # otherwise a rescue would find the old entries in free pages
    connection.executemany("DELETE FROM change WHERE id = ?", [(entry.id,) for entry in entries])


def _renamed_body(content: dict[str, Any], renamed: dict[str | None, str]) -> dict[str, Any]:
    if "retracts" in content:
        content["retracts"] = renamed.get(content["retracts"], content["retracts"])
    if BESIDE in content:
        content[BESIDE] = [renamed.get(entry, entry) for entry in content[BESIDE]]
    return content
