"""The options that the commands that read share."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

import spacedialog
from spacedialog import environment
from spacedialog.cli import parsing
from spacedialog.cli.app import require_own_names
from spacedialog.cli.completion import complete_dialogue
from spacedialog.cli.help import GENERAL, VIEW
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.cli.options import (
    ColourOption,
    DbOption,
    FormatOption,
    FormattedOutputOption,
    JsonOption,
    Names,
    PublicOption,
    QuietOption,
    ReferenceOption,
    TemplateOption,
    TodayOption,
    format_of,
    output_to,
)
from spacedialog.cli.requests import ReadRequest
from spacedialog.configuration import EVERY_DIALOGUE
from spacedialog.errors import InputError
from spacedialog.model.position import Scope
from spacedialog.render.formats import Format


def _reading(
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
    public: PublicOption = False,
    fields: Annotated[
        str | None,
        typer.Option(
            "--fields",
            metavar="NAMES",
            help="Show these fields in this order, such as ref,title,due; help lists them.",
            rich_help_panel=GENERAL,
        ),
    ] = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: FormattedOutputOption = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="Omit the header line of plain and csv.", rich_help_panel=GENERAL)
    ] = False,
    color: ColourOption = "auto",
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Write to the terminal without a pager.", rich_help_panel=GENERAL)
    ] = False,
    db: DbOption = None,
    today: TodayOption = None,
    quiet: QuietOption = False,
    template: TemplateOption = None,
    reference: ReferenceOption = None,
) -> ReadRequest:
    if template and fields:
        raise InputError("--template and --fields cannot be used together", "leave out --fields")
    require_own_names()
    tracker = spacedialog.open(db, today=parsing.today(today), author="")
    scope = Scope(
        parsing.day("--as-of", as_of, tracker.today) if as_of else None,
        parsing.instant("--known-at", known_at, tracker.today) if known_at else None,
        at_seq,
        public=public or tracker.public,
    )
    file, chosen = _template(template, format_, json, output) if template else (None, format_of(format_, json, output))
    shown_in = output_to(chosen, output, color, tracker.path)
    settings = shown_in.settings._replace(
        header=not no_header, template=file, template_format=chosen, reference=reference
    )
    if no_pager:
        settings = settings._replace(pager="")
    names = tuple(name.strip() for name in fields.split(",")) if fields else ()
    request = ReadRequest(tracker, scope, shown_in._replace(settings=settings), names, quiet)
    if reference:
        request.require_format("--reference", Format.DOCX)
        if output and output.exists() and reference.exists() and output.samefile(reference):
            raise InputError(f"-o {output}: this is the file of --reference", "choose another name")
    return request


def _template(named: str, format_: Format | None, json: bool, output: Path | None) -> tuple[Path, Format | None]:
    """Return the file of a template, and the format of its text: None for a path, whose template sets the format."""
    from spacedialog.render import template_files

    if "/" in named or "." in named:
        if format_ or json:
            raise InputError(
                "--template and --format cannot be used together", "leave out --format: the template sets the format"
            )
        return Path(named), None
    file = template_files.find(named, environment.templates_folder())
    is_shown = not format_ and (output is None or str(output) == "-")
    chosen = Format.MD if is_shown and not json else format_of(format_, json, output)
    if chosen not in (Format.MD, Format.HTML, Format.DOCX):
        raise InputError(f"--template {named} cannot be written as {chosen}", "use --format md, html or docx")
    return file, chosen


def _reading_dialogues(
    dialogue: Annotated[
        Names,
        typer.Option(
            metavar="KEY",
            help="Show this dialogue only, such as ROK4, or all. Repeatable.",
            autocompletion=complete_dialogue,
            rich_help_panel=VIEW,
        ),
    ] = None,
    *,
    reading: ReadRequest,
) -> ReadRequest:
    origin = ""
    if not dialogue and (key := environment.configuration().values.get("dialogue")):
        dialogue, origin = [key], f"{environment.configuration_path()}: dialogue"
    dialogues = tuple(dialogue or ())
    if any(name.lower() == EVERY_DIALOGUE for name in dialogues):
        dialogues = ()
    return reading._replace(scope=reading.scope._replace(dialogues=dialogues, origin=origin))


def _with_dialogues(without: tuple[str, ...] = ()) -> SharedOptions:
    return SharedOptions(_reading_dialogues, "reading", _reading, without, place="here")


def reads(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads; a `ReadRequest` is passed to the command as `reading`."""
    return SharedOptions(command, "reading", _with_dialogues(("template", "reference")))


def reads_into_folder(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads that choose the record, for a command that writes a folder."""
    of_views = ("fields", "format_", "json", "output", "no_header", "color", "no_pager", "template", "reference")
    return SharedOptions(command, "reading", _with_dialogues(of_views))


def reads_one(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads except --dialogue, for a command whose arguments select the dialogue."""
    return SharedOptions(command, "reading", _reading, ("template", "reference"))


def reads_into_word(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads and --reference, for a command whose results are sent as Word documents."""
    return SharedOptions(command, "reading", _with_dialogues(("template",)))


def reads_into_template(command: Callable[..., None]) -> SharedOptions:
    """Add the options of reads, --reference and --template, for a command that can fill a template."""
    return SharedOptions(command, "reading", _with_dialogues())


def shows(command: Callable[..., None]) -> SharedOptions:
    """Add the options of the output of reads, for a command that does not read the record."""
    unread = ("as_of", "known_at", "at_seq", "public", "db", "today", "template", "reference")
    return SharedOptions(command, "reading", _reading, unread)
