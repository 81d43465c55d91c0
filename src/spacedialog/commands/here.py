"""Where the program runs: the one place that reads the clock, the environment and the user."""

from __future__ import annotations

import os
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from spacedialog.errors import DateError, InputError
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from spacedialog.dates import VagueDate


def store_path(db: Path | None = None) -> Path:
    """The store: as named, else SPACEDIALOG_DB, else in the user's data directory."""
    if db is not None:
        return db
    if named := os.environ.get("SPACEDIALOG_DB"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("spacedialog", appauthor=False) / "tracker.db"


def the_day(text: str | None = None) -> date:
    """The local day: as told, else SPACEDIALOG_TODAY, else the clock's."""
    local = datetime.now().astimezone().date()
    name, told = ("--today", text) if text else ("SPACEDIALOG_TODAY", os.environ.get("SPACEDIALOG_TODAY"))
    return day(name, told, local) if told else local


def day(name: str, text: str, today: date) -> date:
    """A day that a user typed for the option `name`."""
    from spacedialog.spoken import parse_day

    try:
        return parse_day(text, today=today)
    except DateError as error:
        raise DateError(f"{name}: {error.problem}", error.remedy) from error


def vague_date(name: str, text: str, today: date) -> VagueDate:
    """A date to come, as vague as it may be, that a user typed for the option `name`."""
    from spacedialog.spoken import parse_date

    try:
        return parse_date(text, today=today, toward="future")
    except DateError as error:
        raise DateError(f"{name}: {error.problem}", error.remedy) from error


def horizon(within: str | None, until: str | None, start: date) -> date | None:
    """The last day of a span from `start` on, or of a date; None where neither is given."""
    from spacedialog.spoken import parse_span

    if within is not None and until is not None:
        raise InputError("--within and --until do not go together", "leave one of them out")
    if until is not None:
        return vague_date("--until", until, start).latest
    try:
        return parse_span(within).after(start) if within is not None else None
    except DateError as error:
        raise DateError(f"--within: {error.problem}", error.remedy) from error


def content(file: Path) -> tuple[str, bytes]:
    """The name and the content of a file that a user named; `-` is standard input."""
    if str(file) == "-":
        return "standard input", sys.stdin.buffer.read()
    try:
        return str(file), file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file}: {error.strerror}", "name a file that can be read, or - for standard input"
        ) from error


def tracker(db: Path | None, *, today: date | None, author: str | None, dry_run: bool = False) -> Tracker:
    """A tracker that knows the clock, and the user where no author is named."""
    return Tracker(
        store_path(db),
        today=today or the_day(),
        now=lambda: time.time_ns() // 1000,
        author=_user() if author is None else author,
        dry_run=dry_run,
    )


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run a user that has no name.
        return f"uid {os.getuid()}"


def instant(name: str, text: str, today: date) -> int:
    """A time that a user typed for the option `name`, in µs since 1970; of a day, its end. Local if not said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) <= len("2026-10-05"):
        moment = datetime.combine(day(name, text, today), datetime.min.time()) + timedelta(days=1, microseconds=-1)
    return round(moment.timestamp() * 1_000_000)
