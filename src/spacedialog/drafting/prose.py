"""A statement as it was published (plain text, Markdown, HTML), read as numbered paragraphs and sentences.

What the sentences mean is left to others. Drafting and the check of sources both count by what stands here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple
from unicodedata import normalize

from spacedialog.drafting.blocks import Block, blocks_of_markdown, blocks_of_plain, number_and_rest
from spacedialog.drafting.pages import blocks_of_page
from spacedialog.errors import InputError
from spacedialog.importing.reader import place_of_byte

Form = Literal["text", "markdown", "html"]

_FORMS: dict[str, Form] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
}


LARGEST = 1_000_000
"""The default maximum size of a statement, in bytes; the largest known statement has 200,000."""

MOST_SENTENCES = 10_000
MOST_CHARACTERS = 500_000
"""Limits on the running text of a statement. A draft takes seconds, and a hundred times the memory of the text."""


class Sentence(NamedTuple):
    """A sentence, or a point of a list, with its place: the paragraph's number, and its own in the paragraph.

    `heading` is the one that it stands under. A point has the `stem` that announces the list, if one does.
    """

    paragraph: str
    number: int
    text: str
    heading: str
    stem: str = ""


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
"""The text encodings of Python for other purposes than files. Source: docs.python.org/3/library/codecs.html."""

_NO_CHARACTERS = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of a pair, which some encodings let through; no data file may hold them."""


def fingerprint(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a sentence, in the form of `comparable`."""
    return sha256(comparable(sentence).encode()).hexdigest()[:16]


def comparable(text: str) -> str:
    """Return a text in the form in which two texts are compared.

    Spaces, compatibility forms (Unicode NFKC), and the form of quotation marks and hyphens are ignored.
    """
    return " ".join(normalize("NFKC", text).translate(_UNIFIED).split())


def decoded(content: bytes, name: str, encoding: str | None = None) -> str:
    """A file's text: UTF-8, or the encoding that is given; InputError where it is not in that."""
    if b"\0" in content[:4096] and not encoding:
        raise InputError(f"{name}: this is not text", "save the statement as plain text, Markdown or HTML")
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
            "give its encoding: --encoding latin-1",
        ) from error


def form_of(name: str, text: str) -> Form:
    """What a file is, by its name's ending, or by how it begins."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending in _FORMS:
        return _FORMS[ending]
    return "html" if re.match(r"\s*(?:<!doctype html|<html|<\?xml)", text, re.IGNORECASE) else "text"


def read(text: str, form: Form) -> Prose:
    """The running text, in sentences, with the numbers that its paragraphs bear or, where they bear none, have.

    Headings, captions and navigation are no paragraphs. The points of a list belong to the paragraph before it, and
    count as its sentences.
    """
    text = _NO_CHARACTERS.sub(" ", text)
    match form:
        case "html":
            blocks = list(blocks_of_page(text))
        case "markdown":
            blocks = list(blocks_of_markdown(text))
        case "text":
            blocks = list(blocks_of_plain(text))
    blocks = [block._replace(text=" ".join(block.text.split())) for block in blocks if block.text.strip()]
    blocks = [block._replace(kind="heading") if _is_furniture(block) else block for block in blocks]
    if sum(len(block.text) for block in blocks) > MOST_CHARACTERS:
        raise _too_much()
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
        f"there are more than {MOST_SENTENCES} sentences, or {MOST_CHARACTERS} characters in them",
        "remove text that is not part of the statement, or split it",
    )


_GENERIC = re.compile(
    r"(?:joint )?(?:statement|declaration|communiqu\u00e9|press release|fact ?sheet|media note"
    r"|record(?: of discussions?)?|outcomes?(?: document)?|news|press|for immediate release|webp \d+)"
    r"|.*\b\d{1,2},? (?:\w+,? )?(?:19|20)\d\d",
    re.IGNORECASE,
)


def _sentences(blocks: Sequence[Block]) -> Iterator[Sentence]:
    numbered = [number_and_rest(block.text) for block in blocks if block.kind == "paragraph"]
    own = sum(1 for number, _ in numbered if number) * 2 > len(numbered)
    heading = stem = label = ""
    count = sentence = 0
    announced = False  # whether a paragraph stands before the points of a list, since the heading
    for block in blocks:
        if block.kind == "heading":
            heading, stem, announced = block.text, "", False
            continue
        text = block.text
        if block.kind == "paragraph" or not announced:
            number, rest = number_and_rest(text)
            if own and number:
                label, text, sentence = number, rest, 0
            elif own:
                # A preamble, or one more paragraph under a number.
                label, sentence = (label, sentence) if label else ("preamble", 0)
            else:
                count, sentence = count + 1, 0
                label = str(count)
            stem, announced = "", block.kind == "paragraph"
        part = ""
        for part in _split(text):
            sentence += 1
            yield Sentence(label, sentence, part, heading, stem if block.kind == "item" else "")
        if block.kind == "paragraph":
            stem = part


def _is_furniture(block: Block) -> bool:
    """Whether a paragraph is none: a heading, a caption, a line of navigation."""
    words = block.text.split()
    if len(words) < 3 and _is_rule(block.text):
        return True
    if block.kind != "paragraph":
        return False
    if re.match(
        r"(?:Read more|See also|Related|Also read|Photo|Image|Caption|Picture|File photo|Credit|Source|Media contact"
        r"|Contact)s?\b[^.]{0,20}:",
        block.text,
        re.IGNORECASE,
    ):
        return True
    return not re.search(r"[.:;!?][\"'\u201d\u2019)\]]*$", block.text) and len(words) < 15


def _is_rule(text: str) -> bool:
    """Whether it is `***` or `- End -`."""
    letters = re.sub(r"[\W_]+", "", text).lower()
    return letters in ("end", "ends", "fin") or (not letters and any(sign in text for sign in "*#-_"))


# Sentences

_TITLES = re.compile(
    r"(?:^|[\s(])(?:Adm|Gen|Lt|Col|Maj|Capt|Cmdr|Sen|Rep|Amb|Gov|Hon|Min|Dep|Dir|Prof|Dr|Mr|Mrs|Ms|St|Nos?|Art|Arts|Para|"
    r"paras?|Sec|sec|Vol|Fig|approx|ca|cf|vs|e\.g|i\.e|H\.E|H\.R\.H)\.$"
)
_INITIALS = re.compile(r"(?:^|[\s\u2013-])(?:[A-Z]\.){2,}$")
_STARTS = re.compile(
    r"(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During|At|For|By|All|Each|He|She|That|There|With|Following)\s"
)
# What the model takes for none and is an end: initials before such a word, a whole word in small letters.
_SPLIT_ALSO = re.compile(
    r"(?<=[a-z ][A-Z]\.[A-Z]\.) (?=(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During)\s)"
    r"|(?<!\bapprox\.)(?<!\bdept\.)(?<!\bgovt\.)(?<!\bresp\.)(?<=[a-z]{4}\.) (?=[A-Z])"
)


_LONGEST_WORD = 1_000
"""What has a longer word is not parted into sentences: the model takes the square of a word's length in time."""


def _split(text: str) -> list[str]:
    from nupunkt import sent_tokenize  # here: it loads its model

    if max(map(len, text.split()), default=0) > _LONGEST_WORD:
        return [text]
    parts: list[str] = []
    for found in sent_tokenize(text):
        for part in _SPLIT_ALSO.split(str(found).strip()):
            # What the model takes for an end and is none: a title before a name, a letter in small, an open bracket.
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
