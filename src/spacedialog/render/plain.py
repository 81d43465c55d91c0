"""Plain text: a header line, then one record a line, cells parted by tabs, nothing cut.

Tabs, line breaks, control characters and backslashes inside a cell are written as escapes (`\\t`, `\\\\`).
"""

from __future__ import annotations

from typing import TextIO

from spacedialog.presentation.tables import Table
from spacedialog.render.text import escaped, flat


def write(sheet: Table, out: TextIO, *, header: bool) -> None:
    """Write the rows of the sheet."""
    if header:
        out.write("\t".join(sheet.fields) + "\n")
    for row in sheet.rows:
        out.write("\t".join(escaped(flat(value)) for value in row) + "\n")
