"""A shared log in memory: an `Exchange` that raises the faults set by a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from spacedialog.errors import InputError, SyncRefusedError
from spacedialog.team.exchange import PAGE, Exchange, InterruptedExchange, LogHead, Page, SharedEntry, Turn

Fault = Callable[[str], None]
"""Called at each step (`page`, `turn`, `append`, `committed`), where it may raise."""


def no_fault(_: str) -> None:
    """Raise nothing."""


class MemoryLogs:
    """Shared logs in this process."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.clock = clock
        self.names: dict[str, str] = {}
        self.logs: dict[str, list[SharedEntry]] = {}
        self.min_client = 1
        self.fault: Fault = no_fault
        self.round_trips = 0
        self.lock = threading.RLock()

    def find(self, name: str) -> str | None:
        return self.names.get(name)

    def create(self, name: str, log_id: str) -> None:
        if name in self.names:
            raise InputError(f"memory already has a shared log named {name}")
        self.names[name] = log_id
        self.logs[log_id] = []

    def log(self, log_id: str, user: str = "someone") -> MemoryLog:
        return MemoryLog(self, log_id, user)


class MemoryLog:
    """One shared log: an `Exchange`."""

    def __init__(self, logs: MemoryLogs, log_id: str, user: str) -> None:
        self._logs = logs
        self._log_id = log_id
        self._user = user
        self.ended = False

    @property
    def entries(self) -> list[SharedEntry]:
        try:
            return self._logs.logs[self._log_id]
        except KeyError:
            raise SyncRefusedError("memory no longer has this shared log") from None

    def page(self, after: int, *, known_to: int = 0) -> Page:
        self._logs.fault("page")
        self._logs.round_trips += 1
        upto = max(after, known_to)
        head = LogHead(len(self.entries), self._logs.min_client, self._logs.clock())
        wanted = [entry for entry in self.entries if entry.seq >= after][: PAGE + 1]
        return Page(head, [entry if entry.seq > upto else entry._replace(body=None) for entry in wanted])

    @contextmanager
    def turn(self, after: int) -> Iterator[Turn]:  # noqa: ARG002 - all pages are in memory
        self._logs.fault("turn")
        with self._logs.lock:
            yield self

    def append(self, entries: Sequence[SharedEntry]) -> None:
        self._logs.fault("append")
        self._logs.round_trips += 1
        known = {entry.id for entry in self.entries}
        if known & {entry.id for entry in entries} or entries[0].seq != len(self.entries) + 1:
            raise InterruptedExchange("somebody was first")
        self.entries.extend(entry._replace(pushed_by=self._user, pushed_at=self._logs.clock()) for entry in entries)
        self._logs.fault("committed")

    def chain(self, seq: int) -> str | None:
        found = [entry.chain for entry in self.entries if entry.seq == seq]
        return found[0] if found else None

    def close(self) -> None:
        """Do nothing; there is no connection."""


class Timed:
    """A real shared log with a clock that the test sets."""

    def __init__(self, exchange: Exchange, clock: Callable[[], int]) -> None:
        self._exchange = exchange
        self._clock = clock

    def page(self, after: int, *, known_to: int = 0) -> Page:
        return self._timed(self._exchange.page(after, known_to=known_to))

    @contextmanager
    def turn(self, after: int) -> Iterator[Turn]:
        with self._exchange.turn(after) as turn:
            yield _TimedTurn(turn, self._timed)

    def chain(self, seq: int) -> str | None:
        return self._exchange.chain(seq)

    def close(self) -> None:
        self._exchange.close()

    def _timed(self, page: Page) -> Page:
        now = self._clock()
        entries = [entry._replace(pushed_at=now) for entry in page.entries]
        return Page(page.head._replace(clock=now), entries)


class _TimedTurn:
    def __init__(self, turn: Turn, timed: Callable[[Page], Page]) -> None:
        self._turn = turn
        self._timed = timed

    def page(self, after: int) -> Page:
        return self._timed(self._turn.page(after))

    def append(self, entries: Sequence[SharedEntry]) -> None:
        self._turn.append(entries)
