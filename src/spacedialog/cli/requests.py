"""The shared options of a command as records, with methods that read, show results and print notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.cli import parsing, terminal
from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.entry import Remarks
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Written
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View, main_table
from spacedialog.render.formats import Format
from spacedialog.render.output import Output, show
from spacedialog.render.text import one_line

if TYPE_CHECKING:
    from spacedialog.tracker import Selection, Snapshot, Tracker


class ReadRequest(NamedTuple):
    """The shared options of a command that reads."""

    tracker: Tracker
    scope: Scope
    output: Output
    fields: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """The day whose state is shown."""
        return self.scope.as_of or self.tracker.today

    @property
    def is_of_now(self) -> bool:
        """Whether the current state of the record is shown."""
        return self.as_of == self.tracker.today and self.scope.known_at is None and self.scope.at_seq is None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the requested state of the record; print the note of `note_beginning`."""
        with self.tracker.snapshot(self.scope) as snapshot:
            yield snapshot
            if not self.is_of_now:
                _note_beginning(snapshot, self.as_of)

    def note_beginning(self, commitments: int) -> None:
        """Print a note on when the record begins, if a use case found no commitments in an earlier state."""
        if not commitments and not self.is_of_now:
            with self.tracker.snapshot(self.scope) as snapshot:
                _note_beginning(snapshot, self.as_of)

    def require_format(self, option: str, format_: Format) -> None:
        """Raise InputError unless the output has the only format to which the option applies."""
        if self.output.format != format_:
            raise InputError(f"{option} needs --format {format_}", f"add --format {format_}, or leave {option} out")

    def show(self, view: Table | View) -> None:
        """Write the view, or the requested fields of its main table, in the requested format to the requested place."""
        if self.fields:
            view = self._of_fields(main_table(view))
        show(view, self.output, as_of=self.as_of.isoformat())

    def show_one(self, view: View, fields: Callable[[], Table]) -> None:
        """Write the view of one item; with requested fields, those of `fields`, a table of one row."""
        if self.fields:
            table = self._of_fields(fields())
            if table.is_chosen:
                (row,) = table.rows
                table = table._replace(rows=[row])
                view = View(view.name, dict(zip(table.fields, row, strict=True)), table, (Block("", table=table),))
            show(view if table.is_chosen else table, self.output, as_of=self.as_of.isoformat())
        else:
            self.show(view)

    def _of_fields(self, table: Table) -> Table:
        """Return the requested fields of a table, or the meanings of all; InputError for an unknown field."""
        from spacedialog.presentation.chosen import chosen, meanings

        if self.output.format == Format.ICS:
            raise InputError("--fields does not apply to a calendar", "leave it out, or choose another format")
        if self.fields == ("help",):
            return meanings(table)
        for name in self.fields:
            if name not in table.fields:
                raise _unknown_field(name, meanings(table).rows)
        return chosen(table, self.fields)


class FilterOptions(NamedTuple):
    """The selection of commitments and their order; the dates are as typed."""

    undated: Selection
    due: str | None
    due_before: str | None
    due_after: str | None
    changed_since: str | None
    sort: str

    def selection(self, today: date) -> Selection:
        """Return the selection, with relative dates counted from `today`."""
        return self.undated._replace(
            due=parsing.vague_date("--due", self.due, today) if self.due else None,
            due_before=parsing.vague_date("--due-before", self.due_before, today) if self.due_before else None,
            due_after=parsing.vague_date("--due-after", self.due_after, today) if self.due_after else None,
            changed_since=parsing.day("--changed-since", self.changed_since, today) if self.changed_since else None,
        )


class WriteRequest(NamedTuple):
    """The shared options of a command that writes."""

    tracker: Tracker
    remarks: Remarks
    output: Output

    def show(self, written: Written) -> None:
        """Show the result of a write and the command that undoes it."""
        from spacedialog.presentation.written import written as write_view

        if written.created_store:
            print_note(f"Created {written.created_store}.")
        for notice in written.notices:
            print_note(notice)
        show(write_view(written), self.output, as_of=self.tracker.today.isoformat())


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


def _note_beginning(snapshot: Snapshot, day: date) -> None:
    if snapshot.has_begun():
        return
    began = snapshot.began()
    if began is None:
        print_note("No entries had been recorded.")
    else:
        print_note(f"No entries on {day}. The record begins on {began}.")
