"""Tests of --db with any file: one that is not a sound store is refused with a sentence and left unchanged."""

from __future__ import annotations

import json
import os
import random
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from spacedialog.store import database, schema, sidefiles, trust
from tests.support.program import Desk

READS = (
    "",
    "list",
    "areas --json",
    "show 31",
    "upcoming",
    "search lunar",
    "history",
    "history --verify 1-1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "slips",
    "list --known-at 2026-01-01",
    "list --as-of 2025-05-01",
    "export",
    "fingerprint",
    "backup copy.db",
)
WRITES = (
    "mark 33 complete",
    "note 33 Hello",
    "reschedule 31 2030",
    "undo",
    "undo --redo",
    "edit 33 --title Other",
    "add Something --area exploration --source ST1",
    "apply updates.csv",
    "import record.json",
    "mark 33 complete --dry-run",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store and files to import."""
    desk = Desk(tmp_path_factory.mktemp("template"))
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    (desk.folder / "updates.csv").write_text("ref,status\n33,stalled\n")
    (desk.folder / "record.json").write_bytes((Path(__file__).parents[2] / "data" / "dialogue_2025.json").read_bytes())
    return desk


@pytest.fixture
def desk(template: Desk, tmp_path: Path) -> Desk:
    """A copy of the template."""
    return template.copied(tmp_path)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, to damage it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def seen(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Return everything in a folder with its kind, time and content."""
    found = {}
    for path in folder.iterdir():
        status = path.lstat()
        is_file = path.is_file() and not path.is_symlink()
        found[path.name] = (status.st_mode, status.st_mtime_ns, path.read_bytes() if is_file else None)
    return found


def refused(desk: Desk, call: str) -> str:
    """Return the message of a command that must end with status 4 and change nothing."""
    before = seen(desk.db.parent), {path.name for path in desk.folder.iterdir()}
    ran = desk.call(*call.split())
    assert (ran.status, ran.stdout) == (4, ""), (call, ran)
    assert (seen(desk.db.parent), {path.name for path in desk.folder.iterdir()}) == before, call
    if "--json" in call:
        error = json.loads(ran.stderr)["error"]
        assert error["message"].startswith(f"{desk.db}: "), error
        assert error["remedy"]
        return f"{error['message']}\n{error['remedy']}"
    problem, remedy = ran.stderr.splitlines()
    assert problem.startswith(f"spacedialog: {desk.db}: "), problem
    assert remedy.startswith("  ")
    return ran.stderr


# Files that are not stores


def _theirs(path: Path) -> None:
    path.unlink()
    with opened(path) as connection:
        connection.execute("CREATE TABLE change (id TEXT)")


def _theirs_unfinished(path: Path) -> None:
    """Create another program's database whose last commits are in its write-ahead log, as after a crash."""
    path.unlink()
    with opened(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE change (id TEXT)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO change VALUES ('x')")
        content = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    path.write_bytes(content[0])
    Path(f"{path}-wal").write_bytes(content[1])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _socket(path: Path) -> None:
    path.unlink()
    with closing(socket.socket(socket.AF_UNIX)) as end:
        end.bind(str(path))


def _newer(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("PRAGMA user_version = 99")


def _negative(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("PRAGMA application_id = -1")


NO_STORES: dict[str, tuple[Callable[[Path], object], str]] = {
    "another program's": (_theirs, "not a spacedialog database"),
    "another program's after a crash": (_theirs_unfinished, "not a spacedialog database"),
    "random bytes": (lambda path: path.write_bytes(random.Random(1).randbytes(9999)), "not a SQLite file"),
    "only the magic number of SQLite": (
        lambda path: path.write_bytes(b"SQLite format 3\0"),
        "not a spacedialog database",
    ),
    "no bytes": (lambda path: path.write_bytes(b""), "the file is empty"),
    "a folder": (_folder, "this is a folder"),
    "a pipe": (_pipe, "this is a pipe"),
    "a socket": (_socket, "this is a pipe, a socket"),
    "a newer store": (_newer, "newer spacedialog"),
    "another mark": (_negative, "not a spacedialog database"),
}


@pytest.mark.parametrize("name", NO_STORES)
def test_every_command_refuses_a_file_that_is_not_a_store(desk: Desk, name: str) -> None:
    """Each command refuses a path that is not a store with status 4 and a sentence, and writes nothing."""
    spoil, says = NO_STORES[name]
    spoil(desk.db)
    for call in (*READS, *WRITES):
        assert says in refused(desk, call), call


@pytest.mark.parametrize("name", ["a pipe", "a folder", "random bytes", "no bytes"])
def test_the_installed_program_neither_hangs_nor_breaks(desk: Desk, name: str) -> None:
    """The program returns at once from a pipe without a writer, and shows no traceback."""
    NO_STORES[name][0](desk.db)
    for call in ("list", "note 33 Hello", "doctor", "restore record.json --replace", "restore copy.db"):
        ran = desk.run(*call.split())
        assert ran.status == (2 if call == "restore copy.db" else 4), (call, ran)
        assert "Traceback" not in ran.stderr
        assert len(ran.stderr.splitlines()) <= 3


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/proc/self/mem"])
def test_a_device_is_refused(desk: Desk, device: str) -> None:
    """A device or a kernel file is neither read nor written."""
    for call in ("list", "note 33 Hello", "doctor", "backup copy.db"):
        ran = desk.run(*call.split(), "--db", device)
        assert (ran.status, ran.stdout) == (4, "")
        assert "Traceback" not in ran.stderr


def _hot_journal(path: Path) -> None:
    """Copy the journal of an open transaction on another copy of the store."""
    copy = path.with_name("other")
    copy.write_bytes(path.read_bytes())
    with opened(copy) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE commitment SET title = title || 'x'")
        connection.execute("UPDATE words SET text = text || 'x'")
        Path(f"{path}-journal").write_bytes(Path(f"{copy}-journal").read_bytes())
    copy.unlink()


SIDE_FILES: dict[str, Callable[[Path], object]] = {
    "a hot journal": _hot_journal,
    "a text as journal": lambda path: Path(f"{path}-journal").write_text("Dear diary"),
    **{f"a pipe as {end}": lambda path, end=end: os.mkfifo(f"{path}{end}") for end in ("-journal", "-wal", "-shm")},  # type: ignore[misc]
    **{f"a link as {end}": lambda path, end=end: Path(f"{path}{end}").symlink_to("x") for end in ("-journal", "-wal")},  # type: ignore[misc]
}


@pytest.mark.parametrize("name", SIDE_FILES)
def test_a_side_file_that_sqlite_would_act_on_is_left_alone(desk: Desk, name: str) -> None:
    """A journal, or a side file that is not a regular file, is a finding, and no command changes it or the store."""
    SIDE_FILES[name](desk.db)
    before = seen(desk.db.parent)
    for call in ("list", "note 33 Hello", "mark 33 complete --dry-run", "backup copy.db"):
        ran = desk.call(*call.split())
        assert (ran.status, ran.stdout) == (4, ""), ran
        assert "another program created this file" in ran.stderr
    assert desk.call("doctor").status == 4
    assert desk.call("doctor", "--rescue", "new.db").status == 0
    assert seen(desk.db.parent) == before


def test_an_empty_file_comes_with_its_remedy(desk: Desk) -> None:
    """An empty file, as an interrupted program leaves, is refused with a remedy that works."""
    desk.db.write_bytes(b"")
    assert "rename the file, and the next write creates a database there" in refused(desk, "list")
    desk.db.unlink()
    assert desk.call("mark", "33", "complete").status == 0


# Files made to look like stores

EVIL_TABLES = {
    "a view in the place of the log": ("change", "CREATE VIEW change AS SELECT * FROM other"),
    "a view that never ends": (
        "change",
        "CREATE VIEW change AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id FROM n",
    ),
    "a view in the place of a table": ("commitment", "CREATE VIEW commitment AS SELECT * FROM other"),
    "a computed column": (
        "retracted",
        "CREATE TABLE retracted (change TEXT, item TEXT, big TEXT GENERATED ALWAYS AS (hex(zeroblob(9999999)))) STRICT",
    ),
    "a computed column in few words": (
        "retracted",
        "CREATE TABLE retracted (change TEXT, item TEXT, big TEXT AS (hex(zeroblob(9999999)))) STRICT",
    ),
    "a condition": ("retracted", "CREATE TABLE retracted (change TEXT CHECK (length(change) > 1), item TEXT) STRICT"),
    "a virtual table": ("retracted", "CREATE VIRTUAL TABLE retracted USING fts5(change, item)"),
    "a search that is none": ("words_fts", "CREATE TABLE words_fts (names, title, detail, note)"),
}


@pytest.mark.parametrize("name", EVIL_TABLES)
def test_a_table_that_is_not_as_it_is_made_is_not_asked(desk: Desk, name: str) -> None:
    """A view, a computed column or a virtual table in place of a table is neither read nor written."""
    table, statement = EVIL_TABLES[name]
    with opened(desk.db) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        if table == "words_fts":
            connection.execute("DROP TABLE words_fts")
        else:
            connection.execute(f"ALTER TABLE {table} RENAME TO other")
        connection.execute(statement)
    for call in (*READS, *WRITES):
        assert f"{table}" in refused(desk, call)
    ran = desk.call("doctor", "--json")
    assert ran.status == 4
    assert [row["ok"] for row in ran.data if row["check"] == "schema"] == [False]


EVIL_CODE = {
    "a trigger": "CREATE TRIGGER spy AFTER INSERT ON change BEGIN DELETE FROM words; END",
    "a trigger of ours with other words": "CREATE TRIGGER change_stays BEFORE DELETE ON change BEGIN SELECT 1; END",
    "a trigger on a table of others": "CREATE TRIGGER spy AFTER INSERT ON mine BEGIN DELETE FROM words; END",
    "a view": "CREATE VIEW mine AS SELECT * FROM change",
    "no trigger": "DROP TRIGGER change_stays",
}


@pytest.mark.parametrize("name", EVIL_CODE)
def test_nothing_is_written_where_code_of_others_would_run(desk: Desk, name: str) -> None:
    """With a foreign trigger or view in the file, reads work and every write is refused."""
    with opened(desk.db) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS mine (a)") if "table of others" in name else None
        connection.execute("DROP TRIGGER change_stays") if "ours" in name else None
        connection.execute(EVIL_CODE[name])
    before = desk.db.read_bytes()
    for call in WRITES:
        assert "this program did not create" in refused(desk, call)
    assert desk.call("list").status == 0
    assert desk.db.read_bytes() == before
    assert desk.call("doctor", "--rescue", "new.db").status == 0
    assert desk.call("mark", "33", "stalled", "--db", "new.db").status == 0


def test_an_index_that_computes_is_refused(desk: Desk) -> None:
    """An index on an expression is refused."""
    with opened(desk.db) as connection:
        connection.execute("CREATE INDEX spy ON change (hex(zeroblob(length(id))))")
    assert "the index spy" in refused(desk, "note 33 Hello")


def test_a_table_that_a_user_added_is_no_hindrance(desk: Desk) -> None:
    """A plain table that a user added is left alone, and the store works."""
    with opened(desk.db) as connection:
        connection.execute("CREATE TABLE mine (a)")
        connection.execute("ANALYZE")
    assert desk.call("list").status == 0
    assert desk.call("mark", "33", "stalled").status == 0


def test_the_check_of_the_schema_knows_every_table(desk: Desk) -> None:
    """A new store passes the check of the schema, which covers every table."""
    with opened(desk.db) as connection:
        assert list(trust.foreign_objects(connection, writing=True)) == []
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%STRICT'")}
    assert tables == {*schema.OWN_TABLES}


def test_connections_are_wary(desk: Desk) -> None:
    """Connections trust neither the schema nor the cells of a file, and load no extension."""
    with database.reading_any_version(desk.db) as (connection, _):
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError, match="not authorized"):
            connection.execute("SELECT load_extension('x')")
    with database.writing(desk.db, commit=False) as (connection, _):
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_store_never_shows_a_traceback(desk: Desk, seed: int) -> None:
    """Random bytes in a store end in an answer or in status 4 and a sentence, for reads and writes."""
    chance = random.Random(seed)
    content = bytearray(desk.db.read_bytes())
    for _ in range(chance.choice((5, 100, 3000))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    for call in (
        "list",
        "history --json",
        "search lunar",
        "show 31",
        "overview",
        "slips",
        "areas",
        "export",
        "note 33 Hello",
    ):
        desk.db.write_bytes(content)
        ran = desk.call(*call.split())
        assert ran.status in (0, 3, 4), ran
        assert ran.status == 0 or ran.stderr.startswith(("spacedialog: ", '{"error": '))


@pytest.mark.parametrize("function", ["stat", "lstat"])
def test_a_side_file_that_appears_meanwhile_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """A write-ahead log that another process creates during the check does not make the check fail."""
    side = tmp_path / "tracker.db-wal"
    find = getattr(os, function)

    def find_then_create(path: Path, **options: Any) -> os.stat_result:
        try:
            found: os.stat_result = find(path, **options)
        except FileNotFoundError:
            side.write_bytes(b"")
            raise
        return found

    monkeypatch.setattr(os, function, find_then_create)
    sidefiles.require_ordinary(tmp_path / "tracker.db")
