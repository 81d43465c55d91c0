"""Which commitments a person asks for: names as they are typed, checked against what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.dates import quoted
from spacedialog.model.filters import (
    All,
    DueAfter,
    DueBefore,
    DueWithin,
    Field,
    Filter,
    Flagged,
    Involves,
    OfSide,
    OneOf,
    Says,
)
from spacedialog.model.vocabulary import SETTLED, Flag, Status, Strength

if TYPE_CHECKING:
    from datetime import date

    from spacedialog.model.dates import VagueDate
    from spacedialog.store.read.snapshot import Snapshot

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "open": tuple(status.value for status in Status if status not in SETTLED),
    "assessed": tuple(status.value for status in Status if status is not Status.NOT_ASSESSED),
}
"""Names for several statuses at once."""


class Selection(NamedTuple):
    """What to let through: one of the values in each field that names any, and all the flags.

    `due_before` lets through what is due for certain before that date begins, `due_after` what may be due after it
    ends.
    """

    dialogue: Sequence[str] = ()
    area: Sequence[str] = ()
    party: Sequence[str] = ()
    side: Sequence[str] = ()
    lead: Sequence[str] = ()
    kind: Sequence[str] = ()
    status: Sequence[str] = ()
    strength: Sequence[str] = ()
    due_before: VagueDate | None = None
    due_after: VagueDate | None = None
    flags: Sequence[Flag] = ()
    text: str | None = None


# Each field with the kind of name that its values are.
_FIELDS: dict[Field, str] = {"dialogue": "dialogue", "area": "area", "kind": "kind", "lead": "party"}


def to_filter(selection: Selection, view: Snapshot) -> Filter:
    """The filter that a selection means; InputError where it names something that is not on record."""

    parts: list[Filter] = []
    for field, of in _FIELDS.items():
        if values := [find_value(view, of, value) for value in getattr(selection, field)]:
            parts.append(OneOf(field, values))
    if selection.party:
        parts.append(Involves([find_value(view, "party", value) for value in selection.party]))
    if selection.side:
        parts.append(OfSide([find_value(view, "side", value) for value in selection.side]))
    if selection.status:
        choices = [*(status.value for status in Status), *STATUS_GROUPS]
        given = [match_choice("status", value, choices) for value in selection.status]
        parts.append(OneOf("status", [word for value in given for word in STATUS_GROUPS.get(value, (value,))]))
    if selection.strength:
        choices = [strength.value for strength in Strength]
        parts.append(OneOf("strength", [match_choice("strength", value, choices) for value in selection.strength]))
    before = selection.due_before and _bound("due-before", selection.due_before, selection.due_before.earliest)
    after = selection.due_after and _bound("due-after", selection.due_after, selection.due_after.latest)
    if before and after:
        parts.append(DueWithin(after, before))
    elif before:
        parts.append(DueBefore(before))
    elif after:
        parts.append(DueAfter(after))
    parts += [Flagged(flag) for flag in selection.flags]
    if selection.text is not None:
        parts.append(Says(selection.text))
    return All(parts)


def describe(selection: Selection) -> str:
    """Which part of the record a selection lets through; empty for all of it."""
    parts = [
        f"{field} {' or '.join(values)}"
        for field, values in selection._asdict().items()
        if field in Selection._fields[:8] and values
    ]
    parts += [f"due before {selection.due_before}"] if selection.due_before else []
    parts += [f"due after {selection.due_after}"] if selection.due_after else []
    parts += [flag.value for flag in selection.flags]
    parts += [f"with the words {selection.text}"] if selection.text is not None else []
    return ", ".join(parts)


def _bound(name: str, given: VagueDate, day: date | None) -> date:
    if day is None:
        raise InputError(f"{name}: {given} is open on that side", "write a date that is not")
    return day


def find_value(view: Snapshot, name: str, text: str, *, of: str | None = None) -> str:
    """The value on record that a text names, case aside: an area, a party, a side, a kind, a dialogue.

    With `of`, one of that dialogue (its key).
    """
    return match_choice(name, text, view.values(name, dialogue=of))


def match_choice(name: str, text: str, choices: Sequence[str]) -> str:
    """The choice that a text names, case aside; InputError with what there is to choose from."""
    for choice in choices:
        if choice.casefold() == text.strip().casefold():
            return choice
    raise InputError(f"{name}: {quoted(text)} is not on record", f"write one of {', '.join(choices) or '(none yet)'}")
