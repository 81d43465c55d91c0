"""Markdown: a table for each sheet, headings for the parts of a document; nothing in a cell is markup."""

from __future__ import annotations

import re
from typing import TextIO

from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table
from spacedialog.render.text import one_line

# A web address without the punctuation behind it, or a sign that could be markup.
_MARKUP = re.compile(r"""https?://[^\s<>|\\`]*[^\s<>|\\`.,;:!?)\]'"*]|[\\`*_\[\]<>|~&#$]""")
# What would begin a list, underline a heading or draw a rule where a line begins with it.
_BEGINNING = re.compile(r"^(?:(?=[-+](?: |$)|[-=]+$)|([0-9]{1,9})(?=[.)](?: |$)))")


def write(view: Table | View, out: TextIO) -> None:
    """Write the view."""
    if isinstance(view, Table):
        _table(view, out)
        return
    for number, block in enumerate(view.blocks):
        if number:
            out.write("\n")
        if block.heading:
            out.write(f"{'#' if number == 0 else '##'} {cell(block.heading)}\n\n")
        for line in block.lines:
            # Lines are items of a list; those that are indented go on below the item before them.
            out.write(f"  {cell(line)}\n" if line.startswith(" ") else f"- {cell(line)}\n")
        if block.sheet:
            if block.lines:
                out.write("\n")
            _table(block.sheet, out)


def _table(sheet: Table, out: TextIO) -> None:
    out.write(_row([column.heading for column in sheet.columns]))
    out.write("".join("| ---: " if column.right else "| --- " for column in sheet.columns) + "|\n")
    for row in sheet.rows:
        out.write(_row([column.cell(row) for column in sheet.columns]))
    for note in sheet.notes():
        out.write(f"\n{cell(note)}\n")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell(text) for text in cells) + " |\n"


def cell(text: str) -> str:
    """Text with every sign escaped that could be markup, on one line; web addresses as links that say themselves."""
    marked = _MARKUP.sub(lambda found: f"\\{found[0]}" if len(found[0]) == 1 else f"<{found[0]}>", one_line(text))
    return _BEGINNING.sub(r"\1\\", marked)
