"""Clauses whose verb says how binding it is: `agreed to`, `will launch`, `is expected to`, `were tasked with`."""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.complements import complement, tasked, verbs
from spacedialog.drafting.frames import frame_of
from spacedialog.drafting.grammar import PREPOSITIONS, is_adverb, is_gerund
from spacedialog.drafting.lexicon import register, strengths, weaker, words
from spacedialog.drafting.nounphrases import head_of, is_time, names_somebody
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.things import forums, things
from spacedialog.drafting.verbforms import lemma
from spacedialog.model.vocabulary import Strength

_WEIGHING = frozenset("important essential key crucial critical necessary".split())
_HOW_OFTEN = frozenset("every each regularly".split())


def governed(r: Reading, strength: Strength) -> Iterator[Undertaking]:
    """What a clause with a governing verb undertakes: `agreed to`, `is to be built`, `called for`."""
    verb, (begin, end) = r.clause.verb, r.clause.complement
    phrase, why = verb.phrase, f"'{verb.phrase}'"
    if verb.passive or _is_to_come(phrase):
        yield from _passive(r, strength)
    elif phrase == "be to" and begin < end:
        yield from _is_to(r, strength)
    elif phrase in words("verbs", "asking"):
        yield r.one(phrase, (begin, end), Basis(strength, why, 0.7))
    elif phrase.startswith("call"):
        yield r.one("call for", (begin, end), Basis(strength, why, 0.6))
    elif phrase.startswith("see "):
        yield from complement(r, begin, end, Basis(strength, why, 0.7))
    elif phrase in words("verbs", "tasking"):
        yield from tasked(r, begin, end, strength, why)
    elif phrase in ("endorse", "approve") and verb.past:
        yield r.one(phrase, (begin, end), Basis(Strength.DELIVERED, why, 0.7))
    elif phrase == "offer" and verb.past:
        yield r.one(phrase, (begin, end), Basis(strength, why, 0.7))
    elif not (_only_praises(r) or phrase == "include" or (phrase == "extend" and verb.past)):
        yield from complement(r, begin, end, Basis(strength, why, 0.9))


def _is_to_come(phrase: str) -> bool:
    """`be planned`, `be due`."""
    return phrase.startswith("be ") and phrase.split()[1] in strengths("verbs", "to_come")


def _only_praises(r: Reading) -> bool:
    """`reaffirmed the importance of`."""
    span = r.clause.complement
    reframes = r.clause.verb.phrase in words("verbs", "reframing")
    return reframes and head_of(r.tokens, span) in words("nouns", "praise") and not frame_of(r.tokens, span)


def _is_to(r: Reading, strength: Strength) -> Iterator[Undertaking]:
    """`Chile is to host`, `a task force is to be set up`."""
    tokens, (begin, end) = r.tokens, r.clause.complement
    if tokens.low(begin) == "be" and begin + 1 < end:
        word = lemma(tokens[begin + 1], "participle") or ""
        for thing, lead in things(tokens, r.clause.subject):
            yield r.one(word, thing, Basis(strength, "'is to be'", 0.85), lead)
        return
    yield from verbs(r, (begin, end), "base", Basis(strength, "'is to'", 0.85))


def _passive(r: Reading, strength: Strength) -> Iterator[Undertaking]:
    """`it was agreed that`, `a launch is planned`, `officials were tasked with`."""
    verb, tokens, subject = r.clause.verb, r.tokens, r.clause.subject
    begin, end = r.clause.complement
    why = f"'{verb.phrase}'"
    if _is_it(r):
        yield from complement(r, begin, end, Basis(strength, why, 0.85))
        return
    if begin + 1 < end and tokens.low(begin) == "to":
        # `is expected to be published`, `are planned to begin`
        passive = tokens.low(begin + 1) == "be"
        at = begin + 1 + passive
        word = lemma(tokens[at], "participle" if passive else "base") if at < end else None
        yield r.one(word or "", subject, Basis(strength, why, 0.8))
        return
    if verb.phrase == "propose":
        strength = Strength.EXPLORATORY
    if verb.phrase in words("verbs", "tasked") and begin < end:
        yield from tasked(r, begin, end, strength, why)
        return
    frame = frame_of(tokens, subject)
    if frame and verb.phrase in words("verbs", "holding"):
        discussed = verb.phrase in ("discuss", "voice")
        level = weaker(frame.strength, strength) if discussed else frame.strength
        yield from complement(r, frame.start, subject[1], Basis(level, why, 0.75))
        return
    for thing, lead in things(tokens, subject):
        said = "" if verb.lemma == "be" else verb.lemma
        yield r.one(said, thing, Basis(strength, f"{why}, passive", 0.85), lead)


def _is_it(r: Reading) -> bool:
    """Whether the subject is `it`, and no more."""
    begin, end = r.clause.subject
    return end - begin == 1 and r.tokens.low(begin) == "it"


# With a modal


def willed(r: Reading, strength: Strength) -> Iterator[Undertaking]:
    """What a clause with a modal undertakes: `will launch`, `could be extended`, `shall continue`."""
    verb, tokens = r.clause.verb, r.tokens
    begin, end = r.clause.complement
    basis = Basis(strength, f"'{verb.modal} {verb.lemma}'", 0.9)
    somebody = names_somebody(tokens, r.clause.subject)
    if verb.passive:
        yield from _willed_passive(r, basis)
    elif verb.lemma == "be":
        yield from _will_be(r, basis)
    elif not somebody and (begin == end or tokens.low(begin) in PREPOSITIONS or is_time(tokens, begin)):
        yield from _will_happen(r, basis)
    elif not somebody and verb.lemma == "remain":
        yield r.one("", (r.clause.subject[0], end), basis._replace(sure=0.6))
    elif not somebody and verb.lemma in words("verbs", "mere"):
        return
    elif verb.lemma == "continue" and (tokens.low(begin) == "to" or (begin < end and is_gerund(tokens, begin))):
        yield from complement(r, begin, end, basis)
    elif verb.lemma == "continue" and _has_no_object(r):
        goes_on_with = begin < end and somebody and tokens.low(begin) in ("with", "in")
        thing, sure = ((begin, end), 0.8) if goes_on_with else (r.clause.subject, 0.85)
        yield r.one("continue", thing, basis._replace(sure=sure))
    else:
        yield from verbs(r, (verb.end - 1, end), "base", basis, first=verb.phrase)


def _has_no_object(r: Reading) -> bool:
    """Whether a verb acts upon nothing: `will continue`, `will continue every year`."""
    begin, end = r.clause.complement
    low = r.tokens.low(begin)
    return begin == end or low in PREPOSITIONS or low in _HOW_OFTEN or is_adverb(r.tokens[begin])


def _willed_passive(r: Reading, basis: Basis) -> Iterator[Undertaking]:
    """`will be launched`, `coordination will be maintained in IMO and ISO`."""
    verb, tokens, span = r.clause.verb, r.tokens, r.clause.complement
    passive = basis._replace(why=f"{basis.why}, passive")
    if tokens.low(r.clause.subject[0]) == "it":
        if tokens.low(span[0]) == "that":
            yield from complement(r, *span, basis._replace(sure=0.8))
        else:
            yield r.one(verb.lemma, span, passive._replace(sure=0.7))
        return
    bodies = forums(tokens, span, r.clause.subject)
    for thing, lead in bodies or things(tokens, r.clause.subject):
        yield r.one(verb.lemma, thing, passive._replace(sure=0.8 if bodies else 0.85), lead)


def _will_happen(r: Reading, basis: Basis) -> Iterator[Undertaking]:
    """What takes place by itself: `the next dialogue will take place in`."""
    verb, subject = r.clause.verb, r.clause.subject
    if verb.lemma in words("verbs", "mere_alone"):
        return
    if _is_it(r):
        yield r.one(verb.lemma, r.clause.complement, basis._replace(sure=0.7))
        return
    word = register("verbs")["happening"].get(verb.phrase, verb.lemma)
    for thing, lead in things(r.tokens, subject):
        yield r.one(word, thing, basis._replace(sure=0.8), lead)


def _will_be(r: Reading, basis: Basis) -> Iterator[Undertaking]:
    """`will be able to`, `will be open to`; not `will be important`."""
    tokens, (begin, end) = r.tokens, r.clause.complement
    at = begin
    while at < end and is_adverb(tokens[at]):
        at += 1
    if tokens.low(at) == "able":
        yield from complement(r, at + 1, end, basis._replace(sure=0.7))
    elif tokens.low(at) not in _WEIGHING:
        yield r.one("be", (r.clause.subject[0], end), basis._replace(sure=0.6))
