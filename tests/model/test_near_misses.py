"""Tests of the valid values that are suggested for unknown ones."""

from __future__ import annotations

import pytest

from spacedialog.model.near_misses import STATUS_SYNONYMS, nearest
from spacedialog.model.vocabulary import STATUS_GROUPS, Status


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("doen", "complete"),
        ("Finshed", "complete"),
        ("opne", "open"),
        ("open", "in-progress"),
        ("stalld", "stalled"),
        ("not-statred", "not-started"),
        ("cancelled", "withdrawn"),
        ("canceld", "withdrawn"),
        ("not-asessed", "unknown"),
        ("assessed", None),
        ("happy", None),
    ],
)
def test_a_synonym_may_be_misspelt(text: str, meant: str | None) -> None:
    """A misspelt word is matched with the choices and their synonyms, but never with its opposite."""
    assert nearest(text, [*Status, *STATUS_GROUPS], STATUS_SYNONYMS) == meant
