"""Opening a store: where it may be read, how it is written to, and what is refused.

Reading goes through a connection that cannot write. A missing store is no error here: callers read the bundled
record instead.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from spacedialog.errors import StoreError
from spacedialog.store.cache import rebuild

APPLICATION_ID = 0x53504443
"""Marks a SQLite file as a spacedialog store ("SPDC")."""

SCHEMA_VERSION = 3
"""How many migrations a store of this program has had; kept in `user_version`."""

LOCK_TIMEOUT = 10.0
"""How many seconds a write waits for the others."""


def memory() -> sqlite3.Connection:
    """An empty database in memory, with the store's schema."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript((Path(__file__).parent / "schema.sql").read_text("utf-8"))
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads the store at `path` and writes nothing; StoreError where it cannot be read.

    SQLite keeps two side files while a store is read; the last connection to close takes them away. Where the
    folder or the file may not be written to, the store is read as it stands. A store with an older schema is
    read through its log, which never changes its shape.
    """
    with closing(_open_to_read(path)) as connection, _telling(path, (sqlite3.Error,)):
        if _check(connection, path) < SCHEMA_VERSION:
            with closing(copy_of_log(connection)) as copy:
                yield copy
        else:
            yield connection


def _open_to_read(path: Path) -> sqlite3.Connection:
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    modes = ["mode=rw"] if writable else ["mode=ro", "immutable=1"]
    while True:
        with _telling(path):
            connection = _connect(path, modes.pop(0))
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if not modes:
                raise unusable(path, error) from error
        else:
            return connection


def copy_of_log(
    connection: sqlite3.Connection, *, known_at: int | None = None, at_seq: int | None = None
) -> sqlite3.Connection:
    """The record in memory, folded from what the log held at the time `known_at` (µs), or holds now.

    With `at_seq`, from what a shared log held at that position.
    """
    copy = memory()
    changes = connection.execute(
        f"SELECT * FROM change WHERE ts <= ? AND {'TRUE' if at_seq is None else 'seq <= ?'}",
        (2**63 - 1 if known_at is None else known_at, *(() if at_seq is None else (at_seq,))),
    )
    copy.execute("BEGIN")
    copy.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changes)
    rebuild(copy)
    copy.execute("COMMIT")
    return copy


@contextmanager
def writing(
    path: Path, seed: Callable[[sqlite3.Connection], None], *, keep: bool = True
) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """A connection in one write transaction, under the store's lock; and whether the store is made by it.

    Commits at the end; rolls back on an error, or where what is done is not to be kept.

    Where there is no store it is made, `seed` filling it, and appears together with what is written, or not at
    all. StoreError where the store cannot be used or others keep it locked for LOCK_TIMEOUT seconds.
    """
    with _telling(path), _locked(path):
        is_new = not path.exists()
        with _new(path, seed) if is_new else _existing(path, keep=keep) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection, is_new
            connection.execute("COMMIT" if keep else "ROLLBACK")


@contextmanager
def _telling(path: Path, errors: tuple[type[Exception], ...] = (OSError, sqlite3.Error)) -> Iterator[None]:
    """What goes wrong with the store, told as a StoreError."""
    try:
        yield
    except errors as error:
        raise unusable(path, error) from error


@contextmanager
def _existing(path: Path, *, keep: bool) -> Iterator[sqlite3.Connection]:
    # Closing rolls back what was not committed.
    with closing(_connect(path, "mode=rw")) as connection:
        older = _check(connection, path) < SCHEMA_VERSION
        if older and not keep:
            with closing(copy_of_log(connection)) as copy:
                yield copy
            return
        if older:
            _upgrade(connection, path)
        _be_durable(connection)
        yield connection


@contextmanager
def _new(path: Path, seed: Callable[[sqlite3.Connection], None]) -> Iterator[sqlite3.Connection]:
    draft = path.with_name(f".{path.name}.new")
    _remove(draft)
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            _be_durable(connection)
            _migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            seed(connection)
            connection.execute("COMMIT")
            yield connection
        finally:
            connection.close()
        _sync(draft)
        draft.rename(path)
        _sync(path.parent)
    finally:
        _remove(draft)


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older store to this program's schema, after a backup; its period tables are made from its log."""
    back_up(path, f"before-schema-{SCHEMA_VERSION}")
    _migrate(connection)


def back_up(path: Path, ending: str) -> None:
    """Copy the store, as it was last committed, to a file beside it that is whole or not there."""
    backup = path.with_name(f"{path.name}.{ending}")
    draft = path.with_name(f".{backup.name}.new")
    _remove(draft)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # A connection of its own: one that is in a write can be waited for without end.
    with closing(sqlite3.connect(draft)) as copy, closing(_connect(path, "mode=rw")) as connection:
        connection.backup(copy)
    _sync(draft)
    draft.rename(backup)
    _sync(path.parent)


def _migrate(connection: sqlite3.Connection) -> None:
    from spacedialog.store import migrations

    migrations.migrate(connection)
    connection.execute("BEGIN IMMEDIATE")
    rebuild(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of the store's folder; StoreError when others hold it for LOCK_TIMEOUT seconds.

    SQLite's own waiting lets a writer starve among many; filelock would do, but takes longer to import than a
    change takes to write. The folder is what is locked: a lock on the store itself would undo SQLite's own.
    """
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        give_up = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise StoreError(
                        f"{path}: another program has been writing for {LOCK_TIMEOUT:.0f} seconds",
                        "wait for it to end and try again; nothing was changed",
                    ) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=LOCK_TIMEOUT)


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the store's schema; StoreError where this is no store, or a newer program's."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreError(f"{path}: this is not a spacedialog store", "name another file with --db; nothing was changed")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: the store was written by a newer spacedialog (schema {version}, here {SCHEMA_VERSION})",
            "upgrade spacedialog; nothing was changed",
        )
    return int(version)


def _be_durable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A large import touches every index at random; with SQLite's 2 MB it would write most of its pages many times.
    connection.execute("PRAGMA cache_size = -24576")


def _remove(database: Path) -> None:
    for name in ("", "-wal", "-shm", "-journal"):
        Path(f"{database}{name}").unlink(missing_ok=True)


def unusable(path: Path, error: Exception) -> StoreError:
    """What to tell a user whose store gave this error."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StoreError(
        f"{path}: the store cannot be used: {reason}",
        "check the path, its permissions and the space on the disk",
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
