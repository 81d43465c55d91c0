"""The state of a copy in a team: its shared log, the position read, unsent and quarantined entries."""

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
    """The shared log that a copy belongs to, the position up to which it was read, and the hash chain there."""

    url: str
    name: str
    log_id: str
    cursor: int
    chain: str


class Arrival(NamedTuple):
    """A record of the shared log as it arrives: the entry, or None and the reason why it is invalid."""

    seq: int
    sha: str
    body: str
    pushed_by: str
    entry: Entry | None
    why: str


class Accepted(NamedTuple):
    """The numbers of new entries, of new entries that this program does not understand, and of invalid records."""

    received: int = 0
    strange: int = 0
    quarantined: int = 0


def membership(connection: sqlite3.Connection) -> Membership | None:
    """Return the membership of this copy; None if it is in no team."""
    row = connection.execute("SELECT url, name, log_id, cursor, chain FROM team").fetchone()
    return Membership._make(row) if row else None


def join(connection: sqlite3.Connection, member: Membership) -> None:
    """Save the membership: the shared log, and the position up to which it was read."""
    connection.execute("DELETE FROM team")
    connection.execute("INSERT INTO team (url, name, log_id, cursor, chain) VALUES (?, ?, ?, ?, ?)", member)


def leave(connection: sqlite3.Connection) -> None:
    """Leave the shared log. Entries are kept, without their positions."""
    forget_positions(connection, 0)
    connection.execute("DELETE FROM team")


def forget_positions(connection: sqlite3.Connection, after: int) -> None:
    """Remove the positions beyond `after`, so that these entries are sent again."""
    connection.execute("UPDATE change SET seq = NULL WHERE seq > ?", (after,))
    connection.execute("UPDATE quarantine SET seq = NULL WHERE seq > ?", (after,))


def waiting(connection: sqlite3.Connection) -> int:
    """Return the number of entries that were not sent to the shared log."""
    (count,) = connection.execute("SELECT count(*) FROM change WHERE seq IS NULL").fetchone()
    return int(count)


def unsent(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield the entries that were not sent to the shared log, in the order of arrival."""
    # This order needs no sorting, and an entry comes after the entries to which it refers.
    return map(Entry._make, connection.execute("SELECT * FROM change WHERE seq IS NULL ORDER BY rowid"))


def unsent_mark(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the first and the last row number of the unsent entries; both are 0 if there are none."""
    first, last = connection.execute(
        "SELECT (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid LIMIT 1),"
        " (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid DESC LIMIT 1)"
    ).fetchone()
    return first or 0, last or 0


def newest_unsent(connection: sqlite3.Connection) -> int:
    """Return when the newest unsent entry was recorded (µs since 1970, UTC); 0 if there is none."""
    (ts,) = connection.execute("SELECT ifnull(max(ts), 0) FROM change WHERE seq IS NULL").fetchone()
    return int(ts)


def quarantined(connection: sqlite3.Connection) -> int:
    """Return the number of invalid records of the shared log that were set aside."""
    (count,) = connection.execute("SELECT count(*) FROM quarantine").fetchone()
    return int(count)


def known_hashes(connection: sqlite3.Connection, upto: int) -> list[str]:
    """Return the hashes at the positions 1 to `upto`, ending before the first position that this copy lacks."""
    rows = connection.execute(
        "SELECT seq, sha FROM change WHERE seq <= ?1 UNION ALL SELECT seq, sha FROM quarantine WHERE seq <= ?1"
        " ORDER BY seq",
        (upto,),
    )
    return [sha for expected, (seq, sha) in enumerate(rows, 1) if seq == expected]


def record_positions(connection: sqlite3.Connection, places: Sequence[tuple[int, str, str]]) -> set[str]:
    """Save the positions of entries that this store has, and return their ids.

    Each of `places` is a position with the id and the hash of its entry.
    """
    known = {
        entry
        for (entry,) in connection.execute(
            "SELECT c.id FROM json_each(?) AS p JOIN change AS c ON c.id = p.value ->> 1 AND c.sha = p.value ->> 2",
            (json.dumps(places),),
        )
    }
    connection.executemany(
        "UPDATE change SET seq = ? WHERE id = ? AND seq IS NULL",
        [(seq, entry) for seq, entry, _ in places if entry in known],
    )
    return known


def accept_arrivals(connection: sqlite3.Connection, arrivals: Iterable[Arrival]) -> Accepted:
    """Insert and fold entries that other members shared, and quarantine invalid records."""
    received = strange = quarantined = 0
    items: dict[str, bool] = {}
    for arrival in arrivals:
        if arrival.entry is None:
            connection.execute(
                "INSERT INTO quarantine (seq, sha, body, pushed_by, why) VALUES (?, ?, ?, ?, ?)",
                (arrival.seq, arrival.sha, arrival.body, arrival.pushed_by, arrival.why),
            )
            quarantined += 1
        else:
            if arrival.entry.item not in items:
                items[arrival.entry.item] = is_new_item(connection, arrival.entry.item)
            insert(connection, [arrival.entry._replace(seq=arrival.seq)])
            received, strange = received + 1, strange + (not is_understood(arrival.entry))
    update_items(connection, items)
    return Accepted(received, strange, quarantined)
