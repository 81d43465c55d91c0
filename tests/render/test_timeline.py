"""Tests of the timeline and the bars on a terminal: to scale at every width, and in ASCII if needed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.rows.record import UpcomingRow
from spacedialog.presentation import tables
from spacedialog.presentation.bars import bar
from spacedialog.render import table, timeline
from spacedialog.render.formats import Settings
from spacedialog.render.timeline import AFTER, BEFORE, DAY, FORMER, OPEN, TODAY, WINDOW, Scale
from tests.support.built_in import COVERAGE, UNKNOWN
from tests.support.program import Desk

DAY_OF_VIEW = date(2026, 11, 22)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def dated(when: str, ref: str = "R-1", title: str = "Fly", state: str = "upcoming") -> UpcomingRow:
    """Return a row with this date."""
    date_ = VagueDate.parse(when)
    earliest, latest = iso(date_.earliest), iso(date_.latest)
    return UpcomingRow(ref, ref, title, when, earliest, latest, state, None, None, None, "JS par. 1")


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def drawn(
    rows: list[UpcomingRow],
    width: int = 80,
    *,
    day: date = DAY_OF_VIEW,
    until: date | None = None,
    before: dict[str, list[tuple[str | None, str | None]]] | None = None,
) -> list[str]:
    """Return the lines of the rows' timeline."""
    of = tables.TimelineSettings(day.isoformat(), iso(until), before or {})
    sheet = tables.upcoming(rows, timeline=of)
    return "".join(table.drawn(sheet, Settings(width=width))).splitlines()


def chart(line: str, width: int) -> str:
    """Return the part of a line that is drawn to scale."""
    size = width * 11 // 20 if width >= 90 else width // 2
    start, cells = 0, 0
    while cells < width - size and start < len(line):
        cells += cell_len(line[start])
        start += 1
    return line[start:].ljust(size)


EXACT = st.dates(date(2024, 1, 1), date(2040, 12, 31)).map(date.isoformat)
DATES = st.one_of(
    EXACT,
    EXACT.map(lambda text: text[:7]),
    EXACT.map(lambda text: text[:4]),
    EXACT.map(lambda text: f"../{text[:7]}"),
    EXACT.map(lambda text: f"{text}/.."),
)
TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "우주 협력 대화를 위한 위성 발사 계획과 그 다음 단계",
        "🛰️👩🏽‍🚀 rockets 🚀🚀🚀🚀🚀🚀",
        "\x1b[31mred",
        "\u202eright",
    ]
)


@given(
    st.lists(st.builds(dated, DATES, st.sampled_from(["R-1", "우주-01", "R" * 30]), TITLES), min_size=1, max_size=5),
    st.integers(60, 220),
    st.none() | st.dates(date(2024, 1, 1), date(2200, 12, 31)),
)
def test_no_line_is_wider_than_the_terminal(rows: list[UpcomingRow], width: int, until: date | None) -> None:
    """Each row is one line that fits, at any width from 60 columns and for any title."""
    shown = drawn(rows, width, until=until, before={"R-1": [("2026-01-01", "2026-12-31")]})
    assert max(map(cell_len, shown)) <= width
    assert len([line for line in shown if line.startswith(tuple(row.ref[:2] for row in rows))]) >= len(rows)


@given(
    st.dates(date(1900, 1, 1), date(2300, 1, 1)),
    st.integers(0, 5000),
    st.integers(1, 200),
)
def test_the_columns_of_a_scale_share_its_days(first: date, days: int, columns: int) -> None:
    """The first day is in the first column and the last in the last, in order."""
    scale = Scale(first, first + timedelta(days=days), columns)
    places = [scale.column(first + timedelta(days=number)) for number in range(days + 1)]
    assert places == sorted(places)
    assert places[0] == 0
    assert columns - 1 - -(-columns // (days + 1)) < places[-1] <= columns - 1
    assert scale.column(first - timedelta(days=1)) < 0
    assert scale.column(first + timedelta(days=days + 1)) == columns


@given(DATES, st.integers(60, 200), st.dates(date(2026, 12, 31), date(2045, 12, 31)))
def test_a_bar_covers_just_the_columns_of_its_days(when: str, width: int, until: date) -> None:
    """A window covers the columns of its days and no others, with arrows if it continues beyond the scale."""
    row = dated(when)
    of = tables.TimelineSettings(DAY_OF_VIEW.isoformat(), until.isoformat(), {})
    size = width * 11 // 20 if width >= 90 else width // 2
    scale = timeline._scale([row], of, size)
    (line,) = [line for line in drawn([row], width, until=until) if line.startswith("R-1")]
    cells = chart(line, width)
    sign = DAY if VagueDate.parse(when).is_exact else WINDOW if row.earliest and row.latest else OPEN
    covered: set[int] = set()
    day = scale.first
    while day <= scale.last:
        if (row.earliest or "") <= day.isoformat() <= (row.latest or "9999"):
            # With more columns than days, a day has several, and an exact day is marked in the first.
            many = sign != DAY and scale.column(day + timedelta(days=1)) - scale.column(day)
            covered |= {scale.column(day) + number for number in range(many or 1)}
        day += timedelta(days=1)
    earliest, latest = row.earliest or "", row.latest or "9999"
    arrows = {0} if earliest < scale.first.isoformat() else set()
    arrows |= {size - 1} if latest > scale.last.isoformat() else set()
    assert {place for place, cell in enumerate(cells) if cell == sign} == covered - arrows
    assert {place for place, cell in enumerate(cells) if cell in (BEFORE, AFTER)} == arrows
    today = scale.column(DAY_OF_VIEW)
    assert (cells[today] == TODAY) == (today not in covered | arrows)


def test_a_day_that_has_room_for_more_has_one_mark_and_leaves_no_gap() -> None:
    """With more columns than days, an exact day is one mark, and adjacent windows leave no gap."""
    for number in range(1, 31):
        before, day, after = f"2026-11/2026-12-{number:02}", f"2026-12-{number:02}", f"2026-12-{number + 1:02}/2027-01"
        rows = [dated(when, f"R-{ref}") for ref, when in enumerate((before, day, after))]
        lines = [line for line in drawn(rows, 200, until=date(2027, 1, 31)) if line.startswith("R-")]
        first, mark, second = (chart(line, 200) for line in lines)
        assert mark.count(DAY) == 1
        assert first.count(WINDOW) + second.count(WINDOW) == len(first) == 110
        assert first.rindex(WINDOW) + 1 == second.index(WINDOW)


def test_the_mark_of_today_is_above_its_column() -> None:
    """Today's mark and the line below it are in the column of the day."""
    shown = drawn([dated("2026-10"), dated("2027-02", "R-2")], 100)
    (mark,) = [line for line in shown if "▼" in line]
    place = mark.index("▼")
    assert mark.endswith("▼ today")
    assert [line[place] for line in shown if line.startswith("R-")] == [TODAY, TODAY]
    assert drawn([dated("2026-10")], 80, day=date(2026, 10, 31))[1:3] != shown[1:3]


@pytest.mark.parametrize(
    ("until", "width", "labels"),
    [
        (date(2027, 1, 31), 120, ["2026", "2027"]),
        (date(2027, 1, 31), 120, ["Oct", "Nov", "Dec", "Jan"]),
        (date(2027, 12, 31), 80, ["Q4", "Q1", "Q2", "Q3", "Q4"]),
        (date(2035, 12, 31), 120, [str(year) for year in range(2027, 2036)]),
        (date(2045, 12, 31), 90, [str(year) for year in range(2028, 2045, 2)]),
        (date(2500, 12, 31), 80, ["2026", "2100", "2200", "2300", "2400"]),
    ],
)
def test_ticks_are_what_the_scale_has_room_for(until: date, width: int, labels: list[str]) -> None:
    """Ticks are months, quarters, years or multiples of years, so that labels do not touch."""
    heads = [line.split() for line in drawn([dated("2026-10")], width, until=until)[:2]]
    assert labels in heads


def test_a_window_that_moved_leaves_its_ghost() -> None:
    """The old window of a moved date is drawn lighter, and only for the next occurrence."""
    rows = [dated("2026-07"), dated("2028-07")]
    shown = drawn(rows, 120, before={"R-1": [("2026-01-01", "2026-12-31")]})
    first, second = (line for line in shown if line.startswith("R-1"))
    assert re.search(f"{FORMER}+{WINDOW}+{FORMER}+", chart(first, 120))
    assert FORMER not in second
    assert any(f"{FORMER} earlier date" in line for line in shown)


def test_a_date_off_the_scale_is_written_beside_an_arrow() -> None:
    """A window beyond the scale shows its date beside an arrow if there is no date column."""
    (line,) = [line for line in drawn([dated("2045-33")], 80, until=date(2027, 12, 31)) if line.startswith("R-1")]
    assert line.endswith(f"{readable('2045-33')} {AFTER}")


def test_settled_milestones_show_their_state() -> None:
    """A met or withdrawn milestone has its state before its title, independent of colour."""
    (line,) = [line for line in drawn([dated("2026-10", title="Fly", state="met")]) if line.startswith("R-1")]
    assert "met: Fly" in line


def test_days_at_the_ends_of_the_calendar_can_be_drawn() -> None:
    """The first and the last year of the calendar can be drawn."""
    assert drawn([dated("0001-01-01"), dated("9999-12-31")], 80, until=date.max)
    assert drawn([dated("0001")], 80, day=date.min)
    assert drawn([dated("9999-12")], 80, day=date.max)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=5), st.integers(0, 100))
def test_a_bar_has_a_fixed_length_and_shows_every_count(counts: list[int], more: int) -> None:
    """A bar never exceeds its width, and every count but zero has at least one character."""
    signs = "█▒░▁◆"
    shown = bar(*zip(counts, signs, strict=False), full=sum(counts) + more or 1)
    assert len(shown) <= 24
    assert [sign in shown for sign, _ in zip(signs, counts, strict=False)] == [count > 0 for count in counts]
    assert shown == "".join(sorted(shown, key=signs.index))


# Commands


TIMELINE = """\
                              2026     2027        2028
                                     ▼ today
ROK3-15.2 GPS-KPS technical…  ◂      │ ┊           ┊
ROK4-31   Launch KASI's luna… ◂████████┊           ┊
ROK4-41.1 U.S.-ROK Civil Spa…        │ ████████████┊
ROK4-42   Host the fifth Civ…        │ ████████████┊
ROK4-25.1 Launch of the firs…        │ ┊         ┄┄┊       ▸
ROK4-41.1 U.S.-ROK Civil Spa…        │ ┊           ┊  2029 ▸
ROK4-13.1 Launch of Landsat…         │ ┊         2030/2031 ▸
ROK4-12.1 Launch of GEO-KOMP…        │ ┊           ┊  2031 ▸
ROK4-41.1 U.S.-ROK Civil Spa…        │ ┊           ┊  2031 ▸
ROK4-10.1 Launch of the KASA… ◂░░░░░░░░░░░░░░░░░░░░░░░░░░░░▸
ROK4-25.2 All eight KPS sate… ◂░░░░░░░░░░░░░░░░░░░░░░░░░░░░▸
█ window  ░ open on one side  ┄ earlier date  │ today
◂ ▸ continues
"""


SHOWN = f"{TIMELINE}{fill(COVERAGE, 60)}\n"


def test_the_timeline_of_the_record(desk: Desk) -> None:
    """The built-in record on a terminal of 60 columns without colour has this timeline."""
    ran = desk.in_terminal("upcoming", "--timeline", columns=60, env={"NO_COLOR": "1"})
    assert ran.stdout == SHOWN


def test_colour_does_not_change_the_text(desk: Desk) -> None:
    """The characters are the same with and without colour."""
    ran = desk.in_terminal("upcoming", "--timeline", columns=60)
    assert COLOUR.search(ran.stdout)
    assert COLOUR.sub("", ran.stdout) == SHOWN


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}])
@pytest.mark.parametrize("arguments", [["upcoming", "--timeline"], ["overview"]])
def test_a_simple_terminal_gets_simple_signs(desk: Desk, env: dict[str, str], arguments: list[str]) -> None:
    """A dumb terminal, or one without UTF-8, gets a drawing in ASCII."""
    shown = desk.in_terminal(*arguments, columns=80, env=env).stdout
    assert shown.isascii()
    assert "\\u" not in shown
    legend = "# window  - open on one side  . earlier date  | today  < > continues"
    if arguments == ["overview"]:
        legend = "# complete = in progress - other status _ unknown"
    assert legend in " ".join(shown.split("  ")) or legend in shown


def test_below_60_columns_there_is_the_list(desk: Desk) -> None:
    """Below 60 columns the table is shown instead, with the reason."""
    shown = desk.in_terminal("upcoming", "--timeline", columns=59, env={"NO_COLOR": "1"}).stdout
    assert "The timeline needs a terminal of at least 60 columns.\n" in shown
    assert "Milestone" in shown
    assert "█" not in shown


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_the_overview_fits_the_terminal(desk: Desk, columns: int) -> None:
    """No line of the overview is wider than the terminal, and the bars are repeated in figures."""
    shown = desk.in_terminal("overview", columns=columns, env={"NO_COLOR": "1"}).stdout
    assert max(map(cell_len, shown.splitlines())) <= columns
    assert re.search(r"Space exploration +[0-9] of 5 .*███▒▒▒▒▒▒▒▒▒▁▁▁", shown)
    assert re.search(rf"unknown +{UNKNOWN} +▁+\n", shown)


@pytest.mark.parametrize("arguments", [[], ["--format", "csv"], ["--format", "md"], ["-o", "dates.csv"]])
def test_a_timeline_is_for_people(desk: Desk, arguments: list[str]) -> None:
    """A timeline in another format or into a pipe is refused with a remedy."""
    ran = desk.call("upcoming", "--timeline", *arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == (
        "spacedialog: --timeline needs --format table\n  add --format table, or leave --timeline out\n"
    )


def test_the_rows_are_those_of_the_table(desk: Desk) -> None:
    """The timeline has the rows of the table in the same order, with --all and with a filter too."""
    for more in ([], ["--all"], ["--until", "2027"]):
        refs = [row["ref"] for row in desk.call("upcoming", *more, "--json").data]
        lines = desk.call("upcoming", *more, "--timeline", "-f", "table").stdout.splitlines()
        assert [line.split()[0] for line in lines if line.startswith("ROK")] == refs
