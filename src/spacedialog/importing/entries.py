"""Convert a data file to log entries.

The functions take a validated document as nested dictionaries, so that the built-in record is read without importing
pydantic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.entry import CHECK, CREATE, IMPORTED, NOTE, SET, PendingEntry, item_id, link_id
from spacedialog.model.fold import closing_day
from spacedialog.model.milestones import values_when_met
from spacedialog.model.values import evidence_pieces, evidence_text
from spacedialog.model.visibility import INTERNAL
from spacedialog.model.vocabulary import Decision, LinkDecision, MilestoneStatus

BOOKKEEPING_KEYS = ("v", "beside")
"""Keys of an entry's body that the program adds: its format, and the concurrent entries that it follows."""

_REMARKS = ("note", "evidence")


class FileCommitment(NamedTuple):
    """A commitment of a data file with its milestones and the updates on them; each part with its place in the file."""

    place: str
    commitment: Mapping[str, Any]
    updates: Sequence[tuple[str, Mapping[str, Any]]]

    @property
    def is_candidate(self) -> bool:
        """Whether the commitment is a candidate that `draft` found."""
        return bool(self.commitment.get("draft"))

    @property
    def decision(self) -> Decision | None:
        """The reviewer's decision; None for a candidate that was not reviewed, and if it is not a candidate."""
        decided = (self.commitment.get("draft") or {}).get("decision")
        return Decision(decided) if decided else None

    @property
    def updates_in_order(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The updates in the order of the days from which they apply, each with its place."""
        return sorted(self.updates, key=lambda update: closing_day(update[1]["on"]))

    def items(self) -> Iterator[str]:
        """Yield the UUIDs of the commitment and of each of its links."""
        item = item_id("commitment", self.commitment["ref"])
        yield item
        for link in self.commitment.get("carries_on", ()):
            yield link_id(item_id("commitment", link["ref"]), item)


def file_commitments(document: Mapping[str, Any]) -> Iterator[FileCommitment]:
    """Yield the commitments of a whole document, each with its updates."""
    updates: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for number, update in enumerate(document.get("updates", ())):
        updates.setdefault(update["ref"].casefold(), []).append((f"updates[{number}]", update))
    for number, commitment in enumerate(document["commitments"]):
        refs = [commitment["ref"], *(milestone["ref"] for milestone in commitment.get("milestones", ()))]
        own_updates = [update for ref in refs for update in updates.get(ref.casefold(), ())]
        yield FileCommitment(f"commitments[{number}]", commitment, own_updates)


def opening_entries(opening: Mapping[str, Any]) -> Iterator[list[PendingEntry]]:
    """Yield the entries for the dialogue, its areas and its parties; each group has one entry."""
    dialogue = opening["dialogue"]
    key = dialogue["key"]
    cited = {"documents": opening["documents"], "grades": opening.get("grades", {})}
    yield [_create("dialogue", key, dialogue["when"], {**dialogue, **cited})]
    public = 0
    for number, area in enumerate(opening["areas"]):
        # Internal areas do not count for the position of a public one, which would show how many there are.
        values = {**area, "dialogue": key, "position": number if area.get(INTERNAL) else public}
        public += not area.get(INTERNAL)
        yield [_create("area", f"{key}/{area['key']}", dialogue["when"], values)]
    for party in opening["parties"]:
        yield [_create("party", f"{key}/{party['key']}", dialogue["when"], {**party, "dialogue": key})]


def commitment_entries(dialogue: Mapping[str, Any], file_commitment: FileCommitment) -> Iterator[list[PendingEntry]]:
    """Yield the entries for one commitment in groups: the commitment with milestones and updates, then each link."""
    commitment, on = file_commitment.commitment, dialogue["when"]
    # `draft` has notes for the reviewer, which are not part of the record.
    apart = ("milestones", "carries_on", "draft")
    values = {name: value for name, value in commitment.items() if name not in apart}
    creation = _create("commitment", commitment["ref"], on, {**values, "dialogue": dialogue["key"]})
    # A public update continues the public ones, so that the date of the next occurrence shows nothing internal.
    whole = {milestone["ref"].casefold(): dict(milestone) for milestone in commitment.get("milestones", ())}
    public = {
        ref: milestone if commitment.get(INTERNAL) or milestone.get(INTERNAL) else dict(milestone)
        for ref, milestone in whole.items()
    }
    updates = [update for _, update in file_commitment.updates_in_order]
    yield [
        creation,
        *(_milestone_entry(creation.item, milestone, on) for milestone in whole.values()),
        *(_update_entry(update, creation.item, whole, public) for update in updates),
    ]
    for link in commitment.get("carries_on", ()):
        old = item_id("commitment", link["ref"])
        pair = {"old": old, "new": creation.item, "decided": LinkDecision.LINKED.value}
        body = {"type": "link", "set": pair, "via": IMPORTED, **_remarks(link)}
        yield [PendingEntry(CREATE, link_id(old, creation.item), on, body)]


def _create(kind: str, name: str, on: str, part: Mapping[str, Any]) -> PendingEntry:
    values = _given({name: value for name, value in part.items() if name != INTERNAL})
    return PendingEntry(CREATE, item_id(kind, name), on, {"type": kind, "set": values, "via": IMPORTED, **_mark(part)})


def _milestone_entry(item: str, milestone: Mapping[str, Any], on: str) -> PendingEntry:
    remarks = _remarks(milestone)
    apart = ("since", *_REMARKS, INTERNAL)
    values = _given({name: value for name, value in milestone.items() if name not in apart})
    if values.get("status") == MilestoneStatus.MET:
        del values["status"]
        values |= values_when_met(values)
    body = {"milestone": item_id("milestone", milestone["ref"]), "set": values, "via": IMPORTED, **remarks}
    return PendingEntry(CREATE, item, milestone.get("since") or on, body)


def _update_entry(
    update: Mapping[str, Any], item: str, whole: dict[str, dict[str, Any]], public: dict[str, dict[str, Any]]
) -> PendingEntry:
    """Return the entry for an update. If it is about a milestone, also set the new values in the milestone.

    The milestones are given by ref, after all earlier updates and after the public ones.
    """
    states = [one.get(update["ref"].casefold()) for one in ((whole,) if update.get(INTERNAL) else (public, whole))]
    milestone = states[0]
    values = _given({name: update.get(name) for name in ("status", "percent", "due")})
    body: dict[str, Any] = {"via": IMPORTED, **_remarks(update)}
    if milestone is not None:
        body["milestone"] = item_id("milestone", milestone["ref"])
        if "due" in values:
            values["when"] = values.pop("due")
        if values.get("status") == MilestoneStatus.MET:
            del values["status"]
            values |= values_when_met({**milestone, **values})
        for state in filter(None, states):
            state.update(values)
    if values:
        body["set"] = values
    kind = SET if values else CHECK if update.get("check") else NOTE
    return PendingEntry(kind, item, update["on"], body)


def _remarks(part: Mapping[str, Any]) -> dict[str, Any]:
    remarks = _given({name: part.get(name) for name in _REMARKS})
    if "evidence" in remarks:
        remarks["evidence"] = evidence_text(evidence_pieces(remarks["evidence"]))
    return {**remarks, **_mark(part)}


def _mark(part: Mapping[str, Any]) -> dict[str, bool]:
    return {INTERNAL: True} if part.get(INTERNAL) else {}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are neither None nor an empty list."""
    return {name: value for name, value in values.items() if value is not None and value != []}
