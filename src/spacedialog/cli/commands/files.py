"""The commands that export the log and print the schema, the completion script and the paths."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

import spacedialog
from spacedialog import environment
from spacedialog.cli import parsing
from spacedialog.cli.help import GENERAL, NAME
from spacedialog.cli.options import DbOption, OutputOption, PublicOption
from spacedialog.cli.read_options import reads_one
from spacedialog.cli.requests import ReadRequest
from spacedialog.model.position import Scope
from spacedialog.presentation import maintenance

app = typer.Typer()


class LogFormat(StrEnum):
    """The formats of an exported log."""

    JSON = "json"
    JSONL = "jsonl"


class FileKind(StrEnum):
    """The kinds of file that can be imported."""

    DATA = "data"
    LOG = "log"


class Shell(StrEnum):
    """The shells for which completion is available."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command()
def export(
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="TIME", help="Export only entries recorded by TIME.")
    ] = None,
    public: PublicOption = False,
    format_: Annotated[
        LogFormat | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="Write json (one object) or jsonl (one entry a line).",
            rich_help_panel=GENERAL,
        ),
    ] = None,
    output: OutputOption = None,
    db: DbOption = None,
) -> None:
    """
    spacedialog export -o record.json
    spacedialog export --format jsonl | gzip > record.jsonl.gz

    `import` recreates the record from the file. With --public, the file contains only the public record.
    """
    from spacedialog.render import log_export
    from spacedialog.render.output import destination

    tracker = spacedialog.open(db, author="")
    known_until = parsing.instant("--known-at", known_at, tracker.today) if known_at else None
    lines = format_ is LogFormat.JSONL or (format_ is None and output is not None and output.suffix == ".jsonl")
    with destination(output, tracker.path) as out:
        log_export.write(tracker.log(Scope(known_at=known_until, public=public)), out, lines=lines)


@app.command()
def schema(
    kind: Annotated[
        FileKind, typer.Argument(metavar="KIND", help="The kind of file: data, or log for an exported log.")
    ] = FileKind.DATA,
    output: OutputOption = None,
) -> None:
    """
    spacedialog schema > dialogue.schema.json
    spacedialog schema log
    """
    from spacedialog.render.json_ import indented
    from spacedialog.render.output import destination
    from spacedialog.tracker import Tracker

    with destination(output, environment.store_path()) as out:
        out.write(indented(Tracker.schema(kind.value)))


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="The shell: bash, zsh or fish.")]) -> None:
    """
    eval "$(spacedialog completion bash)"
    spacedialog completion fish > ~/.config/fish/completions/spacedialog.fish
    """
    # Typer re-exports it implicitly.
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    from spacedialog.cli.app import COMPLETE

    script = get_completion_script(prog_name=NAME, complete_var=COMPLETE, shell=shell.value)
    typer.echo(script)


@app.command()
@reads_one
def paths(reading: ReadRequest) -> None:
    """
    spacedialog paths
    sqlite3 "file:$(spacedialog paths -f plain | sed -n 2p | cut -f 2)?mode=ro"
    """
    tracker = reading.tracker
    database = maintenance.Place("database", str(tracker.path), tracker.has_store)
    reading.show(maintenance.places([database, maintenance.Place("built-in", str(tracker.built_in_path()), True)]))
