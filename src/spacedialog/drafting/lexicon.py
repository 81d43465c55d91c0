"""The register: the data files that say which words mean what, as sets and tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from spacedialog.model.vocabulary import Strength

Form = Literal["base", "s", "ing", "past", "participle"]
"""A form of a verb: `do`, `does`, `doing`, `did`, `done`."""

LADDER = (Strength.EXPLORATORY, Strength.INTENDED, Strength.FIRM, Strength.DELIVERED)
"""How binding a wording is, from the least."""


@cache
def register(name: str) -> Mapping[str, Any]:
    """One of the data files."""
    said: Mapping[str, Any] = json.loads((files("spacedialog.drafting") / "register" / f"{name}.json").read_bytes())
    return said


@cache
def words(name: str, key: str) -> frozenset[str]:
    """One of its lists of words or phrases."""
    return frozenset(register(name)[key])


@cache
def strengths(name: str, key: str) -> Mapping[str, Strength]:
    """One of its lists by strength: each word with how binding it is."""
    return {word: Strength(level) for level, group in register(name)[key].items() for word in group}


def weaker(one: Strength, other: Strength) -> Strength:
    """The less binding of two."""
    return min(one, other, key=LADDER.index)


@cache
def governing() -> Mapping[str, Strength]:
    """Return the phrases of the ladder, each with how binding it is: `look forward` is intended."""
    return strengths("ladder", "governing")


@cache
def governing_verbs() -> Mapping[str, Strength]:
    """Return the first verb of each phrase of the ladder, with the strength of the most binding one."""
    return {phrase.split()[0]: governing()[phrase] for phrase in governing()}


def pattern(key: str, form: str = r"\b(?:{})\b") -> re.Pattern[str]:
    """Return the regular expressions of the ladder under a key as one, in a form such as `\\b(?:{})\\b`."""
    return re.compile(form.format("|".join(register("ladder")[key])), re.IGNORECASE)


CONDITION = pattern("conditions")
"""A wording that makes a promise conditional, or less than it seems."""

KEPT = re.compile(f"{CONDITION.pattern}|{pattern('kept_words').pattern}", re.IGNORECASE)
"""A wording without which a title would say more than its sentence."""

ANNOUNCING = pattern("announcing", r"\b(?:{})\W*$")
"""How a text ends that says nothing by itself but announces a list."""


@cache
def _forms() -> Mapping[str, Mapping[Form, str]]:
    found: dict[str, dict[Form, str]] = {}
    for verb, (s, ing, past, *participle) in register("verbs")["verbs"].items():
        forms: tuple[tuple[Form, str], ...] = (
            ("base", verb),
            ("s", s),
            ("ing", ing),
            ("past", past),
            ("participle", participle[0] if participle else past),
        )
        for form, text in forms:
            found.setdefault(text, {}).setdefault(form, verb)
    return found


def verb_of(low: str, *forms: Form) -> str | None:
    """Return the verb of which a word, in lower case, is one of these forms; None if it is none."""
    known = _forms().get(low, {})
    return next((known[form] for form in forms if form in known), None)
