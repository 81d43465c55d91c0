"""Figures of the built-in record, taken from its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from spacedialog.importing.built_in import built_in_documents, document_entries
from spacedialog.model.fold import closing_day
from tests.support.program import TODAY

DOCUMENTS = built_in_documents()[::-1]
"""The data files, oldest dialogue first."""

REFS = [commitment["ref"] for document in DOCUMENTS for commitment in document["commitments"]]
"""The refs of the commitments."""

COMMITMENTS = len(REFS)
CHANGES = sum(len(drafts) for document in DOCUMENTS for drafts in document_entries(document))
"""The number of entries in the log of the built-in record."""


def _updates_by(day: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield each update of `day` (ISO) or before: its commitment, its day (ISO), and the update.

    An update of a milestone is one of its commitment. The day of one that is earlier than the dialogue is empty.
    """
    for document in DOCUMENTS:
        held = closing_day(document["dialogue"]["when"])
        for update in document["updates"]:
            true_on = closing_day(update["on"])
            if true_on <= day:
                yield update["ref"].partition(".")[0], true_on if true_on >= held else "", update


# `TODAY` is before the day on which the files were compiled, so a check has the day on which it was true.
_LAST_CHECKS: dict[str, str] = {}
_STATUS = {commitment["ref"]: commitment["status"] for document in DOCUMENTS for commitment in document["commitments"]}
_SHOWN = set()
for _ref, _day, _update in _updates_by(TODAY):
    if _day:
        _LAST_CHECKS[_ref] = max(_day, _LAST_CHECKS.get(_ref, ""))
    if _update["ref"] == _ref:
        _STATUS[_ref] = _update.get("status", _STATUS[_ref])
        if _update.get("evidence") and not _update.get("check"):
            _SHOWN.add(_ref)
_COMPLETE = [ref for ref, status in _STATUS.items() if status == "complete"]
_UNEVIDENCED = len(set(_COMPLETE) - _SHOWN)
_OLDEST = min(day for ref, day in _LAST_CHECKS.items() if _STATUS[ref] not in ("complete", "withdrawn"))
_OPEN_DAYS = (date.fromisoformat(TODAY) - date.fromisoformat(_OLDEST)).days

UNKNOWN = list(_STATUS.values()).count("unknown")
"""The number of commitments with the status `unknown` on `TODAY`."""

CHECKED = len(_LAST_CHECKS)
"""The number of commitments with an entry after the statement by `TODAY`."""

COVERAGE = (
    f"{CHECKED} of {COMMITMENTS} checked, oldest open check {_OPEN_DAYS} days ago;"
    f" {len(_COMPLETE)} complete, {_UNEVIDENCED} of them without evidence"
)
"""The coverage line on `TODAY`; unevidenced is what is complete and has no update with evidence."""
