"""Who acts in a statement: the governments that met, the bodies that the text or the register names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from spacedialog.drafting.lexicon import register
from spacedialog.drafting.tokens import Span, Token

MONTHS = frozenset("january february march april may june july august september october november december".split())
from spacedialog.drafting.prose import Prose
from spacedialog.drafting.reading import Undertaking

MANY = "INT"
"""The side of bodies of many countries."""


def known_sides() -> list[str]:
    """The keys of all governments of the register."""
    return [country["key"] for country in register("parties")["countries"]]


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
_SINGLE = re.compile(
    r"^(?:it|the agency|the institute|the company|the ministry|the office|the centre|the authority)$", re.IGNORECASE
)
_WITH = re.compile(
    r"\b(?:with|between|among|by|joined by|alongside|which|that)\s+(?:(?:both|the|its|their|a|an|partner)\s+)*",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"((?:[A-Z\u00c0-\u00de][\w\u00c0-\u017f'\u2019-]*,?|of|the|for|and|on|in|de|des|du|del|da|do|dos|y|e|et|und|f\u00fcr|d'|d\u2019\w+|&|la|le|per|l'|to)\s+){1,14}\(((?:[A-Z][\w*&-]*[A-Z*\d][\w*]*)(?: [A-Z][a-z]+)?|[A-Z]{2,}|[A-Z][a-z]+[a-z]*[A-Z]?\w*)\)"
)
_SMALL = {
    "y",
    "e",
    "et",
    "und",
    "del",
    "da",
    "do",
    "dos",
    "of",
    "the",
    "for",
    "and",
    "on",
    "in",
    "de",
    "des",
    "du",
    "&",
    "la",
    "le",
    "per",
    "to",
    ",",
}
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
        self._acted: tuple[str, ...] = ()
        self._last: tuple[str, ...] = ()  # the bodies that the text named last
        self._subject: tuple[str, ...] = ()  # who acted in the sentence before

    def _declare_countries(self) -> None:
        self._country_words = {
            name for country in register("parties")["countries"] for name in country["names"] if " " not in name
        }
        for country in register("parties")["countries"]:
            key = country["key"]
            self.parties[key] = Party(key, country["names"][0], key)
            for name in country["names"]:
                self._names.setdefault(name, key)
            for form in _FORMS_OF_STATE:
                self._names.setdefault(f"{form} of {country['names'][0]}", key)
            for adjective in country["adjectives"]:
                for noun in (
                    "side",
                    "Side",
                    "Government",
                    "government",
                    "delegation",
                    "Minister",
                    "minister",
                    "President",
                    "president",
                    "Prime Minister",
                    "Foreign Minister",
                ):
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
            said = found[2]
            key = re.sub(r"[^A-Za-z0-9._-]+", "-", said).strip("-")
            name = _full_name(found[0][: found.start(2) - found.start() - 1].strip(), said)
            parts = set(re.findall(r"[\w\u00c0-\u017f-]+", name))
            is_forum = bool(parts & forums) or name.startswith(("International", "United Nations", "World"))
            if key in self.parties and key not in _SHARED_ACRONYMS:
                self._names[name] = key
                continue
            of_a_country = (
                bool(parts & self._country_words) and name.split()[-1].lower() not in _NO_BODY if name else False
            )
            acts = re.search(
                rf"(?:\({re.escape(said)}\)|\b{re.escape(said)}),?\s+(?:and \w+ )?(?:will|shall|may|could|would|intends?|plans?|agreed?|signed|undertakes?|announced)\b",
                text,
            )
            is_body = bool(
                parts & words or is_forum or of_a_country or acts and name and name.split()[-1].lower() not in _NO_BODY
            )
            if not name or not is_body or len(key) > 64:
                if key in self.parties and self.parties[key].side != key:
                    del self.parties[key]
                    self._names = {name: of for name, of in self._names.items() if of != key}
                continue
            side = (
                MANY
                if is_forum and not parts & words - {"Organization", "Organisation"}
                else self._side_of(text, found, name)
            )
            self._declare(key, name, side)
            self._names[said] = key
        for found in re.finditer(r"(?:[A-Z][\w\u00c0-\u017f-]+ ){1,4}[A-Z][\w\u00c0-\u017f-]+", text):
            name = found[0]
            last = name.split()[-1]
            if name in self._names or any(
                name in known_name or known_name in name
                for known_name in self._names
                if " " in known_name and len(known_name) > 9
            ):
                continue
            country = self._names.get(last)
            if (
                country
                and name.split()[0] not in _COMPASS
                and country in self.parties
                and len(name.split()) == 2
                and self.parties[country].side == country
            ):
                self.parties[_key_of(name)] = Party(_key_of(name), name, country)
                self._names[name] = _key_of(name)

    def _side_of(self, text: str, found: re.Match[str], name: str) -> str:
        """The side of a body that the text defines: by its name, or by the country that stands nearest before it."""
        for country in register("parties")["countries"]:
            if any(word in name for word in (*country["names"], *country["adjectives"]) if len(word) > 2):
                return str(country["key"])
        before = text[max(0, found.start() - 160) : found.start()] + text[found.end() : found.end() + 40]
        places = [
            (before.rfind(name), key)
            for name, key in self._names.items()
            if key in self.sides and before.rfind(name) >= 0
        ]
        for country in register("parties")["countries"]:
            if country["key"] in self.sides:
                places += [
                    (before.rfind(word), country["key"]) for word in country["adjectives"] if before.rfind(word) >= 0
                ]
        return max(places)[1] if places else (self.sides[0] if self.sides else MANY)

    def _sides(self, prose: Prose) -> tuple[str, ...]:
        """The governments that met: those that the title names, or else those that the text names most and first."""
        found = self._countries_in(prose.title)
        if len(found) < 2:
            found = self._countries_in(" ".join(prose.head[:6]))
        if len(found) >= 2:
            return tuple(found)
        for sentence in prose.sentences[:6]:
            found = self._countries_in(sentence.text)
            if 2 <= len(found) <= 8:
                return tuple(found)
        opening = " ".join(sentence.text for sentence in prose.sentences[:6])
        text = " ".join(sentence.text for sentence in prose.sentences)
        counts = {
            key: len(_mentions(_country_pattern(), text, self._adjectives() | self._names, key))
            for key in self._countries_in(opening)
        }
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
        if subject.lower() == "it":
            # `Australia announced that it will`
            earlier = self.mentions(text[: tokens[one.subject[0]].start])
            self._subject = (earlier[0].key,) if earlier else self._subject
        thing = _between(text, tokens, one.thing)
        whole = _between(text, tokens, one.whole)
        passive = one.subject == one.thing or not set(range(*one.thing)) - set(range(*one.subject))
        acting = [] if passive else self._acting(subject)
        self._acted = tuple(acting) or self._acted
        if acting and self.mentions(subject):
            self._subject = self._acted
        involved = self._beside(whole if passive or not one.verb else thing)
        everyone = bool(acting) and set(acting) == set(self.sides)
        involved += [
            m.key
            for m in self.mentions(thing)
            if re.search(r"\bto (?:the )?$", thing[: m.start]) and self.parties[m.key].side not in (MANY, m.key)
        ]
        if one.verb == "invite":
            involved = self._unique([*involved, *(m.key for m in self.mentions(thing)[:3])])
        if one.verb == "support":
            involved += [key for key in self._countries_in(thing) if key in self.sides and key not in involved]
        owners = self._owners(thing)
        if not acting:
            keys = self._unique([*owners, *involved])
            alone = (
                len(keys) == 1
                and self.parties[keys[0]].side in self.sides
                and re.search(r"\b(?:participation|cooperation|membership|accession|partnership)\b", thing)
            )
            return list(self.sides) if alone or not keys else keys
        if one.verb == "support":
            involved += [key for key in owners if key not in acting]
        if one.strength == "delivered" and one.verb == "" and (involved or owners):
            return self._unique([*owners, *involved])
        if re.search(r"\b(?:between|by|which|that)\b", thing if one.verb else whole) and involved and everyone:
            return involved
        return self._unique(
            [*acting, *(key for key in involved if not (everyone and self.parties[key].side in self.sides))]
        )

    def begin_paragraph(self) -> None:
        """Forget who acted in the paragraph before."""
        self._subject = ()

    def remember(self, text: str) -> None:
        """Take a sentence in, for `it`, `they` and `the two agencies` in the next."""
        if self._acted:
            self._subject, self._acted = self._acted, ()
        bodies = [m.key for m in self.mentions(text) if self.parties[m.key].side not in (MANY, m.key)]
        if bodies:
            self._last = tuple(dict.fromkeys(bodies))[:3]

    def _acting(self, subject: str) -> list[str]:
        text = re.sub(r",\s*(?:for|on) (?:its|their) part,?$|,\s*in turn,?$", "", subject.strip())
        if _SINGLE.match(text):
            return list(self._subject)
        if re.match(r"they$|their ", text, re.IGNORECASE) and self._subject:
            return list(self._subject)
        agency = re.search(r"\b([A-Z]\w+) (?:space )?agency\b", text)
        if agency and agency[1] in self._adjectives():
            side = self._adjectives()[agency[1]]
            bodies = [key for key in self._last if self.parties[key].side == side and key != side]
            return bodies[:1] or [side]
        if _TWO_BODIES.search(text) and len(self._last) > 1 and not (text.lower() == "they"):
            return list(self._last[:2])
        mentions = [m for m in self._owned_apart(text, self.mentions(text)) if not _is_aside(text, m)]
        if mentions:
            keys = self._unique(m.key for m in mentions)
            if any(self.parties[m.key].side != m.key for m in mentions):
                # `Germany's Economy Ministry (BMWE)`: whose, and not who
                keys = self._unique(
                    m.key
                    for m in mentions
                    if not (self.parties[m.key].side == m.key and text[m.end : m.end + 2] in ("'s", "\u2019s"))
                )
            keys = self._with_unknown(text, keys)
            bodies = [key for key in keys if self.parties[key].side != key]
            first = mentions[0]
            if bodies and self.parties[first.key].side != first.key:
                # `the Ministry of X of Japan`: the country only says whose
                keys = [
                    key
                    for key in keys
                    if self.parties[key].side != key or key not in {self.parties[b].side for b in bodies}
                ]
            return keys
        if _WE_ALL.search(text):
            return list(self.sides)
        capital = next(
            (country["key"] for country in register("parties")["countries"] if text in country["capital"]), None
        )
        if capital:
            return [capital]
        bare = re.sub(r"^(?:[Tt]he|[Tt]heir)\s+(?:two|three|[a-z]+)?\s*[a-z]+,\s+", "", text)
        pieces = re.split(r",?\s+and\s+(?:the\s+)?|,\s+", re.sub(r"\s*\([^)]*\)", "", bare))
        found = [key for piece in pieces for key in self._unknown(piece)]
        return found if len(found) == len(pieces) else self._unknown(text)

    def _with_unknown(self, text: str, keys: list[str]) -> list[str]:
        """The parties of a subject, with those beside them that nothing has introduced: `PSE and Ukrenergo`."""
        found: list[str] = []
        masked, end = "", 0
        mentions = self._owned_apart(text, self.mentions(text))
        for number, mention in enumerate(mentions):
            masked += f"{text[end : mention.start]}\0{number}\0"
            end = mention.end
        masked += text[end:]
        for piece in re.split(r",?\s+and\s+(?:the\s+)?|,\s+(?:the\s+)?", re.sub(r"\s*\([^)]*\)", "", masked)):
            named = [mentions[int(number)].key for number in re.findall("\0([0-9]+)\0", piece)]
            bare = re.sub(r"^(?:the|The)\s+|^.*['\u2019]s\s+(?=[A-Z])", "", piece.strip())
            owned = (
                re.match("\0[0-9]+\0['\u2019]s ", piece) and len(named) == 1 and self.parties[named[0]].side == named[0]
            )
            if (
                (not named or owned)
                and re.fullmatch(r"[A-Z][\w-]*(?: (?:[A-Z][\w-]*|of|for))*", bare)
                and bare.split()[-1].lower() not in _NO_BODY
                and any(self.parties[key].side != key for key in keys)
            ):
                key = _key_of(bare)
                self.parties.setdefault(key, Party(key, bare, self.sides[0] if self.sides else MANY))
                self._names[bare] = key
                named = [key]
            found += [key for key in named if key in keys or key == _key_of(bare)]
        rest = [key for key in keys if key not in found]
        return self._unique([*found, *rest])

    def _owned_apart(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions without those that only say whose: `the UAE Ministry`, `the U.S. NMIO`."""
        return [
            m
            for n, m in enumerate(mentions)
            if not (
                n + 1 < len(mentions)
                and self.parties[m.key].side == m.key
                and text[m.end : mentions[n + 1].start].strip() in ("", "'s", "\u2019s")
                and self.parties[mentions[n + 1].key].side != mentions[n + 1].key
            )
        ]

    def _unknown(self, text: str) -> list[str]:
        """A subject that looks like the name of a body which nothing has introduced."""
        found = re.fullmatch(
            r"(?:[Tt]he )?((?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*|of|for|and|the)(?: (?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*|of|for|and|the))*)",
            text,
        )
        if (
            not found
            or len(found[1]) > 64
            or found[1].split()[-1].lower().rstrip("s") in _NO_BODY | {"progres", "discussion"}
            or found[1].split()[0].lower() in ("this", "these", "it", "one", "there", "officials")
        ):
            return []
        if " " not in found[1] and sum(c.isupper() for c in found[1]) < 3 or found[1].split()[0].lower() in MONTHS:
            return []
        key = _key_of(found[1])
        self.parties.setdefault(key, Party(key, found[1], self.sides[0] if self.sides else MANY))
        return [key]

    def _beside(self, text: str) -> list[str]:
        """Those named after `with`, `between`, `by`."""
        found: list[str] = []
        named = self._owned_apart(text, self.mentions(text))
        for opening in _WITH.finditer(text):
            at = opening.end()
            while True:
                here = next(
                    (
                        m
                        for m in named
                        if at <= m.start <= at + 40
                        and re.fullmatch(
                            r"(?:the\s+|its\s+|their\s+|both\s+|of\s+)*(?:[A-Z]\w+n\s+|U\.S\.\s+|UK\s+|EU\s+|UAE\s+|[A-Z]\w+['\u2019]s\s+)?(?:[a-z-]+\s+){0,2}",
                            text[at : m.start],
                        )
                    ),
                    None,
                )
                if here is None:
                    name = re.match(
                        r"(?:the )?((?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*)(?: (?:[A-Z][\w\u00c0-\u017f'\u2019&.-]*|of|for|and))* [A-Z][\w\u00c0-\u017f-]*)",
                        text[at:],
                    )
                    if name is None or not opening[0].lower().startswith(("by", "between")):
                        break
                    parts = re.split(r" and (?=[A-Z])", name[1])
                    for part in parts:
                        found += self._unknown(part)
                    at += name.end()
                else:
                    found.append(here.key)
                    at = here.end
                rest: re.Match[str] | None = re.match(
                    r"(?:'s|\u2019s)?\s*(?:\([\w*-]+\))?\s*(?:,|and|as well as|&|,\s*and|to)\s*(?:the\s+|of\s+)?",
                    text[at:],
                )
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


_FORMS_OF_STATE = (
    "Republic",
    "Kingdom",
    "Socialist Republic",
    "Islamic Republic",
    "Federative Republic",
    "Arab Republic",
    "State",
    "Commonwealth",
    "Government",
    "Hashemite Kingdom",
)
_SHARED_ACRONYMS = frozenset(
    "ASA ISA SSA KSA RSA CSA LSA NSO GEO SPC ASI AEM AEE TUA CEA AFD GA MDA ISO UN AU HSC".split()
)
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
        if name[:1].lower() == letters[0] and (
            not best or sum(w[0].isupper() for w in words[start:]) <= len(letters) + 1
        ):
            best = name
            capitals = [w[0].lower() for w in words[start:] if w[0].isupper()]
            if capitals == letters:
                return name
    bodies = set(register("parties")["body_words"])
    if " " in best and bodies & set(best.split()):
        return best
    stop = next(
        (k for k in range(len(words) - 1, -1, -1) if not (words[k][0].isupper() or words[k].lower() in _SMALL)), -1
    )
    rest = words[stop + 1 :]
    while rest and rest[0].lower() in _SMALL:
        rest = rest[1:]
    if " " in best and not bodies & set(rest):
        return best
    return " ".join(rest).replace(" ,", ",")


def _key_of(name: str) -> str:
    """A short name for a body without an acronym."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:64] or "body"


def _between(text: str, tokens: Sequence[Token], span: Span) -> str:
    begin, end = span
    return text[tokens[begin].start : tokens[end - 1].end] if end > begin else ""


def _any_of(names: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w])(" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + r")(?![\w])"
    )


@cache
def _country_pattern() -> re.Pattern[str]:
    names = {
        word: "" for country in register("parties")["countries"] for word in (*country["names"], *country["adjectives"])
    }
    return _any_of(names)


def _mentions(pattern: re.Pattern[str], text: str, named: Mapping[str, str], key: str) -> list[str]:
    return [found[1] for found in pattern.finditer(text) if named.get(found[1]) == key]
