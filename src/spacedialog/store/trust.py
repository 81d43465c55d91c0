"""What may stand in the schema of a file that is opened as a store: tables that are tables, and no code of others."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from spacedialog.store.schema import OWN_TABLES, SCHEMA_SQL

_OURS = (*OWN_TABLES, "words_fts")
_ASK = (
    "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema"
    f" WHERE type IN ('trigger', 'view') OR tbl_name COLLATE NOCASE IN ({', '.join('?' * len(_OURS))})"
)
_KEPT_BY = ("change_keeps_its_words", "change_stays")

OLD_TRIGGER = """
    CREATE TRIGGER change_keeps_its_words BEFORE UPDATE ON change
    WHEN OLD.seq IS NOT NULL
        OR (NEW.id, NEW.ts, NEW."on", NEW.author, NEW.kind, NEW.item, NEW.base, NEW.body, NEW.sha)
            IS NOT (OLD.id, OLD.ts, OLD."on", OLD.author, OLD.kind, OLD.item, OLD.base, OLD.body, OLD.sha)
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""
"""What keeps the log in a store of schema 1 or 2, until that is upgraded."""

# Another release of sqlite-utils may write the same table a little differently: what counts is that a table is plain.
_PLAIN_TABLE = re.compile(
    r'CREATE TABLE ["\w]+ \((?! *SELECT)(?!.*\b(?:GENERATED|CHECK|REFERENCES)\b).*\) ?STRICT', re.S
)
_COMPUTED = re.compile(r"\bAS ?\(")
_PLAIN_INDEX = re.compile(r'(?:CREATE (?:UNIQUE )?INDEX ["\w]+ ON ["\w]+ ?\([\w", ]+\))?')
_SEARCH = re.compile(r'CREATE VIRTUAL TABLE ["\w]+ USING FTS5 ?\(', re.IGNORECASE)


def foreign_objects(connection: sqlite3.Connection, *, writing: bool) -> Iterator[str]:
    """What stands in the schema that would run, or answer, in place of this program's own, in words.

    A trigger runs at a write only; a view of another name is not asked by either, and one who writes leaves such a
    file alone all the same.
    """
    own = set()
    for kind, name, table, sql in connection.execute(_ASK, _OURS):
        words = " ".join(sql.split())
        if kind == "trigger":
            if name in _KEPT_BY and words in " ".join(f"{SCHEMA_SQL} {OLD_TRIGGER}".split()):
                own.add(name)
            elif writing:
                yield f"the trigger {name} on {table}"
        elif kind == "index":
            if not _PLAIN_INDEX.fullmatch(words):
                yield f"the index {name} on {table}"
        elif kind == "table" and name in _OURS:
            fits = _SEARCH.match(words) if name == "words_fts" else _PLAIN_TABLE.fullmatch(words)
            if not fits or _COMPUTED.search(words):
                yield f"the table {name}, otherwise than this program makes it"
        elif writing or name.casefold() in _OURS:
            yield f"the {kind} {name}"
    if writing:
        yield from (f"a log without its trigger {name}" for name in _KEPT_BY if name not in own)
