"""A copy's part in a shared log: which one, how far it has been read, what is not in it yet, what was not taken in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spacedialog.model.entry import Entry
from spacedialog.model.fold import is_understood
from spacedialog.store.log import insert, is_new_item
from spacedialog.store.write.projection import update_items


class Membership(NamedTuple):
    """The shared log that a copy belongs to, and the position up to which it was read, with the chain there."""

    url: str
    name: str
    log_id: str
    cursor: int
    chain: str


class Arrival(NamedTuple):
    """An entry of the shared log as it comes in: the change that it is, or why it is none."""

    seq: int
    sha: str
    body: str
    pushed_by: str
    change: Entry | None
    why: str


class Accepted(NamedTuple):
    """What came of entries: how many are new here, how many of those are not understood, how many are no changes."""

    received: int = 0
    strange: int = 0
    quarantined: int = 0


def membership(connection: sqlite3.Connection) -> Membership | None:
    """The shared log of this copy; None where it belongs to none."""
    row = connection.execute("SELECT url, name, log_id, cursor, chain FROM team").fetchone()
    return Membership._make(row) if row else None


def join(connection: sqlite3.Connection, member: Membership) -> None:
    """Belong to a shared log, or have come further in it."""
    connection.execute("DELETE FROM team")
    connection.execute("INSERT INTO team (url, name, log_id, cursor, chain) VALUES (?, ?, ?, ?, ?)", member)


def leave(connection: sqlite3.Connection) -> None:
    """Belong to no shared log; every change stays, its position goes."""
    forget_positions(connection, 0)
    connection.execute("DELETE FROM team")


def forget_positions(connection: sqlite3.Connection, after: int) -> None:
    """Take the positions beyond `after` away: what stood there is to be sent again."""
    connection.execute("UPDATE change SET seq = NULL WHERE seq > ?", (after,))
    connection.execute("UPDATE quarantine SET seq = NULL WHERE seq > ?", (after,))


def waiting(connection: sqlite3.Connection) -> int:
    """How many changes are not in the shared log yet."""
    (count,) = connection.execute("SELECT count(*) FROM change WHERE seq IS NULL").fetchone()
    return int(count)


def unsent(connection: sqlite3.Connection) -> Iterator[Entry]:
    """The changes that are not in the shared log yet, in the order in which they came to be here."""
    # In the order of their rows there is no sorting, and a change comes after those that it builds upon.
    return map(Entry._make, connection.execute("SELECT * FROM change WHERE seq IS NULL ORDER BY rowid"))


def unsent_mark(connection: sqlite3.Connection) -> tuple[int, int]:
    """What tells whether other changes wait to be sent than before: the first and the last of their rows."""
    first, last = connection.execute(
        "SELECT (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid LIMIT 1),"
        " (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid DESC LIMIT 1)"
    ).fetchone()
    return first or 0, last or 0


def newest_unsent(connection: sqlite3.Connection) -> int:
    """The latest recorded time (µs) of a change that is not in the shared log yet; 0 where there is none."""
    (ts,) = connection.execute("SELECT ifnull(max(ts), 0) FROM change WHERE seq IS NULL").fetchone()
    return int(ts)


def quarantined(connection: sqlite3.Connection) -> int:
    """How many entries of the shared log were set aside because they are no changes."""
    (count,) = connection.execute("SELECT count(*) FROM quarantine").fetchone()
    return int(count)


def known_hashes(connection: sqlite3.Connection, upto: int) -> list[str]:
    """What stands at the positions 1 to `upto`, as far as this copy knows them without a hole."""
    rows = connection.execute(
        "SELECT seq, sha FROM change WHERE seq <= ?1 UNION ALL SELECT seq, sha FROM quarantine WHERE seq <= ?1"
        " ORDER BY seq",
        (upto,),
    )
    return [sha for expected, (seq, sha) in enumerate(rows, 1) if seq == expected]


def hash_of(connection: sqlite3.Connection, change: str) -> str | None:
    """The sha of a change that is here; None where it is not."""
    row = connection.execute("SELECT sha FROM change WHERE id = ?", (change,)).fetchone()
    return row[0] if row else None


def record_positions(connection: sqlite3.Connection, places: Sequence[tuple[int, str, str]]) -> set[str]:
    """Note positions (each with the id and the sha that stand there) of changes that are here; the ids of those."""
    known = {
        change
        for (change,) in connection.execute(
            "SELECT c.id FROM json_each(?) AS p JOIN change AS c ON c.id = p.value ->> 1 AND c.sha = p.value ->> 2",
            (json.dumps(places),),
        )
    }
    connection.executemany(
        "UPDATE change SET seq = ? WHERE id = ? AND seq IS NULL",
        [(seq, change) for seq, change, _ in places if change in known],
    )
    return known


def accept_arrivals(connection: sqlite3.Connection, arrivals: Iterable[Arrival]) -> Accepted:
    """Take in what others shared: changes are added and folded, what is none is set aside."""
    received = strange = aside = 0
    items: dict[str, bool] = {}
    for arrival in arrivals:
        if arrival.change is None:
            connection.execute(
                "INSERT INTO quarantine (seq, sha, body, pushed_by, why) VALUES (?, ?, ?, ?, ?)",
                (arrival.seq, arrival.sha, arrival.body, arrival.pushed_by, arrival.why),
            )
            aside += 1
        else:
            if arrival.change.item not in items:
                items[arrival.change.item] = is_new_item(connection, arrival.change.item)
            insert(connection, [arrival.change._replace(seq=arrival.seq)])
            received, strange = received + 1, strange + (not is_understood(arrival.change))
    update_items(connection, items)
    return Accepted(received, strange, aside)
