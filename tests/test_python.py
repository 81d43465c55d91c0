"""Tests of `import spacedialog`: the same record and rows for scripts and notebooks."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import spacedialog
from spacedialog.errors import InputError, NotFoundError, SpacedialogError, StoreError
from spacedialog.model.rows.record import CommitmentRow, UpcomingRow, Written
from spacedialog.tracker import Tracker
from tests.support.bundled import COMMITMENTS
from tests.support.program import Desk

TODAY = date(2026, 11, 22)


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return spacedialog.open(tmp_path / "tracker.db", today=TODAY, author="script")


def test_rows_are_those_of_the_commands(tracker: Tracker, tmp_path: Path) -> None:
    """The rows of a script are those of `--json`, field by field."""
    desk = Desk(tmp_path)
    with tracker.view() as view:
        listed, coming = list(view.commitments()), view.upcoming()
    assert all(isinstance(row, CommitmentRow) for row in listed)
    assert all(isinstance(row, UpcomingRow) for row in coming)
    said = desk.call("list", "--json").data
    assert [{**row._asdict(), "partners": [*row.partners], "flags": [*row.flags]} for row in listed] == said
    assert [row._asdict() for row in coming] == desk.call("upcoming", "--json").data


def test_opening_and_reading_make_nothing(tracker: Tracker, tmp_path: Path) -> None:
    """Opening and reading a tracker without a store creates none."""
    assert not tracker.has_store
    with tracker.view() as view:
        assert view.coverage().commitments == COMMITMENTS
    assert list(tmp_path.iterdir()) == []


def test_writes_as_the_documentation_shows(tracker: Tracker) -> None:
    """A mark has the author's name, and counts from its day on."""
    written = tracker.mark("31", "in-progress", percent=60, on="2026-06-01", evidence="https://example.org/news")
    assert isinstance(written, Written)
    assert (written.did, written.ref, written.changes) == ("marked", "ROK4-31", 1)
    assert tracker.has_store
    with tracker.view() as view:
        (row,) = [row for row in view.commitments() if row.ref == "ROK4-31"]
        entry = view.history()[-1]
    assert (row.status, row.percent) == ("in-progress", 60)
    assert (entry.author, entry.on, entry.evidence) == ("script", "2026-06-01", "https://example.org/news")
    with tracker.view(as_of=date(2025, 4, 14)) as view:
        (before,) = [row for row in view.commitments() if row.ref == "ROK4-31"]
    assert before.percent is None


def test_every_write_can_be_undone(tracker: Tracker) -> None:
    """Notes, dates, marks and files of updates are recorded and undone from a script."""
    tracker.mark("33", "stalled")
    with tracker.view() as view:
        before = list(view.commitments())
    writes: list[Callable[[], Written]] = [
        lambda: tracker.note("33", "Raised again"),
        lambda: tracker.reschedule("31", "2027"),
        lambda: tracker.edit("33", {"title": "Other"}),
        lambda: tracker.add_milestone("33", "Talks", "2027"),
        lambda: tracker.apply('{"ref": "33", "status": "complete"}', "updates"),
    ]
    for write in writes:
        written = write()
        assert written.undo
        tracker.undo(written.undo)
        with tracker.view() as view:
            assert list(view.commitments()) == before


def test_dry_run_of_a_script_keeps_nothing(tmp_path: Path) -> None:
    """A dry run says what it would do, and creates no store."""
    tracker = spacedialog.open(tmp_path / "tracker.db", today=TODAY, author="script", dry_run=True)
    written = tracker.mark("33", "complete")
    assert written.dry_run
    assert [(part.field, part.old, part.new) for part in written.differences] == [
        ("status", "not-assessed", "complete")
    ]
    assert list(tmp_path.iterdir()) == []


def test_errors_are_of_one_base(tracker: Tracker, tmp_path: Path) -> None:
    """Errors that users can cause have one base class, with problem and remedy as attributes."""
    with pytest.raises(NotFoundError) as missing:
        tracker.mark("99", "complete")
    assert isinstance(missing.value, SpacedialogError)
    assert "'99'" in missing.value.problem
    assert missing.value.remedy
    with pytest.raises(InputError):
        tracker.mark("31", "done")
    with pytest.raises(StoreError), spacedialog.open(tmp_path, today=TODAY).view():
        pass


def test_defaults_are_those_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments the tracker has the commands' store, day and author."""
    for name, value in Desk(tmp_path).environment.items():
        monkeypatch.setenv(name, value)
    tracker = spacedialog.open()
    assert (tracker.path, tracker.today, tracker.author) == (tmp_path / "store" / "tracker.db", TODAY, "desk")


def test_example_of_the_documentation_runs(tmp_path: Path) -> None:
    """The example in the package's docstring runs as written."""
    documentation = inspect.getdoc(spacedialog)
    assert documentation
    lines = textwrap.dedent("\n".join(line for line in documentation.splitlines() if line.startswith("    ")))
    assert "spacedialog.open()" in lines
    desk = Desk(tmp_path)
    (tmp_path / "example.py").write_text(f"from datetime import date\n{lines}")
    ran = desk.python("example.py")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == COMMITMENTS
    assert [row["percent"] for row in desk.call("list", "--json").data if row["ref"] == "ROK4-31"] == [60]
