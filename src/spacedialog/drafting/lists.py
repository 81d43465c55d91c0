"""Lists of actions under one governing verb: where each action begins, if the list can be split safely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacedialog.drafting.lexicon import CONDITION, Form, verb_of, words
from spacedialog.drafting.tokens import PREPOSITIONS, Word, is_adverb, low_at, may_be_verb, skipped

_JOINED = (",", ";", "and")
_BETWEEN = (*_JOINED, "or", "to", "as", "well", "but", "then")
_RELATIVE = ("which", "who", "that", "whose", "whom", "where", "those")


def members(said: Sequence[Word], text: str, at: int, end: int, form: Form) -> list[tuple[int, int]]:
    """Return the actions of a list, each as its first word and the word after its last; the first is at `at`.

    The list stays one action if a condition may apply to all: in the last action, or after a mark or `and`.
    """
    starts = list(_starts(said, at, end, form))
    for found in CONDITION.finditer(text, said[at].start, said[end - 1].end):
        if found.start() > said[starts[-1]].start or re.search(r"(?:[,;]|\band)\s*$", text[: found.start()]):
            return [(at, end)]
    return list(zip(starts, [*(_end_before(said, start) for start in starts[1:]), end], strict=True))


def _end_before(said: Sequence[Word], at: int) -> int:
    while said[at - 1].low in _BETWEEN or is_adverb(said[at - 1].low):
        at -= 1
    return at


def _starts(said: Sequence[Word], at: int, end: int, form: Form) -> Iterator[int]:
    """Yield the verbs of a list: after a comma, a semicolon or `and`, in the form of the first.

    A verb after `to do`, `by doing` or `which does` inside an action may belong to that, and does not begin an
    action. A verb that shares its object with the verb before it, or is in brackets, does not either.
    """
    yield at
    last, depth, is_nested = at, 0, said[at].low in words("ladder", "causing")
    has_to = "to" in (said[at - 1].low, said[at - 2].low)
    pairs = [(said[n].low, said[n + 1].low, n + 2) for n in range(at, end - 2)]
    is_series = any(pair[:2] == ("and", "to") for pair in pairs)
    is_long = any(pair[:2] == (",", "and") and _is_verb(said, skipped(said, pair[2]), end, form) for pair in pairs)
    for place in range(at + 1, end):
        word = said[place]
        depth += (word.text in "([\u201c") - (word.text in ")]\u201d")
        if depth > 0:
            continue
        opener = place - 1
        while opener > last and is_adverb(said[opener].low):
            opener -= 1
        is_marked = said[opener].low == "to"
        opener -= is_marked
        if said[opener].low == "as" and said[opener - 1].low == "well":
            opener -= 2
            is_joined = True
        else:
            is_joined = said[opener].low in _JOINED
        comma = said[opener].low == "and" and said[opener - 1].low in (",", ";")
        is_apart = said[opener].low == ";" or (comma and said[opener - 1].low == ";")
        if is_marked:
            is_joined = is_joined and has_to and (comma or is_apart or is_series or not is_nested)
            is_joined = is_joined and (said[opener].low != "," or is_series)
        elif is_nested and not is_apart:
            is_joined = False
        is_listed = (is_long and said[opener].low == ",") or (is_marked and has_to)
        is_verb = _is_verb(said, place, end, form, is_listed=is_listed)
        if is_joined and is_verb and not _is_chain(said, last + 1, opener, form):
            yield place
            last, is_nested = place, word.low in words("ladder", "causing")
        elif word.low in _RELATIVE or _opens_another(said, place, last, form):
            is_nested = True


def _is_verb(said: Sequence[Word], at: int, end: int, form: Form, *, is_listed: bool = False) -> bool:
    """Return whether a word is a verb in a form and not a noun, because a possible object follows it.

    After a word that is often a noun, this must be an article or a name, unless the word is in a list (`is_listed`).
    """
    low = said[at].low if at < end else ""
    if verb_of(low, form) is None or at + 1 >= end or (form == "ing" and low in words("verbs", "ing_nouns")):
        return False
    place = skipped(said, at + 1)
    following = said[min(place, end - 1)]
    if following.low in _JOINED:  # `protect and improve the lives`
        place = skipped(said, place + 1 + (said[place].low == "," and low_at(said, place + 1) in ("and", "or")))
        return low not in words("verbs", "also_nouns") and place < end and _is_verb(said, place, end, form)
    if form == "base" and low in words("verbs", "also_nouns"):
        before_noun = following.low in PREPOSITIONS or following.low == "to"
        is_name = following.text[:1].isupper() and low not in words("verbs", "also_adjectives")
        is_object = following.low in words("verbs", "openers") and (not before_noun or low == "work")
        is_thing = is_listed and not before_noun and following.low != "of"
        return is_object or is_name or is_thing or following.low.isdigit()
    return following.low != "of"


def _is_chain(said: Sequence[Word], begin: int, end: int, form: Form) -> bool:
    """Return whether two verbs have no object between them: `combat, investigate and prosecute the use`."""
    return all(word.low in _BETWEEN or is_adverb(word.low) or verb_of(word.low, form) for word in said[begin:end])


def _opens_another(said: Sequence[Word], at: int, last: int, form: Form) -> bool:
    """Return whether an inner list can begin at a word: `to do` or `by doing`, but not after `continue`."""
    low = said[at].low
    if form == "ing":
        is_noun = low in words("verbs", "ing_nouns") and at > last + 1
        is_verb = verb_of(low, "ing") is not None or (low.endswith("ing") and said[at - 1].low in PREPOSITIONS)
        return is_verb and said[at - 1].low not in _JOINED and not is_noun
    if low != "to" or said[at - 1].low in _JOINED or (at == last + 1 and said[last].low == "continue"):
        return False
    inner = skipped(said, at + 1 + (at + 1 < len(said) and said[at + 1].low == ":"))
    return inner < len(said) and may_be_verb(said[inner]) and not said[inner].low.endswith("s")
