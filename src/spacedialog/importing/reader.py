"""Read the files that a user imports: bytes in bounded parts, strict JSON, and a list of problems with places.

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

from spacedialog.errors import InputError, ProblemsError, SpacedialogError
from spacedialog.model.dates import quoted
from spacedialog.model.validation import finite_number

MAX_SIZE = 5_000_000
"""The default limit on the bytes of a file in memory; the parsed objects need 30 times as much memory."""

MOST_PROBLEMS = 1_000
"""The number of problems after which reading stops, because a stream may be endless."""

_MOST_NAMES = 10_000
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"\w{1,40}")
_SIGN = re.compile(r'"(?:[^"\\]++|\\.)*+"\s*:?|[\[\]{},]')
_DEEPEST = 100  # far more levels than a valid file has, and far fewer than the decoder allows
_SHOWN_LEVELS = 8


def size_text(size: int) -> str:
    """Return a number of bytes as readable text, such as `5 MB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"


class Problems:
    """The problems of the file `name`, in the order found; `outcome` is a text such as `nothing was recorded`."""

    def __init__(self, name: str, outcome: str) -> None:
        self.name = name
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

    def add_error(self, place: str, error: SpacedialogError) -> None:
        """Add an error as a problem at a place of the file, such as `line 5`."""
        self.add(f"{place}: {error.text}")

    def extend(self, problems: Iterable[str]) -> None:
        """Add several problems."""
        for problem in problems:
            self.add(problem)

    def refuse(self) -> None:
        """Raise ProblemsError if there are problems."""
        if self._problems:
            remedy = "correct these problems first; the rest of the file was not checked" if self.full else ""
            raise ProblemsError(
                f"{self.name}: {self._outcome}", [f"{self.name}: {one}" for one in self._problems], remedy
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
            raise self.too_large(self.name, "the file", "split it or, for import, write it as JSON Lines; or")
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
                raise self.too_large(f"{self.name}, line {number}", "the line, with the white space before it,")
            if not line.isspace():
                yield number, line
                size = 0
            number += 1

    def too_large(self, place: str, what: str, instead: str = "") -> InputError:
        """Return the error for a part of the file that exceeds `max_size`; `instead` begins its remedy."""
        return InputError(
            f"{place}: {what} is larger than {size_text(self.max_size)}",
            f"{instead} raise the limit with --max-size".lstrip(),
        )

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(f"{self.name}: {error.strerror}", "name a file that can be read, or - for standard input")


def text_of(content: bytes, place: str = "", remedy: str = "save it as UTF-8") -> str:
    """Decode UTF-8 with or without a byte order mark; InputError with the line and column if it is not UTF-8.

    `place` is the place of the content in its file, such as `line 3`; it is empty for a whole file.
    """
    try:
        return content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        if content.startswith((b"\x1f\x8b", b"PK\x03\x04")):
            remedy = "decompress the file first"
        raise InputError(f"{place_of_byte(error, place)}: this is not UTF-8", remedy) from error


def place_of_byte(error: UnicodeDecodeError, place: str = "") -> str:
    """Return the place of the byte that could not be decoded: `line 3, column 7`."""
    before = error.object[: error.start].decode(error.encoding, "replace")
    return _place_of_character(before, len(before), place)


def _place_of_character(text: str, at: int, place: str) -> str:
    line_end = "\n" if "\n" in text else "\r"
    line = text.count(line_end, 0, at) + 1
    return f"{place or f'line {line}'}, column {at - text.rfind(line_end, 0, at)}"


class _Number(str):
    """The text of a number that strict JSON does not allow; `fault` is the reason."""

    __slots__ = ()

    @property
    def fault(self) -> str:
        is_long = self.removeprefix("-").isdecimal()
        return "the number is too long" if is_long else f"{quoted(self)} is not a JSON number"


class _Object(dict[str, Any]):
    """An object that strict JSON does not allow: `repeated` are its repeated names, or it has too many names."""

    repeated: tuple[str, ...] = ()


def _strict_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs) or len(value) > _MOST_NAMES:
        raise ValueError
    return value


def _lenient_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs) or len(value) > _MOST_NAMES:
        value = _Object(value)
        value.repeated = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _lenient_float(text: str) -> float | _Number:
    number = float(text)
    return number if math.isfinite(number) else _Number(text)


def _lenient_int(text: str) -> int | _Number:
    try:
        return int(text)
    except ValueError:
        return _Number(text)


_strict = json.JSONDecoder(
    object_pairs_hook=_strict_object, parse_constant=_no_number, parse_float=finite_number
).decode
_lenient = json.JSONDecoder(
    object_pairs_hook=_lenient_object, parse_constant=_Number, parse_float=_lenient_float, parse_int=_lenient_int
).decode


def parse_json(text: str, place: str = "") -> Any:
    """Parse JSON; raise InputError or ProblemsError, with the place of each fault, if it is not strict JSON.

    Repeated names in an object, NaN, Infinity, numbers of thousands of digits and nesting a thousand levels deep are
    refused. `place` is the place of the text in its file, such as `line 3`; it is empty for a whole file.
    """
    try:
        try:
            return _strict(text)
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            problems = list(islice(_faults(_lenient(text), place), MOST_PROBLEMS))
            raise ProblemsError(f"{place or 'the file'}: this is not strict JSON", problems) from error
    except json.JSONDecodeError as error:
        at = _place_of_character(text, error.pos, place)
        raise InputError(f"{at}: this is not JSON: {error.msg}", "correct it there, or leave it out") from error
    except RecursionError as error:
        at = f"{place}{_deepest(text)}".lstrip(".")
        raise InputError(f"{at}: the JSON is nested too deeply", "use fewer levels of nesting") from error


def _faults(value: Any, place: str) -> Iterator[str]:
    """Yield the faults of a value that `_lenient` read, each with its place and a remedy."""
    for at, part in walk(value, place):
        if isinstance(part, _Number):
            yield f"{at}: {part.fault}\n  write a number, or null".lstrip(".: ")
        elif isinstance(part, _Object):
            for name in part.repeated:
                yield f"{at}.{field_name(name)}: the name is repeated\n  write it once".lstrip(".")
            if len(part) > _MOST_NAMES:
                yield f"{at}: it has {len(part)} names\n  write at most {_MOST_NAMES}".lstrip(".: ")


def _deepest(text: str) -> str:
    """Return the path of the first value that nests `_DEEPEST` levels deep, cut after its first parts."""
    path: list[str | int] = []
    for sign in _SIGN.finditer(text):
        match sign[0][0]:
            case "[" | "{" as bracket:
                path.append(0 if bracket == "[" else "")
            case "]" | "}":
                path.pop()
            case ",":
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
            case _ if sign[0].endswith(":"):
                path[-1] = field_name(json.loads(sign[0][:-1]))
        if len(path) > _DEEPEST:
            break
    shown = path[:_SHOWN_LEVELS]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in shown)


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
    return error.problems if isinstance(error, ProblemsError) else (error.text,)
