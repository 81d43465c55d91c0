"""Validation of entries: what an entry of each kind may contain.

The fold counts only valid entries. Import refuses the others, sync quarantines them, and doctor reports those that are
already in a store. An entry of a newer program is valid and stored, but does not count.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeGuard

from spacedialog.errors import DateError, InputError
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.entry import (
    BODY_VERSION,
    CREATE,
    ENTRY_KINDS,
    REPLACES,
    RETRACT,
    SET,
    Entry,
    canonical_json,
    in_current_words,
)
from spacedialog.model.fields import ITEM_TYPES, KINDS, LIST_KINDS, MILESTONE, Kind
from spacedialog.model.values import (
    HIGHEST_PERCENT,
    INVALID_CHARACTER,
    LONGEST_TEXT,
    LOWEST_PERCENT,
    check_recorded_text,
)
from spacedialog.model.vocabulary import HASH_PATTERN, NAME_PATTERN, LinkDecision, MilestoneStatus, Status, Strength

UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

LATEST_TS = 199_999_999_999_999_999
"""The latest recorded time that is accepted (µs; in the year 8307)."""

LATEST_SEQ = 2**62
"""The highest position in a shared log that is accepted."""

MOST_PARTS = 10_000
"""The maximum number of values in a list of an entry."""

DEEPEST = 32
"""The maximum number of levels of nesting in the body of an entry."""

NUMBERS: Mapping[str, tuple[int, int]] = {
    "percent": (LOWEST_PERCENT, HIGHEST_PERCENT),
    "position": (0, 1_000_000),
    **dict.fromkeys(("number", "sentence"), (1, 1_000_000)),
}
"""The range of each field that is a whole number."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "strength": tuple(Strength),
    "status": tuple(Status),
    "decided": tuple(LinkDecision),
}
"""The values of each field that is a word of the vocabulary; the status of a milestone is a `MilestoneStatus`."""

PARTS: Mapping[str, Mapping[str, tuple[Kind, bool]]] = {
    "sources": {
        "document": (Kind.TEXT, True),
        "paragraph": (Kind.TEXT, False),
        "sentence": (Kind.NUMBER, False),
        "hash": (Kind.HASH, False),
        "grade": (Kind.TEXT, False),
    },
    "documents": {
        "key": (Kind.NAME, True),
        "title": (Kind.TEXT, True),
        "url": (Kind.TEXT, False),
        "note": (Kind.TEXT, False),
    },
    "heads": {
        "side": (Kind.NAME, True),
        "name": (Kind.TEXT, True),
        "title": (Kind.TEXT, True),
        "body": (Kind.TEXT, True),
    },
    "succeeds": {"party": (Kind.NAME, True), "from": (Kind.DATE, True)},
}
"""The fields of the objects in a list, each with its kind and whether it is required."""

_CREATED_ONLY = {*ITEM_TYPES["assessment"].kinds, "old", "new"}
"""The fields that no later entry may set: their values depend on each other."""

_REQUIRED = MILESTONE.required.union(*(type_.required for type_ in ITEM_TYPES.values()))
"""The fields that no entry may clear."""


class Problem(NamedTuple):
    """A fault of an entry: the field, such as `body.set.status`, and a description of the fault."""

    field: str
    text: str


def problems(entry: Entry) -> Iterator[Problem]:
    """Yield every fault of an entry, except a hash that does not match."""
    content = _parsed(entry.body)
    is_canonical = content is None or canonical_json(content) == entry.body
    if content is not None:
        in_current_words(content, entry.body)
    yield from _problems(entry, content, frame_only=content is not None and is_newer(entry.kind, content))
    if not is_canonical:
        yield Problem("body", "it is not canonical JSON")


def checked_content(entry: Entry) -> tuple[dict[str, Any] | None, Problem | None]:
    """Return the `counted_content` of an entry and the first of its `problems`, None if it has none."""
    content = _parsed(entry.body)
    if content is not None and is_plain(entry, content) and canonical_json(content) == entry.body:
        return content, None
    problem = next(problems(entry), None)
    return (None if problem else counted_content(entry)), problem


def _problems(entry: Entry, content: Mapping[str, Any] | None, *, frame_only: bool) -> Iterator[Problem]:
    for field, value, check in (
        ("id", entry.id, _id_problem),
        ("ts", entry.ts, _ts_problem),
        ("author", entry.author, _text_problem),
        ("kind", entry.kind, _text_problem),
        ("item", entry.item, _id_problem),
        ("base", entry.base, _id_problem),
        ("sha", entry.sha, _sha_problem),
        ("seq", entry.seq, _seq_problem),
    ):
        if (value is not None or field not in ("base", "seq")) and (text := check(value)):
            yield Problem(field, text)
    if content is None:
        yield Problem("body", f"it is not a JSON object of at most {DEEPEST} levels with numbers of at most 64 bits")
    else:
        yield from _content_problems(entry, content, frame_only=frame_only)


def counted_content(entry: Entry) -> dict[str, Any] | None:
    """Return the content of an entry that counts, in current words; None if the entry is newer, or not valid."""
    content = _parsed(entry.body)
    if content is None or is_newer(entry.kind, content):
        return None
    in_current_words(content, entry.body)
    is_valid = is_plain(entry, content) or next(_problems(entry, content, frame_only=False), None) is None
    return content if is_valid else None


def counted_pending(entry: Entry, content: dict[str, Any]) -> dict[str, Any] | None:
    """Return `counted_content` of a new entry, given the content from which its body was made."""
    # The body is parsed if its values may have other types or words than the content.
    return content if is_plain(entry, content) else counted_content(entry)


def is_counted(entry: Entry) -> bool:
    """Return whether the fold counts an entry."""
    return counted_content(entry) is not None


def is_newer(kind: str, content: Mapping[str, Any]) -> bool:
    """Return whether an entry has a kind, a format or a type of item that only a newer program can know."""
    version, type_ = content.get("v"), content.get("type")
    return (
        kind not in ENTRY_KINDS
        or (_is_whole(version) and version > BODY_VERSION)
        or (kind == CREATE and isinstance(type_, str) and type_ not in ITEM_TYPES)
    )


def _content_problems(entry: Entry, content: Mapping[str, Any], *, frame_only: bool) -> Iterator[Problem]:
    kind = entry.kind
    if not (isinstance(entry.on, str) and _is_closed_date(entry.on)):
        yield Problem("on", _about(entry.on, "is not an EDTF date with an end"))
    version = content.get("v")
    if not (_is_whole(version) and version >= 1):
        yield Problem("body.v", _about(version, "is not the version of a format"))
    # These parts have the same form in every version of the format.
    for name, check in _FRAME.items():
        if content.get(name) is not None and (text := check(content[name])):
            yield Problem(f"body.{name}", text)
    if frame_only:
        return
    if kind in (CREATE, SET):
        yield from _values_problems(kind, content)
    elif "set" in content:
        yield Problem("body.set", f"an entry of kind {kind} sets no fields")
    if kind == RETRACT and content.get("retracts") is None:
        yield Problem("body.retracts", _MISSING)


def _values_problems(kind: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the faults of the values that an entry sets."""
    values, is_milestone = content.get("set"), content.get("milestone") is not None
    if not isinstance(values, dict):
        yield Problem("body.set", _about(values, "is not an object with the new values"))
        return
    for name, value in values.items():
        if name not in _CHECKS:
            continue  # A newer program may have more fields.
        if kind == SET and name in _CREATED_ONLY:
            yield Problem(f"body.set.{name}", "only the entry that creates the item can set it")
        elif value is None or (not value and _is_empty(value, KINDS[name])):
            if name in _REQUIRED:
                yield Problem(f"body.set.{name}", "it is empty")
        elif text := (_milestone_status_problem if is_milestone and name == "status" else _CHECKS[name])(value):
            yield Problem(f"body.set.{name}", text)
    if "verdict" in values and (text := _verdict_problem(values.get("rubric"), values["verdict"])):
        yield Problem("body.set.verdict", text)
    if "recurs" in values and (text := _recurrence_problem(values.get("when"), values["recurs"])):
        yield Problem("body.set.recurs", text)
    if kind == CREATE:
        type_ = MILESTONE if is_milestone else ITEM_TYPES.get(str(content.get("type")))
        if type_ is None:
            yield Problem("body.type", _about(content.get("type"), f"is not one of {', '.join(ITEM_TYPES)}"))
        else:
            yield from (Problem(f"body.set.{name}", _MISSING) for name in sorted(type_.required - values.keys()))


def is_plain(entry: Entry, content: Mapping[str, Any]) -> bool:
    """Return whether an entry of this format, with this content, has the usual form, in which it is valid.

    This takes a tenth of the time of `problems`. False means only that the entry must be checked in full.
    """
    entry_id, ts, on, author, kind, item, base, _, sha, seq = entry
    try:
        version, values = content["v"], content.get("set")
        if not (
            _is_plain_frame(f"{entry_id} {item} {entry_id if base is None else base} {sha}")
            and type(ts) is int
            and 0 <= ts <= LATEST_TS
            and (seq is None or (type(seq) is int and 1 <= seq <= LATEST_SEQ))
            and kind in ENTRY_KINDS
            and _is_closed_date(on)
            and _is_plain_text(author)
            and type(version) is int
            and 1 <= version <= BODY_VERSION
        ):
            return False
        for name, value in content.items():
            if not _PLAIN_FRAME[name](value):
                return False
        if kind == CREATE:
            if ("milestone" in content) == ("type" in content):
                return False
            checks, required = _PLAIN_TYPES[content.get("type")]
            if not (values and required <= values.keys()):
                return False
        elif kind == SET:
            checks = _PLAIN_MILESTONE_VALUES if "milestone" in content else _PLAIN_VALUES
            if not values:
                return False
        else:
            return values is None and (kind != RETRACT or "retracts" in content)
        for name, value in values.items():
            if not checks[name](value):
                return False
    except (KeyError, TypeError):
        return False  # an unknown part or field, or a value of another type
    return True


# Checks of single values: each returns a description of the fault, or an empty text.

Check = Callable[[Any], str]

_MISSING = "it is missing"


def _about(value: object, text: str) -> str:
    if value is None:
        return _MISSING
    return f"{quoted(value if isinstance(value, str) else json.dumps(value, default=str))} {text}"


def _is_empty(value: object, kind: Kind) -> bool:
    if kind in (Kind.TEXT, Kind.LINE, Kind.PARTY):
        return value == ""
    return kind in LIST_KINDS and value == []


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _parsed(body: Any) -> dict[str, Any] | None:
    """Return the JSON object in a body; None if it is not one, or has too many levels or too large a number."""
    try:
        content = _decode(body)
    except (ValueError, TypeError, RecursionError):
        return None
    # Most bodies have fewer opening brackets than DEEPEST, so their levels need not be counted.
    is_flat = body.count("{") + body.count("[") <= DEEPEST
    return content if isinstance(content, dict) and (is_flat or not _is_deeper(content, DEEPEST)) else None


def _is_deeper(value: object, levels: int) -> bool:
    """Return whether a JSON value nests deeper than `levels`, without reading below that depth."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return parts is not None and (levels == 0 or any(_is_deeper(part, levels - 1) for part in parts))


def _bounded(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def finite_number(text: str) -> float:
    """Parse a number of JSON; ValueError if it is NaN or infinite, or too large."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_decode = json.JSONDecoder(parse_int=_bounded, parse_float=finite_number, parse_constant=finite_number).decode


@lru_cache(maxsize=4096)
def is_date(text: str) -> bool:
    """Return whether a text is an EDTF date in the form in which dates are stored."""
    try:
        return str(VagueDate.parse(text)) == text
    except DateError:
        return False


@lru_cache(maxsize=4096)
def _is_closed_date(text: str) -> bool:
    return is_date(text) and VagueDate.parse(text).latest is not None


def _text_problem(value: object) -> str:
    if not isinstance(value, str):
        return _about(value, "is not text")
    try:
        check_recorded_text("text", value)
    except InputError as error:
        return error.problem.removeprefix("text: ")
    return ""


def _pattern_problem(pattern: str, what: str) -> Check:
    matches = re.compile(pattern).fullmatch
    return lambda value: "" if isinstance(value, str) and matches(value) else _about(value, f"is not {what}")


def _number_problem(least: int, most: int) -> Check:
    text = f"is not a whole number from {least} to {most}"
    return lambda value: "" if _is_whole(value) and least <= value <= most else _about(value, text)


def _word_problem(words: Sequence[str]) -> Check:
    return lambda value: "" if value in words else _about(value, f"is not one of {', '.join(words)}")


def _date_problem(value: object) -> str:
    return "" if isinstance(value, str) and is_date(value) else _about(value, "is not an EDTF date")


def _span_problem(value: object) -> str:
    try:
        return "" if isinstance(value, str) and str(Span.parse(value)) == value else _about(value, "is not a span")
    except DateError as error:
        return error.problem


def _review_problem(value: object) -> str:
    return _span_problem(value) and _date_problem(value) and _about(value, "is neither a span nor an EDTF date")


def _list_problem(check: Check, value: object) -> str:
    if not isinstance(value, list) or len(value) > MOST_PARTS:
        return _about(value, f"is not a list of at most {MOST_PARTS} values")
    return next(filter(None, map(check, value)), "")


def _object_problem(parts: Mapping[str, tuple[Check, bool]], value: object) -> str:
    if not isinstance(value, dict):
        return _about(value, "is not an object")
    for name, (check, is_required) in parts.items():
        part = value.get(name)
        if (part is not None or is_required) and (text := check(part)):
            return f"{name}: {text}"
    return ""


def _texts_problem(value: object) -> str:
    if not isinstance(value, dict) or len(value) > MOST_PARTS:
        return _about(value, f"is not an object of at most {MOST_PARTS} texts")
    return next(filter(None, (_text_problem(text) for pair in value.items() for text in pair)), "")


def _verdict_problem(rubric: object, verdict: object) -> str:
    from spacedialog.model.rubrics import rubrics

    known = rubrics().get(str(rubric))
    if known is None or any(verdict == choice.value for choice in known.verdicts):
        return ""  # A newer program may have more rubrics.
    return _about(verdict, f"is not a verdict of {known.name}")


def _recurrence_problem(when: object, recurs: object) -> str:
    """Return why an event cannot recur; empty if the date or the span is missing or itself a problem."""
    if _date_problem(when) or _span_problem(recurs):
        return ""
    try:
        VagueDate.parse(str(when)).occurrence(1, Span.parse(str(recurs)))
    except DateError as error:
        return error.problem
    return ""


_id_problem = _pattern_problem(UUID_PATTERN, "an id")
_name_problem = _pattern_problem(NAME_PATTERN, "a short name")
_sha_problem = _pattern_problem("[0-9a-f]{64}", "a SHA-256")
_ts_problem = _number_problem(0, LATEST_TS)
_seq_problem = _number_problem(1, LATEST_SEQ)
_milestone_status_problem = _word_problem(tuple(MilestoneStatus))

_OF_KIND: Mapping[Kind, Check] = {
    **dict.fromkeys((Kind.TEXT, Kind.LINE), _text_problem),
    **dict.fromkeys((Kind.REF, Kind.NAME, Kind.PARTY, Kind.AREA), _name_problem),
    Kind.DATE: _date_problem,
    Kind.SPAN: _span_problem,
    Kind.REVIEW: _review_problem,
    Kind.ID: _id_problem,
    Kind.HASH: _pattern_problem(HASH_PATTERN, "the hash of a sentence"),
    Kind.LINES: partial(_list_problem, _text_problem),
    **dict.fromkeys((Kind.PARTIES, Kind.DOCUMENTS), partial(_list_problem, _name_problem)),
    Kind.OBJECT: _texts_problem,
}


def _check_of(name: str, kind: Kind) -> Check:
    if kind is Kind.WORD:
        return _word_problem(WORDS[name])
    if kind is Kind.NUMBER:
        return _number_problem(*NUMBERS[name])
    if kind is Kind.OBJECTS:
        parts = {part: (_check_of(part, kind), is_required) for part, (kind, is_required) in PARTS[name].items()}
        return partial(_list_problem, partial(_object_problem, parts))
    return _OF_KIND[kind]


_CHECKS: Mapping[str, Check] = {name: _check_of(name, kind) for name, kind in KINDS.items()}
"""The check of each field that an entry may set."""

_FRAME: Mapping[str, Check] = {
    **dict.fromkeys(("note", "evidence", "via"), _text_problem),
    **dict.fromkeys(("milestone", "retracts", REPLACES), _id_problem),
    "beside": partial(_list_problem, _id_problem),
    "internal": lambda value: "" if value is True else _about(value, "is not true"),
}


# Checks of the usual values for `is_plain`: each is true only for a valid value, but not for every valid value.

_PlainCheck = Callable[[Any], object]

_is_plain_frame = re.compile(f"{UUID_PATTERN} {UUID_PATTERN} {UUID_PATTERN} [0-9a-f]{{64}}").fullmatch
_is_plain_id = re.compile(UUID_PATTERN).fullmatch
_is_plain_name = re.compile(NAME_PATTERN).fullmatch


def _is_plain_text(value: Any) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= LONGEST_TEXT
        and not value.isspace()
        and ("\0" not in value if value.isascii() else not re.search(INVALID_CHARACTER, value))
    )


def _is_plain_word(words: Sequence[str]) -> _PlainCheck:
    known = frozenset(map(str, words))
    return lambda value: type(value) is str and value in known


def _is_plain_number(least: int, most: int) -> _PlainCheck:
    return lambda value: type(value) is int and least <= value <= most


def _are_plain_names(value: Any) -> bool:
    return type(value) is list and 0 < len(value) <= MOST_PARTS and all(map(_is_plain_name, value))


def _are_plain_sources(value: Any) -> bool:
    if type(value) is not list or not 0 < len(value) <= MOST_PARTS:
        return False
    for source in value:
        if not source["document"]:
            return False
        for name, part in source.items():
            if not _PLAIN_SOURCE[name](part):
                return False
    return True


_PLAIN_KINDS: Mapping[Kind, _PlainCheck] = {
    **dict.fromkeys((Kind.TEXT, Kind.LINE), _is_plain_text),
    **dict.fromkeys((Kind.REF, Kind.NAME, Kind.PARTY, Kind.AREA), _is_plain_name),
    Kind.ID: _is_plain_id,
    Kind.DATE: is_date,
    **dict.fromkeys((Kind.PARTIES, Kind.DOCUMENTS), _are_plain_names),
}
_PLAIN_SOURCE: Mapping[str, _PlainCheck] = {
    **dict.fromkeys(("document", "paragraph"), _is_plain_text),
    "sentence": _is_plain_number(*NUMBERS["sentence"]),
    "hash": re.compile(HASH_PATTERN).fullmatch,
    "grade": _is_plain_text,
}
_PLAIN_VALUES: Mapping[str, _PlainCheck] = {
    **{name: _PLAIN_KINDS[kind] for name, kind in KINDS.items() if kind in _PLAIN_KINDS and name not in _CREATED_ONLY},
    **{name: _is_plain_word(words) for name, words in WORDS.items()},
    **{name: _is_plain_number(*numbers) for name, numbers in NUMBERS.items() if name in KINDS},
    "sources": _are_plain_sources,
}
_PLAIN_MILESTONE_VALUES: Mapping[str, _PlainCheck] = {
    **_PLAIN_VALUES,
    "status": _is_plain_word(tuple(MilestoneStatus)),
}
_PLAIN_TYPES: Mapping[str | None, tuple[Mapping[str, _PlainCheck], frozenset[str]]] = {
    **{name: (_PLAIN_VALUES, ITEM_TYPES[name].required) for name in ("commitment", "area", "party")},
    None: (_PLAIN_MILESTONE_VALUES, MILESTONE.required),
}
_PLAIN_FRAME: Mapping[str, _PlainCheck] = {
    **dict.fromkeys(("note", "evidence", "via"), _is_plain_text),
    **dict.fromkeys(("milestone", "retracts"), _PLAIN_KINDS[Kind.ID]),
    "internal": lambda value: value is True,
    "set": lambda value: type(value) is dict,
    "v": lambda _: True,
    "type": lambda value: type(value) is str,
}
