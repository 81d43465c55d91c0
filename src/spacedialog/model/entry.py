"""The log's entries: what a change is, its canonical form and hash, its identity and its clock.

Nothing here reads a clock or a file. What a sequence of changes means is `fold`'s business, keeping them the
store's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

BODY_VERSION = 1
"""The format of the bodies this program writes; a newer one is kept and not folded."""

CREATE, SET, NOTE, RETRACT = "create", "set", "note", "retract"

IMPORTED = "import"
"""What `via` says of a change that a data file brought."""

BUNDLED_AUTHOR = "spacedialog"
"""Who says what the bundled record says."""

EXPORT_FORMAT = "spacedialog-log/1"
"""What an exported log says of itself."""

EXPORT_OPENING = f'{{"format": "{EXPORT_FORMAT}", "changes": ['
"""The first line of a log that is exported as one JSON object; each change stands on a line of its own below it."""

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class PendingEntry(NamedTuple):
    """A change before it is recorded: what happened to which item, and when it was true.

    `on` is an EDTF date. `body` holds `set` (new values by field), `note`, `evidence`, `type` (of a created
    item), `milestone` (the part of the item it is about), `retracts` (a change's id), `via`.
    """

    kind: str
    item: str
    on: str
    body: Mapping[str, Any]


class Entry(NamedTuple):
    """One recorded entry of the log.

    `id` is a UUIDv7; `ts` the recorded time in microseconds UTC, the same for all changes of one user action;
    `body` is canonical JSON text; `base` the id of the item's newest change when this one was written; `sha`
    the SHA-256 of the canonical form, in hexadecimal; `seq` the position in a shared log.
    """

    id: str
    ts: int
    on: str
    author: str
    kind: str
    item: str
    base: str | None
    body: str
    sha: str
    seq: int | None = None

    @property
    def content(self) -> dict[str, Any]:
        """The body, read."""
        return parse_body(self.body)


def parse_body(body: str) -> dict[str, Any]:
    """What a body says; nothing where it is no JSON object, as only another program can have written it."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes that are not needed."""
    return _encode(value)


def entry_hash(change_id: str, ts: int, on: str, author: str, kind: str, item: str, base: str | None, body: str) -> str:
    """SHA-256, in hexadecimal, of a change's canonical form (all fields but `sha` and `seq`)."""
    return sha256_hex(_encode([change_id, ts, on, author, kind, item, base, body]))


def sha256_hex(canonical_form: str) -> str:
    """SHA-256, in hexadecimal, of a canonical form."""
    return _sha256(canonical_form).hex()


def canonical_form(change: Entry) -> str:
    """A change's canonical form: the text that its `sha` is of, and that goes to others."""
    return _encode(change[:8])


def make_entry(draft: PendingEntry, *, change_id: str, ts: int, author: str, base: str | None) -> Entry:
    """The change that a draft becomes when it is recorded."""
    body = _encode({"v": BODY_VERSION, **draft.body})
    sha = entry_hash(change_id, ts, draft.on, author, draft.kind, draft.item, base, body)
    return Entry(change_id, ts, draft.on, author, draft.kind, draft.item, base, body, sha)


def has_valid_hash(change: Entry) -> bool:
    """Whether a change's hash fits what it says; what is no text (lone surrogates) has none."""
    try:
        return entry_hash(*change[:8]) == change.sha
    except UnicodeEncodeError:
        return False


def next_timestamp(now: int, newest: int | None) -> int:
    """The hybrid clock: the wall clock's microseconds, and always after the newest entry."""
    return now if newest is None else max(now, newest + 1)


def iso_time(ts: int) -> str:
    """A recorded time (µs since 1970, UTC) in ISO 8601; as a number where that has no date."""
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)
    except OverflowError:
        return f"{ts} µs"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_entry_ids(ts: int, entropy: bytes) -> Iterator[str]:
    """Ever growing UUIDv7s (RFC 9562, method 2) for one action at `ts` µs, from at least 16 random bytes."""
    random = int.from_bytes(entropy[:10], "big") >> 7  # 73 bits: the top one is left for growing
    step = int.from_bytes(entropy[10:16], "big")
    milliseconds = ts // 1000
    while True:
        value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
        yield _uuid_text(value)
        step = (step * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF
        random = random + 1 + (step >> 16) & (1 << 74) - 1


def item_id(kind: str, key: str) -> str:
    """The UUID (version 8) of a record that a data file names: the same wherever the file is imported."""
    sha256_hex = int.from_bytes(_sha256(f"{kind}:{key}")[:16], "big")
    return _uuid_text(sha256_hex & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def link_id(old: str, new: str) -> str:
    """The UUID of what is decided of two commitments (their items): the same whoever decides, and wherever."""
    return item_id("link", f"{old}/{new}")


def _sha256(text: str) -> bytes:
    from hashlib import sha256  # here, for start-up time: most reads need none

    return sha256(text.encode()).digest()


def _uuid_text(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
