"""Tests of the report: the whole record or a part of it, and its head."""

from __future__ import annotations

from collections import Counter
from datetime import date

from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Coverage
from spacedialog.store.read.selection import Selection
from spacedialog.tracker import Tracker
from tests.support.built_in import CHANGES, COVERAGE
from tests.support.program import Desk

FORMATS = ("table", "plain", "json", "jsonl", "csv", "md", "html", "xlsx", "docx", "ics")


def test_a_report_names_its_contents(reader: Desk) -> None:
    """The head of a report names the dialogue, the day, the position in the log and the coverage."""
    said = reader.call("report", "-f", "md").stdout
    head = said.split("## ", 1)[0]
    assert "ROK4: Fourth U.S.-ROK Civil Space Dialogue" in head
    assert f"as of 2026-11-22; log: {CHANGES} entries, newest recorded 2026-11-29 00:00 UTC" in head
    assert COVERAGE in head
    assert "only:" not in head


def test_a_filtered_report_counts_its_commitments(reader: Desk) -> None:
    """Coverage, statuses and areas of a filtered report count its commitments alone, and the head names the filter."""
    data = reader.call("report", "--area", "exploration", "--status", "open", "--json").data
    rows = [item["commitment"] for item in data["commitments"]]
    assert data["selection"] == "area exploration, status open"
    assert {row["area"] for row in rows} == {"exploration"}
    assert data["coverage"]["commitments"] == len(rows) == sum(data["statuses"].values())
    assert data["coverage"]["checked"] == sum(item["checked_on"] is not None for item in data["commitments"])
    counts = Counter(row["dialogue"] for row in rows)
    assert {(area["dialogue"], area["area"]): area["commitments"] for area in data["areas"]} == {
        (dialogue, "exploration"): count for dialogue, count in counts.items()
    }
    assert reader.call("report", "--area", "exploration").stdout == reader.call("list", "--area", "exploration").stdout


def test_a_filtered_report_has_its_own_oldest_check(tracker: Tracker) -> None:
    """The oldest open check of a filtered report is that of its commitments."""
    tracker.mark("2", "in-progress", on="2026-11-28")
    with tracker.snapshot(Scope(date(2026, 11, 29))) as view:
        part = Selection(status=["in-progress"], text="relay").filter(view)
        assert view.report(part).coverage == Coverage(1, 1, 1)
        assert (view.report().coverage.oldest_open_check_days or 0) > 300


def test_a_filtered_report_has_its_own_next_milestones(tracker: Tracker) -> None:
    """The next milestone of an area is of a commitment that the filter keeps."""
    with tracker.snapshot() as view:
        (area,) = view.report(Selection(text="relay").filter(view)).areas
    assert (area.commitments, area.next_milestone) == (1, None)


def test_a_report_is_sorted(reader: Desk) -> None:
    """--sort orders the commitments of a report as it does those of a list."""
    refs = [
        item["commitment"]["ref"] for item in reader.call("report", "--sort", "-title", "--json").data["commitments"]
    ]
    assert refs == [row["ref"] for row in reader.call("list", "--sort", "-title", "--json").data]


def test_an_empty_report_is_valid(reader: Desk) -> None:
    """A report without commitments is valid in every format."""
    for format_ in FORMATS:
        ran = reader.call("report", "--text", "nosuchword", "-f", format_, "-o", f"empty.{format_}")
        assert (ran.status, ran.stderr) == (0, ""), format_
