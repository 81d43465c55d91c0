"""The typed rows that views answer with; their field names are the keys of the JSON output, stable from here on.

Values are what JSON has: text, numbers, true and false, nothing, tuples of text, and small mappings. Days
and EDTF dates are text (`2026-10-05`, `2026`), recorded times are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spacedialog.model.fields import CommitmentRow as CommitmentRow
from spacedialog.model.rows.assessment import AssessmentRow
from spacedialog.model.rows.compare import Comparison


class SentenceRow(NamedTuple):
    """What `draft` found at a place of a text: a candidate, or (with no ref) a sentence that undertakes nothing.

    `confidence` is from 0 to 1; `why` says which wording decided, or why nothing was taken.
    """

    paragraph: str
    sentence: int
    ref: str | None
    strength: str | None
    title: str | None
    parties: tuple[str, ...]
    due: str | None
    recurs: str | None
    confidence: float | None
    why: str
    text: str


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
    source: str


class CalendarEvent(NamedTuple):
    """A dated event as calendars keep it: one for a due date or a milestone, also where that recurs.

    `uid` is the item's or the milestone's UUID; `sequence` grows with every entry on its commitment, and `changed_at`
    is when the newest of them was recorded. `state` is `planned`, `met` or `withdrawn`, `met` the latest occurrence
    that was met. `until` is the day (ISO) after which no occurrence begins that is wanted, `alarm_days` how long
    before it one wants to be told.
    """

    uid: str
    sequence: int
    created_at: str
    changed_at: str
    ref: str
    title: str
    when: str
    earliest: str | None
    latest: str | None
    recurs: str | None
    until: str | None
    met: str | None
    state: str
    commitment: str
    commitment_title: str
    status: str
    source: str
    url: str | None
    alarm_days: int | None


class AreaRow(NamedTuple):
    """An area with counts of its commitments, those `claimed` being complete too; `next_milestone` has `ref`, `title`
    and `when`.
    """

    area: str
    title: str
    commitments: int
    assessed: int
    complete: int
    in_progress: int
    overdue: int
    closing: int
    next_milestone: Mapping[str, str] | None
    dialogue: str
    claimed: int = 0


class DialogueRow(NamedTuple):
    """A dialogue with counts of its commitments, those `claimed` being complete too; `next_milestone` has `ref`,
    `title` and `when`. Text is empty where its record says nothing.
    """

    key: str
    series: str
    number: int | None
    title: str
    when: str
    place: str
    host: str
    commitments: int
    assessed: int
    complete: int
    in_progress: int
    next_milestone: Mapping[str, str] | None
    claimed: int = 0


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


class NewsRow(NamedTuple):
    """An entry of the log that is news, with the title of what it is about.

    `source` is its evidence or, of a new commitment, the document that it stands in; None where no evidence was given.
    """

    entry: HistoryRow
    title: str
    source: str | None


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
    """How much of the record anybody has looked at; `oldest_check_days` is None where nobody has.

    Of those that are `complete` there is no evidence for those `claimed`.
    """

    commitments: int
    assessed: int
    oldest_check_days: int | None
    complete: int = 0
    claimed: int = 0


class Overview(NamedTuple):
    """What the program shows when it is called with no command.

    `dialogues` are their own records, oldest first, with the counts of `DialogueRow`. `next` are the milestones that
    come next, `overdue` the commitments that are, `unrecorded` the milestones whose windows closed with nothing
    recorded of their outcome: the first few of each. `position` is that in the team's log, where there is one.
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
    evidence: str | None
    other_value: Any
    other_author: str
    other_on: str
    other_recorded_at: str
    other_change: str
    other_evidence: str | None


class Detail(NamedTuple):
    """All that is known of one commitment: its fields, its sources, its milestones and its history.

    `carries_on` are the commitments of earlier dialogues that it takes up, `carried_on_by` the later ones that take it
    up, each with `ref` and `title`, as people linked them.
    """

    commitment: CommitmentRow
    detail: str | None
    difference: str | None
    omitted_by: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    milestones: tuple[UpcomingRow, ...]
    slips: tuple[SlipRow, ...]
    history: tuple[HistoryRow, ...]
    conflicts: tuple[ConflictRow, ...] = ()
    assessments: tuple[AssessmentRow, ...] = ()
    carries_on: tuple[Mapping[str, str], ...] = ()
    carried_on_by: tuple[Mapping[str, str], ...] = ()


class Report(NamedTuple):
    """A record, or the part of it that a filter let through, whole: what `report` writes and a template gets.

    `selection` says in words which part it is, and is empty for all of it. `changes` and `recorded_until` are the
    position in the log: how many entries there are, and when the newest of them was recorded; `position` is that in
    the team's log, where there is one. Coverage, statuses and areas count the commitments of this part; `milestones`
    are its dated events, also those met, in the order of their windows. `carried` says what the newest dialogue took
    up of the one before it; None where nobody linked anything of the two, or the report is of a part of them.
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
    """What is new since a day, or since a position in the log, and what comes next.

    `since` is None for news from the beginning. `changes` and `recorded_until` are the position in the log, `position`
    is that in the team's log, where there is one. `settled` are the entries by which something was completed, met or
    withdrawn, `slipped` the moved dates, `changed` all other new entries. `opened` and `closed` are windows that did so
    since, those `closed` with nothing recorded of the outcome; `stale` is what has gone stale since. `opens` and
    `closes` are the windows that do so by the day `until`. `conflicts` are all that nobody has decided, new or not.
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
        """Whether anything is new, apart from what comes next."""
        return any((self.changed, self.slipped, self.settled, self.opened, self.closed, self.stale))


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


class DoctorRow(NamedTuple):
    """One check of a store: how many things it looked at, how many findings, and what they are.

    `ok` is false where a finding is more than a remark.
    """

    check: str
    looked_at: int
    findings: int
    ok: bool
    said: tuple[str, ...]


class Copied(NamedTuple):
    """A copy of a store that was made or put back.

    `newest` is when its newest entry was recorded; `kept` the copy of what stood there before, if anything did.
    """

    store: str
    changes: int
    newest: str | None
    kept: str | None


class FingerprintRow(NamedTuple):
    """A log's fingerprint, what it is of, and whether this store holds that: None where that was not asked."""

    fingerprint: str
    changes: int
    newest: str | None
    holds: bool | None
    since: int
    said: str


class Rescued(NamedTuple):
    """What was brought from a damaged store into a new one; `lost` names the changes that were not."""

    store: str
    changes: int
    lost: tuple[str, ...]


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
