"""The view of a brief: one line for each item of news and each next date, with its source below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.entry import BUILT_IN_AUTHOR, item_id
from spacedialog.model.fields import DESK_FIELDS, CommitmentRow, status_text
from spacedialog.model.rows.record import ConflictRow, HistoryRow, SlipRow, UpcomingRow
from spacedialog.model.rows.report import Brief, NewsRow
from spacedialog.presentation.feed import FeedEntry, feed
from spacedialog.presentation.phrases import (
    NO_EVIDENCE,
    action_text,
    conflict_lines,
    counted,
    coverage_line,
    delay_text,
    indented,
    joined,
    log_line,
    sentences,
    window_text,
)
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View

_Row = NewsRow | SlipRow | UpcomingRow | CommitmentRow | ConflictRow


class NewsItem(NamedTuple):
    """One item of the brief, for the formats that write one table. `source` is None where no evidence is expected."""

    section: str
    ref: str
    title: str
    when: str
    what: str
    note: str | None
    source: tuple[str, ...] | None


_HEADINGS = {
    "conflicts": "Conflicts to resolve",
    "overdue": "Overdue, outcome not recorded",
    "settled": "Completed, met or withdrawn",
    "slipped": "Moved dates",
    "opened": "Windows that opened",
    "closes": "Closing next",
    "opens": "Opening next",
    "changed": "Recorded",
    "stale": "Check is due",
}
"""The heading of each section, by the field of `Brief` that has its rows."""

_DERIVED = {"overdue": "overdue, outcome not recorded", "opened": "window opened", "stale": "check is due"}
"""The sections whose rows come from a date and not from an entry, with the words for a feed."""

_ALSO = "also"
"""The section of an entry on an item that is listed under a heading."""


def brief(result: Brief, *, dialogues: Sequence[str] = ()) -> View:
    """Return the news since the first day of the brief and the next dates, by section.

    `dialogues` are the keys to which the brief is limited; empty for all.
    """
    since = f"since {readable(result.since)}" if result.since else "from the beginning"
    checked = f"{counted(result.checks, 'check')} of {counted(result.checked_commitments, 'commitment')}"
    checks = (checked,) if result.checks else ()
    also: dict[str, list[NewsItem]] = {}
    for row in result.also:
        also.setdefault(row.entry.ref, []).append(_item(_ALSO, row))
    facts = (
        f"as of {readable(result.as_of)}; log: {log_line(result)}",
        f"next dates: up to {readable(result.until)}",
        coverage_line(result.coverage),
        *checks,
    )
    items: list[NewsItem] = []
    blocks = [Block(f"News {since}" if result.has_news else f"No news {since}", facts)]
    for section, heading in _HEADINGS.items():
        listed: dict[str, list[NewsItem]] = {}
        for row in getattr(result, section):
            item = _item(section, row)
            listed.setdefault(item.ref, []).append(item)
        for ref, rows in listed.items():
            rows += also.get(ref, ())
            items += rows
        if listed:
            blocks.append(Block(heading, tuple(line for rows in listed.values() for line in _item_lines(rows))))
    columns = (
        Column("Section", lambda row: row.section),
        Column("Ref", lambda row: row.ref),
        Column("Title", lambda row: row.title, wide=True),
        Column("When", lambda row: readable(row.when)),
        Column("What", lambda row: row.what),
        Column("Note", lambda row: row.note or ""),
        Column("Source", _source_text),
    )
    table = Table("news", NewsItem._fields, items, columns, "No news.", dates=("when",))
    table = table._replace(feed=lambda: feed("News", dialogues, _feed_entries(result), until=result.recorded_until))
    return View("brief", result, table, tuple(blocks))


def _feed_entries(result: Brief) -> Iterator[FeedEntry]:
    """Yield an item of a feed for each row of the brief that is news."""
    for section in (*_HEADINGS, _ALSO):
        for row in getattr(result, section) if section not in ("closes", "opens") else ():
            item = _item(section, row)
            title = f"{item.ref} {item.title}: {_DERIVED.get(section, item.what)}"
            source = _source_text(item)
            lines = f"Date: {readable(item.when)}", item.note, source and f"Source: {source}"
            yield FeedEntry(*_origin(result, section, row), title, lines, item.source or ())


def _origin(result: Brief, section: str, row: _Row) -> tuple[str, str, str]:
    """Return the id of a row in a feed, its time and its author."""
    match row:
        case NewsRow(entry):
            return entry.id, entry.recorded_at, entry.author
        case SlipRow():
            return row.change, row.recorded_at, row.author
        case ConflictRow():
            both = item_id("conflict", "/".join((row.field, *sorted((row.change, row.other_change)))))
            return both, max(row.recorded_at, row.other_recorded_at), row.author
        case CommitmentRow():
            time = f"{result.stale_since[row.ref]}T00:00:00Z"
        case UpcomingRow():
            time = f"{row.latest}T23:59:59Z" if section == "overdue" else f"{row.earliest}T00:00:00Z"
    return item_id(section, f"{row.ref}/{time}"), time, BUILT_IN_AUTHOR


def _item(section: str, row: _Row) -> NewsItem:
    match row:
        case NewsRow(entry, title, source):
            cited = source or tuple(document["key"] for document in entry.changed.get("documents") or ())
            expected = () if _expects_evidence(entry) else None
            return NewsItem(section, entry.ref, title, entry.on, _attributed(row), entry.note, cited or expected)
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


def _attributed(row: NewsRow) -> str:
    """Return the action of an entry, with its author unless the action names the author."""
    entry = row.entry
    if row.undone:
        return f"{'undid' if row.undone.retracted else 'redid'}: {_action(row.undone)} ({entry.author})"
    if "assessor" not in entry.changed:
        return f"{_action(entry)} ({entry.author})"
    by_another = entry.changed["assessor"] != entry.author
    return f"{_action(entry).removesuffix(')')}; recorded by {entry.author})" if by_another else _action(entry)


def _action(entry: HistoryRow) -> str:
    is_new = entry.kind == "create" and not {"verdict", "decided"} & entry.changed.keys()
    return "added" if is_new else action_text(entry._replace(retracted=False))


def _source_text(item: NewsItem) -> str:
    return "" if item.source is None else joined(item.source) or NO_EVIDENCE


def _expects_evidence(entry: HistoryRow) -> bool:
    is_own = bool(entry.changed) and entry.changed.keys() <= set(DESK_FIELDS)
    return entry.kind != "retract" and not is_own


def _item_lines(rows: Sequence[NewsItem]) -> Iterator[str]:
    """Yield the lines of an item: those of its first row, and one for each other row."""
    item, *others = rows
    head = f"{item.ref}  {item.title}: {readable(item.when)}, {item.what}"
    source = _source_text(item)
    more = (
        sentences(f"{readable(other.when)}, {other.what}", other.note, source and f"Source: {source}")
        for other in others
        for source in (_source_text(other),)
    )
    return indented((head, item.note or "", source and f"source: {source}", *more))
