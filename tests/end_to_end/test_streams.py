"""Tests of the installed program's streams: pipes, standard error, devices, and outputs that fail."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import stat
from pathlib import Path

import pytest

from spacedialog.cli import app
from tests.support.built_in import COMMITMENTS, COVERAGE
from tests.support.program import COLOUR, Desk, closed_pipe, working_in

# Data and messages


def test_reading_prints_data_only(desk: Desk) -> None:
    """Reading writes data to standard output and nothing to standard error, and creates no file."""
    ran = desk.run("list", "--json")
    assert len(ran.data) == COMMITMENTS
    assert ran.stderr == ""
    assert list(desk.db.parent.iterdir()) == list(desk.home.iterdir()) == []


def test_store_answers_without_a_note(desk: Desk) -> None:
    """Reading a store writes nothing to standard error."""
    desk.call("mark", "33", "complete")
    assert desk.run("list").stderr == ""


def test_plain_in_a_pipe_and_table_on_a_terminal(reader: Desk) -> None:
    """A pipe receives tab-separated records, and a terminal a table."""
    piped = reader.run("list")
    assert piped.rows[0][:3] == ["ref", "dialogue", "area"]
    assert len(piped.rows) == COMMITMENTS + 1
    shown = reader.in_terminal("list", columns=160)
    assert re.search(r"^\S*Ref\S* +", shown.stdout, re.MULTILINE)
    assert "\t" not in shown.stdout
    assert COVERAGE in COLOUR.sub("", shown.stdout)
    assert "█" in reader.in_terminal(columns=100).stdout


# Outputs that end early or fail


LONG = [["list", "--json"], ["export"], ["schema"], ["list", "-f", "table"], ["history", "-f", "csv"]]
SHORT = [["list", "--closing"], ["list", "--help"]]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store."""
    desk = Desk(tmp_path_factory.mktemp("marked"))
    assert desk.call("mark", "33", "complete").status == 0
    return desk


@pytest.mark.parametrize("arguments", [*LONG, *SHORT], ids=" ".join)
def test_closed_pipe_is_no_error(marked: Desk, arguments: list[str]) -> None:
    """A pipe whose reader has closed it, as `head` does, is not an error, whatever the length of the output."""
    with closed_pipe() as pipe:
        assert marked.run_into(pipe, *arguments) == (0, "", "")


def test_head_reads_one_line(reader: Desk) -> None:
    """`list | head -1` gives the header without an error."""
    ran = reader.shell("spacedialog list | head -1")
    assert (ran.status, ran.stdout.split("\t")[0], ran.stderr) == (0, "ref", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", [["list", "--closing"], ["list", "--json"]], ids=["short", "long"])
def test_a_full_disk_is_reported(reader: Desk, arguments: list[str]) -> None:
    """Output to a full disk ends with status 4 and a message about the disk."""
    with Path("/dev/full").open("wb") as full:
        ran = reader.run_into(full, *arguments)
    assert ran.status == 4
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "the database cannot be used" not in ran.stderr


UNWRITABLE = {"/dev/full": 4, "no/such/report": 2}
"""Paths to which no report can be written, and the exit status."""


@pytest.mark.parametrize("format_", ["html", "xlsx", "ics"])
def test_failed_output_is_reported_in_two_lines(reader: Desk, format_: str) -> None:
    """A full disk ends with status 4, a missing folder with 2, each with a remedy; a closed pipe is not an error."""
    with Path("/dev/full").open("wb") as full:
        fails = [(reader.run_into(full, "report", "-f", format_), 4)]
    fails += [(reader.call("report", "-f", format_, "-o", path), status) for path, status in UNWRITABLE.items()]
    for ran, status in fails:
        assert (ran.status, ran.stderr.count("\n")) == (status, 2), ran.stderr
    with closed_pipe() as pipe:
        ran = reader.run_into(pipe, "report", "-f", format_)
    assert (ran.status, ran.stderr) == (0, "")


def test_terminal_of_another_encoding_gets_signs(reader: Desk) -> None:
    """Characters that the output's encoding lacks are replaced."""
    ran = reader.run("show", "25", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.status, "Traceback" in ran.stderr) == (0, False)
    assert ran.stdout.isascii()
    assert "ROK4-25" in ran.stdout


class Unwritable(io.StringIO):
    """A stream that fails with the given error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:  # noqa: ARG002 - the signature of a stream
        raise self._error


FAILURES = (OSError(errno.ENOSPC, "No space left on device"), BrokenPipeError())


@pytest.mark.parametrize("failure", FAILURES, ids=["full", "closed pipe"])
@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("list --json", 0),
        ("note 31 x --json", 0),
        ("list --stauts open", 2),
        ("show 9999", 3),
        ("doctor --db home", 4),
    ],
)
def test_messages_that_cannot_be_written_do_not_change_the_status(
    desk: Desk, call: str, status: int, failure: OSError
) -> None:
    """The exit status reports the result, even if no note or error can be written to standard error."""
    ran = desk.call(*call.split(), stderr=Unwritable(failure))
    assert (ran.status, bool(ran.stdout)) == (status, status == 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_full_device_for_messages_does_not_change_the_status(reader: Desk) -> None:
    """The installed program ends with its own status if standard error is a full device."""
    assert reader.shell("spacedialog show 9999 2> /dev/full").status == 3


@pytest.mark.parametrize(
    "call", ["import -", "apply -", "draft -", "verify-source ROK4 -", "review x", "team join postgresql://a@b/c d"]
)
def test_closed_standard_input_is_empty(reader: Desk, call: str) -> None:
    """A command that reads standard input treats a closed one as empty."""
    ran = reader.shell(f"spacedialog {call} <&-")
    assert "Traceback" not in ran.stderr
    assert ran.status != 1


@pytest.mark.parametrize(
    "call",
    ["list --db rel.db", "note 31 x --db rel.db", "list -o x.csv", "backup x.db", "restore x.db", "import x.json",
     "doctor --rescue x.db", "report --template x.j2", "draft x.md", "team sql -o x.sql"],
)  # fmt: skip
def test_missing_working_directory_is_not_reported_as_standard_output(desk: Desk, call: str) -> None:
    """In a folder that was deleted, a relative path is reported by its name and not as a fault of the output."""
    desk.call("note", "31", "x")
    gone = desk.folder / "gone"
    gone.mkdir()
    with working_in(gone):
        gone.rmdir()
        ran = desk.call_here(*call.split())
    assert ran.status in (2, 4), ran
    first, *_ = ran.stderr.splitlines()
    assert "standard output" not in first
    assert re.search(r"rel\.db|x\.\w+", first), first


def test_lack_of_memory_is_an_error(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that needs more memory than there is ends with status 4 and a message."""
    monkeypatch.setattr(app, "program", lambda _: bytes(1 << 62))
    ran = reader.call("list")
    assert (ran.status, ran.stderr.count("\n")) == (4, 2)
    assert "memory" in ran.stderr


# Files and devices


FORMATS = ("table", "plain", "json", "jsonl", "csv", "md", "html", "xlsx", "docx", "ics", "eml")
IN_FORMATS = """
import sys
from spacedialog.cli.main import run
folder, *formats = sys.argv[1:]
sys.exit(max(run(["report", "-f", format_, "-o", f"{folder}/{format_}"]) for format_ in formats))
"""


def test_reports_are_reproducible(reader: Desk) -> None:
    """Two reports with the same SOURCE_DATE_EPOCH are identical in every format, and their day is that of UTC."""
    env = {"SOURCE_DATE_EPOCH": "1764806399", "TZ": "Asia/Seoul", "COLUMNS": "100"}
    written = []
    for name, zone, formats in (("one", "UTC-3", FORMATS), ("two", "UTC+5", FORMATS[::-1])):
        folder = reader.folder / name
        folder.mkdir()
        ran = reader.python("-c", IN_FORMATS, name, *formats, env=env | {"TZ": zone}, without="SPACEDIALOG_TODAY")
        assert ran.status == 0, ran.stderr
        written.append({format_: (folder / format_).read_bytes() for format_ in FORMATS})
    one, two = written
    for format_ in FORMATS:
        assert one[format_] == two[format_], format_
    ran = reader.run("report", "--json", env=env, without="SPACEDIALOG_TODAY")
    assert json.loads(ran.stdout)["as_of"] == "2025-12-03"


@pytest.mark.parametrize("epoch", ["yesterday", "1e9", "99999999999999999999"])
def test_an_invalid_epoch_is_reported(reader: Desk, epoch: str) -> None:
    """An invalid SOURCE_DATE_EPOCH is named in the error."""
    ran = reader.run("report", env={"SOURCE_DATE_EPOCH": epoch})
    assert ran.status == 2
    assert ran.stderr.startswith(f"spacedialog: SOURCE_DATE_EPOCH: '{epoch}' is not a time")


def test_a_workbook_is_not_for_a_terminal(reader: Desk) -> None:
    """A binary format is written to a pipe or a file, and refused on a terminal."""
    for more in ([], ["-o", "-"]):
        ran = reader.in_terminal("report", "-f", "xlsx", *more)
        assert ran.status == 2
        assert "xlsx cannot be shown on a terminal" in ran.stdout
    assert reader.shell("spacedialog report -f xlsx | head -c 2").stdout == "PK"


def test_a_device_is_written_to_and_stays_one(desk: Desk) -> None:
    """-o writes into a device or a named pipe, and does not replace it."""
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    ran = desk.shell("spacedialog list --json -o pipe -f json & cat pipe; wait")
    assert len(json.loads(ran.stdout)["data"]) == COMMITMENTS
    assert stat.S_ISFIFO(pipe.stat().st_mode)
