"""Clauses that tell of something: `welcomed the completion of`, `noted progress in`, `announced that`."""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.complements import complement, verbs, within
from spacedialog.drafting.frames import Frame, frame_of
from spacedialog.drafting.grammar import THAT, is_adverb, is_determiner, is_gerund
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.nounphrases import head_end, is_dated
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.things import things
from spacedialog.drafting.tokens import Span, Tokens
from spacedialog.drafting.verbforms import lemma
from spacedialog.model.vocabulary import Strength

_NOTED_WITH = frozenset(("note", "report", "take note", "recall"))
_AFTER_NOTING = frozenset("of at with on for by".split())
_BEFORE_PROGRESS = frozenset("made achieved by of being in on towards toward with under".split())
_OF_PROGRESS = frozenset("on in towards toward".split())
_AFTER_FINISHED = frozenset(
    "in on by at under with between last earlier this during jointly successfully together out".split()
) | {""}
_QUOTES = ',:\u201c\u201d"'


def noted(r: Reading, span: Span, more: Span | None = None) -> Iterator[Undertaking]:
    """What a clause such as `welcomed the completion of` tells; `more` is where it may go on after a passive."""
    tokens = r.tokens
    begin = _past_satisfaction(r, *span)
    end = span[1]
    while begin < end and (tokens.low(begin) in _AFTER_NOTING or is_adverb(tokens[begin])):
        begin += 1
    if begin < end and tokens.low(begin) == "that":
        if r.clause.verb.phrase not in words("verbs", "weighing"):  # `stressed that space must stay free`
            yield from within(r, begin + 1, end, f"'{r.clause.verb.phrase} that'")
        return
    if begin >= end:
        if more and more[0] < more[1]:
            yield from noted(r, more)
        return
    before: Undertaking | None = None
    for thing, _ in things(tokens, (begin, end)):
        if before and tokens.low(thing[0] - 1) == "of":
            # `the completion of X and of Y`
            yield before._replace(verb="", lead=(0, 0), thing=thing, whole=thing)
            continue
        for one in _noted_thing(r, thing, more):
            before = one
            yield one


def _past_satisfaction(r: Reading, begin: int, end: int) -> int:
    """Past `with satisfaction`, in `noted with satisfaction the roll-out of`."""
    tokens = r.tokens
    if not (begin < end and tokens.low(begin) in ("with", "by") and r.clause.verb.phrase in _NOTED_WITH):
        return begin
    at = begin + 1
    while at < end and not is_determiner(tokens[at]) and tokens.low(at) != "that":
        at += 1
    return at


def _noted_thing(r: Reading, span: Span, more: Span | None) -> Iterator[Undertaking]:
    """What one thing that was noted tells: progress, a promise, something finished, something to come."""
    tokens, (begin, end) = r.tokens, span
    phrase = r.clause.verb.phrase
    why = f"'{phrase}'"
    head = tokens.lows(begin, head_end(tokens, begin, end))
    later = _later_progress(tokens, span, begin + len(head))
    if "progress" in head:
        yield from _progress(r, span, more)
        return
    if later is not None:
        yield from _noted_thing(r, (later, end), more)
        return
    refrains = _refrains(tokens, span)
    if refrains is not None:
        yield r.one("", (refrains, end), Basis(Strength.FIRM, f"a promise to refrain, {why}", 0.7))._replace(whole=span)
        return
    frame = _noted_frame(tokens, span, head)
    if frame:
        yield from complement(r, frame.start, end, Basis(frame.strength, f"a noun after {why}", 0.7))
        return
    planned = not words("nouns", "planned").isdisjoint(head)
    if _is_finished(r, span, head):
        level = Strength.INTENDED if planned else Strength.DELIVERED
        yield r.one("", span, Basis(level, f"a finished step after {why}", 0.8))
        return
    participle = _finished_by(tokens, span)
    if participle:
        yield r.one("", span, Basis(Strength.DELIVERED, f"'{participle}', {why}", 0.7))
    elif planned and phrase in ("welcome", "note", "take note"):
        yield r.one("", span, Basis(Strength.INTENDED, f"a planned step after {why}", 0.5))


# Progress


def _later_progress(tokens: Tokens, span: Span, head_stop: int) -> int | None:
    """The `progress` for which something is noted: `appreciation for the progress in`."""
    at = tokens.find(head_stop, span[1], {"progress"})
    return at if at is not None and tokens.has(head_stop, at, {"for"}) else None


def _progress(r: Reading, span: Span, more: Span | None) -> Iterator[Undertaking]:
    """`progress made by both agencies on a lander`; a passive may say in what after its verb."""
    tokens, (begin, end) = r.tokens, span
    at = tokens.find(begin, end, {"progress"})
    start = (begin if at is None else at) + 1
    if more and start >= end:
        start, end = more
    while start < end and tokens.low(start) in _BEFORE_PROGRESS:
        if tokens.low(start) == "by":
            inner = tokens.find(start, end, _OF_PROGRESS)
            if inner is None:
                break
            start = inner
        start += 1
    if start >= end:
        return
    level = Strength.INTENDED if is_dated(tokens, (start, end)) else Strength.EXPLORATORY
    why = f"progress, '{r.clause.verb.phrase}'"
    if is_gerund(tokens, start):
        yield from verbs(r, (start, end), "ing", Basis(level, why, 0.75))
    else:
        yield r.one("", (start, end), Basis(level, why, 0.7))._replace(whole=(begin, end))


# Promises, and what is done


def _refrains(tokens: Tokens, span: Span) -> int | None:
    """Where what is refrained from begins: `its commitment not to`."""
    promises = words("nouns", "promises")
    return next(
        (
            k
            for k in range(span[0], span[1] - 1)
            if tokens.lows(k, k + 2) == ["not", "to"] and tokens.low(k - 1) in promises
        ),
        None,
    )


def _noted_frame(tokens: Tokens, span: Span, head: list[str]) -> Frame | None:
    """The noun of what was noted that says how binding it is, and not that it is done: `the decision to`."""
    frame = frame_of(tokens, span)
    last = head[-1] if head else ""
    if not frame or last in words("nouns", "completion") or last in words("nouns", "unnoted_frames"):
        return None
    return frame if tokens.low(frame.start) in ("to", "that", "for", "on") else None


def _is_finished(r: Reading, span: Span, head: list[str]) -> bool:
    """Whether the noun says that it is done: `the completion of`, `a successful test`."""
    done = words("nouns", "completion")
    if not head or head[-1] in words("nouns", "praise"):
        return False
    if "successful" in head or "successfully" in head or head[-1] == "success":
        return True
    if r.clause.verb.phrase in words("verbs", "weighing") and not is_dated(r.tokens, span):
        return False
    return not done.isdisjoint(head[-2:]) or " ".join(head[-3:]) in done


def _finished_by(tokens: Tokens, span: Span) -> str:
    """The participle that says that a thing is done: `the contract signed in May`, `which CNES completed in`."""
    begin, end = span
    done = words("verbs", "delivered") | {"chair", "co-chair"}
    for at in range(begin + 1, end):
        is_participle = lemma(tokens[at], "participle", "past") in done and tokens[at].text.islower()
        if not is_participle or is_determiner(tokens[at - 1]):
            continue
        following = tokens.low(at + 1) if at + 1 < end else ""
        if following in _AFTER_FINISHED or tokens.low(at - 1) in THAT:
            return tokens.low(at)
    return ""


# Said


def stated(r: Reading, span: Span) -> Iterator[Undertaking]:
    """What a clause such as `announced that`, `expressed interest in` tells."""
    tokens, (begin, end) = r.tokens, span
    verb = r.clause.verb
    while begin < end and (is_adverb(tokens[begin]) or tokens[begin].text in _QUOTES):
        begin += 1
    if begin >= end:
        return
    if tokens.low(begin) == "that":
        # What was announced for the future stays that: `announced that it would`.
        cap = Strength.FIRM if verb.phrase in words("verbs", "announcing") else None
        yield from within(r, begin + 1, end, f"'{verb.phrase} that'", cap)
        return
    frame = frame_of(tokens, (begin, end))
    if frame:
        yield from complement(r, frame.start, end, Basis(frame.strength, f"a noun after '{verb.phrase}'", 0.8))
    elif verb.phrase in words("verbs", "announcing"):
        for thing, lead in things(tokens, (begin, end)):
            level = Strength.DELIVERED if _is_announced_as_done(tokens, thing) else Strength.FIRM
            yield r.one("", thing, Basis(level, f"'{verb.phrase}'", 0.7), lead)
    elif verb.lemma in words("verbs", "reporting"):
        that = tokens.find(begin, min(begin + 6, end), {"that"})
        yield from within(r, begin if that is None else that + 1, end, f"'{verb.phrase}'")


def _is_announced_as_done(tokens: Tokens, thing: Span) -> bool:
    head = tokens.lows(thing[0], head_end(tokens, *thing))
    done = words("nouns", "completion") - words("nouns", "promised")
    return not done.isdisjoint(head[-2:]) and words("nouns", "planned").isdisjoint(head)
