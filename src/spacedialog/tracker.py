"""What one can do with a record: look at it as of a day, and write to it. The use cases, for the CLI and scripts.

Nothing here reads a clock, the environment or the user: whoever opens a tracker says what day it is and who
writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from spacedialog.editing.session import Session
from spacedialog.errors import DateError, NotFoundError
from spacedialog.model.entry import PendingEntry
from spacedialog.model.progress import Progress, silent
from spacedialog.model.rows.record import Written
from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store import database
from spacedialog.store import log as journal
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.write import append as writer

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.editing.commitments import NewCommitment
    from spacedialog.editing.updates import Update
    from spacedialog.model.dates import VagueDate
    from spacedialog.model.entry import Entry

    When = VagueDate | str


_NONSENSE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What comes of rows that hold what this program never wrote."""
_UNEVIDENCED = "no evidence was given: --evidence URL says how it is known"


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
        """Whether there is a store, or the bundled record answers; StoreError where that cannot be seen."""
        try:
            return self.path.exists()
        except OSError as error:
            raise database.store_error(self.path, error) from error

    # Looking

    @contextmanager
    def view(
        self, as_of: date | None = None, *, known_at: int | None = None, at_seq: int | None = None
    ) -> Iterator[Snapshot]:
        """The record as of a day (today), as far as it had been recorded at a time (µs since 1970, UTC).

        With `at_seq`, as it stood at that position of the team's log; NotFoundError where that was not reached.
        """
        with self._reading(known_at, at_seq) as connection:
            yield Snapshot(connection, as_of or self.today)

    def log(self, *, known_at: int | None = None) -> Iterator[Entry]:
        """Every entry of the log in the order recorded, up to a time: what `export` writes."""
        with self._reading(known_at) as connection:
            for change in journal.entries(connection):
                if not isinstance(change.body, str):
                    raise TypeError(change.id)  # as only a damaged file has; whoever writes it out could not blame that
                yield change

    def arrivals(self) -> list[Entry]:
        """Every entry of the log in the order in which it came into this store."""
        with self._reading(None) as connection:
            return journal.in_arrival_order(connection)

    @contextmanager
    def _reading(self, known_at: int | None, at_seq: int | None = None) -> Iterator[sqlite3.Connection]:
        if not self.has_store:
            opened: AbstractContextManager[sqlite3.Connection] = closing(_bundled())
        else:
            opened = database.reading(self.path)
        with self._blaming(*_NONSENSE, DateError), opened as connection:
            if known_at is None and at_seq is None:
                yield connection
            else:
                if at_seq is not None and at_seq > (reached := journal.shared_position(connection) or 0):
                    raise NotFoundError(
                        f"position {at_seq} of a team's log was not reached: this copy is at {reached}",
                        "spacedialog sync gets what is new" if reached else "only the record of a team has positions",
                    )
                with closing(database.past_record(connection, known_at=known_at, at_seq=at_seq)) as copy:
                    yield copy

    @contextmanager
    def _blaming(self, *errors: type[Exception]) -> Iterator[None]:
        """Where rows of the store make no sense: StoreError if it is the store that is damaged, and not the program."""
        try:
            yield
        except errors as error:
            from spacedialog.maintenance import checks

            if self.has_store and not checks.is_sound(self.path):
                raise database.damaged_store_error(self.path) from error
            raise

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
        from spacedialog.editing.updates import Update

        return self._update("marked", Update(ref, self._on(on), status, percent, None, note, evidence))

    def note(self, ref: str, text: str, *, on: When | None = None, evidence: str | None = None) -> Written:
        """Record something about a commitment or a milestone, its status and dates being left as they are."""
        from spacedialog.editing.updates import Update, check_text

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
        from spacedialog.editing.updates import Update

        return self._update("rescheduled", Update(ref, self._on(on), due=_date(due), note=note, evidence=evidence))

    def _update(self, did: str, update: Update) -> Written:
        from spacedialog.editing.updates import pending_update

        with self._writing() as session:
            target = session.view.refs.resolve(update.ref)
            written = session.keep(did, [target], [pending_update(update, target, session.view.standing(target))])
            if update.evidence or not written.differences:
                return written
            return written._replace(notices=(*written.notices, _UNEVIDENCED))

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
        from spacedialog.editing.commitments import correct

        with self._writing() as session:
            target = session.view.refs.resolve(ref)
            session.view.standing(target)
            pending_update = correct(session.view, target, values, self._on(on), note, evidence)
            return session.keep("edited", [target], [pending_update])

    def add(
        self,
        addition: NewCommitment,
        *,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Put a commitment on record, under the next free number of its dialogue unless it brings a ref."""
        from spacedialog.editing.commitments import create_commitment

        with self._writing() as session:
            target, pending_update = create_commitment(
                session.view, self._new_id(), addition, self._on(on), note, evidence
            )
            return session.keep("added", [target], [pending_update])

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
        from spacedialog.editing.commitments import NewMilestone, create_milestone

        with self._writing() as session:
            milestone = NewMilestone(session.view.refs.resolve(ref), title, _date(when), recurs)
            target, pending_update = create_milestone(
                session.view, self._new_id(), milestone, self._on(on), note, evidence
            )
            return session.keep("added", [target], [pending_update])

    def assess(
        self,
        ref: str,
        verdict: str,
        *,
        party: str | None = None,
        rubric: str | None = None,
        assessor: str | None = None,
        on: When | None = None,
        note: str | None = None,
        evidence: str | None = None,
    ) -> Written:
        """Record a verdict on a commitment, or on one party to it, by an assessor: the author unless one is named."""
        from spacedialog.editing.assessments import NewAssessment, create_assessment
        from spacedialog.model.rubrics import HOUSE

        with self._writing() as session:
            target = session.view.refs.resolve(ref)
            finding = NewAssessment(verdict, assessor or self.author, rubric or HOUSE, party)
            about, pending_update = create_assessment(session.view, target, finding, self._on(on), note, evidence)
            written = session.keep("assessed", [about], [pending_update])
            title = session.view.standing(target)["title"]
            notices = written.notices if evidence else (*written.notices, _UNEVIDENCED)
            return written._replace(title=title, notices=notices)

    def link(
        self, old: str, new: str, *, on: When | None = None, note: str | None = None, evidence: str | None = None
    ) -> Written:
        """Record that a commitment (the ref `new`) carries on one of an earlier dialogue (`old`)."""
        return self._decide(LinkDecision.LINKED, old, new, on, note, evidence)

    def unlink(
        self, old: str, new: str, *, on: When | None = None, note: str | None = None, evidence: str | None = None
    ) -> Written:
        """Record that it does not: a link is taken away by it, and what looks alike is not proposed again."""
        return self._decide(LinkDecision.NOT_LINKED, old, new, on, note, evidence)

    def _decide(
        self, decided: LinkDecision, old: str, new: str, on: When | None, note: str | None, evidence: str | None
    ) -> Written:
        from spacedialog.analysis.compare import decide_link

        with self._writing() as session:
            pair = session.view.refs.resolve(old), session.view.refs.resolve(new)
            day = self._on(on) if on else None
            target, pending_update = decide_link(session.view, pair, decided, day, note, evidence)
            written = session.keep(decided.value, [target], [pending_update])
            told = tuple(one for one in written.differences if one.field == "decided")
            return written._replace(differences=told)

    def apply(self, text: str, name: str, *, watch: Progress = silent) -> Written:
        """Record many updates (JSON Lines or CSV) as one action: all of them, or none.

        What is on record already is passed over. ProblemsError lists everything that is wrong with the updates,
        each with its place in the file `name`.
        """
        from spacedialog.importing.updates_file import Batch

        with self._writing() as session:
            batch = Batch(
                name,
                self.today,
                session.view.refs.resolve,
                session.view.standing,
                lambda item: journal.live_entries(session.connection, item),
            )
            batch.read(text, watch)
            batch.problems.refuse()
            return session.keep("applied", list(batch.targets), batch.pending)

    def import_file(
        self,
        content: bytes | BinaryIO,
        name: str,
        *,
        bundled: bool = True,
        max_size: int | None = None,
        watch: Progress = silent,
    ) -> Written:
        """Take in a data file, or the log that `export` wrote; what is on record already is passed over.

        A data file is compared with its previous import, so what people recorded stays as it is. Where there is
        no store yet, `bundled` says whether the bundled dialogue goes into the new one too. JSON Lines are read as
        they are recorded; at most `max_size` bytes of a file are held at once. ProblemsError lists everything that is
        wrong with the file `name`.
        """
        from spacedialog.importing import diff, reader
        from spacedialog.importing import parse as intake

        stream = BytesIO(content) if isinstance(content, bytes) else content
        contents = intake.read(stream, name, max_size or reader.MAX_SIZE)
        with self._writing(bundled=bundled) as session:
            if isinstance(contents, intake.Contents):
                difference = diff.ImportDiff(session.connection, session.view, self.today)
                appended = self.record(session.connection, difference.new_entries(contents, watch))
                contents.problems.refuse()
                notices = tuple(difference.notices())
                return session.written("imported", changes=appended.entries, undo=appended.last, notices=notices)
            merged = writer.merge(session.connection, watch(contents), name)
            notices = (f"{merged.strange} entries are newer than this program: kept, and not counted",)
            return session.written("imported", changes=merged.came, notices=notices if merged.strange else ())

    def undo(self, change: str | None = None, *, only: bool = False) -> Written:
        """Take back the author's latest action, or the one that a change (its id, or the end of it) belongs to.

        With `only`, that one change of it. Every change stays on record; the retraction is one more.
        """
        with self._writing() as session:
            changes = journal.to_undo(session.connection, change, author=self.author, only=only)
            return session.retract("undone", changes, only=only)

    def redo(self, change: str | None = None) -> Written:
        """Bring back what the author's latest undo took back, or the undo that a change belongs to."""
        with self._writing() as session:
            return session.retract("redone", journal.to_redo(session.connection, change, author=self.author))

    def _on(self, on: When | None) -> VagueDate:
        from spacedialog.editing.updates import check_on
        from spacedialog.model.dates import VagueDate

        return check_on(_date(on), self.today) if on else VagueDate.parse(self.today.isoformat())

    def _new_id(self) -> str:
        from spacedialog.model.entry import new_entry_ids

        return next(new_entry_ids(self._now(), self._entropy(16)))

    @contextmanager
    def _writing(self, *, bundled: bool = True) -> Iterator[Session]:
        if self.dry_run and not self.has_store:
            with closing(_bundled() if bundled else database.in_memory()) as connection:
                yield Session(self, connection, made=None)
            return
        seed = _bundled_seed if bundled else _no_seed
        writing = database.writing(self.path, seed, keep=not self.dry_run)
        with self._blaming(*_NONSENSE), writing as (connection, is_new):
            yield Session(self, connection, made=str(self.path) if is_new else None)

    def record(
        self,
        connection: sqlite3.Connection,
        groups: Iterable[Sequence[PendingEntry]],
        history_of: Container[str] = (),
    ) -> writer.Appended:
        """Append drafts, in groups by item, to the log of a connection that is in a write: the author's one action."""
        from spacedialog.editing.updates import check_text

        author = check_text("author", self.author)
        return writer.append(
            connection,
            groups,
            now=self._now(),
            author=author,
            entropy=self._entropy(16),
            history_of=history_of,
        )


def _bundled() -> sqlite3.Connection:
    connection = database.in_memory()
    connection.execute("BEGIN")
    _bundled_seed(connection)
    connection.execute("COMMIT")
    return connection


def _bundled_seed(connection: sqlite3.Connection) -> None:
    """Fill a new store with the built-in record."""
    from spacedialog.importing.bundled import seed  # here, for start-up time

    seed(connection)


def _no_seed(_: sqlite3.Connection) -> None:
    """A new store with nothing in it."""


def _date(when: When) -> VagueDate:
    from spacedialog.model.dates import VagueDate

    return VagueDate.parse(when) if isinstance(when, str) else when
