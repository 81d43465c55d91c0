"""What is measured: at start-up with the bundled record, and at each size; and the bounds that hold for it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from benchmarks.data import AFTER, BEFORE, DAY, LAST, PAST_DAY, WORD
from benchmarks.timing import Answer, Command, DisagreementError, Series, median, race

OURS, FLOOR = "spacedialog", "floor"
BUNDLED = 42
BOUND_AT = 100_000
"""The size for which the bounds on scale are given; at other sizes they are shown for what they are worth."""


class Figures(NamedTuple):
    """One command's medians, least and most: seconds, MB; `ratio` is that of ours to this one, pair by pair."""

    rows: int | None
    runs: int
    wall: float
    wall_min: float
    wall_max: float
    cpu: float
    first: float
    peak: float
    least: float
    ratio: float
    ratio_min: float
    ratio_max: float

    @classmethod
    def of(cls, series: Series) -> Figures:
        """The figures of a series of runs."""
        walls = [run.wall for run in series.runs]
        return cls(
            series.rows,
            len(walls),
            median(walls),
            min(walls),
            max(walls),
            median([run.cpu for run in series.runs]),
            median([run.first for run in series.runs]),
            max(run.peak for run in series.runs),
            max(run.least for run in series.runs),
            median(series.ratios),
            min(series.ratios),
            max(series.ratios),
        )


LEEWAY = 1.5
"""By how much a ratio may be over its bound before it is too high: other work on the machine passes, a defect stays."""


@dataclass(frozen=True)
class Result:
    """One race: `ours` first, `against` the one that the bound is about. `asked` says whether the bound holds here."""

    block: str
    what: str
    size: int
    job: str
    tools: Mapping[str, Figures]
    against: str = FLOOR
    bound: float | None = None
    asked: bool = True

    @property
    def ours(self) -> Figures:
        """The figures of the program."""
        return next(iter(self.tools.values()))

    @property
    def ratio(self) -> float:
        """The median ratio of ours to the one that it is held against."""
        return self.tools[self.against].ratio

    @property
    def met(self) -> bool | None:
        """Whether the bound is met; None without one."""
        return None if self.bound is None else self.ratio <= self.bound


class Check(NamedTuple):
    """A bound that is no ratio of one race: what, at which size, the value and the most that it may be."""

    what: str
    size: int
    value: float
    bound: float
    unit: str
    asked: bool = True

    @property
    def met(self) -> bool:
        """Whether the value stays within the bound."""
        return self.value <= self.bound


@dataclass
class Suite:
    """All the measuring, in a folder of its own that the caller makes and clears away."""

    folder: Path
    python: Path
    program: Path
    runs: int
    seconds: float
    pandas: Path | None = None
    with_peers: bool = True
    results: list[Result] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made: dict[int, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.floor = self.folder / "floor.pyc"
        self.home = self.folder / "home"
        self.home.mkdir()
        # Run from byte code, as the program is: a script that is named is compiled at each start.
        argv = ["-c", "import py_compile, sys; py_compile.compile(*sys.argv[1:], doraise=True)"]
        subprocess.run([self.python, *argv, Path(__file__).with_name("floor.py"), self.floor], check=True)
        for python in filter(None, (self.python, self.pandas)):
            compile_ = "import compileall, spacedialog; compileall.compile_dir(spacedialog.__path__[0], quiet=2)"
            subprocess.run([python, "-c", compile_], check=True, env=dict(self.environment))

    @property
    def environment(self) -> dict[str, str]:
        """All that a program gets to know of the outside. Byte code may be written."""
        return {
            "HOME": str(self.home),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LOGNAME": "bench",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "SPACEDIALOG_TODAY": DAY,
        }

    # Commands

    def ours(
        self,
        *arguments: str,
        db: Path | None = None,
        rows: Callable[[Answer], int] | None = None,
        program: Path | None = None,
        env: Mapping[str, str] | None = None,
        columns: int = 0,
        prepare: Callable[[int], None] | None = None,
    ) -> Command:
        """The program; `{n}` in an argument is the number of the run, in two digits."""
        variables = {**self.environment, **(env or {}), "SPACEDIALOG_DB": str(db or self.folder / "none.db")}

        def argv(number: int) -> list[str | Path]:
            return [program or self.program, *(part.replace("{n}", f"{number:02}") for part in arguments)]

        return Command(argv, variables, self.folder, prepare, rows, columns)

    def least(
        self,
        *arguments: str | Path,
        rows: Callable[[Answer], int] | None = None,
        python: Path | None = None,
        prepare: Callable[[int], None] | None = None,
    ) -> Command:
        """The floor."""

        def argv(number: int) -> list[str | Path]:
            return [
                python or self.python,
                self.floor,
                *(str(part).replace("{n}", f"{number:02}") for part in arguments),
            ]

        return Command(argv, self.environment, self.folder, prepare, rows)

    def race(
        self,
        block: str,
        what: str,
        size: int,
        commands: Mapping[str, Command],
        *,
        job: str = "",
        against: str = FLOOR,
        bound: float | None = None,
        runs: int = 0,
    ) -> Result:
        """Time the commands in turns and keep the result; a ratio that is far too high is measured once more."""
        figures: dict[str, Figures] = {}
        for _ in range(2):
            series = race(commands, runs=runs or self.runs, seconds=self.seconds)
            figures = {name: Figures.of(one) for name, one in series.items()}
            if bound is None or figures[against].ratio <= LEEWAY * bound:
                break
        asked = size in (BUNDLED, BOUND_AT)
        result = Result(block, what, size, job or what, figures, against, bound, asked)
        self.results.append(result)
        times = ", ".join(f"{name} {1000 * one.wall:.0f} ms" for name, one in figures.items())
        say(f"{size:>9,} {block}: {what}: {times}; ratio {result.ratio:.2f}" + (f" of {bound}" if bound else ""))
        return result

    # Start-up

    def start_up(self, *, only_store: bool = False) -> None:
        """The bundled record, with a store and without one; or the store made, and nothing measured."""
        db = self.folder / "bundled.db"
        subprocess.run(
            [self.program, "mark", "33", "complete", "--db", db], check=True, capture_output=True, env=self.environment
        )
        self.made[BUNDLED] = db
        if only_store:
            return
        self._reads(db, "Start-up", self.program, self.python)
        self.race(
            "Start-up",
            "--version",
            BUNDLED,
            {
                OURS: self.ours("--version"),
                "python -c pass": Command(lambda _: [self.python, "-c", "pass"], self.environment, self.folder),
            },
            against="python -c pass",
            bound=1.8,
        )
        self.race("Start-up", "TAB after a ref", BUNDLED, self._tab(db, "ROK4-3"), bound=3.5)
        self.race(
            "Start-up",
            "--help",
            BUNDLED,
            {OURS: self.ours("--help"), "list --json": self.ours("list", "--json", db=db)},
            against="list --json",
            bound=2.2,
        )
        for words in (["list"], ["upcoming"], ["areas"], ["show", "31"]):
            pair = {
                "no store": self.ours(*words, "--json", rows=leaves),
                "a store": self.ours(*words, "--json", db=db, rows=None),
            }
            self.race("No store", f"{words[0]} --json", BUNDLED, pair, against="a store", bound=1.3)
        if self.pandas:
            self._reads(db, "With pandas", self.pandas.with_name("spacedialog"), self.pandas)
        else:
            self.notes.append("no environment with pandas was given (--pandas): not measured")

    def _reads(self, db: Path, block: str, program: Path, python: Path) -> None:
        for query, words in (
            ("list", ["list"]),
            ("upcoming", ["upcoming"]),
            ("areas", ["areas"]),
            ("show", ["show", "31"]),
        ):
            more = ["ROK4-31"] if query == "show" else []
            for form, bound in (("json", 3.3), ("plain", 3.3), ("table", 5.8)):
                rows = {"json": leaves, "plain": lines, "table": None}[form]
                pair = {
                    OURS: self.ours(*words, "-f", form, db=db, program=program, rows=rows),
                    FLOOR: self.least(
                        query, db, DAY, "json" if form == "json" else "plain", *more, rows=rows, python=python
                    ),
                }
                self.race(block, f"{query} as {form}", BUNDLED, pair, bound=bound)

    def _tab(self, db: Path, beginning: str) -> dict[str, Command]:
        typed = {
            "_SPACEDIALOG_COMPLETE": "complete_bash",
            "COMP_WORDS": f"spacedialog show {beginning}",
            "COMP_CWORD": "2",
        }
        return {OURS: self.ours(db=db, env=typed, rows=lines), FLOOR: self.least("complete", db, beginning, rows=lines)}

    # Scale

    def at(self, size: int) -> None:
        """Everything at one size."""
        place = self.folder / str(size)
        place.mkdir()
        file, db, writes = place / "data.jsonl", place / "store.db", place / "writes.db"
        say(f"{size:>9,} making data")
        peers.write("lines", size, file)
        self._make_store(file, db, size)
        shutil.copyfile(db, writes)
        others = peers.commands(place, size, db, writes, self.environment) if self.with_peers else {}
        for job, words, query, rows, bound in self._jobs(size):
            floor: list[str | Path] = [query[0], db, *query[1:]]
            commands = {OURS: self.ours(*words, db=db, rows=rows), FLOOR: self.least(*floor, rows=rows)}
            self.race("Reads", " ".join(words), size, {**commands, **others.get(job, {})}, job=job, bound=bound)
        self.race("Reads", "TAB after a ref", size, self._tab(db, f"BEN1-{size:02}"), job="tab", bound=3.5)
        self._as_of(size, db)
        self._writes(size, writes, others.get("mark", {}))
        self._terminal(size, db)
        self._import(size, file, place, others.get("import", {}))
        self.made[size] = writes
        for name in {path.name for path in place.iterdir()} - {writes.name}:
            path = place / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _jobs(self, size: int) -> Iterator[tuple[str, list[str], list[str], Callable[[Answer], int] | None, float]]:
        due = ["list", "--status", "open", "--due-after", AFTER, "--due-before", BEFORE, "--json"]
        ref = f"BEN1-{7:02}" if size < 50 else f"BEN1-{size // 2 // 10 * 10 + 7:02}"
        area = ["list", "--area", peers.AREA, "--status", peers.STATUS, "--json"]
        everything = 2.0 if size >= BOUND_AT else 3.3  # below, what counts is how it starts
        yield "list", ["list", "--json"], ["list", DAY, "json"], json_rows, everything
        yield "area", area, ["list-area", DAY, "json", peers.AREA, peers.STATUS], json_rows, 3.3
        yield "due", due, ["list-due", DAY, "json", AFTER, BEFORE], json_rows, 3.3
        yield "text", ["list", "--text", WORD, "--json"], ["list-text", DAY, "json", WORD], json_rows, 3.3
        yield "show", ["show", ref, "--json"], ["show", DAY, "json", ref], None, 3.3
        yield "upcoming", ["upcoming", "--within", "30d", "--json"], ["upcoming", DAY, "json", LAST], json_rows, 3.3
        yield "areas", ["areas", "--json"], ["areas", DAY, "json"], None, 3.3
        yield "overview", ["overview", "--json"], ["overview", DAY, "json"], None, 3.3
        yield "export", ["export", "--format", "jsonl"], ["export"], after_head, everything

    def _as_of(self, size: int, db: Path) -> None:
        for job, words, *_ in self._jobs(size):
            if job not in ("list", "export"):
                pair = {"as of then": self.ours(*words, "--as-of", PAST_DAY, db=db), "today": self.ours(*words, db=db)}
                self.race(
                    "As of a past day", " ".join(words), size, pair, job=f"{job} then", against="today", bound=1.5
                )

    def _writes(self, size: int, db: Path, others: Mapping[str, Command]) -> None:
        ref = "BEN1-{n}"
        mark = ["mark", ref, "stalled", "--json"]
        add = ["add", "Keep time {n}", "--area", "policy", "--source", "JS", "--due", "2027", "--json"]
        numbered = {
            OURS: _from_one(self.ours(*mark, db=db)),
            FLOOR: _from_one(self.least("mark", db, DAY, ref, "stalled")),
        }
        pair = {OURS: self.ours(*add, db=db), FLOOR: self.least("add", db, DAY, "policy", "Keep time {n}")}
        self.race("Writes", "mark", size, {**numbered, **others}, job="mark", bound=4.0)
        self.race("Writes", "add", size, pair, job="add", bound=4.0)
        if size > 30 and 30 in self.made:
            for name, words in (("mark", mark), ("add", add)):
                two = {
                    OURS: _from_one(self.ours(*words, db=db)),
                    "with 30": _from_one(self.ours(*words, db=self.made[30])),
                }
                self.race("Writes", f"{name}, against 30", size, two, against="with 30", bound=1.0)

    def _terminal(self, size: int, db: Path) -> None:
        wide = {"columns": 120}
        pair = {
            OURS: self.ours("list", db=db, columns=wide["columns"]),
            "with 42": self.ours("list", db=self.made[BUNDLED], columns=wide["columns"]),
        }
        result = self.race("Terminal", "list", size, pair, job="terminal", against="with 42", runs=min(self.runs, 5))
        more = result.ours.first - result.tools["with 42"].first
        self.checks.append(Check("list on a terminal: first seen after that of 42", size, more, 0.5, "s", result.asked))

    def _import(self, size: int, file: Path, place: Path, others: Mapping[str, Command]) -> None:
        mine, least = place / "imported.db", place / "floor.db"
        schema = Path(__file__).parents[1] / "src" / "spacedialog" / "store" / "schema.sql"
        pair = {
            OURS: self.ours("import", str(file), "--without-bundled", db=mine, prepare=lambda _: _remove(mine)),
            FLOOR: self.least("import", least, schema, file, prepare=lambda _: _remove(least)),
        }
        runs = min(self.runs, 3)
        result = self.race("Import", "import", size, {**pair, **others}, job="import", bound=3.5, runs=runs)
        counts = [_counted(path) for path in (mine, least)]
        if counts[0] != counts[1]:
            raise DisagreementError(f"import: the rows differ: {counts}")
        self.checks.append(Check("import: peak memory", size, result.ours.peak, 100, "MB", result.asked))

    def _make_store(self, file: Path, db: Path, size: int) -> None:
        begin = time.perf_counter()
        argv: list[str | Path] = [self.program, "import", file, "--without-bundled", "--db", db]
        done = subprocess.run(argv, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DisagreementError(f"import of {file}: {done.stderr}")
        say(f"{size:>9,} made the store in {time.perf_counter() - begin:.1f} s")

    # What the results come to

    def conclude(self) -> None:
        """Bounds over several races: growth, memory, and what is asked of us beside Taskwarrior."""
        for job, (_, exponent) in self.growth(OURS).items():
            bound = 0.3 if job in INDEXED else 1.1
            self.checks.append(Check(f"growth exponent of {job}", 0, exponent, bound, ""))
        for result in self.results:
            rival = result.tools.get(peers.TASK)
            if rival and result.size == BOUND_AT and result.job in BESIDE_TASKWARRIOR:
                bound = BESIDE_TASKWARRIOR[result.job]
                what = f"{result.what}, over {peers.TASK}"
                self.checks.append(Check(what, result.size, rival.ratio, bound, "", result.asked))
            if result.job in ("list", "export") and result.size > 1000:
                small = next((one for one in self.results if (one.job, one.size) == (result.job, 1000)), None)
                if small:
                    what, value = f"{result.what}: peak memory over that of 1,000", result.ours.peak / small.ours.peak
                    self.checks.append(Check(what, result.size, value, 1.1, "", result.asked))

    def growth(self, tool: str) -> dict[str, tuple[list[tuple[int, float]], float]]:
        """Of every job that a tool did at several sizes: the points, and the exponent from 1,000 on."""
        grown = {}
        raced = [result for result in self.results if result.block in GROWING and result.against == FLOOR]
        for job in dict.fromkeys(result.job for result in raced):
            points = [
                (result.size, result.tools[tool].wall) for result in raced if result.job == job and tool in result.tools
            ]
            large = [point for point in points if point[0] >= 1000]
            if len(large) > 1:
                grown[job] = (points, exponent(large))
        return grown


GROWING = ("Reads", "Writes", "Import")
INDEXED = ("show", "tab", "mark", "add")
"""The jobs whose answer has the same size in every store; the others' answers grow with it."""
BESIDE_TASKWARRIOR = {"area": 0.1, "due": 0.1, "text": 0.1, "show": 0.1, "upcoming": 0.1, "import": 1.0}


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line that fits the points best on two logarithmic scales."""
    from math import log

    xs, ys = [log(x) for x, _ in points], [log(y) for _, y in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def say(line: str) -> None:
    """Tell how far it is, on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def lines(answer: Answer) -> int:
    """A row a line."""
    return answer.lines


def after_head(answer: Answer) -> int:
    """A row a line, but for the first."""
    return answer.lines - 1


def json_rows(answer: Answer) -> int:
    """The rows of an envelope: one a line, between the line that opens it and the one that closes it."""
    return max(answer.lines - 2, 0)


def leaves(answer: Answer) -> int:
    """How many values there are in a small answer of JSON."""

    def count(value: Any) -> int:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sum(map(count, parts)) or 1

    return count(json.loads(answer.head)["data"])


def _from_one(command: Command) -> Command:
    return Command(lambda number: command.argv(number % 29 + 1), command.env, command.cwd)


def _remove(db: Path) -> None:
    for name in ("", "-wal", "-shm"):
        Path(f"{db}{name}").unlink(missing_ok=True)


def _counted(db: Path) -> dict[str, int]:
    tables = ("change", "dialogue", "area", "party", "commitment", "involved", "milestone", "redating", "words")
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
        match = "SELECT count(*) FROM words_fts WHERE words_fts MATCH ?"
        return {**counts, "words_fts": connection.execute(match, (WORD,)).fetchone()[0]}
