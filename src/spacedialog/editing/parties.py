"""New parties and areas of a dialogue, and corrections of parties, checked and converted to pending entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import CREATE, SET, PendingEntry, item_id
from spacedialog.model.fields import JOINT
from spacedialog.model.fold import closing_day, in_order
from spacedialog.model.parties import MAY_BE_EMPTY, predecessors
from spacedialog.model.target import Target
from spacedialog.model.values import check_line, match_choice
from spacedialog.model.vocabulary import NAME_PATTERN
from spacedialog.store.read.selection import find_value

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.model.parties import NewParty
    from spacedialog.store.read.snapshot import Snapshot

CORRECTED = ("name", "side", "aliases", "succeeds")
"""The fields of a party that an edit sets."""

_NAME = re.compile(NAME_PATTERN)
_RESERVED = (JOINT, "none")
"""The words that mean no lead, or clear a field; a party or an area with such a key could not be named."""


def create_party(
    snapshot: Snapshot, dialogue: str, party: NewParty, remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    """Return the party as a target, and the entry that adds it to the dialogue; InputError if a value is invalid."""
    key = _new_key(snapshot, "party", party.key, dialogue)
    given = {"name": party.name, "side": party.side, "aliases": party.aliases, "succeeds": party.succeeds}
    checked = _checked(snapshot, key, given, is_public=not remarks.internal)
    values = {name: value for name, value in checked.items() if value}
    return _creation("party", dialogue, key, {"key": key, "dialogue": dialogue, **values}, remarks)


def create_area(
    snapshot: Snapshot, dialogue: str, key: str, title: str, remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    """Return the area as a target, and the entry that adds it to the dialogue, after its other areas."""
    key = _new_key(snapshot, "area", key, dialogue)
    # Internal areas do not count for a public one, whose position would show how many there are.
    position = snapshot.number_of_areas(dialogue, public=not remarks.internal)
    values = {"key": key, "dialogue": dialogue, "title": check_line("title", title), "position": position}
    return _creation("area", dialogue, key, values, remarks)


def correct_party(snapshot: Snapshot, target: Target, values: Mapping[str, Any], remarks: EntryRemarks) -> PendingEntry:
    """Return the entry that sets fields of a party; InputError if a value is invalid. The value None clears a field."""
    if not values:
        raise InputError("no new value was given", "add one, for example --name 'A better name'")
    for name, value in values.items():
        if name not in CORRECTED:
            raise InputError(f"{name}: this field cannot be edited", f"edit one of {', '.join(CORRECTED)}")
        if not value and name not in MAY_BE_EMPTY:
            raise InputError(f"{name}: this field cannot be cleared", "write a value")
    checked = _checked(snapshot, target.ref.partition("/")[2], values, is_public=not remarks.internal)
    body = {"set": checked, **remarks.body()}
    return PendingEntry(SET, target.item, str(remarks.on), body)


def find_party(snapshot: Snapshot, key: str, dialogue: str | None) -> Target:
    """Return the party with the key, ignoring case, in the dialogue or else in the newest that has it.

    The key may have its dialogue before it, as the results of writes and the history print it: `ROK4/KASA`.
    """
    before, slash, name = key.partition("/")
    if slash and before.casefold() in map(str.casefold, {dialogue} if dialogue else snapshot.values("dialogue")):
        key, dialogue = name, next(one for one in snapshot.values("dialogue") if one.casefold() == before.casefold())
    found = find_value(snapshot, "party", key, dialogue=dialogue)
    for name in [dialogue] if dialogue else snapshot.values("dialogue"):
        target = _target("party", name, found)
        if snapshot.fields(target.item) is not None:
            return target
    raise NotFoundError(f"there is no party {quoted(key)}", "list the parties with spacedialog parties")


def default_day(snapshot: Snapshot, dialogue: str, succeeds: Mapping[str, VagueDate | str] | None = None) -> str | None:
    """Return the date of the dialogue, from which its parties and areas exist; None if a succession is later."""
    day = str((snapshot.dialogue(dialogue) or {}).get("when") or "") or None
    latest = VagueDate.parse(day).latest if day else None
    starts = [VagueDate.of(start).latest for start in (succeeds or {}).values()]
    return day if latest and all(start and start <= latest for start in starts) else None


def succession_day(
    snapshot: Snapshot, target: Target, succeeds: Mapping[str, VagueDate | str] | None, *, is_public: bool
) -> str | None:
    """Return the `default_day` of a correction of the successions of a party; None if they were set on a later day.

    Internal entries do not count for a correction that is public.
    """
    entries, _ = snapshot.folded(target.item, public=is_public)
    set_on = [day for day, entry in in_order(entries) if "succeeds" in entry.content.get("set", {})]
    day = default_day(snapshot, target.ref.partition("/")[0], succeeds)
    return day if day and max(set_on, default="") <= closing_day(day) else None


def _creation(
    kind: str, dialogue: str, key: str, values: Mapping[str, Any], remarks: EntryRemarks
) -> tuple[Target, PendingEntry]:
    target = _target(kind, dialogue, key)
    body = {"type": kind, "set": values, **remarks.body()}
    return target, PendingEntry(CREATE, target.item, str(remarks.on), body)


def _target(kind: str, dialogue: str, key: str) -> Target:
    # A data file that declares the party or the area has the same item.
    return Target(f"{dialogue}/{key}", item_id(kind, f"{dialogue}/{key}"), None)


def _new_key(snapshot: Snapshot, kind: str, key: str, dialogue: str) -> str:
    if not _NAME.fullmatch(key):
        raise InputError(
            f"key: {quoted(key)} is not a key", "write a short name of letters, digits and hyphens, such as KASA"
        )
    if key.casefold() in _RESERVED:
        raise InputError(f"key: {quoted(key)} is a reserved word", "choose another key")
    for known in snapshot.values(kind, dialogue=dialogue):
        if known.casefold() == key.casefold():
            remedy = f"correct it with spacedialog party edit {known}" if kind == "party" else "choose another key"
            raise InputError(f"{dialogue} already has the {kind} {known}", remedy)
    return key


def _checked(snapshot: Snapshot, key: str, values: Mapping[str, Any], *, is_public: bool) -> dict[str, Any]:
    """Return the values of a party as the record stores them; InputError at the first that is invalid."""
    checked = dict(values)
    if "name" in checked:
        check_line("name", checked["name"])
    if "side" in checked:
        checked["side"] = _side(snapshot, checked["side"], is_public=is_public)
    if "aliases" in checked:
        checked["aliases"] = list(dict.fromkeys(check_line("alias", alias) for alias in checked["aliases"] or ()))
    if "succeeds" in checked:
        checked["succeeds"] = _successions(snapshot, key, checked["succeeds"] or {})
    return checked


def _side(snapshot: Snapshot, side: str, *, is_public: bool) -> str:
    """Return the side, spelled as in the record if it occurs there; in the public record, for a public entry."""
    if not _NAME.fullmatch(side):
        raise InputError(f"side: {quoted(side)} is not a side", "write a short name, such as US or ROK")
    spellings = [known for known in snapshot.values("side") if known.casefold() == side.casefold()]
    if is_public and spellings:
        parties = [
            snapshot.fields(_target("party", dialogue, name).item, public=True) or {}
            for dialogue in snapshot.values("dialogue")
            for name in snapshot.values("party", dialogue=dialogue)
        ]
        spellings = [known for known in spellings if any(party.get("side") == known for party in parties)]
    return next(iter(spellings), side)


def _successions(snapshot: Snapshot, key: str, succeeds: Mapping[str, VagueDate | str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    given = [one for one in snapshot.successions() if one.party != key]
    for name, start in succeeds.items():
        predecessor = match_choice("party", name, snapshot.values("party"))
        if predecessor == key or key in predecessors([predecessor], given):
            raise InputError(
                f"succeeds: {key} would succeed itself" + (f" through {predecessor}" if predecessor != key else ""),
                "name a party that existed before it; spacedialog parties shows the successions",
            )
        found.append({"party": predecessor, "from": str(VagueDate.of(start))})
    return sorted(found, key=lambda one: one["from"])
