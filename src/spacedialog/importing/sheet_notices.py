"""Notices on the cells of an exported sheet that are not recorded: those that cannot be edited, and emptied ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spacedialog.importing.cells import CLEAR, is_same, shown_text
from spacedialog.importing.sheets import EDITABLE, READ_ONLY, Row
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.store.log import live_entries

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from spacedialog.model.fields import CommitmentRow
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot

_MOST_SHOWN = 3
_COMPUTED = ("due_earliest", "due_latest", "flags", "updated_on")
"""The columns that change with later entries, so those of an older sheet differ without an edit."""


class SheetNotices:
    """The cells of exported rows that differ from the record and are not recorded."""

    def __init__(self, connection: sqlite3.Connection, snapshot: Snapshot) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._ignored: dict[str, list[str]] = {}
        self._emptied: dict[str, list[str]] = {}
        self._unedited: dict[str, list[str]] = {}
        self._older: list[str] = []
        self._skipped: list[str] = []

    @cached_property
    def _listed(self) -> Mapping[str, CommitmentRow]:
        return {row.ref: row for row in self._snapshot.commitments()}

    def compare(self, row: Row, target: Target, fields: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        """Compare the cells of a row that are not recorded; `changed` are the values of those that are."""
        listed = self._listed.get(target.ref)
        if listed is None or target.milestone:
            return
        is_older = self._older_day(row, target, listed.updated_on) is not None
        if is_older and changed:
            self._older.append(target.ref)
        for name in READ_ONLY:
            if name in row.values and not (is_older and name in _COMPUTED):
                self._compare(row, target, name, getattr(listed, name))
        for name in ("status", "percent", "due", *EDITABLE):
            # The percentage of a commitment that is now complete is cleared with its status.
            is_cleared = name == "percent" and "status" in changed
            if (
                name in row.values
                and _is_empty(row.values[name])
                and not _is_empty(fields.get(name))
                and not is_cleared
            ):
                self._emptied.setdefault(name, []).append(target.ref)

    def is_unedited(self, row: Row, target: Target, name: str, key: str) -> bool:
        """Return whether the cell of an older sheet has the value that the field `key` had when it was exported."""
        listed = self._listed.get(target.ref)
        if not row.is_exported or listed is None or target.milestone:
            return False
        day = self._older_day(row, target, listed.updated_on)
        fields = self._snapshot.on(day).fields(target.item) if day else None
        if fields is None or not is_same(row, name, row.values[name], fields.get(key)):
            return False
        self._unedited.setdefault(name, []).append(target.ref)
        return True

    def ignored(self, row: Row, target: Target, name: str, held: object) -> None:
        """Add a cell that is not recorded."""
        there = f"{row.at(name)} ({target.ref}) has {quoted(shown_text(row.values[name]))}"
        self._ignored.setdefault(name, []).append(f"{there}, the record has {quoted(shown_text(held))}")

    def skipped(self, ref: str) -> None:
        """Add an update that an earlier entry has, although its values changed since."""
        self._skipped.append(ref)

    def texts(self) -> Iterator[str]:
        """Yield the notices."""
        for name, cells in self._ignored.items():
            reason = "a complete commitment is at 100%" if name == "percent" else "it cannot be edited"
            yield f"Ignored {name}, because {reason}: {_few(cells, '; ')}."
        if self._emptied:
            yield f"Ignored empty cells: {_by_field(self._emptied)}. To clear a field, write {CLEAR}."
        if self._unedited:
            unedited = _by_field(self._unedited)
            yield f"Ignored values from before the latest entries: {unedited}. To record them, edit a new export."
        if self._older:
            refs = _few(self._older, ", ")
            yield f"The sheet is older than the latest entries of {refs}. Compare them with spacedialog history."
        if self._skipped:
            refs = _few(self._skipped, ", ")
            yield (
                f"Skipped values that were recorded before and have changed since: {refs}."
                " To record them again, add the day in the field on."
            )

    def _compare(self, row: Row, target: Target, name: str, held: object) -> None:
        given = row.values[name]
        if _is_empty(given) if _is_empty(held) else is_same(row, name, given, held):
            return
        self.ignored(row, target, name, held)

    def _older_day(self, row: Row, target: Target, updated_on: str) -> date | None:
        """Return the day of the latest entry in an older row; None if the row has the day of today's latest entry."""
        given = row.values.get("updated_on")
        if _is_empty(given) or is_same(row, "updated_on", given, updated_on):
            return None
        days = (entry.on for entry in live_entries(self._connection, target.item))
        return next((VagueDate.parse(on).latest for on in days if is_same(row, "updated_on", given, on)), None)


def _is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple) and not value)


def _by_field(refs: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name} of {_few(several, ', ')}" for name, several in refs.items())


def _few(texts: Sequence[str], separator: str) -> str:
    more = len(texts) - _MOST_SHOWN
    return separator.join([*texts[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
