"""Rows of a team: the result of a sync, and the state of this copy."""

from __future__ import annotations

from typing import NamedTuple


class Synced(NamedTuple):
    """The result of a sync.

    `sent` and `received` are numbers of entries. Of those received, `strange` entries were written by a newer program,
    and `quarantined` ones were not valid. `waiting` entries are not in the shared log yet. `position` is the position
    in the shared log up to which this copy has read. `healed` entries had been lost by the server, and `restamped`
    entries were recorded again with a new time. `conflicts` and `clashes` are the numbers that the record has now.
    """

    sent: int
    received: int
    strange: int
    quarantined: int
    waiting: int
    position: int
    healed: int = 0
    restamped: int = 0
    conflicts: int = 0
    clashes: int = 0
    dry_run: bool = False


class TeamRow(NamedTuple):
    """The state of this copy of a team's record, as far as it is known without the server.

    `position` is the position in the shared log up to which this copy has read. `waiting` entries are still to be sent,
    and `quarantined` ones were not valid. `clashes` is the number of refs that two items have.
    """

    name: str
    server: str
    position: int
    waiting: int
    quarantined: int
    conflicts: int
    clashes: int
