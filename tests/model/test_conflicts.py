"""Conflicts: which entries of one item, written independently, conflict on which days."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.model.conflicts import Conflict, conflicts
from spacedialog.model.entry import (
    BUILT_IN_AUTHOR,
    CREATE,
    IMPORTED,
    NOTE,
    RETRACT,
    SET,
    Entry,
    PendingEntry,
    make_entry,
)
from spacedialog.model.fold import FOREVER
from tests.support.entries import COMMITMENT, ITEM, entry_id, milestone_id

DAYS = [f"2026-0{month}-01" for month in range(1, 8)]


def entry(number: int, on: str, *parents: int, kind: str = SET, author: str = "Ann", **body: Any) -> Entry:
    """Return the entry with a number, recorded after those with lower numbers, by an author who had the parents."""
    base, *beside = map(entry_id, parents) if parents else (None,)
    pending = PendingEntry(kind, ITEM, on, {**body, **({"beside": beside} if beside else {})})
    return make_entry(pending, entry_id=entry_id(number), ts=number, author=author, base=base)


def created(on: str = DAYS[0]) -> Entry:
    return entry(0, on, kind=CREATE, type="commitment", set={**COMMITMENT, "status": "not-started"})


def marked(number: int, on: str, status: str, *parents: int, **body: Any) -> Entry:
    return entry(number, on, *parents, set={"status": status}, **body)


def days_of(*entries: Entry) -> list[tuple[str, str, str, str]]:
    """Return the conflicts of the status: the first day, the day after the last, and the two entries."""
    found = conflicts([created(), *entries])
    assert all((one.milestone, one.field) == (None, "status") for one in found)
    return [(one.valid_from, one.valid_to, str(int(one.kept[:8])), str(int(one.other[:8]))) for one in found]


APART = (marked(1, "2026-03-01", "stalled", 0), marked(2, "2026-05-01", "complete", 0))
"""Two marks by authors who did not have each other's."""


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(APART, [("2026-05-01", FOREVER, "2", "1")], id="from the day on which both apply"),
        pytest.param(
            (*APART, marked(3, "2026-06-01", "in-progress", 2, 1)),
            [("2026-05-01", "2026-06-01", "2", "1")],
            id="until the day on which a mark by an author who had both applies",
        ),
        pytest.param(
            (*APART, marked(3, "2026-02-01", "in-progress", 2, 1)),
            [("2026-05-01", FOREVER, "2", "1")],
            id="a mark that is dated before both resolves nothing",
        ),
        pytest.param(
            (*APART, marked(3, "2026-04-01", "in-progress", 2, 1)),
            [],
            id="a mark between them replaces the earlier one",
        ),
        pytest.param(
            (*APART, marked(3, "2026-06-01", "in-progress", 2)),
            [("2026-05-01", "2026-06-01", "2", "1"), ("2026-06-01", FOREVER, "3", "1")],
            id="the value that applies is always one of the two",
        ),
        pytest.param(
            (
                marked(1, "2026-05-01", "complete", 0),
                marked(2, "2026-03-01", "in-progress", 1),
                marked(3, "2026-04-01", "stalled", 0),
            ),
            [("2026-04-01", "2026-05-01", "3", "2"), ("2026-05-01", FOREVER, "1", "3")],
            id="a backdated mark applies until the day of the mark that its author had",
        ),
        pytest.param((APART[0], marked(2, "2026-05-01", "stalled", 0)), [], id="equal values do not conflict"),
        pytest.param(
            (*APART, entry(3, "2026-06-01", 2, kind=RETRACT, retracts=entry_id(1))),
            [],
            id="a retracted mark counts on no day",
        ),
        pytest.param(
            (marked(1, "2025", "stalled", 0), marked(2, "2025-06", "complete", 0)),
            [("2026-01-01", FOREVER, "1", "2")],
            id="a mark dated before the item exists counts from the item's first day",
        ),
        pytest.param(
            (APART[0], marked(2, "2026-05-01", "planned", 0, milestone=milestone_id("m1"))),
            [],
            id="a mark of a milestone that does not exist counts on no day",
        ),
        pytest.param((APART[0], marked(2, "2026/..", "complete", 0)), [], id="a mark without a last day is not folded"),
    ],
)
def test_the_days_of_a_conflict(entries: tuple[Entry, ...], expected: list[tuple[str, str, str, str]]) -> None:
    """A conflict exists on the days on which both entries apply, until an entry by an author who had both applies."""
    assert days_of(*entries) == expected


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Return entries of one item with random days and random parents."""
    entries = [created(draw(st.sampled_from(DAYS)))]
    for number in range(1, draw(st.integers(2, 8))):
        parents = draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=2, unique=True))
        status = draw(st.sampled_from(("stalled", "complete")))
        entries.append(marked(number, draw(st.sampled_from(DAYS)), status, *parents))
    return entries


def on_day(found: list[Conflict], day: str) -> list[tuple[str, str]]:
    return [(one.kept, one.other) for one in found if one.valid_from <= day < one.valid_to]


@settings(max_examples=100, deadline=None)
@given(entries=histories(), day=st.sampled_from(DAYS))
def test_the_conflicts_of_a_day_do_not_depend_on_entries_of_later_days(entries: list[Entry], day: str) -> None:
    """The conflicts on a day stay the same if the entries of later days set nothing."""
    earlier = [
        one if one.on <= day else one._replace(kind=NOTE, body=one.body.replace('"set"', '"was"')) for one in entries
    ]
    assert on_day(conflicts(earlier), day) == (on_day(conflicts(entries), day) if entries[0].on <= day else [])


def test_the_built_in_record_conflicts_with_nothing() -> None:
    """Entries of two versions of the built-in record conflict neither with each other nor with a user's entry."""
    old, new = (
        entry(
            number,
            DAYS[0],
            kind=CREATE,
            author=BUILT_IN_AUTHOR,
            via=IMPORTED,
            type="commitment",
            set={**COMMITMENT, "title": title},
        )
        for number, title in enumerate(("Go to the Moon", "Land on the Moon"))
    )
    assert conflicts([old, new]) == []
    assert conflicts([old, new, entry(2, DAYS[1], 0, set={"title": "Fly to the Moon"})]) == []
