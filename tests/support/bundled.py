"""The bundled record as its files have it: what a store that is made of it holds."""

from __future__ import annotations

from datetime import date

from spacedialog.importing.bundled import bundled_documents, document_entries

DOCUMENTS = bundled_documents()[::-1]
"""Its data files, oldest meeting first."""

REFS = [commitment["ref"] for document in DOCUMENTS for commitment in document["commitments"]]
"""The refs of its commitments, in the order of `list`."""

COMMITMENTS = len(REFS)
CHANGES = sum(len(drafts) for document in DOCUMENTS for drafts in document_entries(document))
"""How many entries the log has that is made of it."""

_SINCE_THE_FIRST_MEETING = (date(2026, 11, 22) - date(2016, 4, 29)).days
ASSESSED = f"assessed 28 of {COMMITMENTS}, oldest check {_SINCE_THE_FIRST_MEETING} days"
COVERAGE = f"{ASSESSED}; complete 17, of which 9 claimed"
"""How much of it was assessed, on 22 November 2026."""
