"""Names in a text: where they stand, the longest first; and what the register calls its governments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from spacedialog.drafting.lexicon import register

MANY = "INT"
"""The side of bodies of many countries."""


class Party(NamedTuple):
    """A government or a body, under the key by which a data file names it, and its side."""

    key: str
    name: str
    side: str


class Names:
    """Names to look for in texts; where several begin at a place, the longest is meant."""

    def __init__(self, names: Iterable[str]) -> None:
        # Names are also grouped by length, because a text may define thousands with the same first word.
        self._by_word: dict[str, dict[int, set[str]]] = {}
        for name in sorted(names, key=len, reverse=True):
            first = _WORD.match(name)
            if first:
                self._by_word.setdefault(first[0], {}).setdefault(len(name), set()).add(name)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names stand as whole words, none within another."""
        free = 0
        for word in _WORD.finditer(text):
            begin = word.start()
            if begin < free:
                continue
            for length, names in self._by_word.get(word[0], {}).items():
                end = begin + length
                if text[begin:end] in names and not _WORD.match(text, end):
                    yield begin, end
                    free = end
                    break

    def found(self, text: str) -> list[str]:
        """The names that stand there, in order."""
        return [text[begin:end] for begin, end in self.spans(text)]


_WORD = re.compile(r"\w+")


# Governments


def known_sides() -> list[str]:
    """The keys of all governments of the register."""
    return [country["key"] for country in register("parties")["countries"]]


@cache
def adjectives() -> Mapping[str, str]:
    """What a country's own things are called (`French`), each with its key."""
    return {word: country["key"] for country in register("parties")["countries"] for word in country["adjectives"]}


@cache
def country_names() -> Mapping[str, str]:
    """What countries are called, each name with its country's key: `Korea`, `Kingdom of Norway`, `the French side`."""
    said = register("parties")
    names: dict[str, str] = {}
    for country in said["countries"]:
        first = country["names"][0]
        forms = [
            *country["names"],
            *(f"{state} of {first}" for state in said["states"]),
            *(f"{adjective} {office}" for adjective in country["adjectives"] for office in said["offices"]),
            *(f"{office} of {first}" for office in said["offices"] if country["adjectives"]),
        ]
        for name in forms:
            names.setdefault(name, country["key"])
    return names


@cache
def marks() -> Sequence[tuple[str, str]]:
    """The words by which a name tells of which country it is, each with its key: `Korea` in `Korea Post`."""
    countries = register("parties")["countries"]
    said = ((word, c["key"]) for c in countries for word in (*c["names"], *c["adjectives"]))
    return [(word, key) for word, key in said if len(word) > 2]


@cache
def country_words() -> Names:
    """The plain names of countries and their adjectives."""
    countries = register("parties")["countries"]
    return Names({word for country in countries for word in (*country["names"], *country["adjectives"])})


@cache
def capitals() -> Mapping[str, str]:
    """Capitals that stand for their governments, each with its country's key."""
    return {
        city: country["key"] for country in reversed(register("parties")["countries"]) for city in country["capital"]
    }
