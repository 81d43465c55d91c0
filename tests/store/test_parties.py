"""Tests of the table of parties: an older store is read and upgraded."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from spacedialog.store.schema import SCHEMA_VERSION
from spacedialog.tracker import Tracker


def test_a_store_from_before_successions_is_sound_and_is_upgraded(tracker: Tracker) -> None:
    """doctor accepts a store of schema 10, reads show its parties, and the first write adds the new columns."""
    with tracker.snapshot() as view:
        before = view.parties()
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        for column in ("aliases", "succeeds"):
            connection.execute(f"ALTER TABLE party DROP COLUMN {column}")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0011_parties'")
        connection.execute("PRAGMA user_version = 10")
    assert all(check.ok for check in tracker.doctor() if check.check in ("schema", "fold", "search"))
    with tracker.snapshot() as view:
        assert view.parties() == before
    tracker.edit_party("RSA", {"aliases": ["The agency"]})
    with tracker.snapshot() as view:
        assert {row.party: row.aliases for row in view.parties()}["RSA"] == ("The agency",)
    with closing(sqlite3.connect(tracker.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert all(check.ok for check in tracker.doctor() if check.check in ("schema", "fold", "search"))
