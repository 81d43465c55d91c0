"""The fast check of a data file's parts of the usual form, which pydantic need not validate."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.importing.dialogue_schema import MOST, Commitment, Milestone, Source, Strict, Update
from spacedialog.model.fields import IN_FILES, Kind
from spacedialog.model.validation import is_date
from spacedialog.model.values import HIGHEST_PERCENT, LONGEST_TEXT, LOWEST_PERCENT, is_plain_address
from spacedialog.model.vocabulary import HASH_PATTERN, NAME_PATTERN, MilestoneStatus, Status, Strength

Check = Callable[[Any], object]


class _Plain(NamedTuple):
    """The checks of the fields of a part, and the fields that it must have."""

    checks: Mapping[str, Check]
    required: frozenset[str]


def is_plain(model: type[Strict], part: Mapping[str, Any]) -> bool:
    """Return whether a part has the usual form, in which it is valid and equal to its validated values.

    False means only that the model must validate it.
    """
    return _is_plain(_PLAIN[model], part)


def _is_plain(plain: _Plain, part: Mapping[str, Any]) -> bool:
    checks = plain.checks
    try:
        for name, value in part.items():
            if not checks[name](value):
                return False
    except (KeyError, TypeError):
        return False  # an unknown field, or a value of another type
    return plain.required <= part.keys()


_has_sign = re.compile("[!-~]").search
_is_name = re.compile(NAME_PATTERN).fullmatch


def _is_line(value: Any) -> bool:
    # A text of printable characters has no line break, no control character and no surrogate.
    return type(value) is str and value.isprintable() and len(value) <= LONGEST_TEXT and _has_sign(value) is not None


def _is_bool(value: Any) -> bool:
    return type(value) is bool


def _is_address(value: Any) -> bool:
    return is_plain_address(value) and len(value) <= LONGEST_TEXT


def _are_names(value: Any) -> bool:
    return type(value) is list and len(value) <= MOST and all(map(_is_name, value))


def _word(words: Sequence[str]) -> Check:
    known = frozenset(map(str, words))
    return lambda value: value in known


def _number(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _list(part: _Plain, least: int, most: int) -> Check:
    def check(value: Any) -> bool:
        is_list = type(value) is list and least <= len(value) <= most
        return is_list and all(type(one) is dict and _is_plain(part, one) for one in value)

    return check


def _required(model: type[Strict]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if field.is_required())


_PERCENT = _number(LOWEST_PERCENT, HIGHEST_PERCENT)
_OF_KIND: Mapping[Kind, Check] = {
    **dict.fromkeys((Kind.LINE, Kind.TEXT), _is_line),
    **dict.fromkeys((Kind.REF, Kind.NAME, Kind.PARTY, Kind.AREA), _is_name),
    **dict.fromkeys((Kind.PARTIES, Kind.DOCUMENTS), _are_names),
    Kind.DATE: is_date,
    Kind.NUMBER: _PERCENT,
}
_SOURCE = _Plain(
    {
        "document": _is_name,
        "paragraph": _is_line,
        "sentence": _number(1, 2**31),
        "hash": re.compile(HASH_PATTERN).fullmatch,
        "grade": _is_line,
    },
    _required(Source),
)
_MILESTONE = _Plain(
    {
        "ref": _is_name,
        "title": _is_line,
        "when": is_date,
        "since": is_date,
        "status": _word(tuple(MilestoneStatus)),
        "note": _is_line,
        "evidence": _is_address,
        "sources": _list(_SOURCE, 0, 100),
        "internal": _is_bool,
    },
    _required(Milestone),
)
_COMMITMENT = _Plain(
    {
        **{field.name: _OF_KIND[field.kind] for field in IN_FILES if field.kind in _OF_KIND},
        "strength": _word(tuple(Strength)),
        "status": _word(tuple(Status)),
        "sources": _list(_SOURCE, 1, MOST),
        "milestones": _list(_MILESTONE, 0, MOST),
        "internal": _is_bool,
    },
    _required(Commitment),
)
_UPDATE = _Plain(
    {
        "ref": _is_name,
        "on": is_date,
        "status": _word((*Status, *MilestoneStatus)),
        "percent": _PERCENT,
        "due": is_date,
        "check": _is_bool,
        "note": _is_line,
        "evidence": _is_address,
        "internal": _is_bool,
    },
    _required(Update),
)
_PLAIN: Mapping[type[Strict], _Plain] = {Commitment: _COMMITMENT, Update: _UPDATE}
