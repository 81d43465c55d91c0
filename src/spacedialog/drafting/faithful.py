"""Whether a title says what its sentence says, and how binding the sentence can make it.

Each word of a sentence has a kind, one letter, so that a stretch of it can be matched by a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from spacedialog.drafting.lexicon import register, strengths, words
from spacedialog.drafting.prose import comparable
from spacedialog.model.vocabulary import Strength

_WORD = re.compile(r"\w+(?:['.-]\w+)*|[^\w\s]")
_NEUTRAL = re.compile(
    r"\bnot only\b|\bno(?:t)? (?:later|less|fewer) than\b|\bto (?:this|that|these) ends?\b", re.IGNORECASE
)
_ENDINGS = "ations ation ating ated ates ate ments ment ions ion ings ing ies ied ed es al s e y i".split()
_ARTICLES = frozenset("a an the its their our his her this these".split())
_FARTHEST = 40
"""The most words between two words of a title in their sentence."""

_KINDS = (
    ("n", "negations"),
    ("x", "exceptions"),
    ("M", "firm"),
    ("m", "glue"),
    ("c", "coordinators"),
    ("b", "contrasts"),
    ("p", "prepositions"),
    ("g", "free"),
)
_GAP = re.compile(
    r"[gmMs,()]*"  # articles, adverbs, auxiliary verbs, signs
    r"|\([^nx()]*\)"
    r"|[wogs]+(?:[c,]+g*o[wogs]*)*[c,]+g*"  # the first parts of a list, of which none can begin with a verb
)
_REFRAINING = re.compile(r"[wogsmM]*")
"""What may stand between `not` and its verb, as in `neither side will test`."""
_CLAUSE_END = re.compile(r";|,b|[cb][wog]?M")
_NOT = "\u00ac"


class Word(NamedTuple):
    """A word or a sign: as it stands, without its ending (every negation has the same stem), and its kind."""

    text: str
    stem: str
    kind: str

    @property
    def low(self) -> str:
        """The word in small letters."""
        return self.text.lower()


def words_of(text: str) -> list[Word]:
    """Return the words and signs of a text; `not only` is no negation."""
    found = _WORD.findall(_NEUTRAL.sub("also", comparable(text)))
    return [Word(one, _stem(one.lower()), _kind(one)) for one in found]


def kinds_of(sentence: Sequence[Word]) -> str:
    """Return the kinds of words; `n` and `x` can turn the meaning of others."""
    return "".join(word.kind for word in sentence)


@lru_cache(maxsize=20_000)
def _kind(text: str) -> str:
    low = text.lower()
    if not text[0].isalnum():
        return text if text in ",;()" else "s"
    if low.endswith("n't"):
        return "n"
    for kind, name in _KINDS:
        if low in words("answer", name):
            return kind
    if low.endswith("ly"):
        return "g"
    is_noun = low.endswith(tuple(words("answer", "nominal_endings"))) or text[0].isupper() or "-" in text
    return "o" if is_noun and low not in words("actions", "verbs") else "w"


@lru_cache(maxsize=20_000)
def _stem(low: str) -> str:
    if low in words("answer", "negations") or low.endswith("n't"):
        return _NOT
    low = low.removesuffix("'s")
    low = _bases().get(low, low)
    while not low.endswith("us"):
        ending = next((one for one in _ENDINGS if low.endswith(one) and len(low) - len(one) >= 3), "")
        if not ending:
            break
        low = low.removesuffix(ending)
    return low[:-1] if len(low) > 3 and low[-1] == low[-2] else low


@cache
def _bases() -> dict[str, str]:
    """Return the past forms of irregular verbs, each with its verb."""
    forms = register("words")["irregular"].items()
    return {past: verb for verb, pasts in forms for past in pasts} | {"used": "use", "using": "use"}


@cache
def _stems(name: str, file: str = "answer") -> frozenset[str]:
    return frozenset(_stem(word) for word in words(file, name) if " " not in word)


# The words of a title in its sentence


def span_of(title: str, sentence: Sequence[Word]) -> range | None:
    """Return the words of a sentence that a title is made of; None if it might say something else.

    Its words stand there in order, the first one perhaps in a passive after the others. What may be missing between
    them is in `_GAP`. No negation or condition is missing, and no word that does not undertake or tell governs them.
    """
    wanted = [word for word in words_of(title) if word.text[0].isalnum() and word.low not in _ARTICLES]
    signs = set(re.sub(r"[\w\s,']", "", comparable(title)))
    if not wanted or not signs <= {sign for word in sentence for sign in word.text}:
        return None
    stems = [word.stem for word in wanted]
    is_refraining = re.match(r"(?:do not|refrain from|not to) ", title, re.IGNORECASE)
    for form in [stems, [_NOT, *stems[2:]]] if is_refraining else [stems]:
        for span in _spans(form, sentence):
            if _keeps_sense(span, sentence):
                return span
    return None


def _spans(title: Sequence[str], sentence: Sequence[Word]) -> list[range]:
    kinds = kinds_of(sentence)
    verbs = [at for at, word in enumerate(sentence) if word.stem == title[0]]
    spans = [range(at, end + 1) for at in verbs if (end := _end(title, sentence, kinds, at)) is not None]
    for verb in [at for at in verbs if len(title) > 1 and kinds[at - 1 : at] == "m"]:
        for start in [at for at in range(verb) if sentence[at].stem == title[1]]:
            end = _end(title[1:], sentence, kinds, start)
            if end is not None and re.fullmatch("[gmM]+", kinds[end + 1 : verb]):
                spans.append(range(start, verb + 1))
    return spans


def _end(title: Sequence[str], sentence: Sequence[Word], kinds: str, start: int) -> int | None:
    """Return where the last word of a title stands, if its first one stands at `start`."""
    at = start
    for before, stem in pairwise(title):
        gap = _REFRAINING if before == _NOT else _GAP
        reach = range(at + 1, min(len(sentence), at + _FARTHEST))
        at = next((n for n in reach if sentence[n].stem == stem and gap.fullmatch(kinds, at + 1, n)), -1)
        if at < 0:
            return None
    return at


def _keeps_sense(span: range, sentence: Sequence[Word]) -> bool:
    """Return whether nothing that turns the meaning of the words at a place stands outside of it."""
    kinds = kinds_of(sentence)
    left = max((end.start() for end in _CLAUSE_END.finditer(kinds, 0, span.start)), default=0)
    right = next((end.start() for end in _CLAUSE_END.finditer(kinds, span.stop)), len(kinds))
    if "x" in kinds[: span.start] + kinds[span.stop :] or "n" in kinds[left : span.start] + kinds[span.stop : right]:
        return False
    if re.match("[wo]{2}", kinds[span.stop - 1 : span.stop + 1]):
        return False  # `Support a test` of `support a test ban`
    return is_undertaken(sentence, span)


def is_undertaken(sentence: Sequence[Word], span: range) -> bool:
    """Return whether what governs the words at a place undertakes or tells them: `scrap plans to` does not."""
    at, anchor = span.start - 1, sentence[span.start]
    while at >= 0 and sentence[at].kind == "g" and sentence[at].low != "of":
        at -= 1
    before = sentence[at] if at >= 0 else Word(";", ";", ";")
    after = sentence[span.start + 1].low if span.start + 1 < len(sentence) else ""
    is_verb = (anchor.stem in _stems("verbs", "actions") and anchor.kind == "w") or _is_past(anchor)
    is_noun = not is_verb or after == "of"
    is_noun = is_noun or (after in words("answer", "prepositions") and anchor.low in words("actions", "also_nouns"))
    is_clause = any(
        word.kind in "mM" or _is_past(word) for word in sentence[span.start : span.stop] if word.low != "to"
    )
    known = [n for n in range(at) if sentence[n].stem in _stems("verbs", "actions") or _is_ladder(sentence[n])]
    if before.low == ":":
        return (
            _is_head(sentence, at - 1)
            if sentence[at - 1].kind in "pm"
            else not known or _is_ladder(sentence[known[-1]])
        )
    if before.low == "that":
        return is_clause and _is_head(sentence, at - 1)
    if before.low == "to" or before.kind == "p" or before.low == "of":
        while at > 0 and sentence[at - 1].kind in "c,":  # `to expand the group and to admit industry`
            at = next((n for n in range(at - 2, -1, -1) if sentence[n].low == before.low), -1)
        return before.low in ("to", "on", "in", "for", "with") and _is_head(sentence, at - 1)
    if before.kind in "c,b":
        if _is_past(anchor) or (before.kind == "," and (anchor.low.endswith("ing") or (is_clause and not is_verb))):
            return True
        if is_noun:
            return bool(known) and _is_ladder(sentence[known[-1]])
        tied = [n for n in range(at) if sentence[n].low == "to" or sentence[n].kind == "M" or _is_ladder(sentence[n])]
        return not tied or sentence[tied[-1]].low != "to" or _is_head(sentence, tied[-1] - 1)
    if before.kind in "s;":
        return is_verb or anchor.low.endswith("ing") or is_clause
    if before.kind in "mM":
        return sentence[at - 1].kind != "p" or at < 1  # not `those who will`
    is_subject = _is_name(before) or before.low in words("answer", "collective") or _is_past(anchor)
    return _is_ladder(before) or (is_verb and is_subject)


def _is_ladder(word: Word) -> bool:
    """Return whether a verb or noun is one of the register that undertakes or tells what it governs."""
    verbs = _stems("noting", "verbs") | _stems("saying", "verbs") | _stems("ongoing", "verbs")
    return word.stem in _governing() or word.stem in verbs | _stems("keen", "verbs") | _stems("undertaking")


def _is_head(sentence: Sequence[Word], at: int) -> bool:
    """Return whether the word before `to` or a preposition undertakes; a noun such as `plans` needs such a verb too."""
    while at > 0 and sentence[at].kind == "g":
        at -= 1
    if at >= 0 and sentence[at].kind in "mM" and sentence[at].low != "to":
        return True
    if any(word.stem in _stems("tasking", "verbs") for word in sentence[max(0, at - 3) : max(at, 0)]):
        return True
    if at < 0 or not _is_ladder(sentence[at]):
        return False
    if _is_past(sentence[at]) or sentence[at].stem not in _frames():
        return True
    at -= 1
    while at > 0 and (sentence[at].kind == "g" or sentence[at].kind == "o"):
        at -= 1
    return at < 0 or sentence[at].kind in "mMs,()" or _is_ladder(sentence[at]) or _is_name(sentence[at])


@cache
def _frames() -> frozenset[str]:
    return frozenset(_stem(noun) for noun in strengths("nouns", "frames"))


# How binding


def strongest(sentence: Sequence[Word], span: range) -> Strength | None:
    """Return how binding the verb that governs the words at a place can make them; None if there is no sign of it."""
    anchor, before = span.start, sentence[max(0, span.start - 3) : span.start]
    own = _sign(sentence, anchor, anchor)
    if own is None and (
        not before or before[-1].low in _ARTICLES or before[-1].kind in "s;" or _is_name(sentence[anchor])
    ):
        # The words begin with a thing; its verb follows.
        near = range(anchor, min(len(sentence), span.stop + 2))
        own = next((_sign(sentence, at, -1) for at in near if sentence[at].low in words("answer", "auxiliaries")), None)
    found = own or next((level for at in range(anchor - 1, -1, -1) if (level := _sign(sentence, at, anchor))), None)
    if found is None:
        is_told = before and (before[-1].low in words("answer", "collective") or _is_name(before[-1]))
        return Strength.DELIVERED if is_told or sentence[anchor].low.endswith("ing") else None
    if own or found is not Strength.DELIVERED or any(word.low in words("answer", "pleased") for word in before):
        return found
    # `Signed an agreement to build`, `welcomed the plan and build`: what is built is not done.
    is_thing = any(word.low in _ARTICLES or word.kind == "s" for word in before)
    is_verb = sentence[anchor].low in words("actions", "verbs") and not is_thing
    return Strength.INTENDED if is_verb or before[-1].low == "to" else found


def _is_name(word: Word) -> bool:
    return word.text[0].isupper()


def _is_past(word: Word) -> bool:
    return word.text.islower() and (word.low in _bases() or (len(word.low) > 4 and word.low.endswith("ed")))


@cache
def _governing() -> dict[str, Strength]:
    """Return the single words that say how binding what follows them is, by their stems."""
    said = {**strengths("nouns", "frames"), **strengths("verbs", "governing"), "look": Strength.INTENDED}
    return {_stem(word): level for word, level in said.items() if " " not in word}


def _sign(sentence: Sequence[Word], at: int, anchor: int) -> Strength | None:
    """Return how binding the word at a place makes the word at `anchor`; None if it has no say."""
    word, after = sentence[at], sentence[at + 1] if at + 1 < len(sentence) else Word(".", ".", "s")
    before = sentence[at - 1].low if at else ""
    if word.stem in _stems("exploring"):
        is_parallel = at < anchor and sentence[anchor - 1].kind in "c,"
        return None if is_parallel else Strength.EXPLORATORY
    if at == anchor:
        return Strength.DELIVERED if _is_past(word) and before not in ("be", "been", "to") else None
    if word.low == "would" and any(near.low == "that" for near in sentence[max(0, at - 4) : at]):
        return Strength.FIRM  # `announced that it would`
    if word.low in strengths("verbs", "modals") and word.text.islower():
        return strengths("verbs", "modals")[word.low]
    if word.low in ("is", "are") and after.low == "to":
        return Strength.FIRM
    level = _governing().get(word.stem)
    if level and (after.low in ("to", "that", "forward") or (level is not Strength.EXPLORATORY and _is_past(word))):
        return level
    is_told = _is_past(word) and before != "be" and (after.kind in "pmg" or not after.text.islower())
    is_told = is_told or word.stem in _stems("noting", "verbs") or word.low in words("answer", "telling")
    return Strength.DELIVERED if is_told else None
