"""The use cases that maintain a store: checks, copies and fingerprints of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacedialog.model.position import NOW, Scope
from spacedialog.store import log
from spacedialog.tracker.record import Record

if TYPE_CHECKING:
    from pathlib import Path

    from spacedialog.model.entry import Entry
    from spacedialog.model.rows.maintenance import Copied, DoctorRow, FingerprintRow, Rescued, Restamped


class Maintenance(Record):
    """The use cases that check a store and copy it."""

    def doctor(self) -> list[DoctorRow]:
        """Return the result of each check of the store, without altering it; an empty list if there is no store."""
        from spacedialog.maintenance import checks

        path = self.whole_path()
        return checks.run_checks(path, now=self._now()) if self.has_store else []

    def rescue(self, new: Path) -> Rescued:
        """Copy every intact entry of a damaged store into a new store; InputError if `new` exists."""
        from spacedialog.maintenance import copies

        return copies.rescue(self.whole_path(), new)

    def restamp(self) -> Restamped:
        """Record unsent entries from the future again, with the present time; a dry run only counts them.

        These are more than CLOCK_TOLERANCE ahead of the clock. If a team's log has another record with the id of an
        entry, the entry is recorded again with a new id, and counted too. The store is backed up first.
        """
        from spacedialog.model.entry import CLOCK_TOLERANCE
        from spacedialog.model.rows.maintenance import Restamped
        from spacedialog.store import database
        from spacedialog.store.write import restamp

        path = self.path_to_write()
        if not self.has_store:
            return Restamped(0, None)
        latest = self._now() + CLOCK_TOLERANCE
        with database.writing(path, commit=not self.dry_run) as (connection, _):
            count = restamp.restampable(connection, later_than=latest)
            if not count or self.dry_run:
                return Restamped(count, None)
            backup = database.back_up(path, "restamp")
            restamp.restamp(connection, later_than=latest, now=self._now, entropy=self._entropy)
        return Restamped(count, str(backup))

    def backup(self, file: Path) -> Copied:
        """Copy the store into a new file; InputError if the file exists, StoreError if copying fails."""
        from spacedialog.maintenance import copies

        return copies.back_up(self.whole_path(), file)

    def restore(self, file: Path, *, replace: bool = False) -> Copied:
        """Check a backup and restore the store from it; an existing store is replaced only with `replace`."""
        from spacedialog.maintenance import copies

        return copies.restore(self.path_to_write(), file, replace=replace)

    def fingerprint(self, scope: Scope = NOW) -> FingerprintRow:
        """Return the fingerprint of the log that the scope names; StoreError if an entry in it was altered."""
        from spacedialog.maintenance import fingerprint

        return fingerprint.fingerprint(self._arrivals(scope))

    def verify_fingerprint(self, text: str, scope: Scope = NOW) -> FingerprintRow:
        """Check that the log still has every entry that the fingerprint covers, unchanged."""
        from spacedialog.maintenance import fingerprint

        return fingerprint.verify(self._arrivals(scope), text)

    def _arrivals(self, scope: Scope) -> list[Entry]:
        with self._reading(scope) as connection:
            return log.in_arrival_order(connection)
