"""Timing whole processes: wall, processor time and peak memory of the process itself, commands taking turns.

Each is started by a process of its own (`runner`), so that nothing of this one shows in what is measured.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class DisagreementError(Exception):
    """Two programs that should answer the same gave different numbers of rows, or one failed."""


@dataclass(frozen=True)
class Command:
    """What to run. `argv` gets the number of the run; `prepare` is called before each run, untimed.

    `rows` counts the rows in an answer; with None nothing is compared. On a terminal of so many `columns` if given.
    `status` are the exit statuses that it may end with.
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
    """What came out: how many lines, how many bytes, and the first of them."""

    lines: int
    size: int
    head: bytes


@dataclass(frozen=True)
class Run:
    """One process: seconds of wall and processor time, seconds to its first byte, peak memory in MB.

    No peak shows below `least`, that of the process that started it.
    """

    wall: float
    cpu: float
    first: float
    peak: float
    least: float


@dataclass
class Series:
    """The runs of one command. `ratios` are those of the race's first command to this one, pair by pair."""

    rows: int | None = None
    runs: list[Run] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def run(command: Command, number: int) -> tuple[Run, Answer]:
    """Run once; DisagreementError where it ends with another status than it may."""
    if command.prepare:
        command.prepare(number)
    arguments = [str(argument) for argument in command.argv(number)]
    asked = {"argv": arguments, "env": dict(command.env), "cwd": str(command.cwd), "columns": command.columns}
    runner: list[str | Path] = [sys.executable, "-I", "-S", Path(__file__).with_name("runner.py")]
    done = subprocess.run(runner, input=marshal.dumps(asked), stdout=subprocess.PIPE, check=True)
    said = marshal.loads(done.stdout)
    if said["status"] not in command.status:
        errors = said["errors"].decode("utf-8", "replace")
        raise DisagreementError(f"{' '.join(arguments)}: status {said['status']}\n{errors}")
    measured = Run(said["wall"], said["cpu"], said["first"], said["peak"], said["own"])
    return measured, Answer(said["lines"], said["size"], said["head"])


def race(commands: Mapping[str, Command], *, runs: int, seconds: float) -> dict[str, Series]:
    """Run the commands in turns, `runs` times or as often as fits in so many seconds, after a warm-up each.

    The warm-ups' rows are compared first: DisagreementError unless they agree. One turn there is in any case; but where
    a warm-up of all takes four times as long as there is time, it is the measurement.
    """
    series = {name: Series() for name in commands}
    warm = {}
    for name, command in commands.items():
        warm[name], answer = run(command, 0)
        series[name].rows = command.rows(answer) if command.rows else None
    counts = {name: one.rows for name, one in series.items() if one.rows is not None}
    if len(set(counts.values())) > 1:
        raise DisagreementError(f"the numbers of rows differ: {counts}")
    once = sum(one.wall for one in warm.values())
    turns = 0 if once > 4 * seconds else max(1, min(runs, int(seconds / once)))
    for turn in range(1, max(turns, 1) + 1):
        one = {name: run(command, turn)[0] for name, command in commands.items()} if turns else warm
        ours = next(iter(one.values()))
        for name, measured in one.items():
            series[name].runs.append(measured)
            series[name].ratios.append(ours.wall / measured.wall)
    return series
