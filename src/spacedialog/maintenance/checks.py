"""A store looked over, and its sound changes brought into a new one. Nothing here alters the store it looks at."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance.fingerprint import Fingerprint, fingerprint_of, parse, same_in
from spacedialog.model.entry import BUNDLED_AUTHOR, Entry, iso_time
from spacedialog.model.entry import has_valid_hash as sound
from spacedialog.model.fold import FOREVER, closing_day, is_understood
from spacedialog.model.rows.maintenance import Copied, DoctorRow, FingerprintRow, Rescued
from spacedialog.store import backup, database, lock
from spacedialog.store import log as journal
from spacedialog.store.recovery import image
from spacedialog.store.recovery.health import CheckResult, Examination
from spacedialog.store.recovery.salvage import Salvaged
from spacedialog.store.schema import SCHEMA_VERSION

_CLOCKS_DIFFER = 60_000_000
"""How far (µs) a stamp may be from the clock, or from the time in a change's id, before it is odd."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Examination, Salvaged]]:
    """The store's image and the changes in it; StoreError where there is nothing of this program's in it."""
    database.require_regular_file(path)
    if not path.exists():
        raise StoreError(f"{path}: there is no store", "name one with --db; nothing was changed")
    with database.as_store_errors(path), lock.held(path, shared=True):
        picture = image.read(path)
    with Examination(picture) as patient:
        changes = patient.changes()
        if patient.application != database.APPLICATION_ID and not changes.sound:
            raise database.not_a_store_error(path)
        yield patient, changes


def run_checks(path: Path, *, now: int) -> list[DoctorRow]:
    """Look the store over at `now` (µs); what each check found. StoreError where this is no store at all."""
    with _opened(path) as (patient, salvaged):
        changes = salvaged.sound
        lost = tuple(f"{name} is damaged" for name in salvaged.lost)
        if salvaged.round_damage:
            lost += (f"{salvaged.round_damage} more can be reached by --rescue only",)
        if salvaged.why:
            lost += (f"{salvaged.why}: what has left no trace in the file cannot be named",)
        misfits = tuple(_misfits(changes))
        strange = tuple(f"{change.id}: kept, and not counted" for change in changes if not is_understood(change))
        items, differing = patient.fold(changes)
        refs = patient.refs()
        return [
            _check("file", CheckResult(1, tuple(_file(path, patient)))),
            _check("integrity", patient.integrity()),
            _check("foreign keys", patient.foreign_keys()),
            _check("schema", patient.schema),
            _check("changes", CheckResult(salvaged.rows, lost), findings=len(salvaged.lost) + salvaged.round_damage),
            _check("form", CheckResult(len(changes), misfits)),
            _check("understood", CheckResult(len(changes), strange), remarks=True),
            _check("fold", CheckResult(items, tuple(_differences(differing, refs)))),
            _check("search", patient.search()),
            *_team(patient),
            _check("stamps", CheckResult(len(changes), tuple(_stamps(changes, now))), remarks=True),
            *_modes(path),
        ]


def is_sound(path: Path) -> bool:
    """Whether a store's pages, its changes and what is kept of them are as this program leaves them."""
    with _opened(path) as (patient, salvaged):
        _, differing = patient.fold(salvaged.sound)
        faults = (*patient.schema.said, *patient.integrity().said, *salvaged.lost, salvaged.why)
        return not any(faults) and not differing


def rescue(path: Path, new: Path) -> Rescued:
    """Bring every change of the store at `path` whose hash holds into a new store at `new`, which is in no team.

    InputError where something stands at `new` already. The new store is whole, or is not there.
    """
    if new.exists() or new.is_symlink():
        raise InputError(f"{new}: there is something already", "name a file that is not there yet; nothing was changed")
    with _opened(path) as (_, salvaged):
        if not salvaged.sound:
            raise StoreError(f"{path}: not one change in it is sound", "look for a backup: NAME.backup-… beside it")
        # Positions would say of a team's log what nothing vouches for any more; who joins it again gets them anew.
        changes = [change._replace(seq=None) for change in salvaged.sound]
        with database.writing(new, lambda connection: database.load_entries(connection, changes)) as (_, is_new):
            if not is_new:
                raise InputError(f"{new}: there is something already", "name a file that is not there yet")
    return Rescued(str(new), len(salvaged.sound), tuple(salvaged.lost))


def back_up(path: Path, target: Path) -> Copied:
    """Copy the store at `path` into a new file; InputError where something stands there, StoreError where it fails."""
    if target.exists() or target.is_symlink():
        raise InputError(f"{target}: there is something already", "name a file that is not there yet")
    if not path.exists():
        raise StoreError(f"{path}: there is no store", "name one with --db; nothing was copied")
    with database.reading_any_version(path) as (connection, _):
        changes, newest = journal.size(connection)
        if not target.parent.is_dir():
            raise InputError(f"{target}: there is no such folder", "make the folder, or name another")
        with database.as_store_errors(target):
            backup.copy(connection, target)
    return Copied(str(target), changes, iso_time(newest) if changes else None, None)


def restore(path: Path, source: Path, *, replace: bool) -> Copied:
    """Put a backup at `path`, whole or not at all; StoreError where it is not sound through and through.

    InputError where a store stands there already, unless it is to be replaced, which keeps a copy of it.
    """
    with _opened(source) as (patient, salvaged):
        faults = [
            *_file(source, patient),
            *patient.schema.said,
            *patient.integrity().said,
            *(f"{name} is damaged" for name in salvaged.lost),
            *((salvaged.why,) if salvaged.why else ()),
        ]
        if faults:
            raise StoreError(
                f"{source}: not sound, and nothing was restored: {faults[0]}",
                f"spacedialog doctor --db {source} says what is wrong; --rescue NEW.db saves the rest",
            )
        kept = database.replace_store(patient.connection, path, replace=replace)
    newest = max((change.ts for change in salvaged.sound), default=None)
    return Copied(
        str(path), len(salvaged.sound), None if newest is None else iso_time(newest), str(kept) if kept else None
    )


def fingerprint(arrived: Sequence[Entry]) -> FingerprintRow:
    """The fingerprint of a log; StoreError where a change in it was altered."""
    if altered := _altered(arrived):
        raise StoreError(
            f"the hash of {altered[0]} does not fit what it says ({len(altered)} such)",
            "a fingerprint stands for sound changes only: spacedialog doctor names those that are not",
        )
    printed = fingerprint_of(arrived)
    return FingerprintRow(str(printed), printed.changes, _newest(printed), None, 0, "")


def verify(arrived: Sequence[Entry], text: str) -> FingerprintRow:
    """Whether a log holds, unchanged, every change of which the fingerprint was printed; and what speaks against it."""
    printed = parse(text)
    altered = _altered(arrived)
    by_then = sum(change.ts <= printed.newest for change in arrived)
    since = len(arrived) - printed.changes
    holds = not altered and same_in(printed, arrived)
    if altered:
        more = f" and {len(altered) - _NAMED} more" if len(altered) > _NAMED else ""
        said = f"does not hold: altered: {', '.join(altered[:_NAMED])}{more}"
    elif holds:
        said = f"holds: all {printed.changes} changes are here unchanged; {since} came since"
    elif by_then < printed.changes:
        said = f"does not hold: of {printed.changes} changes up to then at most {by_then} are here"
    elif by_then == printed.changes:
        said = f"does not hold: {by_then} changes up to then are here, but not the same ones"
    else:
        said = (
            f"cannot be shown: {by_then} changes up to then are here, {printed.changes} were at the time. Where others"
            " were merged in later, the store in which it was printed can still show it"
        )
    return FingerprintRow(str(printed), printed.changes, _newest(printed), holds, max(since, 0), said)


def _newest(of: Fingerprint) -> str | None:
    return iso_time(of.newest) if of.changes else None


_NAMED = 5


def _altered(changes: Iterable[Entry]) -> list[str]:
    return [change.id for change in changes if not sound(change)]


def _check(name: str, finding: CheckResult, *, remarks: bool = False, findings: int | None = None) -> DoctorRow:
    count = len(finding.said) if findings is None else findings
    return DoctorRow(name, finding.looked_at, count, remarks or not finding.said, finding.said)


def _team(patient: Examination) -> Iterator[DoctorRow]:
    """What is to be said of a team's log, where this is or was a copy of one."""
    positions, aside = patient.positions(), patient.quarantined()
    if positions.looked_at or positions.said:
        yield _check("positions", positions)
    if aside.looked_at or aside.said:
        yield _check("quarantine", aside, remarks=True)


def _file(path: Path, patient: Examination) -> Iterator[str]:
    yield from patient.image.odd
    if patient.application != database.APPLICATION_ID:
        yield "the header does not say that this is a store of this program"
    if not 0 < patient.version <= SCHEMA_VERSION:
        yield f"its schema is version {patient.version}, and this program knows up to {SCHEMA_VERSION}"
    if journal := [name for name in (f"{path.name}-journal",) if path.with_name(name).exists()]:
        yield f"{journal[0]}: another program broke off while it wrote; this program leaves no such file"


def _misfits(changes: Iterable[Entry]) -> Iterator[str]:
    from spacedialog.importing.log_schema import misfit

    for change in changes:
        # What a newer program wrote may look different, and is no misfit.
        if is_understood(change) and (problem := misfit(change)):
            yield f"{change.id}: {problem}"


def _differences(differing: dict[str, list[str]], refs: dict[str, str]) -> Iterator[str]:
    for item, tables in sorted(differing.items(), key=lambda of: (refs.get(of[0], "~"), of[0])):
        name = f"{refs[item]} ({item})" if item in refs else item
        yield f"{name} differs from its log" + (f" in {', '.join(sorted(tables))}" if tables else "")


def _stamps(changes: Sequence[Entry], now: int) -> Iterator[str]:
    """What is odd about the times at which changes say that they were recorded."""
    previous: Entry | None = None
    for change in changes:
        if change.ts > now + _CLOCKS_DIFFER:
            yield f"{change.id}: recorded in the future, at {iso_time(change.ts)}"
        elif previous and change.ts == previous.ts + 1 and change.author != BUNDLED_AUTHOR:
            # The hybrid clock never goes back: it stays just ahead of the newest entry until the clock has caught up.
            yield f"{change.id}: recorded while the clock stood before {iso_time(previous.ts)}, the entry before it"
        if change.id[14] == "7" and abs(int(change.id[:8] + change.id[9:13], 16) * 1000 - change.ts) > _CLOCKS_DIFFER:
            yield f"{change.id}: its id is of another time than its stamp, {iso_time(change.ts)}"
        day = closing_day(change.on)
        if day < FOREVER and change.ts < 1 << 57 and day > (_day(change.ts) + timedelta(days=1)).isoformat():
            yield f"{change.id}: says what was true on {change.on}, after it was recorded, {iso_time(change.ts)}"
        previous = change


def _day(ts: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)).date()


def _modes(path: Path) -> Iterator[DoctorRow]:
    """Who else may read the files (a remark), and who else may write them."""
    loose, open_ = [], []
    looked_at = 0
    for place in (path.parent, *(path.with_name(path.name + end) for end in ("", "-wal", "-shm"))):
        try:
            mode = place.stat().st_mode
        except OSError:
            continue
        looked_at += 1
        is_folder = stat.S_ISDIR(mode)
        others_write = mode & (stat.S_IWOTH if is_folder else stat.S_IWOTH | stat.S_IWGRP) and not mode & stat.S_ISVTX
        told = f"{place}: mode {stat.S_IMODE(mode):04o}"
        if others_write:
            open_.append(f"{told}: others may write to it; chmod {'0700' if is_folder else '0600'}")
        elif mode & 0o077:
            loose.append(f"{told}: open to others; chmod {'0700' if is_folder else '0600'} keeps it to yourself")
    yield _check("modes", CheckResult(looked_at, (*open_, *loose)), remarks=not open_)
