"""A timeline on a terminal: for each dated row its window as a bar, to the scale of the months that have room.

Which rows there are, and in which order, is the sheet's affair; each has one line. A day stands in the column that
its share of the time leads to, so that a bar covers just the columns of its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.rows.record import UpcomingRow
from spacedialog.presentation.tables import Timeline
from spacedialog.render.text import one_line

NARROWEST = 60
"""Below so many columns there is no room for a timeline."""

WINDOW, DAY, OPEN, GHOST, BEFORE, AFTER, TODAY, TICK = "█", "◆", "░", "┄", "◂", "▸", "│", "┊"
LEGEND = {
    WINDOW: "window",
    DAY: "one day",
    OPEN: "open on a side",
    GHOST: "before it was moved",
    TODAY: "today",
}

_MOST_MONTHS = 120
_STEPS = (1, 3, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000, 60_000)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Scale(NamedTuple):
    """The days from `first` to `last`, drawn in so many columns."""

    first: date
    last: date
    columns: int

    def column(self, day: date) -> int:
        """The first column of a day; outside 0 to `columns` - 1 for a day that is outside."""
        return self._column((day - self.first).days)

    def end(self, day: date) -> int:
        """The last column of a day: another one where there are fewer days than columns."""
        number = (day - self.first).days
        return max(self._column(number), self._column(number + 1) - 1)

    def _column(self, number: int) -> int:
        return number * self.columns // ((self.last - self.first).days + 1)


def lines(rows: Sequence[Any], of: Timeline, *, width: int, tones: dict[str, str]) -> Iterator[Text]:
    """Years, months and today; a line for each row (of `UpcomingRow`); what the signs mean. `tones`: looks by state."""
    refs = min(max((cell_len(row.ref) for row in rows), default=0), 14)
    whens = min(max((cell_len(readable(row.when)) for row in rows), default=0), 17) if width >= 90 else 0
    chart = width * 11 // 20 if whens else width // 2
    label = width - chart
    title = label - refs - 1 - (whens + 1 if whens else 0) - 1
    scale = _scale(rows, of, chart)
    today = scale.column(date.fromisoformat(of.day))
    ticks, *heads = _head(scale, today)
    for head in heads:
        yield Text(" " * label + head, style="dim")
    used: set[str] = {TODAY}
    seen: set[str] = set()
    for row in rows:
        named = [set_cell_size(one_line(row.ref), refs)]
        if whens:
            named.append(set_cell_size(_fitted(readable(row.when), whens), whens))
        named.append(set_cell_size(_fitted(_title(row), title), title))
        # Of what recurs only the next occurrence was moved.
        before = () if row.ref in seen else of.before.get(row.ref, ())
        seen.add(row.ref)
        signs = _bar(row, before, scale)
        used |= set(signs)
        text = Text(" ".join(named) + " ")
        said = {} if whens else _beside(row, signs, today)
        for column, sign in enumerate(signs):
            if column in said:
                text.append(said[column], style="dim")
            elif sign == " " and column == today:
                text.append(TODAY, style="bold")
            elif sign == " ":
                # A space with a look would not be taken for one at the end of the line.
                text.append(ticks[column], style="dim" if ticks[column] == TICK else "")
            else:
                text.append(sign, style="dim" if sign == GHOST else tones.get(row.state, ""))
        yield text
    told = [f"{sign} {meaning}" for sign, meaning in LEGEND.items() if sign in used]
    if used & {BEFORE, AFTER}:
        told.append(f"{BEFORE} {AFTER} goes on")
    yield from _wrapped(told, width)


def _wrapped(parts: Iterable[str], width: int) -> Iterator[Text]:
    line = ""
    for part in parts:
        if line and cell_len(line) + 2 + cell_len(part) > width:
            yield Text(line, style="dim")
            line = ""
        line += f"  {part}" if line else part
    yield Text(line, style="dim")


def _beside(row: UpcomingRow, signs: str, today: int) -> dict[int, str]:
    """The date of a row whose window is out of the picture, as signs beside the arrow; empty where it has no room."""
    if signs.strip() not in (BEFORE, AFTER):
        return {}
    when = readable(row.when)
    start = 2 if signs[0] == BEFORE else len(signs) - 2 - len(when)
    there = range(start, start + len(when))
    return dict(zip(there, when, strict=True)) if start > 0 and there[-1] < len(signs) and today not in there else {}


def _title(row: UpcomingRow) -> str:
    return one_line(f"{row.state}: {row.title}" if row.state in ("met", "withdrawn") else row.title)


def _fitted(text: str, width: int) -> str:
    """The text, its end left out where there is no room for it."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _scale(rows: Sequence[UpcomingRow], of: Timeline, columns: int) -> Scale:
    """Whole months: from the first window that is still open, or is to be told of, up to the last that closes.

    Unless a day is named up to which, no more months than columns. What is past gets a quarter of them at most.
    """
    day = date.fromisoformat(of.day)
    ends = [date.fromisoformat(end) for row in rows for end in (row.earliest, row.latest) if end]
    horizon = date.fromisoformat(of.until) if of.until else max([*ends, day])
    first, last = _month(day), _month(max(horizon, day))
    if not of.until:
        last = min(last, first + min(columns * 3 // 4, _MOST_MONTHS))
    last = min(max(last, first + 2), _month(date.max))
    moved = [date.fromisoformat(end) for row in rows for pair in of.before.get(row.ref, ()) for end in pair if end]
    began = _month(min([*ends, *moved, day]))
    began = max(began, first - max((last - first + 1) // 3, 3), 0)
    return Scale(_first_day(began), _last_day(last), columns)


def _month(day: date) -> int:
    """The month of a day, counted from the year 1."""
    return (day.year - 1) * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12 + 1, month % 12 + 1, 1)


def _last_day(month: int) -> date:
    return date.max if month >= _month(date.max) else _first_day(month + 1) - timedelta(days=1)


def _head(scale: Scale, today: int) -> tuple[str, ...]:
    """Where the ticks stand; then a line of years, one of months or quarters if there is room, one that marks today."""
    first, last = _month(scale.first), _month(scale.last)
    each = scale.columns / (last - first + 1)
    step = next(step for step in _STEPS if each * step >= 5)
    years_step = max(step // 12, 1)
    places = {
        scale.column(_first_day(month)): month
        for month in range(first, last + 1)
        if (month % step == 0 if step < 12 else month % 12 == 0 and (month // 12 + 1) % years_step == 0)
    }
    ticks = "".join(TICK if column in places and column else " " for column in range(scale.columns))
    years = {place: f"{month // 12 + 1:04}" for place, month in places.items() if month % 12 == 0}
    if not any(place < 5 for place in years):
        years[0] = f"{scale.first.year:04}"
    heads = [_labels(years, scale.columns)]
    if step < 12:
        names = {p: _MONTHS[m % 12] if step == 1 else f"Q{m % 12 // 3 + 1}" for p, m in places.items()}
        heads.append(_labels(names, scale.columns))
    mark = {today: "▼ today"} if today + 7 <= scale.columns else {today - 6: "today ▼"}
    return ticks, *heads, _labels(mark, scale.columns)


def _labels(labels: dict[int, str], columns: int) -> str:
    """The labels, each from its column on; one that would run into the next, or out, is left out."""
    line = ""
    for place in sorted(labels):
        label = labels[place]
        if place + len(label) <= columns and (not line or len(line) < place):
            line = line.ljust(place) + label
    return line


def _bar(row: UpcomingRow, before: Sequence[tuple[str | None, str | None]], scale: Scale) -> str:
    """The window of a row, over those that it had before."""
    cells = [" "] * scale.columns
    for earliest, latest in before:
        for column in _columns(earliest, latest, scale):
            cells[column] = GHOST
    sign = WINDOW if row.earliest and row.latest else OPEN
    columns = _columns(row.earliest, row.latest, scale)
    if _is_exact(row.when):
        sign, columns = DAY, columns[:1]
    for column in columns:
        cells[column] = sign
    first, last = (scale.column(date.fromisoformat(end)) if end else None for end in (row.earliest, row.latest))
    if first is None or first < 0:
        cells[0] = BEFORE
    if last is None or last >= scale.columns:
        cells[-1] = AFTER
    if first is not None and first >= scale.columns:
        cells[-1] = AFTER
    elif last is not None and last < 0:
        cells[0] = BEFORE
    return "".join(cells)


def _columns(earliest: str | None, latest: str | None, scale: Scale) -> range:
    """The columns of the days of a window that are in the picture."""
    first = scale.column(date.fromisoformat(earliest)) if earliest else 0
    last = scale.end(date.fromisoformat(latest)) if latest else scale.columns - 1
    return range(max(first, 0), min(last, scale.columns - 1) + 1)


def _is_exact(when: str) -> bool:
    try:
        return VagueDate.parse(when).is_exact
    except DateError:
        return False
