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

from spacedialog.drafting.candidates import LONGEST, Candidate, Ground, candidates_of, kind_of
from spacedialog.drafting.lexicon import KEPT, LADDER, governing_verbs, strengths, verb_of, weaker, words
from spacedialog.drafting.names import Names, country_names
from spacedialog.drafting.timing import cycles_in, dates_in
from spacedialog.drafting.tokens import MODALS, PREPOSITIONS, Word, base_of, skipped, words_of
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
_ENOUGH = 25
"""The number of characters at the beginning of a candidate's wording that are searched for in its sentence."""
_MOST_ATTEMPTS = 1_000
"""The maximum number of brackets in an answer that do not begin valid JSON."""

_DIRECTLY = re.compile(r"[\s,]*(?:(?:has|have|had|will|shall|also|would|may|\w+ly|was|is) )*")
"""The words that may be between a party and its verb."""

_JOINTS = frozenset((",", "and"))
_NO_MEMBERS = PREPOSITIONS | frozenset("to or but not off who which that whose whom where".split())
_ARTICLES = frozenset(("a", "an", "the"))
_LEFT_OUT = _ARTICLES | words("ladder", "plain_adverbs") | {"their", "its", "our", "both"}
"""The words that a title may leave out anywhere."""

_LEADS = frozenset("work cooperate collaborate partner act continue agree commit pledge look forward welcome".split())
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
        place = f" ({self.sentence.paragraph}.{self.sentence.number})" if self.sentence else ""
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
    rules: Sequence[tuple[int, Candidate]]
    named: Sequence[tuple[int, int, str]]
    dates: Sequence[str]


class Checker:
    """The check of the items of one answer."""

    def __init__(self, prose: Prose, ground: Ground) -> None:
        self.problems: list[Problem] = []
        self._sentences, self._ground, self._parties = prose.sentences, ground, ground.parties
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
        near = [one for _, one in text.rules if _is_near(comparable(one.wording), quote)]
        near = near or [one for _, one in text.rules if quote in comparable(one.wording)]
        own = max(near, key=lambda one: len(said & {word.low for word in words_of(one.title)}), default=None)
        title, own = self._title(item, text, own)
        strength = self._strength(Strength(claimed), text, own)
        parties = self._who(item, text, quote, start, own)
        due = self._read(item, "date", self._dates(at, own) if item.get("date") else [])
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
            rules = [(_begin(one.wording, text), one) for one in candidates_of(sentence, self._ground)]
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
        is_line = 0 < len(title) <= _LONGEST_TITLE and not CONTROL.search(title)
        if is_line and (own := _vouching(title, text)):
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
        return [date for n in beside for date in self._text(n).dates]


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


def _begin(wording: str, text: str) -> int:
    """Return where the wording of a candidate begins in a text; the length of the text if that is not clear."""
    low, wanted = text.casefold(), comparable(wording).casefold()
    found = [at for at in (low.find(wanted), low.find(wanted[:_ENOUGH])) if at >= 0]
    return found[0] if found else len(low)


def _stands(quote: str, text: str, begin: int = 0) -> int | None:
    """Return the place of a quote, as whole words that end after `begin`; None if it is not in the text."""
    literal = re.escape(quote)
    found = re.finditer(rf"{literal}(?!\w)(?<!\w{literal})", text)  # fast, because it begins with the words themselves
    return next((one.start() for one in found if one.end() > begin), None)


def _is_near(wording: str, quote: str) -> bool:
    """Return whether the wording of a candidate of the rules and a quote are about the same action."""
    return wording.startswith(quote[:20]) or quote.startswith(wording[:20]) or wording in quote


def _vouching(title: str, text: _Text) -> Candidate | None:
    """Return the candidate of the rules that confirms a title; None if the title may change the meaning.

    The candidate begins at the same word as the title, or at words before it such as `commit to`. All words of the
    title are in the sentence, in the same order, and no word that the title leaves out can change the meaning.
    """
    said = words_of(text.text)
    wanted = [_exact(word) for word in words_of(title) if word.low not in _ARTICLES]
    if not wanted or re.search(r"[^\w\s.,'\u2019\"$%&/()-]", title):
        return None
    for begin, rule in text.rules:
        start = next((n for n, word in enumerate(said) if word.start >= begin), len(said))
        if words_of(rule.title)[0].low not in _forms(said[min(start, len(said) - 1)]):
            continue  # the title of the rules begins with other words, such as a condition
        while start < len(said) and wanted[0] not in _forms(said[start]) and _is_lead(said[start]):
            start += 1
        places = _places(said, start, wanted) if start < len(said) and wanted[0] in _forms(said[start]) else []
        end = begin + len(comparable(rule.wording))
        if (
            places
            and said[places[-1]].start < end
            and _is_end(text.text[said[places[-1]].end : end])
            and _is_whole(said, places)
        ):
            return rule
    return None


def _exact(word: Word) -> str:
    """Return a word in lower case, except `US`, which differs from `us`."""
    return word.text if word.low == "us" else word.low


def _is_lead(word: Word) -> bool:
    """Return whether a title may leave out a word before its first one: `commit to`, `work together to`."""
    return word.low in _LEFT_OUT or word.low in ("to", "forward") or base_of(word) in _LEADS


def _forms(word: Word) -> tuple[str, str]:
    return _exact(word), base_of(word)


def _places(said: Sequence[Word], start: int, wanted: Sequence[str]) -> list[int]:
    """Return the places of a title's words from `start` on; empty if it must not leave out the words between them."""
    places = [start]
    for low in wanted[1:]:
        begin = places[-1] + 1
        place = next((n for n in range(begin, len(said)) if _exact(said[n]) == low), None)
        if place is None or not _is_gap([one.low for one in said[begin : place + 1]]):
            return []
        places.append(place)
    return places


def _is_gap(left_out: Sequence[str]) -> bool:
    """Return whether a title may leave out all words but the last: articles, or other members of a list."""
    left, following = [low for low in left_out[:-1] if low not in _LEFT_OUT], left_out[-1]
    if all(low in (",", '"') for low in left):
        return True
    heads = [after for low, after in zip(left, [*left[1:], following], strict=True) if low in _JOINTS]
    is_list = left[-1] in _JOINTS and not any(verb_of(low, "base", "ing", "past", "s") for low in heads)
    verbs = [low for low in left if verb_of(low, "base", "ing", "past") and low not in words("verbs", "also_nouns")]
    return is_list and not verbs and PREPOSITIONS.isdisjoint(left) and "to" not in left


def _is_end(rest: str) -> bool:
    """Return whether a title may leave out the last words of a commitment: a purpose, a date, or members of a list."""
    low = [word.low for word in words_of(rest) if word.low not in _LEFT_OUT]
    first, following = [*low, "", ""][:2]
    if not low or low == [","] or first == "including" or (first == "," and following == "including"):
        return True
    if first == "to":
        return verb_of(following, "base") is not None
    if any(date.start <= 2 and date.end >= len(rest.rstrip(" ,;.")) for date in dates_in(rest, None)):
        return True
    is_list = "and" in low and first in _JOINTS and all(one == "," or one[0].isalnum() for one in low)
    is_plain = not any(one in _NO_MEMBERS or verb_of(one, "ing", "past", "participle") for one in low)
    return is_list and is_plain and verb_of(following, "base") is None


def _is_whole(said: Sequence[Word], places: Sequence[int]) -> bool:
    """Return whether the words that a title leaves out contain no condition and no negation."""
    left_out = [word.text for n, word in enumerate(said) if n not in {*places}]
    return not KEPT.search(" ".join(left_out)) and words("ladder", "negations").isdisjoint(map(str.lower, left_out))


def _doer(text: _Text, start: int) -> tuple[str, ...]:
    """Return the key of the party named at the beginning of a quote or directly before it, if there is one."""
    for begin, end, key in reversed(text.named):
        if begin in (start, start + len("the ")) or _DIRECTLY.fullmatch(text.text, end, start):
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
