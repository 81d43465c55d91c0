"""Read the rows of an Excel workbook (.xlsx) from any source: the sheet of commitments, cell by cell.

The workbook is checked before openpyxl reads it: its size when unpacked, its number of elements, and XML declarations.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from itertools import repeat
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from spacedialog.errors import InputError
from spacedialog.importing.reader import Problems
from spacedialog.importing.sheets import (
    COLUMNS_REMEDY,
    MOST_COLUMNS,
    MOST_TITLE_ROWS,
    DateCell,
    Row,
    Shown,
    field_of,
    header_faults,
    is_for_people,
    original_text,
    too_large_unpacked,
)

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

UNPACKED = 16
"""The limit on the size of a workbook when it is unpacked, as a multiple of the limit on the file."""

MOST_ELEMENTS = 12_000_000
"""The maximum number of XML elements: 20,000 commitments have 2 million, and openpyxl reads 1 million in a second."""

MOST_ROWS = 1_048_576
"""The number of rows of a sheet in Excel."""

_MOST_PARTS = 10_000
_MOST_IN_A_ROW = 500_000
_DEEPEST = 10_000
_LONGEST_TAG = 200
_MORE_COLUMNS = 20  # in which cells without a heading are found
_CHUNK = 1 << 16
_SHEET = "commitments"
"""The name, in lower case, of the sheet that `list` and `report` write."""

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0D\0O\0|\0<\0!\0D\0O", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,100}?ref=[\"']([A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7}))[\"']")
_OTHER_KINDS = {
    "mimetype": "this is an OpenDocument file",
    "xl/workbook.bin": "this is a binary workbook (.xlsb)",
    "word/document.xml": "this is a Word document",
}
_SAVE_AS = "save the sheet as .xlsx or as CSV UTF-8"
_FORMAT_TEXT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


class _Sheet(NamedTuple):
    """A sheet with its header: the number of the header's row (from 1) and its headings."""

    sheet: ReadOnlyWorksheet
    header: int
    headings: Sequence[str]

    @property
    def has_refs(self) -> bool:
        return "ref" in map(field_of, self.headings)


def workbook_rows(content: bytes, problems: Problems, *, max_size: int) -> Iterator[Row]:
    """Yield the rows of the sheet of commitments; faults of cells are values of the rows.

    InputError if the file is not a workbook, is too large, or has no such sheet.
    """
    _check_archive(content, max_size * UNPACKED)
    book = _opened(content)
    table = _table(book, problems)
    if table is None:
        return
    has_formulas, merged = _contents(content, table.sheet)
    sheet = f"sheet {table.sheet.title}"
    names = list(map(field_of, table.headings))
    letters = {name: _letters(number) for number, name in enumerate(names, 1) if name}
    shown = is_for_people(table.headings)
    formulas = _opened(content, data_only=False) if has_formulas else None
    written: Iterator[Sequence[Any]] = repeat(())
    if formulas:
        written = _cells(formulas[table.sheet.title], table.header + 1, len(names))
    rows = zip(_cells(table.sheet, table.header + 1, len(names)), written, strict=False)
    blank: Sequence[Any] = ()
    for number, (cells, formula_cells) in enumerate(rows, table.header + 1):
        if number > MOST_ROWS:
            raise InputError(f"{sheet}: there are more than {MOST_ROWS:,} rows", "split the file")
        if cells == blank and number not in merged:
            continue
        if number in merged:
            fault = InputError(f"the cells {merged[number]} are merged", "unmerge them, and fill each cell")
            problems.add_error(f"{sheet}, row {number}", fault)
        values: dict[str, Any] = {}
        for position, cell in enumerate(cells):
            is_formula = len(formula_cells) > position and formula_cells[position].data_type == "f"
            value = _value(cell, is_formula=is_formula)
            if position < len(names) and (name := names[position]):
                values[name] = original_text(name, value) if isinstance(value, str) and not shown else value
            elif value:
                fault = InputError(
                    "the column has no heading", "write the name of a field above it, or empty the column"
                )
                problems.add_error(f"{sheet}, cell {_letters(position + 1)}{number}", fault)
        if not any(cell.value is not None for cell in cells):
            blank = cells
        if any(value.strip() if isinstance(value, str) else value for value in values.values()):
            yield Row(f"{sheet}, row {number}", values, shown, sheet, number, letters)


def _check_archive(content: bytes, limit: int) -> None:
    """Raise InputError unless the content is an archive of XML parts that can be read within the limits."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            for name, problem in _OTHER_KINDS.items():
                if name in names:
                    raise InputError(problem, _SAVE_AS)
            if "[Content_Types].xml" not in names:
                raise InputError("this archive is not an Excel workbook", f"decompress it, or {_SAVE_AS}")
            if any(part.flag_bits & 1 for part in parts):
                raise InputError("the workbook is protected with a password", "save it without a password")
            if sum(part.file_size for part in parts) > limit or len(parts) > _MOST_PARTS:
                raise too_large_unpacked(limit)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        _check_part(part.filename, stream)
    except InputError:
        raise
    except Exception as error:  # zipfile raises errors of many types for damaged archives
        raise _damaged(error) from error


def _check_part(name: str, stream: IO[bytes]) -> None:
    """Raise InputError if the XML of a part would take much memory or time, or names other files.

    Elements are counted without parsing: those of the part, those between two rows or texts, and those that are open.
    """
    end = b""
    elements = since = depth = 0
    while chunk := stream.read(_CHUNK):
        if _DECLARATION.search(end + chunk):
            raise InputError(f"{name}: the XML has a document type declaration", _SAVE_AS)
        tags, closing = chunk.count(b"<"), chunk.count(b"</")
        elements += tags - closing
        since = 0 if b"</row>" in chunk or b"</si>" in chunk else since + tags
        depth += tags - 2 * closing - chunk.count(b"/>") - chunk.count(b"<?")
        if elements > MOST_ELEMENTS or since > _MOST_IN_A_ROW or depth > _DEEPEST:
            raise InputError("the workbook has too many cells", "split it, or save it as CSV UTF-8")
        end = chunk[-16:]


def _damaged(error: Exception) -> InputError:
    kind = "archive" if isinstance(error, BadZipFile) else "workbook"
    return InputError(
        f"the {kind} is damaged or is not an Excel workbook", f"open it in a spreadsheet program, and {_SAVE_AS}"
    )


def _opened(content: bytes, *, data_only: bool = True) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings(action="ignore"):
            return load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    except Exception as error:  # openpyxl raises errors of many types for damaged workbooks
        raise _damaged(error) from error


def _table(book: Workbook, problems: Problems) -> _Sheet | None:
    """Return the sheet of commitments; None, with a problem added, if its header is wrong."""
    sheets = [_with_header(sheet) for sheet in book.worksheets]
    tables = [sheet for sheet in sheets if sheet.has_refs]
    named = [sheet for sheet in tables if sheet.sheet.title.strip().casefold() == _SHEET]
    visible = [sheet for sheet in tables if sheet.sheet.sheet_state == "visible"]
    chosen = named or (visible if len(tables) > 1 else tables)
    if len(chosen) > 1:
        titles = ", ".join(sheet.sheet.title for sheet in chosen)
        raise InputError(
            f"several sheets have a column ref: {titles}",
            "rename the sheet of updates to Commitments",
        )
    filled = [sheet for sheet in sheets if sheet.headings]
    if not chosen and len(filled) != 1:
        problem = "no sheet has a column ref" if filled else "the workbook is empty"
        raise InputError(problem, COLUMNS_REMEDY)
    table = (chosen or filled)[0]
    faults = list(header_faults([heading for heading in table.headings if heading]))
    for fault in faults:
        problems.add_error(f"sheet {table.sheet.title}, row {table.header}", fault)
    return None if faults else table


def _with_header(sheet: ReadOnlyWorksheet) -> _Sheet:
    """Return a sheet with the first row that has the heading ref; else with its first row that is not empty."""
    first = _Sheet(sheet, 0, ())
    searched = 0
    for number, cells in enumerate(_cells(sheet, 1, MOST_COLUMNS, last=4 * MOST_TITLE_ROWS), 1):
        texts = [str(cell.value).strip() if cell.value is not None else "" for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        found = _Sheet(sheet, number, texts)
        if found.has_refs:
            return found
        first = first if first.headings else found
        searched += 1
        if searched > MOST_TITLE_ROWS:
            break
    return first


def _cells(sheet: Any, first: int, columns: int, last: int | None = None) -> Iterator[Sequence[Any]]:
    """Yield the rows from number `first` on: at most some columns more than `columns`, and no more than `last` rows."""
    sheet.reset_dimensions()
    width = columns if last else columns + _MORE_COLUMNS
    try:
        yield from sheet.iter_rows(min_row=first, max_row=last, max_col=width)
    except Exception as error:  # openpyxl raises errors of many types for damaged sheets
        raise _damaged(error) from error


def _contents(content: bytes, sheet: Any) -> tuple[bool, dict[int, str]]:
    """Return whether a sheet has formulas, and its ranges of cells merged over several rows, by their first row."""
    has_formulas, merged, end = False, dict[int, str](), b""
    # openpyxl has no public name for the part of a sheet that is read row by row.
    with ZipFile(BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as stream:
        while chunk := stream.read(_CHUNK):
            text = end + chunk
            has_formulas = has_formulas or _FORMULA.search(text) is not None
            for cells, first, last in _MERGED.findall(text):
                if int(last) > int(first):
                    merged[int(first)] = cells.decode()
            end = chunk[-_LONGEST_TAG:]
    return has_formulas, merged


def _letters(column: int) -> str:
    """Return the letters of a column, which counts from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _value(cell: Any, *, is_formula: bool) -> Any:
    """Return the value of a cell: text, a DateCell, or an InputError if it has none; empty text for an empty cell."""
    value = cell.value
    if value is None:
        if not is_formula:
            return ""
        return InputError(
            "the formula has no stored value", "open and save the file in a spreadsheet program, or write the value"
        )
    if cell.data_type == "e":
        return InputError(f"the cell has the error {value}", "correct it, or empty the cell")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time.min:
        return DateCell(value.date(), _shown(cell.number_format))
    if isinstance(value, date) and not isinstance(value, datetime):
        return DateCell(value, _shown(cell.number_format))
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if not isinstance(value, str):
        return InputError(f"the cell has a time ({value})", "write a date without a time, or format the cell as text")
    return value.replace("_x000D_", "").replace("\r\n", "\n").replace("_x005F_", "_")


def _number(value: float, number_format: str) -> str:
    """Return a number as people see it: a share as a percentage, and a whole number without decimals."""
    if "%" in _FORMAT_TEXT.sub("", number_format):
        return f"{round(value * 100, 6):.15g}%"
    return f"{value:.15g}" if abs(value) < 1e15 else repr(value)


def _shown(number_format: str) -> Shown:
    """Return the part of a date that a number format shows."""
    plain = _FORMAT_TEXT.sub("", number_format.partition(";")[0]).casefold()
    if "d" not in plain:
        return Shown.MONTH if "m" in plain else Shown.YEAR if "y" in plain else Shown.DAY
    return Shown.DAY if "y" in plain else Shown.NO_YEAR
