"""The history of a record: entries and changes of dates."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any, NamedTuple

from spacedialog.model.criteria import FIELD, changed_after_evidence
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import BUILT_IN_AUTHOR, ENTRY_KINDS, iso_time, parse_body
from spacedialog.model.filters import EVERY_ENTRY, EntryFilter
from spacedialog.model.fold import closing_day
from spacedialog.model.position import Position
from spacedialog.model.rows.record import HistoryRow, SlipRow
from spacedialog.model.target import Target
from spacedialog.model.values import evidence_pieces, match_choice
from spacedialog.model.visibility import INTERNAL
from spacedialog.store.log import entries_by_item, shared_position
from spacedialog.store.read.commitment_sql import (
    VALID,
    belongs_to_dialogues,
    in_dialogues,
    is_among,
    replace_surrogates,
)

LINKED = (
    "FROM link AS k JOIN commitment AS o ON o.item = k.old JOIN commitment AS n ON n.item = k.new WHERE k.item = {}"
    " ORDER BY o.valid_from <= :day DESC, o.valid_from DESC, n.valid_from <= :day DESC, n.valid_from DESC LIMIT 1"
)
"""The two commitments, `o` and `n`, that a link (its item) is about, with their names on the day."""

PAIR = "o.ref || ' → ' || n.ref"
"""The name of a link."""

# An entry may be true before the first day of its commitment; then the names of that first day are used.
COMMITMENT = (
    "commitment AS c ON c.item = {0} AND c.valid_from = ifnull("
    "(SELECT max(valid_from) FROM commitment WHERE item = {0} AND valid_from <= :day),"
    " (SELECT min(valid_from) FROM commitment WHERE item = {0}))"
)
"""The commitment `c` with an item, with its names on the day."""

MILESTONE = (
    "FROM milestone AS m WHERE m.item = l.item AND m.milestone = json_extract(l.body, '$.milestone')"
    " ORDER BY m.valid_from <= :day DESC, m.valid_from DESC LIMIT 1"
)
"""The milestone `m` that the entry `l` is about, with its names on the day."""

_ITEMS = "SELECT value FROM json_each(:items)"
_ABOUT = (
    "SELECT value AS commitment, value AS item FROM json_each(:items)"
    f" UNION SELECT s.commitment, s.item FROM assessment AS s WHERE s.commitment IN ({_ITEMS})"
    f" UNION SELECT k.old, k.item FROM link AS k WHERE k.old IN ({_ITEMS})"
    f" UNION SELECT k.new, k.item FROM link AS k WHERE k.new IN ({_ITEMS})"
)
"""The commitments `:items`, each with its own item, the items of its assessments and those of its links."""

_MEMBERS = " UNION ".join(
    f"SELECT m.item FROM dialogue AS d JOIN {table} AS m ON m.dialogue = d.key WHERE d.item = :item"
    for table in ("area", "party")
)
"""The areas and the parties of the dialogue `:item`; none for a commitment."""

ENTRY = (
    'l.id, l.ts, l."on", l.author, l.kind, iif(i.change IS NULL, l.body, NULL), r.change IS NOT NULL,'
    f" coalesce((SELECT m.ref {MILESTONE}), c.ref,"
    " (SELECT d.key FROM dialogue AS d WHERE d.item = l.item),"
    " (SELECT a.dialogue || '/' || a.key FROM area AS a WHERE a.item = l.item),"
    " (SELECT p.dialogue || '/' || p.key FROM party AS p WHERE p.item = l.item),"
    f" (SELECT c.ref FROM assessment AS s JOIN {COMMITMENT.format('s.commitment')} WHERE s.item = l.item LIMIT 1),"
    f" (SELECT {PAIR} {LINKED.format('l.item')}), '')"
)
"""The columns of an entry `l`, for `history_row`."""

_NAMED = (
    "LEFT JOIN retracted AS r ON r.change = l.id LEFT JOIN ignored AS i ON i.change = l.id"
    f" LEFT JOIN {COMMITMENT.format('l.item')}"
)
LOG = f"change AS l {_NAMED}"
"""The log as the source of `ENTRY`."""

IS_DAY = "l.\"on\" LIKE '____-__-__'"
"""The condition that the entry `l` has an exact day, which compares as text; `2024/2025~` has as many characters."""

_SECOND = len("2026-11-29T00:00:00")
"""The length of a recorded time up to its second."""

_LOG_ABOUT = f"({_ABOUT}) AS about JOIN change AS l ON l.item = about.item {_NAMED}"


def position(connection: sqlite3.Connection) -> Position:
    """Return the position of the log."""
    # A deleted row is always filled again (restamp), so the highest row number is the number of entries.
    # SQLite finds one maximum of a query with an index, but not two.
    (entries,) = connection.execute("SELECT ifnull(max(rowid), 0) FROM change").fetchone()
    (recorded,) = connection.execute("SELECT max(ts) FROM change").fetchone()
    last = connection.execute("SELECT id FROM change WHERE rowid = ?", (entries,)).fetchone()
    return Position(entries, last and last[0], recorded, shared_position(connection))


def has_been_at(connection: sqlite3.Connection, known: Position) -> bool:
    """Return whether this log was ever at the position; false for another log and for a log created again."""
    row = connection.execute("SELECT id FROM change WHERE rowid = ?", (known.entries,)).fetchone()
    return known.last == (row[0] if row else None)


def entries(
    connection: sqlite3.Connection,
    day: date,
    target: Target | None = None,
    filter_: EntryFilter = EVERY_ENTRY,
    *,
    limit: int | None = None,
    dialogues: Sequence[str] = (),
) -> list[HistoryRow]:
    """Return the entries that were true by the day, in the order recorded; see `Snapshot.history`.

    The entries of the built-in record are in the order of their days. InputError for an author or a kind that no entry
    has.
    """
    parameters: dict[str, Any] = {"day": day.isoformat()}
    if target and target.milestone:
        parameters |= {"item": target.item, "milestone": target.milestone}
        chosen, about = LOG, "l.item = :item AND json_extract(l.body, '$.milestone') = :milestone"
    elif target:
        members = connection.execute(_MEMBERS, {"item": target.item})
        parameters["items"] = json.dumps([target.item, *(item for (item,) in members)])
        chosen, about = _LOG_ABOUT, "TRUE"
    else:
        chosen, about = LOG, belongs_to_dialogues("l.item", dialogues, parameters)
    conditions = [about, *_conditions(connection, filter_, parameters)]
    cursor = connection.execute(
        f'SELECT {ENTRY} FROM {chosen} WHERE {" AND ".join(conditions)} ORDER BY l.ts DESC, l."on" DESC, l.id DESC',
        parameters,
    )
    newest_first = (
        row
        for row in map(history_row, cursor)
        if closing_day(row.on) <= day.isoformat() and _is_in_time(row.on, filter_)
    )
    return with_criteria(connection, list(islice(_by_true_day(newest_first), limit))[::-1])


def _conditions(connection: sqlite3.Connection, filter_: EntryFilter, parameters: dict[str, Any]) -> Iterator[str]:
    """Yield the SQL conditions of a filter on the entries `l`; a vague date is compared later, by `_is_in_time`."""
    if filter_.since and filter_.since.earliest:
        parameters["since"] = filter_.since.earliest.isoformat()
        yield f'(NOT {IS_DAY} OR l."on" >= :since)'
    if filter_.until and filter_.until.latest:
        parameters["until"] = filter_.until.latest.isoformat()
        yield f'(NOT {IS_DAY} OR l."on" <= :until)'
    if filter_.by:
        for name in filter_.by:
            _check_recorded(connection, "author", name)
        parameters["authors"] = json.dumps(list(filter_.by))
        yield "l.author COLLATE NOCASE IN (SELECT value FROM json_each(:authors))"
    if filter_.kind:
        for kind in filter_.kind:
            _check_recorded(connection, "kind", kind)
        parameters["kinds"] = json.dumps([kind.casefold() for kind in filter_.kind])
        yield "l.kind IN (SELECT value FROM json_each(:kinds))"


def _check_recorded(connection: sqlite3.Connection, name: str, text: str) -> None:
    """Raise InputError, with the values that the log has, unless an entry has this author or kind, in any case."""
    known = tuple(ENTRY_KINDS) if name == "kind" else ()
    if (
        text.casefold() in known
        or connection.execute(
            f"SELECT 1 FROM change WHERE {name} = ? COLLATE NOCASE LIMIT 1", (replace_surrogates(text),)
        ).fetchone()
    ):
        return
    recorded = [value for (value,) in connection.execute(f"SELECT DISTINCT {name} FROM change ORDER BY {name}")]
    match_choice("entry kind" if name == "kind" else name, text, list(dict.fromkeys([*known, *recorded])))


def _is_in_time(on: str, filter_: EntryFilter) -> bool:
    """Return whether the date of an entry has a day in the period of the filter."""
    when = VagueDate.parse(on)
    since, until = filter_.since and filter_.since.earliest, filter_.until and filter_.until.latest
    begins = until is None or when.earliest is None or when.earliest <= until
    return begins and (since is None or when.latest is None or when.latest >= since)


def with_criteria(connection: sqlite3.Connection, rows: list[HistoryRow]) -> list[HistoryRow]:
    """Mark the entries that changed a criterion after evidence was recorded; few entries set one."""
    setting = [row.id for row in rows if FIELD in row.changed]
    if not setting:
        return rows
    cursor = connection.execute(
        "SELECT DISTINCT item FROM change WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(setting),)
    )
    items = [item for (item,) in cursor]
    changed = {id_ for _, entries in entries_by_item(connection, items) for id_ in changed_after_evidence(entries)}
    return [row._replace(after_evidence=True) if row.id in changed else row for row in rows]


def _by_true_day(newest_first: Iterable[HistoryRow]) -> Iterator[HistoryRow]:
    """Yield the entries with those of the built-in record, which have one recorded time, in the order of their days."""
    for is_built_in, rows in groupby(
        newest_first, lambda row: row.author == BUILT_IN_AUTHOR and row.recorded_at[:_SECOND]
    ):
        yield from sorted(rows, key=lambda row: row.on, reverse=True) if is_built_in else rows  # noqa: B031 - read once


def entries_about(connection: sqlite3.Connection, day: date, items: Sequence[str]) -> Iterator[tuple[str, HistoryRow]]:
    """Yield the entries that were true by the day on commitments, their assessments and links, ordered as in `entries`.

    Each comes with the commitment's item; an entry on a link is yielded for both of its commitments.
    """
    cursor = connection.execute(
        f"SELECT about.commitment, {ENTRY} FROM {_LOG_ABOUT}"
        f" ORDER BY iif(l.author = '{BUILT_IN_AUTHOR}', l.ts / 1000000 * 1000000, l.ts), l.\"on\", l.ts, l.id",
        {"items": json.dumps(items), "day": day.isoformat()},
    )
    for item, *columns in cursor:
        row = history_row(tuple(columns))
        if closing_day(row.on) <= day.isoformat():
            yield item, row


class Slip(NamedTuple):
    """A moved date: the id of the entry that moved it, the commitment's item, and the row for output."""

    entry: str
    item: str
    row: SlipRow


def slips(
    connection: sqlite3.Connection, day: date, *, items: Sequence[str] | None = None, dialogues: Sequence[str] = ()
) -> Iterator[Slip]:
    """Yield every date moved by the day, oldest first; only of the commitments `items`, if given."""
    parameters: dict[str, Any] = {"day": day.isoformat()}
    cursor = connection.execute(
        "SELECT r.change, r.item, ifnull(m.ref, c.ref), c.ref, ifnull(m.title, c.title),"
        ' r."on", r.old, r.new, l.author, l.body, l.ts'
        " FROM redating AS r JOIN change AS l ON l.id = r.change"
        f" JOIN commitment AS c ON c.item = r.item AND {VALID.format('c')}"
        f" LEFT JOIN milestone AS m ON m.item = r.item AND m.milestone = r.milestone AND {VALID.format('m')}"
        f" WHERE r.day <= :day AND {is_among('r.item', items, parameters)}"
        f" AND {in_dialogues('c.dialogue', dialogues, parameters)} ORDER BY r.day, l.ts, l.id",
        parameters,
    )
    return (Slip(entry, item, _slip_row(row, entry)) for entry, item, *row in cursor)


def _slip_row(row: list[Any], entry: str) -> SlipRow:
    ref, commitment, title, on, old, new, author, body, ts = row
    content = parse_body(body)
    remarks = content.get("note"), evidence_pieces(content.get("evidence"))
    return SlipRow(ref, commitment, title, on, old, new, *_delay(old, new), author, *remarks, iso_time(ts), entry)


def since_first(first: SlipRow, last: SlipRow) -> SlipRow:
    """Return the change of a date from before `first` to after `last`, with the remarks of `last`."""
    least, most, narrowed = _delay(first.old, last.new)
    return last._replace(old=first.old, min_delay_days=least, max_delay_days=most, narrowed=narrowed)


def _delay(old_text: str, new_text: str) -> tuple[int | None, int | None, bool]:
    """Return the least and the greatest delay in days, and whether the new window lies in the old one."""
    old, new = VagueDate.parse(old_text), VagueDate.parse(new_text)
    least = (new.earliest - old.latest).days if new.earliest and old.latest else None
    most = (new.latest - old.earliest).days if new.latest and old.earliest else None
    return least, most, new.is_within(old)


def history_row(row: tuple[Any, ...]) -> HistoryRow:
    """Return the entry with the columns of `ENTRY`."""
    entry, ts, on, author, kind, text, retracted, ref = row
    body: Mapping[str, Any] = parse_body(text) if text is not None else {}
    changed = body.get("set") or ({"retracts": body["retracts"]} if "retracts" in body else {})
    return HistoryRow(
        entry,
        iso_time(ts),
        on,
        author,
        ref,
        kind,
        changed,
        body.get("note"),
        evidence_pieces(body.get("evidence")),
        bool(retracted),
        text is None,
        internal=bool(body.get(INTERNAL)),
    )
