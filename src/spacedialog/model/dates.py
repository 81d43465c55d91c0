"""Dates as stored, in a subset of EDTF that keeps the precision of each date, and spans such as `2 years`.

Other forms that a user may type (`tomorrow`, `5 Oct 2026`) are parsed by `typed_dates`. No function here reads a clock.
Source: ISO 8601-2:2019, and the Extended Date/Time Format specification of the Library of Congress.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, total_ordering

from spacedialog.errors import DateError

LONGEST = 64
"""The maximum length of a date in characters; a longer text is rejected without parsing."""

REMEDY = "write 2025, 2025-10, 2025-10-03, or an interval such as 2025-10/2026-03"
SPAN_REMEDY = "write a number from 1 to 999 and a unit, such as 10 days, 2 weeks, 6 months or 1 year"
YEARS_REMEDY = "stay within the years 0001 to 9999"


class Precision(StrEnum):
    """The precision of a date."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    INTERVAL = "interval"


class Unit(StrEnum):
    """The unit of a span."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


# By the text after the year: the precision, the first month and the number of months. Winter ends in the next year.
_PARTS_OF_YEAR = {
    "": (Precision.YEAR, 1, 12),
    **{f"-{month:02}": (Precision.MONTH, month, 1) for month in range(1, 13)},
    **{f"-{21 + i}": (Precision.SEASON, 3 + 3 * i, 3) for i in range(4)},
    **{f"-{33 + i}": (Precision.QUARTER, 1 + 3 * i, 3) for i in range(4)},
    **{f"-{40 + i}": (Precision.HALF, 1 + 6 * i, 6) for i in range(2)},
}
_CODES = {(precision, first): code for code, (precision, first, _) in _PARTS_OF_YEAR.items()}
_TYPED_CODES = {"Q1": "33", "Q2": "34", "Q3": "35", "Q4": "36", "H1": "40", "H2": "41"}
_READABLE = {f"-{code}": f"-{name}" for name, code in _TYPED_CODES.items()} | {
    "-21": " spring",
    "-22": " summer",
    "-23": " autumn",
    "-24": " winter",
}
_ONE_MONTH = r"([0-9]{4}-[0-9]{2}-)([0-9]{2})/\1([0-9]{2})"
_CODE = r"(?<=[0-9]{4})-(?:2[1-4]|3[3-6]|4[01])(?![0-9-])"
_CODE_WITH_WORD = r"(?<=[0-9]{4})-(?:3[3-6]|4[01])(?![0-9-])"
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}

_SIMPLE = r"([0-9]{4})(?:(-[0-9]{2})(-[0-9]{2})?)?([~?%]?)"
_QUARTER_OR_HALF = r"(?<=-)(?:[Qq][1-4]|[Hh][12])"
_SPAN = r"(?:([1-9][0-9]{0,2}) )?(day|week|month|year)(?(1)s?)"


def quoted(text: str) -> str:
    """Return a text in quotation marks for an error message: at most 40 characters, in printable ASCII."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


@dataclass(frozen=True, slots=True)
class Span:
    """A count (1 to 999) of days, weeks, months or years: a duration, or how often a milestone recurs."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Span:
        """Parse `2 years`, `6 months`, `1 week`, `10 days`, or a bare `year`; raise DateError for any other text."""
        match = re.fullmatch(_SPAN, text)
        if match is None:
            raise DateError(f"{quoted(text)} is not a span of time", SPAN_REMEDY)
        return cls(int(match[1] or 1), Unit(match[2]))

    def __str__(self) -> str:
        """Return the canonical text, which `parse` accepts."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def months(self) -> int:
        """Return the length in months; 0 for a span of days or weeks."""
        return self.count * _MONTHS.get(self.unit, 0)

    @property
    def days(self) -> int:
        """Return the length in days; a month counts as 30 days and a year as 365."""
        return self.count * _DAYS[self.unit]

    def after(self, day: date, times: int = 1) -> date:
        """Return the day `times` spans later; the last day of the month if the month has no such day.

        Raise DateError outside the years 1 to 9999.
        """
        try:
            if not self.months:
                return day + timedelta(days=times * self.count * _DAYS[self.unit])
            from dateutil.relativedelta import relativedelta  # imported here for start-up time

            return day + relativedelta(months=times * self.months)
        except (ValueError, OverflowError):
            problem = f"{self} counted from {day} is out of range"
            raise DateError(problem, YEARS_REMEDY) from None

    def before(self, day: date) -> date:
        """Return the day one span earlier, by the rules of `after`."""
        return self.after(day, -1)


def parse_recorded_review(text: str) -> Span | VagueDate:
    """Parse the review of a commitment as stored, a span or an EDTF date; raise DateError for any other text."""
    try:
        return Span.parse(text)
    except DateError:
        return VagueDate.parse(text)


@total_ordering
@dataclass(frozen=True, slots=True)
class VagueDate:
    """A date with its recorded precision, and the first and the last day of its window. `parse` creates it.

    `earliest` and `latest` are the first and last day; None only on the open side of an interval. `qualifier` is `~`
    (approximate), `?` (uncertain), `%` (both) or empty. It is empty for an interval, whose ends may each have one. A
    qualifier does not widen the window, since EDTF does not say by how much.
    Two dates are equal if their texts are equal. They are ordered by `sort_key`.
    """

    text: str
    earliest: date | None = field(compare=False)
    latest: date | None = field(compare=False)
    precision: Precision = field(compare=False)
    qualifier: str = field(compare=False, default="")

    @classmethod
    def of(cls, date_or_text: VagueDate | str) -> VagueDate:
        """Return a date as it is, or a text as a date."""
        return cls.parse(date_or_text) if isinstance(date_or_text, str) else date_or_text

    @classmethod
    @lru_cache(maxsize=4096)  # a record has far fewer dates than entries
    def parse(cls, text: str) -> VagueDate:
        """Parse one EDTF date; raise DateError for other text, `../..`, or an interval that ends before it begins.

        | form | example |
        |---|---|
        | year, month, day | `2026`, `2026-10`, `2026-10-05` |
        | season: spring, summer, autumn, winter | `2026-21` to `2026-24` |
        | quarter, half | `2026-33` to `2026-36`, `2026-40`, `2026-41` |
        | interval of any of these, or open on one side | `2025-10/2026-03`, `2026/..`, `../2026` |
        | any of these except an open side, with a qualifier | `2026~`, `2026-10?`, `2025%/2026` |

        Seasons are northern and meteorological: spring is March to May, winter December to February of the next year.
        `2026-Q3` and `2026-H2` become `2026-35` and `2026-41`; every other date keeps its text.
        """
        problem = f"{quoted(text)} is not a date"
        if len(text) > LONGEST:
            raise DateError(problem, REMEDY)
        edtf = re.sub(_QUARTER_OR_HALF, lambda match: _TYPED_CODES[match[0].upper()], text)
        try:
            if "/" not in edtf:
                return _parse_single(edtf)
            first, last = (None if end == ".." else _parse_single(end) for end in edtf.split("/"))
        except ValueError:
            raise DateError(problem, REMEDY) from None
        earliest = first.earliest if first else None
        latest = last.latest if last else None
        if earliest is None and latest is None:
            raise DateError(f"{quoted(text)} has neither a start nor an end", REMEDY)
        if earliest and latest and latest < earliest:
            raise DateError(f"{quoted(text)} ends before it begins", REMEDY)
        return cls(edtf, earliest, latest, Precision.INTERVAL)

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def __lt__(self, other: object) -> bool:
        """Return whether this date sorts before the other, by `sort_key`."""
        if not isinstance(other, VagueDate):
            return NotImplemented
        return self.sort_key() < other.sort_key()

    def sort_key(self) -> tuple[int, int, str]:
        """Return a key that sorts by latest day, earliest day and text; an open end is last, an open start first."""
        # By latest day, because a commitment due in 2026 is not late before 1 January 2027.
        latest = self.latest.toordinal() if self.latest else date.max.toordinal() + 1
        return latest, self.earliest.toordinal() if self.earliest else 0, self.text

    @property
    def is_exact(self) -> bool:
        """Return whether the date is a single day without a qualifier."""
        return self.precision is Precision.DAY and not self.qualifier

    def is_within(self, other: VagueDate) -> bool:
        """Return whether the window of this date lies in the window of the other."""
        begins = other.earliest is None or (self.earliest is not None and self.earliest >= other.earliest)
        return begins and (other.latest is None or (self.latest is not None and self.latest <= other.latest))

    def overlaps(self, other: VagueDate) -> bool:
        """Return whether the window of this date and that of the other have a day in common."""
        begins = other.latest is None or self.earliest is None or self.earliest <= other.latest
        return begins and (other.earliest is None or self.latest is None or self.latest >= other.earliest)

    def occurrence(self, n: int, every: Span) -> VagueDate:
        """Return the occurrence that is `n` spans later, with the precision and the qualifiers of this date.

        Occurrences count from this date: 29 February, yearly, is 28 February in common years and the 29th again in leap
        years. Both ends of an interval move; an open side stays open. Raise DateError if the span is not a multiple of
        the precision (a year every 6 months, a month every 2 weeks), or outside the years 1 to 9999.
        """
        text = "/".join(_moved_end(end, n, every) for end in self.text.split("/"))
        try:
            return VagueDate.parse(text)
        except DateError:
            problem = f"an occurrence of {readable(self.text)} every {every} is out of range"
            raise DateError(problem, YEARS_REMEDY) from None


def iso_day(day: date | None) -> str | None:
    """Return the day in ISO 8601; None for the open side of an interval."""
    return day.isoformat() if day else None


@lru_cache(maxsize=4096)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def days_to(day: str | None, today: date) -> int | None:
    """Return the number of days from `today` to a day (ISO 8601), negative in the past; None without a day."""
    return _ordinal(day) - today.toordinal() if day else None


def _parse_single(text: str) -> VagueDate:
    """Parse a date that is not an interval; raise ValueError if the text is not one."""
    match = re.fullmatch(_SIMPLE, text)
    if match is None:
        raise ValueError(text)
    year, code, day, qualifier = int(match[1]), match[2] or "", match[3], match[4]
    if day:
        exact = date(year, int(code[1:]), int(day[1:]))
        return VagueDate(text, exact, exact, Precision.DAY, qualifier)
    if code not in _PARTS_OF_YEAR:
        raise ValueError(text)
    precision, first, length = _PARTS_OF_YEAR[code]
    years, month = divmod(first + length - 2, 12)  # of the last month, counted from 0
    latest = date(year + years, 12, 31) if month == 11 else date(year + years, month + 2, 1) - timedelta(1)
    return VagueDate(text, date(year, first, 1), latest, precision, qualifier)


def _moved_end(end: str, n: int, every: Span) -> str:
    """Return the text of a date that is not an interval `n` spans later; `..`, an open side, is unchanged."""
    match = re.fullmatch(_SIMPLE, end)
    if match is None:
        return end  # an open side
    year, code, day, qualifier = match.groups()
    if day:
        return every.after(date.fromisoformat(year + code + day), n).isoformat() + qualifier
    precision, first, length = _PARTS_OF_YEAR[code or ""]
    if not every.months or every.months % length:
        raise DateError(
            f"{readable(end)} is not precise enough to recur every {every}",
            f"write a more precise date, or a span that is a multiple of its {precision}",
        )
    years, month = divmod(first - 1 + n * every.months, 12)
    return f"{int(year) + years:04}{_CODES[precision, month + 1]}{qualifier}"


def readable(text: str) -> str:
    """Return an EDTF date for display: `2026-Q3`, `2026-H2`, `2026 spring`, and `2022-12-15/16` for days of a month."""
    return re.sub(_CODE, lambda match: _READABLE[match[0]], re.sub(_ONE_MONTH, r"\1\2/\3", text))


def as_typed(text: str) -> str:
    """Return an EDTF date with its quarters and halves as people type them, `2026-Q3` and `2026-H2`, for `parse`."""
    return re.sub(_CODE_WITH_WORD, lambda match: _READABLE[match[0]], text)


def recurrence_text(span: str) -> str:
    """Return the text of a recurrence for display: `every 2 years`, `every year`."""
    return f"every {span.removeprefix('1 ')}"


def review_text(text: str) -> str:
    """Return when to check again for display: `every 90 days` for a span, else the date as in `readable`."""
    return recurrence_text(text) if re.fullmatch(_SPAN, text) else readable(text)
