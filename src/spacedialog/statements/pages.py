"""The headings, paragraphs and points of a web page or a Markdown text, without navigation and captions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from spacedialog.errors import InputError
from spacedialog.statements.blocks import NO_WIDTH, Block, blocks_of_plain, mark_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, blockquote, td, dd, dt"
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_FURNITURE = (
    "script, style, noscript, template, nav, footer, aside, form, figure, figcaption, button, svg, iframe,"
    " [role=navigation], [role=banner], [role=contentinfo], [role=complementary], [hidden], [aria-hidden=true]"
)
_NAMED_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:newsletter|promo\w*|related|inline-related|share|social|subscribe|signup|sign-up|cookie\w*"
    r"|comments?|caption|byline|advert\w*|ad|ads|banner|breadcrumbs?|menu|nav|navigation|footer|sidebar|teaser"
    r"|pull-?quote|most-read|tags|author|disclaimer|skip|search|login)(?=$|[\s_-])",
    re.IGNORECASE,
)


_DEEPEST = 512
"""The maximum depth of nested elements, as in browsers; the time of parsing grows with its square."""
_MOST_ATTRIBUTES = 1_000
"""The number of attributes from which an element is refused; the time of parsing grows with its square."""
# An attribute as browsers read it: a name, and optionally `=` and a value, which may be quoted.
_ATTRIBUTE = r"""(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+)"""
_TAG = re.compile(rf"<[A-Za-z][^\s/>]*+(?:(?P<crowded>{_ATTRIBUTE}{{{_MOST_ATTRIBUTES}}})|{_ATTRIBUTE}*+)")
_UNCLOSED = frozenset(
    [
        "p",
        "li",
        "td",
        "th",
        "tr",
        "dt",
        "dd",
        "option",
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
"""Elements that need not be closed."""


def blocks_of_page(text: str) -> Iterator[Block]:
    """Yield the blocks of a web page in order, its title first; InputError if it is nested too deeply."""
    from selectolax.lexbor import LexborHTMLParser  # imported here because only pages need it

    if _depth(text) > _DEEPEST:
        raise InputError(
            f"the elements of this page are nested more than {_DEEPEST} levels deep", "save the statement as plain text"
        )
    if any(tag["crowded"] for tag in _TAG.finditer(text)):
        raise InputError(
            f"an element of this page has {_MOST_ATTRIBUTES} attributes or more", "save the statement as plain text"
        )
    tree = LexborHTMLParser(text)
    _clear(tree)
    root = tree.css_first("article") or tree.css_first("main, [role=main]") or tree.body
    if root is None:
        return
    title = root.css_first("h1") or tree.css_first("h1")
    if title is not None:
        yield Block("heading", title.text())
    found = [node for node in root.css(_BLOCKS) if node.tag == "li" or not node.css("p, li, blockquote > p")[1:]]
    if not any(node.tag in ("p", "li") for node in found):
        for part in re.split(r"\n\s*\n", root.text(separator="\n")):
            yield Block("paragraph", part)
        return
    numbers: dict[int, int] = {}  # the last number of each numbered list
    for node in found:
        if not _is_links(node):
            for block in _blocks(node, numbers):
                text, *points = _LETTERED.split(block.text)
                yield block._replace(text=text)
                yield from (Block("item", point, block.level + 1) for point in points)


_MOST_LINES = 20_000
_DEEPEST_LIST = 8
_LONGEST_PARAGRAPH = 20_000
"""Limits on Markdown, far above any known statement: parsing markup takes many times its size in memory and time."""


def blocks_of_markdown(text: str) -> Iterator[Block]:
    """Yield the blocks of Markdown; InputError if it has too many lines."""
    from markdown_it import MarkdownIt  # a dependency of Rich, imported here because only Markdown needs it

    if text.count("\n") > _MOST_LINES:
        raise InputError(
            f"there are more than {_MOST_LINES} lines of Markdown", "save the statement as plain text, or split it"
        )
    # The text of each paragraph is parsed only when it is reached, to save memory.
    markdown = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_LIST}).disable("inline")
    inline = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_LIST, "html": False})
    references: dict[str, Any] = {}
    page: list[str] = []
    for token in markdown.parse(text.removeprefix("\ufeff"), references):
        if token.type != "inline":
            page.append(markdown.renderer.render([token], markdown.options, references))
        elif len(token.content) > _LONGEST_PARAGRAPH:
            page.append(escape(token.content))
        else:
            page.append(inline.renderInline(token.content, references))
    yield from blocks_of_page("".join(page))


def _depth(text: str) -> int:
    """Return the depth of the nested elements."""
    depth = deepest = 0
    for tag in re.finditer(r"<(/?)([A-Za-z]+)", text):
        if tag[2].lower() not in _UNCLOSED:
            depth = max(0, depth + (-1 if tag[1] else 1))
            deepest = max(deepest, depth)
    return deepest


def _clear(tree: LexborHTMLParser) -> None:
    """Remove navigation and captions, inner nodes first: a removed node must not be used."""
    doomed = {node.mem_id: node for node in tree.css(_FURNITURE)}
    for node in tree.css("[class], [id]"):
        named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.tag not in ("body", "main", "article", "html") and _NAMED_FURNITURE.search(named):
            doomed[node.mem_id] = node
    places = {node.mem_id: place for place, node in enumerate(tree.css("*"))}
    for node in sorted(doomed.values(), key=lambda node: places[node.mem_id], reverse=True):
        node.decompose()


def _blocks(node: LexborNode, numbers: dict[int, int]) -> Iterator[Block]:
    """Yield the block of a node; none if its parts are blocks, or if it is the title."""
    if node.tag in _HEADINGS:
        yield Block("heading", node.text())
    if node.tag == "li":
        own = "".join(child.text() for child in node.iter(include_text=True) if child.tag not in ("ul", "ol"))
        lists = _lists(node)
        if lists and lists[0].tag == "ol" and (lists[0].attributes.get("type") or "1") == "1":
            start = node.attributes.get("value") or lists[0].attributes.get("start") or "1"
            before = numbers.get(lists[0].mem_id)
            number = before + 1 if before is not None else int(start) if start.isdecimal() else 1
            numbers[lists[0].mem_id] = number
            yield Block("paragraph" if len(lists) == 1 else "item", own, len(lists), str(number))
        else:
            yield Block("item", own, max(len(lists), 1))
    holds_paragraph = node.tag in ("blockquote", "td", "dd", "dt") and node.css_first("p") is not None
    in_point = node.parent is not None and node.parent.tag == "li"
    if node.tag in ("h1", "li", *_HEADINGS) or holds_paragraph or in_point:
        return
    text = node.text()
    strong = node.css_first("strong, b")
    if strong is not None and strong.text().strip() == text.strip().rstrip(":") and not text.strip().endswith("."):
        yield Block("heading", text)
    elif node.css_first("br"):
        for line in node.css("br"):
            line.replace_with(_BREAK)
        yield from blocks_of_plain(" ".join(node.text().split()).replace(_BREAK, "\n"), NO_WIDTH)
    else:
        mark = mark_of(text.strip())
        yield Block("paragraph", mark.rest, 1, mark.number) if mark and mark.number else Block("paragraph", text)


_LETTERED = re.compile(r"\n\s*\(?(?:[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_BREAK = "\ufdd0"


def _lists(node: LexborNode) -> list[LexborNode]:
    """Return the lists that contain a point, innermost first, up to _DEEPEST_LIST."""
    lists: list[LexborNode] = []
    parent = node.parent
    while parent is not None and len(lists) < _DEEPEST_LIST:
        if parent.tag in ("ul", "ol"):
            lists.append(parent)
        parent = parent.parent
    return lists


def _is_links(node: LexborNode) -> bool:
    """Return whether a block is mostly links, and therefore navigation that has no such tag."""
    text = len(node.text().strip())
    linked = sum(len(link.text().strip()) for link in node.css("a"))
    return bool(text) and linked * 5 > text * 4
