"""Fuzzing of every reader of text from outside: dates, data files, exported logs, files of updates.

Each input is a valid one with some parts or bytes changed. It must be accepted, or refused with a SpacedialogError; any
other exception, a slow input and much memory are failures.

    python -m tests.faults.fuzz 1000000                      all targets in turn; the last lines are the results
    python -m tests.faults.fuzz 1 --first 4711 --seed 12     this input again
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog.errors import ProblemsError, SpacedialogError
from spacedialog.importing import built_in
from spacedialog.importing import parse as intake
from spacedialog.importing.entries import commitment_entries, opening_entries
from spacedialog.importing.reader import MAX_SIZE
from spacedialog.importing.update_rows import read_rows
from spacedialog.importing.updates_file import Batch
from spacedialog.model import typed_dates
from spacedialog.model.dates import Span, VagueDate
from spacedialog.model.entry import EXPORT_FORMAT, EXPORT_OPENING, canonical_json, entry_hash, make_entry
from spacedialog.model.fold import fold
from spacedialog.model.values import parse_size
from spacedialog.store import database
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.write import append as writer
from spacedialog.tracker import Tracker
from tests.faults.verdict import new_seed
from tests.support.entries import entry_id

TODAY = date(2026, 12, 1)
NOON = 1_796_126_400_000_000
LONGEST = 2.0
"""The processor time that one input may take, in seconds, without garbage collection, as in the program."""
MOST_MEMORY = 300
"""The greatest memory that the whole run may use, in megabytes."""
EVERY = 40
"""One data file in `EVERY` is imported by the whole program, in a transaction that is rolled back."""

TEXTS = [
    *(
        "",
        " ",
        "a",
        "\0",
        "\x1b[31m",
        "\x9b",
        "\u202e",
        "\u2028",
        "\ud800",
        "\udfff\ud800",
        "👩🏽\u200d🚀",
        "é",
        "e\u0301",
    ),
    *("한국", "سلام", "=1+1", "'", '"', "\\", "\\u0000", "[b]", "<b>", "\r\n", "\t", "x" * 10_001, "K" * 64, "k" * 65),
    *("ROK4-31", "31", "RUR1-01.1", "rur1-02", "RUR1-01.", "-", "..", "https://a.example/", "http://me:pw@a.example"),
    *(
        "javascript:alert(1)",
        "https://[::1",
        "https://a.example/\x85",
        "http://a b",
        "https://\uff0e/",
        "http://a:99999",
    ),
    *("complete", "met", "unknown", "planned", "COMPLETE", "50%", "spacedialog/1", EXPORT_FORMAT, "null", "NaN"),
]
DATES = [
    *(
        "2026",
        "2026-10",
        "2026-10-05",
        "2025-10/2026-03",
        "../2035",
        "2026/..",
        "2026~",
        "2026-21",
        "2026-35",
        "2026-41",
    ),
    *("2026-Q3", "2026-H2", "2025%/2026", "0000", "0001-01-01", "9999-12-31", "9999-24", "2026-02-29", "2024-02-29"),
    *("today", "yesterday", "friday", "3 months ago", "in 2w", "18m", "5 Oct 2026", "Oct 5, 2026", "end of 2026"),
    *(
        "by 2035",
        "from 2030",
        "spring 2026",
        "winter 2026",
        "2 years",
        "999 years",
        "1 day",
        "by in 999 years",
        "../..",
    ),
    *(
        "2026-10-05T10:00",
        "-2026",
        "Y17",
        "2026-1X",
        "\uff11\uff12\uff13\uff14",
        "²026",
        "2026-10-05~/2027?",
        "by by 2026",
        "200MB",
        "2 gb",
    ),
]
NUMBERS = [0, -1, 1, 100, 101, 2**31, 2**63, 2**64, 10**4000, -0.0, 0.5, 1e308, float("inf"), float("nan"), True, False]

DEEP = {f"\ue000{depth}": b"[" * depth + b"]" * depth for depth in (150, 190, 210, 900, 990, 1100)}
"""Placeholders for nesting too deep for Python to write, and the brackets that replace them."""

OPENING: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-11-01",
    "dialogue": {
        **{"key": "RUR1", "series": "Ruritania Talks", "number": 1, "title": "First", "place": "Strelsau"},
        **{"when": "2025-03-10", "host": "RUR", "note": "Held twice."},
        "heads": [{"side": "RUR", "name": "Rudolf", "title": "King", "body": "Court"}],
    },
    "documents": [{"key": "JS", "title": "Joint statement", "url": "https://strelsau.example/statement"}],
    "grades": {"A": "seen"},
    "areas": [{"key": "moon", "title": "The Moon"}],
    "parties": [{"key": "RUR", "name": "Ruritania", "side": "RUR"}, {"key": "GRA", "name": "Graustark", "side": "GRA"}],
}
COMMITMENTS: list[dict[str, Any]] = [
    {
        **{"ref": "RUR1-01", "area": "moon", "kind": "action-item", "title": "Fly", "strength": "firm", "lead": "RUR"},
        **{"partners": ["GRA"], "due": "2026", "status": "not-started", "percent": 5, "omitted_by": ["JS"]},
        "sources": [{"document": "JS", "paragraph": "1", "grade": "A"}],
        "milestones": [
            {"ref": "RUR1-01.1", "title": "Land", "when": "2026-03", "recurs": "2 years", "since": "2025-05"}
        ],
    },
    {
        **{"ref": "RUR1-02", "area": "moon", "kind": "event", "title": "Meet", "strength": "exploratory"},
        **{
            "detail": "In spring.",
            "status": "unknown",
            "difference": "One says may.",
            "sources": [{"document": "JS"}],
        },
    },
]
UPDATES: list[dict[str, Any]] = [
    {"ref": "RUR1-01", "on": "2025-06-01", "status": "in-progress", "percent": 20, "evidence": "https://a.example/1"},
    {"ref": "RUR1-01.1", "on": "2026-02", "due": "2026-09", "note": "Late.", "evidence": "https://a.example/2"},
]
RECORDS: list[dict[str, Any]] = [
    {"ref": "ROK4-31", "status": "in-progress", "percent": 70, "note": "On.", "on": "2026-11-02"},
    {"ref": "25.1", "due": "2030-03", "evidence": "https://a.example/3"},
    {"ref": "ROK4-07", "status": "complete"},
    {"ref": "26", "owner": "Kim", "review": "in 6 months", "criterion": "Signed.", "quote": "Both sides will sign."},
    {"ref": "27", "check": True, "note": "Nothing new."},
]


# Changing what is valid


def mutated(value: Any, rng: random.Random) -> Any:
    """Return the JSON value with one part changed."""
    if isinstance(value, dict | list) and value and rng.random() < 0.85:
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        change = rng.random()
        if change < 0.7:
            value[key] = mutated(value[key], rng)
        elif change < 0.8:
            del value[key]
        elif isinstance(value, list):
            value.append(deepcopy(value[key]))
        elif change < 0.9:
            value[rng.choice(TEXTS)] = value[key]
        else:
            value[rng.choice(["ref", "status", "when", "note", "set", "v", "milestone", "format"])] = value[key]
        return value
    return odd(value, rng)


def odd(value: Any, rng: random.Random) -> Any:
    """Return another value, most often of the same type."""
    if isinstance(value, str) and rng.random() < 0.6:
        return changed_text(value, rng)
    others: list[Callable[[], Any]] = [
        lambda: rng.choice(TEXTS),
        lambda: rng.choice(DATES),
        lambda: rng.choice(NUMBERS),
        lambda: None,
        lambda: [],
        lambda: {},
        lambda: [value],
        lambda: {"ref": value},
        lambda: [value] * (2 if isinstance(value, dict | list) else 1001),
        lambda: rng.choice(list(DEEP)),
    ]
    return rng.choice(others)()


def changed_text(text: str, rng: random.Random) -> str:
    start = rng.randint(0, len(text))
    end = min(len(text), start + rng.choice([0, 0, 1, 2, 5]))
    put = rng.choice(
        ["", rng.choice(TEXTS), rng.choice(DATES), chr(rng.randrange(0x300)), rng.choice("0123456789-/.~?% ")]
    )
    return text[:start] + put + text[end:]


def changed_bytes(content: bytes, rng: random.Random) -> bytes:
    """Return the bytes with a few changed, repeated or lost, or all in another encoding."""
    for _ in range(rng.choice([0, 1, 1, 2, 5])):
        start = rng.randint(0, len(content))
        end = min(len(content), start + rng.choice([0, 1, 1, 4, 40]))
        put = rng.choice(
            [
                *(
                    b"",
                    bytes([rng.randrange(256)]),
                    b"\n",
                    b"\r",
                    b'"',
                    b"{",
                    b"}",
                    b"[",
                    b",",
                    b"\x00",
                    b"\xff\xfe",
                    b"NaN",
                ),
                *(
                    content[start:end] * 2,
                    b'"ref":',
                    b'"ref":"1",',
                    b"1e999",
                    b"9" * 5000,
                    b"[" * 3000,
                    b"\\ud800",
                    b"-",
                ),
            ]
        )
        content = content[:start] + put + content[end:]
    whole = rng.random()
    if whole < 0.01:
        return content.decode("utf-8", "replace").encode(rng.choice(["utf-16", "utf-32", "utf-8-sig"]))
    if whole < 0.02:
        return content.replace(b"\n", b"\r")
    return rng.randbytes(rng.randrange(300)) if whole < 0.03 else content


def written(value: Any, rng: random.Random) -> bytes:
    """Return the value as JSON, sometimes with raw bytes that are not characters."""
    raw = rng.random() < 0.5
    content = json.dumps(value, ensure_ascii=not raw).encode("utf-8", "surrogatepass")
    for sign, brackets in DEEP.items() if b"ue000" in content or (raw and "\ue000".encode() in content) else ():
        content = content.replace(json.dumps(sign, ensure_ascii=not raw).encode(), brackets)
    return content


# The targets


def dates(rng: random.Random) -> None:
    """Try every parser of dates, spans and sizes; an accepted text must read back as itself."""
    text = rng.choice(DATES)
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        text = changed_text(text, rng)
    for parse in (typed_dates.parse_span, parse_size, lambda typed: typed_dates.parse_day(typed, today=TODAY)):
        refused(lambda parse=parse: parse(text))  # type: ignore[misc] # bound at once
    every = refused(lambda: Span.parse(text))
    read = refused(lambda: VagueDate.parse(text))
    for when in (read, refused(lambda: typed_dates.parse_date(text, today=TODAY))):
        if when is not None:
            assert VagueDate.parse(str(when)) == when
            assert not (when.earliest and when.latest) or when.earliest <= when.latest
            refused(lambda when=when: when.occurrence(rng.choice([1, 7, 9999]), every or Span.parse("2 years")))  # type: ignore[misc] # bound at once
    if read is None:
        raise SpacedialogError("no date", "write one")


def refused(parse: Callable[[], Any]) -> Any:
    """Return the result, or None if the input was refused."""
    try:
        return parse()
    except SpacedialogError as error:
        check(error)
        return None


class Data:
    """Data files that are read, checked, made into entries and folded; some are imported by the whole program."""

    def __init__(self, folder: Path) -> None:
        self._tracker = Tracker(
            folder / "fuzz.db", today=TODAY, now=lambda: NOON, author="Fuzz", entropy=random.Random(0).randbytes
        )
        self._tracker.note("ROK4-31", "So that there is a store.")
        self._tracker.dry_run = True

    def __call__(self, rng: random.Random) -> None:
        opening, commitments, updates = deepcopy(OPENING), deepcopy(COMMITMENTS), deepcopy(UPDATES)
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            part = rng.choice([opening, commitments, commitments, updates])
            mutated(part, rng)
        if rng.random() < 0.5:
            content = b"\n".join(written(line, rng) for line in (opening, *commitments, *updates))
        else:
            content = written({**opening, "commitments": commitments, "updates": updates}, rng)
        if rng.random() < 0.5:
            content = changed_bytes(content, rng)
        if rng.random() < 1 / EVERY:
            self._tracker.import_file(content, "fuzz")
            return
        found = intake.read(BytesIO(content), "fuzz")
        if not isinstance(found, intake.Contents):
            list(found)
            return
        groups = [*opening_entries(found.opening)]
        groups += [
            group
            for entry in found.commitments()
            if not found.problems
            for group in commitment_entries(found.opening["dialogue"], entry)
        ]
        found.problems.refuse()
        for group in groups:
            made = [
                make_entry(draft, entry_id=entry_id(n), ts=n, author="F", base=None) for n, draft in enumerate(group)
            ]
            assert fold(made) is not None


class Log:
    """Exported logs whose entries are altered and signed anew, then read, folded and written to the tables."""

    def __init__(self, folder: Path) -> None:
        tracker = Tracker(
            folder / "log.db", today=TODAY, now=lambda: NOON, author="Fuzz", entropy=random.Random(0).randbytes
        )
        document = {**OPENING, "commitments": COMMITMENTS, "updates": UPDATES}
        tracker.import_file(json.dumps(document).encode(), "seed", built_in=False)
        tracker.undo(tracker.mark("RUR1-02", "stalled").undo)
        self._changes = list(tracker.log())
        self._connection = database.in_memory()
        self._view = Snapshot(self._connection, TODAY)

    def __call__(self, rng: random.Random) -> None:
        changes = rng.sample(self._changes, rng.randint(1, len(self._changes)))
        entries = [{**change._asdict(), "body": change.content} for change in changes]
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            entry = rng.choice(entries)
            mutated(entry["body"] if rng.random() < 0.8 and isinstance(entry.get("body"), dict) else entry, rng)
        if rng.random() < 0.95:
            for entry in entries:
                sign(entry)
        form = rng.random()
        lines = [written(entry, rng) for entry in entries]
        if form < 0.4:
            content = b"\n".join([written({"format": EXPORT_FORMAT}, rng), *lines])
        elif form < 0.7:
            content = b"\n".join([EXPORT_OPENING.encode(), b",\n".join(lines), b"]}"])
        else:
            content = written({"changes": entries, "format": EXPORT_FORMAT}, rng)
        if rng.random() < 0.1:
            content = changed_bytes(content, rng)
        found = intake.read(BytesIO(content), "fuzz")
        self._connection.execute("BEGIN")
        try:
            if not isinstance(found, intake.Contents):
                writer.merge(self._connection, found, "fuzz")
                view = self._view.on(TODAY)
                list(view.commitments())
                view.upcoming(everything=True)
                view.history()
                view.overview()
        finally:
            self._connection.execute("ROLLBACK")


def sign(entry: dict[str, Any]) -> None:
    """Give an entry the hash that matches its fields, if it has any."""
    fields: list[Any] = [entry.get(name) for name in ("id", "ts", "on", "author", "kind", "item", "base")]
    with suppress(ValueError, TypeError, RecursionError):
        fields.append(canonical_json(entry.get("body")))
        entry["sha"] = entry_hash(*fields)


class Updates:
    """Files of updates, as JSON Lines and as CSV, against the built-in record."""

    def __init__(self) -> None:
        self._connection = database.in_memory()
        self._connection.execute("BEGIN")
        built_in.seed(self._connection)
        self._connection.execute("COMMIT")
        self._view = Snapshot(self._connection, TODAY)

    def __call__(self, rng: random.Random) -> None:
        records = deepcopy(RECORDS)
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            mutated(records, rng)
        if rng.random() < 0.5:
            content = b"\n".join(written(one, rng) for one in records)
        else:
            content = "\r\n".join(csv_lines(records, rng)).encode("utf-8", "surrogatepass")
        if rng.random() < 0.5:
            content = changed_bytes(content, rng)
        batch = Batch("fuzz", self._connection, self._view, TODAY)
        text = content.decode("utf-8", "replace" if rng.random() < 0.5 else "surrogateescape")
        batch.read(read_rows(text, batch.problems, max_size=MAX_SIZE))
        batch.problems.refuse()
        for pending in batch.pending:
            make_entry(pending, entry_id="0", ts=0, author="F", base=None)


def csv_lines(records: Sequence[Any], rng: random.Random) -> Iterator[str]:
    names = list(dict.fromkeys(name for one in records if isinstance(one, dict) for name in one))
    mark = rng.choice(",,;\t")
    yield mark.join(names)
    for one in records:
        cells = [str(one.get(name, "")) for name in names] if isinstance(one, dict) else [str(one)]
        yield mark.join(f'"{cell}"' if rng.random() < 0.2 else cell for cell in cells)


# The run


def check(error: SpacedialogError) -> None:
    """Assert that an error is short, and that each of its problems has a remedy."""
    assert error.exit_status in (2, 3)
    assert error.problem
    assert len(error.problem) < 500
    for problem in error.problems if isinstance(error, ProblemsError) else ():
        assert "\n  " in problem, problem
        assert len(problem) < 1500, problem[:400]


class Account(NamedTuple):
    """The results of one target's inputs."""

    taken: int = 0
    refused: int = 0
    slowest: float = 0.0

    def plus(self, taken: bool, seconds: float) -> Account:
        return Account(self.taken + taken, self.refused + (not taken), max(self.slowest, seconds))


def memory() -> int:
    """Return the greatest memory of this process, in megabytes."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many inputs, all targets together")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", default=str(new_seed()), help="of the inputs; by default a new one")
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)  # noqa: T201 # a script's account
    failures = 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        targets: list[Callable[[random.Random], None]] = [dates, Data(Path(folder)), Log(Path(folder)), Updates()]
        names = ["dates", "data files", "logs", "updates"]
        accounts = [Account()] * len(targets)
        for number in range(given.first, given.first + given.count):
            which = number % len(targets)
            rng = random.Random(f"{given.seed}/{number}")
            gc.disable()
            started = time.process_time()
            taken = True
            try:
                try:
                    targets[which](rng)
                except SpacedialogError as error:
                    taken = False
                    check(error)
            except Exception:  # any other exception is a failure
                failures += 1
                print(f"input {number} ({names[which]}):", traceback.format_exc(), file=sys.stderr)  # noqa: T201 # a script's account
                if failures == 10:
                    break
            seconds = time.process_time() - started
            gc.enable()
            accounts[which] = accounts[which].plus(taken, seconds)
            if seconds > LONGEST:
                failures += 1
                print(f"input {number} ({names[which]}) took {seconds:.1f} s", file=sys.stderr)  # noqa: T201 # a script's account
    for name, account in zip(names, accounts, strict=True):
        print(f"{name}: {account.taken} taken, {account.refused} refused, slowest {account.slowest * 1000:.0f} ms")  # noqa: T201 # a script's account
    total = sum(account.taken + account.refused for account in accounts)
    seconds = time.perf_counter() - began
    print(f"{total} inputs from seed {given.seed}, {failures} failures, {seconds:.0f} s, at most {memory()} MB")  # noqa: T201 # a script's account
    return 1 if failures or memory() > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
