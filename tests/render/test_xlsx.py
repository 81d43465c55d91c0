"""Tests of Excel files, read by another library."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from spacedialog.errors import InputError
from spacedialog.model.fields import CommitmentRow
from spacedialog.model.fold import closing_day
from spacedialog.model.rows.record import HistoryRow
from spacedialog.presentation import detail as detail_views
from spacedialog.presentation import overview as overview_views
from spacedialog.presentation import tables
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View
from spacedialog.render import xlsx, xlsx_book
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.built_in import COVERAGE
from tests.support.program import Desk
from tests.support.trackers import Maker

ROW = CommitmentRow(
    *("RUR1-01", "RUR1", "moon", "action-item", "Fly a seismometer", "firm", "RSA", ("GRA", "RUR"), "in-progress", 20),
    *("2026", "2026-01-01", "2026-12-31", "Rudolf", "90 days", ("overdue", "stale"), "2025-06", "JS par. 1"),
)


def written(view: Table | View) -> bytes:
    """Return the workbook of a view."""
    out = io.BytesIO()
    xlsx.write(view, out, Settings())
    return out.getvalue()


def opened(view: Table | View) -> openpyxl.Workbook:
    """Return the workbook of a view, read back."""
    return openpyxl.load_workbook(io.BytesIO(written(view)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the rows of a sheet by its headings."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def whole(tracker: Tracker) -> View:
    """Return the report of a tracker's record as a view."""
    with tracker.snapshot() as view:
        return View("report", view.report(selection="the Moon only"), tables.commitments(()), ())


@pytest.fixture
def book(tracker: Tracker) -> openpyxl.Workbook:
    """The workbook of the invented record."""
    return opened(whole(tracker))


def test_a_report_has_a_sheet_for_each_kind(book: openpyxl.Workbook, tracker: Tracker) -> None:
    """The workbook has each commitment, event, entry, moved date and source."""
    names = ["About", "Commitments", "Milestones", "History of entries", "Moved dates", "Sources"]
    assert book.sheetnames == names
    of = whole(tracker).data
    assert [row["Ref"] for row in table(book["Commitments"])] == [detail.commitment.ref for detail in of.commitments]
    assert [row["Milestone"] for row in table(book["Milestones"])] == [event.title for event in of.milestones]
    entries = [entry.id[-8:] for detail in of.commitments for entry in detail.history]
    assert [row["Id"] for row in table(book["History of entries"])] == entries
    assert [row["To"] for row in table(book["Moved dates"])] == ["2026-09"]
    assert [row["Source"] for row in table(book["Sources"])] == [f"JS par. {number}" for number in range(1, 6)]


def test_the_first_sheet_names_the_contents(book: openpyxl.Workbook) -> None:
    """The first sheet has day, filter, coverage, position in the log and the meaning of the words."""
    said = {str(label): value for label, value in book["About"].iter_rows(values_only=True)}
    assert said["As of"] == datetime(2026, 12, 1)  # noqa: DTZ001 - Excel has no time zones
    assert said["Dialogue"] == "First Ruritania-Graustark Space Dialogue, Strelsau, 2025-03-10"
    assert said["Selection"] == "the Moon only"
    assert str(said["Coverage"]).startswith("2 of 5 checked")
    assert said["Log"] == "17 entries, newest recorded 2026-12-01 11:59 UTC"
    assert said["unknown"] == "The progress is not known, which does not mean that there is none."


def test_only_an_exact_date_is_a_date(book: openpyxl.Workbook, make: Maker) -> None:
    """An exact date is a date cell; a vague one is text beside date cells for the first and last day."""
    first = table(book["Commitments"])[0]
    assert first["Due"] == "2026"
    assert (first["Opens"].date(), first["Closes"].date()) == (date(2026, 1, 1), date(2026, 12, 31))
    assert book["Commitments"]["L2"].number_format == "yyyy-mm-dd"
    tracker = make("ruritania")
    for due, opens, closes in (
        ("2027-05-04", date(2027, 5, 4), date(2027, 5, 4)),
        ("../2035", None, date(2035, 12, 31)),
        ("2026/..", date(2026, 1, 1), None),
        ("2026-10-05~", date(2026, 10, 5), date(2026, 10, 5)),
        ("1899-12-31", "1899-12-31", "1899-12-31"),
    ):
        tracker.reschedule("RUR1-01", due)
        row = table(opened(whole(tracker))["Commitments"])[0]
        shown = [value.date() if isinstance(value, datetime) else value for value in (row["Opens"], row["Closes"])]
        assert shown == [opens, closes]
        assert row["Due"] == (datetime(2027, 5, 4) if due == "2027-05-04" else due)  # noqa: DTZ001 - as above


def test_a_sheet_can_be_worked_with(book: openpyxl.Workbook) -> None:
    """A sheet has a frozen header, filters, and an A4 landscape print layout that repeats the header."""
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one is not written
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert all(dimension.width for dimension in sheet.column_dimensions.values())
    assert book["Commitments"]["B2"].alignment.wrap_text


def test_coloured_cells_contain_their_word(book: openpyxl.Workbook) -> None:
    """Colours are rules on the words of a cell, so that no colour appears without its word."""
    rules = {
        (str(where.sqref), rule.text)
        for where in book["Commitments"].conditional_formatting
        for rule in where.rules
        if rule.dxf.fill
    }
    assert {("I2:I6", "complete"), ("I2:I6", "stalled"), ("N2:N6", "overdue"), ("N2:N6", "stale")} <= rules
    assert "unknown" not in {word for _, word in rules}


def test_sources_are_links(book: openpyxl.Workbook) -> None:
    """A source is text with a link to its document, and evidence has a link to its page."""
    cell = book["Commitments"]["S2"]
    assert (cell.value, cell.hyperlink.target) == ("JS par. 1", "https://strelsau.example/statement")
    links = {cell.value: cell.hyperlink.target for cell in book["History of entries"]["E"] if cell.hyperlink}
    assert links["https://strelsau.example/lander"] == "https://strelsau.example/lander"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "internal:About!A1", "mailto:a@b.example"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """An address that is not a web address stays text."""
    entry = HistoryRow("0" * 36, "2026-12-01T12:00:00.000000Z", "2026", "Zenda", "R-1", "set", {}, None, (url,), False)
    cell = opened(tables.history([entry]))["History of entries"]["E2"]
    assert (cell.value, cell.hyperlink) == (url, None)


def test_pieces_of_evidence_are_lines_of_a_cell() -> None:
    """A cell has one piece of evidence per line, and links to the first that is a web address."""
    pieces = ("=cmd\\t", "javascript:alert(1)", "https://a.example/1", "https://a.example/2")
    entry = HistoryRow("0" * 36, "2026-12-01T12:00:00.000000Z", "2026", "Zenda", "R-1", "set", {}, None, pieces, False)
    sheet = opened(tables.history([entry, entry._replace(evidence=pieces[:2])]))["History of entries"]
    assert (sheet["E2"].value, sheet["E2"].hyperlink.target) == ("\n".join(pieces), pieces[2])
    assert (sheet["E3"].value, sheet["E3"].hyperlink) == ("\n".join(pieces[:2]), None)
    assert sheet.row_dimensions[2].height == 15.0 * 4


HOSTILE = ["=cmd()|'/c calc'!A1", "+1", "-1", "@a", "2026", "https://a.example", "{=1}", "_x000D_", "'", "우주 👩🏽‍🚀"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50) | st.sampled_from(HOSTILE))
def test_text_stays_text(text: str) -> None:
    """A title never becomes a formula, a number or a link, and loses no character."""
    cell = opened(tables.commitments([ROW._replace(title=text)]))["Commitments"]["B2"]
    assert cell.hyperlink is None
    if " ".join(text.split()):
        assert cell.data_type in ("s", "inlineStr")
        assert str(cell.value).replace("_x005F_", "_") == plainly(text).replace("_x005F_", "_")


def plainly(text: str) -> str:
    """Return a text as people see it."""
    from spacedialog.model.escapes import one_line

    return one_line(text)


def test_control_characters_are_shown() -> None:
    """Control characters and direction marks are written as escapes."""
    cell = opened(tables.commitments([ROW._replace(title="a\x1b[31m\x00\u202eb")]))["Commitments"]["B2"]
    assert cell.value == r"a\x1b[31m\x00\u202eb"


def test_a_list_has_its_rows_and_notes(tracker: Tracker) -> None:
    """A table becomes one sheet, with numbers as numbers, and the text below it another."""
    with tracker.snapshot() as view:
        listed = opened(tables.commitments(view.commitments(), view.coverage))
        areas = opened(tables.areas(view.areas()))
    assert listed.sheetnames == ["Commitments", "About"]
    assert [row["Ref"] for row in table(listed["Commitments"])] == [f"RUR1-0{number}" for number in range(1, 6)]
    assert table(listed["Commitments"])[0]["Percent"] == 0.2
    assert listed["Commitments"]["J2"].number_format == "0%"
    assert str(listed["About"]["B1"].value).startswith("2 of 5 checked")
    assert [row["Commitments"] for row in table(areas["Areas"])] == [2, 3]


def test_an_empty_list_is_a_header() -> None:
    """A table without rows is a workbook that opens."""
    assert table(opened(tables.commitments(()))["Commitments"]) == []


def test_other_views_have_a_sheet_for_each_table(tracker: Tracker) -> None:
    """The overview and one commitment have a sheet for each table, and their text on the first sheet."""
    with tracker.snapshot() as view:
        overview = opened(overview_views.overview(view.overview()))
        detail = opened(detail_views.commitment(view.detail(view.refs.resolve("1"))))
    assert overview.sheetnames[:4] == ["About", "Status", "Areas", "To do first"]
    assert "First Ruritania-Graustark Space Dialogue" in str(overview["About"]["B1"].value)
    assert detail.sheetnames[1:] == ["RUR1-01 Fly a Graustark seis", "Milestones", "Moved dates", "History of entries"]


def test_every_byte_follows_from_the_log(tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workbooks of one view are identical, whatever the time, its zone and the temporary folder."""
    first = written(whole(tracker))
    monkeypatch.setenv("TZ", "Asia/Seoul")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert written(whole(tracker)) == first
    assert list(tmp_path.iterdir()) == []
    properties = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert properties.title == "First Ruritania-Graustark Space Dialogue"
    assert properties.created == datetime(2026, 12, 1, 11, 59, 59)  # noqa: DTZ001 - as above


def test_a_text_that_a_cell_cannot_hold_is_cut_with_a_remark() -> None:
    """A text longer than a cell is cut and ends with its length, counted in UTF-16 units."""
    for sign in ("x", "🚀"):
        cell = opened(tables.commitments([ROW._replace(title=sign * 40_000)]))["Commitments"]["B2"].value
        assert len(str(cell).encode("utf-16-le")) // 2 in (xlsx_book.MAX_TEXT, xlsx_book.MAX_TEXT - 1)
        assert str(cell).endswith("… [cut: 40,000 characters do not fit in an Excel cell]")
        assert str(cell).startswith(sign * 16_000)


def test_too_many_rows_for_a_sheet_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with more rows than a sheet holds is refused."""
    monkeypatch.setattr(xlsx_book, "MAX_ROWS", 3)
    assert len(table(opened(tables.commitments([ROW] * 2))["Commitments"])) == 2
    with pytest.raises(InputError, match="more rows than an Excel sheet can hold"):
        written(tables.commitments([ROW] * 3))


def test_too_many_links_for_a_sheet_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses beyond the number of links of a sheet, and those too long for a link, stay text."""
    monkeypatch.setattr(xlsx_book, "MAX_LINKS", 2)
    entry = HistoryRow("0" * 36, "2026-12-01T12:00:00.000000Z", "2026", "Z", "R-1", "set", {}, None, (), False)
    urls = ["https://a.example/" + "x" * 2_100, *(f"https://a.example/{number}" for number in range(3))]
    sheet = opened(tables.history(entry._replace(evidence=(url,)) for url in urls))["History of entries"]
    assert [cell.value for cell in sheet["E"][1:]] == urls
    assert [bool(cell.hyperlink) for cell in sheet["E"][1:]] == [False, True, True, False]


@pytest.mark.parametrize("name", ["History of entries", "a/b:c*?[d]\\e", "'quoted'", "", "x" * 50])
def test_any_heading_gives_a_valid_sheet_name(name: str) -> None:
    """Sheet names avoid the characters and words that Excel refuses, and repeated names are numbered."""
    part = Table("part", ("a",), [("1",)], (Column("A", lambda row: row[0]),), "")
    names = opened(View("d", None, part, (Block(name, table=part),) * 2)).sheetnames
    assert len({made.casefold() for made in names}) == 2
    for made in names:
        assert 0 < len(made) <= 31
        assert not set(made) & set("[]:*?/\\")
        assert made.casefold() != "history"
        assert not made.startswith("'")


def test_a_workbook_has_no_formula(tracker: Tracker) -> None:
    """The file has no formula other than the conditions of colours."""
    tracker.edit("RUR1-02", {"title": "=HYPERLINK(1)"})
    with zipfile.ZipFile(io.BytesIO(written(whole(tracker)))) as parts:
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name)


def test_windows_close_on_the_recorded_day(tracker: Tracker) -> None:
    """The closing days of the workbook are those of the fold."""
    for row in table(opened(whole(tracker))["Milestones"]):
        assert row["Closes"].date().isoformat() == closing_day(str(row["When"]))


# Commands


def test_the_workbook_of_the_built_in_record(desk: Desk) -> None:
    """`report` writes a workbook to a file and to a pipe, with the commitments of the report."""
    assert desk.run("report", "-o", "dialogue.xlsx").status == 0
    desk.shell("spacedialog report --format xlsx > piped.xlsx")
    content = (desk.folder / "dialogue.xlsx").read_bytes()
    assert (desk.folder / "piped.xlsx").read_bytes() == content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = desk.call("list", "--json").data
    assert [row["Ref"] for row in table(book["Commitments"])] == [row["ref"] for row in rows]
    shown = [row["Status"] for row in table(book["Commitments"])]
    assert shown == [row["status"] for row in rows]
    assert COVERAGE in [cell.value for cell in book["About"]["B"]]
    assert len(table(book["Milestones"])) == len(desk.call("upcoming", "--all", "--json").data)
    assert len(table(book["Moved dates"])) == len(desk.call("slips", "--json").data)


@pytest.mark.parametrize(
    "arguments", ["list", "upcoming --all", "areas", "history", "slips", "search a", "overview", "show 31", "brief"]
)
def test_every_view_can_be_a_workbook(desk: Desk, arguments: str) -> None:
    """Each view writes a workbook that opens, with as many rows as its JSON."""
    assert desk.call(*arguments.split(), "-o", "view.xlsx").status == 0
    book = openpyxl.load_workbook(desk.folder / "view.xlsx")
    data = desk.call(*arguments.split(), "--json").data
    if isinstance(data, list):
        assert len(table(book.worksheets[0])) == len(data)


def test_a_terminal_gets_no_workbook(desk: Desk) -> None:
    """A workbook on a terminal is refused with a remedy."""
    ran = desk.in_terminal("report", "--format", "xlsx")
    assert ran.status == 2
    assert "-o" in ran.stdout
    assert "PK" not in ran.stdout
