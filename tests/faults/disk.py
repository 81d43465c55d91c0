"""The disk is full: before a write, or in the middle of it.

    python -m tests.faults.disk --fills 200

The installed program adds, imports, upgrades, creates a store, and writes reports and exports on a disk with random
room for a part of it. Promise: status 4 and one clear sentence, no incomplete file, no acknowledged entry lost, and a
store that accepts the next write once there is room.

The disk is a small tmpfs if this user may mount one, else a limit on the size of files.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SpacedialogError
from spacedialog.model.entry import Entry
from tests.faults import stores
from tests.faults.stores import Action, Ended
from tests.faults.verdict import LANES, Verdict, script, side_by_side

_SIZE = 8 * 2**20
_PAGE = 4096
_TRIES = 6
"""The number of runs for each fill that may succeed because there was room enough."""


class _Place(NamedTuple):
    """A folder on a disk whose free space can be set."""

    folder: Path
    how: str
    leave: Callable[[int], None]


@contextmanager
def _place(folder: Path) -> Iterator[_Place]:
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode == 0:
        try:
            yield _Place(folder, "tmpfs", lambda free: _ballast(folder, free))
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
    else:
        yield _Place(folder, "file size limit", lambda _: None)


def _ballast(folder: Path, free: int) -> None:
    """Fill the disk up to `free` bytes; a negative number empties it."""
    ballast = folder / "ballast"
    ballast.unlink(missing_ok=True)
    if free >= 0:
        there = os.statvfs(folder)
        with ballast.open("wb") as out:
            out.write(bytes(max(0, there.f_bavail * there.f_frsize - free)))


class _Fill(NamedTuple):
    number: int
    action: Action
    most: int
    """The approximate number of bytes that the command needs."""


class _Outcome(NamedTuple):
    was_full: bool
    runs: int
    how: str
    problems: list[str]


def run(folder: Path, fills: int, seed: int) -> Verdict:
    """Fill the disk `fills` times."""
    actions = stores.actions(folder / "before", commitments=40)
    done = actions["undo"].before
    assert done is not None
    needs = {"add": 160_000, "import": 1_200_000, "migration": 800_000, "first write": 1_300_000}
    chosen = [(actions[name], most) for name, most in needs.items()]
    chosen += [
        (Action("report", done, ("list", "--format", "csv", "-o", "report.csv"), 0), 60_000),
        (Action("backup", done, ("backup", "backup.db"), 0), 400_000),
        (Action("export", done, ("export", "-o", "record.json"), 0), 200_000),
    ]
    work = [_Fill(number, *chosen[number % len(chosen)]) for number in range(fills)]

    def lane(which: int) -> list[_Outcome]:
        with _place(folder / f"disk {which}") as place:
            return [_filled(fill, place, random.Random(f"{seed} {fill.number}")) for fill in work[which::LANES]]

    outcomes = [outcome for of_lane in side_by_side(lane, range(LANES)) for outcome in of_lane]
    return Verdict(
        "disk",
        {
            "fills": sum(outcome.was_full for outcome in outcomes),
            "runs": sum(outcome.runs for outcome in outcomes),
            "by": ", ".join(sorted({outcome.how for outcome in outcomes})),
        },
        [problem for outcome in outcomes for problem in outcome.problems],
    )


def _filled(fill: _Fill, place: _Place, draw: random.Random) -> _Outcome:
    """Run the command with less and less room until it fails."""
    problems: list[str] = []
    most = fill.most
    for tries in range(1, _TRIES + 1):
        free = draw.randrange(0, most, _PAGE)
        folder = place.folder / f"{fill.number} {tries}"
        store = fill.action.laid(folder)
        place.leave(free)
        limit = None if place.how == "tmpfs" else free
        done = _run(fill.action, store, limit)
        place.leave(-1)
        try:
            wrong = list(_problems(fill.action, store, done))
        except (SpacedialogError, sqlite3.Error) as error:
            wrong = [f"the store does not open afterwards: {error}"]
        problems += [f"{fill.action.name} with {free} bytes free: {problem}" for problem in wrong]
        shutil.rmtree(folder)
        if done.status != 0:
            return _Outcome(True, tries, place.how, problems)
        most = max(_PAGE + 1, free)
    return _Outcome(False, _TRIES, place.how, problems)


def _run(action: Action, store: Path, limit: int | None) -> Ended:
    files = ("report.csv", "record.json", "backup.db")
    arguments = [str(store.parent / word) if word in files else word for word in action.arguments]
    process = stores.started(arguments, store)
    if limit is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    return stores.ended(process)


def _problems(action: Action, store: Path, done: Ended) -> Iterator[str]:
    if done.status != 0 and not done.is_clear:
        yield f"ended with {done.status}, saying {done.stderr!r}"
    # SQLite leaves its side files if it cannot write to them, and removes them at the next run.
    if done.status != 0 and (left := _strays(store, "-wal", "-shm")):
        yield f"left behind: {', '.join(left)}"
    before = stores.log(action.before) if action.before else []
    entries: list[Entry] = []
    if store.exists():
        entries, wrong = stores.sound(store)
        yield from wrong
    yield from stores.missing(entries, before)
    fresh = len(entries) - len(before)
    if fresh not in (0, action.entries):
        yield f"torn: {fresh} of {action.entries} entries"
    if done.status == 0 and fresh != action.entries:
        yield "acknowledged, and lost"
    stores.next_writer(store, entries).note("ROK4-07", "There is room again.")
    after = stores.sound(store)
    yield from (f"after the next write: {problem}" for problem in after.problems)
    yield from stores.missing(after.entries, entries)
    if done.status != 0 and (left := _strays(store)):
        yield f"left behind after the next write: {', '.join(left)}"


def _strays(store: Path, *endings: str) -> list[str]:
    """Return the files beside a store, except backups made before an upgrade."""
    expected = {store.name, *(store.name + ending for ending in endings)}
    names = (path.name for path in store.parent.glob("*"))
    return sorted(name for name in names if name not in expected and not name.startswith(f"{store.name}.backup-"))


if __name__ == "__main__":
    script(run, __doc__, count="fills", default=200)
