"""Tests of the latest migrations: a store of the schema before them is read and upgraded."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from spacedialog.store.schema import SCHEMA_VERSION
from spacedialog.tracker import Tracker

INDEX = "idx_commitment_status_valid_to_valid_from"
UNDONE = {
    "m0012_windows_by_status": (
        f"DROP INDEX {INDEX}_due_earliest_due_latest",
        f'CREATE INDEX "{INDEX}"\n    ON "commitment" ("status", "valid_to", "valid_from")',
    ),
    "m0011_parties": ("ALTER TABLE party DROP COLUMN aliases", "ALTER TABLE party DROP COLUMN succeeds"),
}
"""The statements that undo each migration, the latest first."""


@pytest.mark.parametrize("version", range(SCHEMA_VERSION - len(UNDONE), SCHEMA_VERSION))
def test_a_store_from_before_a_migration_is_sound_and_is_upgraded(tracker: Tracker, version: int) -> None:
    """doctor accepts a store of schema 10 or 11, reads show its rows, and the first write adds what is missing."""
    with tracker.snapshot() as view:
        before = view.parties(), view.upcoming()
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        for name, statements in list(UNDONE.items())[: SCHEMA_VERSION - version]:
            for statement in statements:
                connection.execute(statement)
            connection.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (name,))
        connection.execute(f"PRAGMA user_version = {version}")
    assert all(check.ok for check in tracker.doctor() if check.check in ("schema", "fold", "search"))
    with tracker.snapshot() as view:
        assert (view.parties(), view.upcoming()) == before
    tracker.edit_party("RSA", {"aliases": ["The agency"]})
    with tracker.snapshot() as view:
        assert {row.party: row.aliases for row in view.parties()}["RSA"] == ("The agency",)
    with closing(sqlite3.connect(tracker.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert all(check.ok for check in tracker.doctor() if check.check in ("schema", "fold", "search"))
