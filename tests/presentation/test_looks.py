"""Tests of the table of looks."""

from __future__ import annotations

from spacedialog.model.vocabulary import BY_PROGRESS, Decision, Flag, MilestoneState, SourceVerdict, Status
from spacedialog.presentation.looks import LOOKS, SHADES, TIMELINE_KEY


def test_every_word_has_a_look() -> None:
    """Every status, state, flag, decision and verdict on a source has a look."""
    words = {*Status, *MilestoneState, *Flag, *Decision, *SourceVerdict}
    assert words <= LOOKS.keys()


def test_every_status_and_state_is_drawn() -> None:
    """Every status and every state of a milestone has a drawing on the page, and a place in its legend."""
    assert all(LOOKS[word].drawing for word in (*Status, *MilestoneState))
    assert set(BY_PROGRESS) == set(Status)
    assert set(TIMELINE_KEY) == set(MilestoneState)


def test_every_shade_is_in_the_order() -> None:
    """A workbook uses only shades for which the order of its rules is given."""
    assert {look.shade for look in LOOKS.values() if look.shade} == set(SHADES)
