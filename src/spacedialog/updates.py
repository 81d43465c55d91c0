"""Updates: what a person says of one commitment or milestone, checked, and made into a draft of a change.

The commands `mark`, `note` and `reschedule` say one update each, `apply` reads many from JSON Lines or CSV.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.dates import VagueDate, quoted
from spacedialog.errors import InputError, SpacedialogError
from spacedialog.links import web_address
from spacedialog.log import NOTE, SET, Draft
from spacedialog.record import met
from spacedialog.words import MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.store.view import Target

FIELDS = ("ref", "status", "percent", "due", "note", "evidence", "on")
"""What a record of a file of updates may hold."""


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
    """The day of a change, as it stands; InputError where it may lie after today."""
    if on.latest is None or on.latest > today:
        raise InputError(
            f"on: {on} may lie after today ({today}), and what is recorded has happened",
            "write a day up to today; what is to come is a due date (reschedule)",
        )
    return on


def check_text(name: str, text: str) -> str:
    """A text for the record, as it stands; InputError where it is empty or too long."""
    if not text.strip():
        raise InputError(f"{name}: there is no text", "write what is to be remembered")
    if len(text) > 10_000:
        raise InputError(f"{name}: {len(text)} characters are too many", "write at most 10000")
    return text


def draft(update: Update, target: Target, fields: Mapping[str, Any]) -> Draft:
    """The change that an update says of a target whose fields are these now.

    InputError where a status does not belong to the thing, or nothing is said.
    """
    values = _milestone_values(update, fields) if target.milestone else _commitment_values(update, fields)
    body = remarks(update.note, update.evidence)
    if not values and "note" not in body:
        raise InputError("the update says nothing", "give a status, a percentage, a date or a note")
    if target.milestone:
        body["milestone"] = target.milestone
    if values:
        body["set"] = values
    return Draft(SET if values else NOTE, target.item, str(update.on), body)


def remarks(note: str | None, evidence: str | None) -> dict[str, Any]:
    """The note and the evidence of a change, checked, as far as they are given."""
    said: dict[str, Any] = {}
    if note is not None:
        said["note"] = check_text("note", note)
    if evidence is not None:
        try:
            said["evidence"] = web_address(evidence)
        except InputError as error:
            raise InputError(f"evidence: {error.problem}", error.remedy) from error
    return said


def _commitment_values(update: Update, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if update.status is not None:
        values["status"] = _one_of(update.status, Status, "a commitment")
        if values["status"] == Status.COMPLETE and fields.get("percent") is not None:
            values["percent"] = None
    if update.percent is not None:
        if not 0 <= update.percent <= 100:
            raise InputError(f"percent: {update.percent} is not a percentage", "write a whole number from 0 to 100")
        values["percent"] = update.percent
    if update.due is not None:
        values["due"] = str(update.due)
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
    return values | (met({**fields, **values}) if status == MilestoneStatus.MET else {"status": status})


def _one_of(text: str, words: type[Status] | type[MilestoneStatus], thing: str) -> str:
    choices = [word.value for word in words]
    word = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if word not in choices:
        raise InputError(f"status: {quoted(text)} is not a status of {thing}", f"write one of {', '.join(choices)}")
    return word


def _update(record: object, today: date) -> Update:
    if isinstance(record, SpacedialogError):
        raise record
    if not isinstance(record, dict):
        raise InputError("this is not a record", 'write {"ref": "ROK4-31", "status": "in-progress", …}')
    given = {name: value for name, value in record.items() if value not in (None, "")}
    unknown = [name for name in given if name not in FIELDS]
    if unknown:
        raise InputError(f"{quoted(str(unknown[0]))} is not a field", f"the fields are {', '.join(FIELDS)}")
    percent = given.pop("percent", None)
    for name, value in given.items():
        if not isinstance(value, str):
            raise InputError(f"{name}: {quoted(str(value))} is not text", "write it in quotation marks")
    if "ref" not in given:
        raise InputError("ref: it is missing", "say which commitment the record is about")
    due, on = given.get("due"), given.get("on")
    return Update(
        given["ref"],
        check_on(_date("on", on) if on else VagueDate.parse(today.isoformat()), today),
        given.get("status"),
        _percent(percent),
        _date("due", due) if due else None,
        given.get("note"),
        given.get("evidence"),
    )


def _date(name: str, text: str) -> VagueDate:
    try:
        return VagueDate.parse(text)
    except SpacedialogError as error:
        raise InputError(f"{name}: {error.problem}", error.remedy) from error


def _percent(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 3:
        return int(value)
    raise InputError(f"percent: {quoted(str(value))} is not a percentage", "write a whole number from 0 to 100")


def read(text: str, today: date) -> Iterator[tuple[str, Update | SpacedialogError]]:
    """The updates of a file, JSON Lines or CSV, each with its place (`line 3`), or what is wrong with it.

    A text is JSON Lines if the first line that says anything begins an object.
    """
    text = text.removeprefix("\ufeff")
    for place, record in _json_lines(text) if text.lstrip().startswith("{") else _csv_records(text):
        try:
            yield place, _update(record, today)
        except SpacedialogError as error:
            yield place, error


def _json_lines(text: str) -> Iterator[tuple[str, object]]:
    import json

    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                yield f"line {number}", InputError(f"this is not JSON: {error}", "write one object a line")


def _csv_records(text: str) -> Iterator[tuple[str, object]]:
    import csv
    import io

    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    try:
        for record in reader:
            place = f"line {reader.line_num}"
            if "" in record:
                yield (
                    place,
                    InputError("there are more cells than the header names", "quote a cell that holds commas"),
                )
            else:
                yield place, record
    except csv.Error as error:
        yield f"line {reader.line_num}", InputError(f"this is not CSV: {error}", "close every quotation mark")
