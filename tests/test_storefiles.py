"""Tests that no command writes to a file of a store: one case for each option or argument that names a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from spacedialog.cli.app import COMMANDS, app
from tests.support import drafted
from tests.support.program import Desk

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "cite": ("33",),
    "show": ("31",),
    "search": ("lunar",),
    "compare": ("ROK3", "ROK4"),
    "crosswalk": ("politifact",),
    "draft": ("text.txt", "--explain", "--side", "JPN", "--side", "AUS"),
    "review": ("draft.json", "--list"),
    "verify-source": ("ROK4", "text.txt", "--document", "ST1"),
}
"""The arguments that a command requires besides the one under test."""

INPUTS = {
    ("report", "reference"): (),
    ("brief", "reference"): (),
    ("apply", "file"): (),
    ("import", "file"): (),
    ("draft", "file"): (),
    ("draft", "answer"): ("text.txt",),
    ("review", "file"): (),
    ("verify-source", "file"): ("ROK4",),
    ("restore", "file"): ("--replace",),
}
"""The options and arguments that name an input file, each with the arguments that the command requires before it."""


class Case(NamedTuple):
    """An option or argument of a command that names a file; `name` is its name in the command's function."""

    command: str
    name: str
    flag: str
    has_format: bool

    def call(self, file: Path) -> list[str | Path]:
        """Return the arguments of the program with `file` for this option or argument."""
        needed = INPUTS.get((self.command, self.name), ARGUMENTS.get(self.command, ()))
        formatted: tuple[str, ...] = ("--format", "json") if self.has_format else ()
        formatted = {"template": (), "reference": ("-o", "report.docx")}.get(self.name, formatted)
        return [*self.command.split(), *needed, *formatted, *([self.flag] if self.flag else ()), file]


def _commands() -> Iterator[tuple[str, Any]]:
    group: Any = typer.main.get_command(app)
    for name in COMMANDS:
        command = group.get_command(typer.Context(group), name)
        for below in getattr(command, "commands", {"": None}):
            yield f"{name} {below}".strip(), command.commands[below] if below else command


def _cases() -> Iterator[Case]:
    """Yield a case for every option or argument of the program that names a file, except the store itself."""
    for name, command in _commands():
        names = {parameter.name for parameter in command.params}
        for parameter in command.params:
            if parameter.name != "db" and type(parameter.type).__name__ == "TyperPath":
                flag = parameter.opts[0] if parameter.param_type_name == "option" else ""
                yield Case(name, parameter.name, flag, "format_" in names)


CASES = list(_cases())
OUTPUTS = [case for case in CASES if (case.command, case.name) not in INPUTS]
SOME_OUTPUT = Case("list", "output", "--output", has_format=True)
REFUSED = "belongs to|already exists|it is there already"


def _hard_link(desk: Desk) -> Path:
    os.link(desk.db, desk.folder / "hard")
    return desk.folder / "hard"


def _symbolic_link(desk: Desk) -> Path:
    (desk.folder / "soft").symlink_to(desk.db)
    return desk.folder / "soft"


def _link_to_no_log(desk: Desk) -> Path:
    (desk.folder / "soft-log").symlink_to(f"{desk.db}-wal")
    return desk.folder / "soft-log"


def _damaged(desk: Desk) -> Path:
    desk.db.write_bytes(b"\0" * 4096)
    return desk.db


def _missing(desk: Desk) -> Path:
    desk.db.unlink()
    return desk.db


def _backup(desk: Desk) -> Path:
    desk.call("restore", _elsewhere(desk), "--replace")
    return desk.db.with_name("tracker.db.backup-1-before-restore")


def _linked_backup(desk: Desk) -> Path:
    backup = _backup(desk)
    backup.write_bytes(b"damaged")
    os.link(backup, desk.folder / "hard")
    return desk.folder / "hard"


def _elsewhere(desk: Desk) -> Path:
    desk.call("backup", "elsewhere.db")
    return desk.folder / "elsewhere.db"


def _damaged_elsewhere(desk: Desk) -> Path:
    store = _elsewhere(desk)
    store.write_bytes(b"X" + store.read_bytes()[1:])
    return store


def _checkpoint_elsewhere(desk: Desk) -> Path:
    return _damaged_elsewhere(desk).with_name("elsewhere.db.checkpoint-weekly")


def _log_elsewhere(desk: Desk) -> Path:
    return _elsewhere(desk).with_name("elsewhere.db-wal")


def _checkpoint(desk: Desk) -> Path:
    assert desk.call("brief", "--checkpoint", "weekly").status == 0
    return desk.db.with_name("tracker.db.checkpoint-weekly")


def _open_log(desk: Desk) -> Path:
    """Copy a write-ahead log that has content to a name of its own."""
    connection = sqlite3.connect(desk.db)
    connection.execute("SELECT count(*) FROM change").fetchone()
    desk.call("note", "31", "In the log.")
    shutil.copy(f"{desk.db}-wal", desk.folder / "copied")
    connection.close()
    return desk.folder / "copied"


PLACES: Mapping[str, Callable[[Desk], Path]] = {
    "the store": lambda desk: desk.db,
    "a hard link to it": _hard_link,
    "a symbolic link to it": _symbolic_link,
    "the store, damaged": _damaged,
    "the store before it exists": _missing,
    "its write-ahead log": lambda desk: Path(f"{desk.db}-wal"),
    "a link to its write-ahead log": _link_to_no_log,
    "its shared memory": lambda desk: Path(f"{desk.db}-shm"),
    "its journal": lambda desk: Path(f"{desk.db}-journal"),
    "an automatic backup": _backup,
    "a link to a damaged backup": _linked_backup,
    "the next automatic backup": lambda desk: desk.db.with_name("tracker.db.backup-9-before-restore"),
    "a backup elsewhere": _elsewhere,
    "a damaged store elsewhere": _damaged_elsewhere,
    "a checkpoint of that": _checkpoint_elsewhere,
    "the write-ahead log of a backup elsewhere": _log_elsewhere,
    "a checkpoint": _checkpoint,
    "a copy of a write-ahead log": _open_log,
}


@pytest.fixture
def desk(make: Any, tmp_path: Path) -> Desk:
    """A desk with a store of the built-in record, a text and a draft."""
    desk = Desk(tmp_path)
    shutil.copy(make.templates["built-in"], desk.db)
    (tmp_path / "text.txt").write_text(drafted.TEXT, "utf-8")
    (tmp_path / "draft.json").write_text(drafted.text_of(drafted.document()), "utf-8")
    return desk


def everything(desk: Desk) -> dict[str, bytes]:
    """Return every file at the desk with its content."""
    return {str(path): path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()}


def test_the_cases_include_the_known_ones() -> None:
    """The search for options and arguments that name a file finds inputs and outputs, also of subcommands."""
    assert {(case.command, case.name) for case in CASES} > {*INPUTS, ("backup", "file"), ("doctor", "rescue")}
    assert {("export", "output"), ("team sql", "output")} < {(case.command, case.name) for case in OUTPUTS}


@pytest.mark.parametrize("case", OUTPUTS, ids=lambda case: f"{case.command} {case.name}")
def test_no_output_replaces_a_file_of_the_store(desk: Desk, case: Case) -> None:
    """Every option or argument that names a file to be written refuses the store and its missing side files."""
    before = everything(desk)
    for name in ("the store", "its write-ahead log"):
        ran = desk.call(*case.call(PLACES[name](desk)))
        assert (ran.status, ran.stdout) == (2, ""), (name, ran)
        assert re.search(REFUSED, ran.stderr), (name, ran.stderr)
    assert everything(desk) == before
    assert desk.call(*case.call(desk.folder / "other")).status == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("call", [SOME_OUTPUT.call, lambda file: ["doctor", "--rescue", file]], ids=["list", "rescue"])
def test_every_file_of_a_store_is_refused(desk: Desk, place: str, call: Callable[[Path], list[Any]]) -> None:
    """A file of the store in use or of another is refused as an output, and every file is unchanged."""
    file = PLACES[place](desk)
    before = everything(desk)
    ran = desk.call(*call(file))
    assert ran.status in ((2, 4) if place == "the store, damaged" else (2,)), ran.stderr
    assert everything(desk) == before


@pytest.mark.parametrize("case", [case for case in CASES if case not in OUTPUTS], ids=lambda case: case.command)
@pytest.mark.parametrize("place", ["the store", "a checkpoint"])
def test_reading_a_file_of_the_store_does_not_change_it(desk: Desk, case: Case, place: str) -> None:
    """A command that reads a file of the store leaves every file unchanged."""
    file = PLACES[place](desk)
    before = everything(desk)
    ran = desk.call(*case.call(file))
    assert "Missing" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert everything(desk) == before


@pytest.mark.parametrize("name", ["new.db-wal", "new.db-shm", "new.db-journal"])
def test_no_store_has_the_name_of_a_side_file(desk: Desk, name: str) -> None:
    """A store, backup or rescued store is not created under a name that SQLite gives to a side file."""
    before = everything(desk)
    for call in (
        ("note", "31", "x", "--db", name),
        ("restore", desk.db, "--db", name),
        ("backup", name),
        ("doctor", "--rescue", name),
    ):
        ran = desk.call(*call)
        assert (ran.status, "SQLite" in ran.stderr) == (2, True), ran
    assert everything(desk) == before


def test_a_backup_deletes_no_file_beside_its_target(desk: Desk) -> None:
    """A backup or rescue is refused if a file has the name of a side file of the new store."""
    (desk.folder / "space-journal").write_text("Dear diary")
    for call in (("backup", "space"), ("doctor", "--rescue", "space")):
        ran = desk.call(*call)
        assert (ran.status, "already exists" in ran.stderr) == (2, True), ran
    assert (desk.folder / "space-journal").read_text() == "Dear diary"


def test_a_checkpoint_is_not_the_store(desk: Desk) -> None:
    """A checkpoint whose name is a link to the store is not written."""
    os.link(desk.db, f"{desk.db}.checkpoint-weekly")
    before = everything(desk)
    assert desk.call("brief", "--checkpoint", "weekly").status == 4
    assert everything(desk) == before


def test_a_store_that_does_not_exist_yet_is_compared_by_folder(desk: Desk) -> None:
    """If the store does not exist yet, a file with its name in another folder can be written."""
    desk.db.unlink()
    assert desk.call("list", "-f", "json", "-o", desk.db.name).status == 0
    assert json.loads((desk.folder / desk.db.name).read_text())["data"]


@pytest.mark.parametrize("call", ["note 31 Hello", "note 31 Hello --dry-run", "undo", "restore elsewhere.db --replace"])
def test_a_store_with_two_names_is_read_and_not_written(desk: Desk, call: str) -> None:
    """A store with a hard link is read; a write ends with status 4 and a remedy, and changes nothing."""
    desk.call("note", "31", "The only name.")
    desk.call("backup", "elsewhere.db")
    listed = desk.call("list").stdout
    link = _hard_link(desk)
    before = everything(desk)
    ran = desk.call(*call.split())
    assert (ran.status, ran.stdout) == (4, "")
    assert "hard link" in ran.stderr
    assert "spacedialog backup NEW.db" in ran.stderr
    assert desk.call("list").stdout == desk.call("list", "--db", link).stdout == listed
    assert everything(desk) == before
    link.unlink()
    assert desk.call("note", "31", "The only name again.").status == 0
