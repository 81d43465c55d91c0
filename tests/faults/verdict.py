"""The verdict on a fault, counts and broken promises, printed as a line of JSON and a sentence."""

from __future__ import annotations

import argparse
import json
import os
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
"""The number of programs that run at a time."""


class Verdict(NamedTuple):
    """Counts by name, and each broken promise with its case."""

    fault: str
    counts: dict[str, int | float | str]
    broken: list[str]

    @property
    def sentence(self) -> str:
        """The verdict as a sentence."""
        if not self.broken:
            return f"{self.fault}: every promise was kept."
        more = f" (and {len(self.broken) - 1} more)" if len(self.broken) > 1 else ""
        return f"{self.fault}: {len(self.broken)} broken: {self.broken[0]}{more}"


def side_by_side(work: Callable[[Case], Outcome], cases: Iterable[Case]) -> list[Outcome]:
    """Return the result of each case, in order, with `LANES` cases at a time."""
    with ThreadPoolExecutor(LANES) as lanes:
        return list(lanes.map(work, cases))


def new_seed() -> int:
    """Return a random seed."""
    return int.from_bytes(os.urandom(4), "big")


def seed_of_the_day() -> int:
    """Return the number of days since 1970, so that CI tries other cases every day.

    This is the only place where a test reads the clock; a failure shows the seed, so that it can be repeated.
    """
    return int(time.time() // 86_400)


def script(run: Callable[[Path, int, int], Verdict], description: str | None, *, count: str, default: int) -> None:
    """Run a fault from the command line in a temporary folder, print its seed and its verdict, and exit.

    `run` takes the folder, the count and the seed of the random choices; `count` names the option.
    """
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument(f"--{count}", type=int, default=default, help=f"by default {default}")
    parser.add_argument("--seed", type=int, default=new_seed(), help="of the random choices; by default a new one")
    options = parser.parse_args()
    seed = options.seed
    sys.stdout.write(f"seed {seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="spacedialog-") as folder:
        started = time.monotonic()
        verdict = run(Path(folder), vars(options)[count], seed)
        seconds = round(time.monotonic() - started, 1)
    line = {"fault": verdict.fault, "seed": seed, **verdict.counts, "broken": len(verdict.broken), "seconds": seconds}
    sys.stdout.write(f"{json.dumps(line)}\n{verdict.sentence}\n")
    for problem in verdict.broken[:20]:
        sys.stderr.write(f"  {problem}\n")
    sys.exit(1 if verdict.broken else 0)
