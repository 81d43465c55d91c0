"""The shared options of a command as records, with methods that read, show results and print notes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.cli import parsing, terminal
from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.entry import Remarks
from spacedialog.model.escapes import one_line
from spacedialog.model.position import Scope
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View, main_table, without_notes
from spacedialog.render.formats import Format
from spacedialog.render.output import Output, show

if TYPE_CHECKING:
    from spacedialog.model.rows.written import Written
    from spacedialog.tracker import Selection, Snapshot, Tracker


class ReadRequest(NamedTuple):
    """The shared options of a command that reads."""

    tracker: "Tracker"
    scope: Scope
    output: Output
    fields: tuple[str, ...] = ()
    quiet: bool = False

    @property
    def as_of(self) -> date:
        """The day whose state is shown."""
        return self.scope.as_of or self.tracker.today

    @property
    def is_of_now(self) -> bool:
        """Whether the current state of the record is shown."""
        return self.as_of == self.tracker.today and self.scope.known_at is None and self.scope.at_seq is None

    @contextmanager
    def snapshot(self) -> Iterator["Snapshot"]:
        """Yield the requested state of the record; print the note of `note_beginning`."""
        with self.tracker.snapshot(self.scope) as snapshot:
            yield snapshot
            if not self.is_of_now:
                self._note_beginning(snapshot)

    def note_beginning(self, commitments: int) -> None:
        """Print a note on when the record begins, if a use case found no commitments in an earlier state."""
        if not commitments and not self.is_of_now:
            with self.tracker.snapshot(self.scope) as snapshot:
                self._note_beginning(snapshot)

    def _note_beginning(self, snapshot: "Snapshot") -> None:
        began = snapshot.began()
        if began is None:
            self.note("No entries had been recorded.")
        elif began > self.as_of.isoformat():
            self.note(f"No entries on {self.as_of}. The record begins on {began}.")

    def note(self, line: str) -> None:
        """Print a note, unless --quiet was given."""
        if not self.quiet:
            print_note(line)

    def require_format(self, option: str, format_: Format) -> None:
        """Raise InputError unless the output has the only format to which the option applies."""
        if self.output.format != format_:
            raise InputError(f"{option} needs --format {format_}", f"add --format {format_}, or leave {option} out")

    def show(self, view: Table | View, columns: Sequence[str] = ()) -> None:
        """Write the view, or the requested fields of its main table, in the requested format to the requested place.

        `columns` are the fields of a table for a terminal if none are requested; empty for its own columns.
        """
        names = self.fields or (columns if self.output.format == Format.TABLE else ())
        self._write(self._of_fields(main_table(view), names) if names else view)

    def _write(self, view: Table | View) -> None:
        output = self.output
        if self.quiet:
            view, output = without_notes(view), output._replace(settings=output.settings._replace(notes=False))
        elif self.scope.origin and isinstance(view, Table) and view.empty:
            # The configuration, not the call, leaves out the other dialogues.
            only = ", ".join(self.scope.dialogues)
            view = view._replace(empty=f"{view.empty} Only {only} is shown; --dialogue all shows every dialogue.")
        show(view, output, as_of=self.as_of.isoformat())

    def show_one(self, view: View, fields: Callable[[], Table]) -> None:
        """Write the view of one item; with requested fields, those of `fields`, a table of one row."""
        if self.fields:
            table = self._of_fields(fields(), self.fields)
            if table.is_chosen:
                (row,) = table.rows
                table = table._replace(rows=[row])
                view = View(view.name, dict(zip(table.fields, row, strict=True)), table, (Block("", table=table),))
            self._write(view if table.is_chosen else table)
        else:
            self.show(view)

    def _of_fields(self, table: Table, names: Sequence[str]) -> Table:
        """Return the requested fields of a table, or the meanings of all; InputError for an unknown field."""
        from spacedialog.presentation.chosen import chosen, meanings

        if self.output.format in _WITHOUT_FIELDS:
            raise InputError(
                f"--fields does not apply to {self.output.format}", "leave it out, or choose another format"
            )
        if tuple(names) == ("help",):
            return meanings(table)
        for name in names:
            if name not in table.fields:
                raise _unknown_field(name, meanings(table).rows)
        return chosen(table, names)


_WITHOUT_FIELDS = (Format.ICS, Format.ATOM, Format.BIBTEX, Format.CSL_JSON)
"""The formats that do not write the fields of a table."""


class FilterOptions(NamedTuple):
    """The selection of commitments and their order; the dates are as typed."""

    undated: "Selection"
    due: str | None
    due_before: str | None
    due_after: str | None
    changed_since: str | None
    sort: str

    def selection(self, today: date) -> "Selection":
        """Return the selection, with relative dates counted from `today`."""
        return self.undated._replace(
            due=parsing.vague_date("--due", self.due, today) if self.due else None,
            due_before=parsing.vague_date("--due-before", self.due_before, today) if self.due_before else None,
            due_after=parsing.vague_date("--due-after", self.due_after, today) if self.due_after else None,
            changed_since=parsing.day("--changed-since", self.changed_since, today) if self.changed_since else None,
        )


class WriteRequest(NamedTuple):
    """The shared options of a command that writes."""

    tracker: "Tracker"
    remarks: Remarks
    output: Output
    quiet: bool = False

    def show(self, written: "Written") -> None:
        """Show the result of a write and the command that undoes it."""
        from spacedialog.presentation.written import written as write_view

        if written.created_store:
            self.note(f"Created {written.created_store}.")
        for notice in written.notices:
            self.note(notice)
        self.show_view(write_view(written))

    def show_view(self, view: Table | View) -> None:
        """Show the result of a write; with --quiet, only as JSON."""
        if not self.quiet or self.output.format == Format.JSON:
            show(view, self.output, as_of=self.tracker.today.isoformat())

    def note(self, line: str) -> None:
        """Print a note, unless --quiet was given."""
        if not self.quiet:
            print_note(line)


def print_note(line: str) -> None:
    """Write a note to standard error."""
    terminal.write_message(f"{one_line(line)}\n")


def _unknown_field(name: str, fields: Iterable[tuple[str, str]]) -> InputError:
    from spacedialog.model.dates import quoted
    from spacedialog.model.near_misses import suggestion

    names = dict(fields)
    return ProblemsError(
        f"--fields: there is no field {quoted(name)} here; the fields are:",
        [f"{field}: {meaning}" for field, meaning in names.items()],
        f"{suggestion(name, names)}separate several names by commas: --fields ref,title",
    )
