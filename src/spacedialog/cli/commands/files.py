"""The commands around the record: export, the schema of its files, shell completion, and paths."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

import spacedialog
from spacedialog import environment
from spacedialog.cli import parsing
from spacedialog.cli.options import DbOption, OutputOption, reads_one
from spacedialog.cli.requests import ReadRequest
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
    db: DbOption = None,
    format_: Annotated[
        LogFormat | None, typer.Option("--format", "-f", help="One object, or one change a line.")
    ] = None,
    output: OutputOption = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
    ] = None,
) -> None:
    """Write the whole log, from which `import` makes the same record.

    \b
      spacedialog export -o record.json
      spacedialog export --format jsonl | gzip > record.jsonl.gz
    """
    from spacedialog.render import log_export
    from spacedialog.render.output import destination

    tracker = spacedialog.open(db, author="")
    known_until = parsing.instant("--known-at", known_at, tracker.today) if known_at else None
    lines = format_ is LogFormat.JSONL or (format_ is None and output is not None and output.suffix == ".jsonl")
    with destination(output, tracker.path) as out:
        log_export.write(tracker.log(known_at=known_until), out, lines=lines)


@app.command()
def schema(
    kind: Annotated[FileKind, typer.Argument(metavar="KIND", help="data, or log: an exported log.")] = FileKind.DATA,
    output: OutputOption = None,
) -> None:
    """Print the JSON Schema of the files that `import` takes.

    \b
      spacedialog schema > dialogue.schema.json
      spacedialog schema log
    """
    from spacedialog.render.json_ import indented
    from spacedialog.render.output import destination
    from spacedialog.tracker import Tracker

    with destination(output, environment.store_path()) as out:
        out.write(indented(Tracker.schema(kind.value)))


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print the script by which a shell completes with TAB.

    \b
      eval "$(spacedialog completion bash)"
      spacedialog completion fish > ~/.config/fish/completions/spacedialog.fish
    """
    # Typer re-exports it implicitly.
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    from spacedialog.cli.app import COMPLETE, NAME

    script = get_completion_script(prog_name=NAME, complete_var=COMPLETE, shell=shell.value)
    typer.echo(script)


@app.command()
@reads_one
def paths(reading: ReadRequest) -> None:
    """Print where the store and the bundled record are.

    \b
      spacedialog paths
      sqlite3 "file:$(spacedialog paths -f plain --no-header | cut -f 2 | head -1)?mode=ro" .schema
    """
    tracker = reading.tracker
    store = maintenance.Place("store", str(tracker.path), tracker.has_store)
    reading.show(maintenance.places([store, maintenance.Place("bundled", str(tracker.built_in_path()), True)]))
