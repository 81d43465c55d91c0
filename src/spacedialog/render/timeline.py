"""A timeline for a terminal: one line for each dated row, with its window as a bar on a scale of months.

The rows are those of the table, in its order. A bar covers the columns of its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.escapes import one_line
from spacedialog.model.rows.record import UpcomingRow
from spacedialog.model.vocabulary import SETTLED_STATES
from spacedialog.presentation.styles import style_of
from spacedialog.presentation.tables import TimelineSettings

NARROWEST = 60
"""The minimum width of a timeline in columns."""

WINDOW, DAY, OPEN, FORMER, BEFORE, AFTER, TODAY, TICK = "█", "◆", "░", "┄", "◂", "▸", "│", "┊"
LEGEND = {
    WINDOW: "window",
    DAY: "one day",
    OPEN: "open on one side",
    FORMER: "earlier date",
    TODAY: "today",
}

_MAX_MONTHS = 120
"""The maximum number of months ahead on the scale."""
_STEPS = (1, 3, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000, 60_000)
"""The distances between two ticks, in months."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Scale(NamedTuple):
    """The days from `first` to `last`, drawn in a number of columns."""

    first: date
    last: date
    columns: int

    def column(self, day: date) -> int:
        """Return the first column of a day; outside 0 to `columns` - 1 if the day is off the scale."""
        return self._column((day - self.first).days)

    def end(self, day: date) -> int:
        """Return the last column of a day: a day has several if there are fewer days than columns."""
        number = (day - self.first).days
        return max(self._column(number), self._column(number + 1) - 1)

    def _column(self, number: int) -> int:
        return number * self.columns // ((self.last - self.first).days + 1)


def lines(rows: Sequence[Any], timeline: TimelineSettings, *, width: int) -> Iterator[Text]:
    """Yield lines of years, of months and of today, a line for each `UpcomingRow`, and the legend."""
    refs = min(max((cell_len(row.ref) for row in rows), default=0), 14)
    whens = min(max((cell_len(readable(row.when)) for row in rows), default=0), 17) if width >= 90 else 0
    chart = width * 11 // 20 if whens else width // 2
    label = width - chart
    title = label - refs - 1 - (whens + 1 if whens else 0) - 1
    scale = _scale(rows, timeline, chart)
    today = scale.column(date.fromisoformat(timeline.day))
    ticks, *heads = _head(scale, today)
    for head in heads:
        yield Text(" " * label + head, style="dim")
    used_signs: set[str] = {TODAY}
    drawn_refs: set[str] = set()
    for row in rows:
        labels = [set_cell_size(one_line(row.ref), refs)]
        if whens:
            labels.append(set_cell_size(_truncated(readable(row.when), whens), whens))
        labels.append(set_cell_size(_truncated(_title(row), title), title))
        # Of a recurring date only the next occurrence was moved.
        before = () if row.ref in drawn_refs else timeline.before.get(row.ref, ())
        drawn_refs.add(row.ref)
        signs = _bar(row, before, scale)
        used_signs |= set(signs)
        text = Text(" ".join(labels) + " ")
        date_signs = {} if whens else _beside(row, signs, today)
        for column, sign in enumerate(signs):
            if column in date_signs:
                text.append(date_signs[column], style="dim")
            elif sign == " " and column == today:
                text.append(TODAY, style="bold")
            elif sign == " ":
                # A styled space at the end of the line would not be removed.
                text.append(ticks[column], style="dim" if ticks[column] == TICK else "")
            else:
                text.append(sign, style="dim" if sign == FORMER else style_of(row.state).tone)
        yield text
    meanings = [f"{sign} {meaning}" for sign, meaning in LEGEND.items() if sign in used_signs]
    if used_signs & {BEFORE, AFTER}:
        meanings.append(f"{BEFORE} {AFTER} continues")
    yield from _wrapped(meanings, width)


def _wrapped(parts: Iterable[str], width: int) -> Iterator[Text]:
    line = ""
    for part in parts:
        if line and cell_len(line) + 2 + cell_len(part) > width:
            yield Text(line, style="dim")
            line = ""
        line += f"  {part}" if line else part
    yield Text(line, style="dim")


def _beside(row: UpcomingRow, signs: str, today: int) -> dict[int, str]:
    """Return by column the date of a row whose window is off the scale, beside the arrow; empty if it does not fit."""
    if signs.strip() not in (BEFORE, AFTER):
        return {}
    when = readable(row.when)
    start = 2 if signs[0] == BEFORE else len(signs) - 2 - len(when)
    columns = range(start, start + len(when))
    fits = start > 0 and columns[-1] < len(signs) and today not in columns
    return dict(zip(columns, when, strict=True)) if fits else {}


def _title(row: UpcomingRow) -> str:
    is_settled = row.state in SETTLED_STATES
    return one_line(f"{row.state}: {row.title}" if is_settled else row.title)


def _truncated(text: str, width: int) -> str:
    """Return the text, truncated to `width` columns."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _scale(rows: Sequence[UpcomingRow], timeline: TimelineSettings, columns: int) -> Scale:
    """Return a scale of whole months from the first to the last day of the windows and of their former dates.

    The past gets at most a quarter of it. If the timeline has no last day, the months ahead are at most three quarters
    of the columns.
    """
    day = date.fromisoformat(timeline.day)
    ends = [date.fromisoformat(end) for row in rows for end in (row.earliest, row.latest) if end]
    horizon = date.fromisoformat(timeline.until) if timeline.until else max([*ends, day])
    first, last = _month(day), _month(max(horizon, day))
    if not timeline.until:
        last = min(last, first + min(columns * 3 // 4, _MAX_MONTHS))
    last = min(max(last, first + 2), _month(date.max))
    moved = [
        date.fromisoformat(end) for row in rows for pair in timeline.before.get(row.ref, ()) for end in pair if end
    ]
    start = _month(min([*ends, *moved, day]))
    start = max(start, first - max((last - first + 1) // 3, 3), 0)
    return Scale(_first_day(start), _last_day(last), columns)


def _month(day: date) -> int:
    """Return the number of the month of a day, counted from January of the year 1."""
    return (day.year - 1) * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12 + 1, month % 12 + 1, 1)


def _last_day(month: int) -> date:
    return date.max if month >= _month(date.max) else _first_day(month + 1) - timedelta(days=1)


def _head(scale: Scale, today: int) -> tuple[str, ...]:
    """Return a line each for the ticks, the years, the months or quarters (if they fit) and the mark of today."""
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
    """Return a line with each label at its column, without those that would overlap or do not fit."""
    line = ""
    for place in sorted(labels):
        label = labels[place]
        if place + len(label) <= columns and (not line or len(line) < place):
            line = line.ljust(place) + label
    return line


def _bar(row: UpcomingRow, before: Sequence[tuple[str | None, str | None]], scale: Scale) -> str:
    """Return the window of a row drawn over its former windows."""
    cells = [" "] * scale.columns
    for earliest, latest in before:
        for column in _columns(earliest, latest, scale):
            cells[column] = FORMER
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
    """Return the columns of those days of a window that are on the scale."""
    first = scale.column(date.fromisoformat(earliest)) if earliest else 0
    last = scale.end(date.fromisoformat(latest)) if latest else scale.columns - 1
    return range(max(first, 0), min(last, scale.columns - 1) + 1)


def _is_exact(when: str) -> bool:
    try:
        return VagueDate.parse(when).is_exact
    except DateError:
        return False
