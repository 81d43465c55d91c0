"""Dates that stand in a text by themselves, as EDTF: `14 April`, `the second half of 2027`, `next year`.

What a person types on the command line is read by `spoken`; here a date stands among other words, and a year may be
part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate

REACH = 80
"""How many characters before a date are looked at."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_ORDINALS = {
    **{"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4},
    **{"last": 4, "final": 4},
}
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_BEGINS = {21: 3, 22: 6, 23: 9}
"""The first month of a season."""
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_AHEAD = {"next": 1, "this": 0, "last": -1}


class Point(NamedTuple):
    """A date in a text, and the characters that it takes."""

    start: int
    end: int
    edtf: str


def points_in(text: str, when: date | None, *, past: bool) -> Iterator[Point]:
    """Every date of a text; what is relative is counted from the day `when`, of which no day is known with None."""
    for found in _POINT.finditer(text):
        shape = _SHAPES[int(str(found.lastgroup)[1:])]
        if shape.is_year and _is_in_name(text, *found.span()):
            continue
        edtf = shape.read(_Said.of(found, when, past=past))
        if edtf is not None and is_edtf(edtf):
            yield Point(*found.span(), edtf)


def is_edtf(text: str) -> bool:
    """Whether a date is one of the calendar."""
    try:
        VagueDate.parse(text)
    except DateError:
        return False
    return True


# What a match says


class _Said(NamedTuple):
    """The parts of a date as the text has them, the day on which the parties met, and whether it tells of the past."""

    parts: Mapping[str, str]
    when: date | None
    past: bool

    @classmethod
    def of(cls, found: re.Match[str], when: date | None, *, past: bool) -> _Said:
        parts = {name.rpartition("_")[0]: part for name, part in found.groupdict().items() if part is not None}
        return cls(parts, when, past)

    def month(self, name: str = "month") -> int:
        return _MONTHS[self.parts[name].rstrip(".").lower()]

    def year(self) -> int | None:
        """The year that is given, as a number or relative to the meeting."""
        if "year" in self.parts:
            return int(self.parts["year"])
        relative = self.parts.get("relative")
        if relative is None or self.when is None:
            return None
        follows = 1 if "coming" in relative or "following" in relative else 0
        return self.when.year + _AHEAD.get(relative.split()[0], follows)

    def in_year(self, rest: str) -> str | None:
        """A part of the year that is given."""
        year = self.year()
        return None if year is None else f"{year:04}{rest}"

    def day(self, day: str, month: str = "month") -> str | None:
        """A day; without a year it is of the year of the meeting."""
        year = self.year() or (self.when.year if self.when else None)
        return None if year is None else f"{year:04}-{self.month(month):02}-{int(self.parts[day]):02}"

    def days(self, last_month: str = "month") -> str | None:
        """From a first day to a last one."""
        first, last = self.day("first"), self.day("last", last_month)
        return f"{first}/{last}" if first else None


def _relative(read: Callable[[_Said, date], str | None]) -> Callable[[_Said], str | None]:
    """What is read only where the day of the meeting is known."""
    return lambda said: read(said, said.when) if said.when else None


def _half(said: _Said) -> str | None:
    return said.in_year("-40" if _ORDINALS.get(said.parts["half"]) == 1 else "-41")


def _part_of_year(said: _Said) -> str | None:
    """`early 2027`, `mid-2028`, `the end of next year`; of a month, the month."""
    if "month" in said.parts:
        return said.in_year(f"-{said.month():02}")
    match said.parts["part"]:
        case "end" | "close":
            return said.in_year("-12")
        case "mid" | "middle":
            return said.in_year("-07~")
        case "late":
            return said.in_year("-41")
        case _:
            return said.in_year("-40")


def _year_end(said: _Said) -> str | None:
    year = said.year() or (said.when.year if said.when else None)
    return None if year is None else f"{year:04}-12"


def _years(said: _Said) -> str | None:
    """`2026-2028`, `2026/27`."""
    first, last = said.parts["year"], said.parts["until"]
    last = last if len(last) == 4 else first[:2] + last
    return f"{first}/{last}" if last > first else None


def _relative_month(said: _Said, when: date) -> str:
    """`next March`, counted from the meeting."""
    month = said.month()
    shift = {"next": when.month >= month, "this": 0, "last": -(when.month <= month)}[said.parts["which"]]
    return f"{when.year + shift:04}-{month:02}"


def _month_near(said: _Said, when: date) -> str:
    """`in May`: the next one, or the one before."""
    month = said.month()
    if said.past:
        return f"{when.year - (month > when.month):04}-{month:02}"
    return f"{when.year + (month < when.month):04}-{month:02}"


def _month_beside(said: _Said, when: date) -> str:
    """`next month`."""
    months = when.year * 12 + when.month - 1 + _AHEAD[said.parts["which"]]
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _season_near(said: _Said, when: date) -> str:
    """`in the autumn`: the next one, or the one before."""
    season = _SEASONS[said.parts["season"]]
    begins = _BEGINS[season]
    shift = -(begins > when.month) if said.past else int(begins + 2 < when.month)
    return f"{when.year + shift:04}-{season}"


def _relative_season(said: _Said, when: date) -> str:
    """`this spring`."""
    return f"{when.year + _AHEAD.get(said.parts['which'], 0):04}-{_SEASONS[said.parts['season']]}"


def _weekday(said: _Said, when: date) -> str | None:
    """`on Monday`: the next one, or the one before."""
    ahead = _WEEKDAYS.index(said.parts["weekday"]) - when.weekday()
    return _moved(when, -(-ahead % 7) if said.past else ahead % 7)


def _moved(when: date, days: int) -> str | None:
    try:
        return date.fromordinal(when.toordinal() + days).isoformat()
    except (ValueError, OverflowError):
        return None  # past the end of the calendar


# The shapes of dates


class _Shape(NamedTuple):
    """A pattern, what its match says as EDTF, and whether that may be a mere year, which names have too."""

    pattern: str
    read: Callable[[_Said], str | None]
    is_year: bool = False


def _month_group(name: str = "month") -> str:
    return (
        rf"(?P<{name}>January|February|March|April|May|June|July|August|September|October|November|December"
        r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.?)"
    )


DASH = r"\s*(?:-|\u2013|\u2014|to|and|until|through)\s*"
_MONTH = _month_group()
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ANY_YEAR = rf"(?:{_YEAR}|(?P<relative>(?:next|this|last|the coming|the following|the current|the) (?:calendar )?year))"
_OF_YEAR = rf"(?:,?\s+{_YEAR})?"
_NTH = r"(?:st|nd|rd|th)?"
_WHICH = r"(?P<which>next|this|last)"

_SHAPES = (
    # 20 and 21 May 2026; March 3-4, 2026; 30 May to 2 June 2026
    _Shape(rf"(?P<first>\d{{1,2}}){DASH}(?P<last>\d{{1,2}})\s+{_MONTH}{_OF_YEAR}", lambda said: said.days()),
    _Shape(
        rf"{_MONTH}\s+(?P<first>\d{{1,2}})\s*(?:-|\u2013|and|to)\s*(?P<last>\d{{1,2}})(?!\d){_OF_YEAR}",
        lambda said: said.days(),
    ),
    _Shape(
        rf"(?P<first>\d{{1,2}})\s+{_MONTH}{DASH}(?P<last>\d{{1,2}})\s+{_month_group('last_month')}{_OF_YEAR}",
        lambda said: said.days("last_month"),
    ),
    # 5 October 2026; October 5, 2026; both without a year
    _Shape(rf"(?P<day>\d{{1,2}}){_NTH}\s+(?:of\s+)?{_MONTH}{_OF_YEAR}", lambda said: said.day("day")),
    _Shape(rf"{_MONTH}\s+(?P<day>\d{{1,2}}){_NTH}(?![\d:]){_OF_YEAR}", lambda said: said.day("day")),
    # Quarters, halves, seasons, parts of a year
    _Shape(
        rf"(?:the\s+)?(?P<quarter>first|second|third|fourth|last|final|1st|2nd|3rd|4th)\s+quarter\s+(?:of\s+)?{_ANY_YEAR}",
        lambda said: said.in_year(f"-{32 + _ORDINALS[said.parts['quarter']]}"),
    ),
    _Shape(
        rf"Q(?P<quarter>[1-4])[\s/,]+(?:of\s+)?{_ANY_YEAR}",
        lambda said: said.in_year(f"-{32 + int(said.parts['quarter'])}"),
    ),
    _Shape(rf"(?:the\s+)?(?P<half>first|second|latter|1st|2nd)\s+(?:half|semester)\s+(?:of\s+)?{_ANY_YEAR}", _half),
    _Shape(rf"H(?P<half>[12])\s+{_YEAR}", lambda said: said.in_year(f"-{39 + int(said.parts['half'])}")),
    _Shape(
        rf"(?:the\s+)?(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)(?:\s+of)?\s+{_ANY_YEAR}",
        lambda said: said.in_year(f"-{_SEASONS[said.parts['season'].lower()]}"),
    ),
    _Shape(
        r"(?:the\s+)?(?P<part>early|late|mid|middle|beginning(?= of)|start(?= of)|end|close(?= of))(?:-|\s+)"
        rf"(?:(?:of|in)\s+)?(?:the\s+)?(?:{_MONTH}\s+)?{_ANY_YEAR}",
        _part_of_year,
    ),
    _Shape(rf"(?:year-end|end-year|the year's end|the end of the year|the end of this year)(?:\s+{_YEAR})?", _year_end),
    # Months and years
    _Shape(rf"{_MONTH}(?:,?\s+(?:of\s+)?{_ANY_YEAR})", lambda said: said.in_year(f"-{said.month():02}")),
    _Shape(rf"{_YEAR}\s*(?:-|\u2013|/)\s*(?P<until>(?:20)?\d\d)(?![\d-])", _years, is_year=True),
    _Shape(r"(?:(?:fiscal|financial)\s+year\s+|FY\s*)(?P<year>20\d\d)", lambda said: f"{said.parts['year']}~"),
    _Shape(rf"{_YEAR}(?![\d-])", lambda said: said.parts["year"], is_year=True),
    # What is counted from the meeting
    _Shape(
        rf"(?:later\s+|earlier\s+)?{_WHICH} year(?!s)",
        _relative(lambda said, when: f"{when.year + _AHEAD[said.parts['which']]:04}"),
    ),
    _Shape(rf"{_WHICH}\s+{_MONTH}(?!\s+\d)", _relative(_relative_month)),
    _Shape(rf"{_WHICH} month", _relative(_month_beside)),
    _Shape(r"(?<=\b[Ii]n )the (?P<season>spring|summer|autumn|fall)\b(?! of)(?! \d)", _relative(_season_near)),
    _Shape(
        r"(?P<which>this|next|last|the coming) (?P<season>spring|summer|autumn|fall|winter)",
        _relative(_relative_season),
    ),
    _Shape(
        rf"(?:(?<=\bin )|(?<=\bby )|(?<=\bsince )|(?<=\buntil )|(?<=\bbefore )){_MONTH}(?=[\s,.;)]|$)(?!\s+\d)",
        _relative(_month_near),
    ),
    _Shape(r"\b[Yy]esterday\b", _relative(lambda _, when: _moved(when, -1))),
    _Shape(r"\b[Tt]oday\b", _relative(lambda _, when: _moved(when, 0))),
    _Shape(r"\b[Tt]omorrow\b", _relative(lambda _, when: _moved(when, 1))),
    _Shape(
        r"(?<=\bon )(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b(?!,)", _relative(_weekday)
    ),
)


def _numbered(number: int, pattern: str) -> str:
    """A pattern as a group of all, its own groups told apart from those of others."""
    return f"(?P<s{number}>" + re.sub(r"\(\?P<(\w+)>", rf"(?P<\1_{number}>", pattern) + ")"


# No date begins within a word, but for years: `JFY2027`, and not the end of `weekend 2027`.
_POINT = re.compile(
    r"(?:(?<![A-Za-z])|(?=\d|FY))(?:"
    + "|".join(_numbered(number, shape.pattern) for number, shape in enumerate(_SHAPES))
    + ")"
)


# Years in names

_NO_NAME = frozenset(
    "In By Since From Until Before After During For Around About Between Through To Of Late Early Mid On And The Over"
    " Beyond Starting Beginning".split()
)
_NAMED_OF = re.compile(
    r"\b(?:Agreement|Treaty|Roadmap|Declaration|Convention|Protocol|Act|Plan|Strategy|Statement|Memorandum|Charter|Accord"
    r"|Accords|Summit|Programme|Program|Framework|Arrangement) of $"
)


def _is_in_name(text: str, start: int, end: int) -> bool:
    """Whether a year is part of a name: `Landsat 2030`, `the 2015 Paris Agreement`, `Vision 2035`."""
    before, after = text[max(0, start - REACH) : start], text[end : end + REACH]
    if before[-1:] in ("-", "/") or after[:1] in ("-", "/", "s"):
        return True
    if _NAMED_OF.search(before):
        return True
    found = re.search(r"([^\s(]+)\s+$", before)
    word = found[1] if found else ""
    if word[:1].isupper() and word not in _NO_NAME:
        return True
    return word.lower() in ("the", "their", "its", "a", "this") and re.match(r"\s+[A-Z][A-Za-z]+", after) is not None
