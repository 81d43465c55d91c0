"""Typed dates and spans: the meaning of each form on a given day, and the refusal of ambiguous ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.errors import DateError
from spacedialog.model.dates import Span, Unit, VagueDate
from spacedialog.model.typed_dates import Toward, parse_date, parse_day, parse_named_day, parse_span

FRIDAY = date(2026, 10, 2)
TOWARDS: tuple[Toward, ...] = ("future", "past")
towards = st.sampled_from(TOWARDS)
# Words of the grammar and similar ones, so that random sentences resemble dates.
WORDS = "by from in ago end of 3 months 2w oct may 5 5, 05 2026 2026~ q3 spring winter today fri .. / 2026-10 99y"


@pytest.mark.parametrize(
    ("text", "future", "past"),
    [
        ("today", "2026-10-02", "2026-10-02"),
        ("  ToDay ", "2026-10-02", "2026-10-02"),
        ("yesterday", "2026-10-01", "2026-10-01"),
        ("tomorrow", "2026-10-03", "2026-10-03"),
        ("thursday", "2026-10-08", "2026-10-01"),
        ("friday", "2026-10-09", "2026-10-02"),
        ("Fri", "2026-10-09", "2026-10-02"),
        ("SAT", "2026-10-03", "2026-09-26"),
        ("3 months", "2027-01-02", "2026-07-02"),
        ("1 Month", "2026-11-02", "2026-09-02"),
        ("2w", "2026-10-16", "2026-09-18"),
        ("2 W", "2026-10-16", "2026-09-18"),
        ("10d", "2026-10-12", "2026-09-22"),
        ("18m", "2028-04-02", "2025-04-02"),
        ("1y", "2027-10-02", "2025-10-02"),
        ("in 3  months", "2027-01-02", "2027-01-02"),
        ("in 2w", "2026-10-16", "2026-10-16"),
        ("3 months ago", "2026-07-02", "2026-07-02"),
        ("2w ago", "2026-09-18", "2026-09-18"),
        ("by friday", "../2026-10-09", "../2026-10-02"),
    ],
)
def test_relative_dates_count_from_today(text: str, future: str, past: str) -> None:
    """Relative days, weekdays and spans count from today, forward or back as `toward` says."""
    assert str(parse_date(text, today=FRIDAY)) == future
    assert str(parse_date(text, today=FRIDAY, toward="past")) == past


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        *((text, text) for text in ("2026", "2026-10~", "2026-10-05", "2025-10/2026-03", "2026/..", "../2026?")),
        ("2026-q3", "2026-35"),
        (" 2026 ", "2026"),
        ("Oct 2026", "2026-10"),
        ("october\t2026", "2026-10"),
        ("SEPT 2026", "2026-09"),
        ("May 2026", "2026-05"),
        ("5 Oct 2026", "2026-10-05"),
        ("05 october 2026", "2026-10-05"),
        ("Oct 5, 2026", "2026-10-05"),
        ("October 15 2026", "2026-10-15"),
        ("5\u00a0Oct\u00a02026", "2026-10-05"),
        ("29 Feb 2028", "2028-02-29"),
        ("Q3 2026", "2026-35"),
        ("q1 2026", "2026-33"),
        ("H2 2026", "2026-41"),
        ("Spring 2026", "2026-21"),
        ("summer 2026", "2026-22"),
        ("autumn 2026", "2026-23"),
        ("fall 2026", "2026-23"),
        ("end of 2026", "2026-12"),
        ("by 2035", "../2035"),
        ("By end of 2035", "../2035-12"),
        ("by 5 Oct 2026", "../2026-10-05"),
        ("from 2026", "2026/.."),
        ("from Q3 2026", "2026-35/.."),
        ("from today", "2026-10-02/.."),
    ],
)
@pytest.mark.parametrize("toward", TOWARDS)
def test_a_typed_date_keeps_its_precision(text: str, edtf: str, toward: Toward) -> None:
    """A typed date becomes the EDTF date of the same precision."""
    assert parse_date(text, today=FRIDAY, toward=toward) == VagueDate.parse(edtf)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "10/05/2026", "05-10-2026", "5.10.2026", "10/2026", "2026/10", "20261005", "1775000000"),
        *(
            "2026-13",
            "2026-02-29",
            "29 Feb 2026",
            "31 apr 2026",
            "0 oct 2026",
            "100 oct 2026",
            "oct 32, 2026",
        ),
        *(
            "next month",
            "next friday",
            "last week",
            "this year",
            "now",
            "soon",
            "month",
            "months",
            "friday 2026",
        ),
        *("oct", "oct 5", "5 oct", "oct 26", "5 oct 26", "oct oct 2026", "5, oct 2026", "oct 5,, 2026"),
        *("oct 2026-10", "05~ oct 2026", "oct 2026~", "q3 2026~", "q5 2026", "q3", "spring", "2026 q3"),
        *("mid 2026", "early 2026", "late 2026", "end of oct 2026", "end of 2026-10", "end 2026", "end of"),
        *("by", "from", "by by 2026", "from by 2026", "by 2026/..", "from 2026/2027", "by ..", "by soon"),
        *("in", "ago", "in 3 months ago", "in 2026", "2026 ago", "in friday", "0 days", "-3 days", "1000d"),
        *("3 fortnights", "3 ms", "3 Mo", "1.5 years", "3d 2w", "٣ days", "٢٠٢٦", "5 ос\u0442 2026"),  # noqa: RUF001
        *("2 wee\u212as", "today\x00", "\x1b[2J", "by " * 4000, "9" * 5000),
    ],
)
@pytest.mark.parametrize("toward", TOWARDS)
def test_an_ambiguous_or_invalid_date_is_refused(text: str, toward: Toward) -> None:
    """An ambiguous or invalid date is refused with examples of valid ones."""
    with pytest.raises(DateError, match="is not a date") as caught:
        parse_date(text, today=FRIDAY, toward=toward)
    assert "5 Oct 2026" in caught.value.remedy
    assert caught.value.problem.isascii()
    assert caught.value.problem.isprintable()
    assert len(caught.value.problem) < 100


def test_an_error_shows_what_was_typed() -> None:
    """An error quotes the text that was typed, not the EDTF text made from it, and names the problem."""
    with pytest.raises(DateError, match=r"^'30 Feb 2026' is not a date$"):
        parse_date("30  Feb 2026", today=FRIDAY)
    with pytest.raises(DateError, match=r"^'2027/2026' ends before it begins$"):
        parse_date("2027/2026", today=FRIDAY)


def test_a_named_winter_is_refused_and_explained() -> None:
    """`winter 2026` may begin in 2025 or in 2026, so the error names the code to write."""
    with pytest.raises(DateError, match="'winter 2026' is ambiguous") as caught:
        parse_date("Winter 2026", today=FRIDAY)
    assert caught.value.remedy == "write 2026-24 for the winter that begins in December 2026"


@pytest.mark.parametrize(
    ("text", "today"),
    [
        *(("tomorrow", date.max), ("in 1d", date.max), ("1 year", date.max), ("friday", date.max)),
        *(("yesterday", date.min), ("3 months ago", date.min)),
    ],
)
def test_a_day_outside_the_calendar_is_refused(text: str, today: date) -> None:
    """A day before year 1 or after year 9999 is refused."""
    with pytest.raises(DateError, match="is out of range"):
        parse_date(text, today=today)


@given(st.dates(), towards)
def test_every_day_can_be_typed(day: date, toward: Toward) -> None:
    """Every day can be typed in each of the usual forms."""
    month = day.strftime("%B")
    for text in (
        *(day.isoformat(), f"{day.day} {month} {day.year:04}", f"{day.day} {month[:3]} {day.year:04}"),
        *(f"{month} {day.day}, {day.year:04}", f"{month[:3].upper()} {day.day:02} {day.year:04}", "today"),
    ):
        assert parse_day(text, today=day, toward=toward) == day
    assert str(parse_date(f"{month} {day.year:04}", today=day)) == day.isoformat()[:7]


@given(st.dates(date(1, 1, 8), date(9999, 12, 24)), st.sampled_from(range(7)))
def test_a_weekday_is_within_a_week(today: date, weekday: int) -> None:
    """A weekday is one of the next seven days, or today or one of the six days before."""
    name = (FRIDAY + timedelta(3 + weekday)).strftime("%A")
    ahead = parse_day(name, today=today, toward="future")
    behind = parse_day(name[:3], today=today, toward="past")
    assert ahead.weekday() == behind.weekday() == weekday
    assert today < ahead <= today + timedelta(7)
    assert ahead - behind == timedelta(7)


@settings(deadline=None)  # the first step imports dateutil
@given(st.text() | st.lists(st.sampled_from(WORDS.split()), max_size=5).map(" ".join), st.dates(), towards)
@example("by by by", FRIDAY, "past")
def test_any_text_is_a_date_or_a_date_error(text: str, today: date, toward: Toward) -> None:
    """Any text is parsed as a date or refused with a DateError in printable ASCII."""
    for parse in (parse_date, parse_day):
        problem = ""
        try:
            parse(text, today=today, toward=toward)
        except DateError as error:
            problem = error.problem
        assert problem.isascii()
        assert problem.isprintable()


@pytest.mark.parametrize("text", ["2026", "2026-10", "oct 2026", "2026-10-05~", "by friday", "2026-10-05/2026-10-05"])
def test_a_date_that_is_not_one_day_is_refused(text: str) -> None:
    """Where one day is needed, a vaguer date is refused with an example of a day."""
    with pytest.raises(DateError, match="is not a single day") as caught:
        parse_day(text, today=FRIDAY)
    assert "2026-10-05" in caught.value.remedy


def test_a_day_is_in_the_past_by_default() -> None:
    """A weekday or bare span means a past day, unless `toward` is the future."""
    assert parse_day("thu", today=FRIDAY) == date(2026, 10, 1)
    assert parse_day("2w", today=FRIDAY) == date(2026, 9, 18)
    assert parse_day("2w", today=FRIDAY, toward="future") == date(2026, 10, 16)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("18m", Span(18, Unit.MONTH)),
        ("3 months", Span(3, Unit.MONTH)),
        ("30d", Span(30, Unit.DAY)),
        (" 2  Weeks ", Span(2, Unit.WEEK)),
        ("1 year", Span(1, Unit.YEAR)),
        ("2years", Span(2, Unit.YEAR)),
        ("999D", Span(999, Unit.DAY)),
    ],
)
def test_a_typed_span(text: str, span: Span) -> None:
    """A typed span is a count and a unit, abbreviated or in full."""
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "m", "year", "0d", "007d", "1000d", "-3d", "3 min", "3 m s", "in 3d", "3d ago", "٣d", "wee\u212a"],
)
def test_an_invalid_span_is_refused(text: str) -> None:
    """A span without a whole count of 1 to 999 and a known unit is refused."""
    with pytest.raises(DateError, match="is not a span of time"):
        parse_span(text)


@settings(deadline=None)  # the first step imports dateutil
@given(st.text() | st.from_regex(r"[0-9]{0,4} ?[dwmy]", fullmatch=True), st.dates())
def test_any_text_is_a_span_or_a_date_error(text: str, day: date) -> None:
    """Any text is parsed as a span that leads to a day, or refused with a DateError."""
    problem = ""
    try:
        span = parse_span(text)
        assert span.after(day) > day
        assert span.before(day) < day
    except DateError as error:
        problem = error.problem
    assert problem.isascii()


def test_a_day_given_for_an_option_is_refused_under_its_name() -> None:
    """An error about the value of an option begins with the name of the option."""
    assert parse_named_day("--until", "2026-10-05", today=FRIDAY) == date(2026, 10, 5)
    with pytest.raises(DateError, match=r"^--until: '2026-10' is not a single day"):
        parse_named_day("--until", "2026-10", today=FRIDAY)
