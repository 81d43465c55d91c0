"""Precision and recall of `compare` by threshold: `python -m benchmarks.carryover` prints them as a table.

The true pairs were coded by hand, from the text of the built-in dialogues, before the formula was tried: which
commitment of 2022 continues one of 2016, and which of 2025 one of 2022. With only fourteen pairs, one pair is seven
points of recall.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from spacedialog.analysis.similarity import AREA, PARTIES, SimilarPair, Wording, similar_pairs
from spacedialog.importing.built_in import built_in_documents

TRUE_PAIRS = frozenset(
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
    """The pairs proposed at one threshold: their number, the number of true ones, precision and recall."""

    threshold: float
    proposed: int
    true: int
    precision: float
    recall: float


def wording(commitment: Mapping[str, Any]) -> Wording:
    """Return the words and keys of a data file's commitment that the comparison uses."""
    parties = {commitment.get("lead", ""), *commitment.get("partners", ())} - {""}
    text = f"{commitment['title']} {commitment.get('detail', '')}"
    return Wording(commitment["ref"], text, commitment["area"], parties)


def compared_pairs() -> tuple[int, list[SimilarPair]]:
    """Return the number of pairs compared, and the pairs that have words in common."""
    dialogues = [[wording(entry) for entry in document["commitments"]] for document in built_in_documents()[::-1]]
    count = sum(len(old) * len(new) for old, new in pairwise(dialogues))
    least = AREA + PARTIES + 0.01
    return count, [pair for old, new in pairwise(dialogues) for pair in similar_pairs(old, new, least=least)]


def scores() -> Iterator[Score]:
    """Yield precision and recall at each threshold."""
    _, pairs = compared_pairs()
    for threshold in THRESHOLDS:
        proposed = [pair for pair in pairs if pair.score >= threshold]
        true = sum((pair.old, pair.new) in TRUE_PAIRS for pair in proposed)
        yield Score(threshold, len(proposed), true, true / len(proposed), true / len(TRUE_PAIRS))


def table() -> str:
    """Return the scores as a Markdown table."""
    lines = [
        f"| Threshold | Proposed, of {compared_pairs()[0]} | True, of {len(TRUE_PAIRS)} | Precision | Recall |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for score in scores():
        lines.append(
            f"| {score.threshold} | {score.proposed} | {score.true} | {score.precision:.2f} | {score.recall:.2f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
