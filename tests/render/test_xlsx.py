"""Tests of Excel files, read back by another library."""

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
from spacedialog.model.fold import closing_day
from spacedialog.model.rows.record import CommitmentRow, HistoryRow
from spacedialog.presentation import documents, tables
from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Column, Table
from spacedialog.render import workbook, xlsx
from spacedialog.tracker import Tracker
from tests.conftest import Maker
from tests.support.bundled import COVERAGE
from tests.support.program import Desk

ROW = CommitmentRow(
    *("RUR1-01", "RUR1", "moon", "action-item", "Fly a seismometer", "firm", "RSA", ("GRA", "RUR"), "in-progress", 20),
    *("2026", "2026-01-01", "2026-12-31", ("overdue", "stale"), "2025-06", "JS par. 1"),
)


def written(view: Table | View) -> bytes:
    """Return the bytes of a view's workbook."""
    out = io.BytesIO()
    xlsx.write(view, out)
    return out.getvalue()


def opened(view: Table | View) -> openpyxl.Workbook:
    """Write the workbook of a view and open it."""
    return openpyxl.load_workbook(io.BytesIO(written(view)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the rows of a worksheet as dictionaries, with the keys from its header."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def whole(tracker: Tracker) -> View:
    """Return the report of a tracker's record as a view."""
    with tracker.view() as view:
        return View("report", view.report(selection="the Moon only"), tables.commitments(()), ())


@pytest.fixture
def book(tracker: Tracker) -> openpyxl.Workbook:
    """The workbook of the invented record."""
    return opened(whole(tracker))


def test_a_report_has_a_worksheet_for_each_kind_of_row(book: openpyxl.Workbook, tracker: Tracker) -> None:
    """The workbook has every commitment, dated event, entry, moved date and source of the record."""
    names = ["About", "Commitments", "Milestones", "History of changes", "Moved dates", "Sources"]
    assert book.sheetnames == names
    report = whole(tracker).data
    assert [row["Ref"] for row in table(book["Commitments"])] == [
        detail.commitment.ref for detail in report.commitments
    ]
    assert [row["Milestone"] for row in table(book["Milestones"])] == [event.title for event in report.milestones]
    entries = [entry.id[-8:] for detail in report.commitments for entry in detail.history]
    assert [row["Id"] for row in table(book["History of changes"])] == entries
    assert [row["To"] for row in table(book["Moved dates"])] == ["2026-09"]
    assert [row["Source"] for row in table(book["Sources"])] == [f"JS par. {number}" for number in range(1, 6)]


def test_the_first_worksheet_describes_the_content(book: openpyxl.Workbook) -> None:
    """The first worksheet has the day, selection, coverage and position in the log, and explains the statuses."""
    about = {str(label): value for label, value in book["About"].iter_rows(values_only=True)}
    assert about["As of"] == datetime(2026, 12, 1)  # noqa: DTZ001 - Excel has no time zones
    assert about["Dialogue"] == "First Ruritania-Graustark Space Dialogue, Strelsau, 2025-03-10"
    assert about["Part"] == "the Moon only"
    assert str(about["Coverage"]).startswith("assessed 2 of 5")
    assert about["Log"] == "17 entries, the newest recorded 2026-12-01 11:59 UTC"
    assert about["not-assessed"] == "Nobody has looked; it does not mean that nothing was done."


def test_only_an_exact_date_is_a_date(book: openpyxl.Workbook, make: Maker) -> None:
    """A vague date is text, with its first and last day as Excel dates beside it; an exact date is an Excel date."""
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
        assert row["Due"] == (datetime(2027, 5, 4) if due == "2027-05-04" else due)  # noqa: DTZ001 - Excel has no time zones


def test_a_worksheet_is_set_up_for_use_and_print(book: openpyxl.Workbook) -> None:
    """The header is frozen and printed on each page, rows can be filtered, and the page is A4 landscape."""
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # the value 1 is not written
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert all(dimension.width for dimension in sheet.column_dimensions.values())
    assert book["Commitments"]["B2"].alignment.wrap_text


def test_colour_depends_on_a_word(book: openpyxl.Workbook) -> None:
    """Colours are conditional formats on the words of a cell, so there is no colour without its word."""
    rules = {
        (str(where.sqref), rule.text)
        for where in book["Commitments"].conditional_formatting
        for rule in where.rules
        if rule.dxf.fill
    }
    assert {("I2:I6", "complete"), ("I2:I6", "stalled"), ("N2:N6", "overdue"), ("N2:N6", "stale")} <= rules
    assert "not-assessed" not in {word for _, word in rules}


def test_sources_are_links(book: openpyxl.Workbook) -> None:
    """A source links to its document, and evidence to its page."""
    cell = book["Commitments"]["Q2"]
    assert (cell.value, cell.hyperlink.target) == ("JS par. 1", "https://strelsau.example/statement")
    links = {cell.value: cell.hyperlink.target for cell in book["History of changes"]["E"] if cell.hyperlink}
    assert links["https://strelsau.example/lander"] == "https://strelsau.example/lander"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "internal:About!A1", "mailto:a@b.example"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """An address that is not a web address is written as text."""
    entry = HistoryRow("0" * 36, "2026-12-01T12:00:00.000000Z", "2026", "Zenda", "R-1", "set", {}, None, url, False)
    cell = opened(tables.history([entry]))["History of changes"]["E2"]
    assert (cell.value, cell.hyperlink) == (url, None)


HOSTILE = ["=cmd()|'/c calc'!A1", "+1", "-1", "@a", "2026", "https://a.example", "{=1}", "_x000D_", "'", "우주 👩🏽‍🚀"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50) | st.sampled_from(HOSTILE))
def test_text_stays_text(text: str) -> None:
    """No title becomes a formula, a number or a link, and none loses a character."""
    cell = opened(tables.commitments([ROW._replace(title=text)]))["Commitments"]["B2"]
    assert cell.hyperlink is None
    if " ".join(text.split()):
        assert cell.data_type in ("s", "inlineStr")
        assert str(cell.value).replace("_x005F_", "_") == plainly(text).replace("_x005F_", "_")


def plainly(text: str) -> str:
    """Return a text as formats for people show it."""
    from spacedialog.render.text import one_line

    return one_line(text)


def test_control_characters_are_shown() -> None:
    """Control characters and bidi overrides are written as escapes."""
    cell = opened(tables.commitments([ROW._replace(title="a\x1b[31m\x00\u202eb")]))["Commitments"]["B2"]
    assert cell.value == r"a\x1b[31m\x00\u202eb"


def test_a_list_has_its_rows_and_its_footer(tracker: Tracker) -> None:
    """A table becomes one worksheet with numbers as numbers; the line below it goes to a worksheet of its own."""
    with tracker.view() as view:
        listed = opened(tables.commitments(view.commitments(), view.coverage))
        areas = opened(tables.areas(view.areas()))
    assert listed.sheetnames == ["Commitments", "About"]
    assert [row["Ref"] for row in table(listed["Commitments"])] == [f"RUR1-0{number}" for number in range(1, 6)]
    assert table(listed["Commitments"])[0]["Percent"] == 0.2
    assert listed["Commitments"]["J2"].number_format == "0%"
    assert str(listed["About"]["B1"].value).startswith("assessed 2 of 5")
    assert [row["Commitments"] for row in table(areas["Areas"])] == [2, 3]


def test_a_table_without_rows_has_a_header() -> None:
    """A table without rows becomes a valid workbook with a header."""
    assert table(opened(tables.commitments(()))["Commitments"]) == []


def test_other_views_have_a_worksheet_for_each_table(tracker: Tracker) -> None:
    """The overview and one commitment have a worksheet for each table, and their text on the first one."""
    with tracker.view() as view:
        overview = opened(documents.overview(view.overview()))
        detail = opened(documents.detail(view.detail(view.refs.resolve("1"))))
    assert overview.sheetnames[:4] == ["About", "Status", "Areas", "What comes next"]
    assert "First Ruritania-Graustark Space Dialogue" in str(overview["About"]["B1"].value)
    assert detail.sheetnames[1:] == ["RUR1-01 Fly a Graustark seis", "Milestones", "Moved dates", "History of changes"]


def test_every_byte_follows_from_the_log(tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workbooks of one view are identical, independent of time, time zone and temporary folder."""
    first = written(whole(tracker))
    monkeypatch.setenv("TZ", "Asia/Seoul")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert written(whole(tracker)) == first
    assert list(tmp_path.iterdir()) == []
    properties = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert properties.title == "First Ruritania-Graustark Space Dialogue"
    assert properties.created == datetime(2026, 12, 1, 11, 59, 59)  # noqa: DTZ001 - Excel has no time zones


def test_a_text_too_long_for_a_cell_is_cut_with_a_note() -> None:
    """A longer text is cut and its length noted; Excel counts an emoji as two characters."""
    for sign in ("x", "🚀"):
        cell = opened(tables.commitments([ROW._replace(title=sign * 40_000)]))["Commitments"]["B2"].value
        assert len(str(cell).encode("utf-16-le")) // 2 in (workbook.LONGEST_TEXT, workbook.LONGEST_TEXT - 1)
        assert str(cell).endswith("… [cut: 40,000 characters are more than a cell of Excel holds]")
        assert str(cell).startswith(sign * 16_000)


def test_more_rows_than_a_worksheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a worksheet can hold are refused with a message."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert len(table(opened(tables.commitments([ROW] * 2))["Commitments"])) == 2
    with pytest.raises(InputError, match="holds 2 rows, and there are more"):
        written(tables.commitments([ROW] * 3))


def test_links_beyond_the_limit_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links beyond the limit of a worksheet, and addresses too long for a link, are written as text."""
    monkeypatch.setattr(workbook, "MOST_LINKS", 2)
    entry = HistoryRow("0" * 36, "2026-12-01T12:00:00.000000Z", "2026", "Z", "R-1", "set", {}, None, "", False)
    urls = ["https://a.example/" + "x" * 2_100, *(f"https://a.example/{number}" for number in range(3))]
    sheet = opened(tables.history(entry._replace(evidence=url) for url in urls))["History of changes"]
    assert [cell.value for cell in sheet["E"][1:]] == urls
    assert [bool(cell.hyperlink) for cell in sheet["E"][1:]] == [False, True, True, False]


@pytest.mark.parametrize("name", ["History", "a/b:c*?[d]\\e", "'quoted'", "", "x" * 50])
def test_any_heading_gives_a_valid_worksheet_name(name: str) -> None:
    """Worksheet names are unique, and avoid the characters that Excel refuses and its reserved word `History`."""
    part = Table("part", ("a",), [("1",)], (Column("A", lambda row: row[0]),), "")
    names = opened(View("d", None, part, (documents.Block(name, sheet=part),) * 2)).sheetnames
    assert len({title.casefold() for title in names}) == 2
    for title in names:
        assert 0 < len(title) <= 31
        assert not set(title) & set("[]:*?/\\")
        assert title.casefold() != "history"
        assert not title.startswith("'")


def test_a_workbook_holds_no_formula(tracker: Tracker) -> None:
    """No part of the file contains a formula in a cell."""
    tracker.edit("RUR1-02", {"title": "=HYPERLINK(1)"})
    with zipfile.ZipFile(io.BytesIO(written(whole(tracker)))) as parts:
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name)


def test_windows_close_when_the_record_says(tracker: Tracker) -> None:
    """The closing days in the workbook equal those of the fold."""
    for row in table(opened(whole(tracker))["Milestones"]):
        assert row["Closes"].date().isoformat() == closing_day(str(row["When"]))


# The program


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_workbook_of_the_built_in_record(desk: Desk) -> None:
    """`report` writes the same workbook to a file and to a pipe, with the rows of the other commands."""
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
    """Every read can be written as a workbook; a list has as many rows as in JSON."""
    assert desk.call(*arguments.split(), "-o", "view.xlsx").status == 0
    book = openpyxl.load_workbook(desk.folder / "view.xlsx")
    data = desk.call(*arguments.split(), "--json").data
    if isinstance(data, list):
        assert len(table(book.worksheets[0])) == len(data)


def test_a_terminal_gets_no_workbook(desk: Desk) -> None:
    """A workbook to a terminal is refused with a remedy."""
    ran = desk.in_terminal("report", "--format", "xlsx")
    assert ran.status == 2
    assert "-o" in ran.stdout
    assert "PK" not in ran.stdout
