"""Tests of the commands that write: what they record and what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Desk, by_ref

DATA = Path(__file__).parents[2] / "data" / "dialogue_2025.json"
WRITTEN = {"did", "refs", "ref", "title", "differences", "changes", "undo", "notices", "created_store", "dry_run"}
WRITTEN |= {"internal"}


Row = dict[str, Any]


def test_a_note_changes_only_the_history(desk: Desk) -> None:
    """A note adds to the history and changes neither status nor dates."""
    before = by_ref(desk.call("list", "--json").data)["ROK4-33"]
    ran = desk.call("note", "ROK4-33", "Raised again", "--on", "2026-05")
    assert (ran.status, ran.stdout.split("\n")[0]) == (0, f"Added a note to ROK4-33 ({before['title']})")
    after = by_ref(desk.call("list", "--json").data)["ROK4-33"]
    assert {name for name in after if after[name] != before[name]} <= {"updated_on", "flags"}
    entry = desk.call("history", "33", "--json").data[-1]
    assert (entry["kind"], entry["on"], entry["note"], entry["changed"]) == ("note", "2026-05", "Raised again", {})


def test_evidence_is_given_several_times(desk: Desk) -> None:
    """`--evidence` takes web addresses and citations; each is a piece of the entry's evidence."""
    cable, address = "Cable SEOUL 1234 of 3 May 2026", "https://example.org/a"
    for command in (("mark", "31", "in-progress"), ("note", "31", "Heard"), ("check", "31")):
        ran = desk.call(*command, "--evidence", cable, "--evidence", address, "--evidence", cable)
        assert (ran.status, "No evidence" in ran.stderr) == (0, False), ran.stderr
        assert desk.call("history", "31", "--json").data[-1]["evidence"] == [cable, address]
    assert desk.call("doctor").status == 0
    lines = desk.call("history", "31", "-f", "table").stdout.splitlines()
    assert (lines.count(f"    {cable}"), lines.count(f"    {address}")) == (3, 3)
    ran = desk.call("mark", "31", "stalled", "--evidence", "Cable 12\nCable 13")
    assert (ran.status, "evidence: the text has a line break" in ran.stderr) == (2, True)


def test_adding_and_editing(desk: Desk) -> None:
    """A new commitment gets the next ref, a new milestone the next below it, and an edit keeps the old values in the
    history.
    """
    added = desk.call("add", "Share orbit data", "--area", "exploration", "--source", "ST1", "--due", "2027", "--json")
    assert added.data["ref"] == "ROK4-43"
    assert set(added.data) == WRITTEN
    step = desk.call("add", "Design review", "--milestone-of", "43", "--due", "2028-Q3", "--every", "1 year", "--json")
    assert step.data["ref"] == "ROK4-43.1"
    edited = desk.call("edit", "43", "--title", "Share lunar orbit data", "--partner", "NASA", "--lead", "kasa")
    assert "title: Share orbit data → Share lunar orbit data" in edited.stdout
    row = by_ref(desk.call("list", "--json").data)["ROK4-43"]
    assert (row["title"], row["lead"], row["partners"], row["due"], row["status"]) == (
        "Share lunar orbit data",
        "KASA",
        ["NASA"],
        "2027",
        "unknown",
    )
    assert [entry["changed"].get("title") for entry in desk.call("history", "43", "--json").data] == [
        "Share orbit data",
        "Design review",
        "Share lunar orbit data",
    ]
    desk.call("edit", "43", "--clear", "lead")
    assert by_ref(desk.call("list", "--json").data)["ROK4-43"]["lead"] is None


def test_several_refs_are_named_in_the_result(desk: Desk) -> None:
    """`mark`, `note` and `edit` of several refs show each of them, also in a dry run and if it does not change."""
    assert desk.call("mark", "33", "4-35", "33", "stalled", "--dry-run").stdout.splitlines() == [
        "Dry run: would mark 2 commitments",
        "ROK4-33 status: unknown → stalled",
        "ROK4-35 status: unknown → stalled",
        "Nothing was recorded. Leave out --dry-run to record it.",
    ]
    desk.call("mark", "33", "stalled")
    lines = desk.call("mark", "33", "35", "stalled").stdout.splitlines()
    assert lines[1:3] == ["ROK4-35 status: unknown → stalled", "ROK4-33: status unchanged"]
    assert desk.call("note", "33", "35", "Talks paused").stdout.splitlines()[:3] == [
        "Added a note to 2 commitments",
        "ROK4-33, ROK4-35",
        "Status unchanged.",
    ]
    desk.call("edit", "33", "35", "--owner", "Kim")
    again = desk.call("edit", "33", "35", "--owner", "Kim")
    assert (again.stdout, again.status) == ("Nothing to record for 2 commitments\n", 0)
    refused = desk.call("mark", "33", "99", "complete")
    assert (refused.status, refused.stderr.splitlines()[0]) == (3, "spacedialog: there is no ref '99'")


def test_desk_fields_are_set_shown_and_cleared(desk: Desk) -> None:
    """`add` and `edit` set owner, review, criterion and quote, `show` shows them, and `--clear` clears them."""
    given = ("--owner", "Kim", "--criterion", "A signed text", "--quote", "The two sides decided to share orbit data.")
    desk.call("add", "Share orbit data", "--area", "exploration", "--source", "ST1", "--review", "Q1 2099", *given)
    lines = desk.call("show", "43").stdout.splitlines()
    assert [line for line in lines if line.partition("\t")[0] in ("owner", "review", "done when", "quote")] == [
        "owner\tKim",
        "review\t2099-Q1",
        "done when\tA signed text",
        "quote\t\u201cThe two sides decided to share orbit data.\u201d",
    ]
    edited = desk.call("edit", "43", "--review", "6m", "--clear", "owner", "--clear", "quote")
    assert "review: 2099-Q1 → every 6 months" in edited.stdout
    shown = desk.call("show", "43", "--json").data
    assert (shown["commitment"]["owner"], shown["commitment"]["review"], shown["quote"]) == (None, "6 months", None)
    desk.call("edit", "42", "--owner", "Kim")
    assert [row["ref"] for row in desk.call("list", "--owner", "kim", "--json").data] == ["ROK4-42"]
    assert desk.call("list", "--sort", "owner", "--json").data[0]["ref"] == "ROK4-42"
    assert [
        row["commitment"]["ref"] for row in desk.call("report", "--owner", "kim", "--json").data["commitments"]
    ] == ["ROK4-42"]
    refused = desk.run("edit", "42", "--review", "2020")
    assert (refused.status, refused.stderr.splitlines()[1]) == (2, "  write a later date, or a span such as 90 days")


def test_undo_and_redo(desk: Desk) -> None:
    """`undo` reverts the latest action, `undo --redo` restores it, and the log keeps all three."""
    before = desk.call("list", "--json").stdout
    desk.call("mark", "33", "complete")
    marked = desk.call("list", "--json").stdout
    assert desk.call("undo").status == 0
    assert desk.call("list", "--json").stdout == before
    assert desk.call("undo", "--redo").status == 0
    assert desk.call("list", "--json").stdout == marked
    assert [row["kind"] for row in desk.call("history", "33", "--json").data][-3:] == ["set", "retract", "retract"]


JSONL = '{"ref": "33", "status": "stalled", "note": "Talks paused"}\n\n{"ref": "31", "percent": 70, "due": "2027"}\n'
CSV = 'ref,status,percent,due,note\r\n33,stalled,,,"Talks\r\npaused, so far"\r\n31,,70,2027,\r\n'


@pytest.mark.parametrize("form", ["jsonl", "csv", "stdin"])
def test_apply_records_all_as_one_action(desk: Desk, form: str) -> None:
    """Updates from a file or a pipe are recorded and undone as one action."""
    before = desk.call("list", "--json").stdout
    text = JSONL if form == "jsonl" else CSV
    file = desk.folder / f"updates.{form}"
    file.write_text(text, "utf-8", newline="")
    ran = desk.call("apply", "-", stdin=text) if form == "stdin" else desk.call("apply", file)
    assert (ran.status, ran.stdout.split("\n")[0]) == (0, "Applied 2 entries")
    rows = by_ref(desk.call("list", "--json").data)
    assert rows["ROK4-33"]["status"] == "stalled"
    assert (rows["ROK4-31"]["percent"], rows["ROK4-31"]["due"]) == (70, "2027")
    desk.call("undo")
    assert desk.call("list", "--json").stdout == before


def test_apply_reads_an_edited_list_and_other_encodings(desk: Desk) -> None:
    """A list as a workbook is applied without an entry, and CSV in the encoding that --encoding names."""
    assert desk.call("list", "-o", desk.folder / "list.xlsx").status == 0
    ran = desk.call("apply", desk.folder / "list.xlsx")
    assert (ran.status, ran.stdout) == (0, "Applied 0 entries\n")
    (desk.folder / "list.csv").write_bytes("Ref;Owner\r\n31;Andr\u00e9\r\n".encode("cp1252"))
    ran = desk.call("apply", desk.folder / "list.csv", "--encoding", "cp1252")
    assert "owner: Andr\u00e9" in ran.stdout


# Every write


UPDATE = '{"ref": "31", "status": "complete"}'
WRITES = [
    ["mark", "31", "complete"],
    ["mark", "23.2", "met"],
    ["note", "31", "text"],
    ["reschedule", "31", "2027"],
    ["add", "New", "--area", "pnt", "--source", "ST1"],
    ["add", "New", "--milestone-of", "31", "--due", "2027"],
    ["edit", "31", "--title", "Other"],
    ["undo"],
    ["undo", "--redo"],
    ["apply", "-"],
    ["import", "new.json"],
]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with actions to undo and to redo, and a file to import."""
    desk = Desk(tmp_path_factory.mktemp("lived-in"))
    desk.call("mark", "32", "complete")
    desk.call("mark", "33", "stalled")
    desk.call("undo")
    record = json.loads(DATA.read_text("utf-8"))
    record["commitments"][0]["title"] = "Another title"
    record["updates"] = []
    (desk.folder / "new.json").write_text(json.dumps(record), "utf-8")
    return desk


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_a_dry_run_changes_no_file(lived_in: Desk, arguments: list[str]) -> None:
    """A dry run prints what it would do, and changes no byte of the store."""
    before = lived_in.files()
    ran = lived_in.call(*arguments, "--dry-run", stdin=UPDATE)
    assert ran.status == 0, ran.stderr
    assert ran.stdout.startswith("Dry run: ")
    assert "Undo with" not in ran.stdout
    data = lived_in.call(*arguments, "--dry-run", "--json", stdin=UPDATE).data
    assert (data["dry_run"], data["undo"]) == (True, None)
    assert lived_in.files() == before


def test_a_dry_run_creates_no_store(desk: Desk) -> None:
    """A dry run without a store creates none."""
    ran = desk.call("mark", "31", "complete", "--dry-run")
    assert ran.status == 0, ran.stderr
    assert list(desk.db.parent.iterdir()) == []
    assert "Created" not in ran.stderr


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_writes_answer_in_json(desk: Desk, arguments: list[str]) -> None:
    """A write with --json returns what it did."""
    desk.call("mark", "32", "complete")
    desk.call("mark", "33", "stalled")
    if "--redo" in arguments:
        desk.call("undo")
    record = json.loads(DATA.read_text("utf-8"))
    record["commitments"][0]["title"] = "Another title"
    record["updates"] = []
    (desk.folder / "new.json").write_text(json.dumps(record), "utf-8")
    known = len(desk.call("history", "--json").data)
    ran = desk.call(*arguments, "--json", stdin=UPDATE)
    assert set(ran.data) == WRITTEN
    assert ran.data["dry_run"] is False
    rows = desk.call("history", "--json").data
    assert ran.data["changes"] == len(rows) - known > 0
    assert ran.data["undo"] in {row["id"] for row in rows[known:]}


def test_a_former_ref_finds_its_commitment(desk: Desk) -> None:
    """A ref that was changed still finds its commitment and is not given to another."""
    desk.call("add", "Thing", "--area", "pnt", "--source", "ST1")
    desk.call("edit", "43", "--ref", "ROK4-50")
    assert desk.call("show", "ROK4-43", "--json").data["commitment"]["ref"] == "ROK4-50"
    ran = desk.call("add", "Other", "--area", "pnt", "--source", "ST1", "--ref", "ROK4-43")
    assert (ran.status, "already in use" in ran.stderr) == (2, True)
    assert desk.call("add", "Other", "--area", "pnt", "--source", "ST1", "--json").data["ref"] == "ROK4-51"
    for odd in ("7", "ROK4-7.1", "x y"):
        assert desk.call("edit", "8", "--ref", odd).status == 2


def test_numbers_of_milestones_are_not_given_again(desk: Desk) -> None:
    """A new milestone gets a number above all that its commitment ever had, even renamed ones."""
    desk.call("edit", "25.2", "--ref", "ROK4-25.7")
    desk.call("undo")
    assert desk.call("add", "Review", "--milestone-of", "25", "--due", "2028", "--json").data["ref"] == "ROK4-25.8"


def test_undo_and_redo_of_a_milestone_name_it(desk: Desk) -> None:
    """Undo, redo and history name the milestone that they are about."""
    desk.call("reschedule", "25.1", "2031")
    for arguments, old, new in ((["undo"], "2031", "2029-09"), (["undo", "--redo"], "2029-09", "2031")):
        written = desk.call(*arguments, "--json").data
        assert written["ref"] == "ROK4-25.1"
        assert [(move["old"], move["new"]) for move in written["differences"]] == [(old, new)]
    assert [row["kind"] for row in desk.call("history", "25.1", "--json").data][-3:] == ["set", "retract", "retract"]


def test_actions_of_others_are_not_undone_without_an_id(desk: Desk) -> None:
    """Undo and redo without an id apply to the user's own latest action."""
    desk.call("mark", "31", "stalled", "--by", "another")
    refused = desk.call("undo")
    assert (refused.status, "another" in refused.stderr) == (2, True)
    named = refused.stderr.split("undo ")[1].split()[0]
    assert desk.call("undo", named, "--by", "another").status == 0
    refused = desk.call("undo", "--redo")
    assert (refused.status, "another" in refused.stderr) == (2, True)
    assert desk.call("undo", "--redo", "--by", "another").status == 0
