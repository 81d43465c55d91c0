"""The choice of fields: a table with the fields that a user names, in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from spacedialog.presentation.meanings import meaning_of
from spacedialog.presentation.phrases import EVIDENCE, flat
from spacedialog.presentation.tables import Column, Table, with_typed_dates

_LONG = (
    *("title", "detail", "difference", "quote", "criterion", "note", "source", "sources", "evidence", "other_evidence"),
    *("match", "changed", "text", "said", "documents", "grades", "heads"),
)
"""The fields whose text may be long."""


class _ChosenRow(tuple[Any, ...]):
    """The chosen values of a row; its other attributes are those of the row."""

    row: tuple[Any, ...]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def chosen(table: Table, names: Sequence[str]) -> Table:
    """Return the table with these fields only, in this order; each is one of its `fields`."""
    return table._replace(
        fields=tuple(names),
        rows=_rows(table, [table.fields.index(name) for name in names]),
        columns=tuple(_column(table, name) for name in names),
        lines=None,
        timeline=None,
        events=None,
        dates=tuple(name for name in table.dates if name in names),
        is_chosen=True,
    )


def _rows(table: Table, places: Sequence[int]) -> Iterable[_ChosenRow]:
    for row in table.rows:
        values = _ChosenRow(row[place] for place in places)
        values.row = row
        yield values


def _column(table: Table, name: str) -> Column:
    """Return the column for people that shows a field; one made from the field's name if the table has none."""
    found = next((column for column in table.columns if column.field == name), None)
    if found is None:
        heading = name.replace("_", " ").capitalize()
        return Column(heading, _text(table, name), field=name, wide=name in _LONG, from_width=0)
    cell, tone = found.cell, found.tone
    return found._replace(
        cell=lambda values: cell(values.row),
        tone=(lambda values: tone(values.row)) if tone else None,
        from_width=0,
        below=False,
        wide=found.wide or found.below,
    )


def _text(table: Table, name: str) -> Callable[[Any], str]:
    place = table.fields.index(name)
    separator = "; " if name in EVIDENCE else ", "
    if name in table.dates:
        return lambda values: flat(with_typed_dates(values.row[place]), separator)
    return lambda values: flat(values.row[place], separator)


def meanings(table: Table) -> Table:
    """Return the names of the fields of a table with their meanings."""
    return Table(
        "fields",
        ("field", "meaning"),
        [(field, meaning_of(table.name, field)) for field in table.fields],
        (
            Column("Field", lambda row: row[0], field="field"),
            Column("Meaning", lambda row: row[1], field="meaning", wide=True),
        ),
        "",
    )
