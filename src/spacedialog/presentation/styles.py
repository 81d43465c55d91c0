"""Styles of statuses, states, flags and verdicts on a terminal, in bars of text, on pages and in workbooks."""

from __future__ import annotations

from typing import NamedTuple

from spacedialog.model.vocabulary import Decision, Flag, MilestoneState, SourceVerdict, Status


class Shade(NamedTuple):
    """The fill and the text color of a cell (RGB)."""

    fill: str
    ink: str


# The shades that Excel offers; their text has a contrast of at least 5 to 1.
GOOD = Shade("#C6EFCE", "#006100")
BUSY = Shade("#DDEBF7", "#1F4E78")
BAD = Shade("#FFC7CE", "#9C0006")
WARN = Shade("#FFEB9C", "#7A5200")
PALE = Shade("#EDEDED", "#525252")
SHADES = (GOOD, BUSY, BAD, WARN, PALE)
"""The shades in the order in which a workbook applies its formatting rules."""

OTHER_SIGN = "░"
"""The sign of the other statuses that are known."""


class Style(NamedTuple):
    """The style of a word. Color never carries meaning alone: the word is always shown too.

    `tone` is a Rich style, `sign` the character for it in a bar of text, `shade` the color of its cells in a
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

STYLES: dict[str, Style] = {
    Status.COMPLETE: Style("green", "█", GOOD, _FULL),
    MilestoneState.MET: Style("green", shade=GOOD, drawing=_FULL, elements=_ANY),
    Status.IN_PROGRESS: Style("cyan", "▒", BUSY, _HATCHED),
    MilestoneState.OPEN: Style("cyan", shade=BUSY, drawing=_HATCHED, elements=_ANY),
    Status.STALLED: Style("yellow", shade=WARN, drawing="fill: url(#_bars); stroke: var(--ink);"),
    Status.NOT_STARTED: Style(drawing=_EMPTY),
    MilestoneState.UPCOMING: Style(drawing=_EMPTY, elements=_ANY),
    Status.UNKNOWN: Style(sign="▁", drawing="fill: url(#_dots); stroke: var(--muted); stroke-dasharray: 2 2;"),
    Flag.OVERDUE: Style(
        "red",
        shade=BAD,
        badge="background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600;",
        printed_badge="border: 2px solid; background: none; color: inherit;",
        drawing="fill: url(#_cross); stroke: var(--ink); stroke-width: 1.5px;",
        elements=_MARKS,
    ),
    Flag.CLOSING: Style(
        "yellow", shade=WARN, badge="border: 2px solid var(--accent); color: var(--accent); font-weight: 600;"
    ),
    Flag.SLIPPED: Style("yellow", shade=WARN),
    Flag.CONFLICT: Style("magenta", shade=WARN),
    Flag.UNEVIDENCED: Style("yellow", shade=WARN),
    Flag.UNCHECKED: Style("dim", shade=PALE, badge="border-style: dotted;"),
    Flag.STALE: Style("dim", shade=PALE, badge="border-style: dashed;"),
    Status.WITHDRAWN: Style("dim", shade=PALE, drawing="fill: var(--rule); stroke: var(--muted);", elements=_MARKS),
    Decision.ACCEPTED: Style("green"),
    Decision.DROPPED: Style("dim"),
    SourceVerdict.SAME: Style("green"),
    SourceVerdict.MOVED: Style("yellow"),
    SourceVerdict.UNPINNED: Style("dim"),
    SourceVerdict.CHANGED: Style("red"),
    SourceVerdict.MISSING: Style("red"),
    "ok": Style("green"),
    "FAILED": Style("red"),
}
"""The style of each word. MilestoneState.WITHDRAWN and MilestoneStatus.MET have the text of words listed here."""

TIMELINE_KEY = {
    MilestoneState.MET: "met",
    MilestoneState.OPEN: "window open",
    MilestoneState.UPCOMING: "upcoming",
    MilestoneState.OVERDUE: "overdue",
    MilestoneState.WITHDRAWN: "withdrawn",
}
"""The meaning of each mark of a timeline."""


def style_of(word: str) -> Style:
    """Return the style of a word, a plain one if it has none."""
    return STYLES.get(word, Style())
