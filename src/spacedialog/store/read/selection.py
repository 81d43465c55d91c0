"""The selection of commitments: values as a user types them, checked against the record."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.entry import CHECK
from spacedialog.model.fields import JOINT
from spacedialog.model.filters import (
    All,
    Among,
    ContainsWords,
    DueAfter,
    DueBefore,
    DueIn,
    DueWithin,
    Filter,
    Flagged,
    Involves,
    LedBy,
    OfSide,
    OneOf,
    Was,
)
from spacedialog.model.position import Since
from spacedialog.model.values import match_choice
from spacedialog.model.vocabulary import STATUS_GROUPS, Flag, Status, Strength

if TYPE_CHECKING:
    from spacedialog.store.read.snapshot import Snapshot

# The fields that are compared with recorded values, each with the name of those values in `Snapshot.values`.
_FIELDS: dict[str, str] = {"dialogue": "dialogue", "area": "area", "kind": "kind", "owner": "owner"}


class Selection(NamedTuple):
    """A selection: the commitments with one of the given values in each field and all the flags; by default, all.

    `owner` selects by who follows the commitment, ignoring case. `party` and `lead` also select the commitments of a
    party's predecessors in dialogues that were held before it succeeded them. The lead `joint` selects commitments
    without a lead.

    `due` selects commitments whose window has a day of that date, `due_before` commitments that are certainly due
    before that date begins, `due_after` commitments that may be due after it ends. `was` selects by a status that the
    commitment had on some day up to the day of the view, and may still have; `changed_since` by an entry, other than a
    check, that is news since that day, as in a brief. `text` has words that the commitment or one of its notes must
    contain.
    """

    dialogue: Sequence[str] = ()
    area: Sequence[str] = ()
    party: Sequence[str] = ()
    side: Sequence[str] = ()
    lead: Sequence[str] = ()
    kind: Sequence[str] = ()
    owner: Sequence[str] = ()
    status: Sequence[str] = ()
    strength: Sequence[str] = ()
    was: Sequence[str] = ()
    due: VagueDate | None = None
    due_before: VagueDate | None = None
    due_after: VagueDate | None = None
    changed_since: date | None = None
    flags: Sequence[Flag] = ()
    text: str | None = None

    def filter(self, snapshot: "Snapshot") -> Filter:
        """Return the filter for this selection; InputError for a value that is not in the record."""
        parts: list[Filter] = []
        for field, kind in _FIELDS.items():
            if values := [find_value(snapshot, kind, value) for value in getattr(self, field)]:
                parts.append(OneOf(field, _all_spellings(snapshot, values) if field == "owner" else values))
        if self.party:
            keys = [find_value(snapshot, "party", value) for value in self.party]
            parts.append(Involves(keys, snapshot.shares_of_predecessors(keys)))
        if self.lead:
            keys = [find_value(snapshot, "party", value) for value in self.lead if not is_joint(value)]
            shares = snapshot.shares_of_predecessors(keys)
            parts.append(LedBy(keys, shares, or_joint=any(map(is_joint, self.lead))))
        if self.side:
            parts.append(OfSide([find_value(snapshot, "side", value) for value in self.side]))
        if self.status:
            parts.append(OneOf("status", _statuses(self.status)))
        if self.was:
            parts.append(Was(_statuses(self.was)))
        if self.strength:
            choices = [strength.value for strength in Strength]
            parts.append(OneOf("strength", [match_choice("strength", value, choices) for value in self.strength]))
        if self.due:
            parts.append(DueIn(self.due.earliest, self.due.latest))
        if self.changed_since:
            parts.append(Among(_changed(snapshot, self.changed_since)))
        before = self.due_before and _bound("due-before", self.due_before, self.due_before.earliest)
        after = self.due_after and _bound("due-after", self.due_after, self.due_after.latest)
        if before and after:
            parts.append(DueWithin(after, before))
        elif before:
            parts.append(DueBefore(before))
        elif after:
            parts.append(DueAfter(after))
        parts += [Flagged(flag) for flag in self.flags]
        if self.text is not None:
            parts.append(ContainsWords(self.text))
        return All(parts)

    def describe(self) -> str:
        """Return a description of the selection in words; empty for all commitments."""
        parts = [
            f"{field} {' or '.join(values)}"
            for field, values in self._asdict().items()
            if field in self._fields[: self._fields.index("due")] and values
        ]
        parts += [f"due in {readable(str(self.due))}"] if self.due else []
        parts += [f"due before {readable(str(self.due_before))}"] if self.due_before else []
        parts += [f"due after {readable(str(self.due_after))}"] if self.due_after else []
        parts += [f"changed since {self.changed_since}"] if self.changed_since else []
        parts += [flag.value for flag in self.flags]
        parts += [f"with the words {self.text}"] if self.text is not None else []
        return ", ".join(parts)


def _statuses(texts: Sequence[str]) -> list[str]:
    """Return the statuses that texts name, with those of each group; InputError for an unknown one."""
    choices = [*(status.value for status in Status), *STATUS_GROUPS]
    names = [match_choice("status", text, choices) for text in texts]
    return [status for name in names for status in STATUS_GROUPS.get(name, (name,))]


def _changed(snapshot: "Snapshot", since: date) -> list[str]:
    """Return the items of commitments that have news since the day, other than checks."""
    news = snapshot.news(Since.from_day(since))
    return list({one.item for one in news if one.commitment and one.has_effect and one.row.entry.kind != CHECK})


def is_joint(text: str) -> bool:
    """Return whether a text, given as a lead, means that the commitment is joint and has no lead."""
    return text.strip().casefold() == JOINT


ALL_COMMITMENTS = Selection()
"""All commitments."""


def find_value(snapshot: "Snapshot", kind: str, text: str, *, dialogue: str | None = None) -> str:
    """Return the recorded value that the text names, ignoring case; InputError if there is none.

    `kind` is area, party, side, kind, owner or dialogue; with `dialogue` (a key), only values of that dialogue count. A
    dialogue may also be named by the end of its key.
    """
    if kind == "dialogue" and (key := snapshot.refs.dialogue_key(text, snapshot.values(kind))):
        return key
    return match_choice(kind, text, snapshot.values(kind, dialogue=dialogue))


def find_dialogue(snapshot: "Snapshot", text: str | None) -> str:
    """Return the key of the dialogue that the text names, or of the latest without a text; InputError if none."""
    if text:
        return find_value(snapshot, "dialogue", text)
    keys = snapshot.values("dialogue")
    if not keys:
        raise InputError("the record has no dialogue", "import one with spacedialog import FILE")
    return keys[0]


def _all_spellings(snapshot: "Snapshot", owners: Sequence[str]) -> list[str]:
    """Return every owner in the record whose name is one of these, ignoring case."""
    named = {owner.casefold() for owner in owners}
    return [owner for owner in snapshot.values("owner") if owner.casefold() in named]


def check_order(snapshot: "Snapshot", old: str, new: str, command: str) -> VagueDate:
    """Return the date of the dialogue `new`; InputError, with the remedy `command`, if `old` was not held before it.

    `old` and `new` are keys. NotFoundError if one of the dialogues is not in the record.
    """
    dates = []
    for key in (old, new):
        dialogue = snapshot.dialogue(key)
        if dialogue is None:
            raise NotFoundError(
                f"{key} is not in the record as of {snapshot.day}", "omit --as-of, or choose a later day"
            )
        dates.append(VagueDate.parse(dialogue["when"]))
    before, after = dates
    if old == new:
        raise InputError(
            f"{old} cannot be compared with itself", "name two dialogues; list them with spacedialog dialogues"
        )
    if before.latest is None or after.latest is None or before.latest >= after.latest:
        raise InputError(f"{old} was not held before {new}", f"name the earlier one first: spacedialog {command}")
    return after


def _bound(name: str, when: VagueDate, day: date | None) -> date:
    if day is None:
        raise InputError(
            f"{name}: the interval {readable(str(when))} is open on the compared side",
            "write a date without an open side",
        )
    return day
