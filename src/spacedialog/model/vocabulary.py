"""The fixed words of the record: status, strength, flags, and the spans behind the flags."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far a commitment is; `not-assessed` says that nobody has looked, never that nothing was done."""

    NOT_ASSESSED = "not-assessed"
    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    STALLED = "stalled"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class Strength(StrEnum):
    """How binding the wording of a commitment is."""

    DELIVERED = "delivered"
    FIRM = "firm"
    INTENDED = "intended"
    EXPLORATORY = "exploratory"


class Decision(StrEnum):
    """What a reviewer made of a candidate that `draft` found."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"


class SourceVerdict(StrEnum):
    """How a source stands to a copy of its document."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    MISSING = "missing"
    UNPINNED = "unpinned"


class MilestoneStatus(StrEnum):
    """What is recorded of a milestone; whether it is open or closed follows from its window and the day."""

    PLANNED = "planned"
    MET = "met"
    WITHDRAWN = "withdrawn"


class MilestoneState(StrEnum):
    """Where a milestone stands on a day: derived, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"
    MET = "met"
    WITHDRAWN = "withdrawn"


class Flag(StrEnum):
    """Derived marks on a commitment: never stored, always reckoned, from a day or (`conflict`) from the log alone."""

    OVERDUE = "overdue"
    CLOSING = "closing"
    STALE = "stale"
    SLIPPED = "slipped"
    CONFLICT = "conflict"
    CLAIMED = "claimed"


class LinkDecision(StrEnum):
    """What a person says of a pair of commitments: that the later one carries on the earlier one, or does not."""

    LINKED = "linked"
    NOT_LINKED = "not-linked"


PROPOSED = "proposed"
"""What a pair is that looks alike and that nobody has decided on."""


class Outcome(StrEnum):
    """What became of a commitment by the next dialogue: derived, never stored."""

    STRENGTHENED = "strengthened"
    REPEATED = "repeated"
    WEAKENED = "weakened"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    SILENT = "silent"
    NEW = "new"


NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What a short name looks like: a ref, or the key of a party, an area, a document."""

HASH_PATTERN = "^[0-9a-f]{16}$"
"""What the hash of a sentence looks like."""

LONGEST_NAME = 64
"""How many characters a short name may have."""

SETTLED = (Status.COMPLETE, Status.WITHDRAWN)
"""Statuses after which nothing more is expected."""

CLOSING_DAYS = 60
"""A window that closes within so many days is `closing`."""

STALE_DAYS = 180
"""A commitment without a change for so many days is `stale`."""
