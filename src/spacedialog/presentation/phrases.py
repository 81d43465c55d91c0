"""Texts for rows and their values, the same in all formats for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.model.dates import VagueDate, parse_recorded_review, readable
from spacedialog.model.fields import AFTER_EVIDENCE, DESK_FIELDS, JOINT, KINDS, Kind
from spacedialog.model.rows.record import (
    AreaRow,
    AssessmentRow,
    ConflictRow,
    Coverage,
    Detail,
    DialogueRow,
    HistoryRow,
    SlipRow,
    UpcomingRow,
)
from spacedialog.model.values import citation_text, recorded_text
from spacedialog.model.vocabulary import SETTLED_STATES, MilestoneState, Reason

if TYPE_CHECKING:
    from spacedialog.model.rows.report import Brief, Report
    from spacedialog.model.rows.todo import TodoRow

NOTHING = "none"
NO_EVIDENCE = "no evidence recorded"
CLEARED_AFTER_EVIDENCE = "cleared after evidence was recorded"
"""The remark on a criterion that was cleared after evidence was recorded; `AFTER_EVIDENCE` is the other."""
WHOLE = "whole commitment"
"""The subject of an assessment that is not about one party."""
EVIDENCE = ("evidence", "other_evidence", "source")
"""The fields whose lists are pieces of evidence, which may contain commas."""

DATE_FIELDS = tuple(name for name, kind in KINDS.items() if kind in (Kind.DATE, Kind.REVIEW))
"""The fields of commitments, milestones and dialogues that hold a date; a review may also be a span."""
_ACTIONS = {"check": "checked, nothing new"}
"""The actions of entries that set no field, by kind."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun. `plural` is the plural of a noun that does not just add -s."""
    return f"{number} {noun if abs(number) == 1 else plural or f'{noun}s'}"


def sentences(*parts: str | None) -> str:
    """Join the parts that are not empty as sentences, without a full stop after the last."""
    return ". ".join(part.rstrip(".") for part in parts if part)


def indented(lines: tuple[str, ...]) -> Iterator[str]:
    """Yield the first line, and then those of the others that are not empty, indented."""
    head, *others = lines
    yield head
    yield from (f"    {line}" for line in others if line)


def flat(value: Any, separator: str = ", ") -> str:
    """Return the value of a field as the text of one cell: None as an empty cell, a list with its separator."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return separator.join(flat(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return str(value)


def listed(names: Sequence[str], last_word: str = "and") -> str:
    """Return names in one phrase: `A, B and C`, or with another word before the last."""
    *first, last = names
    return f"{', '.join(first)} {last_word} {last}" if first else last


def joined(pieces: Iterable[str]) -> str:
    """Return pieces of evidence in one line."""
    return "; ".join(pieces)


def to_the_minute(instant: str) -> str:
    """Return a recorded time (ISO 8601, UTC) without its seconds: `2026-11-22 09:00`."""
    return instant[:16].replace("T", " ")


def value_text(field: str, value: Any) -> str:
    """Return the value of a field in words, a quote in quotation marks; JOINT or NOTHING if it is not set."""
    text = recorded_text(field, value)
    return (quotation(text) if field == "quote" else text) or (JOINT if field == "lead" else NOTHING)


# The record


def coverage_line(coverage: Coverage) -> str:
    """Return the coverage of the record in one line."""
    line = f"{coverage.checked} of {coverage.commitments} checked"
    if coverage.oldest_open_check_days is not None:
        line += f", oldest open check {counted(coverage.oldest_open_check_days, 'day')} ago"
    if coverage.unevidenced:
        line += f"; {coverage.complete} complete, {coverage.unevidenced} of them without evidence"
    return line


def log_line(result: Report | Brief) -> str:
    """Return the number of entries in the log, the time of the newest, the position in the shared log.

    It ends with the number of internal entries that the result shows, if there are any.
    """
    newest = f", newest recorded {to_the_minute(result.recorded_until)} UTC" if result.recorded_until else ""
    shared = f"; position {result.position} of the shared log" if result.position else ""
    internal = f"; {counted(result.internal, 'internal entry', 'internal entries')} included" if result.internal else ""
    return f"{counted(result.changes, 'entry', 'entries')}{newest}{shared}{internal}"


def dialogue_line(dialogue: Mapping[str, Any]) -> str:
    """Return a dialogue in one line: key and title, place, date."""
    named = f"{dialogue.get('key')}: {dialogue.get('title')}"
    return ", ".join(filter(None, (named, dialogue.get("place"), readable(dialogue.get("when", "")))))


def next_milestone_text(row: AreaRow | DialogueRow) -> str:
    """Return the next milestone of an area or a dialogue in one line; empty if there is none."""
    milestone = row.next_milestone
    return f"{readable(milestone['when'])} {milestone['ref']} {milestone['title']}" if milestone else ""


# A commitment and its dates


def window_text(row: UpcomingRow) -> str:
    """Return when the window of a milestone opens or closes, counted from the day of the view."""
    opens, closes = row.opens_in_days, row.closes_in_days
    if row.state in SETTLED_STATES:
        return row.state
    if row.state == MilestoneState.UPCOMING and opens is not None:
        return f"opens in {_rounded(opens)}"
    if closes is None:
        return "open, no end"
    if row.state == MilestoneState.OVERDUE:
        return f"closed {_rounded(-closes)} ago"
    return f"closes in {_rounded(closes)}"


def why_text(row: TodoRow) -> str:
    """Return why a row of the worklist needs attention: its reasons, most urgent first."""
    return "; ".join([_ATTENTION[reason].why(row) for reason in row.reasons])


def _closing_text(row: TodoRow) -> str:
    if row.opens_in_days is not None and row.opens_in_days > 0 and row.opens_in_days == row.closes_in_days:
        return f"in {counted(row.opens_in_days, 'day')}"
    return f"closes in {counted(row.closes_in_days or 0, 'day')}"


def _stale_text(row: TodoRow) -> str:
    review = parse_recorded_review(row.review) if row.review else None
    is_by_date = isinstance(review, VagueDate) and review.earliest and review.earliest.isoformat() > str(row.checked_on)
    if is_by_date:
        return f"check due {readable(str(review))}"
    return f"last checked {_rounded(row.checked_days or 0)} ago"


class _Attention(NamedTuple):
    """The text of a reason in a row of the worklist, and the line with the command that settles it."""

    why: Callable[[TodoRow], str]
    remedy: str


_SETTLE_DATE = "Dates: spacedialog mark REF STATUS, or spacedialog reschedule REF DATE"
_CHECK = "Checks: spacedialog check REF --note TEXT"
_ATTENTION: Mapping[str, _Attention] = {
    Reason.OVERDUE: _Attention(lambda row: f"overdue by {_rounded(-(row.closes_in_days or 0))}", _SETTLE_DATE),
    Reason.CLOSING: _Attention(_closing_text, _SETTLE_DATE),
    Reason.OPENING: _Attention(lambda row: f"opens in {counted(row.opens_in_days or 0, 'day')}", _SETTLE_DATE),
    Reason.CONFLICT: _Attention(lambda _: "conflicting entries", "Conflicts: spacedialog conflicts"),
    Reason.UNEVIDENCED: _Attention(
        lambda _: "complete without evidence",
        "Without evidence: spacedialog note REF TEXT --evidence EVIDENCE",
    ),
    Reason.UNCHECKED: _Attention(lambda _: "never checked", _CHECK),
    Reason.STALE: _Attention(_stale_text, _CHECK),
}


def remedies(rows: Iterable[TodoRow]) -> tuple[str, ...]:
    """Return the commands that settle the rows of a worklist, one line for each group of reasons that occur."""
    given = {reason for row in rows for reason in row.reasons}
    return tuple(dict.fromkeys(of.remedy for reason, of in _ATTENTION.items() if reason in given))


def _rounded(days: int) -> str:
    """Return a number of days in days, months or years; formats for machines have the days."""
    if days < 120:
        return counted(days, "day")
    if days < 1460:
        return f"{round(days / 30.44)} months"
    return f"{round(days / 365.25)} years"


def delay_text(row: SlipRow) -> str:
    """Return the least and the greatest delay, in days, that a rescheduling can mean."""
    least, greatest = row.min_delay_days, row.max_delay_days
    if row.narrowed:
        return "narrowed"
    if least == greatest and least is not None:
        return f"{least:+}"
    return f"{'?' if least is None else f'{least:+}'} to {'?' if greatest is None else f'{greatest:+}'}"


# An entry of the log


def entry_text(row: HistoryRow) -> str:
    """Return the text of an entry: the action, the note, the evidence."""
    return sentences(action_text(row), row.note, evidence_text(row))


def entry_lines(row: HistoryRow) -> Iterator[str]:
    """Yield the lines of an entry: the date and the action, the note, each piece of evidence."""
    head = f"{readable(row.on)}  {row.ref}  {action_text(row)}  [{row.id[-8:]}, {row.author}]"
    yield from indented((head, row.note or "", *(row.evidence or (evidence_text(row),))))


def action_text(row: HistoryRow) -> str:
    """Return the action of an entry in words."""
    changed = row.changed
    if row.ignored:
        action = f"{row.kind}: not counted; run spacedialog doctor to see why"
    elif "verdict" in changed:
        party = f" {changed['party']}" if changed.get("party") else ""
        action = f"assessed{party}: {changed['verdict']} ({changed.get('assessor')}, {changed.get('rubric')})"
    elif row.kind in ("create", "set") and "decided" in changed:
        action = str(changed["decided"])
    elif row.kind == "create":
        action = f"recorded: {changed.get('title') or changed.get('name') or changed.get('key', '')}"
        action += f" (criterion {AFTER_EVIDENCE})" if row.after_evidence else ""
    elif row.kind == "retract":
        action = f"undid {changed['retracts'][-8:]}"
    else:
        action = ", ".join(_new_value_text(row, *change) for change in changed.items())
        action = action or _ACTIONS.get(row.kind, "noted")
    marks = ("(undone) " if row.retracted else "") + ("(internal) " if row.internal else "")
    return marks + action


def _new_value_text(row: HistoryRow, field: str, value: Any) -> str:
    late = row.after_evidence and field == "criterion"
    remark = f" ({AFTER_EVIDENCE if value else CLEARED_AFTER_EVIDENCE})" if late else ""
    return f"{field} → {value_text(field, value)}{remark}"


def quotation(quote: str | None) -> str:
    """Return a quote in quotation marks; empty if there is none."""
    return f"\u201c{quote}\u201d" if quote else ""


def criterion_text(detail: Detail) -> str:
    """Return the criterion of a commitment, with a remark if it was changed after evidence was recorded."""
    remark = f" ({AFTER_EVIDENCE})" if detail.criterion_after_evidence else ""
    return f"{detail.criterion}{remark}" if detail.criterion else ""


def evidence_text(row: HistoryRow) -> str:
    """Return an entry's evidence or first source; without these, NO_EVIDENCE if evidence is expected, else empty."""
    sources = row.changed.get("sources")
    if row.evidence:
        return joined(row.evidence)
    if sources:
        return citation_text(sources[0])
    needs_evidence = row.kind == "set" and not row.changed.keys() <= set(DESK_FIELDS)
    return NO_EVIDENCE if needs_evidence or {"verdict", "decided"} & row.changed.keys() else ""


def assessment_text(row: AssessmentRow) -> str:
    """Return an assessment: the party, the verdict, assessor, rubric and date, the note, the evidence."""
    party = f"{row.party}: " if row.party else ""
    verdict = f"{party}{row.verdict} ({row.assessor}, {row.rubric}, {readable(row.on)})"
    return sentences(verdict, row.note, joined(row.evidence) or NO_EVIDENCE)


def conflict_lines(row: ConflictRow) -> tuple[str, str]:
    """Return the values of two conflicting entries, each with its author: first the current value, then the other."""
    value, other = value_text(row.field, row.value), value_text(row.field, row.other_value)
    author = attribution(row.author, row.recorded_at)
    other_author = attribution(row.other_author, row.other_recorded_at)
    if row.field == "ref" and value.casefold() == other.casefold():
        return (
            f"{row.ref}  ref {value} given by {author}",
            f"    also used by {other_author}; rename this one with: spacedialog edit {row.ref} --ref REF",
        )
    return (
        f"{row.ref}  {row.field}: {value}, by {author}, is the current value",
        f"    {other}, by {other_author}, is the other value",
    )


def attribution(author: str, recorded_at: str) -> str:
    """Return the author of an entry with the time when it was recorded."""
    return f"{author} ({to_the_minute(recorded_at)} UTC)"
