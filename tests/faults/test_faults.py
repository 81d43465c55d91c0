"""Tests of every fault at a small count, with the seed of the day.

A failure shows the seed: `python -m tests.faults.kill --runs 63 --seed 20000` repeats it.
docs/reliability.md has the figures of the large counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import clock, crowd, damage, disk, entries, kill, lock, power, readonly
from tests.faults.verdict import Verdict, seed_of_the_day
from tests.support.system import require

SEED = seed_of_the_day()
DAMAGE_FOUND = {1: {236, 248}, 2: {48, 234}, 3: {32, 156}, 4242: {234}, 20788: {48}}
"""The copies of `damage` that once broke a promise, by seed."""


def kept(verdict: Verdict) -> Verdict:
    """Return the verdict, and assert that every promise was kept."""
    assert verdict.broken == [], f"--seed {SEED}"
    return verdict


def test_killed_programs_lose_nothing(tmp_path: Path) -> None:
    """Programs killed while writing lose no acknowledged entry and leave no part of an action."""
    counts = kept(kill.run(tmp_path, 15, SEED, samples=1)).counts
    assert counts["runs"] == 15
    assert int(counts["killed"]) > 2


def test_a_power_loss_loses_nothing(tmp_path: Path) -> None:
    """A power loss at eight moments of each kind of write loses no acknowledged entry."""
    require("strace", "strace")
    counts, broken = power.lose(tmp_path, 8, SEED)
    assert broken == [], f"--seed {SEED}"
    assert list(counts.values()) == [8] * len(power.RUNS)


def test_the_power_loss_would_find_a_weaker_program(tmp_path: Path) -> None:
    """Power losses lose entries with synchronous = NORMAL, so the test can fail."""
    require("strace", "strace")
    # With another seed, by chance no entry may be lost. One action is enough to show that a loss is found.
    _, broken = power.lose(tmp_path, 8, 7, ["add"], weak=True)
    assert any("acknowledged, and lost" in problem for problem in broken)


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    """A full disk ends each write and report with status 4, and leaves the store whole."""
    assert int(kept(disk.run(tmp_path, 21, SEED)).counts["fills"]) >= 14


def test_a_crowd_of_writers_is_served(tmp_path: Path) -> None:
    """Eight and twenty concurrent writers and three readers all finish without an error."""
    kept(crowd.run(tmp_path, 2, SEED, crowds=(8, 20)))


def test_a_held_lock_is_reported_and_stops_no_reader(tmp_path: Path) -> None:
    """While a lock is held, writes end with status 4 at their time-out, and reads succeed."""
    counts = kept(lock.run(tmp_path, 1, SEED, patience=0.5)).counts
    assert int(counts["reads"]) > int(counts["writes"]) > 1


def test_damage_is_named_and_the_rest_rescued(tmp_path: Path) -> None:
    """doctor names the damage in 30 stores, and rescues every entry that is still whole."""
    counts = kept(damage.run(tmp_path, 15, SEED)).counts
    assert int(counts["entries_damaged"]) >= int(counts["named"]) > 0


@pytest.mark.parametrize(("seed", "copies"), DAMAGE_FOUND.items())
def test_damage_that_once_broke_a_promise_breaks_none(tmp_path: Path, seed: int, copies: set[int]) -> None:
    """Each damaged copy that was not reported, not rescued or not named by an earlier version keeps every promise."""
    assert damage.run(tmp_path, max(copies) + 1, seed, copies).broken == []


def test_no_accepted_entry_breaks_a_read(tmp_path: Path) -> None:
    """Import, sync and doctor refuse the same entries of another program, and reads work with all the others."""
    counts = kept(entries.run(tmp_path, 160, SEED)).counts
    assert int(counts["accepted"]) > 20


def test_a_wrong_clock_leaves_the_order(tmp_path: Path) -> None:
    """Entries keep their order under a clock that jumps, and doctor reports the odd times."""
    assert int(kept(clock.run(tmp_path, 60, SEED)).counts["odd_stamps_reported"]) > 0


def test_a_store_that_may_not_be_written_is_read(tmp_path: Path) -> None:
    """A user who may not write the file, the folder or both can read everything and changes nothing."""
    kept(readonly.run(tmp_path, 1, SEED))
