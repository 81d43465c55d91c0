"""The blocks of a text, headings, paragraphs and points of lists: of plain text and of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from spacedialog.errors import InputError

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "item"]


class Block(NamedTuple):
    """A heading, a paragraph, or a point of a list."""

    kind: Kind
    text: str


def number_and_rest(text: str) -> tuple[str, str]:
    """The number that a paragraph bears, and the rest of it."""
    found = re.match(r"\(?(\d{1,3})[.)](?:\s+|(?=[A-Z]))", text)
    return (found[1], text[found.end() :]) if found else ("", text)


_LETTERED = re.compile(r"\s*\(?(?:[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_POINT = re.compile(r"\s*(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014]|\(?(?:[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")


def blocks_of_plain(text: str) -> Iterator[Block]:
    """The blocks of plain text, by blank lines, numbers and the signs of points."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    filled = [line for line in lines if line.strip()]
    # Without blank lines between, each line is a paragraph, unless the lines are broken at a width.
    packed = len(filled) > 1 and len(filled) == len("\n".join(lines).strip().split("\n"))
    wide = packed and sum(len(line) > 120 for line in filled) * 3 > len(filled)
    gathered: list[str] = []
    kind: Kind = "paragraph"

    def flush() -> Iterator[Block]:
        if gathered:
            yield Block(kind, " ".join(gathered))
            gathered.clear()

    lines = _head_apart(lines)
    for line in lines:
        point = _POINT.match(line)
        starts_number = packed and number_and_rest(line.strip())[0]
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


_MOST_LINES = 20_000
_DEEPEST = 8
_LONGEST_PARAGRAPH = 20_000
"""Limits on Markdown, far above any known statement: parsing markup takes many times its size in memory and time."""


def blocks_of_markdown(text: str) -> Iterator[Block]:
    """Yield the blocks of Markdown; numbered paragraphs are not a list. InputError if it has too many lines."""
    from markdown_it import MarkdownIt  # Rich brings it

    if text.count("\n") > _MOST_LINES:
        raise InputError(
            f"there are more than {_MOST_LINES} lines of Markdown", "save the statement as plain text, or split it"
        )
    # The text of each paragraph is parsed only when it is reached, to save memory.
    blocks = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).disable("inline")
    inline = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    references: dict[str, Any] = {}
    heading = False
    depth = 0
    ordered: list[tuple[bool, int]] = []
    for token in blocks.parse(text.removeprefix("\ufeff"), references):
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
                if len(token.content) > _LONGEST_PARAGRAPH:
                    yield Block("item" if depth else "paragraph", token.content)
                    continue
                said, *points = _lines(inline.parseInline(token.content, references)[0].children or ())
                if heading or (re.fullmatch(r"\*\*[^*]+\*\*:?", token.content.strip()) and not depth):
                    yield Block("heading", said)
                elif depth == 1 and ordered[-1][0] and len(said.split()) > 5:
                    # A numbered paragraph, which Markdown takes for a list.
                    yield Block("paragraph", f"{ordered[-1][1]}. {said}")
                else:
                    yield Block("item" if depth else "paragraph", said)
                for point in points:
                    yield Block("item", point)


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
