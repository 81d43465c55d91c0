"""Back up and restore a store, and rescue the entries of a damaged one. Each target is complete, or not created."""

from __future__ import annotations

from pathlib import Path

from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance.checks import examined, faults
from spacedialog.model.entry import iso_time
from spacedialog.model.rows.maintenance import Copied, Rescued
from spacedialog.store import backup, database, log


def back_up(path: Path, target: Path) -> Copied:
    """Copy the store at `path` to a new file; InputError if `target` exists, StoreError if copying fails."""
    _require_free(target)
    if not path.exists():
        raise StoreError(f"{path}: there is no store", "name one with --db; nothing was copied")
    with database.reading_any_version(path) as (connection, _):
        count, newest = log.size(connection)
        if not target.parent.is_dir():
            raise InputError(f"{target}: there is no such folder", "make the folder, or name another")
        with database.as_store_errors(target):
            backup.copy(connection, target)
    return Copied(str(target), count, iso_time(newest) if count else None, None)


def restore(path: Path, source: Path, *, replace: bool) -> Copied:
    """Restore the backup `source` to `path`; StoreError if anything in the backup is damaged.

    With `replace`, an existing store is backed up and replaced; otherwise it raises InputError.
    """
    with examined(source) as (examination, salvaged):
        if damage := faults(source, examination, salvaged):
            raise StoreError(
                f"{source}: not sound, and nothing was restored: {damage[0]}",
                f"spacedialog doctor --db {source} says what is wrong; --rescue NEW.db saves the rest",
            )
        kept = database.replace_store(examination.connection, path, replace=replace)
    newest = max((entry.ts for entry in salvaged.sound), default=None)
    return Copied(
        str(path), len(salvaged.sound), None if newest is None else iso_time(newest), str(kept) if kept else None
    )


def rescue(path: Path, new: Path) -> Rescued:
    """Copy every entry with a valid hash to a new store at `new`, which belongs to no team.

    InputError if `new` exists, StoreError if the store at `path` has no such entry.
    """
    _require_free(new)
    with examined(path) as (_, salvaged):
        if not salvaged.sound:
            raise StoreError(f"{path}: not one change in it is sound", "look for a backup: NAME.backup-… beside it")
        # Positions in a team's log may be wrong after damage; a member who joins again gets new ones.
        entries = [entry._replace(seq=None) for entry in salvaged.sound]
        with database.writing(new, lambda connection: database.load_entries(connection, entries)) as (_, is_new):
            if not is_new:
                raise _exists_error(new)
    return Rescued(str(new), len(salvaged.sound), tuple(salvaged.lost))


def _require_free(target: Path) -> None:
    """Raise InputError if there is anything at `target`, even a link that leads nowhere."""
    if target.exists() or target.is_symlink():
        raise _exists_error(target)


def _exists_error(target: Path) -> InputError:
    return InputError(f"{target} already exists", "name a file that does not exist yet; nothing was changed")
