"""Tests of the names of damaged entries, and of entries whose id is damaged in one place."""

from __future__ import annotations

import pytest

from spacedialog.maintenance import checks
from spacedialog.store.recovery.salvage import Salvaged
from spacedialog.tracker import Tracker
from tests.support.trackers import NOON

ROW = 7


def damaged(tracker: Tracker, *parts: str) -> tuple[str, Salvaged]:
    """Alter one digit in these parts of an entry; return its id and the result of a salvage."""
    entry = list(tracker.log())[ROW - 1]
    content = bytearray(tracker.path.read_bytes())
    row = content.index(entry.id.encode() + entry.ts.to_bytes(8, "big"))
    places = {
        "row": row,
        "body": content.index(entry.body.encode(), row) + 5,
        "index": content.index(b"\x55\x01" + entry.id.encode()) + 2,
    }
    for part in parts:
        content[places[part] + 30] ^= 1
    tracker.path.write_bytes(content)
    assert not all(row.ok for row in checks.run_checks(tracker.path, now=NOON + 10**9) if row.check != "modes")
    with checks.examined(tracker.path) as (_, salvaged):
        return entry.id, salvaged


def test_an_entry_whose_id_is_damaged_in_one_place_is_rescued(tracker: Tracker) -> None:
    """An id that is damaged in the table is read from the index if the hash of the entry then matches."""
    log = list(tracker.log())
    _, salvaged = damaged(tracker, "row")
    assert (salvaged.sound, salvaged.lost) == (log, [])


@pytest.mark.parametrize("parts", [("index", "body"), ("row", "body")])
def test_a_damaged_entry_is_not_named_by_a_misspelt_id(tracker: Tracker, parts: tuple[str, str]) -> None:
    """An entry whose id differs between its row and the index is named by its row."""
    _, salvaged = damaged(tracker, *parts)
    assert salvaged.lost == [f"row {ROW}"]


def test_a_damaged_entry_is_named_by_the_id_in_its_row_and_in_the_index(tracker: Tracker) -> None:
    """An entry whose body is damaged is named by its id."""
    entry, salvaged = damaged(tracker, "body")
    assert salvaged.lost == [entry]
