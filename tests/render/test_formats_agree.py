"""Tests that every format of one view has the same rows: random records are written and read back."""

from __future__ import annotations

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

from spacedialog.analysis.brief import brief
from spacedialog.errors import SpacedialogError
from spacedialog.model.escapes import one_line
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Since
from spacedialog.presentation import brief as news
from spacedialog.presentation import report, tables
from spacedialog.presentation.phrases import flat
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Format, Settings
from spacedialog.render.output import Output, show
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker import Tracker
from tests.support.formats import MARKDOWN, Rows, csv_rows, plain_rows

if TYPE_CHECKING:
    from tests.support.trackers import Maker

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


class Act(NamedTuple):
    """A mark and a new date of the commitment with this number."""

    number: int
    status: str
    due: str
    text: str


acts = st.builds(
    Act, st.integers(1, 8), st.sampled_from(["complete", "stalled", "in-progress", "withdrawn"]), dates, texts
)


def record(tracker: Tracker, titles: list[str], said: list[Act]) -> None:
    """Add the commitments, and apply the acts; those that the program refuses are left out."""
    for title in titles:
        with suppress(SpacedialogError):
            tracker.add(NewCommitment(title, "moon", "JS", due=None))
    for act in said:
        with suppress(SpacedialogError):
            tracker.mark(str(act.number), act.status, note=act.text)
        with suppress(SpacedialogError):
            tracker.reschedule(str(act.number), act.due, note=act.text, evidence="https://a.example/x_y?a=1&b=2")


VIEWS: dict[str, Callable[[Snapshot], Table | View]] = {
    "list": lambda view: tables.commitments(view.commitments(), view.coverage),
    "upcoming": lambda view: tables.upcoming(view.upcoming(everything=True), view.coverage),
    "areas": lambda view: tables.areas(view.areas(), view.coverage),
    "dialogues": lambda view: tables.dialogues(view.dialogues(), view.coverage),
    "history": lambda view: tables.history(view.history()),
    "slips": lambda view: tables.slips(view.slips(), view.coverage),
    "report": lambda view: report.report(view.report()),
    "brief": lambda view: news.brief(brief(view, Since(), until=DAY + timedelta(days=60))),
}


def fields_of(view: Table | View) -> Rows:
    """Return the rows of a format for machines, below their field names."""
    sheet = main_table(view)
    return [list(sheet.fields), *([flat(value) for value in row] for row in sheet.rows)]


def cells_of(sheet: Table) -> Rows:
    """Return the rows of a format for people, below their headings."""
    headings = [column.heading for column in sheet.columns]
    return [headings, *([one_line(column.cell(row)) for column in sheet.columns] for row in sheet.rows)]


def tables_of(view: Table | View) -> Rows:
    """Return the rows of all tables of a format for people."""
    if isinstance(view, Table):
        return cells_of(view)
    return [row for block in view.blocks if block.table for row in cells_of(block.table)]


def read_plain(path: Path) -> Rows:
    return plain_rows(path.read_bytes().decode())


def read_csv(path: Path) -> Rows:
    return csv_rows(path.read_bytes().decode())


def read_lines(path: Path) -> Rows:
    rows = [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]
    return [[flat(value) for value in row.values()] for row in rows]


def read_markdown(path: Path) -> Rows:
    page = MARKDOWN.render(path.read_text("utf-8"))
    return [
        [
            html.unescape(re.sub(r"</?a\b[^>]*>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]


class _Tables(HTMLParser):
    """Collects the cells of a page's tables."""

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
    return unspaced(page.rows)


def unspaced(rows: Rows) -> Rows:
    """Return the cells without white space, which a page may change."""
    return [["".join(cell.split()) for cell in row] for row in rows]


class Reading(NamedTuple):
    """A reader of a format, and the rows that it must find."""

    read: Callable[[Path], Rows]
    holds: Callable[[Table | View], Rows]


READERS = {
    Format.PLAIN: Reading(read_plain, fields_of),
    Format.CSV: Reading(read_csv, fields_of),
    Format.JSONL: Reading(read_lines, lambda view: fields_of(view)[1:]),
    Format.MD: Reading(read_markdown, tables_of),
    Format.HTML: Reading(read_page, lambda view: unspaced(tables_of(view))),
}


@given(st.lists(texts, max_size=4), st.lists(acts, max_size=6))
@settings(
    max_examples=8,
    phases=[Phase.generate],  # shrinking an example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_each_format_has_the_same_rows(make: Maker, tmp_path: Path, titles: list[str], said: list[Act]) -> None:
    """Each format holds the rows of the view, cell by cell."""
    tracker = make("ruritania")
    record(tracker, titles, said)
    with tracker.snapshot() as view:
        for name, make_view in VIEWS.items():
            for format_, reading in READERS.items():
                if (name, format_) == ("report", Format.HTML):
                    continue  # a page of its own, which test_html.py reads
                path = tmp_path / f"{name}.{format_}"
                show(
                    make_view(view),
                    Output(format_, path, Settings(), tmp_path / "store.db"),
                    as_of=DAY.isoformat(),
                )
                assert reading.read(path) == reading.holds(make_view(view)), (name, format_)
