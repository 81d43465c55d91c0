"""The results of `report` and `brief`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spacedialog.model.fields import CommitmentRow
from spacedialog.model.rows.compare import Comparison
from spacedialog.model.rows.record import AreaRow, ConflictRow, Coverage, Detail, NewsRow, SlipRow, UpcomingRow


class Report(NamedTuple):
    """A report on a record, or on the commitments that a filter selects; `report` passes it to its templates.

    `selection` describes the filter, and is empty without one. `changes` is the number of entries in the log and
    `recorded_until` the recorded time of the newest, None for an empty log; `position` is the position in the shared
    log, None without a team. Coverage, statuses and areas count the selected commitments. `milestones` are their dated
    events in any state, in the order of their windows. `carried` compares the newest dialogue with the one before it;
    it is None if no commitments of the two are linked, or with a filter.
    """

    as_of: str
    selection: str
    changes: int
    recorded_until: str | None
    dialogues: tuple[Mapping[str, Any], ...]
    coverage: Coverage
    statuses: Mapping[str, int]
    areas: tuple[AreaRow, ...]
    commitments: tuple[Detail, ...]
    milestones: tuple[UpcomingRow, ...]
    slips: tuple[SlipRow, ...]
    position: int | None = None
    carried: Comparison | None = None


class Brief(NamedTuple):
    """The new entries of a record since a day, or since an earlier brief, and the upcoming events.

    `since` is a day, None for all entries from the beginning; `until` is the last day of the upcoming events.
    `changes`, `recorded_until` and `position` are as in `Report`. `settled` are the entries by which a commitment or
    milestone was completed, met or withdrawn, `slipped` the changed dates, and `changed` all other new entries.
    `opened` are the windows that have opened since, `closed` the windows that have closed with no recorded outcome, and
    `stale` the commitments that have become stale. `opens` and `closes` are the windows that open and close by `until`.
    `conflicts` are all unresolved conflicts, new or not.
    """

    since: str | None
    as_of: str
    until: str
    changes: int
    recorded_until: str | None
    coverage: Coverage
    changed: tuple[NewsRow, ...]
    slipped: tuple[SlipRow, ...]
    settled: tuple[NewsRow, ...]
    opened: tuple[UpcomingRow, ...]
    closed: tuple[UpcomingRow, ...]
    stale: tuple[CommitmentRow, ...]
    opens: tuple[UpcomingRow, ...]
    closes: tuple[UpcomingRow, ...]
    position: int | None = None
    conflicts: tuple[ConflictRow, ...] = ()

    @property
    def has_news(self) -> bool:
        """Return whether anything is new, apart from conflicts and upcoming events."""
        return any((self.changed, self.slipped, self.settled, self.opened, self.closed, self.stale))
