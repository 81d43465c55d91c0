"""The table of the sources of a dialogue, compared with a copy of their document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacedialog.model.rows.drafting import VerifiedRow
from spacedialog.model.values import place_text
from spacedialog.model.vocabulary import SourceVerdict
from spacedialog.presentation.tables import Column, Table

_CHANGES_NOTE = "Words in [-…-] are only in the quote, words in {+…+} only in the copy"
_SIMILARITY_NOTE = "Similarity: of the sentences, or of the title and the sentence if only a hash is recorded"


def sources(rows: Sequence[VerifiedRow]) -> Table:
    """Return the sources, each with its verdict and the matching sentence of the copy."""
    return Table(
        "sources",
        VerifiedRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Verdict", lambda row: row.verdict, tone=lambda row: row.verdict),
            Column("Recorded", lambda row: place_text(row.paragraph, row.sentence), from_width=70),
            Column("Found", lambda row: place_text(row.found_paragraph, row.found_sentence)),
            Column("Similarity", lambda row: "" if row.similarity is None else f"{row.similarity:.2f}", right=True),
            Column("Commitment", lambda row: row.title, from_width=120, wide=True),
            Column("Sentence of the copy", _sentence_text, wide=True),
        ),
        "No commitments cite this document.",
        lambda: _notes(rows),
    )


def _sentence_text(row: VerifiedRow) -> str:
    if row.verdict == SourceVerdict.MISSING and row.quote:
        return f"quote: \u201c{row.quote}\u201d; nearest sentence: {row.text or 'none'}"
    return row.changes or row.text or ""


def _notes(rows: Sequence[VerifiedRow]) -> tuple[str, ...]:
    counts = Counter(row.verdict for row in rows)
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in SourceVerdict if counts[verdict])
    notes = [summary]
    notes += [_SIMILARITY_NOTE] if any(row.similarity is not None for row in rows) else []
    notes += [_CHANGES_NOTE] if any(row.changes for row in rows) else []
    return tuple(notes)
