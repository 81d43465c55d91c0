"""The built-in record: its data files, the entries that it adds to a new store, and its database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacedialog.store import database

if TYPE_CHECKING:
    from spacedialog.model.entry import PendingEntry

DATABASE = "built_in.db"
"""The name of the database in the folder of the data files of an installed package."""


def built_in_path() -> Path:
    """Return the folder of the data files: in the installed package, or in a source tree."""
    installed = Path(__file__).parents[1] / "data"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "data"


def built_in_documents() -> list[dict[str, Any]]:
    """Return the parsed data files, newest meeting first. The test suite validates them; this function does not."""
    return [json.loads(path.read_bytes()) for path in sorted(built_in_path().glob("dialogue_*.json"), reverse=True)]


def document_entries(document: Mapping[str, Any]) -> Iterator[list[PendingEntry]]:
    """Yield the entries for a document, in groups by item."""
    from spacedialog.importing.entries import commitment_entries, file_commitments, opening_entries

    yield from opening_entries(document)
    for file_commitment in file_commitments(document):
        yield from commitment_entries(document["dialogue"], file_commitment)


def seed(connection: sqlite3.Connection) -> None:
    """Record the built-in dialogues in an empty log. The entries, with ids and times, are the same in every store."""
    from hashlib import sha256

    from spacedialog.model.entry import BUILT_IN_AUTHOR, canonical_json
    from spacedialog.store.write.append import append

    for document in built_in_documents():
        compiled = datetime.fromisoformat(document["compiled"]).replace(tzinfo=UTC)
        append(
            connection,
            document_entries(document),
            now=round(compiled.timestamp() * 1_000_000),
            author=BUILT_IN_AUTHOR,
            entropy=sha256(canonical_json(document).encode()).digest(),
        )


def built_in_record() -> sqlite3.Connection:
    """Return a database in memory with the built-in record.

    An installed package contains the database, which is made when the package is built. In a source tree, whose data
    files can change, it is made here.
    """
    path = built_in_path() / DATABASE
    return database.in_memory(path.read_bytes()) if path.exists() else folded_record()


def folded_record() -> sqlite3.Connection:
    """Return a database in memory with the built-in record, made from the data files."""
    connection = database.in_memory()
    connection.execute("BEGIN")
    seed(connection)
    database.identify(connection)
    connection.execute("COMMIT")
    return connection
