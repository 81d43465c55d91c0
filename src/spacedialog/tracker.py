"""What one can do with a record: look at it as of a day, and write to it. The use cases, for the CLI and scripts.

Nothing here reads a clock, the environment or the user: whoever opens a tracker says what day it is and who
writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacedialog.errors import ProblemsError, SpacedialogError
from spacedialog.rows import Difference, Written
from spacedialog.store import files, journal, writer
from spacedialog.store.view import Target, View

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.dates import VagueDate
    from spacedialog.log import Change, Draft
    from spacedialog.statements import Addition
    from spacedialog.updates import Update

    When = VagueDate | str


class Tracker:
    """A record of commitments, kept in the store at `path`; with no store there, the bundled one.

    `today` is the local day, `now` gives the time in µs since 1970 (UTC), `author` is who writes. With `dry_run`
    the writes do all but keep what they did.
    """

    def __init__(
        self,
        path: Path,
        *,
        today: date,
        now: Callable[[], int],
        author: str,
        entropy: Callable[[int], bytes] = os.urandom,
        dry_run: bool = False,
    ) -> None:
        self.path = path
        self.today = today
        self.author = author
        self.dry_run = dry_run
        self._now = now
        self._entropy = entropy

    @property
    def has_store(self) -> bool:
        """Whether there is a store, or the bundled record answers."""
        return self.path.exists()

    # Looking

    @contextmanager
    def view(self, as_of: date | None = None, *, known_at: int | None = None) -> Iterator[View]:
        """The record as of a day (today), as far as it had been recorded at a time (µs since 1970, UTC)."""
        with self._reading(known_at) as connection:
            yield View(connection, as_of or self.today)

    def log(self, *, known_at: int | None = None) -> Iterator[Change]:
        """Every entry of the log in the order recorded, up to a time: what `export` writes."""
        with self._reading(known_at) as connection:
            yield from journal.entries(connection)

    @contextmanager
    def _reading(self, known_at: int | None) -> Iterator[sqlite3.Connection]:
        with closing(_bundled()) if not self.has_store else files.reading(self.path) as connection:
            if known_at is None:
                yield connection
            else:
                with closing(files.copy_of_log(connection, known_at=known_at)) as copy:
                    yield copy

    # Writing

    def mark(
        self,
        ref: str,
        status: str,
        *,
        percent: int | None = None,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Record how far a commitment is, or that a milestone was met."""
        from spacedialog.updates import Update

        return self._update("marked", Update(ref, self._on(on), status, percent, None, note, evidence))

    def note(self, ref: str, text: str, *, on: When | None = None, evidence: str | None = None) -> Written:
        """Record something about a commitment or a milestone, its status and dates being left as they are."""
        from spacedialog.updates import Update, check_text

        return self._update("noted", Update(ref, self._on(on), note=check_text("note", text), evidence=evidence))

    def reschedule(
        self,
        ref: str,
        due: When,
        *,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Move a due date or a milestone's date; the old one stays on record."""
        from spacedialog.updates import Update

        return self._update("rescheduled", Update(ref, self._on(on), due=_date(due), note=note, evidence=evidence))

    def _update(self, did: str, update: Update) -> Written:
        from spacedialog.updates import draft

        with self._writing() as session:
            target = session.view.resolve(update.ref)
            return session.keep(did, target, [draft(update, target, session.view.standing(target))])

    def edit(
        self,
        ref: str,
        values: Mapping[str, Any],
        *,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Correct what a commitment or a milestone says: its fields to new values, None to empty one."""
        from spacedialog.statements import correction

        with self._writing() as session:
            target = session.view.resolve(ref)
            session.view.standing(target)
            draft = correction(session.view, target, values, self._on(on), note, evidence)
            return session.keep("edited", target, [draft])

    def add(
        self,
        addition: Addition,
        *,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Put a commitment on record, under the next free number of its dialogue unless it brings a ref."""
        from spacedialog.statements import new_commitment

        with self._writing() as session:
            target, draft = new_commitment(session.view, self._new_id(), addition, self._on(on), note, evidence)
            return session.keep("added", target, [draft])

    def add_milestone(
        self,
        ref: str,
        title: str,
        when: When,
        *,
        recurs: str | None = None,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Put a dated event of a commitment on record, under the commitment's ref and the next free number."""
        from spacedialog.statements import NewMilestone, new_milestone

        with self._writing() as session:
            milestone = NewMilestone(session.view.resolve(ref), title, _date(when), recurs)
            target, draft = new_milestone(session.view, self._new_id(), milestone, self._on(on), note, evidence)
            return session.keep("added", target, [draft])

    def apply(self, text: str, name: str) -> Written:
        """Record many updates (JSON Lines or CSV) as one action: all of them, or none.

        ProblemsError lists everything that is wrong with them, each with its place in the file `name`.
        """
        from spacedialog import updates

        drafts: list[Draft] = []
        problems: list[str] = []
        standing: dict[Target, Mapping[str, Any]] = {}
        with self._writing() as session:
            for place, update in updates.read(text, self.today):
                try:
                    if isinstance(update, SpacedialogError):
                        raise update
                    target = session.view.resolve(update.ref)
                    fields = standing.get(target) or session.view.standing(target)
                    drafts.append(updates.draft(update, target, fields))
                    standing[target] = {**fields, **drafts[-1].body.get("set", {})}
                except SpacedialogError as error:
                    problems.append(f"{name}, {place}: {error.problem}\n  {error.remedy}")
            if problems:
                raise ProblemsError(f"{name}: nothing was recorded", problems)
            return session.keep("applied", None, drafts)

    def import_file(self, content: bytes, name: str, *, bundled: bool = True) -> Written:
        """Take in a data file, or the log that `export` wrote; what is on record already is passed over.

        A data file is compared with its previous import, so what people recorded stays as it is. Where there is
        no store yet, `bundled` says whether the bundled dialogue goes into the new one too. ProblemsError lists
        everything that is wrong with the file `name`.
        """
        from spacedialog import dataset
        from spacedialog.record import differences, drafts

        contents = dataset.read(content, name)
        with self._writing(bundled=bundled) as session:
            if isinstance(contents, list):
                came = writer.merge(session.connection, contents, name)
                return session.written("imported", changes=came)
            wanted = list(drafts(contents))
            taken = session.view.taken({draft.body["set"]["ref"]: draft.item for draft in wanted if _names(draft)})
            if taken:
                raise ProblemsError(
                    f"{name}: nothing was imported",
                    [f"{name}: {ref} is the ref of another commitment here\n  give it another ref" for ref in taken],
                )
            items = dict.fromkeys(draft.item for draft in wanted)
            previous = [change for item in items for change in journal.imported(session.connection, item)]
            return session.keep("imported", None, list(differences(wanted, previous, on=self.today.isoformat())))

    def undo(self, change: str | None = None, *, only: bool = False) -> Written:
        """Take back the latest action, or the one that a change (its id, or the end of it) belongs to.

        With `only`, that one change of it. Every change stays on record; the retraction is one more.
        """
        with self._writing() as session:
            return session.retract("undone", journal.to_undo(session.connection, change, only=only))

    def redo(self, change: str | None = None) -> Written:
        """Bring back what the latest undo took back, or the undo that a change belongs to."""
        with self._writing() as session:
            return session.retract("redone", journal.to_redo(session.connection, change))

    def _on(self, on: When | None) -> VagueDate:
        from spacedialog.dates import VagueDate
        from spacedialog.updates import check_on

        return check_on(_date(on), self.today) if on else VagueDate.parse(self.today.isoformat())

    def _new_id(self) -> str:
        from spacedialog.log import change_ids

        return next(change_ids(self._now(), self._entropy(16)))

    @contextmanager
    def _writing(self, *, bundled: bool = True) -> Iterator[_Session]:
        fresh = not self.has_store
        if fresh and self.dry_run:
            with closing(_bundled()) as connection:
                yield _Session(self, connection, fresh, self._now, self._entropy)
            return
        seed = writer.seed if bundled else _no_seed
        with files.writing(self.path, seed, keep=not self.dry_run) as connection:
            yield _Session(self, connection, fresh, self._now, self._entropy)


class _Session:
    """One write: what it may look at, and the one action that it records."""

    def __init__(
        self,
        tracker: Tracker,
        connection: sqlite3.Connection,
        fresh: bool,
        now: Callable[[], int],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.connection = connection
        self.view = View(connection, tracker.today)
        self._tracker = tracker
        self._fresh = fresh
        self._now = now
        self._entropy = entropy

    def keep(self, did: str, target: Target | None, drafts: Sequence[Draft]) -> Written:
        """Record the drafts as one action; says what that changed of the target."""
        before = self._fields(target)
        changes = writer.append(
            self.connection, drafts, now=self._now(), author=self._tracker.author, entropy=self._entropy(16)
        )
        after = self._fields(target)
        differences = tuple(
            Difference(name, before.get(name), after.get(name))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        )
        outvoted = [
            f"{name} stays {after.get(name)}: a later entry says so"
            for draft in drafts[: 1 if target else 0]
            for name, value in draft.body.get("set", {}).items()
            if after.get(name) != value
        ]
        return self.written(
            did,
            ref=target.ref if target else "",
            title=after.get("title") or before.get("title") or "",
            differences=differences,
            changes=len(changes),
            undo=changes[-1].id if changes else None,
            notices=tuple(outvoted),
        )

    def retract(self, did: str, changes: Sequence[Change]) -> Written:
        """Record that these changes are taken back."""
        from spacedialog.log import RETRACT, Draft

        day = self._tracker.today.isoformat()
        items = {change.item for change in changes}
        target = self.view.commitment(items.pop()) if len(items) == 1 else None
        return self.keep(did, target, [Draft(RETRACT, c.item, day, {"retracts": c.id}) for c in changes])

    def written(self, did: str, **what: Any) -> Written:
        """The account of a write."""
        path = str(self._tracker.path) if self._fresh and not self._tracker.dry_run else None
        nothing = {"ref": "", "title": "", "differences": (), "changes": 0, "undo": None, "notices": ()}
        return Written(did=did, created_store=path, dry_run=self._tracker.dry_run, **{**nothing, **what})

    def _fields(self, target: Target | None) -> Mapping[str, Any]:
        return (target and self.view.fields(target.item, target.milestone)) or {}


def _bundled() -> sqlite3.Connection:
    connection = files.memory()
    connection.execute("BEGIN")
    writer.seed(connection)
    connection.execute("COMMIT")
    return connection


def _no_seed(_: sqlite3.Connection) -> None:
    """A new store with nothing in it."""


def _names(draft: Draft) -> bool:
    return draft.kind == "create" and draft.body.get("type") == "commitment"


def _date(when: When) -> VagueDate:
    from spacedialog.dates import VagueDate

    return VagueDate.parse(when) if isinstance(when, str) else when
