"""Notices on the cells of an exported sheet that are not recorded: those that cannot be edited, and emptied ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spacedialog.importing.cells import CLEAR, is_empty, is_same, shown_text
from spacedialog.importing.earlier_states import EarlierStates
from spacedialog.importing.sheets import READ_ONLY, RECORDED, Row
from spacedialog.model.dates import VagueDate, iso_day, quoted
from spacedialog.model.entry import CREATE
from spacedialog.store.log import live_entries

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from spacedialog.model.fields import CommitmentRow
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot

_MOST_SHOWN = 3
_ENDS: Mapping[str, Callable[[VagueDate], date | None]] = {
    "due_earliest": lambda when: when.earliest,
    "due_latest": lambda when: when.latest,
}
_COMPUTED = ("due_earliest", "due_latest", "flags", "updated_on")
"""The columns that change with later entries, so those of an older sheet differ without an edit."""


class SheetNotices:
    """The cells of exported rows that differ from the record and are not recorded."""

    def __init__(self, connection: sqlite3.Connection, snapshot: Snapshot) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._ignored: dict[str, list[str]] = {}
        self._emptied: dict[str, list[str]] = {}
        self._outdated: dict[str, list[str]] = {}
        self._earlier = EarlierStates(connection)
        self._older: list[str] = []
        self._skipped: list[str] = []
        self._published: dict[str, list[str]] = {}

    @cached_property
    def _listed(self) -> Mapping[str, CommitmentRow]:
        return {row.ref: row for row in self._snapshot.commitments()}

    def is_outdated(self, row: Row, target: Target, name: str, held: object) -> bool:
        """Return whether a cell has a value from before later entries, which the user did not edit; add a notice."""
        if target.milestone or not self._earlier.include(row, target.item, name, row.values.get(name)):
            return False
        self._outdated.setdefault(name, []).append(self._difference(row, target, name, held))
        return True

    def compare(self, row: Row, target: Target, fields: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        """Compare the cells of a row that are not recorded; `changed` are the values of those that are."""
        listed = self._listed.get(target.ref)
        if listed is None or target.milestone:
            return
        is_older = self._is_older(row, target, listed.updated_on)
        if is_older and changed:
            self._older.append(target.ref)
        for name in READ_ONLY:
            if name in row.values and not (is_older and name in _COMPUTED):
                self._compare(row, target, name, getattr(listed, name))
        for name in RECORDED:
            # The percentage of a commitment that is now complete is cleared with its status.
            is_cleared = name == "percent" and "status" in changed
            if (
                name in row.values
                and is_empty(row.values[name])
                and not is_empty(fields.get(name))
                and not is_cleared
                and not self._earlier.include(row, target.item, name, row.values[name])
            ):
                self._emptied.setdefault(name, []).append(target.ref)

    def ignored(self, row: Row, target: Target, name: str, held: object) -> None:
        """Add a cell that is not recorded."""
        self._ignored.setdefault(name, []).append(self._difference(row, target, name, held))

    def _difference(self, row: Row, target: Target, name: str, held: object) -> str:
        there = f"{row.at(name)} ({target.ref}) has {quoted(shown_text(row.values[name]))}"
        return f"{there}, the record has {quoted(shown_text(held))}"

    def skipped(self, ref: str) -> None:
        """Add an update that an earlier entry has, although its values changed since."""
        self._skipped.append(ref)

    def published(self, target: Target, names: Sequence[str]) -> None:
        """Add the fields of a public update that only internal entries had set to these values."""
        for name in names:
            self._published.setdefault(name, []).append(target.ref)

    def texts(self) -> Iterator[str]:
        """Yield the notices."""
        for name, cells in self._ignored.items():
            reason = "a complete commitment is at 100%" if name == "percent" else "it cannot be edited"
            yield f"Ignored {name}, because {reason}: {_few(cells, '; ')}."
        for name, cells in self._outdated.items():
            yield f"Not recorded, because later entries changed the {name}: {_few(cells, '; ')}."
        if self._outdated:
            yield "To record such a value again, use mark, reschedule or edit."
        if self._emptied:
            fields = "; ".join(f"{name} of {_few(refs, ', ')}" for name, refs in self._emptied.items())
            yield f"Ignored empty cells: {fields}. To clear a field, write {CLEAR}."
        if self._published:
            fields = "; ".join(f"{name} of {_few(refs, ', ')}" for name, refs in self._published.items())
            yield (
                f"Now public, and internal before: {fields}. If this is a mistake, undo it and use --internal, or a"
                " sheet exported with --public."
            )
        if self._older:
            refs = _few(self._older, ", ")
            yield f"The sheet was written before the latest entries on {refs}. Check them with spacedialog history."
        if self._skipped:
            refs = _few(self._skipped, ", ")
            yield (
                f"Skipped the updates of {refs}: their values were recorded earlier and have changed since."
                " To record them again, add a column or key named on with the day."
            )

    def _compare(self, row: Row, target: Target, name: str, held: object) -> None:
        given = row.values[name]
        if is_empty(given) if is_empty(held) else is_same(row, name, given, held):
            return
        if not self._had(row, target, name):
            self.ignored(row, target, name, held)

    def _had(self, row: Row, target: Target, name: str) -> bool:
        """Return whether an earlier entry explains the cell: it has a due date with that first or last day.

        Flags are explained by a second entry of the day in the sheet, because an export has no time.
        """
        entries = live_entries(self._connection, target.item)
        if name == "flags":
            day = row.values.get("updated_on")
            return not is_empty(day) and sum(is_same(row, "updated_on", day, entry.on) for entry in entries) > 1
        if name not in _ENDS:
            return False
        sets = [(entry.kind, entry.content.get("set", {})) for entry in entries]
        dues = {values.get("due") for kind, values in sets if kind == CREATE or "due" in values}
        ends = (_ENDS[name](VagueDate.parse(due)) if due else None for due in dues)
        given = row.values[name]
        return any(is_same(row, name, given, iso_day(end)) if end else is_empty(given) for end in ends)

    def _is_older(self, row: Row, target: Target, updated_on: str) -> bool:
        """Return whether the row was exported before the latest entry: it has the day of an earlier one."""
        given = row.values.get("updated_on")
        if is_empty(given) or is_same(row, "updated_on", given, updated_on):
            return False
        return any(is_same(row, "updated_on", given, entry.on) for entry in live_entries(self._connection, target.item))


def _few(texts: Sequence[str], separator: str) -> str:
    more = len(texts) - _MOST_SHOWN
    return separator.join([*texts[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
