"""The store's database: open it for reading or writing, create, upgrade, back up and replace it.

A file that is not a store of this program is refused. Connections for reading cannot write. Callers check whether a
store exists, and read the built-in record if it does not.
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
from spacedialog.store import lock, log, sidefiles
from spacedialog.store.schema import SCHEMA_SQL, SCHEMA_VERSION
from spacedialog.store.trust import foreign_objects
from spacedialog.storefiles import MARK, require_own_name, side_file

APPLICATION_ID = int.from_bytes(MARK, "big")
"""Marks a SQLite file as a spacedialog store."""

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""The errors that `sqlite3` raises for a damaged database; UnicodeDecodeError if the message is not valid UTF-8."""

Seed = Callable[[sqlite3.Connection], None]
"""Writes the first entries of a new store."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def in_memory(image: bytes | None = None) -> sqlite3.Connection:
    """Return a database in memory: a copy of the file of a store, or an empty one with the store's schema."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    if image is None:
        connection.executescript(SCHEMA_SQL)
    else:
        connection.deserialize(image)
    return connection


def identify(connection: sqlite3.Connection) -> None:
    """Write the marks of a store of this schema into the header of a database."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the store at `path` for reading; StoreError if it cannot be read.

    While a store is open, SQLite uses two side files, which the last connection removes when it closes. If the user may
    not write to the folder or the file, the store is read without them. A store with an older schema is read from its
    log, which is the same in every schema.
    """
    with reading_any_version(path) as (connection, version):
        if version < SCHEMA_VERSION:
            with closing(past_record(connection)) as copy:
                yield copy
        else:
            # One transaction, so that all reads see the same state during writes.
            connection.execute("BEGIN")
            yield connection


@contextmanager
def reading_any_version(path: Path) -> Iterator[tuple[sqlite3.Connection, int]]:
    """Open a store of this or an older schema for reading; yield the connection and the version of the schema."""
    can_write, has_log = _can_write(path), side_file(path, "-wal").exists()
    if can_write:
        # SQLite moves the log into the file when the last connection for writing closes. If the file turns out to be
        # damaged, both must stay as they are.
        modes = ["mode=ro" if has_log else "mode=rw"]
    else:
        # Without a log, mode=ro would create one that this user owns and the store's owner cannot open.
        modes = ["mode=ro", "immutable=1"] if has_log else ["immutable=1"]
    last = None
    with closing(_open_to_read(path, modes)) as connection, as_store_errors(path, SQLITE_ERRORS):
        yield connection, _check(connection, path, writing=False)
        if can_write and has_log:
            last = _open_to_read(path, ["mode=rw"])
    if last:
        last.close()


def _can_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _open_to_read(path: Path, modes: list[str]) -> sqlite3.Connection:
    """Open the store in the first of these modes in which SQLite can read it."""
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
    connection: sqlite3.Connection, *, known_at: int | None = None, at_seq: int | None = None, public: bool = False
) -> sqlite3.Connection:
    """Return a database in memory with the entries recorded by the time `known_at` (µs), or all, and their fold.

    With `at_seq`, use only the entries up to that position in the shared log. With `public`, leave out internal
    entries, and positions in the shared log, because they count all entries.
    """
    condition = f"WHERE c.ts <= ? AND {'TRUE' if at_seq is None else 'c.seq <= ?'} ORDER BY c.rowid"
    parameters = (2**63 - 1 if known_at is None else known_at, *(() if at_seq is None else (at_seq,)))
    entries = log.select(connection, condition, parameters)
    if public:
        from spacedialog.model.visibility import hidden_ids

        hidden = hidden_ids(log.select(connection, condition, parameters))
        entries = (entry._replace(seq=None) for entry in entries if entry.id not in hidden)
    return record_from(entries)


def record_from(entries: Iterable[Sequence[object]]) -> sqlite3.Connection:
    """Return a database in memory with these entries and their fold."""
    copy = in_memory()
    copy.execute("BEGIN")
    load_entries(copy, entries)
    copy.execute("COMMIT")
    return copy


def load_entries(connection: sqlite3.Connection, entries: Iterable[Sequence[object]]) -> None:
    """Insert these entries unchanged into an empty log and fold them, in the caller's transaction."""
    from spacedialog.store.write import projection

    log.insert(connection, entries)
    projection.rebuild(connection)


@contextmanager
def writing(path: Path, seed: Seed | None = None, *, commit: bool = True) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """Open the store in one write transaction, under its lock; yield the connection and whether the store is new.

    The transaction is committed at the end, or rolled back on an error and if `commit` is false. A missing store is
    created under a temporary name, filled by `seed` if given, and renamed after the commit.
    StoreError if the store cannot be used, or another program holds the lock for `lock.TIMEOUT` seconds.
    """
    require_own_name(path)
    with as_store_errors(path), lock.held(path):
        is_new = not path.exists()
        with _new(path, seed) if is_new else _existing(path, commit=commit) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection, is_new
            connection.execute("COMMIT" if commit else "ROLLBACK")


@contextmanager
def as_store_errors(path: Path, errors: tuple[type[Exception], ...] = (OSError, *SQLITE_ERRORS)) -> Iterator[None]:
    """Raise these errors of the block as StoreError."""
    try:
        yield
    except errors as error:
        raise store_error(path, error) from error


@contextmanager
def _existing(path: Path, *, commit: bool) -> Iterator[sqlite3.Connection]:
    if not os.access(path, os.W_OK):
        # SQLite would open it for reading, fail at the first write and leave its side files.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    # Closing the connection rolls back an open transaction.
    with closing(_connect(path, "mode=rw")) as connection:
        sidefiles.require_one_name(path)
        older = _check(connection, path, writing=True) < SCHEMA_VERSION
        if older and not commit:
            with closing(past_record(connection)) as copy:
                yield copy
            return
        if older:
            _upgrade(connection, path)
        _be_durable(connection)
        yield connection


@contextmanager
def _new(path: Path, seed: Seed | None) -> Iterator[sqlite3.Connection]:
    from spacedialog.store import backup

    # While the file is filled, it has SQLite's rollback journal, which holds only changed pages that the file already
    # had. New pages are written once; a write-ahead log would contain all of them a second time.
    with backup.new_database(path) as draft, closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # while the tables are empty: the whole file is flushed later
        _migrate(connection)
        with _indexed_last(connection):
            _be_durable(connection)
            if seed:
                connection.execute("BEGIN IMMEDIATE")
                seed(connection)
                connection.execute("COMMIT")
            yield connection
        connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _indexed_last(connection: sqlite3.Connection) -> Iterator[None]:
    """Drop the indexes, and create them again after the block, which halves the time.

    A new store is not read before it is complete. Its few entries are found without an index.
    """
    from spacedialog.store import indexes

    connection.execute("BEGIN IMMEDIATE")
    indexes.drop(connection)
    connection.execute("COMMIT")
    yield
    # A cache of only 4 MB, because sorting the rows of an index takes as much memory again.
    connection.execute("PRAGMA cache_size = -4096")
    connection.execute("BEGIN IMMEDIATE")
    indexes.create(connection)
    connection.execute("COMMIT")


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Upgrade an older store to this program's schema, after a backup; the tables are rebuilt from the log."""
    back_up(path, f"schema-{SCHEMA_VERSION}")
    _migrate(connection)


def back_up(path: Path, action: str) -> Path:
    """Back up the last committed state of the store before an action, named `action`; return the path of the backup.

    The caller holds the lock. A second call before the same action makes no second backup of the same state.
    """
    from spacedialog.store import backup

    # On a new connection, because a backup never ends on a connection that is in a write transaction.
    with closing(_connect(path, "mode=rw")) as connection:
        return backup.make(connection, path, action)


def _migrate(connection: sqlite3.Connection) -> None:
    from spacedialog.store import migrations
    from spacedialog.store.write import projection

    migrations.migrate(connection)
    connection.execute("BEGIN IMMEDIATE")
    projection.rebuild(connection)
    identify(connection)
    connection.execute("COMMIT")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the store; StoreError, before SQLite changes it, if it is not a store or a side file is unsafe."""
    require_regular_file(path)
    _check_header(path)
    connection = sidefiles.connected(path, mode)
    # The file's schema is not trusted. Python loads no extensions by itself.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def require_regular_file(path: Path) -> None:
    """Raise StoreError if `path` exists and is not a regular file: opening a pipe would block forever."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise store_error(path, error) from error
    if not stat.S_ISREG(mode):
        kind = "folder" if stat.S_ISDIR(mode) else "pipe, a socket or a device"
        raise StoreError(
            f"{path}: the database cannot be used: this is a {kind}", "name a file with --db; nothing was changed"
        )


def _check_header(path: Path) -> None:
    if path.exists() and not path.stat().st_size:
        raise StoreError(
            f"{path}: this is not a spacedialog database: the file is empty",
            "rename the file, and the next write creates a database there; nothing was changed",
        )
    # `open` is not used, because closing the file would release all SQLite locks of this process on it. An immutable
    # database is read without locks and side files.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as look:
        try:
            (application,) = look.execute("PRAGMA application_id").fetchone()
            (version,) = look.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
                # Without its write-ahead log the file may seem damaged. `_check` reads the header again with the log.
                return
            raise StoreError(
                f"{path}: this is not a spacedialog database: it is not a SQLite file",
                "name another file with --db; if it was a database, check it with spacedialog doctor",
            ) from error
    if application != APPLICATION_ID:
        raise not_a_store_error(path)
    _check_version(version, path)


def _check_version(version: int, path: Path) -> None:
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: the database was written by a newer spacedialog (schema {version}; this program supports up to"
            f" {SCHEMA_VERSION})",
            "upgrade spacedialog; nothing was changed",
        )


def not_a_store_error(path: Path) -> StoreError:
    """Return the error for a file that is not a store."""
    return StoreError(f"{path}: this is not a spacedialog database", "name another file with --db; nothing was changed")


def _check(connection: sqlite3.Connection, path: Path, *, writing: bool) -> int:
    """Return the version of the store's schema; StoreError if it has objects that this program did not create."""
    if found := list(foreign_objects(connection, writing=writing)):
        raise StoreError(
            f"{path}: the database contains objects that this program did not create: {', '.join(found[:3])}",
            "list them with spacedialog doctor; copy the entries to a new database with spacedialog doctor --rescue"
            " NEW.db; nothing was changed",
        )
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise not_a_store_error(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # The write-ahead log may have a newer version than the header of the file.
    _check_version(version, path)
    return int(version)


def _be_durable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # 16 MB. A large import changes all indexes; with SQLite's default of 2 MB most pages would be written many times.
    connection.execute("PRAGMA cache_size = -16384")


def store_error(path: Path, error: Exception) -> StoreError:
    """Return the StoreError for an error of SQLite or of the file system."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return lock.busy_error(path)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else sqlite_message(error)
    is_damaged = isinstance(error, UnicodeDecodeError) or code in _DAMAGED
    return StoreError(
        f"{path}: the database cannot be used: {reason}",
        "check it with spacedialog doctor, which can also copy the undamaged entries; nothing was changed"
        if is_damaged
        else "check the path, its permissions and the space on the disk",
    )


def sqlite_message(error: Exception) -> str:
    """Return the message of an error in SQLITE_ERRORS."""
    if isinstance(error, UnicodeDecodeError):
        return bytes(error.object).decode("utf-8", "replace")
    return str(error)


def replace_store(source: sqlite3.Connection, path: Path, *, replace: bool) -> Path | None:
    """Copy the database of a connection to `path`; return the path of the backup of an existing store, else None.

    InputError if there is a store and `replace` is false. The caller has checked that an existing file is one. A store
    that SQLite can open is overwritten in one transaction, because other programs may have it open. The files of a
    store that it cannot open are replaced.
    """
    from spacedialog.store import backup

    require_regular_file(path)
    require_own_name(path)
    with as_store_errors(path), lock.held(path):
        if not path.exists():
            _place(source, path, replace=False)
            return None
        if not replace:
            raise InputError(f"{path}: the database already exists", "add --replace to replace it after a backup")
        sidefiles.require_one_name(path)
        sidefiles.require_ordinary(path)
        kept = backup.next_backup_path(path, "restore")
        backup.copy_files(path, kept)
        try:
            with closing(_connect(path, "mode=rw")) as connection:
                _be_durable(connection)
                source.backup(connection)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (StoreError, *SQLITE_ERRORS):
            _place(source, path, replace=True)
        backup.prune(path)
        return kept


def _place(source: sqlite3.Connection, path: Path, *, replace: bool) -> None:
    from spacedialog.store import backup

    with (
        backup.new_database(path, replace=replace) as draft,
        closing(sqlite3.connect(draft, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        _be_durable(connection)
        source.backup(connection)
