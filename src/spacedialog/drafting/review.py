"""The steps of a review: each takes a document and returns the document after it. Pure: no file, no terminal.

Values that users type are parsed here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from itertools import count
from typing import Any, Literal

from spacedialog.errors import InputError
from spacedialog.model.dates import quoted, readable, recurrence_text
from spacedialog.model.fields import FIELDS, IN_FILES, JOINT, MAY_BE_EMPTY, REVIEWED
from spacedialog.model.near_misses import nearest, suggestion
from spacedialog.model.rows.drafting import CandidateRow, ReviewCount, StepRow
from spacedialog.model.typed_dates import parse_date
from spacedialog.model.values import TEXT_CHECKS, check_line, citation_text, match_choice
from spacedialog.model.vocabulary import NAME_PATTERN, Decision, Status, Strength

Document = Mapping[str, Any]
Commitment = Mapping[str, Any]
ListName = Literal["areas", "parties"]

_ORDER = (*(field.name for field in IN_FILES), "milestones", "draft")
_NUMBERED = re.compile(r"(.*-)([0-9]{1,9})")


def candidates(document: Document) -> list[Commitment]:
    """Return the candidates of a file, in order."""
    return [commitment for commitment in document["commitments"] if commitment.get("draft")]


def candidate(document: Document, ref: str) -> Commitment:
    """Return the candidate with a ref, or only its number; InputError if there is none."""
    typed = ref.strip().casefold()
    for one in candidates(document):
        numbered = _NUMBERED.fullmatch(one["ref"])
        if one["ref"].casefold() == typed or (numbered and typed.isdecimal() and int(typed) == int(numbered[2])):
            return one
    raise InputError(f"{quoted(ref)} is not a candidate of this file", "list the refs with spacedialog review --list")


def decision(of: Commitment) -> Decision | None:
    """Return the decision on a candidate; None if it is undecided."""
    decided = of["draft"].get("decision")
    return Decision(decided) if decided else None


def tally(document: Document) -> ReviewCount:
    """Return the numbers of accepted, dropped and undecided candidates."""
    decided = [decision(one) for one in candidates(document)]
    return ReviewCount(*(decided.count(kind) for kind in (Decision.ACCEPTED, Decision.DROPPED, None)))


def row(of: Commitment) -> CandidateRow:
    """Return a candidate as a row."""
    values: dict[str, Any] = {
        name: of.get(name) for name in ("ref", "title", "area", "kind", "strength", "lead", "due", "detail", "quote")
    }
    values |= {name: of["draft"].get(name) for name in ("confidence", "why", "sentence", "before", "after")}
    milestones = tuple(map(_milestone, of.get("milestones") or ()))
    sources = tuple(map(citation_text, of["sources"]))
    decided, partners = of["draft"].get("decision"), tuple(of.get("partners") or ())
    return CandidateRow(**values, decision=decided, partners=partners, milestones=milestones, sources=sources)


def _milestone(milestone: Mapping[str, Any]) -> str:
    recurs = f", {recurrence_text(milestone['recurs'])}" if milestone.get("recurs") else ""
    return f"{milestone['ref']} {milestone['when']} {milestone['title']}{recurs}"


def taken(title: str, sentence: str) -> tuple[int, int] | None:
    """Return the place of a title in its sentence, in characters; None if it is not found."""
    words = list(re.finditer(r"\w+", sentence))
    wanted = [word.casefold() for word in re.findall(r"\w+", title)]
    blocks = SequenceMatcher(None, wanted, [word[0].casefold() for word in words], autojunk=False).get_matching_blocks()
    # A single word occurs in many sentences; two in a row are hardly a coincidence.
    found = [block for block in blocks if block.size >= min(2, len(wanted) or 1)]
    if not found:
        return None
    return words[found[0].b].start(), words[found[-1].b + found[-1].size - 1].end()


def decide(document: Document, ref: str, decided: Decision) -> Document:
    """Accept or drop a candidate; a dropped one stays in the file, so that its ref is not used again."""
    one = candidate(document, ref)
    return _with(document, one, {**one, "draft": {**one["draft"], "decision": decided.value}})


def edit(document: Document, ref: str, values: Mapping[str, Any]) -> Document:
    """Set fields of the candidate; None clears a field. The decision does not change.

    If its strength becomes `delivered`, its status becomes complete; if it was `delivered`, unknown.
    """
    one = candidate(document, ref)
    edited = {name: value for name, value in {**one, **values}.items() if values.get(name, "") is not None}
    if one["status"] == _drafted_status(one["strength"]):
        edited["status"] = _drafted_status(edited["strength"])
    return _with(document, one, _in_order(edited, one))


def _drafted_status(strength: str) -> str:
    return (Status.COMPLETE if strength == Strength.DELIVERED else Status.UNKNOWN).value


def _in_order(commitment: Commitment, was: Commitment) -> dict[str, Any]:
    """Return the commitment with each new field in the place where `draft` writes it."""
    names = [name for name in was if name in commitment]
    for name in commitment:
        if name not in was:
            later = _ORDER[_ORDER.index(name) + 1 :]
            names.insert(next((at for at, other in enumerate(names) if other in later), len(names)), name)
    return {name: commitment[name] for name in names}


def split(document: Document, ref: str, titles: Sequence[str]) -> Document:
    """Split the candidate by titles, all undecided. The first keeps the ref and the milestones, all keep the source.

    InputError if there are fewer than two titles.
    """
    one = candidate(document, ref)
    if len(titles) < 2:
        raise InputError("a split needs at least two titles", "write one title for each part, or edit the title")
    for title in titles:
        check_line("title", title)
    undecided = {name: value for name, value in one["draft"].items() if name != "decision"}
    first = {**one, "title": titles[0], "draft": undecided}
    own = {name: value for name, value in first.items() if name not in ("ref", "milestones")}
    free = _free_refs(document)
    return _with(document, one, first, *({"ref": next(free), **own, "title": title} for title in titles[1:]))


def _free_refs(document: Document) -> Iterator[str]:
    """Return an endless series of free refs, after the highest of the file."""
    start = f"{document['dialogue']['key']}-"
    refs = [_NUMBERED.fullmatch(commitment["ref"]) for commitment in document["commitments"]]
    numbers = [found[2] for found in refs if found and found[1].casefold() == start.casefold()]
    width = max(map(len, numbers), default=2)
    return (f"{start}{number:0{width}}" for number in count(max(map(int, numbers), default=0) + 1))


def merge(document: Document, ref: str, into: str) -> Document:
    """Merge the candidate into another, which gets its sources and milestones, and its due date if it has none itself.

    The candidate stays in the file as dropped. Its `updates` become those of the other. InputError if the other is
    the same or dropped.
    """
    one, other = candidate(document, ref), candidate(document, into)
    if one is other:
        raise InputError(
            f"{one['ref']} is the candidate itself", "give another candidate, or split, edit or drop this one"
        )
    if decision(other) is Decision.DROPPED:
        raise InputError(f"{other['ref']} was dropped", "give another candidate, or accept that one first")
    whole = {**other, "sources": [*other["sources"], *(s for s in one["sources"] if s not in other["sources"])]}
    if not other.get("due") and one.get("due"):
        whole["due"] = one["due"]
    own = list(other.get("milestones") or ())
    numbers = [int(tail) for milestone in own if (tail := milestone["ref"].rpartition(".")[2]).isdecimal()]
    renamed = {one["ref"].casefold(): other["ref"]}
    for number, milestone in enumerate(one.get("milestones") or (), max(numbers, default=0) + 1):
        own.append({**milestone, "ref": f"{other['ref']}.{number}"})
        renamed[milestone["ref"].casefold()] = own[-1]["ref"]
    if own:
        whole["milestones"] = own
    why = f"{one['draft']['why']}; merged into {other['ref']}"
    gone = {name: value for name, value in one.items() if name != "milestones"}
    gone["draft"] = {**one["draft"], "why": why, "decision": Decision.DROPPED.value}
    merged = _with(_with(document, other, _in_order(whole, other)), one, gone)
    updates = [
        {**said, "ref": renamed.get(said["ref"].casefold(), said["ref"])} for said in document.get("updates") or ()
    ]
    return {**merged, "updates": updates} if updates else merged


def described(did: str, before: Document, after: Document, ref: str, into: str | None = None) -> StepRow:
    """Return a description of a step on a candidate; `into` is the candidate that it was merged into, if any."""
    was = {one["ref"]: one for one in candidates(before)}
    found = {one["ref"]: one for one in candidates(after)}
    own = candidate(before, ref)["ref"]
    seen = candidate(before, into)["ref"] if into else own
    results = [seen] if into else [own, *(key for key in found if key not in was)]
    names = (*_NAMES, "sources", "milestones") if did in ("edited", "merged") else ()
    texts = [(name, shown(was[seen], name), shown(found[seen], name)) for name in names]
    changes = tuple(change for change in texts if change[1] != change[2])
    left = tuple((key, found[key]["title"]) for key in results if did in ("merged", "split"))
    return StepRow(did, own, was[own]["title"], changes, left)


def declare(document: Document, list_name: ListName, details: Mapping[str, str]) -> Document:
    """Add an area (`key`, `title`) or a party (`key`, `name`, `side`); InputError if it is not valid."""
    for name, text in details.items():
        if name in ("key", "side") and not re.fullmatch(NAME_PATTERN, text):
            raise InputError(f"{name}: {quoted(text)} is not a short name", "write letters, digits, . _ and - only")
        check_line(name, text)
    return {**document, list_name: [*document[list_name], dict(details)]}


def _with(document: Document, one: Commitment, *parts: Commitment) -> Document:
    """Return the document with other commitments in place of a candidate."""
    commitments: list[Commitment] = []
    for commitment in document["commitments"]:
        commitments += parts if commitment is one else (commitment,)
    return {**document, "commitments": commitments}


def shown(of: Commitment, field: str) -> str:
    """Return the value of a field of a candidate as a user types it."""
    value = of.get(field) or (JOINT if field == "lead" else "")
    if field in ("sources", "milestones"):
        return str(len(value))
    if field == "due":
        return readable(value)
    return ", ".join(value) if isinstance(value, list) else str(value)


QUESTIONS: Mapping[ListName, Mapping[str, str]] = {
    "areas": {"title": "title"},
    "parties": {"name": "name", "side": "side (the key of a country, such as US)"},
}
"""The fields of an area or a party besides its key, each with the question for it."""


def fields(typed: str) -> Sequence[str]:
    """Return the field whose name begins with the text, or all fields for an empty text; InputError if none does."""
    if not typed:
        return REVIEWED
    for field in _NAMES:
        if field.startswith(typed.casefold()):
            return (field,)
    near = suggestion(typed.split()[0], _NAMES)
    raise InputError(f"there is no field {quoted(typed)} to edit", f"{near}write one of {', '.join(_NAMES)}")


_NAMES = (*REVIEWED, "quote")
_NEW = "+"
"""The sign before the key of an area or a party that is to be added to the file."""

_LISTS: Mapping[str, ListName] = {"area": "areas", "lead": "parties", "partners": "parties"}


def undeclared(document: Document, field: str, typed: str) -> list[tuple[ListName, str]]:
    """Return the keys that were typed after `+` and that the file lacks, each with the list that it belongs to."""
    list_name = _LISTS.get(field)
    if list_name is None or typed.strip() == "-" or (field == "lead" and typed.strip().casefold() == JOINT):
        return []
    known = {declared["key"].casefold() for declared in document[list_name]}
    new = [key.removeprefix(_NEW) for key in dict.fromkeys(_keys(field, typed)) if key.startswith(_NEW)]
    return [(list_name, key) for key in new if key.casefold() not in known]


def _keys(field: str, typed: str) -> list[str]:
    return typed.replace(",", " ").split() if field == "partners" else [typed.strip()]


def value_of(document: Document, field: str, typed: str, today: date) -> Any:
    """Return the typed value of a field as in the file; None for `-`, which clears it.

    InputError if the value is not valid.
    """
    text = typed.strip()
    if text in ("", "-"):
        if field in MAY_BE_EMPTY:
            return None
        raise InputError(
            f"{field}: this field cannot be empty", f"write a value; only {', '.join(MAY_BE_EMPTY)} can be empty"
        )
    match field:
        case "lead" if text.casefold() == JOINT:
            return None
        case "area" | "lead" | "partners":
            keys = [_declared(document, field, key) for key in _keys(field, text)]
            return list(dict.fromkeys(keys)) if field == "partners" else keys[0]
        case "strength":
            return match_choice("strength", text, [strength.value for strength in Strength])
        case "due":
            return str(parse_date(text, today=today))
        case "kind" if not re.fullmatch(NAME_PATTERN, text):
            raise InputError(f"kind: {quoted(text)} is not a kind", "write one word, such as agreement or action-item")
        case _:
            return TEXT_CHECKS.get(FIELDS[field].kind, check_line)(field, text)


def _declared(document: Document, field: str, text: str) -> str:
    """Return the key of the area or the party that the text names; InputError if the file has none."""
    keys: list[str] = [declared["key"] for declared in document[_LISTS[field]]]
    for key in keys:
        if key.casefold() == text.removeprefix(_NEW).casefold():
            return key
    known = f"write one of {', '.join(keys) or '(none yet)'}"
    add = f"or {_NEW}{text.removeprefix(_NEW)} to add it"
    if near := nearest(text, keys):
        remedy = f"did you mean {near}? {known}, {add}"
    elif name := next((name for name in _NAMES if name == text.casefold()), None) or nearest(text, _NAMES):
        remedy = f"to edit the field {name}, press Enter here and then type edit {name}; for the {field}, {known}"
    else:
        remedy = f"{known}, {add}"
    raise InputError(f"there is no {'area' if field == 'area' else 'party'} {quoted(text)} in the draft", remedy)
