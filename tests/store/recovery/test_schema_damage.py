"""Tests of damage to the schema of a store: it is reported, and every entry is rescued."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import NamedTuple

import pytest

from spacedialog.errors import StoreError
from spacedialog.maintenance import checks, copies
from spacedialog.tracker import Tracker
from tests.support.trackers import NOON, Maker

PAGE = 4096
STRIDE = 401
"""The distance between the bytes of the schema that are damaged; 1 takes about ten minutes."""


class Original(NamedTuple):
    """The file of a store, and its number of entries."""

    content: bytes
    entries: int


@pytest.fixture(scope="module")
def original(make: Maker) -> Original:
    """A store with an entry that is longer than a page."""
    tracker = make("ruritania")
    tracker.note("1", "A note longer than a page. " * 300)
    return Original(tracker.path.read_bytes(), len(list(tracker.log())))


def leaves(content: bytes, page: int = 1) -> Iterator[tuple[int, int]]:
    """Yield the start and the end, in the file, of the cells of each leaf page of the schema."""
    start = (page - 1) * PAGE
    head = start + (100 if page == 1 else 0)
    if content[head] == 13:
        yield start + int.from_bytes(content[head + 5 : head + 7], "big"), start + PAGE
        return
    cells = [
        int.from_bytes(content[at : at + 2], "big") for at in range(head + 12, head + 12 + 2 * content[head + 4], 2)
    ]
    for at in (head + 8, *(start + cell for cell in cells)):
        yield from leaves(content, int.from_bytes(content[at : at + 4], "big"))


def objects(content: bytes) -> object:
    """Return the rows of the schema as SQLite reads them, or its error message."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        connection.text_factory = bytes
        try:
            return connection.execute("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema").fetchall()
        except sqlite3.Error as error:
            return str(error)


def check(tracker: Tracker, original: Original, at: int, bit: int) -> None:
    """Flip a bit of the file, and check doctor, a rescue, a restore and the reads."""
    content = bytearray(original.content)
    content[at] ^= 1 << bit
    tracker.path.write_bytes(content)
    is_clean = all(row.ok for row in checks.run_checks(tracker.path, now=NOON + 10**9) if row.check != "modes")
    assert not is_clean or objects(bytes(content)) == objects(original.content), at
    new = tracker.path.with_name(f"rescued-{at}.db")
    assert copies.rescue(tracker.path, new) == (str(new), original.entries, ()), at
    if not is_clean:
        with pytest.raises(StoreError):
            copies.restore(tracker.path.with_name("restored.db"), tracker.path, replace=False)
    with suppress(StoreError), tracker.snapshot() as view:
        view.overview()
        view.history()
        assert [*view.commitments()]


def test_damage_to_any_byte_of_the_schema_is_reported_and_loses_no_entry(make: Maker, original: Original) -> None:
    """A flipped bit anywhere in the schema is a finding, causes no traceback, and loses no entry."""
    tracker = make("ruritania")
    places = [at for start, end in leaves(original.content) for at in range(start, end)]
    for at in places[::STRIDE]:
        check(tracker, original, at, at % 8)


@pytest.mark.parametrize("table", ["commitment", "words", "change"])
def test_a_table_that_sqlite_skips_is_reported(make: Maker, original: Original, table: str) -> None:
    """A CREATE statement that SQLite cannot parse, with one damaged quotation mark, is a finding."""
    at = original.content.index(f'CREATE TABLE "{table}"'.encode()) + len("CREATE TABLE ")
    check(make("ruritania"), original, at, 1)
