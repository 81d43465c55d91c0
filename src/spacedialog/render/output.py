"""The destination of output: standard output, or a file that is written as a whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Format, Settings, template_writer


class Output(NamedTuple):
    """The format and destination of a view. `format` is None for a template by path, `file` None for standard output.

    `store` is the store in use; `file` must not be one of its files.
    """

    format: Format | None
    file: Path | None
    settings: Settings
    store: Path


def show(view: Table | View, output: Output, *, as_of: str) -> None:
    """Write all of the view; `as_of` is the day (ISO 8601) that it shows.

    InputError if the view does not fit the format, the file's folder is missing or the file belongs to a store;
    StoreError if writing fails.
    """
    write = output.format.writer() if output.format and not output.settings.template else template_writer()
    opened = binary_destination if output.format and output.format.is_binary else destination
    out: AbstractContextManager[TextIO | BinaryIO] = opened(output.file, output.store)
    with out as stream:
        write(view, stream, output.settings._replace(as_of=as_of))


@contextmanager
def destination(file: Path | None, store: Path, *, replace: bool = True) -> Iterator[TextIO]:
    """Yield standard output, or a text stream into a file that appears once it is complete.

    InputError if the file belongs to `store`, the store in use, or to another store; unless `replace`, also if it
    exists.
    """
    if file is None or str(file) == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with _replacing(file, store, replace=replace) as out:
            text = TextIOWrapper(out, encoding="utf-8", newline="")
            yield text
            text.detach()


@contextmanager
def binary_destination(file: Path | None, store: Path) -> Iterator[BinaryIO]:
    """Yield standard output, or a binary stream into a file, as `destination` does."""
    if file is None or str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with _replacing(file, store, replace=True) as out:
            yield out


@contextmanager
def _replacing(file: Path, store: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Yield a draft that replaces `file` in the end, or `file` itself if it is a device."""
    try:
        target = Path(os.path.realpath(file))
        if _is_foreign_link(file):
            raise InputError(
                f"-o {file}: this is a symbolic link of another user in a folder that everyone can write to",
                "name the file itself, or another file",
            )
        if target.exists() and not target.is_file():
            with open(target, "wb", opener=_open_device) as out:
                yield out
        else:
            with atomic.replacing(target, store=store, mode=None, replace=replace) as out:
                yield out
    except FileExistsError as error:
        raise InputError(f"-o {file} already exists", "choose another name") from error
    except FileNotFoundError as error:
        raise InputError(f"-o {file}: the folder does not exist", "create the folder, or choose another") from error
    except OSError as error:
        raise StoreError(f"-o {file}: {error.strerror}", "choose another file, or free some space") from error


def _is_foreign_link(file: Path) -> bool:
    return file.is_symlink() and file.lstat().st_uid != os.geteuid() and bool(file.parent.stat().st_mode & stat.S_IWOTH)


def _open_device(path: str, _flags: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
