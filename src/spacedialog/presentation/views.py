"""Views: results of more than one table, as blocks of text and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from spacedialog.presentation.tables import Column, Table


class Block(NamedTuple):
    """A part of a view: a heading, lines of text below it, then a table. An indented line continues the line before."""

    heading: str
    lines: tuple[str, ...] = ()
    table: Table | None = None


class View(NamedTuple):
    """A view in three forms: `data` for JSON, `table` for formats that write one table, `blocks` for people."""

    name: str
    data: Any
    table: Table
    blocks: tuple[Block, ...]


def main_table(view: Table | View) -> Table:
    """Return the table of a view, for the formats that write one table."""
    return view.table if isinstance(view, View) else view


def without_notes(view: Table | View) -> Table | View:
    """Return the view without the notes below its tables, and without the text shown for an empty table."""
    if isinstance(view, Table):
        return _without_notes(view)
    blocks = tuple(block._replace(table=block.table and _without_notes(block.table)) for block in view.blocks)
    return view._replace(table=_without_notes(view.table), blocks=blocks)


def _without_notes(table: Table) -> Table:
    return table._replace(notes=tuple, empty="")


_PAIR = (Column("", lambda pair: pair[0]), Column("", lambda pair: pair[1], wide=True))


def pair_table(name: str, pairs: Iterable[tuple[str, str]], fields: tuple[str, str] = ("field", "value")) -> Table:
    """Return a table of names and their values, without the empty ones."""
    return Table(name, fields, tuple(pair for pair in pairs if pair[1]), _PAIR, "")
