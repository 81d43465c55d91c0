"""A statement as it was published (plain text, Markdown, HTML), read as numbered paragraphs and sentences.

What the sentences mean is left to others. Drafting and the check of sources both count by what stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

from spacedialog.errors import InputError

if TYPE_CHECKING:
    from markdown_it.token import Token

Form = Literal["text", "markdown", "html"]

_FORMS: dict[str, Form] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
}


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


class _Block(NamedTuple):
    kind: Literal["heading", "paragraph", "item"]
    text: str


_UNIFIED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
    }
    | dict.fromkeys("\u2010\u2011\u2012\u00ad", "-")
)


def fingerprint(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a sentence.

    Spaces, compatibility forms (Unicode NFKC), and the shape of quotation marks and hyphens do not count.
    """
    plain = " ".join(normalize("NFKC", sentence).translate(_UNIFIED).split())
    return sha256(plain.encode()).hexdigest()[:16]


def decoded(content: bytes, name: str, encoding: str | None = None) -> str:
    """A file's text: UTF-8, or the encoding that is given; InputError where it is not in that."""
    if b"\0" in content[:4096] and not encoding:
        raise InputError(f"{name}: this is no text", "save the statement as plain text, Markdown or HTML")
    try:
        return content.decode(encoding or "utf-8-sig")
    except LookupError as error:
        raise InputError(f"--encoding: Python knows no '{encoding}'", "write utf-8, latin-1, cp949, …") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: byte {error.start} is not {encoding or 'UTF-8'}", "say what it is: --encoding latin-1"
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
    match form:
        case "html":
            blocks = list(_html(text))
        case "markdown":
            blocks = list(_markdown(text))
        case "text":
            blocks = list(_plain(text))
    blocks = [block._replace(text=" ".join(block.text.split())) for block in blocks if block.text.strip()]
    blocks = [block._replace(kind="heading") if _is_furniture(block) else block for block in blocks]
    first = next((n for n, block in enumerate(blocks) if block.kind != "heading"), 0)
    head = tuple(block.text for block in blocks[:first])
    title = next((line for line in head if not _GENERIC.fullmatch(line)), head[0] if head else "")
    return Prose(title, tuple(_sentences(blocks)), head)


_GENERIC = re.compile(
    r"(?:joint )?(?:statement|declaration|communiqu\u00e9|press release|fact ?sheet|media note|record(?: of discussions?)?|news|press|for immediate release|webp \d+)|.*\b\d{1,2},? (?:\w+,? )?(?:19|20)\d\d",
    re.IGNORECASE,
)


def _sentences(blocks: Sequence[_Block]) -> Iterator[Sentence]:
    numbered = [_number(block.text) for block in blocks if block.kind == "paragraph"]
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
            number, rest = _number(text)
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


def _number(text: str) -> tuple[str, str]:
    """The number that a paragraph bears, and the rest of it."""
    found = re.match(r"\(?(\d{1,3})[.)](?:\s+|(?=[A-Z]))", text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _is_furniture(block: _Block) -> bool:
    """Whether a paragraph is none: a heading, a caption, a line of navigation."""
    words = block.text.split()
    if len(words) < 3 and re.fullmatch(r"[\W_]*(?:ends?|fin|\*+|#+|-+|_+)[\W_]*", block.text, re.IGNORECASE):
        return True
    if block.kind != "paragraph":
        return False
    if re.match(
        r"(?:Read more|See also|Related|Also read|Photo|Image|Caption|Picture|File photo|Credit|Source|Media contact|Contact)s?\b[^.]{0,20}:",
        block.text,
    ):
        return True
    return not re.search(r"[.:;!?][\"'\u201d\u2019)\]]*$", block.text) and len(words) < 15


# Sentences

_TITLES = re.compile(
    r"(?:^|[\s(])(?:Adm|Gen|Lt|Col|Maj|Capt|Cmdr|Sen|Rep|Amb|Gov|Hon|Min|Dep|Dir|Prof|Dr|Mr|Mrs|Ms|St|Nos?|Art|Arts|Para|"
    r"paras?|Sec|sec|Vol|Fig|approx|ca|cf|vs|e\.g|i\.e|H\.E|H\.R\.H)\.$"
)
_INITIALS = re.compile(r"(?:^|[\s\u2013-])(?:[A-Z]\.){2,}$")
_STARTS = re.compile(
    r"(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During|At|For|By|All|Each|He|She|That|There|With|Following)\s"
)
_SPLIT_AFTER_INITIALS = re.compile(
    r"(?<=[a-z ][A-Z]\.[A-Z]\.) (?=(?:The|Both|They|It|Its|In|On|This|These|Their|We|A|An|As|Under|To|During)\s)"
)


def _split(text: str) -> list[str]:
    from nupunkt import sent_tokenize  # here: it loads its model

    parts: list[str] = []
    for found in sent_tokenize(text):
        for part in _SPLIT_AFTER_INITIALS.split(str(found).strip()):
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


# The forms

_LETTERED = re.compile(r"\s*\(?(?:[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_POINT = re.compile(r"\s*(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014]|\(?(?:[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")


def _plain(text: str) -> Iterator[_Block]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    filled = [line for line in lines if line.strip()]
    # Without blank lines between, each line is a paragraph, unless the lines are broken at a width.
    packed = len(filled) > 1 and len(filled) == len("\n".join(lines).strip().split("\n"))
    wide = packed and sum(len(line) > 120 for line in filled) * 3 > len(filled)
    gathered: list[str] = []
    kind: Literal["paragraph", "item"] = "paragraph"

    def flush() -> Iterator[_Block]:
        if gathered:
            yield _Block(kind, " ".join(gathered))
            gathered.clear()

    lines = _head_apart(lines)
    for line in lines:
        point = _POINT.match(line)
        starts_number = packed and _number(line.strip())[0]
        if not line.strip():
            yield from flush()
            kind = "paragraph"
        elif point:
            yield from flush()
            kind = "item"
            gathered.append(line[point.end() :].strip())
        elif wide or starts_number:
            yield from flush()
            kind = "paragraph"
            gathered.append(line.strip())
        else:
            gathered.append(line.strip())
    yield from flush()


def _head_apart(lines: Sequence[str]) -> list[str]:
    """The lines, with blank ones between those of the first block where that is a head: short, and no sentence."""
    begin = next((n for n, line in enumerate(lines) if line.strip()), 0)
    end = next((n for n in range(begin, len(lines)) if not lines[n].strip()), len(lines))
    head = lines[begin:end]
    if end == len(lines) or len(head) > 6 or any(len(line) > 140 or re.search(r"[.;:]\s*$", line) for line in head):
        return list(lines)
    return [*lines[:begin], *(part for line in head for part in (line, "")), *lines[end:]]


def _markdown(text: str) -> Iterator[_Block]:
    from markdown_it import MarkdownIt  # Rich brings it

    heading = False
    depth = 0
    ordered: list[tuple[bool, int]] = []
    for token in MarkdownIt("commonmark").parse(text.removeprefix("\ufeff")):
        match token.type:
            case "heading_open" | "heading_close":
                heading = token.type == "heading_open"
            case "ordered_list_open" | "bullet_list_open":
                ordered.append((token.type == "ordered_list_open", int(token.attrGet("start") or 1) - 1))
                depth += 1
            case "ordered_list_close" | "bullet_list_close":
                ordered.pop()
                depth -= 1
            case "list_item_open" if ordered[-1][0]:
                ordered[-1] = (True, ordered[-1][1] + 1)
            case "inline":
                first, *points = _lines(token.children or ())
                said = first
                if heading or (re.fullmatch(r"\*\*[^*]+\*\*:?", token.content.strip()) and not depth):
                    yield _Block("heading", said)
                elif depth == 1 and ordered[-1][0] and len(said.split()) > 5:
                    # A numbered paragraph, which Markdown takes for a list.
                    yield _Block("paragraph", f"{ordered[-1][1]}. {said}")
                else:
                    yield _Block("item" if depth else "paragraph", said)
                for point in points:
                    yield _Block("item", point)


def _lines(children: Sequence[Token]) -> list[str]:
    """The text of a paragraph, and the points `(a)`, `(b)` that begin a line of it."""
    parts = [""]
    labelling = False
    for number, child in enumerate(children):
        if child.type == "strong_open":
            labelling = not "".join(parts).strip()
        if child.type == "strong_close" and labelling and len(parts) == 1:
            after = children[number + 1].content if number + 1 < len(children) else ""
            if len(parts[0]) < 60 and (parts[0].rstrip().endswith((".", ":")) or after.lstrip().startswith(":")):
                parts[0] = ""  # a label: `**Cables.** Chile pledged`
                continue
        if child.type in ("softbreak", "hardbreak"):
            parts.append("")
        elif child.type in ("text", "code_inline"):
            parts[-1] += child.content
    lines = [parts[0].lstrip(" :")]
    for part in parts[1:]:
        point = _LETTERED.match(part)
        if point:
            lines.append(part[point.end() :])
        else:
            lines[-1] += f" {part}"
    return lines


_BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, blockquote, td, dd, dt"
_FURNITURE = (
    "script, style, noscript, template, nav, header nav, footer, aside, form, figure, figcaption, button, svg, iframe,"
    " [role=navigation], [role=banner], [role=contentinfo], [role=complementary], [hidden], [aria-hidden=true]"
)


_NAMED_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:newsletter|promo\w*|related|inline-related|share|social|subscribe|signup|sign-up|cookie\w*|comments?|caption|byline|advert\w*|ad|ads"
    r"|banner|breadcrumbs?|menu|nav|navigation|footer|sidebar|teaser|pull-?quote|most-read|tags|author|disclaimer|skip|search|login)(?=$|[\s_-])",
    re.IGNORECASE,
)


def _html(text: str) -> Iterator[_Block]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    for furniture in tree.css(_FURNITURE):
        furniture.decompose()
    for node in tree.css("[class], [id]"):
        named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.tag not in ("body", "main", "article", "html") and _NAMED_FURNITURE.search(named):
            node.decompose()
    root = tree.css_first("article") or tree.css_first("main, [role=main]") or tree.body
    if root is None:
        return
    title = root.css_first("h1") or tree.css_first("h1")
    if title is not None and title.parent is not None:
        yield _Block("heading", title.text())
    found = [node for node in root.css(_BLOCKS) if not node.css("p, li, blockquote > p")[1:] or node.tag == "li"]
    if not any(node.tag in ("p", "li") for node in found):
        for part in re.split(r"\n\s*\n", root.text(separator="\n")):
            yield _Block("paragraph", part)
        return
    for node in found:
        if _is_links(node):
            continue
        if node.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            if node.tag != "h1":
                yield _Block("heading", node.text())
        elif node.tag == "li":
            own = "".join(
                child.text(deep=child.tag not in ("ul", "ol")) if child.tag not in ("ul", "ol") else ""
                for child in node.iter(include_text=True)
            )
            yield _Block("item", own)
        elif node.tag in ("blockquote", "td", "dd", "dt") and node.css_first("p"):
            continue
        elif node.parent is not None and node.parent.tag == "li":
            continue
        else:
            yield _Block("paragraph", node.text(separator=" ") if node.css_first("br") else node.text())


def _is_links(node: object) -> bool:
    """Whether a block is mostly links: navigation that no tag gives away."""
    text = len(node.text().strip())  # type: ignore[attr-defined]
    linked = sum(len(link.text().strip()) for link in node.css("a"))  # type: ignore[attr-defined]
    return bool(text) and linked * 5 > text * 4
