"""Tables on a terminal, drawn by Rich; columns for which the terminal is too narrow are left out."""

from __future__ import annotations

from io import StringIO
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spacedialog.render.text import one_line
from spacedialog.report import Column, Document, Sheet

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
    "withdrawn": "dim",
    "undone": "dim",
    "stale": "dim",
}
"""How each tone looks. Colour is a help to the eye: the words say all that it says."""


def draw(view: Sheet | Document, *, width: int, colour: bool) -> str:
    """The view as text for a terminal of that many columns."""
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
    if isinstance(view, Sheet):
        _sheet(console, view)
    else:
        for number, block in enumerate(view.blocks):
            if number:
                console.print()
            if block.heading:
                console.print(Text(one_line(block.heading), style="bold"))
            for line in block.lines:
                console.print(Text(one_line(line)))
            if block.sheet:
                _sheet(console, block.sheet)
    return out.getvalue()


def _sheet(console: Console, sheet: Sheet) -> None:
    columns = [column for column in sheet.columns if column.from_width <= console.width]
    rows = list(sheet.rows)
    if rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(c.heading for c in columns))
        for column in columns:
            table.add_column(
                Text(column.heading),
                justify="right" if column.right else "left",
                overflow="fold",
                ratio=None,
                no_wrap=not column.wide,
                header_style="bold",
            )
        for row in rows:
            table.add_row(*(_cell(column, row) for column in columns))
        console.print(table)
    else:
        console.print(Text(sheet.empty))
    for note in sheet.notes:
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
