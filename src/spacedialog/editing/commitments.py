"""Statements: what the record says a commitment or a milestone is, as a person adds or corrects it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.editing.updates import check_text, remarks_body
from spacedialog.errors import InputError
from spacedialog.model.dates import Recurrence, VagueDate, quoted
from spacedialog.model.entry import CREATE, SET, PendingEntry
from spacedialog.model.vocabulary import NAME_PATTERN, Status, Strength
from spacedialog.store.read.selection import find_value, match_choice

if TYPE_CHECKING:
    from spacedialog.store.read.refs import Target
    from spacedialog.store.read.snapshot import Snapshot

_KIND = re.compile(NAME_PATTERN)
_COMMITMENT_REF = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-[A-Za-z0-9_-]{1,30}")
_MILESTONE_REF = re.compile(_COMMITMENT_REF.pattern + r"\.[0-9]{1,6}")
_MILESTONE_FIELDS = ("title", "ref")
_FIELDS = ("title", "ref", "area", "kind", "strength", "lead", "partners", "detail", "sources")
_MAY_BE_EMPTY = ("lead", "partners", "detail")


class NewCommitment(NamedTuple):
    """A commitment to put on record. `source` is the document it stands in; `ref` None for the next number."""

    title: str
    area: str
    source: str
    dialogue: str | None = None
    kind: str = "action-item"
    strength: str = Strength.INTENDED.value
    lead: str | None = None
    partners: Sequence[str] = ()
    due: VagueDate | None = None
    detail: str | None = None
    paragraph: str | None = None
    ref: str | None = None


class NewMilestone(NamedTuple):
    """A dated event to put on record; `recurs` is a span such as `2 years`."""

    commitment: Target
    title: str
    when: VagueDate
    recurs: str | None


def create_commitment(
    view: Snapshot, item: str, addition: NewCommitment, on: VagueDate, note: str | None, evidence: str | None
) -> tuple[Target, PendingEntry]:
    """The change that adds a commitment, and what it will be called; InputError where something does not fit."""
    from spacedialog.store.read.refs import Target

    dialogue = _dialogue(view, addition.dialogue)
    ref = addition.ref or view.refs.next_ref(dialogue)
    target = Target(ref, item, None)
    values = check_fields(
        view,
        target,
        {
            "ref": ref,
            "dialogue": dialogue,
            **{name: getattr(addition, name) for name in ("area", "kind", "title", "detail", "strength", "lead")},
            "partners": list(addition.partners),
            "due": addition.due and str(addition.due),
            "sources": source_list(addition.source, addition.paragraph),
        },
    )
    given = {name: value for name, value in values.items() if value}
    statement = {"type": "commitment", "set": {**given, "status": Status.NOT_ASSESSED.value}}
    return target, PendingEntry(CREATE, item, str(on), {**statement, **remarks_body(note, evidence)})


def create_milestone(
    view: Snapshot, milestone: str, new: NewMilestone, on: VagueDate, note: str | None, evidence: str | None
) -> tuple[Target, PendingEntry]:
    """The change that adds a milestone, and what it will be called; InputError where something does not fit."""
    commitment = new.commitment
    if commitment.milestone:
        raise InputError(f"{commitment.ref} is a milestone itself", "name the commitment that it leads to")
    view.standing(commitment)
    ref = view.refs.next_milestone_ref(commitment)
    values = {"ref": ref, "title": check_text("title", new.title), "when": str(new.when)}
    if new.recurs:
        every = Recurrence.parse(new.recurs)
        new.when.occurrence(1, every)  # refuses a span finer than the date
        values["recurs"] = str(every)
    body = {"milestone": milestone, "set": values, **remarks_body(note, evidence)}
    return commitment._replace(ref=ref, milestone=milestone), PendingEntry(CREATE, commitment.item, str(on), body)


def correct(
    view: Snapshot,
    target: Target,
    values: Mapping[str, Any],
    on: VagueDate,
    note: str | None,
    evidence: str | None,
) -> PendingEntry:
    """The change that sets some of a target's fields anew; InputError where something does not fit."""
    if not values:
        raise InputError("nothing to change was given", f"spacedialog edit {target.ref} --title 'A better title'")
    unknown = [name for name in values if name not in _FIELDS]
    if unknown:
        raise InputError(f"{unknown[0]} is not edited", f"what is edited is {', '.join(_FIELDS)}")
    empty = [name for name, value in values.items() if not value and name not in _MAY_BE_EMPTY]
    if empty:
        raise InputError(f"{empty[0]}: it cannot be empty", f"only {', '.join(_MAY_BE_EMPTY)} can")
    foreign = [name for name in values if target.milestone and name not in _MILESTONE_FIELDS]
    if foreign:
        raise InputError(f"{foreign[0]}: a milestone has none of its own", "edit the commitment that it leads to")
    body = {"set": check_fields(view, target, values), **remarks_body(note, evidence)}
    if target.milestone:
        body["milestone"] = target.milestone
    return PendingEntry(SET, target.item, str(on), body)


def check_fields(view: Snapshot, target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the record keeps them; InputError at the first that does not fit what is on record."""
    kept = dict(values)
    # Areas and parties belong to a dialogue, and what names those of another would be counted nowhere.
    of = kept.get("dialogue") or (view.fields(target.item) or {}).get("dialogue")
    if "title" in kept:
        check_text("title", kept["title"])
    if kept.get("detail"):
        check_text("detail", kept["detail"])
    if "ref" in kept:
        if not (_MILESTONE_REF if target.milestone else _COMMITMENT_REF).fullmatch(kept["ref"]):
            raise InputError(
                f"ref: {quoted(kept['ref'])} is not a ref", "write one such as ROK4-43; of a milestone, ROK4-43.1"
            )
        whole = target._replace(ref=kept["ref"].partition(".")[0], milestone=None)
        if target.milestone and not view.refs.bore(whole):
            # Under another's ref it would take a number that the other gives to its own next milestone.
            raise InputError(
                f"ref: {kept['ref']} does not belong to its commitment", "a milestone's ref begins with that of its own"
            )
        if view.refs.taken([target._replace(ref=kept["ref"])]):
            raise InputError(f"ref: {kept['ref']} is taken", "leave it out for the next free number")
    for name, kind in (("area", "area"), ("lead", "party")):
        if kept.get(name):
            kept[name] = find_value(view, kind, kept[name], of=of)
    if "partners" in kept:
        kept["partners"] = [find_value(view, "party", partner, of=of) for partner in kept["partners"]]
    if kept.get("kind") and not _KIND.fullmatch(kept["kind"]):
        raise InputError(f"kind: {quoted(kept['kind'])} is not a kind", "write one word such as agreement, action-item")
    if kept.get("strength"):
        kept["strength"] = match_choice("strength", kept["strength"], [strength.value for strength in Strength])
    return kept


def source_list(document: str, paragraph: str | None) -> list[dict[str, str]]:
    """The sources of a commitment that stands in one document."""
    cited = {"document": check_text("source", document)}
    return [{**cited, "paragraph": paragraph} if paragraph else cited]


def _dialogue(view: Snapshot, key: str | None) -> str:
    keys = view.values("dialogue")
    if key:
        return match_choice("dialogue", key, keys)
    if not keys:
        raise InputError("there is no dialogue to add to", "spacedialog import FILE brings one")
    return keys[-1]
