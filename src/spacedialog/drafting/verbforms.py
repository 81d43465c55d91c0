"""The forms of the register's verbs: which verb a word may be a form of, and which form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.tokens import Token

Form = Literal["base", "s", "past", "participle", "ing"]


def lemma(token: Token, *forms: Form) -> str | None:
    """The verb that the word is a form of, if it can be one of these forms."""
    return next((verb for verb, form in _forms_of(token) if form in forms), None)


def base_of(word: str) -> str:
    """The base form of a verb in -ing, known or not."""
    low = word.lower()
    known = next((verb for verb, form in _every_form().get(low, ()) if form == "ing"), None)
    if known:
        return known
    stem = low.removesuffix("ing")
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return f"{stem}e" if _LOST_E.search(stem) and not _WITHOUT_E.search(stem) else stem


_LOST_E = re.compile(r"(?:[aeiou][bcdgklmnprstuvz]|[^aeiou]l|rg|ng|rc|nc|rv|lv|ns|u)$")
_WITHOUT_E = re.compile(r"(?:[aeiou]{2}[a-z]|en|er|on|or|it|op)$")


def _forms_of(token: Token) -> tuple[tuple[str, Form], ...]:
    """The verbs that a word may be a form of; none for a name in capitals."""
    if token.text.isupper() and len(token.text) > 1:
        return ()
    return _every_form().get(token.low, ())


@cache
def _every_form() -> Mapping[str, tuple[tuple[str, Form], ...]]:
    """Every form of every verb of the register: the verbs it may be of, and which form of each."""
    verbs = register("verbs")
    known = set(words("actions", "verbs"))
    for group in (*verbs["governing"].values(), *(verbs[k] for k in ("noting", "saying", "delivered", "attendance"))):
        known |= {phrase.split()[0] for phrase in group}
    forms: dict[str, list[tuple[str, Form]]] = {}
    for verb in sorted(known - {"be"}):
        prefix, hyphen, last = verb.rpartition("-")
        for text, form in _conjugated(last):
            forms.setdefault(prefix + hyphen + text, []).append((verb, form))
    return {text: tuple(found) for text, found in forms.items()}


def _conjugated(verb: str) -> Iterator[tuple[str, Form]]:
    """The forms of a verb: `plan`, `plans`, `planning`, `planned`."""
    yield verb, "base"
    yield _third_person(verb), "s"
    irregular = register("words")["irregular"].get(verb)
    for stem in _stems(verb):
        yield _ing(stem), "ing"
        if not irregular:
            past = _past(stem)
            yield past, "past"
            yield past, "participle"
    if irregular:
        yield irregular[0], "past"
        yield irregular[-1], "participle"


def _ends_in_consonant_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2:-1] not in "aeiou"


def _third_person(verb: str) -> str:
    if _ends_in_consonant_y(verb):
        return f"{verb[:-1]}ies"
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _stems(verb: str) -> list[str]:
    """What the endings go on: `plann`, and both `modell` and `model`."""
    if verb not in words("words", "doubling"):
        return [verb]
    return [verb + verb[-1], *([verb] if verb in words("words", "sometimes_doubling") else [])]


def _ing(stem: str) -> str:
    if stem.endswith("ie"):
        return f"{stem[:-2]}ying"
    drops_e = stem.endswith("e") and not stem.endswith(("ee", "oe", "ye"))
    return f"{stem[:-1] if drops_e else stem}ing"


def _past(stem: str) -> str:
    if stem.endswith("e"):
        return f"{stem}d"
    return f"{stem[:-1]}ied" if _ends_in_consonant_y(stem) else f"{stem}ed"
