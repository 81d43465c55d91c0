"""The model: a record as a plain list of what was said, replayed from the start for every question.

It knows nothing of the product's fold, its tables or its SQL: it is what the design says, written down as plainly as
possible, for the product to be held against. Days and dates are text. What may be written to it is left to
`model_writing`.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from spacedialog.model.rows.record import AreaRow, CommitmentRow, Coverage, SlipRow, UpcomingRow

ALWAYS = 2**62

Body = dict[str, Any]


class Said(NamedTuple):
    """An entry of the log, with its body read."""

    id: str
    ts: int
    on: str
    author: str
    kind: str
    item: str
    base: str | None
    body: Body

    @property
    def part(self) -> str | None:
        """The milestone that it is about."""
        part: str | None = self.body.get("milestone")
        return part

    @property
    def stands_on(self) -> list[str]:
        """The entries that were newest when it was written."""
        return [*([self.base] if self.base else []), *self.body.get("beside", ())]

    @property
    def by_import(self) -> bool:
        return "via" in self.body

    @property
    def values(self) -> Body:
        values: Body = self.body.get("set", {})
        return values


class Move(NamedTuple):
    """A date that was moved."""

    day: str
    by: Said
    old: str
    new: str


class Thing:
    """An item, or a milestone of one, as of a day: its fields, and the first date that it had."""

    def __init__(self, **fields: Any) -> None:
        self.fields: Body = fields
        self.first: str | None = None
        self.moves: list[Move] = []
        self.words: list[str] = []
        self.parts: dict[str, Thing] = {}
        self.kind = self.since = self.updated = self.checked = self.grounds = ""

    def hear(self, said: Said, day: str) -> None:
        """Take in one entry."""
        name = "when" if said.part else "due"
        old = self.fields.get(name)
        self.fields = {**self.fields, **said.values}
        new = self.fields.get(name)
        if self.first is None or "met" in said.values:
            self.first = new
        elif old and new and old != new:
            self.moves.append(Move(day, said, old, new))

    @property
    def slipped(self) -> bool:
        """Whether its date closes later than the first one did."""
        name = "when" if "when" in self.fields else "due"
        now = self.fields.get(name)
        mine = bool(now and self.first and window(now)[1] > window(self.first)[1])
        return mine or any(part.slipped for part in self.parts.values())


def window(edtf: str) -> tuple[str, str]:
    """The first and the last day of a year, a month, a day, or an interval of these."""
    first, _, last = edtf.partition("/")
    year, month, day = (*map(int, (last or first).split("-")), 0, 0)[:3]
    month = month or 12
    ends = f"{year:04}-{month:02}-{day or calendar.monthrange(year, month)[1]:02}"
    return (first + "-01-01"[3 * first.count("-") :]), ends


def later(edtf: str, years: int) -> str:
    """The date so many years on."""
    return re.sub(r"\d{4}", lambda found: str(int(found[0]) + years), edtf)


def _days(end: str, start: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


class Model:
    """A record: all that was said, in the order in which it came in."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.about: dict[str, list[Said]] = defaultdict(list)
        self._against: dict[str, list[Said]] = defaultdict(list)

    def hear(self, said: Iterable[Said]) -> None:
        """Take in entries."""
        for one in said:
            self.said.append(one)
            self.about[one.item].append(one)
            if one.kind == "retract":
                self._against[one.body["retracts"]].append(one)

    def newest(self) -> int:
        return max((one.ts for one in self.said), default=0)

    def base(self, item: str) -> str | None:
        """The newest entry about an item."""
        return max(((one.ts, one.id) for one in self.about[item]), default=(0, None))[1]

    def beside(self, item: str) -> list[str]:
        """The entries about an item, but for the newest, on which none stands: where copies had grown apart."""
        stood_on = {parent for one in self.about[item] for parent in one.stands_on}
        heads = [one for one in self.about[item] if one.id not in stood_on and one.id != self.base(item)]
        return [one.id for one in sorted(heads, key=lambda one: (one.ts, one.id))]

    def disputed(self, item: str, known: int = ALWAYS) -> bool:
        """Whether entries of which neither knew the other say different things of a field, and none that knew both."""
        by_id = {one.id: one for one in self.about[item] if one.ts <= known}

        def knew(one: Said) -> set[str]:
            found: set[str] = set()
            fresh = set(one.stands_on)
            while fresh:
                found |= fresh
                fresh = {parent for name in fresh if name in by_id for parent in by_id[name].stands_on} - found
            return found

        says: dict[tuple[str | None, str], list[Said]] = defaultdict(list)
        for one in self.live(item, known):
            for field in one.values:
                says[one.part, field].append(one)
        for (_, field), setters in says.items():
            if len(setters) > 1:
                overruled = set().union(*map(knew, setters))
                values = [one.values[field] for one in setters if one.id not in overruled]
                if any(value != values[0] for value in values):
                    return True
        return False

    # What is true

    def stands(self, said: Said, known: int = ALWAYS) -> bool:
        """Whether an entry had not been taken back, as far as was known by a time."""
        return not any(one.ts <= known and self.stands(one, known) for one in self._against[said.id])

    def live(self, item: str, known: int = ALWAYS) -> list[Said]:
        """What is said of an item, and was not taken back."""
        return [
            one for one in self.about[item] if one.kind != "retract" and one.ts <= known and self.stands(one, known)
        ]

    def thing(self, item: str, day: str, known: int = ALWAYS) -> Thing | None:
        """An item as of a day: everything said of it up to then, heard in order; None where it was not there yet."""
        live = self.live(item, known)
        first: dict[str | None, Said] = {}
        for one in sorted(live, key=lambda one: (window(one.on)[1], one.ts, one.id)):
            if one.kind == "create":
                first.setdefault(one.part, one)
        if None not in first:
            return None
        start = window(first[None].on)[1]
        order = []
        for one in live:
            if one.part in first:
                begins = max(start, window(first[one.part].on)[1])
                true = window(one.on)[1]
                order.append((max(begins, true), one is not first[one.part], true, one.ts, one.id, one))
        whole = Thing()
        latest = ("", "")
        for counts, _, true, *_, one in sorted(order):
            if counts > day:
                break
            about = whole.parts.setdefault(one.part, Thing(status="planned")) if one.part else whole
            if one.values.get("status", about.fields.get("status")) != about.fields.get("status"):
                about.grounds = ""
            about.grounds = one.body.get("evidence") or about.grounds
            about.hear(one, counts)
            latest = max(latest, (true, one.on))
            whole.kind = whole.kind or one.body.get("type", "")
            whole.since, whole.updated = counts, latest[1]
            if not one.part and "status" in one.values:
                whole.checked = max(whole.checked, true)
            whole.words += [one.values.get("title", ""), one.values.get("detail") or "", one.body.get("note", "")]
        return whole if order and start <= day else None

    def things(self, kind: str, day: str, known: int = ALWAYS) -> dict[str, Thing]:
        """All items of a kind as of a day."""
        items = [item for item, said in self.about.items() if said and said[0].body.get("type") == kind]
        found = {item: self.thing(item, day, known) for item in items}
        return {item: thing for item, thing in found.items() if thing}


class Look:
    """Every answer about one day, as was known by a time."""

    def __init__(self, model: Model, day: str, known: int = ALWAYS) -> None:
        self.day = day
        self._model = model
        self._known = known
        self.things = model.things("commitment", day, known)

    def commitments(self) -> list[CommitmentRow]:
        """The commitments by number."""
        rows = [self._row(item, thing) for item, thing in self.things.items()]
        return sorted(rows, key=lambda row: (row.dialogue, int(row.ref.rpartition("-")[2]), row.ref.casefold()))

    def _row(self, item: str, thing: Thing) -> CommitmentRow:
        of = thing.fields
        due = of.get("due")
        opens, closes = window(due) if due else (None, None)
        texts = (of[name] for name in ("ref", "dialogue", "area", "kind", "title", "strength"))
        row = (
            *texts,
            of.get("lead"),
            tuple(of.get("partners") or ()),
            of["status"],
            of.get("percent"),
            due,
            opens,
            closes,
            tuple(self._flags(item, thing, closes)),
            thing.updated,
            _cited(of),
        )
        return CommitmentRow._make(row)

    def _flags(self, item: str, thing: Thing, closes: str | None) -> Iterator[str]:
        settled = thing.fields["status"] in ("complete", "withdrawn")
        if closes and not settled and closes < self.day:
            yield "overdue"
        if closes and not settled and self.day <= closes <= self._in(60):
            yield "closing"
        if not settled and thing.since <= self._in(-180):
            yield "stale"
        if thing.slipped:
            yield "slipped"
        if self._model.disputed(item, self._known):
            yield "conflict"
        if thing.fields["status"] == "complete" and not thing.grounds:
            yield "claimed"

    def _in(self, days: int) -> str:
        return str(date.fromisoformat(self.day) + timedelta(days))

    def slips(self) -> list[SlipRow]:
        """The dates that were moved, in the order in which that was true."""
        found = []
        for thing in self.things.values():
            ref = thing.fields["ref"]
            for part in (thing, *thing.parts.values()):
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
                        move.by.body.get("evidence"),
                    )
                    found.append(((move.day, move.by.ts, move.by.id), row))
        return [row for _, row in sorted(found)]

    def upcoming(self) -> list[UpcomingRow]:
        """Every dated event, those that were met too; of one that recurs, the last one met and the next three."""
        rows = [row for thing in self.things.values() for row in self._events(thing)]
        return sorted(rows, key=lambda row: (row.latest or "", row.earliest or "", row.ref))

    def _events(self, thing: Thing) -> Iterator[UpcomingRow]:
        of = thing.fields
        if due := of.get("due"):
            yield self._event(of, of, due, "met" if of["status"] == "complete" else of["status"])
        for part in thing.parts.values():
            when, status = part.fields["when"], part.fields["status"]
            if not part.fields.get("recurs"):
                yield self._event(part.fields, of, when, status)
                continue
            if met := part.fields.get("met"):
                yield self._event(part.fields, of, met, "met")
            for years in (0, 2, 4):
                yield self._event(part.fields, of, later(when, years), status)

    def _dates(self, thing: Thing) -> set[str | None]:
        return {thing.fields.get("due"), *(part.fields["when"] for part in thing.parts.values())}

    def _event(self, of: Body, commitment: Body, when: str, status: str) -> UpcomingRow:
        opens, closes = window(when)
        state = "closed" if closes < self.day else "upcoming" if opens > self.day else "open"
        state = status if status in ("met", "withdrawn") else state
        until = (_days(opens, self.day), _days(closes, self.day))
        names = of["ref"], commitment["ref"], of["title"], when
        return UpcomingRow(*names, opens, closes, state, *until, of.get("recurs"), _cited(commitment))

    def areas(self) -> list[tuple[AreaRow, list[str]]]:
        """The areas with their counts and without what comes next, which is one of the refs that go with each."""
        if not self._model.things("dialogue", self.day, self._known):
            return []
        found = []
        known = self._model.things("area", self.day, self._known).values()
        for area in sorted(known, key=lambda thing: thing.fields["position"]):
            here = {i: thing for i, thing in self.things.items() if thing.fields["area"] == area.fields["key"]}
            inside = list(here.values())
            rows = [self._row(item, thing) for item, thing in here.items()]
            is_ = Counter(row.status for row in rows)
            has = Counter(flag for row in rows for flag in row.flags)
            dated = {
                (event.latest or "", event.earliest or "", event.ref)
                for thing in inside
                for event in self._events(thing)
                # Of one that recurs, what is recorded is the occurrence that nobody reported on yet.
                if event.state in ("open", "upcoming") and event.when in self._dates(thing)
            }
            nearest = [ref for *when, ref in dated if tuple(when) == min(dated)[:2]]
            counts = len(rows), len(rows) - is_["not-assessed"], is_["complete"], is_["in-progress"]
            fields = area.fields["key"], area.fields["title"], *counts, has["overdue"], has["closing"], None, "RUR1"
            found.append((AreaRow._make((*fields, has["claimed"])), nearest))
        return found

    def coverage(self) -> Coverage:
        """How many were assessed, and how long ago that was at most."""
        checked = [thing.checked for thing in self.things.values() if thing.fields["status"] != "not-assessed"]
        oldest = _days(self.day, min(checked)) if checked else None
        complete = [row for row in self.commitments() if row.status == "complete"]
        return Coverage(
            len(self.things), len(checked), oldest, len(complete), sum("claimed" in row.flags for row in complete)
        )

    def history(self) -> list[tuple[str, bool]]:
        """The ids of what was said and true by the day, in the order recorded, and whether each is taken back."""
        model, known = self._model, self._known
        said = [one for one in model.said if one.ts <= known and window(one.on)[1] <= self.day]
        return [
            (one.id, not model.stands(one, known)) for one in sorted(said, key=lambda one: (one.ts, one.on, one.id))
        ]

    def was_said(self, ref: str, status: str) -> bool:
        """Whether anybody ever gave the commitment the status."""
        return any(
            one.values.get("status") == status
            for item, thing in self.things.items()
            if thing.fields["ref"] == ref
            for one in self._model.about[item]
        )

    def search(self, word: str) -> set[str]:
        """The refs of the commitments of which the word was said."""
        return {thing.fields["ref"] for thing in self.things.values() if word in " ".join(thing.words)}


def _cited(of: Body) -> str:
    source = of["sources"][0]
    return " par. ".join(filter(None, (source["document"], source.get("paragraph"))))
