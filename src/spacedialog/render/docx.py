"""Word: the blocks of a view, and for a report also each commitment with its quote, sources and latest entries.

`docx_book` writes the paragraphs and tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from spacedialog.model.dates import readable
from spacedialog.model.fields import FIELDS, JOINT
from spacedialog.model.rows.record import Detail
from spacedialog.model.rows.report import Brief, Report
from spacedialog.presentation import detail as detail_views
from spacedialog.presentation.bars import LEGEND
from spacedialog.presentation.phrases import entry_text, log_line, quotation
from spacedialog.presentation.report import WORDING
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View
from spacedialog.render.docx_book import Run, WordDocument
from spacedialog.render.formats import Settings

_LATEST = 3
"""The number of entries of each commitment in a report."""

_CHARACTERS = 90
"""The width of a page in characters; a table has the columns that fit in it."""

_ELSEWHERE = ("Conflicts", "Moved dates", "Assessments")
"""The blocks of a commitment that a report has in sections of their own."""

_DIALOGUES = (
    Column("Dialogue", lambda row: f"{row[0]['key']}: {row[0]['title']}", wide=True),
    Column("Date", lambda row: readable(row[0].get("when") or "")),
    Column("Place", lambda row: row[0].get("place") or ""),
    Column("Host", lambda row: row[0].get("host") or ""),
)
_PARTIES = Column("Lead, partners", lambda row: ", ".join((row.lead or JOINT, *row.partners)))


def write(view: Table | View, out: BinaryIO, settings: Settings) -> None:
    """Write the view; InputError if the reference document cannot be used."""
    blocks = (Block(view.name.capitalize(), table=view),) if isinstance(view, Table) else view.blocks or (Block(""),)
    title, data = blocks[0].heading or view.name.capitalize(), view.data if isinstance(view, View) else None
    day = f"As of {readable(settings.as_of)}"
    book = WordDocument(
        settings.reference,
        title="; ".join([title, *_of_dialogues(data, "title")]),
        as_of=settings.as_of,
        subject="; ".join(filter(None, (day, getattr(data, "selection", "")))),
        author="; ".join(_of_dialogues(data, "series")),
        footer=f"{day}; log: {log_line(data)}" if isinstance(data, Report | Brief) else day,
    )
    book.heading(title, 0)
    if not isinstance(data, Report | Brief):
        book.paragraph(day)
    for number, block in enumerate(_of_report(data, blocks) if isinstance(data, Report) else blocks):
        _add(book, block if number else block._replace(heading=""), 1)
    if isinstance(data, Report) and data.commitments:
        book.heading("Commitments in detail", 1)
        for commitment in data.commitments:
            _add_commitment(book, commitment)
    book.save(out)


def _of_dialogues(data: object, field: str) -> dict[str, None]:
    """Return the values of a field of the dialogues of a report, each once; none for other data."""
    dialogues = data.dialogues if isinstance(data, Report) else ()
    return dict.fromkeys(str(dialogue[field]) for dialogue in dialogues if dialogue.get(field))


def _of_report(data: Report, blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Yield the blocks of a report: dialogues as a table, and no wording, which each commitment has."""
    first, *others = blocks
    yield first._replace(lines=first.lines[len(data.dialogues) :])
    rows = [(dialogue,) for dialogue in data.dialogues]
    yield Block("Dialogues", table=Table("dialogues", (), rows, _DIALOGUES, "No dialogues."))
    for block in others:
        if block.table and block.table.name == "commitments":
            shown = {column.field: column._replace(from_width=0) for column in block.table.columns}
            columns = (shown["ref"], shown["title"], _PARTIES, shown["strength"], shown["status"], shown["due"])
            yield block._replace(table=block.table._replace(columns=columns))
        elif block.heading != WORDING:
            yield block


def _add_commitment(book: WordDocument, detail: Detail) -> None:
    """Add a commitment: its quote, its fields, sources, milestones and latest entries."""
    (title, _, fields), *blocks = detail_views.commitment(detail).blocks
    book.heading(title, 2)
    if detail.quote:
        book.quotation(quotation(detail.quote))
    if fields:
        rows = [row for row in fields.rows if row[0] != FIELDS["quote"].label]
        _add(book, Block("", table=fields._replace(rows=rows)), 3)
    for block in blocks:
        if block.heading == "History":
            entries = [entry for entry in detail.history if not entry.retracted and entry.kind != "create"]
            latest = sorted(entries, key=lambda entry: entry.on, reverse=True)[:_LATEST]
            block = Block("Latest entries", tuple(f"{readable(entry.on)}: {entry_text(entry)}" for entry in latest))
        if block.heading not in _ELSEWHERE and (block.lines or block.table):
            _add(book, block, 3)


def _add(book: WordDocument, block: Block, level: int) -> None:
    """Add a block: its heading, its lines as a list, or as paragraphs without a heading, and its table."""
    if block.heading:
        book.heading(block.heading, level)
    points: list[list[Run]] = []
    for line in block.lines:
        if line.startswith(" ") and points:
            points[-1].append(Run(line.strip(), new_line=True))
        elif line != LEGEND:
            points.append([Run(line)])
    for first, *others in points:
        if block.heading:
            book.bullet([first, *others])
        else:
            book.paragraph([Run(f"{first.text[:1].upper()}{first.text[1:]}"), *others])
    if table := block.table:
        rows = list(table.rows)
        # Among columns with headings, one without a heading is a drawing in characters.
        columns = [column for column in table.columns if column.heading and column.from_width <= _CHARACTERS]
        if rows:
            book.table(block.heading or table.name, columns or table.columns, rows)
        for line in (*((table.empty,) if table.empty and not rows else ()), *table.notes()):
            book.paragraph(line)
