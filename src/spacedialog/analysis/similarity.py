"""Pairs of commitments of two dialogues that may be the same, with a score, for a user to review. Pure.

The score of a pair is 0.6 times the similarity of their texts, plus 0.3 if they have the same area, plus 0.1 times the
similarity of their parties. The text is the words of title and detail. Words with the same beginning and few other
differences (satellite, satellites) count as one; a word or a party weighs more the fewer commitments have it (inverse
document frequency: K. Spärck Jones, Journal of Documentation 28, 1972). The similarity of texts is the square root of
the cosine of their weights. docs/carry-over.md has measurements.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log, sqrt
from typing import NamedTuple

THRESHOLD = 0.5
"""The lowest score to propose: at 0.5, a user reviews 4 of 100 pairs and finds two thirds of the true ones."""

TEXT, AREA, PARTIES = 0.6, 0.3, 0.1
"""The weight of each part. A pair without a common word is below the threshold, and is never scored."""

_WORD = re.compile(r"[^\W_]{3,}")
_SAME_WORD = 78.0
_BEGINNING = 3

# Words without a meaning of their own, which occur in commitments of every kind.
_STOP = frozenset(
    """
    the and for with from into onto that this these those there where when while which what who whose their them they
    its our your his her are was were has had have been being will would shall should can could may might must not nor
    than then also only both each every all any some such other others another more most less very over under about
    between through during against per via own two three one
    """.split()  # noqa: SIM905 - seventy words are easier to read in this form
)


Weights = Mapping[str, float]


class Wording(NamedTuple):
    """The compared parts of a commitment; `text` is its title and detail, `parties` are its lead and partners."""

    ref: str
    text: str
    area: str
    parties: Collection[str]


class SimilarPair(NamedTuple):
    """The refs of two commitments that may be the same, and their score, from 0 to 1."""

    old: str
    new: str
    score: float


def similar_pairs(old: Sequence[Wording], new: Sequence[Wording], *, least: float = THRESHOLD) -> list[SimilarPair]:
    """Return the pairs with a score of at least `least`, which is above AREA + PARTIES, best first."""
    both = [*old, *new]
    texts = _weights(_merge_variants([_words(wording.text) for wording in both]))
    parties = _weights([Counter(dict.fromkeys(wording.parties, 1)) for wording in both])
    having: dict[str, list[int]] = defaultdict(list)
    for number in range(len(old), len(both)):
        for word in texts[number]:
            having[word].append(number)
    pairs = []
    for number, wording in enumerate(old):
        common: dict[int, float] = defaultdict(float)
        for word, weight in texts[number].items():
            for other in having.get(word, ()):
                common[other] += weight * texts[other][word]
        for other, cosine in common.items():
            score = TEXT * sqrt(min(cosine, 1.0)) + AREA * (wording.area == both[other].area)
            if score + PARTIES >= least:
                score += PARTIES * _cosine(parties[number], parties[other])
                if score >= least:
                    pairs.append(SimilarPair(wording.ref, both[other].ref, round(score, 2)))
    return sorted(pairs, key=lambda pair: (-pair.score, pair.old, pair.new))


def _words(text: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(text.casefold()) if word not in _STOP)


def _merge_variants(texts: Sequence[Counter[str]]) -> list[Counter[str]]:
    """Return the texts with each word replaced by the shortest word of which it is a variant."""
    from rapidfuzz import fuzz, process  # slow to import

    shortest: dict[str, list[str]] = defaultdict(list)
    shortest_of: dict[str, str] = {}
    for word in sorted({word for text in texts for word in text}, key=lambda word: (len(word), word)):
        candidates = shortest[word[:_BEGINNING]]
        best = process.extractOne(word, candidates, scorer=fuzz.ratio, score_cutoff=_SAME_WORD)
        shortest_of[word] = best[0] if best else word
        if best is None:
            candidates.append(word)
    merged = []
    for text in texts:
        counts: Counter[str] = Counter()
        for word, count in text.items():
            counts[shortest_of[word]] += count
        merged.append(counts)
    return merged


def _weights(counts: Sequence[Counter[str]]) -> list[Weights]:
    """Return the weights of the names in each count, as vectors of length 1; a name that all have weighs little."""
    having = Counter(name for one in counts for name in one)
    rarity = {name: log((len(counts) + 1) / number) for name, number in having.items()}
    return [dict(_unit_vector({name: count * rarity[name] for name, count in one.items()})) for one in counts]


def _unit_vector(weights: Weights) -> Iterator[tuple[str, float]]:
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return ((name, weight / length) for name, weight in weights.items()) if length else iter(())


def _cosine(one: Weights, other: Weights) -> float:
    return sum(weight * other[name] for name, weight in one.items() if name in other)
