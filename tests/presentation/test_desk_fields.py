"""Tests of how owner, review, criterion and quote are shown in each format, with hostile text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from icalendar import Calendar

from spacedialog.presentation.detail import commitment
from spacedialog.presentation.phrases import NO_EVIDENCE, entry_text
from spacedialog.presentation.report import report
from spacedialog.presentation.views import View
from spacedialog.render import html, ics, markdown, plain, table, template, xlsx
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.trackers import Maker

QUOTE = 'The two Kingdoms intend to "fly" <b>together</b> & *soon*.'
FIELDS = {"owner": "Rudolf <R>", "review": "6m", "criterion": "In orbit; see https://a.example/x", "quote": QUOTE}


@pytest.fixture(scope="module")
def tracker(make: Maker) -> Tracker:
    """Return a tracker whose first commitment has the fields, changed after evidence was recorded."""
    tracker = make("ruritania")
    tracker.edit("1", {"criterion": "Launched"})
    tracker.note("1", "Seen", evidence="https://a.example/")
    tracker.edit("1", FIELDS)
    return tracker


@pytest.fixture(scope="module")
def whole(tracker: Tracker) -> Iterator[View]:
    with tracker.snapshot() as view:
        yield report(view.report(), events=view.calendar)


def text(view: View, format_: Any, **settings: Any) -> str:
    out = io.StringIO()
    format_.write(view, out, Settings(**settings))
    return out.getvalue()


def test_show_has_the_fields(tracker: Tracker) -> None:
    """`show` has owner, review, criterion and quote, and says that the criterion was set late."""
    with tracker.snapshot() as view:
        shown = commitment(view.detail(view.refs.resolve("1")))
    lines = text(shown, plain).splitlines()
    assert "owner\tRudolf <R>" in lines
    assert "review\tevery 6 months" in lines
    assert f"done when\t{FIELDS['criterion']} (changed after evidence was recorded)" in lines
    assert f"quote\t\u201c{QUOTE}\u201d" in lines
    assert "\u201cThe two Kingdoms intend" in text(shown, table, width=60)


def test_the_history_shows_new_values_and_asks_for_no_evidence(tracker: Tracker) -> None:
    """The entry that sets the fields shows them in words, and no evidence is expected of it."""
    with tracker.snapshot() as view:
        row = view.history(view.refs.resolve("1"))[-1]
    said = entry_text(row)
    assert f"quote → \u201c{QUOTE}\u201d" in said
    assert "review → every 6 months" in said
    assert "(changed after evidence was recorded)" in said
    assert NO_EVIDENCE not in said


def test_the_markdown_of_a_report_quotes_the_sentence(whole: View) -> None:
    """The report has each quote in quotation marks, escaped, and the criterion below it."""
    lines = text(whole, markdown).splitlines()
    start = lines.index("## Quotes and criteria")
    assert lines[start + 2].startswith("- RUR1-01 ")
    assert lines[start + 3] == '  \u201cThe two Kingdoms intend to "fly" \\<b\\>together\\</b\\> \\& \\*soon\\*.\u201d'
    assert lines[start + 4].startswith("  done when: In orbit; see <https://a.example/x> (changed after evidence")


def test_a_report_without_quotes_has_no_part_for_them(make: Maker) -> None:
    """A record without quotes and criteria has no part for them, and no columns in the workbook."""
    with make("ruritania").snapshot() as view:
        bare = report(view.report())
    assert "Quotes and criteria" not in text(bare, markdown)
    assert "<blockquote" not in text(bare, html)
    assert {"Owner", "Review"} <= sheet(bare).keys()
    assert not {"Criterion", "Quote"} & sheet(bare).keys()


def test_the_page_shows_the_quote_as_a_quotation(whole: View) -> None:
    """The page has the quote in a blockquote, escaped, and the criterion with its remark."""
    page = text(whole, html)
    (quote,) = re.findall(r"<blockquote><p>(.*?)</p></blockquote>", page)
    assert quote == "The two Kingdoms intend to &#34;fly&#34; &lt;b&gt;together&lt;/b&gt; &amp; *soon*."
    assert '<dt>Done when</dt><dd>In orbit; see <a href="https://a.example/x"' in page
    assert "(changed after evidence was recorded)</span></dd>" in page
    assert "<dt>Owner</dt><dd>Rudolf &lt;R&gt;</dd>" in page
    assert "<dt>Review</dt><dd>every 6 months</dd>" in page


def sheet(view: View) -> dict[str, Any]:
    """Return the first row of the commitments in the workbook."""
    out = io.BytesIO()
    xlsx.write(view, out, Settings())
    head, first, *_ = openpyxl.load_workbook(out)["Commitments"].iter_rows(values_only=True)
    return dict(zip(map(str, head), first, strict=True))


def test_the_workbook_has_a_column_for_each_field(whole: View) -> None:
    """The sheet of commitments has owner, review, criterion and quote."""
    row = sheet(whole)
    assert (row["Owner"], row["Review"], row["Quote"]) == ("Rudolf <R>", "every 6 months", QUOTE)
    assert row["Criterion"] == f"{FIELDS['criterion']} (changed after evidence was recorded)"


def test_a_calendar_event_has_the_criterion(whole: View) -> None:
    """The description of an event says what will count as done, in the words of the day."""
    calendar = Calendar.from_ical(text(whole, ics))
    descriptions = {str(event["summary"]): str(event["description"]) for event in calendar.walk("VEVENT")}
    assert any(f"Done when: {FIELDS['criterion']}" in said.split("\n") for said in descriptions.values())
    assert any("Done when" not in said for said in descriptions.values())


def test_a_template_reads_the_fields(whole: View, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A template has the fields of each commitment, and whether the criterion was set late."""
    file = tmp_path_factory.mktemp("template") / "t.html"
    file.write_text(
        "{% set d = report.commitments[0] %}<q>{{ d.quote }}</q>|{{ d.criterion }}|{{ d.commitment.owner }}"
        "|{{ d.commitment.review }}|{{ d.criterion_after_evidence }}"
    )
    quote, *rest = text(whole, template, template=file).split("|")
    assert quote == "<q>The two Kingdoms intend to &#34;fly&#34; &lt;b&gt;together&lt;/b&gt; &amp; *soon*.</q>"
    assert rest == [FIELDS["criterion"], "Rudolf &lt;R&gt;", "6 months", "True"]


def test_an_earlier_day_has_no_field(tracker: Tracker) -> None:
    """A view of a day before the edit has none of the fields."""
    from spacedialog.model.position import Scope

    with tracker.snapshot(Scope(date(2026, 11, 30))) as view:
        (first, *_) = view.report().commitments
        assert (first.quote, first.criterion, first.commitment.owner, first.commitment.review) == (None,) * 4
        assert all(event.criterion is None for event in view.calendar())
