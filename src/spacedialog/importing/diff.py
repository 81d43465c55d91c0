"""The difference between a data file and its previous import, as new entries."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from spacedialog.importing.dialogue_checks import commitment_problems, milestone_problems, opening_problems
from spacedialog.importing.entries import BOOKKEEPING_KEYS, commitment_entries, opening_entries
from spacedialog.model.entry import CREATE, IMPORTED, RETRACT, Entry, PendingEntry, canonical_json
from spacedialog.model.visibility import INTERNAL
from spacedialog.model.vocabulary import Decision
from spacedialog.store import log
from spacedialog.store.write.internal_entries import Things, live_public_entries

if TYPE_CHECKING:
    from datetime import date

    from spacedialog.importing.entries import FileCommitment
    from spacedialog.importing.parse import Contents
    from spacedialog.model.progress import Progress
    from spacedialog.store.read.snapshot import Snapshot


class ImportDiff:
    """The entries that bring a record up to date with a data file, and the notices about its candidates.

    With `is_internal`, every entry is internal. `things` are what the entries name.
    """

    def __init__(
        self, connection: sqlite3.Connection, snapshot: Snapshot, today: date, *, is_internal: bool = False
    ) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._today = today
        self._is_internal = is_internal
        self._has_internal = log.has_internal(connection)
        self.things = Things(connection, has_internal=self._has_internal)
        self._earlier = snapshot.refs.earlier()
        self._is_known = log.item_test(connection)
        self._candidates = self._undecided = 0
        self._not_retracted: list[str] = []

    def new_entries(self, contents: Contents, watch: Progress) -> Iterator[list[PendingEntry]]:
        """Yield the entries that the record lacks, in groups by item.

        After the first problem, only further problems are collected, in `contents.problems`. A candidate that a review
        dropped is retracted, unless users have recorded entries about it since it was imported.
        """
        problems = contents.problems
        problems.extend(opening_problems(contents.opening, self._snapshot, self._today))
        if not problems:
            yield from map(self._since_import, opening_entries(contents.opening))
        for file_commitment in watch(contents.commitments()):
            self._candidates += file_commitment.is_candidate
            self._undecided += file_commitment.is_candidate and file_commitment.decision is None
            if file_commitment.decision is Decision.DROPPED:
                yield from self._retractions(file_commitment)
                continue
            problems.extend(commitment_problems(file_commitment, self._earlier, self._today))
            problems.extend(milestone_problems(contents.opening["dialogue"], file_commitment))
            if not problems:
                yield from map(self._since_import, commitment_entries(contents.opening["dialogue"], file_commitment))

    def notices(self) -> Iterator[str]:
        """Yield the notices about candidates; call it after the entries have been read."""
        if self._undecided:
            yield (
                f"{self._undecided} of {self._candidates} candidates were imported without a decision; decide on them"
                " with spacedialog review FILE, then import the file again to undo the dropped ones"
            )
        if self._not_retracted:
            refs = ", ".join(self._not_retracted)
            yield f"these dropped candidates have later entries and were not undone: {refs}"

    def _since_import(self, wanted: list[PendingEntry]) -> list[PendingEntry]:
        wanted = list(self._marked(wanted))
        item = wanted[0].item
        if not self._is_known(item):
            return wanted
        previous = self._imported(item)
        known = {entry.id for entry in previous}
        rejected = [entry for entry in log.rejected_entries(self._connection, item) if entry.id not in known]
        new = entries_since(wanted, previous, rejected, on=self._today.isoformat())
        for pending in new:
            self.things.add(pending)
        return new

    def _imported(self, item: str) -> list[Entry]:
        """Return the imported entries about an item that are in force, in the whole record or in the public one."""
        known = {entry.id: entry for entry in log.imported_entries(self._connection, item)}
        if self._has_internal:
            public = live_public_entries(self._connection, item)
            known |= {entry.id: entry for entry in public if entry.content.get("via") == IMPORTED}
        return list(known.values())

    def _marked(self, wanted: Iterable[PendingEntry]) -> Iterator[PendingEntry]:
        """Yield the entries of one item, with those marked as internal that `append` would mark.

        Otherwise they would differ from those of the previous import.
        """
        parts: set[str] = set()
        for pending in wanted:
            about = (pending.item, pending.body.get("milestone"))
            if self._is_internal or INTERNAL in pending.body or self.things.are_internal(pending) or parts & {*about}:
                pending = pending._replace(body={**pending.body, INTERNAL: True})
                if pending.kind == CREATE:
                    parts.add(about[1] or about[0])
            self.things.add(pending)
            yield pending

    def _retractions(self, dropped: FileCommitment) -> Iterator[list[PendingEntry]]:
        commitment, *links = dropped.items()
        for item in (commitment, *links):
            previous = log.imported_entries(self._connection, item)
            imported = {entry.id for entry in previous}
            if {entry.id for entry in log.live_entries(self._connection, item)} <= imported:
                yield entries_since([], previous, (), on=self._today.isoformat())
            elif item == commitment:
                self._not_retracted.append(dropped.commitment["ref"])
                return


def entries_since(
    wanted: Iterable[PendingEntry], previous: Sequence[Entry], rejected: Sequence[Entry], *, on: str
) -> list[PendingEntry]:
    """Return the entries that change the previous import of one item into the wanted one, retractions first.

    `previous` are the item's live imported entries. `rejected` are imported entries that users retracted one by one;
    they are not recorded again. Retractions are dated `on`. Entries that users recorded stay in force.
    """
    counts = Counter(map(_statement, [*previous, *rejected]))
    added = []
    for pending in wanted:
        statement = _statement(pending)
        if counts[statement] > 0:
            counts[statement] -= 1
        else:
            added.append(pending)
    retractions = []
    for entry in previous:
        statement = _statement(entry)
        if counts[statement] > 0:
            counts[statement] -= 1
            retractions.append(PendingEntry(RETRACT, entry.item, on, {"retracts": entry.id, "via": IMPORTED}))
    return [*retractions, *added]


def _statement(entry: PendingEntry | Entry) -> str:
    """Return an entry's kind, item, day and body, without the keys that the program adds when it records the entry."""
    if isinstance(entry, PendingEntry):
        body = entry.body
    else:
        body = {name: value for name, value in entry.content.items() if name not in BOOKKEEPING_KEYS}
    return canonical_json([entry.kind, entry.item, entry.on, body])
