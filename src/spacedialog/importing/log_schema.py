"""The entries of an exported log: their conversion from JSON, and the JSON Schema of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spacedialog.importing.reader import field_name
from spacedialog.model.entry import BODY_VERSION, CREATE, EXPORT_FORMAT, NOTE, RETRACT, SET, Entry, canonical_json
from spacedialog.model.fields import ITEM_TYPES, KINDS, Kind
from spacedialog.model.validation import (
    LATEST_TS,
    MOST_PARTS,
    NUMBERS,
    PARTS,
    UUID_PATTERN,
    WORDS,
    Problem,
    checked_content,
    problems,
)
from spacedialog.model.values import LONGEST_TEXT
from spacedialog.model.vocabulary import HASH_PATTERN, NAME_PATTERN, MilestoneStatus

_OPTIONAL = "seq"
_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_ID = {"type": "string", "pattern": f"^{UUID_PATTERN}$"}
_NAME = {"type": "string", "pattern": f"^{NAME_PATTERN}$"}
_DATE = {"type": "string", "description": "An EDTF date."}


def parse_entry(exported: Mapping[str, Any]) -> tuple[Entry | None, list[Problem]]:
    """Return an exported entry and its faults, except a hash that does not match.

    The entry is None if it does not have exactly the fields of an entry, or if its body has too many levels.
    """
    faults = list(_field_problems(exported))
    if faults:
        return None, faults
    try:
        entry = Entry(**{**exported, "body": canonical_json(exported["body"])})
    except RecursionError:
        return None, [Problem("body", "it is nested too deeply")]
    _, problem = checked_content(entry)
    return entry, list(problems(entry)) if problem else []


def _field_problems(exported: Mapping[str, Any]) -> Iterator[Problem]:
    for name in Entry._fields:
        if name not in exported and name != _OPTIONAL:
            yield Problem(name, "it is missing")
    for name in sorted(exported.keys() - set(Entry._fields)):
        yield Problem(field_name(name), "an entry has no such field")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an exported log as one JSON object."""
    return {
        "title": "LogFile",
        "description": (
            "A whole log, as `export` writes it: one JSON object, or JSON Lines with the format on the first line and"
            " one entry on each further line."
        ),
        "type": "object",
        "properties": {
            "format": {"const": EXPORT_FORMAT},
            "changes": {"type": "array", "items": {"$ref": "#/$defs/Entry"}},
        },
        "required": ["format", "changes"],
        "additionalProperties": False,
        "$defs": {"Entry": _ENTRY, "Body": _BODY, "Values": _VALUES},
    }


def _of_kind(name: str, kind: Kind) -> dict[str, Any]:
    """Return the schema of a field's value."""
    match kind:
        case Kind.TEXT | Kind.LINE:
            return _TEXT
        case Kind.REF | Kind.NAME | Kind.PARTY | Kind.AREA:
            return _NAME
        case Kind.DATE:
            return _DATE
        case Kind.ID:
            return _ID
        case Kind.REVIEW:
            return {"type": "string", "description": "An EDTF date, or a span of time such as 90 days."}
        case Kind.SPAN:
            return {"type": "string", "description": "A span of time such as 2 years."}
        case Kind.NUMBER:
            least, most = NUMBERS[name]
            return {"type": "integer", "minimum": least, "maximum": most}
        case Kind.LINES:
            return {"type": "array", "maxItems": MOST_PARTS, "items": _TEXT}
        case Kind.PARTIES | Kind.DOCUMENTS:
            return {"type": "array", "maxItems": MOST_PARTS, "items": _NAME}
        case Kind.OBJECTS:
            return {"type": "array", "maxItems": MOST_PARTS, "items": _parts(name)}
        case Kind.OBJECT:
            return {"type": "object", "additionalProperties": _TEXT}
        case Kind.HASH:
            return {"type": "string", "pattern": HASH_PATTERN}
        case Kind.WORD:
            words = (*WORDS[name], *(MilestoneStatus if name == "status" else ()))
            return {"enum": list(map(str, dict.fromkeys(words)))}


def _parts(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {part: _or_null(_of_kind(part, kind)) for part, (kind, _) in PARTS[name].items()},
        "required": [part for part, (_, required) in PARTS[name].items() if required],
    }


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_VALUES = {
    "description": (
        "The new values of fields. A null or empty value clears a field. Unknown fields, which a newer version may"
        " write, are accepted and stored."
    ),
    "type": "object",
    "properties": {
        name: {"anyOf": [_of_kind(name, kind), {"enum": [None, ""]}]} for name, kind in sorted(KINDS.items())
    },
}

_BODY = {
    "description": (
        "The content of an entry: new values, a note, evidence, and references to other entries and milestones. Other"
        " parts are accepted and stored. An entry with an unknown version or kind is stored, and does not count."
    ),
    "type": "object",
    "properties": {
        "v": {"type": "integer", "minimum": 1, "description": f"The version of the format, currently {BODY_VERSION}."},
        "type": {"type": "string", "description": f"The type of a new item: {', '.join(ITEM_TYPES)}."},
        "set": {"$ref": "#/$defs/Values"},
        **dict.fromkeys(("note", "via"), _or_null(_TEXT)),
        "evidence": _or_null({**_TEXT, "description": "Web addresses and citations in words, one per line."}),
        "milestone": _or_null({**_ID, "description": "The milestone that the entry is about."}),
        "retracts": {**_ID, "description": "The entry that this one retracts."},
        "internal": {"const": True, "description": "If present, the entry is not in the public record."},
        "beside": {"type": "array", "items": _ID, "description": "The newest entries of other branches, if any."},
    },
    "required": ["v"],
}

_ENTRY = {
    "description": "An entry of an exported log.",
    "type": "object",
    "properties": {
        "id": _ID,
        "ts": {
            "type": "integer",
            "minimum": 0,
            "maximum": LATEST_TS,
            "description": "The time of recording, in microseconds since 1970 (UTC).",
        },
        "on": {**_DATE, "description": "The date on which it was true: an EDTF date with an end."},
        "author": _TEXT,
        "kind": {**_TEXT, "description": f"{CREATE}, {SET}, {NOTE} or {RETRACT}."},
        "item": {**_ID, "description": "The item that the entry is about."},
        "base": _or_null({**_ID, "description": "The newest entry of the item when this one was written."}),
        "body": {"$ref": "#/$defs/Body"},
        "sha": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "The SHA-256 of the canonical form."},
        "seq": _or_null({"type": "integer", "minimum": 1, "description": "The position in a shared log."}),
    },
    "required": [name for name in Entry._fields if name != _OPTIONAL],
    "additionalProperties": False,
}
