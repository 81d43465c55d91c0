"""Tests that no format for people shows the EDTF code of a quarter or a half."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from spacedialog.model.dates import VagueDate, as_typed
from spacedialog.model.rows.record import ConflictRow
from spacedialog.presentation.tables import texts_of
from spacedialog.presentation.team import conflicts
from tests.support.program import Desk

CODE = re.compile(r"(?<![0-9-])[0-9]{4}-(?:3[3-6]|4[01])(?![0-9-])")
READS = [
    *("overview", "list", "todo", "upcoming --all", "areas", "dialogues", "history", "history 31", "slips", "show 31"),
    *(
        "show 25",
        "report",
        "brief --since 2026-01-01",
        "upcoming --until 2030-Q1 --timeline",
        "show ROK4",
        "parties",
        "history ROK4",
    ),
]


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk on whose record each kind of date is a quarter or a half."""
    desk = Desk(tmp_path_factory.mktemp("quarters"))
    for line in (
        "reschedule 31 2027-H1 --on 2026-Q3 --note Later",
        "reschedule 25.1 2029-Q3~ --on 2026-H1",
        "edit 31 --review 2027-Q1",
        "note 33 Heard --on 2026-Q2",
        "assess 31 --verdict not-met --on 2026-Q3 --assessor Ann",
        "add Review --milestone-of 31 --due 2026-Q3 --every year --on 2026-H1",
        "mark 31.1 met --on 2026-Q3",
        "mark 33 stalled --on 2026-Q2/2026-Q3",
        "party edit KASA --succeeds MSIT --from 2024-H2 --on 2025-Q3",
    ):
        ran = desk.call(*line.split())
        assert ran.status == 0, (line, ran.stderr)
        assert not CODE.search(ran.stdout + ran.stderr), (line, ran)
    return desk


@pytest.mark.parametrize("format_", ["table", "plain", "csv", "md", "html", "xlsx"])
def test_quarters_and_halves_are_shown_in_words(quarters: Desk, tmp_path: Path, format_: str) -> None:
    """A quarter is `2027-Q3` and a half `2027-H1` in each format that people read; JSON keeps the EDTF code."""
    seen = ""
    for line in READS:
        arguments = line.split()
        if "--timeline" in arguments and format_ != "table":
            continue  # only a terminal shows a timeline
        file = tmp_path / f"out.{format_}"
        ran = quarters.call(*arguments, "-f", format_, "-o", file)
        assert ran.status == 0, (line, ran.stderr)
        if format_ == "xlsx":
            cells = (cell.value for sheet in load_workbook(file) for row in sheet for cell in row)
            text = "\n".join(map(str, cells))
        else:
            text = file.read_text("utf-8")
        assert not CODE.findall(text), line
        seen += text
    assert {"2027-H1", "2026-Q3", "2026-H1"} <= set(re.findall("[0-9]{4}-[QH][1-4]", seen))
    if format_ == "plain":
        assert CODE.search(quarters.call("list", "--json").stdout)


def test_conflicting_dates_are_shown_in_words() -> None:
    """The values of a conflict are shown as dates if its field is a date, and unchanged if not."""
    one = ("2027-40", "Ann", "2026-35", "2026-11-22T09:00", "1", ())
    other = ("2027-33", "Kim", "2026-36", "2026-11-22T09:00", "2", ())
    for field, values in (("due", {"2027-H1", "2027-Q1"}), ("title", {"2027-40", "2027-33"})):
        row = ConflictRow("R-1", "Fly", field, *one, *other)
        shown = set(map(str, texts_of(conflicts([row]), row)))
        assert {*values, "2026-Q3", "2026-Q4"} <= shown


@pytest.mark.parametrize(
    "text", ["2026-35", "2026-36~", "2026-40/2027-33", "../2026-41", "2026-21", "2022-12-15/2022-12-16"]
)
def test_a_shown_date_can_be_typed(text: str) -> None:
    """The form of plain and CSV is read back as the same date, because a list in CSV can be edited and applied."""
    assert str(VagueDate.parse(as_typed(text))) == text
