"""Duplicates: a new commitment or milestone that the record probably has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacedialog.errors import InputError
from spacedialog.model.dates import readable

if TYPE_CHECKING:
    from spacedialog.model.entry import PendingEntry
    from spacedialog.store.read.snapshot import Snapshot


def check_new_commitment(snapshot: Snapshot, entry: PendingEntry) -> None:
    """Raise InputError if the dialogue of the commitment that the entry adds has one with the same title."""
    values = entry.body["set"]
    title, dialogue = _compared(values["title"]), values["dialogue"]
    for ref, known in snapshot.refs.titles(dialogue):
        if _compared(known) == title:
            raise InputError(
                f"{ref} of {dialogue} already has this title",
                f"compare it with spacedialog show {ref}, or add a second one with --force",
            )


def check_new_milestone(snapshot: Snapshot, entry: PendingEntry) -> None:
    """Raise InputError if the commitment has a milestone with the title and the date of the one that the entry adds."""
    values = entry.body["set"]
    _, history = snapshot.folded(entry.item)
    for milestone in history.periods[-1].milestones if history else ():
        known = milestone.fields
        if (_compared(known.get("title") or ""), known.get("when")) == (_compared(values["title"]), values["when"]):
            raise InputError(
                f"{known['ref']} already has this title and the date {readable(values['when'])}",
                f"compare it with spacedialog show {known['ref'].partition('.')[0]}, or add a second one with --force",
            )


def _compared(title: str) -> str:
    """Return a title for comparison: without regard to case and white space."""
    return " ".join(title.casefold().split())
