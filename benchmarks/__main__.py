"""Measure: `python -m benchmarks`, from the root of the repository, with the Python of an environment that has the
program in it. Writes Markdown, JSON and a plot.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import peers, report
from benchmarks.suite import LEEWAY, Suite, say
from benchmarks.timing import DisagreementError

QUICK = "30,1000"
EVERY = "30,1000,10000,100000,1000000"


def main() -> int:
    """Measure as asked for; 1 where `--check` finds a ratio over its bound by more than half."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", help=f"numbers of commitments; {EVERY} unless given")
    parser.add_argument("--runs", type=int, help="of each command, after a warm-up; 15 unless given")
    parser.add_argument(
        "--seconds", type=float, default=60, help="that one comparison may take; then it has fewer runs"
    )
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"), help="the folder to write to")
    parser.add_argument("--quick", action="store_true", help=f"sizes {QUICK} and 5 runs")
    parser.add_argument("--check", action="store_true", help="exit 1 where a ratio is over its bound by half")
    parser.add_argument("--no-peers", action="store_true", help="leave the other tools out")
    parser.add_argument("--no-start-up", action="store_true", help="leave the bundled record's measurements out")
    parser.add_argument("--program", type=Path, help="the program; the one beside this Python unless given")
    parser.add_argument("--pandas", type=Path, help="the Python of an environment with the program and pandas")
    parser.add_argument("--work", type=Path, help="where to put the data meanwhile (some GB at a million)")
    given = parser.parse_args()
    python = Path(sys.executable)
    sizes = sorted({int(size) for size in (given.sizes or (QUICK if given.quick else EVERY)).split(",")})
    with tempfile.TemporaryDirectory(dir=given.work, prefix="benchmarks-") as folder:
        suite = Suite(
            Path(folder),
            python,
            (given.program or python.with_name("spacedialog")).absolute(),
            given.runs or (5 if given.quick else 15),
            given.seconds,
            given.pandas and given.pandas.absolute(),
            not given.no_peers,
        )
        missing = [name for name in peers.PROGRAMS if name not in peers.installed()]
        if missing:
            suite.notes.append(f"not installed, not measured: {', '.join(missing)}")
        try:
            suite.start_up(only_store=given.no_start_up)
            for size in sizes:
                suite.at(size)
        except DisagreementError as error:
            say(f"benchmarks: {error}")
            return 2
        suite.conclude()
        report.write(suite, given.output)
    say(f"written to {given.output}")
    over = [
        f"{one.size:,}: {one.what}: {one.ratio:.2f} against {one.against}, bound {one.bound}"
        for one in suite.results
        if one.bound is not None and one.ratio > LEEWAY * one.bound and (one.asked or one.block != "Import")
    ]
    over += [
        f"{check.size:,}: {check.what}: {check.value:.2f}, bound {check.bound}"
        for check in suite.checks
        if check.asked and check.value > LEEWAY * check.bound
    ]
    for line in over:
        say(f"over its bound by half: {line}")
    return 1 if given.check and over else 0


if __name__ == "__main__":
    sys.exit(main())
