"""Track the commitments that governments make to each other.

`spacedialog.open()` gives a script or a notebook the same record, and the same typed rows, as the commands:

    import spacedialog
    from spacedialog.model.position import Scope

    tracker = spacedialog.open()
    with tracker.snapshot(Scope(as_of=date(2025, 4, 14))) as snapshot:
        for row in snapshot.commitments():
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
    """Return a tracker of the store at `path`, by default that of the commands.

    The store is opened when a method needs it. `today` is the local day by default. The path, the author and the
    intervals are by default those of the environment and of the configuration file. With `dry_run`, writes are rolled
    back. If SPACEDIALOG_READONLY is set, they raise InputError. If SPACEDIALOG_PUBLIC is set, only the public record
    can be read.
    """
    from pathlib import Path

    from spacedialog import environment
    from spacedialog.tracker import Tracker

    return Tracker(
        environment.store_path(Path(path) if path else None),
        today=today or environment.local_day(),
        now=environment.now,
        author=environment.author() if author is None else author,
        dry_run=dry_run,
        read_only=environment.is_read_only(),
        public=environment.is_public(),
        intervals=environment.configuration().intervals,
    )
