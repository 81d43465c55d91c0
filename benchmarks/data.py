"""Generated data: commitments with areas, parties, vague dates and two updates each, in the formats of all tools.

    python -m benchmarks.data --size 1000 --form lines FILE

The same seed and size always give the same bytes. Most commitments that fell due are settled, as in a maintained
record. The other tools have neither a log nor vague dates: they receive the last status of each commitment, and the
last day of its window as the due date.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.floor import window

SEED = 4
DAY = "2026-11-22"
"""The day that every command takes as today."""
PAST_DAY = "2024-06-30"
MET = "2019-11-04"
KEY = "BEN1"
WORD = "occultation"
"""A word that occurs in one of a hundred titles."""
AFTER, BEFORE, LAST = "2026-11-21", "2026-12-23", "2026-12-22"
"""The 30 days from `DAY`: the bounds as the options take them, which exclude both days, and the last day."""

AREAS = {
    "exploration": "Exploration of the Moon and beyond",
    "earth-observation": "Observation of the Earth",
    "navigation": "Navigation and timing",
    "science": "Space science",
    "human-spaceflight": "People in space",
    "launch": "Launch and ranges",
    "debris": "Debris and traffic",
    "weather": "Space weather",
    "commerce": "Commerce and industry",
    "education": "Education and exchange",
    "spectrum": "Radio spectrum",
    "policy": "Policy and law",
}
SIDES = ("NL", "JP", "BR", "KE")
PARTIES = {
    f"{side}{number or ''}": (f"Body {number} of {side}" if number else f"Government of {side}", side)
    for side in SIDES
    for number in range(5)
}
STATUSES = ("unknown", "not-started", "in-progress", "stalled")
KINDS = ("agreement", "action-item", "consultation", "event", "data-sharing")
STRENGTHS = ("delivered", "firm", "intended", "exploratory")
VERBS = ("Share", "Publish", "Agree on", "Build", "Test", "Compare", "Review", "Host", "Fund", "Extend", "Launch")
THINGS = (
    "tide gauges", "lunar samples", "ranging data", "ground stations", "star trackers", "orbital slots", "crop maps",
    "solar sails", "test ranges", "docking ports", "radar images", "cloud masks", "ice cores", "dust counters",
    "données d'orbite", "Datenformate", "estações de solo", "기상 위성", "月面の試料", "спутниковые снимки",
    "بيانات المدار", "δεδομένα τροχιάς", "उपग्रह चित्र", "地面站",
)  # fmt: skip
ENDS = (
    "for the southern hemisphere", "before the next dialogue", "with an open licence", "in two steps", "at sea",
    "among universities", "for small satellites", "every spring", "under one standard", "with industry",
)  # fmt: skip


class Record(NamedTuple):
    """A commitment and its updates, in the form of the data file."""

    commitment: dict[str, Any]
    updates: list[dict[str, Any]]


class Task(NamedTuple):
    """The last state of a commitment, for tools that store one state and one day."""

    number: int
    ref: str
    title: str
    area: str
    status: str
    due: str | None
    notes: tuple[tuple[str, str], ...]

    @property
    def settled(self) -> bool:
        """Whether the commitment is complete or withdrawn."""
        return self.status in ("complete", "withdrawn")


def head() -> dict[str, Any]:
    """Return the data file without commitments and updates."""
    return {
        "format": "spacedialog/1",
        "compiled": DAY,
        "dialogue": {
            "key": KEY,
            "series": "Dialogue for Measuring",
            "number": 1,
            "title": "First Dialogue for Measuring",
            "place": "Nairobi",
            "when": MET,
            "host": "KE",
        },
        "documents": [{"key": "JS", "title": "Joint statement", "url": "https://example.org/statement"}],
        "areas": [{"key": key, "title": title} for key, title in AREAS.items()],
        "parties": [{"key": key, "name": name, "side": side} for key, (name, side) in PARTIES.items()],
    }


def records(size: int, seed: int = SEED) -> Iterator[Record]:
    """Yield `size` commitments with their updates."""
    rng = random.Random(seed)
    windows: dict[str, tuple[str, str]] = {}
    for number in range(1, size + 1):
        yield _record(number, rng, windows)


def _record(number: int, rng: random.Random, windows: dict[str, tuple[str, str]]) -> Record:
    ref = f"{KEY}-{number:02}"
    lead, *partners = rng.sample(list(PARTIES), rng.randint(1, 4))
    title = f"{rng.choice(VERBS)} {rng.choice(THINGS)} {rng.choice(ENDS)}"
    commitment: dict[str, Any] = {
        "ref": ref,
        "area": rng.choice(list(AREAS)),
        "kind": rng.choice(KINDS),
        "title": f"{title}, by {WORD}" if number % 100 == 7 else title,
        "strength": rng.choice(STRENGTHS),
        "lead": lead,
        "partners": partners,
        "due": _date(rng) if rng.random() < 0.95 else None,
        "status": "unknown",
        "sources": [{"document": "JS", "paragraph": str(number)}],
    }
    if number % 3 == 0:
        commitment["detail"] = f"{title}; {rng.choice(VERBS).lower()} {rng.choice(THINGS)} as well."
    if number % 10 == 7:
        commitment["milestones"] = [_milestone(f"{ref}.1", number, rng)]
    due = commitment["due"]
    updates = []
    for position, (first, last) in enumerate((("2020", "2022"), ("2023", "2026"))):
        on = f"{rng.randint(int(first), int(last))}-{rng.randint(1, 10):02}-{rng.randint(1, 28):02}"
        moved = due is not None and number % 10 != 7 and rng.random() < (0.2, 0.1)[position]
        due = _date(rng) if moved else due
        is_past = position == 1 and due is not None and window(due, windows)[1] < DAY
        status = rng.choice(STATUSES)
        if is_past or rng.random() < 0.1:
            status = rng.choices(("complete", "withdrawn", status), (90, 6, 4))[0]
        values = {
            "ref": ref,
            "on": on,
            "status": status,
            "due": due if moved else None,
            "note": f"{rng.choice(VERBS)} {rng.choice(THINGS)}: {rng.choice(ENDS)}.",
            "evidence": f"https://example.org/news/{number}/{position + 1}",
        }
        updates.append(_without_empty(values))
    return Record(_without_empty(commitment), updates)


def _milestone(ref: str, number: int, rng: random.Random) -> dict[str, Any]:
    if number % 50 == 7:
        return {"ref": ref, "title": "Yearly workshop", "when": str(rng.randint(2024, 2030)), "recurs": "2 years"}
    year = rng.randint(2020, 2035)
    milestone = {"ref": ref, "title": f"Review of {rng.choice(THINGS)}", "when": f"{year}-{rng.randint(1, 12):02}"}
    return {**milestone, "status": "met"} if milestone["when"] < DAY[:7] else milestone


def _date(rng: random.Random) -> str:
    """Return a date between 2020 and 2035, mostly a vague one, as in real statements."""
    year, month, day = rng.randint(2020, 2035), rng.randint(1, 12), rng.randint(1, 28)
    quarter, half, season = rng.randint(33, 36), rng.randint(40, 41), rng.randint(21, 24)
    forms = (
        f"{year}-{month:02}-{day:02}", f"{year}-{month:02}", f"{year}-{quarter}", f"{year}-{half}", f"{year}",
        f"{year}-{season}", f"{year}-{month:02}~", f"{year}-{month:02}/{year + 1}-{month:02}",
    )  # fmt: skip
    return rng.choices(forms, (30, 20, 12, 8, 18, 4, 4, 4))[0]


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}


def tasks(size: int, seed: int = SEED) -> Iterator[Task]:
    """Yield the last state of each commitment."""
    windows: dict[str, tuple[str, str]] = {}
    for number, (commitment, updates) in enumerate(records(size, seed), 1):
        state = commitment
        for update in updates:
            state = {**state, **{name: value for name, value in update.items() if name in ("status", "due")}}
        due = window(state["due"], windows)[1] if "due" in state else None
        notes = tuple((update["on"], update["note"]) for update in updates)
        yield Task(number, state["ref"], state["title"], state["area"], state["status"], due, notes)


# Formats


def write_lines(path: Path, size: int, seed: int = SEED) -> None:
    """Write a data file in JSON Lines: its head, then each commitment followed by its updates."""
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(head(), ensure_ascii=False) + "\n")
        for commitment, updates in records(size, seed):
            for entry in (commitment, *updates):
                out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def write_whole(path: Path, size: int, seed: int = SEED) -> None:
    """Write a data file that is one JSON object."""
    all_records = list(records(size, seed))
    updates = [update for record in all_records for update in record.updates]
    document = {**head(), "commitments": [record.commitment for record in all_records], "updates": updates}
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")


def write_taskwarrior(path: Path, size: int, seed: int = SEED) -> None:
    """Write tasks in JSON, one on each line, as Taskwarrior imports and exports them."""
    states = {"complete": "completed", "withdrawn": "deleted"}
    with path.open("w", encoding="utf-8") as out:
        for task in tasks(size, seed):
            entry = {
                "uuid": _uuid(task.number),
                "description": f"{task.ref} {task.title}",
                "status": states.get(task.status, "pending"),
                "entry": _stamp(MET),
                "project": task.area,
                "tags": [task.status.replace("-", "")],
                "annotations": [{"entry": _stamp(on), "description": note} for on, note in task.notes],
            }
            if task.due:
                entry["due"] = _stamp(task.due)
            if task.settled:
                entry["end"] = _stamp(task.notes[-1][0])
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def write_hledger(path: Path, size: int, seed: int = SEED) -> None:
    """Write a journal: one transaction for each commitment on its due day, marked as cleared if it is settled."""
    with path.open("w", encoding="utf-8") as out:
        for task in tasks(size, seed):
            mark = "*" if task.settled else "!"
            out.write(f"{task.due or '2099-12-31'} {mark} ({task.ref}) {task.title}\n")
            out.writelines(f"    ; {on} {note}\n" for on, note in task.notes)
            out.write(f"    {task.area}:{task.status}  1\n    open  -1\n\n")


def write_todoman(path: Path, size: int, seed: int = SEED) -> None:
    """Write a folder of iCalendar files, one for each commitment."""
    states = {"complete": "COMPLETED", "withdrawn": "CANCELLED", "in-progress": "IN-PROCESS"}
    path.mkdir()
    for task in tasks(size, seed):
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//benchmarks//EN",
            "BEGIN:VTODO",
            f"UID:{_uuid(task.number)}",
            f"DTSTAMP:{_stamp(MET)}",
            f"SUMMARY:{task.ref} {task.title}".replace(",", "\\,"),
            f"CATEGORIES:{task.area}",
            f"STATUS:{states.get(task.status, 'NEEDS-ACTION')}",
            *([f"DUE:{task.due.replace('-', '')}T120000Z"] if task.due else []),
            "END:VTODO",
            "END:VCALENDAR",
        ]
        with (path / f"{task.number}.ics").open("w", encoding="utf-8", newline="\r\n") as out:
            out.write("\n".join(lines) + "\n")


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _stamp(day: str) -> str:
    return f"{day.replace('-', '')}T120000Z"


FORMS: dict[str, Callable[[Path, int, int], None]] = {
    "lines": write_lines,
    "whole": write_whole,
    "taskwarrior": write_taskwarrior,
    "hledger": write_hledger,
    "todoman": write_todoman,
}


def main() -> None:
    """Write the data in the format that `--form` names, to a file or a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data", description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--form", choices=FORMS, default="lines")
    parser.add_argument("path", type=Path)
    options = parser.parse_args()
    FORMS[options.form](options.path, options.size, options.seed)


if __name__ == "__main__":
    main()
