"""The clauses of a sentence: each verb that has a party as its subject, with the words up to the next such verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from spacedialog.drafting.lexicon import Form, governing, governing_verbs, verb_of, words
from spacedialog.drafting.tokens import MODALS, PREPOSITIONS, Word, is_adverb, low_at, may_be_verb, skipped

Tense = Literal["modal", "present", "past", "progressive", "planned"]

_BE = ("is", "are", "was", "were", "remain", "remains", "remained", "stand", "stands")
_HAVE = ("has", "have", "had")
_AUXILIARIES = frozenset((*MODALS, *_BE, *_HAVE, *"be been do does did can cannot not never to".split()))
_GLAD = ("pleased", "proud", "delighted", "honored", "honoured", "happy")
_NOT = ("not", "never", "no", "longer", "neither")
_NEGATED_MODALS = {"won't": "will", "wouldn't": "would", "shan't": "shall"}


class Clause(NamedTuple):
    """A verb of a sentence with its subject; places are numbers of words.

    The subject is from `subject` to `subject_end`, and the verb group begins at `begin`. `head` is the verb itself, and
    the words after it up to `end` belong to it. `verb` is its base form. `tense` is `modal` after a modal verb,
    `progressive` for `are doing`, `planned` for `are to do`, or else `present` or `past`. `modal` is the modal verb, if
    there is one. `is_background` is set for a subordinate clause (`as we grow`).
    """

    subject: int
    subject_end: int
    begin: int
    head: int
    end: int
    verb: str
    tense: Tense
    modal: str = ""
    is_negated: bool = False
    is_passive: bool = False
    is_background: bool = False


def clauses_of(said: Sequence[Word], text: str, is_party: Callable[[str], bool]) -> list[Clause]:
    """Return the clauses of a sentence whose subject is a party; `is_party` decides by the text of a subject."""
    found: list[Clause] = []
    at = 0
    while at < len(said):
        group = _group(said, at)
        clause = group and _with_subject(said, text, group, found, is_party)
        if clause:
            found.append(clause)
        at = clause.head + 1 if clause else at + 1
    end = len(said) - 1 if said and said[-1].low in (".", ";", ":") else len(said)
    ended: list[Clause] = []
    for clause in reversed(found):
        ended.insert(0, clause._replace(end=max(_end(said, clause.head, end), clause.head + 1)))
        if not clause.is_background:
            end = _border(said, clause)
    return ended


def _end(said: Sequence[Word], head: int, end: int) -> int:
    """Return the latest end of a clause: before `, and` or `, but` with a finite verb after it."""
    for at in range(head + 1, end - 3):
        if said[at].low == "," and said[at + 1].low in ("and", "but", "while", "yet", "whereas"):
            tail = [word.low for word in said[at + 2 : min(at + 14, end)]]
            tail = tail[
                : next((n for n, low in enumerate(tail) if low in (",", ";", "which", "who", "that")), len(tail))
            ]
            if tail[:1] != ["to"] and not {*MODALS, *_BE[:4], *_HAVE, "does", "do", "did"}.isdisjoint(tail):
                return at
    return end


def _border(said: Sequence[Word], clause: Clause) -> int:
    """Return the end of the clause before this one: before its subject, and before `and` or a comma."""
    end = clause.subject if skipped(said, clause.subject_end) >= clause.begin else clause.begin
    while end > 0 and said[end - 1].low in (",", ";", "and", "but", "or", "while", "that", "also", "further", "\u2013"):
        end -= 1
    return end


# Verb groups


def _group(said: Sequence[Word], at: int) -> Clause | None:
    """Return the verb group that begins at a word, without its subject; None if there is none."""
    low, is_negated = _NEGATED_MODALS.get(said[at].low, said[at].low), said[at].low in _NEGATED_MODALS
    if low in words("ladder", "opening_conditions") and low not in MODALS:
        return None  # `provided that`
    head = at + 1
    if low in MODALS and low_at(said, head) == ",":  # `will, if asked, join`
        head = next((n + 1 for n in range(head + 1, min(head + 12, len(said))) if said[n].low == ","), len(said))
    while head < len(said) and (said[head].low in _NOT or is_adverb(said[head].low)):
        is_negated = is_negated or said[head].low in ("not", "never", "no", "neither")
        head += 1
    if head >= len(said):
        return None
    following, after = said[head].low, skipped(said, head + 1)

    def one(place: int, verb: str, tense: Tense, *, is_passive: bool = False, is_background: bool = False) -> Clause:
        modal = low if tense == "modal" else ""
        return Clause(at, at, at, place, place, verb, tense, modal, is_negated, is_passive, is_background)

    if low in MODALS:
        if following == "be":
            if state := _state(said, after):
                return one(after, state, "modal")
            if verb := verb_of(low_at(said, after), "participle"):
                return one(after, verb, "modal", is_passive=True)
            if verb := verb_of(low_at(said, after), "ing"):
                return one(after, verb, "modal")
        is_perfect = following == "have" and verb_of(low_at(said, after), "participle")
        verb = verb_of(following, "base") or (following if may_be_verb(said[head]) else None)
        return one(head, verb, "modal") if verb and not is_perfect else None
    if low in _HAVE:
        if at and said[at - 1].low in MODALS:
            return None
        if following == "been" and (verb := verb_of(low_at(said, after), "participle")):
            return one(after, verb, "past", is_passive=True)
        verb = verb_of(following, "participle")
        return one(head, verb, "past", is_background=low == "had") if verb else one(at, "have", "present")
    if low in _BE:
        if state := _state(said, head):
            return one(head, state, "present", is_background=low in ("was", "were"))
        if following in _GLAD and low_at(said, head + 1) == "to" and (verb := verb_of(low_at(said, head + 2), "base")):
            return one(head + 2, verb, "present")
        if low in ("was", "were"):
            verb = verb_of(following, "participle")
            return one(head, verb, "past", is_passive=True) if verb else None
        is_plain = at + 1 == head and low in ("is", "are")  # not `are still to agree`
        if is_plain and following == "to" and (verb := verb_of(low_at(said, after), "base")):
            return one(after, verb, "planned")
        is_doing = low in ("is", "are") and following not in words("verbs", "ing_adjectives")
        if is_doing and (verb := verb_of(following, "ing")):
            return one(head, verb, "progressive")
        return None
    if said[at].text[0].isupper() and at > 0:
        return None  # part of a name
    is_finite = following in _AUXILIARIES - {"to", "not", "never"} or (
        verb_of(following, "past") and verb_of(following, "past") != verb_of(following, "base") and verb_of(low, "s")
    )
    if is_finite:
        return None  # a noun: `the partners signed`
    forms: tuple[tuple[Form, Tense], ...] = (("base", "present"), ("s", "present"), ("past", "past"))
    is_negated = False
    return next((one(at, verb, tense) for form, tense in forms if (verb := verb_of(low, form))), None)


def _state(said: Sequence[Word], at: int) -> str | None:
    """Return the governing phrase of `be` and the words at a place: `be committed`; None if there is none."""
    phrase = f"be {low_at(said, at)}"
    two = f"{phrase} {low_at(said, at + 1)}"
    return two if two in governing() else phrase if phrase in governing() else None


# Subjects

_LONGEST_SUBJECT = 40
_SIGNS = (",", ";", ":", "and", "that", "\u2013", "\u2014", "-", "while", "but")


def _with_subject(
    said: Sequence[Word], text: str, group: Clause, before: Sequence[Clause], is_party: Callable[[str], bool]
) -> Clause | None:
    """Return a verb group with its subject, or with that of the verb before it; None if it has no subject."""
    end = group.begin
    while end > 0 and is_adverb(said[end - 1].low):
        end -= 1
    if end and (said[end - 1].low in words("ladder", "subordinators") or said[end - 1].low in _AUXILIARIES):
        return None
    floor = before[-1].head + 1 if before else 0
    begin = _subject(said, text, floor, end, is_party)
    is_part = begin and said[begin - 1].low == "and" and said[begin - 2].low != ","
    if begin and ((is_part and not floor) or ((is_part or begin == floor) and group.tense != "modal")):
        begin = None  # a part of a longer subject, or the object of the verb before: `welcome Japan's plans`
    if begin is None and (group.is_passive or group.verb in words("ladder", "expected")):
        begin, group = _thing(said, floor, end), group._replace(is_passive=True)
    if begin is not None:
        is_background = group.is_background or _is_background(said, begin, before)
        return group._replace(subject=begin, subject_end=end, is_background=is_background)
    if before and end > floor and said[end - 1].low in (",", "and", "or", "but", ";"):
        last, is_series = before[-1], said[end - 1].low == ","
        is_speaking = group.verb in words("ladder", "speaking")
        if group.tense == "present" and not is_speaking and not _is_ladder(said, group):
            return None  # a noun, or a verb of the list before: `pledge to share data and support`
        is_plural = verb_of(said[group.head].low, "base") is not None
        if group.tense == last.tense == "present" and is_plural != (verb_of(said[last.head].low, "base") is not None):
            return None  # a noun in the plural
        if group.tense == "past" and not is_speaking and not _takes_object(said, group.head, is_series=is_series):
            return None  # an adjective (`organized crime`), or what a comma adds (`the treaty, signed in 2022`)
        is_known = group.tense in (last.tense, "present") or (group.tense in ("modal", "planned") and not is_series)
        if is_known and not last.is_background and "that" not in [word.low for word in said[last.head : end]]:
            return group._replace(subject=last.subject, subject_end=last.subject_end)
    return None


def _is_background(said: Sequence[Word], begin: int, before: Sequence[Clause]) -> bool:
    """Return whether a clause is subordinate: `as we grow`, `a promise that we made`; not `announce that we will`."""
    opener = said[begin - 1].low if begin else ""
    if opener == "that":
        return not before or skipped(said, before[-1].head + 1) < begin - 1
    return opener in words("ladder", "subordinators")


def _takes_object(said: Sequence[Word], at: int, *, is_series: bool) -> bool:
    """Return whether what follows a verb can be its object; in a series, it must not begin with a preposition."""
    following = said[at + 1] if at + 1 < len(said) else said[at]
    if is_series and (following.low in PREPOSITIONS or following.low == "to"):
        return False
    return following.low in words("verbs", "openers") or following.text[:1].isupper() or following.low.isdigit()


def _is_ladder(said: Sequence[Word], group: Clause) -> bool:
    """Return whether a verb has a strength of its own, as `intend to` and `look forward` do."""
    if group.verb in words("ladder", "noting") or group.verb in ("reaffirm", "affirm", "reiterate", "recommit"):
        return True
    return group.verb.startswith("be ") or (
        low_at(said, group.head + 1) in ("to", "forward") and group.verb in governing_verbs()
    )


def _subject(said: Sequence[Word], text: str, floor: int, end: int, is_party: Callable[[str], bool]) -> int | None:
    """Return the first word of the party that ends before a word; None if there is no party."""
    begin = None
    for start in _openings(said, floor, end):
        piece = text[said[start].start : said[end - 1].end]
        opens = said[start].text[0].isupper() or said[start].low in words("verbs", "subject_openers")
        if opens and " to " not in f"{piece} " and piece.count("(") == piece.count(")") and is_party(piece):
            begin = start
    return begin


def _thing(said: Sequence[Word], floor: int, end: int) -> int | None:
    """Return the first word of the subject of a passive, which need not be a party; None if it is not clear."""
    begin = next(iter(_openings(said, floor, end)), None)
    if begin is None or (begin and said[begin - 1].low != "that" and (said[begin - 1].low != "," or floor)):
        return None
    return begin if said[begin].low in words("verbs", "subject_openers") or said[begin].text[0].isupper() else None


def _openings(said: Sequence[Word], floor: int, end: int) -> Iterator[int]:
    """Yield the words at which a subject may begin (after a mark, `and` or `that`), the last one first."""
    for at in range(end - 1, max(floor, end - _LONGEST_SUBJECT) - 2, -1):
        if at < floor or said[at].low in _SIGNS or said[at].low in words("ladder", "subordinators"):
            if at + 1 < end and said[at + 1].low not in PREPOSITIONS:
                yield at + 1
            if at >= floor and said[at].low in words("ladder", "subordinators"):
                return
