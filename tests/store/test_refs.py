"""Tests of refs: short forms in a record of several dialogues, candidates of ambiguous ones, and dialogues by key."""

from __future__ import annotations

import json
from datetime import date

import pytest

from spacedialog.errors import InputError, NotFoundError, ProblemsError
from spacedialog.model.entry import PendingEntry
from spacedialog.model.position import Scope
from spacedialog.store import database
from spacedialog.store.write.append import append
from spacedialog.tracker import Selection, Tracker
from tests.support.program import Desk
from tests.support.ruritania import RECORD
from tests.support.trackers import Maker


def later_dialogue(key: str, when: str, numbers: tuple[int, ...]) -> bytes:
    """Return the data file of another dialogue, with commitments of these numbers."""
    text = json.dumps({**RECORD, "updates": []}).replace("RUR1", key)
    record = json.loads(text)
    record["dialogue"] |= {"series": f"Series of {key}", "when": when, "title": f"The {key} meeting"}
    record["commitments"] = [one for one in record["commitments"] if int(one["ref"][-1]) in numbers]
    return json.dumps(record).encode()


@pytest.fixture(scope="module")
def several(make: Maker) -> Tracker:
    """A record of four dialogues: RUR1 (2025-03), RUR12 (2025-06), GRA1 (2025-09) and RUR2 (2026-03)."""
    tracker = make("ruritania")
    for key, when, numbers in (
        ("RUR12", "2025-06-10", (1, 2, 5)),
        ("GRA1", "2025-09-10", (1, 3)),
        ("RUR2", "2026-03-10", (1, 2)),
    ):
        tracker.import_file(later_dialogue(key, when, numbers), f"{key}.json")
    return tracker


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("1", "RUR2-01"),
        ("02", "RUR2-02"),
        ("1.1", "RUR2-01.1"),
        ("4", "RUR1-04"),
        ("4.1", "RUR1-04.1"),
        ("2-1", "RUR2-01"),
        ("12-1", "RUR12-01"),
        ("r2-1", "RUR2-01"),
        ("RUR1-1", "RUR1-01"),
        ("a1-3", "GRA1-03"),
    ],
)
def test_a_number_alone_is_of_the_newest_dialogue(several: Tracker, text: str, ref: str) -> None:
    """A number alone is of the newest dialogue, or else of the only one that has it; `2-1` is not of RUR12."""
    with several.snapshot() as view:
        assert view.refs.resolve(text).ref == ref


@pytest.mark.parametrize(
    ("text", "refs"), [("3", ["GRA1-03", "RUR1-03"]), ("5", ["RUR1-05", "RUR12-05"]), ("1-03", ["GRA1-03", "RUR1-03"])]
)
def test_an_ambiguous_ref_lists_its_candidates(several: Tracker, text: str, refs: list[str]) -> None:
    """The error for an ambiguous ref has a line with the ref and the title of each candidate, in JSON too."""
    with several.snapshot() as view, pytest.raises(ProblemsError, match=f"'{text}' is ambiguous") as caught:
        view.refs.resolve(text)
    titles = {"03": "Exchange data on sea ice", "05": "Open an office in Strelsau"}
    assert caught.value.problems == tuple(f"{ref}: {titles[ref[-2:]]}" for ref in refs)
    assert [(row.message, row.remedy) for row in caught.value.row.problems] == [
        (line, "") for line in caught.value.problems
    ]
    assert caught.value.remedy == f"write the full ref, such as {refs[0]}"


def test_the_newest_dialogue_is_that_of_the_view(several: Tracker) -> None:
    """In a view of an earlier day, a number alone is of the dialogue that was the newest then."""
    with several.snapshot(Scope(date(2025, 12, 31))) as view:
        assert view.refs.resolve("1").ref == "GRA1-01"


def test_dialogues_narrow_a_number(several: Tracker) -> None:
    """With --dialogue, a number alone is of that dialogue, and is not found elsewhere."""
    with several.snapshot(Scope(dialogues=["RUR1"])) as view:
        assert view.refs.resolve("1").ref == "RUR1-01"
        assert view.refs.resolve("2-1").ref == "RUR2-01"
    with (
        several.snapshot(Scope(dialogues=["RUR2"])) as view,
        pytest.raises(NotFoundError, match="there is no ref '4' in RUR2"),
    ):
        view.refs.resolve("4")


def test_a_write_takes_a_number_of_the_newest_dialogue(make: Maker) -> None:
    """A number names a commitment of the newest dialogue for a write too, and the result names it with its title."""
    tracker = make("ruritania")
    assert tracker.mark("1", "stalled").ref == "RUR1-01"
    tracker.import_file(later_dialogue("RUR2", "2026-03-10", (1,)), "RUR2.json")
    written = tracker.mark("1", "stalled")
    assert (written.ref, written.title) == ("RUR2-01", "Fly a Graustark seismometer to the Moon")
    assert tracker.mark("2", "stalled").ref == "RUR1-02"


@pytest.mark.parametrize(("text", "key"), [("2", "RUR2"), ("12", "RUR12"), ("gra1", "GRA1"), ("a1", "GRA1")])
def test_the_end_of_a_key_names_a_dialogue(several: Tracker, text: str, key: str) -> None:
    """A dialogue is found by the end of its key, in every command that takes a key."""
    with several.snapshot(Scope(dialogues=[text])) as view:
        assert {row.dialogue for row in view.commitments()} == {key}
        chosen = Selection(dialogue=[text]).filter(view)
        assert {row.dialogue for row in view.commitments(chosen)} == {key}
    assert several.add_area(f"dust-{text}", "Lunar dust", dialogue=text).ref == f"{key}/dust-{text}"


def test_an_ambiguous_key_lists_the_dialogues(several: Tracker) -> None:
    """The end of several keys is ambiguous, and the error lists the dialogues with their titles."""
    with pytest.raises(ProblemsError, match="'1' is ambiguous") as caught, several.snapshot(Scope(dialogues=["1"])):
        pass
    assert caught.value.problems == ("GRA1: The GRA1 meeting", "RUR1: First Ruritania-Graustark Space Dialogue")
    configured = Scope(dialogues=["1"], origin="config.toml: dialogue")
    with pytest.raises(ProblemsError, match=r"config\.toml: dialogue: '1' is") as of_file, several.snapshot(configured):
        pass
    assert of_file.value.problems == caught.value.problems
    with pytest.raises(InputError, match="there is no dialogue '3'"), several.snapshot(Scope(dialogues=["3"])):
        pass


def test_dialogues_are_compared_by_short_keys(several: Tracker) -> None:
    """A comparison takes dialogues by the end of their keys."""
    comparison = several.compare("12", "2")
    assert (comparison.old, comparison.new) == ("RUR12", "RUR2")


def test_a_dialogue_is_found_by_its_key(several: Tracker) -> None:
    """`find` takes the key of a dialogue or its end; a number alone is a ref; an unknown text is not found."""
    with several.snapshot() as view:
        assert [view.refs.find(text).ref for text in ("rur1", "R12", "1", "a1-3")] == [
            "RUR1",
            "RUR12",
            "RUR2-01",
            "GRA1-03",
        ]
        assert [view.refs.is_dialogue(view.refs.find(text)) for text in ("rur1", "1", "1.1")] == [True, False, False]
        for text in ("9", "nothing", ""):
            with pytest.raises(NotFoundError):
                view.refs.find(text)
    with several.snapshot(Scope(date(2010, 1, 1))) as view, pytest.raises(NotFoundError) as caught:
        view.refs.find("RUR1")
    assert caught.value.problem == "RUR1 is not in the record as of 2010-01-01"


def test_a_note_on_a_dialogue_is_kept(make: Maker) -> None:
    """A note on a dialogue is shown with it and in its history, found by a search, in the log, and can be undone."""
    tracker = make("ruritania")
    written = tracker.note("rur1", "The next one is in Zenda.", evidence="Cable 12", on="2026-11")
    assert (written.ref, written.title) == ("RUR1", "First Ruritania-Graustark Space Dialogue")
    with tracker.snapshot() as view:
        target = view.refs.find("RUR1")
        assert [(row.ref, row.note) for row in view.dialogue_detail(target)["history"]] == [
            ("RUR1", "The next one is in Zenda.")
        ]
        kinds = [(row.ref, row.kind) for row in view.history(target)]
        assert kinds[-1] == ("RUR1", "note")
        assert {"RUR1", "RUR1/moon", "RUR1/weather", "RUR1/RSA"} <= {ref for ref, _ in kinds}
        assert not any("-" in ref for ref, _ in kinds)
        assert [row.ref for row in view.search("Zenda")] == ["RUR1"]
    assert any(entry.kind == "note" and "Zenda" in entry.body for entry in tracker.log())
    undone = tracker.undo()
    assert (undone.ref, undone.changes) == ("RUR1", 1)
    with tracker.snapshot() as view:
        assert view.search("Zenda") == []
        assert view.dialogue_detail(target)["history"][0].retracted
    assert tracker.redo().ref == "RUR1"


def test_commands_take_dialogues(desk: Desk) -> None:
    """`show`, `note`, `history` and `compare` take a dialogue by its key or the end of it."""
    assert desk.call("note", "K4", "Heard in Strelsau.").stdout.startswith("Added a note to ROK4 (Fourth")
    assert "Heard in Strelsau" in desk.call("show", "ROK4").stdout
    assert "Heard in Strelsau" in desk.call("history", "rok4", "--limit", "1").stdout
    assert "ROK3-06" in desk.call("compare", "3", "4").stdout
    early = desk.call("show", "ROK4", "--as-of", "2010-01-01")
    assert (early.status, early.stderr.splitlines()[0]) == (
        3,
        "spacedialog: ROK4 is not in the record as of 2010-01-01",
    )
    assert "ROK4-09" in desk.call("mark", "9", "complete", "--dry-run").stdout


def test_joint_is_accepted_as_a_lead(make: Maker) -> None:
    """`joint`, as lists show it, selects commitments without a lead, and clears the lead."""
    tracker = make("ruritania")
    with tracker.snapshot() as view:
        chosen = {
            leads: [row.ref[-2:] for row in view.commitments(Selection(lead=leads).filter(view))]
            for leads in (("joint",), ("Joint", "gmo"), ("gmo",))
        }
    assert chosen == {("joint",): ["02", "04"], ("Joint", "gmo"): ["02", "03", "04"], ("gmo",): ["03"]}
    written = tracker.edit("3", {"lead": "joint"})
    assert [(one.old, one.new) for one in written.differences] == [("GMO", None)]


def test_no_party_is_called_joint(make: Maker) -> None:
    """A data file cannot declare a party with the key `joint`, which means that there is no lead."""
    record = json.loads(json.dumps(RECORD))
    record["parties"].append({"key": "Joint", "name": "Both", "side": "RUR"})
    with pytest.raises(ProblemsError) as caught:
        make().import_file(json.dumps(record).encode(), "both.json", built_in=False)
    assert "parties[4].key: Joint means that there is no lead" in caught.value.problems[0]


def test_an_assessment_with_a_ref_of_another_program_has_none(tracker: Tracker) -> None:
    """A ref that an entry gives to an assessment does not make the ref of a commitment ambiguous."""
    tracker.assess("RUR1-01", "met", assessor="Ann")
    assessment = next(entry.item for entry in tracker.log() if entry.content.get("type") == "assessment")
    pending = PendingEntry("set", assessment, "2026-11-01", {"set": {"ref": "RUR1-01"}})
    with database.writing(tracker.path) as (connection, _):
        append(connection, [[pending]], now=2 * 10**15, author="Ann", entropy=bytes(16))
    with tracker.snapshot() as view:
        assert view.refs.resolve("RUR1-01").item != assessment
