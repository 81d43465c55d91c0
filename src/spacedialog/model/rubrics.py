"""Rubrics: the verdicts that an assessor may give, what each means, and where the scale comes from.

They are data, in `scales/`. Those that are scales of the field also say how a record is read on them; what follows
from that is `crosswalk`'s business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog.errors import InputError

_FOLDER = Path(__file__).parent / "scales"
_BETWEEN_WORDS = re.compile(r"[\s_-]+")

HOUSE = "fulfilment"
"""The rubric that is meant where none is named."""


class Verdict(NamedTuple):
    """One value of a rubric. One that is `missing` says that there is no judgement, and counts in no agreement."""

    value: str
    meaning: str
    missing: bool = False


class Rule(NamedTuple):
    """On which value a record with one of these statuses falls (None: on none), and what that loses: a note's key.

    With `given`, only where the record has that trait, a name of `crosswalk.Trait`.
    """

    status: Sequence[str]
    value: str | None
    note: str | None = None
    given: str | None = None


class Rubric(NamedTuple):
    """A scale of verdicts, the lowest first where it is `ordinal`. One `by_party` judges each party by itself.

    `rules` are the first that fits; `remarks` add notes for a strength of wording or a trait. Of a rubric with no
    rules there is no crosswalk. `notes` are the footnotes by their keys, `limits` what holds for every line.
    """

    key: str
    version: str
    title: str
    source: str
    url: str | None
    ordinal: bool
    by_party: bool
    verdicts: tuple[Verdict, ...]
    rules: tuple[Rule, ...]
    remarks: tuple[tuple[str, str], ...]
    notes: dict[str, str]
    limits: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its key and version, as an assessment names it."""
        return f"{self.key}@{self.version}"

    @property
    def judging(self) -> tuple[str, ...]:
        """The values that are judgements, in their order."""
        return tuple(verdict.value for verdict in self.verdicts if not verdict.missing)

    def verdict(self, text: str) -> str:
        """The value that a text names, case, spaces and hyphens aside; InputError with what there is."""
        wanted = _plain(text)
        for verdict in self.verdicts:
            if wanted in (_plain(verdict.value), _plain(verdict.value).removeprefix("+")):
                return verdict.value
        choices = ", ".join(f"'{verdict.value}'" for verdict in self.verdicts)
        raise InputError(f"verdict: '{text}' is not a verdict of {self.name}", f"write one of {choices}")


def _plain(text: str) -> str:
    text = text.strip().casefold()
    return text if text[:1] in ("-", "+") else _BETWEEN_WORDS.sub("-", text)


@cache
def rubrics() -> dict[str, Rubric]:
    """Every rubric by its name, those of one key from the oldest to the newest."""
    found = [_rubric(json.loads(path.read_text("utf-8"))) for path in sorted(_FOLDER.glob("*.json"))]
    return {rubric.name: rubric for rubric in sorted(found, key=lambda one: (one.key != HOUSE, one.key, one.version))}


def rubric(text: str) -> Rubric:
    """The rubric that a text names, by its key (the newest version) or key and version; InputError with what there
    is.
    """
    return _named("rubric", text, rubrics())


def scale(text: str) -> Rubric:
    """The scale of the field that a text names; InputError with those there are."""
    return _named("scale", text, {name: one for name, one in rubrics().items() if one.rules})


def _named(kind: str, text: str, choices: dict[str, Rubric]) -> Rubric:
    key = text.strip().casefold()
    found = [one for one in choices.values() if key in (one.name, one.key)]
    if not found:
        raise InputError(f"{kind}: there is none called '{text}'", f"write one of {', '.join(choices)}")
    return found[-1]


def _rubric(read: dict[str, Any]) -> Rubric:
    crosswalk = read.get("crosswalk", {})
    return Rubric(
        read["key"],
        read["version"],
        read["title"],
        read["source"]["name"],
        read["source"].get("url"),
        read["ordinal"],
        read.get("by_party", False),
        tuple(Verdict(**verdict) for verdict in read["verdicts"]),
        tuple(Rule(**rule) for rule in crosswalk.get("rules", ())),
        tuple(crosswalk.get("remarks", {}).items()),
        crosswalk.get("notes", {}),
        tuple(crosswalk.get("limits", ())),
    )
