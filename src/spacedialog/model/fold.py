"""The fold: what one item's changes mean, as periods of days. Pure: no clock, no file, no SQL.

Changes that are not retracted apply in the order (`on`, `ts`, `id`), an EDTF `on` counting as its latest day.
An item's first statement (`create`) comes before all that was said of it, and the item exists from that
statement's day: news dated earlier holds from then on. Since the order is one of the changes themselves, the
order in which they arrive has no bearing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import BODY_VERSION, CREATE, NOTE, RETRACT, SET, Entry
from spacedialog.model.fields import KINDS, PYTHON_TYPES, Kind
from spacedialog.model.vocabulary import MilestoneStatus, Status

FOREVER = "9999-12-32"
"""The end of a period that has not ended: as text it sorts after every day."""


class MilestoneView(NamedTuple):
    """One milestone of a commitment within a period: its id, its fields, whether it was put off."""

    id: str
    fields: Mapping[str, Any]
    slipped: bool


class Period(NamedTuple):
    """What is true of an item on the days from `valid_from` up to, not including, `valid_to` (ISO days).

    `updated` is when the latest of its entries was true, as vague as that entry says; `checked` the day (ISO) of the
    latest that says what its status is. `grounds` is the newest evidence among the entries on the whole (its milestones
    aside) since it came to have its status, empty for none; `entry` the id of the entry that applied last.
    """

    valid_from: str
    valid_to: str
    fields: Mapping[str, Any]
    milestones: tuple[MilestoneView, ...]
    slipped: bool
    updated: str
    checked: str
    grounds: str
    entry: str

    @property
    def claimed(self) -> bool:
        """Whether it is said to be complete, and nothing that was recorded from then on bears evidence."""
        return self.fields.get("status") == Status.COMPLETE and not self.grounds


class Redating(NamedTuple):
    """One move of a date: of a commitment's due date, or of a milestone's. It counts from the day `day`."""

    change: str
    day: str
    on: str
    milestone: str | None
    old: str
    new: str


class Words(NamedTuple):
    """The text that one change brought, for full-text search, and the day from which it stands."""

    on: str
    title: str
    detail: str
    note: str


class History(NamedTuple):
    """An item's past and present. `ignored` names the changes that this program does not understand."""

    type: str
    periods: tuple[Period, ...]
    redatings: tuple[Redating, ...]
    words: tuple[Words, ...]
    retracted_ids: frozenset[str]
    ignored: tuple[str, ...]


class _Entry(NamedTuple):
    """A live change with the part of the item it is about and the day from which it counts."""

    day: str
    follows: bool  # all but a part's first statement, which goes before what was said of it
    true_on: str
    ts: int
    id: str
    part: str | None
    on: str
    creates: bool
    content: Mapping[str, Any]


class _Part:
    """A commitment or one of its milestones while it is folded."""

    def __init__(self, date_field: str, **fields: Any) -> None:
        self.date_field = date_field
        self.fields: dict[str, Any] = fields
        self.first_date: str | None = None

    def apply(self, values: Mapping[str, Any]) -> tuple[str, str] | None:
        """Set the values; returns the old and the new date where a date was moved."""
        old = self.fields.get(self.date_field)
        self.fields = {**self.fields, **values}
        new = self.fields.get(self.date_field)
        if "met" in values or self.first_date is None:
            # An occurrence that was met hands over to the next one: no slip.
            self.first_date = new
            return None
        return (old, new) if old and new and old != new else None

    @property
    def slipped(self) -> bool:
        now = self.fields.get(self.date_field)
        return bool(now and self.first_date and closing_day(now) > closing_day(self.first_date))


def retracted_ids(changes: Iterable[Entry]) -> frozenset[str]:
    """The ids of the changes that are taken back.

    A retraction counts only while it is not retracted itself, by one recorded later.
    """
    gone: set[str] = set()
    for change in sorted((c for c in changes if c.kind == RETRACT), key=lambda c: (c.ts, c.id), reverse=True):
        target = change.content.get("retracts")
        if change.id not in gone and isinstance(target, str):
            gone.add(target)
    return frozenset(gone)


@lru_cache(maxsize=4096)
def closing_day(edtf: str) -> str:
    """The latest day (ISO) of an EDTF date; FOREVER where it has no end or is not a date."""
    try:
        latest = VagueDate.parse(edtf).latest
    except DateError:
        return FOREVER
    return latest.isoformat() if latest else FOREVER


def fold(changes: Iterable[Entry]) -> History | None:
    """The history of the one item that all the changes are about; None where nothing (any more) creates it."""
    known = tuple(changes)
    gone = retracted_ids(known)
    entries, ignored = _live(known, gone)
    first = _first_statements(entries)
    if None not in first:
        return None
    began = {part: entry.day for part, entry in first.items()}

    whole = _Part("due")
    parts = {name: _Part("when", status=MilestoneStatus.PLANNED.value) for name in began if name}
    periods: list[Period] = []
    redatings: list[Redating] = []
    words: list[Words] = []
    kind = ""
    latest, checked, grounds = ("", ""), "", ""
    placed = sorted(
        first[entry.part] if entry.id == first[entry.part].id else entry._replace(day=max(entry.day, began[entry.part]))
        for entry in entries
        if entry.part in first
    )
    for day, of_a_day in groupby(placed, key=lambda entry: entry.day):
        for entry in of_a_day:
            values = entry.content.get("set", {})
            latest = max(latest, (entry.true_on, entry.on))
            if not entry.part:
                if "status" in values:
                    checked = max(checked, entry.true_on)
                    grounds = grounds if values["status"] == whole.fields.get("status") else ""
                grounds = entry.content.get("evidence") or grounds
            kind = kind or entry.content.get("type", "")
            moved = (parts[entry.part] if entry.part else whole).apply(values)
            if moved:
                redatings.append(Redating(entry.id, day, entry.on, entry.part, *moved))
            said = values.get("title"), values.get("detail"), entry.content.get("note")
            text = Words(day, *(one or "" for one in said))
            if any(text[1:]):
                words.append(text)
        if periods:
            periods[-1] = periods[-1]._replace(valid_to=day)
        milestones = tuple(
            MilestoneView(name, part.fields, part.slipped) for name, part in parts.items() if began[name] <= day
        )
        slipped = whole.slipped or any(view.slipped for view in milestones)
        periods.append(Period(day, FOREVER, whole.fields, milestones, slipped, latest[1], checked, grounds, entry.id))
    return History(kind, tuple(periods), tuple(redatings), tuple(words), gone, ignored)


def is_understood(change: Entry) -> bool:
    """Whether this program knows what a change means; one that it does not know is kept, and does not count."""
    return change.kind == RETRACT or _meaning(change) is not None


def _meaning(change: Entry) -> dict[str, Any] | None:
    """What a change says; None where this program does not know what it means."""
    if change.kind not in (CREATE, SET, NOTE) or closing_day(change.on) >= FOREVER:
        return None
    content = change.content
    version, values = content.get("v"), content.get("set", {})
    known = isinstance(version, int) and version <= BODY_VERSION and isinstance(values, dict)
    return content if known and _have_their_types(content, _BODY) and _have_their_types(values, KINDS) else None


_BODY: Mapping[str, Kind] = dict.fromkeys(("type", "note", "evidence", "milestone"), Kind.TEXT)
_LARGEST = 2**53


def _have_their_types(values: Mapping[str, Any], kinds: Mapping[str, Kind]) -> bool:
    """Return whether every value of a known field has the type of its kind; None always fits."""
    return all(value is None or name not in kinds or _has_type(value, kinds[name]) for name, value in values.items())


def _has_type(value: Any, kind: Kind) -> bool:
    of_type, of_parts = PYTHON_TYPES[kind]
    if isinstance(value, list):
        return of_parts is not None and all(isinstance(part, of_parts) for part in value)
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        return False
    return isinstance(value, of_type)


def _live(changes: Sequence[Entry], gone: frozenset[str]) -> tuple[list[_Entry], tuple[str, ...]]:
    """The changes that count, and the ids of those that this program does not understand."""
    entries, ignored = [], []
    for change in changes:
        if change.kind == RETRACT:
            continue
        content = _meaning(change)
        if content is None:
            ignored.append(change.id)
        elif change.id not in gone:
            day, creates = closing_day(change.on), change.kind == CREATE
            part = content.get("milestone")
            entries.append(_Entry(day, True, day, change.ts, change.id, part, change.on, creates, content))
    return entries, tuple(ignored)


def _first_statements(entries: Iterable[_Entry]) -> dict[str | None, _Entry]:
    """The first statement of the item (None) and of each of its milestones, on the day from which the thing exists."""
    first: dict[str | None, _Entry] = {}
    for entry in sorted(entries):
        if entry.creates:
            first.setdefault(entry.part, entry._replace(follows=False))
    if None not in first:
        return {}
    return {part: entry._replace(day=max(entry.day, first[None].day)) for part, entry in first.items()}
