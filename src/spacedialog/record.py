"""What a data file says, as drafts of changes; and how a new import differs from the previous one.

Takes the plain, already checked document (nested dicts), so that the bundled record is read without pydantic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spacedialog.dates import Recurrence, VagueDate
from spacedialog.log import CREATE, IMPORTED, NOTE, RETRACT, SET, Change, Draft, canonical, item_id
from spacedialog.words import MilestoneStatus


def bundled_path() -> Path:
    """The folder of the records that travel with the program: in the package, or in a source tree."""
    installed = Path(__file__).parent / "data"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "data"


def bundled_documents() -> list[dict[str, Any]]:
    """The bundled data files, read; they were checked when the program was built."""
    return [json.loads(path.read_bytes()) for path in sorted(bundled_path().glob("dialogue_*.json"))]


def drafts(document: Mapping[str, Any]) -> Iterator[Draft]:
    """All that a data file says: the dialogue, its areas, parties, commitments, milestones, and the updates."""
    dialogue = document["dialogue"]
    key, on = dialogue["key"], dialogue["when"]

    def create(kind: str, name: str, values: Mapping[str, Any]) -> Draft:
        return Draft(CREATE, item_id(kind, name), on, {"type": kind, "set": _stated(values), "via": IMPORTED})

    register = {"documents": document["documents"], "grades": document.get("grades", {})}
    yield create("dialogue", key, {**dialogue, **register})
    for position, area in enumerate(document["areas"]):
        yield create("area", f"{key}/{area['key']}", {**area, "dialogue": key, "position": position})
    for party in document["parties"]:
        yield create("party", f"{key}/{party['key']}", {**party, "dialogue": key})

    things: dict[str, tuple[str, dict[str, Any] | None]] = {}
    for commitment in document["commitments"]:
        values = {name: value for name, value in commitment.items() if name != "milestones"}
        yield create("commitment", commitment["ref"], {**values, "dialogue": key})
        item = item_id("commitment", commitment["ref"])
        things[commitment["ref"].casefold()] = item, None
        for milestone in commitment.get("milestones", ()):
            things[milestone["ref"].casefold()] = item, dict(milestone)
            yield _milestone(item, milestone, on)
    for update in document.get("updates", ()):
        yield _update(update, *things[update["ref"].casefold()])


def _milestone(item: str, milestone: Mapping[str, Any], on: str) -> Draft:
    remarks = _stated({name: milestone.get(name) for name in ("note", "evidence")})
    values = _stated({name: value for name, value in milestone.items() if name != "since" and name not in remarks})
    body = {"milestone": item_id("milestone", milestone["ref"]), "set": values, "via": IMPORTED, **remarks}
    return Draft(CREATE, item, milestone.get("since") or on, body)


def _update(update: Mapping[str, Any], item: str, milestone: dict[str, Any] | None) -> Draft:
    """The change that an update of the file is; the milestone that it is about goes along with it."""
    values = _stated({name: update.get(name) for name in ("status", "percent", "due")})
    body: dict[str, Any] = {"via": IMPORTED, **_stated({name: update.get(name) for name in ("note", "evidence")})}
    if milestone is not None:
        body["milestone"] = item_id("milestone", milestone["ref"])
        if "due" in values:
            values["when"] = values.pop("due")
        if values.get("status") == MilestoneStatus.MET:
            del values["status"]
            values |= met({**milestone, **values})
        milestone.update(values)
    if values:
        body["set"] = values
    return Draft(SET if values else NOTE, item, update["on"], body)


def met(milestone: Mapping[str, Any]) -> dict[str, Any]:
    """The values by which a milestone (its fields given) is met; one that recurs goes on to its next occurrence."""
    if not milestone.get("recurs"):
        return {"status": MilestoneStatus.MET.value}
    when, every = VagueDate.parse(milestone["when"]), Recurrence.parse(milestone["recurs"])
    return {"met": str(when), "when": str(when.occurrence(1, every))}


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != []}


def differences(
    wanted: Iterable[Draft], previous: Sequence[Change], refused: Sequence[Change], *, on: str
) -> Iterator[Draft]:
    """What takes the previous import's changes to what the file says now.

    `previous` holds the live imported changes of the items that the file names, `refused` those that people took
    back one by one. A statement that the file no longer makes is retracted (`on` the given day), a new one is
    added; one that was refused is not made again, and what people recorded is not looked at.
    """
    standing = Counter(map(_statement, [*previous, *refused]))
    fresh = []
    for draft in wanted:
        statement = _statement(draft)
        if standing[statement] > 0:
            standing[statement] -= 1
        else:
            fresh.append(draft)
    for change in previous:
        statement = _statement(change)
        if standing[statement] > 0:
            standing[statement] -= 1
            yield Draft(RETRACT, change.item, on, {"retracts": change.id, "via": IMPORTED})
    yield from fresh


def _statement(of: Draft | Change) -> str:
    body = of.body if isinstance(of, Draft) else {name: value for name, value in of.content.items() if name != "v"}
    return canonical([of.kind, of.item, of.on, body])
