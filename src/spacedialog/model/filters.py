"""Filters on commitments, as a small tree of conditions; `store/read/commitment_sql.py` makes SQL of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.model.vocabulary import Flag


class OneOf(NamedTuple):
    """The field, a name in `fields.FILTERABLE`, has one of the values."""

    field: str
    values: Sequence[str]


class Involves(NamedTuple):
    """One of the parties is its lead or a partner."""

    parties: Sequence[str]


class OfSide(NamedTuple):
    """A party of one of the sides is its lead or a partner."""

    sides: Sequence[str]


class DueBefore(NamedTuple):
    """Its window closes before the day."""

    day: date


class DueAfter(NamedTuple):
    """Its window closes after the day, or never."""

    day: date


class DueWithin(NamedTuple):
    """Its window closes after the first day and before the second."""

    after: date
    before: date


class Flagged(NamedTuple):
    """It has the flag."""

    flag: Flag


class Says(NamedTuple):
    """Its text, or one note on it, contains all the words."""

    words: str


class All(NamedTuple):
    """All of the parts hold; true if there are none."""

    parts: Sequence[Filter]


Filter = OneOf | Involves | OfSide | DueBefore | DueAfter | DueWithin | Flagged | Says | All

EVERYTHING: Filter = All(())
"""The filter that every commitment matches."""
