"""The forms of the register's verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from spacedialog.drafting.lexicon import register, words

Form = Literal["base", "s", "past", "participle", "ing"]


@cache
def all_forms() -> Mapping[str, Mapping[Form, str]]:
    """Return every form of every verb of the register, in lower case, with the verb for each form it can be."""
    found: dict[str, dict[Form, str]] = {}
    for verb in register("verbs")["verbs"]:
        prefix, hyphen, last = verb.rpartition("-")
        for text, form in _conjugated(last):
            found.setdefault(prefix + hyphen + text, {}).setdefault(form, verb)
    return found


def verb_of(word: str, form: Form) -> str | None:
    """Return the verb of which a word, in lower case, is this form; None if it is not a form of a verb."""
    return all_forms().get(word, {}).get(form)


def _conjugated(verb: str) -> Iterator[tuple[str, Form]]:
    """Yield the forms of a verb: `plan`, `plans`, `planning`, `planned`."""
    yield verb, "base"
    is_y = verb.endswith("y") and verb[-2:-1] not in "aeiou"
    yield (
        (verb[:-1] + "ies" if is_y else verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")),
        "s",
    )
    stem = verb + verb[-1] if verb in words("verbs", "doubling") else verb
    drops_e = stem.endswith("e") and not stem.endswith(("ee", "oe", "ye"))
    yield (f"{stem[:-1]}" if drops_e else stem) + "ing", "ing"
    past = f"{stem}d" if stem.endswith("e") else f"{stem[:-1]}ied" if is_y else f"{stem}ed"
    irregular = register("verbs")["irregular"].get(verb, [past])
    yield irregular[0], "past"
    yield irregular[-1], "participle"
