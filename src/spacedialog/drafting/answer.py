"""The answer of a language model to `prompt`, checked against the statement: candidates, and what was wrong with items.

Nothing in an answer is believed. An item whose sentence or quote does not stand in the statement is left out. Any other
value that the text does not bear out is replaced by one that it does, and the item is flagged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.drafting.areas import Areas
from spacedialog.drafting.candidates import LONGEST, Candidate
from spacedialog.drafting.cycles import cycles_in
from spacedialog.drafting.faithful import Word, is_undertaken, kinds_of, span_of, strongest, words_of
from spacedialog.drafting.lexicon import LADDER, words
from spacedialog.drafting.names import Names, adjectives, country_names
from spacedialog.drafting.prose import Prose, Sentence, comparable
from spacedialog.drafting.roster import Roster, unique
from spacedialog.drafting.timing import dates_in
from spacedialog.drafting.titles import kind_named
from spacedialog.errors import DateError, InputError
from spacedialog.model.characters import CONTROL
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.vocabulary import Strength

SURE, FLAGGED = 0.9, 0.3
"""The confidence of an item that passed every check, and of one in which a value was replaced."""

MOST_ITEMS = 3_000
_LONGEST_TITLE = 300
_LONGEST_NAME = 100
_MOST_ATTEMPTS = 1_000
"""So many brackets that begin no JSON may stand in an answer."""


_DIRECTLY = re.compile(r"[\s,]*(?:(?:has|have|had|will|shall|also|would|may|\w+ly|was|is) )*")
"""What may stand between a party and its verb."""


class Problem(NamedTuple):
    """What was wrong with an item (counted from 1) of an answer, and whether it was left out."""

    item: int
    sentence: Sentence | None
    reason: str
    is_left_out: bool

    @property
    def line(self) -> str:
        """The problem in one line."""
        place = f" ({self.sentence.paragraph}.{self.sentence.number})" if self.sentence else ""
        return f"item {self.item}{place} {'left out' if self.is_left_out else 'changed'}: {self.reason}"


def _no_number(text: str) -> None:
    raise ValueError(text)


_decoder = json.JSONDecoder(parse_constant=_no_number)


def items_in(text: str, name: str) -> list[Any]:
    """Return the items of an answer: JSON alone, in a fence, with prose around it, or JSON Lines.

    Of several lists the last one counts, since a model may think aloud. InputError if there is none.
    """
    found: list[Any] = []
    at = failures = 0
    while failures < _MOST_ATTEMPTS and (start := re.compile(r"[{\[]").search(text, at)):
        try:
            value, at = _decoder.raw_decode(text, start.start())
            found.append(value)
        except (ValueError, RecursionError):
            failures, at = failures + 1, start.end()
    lists = [one["items"] for one in found if isinstance(one, dict) and isinstance(one.get("items"), list)]
    lists += [] if lists else [one for one in found if isinstance(one, list) and any(map(_is_item, one))]
    items = lists[-1] if lists else [one for one in found if _is_item(one)]
    if not lists and not items:
        raise InputError(
            f"{name}: no JSON with items was found", "give the whole answer of the model to draft --prompt"
        )
    if len(items) > MOST_ITEMS:
        raise InputError(f"{name}: there are more than {MOST_ITEMS} items", "ask the model again")
    return items


def _is_item(value: object) -> bool:
    return isinstance(value, dict) and "sentence" in value


class _Text(NamedTuple):
    """A sentence after its stem, as it is compared; its own words begin at `begin`."""

    sentence: Sentence
    text: str
    words: Sequence[Word]
    begin: int
    named: Sequence[tuple[int, int, str]]
    """The parties that it names, each with its place among the characters."""


class Checker:
    """The check of the items of one answer."""

    def __init__(self, prose: Prose, roster: Roster, areas: Areas, when: date | None) -> None:
        self.problems: list[Problem] = []
        self._prose, self._roster, self._areas, self._when = prose, roster, areas, when
        said = {**adjectives(), **country_names()}
        said |= {comparable(name): party.key for party in roster.parties.values() for name in (party.key, party.name)}
        self._keys, self._names = said, Names(said)
        self._whole = comparable(" ".join(f"{one.stem} {one.text}" for one in prose.sentences))
        self._mentioned = {said[name] for name in self._names.found(self._whole)}
        self._texts: dict[int, _Text] = {}
        self._dated: dict[str, Sequence[str]] = {}

    def candidates(self, items: Sequence[Any]) -> list[Candidate]:
        """Return the candidates in the order of the text; `problems` has what was wrong with the items."""
        found: dict[tuple[int, str], Candidate] = {}
        for number, item in enumerate(items, 1):
            self._flags: list[str] = []
            at = _sentence_number(item.get("sentence"), len(self._prose.sentences)) if isinstance(item, dict) else None
            sentence = None if at is None else self._prose.sentences[at]
            try:
                if at is None:
                    raise _Refused("it names no sentence of the statement")
                one = self._candidate(item, at)
                key = at, f"{one.title} {one.wording if one.title == self._text(at).text else ''}".casefold()
                if key in found:
                    raise _Refused("an earlier item says the same")
                found[key] = one
            except _Refused as refused:
                self.problems.append(Problem(number, sentence, str(refused), is_left_out=True))
            else:
                self.problems += [Problem(number, sentence, flag, is_left_out=False) for flag in self._flags]
        return [found[key] for key in sorted(found, key=lambda key: key[0])]

    def _candidate(self, item: Mapping[str, Any], at: int) -> Candidate:
        text = self._text(at)
        if len(text.text) > LONGEST:
            raise _Refused("its sentence is too long")
        quote, start = _quote(item, text)
        claimed = item.get("strength")
        if claimed not in list(Strength):
            raise _Refused(f"strength: {quoted(str(claimed))} is none of {', '.join(Strength)}")
        title, place = self._title(item, text, quote)
        strength = self._strength(Strength(claimed), text.words, place)
        parties = self._parties(item, text, start)
        due = self._due(item, at, text)
        recurs = self._recurs(item, text)
        area = item.get("area")
        area = area if isinstance(area, str) and area in self._areas.titles else self._areas.of(text.sentence, quote)
        why = "; ".join(["model's answer", *self._flags])
        confidence = FLAGGED if self._flags else SURE
        kind = kind_named(strength, title)
        return Candidate(text.sentence, title, strength, area, kind, parties, due, recurs, quote, why, confidence)

    def _text(self, at: int) -> _Text:
        if at not in self._texts:
            sentence = self._prose.sentences[at]
            stem = comparable(sentence.stem)
            text = comparable(f"{stem} {sentence.text}")
            named = [(begin, end, self._keys[text[begin:end]]) for begin, end in self._names.spans(text)]
            self._texts[at] = _Text(sentence, text, words_of(text), len(stem) + 1 if stem else 0, named)
        return self._texts[at]

    def _title(self, item: Mapping[str, Any], text: _Text, quote: str) -> tuple[str, range]:
        """Return the title, or else the quote or the sentence as it stands; and where its words stand."""
        title = item.get("title")
        for said in (title if isinstance(title, str) else "", quote):
            is_line = len(said) <= _LONGEST_TITLE and not CONTROL.search(said)
            place = span_of(said, text.words) if is_line else None
            if place is not None:
                if said is quote:
                    self._flags.append("its title might not say the same as the sentence, so the quote is the title")
                bare = " ".join(said.split()).strip(" ,;:.")
                return bare[:1].upper() + bare[1:], place
        self._flags.append("its title might not say the same as the sentence, so the sentence is the title")
        begin = len(words_of(text.text[: text.begin]))
        is_free = is_undertaken(text.words, range(begin, len(text.words))) and not re.search(
            "[nx]", kinds_of(text.words[:begin])
        )
        first = min(len(words_of(text.text[: text.text.index(quote)])), len(text.words) - 1)
        return text.text[text.begin if is_free else 0 :], range(first, first + len(words_of(quote)))

    def _strength(self, claimed: Strength, sentence: Sequence[Word], place: range) -> Strength:
        """Return the strength, or that of the governing verb if the claim is stronger."""
        known = strongest(sentence, place)
        if known is None and claimed is Strength.DELIVERED:
            known = Strength.FIRM
        if known is None or known is claimed:
            return claimed
        if LADDER.index(known) < LADDER.index(claimed):
            self._flags.append(f"the words say {known}, not {claimed}")
            return known
        if claimed is Strength.EXPLORATORY and known is Strength.FIRM:
            self._flags.append(f"the words may say {known}, not {claimed}")
        return claimed

    def _parties(self, item: Mapping[str, Any], text: _Text, start: int) -> tuple[str, ...]:
        """Return the parties that the text names, or else those that stand before the verb, or else the sides."""
        said = item.get("parties")
        named = [key for _, _, key in text.named]
        doers = self._doers(text, start)
        sides = [self._side(key) for key in doers]
        keys = []
        for name in unique(one for one in said if isinstance(one, str)) if isinstance(said, list) else []:
            key = self._party(name)
            if key is None or (
                doers and key not in named and key in self._keys.values() and self._side(key) not in sides
            ):
                self._flags.append(f"{quoted(name)} is no party that the sentence names")
            else:
                keys.append(key)
        if doers and keys and not {*sides} & {self._side(key) for key in keys}:
            self._flags.append("the sentence names another party before the verb")
            keys = []
        return tuple(unique(keys)) or doers or self._roster.sides

    def _doers(self, text: _Text, start: int) -> tuple[str, ...]:
        """Return the party that stands directly before a verb, or else the governments and bodies of sides before it.

        None if a word such as `they` stands there: it may be anyone.
        """
        before = [(end, key) for _, end, key in text.named if end <= start]
        if before and _DIRECTLY.fullmatch(text.text, before[-1][0], start) and "and" not in text.text[:start].split():
            return (before[-1][1],)
        if any(word.low in words("answer", "collective") for word in words_of(text.text[:start])):
            return ()
        return tuple(unique(key for _, key in before if self._side(key) == key and key in self._roster.sides))

    def _party(self, name: str) -> str | None:
        """Return the key of a party that met or that the statement names."""
        name = comparable(name)
        key = name if name in self._roster.parties else self._keys.get(name)
        if key is not None:
            return key if key in self._mentioned or key in self._roster.sides else None
        if not name[:1].isupper() or len(name) > _LONGEST_NAME or _stands(name, self._whole) is None:
            return None
        key = self._roster.unknown(name)
        self._mentioned.add(key)
        return key

    def _side(self, key: str) -> str:
        return self._roster.parties[key].side

    def _due(self, item: Mapping[str, Any], at: int, text: _Text) -> str | None:
        """Return the date, if it can be read in the sentence or else, if that has none, beside it in its paragraph."""
        if item.get("date") in (None, ""):
            return None
        beside = [self._text(n).text for n in (at - 1, at + 1) if 0 <= n < len(self._prose.sentences)
                  and self._prose.sentences[n].paragraph == text.sentence.paragraph]  # fmt: skip
        try:
            due = VagueDate.parse(str(item["date"])[:40])
        except DateError:
            due = None
        known = self._dates(text.text) or [one for near in beside for one in self._dates(near)]
        if due is not None and due.text in known:
            return due.text
        self._flags.append(f"the date {quoted(str(item['date']))} cannot be read in the text")
        return None

    def _dates(self, text: str) -> Sequence[str]:
        if text not in self._dated:
            found = [one.edtf for past in (False, True) for one in dates_in(text, self._when, past=past)]
            self._dated[text] = [VagueDate.parse(edtf).text for edtf in found]
        return self._dated[text]

    def _recurs(self, item: Mapping[str, Any], text: _Text) -> str | None:
        said = item.get("recurs")
        if said in (None, ""):
            return None
        try:
            every = str(Span.parse(str(said)[:40]))
        except DateError:
            every = ""
        if every in [cycle.every for cycle in cycles_in(text.text)]:
            return every
        self._flags.append(f"the recurrence {quoted(str(said))} cannot be read in the sentence")
        return None


class _Refused(Exception):
    """Why an item is left out."""


def _sentence_number(said: object, count: int) -> int | None:
    found = re.fullmatch(r"[Ss]?(\d{1,5})", str(said)) if isinstance(said, str | int) and said is not True else None
    return int(found[1]) - 1 if found and 0 < int(found[1]) <= count else None


def _quote(item: Mapping[str, Any], text: _Text) -> tuple[str, int]:
    """Return the quote of an item in the words of its sentence, and where it stands."""
    said = item.get("quote")
    quote = comparable(said[: 2 * LONGEST]).strip(" .,;:\"'") if isinstance(said, str) else ""
    start = _stands(quote, text.text, text.begin) if len(quote) > 2 else None
    if start is None:
        raise _Refused("its quote does not stand in the sentence")
    return quote, start


def _stands(quote: str, text: str, begin: int = 0) -> int | None:
    """Return where whole words stand in a text and end after `begin`; None if they do not."""
    found = re.finditer(rf"(?<!\w){re.escape(quote)}(?!\w)", text)
    return next((one.start() for one in found if one.end() > begin), None)
