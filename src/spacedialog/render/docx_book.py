"""A Word document, written paragraph by paragraph, in its own styles or in those of a reference document.

Text never becomes a field, not even `{ INCLUDETEXT }`. Only web addresses become links. Documents with the same
content have the same bytes. `docx_styles.xml` has the styles that a reference document lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from rich.cells import cell_len

from spacedialog.errors import InputError
from spacedialog.model.escapes import passage
from spacedialog.model.values import is_web_address
from spacedialog.presentation.tables import Column

MOST_BYTES, MOST_UNPACKED, MOST_TAGS = 20_000_000, 50_000_000, 2_000_000
"""Limits on a reference document: its size, that of all its parts, and the number of their XML tags."""

MAX_LINK = 2_079
"""The length of a link in characters."""

_CHARACTER, _GAP, _LONGEST_WORD, _LONGEST_TEXT = 105, 2, 24, 100
"""The width of a character of a table in twentieths of a point. In characters: the gap between two texts, and the
maximum width that a word and a text get."""

_BOLD = 1.3
"""The width of a bold character, as a multiple of that of another."""

_ROWS_AT_ONCE = 100
"""The number of rows of a table that are parsed at once; the parser refuses very long input."""

_XML = nsdecls("w", "r")
_STYLES = Path(__file__).with_name("docx_styles.xml")
_A4 = (
    f'<w:sectPr {_XML}><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1134" w:bottom="1247" '
    'w:left="1134" w:header="624" w:footer="624" w:gutter="0"/></w:sectPr>'
)
_MODE = (
    f'<w:compat {_XML}><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat>'
)
_BULLETS = (
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#8226;"/><w:pPr><w:ind w:left="300" '
    'w:hanging="240"/></w:pPr></w:lvl>'
)
_NUMBER = (
    '<w:r><w:t xml:space="preserve">{} </w:t></w:r><w:fldSimple w:instr="{}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
)
_ADDRESS = re.compile(r"""(https?://[^\s<>|\\`"{}^]*[^\s<>|\\`"{}^.,;:!?)\]'*])""")
_SPACES = re.compile(r"\s+")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_PARTS = ("custom-properties", "fontTable", "numbering", "officeDocument", "settings", "styles", "theme")
_SETTINGS = ("autoHyphenation", "clrSchemeMapping", "compat", "evenAndOddHeaders", "mirrorMargins", "themeFontLang")
"""The parts of a reference document that are kept besides its header and its footer, as their relations are named, and
the settings."""


class Run(NamedTuple):
    """A part of a paragraph; with `new_line`, it begins on a new line. `address` makes a link of all of it."""

    text: str
    bold: bool = False
    italic: bool = False
    new_line: bool = False
    address: str = ""


Text = str | Sequence[Run]


class WordDocument:
    """A Word document in A4 or, with `reference`, with the styles, page, header and footer of that file.

    `as_of` is the day (ISO 8601) that the properties give as its date. `footer` is printed on each page with the
    page number, unless `reference` has a footer. InputError if `reference` cannot be used.
    """

    def __init__(self, reference: Path | None, *, title: str, as_of: str, subject: str = "", footer: str = "") -> None:
        self._links: dict[str, str] = {}
        self._footer = footer
        with _as_input_errors(reference):
            self._file = _opened(reference) if reference else Document()
            self._part = self._file.part
            self._end = self._emptied(keep_page=reference is not None)
            self._styles = self._style_ids(replace=reference is None)
            margins = (int(self._end.find(qn("w:pgMar")).get(qn(f"w:{side}"))) for side in ("left", "right"))
            self._width = max(int(self._end.find(qn("w:pgSz")).get(qn("w:w"))) - sum(margins), 20 * _CHARACTER)
        about = self._file.core_properties
        about.title, about.subject = _shown(title)[:255], _shown(subject)[:255]
        about.author = about.last_modified_by = "spacedialog"
        about.language = "en-US"
        about.created = about.modified = max(datetime.fromisoformat(as_of), datetime(1980, 1, 1))  # noqa: DTZ001

    def heading(self, text: str, level: int) -> None:
        """Add a heading of level 1 to 3, or the title (level 0)."""
        self.paragraph(text, f"heading {min(level, 3)}" if level else "title")

    def paragraph(self, text: Text, style: str = "") -> None:
        """Add a paragraph; `style` is "list bullet", "quote" or another name of `docx_styles.xml` in lower case."""
        self._end.addprevious(parse_xml(self._paragraph(style, text)))

    def table(self, name: str, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        """Add a table without its empty columns; `name` describes it to screen readers.

        The headings are repeated on each page. Without any heading, the first column heads the rows.
        """
        cells = {column: [column.heading, *map(column.cell, rows)] for column in columns}
        cells = {column: texts for column, texts in cells.items() if any(texts[1:]) or not rows}
        if not cells:
            return
        room = self._shared(cells)
        has_head = any(column.heading for column in columns)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in room.values())
        look = 'w:val="0620" w:firstRow="1"' if has_head else 'w:val="0680" w:firstColumn="1"'
        table = parse_xml(
            f'<w:tbl {_XML}><w:tblPr><w:tblStyle w:val="{self._styles["table grid"]}"/>'
            f'<w:tblW w:w="{sum(room.values())}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook {look}/>'
            f"<w:tblCaption w:val={quoteattr(_shown(name))}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid></w:tbl>"
        )
        self._end.addprevious(table)
        lines = []
        for place, row in enumerate(zip(*cells.values(), strict=True)):
            is_head = place == 0
            runs = [Run(text, bold=is_head if has_head else number == 0) for number, text in enumerate(row)]
            if has_head or not is_head:
                kept = is_head or not (has_head or place == len(rows))
                lines.append(self._row(runs, room, kept=kept, is_head=is_head))
        for start in range(0, len(lines), _ROWS_AT_ONCE):
            some = "".join(lines[start : start + _ROWS_AT_ONCE])
            table.extend(list(parse_xml(f"<w:tbl {_XML}>{some}</w:tbl>")))
        self.paragraph("", "table text")

    def save(self, stream: BinaryIO) -> None:
        """Write the document."""
        if not self._end.xpath("w:footerReference"):
            self._add_footer()
        dated, undated = BytesIO(), BytesIO()
        self._file.save(dated)
        with ZipFile(dated) as parts, ZipFile(undated, "w", ZIP_DEFLATED) as out:
            for part in parts.infolist():
                out.writestr(ZipInfo(part.filename), parts.read(part), ZIP_DEFLATED)
        stream.write(undated.getbuffer())

    def _shared(self, cells: dict[Column, list[str]]) -> dict[Column, int]:
        """Return the width of each column: its longest word and a share of the rest."""
        least, full = {}, {}
        for column, texts in cells.items():
            word = max((cell_len(word) for text in texts for word in text.split()), default=0)
            head = _BOLD * max(map(cell_len, column.heading.split()), default=0)
            least[column] = _CHARACTER * (_GAP + max(head, min(word, _LONGEST_WORD)))
            full[column] = max(least[column], _CHARACTER * (_GAP + min(max(map(cell_len, texts)), _LONGEST_TEXT)))
        needed = sum(least.values())
        missing = sum(full.values()) - needed
        share = min(1, max(0, self._width - needed) / missing) if missing else 0
        scale = min(1, self._width / needed)
        return {column: round(scale * (least[column] + share * (full[column] - least[column]))) for column in cells}

    def _row(self, cells: Sequence[Run], room: dict[Column, int], *, kept: bool, is_head: bool) -> str:
        """Return the XML of a row; with `kept`, on the same page as the next one."""
        xml = ""
        for cell, (column, width) in zip(cells, room.items(), strict=True):
            look = "<w:keepNext/>" * kept + '<w:jc w:val="right"/>' * column.right
            text = self._paragraph("table text", [cell], look)
            xml += f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{text}</w:tc>'
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * is_head}</w:trPr>{xml}</w:tr>"

    def _paragraph(self, style: str, text: Text, more: str = "") -> str:
        named = f'<w:pStyle w:val="{self._styles[style]}"/>' if style else ""
        runs = "".join(map(self._run, [Run(text)] if isinstance(text, str) else text))
        return f"<w:p {_XML}><w:pPr>{named}{more}</w:pPr>{runs}</w:p>"

    def _run(self, run: Run) -> str:
        look = "<w:b/>" * run.bold + "<w:i/>" * run.italic
        xml = "<w:r><w:br/></w:r>" * run.new_line
        shown = _shown(run.text)
        # A part of an address would be another address.
        is_whole = bool(run.address) or is_web_address(shown)
        for part in filter(None, [shown] if is_whole else _ADDRESS.split(shown)):
            address = run.address or part
            is_link = _ADDRESS.fullmatch(address) and len(address) <= MAX_LINK and is_web_address(address)
            style = f'<w:rStyle w:val="{self._styles["hyperlink"]}"/>' if is_link else ""
            piece = f'<w:r><w:rPr>{style}{look}</w:rPr><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
            xml += f'<w:hyperlink r:id="{self._link(address)}">{piece}</w:hyperlink>' if is_link else piece
        return xml

    def _link(self, address: str) -> str:
        """Return the id of the relation to a web address."""
        if address not in self._links:
            # The method of the library for new relations compares each with all others.
            name = self._links[address] = f"link{len(self._links) + 1}"
            self._part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, name, is_external=True)
        return self._links[address]

    def _emptied(self, *, keep_page: bool) -> Any:
        """Remove the text and its parts; return the section element, that of the first section or of A4."""
        body = self._file.element.body
        end = next(body.iter(qn("w:sectPr")), None)
        body.clear()
        has_page = keep_page and end is not None and end.xpath("w:pgSz and w:pgMar")
        body.append(end if has_page else parse_xml(_A4))
        for rels, used in ((self._part.package.rels, ()), (self._part.rels, body[0].xpath(".//@r:id"))):
            for name, rel in list(rels.items()):
                if rel.reltype.rpartition("/")[2] not in _PARTS and name not in used:
                    del rels[name]
        settings = self._file.settings.element
        for setting in list(settings):
            if not keep_page or setting.tag not in [qn(f"w:{name}") for name in _SETTINGS]:
                settings.remove(setting)
        if not keep_page:
            settings.append(parse_xml(_MODE))
        return body[0]

    def _style_ids(self, *, replace: bool) -> dict[str, str]:
        """Add the missing styles, or with `replace` use only these; return all ids by name in lower case."""
        styles, ours = self._file.styles.element, parse_xml(_STYLES.read_bytes())
        if replace:
            styles.clear()
            styles.extend(list(ours))
        ids = {style.name_val.casefold(): style.styleId for style in styles.style_lst if style.name_val}
        for style in ours.style_lst:
            name = style.name_val.casefold()
            if name not in ids and not style.default:
                if style.base_style is not None:
                    style.basedOn_val = ids.get("normal")
                ids[name] = style.styleId
                styles.append(style)
        bullets = styles.get_by_id(ids["list bullet"])
        if bullets.styleId == "RecordBullet":
            bullets.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = self._new_list()
        return ids

    def _new_list(self) -> int:
        """Add a bulleted list, and return its number."""
        if all(rel.reltype != RELATIONSHIP_TYPE.NUMBERING for rel in self._part.rels.values()):
            self._part.relate_to(Document().part.numbering_part, RELATIONSHIP_TYPE.NUMBERING)
        lists = self._part.numbering_part.element
        number = 1 + max(map(int, lists.xpath("w:abstractNum/@w:abstractNumId")), default=0)
        new = parse_xml(f'<w:abstractNum {_XML} w:abstractNumId="{number}">{_BULLETS}</w:abstractNum>')
        lists.insert(len(lists.xpath("w:numPicBullet")), new)
        return int(lists.add_num(number).numId)

    def _add_footer(self) -> None:
        footer = self._file.sections[0].footer
        footer.is_linked_to_previous = False
        old = footer.paragraphs[0]._p
        pages = _NUMBER.format(" | page", "PAGE") + _NUMBER.format(" of", "NUMPAGES")
        new = self._paragraph("footer", self._footer).replace("</w:p>", f"{pages}</w:p>")
        old.getparent().replace(old, parse_xml(new))


def _shown(text: str) -> str:
    """Return the text for XML, with white space as single spaces and unsafe characters as escapes."""
    return _NO_CHARACTER.sub("\ufffd", passage(_SPACES.sub(" ", text)))


@contextmanager
def _as_input_errors(reference: Path | None) -> Iterator[None]:
    """Turn any error that a reference document raises into an InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"--reference {reference}: {error.strerror}", "name a Word file that can be read") from error
    except Exception as error:  # zipfile, lxml and python-docx raise errors of many types for damaged files
        if reference is None or isinstance(error, InputError):
            raise
        raise InputError(
            f"--reference {reference}: this is not a Word file (DOCX), or it is damaged", _SAVE_AS
        ) from error


def _opened(file: Path) -> Any:
    """Return a reference document; InputError if it is too large, or has a password, macros or linked pictures."""
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"--reference {file}: this file has a password, or is older than Word 2007", _SAVE_AS)
    too_large = InputError(f"--reference {file}: this file is too large", "save a copy with an empty body")
    if len(content) > MOST_BYTES:
        raise too_large
    with ZipFile(BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise too_large
        if sum(archive.read(part).count(b"<") for part in archive.infolist()) > MOST_TAGS:
            raise too_large
        if b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise InputError(f"--reference {file}: this file has macros", _SAVE_AS)
    document = Document(BytesIO(content))
    for part in document.part.package.iter_parts():
        for rel in part.rels.values() if part.partname.startswith(("/word/header", "/word/footer")) else ():
            if rel.is_external and rel.reltype != RELATIONSHIP_TYPE.HYPERLINK:
                raise InputError(
                    f"--reference {file}: its header or footer links to {rel.target_ref}", "embed it in the file"
                )
    return document


_SAVE_AS = "save it in Word as DOCX, without a password and without macros"
