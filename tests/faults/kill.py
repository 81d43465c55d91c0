"""kill -9 of the installed program at random moments of a write.

    python -m tests.faults.kill --runs 2000

Promise: every acknowledged action is in the log, every other action is there as a whole or not at all, the tables
follow from the log, and the store accepts the next write. In half of the runs another program reads meanwhile, so that
writes stay in SQLite's write-ahead log.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SpacedialogError
from spacedialog.model.entry import Entry
from spacedialog.store import database
from tests.faults import stores
from tests.faults.stores import Action, Ended
from tests.faults.verdict import Verdict, script, side_by_side


class _Kill(NamedTuple):
    number: int
    action: Action
    after: float
    """Seconds from the program's start."""
    watched: bool


class _Outcome(NamedTuple):
    was_killed: bool
    acknowledged: bool
    kept: bool
    problems: list[str]


def run(folder: Path, runs: int, seed: int, samples: int = 3) -> Verdict:
    """Kill the program `runs` times, at moments drawn from the seed and from the duration of `samples` runs."""
    draw = random.Random(seed)
    actions = stores.actions(folder / "before")
    typical = _typical(list(actions.values()), samples, folder / "sample")
    kills = []
    for number in range(runs):
        name = list(actions)[number % len(actions)]
        # The first half of a run is Python's start, where a few kills are enough.
        moment = draw.uniform(0.0 if draw.random() < 0.1 else 0.5, 1.1)
        kills.append(_Kill(number, actions[name], moment * typical[name], draw.random() < 0.5))
    outcomes = side_by_side(lambda kill: _killed(kill, folder / str(kill.number)), kills)
    return Verdict(
        "kill",
        {
            "runs": runs,
            "killed": sum(outcome.was_killed for outcome in outcomes),
            "acknowledged": sum(outcome.acknowledged for outcome in outcomes),
            "done_but_not_yet_said": sum(outcome.kept and not outcome.acknowledged for outcome in outcomes),
            "not_done": sum(not outcome.kept for outcome in outcomes),
        },
        [
            f"{kill.number} ({kill.action.name} after {kill.after:.3f} s): {problem}"
            for kill, outcome in zip(kills, outcomes, strict=True)
            for problem in outcome.problems
        ],
    )


def _typical(actions: Sequence[Action], samples: int, folder: Path) -> dict[str, float]:
    """Return the duration of each command here in seconds, with two running at once."""

    def timed(case: tuple[int, Action]) -> float:
        number, action = case
        store = action.laid(folder / action.name / str(number))
        start = time.monotonic()
        done = stores.ended(stores.started(action.arguments, store))
        assert done.status == 0, done.stderr
        assert len(stores.log(store)) == len(stores.log(action.before) if action.before else []) + action.entries
        return time.monotonic() - start

    times = side_by_side(timed, [(number, action) for number in range(samples) for action in actions])
    return {action.name: sorted(times[place :: len(actions)])[samples // 2] for place, action in enumerate(actions)}


def _killed(kill: _Kill, folder: Path) -> _Outcome:
    action, store = kill.action, kill.action.laid(folder)
    before = stores.log(action.before) if action.before else []
    with ExitStack() as stack:
        if kill.watched and action.before:
            stack.enter_context(database.reading(store)).execute("SELECT count(*) FROM change").fetchone()
        process = stores.started(action.arguments, store)
        try:
            process.wait(kill.after)
        except subprocess.TimeoutExpired:
            process.kill()
        done = stores.ended(process)
    try:
        kept, problems = _looked_at(action, store, before, done)
    except (SpacedialogError, sqlite3.Error) as error:
        kept, problems = False, [f"the store does not open: {error}"]
    shutil.rmtree(folder)
    return _Outcome(done.status == -9, _acknowledged(done), kept, problems)


def _acknowledged(done: Ended) -> bool:
    return done.status == 0 or "\n" in done.stdout


def _looked_at(action: Action, store: Path, before: list[Entry], done: Ended) -> tuple[bool, list[str]]:
    problems = [] if done.status in (0, -9) else [f"ended by itself with {done.status}: {done.stderr}"]
    entries: list[Entry] = []
    if store.exists():
        entries, wrong = stores.sound(store)
        problems += wrong
    problems += stores.missing(entries, before)
    fresh = len(entries) - len(before)
    if fresh not in (0, action.entries):
        problems.append(f"torn: {fresh} of {action.entries} entries")
    if _acknowledged(done) and not fresh:
        problems.append("acknowledged, and lost")
    stores.next_writer(store, entries).note("ROK4-07", "And on.")
    after = stores.sound(store)
    problems += [f"after the next write: {problem}" for problem in after.problems]
    problems += stores.missing(after.entries, entries)
    if len(after.entries) != (len(entries) or action.entries - 1) + 1:
        problems.append("the next write was not recorded")
    if any(store.parent.glob(".spacedialog-*/*")):
        problems.append("half a store was left lying")
    return fresh > 0, problems


if __name__ == "__main__":
    script(run, __doc__, count="runs", default=2000)
