"""Tests of evidence in each output format: web addresses become links, citations stay text."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from spacedialog.analysis.brief import brief
from spacedialog.model.position import Since
from spacedialog.presentation import brief as news
from spacedialog.presentation import detail, report, tables
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render import csv_, ics, jsonl, markdown, plain, table, xlsx
from spacedialog.render import html as page
from spacedialog.render.formats import Settings
from spacedialog.tracker import Snapshot, Tracker
from tests.support.formats import MARKDOWN, csv_rows, plain_rows
from tests.support.trackers import Maker

ADDRESS, SECOND = "https://a.example/news?x=1&y=2", "http://strelsau.example/b_c_(d)"
CITATIONS = (
    "=HYPERLINK(1), Cable STRELSAU 1234 of 3 May 2026",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>call with RSA</a>",
    "[a](javascript:alert(1)) | b",
    "data:text/html,<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>; {{ 7 * 7 }}',
    "전문 스트렐사우 1234호",
)
PIECES = (*CITATIONS[:3], ADDRESS, *CITATIONS[3:], SECOND)

Draw = Callable[[Snapshot], Table | View]


@pytest.fixture(scope="module")
def tracker(make: Maker) -> Tracker:
    tracker = make("ruritania")
    tracker.reschedule("1", "2027", evidence=PIECES)
    tracker.reschedule("1.1", "2027", evidence=PIECES)
    tracker.assess("1", "met", assessor="Anna", evidence=PIECES)
    return tracker


def written(tracker: Tracker, draw: Draw, write: Callable[..., None], settings: Settings | None = None) -> str:
    """Return what a format writes of a view."""
    out = io.StringIO(newline="")
    with tracker.snapshot() as view:
        write(draw(view), out, settings or Settings())
    return out.getvalue()


MACHINE: dict[str, Draw] = {
    "history": lambda view: tables.history(view.history()),
    "slips": lambda view: tables.slips(view.slips()),
    "assessments": lambda view: tables.assessments(view.assessments()),
    "brief": lambda view: news.brief(brief(view, Since(), until=date(2030, 1, 1))),
}
PEOPLE: dict[str, Draw] = {
    **{name: draw for name, draw in MACHINE.items() if name != "slips"},
    "show": lambda view: detail.commitment(view.detail(view.refs.resolve("1"))),
    "report": lambda view: report.report(view.report()),
}


@pytest.mark.parametrize("name", MACHINE)
def test_formats_for_machines_have_each_piece(tracker: Tracker, name: str) -> None:
    """JSON Lines have a list of pieces, a CSV cell has one per line, and a plain cell separates them by semicolons."""
    field = "source" if name == "brief" else "evidence"
    rows = [json.loads(line) for line in written(tracker, MACHINE[name], jsonl.write).splitlines()]
    assert [*PIECES] in [row[field] for row in rows]
    for write, read, cell in (
        (csv_.write, csv_rows, "\n".join(PIECES)),
        (plain.write, plain_rows, "; ".join(PIECES)),
    ):
        names, *cells = read(written(tracker, MACHINE[name], write))
        assert cell in [row[names.index(field)] for row in cells]
    assert "'=HYPERLINK" in written(tracker, MACHINE[name], csv_.write)


@pytest.mark.parametrize("name", PEOPLE)
def test_only_web_addresses_are_links_in_markdown(tracker: Tracker, name: str) -> None:
    """In Markdown a web address is a link, and a citation is text."""
    source = written(tracker, PEOPLE[name], markdown.write)
    drawn = MARKDOWN.render(source)
    links = {html.unescape(link) for link in re.findall(r'href="([^"]*)"', drawn)}
    assert all(link.startswith(("http://", "https://")) for link in links)
    assert ADDRESS in links
    assert not re.search(r"<(?:img|script)", drawn)
    text = " ".join(html.unescape(re.sub(r"</?a\b[^>]*>", "", drawn)).split())
    assert all(piece in text for piece in CITATIONS)


@pytest.mark.parametrize("name", PEOPLE)
def test_only_web_addresses_are_links_on_a_page(tracker: Tracker, name: str) -> None:
    """On a page a web address is a link, and a citation is text."""
    drawn = written(tracker, PEOPLE[name], page.write)
    links = {html.unescape(link) for link in re.findall(r'href="([^"]*)"', drawn)}
    assert all(link.startswith(("http://", "https://", "#")) for link in links)
    assert ADDRESS in links
    assert "<img" not in drawn
    assert "<script>alert" not in drawn
    assert all(
        str(html.escape(piece)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in drawn for piece in CITATIONS
    )


@pytest.mark.parametrize("name", ["history", "slips", "assessments", "report"])
def test_a_workbook_links_to_the_first_web_address(tracker: Tracker, name: str) -> None:
    """A cell of a workbook has one piece per line, and links to the first web address."""
    out = io.BytesIO()
    with tracker.snapshot() as view:
        xlsx.write((MACHINE | PEOPLE)[name](view), out, Settings())
    cells = [cell for sheet in openpyxl.load_workbook(out) for row in sheet for cell in row]
    found = [cell for cell in cells if cell.value == "\n".join(PIECES)]
    assert found
    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.hyperlink.target for cell in found if cell.hyperlink} == {ADDRESS}
    assert all(cell.hyperlink for cell in found)


def test_a_terminal_shows_each_piece_on_its_line(tracker: Tracker) -> None:
    """On a terminal each piece of evidence of an entry has its own line."""
    lines = written(tracker, PEOPLE["history"], table.write, Settings(width=200)).splitlines()
    assert {f"    {piece}" for piece in PIECES} <= set(lines)


def test_a_calendar_has_the_first_piece_and_the_first_web_address(tracker: Tracker) -> None:
    """The description of a milestone has the first piece of its evidence, and its URL is the first web address."""
    with tracker.snapshot() as view:
        (event,) = [event for event in view.calendar() if event.ref == "RUR1-01.1"]
        (row,) = [row for row in view.upcoming(everything=True) if row.ref == "RUR1-01.1"]
        drawn = io.StringIO()
        ics.write(tables.upcoming([], events=view.calendar), drawn, Settings())
    assert (event.source, event.url) == (PIECES[0], ADDRESS)
    assert row.source == PIECES[0]
    text = drawn.getvalue().replace("\r\n ", "")
    assert "Source: =HYPERLINK(1)\\, Cable STRELSAU" in text
    assert f"URL:{ADDRESS}" in text
    assert "URL:javascript" not in text
