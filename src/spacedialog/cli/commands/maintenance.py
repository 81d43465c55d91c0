"""The commands that look after a store: is it sound, and what can be saved of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacedialog import environment
from spacedialog.cli.options import (
    ColourOption,
    DbOption,
    FormatOption,
    JsonOption,
    OutputOption,
    ReadRequest,
    TodayOption,
    output_of,
    print_note,
    reads_one,
)
from spacedialog.errors import InputError
from spacedialog.presentation import maintenance
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
    from spacedialog.maintenance import checks as checkup

    tracker = environment.tracker(db, today=environment.local_day(today), author="")
    shown_as = output_of(format_, json, output, color)
    if rescue:
        rescued = checkup.rescue(tracker.path, rescue)
        show(maintenance.rescued_store(rescued), shown_as, as_of=tracker.today.isoformat())
        raise typer.Exit(FINDINGS if rescued.lost else 0)
    if not tracker.has_store:
        print_note(f"no store at {tracker.path}: there is nothing to look over")
        show(maintenance.checks([]), shown_as, as_of=tracker.today.isoformat())
        return
    found = checkup.run_checks(tracker.path, now=environment.now())
    show(maintenance.checks(found), shown_as, as_of=tracker.today.isoformat())
    if not all(row.ok for row in found):
        print_note("doctor --rescue NEW.db brings every change whose hash holds into a new store")
        raise typer.Exit(FINDINGS)


@app.command()
@reads_one
def fingerprint(reading: ReadRequest) -> None:
    """Print one short value that stands for the whole log, in whatever order it came together.

    \b
      spacedialog fingerprint
      spacedialog history --verify "$(spacedialog fingerprint -f plain --no-header | cut -f 1)"

    Whoever keeps the value can show later, with history --verify, that no change of then was altered or taken away.
    """
    from spacedialog.maintenance import checks as checkup

    _whole_log_only(reading)
    reading.show(maintenance.fingerprint(checkup.fingerprint(reading.tracker.arrivals())))


def verified(reading: ReadRequest, text: str) -> None:
    """Show whether the log holds all that a fingerprint was printed of; the process ends with status 4 if not."""
    from spacedialog.maintenance import checks as checkup

    _whole_log_only(reading)
    row = checkup.verify(reading.tracker.arrivals(), text)
    reading.show(maintenance.fingerprint(row))
    if not row.holds:
        raise typer.Exit(FINDINGS)


def _whole_log_only(reading: ReadRequest) -> None:
    if reading.known_at is not None or reading.as_of != reading.today:
        raise InputError("a fingerprint is of the whole log", "leave out --as-of and --known-at")
    if not reading.tracker.has_store:
        print_note(f"no store at {reading.tracker.path}: this is the bundled record")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make; nothing may be there yet.")],
    db: DbOption = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
) -> None:
    """Copy the store into a file, checked, while others may go on writing.

    \b
      spacedialog backup copy.db
      spacedialog backup "tracker-$(date +%F).db"
    """
    from spacedialog.maintenance import checks as checkup

    tracker = environment.tracker(db, today=None, author="")
    copied = checkup.back_up(tracker.path, file)
    show(maintenance.store_copy(copied, "Copy"), output_of(format_, json, None, color), as_of=tracker.today.isoformat())


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that backup made.")],
    db: DbOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where there is a store, which is copied first.")
    ] = False,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
) -> None:
    """Make a copy the store again, once every change in it was found sound.

    \b
      spacedialog restore old.db --replace
      spacedialog restore old.db --db elsewhere.db
    """
    from spacedialog.maintenance import checks as checkup

    tracker = environment.tracker(db, today=None, author="")
    restored = checkup.restore(tracker.path, file, replace=replace)
    show(
        maintenance.store_copy(restored, "Store"),
        output_of(format_, json, None, color),
        as_of=tracker.today.isoformat(),
    )
    if restored.kept:
        print_note(f"what was there is now {restored.kept}")
