"""Properties of `draft` for any sentence: no title loses a negation or a condition, or adds a word."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.draft_titles import CUT, DISTORTING, NO_VERB, NOT_VERBATIM, faults_of
from spacedialog.drafting.candidates import Candidate
from spacedialog.drafting.draft import About, draft
from spacedialog.model.dates import VagueDate
from spacedialog.statements import prose

SUBJECTS = ["Both sides", "The two governments", "Japan", "Japan and Australia", "We", "The leaders", "JAXA and CSIRO"]
GOVERNING = [
    *("will", "shall", "agreed to", "decided to", "intend to", "plan to", "pledged to", "are determined to", "seek to"),
    *("will continue to", "resolved to work together to", "reaffirmed their commitment to", "would", "may"),
]
REFRAINING = ["will not", "shall not", "agreed not to", "pledged never to", "undertake not to", "intend not to"]
PHRASES = [
    *("map the northern reef", "open a museum of the sea in Cairns", "exchange data on tides and waves"),
    *("expand and deepen the training of divers", "build a pier to shelter ferries and protect the beach"),
    *("counter smuggling by small boats, including through joint patrols", "negotiate rules on charts"),
    *("fund a laboratory that will study corals", "advance free, open and safe shipping"),
    *("reduce the worst forms of pollution", "sign an agreement on fisheries with the Pacific Community (SPC)"),
]
CONDITIONS = [
    *("if funds allow", "subject to their national laws", "unless the other side objects in writing"),
    *("provided that the insurers consent", "where appropriate"),
]
DATES = ["", "", " by 2030", " in the first half of 2027", " later this year", " on 5 October 2026"]
NEGATION = re.compile(r"\b(?:not|never|refrain)\b", re.IGNORECASE)


class Said(NamedTuple):
    """A sentence, with the parts that its titles must keep."""

    text: str
    negated: bool
    condition: str | None


@st.composite
def sentences(draw: st.DrawFn) -> Said:
    """Return a sentence of a subject, a governing verb, verbs with their objects, a condition and a date."""
    negated = draw(st.booleans())
    governing = draw(st.sampled_from(REFRAINING if negated else GOVERNING))
    phrases = draw(st.lists(st.sampled_from(PHRASES), min_size=1, max_size=3, unique=True))
    *first, last = phrases
    joined = f"{', '.join(first)}{',' if len(first) > 1 else ''} {'or' if negated else 'and'} {last}" if first else last
    condition = draw(st.none() | st.sampled_from(CONDITIONS))
    subject, when = draw(st.sampled_from(SUBJECTS)), draw(st.sampled_from(DATES))
    if condition and condition.startswith("if") and draw(st.booleans()):
        lowered = subject if subject[0] == "J" else subject[0].lower() + subject[1:]
        return Said(f"{condition.capitalize()}, {lowered} {governing} {joined}{when}.", negated, condition)
    end = f", {condition}" if condition else ""
    return Said(f"{subject} {governing} {joined}{when}{end}.", negated, condition)


def found(text: str) -> tuple[Candidate, ...]:
    """Return the candidates of a text on a meeting of Japan and Australia."""
    read = prose.read(f"Joint Statement of Japan and Australia\n\n{text}", "text")
    return draft(read, About(VagueDate.parse("2026-05-21")), name="text", compiled=date(2026, 11, 23)).candidates


@settings(max_examples=150)
@given(sentences())
@example(Said("Both sides will not test destructive missiles.", negated=True, condition=None))
def test_no_title_loses_the_negation_or_the_condition(said: Said) -> None:
    """Every title of a negated sentence is negated, every title of a conditional one has the condition."""
    for candidate in found(said.text):
        assert bool(NEGATION.search(candidate.title)) == said.negated
        assert (said.condition or "").lower() in candidate.title.lower()
        faults = faults_of(candidate.title, said.text, strength=candidate.strength.value)
        assert DISTORTING.isdisjoint(faults), candidate.title


@settings(max_examples=150)
@given(sentences())
def test_every_title_is_made_of_words_of_the_sentence(said: Said) -> None:
    """A title has the words of its sentence, in its order and at most inflected, and no others."""
    for candidate in found(said.text):
        stems = {word[:3] for word in re.findall(r"[\w'-]+", said.text.lower())}
        words = re.findall(r"[\w'-]+", candidate.title.lower())
        assert {word for word in words if word[:3] not in stems} <= {"refrain", "from", "do", "not"}
        assert not {NO_VERB, NOT_VERBATIM, CUT} & set(faults_of(candidate.title, said.text)), candidate.title
        assert len(words) > 1


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(PHRASES), min_size=1, max_size=4), st.sampled_from(["will", "will not", "agreed not to"])
)
def test_points_keep_the_negation_of_their_introduction(points: list[str], governing: str) -> None:
    """Under an introduction with a negation every title is negated; under one without, none."""
    for candidate in found(f"Both sides {governing}:\n" + "\n".join(f"- {point};" for point in points)):
        assert bool(NEGATION.search(candidate.title)) == ("not" in governing), candidate.title
