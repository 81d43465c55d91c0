"""Sheets for tests: exports of a record, and workbooks with given cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook

from spacedialog.presentation import tables
from spacedialog.render import csv_, xlsx
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker

Cells = Sequence[Sequence[Any]]


def exported(tracker: Tracker, form: str) -> bytes:
    """Return the list of commitments as `list -o` writes it, as csv or xlsx."""
    with tracker.snapshot() as view:
        table = tables.commitments(view.commitments())
        if form == "csv":
            text = io.StringIO()
            csv_.write(table, text, Settings())
            return text.getvalue().encode()
        out = io.BytesIO()
        xlsx.write(table, out, Settings())
        return out.getvalue()


def edited(content: bytes, ref: str, column: str, value: Any) -> bytes:
    """Return an export with one cell replaced; `column` is its heading."""
    if content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(content))
        sheet = book["Commitments"]
        at = next(cell.column for cell in sheet[1] if cell.value == column)
        row = next(row[0].row for row in sheet.iter_rows() if row[0].value == ref)
        sheet.cell(row, at).value = value
        return saved(book)
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    for cells in rows:
        if cells[0] == ref:
            cells[header.index(column)] = value
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def workbook(
    rows: Cells, *, formats: dict[str, str] | None = None, change: Callable[[Any], None] | None = None
) -> bytes:
    """Return a workbook of one sheet; `formats` are the number formats of cells by place, `change` edits the sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    if change:
        change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one part of its archive changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return out.getvalue()
