"""The remarks of an entry: when it was true, a note, the evidence, and whether it is internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.model.values import check_evidence, check_text
from spacedialog.model.visibility import INTERNAL

if TYPE_CHECKING:
    from spacedialog.model.dates import VagueDate


class EntryRemarks(NamedTuple):
    """The remarks of one entry; `on` has been checked, the note and the pieces of evidence have not.

    An `internal` entry is not in the public record.
    """

    on: VagueDate
    note: str | None = None
    evidence: tuple[str, ...] = ()
    internal: bool = False

    def body(self) -> dict[str, Any]:
        """Return the remarks that are given, as parts of an entry's body; InputError if one is invalid."""
        parts: dict[str, Any] = {INTERNAL: True} if self.internal else {}
        if self.note is not None:
            parts["note"] = check_text("note", self.note)
        if self.evidence:
            parts["evidence"] = check_evidence(self.evidence)
        return parts
