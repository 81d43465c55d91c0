"""What a verb governs: `to do this and do that`, `that they will`, `on doing`, `how to`, or things."""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.frames import frame_of
from spacedialog.drafting.grammar import is_adjective, is_adverb, is_determiner, is_gerund
from spacedialog.drafting.lexicon import strengths, weaker, words
from spacedialog.drafting.nounphrases import head_of, is_doing
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.things import things
from spacedialog.drafting.tokens import Span, Tokens, moved
from spacedialog.drafting.verbforms import base_of, lemma
from spacedialog.drafting.verblists import ListForm, verb_list
from spacedialog.model.vocabulary import Strength

_OPENINGS = frozenset("on in towards toward upon for of about at into regarding concerning over around with".split())
_FILLERS = frozenset("both either themselves itself".split())
_SIGNS = ',:\u201c\u201d"'
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_WAYS = frozenset("ways means options opportunities possibilities".split())
_QUESTIONS = frozenset("how whether where".split())
_STATES = frozenset("is are was were has have remain remains stand continues".split())
_REACH_OF_TASK = 16
"""Among how many words what somebody is to do is looked for: `tasked the heads of their agencies to`."""


def complement(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking]:
    """What a verb or a noun undertakes in what follows it."""
    tokens = r.tokens
    begin = _past_fillers(tokens, begin, end)
    low = tokens.low(begin)
    if begin >= end:
        return
    if low in ("not", "against"):
        yield from _refrained(r, begin, end, basis)
        return
    past_aside = _past_aside(tokens, begin)
    if past_aside > begin:
        yield from complement(r, past_aside, end, basis)
        return
    if low == "by" and r.clause.verb.passive:
        # An agent stands between: `was agreed by the two sides that`.
        after_agent = tokens.find(begin, end, ("that", "to"))
        if after_agent is None:
            return
        begin, low = after_agent, tokens.low(after_agent)
    if low == "that":
        yield from _within(r, begin + 1, end, basis)
        return
    found = _looked_for(r, begin, end, basis) or _to_do(r, begin, end, basis)
    if found is None:
        found = _governed_noun(r, _past_opening(tokens, begin, end), end, basis)
    yield from found


def verbs(r: Reading, span: Span, form: ListForm, basis: Basis, *, first: str | None = None) -> Iterator[Undertaking]:
    """Coordinated verbs in one form, each with what it acts upon; `first` where the first is not just one word."""
    parts = verb_list(r.tokens, *span, form)
    for number, (start, stop) in enumerate(parts):
        if r.tokens.low(start) == "to":
            for thing, lead in things(r.tokens, (start + 1, stop)):
                yield r.one("", thing, basis, lead)
            continue
        if stop == start + 1 and number + 1 < len(parts):
            continue  # `develop and launch a satellite`: the next one has what it acts upon
        word = first if first and not number else _word(r.tokens, start, form)
        yield from _acted(r, word, (start, stop), basis)


def within(r: Reading, begin: int, end: int, why: str, cap: Strength | None = None) -> list[Undertaking]:
    """What the clauses of a that-clause undertake, at most as strong as the verb that holds it."""
    found = []
    for start, stop in _that_clauses(r.tokens, begin, end):
        for one in r.inner(Tokens(r.tokens[start:stop])):
            found.append(
                one._replace(
                    lead=moved(one.lead, start),
                    thing=moved(one.thing, start),
                    subject=moved(one.subject, start),
                    whole=moved(one.whole, start),
                    strength=_capped(cap, one) if cap else one.strength,
                    why=f"{why}: {one.why}",
                )
            )
    return found


def tasked(r: Reading, begin: int, end: int, strength: Strength, why: str) -> Iterator[Undertaking]:
    """What somebody is told to do: `tasked their agencies to adopt`, `were tasked with reviewing`."""
    tokens = r.tokens
    basis = Basis(strength, why, 0.8)
    for at in range(begin, min(begin + _REACH_OF_TASK, end - 1)):
        if tokens.low(at) == "to" and lemma(tokens[at + 1], "base"):
            yield from verbs(r, (at + 1, end), "base", basis)
            return
        if tokens.low(at) == "with" and is_gerund(tokens, at + 1):
            yield from verbs(r, (at + 1, end), "ing", basis)
            return
    first = begin + 1 if tokens.low(begin) == "with" else begin
    yield r.one("", (first, end), Basis(strength, why, 0.7))._replace(whole=(begin, end))


# What opens a complement


def _past_fillers(tokens: Tokens, begin: int, end: int) -> int:
    while begin < end and tokens.low(begin) not in ("not", "never"):
        token = tokens[begin]
        if not (is_adverb(token) or token.text in _SIGNS or token.low in _FILLERS):
            break
        begin += 1
    return begin


def _past_aside(tokens: Tokens, begin: int) -> int:
    """Past a weekday, or `with pleasure`."""
    low, after = tokens.low(begin), tokens.low(begin + 1)
    if low in _WEEKDAYS:
        return begin + 1
    aside = (low == "on" and after in _WEEKDAYS) or (low == "with" and after in words("nouns", "pleasures"))
    return begin + 2 if aside else begin


def _past_opening(tokens: Tokens, begin: int, end: int) -> int:
    """Past the preposition that a verb goes with: `agreed on`, `looked forward to`."""
    if tokens.low(begin) == "to":
        return begin + 1
    if tokens.low(begin) not in _OPENINGS:
        return begin
    begin += 1
    while begin < end and is_adverb(tokens[begin]):
        begin += 1
    return begin


def _refrained(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking]:
    """`agreed not to`: a promise to refrain; any other `not` undertakes nothing."""
    if r.tokens.lows(begin, begin + 2) == ["not", "to"] and r.clause.verb.lemma in words("verbs", "refraining"):
        yield r.one("", (begin, end), basis._replace(why=f"{basis.why}, to refrain"))


def _looked_for(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking] | None:
    """`how to finance`, `ways of sharing`, `options for a relay`; None where it is none of these."""
    tokens = r.tokens
    low = tokens.low(begin)
    if low not in _WAYS and low not in _QUESTIONS:
        return None
    for at in range(begin, min(begin + 4, end - 1)):
        if tokens.low(at) == "to" and lemma(tokens[at + 1], "base"):
            strength = weaker(basis.strength, Strength.INTENDED) if low == "how" else basis.strength
            return verbs(r, (at + 1, end), "base", basis._replace(strength=strength))
    for at in range(begin, min(begin + 3, end - 1)):
        if tokens.low(at) in ("of", "for") and is_gerund(tokens, at + 1):
            return verbs(r, (at + 1, end), "ing", basis)
    if low in _WAYS and tokens.low(begin + 1) in ("of", "for", "in", "to"):
        return _objects(r, (begin + 2, end), basis)
    return None


def _to_do(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking] | None:
    """`to launch`, `to be ready`, `to sharing`; None where no verb follows a `to`: `to the launch of`."""
    tokens = r.tokens
    if tokens.low(begin) != "to":
        return None
    at = begin + 1
    while at < end and is_adverb(tokens[at]):
        at += 1
    if at >= end:
        return None
    low = tokens.low(at)
    if low == "be" and at + 1 < end:
        return iter([r.one("", (begin, end), basis._replace(sure=basis.sure - 0.3))])
    if low in ("be", "have") or lemma(tokens[at], "base"):
        return verbs(r, (at, end), "base", basis)
    if is_gerund(tokens, at):
        return verbs(r, (at, end), "ing", basis)
    if at + 1 < end and _may_be_verb(tokens, at):
        return verbs(r, (at, end), "base", basis, first=low)
    return None


def _may_be_verb(tokens: Tokens, at: int) -> bool:
    """Whether a word after `to` can be a verb that the register does not know."""
    token = tokens[at]
    is_other = is_determiner(token) or is_adjective(token) or is_doing(token) or token.low.endswith("s")
    return token.text.islower() and not is_other


def _governed_noun(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking]:
    """What remains: verbs in -ing, a noun that says how binding it is, or things."""
    tokens = r.tokens
    if begin < end and is_gerund(tokens, begin):
        yield from verbs(r, (begin, end), "ing", basis)
        return
    frame = frame_of(tokens, (begin, end))
    if frame and r.clause.verb.phrase in words("verbs", "reframing"):
        said = "support" if tokens.low(frame.start - 1) == "support" else ""
        for one in complement(r, frame.start, end, Basis(frame.strength, f"a noun after {basis.why}", basis.sure)):
            yield one._replace(verb=one.verb or said)
        return
    is_chance = basis.strength is Strength.EXPLORATORY and head_of(tokens, (begin, end)) in words("nouns", "chances")
    if frame and is_chance and tokens.low(frame.start) in ("to", "of", "for"):
        yield from complement(r, frame.start, end, basis)
        return
    yield from _objects(r, (begin, end), basis)


def _objects(r: Reading, span: Span, basis: Basis) -> Iterator[Undertaking]:
    """The things of a complement, with the clause's verb where that says what is done to them."""
    clause = r.clause
    phrase = clause.verb.phrase
    says_nothing = (
        phrase in words("verbs", "reframing")
        or phrase.startswith(("be ", "look "))
        or clause.kind in ("noting", "saying", "progress")
    )
    verb = "" if says_nothing or phrase == "be" else clause.verb.lemma
    for thing, lead in things(r.tokens, span):
        looking = basis.strength is not Strength.DELIVERED and head_of(r.tokens, thing) in words("nouns", "exploring")
        yield r.one(verb, thing, basis._replace(strength=Strength.EXPLORATORY) if looking else basis, lead)


# Verbs with what they act upon


def _word(tokens: Tokens, at: int, form: ListForm) -> str:
    known = lemma(tokens[at], "base") if form == "base" else base_of(tokens[at].text)
    return known or tokens.low(at)


def _acted(r: Reading, word: str, span: Span, basis: Basis) -> Iterator[Undertaking]:
    """What one verb of a list undertakes: each thing that it acts upon."""
    tokens = r.tokens
    start, stop = span
    begin = _past_words_between(tokens, start + 1, stop)
    leads_on = word in words("verbs", "leading_on") and begin < stop
    if leads_on and (tokens.low(begin) == "to" or is_gerund(tokens, begin)):
        yield from complement(r, begin, stop, basis)
        return
    if _takes_particle(word, tokens.low(begin)):
        word, begin = f"{word} {tokens.low(begin)}", begin + 1
    if _weakens(word, tokens.low(begin)):
        basis = basis._replace(strength=Strength.EXPLORATORY)
        aside = basis._replace(why=f"{basis.why}, '{word}'")
        if tokens.low(begin) in _WAYS or tokens.low(begin) in ("how", "whether"):
            yield from complement(r, begin, stop, aside)
            return
        if begin < stop and is_gerund(tokens, begin):
            yield from verbs(r, (begin, stop), "ing", aside)
            return
    elif word in ("look", "exchange") and tokens.low(begin) in ("into", "at", "views"):
        basis = basis._replace(strength=Strength.EXPLORATORY)
    if begin >= stop:
        yield r.one(word, span, basis._replace(sure=basis.sure - 0.2))
        return
    for thing, lead in things(tokens, (begin, stop)):
        one = r.one(word, thing, basis, lead)
        whole = (start, one.whole[1]) if one.whole[0] == begin else one.whole
        yield one._replace(group=start, whole=whole)


def _past_words_between(tokens: Tokens, begin: int, stop: int) -> int:
    """Past the adverbs after a verb, and what stands between commas: `launch, in October 2027, a satellite`."""
    while begin < stop and is_adverb(tokens[begin]):
        begin += 1
    if begin >= stop or tokens[begin].text != ",":
        return begin
    for at in range(begin + 1, stop - 1):
        if tokens[at].text == "," and not tokens[at + 1].text.isdigit():
            return at + 1
    return begin + 1


def _takes_particle(word: str, particle: str) -> bool:
    return (word == "carry" and particle == "out") or (particle == "up" and word in words("verbs", "phrasal_up"))


def _weakens(word: str, following: str) -> bool:
    """Whether a verb only looks into what it acts upon: `to explore`, but not `to seek to`."""
    is_weak = strengths("verbs", "governing").get(word) is Strength.EXPLORATORY and " " not in word
    if not is_weak or word in words("verbs", "not_weakening"):
        return False
    return not (word == "seek" and following == "to")


# That-clauses


def _within(r: Reading, begin: int, end: int, basis: Basis) -> Iterator[Undertaking]:
    """What a that-clause undertakes; where none of its clauses does, itself, if it tells of no mere state."""
    found = within(r, begin, end, basis.why, cap=basis.strength)
    if found:
        yield from found
        return
    tokens = r.tokens
    be = next((k for k in range(begin, end - 1) if tokens.low(k) == "be" and lemma(tokens[k + 1], "participle")), None)
    if be is not None:
        # `agreed that a task force be set up`
        word = lemma(tokens[be + 1], "participle") or ""
        yield r.one(word, (begin, be), basis._replace(sure=0.7))._replace(whole=(begin, end))
    elif basis.strength is not Strength.EXPLORATORY and not tokens.has(begin, end, _STATES):
        yield r.one("", (begin, end), basis._replace(sure=0.4))


def _that_clauses(tokens: Tokens, begin: int, end: int) -> Iterator[Span]:
    """A that-clause, parted where another goes on: `that A will, and that B may`."""
    starts = [
        begin,
        *(k for k in range(begin + 1, end) if tokens.lows(k - 1, k + 1) in (["and", "that"], [",", "that"])),
    ]
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        while start < stop and tokens.low(start) in ("that", "and", ","):
            start += 1
        while stop > start and tokens.low(stop - 1) in ("and", ","):
            stop -= 1
        yield start, stop


def _capped(cap: Strength, one: Undertaking) -> Strength:
    """No stronger than the verb before `that`; reported speech (`agreed that they would`) as strong as that."""
    if one.strength is Strength.DELIVERED:
        return one.strength
    if "would" in one.why and cap is not Strength.EXPLORATORY:
        return cap
    return weaker(cap, one.strength)
