"""One write to a record: the snapshot that it reads, the action that it records, and its result."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.editing.remarks import EntryRemarks
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import RETRACT, PendingEntry, Remarks, new_entry_ids
from spacedialog.model.rows.record import Difference, Written
from spacedialog.model.target import Target
from spacedialog.model.values import check_line, check_on, evidence_pieces
from spacedialog.store.read.details import fields_on
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.write import append

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from spacedialog.model.entry import Entry

_INTERNAL_FIELDS = ("commitment",)
"""Fields left out of the result of a write: the commitment of an assessment, which never changes."""


class Author(NamedTuple):
    """The author of a write, with the clock and the source of random bytes.

    `now` returns the time in µs since 1970 (UTC), `entropy` the given number of random bytes. A dry run does the whole
    write, which is then rolled back.
    """

    author: str
    today: date
    now: Callable[[], int]
    entropy: Callable[[int], bytes]
    dry_run: bool = False


class Session:
    """One write on a connection that is in a transaction; `created_store` is the path of a store that it creates."""

    def __init__(self, connection: sqlite3.Connection, writer: Author, *, created_store: str | None) -> None:
        self.connection = connection
        self.snapshot = Snapshot(connection, writer.today)
        self._writer = writer
        self._created_store = created_store

    def remarks(self, given: Remarks) -> EntryRemarks:
        """Return the remarks of an entry, dated today if they have no date; InputError if it may be in the future."""
        on = given.get("on") or self._writer.today.isoformat()
        when = VagueDate.parse(on) if isinstance(on, str) else on
        pieces = evidence_pieces(given.get("evidence"))
        return EntryRemarks(check_on(when, self._writer.today), given.get("note"), pieces)

    def new_id(self) -> str:
        """Return an id for a new item."""
        return next(new_entry_ids(self._writer.now(), self._writer.entropy(16)))

    def record(self, groups: Iterable[Sequence[PendingEntry]], history_of: Container[str] = ()) -> append.Appended:
        """Append pending entries, grouped by item, to the log as one action of the author.

        The result has the histories of the items in `history_of`.
        """
        return append.append(
            self.connection,
            groups,
            now=self._writer.now(),
            author=check_line("author", self._writer.author),
            entropy=self._writer.entropy(16),
            history_of=history_of,
        )

    def write(self, did: str, targets: Sequence[Target], pending: Sequence[PendingEntry]) -> Written:
        """Record the pending entries as one action; return the fields of the targets that it changed."""
        before = [self._fields(target) for target in targets]
        appended = self.record(append.group_by_item(pending), {target.item for target in targets})
        after = [
            fields_on(appended.histories[target.item], self._writer.today, target.milestone) or {}
            if target.item in appended.histories
            else self._fields(target)
            for target in targets
        ]
        differences = [
            Difference(target.ref, name, old.get(name), new.get(name))
            for target, old, new in zip(targets, before, after, strict=True)
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name) and name not in _INTERNAL_FIELDS
        ]
        notices = [
            f"{target.ref}: {name} is still {new.get(name)}, because a later entry sets it"
            for target, new in zip(targets, after, strict=True)
            for entry in pending
            if (entry.item, entry.body.get("milestone")) == target[1:]
            for name, value in entry.body.get("set", {}).items()
            if new.get(name) != value
        ]
        alone = len(targets) == 1
        return self.written(
            did,
            refs=tuple(dict.fromkeys(target.ref for target in targets)),
            ref=targets[0].ref if alone else "",
            title=(after[0].get("title") or before[0].get("title") or "") if alone else "",
            differences=tuple(differences),
            changes=appended.entries,
            undo=appended.last,
            notices=tuple(dict.fromkeys(notices)),
        )

    def retract(self, did: str, entries: Sequence[Entry], *, only: bool = False) -> Written:
        """Record the retraction of these entries; with `only`, of each entry by itself, not of its whole action."""
        day = self._writer.today.isoformat()
        things = dict.fromkeys((entry.item, entry.content.get("milestone")) for entry in entries)
        targets = [target for item, milestone in things if (target := self.snapshot.refs.target(item, milestone))]
        pending = []
        for entry in entries:
            milestone = entry.content.get("milestone")
            body: dict[str, Any] = {"retracts": entry.id}
            body |= {"only": True} if only else {}
            body |= {"milestone": milestone} if milestone else {}
            pending.append(PendingEntry(RETRACT, entry.item, day, body))
        return self.write(did, targets, pending)

    def written(self, did: str, **values: Any) -> Written:
        """Return the result of a write with these values; the others are empty."""
        empty = {"refs": (), "ref": "", "title": "", "differences": (), "changes": 0, "undo": None, "notices": ()}
        dry_run = self._writer.dry_run
        account = Written(did=did, created_store=self._created_store, dry_run=dry_run, **{**empty, **values})
        return account._replace(undo=None) if dry_run else account

    def _fields(self, target: Target) -> Mapping[str, Any]:
        return self.snapshot.fields(target.item, target.milestone) or {}
