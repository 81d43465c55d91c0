"""The clauses of a sentence: who does what, and which of the register's kinds the governing verb is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from spacedialog.drafting.grammar import (
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    Token,
    base_of,
    forms_of,
    is_adverb,
    is_determiner,
    is_name,
    lemma,
    register,
)
from spacedialog.words import Strength

Kind = Literal["governing", "modal", "noting", "saying", "delivered", "attendance", "progress", "be", "other"]

_BE = {"be", "been", "being", "is", "are", "was", "were", "am", "'s"}
_FINITE_BE = {"is", "are", "was", "were"}
_HAVE = {"has", "have", "had", "having"}
_DO = {"do", "does", "did"}
_NOT = {"not", "never", "cannot", "neither"}
_COORDINATORS = {
    "and",
    "but",
    "while",
    "whereas",
    ";",
    "as",
    "although",
    "though",
    "because",
    "since",
    "when",
    "where",
    "if",
    "so",
    "or",
    "before",
    "after",
    "until",
    "then",
}
_ONGOING = {"continue", "remain", "proceed", "progress", "advance"}


class Verb(NamedTuple):
    """A verb group: its tokens' span, its main verb with the words that belong to it, and how it is said."""

    start: int
    end: int
    lemma: str
    phrase: str
    modal: str
    negated: bool
    passive: bool
    progressive: bool
    past: bool


class Clause(NamedTuple):
    """A part of a sentence with a verb of its own, as spans of the sentence's tokens."""

    kind: Kind
    strength: Strength | None
    subject: tuple[int, int]
    verb: Verb
    complement: tuple[int, int]


@cache
def _phrases() -> Mapping[str, Mapping[str, tuple[Kind, Strength | None]]]:
    """Every phrase of the register by its first word, with what kind of verb it is."""
    said = register("verbs")
    found: dict[str, dict[str, tuple[Kind, Strength | None]]] = {}

    def add(phrases: Sequence[str], kind: Kind, strength: Strength | None) -> None:
        for phrase in phrases:
            found.setdefault(phrase.split()[0], {}).setdefault(phrase, (kind, strength))

    add(said["attendance"], "attendance", None)
    for strength, phrases in said["governing"].items():
        add(phrases, "governing", Strength(strength))
    add(said["noting"], "noting", None)
    add(said["saying"], "saying", None)
    add(said["delivered"], "delivered", Strength.DELIVERED)
    return found


@cache
def modals() -> Mapping[str, Strength]:
    """The modal verbs, each with its strength."""
    return {word: Strength(strength) for strength, words in register("verbs")["modals"].items() for word in words}


def clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    """The clauses of a sentence that stand beside each other; those within another's complement are left to it."""
    verbs = _main_verbs(tokens)
    clauses = []
    starts = [_clause_start(tokens, verbs[at - 1].end if at else 0, verb.start) for at, verb in enumerate(verbs)]
    for at, verb in enumerate(verbs):
        end = _trimmed(tokens, verb.end, starts[at + 1][0] if at + 1 < len(verbs) else len(tokens))
        subject = (starts[at][1], verb.start)
        if at and subject[0] >= subject[1]:
            subject = clauses[-1].subject  # the same as that of the verb before
        kind, strength = _kind(verb)
        clauses.append(Clause(kind, strength, _bare_subject(tokens, subject), verb, (verb.end, end)))
    return clauses


def _kind(verb: Verb) -> tuple[Kind, Strength | None]:
    kinds = _phrases()
    first = verb.phrase.split()[0]
    kind, strength = kinds.get(first, {}).get(verb.phrase, ("other", None))
    if verb.phrase == "be":
        kind, strength = "be", None
    if verb.modal:
        said = modals()[verb.modal]
        if verb.phrase in (
            "raise",
            "cover",
            "address",
            "identify",
            "review",
            "assess",
            "evaluate",
            "include",
            "survey",
            "support",
            "extend",
            "offer",
            "approve",
            "endorse",
            "prepare",
            "direct",
            "accept",
            "invite",
            "encourage",
        ):
            return "modal", said
        if kind == "governing" and strength is not None:
            return kind, _weaker(said, strength)
        return "modal", said
    if kind == "delivered" and not (verb.past or verb.passive) and not verb.progressive:
        return ("progress", Strength.EXPLORATORY) if verb.lemma in _ONGOING else ("other", None)
    if verb.progressive and kind in ("delivered", "other"):
        return "progress", Strength.EXPLORATORY
    if kind == "other" and verb.lemma in _ONGOING:
        return "progress", Strength.EXPLORATORY
    return kind, strength


_LADDER = [Strength.EXPLORATORY, Strength.INTENDED, Strength.FIRM, Strength.DELIVERED]


def _weaker(one: Strength, other: Strength) -> Strength:
    return min(one, other, key=_LADDER.index)


# Verb groups


def _main_verbs(tokens: Sequence[Token]) -> list[Verb]:
    found: list[Verb] = []
    seen = 0  # where the last verb ended, be it one of these or not
    at, depth = 0, 0
    while at < len(tokens):
        text = tokens[at].text
        depth += (text in "([") - (text in ")]")
        verb = None if depth > 0 else _verb_at(tokens, at)
        if verb and _is_main(tokens, found, verb, seen):
            found.append(verb)
            at = seen = verb.end
        else:
            if verb and (tokens[at].low in modals() or tokens[at].low in _FINITE_BE | _HAVE):
                seen = verb.end
            at += 1
    return found


def _verb_at(tokens: Sequence[Token], at: int) -> Verb | None:
    """The verb group that begins here, if a finite one does."""
    start = at
    modal, negated, passive, progressive, perfect = "", False, False, False, False
    has_be = has_aux = past = False
    low = tokens[at].low

    def skip() -> int:
        nonlocal negated
        here = at
        while here < len(tokens) and (is_adverb(tokens[here]) or tokens[here].low in _NOT):
            negated |= tokens[here].low in _NOT
            here += 1
        return here

    if low in modals() or low == "cannot":
        if low == "may" and tokens[at].text == "May" and at:
            return None
        modal, has_aux = ("can" if low == "cannot" else low), True
        negated = low == "cannot"
        at += 1
        at = skip()
        if modal == "ought" and at < len(tokens) and tokens[at].low == "to":
            at += 1
    elif low in _HAVE - {"having"} | _FINITE_BE | _DO:
        pass
    elif not lemma(tokens[at], "base", "s", "past") or (
        low == "provided" and tokens[min(at + 1, len(tokens) - 1)].low == "that"
    ):
        return None
    if at < len(tokens) and tokens[at].low in _DO and not modal:
        after = at + 1
        if after < len(tokens) and (tokens[after].low in _NOT):
            at, has_aux = after, True
            at = skip()
    if at < len(tokens) and tokens[at].low in _HAVE - {"having"}:
        following = at + 1
        while following < len(tokens) and (is_adverb(tokens[following]) or tokens[following].low in _NOT):
            following += 1
        if following < len(tokens) and (tokens[following].low == "been" or lemma(tokens[following], "participle")):
            perfect = has_aux = True
            at += 1
            at = skip()
        elif not modal:
            return None
    if modal and at + 2 < len(tokens) and tokens[at].text == ",":
        closing = next((k for k in range(at + 1, min(at + 8, len(tokens))) if tokens[k].text == ","), None)
        at = closing + 1 if closing is not None and closing + 1 < len(tokens) else at  # `shall, in any event, maintain`
    while modal and at + 3 < len(tokens) and tokens[at].text == "(" and tokens[at + 2].text == ")":
        at += 3  # `will (i) connect`
    if not modal and at + 1 < len(tokens) and tokens[at].low in ("remain", "remains", "remained", "stand", "stands") and tokens[at + 1].low in (
        "keen", "committed", "ready", "determined", "willing", "prepared", "open", "eager", "interested", "resolved",
    ):  # fmt: skip
        phrase, end = _phrase(tokens, at + 1, "be")
        return Verb(start, end, "be", phrase, modal, negated, False, False, tokens[at].low == "remained")
    if at < len(tokens) and tokens[at].low in _BE:
        has_be = True
        past |= tokens[at].low in ("was", "were") or perfect
        at += 1
        at = skip()
        if at < len(tokens) and tokens[at].low == "being":
            progressive = True
            at += 1
            at = skip()
    if at >= len(tokens):
        return None
    token = tokens[at]
    if has_be:
        phrase, end = _phrase(tokens, at, "be")
        if phrase != "be":
            return Verb(start, end, "be", phrase, modal, negated, False, False, past)
        word = lemma(token, "participle")
        if word and not (token.low in ("set", "cut", "put") and at + 1 < len(tokens) and tokens[at + 1].low == "of"):
            passive = True
        else:
            word = lemma(token, "ing")
            if not word and modal and token.low.endswith("ed") and token.text.islower():
                verb = base_of(f"{token.low[:-2]}ing")  # a verb that the register does not know
                return Verb(start, at + 1, verb, verb, modal, negated, True, False, True)
            if word and not (at + 1 < len(tokens) and tokens[at + 1].low == "of"):
                progressive = True
            else:
                return Verb(start, at, "be", "be", modal, negated, False, False, past)
    elif perfect:
        word, past = lemma(token, "participle"), True
    elif modal or has_aux:
        word = lemma(token, "base")
    else:
        word = lemma(token, "past")
        past = word is not None
        word = word or lemma(token, "base", "s")
    if word is None:
        if modal and token.text.islower() and token.text.isalpha():
            return Verb(start, at + 1, token.low, token.low, modal, negated, False, False, False)
        return None
    phrase, end = _phrase(tokens, at, word)
    return Verb(start, end, word, phrase, modal, negated, passive, progressive, past or (passive and not progressive))


def _phrase(tokens: Sequence[Token], at: int, word: str) -> tuple[str, int]:
    """The longest phrase of the register that the verb begins here, and where it ends; `at` is the verb, for `be` what follows."""
    best, end = word, at if word == "be" else at + 1
    for phrase in _phrases().get(word, ()):
        words = phrase.split()[1:]
        here = end if word != "be" else at
        here = at if word == "be" else at + 1
        taken = 0
        while taken < len(words) and here < len(tokens):
            if tokens[here].low == words[taken]:
                taken += 1
            elif not (is_adverb(tokens[here]) and taken == 0):
                break
            here += 1
        if words and taken == len(words) and len(phrase) > len(best):
            best, end = phrase, here
    return best, end


def _in_that_clause(tokens: Sequence[Token], before: Verb, verb: Verb, seen: int) -> bool:
    """Whether a verb stands in a that-clause which the verb before holds: `agreed that A and B shall`."""
    that = next((k for k in range(before.end, verb.start - 1) if _opens_that_clause(tokens, before, k)), None)
    if that is None or _kind(before)[0] not in ("governing", "saying", "noting", "delivered", "modal"):
        return False
    if seen <= that:
        return True
    # A later verb belongs to it too, unless it goes on with the subject of all: `, and agreed to`.
    place = next(
        (k for k in range(verb.start - 1, that, -1) if tokens[k].low in _COORDINATORS or tokens[k].text in ",;"), that
    )
    subject = [token for token in tokens[place + 1 : verb.start] if not is_adverb(token)]
    return (
        bool(subject) and tokens[place].text != ";" and not any(token.low in _PLURALS | PRONOUNS for token in subject)
    )


def _opens_that_clause(tokens: Sequence[Token], before: Verb, at: int) -> bool:
    """Whether a `that` opens a clause of what was agreed or said, and does not go with a noun: `firms that visited`."""
    if tokens[at].low != "that":
        return False
    last = tokens[at - 1]
    return (
        at - before.end <= 1
        or last.text in ",:"
        or is_adverb(last)
        or last.low.endswith("ing")
        or last.low
        in (
            "and",
            "hope",
            "wish",
            "satisfaction",
            "understanding",
            "confidence",
            "view",
            "pleasure",
            "intention",
            "commitment",
        )
        or (before.passive and any(tokens[k].low == "by" for k in range(before.end, at)))
    )


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    kept, depth = [], 0
    for token in tokens:
        depth += token.text in "(["
        if depth <= 0:
            kept.append(token)
        depth -= token.text in ")]"
    return kept


def _is_main(tokens: Sequence[Token], before: Sequence[Verb], verb: Verb, seen: int) -> bool:
    """Whether a verb group governs a clause that stands beside the others, and not one within them."""
    begin = before[-1].end if before else 0
    left = _without_brackets(tokens[begin : verb.start])
    if before and _in_that_clause(tokens, before[-1], verb, seen):
        return False
    previous = left[-1] if left else None
    auxiliary = tokens[verb.start].low in modals() or tokens[verb.start].low in _FINITE_BE | _HAVE | _DO
    if verb.start and tokens[verb.start].text[:1].isupper() and not auxiliary:
        return False
    if previous and (
        previous.low in ("to", "one")
        or is_determiner(previous)
        and previous.low not in PRONOUNS | {"all", "these", "those", "this"}
    ):
        return False
    if previous and previous.low in RELATIVES | {"that"}:
        return False
    noun = previous
    while noun and left and is_adverb(noun):
        left = left[:-1]
        noun = left[-1] if left else None
    if noun and (noun.low in PREPOSITIONS or noun.low in RELATIVES | {"that", "to"}):
        return False
    if _in_relative(left):
        return False
    word = tokens[verb.start].low
    if not auxiliary and not verb.past and verb.phrase != "take place" and not _can_have_present(left, before):
        return False
    if (
        not auxiliary
        and not verb.past
        and verb.start == 1
        and tokens[0].text[1:].islower()
        and tokens[0].low not in _PLURALS
    ):
        # `Canada plans to`, but not `Contact points have`
        if _kind(verb)[0] not in ("governing", "saying", "noting") or (
            verb.end < len(tokens) and tokens[verb.end].low in _FINITE_BE | _HAVE | set(modals())
        ):
            return False
    if not auxiliary and verb.past and _is_reduced(tokens, verb, before):
        return False
    if not before:
        return bool(left) or word in ("note",)
    # Beside another: after a coordinator, with nothing or with a subject between.
    place = next(
        (k for k in range(len(left) - 1, -1, -1) if left[k].low in _COORDINATORS or left[k].text in ",;"), None
    )
    if place is None:
        return False
    subject = left[place + 1 :]
    if not subject:
        if not auxiliary and not verb.past:
            return _goes_on(tokens, before[-1], verb)
        kinds = _kind(verb)[0]
        return left[place].low in ("and", "but", "then", ";", "while") or (
            left[place].text == ","
            and kinds in ("governing", "noting", "delivered", "modal")
            and not (verb.past and not auxiliary and verb.end < len(tokens) and tokens[verb.end].low in PREPOSITIONS)
        )
    if len(subject) > 18 or any(
        token.low in RELATIVES | {"that"}
        or (
            token.low == "to"
            and n + 1 < len(subject)
            and lemma(subject[n + 1], "base")
            and not is_determiner(subject[n + 1])
        )
        for n, token in enumerate(subject)
    ):
        return False
    if subject[0].low in PREPOSITIONS and subject[0].low not in ("including",):
        return False
    return (
        subject[0].low in PRONOUNS
        or is_determiner(subject[0])
        or is_name(subject[0])
        or auxiliary
        or (left[place].low != "and" and left[place].text != ",")
    )


def _goes_on(tokens: Sequence[Token], one: Verb, other: Verb) -> bool:
    """Whether a bare verb is one more in the present tense, and not one more of an infinitive: `intend to X and Y`."""
    if (
        other.phrase == "look forward"
        or other.lemma in ("plan", "intend", "aim", "expect", "hope")
        and other.end < len(tokens)
        and tokens[other.end].low == "to"
    ):
        return True
    if one.modal or one.past or one.progressive or one.passive:
        return False
    opens = tokens[one.end].low if one.end < len(tokens) else ""
    kind, _ = _kind(other)
    return (
        opens != "to"
        or kind == "noting"
        or other.lemma in ("agree", "reaffirm", "intend", "plan", "commit", "pledge", "reiterate")
    )


def _in_relative(left: Sequence[Token]) -> bool:
    """Whether a relative clause is open: `which`, `who`, and no comma since."""
    for token in reversed(left):
        if token.text in ",;":
            return False
        if token.low in RELATIVES:
            return True
    return False


_PLURALS = frozenset(
    "sides countries governments parties participants leaders ministers delegations agencies nations officials partners both they we members states experts heads principals co-chairs quad people who scientists teams".split()
)


def _can_have_present(left: Sequence[Token], before: Sequence[Verb]) -> bool:
    """Whether what stands before a bare present form can be its subject, so that it is no noun."""
    if not left:
        return False
    last = left[-1]
    if last.low in _PLURALS or last.low in ("and", ",", "it", "he", "she") and before:
        return True
    if (
        last.text == ","
        and any(token.low in _PLURALS or is_name(token) for token in left[:-1])
        and left[0].low not in PREPOSITIONS
    ):
        return True
    return is_name(last) and not is_determiner(last)


def _is_reduced(tokens: Sequence[Token], verb: Verb, before: Sequence[Verb]) -> bool:
    """Whether a past form is a participle after a noun: `the agreement signed in May`, `topics discussed`."""
    left = _without_brackets(tokens[before[-1].end if before else 0 : verb.start])
    after = tokens[verb.end] if verb.end < len(tokens) else None
    if not lemma(tokens[verb.end - 1], "participle") and not any(
        f == "participle" for _, f in forms_of(tokens[verb.start])
    ):
        return False
    last = left[-1] if left else None
    if last is None or last.text in ",;" or last.low in ("and", "but", "while"):
        return False
    if after and after.low in ("by", "under", "between", "with", "through"):
        if after.low == "by" or not _is_person(left):
            return True
    if _is_person(left):
        return False
    # A later finite verb that nothing coordinates takes the noun as its own subject.
    for at in range(verb.end, len(tokens)):
        if tokens[at].text in ";":
            break
        if tokens[at].low in modals() or tokens[at].low in _FINITE_BE | _HAVE:
            if tokens[at].text == "May":
                continue
            between = tokens[verb.end : at]
            return not any(token.low in _COORDINATORS or token.text == "," for token in between)
    kind = _kind(verb)[0]
    return kind in ("other",) or (bool(before) and not _is_person(left))


def _is_person(left: Sequence[Token]) -> bool:
    """Whether the words before a verb are likely somebody: a party, a pronoun, a name."""
    last = left[-1]
    return last.low in _PLURALS or last.low in PRONOUNS or is_name(last)


# Spans


def _clause_start(tokens: Sequence[Token], begin: int, verb: int) -> tuple[int, int]:
    """Where the words of a verb's clause begin, its coordinator included, and where its subject does."""
    if begin == 0:
        return 0, 0
    place = next(
        (k for k in range(verb - 1, begin - 1, -1) if tokens[k].low in _COORDINATORS or tokens[k].text in ",;"), begin
    )
    # `NASA and ESA will`: the coordinator is within the subject where both of its sides are names.
    while place > begin and tokens[place].low == "and" and place + 1 < verb:
        earlier = next(
            (k for k in range(place - 1, begin - 1, -1) if tokens[k].low in _COORDINATORS or tokens[k].text in ",;"),
            None,
        )
        if earlier is None or place - earlier > 8 or not is_name(tokens[place - 1]) or not is_name(tokens[place + 1]):
            break
        place = earlier
    start = place
    while start > begin and (tokens[start - 1].text == "," or tokens[start - 1].low in ("and", "but")):
        start -= 1
    return start, place + 1


def _trimmed(tokens: Sequence[Token], begin: int, end: int) -> int:
    while end > begin and tokens[end - 1].text in ".,;:" or end > begin and tokens[end - 1].low in ("and", "but"):
        end -= 1
    return end


def _bare_subject(tokens: Sequence[Token], span: tuple[int, int]) -> tuple[int, int]:
    """A subject without what stands before it: `In Earth observation,`, `Recently,`, `and`."""
    begin, end = span
    commas = [k for k in range(begin, end - 1) if tokens[k].text == ","]
    if begin < end and _leads_in(tokens[begin]):
        if commas:
            begin = _after_lead_in(tokens, commas, end)
        elif end - begin > 2:
            # `In September 2025 the two governments`, `Under it they`
            begin = next(
                (
                    k
                    for k in range(end - 1, begin + 1, -1)
                    if (is_determiner(tokens[k]) or tokens[k].low in PRONOUNS) and tokens[k - 1].low not in PREPOSITIONS
                ),
                begin,
            )
    while begin < end and (tokens[begin].low in ("and", "but", "also") or tokens[begin].text == ","):
        begin += 1
    while end > begin and (is_adverb(tokens[end - 1]) and tokens[end - 1].low != "both" or tokens[end - 1].text == ","):
        end -= 1
    return begin, end


def _leads_in(token: Token) -> bool:
    low = token.low
    return (
        low in PREPOSITIONS
        or is_adverb(token)
        or low.endswith("ing")
        or low
        in (
            "to",
            "last",
            "next",
            "this",
            "today",
            "yesterday",
            "together",
            "subject",
            "pursuant",
            "given",
            "mindful",
            "conscious",
            "convinced",
            "determined",
            "aware",
            "based",
            "guided",
            "inspired",
            "encouraged",
        )
    )


def _after_lead_in(tokens: Sequence[Token], commas: Sequence[int], end: int) -> int:
    """Where the subject begins after `On Earth science,`; a list of names is the subject, and not more of the lead-in."""
    for comma in commas:
        rest = [k for k in commas if k > comma]
        pieces = [tokens[one + 1 : other] for one, other in zip([comma, *rest], [*rest, end], strict=True)]
        if (
            rest
            and all(piece and is_name(piece[0]) for piece in pieces[:-1])
            and any(token.low == "and" for token in pieces[-1])
        ):
            return comma + 1
    return commas[-1] + 1
