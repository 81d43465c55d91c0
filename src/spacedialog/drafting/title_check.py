"""The check of a title from a language model: it is used only if the rules read a commitment at the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacedialog.drafting.candidates import Candidate
from spacedialog.drafting.lexicon import KEPT, verb_of, words
from spacedialog.drafting.timing import dates_in
from spacedialog.drafting.tokens import PREPOSITIONS, Word, base_of, words_of
from spacedialog.statements.prose import comparable

_JOINTS = frozenset((",", "and"))
_NO_MEMBERS = PREPOSITIONS | frozenset("to or but not off who which that whose whom where".split())
_ARTICLES = frozenset(("a", "an", "the"))
_LEFT_OUT = _ARTICLES | words("ladder", "plain_adverbs") | {"their", "its", "our", "both"}
"""The words that a title may leave out anywhere."""

_LEADS = frozenset("work cooperate collaborate partner act continue agree commit pledge look welcome".split())
_ENOUGH = 25
"""The number of characters at the beginning of a candidate's wording that are searched for in its sentence."""


def confirmed_by(title: str, text: str, rules: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate of the rules that confirms a title; None if the title may change the meaning.

    The candidate begins at the same word as the title, or at words before it such as `commit to`. All words of the
    title are in the sentence, in the same order, and no word that the title leaves out can change the meaning.
    """
    said = words_of(text)
    wanted = [_exact(word) for word in words_of(title) if word.low not in _ARTICLES]
    if not wanted or re.search(r"[^\w\s.,'\u2019\"$%&/()-]", title):
        return None
    for rule in rules:
        begin = _begin(rule.wording, text)
        end = begin + len(comparable(rule.wording))
        own = [word for word in said if begin <= word.start < end]
        if not own or words_of(rule.title)[0].low not in _forms(own[0]):
            continue  # the title of the rules begins with other words, such as a condition
        start = next((n for n, word in enumerate(own) if wanted[0] in _forms(word) or not _is_lead(word)), 0)
        places = _places(own, start, wanted) if wanted[0] in _forms(own[start]) else []
        kept = {own[place].start for place in places}
        left_out = [word.text for word in said if word.start not in kept]
        if places and _is_end(text[own[places[-1]].end : end]) and _is_whole(left_out):
            return rule
    return None


def _begin(wording: str, text: str) -> int:
    """Return where the wording of a candidate begins in a text; the length of the text if that is not clear."""
    low, wanted = text.casefold(), comparable(wording).casefold()
    found = [at for at in (low.find(wanted), low.find(wanted[:_ENOUGH])) if at >= 0]
    return found[0] if found else len(low)


def _exact(word: Word) -> str:
    """Return a word in lower case, except `US`, which differs from `us`."""
    return word.text if word.low == "us" else word.low


def _is_lead(word: Word) -> bool:
    """Return whether a title may leave out a word before its first one: `commit to`, `work together to`."""
    return word.low in _LEFT_OUT or word.low in ("to", "forward") or base_of(word) in _LEADS


def _forms(word: Word) -> tuple[str, str]:
    return _exact(word), base_of(word)


def _places(said: Sequence[Word], start: int, wanted: Sequence[str]) -> list[int]:
    """Return the places of a title's words from `start` on; empty if it must not leave out the words between them."""
    places = [start]
    for low in wanted[1:]:
        begin = places[-1] + 1
        place = next((n for n in range(begin, len(said)) if _exact(said[n]) == low), None)
        if place is None or not _is_gap([one.low for one in said[begin : place + 1]]):
            return []
        places.append(place)
    return places


def _is_gap(left_out: Sequence[str]) -> bool:
    """Return whether a title may leave out all words but the last: articles, or other members of a list."""
    left, following = [low for low in left_out[:-1] if low not in _LEFT_OUT], left_out[-1]
    if all(low in (",", '"') for low in left):
        return True
    heads = [after for low, after in zip(left, [*left[1:], following], strict=True) if low in _JOINTS]
    is_list = left[-1] in _JOINTS and not any(verb_of(low, "base", "ing", "past", "s") for low in heads)
    verbs = [low for low in left if verb_of(low, "base", "ing", "past") and low not in words("verbs", "also_nouns")]
    return is_list and not verbs and PREPOSITIONS.isdisjoint(left) and "to" not in left


def _is_end(rest: str) -> bool:
    """Return whether a title may leave out the last words of a commitment: a purpose, a date, or members of a list."""
    low = [word.low for word in words_of(rest) if word.low not in _LEFT_OUT]
    first, following = [*low, "", ""][:2]
    if not low or low == [","] or first == "including" or (first == "," and following == "including"):
        return True
    if first == "to":
        return verb_of(following, "base") is not None
    if any(date.start <= 2 and date.end >= len(rest.rstrip(" ,;.")) for date in dates_in(rest, None)):
        return True
    is_list = "and" in low and first in _JOINTS and all(one == "," or one[0].isalnum() for one in low)
    is_plain = not any(one in _NO_MEMBERS or verb_of(one, "ing", "past", "participle") for one in low)
    return is_list and is_plain and verb_of(following, "base") is None


def _is_whole(left_out: Sequence[str]) -> bool:
    """Return whether the words that a title leaves out contain no condition and no negation."""
    return not KEPT.search(" ".join(left_out)) and words("ladder", "negations").isdisjoint(map(str.lower, left_out))
