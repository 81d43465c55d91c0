"""Back up and restore a store, and rescue the entries of a damaged one. Each target is complete, or not created."""

from __future__ import annotations

import os
from pathlib import Path

from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance.checks import examined, faults
from spacedialog.model.entry import iso_time
from spacedialog.model.rows.maintenance import Copied, Rescued
from spacedialog.model.validation import problems
from spacedialog.store import backup, database, log
from spacedialog.storefiles import SIDE_FILES, require_other


def back_up(path: Path, target: Path) -> Copied:
    """Copy the store at `path` to a new file; InputError if `target` exists, StoreError if copying fails."""
    _require_new(target, path)
    if not path.exists():
        raise StoreError(f"{path}: the database does not exist", "name one with --db; nothing was copied")
    with database.reading_any_version(path) as (connection, _):
        count, newest = log.size(connection)
        if not target.parent.is_dir():
            raise InputError(f"{target}: the folder does not exist", "create the folder, or name another")
        with database.as_store_errors(target):
            backup.copy(connection, target)
    return Copied(str(target), count, iso_time(newest) if count else None, None)


def restore(path: Path, source: Path, *, replace: bool) -> Copied:
    """Restore the backup `source` to `path`; StoreError if anything in the backup is damaged.

    With `replace`, an existing store is backed up and replaced; without it, InputError. Also InputError if `source` is
    the store itself or does not exist. A file that has neither the application id of a store nor a sound entry is not
    replaced.
    """
    if path.exists() and source.exists() and source.samefile(path):
        raise InputError(f"{source}: this is the database itself", "name a backup; nothing was changed")
    if not source.exists():
        raise InputError(f"{source}: No such file or directory", "name a backup; nothing was changed")
    with examined(source) as (examination, salvaged):
        if damage := faults(source, examination, salvaged):
            raise StoreError(
                f"{source}: the backup is damaged, and nothing was restored: {damage[0]}",
                f"check it with spacedialog doctor --db {source}; add --rescue NEW.db to copy its undamaged entries",
            )
        if replace and path.exists():
            _require_store(path)
        kept = database.replace_store(examination.connection, path, replace=replace)
    newest = max((entry.ts for entry in salvaged.sound), default=None)
    return Copied(
        str(path), len(salvaged.sound), None if newest is None else iso_time(newest), str(kept) if kept else None
    )


def rescue(path: Path, new: Path) -> Rescued:
    """Copy every undamaged, valid entry to a new store at `new`, which belongs to no team; name the others.

    InputError if `new` exists, StoreError if the store at `path` has no such entry.
    """
    _require_new(new, path)
    with examined(path) as (_, salvaged):
        invalid = {entry.id for entry in salvaged.sound if next(problems(entry), None)}
        # Positions in a shared log may be wrong after damage; a member who joins again gets new ones.
        entries = [entry._replace(seq=None) for entry in salvaged.sound if entry.id not in invalid]
        if not entries:
            raise StoreError(
                f"{path}: the database has no undamaged entries", "restore a backup: NAME.backup-… in the same folder"
            )
        with database.writing(new, lambda connection: database.load_entries(connection, entries)) as (_, is_new):
            if not is_new:
                raise backup.exists_error(new)
    return Rescued(str(new), len(entries), (*salvaged.lost, *(f"{entry} (invalid)" for entry in sorted(invalid))))


def _require_store(path: Path) -> None:
    """Raise StoreError if a file has neither the application id of a store nor a sound entry."""
    with examined(path):
        pass


def _require_new(target: Path, store: Path) -> None:
    """Raise InputError if `target` or a side file of it exists, or if it would be a file of a store."""
    if os.path.lexists(target):  # before the side files, because a path such as `.` has no name
        raise backup.exists_error(target)
    for path in (target.with_name(target.name + ending) for ending in SIDE_FILES):
        if os.path.lexists(path):
            raise backup.exists_error(path)
    with database.as_store_errors(target):
        require_other(target, store)
