"""The commands of a team: beginning and joining a shared log, syncing with it, what is not agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spacedialog import environment
from spacedialog.cli.options import OutputOption, ReadRequest, WriteRequest, print_note, reads, writes_without
from spacedialog.errors import InputError, NetworkError, NotFoundError
from spacedialog.presentation import team as teamwork
from spacedialog.presentation.phrases import counted
from spacedialog.render.output import show

if TYPE_CHECKING:
    from spacedialog.model.rows.team import Synced, TeamRow
    from spacedialog.store.write.team_state import Membership
    from spacedialog.team.exchange import Exchange
    from spacedialog.team.server import Server
    from spacedialog.team.sync import Replica

app = typer.Typer()
team = typer.Typer(
    help="""Keep one record with others.

    \b
      spacedialog team join postgresql://anna@db.example.org/space rok4
      spacedialog team status

    Each member has a whole copy, and works on it offline too. The changes meet in a log in PostgreSQL, with `sync`.
    """,
    rich_markup_mode=None,
)
app.add_typer(team, name="team")

UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="The database: postgresql://anna@db.example.org/space, with no password.")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the team calls its log.")]
_alone = writes_without("note", "evidence", "on", "by", "dry_run")


@team.command()
@_alone
def create(writing: WriteRequest, url: UrlArgument, name: NameArgument) -> None:
    """Begin a team's log on a server, and send this record to it.

    \b
      spacedialog team create postgresql://anna@db.example.org/space rok4

    The tables must be there: team sql prints what makes them.
    """
    _begin(writing, url, name, new=True)


@team.command()
@_alone
def join(writing: WriteRequest, url: UrlArgument, name: NameArgument) -> None:
    """Join a team's log: get all that is in it, and add what is recorded here.

    \b
      spacedialog team join postgresql://rudolf@db.example.org/space rok4
    """
    _begin(writing, url, name, new=False)


def _begin(writing: WriteRequest, url: str, name: str, *, new: bool) -> None:
    from spacedialog.importing import bundled
    from spacedialog.model.entry import new_entry_ids
    from spacedialog.store.write import team_state
    from spacedialog.team.exchange import first_chain
    from spacedialog.team.server import checked_url
    from spacedialog.team.sync import begin, empty_store, membership

    path = writing.tracker.path
    if there := membership(path):
        raise InputError(
            f"this record belongs to the team's log {there.name} already",
            "spacedialog team leave ends that; or keep another store: --db FILE",
        )
    around = environment.surroundings(print_note)
    server = _server(checked_url(url))
    try:
        log_id = server.find(name)
        if new:
            log_id = next(new_entry_ids(around.now(), around.entropy(16)))
            server.create(name, log_id)
    finally:
        server.close()
    if log_id is None:
        raise NotFoundError(
            f"the server has no team's log called {name}", f"spacedialog team create URL {name} begins it"
        )
    member = team_state.Membership(url, name, log_id, 0, first_chain(log_id))
    # Who joins with no record gets the team's, and brings none.
    if begin(path, member, bundled.seed if new else empty_store):
        print_note(f"made a store at {path}")
    _show(writing, _copy(writing).sync())


@team.command()
@_alone
def status(writing: WriteRequest) -> None:
    """Show how this copy stands to the team's log, without asking the server; sync --dry-run asks it.

    \b
      spacedialog team status
    """
    show(teamwork.team_status(_standing(writing)), writing.output, as_of=writing.tracker.today.isoformat())


@team.command()
@_alone
def leave(writing: WriteRequest) -> None:
    """Belong to no team any more; all that is recorded stays, here and there.

    \b
      spacedialog team leave
    """
    from spacedialog.team.sync import leave

    row = _standing(writing)
    _, waiting = leave(writing.tracker.path)
    if waiting:
        print_note(f"{counted(waiting, 'change')} never got to the team's log, and stay here")
    show(teamwork.team_status(row, did="left "), writing.output, as_of=writing.tracker.today.isoformat())


@team.command()
def sql(output: OutputOption = None) -> None:
    """Print the SQL that whoever keeps the database runs once: tables, a role, what it may do.

    \b
      spacedialog team sql | psql postgresql://admin@db.example.org/space
    """
    from spacedialog.render.output import destination
    from spacedialog.team.tables import tables_sql

    with destination(output) as out:
        out.write(tables_sql())


@app.command()
@writes_without("note", "evidence", "on", "by")
def sync(
    writing: WriteRequest,
    watch: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, max=86400, help="Go on, with so long a pause.", show_default=False),
    ] = None,
    heal: Annotated[bool, typer.Option("--heal", help="Send again what the server lost.")] = False,
    restamp: Annotated[
        bool, typer.Option("--restamp", help="Record anew what a clock that was ahead recorded.")
    ] = False,
) -> None:
    """Bring this copy and the team's log together: send what is new here, get what is new there.

    \b
      spacedialog sync
      spacedialog sync --watch 60

    Offline, nothing is lost: what is recorded waits for the next sync (exit status 5).
    """
    copy = _copy(writing)
    if writing.tracker.dry_run:
        _show(writing, copy.look())
        return
    healed = copy.heal() if heal else 0
    restamped = copy.restamp() if restamp else 0
    _show(writing, copy.sync()._replace(healed=healed, restamped=restamped))
    while watch is not None:
        environment.surroundings(print_note).wait(watch)
        try:
            done = _copy(writing).sync()
            if done.sent or done.received:
                _show(writing, done)
        except NetworkError as error:
            print_note(f"{error.problem}; {error.remedy}")


@app.command()
@reads
def conflicts(reading: ReadRequest) -> None:
    """List what was recorded apart and does not agree, until someone decides.

    \b
      spacedialog conflicts
      spacedialog mark ROK4-31 complete --note "Both looked again"

    A mark, reschedule or edit of that field decides. A ref given to two things is shown with a letter on the later
    one, until that is renamed: edit ROK4-43b --ref ROK4-44.
    """
    with reading.view() as view:
        reading.show(teamwork.conflicts(view.conflicts(), view.coverage))


def _copy(writing: WriteRequest) -> Replica:
    from spacedialog.team.sync import Replica

    return Replica(writing.tracker.path, _reach, environment.surroundings(print_note))


def _reach(member: Membership) -> Exchange:
    return _server(member.url).log(member.log_id)


def _server(url: str) -> Server:
    from spacedialog.team.server import connect

    return connect(url, environment.password)


def _show(writing: WriteRequest, done: Synced) -> None:
    with writing.tracker.view() as view:
        conflicts, clashes = view.disagreements()
    row = done._replace(conflicts=conflicts, clashes=clashes)
    show(teamwork.sync_result(row), writing.output, as_of=writing.tracker.today.isoformat())


def _standing(writing: WriteRequest) -> TeamRow:
    from spacedialog.team.sync import team_row

    row = team_row(writing.tracker.path)
    with writing.tracker.view() as view:
        conflicts, clashes = view.disagreements()
    return row._replace(conflicts=conflicts, clashes=clashes)
