"""How it looks what `draft` found in a text, and what it left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spacedialog.model.dates import readable
from spacedialog.model.rows.drafting import SentenceRow
from spacedialog.presentation.tables import Column, Table


def explained(rows: Iterable[SentenceRow]) -> Table:
    """Every sentence with what was found in it, in the order of the text, or why nothing was."""
    return Table(
        "findings",
        SentenceRow._fields,
        rows,
        (
            Column("Place", lambda row: f"{row.paragraph}.{row.sentence}"),
            Column("Ref", lambda row: row.ref or "-"),
            Column("Found, or left out", _said, wide=True),
            Column("Strength", lambda row: row.strength or ""),
            Column("Parties", lambda row: " ".join(row.parties), from_width=120, most=24),
            Column("Due", lambda row: readable(row.due or "")),
            Column("Recurs", lambda row: row.recurs or "", from_width=130),
            Column("Sure", lambda row: "" if row.confidence is None else f"{row.confidence:.2f}", from_width=90),
            Column("Why", lambda row: row.why if row.ref else "", from_width=150, most=40),
        ),
        "there is nothing in it",
    )


def _said(row: SentenceRow) -> str:
    return row.title if row.title is not None else f"({row.why}) {row.text}"


def account(document: Mapping[str, Any], file: str | None, left_out: int) -> str:
    """What was drafted, and what to do next."""
    found = len(document["commitments"])
    unknown = [name for name in ("number", "place", "host") if name not in document["dialogue"]]
    said = f"{found} candidates; {left_out} sentences left out (--explain shows why)"
    if not found:
        return f"{said}; statements are read in English only"
    if unknown:
        said += f"; not in the text: {', '.join(unknown)}"
    return f"{said}; next: spacedialog review {file}" if file else said
