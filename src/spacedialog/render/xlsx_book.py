"""An Excel workbook, written row by row in little memory.

Text stays text, even `=cmd`; only web addresses become links. Workbooks with the same content have the same bytes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from spacedialog.errors import InputError
from spacedialog.model.escapes import CUT, one_line
from spacedialog.model.values import check_web_address
from spacedialog.presentation.styles import SHADES, STYLES

MAX_ROWS = 1_048_576
"""The number of rows of a sheet, with its header."""

MAX_LINKS = 65_530
"""The number of links in a sheet."""

MAX_TEXT = 32_767
"""The length of the text of a cell, in UTF-16 code units."""

MAX_LINK = 2_079
"""The length of a link in characters."""


class Link(NamedTuple):
    """Text of one or more lines that links to a web address."""

    text: str
    url: str | None


Value = str | int | float | date | datetime | Link | None


class SheetColumn(NamedTuple):
    """A column: its heading, its value in a row, its width in characters, and whether words in it are colored."""

    heading: str
    value: Callable[[Any], Value]
    width: int
    toned: bool = False


class Book:
    """A workbook that is written sheet by sheet, through temporary files in `folder`."""

    def __init__(self, out: IO[bytes], folder: str, *, title: str, created: datetime) -> None:
        self._book = Workbook(out, {"constant_memory": True, "tmpdir": folder})
        self._book.set_properties({"title": _cut(one_line(title))[:255], "created": created})
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
        self._formats = {
            word: form({"bg_color": shade.fill, "font_color": shade.ink})
            for shade in SHADES
            for word, style in STYLES.items()
            if style.shade == shade
        }
        self._links = 0

    def close(self) -> None:
        """Write the rest of the workbook."""
        self._book.close()

    def table(self, name: str, fields: Sequence[SheetColumn], rows: Iterable[Any]) -> None:
        """Add a sheet of rows, below a header that stays visible and has filters."""
        sheet = self._sheet(name)
        for number, field in enumerate(fields):
            sheet.set_column(number, number, field.width)
            sheet.write_string(0, number, field.heading, self._head)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        last = 0
        for last, row in enumerate(rows, 1):
            if last >= MAX_ROWS:
                raise InputError(
                    f"{name}: there are more rows than an Excel sheet can hold ({MAX_ROWS - 1:,})",
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
                for word, form in self._formats.items():
                    rule = {"type": "text", "criteria": "containing", "value": str(word), "format": form}
                    sheet.conditional_format(1, number, end, number, rule)

    def pairs(self, name: str, pairs: Iterable[tuple[str, Value]]) -> None:
        """Add a sheet of names and their values."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        for number, (label, value) in enumerate(pairs):
            sheet.set_row(number, _height((label, value), (24, 100)))
            sheet.write_string(number, 0, _cut(one_line(label)), self._bold)
            self._cell(sheet, number, 1, value)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(self._unused_name(name))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        # Vague dates such as years are text on purpose.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._links = 0
        return sheet

    def _unused_name(self, name: str) -> str:
        """Return a name that Excel accepts for a sheet and that no other sheet has."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", one_line(name)).strip().strip("'")
        plain = (plain[:1].upper() + plain[1:])[:28].strip().strip("'") or "Sheet"
        if plain.casefold() == "history":
            plain = "History of entries"  # a name that Excel reserves
        unused, number = plain, 1
        while unused.casefold() in self._names:
            number += 1
            unused = f"{plain} {number}"
        self._names.add(unused.casefold())
        return unused

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        match value:
            case None | "":
                return
            case Link(text, url):
                self._link_cell(sheet, row, column, text, url)
            case str():
                sheet.write_string(row, column, _cut(one_line(value)), self._text)
            # Excel counts days from 1900, which it wrongly treats as a leap year.
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

    def _link_cell(self, sheet: Worksheet, row: int, column: int, text: str, url: str | None) -> None:
        shown = _cut("\n".join(map(one_line, text.splitlines())))
        if self._links < MAX_LINKS and url and _is_link(url):
            self._links += 1
            sheet.write_url(row, column, url, self._link, shown)
        else:
            sheet.write_string(row, column, shown, self._text)


def _height(values: Sequence[Value], widths: Sequence[int]) -> float:
    """Return the height in points that shows the texts of a row in full; some programs do not compute it."""
    lines = 1
    for value, width in zip(values, widths, strict=True):
        texts = value.text.splitlines() if isinstance(value, Link) else [value] if isinstance(value, str) else []
        lines = max(lines, sum(_lines(text, width) for text in texts))
    return min(15.0 * lines, 405.0)


def _lines(text: str, width: int) -> int:
    """Return the number of lines that a text takes in a column."""
    if len(text) * 2 <= width:
        return 1
    usable = width * 0.9  # lines break between words
    wide = 0 if text.isascii() else sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return math.ceil((len(text) + wide) / usable)


def _is_link(url: str) -> bool:
    try:
        return len(check_web_address(url)) <= MAX_LINK
    except InputError:
        return False


def _cut(text: str) -> str:
    """Return the text; if it is too long for a cell, its beginning and its length."""
    if len(text) <= MAX_TEXT // 2:
        return text  # A character has at most two code units.
    size = len(text.encode("utf-16-le")) // 2
    if size <= MAX_TEXT:
        return text
    remark = f"{CUT}{len(text):,} characters do not fit in an Excel cell]"
    kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(remark))].decode("utf-16-le", "ignore")
    return kept + remark
