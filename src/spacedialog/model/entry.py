"""Entries of the log: their fields, canonical form, hash, identifiers and recorded time.

No function here reads a clock or a file. The fold (`fold`) computes the state of an item from its entries.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple, TypedDict

from spacedialog.model.dates import VagueDate
from spacedialog.model.vocabulary import FORMER_STATUSES

BODY_VERSION = 2
"""Format version of the bodies that this program writes. Entries of a newer version are stored but not folded."""

CREATE, SET, NOTE, CHECK, RETRACT = "create", "set", "note", "check", "retract"
ENTRY_KINDS = (CREATE, SET, NOTE, CHECK, RETRACT)

IMPORTED = "import"
"""Value of `via` in the body of an entry that was imported from a data file."""

REPLACES = "replaces"
"""Key in the body of an entry: the former id of the entry, which another entry has in a shared log."""

BUILT_IN_AUTHOR = "spacedialog"
"""Author of the entries of the built-in record."""

CLOCK_TOLERANCE = 300_000_000
"""The maximum time (µs) by which a recorded time may be ahead of the clock that it is compared with."""

EXPORT_FORMAT = "spacedialog-log/1"
"""Name and version of the format of an exported log."""

EXPORT_OPENING = f'{{"format": "{EXPORT_FORMAT}", "changes": ['
"""First line of a log that is exported as one JSON object; each of the next lines has one entry."""

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Remarks(TypedDict, total=False):
    """The remarks that the write methods of a tracker take.

    `on` is a date or EDTF text. `evidence` is a web address or a citation in words, or several of them: a sequence, or
    a text with one per line. An `internal` entry is not in the public record.
    """

    on: VagueDate | str | None
    note: str | None
    evidence: str | Sequence[str] | None
    internal: bool


class PendingEntry(NamedTuple):
    """An entry before it is recorded: what is set or noted, on which item, and when it was true.

    `on` is an EDTF date. The keys of `body` are `set` (new values by field), `note`, `evidence`, `type` (of a created
    item), `milestone` (the milestone that the entry is about, by id), `retracts` (the id of another entry), `internal`
    (true) and `via`; each is optional.
    """

    kind: str
    item: str
    on: str
    body: Mapping[str, Any]


class Entry(NamedTuple):
    """One recorded entry of the log.

    `id` is a UUIDv7. `ts` is the recorded time in microseconds since 1970 (UTC), the same for all entries of one user
    action. `base` is the id of the item's newest entry when this one was written. `body` is canonical JSON. `sha` is
    the SHA-256 of the canonical form, in hexadecimal. `seq` is the position in a shared log, None until shared.
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
        """The parsed body."""
        return parse_body(self.body)

    @property
    def is_built_in(self) -> bool:
        """Whether the entry belongs to the built-in record, in any of its versions."""
        return self.author == BUILT_IN_AUTHOR and self.content.get("via") == IMPORTED


def parse_body(body: str) -> dict[str, Any]:
    """Parse the body of an entry, in current words; return an empty mapping if it is not a JSON object."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return in_current_words(content, body) if isinstance(content, dict) else {}


def in_current_words(content: dict[str, Any], body: str) -> dict[str, Any]:
    """Replace a former status in the content of a body; return the content."""
    for former, status in FORMER_STATUSES.items():
        # Few bodies contain one, and a search in the text is faster than parsing.
        if f'"{former}"' in body and isinstance(values := content.get("set"), dict) and values.get("status") == former:
            values["status"] = status
    return content


def canonical_json(value: object) -> str:
    """Return a value as JSON with sorted keys, no spaces and only the escapes that JSON requires."""
    return _encode(value)


def entry_hash(entry_id: str, ts: int, on: str, author: str, kind: str, item: str, base: str | None, body: str) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical form of an entry with these fields."""
    return sha256_hex(_form(entry_id, ts, on, author, kind, item, base, body))


def sha256_hex(text: str) -> str:
    """Return the SHA-256, in hexadecimal, of a text in UTF-8."""
    return _sha256(text).hex()


def canonical_form(entry: Entry) -> str:
    """Return the text that is hashed and sent to others: every field except `sha` and `seq`, as canonical JSON."""
    try:
        return _form(*entry[:8])
    except TypeError:
        return _encode(entry[:8])  # a field has another type: the entry is damaged or invalid


def _form(entry_id: str, ts: int, on: str, author: str, kind: str, item: str, base: str | None, body: str) -> str:
    """Return these fields as canonical JSON; TypeError if one has the wrong type."""
    if type(ts) is not int:
        raise TypeError(ts)
    text = encode_basestring  # the encoder's own function for text takes a third of the time of the encoder
    parent = "null" if base is None else text(base)
    return f"[{text(entry_id)},{ts},{text(on)},{text(author)},{text(kind)},{text(item)},{parent},{text(body)}]"


def content_of(pending: PendingEntry) -> dict[str, Any]:
    """Return the content of the body of the entry for a pending one."""
    return {"v": BODY_VERSION, **pending.body}


def make_entry(pending: PendingEntry, *, entry_id: str, ts: int, author: str, base: str | None) -> Entry:
    """Return the entry for a pending one, with its id, recorded time, author, base and hash."""
    kind, item, on, _ = pending
    body = _encode(content_of(pending))
    sha = entry_hash(entry_id, ts, on, author, kind, item, base, body)
    return Entry(entry_id, ts, on, author, kind, item, base, body, sha)


def has_valid_hash(entry: Entry) -> bool:
    """Return whether the hash of an entry matches its fields; fields that UTF-8 cannot encode match no hash."""
    try:
        return sha256_hex(canonical_form(entry)) == entry.sha
    except UnicodeEncodeError:
        return False


def next_timestamp(now: int, newest: int | None) -> int:
    """Return the next time of the hybrid clock: `now`, or 1 µs after the newest entry if that is later.

    `newest` is at most CLOCK_TOLERANCE after `now`; the clock does not follow later entries.
    """
    return now if newest is None else max(now, newest + 1)


def iso_time(ts: int) -> str:
    """Return a recorded time (µs since 1970, UTC) in ISO 8601, or as a number of µs outside the years 1 to 9999."""
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)
    except OverflowError:
        return f"{ts} µs"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_entry_ids(ts: int, entropy: bytes) -> Iterator[str]:
    """Yield increasing UUIDv7s (RFC 9562, method 2) for an action at `ts` µs, given at least 16 random bytes."""
    random = int.from_bytes(entropy[:10], "big") >> 7  # 73 bits; the 74th is left free for increments
    step = int.from_bytes(entropy[10:16], "big")
    time = f"{ts // 1000 & (1 << 48) - 1:012x}"
    time = f"{time[:8]}-{time[8:]}"
    while True:
        low = f"{0b10 << 62 | random & (1 << 62) - 1:016x}"
        yield f"{time}-7{random >> 62:03x}-{low[:4]}-{low[4:]}"
        step = (step * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF
        random = random + 1 + (step >> 16) & (1 << 74) - 1


def id_before(entry_id: str, distance: int) -> str:
    """Return the UUIDv7 of the same time that is so far below an entry's id."""
    value = int(entry_id.replace("-", ""), 16)
    random = ((value >> 64 & 0xFFF) << 62 | value & (1 << 62) - 1) - distance & (1 << 74) - 1
    return _uuid_text(value >> 80 << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1)


def item_id(kind: str, key: str) -> str:
    """Return the UUID (version 8) of an item that a data file names; it is the same on every computer."""
    digest = int.from_bytes(_sha256(f"{kind}:{key}")[:16], "big")
    return _uuid_text(digest & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def link_id(old: str, new: str) -> str:
    """Return the UUID of the link between two commitments, given their items; it is the same on every computer."""
    return item_id("link", f"{old}/{new}")


def _sha256(text: str) -> bytes:
    digest: bytes = _sha256_function()(text.encode()).digest()
    return digest


@cache
def _sha256_function() -> Callable[[bytes], Any]:
    from hashlib import sha256  # imported here because most reads need no hash

    return sha256


def _uuid_text(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
