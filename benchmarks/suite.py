"""The measurements, with their bounds: start-up with the built-in record, and the commands at each size."""

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
from benchmarks.timing import Answer, Command, DisagreementError, Series, count_lines, median, race

OURS, FLOOR = "spacedialog", "floor"
BUILT_IN_SIZE = 65
WITH_BUILT_IN = f"against {BUILT_IN_SIZE}"
REPORT_SIZE = 1_000
BOUND_AT = 100_000
"""The size to which the bounds on scale apply; at other sizes they are only shown."""


class Figures(NamedTuple):
    """Median, minimum and maximum of one command's runs, in seconds and MB; `peak` and `least` are maxima.

    `ratio` is the median, over the turns, of the program's time divided by this command's.
    """

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
        """Return the figures of a series of runs."""
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
"""The factor by which a ratio may exceed its bound: other load on the machine causes less, a defect causes more."""


@dataclass(frozen=True)
class Result:
    """The result of one race. The first of `tools` is the program, and `against` is the one that the bound refers to.

    `asked` is true if the bound applies. The fields are keys of results.json.
    """

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
        """The program's figures."""
        return next(iter(self.tools.values()))

    @property
    def ratio(self) -> float:
        """The median ratio of the program to the tool that the bound refers to."""
        return self.tools[self.against].ratio

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within its bound; None without a bound."""
        return None if self.bound is None else self.ratio <= self.bound


class Check(NamedTuple):
    """A bounded value other than the ratio of a race. The fields are keys of results.json."""

    what: str
    size: int
    value: float
    bound: float
    unit: str
    asked: bool = True

    @property
    def met(self) -> bool:
        """Whether the value is within the bound."""
        return self.value <= self.bound


@dataclass
class Suite:
    """All measurements and their results. The caller creates `folder` and removes it afterwards."""

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
    stores: dict[int, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.floor = self.folder / "floor.pyc"
        self.home = self.folder / "home"
        self.home.mkdir()
        # Byte code, as for the program: Python compiles a script anew at each start.
        argv = ["-c", "import py_compile, sys; py_compile.compile(*sys.argv[1:], doraise=True)"]
        subprocess.run([self.python, *argv, Path(__file__).with_name("floor.py"), self.floor], check=True)
        for python in filter(None, (self.python, self.pandas)):
            compile_ = "import compileall, spacedialog; compileall.compile_dir(spacedialog.__path__[0], quiet=2)"
            subprocess.run([python, "-c", compile_], check=True, env=dict(self.environment))

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of every process."""
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

    def program_command(
        self,
        *arguments: str,
        db: Path | None = None,
        rows: Callable[[Answer], int] | None = None,
        program: Path | None = None,
        env: Mapping[str, str] | None = None,
        columns: int = 0,
        prepare: Callable[[int], None] | None = None,
    ) -> Command:
        """Return a command of the program; `{n}` in an argument becomes the number of the run, in two digits."""
        variables = {**self.environment, **(env or {}), "SPACEDIALOG_DB": str(db or self.folder / "none.db")}

        def argv(number: int) -> list[str | Path]:
            return [program or self.program, *(part.replace("{n}", f"{number:02}") for part in arguments)]

        return Command(argv, variables, self.folder, prepare, rows, columns)

    def floor_command(
        self,
        *arguments: str | Path,
        rows: Callable[[Answer], int] | None = None,
        python: Path | None = None,
        prepare: Callable[[int], None] | None = None,
    ) -> Command:
        """Return a command of the floor; `{n}` in an argument becomes the number of the run, in two digits."""

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
        """Time the commands in turns and add the result to `results`.

        The race is repeated once if its ratio exceeds the bound by more than half.
        """
        figures: dict[str, Figures] = {}
        for _ in range(2):
            series = race(commands, runs=runs or self.runs, seconds=self.seconds)
            figures = {name: Figures.of(runs_of_name) for name, runs_of_name in series.items()}
            if bound is None or figures[against].ratio <= LEEWAY * bound:
                break
        asked = size in (BUILT_IN_SIZE, BOUND_AT)
        result = Result(block, what, size, job or what, figures, against, bound, asked)
        self.results.append(result)
        times = ", ".join(f"{name} {1000 * medians.wall:.0f} ms" for name, medians in figures.items())
        log_progress(
            f"{size:>9,} {block}: {what}: {times}; ratio {result.ratio:.2f}" + (f" of {bound}" if bound else "")
        )
        return result

    # Start-up

    def measure_start_up(self, *, only_store: bool = False) -> None:
        """Measure start-up with the built-in record, with and without a store; `only_store` only creates the store."""
        db = self.folder / "built-in.db"
        subprocess.run(
            [self.program, "mark", "33", "complete", "--db", db], check=True, capture_output=True, env=self.environment
        )
        self.stores[BUILT_IN_SIZE] = db
        if only_store:
            return
        self._race_reads(db, "Start-up", self.program, self.python)
        self.race(
            "Start-up",
            "--version",
            BUILT_IN_SIZE,
            {
                OURS: self.program_command("--version"),
                "python -c pass": Command(lambda _: [self.python, "-c", "pass"], self.environment, self.folder),
            },
            against="python -c pass",
            bound=1.8,
        )
        self.race("Start-up", "TAB after a ref", BUILT_IN_SIZE, self._completion(db, "ROK4-3"), bound=3.0)
        self.race(
            "Start-up",
            "--help",
            BUILT_IN_SIZE,
            {OURS: self.program_command("--help"), "list --json": self.program_command("list", "--json", db=db)},
            against="list --json",
            bound=1.2,
        )
        for words in (["list"], ["upcoming"], ["areas"], ["show", "31"]):
            pair = {
                "no store": self.program_command(*words, "--json", rows=count_values),
                "a store": self.program_command(*words, "--json", db=db, rows=None),
            }
            self.race("No store", f"{words[0]} --json", BUILT_IN_SIZE, pair, against="a store", bound=1.1)
        if self.pandas:
            self._race_reads(db, "With pandas", self.pandas.with_name("spacedialog"), self.pandas)
        else:
            self.notes.append("no environment with pandas was given (--pandas): not measured")

    def _race_reads(self, db: Path, block: str, program: Path, python: Path) -> None:
        for query, words in (
            ("list", ["list"]),
            ("upcoming", ["upcoming"]),
            ("todo", ["todo"]),
            ("areas", ["areas"]),
            ("show", ["show", "31"]),
        ):
            more = ["ROK4-31"] if query == "show" else []
            for form, bound in (("json", 3.0), ("plain", 3.0), ("table", 4.2)):
                rows = {"json": count_values, "plain": count_lines, "table": None}[form]
                pair = {
                    OURS: self.program_command(*words, "-f", form, db=db, program=program, rows=rows),
                    FLOOR: self.floor_command(
                        query, db, DAY, "json" if form == "json" else "plain", *more, rows=rows, python=python
                    ),
                }
                self.race(block, f"{query} as {form}", BUILT_IN_SIZE, pair, bound=bound)

    def _completion(self, db: Path, beginning: str) -> dict[str, Command]:
        variables = {
            "_SPACEDIALOG_COMPLETE": "complete_bash",
            "COMP_WORDS": f"spacedialog show {beginning}",
            "COMP_CWORD": "2",
        }
        return {
            OURS: self.program_command(db=db, env=variables, rows=count_lines),
            FLOOR: self.floor_command("complete", db, beginning, rows=count_lines),
        }

    # Scale

    def measure_size(self, size: int) -> None:
        """Measure all commands at one size."""
        folder = self.folder / str(size)
        folder.mkdir()
        file, db, writes = folder / "data.jsonl", folder / "store.db", folder / "writes.db"
        log_progress(f"{size:>9,} making data")
        peers.write_data("lines", size, file)
        self._make_store(file, db, size)
        shutil.copyfile(db, writes)
        others = peers.commands(folder, size, db, writes, self.environment) if self.with_peers else {}
        for job, words, query, rows, bound in self._jobs(size):
            floor: list[str | Path] = [query[0], db, *query[1:]]
            commands = {
                OURS: self.program_command(*words, db=db, rows=rows),
                FLOOR: self.floor_command(*floor, rows=rows),
            }
            self.race("Reads", " ".join(words), size, {**commands, **others.get(job, {})}, job=job, bound=bound)
        self.race("Reads", "TAB after a ref", size, self._completion(db, f"BEN1-{size:02}"), job="tab", bound=3.0)
        self._race_past_day(size, db)
        self._race_writes(size, writes, others.get("mark", {}))
        self._race_terminal(size, db)
        self._race_import(size, file, folder, others.get("import", {}))
        if size == REPORT_SIZE:
            self._time_reports(db)
        self.stores[size] = writes
        for name in {path.name for path in folder.iterdir()} - {writes.name}:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _jobs(self, size: int) -> Iterator[tuple[str, list[str], list[str], Callable[[Answer], int] | None, float]]:
        due = ["list", "--status", "open", "--due-after", AFTER, "--due-before", BEFORE, "--json"]
        ref = f"BEN1-{7:02}" if size < 50 else f"BEN1-{size // 2 // 10 * 10 + 7:02}"
        area = ["list", "--area", peers.AREA, "--status", peers.STATUS, "--json"]
        all_rows = 2.0 if size >= BOUND_AT else 3.3  # in a small record most of the time is start-up
        yield "list", ["list", "--json"], ["list", DAY, "json"], count_json_rows, all_rows
        yield "area", area, ["list-area", DAY, "json", peers.AREA, peers.STATUS], count_json_rows, 3.3
        yield "due", due, ["list-due", DAY, "json", AFTER, BEFORE], count_json_rows, 3.3
        yield "text", ["list", "--text", WORD, "--json"], ["list-text", DAY, "json", WORD], count_json_rows, 3.3
        yield "show", ["show", ref, "--json"], ["show", DAY, "json", ref], None, 3.3
        yield (
            "upcoming",
            ["upcoming", "--within", "30d", "--json"],
            ["upcoming", DAY, "json", LAST],
            count_json_rows,
            3.3,
        )
        large = size >= BOUND_AT
        yield "todo", ["todo", "--json"], ["todo", DAY, "json"], count_json_rows, 1.5 if large else 3.3
        yield "areas", ["areas", "--json"], ["areas", DAY, "json"], None, 1.1 if large else 3.3
        yield "overview", ["overview", "--json"], ["overview", DAY, "json"], None, 1.3 if large else 3.3
        yield "export", ["export", "--format", "jsonl"], ["export"], count_rows_after_head, all_rows

    def _race_past_day(self, size: int, db: Path) -> None:
        for job, words, *_ in self._jobs(size):
            if job not in ("list", "export"):
                pair = {
                    "as of a past day": self.program_command(*words, "--as-of", PAST_DAY, db=db),
                    "today": self.program_command(*words, db=db),
                }
                self.race(
                    "As of a past day", " ".join(words), size, pair, job=f"{job} then", against="today", bound=1.5
                )

    def _race_writes(self, size: int, db: Path, others: Mapping[str, Command]) -> None:
        ref = "BEN1-{n}"
        mark = ["mark", ref, "stalled", "--json"]
        check = ["check", ref, "--json"]
        add = ["add", "Keep time {n}", "--area", "policy", "--source", "JS", "--due", "2027", "--force", "--json"]
        mark_commands = {
            OURS: _of_first_29(self.program_command(*mark, db=db)),
            FLOOR: _of_first_29(self.floor_command("mark", db, DAY, ref, "stalled")),
        }
        check_commands = {
            OURS: _of_first_29(self.program_command(*check, db=db)),
            FLOOR: _of_first_29(self.floor_command("check", db, DAY, ref)),
        }
        add_commands = {
            OURS: self.program_command(*add, db=db),
            FLOOR: self.floor_command("add", db, DAY, "policy", "Keep time {n}"),
        }
        self.race("Writes", "mark", size, {**mark_commands, **others}, job="mark", bound=4.0)
        self.race("Writes", "check", size, check_commands, job="check", bound=4.0)
        self.race("Writes", "add", size, add_commands, job="add", bound=4.0)
        if size > 30 and 30 in self.stores:
            for name, words in (("mark", mark), ("check", check), ("add", add)):
                sizes = {
                    OURS: _of_first_29(self.program_command(*words, db=db)),
                    "with 30": _of_first_29(self.program_command(*words, db=self.stores[30])),
                }
                self.race("Writes", f"{name}, against 30", size, sizes, against="with 30", bound=1.0)

    def _race_terminal(self, size: int, db: Path) -> None:
        pair = {
            OURS: self.program_command("list", db=db, columns=120),
            WITH_BUILT_IN: self.program_command("list", db=self.stores[BUILT_IN_SIZE], columns=120),
        }
        result = self.race(
            "Terminal", "list", size, pair, job="terminal", against=WITH_BUILT_IN, runs=min(self.runs, 5)
        )
        more = result.ours.first - result.tools[WITH_BUILT_IN].first
        self.checks.append(
            Check(f"list on a terminal: delay of the first output {WITH_BUILT_IN}", size, more, 0.5, "s", result.asked)
        )

    def _race_import(self, size: int, file: Path, folder: Path, others: Mapping[str, Command]) -> None:
        ours, floor = folder / "imported.db", folder / "floor.db"
        schema = Path(__file__).parents[1] / "src" / "spacedialog" / "store" / "schema.sql"
        now = str(time.time_ns() // 1000)
        pair = {
            OURS: self.program_command(
                "import", str(file), "--without-built-in", db=ours, prepare=lambda _: _remove(ours)
            ),
            FLOOR: self.floor_command("import", floor, schema, file, now, prepare=lambda _: _remove(floor)),
        }
        runs = min(self.runs, 3)
        result = self.race("Import", "import", size, {**pair, **others}, job="import", bound=2.0, runs=runs)
        counts = [_row_counts(path) for path in (ours, floor)]
        if counts[0] != counts[1]:
            raise DisagreementError(f"import: the rows differ: {counts}")
        self.checks.append(Check("import: peak memory", size, result.ours.peak, 100, "MB", result.asked))

    def _time_reports(self, db: Path) -> None:
        """Add the time of a report of all commitments in each of three formats."""
        for ending in ("html", "md", "xlsx"):
            command = self.program_command("report", "-o", f"report.{ending}", db=db)
            figures = Figures.of(race({OURS: command}, runs=min(self.runs, 5), seconds=self.seconds)[OURS])
            self.checks.append(Check(f"report as {ending}", REPORT_SIZE, figures.wall, 1.5, "s"))

    def _make_store(self, file: Path, db: Path, size: int) -> None:
        begin = time.perf_counter()
        argv: list[str | Path] = [self.program, "import", file, "--without-built-in", "--db", db]
        process = subprocess.run(
            argv, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if process.returncode:
            raise DisagreementError(f"import of {file}: {process.stderr}")
        log_progress(f"{size:>9,} made the store in {time.perf_counter() - begin:.1f} s")

    # Checks over several results

    def add_summary_checks(self) -> None:
        """Add the checks that need several races: growth, memory, and time relative to Taskwarrior."""
        for job, (_, exponent) in self.growth(OURS).items():
            bound = 0.3 if job in CONSTANT_JOBS else 1.1
            self.checks.append(Check(f"growth exponent of {job}", 0, exponent, bound, ""))
        for result in self.results:
            if limit := LIMITS.get((result.job, result.size)):
                self.checks.append(Check(result.what, result.size, result.ours.wall, limit, "s"))
            taskwarrior = result.tools.get(peers.TASK)
            if taskwarrior and result.size == BOUND_AT and result.job in BESIDE_TASKWARRIOR:
                bound = BESIDE_TASKWARRIOR[result.job]
                what = f"{result.what}, over {peers.TASK}"
                self.checks.append(Check(what, result.size, taskwarrior.ratio, bound, "", result.asked))
            if result.job in ("list", "export") and result.size > 1000:
                small = next((one for one in self.results if (one.job, one.size) == (result.job, 1000)), None)
                if small:
                    what, value = f"{result.what}: peak memory over that of 1,000", result.ours.peak / small.ours.peak
                    self.checks.append(Check(what, result.size, value, 1.1, "", result.asked))

    def growth(self, tool: str) -> dict[str, tuple[list[tuple[int, float]], float]]:
        """Return by job the points (size, seconds) of a tool, and its growth exponent from 1,000 commitments on.

        Jobs with fewer than two such sizes are left out.
        """
        growth = {}
        results = [result for result in self.results if result.block in GROWTH_BLOCKS and result.against == FLOOR]
        for job in dict.fromkeys(result.job for result in results):
            points = [
                (result.size, result.tools[tool].wall)
                for result in results
                if result.job == job and tool in result.tools
            ]
            large = [point for point in points if point[0] >= 1000]
            if len(large) > 1:
                growth[job] = (points, growth_exponent(large))
        return growth


GROWTH_BLOCKS = ("Reads", "Writes", "Import")
CONSTANT_JOBS = ("show", "tab", "mark", "check", "add")
"""The jobs whose output does not grow with the number of commitments."""
LIMITS = {
    ("--help", BUILT_IN_SIZE): 0.09,
    ("area", 1_000_000): 0.2,
    ("mark", 1_000_000): 0.15,
    ("import", 1_000_000): 360.0,
}
"""The seconds that a job may take, by job and size."""
BESIDE_TASKWARRIOR = {"area": 0.1, "due": 0.1, "text": 0.1, "show": 0.1, "upcoming": 0.1, "import": 3.5}


def growth_exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the regression line through the logarithms of the points."""
    from math import log

    xs, ys = [log(x) for x, _ in points], [log(y) for _, y in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def log_progress(line: str) -> None:
    """Write a line of progress to standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def count_rows_after_head(answer: Answer) -> int:
    """Return the number of rows of an output with a head on the first line and one row on each following line."""
    return answer.lines - 1


def count_json_rows(answer: Answer) -> int:
    """Return the number of rows of a JSON envelope, which has one row on each line but the first and the last."""
    return max(answer.lines - 2, 0)


def count_values(answer: Answer) -> int:
    """Return the number of values in the data of a small JSON envelope."""

    def count(value: Any) -> int:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sum(map(count, parts)) or 1

    return count(json.loads(answer.head)["data"])


def _of_first_29(command: Command) -> Command:
    return Command(lambda number: command.argv(number % 29 + 1), command.env, command.cwd)


def _remove(db: Path) -> None:
    for name in ("", "-wal", "-shm"):
        Path(f"{db}{name}").unlink(missing_ok=True)


def _row_counts(db: Path) -> dict[str, int]:
    tables = (
        *("change", "dialogue", "area", "party", "commitment", "involved", "milestone", "redating", "words"),
        "check_day",
    )
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
        match = "SELECT count(*) FROM words_fts WHERE words_fts MATCH ?"
        return {**counts, "words_fts": connection.execute(match, (WORD,)).fetchone()[0]}
