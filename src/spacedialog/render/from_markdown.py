"""Markdown as an HTML page and as a Word document. Only web addresses become links; HTML is shown as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from spacedialog.model.values import is_web_address
from spacedialog.presentation.letters import in_words
from spacedialog.presentation.tables import Column
from spacedialog.render import html
from spacedialog.render.docx_book import Run, WordDocument
from spacedialog.render.formats import Settings

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


def write_html(text: str, out: Any, name: str) -> None:
    """Write Markdown as a page of the class `name`."""
    root, rendered = _parsed(text)
    html.write_text(_title(root, name), name, Markup(rendered), out)


def write_docx(text: str, out: Any, name: str, settings: Settings) -> None:
    """Write Markdown as a Word document in the styles of `settings.reference`."""
    root, _ = _parsed(text)
    footer = f"As of {in_words(settings.as_of)}"
    book = WordDocument(settings.reference, title=_title(root, name), as_of=settings.as_of, footer=footer)
    _add(book, root)
    book.save(out)


def _parsed(text: str) -> tuple[SyntaxTreeNode, str]:
    """Return the parts of Markdown, and its HTML."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    markdown.validateLink = is_web_address  # type: ignore[assignment, method-assign]
    tokens = markdown.parse(text)
    for token in tokens:
        if token.attrs.pop("style", None) == "text-align:right":  # the policy of the page forbids this attribute
            token.attrs["class"] = "right"
    return SyntaxTreeNode(tokens), markdown.renderer.render(tokens, markdown.options, {})


def _title(root: SyntaxTreeNode, name: str) -> str:
    """Return the text of the first heading, else the name of the template."""
    return next((_plain(node) for node in root.children if node.type == "heading"), name)


def _add(book: WordDocument, node: SyntaxTreeNode, style: str = "", mark: str = "") -> None:
    """Add the blocks of a part of Markdown to the document, its paragraphs in `style`; `mark` begins the first one."""
    for child in node.children:
        if child.type == "heading":
            book.heading(_plain(child), int(child.tag[1:]) - 1)
        elif child.type == "table":
            head, *rows = (row.children for part in child.children for row in part.children)
            book.table("", [_column(cell, place) for place, cell in enumerate(head)], rows)
        elif child.type == "list_item":
            _add(book, child, "list bullet", f"{child.info}{child.markup} " if child.info else "")
        elif child.type in ("blockquote", "bullet_list", "ordered_list"):
            _add(book, child, "quote" if child.type == "blockquote" else style)
        elif child.type != "hr":
            book.paragraph([Run(mark), *_runs(child)], style)
            mark = ""


def _column(cell: SyntaxTreeNode, place: int) -> Column:
    """Return the column of a table at a place, with its heading."""
    return Column(_plain(cell), lambda row: _plain(row[place]), right="class" in cell.attrs, wide=True)


def _plain(node: SyntaxTreeNode) -> str:
    return "".join(run.text for run in _runs(node))


def _runs(node: SyntaxTreeNode, look: Run = Run("")) -> Iterator[Run]:  # noqa: B008 - a tuple
    """Yield the parts of a text, each formatted as the strong text, emphasis or link that contains it."""
    if node.type == "link":
        look = look._replace(address=str(node.attrs["href"]))
    look = look._replace(bold=look.bold or node.type == "strong", italic=look.italic or node.type == "em")
    for child in node.children:
        yield from _runs(child, look)
    if not node.children:
        breaks = {"softbreak": " ", "hardbreak": ""}
        yield look._replace(text=breaks.get(node.type, node.content), new_line=node.type == "hardbreak")
