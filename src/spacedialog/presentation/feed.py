"""Feeds: the entries and the news of a record as items, each with a permanent id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.entry import item_id
from spacedialog.model.rows.record import HistoryRow
from spacedialog.presentation.phrases import action_text, evidence_text


class FeedEntry(NamedTuple):
    """One item of a feed. `id` is a UUID, `updated` a recorded time (ISO 8601, UTC).

    `lines` are its text; an empty one is left out. Each piece of `evidence` that is a web address becomes a link.
    `address` is the address of its page, absolute or relative, empty if it has none.
    """

    id: str
    updated: str
    author: str
    title: str
    lines: tuple[str | None, ...]
    evidence: Sequence[str] = ()
    address: str = ""


class Feed(NamedTuple):
    """A feed with its items. `address` is the address of the page that it describes, `own_address` its own."""

    id: str
    updated: str
    title: str
    entries: Sequence[FeedEntry]
    address: str = ""
    own_address: str = ""


def feed(kind: str, about: Iterable[str], entries: Iterable[FeedEntry], *, until: str | None = None) -> Feed:
    """Return a feed, newest first, about refs or keys, empty for the whole record. Only these decide its id.

    `until` is the recorded time of the newest entry of the log, for a feed without items.
    """
    named = ", ".join(sorted(ref.upper() for ref in about)) or "the record"
    newest_first = sorted(entries, key=lambda entry: entry.updated, reverse=True)
    updated = newest_first[0].updated if newest_first else until or "1970-01-01T00:00:00Z"
    return Feed(item_id("feed", f"{kind}/{named}"), updated, f"{kind} of {named} (spacedialog)", newest_first)


def history_item(row: HistoryRow) -> FeedEntry:
    """Return an entry of the log as an item of a feed."""
    source = evidence_text(row)
    lines = f"Date: {readable(row.on)}", row.note, source and f"Source: {source}"
    return FeedEntry(row.id, row.recorded_at, row.author, f"{row.ref}: {action_text(row)}", lines, row.evidence)
