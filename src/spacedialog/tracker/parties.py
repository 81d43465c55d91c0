"""The use cases that write parties and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spacedialog.store.read.selection import find_dialogue
from spacedialog.tracker.writes import Writes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from spacedialog.editing.session import Session
    from spacedialog.model.entry import PendingEntry, Remarks
    from spacedialog.model.parties import NewParty
    from spacedialog.model.rows.written import Written
    from spacedialog.model.target import Target


class Parties(Writes):
    """The use cases that write parties and areas.

    Unless the remarks have a date, a new party, a new area and a succession before the dialogue are true from the day
    of the dialogue.
    """

    def add_party(self, party: NewParty, **remarks: Unpack[Remarks]) -> Written:
        """Add a party to a dialogue; InputError if its key exists there or a value is invalid."""
        from spacedialog.editing.parties import create_party, default_day

        with self._writing() as session:
            dialogue = find_dialogue(session.snapshot, party.dialogue)
            checked = session.remarks(_dated(remarks, default_day(session.snapshot, dialogue)))
            return _write(session, "added", *create_party(session.snapshot, dialogue, party, checked))

    def edit_party(
        self, key: str, values: Mapping[str, Any], *, dialogue: str | None = None, **remarks: Unpack[Remarks]
    ) -> Written:
        """Correct a party of a dialogue, by default of the newest that has it; the value None clears a field.

        `values` has new values of `name`, `side`, `aliases` and `succeeds`, as in `NewParty`. Values that the party has
        already are not recorded again.
        """
        from spacedialog.editing.commitments import already_set
        from spacedialog.editing.parties import correct_party, find_party, succession_day

        with self._writing() as session:
            snapshot = session.snapshot
            target = find_party(snapshot, key, dialogue and find_dialogue(snapshot, dialogue))
            is_public = not remarks.get("internal")
            given = values.get("succeeds")
            day = succession_day(snapshot, target, given, is_public=is_public) if "succeeds" in values else None
            entry = correct_party(snapshot, target, values, session.remarks(_dated(remarks, day)))
            if session.is_known(entry) and not session.adds_remarks(entry):
                return session.unchanged("edited", [target], already_set([target]))
            return _write(session, "edited", target, entry)

    def add_area(self, key: str, title: str, *, dialogue: str | None = None, **remarks: Unpack[Remarks]) -> Written:
        """Add an area to a dialogue, by default the newest; InputError if its key exists there."""
        from spacedialog.editing.parties import create_area, default_day

        with self._writing() as session:
            of = find_dialogue(session.snapshot, dialogue)
            checked = session.remarks(_dated(remarks, default_day(session.snapshot, of)))
            return _write(session, "added", *create_area(session.snapshot, of, key, title, checked))


def _dated(remarks: Remarks, day: str | None) -> Remarks:
    return remarks if remarks.get("on") or day is None else {**remarks, "on": day}


def _write(session: Session, did: str, target: Target, entry: PendingEntry) -> Written:
    written = session.write(did, [target], [entry])
    fields = session.snapshot.fields(target.item) or {}
    return written._replace(title=str(fields.get("name") or fields.get("title") or ""))
