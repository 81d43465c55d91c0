"""A reference model: a record as a plain list of entries, replayed from the start for every question.

It shares no code with the program's fold, tables and SQL. It follows the design as plainly as possible, so that the
program can be compared with it. Days and dates are text. `reference_writer` says which entries may be added.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from spacedialog.model.entry import iso_time
from spacedialog.model.fields import CommitmentRow
from spacedialog.model.rows.record import AreaRow, Coverage, SlipRow, UpcomingRow

ALWAYS = 2**62

Body = dict[str, Any]


class ModelEntry(NamedTuple):
    """An entry of the log with its body parsed."""

    id: str
    ts: int
    on: str
    author: str
    kind: str
    item: str
    base: str | None
    body: Body

    @property
    def milestone(self) -> str | None:
        """The id of the milestone that the entry is about."""
        milestone: str | None = self.body.get("milestone")
        return milestone

    @property
    def parents(self) -> list[str]:
        """The newest entries of the item when this one was written."""
        return [*([self.base] if self.base else []), *self.body.get("beside", ())]

    @property
    def recorded_on(self) -> list[str]:
        """The day on which it was recorded, in UTC and in UTC-12."""
        hours = self.ts // 3_600_000_000
        return [str(date(1970, 1, 1) + timedelta(hours=hours - behind)) for behind in (0, 12)]

    @property
    def is_check(self) -> bool:
        """Whether it is a check, a note or an update, and not a creation or a correction."""
        updated = {"status", "percent", "due", "when", "met"} & self.values.keys()
        return self.kind in ("check", "note") or (self.kind == "set" and bool(updated))

    @property
    def by_import(self) -> bool:
        return "via" in self.body

    @property
    def values(self) -> Body:
        values: Body = self.body.get("set", {})
        return values


class Move(NamedTuple):
    """A moved date."""

    day: str
    by: ModelEntry
    old: str
    new: str


class State:
    """An item or a milestone as of a day: its fields and the first date that it had."""

    def __init__(self, **fields: Any) -> None:
        self.fields: Body = fields
        self.first: str | None = None
        self.last: str | None = None
        self.moves: list[Move] = []
        self.words: list[str] = []
        self.parts: dict[str, State] = {}
        self.checks: list[str] = []
        self.kind = self.since = self.updated = self.grounds = self.source = ""

    def receive(self, entry: ModelEntry, day: str) -> None:
        """Apply an entry."""
        name = "when" if entry.milestone else "due"
        old = self.last
        self.fields = {**self.fields, **entry.values}
        new = self.fields.get(name)
        self.last = new or old
        if self.first is None or "met" in entry.values:
            self.first = new
        elif old and new and old != new:
            self.moves.append(Move(day, entry, old, new))

    @property
    def slipped(self) -> bool:
        """Whether its date closes later than the first one."""
        name = "when" if "when" in self.fields else "due"
        now = self.fields.get(name)
        is_own = bool(now and self.first and window(now)[1] > window(self.first)[1])
        return is_own or any(part.slipped for part in self.parts.values())


def window(edtf: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month, a day or an interval of these."""
    first, _, last = edtf.partition("/")
    year, month, day = (*map(int, (last or first).split("-")), 0, 0)[:3]
    month = month or 12
    ends = f"{year:04}-{month:02}-{day or calendar.monthrange(year, month)[1]:02}"
    return (first + "-01-01"[3 * first.count("-") :]), ends


def later(edtf: str, years: int) -> str:
    """Return the date `years` years later."""
    return re.sub(r"\d{4}", lambda match: str(int(match[0]) + years), edtf)


def _days(end: str, start: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


class Model:
    """The entries of a record, in the order in which they arrived."""

    def __init__(self) -> None:
        self.entries: list[ModelEntry] = []
        self.by_item: dict[str, list[ModelEntry]] = defaultdict(list)
        self._retractions: dict[str, list[ModelEntry]] = defaultdict(list)

    def receive(self, entries: Iterable[ModelEntry]) -> None:
        """Add entries."""
        for one in entries:
            self.entries.append(one)
            self.by_item[one.item].append(one)
            if one.kind == "retract":
                self._retractions[one.body["retracts"]].append(one)

    def newest(self) -> int:
        return max((one.ts for one in self.entries), default=0)

    def base(self, item: str) -> str | None:
        """Return the id of the newest entry about an item."""
        return max(((one.ts, one.id) for one in self.by_item[item]), default=(0, None))[1]

    def beside(self, item: str) -> list[str]:
        """Return the ids of an item's entries that are no entry's parent, except the newest: copies have diverged."""
        stood_on = {parent for one in self.by_item[item] for parent in one.parents}
        heads = [one for one in self.by_item[item] if one.id not in stood_on and one.id != self.base(item)]
        return [one.id for one in sorted(heads, key=lambda one: (one.ts, one.id))]

    def disputes(self, item: str, day: str, known: int = ALWAYS) -> list[tuple[str, str, str]]:
        """Return the disputes about an item on a day: the field, the last entry that sets it, and another one.

        The other has another value, and no entry that sets the field after it is its ancestor or its descendant.
        """
        by_id = {one.id: one for one in self.by_item[item]}

        @cache
        def ancestors(one_id: str) -> set[str]:
            parents = [name for name in by_id[one_id].parents if name in by_id]
            return set(parents).union(*map(ancestors, parents))

        setters_of: dict[tuple[str | None, str], list[ModelEntry]] = defaultdict(list)
        for one in [one for counts, _, one in self.ordered(item, known) if counts <= day]:
            for field in one.values:
                setters_of[one.milestone, field].append(one)
        return [
            (field, setters[-1].id, one.id)
            for (_, field), setters in setters_of.items()
            for at, one in enumerate(setters)
            if one.values[field] != setters[-1].values[field]
            and not any({one.id, other.id} & (ancestors(one.id) | ancestors(other.id)) for other in setters[at + 1 :])
        ]

    # The state

    def is_in_force(self, entry: ModelEntry, known: int = ALWAYS) -> bool:
        """Return whether an entry was not retracted, as known at a time."""
        return not any(one.ts <= known and self.is_in_force(one, known) for one in self._retractions[entry.id])

    def live(self, item: str, known: int = ALWAYS) -> list[ModelEntry]:
        """Return the entries about an item that are in force, without retractions."""
        return [
            one
            for one in self.by_item[item]
            if one.kind != "retract" and one.ts <= known and self.is_in_force(one, known)
        ]

    def ordered(self, item: str, known: int = ALWAYS) -> list[tuple[str, str, ModelEntry]]:
        """Return an item's entries in the order in which they apply, each with its day and the day it was true."""
        live = self.live(item, known)
        first: dict[str | None, ModelEntry] = {}
        for one in sorted(live, key=lambda one: (window(one.on)[1], one.ts, one.id)):
            if one.kind == "create":
                first.setdefault(one.milestone, one)
        if None not in first:
            return []
        start = window(first[None].on)[1]
        order = []
        for one in live:
            if one.milestone in first:
                begins = max(start, window(first[one.milestone].on)[1])
                true = window(one.on)[1]
                order.append((max(begins, true), one is not first[one.milestone], true, one.ts, one.id, one))
        return [(counts, true, one) for counts, _, true, *_, one in sorted(order)]

    def state(self, item: str, day: str, known: int = ALWAYS) -> State | None:
        """Return an item as of a day, with its entries applied in order; None if it did not exist."""
        whole = State()
        latest = ("", "")
        start = ""
        for counts, true, one in self.ordered(item, known):
            start = start or counts
            if counts > day:
                break
            about = whole.parts.setdefault(one.milestone, State(status="planned")) if one.milestone else whole
            if one.values.get("status", about.fields.get("status")) != about.fields.get("status"):
                about.grounds = ""
            evidence = one.body.get("evidence") if one.kind != "check" else None
            about.grounds = evidence or about.grounds
            before = [about.fields.get(name) for name in ("when", "met", "status")]
            about.receive(one, counts)
            moved = before != [about.fields.get(name) for name in ("when", "met", "status")]
            if one.values.get("sources"):
                about.source = _cited(one.values)
            elif moved or not about.source:
                about.source = (evidence or "").partition("\n")[0]
            latest = max(latest, (true, one.on)) if one.kind != "check" else latest
            whole.kind = whole.kind or one.body.get("type", "")
            whole.since, whole.updated = counts, latest[1]
            if one.is_check:
                # The day of a check is the day it was recorded; in a view of an earlier day, the day it was true.
                # The author's day may be a day after that of the clock, which is in UTC.
                recorded = [later for later in (max(counts, known_on) for known_on in one.recorded_on) if later <= day]
                after = [counts] if true >= start else []
                whole.checks += [max(recorded or after)] if recorded or after else []
            whole.words += [one.values.get("title", ""), one.values.get("detail") or "", one.body.get("note", "")]
        return whole if whole.since else None

    def states(self, kind: str, day: str, known: int = ALWAYS) -> dict[str, State]:
        """Return all items of a kind as of a day."""
        items = [item for item, entries in self.by_item.items() if entries and entries[0].body.get("type") == kind]
        found = {item: self.state(item, day, known) for item in items}
        return {item: state for item, state in found.items() if state}


class ModelView:
    """The model's answers about one day, as known at a time."""

    def __init__(self, model: Model, day: str, known: int = ALWAYS) -> None:
        self.day = day
        self._model = model
        self._known = known
        self.states = model.states("commitment", day, known)

    def commitments(self) -> list[CommitmentRow]:
        """Return the commitments by number."""
        rows = [self._row(item, state) for item, state in self.states.items()]
        return sorted(rows, key=lambda row: (row.dialogue, int(row.ref.rpartition("-")[2]), row.ref.casefold()))

    def _row(self, item: str, state: State) -> CommitmentRow:
        fields = state.fields
        due = fields.get("due")
        opens, closes = window(due) if due else (None, None)
        texts = (fields[name] for name in ("ref", "dialogue", "area", "kind", "title", "strength"))
        row = (
            *texts,
            fields.get("lead"),
            tuple(fields.get("partners") or ()),
            fields["status"],
            fields.get("percent"),
            due,
            opens,
            closes,
            fields.get("owner"),
            fields.get("review"),
            tuple(self._flags(item, state, closes)),
            state.updated,
            _cited(fields),
        )
        return CommitmentRow._make(row)

    def _flags(self, item: str, state: State, closes: str | None) -> Iterator[str]:
        settled = state.fields["status"] in ("complete", "withdrawn")
        if closes and not settled and closes < self.day:
            yield "overdue"
        if closes and not settled and self.day <= closes <= self._days_from(60):
            yield "closing"
        if not settled and not state.checks:
            yield "unchecked"
        if not settled and state.checks and self._is_check_due(max(state.checks), state.fields.get("review")):
            yield "stale"
        if state.slipped:
            yield "slipped"
        if state.fields["status"] == "complete" and not state.grounds:
            yield "unevidenced"
        if self._model.disputes(item, self.day, self._known):
            yield "conflict"

    def _is_check_due(self, checked: str, review: str | None) -> bool:
        if review and review.endswith(" days"):
            return checked <= self._days_from(-int(review.removesuffix(" days")))
        if review and checked < window(review)[0]:
            return window(review)[0] <= self.day
        return checked <= self._days_from(-180)

    def _days_from(self, days: int) -> str:
        return str(date.fromisoformat(self.day) + timedelta(days))

    def disputes(self) -> list[tuple[str, str, str]]:
        """Return the disputes about all items, by their entries."""
        about, items = self._model.disputes, list(self._model.by_item)
        return sorted(one for item in items for one in about(item, self.day, self._known))

    def slips(self) -> list[SlipRow]:
        """Return the moved dates, in the order in which they were true."""
        found = []
        for state in self.states.values():
            ref = state.fields["ref"]
            for part in (state, *state.parts.values()):
                for move in part.moves:
                    (opened, closed), (opens, closes) = window(move.old), window(move.new)
                    row = SlipRow(
                        part.fields["ref"],
                        ref,
                        part.fields["title"],
                        move.by.on,
                        move.old,
                        move.new,
                        _days(opens, closed),
                        _days(closes, opened),
                        opens >= opened and closes <= closed,
                        move.by.author,
                        move.by.body.get("note"),
                        tuple((move.by.body.get("evidence") or "").splitlines()),
                        iso_time(move.by.ts),
                        move.by.id,
                    )
                    found.append(((move.day, move.by.ts, move.by.id), row))
        return [row for _, row in sorted(found)]

    def upcoming(self) -> list[UpcomingRow]:
        """Return every event, including met ones; of a recurring one, the last that was met and the next three."""
        rows = [row for state in self.states.values() for row in self._events(state)]
        place = {"overdue": 0, "met": 2, "withdrawn": 2}
        return sorted(rows, key=lambda row: (place.get(row.state, 1), row.latest or "", row.earliest or "", row.ref))

    def todo(self, within: int) -> list[tuple[str, tuple[str, ...], str | None, str | None]]:
        """Return the refs that need attention, in any order, each with its reasons, owner and last check."""
        found = []
        for item, state in self.states.items():
            row = self._row(item, state)
            reasons = [flag for flag in ("conflict", "unevidenced", "unchecked", "stale") if flag in row.flags]
            last = max(state.checks, default=None)
            due = [
                reason for event in self._events(state) if event.ref == row.ref for reason in _urgency(event, within)
            ]
            if due or reasons:
                found.append((row.ref, (*due, *reasons), row.owner, last))
            for part in state.parts.values():
                events = [event for event in self._events(state) if event.ref == part.fields["ref"]]
                nearest = [e for e in events if e.when == part.fields["when"] and e.state != "met"]
                if reason := [reason for event in nearest[:1] for reason in _urgency(event, within)]:
                    found.append((part.fields["ref"], tuple(reason), row.owner, last))
        return found

    def _events(self, state: State) -> Iterator[UpcomingRow]:
        fields = state.fields
        if due := fields.get("due"):
            status = "met" if fields["status"] == "complete" else fields["status"]
            yield self._event(fields, fields, due, status, _cited(fields))
        for part in state.parts.values():
            when, status = part.fields["when"], part.fields["status"]
            if fields["status"] == "withdrawn" and status != "met":
                status = "withdrawn"
            if not part.fields.get("recurs"):
                yield self._event(part.fields, fields, when, status, part.source)
                continue
            if met := part.fields.get("met"):
                yield self._event(part.fields, fields, met, "met", part.source)
            for years in (0, 2, 4):
                yield self._event(part.fields, fields, later(when, years), status, part.source)

    def _dates(self, state: State) -> set[tuple[str, str | None]]:
        every = [(state.fields, "due"), *((part.fields, "when") for part in state.parts.values())]
        return {(fields["ref"], fields.get(name)) for fields, name in every}

    def _event(self, fields: Body, commitment: Body, when: str, status: str, source: str) -> UpcomingRow:
        opens, closes = window(when)
        state = "overdue" if closes < self.day else "upcoming" if opens > self.day else "open"
        state = status if status in ("met", "withdrawn") else state
        until = (_days(opens, self.day), _days(closes, self.day))
        names = fields["ref"], commitment["ref"], fields["title"], when
        return UpcomingRow(*names, opens, closes, state, *until, fields.get("recurs"), source)

    def areas(self) -> list[tuple[AreaRow, list[str]]]:
        """Return the areas with their counts and no next milestone, each with the possible refs of the next one."""
        if not self._model.states("dialogue", self.day, self._known):
            return []
        found = []
        known = self._model.states("area", self.day, self._known).values()
        for area in sorted(known, key=lambda state: state.fields["position"]):
            here = {i: state for i, state in self.states.items() if state.fields["area"] == area.fields["key"]}
            inside = list(here.values())
            if not inside and not self._has_had_commitments(area.fields["key"]):
                continue
            rows = [self._row(item, state) for item, state in here.items()]
            is_ = Counter(row.status for row in rows)
            has = Counter(flag for row in rows for flag in row.flags)
            dated = {
                (event.latest or "", event.earliest or "", event.ref)
                for state in inside
                for event in self._events(state)
                # Of a recurring milestone, only the recorded occurrence counts.
                if event.state in ("open", "upcoming") and (event.ref, event.when) in self._dates(state)
            }
            nearest = [ref for *when, ref in dated if tuple(when) == min(dated)[:2]]
            checked = sum(bool(state.checks) for state in inside)
            counts = len(rows), checked, is_["unknown"], is_["complete"], is_["in-progress"]
            fields = area.fields["key"], area.fields["title"], *counts, has["overdue"], has["closing"], None, "RUR1"
            found.append((AreaRow._make((*fields, has["unevidenced"])), nearest))
        return found

    def _has_had_commitments(self, area: str) -> bool:
        model, known = self._model, self._known
        return any(
            state.fields["area"] == area
            for item in self.states
            for day in {counts for counts, _, _ in model.ordered(item, known) if counts <= self.day}
            if (state := model.state(item, day, known))
        )

    def coverage(self) -> Coverage:
        """Return how many commitments were checked, and the days since the oldest check of an open one."""
        states = self.states.values()
        checked = [state for state in states if state.checks]
        is_open = [state for state in checked if state.fields["status"] not in ("complete", "withdrawn")]
        oldest = _days(self.day, min(max(state.checks) for state in is_open)) if is_open else None
        complete = [row for row in self.commitments() if row.status == "complete"]
        return Coverage(
            len(self.states), len(checked), oldest, len(complete), sum("unevidenced" in row.flags for row in complete)
        )

    def history(self) -> list[tuple[str, bool]]:
        """Return the ids of the entries true by the day, in the order recorded, each with whether it is retracted."""
        model, known = self._model, self._known
        entries = [one for one in model.entries if one.ts <= known and window(one.on)[1] <= self.day]
        return [
            (one.id, not model.is_in_force(one, known))
            for one in sorted(entries, key=lambda one: (one.ts, one.on, one.id))
        ]

    def was_given(self, ref: str, status: str) -> bool:
        """Return whether any entry gave the commitment the status."""
        return any(
            one.values.get("status") == status
            for item, state in self.states.items()
            if state.fields["ref"] == ref
            for one in self._model.by_item[item]
        )

    def search(self, word: str) -> set[str]:
        """Return the refs of the commitments whose texts hold the word."""
        return {state.fields["ref"] for state in self.states.values() if word in " ".join(state.words)}


def _urgency(event: UpcomingRow, within: int) -> list[str]:
    """Return whether an event is overdue, closes soon or opens soon."""
    if event.state in ("met", "withdrawn") or event.closes_in_days is None:
        return []
    if event.closes_in_days < 0:
        return ["overdue"]
    if event.closes_in_days <= within:
        return ["closing"]
    return ["opening"] if 0 < (event.opens_in_days or 0) <= within else []


def _cited(fields: Body) -> str:
    source = fields["sources"][0]
    return " par. ".join(filter(None, (source["document"], source.get("paragraph"))))
