"""Fault: the power fails while the installed program writes.

    python -m tests.faults.power --points 1500

strace records the system calls by which the program changes the disk. For each of `points` moments of an add, an
import, a migration and a first write, a disk is built on which the data not yet synced are dropped, reordered and torn
(`recorded` describes the model). Promise: the store opens, has every acknowledged action and no partial one, its hashes
and tables are correct, and it accepts the next write. In half of the moments another program has the store open, which
keeps the writes in SQLite's write-ahead log.

The same is done with `synchronous = NORMAL`. That program must lose something; otherwise the test could not detect a
loss.
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
from tests.faults.recorded import LOSSES, Acknowledged, Disk, Event, FolderSynced, Loss, Recorder, Synced, write_disk
from tests.faults.stores import Action
from tests.faults.verdict import Verdict, run_in_parallel, script
from tests.support.program import PROGRAM

RUNS = {"add": 5, "import": 1, "migration": 1, "first write": 1}
"""The actions, and how often each is repeated in a recording."""

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
    """The events on a disk, and the entries that each command recorded.

    The commands begin at the event `start`. The first item of `entries` has the entries of the store before them.
    """

    events: list[Event]
    start: int
    folders: set[str]
    entries: list[list[Entry]]


def run(folder: Path, points: int, seed: int) -> Verdict:
    """Lose the power at `points` moments of each action, then at fewer with `synchronous = NORMAL`."""
    counts, broken = lose(folder / "full", points, seed)
    weak, lost = lose(folder / "normal", max(points // 10, 20), seed, weak=True)
    if not lost:
        broken.append("with synchronous = NORMAL nothing was lost: this test shows nothing")
    return Verdict(
        "power",
        {**counts, "with_normal": sum(weak.values()), "lost_with_normal": len(lost)},
        broken,
    )


def lose(folder: Path, points: int, seed: int, *, weak: bool = False) -> tuple[dict[str, int], list[str]]:
    """Return the number of moments tried for each action, and the broken promises."""
    actions = stores.actions(folder / "before", commitments=40)
    broken: list[str] = []

    def try_moments(case: tuple[str, bool]) -> int:
        name, watched = case
        place = folder / f"{name} {watched}"
        recording = _recording(actions[name], RUNS[name], place, watched=watched, weak=weak)
        rng = random.Random(f"{seed} {case}")
        disk, applied = Disk(), 0
        moments = _moments(recording, points // 2, rng)
        for moment, loss in moments:
            for event in recording.events[applied:moment]:
                disk.apply(event)
            applied = moment
            problems = _after(recording, disk, moment, loss, rng, place / "left")
            if problems:
                broken.append(f"{name}, event {moment} of {len(recording.events)}, {loss}: {', '.join(problems)}")
        return len(moments)

    cases = [(name, watched) for name in RUNS for watched in (False, True)]
    counts: dict[str, int] = {}
    for (name, _), points_tried in zip(cases, run_in_parallel(try_moments, cases), strict=True):
        key = name.replace(" ", "_")
        counts[key] = counts.get(key, 0) + points_tried
    return counts, broken


def _recording(action: Action, times: int, folder: Path, *, watched: bool, weak: bool) -> _Recording:
    store = action.copy_store(folder / "disk")
    recorder = Recorder(folder / "disk")
    entries = [stores.log(store)]
    command = [sys.executable, "-c", _WEAK] if weak else [PROGRAM]
    with ExitStack() as stack:
        if watched and action.before:
            stack.enter_context(database.reading(store)).execute("SELECT count(*) FROM change").fetchone()
        for _ in range(times):
            output, trace = folder / "output", folder / "trace"
            status = recorder.run([*command, *action.arguments], stores.environment(store), output, trace)
            assert status == 0, f"{action.name} ended with {status}"
            known = {entry for group in entries for entry in group}
            entries.append([entry for entry in stores.log(store) if entry not in known])
            assert len(entries[-1]) == action.entries
    return _Recording(recorder.events, recorder.start, recorder.folders, entries)


def _moments(recording: _Recording, points: int, rng: random.Random) -> list[tuple[int, Loss]]:
    """Choose moments with their losses: half at random, half just after a sync or an acknowledgement."""
    any_ = range(recording.start, len(recording.events) + 1)
    after_sync = [at for at in any_ if isinstance(recording.events[at - 1], Synced | FolderSynced)]
    after_acknowledgement = [at for at in any_ if isinstance(recording.events[at - 1], Acknowledged)]
    choices: list[Sequence[int]] = [any_, any_, after_sync, after_acknowledgement]
    return sorted((rng.choice(rng.choice(choices)), rng.choice(LOSSES)) for _ in range(points))


def _after(recording: _Recording, disk: Disk, moment: int, loss: Loss, rng: random.Random, folder: Path) -> list[str]:
    """Return the problems on the disk after a power loss at a moment."""
    names, contents = disk.after_loss(loss, rng)
    write_disk(folder, names, contents, recording.folders)
    acknowledged = sum(isinstance(event, Acknowledged) for event in recording.events[:moment])
    try:
        return list(_problems(folder / "store" / "tracker.db", recording.entries, acknowledged))
    except (SpacedialogError, sqlite3.Error) as error:
        return [f"the store does not open: {error}"]
    finally:
        shutil.rmtree(folder)


def _problems(store: Path, groups: Sequence[Sequence[Entry]], acknowledged: int) -> Iterator[str]:
    entries: list[Entry] = []
    if store.exists():
        entries, wrong = stores.inspect(store)
        yield from wrong
    present = set(entries)
    for number, group in enumerate(groups):
        count = sum(entry in present for entry in group)
        if number <= acknowledged and count < len(group):
            yield f"acknowledged, and lost: {len(group) - count} entries of command {number}"
        elif count not in (0, len(group)):
            yield f"torn: {count} of {len(group)} entries"
    stores.tracker(store, "next").note("ROK4-07", "And on.")
    after = stores.inspect(store)
    yield from (f"after the next write: {problem}" for problem in after.problems)
    yield from stores.missing(after.entries, entries)


if __name__ == "__main__":
    script(run, __doc__, count="points", default=1500)
