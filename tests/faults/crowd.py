"""Many processes write to one store at once, while three read.

    python -m tests.faults.crowd --writes 10

Promise: with 8, 20 and 50 writers no write and no read fails, and the log holds every entry, those of each writer in
order; with 50 writers 99 of 100 writes take less than five seconds.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from spacedialog.tracker import Tracker
from tests.faults import stores
from tests.faults.verdict import Verdict, script
from tests.support.built_in import COMMITMENTS
from tests.support.program import PATIENCE

CROWDS = (8, 20, 50)
READERS = 3
SLOWEST = 5.0
"""The greatest duration of 99 of 100 writes with the most writers, in seconds."""

_TOGETHER = "import sys; from tests.faults import crowd; crowd.together(sys.argv[1], *map(int, sys.argv[2:]))"


def together(store: str, writers: int, writes: int) -> None:
    """Write and read in one forked process for each writer and reader, all at once.

    Print the durations of the writes and of the reads of each process as JSON, or its error as text.
    """
    fork = multiprocessing.get_context("fork")
    begin, stop, said = fork.Barrier(writers + READERS), fork.Event(), fork.SimpleQueue()

    def member(name: str, acts: Callable[[Tracker], Iterator[Callable[[], object]]]) -> None:
        durations = []
        begin.wait()
        try:
            for act in acts(stores.tracker(Path(store), name)):
                start = time.monotonic()
                act()
                durations.append(time.monotonic() - start)
            said.put(durations)
        except BaseException as error:
            said.put(repr(error))

    def writing(tracker: Tracker) -> Iterator[Callable[[], object]]:
        for number in range(writes):
            ref = f"ROK4-{(5 * int(tracker.author.split()[1]) + number) % 42 + 1:02}"
            yield partial(tracker.note, ref, f"Note {number}.")

    def read(tracker: Tracker) -> None:
        with tracker.snapshot() as view:
            assert len(list(view.commitments())) == COMMITMENTS
            assert view.history()

    def reading(tracker: Tracker) -> Iterator[Callable[[], object]]:
        while not stop.is_set():
            yield partial(read, tracker)

    for number in range(READERS):
        fork.Process(target=member, args=(f"reader {number}", reading)).start()
    for number in range(writers):
        fork.Process(target=member, args=(f"writer {number}", writing)).start()
    written = [said.get() for _ in range(writers)]
    stop.set()
    sys.stdout.write(json.dumps([written, [said.get() for _ in range(READERS)]]))


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
    # In a new process, because the tests' own has threads and much memory.
    command = [sys.executable, "-c", _TOGETHER, str(store), str(writers), str(writes)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, timeout=20 * PATIENCE, check=True
    )
    written, read = json.loads(done.stdout)
    broken += [f"a process failed: {one}" for one in (*written, *read) if isinstance(one, str)]
    took = [seconds for one in written if not isinstance(one, str) for seconds in one]
    return took, sum(len(one) for one in read if not isinstance(one, str))


if __name__ == "__main__":
    script(run, __doc__, count="writes", default=10)
