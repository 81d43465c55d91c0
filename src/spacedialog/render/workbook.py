"""A workbook of Excel, written row by row in little memory.

Text stays text, also `=cmd`; only web addresses become links. Of two workbooks with the same in them each byte is the
same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from spacedialog.errors import InputError
from spacedialog.model.values import check_web_address
from spacedialog.render.text import one_line

MOST_ROWS = 1_048_576
"""So many rows has a sheet, its header among them."""

MOST_LINKS = 65_530
"""So many links may stand in a sheet."""

LONGEST_TEXT = 32_767
"""So many UTF-16 units may stand in a cell."""

LONGEST_LINK = 2_079

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
    "claimed": _WARN,
    "stale": _PALE,
    "withdrawn": _PALE,
}


class Link(NamedTuple):
    """Text that leads to a web address."""

    text: str
    url: str | None


Value = str | int | float | date | datetime | Link | None


class Field(NamedTuple):
    """A column: its heading, what stands in it, how wide it is in characters, whether its words have colours."""

    heading: str
    value: Callable[[Any], Value]
    width: int
    toned: bool = False


class Book:
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

    def table(self, name: str, fields: Sequence[Field], rows: Iterable[Any]) -> None:
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
        return len(check_web_address(url)) <= LONGEST_LINK
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
