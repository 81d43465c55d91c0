"""The fingerprint of a log: one value that stands for its content, whatever the order in which it arrived.

It is the SHA-256 of the changes' own hashes, sorted, cut to 160 bits: to make another log with a given fingerprint
takes some 2^160 trials, to make two logs with one fingerprint some 2^80. It says how many changes there were and when
the newest was recorded, so that the same changes can be found among more.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.entry import Entry

_BYTES = 20
_SALT = b"spacedialog fingerprint 1\n"
_FORM = re.compile(r"([0-9]{1,12})-([0-9]{1,18})-([a-z2-7]{32})")


class Fingerprint(NamedTuple):
    """How many changes, the `ts` of the newest (µs; 0 where there are none), and the hash of them all (base 32)."""

    changes: int
    newest: int
    hash: str

    def __str__(self) -> str:
        return f"{self.changes}-{self.newest}-{self.hash}"


def fingerprint_of(changes: Iterable[Entry]) -> Fingerprint:
    """The fingerprint of these changes, in any order. Whether their hashes hold is another question."""
    known = list(changes)
    hashes = "\n".join(sorted(change.sha for change in known))
    digest = hashlib.sha256(_SALT + hashes.encode("utf-8", "surrogatepass")).digest()[:_BYTES]
    newest = max((change.ts for change in known), default=0)
    return Fingerprint(len(known), newest, base64.b32encode(digest).decode("ascii").casefold())


def parse(text: str) -> Fingerprint:
    """The fingerprint that a person copied; InputError where it is none."""
    match = _FORM.fullmatch("".join(text.split()).casefold())
    if not match:
        raise InputError(f"'{text}' is not a fingerprint", "write it as spacedialog fingerprint printed it")
    return Fingerprint(int(match[1]), int(match[2]), match[3])


def same_in(printed: Fingerprint, arrived: Sequence[Entry]) -> bool:
    """Whether the changes that the fingerprint was printed of are among these, unchanged; in the order of arrival.

    They are the first so many that arrived or, where the store was made anew since, those recorded by then.
    """
    by_arrival = arrived[: printed.changes]
    by_time = [change for change in arrived if change.ts <= printed.newest]
    return any(fingerprint_of(part) == printed for part in (by_arrival, by_time))
