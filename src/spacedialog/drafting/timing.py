"""Dates in running text, as EDTF, exactly as vague as the text has them: `by`, `from` and `around` count.

The dates by themselves are found by `points`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.drafting.cycles import count_of
from spacedialog.drafting.points import DASH, REACH, Point, is_edtf, points_in
from spacedialog.errors import DateError
from spacedialog.model.dates import Span, Unit


class When(NamedTuple):
    """A date in a text: the characters that it takes, words such as `by` included, and its EDTF."""

    start: int
    end: int
    edtf: str


def dates_in(text: str, when: date | None, *, past: bool = False) -> list[When]:
    """Every date of a text; what is relative (`next year`, `14 April`) is counted from the day `when` the parties met.

    A month or a weekday without a year is the next one, or with `past` the one before.
    """
    points = list(points_in(text, when, past=past))
    spans = [span for span in _spans(text, when) if not any(p.start < span.end and span.start < p.end for p in points)]
    return list(_joined(text, sorted([*points, *spans])))


# Two dates that are one


def _joined(text: str, points: Sequence[Point]) -> Iterator[When]:
    """The dates with what stands before them: two become an interval, `by` and `from` open ones."""
    number = 0
    while number < len(points):
        interval = _interval(text, points[number], points[number + 1]) if number + 1 < len(points) else None
        yield interval or _qualified(text, points[number])
        number += 2 if interval else 1


def _interval(text: str, first: Point, last: Point) -> When | None:
    """`from 2026 to 2028`, `2026 until 2028`; but `in 2026 and 2028` are two."""
    between = text[first.end : last.start]
    if "/" in first.edtf + last.edtf or not _FROM_TO.match(between):
        return None
    begin = _window(first.start)
    opening = _FROM.search(text[begin : first.start])
    edtf = f"{first.edtf}/{last.edtf}"
    if not is_edtf(edtf) or not (opening or _UNTIL.fullmatch(between)):
        return None
    return When(begin + opening.start() if opening else first.start, last.end, edtf)


_FROM_TO = re.compile(rf"^(?:{DASH}(?:the\s+)?)$")
_FROM = re.compile(r"(?:from|between|during|over|for the period)\s+(?:the\s+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\s*(?:-|\u2013|to|until|through)\s*")


def _window(start: int) -> int:
    return max(0, start - REACH)


# Words before and after

_BY = re.compile(
    r"(?:by|no later than|not later than|before|until|till|up to|prior to|latest by|ahead of|through|within)\s+"
    r"(?:(?:the|at the latest|around)\s+)?(?:end\s+of\s+)?$",
    re.IGNORECASE,
)
_BEFORE = ("before", "prior", "ahead")
_END_OF = re.compile(
    r"(?:(?P<by>by|before|until|no later than|not later than)|(?P<from>from)|at|towards|toward|around)?\s*(?:the\s+)?"
    r"end[\s-]+(?:of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"(?:from|since|starting(?: in| from| with)?|beginning(?: in| from)?|as of|as from|effective|commencing(?: in)?"
    r"|after|onwards from)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:around|about|circa|approximately|roughly|some time in|sometime in)\s+(?:the\s+)?$", re.IGNORECASE
)
_ONWARDS = re.compile(r"\s*(?:onwards?\b|on(?=[,.;]|$)|and beyond)")


def _qualified(text: str, point: Point) -> When:
    """A date with `by`, `from`, `around`, `the end of` before it, or `onwards` after it."""
    if "/" in point.edtf:
        return When(*point)
    begin = _window(point.start)
    start, edtf, before = point.start, point.edtf, text[begin : point.start]
    ended = _END_OF.search(before) if re.fullmatch(r"\d{4}(?:-\d\d)?", edtf) else None
    if ended:
        start = begin + ended.start()
        edtf = f"{edtf}-12" if len(edtf) == 4 else edtf
        before = before[: ended.start()] + ("by " if ended["by"] else "from " if ended["from"] else "")
    by = _BY.search(before)
    if by:
        is_end = ended or re.match(r"(?:the )?end", text[point.start :], re.IGNORECASE)
        edtf = _just_before(edtf) if by[0].lower().startswith(_BEFORE) and not is_end else edtf
        return When(min(start, begin + by.start()), point.end, f"../{edtf}")
    since, onwards = _SINCE.search(before), _ONWARDS.match(text, point.end)
    if since or onwards:
        return When(begin + since.start() if since else start, onwards.end() if onwards else point.end, f"{edtf}/..")
    about = _ABOUT.search(before)
    if about and not edtf.endswith("~"):
        return When(begin + about.start(), point.end, f"{edtf}~")
    return When(start, point.end, edtf)


def _just_before(edtf: str) -> str:
    """The latest date of the same kind that lies before: `before 2028` closes with 2027."""
    if re.fullmatch(r"\d{4}", edtf):
        return f"{int(edtf) - 1:04}"
    if re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", edtf):
        months = int(edtf[:4]) * 12 + int(edtf[5:]) - 2
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return edtf


# Spans of time from the meeting

_WITHIN = re.compile(
    r"\b(?P<opening>within|in|over|during|for)\s+(?:a period of\s+)?(?:the\s+)?(?P<next>next|coming|following)?\s*"
    r"(?P<n>\d+|[a-z]+)\s+(?P<unit>day|week|month|year)s?\b(?!\s+(?:old|ago|each))",
    re.IGNORECASE,
)
_MOST = 1000


def _spans(text: str, when: date | None) -> Iterator[Point]:
    """`within six months`, `over the next three years`, counted from the meeting."""
    if when is None:
        return
    for found in _WITHIN.finditer(text):
        count, opening, unit = count_of(found["n"]), found["opening"].lower(), Unit(found["unit"].lower())
        if not 0 < count < _MOST or (opening != "within" and not found["next"]):
            continue
        try:
            latest = Span(count, unit).after(when)
        except DateError:
            continue
        if opening in ("over", "during", "for") and unit is Unit.YEAR:
            yield Point(*found.span(), f"{when.year:04}/{latest.year:04}")
        else:
            fine = latest.isoformat()[: 10 if unit in (Unit.DAY, Unit.WEEK) else 7]
            yield Point(*found.span(), f"../{fine}")
