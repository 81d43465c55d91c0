"""Tests of sync with faults at every step: all copies converge, and no entry is lost or doubled."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from spacedialog.errors import NetworkError, SyncRefusedError
from spacedialog.model.entry import Entry, PendingEntry, make_entry
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Scope
from spacedialog.team.exchange import InterruptedExchange, SharedEntry, chained, first_chain, link
from spacedialog.team.sync import MOST_TRIES
from spacedialog.tracker import Tracker
from tests.support.memory_log import MemoryLogs, no_fault
from tests.support.team import Member
from tests.support.trackers import Clock, Maker

STEPS = ("page", "turn", "append", "committed")


class Crash(Exception):
    """The process of a member ends."""


def join(make: Maker, name: str, seed: str, logs: MemoryLogs, clock: Clock) -> Member:
    """Return a new member with a copy of the invented record."""
    tracker = make("ruritania", author=name, seed=seed, clock=clock)
    return Member(tracker, lambda membership: logs.log(membership.log_id), clock).join("log")


@pytest.fixture
def member(make: Maker, logs: MemoryLogs, clock: Clock) -> Callable[[str], Member]:
    """A function that makes members."""
    return lambda name: join(make, name, name, logs, clock)


@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_at_any_step_does_no_harm(member: Callable[[str], Member], logs: MemoryLogs, step: str) -> None:
    """A step that fails once, even the reply to a successful commit, is tried again and the entries are sent once."""
    anna = member("Anna")
    failing = [step]

    def fault(at: str) -> None:
        if at in failing:
            failing.remove(at)
            raise InterruptedExchange("cut")

    logs.fault = fault
    done = anna.replica.sync()
    assert failing == []
    assert len(anna.waits) == 1
    assert "retrying in" in anna.messages[0]
    assert done.sent == len(anna.ids()) == len(logs.logs["log"])
    assert done.waiting == 0


def test_trying_again_ends(member: Callable[[str], Member], logs: MemoryLogs) -> None:
    """If the server always fails, a sync ends after a bounded number of attempts, each with a bounded wait."""
    anna = member("Anna")

    def fault(_: str) -> None:
        raise InterruptedExchange("down")

    logs.fault = fault
    waiting = len(anna.ids())
    with pytest.raises(NetworkError) as caught:
        anna.replica.sync()
    assert f"{waiting} entries wait" in caught.value.remedy
    assert caught.value.exit_status == 5
    assert len(anna.waits) == MOST_TRIES
    assert max(anna.waits) <= 5.1


def test_serialization_failures_in_three_of_ten_commits(member: Callable[[str], Member], logs: MemoryLogs) -> None:
    """Five members converge without loss if 30 % of all commits fail, half of them after taking effect."""
    chance = random.Random(6)
    failed = count()

    def fault(at: str) -> None:
        if at in ("append", "committed") and chance.random() < 0.163:  # twice: three of ten
            next(failed)
            raise InterruptedExchange("could not serialize access")

    members = [member(name) for name in ("Anna", "Rudolf", "Flavia", "Michael", "Sapt")]
    logs.fault = fault
    for number in range(6):
        for one in members:
            one.tracker.note(str(number % 5 + 1), f"{one.tracker.author} {number}")
            one.replica.sync()
    logs.fault = no_fault
    for one in members:
        one.replica.sync()
    shas = [entry.sha for entry in logs.logs["log"]]
    assert len(set(shas)) == len(shas)
    logs_of = [list(one.tracker.log()) for one in members]
    assert all(log == logs_of[0] for log in logs_of)
    assert len(logs_of[0]) == len(shas)
    assert next(failed) > 7


class Team(RuleBasedStateMachine):
    """Three members with network faults, crashes and a server that is restored."""

    maker: Maker

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.logs = MemoryLogs(self.clock)
        self.logs.create("space", "log")
        seed = f"{next(_runs)}"
        self.members = [
            join(self.maker, name, f"{name} {seed}", self.logs, self.clock) for name in ("Anna", "Rudolf", "Flavia")
        ]
        self.recorded: set[str] = set().union(*(one.ids() for one in self.members))
        self.views: dict[int, object] = {}
        self.backup: list[SharedEntry] = []
        self.lost: list[SharedEntry] = []
        self.displaced: set[str] = set()
        self.noted: set[str] = set()
        self.numbers = count()

    who = st.integers(0, 2)

    @rule(who=who, ref=st.sampled_from(["1", "2", "3", "4.1"]))
    def note(self, who: int, ref: str) -> None:
        text = f"note {next(self.numbers)}"
        self._record(who, lambda tracker: tracker.note(ref, text))
        self.noted.add(text)

    @rule(who=who, status=st.sampled_from(["stalled", "complete", "in-progress"]))
    def mark(self, who: int, status: str) -> None:
        self._record(who, lambda tracker: tracker.mark("1", status))

    @rule(who=who)
    def add(self, who: int) -> None:
        self._record(who, lambda tracker: tracker.add(NewCommitment(f"Thing {next(self.numbers)}", "moon", "JS")))

    @rule(who=who)
    def undo(self, who: int) -> None:
        own = [c for c in self.members[who].tracker.log() if c.author == self.members[who].tracker.author]
        if own and own[-1].kind != "retract":
            self._record(who, lambda tracker: tracker.undo(own[-1].id))

    def _record(self, who: int, act: Callable[[Tracker], object]) -> None:
        act(self.members[who].tracker)
        self.recorded |= self.members[who].ids()

    @rule(who=who)
    def sync(self, who: int) -> None:
        self._sync(who)

    @rule(who=who, step=st.sampled_from(STEPS), crash=st.booleans(), skip=st.integers(0, 2))
    def sync_with_a_fault(self, who: int, step: str, crash: bool, skip: int) -> None:
        left = [skip]

        def fault(at: str) -> None:
            if at == step:
                left[0] -= 1
                if left[0] == -1:
                    raise Crash if crash else InterruptedExchange("cut")

        self.logs.fault = fault
        try:
            self._sync(who)
        except Crash:
            pass
        finally:
            self.logs.fault = no_fault

    def _sync(self, who: int) -> None:
        one = self.members[who]
        copy = one.replica
        try:
            copy.sync()
        except SyncRefusedError:
            copy.heal()
            try:
                copy.sync()
            except SyncRefusedError:
                assert one.tracker.restamp().changes
                self.recorded |= one.ids()
                copy.sync()
        position = len(self.logs.logs["log"])
        with self.members[who].tracker.snapshot(Scope(at_seq=position)) as view:
            self.views[position] = list(view.commitments())

    @rule()
    def back_up(self) -> None:
        self.backup = list(self.logs.logs["log"])

    @rule()
    def restore(self) -> None:
        kept = len(self.backup)
        if self.backup == self.logs.logs["log"][:kept]:
            self.lost += [entry for entry in self.logs.logs["log"][kept:] if entry.id in self.recorded]
            self.logs.logs["log"][:] = self.backup
            self.views = {position: seen for position, seen in self.views.items() if position <= kept}

    @rule()
    def another_program(self) -> None:
        """Append an entry of a newer program, which these members do not understand."""
        log = self.logs.logs["log"]
        chain = log[-1].chain if log else first_chain("log")
        item = next(self.members[0].tracker.log()).item
        number = next(self.numbers)
        draft = PendingEntry("foretell", item, "2026-11-30", {"v": 2, "vision": number})
        entry = make_entry(
            draft, entry_id=f"01930000-0000-7000-8000-{number:012x}", ts=number, author="Oracle", base=None
        )
        log += chained(chain, len(log), [entry])
        self.recorded.add(entry.id)

    @rule()
    def an_entry_from_the_future(self) -> None:
        """Append a valid entry that is stamped a year ahead, as a hostile member can."""
        item, number = next(self.members[0].tracker.log()).item, next(self.numbers)
        pending = PendingEntry("set", item, "2026-11-30", {"set": {"title": "Taken over"}})
        entry_id = f"01940000-0000-7000-8000-{number:012x}"
        ts = self.clock.now + 31_536_000_000_000
        self._plant(make_entry(pending, entry_id=entry_id, ts=ts, author="Mallory", base=None))

    @rule(data=st.data(), is_valid=st.booleans())
    def something_else_under_a_known_id(self, data: st.DataObject, is_valid: bool) -> None:
        """Append a record with the id of an entry that the server lost, as a hostile member can."""
        present = {entry.id for entry in self.logs.logs["log"]}
        if lost := [entry for entry in self.lost if entry.id not in present]:
            gone, item = data.draw(st.sampled_from(lost)), next(self.members[0].tracker.log()).item
            entry = make_entry(
                PendingEntry("note", item, "2026-11-30", {}), entry_id=gone.id, ts=1, author="Mallory", base=None
            )
            self._plant(entry if is_valid else entry._replace(author="nobody"))
            self.displaced.add(gone.id)

    def _plant(self, entry: Entry) -> None:
        log = self.logs.logs["log"]
        planted = chained(log[-1].chain if log else first_chain("log"), len(log), [entry])
        log += [one._replace(pushed_by="mallory", pushed_at=self.clock()) for one in planted]

    @invariant()
    def the_log_is_whole(self) -> None:
        log = self.logs.logs["log"]
        assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
        assert len({entry.id for entry in log}) == len(log)
        chain = first_chain("log")
        for entry in log:
            chain = link(chain, entry.sha)
            assert entry.chain == chain

    @invariant()
    def nothing_is_lost_here(self) -> None:
        for one in self.members:
            assert one.ids() <= self.recorded

    def teardown(self) -> None:
        for _ in range(2):
            for who in range(3):
                self._sync(who)
        first, *others = self.members
        for other in others:
            assert list(other.tracker.log()) == list(first.tracker.log())
            with first.tracker.snapshot() as here, other.tracker.snapshot() as there:
                assert list(here.commitments()) == list(there.commitments())
                assert list(here.conflicts()) == list(there.conflicts())
        theirs = {entry for entry in self.recorded if not entry.startswith("01930000")}
        assert theirs - self.displaced <= first.ids()
        notes = [note for entry in first.entries() if (note := entry.content.get("note", "")).startswith("note ")]
        assert sorted(notes) == sorted(set(notes))
        assert self.noted <= set(notes)
        assert not any(entry.content.get("set", {}).get("title") == "Taken over" for entry in first.entries())
        for position, seen in self.views.items():
            with others[0].tracker.snapshot(Scope(at_seq=position)) as view:
                assert list(view.commitments()) == seen
        for one in self.members:
            shutil.rmtree(Path(one.tracker.path).parent)


_runs = count()


def test_three_members_converge_whatever_happens(make: Maker) -> None:
    """All copies are equal after lost, repeated and cut exchanges, crashes, restores and entries of newer programs."""

    class Ours(Team):
        maker = make

    # For a longer run: SYNC_EXAMPLES=500 pytest tests/team/test_sync_faults.py
    run_state_machine_as_test(
        Ours,
        settings=settings(
            max_examples=int(os.environ.get("SYNC_EXAMPLES", "6")),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
