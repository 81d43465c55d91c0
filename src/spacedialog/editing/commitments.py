"""New commitments and milestones, and corrections of them, checked and converted to pending entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.errors import DateError, InputError
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.entry import CREATE, SET, PendingEntry
from spacedialog.model.fields import EDITABLE, FIELDS, MAY_BE_EMPTY, NewCommitment
from spacedialog.model.target import Target
from spacedialog.model.typed_dates import parse_review
from spacedialog.model.values import TEXT_CHECKS, check_line, match_choice, source_list
from spacedialog.model.vocabulary import NAME_PATTERN, Status, Strength
from spacedialog.store.read.selection import find_value, is_joint

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.store.read.snapshot import Snapshot

_KIND = re.compile(NAME_PATTERN)
_COMMITMENT_REF = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-[A-Za-z0-9_-]{1,30}")
_MILESTONE_REF = re.compile(_COMMITMENT_REF.pattern + r"\.[0-9]{1,6}")
_MILESTONE_FIELDS = ("title", "ref")
_MAY_BE_EMPTY = [name for name in EDITABLE if name in MAY_BE_EMPTY]


class NewMilestone(NamedTuple):
    """A dated event to add; `recurs` is a span such as `2 years`."""

    commitment: Target
    title: str
    when: VagueDate
    recurs: str | None


def create_commitment(
    snapshot: Snapshot, item: str, commitment: NewCommitment, remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    """Return the commitment as a target, and the entry that adds it; InputError if any value is invalid."""
    dialogue = _find_dialogue(snapshot, commitment.dialogue)
    ref = commitment.ref or snapshot.refs.next_ref(dialogue)
    target = Target(ref, item, None)
    copied = ("area", "kind", "title", "detail", "strength", "lead")
    values = check_fields(
        snapshot,
        target,
        {
            "ref": ref,
            "dialogue": dialogue,
            **{name: getattr(commitment, name) for name in copied},
            "partners": list(commitment.partners),
            "due": commitment.due and str(commitment.due),
            "sources": source_list(commitment.source, commitment.paragraph),
            **commitment.fields,
        },
    )
    given = {name: value for name, value in values.items() if value}
    body = {"type": "commitment", "set": {**given, "status": Status.UNKNOWN.value}, **remarks.body()}
    return target, PendingEntry(CREATE, item, str(remarks.on), body)


def create_milestone(
    snapshot: Snapshot, milestone_id: str, milestone: NewMilestone, remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    """Return the milestone as a target, and the entry that adds it; InputError if any value is invalid."""
    commitment = milestone.commitment
    if commitment.milestone:
        raise InputError(f"{commitment.ref} is a milestone", "write the ref of its commitment")
    snapshot.fields_of(commitment)
    ref = snapshot.refs.next_milestone_ref(commitment)
    values = {"ref": ref, "title": check_line("title", milestone.title), "when": str(milestone.when)}
    if milestone.recurs:
        interval = Span.parse(milestone.recurs)
        milestone.when.occurrence(1, interval)  # raises if the date is not precise enough
        values["recurs"] = str(interval)
    body = {"milestone": milestone_id, "set": values, **remarks.body()}
    target = commitment._replace(ref=ref, milestone=milestone_id)
    return target, PendingEntry(CREATE, commitment.item, str(remarks.on), body)


def correct(snapshot: Snapshot, target: Target, values: Mapping[str, Any], remarks: EntryRemarks) -> PendingEntry:
    """Return the entry that sets fields of the target to new values; InputError if any value is invalid.

    Besides the fields that can be edited, `values` may have a `source`, the key of a document, and its `paragraph`. An
    empty value clears a field.
    """
    values = _normal(values)
    if not values:
        raise InputError(
            "no new value was given", f"add one, for example: spacedialog edit {target.ref} --title 'A better title'"
        )
    unknown = [name for name in values if name not in EDITABLE]
    if unknown:
        raise InputError(f"{unknown[0]}: this field cannot be edited", f"edit one of {', '.join(EDITABLE)}")
    empty = [name for name, value in values.items() if not value and name not in _MAY_BE_EMPTY]
    if empty:
        raise InputError(
            f"{empty[0]}: this field cannot be empty", f"write a value; only {', '.join(_MAY_BE_EMPTY)} can be empty"
        )
    foreign = [name for name in values if target.milestone and name not in _MILESTONE_FIELDS]
    if foreign:
        raise InputError(f"{foreign[0]}: a milestone does not have this field", "edit its commitment")
    body = {"set": check_fields(snapshot, target, values), **remarks.body()}
    if target.milestone:
        body["milestone"] = target.milestone
    return PendingEntry(SET, target.item, str(remarks.on), body)


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with `sources` in place of a source and its paragraph, and one form of each empty value."""
    normal = {name: value or None for name, value in values.items() if name not in ("source", "paragraph")}
    if "source" in values:
        normal["sources"] = source_list(values["source"], values.get("paragraph")) if values["source"] else None
    elif values.get("paragraph"):
        raise InputError(
            "paragraph: it needs the source that it belongs to", "add the key of the document: --source DOCUMENT"
        )
    return normal | ({"partners": normal["partners"] or []} if "partners" in normal else {})


def check_fields(snapshot: Snapshot, target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the record stores them; InputError at the first that is invalid in this record."""
    checked = dict(values)
    # Areas belong to a dialogue: a commitment with the area of another dialogue would be missing from the counts.
    dialogue = checked.get("dialogue") or (snapshot.fields(target.item) or {}).get("dialogue")
    for name, value in checked.items():
        check = TEXT_CHECKS.get(FIELDS[name].kind)
        if value == "" and name in MAY_BE_EMPTY:
            checked[name] = None
        elif check and (value or name not in MAY_BE_EMPTY):
            check(name, value)
    if "ref" in checked:
        _check_ref(snapshot, target, checked["ref"])
    if is_joint(str(checked.get("lead") or "")):
        checked["lead"] = None
    for name, kind in (("area", "area"), ("lead", "party")):
        if checked.get(name):
            checked[name] = find_value(snapshot, kind, checked[name], dialogue=dialogue)
    if "partners" in checked:
        # A single empty text, as from an unset variable of a script, clears the field.
        partners = [] if list(checked["partners"]) == [""] else checked["partners"]
        checked["partners"] = [find_value(snapshot, "party", partner, dialogue=dialogue) for partner in partners]
    if checked.get("kind") and not _KIND.fullmatch(checked["kind"]):
        raise InputError(
            f"kind: {quoted(checked['kind'])} is not a kind", "write one word, such as agreement or action-item"
        )
    if checked.get("strength"):
        checked["strength"] = match_choice("strength", checked["strength"], [strength.value for strength in Strength])
    if checked.get("review"):
        try:
            checked["review"] = str(parse_review(str(checked["review"]), today=snapshot.day))
        except DateError as error:
            raise DateError(f"review: {error.problem}", error.remedy) from error
    return checked


def _check_ref(snapshot: Snapshot, target: Target, ref: str) -> None:
    if not (_MILESTONE_REF if target.milestone else _COMMITMENT_REF).fullmatch(ref):
        raise InputError(
            f"ref: {quoted(ref)} is not a ref", "write a ref such as ROK4-43, or ROK4-43.1 for a milestone"
        )
    commitment = target._replace(ref=ref.partition(".")[0], milestone=None)
    if target.milestone and not snapshot.refs.has_ever_had(commitment):
        # Under the ref of another commitment it would take the number of that commitment's next milestone.
        raise InputError(
            f"ref: {ref} does not begin with the ref of its commitment",
            "write the ref of the commitment, a dot and a number",
        )
    if snapshot.refs.taken([target._replace(ref=ref)]):
        raise InputError(f"ref: {ref} is already in use", "leave it out to use the next free number")


def _find_dialogue(snapshot: Snapshot, key: str | None) -> str:
    if key:
        return find_value(snapshot, "dialogue", key)
    keys = snapshot.values("dialogue")
    if not keys:
        raise InputError("the record has no dialogue", "import one with spacedialog import FILE")
    return keys[0]
