"""Figures of the built-in record, taken from its files."""

from __future__ import annotations

from datetime import date

from spacedialog.importing.built_in import built_in_documents, document_entries

DOCUMENTS = built_in_documents()[::-1]
"""The data files, oldest dialogue first."""

REFS = [commitment["ref"] for document in DOCUMENTS for commitment in document["commitments"]]
"""The refs of the commitments."""

COMMITMENTS = len(REFS)
CHANGES = sum(len(drafts) for document in DOCUMENTS for drafts in document_entries(document))
"""The number of entries in the log of the built-in record."""

_SINCE_THE_FIRST_MEETING = (date(2026, 11, 22) - date(2016, 4, 29)).days
ASSESSED = f"assessed 28 of {COMMITMENTS}, oldest check {_SINCE_THE_FIRST_MEETING} days"
COVERAGE = f"{ASSESSED}; complete 17, of which 9 claimed"
"""The coverage line on 22 November 2026."""
