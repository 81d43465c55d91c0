"""The view of a brief: one line for each item of news and each next date, with its source below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.fields import CommitmentRow, status_text
from spacedialog.model.rows.record import ConflictRow, NewsRow, SlipRow, UpcomingRow
from spacedialog.model.rows.report import Brief
from spacedialog.presentation.phrases import (
    NO_EVIDENCE,
    action_text,
    conflict_lines,
    coverage_line,
    delay_text,
    indented,
    joined,
    log_line,
    window_text,
)
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View


class NewsItem(NamedTuple):
    """One item of the brief, for the formats that write one table."""

    section: str
    ref: str
    title: str
    when: str
    what: str
    note: str | None
    source: tuple[str, ...]


_HEADINGS = {
    "changed": "Recorded",
    "slipped": "Moved dates",
    "settled": "Completed, met or withdrawn",
    "opened": "Windows that opened",
    "closed": "Windows that closed, outcome not recorded",
    "stale": "Stale: a check is due",
    "conflicts": "Conflicts to resolve",
    "opens": "Opening next",
    "closes": "Closing next",
}
"""The heading of each section, by the field of `Brief` that has its rows."""


def brief(result: Brief) -> View:
    """Return the news since the first day of the brief and the next dates, by section."""
    since = f"since {readable(result.since)}" if result.since else "from the beginning"
    items = [_item(section, row) for section in _HEADINGS for row in getattr(result, section)]
    facts = (
        f"as of {readable(result.as_of)}; log: {log_line(result)}",
        f"next dates: up to {readable(result.until)}",
        coverage_line(result.coverage),
    )
    blocks = [Block(f"News {since}" if result.has_news else f"No news {since}", facts)]
    for section, heading in _HEADINGS.items():
        if lines := tuple(line for item in items if item.section == section for line in _item_lines(item)):
            blocks.append(Block(heading, lines))
    columns = (
        Column("Section", lambda row: row.section),
        Column("Ref", lambda row: row.ref),
        Column("Title", lambda row: row.title, wide=True),
        Column("When", lambda row: readable(row.when)),
        Column("What", lambda row: row.what),
        Column("Note", lambda row: row.note or ""),
        Column("Source", lambda row: joined(row.source) or NO_EVIDENCE),
    )
    return View(
        "brief", result, Table("news", NewsItem._fields, items, columns, "No news.", dates=("when",)), tuple(blocks)
    )


def _item(section: str, row: NewsRow | SlipRow | UpcomingRow | CommitmentRow | ConflictRow) -> NewsItem:
    match row:
        case NewsRow(entry, title, source):
            cited = source or tuple(document["key"] for document in entry.changed.get("documents") or ())
            is_new = entry.kind == "create" and not {"verdict", "decided"} & entry.changed.keys()
            action = f"{'added' if is_new else action_text(entry)} ({entry.author})"
            return NewsItem(section, entry.ref, title, entry.on, action, entry.note, cited)
        case SlipRow():
            delay = "narrowed" if row.narrowed else f"{delay_text(row)} days"
            moved = f"{readable(row.old)} → {readable(row.new)}, {delay} ({row.author})"
            return NewsItem(section, row.ref, row.title, row.on, moved, row.note, row.evidence)
        case UpcomingRow():
            return NewsItem(section, row.ref, row.title, row.when, window_text(row), None, _pieces(row.source))
        case CommitmentRow():
            status = f"latest entry; {status_text(row)}"
            return NewsItem(section, row.ref, row.title, row.updated_on, status, None, _pieces(row.source))
        case ConflictRow():
            counting, other = conflict_lines(row)
            values = f"{counting.removeprefix(row.ref).strip()}; {other.strip()}"
            evidence = tuple(dict.fromkeys((*row.evidence, *row.other_evidence)))
            return NewsItem(section, row.ref, row.title, row.on, values, None, evidence)


def _pieces(source: str) -> tuple[str, ...]:
    return (source,) if source else ()


def _item_lines(item: NewsItem) -> Iterator[str]:
    head = f"{item.ref}  {item.title}: {readable(item.when)}, {item.what}"
    return indented((head, item.note or "", f"source: {joined(item.source) or NO_EVIDENCE}"))
