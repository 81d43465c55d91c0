"""Ref clashes: the letters of refs that were given to different things."""

from __future__ import annotations

from contextlib import closing

from spacedialog.model.entry import item_id
from spacedialog.store import database
from tests.support import entries


def test_a_clash_of_milestones_with_the_same_id_marks_one_item() -> None:
    """If milestones of two items have the same id and ref, only that of the later entry gets a letter."""
    first, second = sorted(item_id("commitment", name) for name in ("R-01", "R-02"))
    part = entries.milestone_id("m")
    log = [
        entries.creation("2026-01-01", item=first, ref="R-01"),
        entries.creation("2026-01-01", item=first, milestone=part, ref="R-01.1"),
        entries.creation("2026-01-01", item=second, ref="R-02"),
        entries.creation("2026-01-01", item=second, milestone=part, ref="R-01.1"),
    ]
    recorded = [entries.entry(number, pending, ts=number) for number, pending in enumerate(log)]
    with closing(database.record_from(recorded)) as connection:
        rows = connection.execute("SELECT item, milestone, ref FROM milestone ORDER BY item").fetchall()
    assert rows == [(first, part, "R-01.1"), (second, part, "R-01.1b")]
