"""Rows of drafts: the sentences of a text, the candidates of a data file, and sources checked against a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spacedialog.model.vocabulary import SourceVerdict


class SentenceRow(NamedTuple):
    """A sentence of a text as `draft` reads it: a candidate for a commitment, or a sentence that is left out.

    `paragraph` and `sentence` are its numbers. `why` is the wording that makes it a candidate, or the reason why it is
    left out. `confidence` is from 0 to 1. For a sentence that is left out, `ref`, `strength`, `title`, `due`, `recurs`
    and `confidence` are None. `rules` says how the program's own rules differ from a model's answer, empty if they do
    not; it is None without an answer.
    """

    paragraph: str
    sentence: int
    ref: str | None
    strength: str | None
    title: str | None
    parties: tuple[str, ...]
    due: str | None
    recurs: str | None
    confidence: float | None
    why: str
    text: str
    rules: str | None = None


class CandidateRow(NamedTuple):
    """A candidate that `draft` found, from its data file; `decision` is None until it is reviewed.

    `confidence` is from 0 to 1. `milestones` and `sources` have one line of text for each. `lead` is None for a joint
    commitment; `due`, `detail` and `quote` are None if the file has none. `before` and `after` are the sentences of the
    statement around it, None at its ends.
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
    quote: str | None = None
    before: str | None = None
    after: str | None = None


class StepRow(NamedTuple):
    """A step of a review: `accepted`, `dropped`, `edited`, `merged` or `split`.

    `ref` and `title` are those of the candidate before the step. `changes` are the fields that changed, each with the
    old and the new text: those of the candidate, or of the candidate into which it was merged. `results` are the
    candidates that a merge or a split left, each with its ref and its title.
    """

    did: str
    ref: str
    title: str
    changes: tuple[tuple[str, str, str], ...] = ()
    results: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> StepRow:
        """Return the row with the values of parsed JSON; KeyError or TypeError if they are not those of a row."""
        changes = tuple((str(field), str(old), str(new)) for field, old, new in values["changes"])
        results = tuple((str(ref), str(title)) for ref, title in values["results"])
        return cls(str(values["did"]), str(values["ref"]), str(values["title"]), changes, results)


class ReviewCount(NamedTuple):
    """The numbers of candidates that are accepted, dropped and still to be reviewed."""

    accepted: int
    dropped: int
    left: int


class VerifiedRow(NamedTuple):
    """A source of a commitment, compared with a copy of its document.

    `paragraph` and `sentence` are the recorded numbers, each None if not recorded. `found_paragraph`, `found_sentence`
    and `text` are the numbers and the text of the same or the most similar sentence of the copy, None if there is none.
    `similarity` is from 0 to 1, where 1 is the same sentence. `quote` is the quote of the commitment, if it comes from
    this source, else None. `changes` is `text` with the words in which the quote differs from it: `[-in the quote-]`,
    `{+in the copy+}`. It is None if the copy contains the quote, or no similar sentence.
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
    quote: str | None = None
    changes: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether the sentence and the quote are in the copy unchanged, or the wording was never recorded."""
        return self.verdict not in (SourceVerdict.CHANGED, SourceVerdict.MISSING) and self.changes is None
