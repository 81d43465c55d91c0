"""Time `report`, and its HTML page in Chromium; `python -m benchmarks.page` prints the times as a table.

    python -m benchmarks.page [COMMITMENTS [COMMITMENTS OF THE PAGE]]

The page is measured if Playwright and Chromium are installed. Each value is the median of `RUNS` runs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from benchmarks import peers
from benchmarks.data import DAY
from benchmarks.timing import Command, median, run

RUNS = 5
FORMATS = ("html", "md", "xlsx", "docx")
WORD = "ocean"

_PAINTED = """new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(null);
}))"""
"""JavaScript that waits until the next frame is drawn; the result is the time since the page was requested, in ms."""

_WATCHED = f"""window.times = [];
addEventListener("beforeinput", (event) => window.times.push({_PAINTED}.then((end) => end - event.timeStamp)), true);
"""
"""JavaScript that records the time from each letter typed to the next frame, in ms."""


def measure_reports(folder: Path, size: int) -> Iterator[str]:
    """Yield a row of the table for each format of a report of `size` commitments, timed as whole processes."""
    for name in FORMATS:
        command = _report(folder, size, folder / f"report.{name}")
        runs = [run(command, number)[0] for number in range(RUNS + 1)][1:]
        seconds = (median([one.wall for one in runs]), median([one.cpu for one in runs]))
        yield f"| `report` as {name}, {size:,} commitments | {seconds[0]:.2f} s | {seconds[1]:.2f} s |"


def measure_page(folder: Path, size: int) -> Iterator[str]:
    """Yield rows of the table for the HTML page of `size` commitments: its load, and its filter for each letter."""
    from tests.support.browser import desktop

    page_file = folder / "page.html"
    run(_report(folder, size, page_file), 0)
    loads, first, others = [], [], []
    with desktop(folder) as opened:
        for _ in range(RUNS):
            with opened.page(page_file) as page:
                loads.append(page.evaluate(_PAINTED))
                page.focus("#_words")
                page.evaluate(_WATCHED)
                page.keyboard.type(WORD, delay=200)
                times = page.evaluate("Promise.all(window.times)")
                first.append(times[0])
                others.append(max(times[1:]))
    megabytes = page_file.stat().st_size / 1e6
    yield f"| the page of {size:,} commitments, {megabytes:.1f} MB, from request to drawing | {_s(loads)} | |"
    yield f"| its filter, from the first letter until the page is drawn | {_s(first)} | |"
    yield f"| the same, for the slowest of the {len(WORD) - 1} other letters | {_s(others)} | |"


def _s(values: list[float]) -> str:
    return f"{median(values) / 1000:.2f} s"


def _report(folder: Path, size: int, file: Path) -> Command:
    """Return the command that writes a report of `size` commitments to a file; create its store if it is missing."""
    program, store = Path(sys.executable).with_name("spacedialog"), folder / f"{size}.db"
    env = {"HOME": str(folder), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "SPACEDIALOG_TODAY": DAY}
    if not store.exists():
        source = folder / f"{size}.jsonl"
        peers.write_data("lines", size, source)
        argv: list[str | Path] = [program, "import", source, "--without-built-in", "--db", store]
        subprocess.run(argv, env=env, check=True, capture_output=True)
    return Command(lambda _: [program, "report", "--db", store, "-o", file], env, folder)


def main(size: int = 1000, page_size: int = 2000) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        sys.stdout.write("| Task | Wall time | Processor time |\n| --- | ---: | ---: |\n")
        has_browser = find_spec("playwright") and shutil.which("chromium")
        for rows in (measure_reports(folder, size), measure_page(folder, page_size) if has_browser else ()):
            for row in rows:
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
