"""Scores of `draft` against statements coded by hand; benchmarks/statements/README.md describes the coding.

Run `python -m benchmarks.draft_score` for the texts in the repository; `--article FILE` scores a copy of the news
report on the fourth U.S.-ROK dialogue (not in the repository) against the 38 commitments that it describes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog.drafting import prose
from spacedialog.drafting.candidates import Candidate
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.lexicon import register
from spacedialog.model.dates import VagueDate

STATEMENTS = Path(__file__).parent / "statements"
SETS = ("dev", "held")
LEAST_LIKENESS = 0.5
"""The share of a row's words that a candidate must contain to match it."""


class Score(NamedTuple):
    """Counts for one text: coded rows, candidates, matching pairs, and the pairs that agree in each field."""

    rows: int
    candidates: int
    matched: int
    strength: int
    parties: int
    sides: int
    dates: int
    recurs: int
    paragraph: int

    def __add__(self, other: object) -> Score:
        assert isinstance(other, Score)
        return Score(*(one + two for one, two in zip(self, other, strict=True)))


NO_SCORE = Score(*[0] * 9)


class Match(NamedTuple):
    """A coded row and the candidate that matches it; one of them is None if there is no match."""

    row: dict[str, Any] | None
    candidate: Candidate | None


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
    words = re.findall(r"[\w-]+", text.lower())
    return [re.sub(r"(?:ing|ed|es|s|e|y|ies)$", "", word) if len(word) > 4 else word for word in words]


def score(rows: Sequence[dict[str, Any]], drafted: Drafted) -> tuple[Score, list[Match]]:
    """Return the counts of a text, and the matches that they count."""
    matched = matches(rows, drafted.candidates)
    pairs = [(m.row, m.candidate) for m in matched if m.row is not None and m.candidate is not None]
    names = {party["key"]: {party["key"], party["name"]} for party in drafted.document["parties"]}
    for country in register("parties")["countries"]:
        names.setdefault(country["key"], set()).update(country["names"])
    side_of = {country["key"]: country["key"] for country in register("parties")["countries"]}
    side_of |= {party["key"]: party["side"] for party in drafted.document["parties"]}
    return (
        Score(
            len(rows),
            len(drafted.candidates),
            len(pairs),
            sum(row["strength"] == candidate.strength for row, candidate in pairs),
            sum(_same_parties(row["parties"], candidate.parties, names) for row, candidate in pairs),
            sum(_same_sides(row["parties"], candidate.parties, names, side_of) for row, candidate in pairs),
            sum(_same_date(row["date"], candidate.due) for row, candidate in pairs),
            sum(row["recurs"] == candidate.recurs for row, candidate in pairs),
            sum(row["paragraph"] == candidate.sentence.paragraph for row, candidate in pairs),
        ),
        matched,
    )


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


def codings(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the texts of a folder, each with its coding."""
    for coding in sorted(folder.glob("*.json")):
        (text,) = (path for path in coding.parent.glob(f"{coding.stem}.*") if path.suffix != ".json")
        yield text, json.loads(coding.read_text("utf-8"))


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
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "| text | rows | candidates | recall | precision | strength | parties | sides | date | recurs | paragraph |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def error_lines(matched: Iterable[Match]) -> Iterator[str]:
    """Yield one line for each row missed, candidate too many, and pair that differs in a field."""
    for row, candidate in matched:
        if candidate is None and row is not None:
            place = f"{row['paragraph']}.{row['sentence']}"
            yield f"  MISSED {place} {row['strength']} {row['parties']} {row['date']}: {row['words']}"
        elif row is None and candidate is not None:
            place = f"{candidate.sentence.paragraph}.{candidate.sentence.number}"
            yield f"  EXTRA {place} {candidate.strength} {candidate.title} [{candidate.why}]"
        elif row is not None and candidate is not None:
            wrong = [
                f"{name}: {expected} != {actual}"
                for name, expected, actual, same in (
                    (
                        "strength",
                        row["strength"],
                        candidate.strength.value,
                        row["strength"] == candidate.strength,
                    ),
                    ("date", row["date"], candidate.due, _same_date(row["date"], candidate.due)),
                    ("recurs", row["recurs"], candidate.recurs, row["recurs"] == candidate.recurs),
                    (
                        "parties",
                        row["parties"],
                        list(candidate.parties),
                        sorted(row["parties"]) == sorted(candidate.parties),
                    ),
                    (
                        "paragraph",
                        row["paragraph"],
                        candidate.sentence.paragraph,
                        row["paragraph"] == candidate.sentence.paragraph,
                    ),
                )
                if not same
            ]
            if wrong:
                yield f"  {row['paragraph']}.{row['sentence']} {candidate.title[:60]}: {'; '.join(wrong)}"


def totals() -> Iterator[str]:
    """Yield a row of the table for each set of texts."""
    for name in SETS:
        scores = [score(coding["rows"], read(path, coding["when"]))[0] for path, coding in codings(STATEMENTS / name)]
        yield line(f"{name}, {len(scores)} texts", sum(scores, start=NO_SCORE))


def write_line(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.draft_score", description=__doc__)
    parser.add_argument("--set", choices=SETS, action="append", help="score only these texts")
    parser.add_argument("--article", type=Path, help="a copy of the news report on the fourth U.S.-ROK dialogue")
    parser.add_argument("--show", action="store_true", help="list missed rows, extra candidates and differing fields")
    options = parser.parse_args(arguments)
    write_line(HEADER)
    if options.article:
        coding = json.loads((STATEMENTS / "seed.json").read_text("utf-8"))
        counts, matched = score(coding["rows"], read(options.article, coding["when"]))
        write_line(line("article", counts))
        if options.show:
            write_line("\n".join(error_lines(matched)))
        return
    for name in options.set or SETS:
        total = NO_SCORE
        for path, coding in codings(STATEMENTS / name):
            counts, matched = score(coding["rows"], read(path, coding["when"]))
            total += counts
            write_line(line(f"{name}/{path.name}", counts))
            if options.show:
                write_line("\n".join(error_lines(matched)))
        write_line(line(f"{name}, all", total))


if __name__ == "__main__":
    main()
