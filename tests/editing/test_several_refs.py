"""Tests of writes on several refs: one action, all or nothing; and of partners and cleared fields of an edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spacedialog.errors import InputError, SpacedialogError
from spacedialog.model.rows.record import Detail
from spacedialog.model.rows.written import Written
from spacedialog.tracker import Tracker

Write = Callable[[Tracker, list[str]], Written]

WRITES: dict[str, Write] = {
    "mark": lambda tracker, refs: tracker.mark(refs, "stalled"),
    "note": lambda tracker, refs: tracker.note(refs, "Talks paused."),
    "edit": lambda tracker, refs: tracker.edit(refs, {"owner": "Kim"}),
}


def detail(tracker: Tracker, ref: str = "1") -> Detail:
    """Return the details of a commitment."""
    with tracker.snapshot() as view:
        return view.detail(view.refs.resolve(ref))


def length(tracker: Tracker) -> int:
    """Return the number of entries in the log."""
    return sum(1 for _ in tracker.log())


@pytest.mark.parametrize("name", WRITES)
def test_several_refs_are_one_action(tracker: Tracker, name: str) -> None:
    """The entries of several refs have one recorded time and are undone together; a ref named twice counts once."""
    before = length(tracker)
    written = WRITES[name](tracker, ["1", "RUR1-02", "1-1"])
    assert (written.refs, written.ref, written.changes) == (("RUR1-01", "RUR1-02"), "", 2)
    assert len({entry.ts for entry in list(tracker.log())[before:]}) == 1
    undone = tracker.undo()
    assert (undone.changes, set(undone.refs)) == (2, {"RUR1-01", "RUR1-02"})


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("wrong", ["99", "RUR9", ""])
def test_a_wrong_ref_records_nothing(tracker: Tracker, name: str, wrong: str) -> None:
    """If one of several refs is wrong, the error names it, and nothing is recorded."""
    before = length(tracker)
    with pytest.raises(SpacedialogError, match=wrong or "ref"):
        WRITES[name](tracker, ["1", wrong, "2"])
    assert length(tracker) == before


def test_an_invalid_value_for_one_ref_names_the_ref(tracker: Tracker) -> None:
    """A status or a percentage that one of the refs cannot have is refused, with the ref."""
    before = length(tracker)
    with pytest.raises(InputError, match=r"^RUR1-01\.1: "):
        tracker.mark(["1", "1.1"], "stalled")
    with pytest.raises(InputError, match=r"^RUR1-01\.1: "):
        tracker.edit(["2", "1.1"], {"owner": "Kim"})
    assert length(tracker) == before


@pytest.mark.parametrize("field", ["title", "ref"])
def test_a_title_or_a_ref_is_for_one_commitment(tracker: Tracker, field: str) -> None:
    """An edit of several commitments cannot set a title or a ref."""
    with pytest.raises(InputError, match=f"{field}: this field can be set for one ref only") as caught:
        tracker.edit(["1", "2"], {field: "RUR1-77"})
    assert "separate" in caught.value.remedy


def test_an_edit_without_a_change_records_nothing(tracker: Tracker) -> None:
    """An edit records only the refs that it changes; without any, it says so. A new note or evidence is recorded."""
    tracker.edit("1", {"owner": "Kim"})
    before = length(tracker)
    written = tracker.edit("1", {"owner": "Kim"})
    assert (written.changes, written.undo, written.notices) == (0, None, ("RUR1-01 already has these values.",))
    assert length(tracker) == before
    written = tracker.edit(["1", "2"], {"owner": "Kim"})
    assert (written.changes, [one.ref for one in written.differences]) == (1, ["RUR1-02"])
    assert tracker.edit("1", {"owner": "Kim"}, note="Confirmed by Kim.").changes == 1


# Partners


def test_partners_are_added_and_removed(tracker: Tracker) -> None:
    """Partners are added and removed one by one; one that is there already is not added again."""
    tracker.edit("2", {}, add_partners=["gmo", "RSA"], remove_partners=["gra"])
    assert detail(tracker, "2").commitment.partners == ("RSA", "GMO")
    tracker.edit(["1", "2"], add_partners=["RUR"])
    assert [detail(tracker, ref).commitment.partners for ref in "12"] == [("GRA", "RUR"), ("RSA", "GMO", "RUR")]


@pytest.mark.parametrize(
    ("more", "problem", "remedy"),
    [
        ({"remove_partners": ["GMO"]}, "'GMO' is not a partner of RUR1-02", "RSA, GRA"),
        ({"add_partners": ["NOBODY"]}, "there is no party 'NOBODY'", "GMO"),
        ({"values": {"partners": ["GMO"]}, "add_partners": ["RUR"]}, "cannot be combined", "--add-partner"),
    ],
)
def test_invalid_changes_of_partners_are_refused(tracker: Tracker, more: Any, problem: str, remedy: str) -> None:
    """A partner that is not there cannot be removed, and an unknown party cannot be added."""
    with pytest.raises(InputError, match=problem) as caught:
        tracker.edit("2", **more)
    assert remedy in caught.value.remedy


# Cleared fields


def test_a_due_date_is_cleared(tracker: Tracker) -> None:
    """A cleared due date is in the history, undo restores it, and a later date counts as moved from the last one."""
    tracker.edit("1", {"due": None}, evidence="https://a.example/")
    found = detail(tracker)
    assert (found.commitment.due, found.commitment.due_latest) == (None, None)
    assert found.history[-1].changed == {"due": None}
    assert not [slip for slip in found.slips if slip.ref == "RUR1-01"]
    tracker.undo()
    assert detail(tracker).commitment.due == "2026"
    tracker.redo()
    tracker.reschedule("1", "2028")
    found = detail(tracker)
    assert "slipped" in found.commitment.flags
    assert [(slip.old, slip.new) for slip in found.slips if slip.ref == "RUR1-01"] == [("2026", "2028")]
    assert all(check.ok for check in tracker.doctor() if check.check == "fold")


@pytest.mark.parametrize(
    ("ref", "values", "remedy"),
    [
        ("1", {"due": "2027"}, "use spacedialog reschedule RUR1-01 DATE"),
        ("1", {"area": None}, "clear one of lead, partners, due"),
        ("1", {"owner": ""}, "--clear owner"),
        ("1.1", {"due": None}, "edit its commitment"),
    ],
)
def test_a_field_that_cannot_be_cleared_is_refused(
    tracker: Tracker, ref: str, values: dict[str, Any], remedy: str
) -> None:
    """A required field, a milestone's date and an empty text cannot be cleared, and a date is not set by an edit."""
    with pytest.raises(InputError) as caught:
        tracker.edit(ref, values)
    assert remedy in caught.value.remedy
