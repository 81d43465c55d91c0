"""The check of titles by the criteria of docs/draft.md: whether a title is usable, and its faults.

A title is compared with its sentence, the stem of its list, and the coded row. No code of `draft` is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.draft_words import (
    ARTICLES,
    BE,
    CONDITION,
    CONJUNCTIONS,
    COUPLINGS,
    HARD,
    HEDGES,
    MARKS,
    MODALS,
    NEGATIONS,
    PREPOSITIONS,
    REFRAINING,
    RESERVATION,
    STATING,
    WEAK_MODALS,
    are_date,
    forms_of,
    is_adjective,
    is_adverb,
    is_date,
    is_form,
    is_imperative,
    stem_of,
    tokens,
    words_of,
)

LONGEST = 160

NO_VERB = "no verb in front"
NOT_VERBATIM = "not contiguous wording"
OTHER_VERB = "verb taken from elsewhere"
NEGATION_LOST = "negation lost"
NEGATION_ADDED = "negation added"
CONDITION_LOST = "condition or hedge lost"
CUT = "ends inside a phrase"
UNBALANCED = "bracket or quotation mark unbalanced"
TOO_LONG = "too long"
OTHER_ROW = "not about the row"
FAULTS = (
    *(NO_VERB, NOT_VERBATIM, OTHER_VERB, NEGATION_LOST, NEGATION_ADDED, CONDITION_LOST, CUT, UNBALANCED, TOO_LONG),
    OTHER_ROW,
)
DISTORTING = frozenset({OTHER_VERB, NEGATION_LOST, NEGATION_ADDED, CONDITION_LOST})
"""The faults that give a title another meaning than its sentence, or a more binding one."""


class _Text(list[str]):
    """The words and marks of a sentence in lower case, after those of its stem; its own begin at `point`.

    A list after a colon ("will: map the reef; open a museum") is read as one with commas.
    """

    def __init__(self, stem: str, sentence: str) -> None:
        announced = tokens(stem.rstrip(" :\u2013\u2014-"))
        spelled = [*announced, *tokens(sentence)]
        for place in range(len(spelled) - 1, 0, -1):
            if spelled[place] == ":" and spelled[place - 1].lower() in {"to", *MODALS}:
                spelled[place:] = ["," if token == ";" else token for token in spelled[place + 1 :]]
        super().__init__(token.lower() for token in spelled)
        self.point = len(announced)
        self.names = {n for n, token in enumerate(spelled) if token[0].isupper()}


class _Governing(NamedTuple):
    """Whether the words that govern a verb negate it, weaken it ("may"), or only explore."""

    negated: bool
    weak: bool
    hedged: bool


class _Alignment(NamedTuple):
    """The places of the words of a title in the sentence, and the faults found there."""

    places: tuple[int, ...]
    faults: tuple[str, ...]


def faults_of(title: str, sentence: str, *, stem: str = "", row: str | None = None, strength: str = "") -> list[str]:
    """Return the faults of a title; none if it is usable.

    `row` is the wording of the coded row that the candidate matches, `strength` that of the candidate.
    """
    source = _Text(stem, sentence)
    faults = [*_faults_of_words(title, source, strength)]
    if len(title) > LONGEST or "\u2026" in title or "..." in title:
        faults.append(TOO_LONG)
    if title.count("(") != title.count(")") or len(re.findall('["\u201c\u201d]', title)) % 2:
        faults.append(UNBALANCED)
    if row is not None:
        said, wanted = {stem_of(word) for word in words_of(title)}, [stem_of(word) for word in words_of(row)]
        if 2 * sum(word in said for word in wanted) < len(wanted):
            faults.append(OTHER_ROW)
    return sorted(set(faults), key=FAULTS.index)


def _faults_of_words(title: str, source: _Text, strength: str) -> list[str]:
    """Return the faults of the best reading of a title: unchanged, or with its condition at another place."""
    words = words_of(title)
    readings = [list(_reading(words, source, strength, moved=False))]
    rest = _without_condition(words, source)
    if readings[0] and rest:
        readings.append(list(_reading(rest, source, strength, moved=True)))
    return min(readings, key=_cost)


def _reading(words: list[str], source: _Text, strength: str, *, moved: bool) -> Iterator[str]:
    clause = _clause_as_it_stands(words, source)
    if clause is not None:
        yield from _end_faults(words, source, clause, whole=True)
        yield from _lost(source, clause, strength, clause=True, moved=moved)
        return
    negated, words = _negated(words, source)
    every = []
    for alignment in _alignments(words, source):
        faults = [*alignment.faults, *_end_faults(words, source, alignment.places)]
        faults += _lost(source, alignment.places, strength, negated=negated, moved=moved)
        every.append(faults)
    if every:
        yield from min(every, key=_cost)
    else:
        yield NOT_VERBATIM if words and _verb_places(words, source) else NO_VERB


# The verb in front


def _negated(words: list[str], source: _Text) -> tuple[bool, list[str]]:
    """Return whether a title begins with a negation, and its words after that, the verb in its base form."""
    for front in (["do", "not"], ["not", "to"], ["refrain", "from"], ["never"], ["not"]):
        is_front = words[: len(front)] == front and len(words) > len(front)
        if is_front and (front[0] != "refrain" or words[2].endswith("ing")):
            verb, *rest = words[len(front) :]
            cut = verb.removesuffix("ing")
            bases = [base for base in (f"{cut}e", cut, cut[:-1]) if verb != cut and verb in forms_of(base)]
            in_text = [base for base in bases if any(token in forms_of(base) for token in source)]
            return True, [(in_text or [verb])[0], *rest]
    return False, words


def _head(words: Sequence[str]) -> int:
    """Return the place of the verb of a title: in front, or after an adverb."""
    return 1 if len(words) > 1 and is_adverb(words[0]) else 0


def _verb_places(words: Sequence[str], source: _Text) -> list[int]:
    """Return the places where the verb in front of a title is a verb of the sentence."""
    verb = words[_head(words)]
    if not is_imperative(verb):
        return []
    return [n for n, token in enumerate(source) if token in forms_of(verb) and _is_verb(source, n, verb)]


def _is_verb(source: _Text, place: int, base: str) -> bool:
    """Return whether a word is a verb in its place: a base form is one after "to", a modal, a subject or a verb."""
    before = place - 1
    while before >= 0 and is_adverb(source[before]):
        before -= 1
    previous = source[before] if before >= 0 else ""
    following = source[place + 1] if place + 1 < len(source) else ""
    if source[place] == base or source[place] == f"{base}s":
        is_noun = previous in ARTICLES or following == "of" or (base, following) == ("support", "for")
        return not is_noun and (
            place == source.point
            or previous in COUPLINGS | MODALS | {"", "to", ":", ";", "we", "they", "(", "not", "all"}
            or re.fullmatch(r"\w+s", previous) is not None
            or previous in ("sides", "both", "it")
            or before in source.names
        )
    participle = previous in ARTICLES or (previous == "," and (following in PREPOSITIONS or following == "this"))
    return not (source[place].endswith("ed") and participle)


# The words after it


def _alignments(words: Sequence[str], source: _Text) -> Iterator[_Alignment]:
    """Yield the possible places of the words of a title in the sentence, the verb first and the rest in order."""
    for place in _verb_places(words, source) if words else ():
        head = _head(words)
        if head and words[0] not in source[max(0, place - 3) : place]:
            continue
        rest = words[head + 1 :]
        found = _best(rest, source, place)
        if found is not None:
            yield _Alignment((place, *found.places), found.faults)
        passive = _passive(rest, source, place)
        if passive is not None:
            yield passive


def _best(rest: Sequence[str], source: _Text, start: int) -> _Alignment | None:
    """Return the alignment of the words after `start` with the fewest faults; None if a word is missing."""
    best: dict[int, _Alignment] = {start: _Alignment((), ())}
    for word in rest:
        further: dict[int, _Alignment] = {}
        for place, token in enumerate(source):
            if place <= start or not is_form(word, token):
                continue
            for last, so_far in best.items():
                if last >= place:
                    continue
                fault = _gap_fault(source, last, place, start)
                faults = so_far.faults + ((fault,) if fault else ())
                if place not in further or _cost(faults) < _cost(further[place].faults):
                    further[place] = _Alignment((*so_far.places, place), faults)
        best = further
    return min(best.values(), key=lambda one: _cost(one.faults), default=None)


def _cost(faults: Sequence[str]) -> int:
    return sum(3 if fault in DISTORTING else 2 for fault in faults)


def _gap_fault(source: _Text, last: int, place: int, verb: int) -> str | None:
    """Return the fault of leaving out the words between two words; None if they may be left out."""
    gap = list(source[last + 1 : place])
    if all(token in MARKS for token in gap):
        return None
    if last < source.point <= place and last == verb:  # the verb of the stem, with the point as its object
        return None if place == source.point and source[source.point - 1] not in ("to", *MODALS) else NOT_VERBATIM
    if are_date(gap):
        return None
    if (gap[0], gap[-1]) in ((",", ","), ("(", ")"), ("\u2013", "\u2013"), ("\u2014", "\u2014")):
        return None  # a clause between two marks
    if gap == ["of"] and last == verb and source[last].endswith("ing"):
        return None  # the signing of a lease
    while len(gap) > 1 and is_adverb(gap[-1]):
        gap.pop()
    members = gap[-1] in COUPLINGS or gap[0] in COUPLINGS or gap[-2:] == ["well", "as"]
    verbs = [token for token in gap if token in MODALS | BE | {"to", "which", "that", "who"}]
    verbs += [token for token in gap[1:-1] if token.endswith("ing")]
    if last == verb and gap[0] in COUPLINGS and len(gap) <= 3:
        return None  # expand [and deepen] trade
    other = gap[:-1] if gap[-1] == "to" else gap
    if source[last] == "to" and (other[-1:] == ["as"] or (other[-1:] and other[-1] in COUPLINGS)):
        return None  # work to [map the reef and] open a museum
    plain = [token for token in gap if token not in MARKS]
    own = plain[-1:] == ["to"] and len(verbs) == 1
    if own or (last == verb and gap[0] in PREPOSITIONS and not verbs):
        return NOT_VERBATIM  # commit [to] cooperation, consult [with Fiji and] Tonga
    if verbs or any(token in ";:" for token in gap):
        return OTHER_VERB if members or last == verb else NOT_VERBATIM
    if members and not any(token in PREPOSITIONS - {"of"} for token in gap):
        return None
    return OTHER_VERB if members else NOT_VERBATIM


def _passive(rest: Sequence[str], source: _Text, place: int) -> _Alignment | None:
    """Return the alignment of a title whose object is the subject of a passive: "an atlas shall be published"."""
    before = place - 1
    while before >= 0 and (source[before] in BE | MODALS | {"to"} or is_adverb(source[before])):
        before -= 1
    if before == place - 1 or not any(token in BE for token in source[before + 1 : place]):
        return None
    for size in range(len(rest), 0, -1):
        start = before + 1 - size
        if start < 0 or list(source[start : before + 1]) != list(rest[:size]):
            continue
        whole = start == 0 or source[start - 1] in MARKS | CONJUNCTIONS
        tail = _best(rest[size:], source, place) if rest[size:] else _Alignment((), ())
        if tail is not None:
            faults = tail.faults if whole else (NOT_VERBATIM, *tail.faults)
            return _Alignment((place, *tail.places), faults)
    return None


def _clause_as_it_stands(words: Sequence[str], source: _Text) -> tuple[int, ...] | None:
    """Return the places of a title that is a clause of the sentence word for word, with subject and finite verb."""
    plain = [(n, token) for n, token in enumerate(source) if token not in MARKS and token != "."]
    for first in range(len(plain) - len(words) + 1):
        if [token for _, token in plain[first : first + len(words)]] == list(words) and words:
            places = tuple(n for n, _ in plain[first : first + len(words)])
            opens = places[0] in (0, source.point) or source[places[0] - 1] in MARKS | {"that", "and", "but", "where"}
            finite = any(
                token in MODALS | BE | STATING or (token.endswith("ed") and n > 0) for n, token in enumerate(words)
            )
            if opens and finite and places[0] not in _verb_places(words, source):
                return places
    return None


# Negations and conditions


def _without_condition(words: list[str], source: _Text) -> list[str] | None:
    """Return a title without its condition, which may be at another place than in the sentence; None without one."""
    text, plain = " ".join(words), " ".join(token for token in source if token not in MARKS)
    found = CONDITION.search(text) or RESERVATION.search(text)
    if not found:
        return None
    if found.start() > 0:
        return words_of(text[: found.start()]) if text[found.start() :] in plain else None
    sizes = (size for size in range(len(words) - 1, 1, -1) if " ".join(words[:size]) in plain)
    return words[next(sizes, len(words)) :] or None


def _lost(
    source: _Text, places: Sequence[int], strength: str, *,
    negated: bool = False, clause: bool = False, moved: bool = False,
) -> Iterator[str]:  # fmt: skip
    verb, last = places[0], max(places)
    governing = _Governing(False, False, False) if clause else _governing(source, verb)
    outer = governing.negated or (not clause and _refrains(source, verb))
    inner = [n for n in range(verb, last + 1) if source[n] in NEGATIONS and not _in_left_member(source, n, places)]
    if any(n not in places for n in inner) or (outer and not negated):
        yield NEGATION_LOST
    if negated and not outer:
        yield NEGATION_ADDED
    weakened = governing.weak and strength not in ("exploratory", "")
    if weakened or governing.hedged or (not moved and _has_condition(source, verb, places)):
        yield CONDITION_LOST


def _in_left_member(source: _Text, negation: int, places: Sequence[int]) -> bool:
    """Return whether a negation is in a part that the title leaves out between two marks."""
    before = max(place for place in places if place <= negation)
    after = min((place for place in places if place >= negation), default=len(source))
    return before < negation < after and source[before + 1] in MARKS and source[after - 1] in MARKS


def _governing(source: _Text, verb: int) -> _Governing:
    """Return how the words between a verb and its subject govern it; the objects of verbs beside it do not count."""
    place, negated, weak, hedged = verb - 1, False, False, False
    linked = verb == source.point or source[verb].endswith("ing")
    while place >= 0 and is_adverb(source[place]) and source[place] not in NEGATIONS:
        place -= 1
    if place >= 0 and source[place] in COUPLINGS:  # back to what introduces the verbs beside it
        while place >= 0 and source[place] not in HARD | MODALS | {"to"}:
            negated |= source[place] in ("not", "never", "nor")
            place -= 1
    ruled = False
    while place >= 0 and source[place] not in HARD | COUPLINGS and not (ruled and place < source.point):
        token = source[place]
        negated |= token in NEGATIONS
        weak |= token in WEAK_MODALS
        linked |= token == "to"
        ruled |= token in MODALS
        hedged |= linked and not ruled and HEDGES.fullmatch(token) is not None
        place -= 1
    return _Governing(negated, weak, hedged)


def _refrains(source: _Text, verb: int) -> bool:
    """Return whether a verb follows one such as refrain (from) or refuse (to), or is beside one that does."""
    for place in range(verb - 1, max(-1, verb - 9), -1):
        if source[place] in HARD | MODALS or (source[place] == "to" and place != verb - 1):
            return False
        if REFRAINING.fullmatch(source[place]):
            return source[verb].endswith("ing") or source[verb - 1] == "to"
    return False


def _has_condition(source: _Text, verb: int, places: Sequence[int]) -> bool:
    """Return whether the part of the sentence up to a semicolon has a condition for the verb that the title has not.

    The condition begins or ends the part, or is beside the words of the title. Any other belongs to another verb.
    """
    start = max((n + 1 for n in range(verb) if source[n] == ";"), default=0)
    end = next((n for n in range(verb, len(source)) if source[n] == ";"), len(source))
    last, text = max(places), " ".join(source[start:end])
    for found in CONDITION.finditer(text):
        place = start + text[: found.start()].count(" ")
        closes = place > verb and "," not in source[place:end]
        beside = verb - 6 < place <= last + 3
        if place not in places and (place - start < 3 or closes or beside):
            return True
    joined = max((n for n in range(start, verb) if source[n] in ("and", "or")), default=start)
    near, kept = " ".join(source[max(joined, verb - 5) : last + 5]), " ".join(source[place] for place in places)
    return any(found[0] not in kept for found in RESERVATION.finditer(near))


# The end


def _end_faults(words: Sequence[str], source: _Text, places: Sequence[int], *, whole: bool = False) -> Iterator[str]:
    if not words:
        return
    last = words[-1]
    if last in (PREPOSITIONS - {"up", "off", "through"}) | ARTICLES | (CONJUNCTIONS - {"that"}) | MODALS:
        yield CUT
        return
    end = max(places)
    following = source[end + 1] if end + 1 < len(source) else ""
    border = (
        following
        in MARKS | COUPLINGS | PREPOSITIONS | CONJUNCTIONS | MODALS | BE | {"", ".", "together", "also", "such"}
        or following.endswith(("ing", "ly", "ed"))
        or is_date(following)
    )
    short = not whole and len(words) < 3 and following not in {"", ".", ";", ":", ","} and not is_date(following)
    if short or not border or (following in COUPLINGS and _is_torn(source, places)):
        yield CUT


def _is_torn(source: _Text, places: Sequence[int]) -> bool:
    """Return whether a title stops before "and", "or" or a comma with a word that waits for its noun or its list."""
    end = max(places)
    before = end - 1
    while before > 0 and is_adverb(source[before]):
        before -= 1
    is_noun = source[end].endswith("s") and not source[end].endswith(("ss", "us"))
    is_noun |= source[before - 1] in {"access", "resilience", "approach", "response", "support", "threat", "transition"}
    if source[before] in {",", *MODALS} or (source[before] == "to" and not is_noun):
        return True  # a verb without its object, a list without its end
    if source[end].endswith("ing") and source[before] in ("and", "or") and source[end + 1] == ",":
        return True  # refrain from banning, or taxing [, charts]
    if source[before] in ("a", "an") and source[end + 2 : end + 3] and source[end + 2] not in ARTICLES | PREPOSITIONS:
        return True  # a free [and open sea]
    adds = source[end + 1] == "," and source[end + 2 : end + 3] and source[end + 2] in PREPOSITIONS
    if is_adjective(source[end]) and not adds and source[end - 1] not in {"where", "when", "as", "if"}:
        return True
    closes = any(token in ("and", "or") for token in source[end + 1 : end + (3 if source[end + 1] == "," else 2)])
    return closes and any(_joins(source, n) and {n - 1, n + 1} <= set(places) for n in range(1, end))


def _joins(source: _Text, place: int) -> bool:
    """Return whether a comma separates two members of a list, and not two adjectives or an addition."""
    after = source[place + 1]
    adds = after in PREPOSITIONS | CONJUNCTIONS | {"especially", "particularly", "notably", "namely"}
    return source[place] == "," and not adds and not is_adjective(source[place - 1])
