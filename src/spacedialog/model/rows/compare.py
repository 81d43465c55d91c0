"""Rows of a comparison of two dialogues: commitments that were carried on, and pairs of similar commitments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class CarriedRow(NamedTuple):
    """A commitment of one of two dialogues, or a linked pair of them, and its outcome.

    `old` and `new` are refs. For a commitment without a link, the fields of the other dialogue are None. `outcomes` has
    one of `strengthened`, `repeated`, `weakened`, `completed`, `withdrawn`, `silent` and `new`, or two of them for a
    withdrawn commitment that was also carried on.
    """

    outcomes: tuple[str, ...]
    old: str | None
    old_title: str | None
    old_strength: str | None
    old_status: str | None
    new: str | None
    new_title: str | None
    new_strength: str | None
    new_status: str | None


class ProposalRow(NamedTuple):
    """Two similar commitments, by ref, on which no decision is recorded; `score` is from 0 to 1 (most similar)."""

    decided: str
    score: float
    old: str
    old_title: str
    new: str
    new_title: str


class Comparison(NamedTuple):
    """A comparison of a dialogue (`new`, its key) with an earlier one (`old`).

    `counts` are the numbers of rows by outcome. `proposals` are pairs that may belong together; they are not counted.
    """

    old: str
    new: str
    counts: Mapping[str, int]
    rows: tuple[CarriedRow, ...]
    proposals: tuple[ProposalRow, ...]
