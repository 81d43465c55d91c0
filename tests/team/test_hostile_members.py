"""Members and servers that behave badly: copies stay equal, and no entry is lost or recorded twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spacedialog.errors import SyncRefusedError
from spacedialog.model.entry import Entry, PendingEntry, canonical_form, item_id, make_entry, sha256_hex
from spacedialog.store import database, team_state
from spacedialog.team.exchange import chained, first_chain
from tests.support.memory_log import MemoryLogs
from tests.support.team import Member
from tests.support.trackers import Clock, Maker

Members = Callable[..., Member]


@pytest.fixture
def member(make: Maker, logs: MemoryLogs, clock: Clock) -> Members:
    """A function that makes members, each with a copy of the invented record."""

    def made(name: str, own_clock: Clock | None = None) -> Member:
        tracker = make("ruritania", author=name, seed=name, clock=own_clock or clock)
        return Member(tracker, lambda membership: logs.log(membership.log_id), own_clock or clock).join("log")

    return made


def together(*members: Member) -> None:
    """Sync all members until each has every entry."""
    for one in (*members, *members):
        one.sync()


def push(logs: MemoryLogs, entry: Entry) -> None:
    """Append an entry as a member with SQL of their own can."""
    log = logs.logs["log"]
    chain = log[-1].chain if log else first_chain("log")
    logs.log("log", "mallory").append(chained(chain, len(log), [entry]))


def signed(entry: Entry) -> Entry:
    """Return the entry with a hash that matches."""
    return entry._replace(sha=sha256_hex(canonical_form(entry)))


def recover(*members: Member) -> None:
    """Bring copies back to a shared log that was put back: heal, sync and, if an id was taken, restamp."""
    for one in members:
        one.replica.heal()
        try:
            one.sync()
        except SyncRefusedError:
            assert one.tracker.restamp().changes
            one.sync()


def test_a_server_whose_clock_goes_back_takes_no_entry_from_anyone(member: Members, clock: Clock) -> None:
    """An entry that was valid when it was sent stays valid, whatever the server's clock shows later."""
    fast = Clock(clock.now + 290_000_000)
    anna, rudolf = member("Anna", fast), member("Rudolf")
    together(anna, rudolf)
    anna.tracker.mark("1", "stalled")
    together(anna, rudolf)
    for step in (15_000_000, 3_600_000_000):
        clock.now -= step
        for one in (anna, rudolf):
            assert one.sync().quarantined == 0
        assert anna.entries() == rudolf.entries()
    assert anna.entries()[-1].content["set"] == {"status": "stalled"}


def test_a_taken_id_and_a_taken_new_id_lose_nothing(member: Members, logs: MemoryLogs) -> None:
    """An entry whose id, and whose next id, another member used after the server lost it is kept once."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    kept = len(logs.logs["log"])
    lost = anna.tracker.note("1", "lost on the server").undo
    together(anna, rudolf)
    (entry,) = (entry for entry in anna.entries() if entry.id == lost)
    del logs.logs["log"][kept:]
    push(logs, signed(entry._replace(author="Mallory", seq=None)))
    push(logs, signed(entry._replace(id=item_id("displaced", entry.sha), author="Mallory", seq=None)))
    recover(anna, rudolf)
    flavia = member("Flavia")
    together(anna, rudolf, flavia)
    assert anna.entries() == rudolf.entries() == flavia.entries()
    notes = [one.author for one in flavia.entries() if one.content.get("note") == "lost on the server"]
    assert sorted(notes) == ["Anna", "Mallory", "Mallory"]


def test_an_undo_finds_the_entry_whose_id_was_taken(member: Members, logs: MemoryLogs) -> None:
    """An entry that was undone stays undone, and its successors no conflict, although it has another id now."""
    anna, rudolf = member("Anna"), member("Rudolf")
    together(anna, rudolf)
    kept = len(logs.logs["log"])
    undone = anna.tracker.mark("1", "complete").undo
    anna.tracker.undo(undone)
    based = anna.tracker.mark("2", "stalled").undo
    together(anna, rudolf)
    rudolf.tracker.mark("2", "in-progress")
    together(anna, rudolf)
    before = {entry.id: entry for entry in anna.entries()}
    del logs.logs["log"][kept:]
    for taken in (undone, based):
        item = item_id("commitment", "RUR1-05")
        pending = PendingEntry("note", item, "2026-11-30", {"note": "taken"})
        push(logs, make_entry(pending, entry_id=str(taken), ts=before[str(taken)].ts, author="Mallory", base=None))
    recover(anna, rudolf)
    flavia = member("Flavia")
    together(anna, rudolf, flavia)
    assert anna.entries() == rudolf.entries() == flavia.entries()
    with flavia.tracker.snapshot() as view:
        rows = {row.ref: row.status for row in view.commitments()}
        assert rows["RUR1-01"] != "complete"
        assert rows["RUR1-02"] == "in-progress"
        assert list(view.conflicts()) == []


def test_restamp_leaves_entries_that_others_have(member: Members, logs: MemoryLogs, clock: Clock) -> None:
    """After a heal with a slow clock, a restamp records nothing again that other copies have."""
    slow = Clock(clock.now)
    anna, rudolf = member("Anna", slow), member("Rudolf")
    together(anna, rudolf)
    kept = len(logs.logs["log"])
    rudolf.tracker.note("1", "of Rudolf")
    together(rudolf, anna)
    del logs.logs["log"][kept:]
    anna.replica.heal()
    slow.now -= 600_000_000
    assert anna.tracker.restamp().changes == 0
    slow.now = clock.now
    recover(anna, rudolf)
    together(anna, rudolf)
    assert [entry.content.get("note") for entry in anna.entries()].count("of Rudolf") == 1


def test_an_entry_that_an_older_version_accepted_counts_in_no_copy(member: Members) -> None:
    """An entry with a valid hash and an invalid part besides its content is not counted where it is."""
    anna = member("Anna")
    item = item_id("commitment", "RUR1-01")
    pending = PendingEntry("set", item, "2026-11-30", {"set": {"status": "complete"}})
    odd = make_entry(pending, entry_id="01930000-0000-7000-8000-000000000009", ts=5, author="Mallory", base="not an id")
    with database.writing(anna.tracker.path) as (connection, _):
        team_state.accept_arrivals(
            connection, [team_state.Arrival(1, odd.id, odd.sha, canonical_form(odd), "mallory", odd, "")]
        )
    with anna.tracker.snapshot() as view:
        assert {row.ref: row.status for row in view.commitments()}["RUR1-01"] != "complete"
