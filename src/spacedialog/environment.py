"""Where the program runs: the one place that reads the clock, the user, the environment and the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from spacedialog.errors import DateError, InputError
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from spacedialog.model.dates import VagueDate
    from spacedialog.model.typed_dates import Toward
    from spacedialog.team.sync import SyncEnvironment


def store_path(db: Path | None = None) -> Path:
    """The store: as named, else SPACEDIALOG_DB, else in the user's data directory."""
    named = db or os.environ.get("SPACEDIALOG_DB")
    if named:
        # A link is followed, so that a store which it is to lead to is made over there.
        return Path(os.path.realpath(named))
    from platformdirs import user_data_path

    return user_data_path("spacedialog", appauthor=False) / "tracker.db"


def width() -> int:
    """How many characters a line of a table has."""
    if sys.stdout.isatty():
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    columns = os.environ.get("COLUMNS", "")
    return (int(columns) if columns.isascii() and columns.isdigit() else 0) or 120


def wants_colour() -> bool:
    """Whether the terminal is to be coloured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_signs() -> bool:
    """Whether standard output can be trusted with the signs that bars are drawn with, or with ASCII only."""
    dumb = sys.stdout.isatty() and os.environ.get("TERM") == "dumb"
    return not dumb and (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"


def pager() -> str:
    """The command that shows what is longer than the terminal; empty for none."""
    return os.environ.get("PAGER", "") if sys.stdout.isatty() else ""


def is_watched() -> bool:
    """Whether somebody sees, on a terminal, how far long work is."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def local_day(text: str | None = None) -> date:
    """The local day: as told, else SPACEDIALOG_TODAY, else the clock's, for which SOURCE_DATE_EPOCH may stand."""
    local = _clock_day()
    name, told = ("--today", text) if text else ("SPACEDIALOG_TODAY", os.environ.get("SPACEDIALOG_TODAY"))
    return day(name, told, local) if told else local


def _clock_day() -> date:
    # https://reproducible-builds.org/specs/source-date-epoch/: in UTC, wherever it is built. When a change is recorded
    # is a fact, and is asked of the real clock.
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now().astimezone().date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH is '{epoch}'", "set it to a whole number of seconds since 1970, or unset it"
        ) from error


def day(name: str, text: str, today: date) -> date:
    """A day that a user typed for the option `name`."""
    from spacedialog.model.typed_dates import parse_day

    try:
        return parse_day(text, today=today)
    except DateError as error:
        raise DateError(
            f"{name}: {error.problem}", "write a day: 2026-10-05, today, yesterday, 3 months ago"
        ) from error


def vague_date(name: str, text: str, today: date, toward: Toward = "future") -> VagueDate:
    """A date, as vague as it may be, that a user typed for the option `name`."""
    from spacedialog.model.typed_dates import parse_date

    try:
        return parse_date(text, today=today, toward=toward)
    except DateError as error:
        raise DateError(f"{name}: {error.problem}", error.remedy) from error


def horizon(within: str | None, until: str | None, start: date) -> date | None:
    """The last day of a span from `start` on, or of a date; None where neither is given."""
    if within is not None and until is not None:
        raise InputError("--within and --until do not go together", "leave one of them out")
    if until is not None:
        return vague_date("--until", until, start).latest
    return ahead("--within", within, start) if within is not None else None


def ahead(name: str, span: str, start: date) -> date:
    """The last day of a span from `start` on, that a user typed for the option `name`."""
    from spacedialog.model.typed_dates import parse_span

    try:
        return parse_span(span).after(start)
    except DateError as error:
        raise DateError(f"{name}: {error.problem}", error.remedy) from error


def days(name: str, text: str) -> int:
    """A number of days that a user typed as a span for the option `name`."""
    from spacedialog.model.dates import Unit
    from spacedialog.model.typed_dates import parse_span

    try:
        span = parse_span(text)
    except DateError as error:
        raise DateError(f"{name}: {error.problem}", error.remedy) from error
    if span.months:
        raise InputError(f"{name}: {span} may be more or fewer days", "write it in days or weeks: 14d, 2 weeks")
    return span.count * (7 if span.unit is Unit.WEEK else 1)


def size(name: str, text: str) -> int:
    """A number of bytes that a user typed for the option `name`."""
    from spacedialog.importing.reader import parse_size

    try:
        return parse_size(text)
    except InputError as error:
        raise InputError(f"{name}: {error.problem}", error.remedy) from error


@contextmanager
def open_input(file: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The name of a file that a user named, and the file, open; `-` is standard input."""
    if str(file) == "-":
        yield "standard input", sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(
            f"{file}: {error.strerror}", "name a file that can be read, or - for standard input"
        ) from error
    with stream:
        yield str(file), stream


def now() -> int:
    """The time in µs since 1970 (UTC)."""
    return time.time_ns() // 1000


def tracker(db: Path | None, *, today: date | None, author: str | None, dry_run: bool = False) -> Tracker:
    """A tracker that knows the clock, and the user where no author is named."""
    return Tracker(
        store_path(db),
        today=today or local_day(),
        now=now,
        author=_user() if author is None else author,
        dry_run=dry_run,
    )


def password() -> str | None:
    """The password that someone at the terminal types; None where nobody is there."""
    import getpass

    return getpass.getpass("password for the team's server: ") if sys.stdin.isatty() else None


def is_conversation() -> bool:
    """Whether a person at a terminal reads what is asked and types the answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(prompt: str, suggested: Sequence[str] = ()) -> str:
    """A line that a person types; the arrow up brings what is suggested. EOFError at Ctrl-D."""
    try:
        import readline
    except ImportError:
        return _line(prompt)
    readline.set_auto_history(False)
    readline.clear_history()
    for line in suggested:
        readline.add_history(line)
    return _line(prompt)


def _line(prompt: str) -> str:
    try:
        return input(prompt)
    except UnicodeDecodeError as error:
        raise InputError("what was typed is not UTF-8", "set the terminal to UTF-8, and type it again") from error


def surroundings(tell: Callable[[str], None]) -> SyncEnvironment:
    """The clock, chance, waiting and randomness of this machine, for a sync."""
    import random

    from spacedialog.team.sync import SyncEnvironment

    return SyncEnvironment(lambda: time.time_ns() // 1000, random.random, time.sleep, os.urandom, tell)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run a user that has no name.
        return f"uid {os.getuid()}"


def start_of(day: date) -> int:
    """When a local day begins, in µs since 1970."""
    try:
        return round(datetime.combine(day, datetime.min.time()).timestamp() * 1_000_000)
    except (OverflowError, ValueError, OSError) as error:
        raise DateError(f"{day} is too far from now", "write a later day") from error


def instant(name: str, text: str, today: date) -> int:
    """A time that a user typed for the option `name`, in µs since 1970; of a day, its end. Local if not said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) <= len("2026-10-05"):
        moment = datetime.combine(day(name, text, today), datetime.min.time()) + timedelta(days=1, microseconds=-1)
    try:
        return round(moment.timestamp() * 1_000_000)
    except (OverflowError, ValueError, OSError) as error:
        raise DateError(f"{name}: {text} is too far from now", "write a time such as 2026-11-22T10:00") from error
