"""The use cases: everything that the commands do with a record, with typed results for scripts."""

from __future__ import annotations

from spacedialog.store.read.selection import Selection
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker.maintenance import Maintenance
from spacedialog.tracker.parties import Parties
from spacedialog.tracker.reports import Reports
from spacedialog.tracker.statements import Statements
from spacedialog.tracker.team import Sharing

__all__ = ["Selection", "Snapshot", "Tracker"]


class Tracker(Reports, Parties, Statements, Maintenance, Sharing):
    """A record of commitments in the store at `path`; without a store there, the built-in record."""
