"""The commands that write briefs and reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacedialog.cli import parsing
from spacedialog.cli.filter_options import chooses
from spacedialog.cli.options import RefsArgument
from spacedialog.cli.progress import progress
from spacedialog.cli.read_options import reads_into_folder, reads_into_template, reads_into_word, reads_one
from spacedialog.cli.requests import FilterOptions, ReadRequest
from spacedialog.errors import InputError
from spacedialog.presentation.brief import brief as brief_view
from spacedialog.presentation.report import report as report_view
from spacedialog.render.formats import Format
from spacedialog.tracker.reports import DAYS_AHEAD

app = typer.Typer()


@app.command()
@reads_into_word
def brief(
    reading: ReadRequest,
    since: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Start on DAY, such as monday or 2026-11-01; by default 7 days ago."),
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="Start where the previous brief with this NAME ended.")
    ] = None,
    ahead: Annotated[
        str, typer.Option(metavar="SPAN", help="List what opens or closes within SPAN, such as 30d or 6 months.")
    ] = f"{DAYS_AHEAD} days",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with status 1 if there is news.")] = False,
) -> None:
    """
    spacedialog brief --since monday
    spacedialog brief --checkpoint weekly --format md

    The brief lists conflicts, overdue items, completions, moved dates, the windows that open and close next, other
    entries, and checks that are due. It includes entries recorded in the period that were true earlier. It leaves out
    entries that were undone, and counts checks. A checkpoint is saved when the brief is complete. The first brief
    under a name starts at --since, or now.
    """
    until = parsing.ahead("--ahead", ahead, reading.as_of)
    if checkpoint is not None and not reading.is_of_now:
        raise InputError("--checkpoint cannot be used with --as-of, --known-at or --at-seq", "leave one of them out")
    saved = reading.tracker.checkpoint(checkpoint, public=reading.scope.public) if checkpoint is not None else None
    start = None
    if since is not None or saved is None:
        start = parsing.day("--since", since or "7 days ago", reading.tracker.today)
    summary = reading.tracker.brief(start, checkpoint=saved, until=until, scope=reading.scope)
    if saved and saved.is_new:
        reading.note(
            f"The checkpoint {checkpoint} is new. The next brief will start from now. For earlier news, add --since."
        )
    if saved and saved.store_was_replaced:
        reading.note("The database was replaced after this checkpoint. Entries recorded since then count as news.")
    reading.note_beginning(summary.coverage.commitments)
    reading.show(brief_view(summary, dialogues=reading.scope.dialogues))
    if saved:
        saved.save()
    if exit_code and summary.has_news:
        raise typer.Exit(1)


@app.command()
@reads_into_template
@chooses
def report(
    reading: ReadRequest,
    choice: FilterOptions,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="List completions since DAY in a template or JSON; by default 90 days ago.",
        ),
    ] = None,
) -> None:
    """
    spacedialog report -o dialogue.html
    spacedialog report --template summary --since 2026-09-01 -o summary.docx
    spacedialog report --area exploration --reference ministry.docx -o report.docx

    The report states its selection, its day and the latest entry that it covers.
    """
    if since and not reading.output.settings.template and reading.output.format != Format.JSON:
        raise InputError("--since needs --template or --format json", "add one of them, or leave --since out")
    start = parsing.day("--since", since, reading.tracker.today) if since else None
    selection = choice.selection(reading.tracker.today)
    tracker = reading.tracker
    with progress("reading", "commitments", quiet=reading.quiet) as watch:
        whole = tracker.report(selection, sort=choice.sort, since=start, scope=reading.scope, watch=watch)
    reading.show(report_view(whole, events=lambda: tracker.calendar(selection, scope=reading.scope)))
    reading.note_beginning(whole.coverage.commitments)


@app.command()
@reads_into_folder
def site(
    reading: ReadRequest,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.", readable=False)],
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Set the title; by default the name of the series.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Use URL as the address of the site, in pages and the feed."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Rename a folder that contains other files to DIR.before-1.")
    ] = False,
) -> None:
    """
    spacedialog site www --public
    spacedialog site www --public --base-url https://example.org/space/
    spacedialog site rok4 --dialogue ROK4 --title "Commitments of 2025"

    The site has a page for each dialogue, area, party and commitment, a search, a timeline, downloads, a feed and a
    codebook. It works on any web server, and without one. When the new site is complete, it replaces an earlier one in
    DIR.
    """
    from spacedialog.model.values import check_line, check_web_address
    from spacedialog.render import site as site_

    if base_url and {"?", "#"} & set(check_web_address(base_url)):
        raise InputError(
            "--base-url: this address has a query or a fragment",
            "give the address of a folder, such as https://example.org/space/",
        )
    title = check_line("--title", title) if title else ""
    with site_.folder(folder, reading.tracker.path, replace=replace) as draft:
        with progress("reading", "commitments", quiet=reading.quiet) as watch:
            record = reading.tracker.site(scope=reading.scope, watch=watch)
        site_.write(record, draft, title=title, base_url=base_url or "")
    reading.note_beginning(record.report.coverage.commitments)


@app.command()
@reads_one
def cite(reading: ReadRequest, refs: RefsArgument) -> None:
    """
    spacedialog cite ROK4-31
    spacedialog cite 25 31 --format bibtex
    spacedialog cite ROK4-25 --as-of 2025-12-31 --format csl-json

    A citation states the status on a day, its evidence and the fingerprint of the record. To check later that no entry
    has changed, use history --verify FINGERPRINT.
    """
    from spacedialog.presentation.citation import citations

    if reading.output.format == Format.PLAIN and not reading.fields:
        settings = reading.output.settings._replace(header=False)
        reading = reading._replace(fields=("text",), output=reading.output._replace(settings=settings))
    reading.show(citations(reading.tracker.cite(refs, scope=reading.scope)))
