"""The words of an English sentence: tokens, the forms of verbs, and what kind of word stands where.

No grammar of English, only as much as the wording of statements needs; which words are verbs stands in the register.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

Form = Literal["base", "s", "past", "participle", "ing"]

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:-[^\W_]+)*(?:['\u2019]s)?"  # U.S., U.S.-ROK
    r"|\d{1,3}(?:,\d{3})+"
    r"|[^\W_]+(?:[.'\u2019/&+\u2010\u2011-][^\W_]+)*(?:(?<=s)['\u2019](?=\s))?"
    r"|\S"
)

DETERMINERS = frozenset(
    "the a an this that these those each both all any some several every another other such no".split()
)
POSSESSIVES = frozenset("its their our his her my your whose".split())
PREPOSITIONS = frozenset(
    "of in on at by for from with within without into onto to toward towards through throughout under over between among"
    " amongst across during before after against about around regarding concerning via upon beyond including like as per"
    " since until than near along alongside".split()
)
PRONOUNS = frozenset("they we it he she both each there".split())
RELATIVES = frozenset("which who whom whose where".split())
MONTHS = frozenset("january february march april may june july august september october november december".split())
_ADVERBS = frozenset(
    "since next also further jointly together already still now soon therefore thus both again ever never not once even accordingly"
    " well moreover likewise each all instead meanwhile too recently subsequently then yet always fully closely more first".split()
)
_NO_ADVERBS = frozenset(
    "early supply assembly family friendly timely only daily monthly yearly italy july weekly apply reply rely fly comply multiply imply ally tally rally bully butterfly anomaly".split()
)
_ADJECTIVE = re.compile(r"(?:ic|al|ive|ous|ary|able|ible|ful|less|ian|ese|ish|ed|ant|ent)$")
_NO_ADJECTIVE = frozenset(
    "capital proposal arrival approval portal signal material festival journal initiative archive objective narrative"
    " incentive directive perspective traffic topic music logistic public-private logistics clinic republic pacific arctic baltic"
    " aerospace agent event content equipment component element segment need feed seed speed breed bed assessment environment"
    " development management deployment investment government department agreement arrangement measurement patent student"
    " payment treatment instrument document experiment improvement moment procurement settlement establishment engagement"
    " commitment statement movement enforcement recruitment adjustment requirement embedment alignment".split()
)


class Token(NamedTuple):
    """A word or a sign of a sentence, with its place there in characters."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """It in small letters, with plain apostrophes."""
        return self.text.lower().replace("\u2019", "'")


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a text."""
    return [Token(found[0], *found.span()) for found in _TOKEN.finditer(text)]


@cache
def register(name: str) -> Mapping[str, Any]:
    """One of the data files that say which words mean what."""
    said: Mapping[str, Any] = json.loads((files("spacedialog.drafting") / "register" / f"{name}.json").read_bytes())
    return said


_IRREGULAR = {
    "begin": ("began", "begun"), "bring": ("brought",), "build": ("built",), "buy": ("bought",), "cut": ("cut",),
    "deal": ("dealt",), "draw": ("drew", "drawn"), "drive": ("drove", "driven"), "find": ("found",), "fly": ("flew", "flown"),
    "forge": ("forged",), "foresee": ("foresaw", "foreseen"), "give": ("gave", "given"), "grow": ("grew", "grown"),
    "hold": ("held",), "keep": ("kept",), "lay": ("laid",), "lead": ("led",), "lend": ("lent",), "make": ("made",),
    "meet": ("met",), "oversee": ("oversaw", "overseen"), "overcome": ("overcame", "overcome"), "pay": ("paid",), "put": ("put",),
    "run": ("ran", "run"), "say": ("said",), "see": ("saw", "seen"), "seek": ("sought",), "send": ("sent",), "set": ("set",),
    "show": ("showed", "shown"), "speed": ("sped",), "spend": ("spent",), "stand": ("stood",), "strive": ("strove", "striven"),
    "take": ("took", "taken"), "teach": ("taught",), "tell": ("told",), "think": ("thought",), "undertake": ("undertook", "undertaken"),
    "uphold": ("upheld",), "withdraw": ("withdrew", "withdrawn"), "write": ("wrote", "written"), "go": ("went", "gone"),
    "come": ("came", "come"), "broadcast": ("broadcast",), "rebuild": ("rebuilt",), "mean": ("meant",), "co-lead": ("co-led",),
    "co-build": ("co-built",), "breed": ("bred",), "feed": ("fed",), "hand": ("handed",), "win": ("won",), "send": ("sent",), "leave": ("left",), "sell": ("sold",), "become": ("became", "become"), "choose": ("chose", "chosen"),
    "get": ("got",), "read": ("read",), "rise": ("rose", "risen"), "speak": ("spoke", "spoken"), "spread": ("spread",),
    "understand": ("understood",), "shut": ("shut",), "split": ("split",), "let": ("let",), "lose": ("lost",), "bear": ("bore", "borne"), "know": ("knew", "known"),
}  # fmt: skip
_DOUBLES = frozenset(
    "plan commit permit submit control map stop cut run set put transfer refer equip begin ship tag drop program compel"
    " propel cap scan fit ban curb win get let rebut curtail transmit admit signal model travel label fuel channel".split()
) - frozenset("curb curtail".split())
_SOMETIMES = frozenset("signal model travel label fuel channel program".split())


def _forms(verb: str) -> list[tuple[str, Form]]:
    head, _, tail = verb.rpartition("-")
    prefix = f"{head}-" if head else ""
    if tail == "be":
        return []
    vowel = tail[-2:-1] in "aeiou"
    s = tail + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", tail) else "s")
    if tail.endswith("y") and not vowel:
        s = f"{tail[:-1]}ies"
    found: list[tuple[str, Form]] = [(tail, "base"), (s, "s")]
    stems = [tail]
    if tail in _DOUBLES:
        stems = [tail + tail[-1], *([tail] if tail in _SOMETIMES else [])]
    for stem in stems:
        if stem.endswith("ie"):
            found.append((f"{stem[:-2]}ying", "ing"))
        elif stem.endswith("e") and not stem.endswith(("ee", "oe", "ye")):
            found.append((f"{stem[:-1]}ing", "ing"))
        else:
            found.append((f"{stem}ing", "ing"))
        if tail not in _IRREGULAR:
            if stem.endswith("e"):
                past = f"{stem}d"
            elif stem.endswith("y") and not vowel:
                past = f"{stem[:-1]}ied"
            else:
                past = f"{stem}ed"
            found += [(past, "past"), (past, "participle")]
    if tail in _IRREGULAR:
        irregular = _IRREGULAR[tail]
        found += [(irregular[0], "past"), (irregular[-1], "participle")]
    return [(prefix + text, form) for text, form in found]


@cache
def verb_forms() -> Mapping[str, tuple[tuple[str, Form], ...]]:
    """Every form of every verb of the register: the verbs it may be of, and which form of each."""
    verbs = register("verbs")
    known = set(register("actions")["verbs"].split()) | {
        "see",
        "think",
        "talk",
        "say",
        "tell",
        "come",
        "go",
        "appreciate",
        "thank",
    }
    for group in (
        *verbs["governing"].values(),
        verbs["noting"],
        verbs["saying"],
        verbs["delivered"],
        verbs["attendance"],
    ):
        known |= {phrase.split()[0] for phrase in group}
    forms: dict[str, list[tuple[str, Form]]] = {}
    for verb in sorted(known - {"be", "achieved"}):
        for text, form in _forms(verb):
            forms.setdefault(text, []).append((verb, form))
    return {text: tuple(found) for text, found in forms.items()}


def forms_of(token: Token) -> tuple[tuple[str, Form], ...]:
    """The verbs that a word may be a form of; none for a name in capitals."""
    if token.text.isupper() and len(token.text) > 1:
        return ()
    return verb_forms().get(token.low, ())


def lemma(token: Token, *forms: Form) -> str | None:
    """The verb that the word is a form of, if it can be one of these forms."""
    return next((verb for verb, form in forms_of(token) if form in forms), None)


def base_of(word: str) -> str:
    """The base form of a verb in -ing, known or not."""
    low = word.lower()
    known = next((verb for verb, form in verb_forms().get(low, ()) if form == "ing"), None)
    if known:
        return known
    stem = low.removesuffix("ing")
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if re.search(r"(?:[aeiou][bcdgklmnprstuvz]|[^aeiou]l|rg|ng|rc|nc|rv|lv|ns|u)$", stem) and not re.search(
        r"(?:[aeiou]{2}[a-z]|en|er|on|or|it|op)$", stem
    ):
        return f"{stem}e"
    return stem


def is_adverb(token: Token) -> bool:
    """Whether it is an adverb, as far as its form tells."""
    low = token.low
    return (low in _ADVERBS and low not in ("each", "all", "both", "first", "more")) or (
        low.endswith("ly") and low not in _NO_ADVERBS and token.text.islower()
    )


def is_adjective(token: Token) -> bool:
    """Whether it looks like an adjective."""
    low = token.low
    return (
        low not in _NO_ADJECTIVE and bool(_ADJECTIVE.search(low) or low in _PLAIN_ADJECTIVES) and token.text.islower()
    )


_PLAIN_ADJECTIVES = frozenset(
    "new joint civil maritime deep low high early human lunar solar public private open safe secure clean green common free"
    " regular future further greater close closer small large marine urban rural polar near long short broad wide young local"
    " better stronger commercial next-generation real-time mutual shared key strong good female next-gen cyber".split()
)


def is_determiner(token: Token) -> bool:
    """Whether a noun phrase begins with it: an article, a possessive, `ROK's`."""
    low = token.low
    return low in DETERMINERS or low in POSSESSIVES or low.endswith("'s") or (low.endswith("s'") and len(low) > 3)


def is_name(token: Token) -> bool:
    """Whether it is written with a capital, or is a designation such as `SWFO-L1`."""
    return token.text[:1].isupper() and token.low not in DETERMINERS | PREPOSITIONS | PRONOUNS


_ALSO_NOUNS_ING = frozenset(
    "training monitoring sharing funding meeting engineering hosting mapping planning building testing processing modelling"
    " modeling sensing positioning timing financing manufacturing mining forecasting farming fishing shipping housing learning"
    " computing tracking ranging screening reporting licensing pricing understanding warning trafficking finding findings"
    " briefing hearing ring spring during king something anything bring string morning evening beijing breeding banking setting".split()
)


def is_gerund(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word in -ing is a verb here, and not a noun such as `training` or part of one."""
    token = tokens[at]
    low = token.low
    if not low.endswith("ing") or len(low) < 5 or not token.text.islower() or low == "including":
        return low == "including"
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before and (is_determiner(before) or (is_adjective(before) and not is_adverb(before))):
        return False
    if after and after.low in ("up", "out") and lemma(token, "ing"):
        return True
    if low in _ALSO_NOUNS_ING:
        # A noun, unless it has an object that nothing but a verb has.
        return bool(
            after
            and (is_determiner(after) or (after.text[:1].isupper() and not after.text.isupper() and low == "hosting"))
        )
    if after is None or after.low in ("and", "or", ",", ".", ";"):
        return False
    return after.low not in ("of",) and (lemma(token, "ing") is not None or not is_adjective(token))
