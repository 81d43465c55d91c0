"""How each status, state, flag and verdict looks: on a terminal, in a bar of text, on a page and in a workbook."""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.model.vocabulary import Decision, Flag, MilestoneState, SourceVerdict, Status


class Shade(NamedTuple):
    """The fill and the text colour of a cell (RGB)."""

    fill: str
    ink: str


# Excel's own shades, in which text has a contrast of at least 5 to 1.
GOOD = Shade("#C6EFCE", "#006100")
BUSY = Shade("#DDEBF7", "#1F4E78")
BAD = Shade("#FFC7CE", "#9C0006")
WARN = Shade("#FFEB9C", "#7A5200")
PALE = Shade("#EDEDED", "#525252")
SHADES = (GOOD, BUSY, BAD, WARN, PALE)
"""The order in which a workbook applies its rules of colour."""

OTHER_SIGN = "░"
"""Draws the assessed commitments whose status has no sign of its own."""


class Look(NamedTuple):
    """How a word looks. Colour never carries meaning alone: the word is always shown too.

    `tone` is a Rich style, `sign` the character for it in a bar of text, `shade` the colour of its cells in a
    workbook. The rest is CSS for the page: `drawing` has the declarations for the SVG `elements` ("" for all) of its
    class, `badge` those for its label, and `printed_badge` those that differ on paper.
    """

    tone: str = ""
    sign: str = OTHER_SIGN
    shade: Shade | None = None
    drawing: str = ""
    elements: tuple[str, ...] = ("rect",)
    badge: str = ""
    printed_badge: str = ""


_ANY = ("",)
_MARKS = ("rect", "use")
_FULL = "fill: var(--accent);"
_HATCHED = "fill: url(#_hatch);"
_EMPTY = "fill: var(--paper); stroke-width: 1.5px;"

LOOKS: dict[str, Look] = {
    Status.COMPLETE: Look("green", "█", GOOD, _FULL),
    MilestoneState.MET: Look("green", shade=GOOD, drawing=_FULL, elements=_ANY),
    Status.IN_PROGRESS: Look("cyan", "▒", BUSY, _HATCHED),
    MilestoneState.OPEN: Look("cyan", shade=BUSY, drawing=_HATCHED, elements=_ANY),
    Status.STALLED: Look("yellow", shade=WARN, drawing="fill: url(#_bars); stroke: var(--ink);"),
    Status.NOT_STARTED: Look(drawing=_EMPTY),
    MilestoneState.UPCOMING: Look(drawing=_EMPTY, elements=_ANY),
    Status.NOT_ASSESSED: Look(sign="▁", drawing="fill: url(#_dots); stroke: var(--muted); stroke-dasharray: 2 2;"),
    Flag.OVERDUE: Look(
        "red",
        shade=BAD,
        badge="background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600;",
        printed_badge="border: 2px solid; background: none; color: inherit;",
    ),
    MilestoneState.CLOSED: Look(
        "red",
        shade=BAD,
        drawing="fill: url(#_cross); stroke: var(--ink); stroke-width: 1.5px;",
        elements=_MARKS,
    ),
    Flag.CLOSING: Look(
        "yellow", shade=WARN, badge="border: 2px solid var(--accent); color: var(--accent); font-weight: 600;"
    ),
    Flag.SLIPPED: Look("yellow", shade=WARN),
    Flag.CONFLICT: Look("magenta", shade=WARN),
    Flag.CLAIMED: Look("yellow", shade=WARN),
    Flag.STALE: Look("dim", shade=PALE, badge="border-style: dashed;"),
    Status.WITHDRAWN: Look("dim", shade=PALE, drawing="fill: var(--rule); stroke: var(--muted);", elements=_MARKS),
    Decision.ACCEPTED: Look("green"),
    Decision.DROPPED: Look("dim"),
    SourceVerdict.SAME: Look("green"),
    SourceVerdict.MOVED: Look("yellow"),
    SourceVerdict.UNPINNED: Look("dim"),
    SourceVerdict.CHANGED: Look("red"),
    SourceVerdict.MISSING: Look("red"),
    "ok": Look("green"),
    "WRONG": Look("red"),
}
"""The look of each word; MilestoneState.WITHDRAWN and MilestoneStatus.MET equal words that are already here."""

TIMELINE_KEY = {
    MilestoneState.MET: "met",
    MilestoneState.OPEN: "window open",
    MilestoneState.UPCOMING: "upcoming",
    MilestoneState.CLOSED: "window closed, outcome not recorded",
    MilestoneState.WITHDRAWN: "withdrawn",
}
"""The meaning of each mark of a timeline."""


def look_of(word: str) -> Look:
    """Return the look of a word, a plain one if it has none."""
    return LOOKS.get(word, Look())
