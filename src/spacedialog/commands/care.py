"""The commands that look after a store: is it sound, and what can be saved of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacedialog import sheets
from spacedialog.commands import here
from spacedialog.commands.options import (
    ColourOption,
    DbOption,
    FormatOption,
    JsonOption,
    OutputOption,
    TodayOption,
    hint,
    output_of,
)
from spacedialog.render.output import show

app = typer.Typer()

FINDINGS = 4
"""The exit status where something is wrong with a store."""


@app.command()
def doctor(
    db: DbOption = None,
    rescue: Annotated[
        Path | None,
        typer.Option(metavar="NEW.db", help="Bring every sound change into a new store.", show_default=False),
    ] = None,
    today: TodayOption = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: OutputOption = None,
    color: ColourOption = "auto",
) -> None:
    """Look the store over: files, tables, every change's hash, and whether the tables follow from the log.

    \b
      spacedialog doctor
      spacedialog doctor --rescue rescued.db

    It never alters the store. Status 4 where anything is wrong; what is only odd (stamps, entries of a newer
    program, files that others may read) is told and is no fault.
    """
    from spacedialog import checkup

    tracker = here.tracker(db, today=here.the_day(today), author="")
    shown_as = output_of(format_, json, output, color)
    if rescue:
        rescued = checkup.rescue(tracker.path, rescue)
        show(sheets.rescued(rescued), shown_as, as_of=tracker.today.isoformat())
        raise typer.Exit(FINDINGS if rescued.lost else 0)
    if not tracker.has_store:
        hint(f"no store at {tracker.path}: there is nothing to look over")
        show(sheets.checks([]), shown_as, as_of=tracker.today.isoformat())
        return
    found = checkup.examine(tracker.path, now=here.now())
    show(sheets.checks(found), shown_as, as_of=tracker.today.isoformat())
    if not all(row.ok for row in found):
        hint("doctor --rescue NEW.db brings every change whose hash holds into a new store")
        raise typer.Exit(FINDINGS)
