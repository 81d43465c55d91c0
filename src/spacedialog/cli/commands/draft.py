"""The command `draft`."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import spacedialog
from spacedialog.cli import parsing
from spacedialog.cli.options import (
    ColourOption,
    EncodingOption,
    FormatOption,
    JsonOption,
    MaxStatementSizeOption,
    TodayOption,
    output_of,
)
from spacedialog.cli.requests import print_note
from spacedialog.errors import InputError
from spacedialog.render.output import show

if TYPE_CHECKING:
    from spacedialog.tracker.statements import ModelAnswer

app = typer.Typer()


@app.command()
def draft(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The statement (.txt, .md, .html, .pdf or .docx); - for standard input.",
            readable=False,
        ),
    ],
    when: Annotated[
        str | None, typer.Option(metavar="DATE", help="Set the date of the meeting; by default, the one in the text.")
    ] = None,
    side: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Name a government that met: JPN, or ZUB=Zubrowka. Repeat it for each."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Set the key of the dialogue, the prefix of its refs, such as JPN5."),
    ] = None,
    number: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Set the number of the meeting in its series.")
    ] = None,
    series: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the name of the series.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the title of the meeting.")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the place of the meeting.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Set the web address of the statement.")] = None,
    encoding: EncodingOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the data file to FILE.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="List each sentence with its candidates, or the reason why it has none.")
    ] = False,
    prompt: Annotated[
        bool,
        typer.Option(
            "--prompt", help="Print the instruction for a language model; with --answer, for a corrected answer."
        ),
    ] = False,
    answer: Annotated[
        Path | None,
        typer.Option(
            "--answer", metavar="FILE", help="Draft from a model's answer to the instruction; - for standard input."
        ),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--with", metavar="COMMAND", help="Run COMMAND on the instruction, and draft from its answer."),
    ] = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    color: ColourOption = "auto",
    today: TodayOption = None,
    max_size: MaxStatementSizeOption = None,
) -> None:
    """
    spacedialog draft statement.html -o draft.json
    spacedialog draft note.txt --when 2026-05-21 --key JPN5 --explain
    spacedialog draft statement.html --prompt -o prompt.txt

    The data file contains a candidate for each commitment found in the statement. Nothing is recorded: review the
    candidates, then import the file. --format and --json apply to --explain.

    By default, built-in rules find the candidates. A language model of your choice finds more: --prompt prints the
    instruction for it, and --answer reads its answer. --with runs a command instead, without a shell and for at most
    30 minutes: the instruction is its standard input, the answer its output. Each item of an answer is checked against
    the statement.

    To read PDF, install spacedialog[pdf].
    """
    from spacedialog.presentation import drafting as views
    from spacedialog.render.json_ import indented
    from spacedialog.render.output import destination
    from spacedialog.tracker.statements import Meeting, ask

    if not explain and (format_ or json):
        raise InputError("--format and --json need --explain", "add --explain, or leave them out")
    if prompt and (explain or command is not None):
        option = "--explain" if explain else "--with"
        raise InputError(f"--prompt and {option} cannot be used together", "leave one of them out")
    if answer and command is not None:
        raise InputError("--answer and --with cannot be used together", "leave one of them out")
    if str(file) == str(answer) == "-":
        raise InputError("FILE and --answer cannot both be standard input", "name a file for one of them")
    if output is not None and str(output) != "-" and output.exists():
        raise InputError(f"-o {output} already exists, and may have been reviewed", "choose another name")
    tracker = spacedialog.open(today=parsing.today(today), author="")
    meeting: Meeting = {
        "when": parsing.vague_date("--when", when, tracker.today, "past") if when else None,
        **{"key": key, "series": series, "number": number, "title": title, "place": place, "url": url},
        "sides": tuple(side or ()),
    }
    with parsing.statement_file(file, encoding, max_size) as statement:
        given = _answer(answer) if answer else None
        if prompt:
            text = tracker.prompt(statement, given, **meeting)
            with destination(output, tracker.path, replace=False) as out:
                out.write(text)
            return
        drafted = tracker.draft(statement, partial(ask, command) if command is not None else given, **meeting)
    if output is not None or not explain:
        with destination(output, tracker.path, replace=False) as out:
            out.write(indented(drafted.document))
    if explain:
        table = views.sentences(drafted.findings(), compared=drafted.rules is not None)
        show(table, output_of(format_, json, None, color, tracker.path), as_of=tracker.today.isoformat())
    written = shlex.quote(str(output)) if output is not None and str(output) != "-" else None
    problems = views.problem_lines([problem.line for problem in drafted.problems])
    for line in (*problems, *views.draft_summary(drafted.document, written, len(drafted.left_out))):
        print_note(line)


def _answer(file: Path) -> ModelAnswer:
    from spacedialog.tracker.statements import ModelAnswer

    with parsing.input_file(file) as (stream, name):
        return ModelAnswer.read(stream, name)
