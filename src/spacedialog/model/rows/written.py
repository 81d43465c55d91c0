"""The result of a write."""

from __future__ import annotations

from typing import Any, NamedTuple


class Difference(NamedTuple):
    """A field that a write changed, with its old and its new value on the day of the write."""

    ref: str
    field: str
    old: Any
    new: Any


class Written(NamedTuple):
    """The result of a write.

    `did` names the action. `refs` are the commitments and milestones that the write was about. `ref` and `title` name
    the only one; they are empty if there are several. `changes` is the number of entries recorded. `undo` is the id of
    the last entry, with which the command `undo` undoes the whole action; None if nothing was recorded, or in a dry
    run. `created_store` is the path of the database if the write created it, else None. `internal` is the number of
    entries that are not in the public record.
    """

    did: str
    refs: tuple[str, ...]
    ref: str
    title: str
    differences: tuple[Difference, ...]
    changes: int
    undo: str | None
    notices: tuple[str, ...]
    created_store: str | None
    dry_run: bool
    internal: int = 0
