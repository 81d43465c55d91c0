"""Plain text: a header line, then one line per row, with cells separated by tabs and never cut.

Tabs, line breaks, control characters and backslashes inside a cell are written as escapes (`\\t`, `\\\\`).
"""

from __future__ import annotations

from typing import Any, TextIO

from spacedialog.model.escapes import escaped
from spacedialog.presentation.phrases import EVIDENCE, flat
from spacedialog.presentation.tables import Table, texts_of
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the rows of the view's main table."""
    table = main_table(view)
    if settings.header:
        out.write("\t".join(table.fields) + "\n")
    for row in table.rows:
        out.write("\t".join(map(_cell, table.fields, texts_of(table, row))) + "\n")


def _cell(name: str, value: Any) -> str:
    return escaped(flat(value, "; " if name in EVIDENCE else ", "))
