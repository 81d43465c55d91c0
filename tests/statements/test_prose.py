"""Tests of how a statement becomes numbered paragraphs and sentences, from each form of file."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from spacedialog.errors import InputError
from spacedialog.statements import documents, prose

STATEMENTS = Path(__file__).parent / "files"
"""The same invented statement as a page, saved as DOCX and PDF by LibreOffice, and printed by Chromium."""

Place = tuple[str, int, str, str]


def places(text: str, form: prose.Form = "text") -> list[Place]:
    """Return the paragraph, the number, the text and the stem of each sentence."""
    return [(one.paragraph, one.number, one.text, one.stem) for one in prose.read(text, form).sentences]


def test_points_stand_under_their_stems() -> None:
    """A point has the number of its place in the list, and the stem; one of a list in a list has both stems."""
    text = (
        "They met.\n\nBoth sides will:\n\n- map the reef;\n- share data, including on:\n    - tides;\n    - waves.\n"
        "- Open a port. It will be deep.\n\nThey will meet again."
    )
    assert places(text) == [
        ("1", 1, "They met.", ""),
        ("2", 1, "Both sides will:", ""),
        ("2", 2, "map the reef;", "Both sides will:"),
        ("2", 3, "share data, including on:", "Both sides will:"),
        ("2", 4, "tides;", "Both sides will: share data, including on:"),
        ("2", 5, "waves.", "Both sides will: share data, including on:"),
        ("2", 6, "Open a port.", "Both sides will:"),
        ("2", 6, "It will be deep.", ""),
        ("3", 1, "They will meet again.", ""),
    ]


@pytest.mark.parametrize("mark", ["-", "\u2013", "\u2022", "*", "o", "\u25aa", "\uf0b7", "(a)", "a.", "(ii)", "1)"])
def test_each_mark_begins_a_point(mark: str) -> None:
    """Bullets, letters and numbers begin a point, whether lines are blank between or broken at a width."""
    point = f"{mark} map the reef with the ships\n  of both sides;\n"
    wanted = ["Both sides will:", *["map the reef with the ships of both sides;"] * 2]
    for between in ("", "\n"):
        read = prose.read(f"Both sides will:\n{between}{point}{between}{point}", "text").sentences
        assert [one.text for one in read] == wanted
        assert [one.stem for one in read] == ["", "Both sides will:", "Both sides will:"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "JAXA will (a) map the reef; (b) open a port. It may help.",
            [(1, "JAXA will", ""), (1, "map the reef;", "JAXA will"), (1, "open a port.", "JAXA will"),
             (2, "It may help.", "")],
        ),
        (
            "They will: (1) share data on: (i) all tides; (ii) all waves; (2) open ports.",
            [(1, "They will:", ""), (1, "share data on:", "They will:"),
             (1, "all tides;", "They will: share data on:"), (1, "all waves;", "They will: share data on:"),
             (1, "open ports.", "They will:")],
        ),
        ("They recalled paragraphs (a) and (b) of it.", [(1, "They recalled paragraphs (a) and (b) of it.", "")]),
    ],
)  # fmt: skip
def test_an_inline_list_is_one_sentence_of_points(text: str, wanted: Sequence[tuple[int, str, str]]) -> None:
    """The points of a list within a sentence have its number, and the words before the list as their stem."""
    assert [(number, said, stem) for _, number, said, stem in places(text)] == wanted


def test_numbered_paragraphs_keep_their_numbers() -> None:
    """The text's own numbers are the paragraphs, also if they begin again; what is before them is the preamble."""
    text = (
        "The two sides met.\n\nHereby decide to:\n\n1. Map the reef.\n\n2. Open a port.\n\n2. Tides and Waves\n\n"
        "1. They will share data. It is free.\n\nAnd more.\n"
    )
    assert places(text) == [
        ("preamble", 1, "The two sides met.", ""),
        ("preamble", 2, "Hereby decide to:", ""),
        ("1", 1, "Map the reef.", "Hereby decide to:"),
        ("2", 1, "Open a port.", "Hereby decide to:"),
        ("1", 1, "They will share data.", ""),
        ("1", 2, "It is free.", ""),
        ("1", 3, "And more.", ""),
    ]


def test_a_list_goes_on_under_headings_if_it_began_there() -> None:
    """Points under headings belong to the stem before the first heading; without one, each is a paragraph."""
    points = "Tides:\n\n- Share data.\n\nWaves and Wind:\n\n- Build buoys. They float.\n"
    assert [place[:2] for place in places(f"They agreed on the following:\n\n{points}")] == [
        *(("1", 1), ("1", 2), ("1", 3), ("1", 3))
    ]
    assert [place[:2] for place in places(f"They met.\n\n{points}")] == [("1", 1), ("2", 1), ("3", 1), ("3", 2)]
    closed = places(f"They will:\n\n- meet;\n- talk.\n\n{points}")
    assert [place[0] for place in closed] == ["1", "1", "1", "2", "3", "3"]
    assert [place[3] for place in closed[3:]] == ["", "", ""]


@pytest.mark.parametrize(
    "furniture",
    [
        "Joint Statement of the Third Reef Dialogue between the Government of Zubrowka and the Government of Ruritania",
        "Port Lutz, May 21, 2026.",
        "By Ada Moor",
        "Photo: The ministers at the port.",
        "The ministers at the port. Credit: Harbour Office",
        "Climate Change and Energy:",
        "- Tides and Waves: Sharing Data, Building Buoys",
        "* * *",
    ],
)
def test_headings_and_captions_are_no_paragraphs(furniture: str) -> None:
    """Titles, datelines, bylines, captions and headings, also with a colon or a dash, are not counted."""
    text = f"{furniture}\n\nThe two sides met.\n\n{furniture}\n\nThey will meet again."
    if furniture.startswith(("Joint", "By")):
        text = text.replace(f"\n\n{furniture}", "")
    assert [place[:3] for place in places(text)] == [("1", 1, "The two sides met."), ("2", 1, "They will meet again.")]


def test_nothing_is_read_after_the_end() -> None:
    """Text after `###` or `-end-` is not part of the statement."""
    assert len(places("The sides met.\n\nThey will meet again.\n\n-end-\n\nWrite to the press office at once.")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "They met.\nBoth sides will map the northern and the southern reef.\nAll is well.",
        "They met.\n\nBoth sides will map the northern\nand the southern reef.\n\nAll is well.",
        "They met.\n\nBoth sides will map the north-\nern and the southern reef.\n\nAll is well.",
        "They met.\r\n\r\nBoth sides will map the north\u00ad\r\nern and the southern reef.\r\n\r\nAll is well.",
        "Reef Dialogue\nThey met.\n\nBoth sides will map the\n\n1\n\fReef Dialogue\nnorthern and the southern reef.\n\n"
        "All is well.\n\n2",
        "<p>They met.<p>Both sides will map the northern<br>and the southern reef.<p>All is well.",
        "They met.\n\n**Reefs**\n\nBoth sides will map the *northern*\nand the southern reef.\n\nAll is well.",
    ],
    ids=["line a paragraph", "wrapped", "hyphen", "soft hyphen", "pages", "page", "markdown"],
)
def test_lines_are_joined_to_paragraphs(text: str) -> None:
    """Lines broken at a width, divided words, running heads and page numbers leave the sentences as they are."""
    form: prose.Form = "html" if text.startswith("<") else "markdown" if "**" in text else "text"
    assert [place[:3] for place in places(text, form)] == [
        ("1", 1, "They met."),
        ("2", 1, "Both sides will map the northern and the southern reef."),
        ("3", 1, "All is well."),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the long-\nterm plan of the term", "the long-term plan of the term"),
        ("the coop-\neration of both sides", "the cooperation of both sides"),
        ("the U.S.-\nROK dialogue", "the U.S.-ROK dialogue"),
        ("a state-of-\nthe-art ship", "a state-of-the-art ship"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(text: str, wanted: str) -> None:
    """A hyphen at a line end is left out unless the next part is a word by itself, a name, or one of several parts."""
    assert places(f"They welcomed {text}.")[0][2] == f"They welcomed {wanted}."


def test_lists_of_a_page_and_of_markdown_are_nested() -> None:
    """Nested lists keep their levels, and a label before a point is not part of its text."""
    page = "<p>They will:<ul><li>share:<ul><li>tides<li>waves</ul><li>Ports: Open one</ul>"
    markdown = "They will:\n\n- share:\n    - tides\n    - waves\n- Ports: Open one\n"
    for read in (prose.read(page, "html"), prose.read(markdown, "markdown")):
        assert [(one.number, one.text, one.stem) for one in read.sentences] == [
            (1, "They will:", ""),
            (2, "share:", "They will:"),
            (3, "tides", "They will: share:"),
            (4, "waves", "They will: share:"),
            (5, "Open one", "They will:"),
        ]


# Files

REEF = [
    ("1", 1, "The two sides met", "in Port Lutz"),
    ("1", 2, "They thanked", ""),
    ("2", 1, "To this end, both sides intend to:", ""),
    ("2", 2, "share the data", "run together;"),
    ("2", 3, "with hourly values", ""),
    ("2", 4, "map the northern reef.", ""),
    ("3", 1, "Zubrowka will launch two buoy tenders.", ""),
    ("4", 1, "Ruritania may join", "of the next one."),
    ("5", 1, "Both sides look forward", ""),
    ("5", 2, "It will take place in Ruritania.", ""),
]


@pytest.mark.parametrize("name", ["reef.html", "reef.docx", "reef.pdf", "reef-printed.pdf"])
def test_each_form_of_file_gives_the_same_sentences(name: str) -> None:
    """Page, Word file and PDF have the same places, also with page numbers, a running head, lists and a table."""
    read = prose.of_file((STATEMENTS / name).read_bytes(), name)
    assert read.title.startswith("Joint Statement of the Third Zubrowka-Ruritania Reef Dialogue on the Protection of")
    assert "Port Lutz, May 21, 2026" in read.head
    assert [(one.paragraph, one.number) for one in read.sentences] == [place[:2] for place in REEF]
    for sentence, (*_, begins, holds) in zip(read.sentences, REEF, strict=True):
        assert sentence.text.startswith(begins)
        assert holds in sentence.text
        is_point = (sentence.paragraph, sentence.number) in [("2", 2), ("2", 3), ("2", 4)]
        assert sentence.stem == ("To this end, both sides intend to:" if is_point else "")


def pdf(pages: Sequence[Sequence[tuple[int, int, str]]]) -> bytes:
    """Return a PDF with the given lines: the place of each, in points, and its text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        drawn = "".join(f"BT /F 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in page)
        objects.append(f"<< /Length {len(drawn)} >> stream\n{drawn}endstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 800] /Resources << /Font << /F 3 0 R >> >>"
            f" /Contents {len(objects)} 0 R >>"
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = "".join(f"{number} 0 obj {one} endobj\n" for number, one in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R >>\n%%EOF".encode()


def test_columns_are_read_one_after_the_other() -> None:
    """The text of a page in two columns is not mixed, and a sentence can continue in the next column."""
    left = [
        "Both sides met in Port Lutz,",
        "where they thanked the office",
        "for the tide tables and the",
        "charts that",
    ]
    right = ["it has published in both of the", "languages, and they will print", "them next year."]
    page = [(40, 700 - 12 * number, text) for number, text in enumerate(left)]
    page += [(260, 700 - 12 * number, text) for number, text in enumerate(right)]
    read = prose.of_file(pdf([page]), "two.pdf")
    assert [one.text for one in read.sentences] == [" ".join([*left, *right])]


def docx(document: str = "<w:p><w:r><w:t>They will meet.</w:t></w:r></w:p>", **parts: str) -> bytes:
    """Return a Word file with the given body, and other parts."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{document}</w:body></w:document>")
        for name, part in parts.items():
            archive.writestr(f"word/{name}.xml", part.replace("SPACE", space))
    return content.getvalue()


def test_deleted_words_of_a_word_file_are_left_out() -> None:
    """Tracked deletions are not read; insertions, breaks and hyphens are."""
    body = (
        "<w:p><w:r><w:t>They will </w:t></w:r><w:del><w:r><w:delText>not </w:delText><w:t>never </w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>share</w:t><w:br/><w:t>long</w:t><w:noBreakHyphen/><w:t>term data.</w:t></w:r></w:ins></w:p>"
    )
    assert [one.text for one in prose.of_file(docx(body), "x.docx").sentences] == ["They will share long-term data."]


NUMBERING = (
    "<w:numbering SPACE><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='3'/>"
    "<w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
)


def test_the_numbers_of_a_word_file_are_counted() -> None:
    """Paragraphs that Word numbers have these numbers, from where the list begins, also after one without."""
    numbered = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    )
    body = (
        numbered.format("They met.") + "<w:p><w:r><w:t>All was well.</w:t></w:r></w:p>" + numbered.format("They sat.")
    )
    read = prose.of_file(docx(body, numbering=NUMBERING), "x.docx").sentences
    assert [(one.paragraph, one.number, one.text) for one in read] == [
        ("3", 1, "They met."),
        ("3", 2, "All was well."),
        ("4", 1, "They sat."),
    ]


BOMB = docx("<w:p><w:r><w:t>" + "They met. " * 2_000_000 + "</w:t></w:r></w:p>")
ENTITIES = docx(numbering="<!DOCTYPE x [<!ENTITY a 'b'>]><w:numbering SPACE>&a;</w:numbering>")
LOCKED = pdf([[(40, 700, "They met.")]]).replace(
    b"trailer <<",
    b"trailer << /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"00" * 32 + b"> /U <" + b"00" * 32 + b"> >>"
    b" /ID [<00> <00>]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "says", "remedy"),
    [
        ("scan.pdf", pdf([[], []]), "scan.pdf: .* no text", "ocrmypdf"),
        ("locked.pdf", LOCKED, "locked.pdf: .* password", "remove the password"),
        ("cut.pdf", b"%PDF-1.4\n1 0 obj", "cut.pdf: .* damaged", "save"),
        ("long.pdf", pdf([[]] * (documents.MOST_PAGES + 1)), "long.pdf: .* 300 pages", "pages"),
        ("bomb.docx", BOMB, "word/document.xml .* too large", "plain text"),
        ("entities.docx", ENTITIES, "word/numbering.xml .* not valid", "plain text"),
        ("cut.docx", docx()[:-30], "cut.docx: .* damaged", "save it again"),
        ("broken.docx", docx("<w:p>"), "broken.docx: .* damaged", "save it again"),
        ("sheet.docx", docx().replace(b"word/", b"xord/"), "sheet.docx: .* not a Word file", "DOCX"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.doc: .* Word 2007", "DOCX"),
        ("smart.txt", b"They met \x93as friends\x94.", "smart.txt: .* not UTF-8", "--encoding cp1252"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(name: str, content: bytes, says: str, remedy: str) -> None:
    """A scanned, locked, damaged or hostile file is refused with its name, the reason and the remedy."""
    with pytest.raises(InputError, match=says) as refused:
        prose.of_file(content, name)
    assert remedy in str(refused.value.remedy)


def test_without_the_extra_a_pdf_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that reads PDF files, the error says how to install it."""
    monkeypatch.setattr(documents, "find_spec", lambda _: None)
    with pytest.raises(InputError) as refused:
        prose.of_file(b"%PDF-1.7", "x.pdf")
    assert "pip install 'spacedialog[pdf]'" in str(refused.value.remedy)


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("-", pdf([[]]), "pdf"),
        ("x.txt", docx(), "docx"),
        ("x", b"\xef\xbb\xbf <!DOCTYPE html><p>They met.", "html"),
        ("x.md", b"They met.", "markdown"),
        ("x", b"They met.", "text"),
    ],
)
def test_the_form_of_a_file_is_found(name: str, content: bytes, form: str) -> None:
    """The first bytes decide, then the ending of the name; text is the rest."""
    assert prose.form_of(name, content) == form
