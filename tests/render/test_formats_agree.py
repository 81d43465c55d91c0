"""Tests that all formats of a view have the same rows: random records are written, and read back by other parsers."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from spacedialog.analysis.brief import brief
from spacedialog.editing.commitments import NewCommitment
from spacedialog.errors import SpacedialogError
from spacedialog.presentation import brief as news
from spacedialog.presentation import documents, tables
from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table
from spacedialog.render.output import Format, Output, show
from spacedialog.render.text import flat, one_line
from spacedialog.store.read.history import Since
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from tests.conftest import Maker

Rows = list[list[str]]
DAY = date(2026, 12, 1)

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"])
    | st.sampled_from("\\|<>&'\"=+-@\t\n#*_`[]():~한🛰\u202e\x1b"),
    min_size=1,
    max_size=30,
).filter(str.strip)
dates = st.sampled_from(
    ["2026", "2026-12", "2026-12-24", "2025-10/2026-03", "../2030", "2027~", "2027-21", "2026-11-30"]
)


class Update(NamedTuple):
    """A mark and a new date for the commitment with a number."""

    number: int
    status: str
    due: str
    text: str


updates = st.builds(
    Update, st.integers(1, 8), st.sampled_from(["complete", "stalled", "in-progress", "withdrawn"]), dates, texts
)


def record(tracker: Tracker, titles: list[str], changes: list[Update]) -> None:
    """Record the commitments and their updates; skip those that the program refuses."""
    for title in titles:
        with suppress(SpacedialogError):
            tracker.add(NewCommitment(title, "moon", "JS", due=None))
    for update in changes:
        with suppress(SpacedialogError):
            tracker.mark(str(update.number), update.status, note=update.text)
        with suppress(SpacedialogError):
            tracker.reschedule(
                str(update.number), update.due, note=update.text, evidence="https://a.example/x_y?a=1&b=2"
            )


VIEWS: dict[str, Callable[[Snapshot], Table | View]] = {
    "list": lambda view: tables.commitments(view.commitments(), view.coverage),
    "upcoming": lambda view: tables.upcoming(view.upcoming(everything=True), view.coverage),
    "areas": lambda view: tables.areas(view.areas(), view.coverage),
    "dialogues": lambda view: tables.dialogues(view.dialogues(), view.coverage),
    "history": lambda view: tables.history(view.history()),
    "slips": lambda view: tables.slips(view.slips(), view.coverage),
    "report": lambda view: documents.whole(view.report()),
    "brief": lambda view: news.brief(brief(view, Since(), until=DAY + timedelta(days=60))),
}


def fields_of(view: Table | View) -> Rows:
    """Return the rows of a format for programs, preceded by the names of the fields."""
    sheet = view.sheet if isinstance(view, View) else view
    return [list(sheet.fields), *([flat(value) for value in row] for row in sheet.rows)]


def cells_of(sheet: Table) -> Rows:
    """Return the rows of a format for people, preceded by the headings."""
    headings = [column.heading for column in sheet.columns]
    return [headings, *([one_line(column.cell(row)) for column in sheet.columns] for row in sheet.rows)]


def tables_of(view: Table | View) -> Rows:
    """Return the rows of all tables of a view, in a format for people."""
    if isinstance(view, Table):
        return cells_of(view)
    return [row for block in view.blocks if block.sheet for row in cells_of(block.sheet)]


def unescape(cell: str) -> str:
    """Decode the escapes in a cell of `plain` or `csv`."""
    escapes = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))",
        lambda match: chr(int(match[1] or match[2], 16)) if not match[3] else escapes[match[3]],
        cell,
    )


def read_plain(path: Path) -> Rows:
    return [[unescape(cell) for cell in line.split("\t")] for line in path.read_bytes().decode().split("\n")[:-1]]


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return [[unescape(cell).removeprefix("'") for cell in row] for row in csv.reader(lines, strict=True)]


def read_lines(path: Path) -> Rows:
    rows = [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]
    return [[flat(value) for value in row.values()] for row in rows]


def read_markdown(path: Path) -> Rows:
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(path.read_text("utf-8"))
    return [
        [
            html.unescape(re.sub(r"</?a\b[^>]*>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]


class _Tables(HTMLParser):
    """A parser that collects the cells of all tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self._open = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def read_page(path: Path) -> Rows:
    page = _Tables()
    page.feed(path.read_text("utf-8"))
    return without_spaces(page.rows)


def without_spaces(rows: Rows) -> Rows:
    """Return the cells without white space, which differs on a page."""
    return [["".join(cell.split()) for cell in row] for row in rows]


class Reading(NamedTuple):
    """The reader of a format, and the rows that it must return for a view."""

    read: Callable[[Path], Rows]
    expected: Callable[[Table | View], Rows]


READERS = {
    Format.PLAIN: Reading(read_plain, fields_of),
    Format.CSV: Reading(read_csv, fields_of),
    Format.JSONL: Reading(read_lines, lambda view: fields_of(view)[1:]),
    Format.MD: Reading(read_markdown, tables_of),
    Format.HTML: Reading(read_page, lambda view: without_spaces(tables_of(view))),
}


@given(st.lists(texts, max_size=4), st.lists(updates, max_size=6))
@settings(
    max_examples=8,
    phases=[Phase.generate],  # shrinking an example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_each_format_holds_the_same_rows(make: Maker, tmp_path: Path, titles: list[str], changes: list[Update]) -> None:
    """Every format, read back, has the same rows and cells as the view."""
    tracker = make("ruritania")
    record(tracker, titles, changes)
    with tracker.view() as view:
        for name, make_view in VIEWS.items():
            for format_, reading in READERS.items():
                if (name, format_) == ("report", Format.HTML):
                    continue  # a page of its own, tested in test_html.py
                path = tmp_path / f"{name}.{format_}"
                show(
                    make_view(view),
                    Output(format_, path, header=True, colour=False, width=120, pager="", most=None, signs=True),
                    as_of=DAY.isoformat(),
                )
                assert reading.read(path) == reading.expected(make_view(view)), (name, format_)
