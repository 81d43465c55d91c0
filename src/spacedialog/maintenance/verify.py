"""Make the fingerprint of a log, and verify one later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spacedialog.errors import StoreError
from spacedialog.maintenance.fingerprint import Fingerprint, fingerprint_of, is_of, parse
from spacedialog.model.entry import Entry, has_valid_hash, iso_time
from spacedialog.model.rows.maintenance import FingerprintRow

_MOST_NAMED = 5
"""The most altered entries that a message names."""


def fingerprint(log: Sequence[Entry]) -> FingerprintRow:
    """Return the fingerprint of a log, in the order of arrival; StoreError if an entry in it was altered."""
    if altered := _altered(log):
        raise StoreError(
            f"the hash of {altered[0]} does not fit what it says ({len(altered)} such)",
            "a fingerprint stands for sound changes only: spacedialog doctor names those that are not",
        )
    printed = fingerprint_of(log)
    return FingerprintRow(str(printed), printed.entries, _newest(printed), None, 0, "")


def verify(log: Sequence[Entry], text: str) -> FingerprintRow:
    """Return whether a log has, unchanged, every entry that the fingerprint stands for, with the reason if not."""
    printed = parse(text)
    altered = _altered(log)
    by_then = sum(entry.ts <= printed.newest for entry in log)
    since = len(log) - printed.entries
    holds = not altered and is_of(printed, log)
    if altered:
        more = f" and {len(altered) - _MOST_NAMED} more" if len(altered) > _MOST_NAMED else ""
        verdict = f"does not hold: altered: {', '.join(altered[:_MOST_NAMED])}{more}"
    elif holds:
        verdict = f"holds: all {printed.entries} changes are here unchanged; {since} came since"
    elif by_then < printed.entries:
        verdict = f"does not hold: of {printed.entries} changes up to then at most {by_then} are here"
    elif by_then == printed.entries:
        verdict = f"does not hold: {by_then} changes up to then are here, but not the same ones"
    else:
        verdict = (
            f"cannot be shown: {by_then} changes up to then are here, {printed.entries} were at the time. Where others"
            " were merged in later, the store in which it was printed can still show it"
        )
    return FingerprintRow(str(printed), printed.entries, _newest(printed), holds, max(since, 0), verdict)


def _newest(printed: Fingerprint) -> str | None:
    return iso_time(printed.newest) if printed.entries else None


def _altered(log: Iterable[Entry]) -> list[str]:
    return [entry.id for entry in log if not has_valid_hash(entry)]
