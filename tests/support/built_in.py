"""Figures of the built-in record, taken from its files."""

from __future__ import annotations

from datetime import date

from spacedialog.importing.built_in import built_in_documents, document_entries
from tests.support.program import TODAY

DOCUMENTS = built_in_documents()[::-1]
"""The data files, oldest dialogue first."""

REFS = [commitment["ref"] for document in DOCUMENTS for commitment in document["commitments"]]
"""The refs of the commitments."""

COMMITMENTS = len(REFS)
CHANGES = sum(len(drafts) for document in DOCUMENTS for drafts in document_entries(document))
"""The number of entries in the log of the built-in record."""

_SHOWN = {update["ref"] for document in DOCUMENTS for update in document["updates"] if update.get("evidence")}
_STATUS = {commitment["ref"]: commitment["status"] for document in DOCUMENTS for commitment in document["commitments"]}
for _update in (update for document in DOCUMENTS for update in document["updates"]):
    if _update["ref"] in _STATUS:
        _STATUS[_update["ref"]] = _update.get("status", _STATUS[_update["ref"]])
_COMPLETE = [ref for ref, status in _STATUS.items() if status == "complete"]
CHECKED = sum(status != "unknown" for status in _STATUS.values())
"""The number of commitments with a status other than unknown."""

_CLAIMED = len(set(_COMPLETE) - _SHOWN)
_DAYS = (date.fromisoformat(TODAY) - date(2016, 4, 29)).days
ASSESSED = f"{CHECKED} of {COMMITMENTS} assessed, oldest check {_DAYS} days ago"
COVERAGE = f"{ASSESSED}; {len(_COMPLETE)} complete, {_CLAIMED} of them without evidence"
"""The coverage line on `TODAY`; unevidenced is what is complete and has no update with evidence."""
