"""The schema of a data file, which describes one dialogue, and the checks between its parts and against a record.

`entries` turns a data file into log entries, `parse` reads one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from spacedialog.errors import DateError, InputError
from spacedialog.importing.entries import FileCommitment
from spacedialog.model import fields
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.entry import item_id
from spacedialog.model.fields import Kind
from spacedialog.model.target import Target
from spacedialog.model.values import (
    HIGHEST_PERCENT,
    LONGEST_TEXT,
    LOWEST_PERCENT,
    check_line,
    check_on,
    check_text,
    check_web_address,
    is_complete_below_full,
)
from spacedialog.model.vocabulary import HASH_PATTERN, NAME_PATTERN, Decision, MilestoneStatus, Status, Strength

if TYPE_CHECKING:
    from spacedialog.store.read.snapshot import Snapshot


def _parsed(parse: Callable[[str], object]) -> AfterValidator:
    """Return the validator that replaces a text with the text of its parsed value."""

    def validate(text: str) -> str:
        try:
            return str(parse(text))
        except InputError as error:
            raise ValueError(f"{error.problem}\n  {error.remedy}") from error

    return AfterValidator(validate)


def _checked(check: Callable[[str, str], str]) -> AfterValidator:
    """Return the validator that refuses the texts that `check` refuses."""

    def validate(text: str) -> str:
        try:
            return check("text", text)
        except InputError as error:
            raise ValueError(f"{error.problem.removeprefix('text: ')}\n  {error.remedy}") from error

    return AfterValidator(validate)


Text = Annotated[str, _checked(check_text), Field(min_length=1, max_length=LONGEST_TEXT)]
Line = Annotated[str, _checked(check_line), Field(min_length=1, max_length=LONGEST_TEXT)]
Key = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="A short name.")]
RefText = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="A permanent, citable name such as ROK4-07.")]
Edtf = Annotated[
    str,
    _parsed(VagueDate.parse),
    Field(max_length=64, description="An EDTF date: 2026, 2026-10, 2026-10-05, 2025-10/2026-03, 2026~, …"),
]
Every = Annotated[str, _parsed(Span.parse), Field(description="The interval of a recurring event, such as 2 years.")]
WebAddress = Annotated[str, _parsed(check_web_address), Field(max_length=2_000, json_schema_extra={"format": "uri"})]

# Limits for lists. Each invalid part is a problem of its own, so a longer list is refused before its parts are checked.
MOST = 1_000
MOST_DECLARED = 10_000


class Strict(BaseModel):
    """A part of a file that may contain only declared fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Head(Strict):
    """The head of a delegation."""

    side: Key
    name: Line
    title: Line
    body: Line


class Dialogue(Strict):
    """A meeting in a series of dialogues."""

    key: Key = Field(description="The key of the dialogue and the prefix of its refs, such as ROK4.")
    series: Line
    number: int | None = Field(default=None, ge=1, description="The number of the meeting in the series.")
    title: Line
    place: Line | None = None
    when: Edtf
    host: Key | None = Field(default=None, description="The party that hosted the meeting.")
    heads: list[Head] = Field(default=[], max_length=MOST)
    note: Text | None = None


class Document(Strict):
    """A document that commitments and updates cite."""

    key: Key
    title: Line
    url: WebAddress | None = None
    note: Text | None = None


class Area(Strict):
    """A field of cooperation within the dialogue."""

    key: Key
    title: Line


class Party(Strict):
    """A government, agency or body, and the side to which it belongs."""

    key: Key
    name: Line
    side: Key
    aliases: list[Line] = Field(default=[], max_length=MOST, description="Its other names, by which `search` finds it.")


class Source(Strict):
    """The source of a fact: a document declared in the file, the paragraph, and the grade of the evidence.

    `draft` numbers and hashes the sentences, and `verify-source` compares them with a copy of the document.
    """

    document: Key
    paragraph: Line | None = None
    sentence: int | None = Field(default=None, ge=1, description="The number of the sentence in the paragraph.")
    hash: str | None = Field(
        default=None, pattern=HASH_PATTERN, description="The hash of the sentence, as `draft` computes it."
    )
    grade: Line | None = Field(default=None, description="A key of the file's `grades`.")


class Milestone(Strict):
    """A dated event of a commitment, other than its due date."""

    ref: RefText
    title: Line
    when: Edtf
    recurs: Every | None = None
    since: Edtf | None = Field(default=None, description="The date on which it was set, if later than the meeting.")
    status: MilestoneStatus = Field(default=MilestoneStatus.PLANNED, strict=False)
    note: Text | None = None
    sources: list[Source] = Field(default=[], max_length=100)
    evidence: WebAddress | None = None


class Draft(Strict):
    """Information from `draft` about a candidate, for its reviewer. It is not part of the record."""

    sentence: Text
    confidence: float = Field(ge=0, le=1)
    why: Text
    decision: Decision | None = Field(
        default=None, strict=False, description="The reviewer's decision; null until it is made."
    )


class CarriedOn(Strict):
    """A commitment of an earlier dialogue that this commitment carries on, and the evidence for it."""

    ref: RefText
    note: Text | None = None
    evidence: WebAddress


_KINDS: Mapping[Kind, Any] = {
    Kind.REF: RefText,
    **dict.fromkeys((Kind.NAME, Kind.AREA, Kind.PARTY), Key),
    Kind.LINE: Line,
    Kind.TEXT: Text,
    Kind.DATE: Edtf,
    Kind.NUMBER: Annotated[int, Field(ge=LOWEST_PERCENT, le=HIGHEST_PERCENT)],
    **dict.fromkeys((Kind.PARTIES, Kind.DOCUMENTS), list[Key]),
    Kind.OBJECTS: list[Source],
}
_WORDS = {"strength": Strength, "status": Status}


def _declared(field: fields.Field) -> tuple[Any, Any]:
    """Return the type of a commitment's field in a data file, and its constraints."""
    more: dict[str, Any] = {"description": field.description} if field.description else {}
    if field.kind is Kind.WORD:
        return _WORDS[field.name], Field(strict=False)
    type_ = _KINDS[field.kind]
    if field.kind in fields.LIST_KINDS:
        size: dict[str, Any] = {"min_length": 1} if field.required else {"default": []}
        return type_, Field(max_length=MOST, **size, **more)
    return (type_, Field(**more)) if field.required else (type_ | None, Field(default=None, **more))


if TYPE_CHECKING:

    class Commitment(Strict):
        """The fields that this program reads by name, for the type checker, which does not see generated fields."""

        ref: str
        area: str
        title: str
        strength: Strength
        lead: str | None
        partners: list[str]
        due: str | None
        status: Status
        percent: int | None
        sources: list[Source]
        omitted_by: list[str]
        difference: str | None
        milestones: list[Milestone]
        carries_on: list[CarriedOn]
        draft: Draft | None

else:
    Commitment = create_model(
        "Commitment",
        __base__=Strict,
        __module__=__name__,
        __doc__="A thing that the parties promise, agree, intend or explore.",
        **{field.name: _declared(field) for field in fields.IN_FILES},
        milestones=(list[Milestone], Field(default=[], max_length=MOST)),
        carries_on=(
            list[CarriedOn],
            Field(
                default=[],
                max_length=MOST,
                description="The commitments of earlier dialogues that it carries on, by their full refs.",
            ),
        ),
        draft=(Draft | None, None),
    )


class Update(Strict):
    """A change to a commitment or a milestone after the meeting, with its evidence."""

    ref: RefText
    on: Edtf
    status: Annotated[Status, Field(strict=False)] | Annotated[MilestoneStatus, Field(strict=False)] | None = None
    percent: int | None = Field(default=None, ge=LOWEST_PERCENT, le=HIGHEST_PERCENT)
    due: Edtf | None = Field(
        default=None, description="The new due date of the commitment, or the new date of the milestone."
    )
    note: Text | None = None
    evidence: WebAddress | None = Field(default=None, description="Required, except for an update with only a note.")


class Opening(Strict):
    """The part of a data file before its commitments; in JSON Lines, the first line of the file."""

    format: Literal["spacedialog/1"]
    compiled: Edtf = Field(description="The date on which the file was compiled.")
    dialogue: Dialogue
    documents: list[Document] = Field(max_length=MOST_DECLARED)
    grades: dict[Line, Text] = Field(default={}, description="The evidence grades, each with its meaning.")
    areas: list[Area] = Field(max_length=MOST_DECLARED)
    parties: list[Party] = Field(max_length=MOST_DECLARED)


class DataFile(Opening):
    """One dialogue: the meeting, its commitments, and the updates since."""

    commitments: list[Commitment]
    updates: list[Update] = []


class Checks:
    """The checks between the parts of a data file: for undeclared keys, and for refs and keys that occur twice."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._known = {
            "areas": {area.key for area in opening.areas},
            "parties": {party.key for party in opening.parties},
            "documents": {document.key for document in opening.documents},
        }
        self._refs: set[str] = set()

    def opening(self) -> Iterator[str]:
        """Yield the problems of the opening."""
        for kind, keys in self._known.items():
            declared: Sequence[Document | Area | Party] = getattr(self._opening, kind)
            if len(declared) > len(keys):
                yield f"{kind}: a key occurs twice\n  give each its own key"
        yield from self._closed("dialogue.when", self._opening.dialogue.when)
        yield from self._unknown("dialogue.host", "parties", self._opening.dialogue.host)

    def commitment(self, place: str, commitment: Commitment) -> Iterator[str]:
        """Yield the problems of a commitment."""
        yield from self._ref(place, commitment.ref)
        yield from self._unknown(f"{place}.area", "areas", commitment.area)
        yield from self._unknown(f"{place}.lead", "parties", commitment.lead)
        for position, partner in enumerate(commitment.partners):
            yield from self._unknown(f"{place}.partners[{position}]", "parties", partner)
        for position, document in enumerate(commitment.omitted_by):
            yield from self._unknown(f"{place}.omitted_by[{position}]", "documents", document)
        yield from self._percent(place, commitment)
        yield from self._cited(place, commitment.sources)
        carried = [link.ref.casefold() for link in commitment.carries_on]
        for position, ref in enumerate(carried):
            if ref in carried[:position]:
                yield f"{place}.carries_on[{position}].ref: this ref occurs twice\n  write it once"
            if ref.rpartition("-")[0] == commitment.ref.casefold().rpartition("-")[0]:
                yield (
                    f"{place}.carries_on[{position}].ref: {quoted(commitment.carries_on[position].ref)} belongs to the"
                    " same dialogue\n  name a commitment of an earlier dialogue"
                )
        for position, milestone in enumerate(commitment.milestones):
            part = f"{place}.milestones[{position}]"
            yield from self._ref(part, milestone.ref)
            if not milestone.ref.startswith(f"{commitment.ref}."):
                yield (
                    f"{part}.ref: {milestone.ref} does not begin with the ref of its commitment\n"
                    f"  write a ref such as {commitment.ref}.1"
                )
            yield from self._closed(f"{part}.since", milestone.since)
            yield from self._cited(part, milestone.sources)
            if milestone.recurs:
                try:
                    VagueDate.parse(milestone.when).occurrence(1, Span.parse(milestone.recurs))
                except DateError as error:
                    yield f"{part}.recurs: {error.problem}\n  {error.remedy}"

    def update(self, place: str, update: Update, commitments: Sequence[Commitment]) -> Iterator[str]:
        """Yield the problems of an update, which may be about any of these commitments."""
        ref = update.ref.casefold()
        statuses: type[Status] | type[MilestoneStatus] | None = None
        if ref in (commitment.ref.casefold() for commitment in commitments):
            statuses = Status
        elif any(ref in self.refs_of(commitment) for commitment in commitments):
            statuses = MilestoneStatus
        else:
            yield f"{place}.ref: {quoted(update.ref)} is not in the file\n  write the ref of one of its commitments"
        if statuses and update.status is not None and update.status.value not in list(statuses):
            thing = "a commitment" if statuses is Status else "a milestone"
            yield (
                f"{place}.status: {update.status.value} is not a status of {thing}\n"
                f"  write one of {', '.join(statuses)}"
            )
        yield from self._percent(place, update)
        yield from self._closed(f"{place}.on", update.on)
        changes_nothing = (update.status, update.percent, update.due) == (None, None, None)
        if update.evidence is None and not (update.note and changes_nothing):
            yield f"{place}.evidence: it is missing\n  add a web address, or write only a note"

    @staticmethod
    def refs_of(commitment: Commitment) -> list[str]:
        """Return the refs of a commitment and its milestones in lower case."""
        return [ref.casefold() for ref in (commitment.ref, *(milestone.ref for milestone in commitment.milestones))]

    def _ref(self, place: str, ref: str) -> Iterator[str]:
        if ref.casefold() in self._refs:
            yield f"{place}.ref: {ref} occurs earlier in the file\n  give each item its own ref"
        self._refs.add(ref.casefold())

    def _unknown(self, place: str, kind: str, key: str | None) -> Iterator[str]:
        if key is not None and key not in self._known[kind]:
            yield f"{place}: {quoted(key)} is not declared in {kind}\n  declare it there, or correct the key"

    def _cited(self, place: str, sources: Sequence[Source]) -> Iterator[str]:
        for number, source in enumerate(sources):
            yield from self._unknown(f"{place}.sources[{number}].document", "documents", source.document)
            if source.grade is not None and source.grade not in self._opening.grades:
                yield (
                    f"{place}.sources[{number}].grade: {quoted(source.grade)} is not declared in grades\n"
                    "  declare it there, or correct the key"
                )

    def _percent(self, place: str, part: Commitment | Update) -> Iterator[str]:
        if is_complete_below_full(part.status, part.percent):
            yield (
                f"{place}.percent: a complete commitment cannot be at {part.percent} %\n"
                "  leave it out, or write in-progress"
            )

    def _closed(self, place: str, date_: str | None) -> Iterator[str]:
        if date_ is not None and VagueDate.parse(date_).latest is None:
            yield f"{place}: {date_} has no end, but it is about the past\n  write the date on which it happened"


def opening_problems(opening: Mapping[str, Any], snapshot: Snapshot, today: date) -> Iterator[str]:
    """Yield the problems of an opening in this record: a meeting in the future, the key of another dialogue."""
    dialogue = opening["dialogue"]
    when = VagueDate.parse(dialogue["when"])
    if when.latest is None or when.latest > today:
        yield f"dialogue.when: {when} may be after today ({today})\n  import the file after the meeting"
    known = snapshot.dialogue(dialogue["key"])
    if known and (known.get("series"), known.get("number")) != (dialogue["series"], dialogue.get("number")):
        yield (
            f"dialogue.key: {dialogue['key']} is already the key of {known.get('title')}\n"
            "  give the dialogue another key"
        )


def commitment_problems(file_commitment: FileCommitment, snapshot: Snapshot, today: date) -> Iterator[str]:
    """Yield the problems of a commitment in this record: refs that are taken, updates from the future."""
    commitment = file_commitment.commitment
    item = item_id("commitment", commitment["ref"])
    wanted = [Target(commitment["ref"], item, None)]
    for milestone in commitment.get("milestones", ()):
        wanted.append(Target(milestone["ref"], item, item_id("milestone", milestone["ref"])))
    for ref in snapshot.refs.taken(wanted):
        yield f"{file_commitment.place}: {ref} is already the ref of another item\n  give it another ref"
    for place, update in file_commitment.updates:
        try:
            check_on(VagueDate.parse(update["on"]), today)
        except InputError as error:
            yield f"{place}.{error.problem}\n  {error.remedy}"
