"""Test of `apply` with sheets that the real LibreOffice saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from spacedialog.tracker import Tracker
from tests.support.libreoffice import saved_by_libreoffice
from tests.support.sheets import edited, exported
from tests.support.trackers import Maker


def test_a_sheet_that_libreoffice_saved_records_only_edits(make: Maker, tmp_path: Path) -> None:
    """An export that LibreOffice saved as xlsx or csv records nothing; an edited one records exactly the edits."""
    tracker = make("ruritania")
    tracker.edit("1", {"title": "=Fly; a 'kite', 2026", "owner": "'Sapt", "review": "2027-03-05"})
    tracker.reschedule("2", "2026-11-20")
    tracker.reschedule("4", "2027-Q3")
    workbook, text = exported(tracker, "xlsx"), exported(tracker, "csv")
    changed = edited(edited(workbook, "RUR1-03", "Due", date(2027, 1, 31)), "RUR1-01", "Percent", 0.3)
    files = {"book.xlsx": workbook, "text.csv": text, "changed.xlsx": changed}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in files]
    for ending in ("xlsx", "csv"):
        same, from_text, new = saved_by_libreoffice(tmp_path, ending, *paths)
        assert [changes(tracker, content) for content in (same, from_text)] == [[], []], ending
        expected = [("RUR1-01", "percent", 30), ("RUR1-03", "due", "2027-01-31")]
        assert changes(tracker, new) == expected
        tracker.undo()


def changes(tracker: Tracker, content: bytes) -> list[tuple[str, str, object]]:
    """Apply a file; return the ref, the field and the new value of each change. No notice is given."""
    written = tracker.apply(content, "sheet")
    assert written.notices == ()
    return [(one.ref, one.field, one.new) for one in written.differences]
