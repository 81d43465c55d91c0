"""Recurrences in a text: `every two years`, `twice a year`, `annual`."""

from __future__ import annotations

import re
from typing import NamedTuple

from spacedialog.drafting.lexicon import register
from spacedialog.model.dates import Span, Unit

_CYCLES = {re.compile(pattern, re.IGNORECASE): every for pattern, every in register("dates")["cycles"].items()}
_EVERY = re.compile(register("dates")["every"], re.IGNORECASE)


class Cycle(NamedTuple):
    """A recurrence, and the characters of the text that state it."""

    start: int
    end: int
    every: str


def cycles_in(text: str) -> list[Cycle]:
    """Return every recurrence in a text, as `2 years`."""
    found: list[Cycle] = []
    for pattern in (_EVERY, *_CYCLES):
        for one in pattern.finditer(text):
            span = _CYCLES.get(pattern) or _every(one)
            if span and not any(c.start < one.end() and one.start() < c.end for c in found):
                found.append(Cycle(*one.span(), span))
    return sorted(found)


def count_of(word: str) -> int:
    """Return a number in words or figures; 0 if it is not a number."""
    low = word.lower()
    return register("dates")["numbers"].get(low) or (int(low) if low.isdecimal() and len(low) < 6 else 0)


def _every(found: re.Match[str]) -> str | None:
    """Return the span of `every six months`, `each second year`."""
    number, unit = (found["n"] or "one").lower(), found["unit"].lower()
    times, unit = register("dates")["units"].get(unit, (1, unit))
    count = (register("dates")["ordinals"].get(number) or count_of(number)) * times
    return str(Span(count, Unit(unit))) if count else None
