"""Tests of duplicates: a title that the dialogue has already needs `force`."""

from __future__ import annotations

import pytest

from spacedialog.errors import InputError
from spacedialog.model.fields import NewCommitment
from spacedialog.tracker import Tracker
from tests.support.program import Desk

RELAY = NewCommitment("  explore SHARING a\tlunar relay", "weather", "JS")


def test_a_second_commitment_with_a_title_needs_force(tracker: Tracker) -> None:
    """A title that another commitment of the dialogue has, in any case and spacing and in any area, is refused."""
    before = len(list(tracker.log()))
    with pytest.raises(InputError, match="RUR1-02 of RUR1 already has this title") as caught:
        tracker.add(RELAY)
    assert "--force" in caught.value.remedy
    assert len(list(tracker.log())) == before
    assert tracker.add(RELAY, force=True).ref == "RUR1-06"


def test_a_title_that_was_undone_or_changed_is_no_duplicate(tracker: Tracker) -> None:
    """A commitment whose addition was undone, or whose title was changed, is no duplicate."""
    fly = NewCommitment("Fly a kite", "moon", "JS")
    tracker.undo(tracker.add(fly).undo)
    assert tracker.add(fly).changes == 1
    tracker.edit("2", {"title": "Share a relay"})
    assert tracker.add(RELAY).changes == 1


def test_a_second_milestone_with_a_title_and_a_date_needs_force(tracker: Tracker) -> None:
    """A milestone with the title and the date of another one of its commitment is refused."""
    with pytest.raises(InputError, match=r"RUR1-01\.1 already has this title and the date 2026-09"):
        tracker.add_milestone("1", "deliver the  seismometer", "2026-09")
    assert tracker.add_milestone("1", "Deliver the seismometer", "2026-10").ref == "RUR1-01.2"
    assert tracker.add_milestone("2", "Deliver the seismometer", "2026-09").ref == "RUR1-02.1"
    assert tracker.add_milestone("1", "Deliver the seismometer", "2026-09", force=True).ref == "RUR1-01.3"


def test_add_names_the_duplicate(desk: Desk) -> None:
    """`add` of a title that is there exits with status 2 and names the ref, and `--force` adds it."""
    title = desk.call("list", "--json").data[0]["title"]
    call = ("add", title.upper(), "--area", "pnt", "--source", "ST1")
    refused = desk.call(*call)
    assert (refused.status, refused.stderr.splitlines()[0]) == (
        2,
        "spacedialog: ROK4-01 of ROK4 already has this title",
    )
    assert desk.call(*call, "--force", "--dry-run").status == 0
