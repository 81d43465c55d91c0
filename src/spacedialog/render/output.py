"""Where a view goes and in which format: standard output, a pager, or a file that is whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TextIO

from spacedialog.errors import InputError, StoreError
from spacedialog.report import Document
from spacedialog.sheets import Sheet


class Format(StrEnum):
    """The forms in which a view can be had."""

    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"


class Output(NamedTuple):
    """Where to write and how. `width` in characters; `pager` is a command, or empty.

    `most` is how many rows of a table are drawn: as many as a person reads, or None for all.
    """

    format: Format
    file: Path | None
    header: bool
    colour: bool
    width: int
    pager: str
    most: int | None


def show(view: Sheet | Document, output: Output, *, as_of: str) -> None:
    """Write the view."""
    with destination(output.file) as out:
        _write(view, output, out, as_of)


def _write(view: Sheet | Document, output: Output, out: TextIO, as_of: str) -> None:
    sheet = view.sheet if isinstance(view, Document) else view
    match output.format:
        case Format.TABLE:
            from spacedialog.render import table

            drawn = table.draw(view, width=output.width, colour=output.colour, most=output.most)
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
            from spacedialog.render import separated

            separated.write(sheet, out, header=output.header)
        case Format.MD:
            from spacedialog.render import markdown

            markdown.write(view, out)


@contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole when all is written."""
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        try:
            with draft.open("w", encoding="utf-8", newline="") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except FileNotFoundError as error:
        raise InputError(f"-o {path}: there is no such folder", "make the folder, or name another") from error
    except OSError as error:
        raise StoreError(f"-o {path}: {error.strerror}", "name another file, or make room for it") from error
