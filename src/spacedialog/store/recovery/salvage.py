"""Salvage: find the entries of a damaged store whose hashes are valid, and name the lost entries.

SQLite cannot reach a row if a page above it in the tree is damaged. If rows are missing, the bytes are searched for
entries. An entry with a valid hash is unchanged since it was recorded.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeGuard

from spacedialog.model.entry import Entry, has_valid_hash
from spacedialog.store.database import SQLITE_ERRORS, sqlite_message
from spacedialog.store.recovery.image import PAGE_SIZE, Image

_TEXT_OR_NONE, _NUMBER_OR_NONE = (str, type(None)), (int, type(None))
_TYPES: tuple[type | tuple[type, ...], ...] = (str, int, *(str,) * 4, _TEXT_OR_NONE, str, str, _NUMBER_OR_NONE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES = ", ".join(f'"{name}"' for name in Entry._fields)

# The record of an entry begins with the length of its header, a text of 36 bytes (the id), and an integer.
_START = re.compile(rb"[\x0b-\x1e]\x55[\x01-\x06\x08\x09]")
_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_LONGEST = 1 << 30


class Salvaged(NamedTuple):
    """The result of a salvage: `sound` are the sound entries in the order recorded, `lost` the names of damaged ones.

    A name is an entry's id or, if the id is damaged too, its row. `rows` is the number of entries that are or were in
    the store. `round_damage` is the number of sound entries that SQLite cannot reach, and `why` the reason, or empty.
    """

    sound: list[Entry]
    lost: list[str]
    rows: int
    round_damage: int
    why: str


def salvage(image: Image, connection: sqlite3.Connection | None, why: str = "") -> Salvaged:
    """Return every entry in the image. `connection` is the opened image; None, with `why`, if it is unusable."""
    found: dict[int, Entry | None] = {}
    damaged_ids: dict[int, str] = {}
    names: dict[int, str] = {}
    votes: Counter[int] = Counter()
    if connection:
        why = _scan(connection, found, damaged_ids)
        _read_indexes(connection, names, votes)
    votes.update(found.keys())
    known = {entry.id: entry for entry in found.values() if entry}
    reached = len(known)
    if why or image.log.lost or not all(found.get(row) for row in _rows(votes, found, names, least=2)):
        carved: set[int] = set()
        for row, values in _carved(image):
            entry = _sound(values)
            if entry:
                known.setdefault(entry.id, entry)
                if row and not found.get(row):
                    found[row] = entry
                    carved.add(row)
            elif row and _is_id(values[0]):
                damaged_ids.setdefault(row, values[0])
        votes.update(carved)
    rows = _rows(votes, found, names, least=2 if connection and names else 1)
    lost = [
        names.get(row) or damaged_ids.get(row) or f"row {row}"
        for row in sorted(rows)
        if not found.get(row) and names.get(row) not in known
    ]
    sound = sorted(known.values(), key=lambda entry: (entry.ts, entry.id))
    return Salvaged(sound, lost, len(sound) + len(lost), len(sound) - reached, why)


def _rows(votes: Counter[int], found: Mapping[int, object], names: Mapping[int, str], *, least: int) -> set[int]:
    """Return the rows that are or were in the table, including all rows below the highest with `least` votes.

    Rows are numbered in sequence and never deleted. A number that was found only once may itself be damaged.
    """
    top = max((row for row, count in votes.items() if count >= least), default=0)
    return {*range(1, top + 1), *(row for row in found if votes[row] >= least), *names}


def _scan(connection: sqlite3.Connection, found: dict[int, Entry | None], damaged_ids: dict[int, str]) -> str:
    """Read the rows in order and, if a page is damaged, from the end; return SQLite's message, or an empty text."""
    why = ""
    for order in ("ASC", "DESC"):
        last = None
        try:
            for row, *values in connection.execute(
                f"SELECT rowid, {_NAMES} FROM change NOT INDEXED ORDER BY rowid {order}"
            ):
                if last is not None and (row > last) is not (order == "ASC"):
                    raise sqlite3.DatabaseError("the rows are out of order")
                last = row
                entry = _sound(values)
                found[row] = found.get(row) or entry
                if not entry and _is_id(values[0]):
                    damaged_ids[row] = values[0]
        except SQLITE_ERRORS as error:
            why = sqlite_message(error)
        if not why:
            break
    return why


def _read_indexes(connection: sqlite3.Connection, names: dict[int, str], votes: Counter[int]) -> None:
    """Collect from the indexes which rows exist, and their ids."""
    for column, index in (("id", "sqlite_autoindex_change_1"), ("ts", "idx_change_ts"), ("item", "idx_change_item")):
        rows: dict[int, object] = {}
        for order in ("ASC", "DESC"):
            with suppress(*SQLITE_ERRORS):
                for row, value in connection.execute(
                    f"SELECT rowid, {column} FROM change INDEXED BY {index} ORDER BY {column} {order}"
                ):
                    rows.setdefault(row, value)
                break
        votes.update(rows.keys())
        if column == "id":
            names.update({row: value for row, value in rows.items() if _is_id(value)})


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _sound(values: list[Any]) -> Entry | None:
    """Return the entry with these values; None if they are not an entry with a valid hash."""
    if not all(isinstance(value, kind) for value, kind in zip(values, _TYPES, strict=True)):
        return None
    entry = Entry._make(values)
    return entry if has_valid_hash(entry) else None


def _carved(image: Image) -> Iterator[tuple[int, list[Any]]]:
    """Yield records with the form of an entry from anywhere in the bytes, each with its row, 0 if unknown."""
    for data in image.searched():
        for size in {image.page_size, PAGE_SIZE}:
            for match in _START.finditer(data):
                with suppress(IndexError):
                    start = match.start()
                    values, length = _record(data, start, size)
                    if values:
                        yield _row(data, start, length), values


def _record(data: bytes, start: int, size: int) -> tuple[list[Any], int]:
    """Return the values of the record that begins at `start`, and its length; no values if it is not an entry.

    A record that does not fit its page continues in a chain of overflow pages.
    Source: https://sqlite.org/fileformat2.html#record_format.
    """
    head = data[start]
    at, types = start + 1, []
    while at < start + head:
        value, at = _varint(data, at)
        types.append(value)
    if len(types) != len(Entry._fields) or types[8] != 141 or at != start + head:
        return [], 0
    length = head + sum(_SIZES[kind] if kind in _SIZES else (kind - 12) // 2 for kind in types)
    if length > min(len(data), _LONGEST):
        return [], 0
    content = _payload(data, start, length, size)
    values: list[Any] = []
    at = head
    for kind in types:
        end = at + (_SIZES[kind] if kind in _SIZES else (kind - 12) // 2)
        part = content[at:end]
        if kind in (8, 9):
            values.append(kind - 8)
        elif kind in _SIZES:
            values.append(int.from_bytes(part, "big", signed=True) if kind else None)
        else:
            values.append(part.decode("utf-8", "surrogateescape") if kind >= 13 and kind % 2 else part)
        at = end
    return values, length


def _payload(data: bytes, start: int, length: int, size: int) -> bytes:
    if length <= size - 35:
        return data[start : start + length]
    least = (size - 12) * 32 // 255 - 23
    local = least + (length - least) % (size - 4)
    local = local if local <= size - 35 else least
    parts, at = [data[start : start + local]], start + local
    left, following = length - local, int.from_bytes(data[at : at + 4], "big")
    while left > 0 and 0 < following <= len(data) // size:
        page = (following - 1) * size
        parts.append(data[page + 4 : page + 4 + min(left, size - 4)])
        left -= size - 4
        following = int.from_bytes(data[page : page + 4], "big")
    return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def _row(data: bytes, start: int, length: int) -> int:
    """Return the row of the record that begins at `start`, after its length and its row as varints; 0 if unknown."""
    encoded = bytearray([length & 0x7F])
    while length := length >> 7:
        encoded.insert(0, length & 0x7F | 0x80)
    for wide in range(1, 6):
        before = start - wide - len(encoded)
        if before >= 0 and data[before : start - wide] == encoded:
            row, end = _varint(data, start - wide)
            if end == start:
                return row
    return 0
