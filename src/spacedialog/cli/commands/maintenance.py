"""The commands that maintain a store: checks, copies and fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import spacedialog
from spacedialog.cli import parsing
from spacedialog.cli.options import (
    ColourOption,
    DbOption,
    FormatOption,
    JsonOption,
    OutputOption,
    TodayOption,
    output_of,
    reads_one,
    writes_without,
)
from spacedialog.cli.requests import ReadRequest, WriteRequest, print_note
from spacedialog.errors import InputError, StoreError
from spacedialog.presentation import maintenance
from spacedialog.render.output import show

app = typer.Typer()

FINDINGS = StoreError.exit_status
"""The exit status if a store is damaged."""


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
    tracker = spacedialog.open(db, today=parsing.today(today), author="")
    shown_as = output_of(format_, json, output, color, tracker.path)
    if rescue:
        rescued = tracker.rescue(rescue)
        show(maintenance.rescued_store(rescued), shown_as, as_of=tracker.today.isoformat())
        raise typer.Exit(FINDINGS if rescued.lost else 0)
    if not tracker.has_store:
        print_note(f"no store at {tracker.path}: there is nothing to look over")
    checks = tracker.doctor()
    show(maintenance.checks(checks), shown_as, as_of=tracker.today.isoformat())
    if not all(row.ok for row in checks):
        print_note("doctor --rescue NEW.db brings every change whose hash holds into a new store")
        raise typer.Exit(FINDINGS)


@app.command()
@writes_without("note", "evidence", "on", "by")
def restamp(writing: WriteRequest) -> None:
    """Record changes from the future again, with the present time.

    \b
      spacedialog restamp --dry-run
      spacedialog restamp

    A change is from the future if this computer's clock was ahead when it was recorded. The store is backed up first.
    Changes that a team has already received are not affected; sync sets those from the future aside. A change also gets
    a new id if the team's log has another change with its id.
    """
    row = writing.tracker.restamp()
    show(maintenance.restamped(row), writing.output, as_of=writing.tracker.today.isoformat())


@app.command()
@reads_one
def fingerprint(reading: ReadRequest) -> None:
    """Print one short value that stands for the whole log, in whatever order it came together.

    \b
      spacedialog fingerprint
      spacedialog history --verify "$(spacedialog fingerprint -f plain --no-header | cut -f 1)"

    Whoever keeps the value can show later, with history --verify, that no change of then was altered or taken away.
    """
    _require_whole_log(reading)
    reading.show(maintenance.fingerprint(reading.tracker.fingerprint()))


def verify_fingerprint(reading: ReadRequest, text: str) -> None:
    """Show whether the log still has the entries that a fingerprint covers; exit with status 4 if not."""
    _require_whole_log(reading)
    row = reading.tracker.verify_fingerprint(text)
    reading.show(maintenance.fingerprint(row))
    if not row.holds:
        raise typer.Exit(FINDINGS)


def _require_whole_log(reading: ReadRequest) -> None:
    if reading.scope.known_at is not None or reading.as_of != reading.tracker.today:
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
    tracker = spacedialog.open(db, author="")
    copied = tracker.backup(file)
    shown_as = output_of(format_, json, None, color, tracker.path)
    show(maintenance.store_copy(copied, "Copy"), shown_as, as_of=tracker.today.isoformat())


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
    tracker = spacedialog.open(db, author="")
    restored = tracker.restore(file, replace=replace)
    shown_as = output_of(format_, json, None, color, tracker.path)
    show(maintenance.store_copy(restored, "Store"), shown_as, as_of=tracker.today.isoformat())
    if restored.kept:
        print_note(f"what was there is now {restored.kept}")
