"""Parse and check entries that other members shared, before they are recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spacedialog.model.entry import CLOCK_TOLERANCE, Entry, canonical_form, canonical_json, iso_time, sha256_hex
from spacedialog.model.validation import checked_content
from spacedialog.store.team_state import Arrival
from spacedialog.store.write.restamp import ID_TAKEN
from spacedialog.team.exchange import SharedEntry

_NO_ENTRY = "it does not have the form of an entry"


def is_intact(shared: SharedEntry) -> bool:
    """Return whether the body matches the hash, or was not fetched because this copy sent the entry."""
    return shared.body is None or sha256_hex(shared.body) == shared.sha


def latest_time(shared: SharedEntry) -> int:
    """Return the latest valid recorded time of an entry (µs); the server's clock decides, so all copies agree."""
    return shared.pushed_at + CLOCK_TOLERANCE


def arrivals(shared: Iterable[SharedEntry], hashes: Mapping[str, str]) -> Iterator[Arrival]:
    """Yield the `arrival` of each entry; `hashes` are those of the entries of this copy, by id."""
    known = dict(hashes)
    for one in shared:
        result = arrival(one, known.get(one.id))
        if result.entry:
            known[one.id] = one.sha
        yield result


def arrival(shared: SharedEntry, known_sha: str | None) -> Arrival:
    """Return the checked entry, or the reason why it is invalid; an entry of a newer program is valid.

    `known_sha` is the hash of the entry of this copy that has the same id.
    """
    body = shared.body or ""
    entry, content, why = None, None, ""
    try:
        entry, content = _parse(shared, body)
        if known_sha not in (None, shared.sha):
            entry, why = None, ID_TAKEN
    except (json.JSONDecodeError, TypeError, RecursionError):
        why = _NO_ENTRY
    except ValueError as error:
        why = str(error)
    is_here = known_sha == shared.sha and is_intact(shared)
    return Arrival(shared.seq, shared.id, shared.sha, body, shared.pushed_by, entry, why, is_here, content)


def _parse(shared: SharedEntry, body: str) -> tuple[Entry, Mapping[str, Any] | None]:
    """Return the entry with this canonical form, and its content, which is None for an entry of a newer program.

    ValueError if the entry is invalid or from the future.
    """
    if not is_intact(shared):
        raise ValueError("its hash does not match its content")
    fields = json.loads(body)
    if not isinstance(fields, list) or len(fields) != 8:
        raise ValueError(_NO_ENTRY)
    entry = Entry._make((*fields, shared.sha, None))
    if entry.id != shared.id or canonical_form(entry) != body:
        raise ValueError(_NO_ENTRY)
    content, problem = checked_content(entry)
    if content is None and canonical_json(json.loads(entry.body)) != entry.body:
        raise ValueError(_NO_ENTRY)
    if problem:
        raise ValueError(f"{problem.field}: {problem.text}")
    if entry.ts > latest_time(shared):
        raise ValueError(f"recorded at {iso_time(entry.ts)}, which was in the future when it was sent")
    return entry, content
