"""Tests of reviews: a date or a span, as recorded, as typed and as displayed."""

from __future__ import annotations

from datetime import date

import pytest

from spacedialog.errors import DateError
from spacedialog.model.dates import Span, as_typed, parse_recorded_review, review_text
from spacedialog.model.typed_dates import parse_review

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("90 days", "every 90 days"),
        ("1 year", "every year"),
        ("2027-03", "2027-03"),
        ("2027-33", "2027-Q1"),
        ("2027-03-01/2027-03-05", "2027-03-01/05"),
    ],
)
def test_a_review_is_a_span_or_a_date(recorded: str, shown: str) -> None:
    """A recorded review is parsed to its own text, and displayed in words."""
    assert str(parse_recorded_review(recorded)) == recorded
    assert review_text(recorded) == shown


@pytest.mark.parametrize("text", ["soon", "", "90", "every 90 days", "2027-13"])
def test_any_other_text_is_refused_as_a_review(text: str) -> None:
    """A text that is neither a span nor an EDTF date is refused."""
    with pytest.raises(DateError):
        parse_recorded_review(text)


@pytest.mark.parametrize(
    ("span", "days"), [("10 days", 10), ("2 weeks", 14), ("1 month", 30), ("6 months", 180), ("2 years", 730)]
)
def test_a_span_has_a_length_in_days(span: str, days: int) -> None:
    """A month counts as 30 days, and a year as 365."""
    assert Span.parse(span).days == days


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("6m", "6 months"),
        ("every 90 days", "90 days"),
        ("Every 2 weeks", "2 weeks"),
        ("2027-Q1", "2027-33"),
        ("15 Mar 2027", "2027-03-15"),
        ("2026", "2026"),
    ],
)
def test_a_review_is_typed_in_many_forms(typed: str, recorded: str) -> None:
    """Spans with or without `every`, and dates in every form of the command line, are accepted."""
    assert str(parse_review(typed, today=TODAY)) == recorded


@pytest.mark.parametrize(
    "typed", ["today", "2026-10", "2026-11-22", "2027/..", "../2027", "every now and then", "soon"]
)
def test_a_review_closes_after_today(typed: str) -> None:
    """A date with an open side, one that does not close after today, and any other text are refused."""
    with pytest.raises(DateError):
        parse_review(typed, today=TODAY)


def test_quarters_are_shown_as_typed() -> None:
    """Quarters and halves are displayed as `2026-Q3` and `2026-H2`; seasons keep their codes."""
    assert (as_typed("2026-35"), as_typed("2026-41"), as_typed("2026-21")) == ("2026-Q3", "2026-H2", "2026-21")
