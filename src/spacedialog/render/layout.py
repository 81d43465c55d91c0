"""The columns that fit a terminal, and their widths in characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len

from spacedialog.model.vocabulary import LONGEST_NAME
from spacedialog.presentation.tables import Column

GAP = 2
"""The number of spaces between two columns."""

_LONGEST_WORD = 24
"""A word of a wide column is broken only if it is longer."""

_NARROW, _NARROWEST = 20, 10
"""The least width of a wide column, and that on a terminal with too little room."""


class Layout(NamedTuple):
    """The widths of the columns that are shown, and the headings of those that are hidden although they have text."""

    widths: Mapping[Column, int]
    hidden: tuple[str, ...]

    @property
    def width(self) -> int:
        """The width of the table."""
        return _total(self.widths.values())

    def fitting(self, later: Layout) -> Layout:
        """Return this layout, with the columns that are not wide as wide as later rows need."""
        return self._replace(
            widths={
                column: width if column.wide else max(width, later.widths.get(column, 0))
                for column, width in self.widths.items()
            }
        )


def layout(
    columns: Sequence[Column], rows: Sequence[Any], width: int, text_of: Callable[[str], str], *, has_more: bool = False
) -> Layout:
    """Return the layout of these rows on a terminal of `width` characters.

    While the columns do not fit, the one that needs the widest terminal is hidden, but never one that is shown at any
    width. Then text is wrapped between words. Refs and dates are one word and are never cut, so the table may be wider
    than the terminal; longer words are broken. `text_of` returns the text of a cell on one line. If the table
    `has_more` rows, its wide columns share the remaining width, because later texts may be longer.
    """
    cells = {column: [text_of(column.cell(row)) for row in rows] for column in columns}
    most = max(width, LONGEST_NAME)
    full = {column: min(_longest(column, cells[column]), most) for column in columns}
    words = {
        column: min(_longest(column, (word for text in cells[column] for word in text.split())), most)
        for column in columns
    }
    wide = {
        column: min(full[column], max(_NARROW, min(_LONGEST_WORD, words[column]))) if column.wide else full[column]
        for column in columns
    }
    wrapped = {
        column: wide[column] if column.wide or column.max_width else max(words[column], len(column.heading))
        for column in columns
    }
    shown = [column for column in columns if column.from_width <= width]
    while _total(wide[column] for column in shown) > width:
        last = max(shown, key=lambda column: column.from_width)
        if not last.from_width:
            break
        shown.remove(last)
    hidden = tuple(column.heading for column in columns if column not in shown and any(cells[column]))
    room = width - GAP * (len(shown) - 1)
    if has_more:
        full |= {column: column.max_width or width for column in shown if column.wide}
    least = {column: wide[column] for column in shown}
    if sum(least.values()) > room:
        least = {column: wrapped[column] for column in shown}
    if sum(least.values()) > room:
        least |= {column: min(least[column], _NARROWEST) for column in shown if column.wide}
    return Layout(_shared({column: max(full[column], least[column]) for column in shown}, least, room), hidden)


def _total(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + GAP * (len(each) - 1)


def _longest(column: Column, texts: Iterable[str]) -> int:
    longest = max((cell_len(text) for text in (column.heading, *texts)), default=0)
    return min(longest, column.max_width or longest)


def _shared(wanted: Mapping[Column, int], least: Mapping[Column, int], room: int) -> dict[Column, int]:
    """Return the widths of columns that share `room`: as wanted or, if there is too little, an equal share."""
    widths: dict[Column, int] = {}
    # The columns that want the least come first and leave the rest of their share to the others.
    in_order = sorted(wanted, key=lambda column: (wanted[column] > least[column], wanted[column]))
    for number, column in enumerate(in_order):
        others = in_order[number + 1 :]
        share = min(room // (len(others) + 1), room - sum(least[other] for other in others))
        widths[column] = min(wanted[column], max(least[column], share))
        room -= widths[column]
    return {column: widths[column] for column in wanted}
