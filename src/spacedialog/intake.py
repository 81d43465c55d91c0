"""Files that come from outside, a dialogue or an exported log: read, told apart, checked whole.

Every problem is reported with its place. Imported only where a file is read or a schema asked for, since pydantic
takes longer to import than a read takes to answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spacedialog.dataset import DataFile, Strict, misfits
from spacedialog.dates import quoted
from spacedialog.errors import InputError, ProblemsError
from spacedialog.exported import LogFile, changes
from spacedialog.log import EXPORT_FORMAT, Change

AnyModel = TypeVar("AnyModel", bound=Strict)

SCHEMAS: dict[str, type[Strict]] = {"data": DataFile, "log": LogFile}
"""The kinds of file that `import` takes."""


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind].model_json_schema()}


def read(content: bytes, name: str) -> dict[str, Any] | list[Change]:
    """The content of a file: a checked data file as plain values, or the changes of an exported log.

    ProblemsError lists all that is wrong with it, each with its place in the file `name`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    document = _parse(text, name)
    if isinstance(document, dict) and document.get("format") == EXPORT_FORMAT:
        found, problems = changes(_validated(LogFile, document, name))
        refuse(name, problems)
        return found
    data = _validated(DataFile, document, name)
    refuse(name, misfits(data))
    return data.model_dump(mode="json", exclude_unset=True)


def refuse(name: str, problems: Iterable[str]) -> None:
    """ProblemsError where there are problems with the file `name`."""
    if placed := [f"{name}: {problem}" for problem in problems]:
        raise ProblemsError(f"{name}: nothing was imported", placed)


def _parse(text: str, name: str) -> object:
    """A JSON document, or JSON Lines whose first line says that they are a log."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        head, _, rest = text.partition("\n")
        if head.strip() != json.dumps({"format": EXPORT_FORMAT}):
            raise InputError(
                f"{name}, line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}",
                "write a data file: spacedialog schema shows its form",
            ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{name}: a number is too long, or brackets nest too deep", "write a data file: spacedialog schema"
        ) from error
    entries = []
    for number, line in enumerate(rest.split("\n"), 2):
        try:
            if line.strip():
                entries.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{name}, line {number}: this is not JSON: {error}", "export the log again") from error
    return {"format": EXPORT_FORMAT, "changes": entries}


def _validated(model: type[AnyModel], document: object, name: str) -> AnyModel:
    try:
        return model.model_validate_json(json.dumps(document))
    except ValidationError as error:
        refuse(name, map(_problem, error.errors(include_url=False)))
        raise


def _problem(problem: ErrorDetails) -> str:
    """What pydantic found, as `commitments[3].due: '2025-13' is not a date`, with a remedy below it."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
    said = problem["msg"].removeprefix("Value error, ")
    said = said[0].lower() + said[1:] if "\n" not in said else said
    given = "" if problem["type"] in ("missing", "value_error") else f" (it is {quoted(str(problem['input']))})"
    what = f"{place}: {said}{given}" if place else f"{said}{given}"
    return what if "\n" in what else f"{what}\n  spacedialog schema shows what is expected"
