"""The exported log: every entry with all its fields, as one JSON object or as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TextIO

from spacedialog.model.entry import EXPORT_FORMAT, EXPORT_OPENING, Entry
from spacedialog.model.escapes import json_safe
from spacedialog.render.json_ import encoded


def write(entries: Iterable[Entry], out: TextIO, *, lines: bool) -> None:
    """Write the entries as they are read: one per line, or all in one JSON object."""
    remaining = iter(entries)
    first = next(remaining, None)  # an unreadable store fails here, before anything is written
    out.write(f'{{"format": "{EXPORT_FORMAT}"}}' if lines else EXPORT_OPENING)
    separator = "\n"
    for entry in chain([first] if first else (), remaining):
        # The body is the JSON that its hash was made from, and is written unchanged.
        fields = encoded({name: value for name, value in entry._asdict().items() if name != "body"})
        out.write(f'{separator}{fields[:-1]}, "body": {json_safe(entry.body)}}}')
        separator = "\n" if lines else ",\n"
    out.write("\n" if lines else "\n]}\n")
