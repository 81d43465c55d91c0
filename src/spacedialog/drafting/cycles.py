"""Recurrences in a text: `every two years`, `twice a year`, `annual`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from spacedialog.model.dates import Span, Unit

NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty".split(),
        1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90}


class Cycle(NamedTuple):
    """How often something comes round, and the characters that say so."""

    start: int
    end: int
    every: str


def cycles_in(text: str) -> list[Cycle]:
    """Every recurrence that a text speaks of, as `2 years`."""
    found: list[Cycle] = []
    for pattern, read in _CYCLES:
        for one in pattern.finditer(text):
            every = read(one)
            if every and not any(c.start < one.end() and one.start() < c.end for c in found):
                found.append(Cycle(*one.span(), every))
    return sorted(found)


def count_of(word: str) -> int:
    """A number, in words or figures; 0 where it is none."""
    low = word.lower()
    return NUMBERS.get(low) or (int(low) if low.isdecimal() and len(low) < 6 else 0)


_EVERY = {"second": 2, "other": 2, "third": 3, "fourth": 4}
_UNITS = {"quarter": (3, "month"), "fortnight": (2, "week")}


def _every(found: re.Match[str]) -> str | None:
    """`every six months`, `each second year`."""
    number, unit = (found["n"] or "one").lower(), found["unit"].lower()
    times, unit = _UNITS.get(unit, (1, unit))
    count = (_EVERY.get(number) or count_of(number)) * times
    return str(Span(count, Unit(unit))) if count else None


def _cycle(pattern: str, every: str) -> tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]:
    return re.compile(pattern, re.IGNORECASE), lambda _: every


_NUMBER = r"(?P<n>second|other|third|fourth|\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_NAMED = ("the", "th", "st", "nd", "rd", "'s", "\u2019s", "its", "their", "last", "first", "this year's")
_CYCLES = (
    (
        re.compile(
            rf"\b(?:every|each)\s+(?:{_NUMBER}\s+)?(?P<unit>day|week|month|quarter|year|fortnight)s?\b", re.IGNORECASE
        ),
        _every,
    ),
    _cycle(
        r"\btwice (?:a|per|each|every) year\b"
        r"|\b(?:semi-annual|semiannual|biannual|half-yearly|six-monthly)(?:ly)?\b",
        "6 months",
    ),
    _cycle(r"\bthree times a year\b", "4 months"),
    _cycle(r"\b(?:quarterly|(?:a|per) quarter|once a quarter)\b", "3 months"),
    _cycle(r"\bbiennial(?:ly)?\b", "2 years"),
    _cycle(r"\btriennial(?:ly)?\b", "3 years"),
    _cycle(
        r"\b(?:annually|yearly|(?:a|per) (?:calendar )?year|once a year|on an annual basis|year by year)\b", "1 year"
    ),
    # `the annual meeting` is a name, or known already.
    _cycle("".join(rf"(?<!{word} )" for word in _NAMED) + r"\bannual\b", "1 year"),
    _cycle(r"\b(?:monthly|(?:a|per) month|once a month)\b", "1 month"),
    _cycle(r"\b(?:weekly|(?:a|per) week)\b", "1 week"),
)
