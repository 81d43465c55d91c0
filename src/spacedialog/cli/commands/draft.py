"""The command that drafts a data file from a statement."""

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
        Path, typer.Argument(metavar="FILE", help="The text: .txt, .md or .html; - for standard input.", readable=False)
    ],
    when: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the parties met, if the text does not say.")
    ] = None,
    side: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="A government that met: JPN, US, ZUB=Zubrowka; repeat it.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="What refs begin with: JPN5.")] = None,
    number: Annotated[int | None, typer.Option(metavar="N", min=1, help="The meeting's place in its series.")] = None,
    series: Annotated[str | None, typer.Option(metavar="TEXT", help="The name of the series.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The title of the meeting.")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT", help="Where they met.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where the text was published.")] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the text is written in; else UTF-8.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the draft here.", show_default=False)
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each sentence with what was found in it, or why nothing.")
    ] = False,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
    today: TodayOption = None,
    max_size: MaxSizeOption = MAX_STATEMENT_SIZE,
) -> None:
    """Draft a data file from a joint statement, a media note or an article: a candidate for each thing undertaken.

    \b
      spacedialog draft statement.html -o draft.json
      spacedialog draft note.txt --when 2026-05-21 --key JPN5 -o jpn5.json
      spacedialog draft statement.html --explain

    Nothing is recorded. Look the candidates over (review, or any editor), then import the file. Formats are for
    --explain.
    """
    from spacedialog.presentation import drafting as views
    from spacedialog.render.json_ import indented
    from spacedialog.render.output import destination
    from spacedialog.tracker.statements import StatementFile

    if not explain and (format_ or json):
        raise InputError("--format and --json are for what --explain shows", "add --explain, or leave them out")
    if output is not None and str(output) != "-" and output.exists():
        raise InputError(f"-o {output}: it is there already, and may have been reviewed", "name another file")
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
