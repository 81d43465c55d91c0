"""The text of PDF files and of Word files (DOCX)."""

from __future__ import annotations

import ctypes
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from spacedialog.errors import InputError
from spacedialog.statements.blocks import ENDS, Block, mark_of

MOST_PAGES = 300
MOST_SECONDS = 20
MOST_MEMORY = 500_000_000
LARGEST_PART = 10_000_000
"""Limits on a PDF file, and on the size in bytes of an unpacked part of a Word file."""

# PDF

_PASSWORD, _PAGES = 3, 4
_AS_TEXT = "save the statement as plain text, HTML or DOCX"


class _Line(NamedTuple):
    """A line of a page, with the place of its first character, its size, and its end, in points."""

    text: str
    x: float
    y: float
    size: float
    end: float


def text_of_pdf(content: bytes, name: str) -> str:
    """Return the text of a PDF file, with its indents, and a form feed between pages and columns.

    PDFium reads it in another process with limited time and memory, because a hostile file may exhaust both. InputError
    if the file cannot be read, or has no text.
    """
    if not find_spec("pypdfium2"):
        raise InputError(f"{name}: this is a PDF file", "install PDF support: pip install 'spacedialog[pdf]'")
    reader = subprocess.run([sys.executable, "-P", "-m", __name__], input=content, capture_output=True, check=False)
    if reader.returncode == _PASSWORD:
        raise InputError(f"{name}: the PDF file has a password", f"remove the password, or {_AS_TEXT}")
    if reader.returncode == _PAGES:
        raise InputError(
            f"{name}: the PDF file has more than {MOST_PAGES} pages", "save the pages of the statement as one PDF file"
        )
    if reader.returncode:
        raise InputError(f"{name}: the PDF file is damaged, or too complex to read", _AS_TEXT)
    text = reader.stdout.decode("utf-8", "replace")
    if len(re.findall(r"[^\W\d_]", text)) * 2 <= len(re.findall(r"\S", text)):
        raise InputError(
            f"{name}: the PDF file contains no text, only pictures of pages",
            "run OCR on it first (`ocrmypdf in.pdf out.pdf`), or save the statement as text",
        )
    return text


def _print_text() -> None:
    """Read a PDF file from standard input and print its text."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(sys.stdin.buffer.read())
    except PdfiumError as error:
        sys.exit(_PASSWORD if "password" in str(error) else 1)
    if len(document) > MOST_PAGES:
        sys.exit(_PAGES)
    columns = [column for page in document for column in _columns(_lines_of(page.get_textpage()))]
    sys.stdout.buffer.write("\f".join(_set(columns)).encode("utf-8", "replace"))


def _lines_of(page: Any) -> Iterator[_Line]:
    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    begun = ""
    place = (0.0, 0.0, 0.0)
    for index in range(page.count_chars() + 1):
        sign = chr(raw.FPDFText_GetUnicode(page, index)) if index < page.count_chars() else "\n"
        is_hyphen = sign in "\ufffe\2"  # PDFium's sign for a hyphen at the end of a line
        if sign == "\n" or is_hyphen:
            if begun.strip():
                yield _Line(f"{begun.strip()}{'-' * is_hyphen}", *place, x.value)
            begun = ""
        elif sign != "\r":
            raw.FPDFText_GetCharOrigin(page, index, x, y)
            if not begun.strip():
                place = (x.value, y.value, raw.FPDFText_GetFontSize(page, index))
            begun += sign


def _columns(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Yield the columns of a page; a line above the one before it begins another column."""
    column: list[_Line] = []
    for line in lines:
        if column and line.y > column[-1].y + line.size:
            yield column
            column = []
        column.append(line)
    yield column


def _set(columns: list[list[_Line]]) -> Iterator[str]:
    """Yield the text of each column, with blank lines at gaps, spaces for indents, and each heading on one line."""
    size = _usual(round(line.size, 1) for column in columns for line in column for _ in line.text)
    step = _usual(round(one.y - two.y, 1) for column in columns for one, two in pairwise(column) if one.y > two.y)
    sides = {min(line.x for line in column) for column in columns if len(column) > _FEWEST}
    for column in columns:
        side = min((line.x for line in column), default=0)
        left = min([other for other in sides if side - 60 <= other <= side], default=side)
        right = max((line.end for other in columns for line in other if left <= line.x < left + 60), default=0)
        text = ""
        for before, line in zip([None, *column], column, strict=False):
            scale = max(line.size / size, 1)
            if before:
                has_gap = before.y - line.y > step * scale * 1.25 or abs(line.size - before.size) > size / 10
                is_on_one = scale > 1.1 or abs(before.y - line.y) < 1
                text += (
                    "\n\n"
                    if has_gap or (not is_on_one and _had_room(before, line, right))
                    else " " * (text[-1] != "-")
                    if is_on_one
                    else "\n"
                )
            text += " " * round((line.x - left) / 4 * (not text or text.endswith("\n"))) + line.text
        yield text


def _had_room(before: _Line, line: _Line, right: float) -> bool:
    """Return whether the next line's first word would have fit on a line, which therefore ends a paragraph."""
    sign = (before.end - before.x) / len(before.text)
    goes_on = line.text[0].islower() and not ENDS.search(before.text) and abs(line.x - before.x) < before.size
    return not goes_on and before.end + sign * (len(line.text.split(maxsplit=1)[0]) + 4) < right


_FEWEST = 3


def _usual(values: Iterator[float]) -> float:
    return (Counter(values).most_common(1) or [(1.0, 0)])[0][0] or 1.0


# Word

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText"}


def blocks_of_docx(content: bytes, name: str) -> Iterator[Block]:
    """Yield the blocks of a Word file; InputError if it is damaged, or not a Word file (DOCX)."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{name}: this Word file has a password, or is older than Word 2007", "save it as DOCX, without a password"
        )
    try:
        with ZipFile(BytesIO(content)) as archive:
            if "word/document.xml" not in archive.namelist():
                raise InputError(f"{name}: this is not a Word file (DOCX)", "save the statement as DOCX or PDF")
            document, styles, numbering = (_part(archive, part) for part in ("document", "styles", "numbering"))
        yield from _paragraphs(document, _Layout(styles, numbering))
    except InputError:
        raise
    except Exception as error:  # zipfile raises errors of many types for damaged archives
        raise InputError(f"{name}: this Word file is damaged", "open it in Word, and save it again") from error


def _part(archive: ZipFile, part: str) -> bytes:
    """Return the XML of a part of the file; an empty element if there is no such part."""
    path = f"word/{part}.xml"
    if path not in archive.namelist():
        return b"<none/>"
    with archive.open(path) as stream:
        content = stream.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART or b"<!DOCTYPE" in content or b"\0" in content:
        raise InputError(f"{path} of the Word file is too large, or not valid", "save the statement as plain text")
    return content


def _paragraphs(document: bytes, layout: _Layout) -> Iterator[Block]:
    open_: list[list[str]] = []  # the texts of the paragraphs that are open: one with a text box contains others
    hidden = 0
    for event, element in ElementTree.iterparse(BytesIO(document), ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if tag in _LEFT_OUT:
            hidden += 1 if event == "start" else -1
        elif event == "start":
            if tag == "p" and not hidden:
                open_.append([])
        elif open_ and not hidden:
            if tag in _SIGNS or tag == "t":
                open_[-1].append(_SIGNS.get(tag) or element.text or "")
            elif tag == "p":
                yield layout.block("".join(open_.pop()), element)
                element.clear()


_SIGNS = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}


class _Layout:
    """The styles and lists of a Word file, which decide the kind and the number of each paragraph."""

    def __init__(self, styles: bytes, numbering: bytes) -> None:
        lists = ElementTree.fromstring(numbering)
        self._styles = {one.get(f"{_W}styleId"): one for one in ElementTree.fromstring(styles)}
        self._abstract = {one.get(f"{_W}abstractNumId"): one for one in lists.iter(f"{_W}abstractNum")}
        self._lists = {one.get(f"{_W}numId"): _value(one, "abstractNumId") for one in lists.iter(f"{_W}num")}
        self._counts: dict[str | None, dict[int, int]] = {}

    def block(self, text: str, paragraph: ElementTree.Element) -> Block:
        """Return a paragraph as a block; its own properties have precedence over those of its styles."""
        chain, names = [paragraph], []
        style = self._styles.get(_value(paragraph, f"pPr/{_W}pStyle"))
        while style is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            names.append((_value(style, "name") or "").lower())
            style = self._styles.get(_value(style, "basedOn"))
        list_ = next((found for one in chain if (found := _value(one, f"pPr/{_W}numPr/{_W}numId"))), None)
        level = int(next((found for one in chain if (found := _value(one, f"pPr/{_W}numPr/{_W}ilvl"))), "0"))
        number, form = self._number(list_, level) if list_ in self._lists else ("", "")
        if any(name.startswith(("heading", "title", "subtitle", "caption")) for name in names):
            return Block("heading", text)
        if not form or form == "none":
            mark = mark_of(text.strip())
            if not mark:
                return Block("paragraph", text)
            return Block("paragraph" if mark.number else "item", mark.rest, 1, mark.number)
        return Block("paragraph" if number and not level else "item", text, level + 1, number)

    def _number(self, list_: str | None, level: int) -> tuple[str, str]:
        """Count a point, and return its number (empty for a letter or a bullet) and the format of its mark."""
        abstract = self._abstract.get(self._lists[list_])
        levels = {} if abstract is None else {one.get(f"{_W}ilvl"): one for one in abstract.iter(f"{_W}lvl")}
        counts = self._counts.setdefault(self._lists[list_], {})
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if str(level) not in levels:
            return "", "bullet"
        own = levels[str(level)]
        counts[level] = counts.get(level, int(_value(own, "start") or 1) - 1) + 1
        label = re.sub(r"%(\d)", lambda found: str(counts.get(int(found[1]) - 1, 1)), _value(own, "lvlText") or "")
        number = re.fullmatch(r"\(?(\d+(?:\.\d+)*)[.)]?", label.strip())
        form = _value(own, "numFmt") or "decimal"
        return number[1] if number and form == "decimal" else "", form


_LONGEST_CHAIN = 10


def _value(element: ElementTree.Element, path: str) -> str | None:
    found = element.find(f"{_W}{path}")
    return None if found is None else found.get(f"{_W}val")


if __name__ == "__main__":
    _print_text()
