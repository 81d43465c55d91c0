"""The configuration file: its keys, reading it, and changing one key of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.vocabulary import DEFAULT_INTERVALS, Intervals

MAX_SIZE = 1_000_000
"""The maximum size of the file in bytes."""

ALIASES = "aliases"
"""The table of the file that defines commands."""

EVERY_DIALOGUE = "all"
"""The value of `dialogue` and of --dialogue that selects every dialogue."""

_SPAN_REMEDY = "write a span such as 90d, 12 weeks or 6 months"


class Configuration(NamedTuple):
    """The values that a file sets, checked, by key; `path` is None if no file is used.

    `database` is an absolute path, `columns` a tuple, and a span the text of the file. `aliases` maps a name to its
    command.
    """

    path: Path | None = None
    values: Mapping[str, Any] = MappingProxyType({})
    aliases: Mapping[str, str] = MappingProxyType({})

    @property
    def intervals(self) -> Intervals:
        """The spans that decide the flags."""
        if not self.values:
            return DEFAULT_INTERVALS
        names = {"review_days": "review-interval", "closing_days": "closing-span"}
        return Intervals(**{name: _days(self.values[key]) for name, key in names.items() if key in self.values})


def _text(value: Any, _: Path) -> str:
    if not isinstance(value, str):
        raise InputError(f"{_kind_of(value)} is not text", "write text in quotation marks")
    if not value.strip():
        raise InputError("the value is empty", "write a value, or remove the line")
    if any(char < " " or "\x7f" <= char < "\xa0" for char in value):
        raise InputError("the value contains a control character", "write it on one line, without control characters")
    return value


def _path(value: Any, folder: Path) -> Path:
    text = _text(value, folder)
    path = os.path.expanduser(text)  # noqa: PTH111 - unlike Path.expanduser, it leaves the path if there is no home
    if path.startswith("~"):
        raise InputError(f"{text}: the home directory is not known", "write an absolute path")
    return folder / path


def _span(value: Any, folder: Path) -> str:
    text = _text(value, folder) if isinstance(value, str) else value
    if not isinstance(text, str):
        raise InputError(f"{_kind_of(value)} is not a span of time", _SPAN_REMEDY)
    try:
        _days(text)
    except InputError as error:
        raise InputError(error.problem, _SPAN_REMEDY) from None
    return text


def _days(text: str) -> int:
    from spacedialog.model.typed_dates import parse_span

    return parse_span(text).days


def _columns(value: Any, _: Path) -> tuple[str, ...]:
    from spacedialog.model.fields import CommitmentRow

    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise InputError("this is not a list of field names", 'write a list such as ["ref", "title", "due"]')
    for name in value:
        if name not in CommitmentRow._fields:
            from spacedialog.model.dates import quoted
            from spacedialog.model.near_misses import suggestion

            near = suggestion(name, CommitmentRow._fields)
            raise InputError(
                f"there is no field {quoted(name)}", f"{near}write one or more of {', '.join(CommitmentRow._fields)}"
            )
    if len(set(value)) < len(value):
        raise InputError("a field is listed twice", "write each field once")
    return tuple(value)


def _kind_of(value: Any) -> str:
    kinds = {bool: "true or false", list: "a list", dict: "a table", int: "a number", float: "a number"}
    return kinds.get(type(value), "a date" if hasattr(value, "isoformat") else "this")


KEYS: Mapping[str, Callable[[Any, Path], Any]] = {
    "database": _path,
    "author": _text,
    "dialogue": _text,
    "review-interval": _span,
    "closing-span": _span,
    "columns": _columns,
    "pager": _text,
}
"""The keys of the file, in the order in which `config` lists them, each with its check; `aliases` is not among them.

A check takes the value as TOML gives it and the folder of the file, and returns the value to use. It raises InputError.
"""


def read(path: Path | None) -> Configuration:
    """Return the configuration in the file `path`; the default one if there is no file, or `path` is None.

    ProblemsError lists every problem of the file with its line and its key.
    """
    if path is None or str(path) == os.devnull:
        return Configuration()
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Configuration(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    return _read(path, found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)  # one command reads the file several times
def _read(path: Path, *_: int) -> Configuration:
    text = file_text(path)
    document = _parsed(path, text)
    values, problems = {}, []
    for name, value in document.items():
        if name == ALIASES:
            continue
        try:
            values[name] = check(name, value, path.parent)
        except InputError as error:
            problems.append(problem(path, text, (name,), error))
    aliases = document.get(ALIASES, {})
    if not isinstance(aliases, dict):
        no_table = InputError("this is not a table", 'write the line [aliases], and below it korea = "list --side ROK"')
        problems.append(problem(path, text, (ALIASES,), no_table))
        aliases = {}
    for name, value in aliases.items():
        try:
            _text(value, path.parent)
        except InputError as error:
            problems.append(problem(path, text, (ALIASES, name), error))
    refuse(path, problems)
    return Configuration(path, values, aliases)


def refuse(path: Path, problems: list[str]) -> None:
    """Raise ProblemsError if the file has problems."""
    if problems:
        raise ProblemsError(f"{path}: the configuration is not valid", problems)


def check(name: str, value: Any, folder: Path) -> Any:
    """Return the checked value of a key in a file in `folder`; InputError for an unknown key or an invalid value."""
    if name not in KEYS:
        raise unknown_key(name)
    return KEYS[name](value, folder)


def unknown_key(name: str) -> InputError:
    """Return the error for an unknown key."""
    from spacedialog.model.near_misses import suggestion

    table, dot, alias = name.partition(".")
    near = f"did you mean {ALIASES}.{alias}? " if table == "alias" and dot else suggestion(name, KEYS)
    return InputError("there is no such key", f"{near}write one of {', '.join(KEYS)}, aliases.NAME")


def file_text(path: Path) -> str:
    """Return the text of the file; InputError if it cannot be read, is too large, or is not UTF-8."""
    try:
        if not path.is_file():  # opening a pipe would block
            kind = "folder" if path.is_dir() else "pipe, a socket or a device"
            raise InputError(f"{path}: this is a {kind}", "name a file with SPACEDIALOG_CONFIG")
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(content) > MAX_SIZE:
        raise InputError(f"{path}: the file is larger than 1 MB", "name a configuration file with SPACEDIALOG_CONFIG")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}: line {line}: this is not UTF-8", "save the file as UTF-8") from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path}: {error.strerror}", "make the file readable, or name another with SPACEDIALOG_CONFIG")


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import re
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a value is too long or too deep"
        reason, _, place = message.partition(" (at ")
        if reason == r"Illegal character '\n'":
            reason = "a quotation mark is not closed"
        line = re.fullmatch(r"line (\d+), column (\d+)\)", place)
        if line:
            at = f"line {line[1]}, column {line[2]}: "
        else:
            at = f"line {len(text.rstrip().splitlines())}, at the end: " if place else ""
        raise InputError(
            f"{path}: {at}{reason[:1].lower()}{reason[1:]}",
            'correct the line, for example: review-interval = "90d"',
        ) from error


def problem(path: Path, text: str, keys: tuple[str, ...], error: InputError) -> str:
    """Return a problem of the file, with its line and its key, and with its remedy on a second line."""
    line = _line_of(text, keys)
    place = f"line {line}: " if line else ""
    remedy = error.remedy
    if keys[:1] == (ALIASES,) and keys[-1] in KEYS:
        remedy = f"move the line above [{ALIASES}]"
    return f"{path}: {place}{'.'.join(keys)}: {error.problem}\n  {remedy}"


def _line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the number of the line that sets a key, or a key of a table; None if it is not found."""
    import re

    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        if header:
            table = _dotted(header[1])
            if table == keys:
                return number
        elif (setting := re.match(r"""\s*((?:[^=\s"']|"[^"]*"|'[^']*')+)\s*=""", line)) and (
            (*table, *_dotted(setting[1]))[: len(keys)] == keys
        ):
            return number
    return None


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def set_key(path: Path, keys: tuple[str, ...], value: Any) -> None:
    """Set a key of the file, or of a table in it; create the file and its folder if they are missing.

    The caller has checked the value. Comments and the order of the lines are kept. InputError if the file is not TOML.
    """
    import tomlkit

    with _locked(path):
        text = file_text(path) if path.exists() else ""
        _parsed(path, text)
        document = tomlkit.parse(text)
        holder: Any = document
        for name in keys[:-1]:
            if not isinstance(holder.get(name), dict):
                holder[name] = tomlkit.table()
            holder = holder[name]
        holder[keys[-1]] = value
        _write(path, tomlkit.dumps(document))


def unset_key(path: Path, keys: tuple[str, ...]) -> bool:
    """Remove a key from the file; return whether the file had it. InputError if the file is not TOML."""
    import tomlkit

    if not path.exists():
        return False
    with _locked(path):
        text = file_text(path)
        _parsed(path, text)
        document = tomlkit.parse(text)
        holder: Any = document
        for name in keys[:-1]:
            holder = holder.get(name)
            if not isinstance(holder, dict):
                return False
        if keys[-1] not in holder:
            return False
        del holder[keys[-1]]
        _write(path, tomlkit.dumps(document))
        return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Lock the folder of the file, which is created if it is missing: other runs wait before they read the file.

    StoreError if the folder or the file cannot be written.
    """
    import fcntl

    from spacedialog.errors import StoreError

    try:
        folder = Path(os.path.realpath(path)).parent
        for missing in _missing_folders(folder):
            missing.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with suppress(OSError):  # some file systems have no locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}", "check the path, its permissions and the space on the disk"
        ) from error


def _write(path: Path, text: str) -> None:
    from spacedialog import atomic

    _parsed(path, text)
    target = Path(os.path.realpath(path))  # a link to the file stays a link
    atomic.write(target, text.encode(), store=None, mode=target.stat().st_mode & 0o777 if target.exists() else 0o600)


def _missing_folders(folder: Path) -> Iterator[Path]:
    if not folder.exists():
        yield from _missing_folders(folder.parent)
        yield folder
