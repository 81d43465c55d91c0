"""Calendar (iCalendar, RFC 5545): a whole-day event for each due date and milestone; a re-import updates it.

An exact day becomes an event on that day. A window becomes an event from its first to its last day; a window that is
open on one side becomes an event on its only known day. The title says which case it is. No event blocks time. There
is no METHOD: an invitation (RFC 5546) needs an organizer.
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
from spacedialog.model.escapes import one_line
from spacedialog.model.rows.record import CalendarEvent
from spacedialog.model.values import is_web_address
from spacedialog.model.vocabulary import MilestoneStatus
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings

NAME = "Commitments (spacedialog)"

MAX_OVERRIDES = 40
"""The number of occurrences written if their lengths differ, as for the first quarter of each year."""

# Within this many steps a recurrence has every length that it can have: the calendar repeats after 400 years, and a
# span of months reaches each month, in common and leap years, long before that.
_CYCLE = 400

_DAY = timedelta(days=1)


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the events of the view's main table; InputError if it has no calendar."""
    table = main_table(view)
    if table.events is None:
        raise InputError(f"{table.name}: this output has no calendar", "use upcoming or report")
    calendar = Calendar()
    calendar.add("prodid", "-//spacedialog//spacedialog//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", NAME)
    head, end, _ = calendar.to_ical().decode("utf-8").partition("END:VCALENDAR\r\n")
    out.write(head)
    for row in table.events():
        out.writelines(event.to_ical().decode("utf-8") for event in _events(row))
    out.write(end)


class _Days:
    """The days that an occurrence takes in a calendar. It is `whole` if its window has both ends."""

    def __init__(self, when: VagueDate) -> None:
        first, last = when.earliest or when.latest, when.latest or when.earliest
        assert first is not None  # an EDTF date is open on at most one side
        assert last is not None
        self.first, self.last = first, last
        self.is_exact = when.is_exact
        self.whole = when.earliest is not None and when.latest is not None

    @property
    def length(self) -> int:
        return (self.last - self.first).days


def _events(row: CalendarEvent) -> Iterator[Event]:
    """Yield the event, then those of its occurrences that take more or fewer days than the first."""
    try:
        when = VagueDate.parse(row.when)
    except DateError:
        return  # written by a newer program, in a form that this one cannot read
    days = _Days(when)
    event = _event(row, when, days)
    if not row.recurs:
        yield event
        return
    every, until = Span.parse(row.recurs), date.fromisoformat(row.until) if row.until else None
    rule = _rule(when, days, every)
    if _is_uneven(when, every):
        first = list(islice(_occurrences(when, every), MAX_OVERRIDES))
        listed = [(then, later) for then, later in first if until is None or later.first <= until] or first[:1]
        event.add("rrule", vRecur({**rule, "COUNT": len(listed)}))
        yield event
        for then, later in listed:
            if later.length != days.length:
                exception = _event(row, then, later)
                exception.add("recurrence-id", later.first)
                yield exception
        return
    event.add("rrule", vRecur({**rule, **({"UNTIL": max(until, days.first)} if until else {})}))
    yield event


def _occurrences(when: VagueDate, every: Span) -> Iterator[tuple[VagueDate, _Days]]:
    """Yield every occurrence from the first to the last year of the calendar."""
    for number in count():
        try:
            then = when.occurrence(number, every)
        except DateError:
            return
        yield then, _Days(then)


@lru_cache(maxsize=4096)
def _is_uneven(when: VagueDate, every: Span) -> bool:
    """Return whether some occurrence takes more or fewer days than the first."""
    length = _Days(when).length
    return length > 0 and any(later.length != length for _, later in islice(_occurrences(when, every), _CYCLE))


def _rule(when: VagueDate, days: _Days, every: Span) -> dict[str, str | int | list[int]]:
    """Return the recurrence rule whose occurrences start on the same days as those of `VagueDate.occurrence`."""
    if not every.months:
        return {"FREQ": "DAILY" if every.unit is Unit.DAY else "WEEKLY", "INTERVAL": every.count}
    yearly = every.months % 12 == 0
    step: dict[str, str | int | list[int]] = {
        "FREQ": "YEARLY" if yearly else "MONTHLY",
        "INTERVAL": every.months // 12 if yearly else every.months,
    }
    day, month = days.first.day, days.first.month
    # A window without a first day is shown on its last day: the end of a month, unless it was given as a day.
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
    if days.last < date.max:  # the calendar has no day after date.max, and an event without an end is one day
        event.add("dtend", days.last + _DAY)
    event.add("summary", _title(row, when, days))
    event.add("description", "\n".join(map(one_line, _description(row, when))))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if row.state == MilestoneStatus.WITHDRAWN else "CONFIRMED")
    if row.url and is_web_address(row.url):
        event.add("url", row.url)
    if row.alarm_days is not None and row.state == MilestoneStatus.PLANNED:
        event.add_component(_alarm(row, days))
    return event


def _title(row: CalendarEvent, when: VagueDate, days: _Days) -> str:
    if row.state != MilestoneStatus.PLANNED:
        prefix = f"{row.state}: "
    elif days.is_exact:
        prefix = ""
    elif days.whole:
        prefix = "window: "
    else:
        prefix = "window closes: " if when.earliest is None else "window opens: "
    details = [row.ref]
    if row.recurs:
        details.append(recurrence_text(row.recurs))
    elif not days.is_exact:
        details.append(readable(row.when))
    return one_line(f"{prefix}{row.title} ({', '.join(details)})")


def _description(row: CalendarEvent, when: VagueDate) -> Iterator[str]:
    yield f"Date: {readable(str(when))}" + (f", {recurrence_text(row.recurs)}" if row.recurs else "")
    if row.met:
        yield f"Last met: {readable(row.met)}"
    yield f"Commitment: {row.commitment} {row.commitment_title}"
    yield f"Status: {row.status}"
    if row.criterion:
        yield f"Done when: {row.criterion}"
    if row.source:
        yield f"Source: {row.source}"


def _alarm(row: CalendarEvent, days: _Days) -> Alarm:
    """Return an alarm the event's number of days before an exact day, or before the last day of a window."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(f"{row.ref} {row.title}"))
    # Relative to the end of a span, so that it is right for every occurrence.
    related = {"related": "END"} if days.length else {}
    alarm.add("trigger", -timedelta(days=row.alarm_days or 0), parameters=related)
    return alarm


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)
