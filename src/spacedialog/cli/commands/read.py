"""The commands that show the record: overview, lists, details, dates, history."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog.cli import parsing
from spacedialog.cli.completion import complete_dialogue, complete_ref
from spacedialog.cli.options import RefArgument, chooses, reads, reads_one
from spacedialog.cli.requests import FilterOptions, ReadRequest, print_note
from spacedialog.presentation import tables
from spacedialog.render.formats import Format

app = typer.Typer()

LARGEST = 2**31


@app.command()
@reads
def overview(reading: ReadRequest) -> None:
    """Show the state of the record, as `spacedialog` alone does.

    \b
      spacedialog
      spacedialog overview --as-of 2025-04-14 --json
    """
    from spacedialog.presentation.overview import overview as overview_view

    with reading.snapshot() as snapshot:
        reading.show(overview_view(snapshot.overview()))


@app.command()
@reads
def dialogues(reading: ReadRequest) -> None:
    """List the dialogues: when and where they were held, and how far their commitments are.

    \b
      spacedialog dialogues
      spacedialog dialogues --as-of 2023-12-31 --json

    Other commands show all of them together, and one of them with --dialogue KEY.
    """
    with reading.snapshot() as snapshot:
        reading.show(tables.dialogues(snapshot.dialogues(), snapshot.coverage))


@app.command()
@reads_one
def compare(
    reading: ReadRequest,
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The key of the earlier dialogue.", autocompletion=complete_dialogue)
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="The key of the later one.", autocompletion=complete_dialogue)
    ],
    proposed: Annotated[
        bool, typer.Option("--proposed", help="Only the pairs that look alike and that nobody has decided on.")
    ] = False,
) -> None:
    """Show what a dialogue took up of an earlier one: repeated, stronger, weaker, done, silent, new.

    \b
      spacedialog compare ROK3 ROK4
      spacedialog compare ROK3 ROK4 --proposed --format csv

    Only what a person linked counts as carried on. Pairs that look alike are proposed, with a score, until somebody
    says yes (`link`) or no (`unlink`).
    """
    from spacedialog.presentation.comparison import comparison as comparison_view
    from spacedialog.presentation.comparison import proposals

    comparison = reading.record().compare(old, new, scope=reading.scope)
    reading.show(proposals(comparison.proposals) if proposed else comparison_view(comparison))
    reading.note_beginning(len(comparison.rows))
    if comparison.proposals:
        best = comparison.proposals[0]
        count = f"{len(comparison.proposals)} pairs look" if len(comparison.proposals) > 1 else "1 pair looks"
        print_note(
            f"{count} alike; spacedialog link {best.old} {best.new} says that one is carried on, unlink that it is not"
        )


@app.command()
@reads
def areas(reading: ReadRequest) -> None:
    """List the areas of cooperation, and what comes next in each.

    \b
      spacedialog areas --dialogue ROK4
      spacedialog areas --as-of 2025-04-14 --format csv
    """
    with reading.snapshot() as snapshot:
        reading.show(tables.areas(snapshot.areas(), snapshot.coverage))


@app.command(name="list")
@reads
@chooses
def list_(
    reading: ReadRequest,
    choice: FilterOptions,
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
    with reading.snapshot() as snapshot:
        chosen = choice.selection(reading.tracker.today).filter(snapshot)
        rows = snapshot.commitments(chosen, sort=choice.sort, limit=limit)
        reading.show(tables.commitments(rows, snapshot.coverage))


@app.command()
@reads_one
def show(reading: ReadRequest, ref: RefArgument) -> None:
    """Show all that is known of one commitment, or of a dialogue.

    \b
      spacedialog show ROK4-31
      spacedialog show 25 --as-of 2025-05-14

    Of a commitment: its sources, milestones, moved dates and history. Of a dialogue, by its key (ROK4): who met,
    its documents, and what the grades of evidence mean.
    """
    from spacedialog.presentation import detail

    with reading.snapshot() as snapshot:
        dialogue = snapshot.dialogue(ref)
        reading.show(
            detail.dialogue(dialogue) if dialogue else detail.commitment(snapshot.detail(snapshot.refs.resolve(ref)))
        )


@app.command()
@reads
def upcoming(
    reading: ReadRequest,
    within: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Opening or closing within 18m, 30d, 2 years.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Opening or closing by the end of this date.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that were met or withdrawn too.")] = False,
    timeline: Annotated[bool, typer.Option("--timeline", help="Draw the windows, in a table.")] = False,
    alarm: Annotated[
        str | None, typer.Option(metavar="SPAN", help="In a calendar, an alarm so long before: 14d, 2 weeks.")
    ] = None,
) -> None:
    """List the milestones not yet met, in the order of their windows.

    \b
      spacedialog upcoming --within 18m
      spacedialog upcoming --until 2027 --timeline -f table
      spacedialog upcoming --format ics --alarm 2w -o dates.ics

    A vague date is a window: 2026 opens on 1 January, closes on 31 December, and is not late before that. A calendar
    also gets what was met or withdrawn, so that what it imported before is brought up to date.
    """
    limit = parsing.horizon(within, until, reading.as_of)
    if timeline:
        reading.require_format("--timeline", Format.TABLE)
    if alarm is not None:
        reading.require_format("--alarm", Format.ICS)
    days = parsing.days("--alarm", alarm) if alarm is not None else None
    with reading.snapshot() as snapshot:
        reading.show(
            tables.upcoming(
                snapshot.upcoming(until=limit, everything=everything),
                snapshot.coverage,
                events=lambda: (event._replace(alarm_days=days) for event in snapshot.calendar(until=limit)),
                timeline=tables.timeline(snapshot.day, limit, snapshot.slips()) if timeline else None,
            )
        )


@app.command()
@reads
def search(
    reading: ReadRequest,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help="Words to find, in any form: launch finds launched.")
    ],
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="Show at most N.", show_default=False)
    ] = None,
) -> None:
    """Find commitments and dialogues by words.

    \b
      spacedialog search lunar payload
      spacedialog search coast guard --dialogue ROK4
      spacedialog search export controls --json

    The words may be in the title, the detail, the notes and the milestones of a commitment, or in the names of its
    area, its parties, its documents and its heads of delegation. All of them must occur.
    """
    text = " ".join(words)
    with reading.snapshot() as snapshot:
        found = snapshot.search(text, limit=limit)
        unknown = {} if found or limit == 0 else snapshot.unknown_words(text)
        reading.show(tables.search_results(found, snapshot.coverage, unknown=unknown))


@app.command()
@reads
def history(
    reading: ReadRequest,
    ref: Annotated[
        str | None, typer.Argument(metavar="REF", help="One commitment or milestone.", autocompletion=complete_ref)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="The last so many.", show_default=False)
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(
            metavar="FINGERPRINT", help="Show that all is unchanged since this was printed.", show_default=False
        ),
    ] = None,
) -> None:
    """List what was recorded: all of it, or of one commitment.

    \b
      spacedialog history ROK4-25
      spacedialog history --limit 20 --format jsonl

    With --verify, status 0 where this store holds every change, unchanged, of which `fingerprint` printed the value,
    and 4 where it does not. What came since does no harm.
    """
    if verify is not None:
        from spacedialog.cli.commands.maintenance import verify_fingerprint

        verify_fingerprint(reading, verify)
        return
    with reading.snapshot() as snapshot:
        reading.show(tables.history(snapshot.history(snapshot.refs.resolve(ref) if ref else None, limit=limit)))


@app.command()
@reads
def slips(reading: ReadRequest) -> None:
    """List every date that was moved, and by how much.

    \b
      spacedialog slips
      spacedialog slips --as-of 2025-12-31 --json
    """
    with reading.snapshot() as snapshot:
        reading.show(tables.slips(snapshot.slips(), snapshot.coverage))
