"""The course of a review from candidate to candidate, and the file of its steps, which a later review can undo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog import atomic
from spacedialog.drafting.draftfile import saving
from spacedialog.drafting.review import Commitment, Document, candidate, candidates, decision
from spacedialog.errors import InputError
from spacedialog.model.rows.drafting import StepRow
from spacedialog.model.vocabulary import Decision

ENDING = ".review"
"""The ending that is added to the name of the data file."""

_FORMAT = "spacedialog-review/1"
_MOST = 500
"""The number of steps that are kept; each is written again at every later step."""


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
        undecided = (one["ref"] for one in self._around()[1] if not decision(one))
        return self._replace(ref=next(undecided, None))

    def back(self) -> Course:
        """Return the course at the previous candidate, decided or not; InputError at the first."""
        before, _ = self._around()
        if not before:
            raise InputError("this is the first candidate", "use next to continue")
        return self._replace(ref=before[-1]["ref"])

    def previous(self) -> str:
        """Return the ref of the nearest earlier candidate that was not dropped; InputError if there is none."""
        kept: list[str] = [one["ref"] for one in self._around()[0] if decision(one) is not Decision.DROPPED]
        if not kept:
            raise InputError("there is no candidate before this one", "give the candidate to merge with: merge REF")
        return kept[-1]

    def _around(self) -> tuple[list[Commitment], list[Commitment]]:
        """Return the candidates before the current one and those after it; at the end, all for both."""
        found = candidates(self.document)
        at = [one["ref"] for one in found].index(self.ref) if self.ref else len(found)
        return found[:at], found[at + 1 :] if self.ref else found


class StepFile:
    """The file with the steps of a review of the data file at `path`.

    The steps can be undone only while the data file has the content that the latest step saved. If another program
    changed it, they are lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ENDING)

    def load(self, document: Document, content: bytes) -> tuple[Step, ...]:
        """Return the steps that led to this document and content, oldest first; none if the file has no such steps."""
        found = self._read()
        if found is None or found.get("content") != sha256(content).hexdigest():
            return ()
        steps: list[Step] = []
        # Another program may have changed the file in any way.
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            for kept in reversed(found["steps"]):
                document = _unpacked(kept["before"], document)
                steps.insert(0, Step(document, kept["ref"], StepRow.of(kept["did"])))
        return tuple(steps)

    def save(self, steps: Sequence[Step], document: Document, content: bytes) -> None:
        """Save the steps that led to the document, whose file has this content; StoreError if that is not possible.

        Another file of this name is left as it is, and the steps are not saved.
        """
        if self._path.exists() and self._read() is None:
            return
        steps = steps[-_MOST:]
        documents = [*(step.document for step in steps), document]
        kept = [
            {"did": step.did._asdict(), "ref": step.ref, "before": _packed(step.document, later)}
            for step, later in zip(steps, documents[1:], strict=True)
        ]
        text = json.dumps({"format": _FORMAT, "content": sha256(content).hexdigest(), "steps": kept})
        with saving(self._path):
            if kept:
                atomic.write(self._path, text.encode(), store=None)
            else:
                self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        """Return the content of the file; None if there is no file, or if it is not a file of steps."""
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads(self._path.read_bytes())
            return found if isinstance(found, dict) and found.get("format") == _FORMAT else None
        return None


def _packed(before: Document, after: Document) -> dict[str, Any]:
    """Return the parts of `before` that differ from `after`; a commitment that both have is a ref only."""
    known = {commitment["ref"]: commitment for commitment in after["commitments"]}
    changed = {name: value for name, value in before.items() if name != "commitments" and value != after.get(name)}
    commitments = [one["ref"] if known.get(one["ref"]) == one else one for one in before["commitments"]]
    return {"fields": changed, "commitments": commitments}


def _unpacked(packed: Mapping[str, Any], after: Document) -> dict[str, Any]:
    """Return the document before a step, from its `_packed` form; no step adds or removes a top-level field."""
    known = {commitment["ref"]: commitment for commitment in after["commitments"]}
    commitments = [known[one] if isinstance(one, str) else one for one in packed["commitments"]]
    return {**after, **packed["fields"], "commitments": commitments}
