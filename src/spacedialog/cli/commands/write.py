"""The commands that write: marks, notes, dates, new commitments, corrections, links, undo, and files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from spacedialog.cli import parsing
from spacedialog.cli.completion import complete_area, complete_new_status, complete_ref
from spacedialog.cli.options import MAX_SIZE, MaxSizeOption, RefArgument, sets_fields, writes, writes_without
from spacedialog.cli.progress import progress
from spacedialog.cli.requests import WriteRequest
from spacedialog.errors import InputError
from spacedialog.model.fields import EDITABLE, FIELDS, NewCommitment
from spacedialog.model.values import HIGHEST_PERCENT, LOWEST_PERCENT, source_list
from spacedialog.model.vocabulary import Status

app = typer.Typer()

Value = TypeVar("Value")

AreaOption = Annotated[str | None, typer.Option(metavar="AREA", help="Its area.", autocompletion=complete_area)]
SourceOption = Annotated[
    str | None, typer.Option(metavar="DOCUMENT", help="The document it stands in: its key, title or address.")
]
ParagraphOption = Annotated[str | None, typer.Option(metavar="N", help="The paragraph of the document.")]
EntryArgument = Annotated[str | None, typer.Argument(metavar="CHANGE", help="The id of a change, or its end.")]


@app.command()
@writes
def mark(
    writing: WriteRequest,
    ref: RefArgument,
    status: Annotated[
        str,
        typer.Argument(
            metavar="STATUS",
            help=f"{', '.join(Status)}; a milestone is met, planned or withdrawn.",
            autocompletion=complete_new_status,
        ),
    ],
    percent: Annotated[
        int | None, typer.Option(metavar="N", min=LOWEST_PERCENT, max=HIGHEST_PERCENT, help="How much of it is done.")
    ] = None,
) -> None:
    """Record how far a commitment is, or that a milestone was met.

    \b
      spacedialog mark ROK4-31 in-progress --percent 60 --evidence https://example.org/news
      spacedialog mark 27 complete --on 2025-10-24 --note "Held in Busan"
    """
    writing.show(writing.tracker.mark(ref, status, percent=percent, **writing.remarks))


@app.command()
@writes_without("note")
def note(
    writing: WriteRequest,
    ref: RefArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
) -> None:
    """Record a note; status and dates stay as they are.

    \b
      spacedialog note ROK4-33 "Raised again at the working level" --on 2026-05
      spacedialog note 26 "No answer yet on the sites" --by desk
    """
    remarks = writing.remarks
    writing.show(writing.tracker.note(ref, text, on=remarks.get("on"), evidence=remarks.get("evidence")))


@app.command()
@writes
def reschedule(
    writing: WriteRequest,
    ref: RefArgument,
    due: Annotated[str, typer.Argument(metavar="DATE", help="As vague as it is known: 2027, 2027-05, 2027-Q2.")],
) -> None:
    """Move a due date or a milestone's date; the old one stays on record.

    \b
      spacedialog reschedule ROK4-31 2027 --evidence https://example.org/delay
      spacedialog reschedule 25.1 2030-03 --note "Put back by half a year"
    """
    when = parsing.vague_date("DATE", due, writing.tracker.today)
    writing.show(writing.tracker.reschedule(ref, when, **writing.remarks))


@app.command()
@writes
@sets_fields(*(name for name in EDITABLE if name not in ("title", "area")))
def add(
    writing: WriteRequest,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is promised, in a few words.")],
    area: AreaOption = None,
    source: SourceOption = None,
    paragraph: ParagraphOption = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help="As vague as it is known: 2027, 2027-Q2.")] = None,
    *,
    fields: dict[str, Any],
    dialogue: Annotated[str | None, typer.Option(metavar="KEY", help="Its dialogue; the latest one.")] = None,
    ref: Annotated[str | None, typer.Option(metavar="REF", help="Its ref; the next free number.")] = None,
    milestone_of: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Add a milestone to this commitment.", autocompletion=complete_ref),
    ] = None,
    every: Annotated[str | None, typer.Option(metavar="SPAN", help="The milestone recurs: 2 years.")] = None,
) -> None:
    """Put a commitment, or a milestone of one, on record.

    \b
      spacedialog add "Share lunar orbit data" --area exploration --lead KASA --source ST1 --due 2027
      spacedialog add "Critical design review" --milestone-of ROK4-10 --due 2028-Q3
    """
    when = parsing.vague_date("--due", due, writing.tracker.today) if due else None
    if milestone_of is not None:
        foreign = {"--area": area, **{FIELDS[name].option_name: value for name, value in fields.items()}}
        foreign |= {"--dialogue": dialogue, "--ref": ref, "--source": source}
        _refuse(foreign, "a milestone has none of its own")
        written = writing.tracker.add_milestone(
            milestone_of, title, _needed("--due", when), recurs=every, **writing.remarks
        )
    else:
        _refuse({"--every": every}, "only a milestone recurs")
        given = {"title": title, "area": _needed("--area", area), "source": _needed("--source", source), **fields}
        more = {"dialogue": dialogue, "ref": ref, "due": when, "paragraph": paragraph}
        given |= {name: value for name, value in more.items() if value is not None}
        written = writing.tracker.add(NewCommitment.of(given), **writing.remarks)
    writing.show(written)


@app.command()
@writes
@sets_fields(*EDITABLE)
def edit(
    writing: WriteRequest,
    ref: RefArgument,
    fields: dict[str, Any],
    source: SourceOption = None,
    paragraph: ParagraphOption = None,
    new_ref: Annotated[str | None, typer.Option("--ref", metavar="REF", help="Its ref.")] = None,
) -> None:
    """Correct what a commitment says, other than status and dates.

    \b
      spacedialog edit ROK4-43 --title "Share lunar orbit data" --partner NASA
      spacedialog edit 43 --lead "" --note "It is a joint one after all"

    An empty value empties the field. What it said before stays on record.
    """
    if paragraph is not None and source is None:
        raise InputError("--paragraph needs --source", "name the document too")
    given = fields | ({"ref": new_ref} if new_ref is not None else {})
    given |= {"sources": source_list(source, paragraph)} if source is not None else {}
    values = {name: value or None for name, value in given.items()}
    if values.get("partners") == [""]:
        values["partners"] = []
    writing.show(writing.tracker.edit(ref, values, **writing.remarks))


OldArgument = Annotated[
    str, typer.Argument(metavar="OLD", help="The commitment of the earlier dialogue.", autocompletion=complete_ref)
]
NewArgument = Annotated[
    str, typer.Argument(metavar="NEW", help="The one of the later dialogue.", autocompletion=complete_ref)
]


@app.command()
@writes
def link(writing: WriteRequest, old: OldArgument, new: NewArgument) -> None:
    """Record that a commitment carries on one of an earlier dialogue.

    \b
      spacedialog link ROK3-12 ROK4-33 --note "Both on export controls"
      spacedialog link 2-06 3-07 --by desk

    It holds from the day on which the later dialogue met, unless --on says otherwise. `compare` shows what was linked.
    """
    writing.show(writing.tracker.link(old, new, **writing.remarks))


@app.command()
@writes
def unlink(writing: WriteRequest, old: OldArgument, new: NewArgument) -> None:
    """Record that a commitment does not carry on another: a link goes, a proposal is not made again.

    \b
      spacedialog unlink ROK3-04 ROK4-38
      spacedialog unlink ROK3-08 ROK4-35 --note "The one is on shipping, the other on security"
    """
    writing.show(writing.tracker.unlink(old, new, **writing.remarks))


@app.command()
@writes_without("note", "evidence", "on")
def undo(
    writing: WriteRequest,
    entry: EntryArgument = None,
    redo: Annotated[bool, typer.Option("--redo", help="Bring back what was undone.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Only this change, not all that was recorded with it.")] = False,
) -> None:
    """Take back the latest action, or that of CHANGE; nothing is erased.

    \b
      spacedialog undo
      spacedialog undo --redo
    """
    if redo:
        _refuse({"--only": only}, "it does not go with --redo")
        writing.show(writing.tracker.redo(entry))
    else:
        if only:
            _needed("CHANGE", entry)
        writing.show(writing.tracker.undo(entry, only=only))


@app.command()
@writes_without("note", "evidence", "on")
def apply(
    writing: WriteRequest,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines or CSV; - for standard input.")],
    max_size: MaxSizeOption = MAX_SIZE,
) -> None:
    """Record many updates from a file: all of them, or none.

    \b
      spacedialog apply updates.csv --dry-run
      spacedialog list --status open --json | my-script | spacedialog apply -

    Each record has a ref and any of status, percent, due, note, evidence, on. Dates are EDTF.
    """
    with parsing.input_file(file) as (stream, name), progress("reading", "updates") as watch:
        size = parsing.size("--max-size", max_size)
        written = writing.tracker.apply(stream, name, max_size=size, watch=watch)
    writing.show(written)


@app.command(name="import")
@writes_without("note", "evidence", "on")
def import_(
    writing: WriteRequest,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file or an exported log; - for standard input.")],
    without_bundled: Annotated[
        bool, typer.Option("--without-bundled", help="Where this makes the store, leave the bundled record out of it.")
    ] = False,
    max_size: MaxSizeOption = MAX_SIZE,
) -> None:
    """Take in a dialogue from a data file, or an exported log.

    \b
      spacedialog import my_dialogue.json --dry-run
      spacedialog import backup.json --db new.db

    What is on record already is passed over, and what people recorded stays as it is.
    """
    size = parsing.size("--max-size", max_size)
    with parsing.input_file(file) as (stream, name), progress("importing", "records") as watch:
        written = writing.tracker.import_file(stream, name, bundled=not without_bundled, max_size=size, watch=watch)
    writing.show(written)


def _refuse(options: dict[str, Any], why: str) -> None:
    for name, value in options.items():
        if value:
            raise InputError(f"{name} cannot be given here: {why}", "leave it out")


def _needed(name: str, value: Value | None) -> Value:
    if value is None:
        raise InputError(f"{name} is missing", "the command needs it; --help shows how")
    return value
