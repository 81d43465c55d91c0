"""The register of the rules: the word lists in its data files, as sets, tables and patterns."""

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
"""The strengths of a commitment, from the least to the most binding."""


@cache
def register(name: str) -> Mapping[str, Any]:
    """Return the content of a data file."""
    said: Mapping[str, Any] = json.loads((files("spacedialog.drafting") / "register" / f"{name}.json").read_bytes())
    return said


@cache
def words(name: str, key: str) -> frozenset[str]:
    """Return a list of words or phrases of a data file."""
    return frozenset(register(name)[key])


@cache
def strengths(name: str, key: str) -> Mapping[str, Strength]:
    """Return the words of a list that a data file divides by strength, each with its strength."""
    return {word: Strength(level) for level, group in register(name)[key].items() for word in group}


def weaker(one: Strength, other: Strength) -> Strength:
    """Return the less binding of two strengths."""
    return min(one, other, key=LADDER.index)


@cache
def governing() -> Mapping[str, Strength]:
    """Return the governing phrases, each with its strength: `look forward` is intended."""
    return strengths("ladder", "governing")


@cache
def governing_verbs() -> Mapping[str, Strength]:
    """Return the first verb of each governing phrase, with the strength of the last phrase that begins with it."""
    return {phrase.split()[0]: governing()[phrase] for phrase in governing()}


def pattern(key: str, form: str = r"\b(?:{})\b") -> re.Pattern[str]:
    """Return the regular expressions under a key of ladder.json as one, in a form such as `\\b(?:{})\\b`."""
    return re.compile(form.format("|".join(register("ladder")[key])), re.IGNORECASE)


CONDITION = pattern("conditions")
"""A wording that makes a promise conditional or limits it."""

KEPT = re.compile(f"{CONDITION.pattern}|{pattern('kept_words').pattern}", re.IGNORECASE)
"""A wording that a title must keep, because the title would promise more without it."""

ANNOUNCING = pattern("announcing", r"\b(?:{})\W*$")
"""The end of a text that only announces a list."""


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
    """Return the base form of a verb, if a word in lower case is one of these forms of it; else None."""
    known = _forms().get(low, {})
    return next((known[form] for form in forms if form in known), None)
