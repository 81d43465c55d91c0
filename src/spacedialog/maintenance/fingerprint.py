"""The fingerprint of a log: one value for all its entries, independent of the order in which they arrived.

It contains the SHA-256 of the sorted hashes of the entries, cut to 160 bits: finding another log with a given
fingerprint takes about 2^160 trials, finding two logs with the same fingerprint about 2^80. It also contains the number
of entries and the recorded time of the newest, by which the same entries can be found in a longer log.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacedialog.errors import InputError, StoreError
from spacedialog.model.entry import Entry, has_valid_hash, iso_time
from spacedialog.model.rows.maintenance import FingerprintRow

_BYTES = 20
_SALT = b"spacedialog fingerprint 1\n"
_FORM = re.compile(r"([0-9]{1,12})-([0-9]{1,18})-([a-z2-7]{32})")

_MOST_NAMED = 5
"""The maximum number of altered entries that a message lists."""


class Fingerprint(NamedTuple):
    """The number of entries, the recorded time of the newest (µs; 0 without entries), and the hash (base 32)."""

    entries: int
    newest: int
    hash: str

    def __str__(self) -> str:
        return f"{self.entries}-{self.newest}-{self.hash}"


def fingerprint_of(entries: Iterable[Entry]) -> Fingerprint:
    """Return the fingerprint of the entries, in any order; it does not check their own hashes."""
    return fingerprint_of_hashes((entry.sha, entry.ts) for entry in entries)


def fingerprint_of_hashes(entries: Iterable[tuple[str, int]]) -> Fingerprint:
    """Return the fingerprint of entries, given their hashes and recorded times (µs) in any order."""
    log = list(entries)
    hashes = "\n".join(sorted(sha for sha, _ in log))
    digest = hashlib.sha256(_SALT + hashes.encode("utf-8", "surrogatepass")).digest()[:_BYTES]
    newest = max((ts for _, ts in log), default=0)
    return Fingerprint(len(log), newest, base64.b32encode(digest).decode("ascii").casefold())


def parse(text: str) -> Fingerprint:
    """Parse a fingerprint as typed, ignoring case and white space; InputError if it is not one."""
    match = _FORM.fullmatch("".join(text.split()).casefold())
    if not match:
        raise InputError(f"'{text}' is not a fingerprint", "write it as spacedialog fingerprint printed it")
    return Fingerprint(int(match[1]), int(match[2]), match[3])


def is_of(printed: Fingerprint, log: Sequence[Entry]) -> bool:
    """Return whether the log, in the order of arrival, has the entries that the fingerprint covers.

    They are the first entries to arrive or, if the store was rebuilt since, the entries recorded by then.
    """
    by_arrival = log[: printed.entries]
    by_time = [entry for entry in log if entry.ts <= printed.newest]
    return any(fingerprint_of(part) == printed for part in (by_arrival, by_time))


def fingerprint(log: Sequence[Entry]) -> FingerprintRow:
    """Return the fingerprint of a log, in the order of arrival; StoreError if an entry in it was altered."""
    if altered := _altered(log):
        raise StoreError(
            f"altered entries: {len(altered)}; the hash of {altered[0]} does not match its content",
            "list the altered entries with spacedialog doctor; only undamaged entries have a fingerprint",
        )
    printed = fingerprint_of(log)
    return FingerprintRow(str(printed), printed.entries, _newest(printed), None, 0, "")


def verify(log: Sequence[Entry], text: str) -> FingerprintRow:
    """Return whether a log has, unchanged, every entry that the fingerprint covers, with the reason if not."""
    printed = parse(text)
    altered = _altered(log)
    by_then = sum(entry.ts <= printed.newest for entry in log)
    since = len(log) - printed.entries
    holds = not altered and is_of(printed, log)
    if altered:
        more = f" and {len(altered) - _MOST_NAMED} more" if len(altered) > _MOST_NAMED else ""
        verdict = f"does not hold: altered entries: {', '.join(altered[:_MOST_NAMED])}{more}"
    elif holds:
        verdict = f"holds: all {printed.entries} entries are unchanged; {since} added since"
    elif by_then < printed.entries:
        verdict = f"does not hold: at most {by_then} of the {printed.entries} entries are in this database"
    elif by_then == printed.entries:
        verdict = f"does not hold: this database has {by_then} entries recorded by then, but not the same ones"
    else:
        verdict = (
            f"cannot be verified: this database has {by_then} entries recorded by then, and the fingerprint covers"
            f" {printed.entries}. If entries were merged later, verify it in the database that printed it"
        )
    return FingerprintRow(str(printed), printed.entries, _newest(printed), holds, max(since, 0), verdict)


def _newest(printed: Fingerprint) -> str | None:
    return iso_time(printed.newest) if printed.entries else None


def _altered(log: Iterable[Entry]) -> list[str]:
    return [entry.id for entry in log if not has_valid_hash(entry)]
