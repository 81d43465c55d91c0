"""The result of a write: the fields that it changed, and how to undo it."""

from __future__ import annotations

from collections.abc import Sequence

from spacedialog.model.rows.record import Written
from spacedialog.presentation.phrases import counted, value_text
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View

_VERBS = {"noted": "added a note to", "not-linked": "unlinked", "undone": "undid", "redone": "redid"}
"""The verb of each action whose name cannot be followed by an object."""


def written(result: Written) -> View:
    """Return the fields that a write changed, and the command that undoes it."""
    subject = result.ref or (
        _several(result.refs) if result.did == "checked" else counted(result.changes, "entry", "entries")
    )
    title = f" ({result.title})" if result.title else ""
    lines = []
    for difference in result.differences:
        ref = "" if result.ref else f"{difference.ref}  "
        old = "" if difference.old in (None, []) else f"{value_text(difference.field, difference.old)} → "
        lines.append(f"{ref}{difference.field}: {old}{value_text(difference.field, difference.new)}")
    if result.did == "checked" and not result.ref:
        lines.append(", ".join(result.refs))
    if result.refs and not result.differences and result.did not in ("undone", "redone"):
        lines.append("Status unchanged.")
    if result.undo:
        undo = "Redo with: spacedialog undo --redo" if result.did == "undone" else "Undo with: spacedialog undo"
        lines.append(undo if result.did == "undone" else f"{undo} {result.undo[-8:]}")
    if result.dry_run:
        lines.append("Nothing was recorded. Leave out --dry-run to record it.")
    did = _VERBS.get(result.did, result.did)
    start = f"Dry run: {did}" if result.dry_run else f"{did[0].upper()}{did[1:]}"
    heading = f"{start} {subject}{title}"
    return View("written", result, Table("written", (), (), (), ""), (Block(heading, tuple(lines)),))


def _several(refs: Sequence[str]) -> str:
    milestones = sum("." in ref for ref in refs)
    counts = (counted(len(refs) - milestones, "commitment"), counted(milestones, "milestone"))
    return " and ".join(text for text in counts if not text.startswith("0 "))
