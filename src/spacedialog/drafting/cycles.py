"""Recurrences in a text: `every two years`, `twice a year`, `annual`."""

from __future__ import annotations

import re
from typing import NamedTuple

from spacedialog.drafting.lexicon import register
from spacedialog.model.dates import Span, Unit

_NUMBERS = {word: number for number, word in enumerate(register("dates")["numbers"], 1)}
_NUMBERS |= {"a": 1, "an": 1, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90}


class Cycle(NamedTuple):
    """A recurrence, and the characters of the text that state it."""

    start: int
    end: int
    every: str


def cycles_in(text: str) -> list[Cycle]:
    """Return every recurrence in a text, as `2 years`."""
    found: list[Cycle] = []
    for pattern, every in _CYCLES:
        for one in pattern.finditer(text):
            span = every or _every(one)
            if span and not any(c.start < one.end() and one.start() < c.end for c in found):
                found.append(Cycle(*one.span(), span))
    return sorted(found)


def count_of(word: str) -> int:
    """Return a number in words or figures; 0 if it is not a number."""
    low = word.lower()
    return _NUMBERS.get(low) or (int(low) if low.isdecimal() and len(low) < 6 else 0)


def _every(found: re.Match[str]) -> str | None:
    """`every six months`, `each second year`."""
    number, unit = (found["n"] or "one").lower(), found["unit"].lower()
    times, unit = {"quarter": (3, "month"), "fortnight": (2, "week")}.get(unit, (1, unit))
    count = ({"second": 2, "other": 2, "third": 3, "fourth": 4}.get(number) or count_of(number)) * times
    return str(Span(count, Unit(unit))) if count else None


_EVERY = (
    r"\b(?:every|each)\s+(?:(?P<n>second|other|third|fourth|\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)\s+)?"
    r"(?P<unit>day|week|month|quarter|year|fortnight)s?\b"
)
_CYCLES = [
    (re.compile(pattern, re.IGNORECASE), every)
    for pattern, every in {_EVERY: "", **register("dates")["cycles"]}.items()
]
