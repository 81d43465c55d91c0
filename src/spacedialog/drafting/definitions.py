"""Acronyms that a text defines, with the names that they stand for: `Korea AeroSpace Administration (KASA)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacedialog.drafting.lexicon import words

_LONGEST = 40
"""No acronym has more letters."""

_WORD = r"[A-Z\u00c0-\u00de][\w\u00c0-\u017f'\u2019-]{0,60},?"
_SMALL = "of|the|for|and|on|in|de|des|du|del|da|do|dos|y|e|et|und|f\u00fcr|d'|d\u2019\\w{1,60}|&|la|le|per|l'|to"
_ACRONYM = (
    r"(?:[A-Z][\w*&-]*[A-Z*\d][\w*]*)(?: [A-Z][a-z]+)?"  # ISRO, NOAA*, ESA Italy
    r"|[A-Z]{2,}"
    r"|[A-Z][a-z]+[A-Z]?\w*"  # Roscosmos
)
_DEFINITION = re.compile(
    rf"(?<!\w)(?P<before>(?:(?:{_WORD}|{_SMALL})\s+){{1,14}})\((?=[^()]{{2,{_LONGEST}}}\))(?P<acronym>{_ACRONYM})\)"
)
_IN_NAMES = frozenset("y e et und del da do dos of the for and on in de des du & la le per to ,".split())
_ACTS = r",?\s+(?:and \w+ )?(?:will|shall|may|could|would|intends?|plans?|agreed?|signed|undertakes?|announced)\b"
_ACTING = re.compile(rf"(?<![\w*&])([\w*&]{{1,{_LONGEST}}})\)?(?={_ACTS})")


class Definition(NamedTuple):
    """An acronym, what it stands for (empty where that is unclear), and where the text says so."""

    acronym: str
    name: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The acronym as a data file may have it."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.acronym).strip("-")


def definitions_in(text: str) -> Iterator[Definition]:
    """The acronyms that a text defines, in its order."""
    for found in _DEFINITION.finditer(text):
        acronym = found["acronym"]
        yield Definition(acronym, _full_name(found["before"].strip(), acronym), *found.span())


def acting_in(text: str) -> set[str]:
    """The words that do something in a text: `KASA` in `KASA will`."""
    return {found[1] for found in _ACTING.finditer(text)}


def _full_name(before: str, acronym: str) -> str:
    """The words before a bracket that an acronym stands for: as many as its letters ask for."""
    said = before.replace(",", " ,").split()
    letters = [c.lower() for c in acronym if c.isascii() and c.isalpha()]
    best = ""
    for start in range(len(said) - 1, -1, -1):
        if said[start].lower() in _IN_NAMES or not (said[start][0].isupper() or said[start][0].isdigit()):
            continue
        name, capitals = _joined(said[start:]), _capitals(said[start:])
        if name[:1].lower() == letters[0] and (not best or len(capitals) <= len(letters) + 1):
            best = name
            if capitals == letters:
                return name
    bodies = words("parties", "body_words")
    if " " in best and not bodies.isdisjoint(best.split()):
        return best
    rest = _all_of_a_name(said)
    return best if " " in best and bodies.isdisjoint(rest) else _joined(rest)


def _all_of_a_name(said: Sequence[str]) -> Sequence[str]:
    """The last words that may all be of one name: with a capital, or small words between."""
    begin = len(said)
    while begin and (said[begin - 1][0].isupper() or said[begin - 1].lower() in _IN_NAMES):
        begin -= 1
    while begin < len(said) and said[begin].lower() in _IN_NAMES:
        begin += 1
    return said[begin:]


def _joined(said: Sequence[str]) -> str:
    return " ".join(said).replace(" ,", ",")


def _capitals(said: Sequence[str]) -> list[str]:
    return [word[0].lower() for word in said if word[0].isupper()]
