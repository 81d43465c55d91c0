"""Tests of damage to the write-ahead log: entries that SQLite no longer reads are reported and rescued."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from spacedialog.errors import StoreError
from spacedialog.maintenance import checks
from spacedialog.model.entry import Entry
from spacedialog.store import database
from spacedialog.store import log as journal
from spacedialog.store.recovery import image
from spacedialog.store.write.restamp import restamp
from spacedialog.tracker import Tracker
from tests.support.trackers import NOON, Clock, Maker, entropy

HEADER, FRAME_HEADER, PAGE = 32, 24, 4096
FRAME = FRAME_HEADER + PAGE


class Crashed(NamedTuple):
    """The files of a store after a crash, and its entries."""

    store: bytes
    log: bytes
    entries: list[Entry]

    @property
    def frames(self) -> int:
        """The number of frames in the log since its last reset."""
        salts = self.log[16:24]
        starts = range(HEADER, len(self.log), FRAME)
        return sum(self.log[start + 8 : start + 16] == salts for start in starts)

    def damaged(self, at: int, value: int) -> bytes:
        """Return the log with the bits of `value` flipped in the byte at `at`."""
        return self.log[:at] + bytes([self.log[at] ^ value]) + self.log[at + 1 :]


@pytest.fixture(scope="module")
def crashed(make: Maker) -> Crashed:
    """A store with a write-ahead log that was reset once, so frames from before the reset are left at its end."""
    tracker = make("ruritania")
    wal = tracker.path.with_name(f"{tracker.path.name}-wal")
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute(
            "SELECT count(*) FROM change"
        ).fetchone()  # While this connection is open, no other one removes the log.
        for number in range(3):
            tracker.note("1", f"Before the reset, {number}.")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        tracker.note("2", "After the reset.")
        tracker.note("2", "A note longer than a page. " * 170)
        return Crashed(tracker.path.read_bytes(), wal.read_bytes(), list(tracker.log()))


def examined(path: Path, store: bytes, log: bytes) -> tuple[bool, set[Entry]]:
    """Return whether doctor finds no damage, and the entries that it can rescue."""
    path.write_bytes(store)
    path.with_name(f"{path.name}-wal").write_bytes(log)
    with checks.examined(path) as (examination, salvaged):
        return not checks.faults(path, examination, salvaged), {*salvaged.sound}


def test_frames_from_before_a_reset_are_no_damage(crashed: Crashed, tmp_path: Path) -> None:
    """Frames left over from before a reset of the log are neither reported nor applied."""
    assert HEADER + crashed.frames * FRAME < len(crashed.log)
    assert examined(tmp_path / "copy.db", crashed.store, crashed.log) == (True, {*crashed.entries})


def test_damage_to_any_byte_of_a_header_is_reported_and_loses_no_entry(crashed: Crashed, tmp_path: Path) -> None:
    """A flipped bit in any byte of the log's header or of a frame's header is a finding, and no entry is lost."""
    frames = (0, crashed.frames // 2, crashed.frames - 1)
    for at in [*range(HEADER), *(HEADER + frame * FRAME + at for frame in frames for at in range(FRAME_HEADER))]:
        is_clean, entries = examined(tmp_path / "copy.db", crashed.store, crashed.damaged(at, 1 << at % 8))
        assert not is_clean, at
        assert entries == {*crashed.entries}, at


def test_a_read_or_a_write_does_not_remove_a_log_that_sqlite_would_ignore(crashed: Crashed, make: Maker) -> None:
    """A store whose log has a damaged header is neither read nor written, so a rescue still finds the log."""
    tracker = make("ruritania")
    wal = tracker.path.with_name(f"{tracker.path.name}-wal")
    tracker.path.write_bytes(crashed.store)
    for at in range(HEADER):
        wal.write_bytes(crashed.damaged(at, 1 << at % 8))
        with pytest.raises(StoreError, match="is damaged"), tracker.snapshot():
            pass
        with pytest.raises(StoreError, match="is damaged"):
            tracker.note("1", "Never recorded.")
        assert wal.read_bytes() == crashed.damaged(at, 1 << at % 8)
    wal.write_bytes(crashed.log)
    assert list(tracker.log()) == crashed.entries


@pytest.fixture(scope="module")
def open_store(make: Maker) -> Crashed:
    """The files of a store while it is open, with several commits in its write-ahead log."""
    tracker = make("ruritania")
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        for number in range(4):
            tracker.note("1", f"Note {number}.")
        log = tracker.path.with_name(f"{tracker.path.name}-wal").read_bytes()
        return Crashed(tracker.path.read_bytes(), log, list(tracker.log()))


def commits(log: bytes) -> list[int]:
    """Return the numbers of the frames that end a commit, from 0."""
    starts = range(HEADER, len(log), FRAME)
    return [number for number, start in enumerate(starts) if any(log[start + 4 : start + 8])]


CALLS: dict[str, Callable[[Tracker], object]] = {
    "read": lambda tracker: list(tracker.log()),
    "write": lambda tracker: tracker.note("1", "Never recorded."),
    "dry run": lambda tracker: tracker.note("1", "Never recorded."),
    "backup": lambda tracker: tracker.backup(tracker.path.with_name("copy.db")),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("linked", [False, True], ids=["", "linked"])
def test_no_command_removes_frames_after_damage(open_store: Crashed, make: Maker, call: str, linked: bool) -> None:
    """A store with damage before the last commit of its log is neither read nor written, and a rescue loses nothing."""
    tracker = make("ruritania")
    wal = tracker.path.with_name(f"{tracker.path.name}-wal")
    path = tracker.path
    if linked:
        path = tracker.path.parent / "linked" / "link.db"
        path.parent.mkdir()
        path.symlink_to(tracker.path)
    first, *_, last, _ = commits(open_store.log)
    for frame in (0, first + 1, last):
        damaged = open_store.damaged(HEADER + frame * FRAME + 124, 1)
        tracker.path.write_bytes(open_store.store)
        wal.write_bytes(damaged)
        with pytest.raises(StoreError, match="is damaged"):
            CALLS[call](make(path=path, dry_run=call == "dry run"))
        assert (tracker.path.read_bytes(), wal.read_bytes()) == (open_store.store, damaged), frame


def test_a_commit_that_a_power_loss_interrupted_is_no_hindrance(open_store: Crashed, make: Maker) -> None:
    """A log whose last commit is incomplete is read up to the commit before, and the next write follows that."""
    tracker = make("ruritania")
    tracker.path.write_bytes(open_store.store)
    last = commits(open_store.log)[-1]
    missing = HEADER + (last - 1) * FRAME + FRAME_HEADER
    log = open_store.log[:missing] + bytes(512) + open_store.log[missing + 512 :]
    tracker.path.with_name(f"{tracker.path.name}-wal").write_bytes(log)
    assert list(tracker.log()) == open_store.entries[:-1]
    tracker.note("1", "The next.")
    assert list(tracker.log())[:-1] == open_store.entries[:-1]
    assert list(tracker.path.parent.iterdir()) == [tracker.path]


def test_a_read_of_a_damaged_file_does_not_change_it_or_its_log(open_store: Crashed, make: Maker) -> None:
    """A read that finds damage in the file leaves the file and its log as they are."""
    tracker = make("ruritania")
    wal = tracker.path.with_name(f"{tracker.path.name}-wal")
    page = open_store.store[:100] + b"\xa5" * 3996 + open_store.store[PAGE:]
    damaged = b"".join(page[:PAGE] if start == 0 else b"\xa5" * PAGE for start in range(0, len(page), PAGE))
    tracker.path.write_bytes(damaged)
    wal.write_bytes(open_store.log)
    with pytest.raises(StoreError), tracker.snapshot() as view:
        list(view.commitments())
    assert (tracker.path.read_bytes(), wal.read_bytes()) == (damaged, open_store.log)


def test_a_damaged_page_in_the_log_hides_no_later_entry(crashed: Crashed, tmp_path: Path) -> None:
    """The entries after a damaged page of the log are rescued."""
    is_clean, entries = examined(tmp_path / "copy.db", crashed.store, crashed.damaged(HEADER + FRAME - 96, 0xFF))
    assert not is_clean
    assert entries >= {*crashed.entries[-2:]}


def test_an_image_is_what_sqlite_sees(tracker: Tracker) -> None:
    """The image of a store with a write-ahead log has the pages that SQLite reads."""
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute(
            "SELECT count(*) FROM change"
        ).fetchone()  # While this connection is open, no other one removes the log.
        tracker.note("1", "In the write-ahead log.")
        seen = list(connection.iterdump())
        with closing(image.read(tracker.path).opened()) as opened:
            opened.text_factory = str
            assert list(opened.iterdump()) == seen


@pytest.mark.parametrize("size", [HEADER, 512])
def test_a_log_whose_beginning_is_destroyed_loses_no_entry(crashed: Crashed, tmp_path: Path, size: int) -> None:
    """A log without its header, or without its first frame too, is a finding, and the rest of it is rescued."""
    log = b"\xa5" * size + crashed.log[size:]
    assert examined(tmp_path / "copy.db", crashed.store, log) == (False, {*crashed.entries})


def test_no_uncommitted_entry_is_rescued_from_a_damaged_log(make: Maker, tmp_path: Path) -> None:
    """Entries of a transaction that was never committed are not rescued from a damaged log."""
    tracker, others = make("ruritania"), list(make("built-in").log())
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        tracker.note("1", "Committed.")
        connection.execute("PRAGMA cache_size = 1")  # SQLite then writes pages to the log before the commit
        connection.execute("BEGIN")
        journal.insert(connection, others)
        log = tracker.path.with_name(f"{tracker.path.name}-wal").read_bytes()
        store = tracker.path.read_bytes()
    assert others[0].id.encode() in log
    damaged = b"\xa5" * HEADER + log[HEADER:]
    assert examined(tmp_path / "copy.db", store, damaged) == (False, {*tracker.log()})


def test_no_replaced_entry_is_rescued_from_a_damaged_log(make: Maker, tmp_path: Path) -> None:
    """Of a restamped entry, only the copy with the new time is rescued from a damaged log."""
    tracker = make("ruritania", clock=Clock(NOON + 10**12))
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        tracker.note("1", "Recorded while the clock was ahead.")
        with database.writing(tracker.path) as (written, _):
            restamp(written, later_than=NOON, now=Clock(), entropy=entropy("restamp"))
        log = tracker.path.with_name(f"{tracker.path.name}-wal").read_bytes()
        store = tracker.path.read_bytes()
    damaged = b"\xa5" * HEADER + log[HEADER:]
    assert examined(tmp_path / "copy.db", store, damaged) == (False, {*tracker.log()})
