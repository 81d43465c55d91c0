"""An exported log: every change with all its fields, as one JSON object or as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TextIO

from spacedialog.log import EXPORT_FORMAT, Change
from spacedialog.render.json_ import dumps


def write(changes: Iterable[Change], out: TextIO, *, lines: bool) -> None:
    """Write the changes as they come."""
    known = iter(changes)
    first = next(known, None)  # so that a store that cannot be read fails before anything is written
    out.write(f'{{"format": "{EXPORT_FORMAT}"' + ("}" if lines else ', "changes": ['))
    mark = "\n"
    for change in chain([first] if first else (), known):
        out.write(mark + dumps({**change._asdict(), "body": change.content}))
        mark = "\n" if lines else ",\n"
    out.write("\n" if lines else "\n]}\n")
