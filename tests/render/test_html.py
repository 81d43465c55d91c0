"""Tests of the HTML page in a real browser: contents, behaviour and safety."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from unicodedata import bidirectional

import pytest
from playwright.sync_api import Locator, Page, expect

from spacedialog.analysis.agreement import agreement
from spacedialog.analysis.crosswalk import crosswalk
from spacedialog.model.dates import VagueDate
from spacedialog.model.rows.assessment import Crosswalk
from spacedialog.model.rows.record import AssessmentRow, Coverage, Detail, SlipRow, UpcomingRow
from spacedialog.model.rows.report import Report
from spacedialog.model.rubrics import rubric, scale
from spacedialog.presentation import assessment
from spacedialog.presentation.detail import commitment as detail_document
from spacedialog.presentation.overview import overview as overview_document
from spacedialog.presentation.report import report as whole
from spacedialog.presentation.tables import commitments, history, upcoming
from spacedialog.render import html, html_chart
from spacedialog.store.read.snapshot import Snapshot
from tests.support.browser import SCHEMES, Desktop, Scheme, desktop, violations, written
from tests.support.built_in import COMMITMENTS
from tests.support.program import Desk
from tests.support.trackers import Maker

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.html"
DAY = date(2026, 11, 29)
BIDIRECTIONAL = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""The classes of characters that change the order of text in a paragraph from left to right (UAX 9)."""

WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    with desktop(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


def page_of(report: Report) -> str:
    return written(whole(report))


@pytest.fixture(scope="module")
def dialogue(make: Maker) -> Report:
    """The report of the built-in record on 22 November 2026."""
    return make(today=DAY).report()


@pytest.fixture(scope="module")
def small(make: Maker) -> Report:
    """The report of the invented record on 1 December 2026."""
    with make("ruritania").snapshot() as view:
        return view.report()


@pytest.fixture(scope="module")
def text_2025(dialogue: Report) -> str:
    return page_of(dialogue)


@pytest.fixture(scope="module")
def text_small(small: Report) -> str:
    return page_of(small)


LONG = "Donaudampfschiff" * 320
NASTY = (
    "<script>window.hacked = 1</script>",
    "</style><style>body { display: none }</style>",
    "\u202egnp.exe\u2066 \u200f",
    LONG,
    "한미 우주 대화의 약속과 그 이행 상황을 기록한다 🛰️",
    "الحوار الفضائي الرابع: {{ 7 * 7 }} {% raw %}",
    '"><img src=x onerror="window.hacked = 1">',
)


def hostile(small: Report) -> Report:
    """The small report with every text replaced by a dangerous one."""

    def spoilt(number: int, one: Detail) -> Detail:
        bad, worse = NASTY[number % len(NASTY)], NASTY[(number + 1) % len(NASTY)]
        return one._replace(
            commitment=one.commitment._replace(
                title=bad, lead=worse, area=bad, partners=(bad,), owner=bad, review=worse
            ),
            quote=bad,
            criterion=worse,
            criterion_after_evidence=True,
            detail=f"{worse} see https://strelsau.example/a?b=1&c=2, or javascript:alert(1)",
            difference=bad,
            omitted_by=(worse,),
            sources=(
                {"document": bad, "url": "javascript:window.hacked=1", "title": worse, "grade": bad, "meaning": bad},
                {"document": bad, "url": "data:text/html,<script>window.hacked=1</script>", "paragraph": worse},
                {"document": bad, "url": "https://strelsau.example/\u202e", "meaning": None},
                {"document": bad, "url": 'https://strelsau.example/"onmouseover="x', "meaning": None},
            ),
            history=tuple(
                entry._replace(note=bad, evidence=("javascript:window.hacked=1", worse), author=worse)
                for entry in one.history
            ),
            milestones=tuple(row._replace(title=worse) for row in one.milestones),
            assessments=(
                AssessmentRow(
                    *("RUR1-01", bad, worse, bad, worse, bad, "2026", worse),
                    ("javascript:window.hacked=1", bad),
                    *(bad, "2026-12-01T12:00:00.000000Z", "0" * 36),
                ),
            ),
        )

    details = tuple(spoilt(number, one) for number, one in enumerate((*small.commitments, *small.commitments[:2])))
    renamed = tuple(
        one._replace(commitment=one.commitment._replace(ref=f"RUR1-{number:02}"), milestones=())
        if number > len(small.commitments)
        else one
        for number, one in enumerate(details, 1)
    )
    dialogues = tuple(
        {
            **one,
            **dict.fromkeys(("title", "place", "host", "note"), NASTY[number]),
            "heads": [{"side": NASTY[0], "name": LONG, "title": NASTY[2], "body": NASTY[6]}],
            "documents": [{"key": NASTY[0], "title": LONG, "url": "javascript:window.hacked=1", "note": NASTY[2]}],
            "grades": {NASTY[2]: LONG},
        }
        for number, one in enumerate(small.dialogues)
    )
    return small._replace(
        selection=NASTY[0],
        dialogues=dialogues,
        commitments=renamed,
        milestones=tuple(row._replace(title=LONG) for row in small.milestones),
    )


def empty(small: Report) -> Report:
    """A report without commitments."""
    return small._replace(
        dialogues=(),
        coverage=Coverage(0, 0, None),
        statuses=dict.fromkeys(small.statuses, 0),
        areas=(),
        commitments=(),
        milestones=(),
        slips=(),
        changes=0,
        recorded_until=None,
    )


def shown(page: Page) -> list[str]:
    """Return the refs of the visible rows, from top to bottom."""
    found: list[str] = page.eval_on_selector_all("#_table tbody:not([hidden])", "all => all.map(one => one.id)")
    return found


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def heads(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name).get_by_role("button")


# Contents


def test_the_page_has_every_fact_of_the_report(browser: Desktop, dialogue: Report, text_2025: str) -> None:
    """The page has each commitment, milestone, moved date, entry and document, with its source."""
    with browser.page(text_2025) as page:
        said = " ".join((page.text_content("main") or "").split())
        links = set(page.eval_on_selector_all("a[href^=http]", "all => all.map(one => one.getAttribute('href'))"))
    for detail in dialogue.commitments:
        row = detail.commitment
        for fact in (row.ref, row.title, detail.detail, detail.difference, row.status.replace("-", " ")):
            assert fact is None or " ".join(fact.split()) in said
        for part in detail.milestones:
            assert part.title in said
        for entry in detail.history:
            assert entry.note is None or " ".join(entry.note.split()) in said
            assert links.issuperset(entry.evidence)
        for source in detail.sources:
            assert source.get("url") is None or source["url"] in links
    for slip in dialogue.slips:
        assert links.issuperset(slip.evidence)


def test_carried_on_commitments_are_shown_side_by_side(browser: Desktop, dialogue: Report, text_2025: str) -> None:
    """The comparison lists each old commitment beside the one that carries it on, with links and explanations."""
    assert dialogue.carried is not None
    with browser.page(text_2025) as page:
        table = page.locator("#_carried table")
        assert table.locator("tbody tr").count() == sum(row.old is not None for row in dialogue.carried.rows)
        row = table.locator("tbody tr", has_text="ROK4-35")
        expect(row).to_contain_text("repeated")
        assert row.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == [
            "#ROK3-08",
            "#ROK4-35",
        ]
        expect(page.locator("#_reading")).to_contain_text("not linked to a later commitment")
        expect(page.locator("[id='ROK3-07'] .fold")).to_contain_text("Carried on by")


def test_the_head_names_the_contents_of_the_report(browser: Desktop, small: Report) -> None:
    """The head shows day, coverage, position in the log and filter."""
    part = small._replace(selection="status open", coverage=Coverage(5, 2, 40))
    with browser.page(page_of(part)) as page:
        facts = page.locator(".facts")
        for said in (
            "2026-12-01",
            "2 of 5 checked, oldest open check 40 days ago",
            f"{small.changes} entries",
            "status open",
        ):
            expect(facts).to_contain_text(said)
        expect(page.locator("h1")).to_have_text("First Ruritania-Graustark Space Dialogue")


def test_each_status_is_drawn_differently(browser: Desktop, text_small: str) -> None:
    """Each status has its own word and its own fill, so that it differs without colour."""
    looks = "all => all.map(one => getComputedStyle(one).fill + getComputedStyle(one).strokeDasharray)"
    with browser.page(text_small) as page:
        fills = page.eval_on_selector_all("#_progress .key rect", looks)
        assert len(fills) == len(set(fills)) == 6
        expect(page.locator("#_progress .areas")).to_contain_text("1 unknown")


def test_a_page_without_commitments_is_valid(browser: Desktop, small: Report) -> None:
    """A page without commitments has a message, and no control, table or timeline."""
    with browser.page(page_of(empty(small))) as page:
        expect(page.locator("#_progress")).to_contain_text("No commitments.")
        assert page.locator("table, input, select, button, #_timeline").count() == 0


def test_a_page_can_have_several_dialogues(browser: Desktop, small: Report) -> None:
    """A page of several dialogues names each, and its table can be filtered by dialogue."""
    second = small.commitments[0]
    second = second._replace(commitment=second.commitment._replace(ref="GRA2-01", dialogue="GRA2"), milestones=())
    both = small._replace(
        dialogues=(*small.dialogues, {"key": "GRA2", "title": "Second Space Dialogue"}),
        commitments=(*small.commitments, second),
    )
    with browser.page(page_of(both)) as page:
        expect(page.locator("h1")).to_have_text("Commitments of 2 dialogues")
        for title in ("First Ruritania-Graustark Space Dialogue", "Second Space Dialogue"):
            expect(page.locator("header").get_by_role("heading", name=title)).to_be_visible()
        choice(page, "Dialogue").select_option("GRA2")
        assert shown(page) == ["GRA2-01"]


# The timeline


def event(when: str, ref: str = "A-1", state: str = "upcoming") -> UpcomingRow:
    window = VagueDate.parse(when)
    earliest, latest = (end.isoformat() if end else None for end in (window.earliest, window.latest))
    return UpcomingRow(ref, ref, "An event", when, earliest, latest, state, 1, 1, None, "JS par. 1")


def moved(old: str, new: str, ref: str = "A-1") -> SlipRow:
    return SlipRow(ref, ref, "An event", "2026-01-01", old, new, None, None, False, "Zenda", None, (), "", "")


def test_a_vague_date_is_drawn_as_wide_as_its_window() -> None:
    """A year is drawn as wide as a year of the scale, a month as a month, and only an exact day as a point."""
    drawn = html_chart.timeline([event("2026"), event("2025-07", "A-2"), event("2025-07-02", "A-3")], [], DAY)
    year, month, day = (one.marks[0] for one in drawn.events)
    assert [tick.year for tick in drawn.ticks] == [2025, 2026, 2027]
    assert [year.x, year.width] == [50, 50]
    assert [month.x, month.width] == pytest.approx([100 * 181 / 730, 100 * 31 / 730])
    about = html_chart.timeline([event("2026-07-02~")], [], DAY).events[0].marks[0]
    assert [mark.is_day for mark in (year, month, day, about)] == [False, False, True, False]
    assert drawn.today == pytest.approx(100 * (365 + 332) / 730)


@pytest.mark.parametrize(
    ("when", "fades"), [("../2027", "start"), ("2026/..", "end"), ("2026/2027", ""), ("1900/2200", "both")]
)
def test_an_end_that_is_not_known_or_not_drawn_fades(when: str, fades: str) -> None:
    """An open side fades out, and so does a window that continues beyond the scale."""
    (drawn,) = html_chart.timeline([event(when)], [], DAY).events
    assert drawn.marks[0].fades == fades


@pytest.mark.parametrize("when", ["0001", "9999", "9999-12-31", "0001-01-01", "../0001", "9999/.."])
def test_a_date_far_off_does_not_crush_the_rest(when: str) -> None:
    """A date beyond the scale is drawn at its edge, and the scale stays readable."""
    drawn = html_chart.timeline([event(when), event("2026", "A-2")], [], DAY)
    mark = drawn.events[0].marks[0]
    assert mark.fades
    assert 0 <= mark.x <= mark.x + mark.width <= 100
    assert len(drawn.ticks) <= 8
    assert drawn.events[1].marks[0].width > 2


def test_a_moved_date_leaves_the_ghost_of_its_old_window() -> None:
    """The old windows of a moved date are drawn beside the new one, and recurring dates share a line."""
    rows = [event("2024", state="met"), event("2029"), event("2031"), event("2027", "A-2")]
    drawn = html_chart.timeline(rows, [moved("2026", "2028"), moved("2028", "2029"), moved("2025", "2026", "B-1")], DAY)
    first, second = drawn.events
    assert [len(first.marks), len(first.former_marks), len(second.former_marks)] == [3, 2, 0]
    assert first.former_marks[0].x < first.former_marks[1].x < first.mark.x == first.marks[1].x


@pytest.mark.parametrize("width", WIDTHS)
def test_the_drawing_matches_the_scale_and_no_label_overlaps(browser: Desktop, text_2025: str, width: int) -> None:
    """2026 and today are drawn between the right ticks, and no labels overlap."""
    with browser.page(text_2025, width=width) as page:
        boxes = page.eval_on_selector_all(
            ".axis text:not(.today)",
            "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])",
        )
        assert all(before[1] < after[0] for before, after in pairwise(boxes))
        row = page.locator(".timeline li", has_text="ROK4-31").locator("svg.track")
        track, bar = row.bounding_box(), row.locator("rect").bounding_box()
        assert track is not None
        assert bar is not None
        years = (2036 - 2016) * 365.25
        assert bar["x"] - track["x"] == pytest.approx(track["width"] * 3653 / years, abs=2)
        assert bar["width"] == pytest.approx(track["width"] * 365 / years, abs=3)
        titles = page.locator(".timeline .what")
        assert titles.count() == 32
        assert (
            page.eval_on_selector_all(
                ".timeline li",
                """all => all.filter(one => {
                const box = one.querySelector(".what").getBoundingClientRect();
                const drawn = one.querySelector("svg").getBoundingClientRect();
                return box.width < 100 || (box.right > drawn.left && box.bottom > drawn.top + 1);
            }).length""",
            )
            == 0
        )


# Behaviour


def test_filters_narrow_the_table_and_show_the_number(browser: Desktop, text_small: str) -> None:
    """Words, area, status, party and flag each filter the table, alone and together, and the count is shown."""
    with browser.page(text_small) as page:
        status = page.get_by_role("status")
        expect(status).to_have_text("5 of 5 shown")
        page.get_by_label("Words").fill("archives FORMAT")
        assert shown(page) == ["RUR1-03"]
        expect(status).to_have_text("1 of 5 shown")
        page.get_by_label("Words").fill("")
        for label, value, left in (
            ("Area", "The Moon", ["RUR1-01", "RUR1-02"]),
            ("Status", "complete", ["RUR1-05"]),
            ("Party", "GMO", ["RUR1-03"]),
            ("Flag", "overdue", ["RUR1-03"]),
        ):
            choice(page, label).select_option(label=value)
            assert shown(page) == left, label
            page.get_by_role("button", name="Show all").click()
            assert len(shown(page)) == 5
        choice(page, "Area").select_option("weather")
        choice(page, "Party").select_option("RUR")
        assert shown(page) == ["RUR1-04", "RUR1-05"]
        page.get_by_label("Words").fill("no such words")
        expect(status).to_have_text("0 of 5 shown")


def test_sorting_by_a_header_works_both_ways_and_is_announced(browser: Desktop, text_small: str) -> None:
    """The first click on a header sorts in ascending order, the second in descending; rows without a date come last."""
    with browser.page(text_small) as page:
        for direction in ("ascending", "descending"):
            heads(page, "Due").click()
            expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", direction)
            order = shown(page)
            dated = ["RUR1-03", "RUR1-01"]
            assert order[:2] == (dated if direction == "ascending" else dated[::-1])
            assert sorted(order[2:]) == ["RUR1-02", "RUR1-04", "RUR1-05"]
        heads(page, "Status").click()
        assert page.locator("[aria-sort]").count() == 1
        assert shown(page)[-1] == "RUR1-05"


def test_on_a_narrow_screen_a_list_sorts_the_cards(browser: Desktop, text_small: str) -> None:
    """On a narrow screen a list offers the same sort orders, and the order of the report."""
    with browser.page(text_small, width=320) as page:
        by = choice(page, "Sort by")
        by.select_option(label="Ref, descending")
        assert shown(page) == [f"RUR1-0{n}" for n in (5, 4, 3, 2, 1)]
        by.select_option(index=0)
        assert shown(page) == [f"RUR1-0{n}" for n in (1, 2, 3, 4, 5)]
        assert page.locator("[aria-sort]").count() == 0


def test_each_commitment_unfolds_to_its_sources_and_history(browser: Desktop, text_small: str) -> None:
    """A click unfolds a commitment to its sources, milestones, moved dates and history, and a second folds it."""
    with browser.page(text_small) as page:
        row = page.locator("#RUR1-01")
        for heading in ("Sources", "Milestones", "Moved dates", "History"):
            expect(row.get_by_role("heading", name=heading)).to_have_count(0)
        row.locator("summary").click()
        for heading in ("Sources", "Milestones", "Moved dates", "History"):
            expect(row.get_by_role("heading", name=heading)).to_be_visible()
        assert row.locator(".history li:has(.ref)").first.evaluate(
            """one => {
                const written = document.createRange();
                written.selectNodeContents(one.querySelector(".ref"));
                return one.querySelector("b").getBoundingClientRect().right <= written.getBoundingClientRect().left;
            }"""
        )
        row.locator("summary").click()
        expect(row.get_by_text("The sensor failed").first).to_be_hidden()


@pytest.mark.parametrize("ref", ["RUR1-01", "RUR1-01.1"])
def test_an_address_with_a_ref_opens_that_commitment(browser: Desktop, text_small: str, ref: str) -> None:
    """page.html#REF unfolds that commitment and scrolls to it, even for a milestone's ref or a filtered row."""
    with browser.page(text_small, at=f"#{ref}") as page:
        expect(page.locator("#RUR1-01 details")).to_have_attribute("open", "")
        expect(page.locator(f'[id="{ref}"]')).to_be_in_viewport()
        page.locator("#RUR1-01 summary").click()
        choice(page, "Status").select_option("complete")
        assert shown(page) == ["RUR1-05"]
        page.locator(f'.timeline a[href="#{ref}"], .attention a[href="#{ref}"]').first.click()
        expect(page.locator("#RUR1-01 details")).to_have_attribute("open", "")
        expect(page.locator(f'[id="{ref}"]')).to_be_in_viewport()


@pytest.mark.parametrize("at", ["#none", "#%E0%A4%A", "#_table", '#"]<'])
def test_an_address_with_no_such_ref_does_no_harm(browser: Desktop, text_small: str, at: str) -> None:
    """An unknown fragment opens the page without an error."""
    with browser.page(text_small, at=at) as page:
        assert len(shown(page)) == 5


def test_everything_can_be_done_from_the_keyboard(browser: Desktop, text_small: str) -> None:
    """The skip link, filters, sorting and folding work from the keyboard, and the focus is visible and kept."""
    with browser.page(text_small) as page:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_have_text("Skip to the commitments")
        expect(focused).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("sea ice")
        assert shown(page) == ["RUR1-03"]
        while page.evaluate("document.activeElement.closest('th') === null"):
            page.keyboard.press("Tab")
        for order in ("ascending", "descending"):
            page.keyboard.press("Enter")
            expect(page.get_by_role("columnheader", name="Ref")).to_have_attribute("aria-sort", order)
        expect(page.locator(":focus")).to_have_text("Ref")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        while page.evaluate("document.activeElement.localName") != "summary":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#RUR1-03 details")).to_have_attribute("open", "")


def test_the_page_works_without_scripts(browser: Desktop, text_2025: str) -> None:
    """Without scripts all rows are visible and unfold, and no control is shown."""
    with browser.page(text_2025, scripts=False) as page:
        assert page.locator("#_table tbody:visible").count() == COMMITMENTS
        for control in ("button", "input", "select"):
            assert page.locator(f"{control}:visible").count() == 0
        page.locator("#ROK4-31 summary").click()
        expect(page.locator("#ROK4-31 .history")).to_be_visible()


def test_the_page_fits_every_width(browser: Desktop, small: Report, text_2025: str) -> None:
    """The page never scrolls sideways at 320, 768 and 1280 pixels, with all rows unfolded."""
    for text in (text_2025, page_of(hostile(small))):
        with browser.page(text) as page:
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_no_violation(browser: Desktop, text_2025: str, scheme: Scheme, width: int) -> None:
    """axe finds no violation, including contrast, in light and dark, at every width."""
    with browser.page(text_2025, scheme=scheme, width=width) as page:
        for ref in ("ROK4-01", "ROK4-14", "ROK4-25"):
            page.locator(f"#{ref} summary").click()
        page.get_by_label("Words").fill("launch")
        assert violations(page) == []


def test_a_thousand_promises_stay_usable(browser: Desktop, dialogue: Report) -> None:
    """With 2,000 commitments a filter and a sort take less than a second."""
    details = tuple(
        one._replace(commitment=one.commitment._replace(ref=f"BIG-{number:04}"), milestones=(), slips=())
        for number, one in enumerate((dialogue.commitments * 48)[:2000])
    )
    with browser.page(page_of(dialogue._replace(commitments=details, milestones=(), slips=()))) as page:
        took = page.evaluate(
            """() => {
                const field = document.querySelector("#_controls input"), begun = performance.now();
                field.value = "launch";
                field.dispatchEvent(new Event("input"));
                document.body.offsetHeight;
                const filtered = performance.now();
                document.querySelector("th:nth-child(6) button").click();
                document.body.offsetHeight;
                return [filtered - begun, performance.now() - filtered];
            }"""
        )
        assert max(took) < 1000
        assert 0 < len(shown(page)) < 2000


def test_a_row_has_no_white_space_between_its_elements(text_2025: str) -> None:
    """The elements of a row and of its details follow each other without line breaks, each of which would be a node."""
    rows = re.findall("<tbody id=.*?</tbody>", text_2025, re.DOTALL)
    assert len(rows) == 65
    assert not [row for row in rows if re.search(r">\s*\n\s*<", row)]


# Print


def test_paper_shows_what_is_folded_and_no_controls(browser: Desktop, text_2025: str) -> None:
    """In print every history is open, addresses are written out, and no control appears."""
    with browser.page(text_2025, scheme="dark") as page:
        page.emulate_media(media="print")
        for hidden in ("#_controls", "nav", ".skip", "#_shown"):
            expect(page.locator(hidden)).to_be_hidden()
        assert page.evaluate(
            "getComputedStyle(document.querySelector('details'), '::details-content').contentVisibility"
        ) == ("visible")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        # Browsers print no backgrounds, so white text would be invisible.
        assert page.evaluate("getComputedStyle(document.querySelector('.overdue')).color") == "rgb(27, 31, 36)"
        assert "http" in page.evaluate("getComputedStyle(document.querySelector('.history a'), '::after').content")
        paper = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper))
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {(595, 842)}


# Safety


def test_text_from_the_record_is_never_more_than_text(browser: Desktop, small: Report) -> None:
    """Markup, scripts and templates in the record's text stay text."""
    text = page_of(hostile(small))
    with browser.page(text) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.evaluate("typeof window.hacked") == "undefined"
        assert page.locator("script").count() == page.locator("style").count() == 1
        assert page.locator("img").count() == 0
        said = page.text_content("body") or ""
        for shown_as in (NASTY[0], NASTY[1], NASTY[6], LONG, NASTY[4], "{{ 7 * 7 }} {% raw %}", r"\u202egnp.exe\u2066"):
            assert shown_as in said
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)


def test_text_from_right_to_left_is_isolated() -> None:
    """A character that changes the order of the text around it is in an element that isolates it, or is escaped."""
    reordering = [chr(code) for code in range(sys.maxunicode) if bidirectional(chr(code)) in BIDIRECTIONAL]
    pages = [(char, html.isolated(f"a {char} b"), html.linked(f"a {char} b")) for char in reordering]
    assert len(pages) > 2000
    assert all(a == b and (a.startswith("<bdi>a ") or char not in a) for char, a, b in pages)
    assert html.isolated("“Ô” → 地 <1>") == "“Ô” → 地 &lt;1&gt;"


def test_only_web_addresses_become_links(browser: Desktop, small: Report) -> None:
    """A link leads to http, https or a place on the page, and sends no referrer."""
    with browser.page(page_of(hostile(small))) as page:
        links = page.eval_on_selector_all(
            "a", "all => all.map(one => [one.getAttribute('href'), one.getAttribute('rel')])"
        )
        assert ["https://strelsau.example/a?b=1&c=2", "noreferrer"] in links
        for href, rel in links:
            assert href.startswith("#") or (re.match("https?://[a-z.]+/", href) and rel == "noreferrer")
        assert any("javascript:window.hacked=1" in text for text in page.locator(".sources li").all_text_contents())


def test_the_policy_blocks_foreign_content(browser: Desktop, text_small: str) -> None:
    """The page's policy blocks every script, style and image other than its own."""
    smuggled = (
        "<script>window.hacked = 1</script><style>h1 { display: none }</style>"
        '<p id="in" style="display: none" onclick="window.hacked = 1">in</p>'
        '<img src="https://strelsau.example/spy.png"><link rel="stylesheet" href="https://strelsau.example/a.css">'
    )
    with browser.page(text_small.replace("<main>", smuggled + "<main>"), expected="Content Security Policy") as page:
        expect(page.locator("h1")).to_be_visible()
        page.locator("#in").click()
        assert page.evaluate("typeof window.hacked") == "undefined"
        assert page.locator("img").evaluate("one => one.naturalWidth") == 0


def test_the_same_report_gives_the_same_bytes(dialogue: Report, text_2025: str) -> None:
    """The page depends on the report alone, and is small enough to mail."""
    assert page_of(dialogue) == text_2025
    assert len(text_2025.encode()) < 360_000


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_verdicts_are_shown_on_the_page(browser: Desktop, make: Maker, scheme: Scheme, width: int) -> None:
    """A commitment lists its verdicts with assessor and rubric, and the page fits and satisfies axe."""
    tracker = make("ruritania")
    tracker.assess(
        "1", "partly-met", assessor="Anna", note="Half of it flew.", evidence="https://strelsau.example/half"
    )
    tracker.assess("1", "-1", rubric="g7-g20", party="RSA", assessor="Bo")
    with tracker.snapshot() as view:
        text = page_of(view.report())
    with browser.page(text, scheme=scheme, width=width) as page:
        page.locator("#RUR1-01 summary").click()
        page.locator("#RUR1-05 summary").click()
        told = page.locator("#RUR1-01 h3:text('Assessments') + ul > li")
        assert [" ".join(line.split()) for line in told.all_inner_texts()] == [
            "partly-met Anna, fulfilment@1, 2026-12-01 Half of it flew. strelsau.example",
            "RSA: -1 Bo, g7-g20@1, 2026-12-01 no evidence recorded",
        ]
        expect(page.locator("#RUR1-05 .flag")).to_have_text("unevidenced")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert violations(page) == []


# Other views


def falls(view: Snapshot) -> Crosswalk:
    """The record on a scale that has a row for each party."""
    onto = scale("g7-g20")
    return crosswalk(onto, view.commitments(), view.timings(), view.assessments(rubric=onto.name), view.sides())


def test_other_views_are_plain_pages_in_the_same_style(browser: Desktop, make: Maker) -> None:
    """A table, an overview and a commitment are pages without scripts that fit 320 pixels and satisfy axe."""
    with make("ruritania").snapshot() as view:
        pages = [
            written(one)
            for one in (
                commitments(list(view.commitments()), view.coverage),
                detail_document(view.detail(view.refs.resolve("RUR1-01"))),
                overview_document(view.overview()),
                history(view.history()),
                upcoming(()),
                assessment.crosswalk(falls(view), view.coverage),
                assessment.agreement(agreement(rubric("fulfilment"), view.assessments())),
            )
        ]
    for number, text in enumerate(pages):
        assert "<script" not in text
        with browser.page(text, width=320, scheme=SCHEMES[number % 2]) as page:
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            expect(page.locator("h1")).to_have_count(1)
            if number < 2 or number > 4:
                assert violations(page) == []
    with browser.page(pages[0]) as page:
        assert page.locator("tbody tr").count() == 5
        expect(page.get_by_text("2 of 5 checked")).to_be_visible()
    with browser.page(pages[1]) as page:
        assert page.locator('a[href="https://strelsau.example/lander"][rel=noreferrer]').count() == 1
    with browser.page(pages[4]) as page:
        expect(page.get_by_text("No upcoming dates.")).to_be_visible()


def test_the_example_in_the_docs_is_current(tmp_path: Path, text_2025: str) -> None:
    """docs/example.html is the output of its command for the dialogue of 2025."""
    desk = Desk(tmp_path)
    assert desk.run("report", "--as-of", "2026-11-29", "-o", "example.html").status == 0
    assert EXAMPLE.read_bytes() == (tmp_path / "example.html").read_bytes() == text_2025.encode()
