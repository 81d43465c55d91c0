"""The lock of the store's folder. Writers get it in the order of their requests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spacedialog import atomic
from spacedialog.errors import StoreError

TIMEOUT = 10.0
"""The time, in seconds, that a write waits for the lock."""


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of the store's folder; StoreError if other programs hold it for TIMEOUT seconds.

    A `shared` lock excludes only writers, and does not create the folder.

    SQLite's own waiting can starve a writer among many. Importing the package filelock takes longer than writing an
    entry. The folder is locked because closing the locked store file would release SQLite's own locks on it.
    """
    if not shared:
        _make_folder(path.parent)
    handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _acquire(handle, shared=shared):
            raise busy_error(path)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, *, shared: bool) -> bool:
    """Acquire the lock of an open folder; return whether that took less than TIMEOUT seconds.

    The kernel grants locks in the order of the requests, but has no timeout, so a thread waits. A thread that gets the
    lock too late releases it at once.
    """
    import fcntl

    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        from threading import Event, Thread

        own, acquired = os.dup(handle), Event()

        def wait() -> None:
            try:
                with suppress(OSError):
                    fcntl.flock(own, kind)
                    acquired.set()
            finally:
                os.close(own)

        Thread(target=wait, daemon=True).start()
        return acquired.wait(TIMEOUT)
    return True


def busy_error(path: Path) -> StoreError:
    """Return the error for a write that did not get the lock in time."""
    return StoreError(
        f"{path}: another program has been writing for {TIMEOUT:g} seconds",
        "wait for it to end and try again; nothing was changed",
    )


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents, and flush their names to the disk."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        atomic.fsync(folder.parent)
