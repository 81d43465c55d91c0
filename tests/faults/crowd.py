"""Many processes write to one store at once, while three read.

    python -m tests.faults.crowd --writes 10

Promise: with 8, 20 and 50 writers no write and no read fails, and the log holds every entry, those of each writer in
order; with 50 writers 99 of 100 writes take less than five seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults import stores
from tests.faults.verdict import Verdict, script
from tests.support.program import PATIENCE

CROWDS = (8, 20, 50)
READERS = 3
SLOWEST = 5.0
"""The greatest duration of 99 of 100 writes with the most writers, in seconds."""

_TOGETHER = """
import json, sys, time
from pathlib import Path
from tests.support.built_in import COMMITMENTS
from tests.faults import stores

tracker = stores.tracker(Path(sys.argv[2]), sys.argv[3])
done = []
def timed(act):
    start = time.monotonic()
    act()
    done.append(time.monotonic() - start)
def read():
    with tracker.snapshot() as view:
        assert len(list(view.commitments())) == COMMITMENTS
        assert view.history()
print("ready", flush=True)
sys.stdin.readline()
if sys.argv[1] == "write":
    for number in range(int(sys.argv[4])):
        ref = f"ROK4-{(5 * int(sys.argv[3].split()[1]) + number) % 42 + 1:02}"
        timed(lambda: tracker.note(ref, f"Note {number}."))
else:
    stop = Path(sys.argv[4])
    while not stop.exists():
        timed(read)
print(json.dumps(done))
"""


def run(folder: Path, writes: int, _: int, crowds: Sequence[int] = CROWDS) -> Verdict:
    """Let each writer of each crowd record `writes` notes."""
    counts: dict[str, int | float | str] = {"writes_each": writes}
    broken: list[str] = []
    for writers in crowds:
        store = folder / str(writers) / "tracker.db"
        stores.tracker(store).note("ROK4-07", "The store is made.")
        took, reads = _together(store, writers, writes, broken)
        entries, wrong = stores.sound(store)
        broken += [f"{writers} writers: {problem}" for problem in wrong]
        for name in (f"writer {number}" for number in range(writers)):
            notes = [entry.content["note"] for entry in entries if entry.author == name]
            if notes != [f"Note {number}." for number in range(writes)]:
                broken.append(f"{writers} writers: {name} has {len(notes)} of {writes} notes on record")
        times = [entry.ts for entry in entries if entry.author.startswith("writer")]
        if times != sorted(set(times)):
            broken.append(f"{writers} writers: two actions bear one stamp")
        slow = sorted(took)[int(len(took) * 0.99)] if took else 0.0
        counts |= {f"rows_{writers}": len(times), f"reads_{writers}": reads, f"p99_s_{writers}": round(slow, 2)}
        if writers == max(CROWDS) and slow >= SLOWEST:
            broken.append(f"{writers} writers: the 99th percentile of a write is {slow:.2f} s")
    return Verdict("crowd", counts, broken)


def _together(store: Path, writers: int, writes: int, broken: list[str]) -> tuple[list[float], int]:
    """Return the duration of each write in seconds, and the number of reads."""
    stop = store.parent.parent / f"stop {writers}"
    writing = [_process("write", store, f"writer {number}", str(writes)) for number in range(writers)]
    reading = [_process("read", store, f"reader {number}", str(stop)) for number in range(READERS)]
    everybody = [*writing, *reading]
    for process in everybody:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in everybody:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    took = [_said(process, broken) for process in writing]
    stop.touch()
    reads = [_said(process, broken) for process in reading]
    return [seconds for of_one in took for seconds in of_one], sum(map(len, reads))


def _process(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _TOGETHER, *arguments],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _said(process: subprocess.Popen[str], broken: list[str]) -> list[float]:
    out, err = process.communicate(timeout=20 * PATIENCE)
    if process.returncode != 0:
        broken.append(f"a process failed: {err.strip().splitlines()[-1]}")
        return []
    seconds: list[float] = json.loads(out)
    return seconds


if __name__ == "__main__":
    script(run, __doc__, count="writes", default=10)
