"""A verb of a sentence, and which of the register's kinds it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from spacedialog.drafting.lexicon import register, strengths, weaker, words
from spacedialog.model.vocabulary import Strength

Kind = Literal["governing", "modal", "noting", "saying", "delivered", "attendance", "progress", "be", "other"]

BE = frozenset("be been being is are was were am 's".split())
FINITE_BE = frozenset("is are was were".split())
HAVE = frozenset("has have had having".split())
DO = frozenset("do does did".split())


class Verb(NamedTuple):
    """A verb group: its tokens' span, its main verb with the words that belong to it, and how it is said."""

    start: int
    end: int
    lemma: str
    phrase: str
    modal: str
    negated: bool
    passive: bool
    progressive: bool
    past: bool


def modals() -> Mapping[str, Strength]:
    """The modal verbs, each with its strength."""
    return strengths("verbs", "modals")


@cache
def phrases() -> Mapping[str, Mapping[str, tuple[Kind, Strength | None]]]:
    """Every phrase of the register by its first word, with what kind of verb it is."""
    said = register("verbs")
    found: dict[str, dict[str, tuple[Kind, Strength | None]]] = {}

    def add(group: Sequence[str], kind: Kind, strength: Strength | None) -> None:
        for phrase in group:
            found.setdefault(phrase.split()[0], {}).setdefault(phrase, (kind, strength))

    # The first kind that has a phrase keeps it.
    add(said["attendance"], "attendance", None)
    for level, group in said["governing"].items():
        add(group, "governing", Strength(level))
    add(said["noting"], "noting", None)
    add(said["saying"], "saying", None)
    add(said["delivered"], "delivered", Strength.DELIVERED)
    return found


def kind_of(verb: Verb) -> tuple[Kind, Strength | None]:
    """What kind of verb it is as it stands here, and how binding that is."""
    if verb.modal:
        return _kind_with_modal(verb)
    kind, strength = _kind_of_phrase(verb)
    goes_on = kind in ("delivered", "other") and (verb.progressive or (kind == "other" and _is_ongoing(verb)))
    if goes_on:
        return "progress", Strength.EXPLORATORY
    if kind == "delivered" and not (verb.past or verb.passive):
        return ("progress", Strength.EXPLORATORY) if _is_ongoing(verb) else ("other", None)
    return kind, strength


def _kind_of_phrase(verb: Verb) -> tuple[Kind, Strength | None]:
    if verb.phrase == "be":
        return "be", None
    return phrases().get(verb.phrase.split()[0], {}).get(verb.phrase, ("other", None))


def _kind_with_modal(verb: Verb) -> tuple[Kind, Strength | None]:
    """`will discuss` is weaker than `will`; `will review` is not."""
    said = modals()[verb.modal]
    kind, strength = _kind_of_phrase(verb)
    if kind == "governing" and strength is not None and verb.phrase not in words("verbs", "plain"):
        return kind, weaker(said, strength)
    return "modal", said


def _is_ongoing(verb: Verb) -> bool:
    return verb.lemma in words("verbs", "ongoing")
