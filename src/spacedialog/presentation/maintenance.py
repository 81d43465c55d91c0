"""Tables on the database: its path, copies and checks, and the fingerprint of the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from spacedialog.model.rows.maintenance import Copied, DoctorRow, FingerprintRow, Rescued, Restamped
from spacedialog.presentation.phrases import counted, indented, to_the_minute
from spacedialog.presentation.tables import Column, Table

_PLACE_NAMES = {"built-in": "built-in record"}
"""The names of places in the table of `paths`, where they differ from those in JSON."""


class Place(NamedTuple):
    """The path of the database or of the built-in record."""

    what: str
    path: str
    exists: bool


class SettingRow(NamedTuple):
    """A setting in use. `source` is option, environment, file or default; `place` names the variable or the file."""

    key: str
    value: str | tuple[str, ...]
    source: str
    place: str


def places(rows: Iterable[Place]) -> Table:
    """Return the paths of the database and of the built-in record."""
    return Table(
        "places",
        Place._fields,
        rows,
        (
            Column("What", lambda row: _PLACE_NAMES.get(row.what, row.what)),
            Column("Path", lambda row: row.path, wide=True),
            Column("", lambda row: "" if row.exists else "created at your first change"),
        ),
        "",
    )


def settings(rows: Iterable[SettingRow], file: str | None, *, exists: bool) -> Table:
    """Return the settings in use; a note below them names the configuration file."""
    if file is None:
        note = "No configuration file is used."
    else:
        note = f"File: {file}" if exists else f"File: {file} (not created yet)"
    return Table(
        "settings",
        SettingRow._fields,
        rows,
        (
            Column("Key", lambda row: row.key),
            Column("Value", lambda row: row.value if isinstance(row.value, str) else ", ".join(row.value), wide=True),
            Column("Source", lambda row: f"{row.source} {row.place}" if row.source == "environment" else row.source),
        ),
        "",
        lambda: (note,),
    )


def store_copy(row: Copied, heading: str) -> Table:
    """Return a copy of a database, made or restored; `heading` is that of the column with its path."""
    return Table(
        "copied",
        Copied._fields,
        [row],
        (
            Column(heading, lambda row: row.store, wide=True),
            Column("Entries", lambda row: str(row.changes), right=True),
            Column("Newest (UTC)", lambda row: to_the_minute(row.newest or "")),
            Column("Previous database", lambda row: row.kept or "none", wide=True),
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
            Column("Entries corrected", lambda row: str(row.changes), right=True),
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
        (
            Column("Fingerprint", lambda row: row.fingerprint),
            Column("Log", _log_text),
            Column("Result", lambda row: row.said, wide=True),
        ),
        "",
        lines=lambda row: indented((row.fingerprint, _log_text(row), row.said)),
    )


def _log_text(row: FingerprintRow) -> str:
    newest = f", newest recorded {to_the_minute(row.newest)} UTC" if row.newest else ""
    return counted(row.changes, "entry", "entries") + newest


def rescued_store(row: Rescued) -> Table:
    """Return the result of copying a damaged database to a new one."""
    return Table(
        "rescued",
        Rescued._fields,
        [row],
        (
            Column("New database", lambda row: row.store, wide=True),
            Column("Entries", lambda row: str(row.changes), right=True),
            Column("Lost", lambda row: ", ".join(row.lost) or "none", wide=True),
        ),
        "",
    )


_MAX_PROBLEMS = 5
"""The number of problems that the table shows for each check."""


def checks(rows: Iterable[DoctorRow]) -> Table:
    """Return the checks of a database and the problems that they found."""
    return Table(
        "checks",
        DoctorRow._fields,
        rows,
        (
            Column("Check", lambda row: row.check),
            Column("Checked", lambda row: str(row.looked_at), right=True),
            Column("", _result, tone=_result),
            Column("Problems", _problems_text, wide=True),
        ),
        "",
    )


def _result(row: DoctorRow) -> str:
    return "ok" if row.ok else "FAILED"


def _problems_text(row: DoctorRow) -> str:
    more = len(row.said) - _MAX_PROBLEMS
    return "; ".join(row.said[:_MAX_PROBLEMS]) + (f"; and {more} more (list them with --json)" if more > 0 else "")
