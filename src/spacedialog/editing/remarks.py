"""The remarks of an entry: when it was true, a note and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spacedialog.model.values import check_evidence, check_text

if TYPE_CHECKING:
    from spacedialog.model.dates import VagueDate


class EntryRemarks(NamedTuple):
    """The remarks of one entry; `on` has been checked, the note and the pieces of evidence have not."""

    on: VagueDate
    note: str | None = None
    evidence: tuple[str, ...] = ()

    def body(self) -> dict[str, str]:
        """Return the note and the evidence that are given as parts of an entry's body; InputError if one is invalid."""
        parts: dict[str, str] = {}
        if self.note is not None:
            parts["note"] = check_text("note", self.note)
        if self.evidence:
            parts["evidence"] = check_evidence(self.evidence)
        return parts
