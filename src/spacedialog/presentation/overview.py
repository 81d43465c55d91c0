"""The view of the overview: the state of the whole record."""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.rows.report import Overview
from spacedialog.presentation.bars import LEGEND, area_bars, dialogue_bars, status_counts
from spacedialog.presentation.phrases import coverage_line, dialogue_line, why_text
from spacedialog.presentation.tables import Column, Table, todo, upcoming
from spacedialog.presentation.views import Block, View

_BUILT_IN = "Showing the built-in record. Your own copy is created at your first change."


class Figure(NamedTuple):
    """One figure of the overview, for the formats that write one table."""

    section: str
    name: str
    value: str | int | None


def overview(result: Overview, *, is_built_in: bool = False) -> View:
    """Return the state of the record: coverage, status, areas, the worklist and the next dates.

    With `is_built_in`, it ends with a note on the built-in record.
    """
    shared = f"; position {result.position} of the shared log" if result.position else ""
    newest = result.dialogues[0].get("key") if result.dialogues else None
    several = len(result.dialogues) > 1
    # Each dialogue has a screen of areas, so only those of the newest are shown.
    areas = tuple(row for row in result.areas if row.dialogue == newest)
    blocks = [
        Block("", (*map(dialogue_line, result.dialogues[:1]), coverage_line(result.coverage) + shared)),
        *([Block("Dialogues", table=dialogue_bars(result.dialogues))] if several else ()),
        Block("Status", table=status_counts(result.statuses, result.coverage.commitments)),
        Block(f"Areas of {newest}" if several else "Areas", (LEGEND,), area_bars(areas)),
        Block("To do first", table=todo(result.todo)),
        Block("Upcoming", table=upcoming(result.next)),
    ]
    if is_built_in:
        blocks.append(Block("", (_BUILT_IN,)))
    return View("overview", result, _figures(result), tuple(blocks))


def _figures(result: Overview) -> Table:
    figures = [
        *(Figure("dialogue", str(dialogue.get("key")), str(dialogue.get("title"))) for dialogue in result.dialogues),
        *(Figure("coverage", name, value) for name, value in result.coverage._asdict().items()),
        *(Figure("status", name, count) for name, count in result.statuses.items()),
        *(Figure("area", f"{row.dialogue}/{row.area}", row.commitments) for row in result.areas),
        *(Figure("todo", row.ref, why_text(row)) for row in result.todo),
        *(Figure("next", row.ref, readable(row.when)) for row in result.next),
    ]
    columns = (
        Column("Section", lambda row: row.section),
        Column("Name", lambda row: row.name),
        Column("Value", lambda row: str(row.value)),
    )
    return Table("overview", Figure._fields, figures, columns, "")
