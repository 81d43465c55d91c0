"""Markdown: tables, lists and headings, in which all text is escaped."""

from __future__ import annotations

import re
from typing import TextIO
from urllib.parse import quote

from spacedialog.model.escapes import one_line
from spacedialog.model.values import is_web_address
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Settings

# A web address without the punctuation after it, or a character that could be markup.
_MARKUP = re.compile(r"""https?://[^\s<>|\\`]*[^\s<>|\\`.,;:!?)\]'"*]|[\\`*_\[\]<>|~&#$]""")
# What starts a list, underlines a heading or draws a rule at the beginning of a line.
_LINE_START = re.compile(r"^(?:(?=[-+](?: |$)|[-=]+$)|([0-9]{1,9})(?=[.)](?: |$)))")


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the view."""
    if isinstance(view, Table):
        _write_table(view, out)
        return
    for number, block in enumerate(view.blocks):
        if number:
            out.write("\n")
        if block.heading:
            out.write(f"{'#' if number == 0 else '##'} {escaped(block.heading)}\n\n")
        for line in block.lines:
            # Lines are items of a list; an indented one continues the item before it.
            out.write(f"  {escaped(line)}\n" if line.startswith(" ") else f"- {escaped(line)}\n")
        if block.table:
            if block.lines:
                out.write("\n")
            _write_table(block.table, out)


def _write_table(table: Table, out: TextIO) -> None:
    out.write(_row([column.heading for column in table.columns]))
    out.write("".join("| ---: " if column.right else "| --- " for column in table.columns) + "|\n")
    for row in table.rows:
        out.write(_row([column.cell(row) for column in table.columns]))
    for note in table.notes():
        out.write(f"\n{escaped(note)}\n")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(escaped(text) for text in cells) + " |\n"


def linked(label: str, address: str) -> str:
    """Return a label, escaped, as a link if the address is a web address."""
    if not is_web_address(address):
        return escaped(label)
    target = re.sub("[^!-:=?-Z_a-z~]", lambda match: quote(match[0]), address)
    return f"[{escaped(label)}](<{target}>)"


def escaped(text: str) -> str:
    """Return the text on one line with every character escaped that could be markup; web addresses become links."""
    marked = _MARKUP.sub(lambda match: f"\\{match[0]}" if len(match[0]) == 1 else f"<{match[0]}>", one_line(text))
    return _LINE_START.sub(r"\1\\", marked)
