"""Titles of candidates: the statement's own wording in the imperative, which never says more than the sentence does."""

from __future__ import annotations

import re

from spacedialog.drafting.lexicon import words
from spacedialog.drafting.lists import CONDITION
from spacedialog.drafting.undertakings import Undertaking, action_of
from spacedialog.drafting.verbforms import verb_of
from spacedialog.model.vocabulary import Strength

_HEDGES = frozenset(("may", "might", "could", "would", "should"))
LONG = 120
"""A title of more characters is shortened if the clause has a border at which that is safe."""

_BORDER = re.compile(
    r",? (?:which|including|in order to|so that|so \w+ can|such as|building (?:up)?on|as part of|on the occasion|through"
    r"|in light of|in line with|in support of|for the benefit of|known as|consisting of|focused on|complemented by"
    r"|by \w+ing|(?:all )?while \w+ing|with (?:a|the) \w+ (?:of|to|on)|with special focus|under the)\b"
    r"|, (?:(?P<ing>\w+ing)|in|on|with|at|to|for|from|during|under|where|a|an)\b"
    r"| to (?P<to>\w+)\b|;| ?[\u2013\u2014] ?| - "
)
_TRAILING = re.compile(
    r"(?:[\s,;:.\u2013\u2014-]|\b(?:and|including|including (?:on|in|by|through)|such as|as follows)$)+$"
)
_KEPT = re.compile(
    rf"{CONDITION.pattern}|\b(?:not|no|never|without|neither|nor|only|against|consistent with|in accordance with|subject"
    r"|pursuant|within (?:available|existing|their|its|the limits)|may|might|could|as far as|to the extent)\b"
)
"""What a title must not lose, since it would say more without it."""

_OPEN = re.compile(
    r"\b(?:the|an?|of|to|in|on|for|with|and|or|by|at|from|as|their|its|our|between|both|that|including|through|via|within|such|as|is|are|be|areas|fields|sectors)$",
    re.IGNORECASE,
)


def title_of(text: str, one: Undertaking) -> str:
    """Return the title of an undertaking of a text.

    It is the action in the imperative, or the clause as it stands if a verb such as `may`, a negation in the subject or
    a verb that is unknown would be lost.
    """
    action = action_of(text, one)
    if not one.verb:
        return _shortened(_large(action))
    subject, governing = text[one.subject : one.subject_end], text[one.begin : one.governed]
    condition = text[one.condition : one.condition_end].strip().rstrip(",")
    lost = set(re.findall(r"[a-z]+", f"{subject} {governing}".lower()))
    if lost & _HEDGES or (not one.is_negated and lost & words("ladder", "negations")):
        said = f"{subject} {governing}{action}"
    else:
        said = text[one.start : one.head] + one.verb + action[one.head_end - one.start :]
        said = f"do not {said}" if one.is_negated else said
    return _shortened(_large(f"{condition}, {said}" if condition else said))


def _large(title: str) -> str:
    if title.count("\u201c") != title.count("\u201d"):
        title = title.rstrip(" .,\u201d").replace("\u201c", "", 1 if title.startswith("\u201c") else 0)
    title = _TRAILING.sub("", " ".join(title.split())).replace(" to: ", " to ")
    return title[:1].upper() + title[1:]


def _shortened(title: str) -> str:
    """Return a title without what follows a border of the clause, if it is long and no condition is lost by that."""
    if len(title) <= LONG:
        return title
    kept = title
    for border in reversed([found for found in _BORDER.finditer(title) if _is_border(title, found)]):
        shorter = _TRAILING.sub("", title[: border.start()])
        if _KEPT.search(title[border.start() :].lower()):
            break
        if _OPEN.search(shorter) or any(
            shorter.count(one) != shorter.count(other) for one, other in ("()", "\u201c\u201d")
        ):
            continue
        kept = shorter
        if len(kept) <= LONG:
            break
    return kept


def _is_border(title: str, found: re.Match[str]) -> bool:
    """Return whether a clause ends here: no noun in -ing, and no `to` that the words before it need."""
    before = title[: found.start()].split()
    if len(before) < 4 or found["ing"] in words("verbs", "ing_nouns"):
        return False
    is_purpose = before[-1].lower() not in words("ladder", "needing_to") and not before[-1].lower().endswith(
        ("ly", "ing")
    )
    leads = words("ladder", "leading") & {word.lower() for word in before[:3]}
    return found["to"] is None or (is_purpose and not leads and verb_of(found["to"], "base") is not None)


_KINDS = (
    (
        "event",
        r"meeting|dialogue|forum|workshop|conference|launch|convene|meet|host|hold|symposium|summit|campaign|exercise"
        r"|ceremony",
    ),
    ("agreement", r"agreement|arrangement|memorandum|protocol|treaty|declaration|contract|convention"),
    ("study", r"study|studies|assessment|feasibility|survey"),
    ("participation", r"participat\w+|join\w*|accession|membership|contribut\w+"),
)


def kind_of(title: str, strength: Strength) -> str:
    """Return the kind of a commitment, by the words of its title."""
    if strength is Strength.EXPLORATORY:
        return "consultation"
    other = "event" if strength is Strength.DELIVERED else "action-item"
    said = title.lower()[:80]
    return next((kind for kind, nouns in _KINDS if re.search(rf"\b(?:{nouns})\b", said)), other)
