"""Opening a store: where it may be read, how it is written to, and what is refused.

Reading goes through a connection that cannot write. A missing store is no error here: callers read the bundled
record instead.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from spacedialog.errors import InputError, StoreError
from spacedialog.store import backup, lock, log
from spacedialog.store.schema import SCHEMA_SQL, SCHEMA_VERSION
from spacedialog.store.trust import foreign_objects
from spacedialog.store.write.projection import rebuild

APPLICATION_ID = 0x53504443
"""Marks a SQLite file as a spacedialog store ("SPDC")."""

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises on a damaged database; the second where what it complains of is no text."""

_MAGIC = b"SQLite format 3\0"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def in_memory() -> sqlite3.Connection:
    """An empty database in memory, with the store's schema."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA_SQL)
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads the store at `path` and writes nothing; StoreError where it cannot be read.

    SQLite keeps two side files while a store is read; the last connection to close takes them away. Where the
    folder or the file may not be written to, the store is read as it stands. A store with an older schema is
    read through its log, which never changes its shape.
    """
    with reading_any_version(path) as (connection, version):
        if version < SCHEMA_VERSION:
            with closing(past_record(connection)) as copy:
                yield copy
        else:
            # All that one view asks is answered from one state of the store, whoever writes meanwhile.
            connection.execute("BEGIN")
            yield connection


@contextmanager
def reading_any_version(path: Path) -> Iterator[tuple[sqlite3.Connection, int]]:
    """A connection that only reads the store, of whatever older schema, and the version of that."""
    with closing(_open_to_read(path)) as connection, as_store_errors(path, SQLITE_ERRORS):
        yield connection, _check(connection, path, writing=False)


def _open_to_read(path: Path) -> sqlite3.Connection:
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        modes = ["mode=rw"]
    elif path.with_name(path.name + "-wal").exists():
        modes = ["mode=ro", "immutable=1"]
    else:
        # By mode=ro SQLite would make a write-ahead log of this user's, into which the owner could not write.
        modes = ["immutable=1"]
    while True:
        with as_store_errors(path):
            connection = _connect(path, modes.pop(0))
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except SQLITE_ERRORS as error:
            connection.close()
            if not modes:
                raise store_error(path, error) from error
        else:
            return connection


def past_record(
    connection: sqlite3.Connection, *, known_at: int | None = None, at_seq: int | None = None
) -> sqlite3.Connection:
    """The record in memory, folded from what the log held at the time `known_at` (µs), or holds now.

    With `at_seq`, from what a shared log held at that position.
    """
    changes = connection.execute(
        f"SELECT * FROM change WHERE ts <= ? AND {'TRUE' if at_seq is None else 'seq <= ?'} ORDER BY rowid",
        (2**63 - 1 if known_at is None else known_at, *(() if at_seq is None else (at_seq,))),
    )
    return record_from(changes)


def record_from(changes: Iterable[Sequence[object]]) -> sqlite3.Connection:
    """The record in memory that these changes make."""
    copy = in_memory()
    copy.execute("BEGIN")
    load_entries(copy, changes)
    copy.execute("COMMIT")
    return copy


def load_entries(connection: sqlite3.Connection, changes: Iterable[Sequence[object]]) -> None:
    """Put these changes, as they are, into an empty log, and fold them; in the caller's transaction."""
    log.insert(connection, changes)
    rebuild(connection)


@contextmanager
def writing(
    path: Path, seed: Callable[[sqlite3.Connection], None], *, keep: bool = True
) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """A connection in one write transaction, under the store's lock; and whether the store is made by it.

    Commits at the end; rolls back on an error, or where what is done is not to be kept.

    Where there is no store it is made, `seed` filling it, and appears together with what is written, or not at
    all. StoreError where the store cannot be used or others keep it locked for lock.TIMEOUT seconds.
    """
    with as_store_errors(path), lock.held(path):
        is_new = not path.exists()
        with _new(path, seed) if is_new else _existing(path, keep=keep) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection, is_new
            connection.execute("COMMIT" if keep else "ROLLBACK")


@contextmanager
def as_store_errors(path: Path, errors: tuple[type[Exception], ...] = (OSError, *SQLITE_ERRORS)) -> Iterator[None]:
    """What goes wrong with the store, told as a StoreError."""
    try:
        yield
    except errors as error:
        raise store_error(path, error) from error


@contextmanager
def _existing(path: Path, *, keep: bool) -> Iterator[sqlite3.Connection]:
    if not os.access(path, os.W_OK):
        # SQLite would open it to read only, and fail later, leaving its side files.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    # Closing rolls back what was not committed.
    with closing(_connect(path, "mode=rw")) as connection:
        older = _check(connection, path, writing=True) < SCHEMA_VERSION
        if older and not keep:
            with closing(past_record(connection)) as copy:
                yield copy
            return
        if older:
            _upgrade(connection, path)
        _be_durable(connection)
        yield connection


@contextmanager
def _new(path: Path, seed: Callable[[sqlite3.Connection], None]) -> Iterator[sqlite3.Connection]:
    with backup.replacing_database(path) as draft, closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        _be_durable(connection)
        _migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        seed(connection)
        connection.execute("COMMIT")
        with _indexed_last(connection):
            yield connection
        # Closing does the same, and keeps silent where the disk is full; the draft goes on without its log.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _indexed_last(connection: sqlite3.Connection) -> Iterator[None]:
    """Put off the indexes that only readers need: made after the rows, they are made in half the time.

    Nobody reads a new store before it is whole. What a write itself looks up (the changes of an item, the refs that
    were given) stays indexed.
    """
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_schema"
        " WHERE type = 'index' AND sql NOT NULL AND tbl_name NOT IN ('change', 'given', 'conflict', 'clash')"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        connection.execute(sql)


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older store to this program's schema, after a backup; its period tables are made from its log."""
    back_up(path, f"schema-{SCHEMA_VERSION}")
    _migrate(connection)


def back_up(path: Path, what: str) -> None:
    """Copy the store, as it was last committed, before this program does `what` to it; under the store's lock."""
    # A connection of its own: one that is in a write can be waited for without end.
    with closing(_connect(path, "mode=rw")) as connection:
        backup.copy(connection, backup.next_backup_path(path, what))
    backup.prune(path)


def _migrate(connection: sqlite3.Connection) -> None:
    from spacedialog.store import migrations

    migrations.migrate(connection)
    connection.execute("BEGIN IMMEDIATE")
    rebuild(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """The store, opened; StoreError where the file is not one, before SQLite would touch it."""
    require_regular_file(path)
    uri = f"{path.absolute().as_uri()}?{mode}"
    _check_header(path)
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=lock.TIMEOUT)
    # What stands in the file's schema may be anybody's; Python loads no extensions unless it is told to.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def require_regular_file(path: Path) -> None:
    """StoreError where there is something at `path` that is no file: to open a pipe would wait for ever."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise store_error(path, error) from error
    if not stat.S_ISREG(mode):
        kind = "folder" if stat.S_ISDIR(mode) else "pipe, a socket or a device"
        raise StoreError(
            f"{path}: the store cannot be used: this is a {kind}", "name a file with --db; nothing was changed"
        )


def _check_header(path: Path) -> None:
    if path.exists() and not path.stat().st_size:
        raise StoreError(
            f"{path}: the file is empty: this is not a spacedialog store",
            "remove it, and the next change makes a store there; nothing was changed",
        )
    # Not by opening the file ourselves: closing it would let go SQLite's locks on it, wherever in this process
    # the store is open already. An immutable database is read without locks and side files.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as look:
        try:
            (application,) = look.execute("PRAGMA application_id").fetchone()
            (version,) = look.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
                # Without its write-ahead log it may look cut short; opened with it, it is asked again.
                return
            raise StoreError(
                f"{path}: this is not a spacedialog store: file is not a database",
                "name another file with --db; if it was a store, spacedialog doctor shows what is left of it",
            ) from error
    if application != APPLICATION_ID:
        raise not_a_store_error(path)
    _check_version(version, path)


def _check_version(version: int, path: Path) -> None:
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: the store was written by a newer spacedialog (schema {version}, here {SCHEMA_VERSION})",
            "upgrade spacedialog; nothing was changed",
        )


def _mark() -> bytes:
    return APPLICATION_ID.to_bytes(4, "big")


def not_a_store_error(path: Path) -> StoreError:
    """What to tell a user whose store is none."""
    return StoreError(f"{path}: this is not a spacedialog store", "name another file with --db; nothing was changed")


def _check(connection: sqlite3.Connection, path: Path, *, writing: bool) -> int:
    """The version of the store's schema; StoreError where what stands in it is not this program's."""
    if found := list(foreign_objects(connection, writing=writing)):
        raise StoreError(
            f"{path}: in the store stands what this program did not make: {', '.join(found[:3])}",
            "spacedialog doctor names all of it, and doctor --rescue NEW.db brings the changes into a store without"
            " it; nothing was changed",
        )
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise not_a_store_error(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # A newer program may have written so to the write-ahead log alone.
    _check_version(version, path)
    return int(version)


def _be_durable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A large import touches every index at random; with SQLite's 2 MB it would write most of its pages many times.
    connection.execute("PRAGMA cache_size = -16384")


def store_error(path: Path, error: Exception) -> StoreError:
    """What to tell a user whose store gave this error."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return lock.busy_error(path)
    told = error.strerror if isinstance(error, OSError) and error.strerror else sqlite_message(error)
    damaged_store_error = isinstance(error, UnicodeDecodeError) or code in _DAMAGED
    return StoreError(
        f"{path}: the store cannot be used: {told}",
        "spacedialog doctor says what is damaged, and can save the rest; nothing was changed"
        if damaged_store_error
        else "check the path, its permissions and the space on the disk",
    )


def damaged_store_error(path: Path) -> StoreError:
    """What to tell a user whose store holds what this program never wrote."""
    return StoreError(
        f"{path}: the store is damaged",
        "spacedialog doctor says what is damaged, and can save the rest; nothing was changed",
    )


def sqlite_message(error: Exception) -> str:
    """What SQLite says is wrong."""
    if isinstance(error, UnicodeDecodeError):
        return bytes(error.object).decode("utf-8", "replace")
    return str(error)


def replace_store(source: sqlite3.Connection, path: Path, *, replace: bool) -> Path | None:
    """Make the database of a connection the store at `path`; where there was one, the name of its copy.

    Where there is a store, InputError unless it is to be replaced. One that SQLite can open is written over in one
    transaction, since others may have it open; else its files give way to a new one.
    """
    require_regular_file(path)
    with as_store_errors(path), lock.held(path):
        if not path.exists():
            _place(source, path)
            return None
        if not replace:
            raise InputError(f"{path}: there is a store already", "--replace takes its place, after a copy of it")
        with path.open("rb") as file:
            header = file.read(100)
        if header.startswith(_MAGIC) and header[68:72] not in (bytes(4), _mark()):
            raise not_a_store_error(path)
        kept = backup.next_backup_path(path, "restore")
        backup.copy_files(path, kept)
        try:
            with closing(_connect(path, "mode=rw")) as connection:
                _be_durable(connection)
                source.backup(connection)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (StoreError, *SQLITE_ERRORS):
            _place(source, path)
        backup.prune(path)
        return kept


def _place(source: sqlite3.Connection, path: Path) -> None:
    with backup.replacing_database(path) as draft, closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        _be_durable(connection)
        source.backup(connection)
