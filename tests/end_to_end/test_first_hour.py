"""Tests of a new user's first hour with the installed program."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest

from tests.support.program import Desk, by_ref

Row = dict[str, Any]


@pytest.mark.parametrize("module", [[], ["-m", "spacedialog"]])
def test_version(reader: Desk, module: list[str]) -> None:
    """The script and the module both print the version."""
    ran = reader.python(*module, "--version") if module else reader.run("--version")
    assert re.fullmatch(r"spacedialog \d+\.\d+\.\d+\n", ran.stdout)


def test_the_first_hour_of_a_new_user(desk: Desk) -> None:
    """A new user lists, marks, reschedules, undoes, reads the past, pipes and applies."""
    # Read
    first = desk.run()
    assert first.status == 0
    assert first.stderr == ""
    assert "Fourth U.S.-ROK Civil Space Dialogue" in first.stdout
    assert desk.run("list", "--status", "open", "--lead", "KASI", "--no-header").rows[0][0] == "ROK4-31"
    assert "LUSEM" in desk.run("show", "31").stdout

    # Mark three, reschedule one, undo one
    assert "Created " in desk.run("mark", "31", "in-progress", "--percent", "60").stderr
    second = desk.run("mark", "33", "stalled", "--note", "No talks since May", "--on", "2026-05-31")
    assert (second.status, "No evidence recorded" in second.stderr) == (0, True)
    desk.run("mark", "rok4-35", "not-started")
    assert "due: 2026 → 2027-06" in desk.run("reschedule", "31", "Jun 2027", "--note", "Lander late").stdout
    (command,) = re.findall(r"spacedialog undo \w+", second.stdout)
    assert "status: stalled → unknown" in desk.shell(command).stdout

    # Read an earlier day
    spring = by_ref(desk.run("list", "--as-of", "2026-05-01", "--json").data)
    assert [spring[ref]["status"] for ref in ("ROK4-31", "ROK4-33", "ROK4-35")] == [
        "in-progress",
        "unknown",
        "unknown",
    ]
    assert (spring["ROK4-31"]["percent"], spring["ROK4-31"]["due"]) == (None, "2026")

    # Pipe
    grepped = desk.shell("spacedialog list | grep not-started | cut -f 1")
    assert (grepped.status, grepped.stdout) == (0, "ROK4-35\n")
    script = "import json, sys; print(*[row['ref'] for row in json.load(sys.stdin)['data'] if row['percent'] == 60])"
    fed = desk.shell(f'spacedialog list --json | python3 -c "{script}"')
    assert (fed.status, fed.stdout) == (0, "ROK4-31\n")

    # Apply a file
    with (desk.folder / "updates.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["ref", "status", "note"], ["36", "in-progress", "Met"], ["37", "complete", "Done"]]
        )
    assert desk.run("apply", "updates.csv", "--dry-run").stdout.startswith("Dry run: would apply 2 entries")
    assert desk.run("apply", "updates.csv").stdout.startswith("Applied 2 entries")

    # Read the history
    rows = desk.run("history", "--json", "--limit", "7").data
    assert [(row["ref"], row["kind"], row["retracted"]) for row in rows] == [
        ("ROK4-31", "set", False),
        ("ROK4-33", "set", True),
        ("ROK4-35", "set", False),
        ("ROK4-31", "set", False),
        ("ROK4-33", "retract", False),
        ("ROK4-36", "set", False),
        ("ROK4-37", "set", False),
    ]
    assert {row["author"] for row in rows} == {"desk"}
    assert list(desk.home.iterdir()) == []


MARK = ("mark", "ROK4-31", "in-progress", "--percent", "60", "--note", "Fitted", "--on", "2026-03-01")


def test_mark_shows_the_change_and_how_to_undo_it(desk: Desk) -> None:
    """`mark` prints the change and a command that undoes it."""
    before = desk.call("list", "--json").stdout
    ran = desk.run(*MARK, "--evidence", "https://example.org/news", "--by", "Kim")
    assert ran.status == 0
    assert ran.stdout.startswith("Marked ROK4-31 (Launch KASI's lunar science payload with NASA)\npercent: 60\n")
    assert "Created " in ran.stderr
    row = desk.call("history", "31", "--json").data[-1]
    assert (row["author"], row["on"], row["note"]) == ("Kim", "2026-03-01", "Fitted")
    assert (row["evidence"], row["changed"]) == (["https://example.org/news"], {"percent": 60, "status": "in-progress"})
    assert by_ref(desk.call("list", "--json").data)["ROK4-31"]["percent"] == 60

    (command,) = re.findall(r"^Undo with: (spacedialog undo .+)$", ran.stdout, re.MULTILINE)
    assert desk.shell(command).status == 0
    assert desk.call("list", "--json").stdout == before


def test_reading_leaves_the_store_alone(desk: Desk) -> None:
    """Reading a store changes none of its bytes and leaves no file beside it."""
    desk.call("mark", "33", "complete")
    before = desk.files()
    for arguments in (["list"], [], ["show", "31"], ["search", "lunar"], ["list", "--known-at", "today"], ["export"]):
        assert desk.run(*arguments).status == 0
    assert desk.files() == before
    assert set(before) == {"tracker.db"}
