"""The shared options of a command as records, with methods that read, show results and print notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from spacedialog.cli import parsing, terminal
from spacedialog.errors import InputError
from spacedialog.model.entry import Remarks
from spacedialog.model.escapes import one_line
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Written
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Format
from spacedialog.render.output import Output, show

if TYPE_CHECKING:
    from spacedialog.tracker import Selection, Snapshot, Tracker


class ReadRequest(NamedTuple):
    """The shared options of a command that reads."""

    tracker: Tracker
    scope: Scope
    output: Output

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
        """Write the view in the requested format to the requested place."""
        show(view, self.output, as_of=self.as_of.isoformat())


class FilterOptions(NamedTuple):
    """The selection of commitments and their order; the dates are as typed."""

    undated: Selection
    due_before: str | None
    due_after: str | None
    sort: str

    def selection(self, today: date) -> Selection:
        """Return the selection, with relative dates counted from `today`."""
        before = parsing.vague_date("--due-before", self.due_before, today) if self.due_before else None
        after = parsing.vague_date("--due-after", self.due_after, today) if self.due_after else None
        return self.undated._replace(due_before=before, due_after=after)


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


def _note_beginning(snapshot: Snapshot, day: date) -> None:
    if snapshot.has_begun():
        return
    began = snapshot.began()
    if began is None:
        print_note("No entries had been recorded.")
    else:
        print_note(f"No entries on {day}. The record begins on {began}.")
