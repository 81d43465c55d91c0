"""Tables for a terminal, drawn by Rich and shown through the user's pager if they are long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from typing import Any, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from spacedialog.model.escapes import one_line
from spacedialog.presentation.phrases import listed
from spacedialog.presentation.styles import style_of
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import View
from spacedialog.render import pager, timeline
from spacedialog.render.formats import Settings
from spacedialog.render.layout import GAP, Layout, layout

# White space at the end of a line, and the end of color after it.
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)

# The signs of bars and timelines, and an ASCII sign in place of each.
_ASCII_SIGNS = str.maketrans("█▒░▁◆┄◂▸│┊▼…", "#=-_*.<>|:v~")

_FIRST_ROWS, _MORE_ROWS = 200, 1_000
"""The number of rows that decide the columns and are drawn first, and that of rows drawn at once after them."""


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the view as it is drawn, through the pager if it has more lines than the terminal."""
    if settings.pager:
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
    rows: Iterable[Any] = table.rows
    if table.timeline and console.width >= timeline.NARROWEST and (rows := list(rows)):
        for line in timeline.lines(rows, table.timeline, width=console.width):
            console.print(line, soft_wrap=True)
    else:
        yield from _print_rows(console, table, iter(rows), advice)
    if table.timeline and console.width < timeline.NARROWEST:
        console.print(Text(f"The timeline needs a terminal of at least {timeline.NARROWEST} columns.", style="dim"))
    for note in table.notes():
        console.print(Text(one_line(note), style="dim"))
    yield


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
    has_heading = any(column.heading for column in columns)
    while part:
        grid = _grid(found, show_header=has_heading)
        for row in part:
            if table.section and table.section(row) != section:
                section = table.section(row)
                # On lines of its own, because the first column may be too narrow for it.
                _print_grid(console, grid, found)
                console.print()
                console.print(Text(section, style="bold"))
                grid = _grid(found, show_header=False)
            grid.add_row(*(_cell(column, row) for column in found.widths))
            for text in filter(None, (one_line(column.cell(row)) for column in table.columns if column.below)):
                grid.add_row(*(Text(text if column.wide else "", style="dim") for column in found.widths))
        _print_grid(console, grid, found)
        yield
        part, has_heading = list(islice(rows, _MORE_ROWS)), False
        found = found.fitting(layout(list(found.widths), part, console.width, one_line))
    if found.hidden and advice:
        verb = "is" if len(found.hidden) == 1 else "are"
        console.print(Text(f"{listed(found.hidden)} {verb} hidden: {advice}.", style="dim"))


def _print_grid(console: Console, grid: Grid, found: Layout) -> None:
    """Print a grid that is not empty; a terminal that is too narrow for the refs and dates wraps the lines itself."""
    if grid.rows or grid.show_header:
        console.print(grid, width=max(found.width, console.width), soft_wrap=found.width > console.width)


def _grid(found: Layout, *, show_header: bool) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=show_header)
    for column, width in found.widths.items():
        grid.add_column(
            Text(column.heading),
            justify="right" if column.right else "left",
            overflow="ellipsis" if column.max_width and not column.wide else "fold",
            width=width,
            no_wrap=bool(column.max_width) and not column.wide,
            header_style="bold",
        )
    return grid


def _cell(column: Column, row: Any) -> Text:
    return Text(one_line(column.cell(row)), style=style_of(column.tone(row)).tone if column.tone else "")
