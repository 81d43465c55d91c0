"""The words and signs of a sentence, each with its place, and questions about stretches of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

Span = tuple[int, int]
"""A stretch of a sentence's tokens: the first one's number, and the number after the last one's."""

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:-[^\W_]+)*(?:['\u2019]s)?"  # U.S., U.S.-ROK
    r"|\d{1,3}(?:,\d{3})+"
    r"|[^\W_]+(?:[.'\u2019/&+\u2010\u2011-][^\W_]+)*(?:(?<=s)['\u2019](?=\s))?"
    r"|\S"
)


class Token(NamedTuple):
    """A word or a sign of a sentence, with its place there in characters.

    `low` is the text in lower case, with plain apostrophes.
    """

    text: str
    start: int
    end: int
    low: str


class Tokens(tuple[Token, ...]):
    """The tokens of a sentence, or of a part of one."""

    __slots__ = ()

    def low(self, at: int) -> str:
        """A token in small letters; empty where there is none."""
        return self[at].low if 0 <= at < len(self) else ""

    def lows(self, begin: int, end: int) -> list[str]:
        """A stretch in small letters."""
        return [token.low for token in self[begin:end]]

    def find(self, begin: int, end: int, words: Collection[str]) -> int | None:
        """The first token of a stretch that is one of these words."""
        return next((at for at in range(begin, min(end, len(self))) if self[at].low in words), None)

    def has(self, begin: int, end: int, words: Collection[str]) -> bool:
        """Whether one of these words stands in a stretch."""
        return self.find(begin, end, words) is not None

    def depth(self, begin: int, end: int) -> int:
        """How many brackets that open in a stretch are not closed in it."""
        return sum((token.text in "([") - (token.text in ")]") for token in self[begin:end])

    def text(self, of: str, span: Span) -> str:
        """The characters of a stretch, in the text that the tokens are of."""
        begin, end = span
        return of[self[begin].start : self[end - 1].end] if end > begin else ""


def tokens_of(text: str) -> Tokens:
    """The words and signs of a text."""
    return Tokens(
        Token(found[0], *found.span(), found[0].lower().replace("\u2019", "'")) for found in _TOKEN.finditer(text)
    )


def moved(span: Span, by: int) -> Span:
    """A stretch so many tokens further on."""
    return span[0] + by, span[1] + by
