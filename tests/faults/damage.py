"""Fault: bytes of a store are damaged: bits flipped, pages zeroed, swapped or filled with noise, the file cut short.

    python -m tests.faults.damage --copies 1000

Promise, for each damaged copy: `doctor` and the reads end with a result or a clear message, never with a crash;
`doctor` names every damaged entry by its id or, if the id is lost too, by its row (for entries cut off after the last
remaining row it only reports damage); `doctor --rescue` copies every entry that is intact in the bytes, and nothing
that was not recorded; and neither changes the store. Some copies have a write-ahead log, as a crash leaves it, which is
damaged too.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from spacedialog.errors import SpacedialogError
from spacedialog.maintenance import checks
from spacedialog.model.entry import Entry
from spacedialog.store import database
from tests.faults import stores
from tests.faults.verdict import Verdict, script

_PAGE = 4096
_FRAME = 24 + _PAGE
"""The bytes of a page in the write-ahead log, including its header."""
_HEAD = 14
"""The least number of bytes before a record's values: its length and the types of ten values."""


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 3, 30))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _pages(data: bytearray, rng: random.Random) -> list[int]:
    return [_PAGE * rng.randrange(max(1, len(data) // _PAGE)) for _ in range(rng.choice((1, 1, 2, 8)))]


def _empty(data: bytearray, rng: random.Random) -> None:
    for start in _pages(data, rng):
        data[start : start + _PAGE] = bytes(len(data[start : start + _PAGE]))


def _noise(data: bytearray, rng: random.Random) -> None:
    for start in _pages(data, rng):
        size = len(data[start : start + rng.choice((16, 512, _PAGE))])
        data[start : start + size] = rng.randbytes(size)


def _swap(data: bytearray, rng: random.Random) -> None:
    for start in _pages(data, rng):
        (other, *_) = _pages(data, rng)
        if len(data[start : start + _PAGE]) == len(data[other : other + _PAGE]):
            page = data[start : start + _PAGE]
            data[start : start + _PAGE] = data[other : other + _PAGE]
            data[other : other + _PAGE] = page


def _cut(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at // _PAGE * _PAGE if rng.random() < 0.5 else at :]


def _head(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(100)] = rng.randrange(256)


KINDS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "flipped": _flip,
    "emptied": _empty,
    "noise": _noise,
    "swapped": _swap,
    "cut": _cut,
    "header": _head,
}


class _Original(NamedTuple):
    """A store before the damage: the contents of its files by the suffix of their names, and its entries by row."""

    parts: dict[str, bytes]
    entries: dict[int, Entry]


def run(folder: Path, copies: int, seed: int) -> Verdict:
    """Damage `copies` copies of stores."""
    rng = random.Random(seed)
    originals = list(_originals(folder / "before"))
    counts = {"copies": copies, "changes_damaged": 0, "named": 0, "after_the_last_left": 0, "rescued": 0, "refused": 0}
    broken: list[str] = []
    for number in range(copies):
        kind = list(KINDS)[number % len(KINDS)]
        original = originals[number % 4 == 0]
        # A write-ahead log is not cut: a crash may leave a short one, which nothing distinguishes from a cut one.
        part = rng.choice(sorted(original.parts)) if kind != "cut" else ""
        data = bytearray(original.parts[part])
        KINDS[kind](data, rng)
        parts = {**original.parts, part: bytes(data)}
        store = folder / str(number) / "tracker.db"
        store.parent.mkdir(mode=0o700)
        for end, content in parts.items():
            path = store.with_name(store.name + end)
            path.write_bytes(content)
            path.chmod(0o600)
        problems = _problems(store, original, parts, counts)
        broken += [f"copy {number} ({kind}{part}): {problem}" for problem in problems]
        shutil.rmtree(store.parent)
    return Verdict("damage", {**counts}, broken)


def _originals(folder: Path) -> Iterable[_Original]:
    closed = stores.actions(folder)["undo"].before
    assert closed is not None
    yield _Original({"": closed.read_bytes()}, _by_row(closed))
    # As after a crash: the last writes are only in the write-ahead log.
    open_ = folder / "open.db"
    shutil.copyfile(closed, open_)
    with database.reading(open_) as connection:
        connection.execute("SELECT count(*) FROM change").fetchone()
        for number in range(5):
            stores.tracker(open_).note("ROK4-07", f"In the write-ahead log, {number}.")
        parts = {end: open_.with_name(open_.name + end).read_bytes() for end in ("", "-wal")}
        entries = _by_row(open_)
    yield _Original(parts, entries)


def _by_row(store: Path) -> dict[int, Entry]:
    with database.reading(store) as connection:
        return {row: Entry._make(values) for row, *values in connection.execute("SELECT rowid, * FROM change")}


def _problems(store: Path, original: _Original, parts: dict[str, bytes], counts: dict[str, int]) -> list[str]:
    problems: list[str] = []
    entries = list(original.entries.values())
    if "-wal" in parts and parts["-wal"][-_FRAME:] != original.parts["-wal"][-_FRAME:]:
        # Without its commit frame, the last transaction looks like an unfinished one.
        entries.pop()
    whole = [entry for entry in entries if _is_intact(entry, original.parts, parts)]
    new = store.with_name("rescued.db")
    lines: list[str] = []
    rescued: Sequence[Entry] = []
    clean = False
    try:
        results = checks.run_checks(store, now=stores.NOW + 3600 * 1_000_000)
        lines = [line for check in results if check.check == "changes" for line in check.said]
        clean = all(check.ok for check in results)
    except SpacedialogError as error:
        counts["refused"] += 1
        if whole:
            problems.append(f"doctor refused it, though {len(whole)} changes stand in it: {error}")
    except Exception as error:
        problems.append(f"doctor crashed: {error!r}")
    try:
        checks.rescue(store, new)
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
    # The position in a shared log is not part of an entry's hash.
    recorded, copied = set(original.entries.values()), {entry._replace(seq=None) for entry in rescued}
    if invented := copied - recorded:
        problems.append(f"{len(invented)} changes were brought that nobody recorded")
    if left := [entry.id for entry in whole if entry not in copied]:
        problems.append(f"{len(left)} changes stand whole and were not rescued, such as {left[0]}")
    lost = {row: entry for row, entry in original.entries.items() if entry not in copied}
    counts["changes_damaged"] += len(lost)
    if lost and clean:
        problems.append(f"doctor found nothing, and {len(lost)} changes are lost")
    last = max((row for row in original.entries if row not in lost), default=0)
    for row, entry in lost.items():
        if any(f"{name} " in f"{line} " for line in lines for name in (entry.id, f"row {row}")):
            counts["named"] += 1
        elif row < last:
            problems.append(f"a damaged change is not named: {entry.id}, row {row}")
        else:
            counts["after_the_last_left"] += 1
    problems += _read(store)
    return problems


def _is_intact(entry: Entry, original: dict[str, bytes], parts: dict[str, bytes]) -> bool:
    """Return whether the entry's record, header and values, is intact; False if the record spans two pages."""
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
        with stores.tracker(store).view() as view:
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
