"""Nouns that say how binding it is: `interest in`, `plans to`, `agreement between the two sides on`."""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.drafting.grammar import PREPOSITIONS
from spacedialog.drafting.lexicon import strengths, words
from spacedialog.drafting.tokens import Span, Tokens
from spacedialog.model.vocabulary import Strength

_REACH = 7
"""Among how many words of a noun phrase the noun is looked for."""
_OPENS_THING = frozenset("to for in on of that towards toward about regarding concerning over at".split())
_BETWEEN = frozenset("between among by with".split())
_AFTER_BETWEEN = frozenset("on to for in about regarding that towards".split())


class Frame(NamedTuple):
    """How binding a noun is, and where what it is of begins: at its preposition, its `to` or its `that`."""

    strength: Strength
    start: int


def frame_of(tokens: Tokens, span: Span) -> Frame | None:
    """The noun of a noun phrase that says how binding it is, if what it is of follows."""
    begin, end = span
    for at in range(begin, min(begin + _REACH, end)):
        low = tokens.low(at)
        if tokens.lows(at, at + 3) == ["exchange", "of", "views"]:
            return Frame(Strength.EXPLORATORY, at + 3) if at + 3 < end else None
        if low in strengths("nouns", "frames"):
            start = _start(tokens, at + 1, end)
            if start is not None:
                return Frame(strengths("nouns", "frames")[low], start)
            if low not in words("nouns", "loose_frames") or _is_closed(tokens, at + 1, end):
                return None
        elif low in PREPOSITIONS or tokens[at].text in ",;":
            return None
    return None


def _start(tokens: Tokens, at: int, end: int) -> int | None:
    """Where what a noun is of begins; `at` is what follows the noun."""
    if at >= end:
        return None
    if tokens.low(at) in _BETWEEN:
        return tokens.find(at, end, _AFTER_BETWEEN)
    return at if tokens.low(at) in _OPENS_THING else None


def _is_closed(tokens: Tokens, at: int, end: int) -> bool:
    """Whether nothing can follow that the noun is of: the phrase ends, or says between whom and no more."""
    return at >= end or tokens.low(at) == "was" or tokens.low(at) in _BETWEEN
