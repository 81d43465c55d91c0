"""Readers of the program's formats that share no code with it, as docs/output.md describes them."""

from __future__ import annotations

import csv
import io
import re

from markdown_it import MarkdownIt

Rows = list[list[str]]

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def unescaped(cell: str) -> str:
    """Return the text of a cell of plain or CSV, without its backslash escapes."""
    named = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([tnr\\]))",
        lambda match: named[match[4]] if match[4] else chr(int(match[1] or match[2] or match[3], 16)),
        cell,
    )


def plain_rows(text: str) -> Rows:
    """Return the cells of plain output, one row per line."""
    assert text.endswith("\n")
    return [[unescaped(cell) for cell in line.split("\t")] for line in text[:-1].split("\n")]


def csv_rows(text: str) -> Rows:
    """Return the cells of CSV, row by row, and assert that none is a formula."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.count("\r\n") == len(rows)
    for row in rows:
        for cell in row:
            assert not cell.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r")) or re.fullmatch("-?[0-9]+", cell)
    return [[unescaped(cell).removeprefix("'") for cell in row] for row in rows]
