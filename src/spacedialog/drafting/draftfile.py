"""The file of a draft. It is checked as an import would, and saved after each step, completely or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog import atomic
from spacedialog.drafting.review import Document, candidates
from spacedialog.errors import InputError, SpacedialogError, StoreError
from spacedialog.importing import parse
from spacedialog.importing.reader import Incoming, parse_json, text_of


class ChangedFileError(SpacedialogError):
    """Another program changed the file after it was read (exit status 2)."""


@contextmanager
def saving(name: str | Path) -> Iterator[None]:
    """Raise StoreError in place of OSError: the file `name` could not be saved."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{name}: the file was not saved: {error.strerror}", "make the file and its folder writable"
        ) from error


class _Layout(NamedTuple):
    """The layout of the JSON in a file, which saving keeps, to change only the lines that were edited."""

    mark: str
    indent: int | str | None
    ascii: bool
    line_end: str
    end: str

    @classmethod
    def of(cls, content: bytes) -> _Layout:
        mark, text = "\ufeff" if content.startswith(b"\xef\xbb\xbf") else "", text_of(content)
        found = re.match(r"\{\r?\n( +|\t+)", text)
        indent = None if found is None else len(found[1]) if found[1][0] == " " else found[1]
        line_end = "\r\n" if "\r\n" in text else "\n"
        return cls(mark, indent, text.isascii() and "\\u" in text, line_end, text[len(text.rstrip()) :])

    def written(self, document: Document) -> bytes:
        text = json.dumps(document, indent=self.indent, ensure_ascii=self.ascii)
        return (self.mark + text.replace("\n", self.line_end) + self.end).encode()


class DraftFile:
    """A file of candidates: its `path` without symbolic links, and the `content` when it was last read or saved.

    InputError or ProblemsError if it cannot be read, or if an import would refuse it.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.path = Path(os.path.realpath(path))
        try:
            with self.path.open("rb") as stream:
                self.content = Incoming(stream, self.name).whole()
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}", "name a data file that `draft` wrote") from error
        self._check(self.content)
        try:
            self.document: dict[str, Any] = parse_json(text_of(self.content))
        except InputError as error:
            raise InputError(f"{path}: this is not a single JSON object", "review a file that `draft` wrote") from error
        if not candidates(self.document):
            raise InputError(f"{path}: the file has no candidates", "review a file that `draft` wrote")
        self._layout = _Layout.of(self.content)

    def _check(self, content: bytes) -> None:
        contents = parse.read(BytesIO(content), self.name)
        if not isinstance(contents, parse.Contents):
            raise InputError(f"{self.name}: this is an exported log", "review a file that `draft` wrote")

    def save(self, document: Document) -> None:
        """Write the document to the file, unless another program has changed the file.

        Raises ProblemsError if an import would refuse the document, ChangedFileError if the file has changed, and
        StoreError if it cannot be written. On an error, the file stays as it was.
        """
        content = self._layout.written(document)
        self._check(content)
        with saving(self.name):
            if self.path.read_bytes() != self.content:
                raise ChangedFileError(
                    f"{self.name}: another program changed the file during the review; this decision was not saved",
                    "run the review again; earlier decisions are in the file, unless the other program removed them",
                )
            if content != self.content:
                atomic.write(self.path, content, store=None, mode=None)
        self.content = content
        self.document = dict(document)
