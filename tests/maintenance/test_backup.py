"""Tests of backup and restore: copies are complete, only sound ones are restored, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance import checks, copies
from spacedialog.render.output import destination
from spacedialog.store import backup, lock
from spacedialog.tracker import Tracker
from tests.support.program import Desk
from tests.support.trackers import Maker


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a store."""
    desk = Desk(tmp_path)
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    return desk


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


# Backup


def test_a_backup_is_the_store(desk: Desk) -> None:
    """A backup is a store with the same content, with permissions for its user only and without side files."""
    ran = desk.run("backup", "copy.db", "--json")
    assert (ran.status, ran.stderr) == (0, "")
    (row,) = ran.data
    assert (row["store"], row["kept"]) == ("copy.db", None)
    assert row["changes"] == len(desk.call("history", "--as-of", "2026-11-29", "--json").data)
    assert stat.S_IMODE((desk.folder / "copy.db").stat().st_mode) == 0o600
    assert names(desk.folder) == {"home", "store", "copy.db"}
    assert names(desk.db.parent) == {"tracker.db"}
    assert desk.call("export", "--db", "copy.db").stdout == desk.call("export").stdout
    assert desk.call("mark", "34", "stalled", "--db", "copy.db").status == 0


def test_a_backup_holds_what_a_reader_kept_in_the_log_of_sqlite(tracker: Tracker, tmp_path: Path) -> None:
    """A backup includes commits that are only in the write-ahead log."""
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        written = tracker.note("1", "Not in the file yet.")
        copies.back_up(tracker.path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT 1 FROM change WHERE id = ?", (written.undo,)).fetchone()


def test_a_backup_overwrites_nothing(desk: Desk) -> None:
    """A backup to an existing path, even a folder or a broken link, is refused."""
    (desk.folder / "there.db").write_text("Dear diary")
    (desk.folder / "link.db").symlink_to("nowhere")
    for name in ("there.db", "link.db", "home"):
        ran = desk.call("backup", name)
        assert (ran.status, ran.stdout) == (2, "")
        assert "already exists" in ran.stderr
    assert (desk.folder / "there.db").read_text() == "Dear diary"
    assert desk.call("backup", "no/such/folder/copy.db").status == 2


def test_there_is_no_backup_of_nothing(tmp_path: Path) -> None:
    """A backup without a store ends with status 4 and creates no file."""
    desk = Desk(tmp_path)
    assert desk.call("backup", "copy.db").status == 4
    assert names(tmp_path) == {"home", "store"}


def test_a_damaged_store_makes_no_backup(tracker: Tracker, tmp_path: Path) -> None:
    """If the copy fails SQLite's check, no backup is created."""
    with closing(sqlite3.connect(tracker.path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'idx_words_item'").fetchone()
    content = bytearray(tracker.path.read_bytes())
    content[(root - 1) * 4096 + 3] ^= 0x07
    tracker.path.write_bytes(content)
    with pytest.raises(StoreError, match="cop") as caught:
        copies.back_up(tracker.path, tmp_path / "copy.db")
    assert "doctor" in caught.value.remedy
    assert not (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob(".copy*"))


# Restore


def test_a_restore_makes_a_store_where_there_is_none(desk: Desk) -> None:
    """A backup restored to a path without a store becomes the store there, with permissions for its user only."""
    desk.call("backup", "copy.db")
    before = desk.call("export").stdout
    shutil.rmtree(desk.db.parent)
    ran = desk.run("restore", "copy.db", "--json")
    assert (ran.status, ran.stderr) == (0, "")
    assert desk.call("export").stdout == before
    assert stat.S_IMODE(desk.db.stat().st_mode) == 0o600
    assert names(desk.db.parent) == {"tracker.db"}
    assert desk.call("doctor", "--json").status == 0


def test_a_restore_replaces_a_store_only_with_replace_and_backs_it_up(desk: Desk) -> None:
    """A restore replaces a store only with --replace, and keeps the old store beside it."""
    before = desk.call("export").stdout
    desk.call("backup", "copy.db")
    desk.call("mark", "34", "stalled", "--evidence", "https://example.org/34")
    later = desk.call("export").stdout
    ran = desk.call("restore", "copy.db")
    assert (ran.status, ran.stdout) == (2, "")
    assert "--replace" in ran.stderr
    assert desk.call("export").stdout == later

    ran = desk.run("restore", "copy.db", "--replace", "--json")
    assert ran.status == 0
    (row,) = ran.data
    assert row["kept"] in ran.stderr
    assert desk.call("export").stdout == before
    assert desk.call("export", "--db", row["kept"]).stdout == later
    assert stat.S_IMODE(Path(row["kept"]).stat().st_mode) == 0o600
    assert desk.call("restore", row["kept"], "--replace").status == 0
    assert desk.call("export").stdout == later


def test_a_restore_under_an_open_store_leaves_no_page_of_the_old_one(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Side files of a store that others have open are not applied to the store that replaces it."""
    monkeypatch.setattr(lock, "TIMEOUT", 0.1)  # the reader never lets the write-ahead log be emptied
    old, new = make("ruritania"), make("built-in")
    copies.back_up(new.path, tmp_path / "copy.db")
    with closing(sqlite3.connect(old.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM change").fetchone()
        old.note("1", "In the write-ahead log only.")
        (seen,) = reader.execute("SELECT count(*) FROM change").fetchone()
        copies.restore(old.path, tmp_path / "copy.db", replace=True)
        assert reader.execute("SELECT count(*) FROM change").fetchone() == (seen,)
        assert list(old.log()) == list(new.log())
        old.note("33", "Life goes on.")
    assert list(old.log())[:-1] == list(new.log())
    assert all(row.ok for row in checks.run_checks(old.path, now=2**60) if row.check != "modes")


def test_side_files_without_their_store_are_not_applied_to_a_new_one(make: Maker) -> None:
    """A write-ahead log without its store is not applied to a new store."""
    old, fresh = make("ruritania"), make()
    with closing(sqlite3.connect(old.path)) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        old.note("1", "In the write-ahead log only.")
        fresh.path.parent.mkdir(parents=True)
        shutil.copy(f"{old.path}-wal", f"{fresh.path}-wal")
    assert Path(f"{fresh.path}-wal").stat().st_size
    fresh.note("33", "A new store.")
    assert all(row.ok for row in checks.run_checks(fresh.path, now=2**60) if row.check != "modes")


@pytest.mark.parametrize("spoil", ["cut", "changed", "table", "words", "text", "trigger", "newer"])
def test_an_invalid_backup_is_not_restored(tracker: Tracker, tmp_path: Path, spoil: str) -> None:
    """A backup that is damaged, altered, of a newer program or not a store is refused, and the store stays."""
    before = list(tracker.log())
    copy = tmp_path / "copy.db"
    copies.back_up(tracker.path, copy)
    if spoil == "cut":
        copy.write_bytes(copy.read_bytes()[:-8192])
    elif spoil == "text":
        copy.write_text("Dear diary")
    else:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute(
                {
                    "changed": "INSERT INTO change SELECT 'x', ts, \"on\", 'M', kind, item, base, body, sha, NULL"
                    " FROM change LIMIT 1",
                    "table": "UPDATE commitment SET status = 'complete'",
                    "words": "UPDATE words SET text = 'other words'",
                    "trigger": "CREATE TRIGGER spy AFTER INSERT ON change BEGIN DELETE FROM words; END",
                    "newer": "PRAGMA user_version = 99",
                }[spoil]
            )
    for place in (tracker.path, tracker.path.with_name("elsewhere.db")):
        with pytest.raises(StoreError) as caught:
            copies.restore(place, copy, replace=True)
        assert str(copy) in caught.value.problem
        assert caught.value.remedy
    assert list(tracker.log()) == before
    assert names(tracker.path.parent) == {tracker.path.name}


def test_a_restore_heals_a_store_that_cannot_be_opened(make: Maker, tmp_path: Path) -> None:
    """A restore replaces a store that SQLite cannot open, and keeps its bytes beside it."""
    tracker = make("ruritania")
    before = list(tracker.log())
    copies.back_up(tracker.path, tmp_path / "copy.db")
    destroyed = bytes(5000) + tracker.path.read_bytes()[5000:]
    tracker.path.write_bytes(destroyed)
    restored = copies.restore(tracker.path, tmp_path / "copy.db", replace=True)
    assert list(tracker.log()) == before
    assert restored.kept
    assert Path(restored.kept).read_bytes() == destroyed


@pytest.mark.parametrize("mark", ["0", "7"])
def test_a_restore_does_not_replace_what_is_another_programs(make: Maker, tmp_path: Path, mark: str) -> None:
    """A restore never replaces another program's database, whether or not it has a mark of its own."""
    tracker = make("ruritania")
    copies.back_up(tracker.path, tmp_path / "copy.db")
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute(f"PRAGMA application_id = {mark}")
        connection.execute("CREATE TABLE theirs (a)")
    content = theirs.read_bytes()
    with pytest.raises(StoreError, match="not a spacedialog database"):
        copies.restore(theirs, tmp_path / "copy.db", replace=True)
    assert theirs.read_bytes() == content


@pytest.mark.parametrize("name", ["letter.txt", "spacedialog.db.checkpoint-weekly", "spacedialog.db.backup-1-before-x"])
@pytest.mark.parametrize("is_store", [False, True], ids=["a text", "a store"])
def test_no_store_is_written_over_another_file(make: Maker, tmp_path: Path, name: str, is_store: bool) -> None:
    """A text, a backup and a checkpoint stay as they are, also if a restore or a write names them as the store."""
    tracker = make("ruritania")
    copies.back_up(tracker.path, tmp_path / "copy.db")
    file = tracker.path.with_name(name)
    if is_store and name != "letter.txt":
        shutil.copy(tmp_path / "copy.db", file)
    else:
        file.write_text("Dear diary")
    content = file.read_bytes()
    for call in (
        lambda: copies.restore(file, tmp_path / "copy.db", replace=True),
        lambda: make(path=file).note("1", "Never recorded."),
    ):
        with pytest.raises((StoreError, InputError)):
            call()
    assert file.read_bytes() == content
    file.unlink()
    if name != "letter.txt":
        with pytest.raises(InputError, match="a backup or a checkpoint"):
            make(path=file).note("1", "Never recorded.")
    assert names(tracker.path.parent) == {tracker.path.name}


def test_a_restore_deletes_no_file_of_others(tracker: Tracker, tmp_path: Path) -> None:
    """A restore is refused if a file beside the store has the name of a journal of it."""
    copies.back_up(tracker.path, tmp_path / "copy.db")
    diary = Path(f"{tracker.path}-journal")
    diary.write_text("Dear diary")
    with pytest.raises(StoreError, match="another program created this file"):
        copies.restore(tracker.path, tmp_path / "copy.db", replace=True)
    assert diary.read_text() == "Dear diary"


# Automatic backups


def test_the_five_newest_are_kept(make: Maker, tmp_path: Path) -> None:
    """The five automatic backups with the highest numbers are kept."""
    tracker = make("ruritania")
    copies.back_up(tracker.path, tmp_path / "copy.db")
    stranger = tracker.path.with_name("spacedialog.db.backup-mine")
    stranger.write_text("mine")
    made = [copies.restore(tracker.path, tmp_path / "copy.db", replace=True).kept for _ in range(12)]
    kept = {str(path) for path in tracker.path.parent.iterdir()} - {str(tracker.path), str(stranger)}
    assert kept == set(made[-5:])
    assert "backup-12-" in str(made[-1])
    assert backup.next_backup_path(tracker.path, "schema-3").name == "spacedialog.db.backup-13-before-schema-3"


def test_a_restore_prints_json(desk: Desk) -> None:
    """`restore --json` prints the result as JSON."""
    desk.call("backup", "copy.db")
    ran = desk.call("restore", "copy.db", "--db", "other.db", "--json")
    assert [list(row) for row in json.loads(ran.stdout)["data"]] == [["store", "changes", "newest", "kept"]]


def test_only_one_who_gives_a_file_restores(desk: Desk) -> None:
    """A restore of a missing backup ends with status 2 and leaves the store unchanged."""
    ran = desk.call("restore", "none.db", "--replace")
    assert ran.status == 2
    assert "none.db" in ran.stderr
    with pytest.raises(InputError):
        copies.restore(desk.db, desk.db, replace=False)


def _draft(tracker: Tracker, target: Path) -> None:
    with destination(target, tracker.path, replace=False) as out:
        out.write("A draft.")


CREATIONS: dict[str, Callable[[Tracker, Path], object]] = {
    "backup": lambda tracker, target: tracker.backup(target),
    "rescue": lambda tracker, target: tracker.rescue(target),
    "restore": lambda tracker, target: copies.restore(target, tracker.path, replace=False),
    "first write": lambda tracker, target: Tracker(
        target, today=tracker.today, now=lambda: 1_800_000_000_000_000, author="M", entropy=os.urandom
    ).note("33", "The first."),
    "draft": _draft,
}


@pytest.mark.parametrize("name", CREATIONS)
def test_a_file_made_in_the_meantime_is_kept(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file that another program creates under the name of the target, while a command runs, is not replaced."""
    target = tmp_path / "target"
    made = atomic.rename

    def rename(draft: Path, to: Path, *, replace: bool) -> None:
        target.write_text("Dear diary")
        made(draft, to, replace=replace)

    monkeypatch.setattr(atomic, "rename", rename)
    with pytest.raises(InputError, match="already exists"):
        CREATIONS[name](tracker, target)
    assert target.read_text() == "Dear diary"
    assert names(tmp_path) == {target.name}


def test_a_killed_first_write_leaves_a_store_that_can_be_written(tracker: Tracker) -> None:
    """The draft that a killed run left as a second name of the store is deleted by the next write."""
    left = tracker.path.with_name(".spacedialog-" + "0f" * 16)
    left.mkdir(mode=0o700)
    os.link(tracker.path, left / "new")
    tracker.note("1", "Written.")
    assert names(tracker.path.parent) == {tracker.path.name}
