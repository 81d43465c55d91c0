"""The commands that report: on what is new, and on the whole record or a part of it."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog.cli import parsing
from spacedialog.cli.options import chooses, reads, reads_into_template
from spacedialog.cli.progress import progress
from spacedialog.cli.requests import FilterOptions, ReadRequest, print_note
from spacedialog.errors import InputError
from spacedialog.presentation.brief import brief as brief_view
from spacedialog.presentation.report import report as report_view

app = typer.Typer()


@app.command()
@reads
def brief(
    reading: ReadRequest,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="News since this day: monday, 2026-11-01; else of a week.")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="News since the brief before this one under this name.")
    ] = None,
    ahead: Annotated[str, typer.Option(metavar="SPAN", help="How far ahead to look: 30d, 6 months.")] = "60 days",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 if there is news, 0 if none.")] = False,
) -> None:
    """Tell what changed, slipped, closed and went stale, and what opens and closes next.

    \b
      spacedialog brief --since monday
      spacedialog brief --checkpoint weekly --format md

    News is what has been recorded since, even if it was true before, and what came true since. A checkpoint is kept
    beside the store once the brief is written whole; the first brief under a name tells everything, or begins at
    --since.
    """
    until = parsing.ahead("--ahead", ahead, reading.as_of)
    if checkpoint is not None and not reading.is_of_now:
        raise InputError("--checkpoint does not go with --as-of, --known-at or --at-seq", "it goes on from the present")
    goes_on_from = reading.tracker.checkpoint(checkpoint) if checkpoint is not None else None
    start = None
    if since is not None or goes_on_from is None:
        start = parsing.day("--since", since or "7 days ago", reading.tracker.today)
    summary = reading.record().brief(start, checkpoint=goes_on_from, until=until, scope=reading.scope)
    if goes_on_from and goes_on_from.store_was_replaced:
        print_note("the store was made anew after that checkpoint: what was recorded since counts as news")
    reading.note_beginning(summary.coverage.commitments)
    reading.show(brief_view(summary))
    if goes_on_from:
        goes_on_from.save()
    if exit_code and summary.has_news:
        raise typer.Exit(1)


@app.command()
@reads_into_template
@chooses
def report(reading: ReadRequest, choice: FilterOptions) -> None:
    """Report on all commitments, or on those that fit every option given.

    \b
      spacedialog report -o dialogue.html
      spacedialog report --area exploration --sort due --format md
      spacedialog report --template letter.md.j2 -o letter.md

    It says what it covers, as of which day, and how far the log had come.
    """
    selection = choice.selection(reading.tracker.today)
    tracker = reading.record()
    with progress("reading", "commitments") as watch:
        whole = tracker.report(selection, sort=choice.sort, scope=reading.scope, watch=watch)
    reading.show(report_view(whole, events=lambda: tracker.calendar(selection, scope=reading.scope)))
    reading.note_beginning(whole.coverage.commitments)
