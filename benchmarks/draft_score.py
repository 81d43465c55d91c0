"""Scores of `draft` against statements that were coded by hand.

Run `python -m benchmarks.draft_score --folder DIR`. The folder is not part of the project: for each statement, it has
NAME.txt and NAME.json, the coding. docs/draft.md describes the codings, the columns and the faults.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import draft_titles
from benchmarks.draft_words import stem_of
from spacedialog.drafting.candidates import Candidate
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.lexicon import register
from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate
from spacedialog.statements import prose

LEAST_LIKENESS = 0.5
"""The share of a row's words that a candidate must contain to match it."""


class Score(NamedTuple):
    """Counts for one text.

    Coded rows, candidates, matching pairs, the pairs that agree in each field, and the candidates whose title is usable
    and whose title distorts the sentence.
    """

    rows: int
    candidates: int
    matched: int
    strength: int
    parties: int
    sides: int
    dates: int
    recurs: int
    paragraph: int
    usable: int
    distorting: int

    def __add__(self, other: object) -> Score:
        assert isinstance(other, Score)
        return Score(*(one + two for one, two in zip(self, other, strict=True)))


NO_SCORE = Score(*[0] * 11)


class Match(NamedTuple):
    """A coded row and the candidate that matches it; one of them is None if there is no match."""

    row: dict[str, Any] | None
    candidate: Candidate | None


FIELDS = ("strength", "parties", "date", "recurs", "paragraph")


class Fault(NamedTuple):
    """A fault of a draft: its type, the place in the text, and a line that describes it."""

    kind: str
    place: str
    text: str


def read(path: Path, when: str) -> Drafted:
    """Return the draft of a text for a meeting on the day `when`."""
    text = prose.of_file(path.read_bytes(), path.name)
    about = About(when=VagueDate.parse(when))
    return draft(text, about, name=path.name, compiled=date(2026, 11, 23))


def matches(rows: Sequence[dict[str, Any]], candidates: Sequence[Candidate]) -> list[Match]:
    """Match rows and candidates, the most similar pairs first and each at most once; unmatched ones follow."""
    pairs = sorted(
        (
            (-_likeness(row, candidate), row_number, number)
            for row_number, row in enumerate(rows)
            for number, candidate in enumerate(candidates)
        ),
    )
    row_of: dict[int, int] = {}
    for likeness, row_number, number in pairs:
        if -likeness >= LEAST_LIKENESS and row_number not in row_of.values() and number not in row_of:
            row_of[number] = row_number
    matched = [Match(rows[row_number], candidates[number]) for number, row_number in row_of.items()]
    matched += [Match(row, None) for n, row in enumerate(rows) if n not in row_of.values()]
    return matched + [Match(None, candidate) for n, candidate in enumerate(candidates) if n not in row_of]


def _likeness(row: dict[str, Any], candidate: Candidate) -> float:
    """Return the share of the row's words that the candidate contains.

    A candidate from another sentence gets a lower value, and 0 unless nearly all words agree.
    """
    expected = _stems(row["words"])
    stems = _stems(f"{candidate.title} {candidate.wording}")
    share = sum(stem in stems for stem in expected) / len(expected)
    same_sentence = (candidate.sentence.paragraph, candidate.sentence.number) == (row["paragraph"], row["sentence"])
    brevity = len(expected) / (len(expected) + len(stems))  # of two candidates, the shorter one wins
    return share + 0.05 * brevity if same_sentence else (share - 0.3 if share > 0.8 else 0)


def _stems(text: str) -> list[str]:
    return [stem_of(word) for word in re.findall(r"[\w-]+", text.lower())]


def score(rows: Sequence[dict[str, Any]], drafted: Drafted) -> tuple[Score, list[Match]]:
    """Return the counts of a text, and the matches that they count."""
    matched = matches(rows, drafted.candidates)
    names, side_of = _names(drafted)
    pairs = [(m.row, m.candidate) for m in matched if m.row is not None and m.candidate is not None]
    agreed = [_agreement(row, candidate, names) for row, candidate in pairs]
    titles = [title_faults(match) for match in matched if match.candidate]
    counts = Score(
        len(rows),
        len(drafted.candidates),
        len(pairs),
        sum(one["strength"] for one in agreed),
        sum(one["parties"] for one in agreed),
        sum(_same_sides(row["parties"], candidate.parties, names, side_of) for row, candidate in pairs),
        sum(one["date"] for one in agreed),
        sum(one["recurs"] for one in agreed),
        sum(one["paragraph"] for one in agreed),
        sum(not faults for faults in titles),
        sum(not draft_titles.DISTORTING.isdisjoint(faults) for faults in titles),
    )
    return counts, matched


def title_faults(match: Match) -> list[str]:
    """Return the faults of the title of a candidate; without a coded row, its subject is not checked."""
    row, candidate = match
    assert candidate is not None
    at = candidate.sentence
    return draft_titles.faults_of(
        candidate.title, at.text, stem=at.stem, row=row["words"] if row else None, strength=candidate.strength.value
    )


def _names(drafted: Drafted) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Return the names of each party by key, and the government of each."""
    names = {party["key"]: {party["key"], party["name"]} for party in drafted.document["parties"]}
    side_of = {country["key"]: country["key"] for country in register("parties")["countries"]}
    for country in register("parties")["countries"]:
        names.setdefault(country["key"], set()).update(country["names"])
    side_of |= {party["key"]: party["side"] for party in drafted.document["parties"]}
    return names, side_of


def _agreement(row: dict[str, Any], candidate: Candidate, names: dict[str, set[str]]) -> dict[str, bool]:
    """Return for each field whether the candidate agrees with its row."""
    return {
        "strength": row["strength"] == candidate.strength,
        "parties": _same_parties(row["parties"], candidate.parties, names),
        "date": _same_date(row["date"], candidate.due),
        "recurs": row["recurs"] == candidate.recurs,
        "paragraph": row["paragraph"] == candidate.sentence.paragraph,
    }


def _same_parties(expected: Sequence[str], actual: Sequence[str], names: dict[str, set[str]]) -> bool:
    return len(expected) == len(actual) and all(
        any(name in names[key] or name.replace("*", "-") == key for key in actual) for name in expected
    )


def _same_sides(
    expected: Sequence[str], actual: Sequence[str], names: dict[str, set[str]], side_of: dict[str, str]
) -> bool:
    """Return whether both name the same governments; an agency counts as its government."""
    keys = [next((key for key in names if name in names[key]), None) for name in expected]
    return {side_of.get(key, name) if key else name for key, name in zip(keys, expected, strict=True)} == {
        side_of.get(key, key) for key in actual
    }


def _same_date(expected: str | None, actual: str | None) -> bool:
    if expected is None or actual is None:
        return expected == actual
    return VagueDate.parse(expected).text == VagueDate.parse(actual).text


def codings(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return the texts of a folder, each with its coding; InputError if there are none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder", "name the folder of the coded statements with --folder")
    found = [
        (text, json.loads(text.with_suffix(".json").read_text("utf-8")))
        for text in sorted(folder.glob("*.txt"))
        if text.with_suffix(".json").exists()
    ]
    if not found:
        raise InputError(f"{folder}: no statements", "each statement is NAME.txt with its coding NAME.json")
    return found


def line(name: str, score: Score) -> str:
    """Return a row of the table."""

    def share(part: int, whole: int) -> str:
        return f"{part / whole:.2f}" if whole else "-"

    fields = (score.strength, score.parties, score.sides, score.dates, score.recurs, score.paragraph)
    cells = [
        name,
        str(score.rows),
        str(score.candidates),
        share(score.matched, score.rows),
        share(score.matched, score.candidates),
        *(share(count, score.matched) for count in fields),
        share(score.usable, score.candidates),
        str(score.distorting),
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "| text | rows | candidates | recall | precision | strength | parties | sides | date | recurs | paragraph"
    " | titles usable | titles that distort |\n"
    f"| --- |{' ---: |' * 12}"
)


def faults(matched: Iterable[Match], drafted: Drafted) -> Iterator[Fault]:
    """Yield the faults of a draft: missed rows, candidates that are not a row, differing fields, and titles."""
    names, _ = _names(drafted)
    for match in matched:
        row, candidate = match
        if row is not None and candidate is None:
            place = f"{row['paragraph']}.{row['sentence']}"
            yield Fault("missed row", place, f"{row['strength']} {row['parties']} {row['date']}: {row['words']}")
        if candidate is None:
            continue
        place = candidate.sentence.place
        if row is None:
            yield Fault("candidate that is no row", place, f"{candidate.strength} {candidate.title} [{candidate.why}]")
        else:
            wanted = {name: row[name] for name in FIELDS}
            actual = (candidate.strength.value, list(candidate.parties), candidate.due, candidate.recurs, place)
            agreed = _agreement(row, candidate, names)
            for name, value in zip(FIELDS, actual, strict=True):
                if not agreed[name]:
                    yield Fault(name, place, f"{wanted[name]} != {value}: {candidate.title[:60]}")
        for fault in title_faults(match):
            yield Fault(f"title: {fault}", place, candidate.title)


KINDS = (
    *("missed row", "candidate that is no row", *FIELDS),
    *(f"title: {fault}" for fault in draft_titles.FAULTS),
)


def write_line(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the scores of each text, and the number of faults of each type."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.draft_score", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the folder of the coded statements")
    parser.add_argument("--text", action="append", metavar="NAME", help="score only this text; can be repeated")
    parser.add_argument("--faults", action="store_true", help="list the faults with their places")
    options = parser.parse_args(arguments)
    try:
        texts = codings(options.folder)
    except InputError as error:
        parser.error(f"{error}; {error.remedy}")
    texts = [(path, coding) for path, coding in texts if not options.text or path.stem in options.text]
    if not texts:
        parser.error(f"{options.folder}: none of {', '.join(options.text)}. Name a text without its ending.")
    write_line(HEADER)
    total, counts, listed = NO_SCORE, Counter[str](), list[str]()
    for path, coding in texts:
        drafted = read(path, coding["when"])
        one, matched = score(coding["rows"], drafted)
        total += one
        write_line(line(path.stem, one))
        found = list(faults(matched, drafted))
        counts.update(fault.kind for fault in found)
        listed += [f"{path.stem} {fault.place}: {fault.kind}: {fault.text}" for fault in found]
    write_line(line(f"{len(texts)} texts", total))
    write_line("\n| fault | count |\n| --- | ---: |")
    for kind in KINDS:
        write_line(f"| {kind} | {counts[kind]} |")
    if options.faults:
        write_line("\n" + "\n".join(listed))


if __name__ == "__main__":
    main()
