"""Excel: a workbook with a sheet for each table, in which only an exact date is a date, and a vague one stays text.

Text stays text, also `=cmd`; only web addresses become links. Rows are written as they come, in little memory. Of two
files of the same view each byte is the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from spacedialog.dates import VagueDate, readable
from spacedialog.errors import DateError, InputError
from spacedialog.links import citation, web_address
from spacedialog.render.text import one_line
from spacedialog.report import Document, log_line
from spacedialog.rows import Report
from spacedialog.sheets import Sheet, coverage_line, delay, did, value_text, window

MOST_ROWS = 1_048_576
"""So many rows has a sheet, its header among them."""

MOST_LINKS = 65_530
"""So many links may stand in a sheet."""

LONGEST_TEXT = 32_767
"""So many UTF-16 units may stand in a cell."""

LONGEST_LINK = 2_079

NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - Excel knows no time zones; the day of the files in every such archive
"""When a workbook was made whose view knows no time."""

# Fill and ink of each word that has a colour. Excel's own shades, in which text has a contrast of at least 5 to 1.
_GOOD, _BUSY, _WARN, _BAD, _PALE = (
    {"bg_color": fill, "font_color": ink}
    for fill, ink in (
        ("#C6EFCE", "#006100"),
        ("#DDEBF7", "#1F4E78"),
        ("#FFEB9C", "#7A5200"),
        ("#FFC7CE", "#9C0006"),
        ("#EDEDED", "#525252"),
    )
)
_TONES = {
    "complete": _GOOD,
    "met": _GOOD,
    "in-progress": _BUSY,
    "open": _BUSY,
    "overdue": _BAD,
    "closed": _BAD,
    "stalled": _WARN,
    "closing": _WARN,
    "slipped": _WARN,
    "conflict": _WARN,
    "stale": _PALE,
    "withdrawn": _PALE,
}

_LEGEND = (
    ("Dates", "An exact day is a date; anything vaguer stays as it was promised (2026, 2026-Q3, 2025-10/2026-03)."),
    ("Opens, closes", "The first and the last day that a date may mean; empty where it is open on that side."),
    ("not-assessed", "Nobody has looked yet. It does not mean that nothing was done."),
    ("overdue", "The window closed, and nobody recorded completion."),
    ("closing", "The window closes within 60 days."),
    ("stale", "No entry for 180 days."),
    ("slipped", "The date was put off."),
    ("conflict", "Members of the team recorded different things, and nobody has decided yet."),
    ("closed", "Of a milestone: the window closed, and nobody recorded what came of it."),
)


class Link(NamedTuple):
    """Text that leads to a web address."""

    text: str
    url: str | None


Value = str | int | float | date | datetime | Link | None


class _Field(NamedTuple):
    """A column: its heading, what stands in it, how wide it is in characters, whether its words have colours."""

    heading: str
    value: Callable[[Any], Value]
    width: int
    toned: bool = False


def write(view: Sheet | Document, out: BinaryIO) -> None:
    """Write the view; InputError where it has more rows than a sheet can hold."""
    report = view.data if isinstance(view, Document) and isinstance(view.data, Report) else None
    title = _title(report) if report else view.name
    with TemporaryDirectory(prefix="spacedialog") as folder:
        book = _Book(out, folder, title=title, made=_made(report))
        if report:
            _report(book, report)
        elif isinstance(view, Document):
            _document(book, view)
        else:
            book.table(view.name, _fields(view), view.rows)
            if notes := view.notes():
                book.pairs("About", [("", note) for note in notes])
        book.close()


def _title(of: Report) -> str:
    return "; ".join(str(dialogue.get("title") or dialogue.get("key") or "") for dialogue in of.dialogues) or "Report"


def _made(of: Report | None) -> datetime:
    if of is None or of.recorded_until is None:
        return NO_TIME
    return datetime.fromisoformat(of.recorded_until).replace(microsecond=0, tzinfo=None)


def _report(book: _Book, of: Report) -> None:
    about: list[tuple[str, Value]] = [
        *(
            ("Dialogue", ", ".join(filter(None, (d.get("title"), d.get("place"), readable(d.get("when") or "")))))
            for d in of.dialogues
        ),
        ("As of", date.fromisoformat(of.as_of)),
        ("Part", of.selection or "all commitments"),
        ("Coverage", coverage_line(of.coverage)),
        ("Log", log_line(of)),
        *((f"Status {name}", str(count)) for name, count in of.statuses.items()),
        *_LEGEND,
    ]
    book.pairs("About", about)
    book.table("Commitments", _DETAIL, of.commitments)
    book.table("Milestones", _MILESTONE, of.milestones)
    book.table("History of changes", _HISTORY, (entry for detail in of.commitments for entry in detail.history))
    if disputed := [row for detail in of.commitments for row in detail.conflicts]:
        book.table("Not agreed on", _CONFLICT, disputed)
    if of.slips:
        book.table("Moved dates", _SLIP, of.slips)
    book.table("Sources", _SOURCE, ((d.commitment.ref, source) for d in of.commitments for source in d.sources))


def _document(book: _Book, of: Document) -> None:
    lines = [(block.heading, line) for block in of.blocks for line in block.lines]
    if lines:
        book.pairs("About", lines)
    for block in of.blocks:
        if block.sheet:
            book.table(block.heading or block.sheet.name, _fields(block.sheet), block.sheet.rows)


# What stands in cells


def _when(text: str | None) -> Value:
    """A day where the date is exact, else its text."""
    if not text:
        return None
    try:
        when = VagueDate.parse(text)
    except DateError:
        return text
    return when.earliest if when.is_exact else readable(text)


def _day(text: str | None) -> Value:
    return date.fromisoformat(text) if text else None


def _share(percent: int | None) -> Value:
    return None if percent is None else percent / 100


def _moment(text: str) -> Value:
    return datetime.fromisoformat(text).replace(microsecond=0, tzinfo=None)


def _evidence(text: str | None) -> Value:
    return Link(text, text) if text else None


def _first_source(sources: Sequence[Any]) -> Value:
    return Link(citation(sources[0]), sources[0].get("url")) if sources else None


_COMMITMENT = (
    _Field("Ref", lambda row: row.ref, 10),
    _Field("Commitment", lambda row: row.title, 40),
    _Field("Dialogue", lambda row: row.dialogue, 8),
    _Field("Area", lambda row: row.area, 14),
    _Field("Kind", lambda row: row.kind, 12),
    _Field("Strength", lambda row: row.strength, 11),
    _Field("Lead", lambda row: row.lead or "joint", 8),
    _Field("Partners", lambda row: ", ".join(row.partners), 12),
    _Field("Status", lambda row: row.status, 13, toned=True),
    _Field("Percent", lambda row: _share(row.percent), 8),
    _Field("Due", lambda row: _when(row.due), 11),
    _Field("Opens", lambda row: _day(row.due_earliest), 11),
    _Field("Closes", lambda row: _day(row.due_latest), 11),
    _Field("Flags", lambda row: ", ".join(row.flags), 11, toned=True),
    _Field("Updated", lambda row: _when(row.updated_on), 11),
)


def _of_commitment(field: _Field) -> _Field:
    return field._replace(value=lambda row: field.value(row.commitment))


_DETAIL = (
    *map(_of_commitment, _COMMITMENT),
    _Field("Detail", lambda row: row.detail, 38),
    _Field("Source", lambda row: _first_source(row.sources), 18),
)
_MILESTONE = (
    _Field("Ref", lambda row: row.ref, 11),
    _Field("Commitment", lambda row: row.commitment, 12),
    _Field("Milestone", lambda row: row.title, 48),
    _Field("When", lambda row: _when(row.when), 18),
    _Field("Opens", lambda row: _day(row.earliest), 12),
    _Field("Closes", lambda row: _day(row.latest), 12),
    _Field("State", lambda row: row.state, 12, toned=True),
    _Field("Window", window, 20),
    _Field("Recurs", lambda row: f"every {row.recurs}" if row.recurs else None, 16),
)
_HISTORY = (
    _Field("Ref", lambda row: row.ref, 11),
    _Field("On", lambda row: _when(row.on), 12),
    _Field("What", lambda row: did(row), 36),
    _Field("Note", lambda row: row.note, 44),
    _Field("Evidence", lambda row: _evidence(row.evidence), 32),
    _Field("By", lambda row: row.author, 12),
    _Field("Recorded (UTC)", lambda row: _moment(row.recorded_at), 16),
    _Field("Taken back", lambda row: "taken back" if row.retracted else None, 11),
    _Field("Id", lambda row: row.id[-8:], 10),
)
_SLIP = (
    _Field("Ref", lambda row: row.ref, 11),
    _Field("Commitment", lambda row: row.commitment, 12),
    _Field("What", lambda row: row.title, 36),
    _Field("On", lambda row: _when(row.on), 12),
    _Field("From", lambda row: _when(row.old), 12),
    _Field("To", lambda row: _when(row.new), 12),
    _Field("Delay in days", delay, 14),
    _Field("At least", lambda row: row.min_delay_days, 10),
    _Field("At most", lambda row: row.max_delay_days, 10),
    _Field("Why", lambda row: row.note, 40),
    _Field("Evidence", lambda row: _evidence(row.evidence), 32),
    _Field("By", lambda row: row.author, 12),
)
_CONFLICT = (
    _Field("Ref", lambda row: row.ref, 11),
    _Field("What", lambda row: row.title, 36),
    _Field("Field", lambda row: row.field, 11),
    _Field("Counts for now", lambda row: value_text(row.field, row.value), 30),
    _Field("By", lambda row: row.author, 12),
    _Field("Recorded (UTC)", lambda row: _moment(row.recorded_at), 16),
    _Field("Evidence", lambda row: _evidence(row.evidence), 32),
    _Field("Otherwise", lambda row: value_text(row.field, row.other_value), 30),
    _Field("Otherwise by", lambda row: row.other_author, 12),
    _Field("Otherwise recorded", lambda row: _moment(row.other_recorded_at), 16),
    _Field("Other evidence", lambda row: _evidence(row.other_evidence), 32),
)
_SOURCE = (
    _Field("Ref", lambda row: row[0], 11),
    _Field("Source", lambda row: Link(citation(row[1]), row[1].get("url")), 20),
    _Field("Document", lambda row: row[1].get("title"), 60),
    _Field("Grade of evidence", lambda row: row[1].get("meaning"), 48),
    _Field("Address", lambda row: row[1].get("url"), 60),
)
_FIELDS = {
    "commitments": (*_COMMITMENT, _Field("Source", lambda row: row.source, 20)),
    "milestones": _MILESTONE,
    "history": _HISTORY,
    "slips": _SLIP,
}


def _fields(sheet: Sheet) -> tuple[_Field, ...]:
    """The columns of a sheet: of one that is not known here, those that people see elsewhere."""
    if sheet.name in _FIELDS:
        return _FIELDS[sheet.name]

    def value(cell: Callable[[Any], str], is_number: bool) -> Callable[[Any], Value]:
        return lambda row: int(text) if (text := cell(row)).isdecimal() and is_number else text

    names = sheet.fields if len(sheet.fields) == len(sheet.columns) else ("",) * len(sheet.columns)
    return tuple(
        _Field(
            column.heading or name.capitalize(),
            value(column.cell, column.right),
            60 if column.wide else 18,
            column.tone is not None,
        )
        for column, name in zip(sheet.columns, names, strict=True)
    )


# The workbook


class _Book:
    """A workbook that is written sheet by sheet, by way of files in a folder."""

    def __init__(self, out: BinaryIO, folder: str, *, title: str, made: datetime) -> None:
        self._book = Workbook(out, {"constant_memory": True, "tmpdir": folder})
        self._book.set_properties({"title": _cut(one_line(title))[:255], "created": made})
        self._names: set[str] = set()
        form = self._book.add_format
        top = {"valign": "top"}
        self._head = form({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F2F2F2", **top})
        self._text = form({"text_wrap": True, **top})
        self._bold = form({"bold": True, "text_wrap": True, **top})
        self._link = form({"text_wrap": True, "font_color": "#0563C1", "underline": 1, **top})
        self._number = form({"num_format": "0", **top})
        self._share = form({"num_format": "0%", **top})
        self._day = form({"num_format": "yyyy-mm-dd", "align": "left", **top})
        self._moment = form({"num_format": "yyyy-mm-dd hh:mm", "align": "left", **top})
        self._tones = {word: form(look) for word, look in _TONES.items()}
        self._links = 0

    def close(self) -> None:
        """Write out what is left."""
        self._book.close()

    def table(self, name: str, fields: Sequence[_Field], rows: Iterable[Any]) -> None:
        """A sheet of rows below a header that stays in sight and can be filtered by."""
        sheet = self._sheet(name)
        for number, field in enumerate(fields):
            sheet.set_column(number, number, field.width)
            sheet.write_string(0, number, field.heading, self._head)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        last = 0
        for last, row in enumerate(rows, 1):
            if last >= MOST_ROWS:
                raise InputError(
                    f"{name}: a sheet of Excel holds {MOST_ROWS - 1:,} rows, and there are more",
                    "choose fewer with a filter, or write csv",
                )
            values = [field.value(row) for field in fields]
            sheet.set_row(last, _height(values, [field.width for field in fields]))
            for number, value in enumerate(values):
                self._cell(sheet, last, number, value)
        end = max(last, 1)
        sheet.autofilter(0, 0, end, len(fields) - 1)
        for number, field in enumerate(fields):
            if field.toned:
                for word, look in self._tones.items():
                    rule = {"type": "text", "criteria": "containing", "value": word, "format": look}
                    sheet.conditional_format(1, number, end, number, rule)

    def pairs(self, name: str, pairs: Iterable[tuple[str, Value]]) -> None:
        """A sheet of names, each with what is said of it."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        for number, (label, value) in enumerate(pairs):
            sheet.set_row(number, _height((label, value), (24, 100)))
            sheet.write_string(number, 0, _cut(one_line(label)), self._bold)
            self._cell(sheet, number, 1, value)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(self._free_name(name))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        # A year is text here, and no mistake.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._links = 0
        return sheet

    def _free_name(self, name: str) -> str:
        """A name that Excel takes for a sheet and that no other sheet bears."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", one_line(name)).strip().strip("'")
        plain = (plain[:1].upper() + plain[1:])[:28].strip().strip("'") or "Sheet"
        if plain.casefold() == "history":
            plain = "History of changes"  # Excel keeps the bare word for itself
        free, number = plain, 1
        while free.casefold() in self._names:
            number += 1
            free = f"{plain} {number}"
        self._names.add(free.casefold())
        return free

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        match value:
            case None | "":
                return
            case Link(text, url):
                self._linked(sheet, row, column, text, url)
            case str():
                sheet.write_string(row, column, _cut(one_line(value)), self._text)
            # Excel counts days from 1900, of which it has one too many.
            case date() if value.year <= 1900:
                sheet.write_string(row, column, value.isoformat(), self._text)
            case datetime():
                sheet.write_datetime(row, column, value, self._moment)
            case date():
                sheet.write_datetime(row, column, value, self._day)
            case float():
                sheet.write_number(row, column, value, self._share)
            case _:
                sheet.write_number(row, column, value, self._number)

    def _linked(self, sheet: Worksheet, row: int, column: int, text: str, url: str | None) -> None:
        shown = _cut(one_line(text))
        if self._links < MOST_LINKS and url and _leads_somewhere(url):
            self._links += 1
            sheet.write_url(row, column, url, self._link, shown)
        else:
            sheet.write_string(row, column, shown, self._text)


def _height(values: Sequence[Value], widths: Sequence[int]) -> float:
    """How high, in points, a row must be for its texts to be seen whole; not every program finds that out itself."""
    lines = 1
    for value, width in zip(values, widths, strict=True):
        text = value.text if isinstance(value, Link) else value
        if isinstance(text, str) and len(text) * 2 > width:
            room = width * 0.9  # lines break between words
            wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
            lines = max(lines, math.ceil((len(text) + wide) / room))
    return min(15.0 * lines, 405.0)


def _leads_somewhere(url: str) -> bool:
    try:
        return len(web_address(url)) <= LONGEST_LINK
    except InputError:
        return False


def _cut(text: str) -> str:
    """The text, or its beginning and how much there was, where a cell cannot hold all of it."""
    size = len(text.encode("utf-16-le")) // 2
    if size <= LONGEST_TEXT:
        return text
    remark = f" … [cut: {len(text):,} characters are more than a cell of Excel holds]"
    kept = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(remark))].decode("utf-16-le", "ignore")
    return kept + remark
