"""A statement in any format (text, Markdown, HTML, PDF, Word) as numbered paragraphs and sentences.

Drafting and the verification of sources use the same numbers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple
from unicodedata import normalize

from spacedialog.errors import InputError
from spacedialog.importing.reader import place_of_byte
from spacedialog.statements.blocks import Block, blocks_of_plain, with_headings
from spacedialog.statements.documents import blocks_of_docx, text_of_pdf
from spacedialog.statements.pages import blocks_of_markdown, blocks_of_page

Form = Literal["text", "markdown", "html"]
"""The text formats of a statement."""

_FORMS: dict[str, Form | Literal["pdf", "docx"]] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".pdf": "pdf",
    ".docx": "docx",
    ".doc": "docx",
}

LARGEST = 1_000_000
"""The default maximum size of a statement, in bytes; the largest known statement has 200,000."""

LARGEST_DOCUMENT = 20_000_000
"""The same for PDF and Word files, which also contain pictures and fonts."""

MOST_SENTENCES = 10_000
MOST_CHARACTERS = 500_000
"""Limits on the running text of a statement. A draft takes seconds, and a hundred times the memory of the text."""

LENGTH_REMEDY = "remove text that is not part of the statement, or split it"


class Sentence(NamedTuple):
    """A sentence, or a point of a list, with its place: the paragraph's number, and its own in the paragraph.

    `heading` is the heading above it. A point has the `stem` that announces the list, if one does (of nested
    lists the outer stem and the inner one). All sentences of a point have its number, and the first has its stem.
    """

    paragraph: str
    number: int
    text: str
    heading: str
    stem: str = ""

    @property
    def place(self) -> str:
        """The place in the statement: `4.2` for the second sentence of paragraph 4."""
        return f"{self.paragraph}.{self.number}"


class Prose(NamedTuple):
    """A text: its title, every sentence of its running text, and the `head`: the lines before that."""

    title: str
    sentences: tuple[Sentence, ...]
    head: tuple[str, ...] = ()


_UNIFIED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
    }
    | dict.fromkeys("\u2010\u2011\u2012\u00ad", "-")
)


_NO_CHARACTER_SETS = {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"}
"""Text encodings of Python that are not for files. Source: docs.python.org/3/library/codecs.html."""

_NO_CHARACTERS = re.compile("[\0\ud800-\udfff]")
"""NUL and surrogates, which some encodings accept; a data file must not contain them."""


def fingerprint(sentence: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a sentence in the form of `comparable`."""
    return sha256(comparable(sentence).encode()).hexdigest()[:16]


def comparable(text: str) -> str:
    """Return a text in the form in which two texts are compared.

    Spaces, compatibility forms (Unicode NFKC), and the form of quotation marks and hyphens are ignored.
    """
    return " ".join(normalize("NFKC", text).translate(_UNIFIED).split())


def decoded(content: bytes, name: str, encoding: str | None = None) -> str:
    """Return the text of a file in UTF-8 or the given encoding; InputError if it is in another."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = encoding or "utf-16"
    if b"\0" in content[:4096] and not encoding:
        raise InputError(f"{name}: this is not text", "save the statement as plain text, Markdown, HTML, PDF or DOCX")
    try:
        if encoding and codecs.lookup(encoding).name.replace("-", "_") in _NO_CHARACTER_SETS:
            raise LookupError(encoding)
        return content.decode(encoding or "utf-8-sig")
    except LookupError as error:
        raise InputError(
            f"--encoding: '{encoding}' is not a known encoding", "write utf-8, latin-1, cp949, …"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: {place_of_byte(error)}: this is not {encoding or 'UTF-8'}",
            f"give its encoding: --encoding {_likely(content)}",
        ) from error


def _likely(content: bytes) -> str:
    """Return the likely encoding of a text that is not UTF-8: Windows has quotation marks where Latin-1 has none."""
    return "cp1252" if re.search(rb"[\x80\x85\x91-\x97]", content) else "latin-1"


def form_of(name: str, content: bytes) -> Form | Literal["pdf", "docx"]:
    """Return the format of a file, by its first bytes, the ending of its name, or the beginning of its text."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):  # a zip file, or a document of Word before 2007
        return "docx"
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    is_page = re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|\?xml)", content, re.IGNORECASE)
    return _FORMS.get(ending, "html" if is_page else "text")


def largest(name: str) -> int:
    """Return the default maximum size of a file, in bytes, by its name's ending."""
    return LARGEST_DOCUMENT if name.lower().endswith((".pdf", ".docx")) else LARGEST


def of_file(content: bytes, name: str, encoding: str | None = None) -> Prose:
    """Return the text of a file in any format; InputError if it cannot be read, or has no sentences."""
    match form_of(name, content):
        case "pdf":
            prose = _prose(blocks_of_plain(text_of_pdf(content, name), width=0))
        case "docx":
            prose = _prose(blocks_of_docx(content, name))
        case form:
            prose = read(decoded(content, name, encoding), form)
    if not prose.sentences:
        raise InputError(
            f"{name}: the file contains no sentences", "save the statement as plain text, Markdown or HTML"
        )
    return prose


def read(text: str, form: Form) -> Prose:
    """Return the running text in sentences; paragraphs without numbers of their own are counted.

    Headings, captions and navigation are not paragraphs. The points of a list belong to the paragraph before it, and
    count as its sentences.
    """
    blocks_of = {"html": blocks_of_page, "markdown": blocks_of_markdown, "text": blocks_of_plain}[form]
    return _prose(blocks_of(_NO_CHARACTERS.sub(" ", text)))


def _prose(found: Iterable[Block]) -> Prose:
    blocks = [block._replace(text=" ".join(_NO_CHARACTERS.sub(" ", block.text).split())) for block in found]
    blocks = [block for block in blocks if block.text]
    if sum(len(block.text) for block in blocks) > MOST_CHARACTERS:
        raise _too_much()
    blocks = with_headings(blocks)
    first = next((n for n, block in enumerate(blocks) if block.kind != "heading"), 0)
    head = tuple(block.text for block in blocks[:first])
    title = next((line for line in head if not _GENERIC.fullmatch(line)), head[0] if head else "")
    return Prose(title, _bounded(_sentences(blocks)), head)


def _bounded(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Return the sentences; InputError if they exceed MOST_SENTENCES, or with their stems MOST_CHARACTERS."""
    kept: list[Sentence] = []
    size = 0
    for sentence in sentences:
        kept.append(sentence)
        size += len(sentence.stem) + len(sentence.text)
        if len(kept) > MOST_SENTENCES or size > MOST_CHARACTERS:
            raise _too_much()
    return tuple(kept)


def _too_much() -> InputError:
    return InputError(
        f"the statement has more than {MOST_SENTENCES} sentences, or {MOST_CHARACTERS} characters", LENGTH_REMEDY
    )


_GENERIC = re.compile(
    r"(?:joint )?(?:statement|declaration|communiqu\u00e9|press release|fact ?sheet|media note"
    r"|record(?: of discussions?)?|outcomes?(?: document)?|news|press|for immediate release|webp \d+)"
    r"|.*\b\d{1,2},? (?:\w+,? )?(?:19|20)\d\d",
    re.IGNORECASE,
)


_ANNOUNCES = re.compile(r"(?::|[^.!?;,\"'\u201d\u2019)]|\b(?:the following|as follows|below)\W*)$")


def _sentences(blocks: Sequence[Block]) -> Iterator[Sentence]:
    own = sum(bool(block.number) for block in blocks) * 2 > sum(block.kind == "paragraph" for block in blocks)
    heading = label = outer = ""
    count = number = floor = (
        0  # floor: the level of the points that are paragraphs, because no paragraph is before them
    )
    is_open = is_through = is_stem = (
        False  # whether the points that follow belong to the paragraph; also under headings
    )
    stems: dict[int, str] = {}  # by the level of the point that announces others; 0 is the paragraph
    for block in blocks:
        text, level = block.text, block.level
        if block.kind == "heading":
            # A list may contain headings if one follows its stem: "in these fields:", heading, points, heading, points.
            is_through = 0 in stems and (is_through or is_stem)
            heading, outer, is_open, floor, is_stem = text, "", is_through, 0, is_through
            stems = stems if is_through else {}
            continue
        bears = own and bool(block.number)
        is_item = block.kind == "item" or (bool(block.number) and 0 in stems)
        is_point = not bears and is_item and (is_open or level > floor > 0)
        if is_point:
            level = max(level, 1)
            number += 1
        else:
            if bears:
                label, number = block.number, 0
            elif own:  # a preamble, or one more paragraph under a number
                label, number = (label, number) if label else ("preamble", 0)
            else:
                count, number = count + 1, 0
                label = str(count)
            is_open = block.kind == "paragraph"
            floor, level = (0, 0) if is_open else (level, level)
            stems = {-1: outer} if bears and outer else {}
        stems = {depth: stem for depth, stem in stems.items() if depth < level}
        stem, last = " ".join(stems.values()), ""
        if block.kind == "item":
            text = _LABEL.sub("", text)
        for last, over, begins in _pieces(text, stem):
            number += begins and not is_point
            yield Sentence(label, number, last, heading, over)
        if _ANNOUNCES.search(last):
            stems[level] = last
        is_through = is_through and is_point
        is_stem = not is_point
        if not is_point and not bears:
            outer = stems.get(0, "")


_LABEL = re.compile(
    r"^[A-Z0-9](?:(?!\b(?:will|shall|to|agreed?|decided?|follow(?:ing|s)|includ\w+)\b)[^.:;!?]){1,80}: (?=[A-Z])"
)
"""The label before a point, which is left out: `Food security: ` of "Food security: Increase access to food"."""

_INLINE = re.compile(r"(?:(?<=[\s:;,])|^)(\(?)([a-z]|[ivx]{1,4}|\d{1,2})\)\s+(?!(?:and|or|to|of|in)\b)(?=\w)")
_SERIES = (
    list("abcdefghijklmnopqrstuvwxyz"),
    [str(number) for number in range(1, 100)],
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv"],
)
_DEEPEST = 3


def _pieces(text: str, stem: str, depth: int = 0) -> Iterator[tuple[str, str, bool]]:
    """Yield the sentences of a text and the points of its inline lists, each with its stem.

    The last value is whether a sentence begins: `(b)` of "will (a) map the reef; (b) open a port" begins none.
    """
    before, points = _inline(text) if depth < _DEEPEST else (text, [])
    part = ""
    for number, part in enumerate(_split(before)):
        yield part, "" if number else stem, True
    stem = f"{stem} {part}".strip() if part == before else part
    for point in points:
        begins = part.endswith((".", "!", "?"))
        for part, over, starts in _pieces(point, stem, depth + 1):
            yield part, over, starts and begins
            begins = True


def _inline(text: str) -> tuple[str, list[str]]:
    """Return the text before an inline list, and the points of the list; no points if there is no list."""
    runs = []
    for series in _SERIES:
        taken: list[re.Match[str]] = []
        for label in _INLINE.finditer(text):
            if 0 < len(taken) < len(series) and label[1] == taken[0][1] and label[2] == series[len(taken)]:
                taken.append(label)
            elif len(taken) < 2 and label[2] == series[0] and text[: label.start()].strip():
                taken = [label]
        runs += [taken] if len(taken) > 1 else []
    taken = min(runs, key=lambda run: run[0].start(), default=[])
    if not taken:
        return text, []
    ends = [*(label.start() for label in taken[1:]), len(text)]
    points = [text[label.end() : end].strip() for label, end in zip(taken, ends, strict=True)]
    return text[: taken[0].start()].strip(), points


# Sentences

_TITLES = re.compile(
    r"(?:^|[\s(])(?:Adm|Gen|Lt|Col|Maj|Capt|Cmdr|Sen|Rep|Amb|Gov|Hon|Min|Dep|Dir|Prof|Dr|Mr|Mrs|Ms|St|Nos?|Art|Arts|Para|"
    r"paras?|Sec|sec|Vol|Fig|approx|ca|cf|vs|e\.g|i\.e|H\.E|H\.R\.H)\.$"
)
_INITIALS = re.compile(r"(?:^|[\s\u2013-])(?:[A-Z]\.){2,}$")
_STARTS = re.compile(
    r"(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During|At|For|By|All|Each|He|She|That|There|With|Following)\s"
)
# Ends of sentences that nupunkt does not find: initials before such a word, or a whole word in small letters.
_SPLIT_ALSO = re.compile(
    r"(?<=[a-z ][A-Z]\.[A-Z]\.) (?=(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During)\s)"
    r"|(?<!\bapprox\.)(?<!\bdept\.)(?<!\bgovt\.)(?<!\bresp\.)(?<=[a-z]{4}\.) (?=[A-Z])"
)


_LONGEST_WORD = 1_000
"""The longest word of a text that is divided into sentences; nupunkt's time grows with its square."""


def _split(text: str) -> list[str]:
    from nupunkt import sent_tokenize  # imported here because it loads its model

    if max(map(len, text.split()), default=0) > _LONGEST_WORD:
        return [text]
    parts: list[str] = []
    for found in sent_tokenize(text):
        for part in _SPLIT_ALSO.split(str(found).strip()):
            # Ends that nupunkt finds by mistake: after a title, before a small letter, in an open bracket.
            goes_on = parts and (
                _TITLES.search(parts[-1])
                or (_INITIALS.search(parts[-1]) and not _STARTS.match(part))
                or part[:1].islower()
                or parts[-1].count("(") > parts[-1].count(")")
            )
            if goes_on:
                parts[-1] += f" {part}"
            elif part:
                parts.append(part)
    return parts
