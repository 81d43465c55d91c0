"""How well pairs are proposed: `python -m benchmarks.carryover` prints precision and recall by threshold.

The truth was coded by hand before the formula was tried, from what is known of the bundled dialogues: which commitment
of 2022 takes up one of 2016, which of 2025 one of 2022. Fourteen pairs are few: one more or less is seven points of
recall.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from spacedialog.analysis.similarity import AREA, PARTIES, SimilarPair, Wording, similar_pairs
from spacedialog.importing.bundled import bundled_documents

TRUTH = frozenset(
    {
        ("ROK2-05", "ROK3-07"),
        ("ROK2-06", "ROK3-07"),
        ("ROK2-07", "ROK3-06"),
        ("ROK3-02", "ROK4-02"),
        ("ROK3-06", "ROK4-34"),
        ("ROK3-07", "ROK4-03"),
        ("ROK3-07", "ROK4-30"),
        ("ROK3-08", "ROK4-35"),
        ("ROK3-09", "ROK4-29"),
        ("ROK3-11", "ROK4-29"),
        ("ROK3-12", "ROK4-33"),
        ("ROK3-14", "ROK4-01"),
        ("ROK3-14", "ROK4-41"),
        ("ROK3-15", "ROK4-25"),
    }
)
THRESHOLDS = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


class Score(NamedTuple):
    """What a threshold lets through: how many pairs, how many of them true, and what share each is."""

    threshold: float
    proposed: int
    true: int
    precision: float
    recall: float


def said(commitment: Mapping[str, Any]) -> Wording:
    """What is compared of a commitment of a data file."""
    parties = {commitment.get("lead", ""), *commitment.get("partners", ())} - {""}
    text = f"{commitment['title']} {commitment.get('detail', '')}"
    return Wording(commitment["ref"], text, commitment["area"], parties)


def found() -> tuple[int, list[SimilarPair]]:
    """How many pairs there are in all, and those whose score is anything to go by."""
    held = [[said(one) for one in document["commitments"]] for document in bundled_documents()[::-1]]
    every = sum(len(old) * len(new) for old, new in pairwise(held))
    return every, [pair for old, new in pairwise(held) for pair in similar_pairs(old, new, least=AREA + PARTIES + 0.01)]


def scores() -> Iterator[Score]:
    """Precision and recall at each threshold."""
    _, proposed = found()
    for threshold in THRESHOLDS:
        at = [pair for pair in proposed if pair.score >= threshold]
        true = sum((pair.old, pair.new) in TRUTH for pair in at)
        yield Score(threshold, len(at), true, true / len(at), true / len(TRUTH))


def table() -> str:
    """The scores as a Markdown table."""
    lines = [
        f"| Threshold | Proposed, of {found()[0]} | True, of {len(TRUTH)} | Precision | Recall |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in scores():
        lines.append(f"| {one.threshold} | {one.proposed} | {one.true} | {one.precision:.2f} | {one.recall:.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
