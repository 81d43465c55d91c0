"""The options that commands share."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import spacedialog
from spacedialog.cli import parsing, terminal
from spacedialog.cli.completion import (
    complete_area,
    complete_dialogue,
    complete_kind,
    complete_owner,
    complete_party,
    complete_ref,
    complete_side,
    complete_sort,
    complete_status,
    complete_strength,
)
from spacedialog.cli.help import ENTRY, GENERAL, VIEW
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.cli.requests import FilterOptions, ReadRequest, WriteRequest
from spacedialog.errors import InputError
from spacedialog.model.entry import Remarks
from spacedialog.model.fields import SORTABLE
from spacedialog.model.position import Scope
from spacedialog.model.values import check_line
from spacedialog.model.vocabulary import Flag, Strength
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
    Path | None,
    typer.Option("--template", metavar="FILE", help="Fill this Jinja template.", readable=False),
]
MAX_SIZE, MAX_STATEMENT_SIZE = "5MB", "1MB"
MaxSizeOption = Annotated[
    str,
    typer.Option(
        "--max-size", metavar="SIZE", help="Hold at most SIZE of the file in memory, such as 500kB, 200MB or 2GB."
    ),
]
ColourOption = Annotated[
    Colour,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Use colour: auto, always or never.",
        rich_help_panel=GENERAL,
    ),
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
LARGEST = 2**31
"""The largest number that --limit accepts."""

MAX_ROWS = 300
"""The maximum number of rows of a table on a terminal; Rich takes half a millisecond per row."""


def _reading(
    dialogue: Annotated[
        Names,
        typer.Option(
            metavar="KEY",
            help="Show this dialogue only, such as ROK4. Repeatable.",
            autocompletion=complete_dialogue,
            rich_help_panel=VIEW,
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Show what was true on DAY, as known now.", rich_help_panel=VIEW),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="TIME", help="Show what had been recorded by TIME.", rich_help_panel=VIEW),
    ] = None,
    at_seq: Annotated[
        int | None,
        typer.Option(
            "--at-seq",
            metavar="N",
            min=1,
            max=2**62,
            help="Show the record at position N of the team's shared log.",
            rich_help_panel=VIEW,
        ),
    ] = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: FormattedOutputOption = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="Omit the header line of plain and csv.", rich_help_panel=GENERAL)
    ] = False,
    color: ColourOption = "auto",
    db: DbOption = None,
    today: TodayOption = None,
    template: TemplateOption = None,
) -> ReadRequest:
    if template and (format_ or json):
        raise InputError(
            "--template and --format cannot be used together", "leave out --format: the template sets the format"
        )
    tracker = spacedialog.open(db, today=parsing.today(today), author="")
    scope = Scope(
        parsing.day("--as-of", as_of, tracker.today) if as_of else None,
        parsing.instant("--known-at", known_at, tracker.today) if known_at else None,
        at_seq,
        tuple(dialogue or ()),
    )
    format_ = None if template else _format(format_, json, output)
    shown_in = _output(format_, output, color, tracker.path)
    settings = shown_in.settings._replace(header=not no_header, template=template)
    return ReadRequest(tracker, scope, shown_in._replace(settings=settings))


def _choice(
    area: AreasOption = None,
    party: Annotated[
        Names, typer.Option(metavar="PARTY", help="Select by lead or partner.", autocompletion=complete_party)
    ] = None,
    side: SidesOption = None,
    lead: Annotated[Names, typer.Option(metavar="PARTY", help="Select by lead.", autocompletion=complete_party)] = None,
    kind: Annotated[
        Names,
        typer.Option(
            metavar="KIND", help="Select by kind, such as agreement or action-item.", autocompletion=complete_kind
        ),
    ] = None,
    owner: OwnersOption = None,
    status: Annotated[
        Names,
        typer.Option(
            metavar="STATUS",
            help="Select by status; also open (neither complete nor withdrawn).",
            autocompletion=complete_status,
        ),
    ] = None,
    strength: Annotated[
        Names,
        typer.Option(
            metavar="STRENGTH",
            help=f"Select by strength: {', '.join(Strength)}.",
            autocompletion=complete_strength,
        ),
    ] = None,
    due_before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Select commitments whose window closes before DATE.")
    ] = None,
    due_after: Annotated[
        str | None, typer.Option(metavar="DATE", help="Select commitments whose window closes after DATE, or never.")
    ] = None,
    *,
    flags: list[Flag],
    text: Annotated[str | None, typer.Option(metavar="WORDS", help="Select by words, as in search.")] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="FIELD",
            help=f"Sort by FIELD: {', '.join(SORTABLE)}. Prefix with - to reverse.",
            autocompletion=complete_sort,
        ),
    ] = "ref",
) -> FilterOptions:
    from spacedialog.tracker import Selection

    undated = Selection(
        area=area or (),
        party=party or (),
        side=side or (),
        lead=lead or (),
        kind=kind or (),
        owner=owner or (),
        status=status or (),
        strength=strength or (),
        flags=flags,
        text=text,
    )
    return FilterOptions(undated, due_before, due_after, sort)


def _flags(**asked: bool) -> list[Flag]:
    return [flag for flag in Flag if asked[flag.value]]


_flags.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        inspect.Parameter(
            flag.value,
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[bool, typer.Option(f"--{flag}", help=f"Select by flag {flag}: {flag.meaning}.")],
        )
        for flag in Flag
    ]
)


_CHOICE = SharedOptions(_choice, "flags", _flags, place="here")


def _choice_in(
    choice: FilterOptions,
    dialogue: Annotated[
        Names, typer.Option(metavar="KEY", help="Select by dialogue, such as ROK4.", autocompletion=complete_dialogue)
    ] = None,
) -> FilterOptions:
    return choice._replace(undated=choice.undated._replace(dialogue=dialogue or ()))


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
            "--by", metavar="NAME", help="Record NAME as the author; by default your login name.", rich_help_panel=ENTRY
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show the result without recording anything.", rich_help_panel=GENERAL),
    ] = False,
    json: JsonOption = False,
    color: ColourOption = "auto",
    db: DbOption = None,
) -> WriteRequest:
    tracker = spacedialog.open(db, author=by and check_line("--by", by), dry_run=dry_run)
    remarks: Remarks = {"note": note, "evidence": evidence}
    if on is not None:
        remarks["on"] = parsing.vague_date("--on", on, tracker.today, "past")
    return WriteRequest(tracker, remarks, _output(Format.JSON if json else Format.TABLE, None, color, tracker.path))


def output_of(format_: Format | None, json: bool, file: Path | None, color: Colour, store: Path) -> Output:
    """Return the output of a command that has neither the shared options of reads nor those of writes."""
    return _output(_format(format_, json, file), file, color, store)


def _format(named: Format | None, json: bool, file: Path | None) -> Format:
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


def _output(format_: Format | None, file: Path | None, color: Colour, store: Path) -> Output:
    to_stdout = file is None
    if format_ and format_.is_binary and (to_stdout or str(file) == "-") and sys.stdout.isatty():
        raise InputError(f"{format_} cannot be shown on a terminal", f"write it to a file: -o report.{format_}")
    settings = terminal.settings() if to_stdout and format_ == Format.TABLE else Settings()
    settings = settings._replace(
        colour=color == "always" or (color == "auto" and settings.colour),
        max_rows=MAX_ROWS if to_stdout and sys.stdout.isatty() else None,
    )
    return Output(format_, file, settings, store)


def reads(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads; a `ReadRequest` is passed to the command as `reading`."""
    return SharedOptions(command, "reading", _reading, ("template",))


def reads_one(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads except --dialogue, for a command whose arguments select the dialogue."""
    return SharedOptions(command, "reading", _reading, ("template", "dialogue"))


def reads_into_template(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads and --template, for a command that can fill a template."""
    return SharedOptions(command, "reading", _reading)


def chooses(command: Callable[..., None]) -> SharedOptions:
    """Add the options that select commitments; `FilterOptions` are passed to the command as `choice`."""
    return SharedOptions(command, "choice", _CHOICE, place="first")


def selects(command: Callable[..., None]) -> SharedOptions:
    """Add the options of `chooses` without --sort, and --dialogue, for a command that writes."""
    return SharedOptions(command, "choice", SharedOptions(_choice_in, "choice", _CHOICE, ("sort",)), place="first")


def writes(command: Callable[..., None]) -> SharedOptions:
    """Add the options of writes; a `WriteRequest` is passed to the command as `writing`."""
    return SharedOptions(command, "writing", _writing)


def writes_without(*options: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """Add the options of writes except those named."""
    return lambda command: SharedOptions(command, "writing", _writing, options)
