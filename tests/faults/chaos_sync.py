"""Sync with a real server whose backends are killed, whose connections are cut and whose power fails.

    python -m tests.faults.chaos_sync --replicas 20 --rounds 100 --kills 500 --cuts 200 --stops 100

It fails if an entry is lost or duplicated, a position is missing, a chain value does not match, or two copies differ.
It prints the seed, by default a new one, and the counts of the run.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg

from spacedialog.errors import NetworkError
from spacedialog.importing import built_in
from spacedialog.store import database, team_state
from spacedialog.team.exchange import Exchange, first_chain, link
from spacedialog.team.server import LONGEST_SILENCE, connect
from spacedialog.team.sync import Replica, SyncEnvironment, begin
from spacedialog.tracker import Tracker
from tests.faults.verdict import new_seed
from tests.support.built_in import REFS
from tests.support.proxy import Relay, relay
from tests.support.servers import OWNER, Server, running

LOG = "chaos"


class Orders(NamedTuple):
    """The numbers of replicas, rounds and faults of each kind in a run."""

    replicas: int = 4
    rounds: int = 6
    kills: int = 12
    cuts: int = 6
    stops: int = 2
    version: str = "15"
    seed: int = 4


class Did(NamedTuple):
    """The counts of a run; `offline` counts the syncs that failed and were completed by a later one."""

    entries: int
    kills: int
    cuts: int
    stops: int
    retries: int
    offline: int
    seconds: float


class Work(NamedTuple):
    """The work of all members: the folder of their stores, the address, the least number of rounds, and when to end."""

    folder: Path
    url: str
    rounds: int
    seed: int
    enough: threading.Event


class Member(threading.Thread):
    """A member who records and syncs, round after round, until there were enough rounds and faults."""

    haste = 5
    """The factor by which the waits before retries are shorter than the program's."""
    longest_silence = LONGEST_SILENCE

    def __init__(self, number: int, work: Work) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(work.seed * 1000 + number)
        self.retries = self.offline = self.done = 0
        self.error: BaseException | None = None
        self._rounds, self._enough = work.rounds, work.enough
        self.tracker = Tracker(
            work.folder / f"{number}" / "tracker.db",
            today=datetime.now(tz=UTC).date(),
            now=_now,
            author=f"member {number}",
        )
        begin(self.tracker.path, team_state.Membership(work.url, LOG, LOG, 0, first_chain(LOG)), built_in.seed)

    def run(self) -> None:
        """Work until the rounds are done and `enough` is set."""
        try:
            while self.done < self._rounds or not self._enough.is_set():
                self.work()
        except BaseException as error:
            self.error = error

    def work(self) -> None:
        """Record some entries and sync, which may fail."""
        for _ in range(self.random.randint(1, 3)):
            ref = self.random.choice(REFS)
            match self.random.randint(0, 3):
                case 0:
                    self.tracker.mark(ref, self.random.choice(["stalled", "in-progress", "complete"]))
                case _:
                    self.tracker.note(ref, f"{self.tracker.author} in round {self.done}")
        with suppress(NetworkError):
            self.offline += 1
            self.sync()
            self.offline -= 1
        self.done += 1

    @property
    def replica(self) -> Replica:
        """A new replica of the store, as in each run of the program."""
        around = SyncEnvironment(_now, self.random.random, self._wait, lambda _: None)
        return Replica(self.tracker.path, self._reach, around)

    def sync(self) -> None:
        """Sync once, with retries."""
        self.replica.sync()

    def _reach(self, member: team_state.Membership) -> Exchange:
        return connect(member.url, longest_silence=self.longest_silence).log(LOG)

    def _wait(self, seconds: float) -> None:
        self.retries += 1
        time.sleep(seconds / self.haste)


def _now() -> int:
    return time.time_ns() // 1000


def run(orders: Orders) -> Did:
    """Carry out the orders and check the results; raise AssertionError if a promise is broken."""
    start = time.monotonic()
    with (
        running(orders.version) as server,
        relay(server.port) as network,
        tempfile.TemporaryDirectory(prefix="chaos") as folder,
    ):
        connect(server.url).create(LOG, LOG)
        enough = threading.Event()
        url = f"postgresql://{OWNER}@127.0.0.1:{network.port}/postgres"
        work = Work(Path(folder), url, orders.rounds, orders.seed, enough)
        replicas = [Member(number, work) for number in range(orders.replicas)]
        for replica in replicas:
            replica.start()
        kills, cuts, stops = _harm(server, network, orders, replicas)
        enough.set()
        for replica in replicas:
            replica.join()
            if replica.error:
                raise replica.error
        for replica in [*replicas, *replicas]:
            replica.sync()
        entries = check(server, replicas)
        return Did(
            entries,
            kills,
            cuts,
            stops,
            sum(replica.retries for replica in replicas),
            sum(replica.offline for replica in replicas),
            time.monotonic() - start,
        )


def _harm(server: Server, network: Relay, orders: Orders, replicas: list[Member]) -> tuple[int, int, int]:
    """Kill backends, cut connections and stop the server until there were enough of each."""
    chance = random.Random(orders.seed)
    kills = cuts = stops = 0
    while kills < orders.kills or cuts < orders.cuts or stops < orders.stops:
        if all(not replica.is_alive() for replica in replicas):
            break
        time.sleep(chance.random() * 0.05)
        wanted = [orders.kills - kills, orders.cuts - cuts, orders.stops - stops]
        match chance.choices(range(3), [max(left, 0) for left in wanted])[0]:
            case 0:
                with suppress(psycopg.Error):
                    kills += len(
                        server.sql(
                            "WITH victim AS MATERIALIZED (SELECT pid FROM pg_stat_activity"
                            " WHERE application_name = 'spacedialog' ORDER BY random() LIMIT 3)"
                            " SELECT pid FROM victim WHERE pg_terminate_backend(pid)"
                        )
                    )
            case 1:
                cuts += network.cut(1)
            case _:
                server.stop("immediate")
                stops += 1
                server.start()
    return kills, cuts, stops


def check(server: Server, replicas: Sequence[Member]) -> int:
    """Return the number of shared entries; AssertionError if one is lost or duplicated, or if two copies differ."""
    rows = server.sql(f"SELECT seq, id, sha, chain FROM spacedialog_change WHERE log_id = '{LOG}' ORDER BY seq")
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "a position is missing"
    assert len({row[1] for row in rows}) == len(rows), "an entry is doubled"
    chain = first_chain(LOG)
    for _, _, sha, there in rows:
        chain = link(chain, str(sha))
        assert chain == there, "a chain does not follow"
    logs = [list(replica.tracker.log()) for replica in replicas]
    assert all(log == logs[0] for log in logs), "two copies differ"
    assert {(entry.seq, entry.id) for entry in logs[0]} == {(row[0], row[1]) for row in rows}, "an entry is lost"
    for replica in replicas:
        noted = [entry for entry in logs[0] if entry.author == replica.tracker.author]
        rounds = {entry.content["note"] for entry in noted if entry.kind == "note"}
        assert len(noted) >= replica.done >= len(rounds) - 1
    tables = []
    for replica in replicas:
        with database.reading(replica.tracker.path) as connection:
            tables.append(
                [
                    sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
                    for table, columns in (
                        ("commitment", "item, valid_from, valid_to, ref, status, updated"),
                        ("conflict", "*"),
                        ("clash", "*"),
                    )
                ]
            )
    assert all(table == tables[0] for table in tables), "two copies show different things"
    return len(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos_sync", description=__doc__)
    for name, default in Orders(seed=new_seed())._asdict().items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    orders = Orders(**vars(parser.parse_args()))
    sys.stdout.write(f"seed {orders.seed}\n")
    sys.stdout.flush()
    counts = {"seed": orders.seed, **run(orders)._asdict()}
    sys.stdout.write(", ".join(f"{name} {value:.0f}" for name, value in counts.items()) + "\n")
