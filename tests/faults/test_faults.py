"""Tests that run every fault script with a small count; docs/reliability.md has the figures of the large counts."""

from __future__ import annotations

from pathlib import Path

from tests.faults import clock, crowd, damage, disk, kill, lock, power, readonly
from tests.faults.verdict import Verdict

SEED = 7


def assert_kept(verdict: Verdict) -> Verdict:
    """Assert that no promise was broken; return the verdict."""
    assert verdict.broken == []
    return verdict


def test_killed_programs_lose_nothing(tmp_path: Path) -> None:
    """Of 160 programs killed during a write, none loses an acknowledged action or leaves a partial one."""
    counts = assert_kept(kill.run(tmp_path, 160, SEED)).counts
    assert counts["runs"] == 160
    assert int(counts["killed"]) > 30


def test_a_power_loss_loses_nothing(tmp_path: Path) -> None:
    """After a power loss at 24 moments of each kind of write, no acknowledged action is lost and none is partial."""
    counts, broken = power.lose(tmp_path, 24, SEED)
    assert broken == []
    assert list(counts.values()) == [24] * len(power.RUNS)


def test_the_power_loss_detects_a_weaker_program(tmp_path: Path) -> None:
    """With `synchronous = NORMAL` the same power losses lose acknowledged entries."""
    _, broken = power.lose(tmp_path, 16, SEED, weak=True)
    assert any("acknowledged, and lost" in problem for problem in broken)


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    """On a full disk each kind of write and report ends with status 4, and the store is intact."""
    assert int(assert_kept(disk.run(tmp_path, 21, SEED)).counts["fills"]) >= 14


def test_many_writers_succeed(tmp_path: Path) -> None:
    """All writes succeed when eight or twenty processes write and three read at the same time."""
    assert_kept(crowd.run(tmp_path, 2, SEED, crowds=(8, 20)))


def test_a_held_lock_is_reported_and_does_not_stop_reads(tmp_path: Path) -> None:
    """While another process holds the lock, writes end with status 4 at their time-out, and reads succeed."""
    counts = assert_kept(lock.run(tmp_path, 1, SEED, patience=0.5)).counts
    assert int(counts["reads"]) > int(counts["writes"]) > 1


def test_damage_is_named_and_the_rest_rescued(tmp_path: Path) -> None:
    """In 60 damaged stores `doctor` names the damaged entries and rescues every intact one."""
    counts = assert_kept(damage.run(tmp_path, 60, SEED)).counts
    assert int(counts["changes_damaged"]) >= int(counts["named"]) > 0


def test_a_wrong_clock_keeps_the_order(tmp_path: Path) -> None:
    """If the clock jumps a day back or to 2099, entries keep their order and `doctor` reports the odd stamps."""
    assert int(assert_kept(clock.run(tmp_path, 60, SEED)).counts["odd_stamps_reported"]) > 0


def test_a_read_only_store_can_be_read(tmp_path: Path) -> None:
    """A user without write permission for the file, the folder or both can read everything and writes nothing."""
    assert_kept(readonly.run(tmp_path, 1, SEED))
