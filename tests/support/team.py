"""Members of a team for tests: trackers with the replicas that sync their stores, on any shared log."""

from __future__ import annotations

import random
from collections.abc import Callable

from spacedialog.model.entry import Entry
from spacedialog.model.rows.team import Synced
from spacedialog.store import team_state
from spacedialog.team.exchange import Exchange, first_chain
from spacedialog.team.sync import Replica, SyncEnvironment, begin
from spacedialog.tracker import Tracker
from tests.support.memory_log import MemoryLogs
from tests.support.trackers import Clock, Maker

EVIDENCE = "https://strelsau.example/done"


class Member:
    """A tracker whose store may belong to a team; `reach` gives the shared log.

    `waits` holds the seconds of each pause before a retry, and `messages` the messages about it.
    """

    def __init__(
        self, tracker: Tracker, reach: Callable[[team_state.Membership], Exchange], clock: Callable[[], int]
    ) -> None:
        self.tracker = tracker
        self.waits: list[float] = []
        self.messages: list[str] = []
        author = tracker.author
        self._reach = reach
        self._environment = SyncEnvironment(
            clock,
            random.Random(author).random,
            self.waits.append,
            self.messages.append,
        )

    @property
    def replica(self) -> Replica:
        """A new replica of the store, as each run of the program makes one."""
        return Replica(self.tracker.path, self._reach, self._environment)

    def join(self, log_id: str) -> Member:
        """Make the store a copy of the shared log."""
        begin(self.tracker.path, team_state.Membership("memory:", "space", log_id, 0, first_chain(log_id)))
        return self

    def sync(self) -> Synced:
        """Send and receive entries once."""
        return self.replica.sync()

    def entries(self) -> list[Entry]:
        """Return the entries of this member's log."""
        return list(self.tracker.log())

    def ids(self) -> set[str]:
        """Return the ids of the entries of this member's log."""
        return {entry.id for entry in self.entries()}


class Team:
    """Members with copies of one record, and their shared log in memory, whose id is `log`."""

    def __init__(self, make: Maker, clock: Clock) -> None:
        self.logs = MemoryLogs(clock)
        self.logs.create("space", "log")
        self._make, self._clock = make, clock

    def member(self, name: str, clock: Clock | None = None, *, record: str = "ruritania") -> Tracker:
        """Return the tracker of a new member, whose store holds a copy of `record`."""
        tracker = self._make(record, author=name, seed=name, clock=clock or self._clock)
        self._member(tracker).join("log")
        return tracker

    def replica(self, tracker: Tracker, clock: Callable[[], int] | None = None) -> Replica:
        """Return the replica of a member, by default with the team's clock."""
        return self._member(tracker, clock).replica

    def sync(self, *trackers: Tracker) -> None:
        """Sync the members' stores, one after another."""
        for tracker in trackers:
            self.replica(tracker).sync()

    def disagreeing(self) -> tuple[Tracker, Tracker]:
        """Return two members in conflict about the status of the first commitment, both with all entries."""
        anna, rudolf = self.member("Anna"), self.member("Rudolf")
        self.sync(anna, rudolf)
        anna.mark("1", "stalled", evidence=EVIDENCE)
        rudolf.mark("1", "complete")
        self.sync(anna, rudolf, anna)
        return anna, rudolf

    def _member(self, tracker: Tracker, clock: Callable[[], int] | None = None) -> Member:
        return Member(tracker, lambda membership: self.logs.log(membership.log_id), clock or self._clock)
