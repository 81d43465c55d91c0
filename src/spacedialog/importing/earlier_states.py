"""Earlier states of a commitment, to distinguish the cells of an older sheet from edits."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spacedialog.importing.cells import is_empty, is_same
from spacedialog.model.fold import Period, fold
from spacedialog.store.log import entries_of, live_entries

if TYPE_CHECKING:
    from spacedialog.importing.sheets import Row
    from spacedialog.model.entry import Entry

_MOST_STATES = 1_000
"""The maximum number of states that are computed, the latest ones; each is a fold."""


class EarlierStates:
    """The states that a commitment had after each of its entries was recorded."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._item = ""
        self._live: list[Period] = []
        self._all: list[Period] = []

    def include(self, row: Row, item: str, name: str, cell: Any) -> bool:
        """Return whether the row can come from an export of an earlier state, in which the field had this value.

        The state must have the day of the last update that the row gives, if it gives one. States with entries that
        were undone count only if this day is not the present one, so that a sheet can be applied again after an undo.
        """
        self._read(item)
        updated = row.values.get("updated_on")
        is_present = not is_empty(updated) and is_same(row, "updated_on", updated, self._live[-1].updated)
        return any(
            (is_empty(updated) or is_same(row, "updated_on", updated, period.updated))
            and (is_empty(held) if is_empty(cell) else is_same(row, name, cell, held))
            for period in (self._live if is_present else self._all)
            for held in [period.fields.get(name)]
        )

    def _read(self, item: str) -> None:
        if item != self._item:
            in_order = sorted(live_entries(self._connection, item), key=lambda entry: (entry.ts, entry.id))
            self._live = _states(in_order)
            self._all = _states(entries_of(self._connection, item))
            self._item = item


def _states(entries: Sequence[Entry]) -> list[Period]:
    sizes = range(max(1, len(entries) - _MOST_STATES), len(entries) + 1)
    histories = (fold(entries[:size]) for size in sizes)
    return [period for history in histories if history for period in history.periods]
