"""Ref clashes: the letters of refs that were given to different things."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from spacedialog.model.entry import CREATE, Entry, PendingEntry, make_entry
from spacedialog.store import database


def created(number: int, item: str, **body: Any) -> Entry:
    """Return the entry that creates a commitment or a milestone, recorded after those with lower numbers."""
    pending = PendingEntry(CREATE, item, "2026-01-01", body)
    return make_entry(pending, entry_id=str(number), ts=number, author="Ann", base=None)


def test_a_letter_is_of_one_item_although_another_has_a_milestone_of_that_id() -> None:
    """The letter is given to the milestone of the later entry's item, and not to one of another item with its id."""
    entries = [
        created(1, "x", type="commitment", set={"ref": "R-01"}),
        created(2, "x", milestone="m", set={"ref": "R-01.1"}),
        created(3, "y", type="commitment", set={"ref": "R-02"}),
        created(4, "y", milestone="m", set={"ref": "R-01.1"}),
    ]
    with closing(database.record_from(entries)) as connection:
        rows = connection.execute("SELECT item, milestone, ref FROM milestone ORDER BY item").fetchall()
    assert rows == [("x", "m", "R-01.1"), ("y", "m", "R-01.1b")]
