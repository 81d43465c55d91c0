"""Whatever several people do to a record, in whatever order, it says what a small model of it says.

By hand, with as many runs as time allows: `python -m tests.test_reference_model --runs 20000`.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from spacedialog.editing.commitments import NewCommitment
from spacedialog.errors import SpacedialogError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import Entry, entry_hash
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import Written
from spacedialog.render import log_export
from spacedialog.store import database as files
from spacedialog.store import trust
from spacedialog.tracker import Tracker
from tests.conftest import Clock, entropy
from tests.support.reference_model import ALWAYS, Look, Model, Said, window
from tests.support.reference_writing import COMMITMENT_STATUSES, MILESTONE_STATUSES, Desk, Refused, Say

SECOND = 1_000_000
HOUR = 3600 * SECOND
START = 1_764_590_400 * SECOND  # 1 December 2025, noon
WORDS = ("kestrel", "heron", "osprey", "plover")
EVIDENCE = "https://strelsau.example/seen"

Sayings = Callable[[Desk], list[Say]]
Call = Callable[[Tracker], Written]


def last_day(edtf: str) -> str:
    return window(edtf)[1]


def parsed(due: str | None) -> VagueDate | None:
    return VagueDate.parse(due) if due else None


def document(**more: Any) -> dict[str, Any]:
    """A data file of four commitments; what is given in `more` differs from it."""

    def commitment(number: int, area: str, title: str, status: str = "not-assessed", **fields: Any) -> dict[str, Any]:
        sources = [{"document": "JS", "paragraph": str(number)}]
        fixed = {"ref": f"RUR1-{number:02}", "area": area, "kind": "action-item", "title": title, "strength": "firm"}
        return {**fixed, "sources": sources, "status": status, **fields}

    commitments = [
        commitment(
            1,
            "moon",
            "Fly a kestrel",
            "not-started",
            lead="RUR",
            partners=["GRA"],
            due=more.get("due", "2026"),
            milestones=[{"ref": "RUR1-01.1", "title": "Deliver it", "when": "2026-03"}][: more.get("parts", 1)],
        ),
        commitment(2, "moon", more.get("title", "Explore a heron"), partners=["RUR", "GRA"]),
        commitment(
            3,
            "weather",
            "Meet every second year",
            due="2026-11",
            lead="GRA",
            milestones=[{"ref": "RUR1-03.1", "title": "The next meeting", "when": "2026", "recurs": "2 years"}],
        ),
    ]
    if "extra" in more:
        commitments.append(commitment(more["extra"], "weather", "Share a plover"))
    updates = [
        {"ref": "RUR1-01", "on": "2025-06-01", "status": "in-progress", "percent": 20, "evidence": EVIDENCE},
        {"ref": "RUR1-03", "on": "2025-09-20", "note": "An osprey was seen.", "evidence": EVIDENCE},
        {"ref": "RUR1-01.1", "on": "2025-10", "due": "2026-09", "note": "The heron failed.", "evidence": EVIDENCE},
    ]
    return {
        "format": "spacedialog/1",
        "compiled": "2025-11-01",
        "dialogue": {
            "key": "RUR1",
            "series": "Ruritania-Graustark Space Dialogue",
            "number": 1,
            "title": "First Ruritania-Graustark Space Dialogue",
            "place": "Strelsau",
            "when": "2025-03-10",
            "host": "RUR",
        },
        "documents": [{"key": "JS", "title": "Joint statement"}],
        "areas": [{"key": "moon", "title": "The Moon"}, {"key": "weather", "title": "Weather"}],
        "parties": [{"key": key, "name": key, "side": key} for key in ("RUR", "GRA")],
        "commitments": commitments,
        "updates": [update for number, update in enumerate(updates) if number not in more.get("without", ())],
    }


DOCUMENTS = (
    document(),
    document(due="2027"),
    document(title="Explore a plover", without=(0,)),
    document(parts=0, without=(2,)),
    document(without=(0, 1)),
    document(extra=6),
    document(extra=40, due="2026-03"),
)


def as_lines(of: dict[str, Any]) -> bytes:
    """A data file as JSON Lines."""
    opening = {name: value for name, value in of.items() if name not in ("commitments", "updates")}
    lines = [opening]
    for commitment in of["commitments"]:
        about = [update for update in of["updates"] if update["ref"].startswith(commitment["ref"])]
        lines += [commitment, *about]
    return "\n".join(map(json.dumps, lines)).encode()


# Some draws are made much more often than others, so that what people say is about the same few things.
refs = st.sampled_from(
    ["RUR1-01", "RUR1-02", "RUR1-03", "RUR1-01.1", "RUR1-03.1"] * 3
    + ["rur1-01", "RUR1-04", "RUR1-05", "RUR1-06", "RUR1-40", "RUR1-01.2", "RUR1-02.1", "RUR1-04.1", "RUR1-99"]
)
new_refs = st.sampled_from(["RUR1-06", "RUR1-07", "RUR1-40", "RUR1-02", "RUR1-01.2", "RUR1-03.1", "RUR1-02.3"])
days = st.sampled_from(
    ["2025-06-01", "2025-09", "2025-09-20", "2025-11-15", "2025-12-01"] * 2
    + ["2025-03-09", "2025", "2026-02-03", "2027"]
)
ons = st.none() | days
todays = st.sampled_from(["2025-05-01", "2025-12-01", "2025-12-02", "2026-03-31", "2026-05-30", "2026-12-31"])
dues = st.sampled_from(["2025", "2025-11", "2026", "2026-06-15", "2026-09", "2026-10/2027-02", "2027", "2028"])
statuses = st.sampled_from([*COMMITMENT_STATUSES * 3, *MILESTONE_STATUSES * 2])
percents = st.sampled_from([None, None, 0, 40, 100])
notes = st.none() | st.sampled_from([f"A {word} was seen." for word in WORDS])
evidence = st.sampled_from([None, EVIDENCE])
who = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
which = st.integers(0, 10_000)
updates = st.fixed_dictionaries(
    {"ref": refs},
    optional={
        "status": statuses,
        "percent": st.sampled_from([0, 40, 100]),
        "due": dues,
        "note": notes,
        "evidence": st.just(EVIDENCE),
        "on": days,
    },
)

counts: Counter[str] = Counter()
"""How often what was done, for the run by hand."""


class Template:
    """The store that every run starts from, made once."""

    def __init__(self) -> None:
        shm = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None)
        self.folder = Path(self._folder.name)
        self.path = self.folder / "template.db"
        tracker = Tracker(
            self.path,
            today=date(2025, 11, 2),
            now=Clock(START - 24 * HOUR),
            author="Hentzau",
            entropy=entropy("template"),
        )
        tracker.import_file(json.dumps(DOCUMENTS[0]).encode(), "rur.json", bundled=False)


template: list[Template] = []


def attempt(call: Call, tracker: Tracker) -> Written | SpacedialogError:
    """What a call gives, or the error by which it was refused."""
    try:
        return call(tracker)
    except SpacedialogError as error:
        return error


def read(row: Any) -> Said:
    """An entry of the log with its body read."""
    change = Entry._make(row)
    return Said(*change[:7], json.loads(change.body))


class Record(RuleBasedStateMachine):
    """Two people, each once more for what they only try, a replica, and the model beside them."""

    def __init__(self) -> None:
        super().__init__()
        if not template:
            template.append(Template())
        self.folder = Path(tempfile.mkdtemp(dir=template[0].folder))
        self.path = self.folder / "spacedialog.db"
        shutil.copy(template[0].path, self.path)
        self.clock = Clock(START)
        self.today = "2025-12-01"
        seat = [("Zenda", False), ("Rupert", False), ("Zenda", True), ("Rupert", True)]
        self.trackers = [self.tracker(self.path, author, dry_run=dry) for author, dry in seat]
        self.replica: Tracker | None = None
        # Stays open: what is in the file is seen from outside of the product.
        self.monitor = sqlite3.connect(self.path, isolation_level=None)
        self.model = Model()
        self.agrees = True
        self.rows: list[Any] = []
        self.version = 0
        self.seen: dict[tuple[str, int], object] = {}
        self.bearers: dict[str, tuple[str, str | None]] = {}
        self.hear()

    def tracker(self, path: Path, author: str, *, dry_run: bool = False) -> Tracker:
        random = entropy(f"{author}{dry_run}{path.name}")
        day = date.fromisoformat(self.today)
        return Tracker(path, today=day, now=self.clock, author=author, entropy=random, dry_run=dry_run)

    def hear(self) -> list[Said]:
        """What was added to the log; nothing else in it may have changed, and every hash must hold."""
        (version,) = self.monitor.execute("PRAGMA data_version").fetchone()
        if version == self.version:
            return []  # nobody has written anything, not even to a table
        self.version = version
        rows = self.monitor.execute("SELECT * FROM change ORDER BY rowid").fetchall()
        assert rows[: len(self.rows)] == self.rows, "the log only grows"
        fresh = rows[len(self.rows) :]
        for row in fresh:
            assert entry_hash(*row[:8]) == row[8]
        said = [read(row) for row in fresh]
        self.rows = rows
        self.model.hear(said)
        for one in said:
            if "ref" in one.values:
                bearer = self.bearers.setdefault(one.values["ref"].casefold(), (one.item, one.part))
                assert bearer == (one.item, one.part), "a ref is given once"
            self.forget(one)
        return said

    def forget(self, one: Said) -> None:
        """Drop what was seen of the past wherever this entry is news of it."""
        reach = one
        while reach.kind == "retract":
            reach = next(other for other in self.model.said if other.id == reach.body["retracts"])
        day = last_day(reach.on)
        for key in [key for key in self.seen if key[0] >= day and key[1] >= one.ts]:
            del self.seen[key]

    def write(self, seat: int, sayings: Sayings, call: Call) -> None:
        """Let somebody do something: the log gains what the model says, or is left alone and the product refuses."""
        self.agrees = False  # until the end: what failed here is not asked about again at the end of the run
        tracker = self.trackers[seat]
        desk = Desk(self.model, self.today, tracker.author)
        try:
            expected: list[Say] | int = sayings(desk)
        except Refused as refused:
            expected = refused.status
        newest, now = self.model.newest(), self.clock.now
        bases = {item: self.model.base(item) for item in self.model.about}
        besides = {item: self.model.beside(item) for item in self.model.about}
        written = attempt(call, tracker)
        if isinstance(written, SpacedialogError):
            counts["refused"] += 1
            assert written.exit_status == expected, f"{expected} expected: {written}"
            assert self.hear() == []
            self.agrees = True
            return
        assert isinstance(expected, list), f"not refused, {expected} expected: {written}"
        fresh = self.hear()
        assert written.changes == len(expected)
        if tracker.dry_run:
            assert fresh == []
            counts["tried"] += 1
            self.agrees = True
            return
        counts["written"] += bool(expected)
        assert len(fresh) == len(expected)
        for one, say in zip(fresh, expected, strict=True):
            body = {**say.body, "v": 1}
            if "milestone" in body:
                body["milestone"] = body["milestone"] or one.part
            item = say.item or one.item
            if beside := besides.pop(item, []):
                body["beside"] = beside
            assert (one.kind, one.item, one.on, one.body) == (say.kind, item, say.on, body)
            assert one.base == bases.get(item)
            bases[item] = one.id
            assert one.author == tracker.author
            assert one.ts == fresh[0].ts > newest
            assert one.ts == newest + 1 or now <= one.ts <= self.clock.now
        assert [one.id for one in fresh] == sorted(one.id for one in fresh)
        assert written.undo == (fresh[-1].id if fresh else None)
        self.agrees = True
        if fresh:
            self.look(self.today)

    def look(self, day: str, known: int | None = None, *, word: str = "") -> None:
        """Ask the product about a day, and hold its answers against the model's."""
        self.agrees = False
        look = Look(self.model, day, ALWAYS if known is None else known)
        with self.trackers[0].snapshot(Scope(date.fromisoformat(day), known_at=known)) as view:
            rows = list(view.commitments())
            assert rows == look.commitments()
            assert list(view.slips()) == look.slips()
            if not word:
                self.agrees = True
                return
            assert view.coverage() == look.coverage()
            assert view.upcoming(everything=True) == look.upcoming()
            areas = view.areas()
            expected = look.areas()
            assert [area._replace(next_milestone=None) for area in areas] == [area for area, _ in expected]
            for area, (_, nearest) in zip(areas, expected, strict=True):
                following = area.next_milestone
                assert following["ref"] in nearest if following else not nearest
            assert [(row.id, row.retracted) for row in view.history()] == look.history()
            assert {row.ref for row in view.search(word)} == look.search(word)
            for row in rows:
                assert row.status == "not-assessed" or look.was_said(row.ref, row.status)
        past = (day, ALWAYS if known is None else known)
        assert self.seen.setdefault(past, rows) == rows, "a past view stays as it was seen"
        self.agrees = True

    # Time

    @rule(hours=st.sampled_from([1, 24, 24 * 400, -1, -24, -24 * 500]), today=todays)
    def time_passes(self, hours: int, today: str) -> None:
        self.clock.now += hours * HOUR
        self.today = today
        for tracker in self.trackers:
            tracker.today = date.fromisoformat(today)

    # Writing

    @rule(seat=who, ref=refs, status=statuses, percent=percents, on=ons, note=notes, evidence=evidence)
    def mark(
        self,
        seat: int,
        ref: str,
        status: str,
        percent: int | None,
        on: str | None,
        note: str | None,
        evidence: str | None,
    ) -> None:
        said: dict[str, Any] = {"percent": percent, "on": on, "note": note, "evidence": evidence}
        self.write(
            seat,
            lambda desk: desk.update({"ref": ref, "status": status, **said}),
            lambda tracker: tracker.mark(ref, status, **said),
        )

    @rule(seat=who, on=ons)
    def meet(self, seat: int, on: str | None) -> None:
        """Report that an occurrence of the milestone that comes round took place."""
        self.write(
            seat,
            lambda desk: desk.update({"ref": "RUR1-03.1", "status": "met", "on": on}),
            lambda tracker: tracker.mark("RUR1-03.1", "met", on=on),
        )

    @rule(seat=who, ref=refs, due=dues, on=ons, note=notes)
    def reschedule(self, seat: int, ref: str, due: str, on: str | None, note: str | None) -> None:
        self.write(
            seat,
            lambda desk: desk.update({"ref": ref, "due": due, "on": on, "note": note}),
            lambda tracker: tracker.reschedule(ref, due, on=on, note=note),
        )

    @rule(seat=who, ref=refs, word=st.sampled_from(WORDS), on=ons)
    def note(self, seat: int, ref: str, word: str, on: str | None) -> None:
        self.write(
            seat,
            lambda desk: desk.update({"ref": ref, "note": f"The {word} again", "on": on}),
            lambda tracker: tracker.note(ref, f"The {word} again", on=on),
        )

    @rule(
        seat=who,
        ref=st.none() | st.sampled_from(["RUR1-06", "RUR1-40", "RUR1-02"]),
        area=st.sampled_from(["moon", "weather", "weather", "sea"]),
        due=st.none() | dues,
        on=ons,
    )
    def add(self, seat: int, ref: str | None, area: str, due: str | None, on: str | None) -> None:
        values: dict[str, Any] = {"title": "See an osprey", "kind": "action-item", "strength": "intended"}
        values |= {"sources": [{"document": "JS"}], **({"due": due} if due else {})}
        self.write(
            seat,
            lambda desk: desk.add(ref, area, on, values),
            lambda tracker: tracker.add(NewCommitment("See an osprey", area, "JS", due=parsed(due), ref=ref), on=on),
        )

    @rule(seat=who, ref=refs, when=dues, recurs=st.sampled_from([None, "2 years"]), on=ons)
    def add_milestone(self, seat: int, ref: str, when: str, recurs: str | None, on: str | None) -> None:
        self.write(
            seat,
            lambda desk: desk.add_milestone(ref, "Launch a heron", when, recurs, on),
            lambda tracker: tracker.add_milestone(ref, "Launch a heron", when, recurs=recurs, on=on),
        )

    @rule(
        seat=who,
        ref=refs,
        on=ons,
        values=st.fixed_dictionaries({"title": st.sampled_from(["Fly a plover", "Fly an osprey"])})
        | st.fixed_dictionaries({"ref": new_refs})
        | st.sampled_from(
            [
                {"lead": None},
                {"lead": "GRA", "partners": ["RUR"]},
                {"partners": []},
                {"lead": "SAPT"},
                {"area": "weather", "detail": "With a kestrel inside"},
                {"detail": None, "strength": "exploratory"},
            ]
        ),
    )
    def edit(self, seat: int, ref: str, on: str | None, values: dict[str, Any]) -> None:
        self.write(seat, lambda desk: desk.edit(ref, values, on), lambda tracker: tracker.edit(ref, values, on=on))

    @rule(seat=who, file=st.lists(updates, min_size=1, max_size=4), is_csv=st.booleans(), again=st.booleans())
    def apply(self, seat: int, file: list[dict[str, Any]], is_csv: bool, again: bool) -> None:
        if is_csv:
            out = io.StringIO()
            writer = csv.DictWriter(out, ["ref", "status", "percent", "due", "note", "evidence", "on"])
            writer.writeheader()
            writer.writerows(file)
            text = out.getvalue()
        else:
            text = "\n".join(map(json.dumps, file))
        for _ in range(1 + again):
            self.write(seat, lambda desk: desk.apply(file), lambda tracker: tracker.apply(text, "updates"))

    @rule(seat=who, number=st.integers(0, len(DOCUMENTS) - 1), in_lines=st.booleans(), again=st.booleans())
    def import_(self, seat: int, number: int, in_lines: bool, again: bool) -> None:
        file = DOCUMENTS[number]
        content = as_lines(file) if in_lines else json.dumps(file).encode()
        size = len(self.rows)
        self.write(seat, lambda desk: desk.import_(file), lambda tracker: tracker.import_file(content, "rur.json"))
        if again and len(self.rows) > size:
            self.write(seat, lambda _: [], lambda tracker: tracker.import_file(content, "rur.json"))

    # Taking back

    def named(self, number: int) -> Said:
        """An entry, the late ones more often."""
        return self.model.said[-1 - number % min(len(self.model.said), 1 + number // 100)]

    @rule(seat=who)
    def undo(self, seat: int) -> None:
        self.write(seat, lambda desk: desk.undo(None), Tracker.undo)

    @rule(seat=who, number=which, only=st.booleans(), length=st.sampled_from([36, 16]))
    def undo_by_name(self, seat: int, number: int, only: bool, length: int) -> None:
        change = self.named(number)
        self.write(
            seat,
            lambda desk: desk.undo(change, only=only),
            lambda tracker: tracker.undo(change.id[-length:], only=only),
        )

    @rule(seat=who, number=which)
    def refuse(self, seat: int, number: int) -> None:
        """Take back one piece of news that a file brought."""
        news = [one for one in self.model.said if one.by_import and one.kind in ("set", "note")]
        change = news[number % len(news)]
        self.write(
            seat,
            lambda desk: desk.undo(change, only=True),
            lambda tracker: tracker.undo(change.id, only=True),
        )

    @rule(seat=who)
    def redo(self, seat: int) -> None:
        self.write(seat, lambda desk: desk.redo(None), Tracker.redo)

    @rule(seat=who, number=which)
    def redo_by_name(self, seat: int, number: int) -> None:
        change = self.named(number)
        self.write(seat, lambda desk: desk.redo(change), lambda tracker: tracker.redo(change.id))

    # A copy of the record that somebody works on elsewhere

    @precondition(lambda self: self.replica is None)
    @rule()
    def take_a_copy(self) -> None:
        path = self.folder / "copy.db"
        with closing(sqlite3.connect(path)) as copy:
            self.monitor.backup(copy)
        self.replica = self.tracker(path, "Sapt")
        attempt(lambda replica: replica.note("RUR1-01", "Seen from elsewhere"), self.replica)
        attempt(lambda replica: replica.note("RUR1-02", "Seen from elsewhere"), self.replica)

    @precondition(lambda self: self.replica is not None)
    @rule(ref=refs, status=statuses, due=dues, on=ons)
    def work_on_the_copy(self, ref: str, status: str, due: str, on: str | None) -> None:
        assert self.replica
        self.replica.today = date.fromisoformat(self.today)
        for written in (
            attempt(lambda replica: replica.mark(ref, status, on=on), self.replica),
            attempt(lambda replica: replica.reschedule(ref, due, on=on), self.replica),
        ):
            assert isinstance(written, Written) or written.exit_status in (2, 3)

    @precondition(lambda self: self.replica is not None)
    @rule(seat=who, lines=st.booleans())
    def bring_it_together(self, seat: int, lines: bool) -> None:
        assert self.replica
        log = list(self.replica.log())
        out = io.StringIO()
        log_export.write(log, out, lines=lines)
        here = {row[0] for row in self.rows}
        theirs = [change for change in log if change.id not in here]
        for news in ([*theirs], [] if not self.trackers[seat].dry_run else theirs):
            written = self.trackers[seat].import_file(out.getvalue().encode(), "copy.json")
            assert written.changes == len(news)
            fresh = self.hear()
            assert [one.id for one in fresh] == [c.id for c in news if not self.trackers[seat].dry_run]
        counts["merged"] += len(theirs)
        self.look(self.today)

    # Questions

    @rule(day=days | todays, word=st.sampled_from(WORDS))
    def as_of(self, day: str, word: str) -> None:
        self.look(last_day(day), word=word)

    @rule(day=days | todays, word=st.sampled_from(WORDS), number=which, before=st.booleans())
    def known_at(self, day: str, word: str, number: int, before: bool) -> None:
        self.look(last_day(day), self.named(number).ts - before, word=word)

    def teardown(self) -> None:
        """The kept tables are those that the log gives, and the whole record is what the model says."""
        try:
            if not self.agrees:
                return
            self.look(self.today, word=WORDS[0])
            with closing(files.past_record(self.monitor)) as rebuilt:
                assert kept(self.monitor) == kept(rebuilt)
        finally:
            self.monitor.close()
            shutil.rmtree(self.folder)


def kept(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """The rows of every period table without their row numbers, and where each word stands."""
    tables = {}
    for table in trust.PROJECTION_TABLES:
        names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        tables[table] = sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
    for word in WORDS:
        found = connection.execute(
            'SELECT w.item, w."on" FROM words_fts AS f JOIN words AS w ON w.id = f.rowid WHERE words_fts MATCH ?',
            (word,),
        )
        tables[word] = sorted(found)
    return tables


def run(runs: int, seed: int | None = None) -> None:
    """So many runs of 50 steps; with a seed, these and no others."""
    of = settings(
        max_examples=runs,
        stateful_step_count=50,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    machine = Record if seed is None else seeded(seed)(Record)
    run_state_machine_as_test(machine, settings=of if seed is None else settings(of, derandomize=False, database=None))


def test_the_record_is_what_the_model_says() -> None:
    """After any 50 writes and questions of two people, the log and every view are what the model foretells."""
    run(240)


def main() -> None:
    """Run it by hand, and tell what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    started = time.monotonic()
    run(given.runs, given.seed)
    done = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    sys.stdout.write(f"{given.runs:,} runs from seed {given.seed} in {time.monotonic() - started:.0f} s: {done}\n")


if __name__ == "__main__":
    main()
