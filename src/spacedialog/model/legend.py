"""What the words of the record mean, in a phrase each, for views that explain themselves."""

from __future__ import annotations

from spacedialog.model.vocabulary import CLOSING_DAYS, STALE_DAYS, Flag, Outcome, Status, Strength

STRENGTHS = {
    Strength.DELIVERED: "already done when the parties met",
    Strength.FIRM: "the parties said that they will, that they agreed or that they committed themselves",
    Strength.INTENDED: "the parties intend, plan or aim to",
    Strength.EXPLORATORY: "the parties explore, discuss or consider it",
}
STATUSES = {
    Status.COMPLETE: "it is done",
    Status.IN_PROGRESS: "work on it is reported",
    Status.STALLED: "work on it has stopped",
    Status.NOT_STARTED: "somebody looked, and nothing has begun",
    Status.NOT_ASSESSED: "nobody has looked; it does not mean that nothing was done",
    Status.WITHDRAWN: "it was given up",
}
FLAGS = {
    Flag.OVERDUE: "the last day on which it was due has passed, and completion is not recorded",
    Flag.CLOSING: f"its last day is at most {CLOSING_DAYS} days off",
    Flag.STALE: f"nothing has been recorded of it for {STALE_DAYS} days",
    Flag.SLIPPED: "a date of it was moved",
    Flag.CONFLICT: "members of the team recorded different things, and nobody has decided yet",
    Flag.CLAIMED: "somebody says that it is done, and no evidence of it is recorded",
}
OUTCOMES = {
    Outcome.STRENGTHENED: "carried on, in words that bind more",
    Outcome.REPEATED: "carried on, in words that bind as much",
    Outcome.WEAKENED: "carried on, in words that bind less",
    Outcome.COMPLETED: "the earlier one is complete",
    Outcome.WITHDRAWN: "the earlier one was given up",
    Outcome.SILENT: "nobody linked it to anything later, and it is neither complete nor withdrawn",
    Outcome.NEW: "nobody linked it to anything earlier",
}
