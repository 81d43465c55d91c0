"""Views: results of more than one table, as blocks of text and tables."""

from collections.abc import Callable, Iterable
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
    return with_tables(view, lambda table: table._replace(notes=tuple, empty=""))


def with_tables(view: Table | View, change: Callable[[Table], Table]) -> Table | View:
    """Return the view with each of its tables changed."""
    if isinstance(view, Table):
        return change(view)
    blocks = tuple(block._replace(table=block.table and change(block.table)) for block in view.blocks)
    return view._replace(table=change(view.table), blocks=blocks)


def heading_of(view: Table | View) -> str:
    """Return the first heading of a view, or else its name."""
    blocks = view.blocks if isinstance(view, View) else ()
    return blocks[0].heading if blocks and blocks[0].heading else view.name.capitalize()


_PAIR = (Column("", lambda pair: pair[0]), Column("", lambda pair: pair[1], wide=True))


def pair_table(name: str, pairs: Iterable[tuple[str, str]], fields: tuple[str, str] = ("field", "value")) -> Table:
    """Return a table of names and their values, without the empty ones."""
    return Table(name, fields, tuple(pair for pair in pairs if pair[1]), _PAIR, "")
