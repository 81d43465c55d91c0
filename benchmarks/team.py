"""Times of `sync` with PostgreSQL, and for comparison of the same rows written and read with psycopg alone.

    python -m benchmarks.team [ENTRIES]

It starts its own PostgreSQL 15 (Debian's package). A round trip is counted each time the client sends after it has
received from the server.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg

from benchmarks import data
from spacedialog.model.entry import canonical_form
from spacedialog.store import database, team_state
from spacedialog.team.exchange import Exchange, first_chain
from spacedialog.team.server import connect
from spacedialog.team.sync import Replica, SyncEnvironment, begin
from spacedialog.tracker import Tracker
from tests.support.proxy import relay
from tests.support.servers import OWNER, running

COLUMNS = "log_id, seq, id, sha, chain, format, body"
LATENCY = 0.05
"""Seconds that the relay adds in each direction."""

PushedRow = tuple[str, int, str, str, str, int, str]


def main(count: int) -> None:
    """Print one line for each measurement of a log with about `count` entries."""
    with running("15", settings="-c fsync=on") as server, tempfile.TemporaryDirectory() as folder:
        first = _tracker(Path(folder) / "first.db")
        source = Path(folder) / "data.jsonl"
        data.write_lines(source, round(count * 0.318))
        with source.open("rb") as stream:
            _timed("import, for comparison", lambda: first.import_file(stream, source.name, built_in=False))
        direct = server.url

        def exchange_at(url: str) -> Callable[[team_state.Membership], Exchange]:
            return lambda membership: connect(url).log(membership.log_id)

        connect(direct).create("bench", "bench")
        _join(first, direct)
        rows = _rows(first)
        _print(f"{len(rows)} entries, {sum(len(row[6]) for row in rows) // 1_000_000} MB")
        _timed("floor: COPY of the same rows", lambda: _floor_write(direct, rows))
        _timed("push (create)", lambda: _replica(first, exchange_at(direct)).sync())
        _timed("floor: bare SELECT of the rows", lambda: _floor_read(direct))
        second = _tracker(Path(folder) / "second.db")
        _join(second, direct)
        _timed("bootstrap (join)", lambda: _replica(second, exchange_at(direct)).sync())
        for name in ("one entry out", "one entry in"):
            first.note("BEN1-1", "one more")
            with relay(server.port, LATENCY) as slow:
                url = f"postgresql://{OWNER}@127.0.0.1:{slow.port}/postgres"
                connect(url).close()
                connecting = slow.turns
                replica = _replica(first if name.endswith("out") else second, exchange_at(url))
                _timed(f"{name}, {LATENCY * 1000:.0f} ms each way", replica.sync)
                _print(f"  {slow.turns - 2 * connecting} round trips, and {connecting} to connect")
            _replica(first, exchange_at(direct)).sync()
            if name.endswith("out"):
                _timed("nothing to do", lambda: _replica(first, exchange_at(direct)).sync())


def _tracker(path: Path) -> Tracker:
    return Tracker(path, today=date.fromisoformat(data.DAY), now=lambda: time.time_ns() // 1000, author="bench")


def _join(tracker: Tracker, url: str) -> None:
    begin(tracker.path, team_state.Membership(url, "bench", "bench", 0, first_chain("bench")))


def _replica(tracker: Tracker, exchange: Callable[[team_state.Membership], Exchange]) -> Replica:
    environment = SyncEnvironment(lambda: time.time_ns() // 1000, random.random, time.sleep, _print)
    return Replica(tracker.path, exchange, environment)


def _rows(tracker: Tracker) -> list[PushedRow]:
    with database.reading(tracker.path) as connection:
        return [
            ("floor", seq, entry.id, entry.sha, entry.sha, 1, canonical_form(entry))
            for seq, entry in enumerate(team_state.unsent(connection), 1)
        ]


def _floor_write(url: str, rows: list[PushedRow]) -> None:
    statement = f"COPY spacedialog_change ({COLUMNS}) FROM STDIN"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _floor_read(url: str) -> None:
    with closing(psycopg.connect(url)) as connection:
        connection.execute("SELECT seq, id, sha, chain, body FROM spacedialog_change WHERE log_id = 'floor'").fetchall()


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _timed(name: str, action: Callable[[], object]) -> None:
    start = time.perf_counter()
    action()
    seconds = time.perf_counter() - start
    _print(f"{name:40} {seconds:8.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
