"""The commands that report: what is new, for Monday morning, and the whole record or a part of it."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog import environment
from spacedialog.cli.options import FilterOptions, ReadRequest, chooses, print_note, reads, reads_into_template
from spacedialog.cli.progress import progress
from spacedialog.errors import InputError
from spacedialog.presentation import brief as brief_views
from spacedialog.presentation import report as report_views
from spacedialog.store.read.selection import describe, to_filter

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
    from spacedialog.analysis import brief as briefing
    from spacedialog.analysis import checkpoint as checkpoints
    from spacedialog.store.read.history import Since

    until = environment.ahead("--ahead", ahead, reading.as_of)
    if checkpoint is not None and not reading.is_of_now:
        raise InputError("--checkpoint does not go with --as-of, --known-at or --at-seq", "it goes on from the present")
    path = checkpoints.path_of(reading.tracker.path, checkpoint) if checkpoint is not None else None
    with reading.view() as view:
        if since is not None or path is None:
            start = environment.day("--since", since or "7 days ago", reading.today)
            news = Since.day_on(start, environment.start_of(start))
        else:
            news = checkpoints.since(path, view)
            if news.recorded is not None:
                print_note("the store was made anew after that checkpoint: what was recorded since counts as news")
        position = view.position()
        told = briefing.brief(view, news, until=until)
    reading.show(brief_views.brief(told))
    if path is not None:
        checkpoints.save(path, checkpoints.Checkpoint(reading.today, position))
    if exit_code and told.has_news:
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
    from spacedialog.analysis import compare

    selection = choice.of(reading.today)._replace(dialogue=reading.dialogues)
    with reading.view() as view:
        chosen = to_filter(selection, view)
        with progress("reading", "commitments") as watch:
            whole = view.report(chosen, selection=describe(selection), sort=choice.sort, watch=watch)
        if not describe(selection._replace(dialogue=())):
            whole = compare.add_comparison(whole, view)
        reading.show(report_views.report(whole, events=lambda: view.calendar(chosen)))
