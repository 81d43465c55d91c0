"""Excel: the sheets of a view and their columns. An exact date becomes an Excel date; a vague one stays text.

`workbook` writes the cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate, readable, recurrence_text, review_text
from spacedialog.model.fields import JOINT
from spacedialog.model.rows.record import Detail
from spacedialog.model.rows.report import Report
from spacedialog.model.values import citation_text, is_web_address
from spacedialog.model.vocabulary import Flag, Status
from spacedialog.presentation.comparison import earlier_outcomes
from spacedialog.presentation.phrases import (
    WHOLE,
    action_text,
    coverage_line,
    criterion_text,
    delay_text,
    log_line,
    value_text,
    window_text,
)
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Settings
from spacedialog.render.xlsx_book import Book, Link, SheetColumn, Value

NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - Excel has no time zones; archives date their files the same
"""The time of creation of a workbook whose view has no recorded time."""

_LEGEND = (
    ("Dates", "An exact day is a date; a vague date is text (2026, 2026-Q3, 2025-10/2026-03)."),
    ("Opens, closes", "The first and the last day of the window; empty if it is open on that side."),
    *((word.value, f"{word.meaning[0].upper()}{word.meaning[1:]}.") for word in (Status.UNKNOWN, *Flag)),
    ("Open commitment", "Neither complete nor withdrawn."),
    ("Overdue milestone", "Its window has closed, and the outcome is not recorded."),
)


def write(view: Table | View, out: BinaryIO, _settings: Settings) -> None:
    """Write the view; InputError if it has more rows than a sheet can hold."""
    # XlsxWriter needs a stream in which it can seek, and raises its own errors if writing fails.
    workbook = BytesIO()
    _write(view, workbook)
    out.write(workbook.getbuffer())


def _write(view: Table | View, out: BytesIO) -> None:
    report = view.data if isinstance(view, View) and isinstance(view.data, Report) else None
    title = _title(report) if report else view.name
    with TemporaryDirectory(prefix="spacedialog") as folder:
        book = Book(out, folder, title=title, created=_created(report))
        if report:
            _add_report(book, report)
        elif isinstance(view, View):
            _add_view(book, view)
        else:
            book.table(view.name, _fields(view), view.rows)
            if notes := view.notes():
                book.pairs("About", [("", note) for note in notes])
        book.close()


def _title(report: Report) -> str:
    return (
        "; ".join(str(dialogue.get("title") or dialogue.get("key") or "") for dialogue in report.dialogues) or "Report"
    )


def _created(report: Report | None) -> datetime:
    if report is None or report.recorded_until is None:
        return NO_TIME
    return datetime.fromisoformat(report.recorded_until).replace(microsecond=0, tzinfo=None)


def _add_report(book: Book, report: Report) -> None:
    about: list[tuple[str, Value]] = [
        *(
            ("Dialogue", ", ".join(filter(None, (d.get("title"), d.get("place"), readable(d.get("when") or "")))))
            for d in report.dialogues
        ),
        ("As of", date.fromisoformat(report.as_of)),
        ("Selection", report.selection or "all commitments"),
        ("Coverage", coverage_line(report.coverage)),
        ("Log", log_line(report)),
        *((f"Status {name}", str(count)) for name, count in report.statuses.items()),
        *_LEGEND,
    ]
    book.pairs("About", about)
    book.table("Commitments", _detail(report.commitments), report.commitments)
    book.table("Milestones", _MILESTONE, report.milestones)
    book.table("History", _HISTORY, (entry for detail in report.commitments for entry in detail.history))
    if conflicts := [row for detail in report.commitments for row in detail.conflicts]:
        book.table("Conflicts", _CONFLICT, conflicts)
    if verdicts := [row for detail in report.commitments for row in detail.assessments]:
        book.table("Assessments", _ASSESSMENT, verdicts)
    if report.carried:
        book.table("Carried on", _CARRIED, earlier_outcomes(report.carried).rows)
    if report.slips:
        book.table("Moved dates", _SLIP, report.slips)
    book.table("Sources", _SOURCE, ((d.commitment.ref, source) for d in report.commitments for source in d.sources))


def _add_view(book: Book, view: View) -> None:
    lines = [(block.heading, line) for block in view.blocks for line in block.lines]
    if lines:
        book.pairs("About", lines)
    for block in view.blocks:
        if block.table:
            book.table(block.heading or block.table.name, _fields(block.table), block.table.rows)


# The values of cells


def _when(text: str | None) -> Value:
    """Return the day of an exact date, the text of any other."""
    if not text:
        return None
    try:
        when = VagueDate.parse(text)
    except DateError:
        return text
    return when.earliest if when.is_exact else readable(text)


def _review(text: str | None) -> Value:
    """Return the day of an exact date, the text of any other date or of a span."""
    when = _when(text)
    return review_text(when) if isinstance(when, str) else when


def _day(text: str | None) -> Value:
    return date.fromisoformat(text) if text else None


def _share(percent: int | None) -> Value:
    return None if percent is None else percent / 100


def _moment(text: str) -> Value:
    return datetime.fromisoformat(text).replace(microsecond=0, tzinfo=None)


def _evidence(pieces: Sequence[str]) -> Value:
    """Return the pieces of evidence, one per line, with a link to the first that is a web address."""
    return Link("\n".join(pieces), next(filter(is_web_address, pieces), None)) if pieces else None


def _first_source(sources: Sequence[Any]) -> Value:
    return Link(citation_text(sources[0]), sources[0].get("url")) if sources else None


_COMMITMENT = (
    SheetColumn("Ref", lambda row: row.ref, 10),
    SheetColumn("Commitment", lambda row: row.title, 40),
    SheetColumn("Dialogue", lambda row: row.dialogue, 8),
    SheetColumn("Area", lambda row: row.area, 14),
    SheetColumn("Kind", lambda row: row.kind, 12),
    SheetColumn("Strength", lambda row: row.strength, 11),
    SheetColumn("Lead", lambda row: row.lead or JOINT, 8),
    SheetColumn("Partners", lambda row: ", ".join(row.partners), 12),
    SheetColumn("Status", lambda row: row.status, 13, toned=True),
    SheetColumn("Percent", lambda row: _share(row.percent), 8),
    SheetColumn("Due", lambda row: _when(row.due), 11),
    SheetColumn("Opens", lambda row: _day(row.due_earliest), 11),
    SheetColumn("Closes", lambda row: _day(row.due_latest), 11),
    SheetColumn("Flags", lambda row: ", ".join(row.flags), 11, toned=True),
    SheetColumn("Updated", lambda row: _when(row.updated_on), 11),
    SheetColumn("Owner", lambda row: row.owner, 12),
    SheetColumn("Review", lambda row: _review(row.review), 12),
)


def _of_commitment(field: SheetColumn) -> SheetColumn:
    return field._replace(value=lambda row: field.value(row.commitment))


_WORDING = (
    SheetColumn("Criterion", lambda row: criterion_text(row) or None, 30),
    SheetColumn("Quote", lambda row: row.quote, 38),
)


def _detail(commitments: Sequence[Detail]) -> tuple[SheetColumn, ...]:
    """Return the columns of the commitments of a report; criterion and quote only if one has them, as they are wide."""
    return (
        *map(_of_commitment, _COMMITMENT),
        *(field for field in _WORDING if any(field.value(detail) for detail in commitments)),
        SheetColumn("Detail", lambda row: row.detail, 38),
        SheetColumn("Source", lambda row: _first_source(row.sources), 18),
    )


_MILESTONE = (
    SheetColumn("Ref", lambda row: row.ref, 11),
    SheetColumn("Commitment", lambda row: row.commitment, 12),
    SheetColumn("Milestone", lambda row: row.title, 48),
    SheetColumn("When", lambda row: _when(row.when), 18),
    SheetColumn("Opens", lambda row: _day(row.earliest), 12),
    SheetColumn("Closes", lambda row: _day(row.latest), 12),
    SheetColumn("State", lambda row: row.state, 12, toned=True),
    SheetColumn("Window", window_text, 20),
    SheetColumn("Recurs", lambda row: recurrence_text(row.recurs) if row.recurs else None, 16),
    SheetColumn("Source", lambda row: Link(row.source, row.source) if row.source else None, 32),
)
_HISTORY = (
    SheetColumn("Ref", lambda row: row.ref, 11),
    SheetColumn("On", lambda row: _when(row.on), 12),
    SheetColumn("What", action_text, 36),
    SheetColumn("Note", lambda row: row.note, 44),
    SheetColumn("Evidence", lambda row: _evidence(row.evidence), 32),
    SheetColumn("By", lambda row: row.author, 12),
    SheetColumn("Recorded (UTC)", lambda row: _moment(row.recorded_at), 16),
    SheetColumn("Undone", lambda row: "undone" if row.retracted else None, 11),
    SheetColumn("Id", lambda row: row.id[-8:], 10),
)
_SLIP = (
    SheetColumn("Ref", lambda row: row.ref, 11),
    SheetColumn("Commitment", lambda row: row.commitment, 12),
    SheetColumn("Title", lambda row: row.title, 36),
    SheetColumn("On", lambda row: _when(row.on), 12),
    SheetColumn("From", lambda row: _when(row.old), 12),
    SheetColumn("To", lambda row: _when(row.new), 12),
    SheetColumn("Delay in days", delay_text, 14),
    SheetColumn("At least", lambda row: row.min_delay_days, 10),
    SheetColumn("At most", lambda row: row.max_delay_days, 10),
    SheetColumn("Note", lambda row: row.note, 40),
    SheetColumn("Evidence", lambda row: _evidence(row.evidence), 32),
    SheetColumn("By", lambda row: row.author, 12),
)
_CONFLICT = (
    SheetColumn("Ref", lambda row: row.ref, 11),
    SheetColumn("Title", lambda row: row.title, 36),
    SheetColumn("Field", lambda row: row.field, 11),
    SheetColumn("Current value", lambda row: value_text(row.field, row.value), 30),
    SheetColumn("By", lambda row: row.author, 12),
    SheetColumn("Recorded (UTC)", lambda row: _moment(row.recorded_at), 16),
    SheetColumn("Evidence", lambda row: _evidence(row.evidence), 32),
    SheetColumn("Other value", lambda row: value_text(row.field, row.other_value), 30),
    SheetColumn("Other author", lambda row: row.other_author, 12),
    SheetColumn("Other recorded (UTC)", lambda row: _moment(row.other_recorded_at), 16),
    SheetColumn("Other evidence", lambda row: _evidence(row.other_evidence), 32),
)
_ASSESSMENT = (
    SheetColumn("Ref", lambda row: row.ref, 11),
    SheetColumn("Title", lambda row: row.title, 36),
    SheetColumn("Party", lambda row: row.party or WHOLE, 11),
    SheetColumn("Verdict", lambda row: row.verdict, 18),
    SheetColumn("Assessor", lambda row: row.assessor, 16),
    SheetColumn("Rubric", lambda row: row.rubric, 14),
    SheetColumn("On", lambda row: _when(row.on), 12),
    SheetColumn("Note", lambda row: row.note, 44),
    SheetColumn("Evidence", lambda row: _evidence(row.evidence), 32),
    SheetColumn("By", lambda row: row.author, 12),
    SheetColumn("Recorded (UTC)", lambda row: _moment(row.recorded_at), 16),
)
_CARRIED = (
    SheetColumn("Outcome", lambda row: ", ".join(row.outcomes), 22),
    SheetColumn("Old", lambda row: row.old, 11),
    SheetColumn("Old commitment", lambda row: row.old_title, 36),
    SheetColumn("Old strength", lambda row: row.old_strength, 12),
    SheetColumn("Old status", lambda row: row.old_status, 13),
    SheetColumn("New", lambda row: row.new, 11),
    SheetColumn("New commitment", lambda row: row.new_title, 36),
    SheetColumn("New strength", lambda row: row.new_strength, 12),
    SheetColumn("New status", lambda row: row.new_status, 13),
)
_SOURCE = (
    SheetColumn("Ref", lambda row: row[0], 11),
    SheetColumn("Source", lambda row: Link(citation_text(row[1]), row[1].get("url")), 20),
    SheetColumn("Document", lambda row: row[1].get("title"), 60),
    SheetColumn("Grade of evidence", lambda row: row[1].get("meaning"), 48),
    SheetColumn("Address", lambda row: row[1].get("url"), 60),
)
_FIELDS = {
    "commitments": (*_COMMITMENT, SheetColumn("Source", lambda row: row.source, 20)),
    "milestones": _MILESTONE,
    "history": _HISTORY,
    "slips": _SLIP,
    "assessments": _ASSESSMENT,
}


def _fields(table: Table) -> tuple[SheetColumn, ...]:
    """Return the columns of a table: those defined here unless the user chose others, else its columns for people."""
    if table.name in _FIELDS and not table.is_chosen:
        return _FIELDS[table.name]
    names = table.fields if len(table.fields) == len(table.columns) else ("",) * len(table.columns)
    return tuple(
        SheetColumn(
            column.heading or name.capitalize(),
            _value(table, column),
            60 if column.wide else 18,
            column.tone is not None,
        )
        for column, name in zip(table.columns, names, strict=True)
    )


def _value(table: Table, column: Column) -> Callable[[Any], Value]:
    """Return the function that returns the value of a column in a row: a date or a number if it is one, else text."""
    if table.is_chosen:
        place = table.fields.index(column.field)
        if column.field in table.dates and column.field != "next_milestone":
            return lambda row: _review(row[place])
        return lambda row: row[place] if isinstance(row[place], int | float) else column.cell(row)
    return lambda row: int(text) if (text := column.cell(row)).isdecimal() and column.right else text
