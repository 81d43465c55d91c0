"""The results of `overview`, `report` and `brief`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spacedialog.model.fields import CommitmentRow
from spacedialog.model.rows.compare import Comparison
from spacedialog.model.rows.parties import PartyRow
from spacedialog.model.rows.record import (
    AreaRow,
    CalendarEvent,
    ConflictRow,
    Coverage,
    Detail,
    DialogueRow,
    HistoryRow,
    SlipRow,
    UpcomingRow,
)
from spacedialog.model.rows.todo import TodoRow


class Overview(NamedTuple):
    """The overview of a record, as the program shows it without a command.

    `dialogues` are the recorded fields of each dialogue with the counts of `DialogueRow`, newest first. `statuses` are
    the numbers of commitments by status. `todo` are the first few rows of the worklist, and `next` the next few events.
    `position` is the position in the shared log, None without a team.
    """

    dialogues: tuple[Mapping[str, Any], ...]
    coverage: Coverage
    statuses: Mapping[str, int]
    areas: tuple[AreaRow, ...]
    todo: tuple[TodoRow, ...]
    next: tuple[UpcomingRow, ...]
    position: int | None = None


class Report(NamedTuple):
    """A report on a record, or on the commitments that a filter selects; `report` passes it to its templates.

    `selection` describes the filter, and is empty without one. `changes` is the number of entries in the log and
    `recorded_until` the recorded time of the newest, None for an empty log; `position` is the position in the shared
    log, None without a team. Coverage, statuses and areas count the selected commitments. `milestones` are their dated
    events in any state, in the order of their windows. `carried` compares the newest dialogue with the one before it;
    it is None if no commitments of the two are linked, or with a filter. `fingerprint` is that of the log.

    `dialogues` are newest first. `party` is the party that the filter selects, None if it selects none or several.
    `settled` are the entries, new since the day `since` as in a brief, by which a selected commitment or milestone was
    completed, met or withdrawn. `next` are the events whose window opens or closes by the day `until`.
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
    fingerprint: str = ""
    party: PartyRow | None = None
    since: str | None = None
    until: str | None = None
    settled: tuple[NewsRow, ...] = ()
    next: tuple[UpcomingRow, ...] = ()

    @property
    def internal(self) -> int:
        """The number of internal entries about these commitments."""
        return sum(entry.internal for detail in self.commitments for entry in detail.history)


class TemplateRow(NamedTuple):
    """A template that `report` finds by its name. `origin` is `built-in` or `own`."""

    name: str
    description: str
    origin: str
    path: str


class SiteRecord(NamedTuple):
    """A record for a site: a report on all its commitments, its dialogues, its parties, and events for a calendar."""

    report: Report
    dialogues: tuple[DialogueRow, ...]
    parties: tuple[PartyRow, ...]
    events: tuple[CalendarEvent, ...]


class NewsRow(NamedTuple):
    """A new entry of the log, with the title of the item that it is about.

    `source` is its evidence or, for a new commitment or milestone, the citation of its source; empty without either.
    `undone` is the entry that an undo, or a redo, is about; None for any other entry.
    """

    entry: HistoryRow
    title: str
    source: tuple[str, ...]
    undone: HistoryRow | None = None


class Brief(NamedTuple):
    """The new entries of a record since a day, or since an earlier brief, and the upcoming events.

    `since` is a day, None for all entries from the beginning; `until` is the last day of the upcoming events.
    `changes`, `recorded_until` and `position` are as in `Report`. `has_news` says whether anything is new, apart from
    checks, conflicts and upcoming events. `checks` is the number of new checks, and `checked_commitments` the number of
    commitments that they are about.

    Each commitment and each milestone is listed once, in the first of these fields that applies to it. `conflicts` are
    all unresolved conflicts, new or not. `overdue` are the windows that have closed since with no recorded outcome, and
    earlier ones if there are new entries on the item. `settled` are the entries by which a commitment or milestone was
    completed, met or withdrawn. `slipped` are the moved dates. `opened` are the windows that have opened since,
    `closes` those that close by `until`, `opens` those that open by `until`. `changed` are other new entries, and
    `stale` the commitments that have become stale, with the day (ISO) of each in `stale_since`, by ref. `also` are the
    other new entries on all these items.
    """

    since: str | None
    as_of: str
    until: str
    changes: int
    recorded_until: str | None
    coverage: Coverage
    has_news: bool
    conflicts: tuple[ConflictRow, ...]
    overdue: tuple[UpcomingRow, ...]
    settled: tuple[NewsRow, ...]
    slipped: tuple[SlipRow, ...]
    opened: tuple[UpcomingRow, ...]
    closes: tuple[UpcomingRow, ...]
    opens: tuple[UpcomingRow, ...]
    changed: tuple[NewsRow, ...]
    stale: tuple[CommitmentRow, ...]
    stale_since: Mapping[str, str]
    also: tuple[NewsRow, ...]
    checks: int = 0
    checked_commitments: int = 0
    position: int | None = None

    @property
    def internal(self) -> int:
        """The number of internal entries among the news."""
        return sum(row.entry.internal for row in (*self.settled, *self.changed, *self.also))
