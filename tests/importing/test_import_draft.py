"""Tests of importing a draft: dropped candidates are left out, undecided ones reported, and the others recorded."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from spacedialog.errors import ProblemsError
from spacedialog.model.fields import NewCommitment
from spacedialog.model.filters import OneOf
from spacedialog.model.position import Scope
from spacedialog.tracker import Tracker
from tests.support import drafted
from tests.support.program import Desk
from tests.support.trackers import Maker


@pytest.fixture
def tracker(make: Maker) -> Tracker:
    """A tracker of an empty store."""
    return make("empty")


def take_in(tracker: Tracker, document: dict[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Import the document, and return the number of entries and the notices."""
    written = tracker.import_file(json.dumps(document).encode(), "draft.json")
    return written.changes, written.notices


def refs(tracker: Tracker) -> list[str]:
    """Return the refs on record."""
    with tracker.snapshot() as view:
        return [row.ref.removeprefix("ZUB2-0") for row in view.commitments()]


def test_notes_of_draft_are_not_part_of_the_record(tracker: Tracker) -> None:
    """No entry holds the reasons and decisions of a draft, and each holds its sentence's place and hash."""
    take_in(tracker, drafted.document("accepted"))
    changes = [change for change in tracker.log() if "ZUB2-01" in change.body]
    assert [change for change in changes if "draft" in change.body or "confidence" in change.body] == []
    with tracker.snapshot() as view:
        (source,) = view.detail(view.refs.resolve("1")).sources
    assert (source["paragraph"], source["sentence"], len(source["hash"])) == ("2", 1, 16)


def test_the_quote_of_a_candidate_is_recorded(tracker: Tracker) -> None:
    """The import records the quote, and a corrected quote replaces it; an owner set by a user stays."""
    document = drafted.document(*["accepted"] * 5)
    document["commitments"][0] |= {"quote": "Zubrowka will launch.", "criterion": "It floats.", "review": "6 months"}
    take_in(tracker, document)
    tracker.edit("1", {"owner": "Gustave"})
    document["commitments"][0]["quote"] = "Zubrowka will launch a buoy tender."
    assert take_in(tracker, document)[0] == 2
    with tracker.snapshot() as view:
        found = view.detail(view.refs.resolve("1"))
    assert (found.quote, found.criterion) == ("Zubrowka will launch a buoy tender.", "It floats.")
    assert (found.commitment.owner, found.commitment.review) == ("Gustave", "6 months")


def test_a_decision_is_no_news(tracker: Tracker) -> None:
    """A later review changes the record only by its edits."""
    document = drafted.document()
    assert take_in(tracker, document)[0] > 5
    assert take_in(tracker, drafted.document("accepted", "accepted", "-", "accepted", "accepted"))[0] == 0
    document["commitments"][3]["title"] = "Explore a lunar relay for both"
    document["commitments"][3]["draft"] |= {"decision": "accepted", "confidence": 1.0}
    assert take_in(tracker, document)[0] == 2
    with tracker.snapshot() as view:
        assert view.detail(view.refs.resolve("4")).commitment.title == "Explore a lunar relay for both"


def test_candidates_without_a_review_are_counted(tracker: Tracker) -> None:
    """An import counts undecided candidates and says how to go on, and is silent without any."""
    _, (notice,) = take_in(tracker, drafted.document("accepted", "dropped"))
    assert notice.startswith("3 of 5 candidates were imported without a decision")
    assert "spacedialog review FILE" in notice
    assert take_in(tracker, drafted.document(*["accepted"] * 5))[1] == ()


def test_dropped_candidates_are_not_imported(tracker: Tracker) -> None:
    """A dropped candidate is left out with its milestones and updates, and its ref may be in use."""
    document = drafted.document("dropped", "-", "-", "-", "dropped")
    update = {"ref": "ZUB2-05.1", "on": "2026-06-01", "due": "2029", "evidence": "https://lutz.example/a"}
    take_in(tracker, {**document, "updates": [update]})
    assert refs(tracker) == ["2", "3", "4"]
    with tracker.snapshot() as view:
        assert view.upcoming() == []


def test_an_area_whose_only_candidate_was_dropped_is_not_shown(tracker: Tracker) -> None:
    """An area without any commitment by the day is in no list; one whose commitments left it or do not match is."""
    document = drafted.document(*["accepted"] * 5)
    document["areas"].append({"key": "tides", "title": "Tides"})
    document["commitments"][4] |= {"area": "tides"}

    def shown(day: date | None = None) -> list[str]:
        with tracker.snapshot(Scope(day)) as view:
            keys = [row.area for row in view.areas()]
            assert keys == [row.area for row in view.overview().areas]
            assert all(row.commitments for row in view.report().areas)
            return keys

    dropped = json.loads(json.dumps(document))
    dropped["commitments"][4]["draft"]["decision"] = "dropped"
    take_in(tracker, dropped)
    assert "tides" not in shown()
    take_in(tracker, document)
    assert "tides" in shown()
    with tracker.snapshot() as view:
        (tides,) = [row for row in view.areas(OneOf("status", ["stalled"])) if row.area == "tides"]
    assert tides.commitments == 0
    tracker.undo()
    tracker.add(NewCommitment("Share readings", "tides", document["documents"][0]["key"]), on="2026-11-30")
    assert ("tides" in shown(date(2026, 11, 29)), "tides" in shown()) == (False, True)
    tracker.edit("6", {"area": document["areas"][0]["key"]})
    assert "tides" in shown()


def test_candidates_dropped_later_are_retracted(tracker: Tracker) -> None:
    """A candidate dropped after an import is retracted by the next import, and restored when accepted."""
    take_in(tracker, drafted.document())
    assert take_in(tracker, drafted.document("-", "dropped"))[0] == 1
    assert refs(tracker) == ["1", "3", "4", "5"]
    assert take_in(tracker, drafted.document("-", "dropped"))[0] == 0
    assert take_in(tracker, drafted.document("-", "accepted"))[0] == 1
    assert refs(tracker) == ["1", "2", "3", "4", "5"]


def test_a_dropped_candidate_with_later_entries_is_not_retracted(tracker: Tracker) -> None:
    """A dropped candidate with entries of users stays on record, with a notice."""
    take_in(tracker, drafted.document())
    tracker.mark("2", "stalled")
    changes, notices = take_in(tracker, drafted.document("accepted", "dropped", *["accepted"] * 3))
    assert (changes, notices) == (
        0,
        ("these dropped candidates have later entries and were not undone: ZUB2-02",),
    )
    assert refs(tracker) == ["1", "2", "3", "4", "5"]


def test_the_links_of_what_is_dropped_go_too(tracker: Tracker) -> None:
    """A dropped candidate's links are retracted with it, and restored when it is accepted."""
    earlier = drafted.text_of(drafted.document()).replace("ZUB2", "ZUB1").replace('"2026-05-04"', '"2024-05-04"')
    tracker.import_file(earlier.encode(), "earlier.json")

    def linked(*decisions: str) -> tuple[int, dict[tuple[str, str], str]]:
        document = drafted.document(*decisions)
        source = {"ref": "ZUB1-02", "evidence": "https://lutz.example/a"}
        document["commitments"][1]["carries_on"] = [source]
        changes, _ = take_in(tracker, document)
        with tracker.snapshot() as view:
            return changes, view.decisions("ZUB1", "ZUB2")

    assert linked()[1] == {("ZUB1-02", "ZUB2-02"): "linked"}
    assert linked("-", "dropped") == (2, {})
    assert linked("-", "dropped") == (0, {})
    assert linked("-", "accepted") == (2, {("ZUB1-02", "ZUB2-02"): "linked"})


def test_a_dropped_candidate_must_be_in_order(tracker: Tracker) -> None:
    """Problems of dropped candidates are reported too, and nothing is imported."""
    document = drafted.document("dropped")
    document["commitments"][0]["due"] = "2026-13"
    with pytest.raises(ProblemsError, match=r"draft\.json") as raised:
        take_in(tracker, document)
    assert "commitments[0].due" in raised.value.problems[0]
    assert refs(tracker) == []


def test_json_lines_are_reviewed_too(tracker: Tracker) -> None:
    """A draft as JSON Lines is imported like one as a JSON object."""
    document = drafted.document("dropped", "accepted")
    commitments = document.pop("commitments")
    lines = "\n".join(json.dumps(part) for part in (document, *commitments))
    written = tracker.import_file(lines.encode(), "draft.jsonl")
    assert refs(tracker) == ["2", "3", "4", "5"]
    assert written.notices[0].startswith("3 of 5 candidates")


# A dialogue without place, host and number


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds the draft alone."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    (desk.folder / "draft.json").write_text(drafted.text_of(drafted.document()))
    ran = desk.call("import", "draft.json", "--without-built-in")
    assert ran.status == 0, ran.stderr
    assert "5 of 5 candidates were imported without a decision" in ran.stderr
    return desk


@pytest.fixture(scope="module")
def two(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A copy of the desk with an earlier dialogue that has no place, host or number."""
    two = desk.copied(tmp_path_factory.mktemp("two"))
    earlier = drafted.text_of(drafted.document()).replace("ZUB2", "ZUB1").replace('"2026-05-04"', '"2024-05-04"')
    (two.folder / "earlier.json").write_text(earlier)
    assert two.call("import", "earlier.json").status == 0
    return two


@pytest.mark.parametrize("format_", ["table", "plain", "json", "jsonl", "csv", "md", "html"])
@pytest.mark.parametrize("view", ["overview", "dialogues", "areas", "compare ZUB1 ZUB2", "report"])
def test_dialogues_without_a_place_are_shown_together(two: Desk, view: str, format_: str) -> None:
    """Views of several dialogues work without place, host and number."""
    ran = two.call(*view.split(), "-f", format_)
    assert ran.status == 0
    assert "None" not in ran.stdout
    assert ", ," not in ran.stdout
    assert "ZUB1" in ran.stdout
    assert "ZUB2" in ran.stdout


@pytest.mark.parametrize("format_", ["table", "plain", "json", "jsonl", "csv", "md", "html"])
@pytest.mark.parametrize(
    "view", ["overview", "dialogues", "show ZUB2", "show 1", "list", "areas", "upcoming", "report", "brief"]
)
def test_a_dialogue_without_a_place_is_shown(desk: Desk, view: str, format_: str) -> None:
    """Every view and format works without place, host and number, and never shows None."""
    ran = desk.call(*view.split(), "-f", format_)
    assert (ran.status, ran.stderr) == (0, "")
    assert "None" not in ran.stdout
    assert ", ," not in ran.stdout


def test_a_dialogue_without_a_place_is_in_the_workbook(desk: Desk) -> None:
    """The workbook of such a dialogue has all its sheets."""
    assert desk.call("report", "-o", "report.xlsx").status == 0
    cells = [cell.value for sheet in load_workbook(desk.folder / "report.xlsx") for row in sheet for cell in row]
    assert "ZUB2-01" in cells
    assert [cell for cell in cells if "None" in str(cell) and cell is not None] == []


def test_a_dialogue_without_a_number_comes_again(desk: Desk) -> None:
    """The same file again is the same dialogue, and another series under its key is refused."""
    assert desk.call("import", "draft.json", "--json").data["changes"] == 0
    other = drafted.document()
    other["dialogue"]["series"] = "Another"
    (desk.folder / "other.json").write_text(drafted.text_of(other))
    ran = desk.call("import", "other.json")
    assert (ran.status, "choose another key for the dialogue" in ran.stderr) == (2, True)


def test_show_names_the_sentence(desk: Desk) -> None:
    """A source is shown with its paragraph and its sentence."""
    assert "JS par. 2 s. 3" in desk.call("show", "3", "-f", "table").stdout
