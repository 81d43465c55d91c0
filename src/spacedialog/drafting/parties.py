"""The parties of one text: the governments that met, the bodies and officials that it names, and who acts in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.names import MANY, Names, Party, countries_in, country_finder, country_names
from spacedialog.drafting.prose import Prose, Sentence

_OPENING = 6
"""In so many sentences the text says who met."""
_LONGEST_KEY = 64

_LARGE = r"[A-Z\u00c0-\u00de][\w\u00c0-\u017f&*\u2019'-]{0,60}"
_SMALL = "of|the|for|and|on|in|de|des|du|del|da|do|dos|y|e|et|und|f\u00fcr|d'|&|la|le|per|l'|to"
_ACRONYM = r"[A-Z][\w*&-]{0,30}[A-Z*\d][\w*]{0,10}(?: [A-Z][a-z]{1,20})?|[A-Z][a-z]{1,30}[A-Z]?\w{0,20}"
_DEFINITION = re.compile(rf"(?<!\w)((?:(?:{_LARGE},?|{_SMALL})\s+){{1,14}})\(({_ACRONYM})(?:['\u2019]s?)?\)")
_BODY = re.compile(
    rf"(?<![\w-])(?:(?:Ministry|Department) (?:of|for) (?:the )?{_LARGE}(?: {_LARGE}){{0,3}}(?:, {_LARGE}){{0,4}},? and {_LARGE}"
    rf"|(?:[A-Z][A-Za-z.]{{1,20}}-[A-Z][A-Za-z.]{{1,20}} )?{_LARGE}(?: (?:of(?: the)? |for(?: the)? |and |on |in |de |& )?{_LARGE}){{1,12}})"
)
_JOINT = re.compile(r"\b(?:Task Force|Working Group|Dialogue)$")
_LARGE_WORD = re.compile(_LARGE)


class Mention(NamedTuple):
    """A party, or several, that a text names, and the characters that do so."""

    start: int
    end: int
    keys: tuple[str, ...]


class Parties:
    """The parties of one text, and who is to act in its sentences, asked in their order.

    `sides` are the keys of the governments that met, with their names where the register has none: `ZUB=Zubrowka`.
    `known` has every party that the register or the text names, by its key.
    """

    def __init__(self, prose: Prose, sides: Sequence[str] = ()) -> None:
        self._names = dict(country_names())
        self.known = {
            country["key"]: Party(country["key"], country["names"][0], country["key"])
            for country in register("parties")["countries"]
        }
        for side in sides:
            key, _, name = side.partition("=")
            if name:
                self._declare(key, name, key)
        self.sides = tuple(unique(side.partition("=")[0] for side in sides)) or sides_of(prose)
        for agency in register("parties")["agencies"]:
            ours = agency["side"] in (*self.sides, MANY)
            if ours or agency["key"] not in words("parties", "shared_acronyms"):
                self._declare(agency["key"], agency["name"], agency["side"])
        text = " ".join(sentence.text for sentence in prose.sentences)
        self._define_acronyms(text)
        self._define_bodies(text)
        self._define_officials(text)
        self._finder = Names(self._names)
        self._paragraph = ""
        self._sentence: Sentence | None = None
        self._acted: tuple[str, ...] = ()  # who acted last in this paragraph
        self._among: list[str] = []  # between whom the point is that is read
        self._bodies: tuple[str, ...] = ()  # the bodies that were named last

    def unknown(self, name: str) -> str:
        """The key of a body that nothing has introduced; it is taken for one of the first side's."""
        key = _key_of(name)
        self.known.setdefault(key, Party(key, name, self.sides[0] if self.sides else MANY))
        return key

    # What the text declares

    def _declare(self, key: str, name: str, side: str) -> None:
        self.known[key] = Party(key, name, side)
        self._names[key] = self._names[name] = (key,)

    def _define_acronyms(self, text: str) -> None:
        """The acronyms that the text defines, as far as they stand for bodies or governments."""
        for found in _DEFINITION.finditer(text):
            acronym, name = found[2], _full_name(found[1].split(), found[2])
            key = re.sub(r"[^A-Za-z0-9._-]+", "-", acronym).strip("-")
            shared = acronym in words("parties", "shared_acronyms")
            if _JOINT.search(name):
                self._names[acronym] = self._names[name] = self.sides
            elif acronym in self._names and not shared:
                self._names.setdefault(name, self._names[acronym])
            elif name in self._names and len(self._names[name]) == 1 and not shared:
                self._names[acronym] = self._names[name]
            elif _is_body(name):
                self._declare(key, name, self._side_of(text, found.start(2), name))
                self._names[acronym] = (key,)
            elif shared and key in self.known and self.known[key].side != key:
                del self.known[key]
                self._names = {known: keys for known, keys in self._names.items() if keys != (key,)}

    def _define_bodies(self, text: str) -> None:
        """Bodies that the text calls by a full name only: `the ROK Ministry of Health and Welfare`."""
        for found in _BODY.finditer(text):
            for name in map(_without_country, self._apart(found[0])):
                known = name in self._names or name.partition(" ")[0] in register("parties")["groups"]
                if " " not in name or known or not _is_body(name, of_country=False):
                    continue
                if _JOINT.search(name):
                    self._names[name] = self.sides
                    continue
                self._declare(_key_of(name), name, self._side_of(text, found.start(), found[0]))
                last = re.match(r"\w+", name)
                if last and last[0] in ("Network", "Group", "Committee", "Council", "Commission", "Centre", "Center"):
                    self._names.setdefault(last[0], (_key_of(name),))

    def _apart(self, name: str) -> list[str]:
        """The names of several bodies that stand side by side: `Sandia Lab and Korea Institute of Bioscience`."""
        bodies = words("parties", "body_words")
        for found in re.finditer(" and ", name):
            left, right = name[: found.start()], name[found.end() :]
            first = re.split(" and | of | for ", right, maxsplit=1)[0]
            named = [part in self._names or not bodies.isdisjoint(part.split()) for part in (left, first)]
            if all(named):
                return [left, *self._apart(right)]
        return [name]

    def _side_of(self, text: str, at: int, name: str) -> str:
        """The side of a body: of the country in its name, or of the one that stands nearest before it."""
        if _is_forum(name):
            return MANY
        near = countries_in(name) or [key for key in countries_in(text[max(0, at - 160) : at]) if key in self.sides]
        return near[-1] if near else (self.sides[0] if self.sides else MANY)

    def _define_officials(self, text: str) -> None:
        """The names of officials, each as the government that it speaks for."""
        leaders = {name: key for key, names in register("parties")["leaders"].items() for name in names}
        titled: dict[str, set[str]] = {}
        unplaced: dict[str, list[str]] = {}
        no_names = words("parties", "portfolios") | words("parties", "titles") | words("parties", "body_words")
        for found in _OFFICIAL.finditer(text):
            parts = [word for word in re.findall(r"[\w\u2019'-]{3,}", found[2]) if word[:1].isupper()]
            parts = [re.sub(r"['\u2019]s?$", "", part) for part in parts]
            parts = [part for part in parts if part not in no_names and part not in self._names]
            if not parts:
                continue
            key = self._country_of_title(text, *found.span()) or next((leaders[p] for p in parts if p in leaders), None)
            if key is None:
                unplaced.setdefault(found[1], []).extend(parts)
                continue
            titled.setdefault(found[1], set()).add(key)
            for part in parts:
                self._names.setdefault(part, (key,))
        for title, parts in unplaced.items():
            left = [side for side in self.sides if side not in titled.get(title, ())]
            if len(left) == 1:
                for part in parts:
                    self._names.setdefault(part, (left[0],))

    def _country_of_title(self, text: str, start: int, end: int) -> str | None:
        """The country of an official: `the ROK National Security Advisor`, `Prime Minister X of Japan`."""
        before = text[max(0, start - 90) : start]
        near = [(b, e) for b, e in country_finder().spans(before)][-1:]
        for begin, stop in near:
            if _TITLE_WORDS.fullmatch(before, stop):
                return next(iter(country_names()[before[begin:stop]]), None)
        after = re.match(r"['\u2019,]?\s*of (?:the )?", text[end : end + 40])
        here = text[end + after.end() : end + 80] if after else ""
        behind = next(country_finder().spans(here), None)
        return next(iter(country_names()[here[: behind[1]]]), None) if behind and behind[0] == 0 else None

    # Who acts

    def is_party(self, subject: str) -> bool:
        """Whether a subject is one that can make a promise: a government, an official, a body, `we`, `both sides`."""
        return bool(self._who(subject))

    def of(self, sentence: Sentence, subject: str, action: str) -> tuple[str, ...]:
        """The keys of those who are to act and of those with whom, as far as the sentence names them."""
        if sentence.paragraph != self._paragraph:
            self._paragraph, self._acted = sentence.paragraph, ()
        if sentence != self._sentence:
            self._sentence, self._among = sentence, []
            self._remember(sentence.text)
        acting = self._who(subject)
        if acting:
            self._acted = tuple(acting)
        owner = _OWN_PLAN.match(action)
        if owner and acting:
            acting = self._who(owner[1]) or acting
        among, beside, by = self._beside(
            action if acting else f"{subject} {action}", passive=bool(subject and not acting)
        )
        if not subject.strip():
            self._among = among = among or self._among  # the rest of a point is between the same ones
        if among and (not acting or set(acting) == set(self.sides)):
            acting = among
        return tuple(unique([*(acting or by or self.sides), *beside, *by]))

    def _remember(self, text: str) -> None:
        """Take in a sentence, for `the two agencies`."""
        bodies = unique(key for m in self._mentions(text) for key in m.keys if self.known[key].side not in (MANY, key))
        self._bodies = tuple(bodies[:3]) or self._bodies

    def _mentions(self, text: str) -> list[Mention]:
        return [Mention(begin, end, self._names[text[begin:end]]) for begin, end in self._finder.spans(text)]

    def _who(self, text: str) -> list[str]:
        """Those whom a phrase names or stands for; none if it is of a thing."""
        text = _LEADING.sub("", _ASIDE.split(_IN_BRACKETS.sub("", text))[0]).strip(" ,;:.")
        low = text.lower()
        if low in ("it", "its"):
            return list(self._acted[:1])
        if low in ("they", "each", "their") and len(self._acted) > 1:
            return list(self._acted)
        if low in _WE:
            return list(self.sides)
        found: list[str] = []
        for chunk in _chunks(text, self._mentions(text)):
            named = self._head(chunk)
            if named is None:
                break
            found += named
        return unique(found)

    def _head(self, chunk: Sequence[str | Mention]) -> list[str] | None:
        """Those whom a noun phrase names or stands for: nobody where it is empty, None where it is of a thing."""
        size = next((n for n, one in enumerate(chunk) if isinstance(one, str) and one.lower() in _PREPOSITIONS), None)
        head, rest = chunk[:size], chunk[size:] if size is not None else ()
        head = [one for one in head if isinstance(one, Mention) or one.lower() not in _ARTICLES]
        if not head:
            return []
        last = head[-1]
        if isinstance(last, Mention):
            return list(last.keys) or None
        noun = last.lower()
        if noun in _WE:
            return list(self.sides)
        if noun in words("parties", "actors"):
            of = rest[1:] if rest and str(rest[0]).lower() in ("of", "from") else ()
            named = [key for one in (*head, *of) if isinstance(one, Mention) for key in one.keys]
            if not named and noun in words("parties", "bodies") and noun.endswith("s"):
                return list(self._bodies[:2]) or list(self.sides)
            if not named and noun in words("parties", "bodies"):
                return list(self._acted[:1] or self._bodies[:1])
            return named or list(self.sides)
        if last[:1].isupper() and noun in words("parties", "instruments"):
            return list(self.sides)
        return None

    def _beside(self, text: str, *, passive: bool) -> tuple[list[str], list[str], list[str]]:
        """Those named `between` whom something is to be, those `with` whom, and those `by` whom."""
        text = _MEANS.split(_IN_BRACKETS.sub("", text), maxsplit=1)[0]
        led = re.match(r"\w+ ([^,;]{2,120})-led\b", text)
        among = self._company(led[1]) if led else []
        among += _joined(text, self._mentions(text))
        beside: list[str] = []
        by: list[str] = []
        for opening in _WITH.finditer(text):
            before, word = opening[1].lower(), opening[2].lower()
            acts = word != "by" or passive or not before.endswith(("ed", "en", "made"))
            if acts and before not in words("parties", "no_company"):
                named = self._company(text[opening.end() : opening.end() + 400])
                (by if word == "by" else beside if word in ("with", "alongside") else among).extend(named)
        return among, beside, by

    def _company(self, text: str) -> list[str]:
        """Those whom the phrase after `with` names."""
        found: list[str] = []
        stakeholders = _STAKEHOLDERS.match(text)
        text = text[stakeholders.end() :] if stakeholders else text
        for chunk in _chunks(text, self._mentions(text)):
            if not any(isinstance(one, Mention) for one in chunk):
                break
            named = self._head(chunk)
            if named is None:  # `U.S. and Indian companies`
                return [key for key in found if self.known[key].side != key]
            found += named
        return found


_TITLES = "|".join(register("parties")["titles"])
_OFFICIAL = re.compile(
    rf"\b({_TITLES})s?((?:,? (?!{_TITLES}|Prime)(?:of(?: the)?|for|to(?: the)?|\([A-Z]{{2,9}}\)|{_LARGE}\.?)){{1,9}})"
)
_TITLE_WORDS = re.compile(rf"(?:\s*\([\w.]+\))?(?:['\u2019]s?)?\s+(?:(?:{_LARGE}|\([A-Z]+\))\s+){{0,6}}")
_IN_BRACKETS = re.compile(r"\s*\([^()]{0,200}\)|,? (?:Jr|Sr)\b\.?")
_ASIDE = re.compile(r" [\u2013\u2014-] |\u2014")
_LEADING = re.compile(
    r"^(?:[^:]{2,60}: )?(?:(?:[A-Z][a-z]+ly|Today|Further|Furthermore|Moreover|Also|Together|This (?:year|month|week)"
    r"|In (?:this regard|addition|particular|turn)|As such|To (?:this|that) end)\b,? )?"
)
_WE = frozenset("we both they each themselves".split())
_ARTICLES = frozenset("the a an our its their his her these those this that".split())
_PREPOSITIONS = frozenset(
    "of from for to in on with at by through under between among including during via within after before over as who"
    " which that led via toward towards into against across about regarding concerning".split()
)
_PIECE = re.compile(r"[\w\u2019'][\w'\u2019&.-]*|[,;&]")
_OWN_PLAN = re.compile(
    r"(?:welcom|applaud|not|recall|commend|acknowledg|hail|appreciat)(?:e|es|ed|ing|s)? (?:the )?(.{2,60}?)"
    r"(?:['\u2019]s?)? (?:plans?|intentions?|decision|commitment|pledge|participation|offer|readiness)\b"
)
_MEANS = re.compile(
    r",? (?:including (?!the |[A-Z])|including through|through|via|building (?:up)?on|in line with|in accordance with"
    r"|consistent with|following|drawing on)\b"
)
_WITH = re.compile(r"(\w*)(?:^| )(with|between|among|by|alongside) ", re.IGNORECASE)
_STAKEHOLDERS = re.compile(
    r"(?:[a-z-]+ ){0,3}(?:stakeholders|partners|organizations|organisations|institutions),? including "
)


def _chunks(text: str, mentions: Sequence[Mention]) -> Iterator[list[str | Mention]]:
    """The noun phrases that stand side by side in a text, each as its words and mentions."""
    chunk: list[str | Mention] = []
    at = 0
    for mention in [*mentions, Mention(len(text), len(text), ())]:
        for piece in _PIECE.findall(text, at, mention.start):
            if piece in (",", ";", "and", "&", "or"):
                if chunk:
                    yield chunk
                chunk = []
            else:
                chunk.append(piece)
        chunk.append(mention)
        at = mention.end
    if chunk[:-1]:
        yield chunk[:-1]


def _joined(text: str, mentions: Sequence[Mention]) -> list[str]:
    """The three or more parties that hyphens join: `Japan-U.S.-Australia`."""
    run: list[Mention] = []
    for one in mentions:
        if run and text[run[-1].end : one.start] != "-":
            if len(run) > 2:
                break
            run = []
        run.append(one)
    return [key for one in run for key in one.keys] if len(run) > 2 else []


def unique(keys: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(keys))


def _key_of(name: str) -> str:
    """A short name for a body without an acronym."""
    bare = re.sub(r"^(?:The|An?) ", "", name)
    return re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-")[:_LONGEST_KEY] or "body"


# The governments that met


def sides_of(prose: Prose) -> tuple[str, ...]:
    """The governments that met: those that the title names, or else those that the text names most and first."""
    opening = [sentence.text for sentence in prose.sentences[:_OPENING]]
    head = prose.head[:_OPENING]
    for text in (re.split(r" (?:on|regarding|to mark) ", prose.title)[0], prose.title, *head, " ".join(head), *opening):
        found = unique(countries_in(text))
        if len(found) >= 2:
            return tuple(found)
    counts = Counter(key for sentence in prose.sentences for key in countries_in(sentence.text))
    return tuple(sorted(unique(countries_in(" ".join(opening))), key=lambda key: -counts[key])[:2])


# Names of bodies


def _full_name(said: Sequence[str], acronym: str) -> str:
    """The words before a bracket that an acronym stands for: as many as its letters ask for."""
    letters = [c.lower() for c in acronym if c.isascii() and c.isalpha()]
    small = frozenset(_SMALL.split("|"))
    starts = [n for n, word in enumerate(said) if word.lower() not in small]
    capitals = [word[0].lower() for n, word in enumerate(said) if n in starts]
    exact = [n for i, n in enumerate(starts) if capitals[i:] == letters]
    near = [n for i, n in enumerate(starts) if capitals[i] == letters[0] and len(capitals) - i <= len(letters) + 1]
    begin = next(iter([*exact, *near, *starts]), 0)
    return " ".join(said[begin:])


def _is_body(name: str, *, of_country: bool = True) -> bool:
    """Whether a name is of a body, and not of a mission or a treaty: by its words, or by its country."""
    parts = _LARGE_WORD.findall(name)
    if not parts or len(name) > 2 * _LONGEST_KEY or parts[-1].lower() in words("parties", "no_bodies"):
        return False
    of = re.search(r" of (?:the )?(.+)", name)
    if of and of[1] in country_names():
        return False
    return not words("parties", "body_words").isdisjoint(parts) or (
        _is_forum(name) or (of_country and bool(countries_in(name)))
    )


def _is_forum(name: str) -> bool:
    """Whether it is a body of many."""
    parts = _LARGE_WORD.findall(name)
    return not words("parties", "forum_words").isdisjoint(parts) or name.startswith(
        ("International ", "United Nations ", "World ")
    )


def _without_country(name: str) -> str:
    """A name without the country before it, unless that is a part of it: `U.S. National Cancer Institute`."""
    bare = re.sub(r"^(?:[Tt]he|U\.S\.|US|UK|[A-Z]{2,4}|.{1,40}['\u2019]s) ", "", name)
    country = re.match(r"(?:United States|\w+) (?=Ministry|Department)", bare)
    return bare[country.end() :] if country else bare
