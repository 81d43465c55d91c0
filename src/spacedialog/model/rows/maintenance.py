"""Rows of maintenance: checks of a database, backups, fingerprints and rescued entries."""

from __future__ import annotations

from typing import NamedTuple


class DoctorRow(NamedTuple):
    """One check of a database.

    `looked_at` is the number of pages, rows, entries, items or files checked. `findings` is the number of findings, and
    `said` describes them. `ok` is false if a finding is a fault, and true if all findings are remarks.
    """

    check: str
    looked_at: int
    findings: int
    ok: bool
    said: tuple[str, ...]


class Copied(NamedTuple):
    """A backup that was made or restored.

    `store` is the path of the written database and `changes` its number of entries. `newest` is the recorded time of
    the newest entry, None for an empty log. `kept` is the path of the backup of a replaced database, None if none was
    replaced.
    """

    store: str
    changes: int
    newest: str | None
    kept: str | None


class FingerprintRow(NamedTuple):
    """The fingerprint of a log, or a given fingerprint and whether this database has the entries that it covers.

    `changes` is the number of entries and `newest` the recorded time of the newest, None for an empty log. `holds` is
    None if no fingerprint was given; otherwise `since` is the number of later entries and `said` the result in words.
    """

    fingerprint: str
    changes: int
    newest: str | None
    holds: bool | None
    since: int
    said: str


class Restamped(NamedTuple):
    """The number of entries that were recorded again, and the path of the backup, or None if none was made."""

    changes: int
    kept: str | None


class Rescued(NamedTuple):
    """The result of a rescue: the path of the new database and the number of entries copied to it.

    `lost` are the names of the entries that were not copied.
    """

    store: str
    changes: int
    lost: tuple[str, ...]
