"""What comes from others, read and checked before it is taken in."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from spacedialog.importing.log_schema import LogEntry
from spacedialog.model.entry import BODY_VERSION, Entry, canonical_form, canonical_json, sha256_hex
from spacedialog.store.write.team_state import Arrival
from spacedialog.team.exchange import SharedEntry


def arrival(entry: SharedEntry, known_sha: str | None) -> Arrival:
    """An entry as the change that it is, or with the reason why it is none.

    `known_sha` is that of another change of this copy with its id. What a newer program wrote is a change too.
    """
    body = entry.body or ""
    change, why = None, "another change has its id here"
    if known_sha is None:
        try:
            change, why = _change(entry, body), ""
        except (ValueError, TypeError, RecursionError) as error:
            why = _reason(error)
    return Arrival(entry.seq, entry.sha, body, entry.pushed_by, change, why)


def _change(entry: SharedEntry, body: str) -> Entry:
    """The change; ValueError where it is none."""
    if sha256_hex(body) != entry.sha:
        raise ValueError("its hash does not fit what it says")
    fields = json.loads(body)
    if not isinstance(fields, list) or len(fields) != 8:
        raise ValueError("it does not have the form of a change")
    change = Entry._make((*fields, entry.sha, None))
    content: Any = json.loads(change.body)
    if change.id != entry.id or canonical_form(change) != body or canonical_json(content) != change.body:
        raise ValueError("it does not have the form of a change")
    version = content.get("v") if isinstance(content, dict) else None
    if isinstance(version, int) and version > BODY_VERSION:
        # Of what a newer program says, only the outside can be checked.
        content = {"v": version}
    LogEntry.model_validate_json(canonical_json({**change._asdict(), "body": content}))
    return change


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, json.JSONDecodeError | TypeError | RecursionError):
        return "it does not have the form of a change"
    return str(error)
