"""Stored dates and spans: the accepted forms, the refused ones, and the windows of vague dates."""

from __future__ import annotations

import warnings
from dataclasses import FrozenInstanceError
from datetime import date
from time import struct_time

import pytest
from edtf import parse_edtf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.errors import DateError
from spacedialog.model.dates import REMEDY, Precision, Span, Unit, VagueDate, days_to, readable, recurrence_text

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # from the calls of pyparsing in edtf-validate
    from edtf_validate.valid_edtf import is_valid

QUALIFIERS = ("", "~", "?", "%")
COARSE_CODES = (*range(21, 25), *range(33, 37), 40, 41)


@st.composite
def plain(draw: st.DrawFn) -> str:
    """Return a date that is not an interval, without a qualifier."""
    day = draw(st.dates(max_value=date(9998, 12, 31)))
    code = draw(st.sampled_from(COARSE_CODES))
    return draw(st.sampled_from((day.isoformat(), day.isoformat()[:7], day.isoformat()[:4], f"{day.year:04}-{code}")))


@st.composite
def simple(draw: st.DrawFn) -> str:
    """Return a date that is not an interval, with or without a qualifier."""
    return draw(plain()) + draw(st.sampled_from(QUALIFIERS))


@st.composite
def interval(draw: st.DrawFn, ends: st.SearchStrategy[str]) -> str:
    """Return an interval of two of the ends, or of one and an open side."""
    one, two = draw(ends), draw(ends)
    first, last = VagueDate.parse(one).earliest, VagueDate.parse(two).latest
    assert first
    assert last
    both = f"{one}/{two}" if first <= last else f"{two}/{one}"
    return draw(st.sampled_from((both, f"{one}/..", f"../{two}")))


texts = simple() | interval(simple())
vague_dates = texts.map(VagueDate.parse)
spans = st.builds(Span, st.integers(1, 999), st.sampled_from(Unit))
short_spans = st.builds(Span, st.integers(1, 24), st.sampled_from(Unit))


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision", "qualifier"),
    [
        ("2026", "2026-01-01", "2026-12-31", "year", ""),
        ("0001", "0001-01-01", "0001-12-31", "year", ""),
        ("9999", "9999-01-01", "9999-12-31", "year", ""),
        ("2026~", "2026-01-01", "2026-12-31", "year", "~"),
        ("2026-10", "2026-10-01", "2026-10-31", "month", ""),
        ("2024-02", "2024-02-01", "2024-02-29", "month", ""),
        ("1900-02?", "1900-02-01", "1900-02-28", "month", "?"),
        ("9999-12", "9999-12-01", "9999-12-31", "month", ""),
        ("2026-10-05", "2026-10-05", "2026-10-05", "day", ""),
        ("2024-02-29%", "2024-02-29", "2024-02-29", "day", "%"),
        ("2026-21", "2026-03-01", "2026-05-31", "season", ""),
        ("2026-22", "2026-06-01", "2026-08-31", "season", ""),
        ("2026-23~", "2026-09-01", "2026-11-30", "season", "~"),
        ("2026-24", "2026-12-01", "2027-02-28", "season", ""),
        ("2027-24", "2027-12-01", "2028-02-29", "season", ""),
        ("2026-33", "2026-01-01", "2026-03-31", "quarter", ""),
        ("2026-34", "2026-04-01", "2026-06-30", "quarter", ""),
        ("2026-35?", "2026-07-01", "2026-09-30", "quarter", "?"),
        ("9999-36", "9999-10-01", "9999-12-31", "quarter", ""),
        ("2026-40", "2026-01-01", "2026-06-30", "half", ""),
        ("2026-41", "2026-07-01", "2026-12-31", "half", ""),
        ("2025-10/2026-03", "2025-10-01", "2026-03-31", "interval", ""),
        ("2026-10-05/2026-10-05", "2026-10-05", "2026-10-05", "interval", ""),
        ("2025~/2026-24?", "2025-01-01", "2027-02-28", "interval", ""),
        ("2026-10/2026", "2026-10-01", "2026-12-31", "interval", ""),
        ("2026/..", "2026-01-01", None, "interval", ""),
        ("../2026-10%", None, "2026-10-31", "interval", ""),
    ],
)
def test_a_date_has_a_window(
    text: str, earliest: str | None, latest: str | None, precision: str, qualifier: str
) -> None:
    """A date has the first and last day that it can mean, a precision and a qualifier."""
    when = VagueDate.parse(text)
    assert str(when) == text
    assert (when.earliest and when.earliest.isoformat()) == earliest
    assert (when.latest and when.latest.isoformat()) == latest
    assert (when.precision, when.qualifier) == (precision, qualifier)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-Q1", "2026-33"),
        ("2026-q2", "2026-34"),
        ("2026-Q3~", "2026-35~"),
        ("2026-Q4", "2026-36"),
        ("2026-H1", "2026-40"),
        ("2026-h2", "2026-41"),
        ("2026-Q1/2026-h2?", "2026-33/2026-41?"),
    ],
)
def test_typed_quarters_and_halves_become_codes(typed: str, stored: str) -> None:
    """Parsing rewrites quarters and halves as EDTF codes."""
    assert str(VagueDate.parse(typed)) == stored


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "2026 ", " 2026", "2026\n", "2026 -10", "20 26", "2026/ 2027"),
        *("2026-02-29", "2026-02-30", "2026-04-31", "2026-10-00", "2026-10-32", "2026-00", "2026-13"),
        *("0000", "0000-10", "0000-10-05", "9999-24", "999", "26", "20260", "-2026", "+2026", "Y20260"),
        *("1775000000", "20261005", "2026-1", "2026-1-5", "2026-10-5", "2026-278", "2026-W40", "10/05/2026"),
        *("05-10-2026", "2026/10", "2026-20", "2026-25", "2026-32", "2026-37", "2026-39", "2026-42"),
        *("2026-21-05", "2026-33-05", "2026-Q3-05", "2026-10-Q3", "2026-Q0", "2026-Q5", "2026-H0", "2026-H3"),
        *("2026Q3", "Q3-2026", "2026~~", "~2026", "2026~-10", "2026-10-~05", "2026!", "2026-XX", "202X"),
        *("2026-10-05T12:00", "2026-10-05T12:00:00Z", "{2026}", "[2026,2027]", "2026..2027"),
        *("..", "/", "../", "/..", "2026/", "/2026", "2026/..~", "..~/2026", "2026/2027/2028", "2026//2027"),
        *("٢٠٢٦", "2026-1٠", "²⁰²⁶", "２０２６", "2026\u201310", "2026\u200b", "\ud800", "2026" * 5000),  # noqa: RUF001
        *("2026\x1b[31m", "2026\x00", "today", "Oct 2026", "nan", "None"),
    ],
)
def test_an_invalid_date_is_refused(text: str) -> None:
    """An invalid date is refused with examples of valid ones, in printable ASCII."""
    with pytest.raises(DateError, match="is not a date") as caught:
        VagueDate.parse(text)
    assert caught.value.remedy == REMEDY
    assert caught.value.problem.isascii()
    assert caught.value.problem.isprintable()
    assert len(caught.value.problem) < 100


@pytest.mark.parametrize("text", ["2027/2026", "2026-10-05/2026-10-04", "2026-12/2026-11-30", "2026-24/2026-11"])
def test_a_reversed_interval_is_refused(text: str) -> None:
    """An interval that ends before it begins is refused."""
    with pytest.raises(DateError, match="ends before it begins"):
        VagueDate.parse(text)


def test_an_interval_open_on_both_sides_is_refused() -> None:
    """`../..` is refused."""
    with pytest.raises(DateError, match="has neither a start nor an end"):
        VagueDate.parse("../..")


def test_an_error_shows_at_most_40_characters() -> None:
    """An error quotes a text of 40 characters in full, and the first 37 of a longer one."""
    with pytest.raises(DateError, match=r"'2{37}\.\.\.' is not a date"):
        VagueDate.parse("2" * 41)
    with pytest.raises(DateError, match=r"'2{40}' is not a date"):
        VagueDate.parse("2" * 40)


@given(texts)
def test_a_date_round_trips(text: str) -> None:
    """A parsed date prints the same text."""
    assert str(VagueDate.parse(text)) == text


@given(vague_dates)
def test_a_window_opens_no_later_than_it_closes(when: VagueDate) -> None:
    """A window contains at least one day, and only an open side has no day."""
    assert (when.earliest is None) == str(when).startswith("../")
    assert (when.latest is None) == str(when).endswith("/..")
    assert not (when.earliest and when.latest) or when.earliest <= when.latest


@given(plain(), st.sampled_from(QUALIFIERS))
def test_a_qualifier_never_widens_the_window(text: str, qualifier: str) -> None:
    """An approximate or uncertain date has the same window as the date without a qualifier."""
    one, other = VagueDate.parse(text), VagueDate.parse(text + qualifier)
    assert (one.earliest, one.latest) == (other.earliest, other.latest)
    assert other.qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "exact"), [("2026-10-05", True), ("2026-10-05~", False), ("2026-10", False), ("2026/..", False)]
)
def test_only_a_day_without_a_qualifier_is_exact(text: str, exact: bool) -> None:
    """A date is exact if it is a single day without a qualifier."""
    assert VagueDate.parse(text).is_exact is exact


def test_the_order_is_by_latest_day() -> None:
    """Dates sort by latest day, earliest day and text; an open start sorts first and an open end last."""
    ordered = ["2026-10-05", "../2026-10", "2026-10", "2026-10~", "2026-10-31", "../2026", "2026", "2026-12"]
    ordered += ["9999-12-31", "2026/..", "2027/.."]
    assert [str(when) for when in sorted(map(VagueDate.parse, reversed(ordered)))] == ordered


@given(vague_dates, vague_dates)
def test_the_order_agrees_with_the_windows(one: VagueDate, other: VagueDate) -> None:
    """A window that closes earlier sorts first, the order is total, and dates are equal if their texts are."""
    if one.latest and (other.latest is None or one.latest < other.latest):
        assert one < other
    assert (one < other) + (one == other) + (one > other) == 1
    assert (one <= other) == (one.sort_key() <= other.sort_key())
    assert (one == other) == (str(one) == str(other))
    assert one != other or hash(one) == hash(other)


def test_a_date_is_frozen_and_compares_only_with_dates() -> None:
    """A date cannot be changed, and cannot be ordered with a text."""
    when = VagueDate.parse("2026")
    with pytest.raises(FrozenInstanceError):
        when.text = "2027"  # type: ignore[misc]
    with pytest.raises(TypeError):
        assert when < "2027"
    assert when != object()


@given(st.text() | st.text(alphabet="0129-/.~?%QqHh ", max_size=24))
@example("2026-\u0661\u0660")
def test_any_text_is_a_date_or_a_date_error(text: str) -> None:
    """Any text is parsed or refused with a DateError in printable ASCII."""
    problem = ""
    try:
        assert len(str(VagueDate.parse(text))) <= 64
    except DateError as error:
        problem = error.problem
    assert problem.isascii()
    assert problem.isprintable()


# Oracles. Known faults: edtf accepts 2026-02-29 and `../..`, ends winter on 31 December, and refuses qualified codes,
# and quarters in intervals. edtf-validate refuses qualified quarters and halves, quarters and halves in intervals, and
# intervals whose ends share a year or month but differ in precision.


def _day(bound: struct_time) -> date:
    return date(*bound[:3])


@settings(max_examples=40, deadline=None)
@given(plain())
def test_edtf_agrees_on_plain_dates(text: str) -> None:
    """Both oracles accept every plain date, and edtf gives it the same window, except for winter."""
    when, theirs = VagueDate.parse(text), parse_edtf(text)
    assert is_valid(text)
    assert _day(theirs.lower_strict()) == when.earliest
    if not text.endswith("-24") or when.precision is Precision.DAY:
        assert _day(theirs.upper_strict()) == when.latest


numbered = plain().filter(lambda text: VagueDate.parse(text).precision in ("year", "month", "day"))
qualified = st.builds("".join, st.tuples(numbered, st.sampled_from(QUALIFIERS)))


@settings(max_examples=40, deadline=None)
@given(qualified)
def test_edtf_agrees_on_qualified_dates(text: str) -> None:
    """Both oracles accept every qualified year, month and day, and the strict window of edtf is the same."""
    when, theirs = VagueDate.parse(text), parse_edtf(text)
    assert is_valid(text)
    assert (_day(theirs.lower_strict()), _day(theirs.upper_strict())) == (when.earliest, when.latest)


@settings(max_examples=40, deadline=None)
@given(interval(qualified))
def test_edtf_agrees_on_intervals(text: str) -> None:
    """edtf accepts every interval of qualified dates, with the same first and last day."""
    when, theirs = VagueDate.parse(text), parse_edtf(text)
    if when.earliest:
        assert _day(theirs.lower_strict()) == when.earliest
    if when.latest:
        assert _day(theirs.upper_strict()) == when.latest
    first, last = (end.rstrip("~?%") for end in text.split("/"))
    if not (first.startswith(last) or last.startswith(first)):
        assert is_valid(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2 years", "2 years"),
        ("year", "1 year"),
        ("1 year", "1 year"),
        ("6 months", "6 months"),
        ("1 week", "1 week"),
        ("week", "1 week"),
        ("10 days", "10 days"),
        ("1 days", "1 day"),
        ("2 year", "2 years"),
        ("999 days", "999 days"),
    ],
)
def test_a_span_has_one_canonical_text(text: str, canonical: str) -> None:
    """A span prints its count, and the plural of its unit unless the count is 1."""
    assert str(Span.parse(text)) == canonical


@given(spans)
def test_a_span_round_trips(span: Span) -> None:
    """Parsing the text of a span returns the same span."""
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize(
    "text",
    [
        *("", "years", "0 years", "-1 year", "+1 year", "01 year", "1000 days", "2  years", "2years", "2y"),
        *("2 Years", "1.5 years", "two years", "2 years ", "2 fortnights", "٢ years", "yearly", "1 month\n"),
        "9" * 9999,
    ],
)
def test_an_invalid_span_is_refused(text: str) -> None:
    """A span without a whole count of 1 to 999 and one of the four units is refused."""
    with pytest.raises(DateError, match="is not a span of time"):
        Span.parse(text)


@pytest.mark.parametrize(
    ("span", "day", "after", "before"),
    [
        ("10 days", "2026-02-25", "2026-03-07", "2026-02-15"),
        ("2 weeks", "2026-12-25", "2027-01-08", "2026-12-11"),
        ("1 month", "2026-03-31", "2026-04-30", "2026-02-28"),
        ("18 months", "2026-08-31", "2028-02-29", "2025-02-28"),
        ("1 year", "2024-02-29", "2025-02-28", "2023-02-28"),
        ("4 years", "2024-02-29", "2028-02-29", "2020-02-29"),
    ],
)
def test_a_span_counts_from_a_day(span: str, day: str, after: str, before: str) -> None:
    """Spans of months and years keep the day of the month, or end on the last day of the month."""
    length, start = Span.parse(span), date.fromisoformat(day)
    assert (length.after(start).isoformat(), length.before(start).isoformat()) == (after, before)


@pytest.mark.parametrize("span", ["1 day", "1 week", "1 month", "1 year"])
def test_a_span_stays_in_the_calendar(span: str) -> None:
    """A span that ends after year 9999, or before year 1, is refused."""
    with pytest.raises(DateError, match="is out of range"):
        Span.parse(span).after(date.max)
    with pytest.raises(DateError, match="is out of range"):
        Span.parse(span).before(date.min)
    with pytest.raises(DateError, match="is out of range"):
        Span.parse(span).after(date(2026, 1, 1), times=10**30)


@pytest.mark.parametrize(
    ("text", "every", "n", "result"),
    [
        ("2026", "2 years", 1, "2028"),
        ("2026~", "2 years", 3, "2032~"),
        ("2026", "12 months", 2, "2028"),
        ("2026", "year", 0, "2026"),
        ("2026", "year", -1, "2025"),
        ("2026-10?", "year", 1, "2027-10?"),
        ("2026-10", "6 months", 1, "2027-04"),
        ("2026-10", "month", 3, "2027-01"),
        ("2026-01", "month", -1, "2025-12"),
        ("2026-24", "year", 1, "2027-24"),
        ("2026-24", "3 months", 1, "2027-21"),
        ("2026-21", "6 months", 1, "2026-23"),
        ("2026-36%", "3 months", 2, "2027-34%"),
        ("2026-34", "year", 1, "2027-34"),
        ("2026-41", "6 months", 1, "2027-40"),
        ("2026-10-05~", "10 days", 3, "2026-11-04~"),
        ("2026-10-05", "2 weeks", 1, "2026-10-19"),
        ("2026-01-31", "month", 1, "2026-02-28"),
        ("2026-01-31", "month", 2, "2026-03-31"),
        ("2024-02-29", "year", 1, "2025-02-28"),
        ("2024-02-29", "year", 4, "2028-02-29"),
        ("2025-10/2026-03", "year", 1, "2026-10/2027-03"),
        ("2026-10-05~/2026-10-07", "week", 1, "2026-10-12~/2026-10-14"),
        ("2026-33/2026-41", "6 months", 1, "2026-35/2027-40"),
        ("2026/..", "year", 2, "2028/.."),
        ("../2026-10", "month", 3, "../2027-01"),
    ],
)
def test_an_occurrence_is_as_vague_as_the_first(text: str, every: str, n: int, result: str) -> None:
    """An occurrence has the precision of the first date, and counts from it."""
    assert str(VagueDate.parse(text).occurrence(n, Span.parse(every))) == result


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("2026", "6 months"),
        ("2026", "1 week"),
        ("2026", "18 months"),
        ("2026-10", "2 weeks"),
        ("2026-10", "30 days"),
        ("2026-21", "1 month"),
        ("2026-24", "12 weeks"),
        ("2026-35", "4 months"),
        ("2026-40", "3 months"),
        ("2026-10-05/2026-10", "week"),
        ("2026/..", "month"),
    ],
)
def test_a_span_finer_than_the_date_is_refused(text: str, every: str) -> None:
    """A year cannot recur every six months, because that would need a more precise date."""
    for n in (0, 1, 2):
        with pytest.raises(DateError, match="not precise enough") as caught:
            VagueDate.parse(text).occurrence(n, Span.parse(every))
        assert "more precise date" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("9999", 1),
        ("9998-24", 1),
        ("9999-10-05", 1),
        ("2026/9999", 1),
        ("0001", -1),
        ("0001-10", -2),
        ("2026", 9999),
    ],
)
def test_an_occurrence_stays_in_the_calendar(text: str, n: int) -> None:
    """An occurrence after year 9999, or before year 1, is refused."""
    with pytest.raises(DateError, match="is out of range") as caught:
        VagueDate.parse(text).occurrence(n, Span(1, Unit.YEAR))
    assert "0001 to 9999" in caught.value.remedy


@settings(deadline=None)  # the first step imports dateutil
@given(vague_dates, short_spans, st.integers(0, 40))
def test_an_occurrence_keeps_the_precision(when: VagueDate, every: Span, n: int) -> None:
    """An occurrence has the precision, the qualifiers and the open sides of the first, or is refused."""
    try:
        later = when.occurrence(n, every)
    except DateError:
        return
    assert (later.precision, later.qualifier) == (when.precision, when.qualifier)
    assert [len(end) for end in str(later).split("/")] == [len(end) for end in str(when).split("/")]
    assert (later.earliest is None, later.latest is None) == (when.earliest is None, when.latest is None)
    assert later > when if n else later == when


@given(vague_dates, vague_dates)
def test_a_date_is_within_another_if_all_its_days_are(inner: VagueDate, outer: VagueDate) -> None:
    """A date is within another if all days of its window are in the window of the other."""
    lower = (inner.earliest or date.min) >= (outer.earliest or date.min)
    upper = (inner.latest or date.max) <= (outer.latest or date.max)
    open_start, open_end = inner.earliest is None, inner.latest is None
    fits = (not open_start or outer.earliest is None) and (not open_end or outer.latest is None)
    assert inner.is_within(outer) == (lower and upper and fits)
    assert inner.is_within(inner)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-34", "2026-Q2"),
        ("2026-41", "2026-H2"),
        ("2026-21", "2026 spring"),
        ("2026-24~", "2026 winter~"),
        ("2026-33/2026-36", "2026-Q1/2026-Q4"),
        ("2026-10-05", "2026-10-05"),
        ("2026-12-31", "2026-12-31"),
        ("../2035", "../2035"),
        ("2026", "2026"),
    ],
)
def test_a_readable_date_names_quarters_halves_and_seasons(text: str, shown: str) -> None:
    """Quarters, halves and seasons are displayed by name, every other date by its text."""
    assert readable(text) == shown


@pytest.mark.parametrize(
    ("span", "text"), [("1 year", "every year"), ("2 years", "every 2 years"), ("1 week", "every week")]
)
def test_recurrence_text(span: str, text: str) -> None:
    """`1 year` is displayed as `every year`, and other spans with their count."""
    assert recurrence_text(span) == text
    assert recurrence_text("10 years") == "every 10 years"


def test_days_to_a_day_are_negative_in_the_past() -> None:
    """The distance to a day is counted from today; an open side of a window has none."""
    today = date(2026, 12, 1)
    assert [days_to(day, today) for day in ("2026-12-03", "2026-12-01", "2025-12-01", None)] == [2, 0, -365, None]
