"""The parties of one text: the governments that met, the bodies and officials that it names, and who acts in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from spacedialog.drafting.lexicon import register, words
from spacedialog.drafting.names import MANY, Names, Party, countries_in, country_finder, country_names
from spacedialog.drafting.prose import Prose, Sentence

Keys = tuple[str, ...]
Chunk = list[str | Keys]
"""A noun phrase: its words, and in the place of names the keys of those who are named."""

_OPENING = 6
"""In so many sentences the text says who met."""
_LONGEST_KEY = 64


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
        for key, equals, name in (side.partition("=") for side in sides):
            if equals:
                self._declare(key, name, key)
        self.sides = tuple(unique(side.partition("=")[0] for side in sides)) or sides_of(prose)
        for agency in register("parties")["agencies"]:
            if agency["side"] in (*self.sides, MANY) or agency["key"] not in words("parties", "shared_acronyms"):
                self._declare(agency["key"], agency["name"], agency["side"])
        text = " ".join(sentence.text for sentence in prose.sentences)
        self._define_acronyms(text)
        self._define_bodies(text)
        self._define_officials(text)
        self._finder = Names(self._names)
        self._sentence = Sentence("", 0, "", "")
        self._acted: Keys = ()  # who acted last in this paragraph
        self._among: list[str] = []  # between whom the point is that is read
        self._bodies: list[str] = []  # the two bodies that were named last

    def unknown(self, name: str) -> str:
        """The key of a body that nothing has introduced; it is taken for one of the first side's."""
        key = _key_of(name)
        self.known.setdefault(key, Party(key, name, next(iter(self.sides), MANY)))
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
            elif name in self._names and not found[1].startswith("of ") and not shared:
                self._names[acronym] = self._names[name]
            elif _is_body(name) or (_ACTS.match(text, found.end()) and _is_name(name)):
                self._declare(key, name, self._side_of(text, found.start(2), name))
                self._names[acronym] = (key,)
            elif shared and key in self.known and self.known[key].side != key:
                for forgotten in (key, self.known.pop(key).name):
                    self._names.pop(forgotten, None)

    def _define_bodies(self, text: str) -> None:
        """Bodies that the text calls by a full name only: `the ROK Ministry of Health and Welfare`."""
        for found in _BODY.finditer(text):
            whole = found[0].removeprefix("The ")
            behind = _IN_BRACKETS.match(text, found.end())
            key = next(iter(self._names.get(behind[0].strip(" ()"), ())), "") if behind else ""
            if key in self.known and whole.endswith(self.known[key].name):
                self._names[whole] = (key,)
                continue
            for name in map(_without_country, self._apart(whole)):
                if name in self._names or " " not in name or not _is_body(name, of_country=False):
                    continue
                if _JOINT.search(name) or name.split()[0] in register("parties")["groups"]:
                    self._names[name] = self.sides
                    continue
                self._declare(_key_of(name), name, self._side_of(text, found.start(), whole))
                if name.startswith(("Network for", "Committee on", "Council for", "Commission on", "Center for")):
                    self._names.setdefault(name.split()[0], (_key_of(name),))

    def _apart(self, name: str) -> list[str]:
        """The names of several bodies that stand side by side: `Sandia Lab and Korea Institute of Bioscience`."""
        bodies = words("parties", "body_words")
        for found in re.finditer(" and ", name):
            left, right = name[: found.start()], name[found.end() :]
            parts = (left, re.split(" and | of | for ", right, maxsplit=1)[0])
            if all(part in self._names or not bodies.isdisjoint(part.split()) for part in parts):
                return [left, *self._apart(right)]
        return [name]

    def _side_of(self, text: str, at: int, name: str) -> str:
        """The side of a body: of the country in its name, or of the one that stands nearest before it."""
        near = countries_in(name) or [key for key in countries_in(text[max(0, at - 160) : at]) if key in self.sides]
        return MANY if _is_forum(name) else near[-1] if near else next(iter(self.sides), MANY)

    def _define_officials(self, text: str) -> None:
        """The names of officials, each as the government for which they speak."""
        leaders = {name: key for key, names in register("parties")["leaders"].items() for name in names}
        offices = register("parties")["offices_of"]
        no_names = words("parties", "portfolios") | words("parties", "titles") | words("parties", "body_words")
        unplaced: list[str] = []
        placed: set[str] = set()
        for found in _OFFICIAL.finditer(text):
            said = (re.sub(r"['\u2019]s?$", "", word) for word in re.findall(r"(?<!\w)[A-Z][\w\u2019'-]{2,}", found[1]))
            parts = [part for part in said if part not in no_names and part not in self._names]
            key = _country_before(text[max(0, found.start() - 90) : found.start()])
            key = key or next((leaders[part] for part in parts if part in leaders), None)
            office = next((office for office in offices if found[0].startswith(office)), "")
            key = key or (offices[office] if office and offices[office] in self.sides else None)
            if key:
                placed.add(key)
                self._names |= dict.fromkeys(parts, (key,))
            else:
                unplaced += parts
        left = [side for side in self.sides if side not in placed]
        self._names |= {part: (left[0],) for part in unplaced if len(left) == 1 and part not in self._names}

    # Who acts

    def is_party(self, subject: str) -> bool:
        """Whether a subject is one that can make a promise: a government, an official, a body, `we`, `both sides`."""
        return bool(self._who(subject))

    def of(self, sentence: Sentence, subject: str, action: str) -> tuple[str, ...]:
        """The keys of those who are to act and of those with whom, as far as the sentence names them."""
        if sentence != self._sentence:
            self._acted = self._acted if sentence.paragraph == self._sentence.paragraph else ()
            self._sentence, self._among = sentence, []
            named = (key for _, _, keys in self._mentions(sentence.text) for key in keys)
            bodies = unique(key for key in named if self._is_agency(key))
            self._bodies = (bodies if len(bodies) > 1 else unique([*bodies, *self._bodies]))[:2]
        acting = self._who(subject)
        self._acted = tuple(acting) or self._acted
        owner = _OWN_PLAN.match(action)
        if owner and acting:
            acting = self._who(owner[1]) or acting
        passive = bool(subject.strip()) and not acting
        among, beside, by = self._beside(action if acting else f"{subject} {action}", passive=passive)
        if not subject.strip():  # the rest of a point is between the same ones
            self._among = among = among or self._among or self._beside(sentence.stem, passive=True)[0]
        if not acting or set(acting) == set(self.sides):
            acting = among or by or list(self.sides)
        return tuple(unique([*acting, *beside, *by]))

    def _is_agency(self, key: str) -> bool:
        return self.known[key].side not in (MANY, key)

    def _mentions(self, text: str) -> list[tuple[int, int, Keys]]:
        return [(begin, end, self._names[text[begin:end]]) for begin, end in self._finder.spans(text)]

    def _chunks(self, text: str) -> Iterator[Chunk]:
        """The noun phrases that stand side by side in a text."""
        chunk: Chunk = []
        at = 0
        for begin, end, keys in [*self._mentions(text), (len(text), len(text), ())]:
            for piece in _PIECE.findall(text, at, begin):
                if piece in (",", ";", "and", "&", "or"):
                    if chunk:
                        yield chunk
                    chunk = []
                else:
                    chunk.append(piece)
            at = end
            if keys:
                chunk.append(keys)
        if chunk:
            yield chunk

    def _who(self, text: str) -> list[str]:
        """Those whom a phrase names or stands for; none if it is of a thing."""
        text = _LEADING.sub("", _ASIDE.split(_IN_BRACKETS.sub("", text))[0]).strip(" ,;:.")
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
                if not (found and _NAME.fullmatch(name) and _is_name(name)):
                    break
                named = [self.unknown(name)]  # `PSE and Ukrenergo`
            found += named
        return unique(found)

    def _head(self, chunk: Chunk) -> list[str] | None:
        """Those whom a noun phrase names or stands for: nobody where it is empty, None where it is of a thing."""
        low = [one if isinstance(one, tuple) else one.lower() for one in chunk]
        size = next((n for n, one in enumerate(low) if one in words("parties", "borders")), len(low))
        head = [one for one in low[:size] if one not in words("parties", "articles")]
        if not head:
            return []
        last = head[-1]
        if isinstance(last, tuple):
            return list(last) or None
        of = low[size:] if low[size : size + 1] in (["of"], ["from"]) else []
        named = [key for one in (*head, *of) if isinstance(one, tuple) for key in one]
        if last in words("parties", "instruments") and str(chunk[size - 1])[:1].isupper():
            return named or list(self.sides)
        if last not in words("parties", "actors"):
            return None
        if not named and "both" not in of and last in words("parties", "bodies"):
            return self._bodies if last.endswith("s") and self._bodies else list(self._acted) or self._bodies[:1]
        return named or list(self.sides)

    def _beside(self, text: str, *, passive: bool) -> tuple[list[str], list[str], list[str]]:
        """Those named `between` whom something is to be, those `with` whom, and those `by` whom."""
        text = _MEANS.split(_IN_BRACKETS.sub("", text), maxsplit=1)[0]
        led = re.match(r"\w+ ([^,;]{2,120})-led\b", text)
        among = [*(self._company(led[1]) if led else []), *self._joined(text)]
        beside: list[str] = []
        by: list[str] = []
        for opening in _WITH.finditer(text):
            before, word = opening[1].lower(), opening[2].lower()
            if before in words("parties", "no_company") or (word == "by" and not passive and before.endswith("ed")):
                continue
            named = self._company(text[opening.end() : opening.end() + 400])
            if word in ("to", "from"):
                beside += [key for key in named if self._is_agency(key) and "-" not in key]
            else:
                (by if word == "by" else beside if word in ("with", "alongside") else among).extend(named)
        return among, beside, by

    def _company(self, text: str) -> list[str]:
        """Those whom the phrase after `with` names."""
        found: list[str] = []
        for chunk in self._chunks(_STAKEHOLDERS.sub("", text)):
            named = self._head(chunk)
            if named is None and any(isinstance(one, tuple) for one in chunk):  # `U.S. and Indian companies`
                return [key for key in found if self.known[key].side != key]
            if not named or not any(isinstance(one, tuple) for one in chunk):
                break
            found += named
        return found

    def _joined(self, text: str) -> list[str]:
        """The three or more parties that hyphens join: `Japan-U.S.-Australia`."""
        run: list[str] = []
        end = 0
        for begin, stop, keys in self._mentions(text):
            if text[end:begin] != "-":
                if len(run) > 2:
                    break
                run = []
            run += keys
            end = stop
        return run if len(run) > 2 else []


def unique(keys: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(keys))


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


# Patterns

_LARGE = r"[A-Z\u00c0-\u00de][\w\u00c0-\u017f&*\u2019'-]{0,60}"
_SMALL = "of|the|for|and|on|in|de|des|du|del|da|do|dos|y|e|et|und|f\u00fcr|d'|&|la|le|per|l'|to"
_ACRONYM = r"[A-Z][\w*&-]{0,30}[A-Z*\d][\w*]{0,10}(?: [A-Z][a-z]{1,20})?|[A-Z][a-z]{1,30}[A-Z]?\w{0,20}"
_DEFINITION = re.compile(rf"(?<!\w)((?:(?:{_LARGE},?|{_SMALL})\s+){{1,14}})\(({_ACRONYM})(?:['\u2019]s?)?\)")
_BODY = re.compile(
    rf"(?<![\w-])(?:(?:Ministry|Department) (?:of|for) (?:the )?{_LARGE}(?: {_LARGE}){{0,3}}(?:, {_LARGE}){{0,4}},? and"
    rf" {_LARGE}|(?:[A-Z][A-Za-z.]{{1,20}}-[A-Z][A-Za-z.]{{1,20}} )?"
    rf"{_LARGE}(?: (?:of(?: the)? |for(?: the)? |and |on |in |de |& )?{_LARGE}){{1,12}})"
)
_JOINT = re.compile(r"\b(?:Task Force|Working Group|Dialogue)$|\b(?:Joint|Bilateral|Mixed) (?:\w+ )?Com")
_ACTS = re.compile(
    r"(?:,? and [^.;()]{2,60}(?:\([^()]{2,40}\))?)?"
    r" (?:will|shall|may|could|would|intends?|plans?|agreed?|signed|announced|undertakes?)\b"
)
_TITLE = "|".join(register("parties")["titles"])
_NAME = re.compile(rf"(?!(?:{_TITLE}|Deputy|Prime|Vice)\b){_LARGE}(?: {_LARGE}){{0,4}}")
_LARGE_WORD = re.compile(_LARGE)
_OFFICIAL = re.compile(
    rf"\b(?:{_TITLE})s?((?:,? (?!{_TITLE}|Prime)(?:of(?: the)?|for|to(?: the)?|\([A-Z]{{2,9}}\)|{_LARGE}\.?)){{1,9}})"
)
_TITLE_WORDS = re.compile(rf"(?:\s*\([\w.]+\)|\))?(?:['\u2019]s?)?\s+(?:(?:{_LARGE}|\([A-Z]+\))\s+){{0,6}}")
_IN_BRACKETS = re.compile(r"\s*\([^()]{0,200}\)|,? (?:Jr|Sr)\b\.?")
_ASIDE = re.compile(r" [\u2013\u2014-] |\u2014")
_LEADING = re.compile(rf"^(?:[^:]{{2,60}}: )?(?:(?:[A-Z][a-z]+ly|{'|'.join(register('parties')['leading'])})\b,? )?")
_PIECE = re.compile(r"[\w\u2019'][\w'\u2019&.-]*|[,;&]")
_OWN_PLAN = re.compile(
    r"(?:welcom|applaud|not|recall|commend|acknowledg|hail|appreciat)(?:e|es|ed|ing|s)? (?:the )?(.{2,60}?)"
    rf"(?:['\u2019]s?)? (?:{'|'.join(register('parties')['plans'])})\b"
)
_MEANS = re.compile(
    r",? (?:including (?!the |[A-Z])|including through|through|via|building (?:up)?on|in line with|in accordance with"
    r"|consistent with|following|drawing on)\b"
)
_WITH = re.compile(
    r"(\w*)(?:^| )(with|between|among|by|alongside|to|from|(?:invit|encourag|task|instruct)(?:e|es|ed|s|ing)) ",
    re.IGNORECASE,
)
_STAKEHOLDERS = re.compile(r"^(?:[a-z-]+ ){0,3}(?:stakeholders|partners|organi[sz]ations|institutions),? including ")


# Names of bodies


def _key_of(name: str) -> str:
    """A short name for a body without an acronym."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST_KEY] or "body"


def _full_name(said: Sequence[str], acronym: str) -> str:
    """The words before a bracket that an acronym stands for: as many as its letters ask for."""
    letters = [c.lower() for c in acronym if c.isascii() and c.isalpha()]
    starts = [n for n, word in enumerate(said) if word.lower() not in _SMALL.split("|")]
    capitals = [said[n][0].lower() for n in starts]
    exact = [n for i, n in enumerate(starts) if capitals[i:] == letters]
    near = [n for i, n in enumerate(starts) if capitals[i] == letters[0] and 2 <= len(starts) - i <= len(letters) + 1]
    return " ".join(said[next(iter([*exact, *near, *starts]), 0) :])


def _is_name(name: str) -> bool:
    """Whether capitals may be of a body's name, and not of a mission or a treaty."""
    return name.split()[-1].lower() not in words("parties", "no_bodies") | words("parties", "instruments")


def _is_body(name: str, *, of_country: bool = True) -> bool:
    """Whether a name is of a body: by its words, or by its country."""
    before, _, owner = name.partition(" of ")
    parts = _LARGE_WORD.findall(before if owner.removeprefix("the ") in country_names() else name)
    if not parts or len(name) > 2 * _LONGEST_KEY or parts[-1].lower() in words("parties", "no_bodies"):
        return False
    named = not words("parties", "body_words").isdisjoint(parts) or _is_forum(name)
    return named or (of_country and bool(countries_in(name)))


def _is_forum(name: str) -> bool:
    """Whether it is a body of many."""
    forum = not words("parties", "forum_words").isdisjoint(_LARGE_WORD.findall(name))
    return forum or name.startswith(("International ", "United Nations ", "World "))


def _without_country(name: str) -> str:
    """A name without the country before it, unless that is a part of it: `U.S. National Cancer Institute`."""
    bare = re.sub(r"^(?:[Tt]he|U\.S\.|US|UK|[A-Z]{2,4}|.{1,40}['\u2019]s) ", "", name)
    return re.sub(r"^(?:United States|\w+) (?=Ministry|Department)", "", bare)


def _country_before(text: str) -> str | None:
    """The country whose official a text goes on to name: `the ROK National Security`."""
    for begin, end in list(country_finder().spans(text))[-1:]:
        if _TITLE_WORDS.fullmatch(text, end):
            return next(iter(country_names()[text[begin:end]]), None)
    return None
