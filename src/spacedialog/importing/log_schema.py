"""The schema of an exported log, and its conversion to entries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spacedialog.importing.dialogue_schema import (
    MOST,
    MOST_DECLARED,
    Document,
    Edtf,
    Every,
    Head,
    Key,
    RefText,
    Strict,
    Text,
)
from spacedialog.model.entry import Entry, canonical_json
from spacedialog.model.values import HIGHEST_PERCENT, LOWEST_PERCENT

Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Known(BaseModel):
    """A part of a change as far as this program knows it; what it does not know is let through."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)


class LooseSource(Known):
    """A source in a log: the document may be one that no file declares."""

    document: Text
    paragraph: Text | None = None
    grade: Text | None = None


class Values(Known):
    """The new values of fields that a change sets."""

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
    partners: list[str] | None = Field(default=None, max_length=MOST)
    status: str | None = None
    percent: int | None = Field(default=None, ge=LOWEST_PERCENT, le=HIGHEST_PERCENT)
    position: int | None = Field(default=None, ge=0, le=1_000_000)
    due: Edtf | None = None
    when: Edtf | None = None
    met: Edtf | None = None
    recurs: Every | None = None
    difference: str | None = None
    omitted_by: list[str] | None = Field(default=None, max_length=MOST)
    sources: list[LooseSource] | None = Field(default=None, max_length=MOST)
    documents: list[Document] | None = Field(default=None, max_length=MOST_DECLARED)
    heads: list[Head] | None = Field(default=None, max_length=MOST)
    grades: dict[str, str] | None = None


class Body(Known):
    """What a change says, as far as this program knows."""

    v: int
    type: str | None = None
    set: Values | None = None
    note: Text | None = None
    evidence: str | None = None
    milestone: Uuid | None = None
    retracts: Uuid | None = None
    via: str | None = None


class LogEntry(Strict):
    """One change of an exported log."""

    id: Uuid
    ts: int = Field(ge=0, lt=200_000_000_000_000_000, description="Recorded, in microseconds since 1970, UTC.")
    on: Edtf
    author: Text
    kind: Text
    item: Uuid
    base: str | None
    body: Body
    sha: str = Field(pattern=r"^[0-9a-f]{64}$")
    seq: int | None = None


class LogFile(Strict):
    """A whole log, as `export` writes it: one object, or (JSON Lines) its format and then a change a line."""

    format: Literal["spacedialog-log/1"]
    changes: list[LogEntry]


def to_entry(exported: LogEntry) -> Entry:
    """Convert an exported entry. Its hash is not checked."""
    body = canonical_json(exported.body.model_dump(exclude_unset=True))
    return Entry(**{**exported.model_dump(exclude={"body"}), "body": body})


def misfit(entry: Entry) -> str:
    """Return the first field of an entry that does not fit the schema, with the reason; empty if it fits."""
    fields = canonical_json({name: value for name, value in entry._asdict().items() if name != "body"})
    try:
        LogEntry.model_validate_json(f'{fields[:-1]},"body":{entry.body}}}')
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place}: {first['msg']}".splitlines()[0].removeprefix(": ")
    return ""
