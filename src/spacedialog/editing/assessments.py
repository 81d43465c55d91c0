"""Assessments: the verdict of a named assessor under a named rubric, checked and converted to a pending entry.

A verdict is separate from progress: it changes no status, date or flag. The verdicts of one assessor under one rubric,
on a commitment or on one party to it, are one item of the log, so that no assessor replaces another's verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.dates import quoted
from spacedialog.model.entry import CREATE, PendingEntry, item_id
from spacedialog.model.rubrics import DEFAULT_RUBRIC, rubric
from spacedialog.model.values import check_line

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot


class NewAssessment(NamedTuple):
    """A verdict to record. `rubric` is NAME or NAME@VERSION; `party` is None for the whole commitment."""

    verdict: str
    assessor: str
    rubric: str = DEFAULT_RUBRIC
    party: str | None = None


def create_assessment(
    snapshot: Snapshot, target: Target, assessment: NewAssessment, remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    """Return the assessment as a target, and the entry that records it; InputError if any value is invalid."""
    if target.milestone:
        raise InputError(f"{target.ref} is a milestone; only commitments can be assessed", "assess its commitment")
    fields = snapshot.fields_of(target, public=not remarks.internal)
    scale = rubric(assessment.rubric)
    assessor = " ".join(check_line("assessor", assessment.assessor).split())
    values = {
        "commitment": target.item,
        "assessor": assessor,
        "rubric": scale.name,
        "verdict": scale.verdict(assessment.verdict),
    }
    if assessment.party is not None:
        parties = [fields.get("lead"), *(fields.get("partners") or ())]
        values["party"] = _find_party(assessment.party, target.ref, parties)
    # Each entry has the whole verdict, because a later entry with an earlier date becomes the first of the item.
    item = item_id("assessment", f"{target.item}/{values.get('party', '')}/{assessor}/{scale.name}")
    body = {"type": "assessment", "set": values, **remarks.body()}
    return target._replace(item=item), PendingEntry(CREATE, item, str(remarks.on), body)


def _find_party(text: str, ref: str, parties: list[str | None]) -> str:
    """Return the party to the commitment `ref` that the text names, ignoring case; InputError if none matches."""
    for party in parties:
        if party and party.casefold() == text.strip().casefold():
            return party
    raise InputError(
        f"party: {quoted(text)} is not a party to {ref}",
        f"write one of {', '.join(filter(None, parties)) or '(none yet)'}, or leave it out to assess the"
        " whole commitment",
    )
