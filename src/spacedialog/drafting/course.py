"""The course of a review: the current candidate, the next one, and the steps so far. Immutable."""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.drafting.review import Document, candidate, candidates, decision
from spacedialog.errors import InputError
from spacedialog.model.rows.drafting import StepRow
from spacedialog.model.vocabulary import Decision


class Step(NamedTuple):
    """A step of a review: the document and the current ref before it, and a description of it."""

    document: Document
    ref: str | None
    did: StepRow


class Course(NamedTuple):
    """The state of a review: the document, the ref of the current candidate, and the steps before it.

    The ref is None if no undecided candidate follows the last one.
    """

    document: Document
    ref: str | None
    before: tuple[Step, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Course:
        """Return the course that begins at the first undecided candidate."""
        return cls(document, None).on()

    def step(self, document: Document, did: StepRow) -> Course:
        """Return the course after a step that led to `document`; it moves on if the step decided the candidate."""
        course = Course(document, self.ref, (*self.before, Step(self.document, self.ref, did)))
        return course.on() if self.ref and decision(candidate(document, self.ref)) else course

    def undone(self) -> Course:
        """Return the course before the latest step; InputError if there is none."""
        if not self.before:
            raise InputError("there is no step to undo", "use back to change an earlier decision")
        latest = self.before[-1]
        return Course(latest.document, latest.ref, self.before[:-1])

    def on(self) -> Course:
        """Return the course at the next undecided candidate; from the end, at the first."""
        refs = self._refs()
        start = refs.index(self.ref) + 1 if self.ref else 0
        return self._replace(
            ref=next((ref for ref in refs[start:] if not decision(candidate(self.document, ref))), None)
        )

    def back(self) -> Course:
        """Return the course at the previous candidate, decided or not; InputError at the first."""
        refs = self._refs()
        at = refs.index(self.ref) if self.ref else len(refs)
        if not at:
            raise InputError("this is the first candidate", "use next to continue")
        return self._replace(ref=refs[at - 1])

    def previous(self) -> str:
        """Return the ref of the nearest earlier candidate that was not dropped; InputError if there is none."""
        refs = self._refs()
        before = reversed(refs[: refs.index(self.ref)] if self.ref else refs)
        for ref in before:
            if decision(candidate(self.document, ref)) is not Decision.DROPPED:
                return ref
        raise InputError("there is no candidate before this one", "give the candidate to merge with: merge REF")

    def _refs(self) -> list[str]:
        return [one["ref"] for one in candidates(self.document)]
