"""Links: whether a commitment carries on one of an earlier dialogue, checked and converted to a pending entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacedialog.errors import InputError
from spacedialog.model.entry import CREATE, SET, PendingEntry, link_id
from spacedialog.model.target import Target
from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store.read.selection import check_order

if TYPE_CHECKING:
    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.store.read.snapshot import Snapshot

_COMMANDS = {LinkDecision.LINKED: "link", LinkDecision.NOT_LINKED: "unlink"}
_DECIDED = {LinkDecision.LINKED: "linked", LinkDecision.NOT_LINKED: "recorded as not linked"}


def decide_link(
    snapshot: Snapshot, old: Target, new: Target, decision: LinkDecision, remarks: EntryRemarks, *, is_dated: bool
) -> tuple[Target, PendingEntry]:
    """Return the link as a target, and the entry that records whether `new` carries on `old`.

    Unless the remarks are dated, the decision holds from the day on which the later dialogue met, because the two texts
    have been related since then. Raises InputError if the two cannot be linked.
    """
    for target in (old, new):
        if target.milestone:
            raise InputError(
                f"{target.ref} is a milestone; only commitments can be linked", "write the ref of its commitment"
            )
    earlier, later = (str(snapshot.fields_of(target)["dialogue"]) for target in (old, new))
    if earlier == later:
        raise InputError(
            f"{old.ref} and {new.ref} belong to the same dialogue, {earlier}",
            "link a commitment of an earlier dialogue to one of a later dialogue",
        )
    met_on = check_order(snapshot, earlier, later, f"{_COMMANDS[decision]} {new.ref} {old.ref}")
    link = Target(f"{old.ref} → {new.ref}", link_id(old.item, new.item), None)
    on = str(remarks.on if is_dated else met_on)
    values = {"decided": decision.value}
    if snapshot.fields(link.item, public=not remarks.internal) is not None:
        return link, PendingEntry(SET, link.item, on, {"set": values, **remarks.body()})
    values = {"old": old.item, "new": new.item, **values}
    return link, PendingEntry(CREATE, link.item, on, {"type": "link", "set": values, **remarks.body()})


def already_decided(link: Target, decision: LinkDecision) -> str:
    """Return the notice that the record already has the decision on a link."""
    return f"{link.ref} is already {_DECIDED[decision]}."
