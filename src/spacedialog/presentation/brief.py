"""A brief as a document: a line for each thing that is new or comes next, and how it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.fields import status_text
from spacedialog.model.rows.record import Brief, CommitmentRow, ConflictRow, NewsRow, SlipRow, UpcomingRow
from spacedialog.model.vocabulary import STALE_DAYS
from spacedialog.presentation.documents import Block, View, disagreement, log_line
from spacedialog.presentation.tables import Column, Table, coverage_line, delay, did, indented, window


class NewsLine(NamedTuple):
    """A line of a brief, for the formats that are tables of text."""

    section: str
    ref: str
    title: str
    when: str
    what: str
    note: str | None
    source: str | None


_SECTIONS = {
    "changed": "Recorded",
    "slipped": "Moved dates",
    "settled": "Completed, met or withdrawn",
    "opened": "Windows that opened",
    "closed": "Windows that closed, with nothing recorded of the outcome",
    "stale": f"Gone quiet: no entry for {STALE_DAYS} days",
    "conflicts": "Not agreed on, until someone decides",
    "opens": "Opens next",
    "closes": "Closes next",
}


def brief(of: Brief) -> View:
    """What is new, and what comes next: a line for each thing, and below it how it is known."""
    since = f"since {readable(of.since)}" if of.since else "from the beginning"
    lines = [NewsLine(section, *line) for section in _SECTIONS for line in map(_line_of, getattr(of, section))]
    head = (
        f"as of {readable(of.as_of)}; log: {log_line(of)}",
        f"what comes next: up to {readable(of.until)}",
        coverage_line(of.coverage),
    )
    blocks = [Block(f"News {since}" if of.has_news else f"Nothing new {since}", head)]
    for section, heading in _SECTIONS.items():
        if said := [line for line in lines if line.section == section]:
            blocks.append(Block(heading, tuple(text for line in said for text in _told(line))))
    columns = (
        Column("Section", lambda row: row.section),
        Column("Ref", lambda row: row.ref),
        Column("Title", lambda row: row.title, wide=True),
        Column("When", lambda row: readable(row.when)),
        Column("What", lambda row: row.what),
        Column("Why", lambda row: row.note or ""),
        Column("Source", lambda row: row.source or NO_EVIDENCE),
    )
    return View("brief", of, Table("news", NewsLine._fields, lines, columns, "nothing is new"), tuple(blocks))


NO_EVIDENCE = "no evidence given"


def _line_of(
    row: NewsRow | SlipRow | UpcomingRow | CommitmentRow | ConflictRow,
) -> tuple[str, str, str, str, str | None, str | None]:
    """What a line of news says: ref, title, when, what, why, source."""
    match row:
        case NewsRow(entry, title, source):
            cited = source or ", ".join(document["key"] for document in entry.changed.get("documents", ()))
            is_new = entry.kind == "create" and not {"verdict", "decided"} & entry.changed.keys()
            what = "put on record" if is_new else did(entry)
            return entry.ref, title, entry.on, f"{what} ({entry.author})", entry.note, cited or None
        case SlipRow():
            moved = f"{readable(row.old)} → {readable(row.new)}, {_delayed(row)} ({row.author})"
            return row.ref, row.title, row.on, moved, row.note, row.evidence
        case UpcomingRow():
            return row.ref, row.title, row.when, window(row), None, row.source
        case CommitmentRow():
            return row.ref, row.title, row.updated_on, f"latest entry; {status_text(row)}", None, row.source
        case ConflictRow():
            kept, other = disagreement(row)
            evidence = ", ".join(filter(None, dict.fromkeys((row.evidence, row.other_evidence))))
            said_of = f"{kept.removeprefix(row.ref).strip()}; {other.strip()}"
            return row.ref, row.title, row.on, said_of, None, evidence or None


def _delayed(row: SlipRow) -> str:
    return "narrowed" if row.narrowed else f"{delay(row)} days"


def _told(line: NewsLine) -> Iterator[str]:
    head = f"{line.ref}  {line.title}: {readable(line.when)}, {line.what}"
    return indented((head, line.note or "", f"source: {line.source or NO_EVIDENCE}"))
