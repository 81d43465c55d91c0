"""A wrong clock: a day slow, in the year 2099, jumping, or set back an hour at the end of summer time.

    python -m tests.faults.clock --writes 1000

Promise: the entries of an item keep the order in which they were recorded, and `--known-at` an entry's time shows the
record up to it. An entry more than five minutes ahead of the clock does not set the time of others. It prevents writes
to its own item, which end with status 4 and record nothing. `doctor` reports each entry from the future, and each that
was recorded while the clock was more than a minute behind the newest entry. It does not report an hour set back at the
end of summer time, because times are in UTC.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from spacedialog.errors import StoreError
from spacedialog.maintenance import checks
from spacedialog.model.entry import CLOCK_TOLERANCE
from spacedialog.model.position import Scope
from tests.faults import stores
from tests.faults.verdict import Verdict, script

REFS = ("ROK4-07", "ROK4-08", "ROK4-09")
_DAY = 86_400_000_000
_FUTURE = round(datetime(2099, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
_SUMMER_ENDS = round(datetime(2027, 11, 7, 5, 59, tzinfo=UTC).timestamp()) * 1_000_000
"""A minute before clocks in New York are set back."""

_AT = """
import sys, time
now = int(sys.argv.pop(1)) * 1000
time.time_ns = lambda: now
from spacedialog.cli.main import main
from spacedialog.model.position import Scope
main()
"""


def run(folder: Path, writes: int, seed: int) -> Verdict:
    """Record `writes` entries under a clock that jumps, and the same with the installed program."""
    broken: list[str] = []
    odd, refused = _leaps(folder / "leaps", writes, random.Random(seed), broken)
    programs = _whole(folder / "program", broken)
    counts = {"writes": writes, "refused": refused, "odd_stamps_reported": odd, "runs_of_the_program": programs}
    return Verdict("clock", {**counts}, broken)


def _leaps(folder: Path, writes: int, draw: random.Random, broken: list[str]) -> tuple[int, int]:
    """Return the number of recorded times that doctor reports, and the number of writes that were refused."""
    store = folder / "tracker.db"
    clock = stores.NOW
    tracker = stores.tracker(store, now=lambda: clock)
    tracker.note("ROK4-07", "The store is made.")
    made = [entry.ts for entry in tracker.log()]
    newest = {**dict.fromkeys(REFS, made[-2]), "ROK4-07": made[-1]}
    expected: dict[str, list[str]] = {ref: [] for ref in REFS}
    behind, ahead, refused = [], [], 0
    for number in range(writes):
        match draw.choice(("on", "on", "on", "back", "forward", "hour", "minutes", "2099")):
            case "on":
                newest_now = max((ts for ts in newest.values() if ts < _FUTURE - _DAY), default=stores.NOW)
                clock = max(clock, draw.choice((stores.NOW, newest_now))) + draw.randrange(1, 10_000_000)
            case "back":
                clock -= _DAY
            case "forward":
                clock += _DAY
            case "hour":
                clock -= 3_600_000_000
            case "minutes":
                clock -= draw.randrange(1, CLOCK_TOLERANCE)
            case "2099":
                clock = _FUTURE + number * 1_000_000 if number > writes * 0.9 else clock
        ref, note = draw.choice(REFS), f"Note {number}."
        followed = [ts for ts in newest.values() if ts <= clock + CLOCK_TOLERANCE]
        try:
            tracker.note(ref, note)
        except StoreError:
            refused += 1
            if newest[ref] <= clock + CLOCK_TOLERANCE:
                broken.append(f"{note} was refused, although no entry of its item is from the future")
            continue
        if newest[ref] > clock + CLOCK_TOLERANCE:
            broken.append(f"{note} was recorded before an entry of its item from the future")
        ts = max(clock, max(followed, default=0) + 1)
        newest[ref] = max(newest[ref], ts)
        expected[ref].append(note)
        if ts > clock + 60_000_000:
            behind.append(note)
        if ts > _FUTURE - _DAY + 60_000_000:
            ahead.append(note)
    entries = [entry for entry in stores.log(store) if entry.content.get("note", "").startswith("Note ")]
    for ref, notes in expected.items():
        with tracker.snapshot() as view:
            shown = [row.note for row in view.history(view.refs.resolve(ref)) if row.note in notes]
        if shown != notes:
            broken.append(f"the entries of {ref} are not in the order in which they were recorded")
    if len({entry.ts for entry in entries}) < len(entries):
        broken.append("two actions have the same time")
    for entry in draw.sample(entries, min(20, len(entries))):
        known = [entry.id for entry in tracker.log(Scope(known_at=entry.ts))]
        if known[-1] != entry.id:
            broken.append(f"--known-at {entry.ts} does not end with the entry of that time")
    (stamps,) = (check for check in checks.run_checks(store, now=_FUTURE - _DAY) if check.check == "stamps")
    for entry in entries:
        reported = " ".join(line for line in stamps.said if entry.id in line)
        if (entry.content["note"] in ahead) is not ("in the future" in reported):
            broken.append(f"{entry.content['note']} of the future: doctor reports {reported!r}")
        if entry.content["note"] in behind and not reported:
            broken.append(f"{entry.content['note']}: the clock was behind the newest entry; doctor reports nothing")
    return stamps.findings, refused


def _whole(folder: Path, broken: list[str]) -> int:
    """Return what the installed program records under the clock, in the time zone of New York."""
    store = folder / "tracker.db"
    moments = {
        "before one o'clock comes again": (_SUMMER_ENDS, "ROK4-07", 0),
        "after it": (_SUMMER_ENDS + 2 * 60_000_000, "ROK4-07", 0),
        "a day later": (_SUMMER_ENDS + _DAY, "ROK4-07", 0),
        "set back a day": (_SUMMER_ENDS + 3_600_000_000, "ROK4-07", 4),
        "in 2099": (_FUTURE, "ROK4-08", 0),
        "set right again": (_SUMMER_ENDS + 2 * _DAY, "ROK4-07", 0),
        "about the item of 2099": (_SUMMER_ENDS + 2 * _DAY, "ROK4-08", 4),
    }
    zone = {"TZ": "America/New_York", "SPACEDIALOG_TODAY": "2027-11-07"}
    for what, (now, ref, status) in moments.items():
        command = [sys.executable, "-c", _AT, str(now)]
        done = stores.ended(stores.started(("note", ref, what), store, command=command, env=zone))
        if done.status != status:
            broken.append(f"{what}: ended with {done.status}: {done.stderr}")
    ids = {entry.content["note"]: entry.id for entry in stores.log(store) if "note" in entry.content}
    if ids.keys() & moments != {what for what, (_, _, status) in moments.items() if not status}:
        broken.append(f"other entries were recorded than those that ended with status 0: {list(ids)}")
    command = [sys.executable, "-c", _AT, str(_SUMMER_ENDS + 3 * _DAY)]
    looked = stores.ended(stores.started(("doctor", "--format", "jsonl"), store, command=command, env=zone))
    odd = [what for what in moments if what in ids and ids[what] in looked.stdout]
    if looked.status != 0 or odd != ["in 2099"]:
        broken.append(f"doctor ends with {looked.status} and reports the stamps of {odd}")
    return len(moments) + 2


if __name__ == "__main__":
    script(run, __doc__, count="writes", default=1000)
