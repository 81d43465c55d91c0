"""Dates and recurrences in running text, exactly as vague as the text has them: `by 2030`, `over the next year`.

`model.typed_dates` reads the dates that users type. Here, other words are around a date, and a year may be in a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

from spacedialog.drafting.lexicon import register, words
from spacedialog.errors import DateError
from spacedialog.model.dates import Span, Unit, VagueDate
from spacedialog.model.typed_dates import MONTHS, WEEKDAYS

REACH = 80
"""The number of characters before and after a date that are considered."""


class When(NamedTuple):
    """A date in a text: its characters, including words such as `by`, and its EDTF."""

    start: int
    end: int
    edtf: str


def dates_in(text: str, when: date | None, *, past: bool = False) -> list[When]:
    """Return every date in a text; relative ones (`next year`, `14 April`) count from `when`, the day of the meeting.

    A month or a weekday without a year is the next one, or with `past` the one before.
    """
    points = list(_points(text, when, past=past))
    spans = [span for span in _spans(text, when) if not any(p.start < span.end and span.start < p.end for p in points)]
    return list(_joined(text, sorted([*points, *spans])))


def _is_edtf(text: str) -> bool:
    """Return whether a date exists in the calendar."""
    try:
        VagueDate.parse(text)
    except DateError:
        return False
    return True


_MEANINGS: Mapping[str, Mapping[str, Any]] = register("dates")["meanings"]


def _shape(number: int, shape: str) -> str:
    """Return a shape as a pattern with groups of unique names."""
    pattern = shape.format(**register("dates")["pieces"]).replace(" ", r"\s+")
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\1_{number}>", pattern)


# Only a year may begin inside a word: `JFY2027` has a date, but `weekend 2027` does not have `end 2027`.
_SHAPES = "|".join(_shape(number, shape) for number, shape in enumerate(register("dates")["shapes"]))
_POINT = re.compile(rf"(?:(?<![A-Za-z])|(?=\d|FY))(?:{_SHAPES})")


def _points(text: str, when: date | None, *, past: bool) -> Iterator[When]:
    """Yield every date in a text, without words such as `by` before it."""
    for found in _POINT.finditer(text):
        said = {name.rpartition("_")[0]: part for name, part in found.groupdict().items() if part is not None}
        if not _is_in_name(text, *found.span(), said, when):
            edtf = _edtf(said, when, past=past)
            if edtf is not None and _is_edtf(edtf):
                yield When(*found.span(), edtf)


def _edtf(said: Mapping[str, str], when: date | None, *, past: bool) -> str | None:
    """Return the EDTF of the parts of a date; None if it is not valid, or needs the day of the meeting and has none."""
    if "decade" in said:
        return f"{said['decade']}/.."
    month, last_month = (int(MONTHS[said[name][:3].lower()]) if name in said else 0 for name in _MONTH_NAMES)
    if "year" in said:
        year = int(said["year"])
    elif when is None:
        return None
    elif "of" in said or "first" in said:
        year = when.year + _MEANINGS["of"].get(said.get("of", "").lower().split(" ")[-1], 0)
    elif not said.keys().isdisjoint(("unit", "day", "weekday")):
        return _counted(said, when, past=past)
    else:
        year = when.year + _years(said, when, month, past=past)
    if "until" in said:
        last = f"{year}"[: 4 - len(said["until"])] + said["until"]
        return f"{year}/{last}" if int(last) > year else None
    if "first" in said:
        first = f"{year:04}-{month:02}-{int(said['first']):02}"
        return f"{first}/{year:04}-{last_month or month:02}-{int(said['last']):02}" if "last" in said else first
    if month:
        return f"{year:04}-{month:02}"
    parts = [_MEANINGS[name][said[name].lower()] for name in ("season", "quarter", "half", "part") if name in said]
    return f"{year:04}{''.join(parts) or ('~' if 'fiscal' in said else '')}"


_MONTH_NAMES = ("month", "last_month")


def _counted(said: Mapping[str, str], when: date, *, past: bool) -> str | None:
    """Return a month or a day that is counted from the meeting: `next month`, `tomorrow`; None past the calendar."""
    if "unit" in said:
        return _month_from(when.year, when.month, _MEANINGS["of"].get(said["which"].lower(), 0))
    if "day" in said:
        days = _MEANINGS["day"][said["day"].lower()]
    else:
        days = (WEEKDAYS[said["weekday"].lower()] - when.weekday()) % 7
        days -= 7 if past and days else 0
    try:
        return date.fromordinal(when.toordinal() + days).isoformat()
    except (ValueError, OverflowError):
        return None


def _month_from(year: int, month: int, count: int) -> str:
    months = year * 12 + month - 1 + count
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _years(said: Mapping[str, str], when: date, month: int, *, past: bool) -> int:
    """Return the number of years from the meeting to a month or a season without a year."""
    ahead = _MEANINGS["of"].get(said.get("which", "").lower(), 0)
    if "season" in said:
        begins = 3 * (int(_MEANINGS["season"][said["season"].lower()][1:]) - 20)
        return ahead if "which" in said else -(begins > when.month) if past else int(begins + 2 < when.month)
    if "which" in said:
        return int(when.month >= month) if ahead > 0 else -(when.month <= month) if ahead else 0
    return 0 if not month else -(month > when.month) if past else int(month < when.month)


_DOCUMENT = "|".join(register("dates")["documents"])
_OF_DOCUMENT = re.compile(rf"\b(?:{_DOCUMENT}|Summit) (?:of|dated|signed on) $")
_NAME_BEHIND = re.compile(r"(?: (?:[A-Z][\w.\u2019'-]{0,40}|of|on|and|for|the)){0,8}")
_SAID_THEN = re.compile(rf" (?:(?:joint|State|official|bilateral) )?(?:{'|'.join(register('dates')['said_then'])})\b")


def _is_in_name(text: str, start: int, end: int, said: Mapping[str, str], when: date | None) -> bool:
    """Return whether a date belongs to a name or an earlier event: `the 2015 Paris Agreement`, `a May 2023 pledge`."""
    before, after = text[max(0, start - REACH) : start], text[end : end + REACH]
    if _OF_DOCUMENT.search(before):
        return True
    if "month" in said and "first" not in said and _SAID_THEN.match(after):
        return when is None or int(said.get("year", 9999)) <= when.year
    if said.keys() - {"year", "until"}:
        return False
    if before[-1:] in ("-", "/") or after[:1] in ("-", "/", "s") or re.search(r"\b[A-Z]\w*,? \($", before):
        return True
    word = (re.findall(r"[^\s(]+(?=\s+$)", before) or [""])[0]
    if word[:1].isupper() and word not in words("dates", "no_names"):
        return True
    if word.lower() not in ("the", "their", "its", "a", "this") or not re.match(r"\s+[A-Z]", after):
        return False
    parts = set(re.findall(r"[\w'-]+", (_NAME_BEHIND.match(after) or [""])[0]))
    return parts.isdisjoint(register("dates")["events"]) or not parts.isdisjoint(register("dates")["documents"])


def _joined(text: str, points: Sequence[When]) -> Iterator[When]:
    """Yield the dates with the words around them: two can make an interval, `by` and `from` make an open one."""
    number = 0
    while number < len(points):
        interval = _interval(text, points[number], points[number + 1]) if number + 1 < len(points) else None
        yield interval or _qualified(text, points[number])
        number += 2 if interval else 1


def _interval(text: str, first: When, last: When) -> When | None:
    """Return the interval of two dates (`from 2026 to 2028`); None if they are separate (`in 2026 and 2028`)."""
    between = text[first.end : last.start]
    if "/" in first.edtf + last.edtf or not _FROM_TO.fullmatch(between):
        return None
    begin = max(0, first.start - REACH)
    opening = _FROM.search(text[begin : first.start])
    edtf = f"{first.edtf}/{last.edtf}"
    if not _is_edtf(edtf) or not (opening or _UNTIL.fullmatch(between)):
        return None
    return When(begin + opening.start() if opening else first.start, last.end, edtf)


_FROM_TO = re.compile(rf"{register('dates')['pieces']['to']}(?:the\s+)?")
_FROM = re.compile(r"(?:from|between|during|over|for the period)\s+(?:the\s+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\s*(?:-|\u2013|to|until|through)\s*")


def _opening(key: str, between: str = r"(?:the\s+)?") -> re.Pattern[str]:
    """Return a pattern for one of a list of words directly before a date."""
    said = "|".join(sorted(register("dates")[key], key=len, reverse=True)).replace(" ", r"\s+")
    return re.compile(rf"\b(?:{said})\s+{between}$", re.IGNORECASE)


_BY = _opening("before", r"(?:(?:the|at the latest|around)\s+)?(?:end\s+of\s+)?")
_SINCE = _opening("after")
_ABOUT = _opening("around")
_ONWARDS = re.compile(r"\s*(?:onwards?\b|on(?=[,.;]|$)|and beyond)")


def _qualified(text: str, point: When) -> When:
    """Return a date with `by`, `from`, `around` or `the end of` before it, or `onwards` after it."""
    if "/" in point.edtf:
        return point
    begin = max(0, point.start - REACH)
    start, end, edtf = point
    before = text[begin:start]
    by, since, about = _BY.search(before), _SINCE.search(before), _ABOUT.search(before)
    onwards = _ONWARDS.match(text, end)
    if (by or since) and re.fullmatch(r"\d{4}~", edtf):  # `by FY 2027`
        edtf = edtf[:4]
    if by:
        is_end = re.search("end", text[begin + by.start() : end])
        edtf = _just_before(edtf) if by[0].lower().startswith(("before", "prior", "ahead")) and not is_end else edtf
        return When(begin + by.start(), end, f"../{edtf}")
    if since or onwards:
        return When(begin + since.start() if since else start, onwards.end() if onwards else end, f"{edtf}/..")
    return When(begin + about.start(), end, f"{edtf}~") if about and not edtf.endswith("~") else point


def _just_before(edtf: str) -> str:
    """Return the month or the year before a date: `before 2028` ends with 2027. Other dates are returned unchanged."""
    if not re.fullmatch(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?", edtf):
        return edtf
    return _month_from(int(edtf[:4]), int(edtf[5:]), -1) if edtf[4:] else f"{int(edtf) - 1:04}"


_WITHIN = re.compile(
    r"\b(?P<opening>within|in|over|during|for)\s+(?:a period of\s+)?(?:the\s+)?(?P<next>(?:next|coming|following)\s+)?"
    r"(?:(?P<n>\d+|[a-z]+)\s+)?(?P<unit>day|week|month|year)s?\b(?!\s+(?:old|ago|each))",
    re.IGNORECASE,
)


def _spans(text: str, when: date | None) -> Iterator[When]:
    """Yield the periods counted from the meeting: `within six months`, `over the next three years`."""
    if when is None:
        return
    for found in _WITHIN.finditer(text):
        count, opening, unit = count_of(found["n"] or "a"), found["opening"].lower(), Unit(found["unit"].lower())
        if not 0 < count < 1000 or (opening != "within" and not found["next"]):
            continue
        with suppress(DateError):
            latest = Span(count, unit).after(when).isoformat()
            edtf = f"../{latest[: 10 if unit in (Unit.DAY, Unit.WEEK) else 7]}"
            if opening in ("over", "during", "for") and unit is Unit.YEAR:
                fine = 4 if count > 1 else 7
                edtf = f"{when.isoformat()[:fine]}/{latest[:fine]}"
            yield When(*found.span(), edtf)


class Cycle(NamedTuple):
    """A recurrence in a text: its characters, and the span after which it repeats."""

    start: int
    end: int
    every: str


_CYCLES = {re.compile(pattern, re.IGNORECASE): every for pattern, every in register("dates")["cycles"].items()}
_EVERY = re.compile(register("dates")["every"], re.IGNORECASE)


def cycles_in(text: str) -> list[Cycle]:
    """Return every recurrence in a text, with a span such as `2 years`."""
    found: list[Cycle] = []
    for pattern in (_EVERY, *_CYCLES):
        for one in pattern.finditer(text):
            span = _CYCLES.get(pattern) or _every(one)
            if span and not any(c.start < one.end() and one.start() < c.end for c in found):
                found.append(Cycle(*one.span(), span))
    return sorted(found)


def count_of(word: str) -> int:
    """Return the value of a number in words or figures; 0 if it is not a number."""
    low = word.lower()
    return register("dates")["numbers"].get(low) or (int(low) if low.isdecimal() and len(low) < 6 else 0)


def _every(found: re.Match[str]) -> str | None:
    """Return the span of a recurrence such as `every six months` or `each second year`."""
    number, unit = (found["n"] or "one").lower(), found["unit"].lower()
    times, unit = register("dates")["units"].get(unit, (1, unit))
    count = (register("dates")["ordinals"].get(number) or count_of(number)) * times
    return str(Span(count, Unit(unit))) if count else None
