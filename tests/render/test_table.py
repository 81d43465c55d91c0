"""Tests of tables for a terminal: columns at every width, and colour."""

from __future__ import annotations

import re

import pytest

from spacedialog.model.dates import readable
from tests.support.program import COLOUR, Desk


def table(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int, *view: str) -> str:
    """Return the view as a table of `columns` columns."""
    monkeypatch.setattr(Desk, "environment", {**desk.environment, "COLUMNS": str(columns)})
    ran = desk.call(*view, "-f", "table")
    return ran.stdout


def test_colour_never_carries_meaning_alone(reader: Desk) -> None:
    """A table has the same words with and without colour."""
    plain, coloured = (reader.call("list", "-f", "table", "--color", how).stdout for how in ("never", "always"))
    assert "\x1b" not in plain
    assert plain != coloured
    assert COLOUR.sub("", coloured) == plain


def test_the_match_of_a_search_is_below_the_title(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text that matched is on a line under the title, at every width; a match in the title has none."""
    for columns in (60, 120):
        words = " ".join(table(desk, monkeypatch, columns, "search", "hydrogen").split())
        assert re.search(r"^Ref Title Status ROK3-13 .* detail: The technologies named are hydrogen, mobility", words)
    assert "title:" not in table(desk, monkeypatch, 60, "search", "Landsat")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_worklist_has_its_titles_and_every_reason(
    reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """`todo` shows the title of each row and all its reasons, even if they are long and the terminal is narrow."""
    text = table(reader, monkeypatch, columns, "todo", "--today", "2027-11-30", "--limit", "2")
    assert text.splitlines()[0].split()[:4] == ["Ref", "What", "Why", *(["Due"] if columns >= 70 else [])]
    assert "…" not in text
    for word in ("payload", "overdue", "months;"):
        assert word in text


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize(
    ("view", "fields"),
    [
        ("list", ("ref", "status")),
        ("upcoming", ("ref", "when")),
        ("slips", ("ref", "old", "new")),
        ("areas", ("area",)),
        ("history", ("on", "ref")),
    ],
)
def test_refs_and_dates_are_never_cut(
    reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int, view: str, fields: tuple[str, ...]
) -> None:
    """Refs and dates are whole at every width."""
    rows = reader.call(view, "--json").data
    text = table(reader, monkeypatch, columns, view)
    for row in rows:
        line = next((line for line in text.splitlines() if all(readable(row[field]) in line for field in fields)), None)
        assert line is not None, [row[field] for field in fields]


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_headings_are_never_cut(reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """A column has its whole heading or is left out."""
    heading = table(reader, monkeypatch, columns, "areas").splitlines()[0]
    whole = "Dialogue|Area|Title|Commitments|Checked|Complete|No evidence|In progress|Overdue|Closing|Next milestone"
    assert re.fullmatch(rf"(({whole})( +|$))+", heading), heading


@pytest.mark.parametrize("columns", [80, 120])
def test_long_name_leaves_room_for_the_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """A long author's name leaves the day and the ref whole."""
    desk.call("mark", "33", "complete", "--note", "Signed", "--by", "Office of " + "x" * 150)
    text = table(desk, monkeypatch, columns, "history", "33")
    assert re.search(r"^2026-11-22 +ROK4-33 .*status", text, re.MULTILINE), text
    assert "Signed" in text


@pytest.mark.parametrize("view", ["list", "upcoming", "history", "slips", "areas"])
def test_narrow_table_stays_readable(reader: Desk, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    """At 60 columns a row takes at most nine lines."""
    rows = reader.call(view, "--json").data
    lines = table(reader, monkeypatch, 60, view).splitlines()
    assert len(lines) <= 9 * len(rows) + 3


@pytest.mark.parametrize("columns", ["0", "-5", "wide", "", " ", "1", "99999999999999999999"])
def test_any_width_is_accepted(reader: Desk, columns: str) -> None:
    """An invalid COLUMNS is ignored."""
    ran = reader.run("list", "--closing", "-f", "table", env={"COLUMNS": columns})
    assert (ran.status, "Traceback" in ran.stderr) == (0, False)
    assert "ROK4-31" in ran.stdout or columns == "1"


def test_a_terminal_gets_as_many_rows_as_a_person_reads() -> None:
    """A long table is cut after a number of rows with a note, unless there is no limit."""
    from spacedialog.presentation.maintenance import Place, places
    from spacedialog.render.formats import Settings
    from spacedialog.render.table import draw

    def drawn(count: int, most: int | None) -> str:
        rows = [Place(f"row{number}", "path", True) for number in range(count)]
        return draw(places(rows), Settings(width=80, max_rows=most))

    assert ("row2" in drawn(4, 3), "row3" in drawn(4, 3), "more" in drawn(4, 3)) == (True, False, True)
    assert "more" not in drawn(3, 3)
    assert "row3" in drawn(4, None)
