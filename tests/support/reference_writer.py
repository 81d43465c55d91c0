"""The actions on the reference model, each as the entries that it must add to the log.

The program's log can then be compared entry by entry. Ids are taken from the program, and are empty here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.entry import item_id
from tests.support.reference_model import Body, Model, ModelEntry, later, window

COMMITMENT_STATUSES = ("unknown", "not-started", "in-progress", "stalled", "complete", "withdrawn")
MILESTONE_STATUSES = ("planned", "met", "withdrawn")

Record = Mapping[str, Any]


class Refused(Exception):
    """The program must refuse the action with this exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Expected(NamedTuple):
    """An entry that an action must add, without id, time and author."""

    kind: str
    item: str
    on: str
    body: Body


class Name(NamedTuple):
    """The item or milestone that a ref names."""

    ref: str
    item: str
    milestone: str | None


class ReferenceWriter:
    """The actions of one user: each method returns the entries that it must add, or raises Refused."""

    def __init__(self, model: Model, today: str, author: str) -> None:
        self._model = model
        self._today = today
        self._author = author

    # Refs

    def bearers_of(self, key: str) -> list[tuple[str, str | None]]:
        """Return the items and milestones that ever had a ref."""
        bearers = (
            (one.item, one.milestone) for one in self._model.entries if one.values.get("ref", "").casefold() == key
        )
        return list(dict.fromkeys(bearers))

    def name(self, item: str, milestone: str | None) -> Name | None:
        """Return the last ref of an item or milestone; None if it is not on record on any day."""
        state = self._model.state(item, "9999-12-31")
        about = state and (state.parts.get(milestone) if milestone else state)
        if not state or not about or state.kind != "commitment":
            return None
        return Name(about.fields["ref"], item, milestone)

    def resolve(self, ref: str) -> Name:
        key = ref.casefold()
        known = [name for bearer in self.bearers_of(key) if (name := self.name(*bearer))]
        found = [name for name in known if name.ref.casefold() == key] or known
        if len(found) != 1:
            raise Refused(2 if found else 3)
        return found[0]

    def fields_of(self, name: Name) -> Body:
        state = self._model.state(name.item, self._today)
        about = state and (state.parts.get(name.milestone) if name.milestone else state)
        if not about:
            raise Refused(3)
        return about.fields

    def _free(self, key: str, bearer: tuple[str, str | None]) -> None:
        if any(other != bearer for other in self.bearers_of(key.casefold())):
            raise Refused(2)

    def _keys(self, kind: str) -> list[str]:
        return [state.fields["key"] for state in self._model.states(kind, self._today).values()]

    def _day(self, on: str | None) -> str:
        if on and window(on)[1] > self._today:
            raise Refused(2)
        return on or self._today

    # Updates

    def update(self, update: Record) -> list[Expected]:
        """Return the entry of an update: `ref`, and any of `status`, `percent`, `due`, `note`, `evidence`, `on`."""
        on = self._day(update.get("on"))
        name = self.resolve(update["ref"])
        entry = self._updated(update, name, self.fields_of(name), on)
        _refuse_early(entry)
        is_rescheduling = update.get("due") and (update.get("status"), update.get("percent")) == (None, None)
        return [] if is_rescheduling and self._is_known(entry, name) else [entry]

    def _is_known(self, entry: Expected, name: Name) -> bool:
        """Return whether the record has the entry's values on the day from which it applies, without a conflict."""
        model, values = self._model, entry.body["set"]
        first = next(counts for counts, _, one in model.ordered(name.item) if one.milestone == name.milestone)
        day = max(first, window(entry.on)[1])
        state = model.state(name.item, day)
        assert state
        fields = (state.parts[name.milestone] if name.milestone else state).fields
        disputed = {field for on in (day, self._today) for field, *_ in model.disputes(name.item, on)}
        return not disputed & values.keys() and all(fields.get(field) == value for field, value in values.items())

    def check(self, refs: Sequence[str], note: str | None, on: str | None) -> list[Expected]:
        """Return the entries of one check of several commitments and milestones."""
        day = self._day(on)
        names = dict.fromkeys(map(self.resolve, refs))
        more = {"note": note} if note else {}
        return _by_item(
            [
                Expected("check", n.item, day, {**more, **({"milestone": n.milestone} if n.milestone else {})})
                for n in names
            ]
        )

    def _updated(self, update: Record, name: Name, fields: Body, on: str) -> Expected:
        status, percent, due = (update.get(field) for field in ("status", "percent", "due"))
        body: Body = {field: update[field] for field in ("note", "evidence") if update.get(field)}
        sets_nothing = (status, percent, due) == (None, None, None)
        if update.get("check"):
            held = {**fields, "due": fields.get("when", fields.get("due"))}
            if any(update[name] != held.get(name) for name in ("status", "percent", "due") if name in update):
                raise Refused(2)
            more = {"milestone": name.milestone} if name.milestone else {}
            return Expected("check", name.item, on, body | more)
        if not body and sets_nothing:
            raise Refused(2)
        if name.milestone:
            if percent is not None or status not in (None, *MILESTONE_STATUSES):
                raise Refused(2)
            body["milestone"] = name.milestone
            values = _met({**fields, **({"when": due} if due else {})}, status)
            values = {**({"when": due} if due else {}), **values}
        else:
            if status not in (None, *COMMITMENT_STATUSES):
                raise Refused(2)
            is_complete = (status or fields["status"]) == "complete"
            if is_complete and percent not in (None, 100):
                raise Refused(2)
            given = {"status": status, "percent": percent, "due": due}
            values = {field: value for field, value in given.items() if value is not None}
            if status == "complete" and percent is None and fields.get("percent") is not None:
                values["percent"] = None
        if values:
            body["set"] = values
        return Expected("set" if values else "note", name.item, on, body)

    def apply(self, updates: Sequence[Record]) -> list[Expected]:
        """Return the entries of a file of updates that add something; one wrong update refuses all."""
        news: list[Expected] = []
        fields_by_name: dict[Name, Body] = {}
        for update in updates:
            try:
                on = self._day(update.get("on"))
                name = self.resolve(update["ref"])
                fields = fields_by_name.get(name) or self.fields_of(name)
                entry = self._updated(update, name, fields, on)
            except Refused:
                raise Refused(2) from None
            values = entry.body.get("set", {})
            dated = bool(update.get("on") or update.get("check"))
            plain = not {"note", "evidence"} & entry.body.keys() and not dated
            full = _content(entry.body)
            if plain:
                values = {field: value for field, value in values.items() if fields.get(field) != value}
                if not values:
                    continue
                entry = entry._replace(body={**entry.body, "set": values})
            if entry in news or any(
                one.kind == entry.kind
                and _repeats(_content(one.body), _content(entry.body), full)
                and (not dated or one.on == on)
                for one in self._model.live(name.item)
            ):
                continue
            _refuse_early(entry)
            news.append(entry)
            fields_by_name[name] = {**fields, **values}
        return _by_item(news)

    # Commitments

    def add(self, ref: str | None, area: str, on: str | None, values: Body) -> list[Expected]:
        """Return the entry of a new commitment, with an empty id."""
        day = self._day(on)
        dialogues = self._keys("dialogue")
        if not dialogues or area not in self._keys("area"):
            raise Refused(2)
        given = [one.values["ref"] for one in self._model.entries if "ref" in one.values and not one.milestone]
        highest = max(int(known.rpartition("-")[2]) for known in given)
        name = ref or f"{dialogues[-1]}-{highest + 1:02}"
        self._free(name, ("", None))
        fields = {**values, "ref": name, "area": area, "dialogue": dialogues[-1], "status": "unknown"}
        return [Expected("create", "", day, {"type": "commitment", "set": fields})]

    def add_milestone(self, ref: str, title: str, when: str, recurs: str | None, on: str | None) -> list[Expected]:
        """Return the entry of a new milestone, with an empty id."""
        name = self.resolve(ref)
        day = self._day(on)
        if name.milestone:
            raise Refused(2)
        self.fields_of(name)
        given = [one.values["ref"] for one in self._model.by_item[name.item] if one.milestone and "ref" in one.values]
        numbers = [int(known.rpartition(".")[2]) for known in given]
        values = {"ref": f"{name.ref}.{max(numbers, default=0) + 1}", "title": title, "when": when}
        if recurs:
            values["recurs"] = recurs
        return [Expected("create", name.item, day, {"milestone": "", "set": values})]

    def edit(self, ref: str, values: Body, on: str | None) -> list[Expected]:
        """Return the entry of an edit; none if the record has its values."""
        name = self.resolve(ref)
        self.fields_of(name)
        day = self._day(on)
        if name.milestone and values.keys() - {"title", "ref"}:
            raise Refused(2)
        if "ref" in values:
            whole, dot, _ = values["ref"].partition(".")
            if bool(dot) != bool(name.milestone):
                raise Refused(2)
            self._free(values["ref"], name[1:])
            if name.milestone and (name.item, None) not in self.bearers_of(whole.casefold()):
                raise Refused(2)
        parties = self._keys("party")
        if any(key not in parties for key in [values.get("lead"), *values.get("partners", ())] if key):
            raise Refused(2)
        if "area" in values and values["area"] not in self._keys("area"):
            raise Refused(2)
        review = values.get("review")
        if review and "days" not in review and window(review)[1] < self._today:
            raise Refused(2)
        body = {"set": values, **({"milestone": name.milestone} if name.milestone else {})}
        entry = Expected("set", name.item, day, body)
        return [] if self._is_known(entry, name) else [entry]

    # Undo

    def undo(self, entry: ModelEntry | None, *, only: bool = False) -> list[Expected]:
        """Return the retractions of the user's latest action, of the action of an entry, or of that entry alone."""
        model = self._model
        if entry is None:
            own = [one for one in model.entries if (one.kind != "retract" or one.by_import) and model.is_in_force(one)]
            entry = self._latest(own)
            only = False
        found = [entry] if only else self._action(entry)
        found = [one for one in found if model.is_in_force(one)]
        return self._retract(found, only=only)

    def redo(self, entry: ModelEntry | None) -> list[Expected]:
        """Return the retractions of the user's latest undo, or of the undo that the entry belongs to or was
        retracted by.
        """
        model = self._model
        undos = [one for one in model.entries if self._is_undo(one) and model.is_in_force(one)]
        if entry is None:
            entry = self._latest(undos)
        elif entry.kind != "retract":
            undos = [one for one in undos if one.body["retracts"] == entry.id]
            if not undos:
                raise Refused(2)
            entry = undos[0]
        if not model.is_in_force(entry):
            raise Refused(2)
        return self._retract(self._action(entry))

    def _is_undo(self, one: ModelEntry) -> bool:
        if one.kind != "retract" or one.by_import:
            return False
        target = next(other for other in self._model.entries if other.id == one.body["retracts"])
        return target.kind != "retract" or target.by_import

    def _latest(self, among: Sequence[ModelEntry]) -> ModelEntry:
        latest = max(among, key=lambda one: (one.ts, one.id), default=None)
        if latest is None or latest.author != self._author:
            raise Refused(2)
        return latest

    def _action(self, entry: ModelEntry) -> list[ModelEntry]:
        found = [one for one in self._model.entries if (one.ts, one.author) == (entry.ts, entry.author)]
        return [one for one in sorted(found, key=lambda one: one.id) if self._model.is_in_force(one)]

    def _retract(self, found: Sequence[ModelEntry], *, only: bool = False) -> list[Expected]:
        if not found:
            raise Refused(2)
        expected = []
        for one in found:
            body: Body = {"retracts": one.id}
            if only:
                body["only"] = True
            if one.milestone:
                body["milestone"] = one.milestone
            expected.append(Expected("retract", one.item, self._today, body))
        return _by_item(expected)

    # Data files

    def import_(self, document: Record) -> list[Expected]:
        """Return the entries that a data file adds, and retractions of those that it no longer has."""
        expected: list[Expected] = []
        for wanted in _groups(document):
            item = wanted[0].item
            for entry in wanted:
                if "ref" in entry.body.get("set", {}) and entry.kind == "create":
                    self._free(entry.body["set"]["ref"], (item, entry.body.get("milestone")))
                if entry.kind != "create":
                    self._day(entry.on)
            expected += self._news(item, wanted)
        return expected

    def _news(self, item: str, wanted: Sequence[Expected]) -> list[Expected]:
        model = self._model
        before = [one for one in model.live(item) if one.by_import]
        refused = [
            one for one in model.by_item[item] if one.by_import and one.kind != "retract" and self._is_refused(one)
        ]
        left = Counter(map(_statement, [*before, *refused]))
        fresh = []
        for entry in wanted:
            if left[_statement(entry)]:
                left[_statement(entry)] -= 1
            else:
                fresh.append(entry)
        gone = []
        for one in before:
            if left[_statement(one)]:
                left[_statement(one)] -= 1
                gone.append(Expected("retract", item, self._today, {"retracts": one.id, "via": "import"}))
        return [*gone, *fresh]

    def _is_refused(self, one: ModelEntry) -> bool:
        """Return whether a user undid this entry alone, and has not redone it."""
        return any(
            other.body.get("retracts") == one.id and other.body.get("only") and self._model.is_in_force(other)
            for other in self._model.by_item[one.item]
        )


def _met(fields: Body, status: str | None) -> Body:
    """Return the values that give a milestone a status; a met recurring milestone gets its next date."""
    if status == "met" and fields.get("recurs"):
        return {"met": fields["when"], "when": later(fields["when"], 2)}
    return {"status": status} if status else {}


def _refuse_early(entry: Expected) -> None:
    """Refuse an entry that meets a recurring milestone on a day before its window opens."""
    met = entry.body.get("set", {}).get("met")
    if met and window(entry.on)[1] < window(met)[0]:
        raise Refused(2)


def _content(body: Body) -> Body:
    gist = {name: value for name, value in body.items() if name not in ("v", "beside")}
    if "met" in gist.get("set", {}):
        gist["set"] = {**gist["set"], "met": True, "when": None}
    return gist


def _statement(entry: Expected | ModelEntry) -> str:
    body = {name: value for name, value in entry.body.items() if name not in ("v", "beside")}
    return json.dumps([entry.kind, entry.on, body], sort_keys=True)


def _by_item(expected: Sequence[Expected]) -> list[Expected]:
    items = list(dict.fromkeys(entry.item for entry in expected))
    return sorted(expected, key=lambda entry: items.index(entry.item))


def _groups(document: Record) -> Iterator[list[Expected]]:
    """Yield the entries of a data file, item by item."""
    dialogue = document["dialogue"]
    key, when = dialogue["key"], dialogue["when"]

    def create(kind: str, name: str, values: Body) -> Expected:
        return Expected("create", item_id(kind, name), when, {"type": kind, "set": _given(values), "via": "import"})

    yield [create("dialogue", key, {**dialogue, "documents": document["documents"], "grades": {}})]
    for position, area in enumerate(document["areas"]):
        yield [create("area", f"{key}/{area['key']}", {**area, "dialogue": key, "position": position})]
    for party in document["parties"]:
        yield [create("party", f"{key}/{party['key']}", {**party, "dialogue": key})]
    for commitment in document["commitments"]:
        milestones = {milestone["ref"]: milestone for milestone in commitment.get("milestones", ())}
        plain = {name: value for name, value in commitment.items() if name != "milestones"}
        first = create("commitment", commitment["ref"], {**plain, "dialogue": key})
        group = [first]
        for ref, milestone in milestones.items():
            body = {"milestone": item_id("milestone", ref), "set": dict(milestone), "via": "import"}
            group.append(Expected("create", first.item, when, body))
        updates = [update for update in document["updates"] if update["ref"].partition(".")[0] == commitment["ref"]]
        updates.sort(key=lambda update: window(update["on"])[1])
        group += [_from_file(update, first.item, milestones.get(update["ref"])) for update in updates]
        yield group


def _from_file(update: Record, item: str, milestone: Record | None) -> Expected:
    body: Body = {"via": "import", **_given({name: update.get(name) for name in ("note", "evidence")})}
    values = _given({name: update.get(name) for name in ("status", "percent", "due")})
    if milestone is not None:
        body["milestone"] = item_id("milestone", milestone["ref"])
        if "due" in values:
            values["when"] = values.pop("due")
    if values:
        body["set"] = values
    kind = "set" if values else "check" if update.get("check") else "note"
    return Expected(kind, item, update["on"], body)


def _given(values: Mapping[str, Any]) -> Body:
    return {name: value for name, value in values.items() if value is not None and value != []}


def _repeats(recorded: Body, given: Body, full: Body) -> bool:
    """Return whether an entry sets all that an update changes, and nothing that the update does not have."""
    values = recorded.get("set", {})
    return {**recorded, "set": 0} == {**given, "set": 0} and given.get("set", {}).items() <= values.items() <= full.get(
        "set", {}
    ).items()
