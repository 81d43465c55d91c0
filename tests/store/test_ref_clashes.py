"""Ref clashes: the letters of refs that were given to different things."""

from __future__ import annotations

from contextlib import closing

import pytest

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


@pytest.mark.parametrize("many", [0, 1000])
def test_a_clash_is_found_among_few_refs_and_among_many(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """A ref that was given twice is marked, whether the refs are compared one by one or all of the record at once."""
    monkeypatch.setattr("spacedialog.store.write.ref_clashes._MANY", many)
    items = sorted(item_id("commitment", name) for name in ("R-01", "R-02"))
    log = [entries.creation("2026-01-01", item=item, ref="R-01") for item in items]
    recorded = [entries.entry(number, pending, ts=number) for number, pending in enumerate(log)]
    with closing(database.record_from(recorded)) as connection:
        rows = connection.execute("SELECT item, ref FROM commitment ORDER BY item").fetchall()
    assert rows == [(items[0], "R-01"), (items[1], "R-01b")]
