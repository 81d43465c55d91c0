"""The checks of the files that SQLite creates beside a store, made before SQLite uses them.

Source of the format of the write-ahead log and its index: https://sqlite.org/walformat.html.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

from spacedialog.errors import StoreError
from spacedialog.store import lock
from spacedialog.storefiles import SIDE_FILES, side_file

_LOG_HEADER, _FRAME_HEADER, _INDEX_HEADER = 32, 24, 48

_open_indexes: dict[tuple[int, int], int] = {}
"""The handles of the indexes that this process has read, by device and inode.

They stay open: closing a file ends all locks of the process on it, also those of SQLite's connections, and without
a lock another process could truncate an index in use.
"""


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Open the store with this mode of SQLite; StoreError if a side file makes that unsafe.

    It is unsafe if SQLite would act on a side file of another program, or would delete entries in a damaged log.
    """
    require_ordinary(path)
    if side_file(path, "-wal").exists() and _loses_entries(path):
        raise damaged_store_error(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=lock.TIMEOUT)


def require_ordinary(path: Path) -> None:
    """Raise StoreError if a side file is a journal with content, which a store never has, or not a regular file."""
    for ending in SIDE_FILES:
        side = side_file(path, ending)
        try:
            # One call, because other processes create and remove these files at any time.
            status = side.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode) or (ending == "-journal" and status.st_size):
            raise StoreError(
                f"{side}: another program created this file, and SQLite would change the database because of it",
                "move the file elsewhere; nothing was changed",
            )


def require_one_name(path: Path) -> None:
    """Raise StoreError if the file has a hard link: SQLite would keep a write-ahead log for each of its names."""
    if path.stat().st_nlink > 1:
        from spacedialog import atomic

        # A run that was killed while it created the store leaves its draft as a second name.
        atomic.remove_abandoned(path.parent)
    if path.stat().st_nlink > 1:
        raise StoreError(
            f"{path}: the database has a second name (a hard link), so entries could be lost",
            "copy it with spacedialog backup NEW.db, and use --db NEW.db; nothing was changed",
        )


def damaged_store_error(path: Path) -> StoreError:
    """Return the error for a damaged store."""
    return StoreError(
        f"{path}: the database is damaged",
        "check it with spacedialog doctor, which can also copy the undamaged entries; nothing was changed",
    )


def _loses_entries(path: Path) -> bool:
    """Return whether SQLite would delete committed entries in the write-ahead log because of damage.

    One commit that SQLite does not read is accepted, because a power loss may have interrupted it.
    """
    from spacedialog.store.recovery.wal import has_sound_header

    # A connection for reading leaves the log as it is, and the index of the log shows how many frames SQLite accepts.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=lock.TIMEOUT)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            # The log is read first: a commit in the meantime is then in the index too.
            log = side_file(path, "-wal").read_bytes()
            index = _start_of_index(side_file(path, "-shm"))
    except (OSError, sqlite3.Error):
        return False  # SQLite cannot read it now, and raises the error again when the store is opened.
    if not has_sound_header(log):
        return True  # SQLite reads no frame of such a log.
    accepted, salts = int.from_bytes(index[16:20], sys.byteorder), index[32:40]
    if log[16:24] != salts:
        return False  # The log is empty, or another program has begun it again.
    size = _FRAME_HEADER + int.from_bytes(log[8:12], "big")
    frames = range(_LOG_HEADER + accepted * size, len(log) - size + 1, size)
    headers = (log[start : start + _FRAME_HEADER] for start in frames)
    return sum(header[8:16] == salts and header[4:8] != bytes(4) for header in headers) > 1


def _start_of_index(path: Path) -> bytes:
    """Return the header of the index of a write-ahead log."""
    for key, handle in tuple(_open_indexes.items()):
        if not os.fstat(handle).st_nlink:
            os.close(_open_indexes.pop(key))
    status = path.stat()
    key = (status.st_dev, status.st_ino)
    if key not in _open_indexes:
        _open_indexes[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.pread(_open_indexes[key], _INDEX_HEADER, 0)
