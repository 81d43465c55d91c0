"""The check of a store's schema for objects that this program did not create, which could run untrusted code."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from spacedialog.store.schema import OWN_TABLES, SCHEMA_SQL

_OWN_NAMES = (*OWN_TABLES, "words_fts")
_SELECT = (
    "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema"
    f" WHERE type IN ('trigger', 'view') OR tbl_name COLLATE NOCASE IN ({', '.join('?' * len(_OWN_NAMES))})"
)
_OWN_TRIGGERS = ("change_keeps_its_words", "change_stays")

_OLD_TRIGGER = """
    CREATE TRIGGER change_keeps_its_words BEFORE UPDATE ON change
    WHEN OLD.seq IS NOT NULL
        OR (NEW.id, NEW.ts, NEW."on", NEW.author, NEW.kind, NEW.item, NEW.base, NEW.body, NEW.sha)
            IS NOT (OLD.id, OLD.ts, OLD."on", OLD.author, OLD.kind, OLD.item, OLD.base, OLD.body, OLD.sha)
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""
"""The trigger of a log in schema 1 or 2, until the store is upgraded."""

# Any plain table is accepted, because releases of sqlite-utils may word the SQL of a table differently.
_PLAIN_TABLE = r'(?s)CREATE TABLE ["\w]+ \((?! *SELECT)(?!.*\b(?:GENERATED|CHECK|REFERENCES)\b).*\) ?STRICT'
_COMPUTED = r"\bAS ?\("
_PLAIN_INDEX = r'(?:CREATE (?:UNIQUE )?INDEX ["\w]+ ON ["\w]+ ?\([\w", ]+\))?'
_SEARCH = r'(?i)CREATE VIRTUAL TABLE ["\w]+ USING FTS5 ?\('


def foreign_objects(connection: sqlite3.Connection, *, writing: bool) -> Iterator[str]:
    """Yield a description of each object in the schema that could run code or replace one of this program's tables.

    Triggers run only at a write. A view with another name is never queried, but a file that has one is not written to.
    """
    own = set()
    for kind, name, table, sql in connection.execute(_SELECT, _OWN_NAMES):
        if kind in ("table", "index") and f"\n{sql};\n" in SCHEMA_SQL:
            continue  # It is the definition that this program writes.
        words = " ".join(sql.split())
        if kind == "trigger":
            if name in _OWN_TRIGGERS and words in " ".join(f"{SCHEMA_SQL} {_OLD_TRIGGER}".split()):
                own.add(name)
            elif writing:
                yield f"the trigger {name} on {table}"
        elif kind == "index":
            if not re.fullmatch(_PLAIN_INDEX, words):
                yield f"the index {name} on {table}"
        elif kind == "table" and name in _OWN_NAMES:
            fits = re.match(_SEARCH, words) if name == "words_fts" else re.fullmatch(_PLAIN_TABLE, words)
            if not fits or re.search(_COMPUTED, words):
                yield f"the table {name} with an unexpected definition"
        elif writing or name.casefold() in _OWN_NAMES:
            yield f"the {kind} {name}"
    if writing:
        yield from (f"a log without its trigger {name}" for name in _OWN_TRIGGERS if name not in own)
