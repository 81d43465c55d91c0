"""The files that come from outside: a dialogue as JSON, and an exported log; their models and JSON Schemas.

A file is checked whole, and every problem is reported with its place. What a file says becomes changes in
`record`; this module knows nothing of logs or stores. Imported only where a file is read or the schema asked
for, since pydantic takes longer to import than a read takes to answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from spacedialog.dates import Recurrence, VagueDate, quoted
from spacedialog.errors import DateError, InputError, ProblemsError
from spacedialog.links import web_address
from spacedialog.log import EXPORT_FORMAT, Change, canonical, holds, item_id
from spacedialog.store.refs import Target
from spacedialog.updates import LONGEST_TEXT, check_on, check_text
from spacedialog.words import NAME_PATTERN, MilestoneStatus, Status, Strength

if TYPE_CHECKING:
    from spacedialog.store.view import View


def _edtf(text: str) -> str:
    try:
        return str(VagueDate.parse(text))
    except DateError as error:
        raise ValueError(f"{error.problem}\n  {error.remedy}") from error


def _recurrence(text: str) -> str:
    try:
        return str(Recurrence.parse(text))
    except DateError as error:
        raise ValueError(f"{error.problem}\n  {error.remedy}") from error


def _web_address(text: str) -> str:
    try:
        return web_address(text)
    except InputError as error:
        raise ValueError(f"{error.problem}\n  {error.remedy}") from error


def _text(text: str) -> str:
    try:
        return check_text("text", text)
    except InputError as error:
        raise ValueError(f"{error.problem.removeprefix('text: ')}\n  {error.remedy}") from error


Text = Annotated[str, AfterValidator(_text), Field(min_length=1, max_length=LONGEST_TEXT)]
Key = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="A short name.")]
RefText = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="A citable name such as ROK4-07.")]
Edtf = Annotated[
    str,
    AfterValidator(_edtf),
    Field(max_length=64, description="An EDTF date: 2026, 2026-10, 2026-10-05, 2025-10/2026-03, 2026~, …"),
]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Every = Annotated[str, AfterValidator(_recurrence), Field(description="How often it comes round: 2 years.")]
WebAddress = Annotated[str, AfterValidator(_web_address), Field(max_length=2_000, json_schema_extra={"format": "uri"})]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


AnyModel = TypeVar("AnyModel", bound=_Model)


class Head(_Model):
    """One head of a delegation."""

    side: Key
    name: Text
    title: Text
    body: Text


class Dialogue(_Model):
    """One meeting in a series."""

    key: Key = Field(description="The prefix of its refs, such as ROK4.")
    series: Text
    number: int = Field(ge=1, description="Its place in the series.")
    title: Text
    place: Text
    when: Edtf
    host: Key = Field(description="The party that hosted it.")
    heads: list[Head] = []
    note: Text | None = None


class Document(_Model):
    """A document that commitments and updates cite."""

    key: Key
    title: Text
    url: WebAddress | None = None
    note: Text | None = None


class Area(_Model):
    """A field of cooperation inside the dialogue."""

    key: Key
    title: Text


class Party(_Model):
    """A government, agency or body, and the side it belongs to."""

    key: Key
    name: Text
    side: Key


class Source(_Model):
    """Where a fact stands: a document of the file, a paragraph in it, and how good the evidence is."""

    document: Key
    paragraph: Text | None = None
    grade: Text | None = Field(default=None, description="A key of the file's `grades`.")


class LooseSource(BaseModel):
    """A source in a log: the document may be one that no file declares."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    document: Text
    paragraph: Text | None = None
    grade: Text | None = None


class Milestone(_Model):
    """A dated event that a commitment leads to, other than its own due date."""

    ref: RefText
    title: Text
    when: Edtf
    recurs: Every | None = None
    since: Edtf | None = Field(default=None, description="When it was set, if later than the meeting.")
    status: MilestoneStatus = Field(default=MilestoneStatus.PLANNED, strict=False)
    note: Text | None = None
    sources: list[Source] = []
    evidence: WebAddress | None = None


class Commitment(_Model):
    """One thing promised, agreed, intended or explored."""

    ref: RefText
    area: Key
    kind: Key = Field(description="agreement, action-item, consultation, event, …")
    title: Text
    detail: Text | None = None
    strength: Strength = Field(strict=False)
    lead: Key | None = Field(default=None, description="The party that owes it; none where it is joint.")
    partners: list[Key] = []
    due: Edtf | None = None
    status: Status = Field(strict=False)
    percent: int | None = Field(default=None, ge=0, le=100)
    sources: list[Source] = Field(min_length=1)
    omitted_by: list[Key] = Field(default=[], description="Documents on the meeting that leave it out.")
    difference: Text | None = Field(default=None, description="Where the documents differ.")
    milestones: list[Milestone] = []


class Update(_Model):
    """What happened to a commitment or a milestone after the meeting."""

    ref: RefText
    on: Edtf
    status: Annotated[Status, Field(strict=False)] | Annotated[MilestoneStatus, Field(strict=False)] | None = None
    percent: int | None = Field(default=None, ge=0, le=100)
    due: Edtf | None = Field(default=None, description="The new due date, or the milestone's new date.")
    note: Text | None = None
    evidence: WebAddress


class DataFile(_Model):
    """One dialogue: who met, what was undertaken, and what has happened since."""

    format: Literal["spacedialog/1"]
    compiled: Edtf = Field(description="The day the file was compiled.")
    dialogue: Dialogue
    documents: list[Document]
    grades: dict[str, Text] = Field(default={}, description="The evidence grades, each with its meaning.")
    areas: list[Area]
    parties: list[Party]
    commitments: list[Commitment]
    updates: list[Update] = []


class Values(BaseModel):
    """The new values of fields that a change sets; fields that this program does not know are let through."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    ref: RefText | None = None
    key: Key | None = None
    dialogue: str | None = None
    area: str | None = None
    kind: str | None = None
    title: Text | None = None
    name: str | None = None
    side: str | None = None
    detail: Text | None = None
    strength: str | None = None
    lead: str | None = None
    partners: list[str] | None = None
    status: str | None = None
    percent: int | None = Field(default=None, ge=0, le=100)
    position: int | None = None
    due: Edtf | None = None
    when: Edtf | None = None
    met: Edtf | None = None
    recurs: Every | None = None
    difference: str | None = None
    omitted_by: list[str] | None = None
    sources: list[LooseSource] | None = None
    documents: list[Document] | None = None
    heads: list[Head] | None = None
    grades: dict[str, str] | None = None


class Body(BaseModel):
    """What a change says, as far as this program knows."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    v: int
    type: str | None = None
    set: Values | None = None
    note: Text | None = None
    evidence: str | None = None
    milestone: Uuid | None = None
    retracts: Uuid | None = None
    via: str | None = None


class LogEntry(_Model):
    """One change of an exported log."""

    id: Uuid
    ts: int = Field(ge=0, lt=253_402_300_800_000_000, description="Recorded, in microseconds since 1970, UTC.")
    on: Edtf
    author: Text
    kind: Text
    item: Uuid
    base: str | None
    body: Body
    sha: str = Field(pattern=r"^[0-9a-f]{64}$")
    seq: int | None = None


class LogFile(_Model):
    """A whole log, as `export` writes it: one object, or (JSON Lines) its format and then a change a line."""

    format: Literal["spacedialog-log/1"]
    changes: list[LogEntry]


SCHEMAS: dict[str, type[_Model]] = {"data": DataFile, "log": LogFile}
"""The kinds of file that `import` takes."""


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind].model_json_schema()}


def read(content: bytes, name: str) -> dict[str, Any] | list[Change]:
    """The content of a file: a checked data file as plain values, or the changes of an exported log.

    ProblemsError lists all that is wrong with it, each with its place in the file `name`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    document = _parse(text, name)
    if isinstance(document, dict) and document.get("format") == EXPORT_FORMAT:
        return _changes(_validated(LogFile, document, name), name)
    data = _validated(DataFile, document, name)
    problems = list(_misfits(data))
    if problems:
        raise ProblemsError(f"{name}: nothing was imported", [f"{name}: {problem}" for problem in problems])
    return data.model_dump(mode="json", exclude_unset=True)


def _parse(text: str, name: str) -> object:
    """A JSON document, or JSON Lines whose first line says that they are a log."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        head, _, rest = text.partition("\n")
        if head.strip() != json.dumps({"format": EXPORT_FORMAT}):
            raise InputError(
                f"{name}, line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}",
                "write a data file: spacedialog schema shows its form",
            ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{name}: a number is too long, or brackets nest too deep", "write a data file: spacedialog schema"
        ) from error
    changes = []
    for number, line in enumerate(rest.split("\n"), 2):
        try:
            if line.strip():
                changes.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{name}, line {number}: this is not JSON: {error}", "export the log again") from error
    return {"format": EXPORT_FORMAT, "changes": changes}


def _validated(model: type[AnyModel], document: object, name: str) -> AnyModel:
    try:
        return model.model_validate_json(json.dumps(document))
    except ValidationError as error:
        problems = [f"{name}: {_problem(problem)}" for problem in error.errors(include_url=False)]
        raise ProblemsError(f"{name}: nothing was imported", problems) from error


def _problem(problem: ErrorDetails) -> str:
    """What pydantic found, as `commitments[3].due: '2025-13' is not a date`, with a remedy below it."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
    said = problem["msg"].removeprefix("Value error, ")
    said = said[0].lower() + said[1:] if "\n" not in said else said
    given = "" if problem["type"] in ("missing", "value_error") else f" (it is {quoted(str(problem['input']))})"
    what = f"{place}: {said}{given}" if place else f"{said}{given}"
    return what if "\n" in what else f"{what}\n  spacedialog schema shows what is expected"


def _misfits(data: DataFile) -> Iterator[str]:
    """What is wrong between the parts of a data file, though each part is in order."""
    known = {
        "areas": {area.key for area in data.areas},
        "parties": {party.key for party in data.parties},
        "documents": {document.key for document in data.documents},
    }

    def unknown(place: str, kind: str, key: str | None) -> Iterator[str]:
        if key is not None and key not in known[kind]:
            yield f"{place}: {quoted(key)} is not among the {kind}\n  add it there, or write one that is"

    def cited(place: str, sources: list[Source]) -> Iterator[str]:
        for number, source in enumerate(sources):
            yield from unknown(f"{place}.sources[{number}].document", "documents", source.document)
            if source.grade is not None and source.grade not in data.grades:
                yield f"{place}.sources[{number}].grade: {quoted(source.grade)} is not among the grades\n  add it there"

    def closed(place: str, date_: str | None) -> Iterator[str]:
        if date_ is not None and VagueDate.parse(date_).latest is None:
            yield f"{place}: {date_} has no end, and what is recorded has happened\n  write when it happened"

    for kind, keys in known.items():
        of_kind: Sequence[Document | Area | Party] = getattr(data, kind)
        if len(of_kind) > len(keys):
            yield f"{kind}: a key stands there twice\n  give each its own"
    yield from closed("dialogue.when", data.dialogue.when)
    yield from unknown("dialogue.host", "parties", data.dialogue.host)
    refs = Counter[str]()
    milestones = set()
    for number, commitment in enumerate(data.commitments):
        place = f"commitments[{number}]"
        refs[commitment.ref.casefold()] += 1
        yield from unknown(f"{place}.area", "areas", commitment.area)
        yield from unknown(f"{place}.lead", "parties", commitment.lead)
        for position, partner in enumerate(commitment.partners):
            yield from unknown(f"{place}.partners[{position}]", "parties", partner)
        for position, document in enumerate(commitment.omitted_by):
            yield from unknown(f"{place}.omitted_by[{position}]", "documents", document)
        yield from cited(place, commitment.sources)
        for position, milestone in enumerate(commitment.milestones):
            part = f"{place}.milestones[{position}]"
            refs[milestone.ref.casefold()] += 1
            milestones.add(milestone.ref.casefold())
            if not milestone.ref.startswith(f"{commitment.ref}."):
                yield f"{part}.ref: {milestone.ref} does not belong to its commitment\n  write {commitment.ref}.1"
            yield from closed(f"{part}.since", milestone.since)
            yield from cited(part, milestone.sources)
            if milestone.recurs:
                try:
                    VagueDate.parse(milestone.when).occurrence(1, Recurrence.parse(milestone.recurs))
                except DateError as error:
                    yield f"{part}.recurs: {error.problem}\n  {error.remedy}"

    for ref, times in refs.items():
        if times > 1:
            yield f"commitments: the ref {ref} is used {times} times\n  give each its own"
    for number, update in enumerate(data.updates):
        place, ref = f"updates[{number}]", update.ref.casefold()
        if ref not in refs:
            yield f"{place}.ref: {quoted(update.ref)} is not in the file\n  write the ref of one of its commitments"
        words = MilestoneStatus if ref in milestones else Status
        if update.status is not None and update.status.value not in list(words):
            yield (
                f"{place}.status: {update.status.value} does not fit {update.ref}\n  write one of {', '.join(words)}"
            )
        yield from closed(f"{place}.on", update.on)


def misfits_here(document: dict[str, Any], view: View, today: date) -> Iterator[str]:
    """What is wrong with a data file in this record, on this day: names that are taken, news from the future."""
    dialogue = document["dialogue"]
    here = view.dialogue(dialogue["key"])
    if here and (here.get("series"), here.get("number")) != (dialogue["series"], dialogue["number"]):
        yield f"dialogue.key: {dialogue['key']} is {here.get('title')} here\n  give the dialogue another key"
    wanted = []
    for commitment in document["commitments"]:
        item = item_id("commitment", commitment["ref"])
        wanted.append(Target(commitment["ref"], item, None))
        for milestone in commitment.get("milestones", ()):
            wanted.append(Target(milestone["ref"], item, item_id("milestone", milestone["ref"])))
    for ref in view.refs.taken(wanted):
        yield f"{ref} is the ref of something else here\n  give it another ref"
    for number, update in enumerate(document.get("updates", ())):
        try:
            check_on(VagueDate.parse(update["on"]), today)
        except InputError as error:
            yield f"updates[{number}].{error.problem}\n  {error.remedy}"


def _changes(log: LogFile, name: str) -> list[Change]:
    changes, torn = [], []
    for number, entry in enumerate(log.changes):
        body = canonical(entry.body.model_dump(exclude_unset=True))
        change = Change(**{**entry.model_dump(exclude={"body"}), "body": body})
        changes.append(change)
        if not holds(change):
            torn.append(f"{name}: changes[{number}]: its hash does not fit what it says\n  export the log again")
    if torn:
        raise ProblemsError(f"{name}: nothing was imported", torn)
    return changes
