"""How well `draft` reads statements, against codings made by hand; benchmarks/statements/README.md says how.

Run `python -m benchmarks.draft_score` for the texts in the repository; `--article FILE` scores a copy of the news
report on the fourth U.S.-ROK dialogue (not in the repository) against the 38 commitments that it tells of.
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
LIKE = 0.5
"""How much of a row's words a candidate must have to be that row."""


class Score(NamedTuple):
    """Counts of one text: rows coded, candidates, how many fit, and of those how many are right in each field."""

    rows: int
    candidates: int
    fit: int
    strength: int
    parties: int
    sides: int
    dates: int
    recurs: int
    paragraph: int

    def __add__(self, other: object) -> Score:
        assert isinstance(other, Score)
        return Score(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Score(*[0] * 9)


class Match(NamedTuple):
    """A row with the candidate that fits it, either alone where nothing fits."""

    row: dict[str, Any] | None
    candidate: Candidate | None


def read(path: Path, when: str) -> Drafted:
    """What `draft` makes of a text."""
    text = prose.decoded(path.read_bytes(), path.name)
    about = About(when=VagueDate.parse(when))
    return draft(prose.read(text, prose.form_of(path.name, text)), about, name=path.name, compiled=date(2026, 11, 23))


def matches(rows: Sequence[dict[str, Any]], candidates: Sequence[Candidate]) -> list[Match]:
    """The best pairs of rows and candidates, each in one pair at most, then what is left of both."""
    pairs = sorted(
        (
            (-_likeness(row, candidate), row_number, number)
            for row_number, row in enumerate(rows)
            for number, candidate in enumerate(candidates)
        ),
    )
    row_of: dict[int, int] = {}
    for likeness, row_number, number in pairs:
        if -likeness >= LIKE and row_number not in row_of.values() and number not in row_of:
            row_of[number] = row_number
    found = [Match(rows[row_number], candidates[number]) for number, row_number in row_of.items()]
    found += [Match(row, None) for n, row in enumerate(rows) if n not in row_of.values()]
    return found + [Match(None, candidate) for n, candidate in enumerate(candidates) if n not in row_of]


def _likeness(row: dict[str, Any], candidate: Candidate) -> float:
    """The share of the row's words that the candidate has; those of another sentence fit only where none does there."""
    wanted = _stems(row["words"])
    said = _stems(f"{candidate.title} {candidate.wording}")
    share = sum(stem in said for stem in wanted) / len(wanted)
    here = (candidate.sentence.paragraph, candidate.sentence.number) == (row["paragraph"], row["sentence"])
    tight = len(wanted) / (len(wanted) + len(said))
    return share + 0.05 * tight if here else (share - 0.3 if share > 0.8 else 0)


def _stems(text: str) -> list[str]:
    words = re.findall(r"[\w-]+", text.lower())
    return [re.sub(r"(?:ing|ed|es|s|e|y|ies)$", "", word) if len(word) > 4 else word for word in words]


def score(rows: Sequence[dict[str, Any]], drafted: Drafted) -> tuple[Score, list[Match]]:
    """The counts of a text, and what they count."""
    found = matches(rows, drafted.candidates)
    pairs = [(m.row, m.candidate) for m in found if m.row is not None and m.candidate is not None]
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
            sum(row["strength"] == candidate.found.strength for row, candidate in pairs),
            sum(_same_parties(row["parties"], candidate.parties, names) for row, candidate in pairs),
            sum(_same_sides(row["parties"], candidate.parties, names, side_of) for row, candidate in pairs),
            sum(_same_date(row["date"], candidate.due) for row, candidate in pairs),
            sum(row["recurs"] == candidate.recurs for row, candidate in pairs),
            sum(row["paragraph"] == candidate.sentence.paragraph for row, candidate in pairs),
        ),
        found,
    )


def _same_parties(wanted: Sequence[str], found: Sequence[str], names: dict[str, set[str]]) -> bool:
    return len(wanted) == len(found) and all(
        any(name in names[key] or name.replace("*", "-") == key for key in found) for name in wanted
    )


def _same_sides(
    wanted: Sequence[str], found: Sequence[str], names: dict[str, set[str]], side_of: dict[str, str]
) -> bool:
    """The same governments, an agency counting as its own."""
    keys = [next((key for key in names if name in names[key]), None) for name in wanted]
    return {side_of.get(key, name) if key else name for key, name in zip(keys, wanted, strict=True)} == {
        side_of.get(key, key) for key in found
    }


def _same_date(wanted: str | None, found: str | None) -> bool:
    if wanted is None or found is None:
        return wanted == found
    return VagueDate.parse(wanted).text == VagueDate.parse(found).text


def codings(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The texts of a folder, each with its coding."""
    for coding in sorted(folder.glob("*.json")):
        (text,) = (path for path in coding.parent.glob(f"{coding.stem}.*") if path.suffix != ".json")
        yield text, json.loads(coding.read_text("utf-8"))


def line(name: str, of: Score) -> str:
    """A row of the table."""

    def share(part: int, whole: int) -> str:
        return f"{part / whole:.2f}" if whole else "-"

    right = (of.strength, of.parties, of.sides, of.dates, of.recurs, of.paragraph)
    cells = [
        name,
        str(of.rows),
        str(of.candidates),
        share(of.fit, of.rows),
        share(of.fit, of.candidates),
        *(share(part, of.fit) for part in right),
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "| text | rows | candidates | recall | precision | strength | parties | sides | date | recurs | paragraph |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def told(found: Iterable[Match]) -> Iterator[str]:
    """What went wrong, a line each."""
    for row, candidate in found:
        if candidate is None and row is not None:
            place = f"{row['paragraph']}.{row['sentence']}"
            yield f"  MISSED {place} {row['strength']} {row['parties']} {row['date']}: {row['words']}"
        elif row is None and candidate is not None:
            place = f"{candidate.sentence.paragraph}.{candidate.sentence.number}"
            yield f"  EXTRA {place} {candidate.found.strength} {candidate.title} [{candidate.found.why}]"
        elif row is not None and candidate is not None:
            wrong = [
                f"{name}: {wanted} != {got}"
                for name, wanted, got, right in (
                    (
                        "strength",
                        row["strength"],
                        candidate.found.strength.value,
                        row["strength"] == candidate.found.strength,
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
                if not right
            ]
            if wrong:
                yield f"  {row['paragraph']}.{row['sentence']} {candidate.title[:60]}: {'; '.join(wrong)}"


def totals() -> Iterator[str]:
    """A row of the table for each set of texts."""
    for name in SETS:
        found = [score(coding["rows"], read(path, coding["when"]))[0] for path, coding in codings(STATEMENTS / name)]
        yield line(f"{name}, {len(found)} texts", sum(found, start=NOTHING))


def say(text: str) -> None:
    """Write it to standard output."""
    sys.stdout.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.draft_score", description=__doc__)
    parser.add_argument("--set", choices=SETS, action="append", help="only these texts")
    parser.add_argument("--article", type=Path, help="a copy of the news report on the fourth U.S.-ROK dialogue")
    parser.add_argument("--show", action="store_true", help="what was missed, what was too much, what was wrong")
    options = parser.parse_args(arguments)
    say(HEADER)
    if options.article:
        coding = json.loads((STATEMENTS / "seed.json").read_text("utf-8"))
        of, found = score(coding["rows"], read(options.article, coding["when"]))
        say(line("article", of))
        if options.show:
            say("\n".join(told(found)))
        return
    for name in options.set or SETS:
        total = NOTHING
        for path, coding in codings(STATEMENTS / name):
            of, found = score(coding["rows"], read(path, coding["when"]))
            total += of
            say(line(f"{name}/{path.name}", of))
            if options.show:
                say("\n".join(told(found)))
        say(line(f"{name}, all", total))


if __name__ == "__main__":
    main()
