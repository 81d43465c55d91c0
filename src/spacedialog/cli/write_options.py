"""The options that the commands that write share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

import spacedialog
from spacedialog.cli import parsing
from spacedialog.cli.app import require_own_names
from spacedialog.cli.help import ENTRY, GENERAL
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.cli.options import ColourOption, DbOption, JsonOption, Names, QuietOption, output_to
from spacedialog.cli.requests import WriteRequest
from spacedialog.model.entry import Remarks
from spacedialog.model.values import check_line
from spacedialog.render.formats import Format


def _writing(
    note: Annotated[
        str | None,
        typer.Option("--note", metavar="TEXT", help="Record a note, such as the reason.", rich_help_panel=ENTRY),
    ] = None,
    evidence: Annotated[
        Names,
        typer.Option(
            "--evidence",
            metavar="URL|TEXT",
            help='Record evidence: a web address, or a citation such as "Cable SEOUL 1234". Repeatable.',
            rich_help_panel=ENTRY,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="Record the day or month in which it was true; by default today.",
            rich_help_panel=ENTRY,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="NAME", help="Record NAME as the author (also SPACEDIALOG_AUTHOR).", rich_help_panel=ENTRY
        ),
    ] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="Leave the new entries out of the public record.", rich_help_panel=ENTRY)
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show the result without recording anything.", rich_help_panel=GENERAL),
    ] = False,
    json: JsonOption = False,
    color: ColourOption = "auto",
    db: DbOption = None,
    quiet: QuietOption = False,
) -> WriteRequest:
    require_own_names()
    tracker = spacedialog.open(db, author=by and check_line("--by", by), dry_run=dry_run)
    remarks: Remarks = {"note": note, "evidence": evidence, "internal": internal}
    if on is not None:
        remarks["on"] = parsing.vague_date("--on", on, tracker.today, "past")
    output = output_to(Format.JSON if json else Format.TABLE, None, color, tracker.path)
    return WriteRequest(tracker, remarks, output, quiet)


def writes(command: Callable[..., None]) -> SharedOptions:
    """Add the options of writes; a `WriteRequest` is passed to the command as `writing`."""
    return SharedOptions(command, "writing", _writing)


def writes_without(*options: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """Add the options of writes except those named."""
    return lambda command: SharedOptions(command, "writing", _writing, options)
