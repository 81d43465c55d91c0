"""The candidates of a sentence, each with its title, parties and date, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.drafting.areas import Areas
from spacedialog.drafting.lexicon import pattern, register
from spacedialog.drafting.parties import Parties
from spacedialog.drafting.readings import Undertaking, action_of
from spacedialog.drafting.timing import When, cycles_in, dates_in
from spacedialog.drafting.titles import title_of
from spacedialog.drafting.tokens import MODALS
from spacedialog.drafting.undertakings import point, undertakings
from spacedialog.model.dates import VagueDate
from spacedialog.model.vocabulary import Strength
from spacedialog.statements.prose import Sentence

LONGEST = 1_500
"""The maximum length of a sentence, in characters. The longest known one has 422. Time grows with length squared."""

_DATELINE = re.compile(r"^[A-Z][\w .,'()]{2,60}?\s(?:--|\u2014|\u2013)\s+(?=[A-Z])")
_LABEL = re.compile(r"^[A-Z][\w /&,-]{2,40}:\s+")
_SUBJECTLESS = re.compile(r"(?:Further )?(?:Reaffirming|Recalling|Welcoming)\b", re.IGNORECASE)


def _any(wordings: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of the wordings, as whole words."""
    return re.compile(rf"\b(?:{'|'.join(wordings)})\b", re.IGNORECASE)


_SAID = register("sentences")
_OUTSIDER = re.compile(rf"\b(?:{'|'.join(_SAID['reporting'])})\b[^.]{{0,80}}?\b(?:{'|'.join(_SAID['outsiders'])})")
_ABOUT_THE_TEXT, _AFTERWARDS = _any(_SAID["texts"]), _any(_SAID["afterwards"])
_REFUSING = pattern("refused_stems")
_WHY_NONE = {why: _any(wordings) for why, wordings in _SAID["why_none"].items()}


class Candidate(NamedTuple):
    """A commitment that was found in a sentence, for a person to review.

    `wording` is the part of the sentence in which it was found. `due` is an EDTF date and `recurs` a span (`2 years`),
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


class Ground(NamedTuple):
    """The date of the meeting, the parties and the areas of a text.

    `when` is the day from which relative dates are counted: the last day of the meeting, or None if it is not known.
    """

    met: VagueDate
    when: date | None
    parties: Parties
    areas: Areas


def candidates_of(sentence: Sentence, ground: Ground) -> Iterator[Candidate]:
    """Yield the candidates of a sentence, or of a point of a list with the text that introduces the list."""
    if _is_too_long(sentence) or _OUTSIDER.search(sentence.text):
        return
    said = _said(sentence, ground.parties.is_party)
    dates = {past: dates_in(said.text, ground.when, past=past) for past in (True, False)}
    cycles = cycles_in(said.text)
    for one in said.found:
        action = action_of(said.text, one)
        title = title_of(said.text, one)
        if not title or _ABOUT_THE_TEXT.search(" ".join(action.split()[:6])):
            continue
        due = _due(said, one, dates[one.strength is Strength.DELIVERED])
        due, strength = in_time(due, one.strength, ground.met)
        area, kind = ground.areas.of(sentence, action), kind_of(title, strength)
        parties = ground.parties.of(sentence, said.text[one.subject : one.subject_end], action)
        recurs = next((c.every for c in cycles if one.start <= c.start < one.end), None)
        values = (area, kind, parties, due, recurs, action, one.why, one.confidence)
        yield Candidate(sentence, title, strength, *values)


class _Said(NamedTuple):
    """A sentence, or a point after its stem, with its undertakings; its own words begin at `begin`."""

    text: str
    begin: int
    found: Sequence[Undertaking]


def _said(sentence: Sentence, is_party: Callable[[str], bool]) -> _Said:
    own = _LABEL.sub("", _DATELINE.sub("", sentence.text))
    stem = re.sub(r"[\s:\u2014\u2013-]+$", "", sentence.stem)
    if not stem:
        is_subjectless = _SUBJECTLESS.match(own)
        return _Said(own, 0, undertakings(own, is_party) or (point(own, 0, is_party) if is_subjectless else []))
    is_open = stem.lower().endswith((" to", " not", *(f" {modal}" for modal in MODALS))) or is_party(stem)
    text = f"{stem}{' ' if is_open else ': '}{own[:1].lower() + own[1:] if is_open and own[1:2].islower() else own}"
    begin = len(text) - len(own)
    if not _REFUSING.search(stem) and (found := undertakings(own, is_party)):
        return _Said(own, 0, found)
    found = point(text, begin, is_party) or [one for one in undertakings(text, is_party) if one.end > begin]
    return _Said(text, begin, found)


def _due(said: _Said, one: Undertaking, dates: Sequence[When]) -> str | None:
    """Return the date of an undertaking: in its action, or before the first action of the sentence."""
    found = [d.edtf for d in dates if (one.gap_end or one.start) <= d.start < one.end]
    if not found and not _AFTERWARDS.match(said.text, said.begin):
        found = [d.edtf for d in dates if said.begin <= d.end <= said.found[0].start]
    return next(iter(found), None)


def in_time(due: str | None, strength: Strength, met: VagueDate) -> tuple[str | None, Strength]:
    """Return a date and a strength that fit the date of the meeting.

    What is dated after it is at most intended if it is called delivered. What is not delivered is not due before it.
    """
    when = VagueDate.parse(due) if due else None
    is_delivered = strength is Strength.DELIVERED
    if when and is_delivered and when.earliest and met.latest and when.earliest > met.latest:
        return due, Strength.INTENDED
    if when and not is_delivered and when.latest and met.earliest and when.latest < met.earliest:
        return None, strength
    return due, strength


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


def why_none(sentence: Sentence) -> str:
    """Return the likely reason why a sentence has no candidate."""
    if _is_too_long(sentence):
        return "too long for a sentence"
    return next(
        (why for why, wording in _WHY_NONE.items() if wording.search(sentence.text)), "no wording of a commitment"
    )


def _is_too_long(sentence: Sentence) -> bool:
    return len(sentence.stem) + len(sentence.text) > LONGEST
