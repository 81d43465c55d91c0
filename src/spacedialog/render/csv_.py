"""CSV (RFC 4180): a header line, CRLF line ends, and no cell that a spreadsheet would run as a formula.

A text cell that begins with `=`, `+`, `-`, `@` (of any width), a tab, a line break or an apostrophe gets an apostrophe
in front; remove one leading apostrophe to read it back.
"""

from __future__ import annotations

import csv
from typing import Any, TextIO

from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings
from spacedialog.render.text import escaped, flat

# Some spreadsheets treat the full-width signs of East Asian keyboards like the narrow ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "'")


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the rows of the view's main table."""
    table = main_table(view)
    writer = csv.writer(out, lineterminator="\r\n")
    if settings.header:
        writer.writerow(table.fields)
    writer.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = flat(value)
    return escaped(f"'{text}" if text.startswith(_FORMULA_STARTS) else text)
