"""The way through a review: at which candidate it is, what comes next, and what every step began with."""

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
    """How far a review has come: the document, the ref that is looked at, and the same before each step.

    The ref is None where no candidate without a decision comes after the last one that was looked at.
    """

    document: Document
    ref: str | None
    before: tuple[Step, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Course:
        """From the first candidate without a decision on."""
        return cls(document, None).on()

    def step(self, document: Document, did: StepRow) -> Course:
        """A step was taken, which made this document; a candidate that it decided is left behind."""
        course = Course(document, self.ref, (*self.before, Step(self.document, self.ref, did)))
        return course.on() if self.ref and decision(candidate(document, self.ref)) else course

    def undone(self) -> Course:
        """Before the latest step; InputError where there is none."""
        if not self.before:
            raise InputError("there is no step to undo", "use back to change an earlier decision")
        latest = self.before[-1]
        return Course(latest.document, latest.ref, self.before[:-1])

    def on(self) -> Course:
        """At the next candidate without a decision; from the end, at the first."""
        refs = self._refs()
        start = refs.index(self.ref) + 1 if self.ref else 0
        return self._replace(
            ref=next((ref for ref in refs[start:] if not decision(candidate(self.document, ref))), None)
        )

    def back(self) -> Course:
        """At the candidate before, whatever was decided of it; InputError at the first."""
        refs = self._refs()
        at = refs.index(self.ref) if self.ref else len(refs)
        if not at:
            raise InputError("this is the first candidate", "use next to continue")
        return self._replace(ref=refs[at - 1])

    def previous(self) -> str:
        """The ref of the nearest candidate before that was not dropped; InputError where there is none."""
        refs = self._refs()
        before = reversed(refs[: refs.index(self.ref)] if self.ref else refs)
        for ref in before:
            if decision(candidate(self.document, ref)) is not Decision.DROPPED:
                return ref
        raise InputError("there is no candidate before this one", "give the candidate to merge with: merge REF")

    def _refs(self) -> list[str]:
        return [one["ref"] for one in candidates(self.document)]
