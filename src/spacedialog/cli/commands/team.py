"""The commands of a team: create, join and leave a shared log, sync with it, and list conflicts."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from spacedialog import environment
from spacedialog.cli import terminal
from spacedialog.cli.help import Group
from spacedialog.cli.options import OutputOption
from spacedialog.cli.read_options import reads
from spacedialog.cli.requests import ReadRequest, WriteRequest
from spacedialog.cli.write_options import writes_without
from spacedialog.errors import NetworkError
from spacedialog.presentation import team as team_views
from spacedialog.presentation.phrases import counted
from spacedialog.render.output import show
from spacedialog.tracker.team import Interaction

if TYPE_CHECKING:
    from spacedialog.model.rows.team import Synced

app = typer.Typer()
team = typer.Typer(
    cls=Group,
    help="""
    spacedialog team join postgresql://anna@db.example.org/space rok4
    spacedialog team status

    Each member has a complete copy of the record and can work offline. `sync` exchanges entries with a shared log in
    PostgreSQL. The commands need: pip install 'spacedialog[team]'.
    """,
    rich_markup_mode=None,
)
app.add_typer(team, name="team")

UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="The server: postgresql://anna@db.example.org/space, without a password.")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of the shared log.")]
_team_options = writes_without("note", "evidence", "on", "by", "dry_run", "internal")


@team.command()
@_team_options
def create(writing: WriteRequest, url: UrlArgument, name: NameArgument) -> None:
    """
    spacedialog team create postgresql://anna@db.example.org/space rok4

    The administrator of the server sets up the tables first, with the output of `team sql`.
    """
    _show_synced(writing, writing.tracker.team.create(url, name, interaction=_interaction(writing)))


@team.command()
@_team_options
def join(writing: WriteRequest, url: UrlArgument, name: NameArgument) -> None:
    """
    spacedialog team join postgresql://rudolf@db.example.org/space rok4
    """
    _show_synced(writing, writing.tracker.team.join(url, name, interaction=_interaction(writing)))


@team.command()
@_team_options
def status(writing: WriteRequest) -> None:
    """
    spacedialog team status

    To ask the server as well, use sync --dry-run.
    """
    show(team_views.team_status(writing.tracker.team.status()), writing.output, as_of=writing.tracker.today.isoformat())


@team.command()
@_team_options
def leave(writing: WriteRequest) -> None:
    """
    spacedialog team leave
    """
    row = writing.tracker.team.leave()
    if row.waiting:
        writing.note(
            f"{counted(row.waiting, 'entry', 'entries')} not sent to the shared log; all of them stay in this copy."
        )
    writing.show_view(team_views.team_status(row, did="Left "))


@team.command()
def sql(output: OutputOption = None) -> None:
    """
    spacedialog team sql | psql postgresql://admin@db.example.org/space
    """
    from spacedialog.render.output import destination
    from spacedialog.tracker.team import Team

    with destination(output, environment.store_path()) as out:
        out.write(Team.sql())


@app.command()
@writes_without("note", "evidence", "on", "by", "internal")
def sync(
    writing: WriteRequest,
    watch: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, max=86400, help="Repeat every SECONDS."),
    ] = None,
    heal: Annotated[
        bool, typer.Option("--heal", help="Find the entries that the server lost and send them again.")
    ] = False,
) -> None:
    """
    spacedialog sync
    spacedialog sync --watch 60

    If the server cannot be reached, the exit status is 5 and the entries are sent by the next sync.
    """
    tracker, interaction = writing.tracker, _interaction(writing)
    _show_synced(writing, tracker.sync(heal=heal, interaction=interaction))
    while watch is not None and not tracker.dry_run:
        time.sleep(watch)
        try:
            synced = tracker.sync(interaction=interaction)
            if synced.sent or synced.received:
                _show_synced(writing, synced)
        except NetworkError as error:
            writing.note(f"{error.problem}; {error.remedy}")


@app.command()
@reads
def conflicts(reading: ReadRequest) -> None:
    """
    spacedialog conflicts
    spacedialog mark ROK4-31 complete --note "Agreed with KASA"

    To resolve a conflict, record the field again with mark, reschedule or edit. If two members used the same ref, the
    later item is shown with a letter, such as ROK4-43b. To rename it: edit ROK4-43b --ref ROK4-44.
    """
    with reading.snapshot() as snapshot:
        reading.show(team_views.conflicts(snapshot.conflicts(), snapshot.coverage))


def _interaction(writing: WriteRequest) -> Interaction:
    """Return the interaction of one command, which asks for the password at most once."""
    return Interaction(cache(terminal.password), writing.note)


def _show_synced(writing: WriteRequest, row: Synced) -> None:
    writing.show_view(team_views.sync_result(row))
