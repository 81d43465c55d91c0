"""The command that compares sources with a copy of their document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacedialog.cli import parsing
from spacedialog.cli.completion import complete_dialogue
from spacedialog.cli.options import EncodingOption, MaxStatementSizeOption
from spacedialog.cli.read_options import reads_one
from spacedialog.cli.requests import ReadRequest
from spacedialog.presentation import verification

app = typer.Typer()

DATA_FILES = (".json", ".jsonl")


@app.command(name="verify-source")
@reads_one
def verify_source(
    reading: ReadRequest,
    dialogue: Annotated[
        str,
        typer.Argument(
            metavar="DIALOGUE",
            help="The key of a dialogue, such as ROK4, or a data file (.json).",
            autocompletion=complete_dialogue,
        ),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A copy of the document, as for draft; - for standard input.")
    ],
    document: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Compare with this document, such as JS, if there are several."),
    ] = None,
    encoding: EncodingOption = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with status 1 if a sentence or a quote has changed or is missing.")
    ] = False,
    max_size: MaxStatementSizeOption = None,
) -> None:
    """
    spacedialog verify-source ROK4 statement.txt --document ST1
    spacedialog verify-source my_draft.json statement.txt --exit-code

    Each cited sentence is the same, moved, changed (the nearest sentence is shown) or missing. A quote is compared word
    by word: [-these words-] are only in the quote, {+these+} only in the copy. Line breaks, spaces and the form of
    quotation marks are ignored. A source without a hash or a quote is unpinned: the sentence at its place is shown.
    """
    with parsing.statement_file(file, encoding, max_size) as statement:
        if Path(dialogue).suffix.lower() in DATA_FILES:
            with parsing.input_file(Path(dialogue)) as (data_file, data_name):
                rows = reading.tracker.verify_data_file(data_file, data_name, statement, document=document)
        else:
            rows = reading.tracker.verify_source(dialogue, statement, document=document, scope=reading.scope)
            reading.note_beginning(len(rows))
    reading.show(verification.sources(rows))
    if exit_code and not all(row.is_found for row in rows):
        raise typer.Exit(1)
