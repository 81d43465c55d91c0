"""The destination of output: standard output, or a file that is written as a whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Format, Settings, template_writer


class Output(NamedTuple):
    """The format and destination of a view: `format` is None for the user's template, `file` for standard output."""

    format: Format | None
    file: Path | None
    settings: Settings


def show(view: Table | View, output: Output, *, as_of: str) -> None:
    """Write all of the view; `as_of` is the day (ISO 8601) that it shows.

    InputError if the view does not fit the format or the file's folder is missing, StoreError if writing fails.
    """
    write = output.format.writer() if output.format else template_writer()
    out: AbstractContextManager[TextIO | BinaryIO] = (
        binary_destination(output.file) if output.format and output.format.is_binary else destination(output.file)
    )
    with out as stream:
        write(view, stream, output.settings._replace(as_of=as_of))


@contextmanager
def destination(file: Path | None) -> Iterator[TextIO]:
    """Yield standard output, or a text stream into a file that appears once it is complete."""
    if file is None or str(file) == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with _replacing(file) as path, path.open("w", encoding="utf-8", newline="") as out:
            yield out


@contextmanager
def binary_destination(file: Path | None) -> Iterator[BinaryIO]:
    """Yield standard output, or a binary stream into a file that appears once it is complete."""
    if file is None or str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with _replacing(file) as path, path.open("wb") as out:
            yield out


@contextmanager
def _replacing(file: Path) -> Iterator[Path]:
    """Yield the path to write to: a draft that replaces `file` in the end, or `file` itself if it is a device."""
    target = Path(os.path.realpath(file))
    try:
        if target.exists() and not target.is_file():
            yield target
        else:
            with atomic.replacing(target, mode=None) as draft:
                yield draft
    except FileNotFoundError as error:
        raise InputError(f"-o {file}: there is no such folder", "make the folder, or name another") from error
    except OSError as error:
        raise StoreError(f"-o {file}: {error.strerror}", "name another file, or make room for it") from error
