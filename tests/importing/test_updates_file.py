"""Tests of files of updates."""

from __future__ import annotations

from tests.support.trackers import Maker


def test_a_former_status_is_read_as_the_current_one(make: Maker) -> None:
    """A list written by an older version can be applied: `not-assessed` is read as `unknown`."""
    tracker = make("built-in")
    assert tracker.apply("ref,status\nROK4-26,not-assessed\n", "list.csv").changes == 0
    written = tracker.apply("ref,status\nROK4-31,Not-assessed\n", "list.csv")
    assert [(one.old, one.new) for one in written.differences] == [("in-progress", "unknown")]
