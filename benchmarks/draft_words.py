"""Word lists and tests of words for the check of titles: parts of speech, forms of verbs, conditions, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ARTICLES = _set("a an the this that these those its their our his her your my each every any some both")
PREPOSITIONS = _set(
    "about above across after against along among around as at before behind below between beyond by despite during for"
    " from in into like near of off on onto over per since through throughout to toward towards under until up upon via"
    " with within without including regarding concerning alongside"
)
CONJUNCTIONS = _set("and or but nor as than if unless that which who whose whom where when while so because")
COUPLINGS = frozenset(["and", "or", ",", "&", "nor"])
MODALS = _set("will shall must should would could can may might cannot")
BE = _set("be is are was were been being am has have had do does did")
STATING = _set(
    "agree agrees commit commits intend intends plan plans welcome welcomes reaffirm reaffirms support supports look"
    " looks pledge pledges aim aims recognize recognizes note notes remain remains continue continues met held made"
    " began took"
)
"""Finite verbs that identify a clause although their form does not."""
NEGATIONS = _set("not no never neither nor without cannot none")
REFRAINING = re.compile(
    r"(?:refrain|abstain|desist|ceas|stop|halt|avoid|refus|declin|forgo|prohibit|bann|oppos|reject)\w*"
)
HEDGES = re.compile(
    r"(?:explor|consider|discuss|examin|stud(?:y|i)|assess|evaluat|possibilit|feasib|option|seek|sought|whether)\w*"
)
WEAK_MODALS = _set("would could can may might")
CONDITION = re.compile(
    r"\b(?:if(?! possible| necess| need| appropr| applic)|"
    r"unless|provided that|subject to|conditional on|contingent on|depending on|in case|on condition that)\b"
)
RESERVATION = re.compile(
    r"\b(?:where|when|as|if) (?:\w+ )?"
    r"(?:appropriate|applicable|necessary|needed|possible|feasible|practicable|required)\b"
)
_NOT_VERBS = re.compile(
    r"(?!(?:adv|enh|fin|bal)ance|comm(?:ence|ission)|harness|(?:ment|posit|transit|funct|condit|provis|envis)ion)"
    r"\w{3,}(?:(?:tion|sion|ance|ence|ship|ism)s?|ness|ity|logy|ical|ional|eral|ious|eous)|\w{3,}[^e]ed|\w{4,}ing"
)
_ADJECTIVES = re.compile(
    r"\w{2,}(?:al|ive|ous|able|ible|ful|ary|less|ern)|\w{3,}ed|free|open|safe|secure|strong|new|joint|more|most|better"
    r"|clean|public|private|economic|strategic|democratic|critical|emerging|resilient|stable|fair|common|significant"
    r"|recent|important|relevant|consistent|independent|transparent|efficient|current|urgent|permanent"
)
_NOUNS = re.compile(
    r"(?:proposal|approval|arrival|capital|renewal|withdrawal|material|potential|festival|hospital|removal|disposal"
    r"|initiative|incentive|objective|executive|alternative|library|boundary|secretary|summary|need|seed|speed|feed)s?"
)
"""Nouns with the ending of an adjective."""
_ADVERBS = _set("further also jointly together not never first always fully closely better again")
_VERBS_IN_LY = re.compile(r"(?:app|supp|comp|re|multip|rep|imp|al|f)ly")
_DATES = _set(
    "january february march april may june july august september october november december spring summer autumn fall"
    " winter year years month months week quarter half end next this later early late mid coming today annually every"
    " first second third fourth beginning starting"
)
_BETWEEN_DATES = _set("the of in on by from until before after since to and no than two three five within ,")
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
_TOKEN = re.compile(
    r"[\w$\u20ac\u00a3%&](?:[\w$%&/+-]|[.'](?=\w)|,(?=\d))*'?|[,;:()\u2013\u2014\u2026\"]|(?<=[a-z\d)])\.(?=\s+[A-Z]|$)"
)
MARKS = frozenset(',;:()\u2013\u2014\u2026"')
HARD = frozenset([";", ":", "(", "\u2013", "\u2014", ".", "that", "which", "who", "because", "while", "whereas", "but"])


def tokens(text: str) -> list[str]:
    """Return the words, and the marks that end or enclose a clause."""
    text = re.sub("[\u2018\u2019]", "'", re.sub("[\u201c\u201d]", '"', text))
    return [token.rstrip("'") for token in _TOKEN.findall(text)]


def words_of(text: str) -> list[str]:
    """Return the words, in lower case."""
    return [token.lower() for token in tokens(text) if token not in MARKS and token != "."]


def stem_of(word: str) -> str:
    """Return a word without its ending, as in the matching of rows and candidates."""
    return re.sub(r"(?:ing|ed|es|s|e|y|ies)$", "", word) if len(word) > 4 else word


@cache
def forms_of(verb: str) -> frozenset[str]:
    """Return the forms of a verb that is given in its base form."""
    doubled, short = verb + verb[-1], verb.removesuffix("e")
    forms = {verb, f"{verb}s", f"{verb}es", f"{short}ing", f"{verb}ing", f"{short}ed", f"{doubled}ing", f"{doubled}ed"}
    forms |= set(_IRREGULAR.get(verb, "").split())
    if verb.endswith("y"):
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    if verb.endswith("ie"):
        forms.add(f"{verb[:-2]}ying")
    head, _, tail = verb.rpartition("-")  # co-host
    return frozenset(forms | ({f"{head}-{form}" for form in forms_of(tail)} if head and tail else set()))


def is_form(word: str, other: str) -> bool:
    """Return whether a word of a title is one of the sentence, perhaps in its base form."""
    return word == other or (other in forms_of(word) and other.endswith(("ing", "ed")))


def is_imperative(word: str) -> bool:
    """Return whether a word can be a verb in the imperative, by its ending."""
    return word not in ARTICLES | PREPOSITIONS | CONJUNCTIONS and not _NOT_VERBS.fullmatch(word)


def is_adjective(word: str) -> bool:
    """Return whether a word can wait for its noun, by its ending."""
    return _ADJECTIVES.fullmatch(word) is not None and not _NOUNS.fullmatch(word)


def is_adverb(word: str) -> bool:
    """Return whether a word can come before its verb, by its ending."""
    return word in _ADVERBS or (word.endswith("ly") and not _VERBS_IN_LY.fullmatch(word))


def is_date(word: str) -> bool:
    """Return whether a word is part of a date, and not of anything else."""
    return re.fullmatch(r"\d{1,4}(?:st|nd|rd|th)?", word) is not None or word in _DATES


def are_date(found: Sequence[str]) -> bool:
    """Return whether words are a date and nothing else."""
    return any(map(is_date, found)) and all(is_date(word) or word in _BETWEEN_DATES for word in found)
