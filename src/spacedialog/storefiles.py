"""The names of a store's files, and the check that no output replaces one of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from spacedialog.errors import InputError

SIDE_FILES = ("-wal", "-shm", "-journal")
"""The endings of the files that SQLite creates beside a database."""

BACKUP = ".backup-"
"""The part of the name of an automatic backup that follows the name of the store."""

CHECKPOINT = ".checkpoint-"
"""The part of the name of a checkpoint that follows the name of the store."""

MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""

MARK = b"SPDC"
"""The application id in the header of a store, which marks a SQLite file as one."""

_MARK_AT = 68

# Of a database, of a write-ahead log in either byte order, and of a rollback journal.
# Source: https://sqlite.org/fileformat2.html.
_MAGIC_NUMBERS = (MAGIC, b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")

_ADDITION = "|".join((*(f"{ending}$" for ending in SIDE_FILES), re.escape(BACKUP), re.escape(CHECKPOINT)))


def require_other(target: Path, store: Path) -> None:
    """Raise InputError if `target` is a file of the store, or any SQLite database or a file that belongs to one.

    The store's files are compared by identity, so links and other names are recognized. Files that do not exist yet are
    compared by folder and name. OSError if `target` cannot be read.
    """
    target, store = Path(os.path.realpath(target)), Path(os.path.realpath(store))
    if (
        any(_is_same(base, store) for base in (target, *_bases(target)))
        or any(_is_same(target, file) for file in _companions(store))
        # The file is opened, which is safe for a file other than the store: closing a file releases SQLite's locks.
        or _is_database(target)
        or any(base.is_file() for base in _bases(target))
    ):
        raise InputError(
            f"{target}: this is a database, or a file that belongs to one", "name another file; nothing was changed"
        )


def require_own_name(store: Path) -> None:
    """Raise InputError if a store may not be written at `store`, because the name is a backup's or checkpoint's."""
    for base in _bases(Path(os.path.realpath(store))):
        if base.is_file() and not is_side_file(store):
            raise InputError(
                f"{store}: this is the name of a backup or a checkpoint of {base.name}",
                "copy it to another name to write to it; nothing was changed",
            )


def side_file(path: Path, ending: str) -> Path:
    """Return the side file of the database at `path`. For a link, it is beside the target, as in SQLite."""
    return Path(os.path.realpath(path) + ending)


def is_side_file(path: Path) -> bool:
    """Return whether SQLite would treat a file of that name as a side file of another."""
    return path.name.endswith(SIDE_FILES)


def _bases(path: Path) -> Iterator[Path]:
    """Yield the paths of the stores to which a file of that name would belong."""
    for match in re.finditer(_ADDITION, path.name):
        if match.start():
            yield path.with_name(path.name[: match.start()])


def _companions(store: Path) -> Iterator[Path]:
    if store.parent.is_dir():
        yield from (file for file in store.parent.iterdir() if store in _bases(file))


def _is_same(path: Path, other: Path) -> bool:
    """Return whether both paths refer to the same file, or would if it existed."""
    try:
        if path.exists() and other.exists():
            return path.samefile(other)
        return path.name == other.name and path.parent.samefile(other.parent)
    except FileNotFoundError:
        return False


def _is_database(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(_MARK_AT + len(MARK))
    return header.startswith(_MAGIC_NUMBERS) or header[_MARK_AT:] == MARK
