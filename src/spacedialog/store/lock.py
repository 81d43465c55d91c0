"""The lock by which writers take turns: one of the store's folder, given in the order in which it was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spacedialog import atomic
from spacedialog.errors import StoreError

TIMEOUT = 10.0
"""How many seconds a write waits for the others."""


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of the store's folder; StoreError when others hold it for TIMEOUT seconds.

    Those who hold it `shared` only keep writers out, and make no folder.

    SQLite's own waiting lets a writer starve among many; filelock would do, but takes longer to import than a
    change takes to write. The folder is what is locked: a lock on the store itself would undo SQLite's own.
    """
    if not shared:
        _make_folder(path.parent)
    handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _taken(handle, shared=shared):
            raise busy_error(path)
        yield
    finally:
        os.close(handle)


def _taken(handle: int, *, shared: bool) -> bool:
    """Take the lock of an open folder when it is one's turn; whether that came within TIMEOUT seconds.

    The kernel gives a lock in the order in which it was asked for, so nobody starves, but it knows no time-out:
    a thread waits. One that waited in vain lets the lock go as soon as it has it.
    """
    import fcntl

    way = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(handle, way | fcntl.LOCK_NB)
    except BlockingIOError:
        from threading import Event, Thread

        own, given = os.dup(handle), Event()

        def wait() -> None:
            try:
                with suppress(OSError):
                    fcntl.flock(own, way)
                    given.set()
            finally:
                os.close(own)

        Thread(target=wait, daemon=True).start()
        return given.wait(TIMEOUT)
    return True


def busy_error(path: Path) -> StoreError:
    """What to tell a user whose turn did not come."""
    return StoreError(
        f"{path}: another program has been writing for {TIMEOUT:g} seconds",
        "wait for it to end and try again; nothing was changed",
    )


def _make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that none is lost with the power."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        atomic.fsync(folder.parent)
