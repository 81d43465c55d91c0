"""Track the commitments that governments make to each other.

`spacedialog.open()` gives a script or a notebook the same record, and the same typed rows, as the commands:

    import spacedialog

    tracker = spacedialog.open()
    with tracker.view(as_of=date(2025, 4, 14)) as view:
        for row in view.commitments():
            print(row.ref, row.title, row.status)
    tracker.mark("31", "in-progress", percent=60, evidence="https://example.org/news")
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is slow to import, and this module is imported first
if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from spacedialog.tracker import Tracker

__version__ = "0.1.0"


def open(
    path: str | Path | None = None, *, today: date | None = None, author: str | None = None, dry_run: bool = False
) -> Tracker:
    """A tracker on the store at `path`, or where the commands keep theirs; nothing is read or made until it is used.

    `today` is the local day and `author` the login name unless they are given.
    """
    from pathlib import Path

    from spacedialog import environment

    return environment.tracker(Path(path) if path else None, today=today, author=author, dry_run=dry_run)
