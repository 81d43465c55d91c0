"""The options that commands share, and what they come to: a `Reading` or a `Writing`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from spacedialog import environment
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
from spacedialog.cli.shared_options import SharedOptions
from spacedialog.errors import InputError
from spacedialog.model.rows.record import Written
from spacedialog.model.vocabulary import Flag
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import FORMAT_BY_ENDING, Format, Settings
from spacedialog.render.output import Output, show
from spacedialog.render.text import one_line
from spacedialog.store.read.selection import Selection, find_value
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker import Tracker

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
MAX_SIZE = "5MB"
MaxSizeOption = Annotated[
    str,
    typer.Option("--max-size", metavar="SIZE", help="How much of the file may be held at once: 500kB, 200MB, 2GB."),
]
ColourOption = Annotated[Colour, typer.Option("--color", help="Colour: auto, always or never (also NO_COLOR).")]

MAX_ROWS = 300
"""The number of rows of a table that a terminal shows at most; Rich takes half a millisecond for each."""


class ReadRequest(NamedTuple):
    """What a command that reads was asked for, beyond its own options."""

    tracker: Tracker
    as_of: date
    known_at: int | None
    output: Output
    at_seq: int | None = None
    dialogues: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The day that relative dates count from."""
        return self.tracker.today

    @property
    def is_of_now(self) -> bool:
        """Whether the record was asked for as it is, today."""
        return self.as_of == self.today and self.known_at is None and self.at_seq is None

    @contextmanager
    def view(self) -> Iterator[Snapshot]:
        """The record, or that of some dialogues, as of the day that was asked for."""
        if not self.tracker.has_store:
            print_note(
                f"no store at {self.tracker.path}: this is the bundled record; a first change makes a store of it"
            )
        with self.tracker.view(self.as_of, known_at=self.known_at, at_seq=self.at_seq) as view:
            yield view.of([find_value(view, "dialogue", key) for key in self.dialogues])
            if self.is_of_now or view.has_begun():
                return
            began = view.began()
            if began is None:
                print_note("nothing had been recorded")
            else:
                print_note(f"nothing is on record for {self.as_of}: the record begins on {began}")

    def only(self, option: str, format_: Format) -> None:
        """Refuse an option that means something in one format only; InputError where another was asked for."""
        if self.output.format != format_:
            raise InputError(f"{option} is for the format {format_}", f"add --format {format_}, or leave {option} out")

    def show(self, view: Table | View) -> None:
        """Write the view where and how it was asked for."""
        show(view, self.output, as_of=self.as_of.isoformat())


class WriteRequest(NamedTuple):
    """What a command that writes was asked for, beyond its own options."""

    tracker: Tracker
    remarks: dict[str, Any]
    output: Output

    def show(self, written: Written) -> None:
        """Say what was done, and how to take it back."""
        from spacedialog.presentation.written import written as written_view

        if written.created_store:
            print_note(f"made a store at {written.created_store}")
        for notice in written.notices:
            print_note(notice)
        show(written_view(written), self.output, as_of=self.tracker.today.isoformat())


def print_note(line: str) -> None:
    """Tell the person at the terminal something that is no data."""
    typer.echo(f"note: {one_line(line)}", err=True)


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
    tracker = environment.tracker(db, today=environment.local_day(today), author="")
    return ReadRequest(
        tracker,
        environment.day("--as-of", as_of, tracker.today) if as_of else tracker.today,
        environment.instant("--known-at", known_at, tracker.today) if known_at else None,
        _output(
            None if template else _format(format_, json, output),
            output,
            color,
            header=not no_header,
            template=template,
        ),
        at_seq,
        tuple(dialogue or ()),
    )


class FilterOptions(NamedTuple):
    """Which commitments were asked for, and in which order."""

    names: Selection
    due_before: str | None
    due_after: str | None
    sort: str

    def of(self, today: date) -> Selection:
        """What to let through, relative dates being counted from that day."""
        before = environment.vague_date("--due-before", self.due_before, today) if self.due_before else None
        after = environment.vague_date("--due-after", self.due_after, today) if self.due_after else None
        return self.names._replace(due_before=before, due_after=after)


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
    closing: Annotated[bool, typer.Option("--closing", help="The window closes within 60 days.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="No change for 180 days.")] = False,
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
            help="ref, due, status, area, kind, lead, percent, strength, title, updated; -NAME turns it.",
            autocompletion=complete_sort,
        ),
    ] = "ref",
) -> FilterOptions:
    flags = {Flag.OVERDUE: overdue, Flag.CLOSING: closing, Flag.STALE: stale, Flag.SLIPPED: slipped}
    flags |= {Flag.CONFLICT: conflict, Flag.CLAIMED: claimed}
    names = Selection(
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
    return FilterOptions(names, due_before, due_after, sort)


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
    from spacedialog.editing.updates import check_text  # here, for the start-up time of reads

    tracker = environment.tracker(
        db, today=environment.local_day(), author=by and check_text("--by", by), dry_run=dry_run
    )
    said: dict[str, Any] = {"note": note, "evidence": evidence}
    if on is not None:
        said["on"] = environment.vague_date("--on", on, tracker.today, "past")
    return WriteRequest(tracker, said, _output(Format.JSON if json else Format.TABLE, None, color))


def output_of(format_: Format | None, json: bool, file: Path | None, color: Colour) -> Output:
    """Where and how a command that is neither a reading nor a writing of the record shows what it found."""
    return _output(_format(format_, json, file), file, color)


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


def _output(
    format_: Format | None, file: Path | None, color: Colour, *, header: bool = True, template: Path | None = None
) -> Output:
    terminal = file is None
    if format_ and format_.is_binary and (terminal or str(file) == "-") and sys.stdout.isatty():
        raise InputError(f"{format_} is not for a terminal", f"write it to a file: -o report.{format_}")
    colour = color == "always" or (color == "auto" and terminal and environment.wants_colour())
    settings = Settings(
        header=header,
        colour=colour,
        signs=environment.has_signs() if terminal else True,
        width=environment.width() if terminal else 120,
        pager=environment.pager() if terminal else "",
        pager_environment={"LESS": "FRX", **os.environ},  # less keeps colour, and ends if all fits on the screen
        max_rows=MAX_ROWS if terminal and sys.stdout.isatty() else None,
        template=template,
    )
    return Output(format_, file, settings)


def reads(command: Callable[..., None]) -> SharedOptions:
    """A command that reads: its argument `reading` is a `Reading`, and it takes the options of all reads."""
    return SharedOptions(command, "reading", _reading, ("template",))


def reads_one(command: Callable[..., None]) -> SharedOptions:
    """The same for a command that is told what to read, in whatever dialogue that is."""
    return SharedOptions(command, "reading", _reading, ("template", "dialogue"))


def reads_into_template(command: Callable[..., None]) -> SharedOptions:
    """The same for a command that fills a template of the user's, too."""
    return SharedOptions(command, "reading", _reading)


def chooses(command: Callable[..., None]) -> SharedOptions:
    """A command about some of the commitments: its argument `choice` is a `Choice`, made from the filters."""
    return SharedOptions(command, "choice", _choice, first=True)


def writes(command: Callable[..., None]) -> SharedOptions:
    """A command that writes: its argument `writing` is a `Writing`, and it takes the options of all writes."""
    return SharedOptions(command, "writing", _writing)


def writes_without(*options: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """The same for a command for which some of these options make no sense."""
    return lambda command: SharedOptions(command, "writing", _writing, options)
