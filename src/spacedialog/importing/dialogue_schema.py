"""The schema of a data file, which describes one dialogue.

`dialogue_checks` has the checks between its parts, `entries` converts a data file to log entries, `parse` reads one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    create_model,
)

from spacedialog.errors import InputError
from spacedialog.model import fields
from spacedialog.model.dates import Span, VagueDate, parse_recorded_review
from spacedialog.model.fields import Kind
from spacedialog.model.values import (
    HIGHEST_PERCENT,
    LONGEST_TEXT,
    LOWEST_PERCENT,
    check_evidence,
    check_line,
    check_text,
    check_web_address,
    evidence_pieces,
)
from spacedialog.model.vocabulary import (
    FORMER_STATUSES,
    HASH_PATTERN,
    NAME_PATTERN,
    Decision,
    MilestoneStatus,
    Status,
    Strength,
)


def _parsed(parse: Callable[[str], object]) -> AfterValidator:
    """Return the validator that replaces a text with the text of its parsed value."""

    def validate(text: str) -> str:
        try:
            return str(parse(text))
        except InputError as error:
            raise ValueError(error.text) from error

    return AfterValidator(validate)


def _checked(check: Callable[[str, str], str]) -> AfterValidator:
    """Return the validator that rejects the texts for which `check` raises InputError."""

    def validate(text: str) -> str:
        try:
            return check("text", text)
        except InputError as error:
            raise ValueError(error.text.removeprefix("text: ")) from error

    return AfterValidator(validate)


def _evidence(value: object) -> str:
    """Return the evidence, a text or a list of texts, as the text of an entry; ValueError if it is invalid."""
    if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(text, str) for text in value)):
        raise ValueError(
            "this is not a text or a list of texts\n  write a web address or a citation, in quotation marks"
        )
    try:
        return check_evidence(evidence_pieces(value))
    except InputError as error:
        raise ValueError(error.text.removeprefix("evidence").lstrip(": ")) from error


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
Review = Annotated[
    str,
    _parsed(parse_recorded_review),
    Field(max_length=64, description="An EDTF date, or a span of time such as 90 days."),
]
WebAddress = Annotated[str, _parsed(check_web_address), Field(max_length=2_000, json_schema_extra={"format": "uri"})]

_A_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
Evidence = Annotated[
    str,
    PlainValidator(_evidence),
    WithJsonSchema({"anyOf": [_A_TEXT, {"type": "array", "minItems": 1, "items": _A_TEXT}]}),
    Field(description="A web address, a citation in words, or a list of them."),
]

# Limits for lists. Each invalid part is a problem of its own, so a longer list is refused before its parts are checked.
MOST = 1_000
MOST_DECLARED = 10_000


Internal = Annotated[
    bool, Field(default=False, description="Whether it is left out of the public record, with everything about it.")
]


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
    internal: Internal = False


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
    internal: Internal = False


if TYPE_CHECKING:

    class Succession(Strict):
        """The fields that this program reads by name. `from` is a keyword of Python."""

        party: str

else:
    Succession = create_model(
        "Succession",
        __base__=Strict,
        __module__=__name__,
        __doc__="A party that another one succeeds; it may be a party of another dialogue.",
        party=(Key, ...),
        **{"from": (Edtf, Field(description="The date from which the other party succeeds it."))},
    )


class Party(Strict):
    """A government, agency or body, and the side to which it belongs."""

    key: Key
    name: Line
    side: Key
    aliases: list[Line] = Field(default=[], max_length=MOST, description="Its other names, by which `search` finds it.")
    succeeds: list[Succession] = Field(
        default=[],
        max_length=MOST,
        description="The parties that it succeeds: their commitments of earlier dialogues are found under its key.",
    )
    internal: Internal = False


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
    evidence: Evidence | None = None
    internal: Internal = False


class Draft(Strict):
    """Information from `draft` about a candidate, for its reviewer. It is not part of the record."""

    sentence: Text
    before: Text | None = Field(default=None, description="The sentence before it in the statement.")
    after: Text | None = Field(default=None, description="The sentence after it in the statement.")
    confidence: float = Field(ge=0, le=1)
    why: Text
    decision: Decision | None = Field(
        default=None, strict=False, description="The reviewer's decision; null until it is made."
    )


class CarriedOn(Strict):
    """A commitment of an earlier dialogue that this commitment carries on, and the evidence for it."""

    ref: RefText
    note: Text | None = None
    evidence: Evidence
    internal: Internal = False


_KINDS: Mapping[Kind, Any] = {
    Kind.REF: RefText,
    **dict.fromkeys((Kind.NAME, Kind.AREA, Kind.PARTY), Key),
    Kind.LINE: Line,
    Kind.TEXT: Text,
    Kind.DATE: Edtf,
    Kind.REVIEW: Review,
    Kind.NUMBER: Annotated[int, Field(ge=LOWEST_PERCENT, le=HIGHEST_PERCENT)],
    **dict.fromkeys((Kind.PARTIES, Kind.DOCUMENTS), list[Key]),
    Kind.OBJECTS: list[Source],
}
# Data files of older versions have former statuses.
_InCurrentWords = BeforeValidator(lambda value: FORMER_STATUSES.get(value, value) if isinstance(value, str) else value)
_WORDS = {"strength": Strength, "status": Annotated[Status, _InCurrentWords]}


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
        internal=(Internal, False),
        draft=(Draft | None, None),
    )


class Update(Strict):
    """A change to a commitment or a milestone after the meeting, with its evidence."""

    ref: RefText
    on: Edtf
    status: Annotated[
        Annotated[Status, Field(strict=False)] | Annotated[MilestoneStatus, Field(strict=False)] | None, _InCurrentWords
    ] = None
    percent: int | None = Field(default=None, ge=LOWEST_PERCENT, le=HIGHEST_PERCENT)
    due: Edtf | None = Field(
        default=None, description="The new due date of the commitment, or the new date of the milestone."
    )
    check: bool = Field(default=False, description="Whether it records a check that found nothing new.")
    note: Text | None = None
    evidence: Evidence | None = Field(
        default=None,
        description=(
            "A web address, a citation in words, or a list of them. Required for a status, a percentage or a date."
        ),
    )
    internal: Internal = False


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
