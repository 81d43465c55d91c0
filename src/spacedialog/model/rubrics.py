"""Rubrics: the verdicts that an assessor may give, their meanings, and the source of the scale.

The rubrics are data files in `scales/`. A rubric that is a published rating scale also has rules that convert statuses
to it; `crosswalk` applies them.
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

DEFAULT_RUBRIC = "fulfilment"
"""Key of the rubric that is used if none is named."""


class Verdict(NamedTuple):
    """One value of a rubric. A `missing` value means that no judgment is possible; agreement does not count it."""

    value: str
    meaning: str
    missing: bool = False


class Rule(NamedTuple):
    """A rule that converts a commitment with one of these statuses to `value`; None for no value.

    `note` is the key of a footnote on what the conversion loses. With `given`, the rule applies only to commitments
    with that trait, a name of `crosswalk.Trait`.
    """

    status: Sequence[str]
    value: str | None
    note: str | None = None
    given: str | None = None


class Rubric(NamedTuple):
    """A scale of verdicts, lowest first if it is `ordinal`. If it is `by_party`, each party gets a verdict of its own.

    The first of the `rules` that applies decides; a rubric without rules has no crosswalk. `remarks` are pairs of a
    strength and the key of the footnote that it adds. `notes` are the footnotes by key; `limits` are the limitations
    of the scale as a whole.
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
        """Return the key and version, as in an assessment."""
        return f"{self.key}@{self.version}"

    @property
    def judgements(self) -> tuple[str, ...]:
        """Return the values that are judgements, in the order of the scale."""
        return tuple(verdict.value for verdict in self.verdicts if not verdict.missing)

    def verdict(self, text: str) -> str:
        """Return the value that a text names, in any case and with spaces or hyphens; raise InputError if none."""
        wanted = _normalized(text)
        for verdict in self.verdicts:
            value = _normalized(verdict.value)
            if wanted in (value, value.removeprefix("+")):
                return verdict.value
        choices = ", ".join(f"'{verdict.value}'" for verdict in self.verdicts)
        raise InputError(f"verdict: '{text}' is not a verdict of {self.name}", f"write one of {choices}")


def _normalized(text: str) -> str:
    text = text.strip().casefold()
    return text if text[:1] in ("-", "+") else _BETWEEN_WORDS.sub("-", text)


@cache
def rubrics() -> dict[str, Rubric]:
    """Return every rubric by name: the default first, then by key and version."""
    every = [_rubric(json.loads(path.read_text("utf-8"))) for path in _FOLDER.glob("*.json")]
    return {
        rubric.name: rubric
        for rubric in sorted(every, key=lambda rubric: (rubric.key != DEFAULT_RUBRIC, rubric.key, rubric.version))
    }


def rubric(text: str) -> Rubric:
    """Return the rubric with a name (key and version) or a key (its newest version); raise InputError if none."""
    return _find("rubric", text, rubrics())


def scale(text: str) -> Rubric:
    """Return the published rating scale with a name or key, as `rubric`; raise InputError if there is none."""
    return _find("scale", text, {name: rubric for name, rubric in rubrics().items() if rubric.rules})


def _find(kind: str, text: str, choices: dict[str, Rubric]) -> Rubric:
    wanted = text.strip().casefold()
    matches = [rubric for rubric in choices.values() if wanted in (rubric.name, rubric.key)]
    if not matches:
        raise InputError(f"there is no {kind} '{text}'", f"write one of {', '.join(choices)}")
    return matches[-1]


def _rubric(content: dict[str, Any]) -> Rubric:
    crosswalk = content.get("crosswalk", {})
    return Rubric(
        content["key"],
        content["version"],
        content["title"],
        content["source"]["name"],
        content["source"].get("url"),
        content["ordinal"],
        content.get("by_party", False),
        tuple(Verdict(**verdict) for verdict in content["verdicts"]),
        tuple(Rule(**rule) for rule in crosswalk.get("rules", ())),
        tuple(crosswalk.get("remarks", {}).items()),
        crosswalk.get("notes", {}),
        tuple(crosswalk.get("limits", ())),
    )
