"""The typed rows of drafts: their candidates, how far a review has come, and sources held against a copy of a text.

As in `rows`, field names are the keys of the JSON output, and values are what JSON has.
"""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.model.vocabulary import SourceVerdict


class CandidateRow(NamedTuple):
    """A candidate that `draft` found, as it stands in its file; `decision` is None until somebody has looked.

    `confidence` is from 0 to 1. `milestones` and `sources` are one line each.
    """

    ref: str
    title: str
    decision: str | None
    area: str
    kind: str
    strength: str
    lead: str | None
    partners: tuple[str, ...]
    due: str | None
    detail: str | None
    milestones: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: float
    why: str
    sentence: str


class ReviewCount(NamedTuple):
    """How many candidates were accepted and dropped, and how many nobody has decided."""

    accepted: int
    dropped: int
    left: int


class VerifiedRow(NamedTuple):
    """A source of a commitment, held against a copy of its document.

    `paragraph` and `sentence` are its place as it is recorded, `found_paragraph` and `found_sentence` that of the
    sentence (`text`) of the copy that is the same or comes nearest; None where there is none. `similarity` is from 0
    to 1: 1 for the same sentence, else how much of what is known of it stands in the other.
    """

    ref: str
    title: str
    verdict: str
    document: str
    paragraph: str | None
    sentence: int | None
    found_paragraph: str | None
    found_sentence: int | None
    similarity: float | None
    text: str | None

    @property
    def is_found(self) -> bool:
        """Whether the sentence is in the copy as it was, or its wording was never recorded."""
        return self.verdict not in (SourceVerdict.CHANGED, SourceVerdict.MISSING)
