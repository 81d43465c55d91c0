"""JSON: an envelope with the data of a view, written as the rows are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from spacedialog.model.escapes import json_safe
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Settings

ENVELOPE_VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the envelope: `schema_version`, `as_of` and `data`, which is a list of objects or one object."""
    out.write(f'{{"schema_version": {ENVELOPE_VERSION}, "as_of": {encoded(settings.as_of)}, "data": ')
    if isinstance(view, View):
        out.write(encoded(plain(view.data)))
    else:
        separator = "[\n"
        for line in encoded_rows(view):
            out.write(separator + line)
            separator = ",\n"
        out.write("[]" if separator == "[\n" else "\n]")
    out.write("}\n")


def encoded_rows(table: Table) -> Iterable[str]:
    """Return the rows as JSON objects, each on one line. Their values are of the types of JSON."""
    return (encoded(dict(zip(table.fields, row, strict=True))) for row in table.rows)


def encoded(value: Any) -> str:
    """Return the value as JSON on one line, safe to show on a terminal."""
    return json_safe(_encode(value))


def indented(value: Any) -> str:
    """Return the value as JSON for people, indented."""
    return json.dumps(value, indent=2) + "\n"


def plain(value: Any) -> Any:
    """Return the value with named tuples as dicts, at every depth."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    return value
