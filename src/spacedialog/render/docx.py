"""Word: the blocks of a view, and for a report also each commitment, as `show` has it.

`docx_book` writes the paragraphs and tables.
"""

from __future__ import annotations

from typing import BinaryIO

from spacedialog.model.dates import readable
from spacedialog.model.fields import FIELDS
from spacedialog.model.rows.record import Detail
from spacedialog.model.rows.report import Brief, Report
from spacedialog.presentation import detail as detail_views
from spacedialog.presentation.bars import LEGEND
from spacedialog.presentation.phrases import log_line, quotation
from spacedialog.presentation.report import WORDING
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View, heading_of
from spacedialog.render.docx_book import Run, WordDocument
from spacedialog.render.formats import Settings

_CHARACTERS = 90
"""The width of a page in characters; a table has the columns that fit in it."""


def write(view: Table | View, out: BinaryIO, settings: Settings) -> None:
    """Write the view; InputError if the reference document cannot be used."""
    blocks, data = (view.blocks, view.data) if isinstance(view, View) else ((Block("", table=view),), None)
    title, day = heading_of(view), f"As of {readable(settings.as_of)}"
    dialogues, commitments = (data.dialogues, data.commitments) if isinstance(data, Report) else ((), ())
    names = (str(dialogue.get("title") or "") for dialogue in dialogues)
    book = WordDocument(
        settings.reference,
        title="; ".join(filter(None, (title, *names))),
        as_of=settings.as_of,
        subject="; ".join(filter(None, (day, getattr(data, "selection", "")))),
        footer=f"{day}; log: {log_line(data)}" if isinstance(data, Report | Brief) else day,
    )
    book.heading(title, 0)
    for number, block in enumerate(blocks):
        # Each commitment of a report has its wording.
        if block.heading != WORDING:
            _add(book, block if number else block._replace(heading=""), 1)
    if commitments:
        book.heading("Commitments in detail", 1)
    for commitment in commitments:
        _add_commitment(book, commitment)
    book.save(out)


def _add_commitment(book: WordDocument, detail: Detail) -> None:
    """Add a commitment: its quote, its fields, sources, milestones and history."""
    (title, _, fields), *blocks = detail_views.commitment(detail).blocks
    book.heading(title, 2)
    if detail.quote:
        book.paragraph(quotation(detail.quote), "quote")
    if fields:
        rows = [row for row in fields.rows if row[0] != FIELDS["quote"].label]
        _add(book, Block("", table=fields._replace(rows=rows)), 3)
    for block in blocks:
        _add(book, block, 3)


def _add(book: WordDocument, block: Block, level: int) -> None:
    """Add a block: its heading, its lines as a list, or as paragraphs without a heading, and its table."""
    if block.heading:
        book.heading(block.heading, level)
    points: list[list[Run]] = []
    table = block.table
    entries = [line for row in table.rows for line in table.lines(row)] if table and table.lines else []
    for line in (*block.lines, *entries):
        if line.startswith(" ") and points:
            points[-1].append(Run(line.strip(), new_line=True))
        elif line != LEGEND:
            points.append([Run(line if block.heading else f"{line[:1].upper()}{line[1:]}")])
    for point in points:
        book.paragraph(point, "list bullet" if block.heading else "")
    if table and not entries:
        rows = list(table.rows)
        # Among columns with headings, one without a heading is a drawing in characters.
        columns = [column for column in table.columns if column.heading and column.from_width <= _CHARACTERS]
        if rows:
            book.table(block.heading or table.name, columns or table.columns, rows)
        for line in (*((table.empty,) if table.empty and not rows else ()), *table.notes()):
            book.paragraph(line)
