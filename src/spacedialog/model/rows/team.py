"""Rows of a team: the result of a sync, and the state of this copy."""

from __future__ import annotations

from typing import NamedTuple


class Synced(NamedTuple):
    """The result of a sync.

    The counts are numbers of entries: `sent`, `received`, `strange` (received, and written by a newer program),
    `quarantined` (received, and invalid), `waiting` (not in the shared log yet) and `healed` (lost by the server).
    `position` is the position in the shared log up to which this copy has read. `conflicts` and `clashes` are the
    numbers of conflicts and ref clashes in the record after the sync.
    """

    sent: int
    received: int
    strange: int
    quarantined: int
    waiting: int
    position: int
    healed: int = 0
    conflicts: int = 0
    clashes: int = 0
    dry_run: bool = False


class TeamRow(NamedTuple):
    """The state of this copy of a team's record, as far as it is known without the server.

    `position` is the position in the shared log up to which this copy has read. `waiting` is the number of entries to
    send, and `quarantined` the number of invalid entries received. `clashes` is the number of refs that two items have.
    """

    name: str
    server: str
    position: int
    waiting: int
    quarantined: int
    conflicts: int
    clashes: int
