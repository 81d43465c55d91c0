"""The parties of one text: the governments that met, and every body that it or the register names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacedialog.drafting.definitions import Definition, acting_in, definitions_in
from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.names import MANY, Names, Party, adjectives, country_names, country_words, marks
from spacedialog.drafting.prose import Prose

_COMPASS = frozenset("South North East West Southern Northern Eastern Western The New Central Greater".split())
_NAMED = re.compile(r"(?<!\w)(?:[A-Z][\w\u00c0-\u017f-]{1,60} ){1,4}[A-Z][\w\u00c0-\u017f-]{1,60}")
_OPENING = 6
"""In so many sentences the text says who met."""
_MOST_SIDES = 8
_LONGEST_KEY = 64


class Mention(NamedTuple):
    """A party that a text names, and the characters that do so."""

    start: int
    end: int
    key: str


class Roster:
    """The parties of one text, and where a sentence of it names them.

    `sides` are the keys of the governments that met, with their names where the register has none: `ZUB=Zubrowka`.
    """

    def __init__(self, prose: Prose, sides: Sequence[str] = ()) -> None:
        self._names = dict(country_names())
        self.parties = {
            country["key"]: Party(country["key"], country["names"][0], country["key"])
            for country in register("parties")["countries"]
        }
        for side in sides:
            key, _, name = side.partition("=")
            if name:
                self._declare(key, name, key)
        self.sides = tuple(unique(side.partition("=")[0] for side in sides)) or sides_of(prose)
        self._side_names = self._said_of_sides()
        self._declare_agencies()
        text = " ".join(sentence.text for sentence in prose.sentences)
        self._define(text)
        self._declare_compounds(text)
        self._finder = Names(self._names)

    def mentions(self, text: str) -> list[Mention]:
        """Every party that the text names."""
        return [Mention(begin, end, self._names[text[begin:end]]) for begin, end in self._finder.spans(text)]

    def countries_in(self, text: str) -> list[str]:
        """The governments that a text names, by their names or by adjectives."""
        found = (self._country(word) for word in country_words().found(text))
        return unique(key for key in found if key)

    def is_country(self, key: str) -> bool:
        """Whether it is a government, and not a body of one."""
        return self.parties[key].side == key

    def is_body(self, key: str) -> bool:
        """Whether it is a body of one country."""
        return self.parties[key].side not in (MANY, key)

    def unknown(self, name: str) -> str:
        """The key of a body that nothing has introduced; it is taken for one of the first side's."""
        key = _key_of(name)
        self.parties.setdefault(key, Party(key, name, self.sides[0] if self.sides else MANY))
        return key

    def _country(self, word: str) -> str | None:
        key = self._names.get(word)
        return key if key and self.is_country(key) else adjectives().get(word)

    # What is declared

    def _said_of_sides(self) -> dict[str, str]:
        """What the governments that met are called, adjectives too."""
        said = {**adjectives(), **country_names()}
        return {name: key for name, key in said.items() if key in self.sides}

    def _declare_agencies(self) -> None:
        for agency in register("parties")["agencies"]:
            ours = agency["side"] in (*self.sides, MANY)
            if ours or agency["key"] not in words("parties", "shared_acronyms"):
                self._declare(agency["key"], agency["name"], agency["side"])

    def _declare(self, key: str, name: str, side: str) -> None:
        self.parties[key] = Party(key, name, side)
        self._names[key] = self._names[name] = key

    def _define(self, text: str) -> None:
        """The acronyms that the text defines, as far as they stand for bodies."""
        acting = acting_in(text)
        countries = _one_word_countries()
        for one in definitions_in(text):
            if one.key in self.parties and one.key not in words("parties", "shared_acronyms"):
                if one.name:
                    self._names[one.name] = one.key
                    self._side_names |= {one.name: one.key} if one.key in self.sides else {}
            elif _is_body(one, countries, acting):
                side = MANY if _is_forum(one.name, alone=True) else self._side_of(text, one)
                self._declare(one.key, one.name, side)
                self._names[one.acronym] = one.key
            elif one.key in self.parties and not self.is_country(one.key):
                del self.parties[one.key]
                self._names = {name: key for name, key in self._names.items() if key != one.key}

    def _side_of(self, text: str, one: Definition) -> str:
        """The side of a body that the text defines: by its name, or by the country that stands nearest before it."""
        for word, key in marks():
            if word in one.name:
                return key
        around = text[max(0, one.start - 160) : one.start] + text[one.end : one.end + 40]
        places = [(around.rfind(name), key) for name, key in self._side_names.items() if name in around]
        return max(places)[1] if places else (self.sides[0] if self.sides else MANY)

    def _declare_compounds(self, text: str) -> None:
        """Bodies that are called after a country: `Wageningen Netherlands`, not `South Korea`."""
        for found in _NAMED.finditer(text):
            name = found[0]
            first, *_, last = name.split()
            country = self._names.get(last)
            if len(name.split()) != 2 or not country or first in _COMPASS or not self.is_country(country):
                continue
            if name not in self._names and not any(
                name in known or known in name for known in self._names if " " in known and len(known) > 9
            ):
                key = _key_of(name)
                self.parties[key] = Party(key, name, country)
                self._names[name] = key


def unique(keys: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(keys))


def _key_of(name: str) -> str:
    """A short name for a body without an acronym."""
    bare = re.sub(r"^(?:The|An?) ", "", name)
    return re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-")[:_LONGEST_KEY] or "body"


# The governments that met


def sides_of(prose: Prose) -> tuple[str, ...]:
    """The governments that met: those that the title names, or else those that the text names most and first."""
    opening = [sentence.text for sentence in prose.sentences[:_OPENING]]
    head = prose.head[:_OPENING]
    for text in (prose.title, *head, " ".join(head)):
        found = unique(_countries(text))
        if len(found) >= 2:
            return tuple(found)
    for text in opening:
        found = unique(_countries(text))
        if 2 <= len(found) <= _MOST_SIDES:
            return tuple(found)
    counts = Counter(key for sentence in prose.sentences for key in _countries(sentence.text))
    return tuple(sorted(unique(_countries(" ".join(opening))), key=lambda key: -counts[key])[:2])


def _countries(text: str) -> list[str]:
    """The governments that a text names, as often as it does."""
    names = country_names()
    return [names.get(word) or adjectives()[word] for word in country_words().found(text)]


# Whether a defined name is a body


def _one_word_countries() -> set[str]:
    return {name for country in register("parties")["countries"] for name in country["names"] if " " not in name}


def _parts(name: str) -> set[str]:
    return set(re.findall(r"[\w\u00c0-\u017f-]+", name))


def _is_body(one: Definition, countries: set[str], acting: set[str]) -> bool:
    """Whether a definition is of a body, and not of a mission or a treaty: by its words, its country, or as it acts."""
    if not one.name or len(one.key) > _LONGEST_KEY:
        return False
    parts = _parts(one.name)
    if _is_forum(one.name) or not words("parties", "body_words").isdisjoint(parts):
        return True
    acts = one.acronym.split()[-1].rpartition("-")[2] in acting
    return (acts or not countries.isdisjoint(parts)) and one.name.split()[-1].lower() not in words(
        "parties", "no_bodies"
    )


def _is_forum(name: str, *, alone: bool = False) -> bool:
    """Whether it is a body of many; `alone` where no word says that it is an agency too: `Space Agency Forum`."""
    parts = _parts(name)
    forum = not words("parties", "forum_words").isdisjoint(parts)
    forum = forum or name.startswith(("International", "United Nations", "World"))
    agency = words("parties", "body_words") - {"Organization", "Organisation"}
    return forum and not (alone and not agency.isdisjoint(parts))
