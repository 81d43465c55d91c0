"""A wrong clock: a day slow, in the year 2099, jumping, or set back an hour at the end of summer time.

    python -m tests.faults.clock --writes 1000

Promise: entries keep the order in which they were recorded, each with a later time than the one before, so that
`history` lists them in that order and `--known-at` an entry's time shows the record up to it. `doctor` reports each
entry from the future and each recorded while the clock was behind the newest entry. It does not report an hour set
back at the end of summer time, because times are in UTC.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from spacedialog.maintenance import checks
from tests.faults import stores
from tests.faults.verdict import Verdict, script

_DAY = 86_400_000_000
_FUTURE = round(datetime(2099, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
_SUMMER_ENDS = round(datetime(2027, 11, 7, 5, 59, tzinfo=UTC).timestamp()) * 1_000_000
"""A minute before clocks in New York are set back."""

_AT = """
import sys, time
now = int(sys.argv.pop(1)) * 1000
time.time_ns = lambda: now
from spacedialog.cli.main import main
main()
"""


def run(folder: Path, writes: int, seed: int) -> Verdict:
    """Record `writes` entries under a clock that jumps, and the same with the installed program."""
    broken: list[str] = []
    odd = _leaps(folder / "leaps", writes, random.Random(seed), broken)
    programs = _whole(folder / "program", broken)
    return Verdict("clock", {"writes": writes, "odd_stamps_reported": odd, "runs_of_the_program": programs}, broken)


def _leaps(folder: Path, writes: int, draw: random.Random, broken: list[str]) -> int:
    store = folder / "tracker.db"
    clock = stores.NOW
    tracker = stores.tracker(store, now=lambda: clock)
    tracker.note("ROK4-07", "The store is made.")
    newest, behind, ahead = clock, [], []
    for number in range(writes):
        match draw.choice(("on", "on", "on", "back", "forward", "hour", "2099" if number > writes * 0.9 else "on")):
            case "on":
                clock = max(clock, newest + 1) + draw.randrange(1, 10_000_000)
            case "back":
                clock -= _DAY
            case "forward":
                clock = max(clock, newest) + _DAY
            case "hour":
                clock -= 3_600_000_000
            case "2099":
                clock = _FUTURE + number * 1_000_000
        if clock <= newest:
            behind.append(f"Note {number}.")
        newest = max(clock, newest + 1)
        if newest >= _FUTURE:
            ahead.append(f"Note {number}.")
        tracker.note("ROK4-07", f"Note {number}.")
    entries = [entry for entry in stores.log(store) if entry.content.get("note", "").startswith("Note ")]
    if [entry.content["note"] for entry in entries] != [f"Note {number}." for number in range(writes)]:
        broken.append("the entries are not in the order in which they were recorded")
    if any(later.ts <= earlier.ts for earlier, later in pairwise(entries)):
        broken.append("a stamp is not after the one before it")
    for entry in draw.sample(entries, min(20, writes)):
        known = [entry.id for entry in tracker.log(known_at=entry.ts)]
        if known[-1] != entry.id:
            broken.append(f"--known-at {entry.ts} does not end with the entry of that stamp")
    (stamps,) = (check for check in checks.run_checks(store, now=_FUTURE - _DAY) if check.check == "stamps")
    for entry in entries:
        reported = " ".join(line for line in stamps.said if entry.id in line)
        if (entry.content["note"] in ahead) is not ("in the future" in reported):
            broken.append(f"{entry.content['note']} of the future: doctor says {reported!r}")
        if entry.content["note"] in behind and not reported:
            broken.append(f"{entry.content['note']}: the clock stood before the newest entry, and doctor is silent")
    return stamps.findings


def _whole(folder: Path, broken: list[str]) -> int:
    """Return what the installed program records under the clock, in the time zone of New York."""
    store = folder / "tracker.db"
    moments = {
        "before one o'clock comes again": _SUMMER_ENDS,
        "after it": _SUMMER_ENDS + 2 * 60_000_000,
        "a day later": _SUMMER_ENDS + _DAY,
        "set back a day": _SUMMER_ENDS + 3_600_000_000,
        "in 2099": _FUTURE,
        "set right again": _SUMMER_ENDS + 2 * _DAY,
    }
    zone = {"TZ": "America/New_York", "SPACEDIALOG_TODAY": "2027-11-07"}
    for what, now in moments.items():
        command = [sys.executable, "-c", _AT, str(now)]
        done = stores.ended(stores.started(("note", "ROK4-07", what), store, command=command, env=zone))
        if done.status != 0:
            broken.append(f"{what}: ended with {done.status}: {done.stderr}")
    shown = stores.ended(stores.started(("history", "ROK4-07", "--format", "jsonl"), store, env=zone)).stdout
    places = [shown.find(what) for what in moments]
    if -1 in places or places != sorted(places, reverse=places[0] > places[-1]):
        broken.append(f"history shows another order: {places}")
    command = [sys.executable, "-c", _AT, str(_SUMMER_ENDS + 3 * _DAY)]
    looked = stores.ended(stores.started(("doctor", "--format", "jsonl"), store, command=command, env=zone))
    ids = {entry.content["note"]: entry.id for entry in stores.log(store) if "note" in entry.content}
    odd = [what for what in moments if ids[what] in looked.stdout]
    if looked.status != 0 or odd != ["set back a day", "in 2099", "set right again"]:
        broken.append(f"doctor ends with {looked.status} and reports the stamps of {odd}")
    return len(moments) + 2


if __name__ == "__main__":
    script(run, __doc__, count="writes", default=1000)
