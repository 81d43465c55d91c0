"""The options that commands share."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import spacedialog
from spacedialog.cli import parsing, terminal
from spacedialog.cli.completion import (
    complete_area,
    complete_dialogue,
    complete_kind,
    complete_party,
    complete_ref,
    complete_side,
    complete_sort,
    complete_status,
    complete_strength,
)
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.cli.requests import FilterOptions, ReadRequest, WriteRequest
from spacedialog.errors import InputError
from spacedialog.model.entry import Remarks
from spacedialog.model.fields import FIELDS, LIST_KINDS, SORTABLE
from spacedialog.model.position import Scope
from spacedialog.model.values import check_line
from spacedialog.model.vocabulary import CLOSING_DAYS, STALE_DAYS, Flag
from spacedialog.render.formats import FORMAT_BY_ENDING, Format, Settings
from spacedialog.render.output import Output

Names = list[str] | None
Colour = Literal["auto", "always", "never"]

RefArgument = Annotated[
    str,
    typer.Argument(metavar="REF", help="A ref, or a short form of it: ROK4-31, 31.", autocompletion=complete_ref),
]
DbOption = Annotated[
    Path | None,
    typer.Option("--db", metavar="FILE", help="The store (also SPACEDIALOG_DB).", show_default=False, readable=False),
]
TodayOption = Annotated[
    str | None, typer.Option("--today", metavar="DAY", help="Take this day for today (also SPACEDIALOG_TODAY).")
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="How to write it: table on a terminal, plain in a pipe.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.", show_default=False)
]
TemplateOption = Annotated[
    Path | None,
    typer.Option(
        "--template", metavar="FILE", help="Fill your own Jinja template.", show_default=False, readable=False
    ),
]
MAX_SIZE, MAX_STATEMENT_SIZE = "5MB", "1MB"
MaxSizeOption = Annotated[
    str,
    typer.Option("--max-size", metavar="SIZE", help="How much of the file may be held at once: 500kB, 200MB, 2GB."),
]
ColourOption = Annotated[Colour, typer.Option("--color", help="Colour: auto, always or never (also NO_COLOR).")]

MAX_ROWS = 300
"""The maximum number of rows of a table on a terminal; Rich takes half a millisecond per row."""


def _reading(
    dialogue: Annotated[
        Names, typer.Option(metavar="KEY", help="Of this dialogue only: ROK4.", autocompletion=complete_dialogue)
    ] = None,
    db: DbOption = None,
    today: TodayOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="What was true on this day, as known now.", show_default=False),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="TIME", help="What had been recorded by this time.", show_default=False),
    ] = None,
    at_seq: Annotated[
        int | None,
        typer.Option("--at-seq", metavar="N", min=1, max=2**62, help="As of position N of the team's log."),
    ] = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: OutputOption = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="Leave out the header line of plain and csv.")] = False,
    color: ColourOption = "auto",
    template: TemplateOption = None,
) -> ReadRequest:
    if template and (format_ or json):
        raise InputError(
            "--template and --format do not go together", "leave one of them out: the template is the format"
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
    area: Annotated[Names, typer.Option(metavar="AREA", help="In this area.", autocompletion=complete_area)] = None,
    party: Annotated[
        Names,
        typer.Option(
            metavar="PARTY", help="Led by this party, or with it as a partner.", autocompletion=complete_party
        ),
    ] = None,
    side: Annotated[
        Names, typer.Option(metavar="SIDE", help="With a party of this side: US, ROK, …", autocompletion=complete_side)
    ] = None,
    lead: Annotated[
        Names, typer.Option(metavar="PARTY", help="Led by this party.", autocompletion=complete_party)
    ] = None,
    kind: Annotated[
        Names,
        typer.Option(metavar="KIND", help="Of this kind: agreement, action-item, …", autocompletion=complete_kind),
    ] = None,
    status: Annotated[
        Names,
        typer.Option(
            metavar="STATUS",
            help="With this status; also open (not settled), assessed.",
            autocompletion=complete_status,
        ),
    ] = None,
    strength: Annotated[
        Names,
        typer.Option(
            metavar="STRENGTH",
            help="So worded: delivered, firm, intended, exploratory.",
            autocompletion=complete_strength,
        ),
    ] = None,
    due_before: Annotated[str | None, typer.Option(metavar="DATE", help="Due for certain before this date.")] = None,
    due_after: Annotated[str | None, typer.Option(metavar="DATE", help="Possibly due after this date.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="The window closed, completion not recorded.")] = False,
    closing: Annotated[bool, typer.Option("--closing", help=f"The window closes within {CLOSING_DAYS} days.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help=f"No change for {STALE_DAYS} days.")] = False,
    slipped: Annotated[bool, typer.Option("--slipped", help="A date was put off.")] = False,
    conflict: Annotated[bool, typer.Option("--conflict", help="Members of the team say different things.")] = False,
    claimed: Annotated[bool, typer.Option("--claimed", help="Said to be complete, with no evidence recorded.")] = False,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="With all these words in it or in its notes.")
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="FIELD",
            help=f"{', '.join(SORTABLE)}; -NAME turns it.",
            autocompletion=complete_sort,
        ),
    ] = "ref",
) -> FilterOptions:
    from spacedialog.tracker import Selection

    flags = {Flag.OVERDUE: overdue, Flag.CLOSING: closing, Flag.STALE: stale, Flag.SLIPPED: slipped}
    flags |= {Flag.CONFLICT: conflict, Flag.CLAIMED: claimed}
    undated = Selection(
        area=area or (),
        party=party or (),
        side=side or (),
        lead=lead or (),
        kind=kind or (),
        status=status or (),
        strength=strength or (),
        flags=[flag for flag, asked in flags.items() if asked],
        text=text,
    )
    return FilterOptions(undated, due_before, due_after, sort)


def _writing(
    db: DbOption = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why, or what else to remember.")] = None,
    evidence: Annotated[str | None, typer.Option("--evidence", metavar="URL", help="How it is known.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="When it was true: a day, or 2026-03; today unless said.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; the login name.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and keep nothing.")] = False,
    json: JsonOption = False,
    color: ColourOption = "auto",
) -> WriteRequest:
    tracker = spacedialog.open(db, author=by and check_line("--by", by), dry_run=dry_run)
    remarks: Remarks = {"note": note, "evidence": evidence}
    if on is not None:
        remarks["on"] = parsing.vague_date("--on", on, tracker.today, "past")
    return WriteRequest(tracker, remarks, _output(Format.JSON if json else Format.TABLE, None, color, tracker.path))


def output_of(format_: Format | None, json: bool, file: Path | None, color: Colour, store: Path) -> Output:
    """Return the output of a command that takes neither the options of reads nor those of writes."""
    return _output(_format(format_, json, file), file, color, store)


def _format(named: Format | None, json: bool, file: Path | None) -> Format:
    if json and named not in (None, Format.JSON):
        raise InputError(f"--json and --format {named} do not go together", "leave one of them out")
    if json:
        return Format.JSON
    if named:
        return named
    if file is None or str(file) == "-":
        return Format.TABLE if sys.stdout.isatty() else Format.PLAIN
    if file.suffix not in FORMAT_BY_ENDING:
        raise InputError(
            f"-o {file}: its ending does not say which format",
            f"name one with --format, or use {', '.join(FORMAT_BY_ENDING)}",
        )
    return FORMAT_BY_ENDING[file.suffix]


def _output(format_: Format | None, file: Path | None, color: Colour, store: Path) -> Output:
    to_stdout = file is None
    if format_ and format_.is_binary and (to_stdout or str(file) == "-") and sys.stdout.isatty():
        raise InputError(f"{format_} is not for a terminal", f"write it to a file: -o report.{format_}")
    settings = terminal.settings() if to_stdout and format_ == Format.TABLE else Settings()
    settings = settings._replace(
        colour=color == "always" or (color == "auto" and settings.colour),
        max_rows=MAX_ROWS if to_stdout and sys.stdout.isatty() else None,
    )
    return Output(format_, file, settings, store)


_COMPLETE: Mapping[str, Callable[..., Any]] = {
    "area": complete_area,
    "kind": complete_kind,
    "strength": complete_strength,
    "lead": complete_party,
    "partners": complete_party,
}


def sets_fields(*names: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """Add an option for each of the fields; the command gets the values, by field name, as its argument `fields`."""
    options = {name: option for name in names if (option := FIELDS[name].option)}
    parameters = {name: option.name.lstrip("-").replace("-", "_") for name, option in options.items()}

    def collect(**values: Any) -> dict[str, Any]:
        given = {name: values[parameter] for name, parameter in parameters.items()}
        return {name: value for name, value in given.items() if value is not None}

    def annotation(name: str) -> Any:
        of_type = list[str] | None if FIELDS[name].kind in LIST_KINDS else str | None
        option = options[name]
        return Annotated[
            of_type,
            typer.Option(option.name, metavar=option.metavar, help=option.help, autocompletion=_COMPLETE.get(name)),
        ]

    collect.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation(name))
            for name, parameter in parameters.items()
        ]
    )
    return lambda command: SharedOptions(command, "fields", collect, place="here")


def reads(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads; the command gets a `ReadRequest` as its argument `reading`."""
    return SharedOptions(command, "reading", _reading, ("template",))


def reads_one(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads except --dialogue, for a command whose own arguments select what it reads."""
    return SharedOptions(command, "reading", _reading, ("template", "dialogue"))


def reads_into_template(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads and --template, for a command that can fill a template."""
    return SharedOptions(command, "reading", _reading)


def chooses(command: Callable[..., None]) -> SharedOptions:
    """Add the options that select commitments; the command gets `FilterOptions` as its argument `choice`."""
    return SharedOptions(command, "choice", _choice, place="first")


def writes(command: Callable[..., None]) -> SharedOptions:
    """Add the options of writes; the command gets a `WriteRequest` as its argument `writing`."""
    return SharedOptions(command, "writing", _writing)


def writes_without(*options: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """Add the options of writes except those named."""
    return lambda command: SharedOptions(command, "writing", _writing, options)
