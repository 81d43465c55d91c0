"""Copies and a shared log: one suite on a log in memory and on PostgreSQL of two major versions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from spacedialog.errors import InputError
from spacedialog.log import Change
from spacedialog.rows import Synced
from spacedialog.store import files, shared
from spacedialog.team.exchange import Exchange, first_chain, link
from spacedialog.team.server import connect
from spacedialog.team.sync import Copy, Surroundings, begin, nothing
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from tests.conftest import Clock, Maker
    from tests.fakes import MemoryLogs, Timed
    from tests.servers import Server, installations, missing, running
else:
    from conftest import Clock, Maker
    from fakes import MemoryLogs, Timed
    from servers import Server, installations, missing, running

VERSIONS = ("15", "18")


class Ground(NamedTuple):
    """Where the logs are: an in-memory one, or a server's database."""

    logs: MemoryLogs | None
    server: Server | None
    log_id: str
    clock: Clock

    def reach(self, _: shared.Membership | None = None) -> Exchange:
        """The shared log."""
        if self.logs:
            return self.logs.log(self.log_id)
        assert self.server
        return Timed(connect(self.server.url).log(self.log_id), self.clock)

    def entries(self) -> list[tuple[int, str, str]]:
        """Position, sha and chain of all that the log holds."""
        page = self.reach().page(0)
        return [(entry.seq, entry.sha, entry.chain) for entry in page.entries]


@pytest.fixture(scope="session", params=["memory", *VERSIONS])
def keeper(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """A server of each kind; None for memory."""
    if request.param == "memory":
        yield None
    elif request.param not in installations():
        pytest.skip(f"no PostgreSQL {request.param} here: {missing(request.param)}")
    else:
        with running(request.param) as server:
            yield server


_numbers = count()


@pytest.fixture
def ground(keeper: Server | None, clock: Clock) -> Ground:
    """A log with nothing in it yet."""
    number = next(_numbers)
    log_id = f"log-{number}"
    if keeper is None:
        logs = MemoryLogs(clock)
        logs.create(f"space-{number}", log_id)
        return Ground(logs, None, log_id, clock)
    connect(keeper.url).create(f"space-{number}", log_id)
    return Ground(None, keeper, log_id, clock)


Desks = Callable[[str], "Desk"]


class Desk:
    """One member: a tracker, and the copy behind it."""

    def __init__(self, tracker: Tracker, ground: Ground, now: Callable[[], int]) -> None:
        self.tracker = tracker
        self.waits: list[float] = []
        self.told: list[str] = []
        self._around = Surroundings(
            now, random.Random(4).random, self.waits.append, lambda size: bytes(range(size)), self.told.append
        )
        self._ground = ground

    def join(self) -> Desk:
        """Belong to the log."""
        begin(
            self.tracker.path,
            shared.Membership("memory:", "space", self._ground.log_id, 0, first_chain(self._ground.log_id)),
            nothing,
        )
        return self

    @property
    def copy(self) -> Copy:
        """What syncs."""
        return Copy(self.tracker.path, self._ground.reach, self._around)

    def sync(self) -> Synced:
        """Bring it together with the log."""
        return self.copy.sync()

    def changes(self) -> list[Change]:
        """The log as this desk has it."""
        return list(self.tracker.log())

    def positions(self) -> dict[int | None, str]:
        """What stands at each position."""
        return {change.seq: change.sha for change in self.changes()}


@pytest.fixture
def desk(make: Maker, ground: Ground) -> Desks:
    """Makes members of the team, each with a copy of the invented record."""

    def made(name: str, like: str | None = "ruritania", clock: Clock | None = None) -> Desk:
        now = clock or ground.clock
        tracker = make(like, author=name, seed=name, clock=now)
        return Desk(tracker, ground, now).join()

    return made


def test_what_one_shares_the_other_gets(desk: Desks, ground: Ground) -> None:
    """A change of one desk is at the other after both have synced, and both have the same log."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    anna.tracker.mark("1", "complete", evidence="https://strelsau.example/done")
    sent = anna.sync()
    assert sent.sent == len(anna.changes())
    assert sent.received == 0
    got = rudolf.sync()
    assert (got.sent, got.received) == (0, 1)
    assert rudolf.changes() == anna.changes()
    with rudolf.tracker.view() as view:
        assert view.detail(view.refs.resolve("1")).commitment.status == "complete"


def test_the_log_has_no_gap_and_its_chain_follows(desk: Desks, ground: Ground) -> None:
    """Positions run from 1 without a hole, and each chain is that of the one before and the sha."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    for number in range(5):
        anna.tracker.note("1", f"note {number}")
        anna.sync()
        rudolf.tracker.note("2", f"note {number}")
        rudolf.sync()
    entries = ground.entries()
    assert [seq for seq, _, _ in entries] == list(range(1, len(entries) + 1))
    chain = first_chain(ground.log_id)
    for _, sha, there in entries:
        chain = link(chain, sha)
        assert there == chain
    anna.sync()
    assert anna.positions() == rudolf.positions() == {seq: sha for seq, sha, _ in entries}


def test_a_sync_with_nothing_new_does_nothing(desk: Desks, ground: Ground) -> None:
    """Syncing again sends and gets nothing."""
    anna = desk("Anna")
    anna.sync()
    before = ground.entries()
    again = anna.sync()
    assert (again.sent, again.received, again.waiting) == (0, 0, 0)
    assert ground.entries() == before


def test_offline_work_of_both_is_kept(desk: Desks) -> None:
    """What both recorded while apart stands in both copies, in the same state."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    anna.sync()
    rudolf.sync()
    for number in range(3):
        anna.tracker.note("1", f"from Anna {number}")
        rudolf.tracker.note("1", f"from Rudolf {number}")
    anna.tracker.mark("3", "stalled")
    rudolf.tracker.reschedule("4.1", "2028")
    for one in (anna, rudolf, anna):
        one.sync()
    assert anna.changes() == rudolf.changes()
    assert state(anna) == state(rudolf)


def state(desk: Desk) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Every table that is a cache of the log, as this desk has it."""
    from spacedialog.store.cache import TABLES

    with files.reading(desk.tracker.path) as connection:
        tables = []
        for table in TABLES:
            columns = [f'"{name}"' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            tables.append((table, sorted(rows, key=repr)))
        return tables


def test_a_record_of_no_team_does_not_sync(make: Maker, ground: Ground) -> None:
    """A sync of a record that belongs to no team is refused, and says how to join one."""
    alone = Desk(make("ruritania"), ground, ground.clock)
    with pytest.raises(InputError, match="no team"):
        alone.sync()


# What does not agree


def heads(desk: Desk) -> list[tuple[str, str, object, object]]:
    """What the desk's conflicts are: ref, field, the value that counts, the other."""
    with desk.tracker.view() as view:
        return [(row.ref, row.field, row.value, row.other_value) for row in view.conflicts()]


def together(*desks: Desk) -> None:
    """Everyone syncs until all have everything."""
    for one in (*desks, *desks):
        one.sync()


def test_two_marks_made_apart_are_a_conflict_until_someone_decides(desk: Desks) -> None:
    """Both values are kept, the later counts, both copies show both; a mark by one who had both ends it everywhere."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "stalled")
    rudolf.tracker.mark("1", "complete")
    together(anna, rudolf)
    assert heads(anna) == heads(rudolf) == [("RUR1-01", "status", "complete", "stalled")]
    with anna.tracker.view() as view:
        detail = view.detail(view.refs.resolve("1"))
        assert "conflict" in detail.commitment.flags
        assert {detail.conflicts[0].author, detail.conflicts[0].other_author} == {"Anna", "Rudolf"}
    anna.tracker.note("1", "They look into it")
    together(anna, rudolf)
    assert len(heads(rudolf)) == 1
    anna.tracker.mark("1", "in-progress")
    together(anna, rudolf)
    assert heads(anna) == heads(rudolf) == []


def test_a_mark_by_one_who_had_not_seen_the_other_decides_nothing(desk: Desks) -> None:
    """Who goes on without having synced does not end a conflict of which he knew nothing."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "stalled")
    rudolf.tracker.note("1", "A note first")
    rudolf.tracker.mark("1", "in-progress")
    rudolf.tracker.mark("1", "complete")
    together(anna, rudolf)
    assert heads(anna) == [("RUR1-01", "status", "complete", "stalled")]


def test_agreement_is_no_conflict(desk: Desks) -> None:
    """Two who say the same, or who speak of different fields, do not contradict each other."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "complete")
    rudolf.tracker.mark("1", "complete")
    anna.tracker.reschedule("3", "2027")
    rudolf.tracker.mark("3", "stalled")
    together(anna, rudolf)
    assert heads(anna) == heads(rudolf) == []


def test_a_ref_given_twice_is_told_apart(desk: Desks) -> None:
    """Of two things added apart under one ref the later is shown with a letter, everywhere, until it is renamed."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    with anna.tracker.view() as view:
        assert [row.ref for row in view.commitments()][-1] == "RUR1-05"
    from spacedialog.statements import Addition

    anna.tracker.add(Addition("Map the ice", "weather", "JS", due=None))
    rudolf.tracker.add(Addition("Map the dust", "moon", "JS"))
    rudolf.tracker.add_milestone("RUR1-06", "First map", "2027-05")
    together(anna, rudolf)
    for one in (anna, rudolf):
        with one.tracker.view() as view:
            titles = {row.ref: row.title for row in view.commitments()}
            assert titles["RUR1-06"] == "Map the ice"
            assert titles["RUR1-06b"] == "Map the dust"
            assert view.refs.resolve("6").ref == "RUR1-06"
            assert view.refs.resolve("6b").ref == view.refs.resolve("rur1-06B").ref == "RUR1-06b"
            assert view.refs.resolve("6b.1").ref == "RUR1-06b.1"
            assert "RUR1-06b.1" in [row.ref for row in view.upcoming()]
            assert {row.ref for row in view.history(view.refs.resolve("6b"))} == {"RUR1-06b", "RUR1-06b.1"}
            assert view.disagreements() == (0, 1)
            assert view.refs.next_ref("RUR1") == "RUR1-07"
    assert heads(anna) == heads(rudolf) == [("RUR1-06b", "ref", "RUR1-06", "RUR1-06")]
    assert state(anna) == state(rudolf)
    anna.tracker.edit("RUR1-06b", {"ref": "RUR1-07"})
    together(anna, rudolf)
    for one in (anna, rudolf):
        with one.tracker.view() as view:
            assert view.disagreements() == (0, 0)
            assert view.refs.resolve("7").ref == "RUR1-07"
    assert state(anna) == state(rudolf)
    rebuilt(anna)


def rebuilt(desk: Desk) -> None:
    """The tables are those that the log makes anew."""
    from spacedialog.store.cache import rebuild

    before = state(desk)
    with files.writing(desk.tracker.path, nothing) as (connection, _):
        rebuild(connection)
    assert state(desk) == before
