"""The typed rows of judgements: verdicts, how far they agree, and where a record falls on a scale of the field.

As in `rows`, field names are the keys of the JSON output, and values are what JSON has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class AssessmentRow(NamedTuple):
    """A verdict that stands: what `assessor` found of a commitment, or of one `party` to it, under a rubric.

    `author` is who recorded it, `change` the entry that says it.
    """

    ref: str
    title: str
    party: str | None
    assessor: str
    rubric: str
    verdict: str
    on: str
    note: str | None
    evidence: str | None
    author: str
    recorded_at: str
    change: str


class AgreementRow(NamedTuple):
    """A unit on which assessors differ: a commitment, or one party to it, and who found what."""

    ref: str
    title: str
    party: str | None
    verdicts: Mapping[str, str]


class Agreement(NamedTuple):
    """How far assessors agree under a rubric.

    `units` were judged by two or more, `alone` by one or none; of the `pairs` of verdicts on one unit so many are
    `alike`. `value` is that of the `coefficient`, which is from `source`; None where `why` says.
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
    """A commitment, or one party to it, on a scale of the field: its `value` there, None where it has none.

    `verdicts` are those under the scale, by the assessors; without any the value comes from the status. `notes` are the
    keys of the footnotes.
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
    """The mean score of a party, of a side or of all (`kind`), from so many scores; None where there is none."""

    kind: str
    name: str
    scored: int
    unscored: int
    average: float | None


class Crosswalk(NamedTuple):
    """A record on a scale of the field.

    `counts` has how many rows fall on each value, in the order of the scale; `unscored` have none, and of `disputed`
    the assessors differ. `notes` are the footnotes by their keys, `limits` what holds for all of it.
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
