"""The result of a fault script: its counts and the broken promises, printed as a line of JSON and a sentence."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

Case = TypeVar("Case")
Outcome = TypeVar("Outcome")

LANES = 2
"""The number of cases that run at the same time."""


class Verdict(NamedTuple):
    """Counts by name, and the broken promises, each with its case."""

    fault: str
    counts: dict[str, int | float | str]
    broken: list[str]

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not self.broken:
            return f"{self.fault}: every promise was kept."
        more = f" (and {len(self.broken) - 1} more)" if len(self.broken) > 1 else ""
        return f"{self.fault}: {len(self.broken)} broken: {self.broken[0]}{more}"


def run_in_parallel(work: Callable[[Case], Outcome], cases: Iterable[Case]) -> list[Outcome]:
    """Run `work` on each case, `LANES` at a time, and return the outcomes in order."""
    with ThreadPoolExecutor(LANES) as lanes:
        return list(lanes.map(work, cases))


def script(
    run: Callable[[Path, int, int], Verdict], description: str | None, *, count: str, default: int, seed: int = 7
) -> None:
    """Run a fault in a temporary folder, print the verdict, and end the process.

    `run` takes the folder, the count and the seed of the random numbers; `count` is the name of its option.
    """
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument(f"--{count}", type=int, default=default, help=f"by default {default}")
    parser.add_argument("--seed", type=int, default=seed, help=f"of what is drawn by chance; by default {seed}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spacedialog-") as folder:
        started = time.monotonic()
        verdict = run(Path(folder), vars(options)[count], options.seed)
        seconds = round(time.monotonic() - started, 1)
    line = {"fault": verdict.fault, **verdict.counts, "broken": len(verdict.broken), "seconds": seconds}
    sys.stdout.write(f"{json.dumps(line)}\n{verdict.sentence}\n")
    for problem in verdict.broken[:20]:
        sys.stderr.write(f"  {problem}\n")
    sys.exit(1 if verdict.broken else 0)
