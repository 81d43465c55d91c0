"""Drafting of a data file from a statement: a candidate for each commitment, for a person to review.

`candidates` reads the sentences. This module makes their candidates commitments with refs and sources. It is pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

from spacedialog.drafting.answer import Checker, Problem
from spacedialog.drafting.areas import Areas
from spacedialog.drafting.candidates import Candidate, Ground, candidates_of, why_none
from spacedialog.drafting.lexicon import ANNOUNCING, register
from spacedialog.drafting.meeting import number_of, place_of, series_of, when_met
from spacedialog.drafting.parties import Parties
from spacedialog.errors import DateError, InputError
from spacedialog.model.characters import is_visible
from spacedialog.model.dates import Span, VagueDate, quoted, recurrence_text
from spacedialog.model.rows.drafting import SentenceRow
from spacedialog.model.values import LONGEST_TEXT, check_line
from spacedialog.model.vocabulary import NAME_PATTERN, Status, Strength
from spacedialog.statements.prose import LENGTH_REMEDY, Prose, Sentence, fingerprint

DOCUMENT = "STATEMENT"
"""The key of the document with the statement."""

MOST_CANDIDATES = 10_000
"""The maximum number of candidates in a draft."""


class About(NamedTuple):
    """The details of the meeting that the user gave; those that are None are read from the text."""

    when: VagueDate | None = None
    key: str | None = None
    series: str | None = None
    number: int | None = None
    title: str | None = None
    place: str | None = None
    url: str | None = None
    sides: tuple[str, ...] = ()


class Drafted(NamedTuple):
    """The candidates of a text with its data file, and the sentences left out, each with the reason."""

    document: dict[str, Any]
    candidates: tuple[Candidate, ...]
    left_out: tuple[tuple[Sentence, str], ...]
    sentences: tuple[Sentence, ...]
    problems: tuple[Problem, ...] = ()
    rules: Sequence[Candidate] | None = None

    def findings(self) -> list[SentenceRow]:
        """Return the candidates and the sentences left out, in the order of the text."""
        rows: dict[Sentence, list[SentenceRow]] = defaultdict(list)
        for one, said in zip(self.candidates, self.document["commitments"], strict=True):
            rows[one.sentence].append(_row(one, said["ref"], said["draft"]["why"]))
        for at, why in self.left_out:
            rows[at].append(SentenceRow(at.paragraph, at.number, None, None, None, (), None, None, None, why, at.text))
        in_order = [(at, row) for at in dict.fromkeys(self.sentences) for row in rows[at]]
        if self.rules is None:
            return [row for _, row in in_order]
        rules = _by_sentence(self.rules)
        return [row._replace(rules=_difference(row, rules.get(at, ()))) for at, row in in_order]


def _by_sentence(candidates: Sequence[Candidate]) -> Mapping[Sentence, Sequence[Candidate]]:
    found: dict[Sentence, list[Candidate]] = defaultdict(list)
    for one in candidates:
        found[one.sentence].append(one)
    return found


def _row(one: Candidate, ref: str, why: str) -> SentenceRow:
    at, strength = one.sentence, one.strength.value
    values = (one.title, one.parties, one.due, one.recurs, one.confidence, why, at.text)
    return SentenceRow(at.paragraph, at.number, ref, strength, *values)


def _difference(row: SentenceRow, rules: Sequence[Candidate]) -> str:
    """Return the result of the rules for the sentence of a row, if it differs."""
    title = (row.title or "").casefold()
    same = next((one for one in rules if title and one.title.casefold().startswith(title)), None)
    if same is None:
        return "; ".join(f"{one.title} ({one.strength})" for one in rules) or ("nothing" if row.ref else "")
    ours = (row.strength, row.due or "no date", " ".join(row.parties))
    theirs = (same.strength.value, same.due or "no date", " ".join(same.parties))
    return ", ".join(their for our, their in zip(ours, theirs, strict=True) if our != their)


_NAMED_SIDE = re.compile(rf"{NAME_PATTERN}=\S.{{0,98}}")


def ground(prose: Prose, about: About, *, name: str, compiled: date) -> Ground:
    """Return the date of the meeting, the parties and the areas of the text `name`.

    If neither the text nor `about` has the date, it is any day up to `compiled`. Raises InputError if neither has
    the governments, or if the date is open-ended.
    """
    met = about.when or when_met(prose) or VagueDate.parse(f"../{compiled}")
    if met.latest is None:
        raise InputError(f"{name}: the date of the meeting is open-ended: {met}", "give a date: --when 2026-03-12")
    known = [country["key"] for country in register("parties")["countries"]]
    for side in about.sides:
        if side not in known and not _NAMED_SIDE.fullmatch(side):
            raise InputError(
                f"--side: {quoted(side)} is not a known government",
                "write a key such as US, JPN, FRA or EU, or a key and a name: ZUB=Zubrowka",
            )
        check_line("--side", side.partition("=")[2] or side)
    for option, text in (("--title", about.title), ("--series", about.series), ("--place", about.place)):
        if text is not None:
            check_line(option, text)
    parties = Parties(prose, about.sides)
    if not about.sides and len(parties.sides) < 2:
        raise InputError(
            f"{name}: the governments that met were not found in the text", "give each: --side JPN --side AUS"
        )
    return Ground(met, met.latest if met.earliest else None, parties, Areas(prose))


def draft(prose: Prose, about: About, *, name: str, compiled: date, answer: Sequence[Any] | None = None) -> Drafted:
    """Return the data file of the text `name`, compiled on a day: by the rules, or from the items of an answer.

    Raises InputError as `ground` does.
    """
    given = ground(prose, about, name=name, compiled=compiled)
    candidates = _by_rules(prose, given)
    problems: list[Problem] = []
    compared: Sequence[Candidate] | None = None
    if answer is not None:
        compared = candidates
        checker = Checker(prose, given, _by_sentence(compared))
        candidates, problems = checker.candidates(answer), checker.problems
    parties = given.parties
    used = dict.fromkeys([*parties.sides, *(key for candidate in candidates for key in candidate.parties)])
    areas = dict.fromkeys(candidate.area for candidate in candidates)
    dialogue = _dialogue(prose, about, name, given)
    texts = [None, *(sentence.text for sentence in prose.sentences), None]
    around = {one: pair for one, *pair in zip(prose.sentences, texts, texts[2:], strict=False)}
    document = {"key": DOCUMENT, "title": dialogue["title"]} | ({"url": about.url} if about.url else {})
    whole = {
        "format": "spacedialog/1",
        "compiled": compiled.isoformat(),
        "dialogue": dialogue,
        "documents": [document],
        "areas": [{"key": key, "title": given.areas.titles.get(key, "General")} for key in areas],
        "parties": [parties.known[key]._asdict() for key in used],
        "commitments": [
            _commitment(f"{dialogue['key']}-{n:02}", one, around[one.sentence]) for n, one in enumerate(candidates, 1)
        ],
    }
    found = {candidate.sentence for candidate in candidates}
    reasons = {problem.sentence: problem.line for problem in problems if problem.is_left_out}
    left_out = (
        (one, why_none(one) if answer is None else reasons.get(one, "no item in the answer"))
        for one in prose.sentences
        if one not in found
    )
    return Drafted(whole, tuple(candidates), tuple(left_out), prose.sentences, tuple(problems), compared)


def _by_rules(prose: Prose, given: Ground) -> list[Candidate]:
    candidates: list[Candidate] = []
    for sentence, following in zip_longest(prose.sentences, prose.sentences[1:]):
        is_stem = following is not None and following.stem.endswith(sentence.text)
        if not (is_stem and ANNOUNCING.search(sentence.text)):
            candidates += candidates_of(sentence, given)
        if len(candidates) > MOST_CANDIDATES:
            raise InputError(f"there are more than {MOST_CANDIDATES} candidates", LENGTH_REMEDY)
    return candidates


def _dialogue(prose: Prose, about: About, name: str, given: Ground) -> dict[str, Any]:
    """Return the meeting as in a data file; its key is the prefix of the refs."""
    number, place = about.number or number_of(prose), about.place or place_of(prose)
    # Two meetings of a series need two keys, and many have no number.
    key = about.key or f"{''.join(given.parties.sides[:4])}{number or (given.when.year if given.when else '')}"
    key = re.sub(r"[^A-Za-z0-9]", "", key)[:24] or "NEW1"
    title = about.title or _line_of(prose.title) or _line_of(name) or DOCUMENT
    dialogue = {"key": key, "series": about.series or series_of(title), "title": title, "when": str(given.met)}
    return dialogue | {name: value for name, value in (("number", number), ("place", place)) if value}


def _line_of(text: str) -> str:
    """Return the text on one line, cut to LONGEST_TEXT; empty if nothing in it is visible."""
    line = " ".join(text.split())[:LONGEST_TEXT]
    return line if is_visible(line) else ""


def _commitment(ref: str, one: Candidate, around: Sequence[str | None]) -> dict[str, Any]:
    at, title, due = one.sentence, one.title, one.due
    place = {"document": DOCUMENT, "paragraph": at.paragraph, "sentence": at.number}
    sources = [place | {"hash": fingerprint(at.text)}]
    said: dict[str, Any] = {"ref": ref, "area": one.area, "kind": one.kind, "title": title}
    said["strength"] = one.strength.value
    said |= {"lead": one.parties[0]} if len(one.parties) == 1 else {"partners": list(one.parties)}
    starts = _can_recur(due, one.recurs)
    if due and not starts:
        said["due"] = due
    said["status"] = (Status.COMPLETE if one.strength is Strength.DELIVERED else Status.UNKNOWN).value
    said |= {"sources": sources, "quote": at.text}
    why = f"{one.why}; {one.strength}"
    if starts:
        first = {"ref": f"{ref}.1", "title": title, "when": due, "recurs": one.recurs}
        said["milestones"] = [first | {"sources": sources}]
    elif one.recurs:
        reason = f"{due} is too vague as a start" if due else "the text gives no start"
        why += f"; recurs {recurrence_text(one.recurs)}, but {reason}"
    said["draft"] = {"sentence": f"{at.stem} {at.text}".lstrip()}
    said["draft"] |= {name: text for name, text in zip(("before", "after"), around, strict=True) if text}
    said["draft"] |= {"confidence": one.confidence, "why": why}
    return said


def _can_recur(first: str | None, every: str | None) -> bool:
    """Return whether a date can be the first of a series: a year cannot recur every month."""
    try:
        return bool(first and every and VagueDate.parse(first).occurrence(1, Span.parse(every)))
    except DateError:
        return False
