"""The view of a report: the whole record or a selection, with the details of its commitments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from spacedialog.model.dates import readable
from spacedialog.model.rows.record import CalendarEvent, Detail
from spacedialog.model.rows.report import Report, TemplateRow
from spacedialog.model.vocabulary import MilestoneState
from spacedialog.presentation.bars import LEGEND, area_bars, status_counts
from spacedialog.presentation.comparison import earlier_outcomes
from spacedialog.presentation.phrases import (
    conflict_lines,
    coverage_line,
    criterion_text,
    dialogue_line,
    indented,
    log_line,
    quotation,
)
from spacedialog.presentation.tables import Column, Table, assessments, commitments, slips, upcoming
from spacedialog.presentation.views import Block, View

WORDING = "Quotes and criteria"
"""The heading of the block that has the wording of the commitments."""


def report(result: Report, *, events: Callable[[], Iterable[CalendarEvent]] | None = None) -> View:
    """Return the report; `events` returns its events for a calendar."""
    lines = (
        *map(dialogue_line, result.dialogues),
        *([f"selection: {result.selection}"] if result.selection else ()),
        f"as of {readable(result.as_of)}; log: {log_line(result)}",
        coverage_line(result.coverage),
    )
    ahead = [row for row in result.milestones if row.state in (MilestoneState.UPCOMING, MilestoneState.OPEN)]
    unrecorded = [row for row in result.milestones if row.state == MilestoneState.OVERDUE]
    blocks = [
        Block("Report on commitments", lines),
        Block("Status", table=status_counts(result.statuses, result.coverage.commitments)),
        Block("Areas", (LEGEND,), area_bars(result.areas)),
        Block("Upcoming", table=upcoming(ahead)),
    ]
    if unrecorded:
        blocks.append(Block("Overdue milestones: window closed, outcome not recorded", table=upcoming(unrecorded)))
    if conflicts := [row for detail in result.commitments for row in detail.conflicts]:
        lines = tuple(line for row in conflicts for line in conflict_lines(row))
        blocks.append(Block("Conflicts to resolve", lines))
    if result.slips:
        blocks.append(Block("Moved dates", table=slips(result.slips)))
    if verdicts := [row for detail in result.commitments for row in detail.assessments]:
        blocks.append(Block("Assessments", table=assessments(verdicts)))
    if result.carried:
        heading = f"Commitments of {result.carried.old} carried on by {result.carried.new}"
        blocks.append(Block(heading, table=earlier_outcomes(result.carried)))
    rows = [detail.commitment for detail in result.commitments]
    table = commitments(rows, lambda: result.coverage)._replace(events=events)
    blocks.append(Block("Commitments", table=table))
    if wording := tuple(line for detail in result.commitments for line in _wording(detail)):
        blocks.append(Block(WORDING, wording))
    return View("report", result, table, tuple(blocks))


def templates(rows: Iterable[TemplateRow]) -> Table:
    """Return the templates of reports."""
    columns = (
        Column("Name", lambda row: row.name),
        Column("Origin", lambda row: row.origin.replace("-", " ")),
        Column("Description", lambda row: row.description, wide=True),
        Column("Path", lambda row: row.path, wide=True, from_width=100),
    )
    return Table("templates", TemplateRow._fields, rows, columns, "")


def _wording(detail: Detail) -> Iterator[str]:
    """Yield the quote and the criterion of a commitment below its ref and title; nothing if it has neither."""
    criterion = criterion_text(detail)
    if detail.quote or criterion:
        head = f"{detail.commitment.ref}  {detail.commitment.title}"
        yield from indented((head, quotation(detail.quote), f"done when: {criterion}" if criterion else ""))
