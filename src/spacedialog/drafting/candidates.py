"""The candidates of a sentence: each thing undertaken with its title, parties and date; or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.drafting.actors import Actors
from spacedialog.drafting.areas import Areas
from spacedialog.drafting.cycles import Cycle, cycles_in
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.prose import Sentence
from spacedialog.drafting.reading import Undertaking
from spacedialog.drafting.timing import When, dates_in
from spacedialog.drafting.titles import kind_of, title_of, wording_of
from spacedialog.drafting.tokens import Span, Tokens, tokens_of
from spacedialog.drafting.undertakings import undertakings
from spacedialog.model.vocabulary import Strength

LONGEST = 1_500
"""The maximum length of a sentence, in characters. The longest known has 422; time grows with the square."""

_DATELINE = re.compile(r"^[A-Z][\w .,'()]{2,60}?\s(?:--|\u2014|\u2013)\s+(?=[A-Z])")
_LABEL = re.compile(r"^[A-Z][\w /&,-]{2,40}:\s+")
_OUTSIDER = re.compile(
    r"\b(?:said|says|argued|warned|noted|wrote|according to)\b[^.]{0,80}?\b(?:analysts?|experts?|critics?|professor"
    r"|researcher|economist|observers?|commentator|historian|campaigners?|activists?)\b"
)
_ABOUT_THE_TEXT = re.compile(
    r"(?:the )?following (?:\w+ ){0,2}\w+(?: (?:are|is) .*)?$"
    r"|(?:this|the present) (?:joint )?(?:statement|declaration|vision|communiqu\u00e9|document|record|fact sheet)\b",
    re.IGNORECASE,
)
_PURPOSE_OF_TEXT = re.compile(
    r"\b(?:purpose|aim|objective) of this\b|\bthis (?:memorandum|agreement|arrangement)\b", re.IGNORECASE
)
_AFTERWARDS = re.compile(r"(?:Following|After|Since|Building|Recalling|Noting|Welcoming)\b")
"""What opens a sentence with a date that is of something else."""


class Candidate(NamedTuple):
    """A commitment that was found in a sentence, for a person to review.

    `wording` is the part of the sentence that it was found in. `due` is an EDTF date and `recurs` a span (`2 years`),
    each None if the text has none. `parties` are keys, the first one leads. `why` names the rule that found the
    candidate, and `confidence` (0 to 1) depends only on that rule.
    """

    sentence: Sentence
    title: str
    strength: Strength
    area: str
    kind: str
    parties: tuple[str, ...]
    due: str | None
    recurs: str | None
    wording: str
    why: str
    confidence: float


class _Said(NamedTuple):
    """A sentence as it is read: for a point of a list its stem goes before it; `begin` is where its own words do."""

    text: str
    tokens: Tokens
    begin: int
    found: Sequence[Undertaking]


def candidates_of(
    sentence: Sentence, actors: Actors, areas: Areas, when: date | None, *, goes_on: bool
) -> Iterator[Candidate]:
    """What a sentence undertakes; `goes_on` where another follows in its paragraph."""
    if _is_too_long(sentence) or _OUTSIDER.search(sentence.text):
        return
    said = _said(sentence)
    dates = {past: dates_in(said.text, when, past=past) for past in (True, False)}
    cycles = cycles_in(said.text)
    for number, found in enumerate(said.found):
        one = found._replace(
            thing=_from(said.tokens, found.thing, said.begin), whole=_from(said.tokens, found.whole, said.begin)
        )
        known = dates[one.strength is Strength.DELIVERED]
        due = _due(said, one, number, known)
        thing = said.tokens.text(said.text, one.thing)
        candidate = Candidate(
            sentence,
            title_of(said.text, said.tokens, one, known),
            one.strength,
            areas.of(sentence, thing),
            kind_of(one, thing),
            tuple(actors.of(said.text, said.tokens, one)),
            due.edtf if due else None,
            _recurs(said, one, cycles),
            wording_of(said.text, said.tokens, one),
            one.why,
            one.sure,
        )
        announces = goes_on and sentence.text.endswith(":") and " " not in candidate.title
        if not (announces or (goes_on and _is_bare_topic(one)) or _is_about_the_text(one, candidate.wording)):
            yield candidate


def why_none(sentence: Sentence) -> str:
    """Why nothing was found in a sentence, as far as its words tell."""
    if _is_too_long(sentence):
        return "too long for a sentence"
    text = sentence.text.lower()
    return next((why for pattern, why in _WHY_NONE if pattern.search(text)), "no wording of a commitment")


_WHY_NONE = (
    (re.compile(r"\b(?:led|co-?chaired|attended|headed|represented|took part|accompanied)\b"), "names participants"),
    (re.compile(r"\b(?:thank|gratitude|appreciation|hospitality)\w*\b"), "thanks"),
    (re.compile(r"\b(?:not|no|never|against|neither)\b"), "negation or refusal"),
    (
        re.compile(
            r"\b(?:importan\w+|value|friendship|role|recogni[sz]\w+|underlin\w+|stress\w+|emphasi[sz]\w+|underscor\w+"
            r"|welcom\w+|spirit|trust)\b"
        ),
        "praise or emphasis without a commitment",
    ),
)


def _is_too_long(sentence: Sentence) -> bool:
    return len(sentence.stem) + len(sentence.text) > LONGEST


def _is_about_the_text(one: Undertaking, wording: str) -> bool:
    """Whether it speaks of the statement itself: that it was adopted, what its purpose is, that it may be amended."""
    if one.verb in ("amend", "terminate", "interpret"):
        return True
    return bool(_ABOUT_THE_TEXT.match(wording) or _PURPOSE_OF_TEXT.search(wording))


def _is_bare_topic(one: Undertaking) -> bool:
    """`Space was discussed too.`, when the paragraph goes on to say what of it."""
    bare = one.subject == one.thing and one.thing[1] - one.thing[0] <= 2
    return bare and one.strength is Strength.EXPLORATORY and one.verb in words("verbs", "bare_topics")


# A sentence, or a point with its stem


def _said(sentence: Sentence) -> _Said:
    stem = re.sub(r"[:\u2014\u2013-]+\s*$", "", sentence.stem).strip()
    own = _LABEL.sub("", _DATELINE.sub("", sentence.text))
    if not stem or own[:1].isupper():
        tokens = tokens_of(own)
        found = undertakings(tokens)
        if found or not stem:
            return _Said(own, tokens, 0, found)
    joined = own[:1].lower() + own[1:] if own[1:2].islower() else own
    begin = len(stem) + 1
    text = f"{stem} {joined}"
    tokens = tokens_of(text)
    found = [one for one in undertakings(tokens) if tokens[max(one.thing[1] - 1, 0)].end > begin]
    return _Said(text, tokens, begin, found or list(_announced(tokens, stem, begin)))


def _announced(tokens: Tokens, stem: str, begin: int) -> Iterator[Undertaking]:
    """A point that its stem only announces: `plan the following measures:`; as strong as the stem's last verb."""
    every = undertakings(tokens_of(stem))
    start = next((n for n, token in enumerate(tokens) if token.start >= begin), None)
    if not every or start is None:
        return
    last, thing = every[-1], (start, len(tokens))
    looking = tokens.low(start) in words("nouns", "looking")
    passive = "passive" in last.why or last.subject == last.thing
    yield last._replace(
        verb="",
        lead=(0, 0),
        thing=thing,
        subject=(0, start) if passive else last.subject,
        whole=thing,
        strength=Strength.EXPLORATORY if looking else last.strength,
        why=f"a point, {last.why}",
    )


def _from(tokens: Tokens, span: Span, begin: int) -> Span:
    """A stretch from a character on."""
    start, end = span
    while start < end and tokens[start].end <= begin:
        start += 1
    return start, end


# Dates


def _due(said: _Said, one: Undertaking, number: int, dates: Sequence[When]) -> When | None:
    """The date of a thing: one that stands in it, or one that opens the sentence and so is of all in it."""
    tokens = said.tokens
    known = [d for d in dates if d.start >= said.begin]
    own = [d for d in known if _holds(tokens, one.whole, d)]
    inner = [d for d in own if _holds(tokens, one.thing, d)]
    others = [other.thing for n, other in enumerate(said.found) if n != number]
    alone = inner or [d for d in own if not any(_holds(tokens, other, d) for other in others)]
    if alone:
        return alone[0]
    trailing = _trailing(said, one, known)
    if trailing or _AFTERWARDS.match(said.text, said.begin):
        return trailing
    first = min((tokens[o.subject[0]].start for o in said.found if o.subject[1] > o.subject[0]), default=0)
    return next((d for d in known if d.end <= first), None)


def _trailing(said: _Said, one: Undertaking, dates: Sequence[When]) -> When | None:
    """The date after the last of the things that one verb acts upon: `exchange data and plans from April 2026`."""
    if one.group < 0:
        return None
    last, tokens = _last_of_group(said, one), said.tokens
    end = tokens[last.whole[1] - 1].end
    return next((d for d in dates if abs(d.end - end) <= 1 and d.start > tokens[last.thing[0]].start), None)


def _recurs(said: _Said, one: Undertaking, cycles: Sequence[Cycle]) -> str | None:
    wholes = [one.whole, *([_last_of_group(said, one).whole] if one.group >= 0 else [])]
    return next((c.every for c in cycles if any(_holds(said.tokens, whole, c) for whole in wholes)), None)


def _last_of_group(said: _Said, one: Undertaking) -> Undertaking:
    return [other for other in said.found if other.group == one.group][-1]


def _holds(tokens: Tokens, span: Span, of: When | Cycle) -> bool:
    """Whether a date begins in a stretch."""
    begin, end = span
    return end > begin and tokens[begin].start <= of.start < tokens[end - 1].end
