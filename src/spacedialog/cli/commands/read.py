"""The commands that show the record: overview, lists, details, dates and history."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from typing import Annotated

import typer

from spacedialog import environment
from spacedialog.cli import parsing
from spacedialog.cli.completion import complete_author, complete_dialogue, complete_entry_kind, complete_item
from spacedialog.cli.filter_options import chooses
from spacedialog.cli.options import LARGEST, AreasOption, DueOption, ItemArgument, Names, OwnersOption, SidesOption
from spacedialog.cli.read_options import reads, reads_one
from spacedialog.cli.requests import FilterOptions, ReadRequest
from spacedialog.model.entry import ENTRY_KINDS
from spacedialog.model.filters import EntryFilter
from spacedialog.model.vocabulary import CLOSING_DAYS
from spacedialog.presentation import tables
from spacedialog.presentation.phrases import counted
from spacedialog.render.formats import Format

app = typer.Typer()


@app.command()
@reads
def overview(reading: ReadRequest) -> None:
    """
    spacedialog
    spacedialog overview --as-of 2025-04-14 --json
    """
    from spacedialog.presentation.overview import overview as overview_view

    with reading.snapshot() as snapshot:
        reading.show(overview_view(snapshot.overview(), is_built_in=not reading.tracker.has_store))


@app.command()
@reads
def dialogues(reading: ReadRequest) -> None:
    """
    spacedialog dialogues
    spacedialog dialogues --as-of 2023-12-31 --json

    Other commands cover all dialogues. Add --dialogue KEY to select one.
    """
    with reading.snapshot() as snapshot:
        reading.show(tables.dialogues(snapshot.dialogues(), snapshot.coverage))


@app.command()
@reads_one
def compare(
    reading: ReadRequest,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="The key of the earlier dialogue, such as ROK3.", autocompletion=complete_dialogue
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="The key of the later dialogue, such as ROK4.", autocompletion=complete_dialogue
        ),
    ],
    proposed: Annotated[bool, typer.Option("--proposed", help="Show only the proposed pairs.")] = False,
) -> None:
    """
    spacedialog compare ROK3 ROK4
    spacedialog compare 3 4 --proposed --format csv

    A commitment is carried on if a user linked it to a later one. Similar pairs are proposed, each with a score, until
    a user decides on them with link or unlink.
    """
    from spacedialog.presentation.comparison import comparison as comparison_view
    from spacedialog.presentation.comparison import proposals

    comparison = reading.tracker.compare(old, new, scope=reading.scope)
    reading.show(proposals(comparison.proposals) if proposed else comparison_view(comparison))
    reading.note_beginning(len(comparison.rows))
    if comparison.proposals:
        best = comparison.proposals[0]
        proposed_pairs = counted(len(comparison.proposals), "proposed pair")
        reading.note(f"{proposed_pairs}. Decide on each with link or unlink: spacedialog link {best.old} {best.new}")


@app.command()
@reads
def areas(reading: ReadRequest) -> None:
    """
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
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="Show at most N commitments.")
    ] = None,
) -> None:
    """
    spacedialog list --party KASI --status open
    spacedialog list --closing --sort due --json

    A commitment is listed if it matches every option. An option can be repeated, and then matches any of its values:
    --area exploration --area pnt.
    """
    with reading.snapshot() as snapshot:
        filter_ = choice.selection(reading.tracker.today).filter(snapshot)
        rows = iter(snapshot.commitments(filter_, sort=choice.sort, limit=limit))
        first = list(islice(rows, 1))
        table = tables.commitments(chain(first, rows), snapshot.coverage)
        table = tables.with_total(table, limit, lambda: snapshot.coverage(filter_).commitments)
        reading.show(table, environment.configuration().values.get("columns", ()))
        if choice.undated.text and not first and (unknown := snapshot.unknown_words(choice.undated.text)):
            reading.note(tables.no_matches(unknown, where=_where(reading)))


@app.command()
@reads_one
def show(reading: ReadRequest, ref: ItemArgument) -> None:
    """
    spacedialog show ROK4-31
    spacedialog show 25 --as-of 2025-05-14
    spacedialog show ROK4

    A commitment is shown with its sources, milestones, moved dates and history; a dialogue with its heads of
    delegation, its documents, the grades of evidence and its notes. A number alone is a commitment of the newest
    dialogue: 25 is ROK4-25, and 3-07 is ROK3-07.
    """
    from spacedialog.presentation import detail

    with reading.snapshot() as snapshot:
        target = snapshot.refs.find(ref)
        if snapshot.refs.is_dialogue(target):
            record = snapshot.dialogue_detail(target)
            reading.show_one(detail.dialogue(record), lambda: detail.dialogue_fields(record))
        else:
            found = snapshot.detail(target)
            reading.show_one(detail.commitment(found), lambda: detail.commitment_fields(found))


@app.command()
@reads
def upcoming(
    reading: ReadRequest,
    within: Annotated[
        str | None,
        typer.Option(metavar="SPAN", help="Show windows that open or close by the end of SPAN: 30d, 18m, 2 years."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Show windows that open or close by the end of DATE.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Include milestones that were met or withdrawn.")] = False,
    timeline: Annotated[bool, typer.Option("--timeline", help="Draw the windows to scale (format table).")] = False,
    alarm: Annotated[
        str | None,
        typer.Option(metavar="SPAN", help="Set an alarm SPAN before each date, such as 14d or 2 weeks (format ics)."),
    ] = None,
    due: DueOption = None,
) -> None:
    """
    spacedialog upcoming --within 18m
    spacedialog upcoming --due 2027 --timeline -f table
    spacedialog upcoming --format ics --alarm 2w -o dates.ics

    A vague date is a window. 2026 opens on 1 January and closes on 31 December, and is not overdue before it closes. A
    window that has closed is overdue, and is listed first until an outcome is recorded. A calendar (ics) also contains
    milestones that were met or withdrawn, to update earlier imports.
    """
    limit = parsing.horizon(within, until, reading.as_of)
    if timeline:
        reading.require_format("--timeline", Format.TABLE)
    if alarm is not None:
        reading.require_format("--alarm", Format.ICS)
    days = parsing.days("--alarm", alarm) if alarm is not None else None
    window = parsing.vague_date("--due", due, reading.tracker.today) if due else None
    ends = [end for end in (limit, window and window.latest) if end]
    with reading.snapshot() as snapshot:
        reading.show(
            tables.in_sections(
                tables.upcoming(
                    snapshot.upcoming(until=limit, due=window, everything=everything),
                    snapshot.coverage,
                    events=lambda: (
                        event._replace(alarm_days=days) for event in snapshot.calendar(until=limit, due=window)
                    ),
                    timeline=tables.timeline(snapshot.day, min(ends, default=None), snapshot.slips())
                    if timeline
                    else None,
                )
            )
        )


@app.command()
@reads
def todo(
    reading: ReadRequest,
    area: AreasOption = None,
    side: SidesOption = None,
    owner: OwnersOption = None,
    within: Annotated[
        str | None,
        typer.Option(
            metavar="SPAN",
            help=f"Include windows that open or close within SPAN, such as 3m; by default {CLOSING_DAYS}d,"
            " or the closing-span of the configuration.",
        ),
    ] = None,
    due: DueOption = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="Show at most N rows.")] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with status 1 if anything needs attention.")
    ] = False,
) -> None:
    """
    spacedialog todo
    spacedialog todo --side ROK --within 30d
    spacedialog todo --area maritime --format csv

    The reasons, in the order of the list: overdue, closes soon, opens soon, conflicting entries, complete without
    evidence, never checked, check is due. Rows with the same reason are sorted by date, then newest dialogue first.
    """
    from spacedialog.tracker import Selection

    selection = Selection(area=area or (), side=side or (), owner=owner or ())
    days = (parsing.ahead("--within", within, reading.as_of) - reading.as_of).days if within is not None else None
    window = parsing.vague_date("--due", due, reading.tracker.today) if due else None
    with reading.snapshot() as snapshot:
        filter_ = selection.filter(snapshot)
        rows = snapshot.todo(filter_, within=days, due=window, limit=limit)
        # With --limit 0 no row is read.
        fails = exit_code and bool(rows or snapshot.todo(filter_, within=days, due=window, limit=1))
        table = tables.todo(rows, snapshot.coverage)
        total = partial(snapshot.todo, filter_, within=days, due=window)
        reading.show(tables.with_total(table, limit, lambda: len(total())))
    if fails:
        raise typer.Exit(1)


@app.command()
@reads
def search(
    reading: ReadRequest,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help="Words to find, in any form: launch finds launched.")
    ],
    limit: Annotated[int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="Show at most N matches.")] = None,
) -> None:
    """
    spacedialog search lunar payload
    spacedialog search coast guard --dialogue ROK4
    spacedialog search export controls --json

    All words must occur, in any form, in the texts of a commitment (ref, title, detail, milestones, notes) or in the
    names of its area, parties, documents and dialogue. A phrase in quotation marks is found as it is: '"lunar
    payload"'. The words AND, OR and NOT and the sign * have no special meaning.
    """
    text = " ".join(words)
    with reading.snapshot() as snapshot:
        found = snapshot.search(text, limit=limit)
        if not found and snapshot.dialogue(text.rpartition("-")[0]):
            snapshot.refs.resolve(text)
        table = tables.search_results(found, snapshot.coverage)
        reading.show(tables.with_total(table, limit, lambda: len(snapshot.search(text))))
        if not found and limit != 0:
            reading.note(tables.no_matches(snapshot.unknown_words(text), where=_where(reading)))


def _where(reading: ReadRequest) -> str:
    """Return the part of the record that a command reads, with its preposition."""
    then = "" if reading.is_of_now else " at that time"
    return f"in {' and '.join(reading.scope.dialogues) or 'the record'}{then}"


@app.command()
@reads
def history(
    reading: ReadRequest,
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="REF",
            help="A commitment, a milestone or a dialogue; by default the whole log.",
            autocompletion=complete_item,
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST, help="Show only the latest N entries.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Show entries that were true on DATE or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Show entries that were true on DATE or earlier.")
    ] = None,
    by: Annotated[Names, typer.Option(metavar="NAME", help="Select by author.", autocompletion=complete_author)] = None,
    kind: Annotated[
        Names,
        typer.Option(
            metavar="KIND",
            help=f"Select by kind of entry: {', '.join(ENTRY_KINDS)}.",
            autocompletion=complete_entry_kind,
        ),
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(metavar="FINGERPRINT", help="Check that no entry has changed since this fingerprint."),
    ] = None,
) -> None:
    """
    spacedialog history ROK4-25
    spacedialog history --since 2026 --kind set --kind note
    spacedialog history --limit 20 --format jsonl

    The history of a dialogue, as in history ROK4, has the entries on the dialogue itself, its areas and its parties.
    For those on its commitments too, use --dialogue ROK4 instead.

    --since and --until compare the date on which an entry was true (the column On). An entry with a vague date matches
    if one of its days does. mark, reschedule and edit record entries of the kind set, undo of the kind retract.

    With --verify, the exit status is 0 if the log still contains every entry that the fingerprint covers, unchanged,
    and 4 if not. Later entries do not affect the result.
    """
    if verify is not None:
        from spacedialog.cli.commands.maintenance import verify_fingerprint

        verify_fingerprint(reading, verify)
        return
    today = reading.tracker.today
    filter_ = EntryFilter(
        parsing.vague_date("--since", since, today, "past") if since else None,
        parsing.vague_date("--until", until, today, "past") if until else None,
        by or (),
        kind or (),
    )
    if ref and reading.scope.origin:
        # As in `show`, a ref does not depend on the default dialogue of the configuration.
        reading = reading._replace(scope=reading.scope._replace(dialogues=(), origin=""))
    with reading.snapshot() as snapshot:
        target = snapshot.refs.find(ref) if ref else None
        about = (target.ref,) if target else reading.scope.dialogues
        reading.show(tables.history(snapshot.history(target, filter_, limit=limit), about=about))


@app.command()
@reads
def slips(reading: ReadRequest) -> None:
    """
    spacedialog slips
    spacedialog slips --as-of 2025-12-31 --json
    """
    with reading.snapshot() as snapshot:
        reading.show(tables.slips(snapshot.slips(), snapshot.coverage))
