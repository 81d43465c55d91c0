"""The areas of a text: its headings, or the areas of the register whose words it contains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache

from spacedialog.drafting.lexicon import register
from spacedialog.model.characters import is_visible
from spacedialog.model.values import LONGEST_TEXT
from spacedialog.statements.prose import Prose, Sentence

_LONGEST_HEADING = 9
_FEWEST_HEADINGS = 3
_NO_FIELD = re.compile(r"\d{4}$|^by\b", re.IGNORECASE)
"""A heading that is a date or a byline."""


class Areas:
    """The areas of one text. An action without a word of an area has the area of its paragraph, or `general`."""

    def __init__(self, prose: Prose) -> None:
        self._headings = _areas_of_headings(prose)
        self.titles: dict[str, str] = {area["key"]: area["title"] for area in register("areas")["areas"]}
        self.titles |= {key: heading for heading, key in self._headings.items()}
        self._paragraph: dict[str, str] = {}

    def of(self, sentence: Sentence, thing: str) -> str:
        """Return the area of an action in a sentence."""
        if sentence.heading in self._headings:
            return self._headings[sentence.heading]
        own, around = thing.lower(), sentence.text.lower()
        scores = {key: 3 * _hits(key, own) + _hits(key, around) for key in _patterns()}
        best = max(scores, key=lambda key: scores[key])
        if not scores[best]:
            return self._paragraph.get(sentence.paragraph, "general")
        self._paragraph.setdefault(sentence.paragraph, best)
        return best


@lru_cache(maxsize=64)  # One sentence may have many candidates.
def _hits(key: str, text: str) -> int:
    """Return how many words of an area a text contains: `ship` is in `ships`, but not in `relationship`."""
    return len(set(_patterns()[key].findall(text)))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Return a pattern for each area; short words match with a plural `s`, longer words with any ending."""
    return {
        area["key"]: re.compile("|".join(rf"\b{re.escape(w)}" + (r"s?\b" if len(w) < 5 else "") for w in area["words"]))
        for area in register("areas")["areas"]
    }


def _areas_of_headings(prose: Prose) -> dict[str, str]:
    """Return the headings that name areas, each with its key, if most of the text is under such headings."""
    counts = Counter(sentence.heading for sentence in prose.sentences)
    fields = [heading for heading in counts if heading != prose.title and _is_field(heading)]
    covered = sum(counts[heading] for heading in fields)
    if len(fields) < _FEWEST_HEADINGS or covered * 2 <= len(prose.sentences):
        return {}
    return {heading: _slug(heading) for heading in fields}


def _is_field(heading: str) -> bool:
    is_short = 0 < len(heading.split()) <= _LONGEST_HEADING and len(heading) <= LONGEST_TEXT
    return is_short and is_visible(heading) and not _NO_FIELD.search(heading)


def _slug(heading: str) -> str:
    plain = re.sub(r"^(?:[IVX]+|[A-Z]|\d+)[.)]\s+", "", heading)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:64].strip("-") or "general"
