"""Salvage: find the entries of a damaged store whose hashes are valid, and name the lost entries.

SQLite cannot reach a row if a page above it in the tree is damaged. If rows are missing, the bytes are searched for
entries. An entry with a valid hash is unchanged since it was recorded.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeGuard

from spacedialog.model.entry import Entry, has_valid_hash
from spacedialog.store.database import SQLITE_ERRORS, sqlite_message
from spacedialog.store.recovery.image import PAGE_SIZE, Image

_TEXT_OR_NONE, _NUMBER_OR_NONE = (str, type(None)), (int, type(None))
_TYPES: tuple[type | tuple[type, ...], ...] = (str, int, *(str,) * 4, _TEXT_OR_NONE, str, str, _NUMBER_OR_NONE)
_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INDEXES = {"id": "sqlite_autoindex_change_1", "ts": "idx_change_ts", "item": "idx_change_item"}
_NAMES = ", ".join(f'"{name}"' for name in Entry._fields)

# The record of an entry begins with the length of its header, a text of 36 bytes (the id), and an integer.
_START = re.compile(rb"[\x0b-\x1e]\x55[\x01-\x06\x08\x09]")
_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_LONGEST = 1 << 30


class Salvaged(NamedTuple):
    """The result of a salvage: `sound` are the sound entries in the order recorded, `lost` the names of damaged ones.

    A name is an entry's id or, if the id may be damaged too, its row. `rows` is the number of entries that are or were
    in the store. `unreachable` is the number of sound entries that SQLite cannot reach, and `why` the reason, or
    empty.
    """

    sound: list[Entry]
    lost: list[str]
    rows: int
    unreachable: int
    why: str


class Source(NamedTuple):
    """An image, and its connection if its log can be queried; otherwise `why` is the reason."""

    image: Image
    connection: sqlite3.Connection | None
    why: str


def salvage(sources: Sequence[Source]) -> Salvaged:
    """Return every entry in the images. The first image is the store as SQLite reads it."""
    rows = _Rows()
    why = rows.read(sources[0])
    reached = len(rows.known)
    for source in sources[1:]:
        rows.read(source)
    if why or len(sources) > 1 or rows.lost():
        rows.carve([source.image for source in sources])
    lost = rows.lost()
    if lost:
        rows.count_ids([source.image for source in sources])
    sound = sorted(rows.known.values(), key=lambda entry: (entry.ts, entry.id))
    names = [rows.name(row) for row in lost]
    return Salvaged(sound, names, len(sound) + len(names), len(sound) - reached, why)


class _Rows:
    """Evidence of the rows of the log, from the table, its indexes and the bytes of the images."""

    def __init__(self) -> None:
        self.known: dict[str, Entry] = {}
        """The sound entries by id."""
        self._found: dict[int, Entry] = {}
        self._damaged: dict[int, list[Any]] = {}
        self._indexed: dict[str, dict[int, object]] = {column: {} for column in _INDEXES}
        self._named: dict[int, str] = {}  # the valid ids in the index
        self._votes: Counter[int] = Counter()
        self._repeated: set[str] = set()
        self._items: set[object] = set()

    def read(self, source: Source) -> str:
        """Read the table and its indexes; return SQLite's message, or an empty text."""
        if not source.connection:
            return source.why
        seen: set[int] = set()
        why = ""
        # If a page is damaged, the rows are also read from the end.
        for order in ("ASC", "DESC"):
            try:
                for row, values in _scan(source.connection, order):
                    seen.add(row)
                    self._add(row, values)
            except SQLITE_ERRORS as error:
                why = sqlite_message(error)
            if not why:
                break
        self._votes.update(seen)
        for column, index in _INDEXES.items():
            indexed = _read_index(source.connection, column, index)
            self._votes.update(indexed.keys())
            self._indexed[column] |= indexed
        self._named |= {row: value for row, value in self._indexed["id"].items() if _is_id(value)}
        return why

    def carve(self, images: Sequence[Image]) -> None:
        """Search the bytes for entries."""
        sizes = {images[0].page_size, PAGE_SIZE}
        carved = {row for image in images for row, values in _carved(image.data, sizes) if self._add(row, values)}
        # A page may be intact only where a later commit replaced it. A restamp may have replaced an entry in it.
        older = b"".join(frame.data for frame in images[-1].log.applied)
        carved |= {row for row, values in _carved(older, sizes) if row not in self._found and self._add(row, values)}
        for row, values in self._damaged.items():
            # The hash shows whether only the id is damaged.
            self._add(row, [self._named.get(row), *values[1:]])
        self._votes.update(carved)

    def _add(self, row: int, values: list[Any]) -> bool:
        """Add the values of a row, 0 if unknown; return whether they are the first sound entry found for it."""
        entry = _sound(values)
        if entry:
            self.known.setdefault(entry.id, entry)
        if not row or row in self._found:
            return False
        if entry:
            self._found[row] = entry
        else:
            self._damaged.setdefault(row, values)
        return entry is not None

    def lost(self) -> list[int]:
        """Return the rows that are or were in the table without a sound entry.

        Rows are numbered in sequence and never deleted, so all below the highest exist. A number that was found only
        once may itself be damaged.
        """
        least = 2 if self._named else 1
        top = max((row for row, count in self._votes.items() if count >= least), default=0)
        named = {row for row, name in self._named.items() if name not in self.known}
        rows = {*range(1, top + 1), *named}
        return sorted(row for row in rows - self._found.keys() if not self._is_known(row))

    def _is_known(self, row: int) -> bool:
        """Return whether the entry of a row was found elsewhere, without its row number or with a damaged one."""
        entry = self.known.get(self._named.get(row, ""))
        # The row in the index of ids may be the damaged one. The other indexes then have another entry there.
        return entry is not None and all(
            self._indexed[column].get(row, value) == value for column, value in (("ts", entry.ts), ("item", entry.item))
        )

    def count_ids(self, images: Sequence[Image]) -> None:
        """Count how often each id occurs in an image. An id that occurs once may itself be damaged."""
        for image in images:
            counts = Counter(_ID.findall(image.data))
            self._repeated |= {name.decode() for name, count in counts.items() if count > 1}
        self._items = {entry.item for entry in self.known.values()} | set(self._indexed["item"].values())

    def name(self, row: int) -> str:
        """Return the id of a row if it occurs in two places, such as the row and an index; otherwise the row number.

        The id of an item is no name: it comes from a page of another index or table in the place of the right one.
        """
        candidates = (self._named.get(row), self._damaged.get(row, [None])[0])
        return next((name for name in candidates if name in self._repeated and name not in self._items), f"row {row}")


def _scan(connection: sqlite3.Connection, order: str) -> Iterator[tuple[int, list[Any]]]:
    last = None
    for row, *values in connection.execute(f"SELECT rowid, {_NAMES} FROM change NOT INDEXED ORDER BY rowid {order}"):
        if last is not None and (row > last) is not (order == "ASC"):
            raise sqlite3.DatabaseError("the rows are out of order")
        last = row
        yield row, values


def _read_index(connection: sqlite3.Connection, column: str, index: str) -> dict[int, object]:
    """Return the values of a column by row, as far as they can be read from its index."""
    rows: dict[int, object] = {}
    for order in ("ASC", "DESC"):
        with suppress(*SQLITE_ERRORS):
            for row, value in connection.execute(
                f"SELECT rowid, {column} FROM change INDEXED BY {index} ORDER BY {column} {order}"
            ):
                rows.setdefault(row, value)
            break
    return rows


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _ID.fullmatch(value.encode("utf-8", "surrogateescape")) is not None


def _sound(values: list[Any]) -> Entry | None:
    """Return the entry with these values; None if they are not an entry with a valid hash."""
    if not all(isinstance(value, kind) for value, kind in zip(values, _TYPES, strict=True)):
        return None
    entry = Entry._make(values)
    return entry if has_valid_hash(entry) else None


def _carved(data: bytes, sizes: Iterable[int]) -> Iterator[tuple[int, list[Any]]]:
    """Yield records with the form of an entry from anywhere in the bytes, each with its row, 0 if unknown.

    `sizes` are the likely sizes of a page, which determine where a record longer than a page continues.
    """
    for size in sizes:
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
