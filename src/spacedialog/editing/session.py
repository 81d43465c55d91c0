"""One write to a record: the snapshot that it reads, the action that it records, and its result."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.editing.remarks import EntryRemarks
from spacedialog.errors import InputError
from spacedialog.model.conflicts import conflicts
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.entry import NOTE, RETRACT, PendingEntry, Remarks, new_entry_ids
from spacedialog.model.fields import FIELDS
from spacedialog.model.fold import closing_day, in_order, retracted_ids
from spacedialog.model.rows.written import Difference, Written
from spacedialog.model.target import Target
from spacedialog.model.values import check_line, check_on, evidence_pieces, recorded_text
from spacedialog.model.visibility import INTERNAL, is_internal, public_entries
from spacedialog.model.vocabulary import DEFAULT_INTERVALS, Intervals
from spacedialog.store.database import past_record
from spacedialog.store.log import entries_of, has_internal, live_entries
from spacedialog.store.read.details import fields_on
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.write import append
from spacedialog.store.write.internal_entries import Things, live_public_entries

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.model.entry import Entry
    from spacedialog.store.read.selection import Selection

_INTERNAL_FIELDS = ("commitment", "old", "new")
"""Fields left out of the result of a write: the commitments of an assessment and of a link, which never change."""


_PLACES = {name: place for place, name in enumerate(FIELDS)}


def _place(name: str) -> tuple[int, str]:
    """Return the key that sorts the names of fields: those of a commitment in their order, then the others."""
    return _PLACES.get(name, len(_PLACES)), name


class Author(NamedTuple):
    """The author of a write, with the clock and the source of random bytes.

    `now` returns the time in µs since 1970 (UTC), `entropy` the given number of random bytes. A dry run does the whole
    write, which is then rolled back. `intervals` decide the flags.
    """

    author: str
    today: date
    now: Callable[[], int]
    entropy: Callable[[int], bytes]
    dry_run: bool = False
    intervals: Intervals = DEFAULT_INTERVALS


class Session:
    """One write on a connection that is in a transaction; `created_store` is the path of a store that it creates."""

    def __init__(self, connection: sqlite3.Connection, writer: Author, *, created_store: str | None) -> None:
        self.connection = connection
        self.snapshot = Snapshot(connection, writer.today, writer.intervals)
        self._writer = writer
        self._created_store = created_store

    def remarks(self, given: Remarks) -> EntryRemarks:
        """Return the remarks of an entry, dated today if they have no date; InputError if it may be in the future."""
        when = VagueDate.of(given.get("on") or self._writer.today.isoformat())
        pieces = evidence_pieces(given.get("evidence"))
        on = check_on(when, self._writer.today)
        return EntryRemarks(on, given.get("note"), pieces, given.get("internal", False))

    def new_id(self) -> str:
        """Return an id for a new item."""
        return next(new_entry_ids(self._writer.now(), self._writer.entropy(16)))

    def record(
        self,
        groups: Iterable[Sequence[PendingEntry]],
        history_of: Container[str] = (),
        things: Things | None = None,
    ) -> append.Appended:
        """Append pending entries, grouped by item, to the log as one action of the author.

        The result has the histories of the items in `history_of`. `things` are as for `append`.
        """
        return append.append(
            self.connection,
            groups,
            now=self._writer.now(),
            author=check_line("author", self._writer.author),
            entropy=self._writer.entropy(16),
            history_of=history_of,
            things=things,
        )

    def write(self, did: str, targets: Sequence[Target], pending: Sequence[PendingEntry]) -> Written:
        """Record the pending entries as one action; return the fields of the targets that it changed."""
        is_public = not any(INTERNAL in entry.body for entry in pending)
        # The result of a public action shows the public record, where an internal entry may have the same values.
        beside = {target for target in targets if is_public and self._has_internal(target)}
        before = [self._fields(target, public=target in beside) for target in targets]
        appended = self.record(append.group_by_item(pending), {target.item for target in targets})
        after = [
            fields_on(appended.histories[target.item], self._writer.today, target.milestone) or {}
            if target.item in appended.histories and target not in beside
            else self._fields(target, public=target in beside)
            for target in targets
        ]
        differences = [
            Difference(target.ref, name, old.get(name), new.get(name))
            for target, old, new in zip(targets, before, after, strict=True)
            for name in sorted({*old, *new}, key=_place)
            if old.get(name) != new.get(name) and name not in _INTERNAL_FIELDS
        ]
        current = dict(zip((target[1:] for target in targets), zip(targets, after, strict=True), strict=True))
        overruled: dict[Target, dict[str, Any]] = {}
        for entry in pending:
            values, about = entry.body.get("set", {}), (entry.item, entry.body.get("milestone"))
            if values and about in current:
                target, new = current[about]
                lost = {name: new.get(name) for name, value in values.items() if new.get(name) != value}
                overruled.setdefault(target, {}).update(lost)
        notices = [notice for target, lost in overruled.items() if lost for notice in self._overruled(target, lost)]
        return self.appended(
            did,
            appended,
            **_named(targets),
            title=(after[0].get("title") or before[0].get("title") or "") if len(targets) == 1 else "",
            differences=tuple(differences),
            notices=tuple(dict.fromkeys(notices)),
        )

    def check(self, targets: Sequence[Target], pending: Sequence[PendingEntry]) -> Written:
        """Record checks of the targets as one action. They change no field, so fields are not compared."""
        title = str(self.snapshot.fields_of(targets[0]).get("title") or "") if len(targets) == 1 else ""
        recorded = self.record(append.group_by_item(pending))
        return self.appended("checked", recorded, **_named(targets), title=title)

    def appended(self, did: str, appended: append.Appended, **values: Any) -> Written:
        """Return the result of a write that appended entries; `values` are as in `written`."""
        counts = {"changes": appended.entries, "undo": appended.last, "internal": appended.internal}
        return self.written(did, **counts, **values)

    def _overruled(self, target: Target, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield a notice for each of the fields that an entry recorded earlier sets, because its day is later.

        `values` are the current values of fields that the latest action set.
        """
        entries = entries_of(self.connection, target.item)
        deciding = {
            name: entry
            for _, entry in in_order(entries)
            if entry.content.get("milestone") == target.milestone
            for name in entry.content.get("set", ())
        }
        for name, value in values.items():
            if name in deciding and deciding[name].ts < entries[-1].ts:
                subject = target.ref if name == "decided" else f"{target.ref}: {name}"
                current, day = recorded_text(name, value) or "not set", readable(deciding[name].on)
                yield f"{subject} is still {current}, because the entry of {day} is later."

    def selected(self, selection: Selection, *, is_public: bool) -> list[str]:
        """Return the refs of the selected commitments.

        If it `is_public`, those that are in the public record are selected by their public fields, so that the choice
        shows nothing internal.
        """
        rows = self.snapshot.commitments(selection.filter(self.snapshot))
        if not is_public or not has_internal(self.connection):
            return [row.ref for row in rows]
        with closing(past_record(self.connection, public=True)) as copy:
            public = Snapshot(copy, self._writer.today, self._writer.intervals)
            known = {row.ref for row in public.commitments()}
            try:
                found = [row.ref for row in public.commitments(selection.filter(public))]
            except InputError:
                found = []  # a value that only the whole record has
        return [*found, *(row.ref for row in rows if row.ref not in known)]

    def is_known(self, entry: PendingEntry) -> bool:
        """Return whether the entry would change nothing: the record has its values on its day, and no conflict.

        A public entry is compared with the public record.
        If the entry is dated before the first day of its item or milestone, it would apply on that first day.
        """
        entries, history = self.snapshot.folded(entry.item, public=INTERNAL not in entry.body)
        values, milestone = entry.body.get("set", {}), entry.body.get("milestone")
        first = next(
            (
                period.valid_from
                for period in (history.periods if history else ())
                if milestone is None or milestone in (part.id for part in period.milestones)
            ),
            None,
        )
        if first is None:
            return False
        day = max(first, closing_day(entry.on))
        fields = fields_on(history, date.fromisoformat(day), milestone) or {}
        days = (day, self._writer.today.isoformat())
        return all(fields.get(name) == value for name, value in values.items()) and not any(
            conflict.field in values and any(conflict.valid_from <= on < conflict.valid_to for on in days)
            for conflict in conflicts(entries)
        )

    def adds_remarks(self, entry: PendingEntry) -> bool:
        """Return whether the entry has a note or evidence that no entry in force with the same values has."""
        given = {name: entry.body[name] for name in ("note", "evidence") if name in entry.body}
        read = live_entries if INTERNAL in entry.body else live_public_entries
        live = [one.content for one in read(self.connection, entry.item)]
        same = [one for one in live if entry.body.get("set", {}).items() <= one.get("set", {}).items()]
        return bool(given) and not any(given.items() <= one.items() for one in same)

    def unchanged(self, did: str, targets: Sequence[Target], notice: str) -> Written:
        """Return the result of a write that records nothing, because the record already has its values."""
        title = self._fields(targets[0]).get("title") or "" if len(targets) == 1 else ""
        return self.written(did, **_named(targets), title=title, notices=(notice,))

    def retract(self, did: str, entries: Sequence[Entry], *, only: bool = False, is_internal: bool = False) -> Written:
        """Record the retraction of these entries; with `only`, of each entry by itself, not of its whole action.

        With `is_internal`, the retraction is internal, so the entries still apply in the public record. The retraction
        of an entry that is retracted in the public record already is internal too.
        """
        day = self._writer.today.isoformat()
        things = dict.fromkeys((entry.item, entry.content.get("milestone")) for entry in entries)
        refs = self.snapshot.refs
        targets = [target for one in things if (target := refs.target(*one) or refs.given(*one))]
        if len(things) == 1 and (link := refs.link(entries[0].item)):
            targets.append(link)
        # Other entries on a dialogue are those of an import, which sets many fields.
        if len(entries) == 1 and entries[0].kind in (NOTE, RETRACT) and (noted := refs.dialogue_of(entries[0].item)):
            targets.append(noted)
        # An import also adds the parties and areas of its commitments.
        targets = targets or [part for item, _ in things if (part := refs.part(item))]
        pending = []
        for entry in entries:
            milestone = entry.content.get("milestone")
            body: dict[str, Any] = {"retracts": entry.id}
            body |= {"only": True} if only else {}
            body |= {INTERNAL: True} if is_internal or entry.id in self._publicly_retracted(entry.item) else {}
            body |= {"milestone": milestone} if milestone else {}
            pending.append(PendingEntry(RETRACT, entry.item, day, body))
        return self.write(did, targets, pending)

    def _publicly_retracted(self, item: str) -> frozenset[str]:
        """Return the ids of the entries about an item that are retracted in the public record."""
        return retracted_ids(public_entries(entries_of(self.connection, item)))

    def written(self, did: str, **values: Any) -> Written:
        """Return the result of a write with these values; the others are empty."""
        empty = {"refs": (), "ref": "", "title": "", "differences": (), "changes": 0, "undo": None, "notices": ()}
        dry_run = self._writer.dry_run
        account = Written(did=did, created_store=self._created_store, dry_run=dry_run, **{**empty, **values})
        return account._replace(undo=None) if dry_run else account

    def _fields(self, target: Target, *, public: bool = False) -> Mapping[str, Any]:
        return self.snapshot.fields(target.item, target.milestone, public=public) or {}

    def _has_internal(self, target: Target) -> bool:
        """Return whether a target of the public record has internal entries too."""
        entries, _ = self.snapshot.folded(target.item)
        return any(map(is_internal, entries)) and bool(self._fields(target, public=True))


def _named(targets: Sequence[Target]) -> dict[str, Any]:
    """Return the refs of the targets, and the only one of them, as fields of the result of a write."""
    refs = tuple(dict.fromkeys(target.ref for target in targets))
    return {"refs": refs, "ref": refs[0] if len(refs) == 1 else ""}
