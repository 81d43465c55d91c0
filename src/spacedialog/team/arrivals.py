"""Parse and check entries that other members shared, before they are recorded."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from spacedialog.importing.log_schema import LogEntry
from spacedialog.model.entry import BODY_VERSION, Entry, canonical_form, canonical_json, sha256_hex
from spacedialog.store.team_state import Arrival
from spacedialog.team.exchange import SharedEntry


def arrival(shared: SharedEntry, known_sha: str | None) -> Arrival:
    """Return the checked entry, or the reason why it is invalid; an entry of a newer program is valid.

    `known_sha` is the hash of another entry of this copy that has the same id.
    """
    body = shared.body or ""
    entry, why = None, "another change has its id here"
    if known_sha is None:
        try:
            entry, why = _parse(shared, body), ""
        except (ValueError, TypeError, RecursionError) as error:
            why = _reason(error)
    return Arrival(shared.seq, shared.sha, body, shared.pushed_by, entry, why)


def _parse(shared: SharedEntry, body: str) -> Entry:
    """Return the entry with this canonical form; ValueError if it is invalid."""
    if sha256_hex(body) != shared.sha:
        raise ValueError("its hash does not fit what it says")
    fields = json.loads(body)
    if not isinstance(fields, list) or len(fields) != 8:
        raise ValueError("it does not have the form of a change")
    entry = Entry._make((*fields, shared.sha, None))
    content: Any = json.loads(entry.body)
    if entry.id != shared.id or canonical_form(entry) != body or canonical_json(content) != entry.body:
        raise ValueError("it does not have the form of a change")
    version = content.get("v") if isinstance(content, dict) else None
    if isinstance(version, int) and version > BODY_VERSION:
        # The contents of a newer format cannot be checked.
        content = {"v": version}
    LogEntry.model_validate_json(canonical_json({**entry._asdict(), "body": content}))
    return entry


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, json.JSONDecodeError | TypeError | RecursionError):
        return "it does not have the form of a change"
    return str(error)
