"""Milestones: the values that record that one was met, and the check that its window had opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from spacedialog.model.dates import Span, VagueDate, readable
from spacedialog.model.vocabulary import MilestoneStatus


def values_when_met(milestone: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that record that a milestone, given its fields, was met.

    A recurring milestone gets the date of its next occurrence; `met` is the date of the one that was met.
    """
    if not milestone.get("recurs") or not milestone.get("when"):
        return {"status": MilestoneStatus.MET.value}
    when, every = VagueDate.parse(milestone["when"]), Span.parse(milestone["recurs"])
    return {"met": str(when), "when": str(when.occurrence(1, every))}


def met_too_early(ref: str, milestone: Mapping[str, Any], values: Mapping[str, Any], on: VagueDate) -> str | None:
    """Return why `values` cannot be true `on` that day: they meet an occurrence before its window opens.

    `milestone` are the fields before the entry. None if the entry meets no occurrence, or one that has opened. The
    window of an occurrence that has no first day opens after that of the occurrence met before.
    """
    if "met" not in values:
        return None
    when = VagueDate.parse(values["met"])
    before = VagueDate.parse(milestone["met"]) if milestone.get("met") else None
    opens = when.earliest or _day_after(before)
    if opens is None or on.latest is None or on.latest >= opens:
        return None
    window = f"{readable(str(when))}, opens on {opens}"
    if before:
        return f"{ref} is already met for {readable(str(before))}; its next window, {window}"
    return f"{ref} cannot be met on {readable(str(on))}: its window, {window}"


def _day_after(when: VagueDate | None) -> date | None:
    return when.latest + timedelta(1) if when and when.latest and when.latest < date.max else None
