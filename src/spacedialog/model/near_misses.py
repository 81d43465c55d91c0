"""Near misses: the valid value that a user probably meant by an unknown one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from spacedialog.model.vocabulary import MilestoneStatus, Status

STATUS_SYNONYMS: Mapping[str, Status] = {
    **dict.fromkeys(("done", "finished", "delivered", "completed", "closed", "met"), Status.COMPLETE),
    **dict.fromkeys(("started", "ongoing", "open", "active", "wip", "begun"), Status.IN_PROGRESS),
    **dict.fromkeys(("blocked", "paused", "delayed", "on-hold"), Status.STALLED),
    **dict.fromkeys(("dropped", "cancelled", "canceled", "abandoned"), Status.WITHDRAWN),
    **dict.fromkeys(("pending", "todo", "planned", "new"), Status.NOT_STARTED),
    **dict.fromkeys(("not-assessed", "unassessed"), Status.UNKNOWN),
}
"""Other words for the statuses of a commitment."""

MILESTONE_SYNONYMS: Mapping[str, MilestoneStatus] = {
    **dict.fromkeys(("done", "finished", "complete", "completed", "delivered", "held"), MilestoneStatus.MET),
    **dict.fromkeys(("pending", "todo", "open", "upcoming", "not-started"), MilestoneStatus.PLANNED),
    **dict.fromkeys(("dropped", "cancelled", "canceled", "abandoned"), MilestoneStatus.WITHDRAWN),
}
"""Other words for the statuses of a milestone."""

_ENTRY_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("add", "added", "new", "import", "imported", "created"), "create"),
    **dict.fromkeys(("mark", "edit", "reschedule", "marked", "edited", "rescheduled", "change", "update"), "set"),
    **dict.fromkeys(("noted", "comment", "remark"), "note"),
    **dict.fromkeys(("checked", "look"), "check"),
    **dict.fromkeys(("undo", "undone", "redo", "retracted"), "retract"),
}
"""Other words for the kinds of entries."""

SYNONYMS: Mapping[str, Mapping[str, str]] = {"status": STATUS_SYNONYMS, "entry kind": _ENTRY_KINDS}
"""Other words for the values of a choice, by its name."""

_NEGATIONS = ("not-", "un")
_NONE: Mapping[str, str] = MappingProxyType({})


def nearest(text: str, choices: Iterable[str], synonyms: Mapping[str, str] = _NONE) -> str | None:
    """Return the choice that a text probably means: by synonym, or by similarity to a choice or a synonym.

    Of equally similar words, one with the same letters in another order is chosen. None if no word is similar.
    """
    from difflib import SequenceMatcher, get_close_matches

    key = text.strip().casefold()
    if key in synonyms:
        return str(synonyms[key])
    # A word without a negation can be similar to its opposite, as `assessed` to `unassessed`.
    is_negated = key.startswith(_NEGATIONS)
    similar = {name: choice for name, choice in synonyms.items() if is_negated or not name.startswith(_NEGATIONS)}
    names = {**similar, **{choice.casefold(): choice for choice in choices}}
    matcher = SequenceMatcher(b=key)

    def closeness(name: str) -> tuple[float, bool, bool]:
        matcher.set_seq1(name)
        return matcher.ratio(), sorted(name) == sorted(key), name[:1] == key[:1]

    found = get_close_matches(key, names)
    return str(names[max(found, key=closeness)]) if found else None


def suggestion(text: str, choices: Iterable[str], synonyms: Mapping[str, str] = _NONE) -> str:
    """Return the beginning of a remedy, `did you mean X? `, with the nearest choice; empty if there is none."""
    near = nearest(text, choices, synonyms)
    return f"did you mean {near}? " if near else ""
