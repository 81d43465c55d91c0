"""Filters on commitments: small trees of conditions, which `store/read/commitment_sql.py` converts to SQL."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.model.dates import VagueDate
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
    """One of the parties is the lead, or with `or_joint` the commitment has no lead; `shares` as in `Involves`."""

    parties: Sequence[str]
    shares: Sequence[tuple[str, str]] = ()
    or_joint: bool = False


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


class DueIn(NamedTuple):
    """The due window has a day from `first` to `last`; None for an open side."""

    first: date | None
    last: date | None


class Was(NamedTuple):
    """The commitment had one of the statuses on the day or on an earlier one."""

    statuses: Sequence[str]


class Among(NamedTuple):
    """The commitment is one of the items (their ids)."""

    items: Sequence[str]


class Flagged(NamedTuple):
    """The commitment has the flag."""

    flag: Flag


class ContainsWords(NamedTuple):
    """The words all occur in texts of the commitment, or in names that belong to it."""

    words: str


class All(NamedTuple):
    """All of the parts are true; a filter without parts is true."""

    parts: Sequence["Filter"]


Filter = (
    OneOf
    | Involves
    | LedBy
    | OfSide
    | DueBefore
    | DueAfter
    | DueWithin
    | DueIn
    | Was
    | Among
    | Flagged
    | ContainsWords
    | All
)

EVERYTHING: Filter = All(())
"""The filter that every commitment matches."""


class EntryFilter(NamedTuple):
    """A filter on entries of the log: the date on which they were true, their authors and their kinds.

    An entry with a vague date matches if one of its days is not before `since` begins and not after `until` ends. The
    authors `by` match in any case. By default, every entry matches.
    """

    since: VagueDate | None = None
    until: VagueDate | None = None
    by: Sequence[str] = ()
    kind: Sequence[str] = ()


EVERY_ENTRY = EntryFilter()
"""The filter that every entry matches."""
