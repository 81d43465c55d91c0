"""The state of a copy in a team: its shared log, the position read, unsent and quarantined entries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.entry import Entry
from spacedialog.model.validation import counted_content, problems
from spacedialog.store.log import select
from spacedialog.store.write.append import insert_and_fold
from spacedialog.store.write.restamp import remove_invalid

_CAN_BE_SENT = (
    "c.seq IS NULL AND c.id NOT IN (SELECT value FROM json_each(?))"
    " AND NOT EXISTS (SELECT 1 FROM quarantine AS q WHERE q.change = c.id AND q.seq NOT NULL)"
)
"""The condition that the entry `c` is unsent, not in a JSON array of ids, and has an id that the shared log lacks."""


class Membership(NamedTuple):
    """The shared log that a copy belongs to, the position up to which it was read, and the hash chain there."""

    url: str
    name: str
    log_id: str
    cursor: int
    chain: str


class Place(NamedTuple):
    """An entry at a position of the shared log, by id and hash; it was recorded at the time `latest` (µs) or before."""

    seq: int
    id: str
    sha: str
    latest: int


class Arrival(NamedTuple):
    """A record of the shared log as it arrives: the entry, or None and the reason why it is invalid.

    `content` is the `counted_content` of the entry, None if it must be determined. `is_here` is True if this copy has
    the same invalid entry.
    """

    seq: int
    id: str
    sha: str
    body: str
    pushed_by: str
    entry: Entry | None
    why: str
    is_here: bool = False
    content: Mapping[str, Any] | None = None


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
    """Leave the shared log. Entries remain, without their positions."""
    forget_positions(connection, 0)
    connection.execute("DELETE FROM team")


def forget_positions(connection: sqlite3.Connection, after: int) -> None:
    """Remove the positions after `after`, so that these entries are sent again; keep their ids in `shared_before`."""
    connection.execute("INSERT OR IGNORE INTO shared_before SELECT id FROM change WHERE seq > ?", (after,))
    connection.execute("UPDATE change SET seq = NULL WHERE seq > ?", (after,))
    connection.execute("UPDATE quarantine SET seq = NULL WHERE seq > ?", (after,))


def waiting(connection: sqlite3.Connection) -> int:
    """Return the number of entries that are not in the shared log yet."""
    (count,) = connection.execute("SELECT count(*) FROM change WHERE seq IS NULL").fetchone()
    return int(count)


def unsent(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield the entries that can be sent to the shared log, in the order of arrival."""
    # This order needs no sorting, and an entry comes after the entries to which it refers.
    return select(connection, f"WHERE {_CAN_BE_SENT} ORDER BY c.rowid", (_invalid_unsent(connection),))


def unsent_mark(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the first and the last row number of the unsent entries; both are 0 if there are none."""
    first, last = connection.execute(
        "SELECT (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid LIMIT 1),"
        " (SELECT rowid FROM change WHERE seq IS NULL ORDER BY rowid DESC LIMIT 1)"
    ).fetchone()
    return first or 0, last or 0


def newest_unsent(connection: sqlite3.Connection) -> int:
    """Return the recorded time of the newest entry that can be sent (µs since 1970, UTC); 0 if there is none."""
    # Use the index of times: the newest entries are mostly unsent, and SQLite would otherwise read all unsent ones.
    newest = f"SELECT c.ts FROM change AS c INDEXED BY idx_change_ts WHERE {_CAN_BE_SENT} ORDER BY c.ts DESC LIMIT 1"
    row = connection.execute(newest, (_invalid_unsent(connection),)).fetchone()
    return int(row[0]) if row else 0


def _invalid_unsent(connection: sqlite3.Connection) -> str:
    """Return the ids of the unsent entries that every other copy would quarantine, as a JSON array."""
    ignored = select(connection, "JOIN ignored AS i ON i.change = c.id WHERE c.seq IS NULL")
    return json.dumps([entry.id for entry in ignored if next(problems(entry), None)])


def quarantined(connection: sqlite3.Connection) -> int:
    """Return the number of invalid records of the shared log in the quarantine."""
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


def record_positions(connection: sqlite3.Connection, places: Sequence[Place]) -> set[str]:
    """Save the positions of the entries that this store has, and return their ids."""
    known = {
        entry
        for (entry,) in connection.execute(
            "SELECT c.id FROM json_each(?) AS p JOIN change AS c"
            " ON c.id = p.value ->> 1 AND c.sha = p.value ->> 2 AND c.ts <= p.value ->> 3",
            (json.dumps(places),),
        )
    }
    connection.executemany(
        "UPDATE change SET seq = ? WHERE id = ? AND seq IS NULL",
        [(place.seq, place.id) for place in places if place.id in known],
    )
    return known


def shared_after(connection: sqlite3.Connection, ts: int) -> list[Entry]:
    """Return the entries with a position in the shared log that were recorded after a time (µs)."""
    return list(select(connection, "WHERE c.seq NOT NULL AND c.ts > ?", (ts,)))


def displaced(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return the positions, and the members who sent them, of invalid records with the id of an unsent entry."""
    return connection.execute(
        "SELECT q.seq, q.pushed_by FROM quarantine AS q JOIN change AS c ON c.id = q.change AND c.seq IS NULL"
        " WHERE q.seq NOT NULL ORDER BY q.seq"
    ).fetchall()


def accept_arrivals(connection: sqlite3.Connection, arrivals: Iterable[Arrival]) -> Accepted:
    """Insert and fold entries that other members shared; quarantine invalid records, and delete them from the log."""
    quarantined = 0
    received: list[Entry] = []
    contents: list[Mapping[str, Any] | None] = []
    to_remove: list[Entry] = []
    for arrival in arrivals:
        if arrival.entry is None:
            connection.execute(
                "INSERT INTO quarantine (seq, change, sha, body, pushed_by, why) VALUES (?, ?, ?, ?, ?, ?)",
                (arrival.seq, arrival.id, arrival.sha, arrival.body, arrival.pushed_by, arrival.why),
            )
            quarantined += 1
            if arrival.is_here:
                to_remove += select(connection, "WHERE c.id = ?", (arrival.id,))
        else:
            received.append(Entry(*arrival.entry[:9], arrival.seq))
            contents.append(counted_content(arrival.entry) if arrival.content is None else arrival.content)
    insert_and_fold(connection, received, contents)
    if to_remove:
        remove_invalid(connection, to_remove)
    return Accepted(len(received), contents.count(None), quarantined)
