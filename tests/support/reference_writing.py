"""What may be written to the model of a record: each action as the entries that the log has to gain by it.

So the log itself can be compared entry by entry; only ids are taken over from the product, and left empty here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.entry import item_id
from tests.support.reference_model import Body, Model, Said, later, window

COMMITMENT_STATUSES = ("not-assessed", "not-started", "in-progress", "stalled", "complete", "withdrawn")
MILESTONE_STATUSES = ("planned", "met", "withdrawn")

Record = Mapping[str, Any]


class Refused(Exception):
    """The product has to refuse this, with the exit status given."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Say(NamedTuple):
    """What an action would add to the log."""

    kind: str
    item: str
    on: str
    body: Body


class Name(NamedTuple):
    """What a ref names."""

    ref: str
    item: str
    part: str | None


class Desk:
    """What may be written: each method gives what the log has to gain by it, or raises Refused."""

    def __init__(self, model: Model, today: str, author: str) -> None:
        self._model = model
        self._today = today
        self._author = author

    # Refs

    def given(self, key: str) -> list[tuple[str, str | None]]:
        """Whatever ever bore a ref."""
        bearers = ((one.item, one.part) for one in self._model.said if one.values.get("ref", "").casefold() == key)
        return list(dict.fromkeys(bearers))

    def name(self, item: str, part: str | None) -> Name | None:
        """The item or milestone by its last ref; None where it is not on record on any day."""
        thing = self._model.thing(item, "9999-12-31")
        about = thing and (thing.parts.get(part) if part else thing)
        if not thing or not about or thing.kind != "commitment":
            return None
        return Name(about.fields["ref"], item, part)

    def resolve(self, ref: str) -> Name:
        key = ref.casefold()
        known = [name for bearer in self.given(key) if (name := self.name(*bearer))]
        found = [name for name in known if name.ref.casefold() == key] or known
        if len(found) != 1:
            raise Refused(2 if found else 3)
        return found[0]

    def standing(self, name: Name) -> Body:
        thing = self._model.thing(name.item, self._today)
        about = thing and (thing.parts.get(name.part) if name.part else thing)
        if not about:
            raise Refused(3)
        return about.fields

    def _free(self, key: str, bearer: tuple[str, str | None]) -> None:
        if any(other != bearer for other in self.given(key.casefold())):
            raise Refused(2)

    def _keys(self, kind: str) -> list[str]:
        return [thing.fields["key"] for thing in self._model.things(kind, self._today).values()]

    def _day(self, on: str | None) -> str:
        if on and window(on)[1] > self._today:
            raise Refused(2)
        return on or self._today

    # Updates

    def update(self, update: Record) -> list[Say]:
        """One update: `ref`, and any of `status`, `percent`, `due`, `note`, `evidence`, `on`."""
        on = self._day(update.get("on"))
        name = self.resolve(update["ref"])
        return [self._say(update, name, self.standing(name), on)]

    def _say(self, update: Record, name: Name, fields: Body, on: str) -> Say:
        status, percent, due = (update.get(field) for field in ("status", "percent", "due"))
        body: Body = {field: update[field] for field in ("note", "evidence") if update.get(field)}
        if not body and (status, percent, due) == (None, None, None):
            raise Refused(2)
        if name.part:
            if percent is not None or status not in (None, *MILESTONE_STATUSES):
                raise Refused(2)
            body["milestone"] = name.part
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
        return Say("set" if values else "note", name.item, on, body)

    def apply(self, updates: Sequence[Record]) -> list[Say]:
        """A file of updates: what is news in it. Any that is wrong refuses all."""
        news: list[Say] = []
        standing: dict[Name, Body] = {}
        for update in updates:
            try:
                on = self._day(update.get("on"))
                name = self.resolve(update["ref"])
                fields = standing.get(name) or self.standing(name)
                say = self._say(update, name, fields, on)
            except Refused:
                raise Refused(2) from None
            values = say.body.get("set", {})
            plain = not {"note", "evidence"} & say.body.keys() and not update.get("on")
            if plain and all(fields.get(field) == value for field, value in values.items()):
                continue
            if say in news or any(
                _gist(one.body) == _gist(say.body) and (not update.get("on") or one.on == on)
                for one in self._model.live(name.item)
            ):
                continue
            news.append(say)
            standing[name] = {**fields, **values}
        return _by_item(news)

    # Statements

    def add(self, ref: str | None, area: str, on: str | None, values: Body) -> list[Say]:
        """A new commitment, its id left empty."""
        day = self._day(on)
        dialogues = self._keys("dialogue")
        if not dialogues or area not in self._keys("area"):
            raise Refused(2)
        given = [one.values["ref"] for one in self._model.said if "ref" in one.values and not one.part]
        highest = max(int(known.rpartition("-")[2]) for known in given)
        name = ref or f"{dialogues[-1]}-{highest + 1:02}"
        self._free(name, ("", None))
        fields = {**values, "ref": name, "area": area, "dialogue": dialogues[-1], "status": "not-assessed"}
        return [Say("create", "", day, {"type": "commitment", "set": fields})]

    def add_milestone(self, ref: str, title: str, when: str, recurs: str | None, on: str | None) -> list[Say]:
        """A new milestone, its id left empty."""
        name = self.resolve(ref)
        day = self._day(on)
        if name.part:
            raise Refused(2)
        self.standing(name)
        given = [one.values["ref"] for one in self._model.about[name.item] if one.part and "ref" in one.values]
        numbers = [int(known.rpartition(".")[2]) for known in given]
        values = {"ref": f"{name.ref}.{max(numbers, default=0) + 1}", "title": title, "when": when}
        if recurs:
            values["recurs"] = recurs
        return [Say("create", name.item, day, {"milestone": "", "set": values})]

    def edit(self, ref: str, values: Body, on: str | None) -> list[Say]:
        """Some fields anew."""
        name = self.resolve(ref)
        self.standing(name)
        day = self._day(on)
        if name.part and values.keys() - {"title", "ref"}:
            raise Refused(2)
        if "ref" in values:
            whole, dot, _ = values["ref"].partition(".")
            if bool(dot) != bool(name.part):
                raise Refused(2)
            self._free(values["ref"], name[1:])
            if name.part and (name.item, None) not in self.given(whole.casefold()):
                raise Refused(2)
        parties = self._keys("party")
        if any(key not in parties for key in [values.get("lead"), *values.get("partners", ())] if key):
            raise Refused(2)
        if "area" in values and values["area"] not in self._keys("area"):
            raise Refused(2)
        return [Say("set", name.item, day, {"set": values, **({"milestone": name.part} if name.part else {})})]

    # Taking back

    def undo(self, change: Said | None, *, only: bool = False) -> list[Say]:
        """One's own latest action, or the one that an entry belongs to, or that entry alone."""
        model = self._model
        if change is None:
            own = [one for one in model.said if (one.kind != "retract" or one.by_import) and model.stands(one)]
            change = self._latest(own)
            only = False
        found = [change] if only else self._action(change)
        found = [one for one in found if model.stands(one)]
        return self._retract(found, only=only)

    def redo(self, change: Said | None) -> list[Say]:
        """What one's own latest undo took back, or the undo that an entry is, or was taken back by."""
        model = self._model
        undos = [one for one in model.said if self._is_undo(one) and model.stands(one)]
        if change is None:
            change = self._latest(undos)
        elif change.kind != "retract":
            undos = [one for one in undos if one.body["retracts"] == change.id]
            if not undos:
                raise Refused(2)
            change = undos[0]
        if not model.stands(change):
            raise Refused(2)
        return self._retract(self._action(change))

    def _is_undo(self, one: Said) -> bool:
        if one.kind != "retract" or one.by_import:
            return False
        target = next(other for other in self._model.said if other.id == one.body["retracts"])
        return target.kind != "retract" or target.by_import

    def _latest(self, among: Sequence[Said]) -> Said:
        latest = max(among, key=lambda one: (one.ts, one.id), default=None)
        if latest is None or latest.author != self._author:
            raise Refused(2)
        return latest

    def _action(self, of: Said) -> list[Said]:
        found = [one for one in self._model.said if (one.ts, one.author) == (of.ts, of.author)]
        return [one for one in sorted(found, key=lambda one: one.id) if self._model.stands(one)]

    def _retract(self, found: Sequence[Said], *, only: bool = False) -> list[Say]:
        if not found:
            raise Refused(2)
        says = []
        for one in found:
            body: Body = {"retracts": one.id}
            if only:
                body["only"] = True
            if one.part:
                body["milestone"] = one.part
            says.append(Say("retract", one.item, self._today, body))
        return _by_item(says)

    # Data files

    def import_(self, document: Record) -> list[Say]:
        """What a data file says that the one before did not, and what it no longer says."""
        says: list[Say] = []
        for wanted in _groups(document):
            item = wanted[0].item
            for say in wanted:
                if "ref" in say.body.get("set", {}) and say.kind == "create":
                    self._free(say.body["set"]["ref"], (item, say.body.get("milestone")))
                if say.kind != "create":
                    self._day(say.on)
            says += self._news(item, wanted)
        return says

    def _news(self, item: str, wanted: Sequence[Say]) -> list[Say]:
        model = self._model
        before = [one for one in model.live(item) if one.by_import]
        refused = [
            one for one in model.about[item] if one.by_import and one.kind != "retract" and self._taken_back_alone(one)
        ]
        left = Counter(map(_statement, [*before, *refused]))
        fresh = []
        for say in wanted:
            if left[_statement(say)]:
                left[_statement(say)] -= 1
            else:
                fresh.append(say)
        gone = []
        for one in before:
            if left[_statement(one)]:
                left[_statement(one)] -= 1
                gone.append(Say("retract", item, self._today, {"retracts": one.id, "via": "import"}))
        return [*gone, *fresh]

    def _taken_back_alone(self, one: Said) -> bool:
        """Whether a person took this one statement back, and has not thought better of it."""
        return any(
            other.body.get("retracts") == one.id and other.body.get("only") and self._model.stands(other)
            for other in self._model.about[one.item]
        )


def _met(fields: Body, status: str | None) -> Body:
    """The values by which a milestone gets a status; one that recurs is met and goes on to the next date."""
    if status == "met" and fields.get("recurs"):
        return {"met": fields["when"], "when": later(fields["when"], 2)}
    return {"status": status} if status else {}


def _gist(body: Body) -> Body:
    gist = {name: value for name, value in body.items() if name not in ("v", "beside")}
    if "met" in gist.get("set", {}):
        gist["set"] = {**gist["set"], "met": True, "when": None}
    return gist


def _statement(of: Say | Said) -> str:
    body = {name: value for name, value in of.body.items() if name not in ("v", "beside")}
    return json.dumps([of.kind, of.on, body], sort_keys=True)


def _by_item(says: Sequence[Say]) -> list[Say]:
    items = list(dict.fromkeys(say.item for say in says))
    return sorted(says, key=lambda say: items.index(say.item))


def _groups(document: Record) -> Iterator[list[Say]]:
    """What a data file says, item by item."""
    dialogue = document["dialogue"]
    key, when = dialogue["key"], dialogue["when"]

    def create(kind: str, name: str, values: Body) -> Say:
        return Say("create", item_id(kind, name), when, {"type": kind, "set": _told(values), "via": "import"})

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
            group.append(Say("create", first.item, when, body))
        said = [update for update in document["updates"] if update["ref"].partition(".")[0] == commitment["ref"]]
        said.sort(key=lambda update: window(update["on"])[1])
        group += [_from_file(update, first.item, milestones.get(update["ref"])) for update in said]
        yield group


def _from_file(update: Record, item: str, milestone: Record | None) -> Say:
    body: Body = {"via": "import", **_told({name: update.get(name) for name in ("note", "evidence")})}
    values = _told({name: update.get(name) for name in ("status", "percent", "due")})
    if milestone is not None:
        body["milestone"] = item_id("milestone", milestone["ref"])
        if "due" in values:
            values["when"] = values.pop("due")
    if values:
        body["set"] = values
    return Say("set" if values else "note", item, update["on"], body)


def _told(values: Mapping[str, Any]) -> Body:
    return {name: value for name, value in values.items() if value is not None and value != []}
