"""The geometry of charts: the position of a window on a scale of days, and the length of each part of a bar.

Positions and lengths are percentages of the width of the drawing. The page sets the colors and patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from spacedialog.model.dates import VagueDate
from spacedialog.model.rows.record import SlipRow, UpcomingRow
from spacedialog.model.vocabulary import SETTLED_STATES

_BACK, _AHEAD = 10, 20
"""The maximum number of years drawn before and after the day of the view."""

_MAX_TICKS = 7


class Part(NamedTuple):
    """A part of a bar: the name of the counted items, their number, and its position."""

    name: str
    number: int
    x: float
    width: float


class Mark(NamedTuple):
    """A date on the drawing; an exact day has no width. `style` is its state, or `former`.

    `fades` names the ends at which the window is open or continues beyond the drawing: `start`, `end`, `both` or empty.
    """

    style: str
    x: float
    width: float
    fades: str

    @property
    def is_day(self) -> bool:
        """Whether the date is one exact day."""
        return not self.width


class Event(NamedTuple):
    """A line of a timeline: one due date or milestone with all its occurrences and its former windows."""

    rows: tuple[UpcomingRow, ...]
    slips: tuple[SlipRow, ...]
    marks: tuple[Mark, ...]
    former_marks: tuple[Mark, ...]

    @property
    def row(self) -> UpcomingRow:
        """The first occurrence that is not met or withdrawn; the last if all are."""
        return next((row for row in self.rows if row.state not in SETTLED_STATES), self.rows[-1])

    @property
    def mark(self) -> Mark:
        """The mark of the occurrence in `row`, to which the former windows were moved."""
        return self.marks[self.rows.index(self.row)]


class Tick(NamedTuple):
    """A year on the scale, and the position of its first day."""

    year: int
    x: float


class Timeline(NamedTuple):
    """Dated events on one scale, in the order of their rows."""

    ticks: tuple[Tick, ...]
    today: float
    events: tuple[Event, ...]


def bar(counts: Mapping[str, int], full: int) -> tuple[Part, ...]:
    """Return the counts as the parts of a bar; a total of `full` fills its width."""
    parts, x = [], 0.0
    for name, count in counts.items():
        width = 100 * count / full if full else 0.0
        if count:
            parts.append(Part(name, count, x, width))
        x += width
    return tuple(parts)


def timeline(rows: Iterable[UpcomingRow], slips: Iterable[SlipRow], today: date) -> Timeline:
    """Return the events and their former windows on a scale of whole years that includes today."""
    occurrences: dict[str, list[UpcomingRow]] = {}
    for row in rows:
        occurrences.setdefault(row.ref, []).append(row)
    moved: dict[str, list[SlipRow]] = {}
    for slip in slips:
        if slip.ref in occurrences:
            moved.setdefault(slip.ref, []).append(slip)
    windows = {
        text: VagueDate.parse(text)
        for text in [row.when for rows in occurrences.values() for row in rows]
        + [slip.old for slips in moved.values() for slip in slips]
    }
    first, last = _years(windows.values(), today)
    scale = _Scale(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1)
    step = next(step for step in (1, 2, 5, 10) if (last - first + 1) / step <= _MAX_TICKS)
    years = range(first + -first % step, min(last + 2, date.max.year + 1), step)
    return Timeline(
        tuple(Tick(year, scale.at(date(year, 1, 1).toordinal())) for year in years),
        scale.at(today.toordinal()),
        tuple(
            Event(
                tuple(event_rows),
                tuple(moved.get(ref, ())),
                tuple(scale.mark(windows[row.when], row.state) for row in event_rows),
                tuple(scale.mark(windows[slip.old], "former") for slip in moved.get(ref, ())),
            )
            for ref, event_rows in occurrences.items()
        ),
    )


def _years(windows: Iterable[VagueDate], today: date) -> tuple[int, int]:
    days = [day.year for window in windows for day in (window.earliest, window.latest) if day] + [today.year]
    first, last = max(min(days), today.year - _BACK, 1), min(max(days), today.year + _AHEAD, date.max.year - 1)
    return first, max(first, last)


class _Scale(NamedTuple):
    """The days from `begin` to before `end`, as ordinals, on a width of 100."""

    begin: int
    end: int

    def at(self, ordinal: int) -> float:
        """Return the position of the start of a day, limited to the drawing."""
        return 100 * (min(max(ordinal, self.begin), self.end) - self.begin) / (self.end - self.begin)

    def mark(self, window: VagueDate, style: str) -> Mark:
        """Return the mark of a date on this scale; at the edge if the whole date is off the scale."""
        opens = window.earliest.toordinal() if window.earliest else self.begin - 1
        closes = window.latest.toordinal() + 1 if window.latest else self.end + 1
        if opens >= self.end:
            return Mark(style, 98.0, 2.0, "end")
        if closes <= self.begin:
            return Mark(style, 0.0, 2.0, "start")
        if window.is_exact:
            return Mark(style, self.at(opens), 0.0, "")
        fades = {(True, True): "both", (True, False): "start", (False, True): "end", (False, False): ""}
        x = self.at(opens)
        return Mark(style, x, self.at(closes) - x, fades[opens < self.begin, closes > self.end])
