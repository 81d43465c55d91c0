"""Tests of the calendar: its contents, read by another parser and checked against RFC 5545 line by line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.errors import DateError, InputError
from spacedialog.model.dates import Span, VagueDate
from spacedialog.model.rows.record import CalendarEvent
from spacedialog.presentation import tables
from spacedialog.render import ics
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.program import Desk
from tests.support.trackers import Maker

EVENT = CalendarEvent(
    uid="00000000-0000-8000-8000-000000000001",
    sequence=0,
    created_at="2026-11-01T00:00:00.000000Z",
    changed_at="2026-11-02T10:00:00.500000Z",
    ref="RUR1-01",
    title="Fly a seismometer",
    when="2026-10-05",
    earliest=None,
    latest=None,
    recurs=None,
    until=None,
    met=None,
    state="planned",
    commitment="RUR1-01",
    commitment_title="Fly a seismometer",
    status="unknown",
    source="JS par. 1",
    url=None,
    alarm_days=None,
)

Component = dict[str, Any]
LINE = re.compile(r'([A-Z][A-Z-]*)((?:;[A-Z-]+=(?:[^";:,\x00-\x1f]+|"[^"\x00-\x1f]*"))*):(.*)')
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "TRANSP", "DESCRIPTION", "URL"}
DATED = {"DTSTART", "DTEND", "RECURRENCE-ID"}


def text_of(events: Iterable[CalendarEvent]) -> str:
    """Return the calendar of the events."""
    out = io.StringIO(newline="")
    ics.write(tables.upcoming((), events=lambda: events), out, Settings())
    return out.getvalue()


def strictly(text: str) -> list[Component]:
    """Return the events of a calendar, and assert every rule of RFC 5545 that a strict reader checks."""
    content = text.encode("utf-8")
    assert content.endswith(b"\r\n")
    physical = content.split(b"\r\n")[:-1]
    for octets in physical:
        assert len(octets) <= 75
        assert b"\r" not in octets
        assert b"\n" not in octets
        octets.decode("utf-8")  # no character is cut in two by folding
    lines = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    events: list[Component] = []
    within: list[str] = []
    for line in lines:
        found = LINE.fullmatch(line)
        assert found, line
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
        name, parameters, value = found.groups()
        if name == "BEGIN":
            within.append(value)
            if value == "VEVENT":
                events.append({"alarms": []})
            elif value == "VALARM":
                events[-1]["alarms"].append({})
        elif name == "END":
            assert within.pop() == value
        elif within[-1] == "VALARM":
            events[-1]["alarms"][-1][name + parameters] = value
        elif within[-1] == "VEVENT":
            assert name not in events[-1], f"{name} stands twice"
            events[-1][name] = read(name, parameters, value)
    assert not within
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART"} <= event.keys()
        assert event.get("DTEND", date.max) > event["DTSTART"]
        for alarm in event["alarms"]:
            assert {name.partition(";")[0] for name in alarm} == {"ACTION", "DESCRIPTION", "TRIGGER"}
    names = [(event["UID"], event.get("RECURRENCE-ID")) for event in events]
    assert len(set(names)) == len(names), "an event doubles"
    return events


def read(name: str, parameters: str, value: str) -> Any:
    """Return a property's value by the rules for its type."""
    if name in DATED:
        assert parameters == ";VALUE=DATE"
        assert re.fullmatch(r"\d{8}", value)
        return date.fromisoformat(value)
    if name in ("DTSTAMP", "CREATED", "LAST-MODIFIED"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", value)
    if name in ("SUMMARY", "DESCRIPTION"):
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), "a comma or a semicolon is not escaped"
        assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value), "an escape that is none"
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
    return value


def days(event: Component) -> tuple[date, date]:
    """Return the first and the last day of an event; DTEND is the day after the last."""
    return event["DTSTART"], event["DTEND"] - timedelta(days=1)


@pytest.fixture
def entries(tracker: Tracker) -> list[Component]:
    """Return the events of the invented record's calendar."""
    return calendar(tracker)


def calendar(tracker: Tracker) -> list[Component]:
    """Return the events of a tracker's calendar, read strictly."""
    with tracker.snapshot() as view:
        return strictly(text_of(view.calendar()))


def titled(entries: list[Component], part: str) -> Component:
    """Return the only event whose title contains the text."""
    (found,) = [event for event in entries if part in event["SUMMARY"]]
    return found


@pytest.mark.parametrize(
    ("when", "title", "first", "last"),
    [
        ("2026-10-05", "Fly a seismometer (RUR1-01)", "2026-10-05", "2026-10-05"),
        ("2026", "window: Fly a seismometer (RUR1-01, 2026)", "2026-01-01", "2026-12-31"),
        ("2026-35", "window: Fly a seismometer (RUR1-01, 2026-Q3)", "2026-07-01", "2026-09-30"),
        ("2026-10-05~", "window: Fly a seismometer (RUR1-01, 2026-10-05~)", "2026-10-05", "2026-10-05"),
        ("2025-10/2026-03", "window: Fly a seismometer (RUR1-01, 2025-10/2026-03)", "2025-10-01", "2026-03-31"),
        ("../2035", "window closes: Fly a seismometer (RUR1-01, ../2035)", "2035-12-31", "2035-12-31"),
        ("2026/..", "window opens: Fly a seismometer (RUR1-01, 2026/..)", "2026-01-01", "2026-01-01"),
    ],
)
def test_an_event_covers_the_window_and_names_it(when: str, title: str, first: str, last: str) -> None:
    """An exact day is an event on that day; a window covers its days and is named; an open window has only its known
    day.
    """
    (event,) = strictly(text_of([EVENT._replace(when=when)]))
    assert event["SUMMARY"] == title
    assert days(event) == (date.fromisoformat(first), date.fromisoformat(last))
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["STATUS"] == "CONFIRMED"


def test_every_dated_thing_of_the_record_is_there_once(entries: list[Component], tracker: Tracker) -> None:
    """Each due date and milestone is one event, even a recurring one."""
    with tracker.snapshot() as view:
        refs = {row.ref for row in view.upcoming(everything=True)}
    assert {re.findall(r"\((RUR1-[0-9.]+)", event["SUMMARY"])[0] for event in entries} == refs
    assert titled(entries, "The next meeting")["RRULE"] == "FREQ=YEARLY;INTERVAL=2"
    assert "Status: unknown" in titled(entries, "The next meeting")["DESCRIPTION"]
    assert "Source: JS par. 1" in titled(entries, "Fly a")["DESCRIPTION"]
    assert titled(entries, "Fly a")["URL"] == "https://strelsau.example/statement"


def test_a_later_file_updates_the_earlier_one(tracker: Tracker) -> None:
    """A later calendar keeps each UID and raises SEQUENCE after an entry and after an undo."""
    seen = [titled(calendar(tracker), "Deliver the seismometer")]
    tracker.reschedule("RUR1-01.1", "2027-05-04")
    seen.append(titled(calendar(tracker), "Deliver the seismometer"))
    tracker.undo()
    seen.append(titled(calendar(tracker), "Deliver the seismometer"))
    tracker.mark("RUR1-01.1", "met")
    seen.append(titled(calendar(tracker), "Deliver the seismometer"))
    tracker.mark("RUR1-01.1", "withdrawn")
    seen.append(titled(calendar(tracker), "Deliver the seismometer"))
    assert len({event["UID"] for event in seen}) == 1
    sequence = [int(event["SEQUENCE"]) for event in seen]
    assert sequence == sorted(set(sequence))
    stamps = [event["DTSTAMP"] for event in seen]
    assert stamps == sorted(stamps)
    assert [event["DTSTART"].isoformat() for event in seen[:3]] == ["2026-09-01", "2027-05-04", "2026-09-01"]
    assert [event["STATUS"] for event in seen] == [*["CONFIRMED"] * 4, "CANCELLED"]
    assert [event["SUMMARY"].partition(":")[0] for event in seen[2:]] == ["window", "met", "withdrawn"]


def test_the_same_log_gives_the_same_bytes(make: Maker) -> None:
    """A calendar depends on the log alone, not on a clock or the day of the view."""
    texts = []
    for day in (date(2026, 12, 1), date(2026, 12, 24)):
        with make("ruritania", today=day).snapshot() as view:
            texts.append(text_of(view.calendar()))
    assert texts[0] == texts[1]


def test_a_filter_and_a_horizon_choose_the_events(tracker: Tracker) -> None:
    """`until` omits later events and ends recurrences, and a filter keeps its commitments only."""
    from spacedialog.model.filters import OneOf

    with tracker.snapshot() as view:
        until = strictly(text_of(view.calendar(until=date(2031, 6, 1))))
        weather = strictly(text_of(view.calendar(OneOf("area", ["weather"]))))
        none = strictly(text_of(view.calendar(until=date(2020, 1, 1))))
    assert titled(until, "The next meeting")["RRULE"] == "FREQ=YEARLY;UNTIL=20310601;INTERVAL=2"
    assert {event["SUMMARY"].partition(" (")[0] for event in weather} == {
        "window: Exchange data on sea ice",
        "window: The next meeting",
    }
    assert none == []


def test_alarms_only_on_request(entries: list[Component]) -> None:
    """With a number of days, an event has an alarm before its exact day or the end of its window, unless it is met."""
    assert [event["alarms"] for event in entries] == [[]] * len(entries)
    asked = [
        EVENT._replace(alarm_days=14),
        EVENT._replace(uid="2", when="2026", alarm_days=14),
        EVENT._replace(uid="3", state="met", alarm_days=14),
        EVENT._replace(uid="4", state="withdrawn", alarm_days=14),
    ]
    exact, window, met, withdrawn = strictly(text_of(asked))
    assert exact["alarms"] == [{"ACTION": "DISPLAY", "DESCRIPTION": "RUR1-01 Fly a seismometer", "TRIGGER": "-P14D"}]
    assert window["alarms"][0]["TRIGGER;RELATED=END"] == "-P14D"
    assert met["alarms"] == withdrawn["alarms"] == []


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
        | st.sampled_from(["a,b;c\\n", "two\r\nEND:VEVENT\nBEGIN:VALARM", "\x1b[31m\x00", "우주" * 40, "👩🏽‍🚀" * 20]),
        min_size=4,
        max_size=4,
    )
)
def test_no_text_breaks_out_of_its_field(texts: list[str]) -> None:
    """Any title, source or address leaves the calendar valid and with one event."""
    title, source, url, status = texts
    (event,) = strictly(text_of([EVENT._replace(title=title, source=source, url=url, status=status)]))
    assert "URL" not in event or event["URL"].startswith("http")
    seen = vobject.readOne(text_of([EVENT._replace(title=title)])).vevent.summary.value
    assert seen == event["SUMMARY"]


def test_only_web_addresses_become_links() -> None:
    """An address that is not a web address is omitted."""
    urls = ["javascript:alert(1)", "https://strelsau.example/a?b=c;d,e"]
    first, second = strictly(text_of(EVENT._replace(uid=url, url=url) for url in urls))
    assert "URL" not in first
    assert second["URL"] == urls[1]


# Recurrence

STARTS = st.dates(date(1990, 1, 1), date(2100, 12, 31)).map(date.isoformat)
DATES = st.one_of(
    STARTS,
    st.sampled_from(["2024-02-29", "2026-01-31", "2026-01-30", "2026-11-29", "2026-12-31", "2026-01-29"]),
    STARTS.map(lambda text: text[:7]),
    STARTS.map(lambda text: text[:4]),
    st.sampled_from(["2026-33", "2027-24", "2026-40", "2026-02", "2028", "2026-10~"]),
    STARTS.map(lambda text: f"../{text[:7]}"),
    STARTS.map(lambda text: f"../{text}"),
    STARTS.map(lambda text: f"{text[:7]}/.."),
    st.tuples(STARTS, st.integers(1, 60)).map(
        lambda pair: f"{pair[0]}/{date.fromisoformat(pair[0]) + timedelta(days=pair[1])}"
    ),
)
SPANS = st.builds(Span, st.integers(1, 30), st.sampled_from(["day", "week", "month", "year"])).map(str)


def occurrences(when: str, every: str, number: int) -> list[tuple[date, date]]:
    """Return the first and last day of `count` occurrences, as `VagueDate.occurrence` gives them."""
    first, span = VagueDate.parse(when), Span.parse(every)
    shown = []
    for n in range(number):
        then = first.occurrence(n, span)
        earliest, latest = then.earliest or then.latest, then.latest or then.earliest
        assert earliest
        assert latest
        shown.append((earliest, latest))
    return shown


def expanded(text: str, number: int) -> list[tuple[date, date]]:
    """Return the days of the first occurrences that another parser and dateutil find in a calendar."""
    base, *exceptions = vobject.readOne(text).vevent_list
    length = base.dtend.value - base.dtstart.value
    changed = {part.recurrence_id.value: (part.dtstart.value, part.dtend.value) for part in exceptions}
    shown = []
    for moment in islice(base.getrruleset(), number):
        start, end = changed.pop(moment.date(), (moment.date(), moment.date() + length))
        shown.append((start, end - timedelta(days=1)))
    return shown


@given(DATES, SPANS)
def test_a_recurrence_gives_the_occurrences_of_the_date(when: str, every: str) -> None:
    """The rule and its exceptions give the record's days, even for 29 February and the 31st."""
    try:
        wanted = occurrences(when, every, ics.MAX_OVERRIDES)
    except DateError:
        return  # too vague to recur so often
    text = text_of([EVENT._replace(when=when, recurs=every)])
    strictly(text)
    assert expanded(text, ics.MAX_OVERRIDES) == wanted


@pytest.mark.parametrize(
    ("when", "every", "rule"),
    [
        ("2026-10-05", "2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("2026-10-05", "1 year", "FREQ=YEARLY;INTERVAL=1"),
        ("2024-02-29", "1 year", "FREQ=YEARLY;INTERVAL=1;BYMONTHDAY=-1;BYMONTH=2"),
        ("2026-01-31", "1 month", "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1"),
        ("2026-01-30", "1 month", "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ("2027", "2 years", "FREQ=YEARLY;INTERVAL=2"),
        ("2027", "1 year", "FREQ=YEARLY;COUNT=40;INTERVAL=1"),
    ],
)
def test_rules_are_as_simple_as_can_be(when: str, every: str, rule: str) -> None:
    """A plain rule is used if it is exact, and listed occurrences if windows differ in length."""
    event, *exceptions = strictly(text_of([EVENT._replace(when=when, recurs=every)]))
    assert event["RRULE"] == rule
    leap = [f"{year}-01-01" for year in range(2028, 2067, 4)] if "COUNT" in rule else []
    assert [exception["RECURRENCE-ID"].isoformat() for exception in exceptions] == leap


def test_a_view_without_dates_has_no_calendar() -> None:
    """A table without events is refused as a calendar."""
    with pytest.raises(InputError, match="no calendar"):
        ics.write(tables.areas(()), io.StringIO(), Settings())


# Commands


def test_the_calendar_of_the_built_in_record(desk: Desk) -> None:
    """`upcoming` writes each event once, the same to a file and to standard output, readable by another parser."""
    shown = desk.run("upcoming", "--format", "ics")
    assert desk.run("upcoming", "-o", "dates.ics").stdout == ""
    text = (desk.folder / "dates.ics").read_bytes().decode("utf-8")
    assert shown.stdout == text
    entries = strictly(text)
    rows = desk.call("upcoming", "--all", "--json").data
    assert {re.findall(r"\((ROK[2-4]-[0-9.]+)", event["SUMMARY"])[0] for event in entries} == {
        row["ref"] for row in rows
    }
    assert len(vobject.readOne(text).vevent_list) == len(entries) == len({row["ref"] for row in rows})


def test_a_report_has_the_calendar_of_its_part(desk: Desk) -> None:
    """`report` writes the events of its commitments."""
    entries = strictly(desk.call("report", "--area", "pnt", "--format", "ics").stdout)
    refs = {row["ref"] for row in desk.call("list", "--area", "pnt", "--json").data}
    assert {re.findall(r"\((ROK[2-4]-[0-9]+)", event["SUMMARY"])[0] for event in entries} <= refs
    assert len(entries) == 6


def test_alarms_of_the_program(desk: Desk) -> None:
    """`--alarm` adds an alarm to each coming event, and refuses an invalid number or another format."""
    entries = strictly(desk.call("upcoming", "--alarm", "2 weeks", "--format", "ics").stdout)
    coming = [event for event in entries if not event["SUMMARY"].startswith(("met: ", "withdrawn: "))]
    assert [len(event["alarms"]) for event in coming] == [1] * len(coming)
    assert sum(len(event["alarms"]) for event in entries) == len(coming) > 5
    for arguments, problem in {
        ("--alarm", "1m", "-f", "ics"): "--alarm: 1 month is not a fixed number of days",
        ("--alarm", "soon", "-f", "ics"): "--alarm: 'soon' is not a span of time",
        ("--alarm", "2w", "-f", "csv"): "--alarm needs --format ics",
    }.items():
        ran = desk.call("upcoming", *arguments)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"spacedialog: {problem}\n")


@pytest.mark.parametrize("arguments", [["list"], ["areas"], ["history"], ["show", "31"], []])
def test_views_without_dates_are_refused(desk: Desk, arguments: list[str]) -> None:
    """A view without dates is refused as a calendar, names the views that have dates, and leaves no file."""
    ran = desk.call(*(arguments or ["overview"]), "-o", "dates.ics")
    assert (ran.status, ran.stdout) == (2, "")
    assert "use upcoming or report" in ran.stderr
    assert not list(desk.folder.glob("*.ics*")) + list(desk.folder.glob(".*"))
