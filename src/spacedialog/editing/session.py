"""One write to a record: what it looks at, the one action that it records, the account of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spacedialog.model.entry import RETRACT, PendingEntry
from spacedialog.model.rows.record import Difference, Written
from spacedialog.store.read.details import fields_on
from spacedialog.store.read.refs import Target
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.write import append as writer

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.model.entry import Entry
    from spacedialog.tracker import Tracker


_WHOSE = "commitment"
"""By this field an assessment says what it is of; it tells people nothing, and never changes."""


class Session:
    """One write: what it may look at, and the one action that it records. `made` is the store that it makes."""

    def __init__(self, tracker: Tracker, connection: sqlite3.Connection, *, made: str | None) -> None:
        self.connection = connection
        self.view = Snapshot(connection, tracker.today)
        self._tracker = tracker
        self._made = made

    def keep(self, did: str, targets: Sequence[Target], drafts: Sequence[PendingEntry]) -> Written:
        """Record the drafts as one action; says what that changed of the targets."""
        before = [self._fields(target) for target in targets]
        touched = {target.item for target in targets}
        appended = self._tracker.record(self.connection, writer.group_by_item(drafts), touched)
        after = [
            fields_on(appended.histories[target.item], self.view.day, target.milestone) or {}
            if target.item in appended.histories
            else self._fields(target)
            for target in targets
        ]
        differences = [
            Difference(target.ref, name, old.get(name), new.get(name))
            for target, old, new in zip(targets, before, after, strict=True)
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name) and name != _WHOSE
        ]
        notices = [
            f"{target.ref}: {name} stays {new.get(name)}, which a later entry says"
            for target, new in zip(targets, after, strict=True)
            for draft in drafts
            if (draft.item, draft.body.get("milestone")) == target[1:]
            for name, value in draft.body.get("set", {}).items()
            if new.get(name) != value
        ]
        alone = len(targets) == 1
        return self.written(
            did,
            ref=targets[0].ref if alone else "",
            title=(after[0].get("title") or before[0].get("title") or "") if alone else "",
            differences=tuple(differences),
            changes=appended.entries,
            undo=appended.last,
            notices=tuple(dict.fromkeys(notices)),
        )

    def retract(self, did: str, changes: Sequence[Entry], *, only: bool = False) -> Written:
        """Record that these changes are taken back; with `only`, as a choice against them alone."""
        day = self._tracker.today.isoformat()
        about = dict.fromkeys((change.item, change.content.get("milestone")) for change in changes)
        targets = [target for item, part in about if (target := self.view.refs.target(item, part))]
        drafts = []
        for change in changes:
            part = change.content.get("milestone")
            body = {"retracts": change.id, **({"only": True} if only else {}), **({"milestone": part} if part else {})}
            drafts.append(PendingEntry(RETRACT, change.item, day, body))
        return self.keep(did, targets, drafts)

    def written(self, did: str, **what: Any) -> Written:
        """The account of a write."""
        nothing = {"ref": "", "title": "", "differences": (), "changes": 0, "undo": None, "notices": ()}
        account = Written(did=did, created_store=self._made, dry_run=self._tracker.dry_run, **{**nothing, **what})
        return account._replace(undo=None) if account.dry_run else account

    def _fields(self, target: Target) -> Mapping[str, Any]:
        return self.view.fields(target.item, target.milestone) or {}
