"""A review of the candidates in a data file: each step is a decision of the user, and is saved at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from spacedialog.drafting import review
from spacedialog.drafting.draftfile import DraftFile
from spacedialog.drafting.steps import Course, StepFile
from spacedialog.errors import InputError
from spacedialog.model.vocabulary import Decision

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from spacedialog.drafting.review import Document, ListName
    from spacedialog.model.rows.drafting import CandidateRow, ReviewCount, StepRow


class Review:
    """A review of the data file at `path`, which starts at the first undecided candidate.

    Steps apply to the current candidate, and save the file. They return a description of the step, and are kept in a
    file beside it, so that a later review can undo them. They raise InputError if a step is not possible,
    ProblemsError if an import would refuse the result, and ChangedFileError if another program changed the file in
    the meantime; the file then stays as it is.
    """

    def __init__(self, path: Path, today: date) -> None:
        self.today = today
        self._file = DraftFile(path)
        self._kept = StepFile(self._file.path)
        before = self._kept.load(self._file.document, self._file.content)
        self._course = Course.of(self._file.document)._replace(before=before)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._file.name

    @property
    def course(self) -> Course:
        """The current candidate and all steps so far; each step replaces this object."""
        return self._course

    @property
    def ref(self) -> str:
        """The ref of the current candidate; InputError if no undecided candidate follows."""
        if self._course.ref is None:
            raise InputError(
                "no candidate is selected", "use back for the previous one, or next for the first undecided one"
            )
        return self._course.ref

    @property
    def current(self) -> CandidateRow | None:
        """The current candidate; None if no undecided candidate follows."""
        course = self._course
        return review.row(review.candidate(course.document, course.ref)) if course.ref else None

    def rows(self) -> Iterator[CandidateRow]:
        """Return all candidates in the order of the file."""
        return map(review.row, review.candidates(self._course.document))

    def title_span(self) -> tuple[int, int] | None:
        """Return the position of the title in the sentence of the current candidate (start, end); None if not found."""
        row = self.current
        return review.taken(row.title, row.sentence) if row else None

    def counts(self) -> ReviewCount:
        """Return the numbers of candidates accepted, dropped and left."""
        return review.tally(self._course.document)

    def accept(self) -> StepRow:
        """Accept the candidate: an import will record it."""
        return self._step("accepted", review.decide(self._course.document, self.ref, Decision.ACCEPTED))

    def drop(self) -> StepRow:
        """Drop the candidate: an import will skip it."""
        return self._step("dropped", review.decide(self._course.document, self.ref, Decision.DROPPED))

    def merge(self, into: str | None = None) -> StepRow:
        """Merge the candidate into another (its ref), by default the nearest one before it that is not dropped."""
        into = into or self._course.previous()
        return self._step("merged", review.merge(self._course.document, self.ref, into), into)

    def split(self, titles: Sequence[str]) -> StepRow:
        """Split the candidate into one for each title."""
        return self._step("split", review.split(self._course.document, self.ref, titles))

    def edit(self, values: Mapping[str, str]) -> StepRow | None:
        """Set fields of the candidate to values as a user types them; `-` empties a field.

        Return None if no value is given.
        """
        edit = self.begin_edit()
        for field, text in values.items():
            edit.set(field, text)
        return edit.save()

    def begin_edit(self) -> Edit:
        """Return an edit of the candidate, to be filled field by field."""
        return Edit(self)

    def undo(self) -> StepRow:
        """Undo the latest step, of this review or of an earlier one, and return it."""
        undone = self._course.undone()
        did = self._course.before[-1].did
        self._move(undone)
        return did

    def back(self) -> None:
        """Go to the previous candidate, whether it is decided or not."""
        self._course = self._course.back()

    def next(self) -> None:
        """Go to the next undecided candidate, and leave this one as it is."""
        self._course = self._course.on()

    def _step(self, did: str, document: Document, into: str | None = None) -> StepRow:
        row = review.described(did, self._course.document, document, self.ref, into)
        self._move(self._course.step(document, row))
        return row

    def _move(self, course: Course) -> None:
        # Save first: if saving fails, the review does not move.
        self._file.save(course.document)
        self._course = course
        self._kept.save(course.before, course.document, self._file.content)


class Edit:
    """New values for fields of the current candidate of a review; `save` makes them one step."""

    def __init__(self, session: Review) -> None:
        self._review = session
        self._ref = session.ref
        self._document = session.course.document
        self._values: dict[str, object] = {}

    @staticmethod
    def fields(text: str = "") -> Sequence[str]:
        """Return the fields whose name begins with the text, or all fields; InputError if none matches."""
        return review.fields(text)

    @staticmethod
    def questions(list_name: ListName) -> Mapping[str, str]:
        """Return the fields that a new area or party needs besides its key, each with the question that asks for it."""
        return review.QUESTIONS[list_name]

    def shown(self, field: str) -> str:
        """Return the value of a field as a user would type it."""
        return review.shown(review.candidate(self._document, self._ref), field)

    def undeclared(self, field: str, text: str) -> list[tuple[ListName, str]]:
        """Return the keys in the text that have a + before them and are not in the file, each with its list."""
        return review.undeclared(self._document, field, text)

    def declare(self, list_name: ListName, details: Mapping[str, str]) -> None:
        """Add an area (`key`, `title`) or a party (`key`, `name`, `side`) to the file."""
        self._document = review.declare(self._document, list_name, details)

    def set(self, field: str, text: str) -> None:
        """Set a field to a value as a user types it; InputError if it is invalid."""
        self._values[field] = review.value_of(self._document, field, text, self._review.today)

    def save(self) -> StepRow | None:
        """Save the new values as one step of the review, and return it; do nothing if no value changes."""
        edited = review.edit(self._document, self._ref, self._values)
        return None if edited == self._review.course.document else self._review._step("edited", edited)
