"""Rows of the record: lists, details, events, history, verdicts and the results of writes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from spacedialog.model.fields import CommitmentRow


class FoundRow(NamedTuple):
    """A commitment or a dialogue that a search found.

    `kind` is `commitment` or `dialogue`. The `ref` of a dialogue is its key, and its `status` is None. `match` is the
    text around the words that are not in the title, with the name of its field, or two such texts; empty if the title
    has all the words. `fields` are the fields that together have the words: `ref`, `title`, `detail`, `difference`,
    `criterion`, `quote`, `milestone`, `note`, `area`, `lead`, `partner`, `document`, `dialogue` (its key or a head of
    delegation); of a dialogue `key`, `name`, `series`, `place`, `head`, `office` (of a head), `note`, `document`,
    `party`. A text that a later one replaces is, for example, an `earlier title`.
    """

    ref: str
    title: str
    status: str | None
    match: str
    kind: str
    fields: tuple[str, ...]


class UpcomingRow(NamedTuple):
    """A dated event: a due date, a milestone, or one occurrence of a recurring milestone.

    `ref` is the milestone's ref or, for a due date, the commitment's ref, as in `commitment`. `when` is an EDTF date;
    `earliest` and `latest` are the first and the last day of its window, None on an open side. `opens_in_days` and
    `closes_in_days` count from the day of the read, negative in the past, and None on an open side. `state` is
    `upcoming`, `open`, `overdue`, `met` or `withdrawn`. `recurs` is a span such as `2 years`, None if the event does
    not recur. `source` is the citation of the commitment's document or, for a milestone, of its own source, or else
    the first piece of its evidence; empty if it has none.
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
    """A dated event for a calendar: a due date, or a milestone with all its occurrences.

    `uid` is the UUID of the item or the milestone. `sequence` increases with each entry on the commitment; `created_at`
    and `changed_at` are the recorded times of its first and its newest entry. `when` is an EDTF date, with `earliest`
    and `latest` as in `UpcomingRow`. `state` is `planned`, `met` or `withdrawn`; `met` is the EDTF date of the latest
    occurrence that was met, or None. `until` is the last day on which an occurrence may begin, None for no limit.
    `source` is as in `UpcomingRow`. `url` is the web address of the source or the first one in the evidence, None if
    there is none. `alarm_days` is the number of days from the alarm to the event, None for no alarm. `criterion` is
    what will count as done, None if not recorded.
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
    criterion: str | None = None


class AreaRow(NamedTuple):
    """An area of a dialogue, with counts of its commitments and its next milestone.

    `checked` is the number of commitments that were checked since their statement, `unknown` the number of those with
    the status `unknown`, `unevidenced` the number of complete commitments without evidence. `next_milestone` has
    `ref`, `title` and `when`; it is None if no event is expected.
    """

    area: str
    title: str
    commitments: int
    checked: int
    unknown: int
    complete: int
    in_progress: int
    overdue: int
    closing: int
    next_milestone: Mapping[str, str] | None
    dialogue: str
    unevidenced: int = 0


class DialogueRow(NamedTuple):
    """A dialogue, with counts of its commitments and its next milestone.

    If not recorded, `number` is None, and a text is empty. The counts and `next_milestone` are as in `AreaRow`.
    """

    key: str
    series: str
    number: int | None
    title: str
    when: str
    place: str
    host: str
    commitments: int
    checked: int
    unknown: int
    complete: int
    in_progress: int
    next_milestone: Mapping[str, str] | None
    unevidenced: int = 0


class HistoryRow(NamedTuple):
    """One entry of the log; `changed` has the fields that it set, with their new values.

    `on` is the EDTF date on which the entry was true. `ref` names the commitment, milestone or other item. `note` is
    None if not given. `evidence` has web addresses and citations in words. `retracted` says whether the entry was
    undone. An `ignored` entry does not count, because it is invalid or a newer program wrote it; its content is left
    out. `after_evidence` says whether the entry changed the criterion of a commitment after evidence was recorded. An
    `internal` entry is not in the public record.
    """

    id: str
    recorded_at: str
    on: str
    author: str
    ref: str
    kind: str
    changed: Mapping[str, Any]
    note: str | None
    evidence: tuple[str, ...]
    retracted: bool
    ignored: bool = False
    after_evidence: bool = False
    internal: bool = False


class SlipRow(NamedTuple):
    """One change of the date of a commitment or a milestone, from `old` to `new` (EDTF dates).

    The delay is between `min_delay_days` and `max_delay_days`, each None if a window is open on that side. `narrowed`
    says whether the new window lies in the old one. `on` is the EDTF date of the entry, `change` its id. `note` is None
    if not given. `evidence` has web addresses and citations in words.
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
    evidence: tuple[str, ...]
    recorded_at: str
    change: str


class Coverage(NamedTuple):
    """How much of the record has been checked.

    `checked` is the number of commitments that were checked since their statement. `oldest_open_check_days` is the
    number of days since the latest check of the open commitment that was checked least recently, None if there is none.
    `unevidenced` is the number of complete commitments without evidence.
    """

    commitments: int
    checked: int
    oldest_open_check_days: int | None
    complete: int = 0
    unevidenced: int = 0


class AssessmentRow(NamedTuple):
    """The current verdict of an assessor on a commitment, or on one party to it, under a rubric.

    `party` is None for the commitment as a whole. `rubric` is the key and version. `on` is the EDTF date of the
    verdict; `author` is who recorded it. `change` is the id of the entry. `note` is None if not given. `evidence` has
    web addresses and citations in words.
    """

    ref: str
    title: str
    party: str | None
    assessor: str
    rubric: str
    verdict: str
    on: str
    note: str | None
    evidence: tuple[str, ...]
    author: str
    recorded_at: str
    change: str


class ConflictRow(NamedTuple):
    """Two entries that set a field to different values independently, or gave two items the same ref.

    `value` and the other fields without `other_` describe the entry that applies until the conflict is resolved.
    `change` and `other_change` are the ids of the entries. `evidence` is the evidence or the citation of the source,
    empty if there is neither.
    """

    ref: str
    title: str
    field: str
    value: Any
    author: str
    on: str
    recorded_at: str
    change: str
    evidence: tuple[str, ...]
    other_value: Any
    other_author: str
    other_on: str
    other_recorded_at: str
    other_change: str
    other_evidence: tuple[str, ...]


class Detail(NamedTuple):
    """The details of one commitment: fields, sources, milestones, history and assessments.

    `milestones` has its dated events, `slips` the changes of its dates, and `history` its entries in the order
    recorded. `omitted_by` are the documents that leave it out. `difference` describes how its documents differ, None if
    they do not. `carries_on` are the commitments of earlier dialogues that are linked to it, `carried_on_by` the
    commitments of later dialogues, each with `ref` and `title`. `checked_on` is the day (ISO) of the last check, None
    if it was never checked. `quote` is the sentence of the statement, and `criterion` what will count as done.
    `detail`, `quote` and `criterion` are None if not recorded. `criterion_after_evidence` says whether the criterion
    was changed after evidence was recorded.
    """

    commitment: CommitmentRow
    checked_on: str | None
    quote: str | None
    criterion: str | None
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
    criterion_after_evidence: bool = False
