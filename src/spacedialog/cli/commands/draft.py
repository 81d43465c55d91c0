"""The command `draft`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import spacedialog
from spacedialog.cli import parsing
from spacedialog.cli.options import (
    MAX_STATEMENT_SIZE,
    ColourOption,
    FormatOption,
    JsonOption,
    MaxSizeOption,
    TodayOption,
    output_of,
)
from spacedialog.cli.requests import print_note
from spacedialog.errors import InputError
from spacedialog.render.output import show

app = typer.Typer()


@app.command()
def draft(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The text (.txt, .md or .html); - for standard input.", readable=False),
    ],
    when: Annotated[
        str | None, typer.Option(metavar="DATE", help="Set the date of the meeting, if the text has none.")
    ] = None,
    side: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Add a government: JPN, US, or ZUB=Zubrowka. Repeatable.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Set the key of the dialogue, such as JPN5; refs begin with it.")
    ] = None,
    number: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Set the number of the meeting in its series.")
    ] = None,
    series: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the name of the series.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the title of the meeting.")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the place of the meeting.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Set the web address of the text.")] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the text in this encoding; by default UTF-8.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the data file to FILE.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each sentence with its candidate, or why it has none.")
    ] = False,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
    today: TodayOption = None,
    max_size: MaxSizeOption = MAX_STATEMENT_SIZE,
) -> None:
    """
    spacedialog draft statement.html -o draft.json
    spacedialog draft note.txt --when 2026-05-21 --key JPN5 -o jpn5.json
    spacedialog draft statement.html --explain

    The data file contains a candidate for each commitment found in the text. Nothing is recorded: review the
    candidates, then import the file. --format and --json apply to --explain.
    """
    from spacedialog.presentation import drafting as views
    from spacedialog.render.json_ import indented
    from spacedialog.render.output import destination
    from spacedialog.tracker.statements import StatementFile

    if not explain and (format_ or json):
        raise InputError("--format and --json need --explain", "add --explain, or leave them out")
    if output is not None and str(output) != "-" and output.exists():
        raise InputError(f"-o {output} already exists, and may have been reviewed", "choose another name")
    tracker = spacedialog.open(today=parsing.today(today), author="")
    with parsing.input_file(file) as (stream, name):
        drafted = tracker.draft(
            StatementFile(stream, name, encoding, parsing.size("--max-size", max_size)),
            when=parsing.vague_date("--when", when, tracker.today, "past") if when else None,
            key=key,
            series=series,
            number=number,
            title=title,
            place=place,
            url=url,
            sides=tuple(side or ()),
        )
    if output is not None or not explain:
        with destination(output, tracker.path, replace=False) as out:
            out.write(indented(drafted.document))
    if explain:
        table = views.sentences(drafted.findings())
        show(table, output_of(format_, json, None, color, tracker.path), as_of=tracker.today.isoformat())
    print_note(views.draft_summary(drafted.document, str(output) if output else None, len(drafted.left_out)))
