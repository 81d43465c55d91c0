"""Tests of `doctor`: damage is found and named, sound entries are rescued, and the store is left unchanged."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance import checks, copies
from spacedialog.model.entry import Entry, canonical_json, entry_hash, new_entry_ids
from spacedialog.model.rows.maintenance import DoctorRow
from spacedialog.store.recovery import image
from spacedialog.store.write import projection
from spacedialog.tracker import Tracker
from tests.support.built_in import CHANGES
from tests.support.program import Desk
from tests.support.trackers import NOON, Maker

PAGE = 4096


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a store that only its user may read."""
    desk = Desk(tmp_path)
    desk.db.parent.chmod(0o700)
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    return desk


def examined(tracker: Tracker, *, now: int = NOON + 10**9) -> dict[str, DoctorRow]:
    """Return the results of all checks of the tracker's store."""
    return {row.check: row for row in checks.run_checks(tracker.path, now=now)}


def wrong(tracker: Tracker) -> set[str]:
    """Return the checks that failed."""
    return {name for name, row in examined(tracker).items() if not row.ok}


def altered(tracker: Tracker, *statements: str) -> None:
    """Change the store with SQL, with the log's triggers removed."""
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


# A sound store


def test_a_sound_store_is_found_sound(desk: Desk) -> None:
    """Every check of a sound store passes with status 0 and a count of what it examined."""
    ran = desk.run("doctor", "--json")
    assert (ran.status, ran.stderr) == (0, "")
    assert all(row["ok"] and row["findings"] == 0 and row["said"] == [] for row in ran.data)
    counts = {row["check"]: row["looked_at"] for row in ran.data}
    assert counts["changes"] == len(desk.call("history", "--as-of", "2026-11-29", "--json").data)
    assert all(counts.values())


def test_doctor_leaves_everything_as_it_is(tracker: Tracker) -> None:
    """doctor changes no file, even with a write-ahead log left by a crash."""
    folder = tracker.path.parent
    crashed = folder / "crashed.db"
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()  # the last to close would sweep up
        tracker.note("1", "Only in the log of SQLite.")
        crashed.write_bytes(tracker.path.read_bytes())
        crashed.with_name("crashed.db-wal").write_bytes(tracker.path.with_name(tracker.path.name + "-wal").read_bytes())
        assert crashed.with_name("crashed.db-wal").stat().st_size > PAGE
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    found = {row.check: row for row in checks.run_checks(crashed, now=NOON + 10**9)}
    assert found["changes"] == ("changes", len(list(tracker.log())), 0, True, ())
    assert all(row.ok for name, row in found.items() if name != "modes")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def list_of(path: Path, like: Tracker) -> list[Entry]:
    """Return the entries of the store at `path`."""
    from spacedialog.tracker import Tracker

    return list(Tracker(path, today=like.today, now=lambda: NOON, author="").log())


def test_doctor_without_a_store_creates_nothing(tmp_path: Path) -> None:
    """Without a store, doctor prints a note and creates nothing."""
    desk = Desk(tmp_path)
    ran = desk.call("doctor", "--json")
    assert (ran.status, ran.data) == (0, [])
    assert "No database" in ran.stderr
    assert desk.call("doctor", "--rescue", "new.db").status == 4
    assert not list(desk.db.parent.iterdir())


# Findings


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("UPDATE change SET author = 'Mallory' WHERE rowid = 5", "changes", "is damaged"),
        ("DELETE FROM change WHERE rowid = 5", "changes", "row 5 is damaged"),
        ("UPDATE commitment SET status = 'complete' WHERE ref = 'RUR1-02'", "fold", "RUR1-02"),
        ("DELETE FROM milestone", "fold", "milestone"),
        ("UPDATE words SET text = 'other words'", "search", "the full-text index differs"),
        ("CREATE TABLE mine (a)", "schema", "unknown table mine"),
        ("CREATE VIEW mine AS SELECT 1", "schema", "unknown view mine"),
        ("CREATE TRIGGER spy AFTER INSERT ON change BEGIN SELECT 1; END", "schema", "trigger spy on change"),
        ("DROP INDEX idx_commitment_number", "schema", "idx_commitment_number is missing"),
        ("PRAGMA application_id = 0", "file", "lacks the application id"),
        ("PRAGMA user_version = 99", "file", "version 99"),
    ],
)
def test_damage_is_found_and_named(tracker: Tracker, statement: str, check: str, says: str) -> None:
    """Each kind of tampering fails its check, which names what was changed."""
    altered(tracker, statement)
    row = examined(tracker)[check]
    assert not row.ok
    assert row.findings >= 1
    assert any(says in said for said in row.said), row.said


def test_a_log_without_its_triggers_is_found(tracker: Tracker) -> None:
    """A store whose log could be changed fails a check."""
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("DROP TRIGGER change_stays")
    assert examined(tracker)["schema"].said == ("the trigger change_stays is missing",)


def odd_entry(tracker: Tracker, *, ts: int, on: str, body: object, change_id: str = "", kind: str = "note") -> str:
    """Add an entry that no command writes, with a correct hash, and return its id."""
    item = next(tracker.log()).item
    change_id = change_id or next(new_entry_ids(ts, bytes(16)))
    text = body if isinstance(body, str) else canonical_json(body)
    said = (change_id, ts, on, "Mallory", kind, item, None, text)
    row = (*said, entry_hash(*said), None)
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        projection.update_items(connection, {item: False})
        connection.commit()
    return change_id


@pytest.mark.parametrize(
    ("ts", "on", "own_time", "says"),
    [
        (4_100_000_000_000_000, "2026-01-01", True, "recorded in the future, at 2099"),
        (NOON + 5, "2026-01-01", False, "the time in its id differs"),
        (NOON + 5, "2027-06", True, "dated 2027-06"),
    ],
)
def test_implausible_times_are_remarks(tracker: Tracker, ts: int, on: str, own_time: bool, says: str) -> None:
    """A time ahead of the clock, a time that differs from the id's, and an `on` after the recording are remarks,
    not failures.
    """
    made = odd_entry(
        tracker,
        ts=ts,
        on=on,
        body={"v": 1, "note": "x"},
        change_id="" if own_time else next(new_entry_ids(1, bytes(16))),
    )
    row = examined(tracker)["stamps"]
    assert row.ok
    assert [said for said in row.said if made in said and says in said]


def test_a_clock_that_was_set_back_shows(make: Maker, tracker: Tracker) -> None:
    """An entry recorded while the clock was behind the newest entry is a remark."""
    tracker.note("1", "On time.")
    make(path=tracker.path, clock=lambda: NOON - 120_000_000).note("1", "Two minutes early.")
    (said,) = examined(tracker)["stamps"].said
    assert "recorded while the clock was behind" in said


def test_an_entry_of_a_newer_program_is_no_fault(tracker: Tracker) -> None:
    """An entry in an unknown format is reported, and the store passes."""
    made = odd_entry(tracker, ts=NOON + 5, on="2026-11-30", body={"v": 3, "set": {"mood": "good"}})
    found = examined(tracker)
    assert found["understood"].said == (
        f"{made}: written by a newer version of spacedialog; it is stored but does not count",
    )
    assert found["understood"].ok
    assert found["form"].ok
    assert found["fold"].ok


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "not json",
        "[" * 100_000,
        "5" * 9999,
        '{"v":"1"}',
        '{"v":1,"set":7}',
        '{"v":1,"milestone":{}}',
        '{"v":1,"set":{"title":5}}',
        '{"v":1,"set":{"due":[]}}',
        '{"v":1,"set":{"partners":[{}]}}',
        '{"v":1,"set":{"percent":1e400}}',
    ],
)
def test_an_invalid_entry_is_named_and_not_folded(tracker: Tracker, body: str) -> None:
    """An entry with a correct hash that an older program accepted is kept, named and not folded; every view works."""
    before = [row.title for row in _commitments(tracker)]
    made = odd_entry(tracker, ts=NOON + 5, on="2026-11-30", body=body, kind="set")
    assert any(made in said for said in examined(tracker)["form"].said)
    assert wrong(tracker) - {"modes"} == {"form"}
    tracker.note("1", "Life goes on.")
    assert [row.title for row in _commitments(tracker)] == before
    with tracker.snapshot() as view:
        assert [row.kind for row in view.history() if row.ignored] == ["set"]
    rescued = tracker.rescue(tracker.path.with_name("rescued.db"))
    assert rescued.lost == (f"{made} (invalid)",)
    assert rescued.changes == len(list(tracker.log())) - 1


def _commitments(tracker: Tracker) -> list[CommitmentRow]:
    with tracker.snapshot() as view:
        return list(view.commitments())


if TYPE_CHECKING:
    from spacedialog.model.fields import CommitmentRow


def test_files_that_others_may_write_are_wrong_and_others_may_read_odd(tracker: Tracker) -> None:
    """A store that others may read is a remark, and one that others may write fails."""
    tracker.path.chmod(0o644)
    row = examined(tracker)["modes"]
    assert (row.ok, row.findings) == (True, 1)
    tracker.path.chmod(0o666)
    row = examined(tracker)["modes"]
    assert not row.ok
    assert "chmod 0600" in row.said[0]


def test_findings_end_with_status_4_and_a_way_out(desk: Desk) -> None:
    """A failed check ends with status 4, names the problem and suggests a rescue."""
    with closing(sqlite3.connect(desk.db)) as connection:
        connection.execute("UPDATE commitment SET title = 'other' WHERE ref = 'ROK4-31'")
        connection.commit()
    ran = desk.in_terminal("doctor", columns=100)
    assert ran.status == 4
    assert "ROK4-31" in ran.stdout
    assert "doctor --rescue NEW.db" in ran.stdout


# Rescue


def test_a_rescue_is_the_same_log(desk: Desk) -> None:
    """A rescued store has the same log, passes every check, and only its user has access to it."""
    ran = desk.run("doctor", "--rescue", "new.db", "--json")
    assert (ran.status, ran.stderr) == (0, "")
    new = desk.folder / "new.db"
    assert ran.data == [{"store": "new.db", "changes": CHANGES + 1, "lost": []}]
    assert desk.call("export").stdout == desk.call("export", "--db", "new.db").stdout
    assert desk.call("list").stdout == desk.call("list", "--db", "new.db").stdout
    assert all(row["ok"] for row in desk.call("doctor", "--db", "new.db", "--json").data)
    assert new.stat().st_mode & 0o777 == 0o600
    assert desk.call("note", "33", "On it goes.", "--db", "new.db").status == 0


def test_a_rescue_overwrites_nothing(tracker: Tracker) -> None:
    """A rescue to an existing path, even a broken link, is refused."""
    there = tracker.path.with_name("there.db")
    there.write_text("Dear diary")
    link = tracker.path.with_name("link.db")
    link.symlink_to("nowhere.db")
    for place in (there, link):
        with pytest.raises(InputError, match="already exists"):
            copies.rescue(tracker.path, place)
    assert there.read_text() == "Dear diary"


def test_a_rescue_leaves_out_what_was_altered(tracker: Tracker) -> None:
    """A rescue leaves out and names altered entries, saves all others, and ends with status 4."""
    altered(tracker, "UPDATE change SET body = replace(body, 'Moon', 'Mars') WHERE body LIKE '%Moon%'")
    log = list(tracker.log())
    moons = [entry.id for entry in log if "Mars" in entry.body]
    assert moons
    new = tracker.path.with_name("new.db")
    rescued = copies.rescue(tracker.path, new)
    assert sorted(rescued.lost) == sorted(moons)
    assert list_of(new, tracker) == [entry for entry in log if entry.id not in moons]


def spoiled(content: bytes, seed: int) -> bytes:
    """Return the bytes of a store, damaged in one of several ways."""
    chance, spoilt = random.Random(seed), bytearray(content)
    pages = len(spoilt) // PAGE
    match seed % 5:
        case 0:
            for _ in range(chance.randint(1, 50)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        case 1:
            for _ in range(chance.randint(1, 4)):
                start = chance.randrange(pages) * PAGE
                spoilt[start : start + PAGE] = chance.choice([bytes(PAGE), chance.randbytes(PAGE)])
        case 2:
            for _ in range(chance.randint(1, 8)):
                spoilt[chance.randrange(110)] = chance.randrange(256)
        case 3:
            for _ in range(chance.randint(1, 9)):
                spoilt[chance.randrange(pages) * PAGE + chance.randrange(16)] = chance.randrange(256)
        case _:
            del spoilt[chance.randrange(len(spoilt) // 2, len(spoilt)) :]
    return bytes(spoilt)


def test_damage_anywhere_is_a_finding_and_every_damaged_change_is_named(tracker: Tracker) -> None:
    """Any damage is found without changing the store, and every lost entry is named, unless the end was cut off."""
    log = {entry.id: entry for entry in tracker.log()}
    content = tracker.path.read_bytes()
    saved = by_id = 0
    for seed in range(40):
        copy = tracker.path.with_name("copy.db")
        copy.write_bytes(spoiled(content, seed))
        before = copy.read_bytes()
        found = {row.check: row for row in checks.run_checks(copy, now=NOON + 10**9)}
        new = copy.with_name("new.db")
        try:
            rescued = copies.rescue(copy, new)
        except StoreError:
            # A rescue may fail only if no entry is left: the hash of an entry is nowhere else in the file.
            assert seed % 5 == 4 or not any(entry.sha.encode() in before for entry in log.values())
            continue
        there = {entry.id: entry for entry in list_of(new, tracker)}
        assert there.items() <= log.items(), seed
        lost = log.keys() - there.keys()
        if seed % 5 != 4:
            assert len(rescued.lost) == len(lost), seed
            assert {name for name in rescued.lost if not name.startswith("row ")} <= lost, seed
            by_id += len(set(rescued.lost) & lost)
        assert not (lost and found["changes"].ok), seed
        assert copy.read_bytes() == before
        saved += len(there)
        for path in (copy, new):
            path.unlink()
    assert saved > 24 * len(log)
    assert by_id > 0


def test_a_change_longer_than_a_page_is_found_in_the_bytes(tracker: Tracker) -> None:
    """An entry that fills several pages is rescued from a log that SQLite cannot read."""
    tracker.note("1", "A long story. " * 700)
    log = list(tracker.log())
    content = bytearray(tracker.path.read_bytes())
    content[100:PAGE] = bytes(PAGE - 100)
    tracker.path.write_bytes(content)
    new = tracker.path.with_name("new.db")
    copies.rescue(tracker.path, new)
    assert list_of(new, tracker) == log


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("Dear diary,\n" * 1000)


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE change (id TEXT)")
        connection.commit()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("spoil", [_empty, _text, _foreign, _pipe])
def test_doctor_refuses_what_never_was_a_store(desk: Desk, spoil: Callable[[Path], None]) -> None:
    """A file that never was a store is refused with a sentence and status 4."""
    spoil(desk.db)
    for arguments in (["doctor"], ["doctor", "--rescue", "new.db"], ["doctor", "--json"]):
        ran = desk.run(*arguments)
        assert (ran.status, ran.stdout) == (4, "")
        assert "Traceback" not in ran.stderr
        assert str(desk.db) in ran.stderr


@pytest.mark.parametrize("end", ["", "-wal"])
def test_a_file_with_an_empty_end_needs_no_more_memory(tracker: Tracker, tmp_path: Path, end: str) -> None:
    """A file of 256 MB, all but its start empty, is checked as far as its content goes, and every entry is rescued."""
    log = list(tracker.log())
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        tracker.note("1", "In the write-ahead log.")
        parts = {name: Path(f"{tracker.path}{name}").read_bytes() for name in ("", "-wal")}
    copy = tmp_path / "copy.db"
    for name, part in parts.items():
        Path(f"{copy}{name}").write_bytes(part)
    os.truncate(f"{copy}{end}", 1 << 28)
    assert len(image.content(Path(f"{copy}{end}"))) < 1 << 22
    assert copies.rescue(copy, tmp_path / "new.db").changes == len(log) + 1
    (file, *_) = checks.run_checks(copy, now=NOON)
    assert file.ok == (end == "-wal")


def test_a_store_larger_than_the_memory_is_refused(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store for which there is not enough memory is refused with a sentence."""

    def content(_: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(image, "content", content)
    with pytest.raises(StoreError, match="not enough memory"):
        checks.run_checks(tracker.path, now=NOON)
