"""Tests of tables for a terminal: columns at every width, and colour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.model.dates import readable
from spacedialog.model.escapes import one_line
from spacedialog.presentation.maintenance import Place, places
from spacedialog.presentation.tables import Column
from spacedialog.render.formats import Settings
from spacedialog.render.layout import layout
from spacedialog.render.table import drawn
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


def test_a_list_at_60_columns_has_what_matters(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 60 columns, `list` has the ref, the title, the status and the due date; the hidden columns are named once."""
    text = table(reader, monkeypatch, 60, "list")
    assert text.split("\n")[0].split() == ["Ref", "Commitment", "Status", "Due"]
    assert re.search(r"Area, Lead,.* are hidden:.*--fields", " ".join(text.split()))
    assert "hidden" not in table(reader, monkeypatch, 60, "list", "--fields", "ref,due")


def test_the_sections_of_a_table_have_whole_headings(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heading of a section is on one line, also if it is wider than the first column."""
    lines = table(reader, monkeypatch, 80, "upcoming", "--within", "12m").splitlines()
    assert [line for line in lines if line in {"Overdue", "Upcoming"}] == ["Overdue", "Upcoming"]


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


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_heading_of_a_group_is_one_line(reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """The heading of a group of rows is one line, although the column below it is narrower."""
    lines = table(reader, monkeypatch, columns, "upcoming", "--due", "2027").splitlines()
    assert lines[1:3] == ["", "Upcoming"]
    assert lines[3].startswith("2027 ")


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


def test_a_long_table_is_drawn_in_pieces_with_the_same_columns() -> None:
    """A long table is drawn in pieces as its rows are read, and a cell begins in the same column in each piece."""
    read = count()

    def rows() -> Iterator[Place]:
        for number in range(5_000):
            next(read)
            yield Place("" if number % 7 else "a b c", f"path {number}", True)

    pieces = drawn(places(rows()), Settings(width=80))
    first = next(pieces)
    assert next(read) < 1_000
    lines = "".join((first, *pieces)).splitlines()
    assert len(lines) == 5_001
    assert len({line.index("path") for line in lines[1:]}) == 1


TEXTS = st.text("abc ", max_size=40)


@st.composite
def shapes(draw: st.DrawFn) -> tuple[list[Column], list[tuple[str, ...]], int]:
    """Return columns of a table, the texts of its rows, and a width of the terminal."""
    number = draw(st.integers(1, 6))

    def cell(place: int) -> Callable[[tuple[str, ...]], str]:
        return lambda row: row[place]

    columns = [
        Column(
            f"Column{place}",
            cell(place),
            from_width=draw(st.sampled_from((0, 0, 60, 90))),
            wide=draw(st.booleans()),
            max_width=draw(st.sampled_from((None, None, 8))),
        )
        for place in range(number)
    ]
    rows = draw(st.lists(st.tuples(*[TEXTS] * number), max_size=5))
    return columns, rows, draw(st.integers(1, 200))


@given(shapes())
def test_columns_share_the_terminal(shape: tuple[list[Column], list[tuple[str, ...]], int]) -> None:
    """Columns keep their order and their headings, only columns with a least width are hidden, and none without a word.

    The table is wider than the terminal only if its longest words need more width.
    """
    columns, rows, width = shape
    found = layout(columns, rows, width, one_line)
    shown = list(found.widths)
    assert shown == [column for column in columns if column in found.widths]
    hidden = [column for column in columns if column not in found.widths]
    assert all(column.from_width for column in hidden)
    assert list(found.hidden) == [column.heading for column in hidden if any(one_line(column.cell(r)) for r in rows)]
    for column, wide in found.widths.items():
        assert wide >= min(column.max_width or 7, 7)
        if not column.wide and not column.max_width:
            assert all(len(word) <= wide for row in rows for word in column.cell(row).split())
    least = (
        sum(max(10, *(len(w) for r in rows for w in column.cell(r).split()), 7) for column in shown) if rows else 200
    )
    assert found.width <= max(width, least + 2 * len(shown))
