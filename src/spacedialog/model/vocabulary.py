"""The vocabulary: statuses, strengths, flags and other fixed words, with their meaning, order and limits."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of the vocabulary, with a phrase that explains it to users."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make a member from its value and its meaning."""
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
    """The result of comparing a source with a copy of its document."""

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
    """The state of a milestone on a day. Derived, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"
    MET = "met"
    WITHDRAWN = "withdrawn"


CLOSING_DAYS = 60
"""A commitment is `closing` if its window closes within this many days."""

STALE_DAYS = 180
"""A commitment is `stale` if its latest entry is at least this many days old."""


class Flag(Word):
    """A mark on a commitment. Never stored: derived from the state on a day or, for `conflict`, from the log."""

    _value_: str

    OVERDUE = "overdue", "the last day on which it was due has passed, and completion is not recorded"
    CLOSING = "closing", f"its last day is at most {CLOSING_DAYS} days off"
    STALE = "stale", f"nothing has been recorded of it for {STALE_DAYS} days"
    SLIPPED = "slipped", "a date of it was moved"
    CONFLICT = "conflict", "members of the team recorded different things, and nobody has decided yet"
    CLAIMED = "claimed", "somebody says that it is done, and no evidence of it is recorded"


class LinkDecision(StrEnum):
    """The decision on a pair of commitments: whether the later one continues the earlier one."""

    LINKED = "linked"
    NOT_LINKED = "not-linked"


PROPOSED = "proposed"
"""The value shown for a pair of similar commitments on which no decision is recorded."""


class Outcome(Word):
    """The outcome of a commitment by the next dialogue. Derived, never stored."""

    _value_: str

    STRENGTHENED = "strengthened", "carried on, in words that bind more"
    REPEATED = "repeated", "carried on, in words that bind as much"
    WEAKENED = "weakened", "carried on, in words that bind less"
    COMPLETED = "completed", "the earlier one is complete"
    WITHDRAWN = "withdrawn", "the earlier one was given up"
    SILENT = "silent", "nobody linked it to anything later, and it is neither complete nor withdrawn"
    NEW = "new", "nobody linked it to anything earlier"


LONGEST_NAME = 64
"""The most characters that a short name may have."""

NAME_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}"
"""Pattern of a short name: a ref, or the key of a party, an area or a document."""

HASH_PATTERN = "^[0-9a-f]{16}$"
"""Pattern of the hash of a sentence."""

SETTLED = (Status.COMPLETE, Status.WITHDRAWN)
"""The statuses after which no further entry is expected."""

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "open": tuple(status.value for status in Status if status not in SETTLED),
    "assessed": tuple(status.value for status in Status if status is not Status.NOT_ASSESSED),
}
"""Names for several statuses at once, in filters."""

BY_PROGRESS = (
    Status.COMPLETE,
    Status.IN_PROGRESS,
    Status.STALLED,
    Status.NOT_STARTED,
    Status.WITHDRAWN,
    Status.NOT_ASSESSED,
)
"""The order of statuses in bars and legends: from complete to not assessed."""
