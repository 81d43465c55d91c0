"""Tests of the mail: its headers and parts, read by the parser of the standard library."""

from __future__ import annotations

import io
import re
from email import message_from_string, policy
from email.message import EmailMessage

import pytest

from spacedialog.presentation import brief as news
from spacedialog.presentation import tables
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View, pair_table
from spacedialog.render import eml
from spacedialog.render.formats import Settings
from spacedialog.render.table import drawn
from spacedialog.tracker import Tracker
from tests.support.hostile import HOSTILE
from tests.support.program import Desk

DAY = "2026-12-01"
HEADERS = ["Date", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def text_of(view: Table | View) -> str:
    """Return the message of a view."""
    out = io.StringIO(newline="")
    eml.write(view, out, Settings(as_of=DAY))
    return out.getvalue()


def parsed(text: str) -> tuple[EmailMessage, str, str]:
    """Return a message with its plain and its HTML part, and assert that its lines are short and ASCII."""
    assert text.isascii()
    assert "\r" not in text
    assert max(map(len, text.split("\n"))) <= 78
    message = message_from_string(text, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert list(message.keys()) == HEADERS
    assert not message.defects
    plain, html = message.iter_parts()
    assert [part.get_content_type() for part in (plain, html)] == ["text/plain", "text/html"]
    return message, plain.get_content(), html.get_content()


def test_the_parts_are_the_views_for_a_terminal_and_a_browser(tracker: Tracker) -> None:
    """The plain part is the view at 78 columns, the HTML part a page without a script, and the subject its heading."""
    tracker.mark("1", "complete", note="우주 협력", evidence="https://example.org/1")
    view = news.brief(tracker.brief(tracker.today))
    message, plain, html = parsed(text_of(view))
    assert message["Subject"] == "News since 2026-12-01 (as of 2026-12-01)"
    assert message["Date"] == "Tue, 01 Dec 2026 00:00:00 +0000"
    assert plain == "".join(drawn(view, Settings(width=78, notes=False)))
    assert "우주 협력" in html
    assert html.startswith("<!doctype html>")
    assert "<script" not in html
    assert 'href="https://example.org/1"' in html


def test_the_same_view_gives_the_same_message(tracker: Tracker) -> None:
    """Message and boundary do not depend on the run; another view has another id."""
    first, second = (text_of(news.brief(tracker.brief(tracker.today))) for _ in range(2))
    assert first == second
    tracker.note("1", "New")
    other, _, _ = parsed(text_of(news.brief(tracker.brief(tracker.today))))
    assert other["Message-ID"] != parsed(first)[0]["Message-ID"]


def test_rows_that_are_read_once_are_in_both_parts(tracker: Tracker) -> None:
    """A table whose rows come from an iterator has them in the plain and in the HTML part."""
    with tracker.snapshot() as view:
        _, plain, html = parsed(text_of(tables.commitments(view.commitments())))
    assert "RUR1-01" in plain
    assert "RUR1-01" in html


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_others_becomes_no_header_and_no_part(text: str) -> None:
    """With any text in heading, lines and cells, the message has the same headers and two parts."""
    table = pair_table("t", [(text, text)])
    message, _, html = parsed(text_of(View("v", None, table, (Block(text, (text,), table),))))
    assert len(str(message["Subject"])) <= 200
    assert message["Bcc"] is None
    assert not re.search("<script|<i>|<span class='nocase'>", html)


def test_any_view_can_be_sent(desk: Desk) -> None:
    """The ending .eml selects the format, also for a view of one table and for a report."""
    for command in ("todo", "report"):
        assert desk.call(command, "-o", "a.eml").status == 0
        _, plain, html = parsed((desk.folder / "a.eml").read_text("utf-8"))
        assert "ROK4-31" in plain
        assert "ROK4-31" in html
