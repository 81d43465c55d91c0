"""The fixed words of the record: status, strength, flags, and the spans behind the flags."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of the vocabulary with its meaning for readers, in a phrase."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make a member of its value and its meaning."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class Status(Word):
    """How far a commitment is; `not-assessed` says that nobody has looked, never that nothing was done."""

    _value_: str

    NOT_ASSESSED = "not-assessed", "nobody has looked; it does not mean that nothing was done"
    NOT_STARTED = "not-started", "somebody looked, and nothing has begun"
    IN_PROGRESS = "in-progress", "work on it is reported"
    STALLED = "stalled", "work on it has stopped"
    COMPLETE = "complete", "it is done"
    WITHDRAWN = "withdrawn", "it was given up"


class Strength(Word):
    """How binding the wording of a commitment is."""

    _value_: str

    DELIVERED = "delivered", "already done when the parties met"
    FIRM = "firm", "the parties said that they will, that they agreed or that they committed themselves"
    INTENDED = "intended", "the parties intend, plan or aim to"
    EXPLORATORY = "exploratory", "the parties explore, discuss or consider it"


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


CLOSING_DAYS = 60
"""A window that closes within so many days is `closing`."""

STALE_DAYS = 180
"""A commitment without a change for so many days is `stale`."""


class Flag(Word):
    """Derived marks on a commitment: never stored, always reckoned, from a day or (`conflict`) from the log alone."""

    _value_: str

    OVERDUE = "overdue", "the last day on which it was due has passed, and completion is not recorded"
    CLOSING = "closing", f"its last day is at most {CLOSING_DAYS} days off"
    STALE = "stale", f"nothing has been recorded of it for {STALE_DAYS} days"
    SLIPPED = "slipped", "a date of it was moved"
    CONFLICT = "conflict", "members of the team recorded different things, and nobody has decided yet"
    CLAIMED = "claimed", "somebody says that it is done, and no evidence of it is recorded"


class LinkDecision(StrEnum):
    """What a person says of a pair of commitments: that the later one carries on the earlier one, or does not."""

    LINKED = "linked"
    NOT_LINKED = "not-linked"


PROPOSED = "proposed"
"""What a pair is that looks alike and that nobody has decided on."""


class Outcome(Word):
    """What became of a commitment by the next dialogue: derived, never stored."""

    _value_: str

    STRENGTHENED = "strengthened", "carried on, in words that bind more"
    REPEATED = "repeated", "carried on, in words that bind as much"
    WEAKENED = "weakened", "carried on, in words that bind less"
    COMPLETED = "completed", "the earlier one is complete"
    WITHDRAWN = "withdrawn", "the earlier one was given up"
    SILENT = "silent", "nobody linked it to anything later, and it is neither complete nor withdrawn"
    NEW = "new", "nobody linked it to anything earlier"


NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What a short name looks like: a ref, or the key of a party, an area, a document."""

HASH_PATTERN = "^[0-9a-f]{16}$"
"""What the hash of a sentence looks like."""

LONGEST_NAME = 64
"""How many characters a short name may have."""

SETTLED = (Status.COMPLETE, Status.WITHDRAWN)
"""Statuses after which nothing more is expected."""

BY_PROGRESS = (
    Status.COMPLETE,
    Status.IN_PROGRESS,
    Status.STALLED,
    Status.NOT_STARTED,
    Status.WITHDRAWN,
    Status.NOT_ASSESSED,
)
"""The order of statuses in bars and legends: what is done first, what is not known last."""
