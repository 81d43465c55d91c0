"""Updates: what a person says of one commitment or milestone, checked, and made into a draft of a change.

The commands `mark`, `note` and `reschedule` say one update each; `batch` reads many from a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import NOTE, SET, PendingEntry
from spacedialog.model.milestones import values_when_met
from spacedialog.model.values import check_web_address
from spacedialog.model.vocabulary import MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.store.read.refs import Target

LONGEST_TEXT = 10_000

# NUL, and halves of surrogate pairs.
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


class Update(NamedTuple):
    """What is said of the thing that `ref` names. `due` is a commitment's due date or a milestone's date."""

    ref: str
    on: VagueDate
    status: str | None = None
    percent: int | None = None
    due: VagueDate | None = None
    note: str | None = None
    evidence: str | None = None


def check_on(on: VagueDate, today: date) -> VagueDate:
    """When a change was true, as it stands; InputError where that may lie after today."""
    if on.latest is not None and on.latest <= today:
        return on
    raise InputError(
        f"on: {on} may lie after today ({today}), and what is recorded has happened",
        f"write {on.earliest}/{today}, or the day"
        if on.earliest and on.earliest <= today
        else "write a day up to today; what is to come is a due date (reschedule)",
    )


def check_text(name: str, text: str) -> str:
    """A text for the record, as it stands; InputError where it is empty, too long or not text."""
    if not text.strip():
        raise InputError(f"{name}: there is no text", f"write the {name}, or leave it out")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{name}: {len(text)} characters are too many", f"write at most {LONGEST_TEXT}")
    if _NO_CHARACTER.search(text):
        raise InputError(f"{name}: {quoted(text)} holds a character that is none (NUL, half a pair)", "leave it out")
    return text


def pending_update(
    update: Update,
    target: Target,
    fields: Mapping[str, Any],
    each: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> PendingEntry:
    """The change that an update says of a target whose fields are these now.

    InputError where something in it is wrong or nothing is said; `each` stands around every check, and may collect
    the errors instead.
    """
    body: dict[str, Any] = {"milestone": target.milestone} if target.milestone else {}
    values: dict[str, Any] = {}
    with each():
        body |= remarks_body(update.note)
    with each():
        body |= remarks_body(evidence=update.evidence)
    with each():
        values |= _milestone_values(update, fields) if target.milestone else _commitment_values(update, fields)
    with each():
        if update[2:] == (None,) * 5:
            raise InputError("the update says nothing", "give a status, a percentage, a date, a note or evidence")
    if values:
        body["set"] = values
    return PendingEntry(SET if values else NOTE, target.item, str(update.on), body)


def remarks_body(note: str | None = None, evidence: str | None = None) -> dict[str, Any]:
    """The note and the evidence of a change, checked, as far as they are given."""
    said: dict[str, Any] = {}
    if note is not None:
        said["note"] = check_text("note", note)
    if evidence is not None:
        try:
            said["evidence"] = check_web_address(evidence)
        except InputError as error:
            raise InputError(f"evidence: {error.problem}", error.remedy) from error
    return said


def _commitment_values(update: Update, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if update.status is not None:
        values["status"] = _one_of(update.status, Status, "a commitment")
    if update.percent is not None:
        values["percent"] = check_percent(update.percent)
    if update.due is not None:
        values["due"] = str(update.due)
    if values.get("status", fields.get("status")) == Status.COMPLETE and values.get("percent") not in (None, 100):
        raise InputError(
            f"percent: what is complete is not at {update.percent} %", "leave it out, or mark it in-progress"
        )
    if values.get("status") == Status.COMPLETE and "percent" not in values and fields.get("percent") is not None:
        values["percent"] = None
    return values


def _milestone_values(update: Update, fields: Mapping[str, Any]) -> dict[str, Any]:
    if update.percent is not None:
        raise InputError("percent: a milestone has no percentage", "leave it out, or name the commitment")
    values: dict[str, Any] = {}
    if update.due is not None:
        values["when"] = str(update.due)
    if update.status is None:
        return values
    status = _one_of(update.status, MilestoneStatus, "a milestone")
    return values | (values_when_met({**fields, **values}) if status == MilestoneStatus.MET else {"status": status})


def check_percent(value: object) -> int:
    """A percentage; InputError for anything but a whole number from 0 to 100."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
        return value
    raise InputError(f"percent: {quoted(str(value))} is not a percentage", "write a whole number from 0 to 100")


def _one_of(text: str, words: type[Status] | type[MilestoneStatus], thing: str) -> str:
    choices = [word.value for word in words]
    word = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if word not in choices:
        raise InputError(f"status: {quoted(text)} is not a status of {thing}", f"write one of {', '.join(choices)}")
    return word
