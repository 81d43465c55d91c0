"""The parties of one text: the governments that met, the bodies and officials that it names, and who acts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.names import MANY, Names, Party, countries_in, country_finder, country_names
from spacedialog.statements.prose import Prose, Sentence

Keys = tuple[str, ...]
Chunk = list[str | Keys]
"""A noun phrase: its words, with the keys of parties in place of their names."""

_LONGEST_KEY = 64


class Parties:
    """The parties of one text, and who acts in its sentences. Call `of` in the order of the text.

    `sides` are the keys of the governments that met; give those that the register lacks with a name: `ZUB=Zubrowka`.
    `known` has every party that the register or the text names, by its key.
    """

    def __init__(self, prose: Prose, sides: Sequence[str] = ()) -> None:
        self._names = dict(country_names())
        self.known = {
            country["key"]: Party(country["key"], country["names"][0], country["key"])
            for country in register("parties")["countries"]
        }
        for key, equals, name in (side.partition("=") for side in sides):
            if equals:
                self._declare(key, name, key)
        self.sides = tuple(unique(side.partition("=")[0] for side in sides)) or sides_of(prose)
        for agency in register("parties")["agencies"]:
            if agency["side"] in (*self.sides, MANY) or agency["key"] not in words("parties", "shared_acronyms"):
                self._declare(agency["key"], agency["name"], agency["side"])
        text = " ".join(sentence.text for sentence in prose.sentences)
        self._define_bodies(text)
        self._define_officials(text)
        self._finder = Names(self._names)
        self._sentence = Sentence("", 0, "", "")
        self._acted: Keys = ()  # the parties that acted last in this paragraph
        self._among: list[str] = []  # the parties after `between` in the current point
        self._bodies: list[str] = []  # the two bodies named last

    def unknown(self, name: str) -> str:
        """Return the key of a body that the text does not introduce, and add it on the first side."""
        key = _key_of(name)
        self.known.setdefault(key, Party(key, name, next(iter(self.sides), MANY)))
        return key

    # Definitions in the text

    def _declare(self, key: str, name: str, side: str) -> None:
        self.known[key] = Party(key, name, side)
        self._names[key] = self._names[name] = (key,)

    def _define_bodies(self, text: str) -> None:
        """Define bodies by full names: `the ROK Ministry of Health and Welfare`, `the Korea Coast Guard (KCG)`."""
        for found in _BODY.finditer(text):
            names = self._apart(re.sub("^(?:The|An?) ", "", found["name"]))
            last = names.pop() if found["acronym"] else ""
            for name in map(_without_country, names):
                if " " not in name or name in self._names or not _is_body(name):
                    continue
                if _JOINT.search(name) or name.split()[0] in register("parties")["groups"]:
                    self._names[name] = self.sides
                    continue
                self._declare(_key_of(name), name, self._side_of(text, found.start(), found["name"]))
                if name.startswith(("Network for", "Committee on", "Council for", "Commission on", "Center for")):
                    self._names.setdefault(name.split()[0], (_key_of(name),))
            if last:
                self._define_acronym(text, found, last)

    def _define_acronym(self, text: str, found: re.Match[str], whole: str) -> None:
        """Define an acronym and its name, if they name a body or a government."""
        acronym, name = found["acronym"], _full_name(whole.split(), found["acronym"])
        key = re.sub(r"[^A-Za-z0-9._-]+", "-", acronym).strip("-")
        shared = acronym in words("parties", "shared_acronyms")
        acts = bool(countries_in(name) or _ACTS.match(text, found.end()))
        if _JOINT.search(name):
            self._names[acronym] = self.sides
        elif name in self._names and not shared and not text.endswith(" of ", 0, found.start()):
            self._names.setdefault(acronym, self._names[name])
        elif (acronym not in self._names or shared) and _is_body(name, otherwise=acts):
            self._declare(key, name, self._side_of(text, found.start("acronym"), name))
            self._names[acronym] = (key,)
        for called in (name, whole) if acronym in self._names else ():
            self._names.setdefault(called, self._names[acronym])

    def _apart(self, name: str) -> list[str]:
        """Return the names of bodies that `and` joins: `Sandia Lab and Korea Institute of Bioscience`."""
        bodies = words("parties", "body_words")
        for found in re.finditer(" and ", name):
            left, right = name[: found.start()], name[found.end() :]
            parts = (left, re.split(" and | of | for ", right, maxsplit=1)[0])
            if all(part in self._names or not bodies.isdisjoint(part.split()) for part in parts):
                return [left, *self._apart(right)]
        return [name]

    def _side_of(self, text: str, at: int, name: str) -> str:
        """Return the side of a body: the country in its name, or the nearest one before it."""
        near = countries_in(name) or [key for key in countries_in(text[max(0, at - 160) : at]) if key in self.sides]
        many = not words("parties", "forum_words").isdisjoint(_LARGE_WORD.findall(name))
        return MANY if many else [next(iter(self.sides), MANY), *near][-1]

    def _define_officials(self, text: str) -> None:
        """Define the names of officials, each with its government."""
        leaders = {name: key for key, names in register("parties")["leaders"].items() for name in names}
        no_names = words("parties", "portfolios") | words("parties", "titles") | words("parties", "body_words")
        for found in _OFFICIAL.finditer(text):
            said = (re.sub(r"['\u2019]s?$", "", word) for word in re.findall(r"(?<!\w)[A-Z][\w\u2019'-]+", found[1]))
            parts = [part for part in said if part not in no_names and part not in self._names]
            before = text[max(0, found.start() - 90) : found.start()]
            begin, end = [(0, 0), *country_finder().spans(before)][-1]
            by_title = self._names[before[begin:end]] if end and _TITLE_WORDS.fullmatch(before, end) else ()
            owner = countries_in(found[1].rpartition(" of ")[2].partition(",")[0])[:1]
            keys = by_title or tuple(owner) or tuple(leaders[part] for part in parts if part in leaders)[:1]
            self._names |= dict.fromkeys(parts if keys else (), keys)

    # Acting parties

    def is_party(self, subject: str) -> bool:
        """Return whether a subject can make a promise: a government, an official, a body, `we`, `both sides`.

        If two or three governments met, other governments cannot.
        """
        named = self._who(subject)
        if len(self.sides) > 3 or any(side in ("ASEAN", "EU", "AU") for side in self.sides):
            return bool(named)
        return bool(named) and all(self.known[key].side in (*self.sides, MANY) for key in named)

    def of(self, sentence: Sentence, subject: str, action: str) -> tuple[str, ...]:
        """Return the keys of the parties that act, then of those they act with; all sides if it names none."""
        if sentence != self._sentence:
            self._acted = self._acted if sentence.paragraph == self._sentence.paragraph else ()
            self._sentence, self._among = sentence, []
            named = [key for _, _, keys in self._mentions(sentence.text) for key in keys if self._is_agency(key)]
            self._bodies = unique([*named, *self._bodies])[:2]
        acting = self._who(subject)
        self._acted = tuple(acting) or self._acted
        if acting and (owner := _OWN_PLAN.match(action)) and self.is_party(owner[1]):
            acting = self._who(owner[1]) or acting
        passive = bool(subject.strip()) and not acting
        among, beside, by = self._beside(action if acting else f"{subject} {action}", passive=passive)
        by = [] if acting else by
        if not subject.strip():  # the later actions of a point have the same parties
            self._among = among = among or self._among
        if not acting or set(acting) == set(self.sides):
            acting = among or by or list(self.sides)
        return tuple(unique([*acting, *beside, *by]))

    def _is_agency(self, key: str) -> bool:
        return self.known[key].side not in (MANY, key)

    def _mentions(self, text: str) -> list[tuple[int, int, Keys]]:
        return [(begin, end, self._names[text[begin:end]]) for begin, end in self._finder.spans(text)]

    def _chunks(self, text: str) -> Iterator[Chunk]:
        """Return the noun phrases of a text that are separated by commas, `and` or `or`."""
        pieces: Chunk = []
        at = 0
        for begin, end, keys in self._mentions(text):
            pieces += [*_PIECE.findall(text, at, begin), keys]
            at = end
        pieces += _PIECE.findall(text, at)
        joints: Chunk = [",", ";", "and", "&", "or"]
        return (list(some) for is_joint, some in groupby(pieces, joints.__contains__) if not is_joint)

    def _who(self, text: str) -> list[str]:
        """Return the parties that a phrase names or refers to; empty if it refers to a thing."""
        text = _AROUND.sub("", _IN_BRACKETS.sub("", text)).strip(" ,;:.")
        low = text.lower()
        if low in ("it", "its"):
            first = next(iter(self._mentions(self._sentence.text[:80])), None)
            return list(first[2] if first and first[0] < 5 else self._acted)
        if low in ("they", "each", "their") and len(self._acted) > 1:
            return list(self._acted)
        if re.match(r"(?:we\b|(?:both|they|each|themselves)$)", low):
            return list(self.sides)
        found: list[str] = []
        for chunk in self._chunks(text):
            named = self._head(chunk)
            if named is None:
                name = " ".join(one for one in chunk if isinstance(one, str) and one not in ("the", "its"))
                if not (found and _UNTITLED.fullmatch(name) and _is_body(name, otherwise=True)):
                    break
                named = [self.unknown(name)]  # `PSE and Ukrenergo`
            found += named
        return unique(found)

    def _head(self, chunk: Chunk) -> list[str] | None:
        """Return the parties that a noun phrase names or refers to; None if it refers to a thing."""
        low = [one if isinstance(one, tuple) else one.lower() for one in chunk]
        plain = [*low[:1], *chunk[1:]]  # `the Next Generation Dialogue` does not end at `Next`
        size = next((n for n, one in enumerate(plain) if one in words("parties", "borders")), len(low))
        head = [one for one in low[:size] if one not in words("parties", "articles")]
        if not head:
            return []
        actors = words("parties", "actors")
        large = {one.lower() for one in chunk if isinstance(one, str) and one[:1].isupper()}
        while head[-1] in large and head[-1] not in actors and any(one in actors for one in head[:-1]):
            head.pop()  # the name of an official: `Administrator Bill Nelson`
        last = head[-1]
        if isinstance(last, tuple):
            return list(last) or None  # `the Indian Ocean` belongs to no government
        of = low[size:] if low[size : size + 1] in (["of"], ["from"]) else []
        named = [key for one in (*head, *of) if isinstance(one, tuple) for key in one]
        if last in words("parties", "instruments") and str(chunk[size - 1])[:1].isupper():
            return named or list(self.sides)
        if last not in actors or not words("parties", "others").isdisjoint(head):
            return None
        if not named and "both" not in of and last in words("parties", "bodies"):
            named = self._bodies if last.endswith("s") and self._bodies else list(self._acted) or self._bodies[:1]
        return named or list(self.sides)

    def _beside(self, text: str, *, passive: bool) -> tuple[list[str], list[str], list[str]]:
        """Return the parties after `between`, those after `with`, and those after `by`."""
        text = _MEANS.split(_IN_BRACKETS.sub("", text), maxsplit=1)[0]
        among = next((keys for one in _HYPHENS.findall(text) if len(keys := countries_in(one)) > 2), [])
        beside, by = list[str](), list[str]()
        for opening in _WITH.finditer(text):
            before, word = opening[1].lower(), opening[2].lower()
            if before in words("parties", "no_company") or (word == "by" and not passive and before.endswith("ed")):
                continue
            named = self._company(text[opening.end() : opening.end() + 400])
            if word in ("to", "from"):
                beside += [key for key in named if self._is_agency(key) and "-" not in key]
            else:
                company = word in ("with", "alongside") or word.startswith("invit")
                (by if word == "by" else beside if company else among).extend(named)
        return among, beside, by

    def _company(self, text: str) -> list[str]:
        found: list[str] = []
        for chunk in self._chunks(_STAKEHOLDERS.sub("", text)):
            named = self._head(chunk) if any(isinstance(one, tuple) for one in chunk) else []
            if named is None:  # `U.S. and Indian companies`
                return [key for key in found if self.known[key].side != key]
            if not named:
                break
            found += named
        return found


def unique(keys: Iterable[str]) -> list[str]:
    """Return the keys without repetition, in order."""
    return list(dict.fromkeys(keys))


def sides_of(prose: Prose) -> tuple[str, ...]:
    """Return the governments that met: those in the title or the opening, or else the two named most often."""
    opening = [sentence.text for sentence in prose.sentences[:6]]
    title = re.split(r" (?:on|regarding|to mark) ", prose.title)[0]
    for text in (title, prose.title, *prose.head[:6], " ".join(prose.head[:6]), *opening):
        found = unique(countries_in(text))
        if len(found) >= 2:
            return tuple(found)
    counts = Counter(key for sentence in prose.sentences for key in countries_in(sentence.text))
    return tuple(key for key, _ in counts.most_common(2))


def _any(key: str) -> str:
    """Return a pattern for any word or phrase of a list of the register."""
    return "(?:" + "|".join(register("parties")[key]) + ")"


_LARGE = r"[A-Z\u00c0-\u00de][\w\u00c0-\u017f&*\u2019'-]{0,60}"
_LARGE_WORD = re.compile(_LARGE)
_SMALL = r"(?:(?:of|for|on|in|to|de|del?|du|d[ao]s?)(?: (?:the|l[aeo]s?))? |(?:and|&|y|et?|und|f\u00fcr|per) )"
_ACRONYM = r"[A-Z][\w*&-]{0,30}[A-Z*\d][\w*]{0,10}(?: [A-Z][a-z]{1,20})?|[A-Z][a-z]{1,30}[A-Z]?\w{0,20}"
_BODY = re.compile(
    rf"(?<![\w-])(?P<name>(?:{_LARGE} ){{0,3}}(?:Ministry|Department|Agency|Institute|Office) (?:of|for) (?:the )?"
    rf"{_LARGE}(?: {_LARGE}){{0,3}}(?:, {_LARGE}){{1,4}},? and {_LARGE}(?: {_LARGE}){{0,2}}"
    rf"|(?:[A-Z][A-Za-z.]{{1,20}}-[A-Z][A-Za-z.]{{1,20}} )?{_LARGE}(?: {_SMALL}?{_LARGE}){{0,12}})"
    rf"(?: \((?P<acronym>{_ACRONYM})(?:['\u2019]s?)?\))?"
)
_JOINT = re.compile(r"\b(?:Task Force|Working Group|Dialogue)$|\b(?:Joint|Bilateral|Mixed) (?:\w+ )?Com")
_ACTS = re.compile(rf"(?:,? and [^.;]{{2,100}}?)? {_any('acts')}\b")
_BETWEEN = r"(?:of|to)(?: the)?|for|v[ao]n|de[rn]?|d[aeo]s?|bin|al|\([A-Z]{2,9}\)"
_OFFICIAL = re.compile(rf"\b{_any('titles')}s?((?:,? (?!{_any('titles')})(?:{_BETWEEN}|[A-Z]\.|{_LARGE})){{1,9}})")
_TITLE_WORDS = re.compile(rf"(?:\s*\([\w.]+\)|\))?(?:['\u2019]s?)?\s+(?:(?:{_LARGE}|\([A-Z]+\))\s+){{0,6}}")
_UNTITLED = re.compile(rf"(?!{_any('titles')}\b){_LARGE}(?: (?!{_any('titles')}\b){_LARGE}){{0,4}}")
_IN_BRACKETS = re.compile(r"\s*\([^()]{0,200}\)|,? (?:Jr|Sr)\b\.?")
_OPENING = rf"^(?:[^:]{{2,60}}: )?(?:(?:[A-Z][a-z]+ly|{_any('leading')})\b,? )?"
_AROUND = re.compile(rf"{_OPENING}|(?: {_any('adverbs')})+$|(?: [\u2013\u2014-] |\u2014).*")
_PIECE = re.compile(r"[\w\u2019'][\w'\u2019&.-]*|[,;&]")
_HYPHENS = re.compile(r"[A-Z][\w.]{0,30}(?:-[A-Z][\w.]{0,30}(?: of [A-Z]\w{0,30})?){2,4}")
_OWN_PLAN = re.compile(
    rf"{_any('welcoming')}(?:e|es|ed|ing|s)? (?:the )?(.{{2,60}}?)(?:['\u2019]s?)? {_any('plans')}\b"
)
_MEANS = re.compile(rf",? (?:including (?!the |[A-Z])|{_any('means')}\b)")
_WITH = re.compile(rf"(\w*)(?:^| )(with|between|among|by|alongside|to|from|{_any('asking')}) ", re.IGNORECASE)
_STAKEHOLDERS = re.compile(r"^(?:[a-z-]+ ){0,3}(?:stakeholders|partners|organi[sz]ations|institutions),? including ")


def _key_of(name: str) -> str:
    """Return the key of a body without an acronym."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST_KEY] or "body"


def _full_name(said: Sequence[str], acronym: str) -> str:
    """Return the full name of an acronym in brackets: the words before it whose initials match its letters."""
    letters = [c.lower() for c in acronym if c.isascii() and c.isalpha()]
    starts = [n for n, word in enumerate(said) if not word[0].islower()]
    fits = [n for n in starts if [said[m][0].lower() for m in starts if m >= n] == letters]
    near = [n for n in starts if said[n][0].lower() == letters[0] and 2 <= len(said) - n <= 2 * len(letters)]
    return " ".join(said[[*fits, *near, 0][0] :])


def _is_body(name: str, *, otherwise: bool = False) -> bool:
    """Return whether its words show that a name is of a body, not of a mission or a treaty; `otherwise` if unclear."""
    before, _, owner = name.partition(" of ")
    parts = _LARGE_WORD.findall(before if owner.removeprefix("the ") in country_names() else name)
    if not parts or len(name) > 2 * _LONGEST_KEY or parts[-1].lower() in words("parties", "no_bodies"):
        return False
    return otherwise or not (words("parties", "body_words") | words("parties", "forum_words")).isdisjoint(parts)


def _without_country(name: str) -> str:
    """Return a name without the country before it: `U.S. National Cancer Institute`."""
    bare = re.sub(r"^(?:[Tt]he|U\.S\.|[A-Z]{2,4}|.{1,40}['\u2019]s) ", "", name)
    return re.sub(r"^(?:United States|\w+) (?=Ministry|Department)", "", bare)
