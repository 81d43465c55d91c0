"""Tests of criteria that were changed after evidence was recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Detail, HistoryRow
from spacedialog.presentation.phrases import action_text, criterion_text
from spacedialog.tracker import Tracker
from tests.support.trackers import Maker

ADDRESS = "https://a.example/"


@pytest.fixture
def tracker(make: Maker) -> Tracker:
    """Return a tracker whose commitment 6 has no entry besides its creation."""
    tracker = make("ruritania")
    tracker.add_milestone(added(tracker), "Launch", "2026-11")
    return tracker


def added(tracker: Tracker) -> str:
    """Add commitment 6; return its ref."""
    from spacedialog.model.fields import NewCommitment

    return tracker.add(NewCommitment("Fly a kite", "moon", "JS")).ref


def criterion(tracker: Tracker, text: str | None, **remarks: Any) -> str:
    """Set the criterion; return the id of the entry."""
    return str(tracker.edit("6", {"criterion": text}, **remarks).undo)


def detail(tracker: Tracker) -> Detail:
    with tracker.snapshot() as view:
        return view.detail(view.refs.resolve("6"))


def late(tracker: Tracker) -> list[str | None]:
    """Return the criteria that were changed after evidence; history and details must agree."""
    with tracker.snapshot() as view:
        history = view.history(view.refs.resolve("6"))
        assert list(detail(tracker).history) == history
        assert [row for row in view.history() if row.after_evidence] == [row for row in history if row.after_evidence]
    return [row.changed["criterion"] for row in history if row.after_evidence]


def test_a_criterion_before_the_evidence_is_not_marked(tracker: Tracker) -> None:
    """A criterion recorded before any evidence is not marked, even if it is dated later."""
    criterion(tracker, "In orbit")
    tracker.mark("6", "in-progress", evidence=ADDRESS, on="2026-10-01")
    assert late(tracker) == []
    assert criterion_text(detail(tracker)) == "In orbit"


@pytest.mark.parametrize("on", ["2026-10-01", "2026-12-01"])
def test_a_criterion_after_the_evidence_is_marked(tracker: Tracker, on: str) -> None:
    """A criterion changed after evidence was recorded is marked, whatever the dates of the entries."""
    criterion(tracker, "Launched", on="2026-10-01")
    tracker.mark("6", "in-progress", evidence=ADDRESS, on="2026-11-01")
    criterion(tracker, "In orbit", on=on)
    assert late(tracker) == ["In orbit"]
    shown = detail(tracker)
    assert shown.criterion_after_evidence
    assert criterion_text(shown) == "In orbit (changed after evidence was recorded)"
    assert action_text(marked(shown)) == "criterion → In orbit (changed after evidence was recorded)"


def marked(shown: Detail) -> HistoryRow:
    (row,) = (row for row in shown.history if row.after_evidence)
    return row


def test_evidence_of_a_milestone_counts_and_that_of_a_check_does_not(tracker: Tracker) -> None:
    """Evidence on a milestone counts; evidence of a check does not."""
    tracker.check(["6"], evidence=ADDRESS)
    criterion(tracker, "In orbit")
    assert late(tracker) == []
    tracker.mark("6.1", "met", evidence=ADDRESS)
    criterion(tracker, "Landed")
    assert late(tracker) == ["Landed"]


def test_evidence_that_is_undone_does_not_count(tracker: Tracker) -> None:
    """A criterion is not marked if the only evidence since the first one was undone."""
    criterion(tracker, "Launched")
    evidence = tracker.mark("6", "in-progress", evidence=ADDRESS)
    criterion(tracker, "In orbit")
    assert late(tracker) == ["In orbit"]
    tracker.undo(evidence.undo)
    assert late(tracker) == []


def test_evidence_before_the_first_criterion_does_not_count(tracker: Tracker) -> None:
    """The first criterion of a commitment that already has evidence is not marked."""
    tracker.mark("6", "in-progress", evidence=ADDRESS)
    criterion(tracker, "In orbit")
    assert late(tracker) == []


def test_evidence_of_the_same_entry_does_not_count(tracker: Tracker) -> None:
    """An entry that sets the criterion and has evidence is not marked."""
    criterion(tracker, "In orbit", evidence=ADDRESS)
    assert late(tracker) == []


def test_the_same_criterion_again_is_not_a_change(tracker: Tracker) -> None:
    """An entry that repeats the criterion is not marked, and does not remove the mark of an earlier change."""
    criterion(tracker, "In orbit")
    tracker.note("6", "Seen", evidence=ADDRESS)
    criterion(tracker, "In orbit")
    assert (late(tracker), detail(tracker).criterion_after_evidence) == ([], False)
    criterion(tracker, "Launched")
    criterion(tracker, "Launched")
    assert (late(tracker), detail(tracker).criterion_after_evidence) == (["Launched"], True)


def test_a_criterion_that_is_cleared_late_is_marked_in_the_history(tracker: Tracker) -> None:
    """A criterion cleared after evidence was recorded is marked in the history; `show` then has no criterion."""
    criterion(tracker, "In orbit")
    tracker.note("6", "Seen", evidence=ADDRESS)
    criterion(tracker, None)
    assert late(tracker) == [None]
    assert action_text(marked(detail(tracker))) == "criterion → none (cleared after evidence was recorded)"
    assert criterion_text(detail(tracker)) == ""


def test_undoing_a_late_change_restores_the_earlier_criterion(tracker: Tracker) -> None:
    """After the undo of a late change the criterion shown is the earlier one, without a remark."""
    criterion(tracker, "In orbit")
    tracker.note("6", "Seen", evidence=ADDRESS)
    change = criterion(tracker, "Launched")
    tracker.undo(change)
    assert criterion_text(detail(tracker)) == "In orbit"


def test_an_earlier_day_shows_the_criterion_of_that_day(tracker: Tracker) -> None:
    """In a view of an earlier day the remark is about the criterion of that day."""
    tracker.edit("2", {"criterion": "In orbit"}, on="2026-06-01")
    tracker.note("2", "Seen", evidence=ADDRESS)
    tracker.edit("2", {"criterion": "Launched"})
    for day, shown in (
        (date(2026, 11, 30), "In orbit"),
        (date(2026, 12, 1), "Launched (changed after evidence was recorded)"),
    ):
        with tracker.snapshot(Scope(day)) as view:
            assert criterion_text(view.detail(view.refs.resolve("2"))) == shown
