"""Tables on a terminal, drawn by Rich; columns for which the terminal is too narrow are left out."""

from __future__ import annotations

import re
from io import StringIO
from itertools import islice
from typing import Any, TextIO

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Column, Table
from spacedialog.render import timeline
from spacedialog.render.text import one_line

# White space at the end of a line, and the end of colour after it.
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)

TONES = {
    "complete": "green",
    "met": "green",
    "in-progress": "cyan",
    "open": "cyan",
    "stalled": "yellow",
    "closing": "yellow",
    "slipped": "yellow",
    "closed": "red",
    "overdue": "red",
    "conflict": "magenta",
    "claimed": "yellow",
    "withdrawn": "dim",
    "undone": "dim",
    "stale": "dim",
}
"""How each tone looks. Colour is a help to the eye: the words say all that it says."""


# What bars and timelines are drawn with, and each sign's like among those that every terminal has.
_SIGNS = str.maketrans("█▒░▁◆┄◂▸│┊▼…", "#=-_*.<>|:v~")

_ROOM = 100_000
"""More columns than any table takes."""


def draw(view: Table | View, *, width: int, colour: bool, most: int | None = None, simple: bool = False) -> str:
    """The view as text for a terminal of that many columns, with at most so many rows of each table.

    With `simple`, drawings are made of ASCII signs; text stays as it is, but for such a sign of a drawing in it.
    """
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    if isinstance(view, Table):
        _sheet(console, view, most)
    else:
        for number, block in enumerate(view.blocks):
            if number:
                console.print()
            if block.heading:
                console.print(Text(one_line(block.heading), style="bold"))
            for line in block.lines:
                _line(console, line)
            if block.sheet:
                _sheet(console, block.sheet, most)
    drawn = _TRAILING.sub(r"\1", out.getvalue())
    return drawn.translate(_SIGNS) if simple else drawn


def _line(console: Console, line: str) -> None:
    """A line of text, wrapped under its indent; one with an address stays whole, so that it can be copied."""
    indent = len(line) - len(line.lstrip())
    text = Text(one_line(line))
    if "://" in line:
        console.print(Text(" " * indent) + text, soft_wrap=True)
    else:
        console.print(Padding(text, (0, 0, 0, indent)))


def _sheet(console: Console, sheet: Table, most: int | None) -> None:
    columns = [column for column in sheet.columns if column.from_width <= console.width]
    known = iter(sheet.rows)
    rows = list(islice(known, most))
    more = most is not None and next(known, None) is not None
    if rows and sheet.timeline and console.width >= timeline.NARROWEST:
        for drawn in timeline.lines(rows, sheet.timeline, width=console.width, tones=TONES):
            console.print(drawn, soft_wrap=True)
    elif rows and sheet.lines:
        for row in rows:
            for line in sheet.lines(row):
                _line(console, line)
    elif rows:
        table = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(c.heading for c in columns))
        for column in columns:
            table.add_column(
                Text(column.heading),
                justify="right" if column.right else "left",
                overflow="ellipsis" if column.most else "fold",
                max_width=column.most,
                no_wrap=not column.wide,
                header_style="bold",
            )
        for row in rows:
            table.add_row(*(_cell(column, row) for column in columns))
        # Refs and dates are never cut: a terminal too narrow for them wraps the lines itself.
        # Rich never says that it takes more room than there is, so it is asked as if there were enough.
        least = Measurement.get(console, console.options.update(max_width=_ROOM), table).minimum
        console.print(table, width=max(least, console.width), soft_wrap=least > console.width)
    else:
        console.print(Text(sheet.empty))
    if more:
        console.print(Text(f"… and more: only {most} rows are shown; use --limit, a filter or a pipe"))
    if sheet.timeline and console.width < timeline.NARROWEST:
        console.print(Text(f"the timeline needs a terminal of {timeline.NARROWEST} columns", style="dim"))
    for note in sheet.notes():
        console.print(Text(one_line(note), style="dim"))


def _cell(column: Column, row: Any) -> Text:
    return Text(one_line(column.cell(row)), style=TONES.get(column.tone(row), "") if column.tone else "")


def page(text: str, pager: str, out: TextIO) -> None:
    """Show the text through the user's pager; without one that runs, as it is."""
    import os
    import shlex
    import subprocess

    try:
        shown = subprocess.run(
            shlex.split(pager), input=text, text=True, env={"LESS": "FRX", **os.environ}, check=False
        )
    except (OSError, ValueError):
        shown = None
    if shown is None or shown.returncode == 127:
        out.write(text)
