"""Who acts in a statement: the governments that met, the bodies that the text or the register names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from spacedialog.drafting.grammar import Token, register
from spacedialog.drafting.prose import Prose
from spacedialog.drafting.undertakings import Span, Undertaking

MANY = "INT"
"""The side of bodies of many countries."""


class Party(NamedTuple):
    """A government or a body, under the key by which a data file names it, and its side."""

    key: str
    name: str
    side: str


class Mention(NamedTuple):
    """A party that a text names, and the characters that do so."""

    start: int
    end: int
    key: str


_WE_ALL = re.compile(
    r"\b(?:both (?!agenc|institut|bod|compan|minist|organi|authorit)\w+|(?:the )?(?:two|three|four|five|six) (?!agenc|institut|bod|compan|space agenc|minist(?:ries|ry)|organi|authorit)\w+|(?:the )?(?:sides|participants|parties|leaders|ministers|governments|countries|partners|delegations|presidents|prime ministers|co-chairs|principals|officials|heads|members)|they|we|each side|either side|all sides)\b",
    re.IGNORECASE,
)
_TWO_BODIES = re.compile(
    r"\b(?:both|the two|the|these|the three|their) (?:space )?(?:agencies|institutions|institutes|bodies|organisations|organizations|companies|ministries|authorities|services|centres|centers)\b|^they$",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"^(?:it|its|the agency|the institute|the company|the ministry|the office|the centre|the authority)$", re.IGNORECASE)
_WITH = re.compile(r"\b(?:with|between|among|by|joined by|alongside)\s+(?:(?:both|the|its|their|a|an|partner)\s+)*", re.IGNORECASE)
_DEFINITION = re.compile(
    r"((?:[A-Z\u00c0-\u00de][\w\u00c0-\u017f'\u2019-]*|of|the|for|and|on|in|de|des|du|d'|d\u2019\w+|&|la|le|per|l'|\u00c9\w+|,|to)(?:\s+|(?<=,)\s*)){1,12}\(((?:[A-Z][\w*&-]*[A-Z*\d][\w*]*)|[A-Z]{2,}|[A-Z][a-z]+[a-z]*[A-Z]?\w*)\)"
)
_SMALL = {"of", "the", "for", "and", "on", "in", "de", "des", "du", "&", "la", "le", "per", "to", ","}
_NO_BODY = frozenset(
    "dialogue initiative agreement mission programme program project system statement convention treaty accords accord arrangement"
    " plan strategy declaration vision conference meeting satellite satellites network campaign protocol roadmap framework telescope"
    " constellation act day week corridor sea ocean bay gulf island islands river strait process review partnership session"
    " memorandum summit cooperation space earth moon mars".split()
)


class Roster:
    """The parties of one text: the sides, and every body that may act; finds them in its sentences."""

    def __init__(self, prose: Prose, sides: Sequence[str] = ()) -> None:
        text = " ".join(sentence.text for sentence in prose.sentences)
        self._names: dict[str, str] = {}
        self.parties: dict[str, Party] = {}
        self._declare_countries()
        self.sides: tuple[str, ...] = tuple(sides) or self._sides(prose)
        self._declare_agencies()
        self._define(text)
        self._pattern = _any_of(self._names)
        self._last: tuple[str, ...] = ()

    def _declare_countries(self) -> None:
        for country in register("parties")["countries"]:
            key = country["key"]
            self.parties[key] = Party(key, country["names"][0], key)
            for name in country["names"]:
                self._names.setdefault(name, key)
            for adjective in country["adjectives"]:
                for noun in ("side", "Government", "government", "delegation", "Minister", "minister", "President", "president", "Prime Minister", "Foreign Minister"):
                    self._names.setdefault(f"{adjective} {noun}", key)
                    self._names.setdefault(f"{noun} of {country['names'][0]}", key)

    def _declare_agencies(self) -> None:
        for agency in register("parties")["agencies"]:
            if agency["side"] not in (*self.sides, MANY) and agency["key"] in _SHARED_ACRONYMS:
                continue
            self._declare(agency["key"], agency["name"], agency["side"])

    def _declare(self, key: str, name: str, side: str) -> None:
        self.parties[key] = Party(key, name, side)
        self._names[key] = key
        self._names[name] = key

    def _define(self, text: str) -> None:
        """The acronyms that the text defines, as far as they stand for bodies; the names of bodies without one."""
        known = register("parties")
        words, forums = set(known["body_words"]), set(known["forum_words"])
        for found in _DEFINITION.finditer(text):
            key = found[2]
            name = _full_name(found[0][: found.start(2) - found.start() - 1].strip(), key)
            parts = set(re.findall(r"[\w\u00c0-\u017f-]+", name))
            is_forum = bool(parts & forums) or name.startswith(("International", "United Nations", "World"))
            if key in self.parties and key not in _SHARED_ACRONYMS:
                self._names[name] = key
                continue
            if not name or not (parts & words or is_forum) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", key.replace("*", "-")):
                if key in self.parties:
                    del self.parties[key]
                    self._names.pop(key, None)
                continue
            side = MANY if is_forum and not parts & words - {"Organization", "Organisation"} else self._side_of(text, found, name)
            self.parties[key] = Party(key, name, side)
            self._names[key] = key
            self._names[name] = key
        for found in re.finditer(r"(?:[A-Z][\w\u00c0-\u017f-]+ ){1,4}[A-Z][\w\u00c0-\u017f-]+", text):
            name = found[0]
            last = name.split()[-1]
            if name in self._names or any(name in known_name or known_name in name for known_name in self._names if " " in known_name and len(known_name) > 9):
                continue
            country = self._names.get(last)
            if country and name.split()[0] not in _COMPASS and country in self.parties and len(name.split()) == 2 and self.parties[country].side == country:
                self.parties[_key_of(name)] = Party(_key_of(name), name, country)
                self._names[name] = _key_of(name)

    def _side_of(self, text: str, found: re.Match[str], name: str) -> str:
        """The side of a body that the text defines: by its name, or by the country that stands nearest before it."""
        for country in register("parties")["countries"]:
            if any(word in name for word in (*country["names"], *country["adjectives"]) if len(word) > 2):
                return str(country["key"])
        before = text[max(0, found.start() - 160) : found.start()] + text[found.end() : found.end() + 40]
        places = [(before.rfind(name), key) for name, key in self._names.items() if key in self.sides and before.rfind(name) >= 0]
        for country in register("parties")["countries"]:
            if country["key"] in self.sides:
                places += [(before.rfind(word), country["key"]) for word in country["adjectives"] if before.rfind(word) >= 0]
        return max(places)[1] if places else (self.sides[0] if self.sides else MANY)

    def _sides(self, prose: Prose) -> tuple[str, ...]:
        """The governments that met: those that the title names, or else those that the text names most and first."""
        found = self._countries_in(prose.title)
        if len(found) >= 2:
            return tuple(found)
        opening = " ".join(sentence.text for sentence in prose.sentences[:6])
        text = " ".join(sentence.text for sentence in prose.sentences)
        counts = {key: len(_mentions(_country_pattern(), text, self._adjectives() | self._names, key)) for key in self._countries_in(opening)}
        ranked = sorted(counts, key=lambda key: -counts[key])
        return tuple(ranked[:2]) if ranked else ()

    def _adjectives(self) -> dict[str, str]:
        return {word: country["key"] for country in register("parties")["countries"] for word in country["adjectives"]}

    def _countries_in(self, text: str) -> list[str]:
        named = self._adjectives() | {name: key for name, key in self._names.items() if self.parties[key].side == key}
        found = [(one.start(), named[one[1]]) for one in _country_pattern().finditer(text) if one[1] in named]
        return list(dict.fromkeys(key for _, key in sorted(found)))

    # Who acts

    def mentions(self, text: str) -> list[Mention]:
        """Every party that the text names."""
        return [Mention(*found.span(1), self._names[found[1]]) for found in self._pattern.finditer(text)]

    def of(self, text: str, tokens: Sequence[Token], one: Undertaking) -> list[str]:
        """The keys of those who are to act and, where they are named, of those with whom: the first one leads."""
        subject = _between(text, tokens, one.subject)
        thing = _between(text, tokens, one.thing)
        whole = _between(text, tokens, one.whole)
        passive = one.subject == one.thing or not set(range(*one.thing)) - set(range(*one.subject))
        acting = [] if passive else self._acting(subject)
        involved = self._beside(whole if passive else thing)
        everyone = bool(acting) and set(acting) == set(self.sides)
        if one.verb == "invite":
            involved = self._unique([*involved, *(m.key for m in self.mentions(thing)[:3])])
        if one.strength == "delivered" and one.verb == "" and involved:
            return involved
        if re.search(r"\b(?:between|by)\b", thing) and involved and everyone:
            return involved
        if not acting:
            owners = [] if involved else self._owners(thing)
            return self._unique([*involved, *owners]) or list(self.sides)
        return self._unique([*acting, *(key for key in involved if not (everyone and self.parties[key].side in self.sides))])

    def remember(self, text: str) -> None:
        """Take a sentence in, for `it` and `the two agencies` in the next."""
        bodies = [m.key for m in self.mentions(text) if self.parties[m.key].side not in (MANY, m.key)]
        if bodies:
            self._last = tuple(dict.fromkeys(bodies))[:3]

    def _acting(self, subject: str) -> list[str]:
        text = subject.strip()
        if _SINGLE.match(text) and self._last:
            return list(self._last[:1])
        if _TWO_BODIES.search(text) and len(self._last) > 1 and not (text.lower() == "they"):
            return list(self._last[:2])
        mentions = [m for m in self.mentions(text) if not _is_aside(text, m)]
        if mentions:
            keys = self._unique(m.key for m in mentions)
            bodies = [key for key in keys if self.parties[key].side != key]
            first = mentions[0]
            if bodies and self.parties[first.key].side != first.key:
                # `the Ministry of X of Japan`: the country only says whose
                keys = [key for key in keys if self.parties[key].side != key or key not in {self.parties[b].side for b in bodies}]
            return keys
        if _WE_ALL.search(text):
            return list(self.sides)
        capital = next((country["key"] for country in register("parties")["countries"] if text in country["capital"]), None)
        return [capital] if capital else self._unknown(text)

    def _unknown(self, text: str) -> list[str]:
        """A subject that looks like the name of a body which nothing has introduced."""
        found = re.fullmatch(r"(?:[Tt]he )?((?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*|of|for|and|the)(?: (?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*|of|for|and|the))*)", text)
        if not found or len(found[1]) > 64 or found[1].split()[-1].lower().rstrip("s") in _NO_BODY | {"progres", "discussion"} or found[1].split()[0].lower() in ("this", "these", "it", "one", "there", "officials"):
            return []
        if " " not in found[1] and not found[1].isupper():
            return []
        key = _key_of(found[1])
        self.parties.setdefault(key, Party(key, found[1], self.sides[0] if self.sides else MANY))
        return [key]

    def _beside(self, text: str) -> list[str]:
        """Those named after `with`, `between`, `by`."""
        found: list[str] = []
        for opening in _WITH.finditer(text):
            at = opening.end()
            while True:
                here = next((m for m in self.mentions(text) if at <= m.start <= at + 40 and re.fullmatch(r"(?:[\s,(]|and|the|of|its|both|U\.S\.|\w+n)*", text[at : m.start])), None)
                if here is None:
                    break
                found.append(here.key)
                at = here.end
                rest = re.match(r"(?:'s|\u2019s)?\s*(?:\([\w*-]+\))?\s*(?:,|and|as well as|&|,\s*and)\s*(?:the\s+|of\s+)?", text[at:])
                if not rest:
                    break
                at += rest.end()
        return self._unique(found)

    def _owners(self, text: str) -> list[str]:
        """Those whose the thing is: `KASI's payload`, `ROK's participation`."""
        return self._unique(m.key for m in self.mentions(text) if re.match(r"['\u2019]s?\s", text[m.end :]))

    @staticmethod
    def _unique(keys: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(keys))


_SHARED_ACRONYMS = frozenset("ASA ISA SSA KSA RSA CSA LSA NSO GEO SPC ASI AEM AEE TUA CEA AFD GA MDA ISO UN AU HSC".split())
_COMPASS = frozenset("South North East West Southern Northern Eastern Western The New Central Greater".split())


def _is_aside(text: str, mention: Mention) -> bool:
    """Whether a party in a subject is not the one that acts: `experts from`, `with`, an adjective before a noun."""
    before = text[: mention.start].rstrip().lower()
    return before.endswith((" with", " in", " against", "to the", " near", " at"))


def _full_name(before: str, acronym: str) -> str:
    """The words before a bracket that an acronym stands for: as many as its letters ask for."""
    words = before.replace(",", " ,").split()
    letters = [c.lower() for c in re.sub(r"[^A-Za-z]", "", acronym)]
    best = ""
    for start in range(len(words) - 1, -1, -1):
        if words[start].lower() in _SMALL or not words[start][0].isupper() and not words[start][0].isdigit():
            continue
        name = " ".join(words[start:]).replace(" ,", ",")
        if name[:1].lower() == letters[0] and (not best or sum(w[0].isupper() for w in words[start:]) <= len(letters) + 1):
            best = name
            capitals = [w[0].lower() for w in words[start:] if w[0].isupper()]
            if capitals == letters:
                return name
    if best:
        return best
    stop = next((k for k in range(len(words) - 1, -1, -1) if not (words[k][0].isupper() or words[k].lower() in _SMALL)), -1)
    rest = words[stop + 1 :]
    while rest and rest[0].lower() in _SMALL:
        rest = rest[1:]
    return " ".join(rest).replace(" ,", ",")


def _key_of(name: str) -> str:
    """A short name for a body without an acronym."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:64] or "body"


def _between(text: str, tokens: Sequence[Token], span: Span) -> str:
    begin, end = span
    return text[tokens[begin].start : tokens[end - 1].end] if end > begin else ""


def _any_of(names: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(r"(?<![\w])(" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + r")(?![\w])")


@cache
def _country_pattern() -> re.Pattern[str]:
    names = {word: "" for country in register("parties")["countries"] for word in (*country["names"], *country["adjectives"])}
    return _any_of(names)


def _mentions(pattern: re.Pattern[str], text: str, named: Mapping[str, str], key: str) -> list[str]:
    return [found[1] for found in pattern.finditer(text) if named.get(found[1]) == key]
