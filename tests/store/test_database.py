"""Tests of the store: tables that follow from the log, reads that leave no trace, and files that are not stores."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from spacedialog.errors import InputError, NotFoundError, SpacedialogError, StoreError
from spacedialog.importing.built_in import built_in_path
from spacedialog.model.dates import VagueDate
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Scope
from spacedialog.store import backup, lock, migrations, schema, sidefiles
from spacedialog.store import database as files
from spacedialog.store.write import projection
from spacedialog.tracker import Tracker
from tests.support.built_in import COMMITMENTS

if TYPE_CHECKING:
    from tests.support.trackers import Clock, Maker

Action = Callable[[Tracker], object]

BUILT_IN = (built_in_path() / "dialogue_2025.json").read_bytes()
WORDS = ("lunar", "ice", "seismometer", "RSA", "heard", "relay")


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every file and folder below a folder with mode, time of change and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.stat()
        mtime = 0 if path.is_dir() else status.st_mtime_ns
        found[str(path)] = (status.st_mode, mtime, b"" if path.is_dir() else path.read_bytes())
    return found


def kept(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every projection table without their row numbers, and the results of some searches."""
    tables = {}
    for table in schema.PROJECTION_TABLES:
        names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        rows = connection.execute(f"SELECT {columns} FROM {table}")
        tables[table] = sorted(rows, key=repr)
    for word in WORDS:
        rows = connection.execute(
            "SELECT w.item, w.\"on\", snippet(words_fts, -1, '[', ']', '', 9) FROM words_fts AS f"
            " JOIN words AS w ON w.id = f.rowid WHERE words_fts MATCH ?",
            (f'"{word}"*',),
        )
        tables[f"search {word}"] = sorted(rows, key=repr)
    return tables


def rebuilt(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the tables after a rebuild on a copy of the store."""
    copy = store.with_name("copy.db")
    shutil.copy(store, copy)
    with closing(sqlite3.connect(copy)) as connection:
        projection.rebuild(connection)
        connection.execute("INSERT INTO words_fts(words_fts, rank) VALUES ('integrity-check', 1)")
        tables = kept(connection)
    copy.unlink()
    return tables


def in_store(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the store's tables."""
    with closing(sqlite3.connect(store)) as connection:
        return kept(connection)


def look_at_everything(tracker: Tracker) -> None:
    """Call every query of a snapshot, and read the log."""
    for known_at in (None, 2**53):
        with tracker.snapshot(Scope(known_at=known_at)) as view:
            rows = list(view.commitments())
            target = view.refs.resolve(rows[0].ref)
            view.detail(target)
            view.areas()
            view.upcoming()
            view.overview()
            view.search("lunar")
            view.history()
            list(view.slips())
            view.values("party")
        assert list(tracker.log(Scope(known_at=known_at)))


# The tables follow from the log

REFS = st.sampled_from(
    ("RUR1-01", "RUR1-02", "RUR1-03", "RUR1-04", "RUR1-05", "6", "7", "01.1", "4.1", "1.2", "6.1", "ROK4-09", "99")
)
PAST = st.sampled_from((None, None, "2026-11-30", "2026-10", "2025", "2024-01-01", "2026-01/2026-02"))
DUES = st.sampled_from(("2026", "2027", "2027-06", "2027-06-05", "2028/..", "../2030", "2026-12~"))
NOTES = st.sampled_from(("Heard of ice.", "A relay, heard again", "étude", '"; DROP'))
STATUSES = st.sampled_from(("not-started", "in-progress", "stalled", "complete", "withdrawn", "met", "planned"))


def _entry(tracker: Tracker, back: int) -> str:
    """Return the id of the entry `back` places before the newest."""
    entries = list(tracker.log())
    return entries[-1 - back % len(entries)].id


@st.composite
def actions(draw: st.DrawFn) -> Action:
    """Draw one write with nearly any arguments."""
    ref, on, note = draw(REFS), draw(PAST), draw(NOTES)
    match draw(st.integers(0, 11)):
        case 0 | 1:
            status, percent = draw(STATUSES), draw(st.none() | st.integers(0, 100))
            return lambda tracker: tracker.mark(ref, status, percent=percent, on=on)
        case 2:
            return lambda tracker: tracker.note(ref, note, on=on)
        case 3:
            moved = draw(DUES)
            return lambda tracker: tracker.reschedule(ref, moved, on=on, note=note)
        case 4:
            due = draw(st.none() | DUES)
            addition = NewCommitment(
                note,
                draw(st.sampled_from(("moon", "weather"))),
                "JS",
                dialogue="RUR1",
                lead=draw(st.none() | st.sampled_from(("RSA", "GMO"))),
                partners=draw(st.lists(st.sampled_from(("GRA", "RSA")), max_size=2)),
                due=VagueDate.parse(due) if due else None,
                detail=draw(st.none() | NOTES),
            )
            return lambda tracker: tracker.add(addition, on=on)
        case 5:
            when, recurs = draw(DUES), draw(st.none() | st.sampled_from(("2 years", "1 month")))
            return lambda tracker: tracker.add_milestone(ref, "Launch", when, recurs=recurs, on=on)
        case 6:
            values = draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "title": NOTES,
                        "lead": st.sampled_from(("RUR", "GMO", None)),
                        "partners": st.lists(st.sampled_from(("GRA", "RSA", "RUR")), max_size=3),
                        "area": st.sampled_from(("moon", "weather")),
                        "ref": st.sampled_from(("RUR1-50", "RUR1-51", "RUR1-01")),
                        "detail": st.none() | NOTES,
                    },
                )
            )
            return lambda tracker: tracker.edit(ref, values, on=on)
        case 7:
            back = draw(st.integers(0, 40))
            only = draw(st.booleans())
            return lambda tracker: tracker.undo(_entry(tracker, back), only=only)
        case 8:
            return lambda tracker: tracker.undo()
        case 9:
            return lambda tracker: tracker.redo()
        case 10:
            lines = [{"ref": draw(REFS), "note": draw(NOTES)}, {"ref": "RUR1-02", "status": "stalled", "on": "2026"}]
            text = "\n".join(map(json.dumps, lines[draw(st.integers(0, 1)) :]))
            return lambda tracker: tracker.apply(text, "updates.jsonl")
        case _:
            return lambda tracker: tracker.import_file(BUILT_IN, "built-in.json")


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(actions(), min_size=1, max_size=10))
def test_the_tables_are_those_that_the_log_gives(make: Maker, steps: list[Action]) -> None:
    """After any writes the tables and the search index are equal to a rebuild from the log."""
    tracker = make("ruritania")
    for step in steps:
        with suppress(InputError, NotFoundError):
            step(tracker)
    assert in_store(tracker.path) == rebuilt(tracker.path)
    shutil.rmtree(tracker.path.parent)


def test_a_rebuild_restores_lost_rows(tracker: Tracker) -> None:
    """A rebuild writes every table anew, whatever it contained."""
    before = in_store(tracker.path)
    empty = ("retracted", "ignored", "conflict", "clash", "link", "assessment", "verdict_day")
    assert all(before[table] for table in schema.PROJECTION_TABLES if table not in empty)
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        connection.execute("UPDATE commitment SET status = 'withdrawn', title = 'Nothing'")
        connection.execute("DELETE FROM milestone")
        connection.execute("INSERT INTO retracted VALUES ('x', 'y')")
        projection.rebuild(connection)
    assert in_store(tracker.path) == before


def test_time_goes_on_though_the_clock_goes_back(make: Maker, clock: Clock) -> None:
    """An entry's time is after the newest entry's, even if the clock was set back by a few minutes."""
    tracker = make("ruritania", clock=clock)
    tracker.note("1", "First.")
    clock.now -= 240_000_000
    tracker.note("1", "Second.")
    first, second = list(tracker.log())[-2:]
    assert (first.content["note"], second.content["note"]) == ("First.", "Second.")
    assert second.ts == first.ts + 1
    assert second.base == first.id


def test_the_clock_does_not_follow_an_entry_from_the_future(make: Maker, clock: Clock) -> None:
    """An entry more than five minutes ahead sets no other time, and prevents only writes to its own item."""
    tracker = make("ruritania", clock=clock)
    clock.now += 3_600_000_000
    future = tracker.mark("1", "stalled").undo
    clock.now -= 3_600_000_000
    for write in (partial(tracker.note, "1", "Later."), partial(tracker.undo, future)):
        with pytest.raises(StoreError, match=f"{future} was recorded at .* in the future"):
            write()
    tracker.note("2", "Goes on.")
    (latest,) = (entry for entry in tracker.log() if entry.content.get("note") == "Goes on.")
    assert latest.ts == clock.now
    clock.now += 3_600_000_000
    tracker.note("1", "Later.")


# The schema


def test_a_new_store_has_every_index(make: Maker) -> None:
    """A store that a write created has the indexes of the schema, and is in WAL mode."""
    tracker = make()
    tracker.note("1", "x")
    select = (
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name <> '_sqlite_migrations' ORDER BY name"
    )
    with closing(sqlite3.connect(tracker.path)) as connection, closing(files.in_memory()) as expected:
        assert connection.execute(select).fetchall() == expected.execute(select).fetchall()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_schema_file_is_what_the_steps_make() -> None:
    """`schema.sql` has the schema that the migrations create."""
    assert Path(files.__file__).with_name("schema.sql").read_text("utf-8") == migrations.schema_sql()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM change",
        "UPDATE change SET body = '{}'",
        "UPDATE change SET id = id || 'x'",
        "UPDATE change SET base = 'x'",
        "UPDATE change SET ts = ts + 1",
        "UPDATE change SET author = 'Nobody', seq = 1",
        "INSERT OR REPLACE INTO change SELECT id, ts, \"on\", 'Nobody', kind, item, base, body, sha, seq FROM change",
    ],
)
def test_the_log_is_append_only(tracker: Tracker, statement: str) -> None:
    """The store refuses to change or delete an entry."""
    before = list(tracker.log())
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    assert list(tracker.log()) == before


def test_a_position_in_a_shared_log_is_noted_or_taken_away(tracker: Tracker) -> None:
    """An entry's position in a shared log can be set and cleared, and not changed."""
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        connection.execute("UPDATE change SET seq = rowid")
        for value in ("seq + 1", "seq"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(f"UPDATE change SET seq = {value}")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("UPDATE change SET seq = NULL, author = 'Nobody'")
        assert all(change.seq for change in tracker.log())
        connection.execute("UPDATE change SET seq = NULL")
    assert not any(change.seq for change in tracker.log())


# A store of an older program


@pytest.fixture
def older(make: Maker, tracker: Tracker) -> Tracker:
    """A store of the first schema version: only the log, with entries."""
    tracker.mark("2", "stalled", note="Heard of a delay.")
    old = make()
    old.path.parent.mkdir(parents=True, mode=0o700)
    with closing(sqlite3.connect(old.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        database = Database(connection, execute_plugins=False)
        migrations.steps.apply(database, stop_before="m0002_periods")
        assert not database["commitment"].exists()
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", tracker.log())
        connection.execute(f"PRAGMA application_id = {files.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("COMMIT")
    old.path.chmod(0o600)
    return old


def test_an_older_store_is_read_without_an_upgrade(tracker: Tracker, older: Tracker) -> None:
    """A store without period tables gives the same answers, and is not changed."""
    before = snapshot(older.path.parent)
    with tracker.snapshot() as mine, older.snapshot() as theirs:
        assert list(theirs.commitments()) == list(mine.commitments())
        assert theirs.search("delay") == mine.search("delay")
        assert theirs.history() == mine.history()
    look_at_everything(older)
    assert snapshot(older.path.parent) == before


def test_an_older_store_is_upgraded_at_the_first_write(older: Tracker) -> None:
    """The first write upgrades a store to the current schema, and leaves a backup."""
    log = list(older.log())
    with closing(sqlite3.connect(older.path)) as connection:
        dump = list(connection.iterdump())
    older.note("1", "After the upgrade.")
    assert [change.id for change in older.log()][:-1] == [change.id for change in log]
    assert in_store(older.path) == rebuilt(older.path)
    with older.snapshot() as view:
        assert [row.status for row in view.commitments() if row.ref == "RUR1-02"] == ["stalled"]

    (backup,) = (path for path in older.path.parent.iterdir() if path != older.path)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as connection:
        assert list(connection.iterdump()) == dump
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("PRAGMA application_id").fetchone() == (files.APPLICATION_ID,)
    with closing(sqlite3.connect(older.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.SCHEMA_VERSION,)
        objects = connection.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '_sqlite_migr%'")
        made = {name: sql for name, sql in objects if not name.startswith(("idx__sqlite", "sqlite_auto"))}
    with closing(files.in_memory()) as connection:
        wanted = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_auto%'"))
    assert made.keys() == wanted.keys()
    assert made["commitment"] == wanted["commitment"]

    untouched = backup.read_bytes()
    older.note("1", "A second time.")
    assert backup.read_bytes() == untouched


def test_an_upgrade_that_fails_makes_one_backup(older: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often an upgrade fails, one backup is made of the state before it."""

    def fails(_: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(projection, "rebuild", fails)
        for _ in range(backup.KEPT_BACKUPS + 1):
            with pytest.raises(StoreError, match="disk is full"):
                older.note("1", "During the upgrade.")
    older.note("1", "After the upgrade.")
    names = sorted(path.name for path in older.path.parent.glob("*.backup-*"))
    assert names == [f"{older.path.name}.backup-1-before-schema-{schema.SCHEMA_VERSION}"]


def test_a_backup_before_the_same_action_is_made_once_for_each_state(tracker: Tracker) -> None:
    """A further backup is made only after a write, or before another action."""
    for action, made in (("restamp", 1), ("restamp", 1), ("other", 2), ("restamp", 3)):
        files.back_up(tracker.path, action)
        assert len(list(tracker.path.parent.glob("*.backup-*"))) == made
    tracker.note("1", "Another state.")
    files.back_up(tracker.path, "restamp")
    with files.writing(tracker.path) as (connection, _):
        connection.execute("UPDATE change SET seq = rowid")
    files.back_up(tracker.path, "restamp")
    assert len(list(tracker.path.parent.glob("*.backup-*"))) == 5


def test_a_dry_run_leaves_an_older_store_alone(make: Maker, older: Tracker) -> None:
    """A dry run on an older store neither upgrades it nor makes a backup."""
    before = snapshot(older.path.parent)
    dry = make(path=older.path, dry_run=True)
    assert dry.mark("1", "complete").differences
    assert snapshot(older.path.parent) == before


# Reads


def test_looking_without_a_store_makes_none(make: Maker) -> None:
    """Without a store the built-in record answers, and no file is created."""
    tracker = make()
    look_at_everything(tracker)
    with tracker.snapshot() as view:
        assert len(list(view.commitments())) == COMMITMENTS
    assert not tracker.path.parent.exists()
    assert not tracker.has_store


def test_looking_leaves_a_store_as_it_was(tracker: Tracker) -> None:
    """Reading changes no byte, mode or time of a store, and leaves no file beside it."""
    tracker.note("1", "Something.")
    before = snapshot(tracker.path.parent)
    assert list(before) == [str(tracker.path)]
    look_at_everything(tracker)
    for question in ("nothing-1", "RUR9-99"):
        with tracker.snapshot() as view, pytest.raises(NotFoundError):
            view.refs.resolve(question)
    assert snapshot(tracker.path.parent) == before


def test_a_reader_cannot_write(tracker: Tracker) -> None:
    """The connection for reads refuses to write."""
    with pytest.raises(StoreError, match="readonly"), files.reading(tracker.path) as connection:
        connection.execute("DELETE FROM commitment")


def test_a_reader_sees_what_stood_when_it_began(tracker: Tracker) -> None:
    """An open view is not affected by other writes."""
    with tracker.snapshot() as view:
        rows = view.commitments(limit=5)
        first = next(rows)
        tracker.mark("5", "withdrawn")
        assert first.ref == "RUR1-01"
        assert [row.status for row in rows][-1] == "complete"
    with tracker.snapshot() as view:
        assert list(view.commitments())[-1].status == "withdrawn"


# Writes


def test_a_store_belongs_to_its_user_alone(make: Maker) -> None:
    """A new store and its folders have modes 0600 and 0700, whatever the umask."""
    tracker = make()
    before = os.umask(0)
    try:
        written = tracker.note("4-07", "Hello.")
    finally:
        os.umask(before)
    assert written.created_store == str(tracker.path)
    assert stat.S_IMODE(tracker.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tracker.path.parent.stat().st_mode) == 0o700
    assert list(tracker.path.parent.iterdir()) == [tracker.path]
    with tracker.snapshot() as view:
        assert len(list(view.commitments())) == COMMITMENTS
        assert view.history(limit=1)[0].note == "Hello."


WRITES: dict[str, Callable[[Tracker, str], Any]] = {
    "mark": lambda tracker, of: tracker.mark(f"{of}-01", "withdrawn"),
    "note": lambda tracker, of: tracker.note(f"{of}-01", "Heard."),
    "reschedule": lambda tracker, of: tracker.reschedule(f"{of}-03", "2031"),
    "edit": lambda tracker, of: tracker.edit(f"{of}-01", {"title": "Another"}),
    "milestone": lambda tracker, of: tracker.add_milestone(f"{of}-02", "Launch", "2028"),
    "apply": lambda tracker, of: tracker.apply(f"ref,status\n{of}-01,stalled\n", "updates.csv"),
    "undo": lambda tracker, _: tracker.undo(),
    "import": lambda tracker, _: tracker.import_file(BUILT_IN, "built-in.json"),
    "undo of one import": lambda tracker, _: tracker.undo(next(tracker.log()).id, only=True),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_dry_run_keeps_nothing(make: Maker, tracker: Tracker, name: str) -> None:
    """A dry run reports the result of the write, and leaves the store unchanged."""
    tracker.note("4", "There is something to undo.")
    before = snapshot(tracker.path.parent)
    dry = make(path=tracker.path, dry_run=True)
    told = WRITES[name](dry, "RUR1")
    assert snapshot(tracker.path.parent) == before
    done = WRITES[name](tracker, "RUR1")
    assert told.dry_run
    assert told._replace(undo=None, dry_run=False) == done._replace(undo=None)
    assert snapshot(tracker.path.parent) != before


@pytest.mark.parametrize("name", [name for name in WRITES if name != "undo"])
def test_a_dry_run_makes_no_store(make: Maker, name: str) -> None:
    """A dry run without a store works on the built-in record, and creates no file."""
    tracker = make(dry_run=True)
    WRITES[name](tracker, "ROK4")
    assert not tracker.path.exists()
    assert not list(tracker.path.parent.glob("*"))


FAILURES: dict[str, Action] = {
    "no such ref": lambda tracker: tracker.note("no-such", "Hello."),
    "no such status": lambda tracker: tracker.mark("4-07", "happy"),
    "nothing to undo": lambda tracker: tracker.undo(),
    "one bad line": lambda tracker: tracker.apply("ref,status\n4-07,stalled\n4-08,happy\n", "updates.csv"),
    "an area not on record": lambda tracker: tracker.add(NewCommitment("Fly", "alchemy", "JS")),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_write_that_fails_makes_no_store(make: Maker, name: str) -> None:
    """A first write that fails leaves no store and no temporary file."""
    tracker = make()
    with pytest.raises(SpacedialogError):
        FAILURES[name](tracker)
    assert not tracker.has_store
    assert not list(tracker.path.parent.glob("*"))


@pytest.mark.parametrize("name", FAILURES)
def test_a_write_that_fails_changes_nothing(make: Maker, name: str) -> None:
    """A write that fails leaves the store unchanged."""
    tracker = make("built-in")
    before = snapshot(tracker.path.parent)
    with pytest.raises(SpacedialogError):
        FAILURES[name](tracker)
    assert snapshot(tracker.path.parent) == before


def test_a_write_that_breaks_off_changes_nothing(tracker: Tracker) -> None:
    """A write that is interrupted leaves the store unchanged."""
    log = list(tracker.log())

    def break_off() -> None:
        with tracker._writing() as session:
            session.connection.execute("INSERT INTO retracted VALUES ('x', 'y')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert list(tracker.log()) == log
    assert in_store(tracker.path) == rebuilt(tracker.path)
    tracker.note("1", "The lock is free again.")


def test_leftovers_of_a_new_store_are_deleted(make: Maker) -> None:
    """A first write deletes the temporary files of a killed one."""
    tracker = make()
    left = tracker.path.with_name(".spacedialog-" + "0f" * 16)
    left.mkdir(parents=True, mode=0o700)
    for name in ("new", "new-wal", "new-shm"):
        (left / name).write_bytes(b"half a store")
    tracker.note("4-07", "Hello.")
    assert list(tracker.path.parent.iterdir()) == [tracker.path]


# Files that are not stores


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE change (id TEXT)")
        connection.commit()


def _foreign_wal(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE change (id TEXT)")
        connection.commit()


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 // 4096 * 4096])


NO_STORES: dict[str, tuple[Callable[[Path], object], str]] = {
    "another program's database": (_foreign, "not a spacedialog database"),
    "another program's WAL": (_foreign_wal, "not a spacedialog database"),
    "random bytes": (lambda path: path.write_bytes(bytes(range(256)) * 40), "not a SQLite file"),
    "a text": (lambda path: path.write_text("Dear diary,\n"), "not a SQLite file"),
    "an empty file": (lambda path: path.write_bytes(b""), "not a spacedialog database"),
    "a folder": (_folder, "cannot be used"),
    "a newer store": (_newer, "newer spacedialog"),
    "half a store": (_cut, "cannot be used"),
}


@pytest.mark.parametrize("name", NO_STORES)
def test_a_file_that_is_not_a_store_is_refused_and_unchanged(tracker: Tracker, name: str) -> None:
    """A file that is not a store is refused for reads and writes, and left unchanged."""
    spoil, says = NO_STORES[name]
    spoil(tracker.path)
    before = snapshot(tracker.path.parent)
    calls: list[Action] = [
        look_at_everything,
        lambda tracker: list(tracker.log(Scope(known_at=1))),
        lambda tracker: tracker.note("4-07", "Hello."),
        lambda tracker: tracker.undo(),
        lambda tracker: tracker.import_file(BUILT_IN, "built-in.json"),
    ]
    for call in calls:
        with pytest.raises(StoreError, match=says) as caught:
            call(tracker)
        assert caught.value.exit_status == 4
        assert str(tracker.path) in caught.value.problem
        assert caught.value.remedy
        assert snapshot(tracker.path.parent) == before


def test_a_path_below_a_file_is_refused(make: Maker) -> None:
    """A store below a file is refused, and nothing is created."""
    tracker = make("empty")
    below = make(path=tracker.path / "store.db")
    with pytest.raises(StoreError, match="cannot be used"):
        below.note("4-07", "Hello.")


# Concurrency


def test_a_write_waits_for_the_lock_with_a_limit(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write gives up after the time-out if another program holds the lock, and changes nothing."""
    monkeypatch.setattr(lock, "TIMEOUT", 0.0)
    before = snapshot(tracker.path.parent)
    handle = os.open(tracker.path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        look_at_everything(tracker)
        with pytest.raises(StoreError, match="another program has been writing"):
            tracker.note("1", "Hello.")
    finally:
        os.close(handle)
    assert snapshot(tracker.path.parent) == before
    tracker.note("1", "Hello.")


_WRITER = """
import sys
from datetime import date
from pathlib import Path
from spacedialog.tracker import Tracker

path, name = Path(sys.argv[1]), sys.argv[2]
tracker = Tracker(path, today=date(2026, 12, 1), now=lambda: 1_800_000_000_000_000, author=name)
for number in range(10):
    tracker.note("4-07", f"{name} {number}")
"""


def _writers(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the writers, and kill those still running at the end."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(files.__file__).parents[2])}
    for name in "ABCDEF":
        yield subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), name], env=environment, stderr=subprocess.PIPE, text=True
        )


def test_many_who_write_at_once_lose_nothing(make: Maker) -> None:
    """Six programs that start without a store and write ten notes each at once leave sixty notes."""
    tracker = make()
    writers = list(_writers(tracker.path))
    assert [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers] == [("", 0)] * 6
    entries = [change for change in tracker.log() if change.kind == "note" and change.author in "ABCDEF"]
    assert sorted(change.content["note"] for change in entries) == sorted(
        f"{name} {number}" for name in "ABCDEF" for number in range(10)
    )
    times = [change.ts for change in entries]
    assert times == sorted(set(times))
    assert [change.base for change in entries][1:] == [change.id for change in entries][:-1]
    for name in "ABCDEF":
        own = [change.content["note"] for change in entries if change.author == name]
        assert own == [f"{name} {number}" for number in range(10)]
    assert list(tracker.path.parent.iterdir()) == [tracker.path]
    assert in_store(tracker.path) == rebuilt(tracker.path)


def test_a_view_keeps_its_hold_on_the_store(tracker: Tracker) -> None:
    """While a view is open, another program does not remove the write-ahead log after a write in this process."""
    with tracker.snapshot() as view:
        view.history(limit=1)
        tracker.note("1", "Within the same process.")
        script = _WRITER.replace("range(10)", "range(1)")
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(files.__file__).parents[2])}
        command = [sys.executable, "-c", script.replace('"4-07"', '"1"'), str(tracker.path), "Another"]
        subprocess.run(command, env=environment, check=True, timeout=60)
        # The last program to close a store removes its log, and that program was not the last.
        assert tracker.path.with_name(f"{tracker.path.name}-wal").exists()
    assert [change.author for change in tracker.log()][-2:] == ["Zenda", "Another"]
    assert list(tracker.path.parent.iterdir()) == [tracker.path]


def test_the_day_is_the_one_given_to_the_tracker(make: Maker) -> None:
    """Entries are dated by the tracker's day, and no clock is read."""
    tracker = make("ruritania", today=date(2031, 2, 3))
    tracker.note("1", "Hello.")
    assert list(tracker.log())[-1].on == "2031-02-03"


def test_a_second_connection_leaves_the_locks_of_the_first(tracker: Tracker) -> None:
    """The check of the write-ahead log does not end the lock that a connection of this process has on its index."""
    tracker.note("1", "heard")
    attempt = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
    index = tracker.path.with_name(f"{tracker.path.name}-shm")
    with files.writing(tracker.path), closing(sidefiles.connected(tracker.path, "mode=ro")):
        # Every connection has a shared lock on byte 128 of the index.
        result = subprocess.run([sys.executable, "-c", attempt, index], capture_output=True, text=True, check=False)
    assert "BlockingIOError" in result.stderr
