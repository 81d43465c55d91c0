"""The commands that look: the overview, areas, lists, one commitment, what comes, what was."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog import report, sheets
from spacedialog.commands import here
from spacedialog.commands.completion import (
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
from spacedialog.commands.options import Reading, RefArgument, reads
from spacedialog.selection import Selection, filter_of
from spacedialog.words import Flag

app = typer.Typer()

LARGEST = 2**31
Names = list[str] | None


@app.command()
@reads
def overview(reading: Reading) -> None:
    """Show the state of the record, as `spacedialog` alone does.

    \b
      spacedialog
      spacedialog overview --as-of 2025-04-14 --json
    """
    with reading.view() as view:
        reading.show(report.overview(view.overview()))


@app.command()
@reads
def areas(reading: Reading) -> None:
    """List the areas of cooperation, and what comes next in each.

    \b
      spacedialog areas
      spacedialog areas --as-of 2025-04-14 --format csv
    """
    with reading.view() as view:
        reading.show(sheets.areas(view.areas(), view.coverage))


@app.command(name="list")
@reads
def list_(
    reading: Reading,
    dialogue: Annotated[
        Names, typer.Option(metavar="KEY", help="Of this dialogue: ROK4.", autocompletion=complete_dialogue)
    ] = None,
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
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="At most so many.", show_default=False)
    ] = None,
) -> None:
    """List commitments: all, or those that fit every option given.

    \b
      spacedialog list --party KASI --status open
      spacedialog list --closing --sort due --json

    An option given twice lets through either value: --area exploration --area pnt.
    """
    before = here.vague_date("--due-before", due_before, reading.today) if due_before else None
    after = here.vague_date("--due-after", due_after, reading.today) if due_after else None
    flags = {Flag.OVERDUE: overdue, Flag.CLOSING: closing, Flag.STALE: stale, Flag.SLIPPED: slipped}
    flags[Flag.CONFLICT] = conflict
    selection = Selection(
        dialogue or (),
        area or (),
        party or (),
        side or (),
        lead or (),
        kind or (),
        status or (),
        strength or (),
        before,
        after,
        [flag for flag, asked in flags.items() if asked],
        text,
    )
    with reading.view() as view:
        rows = view.commitments(filter_of(selection, view), sort=sort, limit=limit)
        reading.show(sheets.commitments(rows, view.coverage))


@app.command()
@reads
def show(reading: Reading, ref: RefArgument) -> None:
    """Show all that is known of one commitment, or of a dialogue.

    \b
      spacedialog show ROK4-31
      spacedialog show 25 --as-of 2025-05-14

    Of a commitment: its sources, milestones, moved dates and history. Of a dialogue, by its key (ROK4): who met,
    its documents, and what the grades of evidence mean.
    """
    with reading.view() as view:
        dialogue = view.dialogue(ref)
        reading.show(report.dialogue(dialogue) if dialogue else report.detail(view.detail(view.refs.resolve(ref))))


@app.command()
@reads
def upcoming(
    reading: Reading,
    within: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Opening or closing within 18m, 30d, 2 years.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Opening or closing by the end of this date.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that were met or withdrawn too.")] = False,
) -> None:
    """List the milestones not yet met, in the order of their windows.

    \b
      spacedialog upcoming --within 18m
      spacedialog upcoming --until 2027 --format md

    A vague date is a window: 2026 opens on 1 January, closes on 31 December, and is not late before that.
    """
    limit = here.horizon(within, until, reading.as_of)
    with reading.view() as view:
        reading.show(sheets.upcoming(view.upcoming(until=limit, everything=everything), view.coverage))


@app.command()
@reads
def search(
    reading: Reading,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words, or beginnings of words.")],
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="At most so many.", show_default=False)
    ] = None,
) -> None:
    """Find commitments by words in their text and their notes.

    \b
      spacedialog search lunar
      spacedialog search KPS satellite --json
    """
    with reading.view() as view:
        reading.show(sheets.found(view.search(" ".join(words), limit=limit), view.coverage))


@app.command()
@reads
def history(
    reading: Reading,
    ref: Annotated[
        str | None, typer.Argument(metavar="REF", help="One commitment or milestone.", autocompletion=complete_ref)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="The last so many.", show_default=False)
    ] = None,
) -> None:
    """List what was recorded: all of it, or of one commitment.

    \b
      spacedialog history ROK4-25
      spacedialog history --limit 20 --format jsonl
    """
    with reading.view() as view:
        reading.show(sheets.history(view.history(view.refs.resolve(ref) if ref else None, limit=limit)))


@app.command()
@reads
def slips(reading: Reading) -> None:
    """List every date that was moved, and by how much.

    \b
      spacedialog slips
      spacedialog slips --as-of 2025-12-31 --json
    """
    with reading.view() as view:
        reading.show(sheets.slips(view.slips(), view.coverage))
