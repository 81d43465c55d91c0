"""What a candidate is called, which part of its sentence says it, and what kind of commitment it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacedialog.drafting.grammar import PREPOSITIONS
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.reading import Undertaking
from spacedialog.drafting.timing import When
from spacedialog.drafting.tokens import Tokens
from spacedialog.model.vocabulary import Strength

_LONGEST = 160
_SHORTEST = 60
_BEFORE_DATE = re.compile(r"[\s,]+(?:in|on|by|at|from|during|over|for|to|as of)?\s*$")
_LARGE_AT_START = frozenset("the a an this their its".split())
_NO_OBJECT = PREPOSITIONS | {"every", "twice", "annually", "next"}
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


def title_of(text: str, tokens: Tokens, one: Undertaking, dates: Sequence[When]) -> str:
    """A title: the verb and the thing, without the date that ends it."""
    thing = _without_date(text, tokens, one, dates)
    said = " ".join(part for part in (tokens.text(text, one.lead), thing) if part).strip(" ,;:")
    if one.verb and not one.lead[1] and not _is_proper(text, tokens, one):
        said = said[:1].lower() + said[1:]
    verb = _shown_verb(one)
    # A verb that acts upon nothing is itself the thing: `JAXA may join`.
    title = re.sub(r"\s+", " ", said if said.lower() == verb else f"{verb} {said}".strip())
    title = re.sub(r"^(?:that|to|the fact that)\s+", "", title)
    return _shortened(title[:1].upper() + title[1:]) or _shortened(text)


def wording_of(text: str, tokens: Tokens, one: Undertaking) -> str:
    """The part of the sentence that says it; where the verb acts upon nothing (`will meet yearly`), its subject too."""
    whole = tokens.text(text, one.whole)
    acts = one.whole[1] > one.whole[0] and tokens.low(one.thing[0]) not in _NO_OBJECT
    return whole if acts else f"{tokens.text(text, one.subject)} {whole}".strip()


def kind_of(one: Undertaking, thing: str) -> str:
    """The kind of a commitment."""
    return kind_named(one.strength, f"{one.verb} {thing}")


def kind_named(strength: Strength, title: str) -> str:
    """The kind of a commitment, by its strength and the first words of its title."""
    if strength is Strength.EXPLORATORY:
        return "consultation"
    other = "event" if strength is Strength.DELIVERED else "action-item"
    said = title.lower()[:80]
    return next((kind for kind, nouns in _KINDS if re.search(rf"\b(?:{nouns})\b", said)), other)


def _without_date(text: str, tokens: Tokens, one: Undertaking, dates: Sequence[When]) -> str:
    thing = tokens.text(text, one.thing)
    start = tokens[one.thing[0]].start if thing else 0
    end = start + len(thing)
    last = next((d for d in dates if (start < d.start and 0 <= d.end - end < 2) or d.end == end - 1), None)
    if last is None:
        return thing
    bare = _BEFORE_DATE.sub("", text[start : last.start])
    return bare if len(bare.split()) > 1 else thing


def _shown_verb(one: Undertaking) -> str:
    if one.strength is Strength.EXPLORATORY and one.verb in words("verbs", "spoken"):
        return "discuss"
    return "" if one.verb == "be" else one.verb


def _is_proper(text: str, tokens: Tokens, one: Undertaking) -> bool:
    """Whether the thing begins with a name, and not with a word that is large because it opens the sentence."""
    begin, end = one.thing
    if begin >= end or text[: tokens[begin].start].strip():
        return True
    return tokens.low(begin) not in _LARGE_AT_START and not tokens[begin].text[1:].islower()


def _shortened(title: str) -> str:
    """A title of no more than 160 characters, cut at a sign or before a clause, or else at a word."""
    if len(title) <= _LONGEST:
        return title
    cut = max(title.rfind(sign, _SHORTEST, _LONGEST) for sign in (",", ";", " which", " that", " in order"))
    return title[:cut].rstrip(" ,;") if cut > 0 else title[: _LONGEST - 3].rsplit(" ", 1)[0] + "\u2026"
