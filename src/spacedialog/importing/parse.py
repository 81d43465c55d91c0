"""Parse data files and exported logs: recognize the format, validate every part, collect problems with places.

Import this module only where a file is read or a schema is shown, because pydantic takes longer to import than most
commands take.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing import log_schema
from spacedialog.importing.dialogue_checks import Checks, Statuses
from spacedialog.importing.dialogue_schema import Commitment, DataFile, Opening, Strict, Update
from spacedialog.importing.entries import FileCommitment, file_commitments
from spacedialog.importing.plain_parts import is_plain
from spacedialog.importing.reader import MAX_SIZE, Incoming, Problems, field_name, parse_json, problem_lines, text_of
from spacedialog.model.dates import quoted
from spacedialog.model.entry import CLOCK_TOLERANCE, EXPORT_FORMAT, EXPORT_OPENING, Entry, has_valid_hash, iso_time

AnyModel = TypeVar("AnyModel", bound=Strict)

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"data": DataFile.model_json_schema, "log": log_schema.json_schema}
"""The kinds of file that `import` reads, each with its schema."""

LARGEST_PART = 2_000_000
"""The maximum size, in bytes, of an opening, a commitment, an update or an entry; each is validated as a whole."""

_WHOLE = {"commitments", "updates", "changes"}
_LOG_NAMES = {"format", "changes"}
_SCHEMA_REMEDY = "see the expected form with spacedialog schema"
_LOG_REMEDY = "see the expected form with spacedialog schema log"


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind]()}


class Contents:
    """A data file as it is read: its opening, then its commitments, each with its updates.

    `problems` grows while the commitments are read; a commitment with a problem is not yielded.
    """

    def __init__(self, opening: Mapping[str, Any], commitments: Iterator[FileCommitment], problems: Problems) -> None:
        self.opening = opening
        self.problems = problems
        self._commitments = commitments

    def commitments(self) -> Iterator[FileCommitment]:
        """Return the commitments, which can be read once."""
        return self._commitments


def read(
    stream: BinaryIO, name: str, max_size: int = MAX_SIZE, *, now: int | None = None
) -> Contents | Iterator[Entry]:
    """Read a file: return the contents of a data file, or an iterator of the entries of an exported log.

    Both may be one JSON object of at most `max_size` bytes, or JSON Lines, which are read line by line; there the limit
    applies to a commitment with its updates. A log that `export` wrote is always read by lines. If `now` (µs) is
    given, an entry that was recorded more than CLOCK_TOLERANCE later is invalid. InputError or ProblemsError, with the
    place in the file `name`, if the file is invalid.
    """
    file = Incoming(stream, name, max_size)
    head = file.line()
    if head.strip() == EXPORT_OPENING.encode():
        return _entries(_export_lines(file), name, now)
    match _lines_format(head):
        case "log":
            return _entries(((f"line {number}", line) for number, line in file.lines(2)), name, now)
        case "data":
            return _data_lines(head, file)
    return _whole(file.whole(head), name, now)


def _lines_format(head: bytes) -> str:
    """Return the kind of JSON Lines, `log` or `data`, that starts with this line; empty for any other format."""
    try:
        first = json.loads(head.removeprefix(b"\xef\xbb\xbf"), parse_int=str)  # an integer of any length
    except (ValueError, RecursionError):
        return ""  # A document of several lines, or not JSON.
    if first == {"format": EXPORT_FORMAT}:
        return "log"
    return "data" if isinstance(first, dict) and "format" in first and not first.keys() & _WHOLE else ""


def _whole(content: bytes, name: str, now: int | None) -> Contents | Iterator[Entry]:
    problems = Problems(name, "nothing was imported")
    try:
        document = parse_json(text_of(content))
    except InputError as error:
        problems.extend(problem_lines(error))
        problems.refuse()
        raise
    del content  # Free the bytes, because the document needs many times as much memory.
    if not isinstance(document, dict):
        raise InputError(
            f"{name}: this is not a JSON object", "write a data file; see its form with spacedialog schema"
        )
    if document.get("format") == EXPORT_FORMAT:
        changes = _list(document, "changes", problems)
        for unknown in document.keys() - _LOG_NAMES:
            problems.add(f"{field_name(unknown)}: a log has no such field\n  remove it")
        problems.refuse()
        return _entries(((f"changes[{number}]", change) for number, change in enumerate(changes)), name, now)
    commitments = _list(document, "commitments", problems)
    updates = _list({"updates": [], **document}, "updates", problems)
    checks: Checks | None = None
    try:
        before = {key: part for key, part in document.items() if key not in _WHOLE}
        _require_bounded(before, "the opening")
        opening = _validated(Opening, before, "")
        checks = Checks(opening)
        problems.extend(checks.opening())
    except ProblemsError as error:
        problems.extend(error.problems)
    by_ref: dict[str, Statuses] = {}
    parts: dict[str, list[Any]] = {"commitments": [], "updates": []}
    for place, commitment in _parts(Commitment, "commitments", commitments, problems):
        problems.extend(checks.commitment(place, commitment) if checks else ())
        by_ref |= Checks.statuses_by_ref(commitment)
        parts["commitments"].append(commitment)
    all_valid = len(parts["commitments"]) == len(commitments)
    for place, update in _parts(Update, "updates", updates, problems):
        about = by_ref.get(update["ref"].casefold())
        if checks and (about or all_valid):
            # The commitment can be in the file without being here, because of its own problems.
            problems.extend(checks.update(place, update, about))
        parts["updates"].append(update)
    problems.refuse()
    validated = {**_plain(opening), **parts}
    return Contents(validated, file_commitments(validated), problems)


def _list(document: Mapping[str, Any], field: str, problems: Problems) -> list[Any]:
    """Return a field that must be a list; if it is not, add a problem and return an empty list."""
    value = document.get(field)
    if isinstance(value, list):
        return value
    problems.add(f"{field}: {'it is missing' if value is None else 'this is not a list'}\n  {_SCHEMA_REMEDY}")
    return []


def _parts(
    model: type[Strict], field: str, parts: Iterable[object], problems: Problems
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the valid parts of a list, each with its place; add the problems of the others."""
    for number, part in enumerate(parts):
        place = f"{field}[{number}]"
        if problems.full:
            return
        try:
            _require_bounded(part, place)
            yield place, _valid_part(model, part, place)
        except ProblemsError as error:
            problems.extend(error.problems)


def _data_lines(head: bytes, file: Incoming) -> Contents:
    problems = Problems(file.name, "nothing was imported")
    try:
        opening = _validated(Opening, _object(head, "line 1"), "line 1")
    except InputError as error:
        problems.extend(problem_lines(error))
        problems.refuse()
        raise
    checks = Checks(opening)
    problems.extend(f"line 1.{problem}" for problem in checks.opening())

    def commitments() -> Iterator[FileCommitment]:
        commitment: dict[str, Any] | None = None
        by_ref: dict[str, Statuses] = {}
        place, updates, size, lost = "", list[tuple[str, Mapping[str, Any]]](), 0, False
        for number, line in file.lines(2):
            if problems.full:
                return
            at = f"line {number}"
            size += len(line)
            try:
                part = _object(line, at)
            except InputError as error:
                # The line may be a commitment that the next lines are about.
                problems.extend(problem_lines(error))
                lost = True
                continue
            try:
                if "area" in part:
                    if commitment:
                        yield FileCommitment(place, commitment, updates)
                    commitment, place, updates, size, lost = None, at, [], len(line), False
                    new = _valid_part(Commitment, part, at)
                    faults = list(checks.commitment(at, new))
                    problems.extend(faults)
                    if not faults:
                        commitment, by_ref = new, Checks.statuses_by_ref(new)
                elif "format" in part:
                    problems.add(
                        f"{at}: this is the opening of a second dialogue\n  write each dialogue to a separate file"
                    )
                else:
                    update = _valid_part(Update, part, at)
                    if not lost and (commitment or not place):
                        # The commitment can be in the file without being here, because of its own problems.
                        problems.extend(checks.update(at, update, by_ref.get(update["ref"].casefold())))
                    updates.append((at, update))
            except InputError as error:
                problems.extend(problem_lines(error))
            if size > file.max_size:
                raise file.too_large(f"{file.name}, {at}", "the commitment with its updates")
        if commitment:
            yield FileCommitment(place, commitment, updates)

    return Contents(_plain(opening), commitments(), problems)


def _export_lines(file: Incoming) -> Iterator[tuple[str, bytes]]:
    """Yield the entries, one per line, of a log that `export` wrote as one JSON object.

    InputError if it is truncated.
    """
    ended, number = False, 1
    for number, line in file.lines(2):
        bare = line.strip()
        if ended:
            raise InputError(
                f"{file.name}, line {number}: there is text after the end of the log", "export the log again"
            )
        ended = bare == b"]}"
        if not ended:
            yield f"line {number}", bare.removesuffix(b",")
    if not ended:
        raise InputError(
            f"{file.name}, line {number}: the log is truncated: the last line is not ]}}", "export the log again"
        )


def _entries(parts: Iterable[tuple[str, object]], name: str, now: int | None) -> Iterator[Entry]:
    """Yield the entries in the parsed parts or lines of a log; ProblemsError at the end if one is invalid."""
    problems = Problems(name, "nothing was imported")
    for place, part in parts:
        try:
            entry = _entry(_object(part, place), place, now)
        except InputError as error:
            problems.extend(problem_lines(error))
        else:
            if not problems:
                yield entry
        if problems.full:
            break
    problems.refuse()


def _entry(exported: Mapping[str, Any], place: str, now: int | None) -> Entry:
    """Return the entry in a parsed part of a log; ProblemsError with the place of every fault if it is invalid."""
    entry, faults = log_schema.parse_entry(exported)
    problems = [f"{place}.{fault.field}: {fault.text}\n  {_LOG_REMEDY}" for fault in faults]
    if entry is not None and not problems:
        if not has_valid_hash(entry):
            problems = [f"{place}: its hash does not match its content\n  export the log again"]
        elif now is not None and entry.ts > now + CLOCK_TOLERANCE:
            problems = [
                f"{place}.ts: it was recorded at {iso_time(entry.ts)}, which is in the future\n"
                "  check the clock of this computer; if it is right, remove the entry"
            ]
    if entry is None or problems:
        raise ProblemsError(place, problems)
    return entry


def _object(part: object, place: str) -> dict[str, Any]:
    """Return the JSON object in a line or a parsed part of a file; InputError if it is not one."""
    _require_bounded(part, place)
    value = parse_json(text_of(part, place), place) if isinstance(part, bytes) else part
    if not isinstance(value, dict):
        raise InputError(
            f"{place}: this is not a JSON object", "write a data file; see its form with spacedialog schema"
        )
    return value


def _require_bounded(part: object, place: str) -> None:
    """Raise ProblemsError if a part, or its line, is too large or too deeply nested to be validated."""
    try:
        size = len(part) if isinstance(part, bytes) else len(json.dumps(part))
    except RecursionError as error:
        raise ProblemsError(place, [f"{place}: the JSON is nested too deeply\n  {_SCHEMA_REMEDY}"]) from error
    if size > LARGEST_PART:
        raise ProblemsError(place, [f"{place}: this part is larger than 2 MB\n  split it"])


def _validated(model: type[AnyModel], part: object, place: str) -> AnyModel:
    """Validate a part of a file; ProblemsError with every fault, each with its place in the file."""
    try:
        return model.model_validate(part)
    except ValidationError as error:
        problems = [_problem(problem, place) for problem in error.errors(include_url=False, include_context=False)]
        raise ProblemsError(place, problems) from error
    except RecursionError as error:
        raise ProblemsError(place, [f"{place}: the JSON is nested too deeply\n  {_SCHEMA_REMEDY}"]) from error


def _valid_part(model: type[Strict], part: object, place: str) -> dict[str, Any]:
    """Return a commitment or an update of a file as plain values; ProblemsError with every fault."""
    if isinstance(part, dict) and is_plain(model, part):
        return part
    return _plain(_validated(model, part, place))


def _plain(model: Strict) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_unset=True)


def _problem(problem: ErrorDetails, start: str) -> str:
    """Return a problem that pydantic found, such as `commitments[3].due: '2025-13' is not a date`, with a remedy."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{field_name(part)}" for part in problem["loc"])
    place = (start + "".join(parts)).lstrip(".")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_unicode":
        message = "the text contains an unpaired surrogate, which cannot be stored"
    message = message[0].lower() + message[1:] if "\n" not in message else message
    without_value = problem["type"] in ("missing", "value_error") or isinstance(problem["input"], dict | list)
    given = "" if without_value else f" (it is {quoted(str(problem['input']))})"
    text = f"{place}: {message}{given}" if place else f"{message}{given}"
    return text if "\n" in text else f"{text}\n  {_SCHEMA_REMEDY}"
