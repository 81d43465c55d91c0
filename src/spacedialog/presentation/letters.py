"""Texts for letters and summaries: dates in words, shortened texts, and the last known step of a commitment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate
from math import ceil

from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.escapes import one_line
from spacedialog.model.rows.record import HistoryRow
from spacedialog.model.typed_dates import MONTHS

_MONTHS = {number: name.capitalize() for name, number in reversed(MONTHS.items())}
"""The full name of each month, by its number."""
_PARTS = {"Q1": "first quarter", "Q2": "second quarter", "Q3": "third quarter", "Q4": "fourth quarter"} | {
    "H1": "first half",
    "H2": "second half",
}
_QUALIFIERS = {"~": " (approximate)", "?": " (uncertain)", "%": " (approximate and uncertain)"}
_MARKUP = re.compile(r"\(<.*?>\)|\\(.)|[*\[\]]")
"""The targets of links, backslashes and signs of Markdown, which are not printed."""
_LINE = 80
"""The columns of a printed line."""
_STEPS = {"status", "percent", "due", "when", "met"}
"""The fields whose entries are steps."""


def qualified(end: str, words: str = "") -> str:
    """Return the words for an EDTF date that is no interval, by default its text, with its qualifier in words."""
    return (words or end.rstrip("~?%")) + _QUALIFIERS.get(end[-1:], "")


def _end_in_words(end: str) -> str:
    year, _, part = readable(end.rstrip("~?%")).replace(" ", "-").partition("-")
    if part in _PARTS:
        return qualified(end, f"the {_PARTS[part]} of {year}")
    month, _, day = part.partition("-")
    year = f"{year}/{int(year) + 1}" if month == "winter" else year
    return qualified(end, " ".join(filter(None, (day.lstrip("0"), _MONTHS.get(month, month), year))))


def in_words(edtf: str, end_in_words: Callable[[str], str] = _end_in_words) -> str:
    """Return an EDTF date in words: `5 October 2026`, `the second half of 2026`, `2026 to 2027`, `by 2035`."""
    match [end_in_words(end) for end in edtf.split("/")]:
        case ["..", last]:
            return f"by {last}"
        case [first, ".."]:
            return f"from {first}"
        case ends:
            return " to ".join(ends)


def deadline(edtf: str) -> str:
    """Return the end of a due window in words: `by the end of 2026`, `by 5 October 2026`."""
    first, _, last = edtf.rpartition("/")
    if last == "..":
        return f"from {_end_in_words(first)}, without an end"
    return f"by {'the end of ' * (last.count('-') < 2)}{_end_in_words(last)}"


def shortened(text: str, columns: int) -> str:
    """Return the text on one line; beyond `columns` columns it is cut at a word and ends with `…`."""
    line = one_line(text)
    for place, width in enumerate(accumulate(map(_columns, line))):
        if width > columns:
            cut = line[:place]
            words = cut.rpartition(" ")[0]
            # A cut web address would be another address.
            whole = words if len(words) > place // 2 or "://" in cut[len(words) :] else cut
            return whole.rstrip(" ,;:.\u200d") + "…"
    return line


def fitted(lists: Sequence[tuple[str, int]], lines: int) -> list[str]:
    """Return lists of Markdown, the longest cut first, so that together they take `lines` printed lines.

    A list has one point on each line, and is given with the number of its points. A cut list ends with the number of
    points left out.
    """
    kept = [(text.strip().splitlines(), total) for text, total in lists]
    while sum(map(_printed_lines, kept)) > lines and any(points for points, _ in kept):
        max(reversed(kept), key=_printed_lines)[0].pop()
    return [
        "\n".join([*points, f"- and {total - len(points)} more"] if len(points) < total else points)
        for points, total in kept
    ]


def _printed_lines(points_of: tuple[list[str], int]) -> int:
    points, total = points_of
    widths = (sum(map(_columns, _MARKUP.sub(r"\1", point))) for point in points)
    return sum(ceil(width / _LINE) for width in widths) + (len(points) < total)


def _columns(char: str) -> float:
    """Return the columns, each of 0.6 em, that a character may take; a letter that may be wide counts more."""
    if char < "\u0590":
        columns = 2 if char in "MWmw@%" else 1.25 if char.isupper() else 1
    else:
        columns = 2 if char < "\u2e00" or unicodedata.east_asian_width(char) in "WFA" else 4
    return columns * len(unicodedata.normalize("NFKC", char))


def last_step(history: Sequence[HistoryRow]) -> HistoryRow | None:
    """Return the latest entry since the statement that is a note, or changes the progress or a date; None if none."""
    statement = next((_last_day(row) for row in history if row.kind == "create"), 0)
    steps = [row for row in history if row.kind == "note" or (row.kind == "set" and row.changed.keys() & _STEPS)]
    current = [row for row in steps if not (row.retracted or row.ignored) and _last_day(row) >= statement]
    return max(reversed(current), key=_last_day, default=None)


def _last_day(row: HistoryRow) -> int:
    return VagueDate.parse(row.on).sort_key()[0]
