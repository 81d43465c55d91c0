"""Drafting of a data file from a statement: a candidate for each commitment, for a person to review.

`candidates` reads the sentences. Here the candidates become commitments with refs and sources. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.drafting.answer import Checker, Problem
from spacedialog.drafting.areas import Areas
from spacedialog.drafting.candidates import Candidate, candidates_of, why_none
from spacedialog.drafting.lexicon import ANNOUNCING
from spacedialog.drafting.meeting import number_of, place_of, series_of, when_met
from spacedialog.drafting.names import known_sides
from spacedialog.drafting.parties import Parties
from spacedialog.errors import DateError, InputError
from spacedialog.model.characters import is_visible
from spacedialog.model.dates import Span, VagueDate, quoted
from spacedialog.model.rows.drafting import SentenceRow
from spacedialog.model.values import LONGEST_TEXT, check_line
from spacedialog.model.vocabulary import NAME_PATTERN, Status, Strength
from spacedialog.statements.prose import Prose, Sentence, fingerprint

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
    """The problems of the items of an answer."""
    rules: tuple[Candidate, ...] | None = None
    """The candidates of the rules, beside those of an answer; None without an answer."""

    def findings(self) -> list[SentenceRow]:
        """Return the candidates and the sentences left out, in the order of the text."""
        order = {sentence: place for place, sentence in enumerate(self.sentences)}
        found = [
            (order[one.sentence], _finding(one, commitment))
            for one, commitment in zip(self.candidates, self.document["commitments"], strict=True)
        ]
        found += [
            (order[at], SentenceRow(at.paragraph, at.number, None, None, None, (), None, None, None, why, at.text))
            for at, why in self.left_out
        ]
        rows = sorted(found, key=lambda pair: pair[0])
        if self.rules is None:
            return [row for _, row in rows]
        by_rules: dict[int, list[Candidate]] = {}
        for one in self.rules:
            by_rules.setdefault(order[one.sentence], []).append(one)
        return [row._replace(rules=_difference(row, by_rules.get(at, []))) for at, row in rows]


def _difference(row: SentenceRow, rules: Sequence[Candidate]) -> str:
    """Return what the rules find in the sentence of a row, if it differs."""
    title = (row.title or "").casefold()
    same = next((one for one in rules if title and one.title.casefold().startswith(title)), None)
    if same is None:
        return "; ".join(f"{one.title} ({one.strength})" for one in rules) or ("nothing" if row.ref else "")
    values = ((row.strength, same.strength.value), (row.due or "no date", same.due or "no date"))
    differing = [theirs for ours, theirs in values if ours != theirs]
    return ", ".join([*differing, *([" ".join(same.parties)] if row.parties != same.parties else [])])


_NAMED_SIDE = re.compile(rf"{NAME_PATTERN}=\S.{{0,98}}")


class Ground(NamedTuple):
    """The day of the meeting, the parties and the areas of a text."""

    when: VagueDate
    latest: date
    parties: Parties
    areas: Areas


def ground(prose: Prose, about: About, *, name: str) -> Ground:
    """Return the day of the meeting, the parties and the areas of the text `name`.

    InputError if the text has no sentences, or if neither the text nor `about` has the day and the governments.
    """
    if not prose.sentences:
        raise InputError(
            f"{name}: the file contains no sentences", "save the statement as plain text, Markdown or HTML"
        )
    when = about.when or when_met(prose)
    if when is None:
        raise InputError(f"{name}: no date of the meeting was found in the text", "give it: --when 2026-03-12")
    if when.latest is None:
        raise InputError(f"{name}: the date of the meeting is open-ended: {when}", "give a date: --when 2026-03-12")
    unknown = [side for side in about.sides if side not in known_sides() and not _NAMED_SIDE.fullmatch(side)]
    if unknown:
        raise InputError(
            f"--side: {quoted(unknown[0])} is not a known government",
            "write a key such as US, JPN, FRA or EU, or a key and a name: ZUB=Zubrowka",
        )
    for option, text in (("--title", about.title), ("--series", about.series), ("--place", about.place)):
        if text is not None:
            check_line(option, text)
    for side in about.sides:
        check_line("--side", side.partition("=")[2] or side)
    parties = Parties(prose, about.sides)
    if not about.sides and len(parties.sides) < 2:
        raise InputError(
            f"{name}: the governments that met were not found in the text", "give each: --side JPN --side AUS"
        )
    return Ground(when, when.latest, parties, Areas(prose))


def draft(prose: Prose, about: About, *, name: str, compiled: date, answer: Sequence[Any] | None = None) -> Drafted:
    """Return the data file of the text `name`, compiled on a day: by the rules, or from the items of an answer.

    Raises InputError as `ground` does.
    """
    when, latest, parties, areas = ground(prose, about, name=name)
    problems: tuple[Problem, ...] = ()
    rules = None
    if answer is None:
        candidates, left_out = _read(prose, parties, areas, latest)
    else:
        checker = Checker(prose, parties, areas, latest)
        candidates = checker.candidates(answer)
        problems = tuple(checker.problems)
        left_out = _left_out(prose, candidates, problems)
        rules = tuple(_read(prose, parties, Areas(prose), latest)[0])
    used = dict.fromkeys([*parties.sides, *(key for candidate in candidates for key in candidate.parties)])
    dialogue = _dialogue(prose, about, name, when, parties.sides)
    document = {"key": DOCUMENT, "title": dialogue["title"]} | ({"url": about.url} if about.url else {})
    whole = {
        "format": "spacedialog/1",
        "compiled": compiled.isoformat(),
        "dialogue": dialogue,
        "documents": [document],
        "areas": areas.declared([candidate.area for candidate in candidates]),
        "parties": [parties.known[key]._asdict() for key in used],
        "commitments": [_commitment(f"{dialogue['key']}-{n:02}", one) for n, one in enumerate(candidates, 1)],
    }
    return Drafted(whole, tuple(candidates), tuple(left_out), prose.sentences, problems, rules)


def _left_out(prose: Prose, candidates: Sequence[Candidate], problems: Sequence[Problem]) -> list[tuple[Sentence, str]]:
    """Return the sentences for which an answer has no candidate, each with the reason."""
    why = {problem.sentence: problem.line for problem in problems if problem.is_left_out}
    found = {candidate.sentence for candidate in candidates}
    return [(one, why.get(one, "no item in the answer")) for one in prose.sentences if one not in found]


def _read(
    prose: Prose, parties: Parties, areas: Areas, when: date | None
) -> tuple[list[Candidate], list[tuple[Sentence, str]]]:
    """Return the candidates of every sentence, and the sentences without one, each with the reason."""
    candidates: list[Candidate] = []
    left_out: list[tuple[Sentence, str]] = []
    for sentence, following in zip(prose.sentences, [*prose.sentences[1:], None], strict=True):
        announces = (
            following is not None and following.stem.endswith(sentence.text) and ANNOUNCING.search(sentence.text)
        )
        found = [] if announces else list(candidates_of(sentence, parties, areas, when))
        candidates += found
        if len(candidates) > MOST_CANDIDATES:
            raise InputError(
                f"there are more than {MOST_CANDIDATES} candidates",
                "remove text that is not part of the statement, or split it",
            )
        if not found:
            left_out.append((sentence, why_none(sentence)))
    return candidates, left_out


def _finding(one: Candidate, commitment: Mapping[str, Any]) -> SentenceRow:
    at, said = one.sentence, commitment["draft"]
    return SentenceRow(
        at.paragraph,
        at.number,
        commitment["ref"],
        one.strength.value,
        one.title,
        one.parties,
        one.due,
        one.recurs,
        said["confidence"],
        said["why"],
        at.text,
    )


# The file


def _dialogue(prose: Prose, about: About, name: str, when: VagueDate, sides: tuple[str, ...]) -> dict[str, Any]:
    """Return the meeting as in a data file; its key is the prefix of the refs."""
    number = about.number or number_of(prose)
    # Two meetings of a series need two keys, and many have no number.
    year = when.latest.year if when.latest else ""
    key = re.sub(r"[^A-Za-z0-9]", "", about.key or "".join(sides[:4]) + str(number or year))[:24] or "NEW1"
    title = about.title or _line_of(prose.title) or _line_of(name) or DOCUMENT
    dialogue: dict[str, Any] = {
        "key": key,
        "series": about.series or series_of(title),
        "title": title,
        "when": str(when),
    }
    place = about.place or place_of(prose)
    return dialogue | {name: value for name, value in (("number", number), ("place", place)) if value}


def _line_of(text: str) -> str:
    """Return the text on one line, cut to LONGEST_TEXT; empty if nothing in it is visible."""
    line = " ".join(text.split())[:LONGEST_TEXT]
    return line if is_visible(line) else ""


def _commitment(ref: str, candidate: Candidate) -> dict[str, Any]:
    sentence = candidate.sentence
    said: dict[str, Any] = {
        "ref": ref,
        "area": candidate.area,
        "kind": candidate.kind,
        "title": candidate.title,
        "strength": candidate.strength.value,
    }
    if len(candidate.parties) == 1:
        said["lead"] = candidate.parties[0]
    else:
        said["partners"] = list(candidate.parties)
    starts = candidate.due is not None and _can_recur(candidate.due, candidate.recurs)
    if candidate.due and not starts:
        said["due"] = candidate.due
    said["status"] = (Status.COMPLETE if candidate.strength is Strength.DELIVERED else Status.UNKNOWN).value
    said["sources"] = [
        {
            "document": DOCUMENT,
            "paragraph": sentence.paragraph,
            "sentence": sentence.number,
            "hash": fingerprint(sentence.text),
        }
    ]
    said["quote"] = sentence.text
    why = f"{candidate.why}; {candidate.strength}"
    if starts:
        said["milestones"] = [
            {
                **{"ref": f"{ref}.1", "title": candidate.title, "when": candidate.due, "recurs": candidate.recurs},
                "sources": said["sources"],
            }
        ]
    elif candidate.recurs:
        vague = f"{candidate.due} is too vague as a start" if candidate.due else "the text gives no start"
        why += f"; recurs every {candidate.recurs}, but {vague}"
    shown = f"{sentence.stem} {sentence.text}" if sentence.stem else sentence.text
    said["draft"] = {"sentence": shown, "confidence": max(0.05, min(0.95, candidate.confidence)), "why": why}
    return said


def _can_recur(first: str, every: str | None) -> bool:
    """Return whether a date can be the first of a series: a year cannot recur every month."""
    if every is None:
        return False
    try:
        VagueDate.parse(first).occurrence(1, Span.parse(every))
    except DateError:
        return False
    return True
