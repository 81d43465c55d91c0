"""The result of a write: the fields that it changed, and how to undo it."""

from __future__ import annotations

from spacedialog.model.rows.record import Written
from spacedialog.presentation.phrases import counted, value_text
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View


def written(result: Written) -> View:
    """Return what a write changed, and the command that undoes it."""
    subject = f" {result.ref}  {result.title}" if result.ref else f" {counted(result.changes, 'change')}"
    lines = []
    for difference in result.differences:
        ref = "" if result.ref else f"{difference.ref}  "
        old = "" if difference.old in (None, []) else f"{value_text(difference.field, difference.old)} → "
        lines.append(f"{ref}{difference.field}: {old}{value_text(difference.field, difference.new)}")
    if result.ref and not result.differences:
        lines.append("no field changed; the entry is kept")
    if result.undo:
        command = "undo --redo" if result.did == "undone" else f"undo {result.undo[-8:]}"
        lines.append(f"to take it back: spacedialog {command}")
    heading = f"{'would have ' if result.dry_run else ''}{result.did}{subject}"
    return View("written", result, Table("written", (), (), (), ""), (Block(heading, tuple(lines)),))
