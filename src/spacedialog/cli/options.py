"""The options that both reads and writes have, and the output that they name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from spacedialog.cli import terminal
from spacedialog.cli.completion import (
    complete_area,
    complete_dialogue,
    complete_item,
    complete_owner,
    complete_ref,
    complete_side,
    complete_template,
)
from spacedialog.cli.help import GENERAL, VIEW
from spacedialog.errors import InputError
from spacedialog.render.formats import FORMAT_BY_ENDING, Format, Settings
from spacedialog.render.output import Output

Names = list[str] | None
Colour = Literal["auto", "always", "never"]


def _described(format_: Format) -> str:
    defaults = {Format.TABLE: " (default on a terminal)", Format.PLAIN: " (default in a pipe)"}
    return format_ + defaults.get(format_, "")


def _output_option(help_: str) -> Any:
    return typer.Option("--output", "-o", metavar="FILE", help=help_, rich_help_panel=GENERAL)


RefArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF", help="A ref such as ROK4-31, or a short form such as 31.", autocompletion=complete_ref
    ),
]
ItemArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="A ref such as ROK4-31, a short form such as 31, or a dialogue such as ROK4.",
        autocompletion=complete_item,
    ),
]
ItemsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="REF…",
        help="Refs such as ROK4-31, short forms such as 31, or dialogues such as ROK4.",
        autocompletion=complete_item,
    ),
]
RefsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="REF…", help="Refs such as ROK4-31, or short forms such as 31.", autocompletion=complete_ref
    ),
]
DbOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="Use this database file (also SPACEDIALOG_DB).",
        readable=False,
        rich_help_panel=GENERAL,
    ),
]
TodayOption = Annotated[
    str | None,
    typer.Option("--today", metavar="DAY", help="Use DAY as today (also SPACEDIALOG_TODAY).", rich_help_panel=GENERAL),
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"Write {', '.join(map(_described, Format))}.",
        rich_help_panel=GENERAL,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.", rich_help_panel=GENERAL)]
OutputOption = Annotated[Path | None, _output_option("Write to FILE instead of standard output.")]
FormattedOutputOption = Annotated[Path | None, _output_option("Write to FILE; its ending sets the format, as in .csv.")]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--template",
        metavar="NAME",
        help="Fill this template: a name that `templates list` shows, or a file.",
        autocompletion=complete_template,
    ),
]
ReferenceOption = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="Use the styles, page, header and footer of this Word file; for docx.",
        readable=False,
    ),
]
MAX_SIZE = "5MB"
MaxSizeOption = Annotated[
    str,
    typer.Option(
        "--max-size", metavar="SIZE", help="Hold at most SIZE of the file in memory, such as 500kB, 200MB or 2GB."
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", help="Read the text in this encoding, such as latin-1; by default UTF-8."
    ),
]
MaxStatementSizeOption = Annotated[
    str | None,
    typer.Option(
        "--max-size", metavar="SIZE", help="Read a file of up to SIZE; by default 1MB, or 20MB for .pdf and .docx."
    ),
]
ColourOption = Annotated[
    Colour,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Use color: auto, always or never.",
        rich_help_panel=GENERAL,
    ),
]
PublicOption = Annotated[
    bool,
    typer.Option("--public", help="Leave out internal entries (also SPACEDIALOG_PUBLIC=1).", rich_help_panel=VIEW),
]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print only data: no notes, no progress.", rich_help_panel=GENERAL),
]
AreasOption = Annotated[
    Names, typer.Option("--area", metavar="AREA", help="Select by area.", autocompletion=complete_area)
]
SidesOption = Annotated[
    Names,
    typer.Option("--side", metavar="SIDE", help="Select by side, such as US or ROK.", autocompletion=complete_side),
]
OwnersOption = Annotated[
    Names,
    typer.Option("--owner", metavar="NAME", help="Select by owner.", autocompletion=complete_owner),
]
DueOption = Annotated[
    str | None,
    typer.Option("--due", metavar="DATE", help="Select windows that have a day in DATE, such as 2026 or 2026-Q3."),
]
IntoDialogueOption = Annotated[
    str | None,
    typer.Option(
        "--dialogue",
        metavar="KEY",
        help="Add it to this dialogue; by default the newest.",
        autocompletion=complete_dialogue,
    ),
]
LARGEST = 2**31
"""The largest number that --limit accepts."""


def output_of(format_: Format | None, json: bool, file: Path | None, color: Colour, store: Path) -> Output:
    """Return the output of a command that has neither the shared options of reads nor those of writes."""
    return output_to(format_of(format_, json, file), file, color, store)


def format_of(named: Format | None, json: bool, file: Path | None) -> Format:
    """Return the format of a command's output: as named, as the file's ending says, or as the terminal needs."""
    if json and named not in (None, Format.JSON):
        raise InputError(f"--json and --format {named} cannot be used together", "leave one of them out")
    if json:
        return Format.JSON
    if named:
        return named
    if file is None or str(file) == "-":
        return Format.TABLE if sys.stdout.isatty() else Format.PLAIN
    if file.suffix not in FORMAT_BY_ENDING:
        raise InputError(
            f"-o {file}: the file ending does not name a format",
            f"add --format, or use one of {', '.join(FORMAT_BY_ENDING)}",
        )
    return FORMAT_BY_ENDING[file.suffix]


def output_to(format_: Format | None, file: Path | None, color: Colour, store: Path) -> Output:
    """Return the output in a format to a file, or to standard output."""
    to_stdout = file is None
    if format_ and format_.is_binary and (to_stdout or str(file) == "-") and sys.stdout.isatty():
        raise InputError(f"{format_} cannot be shown on a terminal", f"write it to a file: -o report.{format_}")
    settings = terminal.settings() if to_stdout and format_ == Format.TABLE else Settings()
    settings = settings._replace(
        colour=color == "always" or (color == "auto" and settings.colour),
    )
    return Output(format_, file, settings, store)
