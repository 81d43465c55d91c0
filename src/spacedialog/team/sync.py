"""Bringing a copy and a shared log together: pull, push, and pull again, which alone says what stands where.

A push happens in one's turn at the log, and only when all that the log holds is here: so what is not in it is known
for certain, a reply that got lost does no harm, and a push that is repeated adds nothing. What was interrupted is
tried again a few times, after a wait of chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from spacedialog.errors import InputError, NetworkError, SyncRefusedError
from spacedialog.model.entry import BODY_VERSION
from spacedialog.model.rows.team import Synced, TeamRow
from spacedialog.store import database
from spacedialog.store.write import team_state
from spacedialog.team.exchange import (
    CLOCK_SKEW,
    PAGE,
    Exchange,
    Head,
    InterruptedExchange,
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
"""How many times in a row the same may be interrupted."""

SHORTEST_WAIT, LONGEST_WAIT = 0.1, 5.0

Connect = Callable[[team_state.Membership], Exchange]
Answer = TypeVar("Answer")


class SyncEnvironment(NamedTuple):
    """What a sync needs of the world: the time (µs, UTC), chance (0 to 1), waiting (s), bytes, and someone to tell."""

    now: Callable[[], int]
    chance: Callable[[], float]
    wait: Callable[[float], None]
    entropy: Callable[[int], bytes]
    tell: Callable[[str], None]


def membership(path: Path) -> team_state.Membership | None:
    """The shared log that the record in the store at `path` belongs to; None where it belongs to none."""
    if not path.exists():
        return None
    with database.reading(path) as connection:
        return team_state.membership(connection)


def begin(path: Path, member: team_state.Membership, seed: Callable[[sqlite3.Connection], None]) -> bool:
    """Make the record in the store at `path` one of a shared log; whether the store was made by it, from `seed`.

    InputError where it belongs to a shared log already.
    """
    with database.writing(path, seed) as (connection, is_new):
        if there := team_state.membership(connection):
            raise InputError(
                f"this record belongs to the team's log {there.name} already",
                "spacedialog team leave ends that; or keep another store: --db FILE",
            )
        team_state.join(connection, member)
    return is_new


def leave(path: Path) -> tuple[team_state.Membership, int]:
    """Let the record in the store at `path` belong to no team; which it was, and how many changes it never got."""
    if not path.exists():
        raise _no_team()
    with database.writing(path, empty_store) as (connection, _):
        member, waiting = team_state.membership(connection), team_state.waiting(connection)
        if member is None:
            raise _no_team()
        team_state.leave(connection)
    return member, waiting


def team_row(path: Path) -> TeamRow:
    """How the record in the store at `path` stands to its team's log, as far as is known here."""
    member = membership(path)
    if member is None:
        raise _no_team()
    with database.reading(path) as connection:
        waiting, aside = team_state.waiting(connection), team_state.quarantined(connection)
    return TeamRow(member.name, member.url, member.cursor, waiting, aside, 0, 0)


def _no_team() -> InputError:
    return InputError(
        "this record belongs to no team", "spacedialog team join URL NAME, or team create, makes it one of a team"
    )


def empty_store(_: sqlite3.Connection) -> None:
    """A new store with nothing in it."""


class Replica:
    """The copy of a record in the store at `path`, which belongs to a shared log; `connect` leads to that log."""

    def __init__(self, path: Path, connect: Connect, around: SyncEnvironment) -> None:
        self.path = path
        self._connect = connect
        self._around = around
        self._taken = team_state.Accepted()
        self._sent = 0
        self._tried: frozenset[str] = frozenset()
        self._known_to = 0
        self._steps = 0
        self._prepared: tuple[object, list[SharedEntry]] = (None, [])

    def sync(self) -> Synced:
        """Bring the copy and the shared log together.

        NetworkError where the server cannot be reached, or keeps failing; SyncRefusedError where the two do not go
        together. Neither changes what is recorded here.
        """
        self._with_patience(self._exchange)
        return self._account()

    def look(self) -> Synced:
        """What a sync would do, as far as one glance tells."""
        member, waiting = self._member(), self._waiting()
        with closing(self._connect(member)) as exchange:
            page = exchange.page(member.cursor)
        verified(page, member.cursor, member.chain)
        return Synced(waiting, max(page.head.position - member.cursor, 0), 0, 0, waiting, member.cursor, dry_run=True)

    def heal(self) -> int:
        """Go back to the last position that this copy and the log agree on; how many changes the log lost.

        They count as not sent from here on, so the next sync sends those of them that nobody else has sent again.
        """
        return self._with_patience(self._heal)

    def restamp(self) -> int:
        """Record anew, with the right time, what was recorded by a clock that was ahead and is not sent yet."""
        return self._with_patience(self._restamp)

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

    def _push(self, exchange: Exchange) -> bool:
        """Send what waits, as much as goes at once; whether there was anything."""
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
        # Nobody else could add to the log, so these positions hold what was just sent.
        self._known_to = entries[-1].seq
        return True

    def _apply(self, member: team_state.Membership, page: Page) -> bool:
        """Take a page in, with the cursor, in one transaction; whether there may be more to get."""
        if page.head.min_client > BODY_VERSION:
            raise SyncRefusedError(
                f"the team's log asks for a newer program (format {page.head.min_client}, here {BODY_VERSION})",
                "upgrade spacedialog; what was recorded here stays here until then",
            )
        entries = verified(page, member.cursor, member.chain)
        if not entries:
            return False
        with self._writing() as connection:
            if team_state.membership(connection) != member:
                return True  # another sync of this copy was quicker
            known = team_state.record_positions(connection, [(entry.seq, entry.id, entry.sha) for entry in entries])
            others = [entry for entry in entries if entry.id not in known]
            if any(entry.body is None for entry in others):
                raise InterruptedExchange("the log holds something else than what was sent", "try again")
            arrivals = [(entry, team_state.hash_of(connection, entry.id)) for entry in others]
            taken = team_state.accept_arrivals(connection, self._read(arrivals))
            team_state.join(connection, member._replace(cursor=entries[-1].seq, chain=entries[-1].chain))
        self._sent += len(known & self._tried)
        self._taken = team_state.Accepted(*map(sum, zip(self._taken, taken, strict=True)))
        self._steps += 1
        return len(page.entries) > PAGE

    def _read(self, entries: list[tuple[SharedEntry, str | None]]) -> Iterator[team_state.Arrival]:
        if entries:
            # Here, since it brings pydantic in, and most exchanges bring nothing new.
            from spacedialog.team.arrivals import arrival

            yield from (arrival(entry, known) for entry, known in entries)

    def _next(self, member: team_state.Membership) -> list[SharedEntry]:
        """What is next to be sent, as the entries that follow the cursor."""
        with database.reading(self.path) as connection:
            # Asked before the turn and in it: nearly always nothing has come in between.
            upon = (member, team_state.unsent_mark(connection))
            if self._prepared[0] != upon:
                self._prepared = upon, chained(member.chain, member.cursor, team_state.unsent(connection))
        return self._prepared[1]

    def _check_clock(self, head: Head) -> None:
        ahead = self._around.now() - head.clock
        if ahead > CLOCK_SKEW:
            raise SyncRefusedError(
                f"this machine's clock is {_span(ahead)} ahead of the server's",
                "set the clock; then spacedialog sync --restamp records anew what was recorded by the wrong one",
            )
        with database.reading(self.path) as connection:
            ahead = team_state.newest_unsent(connection) - head.clock
        if ahead > CLOCK_SKEW:
            raise SyncRefusedError(
                f"changes were recorded by a clock that was {_span(ahead)} ahead of the server's",
                "spacedialog sync --restamp records them anew, as of now, and keeps a copy of the store",
            )

    # Heal, restamp

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

    def _restamp(self, exchange: Exchange) -> int:
        from spacedialog.store.write.restamp import restamp

        member = self._member()
        clock = exchange.page(member.cursor).head.clock
        if self._around.now() - clock > CLOCK_SKEW:
            raise SyncRefusedError(
                f"this machine's clock is {_span(self._around.now() - clock)} ahead of the server's", "set it first"
            )
        with self._writing() as connection:
            if team_state.newest_unsent(connection) <= clock:
                return 0
            database.back_up(self.path, "restamp")
            return restamp(connection, later_than=clock, now=self._around.now, entropy=self._around.entropy)

    # Around it

    def _with_patience(self, act: Callable[[Exchange], Answer]) -> Answer:
        """Do something with the shared log; once more, after a wait of chance, where it was interrupted."""
        tries, steps, was_there = 0, self._steps, False
        while True:
            is_there = False
            try:
                with closing(self._connect(self._member())) as exchange:
                    is_there = was_there = True
                    return act(exchange)
            except InterruptedExchange as error:
                failure: NetworkError = error
            except NetworkError as error:
                if is_there:
                    raise
                if not was_there:
                    raise self._offline(error) from error
                failure = error  # a server that was there a moment ago starts again
            tries, steps = (tries + 1 if steps == self._steps else 1), self._steps
            if tries > MOST_TRIES:
                raise self._offline(failure) from failure
            seconds = SHORTEST_WAIT + self._around.chance() * min(LONGEST_WAIT, SHORTEST_WAIT * 2**tries)
            self._around.tell(f"{failure.problem}; trying again in {seconds:.1f} s")
            self._around.wait(seconds)

    def _offline(self, error: NetworkError) -> NetworkError:
        waiting = self._waiting()
        waits = f"{waiting} change{' waits' if waiting == 1 else 's wait'}" if waiting else "nothing waits"
        return NetworkError(
            error.problem, f"saved here; {waits}. spacedialog sync sends what waits, and can be repeated"
        )

    def _member(self) -> team_state.Membership:
        """The shared log that the copy belongs to; InputError where it belongs to none."""
        member = membership(self.path)
        if member is None:
            raise _no_team()
        return member

    def _waiting(self) -> int:
        with database.reading(self.path) as connection:
            return team_state.waiting(connection)

    def _account(self) -> Synced:
        return Synced(self._sent, *self._taken, self._waiting(), self._member().cursor)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with database.writing(self.path, empty_store) as (connection, _):
            yield connection


def _span(microseconds: int) -> str:
    minutes = microseconds // 60_000_000
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
