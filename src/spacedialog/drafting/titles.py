"""Titles of candidates: the statement's own wording in the imperative, with every negation and condition."""

from __future__ import annotations

import re

from spacedialog.drafting.lexicon import KEPT, pattern, verb_of, words
from spacedialog.drafting.readings import Undertaking, action_of

LONG = 120
"""The length in characters above which a title is shortened, if that is safe."""

_BORDER = pattern(
    "clause_borders",
    r",? (?:{})\b|, (?:(?P<ing>\w+ing)|in|on|with|at|to|for|from|during|under|where|a|an)\b"
    r"| to (?P<to>\w+)\b|;| ?[\u2013\u2014] ?| - ",
)
_TRAILING = re.compile(
    r"(?:[\s,;:.\u2013\u2014-]|\b(?:and|or|nor|including|including (?:on|in|by|through)|such as|as follows)$)+$"
)
_OPEN = pattern("open_ends", r"\b(?:{})$")


def title_of(text: str, one: Undertaking) -> str:
    """Return the title of an undertaking of a text.

    It is the action in the imperative, or the unchanged clause if a verb such as `may`, a negation in the subject or
    an aside would be lost.
    """
    action = action_of(text, one)
    if not one.verb:
        said = action
    else:
        subject, governing = text[one.subject : one.subject_end], text[one.begin : one.governed]
        lost = set(re.findall(r"[a-z]+", f"{subject} {governing}".lower()))
        hedges = words("ladder", "hedges") & lost | {*re.findall(r"\b[a-z]+ly\b", governing)} - words(
            "ladder", "plain_adverbs"
        )
        is_denied = lost & words("ladder", "negations") and (not one.is_negated or "longer" in lost)
        if hedges or is_denied or "," in governing:
            said = f"{subject} {governing}{action}"
        else:
            said = text[one.start : one.head] + one.verb + action[one.head_end - one.start :]
            said = f"do not {said}" if one.is_negated else said
    return _shortened(_large(f"{one.opening}, {said}" if one.opening else said))


def _large(title: str) -> str:
    if title.count("\u201c") != title.count("\u201d"):
        title = title.rstrip(" .,\u201d").replace("\u201c", "", 1 if title.startswith("\u201c") else 0)
    title = _TRAILING.sub("", " ".join(title.split())).replace(" to: ", " to ")
    return title[:1].upper() + title[1:]


def _shortened(title: str) -> str:
    """Return a title, cut at the end of a clause or phrase if it is too long and no condition is lost."""
    if len(title) <= LONG:
        return title
    kept = title
    for border in reversed([found for found in _BORDER.finditer(title) if _is_border(title, found)]):
        shorter = _TRAILING.sub("", title[: border.start()])
        if KEPT.search(title, border.start()):
            break
        is_cut = any(shorter.count(one) != shorter.count(other) for one, other in ("()", "\u201c\u201d"))
        if is_cut or _OPEN.search(shorter):
            continue
        kept = shorter
        if len(kept) <= LONG:
            break
    return kept


def _is_border(title: str, found: re.Match[str]) -> bool:
    """Return whether a title may end here: not before a noun in -ing, an aside, or a `to` that belongs to a verb."""
    before = re.findall(r"[\w-]+", title[: found.start()].lower())
    if len(before) < 4 or found["ing"] in words("verbs", "ing_nouns"):
        return False
    if re.match(r", (?:in|on|with|at|from|during|under|where|a|an)$", found[0]) and "," in title[found.end() :]:
        return False  # an aside, or the end of a list
    if found["to"] is None:
        return True
    is_needed = not words("ladder", "needing_to").isdisjoint(before[-6:]) or before[-1].endswith(("ly", "ing"))
    leads = words("ladder", "leading").intersection(before[:3])
    return not is_needed and not leads and verb_of(found["to"], "base") is not None
