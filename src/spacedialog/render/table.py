"""Tables for a terminal, drawn by Rich and shown through the user's pager if they are long."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from io import StringIO
from itertools import islice
from typing import Any, TextIO

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from spacedialog.model.escapes import one_line
from spacedialog.presentation.styles import style_of
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import View
from spacedialog.render import timeline
from spacedialog.render.formats import Settings

# White space at the end of a line, and the end of colour after it.
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)

# The signs of bars and timelines, and an ASCII sign in place of each.
_ASCII_SIGNS = str.maketrans("█▒░▁◆┄◂▸│┊▼…", "#=-_*.<>|:v~")

_UNLIMITED = 100_000
"""A width in characters that no table reaches."""


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the view, through the pager if it has more lines than the terminal."""
    text = draw(view, settings)
    if settings.pager and text.count("\n") >= os.get_terminal_size(sys.stdout.fileno()).lines:
        _page(text, settings, out)
    else:
        out.write(text)


def _page(text: str, settings: Settings, out: TextIO) -> None:
    """Show the text through the pager; write it to `out` if the pager cannot be run."""
    import shlex
    import subprocess

    try:
        done = subprocess.run(
            shlex.split(settings.pager), input=text, text=True, env=settings.pager_environment, check=False
        )
    except (OSError, ValueError):
        done = None
    if done is None or done.returncode == 127:
        out.write(text)


def draw(view: Table | View, settings: Settings) -> str:
    """Return the view as text of `settings.width` columns.

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
    if isinstance(view, Table):
        _print_table(console, view, settings.max_rows)
    else:
        for number, block in enumerate(view.blocks):
            if number:
                console.print()
            if block.heading:
                console.print(Text(one_line(block.heading), style="bold"))
            for line in block.lines:
                _print_line(console, line)
            if block.table:
                _print_table(console, block.table, settings.max_rows)
    text = _TRAILING.sub(r"\1", drawing.getvalue())
    return text if settings.signs else text.translate(_ASCII_SIGNS)


def _print_line(console: Console, line: str) -> None:
    """Print a line of text, wrapped under its indent; one with a web address is not wrapped, so it can be copied."""
    indent = len(line) - len(line.lstrip())
    text = Text(one_line(line))
    if "://" in line:
        console.print(Text(" " * indent) + text, soft_wrap=True)
    else:
        console.print(Padding(text, (0, 0, 0, indent)))


def _print_table(console: Console, table: Table, max_rows: int | None) -> None:
    remaining = iter(table.rows)
    rows = list(islice(remaining, max_rows))
    is_cut = max_rows is not None and next(remaining, None) is not None
    if rows and table.timeline and console.width >= timeline.NARROWEST:
        for line in timeline.lines(rows, table.timeline, width=console.width):
            console.print(line, soft_wrap=True)
    elif rows and table.lines:
        for row in rows:
            for text in table.lines(row):
                _print_line(console, text)
    elif rows:
        grid = _grid([column for column in table.columns if column.from_width <= console.width], rows, table.section)
        # Refs and dates are never cut: a terminal too narrow for them wraps the lines itself.
        # Rich reports no minimum above the available width, so measure with an unlimited width.
        minimum = Measurement.get(console, console.options.update(max_width=_UNLIMITED), grid).minimum
        console.print(grid, width=max(minimum, console.width), soft_wrap=minimum > console.width)
    else:
        console.print(Text(table.empty))
    if is_cut:
        console.print(Text(f"… more rows: only the first {max_rows} are shown. Use a filter, or -o FILE for all."))
    if table.timeline and console.width < timeline.NARROWEST:
        console.print(Text(f"The timeline needs a terminal of at least {timeline.NARROWEST} columns.", style="dim"))
    for note in table.notes():
        console.print(Text(one_line(note), style="dim"))


def _grid(columns: list[Column], rows: list[Any], section: Callable[[Any], str] | None) -> Grid:
    below = [column for column in columns if column.below]
    columns = [column for column in columns if not column.below]
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(c.heading for c in columns))
    for column in columns:
        grid.add_column(
            Text(column.heading),
            justify="right" if column.right else "left",
            overflow="ellipsis" if column.max_width and not column.wide else "fold",
            max_width=column.max_width,
            no_wrap=not column.wide,
            header_style="bold",
        )
    heading = ""
    for row in rows:
        if section and section(row) != heading:
            grid.add_row()
            heading = section(row)
            grid.add_row(Text(heading, style="bold"))
        grid.add_row(*(_cell(column, row) for column in columns))
        for text in filter(None, (one_line(column.cell(row)) for column in below)):
            grid.add_row(*(Text(text if column.wide else "", style="dim") for column in columns))
    return grid


def _cell(column: Column, row: Any) -> Text:
    return Text(one_line(column.cell(row)), style=style_of(column.tone(row)).tone if column.tone else "")
