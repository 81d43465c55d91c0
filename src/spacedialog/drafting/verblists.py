"""Verbs side by side: `to develop X, launch Y and share Z`, each with where it begins and ends."""

from __future__ import annotations

from typing import Literal, NamedTuple

from spacedialog.drafting.grammar import PREPOSITIONS, is_adjective, is_adverb, is_determiner, is_gerund, is_name
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.nounphrases import is_point_sign
from spacedialog.drafting.tokens import Span, Token, Tokens
from spacedialog.drafting.verbforms import lemma

ListForm = Literal["base", "ing"]

_JOINING = frozenset(("and", "or", ";", ","))
_TRAILING = frozenset("and or to as well".split())
_OPEN_OBJECT = frozenset("each one two three up out".split())
_ASIDE = 8
"""How many words may stand between the commas of `finance and, around 2031, launch`."""


class _Start(NamedTuple):
    """Where a verb begins, and where the one before it ends."""

    at: int
    before: int


def verb_list(tokens: Tokens, begin: int, end: int, form: ListForm) -> list[Span]:
    """The verbs of a list in one form with what they act upon, the first at `begin`."""
    starts = _starts(tokens, begin, end, form)
    stops = [*(start.before for start in starts[1:]), end]
    return [(start.at, _stop(tokens, start.at, stop)) for start, stop in zip(starts, stops, strict=True)]


def _starts(tokens: Tokens, begin: int, end: int, form: ListForm) -> list[_Start]:
    found = [_Start(begin, begin)]
    depth = tokens.depth(begin, begin + 1)
    for at in range(begin + 1, end):
        if at > found[-1].at:
            start = _after_aside(tokens, at, end, form, found[-1].at)
            if start is None and not depth:
                start = _next_verb(tokens, at, end, form, found[-1].at)
            if start:
                found.append(start)
        depth += tokens.depth(at, at + 1)
    return found


def _after_aside(tokens: Tokens, at: int, end: int, form: ListForm, begin: int) -> _Start | None:
    """The verb after what stands between commas: `co-finance and, around 2031, launch`."""
    if tokens.low(at - 1) != "and" or tokens[at].text != ",":
        return None
    closing = tokens.find(at + 1, min(at + _ASIDE, end - 1), ",")
    if closing is None or not _is_verb(tokens, closing + 1, end, form, sign="and", begin=begin):
        return None
    return _Start(closing + 1, at - 1)


def _next_verb(tokens: Tokens, at: int, end: int, form: ListForm, begin: int) -> _Start | None:
    """The verb that begins here, after a coordinator or the sign of a point."""
    sign = tokens.low(at - 1)
    as_well_as = sign == "as" and tokens.low(at - 3) == "as"
    if not (sign in _JOINING or as_well_as or is_point_sign(tokens, at - 1)):
        return None
    after_to = tokens.low(at) == "to"
    here = at + after_to
    if after_to and form == "ing" and here < end and is_determiner(tokens[here]):
        return _Start(at, at)
    while here < end and is_adverb(tokens[here]):
        here += 1
    if here >= end:
        return None
    is_verb = (
        _is_verb_after_to(tokens, here, end, form)
        if after_to
        else _is_verb(tokens, here, end, form, sign=sign, begin=begin)
    )
    return _Start(here, here) if is_verb else None


def _stop(tokens: Tokens, start: int, stop: int) -> int:
    """Where what a verb acts upon ends: without the `and` before the next verb, and its sign."""
    while stop > start + 1:
        if is_point_sign(tokens, stop - 1):
            stop -= 3
        elif _trails(tokens, start, stop):
            stop -= 1
        else:
            break
    return stop


def _trails(tokens: Tokens, start: int, stop: int) -> bool:
    last = tokens[stop - 1]
    if last.text in ",;":
        return tokens.depth(start, stop) <= 0
    return last.low in _TRAILING or is_adverb(last)


# Whether a word is one more verb


def _is_verb_after_to(tokens: Tokens, at: int, end: int, form: ListForm) -> bool:
    if form == "ing":
        return _is_doing(tokens, at, end)
    return tokens[at].text.islower() and not is_determiner(tokens[at])


def _is_verb(tokens: Tokens, at: int, end: int, form: ListForm, *, sign: str, begin: int) -> bool:
    """Whether a word after a sign is a verb of the list that began, or went on last, at `begin`."""
    if form == "ing":
        comments = sign == "," and tokens.low(at) in words("verbs", "hanging_out")
        return not comments and _is_doing(tokens, at, end)
    if not tokens[at].text.islower() or not lemma(tokens[at], "base") or at + 1 >= end:
        return False
    following = tokens[at + 1]
    if tokens.low(at) in words("actions", "also_nouns"):
        return _is_verb_and_no_noun(tokens, at, begin)
    if following.low in ("and", "or") or following.text in ",.;":
        return False
    return sign in _JOINING or sign == "as" or _opens_object(tokens, at + 1)


def _is_doing(tokens: Tokens, at: int, end: int) -> bool:
    """Whether a word in -ing is a verb, also one that a noun may be: `reporting back`."""
    if tokens.low(at) == "including":
        return False
    reports = lemma(tokens[at], "ing") is not None and tokens.has(at + 1, min(at + 2, end), ("to", "on", "back"))
    return reports or is_gerund(tokens, at)


def _is_verb_and_no_noun(tokens: Tokens, at: int, begin: int) -> bool:
    """Whether a word that may be both is a verb: `and test the`, but not `data and test results`."""
    following = tokens[at + 1]
    if following.low in PREPOSITIONS or following.low in ("and", "or") or following.text in ",.;":
        return False
    first_has_no_object = tokens.low(at - 1) in ("and", "or") and at - 1 - begin <= 1
    return first_has_no_object or _opens_object(tokens, at + 1) or _is_plural(following)


def _is_plural(token: Token) -> bool:
    return token.text.islower() and token.low.endswith("s")


def _opens_object(tokens: Tokens, at: int) -> bool:
    token = tokens[at]
    return (
        is_determiner(token)
        or is_adjective(token)
        or is_name(token)
        or token.low in _OPEN_OBJECT
        or token.text[0].isdigit()
        or is_gerund(tokens, at)
    )
