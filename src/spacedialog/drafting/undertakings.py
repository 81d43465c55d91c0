"""The undertakings of a sentence, or of a point of a list with the words that introduce the list."""

from __future__ import annotations

import re
from collections.abc import Callable

from spacedialog.drafting.clauses import Clause, clauses_of
from spacedialog.drafting.lexicon import ANNOUNCING, CONDITION, governing, governing_verbs, pattern, words
from spacedialog.drafting.readings import Reading, Undertaking, modal_strength
from spacedialog.drafting.tokens import Word, base_of, low_at, skipped, words_of
from spacedialog.model.vocabulary import Strength

_WITHDRAWN = pattern("withdrawn", "(?:{})")
_PLAIN_OPENING = pattern("plain_openings", r"(?:{})\b")
_REPORTED = pattern("reported", "(?:{})")
"""The beginning of a sentence that reports the words of others, or an event that did not happen."""


def undertakings(text: str, is_party: Callable[[str], bool]) -> list[Undertaking]:
    """Return the undertakings of a sentence; `is_party` decides whether a subject can make a promise."""
    said = words_of(text)
    clauses = [] if _WITHDRAWN.search(text) else clauses_of(said, text, is_party)
    found: list[Undertaking] = []
    announced: Strength | None = None
    is_denied, free, first = False, 0, ""
    for number, clause in enumerate(clauses):
        if clause.is_background:
            continue
        if clauses[number + 1 :] and _announces(said, clause, clauses[number + 1]):
            announced = governing_verbs().get(clause.verb)
            is_denied = announced is None or clause.is_negated or modal_strength(clause, None) is Strength.EXPLORATORY
            free = said[clause.head].end
            continue
        opening = _opening(text[free : said[clause.subject].start])
        is_denied = is_denied or _REPORTED.match(opening or text[free:].lstrip()) is not None
        first = first or (opening if not found else "")
        reading = Reading(said, text, clause, is_party)
        actions = [] if is_denied or reading.is_denied() else list(reading.undertakings(announced))
        found += [one._replace(opening=opening or first) for one in actions]
        announced, is_denied = None, False
        free = actions[-1].end if actions else said[clause.head].end
    return found


def _opening(text: str) -> str:
    """Return the words before a subject if they may limit its promise; else an empty string."""
    text = re.sub(r"^(?:[\s,;]|(?:and|but|that)\b)+|[\s,;]+$", "", text)
    first = re.sub(r"\W.*", "", text.lower(), flags=re.DOTALL)
    is_plain = first.endswith(("ing", "ly")) or not first or _PLAIN_OPENING.match(text) is not None
    is_less = CONDITION.search(text) or not words("ladder", "negations").isdisjoint(text.lower().split())
    is_time = first in ("when", "once") and re.search(r"\b(?:was|were|had|did)\b", text)
    return "" if is_time or (is_plain and not is_less) else text


def _announces(said: list[Word], clause: Clause, following: Clause) -> bool:
    """Return whether a verb only introduces the next clause: `announce that they will`."""
    start = clause.head + 1
    is_that = low_at(said, start) == "that"
    is_aside = is_that and said[start + 1].low == "," and said[following.subject - 1].low == ","
    return following.subject_end != clause.subject_end and (following.subject <= start + is_that or is_aside)


# Points of lists


def point(text: str, begin: int, is_party: Callable[[str], bool]) -> list[Undertaking]:
    """Return the undertakings of a point without a subject; none if its list may contain refusals.

    The point begins at the character `begin`. The words before it introduce the list, and may contain the subject and
    the verb (`The leaders agreed to take the following steps:`).
    """
    said = words_of(text)
    at = next((number for number, word in enumerate(said) if word.start >= begin), len(said))
    before = said[:at]
    if at == len(said) or not words("ladder", "refusing").isdisjoint(word.low for word in before):
        return []
    others = [word.text[:-2] for word in before if word.low.endswith("'s")]
    is_others = any(other[0].isupper() and not is_party(other) for other in others)
    clauses = [one for one in clauses_of(said[at:], text, is_party) if not one.is_background]
    if is_others or clauses or CONDITION.search(text, 0, begin):
        return []
    stem = next((one for one in reversed(clauses_of(before, text, is_party)) if not one.is_background), None)
    exploring = [n for n, word in enumerate(before) if base_of(word) in words("ladder", "exploring")]
    level, why = _announced(before, text, stem, is_party)
    if level is None:
        return []
    end = len(said) - 1 if said[-1].low in (".", ";", ",") and len(said) - 1 > at else len(said)
    subject, subject_end = (stem.subject, stem.subject_end) if stem else (at, at)
    start = skipped(said, at)
    start = skipped(said, start + 1) if start < end and said[start].low == "to" else start
    reading = Reading(said, text, Clause(subject, subject_end, at, start, end, "", "modal"), is_party)
    level = Strength.EXPLORATORY if exploring else level
    for form in ("base", "ing"):
        if start + 1 < end and reading.is_verb(start, form) and said[start + 1].low not in (":", ",", "of"):
            found = list(reading.listed(start, form, level, why))
            if exploring:  # `explore ways to: build`
                head = said[exploring[-1]]
                found = [_led(one, head, said[start].start) for one in found]
            return found
    if stem is None or not ANNOUNCING.search(text[:begin]):
        return []
    is_completed = any(word.low in words("ladder", "completed") for word in said[at : at + 6])
    level = Strength.DELIVERED if is_completed and stem.verb in words("ladder", "noting") else level
    return [reading.made(at, end, "", level, why, 0.5)]


def _led(one: Undertaking, head: Word, gap: int) -> Undertaking:
    """Return an action with a verb from the words before the list; the words between them are left out."""
    end = one.gap_end or one.start
    return one._replace(start=head.start, head=head.start, head_end=head.end, verb=base_of(head), gap=gap, gap_end=end)


def _announced(
    said: list[Word], text: str, stem: Clause | None, is_party: Callable[[str], bool]
) -> tuple[Strength | None, str]:
    """Return the strength of the points by the verb before them (None if it promises nothing), and the reason."""
    if not said:
        return Strength.INTENDED, "a clause without a subject"
    if stem is None:
        verb = base_of(said[-2]) if len(said) > 1 and said[-1].low in ("to", ":") else ""  # `hereby decide to:`
        verb = verb or (base_of(said[-3]) if len(said) > 2 else "")
        if len(said) > 4 or not (said[0].low in ("hereby", "further", "also") or base_of(said[0])):
            return None, ""
        return governing_verbs().get(verb), f"a point after '{verb}'"
    phrase = Reading(said, text, stem, is_party).phrase()
    inner = [base_of(said[n]) for n in range(stem.head + 1, len(said)) if said[n - 1].low == "to"]
    known = words("ladder", "list_verbs") | words("ladder", "exploring") | words("ladder", "noting") | {""}
    is_known = (phrase or stem.verb in known) and "that" not in [word.low for word in said[stem.head + 1 : -2]]
    why = f"a point after '{stem.verb}'"
    if not is_known or not known.issuperset(inner) or (stem.modal and modal_strength(stem, None) is not Strength.FIRM):
        return None, why
    level = modal_strength(stem, None) or (governing()[phrase[0]] if phrase else Strength.INTENDED)
    return level, why
