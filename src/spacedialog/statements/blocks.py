"""The headings, paragraphs and points of a text, and the division of plain text into them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Kind = Literal["heading", "paragraph", "item"]


class Block(NamedTuple):
    """A heading, a paragraph, or a point of a list.

    `level` is the depth of a point, from 1. `number` is the own number of a paragraph or a point: `4`, `2.1`.
    """

    kind: Kind
    text: str
    level: int = 0
    number: str = ""


class Mark(NamedTuple):
    """The mark before a point or a numbered paragraph: its form (`-`, `(1)`, `a.`), its number, and the rest."""

    form: str
    number: str
    rest: str


_NUMBER = re.compile(r"(\(?)(\d{1,3}(?:\.\d{1,2})*)([.)])(?:\s+|(?=[A-Z]))|()(\d{1,2}(?:\.\d{1,2})+)()\s+(?=[A-Z])")
_LETTER = re.compile(r"(\(?)([a-z]|[ivx]{1,5})([.)])\s+(?=\S)")
_BULLET = re.compile(
    r"([-*+\u2022\u2023\u2043\u25a0-\u25a1\u25aa\u25ab\u25b6\u25ba\u25cb\u25cf\u25e6\u2013\u2014\u00b7\u27a2\u2713"
    r"\uf0a7\uf0b7\uf0d8]|o(?= ))\s+(?=\S)"
)
ENDS = re.compile(r"[.:;!?][\"'\u201d\u2019)\]]*$")


def mark_of(line: str) -> Mark | None:
    """Return the mark that begins a line."""
    if found := _NUMBER.match(line):
        opening, number, closing = found.groups()[:3] if found[2] else found.groups()[3:]
        return Mark(f"{opening}1{closing}", number, line[found.end() :])
    if found := _LETTER.match(line):
        form = "i" if found[2] == "i" or len(found[2]) > 1 else "a"
        return Mark(f"{found[1]}{form}{found[3]}", "", line[found.end() :])
    found = _BULLET.match(line)
    return Mark(found[1], "", line[found.end() :]) if found else None


NO_WIDTH = 1_000_000


def blocks_of_plain(text: str, width: int | None = None) -> Iterator[Block]:
    """Yield the blocks of plain text, by blank lines, marks and indents; lines broken at a width are joined.

    By default, `width` is estimated. NO_WIDTH makes each line a paragraph, and 0 joins all lines between blank ones.
    """
    lines = _lines(text)
    filled = [line for line in lines if line.strip()]
    if not filled:
        return
    if width is None:
        ended = sum(bool(ENDS.search(line)) for line in filled)
        is_wrapped = sum(len(line) > 120 for line in filled) * 3 <= len(filled) and ended * 10 < len(filled) * 7
        width = sorted(map(len, filled))[len(filled) * 9 // 10] if is_wrapped else NO_WIDTH
    left = _left(lines)
    levels: list[tuple[int, str]] = []
    block, parts = Block("heading", ""), [""]
    previous = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        said = line.strip()
        if not said:
            previous = ""
            continue
        indent = len(line) - len(line.lstrip())
        mark = mark_of(said)
        if mark and previous and not _may_begin(previous, width, is_same=bool(levels) and levels[-1][1] == mark.form):
            mark = None
        is_point = not mark and not previous and bool(parts[0]) and _is_indented(line, following, left)
        belongs = levels and levels[-1][1] and levels[-1][0] < indent  # one more paragraph of a point
        if (is_point and belongs) or (previous and not mark and not _is_apart(previous, said, width)):
            parts.append(said)
        else:
            yield block._replace(text=" ".join(parts))
            parts = [mark.rest if mark else said]
            if mark and mark.number:
                block = Block("paragraph", "", _deepen(levels, indent, mark.form), mark.number)
            elif mark or is_point:
                block = Block("item", "", _deepen(levels, indent, mark.form if mark else ""))
            else:
                levels.clear()
                block = Block("paragraph", "")
        previous = said
    yield block._replace(text=" ".join(parts))


def _deepen(levels: list[tuple[int, str]], indent: int, form: str) -> int:
    """Return the level of a point, from its indent, the form of its mark, and the points before it."""
    while levels and levels[-1][0] > indent:
        levels.pop()
    if levels and levels[-1][0] == indent and form in [one for _, one in levels]:
        while levels[-1][1] != form:
            levels.pop()
    else:
        levels.append((indent, form))
    return len(levels)


def _may_begin(previous: str, width: int, *, is_same: bool) -> bool:
    """Return whether a mark directly after a line begins a point, and is not a dash in the sentence."""
    return is_same or len(previous) < width * 0.7 or bool(re.search(r"(?:[.:;,!?]\W*|\band|\bor)$", previous))


def _is_apart(previous: str, line: str, width: int) -> bool:
    """Return whether a line begins a paragraph, because its first word would have fit on the line before."""
    if line[0].islower() and not ENDS.search(previous):
        return False
    return len(previous) + len(line.split(maxsplit=1)[0]) < width * 0.7


def _is_indented(line: str, following: str, left: int) -> bool:
    return all(len(one) - len(one.lstrip()) >= left + 3 for one in (line, following) if one.strip())


def _left(lines: Sequence[str]) -> int:
    """Return the indent of the paragraphs: that of the first lines after blank ones, without the points."""
    first = [line for before, line in zip(["", *lines], lines, strict=False) if line.strip() and not before.strip()]
    indents = sorted(len(line) - len(line.lstrip()) for line in first if not mark_of(line.strip()))
    return indents[len(indents) // 4] if indents else 0


# Headings

_CAPTION = re.compile(
    r"(?:Read more|See also|Related|Also read|Photo|Image|Caption|Picture|File photo|Credit|Source|Media contact"
    r"|Contact)s?\b[^.]{0,20}:.*|.*(?:Credits?:|Photo by|Image courtesy|Courtesy of)[^.]{3,60}\.?",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"(?:[\w ,]{0,40}, )?(?:\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+\.? \d{1,2},?) (?:19|20)\d\d\W*")
_NAMING = re.compile(r"(?:[A-Z0-9(&\u2013-][^\s:]*|and|of|for|the|on|in|with|to|at|a|an|by|or|/)(?:\s+|:$)")


def with_headings(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with headings, captions and datelines as headings, up to the line `###` or `-end-`."""
    parted: list[Block] = []
    is_begun = False
    for before, block, after in zip([None, *blocks], blocks, [*blocks[1:], None], strict=False):
        if len(parted) * 2 >= len(blocks) and re.fullmatch(r"#+|\W*(?:end|ends|fin)\W*", block.text, re.IGNORECASE):
            break
        is_heading = block.kind == "heading" or _is_heading(before, block, after, is_begun=is_begun)
        is_begun |= not is_heading
        parted.append(block._replace(kind="heading") if is_heading else block)
    return parted


def _is_heading(before: Block | None, block: Block, after: Block | None, *, is_begun: bool) -> bool:
    text, words = block.text, block.text.split()
    is_short = len(words) < (15 if is_begun else 40)
    if len(words) < 3 and re.sub(r"[\W_]+", "", text).lower() in ("", "end", "ends", "fin"):
        return True
    if block.kind == "item":
        beside = {one.kind for one in (before, after) if one}
        announced = before and before.text.endswith(":")
        is_alone = "item" not in beside and not announced and after is not None
        return is_alone and len(words) < 40 and not ENDS.search(text)
    if _CAPTION.fullmatch(text) or _DATELINE.fullmatch(text):
        return True
    if ENDS.search(text) or re.search(r"[;,] (?:and|or)$", text) or not is_short:
        return text.endswith(":") and is_short and _is_name(text)
    if block.number:  # a point of a list, if a neighbor with the number before or after it has no end mark either
        near = [one for one in (before, after) if one and one.number and not ENDS.search(one.text)]
        return not any(abs(_ordinal(one) - _ordinal(block)) == 1 for one in near)
    follows = after is not None and (after.kind == "item" or bool(after.number))
    return not (follows and re.search(r"\b(?:to|will|shall|including|following|on|that|by)$", text))


def _is_name(text: str) -> bool:
    """Return whether a line is a heading, such as "Climate Change and Energy:", unlike "The leaders:"."""
    begins = re.match(r"(?:The|We|They|Both|Hereby)\b", text)
    return (
        not begins
        and not re.search(r"\b(?:to|will|shall|following|including):$", text, re.IGNORECASE)
        and all(_NAMING.fullmatch(f"{word} ") for word in text.removesuffix(":").split())
    )


def _ordinal(block: Block) -> int:
    return int(block.number.rpartition(".")[2])


# Lines

_PAGE_NUMBER = re.compile(r"\W*(?:page\s+)?#(?:\s*(?:/|of)\s*#)?\W*", re.IGNORECASE)
_SIDE = 2
"""The number of lines at the top and at the foot of a page that may be a running head or a page number."""


def _lines(text: str) -> list[str]:
    """Return the lines of a text, with its pages and its divided words joined, and without running heads."""
    text = re.sub(r"\r\n?|[\v\x85\u2028\u2029]", "\n", text).expandtabs(4)
    pages = [[line.rstrip() for line in page.strip("\n").split("\n")] for page in text.split("\f") if page.strip()]
    if len(pages) > 1:
        heads = Counter(_shape(line) for page in pages for line in {*page[:_SIDE], *page[-_SIDE:]})
        pages = [_without_heads(page, heads, is_first=number == 0) for number, page in enumerate(pages)]
    lines: list[str] = []
    pages = [page for page in pages if page != [""]]
    for before, page in zip([[], *pages], pages, strict=False):
        # A sentence may continue on the next page, but not after a short separate line, such as a heading.
        ended = len(before) <= _SIDE or ENDS.search(before[-1]) or (not before[-2] and len(before[-1]) < 60)
        lines += ["", *page] if (ended and not page[0][:1].islower()) or mark_of(page[0].strip()) else page
    return _undivided("\n".join(lines)).split("\n")


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _without_heads(page: Sequence[str], heads: Counter[str], *, is_first: bool) -> list[str]:
    """Return the lines of a page without page numbers and running heads; the first page keeps its title."""
    kept = []
    for number, line in enumerate(page):
        shape = _shape(line)
        is_repeated = bool(shape) and heads[shape] > 1 and not (is_first and "#" not in shape)
        is_head = is_repeated or bool(_PAGE_NUMBER.fullmatch(shape))
        if not (is_head and (number < _SIDE or number >= len(page) - _SIDE)):
            kept.append(line)
    return "\n".join(kept).strip("\n").split("\n")


def _undivided(text: str) -> str:
    """Join words that a line break divides; keep the hyphen if the second part is a word by itself."""
    text = text.replace("\u00ad\n", "").replace("\u00ad", "")
    words = set(re.findall(r"[a-z]+", re.sub(r"-\n\s*\w+", "", text)))
    whole = set(re.findall(r"\b\w++(?:-\w++)+", text))

    def joined(found: re.Match[str]) -> str:
        before, after = found.groups()
        keeps = not after.islower() or not before[-1].isalpha() or "-" in before or after in words
        return f"{before}{'-' if keeps or f'{before}-{after}' in whole else ''}{after}\n"

    return re.sub(r"(?<![\w.-])([\w.-]*[\w.])-\n[ \t]*(\w[\w-]*)[ \t]?", joined, text)
