"""Tests of the sync contract, on a shared log in memory and on PostgreSQL of two major versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest

from spacedialog.errors import InputError, NotFoundError, SyncRefusedError
from spacedialog.model.entry import Entry, PendingEntry, canonical_form, has_valid_hash, make_entry, sha256_hex
from spacedialog.model.position import Scope
from spacedialog.store import database, team_state
from spacedialog.store.write.append import merge
from spacedialog.team.exchange import Exchange, SharedEntry, chained, first_chain, link
from spacedialog.team.server import connect
from spacedialog.team.sync import leave
from tests.support.memory_log import MemoryLogs, Timed
from tests.support.servers import Server
from tests.support.team import Member
from tests.support.trackers import Clock, Maker

VERSIONS = ("15", "18")


class Ground(NamedTuple):
    """The place of the shared logs of a test: memory, or a server's database."""

    logs: MemoryLogs | None
    server: Server | None
    log_id: str
    clock: Clock

    def reach(self, _: team_state.Membership | None = None) -> Exchange:
        """Return the shared log."""
        if self.logs:
            return self.logs.log(self.log_id)
        assert self.server
        return Timed(connect(self.server.url).log(self.log_id), self.clock)

    def entries(self) -> list[tuple[int, str, str]]:
        """Return position, hash and chain of every entry of the shared log."""
        page = self.reach().page(0)
        return [(entry.seq, entry.sha, entry.chain) for entry in page.entries]


@pytest.fixture(scope="session", params=["memory", *VERSIONS])
def keeper(request: pytest.FixtureRequest, server_of: Callable[[str], Server]) -> Server | None:
    """A server of each version; None for the log in memory."""
    return None if request.param == "memory" else server_of(request.param)


_numbers = count()


@pytest.fixture
def ground(keeper: Server | None, clock: Clock) -> Ground:
    """An empty shared log."""
    number = next(_numbers)
    log_id = f"log-{number}"
    if keeper is None:
        logs = MemoryLogs(clock)
        logs.create(f"space-{number}", log_id)
        return Ground(logs, None, log_id, clock)
    connect(keeper.url).create(f"space-{number}", log_id)
    return Ground(None, keeper, log_id, clock)


Members = Callable[..., Member]


@pytest.fixture
def member(make: Maker, ground: Ground) -> Members:
    """A function that makes members of the team, by default each with a copy of the invented record."""

    def made(name: str, like: str = "ruritania", clock: Clock | None = None) -> Member:
        now = clock or ground.clock
        tracker = make(like, author=name, seed=name, clock=now)
        return Member(tracker, ground.reach, now).join(ground.log_id)

    return made


def positions(member: Member) -> dict[int | None, str]:
    """Return the hash of each entry of a member's log, by its position in the shared log."""
    return {entry.seq: entry.sha for entry in member.entries()}


def test_an_entry_reaches_the_other_member(member: Members) -> None:
    """An entry of one member reaches the other after both have synced, and both logs are equal."""
    anna, rudolf = member("Anna"), member("Rudolf")
    anna.tracker.mark("1", "complete", evidence="https://strelsau.example/done")
    sent = anna.sync()
    assert sent.sent == len(anna.entries())
    assert sent.received == 0
    got = rudolf.sync()
    assert (got.sent, got.received) == (0, 1)
    assert rudolf.entries() == anna.entries()
    with rudolf.tracker.snapshot() as view:
        assert view.detail(view.refs.resolve("1")).commitment.status == "complete"


def test_the_log_has_no_gap_and_its_chain_follows(member: Members, ground: Ground) -> None:
    """Positions run from 1 without a gap, and each chain follows from the one before and the hash."""
    anna, rudolf = member("Anna"), member("Rudolf")
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
    assert positions(anna) == positions(rudolf) == {seq: sha for seq, sha, _ in entries}


def test_a_sync_with_nothing_new_does_nothing(member: Members, ground: Ground) -> None:
    """A second sync sends and receives nothing."""
    anna = member("Anna")
    anna.sync()
    before = ground.entries()
    again = anna.sync()
    assert (again.sent, again.received, again.waiting) == (0, 0, 0)
    assert ground.entries() == before


def test_offline_work_of_both_is_kept(member: Members) -> None:
    """Entries that two members recorded offline are in both copies, with the same state."""
    anna, rudolf = member("Anna"), member("Rudolf")
    anna.sync()
    rudolf.sync()
    for number in range(3):
        anna.tracker.note("1", f"from Anna {number}")
        rudolf.tracker.note("1", f"from Rudolf {number}")
    anna.tracker.mark("3", "stalled")
    rudolf.tracker.reschedule("4.1", "2028")
    for one in (anna, rudolf, anna):
        one.sync()
    assert anna.entries() == rudolf.entries()
    assert state(anna) == state(rudolf)


def state(member: Member) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Return the rows of every projection table of a member's store."""
    from spacedialog.store.schema import PROJECTION_TABLES

    with database.reading(member.tracker.path) as connection:
        tables = []
        for table in PROJECTION_TABLES:
            columns = [f'"{name}"' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            tables.append((table, sorted(rows, key=repr)))
        return tables


def test_a_record_of_no_team_does_not_sync(make: Maker, ground: Ground) -> None:
    """A sync without a team is refused, and the error says how to join one."""
    alone = Member(make("ruritania"), ground.reach, ground.clock)
    with pytest.raises(InputError, match="does not belong to a team"):
        alone.sync()


# Conflicts


def heads(member: Member) -> list[tuple[str, str, object, object]]:
    """Return a member's conflicts as ref, field, current value and other value."""
    with member.tracker.snapshot() as view:
        return [(row.ref, row.field, row.value, row.other_value) for row in view.conflicts()]


def together(*members: Member) -> None:
    """Sync all members until each has every entry."""
    for one in (*members, *members):
        one.sync()


def test_two_marks_made_apart_are_a_conflict_until_someone_decides(member: Members) -> None:
    """Two offline marks are a conflict in both copies, the later counting, until a member who has both marks again."""
    anna, rudolf = member("Anna"), member("Rudolf")
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


def test_a_mark_by_one_who_had_not_seen_the_other_decides_nothing(member: Members) -> None:
    """A further mark by a member who has not synced does not resolve the conflict."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "stalled")
    rudolf.tracker.note("1", "A note first")
    rudolf.tracker.mark("1", "in-progress")
    rudolf.tracker.mark("1", "complete")
    together(anna, rudolf)
    assert heads(anna) == [("RUR1-01", "status", "complete", "stalled")]


def test_agreement_is_no_conflict(member: Members) -> None:
    """Equal values, and values of different fields, are not a conflict."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "complete")
    rudolf.tracker.mark("1", "complete")
    anna.tracker.reschedule("3", "2027")
    rudolf.tracker.mark("3", "stalled")
    together(anna, rudolf)
    assert heads(anna) == heads(rudolf) == []


def test_a_ref_given_twice_gets_a_letter(member: Members) -> None:
    """Of two commitments added under one ref, the later gets a letter in every view until it is renamed."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    with anna.tracker.snapshot() as view:
        assert [row.ref for row in view.commitments()][-1] == "RUR1-05"
    from spacedialog.model.fields import NewCommitment

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


def rebuilt(member: Member) -> None:
    """Assert that the member's projection tables are equal to a rebuild from the log."""
    from spacedialog.store.write.projection import rebuild

    before = state(member)
    with database.writing(member.tracker.path) as (connection, _):
        rebuild(connection)
    assert state(member) == before


# Failures


def lost_tail(ground: Ground, after: int) -> None:
    """Truncate the shared log after a position, as a restore of an old backup does."""
    if ground.logs:
        del ground.logs.logs[ground.log_id][after:]
        return
    assert ground.server
    ground.server.sql(f"DELETE FROM spacedialog_change WHERE log_id = '{ground.log_id}' AND seq > {after}")
    ground.server.sql(
        f"UPDATE spacedialog_log SET head = {after}, chain = (SELECT chain FROM spacedialog_change"
        f" WHERE log_id = '{ground.log_id}' AND seq = {after}) WHERE log_id = '{ground.log_id}'"
    )


def test_a_restored_server_is_noticed_and_healed(member: Members, ground: Ground) -> None:
    """A sync with a restored server is refused with the position, and a heal sends the lost entries once."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    kept = anna.sync().position
    for number in range(4):
        anna.tracker.note("1", f"lost {number}")
    together(anna, rudolf)
    before = anna.entries()
    lost_tail(ground, kept + 1)
    for one in (anna, rudolf):
        with pytest.raises(SyncRefusedError, match=f"position {kept + 4}"):
            one.sync()
    assert anna.entries() == before
    assert anna.replica.heal() == 3
    assert anna.sync().sent == 3
    rudolf.replica.heal()
    rudolf.tracker.note("2", "after it")
    together(rudolf, anna)
    assert len({sha for _, sha, _ in ground.entries()}) == len(ground.entries()) == len(before) + 1
    assert anna.entries() == rudolf.entries()


def test_a_shared_log_with_other_entries_is_refused(member: Members, ground: Ground) -> None:
    """After a restored server took new entries, a member with lost entries is refused, heals and loses nothing."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    kept = rudolf.sync().position
    anna.tracker.note("1", "lost")
    anna.tracker.note("1", "lost too")
    anna.sync()
    lost_tail(ground, kept)
    rudolf.tracker.note("2", "went on")
    rudolf.tracker.note("2", "and on")
    rudolf.sync()
    with pytest.raises(SyncRefusedError, match=f"up to position {kept + 2} differs"):
        anna.sync()
    assert anna.replica.heal() == 2
    together(anna, rudolf)
    assert anna.entries() == rudolf.entries()
    assert [note for one in (anna, rudolf) for note in notes(one)].count("lost") == 2


def notes(member: Member) -> list[str]:
    """Return all notes of a member's log."""
    return [note for entry in member.entries() if (note := entry.content.get("note"))]


def planted(ground: Ground, *entries: SharedEntry) -> None:
    """Append entries to the shared log as a client that ignores the rules does."""
    with ground.reach().turn(0) as turn:
        turn.append(entries)


def test_an_invalid_entry_is_quarantined_and_the_sync_continues(member: Members, ground: Ground) -> None:
    """An invalid entry is quarantined and reported, and the sync goes on."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    seq, chain = len(page.entries), page.entries[-1].chain
    good = anna.tracker.note("1", "fine")
    entry = next(entry for entry in anna.entries() if entry.id == good.undo)
    if ground.server:  # The log in memory has no such constraint.
        ground.server.sql("ALTER TABLE spacedialog_change DROP CONSTRAINT IF EXISTS spacedialog_change_hash")
    torn = chained(chain, seq, [entry._replace(id="01930000-0000-7000-8000-000000000001", sha="0" * 64)])
    form = '["01930000-0000-7000-8000-000000000002", 1, 2, 3]'
    sha = sha256_hex(form)
    second = SharedEntry(seq + 2, "01930000-0000-7000-8000-000000000002", sha, link(torn[0].chain, sha), form)
    planted(ground, *torn, second)
    got = rudolf.sync()
    assert (got.received, got.quarantined) == (0, 2)
    rudolf.tracker.note("2", "goes on")
    together(rudolf, anna)
    assert anna.entries() == rudolf.entries()
    assert "fine" in notes(rudolf)


def from_the_future(ground: Ground, item: str) -> SharedEntry:
    """Return a valid entry for the next position whose time is a year ahead of the shared log's clock."""
    page = ground.reach().page(0)
    pending = PendingEntry("set", item, "2026-11-30", {"set": {"title": "Taken over"}})
    ts = ground.clock.now + 31_536_000_000_000
    entry = make_entry(pending, entry_id="01930000-0000-7000-8000-000000000005", ts=ts, author="Mallory", base=None)
    return chained(page.entries[-1].chain, len(page.entries), [entry])[0]


def test_an_entry_from_the_future_is_set_aside_by_every_copy(member: Members, ground: Ground) -> None:
    """An entry that was recorded after it was sent changes no copy, sets no clock, and stops no sync."""
    anna, rudolf, flavia = member("Anna"), member("Rudolf"), member("Flavia")
    together(anna, rudolf)
    before = state(anna)
    planted(ground, from_the_future(ground, rudolf.entries()[-1].item))
    assert [one.sync().quarantined for one in (anna, rudolf, flavia)] == [1, 1, 1]
    assert state(anna) == before
    assert anna.entries() == rudolf.entries() == flavia.entries()
    anna.tracker.mark("1", "stalled")
    assert anna.entries()[-1].ts <= ground.clock.now
    together(anna, rudolf)
    assert anna.entries() == rudolf.entries()


def test_an_entry_from_the_future_that_an_older_program_accepted_is_set_aside(member: Members, ground: Ground) -> None:
    """A copy that already has such an entry moves it to the quarantine at the next sync, and is sound afterwards."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    before = state(anna)
    shared = from_the_future(ground, rudolf.entries()[-1].item)
    planted(ground, shared)
    with database.writing(anna.tracker.path) as (connection, _):
        membership = team_state.membership(connection)
        assert membership is not None
        entry = Entry._make((*json.loads(shared.body or ""), shared.sha, None))
        accepted = team_state.Arrival(shared.seq, entry.id, entry.sha, shared.body or "", "mallory", entry, "")
        team_state.accept_arrivals(connection, [accepted])
        team_state.join(connection, membership._replace(cursor=shared.seq, chain=shared.chain))
    assert state(anna) != before
    anna.tracker.note("2", "goes on")
    got = anna.sync()
    assert (got.quarantined, got.sent) == (1, 1)
    rudolf.sync()
    assert anna.entries() == rudolf.entries()
    assert all(row.ok for row in anna.tracker.doctor() if row.check != "modes")


def test_an_invalid_entry_that_an_older_program_accepted_is_not_sent(member: Members, ground: Ground) -> None:
    """An unsent entry that is invalid and from the future stays in its copy, and stops no sync."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    pending = PendingEntry("set", anna.entries()[-1].item, "2026-11-30", {"set": {"status": "banana"}})
    ts = ground.clock.now + 31_536_000_000_000
    entry = make_entry(pending, entry_id="01930000-0000-7000-8000-000000000006", ts=ts, author="Anna", base=None)
    with database.writing(anna.tracker.path) as (connection, _):
        merge(connection, [entry], "log")
    anna.tracker.note("2", "goes on")
    got = anna.sync()
    assert (got.sent, got.waiting) == (1, 1)
    assert rudolf.sync().received == 1
    assert anna.tracker.restamp().changes == 0


def test_an_entry_with_the_id_of_a_lost_one_is_named_and_both_are_kept(member: Members, ground: Ground) -> None:
    """A sync of a copy that has an entry which the server lost names another entry that was sent with its id.

    After a restamp, the copies send theirs with a new id, the same in every copy; then every copy has both entries.
    """
    anna, rudolf, flavia = member("Anna"), member("Rudolf"), member("Flavia")
    kept = anna.sync().position
    lost = anna.tracker.note("1", "lost on the server").undo
    together(anna, rudolf)
    (entry,) = (entry for entry in anna.entries() if entry.id == lost)
    lost_tail(ground, kept)
    page = ground.reach().page(0)
    other = entry._replace(author="Mallory")
    planted(ground, *chained(page.entries[-1].chain, kept, [other._replace(sha=sha256_hex(canonical_form(other)))]))
    for one in (anna, rudolf):
        replica = one.replica
        replica.heal()
        for _ in range(2):
            with pytest.raises(SyncRefusedError, match=f"position {kept + 1} .* has the id of an entry"):
                replica.sync()
        assert one.tracker.restamp().changes == 1
        assert replica.sync().waiting == 0
    together(anna, rudolf, flavia)
    assert anna.entries() == rudolf.entries() == flavia.entries()
    authors = [entry.author for entry in flavia.entries() if entry.content.get("note") == "lost on the server"]
    assert sorted(authors) == ["Anna", "Mallory"]
    assert all(row.ok for row in anna.tracker.doctor() if row.check != "modes")


def test_entries_of_a_newer_program_are_stored_and_reported(member: Members, ground: Ground) -> None:
    """An entry in a newer format is received whole, not folded, and reported."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    draft = PendingEntry("set", anna.entries()[-1].item, "2026-11-30", {"v": 99, "set": ["a new form"]})
    change = make_entry(draft, entry_id="01930000-0000-7000-8000-000000000003", ts=5, author="Flavia", base=None)
    planted(ground, *chained(page.entries[-1].chain, len(page.entries), [change]))
    before = state(rudolf)
    got = rudolf.sync()
    assert (got.received, got.strange, got.quarantined) == (1, 1, 0)
    assert [rows for rows in state(rudolf) if rows[0] != "ignored"] == [rows for rows in before if rows[0] != "ignored"]
    assert change.id in {one.id for one in rudolf.entries()}


def test_a_hole_or_a_false_chain_is_refused(member: Members, ground: Ground) -> None:
    """A shared log with a missing position or a wrong chain is refused from that position on."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    page = ground.reach().page(0)
    before = rudolf.entries()
    draft = PendingEntry("note", before[-1].item, "2026-11-30", {"note": "beyond"})
    change = make_entry(draft, entry_id="01930000-0000-7000-8000-000000000004", ts=5, author="Flavia", base=None)
    (entry,) = chained("0" * 64, len(page.entries), [change])
    planted(ground, entry)
    with pytest.raises(SyncRefusedError, match=f"is broken at position {entry.seq}"):
        rudolf.sync()
    assert rudolf.entries() == before


def test_a_clock_that_is_ahead_is_refused_and_restamped(member: Members, ground: Ground) -> None:
    """A member whose clock is ahead cannot sync; after the clock is set right, a restamp records its entries anew in
    order.
    """
    fast = Clock(ground.clock.now + 400_000_000)
    anna, rudolf = member("Anna", clock=fast), member("Rudolf")
    rudolf.sync()
    anna.tracker.mark("1", "stalled", note="first")
    wrong = anna.tracker.mark("3", "complete", note="second")
    anna.tracker.undo(wrong.undo)
    with pytest.raises(SyncRefusedError, match="6 minutes ahead"):
        anna.sync()
    assert anna.tracker.restamp().changes == 0
    fast.now = ground.clock.now
    with pytest.raises(SyncRefusedError, match="ahead"):
        anna.sync()
    said = [(change.kind, change.on, change.author, change.content.get("note")) for change in anna.entries()[-3:]]
    with anna.tracker.snapshot() as view:
        seen = view.commitments()
        rows = [row._replace(updated_on="") for row in seen]
    restamped = anna.tracker.restamp()
    assert restamped.changes == 3
    anna.sync()
    rudolf.sync()
    assert anna.entries() == rudolf.entries()
    assert [(c.kind, c.on, c.author, c.content.get("note")) for c in anna.entries()[-3:]] == said
    assert all(change.ts <= ground.clock.now for change in anna.entries())
    assert all(has_valid_hash(change) for change in anna.entries())
    with rudolf.tracker.snapshot() as view:
        assert [row._replace(updated_on="") for row in view.commitments()] == rows
    assert restamped.kept == f"{anna.tracker.path}.backup-1-before-restamp"
    assert anna.tracker.restamp() == (0, None)


def test_a_view_of_a_position_is_the_same_everywhere_and_stays(member: Members) -> None:
    """The record at a position is the same for all members, whatever is recorded later."""
    anna, rudolf = member("Anna"), member("Rudolf")
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


def test_joining_with_a_record_of_ones_own_loses_nothing(member: Members) -> None:
    """A member who joins with other entries sends them and receives the rest."""
    anna = member("Anna")
    anna.sync()
    other = member("Michael", "built-in")
    had = len(other.entries())
    got = other.sync()
    assert (got.sent, got.received) == (had, len(anna.entries()))
    anna.sync()
    assert anna.entries() == other.entries()
    assert state(anna) == state(other)


def test_leaving_keeps_all_and_one_can_join_again(member: Members, ground: Ground) -> None:
    """A member who leaves keeps every entry, and sends nothing twice after joining again."""
    anna = member("Anna")
    anna.sync()
    before = [entry._replace(seq=None) for entry in anna.entries()]
    leave(anna.tracker.path)
    assert anna.entries() == before
    again = anna.join(ground.log_id).sync()
    assert (again.sent, again.received) == (0, 0)
    assert [entry.seq for entry in anna.entries()].count(None) == 0
