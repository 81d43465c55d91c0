"""Fault: another process holds the store's lock and does not release it.

    python -m tests.faults.lock --seconds 60

The lock is first that of spacedialog (on the store's folder), then SQLite's own, as another program would hold it.
Promise: writes end with status 4 and a clear message at their time-out, and not earlier; reads continue meanwhile;
nothing is changed; and after the release the next write succeeds.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from spacedialog.store import lock
from tests.faults import stores
from tests.faults.verdict import Verdict, script
from tests.support.program import PROGRAM

_IMPATIENT = """
import sys
from spacedialog.store import lock
lock.TIMEOUT = float(sys.argv.pop(1))
from spacedialog.cli.main import main
main()
"""


def run(folder: Path, seconds: int, _: int, patience: float | None = None) -> Verdict:
    """Hold each lock for `seconds`, or for one time-out if that is longer; `patience` replaces the time-out (s)."""
    command = [sys.executable, "-c", _IMPATIENT, str(patience)] if patience else [PROGRAM]
    patience = patience or lock.TIMEOUT
    counts = {"writes": 0, "reads": 0}
    broken: list[str] = []
    for name, held in {"the program's lock": _folder_locked, "SQLite's lock": _database_locked}.items():
        store = folder / name / "tracker.db"
        stores.tracker(store).note("ROK4-07", "The store is made.")
        before = stores.log(store)
        with held(store):
            start = time.monotonic()
            while time.monotonic() - start < seconds:
                began = time.monotonic()
                process = stores.start(("mark", "ROK4-33", "complete"), store, command=command)
                while process.poll() is None:
                    read = stores.wait_for(stores.start(("list", "--status", "open"), store))
                    counts["reads"] += 1
                    if read.status != 0 or "ROK4-31" not in read.stdout:
                        broken.append(f"{name}: a read ended with {read.status}: {read.stderr}")
                done, waited = stores.wait_for(process), time.monotonic() - began
                counts["writes"] += 1
                if not done.is_clear or "nothing was changed" not in done.stderr:
                    broken.append(f"{name}: a write ended with {done.status}: {done.stderr}")
                if waited < patience:
                    broken.append(f"{name}: a write gave up after {waited:.1f} of {patience:.1f} s")
        after = stores.wait_for(stores.start(("mark", "ROK4-33", "complete"), store))
        if after.status != 0:
            broken.append(f"{name}: a write after it ended with {after.status}: {after.stderr}")
        entries, wrong = stores.inspect(store)
        broken += [f"{name}: {problem}" for problem in wrong]
        if entries[:-1] != before:
            broken.append(f"{name}: {len(entries) - len(before)} entries are new, not one")
    return Verdict("lock", {"held_s": seconds, "timeout_s": patience, **counts}, broken)


@contextmanager
def _folder_locked(store: Path) -> Iterator[None]:
    handle = os.open(store.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _database_locked(store: Path) -> Iterator[None]:
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


if __name__ == "__main__":
    script(run, __doc__, count="seconds", default=60)
