"""Tests of Word files, read back by python-docx, and converted by the real LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pytest
from docx import Document
from docx.document import Document as WordFile
from docx.enum.section import WD_SECTION
from docx.shared import Cm, Length, Pt

from spacedialog.model.fields import NewCommitment
from spacedialog.presentation import detail as detail_views
from spacedialog.presentation import report as report_views
from spacedialog.presentation import tables
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import View
from spacedialog.render import docx, docx_book
from spacedialog.render.docx_book import Run, WordDocument
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.libreoffice import saved_by_libreoffice
from tests.support.program import Desk
from tests.support.trackers import Maker

DAY = "2026-12-01"
QUOTE = "Both sides will fly a seismometer to the Moon."


def written(view: Table | View, reference: Path | None = None) -> bytes:
    """Return the Word file of a view."""
    out = io.BytesIO()
    docx.write(view, out, Settings(as_of=DAY, reference=reference))
    return out.getvalue()


def opened(content: bytes) -> WordFile:
    return Document(io.BytesIO(content))


def whole(tracker: Tracker) -> View:
    """Return the report of a tracker's record."""
    with tracker.snapshot() as view:
        return report_views.report(view.report(selection="the Moon only"))


def texts(file: WordFile) -> list[tuple[str, str]]:
    """Return the style and the text of each paragraph outside of tables that is not empty."""
    return [(str(one.style and one.style.name), one.text) for one in file.paragraphs if one.text]


def rows(file: WordFile, number: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in file.tables[number].rows]


def links(content: bytes) -> set[str]:
    """Return the targets of the relations to places outside the file, and assert that all are hyperlinks."""
    targets = set()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            for relation in re.findall(r"<Relationship [^>]*>", parts.read(name).decode("utf-8", "replace")):
                if 'TargetMode="External"' in relation:
                    assert "/hyperlink" in relation
                    targets.update(re.findall('Target="([^"]*)"', relation))
    return targets


@pytest.fixture(scope="module")
def recorded(make: Maker) -> Tracker:
    """A tracker of the invented record with a quote, a criterion and a check."""
    tracker = make("ruritania")
    tracker.edit("1", {"quote": QUOTE, "criterion": "It sends data."})
    tracker.check("2", note="Looked at https://strelsau.example/news, nothing new.")
    return tracker


@pytest.fixture(scope="module")
def content(recorded: Tracker) -> bytes:
    """The Word file of the report of the invented record."""
    return written(whole(recorded))


@pytest.fixture(scope="module")
def file(content: bytes) -> WordFile:
    return opened(content)


def test_a_report_names_its_contents(file: WordFile) -> None:
    """The title is followed by the dialogues, selection, day, position in the log and coverage."""
    title, *about = texts(file)[:5]
    assert title == ("Title", "Report on commitments")
    assert about[0][1] == "RUR1: First Ruritania-Graustark Space Dialogue, Strelsau, 2025-03-10"
    assert about[1][1] == "Selection: the Moon only"
    assert about[2][1].startswith("As of 2026-12-01; log: ")
    assert "of 5 checked" in about[3][1]


def test_a_report_has_each_commitment_with_its_wording_and_sources(file: WordFile, recorded: Tracker) -> None:
    """Each commitment has a heading, and below it quote, criterion, sources with addresses and entries."""
    refs = [text.split()[0] for style, text in texts(file) if style == "Heading 2"]
    assert refs == [detail.commitment.ref for detail in whole(recorded).data.commitments]
    assert ("Quote", f"\u201c{QUOTE}\u201d") in texts(file)
    assert ["done when", "It sends data."] in [row for number in range(len(file.tables)) for row in rows(file, number)]
    bullets = [text for style, text in texts(file) if style == "List Bullet"]
    assert any("JS par. 1" in text and "https://strelsau.example/statement" in text for text in bullets)
    assert any(text.startswith(DAY) and "checked, nothing new" in text and "Looked at" in text for text in bullets)
    headings = [text for style, text in texts(file) if style == "Heading 1"]
    assert len(headings) == len(set(headings))
    assert {"Status", "Areas", "Upcoming", "Moved dates", "Commitments"} < set(headings)


def test_unknown_stays_unknown(file: WordFile, recorded: Tracker) -> None:
    """The table of commitments has lead, status and due date; unknown is not renamed."""
    (number,) = [one for one in range(len(file.tables)) if rows(file, one)[0][:2] == ["Ref", "Commitment"]]
    head, *listed = rows(file, number)
    assert head == ["Ref", "Commitment", "Lead", "Status", "Due", "Flags"]
    commitments = [detail.commitment for detail in whole(recorded).data.commitments]
    assert [row[3].split()[0] for row in listed] == [row.status for row in commitments]
    assert "unknown" in [row[3] for row in listed]
    assert "not-started" not in "".join(text for _, text in texts(file))
    assert listed[0][4] == "2026"


def test_tables_break_well(file: WordFile) -> None:
    """A table repeats its header, breaks no row, has a name, fits the page, and has no drawing or empty column."""
    for table in file.tables:
        (name,) = table._tbl.xpath("w:tblPr/w:tblCaption/@w:val")
        assert name
        for row in table.rows:
            assert row._tr.xpath("w:trPr/w:cantSplit")
        has_head = bool(table.rows[0]._tr.xpath("w:trPr/w:tblHeader"))
        assert has_head == all(cell.text for cell in table.rows[0].cells) or len(table.columns) == 2
        assert sum(int(width) for width in table._tbl.xpath("w:tblGrid/w:gridCol/@w:w")) <= 9640
        for column in table.columns:
            assert any(cell.text for cell in column.cells)
    assert "\u2588" not in file.element.xml


def test_a_column_is_as_wide_as_its_longest_word() -> None:
    """No column is empty or narrower than its words, if all fit the page; else all are narrower."""
    for count, width in ((3, 14 * 95), (12, 700)):
        book = WordDocument(None, title="t", as_of=DAY)
        names = [f"Heading{number}" for number in range(count)]
        columns = [Column("Empty", lambda _: ""), *(Column(name, lambda row: row[0]) for name in names)]
        book.table("words", columns, [("Administration and a long text " * 9,), ("",)])
        out = io.BytesIO()
        book.save(out)
        assert rows(opened(out.getvalue()), 0)[0] == names
        widths = [int(one) for one in opened(out.getvalue()).tables[0]._tbl.xpath("w:tblGrid/w:gridCol/@w:w")]
        assert min(widths) >= width
        assert sum(widths) <= 9640


def test_the_properties_name_the_record_and_no_user(content: bytes) -> None:
    """Title and subject come from the record, the date from the day, and no text names the user."""
    about = opened(content).core_properties
    assert about.title == "Report on commitments; First Ruritania-Graustark Space Dialogue"
    assert (about.subject, about.author) == ("As of 2026-12-01; the Moon only", "spacedialog")
    assert (about.created, about.modified, about.language) == (*[datetime.fromisoformat(f"{DAY}T00:00Z")] * 2, "en-US")
    assert about.last_modified_by == about.author
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(b"python-docx" in parts.read(part) for part in parts.infolist())


def test_the_same_report_is_the_same_file(content: bytes, recorded: Tracker) -> None:
    """Two files of the same view have the same bytes."""
    assert written(whole(recorded)) == content


def test_pages_are_numbered(content: bytes) -> None:
    """The footer has the day, the position in the log and the page number; there is no other field in the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        fields = {name: re.findall('w:instr="(.*?)"', parts.read(name).decode()) for name in parts.namelist()}
    assert {name: found for name, found in fields.items() if found} == {"word/footer1.xml": ["PAGE", "NUMPAGES"]}
    footer = opened(content).sections[0].footer.paragraphs[0].text
    assert footer.startswith("As of 2026-12-01; log: ")


def test_other_views_are_documents_too(recorded: Tracker) -> None:
    """A list has its name as title and the coverage below; a commitment has a table of names and values."""
    with recorded.snapshot() as view:
        listed = opened(written(tables.commitments(view.commitments(), view.coverage)))
        shown = opened(written(detail_views.commitment(view.report().commitments[0])))
    assert texts(listed)[0] == ("Title", "Commitments")
    assert rows(listed, 0)[0][:2] == ["Ref", "Commitment"]
    assert "of 5 checked" in texts(listed)[-1][1]
    assert ["lead", "RUR"] in rows(shown, 0) or ["lead", "RSA"] in rows(shown, 0)
    assert not shown.tables[0].rows[0]._tr.xpath("w:trPr/w:tblHeader")


# Text from others


HOSTILE = (
    "\x1b[31m <w:p>&amp;</w:p> ]]> { INCLUDETEXT C:\\secret } \u202e =cmd|'/c calc'!A1 \ufffe\uffff \udcff \0 "
    "javascript:alert(1) file:///etc/passwd \\\\host\\share https://a.example/\u202etxt https://u:p@b.example/ "
    'https://c.example/?a=1&b="<2>" \U0001f680 \ud55c\uad6d'
)


def test_hostile_text_stays_text() -> None:
    """Markup, fields, controls and addresses of other kinds are text; only web addresses become links."""
    book = WordDocument(None, title=HOSTILE, as_of=DAY, subject=HOSTILE, footer=HOSTILE)
    book.heading(HOSTILE, 0)
    book.paragraph([Run(HOSTILE, bold=True), Run(HOSTILE, italic=True, new_line=True)])
    book.paragraph(HOSTILE, "list bullet")
    book.paragraph("x" * 40_000, "quote")
    book.table(HOSTILE, [Column(HOSTILE, lambda row: row[0])], [(HOSTILE,)])
    out = io.BytesIO()
    book.save(out)
    assert links(out.getvalue()) == {"https://a.example/", "https://c.example/?a=1&amp;b="}
    file = opened(out.getvalue())
    said = [text for _, text in texts(file)] + [file.tables[0].rows[1].cells[0].text]
    assert ("Quote", "x" * 40_000) in texts(file)
    for text in (said[0], said[2], said[-1]):
        assert "<w:p>&amp;</w:p> ]]> { INCLUDETEXT C:\\secret }" in text
        assert re.findall("[\0-\x1f\u202e\ufffe\uffff\ud800-\udfff]", text) == []
    names = {element.tag.rpartition("}")[2] for element in file.element.iter()}
    assert not names & {"fldSimple", "fldChar", "instrText", "altChunk", "object", "drawing", "pict"}


def test_a_hostile_record_is_harmless(make: Maker) -> None:
    """A record with hostile text in its fields gives a file that opens and has web addresses only."""
    tracker = make("ruritania")
    text = HOSTILE.translate({0: "", 0xDCFF: ""})
    line = " ".join(text.split())
    tracker.add(NewCommitment(line, "moon", "JS", due=None))
    tracker.edit("6", {"quote": text, "detail": text, "criterion": text, "owner": "{ DDE }"})
    tracker.note("6", text, evidence="https://strelsau.example/a?x=<script>&y=1")
    content = written(whole(tracker))
    assert all(target.startswith(("http://", "https://")) for target in links(content))
    assert "{ DDE }" in opened(content).element.xml


# Reference documents


def reference(path: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Write a ministry's document with a page, a header, a secret text and a second section, without some styles."""
    file = Document()
    file.styles["Heading 1"].font.size = Pt(33)
    for name in without:
        file.styles[name].delete()
    section = file.sections[0]
    section.page_width, section.left_margin = Cm(18), Cm(4)
    section.header.paragraphs[0].text = "MINISTRY"
    file.add_paragraph("SECRET")
    file.add_section(WD_SECTION.NEW_PAGE).page_width = Cm(10)
    file.core_properties.author = "SECRET"
    file.save(str(path))
    return path


NEEDED = ("Title", "Heading 1", "Heading 2", "Heading 3", "List Bullet", "Quote", "Table Grid")


def test_a_reference_document_gives_styles_and_page(recorded: Tracker, tmp_path: Path) -> None:
    """Styles, page, margin and header are those of the reference; nothing of its text or its author is left."""
    content = written(whole(recorded), reference(tmp_path / "ministry.docx"))
    file = opened(content)
    assert file.styles["Heading 1"].font.size == Pt(33)
    (section,) = file.sections
    assert [round(Length(length or 0).cm) for length in (section.page_width, section.left_margin)] == [18, 4]
    assert section.header.paragraphs[0].text == "MINISTRY"
    assert "log: " in section.footer.paragraphs[0].text
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"SECRET" in parts.read(part) for part in parts.infolist())
    assert texts(file)[0] == ("Title", "Report on commitments")


def test_styles_that_a_reference_lacks_are_added(recorded: Tracker, tmp_path: Path) -> None:
    """A reference without the styles of the text gets them, and lists keep their bullets."""
    file = opened(written(whole(recorded), reference(tmp_path / "poor.docx", without=NEEDED)))
    used = {style for style, _ in texts(file)}
    assert {"Title", "Heading 1", "Heading 2", "Heading 3", "List Bullet", "Quote"} <= used
    assert {table.style.name for table in file.tables if table.style} == {"Table Grid"}
    (number,) = file.styles["List Bullet"].element.xpath("w:pPr/w:numPr/w:numId/@w:val")
    assert file.part.numbering_part.element.xpath(f"w:num[@w:numId='{number}']")


def test_the_footer_of_a_reference_is_kept(recorded: Tracker, tmp_path: Path) -> None:
    """A reference that has a footer keeps it."""
    file = Document()
    file.sections[0].footer.paragraphs[0].text = "King Street 1"
    file.save(str(tmp_path / "footer.docx"))
    section = opened(written(whole(recorded), tmp_path / "footer.docx")).sections[0]
    assert [one.text for one in section.footer.paragraphs] == ["King Street 1"]


def changed(change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """Return python-docx's own document with each part changed, and with more parts."""
    whole, out = io.BytesIO(), io.BytesIO()
    Document().save(whole)
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in parts.namelist():
            new.writestr(name, change(name, parts.read(name)))
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def _linked_header() -> bytes:
    file = Document()
    file.sections[0].header.paragraphs[0].text = "x"
    rels = file.sections[0].header.part.rels
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    rels.add_relationship(f"{base}image", "http://evil.example/logo.png", "rId1", is_external=True)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "this is not a Word file (DOCX), or it is damaged"),
    "text": (lambda: b"Dear Minister", "this is not a Word file (DOCX), or it is damaged"),
    "cut": (lambda: changed(lambda _, part: part)[:9000], "this is not a Word file (DOCX), or it is damaged"),
    "bad XML": (
        lambda: changed(lambda name, part: part[:200] if name == "word/styles.xml" else part),
        "this is not a Word file (DOCX), or it is damaged",
    ),
    "workbook": (
        lambda: changed(lambda _, part: part.replace(b"wordprocessingml.document.main", b"spreadsheetml.sheet.main")),
        "this is not a Word file (DOCX), or it is damaged",
    ),
    "encrypted": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "has a password"),
    "macros": (
        lambda: changed(
            lambda _, part: part.replace(
                b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                b"vnd.ms-word.document.macroEnabled.main",
            )
        ),
        "has macros",
    ),
    "bomb": (lambda: changed(lambda _, part: part, {"word/media/x.bin": bytes(docx_book.MOST_UNPACKED)}), "too large"),
    "large": (lambda: bytes(docx_book.MOST_BYTES + 1), "too large"),
    "many tags": (
        lambda: changed(
            lambda name, part: (
                part.replace(b"</w:settings>", b"<a/>" * docx_book.MOST_TAGS + b"</w:settings>")
                if name == "word/settings.xml"
                else part
            )
        ),
        "too large",
    ),
    "linked header": (_linked_header, "links to http://evil.example/logo.png"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_reference_is_refused(tmp_path: Path, name: str) -> None:
    """A reference that is damaged, encrypted, huge, not Word, or has macros is an error."""
    desk = Desk(tmp_path)
    make, problem = BAD[name]
    (tmp_path / "bad.docx").write_bytes(make())
    ran = desk.call("report", "--reference", "bad.docx", "-o", "report.docx")
    assert (ran.status, ran.stderr.count("\n")) == (2, 2)
    assert ran.stderr.startswith("spacedialog: --reference bad.docx: ")
    assert problem in ran.stderr
    assert not (tmp_path / "report.docx").exists()


def test_a_reference_is_for_word_files_only(tmp_path: Path) -> None:
    """--reference with another format, a missing file, or the output itself is an error, and the file is kept."""
    desk = Desk(tmp_path)
    before = reference(tmp_path / "ministry.docx").read_bytes()
    for arguments, problem in (
        (("--reference", "ministry.docx", "-o", "x.html"), "--reference needs --format docx"),
        (("--reference", "no.docx", "-o", "x.docx"), "no.docx: No such file"),
        (("--reference", ".", "-o", "x.docx"), "Is a directory"),
        (("--reference", "ministry.docx", "-o", "./ministry.docx"), "this is the file of --reference"),
    ):
        ran = desk.call("brief", *arguments)
        assert (ran.status, problem in ran.stderr) == (2, True), ran.stderr
    assert desk.call("brief", "--reference", "ministry.docx", "-o", "x.docx").status == 0
    assert (tmp_path / "ministry.docx").read_bytes() == before


# LibreOffice


class Converted(NamedTuple):
    """A report converted by LibreOffice: a PDF file, and a Word file that it saved."""

    report: View
    pdf: Any
    saved: WordFile


@pytest.fixture(scope="module")
def converted(make: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converted]:
    """The report of the built-in record, converted by LibreOffice."""
    folder = tmp_path_factory.mktemp("libreoffice")
    view = whole(make("built-in"))
    (folder / "report.docx").write_bytes(written(view))
    (pdf,) = saved_by_libreoffice(folder, "pdf", folder / "report.docx")
    (saved,) = saved_by_libreoffice(folder, "docx", folder / "report.docx")
    document = pypdfium2.PdfDocument(pdf)
    yield Converted(view, document, opened(saved))
    document.close()


def test_libreoffice_prints_a_report(converted: Converted) -> None:
    """The PDF has numbered A4 pages, the headings as bookmarks, and the first and the last commitment in full."""
    pdf = converted.pdf
    assert {tuple(map(round, page.get_size())) for page in pdf} == {(595, 842)}
    pages = [page.get_textpage().get_text_range() for page in pdf]
    assert f"page 1 of {len(pages)}" in pages[0]
    assert f"page {len(pages)} of {len(pages)}" in pages[-1]
    text = " ".join(" ".join(pages).split())
    commitments = converted.report.data.commitments
    for detail in (commitments[0], commitments[-1]):
        assert f"{detail.commitment.ref} {detail.commitment.title}" in text


def test_libreoffice_saves_a_report(converted: Converted) -> None:
    """A file that LibreOffice saved opens again, with the same headings and tables."""
    saved, original = converted.saved, opened(written(converted.report))
    for style in ("Title", "Heading 1", "Heading 2"):
        headings = [pair for pair in texts(original) if pair[0] == style]
        assert [pair for pair in texts(saved) if pair[0] == style] == headings
    assert len(saved.tables) == len(original.tables)
    assert rows(saved, 0) == rows(original, 0)
    with_bullets = saved.styles["List Bullet"].element.xpath("w:pPr/w:numPr/w:numId")
    assert with_bullets


def test_an_address_that_word_cannot_link_is_not_cut() -> None:
    """An address with a quotation mark is text as a whole, because a part of it would be another address."""
    book, out = WordDocument(None, title="t", as_of="2026-11-30"), io.BytesIO()
    book.paragraph('https://a.example/?q="b"')
    book.save(out)
    assert links(out.getvalue()) == set()
