"""The options that commands share, and what they come to: a `Reading` or a `Writing`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from spacedialog.commands import here
from spacedialog.commands.completion import complete_ref
from spacedialog.errors import InputError
from spacedialog.render.output import Format, Output, show
from spacedialog.render.text import one_line
from spacedialog.report import Document
from spacedialog.rows import Written
from spacedialog.sheets import Sheet
from spacedialog.store.view import View
from spacedialog.tracker import Tracker
from spacedialog.updates import check_text

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
ColourOption = Annotated[Colour, typer.Option("--color", help="Colour: auto, always or never (also NO_COLOR).")]

MOST_ROWS = 300
"""How many rows of a table are drawn on a terminal; Rich takes half a millisecond for each."""

_ENDINGS = {
    ".txt": Format.PLAIN,
    ".tsv": Format.PLAIN,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".csv": Format.CSV,
    ".md": Format.MD,
}


class Reading(NamedTuple):
    """What a command that reads was asked for, beyond its own options."""

    tracker: Tracker
    as_of: date
    known_at: int | None
    output: Output
    at_seq: int | None = None

    @property
    def today(self) -> date:
        """The day that relative dates count from."""
        return self.tracker.today

    @contextmanager
    def view(self) -> Iterator[View]:
        """The record, as of the day that was asked for."""
        if not self.tracker.has_store:
            hint(f"no store at {self.tracker.path}: this is the bundled record; a first change makes a store of it")
        with self.tracker.view(self.as_of, known_at=self.known_at, at_seq=self.at_seq) as view:
            yield view
            if self.as_of == self.today and self.known_at is None and self.at_seq is None:
                return
            began = view.began()
            if began is None:
                hint("nothing had been recorded")
            elif self.as_of.isoformat() < began:
                hint(f"nothing is on record for {self.as_of}: the record begins on {began}")

    def show(self, view: Sheet | Document) -> None:
        """Write the view where and how it was asked for."""
        show(view, self.output, as_of=self.as_of.isoformat())


class Writing(NamedTuple):
    """What a command that writes was asked for, beyond its own options."""

    tracker: Tracker
    remarks: dict[str, Any]
    output: Output

    def show(self, written: Written) -> None:
        """Say what was done, and how to take it back."""
        from spacedialog.report import written as report

        if written.created_store:
            hint(f"made a store at {written.created_store}")
        for notice in written.notices:
            hint(notice)
        show(report(written), self.output, as_of=self.tracker.today.isoformat())


def hint(line: str) -> None:
    """Tell the person at the terminal something that is no data."""
    typer.echo(f"note: {one_line(line)}", err=True)


def _reading(
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
) -> Reading:
    tracker = here.tracker(db, today=here.the_day(today), author="")
    return Reading(
        tracker,
        here.day("--as-of", as_of, tracker.today) if as_of else tracker.today,
        here.instant("--known-at", known_at, tracker.today) if known_at else None,
        _output(_format(format_, json, output), output, color, header=not no_header),
        at_seq,
    )


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
) -> Writing:
    tracker = here.tracker(db, today=here.the_day(), author=by and check_text("--by", by), dry_run=dry_run)
    said: dict[str, Any] = {"note": note, "evidence": evidence}
    if on is not None:
        said["on"] = here.vague_date("--on", on, tracker.today, "past")
    return Writing(tracker, said, _output(Format.JSON if json else Format.TABLE, None, color))


def _format(named: Format | None, json: bool, file: Path | None) -> Format:
    if json and named not in (None, Format.JSON):
        raise InputError(f"--json and --format {named} do not go together", "leave one of them out")
    if json:
        return Format.JSON
    if named:
        return named
    if file is None or str(file) == "-":
        return Format.TABLE if sys.stdout.isatty() else Format.PLAIN
    if file.suffix not in _ENDINGS:
        raise InputError(
            f"-o {file}: its ending does not say which format", f"name one with --format, or use {', '.join(_ENDINGS)}"
        )
    return _ENDINGS[file.suffix]


def _output(format_: Format, file: Path | None, color: Colour, *, header: bool = True) -> Output:
    terminal = file is None
    colour = color == "always" or (color == "auto" and terminal and here.wants_colour())
    return Output(
        format_,
        file,
        header,
        colour,
        here.width() if terminal else 120,
        here.pager() if terminal else "",
        MOST_ROWS if terminal and sys.stdout.isatty() else None,
    )


def _given_by(
    make: Callable[..., Any], command: Callable[..., None], without: tuple[str, ...] = ()
) -> Callable[..., None]:
    """The command with the options of `make` besides its own; it gets what `make` makes of them first."""
    shared = [p for name, p in inspect.signature(make, eval_str=True).parameters.items() if name not in without]
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    def run(**values: Any) -> None:
        made = make(**{parameter.name: values.pop(parameter.name) for parameter in shared})
        command(made, **values)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in [*own, *shared]]
    run.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]
    return run


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """A command that reads: its first argument is a `Reading`, and it takes the options of all reads."""
    return _given_by(_reading, command)


def writes(command: Callable[..., None]) -> Callable[..., None]:
    """A command that writes: its first argument is a `Writing`, and it takes the options of all writes."""
    return _given_by(_writing, command)


def writes_without(*options: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The same for a command for which some of these options make no sense."""
    return lambda command: _given_by(_writing, command, options)
