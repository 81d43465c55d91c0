"""The fields that change when a milestone is met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spacedialog.model.dates import Recurrence, VagueDate
from spacedialog.model.vocabulary import MilestoneStatus


def values_when_met(milestone: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields to set when a milestone with these fields is met; a recurring one moves to its next date."""
    if not milestone.get("recurs") or not milestone.get("when"):
        return {"status": MilestoneStatus.MET.value}
    when, interval = VagueDate.parse(milestone["when"]), Recurrence.parse(milestone["recurs"])
    return {"met": str(when), "when": str(when.occurrence(1, interval))}
