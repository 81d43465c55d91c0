"""A finder of names in a text, and the names of governments in the register."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from spacedialog.drafting.lexicon import register

MANY = "INT"
"""The side of international bodies."""


class Party(NamedTuple):
    """A government or a body: its key in a data file, its name, and its side."""

    key: str
    name: str
    side: str


class Names:
    """Names to find in texts. If several match at one place, the longest counts."""

    def __init__(self, names: Iterable[str]) -> None:
        # Grouped by length too, because a text may define thousands of names with the same first word.
        self._by_word: dict[str, dict[int, set[str]]] = {}
        for name in sorted(names, key=len, reverse=True):
            first = _WORD.match(name)
            if first:
                self._by_word.setdefault(first[0], {}).setdefault(len(name), set()).add(name)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the start and the end of each name in a text, as whole words; they do not overlap."""
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


_WORD = re.compile(r"\w+")


@cache
def country_names() -> Mapping[str, tuple[str, ...]]:
    """Return the names of countries and groups, and their adjectives, each with the keys of its countries."""
    said = register("parties")
    names: dict[str, tuple[str, ...]] = dict.fromkeys(said["no_countries"], ())
    names |= {name: tuple(keys) for name, keys in said["groups"].items()}
    for country in said["countries"]:
        first, key = country["names"][0], (country["key"],)
        for name in (*country["names"], *(f"{state} of {first}" for state in said["states"]), *country["adjectives"]):
            names.setdefault(name, key)
    return names


@cache
def country_finder() -> Names:
    """Return the finder of the names in `country_names`."""
    return Names(country_names())


def countries_in(text: str) -> list[str]:
    """Return the governments that a text names, each as often as it is named."""
    return [key for begin, end in country_finder().spans(text) for key in country_names()[text[begin:end]]]
