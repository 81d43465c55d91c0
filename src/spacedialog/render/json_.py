"""JSON: an envelope with the data in it, written as the rows come; or one row a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table
from spacedialog.render.text import json_safe

SCHEMA_VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def write(view: Table | View, out: TextIO, *, as_of: str) -> None:
    """Write the envelope: `schema_version`, `as_of` and `data`, a list of records or one record."""
    out.write(f'{{"schema_version": {SCHEMA_VERSION}, "as_of": {dumps(as_of)}, "data": ')
    if isinstance(view, View):
        out.write(dumps(plain(view.data)))
    else:
        mark = "[\n"
        for line in lines(view):
            out.write(mark + line)
            mark = ",\n"
        out.write("[]" if mark == "[\n" else "\n]")
    out.write("}\n")


def write_lines(sheet: Table, out: TextIO) -> None:
    """Write one record a line (JSON Lines)."""
    for line in lines(sheet):
        out.write(line + "\n")


def lines(sheet: Table) -> Iterable[str]:
    """The rows as JSON objects; their values are what JSON has."""
    return (dumps(dict(zip(sheet.fields, row, strict=True))) for row in sheet.rows)


def dumps(value: Any) -> str:
    """The value as JSON on one line, safe to show on a terminal."""
    return json_safe(_encode(value))


def indented(value: Any) -> str:
    """The value as JSON that people read."""
    return json.dumps(value, indent=2) + "\n"


def plain(value: Any) -> Any:
    """Named tuples as objects, all the way down."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    return value
