"""Tests of the lines that a write prints."""

from __future__ import annotations

import pytest

from spacedialog.model.rows.written import Difference, Written
from spacedialog.presentation.written import written

UNDO = "01a22499-f800-749f-b8c4-d40ea9329665"
MARKED = Written(
    "marked", ("R-1",), "R-1", "Fly", (Difference("R-1", "due", "2027-40", "2027-35"),), 1, UNDO, (), None, False
)


def lines_of(result: Written) -> list[str]:
    """Return the lines of the result on a terminal."""
    (block,) = written(result).blocks
    return [block.heading, *block.lines]


@pytest.mark.parametrize(
    ("did", "done", "would", "unchanged"),
    [
        ("marked", "Marked R-1 (Fly)", "mark R-1 (Fly)", "Status unchanged."),
        ("noted", "Added a note to R-1 (Fly)", "add a note to R-1 (Fly)", "Status unchanged."),
        ("checked", "Checked R-1 (Fly)", "record a check of R-1 (Fly)", "Status unchanged."),
        ("rescheduled", "Rescheduled R-1 (Fly)", "reschedule R-1 (Fly)", "Date unchanged."),
        ("edited", "Edited R-1 (Fly)", "edit R-1 (Fly)", "No field changed."),
        ("added", "Added R-1 (Fly)", "add R-1 (Fly)", None),
        ("assessed", "Assessed R-1 (Fly)", "assess R-1 (Fly)", "Verdict unchanged."),
        ("linked", "Linked R-1 (Fly)", "link R-1 (Fly)", "Link unchanged."),
        ("not-linked", "Recorded as not linked: R-1 (Fly)", "record as not linked: R-1 (Fly)", "Link unchanged."),
        ("applied", "Applied 1 entry to R-1 (Fly)", "apply 1 entry to R-1 (Fly)", "No status or date changed."),
        ("undone", "Undid 1 entry on R-1 (Fly)", "undo 1 entry on R-1 (Fly)", None),
        ("redone", "Redid 1 entry on R-1 (Fly)", "redo 1 entry on R-1 (Fly)", None),
    ],
)
def test_each_action_is_named_in_its_result(did: str, done: str, would: str, unchanged: str | None) -> None:
    """The result of each action, of a dry run of it, and of one that changes no field, is true."""
    next_step = "Redo with: spacedialog undo --redo" if did == "undone" else "Undo with: spacedialog undo a9329665"
    result = MARKED._replace(did=did)
    assert lines_of(result) == [done, "due: 2027-H1 → 2027-Q3", next_step]
    assert lines_of(result._replace(dry_run=True, undo=None)) == [
        f"Dry run: would {would}",
        "due: 2027-H1 → 2027-Q3",
        "Nothing was recorded. Leave out --dry-run to record it.",
    ]
    assert lines_of(result._replace(differences=())) == [done, *filter(None, [unchanged]), next_step]


def test_a_cleared_lead_is_joint() -> None:
    """A lead that was cleared is shown as joint, the word that --lead accepts."""
    cleared = MARKED._replace(did="edited", differences=(Difference("R-1", "lead", "NASA", None),))
    assert "lead: NASA → joint" in lines_of(cleared)


def test_several_items_are_counted() -> None:
    """A result on several items has their number, and names them with what changed."""
    several = MARKED._replace(refs=("R-1", "R-2"), ref="", title="", changes=2, undo=None)
    assert lines_of(several._replace(did="applied")) == ["Applied 2 entries", "R-1  due: 2027-H1 → 2027-Q3"]
    checked = several._replace(did="checked", differences=())
    assert lines_of(checked) == ["Checked 2 commitments", "R-1, R-2", "Status unchanged."]
    noted = several._replace(did="noted", refs=("R", "R-1", "R-1.1", "R-1.2"), differences=())
    assert lines_of(noted)[0] == "Added a note to 1 commitment, 2 milestones and 1 dialogue"
    assert lines_of(several._replace(did="imported", refs=(), differences=())) == ["Imported 2 entries"]


def test_a_note_on_a_dialogue_does_not_mention_a_status() -> None:
    """A note on dialogues has no line on a status, and dialogues are counted apart from commitments."""
    noted = MARKED._replace(did="noted", refs=("ROK4",), ref="ROK4", title="", differences=(), undo=None)
    assert lines_of(noted) == ["Added a note to ROK4"]
    several = noted._replace(refs=("ROK4", "ROK3", "ROK4-31"), ref="", changes=3)
    assert lines_of(several)[0] == "Added a note to 1 commitment and 2 dialogues"


@pytest.mark.parametrize("did", ["linked", "not-linked", "rescheduled", "applied"])
def test_a_write_that_records_nothing_says_so(did: str) -> None:
    """A write that records nothing says so, also in a dry run, and offers no undo."""
    nothing = MARKED._replace(did=did, differences=(), changes=0, undo=None)
    assert lines_of(nothing) == ["Nothing to record for R-1 (Fly)"]
    assert lines_of(nothing._replace(dry_run=True)) == ["Dry run: nothing to record for R-1 (Fly)"]
