"""Names in a text: where they stand, the longest first; and what the register calls its governments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(names, key=len, reverse=True):
            if len(name) > 1:
                self._by_start.setdefault(name[:2], []).append(name)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names stand as whole words, none within another."""
        free = 0
        for start in _START.finditer(text):
            begin = start.start()
            if begin < free:
                continue
            for name in self._by_start.get(text[begin : begin + 2], ()):
                end = begin + len(name)
                if text.startswith(name, begin) and not _is_word(text[end : end + 1]):
                    yield begin, end
                    free = end
                    break

    def found(self, text: str) -> list[str]:
        """The names that stand there, in order."""
        return [text[begin:end] for begin, end in self.spans(text)]


_START = re.compile(r"(?<!\w)\S")


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


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
