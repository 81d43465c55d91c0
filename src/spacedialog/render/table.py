"""Tables for a terminal, drawn by Rich and shown through the user's pager if they are long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.segment import Segment, Segments
from rich.text import Text

from spacedialog.model.escapes import one_line
from spacedialog.presentation.phrases import listed
from spacedialog.presentation.styles import style_of
from spacedialog.presentation.tables import Column, Table, TimelineSettings
from spacedialog.presentation.views import View
from spacedialog.render.formats import Settings
from spacedialog.render.layout import GAP, Layout, layout

# White space at the end of a line, and the end of color after it.
_TRAILING = re.compile(r"(?<! ) ++((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)

# The signs of bars and timelines, and an ASCII sign in place of each.
_ASCII_SIGNS = str.maketrans("█▒░▁◆┄◂▸│┊▼…", "#=-_*.<>|:v~")

_FIRST_ROWS, _MORE_ROWS = 200, 1_000
"""The number of rows that decide the columns and are drawn first, and that of rows drawn at once after them."""


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the view as it is drawn, through the pager if it has more lines than the terminal."""
    if settings.pager:
        from spacedialog.render import pager

        pager.write(drawn(view, settings), out, settings)
    else:
        out.writelines(drawn(view, settings))


def drawn(view: Table | View, settings: Settings) -> Iterator[str]:
    """Yield the view as text of `settings.width` columns, in pieces of whole lines.

    Without `settings.signs`, the signs of drawings become ASCII, even within text.
    """
    drawing = StringIO()
    console = Console(
        file=drawing,
        width=settings.width,
        height=1,  # Rich reads COLUMNS and LINES, which may be numbers of any length, unless both are given.
        force_terminal=settings.colour,
        color_system="standard" if settings.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    advice = _advice(view) if settings.notes else ""
    pieces = _print_table(console, view, advice) if isinstance(view, Table) else _print_blocks(console, view, advice)
    for _ in pieces:
        text = _TRAILING.sub(r"\1", drawing.getvalue())
        drawing.seek(0)
        drawing.truncate()
        yield text if settings.signs else text.translate(_ASCII_SIGNS)


def _advice(view: Table | View) -> str:
    """Return how to see the hidden columns of a view."""
    return "widen the terminal, or use --fields" if isinstance(view, Table) else "widen the terminal"


def _print_blocks(console: Console, view: View, advice: str) -> Iterator[None]:
    """Print a view block by block; yield after each piece."""
    for number, block in enumerate(view.blocks):
        if number:
            console.print()
        if block.heading:
            console.print(Text(one_line(block.heading), style="bold"))
        for line in block.lines:
            _print_line(console, line)
        if block.table:
            yield from _print_table(console, block.table, advice)
        yield


def _print_line(console: Console, line: str) -> None:
    """Print a line of text, wrapped under its indent; one with a web address is not wrapped, so it can be copied."""
    indent = len(line) - len(line.lstrip())
    text = Text(one_line(line))
    if "://" in line:
        console.print(Text(" " * indent) + text, soft_wrap=True)
    else:
        console.print(Padding(text, (0, 0, 0, indent)))


def _print_table(console: Console, table: Table, advice: str) -> Iterator[None]:
    """Print a table, and the lines below it; yield after each piece. Without `advice` no hidden column is named."""
    if table.timeline:
        yield from _print_timeline(console, table, table.timeline, advice)
    else:
        yield from _print_rows(console, table, iter(table.rows), advice)
    for note in table.notes():
        console.print(Text(one_line(note), style="dim"))
    yield


def _print_timeline(console: Console, table: Table, settings: TimelineSettings, advice: str) -> Iterator[None]:
    """Print the rows as a timeline; as a table if there are none, or if the terminal is too narrow."""
    from spacedialog.render import timeline

    rows = list(table.rows)
    if rows and console.width >= timeline.NARROWEST:
        for line in timeline.lines(rows, settings, width=console.width):
            console.print(line, soft_wrap=True)
        return
    yield from _print_rows(console, table, iter(rows), advice)
    if console.width < timeline.NARROWEST:
        console.print(Text(f"The timeline needs a terminal of at least {timeline.NARROWEST} columns.", style="dim"))


def _print_rows(console: Console, table: Table, rows: Iterator[Any], advice: str) -> Iterator[None]:
    part = list(islice(rows, _FIRST_ROWS))
    if not part:
        if table.empty:
            console.print(Text(table.empty))
        return
    if table.lines:
        for row in chain(part, rows):
            for text in table.lines(row):
                _print_line(console, text)
            yield
        return
    columns = [column for column in table.columns if not column.below]
    more = list(islice(rows, 1))
    rows = chain(more, rows)
    found = layout(columns, part, console.width, one_line, has_more=bool(more))
    section = ""
    drawn_rows: list[Segment] = []
    if any(column.heading for column in columns):
        drawn_rows += _drawn_row(console, found, [(column.heading, "bold") for column in found.widths], at_bottom=True)
    while part:
        for row in part:
            if table.section and table.section(row) != section:
                section = table.section(row)
                # On lines of its own, because the first column may be too narrow for it.
                _print_drawn(console, drawn_rows)
                console.print()
                console.print(Text(section, style="bold"))
            drawn_rows += _drawn_row(console, found, [_cell(column, row) for column in found.widths])
            for text in filter(None, (one_line(column.cell(row)) for column in table.columns if column.below)):
                drawn_rows += _drawn_row(console, found, [(text * column.wide, "dim") for column in found.widths])
        _print_drawn(console, drawn_rows)
        yield
        part = list(islice(rows, _MORE_ROWS))
        found = found.fitting(layout(list(found.widths), part, console.width, one_line))
    if found.hidden and advice:
        verb = "is" if len(found.hidden) == 1 else "are"
        console.print(Text(f"{listed(found.hidden)} {verb} hidden: {advice}.", style="dim"))


def _print_drawn(console: Console, drawn_rows: list[Segment]) -> None:
    """Print and clear the list. On a terminal too narrow for the refs and dates, the lines are not wrapped."""
    console.print(Segments(drawn_rows), soft_wrap=True, end="")
    drawn_rows.clear()


def _drawn_row(
    console: Console, found: Layout, cells: Sequence[tuple[str, str]], *, at_bottom: bool = False
) -> Iterator[Segment]:
    """Yield the lines of a row; each cell is a text and its style. A table of Rich, which wraps any cell, is slower."""
    blocks = [
        _lines(console, text, column, found.widths[column])
        for column, (text, _) in zip(found.widths, cells, strict=True)
    ]
    height = max(map(len, blocks))
    for number in range(height):
        gap = ""
        for column, block, (_, style) in zip(found.widths, blocks, cells, strict=True):
            place = number - (height - len(block) if at_bottom else 0)
            line = block[place] if 0 <= place < len(block) else ""
            space = " " * (found.widths[column] - cell_len(line))
            if line:
                yield Segment(gap + space if column.right else gap)
                yield Segment(line, console.get_style(style))
                gap = ""
            gap += (space if not (line and column.right) else "") + " " * GAP
        yield Segment.line()


def _lines(console: Console, text: str, column: Column, width: int) -> Sequence[str]:
    """Return the lines of a cell: one that is cut, or as many as its words need."""
    if cell_len(text) <= width:
        return (text,)
    if column.max_width and not column.wide:
        return (set_cell_size(text, width - 1) + "…",)
    return [line.plain.rstrip() for line in Text(text).wrap(console, width, overflow="fold")]


def _cell(column: Column, row: Any) -> tuple[str, str]:
    """Return the text of a cell and its style."""
    return one_line(column.cell(row)), style_of(column.tone(row)).tone if column.tone else ""
