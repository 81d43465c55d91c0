"""Tables: rows of one kind, with field names for machines and columns for people.

Every format is written from these tables: formats for machines write the fields of a row, formats for people the
columns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.model.dates import VagueDate, as_typed, iso_day, readable, recurrence_text
from spacedialog.model.fields import FIELDS, LISTED, CommitmentRow
from spacedialog.model.rows.record import (
    AreaRow,
    AssessmentRow,
    CalendarEvent,
    Coverage,
    DialogueRow,
    FoundRow,
    HistoryRow,
    SlipRow,
    UpcomingRow,
)
from spacedialog.model.vocabulary import SETTLED_STATES, MilestoneState
from spacedialog.presentation.phrases import (
    DATE_FIELDS,
    NO_EVIDENCE,
    WHOLE,
    coverage_line,
    delay_text,
    entry_lines,
    entry_text,
    joined,
    next_milestone_text,
    remedies,
    to_the_minute,
    why_text,
    window_text,
)

if TYPE_CHECKING:
    from spacedialog.model.rows.todo import TodoRow
    from spacedialog.presentation.feed import Feed

_LONGEST_WORD = 60
_VALUES = ("value", "other_value")
"""The fields of a conflict that are values of the field that it names."""


class Column(NamedTuple):
    """A column for people: its heading and the text of its cell in a row.

    `tone` returns the word (a status, a flag, a state) whose look the cell gets. The column is left out of output
    narrower than `from_width` characters. `right` aligns it to the right, `wide` gives it the remaining width, up to
    `max_width` characters. A terminal wraps the text of a wide column and cuts that of any other at `max_width`. With
    `below`, a terminal shows the text on a line of its own under the cell of the wide column. `field` is the field that
    the column shows, empty if it shows several.
    """

    heading: str
    cell: Callable[[Any], str]
    tone: Callable[[Any], str] | None = None
    from_width: int = 0
    right: bool = False
    wide: bool = False
    max_width: int | None = None
    below: bool = False
    field: str = ""


class TimelineSettings(NamedTuple):
    """A timeline of dated rows: the day of the view, and the day up to which it is drawn, if one was given (ISO 8601).

    `before` maps a ref to the earliest and the latest day (ISO 8601) of each date that was moved.
    """

    day: str
    until: str | None
    before: Mapping[str, Sequence[tuple[str | None, str | None]]]


class Table(NamedTuple):
    """Rows of one kind. `fields` are their names for machines, `empty` is the text shown if there are none.

    `notes` returns the lines below the table. A terminal shows each row as the lines of `lines`, or as its window on
    `timeline`, if the table has these. `events` returns the events of a calendar, for tables that have dates; `feed`
    returns the feed of a table of entries. `section` returns the heading under which a terminal shows a row; the rows
    of one section follow each other. `dates` are the fields with an EDTF date, alone or in a mapping; `value` and
    `other_value` hold one if `field` names one. `is_chosen` tells whether the user chose the fields.
    """

    name: str
    fields: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]
    columns: tuple[Column, ...]
    empty: str
    notes: Callable[[], tuple[str, ...]] = tuple
    lines: Callable[[Any], Iterable[str]] | None = None
    timeline: TimelineSettings | None = None
    events: Callable[[], Iterable[CalendarEvent]] | None = None
    feed: Callable[[], "Feed"] | None = None
    section: Callable[[Any], str] | None = None
    dates: tuple[str, ...] = ()
    is_chosen: bool = False


def texts_of(table: Table, row: tuple[Any, ...]) -> Sequence[Any]:
    """Return the values of a row for the formats that write one table as text: quarters and halves as `2026-Q3`."""
    if not table.dates:
        return row
    is_date = getattr(row, "field", None) in DATE_FIELDS
    return [
        with_typed_dates(value) if name in table.dates and (is_date or name not in _VALUES) else value
        for name, value in zip(table.fields, row, strict=True)
    ]


_SUCCESSION = ("succeeds", "from")
"""The list of a party's predecessors, and the date of each."""


def with_typed_dates(value: Any) -> Any:
    """Return a date, alone or in mappings of fields, with quarters and halves as `2026-Q3`."""
    if isinstance(value, Mapping):
        return {
            name: with_typed_dates(part) if name in (*DATE_FIELDS, *_SUCCESSION) and part else part
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [with_typed_dates(part) for part in value]
    return as_typed(value) if isinstance(value, str) else value


def coverage_note(coverage: Callable[[], Coverage] | None) -> Callable[[], tuple[str, ...]]:
    """Return the notes of a table that ends with the coverage line; none without `coverage`."""
    # Computed only if it is shown, because formats for machines do not contain it.
    return (lambda: (coverage_line(coverage()),)) if coverage else tuple


def with_total(table: Table, shown: int | None, total: Callable[[], int]) -> Table:
    """Return a table of at most `shown` rows, whose notes begin with the number of rows without that limit."""
    if shown is None:
        return table

    def notes() -> tuple[str, ...]:
        count = total()
        return (*((f"Showing {shown} of {count}.",) if shown < count else ()), *table.notes())

    return table._replace(notes=notes, empty=table.empty if shown else "")  # 0 rows do not mean that none matches


def commitments(rows: Iterable[CommitmentRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the commitments; `coverage` returns that of the whole record."""
    return Table(
        "commitments",
        CommitmentRow._fields,
        rows,
        tuple(map(_column, LISTED)),
        "No matching commitments.",
        coverage_note(coverage),
        dates=("due", "review", "updated_on"),
    )


def _column(name: str) -> Column:
    field = FIELDS[name]
    return Column(
        field.heading, field.cell, field.tone, field.from_width, False, field.wide, field.max_width, field=name
    )


def todo(rows: Sequence["TodoRow"], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the worklist; with `coverage`, it ends with the commands that settle the rows and the coverage line."""
    from spacedialog.model.rows.todo import TodoRow

    return Table(
        "todo",
        (*TodoRow._fields, "why"),
        ((*row, why_text(row)) for row in rows),
        (
            Column("Ref", lambda row: row[0], field="ref"),
            Column("What", lambda row: row[2], wide=True, field="title"),
            Column("Why", lambda row: row[-1], tone=lambda row: row[3][0], wide=True, field="why"),
            Column("Due", lambda row: readable(row[4] or ""), from_width=70, field="due"),
            Column("Owner", lambda row: row[9] or "", from_width=90, max_width=20, field="owner"),
        ),
        "Nothing to do.",
        (lambda: (*remedies(rows), coverage_line(coverage()))) if coverage else tuple,
        dates=("due", "review"),
    )


def timeline(day: date, until: date | None, slips: Iterable[SlipRow]) -> TimelineSettings:
    """Return the timeline as of `day`, with the former dates of `slips`."""
    before: dict[str, list[tuple[str | None, str | None]]] = {}
    for slip in slips:
        old = VagueDate.parse(slip.old)
        before.setdefault(slip.ref, []).append((iso_day(old.earliest), iso_day(old.latest)))
    return TimelineSettings(day.isoformat(), iso_day(until), before)


def upcoming(
    rows: Iterable[UpcomingRow],
    coverage: Callable[[], Coverage] | None = None,
    *,
    events: Callable[[], Iterable[CalendarEvent]] | None = None,
    timeline: TimelineSettings | None = None,
) -> Table:
    """Return due dates and milestones; `events` returns them for a calendar."""
    return Table(
        "milestones",
        UpcomingRow._fields,
        rows,
        (
            Column("When", lambda row: readable(row.when), field="when"),
            Column("State", lambda row: row.state, tone=lambda row: row.state, from_width=80, field="state"),
            Column("Window", window_text),
            Column("Ref", lambda row: row.ref, field="ref"),
            Column("Milestone", lambda row: row.title, wide=True, field="title"),
            Column(
                "Recurs", lambda row: recurrence_text(row.recurs) if row.recurs else "", from_width=100, field="recurs"
            ),
        ),
        "No upcoming dates.",
        coverage_note(coverage),
        timeline=timeline,
        events=events,
        dates=("when",),
    )


def in_sections(table: Table) -> Table:
    """Return a table of due dates and milestones with the overdue ones under their own heading."""
    headings = {MilestoneState.OVERDUE: "Overdue", **dict.fromkeys(SETTLED_STATES, "Settled")}
    return table._replace(section=lambda row: headings.get(row.state, "Upcoming"))


def dialogues(rows: Iterable[DialogueRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the dialogues with the counts of their commitments."""
    return Table(
        "dialogues",
        DialogueRow._fields,
        rows,
        (
            Column("Key", lambda row: row.key, field="key"),
            Column("Title", lambda row: row.title, from_width=70, wide=True, field="title"),
            Column("When", lambda row: readable(row.when), field="when"),
            Column("Place", lambda row: row.place, from_width=100, field="place"),
            Column("Host", lambda row: row.host, from_width=120, field="host"),
            Column("Commitments", lambda row: str(row.commitments), right=True, field="commitments"),
            Column("Checked", lambda row: str(row.checked), right=True, field="checked"),
            Column("Complete", lambda row: str(row.complete), right=True, field="complete"),
            Column("No evidence", lambda row: str(row.unevidenced), right=True, from_width=110, field="unevidenced"),
            Column("Next milestone", next_milestone_text, from_width=140, wide=True, field="next_milestone"),
        ),
        "No dialogues.",
        coverage_note(coverage),
        dates=("when", "next_milestone"),
    )


def dialogue_column(rows: Iterable[AreaRow]) -> tuple[Column, ...]:
    """Return the column of the dialogue of each area; none if all belong to one dialogue."""
    return (
        (Column("Dialogue", lambda row: row.dialogue, field="dialogue"),)
        if len({row.dialogue for row in rows}) > 1
        else ()
    )


def areas(rows: Sequence[AreaRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the areas with the counts of their commitments."""
    dialogue = dialogue_column(rows)
    shift = 20 * len(dialogue)  # the width of that column
    return Table(
        "areas",
        AreaRow._fields,
        rows,
        (
            *dialogue,
            Column("Area", lambda row: row.area, field="area"),
            Column("Title", lambda row: row.title, from_width=100 + shift, wide=True, field="title"),
            Column("Commitments", lambda row: str(row.commitments), right=True, field="commitments"),
            Column("Checked", lambda row: str(row.checked), right=True, field="checked"),
            Column("Complete", lambda row: str(row.complete), right=True, field="complete"),
            Column(
                "No evidence", lambda row: str(row.unevidenced), right=True, from_width=100 + shift, field="unevidenced"
            ),
            Column(
                "In progress", lambda row: str(row.in_progress), right=True, from_width=90 + shift, field="in_progress"
            ),
            Column("Overdue", lambda row: str(row.overdue), right=True, from_width=max(70, 4 * shift), field="overdue"),
            Column("Closing", lambda row: str(row.closing), right=True, from_width=max(80, 4 * shift), field="closing"),
            Column("Next milestone", next_milestone_text, from_width=130 + shift, wide=True, field="next_milestone"),
        ),
        "No areas.",
        coverage_note(coverage),
        dates=("next_milestone",),
    )


def search_results(rows: Iterable[FoundRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the dialogues and the commitments that a search found, with the text that matched."""
    return Table(
        "found",
        FoundRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref, field="ref"),
            Column("Title", lambda row: row.title, wide=True, field="title"),
            Column("Status", lambda row: row.status or "", tone=lambda row: row.status or "", field="status"),
            Column("Match", lambda row: row.match, below=True, field="match"),
        ),
        "No matches.",
        coverage_note(coverage),
    )


def no_matches(unknown: Mapping[str, str | None], *, where: str) -> str:
    """Return a note on a search without matches; `unknown` are the words that do not occur there, with similar ones."""
    if not unknown:
        return f"Each word occurs {where}, but no item has all of them."
    absent = " and ".join(f"'{_shortened(word)}'" for word in unknown)
    similar = [f"'{word}'" for word in unknown.values() if word]
    hint = f" Did you mean {' and '.join(similar)}?" if similar else ""
    return f"{absent} {'does' if len(unknown) == 1 else 'do'} not occur {where}.{hint}"


def _shortened(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"


def history(rows: Iterable[HistoryRow], *, about: Sequence[str] = ()) -> Table:
    """Return the entries of the log; `about` are the refs or keys to which they are limited, empty for all."""

    def as_feed() -> "Feed":
        from spacedialog.presentation.feed import feed, history_item

        return feed("History", about, map(history_item, rows))

    return Table(
        "history",
        HistoryRow._fields,
        rows,
        (
            Column("On", lambda row: readable(row.on), field="on"),
            Column("Ref", lambda row: row.ref, field="ref"),
            Column("Entry", entry_text),
            Column("By", lambda row: row.author, field="author"),
            Column("Recorded (UTC)", lambda row: to_the_minute(row.recorded_at), field="recorded_at"),
            Column("Id", lambda row: row.id[-8:], field="id"),
        ),
        "No entries.",
        lines=entry_lines,
        feed=as_feed,
        dates=("on", "changed"),
    )


def assessments(rows: Iterable[AssessmentRow], *, one_commitment: bool = False) -> Table:
    """Return the current verdicts. With `one_commitment`, all are on one commitment, and the refs are omitted."""
    columns = (
        Column("Ref", lambda row: row.ref, field="ref"),
        Column("Party", lambda row: row.party or WHOLE, field="party"),
        Column("Verdict", lambda row: row.verdict, wide=True, field="verdict"),
        Column("Assessor", lambda row: row.assessor, wide=True, field="assessor"),
        Column("Rubric", lambda row: row.rubric, field="rubric"),
        Column("On", lambda row: readable(row.on), from_width=80, field="on"),
        Column("Note", lambda row: row.note or "", from_width=120, wide=True, field="note"),
        Column(
            "Evidence", lambda row: joined(row.evidence) or NO_EVIDENCE, from_width=160, wide=True, field="evidence"
        ),
    )
    return Table(
        "assessments",
        AssessmentRow._fields,
        rows,
        columns[1:] if one_commitment else columns,
        "No assessments.",
        dates=("on",),
    )


def slips(rows: Iterable[SlipRow], coverage: Callable[[], Coverage] | None = None) -> Table:
    """Return the rescheduled dates, with the delay that each may mean."""
    return Table(
        "slips",
        SlipRow._fields,
        rows,
        (
            Column("On", lambda row: readable(row.on), from_width=80, field="on"),
            Column("Ref", lambda row: row.ref, field="ref"),
            Column("Title", lambda row: row.title, wide=True, field="title"),
            Column("From", lambda row: readable(row.old), field="old"),
            Column("To", lambda row: readable(row.new), field="new"),
            Column("Delay in days", delay_text, right=True, from_width=70),
            Column("Note", lambda row: row.note or "", from_width=120, wide=True, field="note"),
        ),
        "No moved dates.",
        coverage_note(coverage),
        dates=("on", "old", "new"),
    )
