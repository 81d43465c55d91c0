"""Tests of what a call imports: reading and marking load nothing heavy."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.program import Desk

HEAVY = (
    "pydantic",
    "pandas",
    "numpy",
    "sqlite_utils",
    "rich",
    "jinja2",
    "icalendar",
    "xlsxwriter",
    "docx",
    "lxml",
    "psycopg",
    "markdown_it",
)

LOADED = """
import sys
from spacedialog.cli import main as cli

status = cli.run(sys.argv[2:])
sys.stderr.write("\\n".join(["", f"status {status}", *sys.modules]))
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.call("mark", "33", "complete")
    return desk


def loaded(desk: Desk, *arguments: str) -> set[str]:
    """Return the top-level modules that a new process has loaded at the end of the command."""
    ran = desk.python("-c", LOADED, "spacedialog", *arguments)
    assert ran.stdout
    status, *modules = ran.stderr.partition("\nstatus ")[2].splitlines()
    assert status == "0", ran.stderr
    assert "spacedialog.cli.main" in modules
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize(
    "arguments",
    [
        "list --json",
        "list -f plain",
        "list -f csv",
        "areas --json",
        "upcoming --json",
        "show 31 --json",
        "history --json",
        "slips --json",
        "search lunar --json",
        "overview --json",
    ],
)
def test_reading_for_a_script_loads_no_heavy_library(desk: Desk, arguments: str) -> None:
    """A read for a script loads no library for tables, files or schemas."""
    assert loaded(desk, *arguments.split()).isdisjoint(HEAVY)


def test_marking_loads_no_heavy_library(desk: Desk) -> None:
    """A mark in an existing store loads no more than a read."""
    assert loaded(desk, "mark", "34", "stalled", "--json").isdisjoint(HEAVY)


def test_reading_without_a_store_loads_no_heavy_library(tmp_path: Path) -> None:
    """Reading the built-in record loads no library that checks files."""
    assert loaded(Desk(tmp_path), "list", "--json").isdisjoint(HEAVY)


def test_table_loads_rich(desk: Desk) -> None:
    """A table loads Rich, so the tests above can fail."""
    assert "rich" in loaded(desk, "list", "-f", "table")


def test_version_loads_no_command_line(desk: Desk) -> None:
    """--version loads nothing else."""
    assert loaded(desk, "--version").isdisjoint({*HEAVY, "typer", "sqlite3", "json"})


IMPORTED = re.compile(r"import time: +([0-9]+) \| +[0-9]+ \| +(\S+)")


@pytest.mark.parametrize(
    ("arguments", "most"),
    [("list --json", 63), ("upcoming --json", 64), ("todo --json", 66), ("areas --json", 64), ("show 31 --json", 76)],
)
def test_a_read_imports_few_own_modules(desk: Desk, arguments: str, most: int) -> None:
    """A read imports few of the program's modules, and they take less than two thirds of the time of all others.

    The times are those of the fastest of three processes.
    """
    times: dict[str, int] = {}
    for _ in range(3):
        ran = desk.python("-X", "importtime", "-m", "spacedialog", *arguments.split())
        for took, name in IMPORTED.findall(ran.stderr):
            times[name] = min(times.get(name, sys.maxsize), int(took))
    own = {name: took for name, took in times.items() if name.startswith("spacedialog")}
    assert len(own) <= most
    assert sum(own.values()) * 3 < 2 * (sum(times.values()) - sum(own.values()))
