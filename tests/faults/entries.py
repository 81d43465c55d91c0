"""Entries as another program could write them: no accepted entry may break a read.

Parts of valid entries are removed, exchanged or replaced, and the hashes are made to match. Each entry is offered to an
import of its own; those that are accepted stay in the record together. Then every command that reads is run in every
format, on several days, and every entry is folded as it would be in a team.

    python -m tests.faults.entries --entries 100000
"""

from __future__ import annotations

import json
import random
import shutil
import traceback
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from spacedialog.errors import InputError
from spacedialog.importing import parse
from spacedialog.model.entry import Entry, canonical_form, canonical_json, entry_hash, item_id
from spacedialog.model.fields import KINDS
from spacedialog.model.validation import problems
from spacedialog.store import database
from spacedialog.store.write.append import merge
from spacedialog.team.arrivals import arrival
from spacedialog.team.exchange import SharedEntry
from spacedialog.tracker import Tracker
from tests.faults.verdict import Verdict, script
from tests.support import ruritania
from tests.support.program import Desk
from tests.support.trackers import NOON, Clock, entropy

TOGETHER = 40
"""The number of entries that are offered to one record."""

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 50, 100, 101, 2**31, 2**53 + 1, 2**63, 2**64, 0.5, 1e308, "", " ", "\0", "x"),
    *("banana", "complete", "met", "planned", "withdrawn", "delivered", "linked", "fulfilment@1", "kept", "commitment"),
    *("milestone", "link", "assessment", "dialogue", "area", "party", "2026", "2026/..", "../2026", "9999-12-31"),
    *("0001-01-01", "2026-02-30", "2026-24", "2026~", "../..", "soon", "10 days", "2 years", "999 years", "1 year"),
    *("RUR1-01", "rur1-01", "RUR1-01.1", "RUR1-02.7", "RUR9-01", "moon", "RUR", "RSA", "JS", "-", "\x1b[31m", "\u202e"),
    *("[b]", "<b>", "=1+1", "https://a.example/", "javascript:alert(1)", "x" * 10_001, "\n", "\u200b", [], {}, [[]]),
    *([{}], {"a": 1}, ["RUR", "RUR"], ["x"] * 3, [None], [1], [{"document": "JS"}], [{"document": 7}], {"x": None}),
    *([{"key": "JS"}], {"A": "seen"}, [[[[[[[[[[]]]]]]]]]], json.loads("[" * 40 + "]" * 40)),
)
KINDS_OF_ENTRY = ("create", "set", "note", "retract", "check", "", 7, None)

READS: dict[str, Sequence[Sequence[str]]] = {
    "overview": ((),),
    "dialogues": ((),),
    "areas": ((),),
    "list": ((), ("--sort", "updated"), ("--overdue",), ("--stale",)),
    "show": (("RUR1-01",), ("RUR1-04",), ("RUR2-01",), ("RUR2-02",)),
    "upcoming": ((), ("--all",), ("--within", "60d"), ("--within", "40y")),
    "search": (("moon",), ("a",)),
    "history": ((), ("RUR1-01",)),
    "slips": ((),),
    "compare": (("RUR1", "RUR2"),),
    "agreement": ((),),
    "crosswalk": (("ogp-irm",), ("gao",)),
    "brief": (("--since", "2025-01-01"),),
    "report": ((),),
    "conflicts": ((),),
    "export": ((),),
}
"""The arguments with which each command that reads is run."""

FORMATS = ("table", "plain", "json", "jsonl", "csv", "md", "html", "ics", "xlsx", "docx")


class Draft(NamedTuple):
    """An entry without its hash; any part of it may be invalid."""

    id: Any
    ts: Any
    on: Any
    author: Any
    kind: Any
    item: Any
    base: Any
    body: Any

    def entry(self) -> Entry:
        """Return the entry with its correct hash."""
        body = canonical_json(self.body)
        fields = (*self[:7], body)
        return Entry(*fields, entry_hash(*fields))


def base_record(folder: Path) -> Tracker:
    """Return a tracker whose log has entries of every kind on every type of item."""
    tracker = Tracker(
        folder / "base.db", today=date(2026, 11, 22), now=Clock(NOON - 10**12), author="Ann", entropy=entropy("base")
    )
    first = ruritania.RECORD
    later = json.loads(json.dumps({**first, "updates": []}).replace("RUR1", "RUR2"))
    later["dialogue"] |= {"number": 2, "when": "2026-05-04", "title": "Second"}
    later["commitments"][1]["carries_on"] = [{"ref": "RUR1-02", "evidence": "https://a.example/"}]
    for number, document in enumerate((first, later)):
        tracker.import_file(json.dumps(document).encode(), f"{number}.json", built_in=False)
    tracker.mark("RUR1-02", "in-progress", percent=40, note="Half done.", evidence="https://a.example/")
    tracker.reschedule("RUR1-01", "2027", note="Later.")
    tracker.reschedule("RUR1-04.1", "2026-11")
    tracker.mark("RUR1-04.1", "met")
    tracker.edit("RUR1-03", {"title": "Renamed", "partners": []})
    tracker.assess("RUR1-01", "met", assessor="Ann")
    tracker.link("RUR1-01", "RUR2-01")
    tracker.undo(tracker.note("RUR1-05", "A mistake.").undo)
    tracker.undo()
    tracker.redo()
    return tracker


def mutated(entries: Sequence[Entry], draw: random.Random, number: int) -> Draft:
    """Return a valid entry with a few of its parts changed."""
    first, second = draw.choice(entries), draw.choice(entries)
    body, other = deepcopy(first.content), second.content
    draft = Draft(
        f"{number:08}-0000-7000-8000-000000000000", first.ts + number, first.on, first.author, first.kind, first.item,
        first.base, body,
    )  # fmt: skip
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        if not draft.body:
            break
        draft = draw.choice(MUTATIONS)(draft, other, second, draw)
    return draft


def _replace_part(draft: Draft, _: dict[str, Any], __: Entry, draw: random.Random) -> Draft:
    holder, key = draw.choice(list(_places(draft.body)))
    holder[key] = deepcopy(draw.choice(VALUES))
    return draft


def _remove_part(draft: Draft, _: dict[str, Any], __: Entry, draw: random.Random) -> Draft:
    holder, key = draw.choice(list(_places(draft.body)))
    del holder[key]
    return draft


def _add_part(draft: Draft, other: dict[str, Any], _: Entry, draw: random.Random) -> Draft:
    place = draft.body if draw.random() < 0.4 or not isinstance(draft.body.get("set"), dict) else draft.body["set"]
    names = (
        ("set", "type", "note", "milestone", "retracts", "beside", "v", "via", "only", "new")
        if place is draft.body
        else (*KINDS, "mood")
    )
    name = draw.choice(names)
    place[name] = deepcopy(draw.choice((*VALUES, other.get(name), other.get("set", {}).get(name))))
    return draft


def _take_body(draft: Draft, other: dict[str, Any], _: Entry, __: random.Random) -> Draft:
    return draft._replace(body=deepcopy(other))


def _take_item(draft: Draft, _: dict[str, Any], second: Entry, draw: random.Random) -> Draft:
    return draft._replace(item=draw.choice((second.item, second.item, item_id("commitment", "new"), "x", 7)))


def _take_reference(draft: Draft, other: dict[str, Any], second: Entry, draw: random.Random) -> Draft:
    name = draw.choice(("retracts", "milestone", "beside"))
    value = draw.choice((second.id, second.item, other.get("milestone"), draft.id))
    draft.body[name] = [value] if name == "beside" else value
    return draft


def _replace_field(draft: Draft, _: dict[str, Any], second: Entry, draw: random.Random) -> Draft:
    name = draw.choice(("on", "kind", "author", "base", "ts"))
    values = {"kind": KINDS_OF_ENTRY, "base": (second.id, None, "x"), "ts": (0, -1, 2**70, "1", NOON, draft.ts)}
    return draft._replace(**{name: draw.choice(values.get(name, VALUES))})


MUTATIONS = (
    *(_replace_part,) * 4,
    *(_add_part,) * 3,
    *(_remove_part,) * 2,
    _take_body,
    _take_item,
    _take_reference,
    _replace_field,
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every part of a JSON value, as its container and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def accepted(drafts: Sequence[Draft]) -> tuple[list[Entry], list[str]]:
    """Return the entries that an import accepts, and a message for each on which import, sync and doctor differ."""
    taken, differing = [], []
    for draft in drafts:
        try:
            entry = draft.entry()
        except (ValueError, TypeError, RecursionError):
            continue
        exported = {**entry._asdict(), "body": draft.body}
        text = json.dumps({"format": "spacedialog-log/1", "changes": [exported]})
        try:
            found = parse.read(BytesIO(text.encode()), "log", now=NOON)
            assert not isinstance(found, parse.Contents)
            took = bool(list(found))
        except InputError:
            took = False
        if took:
            taken.append(entry)
        shared = SharedEntry(1, str(entry.id), entry.sha, "", canonical_form(entry), "Mallory", NOON)
        valid_here = next(problems(entry), None) is None and not (isinstance(entry.ts, int) and entry.ts > NOON + 3e8)
        if not took is (arrival(shared, None).entry is not None) is valid_here:
            differing.append(f"import, sync and doctor differ on {text[:300]}")
    return taken, differing


def run(folder: Path, count: int, seed: int) -> Verdict:
    """Offer `count` mutated entries; report every command that failed, and every disagreement."""
    draw = random.Random(seed)
    base = base_record(folder)
    log = list(base.log())
    desk = Desk(folder)
    shutil.copyfile(base.path, desk.db)
    calls = [[command, *variant] for command, variants in READS.items() for variant in variants]
    broken = [f"{call}: {problem}" for call in calls if (problem := _failure(desk, call, allowed=(0,)))]
    kept = reads = 0
    for first in range(0, count, TOGETHER):
        drafts = [mutated(log, draw, number) for number in range(first, min(first + TOGETHER, count))]
        entries, differing = accepted(drafts)
        broken += differing
        kept += len(entries)
        desk.db.unlink(missing_ok=True)
        with database.writing(desk.db, lambda connection: database.load_entries(connection, log)) as (connection, _):
            merge(connection, draw.sample(entries, len(entries)), "log")
        for arguments in _commands(draw):
            reads += 1
            if problem := _failure(desk, arguments):
                broken.append(f"after entry {first} of seed {seed}: {' '.join(arguments)}: {problem}")
    return Verdict("mutated entries", {"entries": count, "accepted": kept, "reads": reads}, broken)


def _commands(draw: random.Random) -> Iterator[list[str]]:
    for command, variants in READS.items():
        days = ((), ("--as-of", draw.choice(("2025-03-10", "2026-02-01", "2026-05-04", "9999-01-01"))))
        arguments = [command, *draw.choice(variants)]
        if command == "export":
            yield [*arguments, "-o", "out"]
        else:
            format_ = draw.choice(FORMATS)
            to = ("-o", "out") if format_ in ("xlsx", "docx") else ()
            yield [*arguments, *draw.choice(days), "-f", format_, *to]


def _failure(desk: Desk, arguments: Sequence[str], allowed: Sequence[int] = (0, 2, 3)) -> str:
    """Return the failure of a run: an exception, or a status that is not allowed; empty if there is none.

    An entry can rename what the arguments name, so refused input (2) and a missing item (3) are allowed.
    """
    try:
        ran = desk.call(*arguments)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
    return "" if ran.status in allowed else f"status {ran.status}: {ran.stderr}"


if __name__ == "__main__":
    script(run, __doc__, count="entries", default=2_000)
