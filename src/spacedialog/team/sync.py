"""Synchronize a copy with a shared log: pull, push, then pull again. Only a pull records positions in the copy.

A push holds the lock of the log and first receives all its entries, so it sends only entries that the log lacks: a lost
reply does no harm, and a repeated push adds nothing. An interrupted exchange is repeated a few times, after a random
wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from spacedialog.errors import InputError, NetworkError, SyncRefusedError
from spacedialog.model.entry import BODY_VERSION, CLOCK_TOLERANCE
from spacedialog.model.rows.team import Synced, TeamRow
from spacedialog.store import database, log, team_state
from spacedialog.team.arrivals import arrival, arrivals, is_intact, latest_time
from spacedialog.team.exchange import (
    PAGE,
    Exchange,
    InterruptedExchange,
    LogHead,
    Page,
    SharedEntry,
    chained,
    first_chain,
    link,
    verified,
)

if TYPE_CHECKING:
    import sqlite3

MOST_TRIES = 8
"""The maximum number of interruptions of one step; the next one ends the sync with an error."""

SHORTEST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""The bounds of the wait before the next attempt, in seconds."""

Connect = Callable[[team_state.Membership], Exchange]
Answer = TypeVar("Answer")


class SyncEnvironment(NamedTuple):
    """Functions that a sync calls: the time (µs, UTC), a random number (0 to 1), a wait (s), a message to the user."""

    now: Callable[[], int]
    chance: Callable[[], float]
    wait: Callable[[float], None]
    notify: Callable[[str], None]


def membership(path: Path) -> team_state.Membership | None:
    """Return the shared log to which the store at `path` belongs; None if it belongs to no team."""
    if not path.exists():
        return None
    with database.reading(path) as connection:
        return team_state.membership(connection)


def begin(path: Path, member: team_state.Membership, seed: database.Seed | None = None) -> bool:
    """Make the store at `path` a copy of a shared log; return whether the store was created, filled by `seed` if given.

    InputError if it already belongs to a shared log.
    """
    with database.writing(path, seed) as (connection, is_new):
        if other := team_state.membership(connection):
            raise _in_a_team(other)
        team_state.join(connection, member)
    return is_new


def check_free(path: Path) -> None:
    """Raise InputError if the store at `path` already belongs to a shared log."""
    if member := membership(path):
        raise _in_a_team(member)


def leave(path: Path) -> int:
    """Remove the store at `path` from its team; return how many of its entries are not in the shared log."""
    if not path.exists():
        raise _in_no_team()
    with database.writing(path) as (connection, _):
        if team_state.membership(connection) is None:
            raise _in_no_team()
        waiting = team_state.waiting(connection)
        team_state.leave(connection)
    return waiting


def team_row(path: Path) -> TeamRow:
    """Return the state of the store at `path` in its team, as known without the server; conflicts are not counted."""
    member = membership(path)
    if member is None:
        raise _in_no_team()
    with database.reading(path) as connection:
        waiting, quarantined = team_state.waiting(connection), team_state.quarantined(connection)
    return TeamRow(member.name, member.url, member.cursor, waiting, quarantined, 0, 0)


def _displaced_error(displaced: Sequence[tuple[int, str]]) -> SyncRefusedError:
    seq, pushed_by = displaced[0]
    more = f", and {len(displaced) - 1} more" if len(displaced) > 1 else ""
    return SyncRefusedError(
        f"position {seq} of the shared log (sent by {pushed_by}) has the id of an entry of this copy, with other"
        f" content{more}; all other entries were exchanged",
        "run spacedialog restamp to record your entry again with a new id; the next sync sends it",
    )


def _in_a_team(member: team_state.Membership) -> InputError:
    return InputError(
        f"this database already belongs to the shared log {member.name}",
        "use another database with --db FILE; spacedialog team status shows this one",
    )


def _in_no_team() -> InputError:
    return InputError(
        "this database does not belong to a team", "join one with spacedialog team join, or create one with team create"
    )


class Replica:
    """A copy of a shared log, in the store at `path`; `connect` opens a connection to the log."""

    def __init__(self, path: Path, connect: Connect, surroundings: SyncEnvironment) -> None:
        self.path = path
        self._connect = connect
        self._surroundings = surroundings
        self._accepted = team_state.Accepted()
        self._sent = 0
        self._tried: frozenset[str] = frozenset()
        self._known_to = 0
        self._steps = 0
        self._prepared: tuple[object, list[SharedEntry]] = (None, [])

    def sync(self) -> Synced:
        """Exchange entries until the copy and the shared log are the same.

        NetworkError if the server cannot be reached or keeps failing, SyncRefusedError if the logs do not match. After
        an error, every recorded entry is still in this store.
        """
        self._prepared = (None, [])  # restamp may have changed what can be sent since the last call
        self._with_retries(self._exchange)
        with database.reading(self.path) as connection:
            displaced = team_state.displaced(connection)
        if displaced:
            raise _displaced_error(displaced)
        return Synced(self._sent, *self._accepted, self._waiting(), self._member().cursor)

    def preview(self) -> Synced:
        """Return the result that a sync would have, from one request, without changing anything."""
        member, waiting = self._member(), self._waiting()
        with closing(self._connect(member)) as exchange:
            page = exchange.page(member.cursor)
        verified(page, member.cursor, member.chain)
        return Synced(waiting, max(page.head.position - member.cursor, 0), 0, 0, waiting, member.cursor, dry_run=True)

    def heal(self) -> int:
        """Go back to the last position on which the copy and the log agree; return how many entries the log lost.

        Their positions are removed, so that the next sync sends those that no other member has sent by then.
        """
        return self._with_retries(self._heal)

    # One exchange

    def _exchange(self, exchange: Exchange) -> None:
        self._pull(exchange)
        while self._push(exchange):
            self._pull(exchange)

    def _pull(self, exchange: Exchange) -> None:
        more = True
        while more:
            member = self._member()
            page = exchange.page(member.cursor, known_to=self._known_to)
            self._known_to = 0
            more = self._apply(member, page)
        self._quarantine_early(exchange, page.head.clock)

    def _push(self, exchange: Exchange) -> bool:
        """Send the waiting entries, as many as one push holds; return whether there were any."""
        member = self._member()
        if not self._next(member):
            return False
        with exchange.turn(member.cursor) as turn:
            page = turn.page(member.cursor)
            while self._apply(member, page) or self._member().cursor != member.cursor:
                member = self._member()
                page = turn.page(member.cursor)
            entries = self._next(member)
            if not entries:
                return False
            self._check_clock(page.head)
            self._tried = frozenset(entry.id for entry in entries)
            turn.append(entries)
        # The log was locked, so these positions have the entries that were just sent.
        self._known_to = entries[-1].seq
        return True

    def _apply(self, member: team_state.Membership, page: Page) -> bool:
        """Record a page and the new cursor in one transaction; return whether there may be more to fetch."""
        if page.head.min_client > BODY_VERSION:
            raise SyncRefusedError(
                f"the shared log needs a newer spacedialog (format {page.head.min_client}; this is {BODY_VERSION})",
                "upgrade spacedialog; until then your entries stay in this database",
            )
        entries = verified(page, member.cursor, member.chain)
        if not entries:
            return False
        with self._writing() as connection:
            if team_state.membership(connection) != member:
                return True  # another sync of this copy came first
            known = team_state.record_positions(
                connection,
                [team_state.Place(*entry[:3], latest_time(entry)) for entry in entries if is_intact(entry)],
            )
            others = [entry for entry in entries if entry.id not in known]
            if any(entry.body is None for entry in others):
                raise InterruptedExchange("the log does not have the entries that were sent", "try again")
            hashes = log.hashes_of(connection, [entry.id for entry in others])
            accepted = team_state.accept_arrivals(connection, arrivals(others, hashes))
            team_state.join(connection, member._replace(cursor=entries[-1].seq, chain=entries[-1].chain))
        self._sent += len(known & self._tried)
        self._accepted = team_state.Accepted(*map(sum, zip(self._accepted, accepted, strict=True)))
        self._steps += 1
        return len(page.entries) > PAGE

    def _quarantine_early(self, exchange: Exchange, clock: int) -> None:
        """Quarantine the shared entries from the future, which an older program accepted."""
        with database.reading(self.path) as connection:
            early = team_state.shared_after(connection, clock + CLOCK_TOLERANCE)
        if early:
            # Whether an entry is from the future depends on its own push, as in every other copy.
            pages = (exchange.page(entry.seq - 1).entries for entry in early if entry.seq)
            shared = {one.id: one for page in pages for one in page if one.body}
            invalid = [
                arrival(one, entry.sha)
                for entry in early
                if (one := shared.get(entry.id)) and one.sha == entry.sha and entry.ts > latest_time(one)
            ]
            with self._writing() as connection:
                accepted = team_state.accept_arrivals(connection, invalid)
            self._accepted = self._accepted._replace(quarantined=self._accepted.quarantined + accepted.quarantined)

    def _next(self, member: team_state.Membership) -> list[SharedEntry]:
        """Return the entries to send next, placed after the cursor."""
        with database.reading(self.path) as connection:
            # Called before the log is locked and again afterwards; usually nothing has changed in between.
            state = (member, team_state.unsent_mark(connection))
            if self._prepared[0] != state:
                self._prepared = state, chained(member.chain, member.cursor, team_state.unsent(connection))
        return self._prepared[1]

    def _check_clock(self, head: LogHead) -> None:
        ahead = self._surroundings.now() - head.clock
        if ahead > CLOCK_TOLERANCE:
            raise SyncRefusedError(
                f"the clock of this computer is {_span(ahead)} ahead of the server's",
                "correct the clock, then run spacedialog restamp to record the affected entries again",
            )
        with database.reading(self.path) as connection:
            ahead = team_state.newest_unsent(connection) - head.clock
        if ahead > CLOCK_TOLERANCE:
            raise SyncRefusedError(
                f"entries were recorded with a clock that was {_span(ahead)} ahead of the server's",
                "run spacedialog restamp, which makes a backup and records them again with the current time",
            )

    # Heal

    def _heal(self, exchange: Exchange) -> int:
        member = self._member()
        chain = first_chain(member.log_id)
        chains = [chain]
        with database.reading(self.path) as connection:
            for sha in team_state.known_hashes(connection, member.cursor):
                chain = link(chain, sha)
                chains.append(chain)
        agreed, beyond = 0, len(chains)
        while beyond - agreed > 1:
            middle = (agreed + beyond) // 2
            if exchange.chain(middle) == chains[middle]:
                agreed = middle
            else:
                beyond = middle
        if agreed < member.cursor:
            with self._writing() as connection:
                team_state.forget_positions(connection, agreed)
                team_state.join(connection, member._replace(cursor=agreed, chain=chains[agreed]))
        return member.cursor - agreed

    # Connections

    def _with_retries(self, act: Callable[[Exchange], Answer]) -> Answer:
        """Call `act` with a connection to the shared log; if it is interrupted, repeat it after a random wait."""
        tries, steps, was_connected = 0, self._steps, False
        while True:
            is_connected = False
            try:
                with closing(self._connect(self._member())) as exchange:
                    is_connected = was_connected = True
                    return act(exchange)
            except InterruptedExchange as error:
                failure: NetworkError = error
            except NetworkError as error:
                if is_connected:
                    raise
                if not was_connected:
                    raise self._offline(error) from error
                failure = error  # the server was reached a moment ago, and is probably restarting
            tries, steps = (tries + 1 if steps == self._steps else 1), self._steps
            if tries > MOST_TRIES:
                raise self._offline(failure) from failure
            seconds = SHORTEST_WAIT + self._surroundings.chance() * min(LONGEST_WAIT, SHORTEST_WAIT * 2**tries)
            self._surroundings.notify(f"{failure.problem}; retrying in {seconds:.1f} s")
            self._surroundings.wait(seconds)

    def _offline(self, error: NetworkError) -> NetworkError:
        waiting = self._waiting()
        if not waiting:
            return NetworkError(error.problem, "run spacedialog sync again later; there are no entries to send")
        waits = "1 entry waits" if waiting == 1 else f"{waiting} entries wait"
        return NetworkError(error.problem, f"run spacedialog sync again later; {waits} in this database to be sent")

    def _member(self) -> team_state.Membership:
        """Return the shared log to which the copy belongs; InputError if it belongs to no team."""
        member = membership(self.path)
        if member is None:
            raise _in_no_team()
        return member

    def _waiting(self) -> int:
        with database.reading(self.path) as connection:
            return team_state.waiting(connection)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with database.writing(self.path) as (connection, _):
            yield connection


def _span(microseconds: int) -> str:
    minutes = microseconds // 60_000_000
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
