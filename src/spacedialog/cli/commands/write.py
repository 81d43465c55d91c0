"""The commands that write: mark, note, check, reschedule, add, edit, link and undo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer

from spacedialog.cli import parsing
from spacedialog.cli.completion import (
    complete_area,
    complete_clearable,
    complete_party,
    complete_ref,
    complete_ref_or_status,
)
from spacedialog.cli.field_options import sets_fields
from spacedialog.cli.filter_options import selects
from spacedialog.cli.options import IntoDialogueOption, ItemsArgument, RefArgument, RefsArgument
from spacedialog.cli.requests import FilterOptions, WriteRequest
from spacedialog.cli.write_options import writes, writes_without
from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.fields import EDITABLE, FIELDS, MAY_BE_EMPTY, NewCommitment
from spacedialog.model.values import HIGHEST_PERCENT, LOWEST_PERCENT
from spacedialog.model.vocabulary import Status

app = typer.Typer()

Value = TypeVar("Value")

AreaOption = Annotated[str | None, typer.Option(metavar="AREA", help="Set the area.", autocompletion=complete_area)]
SourceOption = Annotated[
    str | None,
    typer.Option(metavar="DOCUMENT", help="Set the source: the key, title or web address of a document."),
]
ParagraphOption = Annotated[str | None, typer.Option(metavar="N", help="Set the paragraph of the source.")]
_CHECK_REMEDY = "write spacedialog check ROK4-31, or spacedialog check --area maritime"

EntryArgument = Annotated[
    str | None, typer.Argument(metavar="ENTRY", help="The id of an entry, or the end of it; see `history`.")
]


@app.command()
@writes
def mark(
    writing: WriteRequest,
    refs: Annotated[
        list[str],
        typer.Argument(
            metavar="REF…",
            help="Refs such as ROK4-31, or short forms such as 31.",
            autocompletion=complete_ref_or_status,
        ),
    ],
    status: Annotated[
        str,
        typer.Argument(metavar="STATUS", help=f"{', '.join(Status)}; for a milestone: met, planned or withdrawn."),
    ],
    percent: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=LOWEST_PERCENT, max=HIGHEST_PERCENT, help="Record how much is done, from 0 to 100."
        ),
    ] = None,
) -> None:
    """
    spacedialog mark ROK4-31 complete --evidence https://example.org/news
    spacedialog mark 31 33 in-progress --percent 60 --evidence "Cable SEOUL 1234"
    spacedialog mark 25.1 met

    Several refs are recorded as one action: all of them, or none.
    """
    with _found(refs):
        written = writing.tracker.mark(refs, status, percent=percent, **writing.remarks)
    writing.show(written)


@app.command()
@writes_without("note")
def note(
    writing: WriteRequest,
    refs: ItemsArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note.")],
) -> None:
    """
    spacedialog note ROK4-33 "Raised again at the working level" --on 2026-05
    spacedialog note 26 27 "No answer yet on the sites" --by desk
    spacedialog note ROK4 "The next dialogue will be in Seoul"

    A note does not change the status or the dates. Several refs are recorded as one action: all of them, or none.
    """
    remarks = writing.remarks
    if ref := _ref_named(writing, text):
        raise InputError(
            f"TEXT is missing: the last argument, {text}, is the ref {ref}", "write the note last, in quotation marks"
        )
    with _found(refs):
        written = writing.tracker.note(refs, text, **remarks)
    writing.show(written)


@app.command()
@writes
@selects
def check(
    writing: WriteRequest,
    choice: FilterOptions,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]…",
            help="Refs such as ROK4-31, or short forms such as 31. Without refs, select with the options.",
            autocompletion=complete_ref,
        ),
    ] = None,
) -> None:
    """
    spacedialog check ROK4-31 ROK4-33 --note "NASA and KASA news pages"
    spacedialog check --area maritime --note "Asked the Coast Guard"

    The note says where you searched. The status does not change. The options select open commitments, unless --status
    is given.
    """
    selection = choice.selection(writing.tracker.today)
    is_filtered = any(selection)
    if is_filtered == bool(refs):
        raise InputError("name refs or select with options, not both" if refs else "REF is missing", _CHECK_REMEDY)
    given = selection if is_filtered else None
    writing.show(writing.tracker.check(refs or (), selection=given, **writing.remarks))


@app.command()
@writes
def reschedule(
    writing: WriteRequest,
    ref: RefArgument,
    due: Annotated[
        str, typer.Argument(metavar="DATE", help="The new date, exact or vague: 2027, 2027-Q2, 2027-05, 2027-05-14.")
    ],
) -> None:
    """
    spacedialog reschedule ROK4-31 2027 --evidence https://example.org/delay
    spacedialog reschedule 25.1 2030-03 --note "Postponed by half a year"

    The date of a milestone is changed in the same way. `slips` lists the dates that were moved.
    """
    when = parsing.vague_date("DATE", due, writing.tracker.today)
    writing.show(writing.tracker.reschedule(ref, when, **writing.remarks))


@app.command()
@writes
@sets_fields(*(name for name in EDITABLE if name not in ("title", "area")))
def add(
    writing: WriteRequest,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The title, in a few words.")],
    area: AreaOption = None,
    source: SourceOption = None,
    paragraph: ParagraphOption = None,
    due: Annotated[
        str | None, typer.Option(metavar="DATE", help="Set the date, exact or vague: 2027, 2027-Q2, 2027-05-14.")
    ] = None,
    *,
    fields: dict[str, Any],
    dialogue: IntoDialogueOption = None,
    ref: Annotated[
        str | None, typer.Option(metavar="REF", help="Set the ref; by default the next free number.")
    ] = None,
    milestone_of: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Add a milestone to the commitment REF.", autocompletion=complete_ref),
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Repeat the milestone every SPAN, such as 2 years.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Add it even if there is one with the same title.")] = False,
) -> None:
    """
    spacedialog add "Share lunar orbit data" --area exploration --source ST1
    spacedialog add "Critical design review" --milestone-of ROK4-10 --due 2028-Q3

    A commitment needs --area and --source. A milestone needs --milestone-of and --due. A commitment with the title of
    another one in the dialogue, or a milestone with the title and the date of another one, needs --force.
    """
    when = parsing.vague_date("--due", due, writing.tracker.today) if due else None
    if milestone_of is not None:
        foreign = {"--area": area, **{FIELDS[name].option_name: value for name, value in fields.items()}}
        foreign |= {"--dialogue": dialogue, "--ref": ref, "--source": source}
        _refuse(foreign, "a milestone has the values of its commitment")
        written = writing.tracker.add_milestone(
            milestone_of, title, _require("--due", when), recurs=every, force=force, **writing.remarks
        )
    else:
        _refuse({"--every": every}, "only a milestone recurs")
        given = {"title": title, "area": _require("--area", area), "source": _require("--source", source), **fields}
        more = {"dialogue": dialogue, "ref": ref, "due": when, "paragraph": paragraph}
        given |= {name: value for name, value in more.items() if value is not None}
        written = writing.tracker.add(NewCommitment.of(given), force=force, **writing.remarks)
    writing.show(written)


@app.command()
@writes
@sets_fields(*EDITABLE)
def edit(
    writing: WriteRequest,
    refs: RefsArgument,
    fields: dict[str, Any],
    add_partner: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help="Add a partner. Repeatable.", autocompletion=complete_party),
    ] = None,
    remove_partner: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help="Remove a partner. Repeatable.", autocompletion=complete_party),
    ] = None,
    source: SourceOption = None,
    paragraph: ParagraphOption = None,
    new_ref: Annotated[str | None, typer.Option("--ref", metavar="REF", help="Set the ref.")] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help=f"Clear a field: {', '.join(map(parsing.option_of, MAY_BE_EMPTY))}. Repeatable.",
            autocompletion=complete_clearable,
        ),
    ] = None,
) -> None:
    """
    spacedialog edit ROK4-43 --title "Share lunar orbit data" --add-partner NASA
    spacedialog edit 31 33 --owner Kim --review "90 days"
    spacedialog edit 43 --lead joint --note "Both sides are responsible"

    --partner replaces all partners. The earlier values stay in the history. Use mark for the status and reschedule for
    a new due date. Several refs are recorded as one action: all of them, or none.
    """
    more = {"ref": new_ref, "source": source, "paragraph": paragraph}
    values = fields | {name: value for name, value in more.items() if value is not None}
    values |= parsing.cleared(clear or (), MAY_BE_EMPTY, values)
    written = writing.tracker.edit(
        refs, values, add_partners=add_partner or (), remove_partners=remove_partner or (), **writing.remarks
    )
    writing.show(written)


OldArgument = Annotated[
    str, typer.Argument(metavar="OLD", help="The commitment of the earlier dialogue.", autocompletion=complete_ref)
]
NewArgument = Annotated[
    str, typer.Argument(metavar="NEW", help="The commitment of the later dialogue.", autocompletion=complete_ref)
]


@app.command()
@writes
def link(writing: WriteRequest, old: OldArgument, new: NewArgument) -> None:
    """
    spacedialog link ROK3-12 ROK4-33 --note "Both on export controls"
    spacedialog link 2-06 3-07 --by desk

    The link applies from the day of the later dialogue, unless --on gives another. `compare` shows the links.
    """
    writing.show(writing.tracker.link(old, new, **writing.remarks))


@app.command()
@writes
def unlink(writing: WriteRequest, old: OldArgument, new: NewArgument) -> None:
    """
    spacedialog unlink ROK3-04 ROK4-38
    spacedialog unlink ROK3-08 ROK4-35 --note "Different subjects"

    A link between the two is removed, and the pair is not proposed again.
    """
    writing.show(writing.tracker.unlink(old, new, **writing.remarks))


@app.command()
@writes_without("note", "evidence", "on")
def undo(
    writing: WriteRequest,
    entry: EntryArgument = None,
    redo: Annotated[bool, typer.Option("--redo", help="Reverse the latest undo, or the undo of ENTRY.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Undo only ENTRY, not the rest of its action.")] = False,
) -> None:
    """
    spacedialog undo
    spacedialog undo --redo

    Nothing is deleted: an undo is one more entry in the log. With --internal, the undone entries stay public.
    """
    internal = writing.remarks.get("internal", False)
    if redo:
        _refuse({"--only": only}, "--redo reverses whole actions")
        writing.show(writing.tracker.redo(entry, internal=internal))
    else:
        if only:
            _require("ENTRY", entry)
        writing.show(writing.tracker.undo(entry, only=only, internal=internal))


def _ref_named(writing: WriteRequest, text: str) -> str | None:
    """Return the ref that a text names; None if it is not a ref."""
    if not re.fullmatch(r"[\w.-]*\d\w*", text):
        return None
    with writing.tracker.snapshot() as snapshot:
        try:
            return snapshot.refs.resolve(text).ref
        except (InputError, NotFoundError):
            return None


@contextmanager
def _found(refs: Sequence[str]) -> Iterator[None]:
    """Raise InputError if a ref is not found and is probably a word of a text without quotation marks."""
    try:
        yield
    except NotFoundError as error:
        words = [word for word in refs[1:] if not any(map(str.isdigit, word))]
        if not words:
            raise
        raise InputError(error.problem, f"put a text with spaces in quotation marks; {error.remedy}") from error


def _refuse(options: dict[str, Any], reason: str) -> None:
    for name, value in options.items():
        if value:
            raise InputError(f"{name} cannot be given here: {reason}", "leave it out")


def _require(name: str, value: Value | None) -> Value:
    if value is None:
        raise InputError(f"{name} is missing", f"add {name}; --help has examples")
    return value
