"""The verbs that govern a sentence's clauses: neither within another's complement, nor participles, nor nouns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from spacedialog.drafting.grammar import PREPOSITIONS, PRONOUNS, RELATIVES, THAT, is_adverb, is_determiner, is_name
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.tokens import Token, Tokens
from spacedialog.drafting.verbforms import lemma
from spacedialog.drafting.verbgroups import verb_at
from spacedialog.drafting.verbs import DO, FINITE_BE, HAVE, Verb, kind_of, modals

COORDINATORS = frozenset(
    "and but while whereas ; as although though because since when where if so or before after until then".split()
)
_LONGEST_SUBJECT = 18
_OF_ALL = PRONOUNS | {"all", "these", "those", "this"}
"""Determiners that may stand for somebody by themselves."""


def main_verbs(tokens: Tokens) -> list[Verb]:
    """The verb groups that govern clauses beside each other, in their order."""
    found: list[Verb] = []
    seen = 0  # where the last finite verb ended, be it one of these or not
    at = depth = 0
    while at < len(tokens):
        depth += tokens.depth(at, at + 1)
        verb = None if depth > 0 else verb_at(tokens, at)
        if verb and _is_main(tokens, found[-1] if found else None, verb, seen):
            found.append(verb)
            at = seen = verb.end
            continue
        if verb and (tokens.low(at) in modals() or tokens.low(at) in FINITE_BE | HAVE):
            seen = verb.end
        at += 1
    return found


def last_break(tokens: Sequence[Token], begin: int, end: int) -> int | None:
    """The last coordinator, comma or semicolon of a stretch."""
    return next((k for k in range(end - 1, begin - 1, -1) if _breaks(tokens[k])), None)


def _breaks(token: Token) -> bool:
    return token.low in COORDINATORS or token.text in ",;"


def _is_main(tokens: Tokens, before: Verb | None, verb: Verb, seen: int) -> bool:
    """Whether a verb group governs a clause that stands beside the others, and not one within them."""
    if before and _in_that_clause(tokens, before, verb, seen):
        return False
    left = _without_brackets(tokens[before.end if before else 0 : verb.start])
    auxiliary = _has_auxiliary(tokens, verb)
    if not auxiliary and verb.start and tokens[verb.start].text[:1].isupper():
        return False
    if left and _takes_a_noun(left[-1]):
        return False
    while left and is_adverb(left[-1]):
        left.pop()
    if left and (left[-1].low in PREPOSITIONS | THAT or left[-1].low == "to"):
        return False
    if _in_relative(left):
        return False
    if not auxiliary and _is_noun_or_participle(tokens, before, verb, left):
        return False
    if before:
        return _stands_beside(tokens, before, verb, left)
    return bool(left) or tokens.low(verb.start) == "note"


def _has_auxiliary(tokens: Tokens, verb: Verb) -> bool:
    low = tokens.low(verb.start)
    return low in modals() or low in FINITE_BE | HAVE | DO


def _takes_a_noun(previous: Token) -> bool:
    """Whether what stands before a word makes a noun, an infinitive, a relative clause of it: `the`, `to`, `which`."""
    if is_determiner(previous) and previous.low not in _OF_ALL:
        return True
    return previous.low in ("to", "one") or previous.low in THAT


def _is_noun_or_participle(tokens: Tokens, before: Verb | None, verb: Verb, left: Sequence[Token]) -> bool:
    """Whether a verb without an auxiliary is none here: `joint plans`, `topics discussed`."""
    if verb.past:
        return _is_reduced(tokens, verb, before)
    if tokens.low(verb.end) in FINITE_BE | HAVE or tokens.low(verb.end) in modals():
        return True  # `the Lunar Vehicle study was discussed`
    if verb.phrase != "take place" and not _can_have_present(left, after_another=before is not None):
        return True
    return verb.start == 1 and _is_compound(tokens, verb)


def _is_compound(tokens: Tokens, verb: Verb) -> bool:
    """`Contact points have`, but not `Canada plans to`."""
    first = tokens[0]
    if not first.text[1:].islower() or first.low in words("nouns", "plural_bodies"):
        return False
    following = tokens.low(verb.end)
    governs = kind_of(verb)[0] in ("governing", "saying", "noting")
    return not governs or following in FINITE_BE | HAVE or following in modals()


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    kept, depth = [], 0
    for token in tokens:
        depth += token.text in "(["
        if depth <= 0:
            kept.append(token)
        depth -= token.text in ")]"
    return kept


def _in_relative(left: Sequence[Token]) -> bool:
    """Whether a relative clause is open: `which`, `who`, and no comma since."""
    for token in reversed(left):
        if token.text in ",;":
            return False
        if token.low in RELATIVES:
            return True
    return False


# That-clauses


def _in_that_clause(tokens: Tokens, before: Verb, verb: Verb, seen: int) -> bool:
    """Whether a verb stands in a that-clause which the verb before holds: `agreed that A and B shall`."""
    that = next((k for k in range(before.end, verb.start - 1) if _opens_that_clause(tokens, before, k)), None)
    if that is None or kind_of(before)[0] not in ("governing", "saying", "noting", "delivered", "modal"):
        return False
    if seen <= that:
        return True
    # A later verb belongs to it too, unless it goes on with the subject of all: `, and agreed to`.
    place = last_break(tokens, that + 1, verb.start)
    place = that if place is None else place
    subject = [token.low for token in tokens[place + 1 : verb.start] if not is_adverb(token)]
    of_all = words("nouns", "plural_bodies") | PRONOUNS
    return bool(subject) and tokens[place].text != ";" and of_all.isdisjoint(subject)


def _opens_that_clause(tokens: Tokens, before: Verb, at: int) -> bool:
    """Whether a `that` opens a clause of what was agreed or said, and does not go with a noun: `firms that visited`."""
    if tokens.low(at) != "that":
        return False
    last = tokens[at - 1]
    return (
        at - before.end <= 1
        or last.text in ",:"
        or is_adverb(last)
        or last.low.endswith("ing")
        or last.low == "and"
        or last.low in words("nouns", "holding_that")
        or (before.passive and tokens.has(before.end, at, {"by"}))
    )


# Verbs beside another


def _stands_beside(tokens: Tokens, before: Verb, verb: Verb, left: Sequence[Token]) -> bool:
    """Whether a verb after another is coordinated with it, with nothing or with a subject of its own between."""
    place = last_break(left, 0, len(left))
    if place is None:
        return False
    subject = left[place + 1 :]
    if not subject:
        return _shares_subject(tokens, before, verb, left[place])
    return _has_subject(subject, left[place], auxiliary=_has_auxiliary(tokens, verb))


def _shares_subject(tokens: Tokens, before: Verb, verb: Verb, sign: Token) -> bool:
    """Whether it goes on with the subject of the verb before: `, and agreed to`."""
    auxiliary = _has_auxiliary(tokens, verb)
    if not auxiliary and not verb.past:
        return _goes_on(tokens, before, verb)
    if sign.low in ("and", "but", "then", ";", "while"):
        return True
    participle = verb.past and not auxiliary and tokens.low(verb.end) in PREPOSITIONS
    return sign.text == "," and not participle and kind_of(verb)[0] in ("governing", "noting", "delivered", "modal")


def _goes_on(tokens: Tokens, one: Verb, other: Verb) -> bool:
    """Whether a bare verb is one more in the present tense, and not one more of an infinitive: `intend to X and Y`."""
    hopes = other.lemma in words("verbs", "hoping") and tokens.low(other.end) == "to"
    if hopes or other.phrase == "look forward":
        return True
    if one.modal or one.past or one.progressive or one.passive:
        return False
    if tokens.low(one.end) != "to":
        return True
    return kind_of(other)[0] == "noting" or other.lemma in words("verbs", "joining")


def _has_subject(subject: Sequence[Token], sign: Token, *, auxiliary: bool) -> bool:
    """Whether what stands between a coordinator and a verb can be the verb's subject."""
    first = subject[0]
    if len(subject) > _LONGEST_SUBJECT or any(token.low in THAT for token in subject) or _has_infinitive(subject):
        return False
    if first.low in PREPOSITIONS - {"including"}:
        return False
    opens = first.low in PRONOUNS or is_determiner(first) or is_name(first)
    return opens or auxiliary or (sign.low != "and" and sign.text != ",")


def _has_infinitive(tokens: Sequence[Token]) -> bool:
    return any(to.low == "to" and lemma(verb, "base") and not is_determiner(verb) for to, verb in pairwise(tokens))


# What can be a subject


def _can_have_present(left: Sequence[Token], *, after_another: bool) -> bool:
    """Whether what stands before a bare present form can be its subject, so that it is no noun."""
    if not left:
        return False
    last, plurals = left[-1], words("nouns", "plural_bodies")
    if last.low in plurals or (after_another and last.low in ("and", ",", "it", "he", "she")):
        return True
    if last.text == "," and left[0].low not in PREPOSITIONS:
        # `The two sides, after a long debate, agree`
        return any(token.low in plurals or is_name(token) for token in left[:-1])
    return is_name(last) and not is_determiner(last)


def _is_reduced(tokens: Tokens, verb: Verb, before: Verb | None) -> bool:
    """Whether a past form is a participle after a noun: `the agreement signed in May`, `topics discussed`."""
    if not any(lemma(tokens[at], "participle") for at in (verb.end - 1, verb.start)):
        return False
    left = _without_brackets(tokens[before.end if before else 0 : verb.start])
    if not left or left[-1].text in ",;" or left[-1].low in ("and", "but", "while"):
        return False
    after, by_somebody = tokens.low(verb.end), _is_somebody(left[-1])
    if after == "by" or (after in ("under", "between", "with", "through") and not by_somebody):
        return True
    if by_somebody:
        return False
    later = _next_finite(tokens, verb.end)
    if later is not None:
        # A later finite verb that nothing coordinates takes the noun as its own subject.
        return not any(token.low in COORDINATORS or token.text == "," for token in tokens[verb.end : later])
    return before is not None or kind_of(verb)[0] == "other"


def _next_finite(tokens: Tokens, begin: int) -> int | None:
    """The next modal, `is` or `has` before a semicolon."""
    for at in range(begin, len(tokens)):
        if tokens[at].text == ";":
            return None
        low = tokens.low(at)
        if (low in modals() or low in FINITE_BE | HAVE) and tokens[at].text != "May":
            return at
    return None


def _is_somebody(last: Token) -> bool:
    """Whether the word before a verb likely ends the name of somebody: a party, a pronoun, a name."""
    return last.low in words("nouns", "plural_bodies") or last.low in PRONOUNS or is_name(last)
