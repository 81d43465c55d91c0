"""Tests of the styles of words."""

from __future__ import annotations

from spacedialog.model.vocabulary import BY_PROGRESS, Decision, Flag, MilestoneState, SourceVerdict, Status
from spacedialog.presentation.styles import SHADES, STYLES, TIMELINE_KEY


def test_every_word_has_a_style() -> None:
    """Every status, state, flag, decision and verdict on a source has a style."""
    words = {*Status, *MilestoneState, *Flag, *Decision, *SourceVerdict}
    assert words <= STYLES.keys()


def test_every_status_and_state_is_drawn() -> None:
    """Every status and every state of a milestone has a drawing on the page, and a place in its legend."""
    assert all(STYLES[word].drawing for word in (*Status, *MilestoneState))
    assert set(BY_PROGRESS) == set(Status)
    assert set(TIMELINE_KEY) == set(MilestoneState)


def test_every_shade_is_in_the_order() -> None:
    """A workbook uses only shades for which the order of its rules is given."""
    assert {style.shade for style in STYLES.values() if style.shade} == set(SHADES)
