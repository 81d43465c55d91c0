"""CSV (RFC 4180): a header line, CRLF line ends, and no cell that a spreadsheet would run as a formula.

A text cell that begins with `=`, `+`, `-`, `@` (of any width), a tab, a line break or an apostrophe gets an apostrophe
in front; remove one leading apostrophe to read it back. Pieces of evidence are lines of one cell.
"""

from __future__ import annotations

import csv
from typing import Any, TextIO

from spacedialog.model.escapes import FORMULA_STARTS, escaped
from spacedialog.presentation.phrases import EVIDENCE, flat
from spacedialog.presentation.tables import Table, texts_of
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the rows of the view's main table."""
    table = main_table(view)
    writer = csv.writer(out, lineterminator="\r\n")
    if settings.header:
        writer.writerow(table.fields)
    writer.writerows(map(_cell, table.fields, texts_of(table, row)) for row in table.rows)


def _cell(name: str, value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    lines = tuple(map(flat, value)) if isinstance(value, tuple) and name in EVIDENCE else (flat(value),)
    text = "\n".join(map(escaped, lines))
    return f"'{text}" if lines and lines[0].startswith(FORMULA_STARTS) else text
