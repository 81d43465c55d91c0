"""CSV (RFC 4180): a header line, CRLF line ends, and no cell that a spreadsheet would take for a formula.

A text cell that begins with `=`, `+`, `-`, `@` (of any width), a tab, a line break or an apostrophe gets an apostrophe
before it; take one leading apostrophe away to read it back.
"""

from __future__ import annotations

import csv
from typing import Any, TextIO

from spacedialog.presentation.tables import Table
from spacedialog.render.text import escaped, flat

# Some spreadsheets take the wide signs of East Asian keyboards for the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "'")


def write(sheet: Table, out: TextIO, *, header: bool) -> None:
    """Write the rows of the sheet."""
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow(sheet.fields)
    writer.writerows([_cell(value) for value in row] for row in sheet.rows)


def _cell(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = flat(value)
    return escaped(f"'{text}" if text.startswith(_FORMULA) else text)
