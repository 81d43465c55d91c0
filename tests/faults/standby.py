"""Sync while the primary fails repeatedly, and its standby is promoted.

    python -m tests.faults.standby --failovers 50 --replicas 10 --mode sync

With synchronous replication it fails if a copy has a position that the promoted server lacks. With asynchronous
replication the standby is cut off first, so the promoted server lacks entries; it fails if a copy does not detect this,
or if an entry is not added again exactly once. In both modes it fails if two copies differ in the end. It prints the
seed, by default a new one, and the counts of the run.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SyncRefusedError
from spacedialog.team.server import connect
from tests.faults.chaos_sync import LOG, Member, Work, check
from tests.faults.verdict import new_seed
from tests.support.proxy import Relay, relay
from tests.support.servers import FAST, OWNER, Server, installed, running

STANDBY = "standby"
"""The name by which the primary knows a standby; `*` would include pg_basebackup."""

SETTINGS = f"{FAST} -c cluster_name={STANDBY} -c wal_retrieve_retry_interval=100ms"
PATIENCE = 60.0
"""The seconds to wait for an expected state before the run fails."""


class Orders(NamedTuple):
    """The options of a run: the number of failovers and of copies, the mode of replication, and the seed."""

    failovers: int = 50
    replicas: int = 10
    mode: str = "sync"
    seed: int = 0


class Did(NamedTuple):
    """The counts of a run.

    `hangs` counts the primaries that stopped answering before they failed, `offline` the syncs that failed and were
    completed by a later one, `refused` those with status 6, and `lost` the entries that promoted servers lacked and
    then received. `longest` is the longest time from a failure until every copy had synced (s).
    """

    entries: int
    hangs: int
    retries: int
    offline: int
    refused: int
    lost: int
    longest: float
    seconds: float


class Site(NamedTuple):
    """A server, and the relays through which clients and its standby reach it."""

    server: Server
    clients: Relay
    replication: Relay


class Copy(Member):
    """A member with the program's waits before retries, who heals a copy that was refused."""

    haste = 1
    longest_silence = 3.0

    def __init__(self, number: int, work: Work) -> None:
        super().__init__(number, work)
        self.synced = self.refused = 0
        self.lost: set[str] = set()

    def sync(self) -> None:
        """Sync, after a heal if the server lacks a position."""
        while True:
            try:
                super().sync()
            except SyncRefusedError as error:
                if not re.search(r"position \d+", error.problem):
                    raise
                self.refused += 1
                before = self._waiting_ids()
                self.replica.heal()
                self.lost |= self._waiting_ids() - before
            else:
                self.synced += 1
                return

    def _waiting_ids(self) -> set[str]:
        return {entry.id for entry in self.tracker.log() if entry.seq is None}


def run(orders: Orders) -> Did:
    """Carry out the orders and check the results; AssertionError if a promise is broken."""
    start = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="standby"))
        primary, standby = (
            Site(server, stack.enter_context(relay(server.port)), stack.enter_context(relay(server.port)))
            for server in (
                stack.enter_context(running("15", SETTINGS)),
                stack.enter_context(installed("15", SETTINGS)),
            )
        )
        connect(primary.server.url).create(LOG, LOG)
        if orders.mode == "sync":
            primary.server.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        _rebuild(standby, primary)
        primary.server.sql("SELECT pg_reload_conf()")
        hosts = ",".join(f"127.0.0.1:{site.clients.port}" for site in (primary, standby))
        enough = threading.Event()
        url = f"postgresql://{OWNER}@{hosts}/postgres?target_session_attrs=read-write&connect_timeout=2"
        work = Work(Path(folder), url, 0, orders.seed, enough)
        copies = [Copy(number, work) for number in range(orders.replicas)]
        for copy in copies:
            copy.start()
        chance = random.Random(orders.seed)
        hangs, longest = 0, 0.0
        for _ in range(orders.failovers):
            _until_all_synced(copies)
            is_hanging = chance.random() < 0.25
            hangs += is_hanging
            failed = time.monotonic()
            _fail(primary, chance, is_lossy=orders.mode == "async", is_hanging=is_hanging)
            standby.server.promote()
            _rebuild(primary, standby)
            primary, standby = standby, primary
            _until_all_synced(copies)
            longest = max(longest, time.monotonic() - failed)
        enough.set()
        for copy in copies:
            copy.join()
            if copy.error:
                raise copy.error
        for copy in [*copies, *copies]:
            copy.sync()
        refused = sum(copy.refused for copy in copies)
        assert orders.mode == "async" or not refused, "the promoted server lacks an entry that a copy has"
        return Did(
            check(primary.server, copies),
            hangs,
            sum(copy.retries for copy in copies),
            sum(copy.offline for copy in copies),
            refused,
            len(set().union(*(copy.lost for copy in copies))),
            longest,
            time.monotonic() - start,
        )


def _fail(primary: Site, chance: random.Random, *, is_lossy: bool, is_hanging: bool) -> None:
    """Cut off the standby, and stop the primary without a checkpoint a moment later.

    If it is lossy, it accepts some entries in this moment. If it is hanging, it stops answering its clients first.
    """
    primary.replication.silence()
    if is_lossy:
        target = _position(primary) + chance.randint(1, 20)
        _until(lambda: _position(primary) >= target)
    else:
        time.sleep(chance.random() * 0.3)
    if is_hanging:
        primary.clients.silence()
    primary.server.stop("immediate")
    primary.replication.cut(10**6)


def _position(site: Site) -> int:
    ((position,),) = site.server.sql(f"SELECT count(*) FROM spacedialog_change WHERE log_id = '{LOG}'")
    assert isinstance(position, int)
    return position


def _rebuild(standby: Site, primary: Site) -> None:
    """Make a server the standby of the other, with a copy of its data."""
    standby.server.follow(primary.replication.port)
    standby.server.start()
    standby.replication.resume()
    standby.clients.resume()
    _until(
        lambda: bool(
            primary.server.sql(
                f"SELECT 1 FROM pg_stat_replication WHERE application_name = '{STANDBY}' AND state = 'streaming'"
            )
        )
    )


def _until_all_synced(copies: Sequence[Copy]) -> None:
    """Wait until each copy has completed another sync; raise the error of one that ended."""
    synced = [copy.synced for copy in copies]

    def all_synced() -> bool:
        for copy in copies:
            if copy.error:
                raise copy.error
        return all(copy.synced > before for copy, before in zip(copies, synced, strict=True))

    _until(all_synced)


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "an expected state was not reached in time"
        time.sleep(0.02)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.standby", description=__doc__)
    for name, default in Orders(seed=new_seed())._asdict().items():
        parser.add_argument(
            f"--{name}", type=type(default), default=default, choices=["sync", "async"] if name == "mode" else None
        )
    orders = Orders(**vars(parser.parse_args()))
    sys.stdout.write(f"{orders.mode}, seed {orders.seed}\n")
    sys.stdout.flush()
    did = run(orders)
    sys.stdout.write(", ".join(f"{name} {value:.0f}" for name, value in did._asdict().items()) + "\n")
