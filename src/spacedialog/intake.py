"""Files that come from outside, a dialogue or an exported log: read, told apart, checked whole.

Every problem is reported with its place. Imported only where a file is read or a schema asked for, since pydantic
takes longer to import than a read takes to answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spacedialog import record
from spacedialog.dataset import Checks, Commitment, DataFile, Opening, Strict, Update
from spacedialog.dates import quoted
from spacedialog.errors import InputError, ProblemsError
from spacedialog.exported import LogEntry, LogFile, change_of
from spacedialog.log import EXPORT_FORMAT, Change, holds
from spacedialog.record import Entry

AnyModel = TypeVar("AnyModel", bound=Strict)

SCHEMAS: dict[str, type[Strict]] = {"data": DataFile, "log": LogFile}
"""The kinds of file that `import` takes."""


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind].model_json_schema()}


class Contents:
    """A data file as it is read: its opening, and its commitments as they come, each with its updates.

    `problems` grows while the entries are read; a commitment with which anything is wrong does not come.
    """

    def __init__(self, name: str, opening: Mapping[str, Any], entries: Iterator[Entry], problems: list[str]) -> None:
        self.opening = opening
        self.problems = problems
        self._name = name
        self._entries = entries

    def entries(self) -> Iterator[Entry]:
        """The commitments."""
        return self._entries

    def refuse(self) -> None:
        """ProblemsError where anything was found to be wrong."""
        if self.problems:
            placed = [f"{self._name}: {problem}" for problem in self.problems]
            raise ProblemsError(f"{self._name}: nothing was imported", placed)


def read(stream: BinaryIO, name: str) -> Contents | Iterator[Change]:
    """The content of a file: a data file, or the changes of an exported log, as they are read.

    Either may be one JSON object or JSON Lines, which are read a line at a time. InputError or ProblemsError, with
    the place in the file `name`, where it cannot be read.
    """
    head = stream.readline()
    try:
        first = json.loads(head.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        # Not an object by itself: a document of many lines, or what is none at all.
        first = None
    if first == {"format": EXPORT_FORMAT}:
        return _log_lines(stream, name)
    if isinstance(first, dict) and "format" in first and not first.keys() & {"commitments", "changes"}:
        return _data_lines(first, stream, name)
    return _whole(head + stream.read(), name)


def _whole(content: bytes, name: str) -> Contents | Iterator[Change]:
    document = _parsed(content.removeprefix(b"\xef\xbb\xbf"), name)
    if isinstance(document, dict) and document.get("format") == EXPORT_FORMAT:
        log = _validated(LogFile, document, name, "")
        return _hashed(((f"changes[{number}]", entry) for number, entry in enumerate(log.changes)), name)
    data = _validated(DataFile, document, name, "")
    checks = Checks(data)
    problems = list(checks.opening())
    for number, commitment in enumerate(data.commitments):
        problems += checks.commitment(f"commitments[{number}]", commitment)
    by_ref: dict[str, Commitment] = {}
    for commitment in data.commitments:
        by_ref |= dict.fromkeys(Checks.refs_of(commitment), commitment)
    for number, update in enumerate(data.updates):
        about = by_ref.get(update.ref.casefold())
        problems += checks.update(f"updates[{number}]", update, [about] if about else [])
    plain = _plain(data)
    contents = Contents(name, plain, record.entries(plain), problems)
    contents.refuse()
    return contents


def _data_lines(first: dict[str, Any], stream: BinaryIO, name: str) -> Contents:
    opening = _validated(Opening, first, name, "line 1")
    checks = Checks(opening)
    problems = [f"line 1.{problem}" for problem in checks.opening()]

    def entries() -> Iterator[Entry]:
        commitment: Commitment | None = None
        place, updates = "", list[tuple[str, Mapping[str, Any]]]()
        for number, line in enumerate(stream, 2):
            if not line.strip():
                continue
            at = f"line {number}"
            try:
                said = _line(line, name, number)
                if "area" in said:
                    if commitment:
                        yield Entry(place, _plain(commitment), updates)
                    commitment, place, updates = None, at, []
                    new = _validated(Commitment, said, name, at)
                    wrong = list(checks.commitment(at, new))
                    problems.extend(wrong)
                    commitment = None if wrong else new
                else:
                    update = _validated(Update, said, name, at)
                    if commitment or not place:
                        # Of a commitment that is wrong itself, the updates can be right.
                        problems.extend(checks.update(at, update, [commitment] if commitment else []))
                    updates.append((at, _plain(update)))
            except ProblemsError as error:
                problems.extend(problem.removeprefix(f"{name}: ") for problem in error.problems)
            except InputError as error:
                problems.append(f"{error.problem.removeprefix(f'{name}, ')}\n  {error.remedy}")
        if commitment:
            yield Entry(place, _plain(commitment), updates)

    return Contents(name, _plain(opening), entries(), problems)


def _log_lines(stream: BinaryIO, name: str) -> Iterator[Change]:
    return _hashed(
        (
            (f"line {number}", _validated(LogEntry, _line(line, name, number), name, f"line {number}"))
            for number, line in enumerate(stream, 2)
            if line.strip()
        ),
        name,
    )


def _hashed(entries: Iterable[tuple[str, LogEntry]], name: str) -> Iterator[Change]:
    """The changes that the entries are; ProblemsError at the end where a hash did not fit."""
    torn = []
    for place, entry in entries:
        change = change_of(entry)
        if holds(change):
            yield change
        else:
            torn.append(f"{name}: {place}: its hash does not fit what it says\n  export the log again")
    if torn:
        raise ProblemsError(f"{name}: nothing was imported", torn)


def _line(line: bytes, name: str, number: int) -> dict[str, Any]:
    said = _parsed(line, name, number)
    if not isinstance(said, dict):
        raise InputError(f"{name}, line {number}: this is no object", "write a data file: spacedialog schema")
    return said


def _parsed(content: bytes, name: str, number: int | None = None) -> object:
    at = name if number is None else f"{name}, line {number}"
    try:
        return _decode(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{at}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"{name}, line {number or error.lineno}, column {error.colno}"
        raise InputError(
            f"{where}: this is not JSON: {error.msg}", "write a data file: spacedialog schema shows its form"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{at}: a number is too long, or none (NaN), or brackets nest too deep",
            "write a data file: spacedialog schema",
        ) from error


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


_decode = json.JSONDecoder(parse_constant=_no_number).decode


def _validated(model: type[AnyModel], said: object, name: str, place: str) -> AnyModel:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        problems = [f"{name}: {_problem(problem, place)}" for problem in error.errors(include_url=False)]
        raise ProblemsError(f"{name}: nothing was imported", problems) from error


def _plain(model: Strict) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_unset=True)


def _problem(problem: ErrorDetails, start: str) -> str:
    """What pydantic found, as `commitments[3].due: '2025-13' is not a date`, with a remedy below it."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"])
    place = (start + "".join(parts)).lstrip(".")
    said = problem["msg"].removeprefix("Value error, ")
    said = said[0].lower() + said[1:] if "\n" not in said else said
    given = "" if problem["type"] in ("missing", "value_error") else f" (it is {quoted(str(problem['input']))})"
    what = f"{place}: {said}{given}" if place else f"{said}{given}"
    return what if "\n" in what else f"{what}\n  spacedialog schema shows what is expected"
