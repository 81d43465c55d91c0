"""Milestones: the values that record that one was met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spacedialog.model.dates import Span, VagueDate
from spacedialog.model.vocabulary import MilestoneStatus


def values_when_met(milestone: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that record that a milestone, given its fields, was met.

    A recurring milestone gets the date of its next occurrence; `met` is the date of the one that was met.
    """
    if not milestone.get("recurs") or not milestone.get("when"):
        return {"status": MilestoneStatus.MET.value}
    when, every = VagueDate.parse(milestone["when"]), Span.parse(milestone["recurs"])
    return {"met": str(when), "when": str(when.occurrence(1, every))}
