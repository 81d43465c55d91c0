"""Read the clock, the environment and the configuration file. Other modules get these values from their callers."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from spacedialog import configuration as configuration_
from spacedialog.configuration import Configuration
from spacedialog.errors import InputError, StoreError

DEFAULT_PAGER = "less -FRX"
"""The command that shows long tables, if neither the environment nor the configuration names another."""

VARIABLES = {"database": "SPACEDIALOG_DB", "author": "SPACEDIALOG_AUTHOR", "pager": "SPACEDIALOG_PAGER"}
"""The environment variables that override keys of the configuration file, by key."""

_SWITCH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
}


def configuration_path() -> Path | None:
    """Return the path of the configuration file: SPACEDIALOG_CONFIG, else a file in the user's configuration directory.

    None if SPACEDIALOG_CONFIG is empty, or if the user has no home directory.
    """
    named = os.environ.get("SPACEDIALOG_CONFIG")
    if named is not None:
        return Path(os.path.abspath(named)) if named else None  # noqa: PTH100 - a link to the file stays a link
    # The rule of the XDG specification, as in platformdirs, whose import takes longer than reading the file.
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if not folder.startswith("/") and sys.platform == "linux":
        folder = os.path.expanduser("~/.config")  # noqa: PTH111 - unlike Path.expanduser, it raises no error
        if folder.startswith("~"):
            return None
    if folder.startswith("/"):
        return Path(folder, "spacedialog", "config.toml")
    from platformdirs import user_config_path

    try:
        return user_config_path("spacedialog", appauthor=False) / "config.toml"
    except RuntimeError:
        return None


def templates_folder() -> Path | None:
    """Return the folder of the user's own templates, beside the configuration file; None without such a file."""
    path = configuration_path()
    return path.parent / "templates" if path else None


def configuration() -> Configuration:
    """Return the configuration; ProblemsError, with every problem, if its file is not valid."""
    return configuration_.read(configuration_path())


def variable_of(key: str) -> str | None:
    """Return the environment variable that gives a key of the configuration its value; None if none does.

    PAGER is meant for all programs, so the file has precedence over it. An empty variable turns the pager off.
    """
    variable = VARIABLES.get(key, "")
    if key != "pager":
        return variable if os.environ.get(variable) else None
    if variable in os.environ:
        return variable
    return "PAGER" if "PAGER" in os.environ and "pager" not in configuration().values else None


def pager() -> str:
    """Return the command that shows long tables: from the environment, else from the configuration file, else less.

    An empty command means no pager.
    """
    variable = variable_of("pager")
    return os.environ[variable] if variable else configuration().values.get("pager", DEFAULT_PAGER)


def is_read_only() -> bool:
    """Return whether SPACEDIALOG_READONLY forbids writing; InputError if it is neither yes nor no."""
    return _is_on("SPACEDIALOG_READONLY")


def is_public() -> bool:
    """Return whether SPACEDIALOG_PUBLIC limits reads to the public record; InputError if it is neither yes nor no."""
    return _is_on("SPACEDIALOG_PUBLIC")


def _is_on(variable: str) -> bool:
    named = os.environ.get(variable, "")
    try:
        return _SWITCH[named.strip().lower()]
    except KeyError:
        raise InputError(f"{variable}: '{named}' is neither yes nor no", "set it to 1 or 0, or unset it") from None


def store_path(db: Path | None = None) -> Path:
    """Return the path of the database: `db`, else SPACEDIALOG_DB, else that of the configuration file.

    If none names one, it is a file in the user's data directory. StoreError if it is relative to a deleted folder, if
    it is the root folder, or if the user has no home directory.
    """
    named = db or os.environ.get(VARIABLES["database"]) or configuration().values.get("database")
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


def author() -> str:
    """Return the author of new entries: SPACEDIALOG_AUTHOR, else that of the configuration file, else the user."""
    return os.environ.get(VARIABLES["author"]) or configuration().values.get("author") or user()


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
