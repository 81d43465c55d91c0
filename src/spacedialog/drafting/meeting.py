"""The date, the place, the number and the series of the meeting, from the text of a statement."""

from __future__ import annotations

import re

from spacedialog.drafting.lexicon import register
from spacedialog.drafting.timing import dates_in
from spacedialog.model.dates import VagueDate
from spacedialog.statements.prose import Prose

_OPENING = 6
_FIRST = 3

_SAID = register("meetings")
_ORDINAL = rf"(?P<word>{'|'.join(_SAID['ordinals'])})|(?P<n>\d{{1,2}})(?:st|nd|rd|th)"
_NUMBER = re.compile(
    rf"\b(?:{_ORDINAL})\s+(?:[\w.\u2013-]+\s+){{0,9}}?(?:{'|'.join(_SAID['meetings'])})", re.IGNORECASE
)
_STATEMENT_ON = re.compile(
    rf"^(?:{'|'.join(_SAID['statements'])})\s+(?:of|on|for|at|from)\s+(?:the\s+)?", re.IGNORECASE
)
_DATELINE = re.compile(r"([A-Z][\w\u00c0-\u017f.' -]{2,40}?),?\s+(?:\d{1,2}\s+[A-Z]|[A-Z][a-z]+ \d)")
_HELD_IN = re.compile(
    r"\b(?:met|held|convened|hosted|gathered|took place)\b.{0,120}?\b(?:in|at) "
    r"([A-Z][\w\u00c0-\u017f.'-]+(?:,? (?:[A-Z][\w.]+))*)"
)


def when_met(prose: Prose) -> VagueDate | None:
    """Return the day of the meeting: the first full date in the title, the head or the opening of the text."""
    opening = [prose.sentences[0].heading, *(one.text for one in prose.sentences[:_OPENING])] if prose.sentences else []
    for text in (prose.title, *prose.head, *opening):
        for found in dates_in(text, None):
            parsed = VagueDate.parse(found.edtf)
            if parsed.latest and re.match(r"\d{4}-\d\d-\d\d", found.edtf):
                return parsed
    return None


def number_of(prose: Prose) -> int | None:
    """Return the number of the meeting in its series: 4 for `the fourth space dialogue`."""
    for text in (prose.title, *(sentence.text for sentence in prose.sentences[:_FIRST])):
        found = _NUMBER.search(text)
        if found:
            return int(found["n"] or _SAID["ordinals"].index(found["word"].lower()) + 1)
    return None


def series_of(title: str) -> str:
    """Return the title of a meeting without `Joint Statement on` and its number."""
    bare = _STATEMENT_ON.sub("", title)
    bare = re.sub(rf"\b(?:{_ORDINAL})\s+", "", bare, flags=re.IGNORECASE)
    return bare[:1].upper() + bare[1:] if bare else title


def place_of(prose: Prose) -> str | None:
    """Return the place of the meeting: `Seoul` for `Seoul, 14 April 2025` or `held in Seoul`."""
    for text in (*prose.head, *(sentence.text for sentence in prose.sentences[:_FIRST])):
        found = _DATELINE.match(text)
        if found is None or found[1].lower().strip(" ,:") in _SAID["no_places"]:
            found = _HELD_IN.search(text)
        if found:
            return found[1].strip(" ,")
    return None
