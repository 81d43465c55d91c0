"""Assessments: what a named assessor finds of a commitment under a named rubric, checked, and made into a change.

A verdict is apart from progress: it touches no status, no date and no flag. Each assessor's verdicts under a rubric, of
the whole or of one party, are an item of the log of their own, so nobody's takes the place of another's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spacedialog.editing.updates import check_text, remarks_body
from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import CREATE, PendingEntry, item_id
from spacedialog.model.rubrics import DEFAULT_RUBRIC, rubric

if TYPE_CHECKING:
    from spacedialog.store.read.refs import Target
    from spacedialog.store.read.snapshot import Snapshot


class NewAssessment(NamedTuple):
    """What an assessor finds. `rubric` is NAME or NAME@VERSION; `party` is the one that is judged, None for all."""

    verdict: str
    assessor: str
    rubric: str = DEFAULT_RUBRIC
    party: str | None = None


def create_assessment(
    view: Snapshot, target: Target, finding: NewAssessment, on: VagueDate, note: str | None, evidence: str | None
) -> tuple[Target, PendingEntry]:
    """The change that a finding is, and the assessment that it is about; InputError where something does not fit."""
    if target.milestone:
        raise InputError(f"{target.ref} is a milestone, which is met or not", "assess the commitment that it leads to")
    fields = view.standing(target)
    under = rubric(finding.rubric)
    assessor = " ".join(check_text("assessor", finding.assessor).split())
    values = {
        "commitment": target.item,
        "assessor": assessor,
        "rubric": under.name,
        "verdict": under.verdict(finding.verdict),
    }
    if finding.party is not None:
        values["party"] = _concerned(finding.party, target.ref, [fields.get("lead"), *(fields.get("partners") or ())])
    # Every verdict is stated whole: one that is dated back then stands before the others, and not on top of them.
    item = item_id("assessment", f"{target.item}/{values.get('party', '')}/{assessor}/{under.name}")
    body = {"type": "assessment", "set": values, **remarks_body(note, evidence)}
    return target._replace(item=item), PendingEntry(CREATE, item, str(on), body)


def _concerned(text: str, ref: str, parties: list[str | None]) -> str:
    """The party that a text names, case aside; InputError where it has no part in the commitment."""
    for party in parties:
        if party and party.casefold() == text.strip().casefold():
            return party
    raise InputError(
        f"party: {quoted(text)} has no part in {ref}",
        f"write one of {', '.join(filter(None, parties)) or '(none yet)'}, or leave it out for the whole",
    )
