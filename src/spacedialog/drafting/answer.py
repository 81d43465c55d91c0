"""The check of a language model's answer against the statement: its candidates, and the problems of its items.

An item is left out if its sentence or quote is not in the statement. Any other value that the text does not support is
replaced by one that it supports, and the item is flagged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from spacedialog.drafting.candidates import LONGEST, Candidate, Ground, in_time, kind_of
from spacedialog.drafting.lexicon import LADDER, governing_verbs, strengths, verb_of, weaker, words
from spacedialog.drafting.names import Names, country_names
from spacedialog.drafting.timing import cycles_in, dates_in
from spacedialog.drafting.title_check import confirmed_by
from spacedialog.drafting.tokens import MODALS, Word, base_of, skipped, words_of
from spacedialog.errors import DateError, InputError
from spacedialog.model.characters import CONTROL
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.vocabulary import Strength
from spacedialog.statements.prose import Prose, Sentence, comparable

SURE, FLAGGED = 0.9, 0.3
"""The confidence of an item that passed every check, and of one in which a value was replaced."""

MOST_ITEMS = 3_000
_LONGEST_TITLE = 300
_LONGEST_NAME = 100
_MOST_ATTEMPTS = 1_000
"""The maximum number of brackets in an answer that do not begin valid JSON."""

_DIRECTLY = re.compile(r"[\s,]*(?:(?:has|have|had|will|shall|also|would|may|\w+ly|was|is) )*")
"""The words that may be between a party and its verb."""

_DENYING = words("ladder", "negations") | words("ladder", "denying") | {"had"}
"""The words of a sentence that make it at most exploratory if the rules find no commitment in it."""


class Problem(NamedTuple):
    """A problem of an item of an answer (counted from 1), and whether the item was left out."""

    item: int
    sentence: Sentence | None
    reason: str
    is_left_out: bool

    @property
    def line(self) -> str:
        """The problem as one line of text."""
        place = f" ({self.sentence.place})" if self.sentence else ""
        return f"item {self.item}{place} {'left out' if self.is_left_out else 'changed'}: {self.reason}"


class _Refused(Exception):
    """The reason why an item is left out."""


_decoder = json.JSONDecoder(parse_constant=int)  # int refuses NaN


def items_in(text: str, name: str) -> list[Any]:
    """Return the items of an answer: JSON alone, in a fence, with prose around it, or JSON Lines.

    The last of several lists counts, because a model may write drafts first. InputError if there are none or too many.
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
    lists = lists or [one for one in found if isinstance(one, list) and any(map(_is_item, one))]
    items = lists[-1] if lists else [one for one in found if _is_item(one)]
    if not lists and not items:
        raise InputError(f"{name}: no JSON with items was found", "give --answer the whole answer of the model")
    if len(items) > MOST_ITEMS:
        raise InputError(f"{name}: there are more than {MOST_ITEMS} items", "ask the model again")
    return items


def _is_item(value: object) -> bool:
    return isinstance(value, dict) and "sentence" in value


class _Text(NamedTuple):
    """A sentence after its stem, in the form of `comparable`; its own words begin at `begin`.

    `rules` are the candidates that the rules find in it, and `named` are the parties that it names, each with its
    place. `dates` are its dates.
    """

    sentence: Sentence
    text: str
    begin: int
    rules: Sequence[Candidate]
    named: Sequence[tuple[int, int, str]]
    dates: Sequence[str]


class Checker:
    """The check of the items of one answer."""

    def __init__(self, prose: Prose, ground: Ground, rules: Mapping[Sentence, Sequence[Candidate]]) -> None:
        """Take the statement, and the candidates that the rules find in its sentences."""
        self.problems: list[Problem] = []
        self._sentences, self._ground, self._parties, self._rules = prose.sentences, ground, ground.parties, rules
        said = {name: keys[0] for name, keys in country_names().items() if len(keys) == 1}
        said |= {comparable(name): party.key for party in self._parties.known.values() for name in party[:2]}
        self._keys, self._names = said, Names(said)
        self._whole = comparable(" ".join(f"{one.stem} {one.text}" for one in prose.sentences))
        self._mentioned = {said[self._whole[begin:end]] for begin, end in self._names.spans(self._whole)}
        self._texts: dict[int, _Text] = {}
        self._flags: list[str] = []

    def candidates(self, items: Sequence[Any]) -> list[Candidate]:
        """Return the candidates in the order of the text, and add the problems of the items to `problems`."""
        found: dict[tuple[int, str, str], Candidate] = {}
        for number, item in enumerate(items, 1):
            self._flags = []
            sentence = None
            try:
                at = _sentence_number(item, len(self._sentences))
                sentence = self._sentences[at]
                one = self._candidate(item, at)
                if found.setdefault((at, one.title.casefold(), one.wording.casefold()), one) is not one:
                    raise _Refused("it repeats an earlier item")
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
            raise _Refused(f"strength: {quoted(str(claimed))} is not one of {', '.join(Strength)}")
        said = {word.low for word in words_of(str(item.get("title"))[:_LONGEST_TITLE])}
        near = [one for one in text.rules if _is_near(comparable(one.wording), quote)]
        near = near or [one for one in text.rules if quote in comparable(one.wording)]
        own = max(near, key=lambda one: len(said & {word.low for word in words_of(one.title)}), default=None)
        title, own = self._title(item, text, own)
        strength = self._strength(Strength(claimed), text, own)
        parties = self._who(item, text, quote, start, own)
        due = self._read(item, "date", self._dates(at, own) if item.get("date") else [])
        due, strength = in_time(due, strength, self._ground.met)
        recurs = self._read(item, "recurs", [cycle.every for cycle in cycles_in(text.text)])
        area, areas = item.get("area"), self._ground.areas
        area = area if isinstance(area, str) and area in areas.titles else areas.of(text.sentence, quote)
        values = (area, kind_of(title, strength), parties, due, recurs, quote)
        why = "; ".join(["model's answer", *self._flags])
        return Candidate(text.sentence, title, strength, *values, why, FLAGGED if self._flags else SURE)

    def _text(self, at: int) -> _Text:
        if at not in self._texts:
            sentence = self._sentences[at]
            stem = comparable(sentence.stem)
            text = comparable(f"{stem} {sentence.text}")
            named = [(begin, end, self._keys[text[begin:end]]) for begin, end in self._names.spans(text)]
            rules = self._rules.get(sentence, ())
            begin = len(stem) + 1 if stem else 0
            self._texts[at] = _Text(sentence, text, begin, rules, named, self._dates_of(text))
        return self._texts[at]

    def _dates_of(self, text: str) -> list[str]:
        found = [one.edtf for past in (False, True) for one in dates_in(text, self._ground.when, past=past)]
        return [VagueDate.parse(edtf).text for edtf in found]

    def _title(self, item: Mapping[str, Any], text: _Text, near: Candidate | None) -> tuple[str, Candidate | None]:
        """Return the title of the item, the rules or else the sentence, and the rules' candidate for it."""
        said = item.get("title")
        title = " ".join(said.split()).strip(" ,;:.") if isinstance(said, str) else ""
        is_line = 0 < len(title) <= _LONGEST_TITLE and not re.search(CONTROL, title)
        if is_line and (own := confirmed_by(title, text.text, text.rules)):
            return title[:1].upper() + title[1:], own
        if near is None or comparable(title).casefold() != comparable(near.title).casefold():
            instead = "the title found by the rules is used" if near else "the sentence is used as the title"
            self._flags.append(f"its title may change the meaning, so {instead}")
        return (near.title if near else text.text.rstrip(" .,;:")), near

    def _strength(self, claimed: Strength, text: _Text, own: Candidate | None) -> Strength:
        """Return the claimed strength, or that of the wording if the wording is less binding."""
        known = own.strength if own else _strongest(words_of(text.text))
        if LADDER.index(known) < LADDER.index(claimed):
            self._flags.append(f"the wording is {known}, not {claimed}")
        return weaker(known, claimed)

    def _who(
        self, item: Mapping[str, Any], text: _Text, quote: str, start: int, own: Candidate | None
    ) -> tuple[str, ...]:
        """Return the item's parties that the text names, or else those of the rules, or else the sides."""
        said, known, met = item.get("parties"), self._parties.known, self._parties.sides
        names = [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
        keys = []
        for name in dict.fromkeys(names):
            key = self._party(name)
            is_other = key is not None and known[key].side == key and key not in met
            if key is None or (is_other and key not in [one for _, _, one in text.named]):
                self._flags.append(f"{quoted(name)} is not a party that the sentence names")
            else:
                keys.append(key)
        acting = own.parties if own and _is_near(comparable(own.wording), quote) else _doer(text, start)
        if keys and acting and {known[key].side for key in acting}.isdisjoint(known[key].side for key in keys):
            self._flags.append("the sentence names another party before the verb")
            keys = [*acting]
        return tuple(dict.fromkeys(keys)) or acting or met

    def _party(self, name: str) -> str | None:
        """Return the key of a party that met or that the statement names."""
        name = comparable(name)
        key = name if name in self._parties.known else self._keys.get(name)
        if key is not None:
            return key if key in self._mentioned or key in self._parties.sides else None
        if not name[:1].isupper() or len(name) > _LONGEST_NAME or _stands(name, self._whole) is None:
            return None
        key = self._keys[name] = self._parties.unknown(name)
        self._mentioned.add(key)
        return key

    def _read(self, item: Mapping[str, Any], field: str, known: Sequence[str]) -> str | None:
        """Return the date or the recurrence of the item, if it is one of those `known` from the text."""
        said, is_date = item.get(field), field == "date"
        if said in (None, ""):
            return None
        with suppress(DateError):
            value = str((VagueDate if is_date else Span).parse(str(said)[:40]))
            if value in known:
                return value
        what, where = ("date", "text") if is_date else ("recurrence", "sentence")
        self._flags.append(f"the {what} {quoted(str(said))} was not found in the {where}")
        return None

    def _dates(self, at: int, own: Candidate | None) -> Sequence[str]:
        """Return the dates of a sentence, or else those of the sentences beside it in its paragraph."""
        if dates := self._text(at).dates:
            return [str(own.due), *self._dates_of(own.wording)] if own else dates
        count, paragraph = len(self._sentences), self._sentences[at].paragraph
        beside = [n for n in (at - 1, at + 1) if 0 <= n < count and self._sentences[n].paragraph == paragraph]
        texts = (comparable(f"{self._sentences[n].stem} {self._sentences[n].text}") for n in beside)
        return [date for text in texts for date in self._dates_of(text)]


def _sentence_number(item: object, count: int) -> int:
    said = item.get("sentence") if isinstance(item, dict) else None
    found = re.fullmatch(r"[Ss]?(\d{1,5})", str(said)) if isinstance(said, str | int) and said is not True else None
    if not found or not 0 < int(found[1]) <= count:
        raise _Refused("it does not name a sentence of the statement")
    return int(found[1]) - 1


def _quote(item: Mapping[str, Any], text: _Text) -> tuple[str, int]:
    """Return the quote of an item and its place in the sentence; _Refused if it is not in the sentence."""
    said = item.get("quote")
    quote = comparable(said[: 2 * LONGEST]).strip(" .,;:\"'") if isinstance(said, str) else ""
    start = _stands(quote, text.text, text.begin) if len(quote) > 2 else None
    if start is None:
        raise _Refused("its quote is not in the sentence")
    return quote, start


def _stands(quote: str, text: str, begin: int = 0) -> int | None:
    """Return the place of a quote, as whole words that end after `begin`; None if it is not in the text."""
    literal = re.escape(quote)
    found = re.finditer(rf"{literal}(?!\w)(?<!\w{literal})", text)  # fast, because it begins with the words themselves
    return next((one.start() for one in found if one.end() > begin), None)


def _is_near(wording: str, quote: str) -> bool:
    """Return whether the wording of a candidate of the rules and a quote are about the same action."""
    return wording.startswith(quote[:20]) or quote.startswith(wording[:20]) or wording in quote


def _doer(text: _Text, start: int) -> tuple[str, ...]:
    """Return the key of the party named at the beginning of a quote or directly before it, if there is one."""
    for begin, end, key in reversed(text.named):
        is_first = begin == start or text.text[start:begin].lower() == "the "
        if is_first or _DIRECTLY.fullmatch(text.text, end, start):
            return (key,)
    return ()


def _strongest(said: Sequence[Word]) -> Strength:
    """Return the most binding strength of any word; past verbs count only without a noun such as `plan` or `talks`."""
    levels, nouns = [Strength.EXPLORATORY], strengths("ladder", "nouns")
    if not _DENYING.isdisjoint(word.low for word in said):
        return Strength.EXPLORATORY
    is_planned = any(word.low in nouns or word.low in words("ladder", "talks") for word in said)
    for at, word in enumerate(said):
        if word.low in MODALS:
            levels.append(strengths("ladder", "modals")[word.low])
        elif (verb := base_of(word)) in governing_verbs():
            levels.append(governing_verbs()[verb])
        elif not is_planned and verb_of(word.low, "past") and skipped(said, at + 1) < len(said):
            levels.append(Strength.DELIVERED)
    return max(levels, key=LADDER.index)
