"""The clauses of a sentence: who does what, and which of the register's kinds the governing verb is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spacedialog.drafting.grammar import PREPOSITIONS, PRONOUNS, is_adverb, is_determiner, is_name
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.mainverbs import last_break, main_verbs
from spacedialog.drafting.tokens import Span, Token, Tokens
from spacedialog.drafting.verbs import Kind, Verb, kind_of
from spacedialog.model.vocabulary import Strength

_LONGEST_PARTY = 8
"""How many words may stand between the names of `NASA, the space agency, and ESA`."""


class Clause(NamedTuple):
    """A part of a sentence with a verb of its own, as spans of the sentence's tokens."""

    kind: Kind
    strength: Strength | None
    subject: Span
    verb: Verb
    complement: Span


def clauses_of(tokens: Tokens) -> list[Clause]:
    """The clauses of a sentence that stand beside each other; those within another's complement are left to it."""
    verbs = main_verbs(tokens)
    if not verbs:
        return []
    starts = [_start(tokens, verbs[at - 1].end if at else 0, verb.start) for at, verb in enumerate(verbs)]
    ends = [*(start for start, _ in starts[1:]), len(tokens)]
    clauses: list[Clause] = []
    for verb, (_, begin), end in zip(verbs, starts, ends, strict=True):
        subject = (begin, verb.start)
        if clauses and begin >= verb.start:
            subject = clauses[-1].subject  # the same as that of the verb before
        kind, strength = kind_of(verb)
        complement = (verb.end, _trimmed(tokens, verb.end, end))
        clauses.append(Clause(kind, strength, _bare_subject(tokens, subject), verb, complement))
    return clauses


def _start(tokens: Tokens, begin: int, verb: int) -> tuple[int, int]:
    """Where the words of a verb's clause begin, its coordinator included, and where its subject does."""
    if begin == 0:
        return 0, 0
    found = last_break(tokens, begin, verb)
    place = begin if found is None else found
    while True:
        earlier = _break_within_names(tokens, begin, place, verb)
        if earlier is None:
            break
        place = earlier
    start = place
    while start > begin and (tokens[start - 1].text == "," or tokens[start - 1].low in ("and", "but")):
        start -= 1
    return start, place + 1


def _break_within_names(tokens: Tokens, begin: int, place: int, verb: int) -> int | None:
    """The break before an `and` that joins two names of the subject: `NASA and ESA will`."""
    if not (place > begin and tokens.low(place) == "and" and place + 1 < verb):
        return None
    earlier = last_break(tokens, begin, place)
    if earlier is None or place - earlier > _LONGEST_PARTY:
        return None
    return earlier if is_name(tokens[place - 1]) and is_name(tokens[place + 1]) else None


def _trimmed(tokens: Tokens, begin: int, end: int) -> int:
    while end > begin and (tokens[end - 1].text in ".,;:" or tokens[end - 1].low in ("and", "but")):
        end -= 1
    return end


# Subjects


def _bare_subject(tokens: Tokens, span: Span) -> Span:
    """A subject without what stands before it: `In Earth observation,`, `Recently,`, `and`."""
    begin, end = span
    if begin < end and _leads_in(tokens[begin]):
        begin = _after_lead_in(tokens, begin, end)
    while begin < end and (tokens[begin].low in ("and", "but", "also") or tokens[begin].text == ","):
        begin += 1
    while end > begin and (is_adverb(tokens[end - 1]) or tokens[end - 1].text == ","):
        end -= 1
    return begin, end


def _leads_in(token: Token) -> bool:
    low = token.low
    return low in PREPOSITIONS or is_adverb(token) or low.endswith("ing") or low in words("words", "leading_in")


def _after_lead_in(tokens: Tokens, begin: int, end: int) -> int:
    """Where the subject begins after `On Earth science,`, or `In September 2025` with no comma."""
    commas = [k for k in range(begin, end - 1) if tokens[k].text == ","]
    if commas:
        return next((k for n, k in enumerate(commas) if _lists_names(tokens, commas[n:], end)), commas[-1]) + 1
    if end - begin <= 2:
        return begin
    return next((k for k in range(end - 1, begin + 1, -1) if _opens_subject(tokens, k)), begin)


def _opens_subject(tokens: Tokens, at: int) -> bool:
    """Whether somebody is named here with no preposition before: `In September 2025 the two governments`."""
    opens = is_determiner(tokens[at]) or tokens.low(at) in PRONOUNS
    return opens and tokens.low(at - 1) not in PREPOSITIONS


def _lists_names(tokens: Tokens, commas: Sequence[int], end: int) -> bool:
    """Whether the pieces from the first comma on are names, and so the subject: `, Japan, Korea and Chile`."""
    pieces = [tokens[one + 1 : other] for one, other in zip(commas, [*commas[1:], end], strict=True)]
    if len(pieces) < 2 or not any(token.low == "and" for token in pieces[-1]):
        return False
    return all(piece and is_name(piece[0]) for piece in pieces[:-1])
