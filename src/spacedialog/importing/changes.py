"""What a data file says, as drafts of changes; and how a new import differs from the previous one.

Takes the plain, already checked document (nested dicts), so that the bundled record is read without pydantic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog.model.entry import (
    CREATE,
    IMPORTED,
    NOTE,
    RETRACT,
    SET,
    Entry,
    PendingEntry,
    canonical_json,
    item_id,
    link_id,
)
from spacedialog.model.fold import closing_day
from spacedialog.model.milestones import values_when_met
from spacedialog.model.vocabulary import Decision, LinkDecision, MilestoneStatus


def bundled_path() -> Path:
    """The folder of the records that travel with the program: in the package, or in a source tree."""
    installed = Path(__file__).parents[1] / "data"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "data"


def bundled_documents() -> list[dict[str, Any]]:
    """The bundled data files, read, newest meeting first; they were checked when the program was built."""
    return [json.loads(path.read_bytes()) for path in sorted(bundled_path().glob("dialogue_*.json"), reverse=True)]


class FileCommitment(NamedTuple):
    """A commitment of a data file with the updates on it and its milestones, each with its place in the file."""

    place: str
    commitment: Mapping[str, Any]
    updates: Sequence[tuple[str, Mapping[str, Any]]]

    @property
    def is_candidate(self) -> bool:
        """Whether `draft` found it in a text."""
        return bool(self.commitment.get("draft"))

    @property
    def decision(self) -> Decision | None:
        """What a reviewer made of it; None for a candidate that nobody looked at, and for what is no candidate."""
        decided = (self.commitment.get("draft") or {}).get("decision")
        return Decision(decided) if decided else None


class CandidateCount:
    """How many candidates of `draft` a file held as it was imported, and what is to be told of them."""

    def __init__(self) -> None:
        self._all = self._undecided = 0
        self._kept: list[str] = []

    def count(self, entry: FileCommitment) -> None:
        """Take a commitment of the file into account."""
        self._all += entry.is_candidate
        self._undecided += entry.is_candidate and entry.decision is None

    def keep(self, ref: str) -> None:
        """Take into account that one was dropped and yet stays on record."""
        self._kept.append(ref)

    def notices(self) -> Iterator[str]:
        """What whoever imports them is to know."""
        if self._undecided:
            yield (
                f"{self._undecided} of {self._all} candidates were not reviewed, and are taken as they were drafted;"
                " spacedialog review FILE goes through them, and what it drops goes off the record at the next import"
            )
        if self._kept:
            yield f"dropped, but on record with what people said of it since: {', '.join(self._kept)}"


def commitments_of(document: Mapping[str, Any]) -> Iterator[FileCommitment]:
    """The commitments of a whole document, each with its updates."""
    updates: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for number, update in enumerate(document.get("updates", ())):
        updates.setdefault(update["ref"].casefold(), []).append((f"updates[{number}]", update))
    for number, commitment in enumerate(document["commitments"]):
        refs = [commitment["ref"], *(milestone["ref"] for milestone in commitment.get("milestones", ()))]
        said = [update for ref in refs for update in updates.get(ref.casefold(), ())]
        yield FileCommitment(f"commitments[{number}]", commitment, said)


def document_entries(document: Mapping[str, Any]) -> Iterator[list[PendingEntry]]:
    """All that a whole document says, in groups by the item that they are about."""
    yield from opening_entries(document)
    for entry in commitments_of(document):
        yield from commitment_entries(document["dialogue"], entry)


def opening_entries(opening: Mapping[str, Any]) -> Iterator[list[PendingEntry]]:
    """What a data file says before its commitments: the dialogue, its areas, its parties; each a group of one."""
    dialogue = opening["dialogue"]
    key = dialogue["key"]
    register = {"documents": opening["documents"], "grades": opening.get("grades", {})}
    yield [_create("dialogue", key, dialogue["when"], {**dialogue, **register})]
    for position, area in enumerate(opening["areas"]):
        values = {**area, "dialogue": key, "position": position}
        yield [_create("area", f"{key}/{area['key']}", dialogue["when"], values)]
    for party in opening["parties"]:
        yield [_create("party", f"{key}/{party['key']}", dialogue["when"], {**party, "dialogue": key})]


def items_of(entry: FileCommitment) -> Iterator[str]:
    """The items (their UUIDs) that an entry speaks of: the commitment, then each of its links."""
    item = item_id("commitment", entry.commitment["ref"])
    yield item
    for said in entry.commitment.get("carries_on", ()):
        yield link_id(item_id("commitment", said["ref"]), item)


def commitment_entries(dialogue: Mapping[str, Any], entry: FileCommitment) -> Iterator[list[PendingEntry]]:
    """What a data file says of one commitment: it, its milestones and the updates; then each of its links."""
    commitment, on = entry.commitment, dialogue["when"]
    # What was drafted, and why, is for whoever reviews it; the record has what came of it.
    apart = ("milestones", "carries_on", "draft")
    values = {name: value for name, value in commitment.items() if name not in apart}
    first = _create("commitment", commitment["ref"], on, {**values, "dialogue": dialogue["key"]})
    in_order = sorted((update for _, update in entry.updates), key=lambda update: closing_day(update["on"]))
    milestones = {milestone["ref"].casefold(): dict(milestone) for milestone in commitment.get("milestones", ())}
    yield [
        first,
        *(_milestone(first.item, milestone, on) for milestone in milestones.values()),
        *(_update(update, first.item, milestones.get(update["ref"].casefold())) for update in in_order),
    ]
    for said in commitment.get("carries_on", ()):
        old = item_id("commitment", said["ref"])
        pair = {"old": old, "new": first.item, "decided": LinkDecision.LINKED.value}
        remarks = _stated({name: said.get(name) for name in ("note", "evidence")})
        yield [
            PendingEntry(
                CREATE, link_id(old, first.item), on, {"type": "link", "set": pair, "via": IMPORTED, **remarks}
            )
        ]


def _create(kind: str, name: str, on: str, values: Mapping[str, Any]) -> PendingEntry:
    return PendingEntry(CREATE, item_id(kind, name), on, {"type": kind, "set": _stated(values), "via": IMPORTED})


def _milestone(item: str, milestone: Mapping[str, Any], on: str) -> PendingEntry:
    remarks = _stated({name: milestone.get(name) for name in ("note", "evidence")})
    values = _stated({name: value for name, value in milestone.items() if name != "since" and name not in remarks})
    if values.get("status") == MilestoneStatus.MET:
        del values["status"]
        values |= values_when_met(values)
    body = {"milestone": item_id("milestone", milestone["ref"]), "set": values, "via": IMPORTED, **remarks}
    return PendingEntry(CREATE, item, milestone.get("since") or on, body)


def _update(update: Mapping[str, Any], item: str, milestone: dict[str, Any] | None) -> PendingEntry:
    """The change that an update of the file is; the milestone that it is about goes along with it."""
    values = _stated({name: update.get(name) for name in ("status", "percent", "due")})
    body: dict[str, Any] = {"via": IMPORTED, **_stated({name: update.get(name) for name in ("note", "evidence")})}
    if milestone is not None:
        body["milestone"] = item_id("milestone", milestone["ref"])
        if "due" in values:
            values["when"] = values.pop("due")
        if values.get("status") == MilestoneStatus.MET:
            del values["status"]
            values |= values_when_met({**milestone, **values})
        milestone.update(values)
    if values:
        body["set"] = values
    return PendingEntry(SET if values else NOTE, item, update["on"], body)


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != []}


def changes_since(
    wanted: Iterable[PendingEntry], previous: Sequence[Entry], refused: Sequence[Entry], *, on: str
) -> list[PendingEntry]:
    """What takes the previous import's changes to what the file says now.

    All are about one item: `previous` are the live changes that imports brought, `refused` those that people took
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
    gone = []
    for change in previous:
        statement = _statement(change)
        if standing[statement] > 0:
            standing[statement] -= 1
            gone.append(PendingEntry(RETRACT, change.item, on, {"retracts": change.id, "via": IMPORTED}))
    return [*gone, *fresh]


BOOKKEEPING_KEYS = ("v", "beside")
"""What a body holds besides what was said: its format, and what the change stands on."""


def _statement(of: PendingEntry | Entry) -> str:
    body = (
        of.body
        if isinstance(of, PendingEntry)
        else {name: value for name, value in of.content.items() if name not in BOOKKEEPING_KEYS}
    )
    return canonical_json([of.kind, of.item, of.on, body])
