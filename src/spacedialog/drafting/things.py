"""Things: the noun phrases that stand side by side after a verb, each of which somebody could be asked about."""

from __future__ import annotations

from collections.abc import Sequence

from spacedialog.drafting.grammar import MONTHS, PREPOSITIONS, RELATIVES, is_adjective, is_determiner, is_name
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.nounphrases import head_end, is_doing, stripped
from spacedialog.drafting.tokens import Span, Token, Tokens

Thing = tuple[Span, Span]
"""A noun phrase, and the words before the first one that it shares with the others."""
Cut = tuple[int, int]
"""From a comma or an `and` to where the next noun phrase begins."""

_NO_THING_AFTER_COMMA = RELATIVES | frozenset(
    "including particularly especially namely such notably in with by on at from subject".split()
)
_BESIDE = frozenset("between among with by from at near against via".split())
_BEFORE_TWO_NAMES = frozenset("in on under within to for of".split())
_SMALL_IN_NAMES = frozenset("of the for on in and & to".split())
_WITHIN_NAMES = frozenset("of on for in".split())
_SHARED = frozenset("joint common mutual".split())


def things(tokens: Tokens, span: Span) -> list[Thing]:
    """The noun phrases of a stretch: `data and the results of tests` are two, `research and development` is one."""
    begin, end = stripped(tokens, span)
    if begin + 1 < end and tokens.low(begin) in PREPOSITIONS and tokens[begin + 1].text == ":":
        begin, end = stripped(tokens, (begin + 2, end))
    if begin >= end:
        return []
    cuts = _cuts(tokens, begin, end)
    if not any(_joins(tokens, cut) for cut in cuts) or _is_pair(tokens, begin, end):
        return [((begin, end), (begin, begin))]
    return _names(tokens, begin, end, cuts) or [
        (stripped(tokens, part), (begin, begin)) for part in _parted(tokens, begin, end, cuts)
    ]


def forums(tokens: Tokens, span: Span, subject: Span) -> list[Thing]:
    """Named bodies after `in`: `coordination will be maintained in IMO, ISO and IALA`."""
    if span[0] >= span[1] or tokens.low(span[0]) not in ("in", "at", "under", "within", "through"):
        return []
    parts = things(tokens, span)
    return [(part, subject) for part, lead in parts if lead[1] > lead[0]] if len(parts) > 1 else []


def _parted(tokens: Tokens, begin: int, end: int, cuts: Sequence[Cut]) -> list[Span]:
    """The stretch, parted at the cuts on whose both sides a thing stands."""
    found: list[Span] = []
    start = begin
    for number, (sign, following) in enumerate(cuts):
        stop = cuts[number + 1][0] if number + 1 < len(cuts) else end
        left, right = (start, sign), (following, stop)
        closes = any(_joins(tokens, later) for later in cuts[number:])
        if (
            tokens.has(sign, following, ";")
            or _repeats(tokens, begin, left, following)
            or (closes and _side_by_side(tokens, left, right))
        ):
            found.append(left)
            start = following
    return [*found, (start, end)]


# Where things may part


def _cuts(tokens: Tokens, begin: int, end: int) -> list[Cut]:
    """The signs and coordinators outside brackets, up to a relative clause."""
    found: list[Cut] = []
    at, depth = begin, 0
    while at < end and not (at > begin and _opens_relative(tokens, at)):
        taken = 0 if depth else _coordinator(tokens, at, end)
        if taken:
            found.append((at, at + taken))
        depth += tokens.depth(at, at + max(taken, 1))
        at += max(taken, 1)
    return found


def _opens_relative(tokens: Tokens, at: int) -> bool:
    return tokens.low(at) in RELATIVES or (tokens.low(at) == "that" and tokens.low(at - 1) != "and")


def _coordinator(tokens: Tokens, at: int, end: int) -> int:
    """How many tokens a coordinator takes that begins here; 0 for none."""
    low, after = tokens.low(at), tokens.low(at + 1)
    if low in (",", ";") and at + 1 < end and after == "and":
        return 2 + (tokens.low(at + 2) in ("of", "on", "for"))
    if tokens.lows(at, at + 4) == [",", "as", "well", "as"]:
        return 4
    if tokens.lows(at, at + 3) == ["as", "well", "as"]:
        return 3
    if low == ",":
        return int(at + 1 < end and after not in _NO_THING_AFTER_COMMA)
    if low not in ("and", ";", "&") or (low == "and" and _between_numbers(tokens, at, end)):
        return 0
    return 1 + (after in ("on", "of", "in", "for", "to") and at + 2 < end)


def _between_numbers(tokens: Tokens, at: int, end: int) -> bool:
    """Whether an `and` stands between two days or years: `20 and 21 May`, `March 2026 and April 2027`."""
    after = tokens[min(at + 1, end - 1)]
    return at > 0 and tokens[at - 1].text[0].isdigit() and (after.text[0].isdigit() or after.low in MONTHS)


def _joins(tokens: Tokens, cut: Cut) -> bool:
    """Whether the coordinator is more than a comma."""
    return tokens.has(*cut, ("and", ";", "as", "&"))


def _repeats(tokens: Tokens, begin: int, left: Span, following: int) -> bool:
    """Whether the preposition comes again: `the launch of X and of Y`, `on training, and on research`."""
    if following - left[1] <= 1:
        return False
    again = tokens.low(following - 1)
    return (again == "of" and tokens.has(*left, {"of"})) or again == tokens.low(begin - 1)


def _is_pair(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether all that `and` joins is a pair of the register: `a programme for research and development`."""
    text = " ".join(tokens.lows(begin, end))
    return any(pair in text and " and " not in f" {text.replace(pair, '', 1)} " for pair in words("nouns", "pairs"))


# Names side by side


def _names(tokens: Tokens, begin: int, end: int, cuts: Sequence[Cut]) -> list[Thing]:
    """Bodies, missions or programmes by name: `cooperation in COPUOS, GEO and CEOS`."""
    first = cuts[0][0]
    opening = next(
        (k for k in range(begin, first - 1) if tokens.low(k) in PREPOSITIONS and _is_named(tokens, k + 1, first)), None
    )
    opens = "" if opening is None else tokens.low(opening)
    if opens in _BESIDE or (opens == "to" and opening == begin):
        return []
    start = begin if opening is None else opening + 1
    stops = [*(sign for sign, _ in cuts), end]
    parts = [part for part in zip([start, *(after for _, after in cuts)], stops, strict=True) if part[1] > part[0]]
    if len(parts) < 2 or (len(parts) == 2 and opens and opens not in _BEFORE_TWO_NAMES):
        return []
    if not all(_is_named(tokens, *part) for part in parts):
        return []
    if opening is None and not all(_is_short(tokens, part, begin) for part in parts):
        return []
    return [(part, (begin, start)) for part in parts]


def _is_short(tokens: Tokens, part: Span, begin: int) -> bool:
    return part[1] - part[0] == 1 or (tokens.low(part[0]) == "the" and part[0] > begin)


def _is_named(tokens: Tokens, begin: int, end: int) -> bool:
    """Whether a noun phrase is the name of a body, a mission, a programme; countries and places are not."""
    if begin < end and tokens.low(begin) == "the":
        begin += 1
    if begin >= end or not is_name(tokens[begin]) or tokens.low(begin).endswith("'s"):
        return False
    stop = next((k for k in range(begin + 1, end) if _ends_name(tokens[k])), end)  # the first may be WHO
    name = tokens[begin:stop]
    if name[0].low in words("nouns", "places"):
        return False
    return _is_designation(name[0].text) if len(name) == 1 else _is_long_name(name)


def _ends_name(token: Token) -> bool:
    return token.low in PREPOSITIONS - _WITHIN_NAMES or token.low in RELATIVES


def _is_designation(text: str) -> bool:
    """`COPUOS`, `KPLO-2`, `CubeSat`."""
    capitals = sum(c.isupper() for c in text)
    return (
        (text.isupper() and len(text) > 2)
        or any(c.isdigit() for c in text)
        or ("-" in text and text.upper() == text)
        or capitals > 1
    )


def _is_long_name(name: Sequence[Token]) -> bool:
    """`the Artemis Accords`, `Copernicus programme`."""
    large = sum(_may_stand_in_name(token) for token in name)
    if large == len(name) and not name[-1].low.endswith(("isation", "ization")):
        return True
    return large >= len(name) - 1 and name[-1].low in words("nouns", "programmes")


def _may_stand_in_name(token: Token) -> bool:
    first = token.text[0]
    return is_name(token) or token.low in _SMALL_IN_NAMES or not first.isalnum() or first.isdigit()


# Noun phrases side by side


def _side_by_side(tokens: Tokens, left: Span, right: Span) -> bool:
    """Whether two noun phrases are each a thing acted upon, and not parts of one."""
    left_end, right_end = head_end(tokens, *left), head_end(tokens, *right)
    if left_end <= left[0] or right_end <= right[0]:
        return False
    if left_end < left[1]:
        return _beside_long(tokens, left, left_end, right, right_end)
    return _beside_short(tokens, left, right, right_end)


def _beside_long(tokens: Tokens, left: Span, left_end: int, right: Span, right_end: int) -> bool:
    """The same, where a preposition follows the first: `the exchange of data and joint research`."""
    inner = tokens.low(left_end)
    between = tokens.find(left_end, left[1], ("between", "among"))
    if between is not None and not tokens.has(between, left[1], {"and"}):
        return False
    if is_name(tokens[left[1] - 1]) and is_name(tokens[right[0]]):
        return False  # `the Committee on Energy and Digital Affairs`
    head, doing, right_goes_on = tokens[left_end - 1], is_doing(tokens[right_end - 1]), right_end < right[1]
    opens, determined = _opens_thing(tokens, right[0]), is_determiner(tokens[left[0]])
    inner_opens = left_end + 1 < left[1] and _opens_inner(tokens[left_end + 1])
    if not is_doing(head) and not determined and not opens:
        return False
    parallel = inner_opens and _parallel(tokens, (left_end, left[1]), right, right_end)
    if opens and (doing or right_goes_on) and not parallel:
        return True
    if opens and determined and not inner_opens:
        return True
    return doing and right_goes_on and is_doing(head) and inner not in ("to", "between", "among")


def _beside_short(tokens: Tokens, left: Span, right: Span, right_end: int) -> bool:
    """The same, where the first is no more than a noun phrase: `data and a joint study of`."""
    begin, end = left
    head, opens, right_goes_on = tokens[end - 1], _opens_thing(tokens, right[0]), right_end < right[1]
    if opens:
        return head.low not in ("new", "public", "private")
    if is_adjective(head) and end - begin <= 2 and not right_goes_on:
        return False
    if head.low in ("new", "public", "private") or (is_name(head) and is_name(tokens[right[0]])):
        return False
    one_word = end - begin == 1 and not is_doing(head) and not head.low.endswith("s")
    if one_word and right[1] - right[0] >= 2 and (is_doing(tokens[right_end - 1]) or not right_goes_on):
        return False  # `Moon and Mars exploration`
    return not _shares_head(tokens, head, right[0], right_end)


def _opens_thing(tokens: Tokens, at: int) -> bool:
    return is_determiner(tokens[at]) or tokens[at].text[0].isdigit() or tokens.low(at) in _SHARED


def _opens_inner(token: Token) -> bool:
    return is_determiner(token) or token.low in ("joint", "common")


def _parallel(tokens: Tokens, inner: Span, right: Span, right_end: int) -> bool:
    """Whether what follows goes on with what stands after the preposition: `of the ports and the ships`."""
    inner_does = any(is_doing(token) for token in tokens[inner[0] + 1 : inner[1]])
    return right_end == right[1] and inner_does == is_doing(tokens[right_end - 1])


def _shares_head(tokens: Tokens, left: Token, begin: int, end: int) -> bool:
    """`ship and port data`, `lunar and deep-space missions`: the last noun belongs to both."""
    if end - begin < 2:
        return False
    return is_adjective(left) or (not is_doing(left) and not left.low.endswith("s") and is_doing(tokens[end - 1]))
