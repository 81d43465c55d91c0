"""The fields of a commitment, in one table.

The fold, the projection, rows, tables, the options of `add` and `edit`, the schemas of data files and logs, and the
review of drafts read this table. To add a field, add it here, add its column in a migration and regenerate the schemas.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from spacedialog.model.dates import VagueDate, readable, review_text
from spacedialog.model.vocabulary import Strength


class Kind(Enum):
    """The kind of value that a field holds."""

    LINE = "text on one line"
    TEXT = "text of any number of lines"
    REF = "the ref of a commitment or a milestone"
    NAME = "a short name"
    PARTY = "the key of a party of the dialogue"
    AREA = "the key of an area of the dialogue"
    WORD = "a word of the vocabulary"
    DATE = "an EDTF date"
    SPAN = "a span of time such as 2 years"
    REVIEW = "an EDTF date, or a span of time such as 90 days"
    ID = "the UUID of an item"
    HASH = "the hash of a sentence"
    NUMBER = "a whole number"
    LINES = "texts on one line each"
    PARTIES = "keys of parties"
    DOCUMENTS = "keys of documents"
    OBJECTS = "JSON objects"
    OBJECT = "one JSON object"


LIST_KINDS = frozenset((Kind.LINES, Kind.PARTIES, Kind.DOCUMENTS, Kind.OBJECTS))
"""The kinds of value that are a list in an entry's body."""


class CommitmentRow(NamedTuple):
    """A commitment as `list` shows it; the fields are the keys of its JSON.

    `due` is an EDTF date; `due_earliest` and `due_latest` are the first and the last day (ISO) of its window, None
    on an open side. `owner` is who follows it; `review` is when to check it again, an EDTF date or a span of time;
    both are None if not recorded. `updated_on` is the EDTF date of its latest entry that is not a check; `source` is
    the citation of its first source.
    """

    ref: str
    dialogue: str
    area: str
    kind: str
    title: str
    strength: str
    lead: str | None
    partners: tuple[str, ...]
    status: str
    percent: int | None
    due: str | None
    due_earliest: str | None
    due_latest: str | None
    owner: str | None
    review: str | None
    flags: tuple[str, ...]
    updated_on: str
    source: str


class NewCommitment(NamedTuple):
    """A commitment to add. `source` is the key of its document; with `ref` None it gets the next free ref.

    `fields` has the values, by name, of those fields of the table below that are not listed here.
    """

    title: str
    area: str
    source: str
    dialogue: str | None = None
    kind: str = "action-item"
    strength: str = Strength.INTENDED.value
    lead: str | None = None
    partners: Sequence[str] = ()
    due: VagueDate | None = None
    detail: str | None = None
    paragraph: str | None = None
    ref: str | None = None
    fields: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return a commitment with these values, given by the names of fields."""
        own = {name: value for name, value in values.items() if name in cls._fields}
        return cls(**own, fields={name: value for name, value in values.items() if name not in own})


class Option(NamedTuple):
    """The option of `add` and `edit` for a field: its name, its metavar and its help.

    The option of a field with several values can be repeated.
    """

    name: str
    metavar: str
    help: str


class Field(NamedTuple):
    """A field of a commitment.

    `label` is its name in `show`, and `heading` the heading of its column in `list`. `text` returns the text of a cell
    (by default the value), `tone` the word that decides its color. `from_width` is the minimum width of the output, in
    characters, at which the column is shown; a `wide` column takes the remaining width; a cell longer than `max_width`
    characters is cut.
    A `derived` field is computed from other fields and is in no entry. `required` and `description` are for data files.
    If the field is not set, a `nullable` column of the projection is NULL, and any other column is empty text.
    """

    name: str
    kind: Kind = Kind.TEXT
    label: str = ""
    heading: str = ""
    text: Callable[[CommitmentRow], str] | None = None
    tone: Callable[[CommitmentRow], str] | None = None
    from_width: int = 0
    wide: bool = False
    max_width: int | None = None
    derived: bool = False
    required: bool = False
    description: str = ""
    nullable: bool = False
    option: Option | None = None

    @property
    def option_name(self) -> str:
        """The name of the option that sets the field; empty if there is none."""
        return self.option.name if self.option else ""

    def cell(self, row: CommitmentRow) -> str:
        """Return the text of the field's cell in a row."""
        return self.text(row) if self.text else str(getattr(row, self.name) or "")


JOINT = "joint"
"""The text shown as the lead of a commitment that has no single responsible party."""


AFTER_EVIDENCE = "changed after evidence was recorded"
"""The remark on a criterion that was changed after evidence was recorded."""


def status_text(row: CommitmentRow) -> str:
    """Return a commitment's status, with its percentage if it has one."""
    return row.status if row.percent is None else f"{row.status} {row.percent}%"


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("ref", Kind.REF, heading="Ref", required=True),
        Field("dialogue", Kind.NAME, label="dialogue"),
        Field(
            "area",
            Kind.AREA,
            label="area",
            heading="Area",
            from_width=120,
            max_width=20,
            required=True,
            option=Option("--area", "AREA", "Set the area."),
        ),
        Field(
            "kind",
            Kind.NAME,
            label="kind",
            required=True,
            description="The kind of commitment: agreement, action-item, consultation, event, …",
            option=Option("--kind", "KIND", "Set the kind, such as agreement or action-item."),
        ),
        Field(
            "title",
            Kind.LINE,
            heading="Commitment",
            wide=True,
            required=True,
            option=Option("--title", "TEXT", "Set the title."),
        ),
        Field("detail", label="detail", nullable=True, option=Option("--detail", "TEXT", "Set the full description.")),
        Field(
            "strength",
            Kind.WORD,
            label="strength",
            heading="Strength",
            from_width=130,
            required=True,
            option=Option("--strength", "STRENGTH", "Set the strength: delivered, firm, intended or exploratory."),
        ),
        Field(
            "lead",
            Kind.PARTY,
            label="lead",
            heading="Lead",
            text=lambda row: row.lead or JOINT,
            from_width=90,
            max_width=20,
            nullable=True,
            description="The responsible party; none if the commitment is joint.",
            option=Option("--lead", "PARTY", "Set the lead party; joint for none."),
        ),
        Field(
            "partners",
            Kind.PARTIES,
            label="partners",
            text=lambda row: ", ".join(row.partners),
            option=Option("--partner", "PARTY", "Set a partner. Repeatable."),
        ),
        Field(
            "due",
            Kind.DATE,
            label="due",
            heading="Due",
            text=lambda row: readable(row.due or ""),
            nullable=True,
        ),
        Field(
            "status",
            Kind.WORD,
            label="status",
            heading="Status",
            text=status_text,
            tone=lambda row: row.status,
            required=True,
        ),
        Field("percent", Kind.NUMBER, nullable=True),
        Field("sources", Kind.OBJECTS, required=True),
        Field(
            "omitted_by",
            Kind.DOCUMENTS,
            label="omitted by",
            description="The documents on the meeting that omit the commitment.",
        ),
        Field("difference", label="differs", nullable=True, description="How the documents differ."),
        Field(
            "owner",
            Kind.LINE,
            label="owner",
            heading="Owner",
            text=lambda row: row.owner or "",
            from_width=150,
            max_width=20,
            nullable=True,
            description="The person or office that follows the commitment.",
            option=Option("--owner", "NAME", "Set the owner: the person or office that follows it."),
        ),
        Field(
            "review",
            Kind.REVIEW,
            label="review",
            text=lambda row: review_text(row.review or ""),
            nullable=True,
            description="When to check again: a date, or a span after the last check.",
            option=Option("--review", "DATE|SPAN", "Set when to check again: 2027-03, or every 90 days."),
        ),
        Field(
            "criterion",
            label="done when",
            nullable=True,
            description="What will count as done.",
            option=Option("--criterion", "TEXT", "Set the criterion: what will count as done."),
        ),
        Field(
            "quote",
            label="quote",
            nullable=True,
            description="The sentence of the statement, verbatim.",
            option=Option("--quote", "TEXT", "Set the quote: the sentence of the statement, verbatim."),
        ),
        Field("due_earliest", derived=True),
        Field("due_latest", derived=True),
        Field(
            "flags",
            label="flags",
            heading="Flags",
            text=lambda row: " ".join(row.flags),
            tone=lambda row: row.flags[0] if row.flags else "",
            from_width=70,
            derived=True,
        ),
        Field(
            "updated_on",
            label="updated",
            heading="Updated",
            text=lambda row: readable(row.updated_on),
            from_width=100,
            derived=True,
        ),
        Field("source", heading="Source", from_width=160, derived=True),
    )
}
"""Every field of a commitment by its name, in the order of a data file; derived fields come last."""

RECORDED = tuple(field for field in FIELDS.values() if not field.derived)
"""The fields that entries set."""

IN_FILES = tuple(field for field in RECORDED if field.name != "dialogue")
"""The fields of a commitment in a data file, in the order in which they are written."""

STORED = tuple(field for field in RECORDED if field.name in CommitmentRow._fields)
"""The fields that have a column of their own in the projection."""

LISTED = ("ref", "title", "area", "lead", "strength", "status", "due", "flags", "updated_on", "source")
"""The columns of `list`, in order."""

SHOWN = (
    *("dialogue", "area", "kind", "strength", "lead", "partners", "status", "due", "owner", "review", "flags"),
    *("updated_on", "criterion", "quote", "detail", "difference", "omitted_by"),
)
"""The fields that `show` lists, in order; its heading is the ref and the title."""

EDITABLE = (
    *("title", "ref", "area", "kind", "strength", "lead", "partners", "owner", "review", "criterion", "quote"),
    *("detail", "sources"),
)
"""The fields that `edit` corrects."""

REVIEWED = ("title", "area", "strength", "lead", "partners", "due", "kind", "detail")
"""The fields that a review of a draft asks for, in order."""

MAY_BE_EMPTY = ("lead", "partners", "due", "owner", "review", "criterion", "quote", "detail")
"""The fields that an edit or a review may set to an empty value."""

DESK_FIELDS = ("owner", "review", "criterion", "quote")
"""The fields that a desk sets for itself: they need no evidence."""

FILTERABLE = ("ref", "dialogue", "area", "kind", "lead", "owner", "status", "strength")
"""The fields that a filter compares with given values."""

SORTABLE = ("ref", "due", "status", "area", "kind", "lead", "owner", "percent", "strength", "title", "updated")
"""The names that `--sort` takes; `updated` is the day of the latest entry."""


class ItemType(NamedTuple):
    """The fields of a type of item, each with its kind. The entry that creates an item sets the `required` ones."""

    kinds: Mapping[str, Kind]
    required: frozenset[str]


def _item_type(*, required: Mapping[str, Kind], optional: Mapping[str, Kind] = MappingProxyType({})) -> ItemType:
    return ItemType({**required, **optional}, frozenset(required))


_TITLED = {"key": Kind.NAME, "title": Kind.LINE}

MILESTONE = _item_type(
    required={"ref": Kind.REF, "title": Kind.LINE, "when": Kind.DATE},
    optional={"recurs": Kind.SPAN, "met": Kind.DATE, "status": Kind.WORD, "sources": Kind.OBJECTS},
)
"""The fields of a milestone, which is a part of a commitment."""

ITEM_TYPES: Mapping[str, ItemType] = {
    "commitment": ItemType(
        {field.name: field.kind for field in RECORDED},
        frozenset(field.name for field in RECORDED if field.required or field.name == "dialogue"),
    ),
    "dialogue": _item_type(
        required={**_TITLED, "series": Kind.LINE, "when": Kind.DATE},
        optional={
            "place": Kind.LINE,
            "note": Kind.TEXT,
            "host": Kind.PARTY,
            "number": Kind.NUMBER,
            **dict.fromkeys(("documents", "heads"), Kind.OBJECTS),
            "grades": Kind.OBJECT,
        },
    ),
    "area": _item_type(required={**_TITLED, "dialogue": Kind.NAME}, optional={"position": Kind.NUMBER}),
    "party": _item_type(
        required={**dict.fromkeys(("key", "dialogue", "side"), Kind.NAME), "name": Kind.LINE},
        optional={"aliases": Kind.LINES, "succeeds": Kind.OBJECTS},
    ),
    "link": _item_type(required={**dict.fromkeys(("old", "new"), Kind.ID), "decided": Kind.WORD}),
    "assessment": _item_type(
        required={"commitment": Kind.ID, "assessor": Kind.LINE, "rubric": Kind.LINE, "verdict": Kind.LINE},
        optional={"party": Kind.NAME},
    ),
}
"""The types of items in the log, by the word that the creating entry has as its `type`."""

KINDS: Mapping[str, Kind] = {
    name: kind for type_ in (*ITEM_TYPES.values(), MILESTONE) for name, kind in type_.kinds.items()
}
"""The kind of every field that an entry may set; a field has the same kind in every type of item."""
