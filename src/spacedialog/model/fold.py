"""The fold: compute the history of one item, as periods of days, from its entries. Pure: no clock, no file, no SQL.

Entries that are not retracted apply in the order (`on`, `ts`, `id`); an EDTF `on` counts as its latest day. The entry
that creates an item applies first, and the item exists from that entry's day: entries dated earlier apply on that day.
The result does not depend on the order in which entries arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import CHECK, CREATE, NOTE, REPLACES, RETRACT, Entry
from spacedialog.model.validation import counted_content
from spacedialog.model.values import citation_text
from spacedialog.model.vocabulary import MilestoneStatus, Status

FOREVER = "9999-12-32"
"""The end of a period that has not ended: as text it sorts after every day."""

_MICROSECONDS_OF_DAY = 86_400_000_000
_WESTERNMOST = _MICROSECONDS_OF_DAY // 2
"""The time (µs) by which the westernmost time zone is behind UTC."""
_EPOCH = date(1970, 1, 1).toordinal()
_SEARCHED_FIELDS = ("title", "detail", "difference", "criterion", "quote")
_SOURCED_FIELDS = ("when", "met", "status")
"""The fields of a milestone that its source is about."""
_CHECKING_FIELDS = frozenset(("status", "percent", "due", "when", "met"))
"""The fields of the progress and the dates: an update of one of them counts as a check."""


class FoldedMilestone(NamedTuple):
    """One milestone of a commitment within a period: its id, its fields, and whether its date has slipped.

    `source` is the source of its date and status: a citation, or else the evidence, one piece per line, or empty.
    """

    id: str
    fields: Mapping[str, Any]
    slipped: bool
    source: str


class Period(NamedTuple):
    """The state of an item on the days from `valid_from` up to, but not including, `valid_to` (ISO days).

    `updated` is the `on` of the latest entry that is not a check, as an EDTF date. `status_on` is the latest day (ISO)
    of an entry that sets the status, or empty. `evidence` is the newest evidence since the item got its status, or
    empty; that of a check does not count. Entries on milestones do not count for `status_on` and `evidence`. `entry`
    is the id of the entry that applied last.
    """

    valid_from: str
    valid_to: str
    fields: Mapping[str, Any]
    milestones: tuple[FoldedMilestone, ...]
    slipped: bool
    updated: str
    status_on: str
    evidence: str
    entry: str

    @property
    def is_unevidenced(self) -> bool:
        """Return whether the status is complete and no evidence has been recorded since it was set."""
        return self.fields.get("status") == Status.COMPLETE and not self.evidence


class Redating(NamedTuple):
    """One change of a due date, or of a milestone's date, by the entry with the id `entry`.

    It applies from `day` (ISO); `on` is the EDTF date of the entry. `old` and `new` are EDTF dates.
    `milestone` is the milestone's id, None for the due date.
    """

    entry: str
    day: str
    on: str
    milestone: str | None
    old: str
    new: str


class SearchText(NamedTuple):
    """One text of an entry for full-text search: the field that it is the value of, or `note`.

    `on` is the day (ISO) from which it applies. `part` is the milestone that the entry is about, None for the item
    itself. The text of a field that the entry clears is empty.
    """

    on: str
    part: str | None
    field: str
    text: str


class History(NamedTuple):
    """An item's type and its periods. `ignored` are the ids of the entries that do not count.

    `check_days` are the days (ISO) from which the item counts as checked again: in a view of a day, it was last checked
    on the latest of them up to that day. Each check gives the day when it was true and the day when it was recorded,
    which depends on the time zone.
    """

    type: str
    periods: tuple[Period, ...]
    redatings: tuple[Redating, ...]
    texts: tuple[SearchText, ...]
    check_days: tuple[str, ...]
    retracted_ids: frozenset[str]
    ignored: tuple[str, ...]


class _DatedEntry(NamedTuple):
    """An entry that counts, and the day from which it applies. The order of the fields is the order of the fold.

    `part` is the milestone that the entry is about, None for the item itself.
    """

    day: str
    is_update: bool  # False for the entry that creates the part, so that it sorts first on its day
    true_on: str
    ts: int
    id: str
    part: str | None
    on: str
    kind: str
    content: Mapping[str, Any]


class _Part:
    """The state of a commitment, or of one of its milestones, while its entries are folded."""

    def __init__(self, date_field: str, **fields: Any) -> None:
        self.date_field = date_field
        self.fields: dict[str, Any] = fields
        self.first_date: str | None = None
        self.last_date: str | None = None
        self.source = ""

    def apply(self, values: Mapping[str, Any], evidence: str) -> tuple[str, str] | None:
        """Set the values; return the old and the new date if they move the date.

        A date that is set after the date was cleared is compared with the last date before it.
        """
        self.source = self._source_after(values, evidence)
        old = self.last_date
        self.fields = {**self.fields, **values}
        new = self.fields.get(self.date_field)
        self.last_date = new or old
        if "met" in values or self.first_date is None:
            # After an occurrence is met, the date is that of the next occurrence, which is not a slip.
            self.first_date = new
            return None
        return (old, new) if old and new and old != new else None

    def _source_after(self, values: Mapping[str, Any], evidence: str) -> str:
        """Return the source of the date and the status after an entry.

        It is the first source that the entry sets, or else its evidence. An entry that changes neither the date nor the
        status only adds a missing source.
        """
        if sources := values.get("sources"):
            return citation_text(sources[0])
        for name in _SOURCED_FIELDS:
            if name in values and values[name] != self.fields.get(name):
                return evidence
        return self.source or evidence

    @property
    def slipped(self) -> bool:
        """Return whether the date closes later than the first one did."""
        date_ = self.fields.get(self.date_field)
        if date_ == self.first_date:
            return False
        return bool(date_ and self.first_date and closing_day(date_) > closing_day(self.first_date))


def retracted_ids(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the ids of those of an item's entries that are retracted.

    A retraction counts unless a retraction that was recorded later retracts it. It has no effect on another item.
    """
    entries = tuple(entries)
    retractions = [entry for entry in entries if entry.kind == RETRACT]
    if not retractions:
        return frozenset()
    renamed = replaced_ids(entries)
    retracted: set[str] = set()
    for entry in sorted(retractions, key=lambda entry: (entry.ts, entry.id), reverse=True):
        content = counted_content(entry)
        if content and entry.id not in retracted:
            retracted.add(content["retracts"])
            retracted.update(renamed.get(content["retracts"], ()))
    return frozenset(retracted).intersection(entry.id for entry in entries) if retracted else frozenset()


def replaced_ids(entries: Iterable[Entry]) -> Mapping[str, Sequence[str]]:
    """Return, by the ids that entries had before, the ids that they have now."""
    renamed: dict[str, list[str]] = {}
    for entry in entries:
        if f'"{REPLACES}":' in entry.body and (content := counted_content(entry)) and REPLACES in content:
            renamed.setdefault(content[REPLACES], []).append(entry.id)
    return renamed


@lru_cache(maxsize=4096)
def closing_day(edtf: str) -> str:
    """Return the latest day (ISO) of an EDTF date; FOREVER if it has no end or the text is not a date."""
    try:
        latest = VagueDate.parse(edtf).latest
    except DateError:
        return FOREVER
    return latest.isoformat() if latest else FOREVER


Content = Mapping[str, Any] | None
"""The `counted_content` of an entry."""

Contents = Sequence[Content]
"""The `counted_content` of each of several entries."""


def fold(entries: Iterable[Entry], contents: Contents | None = None) -> History | None:
    """Return the history of one item, given all its entries; None if no entry that counts creates it.

    `contents` are the contents of the entries, if the caller has them.
    """
    entries = tuple(entries)
    retracted = retracted_ids(entries)
    dated, ignored = _dated_entries(entries, retracted, contents)
    creations = _creations(dated)
    if None not in creations:
        return None

    whole = _Part("due")
    milestones = {part: _Part("when", status=MilestoneStatus.PLANNED.value) for part in creations if part}
    states: list[tuple[Any, ...]] = []
    redatings: list[Redating] = []
    texts: list[SearchText] = []
    kind = ""
    latest, status_on, evidence = ("", ""), "", ""
    ordered = _in_order(dated, creations)
    # A check changes no field, and its evidence does not count for the status.
    updates = [entry for entry in ordered if entry.kind != CHECK]
    for day, entries_of_day in groupby(updates, key=itemgetter(0)):
        for entry in entries_of_day:
            content, about = entry.content, entry.part
            values = content.get("set") or {}
            new_evidence = content.get("evidence") or ""
            latest = max(latest, (entry.true_on, entry.on))
            if not about:
                if "status" in values:
                    status_on = max(status_on, entry.true_on)
                    evidence = evidence if values["status"] == whole.fields.get("status") else ""
                evidence = new_evidence or evidence
            kind = kind or content.get("type", "")
            part = milestones[about] if about else whole
            moved = part.apply(values, new_evidence)
            if moved:
                redatings.append(Redating(entry.id, day, entry.on, about, *moved))
            for name in _SEARCHED_FIELDS:
                if name in values:
                    texts.append(SearchText(day, about, name, values[name] or ""))
        existing: tuple[FoldedMilestone, ...] = ()
        if milestones:
            existing = tuple(
                [
                    FoldedMilestone(id_, milestone.fields, milestone.slipped, milestone.source)
                    for id_, milestone in milestones.items()
                    if creations[id_].day <= day
                ]
            )
        slipped = whole.slipped or any(milestone.slipped for milestone in existing)
        states.append((day, whole.fields, existing, slipped, latest[1], status_on, evidence, entry.id))
    ends = [*[state[0] for state in states[1:]], FOREVER]
    periods = tuple([Period(state[0], end, *state[1:]) for state, end in zip(states, ends, strict=True)])
    texts += [SearchText(one.day, one.part, "note", note) for one in ordered if (note := one.content.get("note"))]
    check_days = _check_days(ordered, creations[None].day)
    return History(kind, periods, tuple(redatings), tuple(texts), check_days, retracted, ignored)


def _check_days(ordered: Iterable[_DatedEntry], first: str) -> tuple[str, ...]:
    """Return the days (ISO) from which an item counts as checked again; it exists from the day `first`."""
    days: set[str] = set()
    for entry in filter(_is_check, ordered):
        day = entry.day
        recorded, earlier = _days_of(entry.ts)
        days.add(recorded if recorded > day else day)
        days.add(earlier if earlier > day else day)
        # An entry on an event before the statement counts only from the day on which it was recorded.
        if entry.true_on >= first:
            days.add(day)
    return tuple(sorted(days))


def _is_check(entry: _DatedEntry) -> bool:
    """Return whether an entry counts as a check of the progress.

    Checks, notes, updates of the progress or a date, and verdicts count; corrections and creations do not.
    """
    if entry.kind in (CHECK, NOTE):
        return True
    values = entry.content.get("set") or {}
    return (entry.kind != CREATE and not _CHECKING_FIELDS.isdisjoint(values)) or "verdict" in values


def _days_of(ts: int) -> tuple[str, str]:
    """Return the day (ISO) of a recorded time in UTC, and in the westernmost time zone, where it may be a day less."""
    return _day_after_epoch(ts // _MICROSECONDS_OF_DAY), _day_after_epoch((ts - _WESTERNMOST) // _MICROSECONDS_OF_DAY)


@lru_cache(maxsize=4096)
def _day_after_epoch(days: int) -> str:
    return date.fromordinal(min(_EPOCH + days, date.max.toordinal())).isoformat()


def in_order(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """Return the entries of one item that apply, each with its first day (ISO), in the order of the fold.

    There are none if no entry creates the item.
    """
    by_id = {entry.id: entry for entry in entries}
    dated, _ = _dated_entries(by_id.values(), retracted_ids(by_id.values()))
    return [(entry.day, by_id[entry.id]) for entry in _in_order(dated, _creations(dated))]


def _dated_entries(
    entries: Iterable[Entry], retracted: frozenset[str], contents: Contents | None = None
) -> tuple[list[_DatedEntry], tuple[str, ...]]:
    """Return the entries that apply, and the ids of the entries that do not count."""
    dated, ignored = [], []
    for entry, content in zip(entries, map(counted_content, entries) if contents is None else contents, strict=True):
        entry_id, ts, on, _, kind, *_ = entry
        if content is None:
            ignored.append(entry_id)
        elif kind != RETRACT and entry_id not in retracted:
            day = closing_day(on)
            dated.append(_DatedEntry(day, True, day, ts, entry_id, content.get("milestone"), on, kind, content))
    return dated, tuple(ignored)


def _creations(dated: Iterable[_DatedEntry]) -> dict[str | None, _DatedEntry]:
    """Return the entries that create the item (key None) and its milestones; empty if no entry creates the item.

    Each has the day from which the item or milestone exists; no milestone exists before its item.
    """
    creations: dict[str | None, _DatedEntry] = {}
    for entry in sorted([entry for entry in dated if entry.kind == CREATE]):
        creations.setdefault(entry.part, _DatedEntry(entry.day, False, *entry[2:]))
    if None not in creations:
        return {}
    first = creations[None].day
    return {part: _not_before(first, entry) for part, entry in creations.items()}


def _not_before(day: str, entry: _DatedEntry) -> _DatedEntry:
    """Return an entry that applies from its own day, or from `day` if that is later."""
    return entry if entry.day >= day else _DatedEntry(day, *entry[1:])


def _in_order(dated: Iterable[_DatedEntry], creations: Mapping[str | None, _DatedEntry]) -> list[_DatedEntry]:
    """Return the entries in the order of the fold.

    An entry dated before its part exists applies from the part's first day. An entry whose part does not exist is left
    out.
    """
    ordered = []
    for entry in dated:
        if creation := creations.get(entry.part):
            ordered.append(creation if entry.id == creation.id else _not_before(creation.day, entry))
    return sorted(ordered)
