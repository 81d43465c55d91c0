"""The JSON Schema of the `--json` outputs, generated from the typed rows: `python -m tools.outputs` writes it.

docs/schemas/output.json has a definition for each row, under its name, and one for the envelope of each output.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from spacedialog.errors import ErrorRow
from spacedialog.model import fields
from spacedialog.model.rows import assessment, compare, drafting, maintenance, parties, record, report, todo, written
from spacedialog.presentation.citation import Citation
from spacedialog.presentation.maintenance import Place, SettingRow
from spacedialog.render.json_ import ENVELOPE_VERSION

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "schemas" / "output.json"
_TODO = NamedTuple("Todo", [*get_type_hints(todo.TodoRow).items(), ("why", str)])  # type: ignore[misc]
_TODO.__doc__ = f"{todo.TodoRow.__doc__.rstrip()} `why` has the reasons in words."  # type: ignore[union-attr]

LISTS = {
    "list": fields.CommitmentRow,
    "todo": _TODO,
    "upcoming": record.UpcomingRow,
    "areas": record.AreaRow,
    "dialogues": record.DialogueRow,
    "parties": parties.PartyRow,
    "history": record.HistoryRow,
    "slips": record.SlipRow,
    "search": record.FoundRow,
    "doctor": maintenance.DoctorRow,
    "rescue": maintenance.Rescued,
    "backup": maintenance.Copied,
    "fingerprint": maintenance.FingerprintRow,
    "conflicts": record.ConflictRow,
    "cite": Citation,
    "paths": Place,
    "config": SettingRow,
    "templates": report.TemplateRow,
    "review": drafting.CandidateRow,
    "verify-source": drafting.VerifiedRow,
}
"""The outputs whose `data` is a list, with the type of its rows."""
OBJECTS = {
    "overview": report.Overview,
    "show": record.Detail,
    "brief": report.Brief,
    "report": report.Report,
    "compare": compare.Comparison,
    "agreement": assessment.Agreement,
    "crosswalk": assessment.Crosswalk,
    "written": written.Written,
}
"""The outputs whose `data` is one object, with its type."""
COMMANDS = {
    "rescue": "doctor --rescue",
    "backup": "backup, restore",
    "fingerprint": "fingerprint, history --verify",
    "written": "every write",
    "review": "review --list",
    "templates": "templates list",
}
"""The commands that write an output, if the output is not named after its only command."""
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}

Schema = dict[str, Any]


def schema() -> Schema:
    """Return the schema, draft 2020-12. It accepts every output; `#/$defs/list` accepts the output of `list`."""
    defs: Schema = {}
    for name, row in LISTS.items():
        defs[name] = _envelope({"type": "array", "items": _schema_of(row, defs)})
    for name, row in OBJECTS.items():
        defs[name] = _envelope(_schema_of(row, defs))
    defs["error"] = {
        "description": "Written to standard error, in place of an output, if a command fails.",
        **_object({"error": _schema_of(ErrorRow, defs)}),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Output of spacedialog --json",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in (*LISTS, *OBJECTS, "error")],
        "$defs": defs,
    }


def _envelope(data: Schema) -> Schema:
    return _object({"schema_version": {"const": ENVELOPE_VERSION}, "as_of": _day(), "data": data})


def _object(properties: Schema) -> Schema:
    # Keys may be added within a schema version, so unknown keys are allowed.
    return {"type": "object", "properties": properties, "required": list(properties)}


def _day() -> Schema:
    return {"type": "string", "format": "date"}


def _schema_of(kind: Any, defs: Schema) -> Schema:
    """Return the schema of a type in `model/rows`; a row is added to `defs` under its name."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is Any:
        return {}
    if hasattr(kind, "_fields"):
        if kind.__name__ not in defs:
            hints = get_type_hints(kind)
            defs[kind.__name__] = {
                "description": (kind.__doc__ or "").partition("\n")[0],
                **_object({name: _schema_of(hints[name], defs) for name in kind._fields}),
            }
        return {"$ref": f"#/$defs/{kind.__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], defs)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema_of(arguments[1], defs)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema_of(argument, defs) for argument in arguments]}
    raise TypeError(kind)


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(schema(), indent=2) + "\n", "utf-8")
