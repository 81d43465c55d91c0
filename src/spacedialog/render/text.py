"""The text of values in the formats that write one line for each: lists and mappings in one cell."""

from __future__ import annotations

from typing import Any

EVIDENCE = ("evidence", "other_evidence", "source")
"""The fields whose lists are pieces of evidence, which may contain commas."""


def flat(value: Any, separator: str = ", ") -> str:
    """Return the value of a field as the text of one cell: None as an empty cell, a list with its separator."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return separator.join(flat(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return str(value)
