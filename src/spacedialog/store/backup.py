"""Copies of a store: backups by the user, automatic backups before an upgrade or a restore, files moved into place."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from spacedialog.errors import StoreError

KEPT_BACKUPS = 5
"""The number of automatic backups that are kept; the oldest are removed."""


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database of a connection to the file `target`; StoreError, and no file, if the copy is damaged."""
    with appearing(target) as draft, closing(sqlite3.connect(draft, isolation_level=None)) as copied:
        connection.backup(copied)
        (verdict,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(
                f"{target}: nothing was copied, since the store is damaged: {verdict}",
                "spacedialog doctor says what is wrong, and doctor --rescue NEW.db saves what is sound",
            )


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A draft beside `target`, of the user's own, which takes its name once it is filled and closed."""
    draft = target.with_name(f".{target.name}.new")
    remove(draft)
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield draft
        fsync_path(draft)
        # What SQLite left of another database of that name would be taken for a part of this one.
        remove_side_files(target)
        fsync_path(target.parent)
        draft.rename(target)
        fsync_path(target.parent)
    finally:
        remove(draft)


def next_backup_path(path: Path, what: str) -> Path:
    """Return the path of the next automatic backup of the store at `path`, made before the program does `what`."""
    newest = max((number for number, _ in _numbered(path)), default=0)
    return path.with_name(f"{path.name}.backup-{newest + 1}-before-{what}")


def prune(path: Path) -> None:
    """Remove all but the newest `KEPT_BACKUPS` automatic backups of the store at `path`."""
    for _, old in sorted(_numbered(path))[:-KEPT_BACKUPS]:
        remove(old)


def _numbered(path: Path) -> list[tuple[int, Path]]:
    form = re.compile(re.escape(path.name) + r"\.backup-([0-9]+)-before-[a-z0-9-]+(?<!-wal)(?<!-shm)(?<!-journal)")
    return [(int(match[1]), other) for other in path.parent.iterdir() if (match := form.fullmatch(other.name))]


def copy_files(path: Path, target: Path) -> None:
    """Copy the files of a store byte for byte, readable by SQLite or not. The caller holds the store's lock."""
    wal = path.with_name(path.name + "-wal")
    frames = wal.read_bytes() if wal.exists() else b""
    content = path.read_bytes()
    with appearing(target) as draft:
        draft.write_bytes(content)
    if frames:
        with appearing(target.with_name(target.name + "-wal")) as draft:
            draft.write_bytes(frames)


def remove_side_files(path: Path) -> None:
    """Remove the files that SQLite keeps beside a database."""
    for name in ("-wal", "-shm", "-journal"):
        Path(f"{path}{name}").unlink(missing_ok=True)


def remove(database: Path) -> None:
    """Remove a database and the files that SQLite keeps beside it."""
    remove_side_files(database)
    database.unlink(missing_ok=True)


def fsync_path(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
