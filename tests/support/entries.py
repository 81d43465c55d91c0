"""Valid entries for tests, with a value for every required field."""

from __future__ import annotations

from typing import Any

from spacedialog.model.entry import CREATE, Entry, PendingEntry, item_id, make_entry

ITEM = item_id("commitment", "ROK4-07")

COMMITMENT: dict[str, Any] = {
    "ref": "ROK4-07",
    "dialogue": "ROK4",
    "area": "moon",
    "kind": "action-item",
    "title": "Fly",
    "strength": "firm",
    "status": "unknown",
    "sources": [{"document": "JS"}],
}
MILESTONE: dict[str, Any] = {"ref": "ROK4-07.1", "title": "Launch", "when": "2027"}


def entry_id(number: int) -> str:
    """Return the id of the entry with this number; ids sort as their numbers do."""
    return f"{number:08}-0000-7000-8000-000000000000"


def milestone_id(name: str) -> str:
    """Return the id of the milestone with this name."""
    return item_id("milestone", name)


def entry(number: int, pending: PendingEntry, *, ts: int = 1000, author: str = "Ann") -> Entry:
    """Return a recorded entry."""
    return make_entry(pending, entry_id=entry_id(number), ts=ts, author=author, base=None)


def creation(on: str, *, milestone: str | None = None, item: str = ITEM, **values: Any) -> PendingEntry:
    """Return the pending entry that creates a commitment, or one of its milestones, with these values."""
    if milestone:
        return PendingEntry(CREATE, item, on, {"milestone": milestone, "set": {**MILESTONE, **values}})
    return PendingEntry(CREATE, item, on, {"type": "commitment", "set": {**COMMITMENT, **values}})
