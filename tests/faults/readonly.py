"""An ordinary user who may read a store, but not write the file, the folder, or both.

    python -m tests.faults.readonly --rounds 20

Promise: every read gives the owner's answer and leaves no file; every write ends with status 4 and a clear sentence,
and changes nothing. Run by root, the store belongs to another user, and the program runs without root's right to
ignore modes; else the store belongs to the user, whom its modes restrict.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.faults import stores
from tests.faults.verdict import Verdict, script
from tests.support.program import NOBODY, UNPRIVILEGED

_CLOSED = {
    "the file is read-only": (0o444, 0o777),
    "the folder is read-only": (0o666, 0o555),
    "both are read-only": (0o444, 0o555),
}
"""The modes of the store and its folder."""
_READS = (
    ("list", "--json"),
    ("show", "ROK4-31", "--json"),
    ("history", "--json"),
    ("search", "lunar", "--json"),
    ("upcoming", "--json"),
    ("export",),
)


def run(folder: Path, rounds: int, _: int) -> Verdict:
    """Try every read and every write `rounds` times in each of the three cases."""
    folder.mkdir(parents=True, exist_ok=True)
    actions = stores.actions(folder / "before", commitments=10)
    by_root = os.geteuid() == 0
    broken: list[str] = []
    reads = writes = 0
    owned = actions["undo"].laid(folder / "owned")
    wanted = [stores.ended(stores.started(read, owned)).stdout for read in _READS]
    writing = [action for action in actions.values() if action.name != "first write"]
    for name, (file_mode, folder_mode) in _CLOSED.items():
        for number in range(rounds):
            for action in writing:
                store = action.laid(folder / f"{name} {number} {action.name}")
                if by_root:
                    os.chown(store, NOBODY, NOBODY)
                    os.chown(store.parent, NOBODY, NOBODY)
                store.chmod(file_mode)
                store.parent.chmod(folder_mode)
                before = _state(store)
                asked = _READS if action.name == "undo" else ()
                got = [stores.ended(stores.started(read, store, command=UNPRIVILEGED)) for read in asked]
                reads += len(got)
                for read, theirs in zip(asked, got, strict=True):
                    if theirs.status != 0 or not theirs.stdout:
                        broken.append(f"{name}: {read[0]} ended with {theirs.status}: {theirs.stderr}")
                if asked and [read.stdout for read in got] != wanted:
                    broken.append(f"{name}: a read gave another answer than the owner gets")
                done = stores.ended(stores.started(action.arguments, store, command=UNPRIVILEGED))
                writes += 1
                if not done.is_clear:
                    broken.append(f"{name}: {action.name} ended with {done.status}: {done.stderr}")
                if _state(store) != before:
                    broken.append(f"{name}: {action.name} or a read before it left something: {_left(store)}")
                store.parent.chmod(0o700)
    return Verdict(
        "readonly", {"reads": reads, "writes": writes, "as": "a stranger" if by_root else "the owner"}, broken
    )


def _state(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.parent.iterdir()}


def _left(store: Path) -> str:
    return ", ".join(sorted(path.name for path in store.parent.iterdir()))


if __name__ == "__main__":
    script(run, __doc__, count="rounds", default=20)
