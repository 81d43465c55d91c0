"""Tests of the work of a read and a write: the numbers of SQL statements and folds."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest

from spacedialog.model import fold as folding
from spacedialog.model.entry import Entry
from spacedialog.model.fold import History
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from tests.support.trackers import Maker


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of folds of each item since the test began, in any module."""
    counts: Counter[str] = Counter()
    fold = folding.fold

    def counting_fold(entries: Iterable[Entry], contents: folding.Contents | None = None) -> History | None:
        known = list(entries)
        counts.update({entry.item for entry in known})
        return fold(known, contents)

    for name, module in list(sys.modules.items()):
        if name.startswith("spacedialog.") and getattr(module, "fold", None) is fold:
            monkeypatch.setattr(module, "fold", counting_fold)
    return counts


def record_of(make: Maker, ruritania: bytes, commitments: int) -> Tracker:
    """A store of `commitments` commitments, each with a source, a milestone, a moved date, a verdict and an update."""
    document: dict[str, Any] = json.loads(ruritania)
    model = document["commitments"][0]
    document["commitments"] = [
        model | {"ref": f"RUR1-{number:02}", "milestones": [model["milestones"][0] | {"ref": f"RUR1-{number:02}.1"}]}
        for number in range(1, commitments + 1)
    ]
    document["updates"] = [
        update | {"ref": f"RUR1-{number:02}{end}"}
        for number in range(1, commitments + 1)
        for update, end in zip(document["updates"], ("", ".1"), strict=False)
    ]
    tracker = make("empty")
    tracker.import_file(json.dumps(document).encode(), "many.json")
    for number in range(1, commitments + 1):
        tracker.assess(str(number), "partly-met")
    return tracker


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL statements of every connection that is opened after the test began."""
    executed: list[str] = []
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(executed.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return executed


def report_cost(tracker: Tracker, statements: list[str]) -> tuple[int, int]:
    """The commitments of a report, and the statements that it took to open the store and to read them."""
    statements.clear()
    report = tracker.report()
    assert all(detail.sources and detail.slips and detail.assessments for detail in report.commitments)
    return len(report.commitments), len(statements)


def test_a_report_takes_as_many_statements_for_50_commitments_as_for_5(
    make: Maker, ruritania: bytes, statements: list[str]
) -> None:
    """The number of SQL statements of a report does not depend on the number of commitments, and is at most 30."""
    few, few_statements = report_cost(record_of(make, ruritania, 5), statements)
    many, many_statements = report_cost(record_of(make, ruritania, 50), statements)
    assert (few, many) == (5, 50)
    assert 20 < few_statements == many_statements <= 30


def test_a_report_folds_each_commitment_once(make: Maker, ruritania: bytes, folds: Counter[str]) -> None:
    """A report folds a commitment once, for the fields that only the log has, and no other item."""
    tracker = record_of(make, ruritania, 5)
    folds.clear()
    tracker.report()
    assert sorted(folds.values()) == [1] * 5


WRITES: dict[str, Callable[[Tracker], object]] = {
    "mark": lambda t: t.mark("1", "stalled"),
    "mark a milestone": lambda t: t.mark("1.1", "met"),
    "note": lambda t: t.note("1", "Heard from the lander team."),
    "reschedule": lambda t: t.reschedule("1", "2028"),
    "edit": lambda t: t.edit("1", {"title": "Fly two seismometers", "area": "weather"}),
    "undo": lambda t: t.undo(),
    "redo": lambda t: t.redo(),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_folds_its_item_once_before_and_once_after(tracker: Tracker, folds: Counter[str], name: str) -> None:
    """A write folds its one item as it is on record, for the old values, and once more with the new entry."""
    tracker.mark("1", "in-progress", percent=50)
    if name == "redo":
        tracker.undo()
    folds.clear()
    WRITES[name](tracker)
    assert list(folds.values()) == [2]
