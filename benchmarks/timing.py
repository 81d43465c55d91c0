"""Timing of whole processes: wall time, processor time and peak memory, with the commands run in turns.

Each process is started by a small one (`runner`), so that the memory of this process does not count.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class DisagreementError(Exception):
    """Two programs that should give the same answer returned different numbers of rows, or one failed."""


@dataclass(frozen=True)
class Command:
    """A command to run. `argv` receives the number of the run; `prepare` is called before each run and is not timed.

    `rows` counts the rows of an answer; if None, no rows are compared. If `columns` is not 0, the output goes to a
    terminal of that width. `status` contains the exit statuses that count as success.
    """

    argv: Callable[[int], Sequence[str | Path]]
    env: Mapping[str, str]
    cwd: Path
    prepare: Callable[[int], None] | None = None
    rows: Callable[[Answer], int] | None = None
    columns: int = 0
    status: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Answer:
    """The output of a command: the number of lines, the size in bytes, and the first megabyte."""

    lines: int
    size: int
    head: bytes


@dataclass(frozen=True)
class Run:
    """One run: seconds of wall and processor time, seconds until the first byte of output, peak memory in MB.

    No peak below `least`, the peak of the process that started it, can be observed.
    """

    wall: float
    cpu: float
    first: float
    peak: float
    least: float


@dataclass
class Series:
    """The runs of one command, and for each turn the ratio of the first command's time to this command's."""

    rows: int | None = None
    runs: list[Run] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


def median(values: Sequence[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def count_lines(answer: Answer) -> int:
    """Return the number of rows of an output that has one row on each line."""
    return answer.lines


def run(command: Command, number: int) -> tuple[Run, Answer]:
    """Run a command once; `number` is the number of the run.

    Raises DisagreementError if the exit status is not one of `command.status`.
    """
    if command.prepare:
        command.prepare(number)
    arguments = [str(argument) for argument in command.argv(number)]
    request = {"argv": arguments, "env": dict(command.env), "cwd": str(command.cwd), "columns": command.columns}
    runner: list[str | Path] = [sys.executable, "-I", "-S", Path(__file__).with_name("runner.py")]
    process = subprocess.run(runner, input=marshal.dumps(request), stdout=subprocess.PIPE, check=True)
    reply = marshal.loads(process.stdout)
    if reply["status"] not in command.status:
        errors = reply["errors"].decode("utf-8", "replace")
        raise DisagreementError(f"{' '.join(arguments)}: status {reply['status']}\n{errors}")
    measured = Run(reply["wall"], reply["cpu"], reply["first"], reply["peak"], reply["own"])
    return measured, Answer(reply["lines"], reply["size"], reply["head"])


def race(commands: Mapping[str, Command], *, runs: int, seconds: float) -> dict[str, Series]:
    """Run the commands in turns after a warm-up: `runs` turns, or fewer if they do not fit in `seconds`.

    The numbers of rows of the warm-ups are compared first: DisagreementError is raised if they differ. There is at
    least one turn, but if the warm-up takes more than four times `seconds`, the warm-up is the measurement.
    """
    series = {name: Series() for name in commands}
    warm_up = {}
    for name, command in commands.items():
        warm_up[name], answer = run(command, 0)
        series[name].rows = command.rows(answer) if command.rows else None
    counts = {name: one.rows for name, one in series.items() if one.rows is not None}
    if len(set(counts.values())) > 1:
        raise DisagreementError(f"the numbers of rows differ: {counts}")
    turn_seconds = sum(measured.wall for measured in warm_up.values())
    turns = 0 if turn_seconds > 4 * seconds else max(1, min(runs, int(seconds / turn_seconds)))
    for number in range(1, max(turns, 1) + 1):
        turn = {name: run(command, number)[0] for name, command in commands.items()} if turns else warm_up
        ours = next(iter(turn.values()))
        for name, measured in turn.items():
            series[name].runs.append(measured)
            series[name].ratios.append(ours.wall / measured.wall)
    return series
