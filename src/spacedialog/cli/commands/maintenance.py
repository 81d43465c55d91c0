"""The commands that maintain the database: checks, copies and fingerprints."""

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
    FormattedOutputOption,
    JsonOption,
    QuietOption,
    TodayOption,
    output_of,
)
from spacedialog.cli.read_options import reads_one
from spacedialog.cli.requests import ReadRequest, WriteRequest, print_note
from spacedialog.cli.write_options import writes_without
from spacedialog.errors import InputError, StoreError
from spacedialog.presentation import maintenance
from spacedialog.render.formats import Format
from spacedialog.render.output import show

app = typer.Typer()

DAMAGED = StoreError.exit_status
"""The exit status if the database is damaged."""


@app.command()
def doctor(
    rescue: Annotated[
        Path | None,
        typer.Option(metavar="NEW.db", help="Copy every intact entry to a new database."),
    ] = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: FormattedOutputOption = None,
    color: ColourOption = "auto",
    db: DbOption = None,
    today: TodayOption = None,
    quiet: QuietOption = False,
) -> None:
    """
    spacedialog doctor
    spacedialog doctor --rescue rescued.db

    The check covers the files, the tables, the hash of every entry, and whether the tables agree with the log. The
    database is never changed. The exit status is 4 if the database is damaged. Warnings, such as entries of a newer
    program or files that others can read, do not change the exit status.
    """
    tracker = spacedialog.open(db, today=parsing.today(today), author="")
    shown_as = output_of(format_, json, output, color, tracker.path)
    if rescue:
        rescued = tracker.rescue(rescue)
        show(maintenance.rescued_store(rescued), shown_as, as_of=tracker.today.isoformat())
        raise typer.Exit(DAMAGED if rescued.lost else 0)
    if not tracker.has_store and not quiet:
        print_note(f"No database at {tracker.path}; nothing to check.")
    checks = tracker.doctor()
    show(maintenance.checks(checks), shown_as, as_of=tracker.today.isoformat())
    if not all(row.ok for row in checks):
        if not quiet:
            print_note("Copy every intact entry to a new database with: spacedialog doctor --rescue NEW.db")
        raise typer.Exit(DAMAGED)


@app.command()
@writes_without("note", "evidence", "on", "by", "internal")
def restamp(writing: WriteRequest) -> None:
    """
    spacedialog restamp --dry-run
    spacedialog restamp

    An entry has a future time if the computer's clock was ahead when it was recorded. Such entries are recorded again
    with the current time, after a backup of the database. Entries that the team has already received are not affected.
    An entry also gets a new id if the shared log has a different entry with the same id.
    """
    row = writing.tracker.restamp()
    writing.show_view(maintenance.restamped(row))


@app.command()
@reads_one
def fingerprint(reading: ReadRequest) -> None:
    """
    spacedialog fingerprint
    spacedialog fingerprint -f plain --no-header | cut -f 1 > fingerprint.txt
    spacedialog history --verify "$(cat fingerprint.txt)"

    The fingerprint depends on every entry, and not on the order in which entries arrived. Save it, and check later with
    history --verify that no entry was changed or removed.
    """
    _require_whole_log(reading)
    reading.show(maintenance.fingerprint(reading.tracker.fingerprint(reading.scope)))


def verify_fingerprint(reading: ReadRequest, text: str) -> None:
    """Show whether the log still has the entries that a fingerprint covers; exit with status 4 if not."""
    _require_whole_log(reading)
    row = reading.tracker.verify_fingerprint(text, reading.scope)
    reading.show(maintenance.fingerprint(row))
    if not row.holds:
        raise typer.Exit(DAMAGED)


def _require_whole_log(reading: ReadRequest) -> None:
    if reading.scope.known_at is not None or reading.as_of != reading.tracker.today:
        raise InputError("a fingerprint covers the whole log", "leave out --as-of and --known-at")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")],
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
    db: DbOption = None,
    quiet: QuietOption = False,
) -> None:
    """
    spacedialog backup copy.db
    spacedialog backup "tracker-$(date +%F).db"

    The copy is verified. The database can be used during the backup.
    """
    tracker = spacedialog.open(db, author="")
    copied = tracker.backup(file)
    shown_as = output_of(format_, json, None, color, tracker.path)
    if not quiet or shown_as.format == Format.JSON:
        show(maintenance.store_copy(copied, "Backup"), shown_as, as_of=tracker.today.isoformat())


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup made by `backup`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing database, after a backup.")] = False,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
    db: DbOption = None,
    quiet: QuietOption = False,
) -> None:
    """
    spacedialog restore old.db --replace
    spacedialog restore old.db --db elsewhere.db

    Every entry of the backup is verified first. With --replace, the current database is backed up before it is
    replaced.
    """
    tracker = spacedialog.open(db, author="")
    restored = tracker.restore(file, replace=replace)
    shown_as = output_of(format_, json, None, color, tracker.path)
    if not quiet or shown_as.format == Format.JSON:
        show(maintenance.store_copy(restored, "Database"), shown_as, as_of=tracker.today.isoformat())
    if restored.kept and not quiet:
        print_note(f"The previous database is now {restored.kept}.")
