"""The files of a store: where they are, copies of them, their checks, the fingerprint of the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from spacedialog.model.rows.maintenance import Copied, DoctorRow, FingerprintRow, Rescued, Restamped
from spacedialog.presentation.phrases import indented, to_the_minute
from spacedialog.presentation.tables import Column, Table


class Place(NamedTuple):
    """The path of the store or of the built-in record."""

    what: str
    path: str
    exists: bool


def places(rows: Iterable[Place]) -> Table:
    """Return the paths of the store and of the built-in record."""
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


def store_copy(row: Copied, heading: str) -> Table:
    """Return a copy of a store, made or restored; `heading` is that of the column with its path."""
    return Table(
        "copied",
        Copied._fields,
        [row],
        (
            Column(heading, lambda row: row.store, wide=True),
            Column("Changes", lambda row: str(row.changes), right=True),
            Column("Newest (UTC)", lambda row: to_the_minute(row.newest or "")),
            Column("Copy of what was there", lambda row: row.kept or "none", wide=True),
        ),
        "",
    )


def restamped(row: Restamped) -> Table:
    """Return how many entries were recorded again with the present time."""
    return Table(
        "restamped",
        Restamped._fields,
        [row],
        (
            Column("Changes recorded again", lambda row: str(row.changes), right=True),
            Column("Backup", lambda row: row.kept or "none", wide=True),
        ),
        "",
    )


def fingerprint(row: FingerprintRow) -> Table:
    """Return the fingerprint of a log, and whether it matches the expected one."""
    return Table(
        "fingerprint",
        FingerprintRow._fields,
        [row],
        (),
        "",
        lines=lambda row: indented((row.fingerprint, f"{row.changes} changes{_newest_text(row)}", row.said)),
    )


def _newest_text(row: FingerprintRow) -> str:
    return f", the newest of {to_the_minute(row.newest)} UTC" if row.newest else ""


def rescued_store(row: Rescued) -> Table:
    """Return what was saved from a damaged store into a new one."""
    return Table(
        "rescued",
        Rescued._fields,
        [row],
        (
            Column("New store", lambda row: row.store, wide=True),
            Column("Changes", lambda row: str(row.changes), right=True),
            Column("Lost", lambda row: ", ".join(row.lost) or "none", wide=True),
        ),
        "",
    )


_MAX_PROBLEMS = 5
"""The number of problems that the table shows for each check."""


def checks(rows: Iterable[DoctorRow]) -> Table:
    """Return the checks of a store and the problems that they found."""
    return Table(
        "checks",
        DoctorRow._fields,
        rows,
        (
            Column("Check", lambda row: row.check),
            Column("Looked at", lambda row: str(row.looked_at), right=True),
            Column("", _result, tone=_result),
            Column("Found", _problems_text, wide=True),
        ),
        "",
    )


def _result(row: DoctorRow) -> str:
    return "ok" if row.ok else "WRONG"


def _problems_text(row: DoctorRow) -> str:
    more = len(row.said) - _MAX_PROBLEMS
    return "; ".join(row.said[:_MAX_PROBLEMS]) + (f"; and {more} more, which --json names" if more > 0 else "")
