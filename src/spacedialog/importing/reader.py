"""What comes in from outside, whatever it is: bytes in bounded pieces, strict JSON, and the problems found in them.

What a file means is left to `intake` and `batch`.
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
"""How many bytes of a file are held at once unless the user says otherwise: Python's objects take 30 times as much."""

MOST_PROBLEMS = 1_000
"""After so many problems a file is given up: nobody mends more in one go, and a stream may have no end."""

_MOST_NAMES = 10_000
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"\w{1,40}")


def size_text(size: int) -> str:
    """A number of bytes for people."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"


class Problems:
    """What is wrong with the file `name`, in the order found; `so` says what comes of it."""

    def __init__(self, name: str, so: str) -> None:
        self._name = name
        self._so = so
        self._found: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def full(self) -> bool:
        """Whether there are so many that reading on is of no use."""
        return len(self._found) >= MOST_PROBLEMS

    def add(self, problem: str) -> None:
        """One more, its remedy on a line of its own; nothing where there are enough."""
        if not self.full:
            self._found.append(problem)

    def extend(self, problems: Iterable[str]) -> None:
        """Several more."""
        for problem in problems:
            self.add(problem)

    def refuse(self) -> None:
        """ProblemsError where anything was found."""
        if self._found:
            remedy = "the rest of the file was not looked at: mend these first" if self.full else ""
            raise ProblemsError(f"{self._name}: {self._so}", [f"{self._name}: {one}" for one in self._found], remedy)


class Incoming:
    """A file as it is read, never more than `max_size` bytes of it at once. Its `name` is for messages."""

    def __init__(self, stream: BinaryIO, name: str, max_size: int = MAX_SIZE) -> None:
        self.name = name
        self.max_size = max_size
        self._stream = stream

    def whole(self, head: bytes = b"") -> bytes:
        """All that is left, after the part that was read before; InputError where the two are larger than that."""
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
        """The next line with its end; empty at the end of the file."""
        try:
            return self._stream.readline(self.max_size + 1)
        except OSError as error:
            raise self._unreadable(error) from error

    def lines(self, number: int) -> Iterator[tuple[int, bytes]]:
        """The lines that are not blank, each with its number; the next line's is given."""
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
        """The error for a part of the file that is larger than may be held; `instead` begins its remedy."""
        return InputError(
            f"{place}: {what} may have {size_text(self.max_size)}, and this has more",
            f"{instead} allow more with --max-size".lstrip(),
        )

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(f"{self.name}: {error.strerror}", "name a file that can be read, or - for standard input")


def text_of(content: bytes, place: str) -> str:
    """The content, which is UTF-8 with or without a mark at its start; InputError where it is not."""
    try:
        return content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        remedy = "unpack the file first" if content.startswith((b"\x1f\x8b", b"PK\x03\x04")) else "save it as UTF-8"
        raise InputError(f"{place}: byte {error.start} is not UTF-8", remedy) from error


class _Repeating(dict[str, Any]):
    """A JSON object in which names stand more than once."""

    names: tuple[str, ...] = ()


class _RepeatError(ValueError):
    """A name stands in one object more than once."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise _RepeatError
    if len(said) > _MOST_NAMES:
        raise InputError(f"an object has {len(said)} names, which are too many", f"write at most {_MOST_NAMES}")
    return said


def _repeating(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        said = _Repeating(said)
        said.names = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return said


def _no_number(text: str) -> NoReturn:
    raise InputError(f"{quoted(text)} is no number of JSON", "write a number, or null")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


_strict = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite).decode
_lenient = json.JSONDecoder(object_pairs_hook=_repeating).decode


def parse_json(text: str, place: str) -> Any:
    """The JSON value that a text is; InputError or ProblemsError, with the place, for what is not plain JSON.

    A name that stands twice in one object, NaN and Infinity, numbers of thousands of digits and brackets a thousand
    deep are refused.
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
    """The error that names every field of a JSON text that stands there twice."""
    try:
        found = (
            f"{place}: {f'{at}.{shown(name)}'.lstrip('.')} stands there twice\n  write it once"
            for at, value in walk(_lenient(text), "")
            if isinstance(value, _Repeating)
            for name in value.names
        )
        problems = list(islice(found, MOST_PROBLEMS))
    except (ValueError, RecursionError):
        problems = [f"{place}: a field stands there twice\n  write it once"]  # And more than that is wrong.
    return ProblemsError(f"{place}: fields stand there twice", problems)


def walk(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every part of a JSON value in its order, itself first, with its place: `commitments[3].due`."""
    # Of iterators, not of parts: the places of millions of them would take more room than the value.
    open_: list[Iterator[tuple[str, Any]]] = [iter([(place, value)])]
    while open_:
        for part in open_[-1]:
            yield part
            if isinstance(part[1], dict | list):
                open_.append(_below(*part))
                break
        else:
            open_.pop()


def _below(place: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((f"{place}.{shown(name)}", part) for name, part in value.items())
    return ((f"{place}[{number}]", part) for number, part in enumerate(value))


def shown(name: str) -> str:
    """A field's name as a place may show it."""
    return name if name.isascii() and _NAME.fullmatch(name) else quoted(name)


def told(error: InputError) -> Sequence[str]:
    """The problems of a file that an error tells of, each with its remedy on a line of its own."""
    return error.problems if isinstance(error, ProblemsError) else (f"{error.problem}\n  {error.remedy}",)
