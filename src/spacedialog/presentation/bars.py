"""Bars of text: the status of commitments, of each area and of each dialogue, drawn to scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacedialog.model.dates import readable
from spacedialog.model.rows.record import AreaRow
from spacedialog.model.vocabulary import Status
from spacedialog.presentation.phrases import next_milestone_text
from spacedialog.presentation.styles import OTHER_SIGN, style_of
from spacedialog.presentation.tables import Column, Table, dialogue_column

_LENGTH = 24
"""The length of a full bar in characters."""
_COMPLETE, _IN_PROGRESS, _UNKNOWN = (
    style_of(status).sign for status in (Status.COMPLETE, Status.IN_PROGRESS, Status.UNKNOWN)
)
LEGEND = f"{_COMPLETE} complete  {_IN_PROGRESS} in progress  {OTHER_SIGN} other status  {_UNKNOWN} unknown"


def bar(*parts: tuple[int, str], full: int) -> str:
    """Return the counts drawn to scale, each with its sign; every count above 0 is visible, `full` fills the bar."""
    lengths = [max(1, round(_LENGTH * count / full)) if count else 0 for count, _ in parts]
    # Rounding, with at least one sign for each part, can make the parts longer than the bar.
    while sum(lengths) > _LENGTH:
        lengths[lengths.index(max(lengths))] -= 1
    return "".join(sign * length for length, (_, sign) in zip(lengths, parts, strict=True))


def _progress_bar(commitments: int, unknown: int, complete: int, in_progress: int, *, full: int) -> str:
    return bar(
        (complete, _COMPLETE),
        (in_progress, _IN_PROGRESS),
        (commitments - unknown - complete - in_progress, OTHER_SIGN),
        (unknown, _UNKNOWN),
        full=full,
    )


def status_counts(counts: Mapping[str, int], total: int) -> Table:
    """Return the statuses that occur, with the number of their commitments of `total`."""
    return Table(
        "status",
        ("status", "commitments"),
        tuple((status, count) for status, count in counts.items() if count),
        (
            Column("Status", lambda row: row[0], tone=lambda row: row[0]),
            Column("Commitments", lambda row: str(row[1]), right=True),
            Column("", lambda row: bar((row[1], style_of(row[0]).sign), full=total), tone=lambda row: row[0]),
        ),
        "No commitments.",
    )


def dialogue_bars(dialogues: Sequence[Mapping[str, Any]]) -> Table:
    """Return the dialogues, newest first, with a bar to the scale of the largest."""
    largest = max(dialogue["commitments"] for dialogue in dialogues)
    fields = ("key", "when", "place", "checked", "commitments", "unknown", "complete", "in_progress")
    return Table(
        "dialogues",
        fields,
        tuple(tuple(dialogue.get(field, "") for field in fields) for dialogue in dialogues),
        (
            Column("Key", lambda row: row[0]),
            Column("When", lambda row: readable(row[1])),
            Column("Place", lambda row: row[2], from_width=100),
            Column("Checked", lambda row: f"{row[3]} of {row[4]}", right=True),
            Column("Complete", lambda row: str(row[6]), right=True, from_width=70),
            Column("", lambda row: _progress_bar(*row[4:], full=largest)),
        ),
        "No dialogues.",
    )


def area_bars(rows: Sequence[AreaRow]) -> Table:
    """Return the areas with a bar to the scale of the largest."""
    largest = max((row.commitments for row in rows), default=1)

    def drawn(row: AreaRow) -> str:
        return _progress_bar(row.commitments, row.unknown, row.complete, row.in_progress, full=largest)

    return Table(
        "areas",
        AreaRow._fields,
        rows,
        (
            *dialogue_column(rows),
            Column("Area", lambda row: row.title, wide=True),
            Column("Checked", lambda row: f"{row.checked} of {row.commitments}", right=True),
            Column("Complete", lambda row: str(row.complete), right=True, from_width=80),
            Column("No evidence", lambda row: str(row.unevidenced), right=True, from_width=140),
            Column("In progress", lambda row: str(row.in_progress), right=True, from_width=90),
            Column("", drawn),
            Column("Next milestone", next_milestone_text, from_width=120, wide=True),
        ),
        "No areas.",
    )
