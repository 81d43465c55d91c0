"""The checks of the files that SQLite keeps beside a store, before it acts on them, and the connections that need them.

A connection holds a shared lock on the write-ahead log. A program that finds such a lock does not verify the log, since
the first to open it did. SQLite itself does not lock the log, so closing the file releases no lock of SQLite.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from spacedialog import atomic
from spacedialog.errors import StoreError
from spacedialog.store import lock
from spacedialog.storefiles import SIDE_FILES, side_file


class Connection(sqlite3.Connection):
    """A connection to a store that holds the lock of its write-ahead log until it is closed."""

    log: int | None = None
    """The handle of the log."""

    def hold_log(self, path: Path) -> None:
        """Lock the log that SQLite created when it opened the store at `path`."""
        if self.log is None:
            with suppress(OSError):
                self.log = _opened(side_file(path, "-wal"))
                fcntl.flock(self.log, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def close(self) -> None:
        """Close the connection, and then release the lock."""
        super().close()
        if self.log is not None:
            os.close(self.log)
            self.log = None


def connected(path: Path, mode: str) -> Connection:
    """Open the store with this mode of SQLite; StoreError if a side file makes that unsafe."""
    uri = f"{path.absolute().as_uri()}?{mode}"
    # SQLite reads no side file before the first query.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=lock.TIMEOUT, factory=Connection)
    try:
        connection.log = _checked_log(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _checked_log(path: Path) -> int | None:
    """Return the handle of the store's write-ahead log, locked, or None without a log.

    StoreError if SQLite would act on a side file of another program, or would delete entries in a damaged log.
    """
    require_ordinary(path)
    try:
        handle = _opened(side_file(path, "-wal"))
    except FileNotFoundError:
        return None
    try:
        if _is_first(handle) and _loses_entries(handle):
            raise damaged_store_error(path)
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle


def require_ordinary(path: Path) -> None:
    """Raise StoreError if a side file is a journal with content, which a store never has, or not a regular file."""
    for ending in SIDE_FILES:
        side = side_file(path, ending)
        is_acceptable = side.is_file() and (ending != "-journal" or not side.stat().st_size)
        if os.path.lexists(side) and not is_acceptable:
            raise StoreError(
                f"{side}: this program did not make this file, and SQLite would change the store because of it",
                "find out what it is, and move it elsewhere; nothing was changed",
            )


def require_one_name(path: Path) -> None:
    """Raise StoreError if the file has a hard link: SQLite would keep a write-ahead log for each of its names."""
    if path.stat().st_nlink > 1:
        # A run that was killed while it created the store leaves its draft as a second name.
        atomic.remove_abandoned(path.parent)
    if path.stat().st_nlink > 1:
        raise StoreError(
            f"{path}: the store has a second name (a hard link); changes made under both names could be lost",
            "find the other name with find -samefile, and remove it; nothing was changed",
        )


def damaged_store_error(path: Path) -> StoreError:
    """Return the error for a store with content that this program never wrote."""
    return StoreError(
        f"{path}: the store is damaged",
        "spacedialog doctor says what is damaged, and can save the rest; nothing was changed",
    )


def _opened(log: Path) -> int:
    return os.open(log, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)


def _is_first(handle: int) -> bool:
    """Return whether no program with the log open has verified it."""
    for kind in (fcntl.LOCK_EX, fcntl.LOCK_SH):
        with suppress(OSError):
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return kind == fcntl.LOCK_EX
    # Another program is verifying the log. If it finds damage, it will not open the store.
    return True


def _loses_entries(handle: int) -> bool:
    """Return whether SQLite would delete committed entries in the log because of damage."""
    if not os.fstat(handle).st_size:
        return False
    from spacedialog.store.recovery import image, wal

    # Twice, because a program that does not lock the log may reset it at the same time.
    return all(wal.loses_entries(image.content(handle), image.PAGE_SIZE) for _ in range(2))
