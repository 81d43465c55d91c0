"""The checks of a data file that its schema cannot express: between its parts, and against a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from spacedialog.errors import DateError, InputError
from spacedialog.importing.entries import FileCommitment, commitment_entries
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.entry import item_id
from spacedialog.model.fields import JOINT
from spacedialog.model.milestones import met_too_early
from spacedialog.model.parties import Succession, predecessors
from spacedialog.model.target import Target
from spacedialog.model.values import check_on, is_complete_below_full
from spacedialog.model.vocabulary import MilestoneStatus, Status

if TYPE_CHECKING:
    from spacedialog.importing.dialogue_schema import Area, Document, Opening, Party
    from spacedialog.store.read.refs import EarlierRefs
    from spacedialog.store.read.snapshot import Snapshot


Statuses = type[Status] | type[MilestoneStatus]

_WORDS: Mapping[Statuses, frozenset[str]] = {
    statuses: frozenset(status.value for status in statuses) for statuses in (Status, MilestoneStatus)
}


_DECLARED = (("area", "areas"), ("lead", "parties"), ("partners", "parties"), ("omitted_by", "documents"))
"""The fields of a commitment that hold keys, and the kinds of these keys."""


def _undeclared(place: str, key: str, kind: str) -> str:
    return f"{place}: {quoted(key)} is not declared in {kind}\n  declare it there, or correct the key"


class Checks:
    """The checks between the parts of a data file: for undeclared keys, and for refs and keys that occur twice."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._known = {
            "areas": {area.key for area in opening.areas},
            "parties": {party.key for party in opening.parties},
            "documents": {document.key for document in opening.documents},
        }
        self._refs: set[str] = set()

    def opening(self) -> Iterator[str]:
        """Yield the problems of the opening."""
        for kind, keys in self._known.items():
            declared: Sequence[Document | Area | Party] = getattr(self._opening, kind)
            if len(declared) > len(keys):
                yield f"{kind}: a key occurs twice\n  use a different key for each"
        for number, party in enumerate(self._opening.parties):
            if party.key.casefold() == JOINT:
                yield f"parties[{number}].key: {party.key} means that there is no lead\n  choose another key"
        yield from self._closed("dialogue.when", self._opening.dialogue.when)
        yield from self._unknown("dialogue", "host", "parties", self._opening.dialogue.host)
        given = [Succession(party.key, one.party, "") for party in self._opening.parties for one in party.succeeds]
        for number, party in enumerate(self._opening.parties):
            if party.key in predecessors([party.key], given):
                yield f"parties[{number}].succeeds: {party.key} would succeed itself\n  correct the keys of the parties"

    def commitment(self, place: str, commitment: Mapping[str, Any]) -> Iterator[str]:
        """Yield the problems of a commitment."""
        ref = commitment["ref"]
        yield from self._repeated(place, ref)
        for name, kind in _DECLARED:
            yield from self._unknown(place, name, kind, commitment.get(name))
        yield from self._percent(place, commitment)
        yield from self._cited(place, commitment["sources"])
        links = commitment.get("carries_on", ())
        carried = [link["ref"].casefold() for link in links]
        for position, earlier in enumerate(carried):
            if earlier in carried[:position]:
                yield f"{place}.carries_on[{position}].ref: this ref occurs twice\n  write it once"
            if earlier.rpartition("-")[0] == ref.casefold().rpartition("-")[0]:
                yield (
                    f"{place}.carries_on[{position}].ref: {quoted(links[position]['ref'])} belongs to the"
                    " same dialogue\n  name a commitment of an earlier dialogue"
                )
        for position, milestone in enumerate(commitment.get("milestones", ())):
            part = f"{place}.milestones[{position}]"
            yield from self._repeated(part, milestone["ref"])
            if not milestone["ref"].startswith(f"{ref}."):
                yield (
                    f"{part}.ref: {milestone['ref']} does not begin with the ref of its commitment\n"
                    f"  write a ref such as {ref}.1"
                )
            yield from self._closed(f"{part}.since", milestone.get("since"))
            yield from self._cited(part, milestone.get("sources", ()))
            if recurs := milestone.get("recurs"):
                try:
                    VagueDate.parse(milestone["when"]).occurrence(1, Span.parse(recurs))
                except DateError as error:
                    yield f"{part}.recurs: {error.text}"

    def update(self, place: str, update: Mapping[str, Any], statuses: Statuses | None) -> Iterator[str]:
        """Yield the problems of an update; `statuses` are those that its item can have, None if the file lacks it."""
        if statuses is None:
            yield f"{place}.ref: {quoted(update['ref'])} is not in the file\n  write the ref of one of its commitments"
        status, evidence = update.get("status"), update.get("evidence")
        if statuses and status is not None and status not in _WORDS[statuses]:
            thing = "a commitment" if statuses is Status else "a milestone"
            yield (f"{place}.status: {status} is not a status of {thing}\n  write one of {', '.join(statuses)}")
        yield from self._percent(place, update)
        yield from self._closed(f"{place}.on", update["on"])
        changes_nothing = status is None and update.get("percent") is None and update.get("due") is None
        if update.get("check") and not changes_nothing:
            yield (
                f"{place}.check: a check cannot set a status, percentage or date\n  remove check, or write two updates"
            )
        elif evidence is None and not (changes_nothing and (update.get("note") or update.get("check"))):
            yield f"{place}.evidence: it is missing\n  add evidence, or write only a note or a check"

    @staticmethod
    def statuses_by_ref(commitment: Mapping[str, Any]) -> dict[str, Statuses]:
        """Return the refs of a commitment and its milestones in lower case, each with the statuses that it can have."""
        milestones = {milestone["ref"].casefold(): MilestoneStatus for milestone in commitment.get("milestones", ())}
        return {**milestones, commitment["ref"].casefold(): Status}

    def _repeated(self, place: str, ref: str) -> Iterable[str]:
        key = ref.casefold()
        if key in self._refs:
            return [f"{place}.ref: {ref} occurs earlier in the file\n  use a different ref for each item"]
        self._refs.add(key)
        return ()

    def _unknown(self, place: str, name: str, kind: str, keys: str | Sequence[str] | None) -> Iterable[str]:
        """Return the problems of a field that holds one or more keys of a kind that the file declares."""
        known = self._known[kind]
        if keys is None:
            return ()
        if isinstance(keys, str):
            return () if keys in known else [_undeclared(f"{place}.{name}", keys, kind)]
        if known.issuperset(keys):
            return ()
        parts = enumerate(keys)
        return [_undeclared(f"{place}.{name}[{at}]", key, kind) for at, key in parts if key not in known]

    def _cited(self, place: str, sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for number, source in enumerate(sources):
            yield from self._unknown(f"{place}.sources[{number}]", "document", "documents", source["document"])
            grade = source.get("grade")
            if grade is not None and grade not in self._opening.grades:
                yield (
                    f"{place}.sources[{number}].grade: {quoted(grade)} is not declared in grades\n"
                    "  declare it there, or correct the key"
                )

    def _percent(self, place: str, part: Mapping[str, Any]) -> Iterable[str]:
        percent = part.get("percent")
        if not is_complete_below_full(part.get("status"), percent):
            return ()
        problem = f"{place}.percent: a complete commitment cannot be at {percent}%"
        return [f"{problem}\n  leave it out, or write in-progress"]

    def _closed(self, place: str, date_: str | None) -> Iterable[str]:
        if date_ is None or VagueDate.parse(date_).latest is not None:
            return ()
        return [f"{place}: {date_} has no end, but it must be in the past\n  write the date on which it happened"]


def opening_problems(opening: Mapping[str, Any], snapshot: Snapshot, today: date) -> Iterator[str]:
    """Yield the problems of an opening in this record: a meeting in the future, the key of another dialogue."""
    dialogue = opening["dialogue"]
    when = VagueDate.parse(dialogue["when"])
    if when.latest is None or when.latest > today:
        yield f"dialogue.when: {when} may be after today ({today})\n  import the file after the meeting"
    known = snapshot.dialogue(dialogue["key"])
    if known and (known.get("series"), known.get("number")) != (dialogue["series"], dialogue.get("number")):
        yield (
            f"dialogue.key: {dialogue['key']} is already the key of {known.get('title')}\n"
            "  choose another key for the dialogue"
        )


def commitment_problems(file_commitment: FileCommitment, earlier: EarlierRefs, today: date) -> Iterator[str]:
    """Yield the problems of a commitment in a record with these refs: refs that are taken, updates from the future."""
    commitment = file_commitment.commitment
    item = item_id("commitment", commitment["ref"])
    wanted = [Target(commitment["ref"], item, None)]
    for milestone in commitment.get("milestones", ()):
        wanted.append(Target(milestone["ref"], item, item_id("milestone", milestone["ref"])))
    for ref in earlier.taken(wanted):
        yield f"{file_commitment.place}: {ref} is already the ref of another item\n  choose another ref for it"
    for place, update in file_commitment.updates:
        try:
            check_on(VagueDate.parse(update["on"]), today)
        except InputError as error:
            yield f"{place}.{error.text}"


def milestone_problems(dialogue: Mapping[str, Any], file_commitment: FileCommitment) -> Iterator[str]:
    """Yield a problem for each occurrence of a recurring milestone that is met before its window opens."""
    place = file_commitment.place
    milestones = file_commitment.commitment.get("milestones", ())
    if not any(milestone.get("recurs") for milestone in milestones):
        return
    places = [
        *(f"{place}.milestones[{number}]" for number in range(len(milestones))),
        *(at for at, _ in file_commitment.updates_in_order),
    ]
    _, *entries = next(commitment_entries(dialogue, file_commitment))
    fields: dict[str | None, dict[str, Any]] = {}
    for at, entry in zip(places, entries, strict=True):
        values = entry.body.get("set", {})
        known = fields.setdefault(entry.body.get("milestone"), {})
        ref = known.get("ref") or values.get("ref", "")
        if problem := met_too_early(ref, known, values, VagueDate.parse(entry.on)):
            yield f"{at}.status: {problem}\n  correct the day, or write an update with the new date (due) before it"
        known.update(values)
