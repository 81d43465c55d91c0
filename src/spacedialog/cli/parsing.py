"""Parse the values of options and arguments: days, dates, spans, sizes, times and files.

`name` is the name of the option, for error messages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from spacedialog import environment
from spacedialog.errors import DateError, InputError
from spacedialog.model.fields import FIELDS

if TYPE_CHECKING:
    from spacedialog.model.dates import VagueDate
    from spacedialog.model.typed_dates import Toward
    from spacedialog.tracker.statements import StatementFile


def today(text: str | None) -> date | None:
    """Return the day given by --today, relative to the clock's day; None if the option was not given."""
    return day("--today", text, environment.clock_day()) if text else None


def day(name: str, text: str, today: date) -> date:
    """Return an exact day."""
    from spacedialog.model.typed_dates import parse_named_day

    return parse_named_day(name, text, today=today)


def vague_date(name: str, text: str, today: date, toward: Toward = "future") -> VagueDate:
    """Return a date, exact or vague."""
    from spacedialog.model.typed_dates import parse_date

    try:
        return parse_date(text, today=today, toward=toward)
    except DateError as error:
        error.add_place(name)
        raise


def horizon(within: str | None, until: str | None, start: date) -> date | None:
    """Return the last day of the span `within` after `start`, or of the date `until`; None if neither is given."""
    if within is not None and until is not None:
        raise InputError("--within and --until cannot be used together", "leave one of them out")
    if until is not None:
        return vague_date("--until", until, start).latest
    return ahead("--within", within, start) if within is not None else None


def ahead(name: str, span: str, start: date) -> date:
    """Return the last day of a span after `start`, at most the last day of the year 9999."""
    from spacedialog.model.typed_dates import parse_span

    try:
        length = parse_span(span)
    except DateError as error:
        error.add_place(name)
        raise
    try:
        return length.after(start)
    except DateError:
        return date.max


def days(name: str, text: str) -> int:
    """Return the number of days in a span; InputError for a span in months or years."""
    from spacedialog.model.dates import Unit
    from spacedialog.model.typed_dates import parse_span

    try:
        span = parse_span(text)
    except DateError as error:
        error.add_place(name)
        raise
    if span.months:
        raise InputError(f"{name}: {span} is not a fixed number of days", "write days or weeks: 14d, 2 weeks")
    return span.count * (7 if span.unit is Unit.WEEK else 1)


def instant(name: str, text: str, today: date) -> int:
    """Return a time, local unless it names a zone, in µs since 1970 (UTC); for a day, its last microsecond."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) <= len("2026-10-05"):
        moment = datetime.combine(day(name, text, today), datetime.min.time()) + timedelta(days=1, microseconds=-1)
    try:
        return round(moment.timestamp() * 1_000_000)
    except (OverflowError, ValueError, OSError) as error:
        raise DateError(f"{name}: {text} is out of range", "write a time such as 2026-11-22T10:00") from error


def size(name: str, text: str) -> int:
    """Return a number of bytes."""
    from spacedialog.model.values import parse_size

    try:
        return parse_size(text)
    except InputError as error:
        error.add_place(name)
        raise


def cleared(texts: Iterable[str], fields: Sequence[str], given: Mapping[str, Any]) -> dict[str, None]:
    """Return the values of fields to clear: None for each; InputError if a text names none of `fields`.

    A text is the name of a field or of its option. InputError also if the field is one of the `given` ones.
    """
    names = {option_of(name): name for name in fields} | {name: name for name in fields}
    values: dict[str, None] = {}
    for text in texts:
        key = text.strip().removeprefix("--").casefold()
        if key not in names:
            from spacedialog.model.dates import quoted
            from spacedialog.model.near_misses import suggestion

            known = [option_of(name) for name in fields]
            raise InputError(
                f"--clear: {quoted(text)} is not a field that can be cleared",
                f"{suggestion(key, known)}write one of {', '.join(known)}",
            )
        if names[key] in given:
            raise InputError(f"--clear {text} and a value for it cannot be used together", "leave one of them out")
        values[names[key]] = None
    return values


def option_of(field: str) -> str:
    """Return the name of a field as its option has it, without the dashes."""
    known = FIELDS.get(field)
    return (known.option_name.lstrip("-") if known else "") or {"aliases": "alias"}.get(field, field)


@contextmanager
def input_file(file: Path) -> Iterator[tuple[BinaryIO, str]]:
    """Yield the open file, or standard input for `-`, and its name for messages; InputError if it cannot be read."""
    if str(file) == "-":
        yield sys.stdin.buffer, "standard input"
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(
            f"{file}: {error.strerror}", "name a file that can be read, or - for standard input"
        ) from error
    with stream:
        yield stream, str(file)


@contextmanager
def statement_file(file: Path, encoding: str | None, max_size: str | None) -> Iterator[StatementFile]:
    """Yield a statement, open to be read, or standard input for `-`; InputError if it cannot be read."""
    from spacedialog.tracker.statements import StatementFile

    with input_file(file) as (stream, name):
        yield StatementFile(stream, name, encoding, None if max_size is None else size("--max-size", max_size))
