"""Read the clock, the user's name and the path of the database. Other modules get these values from their callers."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

from spacedialog.errors import InputError, StoreError


def store_path(db: Path | None = None) -> Path:
    """Return the path of the database: `db`, else SPACEDIALOG_DB, else a file in the user's data directory.

    StoreError if it is relative to a deleted folder, if it is the root folder, or if the user has no home directory.
    """
    named = db or os.environ.get("SPACEDIALOG_DB")
    if named:
        # Follow a symbolic link, because a new database is renamed into place and would replace the link.
        try:
            path = Path(os.path.realpath(named))
        except OSError as error:
            raise StoreError(
                f"{named}: {error.strerror}", "change to an existing folder, or use the absolute path"
            ) from error
        if not path.name:
            raise StoreError(f"{path}: this is a folder", "name a file with --db or SPACEDIALOG_DB")
        return path
    from platformdirs import user_data_path

    try:
        return user_data_path("spacedialog", appauthor=False) / "tracker.db"
    except RuntimeError as error:
        raise StoreError(
            "this user has no home directory", "name the database file with --db or SPACEDIALOG_DB"
        ) from error


def user() -> str:
    """Return the login name, or the numeric user id if the user has no name, as in some containers."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def now() -> int:
    """Return the time in µs since 1970 (UTC)."""
    return time.time_ns() // 1000


def local_day() -> date:
    """Return today's date: SPACEDIALOG_TODAY, else the clock's."""
    day = clock_day()
    named = os.environ.get("SPACEDIALOG_TODAY")
    if not named:
        return day
    from spacedialog.model.typed_dates import parse_named_day

    return parse_named_day("SPACEDIALOG_TODAY", named, today=day)


def clock_day() -> date:
    """Return the local date of the clock or, in UTC, of SOURCE_DATE_EPOCH.

    InputError if SOURCE_DATE_EPOCH is not a time, or TZ is not a time zone.
    """
    # https://reproducible-builds.org/specs/source-date-epoch/. The time of recording is never replaced: see `now`.
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        try:
            return datetime.now().astimezone().date()
        except ValueError as error:
            raise InputError(
                f"TZ: '{os.environ.get('TZ')}' is not a time zone",
                "set it to a time zone such as Asia/Seoul, or unset it",
            ) from error
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH: '{epoch}' is not a time", "set it to a whole number of seconds since 1970, or unset it"
        ) from error
