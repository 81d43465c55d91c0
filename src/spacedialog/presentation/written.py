"""The result of a write: the fields that it changed, and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spacedialog.model.rows.written import Written
from spacedialog.presentation.phrases import counted, listed, value_text
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View


class _Action(NamedTuple):
    """The words for an action: as it is done, after `would` in a dry run, and the line if it changed no field.

    `about` is for an action whose entries are counted: the preposition before the only item that they are about.
    """

    done: str
    to_do: str
    unchanged: str = ""
    about: str = ""


_ACTIONS: Mapping[str, _Action] = {
    "marked": _Action("Marked", "mark", "Status unchanged."),
    "noted": _Action("Added a note to", "add a note to", "Status unchanged."),
    "checked": _Action("Checked", "record a check of", "Status unchanged."),
    "rescheduled": _Action("Rescheduled", "reschedule", "Date unchanged."),
    "edited": _Action("Edited", "edit", "No field changed."),
    "added": _Action("Added", "add"),
    "assessed": _Action("Assessed", "assess", "Verdict unchanged."),
    "linked": _Action("Linked", "link", "Link unchanged."),
    "not-linked": _Action("Recorded as not linked:", "record as not linked:", "Link unchanged."),
    "applied": _Action("Applied", "apply", "No status or date changed.", about="to"),
    "imported": _Action("Imported", "import", about="about"),
    "undone": _Action("Undid", "undo", about="on"),
    "redone": _Action("Redid", "redo", about="on"),
}
_MOST_REFS = 20
"""The maximum number of unchanged items that the result of a write names."""


def written(result: Written) -> View:
    """Return the fields that a write changed, and the command that undoes it."""
    lines = [*_change_lines(result)]
    if result.internal == result.changes and result.internal:
        lines.append("Internal: not in the public record.")
    elif result.internal:
        lines.append(f"Internal: {result.internal} of {result.changes} entries, not in the public record.")
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
    if result.refs and not result.changes:
        nothing = "Dry run: nothing" if result.dry_run else "Nothing"
        return f"{nothing} to record for {result.ref or _several(result)}{title}"
    action = _ACTIONS[result.did]
    return f"{f'Dry run: would {action.to_do}' if result.dry_run else action.done} {_subject(result)}{title}"


def _subject(result: Written) -> str:
    if about := _ACTIONS[result.did].about:
        entries = counted(result.changes, "entry", "entries")
        return f"{entries} {about} {result.ref}" if result.ref else entries
    return result.ref or _several(result)


def _several(result: Written) -> str:
    milestones = sum("." in ref for ref in result.refs)
    dialogues = len(_dialogues(result))
    counts = {
        "commitment": len(result.refs) - milestones - dialogues,
        "milestone": milestones,
        "dialogue": dialogues,
    }
    return listed([counted(count, noun) for noun, count in counts.items() if count])


def _dialogues(result: Written) -> list[str]:
    """Return the dialogues among the refs. Only notes are about dialogues; a number ends every other ref."""
    return [ref for ref in result.refs if result.did == "noted" and not ref.rpartition("-")[2][:1].isdecimal()]


def _change_lines(result: Written) -> list[str]:
    lines = []
    for difference in result.differences:
        ref = "" if result.ref else f"{difference.ref}  "
        old = "" if difference.old in (None, []) else f"{value_text(difference.field, difference.old)} → "
        lines.append(f"{ref}{difference.field}: {old}{value_text(difference.field, difference.new)}")
    # A dialogue has no status that a note could leave unchanged.
    unchanged = _ACTIONS[result.did].unchanged if len(_dialogues(result)) < len(result.refs) else ""
    if not (unchanged and result.changes and result.refs):
        return lines
    changed = {difference.ref for difference in result.differences}
    same = [ref for ref in result.refs if ref not in changed]
    if result.ref or _ACTIONS[result.did].about:
        return lines if result.differences else [*lines, unchanged]
    more = len(same) - _MOST_REFS
    named = ", ".join(same[:_MOST_REFS]) + (f" and {more} more" if more > 0 else "")
    if not result.differences:
        return [named, unchanged]
    return [*lines, f"{named}: {unchanged[0].lower()}{unchanged[1:-1]}"] if same else lines
