"""A noun phrase by itself: where it ends, what its last noun is, whether it names somebody, a time, something done."""

from __future__ import annotations

from spacedialog.drafting.grammar import PREPOSITIONS, PRONOUNS, THAT, is_adverb, is_name
from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.tokens import Span, Token, Tokens
from spacedialog.drafting.verbforms import lemma

_AFTER_PARTICIPLE = frozenset("by in on for at under with between".split())
_UNITS = frozenset(
    "day week month quarter year two three four five six second other third spring summer autumn winter season".split()
)
_TIMES = frozenset("next this last later early late twice once annually today again immediately".split())
_YEAR_NEAR = 12
"""How many words after a phrase a year may stand and still be its date."""


def head_end(tokens: Tokens, begin: int, end: int) -> int:
    """Where the first noun phrase ends: at a preposition, a relative, a bracket, `to`, a participle."""
    return next((at for at in range(begin, end) if _ends_phrase(tokens, begin, at, end)), end)


def _ends_phrase(tokens: Tokens, begin: int, at: int, end: int) -> bool:
    token = tokens[at]
    low = token.low
    if low in PREPOSITIONS or low in THAT or low == "to" or token.text in ",;:":
        return True
    if at == begin:
        return False
    return token.text in "([" or (
        low.endswith("ed")
        and token.text.islower()
        and at + 1 < end
        and tokens.low(at + 1) in _AFTER_PARTICIPLE
        and lemma(token, "participle") is not None
        and lemma(token, "base") is None
    )


def head_of(tokens: Tokens, span: Span) -> str:
    """The last noun of the first noun phrase: `readiness` in `their readiness to`."""
    stop = head_end(tokens, *span)
    return tokens.low(stop - 1) if stop > span[0] else ""


def stripped(tokens: Tokens, span: Span) -> Span:
    """A stretch without signs, `and` and `both` at its ends, and without `(a)` at its beginning."""
    begin, end = span
    while begin < end:
        if _is_point_start(tokens, begin):
            begin += 3
        elif tokens[begin].text in ",;:" or tokens.low(begin) in ("and", "both"):
            begin += 1
        else:
            break
    while end > begin and (tokens[end - 1].text in ",;:." or tokens.low(end - 1) in ("and", "or")):
        end -= 1
    return begin, end


def is_point_sign(tokens: Tokens, at: int) -> bool:
    """Whether a bracket closes the sign of a point: `(a)`, `(ii)`."""
    if at < 2 or tokens[at].text != ")" or tokens[at - 2].text != "(":
        return False
    sign = tokens[at - 1].text
    return len(sign) <= 3 and (sign.islower() or sign.isdigit())


def _is_point_start(tokens: Tokens, at: int) -> bool:
    return tokens[at].text == "(" and at + 2 < len(tokens) and is_point_sign(tokens, at + 2)


def is_doing(token: Token) -> bool:
    """Whether a noun stands for doing something or for a thing done, rather than for a field or a body."""
    low = token.low
    if low in words("nouns", "nominals") or low.removesuffix("s") in words("nouns", "nominals"):
        return True
    return token.text.islower() and len(low) > 5 and low.endswith(tuple(register("nouns")["doing_endings"]))


def is_time(tokens: Tokens, at: int) -> bool:
    """Whether a word says when, with no preposition: `every six months`, `next year`, `twice a year`."""
    if tokens.low(at) in ("every", "each"):
        return tokens.low(at + 1) in _UNITS
    return tokens.low(at) in _TIMES or is_adverb(tokens[at])


def is_dated(tokens: Tokens, span: Span) -> bool:
    """Whether a year stands in a stretch or soon after it."""
    begin, end = span
    return any(token.text.isdigit() and len(token.text) == 4 for token in tokens[begin : end + _YEAR_NEAR])


def names_somebody(tokens: Tokens, span: Span) -> bool:
    """Whether a subject is somebody who can act: a pronoun, sides, a name."""
    begin, end = span
    if begin >= end:
        return False
    stop = head_end(tokens, begin, end)
    head = tokens[stop - 1] if stop > begin else tokens[begin]
    known = head.low in PRONOUNS or head.low in words("nouns", "somebody")
    if begin == 0 and head is tokens[0] and end > 1 and head.text[1:].islower() and not known:
        # Its capital only opens the sentence, unless a list begins: `Japan, Korea and`.
        return tokens.low(1) == "and" or tokens[1].text in (",", "(")
    return known or (is_name(head) and not head.low.endswith(("dialogue", "initiative", "agreement")))
