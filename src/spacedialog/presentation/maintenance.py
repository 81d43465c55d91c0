"""How a store's keeping looks: where it is, its copies, its checks, its fingerprint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from spacedialog.model.rows.maintenance import Copied, DoctorRow, FingerprintRow, Rescued
from spacedialog.presentation.tables import Column, Table, indented, to_the_minute


class Place(NamedTuple):
    """Where something of the program is kept."""

    what: str
    path: str
    exists: bool


def places(rows: Iterable[Place]) -> Table:
    """Where the store and the bundled record are."""
    return Table(
        "places",
        Place._fields,
        rows,
        (
            Column("What", lambda row: row.what),
            Column("Path", lambda row: row.path, wide=True),
            Column("", lambda row: "" if row.exists else "not there yet"),
        ),
        "",
    )


def copied(of: Copied, did: str) -> Table:
    """A copy of a store, made or put back."""
    return Table(
        "copied",
        Copied._fields,
        [of],
        (
            Column(did, lambda row: row.store, wide=True),
            Column("Changes", lambda row: str(row.changes), right=True),
            Column("Newest (UTC)", lambda row: to_the_minute(row.newest or "")),
            Column("Copy of what was there", lambda row: row.kept or "none", wide=True),
        ),
        "",
    )


def fingerprint(of: FingerprintRow) -> Table:
    """A log's fingerprint, and whether it holds."""
    return Table(
        "fingerprint",
        FingerprintRow._fields,
        [of],
        (),
        "",
        lines=lambda row: indented((row.fingerprint, f"{row.changes} changes{_newest(row)}", row.said)),
    )


def _newest(row: FingerprintRow) -> str:
    return f", the newest of {to_the_minute(row.newest)} UTC" if row.newest else ""


def rescued(of: Rescued) -> Table:
    """What was brought from a damaged store into a new one."""
    return Table(
        "rescued",
        Rescued._fields,
        [of],
        (
            Column("New store", lambda row: row.store, wide=True),
            Column("Changes", lambda row: str(row.changes), right=True),
            Column("Lost", lambda row: ", ".join(row.lost) or "none", wide=True),
        ),
        "",
    )


_FEW = 5


def checks(rows: Iterable[DoctorRow]) -> Table:
    """What a store's checks found."""
    return Table(
        "checks",
        DoctorRow._fields,
        rows,
        (
            Column("Check", lambda row: row.check),
            Column("Looked at", lambda row: str(row.looked_at), right=True),
            Column("", lambda row: "ok" if row.ok else "WRONG", tone=lambda row: "met" if row.ok else "overdue"),
            Column("Found", _found, wide=True),
        ),
        "",
    )


def _found(row: DoctorRow) -> str:
    more = len(row.said) - _FEW
    return "; ".join(row.said[:_FEW]) + (f"; and {more} more, which --json names" if more > 0 else "")
