"""New commitments and milestones, and corrections of them, checked and converted to pending entries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.errors import DateError, InputError
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.entry import CREATE, SET, PendingEntry
from spacedialog.model.fields import EDITABLE, FIELDS, MAY_BE_EMPTY, NewCommitment
from spacedialog.model.target import Target
from spacedialog.model.typed_dates import parse_review
from spacedialog.model.values import TEXT_CHECKS, check_line, match_choice, source_list
from spacedialog.model.vocabulary import NAME_PATTERN, Status, Strength
from spacedialog.store.read.refs import INTERNAL_SERIES
from spacedialog.store.read.selection import find_dialogue, find_value, is_joint

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.store.read.snapshot import Snapshot

_KIND = re.compile(NAME_PATTERN)
_COMMITMENT_REF = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-[A-Za-z0-9_-]{1,30}")
_MILESTONE_REF = re.compile(_COMMITMENT_REF.pattern + rf"\.(?:{INTERNAL_SERIES})?[0-9]{{1,6}}")
_MILESTONE_FIELDS = ("title", "ref")


class Correction(NamedTuple):
    """New values of fields, and the partners to add and to remove.

    Besides the fields that can be edited, `values` may have a `source`, the key of a document, and its `paragraph`. The
    value None clears a field.
    """

    values: Mapping[str, Any]
    add_partners: Sequence[str] = ()
    remove_partners: Sequence[str] = ()


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
    dialogue = find_dialogue(snapshot, commitment.dialogue)
    ref = commitment.ref or snapshot.refs.next_ref(dialogue, is_internal=remarks.internal)
    target = Target(ref, item, None)
    copied = ("area", "kind", "title", "detail", "strength", "lead")
    for name, value in (commitment._asdict() | dict(commitment.fields)).items():
        _refuse_empty_text(name, value, "write a value, or leave it out")
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
    ref = snapshot.refs.next_milestone_ref(commitment, is_internal=remarks.internal)
    values = {"ref": ref, "title": check_line("title", milestone.title), "when": str(milestone.when)}
    if milestone.recurs:
        interval = Span.parse(milestone.recurs)
        milestone.when.occurrence(1, interval)  # raises if the date is not precise enough
        values["recurs"] = str(interval)
    body = {"milestone": milestone_id, "set": values, **remarks.body()}
    target = commitment._replace(ref=ref, milestone=milestone_id)
    return target, PendingEntry(CREATE, commitment.item, str(remarks.on), body)


def check_is_single(values: Mapping[str, Any], targets: Sequence[Target]) -> None:
    """Raise InputError if a title or a ref is set on several targets."""
    shared = [name for name in _MILESTONE_FIELDS if name in values]
    if shared and len(targets) > 1:
        raise InputError(
            f"{shared[0]}: this field can be set for one ref only, but {len(targets)} refs were given",
            "edit each ref in a separate command",
        )


def correct(snapshot: Snapshot, target: Target, correction: Correction, remarks: EntryRemarks) -> PendingEntry:
    """Return the entry that sets fields of the target to new values; InputError if any value is invalid."""
    values = _normal(correction.values)
    if not (values or correction.add_partners or correction.remove_partners):
        raise InputError(
            "no new value was given", f"add one, for example: spacedialog edit {target.ref} --title 'A better title'"
        )
    unknown = [name for name in values if name not in EDITABLE and name not in MAY_BE_EMPTY]
    if unknown:
        raise InputError(f"{unknown[0]}: this field cannot be edited", f"edit one of {', '.join(EDITABLE)}")
    if values.get("due"):
        raise InputError("due: this field can only be cleared", f"use spacedialog reschedule {target.ref} DATE")
    empty = [name for name, value in values.items() if not value and name not in MAY_BE_EMPTY]
    if empty:
        raise InputError(
            f"{empty[0]}: this field cannot be cleared", f"write a value, or clear one of {', '.join(MAY_BE_EMPTY)}"
        )
    if correction.add_partners or correction.remove_partners:
        if "partners" in values:
            raise InputError(
                "partners: a new list cannot be combined with partners to add or remove",
                "use either --partner, or --add-partner and --remove-partner",
            )
        values["partners"] = _changed_partners(snapshot, target, correction, is_public=not remarks.internal)
    foreign = [name for name in values if target.milestone and name not in _MILESTONE_FIELDS]
    if foreign:
        raise InputError(f"{foreign[0]}: a milestone does not have this field", "edit its commitment")
    body = {"set": check_fields(snapshot, target, values), **remarks.body()}
    if target.milestone:
        body["milestone"] = target.milestone
    return PendingEntry(SET, target.item, str(remarks.on), body)


def already_set(targets: Sequence[Target]) -> str:
    """Return the notice that the targets already have the values of a correction."""
    refs = ", ".join(target.ref for target in targets)
    return f"{refs} already {'has' if len(targets) == 1 else 'have'} these values."


def _changed_partners(snapshot: Snapshot, target: Target, correction: Correction, *, is_public: bool) -> list[str]:
    """Return the partners of the target after the correction; InputError for the removal of another party."""
    fields = snapshot.fields_of(target, public=is_public)
    if target.milestone:
        return []
    partners = list(fields.get("partners") or ())
    for name in correction.remove_partners:
        found = [partner for partner in partners if partner.casefold() == name.strip().casefold()]
        if not found:
            remedy = (
                f"name one of its partners: {', '.join(partners)}" if partners else "leave it out: it has no partners"
            )
            raise InputError(f"{quoted(name)} is not a partner of {target.ref}", remedy)
        partners.remove(found[0])
    added = [find_value(snapshot, "party", name, dialogue=fields.get("dialogue")) for name in correction.add_partners]
    return list(dict.fromkeys([*partners, *added]))


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with `sources` in place of a source and its paragraph, and one form of each cleared field.

    InputError for an empty text: only None, or an empty list, clears a field.
    """
    for name, value in values.items():
        is_clearable = name in MAY_BE_EMPTY
        clear = f", or clear the field with --clear {FIELDS[name].option_name.lstrip('-')}" if is_clearable else ""
        _refuse_empty_text(name, value, f"write a value{clear}")
    normal = {name: value or None for name, value in values.items() if name not in ("source", "paragraph")}
    if "source" in values:
        normal["sources"] = source_list(values["source"], values.get("paragraph")) if values["source"] else None
    elif values.get("paragraph"):
        raise InputError(
            "paragraph: it needs the source that it belongs to", "add the key of the document: --source DOCUMENT"
        )
    return normal | ({"partners": normal["partners"] or []} if "partners" in normal else {})


def _refuse_empty_text(name: str, value: object, remedy: str) -> None:
    """Raise InputError if the value of a field is an empty text, or a list with one."""
    if value == "" or (isinstance(value, list | tuple) and "" in value):
        raise InputError(f"{name} is empty", remedy)


def check_fields(snapshot: Snapshot, target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the record stores them; InputError at the first that is invalid in this record."""
    checked = dict(values)
    # Areas belong to a dialogue: a commitment with the area of another dialogue would be missing from the counts.
    dialogue = checked.get("dialogue") or (snapshot.fields(target.item) or {}).get("dialogue")
    for name, value in checked.items():
        check = TEXT_CHECKS.get(FIELDS[name].kind)
        if check and (value is not None or name not in MAY_BE_EMPTY):
            check(name, value)
    if "ref" in checked:
        _check_ref(snapshot, target, checked["ref"])
    if is_joint(str(checked.get("lead") or "")):
        checked["lead"] = None
    for name, kind in (("area", "area"), ("lead", "party")):
        if checked.get(name):
            checked[name] = find_value(snapshot, kind, checked[name], dialogue=dialogue)
    if "partners" in checked:
        named = [find_value(snapshot, "party", partner, dialogue=dialogue) for partner in checked["partners"]]
        checked["partners"] = list(dict.fromkeys(named))
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
    if snapshot.refs.earlier().taken([target._replace(ref=ref)]):
        raise InputError(f"ref: {ref} is already in use", "leave it out to use the next free number")
