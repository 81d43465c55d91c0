"""The rows of sheets and other files of updates, and their headers. `update_rows` and `workbook` read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from spacedialog.errors import InputError
from spacedialog.importing.reader import size_text
from spacedialog.model.dates import quoted
from spacedialog.model.escapes import FORMULA_STARTS, unescaped
from spacedialog.model.fields import EDITABLE, FIELDS, CommitmentRow

UPDATED = ("status", "percent", "due")
"""The fields of the record that a row sets as `mark` and `reschedule` do."""

CORRECTED = tuple(name for name in EDITABLE if name not in ("ref", "sources"))
"""The fields of the record that a row sets as `edit` does."""

RECORDED = (*UPDATED, *CORRECTED)
"""The fields of the record that a row sets."""

COLUMNS = ("ref", *RECORDED, "check", "note", "evidence", "on", "internal")
"""The fields of a row."""

READ_ONLY = tuple(name for name in CommitmentRow._fields if name not in COLUMNS)
"""The columns of `list` that cannot be edited. A row with one of them comes from an export."""

COLUMNS_REMEDY = f"use the fields {', '.join(COLUMNS)}"

HEADINGS: Mapping[str, str] = {
    **{
        field.heading.casefold(): field.name
        for field in FIELDS.values()
        if field.heading and field.heading.casefold() != field.name
    },
    "opens": "due_earliest",
    "closes": "due_latest",
    "done when": "criterion",
}
"""The headings for people that are not the name of their field, in lower case."""

MOST_TITLE_ROWS = 20
"""The maximum number of rows above the header that are searched for it; empty rows do not count."""

MOST_COLUMNS = 1_000
"""The maximum number of columns: many more than a valid file has, and few enough to report a fault in each."""

_AS_TYPED = ("note", "evidence")
"""The columns that no list has: a person typed their cells, so a backslash begins no escape."""


class Shown(Enum):
    """The part of a date that people see in a cell."""

    DAY = "the day"
    MONTH = "the month and the year"
    YEAR = "the year"
    NO_YEAR = "the day and the month"


class DateCell(NamedTuple):
    """A cell that a spreadsheet program holds as a date."""

    day: date
    shown: Shown


class Row(NamedTuple):
    """A row of a file: its values by the names of fields, as text, JSON values, DateCells, or the fault of a cell.

    `place` is the place of the row for messages, such as `line 5`; `letters` are the letters of the columns in a sheet.
    `is_shown` is true if the file has the headings and the texts for people, not the names and the escapes of CSV.
    """

    place: str
    values: Mapping[str, Any]
    is_shown: bool = False
    sheet: str = ""
    number: int = 0
    letters: Mapping[str, str] = {}

    @property
    def is_exported(self) -> bool:
        """Whether the row comes from an export of the record, which fills every cell that has a value."""
        return not self.values.keys().isdisjoint(READ_ONLY)

    def at(self, name: str) -> str:
        """Return the place of the cell of a field."""
        letter = self.letters.get(name)
        return f"{self.sheet}, cell {letter}{self.number}" if letter else self.place


def field_of(heading: str) -> str:
    """Return the name of the field that a heading names; an unknown heading in lower case."""
    plain = " ".join(heading.split()).casefold()
    return HEADINGS.get(plain, plain)


def is_for_people(headings: Sequence[str]) -> bool:
    """Return whether the headings of a table are those that people read, such as `Ref` and `Commitment`."""
    return any(heading == "Ref" or heading.casefold() in HEADINGS for heading in map(str.strip, headings))


def header_faults(headings: Sequence[str]) -> Iterator[InputError]:
    """Yield the faults of the headings of a table."""
    columns: dict[str, list[int]] = {}
    for position, heading in enumerate(headings, 1):
        columns.setdefault(field_of(heading), []).append(position)
    for name, positions in columns.items():
        if name not in COLUMNS and name not in READ_ONLY:
            yield InputError(f"{quoted(name)} is not a field", COLUMNS_REMEDY)
        elif len(positions) > 1:
            *earlier, last = map(str, positions)
            which = f"columns {', '.join(earlier)} and {last} are {'both' if len(earlier) == 1 else 'all'}"
            yield InputError(f"{which} {quoted(name)}", "remove all but one")
    if "ref" not in columns:
        yield InputError("there is no column ref", COLUMNS_REMEDY)


def too_large_unpacked(limit: int) -> InputError:
    """Return the error for a workbook that is larger than `limit` bytes when it is unpacked."""
    return InputError(
        f"the workbook is larger than {size_text(limit)} when it is unpacked",
        "save only the sheet of commitments, or raise the limit with --max-size",
    )


def original_text(name: str, cell: str) -> str:
    """Return a cell without the apostrophe and the escapes that the CSV output of this program adds."""
    body = cell[1:]
    if name in _AS_TYPED:
        return body if cell[:1] == "'" and body.startswith(FORMULA_STARTS) else cell
    if cell[:1] == "'" and unescaped(body).startswith(FORMULA_STARTS):
        cell = body
    return unescaped(cell) if "\\" in cell else cell
