"""The words and punctuation marks of a text, and tests of single words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from spacedialog.drafting.lexicon import verb_of, words

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?:[-\u2010\u2011][^\W_]+)*|[^\W_]+(?:[.,'\u2019/&\u2010\u2011-][^\W_]+)*|\S")
MODALS = ("will", "shall", "must", "should", "would", "could", "may", "might")
PREPOSITIONS = frozenset(
    "about against along alongside at between by during following for from in including into of on through together"
    " under with within without than as".split()
)


class Word(NamedTuple):
    """A word or a punctuation mark of a text, also in lower case, and its place in characters."""

    text: str
    low: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Return the words and punctuation marks of a text, in order."""
    return [Word(one[0], one[0].lower().replace("\u2019", "'"), *one.span()) for one in _WORD.finditer(text)]


def low_at(said: Sequence[Word], at: int) -> str:
    """Return the word at a place in lower case; an empty string if there is none."""
    return said[at].low if 0 <= at < len(said) else ""


def skipped(said: Sequence[Word], at: int) -> int:
    """Return the number of the first word from `at` on that is not an adverb."""
    while at < len(said) and is_adverb(said[at].low):
        at += 1
    return at


def is_adverb(low: str) -> bool:
    """Return whether a word is an adverb that can be between a subject and its verb."""
    return low in words("verbs", "adverbs") or (low.endswith("ly") and low not in words("verbs", "no_adverbs"))


def may_be_verb(word: Word) -> bool:
    """Return whether a word after `will` or `intention to` can be a verb, even if the register does not have it."""
    return word.text.isalpha() and word.text.islower() and word.low not in words("verbs", "openers")


def base_of(word: Word) -> str:
    """Return the base form of a verb; an empty string if the word is not a verb of the register."""
    return verb_of(word.low, "base", "ing", "past", "s") or ""
