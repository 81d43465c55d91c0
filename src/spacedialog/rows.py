"""The typed rows that views answer with; their field names are the keys of the JSON output, stable from here on.

Values are what JSON has: text, whole numbers, true and false, nothing, tuples of text, and small mappings. Days
and EDTF dates are text (`2026-10-05`, `2026`), recorded times are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class CommitmentRow(NamedTuple):
    """A commitment as `list` shows it."""

    ref: str
    dialogue: str
    area: str
    kind: str
    title: str
    strength: str
    lead: str | None
    partners: tuple[str, ...]
    status: str
    percent: int | None
    due: str | None
    due_earliest: str | None
    due_latest: str | None
    flags: tuple[str, ...]
    updated_on: str
    source: str


class FoundRow(NamedTuple):
    """A commitment that a search found, with the place where it found the words, best match first."""

    ref: str
    title: str
    status: str
    match: str


class UpcomingRow(NamedTuple):
    """A dated event: a commitment's own due date, or a milestone; an occurrence of its own where it recurs.

    `opens_in_days` and `closes_in_days` count from the day of the view, negative once it is past, and are None
    where the window has no such end.
    """

    ref: str
    commitment: str
    title: str
    when: str
    earliest: str | None
    latest: str | None
    state: str
    opens_in_days: int | None
    closes_in_days: int | None
    recurs: str | None


class AreaRow(NamedTuple):
    """An area with counts of its commitments; `next_milestone` has `ref`, `title` and `when`."""

    area: str
    title: str
    commitments: int
    assessed: int
    complete: int
    in_progress: int
    overdue: int
    closing: int
    next_milestone: Mapping[str, str] | None


class HistoryRow(NamedTuple):
    """One entry of the log; `changed` has the fields that it set, with their new values."""

    id: str
    recorded_at: str
    on: str
    author: str
    ref: str
    kind: str
    changed: Mapping[str, Any]
    note: str | None
    evidence: str | None
    retracted: bool


class SlipRow(NamedTuple):
    """One re-dating. The delay lies between `min_delay_days` and `max_delay_days`; None where an end is open.

    It `narrowed` the date if the new window lies within the old one.
    """

    ref: str
    commitment: str
    title: str
    on: str
    old: str
    new: str
    min_delay_days: int | None
    max_delay_days: int | None
    narrowed: bool
    author: str
    note: str | None
    evidence: str | None


class Coverage(NamedTuple):
    """How much of the record anybody has looked at; `oldest_check_days` is None where nobody has."""

    commitments: int
    assessed: int
    oldest_check_days: int | None


class Overview(NamedTuple):
    """What the program shows when it is called with no command.

    `next` are the milestones that come next, `overdue` the commitments that are, `unrecorded` the milestones whose
    windows closed with nothing recorded of their outcome: the first few of each. `position` is that in the team's log,
    where there is one.
    """

    dialogues: tuple[Mapping[str, Any], ...]
    coverage: Coverage
    statuses: Mapping[str, int]
    areas: tuple[AreaRow, ...]
    next: tuple[UpcomingRow, ...]
    overdue: tuple[CommitmentRow, ...]
    unrecorded: tuple[UpcomingRow, ...]
    stale: int
    position: int | None = None


class ConflictRow(NamedTuple):
    """Two changes that were made apart and set one field to different values, or gave one ref to two things.

    The first is the one that counts for now.
    """

    ref: str
    title: str
    field: str
    value: Any
    author: str
    on: str
    recorded_at: str
    change: str
    other_value: Any
    other_author: str
    other_on: str
    other_recorded_at: str
    other_change: str


class Detail(NamedTuple):
    """All that is known of one commitment: its fields, its sources, its milestones and its history."""

    commitment: CommitmentRow
    detail: str | None
    difference: str | None
    omitted_by: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    milestones: tuple[UpcomingRow, ...]
    slips: tuple[SlipRow, ...]
    history: tuple[HistoryRow, ...]
    conflicts: tuple[ConflictRow, ...] = ()


class Difference(NamedTuple):
    """A field that a write changed, as the record shows it on the day of writing."""

    ref: str
    field: str
    old: Any
    new: Any


class Written(NamedTuple):
    """What a write did.

    `ref` and `title` are those of the one thing that it was about, or empty; `undo` is the id of a change by which
    the whole action can be taken back; `created_store` is the path of a store that came to be by it.
    """

    did: str
    ref: str
    title: str
    differences: tuple[Difference, ...]
    changes: int
    undo: str | None
    notices: tuple[str, ...]
    created_store: str | None
    dry_run: bool


class Synced(NamedTuple):
    """What a sync did, and the position in the shared log to which this copy has come.

    `strange` of the changes received are newer than this program; `quarantined` entries were no changes at all;
    `waiting` changes are not in the shared log. `conflicts` and `clashes` are those that stand in the record now.
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
    """How this copy stands to its team's log, as far as it knows without asking the server."""

    name: str
    server: str
    position: int
    waiting: int
    quarantined: int
    conflicts: int
    clashes: int
