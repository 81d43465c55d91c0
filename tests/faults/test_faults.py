"""Every fault of tests/faults at the count that CI has time for; docs/reliability.md has the large one's figures."""

from __future__ import annotations

from pathlib import Path

from tests.faults import clock, crowd, damage, disk, kill, lock, power, readonly
from tests.faults.verdict import Verdict

SEED = 7


def kept(verdict: Verdict) -> Verdict:
    """The verdict, which must be that every promise was kept."""
    assert verdict.broken == []
    return verdict


def test_killed_programs_lose_nothing(tmp_path: Path) -> None:
    """Of 160 programs killed as they write, none loses what it had acknowledged, and none leaves half an action."""
    counts = kept(kill.run(tmp_path, 160, SEED)).counts
    assert counts["runs"] == 160
    assert int(counts["killed"]) > 30


def test_a_power_loss_loses_nothing(tmp_path: Path) -> None:
    """At 24 moments of each kind of write, a disk that drops and tears what was not synced loses nothing else."""
    counts, broken = power.lose(tmp_path, 24, SEED)
    assert broken == []
    assert list(counts.values()) == [24] * len(power.RUNS)


def test_the_power_loss_would_find_a_weaker_program(tmp_path: Path) -> None:
    """The same disks lose acknowledged changes of a program that runs with synchronous = NORMAL."""
    _, broken = power.lose(tmp_path, 16, SEED, weak=True)
    assert any("acknowledged, and lost" in problem for problem in broken)


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """Each kind of write and of report, on a disk that fills up, ends with status 4 and leaves the store whole."""
    assert int(kept(disk.run(tmp_path, 21, SEED)).counts["fills"]) >= 14


def test_a_crowd_of_writers_is_served(tmp_path: Path) -> None:
    """Eight and twenty processes that write at once, while three read, all get their turn."""
    kept(crowd.run(tmp_path, 2, SEED, crowds=(8, 20)))


def test_a_lock_that_is_held_is_told_and_stops_no_reader(tmp_path: Path) -> None:
    """While another holds the lock, writes end with status 4 at their time-out, and reads go on."""
    counts = kept(lock.run(tmp_path, 1, SEED, patience=0.5)).counts
    assert int(counts["reads"]) > int(counts["writes"]) > 1


def test_damage_is_named_and_the_rest_rescued(tmp_path: Path) -> None:
    """In 60 damaged stores, doctor names what is damaged, and rescues every change that still stands whole."""
    counts = kept(damage.run(tmp_path, 60, SEED)).counts
    assert int(counts["changes_damaged"]) >= int(counts["named"]) > 0


def test_a_wrong_clock_leaves_the_order(tmp_path: Path) -> None:
    """Under a clock that leaps a day back or to 2099, entries keep their order and doctor reports the odd stamps."""
    assert int(kept(clock.run(tmp_path, 60, SEED)).counts["odd_stamps_reported"]) > 0


def test_a_store_that_may_not_be_written_is_read(tmp_path: Path) -> None:
    """A reader who may write neither file nor folder, or one of them, reads all, and writes nothing."""
    kept(readonly.run(tmp_path, 1, SEED))
