"""Read the rows of a file of updates: JSON Lines, CSV, or Excel with `workbook`."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

from spacedialog.errors import InputError
from spacedialog.importing.reader import Problems, parse_json, place_of_byte, problem_lines, text_of
from spacedialog.importing.sheets import (
    COLUMNS,
    COLUMNS_REMEDY,
    MOST_COLUMNS,
    MOST_TITLE_ROWS,
    READ_ONLY,
    Row,
    field_of,
    header_faults,
    is_for_people,
    original_text,
)
from spacedialog.model.dates import quoted

_DELIMITERS = ",;\t"
_LONGEST_HEADER = 100_000
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODING_REMEDY = "save it as UTF-8 (in Excel: CSV UTF-8), or name its encoding, for example --encoding cp1252"
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_rows(content: str | bytes, problems: Problems, *, encoding: str | None = None, max_size: int) -> Iterator[Row]:
    """Yield the rows of a file; faults of its rows are added to `problems`.

    InputError if the file as a whole cannot be read.
    `encoding` is the encoding of text; by default UTF-8, or UTF-16 with a byte order mark. `max_size` is the limit on
    the bytes of the file.
    """
    try:
        if isinstance(content, str):
            yield from _text_rows(content, problems)
        elif content.startswith(_OLE):
            raise _ole_fault(content)
        elif content.startswith(_ARCHIVE):
            from spacedialog.importing.workbook import workbook_rows

            yield from workbook_rows(content, problems, max_size=max_size)
        else:
            yield from _text_rows(decoded(content, encoding), problems)
    except InputError as error:
        if not problems:
            error.add_place(problems.name)
            raise
        problems.extend(problem_lines(error))


def decoded(content: bytes, encoding: str | None = None) -> str:
    """Return the text of a file; InputError with the line and column if it does not have the encoding.

    No encoding is guessed: text in a legacy encoding looks valid in most others.
    """
    if encoding is None and not content.startswith(_UTF16_MARKS):
        return text_of(content, remedy=_ENCODING_REMEDY)
    name = encoding or "utf-16"
    try:
        if not codecs.lookup(name)._is_text_encoding:  # as bytes.decode does
            raise LookupError(name)
        return content.decode(name)
    except UnicodeDecodeError as error:
        remedy = "write the encoding in which the file was saved, or save it as UTF-8"
        raise InputError(f"{place_of_byte(error)}: this is not {name}", remedy) from error
    except (LookupError, ValueError) as error:
        problem = f"--encoding: {quoted(name)} is not a known encoding"
        raise InputError(problem, "write a name such as utf-8, cp1252, cp949 or utf-16") from error


def _ole_fault(content: bytes) -> InputError:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return InputError("the workbook is protected with a password", "save it without a password")
    return InputError("this is an old Excel file (.xls)", "save it as .xlsx or as CSV UTF-8")


def _text_rows(text: str, problems: Problems) -> Iterator[Row]:
    text = text.removeprefix("\ufeff")
    body = text.lstrip()
    if body.startswith("["):
        number = text.count("\n", 0, len(text) - len(body)) + 1
        error = InputError("this is a JSON array", "write one object per line (JSON Lines)")
        problems.add_error(f"line {number}", error)
        return
    yield from _json_rows(text, problems) if body.startswith("{") else _csv_rows(text, problems)


def _json_rows(text: str, problems: Problems) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        place = f"line {number}"
        if not line.strip():
            continue
        try:
            record = parse_json(line, place)
        except InputError as error:
            problems.extend(problem_lines(error))
            if problems.full:
                return
        else:
            if isinstance(record, dict):
                yield Row(place, record)
            else:
                problems.add_error(place, InputError("this is not a JSON object", 'write {"ref": "ROK4-31", …}'))


def _csv_rows(text: str, problems: Problems) -> Iterator[Row]:
    delimiter, is_found, skipped = _layout(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    is_shown = False
    start = 1
    try:
        for cells in lines:
            place, start = f"line {lines.line_num}", lines.line_num + 1
            if not any(cell.strip() for cell in cells) or lines.line_num <= skipped:
                continue
            if not names:
                if len(cells) > MOST_COLUMNS:
                    problems.add_error(place, InputError(f"there are more than {MOST_COLUMNS} columns", COLUMNS_REMEDY))
                    return
                headings = _without_empty_end(cells)
                if is_found and "ref" not in map(field_of, headings):
                    continue  # a title above the table
                is_shown = is_for_people(headings)
                names = list(map(field_of, headings))
                faults = list(header_faults(headings))
                for fault in faults:
                    problems.add_error(place, fault)
                if faults:
                    return
            elif any(cells[len(names) :]):
                problems.add_error(
                    place,
                    InputError(
                        "the line has more cells than the header",
                        "write a cell that contains commas in quotation marks",
                    ),
                )
            else:
                read = (lambda _, cell: cell) if is_shown else original_text
                yield Row(place, {n: read(n, cell) for n, cell in zip(names, cells, strict=False)}, is_shown)
        if is_found and not names:
            problems.add_error(
                "line 1", InputError("there is no column ref", "close every quotation mark above the table")
            )
    except csv.Error as error:
        # Report the line where the record begins, because an open quotation mark extends to the end of the file.
        problems.add_error(f"line {start}", InputError(f"this is not CSV: {error}", "close every quotation mark"))


def _layout(text: str) -> tuple[str, bool, int]:
    """Return the delimiter of CSV, whether a line with the heading ref was found, and the lines before the table."""
    delimiters, skipped = _DELIMITERS, 0
    lines: list[str] = []
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if number == 1 and (separator := _SEPARATOR_LINE.fullmatch(line)):
            delimiters, skipped = separator[1], 1
        elif line.strip():
            lines.append(line[:_LONGEST_HEADER])
        if len(lines) > MOST_TITLE_ROWS:
            break
    for line in lines:
        known = {delimiter: _fields_in(line, delimiter) for delimiter in delimiters}
        best = max(delimiters, key=lambda delimiter: len(known[delimiter]))
        if "ref" in known[best]:
            return best, True, skipped
    return max(delimiters, key=(lines[0] if lines else "").count), False, skipped


def _fields_in(line: str, delimiter: str) -> set[str]:
    """Return the names of the fields that a line of CSV has as cells."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return set()
    return set(map(field_of, cells[:MOST_COLUMNS])) & {*COLUMNS, *READ_ONLY}


def _without_empty_end(cells: Sequence[str]) -> Sequence[str]:
    """Return the headings without empty ones at the end, which spreadsheet programs write for columns once used."""
    size = len(cells)
    while size and not cells[size - 1].strip():
        size -= 1
    return cells[:size]
