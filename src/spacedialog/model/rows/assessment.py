"""Rows of `agreement` and `crosswalk`: the agreement between assessors, and commitments on a published rating scale."""

from collections.abc import Mapping
from typing import NamedTuple


class AgreementRow(NamedTuple):
    """A commitment, or one party to it, on which assessors differ, with the verdict of each assessor.

    `party` is None for the commitment as a whole.
    """

    ref: str
    title: str
    party: str | None
    verdicts: Mapping[str, str]


class Agreement(NamedTuple):
    """The agreement between assessors under a rubric.

    A unit is a commitment, or one party to it. `units` is the number of units with verdicts of two or more assessors,
    `alone` the number of other units. `pairs` is the number of pairs of verdicts on one unit, `alike` the number of
    equal pairs; `alike_percent` is None without pairs. `coefficient` is the name of the coefficient of agreement, None
    if no unit has two verdicts, and `source` its publication. If the coefficient has no value, `value` is None and
    `why` is the reason. `differences` are the units on which assessors differ.
    """

    rubric: str
    title: str
    assessors: tuple[str, ...]
    units: int
    alone: int
    pairs: int
    alike: int
    alike_percent: float | None
    coefficient: str | None
    value: float | None
    why: str | None
    source: str | None
    differences: tuple[AgreementRow, ...]


class CrosswalkRow(NamedTuple):
    """A commitment, or one party to it, on a published rating scale.

    `party` is None for the commitment as a whole. `value` is the value on the scale, None if it has none or the
    assessors differ. `verdicts` are the verdicts under the scale, by assessor; if there are none, the value follows
    from the status. `notes` are the keys of its footnotes. `percent` is None if not recorded.
    """

    ref: str
    title: str
    party: str | None
    status: str
    percent: int | None
    value: str | None
    verdicts: Mapping[str, str]
    notes: tuple[str, ...]


class AverageRow(NamedTuple):
    """The mean score of a party, of a side or of all rows; `kind` is `party`, `side` or `all`.

    `scored` rows have a value and `unscored` rows have none. `average` is None if no row has a value.
    """

    kind: str
    name: str
    scored: int
    unscored: int
    average: float | None


class Crosswalk(NamedTuple):
    """A record converted to a published rating scale.

    `url` is the address of the source, None if it has none. `counts` are the numbers of rows by value, in the order of
    the scale. `unscored` is the number of rows without a value, `disputed` the number of rows on which the assessors
    differ. `averages` is empty for a scale that does not judge each party. `notes` are the footnotes by key, `limits`
    the limitations of the whole conversion.
    """

    scale: str
    title: str
    source: str
    url: str | None
    rows: tuple[CrosswalkRow, ...]
    counts: Mapping[str, int]
    unscored: int
    disputed: int
    averages: tuple[AverageRow, ...]
    notes: Mapping[str, str]
    limits: tuple[str, ...]


class Timing(NamedTuple):
    """Whether a commitment was completed or checked after its due date.

    `late`: completed after its first due date had passed. `missed`: checked after its window had closed.
    """

    late: bool
    missed: bool
