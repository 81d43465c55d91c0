"""Figures of the built-in record, taken from its files."""

from __future__ import annotations

from datetime import date

from spacedialog.importing.bundled import bundled_documents, document_entries

DOCUMENTS = bundled_documents()[::-1]
"""The data files, oldest dialogue first."""

REFS = [commitment["ref"] for document in DOCUMENTS for commitment in document["commitments"]]
"""The refs of the commitments."""

COMMITMENTS = len(REFS)
CHANGES = sum(len(drafts) for document in DOCUMENTS for drafts in document_entries(document))
"""The number of entries in the log of the built-in record."""

_SINCE_THE_FIRST_MEETING = (date(2026, 11, 22) - date(2016, 4, 29)).days
ASSESSED = f"28 of {COMMITMENTS} assessed, oldest check {_SINCE_THE_FIRST_MEETING} days ago"
COVERAGE = f"{ASSESSED}; 17 complete, 9 of them without evidence"
"""The coverage line on 22 November 2026."""
