"""Tests of `apply` with sheets: exports that were edited, and CSV and Excel files of spreadsheet programs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing.sheets import COLUMNS
from spacedialog.tracker import Tracker
from tests.support.program import Desk
from tests.support.sheets import Cells, edited, exported, saved, with_part, workbook
from tests.support.trackers import Maker

SHEET = "xl/worksheets/sheet1.xml"


def test_the_help_names_every_field(desk: Desk) -> None:
    """The help of `apply` names each field that a row may have."""
    words = re.findall(r"\w+", desk.call("apply", "--help").stdout)
    assert set(COLUMNS) <= set(words)


def csv_of(rows: Cells) -> bytes:
    """Return rows as CSV."""
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def applied(tracker: Tracker, content: bytes | str, name: str = "sheet") -> dict[str, Any]:
    """Apply a file; return the new values by field."""
    return {one.field: one.new for one in tracker.apply(content, name).differences}


def problems(tracker: Tracker, content: bytes | str, **options: Any) -> list[str]:
    """Return the problems of a file that is refused; nothing is recorded."""
    log = list(tracker.log())
    with pytest.raises(InputError) as caught:
        tracker.apply(content, "sheet", **options)
    assert list(tracker.log()) == log
    error = caught.value
    return list(error.problems) if isinstance(error, ProblemsError) else [f"{error.problem}\n  {error.remedy}"]


# Exports

_TEXTS = st.text(min_size=1, max_size=30) | st.text("=+-@'\\nx\t\n\u200e ,;\"", min_size=1, max_size=12)
_EDITS: Mapping[str, Any] = {
    "title": ("Commitment", "A better title"),
    "area": ("Area", "weather"),
    "kind": ("Kind", "agreement"),
    "strength": ("Strength", "delivered"),
    "lead": ("Lead", "RUR"),
    "partners": ("Partners", "RUR, GMO"),
    "status": ("Status", "stalled"),
    "percent": ("Percent", "70"),
    "due": ("Due", "2028-H1"),
    "owner": ("Owner", "Sapt"),
    "review": ("Review", "every 30 days"),
}


@settings(max_examples=40)
@given(
    texts=st.fixed_dictionaries({}, optional=dict.fromkeys(("title", "owner", "criterion", "quote"), _TEXTS)),
    due=st.sampled_from(["2026-11-05", "2026-11", "2026-35", "2027-40", "2027-21", "2026-11-03/2026-11-09", "../2028"]),
    form=st.sampled_from(["csv", "xlsx"]),
    field=st.sampled_from(sorted(_EDITS)),
)
def test_an_export_records_exactly_the_edits(
    make: Maker, texts: dict[str, str], due: str, form: str, field: str
) -> None:
    """An export of any record is applied without an entry; with one cell edited, that field changes and no other."""
    tracker = make("ruritania")
    try:
        if texts:
            tracker.edit("1", texts)
    except InputError:
        assume(False)
    tracker.reschedule("1", due)
    content = exported(tracker, form)
    written = tracker.apply(content, "list")
    assert (written.changes, written.notices) == (0, ())
    heading, value = _EDITS[field]
    changed = edited(content, "RUR1-01", field if form == "csv" else heading, value)
    assert {(one.ref, one.field) for one in tracker.apply(changed, "list").differences} == {("RUR1-01", field)}
    assert list(list(tracker.log())[-1].content["set"]) == [field]
    assert tracker.apply(changed, "list").changes == 0
    tracker.undo()
    assert tracker.apply(changed, "list").changes == 1
    before = tracker.apply(content, "list")
    assert before.changes == 0
    assert bool(before.notices) == (field not in ("owner", "review") or field in texts)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_older_sheet_reverts_nothing(make: Maker, form: str) -> None:
    """A sheet from before later entries records none of its old values, whichever fields the entries changed."""
    tracker = make("ruritania")
    sheet = exported(tracker, form)
    tracker.edit(
        "1", {"title": "Another title", "area": "weather", "kind": "event", "strength": "delivered", "lead": "GMO"}
    )
    tracker.edit("1", {"partners": ["RUR"], "owner": "Fritz", "review": "2027-05"})
    tracker.mark("1", "stalled", percent=40)
    tracker.reschedule("1", "2029")
    before = tracker.fingerprint()
    written = tracker.apply(sheet, "list")
    assert (written.changes, tracker.fingerprint()) == (0, before)
    reported = " ".join(written.notices)
    assert all(f"changed the {name}" in reported for name in ("title", "area", "kind", "strength", "partners"))
    assert all(f"changed the {name}" in reported for name in ("status", "percent", "due"))


def test_a_status_set_to_complete_clears_the_percentage(make: Maker) -> None:
    """A sheet with a new status `complete` beside an old percentage is applied once, and again without an entry."""
    tracker = make("ruritania")
    sheet = edited(exported(tracker, "xlsx"), "RUR1-01", "Status", "complete")
    assert applied(tracker, sheet) == {"status": "complete", "percent": None}
    written = tracker.apply(sheet, "list")
    assert written.changes == 0
    assert "because later entries changed the percent" in written.notices[0]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_cells_that_are_not_recorded_are_reported(make: Maker, form: str) -> None:
    """A column that cannot be edited is reported with both values, an emptied cell with the word that clears it."""
    tracker = make("ruritania")
    headings = ("source", "owner", "lead") if form == "csv" else ("Source", "Owner", "Lead")
    tracker.edit("1", {"owner": "Rudolf"})
    sheet = exported(tracker, form)
    for heading, value in zip(headings, ("Other", "", ""), strict=True):
        sheet = edited(sheet, "RUR1-01", heading, value or (None if form == "xlsx" else ""))
    written = tracker.apply(sheet, "list")
    assert written.changes == 0
    place = "line 2" if form == "csv" else "sheet Commitments, cell R2"
    assert written.notices == (
        f"Ignored source, because it cannot be edited: {place} (RUR1-01) has 'Other', the record has 'JS par. 1'.",
        "Ignored empty cells: lead of RUR1-01; owner of RUR1-01. To clear a field, write none.",
    )
    for heading, word in ((headings[1], "none"), (headings[2], "joint")):
        sheet = edited(sheet, "RUR1-01", heading, word)
    assert applied(tracker, sheet) == {"owner": None, "lead": None}


def test_a_sheet_from_before_the_latest_entry_is_applied_with_a_notice(make: Maker) -> None:
    """Of an older sheet only the edits are recorded, not the values that later entries changed; notices name both."""
    tracker = make("ruritania")
    sheet = exported(tracker, "csv")
    tracker.mark("1", "stalled")
    written = tracker.apply(edited(sheet, "RUR1-01", "owner", "Sapt"), "list")
    assert {one.field for one in written.differences} == {"owner"}
    assert written.notices == (
        "Not recorded, because later entries changed the status: line 2 (RUR1-01) has 'in-progress', the record has"
        " 'stalled'.",
        "To record such a value again, use mark, reschedule or edit.",
        "The sheet was written before the latest entries on RUR1-01. Check them with spacedialog history.",
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_window_of_the_previous_due_date_is_not_an_edit(make: Maker, form: str) -> None:
    """A sheet with a new due date is applied twice on one day without a notice on the old window and flags."""
    tracker = make("ruritania")
    tracker.note("1", "Discussed")
    sheet = edited(exported(tracker, form), "RUR1-01", "due" if form == "csv" else "Due", "2028-03")
    assert [tracker.apply(sheet, "list").notices for _ in range(2)] == [(), ()]
    opens = edited(sheet, "RUR1-01", "due_earliest" if form == "csv" else "Opens", "2031-01-01")
    assert "Ignored due_earliest" in tracker.apply(opens, "list").notices[0]


def test_a_row_that_is_in_an_export_twice_is_refused(tracker: Tracker) -> None:
    """A commitment that an export has twice is a problem, because the old row would undo the edits of the new one."""
    text = exported(tracker, "csv").decode()
    last = text.splitlines()[-1].replace("RUR1-05", "RUR1-01")
    assert problems(tracker, f"{text}{last}\n") == [
        "sheet: line 7: ref: RUR1-01 is also in line 2\n  remove one of the rows"
    ]


def test_a_note_in_a_column_of_an_export_is_a_note(make: Maker) -> None:
    """A note and evidence in added columns of an export are one entry, with the edits of the row and no other value."""
    tracker = make("ruritania")
    header, *rows = exported(tracker, "csv").decode().splitlines()
    sheet = "\n".join([f"{header},note,evidence", f"{rows[0]},Seen,Cable 12", f"{rows[2]},,Cable 13", *rows[3:]])
    assert tracker.apply(sheet, "list").changes == 2
    assert [(entry.kind, entry.content.get("set")) for entry in list(tracker.log())[-2:]] == [("note", None)] * 2
    assert tracker.apply(sheet, "list").changes == 0
    sheet = sheet.replace("GMO", "RUR").replace("Cable 13", "Cable 14")
    assert applied(tracker, sheet) == {"lead": "RUR"}
    assert tracker.apply(sheet, "list").changes == 0


def test_an_entry_that_sets_more_is_another(tracker: Tracker) -> None:
    """A status with a note is recorded also if an earlier entry has both, and a due date."""
    assert tracker.apply("ref,status,due,note\n1,stalled,2028,Seen\n", "updates").changes == 1
    assert tracker.apply("ref,status,note\n1,stalled,Seen\n", "updates").changes == 1
    assert tracker.apply("ref,status,note\n1,stalled,Seen\n", "updates").changes == 0


def test_an_update_that_changed_since_is_skipped_with_a_notice(make: Maker) -> None:
    """A file without a day that is applied again after a later entry records nothing, and says so."""
    tracker = make("ruritania")
    for text in ("ref,status\n1,stalled\n", "ref,status\n1,in-progress\n"):
        tracker.apply(text, "updates")
    written = tracker.apply("ref,status\n1,stalled\n", "updates")
    assert written.changes == 0
    assert written.notices == (
        "Skipped the updates of RUR1-01: their values were recorded earlier and have changed since."
        " To record them again, add a column or key named on with the day.",
    )
    assert applied(tracker, "ref,title\n1,Fly\n") == {"title": "Fly"}


def test_a_cleared_field_is_cleared_once(make: Maker) -> None:
    """A file that clears a due date is applied once, and again without an entry."""
    tracker = make("ruritania")
    text = "ref,due,owner\n1,none,Kim\n"
    assert tracker.apply(text, "updates").changes == 1
    assert tracker.apply(text, "updates").changes == 0


# Values


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_dates_are_written_as_on_the_command_line(make: Maker, form: str) -> None:
    """Each format has the dates of the command line, and a date of the present month is a day of an entry."""
    rows = [
        {"ref": "1", "due": "20 Nov 2027", "on": "2026-11"},
        {"ref": "2", "due": "2027-Q3", "on": "today"},
        {"ref": "3", "due": "in 3 months", "on": "yesterday"},
        {"ref": "1.1", "due": "2027 spring", "on": "2026-12"},
    ]
    tracker = make("ruritania", today=date(2026, 12, 15))
    cells = [list(rows[0]), *(list(row.values()) for row in rows)]
    files: dict[str, bytes | str] = {
        "csv": csv_of(cells),
        "xlsx": workbook(cells),
        "jsonl": "\n".join(map(json.dumps, rows)),
    }
    content = files[form]
    written = tracker.apply(content, "updates")
    assert [one.new for one in written.differences] == ["2027-11-20", "2027-35", "2027-03-15", "2027-21"]
    days = {entry.on for entry in list(tracker.log())[-4:]}
    assert days == {"2026-11", "2026-12-15", "2026-12-14", "2026-12-01/2026-12-15"}
    later = make(path=tracker.path, today=date(2026, 12, 18))
    assert later.apply(content, "updates").changes == 2, "`today`, `yesterday` and `in 3 months` are other days"


def test_the_month_of_today_is_one_day_for_a_file_that_is_applied_again(make: Maker) -> None:
    """An update of the present month is not recorded again on a later day."""
    tracker = make("ruritania", today=date(2026, 12, 15))
    text = "ref,status,on\n1,stalled,2026-12\n"
    assert tracker.apply(text, "updates").changes == 1
    for day in (date(2026, 12, 18), date(2027, 1, 2)):
        assert make(path=tracker.path, today=day).apply(text, "updates").changes == 0


def test_cells_of_excel_have_the_values_that_people_see(make: Maker) -> None:
    """Numbers, percentages, dates, several lines and truth values are read with the value that the cell shows."""
    tracker = make("ruritania")
    rows: Cells = [
        ["ref", "due", "percent", "status", "note"],
        [1.0, datetime(2027, 5, 6), 0.57, "in-progress", "One\ntwo"],  # noqa: DTZ001 - as openpyxl has it
        [3, date(2027, 5, 1), 40, "In progress", None],
        [2, 2028, None, "in-progress 30%", None],
    ]
    sheet = workbook(rows, formats={"C2": "0%", "B3": "mmm\\-yy", "B2": "[$-409]d\\-mmm\\-yyyy;@"})
    written = tracker.apply(sheet, "sheet.xlsx")
    found = {(one.ref[-1], one.field): one.new for one in written.differences}
    assert found == {
        **{("1", "due"): "2027-05-06", ("1", "percent"): 57, ("3", "due"): "2027-05", ("3", "percent"): 40},
        **{("3", "status"): "in-progress", ("2", "due"): "2028", ("2", "status"): "in-progress", ("2", "percent"): 30},
    }
    check = workbook([["ref", "check"], ["1", True]])
    assert tracker.apply(check, "check.xlsx").changes == 1


_DATE = date(2026, 4, 7)
TURNED: Mapping[str, tuple[Cells, dict[str, str], str]] = {
    "a ref": ([["ref", "status"], [date(2026, 1, 2), "stalled"]], {"A2": "d-mmm"}, "it was probably 1-02"),
    "a ref with a day that no month has": (
        [["ref", "status"], [date(1931, 4, 1), "stalled"]],
        {"A2": "mmm-yy"},
        "it was probably 4-31",
    ),
    "a due date without a year": ([["ref", "due"], ["1", _DATE]], {"B2": "d-mmm"}, "added the year 2026"),
    "an owner": ([["ref", "owner"], ["1", _DATE]], {}, "turned the text into the date 2026-04-07"),
    "a time": ([["ref", "due"], ["1", datetime(2026, 4, 7, 3)]], {}, "the cell has a time"),  # noqa: DTZ001
    "a month": ([["ref", "due"], ["3", date(2026, 11, 1)]], {"B2": "yyyy-mm-dd"}, "the record has the month 2026-11"),
    "a share": ([["ref", "percent"], ["1", 0.4]], {}, "write 40%"),
    "an error": ([["ref", "status"], ["1", "#N/A"]], {}, "the cell has the error #N/A"),
    "a formula": ([["ref", "status"], ["1", "=A1"]], {}, "the formula has no stored value"),
    "no heading": ([["ref", "status"], ["1", "stalled", "memo"]], {}, "cell C2: the column has no heading"),
    "a colour": ([["ref", "colour"], ["1", "red"]], {}, "row 1: 'colour' is not a field"),
    "a title": ([["ref", "title"], ["1", "none"]], {}, "title: this field cannot be empty"),
    "an area": ([["ref", "area"], ["1", "sea"]], {}, "cell B2: there is no area 'sea'"),
}


@pytest.mark.parametrize(("rows", "formats", "says"), TURNED.values(), ids=TURNED)
def test_an_ambiguous_cell_of_excel_is_reported(
    tracker: Tracker, rows: Cells, formats: dict[str, str], says: str
) -> None:
    """A cell that a spreadsheet program changed, or that has no value, is a problem with its sheet and its place."""
    (problem,) = problems(tracker, workbook(rows, formats=formats))
    assert says in problem
    assert problem.startswith("sheet: sheet Sheet, ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2-Jan,,", "ref: the spreadsheet program turned the ref into '2-Jan'; it was probably 1-02"),
        ("1/2/2026,,", "it was probably 1-02"),
        ("1,Nov-26,", "write 2026-11; a spreadsheet program probably turned it into a date"),
        ("1,7-Apr,", "write the date with its year: YEAR-04-07"),
        ("1,7-Apr-26,", "write 2026-04-07"),
        ("1,4/7/2026,", "write 2026-04-07 or 2026-07-04"),
        ("1,13.4.2026,", "write 2026-04-13"),
        ("1,2026/4/7,", "write 2026-04-07"),
        ("1,,0.6", "write 60%"),
    ],
)
def test_an_ambiguous_date_in_csv_is_reported(tracker: Tracker, line: str, says: str) -> None:
    """CSV of a spreadsheet program with a date that can mean several is refused, with the probable original."""
    (problem,) = problems(tracker, f"ref,due,percent\n{line}\n")
    assert says in problem
    assert problem.startswith("sheet: line 2: ")


def test_a_month_that_excel_shows_with_its_name_is_not_an_edit(tracker: Tracker) -> None:
    """`Nov-26` for the recorded month 2026-11 is no problem, because it changes nothing."""
    assert applied(tracker, "ref,due,owner\n3,Nov-26,Sapt\n") == {"owner": "Sapt"}


def test_a_column_that_shows_only_months_is_not_an_edit(tracker: Tracker) -> None:
    """A recorded day in a cell that shows only its month is not changed."""
    tracker.reschedule("1", "2027-05-06")
    sheet = workbook([["ref", "due", "owner"], ["1", date(2027, 5, 6), "Sapt"]], formats={"B2": "mmm yyyy"})
    assert applied(tracker, sheet) == {"owner": "Sapt"}


def test_merged_cells_are_reported(tracker: Tracker) -> None:
    """Cells that are merged over several rows are a problem, because only the first row has their value."""
    sheet = workbook([["ref", "status"], ["1", "stalled"], ["2", None]], change=lambda it: it.merge_cells("B2:B3"))
    assert problems(tracker, sheet)[0] == (
        "sheet: sheet Sheet, row 2: the cells B2:B3 are merged\n  unmerge them, and fill each cell"
    )


# Text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp949", "cp1252"])
@pytest.mark.parametrize("layout", ["{}", "sep=,\n{}", "Commitments of the desk, 2026\n\n{}"])
def test_csv_of_any_program_is_read(make: Maker, encoding: str, layout: str) -> None:
    """CSV is read with any separator, line end and encoding that is named; UTF-8 and UTF-16 need no name."""
    tracker = make("ruritania")
    note = "\uc6b0\uc8fc" if encoding != "cp1252" else "caf\u00e9"
    for number, (separator, end) in enumerate([(",", "\r\n"), (";", "\n"), ("\t", "\r")]):
        text = layout.format(f'ref,owner,note,\n2,,"{note} {number}, \nof two lines",\n')
        text = text.replace(",", separator).replace("\n", end)
        named = None if encoding in ("utf-8", "utf-8-sig", "utf-16") else encoding
        written = tracker.apply(text.encode(encoding), "list.csv", encoding=named)
        assert written.changes == 1
        assert list(tracker.log())[-1].content["note"].startswith(f"{note} {number}{separator} ")


def test_an_encoding_is_not_guessed(tracker: Tracker) -> None:
    """Text that is not UTF-8 is refused with its place and how to save it; an unknown encoding is refused."""
    content = "ref,note\n2,caf\u00e9\n".encode("cp1252")
    (problem,) = problems(tracker, content)
    assert problem.startswith("sheet: line 2, column 6: this is not UTF-8\n  save it as UTF-8 (in Excel: CSV UTF-8)")
    for name in ("cp9999", "hex", "a\0b"):
        assert "is not a known encoding" in problems(tracker, content, encoding=name)[0]
    assert "this is not ascii" in problems(tracker, content, encoding="ascii")[0]


# Workbooks


def test_the_sheet_of_commitments_is_found(tracker: Tracker) -> None:
    """A header below a title is found, on the sheet Commitments or on the only sheet with refs."""
    from openpyxl import Workbook

    book = Workbook()
    for name in ("About", "Milestones", "Commitments"):
        book.create_sheet(name)
    book["About"].append(["Dialogue", "First"])
    book["Milestones"].append(["Ref", "Milestone"])
    for row in (["The list of today"], [], ["Ref", "Owner"], ["RUR1-01", "Sapt"], [None, " "], []):
        book["Commitments"].append(row)
    book["Commitments"].row_dimensions[4].hidden = True
    assert applied(tracker, saved(book)) == {"owner": "Sapt"}
    book["Commitments"].title = "List"
    assert problems(tracker, saved(book)) == [
        "sheet: several sheets have a column ref: Milestones, List\n  rename the sheet of updates to Commitments"
    ]
    for name in ("Milestones", "List"):
        book[name].delete_cols(1)
    assert "no sheet has a column ref" in problems(tracker, saved(book))[0]


BOOK = workbook([["ref", "note"], ["1", "x"]])
HOSTILE: Mapping[str, tuple[bytes, str]] = {
    "an entity": (
        with_part(BOOK, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml),
        "document type declaration",
    ),
    "a bomb": (with_part(BOOK, SHEET, lambda xml: xml + b" " * 10_000_000), "larger than 1600 kB when it is unpacked"),
    "deep": (with_part(BOOK, SHEET, lambda xml: xml + b"<a>" * 300_000), "too many cells"),
    "one long row": (with_part(BOOK, SHEET, lambda xml: xml + b"<a/>" * 490_000 * 2), "too many cells"),
    "cut": (BOOK[:2_000], "damaged"),
    "cut XML": (with_part(BOOK, SHEET, lambda xml: xml[:-50]), "damaged"),
    "a far row": (
        with_part(BOOK, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="9999999"')),
        "more than 1,048,576 rows",
    ),
    "another archive": (with_part(BOOK, "[Content_Types].xml", lambda _: b""), "damaged"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file"),
    "a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
    ),
}


@pytest.mark.parametrize(("content", "says"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_is_refused(tracker: Tracker, content: bytes, says: str) -> None:
    """A workbook that is damaged, encrypted, of another kind or too large when unpacked is refused with a remedy."""
    limit = 500_000 if says == "too many cells" else 100_000
    (problem,) = problems(tracker, content, max_size=limit)
    assert says in problem
    assert "\n  " in problem


def test_a_ref_is_not_a_title(tracker: Tracker) -> None:
    """The column `commitment` of `todo`, which has refs, does not replace the titles."""
    assert problems(tracker, "ref,commitment\nRUR1-01.1,RUR1-01\n") == [
        "sheet: line 2: title: 'RUR1-01' is a ref\n  write a title, or remove the column"
    ]
