"""The result of a write: the fields that it changed, and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spacedialog.model.rows.record import Written
from spacedialog.presentation.phrases import counted, value_text
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View

_VERBS: Mapping[str, tuple[str, str]] = {
    "marked": ("Marked", "mark"),
    "noted": ("Added a note to", "add a note to"),
    "checked": ("Checked", "record a check of"),
    "rescheduled": ("Rescheduled", "reschedule"),
    "edited": ("Edited", "edit"),
    "added": ("Added", "add"),
    "assessed": ("Assessed", "assess"),
    "linked": ("Linked", "link"),
    "not-linked": ("Recorded as not linked:", "record as not linked:"),
    "applied": ("Applied", "apply"),
    "imported": ("Imported", "import"),
    "undone": ("Undid", "undo"),
    "redone": ("Redid", "redo"),
}
"""The verb of each action: as it is done, and after `would` in a dry run."""

_COUNTED = {"applied": "to", "imported": "about", "undone": "on", "redone": "on"}
"""The actions whose entries are counted, each with the preposition before the only item that they are about."""

_MOST_REFS = 20
"""The maximum number of refs that the result of a check names."""

_UNCHANGED = {
    **dict.fromkeys(("marked", "noted", "checked"), "Status unchanged."),
    "rescheduled": "Date unchanged.",
    "edited": "No field changed.",
    "assessed": "Verdict unchanged.",
    **dict.fromkeys(("linked", "not-linked"), "Link unchanged."),
    "applied": "No status or date changed.",
}
"""The line of an action that changed no field."""


def written(result: Written) -> View:
    """Return the fields that a write changed, and the command that undoes it."""
    lines = [*_change_lines(result)]
    if result.undo:
        lines.append(
            "Redo with: spacedialog undo --redo"
            if result.did == "undone"
            else f"Undo with: spacedialog undo {result.undo[-8:]}"
        )
    if result.dry_run and result.changes:
        lines.append("Nothing was recorded. Leave out --dry-run to record it.")
    return View("written", result, Table("written", (), (), (), ""), (Block(_heading(result), tuple(lines)),))


def _heading(result: Written) -> str:
    title = f" ({result.title})" if result.title else ""
    if result.ref and not result.changes:
        return f"{'Dry run: nothing' if result.dry_run else 'Nothing'} to record for {result.ref}{title}"
    done, to_do = _VERBS[result.did]
    return f"{f'Dry run: would {to_do}' if result.dry_run else done} {_subject(result)}{title}"


def _subject(result: Written) -> str:
    if result.did in _COUNTED:
        entries = counted(result.changes, "entry", "entries")
        return f"{entries} {_COUNTED[result.did]} {result.ref}" if result.ref else entries
    return result.ref or _several(result.refs)


def _several(refs: Sequence[str]) -> str:
    milestones = sum("." in ref for ref in refs)
    counts = {"commitment": len(refs) - milestones, "milestone": milestones}
    return " and ".join(counted(count, noun) for noun, count in counts.items() if count)


def _change_lines(result: Written) -> list[str]:
    lines = []
    for difference in result.differences:
        ref = "" if result.ref else f"{difference.ref}  "
        old = "" if difference.old in (None, []) else f"{value_text(difference.field, difference.old)} → "
        lines.append(f"{ref}{difference.field}: {old}{value_text(difference.field, difference.new)}")
    if result.did == "checked" and not result.ref:
        more = len(result.refs) - _MOST_REFS
        lines.append(", ".join(result.refs[:_MOST_REFS]) + (f" and {more} more" if more > 0 else ""))
    if result.changes and result.refs and not result.differences and result.did in _UNCHANGED:
        lines.append(_UNCHANGED[result.did])
    return lines
