"""The vocabulary: statuses, strengths, flags and other fixed words, with their meaning, order and limits."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class Word(StrEnum):
    """A word of the vocabulary, with a phrase that explains it to users."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Create a member from its value and its meaning."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class Status(Word):
    """What is known of the progress of a commitment."""

    _value_: str

    UNKNOWN = "unknown", "the progress is not known, which does not mean that there is none"
    NOT_STARTED = "not-started", "checked, and work has not begun"
    IN_PROGRESS = "in-progress", "work is reported to be under way"
    STALLED = "stalled", "work has stopped"
    COMPLETE = "complete", "fulfilled"
    WITHDRAWN = "withdrawn", "no longer pursued"


FORMER_STATUSES: dict[str, str] = {"not-assessed": Status.UNKNOWN.value}
"""The current words for the statuses of older logs and data files."""


class Strength(Word):
    """How binding the wording of a commitment is."""

    _value_: str

    DELIVERED = "delivered", "already done when the parties met"
    FIRM = "firm", "the parties will do it, agreed to it or committed themselves to it"
    INTENDED = "intended", "the parties intend, plan or aim to do it"
    EXPLORATORY = "exploratory", "the parties explore, discuss or consider it"


class Decision(StrEnum):
    """The decision of a reviewer on a candidate that `draft` found."""

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
    """The recorded status of a milestone. Whether it is open or overdue follows from its window and the day."""

    PLANNED = "planned"
    MET = "met"
    WITHDRAWN = "withdrawn"


class MilestoneState(StrEnum):
    """The state of a milestone on a day. Derived, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    OVERDUE = "overdue"
    MET = "met"
    WITHDRAWN = "withdrawn"


SETTLED_STATES = (MilestoneState.MET, MilestoneState.WITHDRAWN)
"""The states of a milestone after which no outcome is expected."""

CLOSING_DAYS = 60
"""The closing span, unless the user has configured another."""

REVIEW_DAYS = 180
"""The review interval, unless the user has configured another."""


class Intervals(NamedTuple):
    """The spans, in days, that decide the flags `stale` and `closing`.

    `review_days` is the review interval of a commitment that has no `review` of its own. A commitment is `closing` if
    its window closes within `closing_days`.
    """

    review_days: int = REVIEW_DAYS
    closing_days: int = CLOSING_DAYS


DEFAULT_INTERVALS = Intervals()
"""The intervals, unless the user has configured others."""


class Flag(Word):
    """A flag of a commitment. Never stored: derived from the state on a day or, for `conflict`, from the log.

    A commitment is open if it is neither complete nor withdrawn.
    """

    _value_: str

    OVERDUE = "overdue", "open, and the due window has closed"
    CLOSING = "closing", f"open, and the due window closes within the closing span (by default {CLOSING_DAYS} days)"
    UNCHECKED = "unchecked", "open, and never checked"
    STALE = (
        "stale",
        f"open, and the next check is due: by its review, or after the review interval (by default {REVIEW_DAYS} days)",
    )
    SLIPPED = "slipped", "the due date or a milestone's date was moved to a later one"
    UNEVIDENCED = "unevidenced", "complete, without evidence"
    CONFLICT = "conflict", "members of the team recorded different values, and the conflict is not resolved"


class Reason(StrEnum):
    """A reason for which a commitment or a milestone needs attention, most urgent first. Derived, never stored.

    The window closes or opens soon, or the reason is a flag; a milestone too can be overdue.
    """

    OVERDUE = Flag.OVERDUE.value
    CLOSING = Flag.CLOSING.value
    OPENING = "opening"
    CONFLICT = Flag.CONFLICT.value
    UNEVIDENCED = Flag.UNEVIDENCED.value
    UNCHECKED = Flag.UNCHECKED.value
    STALE = Flag.STALE.value


class LinkDecision(StrEnum):
    """The decision on a pair of commitments: whether the later one continues the earlier one."""

    LINKED = "linked"
    NOT_LINKED = "not-linked"


PROPOSED = "proposed"
"""The value shown for a pair of similar commitments on which no decision is recorded."""


class Outcome(Word):
    """The outcome of a commitment in the next dialogue. Derived, never stored."""

    _value_: str

    STRENGTHENED = "strengthened", "carried on, with more binding wording"
    REPEATED = "repeated", "carried on, with equally binding wording"
    WEAKENED = "weakened", "carried on, with less binding wording"
    COMPLETED = "completed", "the earlier commitment is complete, or the later one reports it as delivered"
    WITHDRAWN = "withdrawn", "the earlier commitment was withdrawn"
    SILENT = "silent", "not linked to a later commitment, and neither complete nor withdrawn"
    NEW = "new", "not linked to an earlier commitment"


LONGEST_NAME = 64
"""The maximum length of a short name in characters."""

NAME_PATTERN = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}"
"""Pattern of a short name: a ref, or the key of a party, an area or a document."""

HASH_PATTERN = "^[0-9a-f]{16}$"
"""Pattern of the hash of a sentence."""

SETTLED = (Status.COMPLETE, Status.WITHDRAWN)
"""The statuses after which no further entry is expected."""

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "open": tuple(status.value for status in Status if status not in SETTLED),
}
"""Names for several statuses at once, in filters."""

BY_PROGRESS = (
    Status.COMPLETE,
    Status.IN_PROGRESS,
    Status.STALLED,
    Status.NOT_STARTED,
    Status.WITHDRAWN,
    Status.UNKNOWN,
)
"""The order of statuses in bars and legends: from complete to unknown."""
