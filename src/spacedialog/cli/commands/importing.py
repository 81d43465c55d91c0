"""The commands that record entries from a file: apply and import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacedialog.cli import parsing
from spacedialog.cli.options import MAX_SIZE, MaxSizeOption
from spacedialog.cli.progress import progress
from spacedialog.cli.requests import WriteRequest
from spacedialog.cli.write_options import writes_without

app = typer.Typer()


@app.command()
@writes_without("note", "evidence", "on")
def apply(
    writing: WriteRequest,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file: Excel, CSV or JSON Lines; - for standard input.")
    ],
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="Read CSV in this encoding, such as cp1252; by default UTF-8."),
    ] = None,
    max_size: MaxSizeOption = MAX_SIZE,
) -> None:
    """
    spacedialog list -o list.xlsx
    spacedialog apply list.xlsx --dry-run
    spacedialog list --status open --json | my-script | spacedialog apply -

    A list that was written with -o can be edited in a spreadsheet and applied. Only the edited cells are recorded.

    Excel and CSV files have a header with ref and at least one other field: status, percent, due, title, area, kind,
    strength, lead, partners, owner, review, criterion, quote, detail, check, note, evidence, on or internal. A JSON
    Lines file has the same names as keys. An empty cell leaves a field as it is. The word none clears the field. Dates
    are written as on the command line. A cell can have several pieces of evidence, one per line; in JSON they are a
    list. If a cell has a problem, nothing is recorded.
    """
    with parsing.input_file(file) as (stream, name), progress("reading", "updates", quiet=writing.quiet) as watch:
        size = parsing.size("--max-size", max_size)
        written = writing.tracker.apply(
            stream, name, encoding=encoding, max_size=size, internal=writing.remarks.get("internal", False), watch=watch
        )
    writing.show(written)


@app.command(name="import")
@writes_without("note", "evidence", "on")
def import_(
    writing: WriteRequest,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file or an exported log; - for standard input.")],
    without_built_in: Annotated[
        bool, typer.Option("--without-built-in", help="Leave the built-in record out of a new database.")
    ] = False,
    max_size: MaxSizeOption = MAX_SIZE,
) -> None:
    """
    spacedialog import my_dialogue.json --dry-run
    spacedialog import backup.json --db new.db

    Entries that the record already has are skipped, and entries that users recorded are not changed.
    """
    size = parsing.size("--max-size", max_size)
    with parsing.input_file(file) as (stream, name), progress("importing", "records", quiet=writing.quiet) as watch:
        written = writing.tracker.import_file(
            stream,
            name,
            built_in=not without_built_in,
            max_size=size,
            internal=writing.remarks.get("internal", False),
            watch=watch,
        )
    writing.show(written)
