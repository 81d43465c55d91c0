"""Bytes of a store are damaged: bits flipped, pages emptied, swapped or filled with noise, the file cut short.

    python -m tests.faults.damage --copies 1000

Promise, for each damaged copy: `doctor` and the reads end with an answer or a clear error, never with a traceback.
`doctor` names every damaged entry by its id, or by its row if the id may be damaged, and no other entry; of rows cut
off at the end it reports only that something is wrong. `doctor --rescue` saves every entry that is whole in the bytes,
and nothing else. Neither changes the store. Some copies have a write-ahead log, as after a crash, which is damaged too.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SpacedialogError
from spacedialog.maintenance import checks as checkup
from spacedialog.maintenance import copies
from spacedialog.model.entry import Entry
from spacedialog.store import database
from tests.faults import stores
from tests.faults.verdict import Verdict, script
from tests.support.trackers import entropy

_PAGE = 4096
_FRAME = 24 + _PAGE
"""The size of a page in the write-ahead log with its header, in bytes."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEAD = 14
"""The least size of a record's header, in bytes: its own length and the types of ten values."""


def _flip(data: bytearray, draw: random.Random) -> None:
    for _ in range(draw.choice((1, 1, 3, 30))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _pages(data: bytearray, draw: random.Random) -> list[int]:
    return [_PAGE * draw.randrange(max(1, len(data) // _PAGE)) for _ in range(draw.choice((1, 1, 2, 8)))]


def _empty(data: bytearray, draw: random.Random) -> None:
    for start in _pages(data, draw):
        data[start : start + _PAGE] = bytes(len(data[start : start + _PAGE]))


def _noise(data: bytearray, draw: random.Random) -> None:
    for start in _pages(data, draw):
        size = len(data[start : start + draw.choice((16, 512, _PAGE))])
        data[start : start + size] = draw.randbytes(size)


def _swap(data: bytearray, draw: random.Random) -> None:
    for start in _pages(data, draw):
        (other, *_) = _pages(data, draw)
        if len(data[start : start + _PAGE]) == len(data[other : other + _PAGE]):
            page = data[start : start + _PAGE]
            data[start : start + _PAGE] = data[other : other + _PAGE]
            data[other : other + _PAGE] = page


def _cut(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    del data[at // _PAGE * _PAGE if draw.random() < 0.5 else at :]


def _head(data: bytearray, draw: random.Random) -> None:
    data[draw.randrange(100)] = draw.randrange(256)


KINDS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "flipped": _flip,
    "emptied": _empty,
    "noise": _noise,
    "swapped": _swap,
    "cut": _cut,
    "header": _head,
}


class _Original(NamedTuple):
    """A store before damage: its files by the ends of their names, its entries by row."""

    parts: dict[str, bytes]
    entries: dict[int, Entry]


def run(folder: Path, copies: int, seed: int, only: Collection[int] | None = None) -> Verdict:
    """Damage `copies` copies of stores; with `only`, examine the copies with these numbers only."""
    draw = random.Random(seed)
    originals = list(_originals(folder / "before"))
    counts = {"copies": copies, "entries_damaged": 0, "named": 0, "after_the_last_left": 0, "rescued": 0, "refused": 0}
    broken: list[str] = []
    for number in range(copies):
        kind = list(KINDS)[number % len(KINDS)]
        original = originals[number % 4 == 0]
        # A write-ahead log that was cut looks like one that was never longer, as after any crash.
        part = draw.choice(sorted(original.parts)) if kind != "cut" else ""
        data = bytearray(original.parts[part])
        KINDS[kind](data, draw)
        if only is not None and number not in only:
            continue
        parts = {**original.parts, part: bytes(data)}
        store = folder / str(number) / "tracker.db"
        store.parent.mkdir(mode=0o700)
        for end, content in parts.items():
            path = store.with_name(store.name + end)
            path.write_bytes(content)
            path.chmod(0o600)
        problems = _looked_over(store, original, parts, counts)
        broken += [f"copy {number} ({kind}{part}): {problem}" for problem in problems]
        shutil.rmtree(store.parent)
    return Verdict("damage", {**counts}, broken)


def _originals(folder: Path) -> Iterable[_Original]:
    # The same ids in every run: damage to an id depends on its digits.
    source = entropy("damage")
    closed = stores.actions(folder, entropy=source)["undo"].before
    assert closed is not None
    yield _Original({"": closed.read_bytes()}, _by_row(closed))
    # As after a crash, the last writes are in the write-ahead log alone.
    open_ = folder / "open.db"
    shutil.copyfile(closed, open_)
    with database.reading(open_) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        for number in range(5):
            stores.tracker(open_, entropy=source).note("ROK4-07", f"In the write-ahead log, {number}.")
        parts = {end: open_.with_name(open_.name + end).read_bytes() for end in ("", "-wal")}
        entries = _by_row(open_)
    yield _Original(parts, entries)


def _by_row(store: Path) -> dict[int, Entry]:
    with database.reading(store) as connection:
        return {row: Entry._make(values) for row, *values in connection.execute("SELECT rowid, * FROM change")}


def _looked_over(store: Path, original: _Original, parts: dict[str, bytes], counts: dict[str, int]) -> list[str]:
    problems: list[str] = []
    entries = list(original.entries.values())
    if "-wal" in parts and parts["-wal"][-_FRAME:] != original.parts["-wal"][-_FRAME:]:
        # Without its commit frame, the last transaction looks like one that was interrupted.
        entries.pop()
    whole = [entry for entry in entries if _stands(entry, original.parts, parts)]
    new = store.with_name("rescued.db")
    said: list[str] = []
    rescued: Sequence[Entry] = []
    clean = False
    try:
        checks = checkup.run_checks(store, now=stores.NOW + 3600 * 1_000_000)
        said = [line for check in checks if check.check in ("changes", "form") for line in check.said]
        clean = all(check.ok for check in checks)
    except SpacedialogError as error:
        counts["refused"] += 1
        if whole:
            problems.append(f"doctor refused it, though {len(whole)} entries are whole in it: {error}")
    except Exception as error:
        problems.append(f"doctor crashed: {error!r}")
    try:
        copies.rescue(store, new)
        rescued = stores.log(new)
    except SpacedialogError as error:
        if whole:
            problems.append(f"--rescue refused it: {error}")
    except Exception as error:
        problems.append(f"--rescue crashed: {error!r}")
    for end, content in parts.items():
        if store.with_name(store.name + end).read_bytes() != content:
            problems.append("doctor altered the store")

    counts["rescued"] += len(rescued)
    # The hash of an entry does not cover its position in a shared log.
    had, brought = set(original.entries.values()), {entry._replace(seq=None) for entry in rescued}
    if invented := brought - had:
        problems.append(f"{len(invented)} entries were rescued that were never recorded")
    if left := [entry.id for entry in whole if entry not in brought]:
        problems.append(f"{len(left)} entries are whole and were not rescued, such as {left[0]}")
    lost = {row: entry for row, entry in original.entries.items() if entry not in brought}
    counts["entries_damaged"] += len(lost)
    if lost and clean:
        problems.append(f"doctor found nothing, and {len(lost)} entries are lost")
    ids = {entry.id for entry in lost.values()}
    problems += [f"doctor names {name}, which is not lost" for name in _ID.findall(" ".join(said)) if name not in ids]
    last = max((row for row in original.entries if row not in lost), default=0)
    for row, entry in lost.items():
        named = re.compile(rf"(?:{entry.id}|row {row})(?![0-9a-f-])")
        if any(map(named.search, said)):
            counts["named"] += 1
        elif row < last:
            problems.append(f"a damaged entry is not named: {entry.id}, row {row}")
        else:
            counts["after_the_last_left"] += 1
    problems += _read(store)
    return problems


def _stands(entry: Entry, original: dict[str, bytes], parts: dict[str, bytes]) -> bool:
    """Return whether an entry's record, head and values, is whole in the damaged bytes."""
    values = [entry.id.encode(), entry.ts.to_bytes(8, "big")]
    values += [text.encode() for text in entry[2:9] if isinstance(text, str)]
    record = b"".join(values)
    for content in original.values():
        at = content.find(record)
        if at >= _HEAD and any(content[at - _HEAD : at + len(record)] in damaged for damaged in parts.values()):
            return True
    return False


def _read(store: Path) -> list[str]:
    try:
        with stores.tracker(store).snapshot() as view:
            view.overview()
            list(view.commitments())
            view.history()
    except SpacedialogError as error:
        return [] if error.exit_status == 4 else [f"a read ended with {error.exit_status}: {error}"]
    except Exception as error:
        return [f"a read crashed: {error!r}"]
    return []


if __name__ == "__main__":
    script(run, __doc__, count="copies", default=1000)
