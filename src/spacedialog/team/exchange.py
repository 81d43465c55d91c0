"""What copies and a shared log say to each other: values, their arithmetic, and the checks of a page. Pure.

A shared log is a row of changes at the positions 1, 2, 3, …; each has a chain, the SHA-256 of the chain before it
and of its own `sha`, so that one chain speaks for all that came before. Who keeps the log, and how it is reached,
is the business of an `Exchange`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from spacedialog.errors import NetworkError, SyncRefusedError
from spacedialog.model.entry import Entry, canonical_form

PAGE = 2000
"""How many changes go at once."""

PAGE_BYTES = 8_000_000
"""How many bytes of changes are sent at once."""

LONGEST_FORM = 65536
"""How many bytes the canonical form of a change may have on a server."""

_AMISS = "nothing was changed here; whoever keeps the server can see who added what: docs/team.md"

CLOCK_SKEW = 300_000_000
"""How many µs a clock may be ahead of the server's."""


class SharedEntry(NamedTuple):
    """A change at its position in a shared log. `body` is its canonical form, None where that was not asked for."""

    seq: int
    id: str
    sha: str
    chain: str
    body: str | None
    pushed_by: str = ""


class Head(NamedTuple):
    """What a server says of a log: the position it has come to, which format it asks for, its clock (µs, UTC)."""

    position: int
    min_client: int
    clock: int


class Page(NamedTuple):
    """A log's head, and its entries from a position on: first the one at the position itself, without its body."""

    head: Head
    entries: Sequence[SharedEntry]


class InterruptedExchange(NetworkError):
    """What was under way came to nothing, or nobody knows whether it did; it can be tried again."""


class Turn(Protocol):
    """A shared log while nobody else can add to it."""

    def page(self, after: int) -> Page:
        """The head, and the entries from `after` on."""

    def append(self, entries: Sequence[SharedEntry]) -> None:
        """Add the entries, move the head to the last, and end the turn: they stay, all of them, or none."""


class Exchange(Protocol):
    """One shared log, as one who is connected reaches it. NetworkError where that fails."""

    def page(self, after: int, *, known_to: int = 0) -> Page:
        """The head, and the entries from `after` on, without their bodies up to the position `known_to`."""

    def turn(self, after: int) -> AbstractContextManager[Turn]:
        """The log, held until the end of the block. Its first page, that after `after`, comes at once."""

    def chain(self, seq: int) -> str | None:
        """The chain at a position; None where the log does not reach so far."""

    def close(self) -> None:
        """Leave."""


def first_chain(log_id: str) -> str:
    """The chain before the first entry of a log."""
    return hashlib.sha256(log_id.encode()).hexdigest()


def link(chain: str, sha: str) -> str:
    """The chain after an entry: SHA-256 of the chain before it and its sha, both as bytes."""
    return hashlib.sha256(bytes.fromhex(chain) + bytes.fromhex(sha)).hexdigest()


def chained(chain: str, after: int, changes: Iterable[Entry]) -> list[SharedEntry]:
    """The entries that follow the position `after`, whose chain is given: as many of the changes as go at once.

    Changes that are too long for a server are passed over.
    """
    entries: list[SharedEntry] = []
    size = 0
    for change in changes:
        body = canonical_form(change)
        length = len(body.encode())
        if length > LONGEST_FORM:
            continue
        size += length
        if len(entries) == PAGE or (entries and size > PAGE_BYTES):
            break
        chain = link(chain, change.sha)
        entries.append(SharedEntry(after + len(entries) + 1, change.id, change.sha, chain, body))
    return entries


def verified(page: Page, after: int, chain: str) -> Sequence[SharedEntry]:
    """The entries that follow the position `after`, whose chain is given.

    SyncRefusedError where the log does not go on from there without a hole, each chain following from the one before.
    """
    entries = page.entries
    if after:
        if not entries or entries[0].seq != after:
            raise refused(f"the server's log has no position {after}, which this copy has seen; it was put back")
        if entries[0].chain != chain:
            raise refused(f"at position {after} the server's log is another than this copy has seen")
        entries = entries[1:]
    for expected, entry in enumerate(entries, after + 1):
        if entry.seq != expected:
            raise SyncRefusedError(
                f"the server's log has a hole at position {expected}, before {entry.seq} (by {entry.pushed_by})", _AMISS
            )
        try:
            chain = link(chain, entry.sha)
        except ValueError:
            chain = ""
        if entry.chain != chain:
            raise SyncRefusedError(
                f"position {entry.seq} of the server's log (by {entry.pushed_by}) does not follow from the one before",
                _AMISS,
            )
    return entries


def refused(problem: str) -> SyncRefusedError:
    """What to tell someone whose copy has seen what the server no longer has."""
    return SyncRefusedError(
        problem, "nothing is lost: all of it is here. spacedialog sync --heal sends again what the server lost"
    )
