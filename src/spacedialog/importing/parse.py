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

from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing.dialogue_schema import Checks, Commitment, DataFile, Opening, Strict, Update
from spacedialog.importing.entries import FileCommitment, file_commitments
from spacedialog.importing.log_schema import LogEntry, LogFile, change_of
from spacedialog.importing.reader import MAX_SIZE, Incoming, Problems, parse_json, shown, text_of, told
from spacedialog.model.dates import quoted
from spacedialog.model.entry import EXPORT_FORMAT, EXPORT_OPENING, Entry, has_valid_hash

AnyModel = TypeVar("AnyModel", bound=Strict)

SCHEMAS: dict[str, type[Strict]] = {"data": DataFile, "log": LogFile}
"""The kinds of file that `import` takes."""

LARGEST_PART = 2_000_000
"""How many bytes of JSON the opening of a file, a commitment, an update or a change may have: each is checked whole."""

_WHOLE = {"commitments", "updates", "changes"}
_LOG_NAMES = {"format", "changes"}
_SCHEMA_REMEDY = "spacedialog schema shows what is expected"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind].model_json_schema()}


class Contents:
    """A data file as it is read: its opening, and its commitments as they come, each with its updates.

    `problems` grows while the commitments are read; a commitment with a problem is left out.
    """

    def __init__(self, opening: Mapping[str, Any], commitments: Iterator[FileCommitment], problems: Problems) -> None:
        self.opening = opening
        self.problems = problems
        self._commitments = commitments

    def commitments(self) -> Iterator[FileCommitment]:
        """Return the commitments, which can be read once."""
        return self._commitments


def read(stream: BinaryIO, name: str, max_size: int = MAX_SIZE) -> Contents | Iterator[Entry]:
    """The content of a file: a data file, or the changes of an exported log, as they are read.

    Either may be one JSON object, which may have `max_size` bytes, or JSON Lines, which are read a line at a time and
    of which a commitment with its updates may have as many; a log that `export` wrote is always read by lines.
    InputError or ProblemsError, with the place in the file `name`, where it cannot be read.
    """
    file = Incoming(stream, name, max_size)
    head = file.line()
    if head.strip() == EXPORT_OPENING.encode():
        return _changes(_closed(file), name)
    match _said_first(head):
        case "log":
            return _changes(((f"line {number}", line) for number, line in file.lines(2)), name)
        case "data":
            return _data_lines(head, file)
    return _whole(file.whole(head), name)


def _said_first(head: bytes) -> str:
    """What the first line shows JSON Lines to be, `log` or `data`; empty where it is no object by itself."""
    try:
        first = json.loads(head.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return ""  # A document of many lines, or what is none at all.
    if first == {"format": EXPORT_FORMAT}:
        return "log"
    return "data" if isinstance(first, dict) and "format" in first and not first.keys() & _WHOLE else ""


def _whole(content: bytes, name: str) -> Contents | Iterator[Entry]:
    document = parse_json(text_of(content, name), name)
    del content  # The document is many times as large, and this need not stand beside it.
    if not isinstance(document, dict):
        raise InputError(f"{name}: this is no object", "write a data file: spacedialog schema shows its form")
    problems = Problems(name, "nothing was imported")
    if document.get("format") == EXPORT_FORMAT:
        changes = _list(document, "changes", problems)
        for unknown in document.keys() - _LOG_NAMES:
            problems.add(f"{shown(unknown)}: a log has no such field\n  leave it out")
        problems.refuse()
        return _changes(((f"changes[{number}]", change) for number, change in enumerate(changes)), name)
    commitments = _list(document, "commitments", problems)
    updates = _list({"updates": [], **document}, "updates", problems)
    checks: Checks | None = None
    try:
        before = {key: part for key, part in document.items() if key not in _WHOLE}
        _bounded(before, "its opening")
        opening = _validated(Opening, before, "")
        checks = Checks(opening)
        problems.extend(checks.opening())
    except ProblemsError as error:
        problems.extend(error.problems)
    by_ref: dict[str, Commitment] = {}
    plain: dict[str, list[Any]] = {"commitments": [], "updates": []}
    for place, commitment in _parts(Commitment, "commitments", commitments, problems):
        problems.extend(checks.commitment(place, commitment) if checks else ())
        by_ref |= dict.fromkeys(Checks.refs_of(commitment), commitment)
        plain["commitments"].append(_plain(commitment))
    sound = len(plain["commitments"]) == len(commitments)
    for place, update in _parts(Update, "updates", updates, problems):
        about = by_ref.get(update.ref.casefold())
        if checks and (about or sound):
            # Of a commitment that is wrong itself, the updates can be right.
            problems.extend(checks.update(place, update, [about] if about else []))
        plain["updates"].append(_plain(update))
    problems.refuse()
    said = {**_plain(opening), **plain}
    return Contents(said, file_commitments(said), problems)


def _list(document: Mapping[str, Any], field: str, problems: Problems) -> list[Any]:
    """The list that a field of a document is; empty, and a problem, where it is none."""
    said = document.get(field)
    if isinstance(said, list):
        return said
    problems.add(f"{field}: {'it is missing' if said is None else 'this is no list'}\n  {_SCHEMA_REMEDY}")
    return []


def _parts(
    model: type[AnyModel], field: str, parts: Iterable[object], problems: Problems
) -> Iterator[tuple[str, AnyModel]]:
    """The parts of a list that are in order, each with its place."""
    for number, said in enumerate(parts):
        place = f"{field}[{number}]"
        if problems.full:
            return
        try:
            _bounded(said, place)
            yield place, _validated(model, said, place)
        except ProblemsError as error:
            problems.extend(error.problems)


def _data_lines(head: bytes, file: Incoming) -> Contents:
    problems = Problems(file.name, "nothing was imported")
    try:
        opening = _validated(Opening, _object(head, "line 1"), "line 1")
    except InputError as error:
        problems.extend(told(error))
        problems.refuse()
        raise
    checks = Checks(opening)
    problems.extend(f"line 1.{problem}" for problem in checks.opening())

    def commitments() -> Iterator[FileCommitment]:
        commitment: Commitment | None = None
        place, updates, size, lost = "", list[tuple[str, Mapping[str, Any]]](), 0, False
        for number, line in file.lines(2):
            if problems.full:
                return
            at = f"line {number}"
            size += len(line)
            try:
                said = _object(line, at)
            except InputError as error:
                # It may have been a commitment, and what follows may be about it.
                problems.extend(told(error))
                lost = True
                continue
            try:
                if "area" in said:
                    if commitment:
                        yield FileCommitment(place, _plain(commitment), updates)
                    commitment, place, updates, size, lost = None, at, [], len(line), False
                    new = _validated(Commitment, said, at)
                    wrong = list(checks.commitment(at, new))
                    problems.extend(wrong)
                    commitment = None if wrong else new
                elif "format" in said:
                    problems.add(f"{at}: this is a second opening\n  put each dialogue into a file of its own")
                else:
                    update = _validated(Update, said, at)
                    if not lost and (commitment or not place):
                        # Of a commitment that is wrong itself, the updates can be right.
                        problems.extend(checks.update(at, update, [commitment] if commitment else []))
                    updates.append((at, _plain(update)))
            except InputError as error:
                problems.extend(told(error))
            if size > file.max_size:
                raise file.too_large(f"{file.name}, {at}", "a commitment with its updates")
        if commitment:
            yield FileCommitment(place, _plain(commitment), updates)

    return Contents(_plain(opening), commitments(), problems)


def _closed(file: Incoming) -> Iterator[tuple[str, bytes]]:
    """The lines of a log that `export` wrote as one JSON object: a change on each, and its end on the last."""
    ended = False
    for number, line in file.lines(2):
        bare = line.strip()
        if ended:
            raise InputError(f"{file.name}, line {number}: the log has ended before this", "export it again")
        ended = bare == b"]}"
        if not ended:
            yield f"line {number}", bare.removesuffix(b",")
    if not ended:
        raise InputError(f"{file.name}: the log breaks off: its last line is not ]}}", "export it again")


def _changes(entries: Iterable[tuple[str, object]], name: str) -> Iterator[Entry]:
    """The changes that the entries, or lines of JSON, are; ProblemsError at the end where any is wrong."""
    problems = Problems(name, "nothing was imported")
    for place, said in entries:
        try:
            change = change_of(_validated(LogEntry, _object(said, place) if isinstance(said, bytes) else said, place))
        except InputError as error:
            problems.extend(told(error))
        else:
            if not has_valid_hash(change):
                problems.add(f"{place}: its hash does not fit what it says\n  export the log again")
            elif not problems:
                yield change
        if problems.full:
            break
    problems.refuse()


def _object(line: bytes, place: str) -> dict[str, Any]:
    _bounded(line, place)
    said = parse_json(text_of(line, place), place)
    if not isinstance(said, dict):
        raise InputError(f"{place}: this is no object", "write a data file: spacedialog schema")
    return said


def _bounded(part: object, place: str) -> None:
    """ProblemsError where a part, or the line that it stands in, is too large or nests too deep to be checked."""
    try:
        size = len(part) if isinstance(part, bytes) else len(json.dumps(part))
    except RecursionError as error:
        raise ProblemsError(place, [f"{place}: brackets nest too deep\n  {_SCHEMA_REMEDY}"]) from error
    if size > LARGEST_PART:
        raise ProblemsError(place, [f"{place}: this part is larger than 2 MB\n  part it"])


def _validated(model: type[AnyModel], said: object, place: str) -> AnyModel:
    """What a part of a file says; ProblemsError with every fault, each with its place in the file."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        problems = [_problem(problem, place) for problem in error.errors(include_url=False, include_context=False)]
        raise ProblemsError(place, problems) from error
    except RecursionError as error:
        raise ProblemsError(place, [f"{place}: brackets nest too deep\n  {_SCHEMA_REMEDY}"]) from error


def _plain(model: Strict) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_unset=True)


def _problem(problem: ErrorDetails, start: str) -> str:
    """What pydantic found, as `commitments[3].due: '2025-13' is not a date`, with a remedy below it."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in problem["loc"])
    place = (start + "".join(parts)).lstrip(".")
    said = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_unicode":
        said = "this holds half a character (a surrogate), which no file can keep"
    said = said[0].lower() + said[1:] if "\n" not in said else said
    untold = problem["type"] in ("missing", "value_error") or isinstance(problem["input"], dict | list)
    given = "" if untold else f" (it is {quoted(str(problem['input']))})"
    what = f"{place}: {said}{given}" if place else f"{said}{given}"
    return what if "\n" in what else f"{what}\n  {_SCHEMA_REMEDY}"
