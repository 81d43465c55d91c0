"""Tests of applying and importing files again, in another form or order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Desk

OPENING: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-06-01",
    "dialogue": {
        "key": "LUT1",
        "series": "Lutha Talks",
        "number": 1,
        "title": "First Lutha Talks",
        "place": "Lustadt",
        "when": "2026-05",
        "host": "LU",
    },
    "documents": [{"key": "JS", "title": "Joint statement"}],
    "areas": [{"key": "tides", "title": "Tides"}],
    "parties": [{"key": "LU", "name": "Lutha", "side": "LU"}],
}
COMMITMENT: dict[str, Any] = {
    "ref": "LUT1-01",
    "area": "tides",
    "kind": "action-item",
    "title": "Share readings",
    "strength": "firm",
    "status": "unknown",
    "sources": [{"document": "JS"}],
    "milestones": [{"ref": "LUT1-01.1", "title": "Workshop", "when": "2026", "recurs": "1 year"}],
}
UPDATES: list[dict[str, Any]] = [
    {"ref": "LUT1-01.1", "on": "2026-06-01", "status": "met", "evidence": "https://a.example/1"},
    {"ref": "LUT1-01.1", "on": "2026-05-25", "due": "2026-06", "evidence": "https://a.example/2"},
]


def whole() -> str:
    return json.dumps({**OPENING, "commitments": [COMMITMENT], "updates": UPDATES}, indent=1)


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def take(desk: Desk, text: str) -> int:
    ran = desk.call("import", write(desk, text), "--json")
    assert ran.status == 0, ran.stderr
    changes = ran.data["changes"]
    assert isinstance(changes, int)
    return changes


def write(desk: Desk, text: str) -> Path:
    file = desk.folder / "given.txt"
    file.write_text(text, "utf-8")
    return file


def test_json_and_json_lines_say_the_same(desk: Desk) -> None:
    """A data file as an object and as JSON Lines, with updates in any order, gives the same entries."""
    assert take(desk, whole()) == 7
    for order in (UPDATES, UPDATES[::-1]):
        assert take(desk, lines(OPENING, COMMITMENT, *order)) == 0
    assert "2027-06" in [row["when"] for row in desk.call("upcoming", "--json").data if row["ref"] == "LUT1-01.1"]


def test_an_object_may_break_its_lines_anywhere(desk: Desk) -> None:
    """A JSON object whose first line ends in a brace is read as an object."""
    document = json.loads(whole())
    text = json.dumps({"dialogue": document.pop("dialogue")})[:-1] + "\n, " + json.dumps(document, indent=1)[1:]
    assert take(desk, text) == 7


def test_every_problem_of_json_lines_is_reported(desk: Desk) -> None:
    """All invalid lines are reported by number, and an update is not blamed for its commitment."""
    wrong = lines(OPENING, {**COMMITMENT, "due": "2026-13"}, UPDATES[0]) + "nonsense\n[1]\n" + '{"ref": NaN}\n'
    ran = desk.call("import", write(desk, wrong))
    assert ran.status == 2
    assert all(f"line {number}" in ran.stderr for number in (2, 4, 5, 6)), ran.stderr
    assert "not in the file" not in ran.stderr
    assert not desk.db.exists()


def test_a_meeting_to_come_is_refused(desk: Desk) -> None:
    """A dialogue with a date in the future is refused."""
    future = {**OPENING, "dialogue": {**OPENING["dialogue"], "when": "2027"}}
    ran = desk.call("import", write(desk, lines(future, COMMITMENT)))
    assert (ran.status, "dialogue.when: 2027" in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    "record",
    [
        {"ref": "41.1", "due": "2026-01", "status": "met", "on": "2026-01-01"},
        {"ref": "31", "note": "hello"},
        {"ref": "4-03", "status": "stalled", "on": "2025-06-20", "evidence": "https://a.example/"},
    ],
)
def test_a_file_applied_twice_changes_nothing(desk: Desk, record: dict[str, Any]) -> None:
    """A file of updates adds nothing the second time, on another day too."""
    for today, changes in (("2026-11-22", 1), ("2026-11-22", 0), ("2026-11-23", 0)):
        ran = desk.run("apply", "-", "--json", stdin=lines(record), env={"SPACEDIALOG_TODAY": today})
        assert ran.data["changes"] == changes


def test_a_dated_fact_is_recorded_though_it_holds_today(desk: Desk) -> None:
    """An update of an earlier day is recorded, even if today's state has its value."""
    ran = desk.run("apply", "-", stdin=lines({"ref": "4-03", "status": "in-progress", "on": "2025-04-20"}))
    assert "Applied 1 entry to ROK4-03" in ran.stdout
    (row,) = (row for row in desk.call("list", "--json", "--as-of", "2025-04-25").data if row["ref"] == "ROK4-03")
    assert row["status"] == "in-progress"


def test_an_import_that_takes_back_is_the_latest_action(desk: Desk) -> None:
    """Undo after an import that only retracts undoes that import."""
    take(desk, whole())
    desk.call("mark", "31", "stalled")
    assert take(desk, lines(OPENING, COMMITMENT, UPDATES[1])) == 1
    desk.call("undo")
    rows = {row["ref"]: row["status"] for row in desk.call("list", "--json").data}
    assert rows["ROK4-31"] == "stalled"
    assert take(desk, whole()) == 0


def test_a_log_may_say_little(desk: Desk) -> None:
    """The overview works for a log whose dialogue has neither place nor documents."""
    from spacedialog.model.entry import CREATE, PendingEntry, make_entry

    draft = PendingEntry(
        CREATE,
        "0" * 8 + "-0000-8000-8000-" + "0" * 12,
        "2026-01-01",
        {"type": "dialogue", "set": {"key": "X", "series": "X", "title": "X", "when": "2026"}},
    )
    change = make_entry(draft, entry_id="01a2008d-7400-7043-9c99-abfe8f2bad09", ts=1, author="x", base=None)
    entry = {**change._asdict(), "body": change.content}
    take(desk, json.dumps({"format": "spacedialog-log/1", "changes": [entry]}))
    for arguments in (["overview"], ["overview", "-f", "table"], ["show", "X", "-f", "table"], ["show", "X", "--json"]):
        ran = desk.call(*arguments)
        assert (ran.status, "Traceback" in ran.stderr) == (0, False), ran.stderr


def test_areas_of_two_dialogues_stay_apart(desk: Desk) -> None:
    """Areas of two dialogues with one key keep their own titles and counts."""
    before = desk.call("areas", "--json").data
    opening = {**OPENING, "areas": [{"key": "pnt", "title": "Coastal positioning"}]}
    take(desk, lines(opening, {**COMMITMENT, "area": "pnt"}))
    after = desk.call("areas", "--json").data
    assert after[1:] == before
    assert (after[0]["area"], after[0]["title"], after[0]["commitments"]) == ("pnt", "Coastal positioning", 1)


def test_a_data_file_cannot_meet_an_occurrence_early(desk: Desk) -> None:
    """A data file is refused with the place where it meets an occurrence before its window opens, or twice."""
    met = {**UPDATES[0], "on": "2026-06-02"}
    ran = desk.call("import", write(desk, json.dumps({**OPENING, "commitments": [COMMITMENT], "updates": [met, met]})))
    assert ran.status == 2
    assert (
        "updates[1].status: LUT1-01.1 is already met for 2026; its next window, 2027, opens on 2027-01-01" in ran.stderr
    )
    (milestone,) = COMMITMENT["milestones"]
    early = {**COMMITMENT, "milestones": [{**milestone, "status": "met", "since": "2025-12"}]}
    ran = desk.call("import", write(desk, json.dumps({**OPENING, "commitments": [early]})))
    assert ran.status == 2
    assert "commitments[0].milestones[0].status: LUT1-01.1 cannot be met on 2025-12: its window" in ran.stderr
