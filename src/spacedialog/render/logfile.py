"""An exported log: every change with all its fields, as one JSON object or as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from spacedialog.log import Change
from spacedialog.render.json_ import dumps

FORMAT = "spacedialog-log/1"


def write(changes: Iterable[Change], out: TextIO, *, lines: bool) -> None:
    """Write the changes as they come."""
    out.write(f'{{"format": "{FORMAT}"' + ("}" if lines else ', "changes": ['))
    mark = "\n"
    for change in changes:
        out.write(mark + dumps({**change._asdict(), "body": change.content}))
        mark = "\n" if lines else ",\n"
    out.write("\n" if lines else "\n]}\n")
