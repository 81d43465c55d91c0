"""What a sentence undertakes: each thing that somebody could later be asked about, with how binding its wording is.

Reads the clauses of a sentence by the kind of their verbs. Who is meant and by when is left to others.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacedialog.drafting.clauses import Clause, clauses_of
from spacedialog.drafting.governing import governed, willed
from spacedialog.drafting.hanging import Hanging, hanging
from spacedialog.drafting.happening import done, going_on, is_so, lightly
from spacedialog.drafting.hung import hung
from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.nounphrases import head_of, is_dated
from spacedialog.drafting.reading import Basis, Reading, Undertaking
from spacedialog.drafting.telling import noted, stated
from spacedialog.drafting.tokens import Tokens
from spacedialog.drafting.verbforms import lemma
from spacedialog.model.vocabulary import Strength

_NOBODY = frozenset("no neither nothing none nobody".split())


def undertakings(tokens: Tokens) -> list[Undertaking]:
    """All that the sentence undertakes, in its order."""
    clauses = clauses_of(tokens)
    found = list(_told_aside(tokens, clauses[0])) if clauses else []
    for clause in clauses:
        said = _said(tokens, clause, is_only=len(clauses) == 1)
        found += [one for one in said if one.thing[1] > one.thing[0] or one.verb]
    return found


def _told_aside(tokens: Tokens, clause: Clause) -> Iterator[Undertaking]:
    """What a relative clause tells of the subject as done: `CSIRO, which in 2024 launched a service, aims`."""
    begin, end = clause.subject
    for at in range(begin + 1, end - 2):
        if tokens.low(at) not in ("which", "who") or tokens[at - 1].text != ",":
            continue
        stop = tokens.find(at + 4, end, ",")
        stop = end if stop is None else stop
        for verb in range(at + 1, min(at + 6, stop - 1)):
            said = lemma(tokens[verb], "past")
            if said in words("verbs", "delivered"):
                why = f"'{said}' in the past, in a subordinate clause"
                thing, whole = (verb + 1, stop), (at + 1, stop)
                yield Undertaking(said or "", (0, 0), thing, (begin, at - 1), whole, Strength.DELIVERED, why, 0.6)
                break


def _said(tokens: Tokens, clause: Clause, *, is_only: bool) -> Iterator[Undertaking]:
    """What a clause undertakes, what hangs on with it last."""
    begin, end = clause.complement
    main_end, parts = hanging(tokens, begin, end)
    tail = min((part.span[0] for part in parts), default=end)
    r = Reading(tokens, clause._replace(complement=(begin, main_end)), tail, is_only, undertakings)
    said = list(_by_kind(r))
    level = said[0].strength if said else None
    aside = [one for part in parts for one in hung(r, part, level)]
    if aside and _is_topic(clause) and any(part.how == "with" for part in parts):
        said = []  # `X was discussed, with the two sides agreeing to Y` counts for Y only
    finish = next((part for part in parts if _finishes(tokens, part)), None)
    if said and finish:
        said = [_finished(one, finish) for one in said]
        aside = [one for one in aside if not finish.span[0] <= one.thing[0] < finish.span[1]]
    yield from said
    for one in aside:
        yield one if one.whole[0] >= main_end else one._replace(whole=one.thing)


def _is_topic(clause: Clause) -> bool:
    """Whether the clause only says what was spoken of."""
    return clause.strength is Strength.EXPLORATORY and clause.verb.phrase in words("verbs", "topical")


def _finishes(tokens: Tokens, part: Hanging) -> bool:
    """Whether a part only dates what stands before: `with completion foreseen by 2026`."""
    return part.how == "with" and head_of(tokens, part.span) in words("nouns", "finishing")


def _finished(one: Undertaking, finish: Hanging) -> Undertaking:
    strength = Strength.INTENDED if one.strength is Strength.EXPLORATORY else one.strength
    return one._replace(strength=strength, whole=(one.whole[0], finish.span[1]))


# By the kind of the governing verb


def _by_kind(r: Reading) -> Iterator[Undertaking]:
    clause = r.clause
    verb, subject = clause.verb, r.tokens.low(clause.subject[0])
    if clause.kind in ("noting", "saying"):
        if not verb.negated:
            yield from _told(r)
        return
    if verb.negated or subject in _NOBODY:
        # `will not` is a promise to refrain; `nobody will` is none.
        if clause.kind == "modal" and clause.strength is Strength.FIRM and subject not in ("nothing", "nobody"):
            yield from willed(r, clause.strength)
        return
    light = lightly(r)
    if light is not None:
        yield from light
    elif clause.kind == "governing" and clause.strength:
        yield from governed(r, clause.strength)
    elif clause.kind == "modal" and clause.strength:
        yield from willed(r, clause.strength)
    elif clause.kind == "delivered":
        yield from done(r)
    elif clause.kind == "progress":
        yield from going_on(r)
    elif clause.kind == "be":
        yield from is_so(r)
    elif clause.kind == "other":
        yield from _dated_event(r)


def _told(r: Reading) -> Iterator[Undertaking]:
    """What a verb of noting or saying tells, unless its noun says more."""
    clause, tokens = r.clause, r.tokens
    verb, subject = clause.verb, clause.subject
    light = None if tokens.low(subject[0]) in _NOBODY else lightly(r)
    if light is not None:
        yield from light
    elif clause.kind == "saying":
        has_subject = subject[1] > subject[0] and tokens.low(subject[0]) != "it"
        yield from stated(r, subject if verb.passive and has_subject else clause.complement)
    elif verb.past and verb.lemma in ("recognise", "recognize") and tokens.low(clause.complement[0]) == "each":
        yield r.one(verb.lemma, clause.complement, Basis(Strength.DELIVERED, "'recognise each other'", 0.7))
    elif verb.passive:
        yield from noted(r, subject, more=clause.complement)
    else:
        yield from noted(r, clause.complement)


def _dated_event(r: Reading) -> Iterator[Undertaking]:
    """What takes place in the present tense, with a date: `the mission starts in 2027`."""
    verb = r.clause.verb
    is_event = verb.phrase in words("verbs", "events") and not verb.past
    if is_event and is_dated(r.tokens, r.clause.complement):
        word = register("verbs")["happening"][verb.phrase]
        yield r.one(word, r.clause.subject, Basis(Strength.FIRM, f"'{verb.phrase}', with a date", 0.7))
