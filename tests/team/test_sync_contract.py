"""Copies and a shared log: one suite on a log in memory and on PostgreSQL of two major versions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import pytest

from spacedialog.errors import InputError, NotFoundError, SyncRefusedError
from spacedialog.model.entry import Entry, PendingEntry, has_valid_hash, make_entry, sha256_hex
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Synced
from spacedialog.store import database
from spacedialog.store.write import team_state
from spacedialog.team.exchange import Exchange, SharedEntry, chained, first_chain, link
from spacedialog.team.server import connect
from spacedialog.team.sync import Replica, SyncEnvironment, begin, empty_store, leave
from spacedialog.tracker import Tracker
from tests.conftest import Clock, Maker, entropy
from tests.support.memory_log import MemoryLogs, Timed
from tests.support.servers import Server, installations, missing, running

VERSIONS = ("15", "18")


class Ground(NamedTuple):
    """Where the logs are: an in-memory one, or a server's database."""

    logs: MemoryLogs | None
    server: Server | None
    log_id: str
    clock: Clock

    def reach(self, _: team_state.Membership | None = None) -> Exchange:
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


Desks = Callable[..., "Desk"]


class Desk:
    """One member: a tracker, and the copy behind it."""

    def __init__(self, tracker: Tracker, ground: Ground, now: Callable[[], int]) -> None:
        self.tracker = tracker
        self.waits: list[float] = []
        self.told: list[str] = []
        self._around = SyncEnvironment(
            now, random.Random(4).random, self.waits.append, entropy(tracker.author), self.told.append
        )
        self._ground = ground

    def join(self) -> Desk:
        """Belong to the log."""
        begin(
            self.tracker.path,
            team_state.Membership("memory:", "space", self._ground.log_id, 0, first_chain(self._ground.log_id)),
            empty_store,
        )
        return self

    @property
    def copy(self) -> Replica:
        """What syncs."""
        return Replica(self.tracker.path, self._ground.reach, self._around)

    def sync(self) -> Synced:
        """Bring it together with the log."""
        return self.copy.sync()

    def changes(self) -> list[Entry]:
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


def test_what_one_shares_the_other_gets(desk: Desks) -> None:
    """A change of one desk is at the other after both have synced, and both have the same log."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    anna.tracker.mark("1", "complete", evidence="https://strelsau.example/done")
    sent = anna.sync()
    assert sent.sent == len(anna.changes())
    assert sent.received == 0
    got = rudolf.sync()
    assert (got.sent, got.received) == (0, 1)
    assert rudolf.changes() == anna.changes()
    with rudolf.tracker.snapshot() as view:
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
    from spacedialog.store.trust import PROJECTION_TABLES

    with database.reading(desk.tracker.path) as connection:
        tables = []
        for table in PROJECTION_TABLES:
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
    with desk.tracker.snapshot() as view:
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
    with anna.tracker.snapshot() as view:
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
    with anna.tracker.snapshot() as view:
        assert [row.ref for row in view.commitments()][-1] == "RUR1-05"
    from spacedialog.editing.commitments import NewCommitment

    anna.tracker.add(NewCommitment("Map the ice", "weather", "JS", due=None))
    rudolf.tracker.add(NewCommitment("Map the dust", "moon", "JS"))
    rudolf.tracker.add_milestone("RUR1-06", "First map", "2027-05")
    together(anna, rudolf)
    for one in (anna, rudolf):
        with one.tracker.snapshot() as view:
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
        with one.tracker.snapshot() as view:
            assert view.disagreements() == (0, 0)
            assert view.refs.resolve("7").ref == "RUR1-07"
    assert state(anna) == state(rudolf)
    rebuilt(anna)


def rebuilt(desk: Desk) -> None:
    """The tables are those that the log makes anew."""
    from spacedialog.store.write.projection import rebuild

    before = state(desk)
    with database.writing(desk.tracker.path, empty_store) as (connection, _):
        rebuild(connection)
    assert state(desk) == before


# What goes wrong


def lost_tail(ground: Ground, after: int) -> None:
    """Put the server back to a position, as from an old backup."""
    if ground.logs:
        del ground.logs.logs[ground.log_id][after:]
        return
    assert ground.server
    ground.server.sql(f"DELETE FROM spacedialog_change WHERE log_id = '{ground.log_id}' AND seq > {after}")
    ground.server.sql(
        f"UPDATE spacedialog_log SET head = {after}, chain = (SELECT chain FROM spacedialog_change"
        f" WHERE log_id = '{ground.log_id}' AND seq = {after}) WHERE log_id = '{ground.log_id}'"
    )


def test_a_restored_server_is_noticed_and_healed(desk: Desks, ground: Ground) -> None:
    """Where the server was put back, a sync is refused with the position; --heal sends what it lost, once."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    kept = anna.sync().position
    for number in range(4):
        anna.tracker.note("1", f"lost {number}")
    together(anna, rudolf)
    before = anna.changes()
    lost_tail(ground, kept + 1)
    for one in (anna, rudolf):
        with pytest.raises(SyncRefusedError, match=f"position {kept + 4}"):
            one.sync()
    assert anna.changes() == before
    assert anna.copy.heal() == 3
    assert anna.sync().sent == 3
    rudolf.copy.heal()
    rudolf.tracker.note("2", "after it")
    together(rudolf, anna)
    assert len({sha for _, sha, _ in ground.entries()}) == len(ground.entries()) == len(before) + 1
    assert anna.changes() == rudolf.changes()


def test_a_server_that_went_on_without_us_is_noticed(desk: Desks, ground: Ground) -> None:
    """Where others went on from an old backup, who has seen the lost part is refused, heals, and loses nothing."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    kept = rudolf.sync().position
    anna.tracker.note("1", "lost")
    anna.tracker.note("1", "lost too")
    anna.sync()
    lost_tail(ground, kept)
    rudolf.tracker.note("2", "went on")
    rudolf.tracker.note("2", "and on")
    rudolf.sync()
    with pytest.raises(SyncRefusedError, match=f"at position {kept + 2}"):
        anna.sync()
    assert anna.copy.heal() == 2
    together(anna, rudolf)
    assert anna.changes() == rudolf.changes()
    assert [note for one in (anna, rudolf) for note in notes(one)].count("lost") == 2


def notes(desk: Desk) -> list[str]:
    """All notes on record."""
    return [note for change in desk.changes() if (note := change.content.get("note"))]


def planted(ground: Ground, *entries: SharedEntry) -> None:
    """Add entries as a client would that does not keep the rules."""
    with ground.reach().turn(0) as turn:
        turn.append(entries)


def test_what_is_no_change_is_set_aside_and_the_rest_goes_on(desk: Desks, ground: Ground) -> None:
    """An entry that does not hold together is reported, not taken in, and stops nobody."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    seq, chain = len(page.entries), page.entries[-1].chain
    good = anna.tracker.note("1", "fine")
    change = next(change for change in anna.changes() if change.id == good.undo)
    torn = chained(chain, seq, [change._replace(id="01930000-0000-7000-8000-000000000001", sha="0" * 64)])
    form = '["01930000-0000-7000-8000-000000000002", 1, 2, 3]'
    sha = sha256_hex(form)
    second = SharedEntry(seq + 2, "01930000-0000-7000-8000-000000000002", sha, link(torn[0].chain, sha), form)
    planted(ground, *torn, second)
    got = rudolf.sync()
    assert (got.received, got.quarantined) == (0, 2)
    rudolf.tracker.note("2", "goes on")
    together(rudolf, anna)
    assert anna.changes() == rudolf.changes()
    assert "fine" in notes(rudolf)


def test_what_a_newer_program_says_is_kept_and_reported(desk: Desks, ground: Ground) -> None:
    """A change in a newer format comes in whole, counts for nothing here, and is told of."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    draft = PendingEntry("set", anna.changes()[-1].item, "2026-11-30", {"v": 99, "set": ["a new form"]})
    change = make_entry(draft, change_id="01930000-0000-7000-8000-000000000003", ts=5, author="Flavia", base=None)
    planted(ground, *chained(page.entries[-1].chain, len(page.entries), [change]))
    before = state(rudolf)
    got = rudolf.sync()
    assert (got.received, got.strange, got.quarantined) == (1, 1, 0)
    assert state(rudolf) == before
    assert change.id in {one.id for one in rudolf.changes()}


def test_a_hole_or_a_false_chain_is_refused(desk: Desks, ground: Ground) -> None:
    """A log with a position missing, or with a chain that does not follow, is not read past that point."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    before = rudolf.changes()
    draft = PendingEntry("note", before[-1].item, "2026-11-30", {"note": "beyond"})
    change = make_entry(draft, change_id="01930000-0000-7000-8000-000000000004", ts=5, author="Flavia", base=None)
    (entry,) = chained("0" * 64, len(page.entries), [change])
    planted(ground, entry)
    with pytest.raises(SyncRefusedError, match=f"position {entry.seq} .* does not follow"):
        rudolf.sync()
    assert rudolf.changes() == before


def test_a_clock_that_is_ahead_is_refused_and_restamped(desk: Desks, ground: Ground) -> None:
    """A clock that is ahead sends nothing; set right, --restamp records anew, in order, what it recorded."""
    fast = Clock(ground.clock.now + 400_000_000)
    anna, rudolf = desk("Anna", clock=fast), desk("Rudolf")
    rudolf.sync()
    anna.tracker.mark("1", "stalled", note="first")
    wrong = anna.tracker.mark("3", "complete", note="second")
    anna.tracker.undo(wrong.undo)
    with pytest.raises(SyncRefusedError, match="6 minutes ahead"):
        anna.sync()
    with pytest.raises(SyncRefusedError, match="clock"):
        anna.copy.restamp()
    fast.now = ground.clock.now
    with pytest.raises(SyncRefusedError, match="ahead"):
        anna.sync()
    said = [(change.kind, change.on, change.author, change.content.get("note")) for change in anna.changes()[-3:]]
    with anna.tracker.snapshot() as view:
        seen = view.commitments()
        rows = [row._replace(updated_on="") for row in seen]
    assert anna.copy.restamp() == 3
    anna.sync()
    rudolf.sync()
    assert anna.changes() == rudolf.changes()
    assert [(c.kind, c.on, c.author, c.content.get("note")) for c in anna.changes()[-3:]] == said
    assert all(change.ts <= ground.clock.now for change in anna.changes())
    assert all(has_valid_hash(change) for change in anna.changes())
    with rudolf.tracker.snapshot() as view:
        assert [row._replace(updated_on="") for row in view.commitments()] == rows
    assert anna.tracker.path.with_name(anna.tracker.path.name + ".backup-1-before-restamp").exists()


def test_a_view_of_a_position_is_the_same_everywhere_and_stays(desk: Desks) -> None:
    """The record at a position is one for all, and what comes later does not change it."""
    anna, rudolf = desk("Anna"), desk("Rudolf")
    anna.tracker.mark("1", "stalled")
    position = anna.sync().position
    rudolf.tracker.mark("1", "complete")
    together(anna, rudolf)
    seen = []
    for one in (anna, rudolf):
        with one.tracker.snapshot(Scope(at_seq=position)) as view:
            seen.append(list(view.commitments()))
            assert view.position().seq == position
    assert seen[0] == seen[1]
    assert seen[0][0].status == "stalled"
    with pytest.raises(NotFoundError, match="not reached"), anna.tracker.snapshot(Scope(at_seq=10**6)):
        pass


def test_joining_with_a_record_of_ones_own_loses_nothing(desk: Desks, make: Maker, ground: Ground) -> None:
    """Who joins with other content brings it in, and gets the rest."""
    anna = desk("Anna")
    anna.sync()
    other = Desk(make("bundled", author="Michael", seed="Michael", clock=ground.clock), ground, ground.clock).join()
    had = len(other.changes())
    got = other.sync()
    assert (got.sent, got.received) == (had, len(anna.changes()))
    anna.sync()
    assert anna.changes() == other.changes()
    assert state(anna) == state(other)


def test_leaving_keeps_all_and_one_can_join_again(desk: Desks) -> None:
    """Who leaves keeps every change; who joins again sends nothing twice."""
    anna = desk("Anna")
    anna.sync()
    before = [change._replace(seq=None) for change in anna.changes()]
    leave(anna.tracker.path)
    assert anna.changes() == before
    again = anna.join().sync()
    assert (again.sent, again.received) == (0, 0)
    assert [change.seq for change in anna.changes()].count(None) == 0
