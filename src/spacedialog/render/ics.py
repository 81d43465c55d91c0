"""Calendar (iCalendar, RFC 5545): a whole-day event for each due date and milestone, which a re-import updates.

An exact day is that day. A window is a span from the day on which it opens to the one on which it closes, and says so
in its title; one that is open on a side is the one day that is known, and its title says which. Nothing here makes
anybody busy. There is no METHOD: an invitation (RFC 5546) needs an organizer, and nobody is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import TextIO

from icalendar import Alarm, Calendar, Event, vRecur

from spacedialog.errors import DateError, InputError
from spacedialog.model.dates import Precision, Span, Unit, VagueDate, readable, recurrence_text
from spacedialog.model.rows.record import CalendarEvent
from spacedialog.model.values import check_web_address
from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table
from spacedialog.render.text import one_line

NAME = "Commitments (spacedialog)"

MOST_OVERRIDES = 40
"""So many occurrences are written of windows that are not all of one length, such as each year's first quarter."""

# In so many steps a recurrence has met every length that it will ever have: the calendar repeats after 400 years, and a
# span of months meets each month in common and in leap years long before that.
_CYCLE = 400

_DAY = timedelta(days=1)


def write(view: Table | View, out: TextIO) -> None:
    """Write the view's dated events; InputError where it has none to offer."""
    sheet = view.sheet if isinstance(view, View) else view
    if sheet.events is None:
        raise InputError(f"{sheet.name}: there is no calendar of this view", "take upcoming or report")
    calendar = Calendar()
    calendar.add("prodid", "-//spacedialog//spacedialog//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", NAME)
    for row in sheet.events():
        for event in _events(row):
            calendar.add_component(event)
    out.write(calendar.to_ical().decode("utf-8"))


class _Days:
    """The days that an occurrence takes in a calendar, and how its title begins."""

    def __init__(self, when: VagueDate) -> None:
        first, last = when.earliest or when.latest, when.latest or when.earliest
        assert first is not None  # an EDTF date is open on one side at most
        assert last is not None
        self.first, self.last = first, last
        self.is_exact = when.is_exact
        self.whole = when.earliest is not None and when.latest is not None

    @property
    def length(self) -> int:
        return (self.last - self.first).days


def _events(row: CalendarEvent) -> Iterator[Event]:
    """The event, then those occurrences of it that take more or fewer days than the first."""
    try:
        when = VagueDate.parse(row.when)
    except DateError:
        return  # A newer program's date: there is no day to put it on.
    days = _Days(when)
    event = _event(row, when, days)
    if not row.recurs:
        yield event
        return
    every, until = Span.parse(row.recurs), date.fromisoformat(row.until) if row.until else None
    rule = _rule(when, days, every)
    if _is_uneven(when, every):
        known = list(islice(_occurrences(when, every), MOST_OVERRIDES))
        wanted = [(then, later) for then, later in known if until is None or later.first <= until] or known[:1]
        event.add("rrule", vRecur({**rule, "COUNT": len(wanted)}))
        yield event
        for then, later in wanted:
            if later.length != days.length:
                exception = _event(row, then, later)
                exception.add("recurrence-id", later.first)
                yield exception
        return
    event.add("rrule", vRecur({**rule, **({"UNTIL": max(until, days.first)} if until else {})}))
    yield event


def _occurrences(when: VagueDate, every: Span) -> Iterator[tuple[VagueDate, _Days]]:
    """Every occurrence, the first included, as long as the calendar goes on."""
    for number in count():
        try:
            then = when.occurrence(number, every)
        except DateError:
            return
        yield then, _Days(then)


@lru_cache(maxsize=4096)
def _is_uneven(when: VagueDate, every: Span) -> bool:
    """Whether some occurrence takes more or fewer days than the first."""
    length = _Days(when).length
    return length > 0 and any(later.length != length for _, later in islice(_occurrences(when, every), _CYCLE))


def _rule(when: VagueDate, days: _Days, every: Span) -> dict[str, str | int | list[int]]:
    """The recurrence rule that starts on the days on which `VagueDate.occurrence` does."""
    if not every.months:
        return {"FREQ": "DAILY" if every.unit is Unit.DAY else "WEEKLY", "INTERVAL": every.count}
    yearly = every.months % 12 == 0
    step: dict[str, str | int | list[int]] = {
        "FREQ": "YEARLY" if yearly else "MONTHLY",
        "INTERVAL": every.months // 12 if yearly else every.months,
    }
    day, month = days.first.day, days.first.month
    # The one day of a window without a beginning is its last: the end of a month, unless it was given as a day.
    is_last = when.earliest is None and VagueDate.parse(when.text.rpartition("/")[2]).precision is not Precision.DAY
    if yearly:
        return {**step, "BYMONTH": month, "BYMONTHDAY": -1} if month == 2 and (is_last or day == 29) else step
    if is_last or day == 31:
        return {**step, "BYMONTHDAY": -1}
    # The 30th, or the last day of a month that has none.
    return {**step, "BYMONTHDAY": list(range(28, day + 1)), "BYSETPOS": -1} if day > 28 else step


def _event(row: CalendarEvent, when: VagueDate, days: _Days) -> Event:
    event = Event()
    event.add("uid", f"{row.uid}@spacedialog")
    event.add("sequence", row.sequence)
    event.add("dtstamp", _instant(row.changed_at))
    event.add("created", _instant(row.created_at))
    event.add("last-modified", _instant(row.changed_at))
    event.add("dtstart", days.first)
    if days.last < date.max:  # else the calendar has no day after it, and an event without an end is one day
        event.add("dtend", days.last + _DAY)
    event.add("summary", _title(row, when, days))
    event.add("description", "\n".join(map(one_line, _description(row, when))))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if row.state == "withdrawn" else "CONFIRMED")
    if row.url and (url := _address(row.url)):
        event.add("url", url)
    if row.alarm_days is not None and row.state == "planned":
        event.add_component(_alarm(row, days))
    return event


def _title(row: CalendarEvent, when: VagueDate, days: _Days) -> str:
    if row.state != "planned":
        begins = f"{row.state}: "
    elif days.is_exact:
        begins = ""
    elif days.whole:
        begins = "window: "
    else:
        begins = "window closes: " if when.earliest is None else "window opens: "
    said = [row.ref]
    if row.recurs:
        said.append(recurrence_text(row.recurs))
    elif not days.is_exact:
        said.append(readable(row.when))
    return one_line(f"{begins}{row.title} ({', '.join(said)})")


def _description(row: CalendarEvent, when: VagueDate) -> Iterator[str]:
    yield f"Date: {readable(str(when))}" + (f", {recurrence_text(row.recurs)}" if row.recurs else "")
    if row.met:
        yield f"Last met: {readable(row.met)}"
    yield f"Commitment: {row.commitment} {row.commitment_title}"
    yield f"Status: {row.status}"
    if row.source:
        yield f"Source: {row.source}"


def _address(text: str) -> str | None:
    try:
        return check_web_address(text)
    except InputError:
        return None


def _alarm(row: CalendarEvent, days: _Days) -> Alarm:
    """An alarm so many days before an exact day, or before a window closes."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(f"{row.ref} {row.title}"))
    # Counted from the event's end where it is a span, so that it holds for every occurrence.
    related = {"related": "END"} if days.length else {}
    alarm.add("trigger", -timedelta(days=row.alarm_days or 0), parameters=related)
    return alarm


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)
