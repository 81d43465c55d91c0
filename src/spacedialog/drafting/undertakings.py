"""What a sentence undertakes: each thing that somebody could later be asked about, with how binding its wording is.

Works on the clauses of `clauses` by the words of the register. Who is meant and by when is left to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from spacedialog.drafting.clauses import Clause, clauses_of, modals
from spacedialog.drafting.grammar import (
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    Token,
    base_of,
    is_adjective,
    is_adverb,
    is_determiner,
    is_gerund,
    is_name,
    lemma,
    register,
)
from spacedialog.words import Strength

Span = tuple[int, int]

_EXPLORATORY, _INTENDED, _FIRM, _DELIVERED = (
    Strength.EXPLORATORY,
    Strength.INTENDED,
    Strength.FIRM,
    Strength.DELIVERED,
)
_LADDER = [_EXPLORATORY, _INTENDED, _FIRM, _DELIVERED]


class Undertaking(NamedTuple):
    """One thing undertaken, as spans of the sentence's tokens.

    `verb` is what is to be done, in its base form (empty where a noun says it), `lead` the words that it shares with
    others of a list, `whole` all that is said of it, its actor and date too; `why` tells which rule found it, and
    `sure` (0 to 1) how far that rule is to be trusted.
    """

    verb: str
    lead: Span
    thing: Span
    subject: Span
    whole: Span
    strength: Strength
    why: str
    sure: float
    group: int = -1
    """The same for things that one verb acts upon: what stands after the last of them is of all."""


def undertakings(tokens: Sequence[Token]) -> list[Undertaking]:
    """All that the sentence undertakes, in its order."""
    found: list[Undertaking] = []
    clauses = clauses_of(tokens)
    if clauses:
        found += _told_aside(tokens, clauses[0])
    for clause in clauses:
        for one in _Reader(tokens, clause).read():
            if one.thing[1] > one.thing[0] or one.verb:
                found.append(one)
    return found


def _told_aside(tokens: Sequence[Token], clause: Clause) -> Iterator[Undertaking]:
    """What a relative clause tells of the subject as done: `CSIRO, which in 2024 launched a service with ASMC, aims`."""
    begin, end = clause.subject
    for at in range(begin + 1, end - 2):
        if tokens[at].low in ("which", "who") and tokens[at - 1].text == ",":
            stop = next((k for k in range(at, end) if tokens[k].text == "," and k > at + 3), end)
            verb = next(
                (k for k in range(at + 1, min(at + 6, stop)) if lemma(tokens[k], "past") in _words("delivered")), None
            )
            if verb is not None and verb + 1 < stop:
                said = lemma(tokens[verb], "past") or ""
                yield Undertaking(
                    said,
                    (0, 0),
                    (verb + 1, stop),
                    (begin, at - 1),
                    (at + 1, stop),
                    _DELIVERED,
                    f"'{said}' in the past, aside",
                    0.6,
                )


@cache
def _words(name: str) -> frozenset[str]:
    said = register("verbs")[name]
    return frozenset(said)


@cache
def _nouns() -> Mapping[str, Strength]:
    return {word: Strength(strength) for strength, words in register("verbs")["nouns"].items() for word in words}


@cache
def _nominals() -> frozenset[str]:
    return frozenset(register("actions")["nominals"].split())


@cache
def _weakening() -> frozenset[str]:
    return frozenset(phrase for phrase in register("verbs")["governing"]["exploratory"] if " " not in phrase) - {
        "include",
        "cover",
        "identify",
        "address",
        "raise",
        "analyse",
        "analyze",
        "survey",
        "review",
        "assess",
        "evaluate",
        "talk",
        "reflect",
        "scope",
    }


_DOING = (
    "tion",
    "sion",
    "ment",
    "ance",
    "ence",
    "ity",
    "ship",
    "ing",
    "sis",
    "age",
    "ery",
    "ness",
    "tions",
    "sions",
    "ments",
    "ings",
    "ships",
)
_PLANNED = frozenset(
    "potential possible planned proposed future upcoming forthcoming prospective eventual expected".split()
)
_OPENINGS = frozenset("on in towards toward upon for of about at into regarding concerning over around with".split())
_LIGHT = frozenset(
    "take express voice reach give make pay accept approve confirm convey extend achieve hold undertake".split()
)
_TO_COME = {
    "intended": _INTENDED,
    "targeted": _INTENDED,
    "planned": _INTENDED,
    "expected": _INTENDED,
    "scheduled": _INTENDED,
    "foreseen": _INTENDED,
    "due": _FIRM,
    "set": _INTENDED,
    "envisaged": _INTENDED,
    "slated": _INTENDED,
    "targeted": _INTENDED,
}


class _Reader:
    """Reads one clause."""

    def __init__(self, tokens: Sequence[Token], clause: Clause) -> None:
        self._tokens = tokens
        self._clause = clause
        self._begin = min(clause.subject[0], clause.verb.start)
        self._tail = clause.complement[1]

    def read(self) -> Iterator[Undertaking]:
        """What the clause undertakes, what hangs on with it last."""
        clause = self._clause
        begin, end = clause.complement
        main, hanging = self._hanging(begin, end)
        self._tail = min((span[0] for _, span in hanging), default=end)
        clause = self._clause = clause._replace(complement=(begin, main))
        said = list(self._main())
        hung = [
            one
            for kind, span in hanging
            for one in self._hung(kind, span, alone=not said, strength=said[0].strength if said else None)
        ]
        if hung and self._is_topic() and any(kind == "with" for kind, _ in hanging):
            said = []  # `X was discussed, with the two sides agreeing to Y` counts for Y only
        finish = next((span for kind, span in hanging if kind == "with" and self._head_word(*span) in _FINISHES), None)
        if finish and said:
            # `with completion foreseen by 2026`: the date of what it completes
            hung = [one for one in hung if one.thing[0] < finish[0] or one.thing[0] >= finish[1]]
            said = [
                one._replace(
                    strength=_INTENDED if one.strength is _EXPLORATORY else one.strength,
                    whole=(one.whole[0], finish[1]),
                )
                for one in said
            ]
        yield from said
        for one in hung:
            yield one if one.whole[0] >= main else one._replace(whole=one.thing)

    def _is_topic(self) -> bool:
        """Whether the clause only says what was spoken of."""
        return self._clause.verb.phrase in _TOPICAL and self._clause.strength is _EXPLORATORY

    def _main(self) -> Iterator[Undertaking]:
        clause = self._clause
        verb, strength = clause.verb, clause.strength
        opens_no = self._low(clause.subject[0]) in ("no", "neither", "nothing", "none", "nobody")
        refused = verb.negated or opens_no
        lightly = None if refused else self._lightly()
        if lightly is not None:
            yield from lightly
            return
        if (
            clause.kind == "other"
            and not refused
            and verb.phrase in ("take place", "start", "begin", "open", "meet")
            and not verb.past
            and self._dated(*clause.complement)
        ):
            yield self._one(_HAPPENING[verb.phrase], clause.subject, _FIRM, f"'{verb.phrase}', with a date", 0.7)
            return
        match clause.kind:
            case "governing" if strength and not refused:
                yield from self._governed(strength)
            case "modal" if strength and not (
                refused and (strength is not _FIRM or self._low(clause.subject[0]) in ("nothing", "nobody"))
            ):
                yield from self._willed(strength)
            case "noting" if not verb.negated:
                if verb.lemma in ("recognise", "recognize") and verb.past and self._low(clause.complement[0]) == "each":
                    yield self._one(verb.lemma, clause.complement, _DELIVERED, "'recognise each other'", 0.7)
                elif verb.passive:
                    yield from self._noted(clause.subject, clause.complement)
                else:
                    yield from self._noted(clause.complement, None)
            case "saying" if not verb.negated:
                span = clause.subject if verb.passive else clause.complement
                if verb.passive and self._low(span[0]) != "it" and span[1] > span[0]:
                    yield from self._stated(clause.subject)
                else:
                    yield from self._stated(clause.complement)
            case "delivered" if not refused:
                yield from self._done()
            case "progress" if not refused:
                yield from self._going_on()
            case "be" if not refused:
                yield from self._is()
            case _:
                return

    # By the kind of the governing verb

    def _governed(self, strength: Strength) -> Iterator[Undertaking]:
        clause = self._clause
        verb = clause.verb
        begin, end = clause.complement
        if verb.passive or verb.phrase.startswith("be ") and verb.phrase.split()[1] in _TO_COME:
            if self._low(clause.subject[0]) == "it" and clause.subject[1] - clause.subject[0] == 1:
                yield from self._complement(begin, end, strength, f"'{verb.phrase}'", 0.85)
                return
            if begin < end and self._low(begin) in ("to",) and begin + 1 < end:
                # `is expected to be published`, `are planned to begin`
                at = begin + 1
                passive = self._low(at) == "be"
                word = (
                    lemma(self._tokens[at + passive], "participle" if passive else "base")
                    if at + passive < end
                    else None
                )
                thing = clause.subject
                yield self._one(word or "", thing, strength, f"'{verb.phrase}'", 0.8)
                return
            if verb.phrase == "propose":
                strength = _EXPLORATORY
            if (
                verb.phrase
                in ("task", "instruct", "direct", "mandate", "charge", "invite", "encourage", "request", "urge")
                and begin < end
            ):
                yield from self._tasked(begin, end, strength, f"'{verb.phrase}'")
                return
            named = self._nominal_frame(*clause.subject)
            if named and verb.phrase in (
                "reaffirm",
                "confirm",
                "reiterate",
                "express",
                "renew",
                "affirm",
                "discuss",
                "voice",
                "give",
            ):
                noun_strength, start = named
                if verb.phrase in ("discuss", "voice"):
                    noun_strength = min(noun_strength, strength, key=_LADDER.index)
                if self._low(start) != "by":
                    yield from self._complement(start, clause.subject[1], noun_strength, f"'{verb.phrase}'", 0.75)
                    return
            for thing, lead in self._things(*clause.subject):
                yield self._one(
                    verb.lemma if verb.lemma != "be" else "", thing, strength, f"'{verb.phrase}', passive", 0.85, lead
                )
            return
        if verb.phrase == "be to" and begin < end:
            if self._low(begin) == "be" and begin + 1 < end:
                word = lemma(self._tokens[begin + 1], "participle")
                for thing, lead in self._things(*clause.subject):
                    yield self._one(word or "", thing, strength, "'is to be'", 0.85, lead)
                return
            yield from self._verbs(begin, end, "base", strength, "'is to'", 0.85)
            return
        if verb.phrase == "invite" or verb.phrase == "encourage" or verb.phrase == "urge":
            yield self._one(verb.phrase, (begin, end), strength, f"'{verb.phrase}'", 0.7)
            return
        if verb.phrase.startswith("call"):
            yield self._one("call for", (begin, end), strength, f"'{verb.phrase}'", 0.6)
            return
        if verb.phrase == "see potential" or verb.phrase.startswith("see "):
            yield from self._complement(begin, end, strength, f"'{verb.phrase}'", 0.7)
            return
        if verb.phrase in ("task", "instruct", "direct", "mandate"):
            yield from self._tasked(begin, end, strength, f"'{verb.phrase}'")
            return
        if verb.phrase == "include" or (verb.phrase == "extend" and verb.past):
            return
        if (
            verb.phrase in ("support", "endorse", "approve", "offer", "extend")
            and verb.past
            and verb.phrase not in ("support",)
        ):
            yield self._one(
                verb.phrase,
                (begin, end),
                _DELIVERED if verb.phrase in ("endorse", "approve") else strength,
                f"'{verb.phrase}'",
                0.7,
            )
            return
        if (
            verb.phrase in _REFRAMING
            and self._head_word(begin, end) in _words("praise")
            and not self._nominal_frame(begin, end)
        ):
            return
        yield from self._complement(begin, end, strength, f"'{verb.phrase}'", 0.9)

    def _tasked(self, begin: int, end: int, strength: Strength, why: str) -> Iterator[Undertaking]:
        """What somebody is told to do: `tasked their agencies to adopt`, `were tasked with reviewing`."""
        tokens = self._tokens
        for at in range(begin, min(begin + 16, end - 1)):
            if self._low(at) == "to" and lemma(tokens[at + 1], "base"):
                yield from self._verbs(at + 1, end, "base", strength, why, 0.8)
                return
            if self._low(at) == "with" and is_gerund(tokens, at + 1):
                yield from self._verbs(at + 1, end, "ing", strength, why, 0.8)
                return
        first = begin + 1 if self._low(begin) == "with" else begin
        yield self._one("", (first, end), strength, why, 0.7)._replace(whole=(begin, end))

    def _willed(self, strength: Strength) -> Iterator[Undertaking]:
        clause = self._clause
        verb = clause.verb
        begin, end = clause.complement
        why = f"'{verb.modal} {verb.lemma}'"
        if verb.passive:
            if self._low(clause.subject[0]) == "it":
                if self._low(begin) == "that":
                    yield from self._complement(begin, end, strength, why, 0.8)
                else:
                    yield self._one(verb.lemma, (begin, end), strength, f"{why}, passive", 0.7)
                return
            forums = self._forums(begin, end)
            for part, lead in forums:
                yield self._one(verb.lemma, part, strength, f"{why}, passive", 0.8, lead)
            if not forums:
                for thing, lead in self._things(*clause.subject):
                    yield self._one(verb.lemma, thing, strength, f"{why}, passive", 0.85, lead)
            return
        if (
            not self._names_somebody(clause.subject)
            and verb.lemma != "be"
            and (begin == end or self._low(begin) in PREPOSITIONS or self._is_time(begin))
        ):
            if verb.lemma in ("benefit", "depend", "come", "remain", "contribute", "help", "serve", "lead", "focus"):
                return
            if self._low(clause.subject[0]) == "it" and clause.subject[1] - clause.subject[0] == 1:
                yield self._one(verb.lemma, (begin, end), strength, why, 0.7)
            else:
                for thing, lead in self._things(*clause.subject):
                    yield self._one(_HAPPENING.get(verb.phrase, verb.lemma), thing, strength, why, 0.8, lead)
            return
        if verb.lemma == "be":
            at = begin
            while at < end and is_adverb(self._tokens[at]):
                at += 1
            if self._low(at) in ("able",):
                yield from self._complement(at + 1, end, strength, why, 0.7)
            elif self._low(at) in ("important", "essential", "key", "crucial", "critical", "necessary"):
                return
            else:
                yield self._one("be", (clause.subject[0], end), strength, why, 0.6)
            return
        if not self._names_somebody(clause.subject):
            if verb.lemma == "remain":
                yield self._one("", (clause.subject[0], end), strength, why, 0.6)
                return
            if verb.lemma in ("benefit", "allow", "enable", "depend", "require", "mean", "become", "help", "bring"):
                return
        if verb.lemma == "continue":
            if self._low(begin) == "to" or (begin < end and is_gerund(self._tokens, begin)):
                yield from self._complement(begin, end, strength, why, 0.9)
                return
            if (
                begin == end
                or self._low(begin) in PREPOSITIONS | {"every", "each", "regularly"}
                or is_adverb(self._tokens[begin])
            ):
                if begin < end and self._low(begin) in ("with", "in") and self._names_somebody(clause.subject):
                    yield self._one("continue", (begin, end), strength, why, 0.8)
                else:
                    yield self._one("continue", clause.subject, strength, why, 0.85)
                return
        yield from self._verbs(clause.verb.end - 1, end, "base", strength, why, 0.9, first=verb.phrase)

    def _lightly(self) -> Iterator[Undertaking] | None:
        """What a noun says where the verb says little: `agreement was reached on`, `note was taken of`."""
        clause = self._clause
        head = self._head_word(*clause.subject)
        begin, end = clause.complement
        if not clause.verb.passive or clause.verb.lemma not in _LIGHT:
            return None
        opening = next(
            (
                k
                for k in range(begin, end)
                if self._low(k) in ("of", "on", "to", "in", "at", "for", "that", "with", "towards")
                and not (k > begin and self._low(k - 1) == "by")
            ),
            None,
        )
        if self._low(begin) == "by":
            opening = next(
                (k for k in range(begin, end) if self._low(k) in ("on", "to", "in", "at", "for", "that")), None
            )
        if head in ("note", "satisfaction", "appreciation") and opening is not None:
            return self._noted((opening + 1, end), None)
        if head in _nouns() and opening is not None:
            return self._complement(opening, end, _nouns()[head], f"a noun, '{clause.verb.lemma}'", 0.8)
        named = self._nominal_frame(*clause.subject)
        if named and clause.verb.lemma in ("accept", "approve", "confirm", "make", "welcome", "reach", "express"):
            strength = _FIRM if clause.verb.lemma in ("accept", "approve", "confirm") else named[0]
            return self._complement(named[1], clause.subject[1], strength, f"a noun, '{clause.verb.lemma}'", 0.7)
        return iter(()) if head in ("gratitude", "thanks", "condolences", "concern") else None

    def _done(self) -> Iterator[Undertaking]:
        clause = self._clause
        verb = clause.verb
        why = f"'{verb.phrase}' in the past"
        begin, end = clause.complement
        if verb.passive:
            if self._low(clause.subject[0]) == "it":
                yield from self._complement(begin, end, _FIRM, why, 0.7)
                return
            for thing, lead in self._things(*clause.subject):
                yield self._one(verb.lemma, thing, _DELIVERED, why, 0.85, lead)
            return
        somebody = self._names_somebody(clause.subject)
        if not somebody and verb.phrase not in _HAPPENING:
            return
        if begin == end or self._low(begin) in PREPOSITIONS or not somebody or self._is_time(begin):
            if verb.lemma in ("meet", "convene", "gather") or somebody:
                yield self._one(verb.lemma, (begin, end), _DELIVERED, why, 0.8)
            else:
                yield self._one(_HAPPENING[verb.phrase], clause.subject, _DELIVERED, why, 0.8)
            return
        if verb.lemma in ("begin", "start", "commence") and self._low(begin) == "to":
            begin += 1
        parts = self._things(begin, end)
        if self._head_word(begin, end) in (
            "view",
            "opinion",
            "understanding",
            "conviction",
            "concern",
            "concerns",
            "assessment",
            "belief",
        ):
            return
        if verb.lemma == "exchange" and self._low(begin) in ("views", "opinions"):
            yield from self._complement(begin + 1, end, _EXPLORATORY, why, 0.8)
            return
        for thing, lead in parts:
            yield self._one(verb.lemma, thing, _DELIVERED, why, 0.85, lead)

    def _going_on(self) -> Iterator[Undertaking]:
        clause = self._clause
        verb = clause.verb
        begin, end = clause.complement
        why = f"'{verb.lemma}', going on"
        named = self._nominal_frame(*clause.subject)
        if named and not self._names_somebody(clause.subject):
            level = (
                _INTENDED
                if named[0] is _INTENDED and self._dated(*clause.subject)
                else min(named[0], _EXPLORATORY, key=_LADDER.index)
            )
            yield from self._complement(named[1], clause.subject[1], level, why, 0.8)
        elif verb.lemma in ("continue", "remain", "proceed", "progress", "advance"):
            if self._low(begin) == "to" or (begin < end and is_gerund(self._tokens, begin)):
                yield from self._complement(begin, end, _EXPLORATORY, why, 0.6)
            elif verb.lemma != "remain":
                yield self._one("continue", clause.subject, _EXPLORATORY, why, 0.6)
        elif verb.passive:
            yield self._one(verb.lemma, clause.subject, _EXPLORATORY, why, 0.7)
        elif verb.lemma == "work" and self._low(begin) in ("to", "on", "towards", "toward", "for"):
            yield from self._complement(begin, end, _INTENDED, why, 0.8)
        else:
            for thing, lead in self._things(begin, end):
                yield self._one(verb.lemma, thing, _EXPLORATORY, why, 0.7, lead)

    def _is(self) -> Iterator[Undertaking]:
        clause = self._clause
        begin, end = clause.complement
        first = self._low(clause.subject[0])
        why = "a noun"
        if first == "there":
            named = self._nominal_frame(begin, end)
            if named:
                yield from self._complement(named[1], end, named[0], f"{why} after 'there is'", 0.8)
            return
        named = self._nominal_frame(*clause.subject)
        said = {self._low(k) for k in range(begin, end)}
        if named and said & {
            "ongoing",
            "continuing",
            "underway",
            "way",
            "review",
            "progressing",
            "advanced",
            "progress",
            "pending",
            "open",
        }:
            yield from self._complement(named[1], clause.subject[1], _EXPLORATORY, f"{why} that goes on", 0.85)
            return
        if (
            said & {"ongoing", "underway"}
            or {"under", "way"} <= said
            or {"under", "consideration"} <= said
            or {"under", "review"} <= said
            or {"under", "negotiation"} <= said
            or {"under", "discussion"} <= said
            or {"under", "study"} <= said
            or {"in", "progress"} <= said
            or {"in", "preparation"} <= said
        ):
            for thing, lead in self._things(*clause.subject):
                yield self._one("", thing, _EXPLORATORY, "it goes on", 0.75, lead)
            return
        if (
            said & {"complete", "completed", "operational"}
            and self._low(clause.verb.start) in ("is", "are", "has")
            and end - begin < 4
        ):
            yield self._one("", clause.subject, _DELIVERED, "it is said to be complete", 0.6)
            return
        head = self._head_word(*clause.subject)
        if (
            head in ("aim", "goal", "objective", "intention", "plan", "ambition", "target", "idea", "proposal")
            and self._low(begin) == "to"
        ):
            yield from self._complement(begin, end, _INTENDED, f"the {head} is", 0.8)
            return
        if head in ("focus", "topic", "subject", "priority", "theme", "item", "priorities") and begin < end:
            if is_gerund(self._tokens, begin) or self._low(begin) in ("to", "on"):
                yield from self._complement(begin, end, _EXPLORATORY, f"the {head} was", 0.7)
            elif head != "priority":
                for thing, lead in self._things(begin, end):
                    yield self._one("discuss", thing, _EXPLORATORY, f"the {head} was", 0.6, lead)
            return
        if said & {"topic", "subject", "focus", "agenda", "theme", "table"} and len(clauses_of(self._tokens)) == 1:
            yield self._one("discuss", clause.subject, _EXPLORATORY, "it was a topic", 0.4)

    def _noted(self, span: Span, more: Span | None) -> Iterator[Undertaking]:
        begin, end = span
        phrase = self._clause.verb.phrase
        if begin < end and self._low(begin) in ("with", "by") and phrase in ("note", "report", "take note", "recall"):
            # `noted with satisfaction the roll-out of`
            at = begin + 1
            while at < end and not is_determiner(self._tokens[at]) and self._low(at) != "that":
                at += 1
            begin = at
        while (
            begin < end
            and self._low(begin) in ("of", "that", "at", "with", "on", "for", "by")
            or begin < end
            and is_adverb(self._tokens[begin])
        ):
            if self._low(begin) == "that":
                yield from self._within(begin + 1, end, f"'{phrase} that'")
                return
            begin += 1
        if begin >= end:
            if more and more[0] < more[1]:
                yield from self._noted(more, None)
            return
        before: Undertaking | None = None
        for (start, stop), _ in self._things(begin, end):
            if before and self._low(start - 1) == "of":
                # `the completion of X and of Y`
                yield before._replace(verb="", lead=(0, 0), thing=(start, stop), whole=(start, stop))
                continue
            for one in self._noted_one(start, stop, more):
                before = one
                yield one

    def _noted_one(self, begin: int, end: int, more: Span | None) -> Iterator[Undertaking]:
        phrase = self._clause.verb.phrase
        why = f"'{phrase}'"
        stop = self._head_end(begin, end)
        head = [self._low(k) for k in range(begin, stop)]
        last = head[-1] if head else ""
        if "progress" not in head:
            at = next((k for k in range(stop, end) if self._low(k) == "progress"), None)
            if at is not None and any(self._low(k) == "for" for k in range(stop, at)):
                yield from self._noted_one(at, end, more)
                return
        if "progress" in head:
            start = next((k for k in range(begin, end) if self._low(k) == "progress"), begin) + 1
            if more and start >= end:
                start, end = more
            while start < end and (
                self._low(start) in ("made", "achieved", "by", "of", "being")
                or self._low(start) in ("in", "on", "towards", "toward", "with", "under")
            ):
                if self._low(start) == "by":
                    inner = next(
                        (k for k in range(start, end) if self._low(k) in ("on", "in", "towards", "toward")), None
                    )
                    if inner is None:
                        break
                    start = inner
                start += 1
            if start < end:
                level = _INTENDED if self._dated(start, end) else _EXPLORATORY
                if is_gerund(self._tokens, start):
                    yield from self._verbs(start, end, "ing", level, f"progress, {why}", 0.75)
                else:
                    yield self._one("", (start, end), level, f"progress, {why}", 0.7)._replace(whole=(begin, end))
            return
        refrains = next(
            (
                k
                for k in range(begin, end - 1)
                if self._low(k) == "not"
                and self._low(k + 1) == "to"
                and self._low(k - 1) in ("commitment", "pledge", "decision", "promise")
            ),
            None,
        )
        if refrains is not None:
            yield self._one("", (refrains, end), _FIRM, f"a promise to refrain, {why}", 0.7)._replace(
                whole=(begin, end)
            )
            return
        named = self._nominal_frame(begin, end)
        if (
            named
            and last not in _words("completion")
            and last
            not in ("potential", "support", "progress", "efforts", "effort", "determination", "interest", "agreement")
            and self._low(named[1]) in ("to", "that", "for", "on")
        ):
            yield from self._complement(named[1], end, named[0], f"a noun after {why}", 0.7)
            return
        is_success = "successful" in head or "successfully" in head or last == "success"
        weighs = phrase in ("underline", "underscore", "stress", "emphasise", "emphasize") and not self._dated(
            begin, end
        )
        finished = (
            is_success
            or not weighs
            and (
                last in _words("completion")
                or " ".join(head[-3:]) in _words("completion")
                or any(word in _words("completion") for word in head[-2:])
            )
        )
        if finished and last not in _words("praise"):
            planned = bool(set(head) & _PLANNED)
            yield self._one("", (begin, end), _INTENDED if planned else _DELIVERED, f"something finished, {why}", 0.8)
            return
        participle = self._finished_by(begin, end)
        if participle:
            yield self._one("", (begin, end), _DELIVERED, f"'{participle}', {why}", 0.7)
            return
        if phrase in ("welcome", "note", "take note") and set(head) & _PLANNED:
            yield self._one("", (begin, end), _INTENDED, f"something to come, {why}", 0.5)

    def _finished_by(self, begin: int, end: int) -> str:
        """The participle that says that a thing is done: `the contract signed in May`, `which CNES completed in`."""
        for at in range(begin + 1, end):
            word = lemma(self._tokens[at], "participle", "past")
            if (
                word
                and (word in _words("delivered") or word in ("co-chair", "chair"))
                and self._tokens[at].text.islower()
                and not is_determiner(self._tokens[at - 1])
            ):
                following = self._low(at + 1) if at + 1 < end else ""
                if self._low(at - 1) in RELATIVES | {"that"} or following in (
                    "in",
                    "on",
                    "by",
                    "at",
                    "under",
                    "with",
                    "between",
                    "last",
                    "earlier",
                    "this",
                    "during",
                    "jointly",
                    "successfully",
                    "together",
                    "out",
                    "",
                ):
                    return self._low(at)
        return ""

    def _stated(self, span: Span) -> Iterator[Undertaking]:
        begin, end = span
        phrase = self._clause.verb.phrase
        while begin < end and (is_adverb(self._tokens[begin]) or self._tokens[begin].text in ',:\u201c\u201d"'):
            begin += 1
        if begin >= end:
            return
        if self._low(begin) == "that":
            yield from self._within(begin + 1, end, f"'{phrase} that'")
            return
        named = self._nominal_frame(begin, end)
        if named:
            yield from self._complement(named[1], end, named[0], f"a noun after '{phrase}'", 0.8)
            return
        if phrase in ("announce", "unveil", "declare"):
            for thing, lead in self._things(begin, end):
                head = [self._low(k) for k in range(thing[0], self._head_end(*thing))]
                done = bool(set(head[-2:]) & _words("completion") - _PROMISED) and not set(head) & _PLANNED
                yield self._one("", thing, _DELIVERED if done else _FIRM, f"'{phrase}'", 0.7, lead)
            return
        if self._clause.verb.lemma in ("say", "state", "tell", "explain", "add", "indicate", "inform", "reveal"):
            at = next((k for k in range(begin, min(begin + 6, end)) if self._low(k) == "that"), None)
            yield from self._within(at + 1 if at is not None else begin, end, f"'{phrase}'")

    # Within a complement

    def _within(self, begin: int, end: int, why: str, cap: Strength | None = None) -> Iterator[Undertaking]:
        """What the clauses of a that-clause undertake, at most as strong as the verb that holds it."""
        inner = list(self._tokens[begin:end])
        parts: list[int] = [0]
        for at in range(1, len(inner)):
            if inner[at].low == "that" and inner[at - 1].low in ("and", ","):
                parts.append(at)
        found = False
        for number, start in enumerate(parts):
            stop = parts[number + 1] if number + 1 < len(parts) else len(inner)
            while start < stop and inner[start].low in ("that", "and", ","):
                start += 1
            while stop > start and (inner[stop - 1].low == "and" or inner[stop - 1].text == ","):
                stop -= 1
            for one in undertakings(inner[start:stop]):
                shift = begin + start
                found = True
                strength = one.strength
                if cap is not None and cap is not strength:
                    strength = self._capped(cap, strength, one)
                yield one._replace(
                    lead=_moved(one.lead, shift),
                    thing=_moved(one.thing, shift),
                    subject=_moved(one.subject, shift),
                    whole=_moved(one.whole, shift),
                    strength=strength,
                    why=f"{why}: {one.why}",
                )
        be = next(
            (k for k in range(begin, end - 1) if self._low(k) == "be" and lemma(self._tokens[k + 1], "participle")),
            None,
        )
        if not found and cap is not None and be is not None:
            # `agreed that a task force be set up`
            yield self._one(lemma(self._tokens[be + 1], "participle") or "", (begin, be), cap, why, 0.7)._replace(
                whole=(begin, end)
            )
        elif not found and cap is not None and cap is not _EXPLORATORY and not self._mere_state(begin, end):
            yield self._one("", (begin, end), cap, why, 0.4)

    @staticmethod
    def _capped(cap: Strength, inner: Strength, one: Undertaking) -> Strength:
        if "would" in one.why and cap is not _EXPLORATORY:
            return cap  # reported speech: agreed that they would
        return min(cap, inner, key=_LADDER.index)

    def _mere_state(self, begin: int, end: int) -> bool:
        return any(
            self._low(k) in ("is", "are", "was", "were", "has", "have", "remain", "remains", "stand", "continues")
            for k in range(begin, end)
        )

    def _complement(self, begin: int, end: int, strength: Strength, why: str, sure: float) -> Iterator[Undertaking]:
        tokens = self._tokens
        while begin < end and (
            is_adverb(tokens[begin])
            or tokens[begin].text in ',:\u201c\u201d"'
            or self._low(begin) in ("both", "either", "themselves", "itself")
        ):
            if self._low(begin) in ("not", "never"):
                break
            begin += 1
        if begin >= end:
            return
        low = self._low(begin)
        if low == "not" and self._low(begin + 1) == "to" and self._clause.verb.lemma in _REFRAINING:
            yield self._one("", (begin, end), strength, f"{why}, to refrain", sure)
            return
        if low in ("not", "against"):
            return
        if low == "on" and self._low(begin + 1) in _WEEKDAYS or low in _WEEKDAYS:
            yield from self._complement(begin + 1 + (low == "on"), end, strength, why, sure)
            return
        if low == "with" and self._low(begin + 1) in (
            "pleasure",
            "satisfaction",
            "appreciation",
            "gratitude",
            "interest",
        ):
            yield from self._complement(begin + 2, end, strength, why, sure)
            return
        if low == "by" and self._clause.verb.passive:
            # An agent stands between: `was agreed by the two sides that`.
            at = next((k for k in range(begin, end) if self._low(k) in ("that", "to")), None)
            if at is None:
                return
            begin, low = at, self._low(at)
        if low == "that":
            yield from self._within(begin + 1, end, why, cap=strength)
            return
        if low in ("how", "whether", "ways", "means", "where", "options", "opportunities", "possibilities"):
            at = next(
                (
                    k
                    for k in range(begin, min(begin + 4, end))
                    if self._low(k) == "to" and k + 1 < end and lemma(tokens[k + 1], "base")
                ),
                None,
            )
            if at is not None:
                yield from self._verbs(
                    at + 1,
                    end,
                    "base",
                    min(strength, _INTENDED, key=_LADDER.index) if low == "how" else strength,
                    why,
                    sure,
                )
                return
            at = next(
                (
                    k
                    for k in range(begin, min(begin + 3, end))
                    if self._low(k) in ("of", "for") and k + 1 < end and is_gerund(tokens, k + 1)
                ),
                None,
            )
            if at is not None:
                yield from self._verbs(at + 1, end, "ing", strength, why, sure)
                return
            if low in ("ways", "means", "options", "opportunities", "possibilities") and self._low(begin + 1) in (
                "of",
                "for",
                "in",
                "to",
            ):
                yield from self._objects(begin + 2, end, strength, why, sure)
                return
        if low == "to":
            at = begin + 1
            while at < end and is_adverb(tokens[at]):
                at += 1
            if at < end and (lemma(tokens[at], "base") or self._low(at) in ("be", "have")):
                if self._low(at) == "be" and at + 1 < end:
                    yield self._one("", (begin, end), strength, why, sure - 0.3)
                else:
                    yield from self._verbs(at, end, "base", strength, why, sure)
                return
            if at < end and is_gerund(tokens, at):
                yield from self._verbs(at, end, "ing", strength, why, sure)
                return
            if (
                at < end
                and tokens[at].text.islower()
                and not is_determiner(tokens[at])
                and not is_adjective(tokens[at])
                and not _is_doing(tokens[at])
                and at + 1 < end
                and not tokens[at].low.endswith("s")
            ):
                yield from self._verbs(at, end, "base", strength, why, sure, first=self._low(at))
                return
            begin += 1
        elif low in _OPENINGS:
            begin += 1
            while begin < end and is_adverb(tokens[begin]):
                begin += 1
        if begin < end and is_gerund(tokens, begin):
            yield from self._verbs(begin, end, "ing", strength, why, sure)
            return
        named = self._nominal_frame(begin, end)
        if named and self._clause.verb.phrase in _REFRAMING:
            noun_strength, start = named
            for one in self._complement(start, end, noun_strength, f"{why}: a noun", sure):
                yield one._replace(verb=one.verb or ("support" if self._low(start - 1) == "support" else ""))
            return
        if (
            named
            and strength is _EXPLORATORY
            and self._head_word(begin, end)
            in (
                "ways",
                "opportunities",
                "possibilities",
                "options",
                "possibility",
                "opportunity",
                "feasibility",
                "prospects",
                "potential",
                "prospect",
                "idea",
            )
        ):
            start = named[1]
            if self._low(start) in ("to", "of", "for"):
                yield from self._complement(start, end, strength, why, sure)
                return
        yield from self._objects(begin, end, strength, why, sure)

    def _objects(self, begin: int, end: int, strength: Strength, why: str, sure: float) -> Iterator[Undertaking]:
        verb = self._clause.verb.phrase
        shown = (
            "" if verb in _REFRAMING | {"be"} or self._clause.kind in ("noting", "saying") else self._clause.verb.lemma
        )
        shown = "" if verb.startswith(("be ", "look ")) or self._clause.kind == "progress" else shown
        for thing, lead in self._things(begin, end):
            looking = (
                self._head_word(*thing) in ("exploration", "consideration", "examination")
                and strength is not _DELIVERED
            )
            yield self._one(shown, thing, _EXPLORATORY if looking else strength, why, sure, lead)

    def _verbs(
        self, begin: int, end: int, form: str, strength: Strength, why: str, sure: float, first: str | None = None
    ) -> Iterator[Undertaking]:
        """Coordinated verbs in one form, each with what it acts upon."""
        tokens = self._tokens
        starts = [begin]
        cuts: dict[int, int] = {}  # where the verb before ends, if something stands between
        for at in range(begin + 1, end):
            if at <= starts[-1]:
                continue
            if self._low(at - 1) == "and" and tokens[at].text == ",":
                # `co-finance and, around 2031, launch`
                closing = next((k for k in range(at + 1, min(at + 8, end - 1)) if tokens[k].text == ","), None)
                if closing and self._is_verb(closing + 1, end, form, after_to=False, sign="and", begin=starts[-1]):
                    starts.append(closing + 1)
                    cuts[len(starts) - 1] = at - 1
                    continue
            if (
                self._low(at - 1) in ("and", "or", ";", ",")
                or (self._low(at - 1) == "as" and self._low(at - 3) == "as")
                or self._begins_point(at)
            ) and self._depth(begin, at) == 0:
                here = at
                if self._low(at) == "to":
                    here = at + 1
                    if form == "ing" and here < end and is_determiner(tokens[here]):
                        starts.append(at)
                        continue
                while here < end and is_adverb(tokens[here]):
                    here += 1
                if here < end and self._is_verb(
                    here,
                    end,
                    form,
                    after_to=here > at and self._low(at) == "to",
                    sign=self._low(at - 1),
                    begin=starts[-1],
                ):
                    starts.append(here)
        for number, start in enumerate(starts):
            stop = cuts.get(number + 1, starts[number + 1]) if number + 1 < len(starts) else end
            while stop > start + 1 and (
                self._low(stop - 1) in ("and", "or", "to", "as", "well")
                or tokens[stop - 1].text in ",;)"
                and self._depth(start, stop) <= 0
                or is_adverb(tokens[stop - 1])
                or self._is_point_sign(stop - 1)
            ):
                if tokens[stop - 1].text == ")" and not self._is_point_sign(stop - 1):
                    break
                stop -= 1
            if self._low(start) == "to":
                for thing, lead in self._things(start + 1, stop):
                    yield self._one("", thing, strength, why, sure, lead)
                continue
            word = (
                first
                if number == 0 and first
                else (lemma(tokens[start], "base") if form == "base" else base_of(tokens[start].text))
                or self._low(start)
            )
            if stop == start + 1 and number + 1 < len(starts):
                continue  # `develop and launch a satellite`: the next one has what it acts upon
            yield from self._acted(word, start, stop, strength, why, sure)

    def _acted(
        self, word: str, start: int, stop: int, strength: Strength, why: str, sure: float
    ) -> Iterator[Undertaking]:
        tokens = self._tokens
        begin = start + 1
        while begin < stop and is_adverb(tokens[begin]):
            begin += 1
        if begin < stop and tokens[begin].text == ",":
            closing = next(
                (k for k in range(begin + 1, stop - 1) if tokens[k].text == "," and not tokens[k + 1].text.isdigit()),
                None,
            )
            begin = closing + 1 if closing is not None and closing + 1 < stop else begin + 1
        if word in ("continue", "keep", "start", "begin", "work", "aim", "try") and begin < stop:
            if self._low(begin) == "to" or is_gerund(tokens, begin):
                yield from self._complement(begin, stop, strength, why, sure)
                return
        if (
            word == "carry"
            and self._low(begin) == "out"
            or word in ("set", "draw", "step", "scale", "speed", "open", "build", "follow", "take", "team", "sign")
            and self._low(begin) == "up"
        ):
            word, begin = f"{word} {self._low(begin)}", begin + 1
        weak = strength
        if word in _weakening() and not (word == "seek" and self._low(begin) == "to"):
            weak = _EXPLORATORY
            if self._low(begin) in ("ways", "means", "options", "opportunities", "possibilities", "how", "whether"):
                yield from self._complement(begin, stop, weak, f"{why}, '{word}'", sure)
                return
            if begin < stop and is_gerund(tokens, begin):
                yield from self._verbs(begin, stop, "ing", weak, f"{why}, '{word}'", sure)
                return
        elif word in ("look", "exchange") and self._low(begin) in ("into", "at", "views"):
            weak = _EXPLORATORY
        if begin >= stop:
            yield self._one(word, (start, stop), weak, why, sure - 0.2, span_is_verb=True)
            return
        for thing, lead in self._things(begin, stop):
            one = self._one(word, thing, weak, why, sure, lead)
            yield one._replace(group=start, whole=(start if one.whole[0] == begin else one.whole[0], one.whole[1]))

    def _is_verb(self, at: int, end: int, form: str, *, after_to: bool, sign: str, begin: int) -> bool:
        tokens = self._tokens
        if form == "ing":
            out = _words("hanging_out") if sign == "," and not after_to else frozenset()
            reports = (
                lemma(tokens[at], "ing") is not None and at + 1 < end and self._low(at + 1) in ("to", "on", "back")
            )
            return (is_gerund(tokens, at) or reports) and self._low(at) not in out | {"including"}
        word = lemma(tokens[at], "base")
        if after_to:
            return tokens[at].text.islower() and not is_determiner(tokens[at])
        if not word or not tokens[at].text.islower():
            return False
        following = tokens[at + 1] if at + 1 < end else None
        if following is None:
            return False
        also_noun = self._low(at) in register("actions")["also_nouns"].split()
        plural_or_object = (
            is_determiner(following)
            or is_adjective(following)
            or is_name(following)
            or following.low in ("each", "one", "two", "three", "up", "out")
            or following.text[0].isdigit()
            or is_gerund(tokens, at + 1)
        )
        if also_noun:
            if following.low in PREPOSITIONS or following.text in ",.;" or following.low in ("and", "or"):
                return False
            if self._low(at - 1) in ("and", "or") and self._no_object(begin, at - 1):
                return True
            return plural_or_object or (following.text.islower() and following.low.endswith("s"))
        if following.low in ("and", "or") or following.text in ",.;":
            return False
        return True if sign in ("and", "or", ",", ";", "as") else plural_or_object

    def _no_object(self, begin: int, end: int) -> bool:
        return end - begin <= 1

    def _begins_point(self, at: int) -> bool:
        """Whether `(a)` or `(ii)` stands just before."""
        return at >= 3 and self._is_point_sign(at - 1)

    def _is_point_sign(self, at: int) -> bool:
        tokens = self._tokens
        return (
            tokens[at].text == ")"
            and at >= 2
            and tokens[at - 2].text == "("
            and len(tokens[at - 1].text) <= 3
            and (tokens[at - 1].text.islower() or tokens[at - 1].text.isdigit())
        )

    # Things: noun phrases side by side

    def _things(self, begin: int, end: int) -> list[tuple[Span, Span]]:
        """The noun phrases that stand side by side, each with the words that it shares with the first."""
        begin, end = self._stripped(begin, end)
        if begin + 1 < end and self._low(begin) in PREPOSITIONS and self._tokens[begin + 1].text == ":":
            begin, end = self._stripped(begin + 2, end)
        if begin >= end:
            return []
        cuts: list[tuple[int, int]] = []  # from the sign to where the next thing begins
        at = begin
        while at < end and not (
            at > begin and (self._low(at) in RELATIVES or self._low(at) == "that" and self._low(at - 1) != "and")
        ):
            if self._depth(begin, at) == 0:
                sign = self._coordinator(at, end)
                if sign:
                    cuts.append((at, at + sign))
                    at += sign
                    continue
            at += 1
        if not cuts or not any(self._joins(one) for one in cuts):
            return [((begin, end), (begin, begin))]
        if self._is_pair(begin, end):
            return [((begin, end), (begin, begin))]
        names = self._named(begin, end, cuts)
        if names:
            return names
        found: list[tuple[Span, Span]] = []
        start = begin
        for number, (sign, following) in enumerate(cuts):
            stop = cuts[number + 1][0] if number + 1 < len(cuts) else end
            closes = any(self._joins(one) for one in cuts[number:])
            apart = self._tokens[sign].text == ";" or any(self._tokens[k].text == ";" for k in range(sign, following))
            again = following - sign > 1 and (
                self._low(following - 1) == "of"
                and any(self._low(k) == "of" for k in range(start, sign))
                or self._low(following - 1) == self._low(begin - 1)
            )
            if apart or again or closes and self._side_by_side((start, sign), (following, stop), first=start == begin):
                found.append(((start, sign), (begin, begin)))
                start = following
        found.append(((start, end), (begin, begin)))
        return [(self._stripped(*thing), lead) for thing, lead in found]

    def _coordinator(self, at: int, end: int) -> int:
        """How many tokens a coordinator takes that begins here; 0 for none."""
        low = self._low(at)
        if low in (",", ";") and at + 1 < end and self._low(at + 1) in ("and",):
            return 2 + (self._low(at + 2) in ("of", "on", "for"))
        if low == "," and self._low(at + 1) == "as" and self._low(at + 2) == "well" and self._low(at + 3) == "as":
            return 4
        if low == "as" and self._low(at + 1) == "well" and self._low(at + 2) == "as":
            return 3
        if (
            low == ","
            and at + 1 < end
            and self._low(at + 1)
            not in RELATIVES
            | {
                "including",
                "particularly",
                "especially",
                "namely",
                "such",
                "notably",
                "in",
                "with",
                "by",
                "on",
                "at",
                "from",
                "subject",
                "where",
            }
        ):
            return 1
        if (
            low == "and"
            and at > 0
            and self._tokens[at - 1].text[0].isdigit()
            and self._tokens[min(at + 1, end - 1)].text[0].isdigit()
        ):
            return 0
        if low in ("and", ";", "&"):
            return 1 + (self._low(at + 1) in ("on", "of", "in", "for", "to") and at + 2 < end)
        return 0

    def _joins(self, cut: tuple[int, int]) -> bool:
        """Whether the coordinator is more than a comma."""
        return any(self._low(k) in ("and", ";", "as", "&") for k in range(*cut))

    def _named(self, begin: int, end: int, cuts: Sequence[tuple[int, int]]) -> list[tuple[Span, Span]]:
        """Bodies, missions or programmes by name: `cooperation in COPUOS, GEO and CEOS`."""
        first = cuts[0][0]
        opening = next(
            (k for k in range(begin, first - 1) if self._low(k) in PREPOSITIONS and self._is_named(k + 1, first)), None
        )
        if opening is not None and self._low(opening) in (
            "between",
            "among",
            "with",
            "by",
            "from",
            "at",
            "near",
            "against",
            "via",
        ):
            return []
        start = begin if opening is None else opening + 1
        if opening is not None and self._low(opening) == "to" and opening == begin:
            return []
        parts = [
            (start, first),
            *((following, cuts[n + 1][0] if n + 1 < len(cuts) else end) for n, (_, following) in enumerate(cuts)),
        ]
        parts = [part for part in parts if part[1] > part[0]]
        if len(parts) < 2 or (
            len(parts) == 2
            and opening is not None
            and not self._low(opening) in ("in", "on", "under", "within", "to", "for", "of")
        ):
            return []
        if not all(self._is_named(*part) for part in parts):
            return []
        if opening is None and not all(
            part[1] - part[0] == 1 or self._low(part[0]) == "the" and part[0] > begin for part in parts
        ):
            return []
        lead = (begin, start) if opening is not None else (begin, begin)
        return [(part, lead) for part in parts]

    def _is_named(self, begin: int, end: int) -> bool:
        """Whether a noun phrase is the name of a body, a mission, a programme; countries and places are not."""
        if begin < end and self._low(begin) == "the":
            begin += 1
        words = [self._tokens[k] for k in range(begin, end)]
        if not words or not is_name(words[0]) or words[0].low.endswith("'s"):
            return False
        stop = next(
            (
                k
                for k, token in enumerate(words)
                if token.low in PREPOSITIONS - {"of", "on", "for", "in"} or token.low in RELATIVES
            ),
            len(words),
        )
        words = words[:stop]
        if words[0].low in _PLACES:
            return False
        if len(words) == 1:
            text = words[0].text
            return (
                (text.isupper() and len(text) > 2)
                or any(c.isdigit() for c in text)
                or "-" in text
                and text.upper() == text
                or sum(c.isupper() for c in text) > 1
            )
        capital = [
            is_name(token)
            or token.low in ("of", "the", "for", "on", "in", "and", "&", "to")
            or not token.text[0].isalnum()
            or token.text[0].isdigit()
            for token in words
        ]
        head = words[-1].low
        return (
            all(capital)
            and not head.endswith(("isation", "ization"))
            or (
                sum(capital) >= len(capital) - 1
                and is_name(words[0])
                and words[-1].low
                in (
                    "mission",
                    "programme",
                    "program",
                    "initiative",
                    "process",
                    "framework",
                    "missions",
                    "forum",
                    "accords",
                    "project",
                    "working",
                    "group",
                )
            )
        )

    def _side_by_side(self, one: Span, other: Span, *, first: bool) -> bool:
        """Whether two noun phrases are each a thing acted upon, and not parts of one."""
        del first
        (a, b), (c, d) = one, other
        if b <= a or d <= c:
            return False
        tokens = self._tokens
        left_end, right_end = self._head_end(a, b), self._head_end(c, d)
        left_head, right_head = (
            tokens[left_end - 1] if left_end > a else None,
            tokens[right_end - 1] if right_end > c else None,
        )
        left_prep = left_end < b
        right_prep = right_end < d
        if left_head is None or right_head is None:
            return False
        if (
            left_prep
            and self._low(left_end) in ("between", "among")
            and not any(self._low(k) == "and" for k in range(left_end, b))
        ):
            return False
        opens = (
            is_determiner(tokens[c]) or tokens[c].text[0].isdigit() or tokens[c].low in ("joint", "common", "mutual")
        )
        doing = _is_doing(right_head)
        if left_prep:
            inner = self._low(left_end)
            inner_opens = left_end + 1 < b and (
                is_determiner(tokens[left_end + 1]) or tokens[left_end + 1].low in ("joint", "common")
            )
            if not _is_doing(left_head) and not is_determiner(tokens[a]) and not opens:
                return False
            if opens and (doing or right_prep) and not (inner_opens and self._parallel(left_end, b, c, d)):
                return True
            if opens and is_determiner(tokens[a]) and not inner_opens:
                return True
            if doing and right_prep and _is_doing(left_head) and inner not in ("to",):
                return not self._within_field(left_end, b)
            return False
        if is_adjective(left_head) and left_end - a <= 2 and not right_prep and not opens:
            return False
        if left_head.low in ("new", "public", "private"):
            return False
        if is_name(left_head) and is_name(tokens[c]) and not opens:
            return False
        if (
            not opens
            and left_end - a == 1
            and not _is_doing(left_head)
            and d - c >= 2
            and not left_head.low.endswith("s")
            and (doing or not right_prep)
        ):
            return False  # `Moon and Mars exploration`
        if not opens and self._shares_head(left_head, c, right_end):
            return False
        return True

    def _parallel(self, left: int, left_stop: int, c: int, d: int) -> bool:
        """Whether what follows goes on with what stands after the preposition: `of the ports and the ships`."""
        doing_inner = any(_is_doing(self._tokens[k]) for k in range(left + 1, left_stop))
        doing_right = _is_doing(self._tokens[self._head_end(c, d) - 1])
        right_prep = self._head_end(c, d) < d
        return not right_prep and (doing_inner == doing_right)

    def _within_field(self, at: int, stop: int) -> bool:
        del stop
        return self._low(at) in ("between", "among")

    def _shares_head(self, left: Token, begin: int, end: int) -> bool:
        """`ship and port data`, `lunar and deep-space missions`: the last noun belongs to both."""
        if end - begin < 2:
            return False
        return is_adjective(left) or (
            not _is_doing(left) and not left.low.endswith("s") and _is_doing(self._tokens[end - 1])
        )

    def _is_pair(self, begin: int, end: int) -> bool:
        text = " ".join(self._low(k) for k in range(begin, end))
        for pair in _words("pairs"):
            if pair in text:
                rest = text.replace(pair, "", 1)
                if " and " not in f" {rest} ":
                    return True
        return False

    def _forums(self, begin: int, end: int) -> list[tuple[Span, Span]]:
        """Named bodies after `in`: `coordination will be maintained in IMO, ISO and IALA`."""
        if begin >= end or self._low(begin) not in ("in", "at", "under", "within", "through"):
            return []
        parts = self._things(begin, end)
        return [(part, self._clause.subject) for part, lead in parts if lead[1] > lead[0]] if len(parts) > 1 else []

    # Small questions

    def _low(self, at: int) -> str:
        return self._tokens[at].low if 0 <= at < len(self._tokens) else ""

    def _depth(self, begin: int, at: int) -> int:
        return sum((self._tokens[k].text in "([") - (self._tokens[k].text in ")]") for k in range(begin, at))

    def _head_end(self, begin: int, end: int) -> int:
        """Where the first noun phrase ends: at a preposition, a relative, a bracket, `to`, a participle."""
        for at in range(begin, end):
            token = self._tokens[at]
            low = token.low
            if low in PREPOSITIONS or low in RELATIVES or low in ("to", "that") or token.text in ",;:":
                return at
            if token.text in "([" and at > begin:
                return at
            if (
                at > begin
                and lemma(token, "participle")
                and not lemma(token, "base")
                and token.text.islower()
                and low.endswith("ed")
                and at + 1 < end
                and self._low(at + 1) in ("by", "in", "on", "for", "at", "under", "with", "between")
            ):
                return at
        return end

    def _head_word(self, begin: int, end: int) -> str:
        stop = self._head_end(begin, end)
        return self._low(stop - 1) if stop > begin else ""

    def _nominal_frame(self, begin: int, end: int) -> tuple[Strength, int] | None:
        """A noun such as `interest in`, `plans to`: its strength, and where what it is of begins (at its preposition)."""
        at = begin
        while at < end and at - begin < 7:
            low = self._low(at)
            two = f"{low} {self._low(at + 1)} {self._low(at + 2)}"
            if two == "exchange of views":
                return (_EXPLORATORY, at + 3) if at + 3 < end else None
            if low in _nouns() and at + 1 <= end:
                after = self._low(at + 1)
                where = at + 1
                if after == "was" or at + 1 >= end:
                    return None
                if after in ("between", "among", "by", "with"):
                    inner = next(
                        (
                            k
                            for k in range(where, end)
                            if self._low(k) in ("on", "to", "for", "in", "about", "regarding", "that", "towards")
                        ),
                        None,
                    )
                    if inner is None:
                        return None
                    return _nouns()[low], inner
                if after in (
                    "to",
                    "for",
                    "in",
                    "on",
                    "of",
                    "that",
                    "towards",
                    "toward",
                    "about",
                    "regarding",
                    "concerning",
                    "over",
                    "at",
                ):
                    return _nouns()[low], where
                if low not in (
                    "support",
                    "potential",
                    "interest",
                    "progress",
                    "plan",
                    "target",
                    "effort",
                    "exploration",
                    "determination",
                    "mandate",
                    "agreement",
                    "proposal",
                ):
                    return None
            elif low in PREPOSITIONS or self._tokens[at].text in ",;":
                return None
            at += 1
        return None

    def _is_time(self, at: int) -> bool:
        """Whether a word says when, with no preposition: `every six months`, `next year`, `twice a year`."""
        if self._low(at) in ("every", "each"):
            return self._low(at + 1) in (
                "day",
                "week",
                "month",
                "quarter",
                "year",
                "two",
                "three",
                "four",
                "five",
                "six",
                "second",
                "other",
                "third",
                "spring",
                "summer",
                "autumn",
                "winter",
                "season",
            )
        return self._low(at) in (
            "next",
            "this",
            "last",
            "later",
            "early",
            "late",
            "twice",
            "once",
            "annually",
            "today",
            "again",
            "immediately",
        ) or is_adverb(self._tokens[at])

    def _names_somebody(self, span: Span) -> bool:
        """Whether a subject is somebody who can act: a pronoun, sides, a name."""
        begin, end = span
        words = [self._tokens[k] for k in range(begin, end)]
        if not words:
            return False
        head = words[self._head_end(begin, end) - begin - 1] if self._head_end(begin, end) > begin else words[0]
        if (
            begin == 0
            and head is words[0]
            and len(words) > 1
            and head.text[1:].islower()
            and head.low not in _SOMEBODY | PRONOUNS
        ):
            return words[1].low == "and" or words[1].text == "," or words[1].text == "("
        return (
            head.low in PRONOUNS
            or head.low in _SOMEBODY
            or (is_name(head) and not head.low.endswith(("dialogue", "initiative", "agreement")))
        )

    def _dated(self, begin: int, end: int) -> bool:
        return any(
            self._tokens[k].text.isdigit() and len(self._tokens[k].text) == 4
            for k in range(begin, min(end + 12, len(self._tokens)))
        )

    def _stripped(self, begin: int, end: int) -> Span:
        while begin < end and (
            self._tokens[begin].text in ",;:" or self._low(begin) in ("and", "both") or self._is_point_start(begin)
        ):
            begin += 3 if self._is_point_start(begin) else 1
        while end > begin and (self._tokens[end - 1].text in ",;:." or self._low(end - 1) in ("and", "or")):
            end -= 1
        return begin, end

    def _is_point_start(self, at: int) -> bool:
        return self._tokens[at].text == "(" and at + 2 < len(self._tokens) and self._is_point_sign(at + 2)

    def _one(
        self,
        verb: str,
        thing: Span,
        strength: Strength,
        why: str,
        sure: float,
        lead: Span = (0, 0),
        *,
        subject: Span | None = None,
        span_is_verb: bool = False,
    ) -> Undertaking:
        del span_is_verb
        begin, end = self._stripped(*thing)
        whole = (min(begin, end), max(end, begin))
        last = self._clause.complement[1]
        if end == last:
            whole = (begin, max(self._tail, end))  # `every two years, beginning in 2027`
        if self._clause.verb.passive or thing == self._clause.subject:
            whole = (self._begin, last)
        return Undertaking(
            verb, lead, (begin, end), subject or self._clause.subject, whole, strength, why, round(sure, 2)
        )

    # What hangs on

    def _hanging(self, begin: int, end: int) -> tuple[int, list[tuple[str, Span]]]:
        """Where the main part of a complement ends, and what hangs on: participles, `with X doing`, `including`."""
        tokens = self._tokens
        starts: list[tuple[int, int, str]] = []
        for at in range(max(begin - 1, 0), end - 1):
            if self._depth(begin, at) != 0 or (
                tokens[at].text != "," and not (self._low(at) == "and" and starts and starts[-1][2] == "ing")
            ):
                continue
            here = at + 1
            if tokens[at].text == "," and self._low(here) == "and" and starts and starts[-1][2] == "ing":
                here += 1
            while here < end and is_adverb(tokens[here]):
                here += 1
            if here >= end:
                continue
            low = self._low(here)
            if tokens[at].text == "," and low == "with" and self._with_clause(here + 1, end):
                starts.append((at, here + 1, "with"))
            elif tokens[at].text == "," and self._absolute(here, end):
                starts.append((at, here, "with"))
            elif low == "including" and self._includes(here + 1, end):
                starts.append((at, here + 1, "including"))
            elif low.endswith("ing") and self._hangs(at, here, end) and not self._in_list(begin, at):
                if starts and starts[-1][2] == "with":
                    continue
                useful = low == "making" and any(self._low(k) == "available" for k in range(here, end))
                starts.append((at, here, "out" if low in _words("hanging_out") and not useful else "ing"))
            elif tokens[at].text == "," and (
                low == "which" or low in ("under", "in", "by") and self._low(here + 1) == "which"
            ):
                opens = here + 1 if low == "which" else here + 2
                if self._promises(opens, end, whole=low != "which"):
                    own = low == "which" and (self._low(opens) in modals() or self._low(opens) in ("is", "are"))
                    starts.append((at, opens, "which" if own else "under which"))
            elif tokens[at].text == "," and low == "to" and self._low(here + 1) == "be":
                starts.append((at, here + 1, "to be"))
        if not starts:
            return end, []
        parts = []
        for number, (_, start, kind) in enumerate(starts):
            stop = starts[number + 1][0] if number + 1 < len(starts) else end
            again = next(
                (
                    k
                    for k in range(start, stop - 3)
                    if tokens[k].text == ","
                    and self._low(k + 1) == "and"
                    and self._low(k + 2) == self._low(begin)
                    and self._low(begin) in PREPOSITIONS
                ),
                None,
            )
            if kind != "out":
                parts.append((kind, (start, again or stop)))
            if again:
                parts.append(("more", (again + 2, stop)))
        return max(starts[0][0], begin), parts

    def _absolute(self, begin: int, end: int) -> bool:
        """Whether somebody does something here with no `with`: `, KSA undertaking to`, `, the next session being hosted`."""
        if not (is_name(self._tokens[begin]) or self._low(begin) in ("the", "each", "both")):
            return False
        for at in range(begin + 1, min(begin + 7, end - 1)):
            if self._tokens[at].text in ",;" or self._low(at) in PREPOSITIONS | {"and"}:
                return False
            if self._low(at) == "being" and lemma(self._tokens[at + 1], "participle"):
                return True
            if (
                self._tokens[at].low.endswith("ing")
                and lemma(self._tokens[at], "ing")
                and is_name(self._tokens[at - 1])
                and is_gerund(self._tokens, at)
            ):
                return self._low(at) not in _words("hanging_out")
        return False

    def _promises(self, begin: int, end: int, *, whole: bool) -> bool:
        """Whether a relative clause undertakes something of its own: `which is to report`, `under which data will`."""
        if whole:
            return any(
                self._low(k) in ("will", "shall", "may", "could", "plan", "intend", "agree", "commit", "pledge")
                or self._low(k) in ("is", "are")
                and self._low(k + 1) in {"to", *_TO_COME}
                for k in range(begin, end)
            )
        if self._low(begin) in modals() and self._low(begin) != "can":
            return True
        if self._low(begin) in ("is", "are") and self._low(begin + 1) == "to":
            return True
        # `a sum which Korea will match`
        at = next((k for k in range(begin, min(begin + 8, end)) if self._low(k) in ("will", "shall", "may")), None)
        return at is not None and (is_name(self._tokens[begin]) or is_determiner(self._tokens[begin]))

    def _hangs(self, comma: int, at: int, end: int) -> bool:
        """Whether a word in -ing after a comma is a participle: `, sharing all profiles`, and not `, training and`."""
        if self._low(at) == "including":
            return False
        if not lemma(self._tokens[at], "ing"):
            return False
        if is_gerund(self._tokens, at):
            return True
        after = self._low(at + 1) if at + 1 < end else ","
        return (
            comma + 1 == at
            and self._tokens[at].text.islower()
            and lemma(self._tokens[at], "ing") is not None
            and after not in (",", "and", "or", "of", ";", ".", "in", "for")
        )

    def _in_list(self, begin: int, comma: int) -> bool:
        """Whether the verbs in -ing before show that this is one more of a list: `agreed on expanding X, sharing Y and`."""
        at = begin
        while at < comma and (is_adverb(self._tokens[at]) or self._low(at) in _OPENINGS | {"to"}):
            at += 1
        return at < comma and at - begin <= 3 and is_gerund(self._tokens, at)

    def _with_clause(self, begin: int, end: int) -> bool:
        named = self._nominal_frame(begin, end)
        if (
            named
            and self._low(begin) not in ("a", "the")
            and not (self._low(named[1]) == "to" and named[0] is _EXPLORATORY)
        ):
            return True
        for at in range(begin, min(begin + 14, end)):
            if is_gerund(self._tokens, at) and at > begin and self._low(at) != "including":
                return True
            if self._low(at) in _TO_COME and at > begin:
                return True
            if (
                self._low(at) == "to"
                and at > begin
                and at + 1 < end
                and (lemma(self._tokens[at + 1], "base") or self._low(at + 1) == "be")
            ):
                return self._low(begin) not in ("a", "the") or self._low(begin + 1) not in (
                    "view",
                    "aim",
                    "goal",
                    "hope",
                    "intention",
                    "purpose",
                )
        return False

    def _includes(self, begin: int, end: int) -> bool:
        if begin >= end or self._low(begin) in ("through", "by", "on", "in", "for", "via", "with"):
            return False
        stop = self._head_end(begin, end)
        token = self._tokens[begin]
        possessive = token.low.endswith("'s") or token.low.endswith("s'") or token.low in POSSESSIVES
        head = self._tokens[stop - 1] if stop > begin else token
        return (
            stop > begin
            and possessive
            and (head.low.endswith(_DOING[:6]) or head.low in ("use", "support", "access", "work", "research"))
        )

    def _hung(self, kind: str, span: Span, *, alone: bool, strength: Strength | None) -> Iterator[Undertaking]:
        begin, end = span
        if kind == "more":
            if strength is not None:
                yield from self._complement(begin, end, strength, "one more of a list", 0.7)
            return
        strength = self._clause.strength or strength or _EXPLORATORY
        if self._clause.kind in ("noting", "be", "saying") and alone:
            strength = _EXPLORATORY
        if self._clause.verb.negated:
            return
        tokens = self._tokens
        if kind == "ing":
            yield from self._participle(begin, end, strength, self._clause.subject)
        elif kind == "which":
            at = begin + (2 if self._low(begin) in ("is", "are") else 1)
            level = modals().get(self._low(begin), _FIRM)
            if self._low(at) == "be" and at + 1 < end:
                yield self._one(
                    lemma(tokens[at + 1], "participle") or "", (at + 1, end), level, "'which', hanging on", 0.6
                )
            elif at < end:
                yield from self._verbs(at, end, "base", level, "'which', hanging on", 0.7)
        elif kind == "under which":
            yield from self._within(begin, end, "'under which'")
        elif kind == "including":
            yield self._one("", (begin, end), strength, "after 'including'", 0.6)
        elif kind == "to be":
            word = lemma(tokens[begin + 1], "participle") if begin + 1 < end else None
            if word:
                agent = (
                    self._clause.complement if self._low(self._clause.complement[0]) == "by" else self._clause.subject
                )
                yield self._one(word, (begin, end), strength, "'to be', hanging on", 0.6, subject=agent)
        elif kind == "with":
            named = self._nominal_frame(begin, end)
            if named and named[1] - begin < 5 and not (self._low(named[1]) == "to" and named[0] is _EXPLORATORY):
                yield from self._complement(
                    named[1], end, min(named[0], strength, key=_LADDER.index), "a noun after 'with'", 0.75
                )
                return
            for at in range(begin + 1, end):
                subject = (begin, at)
                if self._low(at) == "being" and at + 1 < end and lemma(tokens[at + 1], "participle"):
                    agent = (at + 2, end) if self._low(at + 2) == "by" else self._clause.subject
                    yield self._one(
                        lemma(tokens[at + 1], "participle") or "",
                        subject,
                        strength,
                        "'being', hanging on",
                        0.65,
                        subject=agent,
                    )._replace(whole=span)
                    return
                if is_gerund(tokens, at) and self._low(at) != "including":
                    yield from self._participle(at, end, strength, subject)
                    return
                if self._low(at) in _TO_COME:
                    for one in self._things(begin, at):
                        yield self._one(
                            "",
                            one[0],
                            _INTENDED if strength is not _EXPLORATORY else strength,
                            f"'with … {self._low(at)}'",
                            0.7,
                            subject=self._clause.subject,
                        )._replace(whole=span)
                    return
                if self._low(at) == "to" and at + 1 < end:
                    at += 1
                    if self._low(at) == "be":
                        yield self._one(
                            lemma(tokens[at + 1], "participle") or "",
                            (begin, at - 1),
                            strength,
                            "'with … to be'",
                            0.7,
                            subject=self._clause.subject,
                        )._replace(whole=span)
                    elif self._names_somebody(subject):
                        for one in self._verbs(at, end, "base", strength, "'with … to'", 0.75):
                            yield one._replace(subject=subject)
                    else:
                        yield self._one(
                            "", (begin, at - 1), strength, "'with … to'", 0.7, subject=self._clause.subject
                        )._replace(whole=span)
                    return

    def _participle(self, begin: int, end: int, strength: Strength, subject: Span) -> Iterator[Undertaking]:
        word = base_of(self._tokens[begin].text)
        said = register("verbs")["governing"]
        if strength is _DELIVERED and word not in _words("delivered"):
            strength = _FIRM
        if word in ("task", "instruct", "direct"):
            for one in self._tasked(begin + 1, end, strength, f"'{self._low(begin)}', hanging on"):
                yield one._replace(subject=subject)
            return
        if word in ("invite", "encourage", "urge", "ask", "request"):
            yield self._one(word, (begin + 1, end), strength, f"'{self._low(begin)}', hanging on", 0.7, subject=subject)
            return
        for level in _LADDER[:3]:
            if word in said[level.value]:
                strength = level
                if word in (
                    "agree",
                    "plan",
                    "aim",
                    "intend",
                    "commit",
                    "seek",
                    "discuss",
                    "consider",
                    "explore",
                    "look",
                    "decide",
                    "pledge",
                    "hope",
                ):
                    shown = word if word in ("discuss", "consider", "explore", "seek") else ""
                    for one in self._complement(begin + 1, end, level, f"'{self._low(begin)}', hanging on", 0.75):
                        yield one._replace(
                            subject=subject, verb=shown if one.verb == self._clause.verb.lemma else one.verb
                        )
                    return
        for one in self._verbs(begin, end, "ing", strength, f"'{self._low(begin)}', hanging on", 0.7):
            yield one._replace(subject=subject)


_HAPPENING = {
    "take place": "hold", "enter into force": "bring into force", "resume": "resume", "begin": "begin", "start": "start", "commence": "begin", "open": "open",
    "conclude": "conclude", "return": "return", "arrive": "receive", "land": "land", "launch": "launch", "meet": "hold", "convene": "convene", "kick off": "start", "gather": "hold",
    "run": "run", "succeed": "complete", "finish": "finish",
}  # fmt: skip
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_PROMISED = frozenset(
    "contribution participation decision agreement meeting visit exchange test workshop exercise campaign training award extension".split()
)
_FINISHES = frozenset("completion conclusion finalisation finalization".split())
_REFRAINING = frozenset("agree commit pledge undertake promise affirm reaffirm resolve vow".split())
_TOPICAL = frozenset(
    ["discuss", "address", "cover", "touch on", "touch upon", "take up", "raise", "review", "talk", "exchange views"]
)
_REFRAMING = frozenset(
    "accept manifest reaffirm reiterate confirm affirm express voice announce declare renew state restate signal share indicate show recall reach be have give".split()
) | {"express interest"}

_SOMEBODY = frozenset(
    "students businesses sides side countries country governments government parties party participants leaders ministers minister delegations"
    " agencies agency nations officials partners both they we members states experts heads principals institutions institutes"
    " ministries ministry teams president presidents secretary companies universities signatories neighbours allies scientists".split()
)
_PLACES = frozenset(
    "europe asia africa america earth moon mars arctic antarctica pacific atlantic january february march april may june july august september october november december spring summer autumn monday tuesday wednesday thursday friday".split()
)


def _is_doing(token: Token) -> bool:
    """Whether a noun stands for doing something or for a thing done, rather than for a field or a body."""
    low = token.low
    return (
        low in _nominals()
        or low.removesuffix("s") in _nominals()
        or (low.endswith(_DOING) and token.text.islower() and len(low) > 5)
    )


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


__all__ = ["Undertaking", "modals", "undertakings"]
