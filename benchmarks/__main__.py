"""Measure the program: run `python -m benchmarks` from the root of the repository, with the Python of an environment
in which the program is installed. Writes the results as Markdown, JSON and an SVG plot.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import peers, report
from benchmarks.suite import LEEWAY, Suite, log_progress
from benchmarks.timing import DisagreementError

QUICK_SIZES = "30,1000"
ALL_SIZES = "30,1000,10000,100000,1000000"


def main() -> int:
    """Run the benchmarks that the options select.

    Returns 2 if two tools disagree, 1 if `--check` is given and a ratio exceeds its bound by more than half, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", help=f"numbers of commitments; default {ALL_SIZES}")
    parser.add_argument("--runs", type=int, help="runs of each command after a warm-up; default 15")
    parser.add_argument(
        "--seconds", type=float, default=60, help="limit for one comparison; a longer one has fewer runs"
    )
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"), help="folder for the results")
    parser.add_argument("--quick", action="store_true", help=f"sizes {QUICK_SIZES} and 5 runs")
    parser.add_argument("--check", action="store_true", help="exit 1 if a ratio exceeds its bound by more than half")
    parser.add_argument("--no-peers", action="store_true", help="skip the other tools")
    parser.add_argument("--no-start-up", action="store_true", help="skip the measurements of the built-in record")
    parser.add_argument("--program", type=Path, help="path of the program; default: beside this Python")
    parser.add_argument("--pandas", type=Path, help="Python of an environment with the program and pandas")
    parser.add_argument("--work", type=Path, help="folder for the generated data (several GB for a million)")
    options = parser.parse_args()
    python = Path(sys.executable)
    sizes = sorted({int(size) for size in (options.sizes or (QUICK_SIZES if options.quick else ALL_SIZES)).split(",")})
    with tempfile.TemporaryDirectory(dir=options.work, prefix="benchmarks-") as folder:
        suite = Suite(
            Path(folder),
            python,
            (options.program or python.with_name("spacedialog")).absolute(),
            options.runs or (5 if options.quick else 15),
            options.seconds,
            options.pandas and options.pandas.absolute(),
            not options.no_peers,
        )
        missing = [name for name in peers.PROGRAMS if name not in peers.installed()]
        if missing:
            suite.notes.append(f"not installed, not measured: {', '.join(missing)}")
        try:
            suite.measure_start_up(only_store=options.no_start_up)
            for size in sizes:
                suite.measure_size(size)
        except DisagreementError as error:
            log_progress(f"benchmarks: {error}")
            return 2
        suite.add_summary_checks()
        report.write(suite, options.output)
    log_progress(f"written to {options.output}")
    too_high = [
        f"{result.size:,}: {result.what}: {result.ratio:.2f} against {result.against}, bound {result.bound}"
        for result in suite.results
        if result.bound is not None
        and result.ratio > LEEWAY * result.bound
        and (result.asked or result.block != "Import")
    ]
    too_high += [
        f"{check.size:,}: {check.what}: {check.value:.2f}, bound {check.bound}"
        for check in suite.checks
        if check.asked and check.value > LEEWAY * check.bound
    ]
    for line in too_high:
        log_progress(f"more than half above its bound: {line}")
    return 1 if options.check and too_high else 0


if __name__ == "__main__":
    sys.exit(main())
