"""The typed rows of carry-over: what a dialogue took up of an earlier one, and which pairs look alike.

As in `rows`, field names are the keys of the JSON output, and values are what JSON has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class CarriedRow(NamedTuple):
    """A commitment of one of two dialogues, or a pair of them that a person linked, and what became of it.

    `old` and `new` are refs, one of them None where nothing was linked. `outcomes` are one word or two of
    `words.Outcome`: what was completed or withdrawn may have been carried on too.
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
    """Two commitments (their refs) that are alike, and that nobody has decided on; `score` is from 0 to 1."""

    decided: str
    score: float
    old: str
    old_title: str
    new: str
    new_title: str


class Comparison(NamedTuple):
    """What a dialogue (`new`, its key) took up of an earlier one (`old`), and what may belong together.

    `counts` are those of the rows by outcome. What stands under `proposals` counts nowhere else.
    """

    old: str
    new: str
    counts: Mapping[str, int]
    rows: tuple[CarriedRow, ...]
    proposals: tuple[ProposalRow, ...]
