"""What a data file says that its previous import did not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from spacedialog.importing import changes, dialogue_schema
from spacedialog.model.vocabulary import Decision
from spacedialog.store import log as journal

if TYPE_CHECKING:
    from spacedialog.editing.session import Session
    from spacedialog.importing.changes import CandidateCount, FileCommitment
    from spacedialog.importing.parse import Contents
    from spacedialog.model.entry import PendingEntry
    from spacedialog.model.progress import Progress


def new_entries(
    contents: Contents, session: Session, today: date, candidates: CandidateCount, watch: Progress
) -> Iterator[list[PendingEntry]]:
    """What is new in the file, by item; nothing more once anything is wrong with it, which `contents.problems` tells.

    A candidate that a review dropped takes back what an earlier import said of it, unless people recorded more of it
    since. `candidates` counts what was imported undecided, and keeps the refs of those that stay.
    """
    on = today.isoformat()

    def news(of: list[PendingEntry]) -> list[PendingEntry]:
        item = of[0].item
        if journal.is_new_item(session.connection, item):
            return of
        previous, refused = (
            journal.imported_entries(session.connection, item),
            journal.rejected_entries(session.connection, item),
        )
        return changes.changes_since(of, previous, refused, on=on)

    def gone(entry: FileCommitment) -> Iterator[list[PendingEntry]]:
        commitment, *links = changes.items_of(entry)
        for item in (commitment, *links):
            previous = journal.imported_entries(session.connection, item)
            if {change.id for change in journal.live_entries(session.connection, item)} <= {one.id for one in previous}:
                yield changes.changes_since([], previous, (), on=on)
            elif item == commitment:
                candidates.keep(entry.commitment["ref"])
                return

    contents.problems.extend(dialogue_schema.opening_misfits(contents.opening, session.snapshot, today))
    if not contents.problems:
        yield from map(news, changes.opening_entries(contents.opening))
    for entry in watch(contents.entries()):
        candidates.count(entry)
        if entry.decision is Decision.DROPPED:
            yield from gone(entry)
            continue
        contents.problems.extend(dialogue_schema.entry_misfits(entry, session.snapshot, today))
        if not contents.problems:
            yield from map(news, changes.commitment_entries(contents.opening["dialogue"], entry))
