"""Who is to act: the parties of each thing undertaken, by its subject, and by those named beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacedialog.drafting.grammar import MONTHS
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.names import adjectives, capitals
from spacedialog.drafting.reading import Undertaking
from spacedialog.drafting.roster import Mention, Roster, unique
from spacedialog.drafting.tokens import Tokens
from spacedialog.model.vocabulary import Strength

_BODIES = r"agenc|institut|bod|compan|minist|organi|authorit"
_WE_ALL = re.compile(
    rf"\b(?:both (?!{_BODIES})\w+|(?:the )?(?:two|three|four|five|six) (?!{_BODIES}|space agenc)\w+"
    r"|(?:the )?(?:sides|participants|parties|leaders|ministers|governments|countries|partners|delegations|presidents"
    r"|prime ministers|co-chairs|principals|officials|heads|members)|they|we|each side|either side|all sides)\b",
    re.IGNORECASE,
)
_TWO_BODIES = re.compile(
    r"\b(?:both|the two|the|these|the three|their) (?:space )?(?:agencies|institutions|institutes|bodies|organisations"
    r"|organizations|companies|ministries|authorities|services|centres|centers)\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"^(?:it|the agency|the institute|the company|the ministry|the office|the centre|the authority)$", re.IGNORECASE
)
_THEY = re.compile(r"they$|their ", re.IGNORECASE)
_AGENCY_OF = re.compile(r"\b([A-Z]\w+) (?:space )?agency\b")
_FOR_ITS_PART = re.compile(r",\s*(?:for|on) (?:its|their) part,?$|,\s*in turn,?$")

_WITH = re.compile(
    r"\b(?:with|between|among|by|joined by|alongside|which|that)\s+(?:(?:both|the|its|their|a|an|partner)\s+)*",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"(?:the\s+|its\s+|their\s+|both\s+|of\s+)*"
    r"(?:[A-Z]\w+n\s+|U\.S\.\s+|UK\s+|EU\s+|UAE\s+|[A-Z]\w+['\u2019]s\s+)?(?:[a-z-]+\s+){0,2}"
)
_NEXT_NAME = re.compile(r"(?:'s|\u2019s)?\s*(?:\([\w*-]+\))?\s*(?:,|and|as well as|&|,\s*and|to)\s*(?:the\s+|of\s+)?")
_NEAR = 40
"""How many characters may stand between `with` and a name."""

_LARGE = r"[A-Z][\w\u00c0-\u017f'\u2019&.-]*"
_NAME_AFTER_BY = re.compile(rf"(?:the )?({_LARGE}(?: (?:{_LARGE}|of|for|and))* [A-Z][\w\u00c0-\u017f-]*)")
_WHOLE_NAME = re.compile(rf"(?:[Tt]he )?((?:{_LARGE}|of|for|and|the)(?: (?:{_LARGE}|of|for|and|the))*)")
_PLAIN_NAME = re.compile(r"[A-Z][\w-]*(?: (?:[A-Z][\w-]*|of|for))*")
_NO_NAME = frozenset("this these it one there officials".split())
_LONGEST_NAME = 64
_POSSESSIVE = ("'s", "\u2019s")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SIDE_BY_SIDE = re.compile(r",?\s+and\s+(?:the\s+)?|,\s+")

_ASIDE = (" with", " in", " against", "to the", " near", " at")
_TO_WHOM = re.compile(r"\bto (?:the )?$")
_ACTS_TO = re.compile(r"\b(?:between|by|which|that)\b")
_OF_MEMBERS = re.compile(r"\b(?:participation|cooperation|membership|accession|partnership)\b")


class Actors:
    """Who acts in the sentences of one text, read in their order: `it` and `the two agencies` name those before."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._acted: tuple[str, ...] = ()  # in this sentence
        self._subject: tuple[str, ...] = ()  # in the sentence before
        self._last: tuple[str, ...] = ()  # the bodies that the text named last

    def begin_paragraph(self) -> None:
        """Forget who acted in the paragraph before."""
        self._subject = ()

    def remember(self, text: str) -> None:
        """Take a sentence in, for `it`, `they` and `the two agencies` in the next."""
        if self._acted:
            self._subject, self._acted = self._acted, ()
        bodies = [m.key for m in self._roster.mentions(text) if self._roster.is_body(m.key)]
        if bodies:
            self._last = tuple(unique(bodies))[:3]

    def of(self, text: str, tokens: Tokens, one: Undertaking) -> list[str]:
        """The keys of those who are to act and, where they are named, of those with whom: the first one leads."""
        roster = self._roster
        thing, whole = tokens.text(text, one.thing), tokens.text(text, one.whole)
        passive = one.subject == one.thing or set(range(*one.thing)) <= set(range(*one.subject))
        acting = self._subject_of(text, tokens, one, passive=passive)
        owners = self._owners(thing)
        involved = self._involved(one, thing, whole if passive or not one.verb else thing)
        if not acting:
            return self._without_subject(unique([*owners, *involved]), thing)
        if one.verb == "support":
            involved += [key for key in owners if key not in acting]
        if one.strength is Strength.DELIVERED and not one.verb and (involved or owners):
            return unique([*owners, *involved])
        everyone = set(acting) == set(roster.sides)
        if involved and everyone and _ACTS_TO.search(thing if one.verb else whole):
            return involved
        others = (key for key in involved if not (everyone and roster.parties[key].side in roster.sides))
        return unique([*acting, *others])

    def _subject_of(self, text: str, tokens: Tokens, one: Undertaking, *, passive: bool) -> list[str]:
        """Who the subject of a thing is, remembered for what follows; a passive has none."""
        subject = tokens.text(text, one.subject)
        if subject.lower() == "it":
            # `Australia announced that it will`
            earlier = self._roster.mentions(text[: tokens[one.subject[0]].start])
            self._subject = (earlier[0].key,) if earlier else self._subject
        if passive:
            return []
        acting = self._acting(subject)
        self._acted = tuple(acting) or self._acted
        if acting and self._roster.mentions(subject):
            self._subject = self._acted
        return acting

    def _involved(self, one: Undertaking, thing: str, beside: str) -> list[str]:
        """Those named beside a thing: with whom, between whom, for whom."""
        roster = self._roster
        named = roster.mentions(thing)
        involved = self._beside(beside)
        involved += [m.key for m in named if roster.is_body(m.key) and _TO_WHOM.search(thing[: m.start])]
        if one.verb == "invite":
            involved = unique([*involved, *(m.key for m in named[:3])])
        if one.verb == "support":
            involved += [key for key in roster.countries_in(thing) if key in roster.sides and key not in involved]
        return involved

    def _without_subject(self, keys: list[str], thing: str) -> list[str]:
        """Of a passive, those who are named; all that met, where nobody is, or only one of the members."""
        roster = self._roster
        alone = len(keys) == 1 and roster.parties[keys[0]].side in roster.sides and _OF_MEMBERS.search(thing)
        return keys if keys and not alone else list(roster.sides)

    # Subjects

    def _acting(self, subject: str) -> list[str]:
        """Those that a subject names or stands for."""
        text = _FOR_ITS_PART.sub("", subject.strip())
        before = self._named_before(text)
        if before is not None:
            return before
        named = self._roster.mentions(text)
        mentions = [m for m in self._without_owners(text, named) if not _is_aside(text, m)]
        if mentions:
            return self._among(text, mentions)
        if _WE_ALL.search(text):
            return list(self._roster.sides)
        if text in capitals():
            return [capitals()[text]]
        bare = re.sub(r"^(?:[Tt]he|[Tt]heir)\s+(?:two|three|[a-z]+)?\s*[a-z]+,\s+", "", text)
        pieces = _SIDE_BY_SIDE.split(_IN_BRACKETS.sub("", bare))
        found = [key for piece in pieces for key in self._unknown(piece)]
        # Two names side by side are two, also where one of them cannot be told from a word: `Vinnova and KIAT`.
        return found if len(pieces) > 1 and all(piece[:1].isupper() for piece in pieces) else self._unknown(text)

    def _named_before(self, text: str) -> list[str] | None:
        """Those whom `it`, `they`, `the Korean agency`, `the two agencies` stand for; None where it is no such word."""
        if _SINGLE.match(text) or (self._subject and _THEY.match(text)):
            return list(self._subject)
        agency = _AGENCY_OF.search(text)
        side = adjectives().get(agency[1]) if agency else None
        if side:
            parties = self._roster.parties
            return [key for key in self._last if parties[key].side == side and key != side][:1] or [side]
        if len(self._last) > 1 and _TWO_BODIES.search(text):
            return list(self._last[:2])
        return None

    def _among(self, text: str, mentions: Sequence[Mention]) -> list[str]:
        """Those of a subject that act, and not those that only say whose: `Germany's Economy Ministry (BMWE)`."""
        roster = self._roster
        keys = unique(m.key for m in mentions)
        if not all(roster.is_country(key) for key in keys):
            keys = unique(
                m.key for m in mentions if not (roster.is_country(m.key) and text[m.end : m.end + 2] in _POSSESSIVE)
            )
        keys = self._with_unknown(text, keys)
        bodies = [key for key in keys if not roster.is_country(key)]
        if bodies and not roster.is_country(mentions[0].key):
            # `the Ministry of X of Japan`: the country only says whose
            owners = {roster.parties[body].side for body in bodies}
            keys = [key for key in keys if not roster.is_country(key) or key not in owners]
        return keys

    def _with_unknown(self, text: str, keys: list[str]) -> list[str]:
        """The parties of a subject, with those beside them that nothing has introduced: `PSE and Ukrenergo`."""
        if all(self._roster.is_country(key) for key in keys):
            return keys
        text = text.replace("\0", " ")
        mentions = self._without_owners(text, self._roster.mentions(text))
        found: list[str] = []
        for piece in re.split(r",?\s+and\s+(?:the\s+)?|,\s+(?:the\s+)?", _IN_BRACKETS.sub("", _masked(text, mentions))):
            named = [mentions[int(number)].key for number in re.findall("\0([0-9]+)\0", piece)]
            bare = re.sub(r"^(?:the|The)\s+|^.*['\u2019]s\s+(?=[A-Z])", "", piece.strip())
            owned = len(named) == 1 and self._roster.is_country(named[0]) and re.match("\0[0-9]+\0['\u2019]s ", piece)
            if (not named or owned) and _PLAIN_NAME.fullmatch(bare) and _is_body_name(bare):
                found.append(self._roster.unknown(bare))
            else:
                found += [key for key in named if key in keys]
        return unique([*found, *keys])

    def _without_owners(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions without those that only say whose: `the UAE Ministry`, `the U.S. NMIO`."""
        kept = []
        for number, m in enumerate(mentions):
            after = mentions[number + 1] if number + 1 < len(mentions) else None
            owns = (
                after is not None
                and self._roster.is_country(m.key)
                and not self._roster.is_country(after.key)
                and text[m.end : after.start].strip() in ("", *_POSSESSIVE)
            )
            if not owns:
                kept.append(m)
        return kept

    def _unknown(self, text: str) -> list[str]:
        """A subject that looks like the name of a body which nothing has introduced."""
        found = _WHOLE_NAME.fullmatch(text)
        if not found or len(found[1]) > _LONGEST_NAME:
            return []
        name = found[1]
        first, last = name.split()[0].lower(), name.split()[-1].lower()
        if first in _NO_NAME or first in MONTHS:
            return []
        if last.rstrip("s") in words("parties", "no_bodies") | {"progres", "discussion"}:
            return []
        if " " not in name and sum(c.isupper() for c in name) < 3:
            return []
        return [self._roster.unknown(name)]

    # Beside

    def _beside(self, text: str) -> list[str]:
        """Those named after `with`, `between`, `by`."""
        named = self._without_owners(text, self._roster.mentions(text))
        found: list[str] = []
        for opening in _WITH.finditer(text):
            may_be_unknown = opening[0].lower().startswith(("by", "between"))
            at: int | None = opening.end()
            while at is not None:
                keys, end = self._next_beside(text, at, named, may_be_unknown=may_be_unknown)
                found += keys
                following = None if end is None else _NEXT_NAME.match(text, end)
                at = following.end() if following else None
        return unique(found)

    def _next_beside(
        self, text: str, at: int, named: Sequence[Mention], *, may_be_unknown: bool
    ) -> tuple[list[str], int | None]:
        """Those named next after a place, and where their name ends; None where nobody is."""
        for m in named:
            if at <= m.start <= at + _NEAR and _BEFORE_NAME.fullmatch(text, at, m.start):
                return [m.key], m.end
        name = _NAME_AFTER_BY.match(text, at) if may_be_unknown else None
        if name is None:
            return [], None
        return [key for part in re.split(r" and (?=[A-Z])", name[1]) for key in self._unknown(part)], name.end()

    def _owners(self, text: str) -> list[str]:
        """Those whose the thing is: `KASI's payload`, `ROK's participation`."""
        return unique(m.key for m in self._roster.mentions(text) if re.match(r"['\u2019]s?\s", text[m.end : m.end + 3]))


def _is_aside(text: str, mention: Mention) -> bool:
    """Whether a party in a subject is not the one that acts: `experts from`, `with`, an adjective before a noun."""
    return text[: mention.start].rstrip().lower().endswith(_ASIDE)


def _is_body_name(name: str) -> bool:
    return name.split()[-1].lower() not in words("parties", "no_bodies")


def _masked(text: str, mentions: Sequence[Mention]) -> str:
    """A text with its mentions as numbers between NULs, so that none is parted."""
    parts, end = [], 0
    for number, mention in enumerate(mentions):
        parts += [text[end : mention.start], f"\0{number}\0"]
        end = mention.end
    return "".join([*parts, text[end:]])
