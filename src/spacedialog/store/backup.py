"""Backups of a store: made on request, and automatically before an upgrade, a restore or a restamp."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import zip_longest
from pathlib import Path

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.store.schema import RECORD_TABLES
from spacedialog.storefiles import BACKUP, SIDE_FILES, is_side_file, side_file

KEPT_BACKUPS = 5
"""The number of automatic backups of a store; older ones are deleted."""


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database of `connection` to the file `target`; StoreError if the copy fails an integrity check.

    The file is created only if the copy passes the check; InputError if it exists by then.
    """
    with new_database(target) as draft, closing(sqlite3.connect(draft, isolation_level=None)) as copied:
        connection.backup(copied)
        (verdict,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(
                f"{target}: nothing was copied, because the database is damaged: {verdict}",
                "check it with spacedialog doctor; copy its undamaged entries with spacedialog doctor --rescue NEW.db",
            )


@contextmanager
def new_database(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield the path where SQLite creates and closes a new file; then flush the file and rename it to `target`.

    InputError if SQLite would treat `target` as a side file of another database and, unless `replace`, if it exists.
    """
    if is_side_file(target):
        raise InputError(
            f"{target}: SQLite uses names with this ending for its own files",
            f"choose a name that does not end in {', '.join(SIDE_FILES)}",
        )
    with atomic.private_folder(target.parent) as folder:
        draft = folder / atomic.DRAFT
        yield draft
        draft.chmod(0o600)
        atomic.fsync(draft)
        if not replace and os.path.lexists(target):
            raise exists_error(target)
        # SQLite would apply the log of an earlier database of that name to the new one.
        remove_side_files(target)
        atomic.fsync(target.parent)
        try:
            atomic.rename(draft, target, replace=replace)
        except FileExistsError as error:
            raise exists_error(target) from error
        atomic.fsync(target.parent)


def exists_error(target: Path) -> InputError:
    """Return the error for a new file whose name is taken."""
    return InputError(f"{target} already exists", "choose another name; nothing was changed")


def make(connection: sqlite3.Connection, path: Path, action: str) -> Path:
    """Back up the database of `connection`, the store at `path`, before `action`; return the path of the backup.

    StoreError if copying fails. If the newest backup was made before the same action and has the same record, as after
    an action that failed, its path is returned instead.
    """
    _, newest = max(_automatic_backups(path), default=(0, path))
    if newest.name.endswith(f"-before-{action}") and _has_same_record(newest, connection):
        return newest
    target = next_backup_path(path, action)
    copy(connection, target)
    prune(path)
    return target


def _has_same_record(backup: Path, connection: sqlite3.Connection) -> bool:
    # SQLite creates no side files for an immutable database.
    uri = f"{backup.absolute().as_uri()}?mode=ro&immutable=1"
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(uri, uri=True)) as earlier:
        return all(one == other for one, other in zip_longest(_record(earlier), _record(connection)))
    return False


def _record(connection: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    """Yield the version of the schema, and the rows that cannot be rebuilt from others."""
    yield connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for table in RECORD_TABLES:
        if table in tables:
            yield from connection.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid")


def next_backup_path(path: Path, action: str) -> Path:
    """Return the file name of the next automatic backup of the store at `path`, made before `action`."""
    newest = max((number for number, _ in _automatic_backups(path)), default=0)
    return path.with_name(f"{path.name}{BACKUP}{newest + 1}-before-{action}")


def prune(path: Path) -> None:
    """Delete the automatic backups of the store at `path`, except the KEPT_BACKUPS newest."""
    for _, backup in sorted(_automatic_backups(path))[:-KEPT_BACKUPS]:
        remove(backup)


def _automatic_backups(path: Path) -> list[tuple[int, Path]]:
    pattern = re.compile(re.escape(path.name + BACKUP) + r"([0-9]+)-before-[a-z0-9-]+(?<!-wal)(?<!-shm)(?<!-journal)")
    return [(int(match[1]), file) for file in path.parent.iterdir() if (match := pattern.fullmatch(file.name))]


def copy_files(path: Path, target: Path) -> None:
    """Copy a store and its write-ahead log byte for byte, readable or not. The caller holds the lock."""
    wal = side_file(path, "-wal")
    frames = wal.read_bytes() if wal.is_file() else b""
    content = path.read_bytes()
    with new_database(target) as draft:
        draft.write_bytes(content)
    if frames:
        atomic.write(target.with_name(target.name + "-wal"), frames, store=None)
        atomic.fsync(target.parent)


def remove_side_files(path: Path) -> None:
    """Delete the files that SQLite creates beside a database."""
    for suffix in SIDE_FILES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def remove(database: Path) -> None:
    """Delete a database and the files that SQLite creates beside it."""
    remove_side_files(database)
    database.unlink(missing_ok=True)
