"""The use cases that write: each is one action of the author, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

from spacedialog.errors import InputError, InvalidEntryError
from spacedialog.model.dates import VagueDate
from spacedialog.model.progress import Progress, silent
from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store import database
from spacedialog.tracker.record import ROW_ERRORS, Record

if TYPE_CHECKING:
    from typing import Unpack

    from spacedialog.editing.remarks import EntryRemarks
    from spacedialog.editing.session import Session
    from spacedialog.model.entry import PendingEntry, Remarks
    from spacedialog.model.fields import NewCommitment
    from spacedialog.model.rows.written import Written
    from spacedialog.model.target import Target
    from spacedialog.store.read.selection import Selection


class Writes(Record):
    """The use cases that write.

    Most take remarks: `on` (when it was true: a date or EDTF text, by default today), `note` and `evidence` (a web
    address or a citation in words, or a sequence of them), and `internal` (not in the public record). Each
    returns what it changed, and the id with which to undo it.
    """

    def mark(
        self, refs: str | Sequence[str], status: str, *, percent: int | None = None, **remarks: Unpack[Remarks]
    ) -> Written:
        """Record the status of commitments, or that milestones were met, as one action."""
        return self._update("marked", refs, remarks, status=status, percent=percent)

    def note(self, refs: str | Sequence[str], text: str, **remarks: Unpack[Remarks]) -> Written:
        """Record a note about commitments, milestones or dialogues, as one action.

        Their status and dates do not change.
        """
        return self._update("noted", refs, {**remarks, "note": text})

    def check(
        self, refs: Sequence[str] = (), *, selection: Selection | None = None, **remarks: Unpack[Remarks]
    ) -> Written:
        """Record that commitments or milestones were checked and that nothing is new, as one action.

        `refs` names them, or `selection` selects them: only open commitments, unless it has statuses. Their status does
        not change. InputError if nothing is selected, or if both are given.
        """
        from spacedialog.editing.updates import pending_check

        if bool(refs) == (selection is not None):
            raise InputError("a check needs either refs or a selection", "name refs, or select commitments")
        with self._writing() as session:
            checked = session.remarks(remarks)
            if selection is not None:
                whole = selection if selection.status else selection._replace(status=("open",))
                refs = session.selected(whole, is_public=not checked.internal)
                if not refs:
                    raise InputError(
                        "no matching commitments",
                        "without a status, only open commitments are selected; see spacedialog list --status open",
                    )
            targets = _targets(session.snapshot.refs.resolve, refs)
            if selection is None:
                for target in targets:
                    session.snapshot.fields_of(target)
            return session.check(targets, [pending_check(checked, target) for target in targets])

    def reschedule(self, ref: str, due: VagueDate | str, **remarks: Unpack[Remarks]) -> Written:
        """Change a due date or a milestone's date; the history keeps the old one."""
        return self._update("rescheduled", ref, remarks, due=VagueDate.of(due))

    def _update(self, action: str, refs: str | Sequence[str], given: Remarks, **values: Any) -> Written:
        from spacedialog.editing.updates import (
            Update,
            already_dated,
            check_has_opened,
            date_notices,
            notices,
            pending_update,
        )

        with self._writing() as session:
            update = Update(session.remarks(given), **values)
            find = session.snapshot.refs.find if action == "noted" else session.snapshot.refs.resolve
            targets = _targets(find, refs)
            entries: list[PendingEntry] = []
            notes: list[str] = []
            of_date: list[str] = []
            for target in targets:
                # A public entry is computed from the public fields, so that it shows nothing internal.
                fields = session.snapshot.fields_of(target, public=not update.remarks.internal)
                with _naming(target, targets):
                    entry = pending_update(update, target, fields)
                check_has_opened(entry, target, fields)
                if update.due and session.is_known(entry):
                    return session.unchanged(action, [target], already_dated(target, update.due))
                entries.append(entry)
                notes += notices(entry, target, fields)
                of_date += date_notices(update.due, target, fields, session.snapshot) if update.due else ()
            written = session.write(action, targets, entries)
            # Without a difference, a later entry sets the date.
            written = _noting(written, *notes, *(of_date if written.differences else ()))
            return _noting_missing_evidence(written, update.remarks) if written.differences else written

    def edit(
        self,
        refs: str | Sequence[str],
        values: Mapping[str, Any] = MappingProxyType({}),
        *,
        add_partners: Sequence[str] = (),
        remove_partners: Sequence[str] = (),
        **remarks: Unpack[Remarks],
    ) -> Written:
        """Correct fields of commitments or milestones, as one action; the value None clears a field.

        `values` may also have a `source`, the key of a document, and its `paragraph`. The due date can only be cleared.
        Fields that have the values already are not recorded again.
        """
        from spacedialog.editing.commitments import Correction, already_set, check_is_single, correct

        correction = Correction(values, add_partners, remove_partners)
        with self._writing() as session:
            targets = _targets(session.snapshot.refs.resolve, refs)
            check_is_single(values, targets)
            checked = session.remarks(remarks)
            new = []
            for target in targets:
                session.snapshot.fields_of(target)
                with _naming(target, targets):
                    entry = correct(session.snapshot, target, correction, checked)
                if not session.is_known(entry) or session.adds_remarks(entry):
                    new.append(entry)
            if not new:
                return session.unchanged("edited", targets, already_set(targets))
            return session.write("edited", targets, new)

    def add(self, commitment: NewCommitment, *, force: bool = False, **remarks: Unpack[Remarks]) -> Written:
        """Add a commitment under the next free number of its dialogue, unless it has a ref.

        InputError if the dialogue has a commitment with the same title, unless `force` is true.
        """
        from spacedialog.editing.commitments import create_commitment
        from spacedialog.editing.duplicates import check_new_commitment
        from spacedialog.store.write.internal_entries import Things

        with self._writing() as session:
            checked = session.remarks(remarks)
            item = session.new_id()
            target, entry = create_commitment(session.snapshot, item, commitment, checked)
            if Things(session.connection).are_internal(entry):
                # It names something internal, and so needs an internal ref.
                checked = checked._replace(internal=True)
                target, entry = create_commitment(session.snapshot, item, commitment, checked)
            if not force:
                check_new_commitment(session.snapshot, entry)
            return session.write("added", [target], [entry])

    def add_milestone(
        self,
        ref: str,
        title: str,
        when: VagueDate | str,
        *,
        recurs: str | None = None,
        force: bool = False,
        **remarks: Unpack[Remarks],
    ) -> Written:
        """Add a dated event to the commitment `ref`, under its next free number; `recurs` is a span: `2 years`.

        InputError if the commitment has a milestone with the same title and date, unless `force` is true.
        """
        from spacedialog.editing.commitments import NewMilestone, create_milestone
        from spacedialog.editing.duplicates import check_new_milestone

        with self._writing() as session:
            milestone = NewMilestone(session.snapshot.refs.resolve(ref), title, VagueDate.of(when), recurs)
            checked = session.remarks(remarks)
            target, entry = create_milestone(session.snapshot, session.new_id(), milestone, checked)
            if not force:
                check_new_milestone(session.snapshot, entry)
            return session.write("added", [target], [entry])

    def assess(
        self,
        ref: str,
        verdict: str,
        *,
        party: str | None = None,
        rubric: str | None = None,
        assessor: str | None = None,
        **remarks: Unpack[Remarks],
    ) -> Written:
        """Record a verdict on a commitment, or on one party to it, by an assessor: the author by default."""
        from spacedialog.editing.assessments import NewAssessment, create_assessment
        from spacedialog.model.rubrics import DEFAULT_RUBRIC

        with self._writing() as session:
            target = session.snapshot.refs.resolve(ref)
            new = NewAssessment(verdict, assessor or self.author, rubric or DEFAULT_RUBRIC, party)
            checked = session.remarks(remarks)
            assessment, entry = create_assessment(session.snapshot, target, new, checked)
            written = session.write("assessed", [assessment], [entry])
            title = session.snapshot.fields_of(target)["title"]
            return _noting_missing_evidence(written._replace(title=title), checked)

    def link(self, old: str, new: str, **remarks: Unpack[Remarks]) -> Written:
        """Record that the commitment `new` carries on `old`, which is of an earlier dialogue."""
        return self._decide(LinkDecision.LINKED, old, new, remarks)

    def unlink(self, old: str, new: str, **remarks: Unpack[Remarks]) -> Written:
        """Record that the commitment `new` does not carry on `old`, so that the pair is not proposed again."""
        return self._decide(LinkDecision.NOT_LINKED, old, new, remarks)

    def _decide(self, decision: LinkDecision, old: str, new: str, given: Remarks) -> Written:
        from spacedialog.editing.links import already_decided, decide_link

        with self._writing() as session:
            pair = session.snapshot.refs.resolve(old), session.snapshot.refs.resolve(new)
            remarks = session.remarks(given)
            link, entry = decide_link(session.snapshot, *pair, decision, remarks, is_dated=bool(given.get("on")))
            title = " → ".join(str(session.snapshot.fields_of(target)["title"]) for target in pair)
            if session.is_known(entry) and not session.adds_remarks(entry):
                known = session.unchanged(decision.value, [link], already_decided(link, decision))
                return known._replace(title=title)
            written = session.write(decision.value, [link], [entry])
            decided = tuple(difference for difference in written.differences if difference.field == "decided")
            return written._replace(differences=decided, title=title)

    def apply(
        self,
        updates: str | bytes | BinaryIO,
        name: str,
        *,
        encoding: str | None = None,
        max_size: int | None = None,
        internal: bool = False,
        watch: Progress = silent,
    ) -> Written:
        """Record many updates (JSON Lines, CSV or Excel) as one action: all of them, or none.

        `encoding` is the encoding of the text, by default UTF-8. A file has at most `max_size` bytes. With `internal`,
        no update is in the public record. Values that the record already has are skipped. ProblemsError lists
        every problem with its place in the file `name`.
        """
        from spacedialog.importing import reader
        from spacedialog.importing.update_rows import read_rows
        from spacedialog.importing.updates_file import Batch

        limit = max_size or reader.MAX_SIZE
        content = updates if isinstance(updates, str | bytes) else reader.Incoming(updates, name, limit).whole()
        with self._writing() as session:
            batch = Batch(name, session.connection, session.snapshot, self.today, is_internal=internal)
            batch.read(read_rows(content, batch.problems, encoding=encoding, max_size=limit), watch)
            batch.problems.refuse()
            return _noting(
                session.write("applied", list(dict.fromkeys(batch.targets)), batch.pending), *batch.notices()
            )

    def import_file(
        self,
        content: bytes | BinaryIO,
        name: str,
        *,
        built_in: bool = True,
        max_size: int | None = None,
        internal: bool = False,
        watch: Progress = silent,
    ) -> Written:
        """Import a data file, or a log that `export` wrote; entries that the record already has are skipped.

        With `internal`, every entry of a data file is internal; a log cannot be imported with it.
        A data file is compared with its previous import, so entries that users recorded since stay as they are. If the
        import creates a store, `built_in` decides whether it also gets the built-in record. JSON Lines are recorded as
        they are read; at most `max_size` bytes of a file are in memory at once. ProblemsError lists every problem of
        the file `name`.
        """
        from spacedialog.importing import diff, parse, reader
        from spacedialog.store.write.append import merge

        if not self.dry_run:
            self.path_to_write()  # before the file is read, which can take minutes
        stream = BytesIO(content) if isinstance(content, bytes) else content
        contents = parse.read(stream, name, max_size or reader.MAX_SIZE, now=self._now())
        with self._writing(built_in=built_in) as session:
            if isinstance(contents, parse.Contents):
                difference = diff.ImportDiff(session.connection, session.snapshot, self.today, is_internal=internal)
                appended = session.record(difference.new_entries(contents, watch), things=difference.things)
                contents.problems.refuse()
                return session.appended("imported", appended, notices=tuple(difference.notices()))
            if internal:
                raise InputError(
                    "--internal does not apply to an exported log",
                    "leave it out: the log states which entries are internal",
                )
            merged = merge(session.connection, watch(contents), name)
            notices = (
                f"{merged.strange} entries of a newer version of spacedialog are not counted. Upgrade spacedialog.",
            )
            return session.written("imported", changes=merged.added, notices=notices if merged.strange else ())

    def undo(self, entry: str | None = None, *, only: bool = False, internal: bool = False) -> Written:
        """Undo the author's latest action, or the action of an entry (its id, or the end of it).

        With `only`, undo that entry alone. With `internal`, the entries still apply in the public record. Nothing is
        deleted: an undo is one more entry.
        """
        from spacedialog.store import undo

        with self._writing() as session:
            entries = undo.to_undo(session.connection, entry, author=self.author, only=only, is_public=not internal)
            return session.retract("undone", entries, only=only, is_internal=internal)

    def redo(self, entry: str | None = None, *, internal: bool = False) -> Written:
        """Reverse the author's latest undo, or the undo of the entry with this id."""
        from spacedialog.store import undo

        with self._writing() as session:
            entries = undo.to_redo(session.connection, entry, author=self.author)
            return session.retract("redone", entries, is_internal=internal)

    @contextmanager
    def _writing(self, *, built_in: bool = True) -> Iterator[Session]:
        from spacedialog.editing.session import Author, Session
        from spacedialog.importing import built_in as record

        self.whole_path()
        writer = Author(self.author, self.today, self._now, self._entropy, self.dry_run, self.intervals)
        if self.dry_run and not self.has_store:
            with closing(record.built_in_record() if built_in else database.in_memory()) as connection:
                yield Session(connection, writer, created_store=None)
            return
        if self.dry_run and self.read_only:
            # Without the lock and the transaction of a write, which can create files beside the store.
            with self._reading() as connection, closing(database.past_record(connection)) as copy:
                yield Session(copy, writer, created_store=None)
            return
        path = self.path_to_write()
        writing = database.writing(path, record.seed if built_in else None, commit=not self.dry_run)
        with self._reporting_damage(*ROW_ERRORS, InvalidEntryError), writing as (connection, is_new):
            yield Session(connection, writer, created_store=str(path) if is_new else None)


def _targets(find: Callable[[str], Target], refs: str | Sequence[str]) -> list[Target]:
    """Return the targets that `find` returns for one ref or several, each once; InputError if there is none."""
    targets = list(dict.fromkeys(map(find, [refs] if isinstance(refs, str) else refs)))
    if not targets:
        raise InputError("no ref was given", "write the ref of a commitment or a milestone")
    return targets


@contextmanager
def _naming(target: Target, targets: Sequence[Target]) -> Iterator[None]:
    """Name the target in an InputError of the block, if it is one of several."""
    try:
        yield
    except InputError as error:
        if len(targets) == 1 or target.ref in error.problem:
            raise
        error.add_place(target.ref)
        raise


def _noting(written: Written, *notices: str) -> Written:
    return written._replace(notices=(*written.notices, *notices))


def _noting_missing_evidence(written: Written, remarks: EntryRemarks) -> Written:
    return written if remarks.evidence else _noting(written, "No evidence recorded. Add it with --evidence.")
