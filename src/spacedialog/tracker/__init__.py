"""The use cases: everything that commands can do with a record, for scripts as well, with typed results."""

from __future__ import annotations

from spacedialog.store.read.selection import Selection
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker.maintenance import Maintenance
from spacedialog.tracker.reports import Reports
from spacedialog.tracker.statements import Statements
from spacedialog.tracker.team import TeamUse
from spacedialog.tracker.writes import Writes

__all__ = ["Selection", "Snapshot", "Tracker"]


class Tracker(Reports, Writes, Statements, Maintenance, TeamUse):
    """A record of commitments in the store at `path`; without a store there, the built-in record."""
