"""Dates and spans as users type them on the command line, relative to a day that the caller gives.

Each form becomes one EDTF text, which `dates` parses. An ambiguous text is refused: `10/05/2026`, `next month`,
`winter 2026`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from spacedialog.errors import DateError
from spacedialog.model.dates import LONGEST, SPAN_REMEDY, YEARS_REMEDY, Span, Unit, VagueDate, quoted, readable

Toward = Literal["future", "past"]
"""Whether a weekday or a bare span means a day after today, or before it."""

REMEDY = (
    "write a date such as 2026, 2026-10, 2026-10-05, 2025-10/2026-03, 5 Oct 2026, Q3 2026, spring 2026, "
    "by 2035, tomorrow, friday, in 3 months or 2w ago"
)
DAY_REMEDY = "write a day such as 2026-10-05, 5 Oct 2026, today, yesterday, friday or 3 days ago"


def _numbered(names: str) -> dict[str, int]:
    """Map each name, and its first three letters, to its position from 0."""
    return {short: i for i, name in enumerate(names.split()) for short in (name, name[:3])}


WEEKDAYS = _numbered("monday tuesday wednesday thursday friday saturday sunday")
"""Weekdays in lower case, in full and by their first three letters, each with its number as in `date.weekday`."""

MONTHS = {
    name: f"{i + 1:02}"
    for name, i in _numbered(
        "january february march april may june july august september october november december"
    ).items()
} | {"sept": "09"}
"""Months in the same forms, and `sept`, each with its number in two digits."""

_PARTS_OF_YEAR = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23"} | {
    part: part for part in ("q1", "q2", "q3", "q4", "h1", "h2")
}
_NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNITS = {"d": Unit.DAY, "w": Unit.WEEK, "m": Unit.MONTH, "y": Unit.YEAR}
_SPAN = re.compile(r"([1-9][0-9]{0,2}) ?([dwmy]|(?:day|week|month|year)s?)")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{1,2}")


def parse_date(text: str, *, today: date, toward: Toward = "future") -> VagueDate:
    """Parse a date as typed, in any case and with any spaces; raise DateError if it has none of these forms.

    | typed | result |
    |---|---|
    | any form of `VagueDate.parse` | the same date |
    | `today`, `yesterday`, `tomorrow` | that day |
    | `friday`, `fri` | future: the next one after today; past: the latest one, which may be today |
    | `3 months`, `2w`, `10d`, `18m`, `1y` | future: that long after today; past: that long before today |
    | `in 3 months`, `3 months ago` | that long after or before today, whatever `toward` |
    | `Oct 2026`, `5 October 2026`, `Oct 5, 2026` | `2026-10`, `2026-10-05` |
    | `Q3 2026`, `H2 2026`, `spring 2026` | `2026-35`, `2026-41`, `2026-21` |
    | `end of 2026` | `2026-12`: the last month of the year, because no day was named |
    | `by DATE`, `from DATE` | `../DATE`, `DATE/..` |

    Spans of months and years count as in `Span.after`: on the last day of a month that has no such day.
    """
    phrase = " ".join(text.split())
    plain = phrase.isascii() and len(phrase) <= LONGEST
    edtf = _edtf(phrase.lower().split(), today, toward) if plain else None
    try:
        return VagueDate.parse(edtf or phrase)
    except DateError as error:
        problem = f"{quoted(phrase)} is not a date" if edtf else error.problem
        raise DateError(problem, REMEDY) from None


def parse_day(text: str, *, today: date, toward: Toward = "past") -> date:
    """Parse one exact day, in any form of `parse_date`; raise DateError if it is vaguer, or not a date."""
    when = parse_date(text, today=today, toward=toward)
    if when.earliest is None or not when.is_exact:
        raise DateError(f"{quoted(text)} is not a single day", DAY_REMEDY)
    return when.earliest


def parse_named_day(name: str, text: str, *, today: date) -> date:
    """Parse one exact day given for the option or variable `name`; a DateError begins with that name."""
    try:
        return parse_day(text, today=today)
    except DateError as error:
        raise DateError(
            f"{name}: {error.problem}", "write a day such as 2026-10-05, today, yesterday or 3 months ago"
        ) from error


def parse_review(text: str, *, today: date) -> Span | VagueDate:
    """Parse when to check a commitment again: a span, with or without `every`, or a date in any form of `parse_date`.

    `6m` and `every 90 days` are spans; `in 6 months` is a day. Raise DateError for any other text, and for a date whose
    window is open on a side or does not close after `today`.
    """
    words = text.lower().split()
    every = words[1:] if words[:1] == ["every"] else words
    if span := _span(every):
        return span
    if every != words:
        return Span.parse(" ".join(every))
    try:
        when = parse_date(text, today=today)
    except DateError as error:
        problem = error.problem.replace("is not a date", "is neither a date nor a span of time")
        raise DateError(problem, "write a date such as 2027-03 or 15 Mar 2027, or a span such as 90 days") from None
    if when.earliest is None or when.latest is None:
        problem = f"{readable(str(when))} has an open side"
        raise DateError(problem, "write a date with a start and an end, or a span such as 90 days")
    if when.latest <= today:
        raise DateError(
            f"the window of {readable(str(when))} closes on {when.latest}, which is not after today ({today})",
            "write a later date, or a span such as 90 days",
        )
    return when


def parse_span(text: str) -> Span:
    """Parse `18m`, `3 months`, `30d`, `2 weeks` or `1 year`, in any case; raise DateError for any other text."""
    span = _span(text.lower().split()) if text.isascii() else None
    if span is None:
        raise DateError(f"{quoted(text)} is not a span of time", SPAN_REMEDY)
    return span


def _span(words: list[str]) -> Span | None:
    match = _SPAN.fullmatch(" ".join(words))
    return Span(int(match[1]), _UNITS[match[2][0]]) if match else None


def _edtf(words: list[str], today: date, toward: Toward) -> str | None:
    """Return the unchecked EDTF text of words in lower case; None if they match no form except EDTF."""
    match words:
        case [name] if name in _NEAR_DAYS:
            return _day(today, _NEAR_DAYS[name])
        case [name] if name in WEEKDAYS:
            # Today counts as past, so that a weekday never means the same day in both directions.
            ahead = (WEEKDAYS[name] - today.weekday() - 1) % 7 + 1
            return _day(today, ahead if toward == "future" else ahead - 7)
        case ["in", *rest] if span := _span(rest):
            return span.after(today).isoformat()
        case [*rest, "ago"] if span := _span(rest):
            return span.before(today).isoformat()
        case [*rest] if span := _span(rest):
            return (span.after(today) if toward == "future" else span.before(today)).isoformat()
        case ["by", *rest]:
            return f"../{_edtf(rest, today, toward) or ' '.join(rest)}"
        case ["from", *rest]:
            return f"{_edtf(rest, today, toward) or ' '.join(rest)}/.."
        case ["end", "of", year] if _YEAR.fullmatch(year):
            return f"{year}-12"
        case ["winter", year] if _YEAR.fullmatch(year):
            raise DateError(
                f"'winter {year}' is ambiguous: it can be the winter that begins or the winter that ends in {year}",
                f"write {year}-24 for the winter that begins in December {year}",
            )
        case [part, year] if part in _PARTS_OF_YEAR and _YEAR.fullmatch(year):
            return f"{year}-{_PARTS_OF_YEAR[part]}"
        case [month, year] if month in MONTHS and _YEAR.fullmatch(year):
            return f"{year}-{MONTHS[month]}"
        case [day, month, year] if month in MONTHS and _DAY.fullmatch(day) and _YEAR.fullmatch(year):
            return f"{year}-{MONTHS[month]}-{day:0>2}"
        case [month, day, year] if month in MONTHS and _DAY.fullmatch(day.removesuffix(",")):
            return _edtf([day.removesuffix(","), month, year], today, toward)
    return None


def _day(today: date, ahead: int) -> str:
    try:
        return (today + timedelta(days=ahead)).isoformat()
    except OverflowError:
        raise DateError(f"the day before or after {today} is out of range", YEARS_REMEDY) from None
