"""Updates: the status, percentage or date that a user reports, checked and converted to a pending entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.entry import CHECK, NOTE, SET, PendingEntry
from spacedialog.model.milestones import met_too_early, values_when_met
from spacedialog.model.values import check_percent, check_status, is_complete_below_full
from spacedialog.model.vocabulary import SETTLED, MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot


class Update(NamedTuple):
    """A report on one commitment or milestone. `due` is a commitment's due date or a milestone's date.

    `fields` has the new values of other fields of a commitment, by name, as `commitments.check_fields` returns them.
    """

    remarks: EntryRemarks
    status: str | None = None
    percent: int | None = None
    due: VagueDate | None = None
    fields: Mapping[str, Any] | None = None


def pending_update(
    update: Update,
    target: Target,
    fields: Mapping[str, Any],
    check: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> PendingEntry:
    """Return the entry that records the update of a target whose fields are now `fields`.

    Raises InputError if the update is invalid or empty. `check` returns the context manager in which each check runs;
    it can collect the errors instead.
    """
    body: dict[str, Any] = {"milestone": target.milestone} if target.milestone else {}
    values: dict[str, Any] = {}
    remarks = update.remarks
    with check():
        body |= remarks.body()
    with check():
        values |= _milestone_values(update, fields) if target.milestone else _commitment_values(update, fields)
    with check():
        if all(value is None for value in (*update[1:], remarks.note)) and not remarks.evidence:
            raise InputError("the update is empty", "add a status, a percentage, a date, a note or evidence")
    values |= update.fields or {}
    if values:
        body["set"] = values
    return PendingEntry(SET if values else NOTE, target.item, str(remarks.on), body)


def check_has_opened(entry: PendingEntry, target: Target, fields: Mapping[str, Any]) -> None:
    """Raise InputError if the entry meets an occurrence of a recurring milestone before its window opens.

    `fields` are those of the target before the entry. It is not part of `pending_update`, because an update that is
    already recorded is not an error in a file.
    """
    if problem := met_too_early(target.ref, fields, entry.body.get("set", {}), VagueDate.parse(entry.on)):
        raise InputError(
            problem,
            "correct the day (--on, or the field `on` of a file); if it was met early, change its date first:"
            f" spacedialog reschedule {target.ref} DATE",
        )


def notices(entry: PendingEntry, target: Target, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield notices on an entry that is valid but may be a mistake; `fields` are those of the target before it."""
    values = entry.body.get("set", {})
    if MilestoneStatus.MET == values.get("status") == fields.get("status"):
        yield f"{target.ref} was already met."


def already_dated(target: Target, due: VagueDate) -> str:
    """Return the notice that a target already has the date."""
    return f"The date of {target.ref} is already {readable(str(due))}. Confirm it with spacedialog check or note."


def date_notices(due: VagueDate, target: Target, fields: Mapping[str, Any], snapshot: Snapshot) -> Iterator[str]:
    """Yield notices on a new date of a target that is settled, or whose new window has closed.

    `fields` are those of the target. The milestones of a withdrawn commitment are withdrawn.
    """
    status = fields.get("status")
    if target.milestone and status != MilestoneStatus.MET:
        commitment = snapshot.fields(target.item) or {}
        status = Status.WITHDRAWN.value if commitment.get("status") == Status.WITHDRAWN else status
    if status in (*SETTLED, MilestoneStatus.MET):
        yield f"{target.ref} is {status}. The new date does not change its status."
    elif due.latest and due.latest < snapshot.day:
        yield f"The new window closed on {due.latest}, so {target.ref} is overdue."


def pending_check(remarks: EntryRemarks, target: Target) -> PendingEntry:
    """Return the entry that records a check of a target."""
    body: dict[str, Any] = {"milestone": target.milestone} if target.milestone else {}
    return PendingEntry(CHECK, target.item, str(remarks.on), body | remarks.body())


def _commitment_values(update: Update, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if update.status is not None:
        values["status"] = check_status(update.status, Status, "a commitment")
    if update.percent is not None:
        values["percent"] = check_percent(update.percent)
    if update.due is not None:
        values["due"] = str(update.due)
    if is_complete_below_full(values.get("status", fields.get("status")), values.get("percent")):
        raise InputError(
            f"percent: a complete commitment cannot be at {update.percent}%", "leave it out, or use in-progress"
        )
    if values.get("status") == Status.COMPLETE and "percent" not in values and fields.get("percent") is not None:
        values["percent"] = None
    return values


def _milestone_values(update: Update, fields: Mapping[str, Any]) -> dict[str, Any]:
    if update.percent is not None:
        raise InputError("percent: a milestone has no percentage", "leave it out, or use the ref of the commitment")
    values: dict[str, Any] = {}
    if update.due is not None:
        values["when"] = str(update.due)
    if update.status is None:
        return values
    status = check_status(update.status, MilestoneStatus, "a milestone")
    return values | (values_when_met({**fields, **values}) if status == MilestoneStatus.MET else {"status": status})
