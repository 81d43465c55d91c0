"""An exported log: every change with all its fields, as one JSON object or as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TextIO

from spacedialog.model.entry import EXPORT_FORMAT, EXPORT_OPENING, Entry
from spacedialog.render.json_ import dumps
from spacedialog.render.text import json_safe


def write(changes: Iterable[Entry], out: TextIO, *, lines: bool) -> None:
    """Write the changes as they come."""
    known = iter(changes)
    first = next(known, None)  # so that a store that cannot be read fails before anything is written
    out.write(f'{{"format": "{EXPORT_FORMAT}"}}' if lines else EXPORT_OPENING)
    mark = "\n"
    for change in chain([first] if first else (), known):
        # The body is JSON already, and what its hash was made from: it goes out as it is.
        fields = dumps({name: value for name, value in change._asdict().items() if name != "body"})
        out.write(f'{mark}{fields[:-1]}, "body": {json_safe(change.body)}}}')
        mark = "\n" if lines else ",\n"
    out.write("\n" if lines else "\n]}\n")
