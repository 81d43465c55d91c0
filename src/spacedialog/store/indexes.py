"""The indexes of the tables. A new database gets them last, because that takes less time than updating them."""

from __future__ import annotations

import re
import sqlite3
from functools import cache

from spacedialog.store.schema import SCHEMA_SQL

_INDEX = re.compile(r'^CREATE( UNIQUE)? INDEX ("\w+")\s+ON "(\w+)" (\([^)]*\));', re.M)


@cache
def _all() -> list[tuple[str, str, str, str]]:
    """Return, for each index, `UNIQUE` or an empty text, its name, its table and its columns."""
    return _INDEX.findall(SCHEMA_SQL)


def drop(connection: sqlite3.Connection) -> None:
    """Drop all indexes, in the caller's transaction."""
    for _, name, _, _ in _all():
        connection.execute(f"DROP INDEX {name}")


def create(connection: sqlite3.Connection, *tables: str) -> None:
    """Create the missing indexes of these tables, or of all, in the caller's transaction."""
    for unique, name, table, columns in _all():
        if table in tables or not tables:
            connection.execute(f'CREATE{unique} INDEX IF NOT EXISTS {name}\n    ON "{table}" {columns}')
