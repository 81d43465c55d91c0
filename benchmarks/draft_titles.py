"""Whether the title of a candidate can be used as it stands: the yardstick of docs/draft.md.

A title is compared with its sentence, the stem of its list, and the coded row. Nothing of the drafter is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

LONGEST = 160

NO_VERB = "no verb in front"
NOT_VERBATIM = "not contiguous wording"
OTHER_VERB = "verb taken from elsewhere"
NEGATION_LOST = "negation lost"
NEGATION_ADDED = "negation added"
CONDITION_LOST = "condition or hedge lost"
CUT = "ends inside a phrase"
UNBALANCED = "bracket or quotation mark unbalanced"
TOO_LONG = "too long"
OTHER_ROW = "not about the row"
FAULTS = (
    *(NO_VERB, NOT_VERBATIM, OTHER_VERB, NEGATION_LOST, NEGATION_ADDED, CONDITION_LOST, CUT, UNBALANCED, TOO_LONG),
    OTHER_ROW,
)
DISTORTING = frozenset({OTHER_VERB, NEGATION_LOST, NEGATION_ADDED, CONDITION_LOST})
"""The faults by which a title says something else than its sentence, or something firmer."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARTICLES = _set("a an the this that these those its their our his her your my each every any some both")
_PREPOSITIONS = _set(
    "about above across after against along among around as at before behind below between beyond by despite during for"
    " from in into like near of off on onto over per since through throughout to toward towards under until up upon via"
    " with within without including regarding concerning alongside"
)
_CONJUNCTIONS = _set("and or but nor as than if unless that which who whose whom where when while so because")
_COUPLINGS = frozenset(["and", "or", ",", "&", "nor"])
_MODALS = _set("will shall must should would could can may might cannot")
_BE = _set("be is are was were been being am has have had do does did")
_STATING = _set(
    "agree agrees commit commits intend intends plan plans welcome welcomes reaffirm reaffirms support supports look"
    " looks pledge pledges aim aims recognize recognizes note notes remain remains continue continues met held made"
    " began took"
)
"""The finite verbs without a mark of their form by which a clause is known to be one."""
_NEGATIONS = _set("not no never neither nor without cannot none")
_REFRAINING = re.compile(
    r"(?:refrain|abstain|desist|ceas|stop|halt|avoid|refus|declin|forgo|prohibit|bann|oppos|reject)\w*"
)
_HEDGES = re.compile(
    r"(?:explor|consider|discuss|examin|stud(?:y|i)|assess|evaluat|possibilit|feasib|option|seek|sought|whether)\w*"
)
_WEAK_MODALS = _set("would could can may might")
_CONDITION = re.compile(
    r"\b(?:if(?! possible| necess| need| appropr| applic)|"
    r"unless|provided that|subject to|conditional on|contingent on|depending on|in case|on condition that)\b"
)
_RESERVATION = re.compile(
    r"\b(?:where|when|as|if) (?:\w+ )?"
    r"(?:appropriate|applicable|necessary|needed|possible|feasible|practicable|required)\b"
)
_NOT_VERBS = re.compile(
    r"(?!(?:adv|enh|fin|bal)ance|comm(?:ence|ission)|harness|(?:ment|posit|transit|funct|condit|provis|envis)ion)\w{3,}(?:tion|sion|ness|ity|ance|ence|ship|logy|ism)$"
)
_ADJECTIVES = re.compile(
    r"(?:\w{2,}(?:al|ive|ous|able|ible|ful|ary|less|ern)|\w{3,}ed|free|open|safe|secure|strong|new|joint|more|most|better"
    r"|clean|public|private|economic|strategic|democratic|critical|emerging|resilient|stable|significant|recent|important|relevant|consistent|independent|transparent|efficient|current|urgent|permanent|fair|common)$"
)
_NOUNS_IN_AL = re.compile(
    r"(?:proposal|approval|arrival|capital|renewal|withdrawal|material|potential|festival|hospital|removal|disposal"
    r"|initiative|incentive|objective|executive|alternative|library|boundary|secretary|summary|need|seed|speed|feed)s?$"
)
_DATE = re.compile(
    r"(?:\d{1,4}(?:st|nd|rd|th)?|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|fall|winter|year|years|month|months|week|quarter|half|end|next|this|later|early|late|mid"
    r"|coming|today|annually|every|of|the|in|on|by|from|until|before|after|since|to|and|,|first|second|third|fourth"
    r"|beginning|starting|no|than|two|three|five|within)"
)
_IRREGULAR = {
    **{"hold": "held", "meet": "met", "build": "built", "make": "made", "take": "took taken", "begin": "began begun"},
    **{"give": "gave given", "send": "sent", "lead": "led", "find": "found", "write": "wrote written", "keep": "kept"},
    **{"seek": "sought", "bring": "brought", "buy": "bought", "sell": "sold", "undertake": "undertook undertaken"},
    **{"grow": "grew grown", "choose": "chose chosen", "draw": "drew drawn", "drive": "drove driven", "win": "won"},
    **{"fly": "flew flown", "lay": "laid", "pay": "paid", "spend": "spent", "show": "shown", "see": "saw seen"},
    **{"speak": "spoke spoken", "stand": "stood", "be": "is are was were been being am", "have": "has had"},
    **{"do": "does did done", "become": "became", "come": "came", "get": "got", "go": "went gone", "leave": "left"},
    **{"lend": "lent", "lose": "lost", "withdraw": "withdrew withdrawn", "uphold": "upheld", "oversee": "oversaw"},
    **{"run": "ran", "teach": "taught", "tell": "told", "fight": "fought", "break": "broke broken", "set": "setting"},
    **{"put": "putting", "cut": "cutting", "let": "letting", "say": "said", "think": "thought", "bind": "bound"},
}
_VERBS_IN_LY = re.compile(r"(?:app|supp|comp|re|multip|rep|imp|al|f)ly")
_ADVERBS = _set("further also jointly together not never first always fully closely better again")
_TOKEN = re.compile(
    r"[\w$\u20ac\u00a3%&](?:[\w$%&/+-]|[.'](?=\w)|,(?=\d))*'?|[,;:()\u2013\u2014\u2026\"]|(?<=[a-z\d)])\.(?=\s+[A-Z]|$)"
)
_MARKS = frozenset(',;:()\u2013\u2014\u2026"')
_HARD = frozenset(
    [";", ":", "(", "\u2013", "\u2014", ".", "that", "which", "who", "because", "while", "whereas", "but"]
)


class _Text(list[str]):
    """The words and marks of a sentence in lower case, after those of its stem; `point` is where its own begin."""

    def __init__(self, stem: str, sentence: str) -> None:
        announced = _tokens(stem.rstrip(" :\u2013\u2014-"))
        spelled = [*announced, *_tokens(sentence)]
        super().__init__(token.lower() for token in spelled)
        self.point = len(announced)
        self.names = {n for n, token in enumerate(spelled) if token[0].isupper()}


class _Governing(NamedTuple):
    """Whether what governs a verb negates it, weakens it by its mood ("may"), or only explores it."""

    negated: bool
    weak: bool
    hedged: bool


class Alignment(NamedTuple):
    """Where the words of a title stand in the sentence, and the faults on the way."""

    places: tuple[int, ...]
    faults: tuple[str, ...]


def faults_of(title: str, sentence: str, *, stem: str = "", row: str | None = None, strength: str = "") -> list[str]:
    """Return the faults of a title; none if it can be used as it stands.

    `row` is the wording of the coded row that the candidate matches, `strength` that of the candidate.
    """
    source = _Text(stem, sentence)
    faults = [*_faults_of_words(title, source, strength)]
    if len(title) > LONGEST or "\u2026" in title or "..." in title:
        faults.append(TOO_LONG)
    if title.count("(") != title.count(")") or len(re.findall('["\u201c\u201d]', title)) % 2:
        faults.append(UNBALANCED)
    if row is not None:
        said, wanted = {_stem(word) for word in _words(title)}, [_stem(word) for word in _words(row)]
        if 2 * sum(word in said for word in wanted) < len(wanted):
            faults.append(OTHER_ROW)
    return sorted(set(faults), key=FAULTS.index)


def _faults_of_words(title: str, source: _Text, strength: str) -> list[str]:
    """Return the faults of the best reading of a title: as it stands, or with its condition at another place."""
    words = _words(title)
    readings = [list(_reading(words, source, strength, moved=False))]
    rest = _without_condition(words, source)
    if readings[0] and rest:
        readings.append(list(_reading(rest, source, strength, moved=True)))
    return min(readings, key=_cost)


def _reading(words: list[str], source: _Text, strength: str, *, moved: bool) -> Iterator[str]:
    clause = _clause_as_it_stands(words, source)
    if clause is not None:
        yield from _end_faults(words, source, clause, whole=True)
        yield from _lost(source, clause, strength, clause=True, moved=moved)
        return
    negated, words = _negated(words, source)
    every = []
    for alignment in _alignments(words, source):
        faults = [*alignment.faults, *_end_faults(words, source, alignment.places)]
        faults += _lost(source, alignment.places, strength, negated=negated, moved=moved)
        every.append(faults)
    if every:
        yield from min(every, key=_cost)
    else:
        yield NOT_VERBATIM if words and _verb_places(words, source) else NO_VERB


# Words


def _tokens(text: str) -> list[str]:
    """Return the words, and the marks that end or enclose a clause."""
    text = re.sub("[\u2018\u2019]", "'", re.sub("[\u201c\u201d]", '"', text))
    return [token.rstrip("'") for token in _TOKEN.findall(text)]


def _words(text: str) -> list[str]:
    return [token.lower() for token in _tokens(text) if token not in _MARKS and token != "."]


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|e|y|ies)$", "", word) if len(word) > 4 else word


@cache
def _forms(verb: str) -> frozenset[str]:
    """Return the forms of a verb that is given in its base form."""
    doubled = verb + verb[-1]
    stem = verb[:-1] if verb.endswith("e") else verb
    forms = {verb, f"{verb}s", f"{verb}es", f"{stem}ing", f"{verb}ing", f"{stem}ed", f"{doubled}ing", f"{doubled}ed"}
    forms |= set(_IRREGULAR.get(verb, "").split())
    if verb.endswith("y"):
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    if verb.endswith("ie"):
        forms.add(f"{verb[:-2]}ying")
    head, _, tail = verb.rpartition("-")  # co-host
    return frozenset(forms | ({f"{head}-{form}" for form in _forms(tail)} if head and tail else set()))


def _same(word: str, other: str) -> bool:
    return word == other or (other in _forms(word) and other.endswith(("ing", "ed")))


# The verb in front


def _negated(words: list[str], source: _Text) -> tuple[bool, list[str]]:
    """Return whether a title begins with a negation, and its words after that, the verb in its base form."""
    for front in (["do", "not"], ["not", "to"], ["refrain", "from"], ["never"], ["not"]):
        if words[: len(front)] == front and len(words) > len(front):
            verb, *rest = words[len(front) :]
            cut = verb.removesuffix("ing")
            bases = [base for base in (f"{cut}e", cut, cut[:-1]) if verb != cut and verb in _forms(base)]
            in_text = [base for base in bases if any(token in _forms(base) for token in source)]
            return True, [(in_text or [verb])[0], *rest]
    return False, words


def _head(words: Sequence[str]) -> int:
    """Return where the verb of a title is: in front, or after an adverb."""
    is_adverb = words[0] in _ADVERBS or (words[0].endswith("ly") and not _VERBS_IN_LY.fullmatch(words[0]))
    return 1 if is_adverb and len(words) > 1 else 0


def _verb_places(words: Sequence[str], source: _Text) -> list[int]:
    """Return where the verb in front of a title stands in the sentence as a verb."""
    verb = words[_head(words)]
    if (
        not verb
        or re.fullmatch(r"\w{3,}[^e]ed|\w{4,}ing", verb)
        or verb in _ARTICLES | _PREPOSITIONS | _CONJUNCTIONS
        or _NOT_VERBS.match(verb)
    ):
        return []
    return [n for n, token in enumerate(source) if token in _forms(verb) and _is_verb(source, n, verb)]


def _is_verb(source: _Text, place: int, base: str) -> bool:
    """Whether a word is a verb where it stands; a base form is one after "to", a modal, a subject or another verb."""
    before = place - 1
    while before >= 0 and (source[before].endswith("ly") or source[before] in _ADVERBS):
        before -= 1
    previous = source[before] if before >= 0 else ""
    if source[place] == base or source[place] == f"{base}s":
        return previous not in _ARTICLES and (
            place == source.point
            or previous in _COUPLINGS | _MODALS | {"", "to", ":", ";", "we", "they", "(", "not", "all"}
            or re.fullmatch(r"\w+s", previous) is not None
            or previous in ("sides", "both", "it")
            or before in source.names
        )
    following = source[place + 1] if place + 1 < len(source) else ""
    participle = previous in _ARTICLES or (previous == "," and (following in _PREPOSITIONS or following == "this"))
    return not (source[place].endswith("ed") and participle)


# The words after it


def _alignments(words: Sequence[str], source: _Text) -> Iterator[Alignment]:
    """Yield the ways in which the words of a title stand in the sentence, the verb first and the rest in order."""
    for place in _verb_places(words, source) if words else ():
        head = _head(words)
        if head and words[0] not in source[max(0, place - 3) : place]:
            continue
        rest = words[head + 1 :]
        found = _best(rest, source, place)
        if found is not None:
            yield Alignment((place, *found.places), found.faults)
        passive = _passive(rest, source, place)
        if passive is not None:
            yield passive


def _best(rest: Sequence[str], source: _Text, start: int) -> Alignment | None:
    """Return the alignment of the words after `start` with the fewest faults; None if a word is missing."""
    best: dict[int, Alignment] = {start: Alignment((), ())}
    for word in rest:
        further: dict[int, Alignment] = {}
        for place, token in enumerate(source):
            if place <= start or not _same(word, token):
                continue
            for last, so_far in best.items():
                if last >= place:
                    continue
                fault = _gap_fault(source, last, place, start)
                faults = so_far.faults + ((fault,) if fault else ())
                if place not in further or _cost(faults) < _cost(further[place].faults):
                    further[place] = Alignment((*so_far.places, place), faults)
        best = further
    return min(best.values(), key=lambda one: _cost(one.faults), default=None)


def _cost(faults: Sequence[str]) -> int:
    return sum(3 if fault in DISTORTING else 2 for fault in faults)


def _gap_fault(source: _Text, last: int, place: int, verb: int) -> str | None:
    """Return the fault of leaving out what stands between two words; None where that may be left out."""
    gap = list(source[last + 1 : place])
    if all(token in _MARKS for token in gap):
        return None
    if last < source.point <= place and last == verb:  # the verb of the stem, with the point as its object
        return None if place == source.point and source[source.point - 1] not in ("to", *_MODALS) else NOT_VERBATIM
    if all(_DATE.fullmatch(token) for token in gap) and any(_is_date(token) for token in gap):
        return None
    if (gap[0], gap[-1]) in ((",", ","), ("(", ")"), ("\u2013", "\u2013"), ("\u2014", "\u2014")):
        return None  # a clause between two marks
    if gap == ["of"] and last == verb and source[last].endswith("ing"):
        return None  # the signing of a lease
    members = gap[-1] in _COUPLINGS or gap[0] in _COUPLINGS or gap[-2:] == ["well", "as"]
    verbs = [
        n
        for n, token in enumerate(gap)
        if token in _MODALS | _BE | {"to", "which", "that", "who"} or (token.endswith("ing") and 0 < n < len(gap) - 1)
    ]
    if last == verb and gap[0] in _COUPLINGS and len(gap) <= 3:
        return None  # expand and deepen
    plain = [token for token in gap if token not in _MARKS]
    own = plain[-1:] == ["to"] and len(verbs) == 1
    if own or (last == verb and gap[0] in _PREPOSITIONS and not verbs):
        return NOT_VERBATIM  # commit [to] cooperation, consult [with Fiji and] Tonga
    if verbs or any(token in ";:" for token in gap):
        return OTHER_VERB if members or last == verb else NOT_VERBATIM
    if members and not any(token in _PREPOSITIONS - {"of"} for token in gap):
        return None
    return OTHER_VERB if members else NOT_VERBATIM


def _is_date(word: str) -> bool:
    return _DATE.fullmatch(word) is not None and word not in _PREPOSITIONS | _COUPLINGS | {"the", "than", "no", ""}


def _passive(rest: Sequence[str], source: _Text, place: int) -> Alignment | None:
    """Return the alignment of a title whose object is the subject of a passive: "an atlas shall be published"."""
    before = place - 1
    while before >= 0 and (source[before] in _BE | _MODALS | _ADVERBS | {"to"} or source[before].endswith("ly")):
        before -= 1
    if before == place - 1 or not any(token in _BE for token in source[before + 1 : place]):
        return None
    for size in range(len(rest), 0, -1):
        start = before + 1 - size
        if start < 0 or list(source[start : before + 1]) != list(rest[:size]):
            continue
        whole = start == 0 or source[start - 1] in _MARKS | _CONJUNCTIONS
        tail = _best(rest[size:], source, place) if rest[size:] else Alignment((), ())
        if tail is not None:
            faults = tail.faults if whole else (NOT_VERBATIM, *tail.faults)
            return Alignment((place, *tail.places), faults)
    return None


def _clause_as_it_stands(words: Sequence[str], source: _Text) -> tuple[int, ...] | None:
    """Return the places of a title that is a clause of the sentence word for word, with subject and finite verb."""
    plain = [(n, token) for n, token in enumerate(source) if token not in _MARKS and token != "."]
    for first in range(len(plain) - len(words) + 1):
        if [token for _, token in plain[first : first + len(words)]] == list(words) and words:
            places = tuple(n for n, _ in plain[first : first + len(words)])
            opens = places[0] in (0, source.point) or source[places[0] - 1] in _MARKS | {
                "that",
                "and",
                "but",
                "where",
                "when",
            }
            finite = any(
                token in _MODALS | _BE | _STATING or (token.endswith("ed") and n > 0) for n, token in enumerate(words)
            )
            if opens and finite and places[0] not in _verb_places(words, source):
                return places
    return None


# Negations and conditions


def _without_condition(words: list[str], source: _Text) -> list[str] | None:
    """Return a title without its condition, which may stand at another place than in the sentence; None without one."""
    text, plain = " ".join(words), " ".join(token for token in source if token not in _MARKS)
    found = _CONDITION.search(text) or _RESERVATION.search(text)
    if not found:
        return None
    if found.start() > 0:
        return _words(text[: found.start()]) if text[found.start() :] in plain else None
    sizes = (size for size in range(len(words) - 1, 1, -1) if " ".join(words[:size]) in plain)
    return words[next(sizes, len(words)) :] or None


def _lost(
    source: _Text, places: Sequence[int], strength: str, *,
    negated: bool = False, clause: bool = False, moved: bool = False,
) -> Iterator[str]:  # fmt: skip
    verb, last = places[0], max(places)
    governing = _Governing(False, False, False) if clause else _governing(source, verb)
    outer = governing.negated or (not clause and _refrains(source, verb))
    inner = [n for n in range(verb, last + 1) if source[n] in _NEGATIONS and not _in_left_member(source, n, places)]
    if any(n not in places for n in inner) or (outer and not negated):
        yield NEGATION_LOST
    if negated and not outer:
        yield NEGATION_ADDED
    weakened = governing.weak and strength not in ("exploratory", "")
    if weakened or governing.hedged or (not moved and _has_condition(source, verb, places)):
        yield CONDITION_LOST


def _in_left_member(source: _Text, negation: int, places: Sequence[int]) -> bool:
    """Whether a negation stands in a part that the title leaves out between two marks."""
    before = max(place for place in places if place <= negation)
    after = min((place for place in places if place >= negation), default=len(source))
    return before < negation < after and source[before + 1] in _MARKS and source[after - 1] in _MARKS


def _governing(source: _Text, verb: int) -> _Governing:
    """Return what governs a verb, from it back to its subject; the objects of verbs beside it do not."""
    place, negated, weak, hedged = verb - 1, False, False, False
    linked = verb == source.point or source[verb].endswith("ing")
    if place >= 0 and source[place] in _COUPLINGS:  # back to what introduces the verbs beside it
        while place >= 0 and source[place] not in _HARD | _MODALS | {"to"}:
            negated |= source[place] in ("not", "never", "nor")
            place -= 1
    ruled = False
    while place >= 0 and source[place] not in _HARD | _COUPLINGS and not (ruled and place < source.point):
        token = source[place]
        negated |= token in _NEGATIONS
        weak |= token in _WEAK_MODALS
        linked |= token == "to"
        ruled |= token in _MODALS
        hedged |= linked and not ruled and _HEDGES.fullmatch(token) is not None
        place -= 1
    return _Governing(negated, weak, hedged)


def _refrains(source: _Text, verb: int) -> bool:
    """Whether a verb follows one such as refrain (from), refuse (to) or cease, or stands beside one that does."""
    for place in range(verb - 1, max(-1, verb - 9), -1):
        if source[place] in _HARD | _MODALS or (source[place] == "to" and place != verb - 1):
            return False
        if _REFRAINING.fullmatch(source[place]):
            return source[verb].endswith("ing") or source[verb - 1] == "to"
    return False


def _has_condition(source: _Text, verb: int, places: Sequence[int]) -> bool:
    """Whether the part of the sentence up to a semicolon has a condition for the verb that the title has not.

    It opens or closes the part, or stands beside the words of the title; another is one of another verb.
    """
    start = max((n + 1 for n in range(verb) if source[n] == ";"), default=0)
    end = next((n for n in range(verb, len(source)) if source[n] == ";"), len(source))
    last, text = max(places), " ".join(source[start:end])
    for found in _CONDITION.finditer(text):
        place = start + text[: found.start()].count(" ")
        closes = place > verb and "," not in source[place:end]
        beside = verb - 6 < place <= last + 3
        if place not in places and (place - start < 3 or closes or beside):
            return True
    joined = max((n for n in range(start, verb) if source[n] in ("and", "or")), default=start)
    near, kept = " ".join(source[max(joined, verb - 5) : last + 5]), " ".join(source[place] for place in places)
    return any(found[0] not in kept for found in _RESERVATION.finditer(near))


# The end


def _end_faults(words: Sequence[str], source: _Text, places: Sequence[int], *, whole: bool = False) -> Iterator[str]:
    if not words:
        return
    last = words[-1]
    if last in (_PREPOSITIONS - {"up", "off", "through"}) | _ARTICLES | (_CONJUNCTIONS - {"that"}) | _MODALS:
        yield CUT
        return
    end = max(places)
    following = source[end + 1] if end + 1 < len(source) else ""
    border = (
        following
        in _MARKS | _COUPLINGS | _PREPOSITIONS | _CONJUNCTIONS | _MODALS | _BE | {"", ".", "together", "also", "such"}
        or following.endswith(("ing", "ly", "ed"))
        or _is_date(following)
    )
    short = not whole and len(words) < 3 and following not in {"", ".", ";", ":", ","} and not _is_date(following)
    if short or not border or (following in _COUPLINGS and _is_torn(source, places)):
        yield CUT


def _is_torn(source: _Text, places: Sequence[int]) -> bool:
    """Whether a title stops before "and", "or" or a comma with a word that waits for its noun or its list."""
    end = max(places)
    before = end - 1
    while source[before] in _ADVERBS or source[before].endswith("ly"):
        before -= 1
    if source[before] in {"to", ","} | _MODALS:  # a verb without its object, a list without its end
        return True
    adds = source[end + 1] == "," and source[end + 2 : end + 3] and source[end + 2] in _PREPOSITIONS
    if _is_adjective(source[end]) and not adds and source[end - 1] not in {"where", "when", "as", "if"}:
        return True
    closes = any(token in ("and", "or") for token in source[end + 1 : end + (3 if source[end + 1] == "," else 2)])
    return closes and any(_joins(source, n) and {n - 1, n + 1} <= set(places) for n in range(1, end))


def _joins(source: _Text, place: int) -> bool:
    """Whether a comma stands between two members of a list, and not between two adjectives or before an addition."""
    after = source[place + 1]
    adds = after in _PREPOSITIONS | _CONJUNCTIONS | {"especially", "particularly", "notably", "namely"}
    return source[place] == "," and not adds and not _is_adjective(source[place - 1])


def _is_adjective(word: str) -> bool:
    return _ADJECTIVES.fullmatch(word) is not None and not _NOUNS_IN_AL.fullmatch(word)
