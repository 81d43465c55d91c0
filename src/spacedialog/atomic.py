"""Atomic writing of files: write a draft in a private folder beside the target, flush it to disk, rename it.

The name of the folder cannot be guessed, and no other user can enter it. Therefore, in a shared folder such as /tmp, no
other user can replace the draft with a link or another file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from spacedialog.storefiles import SIDE_FILES, require_other

DRAFT = "new"
"""The name of the draft in its private folder."""

_PRIVATE = r"\.spacedialog-[0-9a-f]{32}"
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def replacing(
    target: Path, *, store: Path | None, mode: int | None = 0o600, replace: bool = True
) -> Iterator[BinaryIO]:
    """Yield a new file to fill; then flush it to disk and rename it to `target`.

    If an error is raised, `target` is unchanged. Unless `replace`, FileExistsError if there is a target by then. With
    `mode` None the file gets the mode of `target` or, if there is no target, the mode that the umask allows. Raises
    OSError, and InputError if the target is a file of `store` (the store in use) or of another store. `store` is None
    if the caller has chosen or checked the target itself.
    """
    if store is not None:
        require_other(target, store)
    if mode is None and target.exists():
        mode = target.stat().st_mode & 0o777
    with private_folder(target.parent) as folder:
        draft = folder / DRAFT
        with draft.open("xb") as out:
            yield out
            out.flush()
            if mode is not None:
                os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        rename(draft, target, replace=replace)


def rename(draft: Path, target: Path, *, replace: bool) -> None:
    """Rename a draft to `target`; unless `replace`, FileExistsError if there is a file of that name."""
    if replace:
        draft.replace(target)
        return
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # The file system has no hard links.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        draft.replace(target)
    else:
        draft.unlink()


@contextmanager
def replacing_folder(target: Path, *, keep: Callable[[], bool]) -> Iterator[Path]:
    """Yield a new folder to fill; then flush it to disk and rename it to `target`, in place of any earlier folder.

    If an error is raised, `target` is unchanged. The folders exchange names in one step, and the earlier one is
    deleted. If the system cannot exchange names, the earlier one is renamed (`NAME.before-1`) and then deleted; a kill
    in between leaves it under that name. If `keep()` is true, it is renamed and kept.
    """
    with private_folder(target.parent) as folder:
        draft = folder / DRAFT
        draft.mkdir()
        yield draft
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(16) as executor:  # Thirty times faster than flushing one file after another.
            list(executor.map(fsync, (draft, *draft.rglob("*"))))
        is_kept = keep()
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o7777)
            if is_kept or not _exchange(draft, target):
                names = (target.with_name(f"{target.name}.before-{number}") for number in count(1))
                aside = next(path for path in names if not os.path.lexists(path))
                target.rename(aside)
                draft.rename(target)
                if not is_kept:
                    aside.rename(draft)
        else:
            draft.rename(target)
        fsync(target.parent)


def _exchange(draft: Path, target: Path) -> bool:
    """Exchange the names of two folders in one step (renameat2(2) of Linux); return whether the system could."""
    import ctypes

    here, exchange = -100, 2
    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:
        return False
    return bool(rename(here, os.fsencode(draft), here, os.fsencode(target), exchange) == 0)


def write(target: Path, content: bytes, *, store: Path | None, mode: int | None = 0o600) -> None:
    """Write `content` to `target`, as `replacing` does."""
    with replacing(target, store=store, mode=mode) as out:
        out.write(content)


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder in `parent` that only this user can enter; delete it, with a DRAFT in it, at the end.

    Folders that killed runs left in `parent` are deleted first. A folder is locked while it is in use.
    """
    remove_abandoned(parent)
    folder, handle = _locked_folder(parent)
    try:
        yield folder
    finally:
        try:
            _remove(folder)
        finally:
            os.close(handle)


def remove_abandoned(parent: Path) -> None:
    """Delete the folders that killed runs of this user left in `parent`."""
    with suppress(OSError):
        for path in parent.iterdir():
            if re.fullmatch(_PRIVATE, path.name):
                _remove_if_abandoned(path)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    import fcntl

    while True:
        folder = parent / f".spacedialog-{os.urandom(16).hex()}"
        folder.mkdir(mode=0o700)
        # Until it is locked, another run may delete it as abandoned.
        with suppress(FileNotFoundError):
            handle = os.open(folder, _OPEN_FOLDER)
            with suppress(OSError):  # On a file system without locks, no run deletes the folder of another.
                fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists():
                return folder, handle
            os.close(handle)


def _remove_if_abandoned(folder: Path) -> None:
    """Delete a private folder of this user that no program has locked."""
    import fcntl

    with suppress(OSError):
        handle = os.open(folder, _OPEN_FOLDER)
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
        finally:
            os.close(handle)


def _remove(folder: Path) -> None:
    if (folder / DRAFT).is_dir():
        import shutil

        shutil.rmtree(folder / DRAFT)
    for ending in ("", *SIDE_FILES):
        (folder / f"{DRAFT}{ending}").unlink(missing_ok=True)
    folder.rmdir()


def fsync(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
