"""Where a view goes and in which format: standard output, a pager, or a file that is whole or not there."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, TextIO

from spacedialog.errors import InputError, StoreError
from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table


class Format(StrEnum):
    """The forms in which a view can be had."""

    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"
    HTML = "html"
    XLSX = "xlsx"
    ICS = "ics"


BINARY = (Format.XLSX,)
"""Formats that are no text: a terminal cannot show them."""


class Output(NamedTuple):
    """Where to write and how: in a format, or by the user's own template. `width` in characters; `pager` is a
    command, or empty.

    `most` is how many rows of a table are drawn: as many as a person reads, or None for all. Without `signs` drawings
    are made of ASCII.
    """

    format: Format | Path
    file: Path | None
    header: bool
    colour: bool
    signs: bool
    width: int
    pager: str
    most: int | None


def show(view: Table | View, output: Output, *, as_of: str) -> None:
    """Write the view, all of it: what cannot be written raises here, and not later."""
    if output.format in BINARY:
        from spacedialog.render import xlsx

        # Its library goes back in what it has written, and fails in its own way where it cannot.
        book = BytesIO()
        xlsx.write(view, book)
        with binary_destination(output.file) as out:
            out.write(book.getbuffer())
    else:
        with destination(output.file) as lines:
            _write(view, output, lines, as_of)


def _write(view: Table | View, output: Output, out: TextIO, as_of: str) -> None:
    sheet = view.sheet if isinstance(view, View) else view
    match output.format:
        case Format.TABLE:
            from spacedialog.render import table

            drawn = table.draw(
                view, width=output.width, colour=output.colour, most=output.most, simple=not output.signs
            )
            if output.pager and drawn.count("\n") >= os.get_terminal_size(sys.stdout.fileno()).lines:
                table.page(drawn, output.pager, out)
            else:
                out.write(drawn)
        case Format.PLAIN:
            from spacedialog.render import plain

            plain.write(sheet, out, header=output.header)
        case Format.JSON:
            from spacedialog.render import json_

            json_.write(view, out, as_of=as_of)
        case Format.JSONL:
            from spacedialog.render import json_

            json_.write_lines(sheet, out)
        case Format.CSV:
            from spacedialog.render import csv_

            csv_.write(sheet, out, header=output.header)
        case Format.MD:
            from spacedialog.render import markdown

            markdown.write(view, out)
        case Format.HTML:
            from spacedialog.render import html

            html.write(view, out)
        case Format.ICS:
            from spacedialog.render import ics

            ics.write(view, out)
        case Path():
            from spacedialog.render import template

            template.write(view, out, output.format)


@contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole when all is written."""
    if path is None or str(path) == "-":
        yield sys.stdout
        sys.stdout.flush()
    else:
        with _whole(path) as file, file.open("w", encoding="utf-8", newline="") as out:
            yield out
            _keep(out)


@contextmanager
def binary_destination(path: Path | None) -> Iterator[BinaryIO]:
    """The same, for a format that is no text."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with _whole(path) as file, file.open("wb") as out:
            yield out
            _keep(out)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """The file to write in place of `path`, which it becomes at the end, or not at all."""
    target = Path(os.path.realpath(path))
    is_device = target.exists() and not target.is_file()
    draft = target if is_device else target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        try:
            yield draft
            if not is_device:
                if target.exists():
                    draft.chmod(target.stat().st_mode & 0o777)
                draft.replace(target)
        finally:
            if not is_device:
                draft.unlink(missing_ok=True)
    except FileNotFoundError as error:
        raise InputError(f"-o {path}: there is no such folder", "make the folder, or name another") from error
    except OSError as error:
        raise StoreError(f"-o {path}: {error.strerror}", "name another file, or make room for it") from error


def _keep(out: IO[Any]) -> None:
    out.flush()
    if stat.S_ISREG(os.fstat(out.fileno()).st_mode):
        os.fsync(out.fileno())
