"""The power fails while the installed program writes.

    python -m tests.faults.power --points 1500

strace records how the program changes the disk. Then, for each of `points` moments of an add, an import, a migration
and a first write, a disk is built on which unsynced changes are dropped, reordered and torn (see `recorded`). Promise:
the store opens, holds every acknowledged entry and no part of an action, passes all checks, and accepts the next write.
At half of the moments another program has the store open, so that writes stay in SQLite's write-ahead log.

The same is done to a program that runs with `synchronous = NORMAL`. It must lose entries; otherwise the test could not
fail.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SpacedialogError
from spacedialog.model.entry import Entry
from spacedialog.store import database
from tests.faults import stores
from tests.faults.recorded import LOSSES, Disk, Event, FolderSynced, Loss, Recorder, Said, Synced, laid
from tests.faults.stores import Action
from tests.faults.verdict import Verdict, script, side_by_side
from tests.support.program import PROGRAM

RUNS = {"add": 5, "import": 1, "migration": 1, "first write": 1}
"""The actions, and how often a recording repeats each."""

_WEAK = """
from spacedialog.store import database
durable = database._be_durable
def weak(connection):
    durable(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
database._be_durable = weak
from spacedialog.cli.main import main
main()
"""


class _Recording(NamedTuple):
    """The events of a disk from `start` on, the entries that each command recorded, and the entries before."""

    events: list[Event]
    start: int
    folders: set[str]
    entries: list[list[Entry]]


def run(folder: Path, points: int, seed: int) -> Verdict:
    """Lose the power at `points` moments of each action, and again with `synchronous = NORMAL`."""
    counts, broken = lose(folder / "full", points, seed)
    weak, lost = lose(folder / "normal", max(points // 10, 20), seed, weak=True)
    if not lost:
        broken.append("with synchronous = NORMAL nothing was lost: this test shows nothing")
    return Verdict(
        "power",
        {**counts, "with_normal": sum(weak.values()), "lost_with_normal": len(lost)},
        broken,
    )


def lose(
    folder: Path, points: int, seed: int, names: Sequence[str] = tuple(RUNS), *, weak: bool = False
) -> tuple[dict[str, int], list[str]]:
    """Return how many moments of each of the actions were tried, and the promises broken at them."""
    actions = stores.actions(folder / "before", commitments=40)
    broken: list[str] = []

    def tried(case: tuple[str, bool]) -> int:
        name, watched = case
        place = folder / f"{name} {watched}"
        recording = _recording(actions[name], RUNS[name], place, watched=watched, weak=weak)
        draw = random.Random(f"{seed} {case}")
        disk, happened = Disk(), 0
        moments = _moments(recording, points // 2, draw)
        for moment, loss in moments:
            for event in recording.events[happened:moment]:
                disk.happens(event)
            happened = moment
            problems = _after(recording, disk, moment, loss, draw, place / "left")
            if problems:
                broken.append(f"{name}, event {moment} of {len(recording.events)}, {loss}: {', '.join(problems)}")
        return len(moments)

    cases = [(name, watched) for name in names for watched in (False, True)]
    counts: dict[str, int] = {}
    for (name, _), points_tried in zip(cases, side_by_side(tried, cases), strict=True):
        key = name.replace(" ", "_")
        counts[key] = counts.get(key, 0) + points_tried
    return counts, broken


def _recording(action: Action, times: int, folder: Path, *, watched: bool, weak: bool) -> _Recording:
    store = action.laid(folder / "disk")
    recorder = Recorder(folder / "disk")
    entries = [stores.log(store)]
    command = [sys.executable, "-c", _WEAK] if weak else [PROGRAM]
    with ExitStack() as stack:
        if watched and action.before:
            stack.enter_context(database.reading(store)).execute("SELECT count(*) FROM change").fetchone()
        for _ in range(times):
            said, trace = folder / "said", folder / "trace"
            status = recorder.run([*command, *action.arguments], stores.environment(store), said, trace)
            assert status == 0, f"{action.name} ended with {status}"
            known = {entry for group in entries for entry in group}
            entries.append([entry for entry in stores.log(store) if entry not in known])
            assert len(entries[-1]) == action.entries
    return _Recording(recorder.events, recorder.start, recorder.folders, entries)


def _moments(recording: _Recording, points: int, draw: random.Random) -> list[tuple[int, Loss]]:
    """Return the moments: half of them random, half just after a sync or an acknowledgement."""
    any_ = range(recording.start, len(recording.events) + 1)
    turns = [at for at in any_ if isinstance(recording.events[at - 1], Synced | FolderSynced)]
    said = [at for at in any_ if isinstance(recording.events[at - 1], Said)]
    places: list[Sequence[int]] = [any_, any_, turns, said]
    return sorted((draw.choice(draw.choice(places)), draw.choice(LOSSES)) for _ in range(points))


def _after(recording: _Recording, disk: Disk, moment: int, loss: Loss, draw: random.Random, folder: Path) -> list[str]:
    """Return the problems on the disk that a power loss at that moment leaves."""
    names, contents = disk.after_loss(loss, draw)
    laid(folder, names, contents, recording.folders)
    acknowledged = sum(isinstance(event, Said) for event in recording.events[:moment])
    try:
        return list(_problems(folder / "store" / "tracker.db", recording.entries, acknowledged))
    except (SpacedialogError, sqlite3.Error) as error:
        return [f"the store does not open: {error}"]
    finally:
        shutil.rmtree(folder)


def _problems(store: Path, groups: Sequence[Sequence[Entry]], acknowledged: int) -> Iterator[str]:
    entries: list[Entry] = []
    if store.exists():
        entries, wrong = stores.sound(store)
        yield from wrong
    there = set(entries)
    for number, group in enumerate(groups):
        found = sum(entry in there for entry in group)
        if number <= acknowledged and found < len(group):
            yield f"acknowledged, and lost: {len(group) - found} entries of command {number}"
        elif found not in (0, len(group)):
            yield f"torn: {found} of {len(group)} entries"
    stores.next_writer(store, entries).note("ROK4-07", "And on.")
    after = stores.sound(store)
    yield from (f"after the next write: {problem}" for problem in after.problems)
    yield from stores.missing(after.entries, entries)


if __name__ == "__main__":
    script(run, __doc__, count="points", default=1500)
