"""A statement drafted into a data file: one candidate for each thing undertaken, for a person to review.

The rules are those of `undertakings`, `actors` and `timing`; here their findings become commitments, with refs, titles,
areas and sources. Takes no clock and no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.dates import VagueDate, quoted
from spacedialog.drafting.actors import Actors
from spacedialog.drafting.names import MANY, known_sides
from spacedialog.drafting.roster import Roster
from spacedialog.drafting.grammar import PREPOSITIONS
from spacedialog.drafting.lexicon import register
from spacedialog.drafting.reading import Undertaking
from spacedialog.drafting.tokens import Span, Token, tokens_of
from spacedialog.drafting.prose import Prose, Sentence, fingerprint
from spacedialog.drafting.cycles import cycles_in
from spacedialog.drafting.timing import When, dates_in
from spacedialog.drafting.undertakings import undertakings
from spacedialog.errors import InputError
from spacedialog.rows import FindingRow
from spacedialog.words import Status, Strength

DOCUMENT = "STATEMENT"
"""The key of the document that was drafted from."""


class About(NamedTuple):
    """What is known of the meeting besides its text; None is looked for in the text."""

    when: VagueDate | None = None
    key: str | None = None
    series: str | None = None
    number: int | None = None
    title: str | None = None
    place: str | None = None
    url: str | None = None
    sides: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """One thing undertaken, as it was found: its sentence, who, by when; `wording` is its part of the sentence."""

    sentence: Sentence
    found: Undertaking
    title: str
    area: str
    kind: str
    parties: tuple[str, ...]
    due: str | None
    recurs: str | None
    wording: str


class Drafted(NamedTuple):
    """The candidates of a text with what they stand in, and the sentences in which nothing was found, each with why."""

    document: dict[str, Any]
    candidates: tuple[Candidate, ...]
    left_out: tuple[tuple[Sentence, str], ...]
    sentences: tuple[Sentence, ...]

    def findings(self) -> list[FindingRow]:
        """The candidates and the sentences left out, in the order of the text."""
        order = {sentence: place for place, sentence in enumerate(self.sentences)}
        found = [
            (order[one.sentence], _finding(one, commitment))
            for one, commitment in zip(self.candidates, self.document["commitments"], strict=True)
        ]
        found += [
            (order[at], FindingRow(at.paragraph, at.number, None, None, None, (), None, None, None, why, at.text))
            for at, why in self.left_out
        ]
        return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def draft(prose: Prose, about: About, *, name: str, compiled: date) -> Drafted:
    """The data file of a text that is called `name`, compiled on a day.

    InputError where the text has no sentences, or neither it nor `about` says when they met.
    """
    if not prose.sentences:
        raise InputError(
            f"{name}: there is no running text in it", "save the statement as plain text, Markdown or HTML"
        )
    when = about.when or _when(prose)
    if when is None:
        raise InputError(f"{name}: the text does not say when the parties met", "say it: --when 2026-03-12")
    unknown = [side for side in about.sides if side not in known_sides()]
    if unknown:
        raise InputError(
            f"--side: {quoted(unknown[0])} is no government of the register", "write a key such as US, JPN, FRA, EU"
        )
    roster = Roster(prose, about.sides)
    if not about.sides and len(roster.sides) < 2:
        raise InputError(f"{name}: the text does not show which governments met", "name each: --side JPN --side AUS")
    actors = Actors(roster)
    areas = _Areas(prose)
    candidates: list[Candidate] = []
    left_out: list[tuple[Sentence, str]] = []
    paragraph = ""
    for number, sentence in enumerate(prose.sentences):
        if sentence.paragraph != paragraph:
            paragraph = sentence.paragraph
            actors.begin_paragraph()
        found = list(_candidates(sentence, actors, areas, when.latest))
        goes_on = any(later.paragraph == paragraph for later in prose.sentences[number + 1 : number + 2])
        found = [one for one in found if not (goes_on and _is_bare_topic(one)) and not _is_about_the_text(one)]
        candidates += found
        if not found:
            left_out.append((sentence, _why_not(sentence)))
        actors.remember(sentence.text)
    document = _document(prose, about, name, when, compiled, roster, areas, candidates)
    return Drafted(document, tuple(candidates), tuple(left_out), prose.sentences)


def _finding(one: Candidate, commitment: Mapping[str, Any]) -> FindingRow:
    at, said = one.sentence, commitment["draft"]
    return FindingRow(
        at.paragraph,
        at.number,
        commitment["ref"],
        one.found.strength.value,
        one.title,
        one.parties,
        one.due,
        one.recurs,
        said["confidence"],
        said["why"],
        at.text,
    )


# Candidates


def _candidates(sentence: Sentence, actors: Actors, areas: _Areas, when: date | None) -> Iterator[Candidate]:
    if _OUTSIDER.search(sentence.text):
        return
    stem = re.sub(r"[:\u2014\u2013-]+\s*$", "", sentence.stem).strip() if sentence.stem else ""
    own = re.sub(r"^[A-Z][\w /&,-]{2,40}:\s+", "", _DATELINE.sub("", sentence.text))
    text, begin = own, 0
    found = undertakings(tokens_of(own)) if not stem or own[:1].isupper() else []
    if stem and not found:
        joined = own[:1].lower() + own[1:] if own[1:2].islower() else own
        text, begin = f"{stem} {joined}", len(stem) + 1
        every = undertakings(tokens_of(text))
        tokens = tokens_of(text)
        found = [one for one in every if tokens[max(one.thing[1] - 1, 0)].end > begin]
        if not found:
            found = _point(tokens, stem, begin)
    tokens = tokens_of(text)
    dates = {past: dates_in(text, when, past=past) for past in (True, False)}
    cycles = cycles_in(text)
    for number, one in enumerate(found):
        one = one._replace(thing=_after(tokens, one.thing, begin), whole=_after(tokens, one.whole, begin))
        known = dates[one.strength is Strength.DELIVERED]
        due = _due(text, tokens, one, found, number, known, begin)
        last = [o for o in found if o.group == one.group][-1] if one.group >= 0 else one
        every = next(
            (
                c.every
                for c in cycles
                if _holds(tokens, one.whole, c.start, c.end)
                or (last is not one and _holds(tokens, last.whole, c.start, c.end))
            ),
            None,
        )
        parties = actors.of(text, tokens, one)
        yield Candidate(
            sentence,
            one,
            _title(text, tokens, one, known),
            areas.of(sentence, _text(text, tokens, one.thing)),
            _kind(one, _text(text, tokens, one.thing)),
            tuple(parties),
            due.edtf if due else None,
            every,
            _wording(text, tokens, one),
        )


_DATELINE = re.compile(r"^[A-Z][\w .,'()]{2,60}?\s(?:--|\u2014|\u2013)\s+(?=[A-Z])")
_OUTSIDER = re.compile(
    r"\b(?:said|says|argued|warned|noted|wrote|according to)\b[^.]{0,80}?\b(?:analysts?|experts?|critics?|professor|researcher|economist|observers?|commentator|historian|campaigners?|activists?)\b",
)


_ABOUT_THE_TEXT = re.compile(
    r"(?:the )?following (?:\w+ ){0,2}\w+(?: (?:are|is) .*)?$|(?:this|the present) (?:joint )?(?:statement|declaration|vision|communiqu\u00e9|document|record|fact sheet)\b",
    re.IGNORECASE,
)


def _is_about_the_text(one: Candidate) -> bool:
    """Whether it speaks of the statement itself: that it was adopted, what its purpose is, that it may be amended."""
    return bool(
        _ABOUT_THE_TEXT.match(one.wording)
        or re.search(
            r"\b(?:purpose|aim|objective) of this\b|\bthis (?:memorandum|agreement|arrangement)\b",
            one.wording,
            re.IGNORECASE,
        )
        or one.found.verb in ("amend", "terminate", "interpret")
    )


def _is_bare_topic(one: Candidate) -> bool:
    """`Space was discussed too.`, when the paragraph goes on to say what of it."""
    found = one.found
    return (
        found.strength is Strength.EXPLORATORY
        and found.subject == found.thing
        and found.thing[1] - found.thing[0] <= 2
        and found.verb in _TOPICAL
    )


_TOPICAL = frozenset("discuss address cover raise review take touch consider".split())


def _point(tokens: Sequence[Token], stem: str, begin: int) -> list[Undertaking]:
    """A point of a list that its stem only announces: `plan the following measures:`; as strong as the stem's last verb."""
    announced = undertakings(tokens_of(stem))
    if not announced:
        return []
    last = announced[-1]
    start = next((n for n, token in enumerate(tokens) if token.start >= begin), len(tokens))
    thing = (start, len(tokens))
    if start >= len(tokens):
        return []
    strength = last.strength
    if tokens[start].low in _LOOKING:
        strength = Strength.EXPLORATORY
    subject = last.subject if last.subject != last.thing else (0, start)
    if "passive" in last.why or last.subject == last.thing:
        subject = (0, start)
    return [
        last._replace(
            verb="",
            lead=(0, 0),
            thing=thing,
            subject=subject,
            whole=thing,
            strength=strength,
            why=f"a point, {last.why}",
        )
    ]


_LOOKING = frozenset(
    "exploration discussion discussions consideration study examination review assessment possible explore consider discuss examine".split()
)


def _wording(text: str, tokens: Sequence[Token], one: Undertaking) -> str:
    """The part of the sentence that says it; of a verb that acts upon nothing (`will meet every year`), its subject too."""
    whole = _text(text, tokens, one.whole)
    acts = one.whole[1] > one.whole[0] and tokens[one.thing[0]].low not in PREPOSITIONS | {
        "every",
        "twice",
        "annually",
        "next",
    }
    return whole if acts else f"{_text(text, tokens, one.subject)} {whole}".strip()


def _after(tokens: Sequence[Token], span: Span, begin: int) -> Span:
    start, end = span
    while start < end and tokens[start].end <= begin:
        start += 1
    return start, end


def _due(
    text: str,
    tokens: Sequence[Token],
    one: Undertaking,
    found: Sequence[Undertaking],
    number: int,
    dates: Sequence[When],
    begin: int,
) -> When | None:
    """The date of a thing: one that stands in it, or one that opens the sentence and so is of all in it."""
    own = [d for d in dates if _holds(tokens, one.whole, d.start, d.end) and d.start >= begin]
    inner = [d for d in own if _holds(tokens, one.thing, d.start, d.end)]
    others = [o for n, o in enumerate(found) if n != number]
    inner = inner or [d for d in own if not any(_holds(tokens, o.thing, d.start, d.end) for o in others)]
    if inner:
        return inner[0]
    if one.group >= 0:
        # `exchange data and plans every week from April 2026`: after the last of the things, and of all of them
        last = [o for o in found if o.group == one.group][-1]
        trailing = [
            d
            for d in dates
            if d.start >= begin
            and last is not one
            and abs(d.end - tokens[last.whole[1] - 1].end) <= 1
            and d.start > tokens[last.thing[0]].start
        ]
        if trailing:
            return trailing[0]
    first = min((tokens[o.subject[0]].start for o in found if o.subject[1] > o.subject[0]), default=0)
    if re.match(r"(?:Following|After|Since|Building|Recalling|Noting|Welcoming)\b", text[begin:]):
        return None
    opening = [d for d in dates if begin <= d.start and d.end <= first]
    return opening[0] if opening else None


def _holds(tokens: Sequence[Token], span: Span, start: int, end: int) -> bool:
    begin, stop = span
    return (
        stop > begin
        and tokens[begin].start <= end - 1
        and start < tokens[stop - 1].end
        and tokens[begin].start <= start
    )


def _text(text: str, tokens: Sequence[Token], span: Span) -> str:
    begin, end = span
    return text[tokens[begin].start : tokens[end - 1].end] if end > begin else ""


_DISCUSS = frozenset("cover address touch raise take focus exchange share talk see express look".split())


def _title(text: str, tokens: Sequence[Token], one: Undertaking, dates: Sequence[When]) -> str:
    thing = _text(text, tokens, one.thing)
    start = tokens[one.thing[0]].start if one.thing[1] > one.thing[0] else 0
    last = [
        d for d in dates if start < d.start and 0 <= d.end - start - len(thing) < 2 or d.end == start + len(thing) - 1
    ]
    if last:
        bare = re.sub(r"[\s,]+(?:in|on|by|at|from|during|over|for|to|as of)?\s*$", "", text[start : last[0].start])
        thing = bare if len(bare.split()) > 1 else thing
    parts = [_text(text, tokens, one.lead), thing]
    said = " ".join(part for part in parts if part).strip(" ,;:")
    if said[1:2].islower() and not one.lead[1] and one.verb:
        said = said if _is_proper(text, tokens, one) else said[:1].lower() + said[1:]
    verb = "discuss" if one.verb in _DISCUSS and one.strength is Strength.EXPLORATORY else one.verb
    if verb in ("be", "continue") and one.subject == one.thing:
        verb = "continue" if verb == "continue" else ""
    title = f"{verb} {said}".strip() if verb and verb != "be" else said
    title = re.sub(r"\s+", " ", title)
    title = re.sub(r"^(?:that|to|the fact that)\s+", "", title)
    return _shortened(title[:1].upper() + title[1:]) or _shortened(text)


def _is_proper(text: str, tokens: Sequence[Token], one: Undertaking) -> bool:
    """Whether the thing begins with a name, and not with a word that is large because it opens the sentence."""
    first = tokens[one.thing[0]] if one.thing[1] > one.thing[0] else None
    return (
        first is None
        or first.start > 0
        and not text[: first.start].strip() == ""
        or first.low not in _LARGE_AT_START
        and not first.text[1:].islower()
    )


_LARGE_AT_START = frozenset("the a an this their its".split())


def _shortened(title: str) -> str:
    if len(title) <= 160:
        return title
    cut = max(title.rfind(sign, 60, 160) for sign in (",", ";", " which", " that", " in order"))
    return title[:cut].rstrip(" ,;") if cut > 0 else title[:157].rsplit(" ", 1)[0] + "\u2026"


_KINDS = (
    (
        "event",
        r"\b(?:meeting|dialogue|forum|workshop|conference|launch|convene|meet|host|hold|symposium|summit|campaign|exercise|ceremony)\b",
    ),
    ("agreement", r"\b(?:agreement|arrangement|memorandum|protocol|treaty|declaration|contract|convention)\b"),
    ("study", r"\b(?:study|studies|assessment|feasibility|survey)\b"),
    ("participation", r"\b(?:participat\w+|join\w*|accession|membership|contribut\w+)\b"),
)


def _kind(one: Undertaking, thing: str) -> str:
    if one.strength is Strength.EXPLORATORY:
        return "consultation"
    said = f"{one.verb} {thing}".lower()[:80]
    return next((kind for kind, words in _KINDS if re.search(words, said)), "action-item")


def _why_not(sentence: Sentence) -> str:
    text = sentence.text.lower()
    if re.search(r"\b(?:led|co-?chaired|attended|headed|represented|took part|accompanied)\b", text):
        return "says who was there"
    if re.search(r"\b(?:thank|gratitude|appreciation|hospitality)\w*\b", text):
        return "thanks"
    if re.search(r"\b(?:not|no|never|against|neither)\b", text):
        return "refuses, or says what is not"
    if re.search(
        r"\b(?:importan\w+|value|friendship|role|recogni[sz]\w+|underlin\w+|stress\w+|emphasi[sz]\w+|underscor\w+|welcom\w+|spirit|trust)\b",
        text,
    ):
        return "praises or gives weight, and undertakes nothing"
    return "no wording that undertakes something"


# Areas


class _Areas:
    """The areas of a text: its headings, or the fields of the register."""

    def __init__(self, prose: Prose) -> None:
        counts: dict[str, int] = {}
        for sentence in prose.sentences:
            counts[sentence.heading] = counts.get(sentence.heading, 0) + 1
        headings = [
            h
            for h in counts
            if h and h != prose.title and len(h.split()) <= 9 and not re.search(r"\d{4}$|^by\b", h.lower())
        ]
        with_heading = sum(counts[h] for h in headings)
        self._headings = (
            {h: _slug(h) for h in headings} if len(headings) >= 3 and with_heading * 2 > len(prose.sentences) else {}
        )
        self._known = register("areas")["areas"]
        self._paragraph: dict[str, str] = {}

    def of(self, sentence: Sentence, thing: str) -> str:
        """The area of a thing said in a sentence."""
        if sentence.heading in self._headings:
            return self._headings[sentence.heading]
        own, around = thing.lower(), f" {sentence.text.lower()} "
        scores = {
            area["key"]: sum(3 for word in area["words"] if word in f" {own} ")
            + sum(1 for word in area["words"] if word in around)
            for area in self._known
        }
        best = max(scores, key=lambda key: scores[key])
        if scores[best]:
            self._paragraph.setdefault(sentence.paragraph, best)
            return best
        return self._paragraph.get(sentence.paragraph, "general")

    def declared(self, used: Sequence[str]) -> list[dict[str, str]]:
        """The areas that are used, as a data file declares them."""
        titles = {key: title for title, key in self._headings.items()} | {
            area["key"]: area["title"] for area in self._known if area["key"] not in self._headings.values()
        }
        return [{"key": key, "title": titles.get(key, "General")} for key in dict.fromkeys(used)]


def _slug(heading: str) -> str:
    plain = re.sub(r"^(?:[IVX]+|[A-Z]|\d+)[.)]\s+", "", heading)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:64].strip("-") or "general"


# The file

_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth".split()
_NUMBER = re.compile(
    r"\b(?:(?P<word>"
    + "|".join(_ORDINAL_WORDS)
    + r")|(?P<n>\d{1,2})(?:st|nd|rd|th))\s+(?:[\w.\u2013-]+\s+){0,6}?(?:dialogue|meeting|consultations?|round|session|summit|forum|committee)",
    re.IGNORECASE,
)


def _when(prose: Prose) -> VagueDate | None:
    """The day on which the parties met: the first whole day that the head or the opening of the text names."""
    opening = [
        prose.title,
        *(sentence.heading for sentence in prose.sentences[:1]),
        *(sentence.text for sentence in prose.sentences[:6]),
    ]
    for text in (*opening, *prose.head):
        for found in dates_in(text, None):
            parsed = VagueDate.parse(found.edtf)
            if parsed.latest and re.match(r"\d{4}-\d\d-\d\d", found.edtf):
                return parsed
    return None


def _document(
    prose: Prose,
    about: About,
    name: str,
    when: VagueDate,
    compiled: date,
    roster: Roster,
    areas: _Areas,
    candidates: Sequence[Candidate],
) -> dict[str, Any]:
    number = about.number or _number(prose)
    key = about.key or "".join(roster.sides[:4]) + str(number or "")
    key = re.sub(r"[^A-Za-z0-9]", "", key)[:24] or "NEW1"
    title = about.title or prose.title or name
    used = list(dict.fromkeys([*roster.sides, *(party for candidate in candidates for party in candidate.parties)]))
    dialogue: dict[str, Any] = {"key": key, "series": about.series or _series(title), "title": title, "when": str(when)}
    place = about.place or _place(prose)
    dialogue |= {name: value for name, value in (("number", number), ("place", place)) if value}
    document = {"key": DOCUMENT, "title": title} | ({"url": about.url} if about.url else {})
    return {
        "format": "spacedialog/1",
        "compiled": compiled.isoformat(),
        "dialogue": dialogue,
        "documents": [document],
        "areas": areas.declared([candidate.area for candidate in candidates]),
        "parties": [
            {"key": p.key, "name": p.name, "side": p.side if p.side != MANY else MANY}
            for p in (roster.parties[k] for k in used)
        ],
        "commitments": [_commitment(f"{key}-{n:02}", candidate) for n, candidate in enumerate(candidates, 1)],
    }


def _commitment(ref: str, candidate: Candidate) -> dict[str, Any]:
    sentence, found = candidate.sentence, candidate.found
    said: dict[str, Any] = {
        "ref": ref,
        "area": candidate.area,
        "kind": candidate.kind,
        "title": candidate.title,
        "strength": found.strength.value,
    }
    lead, *partners = candidate.parties or (None,)
    if len(candidate.parties) == 1:
        said["lead"] = lead
    else:
        said["partners"] = [party for party in (lead, *partners) if party]
    if candidate.due and not candidate.recurs:
        said["due"] = candidate.due
    said["status"] = (Status.COMPLETE if found.strength is Strength.DELIVERED else Status.NOT_ASSESSED).value
    said["sources"] = [
        {
            "document": DOCUMENT,
            "paragraph": sentence.paragraph,
            "sentence": sentence.number,
            "hash": fingerprint(sentence.text),
        }
    ]
    why = f"{found.why}; {found.strength}"
    if candidate.recurs and candidate.due:
        said["milestones"] = [
            {"ref": f"{ref}.1", "title": candidate.title, "when": candidate.due, "recurs": candidate.recurs}
        ]
    elif candidate.recurs:
        why += f"; comes round every {candidate.recurs}, from when the text does not say"
    shown = f"{sentence.stem} {sentence.text}" if sentence.stem else sentence.text
    said["draft"] = {"sentence": shown, "confidence": max(0.05, min(0.95, found.sure)), "why": why}
    return said


def _number(prose: Prose) -> int | None:
    for text in (prose.title, *(sentence.text for sentence in prose.sentences[:3])):
        found = _NUMBER.search(text)
        if found:
            return int(found["n"]) if found["n"] else _ORDINAL_WORDS.index(found["word"].lower()) + 1
    return None


def _series(title: str) -> str:
    bare = re.sub(
        r"^(?:Joint (?:Statement|Communiqu\u00e9|Declaration)|Record|Media Note|Statement|Outcome\w*)\s+(?:of|on|for|at|from)\s+(?:the\s+)?",
        "",
        title,
        flags=re.IGNORECASE,
    )
    bare = re.sub(rf"\b(?:{'|'.join(_ORDINAL_WORDS)}|\d{{1,2}}(?:st|nd|rd|th))\s+", "", bare, flags=re.IGNORECASE)
    return bare[:1].upper() + bare[1:] if bare else title


def _place(prose: Prose) -> str | None:
    for text in (*prose.head, *(sentence.text for sentence in prose.sentences[:3])):
        found = re.match(
            r"([A-Z][\w\u00c0-\u017f.' -]{2,40}?),?\s+(?:\d{1,2}\s+[A-Z]|[A-Z][a-z]+ \d)", text
        ) or re.search(
            r"\b(?:met|held|convened|hosted|gathered|took place)\b.{0,120}?\b(?:in|at) ([A-Z][\w\u00c0-\u017f.'-]+(?:,? (?:[A-Z][\w.]+))*)",
            text,
        )
        if found:
            return found[1].strip(" ,")
    return None
