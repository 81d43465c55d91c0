"""Whether a title says what its sentence says: its words stand there in order, and nothing that turns them is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from spacedialog.drafting.lexicon import LADDER, register, strengths, words
from spacedialog.drafting.prose import comparable
from spacedialog.model.vocabulary import Strength

_WORD = re.compile(r"\w+(?:['.-]\w+)*|[^\w\s]")
_NEUTRAL = re.compile(r"\bnot only\b|\bto (?:this|that|these) ends?\b", re.IGNORECASE)
_ENDINGS = tuple(
    "ations ation ating ated ates ate ments ment ions ion ings ing ies ied ed es al s e y".split()
)  # the longest first
_ARTICLES = frozenset("a an the its their our his her".split())
_AUXILIARIES = frozenset("will shall would may might could can has have had was were took".split())
_OPENING = _ARTICLES | {":", ".", ";"}
_FARTHEST = 40
"""The most words between two words of a title in their sentence."""


class Word(NamedTuple):
    """A word or a sign: as it stands, in small letters, and without its ending; every negation has the same stem."""

    text: str
    low: str
    stem: str


def words_of(text: str) -> list[Word]:
    """Return the words and signs of a text; `not only` is no negation."""
    found = _WORD.findall(_NEUTRAL.sub("also", comparable(text)))
    return [Word(one, one.lower(), stem_of(one.lower())) for one in found]


def span_of(title: str, sentence: Sequence[Word]) -> range | None:
    """Return the words of a sentence that a title is made of; None if it might say something else.

    Its words stand there in order, the first one perhaps in a passive after the others. What may be missing between
    them is an article, an auxiliary verb or the first parts of a list. A negation, a condition or a word such as
    `prevent` that governs them is not missing.
    """
    wanted = [word for word in words_of(title) if word.text[0].isalnum() and word.low not in _ARTICLES]
    signs = set(re.sub(r"[\w\s,']", "", comparable(title)))
    if not wanted or not signs <= {sign for word in sentence for sign in word.text}:
        return None
    refraining = " ".join(word.low for word in wanted[:2]) in ("do not", "refrain from", "not to")
    for form in [wanted, [_NOT, *wanted[2:]]] if refraining else [wanted]:
        for place in _places(form, sentence):
            if _keeps_sense(place, sentence):
                return place
    return None


def strongest(sentence: Sequence[Word], place: range) -> Strength | None:
    """Return how binding the verb that governs the words at a place can make them; None if there is no sign of it."""
    anchor = place.start
    before = [word.low for word in sentence[max(0, anchor - 3) : anchor]]
    own = _sign(sentence, anchor, anchor)
    if own is None and (not before or before[-1] in _OPENING or sentence[anchor].text[0].isupper()):
        # The words begin with a thing; its verb follows.
        until = min(len(sentence), place.stop + 2)
        own = next((_sign(sentence, at, -1) for at in range(anchor, until) if sentence[at].low in _AUXILIARIES), None)
    if own is not None:
        return own
    found = next((level for at in range(anchor - 1, -1, -1) if (level := _sign(sentence, at, anchor))), None)
    if found is None:
        known = before[-1:] and (before[-1] in words("answer", "collective") or sentence[anchor - 1].text[0].isupper())
        return Strength.DELIVERED if known or sentence[anchor].low.endswith("ing") else None
    if found is Strength.DELIVERED and before[-1:] == ["to"] and before[-2:-1][0] not in words("answer", "pleased"):
        return Strength.INTENDED  # `signed an agreement to build`
    is_verb = sentence[anchor].low in words("actions", "verbs") and not {*before} & (_OPENING - {":"})
    return Strength.INTENDED if found is Strength.DELIVERED and is_verb and "to" not in before else found


_NOT = Word("not", "not", "\u00ac")


@lru_cache(maxsize=20_000)
def stem_of(low: str) -> str:
    """Return a word in small letters without its ending."""
    if low in words("answer", "negations") or low.endswith("n't"):
        return _NOT.stem
    low = low.removesuffix("'s")
    low = _bases().get(low, low)
    if low.endswith(("us", "ss")):
        return low.removesuffix("s") if low.endswith("ss") else low
    ending = next((one for one in _ENDINGS if low.endswith(one) and len(low) - len(one) >= 3), "")
    bare = low.removesuffix(ending)
    return bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] else bare


@cache
def _bases() -> dict[str, str]:
    """Return the past forms of irregular verbs, each with its verb."""
    forms = register("words")["irregular"].items()
    return {past: verb for verb, pasts in forms for past in pasts} | {"used": "use", "using": "use"}


@cache
def _stems(key: str) -> frozenset[str]:
    name = "verbs" if key == "noting" else "answer"
    return frozenset(stem_of(word) for word in words(name, key) if " " not in word)


# Where the words of a title stand


def _places(title: Sequence[Word], sentence: Sequence[Word]) -> list[range]:
    starts = [at for at, word in enumerate(sentence) if word.stem == title[0].stem]
    active = [range(at, end + 1) for at in starts if (end := _end(title, sentence, at)) is not None]
    passive = [verb for verb in starts if verb and sentence[verb - 1].low in ("be", "been", "is", "are", "was", "were")]
    if len(title) == 1 or not passive:
        return active
    things = [range(at, end + 1) for at, word in enumerate(sentence) if word.stem == title[1].stem
              and (end := _end(title[1:], sentence, at)) is not None]  # fmt: skip
    glue = words("answer", "glue")
    return active + [
        range(thing.start, verb + 1)
        for verb in passive
        for thing in things
        if thing.stop <= verb
        and all(word.low in glue or word.low.endswith("ly") for word in sentence[thing.stop : verb])
    ]


def _end(title: Sequence[Word], sentence: Sequence[Word], start: int) -> int | None:
    """Return where the last word of a title stands, if its first one stands at `start`."""
    at = start
    for before, word in pairwise(title):
        reach = range(at + 1, min(len(sentence), at + _FARTHEST))
        at = next((n for n in reach if sentence[n].stem == word.stem and _may_lack(sentence[at + 1 : n], before)), -1)
        if at < 0:
            return None
    return at


def _may_lack(gap: Sequence[Word], before: Word) -> bool:
    """Return whether the words may be missing in a title after the word `before`."""
    free, glue = words("answer", "free"), words("answer", "glue")
    if all(word.low in free or word.low in glue or word.low.endswith("ly") for word in gap):
        return True
    if any(map(turns, gap)):
        return False
    if gap[0].text == "(":
        return gap[-1].text == ")" and sum(word.text == ")" for word in gap) == 1
    if before is not _NOT and before.stem == _NOT.stem:
        return False
    # The first parts of a list: it ends with `and`, and no part of it can be a verb of its own.
    coordinators, ends = words("answer", "coordinators"), [n for n, word in enumerate(gap) if word.low not in free]
    if gap[ends[-1]].low not in coordinators or gap[0].low in coordinators:
        return False
    plain = all(word.low not in words("answer", "prepositions") and word.low not in glue - {","} for word in gap)
    parts = [word for last, word in pairwise(gap) if last.low in coordinators]
    return plain and all(_is_nominal(word) for word in parts if word.low not in coordinators | free)


def _is_nominal(word: Word) -> bool:
    """Return whether a word is certainly no verb in its base form."""
    ends = word.low.endswith(tuple(words("answer", "nominal_endings"))) or word.text[0].isupper() or "-" in word.text
    return ends and word.low not in words("actions", "verbs")


def turns(word: Word) -> bool:
    """Return whether a word can turn the meaning of others: a negation, a condition, a verb such as `prevent`."""
    return word.stem in _turning()


@cache
def _turning() -> frozenset[str]:
    return _stems("negations") | _stems("exceptions") | _stems("reversing")


# What must not be lost


def _keeps_sense(place: range, sentence: Sequence[Word]) -> bool:
    outside = [at for at in range(len(sentence)) if at not in place]
    if any(sentence[at].low in words("answer", "exceptions") for at in outside):
        return False
    left = max((at for at in range(place.start) if _ends_clause(sentence, at)), default=-1)
    right = min((at for at in range(place.stop, len(sentence)) if _ends_clause(sentence, at)), default=len(sentence))
    if any(sentence[at].stem == _NOT.stem for at in outside if left < at < right):
        return False
    after = sentence[place.stop] if place.stop < len(sentence) else None
    if after and after.text[0].isalnum() and not _is_border(after) and not _is_border(sentence[place.stop - 1]):
        return False  # `Support a test` of `support a test ban`
    for at in range(place.start - 1, left, -1):
        if sentence[at].stem in _stems("reversing"):
            return _is_parallel(sentence, at, place.start)
    return True


def _ends_clause(sentence: Sequence[Word], at: int) -> bool:
    following = [word.low for word in sentence[at + 1 : at + 3]]
    if sentence[at].text == ";" or (sentence[at].text == "," and following[:1] == ["but"]):
        return True
    return sentence[at].low in ("and", "but") and any(word in ("will", "shall") for word in following)


def _is_border(word: Word) -> bool:
    known = words("answer", "prepositions") | words("answer", "coordinators") | words("answer", "glue") | _ARTICLES
    return word.low in known | _AUXILIARIES or word.low.endswith("ly") or word.text[0].isdecimal()


def _is_parallel(sentence: Sequence[Word], reversing: int, start: int) -> bool:
    """Return whether a verb is coordinated with one such as `combat`, and not its object."""
    if start < 1 or start - reversing < 2 or sentence[start - 1].low not in ("and", ",", "to", "will"):
        return False
    verb, after = sentence[start], sentence[start + 1] if start + 1 < len(sentence) else _NOT
    is_base = verb.low in words("actions", "verbs")
    joined = any(word.low in ("and", ",") for word in sentence[reversing + 1 : start])
    return joined and is_base and after.low not in words("answer", "prepositions")


# How binding


def _is_past(word: Word) -> bool:
    return word.text.islower() and (word.low in _bases() or (len(word.low) > 4 and word.low.endswith("ed")))


@cache
def _governing() -> dict[str, Strength]:
    """Return the single words that say how binding what follows them is, by their stems."""
    said = {**strengths("nouns", "frames"), **strengths("verbs", "governing"), "look": Strength.INTENDED}
    return {stem_of(word): level for word, level in said.items() if " " not in word}


def _sign(sentence: Sequence[Word], at: int, anchor: int) -> Strength | None:
    """Return how binding the word at a place makes the word at `anchor`; None if it has no say."""
    word = sentence[at]
    before, after = (sentence[n] if 0 <= n < len(sentence) else _NOT for n in (at - 1, at + 1))
    is_parallel = at < anchor and sentence[anchor - 1].low in words("answer", "coordinators")
    if word.stem in _stems("exploring"):
        return None if is_parallel else Strength.EXPLORATORY
    if at == anchor:
        return Strength.DELIVERED if _is_past(word) and before.low not in ("be", "been", "to") else None
    if word.low in strengths("verbs", "modals") and word.text.islower():
        return strengths("verbs", "modals")[word.low]
    if word.low in ("is", "are") and after.low == "to":
        return Strength.FIRM
    level = _governing().get(word.stem)
    if level and (after.low in ("to", "that", "forward") or (level is not Strength.EXPLORATORY and _is_past(word))):
        return level
    if word.stem in _stems("noting") or word.low in ("has", "have", "had", "was", "were", "took"):
        return Strength.DELIVERED
    told = after.low in _ARTICLES or after.low in words("answer", "prepositions") or not after.text.islower()
    return Strength.DELIVERED if _is_past(word) and told and before.low != "be" else None


def lower(one: Strength, other: Strength) -> bool:
    """Return whether one strength is less binding than another."""
    return LADDER.index(one) < LADDER.index(other)
