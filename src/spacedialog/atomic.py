"""Write a file whole or not at all: fill a draft beside it, flush the draft to disk, rename it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path, draft: Path | None = None, *, mode: int | None = 0o600) -> Iterator[Path]:
    """Yield an empty file in the folder of `target` to fill and close; then flush it and rename it to `target`.

    If an error is raised, the draft is deleted and `target` is unchanged. `draft` is the path of the file to fill,
    which must not exist; by default a unique name is chosen. With `mode` None the file gets the mode of `target` or, if
    there is no target, the mode that the umask allows. Raises OSError.
    """
    draft = draft or target.with_name(f".{target.name}.{os.urandom(4).hex()}.new")
    if mode is None and target.exists():
        mode = target.stat().st_mode & 0o777
    # Until it is complete, only the user may read it, unless everyone may in the end.
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else 0o600))
    try:
        yield draft
        fsync(draft)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write(target: Path, content: bytes, *, mode: int | None = 0o600) -> None:
    """Write `content` to `target`, as `replacing` does."""
    with replacing(target, mode=mode) as draft:
        draft.write_bytes(content)


def fsync(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
