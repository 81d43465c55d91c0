"""Clauses in which something is done, goes on, or is so: `signed`, `is being built`, `talks are under way`."""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.complements import complement
from spacedialog.drafting.frames import frame_of
from spacedialog.drafting.grammar import PREPOSITIONS, is_gerund
from spacedialog.drafting.lexicon import register, strengths, words
from spacedialog.drafting.nounphrases import head_of, is_dated, is_time, names_somebody
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.telling import noted
from spacedialog.drafting.things import things
from spacedialog.model.vocabulary import Strength

_OPENS_THING = frozenset("of on to in at for that with towards".split())
_AFTER_AGENT = frozenset("on to in at for that".split())
_GOING_ON = frozenset("ongoing continuing underway way review progressing advanced progress pending open".split())
_GOING_ON_PAIRS = (
    ("under", frozenset("way consideration review negotiation discussion study".split())),
    ("in", frozenset("progress preparation".split())),
)
_COMPLETE = frozenset("complete completed operational".split())


def done(r: Reading) -> Iterator[Undertaking]:
    """What a clause tells as done: `signed a memorandum`, `the mission was launched`, `the meeting took place`."""
    verb, tokens, subject = r.clause.verb, r.tokens, r.clause.subject
    begin, end = r.clause.complement
    why = f"'{verb.phrase}' in the past"
    basis = Basis(Strength.DELIVERED, why, 0.85)
    if verb.passive:
        if tokens.low(subject[0]) == "it":
            yield from complement(r, begin, end, Basis(Strength.FIRM, why, 0.7))
            return
        for thing, lead in things(tokens, subject):
            yield r.one(verb.lemma, thing, basis, lead)
        return
    happening = register("verbs")["happening"]
    somebody = names_somebody(tokens, subject)
    if not somebody and verb.phrase not in happening:
        return
    if begin == end or tokens.low(begin) in PREPOSITIONS or not somebody or is_time(tokens, begin):
        by_somebody = somebody or verb.lemma in ("meet", "convene", "gather")
        word, thing = (verb.lemma, (begin, end)) if by_somebody else (happening[verb.phrase], subject)
        yield r.one(word, thing, basis._replace(sure=0.8))
        return
    if verb.lemma in ("begin", "start", "commence") and tokens.low(begin) == "to":
        begin += 1
    if head_of(tokens, (begin, end)) in words("nouns", "opinions"):
        return
    if verb.lemma == "exchange" and tokens.low(begin) in ("views", "opinions"):
        yield from complement(r, begin + 1, end, Basis(Strength.EXPLORATORY, why, 0.8))
        return
    for thing, lead in things(tokens, (begin, end)):
        yield r.one(verb.lemma, thing, basis, lead)


def going_on(r: Reading) -> Iterator[Undertaking]:
    """What a clause tells as going on: `is building`, `are continuing to`, `preparations are progressing`."""
    verb, tokens, subject = r.clause.verb, r.tokens, r.clause.subject
    begin, end = r.clause.complement
    basis = Basis(Strength.EXPLORATORY, f"'{verb.lemma}', reported as ongoing", 0.7)
    frame = frame_of(tokens, subject)
    if frame and not names_somebody(tokens, subject):
        dated = frame.strength is Strength.INTENDED and is_dated(tokens, subject)
        level = Strength.INTENDED if dated else Strength.EXPLORATORY
        yield from complement(r, frame.start, subject[1], basis._replace(strength=level, sure=0.8))
    elif verb.lemma in words("verbs", "ongoing"):
        if tokens.low(begin) == "to" or (begin < end and is_gerund(tokens, begin)):
            yield from complement(r, begin, end, basis._replace(sure=0.6))
        elif verb.lemma != "remain":
            yield r.one("continue", subject, basis._replace(sure=0.6))
    elif verb.passive:
        yield r.one(verb.lemma, subject, basis)
    elif verb.lemma == "work" and tokens.low(begin) in ("to", "on", "towards", "toward", "for"):
        yield from complement(r, begin, end, basis._replace(strength=Strength.INTENDED, sure=0.8))
    else:
        for thing, lead in things(tokens, (begin, end)):
            yield r.one(verb.lemma, thing, basis, lead)


def is_so(r: Reading) -> Iterator[Undertaking]:
    """What a clause with a bare `be` says: `there is agreement on`, `talks are under way`, `the aim is to`."""
    tokens, subject, (begin, end) = r.tokens, r.clause.subject, r.clause.complement
    if tokens.low(subject[0]) == "there":
        frame = frame_of(tokens, (begin, end))
        if frame:
            yield from complement(r, frame.start, end, Basis(frame.strength, "a noun after 'there is'", 0.8))
        return
    frame = frame_of(tokens, subject)
    said = set(tokens.lows(begin, end))
    if frame and said & _GOING_ON:
        basis = Basis(Strength.EXPLORATORY, "talks reported as ongoing", 0.85)
        yield from complement(r, frame.start, subject[1], basis)
    elif _goes_on(said):
        for thing, lead in things(tokens, subject):
            yield r.one("", thing, Basis(Strength.EXPLORATORY, "reported as ongoing", 0.75), lead)
    elif said & _COMPLETE and end - begin < 4 and tokens.low(r.clause.verb.start) in ("is", "are", "has"):
        yield r.one("", subject, Basis(Strength.DELIVERED, "reported as complete", 0.6))
    else:
        yield from _topic(r, said)


def _goes_on(said: set[str]) -> bool:
    """`under way`, `in preparation`."""
    return bool(said & {"ongoing", "underway"}) or any(
        opening in said and said & nouns for opening, nouns in _GOING_ON_PAIRS
    )


def _topic(r: Reading, said: set[str]) -> Iterator[Undertaking]:
    """`the aim is to`, `the focus was on`, `debris was a topic`."""
    tokens, subject, (begin, end) = r.tokens, r.clause.subject, r.clause.complement
    head = head_of(tokens, subject)
    if head in words("nouns", "aims") and tokens.low(begin) == "to":
        yield from complement(r, begin, end, Basis(Strength.INTENDED, f"the {head} is", 0.8))
    elif head in words("nouns", "topics") and begin < end:
        basis = Basis(Strength.EXPLORATORY, f"the {head} was", 0.7)
        if is_gerund(tokens, begin) or tokens.low(begin) in ("to", "on"):
            yield from complement(r, begin, end, basis)
        elif head != "priority":
            for thing, lead in things(tokens, (begin, end)):
                yield r.one("discuss", thing, basis._replace(sure=0.6), lead)
    elif r.is_only and said & words("nouns", "agenda"):
        yield r.one("discuss", subject, Basis(Strength.EXPLORATORY, "reported as a topic", 0.4))


def lightly(r: Reading) -> Iterator[Undertaking] | None:
    """What a noun says where the verb says little: `agreement was reached on`; None where the verb says more."""
    verb, tokens, subject = r.clause.verb, r.tokens, r.clause.subject
    if not verb.passive or verb.lemma not in words("verbs", "light"):
        return None
    head = head_of(tokens, subject)
    end = r.clause.complement[1]
    opening = _opening(r)
    if opening is not None and head in words("nouns", "notes"):
        return noted(r, (opening + 1, end))
    nouns, why = strengths("nouns", "frames"), f"a noun, '{verb.lemma}'"
    if opening is not None and head in nouns:
        return complement(r, opening, end, Basis(nouns[head], why, 0.8))
    frame = frame_of(tokens, subject)
    if frame and verb.lemma in words("verbs", "light_of_frames"):
        level = Strength.FIRM if verb.lemma in ("accept", "approve", "confirm") else frame.strength
        return complement(r, frame.start, subject[1], Basis(level, why, 0.7))
    return iter(()) if head in words("nouns", "thanks") else None


def _opening(r: Reading) -> int | None:
    """Where what the noun is of begins, after the verb: `agreement was reached by the two sides on`."""
    tokens, (begin, end) = r.tokens, r.clause.complement
    if tokens.low(begin) == "by":
        return tokens.find(begin, end, _AFTER_AGENT)
    first = tokens.find(begin, end, _OPENS_THING)
    while first is not None and first > begin and tokens.low(first - 1) == "by":
        first = tokens.find(first + 1, end, _OPENS_THING)
    return first
