"""Read files from outside: bytes in bounded parts, strict JSON, and a list of problems with places.

`parse` reads data files and logs, `updates_file` lists of updates.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NoReturn

from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.dates import quoted

MAX_SIZE = 5_000_000
"""The default limit on the bytes of a file in memory; the parsed objects need 30 times as much memory."""

MOST_PROBLEMS = 1_000
"""The number of problems after which reading stops, because a stream may be endless."""

_MOST_NAMES = 10_000
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"\w{1,40}")


def size_text(size: int) -> str:
    """Return a number of bytes as text for people, such as `5 MB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"


class Problems:
    """The problems of the file `name`, in the order found; `outcome` is a text such as `nothing was recorded`."""

    def __init__(self, name: str, outcome: str) -> None:
        self._name = name
        self._outcome = outcome
        self._problems: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._problems)

    def __len__(self) -> int:
        return len(self._problems)

    @property
    def full(self) -> bool:
        """Whether the list has reached the number of problems after which reading stops."""
        return len(self._problems) >= MOST_PROBLEMS

    def add(self, problem: str) -> None:
        """Add a problem, with its remedy on a second line; a full list ignores it."""
        if not self.full:
            self._problems.append(problem)

    def extend(self, problems: Iterable[str]) -> None:
        """Add several problems."""
        for problem in problems:
            self.add(problem)

    def refuse(self) -> None:
        """Raise ProblemsError if there are problems."""
        if self._problems:
            remedy = "the rest of the file was not looked at: mend these first" if self.full else ""
            raise ProblemsError(
                f"{self._name}: {self._outcome}", [f"{self._name}: {one}" for one in self._problems], remedy
            )


class Incoming:
    """A file of which at most `max_size` bytes are in memory at once. `name` is for messages."""

    def __init__(self, stream: BinaryIO, name: str, max_size: int = MAX_SIZE) -> None:
        self.name = name
        self.max_size = max_size
        self._stream = stream

    def whole(self, head: bytes = b"") -> bytes:
        """Return `head`, already read, followed by the rest of the file; InputError if they exceed `max_size`."""
        try:
            content = head + self._stream.read(self.max_size + 1 - len(head))
        except OSError as error:
            raise self._unreadable(error) from error
        if len(content) > self.max_size:
            raise self.too_large(
                self.name, "what is read as a whole", "write it in smaller files or, for import, as JSON Lines; or"
            )
        return content

    def line(self) -> bytes:
        """Return the next line with its line end; empty at the end of the file."""
        try:
            return self._stream.readline(self.max_size + 1)
        except OSError as error:
            raise self._unreadable(error) from error

    def lines(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are not blank, each with its number, counting from `number`."""
        size = 0
        while line := self.line():
            size += len(line)
            if size > self.max_size:
                raise self.too_large(f"{self.name}, line {number}", "a line, with the white space before it,")
            if not line.isspace():
                yield number, line
                size = 0
            number += 1

    def too_large(self, place: str, what: str, instead: str = "") -> InputError:
        """Return the error for a part of the file that exceeds `max_size`; `instead` begins its remedy."""
        return InputError(
            f"{place}: {what} may have {size_text(self.max_size)}, and this has more",
            f"{instead} allow more with --max-size".lstrip(),
        )

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(f"{self.name}: {error.strerror}", "name a file that can be read, or - for standard input")


def text_of(content: bytes, place: str) -> str:
    """Decode UTF-8 with or without a byte order mark; InputError if it is not UTF-8."""
    try:
        return content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        remedy = "unpack the file first" if content.startswith((b"\x1f\x8b", b"PK\x03\x04")) else "save it as UTF-8"
        raise InputError(f"{place}: byte {error.start} is not UTF-8", remedy) from error


class _Repeating(dict[str, Any]):
    """A JSON object with repeated names."""

    names: tuple[str, ...] = ()


class _RepeatError(ValueError):
    """An object has a name more than once."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _RepeatError
    if len(value) > _MOST_NAMES:
        raise InputError(f"an object has {len(value)} names, which are too many", f"write at most {_MOST_NAMES}")
    return value


def _repeating(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        value = _Repeating(value)
        value.names = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return value


def _no_number(text: str) -> NoReturn:
    raise InputError(f"{quoted(text)} is no number of JSON", "write a number, or null")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


_strict = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite).decode
_lenient = json.JSONDecoder(object_pairs_hook=_repeating).decode


def parse_json(text: str, place: str) -> Any:
    """Parse JSON; InputError or ProblemsError, with the place, if it is not strict JSON.

    Repeated names in an object, NaN, Infinity, numbers of thousands of digits and nesting a thousand levels deep are
    refused.
    """
    try:
        return _strict(text)
    except json.JSONDecodeError as error:
        line = "" if "line " in place else f"line {error.lineno}, "
        raise InputError(
            f"{place}: this is not JSON, at {line}column {error.colno}: {error.msg}", "mend it there, or leave it out"
        ) from error
    except _RepeatError as error:
        raise _repeats(text, place) from error
    except InputError as error:
        raise InputError(f"{place}: {error.problem}", error.remedy) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{place}: a number is too long, or brackets nest too deep", "write what the documentation shows"
        ) from error


def _repeats(text: str, place: str) -> InputError:
    """Return the error that names every repeated field of a JSON text."""
    try:
        repeated = (
            f"{place}: {f'{at}.{field_name(name)}'.lstrip('.')} stands there twice\n  write it once"
            for at, value in walk(_lenient(text), "")
            if isinstance(value, _Repeating)
            for name in value.names
        )
        problems = list(islice(repeated, MOST_PROBLEMS))
    except (ValueError, RecursionError):
        problems = [f"{place}: a field stands there twice\n  write it once"]  # The text has other faults, too.
    return ProblemsError(f"{place}: fields stand there twice", problems)


def walk(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield every part of a JSON value in order, the value first, with its place such as `commitments[3].due`."""
    # A stack of iterators, because a list of the places of millions of parts would need more memory than the value.
    stack: list[Iterator[tuple[str, Any]]] = [iter([(place, value)])]
    while stack:
        for part in stack[-1]:
            yield part
            if isinstance(part[1], dict | list):
                stack.append(_parts(*part))
                break
        else:
            stack.pop()


def _parts(place: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((f"{place}.{field_name(name)}", part) for name, part in value.items())
    return ((f"{place}[{number}]", part) for number, part in enumerate(value))


def field_name(name: str) -> str:
    """Return a field's name as it may appear in a place."""
    return name if name.isascii() and _NAME.fullmatch(name) else quoted(name)


def problem_lines(error: InputError) -> Sequence[str]:
    """Return the problems in an error, each with its remedy on a second line."""
    return error.problems if isinstance(error, ProblemsError) else (f"{error.problem}\n  {error.remedy}",)
