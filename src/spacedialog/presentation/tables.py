"""Sheets: rows of one kind, with the fields that machines get and the columns that matter to people.

Every format is made from these. A machine format writes a row's fields, a format for people its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.model.dates import VagueDate, readable, recurrence_text
from spacedialog.model.fields import FIELDS, LISTED
from spacedialog.model.rows.assessment import AssessmentRow
from spacedialog.model.rows.record import (
    AreaRow,
    CalendarEvent,
    CommitmentRow,
    Coverage,
    DialogueRow,
    FoundRow,
    HistoryRow,
    SlipRow,
    UpcomingRow,
)
from spacedialog.model.values import citation_text


class Column(NamedTuple):
    """A column for people: its heading, what stands in it, and how.

    `tone` names a look by the row (a status, a flag, a state); `from_width` is the narrowest output, in characters,
    that has room for it; `right` sets it flush right; `wide` gives it the room that is left; what is longer than
    `most` characters is cut on a terminal.
    """

    heading: str
    cell: Callable[[Any], str]
    tone: Callable[[Any], str] | None = None
    from_width: int = 0
    right: bool = False
    wide: bool = False
    most: int | None = None


class Timeline(NamedTuple):
    """How dated rows are drawn as windows: the days (ISO) of the view and up to which, and what dates were before.

    `before` has, by ref, the earliest and the latest day (ISO) of each date that was moved.
    """

    day: str
    until: str | None
    before: Mapping[str, Sequence[tuple[str | None, str | None]]]


class Table(NamedTuple):
    """Rows of one kind. `fields` are the machine's names, `notes` gives the lines that people read below it.

    With `lines`, a terminal shows each row as these lines of text and not as a row of a table; with `timeline`, its
    window. `events` gives what a calendar gets, for the sheets that have dates.
    """

    name: str
    fields: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]
    columns: tuple[Column, ...]
    empty: str
    notes: Callable[[], tuple[str, ...]] = tuple
    lines: Callable[[Any], Iterable[str]] | None = None
    timeline: Timeline | None = None
    events: Callable[[], Iterable[CalendarEvent]] | None = None


def commitments(rows: Iterable[CommitmentRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """The commitments that a filter let through; `coverage` gives that of the whole record."""
    return Table(
        "commitments",
        CommitmentRow._fields,
        rows,
        tuple(map(_column, LISTED)),
        "no commitment fits",
        _notes(coverage),
    )


def _column(name: str) -> Column:
    field = FIELDS[name]
    return Column(field.heading, field.cell, field.tone, field.from_width, wide=field.wide, most=field.most)


def coverage_line(coverage: Coverage) -> str:
    """How much of the record was assessed, in words."""
    line = f"assessed {coverage.assessed} of {coverage.commitments}"
    if coverage.oldest_check_days is not None:
        line += f", oldest check {_days(coverage.oldest_check_days)}"
    if coverage.claimed:
        line += f"; complete {coverage.complete}, of which {coverage.claimed} claimed"
    return line


def _days(days: int) -> str:
    return f"{days} day{'' if abs(days) == 1 else 's'}"


def _notes(coverage: Callable[[], Coverage] | None) -> Callable[[], tuple[str, ...]]:
    # Asked for only where it is shown: a format for machines does not pay for it.
    return (lambda: (coverage_line(coverage()),)) if coverage else tuple


def timeline(day: date, until: date | None, slips: Iterable[SlipRow]) -> Timeline:
    """The timeline as of a day, with the dates that these slips moved."""
    before: dict[str, list[tuple[str | None, str | None]]] = {}
    for slip in slips:
        old = VagueDate.parse(slip.old)
        before.setdefault(slip.ref, []).append((_iso(old.earliest), _iso(old.latest)))
    return Timeline(day.isoformat(), _iso(until), before)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def upcoming(
    rows: Iterable[UpcomingRow],
    coverage: Callable[[], Coverage] | None = None,
    *,
    events: Callable[[], Iterable[CalendarEvent]] | None = None,
    timeline: Timeline | None = None,
) -> Table:
    """Dated events in the order of their windows."""
    return Table(
        "milestones",
        UpcomingRow._fields,
        rows,
        (
            Column("When", lambda row: readable(row.when)),
            Column("State", lambda row: row.state, tone=lambda row: row.state, from_width=80),
            Column("Window", window),
            Column("Ref", lambda row: row.ref),
            Column("Milestone", lambda row: row.title, wide=True),
            Column("Recurs", lambda row: recurrence_text(row.recurs) if row.recurs else "", from_width=100),
        ),
        "nothing is coming up",
        _notes(coverage),
        timeline=timeline,
        events=events,
    )


def window(row: UpcomingRow) -> str:
    """Where the day of the view stands to a milestone's window, in words."""
    opens, closes = row.opens_in_days, row.closes_in_days
    if row.state in ("met", "withdrawn"):
        return row.state
    if row.state == "upcoming" and opens is not None:
        return f"opens in {_long(opens)}"
    if closes is None:
        return "open, with no end"
    if row.state == "closed":
        return f"closed {_long(-closes)} ago"
    return f"closes in {_long(closes)}"


def _long(days: int) -> str:
    """A number of days in the unit that people would use; machine formats have the days."""
    if days < 120:
        return _days(days)
    if days < 1460:
        return f"{round(days / 30.44)} months"
    return f"{round(days / 365.25)} years"


def dialogues(rows: Iterable[DialogueRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Dialogues with counts of their commitments."""
    return Table(
        "dialogues",
        DialogueRow._fields,
        rows,
        (
            Column("Key", lambda row: row.key),
            Column("Title", lambda row: row.title, from_width=70, wide=True),
            Column("When", lambda row: readable(row.when)),
            Column("Place", lambda row: row.place, from_width=100),
            Column("Host", lambda row: row.host, from_width=120),
            Column("Commitments", lambda row: str(row.commitments), right=True),
            Column("Assessed", lambda row: str(row.assessed), right=True),
            Column("Complete", lambda row: str(row.complete), right=True),
            Column("Claimed", lambda row: str(row.claimed), right=True, from_width=110),
            Column("Next milestone", next_milestone, from_width=140, wide=True),
        ),
        "there are no dialogues",
        _notes(coverage),
    )


def of_dialogue(rows: Iterable[AreaRow]) -> tuple[Column, ...]:
    """The column that says whose areas these are; none where all are of one dialogue."""
    return (Column("Dialogue", lambda row: row.dialogue),) if len({row.dialogue for row in rows}) > 1 else ()


def areas(rows: Sequence[AreaRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Areas with their counts."""
    whose = of_dialogue(rows)
    room = 20 * len(whose)
    return Table(
        "areas",
        AreaRow._fields,
        rows,
        (
            *whose,
            Column("Area", lambda row: row.area),
            Column("Title", lambda row: row.title, from_width=100 + room, wide=True),
            Column("Commitments", lambda row: str(row.commitments), right=True),
            Column("Assessed", lambda row: str(row.assessed), right=True),
            Column("Complete", lambda row: str(row.complete), right=True, from_width=80),
            Column("Claimed", lambda row: str(row.claimed), right=True, from_width=100 + room),
            Column("In progress", lambda row: str(row.in_progress), right=True, from_width=90 + room),
            Column("Overdue", lambda row: str(row.overdue), right=True, from_width=4 * room),
            Column("Closing", lambda row: str(row.closing), right=True, from_width=4 * room),
            Column("Next milestone", next_milestone, from_width=130 + room, wide=True),
        ),
        "there are no areas",
        _notes(coverage),
    )


def next_milestone(row: AreaRow | DialogueRow) -> str:
    """What comes next in an area or in a dialogue, in one line."""
    following = row.next_milestone
    return f"{readable(following['when'])} {following['ref']} {following['title']}" if following else ""


def found(rows: Iterable[FoundRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """What a search found."""
    return Table(
        "found",
        FoundRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, wide=True),
            Column("Status", lambda row: row.status, tone=lambda row: row.status),
            Column("Where the words stand", lambda row: row.match, from_width=100, wide=True),
        ),
        "nothing says so",
        _notes(coverage),
    )


def history(rows: Iterable[HistoryRow]) -> Table:
    """Entries of the log."""
    return Table(
        "history",
        HistoryRow._fields,
        rows,
        (
            Column("On", lambda row: row.on),
            Column("Ref", lambda row: row.ref),
            Column("What", what),
            Column("By", lambda row: row.author),
            Column("Recorded (UTC)", lambda row: to_the_minute(row.recorded_at)),
            Column("Id", lambda row: row.id[-8:]),
        ),
        "nothing is recorded",
        lines=_entry,
    )


def to_the_minute(instant: str) -> str:
    """A recorded time (ISO 8601, UTC) for people: `2026-11-22 09:00`."""
    return instant[:16].replace("T", " ")


def what(row: HistoryRow) -> str:
    """What an entry did, why, and how it is known."""
    return ". ".join(part.rstrip(".") for part in (did(row), row.note or "", known(row)) if part)


def did(row: HistoryRow) -> str:
    """What an entry did, in words."""
    if "verdict" in row.changed:
        of = row.changed
        done = f"assessed{' ' + of['party'] if of.get('party') else ''}: {of['verdict']} ({by(of)})"
    elif row.kind in ("create", "set") and "decided" in row.changed:
        done = str(row.changed["decided"])
    elif row.kind == "create":
        done = f"recorded: {row.changed.get('title') or row.changed.get('name') or row.changed.get('key', '')}"
    elif row.kind == "retract":
        done = f"took back {row.changed['retracts'][-8:]}"
    elif row.kind in ("set", "note"):
        done = ", ".join(f"{name} → {value_text(name, value)}" for name, value in row.changed.items()) or "noted"
    else:
        done = f"{row.kind}, which this program does not know"
    return ("(taken back) " if row.retracted else "") + done


def known(row: HistoryRow) -> str:
    """How an entry is known: an address, or a source; empty where it needs none."""
    sources = row.changed.get("sources")
    if row.evidence:
        return row.evidence
    if sources:
        return citation_text(sources[0])
    return "no evidence given" if row.kind == "set" or {"verdict", "decided"} & row.changed.keys() else ""


def by(assessment: Mapping[str, Any]) -> str:
    """Who gave a verdict, and under which rubric."""
    return f"{assessment.get('assessor')}, {assessment.get('rubric')}"


def _entry(row: HistoryRow) -> Iterator[str]:
    """An entry of the log as lines: when and what, why, how it is known (an address on a line of its own)."""
    head = f"{row.on}  {row.ref}  {did(row)}  [{row.id[-8:]}, {row.author}]"
    yield from indented((head, row.note or "", known(row)))


def indented(lines: tuple[str, ...]) -> Iterator[str]:
    """The first line, and below it, indented, those of the others that say anything."""
    head, *rest = lines
    yield head
    yield from (f"    {line}" for line in rest if line)


NOTHING = "nothing"
_DATES = ("due", "when", "met")


def value_text(name: str, value: Any) -> str:
    """A field's value in words."""
    if value in (None, []):
        return NOTHING
    if isinstance(value, list):
        return ", ".join(citation_text(part) if isinstance(part, dict) else str(part) for part in value)
    return readable(value) if name in _DATES else str(value)


def assessments(rows: Iterable[AssessmentRow], *, alone: bool = False) -> Table:
    """Verdicts that stand, side by side; `alone` where all are of one commitment."""
    columns = (
        Column("Ref", lambda row: row.ref),
        Column("Of", lambda row: row.party or "the whole"),
        Column("Verdict", lambda row: row.verdict, wide=True),
        Column("Assessor", lambda row: row.assessor, wide=True),
        Column("Rubric", lambda row: row.rubric),
        Column("On", lambda row: row.on, from_width=80),
        Column("Why", lambda row: row.note or "", from_width=120, wide=True),
        Column("Evidence", lambda row: row.evidence or "no evidence given", from_width=160, wide=True),
    )
    return Table("assessments", AssessmentRow._fields, rows, columns[1:] if alone else columns, "nobody assessed it")


def verdict(row: AssessmentRow) -> str:
    """A verdict in words: whose, of what, under which rubric, when and why."""
    of = f"{row.party}: " if row.party else ""
    said = f"{of}{row.verdict} ({row.assessor}, {row.rubric}, {row.on})"
    return ". ".join(part.rstrip(".") for part in (said, row.note or "", row.evidence or "no evidence given") if part)


def slips(rows: Iterable[SlipRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Re-datings, with the delay that they may mean."""
    return Table(
        "slips",
        SlipRow._fields,
        rows,
        (
            Column("On", lambda row: row.on, from_width=70),
            Column("Ref", lambda row: row.ref),
            Column("What", lambda row: row.title, from_width=80, wide=True),
            Column("From", lambda row: readable(row.old)),
            Column("To", lambda row: readable(row.new)),
            Column("Delay in days", delay, right=True),
            Column("Why", lambda row: row.note or "", from_width=120, wide=True),
        ),
        "no date was moved",
        _notes(coverage),
    )


def delay(row: SlipRow) -> str:
    """The least and the most that a re-dating can have put off, in days."""
    least, most = row.min_delay_days, row.max_delay_days
    if row.narrowed:
        return "narrowed"
    if least == most and least is not None:
        return f"{least:+}"
    return f"{'?' if least is None else f'{least:+}'} to {'?' if most is None else f'{most:+}'}"
