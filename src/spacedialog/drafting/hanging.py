"""Where parts hang on a complement after a comma: participles, `with X doing`, `which will`, `including`."""

from __future__ import annotations

from typing import Literal, NamedTuple

from spacedialog.drafting.frames import frame_of
from spacedialog.drafting.grammar import PREPOSITIONS, is_adverb, is_determiner, is_gerund, is_name, is_possessive
from spacedialog.drafting.lexicon import register, strengths, words
from spacedialog.drafting.nounphrases import head_end
from spacedialog.drafting.tokens import Span, Tokens
from spacedialog.drafting.verbforms import lemma
from spacedialog.drafting.verbs import modals
from spacedialog.model.vocabulary import Strength

How = Literal["with", "including", "ing", "comment", "which", "under which", "to be", "more"]

_OPENINGS = frozenset("on in towards toward upon for of about at into regarding concerning over around with to".split())
_PROMISING = frozenset("will shall may could plan intend agree commit pledge".split())
_NO_OWNER = frozenset("through by on in for via with".split())
_NOUN_FOLLOWS = frozenset(", and or of ; . in for".split())
_REACH_OF_WITH = 14
_REACH_OF_ABSOLUTE = 7
_REACH_OF_WHICH = 8


class Hanging(NamedTuple):
    """A part that hangs on: how, and where it stands without its comma and, of `with`, without that word."""

    how: How
    span: Span


class _Start(NamedTuple):
    comma: int
    at: int
    how: How


def hanging(tokens: Tokens, begin: int, end: int) -> tuple[int, list[Hanging]]:
    """Where the main part of a complement ends, and what hangs on it."""
    starts = _starts(tokens, begin, end)
    if not starts:
        return end, []
    found: list[Hanging] = []
    stops = [*(start.comma for start in starts[1:]), end]
    for start, stop in zip(starts, stops, strict=True):
        again = _list_goes_on(tokens, start.at, stop, begin)
        if start.how != "comment":
            found.append(Hanging(start.how, (start.at, stop if again is None else again)))
        if again is not None:
            found.append(Hanging("more", (again + 2, stop)))
    return max(starts[0].comma, begin), found


def _list_goes_on(tokens: Tokens, start: int, stop: int, begin: int) -> int | None:
    """The comma from which the main part goes on with its preposition: `on X, including Y, and on Z`."""
    opening = tokens.low(begin)
    if opening not in PREPOSITIONS:
        return None
    return next((k for k in range(start, stop - 3) if tokens.lows(k, k + 3) == [",", "and", opening]), None)


def _starts(tokens: Tokens, begin: int, end: int) -> list[_Start]:
    found: list[_Start] = []
    depth = 0
    for at in range(max(begin - 1, 0), end - 1):
        if not depth:
            start = _start(tokens, begin, at, end, found[-1].how if found else None)
            if start:
                found.append(start)
        if at >= begin:
            depth += tokens.depth(at, at + 1)
    return found


def _start(tokens: Tokens, begin: int, at: int, end: int, before: How | None) -> _Start | None:
    """What hangs on after a comma here, or after an `and` that goes on with participles."""
    comma = tokens[at].text == ","
    goes_on = before == "ing"
    if not comma and not (goes_on and tokens.low(at) == "and"):
        return None
    here = at + 1
    if comma and goes_on and tokens.low(here) == "and":
        here += 1
    while here < end and is_adverb(tokens[here]):
        here += 1
    if here >= end:
        return None
    low = tokens.low(here)
    if comma and low == "with" and _is_with_clause(tokens, here + 1, end):
        return _Start(at, here + 1, "with")
    if comma and _is_absolute(tokens, here, end):
        return _Start(at, here, "with")
    if low == "including" and _is_somebodys_doing(tokens, here + 1, end):
        return _Start(at, here + 1, "including")
    if _is_participle(tokens, at, here, end) and not _in_list(tokens, begin, at):
        return None if before == "with" else _Start(at, here, _how_participle(tokens, here, end))
    return _relative_start(tokens, at, here, end) if comma else None


def _relative_start(tokens: Tokens, comma: int, here: int, end: int) -> _Start | None:
    """`which will`, `under which data will`, `to be built`."""
    low, after = tokens.low(here), tokens.low(here + 1)
    if low == "which":
        if not _which_promises(tokens, here + 1, end):
            return None
        shares_subject = after in modals() or after in ("is", "are")
        return _Start(comma, here + 1, "which" if shares_subject else "under which")
    if low in ("under", "in", "by") and after == "which":
        return _Start(comma, here + 2, "under which") if _promises(tokens, here + 2, end) else None
    return _Start(comma, here + 1, "to be") if (low, after) == ("to", "be") else None


# Participles


def _is_participle(tokens: Tokens, comma: int, at: int, end: int) -> bool:
    """Whether a word in -ing after a comma is a participle: `, sharing all profiles`, and not `, training and`."""
    if tokens.low(at) == "including" or not lemma(tokens[at], "ing"):
        return False
    if is_gerund(tokens, at):
        return True
    after = tokens.low(at + 1) if at + 1 < end else ","
    return comma + 1 == at and tokens[at].text.islower() and after not in _NOUN_FOLLOWS


def _how_participle(tokens: Tokens, at: int, end: int) -> How:
    makes_available = tokens.low(at) == "making" and tokens.has(at, end, {"available"})
    return "comment" if tokens.low(at) in words("verbs", "hanging_out") and not makes_available else "ing"


def _in_list(tokens: Tokens, begin: int, comma: int) -> bool:
    """Whether the verbs in -ing before show that this is one more of a list: `agreed on expanding X, sharing Y and`."""
    at = begin
    while at < comma and (is_adverb(tokens[at]) or tokens.low(at) in _OPENINGS):
        at += 1
    return at < comma and at - begin <= 3 and is_gerund(tokens, at)


# Others with what they do


def _is_with_clause(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether what follows `with` says who is to do what: `with Korea providing`, `with a launch planned for`."""
    articled = tokens.low(begin) in ("a", "the")
    frame = frame_of(tokens, (begin, end))
    if frame and not articled and not (frame.strength is Strength.EXPLORATORY and tokens.low(frame.start) == "to"):
        return True
    for at in range(begin + 1, min(begin + _REACH_OF_WITH, end)):
        if is_gerund(tokens, at) and tokens.low(at) != "including":
            return True
        if tokens.low(at) in strengths("verbs", "to_come"):
            return True
        if tokens.low(at) == "to" and at + 1 < end and _is_infinitive(tokens, at + 1):
            return not articled or tokens.low(begin + 1) not in words("nouns", "views_ahead")
    return False


def _is_infinitive(tokens: Tokens, at: int) -> bool:
    return tokens.low(at) == "be" or lemma(tokens[at], "base") is not None


def _is_absolute(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether somebody does something with no `with`: `, KSA undertaking to`, `, the next session being hosted`."""
    if not (is_name(tokens[begin]) or tokens.low(begin) in ("the", "each", "both")):
        return False
    for at in range(begin + 1, min(begin + _REACH_OF_ABSOLUTE, end - 1)):
        low = tokens.low(at)
        if tokens[at].text in ",;" or low in PREPOSITIONS or low == "and":
            return False
        if low == "being" and lemma(tokens[at + 1], "participle"):
            return True
        if lemma(tokens[at], "ing") and is_name(tokens[at - 1]) and is_gerund(tokens, at):
            return low not in words("verbs", "hanging_out")
    return False


def _is_somebodys_doing(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether what follows `including` is what somebody does: `including Japan's participation in`."""
    if begin >= end or tokens.low(begin) in _NO_OWNER or not is_possessive(tokens[begin]):
        return False
    stop = head_end(tokens, begin, end)
    head = tokens.low(stop - 1)
    does = head.endswith(tuple(register("nouns")["own_doing_endings"])) or head in words("nouns", "own_doing")
    return stop > begin and does


# Relative clauses


def _promises(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether a clause after `under which` undertakes something: `under which data will`."""
    to_come = strengths("verbs", "to_come")
    return any(
        tokens.low(k) in _PROMISING
        or (tokens.low(k) in ("is", "are") and (tokens.low(k + 1) == "to" or tokens.low(k + 1) in to_come))
        for k in range(begin, end)
    )


def _which_promises(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether a clause after `which` does: `which is to report`, `a sum which Korea will match`."""
    low = tokens.low(begin)
    if (low in modals() and low != "can") or (low in ("is", "are") and tokens.low(begin + 1) == "to"):
        return True
    if not tokens.has(begin, min(begin + _REACH_OF_WHICH, end), ("will", "shall", "may")):
        return False
    return is_name(tokens[begin]) or is_determiner(tokens[begin])
