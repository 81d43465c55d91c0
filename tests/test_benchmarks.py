"""Tests of the benchmarks: the program accepts their data, and the floor gives the same answers."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import data, floor
from spacedialog.model.dates import VagueDate
from tests.support.program import Desk, Ran

SCHEMA = Path(__file__).parents[1] / "src" / "spacedialog" / "store" / "schema.sql"
FLOOR = Path(floor.__file__)
AREA, STATUS = "navigation", "stalled"
LISTED = ["list", "--status", "open", "--due-after", data.AFTER, "--due-before", data.BEFORE]
ROWS = (
    "SELECT ref, area, title, lead, partners, status, due, due_earliest, due_latest, slipped, updated, status_on,"
    " checked, source"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds 30 generated commitments."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    data.write_lines(desk.folder / "data.jsonl", 30)
    ran = desk.call("import", desk.folder / "data.jsonl", "--without-built-in")
    assert ran.status == 0, ran.stderr
    return desk


def run_floor(desk: Desk, query: str, *arguments: str | Path, db: Path | None = None) -> Ran:
    ran = desk.python(FLOOR, query, db or desk.db, *arguments)
    assert (ran.status, ran.stderr) == (0, "")
    return ran


def test_data_depend_only_on_the_seed(tmp_path: Path) -> None:
    """One seed gives the same bytes in every form, and another seed gives others."""
    digests = {}
    for form, write in data.FORMS.items():
        for name, seed in (("one", 1), ("again", 1), ("two", 2)):
            path = tmp_path / f"{form}-{name}"
            write(path, 5, seed)
            files = sorted(path.iterdir()) if path.is_dir() else [path]
            digests[form, name] = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
        assert digests[form, "one"] == digests[form, "again"] != digests[form, "two"]


@pytest.mark.parametrize("form", ["lines", "whole"])
def test_data_can_be_imported(tmp_path: Path, form: str) -> None:
    """The program imports both forms of the data, and finds every commitment."""
    desk = Desk(tmp_path)
    data.FORMS[form](tmp_path / "data", 5, 1)
    assert desk.call("import", tmp_path / "data", "--without-built-in").status == 0
    rows = desk.call("list", "--json").data
    generated = {task.ref: (task.title, task.area, task.status, task.due) for task in data.tasks(5, 1)}
    assert {row["ref"]: (row["title"], row["area"], row["status"], row["due_latest"]) for row in rows} == generated


def test_floor_computes_the_same_windows() -> None:
    """The floor's code for dates gives the program's windows for every date of the data."""
    dates = {entry["due"] for one in data.records(2000) for entry in (one.commitment, *one.updates) if "due" in entry}
    known: dict[str, tuple[str, str]] = {}
    parsed = {text: VagueDate.parse(text) for text in dates}
    assert {text: floor.window(text, known) for text in dates} == {
        text: (str(date.earliest), str(date.latest)) for text, date in parsed.items()
    }
    assert all(str(date) == text for text, date in parsed.items())


@pytest.mark.parametrize(
    ("ours", "query", "arguments"),
    [
        (["list"], "list", []),
        (["list", "--area", AREA, "--status", STATUS], "list-area", [AREA, STATUS]),
        (LISTED, "list-due", [data.AFTER, data.BEFORE]),
        (["list", "--text", data.WORD], "list-text", [data.WORD]),
        (["upcoming", "--until", data.LAST], "upcoming", [data.LAST]),
        (["upcoming"], "upcoming", []),
        (["todo"], "todo", []),
        (["areas"], "areas", []),
        (["overview"], "overview", []),
        (["show", "BEN1-07"], "show", ["BEN1-07"]),
        (["show", "27"], "show", ["BEN1-27"]),
    ],
)
@pytest.mark.parametrize("day", [data.DAY, data.PAST_DAY])
def test_floor_prints_the_same_rows(desk: Desk, ours: list[str], query: str, arguments: list[str], day: str) -> None:
    """The floor prints the program's rows, field by field."""
    ran = desk.call(*ours, "--today", day, "--json")
    assert json.loads(run_floor(desk, query, day, "json", *arguments).stdout) == json.loads(ran.stdout)


def test_floor_prints_the_same_rows_of_several_dialogues(tmp_path: Path) -> None:
    """The floor prints the program's rows of the built-in record, newest dialogue first."""
    desk = Desk(tmp_path)
    assert desk.call("mark", "33", "complete").status == 0
    for words in (["list"], ["upcoming"], ["todo"], ["areas"], ["overview"], ["show", "ROK4-31"]):
        floors = run_floor(desk, words[0], data.DAY, "json", *words[1:])
        ours = desk.call(*words, "--today", data.DAY, "--json")
        assert json.loads(floors.stdout) == json.loads(ours.stdout)


@pytest.mark.parametrize(
    ("query", "arguments", "expected"),
    [
        ("mark", ["BEN1-05", "complete"], {"ref": "BEN1-05", "status": "complete", "updated_on": data.DAY}),
        ("check", ["BEN1-06"], {"ref": "BEN1-06", "flags": ["closing"], "updated_on": "2024-08-19"}),
        ("add", ["policy", "Keep time"], {"ref": "BEN1-31", "area": "policy", "title": "Keep time"}),
    ],
)
def test_program_reads_what_the_floor_writes(
    desk: Desk, tmp_path: Path, query: str, arguments: list[str], expected: dict[str, Any]
) -> None:
    """The program lists a commitment that the floor marked, checked or added."""
    db = tmp_path / "floor.db"
    db.write_bytes(desk.db.read_bytes())
    run_floor(desk, query, data.DAY, *arguments, db=db)
    rows = desk.call("list", "--today", data.DAY, "--json", "--db", db).data
    assert expected.items() <= next(row for row in rows if row["ref"] == expected["ref"]).items()


def test_floor_exports_the_same_log(desk: Desk) -> None:
    """The floor's export is the program's, entry by entry."""

    def entries(ran: Ran) -> list[Any]:
        return [json.loads(line) for line in ran.stdout.splitlines()]

    assert entries(run_floor(desk, "export")) == entries(desk.call("export", "--format", "jsonl"))


def test_floor_completes_the_same_refs(desk: Desk) -> None:
    """The floor prints the refs that completion offers."""
    variables = {"_SPACEDIALOG_COMPLETE": "complete_bash", "COMP_WORDS": "spacedialog show BEN1-2", "COMP_CWORD": "2"}
    assert run_floor(desk, "complete", "ben1-2").stdout == desk.run(env=variables).stdout


def test_floor_imports_the_same_rows(desk: Desk) -> None:
    """The floor's store holds the rows of the program's store."""
    path = desk.folder / "floor.db"
    with closing(sqlite3.connect(desk.db)) as ours:
        (recorded,) = ours.execute("SELECT max(ts) FROM change").fetchone()
    run_floor(desk, "import", SCHEMA, desk.folder / "data.jsonl", str(recorded), db=path)
    with closing(sqlite3.connect(path)) as floors, closing(sqlite3.connect(desk.db)) as ours:
        for sql in (
            f"{ROWS}, valid_from, valid_to FROM commitment",
            # The floor's words have no space of no width after Chinese, Japanese and Korean characters.
            "SELECT \"on\", until, field, replace(text, char(8203), '') FROM words",
            "SELECT valid_from, valid_to, dialogue, document FROM cited",
            "SELECT valid_from, valid_to, party, leads FROM involved",
            'SELECT ref, title, "when", earliest, latest, recurs, status, valid_from, valid_to FROM milestone',
            'SELECT day, "on", old, new FROM redating',
            "SELECT c.ref, k.day FROM check_day AS k JOIN commitment AS c ON c.item = k.item AND c.valid_to > '9999'",
            "SELECT key, title, position FROM area",
            "SELECT key, name, side FROM party",
            'SELECT "on", kind FROM change',
        ):
            assert sorted(map(repr, floors.execute(sql))) == sorted(map(repr, ours.execute(sql)))


def test_the_command_has_help() -> None:
    """`python -m benchmarks --help` runs from the root of the repository and lists the options."""
    root = Path(__file__).parents[1]
    argv = [sys.executable, "-m", "benchmarks", "--help"]
    process = subprocess.run(argv, cwd=root, env=os.environ, capture_output=True, text=True, check=False)
    assert process.returncode == 0
    assert "--check" in process.stdout
