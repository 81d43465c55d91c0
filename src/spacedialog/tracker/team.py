"""The use cases of a team: create, join and leave a shared log, and exchange entries with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.errors import NotFoundError
from spacedialog.tracker.record import Record

if TYPE_CHECKING:
    from spacedialog.model.rows.team import Synced, TeamRow
    from spacedialog.store import database
    from spacedialog.store.team_state import Membership
    from spacedialog.team.exchange import Exchange
    from spacedialog.team.server import Server


def _no_password() -> None:
    """Return no password."""


def _discard(_: str) -> None:
    """Discard a message."""


class Interaction(NamedTuple):
    """The user during an exchange: `password` returns the password typed, or None; `show` shows a message."""

    password: Callable[[], str | None] = _no_password
    show: Callable[[str], None] = _discard


SILENT = Interaction()
"""No user: passwords come from PostgreSQL's own files only, and no message is shown."""


class Sharing(Record):
    """The use cases of a record that a team shares."""

    @property
    def team(self) -> Team:
        """The team that this record belongs to, or can join."""
        return Team(self)

    def sync(self, *, heal: bool = False, interaction: Interaction = SILENT) -> Synced:
        """Exchange entries with the team's log; a dry run only counts them.

        With `heal`, entries that the server lost are found first and sent again. Raises NetworkError if the server
        cannot be reached or fails repeatedly, SyncRefusedError if the two logs do not match; neither loses an entry.
        """
        import random
        import time

        from spacedialog.team.sync import Replica, SyncEnvironment

        def reach(member: Membership) -> Exchange:
            from spacedialog.team.server import connect

            return connect(member.url, interaction.password).log(member.log_id)

        environment = SyncEnvironment(self._now, random.random, time.sleep, interaction.show)
        replica = Replica(self.whole_path() if self.dry_run else self.path_to_write(), reach, environment)
        if self.dry_run:
            synced = replica.preview()
        else:
            healed = replica.heal() if heal else 0
            synced = replica.sync()._replace(healed=healed)
        conflicts, clashes = self._disagreements()
        return synced._replace(conflicts=conflicts, clashes=clashes)

    def _disagreements(self) -> tuple[int, int]:
        with self.snapshot() as snapshot:
            return snapshot.disagreements()


class Team:
    """The team that a record belongs to, or can join."""

    def __init__(self, record: Sharing) -> None:
        self._record = record

    def create(self, url: str, name: str, *, interaction: Interaction = SILENT) -> Synced:
        """Create a team's log on a server, and send this record to it; InputError if the name is taken."""
        from spacedialog.importing.built_in import seed
        from spacedialog.model.entry import new_entry_ids

        server = self._connect(url, interaction)
        try:
            log_id = next(new_entry_ids(self._record._now(), self._record._entropy(16)))
            server.create(name, log_id)
        finally:
            server.close()
        return self._begin(url, name, log_id, seed, interaction)

    def join(self, url: str, name: str, *, interaction: Interaction = SILENT) -> Synced:
        """Join a team's log: get its entries, and add those of this record; NotFoundError if there is no such log.

        Without a store, this record becomes a copy of the team's log and adds nothing to it.
        """
        server = self._connect(url, interaction)
        try:
            log_id = server.find(name)
        finally:
            server.close()
        if log_id is None:
            raise NotFoundError(
                f"the server has no shared log called {name}",
                f"check the name, or run spacedialog team create URL {name}",
            )
        return self._begin(url, name, log_id, None, interaction)

    def status(self) -> TeamRow:
        """Return the state of this copy in the team, without contacting the server."""
        from spacedialog.team.sync import team_row

        row = team_row(self._record.whole_path())
        conflicts, clashes = self._record._disagreements()
        return row._replace(conflicts=conflicts, clashes=clashes)

    def leave(self) -> TeamRow:
        """Leave the team, and return this copy's last state in it. The entries stay here and in the team's log."""
        from spacedialog.team.sync import leave

        path = self._record.path_to_write()
        return self.status()._replace(waiting=leave(path))

    @staticmethod
    def sql() -> str:
        """Return the SQL with which the database administrator sets up or updates the shared logs."""
        from spacedialog.team.server_schema import tables_sql

        return tables_sql()

    def _connect(self, url: str, interaction: Interaction) -> Server:
        from spacedialog.team.server import checked_url, connect
        from spacedialog.team.sync import check_free

        check_free(self._record.path_to_write())
        return connect(checked_url(url), interaction.password)

    def _begin(self, url: str, name: str, log_id: str, seed: database.Seed | None, interaction: Interaction) -> Synced:
        from spacedialog.store.team_state import Membership
        from spacedialog.team.exchange import first_chain
        from spacedialog.team.sync import begin

        path = self._record.path
        if begin(path, Membership(url, name, log_id, 0, first_chain(log_id)), seed):
            interaction.show(f"Created {path}.")
        return self._record.sync(interaction=interaction)
