"""Which commitments of two dialogues may be the same thing: pairs with a score, for a person to decide on. Pure.

The score of a pair is 0.6 of the likeness of what they say, 0.3 if they stand under the same area and 0.1 of the share
of parties that they have in common. What they say are the words of title and detail; words that begin alike and hardly
differ (satellite, satellites) count as one, and a word counts the more the fewer commitments have it, as does a party
(inverse document frequency: K. Spärck Jones, Journal of Documentation 28, 1972). The likeness is the square root of the
cosine of the two commitments' weights. How well that does stands in docs/carry-over.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import log, sqrt
from typing import NamedTuple

THRESHOLD = 0.5
"""Pairs below it are not proposed: at 0.5 a person reads 4 of 100 pairs and finds two of three that belong together."""

TEXT, AREA, PARTIES = 0.6, 0.3, 0.1
"""What each part counts. A pair without a common word stays below the threshold, and is never looked at."""

_WORD = re.compile(r"[^\W_]{3,}")
_SAME_WORD = 78.0
_BEGINNING = 3

# Words that say how something is told, and not what: they stand in commitments of every kind.
_STOP = frozenset(
    """
    the and for with from into onto that this these those there where when while which what who whose their them they
    its our your his her are was were has had have been being will would shall should can could may might must not nor
    than then also only both each every all any some such other others another more most less very over under about
    between through during against per via own two three one
    """.split()  # noqa: SIM905 - a list of seventy words reads better so
)


Weights = Mapping[str, float]


class Wording(NamedTuple):
    """What is compared of a commitment: its ref, its title with its detail, its area, who is involved."""

    ref: str
    text: str
    area: str
    parties: Collection[str]


class SimilarPair(NamedTuple):
    """Two commitments, by their refs, that may be the same thing, and how like they are, from 0 to 1."""

    old: str
    new: str
    score: float


def similar_pairs(old: Sequence[Wording], new: Sequence[Wording], *, least: float = THRESHOLD) -> list[SimilarPair]:
    """The pairs whose score is at least that (which is above AREA + PARTIES), best first; one may be in several."""
    every = [*old, *new]
    texts = _weighted(_families([_words(said.text) for said in every]))
    parties = _weighted([Counter(dict.fromkeys(said.parties, 1)) for said in every])
    having: dict[str, list[int]] = defaultdict(list)
    for number in range(len(old), len(every)):
        for word in texts[number]:
            having[word].append(number)
    found = []
    for number, said in enumerate(old):
        common: dict[int, float] = defaultdict(float)
        for word, weight in texts[number].items():
            for other in having.get(word, ()):
                common[other] += weight * texts[other][word]
        for other, cosine in common.items():
            score = TEXT * sqrt(min(cosine, 1.0)) + AREA * (said.area == every[other].area)
            if score + PARTIES >= least:
                score += PARTIES * _shared(parties[number], parties[other])
                if score >= least:
                    found.append(SimilarPair(said.ref, every[other].ref, round(score, 2)))
    return sorted(found, key=lambda pair: (-pair.score, pair.old, pair.new))


def _words(text: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(text.casefold()) if word not in _STOP)


def _families(texts: Sequence[Counter[str]]) -> list[Counter[str]]:
    """The same texts with one word for all that begin alike and hardly differ: the shortest of them."""
    from rapidfuzz import fuzz, process  # here, since only proposals need it

    heads: dict[str, list[str]] = defaultdict(list)
    head_of: dict[str, str] = {}
    for word in sorted({word for text in texts for word in text}, key=lambda word: (len(word), word)):
        alike = heads[word[:_BEGINNING]]
        best = process.extractOne(word, alike, scorer=fuzz.ratio, score_cutoff=_SAME_WORD)
        head_of[word] = best[0] if best else word
        if best is None:
            alike.append(word)
    families = []
    for text in texts:
        counts: Counter[str] = Counter()
        for word, count in text.items():
            counts[head_of[word]] += count
        families.append(counts)
    return families


def _weighted(counted: Iterable[Counter[str]]) -> list[Weights]:
    """Each with its weights: rare ones more, and as a whole of length 1; what all have weighs nothing."""
    counts = list(counted)
    having = Counter(name for one in counts for name in one)
    rarity = {name: log((len(counts) + 1) / number) for name, number in having.items()}
    return [dict(_normal({name: count * rarity[name] for name, count in one.items()})) for one in counts]


def _normal(weights: Weights) -> Iterator[tuple[str, float]]:
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return ((name, weight / length) for name, weight in weights.items()) if length else iter(())


def _shared(one: Weights, other: Weights) -> float:
    """The cosine of two sets of parties."""
    return sum(weight * other[name] for name, weight in one.items() if name in other)
