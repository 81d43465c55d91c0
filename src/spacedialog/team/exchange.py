"""The protocol between a copy and a shared log: its values, the hash chain, and the checks of a page. Pure.

A shared log has entries at the positions 1, 2, 3, … Each has a chain, the SHA-256 of the previous chain and its own
`sha`, so that one chain identifies all entries up to it. An `Exchange` is a connection to the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from spacedialog.errors import NetworkError, SyncRefusedError
from spacedialog.model.entry import Entry, canonical_form

PAGE = 5000
"""The maximum number of entries that are sent or fetched at once."""

PAGE_BYTES = 8_000_000
"""The maximum size, in bytes, of the entries that are sent at once."""

LONGEST_FORM = 65536
"""The maximum length, in bytes, of the canonical form of an entry on a server."""

_TAMPERED = "ask the administrator of the server who added this entry (docs/team.md); this copy was not changed"


class SharedEntry(NamedTuple):
    """An entry at its position in a shared log. `body` is its canonical form, None if it was not fetched.

    `pushed_at` is the server's time when it was added (µs, UTC).
    """

    seq: int
    id: str
    sha: str
    chain: str
    body: str | None
    pushed_by: str = ""
    pushed_at: int = 0


class LogHead(NamedTuple):
    """The state of a shared log: its last position, the oldest format it accepts, the server's clock (µs, UTC)."""

    position: int
    min_client: int
    clock: int


class Page(NamedTuple):
    """A log's head, and its entries from a position on; the first is the entry at that position, without its body."""

    head: LogHead
    entries: Sequence[SharedEntry]


class InterruptedExchange(NetworkError):
    """A request failed, or its outcome is unknown; it can be repeated."""


class Turn(Protocol):
    """A shared log, locked so that no other member can add to it."""

    def page(self, after: int) -> Page:
        """Return the head, and the entries from `after` on."""

    def append(self, entries: Sequence[SharedEntry]) -> None:
        """Add the entries, all or none, move the head to the last, and unlock the log."""


class Exchange(Protocol):
    """A connection to one shared log; its methods raise NetworkError if the server fails."""

    def page(self, after: int, *, known_to: int = 0) -> Page:
        """Return the head, and the entries from `after` on; up to the position `known_to` without bodies."""

    def turn(self, after: int) -> AbstractContextManager[Turn]:
        """Lock the log until the end of the block; its first page, after `after`, needs no further request."""

    def chain(self, seq: int) -> str | None:
        """Return the chain at a position; None if the log is shorter."""

    def close(self) -> None:
        """Close the connection."""


def first_chain(log_id: str) -> str:
    """Return the chain before the first entry of a log."""
    return hashlib.sha256(log_id.encode()).hexdigest()


def link(chain: str, sha: str) -> str:
    """Return the chain after an entry: the SHA-256 of the previous chain and the entry's hash, both as bytes."""
    return hashlib.sha256(bytes.fromhex(chain) + bytes.fromhex(sha)).hexdigest()


def chained(chain: str, after: int, entries: Iterable[Entry]) -> list[SharedEntry]:
    """Return the entries of the next push, placed after the position `after`, whose chain is `chain`.

    Entries that are too long for a server are skipped.
    """
    shared: list[SharedEntry] = []
    size = 0
    for entry in entries:
        body = canonical_form(entry)
        length = len(body.encode())
        if length > LONGEST_FORM:
            continue
        size += length
        if len(shared) == PAGE or (shared and size > PAGE_BYTES):
            break
        chain = link(chain, entry.sha)
        shared.append(SharedEntry(after + len(shared) + 1, entry.id, entry.sha, chain, body))
    return shared


def verified(page: Page, after: int, chain: str) -> Sequence[SharedEntry]:
    """Return the entries of a page after the position `after`, whose chain is `chain`.

    SyncRefusedError if the log has another chain at that position, or a gap or a broken chain after it.
    """
    entries = page.entries
    if after:
        if not entries or entries[0].seq != after:
            raise refused(f"the shared log ends before position {after}, which this copy has already read")
        if entries[0].chain != chain:
            raise refused(f"the shared log up to position {after} differs from the one that this copy has read")
        entries = entries[1:]
    for expected, entry in enumerate(entries, after + 1):
        if entry.seq != expected:
            raise SyncRefusedError(
                f"the shared log lacks position {expected}, before {entry.seq} (sent by {entry.pushed_by})",
                _TAMPERED,
            )
        try:
            chain = link(chain, entry.sha)
        except ValueError:
            chain = ""
        if entry.chain != chain:
            raise SyncRefusedError(
                f"the hash chain of the shared log is broken at position {entry.seq} (sent by {entry.pushed_by})",
                _TAMPERED,
            )
    return entries


def refused(problem: str) -> SyncRefusedError:
    """Return the error for a copy and a log that do not match, with the remedy for entries that the server lost."""
    return SyncRefusedError(
        problem, "run spacedialog sync --heal to send the lost entries again; this copy still has them"
    )
