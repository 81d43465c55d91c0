"""Check a store's files, tables and log, without changing them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from spacedialog.errors import StoreError
from spacedialog.model.entry import BUILT_IN_AUTHOR, Entry, iso_time
from spacedialog.model.fold import FOREVER, closing_day
from spacedialog.model.rows.maintenance import DoctorRow
from spacedialog.model.validation import is_newer, problems
from spacedialog.store import database, lock
from spacedialog.store.recovery import image
from spacedialog.store.recovery.health import CheckResult, Examination
from spacedialog.store.recovery.salvage import Salvaged
from spacedialog.store.schema import SCHEMA_VERSION
from spacedialog.storefiles import side_file

_CLOCKS_DIFFER = 60_000_000
"""The maximum difference of a recorded time from the clock, or from the time in the entry's id (µs)."""


@contextmanager
def examined(path: Path) -> Iterator[tuple[Examination, Salvaged]]:
    """Yield an examination of an image of the store, and its entries; StoreError if `path` is not a store."""
    database.require_regular_file(path)
    if not path.exists():
        raise StoreError(f"{path}: the database does not exist", "name one with --db; nothing was changed")
    try:
        with database.as_store_errors(path), lock.held(path, shared=True):
            picture = image.read(path)
        with Examination(picture) as examination:
            salvaged = examination.changes()
            if examination.application != database.APPLICATION_ID and not salvaged.sound:
                raise database.not_a_store_error(path)
            yield examination, salvaged
    except MemoryError as error:
        raise StoreError(
            f"{path}: there is not enough memory to check a database of this size",
            "check it on a computer whose memory is several times the size of the file; nothing was changed",
        ) from error


def run_checks(path: Path, *, now: int) -> list[DoctorRow]:
    """Return the result of each check of the store, at the time `now` (µs); StoreError if `path` is not a store."""
    with examined(path) as (examination, salvaged):
        entries = salvaged.sound
        faults = tuple(_entry_faults(entries))
        newer = tuple(
            f"{entry.id}: written by a newer version of spacedialog; it is stored but does not count"
            for entry in entries
            if is_newer(entry.kind, entry.content)
        )
        file, integrity, foreign_keys, schema, changes, fold, search = _soundness(path, examination, salvaged)
        return [
            file,
            integrity,
            foreign_keys,
            schema,
            changes,
            _row("form", CheckResult(len(entries), faults)),
            _row("understood", CheckResult(len(entries), newer), are_remarks=True),
            fold,
            search,
            *_team_rows(examination),
            _row("stamps", CheckResult(len(entries), tuple(_implausible_times(entries, now))), are_remarks=True),
            _modes_row(path),
        ]


def faults(path: Path, examination: Examination, salvaged: Salvaged) -> list[str]:
    """Return a description of each fault in a store; empty if it is undamaged and its tables match the log."""
    return [fault for row in _soundness(path, examination, salvaged) for fault in row.said]


def is_sound(path: Path) -> bool:
    """Return whether nothing in a store is damaged."""
    with examined(path) as (examination, salvaged):
        return not faults(path, examination, salvaged)


def _soundness(path: Path, examination: Examination, salvaged: Salvaged) -> list[DoctorRow]:
    """Return the checks for damage: of the file, pages, foreign keys, schema, entries, tables and full-text index."""
    lost = tuple(f"{name} is damaged" for name in salvaged.lost)
    if salvaged.unreachable:
        lost += (f"{salvaged.unreachable} more can be read only with --rescue",)
    if salvaged.why:
        lost += (f"{salvaged.why}: entries that left no trace in the file cannot be listed",)
    items, differing = examination.fold(salvaged.sound)
    return [
        _row("file", CheckResult(1, tuple(_file_faults(path, examination)))),
        _row("integrity", examination.integrity()),
        _row("foreign keys", examination.foreign_keys()),
        _row("schema", examination.schema),
        _row("changes", CheckResult(salvaged.rows, lost), findings=len(salvaged.lost) + salvaged.unreachable),
        _row("fold", CheckResult(items, tuple(_differences(differing, examination.refs())))),
        _row("search", examination.search()),
    ]


def _file_faults(path: Path, examination: Examination) -> Iterator[str]:
    """Yield the faults of the database file itself."""
    yield from examination.image.faults
    if examination.application != database.APPLICATION_ID:
        yield "the header lacks the application id of a spacedialog database"
    if not 0 < examination.version <= SCHEMA_VERSION:
        yield f"the schema has version {examination.version}, and this program supports versions up to {SCHEMA_VERSION}"
    journal = side_file(path, "-journal")
    if os.path.lexists(journal):
        yield f"{journal.name}: a journal that another program left when it was interrupted; this program creates none"


def _row(name: str, result: CheckResult, *, are_remarks: bool = False, findings: int | None = None) -> DoctorRow:
    count = len(result.faults) if findings is None else findings
    return DoctorRow(name, result.checked, count, are_remarks or not result.faults, result.faults)


def _team_rows(examination: Examination) -> Iterator[DoctorRow]:
    """Yield the checks of positions and quarantine, if this is or was a copy of a shared log."""
    positions, quarantined = examination.positions(), examination.quarantined()
    if positions.checked or positions.faults:
        yield _row("positions", positions)
    if quarantined.checked or quarantined.faults:
        yield _row("quarantine", quarantined, are_remarks=True)


def _entry_faults(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if problem := next(problems(entry), None):
            yield f"{entry.id}: {problem.field}: {problem.text}"


def _differences(differing: dict[str, list[str]], refs: dict[str, str]) -> Iterator[str]:
    for item, tables in sorted(differing.items(), key=lambda pair: (refs.get(pair[0], "~"), pair[0])):
        name = f"{refs[item]} ({item})" if item in refs else item
        yield f"{name} differs from the log" + (f" in {', '.join(sorted(tables))}" if tables else "")


def _implausible_times(entries: Sequence[Entry], now: int) -> Iterator[str]:
    """Yield a remark on each entry with an implausible recorded time."""
    previous: Entry | None = None
    for entry in entries:
        if next(problems(entry), None):
            continue
        if entry.ts > now + _CLOCKS_DIFFER:
            yield f"{entry.id}: recorded in the future, at {iso_time(entry.ts)}"
        elif previous and entry.ts == previous.ts + 1 and entry.author != BUILT_IN_AUTHOR:
            # The hybrid clock never goes back: it advances by 1 µs per action until the wall clock has caught up.
            yield f"{entry.id}: recorded while the clock was behind the previous entry, {iso_time(previous.ts)}"
        if entry.id[14] == "7" and abs(int(entry.id[:8] + entry.id[9:13], 16) * 1000 - entry.ts) > _CLOCKS_DIFFER:
            yield f"{entry.id}: the time in its id differs from its recorded time, {iso_time(entry.ts)}"
        day = closing_day(entry.on)
        if day < FOREVER and entry.ts < 1 << 57 and day > (_day(entry.ts) + timedelta(days=1)).isoformat():
            yield f"{entry.id}: dated {entry.on}, which is after it was recorded, {iso_time(entry.ts)}"
        previous = entry


def _day(ts: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)).date()


def _modes_row(path: Path) -> DoctorRow:
    """Return the check of file modes: files that other users can write are faults, files that they can read remarks."""
    readable, writable = [], []
    checked = 0
    for place in (path.parent, *(side_file(path, end) for end in ("", "-wal", "-shm"))):
        try:
            mode = place.stat().st_mode
        except OSError:
            continue
        checked += 1
        is_folder = stat.S_ISDIR(mode)
        others_write = mode & (stat.S_IWOTH if is_folder else stat.S_IWOTH | stat.S_IWGRP) and not mode & stat.S_ISVTX
        prefix = f"{place}: mode {stat.S_IMODE(mode):04o}"
        if others_write:
            writable.append(f"{prefix}: other users can write to it; run chmod {'0700' if is_folder else '0600'}")
        elif mode & 0o077:
            readable.append(
                f"{prefix}: other users can read it; to prevent this, run chmod {'0700' if is_folder else '0600'}"
            )
    return _row("modes", CheckResult(checked, (*writable, *readable)), are_remarks=not writable)
