"""What kind of word stands at a place: determiner, adverb, adjective, name, a verb in -ing or a noun.

No grammar of English, only as much as the wording of statements needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacedialog.drafting.lexicon import words
from spacedialog.drafting.tokens import Token
from spacedialog.drafting.verbforms import lemma

DETERMINERS = frozenset(
    "the a an this that these those each both all any some several every another other such no".split()
)
POSSESSIVES = frozenset("its their our his her my your whose".split())
PREPOSITIONS = frozenset(
    "of in on at by for from with within without into onto to toward towards through throughout under over between"
    " among amongst across during before after against about around regarding concerning via upon beyond including like"
    " as per since until than near along alongside".split()
)
MONTHS = frozenset("january february march april may june july august september october november december".split())
PRONOUNS = frozenset("they we it he she both each there".split())
RELATIVES = frozenset("which who whom whose where".split())
THAT = RELATIVES | {"that"}
"""What opens a clause that goes with a noun."""

MONTHS = frozenset("january february march april may june july august september october november december".split())

_ADJECTIVE = re.compile(r"(?:ic|al|ive|ous|ary|able|ible|ful|less|ian|ese|ish|ed|ant|ent)$")


def is_adverb(token: Token) -> bool:
    """Whether it is an adverb, as far as its form tells."""
    low = token.low
    by_form = low.endswith("ly") and low not in words("words", "no_adverbs") and token.text.islower()
    return by_form or low in words("words", "adverbs")


def is_adjective(token: Token) -> bool:
    """Whether it looks like an adjective."""
    low = token.low
    by_form = bool(_ADJECTIVE.search(low)) or low in words("words", "adjectives")
    return by_form and low not in words("words", "no_adjectives") and token.text.islower()


def is_determiner(token: Token) -> bool:
    """Whether a noun phrase begins with it: an article, a possessive, `ROK's`."""
    return token.low in DETERMINERS or is_possessive(token)


def is_possessive(token: Token) -> bool:
    """Whether it says whose: `its`, `ROK's`, `agencies'`."""
    low = token.low
    return low in POSSESSIVES or low.endswith("'s") or (low.endswith("s'") and len(low) > 3)


def is_name(token: Token) -> bool:
    """Whether it is written with a capital, or is a designation such as `SWFO-L1`."""
    return token.text[:1].isupper() and token.low not in DETERMINERS | PREPOSITIONS | PRONOUNS


def is_gerund(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word in -ing is a verb here, and not a noun such as `training` or part of one."""
    token = tokens[at]
    low = token.low
    if low == "including":
        return True
    if not low.endswith("ing") or len(low) < 5 or not token.text.islower():
        return False
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before and (is_determiner(before) or (is_adjective(before) and not is_adverb(before))):
        return False
    if after and after.low in ("up", "out") and lemma(token, "ing"):
        return True
    if low in words("words", "ing_nouns"):
        # A noun, unless it has an object that nothing but a verb has.
        hosts = low == "hosting" and after and after.text[:1].isupper() and not after.text.isupper()
        return bool(after and (is_determiner(after) or hosts))
    if after is None or after.low in ("and", "or", ",", ".", ";", "of"):
        return False
    return lemma(token, "ing") is not None or not is_adjective(token)
