"""What undertakes the parts that hang on a complement, by how each hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.complements import complement, tasked, verbs, within
from spacedialog.drafting.frames import frame_of
from spacedialog.drafting.grammar import is_gerund
from spacedialog.drafting.hanging import Hanging
from spacedialog.drafting.lexicon import LADDER, register, strengths, weaker, words
from spacedialog.drafting.nounphrases import names_somebody
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.things import things
from spacedialog.drafting.tokens import Span
from spacedialog.drafting.verbforms import base_of, lemma
from spacedialog.drafting.verbs import modals
from spacedialog.model.vocabulary import Strength

_FRAME_REACH = 5
"""How soon after `with` its noun comes: `with plans for`."""


def hung(r: Reading, part: Hanging, said: Strength | None) -> Iterator[Undertaking]:
    """What a part that hangs on undertakes; `said` is how binding the main part is, if it undertakes anything."""
    if part.how == "more":
        if said is not None:
            yield from complement(r, *part.span, Basis(said, "another item of a list", 0.7))
        return
    if r.clause.verb.negated:
        return
    strength = r.clause.strength or said or Strength.EXPLORATORY
    if said is None and r.clause.kind in ("noting", "be", "saying"):
        strength = Strength.EXPLORATORY
    begin, end = part.span
    match part.how:
        case "ing":
            yield from _participle(r, part.span, strength, r.clause.subject)
        case "which":
            yield from _which(r, part.span)
        case "under which":
            yield from within(r, begin, end, "'under which'")
        case "including":
            yield r.one("", part.span, Basis(strength, "after 'including'", 0.6))
        case "to be":
            yield from _to_be(r, part.span, strength)
        case "with":
            yield from _with(r, part.span, strength)


def _which(r: Reading, span: Span) -> Iterator[Undertaking]:
    """`which will report`, `which is to be built`."""
    begin, end = span
    tokens = r.tokens
    at = begin + (2 if tokens.low(begin) in ("is", "are") else 1)
    strength = modals().get(tokens.low(begin), Strength.FIRM)
    if tokens.low(at) == "be" and at + 1 < end:
        word = lemma(tokens[at + 1], "participle") or ""
        yield r.one(word, (at + 1, end), Basis(strength, "'which' in a dependent clause", 0.6))
    elif at < end:
        yield from verbs(r, (at, end), "base", Basis(strength, "'which' in a dependent clause", 0.7))


def _to_be(r: Reading, span: Span, strength: Strength) -> Iterator[Undertaking]:
    """`a memorandum, to be signed by`."""
    clause, at = r.clause, span[0] + 1
    word = lemma(r.tokens[at], "participle") if at < span[1] else None
    if word:
        agent = clause.complement if r.tokens.low(clause.complement[0]) == "by" else clause.subject
        yield r.one(word, span, Basis(strength, "'to be' in a dependent clause", 0.6), subject=agent)


# With


def _with(r: Reading, span: Span, strength: Strength) -> Iterator[Undertaking]:
    """`with plans for`, `with Korea providing`, `with the first launch planned for`, `with both to report`."""
    begin, end = span
    tokens = r.tokens
    frame = frame_of(tokens, span)
    if frame and frame.start - begin < _FRAME_REACH:
        may = frame.strength is Strength.EXPLORATORY and tokens.low(frame.start) == "to"
        if not may:
            basis = Basis(weaker(frame.strength, strength), "a noun after 'with'", 0.75)
            yield from complement(r, frame.start, end, basis)
            return
    for at in range(begin + 1, end):
        found = _with_verb(r, span, at, strength)
        if found is not None:
            yield from found
            return


def _with_verb(r: Reading, span: Span, at: int, strength: Strength) -> Iterator[Undertaking] | None:
    """What the verb at a token of a with-clause undertakes; None where no verb stands there."""
    begin, end = span
    tokens, subject = r.tokens, r.clause.subject
    low = tokens.low(at)
    if low == "being" and at + 1 < end and lemma(tokens[at + 1], "participle"):
        agent = (at + 2, end) if tokens.low(at + 2) == "by" else subject
        word = lemma(tokens[at + 1], "participle") or ""
        one = r.one(word, (begin, at), Basis(strength, "'being' in a dependent clause", 0.65), subject=agent)
        return iter([one._replace(whole=span)])
    if is_gerund(tokens, at) and low != "including":
        return _participle(r, (at, end), strength, (begin, at))
    if low in strengths("verbs", "to_come"):
        level = strength if strength is Strength.EXPLORATORY else Strength.INTENDED
        basis = Basis(level, f"'with \u2026 {low}'", 0.7)
        return (
            r.one("", thing, basis, subject=subject)._replace(whole=span) for thing, _ in things(tokens, (begin, at))
        )
    return _with_to(r, span, at, strength) if low == "to" and at + 1 < end else None


def _with_to(r: Reading, span: Span, at: int, strength: Strength) -> Iterator[Undertaking]:
    """`with a report to be published`, `with Chile to host`, `with more to come`."""
    tokens, subject = r.tokens, (span[0], at)
    if tokens.low(at + 1) != "be" and names_somebody(tokens, subject):
        for one in verbs(r, (at + 1, span[1]), "base", Basis(strength, "'with \u2026 to'", 0.75)):
            yield one._replace(subject=subject)
        return
    word, why = "", "'with \u2026 to'"
    if tokens.low(at + 1) == "be":
        why = "'with \u2026 to be'"
        word = (lemma(tokens[at + 2], "participle") or "") if at + 2 < len(tokens) else ""
    one = r.one(word, subject, Basis(strength, why, 0.7), subject=r.clause.subject)
    yield one._replace(whole=span)


# Participles


def _participle(r: Reading, span: Span, strength: Strength, subject: Span) -> Iterator[Undertaking]:
    """`, sharing all profiles`, `, tasking their agencies to`, `, agreeing to`."""
    begin, end = span
    said = r.tokens.low(begin)
    word = base_of(r.tokens[begin].text)
    why = f"'{said}' in a dependent clause"
    if strength is Strength.DELIVERED and word not in words("verbs", "delivered"):
        strength = Strength.FIRM
    if word in words("verbs", "hanging_tasks"):
        for one in tasked(r, begin + 1, end, strength, why):
            yield one._replace(subject=subject)
        return
    if word in words("verbs", "hanging_asks"):
        yield r.one(word, (begin + 1, end), Basis(strength, why, 0.7), subject=subject)
        return
    strength = _own_strength(word) or strength
    if word in words("verbs", "hanging_governs"):
        shown = word if word in words("verbs", "hanging_shown") else ""
        for one in complement(r, begin + 1, end, Basis(strength, why, 0.75)):
            verb = shown if one.verb == r.clause.verb.lemma else one.verb
            yield one._replace(subject=subject, verb=verb)
        return
    for one in verbs(r, span, "ing", Basis(strength, why, 0.7)):
        yield one._replace(subject=subject)


def _own_strength(verb: str) -> Strength | None:
    """How binding a governing verb is by itself."""
    governing = register("verbs")["governing"]
    return next((level for level in LADDER[::-1] if verb in governing.get(level.value, ())), None)
