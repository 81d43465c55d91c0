"""Filters on commitments: small trees of conditions, which `store/read/commitment_sql.py` converts to SQL."""

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
    """One of the parties is the lead or a partner of the commitment.

    `shares` are parties that count in one dialogue only: the key of the dialogue and that of the party.
    """

    parties: Sequence[str]
    shares: Sequence[tuple[str, str]] = ()


class LedBy(NamedTuple):
    """One of the parties is the lead of the commitment; `shares` as in `Involves`."""

    parties: Sequence[str]
    shares: Sequence[tuple[str, str]] = ()


class OfSide(NamedTuple):
    """A party of one of the sides is the lead or a partner of the commitment."""

    sides: Sequence[str]


class DueBefore(NamedTuple):
    """The due window closes before the day."""

    day: date


class DueAfter(NamedTuple):
    """The due window closes after the day, or never."""

    day: date


class DueWithin(NamedTuple):
    """The due window closes after the day `after` and before the day `before`."""

    after: date
    before: date


class Flagged(NamedTuple):
    """The commitment has the flag."""

    flag: Flag


class ContainsWords(NamedTuple):
    """The words all occur in texts of the commitment, or in names that belong to it."""

    words: str


class All(NamedTuple):
    """All of the parts are true; a filter without parts is true."""

    parts: Sequence[Filter]


Filter = OneOf | Involves | LedBy | OfSide | DueBefore | DueAfter | DueWithin | Flagged | ContainsWords | All

EVERYTHING: Filter = All(())
"""The filter that every commitment matches."""
