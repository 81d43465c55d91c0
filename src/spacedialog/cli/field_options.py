"""The options that set fields of a commitment, from the table of fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from spacedialog.cli.completion import (
    complete_area,
    complete_kind,
    complete_lead,
    complete_owner,
    complete_party,
    complete_strength,
)
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.model.fields import FIELDS, LIST_KINDS

_COMPLETE: Mapping[str, Callable[..., Any]] = {
    "area": complete_area,
    "kind": complete_kind,
    "strength": complete_strength,
    "lead": complete_lead,
    "partners": complete_party,
    "owner": complete_owner,
}


def sets_fields(*names: str) -> Callable[[Callable[..., None]], SharedOptions]:
    """Add an option for each of the fields; the values, by field name, are passed to the command as `fields`."""
    options = {name: option for name in names if (option := FIELDS[name].option)}
    parameters = {name: option.name.lstrip("-").replace("-", "_") for name, option in options.items()}

    def collect(**values: Any) -> dict[str, Any]:
        given = {name: values[parameter] for name, parameter in parameters.items()}
        return {name: value for name, value in given.items() if value is not None}

    def annotation(name: str) -> Any:
        of_type = list[str] | None if FIELDS[name].kind in LIST_KINDS else str | None
        option = options[name]
        return Annotated[
            of_type,
            typer.Option(option.name, metavar=option.metavar, help=option.help, autocompletion=_COMPLETE.get(name)),
        ]

    collect.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation(name))
            for name, parameter in parameters.items()
        ]
    )
    return lambda command: SharedOptions(command, "fields", collect, place="here")
