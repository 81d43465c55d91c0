"""Tests of the built-in templates `summary` and `reminder`, and of Markdown as HTML and Word."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from selectolax.lexbor import LexborHTMLParser

from spacedialog.errors import InputError
from spacedialog.model.fields import NewCommitment
from spacedialog.model.filters import EVERYTHING
from spacedialog.model.rows.record import HistoryRow
from spacedialog.model.rows.report import Report
from spacedialog.presentation.letters import deadline, fitted, in_words, last_step, shortened
from spacedialog.presentation.report import report as report_view
from spacedialog.render import from_markdown, markdown, template, template_files
from spacedialog.render.formats import Format, Settings
from spacedialog.tracker import Selection, Tracker
from tests.support.browser import desktop
from tests.support.libreoffice import saved_by_libreoffice
from tests.support.trackers import Maker

ATTACK = "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://a.example/y.png) *|# `=cmd` \x1b[31m\u202e "
DAY = "2026-12-01"


def written(report: Report, name: str, format_: Format) -> Any:
    """Return the text of a built-in template, or the bytes of its Word file."""
    out: Any = io.BytesIO() if format_ == Format.DOCX else io.StringIO()
    settings = Settings(as_of=DAY, template=template_files.find(name, None), template_format=format_)
    template.write(report_view(report), out, settings)
    return out.getvalue()


def letter(tracker: Tracker, **scope: Any) -> str:
    """Return the reminder to Ruritania's space agency as Markdown."""
    return str(written(tracker.report(Selection(party=["RSA"]), **scope), "reminder", Format.MD))


def text_of(page: LexborHTMLParser, selector: str) -> str:
    """Return the text of the only element that a selector finds."""
    (node,) = page.css(selector)
    return str(node.text())


def hostile(report: Report, text: str, number: int = 5_000) -> Report:
    """Return the report with the text in every field, and `number` rows in every list."""
    long = (text * 3_000)[:3_000]
    fields = {"title": long, "place": long, "host": long, "heads": [{"name": long, "body": long, "side": long}] * 99}
    details = [
        detail._replace(
            commitment=detail.commitment._replace(title=long, ref="W" * 64, lead=long, partners=(long,) * 9),
            quote=long,
            sources=({"document": long, "title": long, "url": f"https://a.example/{'x' * 999}", "paragraph": long},),
            history=tuple(row._replace(kind="note", note=long, evidence=(long,)) for row in detail.history),
        )
        for detail in report.commitments
    ]
    events = [row._replace(title=long, ref="W" * 64, source=long, when="2026%/2027-41%") for row in report.milestones]
    settled = [
        row._replace(title=long, source=(long,), entry=row.entry._replace(ref="W" * 64)) for row in report.settled
    ]
    assert details
    assert events
    assert settled
    return report._replace(
        selection=long,
        dialogues=tuple({**dialogue, **fields} for dialogue in report.dialogues),
        statuses=dict.fromkeys(report.statuses, 5_000),
        commitments=tuple((details * number)[:number]),
        milestones=tuple(([row._replace(state="overdue") for row in events] * number)[:number]),
        next=tuple((events * number)[:number]),
        settled=tuple((settled * number)[:number]),
    )


@pytest.fixture(scope="module")
def recorded(make: Maker) -> Tracker:
    """A tracker of the invented record with a completion and a step."""
    tracker = make("ruritania")
    tracker.mark("1", "complete", on="2026-11-20", evidence="https://strelsau.example/done")
    return tracker


# The summary


def test_the_summary_has_the_figures_of_the_record(recorded: Tracker) -> None:
    """Figures, lists and coverage are those of the report's data, and an unknown status is not called none."""
    report = recorded.report(since=date(2026, 11, 1))
    text = written(report, "summary", Format.MD)
    rows = [detail.commitment for detail in report.commitments]
    figures = [
        len(rows),
        report.statuses["complete"],
        report.statuses["in-progress"],
        sum("overdue" in row.flags for row in rows),
        report.statuses["unknown"],
    ]
    assert re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.M) == [tuple(map(str, figures))]
    assert text.startswith("# First Ruritania-Graustark Space Dialogue\n\n10 March 2025; Strelsau; host: RUR\n")
    assert f"The progress of {figures[4]} commitments is not known, which does not mean that there is none" in text
    assert f"{report.coverage.checked} of {len(rows)} checked" in text
    assert "## Completed or withdrawn since 1 November 2026\n\n- **RUR1-01** " in text
    assert "complete, 20 November 2026; [strelsau.example](<https://strelsau.example/done>)" in text
    assert text.rstrip().splitlines()[-1].startswith("As of 1 December 2026; log: ")


def test_the_summary_of_an_empty_record_is_complete(make: Maker) -> None:
    """A summary of an empty record has figures of 0 and a sentence for each empty list."""
    text = written(make("empty").report(), "summary", Format.MD)
    assert text.startswith("# No commitments\n\n| Commitments")
    assert "| 0 | 0 | 0 | 0 | 0 |" in text
    for sentence in ("Nothing is overdue.", "No window opens or closes.", "No completion is recorded."):
        assert f"\n{sentence}\n" in text


def test_the_summary_never_runs_over_its_page(recorded: Tracker, tmp_path: Path) -> None:
    """With 5,000 wide commitments, the summary prints on one page of A4 from Chromium and from LibreOffice."""
    report = hostile(recorded.report(since=date(2026, 11, 1)), "Wide WORDS 長期 https://example.org/" + "W" * 40 + " ")
    (tmp_path / "summary.docx").write_bytes(written(report, "summary", Format.DOCX))
    with desktop(tmp_path) as browser, browser.page(written(report, "summary", Format.HTML)) as page:
        printed = page.pdf(prefer_css_page_size=True)
    for content in (printed, *saved_by_libreoffice(tmp_path, "pdf", tmp_path / "summary.docx")):
        pages = pypdfium2.PdfDocument(content)
        assert [(round(page.get_width()), round(page.get_height())) for page in pages] == [(595, 842)]
        text = pages[0].get_textpage().get_text_range()
        assert "more" in text
        assert "As of 1 December 2026; log:" in text


def test_lists_share_the_lines_of_the_page() -> None:
    """The longest list is cut first, the last of equal ones, and each list states how many points it leaves out."""
    short, wide = "- a\n- b\n- c", "\n".join(["- " + "x" * 150] * 9)
    assert fitted([(short, 3), (wide, 5_000)], 99)[0] == short
    cut = fitted([(short, 3), (wide, 5_000)], 8)
    assert cut == [short, "\n".join([*["- " + "x" * 150] * 2, "- and 4998 more"])]
    assert fitted([(short, 3), (short, 3)], 5) == [short, "- a\n- and 2 more"]
    assert fitted([("", 0)], 0) == [""]


# The letter


def test_the_letter_lists_the_open_commitments_of_the_party(recorded: Tracker) -> None:
    """The letter has every open commitment of the party and no other, each with source, due window and question."""
    chosen = recorded.report(Selection(party=["RSA"]))
    text = letter(recorded)
    expected = [
        row.commitment.ref for row in chosen.commitments if row.commitment.status not in ("complete", "withdrawn")
    ]
    assert re.findall(r"^### (\S+):", text, re.M) == expected
    assert 0 < len(expected) < len(recorded.report().commitments)
    assert text.count("**Question:** ") == text.count("- Source: [Joint statement](<https://strelsau") == len(expected)
    assert text.startswith("# Open commitments: Ruritanian Space Agency (RSA)\n\nDear colleagues,\n")


@pytest.mark.parametrize(
    ("status", "due", "question"),
    [
        ("unknown", "2026-11", "Has this been completed? If so, when?"),
        ("in-progress", "2028", "What has been done since 20 November 2026, and"),
        ("stalled", "2028", "What is needed for the work to resume"),
        ("not-started", "2028", "When do you expect the work to begin"),
    ],
)
def test_the_question_depends_on_the_status(make: Maker, status: str, due: str, question: str) -> None:
    """The question depends on the status; a closed window has its own question, and a vague date stays vague."""
    tracker = make("ruritania")
    ref = tracker.report(Selection(party=["RSA"], status=["open"])).commitments[0].commitment.ref
    tracker.mark(ref, status, on="2026-11-20", note="They told us by *telephone*.", evidence="Call, 20 November")
    tracker.reschedule(ref, due, on="2026-11-19")
    text = letter(tracker).partition(f"### {ref}:")[2].partition("###")[0]
    assert f"**Question:** {question}" in text
    assert "- Due: by the end of " in text
    step = f"20 November 2026, status changed to {status}. They told us by \\*telephone\\*. Evidence: Call, 20 November"
    assert f"- Last known step: {step}\n" in text
    assert ("the date has passed" in text) == (due == "2026-11")


def test_what_is_not_known_is_not_called_late(make: Maker) -> None:
    """With an unknown status the question is open; without an entry the letter states the last check."""
    tracker = make("ruritania")
    chosen = tracker.report(Selection(party=["RSA"], status=["unknown"])).commitments
    detail = next(detail for detail in chosen if last_step(detail.history) is None)
    text = letter(tracker).partition(f"### {detail.commitment.ref}:")[2]
    assert "We have no information on progress. What has been done so far" in text
    tracker.check(detail.commitment.ref, note="Nothing found.")
    assert "no entry since the statement; last checked on 1 December 2026" in letter(tracker)


@pytest.mark.parametrize("parties", [(), ("RSA", "RUR")])
def test_the_letter_needs_one_party(recorded: Tracker, parties: tuple[str, ...]) -> None:
    """Without a party, or with two, the letter is an error with a remedy."""
    with pytest.raises(InputError, match="needs one --party") as caught:
        written(recorded.report(Selection(party=parties)), "reminder", Format.MD)
    assert "add --party KEY once" in caught.value.remedy


# Hostile text


@pytest.mark.parametrize("name", ["summary", "reminder"])
def test_text_of_the_record_is_never_markup(recorded: Tracker, name: str) -> None:
    """Hostile text in every field stays text in HTML and Word; only web addresses become links."""
    report = hostile(recorded.report(Selection(party=["RSA"]), since=date(2026, 11, 1)), ATTACK, 4)
    page = LexborHTMLParser(written(report, name, Format.HTML))
    assert page.css("script, img, iframe, main style, main [style]") == []
    targets = {str(node.attributes["href"]) for node in page.css("a")}
    assert all(target.startswith("https://a.example/") for target in targets)
    assert "<script>alert(1)</script> [x](javascript:alert(1))" in text_of(page, "main")
    assert not {"\x1b", "\u202e"} & set(page.html or "")
    content = written(report, name, Format.DOCX)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        relations = parts.read("word/_rels/document.xml.rels").decode()
    external = re.findall(r'Target="([^"]*)"[^>]*TargetMode="External"', relations)
    external += re.findall(r'TargetMode="External"[^>]*Target="([^"]*)"', relations)
    assert all(target.startswith("https://a.example/") for target in external)
    said = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
    assert "<script>alert(1)</script> [x](javascript:alert(1))" in said


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://u:p@a.example/", "//a.example", "a.example"])
def test_only_web_addresses_become_links(address: str) -> None:
    """A label is a link only with a web address."""
    assert markdown.linked("A *label*", address) == r"A \*label\*"


def test_a_link_keeps_its_address() -> None:
    """The signs of Markdown in an address are percent-encoded, so that the link ends where the address ends."""
    linked = markdown.linked("x]", "https://a.example/a)<b>?c=[d]&lt;&e=日")
    assert linked == r"[x\]](<https://a.example/a)%3Cb%3E?c=%5Bd%5D&lt%3B&e=%E6%97%A5>)"


MARKDOWN = """# Title & *more*

A [link](https://a.example/x) in **strong *both***\\
next line `code`

> Quoted <b>text</b>

1. one
2. two

- point
  - inner

| A | B |
| --- | ---: |
| x | 1 |

---

    code block
"""


def test_markdown_becomes_a_page_and_a_word_file() -> None:
    """Headings, links, emphasis, quotations, lists and tables of a template keep their form in both formats."""
    page, file = io.StringIO(), io.BytesIO()
    from_markdown.write_html(MARKDOWN, page, "letter")
    shown = LexborHTMLParser(page.getvalue())
    assert text_of(shown, "main.letter h1") == "Title & more"
    assert text_of(shown, "blockquote").strip() == "Quoted <b>text</b>"
    assert (text_of(shown, "td.right"), shown.css("[style]")) == ("1", [])
    from_markdown.write_docx(MARKDOWN, file, "letter", Settings(as_of=DAY))
    document = Document(io.BytesIO(file.getvalue()))
    said = [(str(one.style and one.style.name), one.text) for one in document.paragraphs if one.text]
    assert said == [
        ("Title", "Title & more"),
        ("Normal", "A link in strong both\nnext line code"),
        ("Quote", "Quoted <b>text</b>"),
        ("List Bullet", "1. one"),
        ("List Bullet", "2. two"),
        ("List Bullet", "point"),
        ("List Bullet", "inner"),
        ("Normal", "code block "),
    ]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["A", "B"], ["x", "1"]]
    assert document.core_properties.title == "Title & more"


# Texts for letters


@pytest.mark.parametrize(
    ("edtf", "words", "end"),
    [
        ("2026", "2026", "by the end of 2026"),
        ("2026-10", "October 2026", "by the end of October 2026"),
        ("2026-05-03", "3 May 2026", "by 3 May 2026"),
        ("2026-24", "winter 2026/2027", "by the end of winter 2026/2027"),
        ("2026-35", "the third quarter of 2026", "by the end of the third quarter of 2026"),
        ("2026-41~", "the second half of 2026 (approximate)", "by the end of the second half of 2026 (approximate)"),
        ("2026-10?", "October 2026 (uncertain)", "by the end of October 2026 (uncertain)"),
        ("2025-10/2026-03", "October 2025 to March 2026", "by the end of March 2026"),
        ("../2035", "by 2035", "by the end of 2035"),
        ("2026/..", "from 2026", "from 2026, without an end"),
    ],
)
def test_dates_in_words_stay_as_vague(edtf: str, words: str, end: str) -> None:
    """A date in words has the precision of the date, and a deadline names the end of its window."""
    assert (in_words(edtf), deadline(edtf)) == (words, end)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("as it is", "as it is"),
        ("several words, that are too long", "several words…"),
        ("x" * 30, "x" * 16 + "…"),
        ("日本語" * 9, "日本語日本語日本…"),
        ("W" * 30, "W" * 8 + "…"),
        ("see https://a.example/long", "see…"),
        ("two\nlines \x1b", r"two lines \x1b"),
    ],
)
def test_long_texts_are_cut_at_a_word(text: str, cut: str) -> None:
    """A text is cut at a word if it can be, wide characters count more, and no address is cut in two."""
    assert shortened(text, 16) == cut


def test_the_last_step_is_the_latest_since_the_statement(make: Maker) -> None:
    """Checks, corrections, undone entries and entries before the statement are no steps; the latest day counts."""
    tracker = make("ruritania")
    ref = tracker.add(NewCommitment("Fly a balloon", "moon", "JS", ref="RUR1-90"), on="2025-03-10").refs[0]

    def step() -> HistoryRow | None:
        with tracker.snapshot() as view:
            (detail,) = [one for one in view.report(EVERYTHING).commitments if one.commitment.ref == ref]
        return last_step(detail.history)

    assert step() is None
    tracker.note(ref, "Earlier", on="2024-01-01")
    tracker.check(ref, note="Nothing")
    tracker.edit(ref, {"title": "Fly two balloons"})
    assert step() is None
    tracker.mark(ref, "in-progress", on="2026-11")
    tracker.note(ref, "Known later", on="2026-10")
    found = step()
    assert found is not None
    assert found.changed == {"status": "in-progress"}
    tracker.mark(ref, "complete", on="2026-11-30")
    tracker.undo()
    assert step() == found
