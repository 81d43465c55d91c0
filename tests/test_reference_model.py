"""A test of the whole program against the reference model: after any actions of several users, the answers agree.

For a longer run: `python -m tests.test_reference_model --runs 20000`.
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

from spacedialog.errors import SpacedialogError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import CLOCK_TOLERANCE, Entry, entry_hash
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Scope
from spacedialog.model.rows.written import Written
from spacedialog.model.vocabulary import Reason
from spacedialog.render import log_export
from spacedialog.store import database as files
from spacedialog.store import schema
from spacedialog.tracker import Tracker
from tests.faults.verdict import new_seed
from tests.support import ruritania
from tests.support.reference_model import ALWAYS, Model, ModelEntry, ModelView, window
from tests.support.reference_writer import COMMITMENT_STATUSES, MILESTONE_STATUSES, Expected, ReferenceWriter, Refused
from tests.support.trackers import Clock, entropy

SECOND = 1_000_000
HOUR = 3600 * SECOND
START = 1_764_590_400 * SECOND  # 1 December 2025, noon
WORDS = ("kestrel", "heron", "osprey", "plover")
EVIDENCE, CABLE = "https://strelsau.example/seen", "Cable STRELSAU 12"

Expectation = Callable[[ReferenceWriter], list[Expected]]
Call = Callable[[Tracker], Written]


def last_day(edtf: str) -> str:
    return window(edtf)[1]


def parsed(due: str | None) -> VagueDate | None:
    return VagueDate.parse(due) if due else None


def document(**more: Any) -> dict[str, Any]:
    """Return a data file of three or four commitments, with the changes in `more`."""

    commitments = [
        ruritania.commitment(
            1,
            "moon",
            "Fly a kestrel",
            "firm",
            status="not-started",
            lead="RUR",
            partners=["GRA"],
            due=more.get("due", "2026"),
            milestones=[{"ref": "RUR1-01.1", "title": "Deliver it", "when": "2026-03"}][: more.get("parts", 1)],
        ),
        ruritania.commitment(2, "moon", more.get("title", "Explore a heron"), "firm", partners=["RUR", "GRA"]),
        ruritania.commitment(
            3,
            "weather",
            "Meet every second year",
            "firm",
            due="2026-11",
            lead="GRA",
            milestones=[{"ref": "RUR1-03.1", "title": "The next meeting", "when": "2026", "recurs": "2 years"}],
        ),
    ]
    if "extra" in more:
        commitments.append(ruritania.commitment(more["extra"], "weather", "Share a plover", "firm"))
    updates: list[dict[str, Any]] = [
        {"ref": "RUR1-01", "on": "2025-06-01", "status": "in-progress", "percent": 20, "evidence": EVIDENCE},
        {"ref": "RUR1-03", "on": "2025-09-20", "note": "An osprey was seen.", "evidence": EVIDENCE},
        {"ref": "RUR1-01.1", "on": "2025-10", "due": "2026-09", "note": "The heron failed.", "evidence": EVIDENCE},
        {"ref": "RUR1-02", "on": "2025-04-05", "check": True, "note": "No plover in the press."},
    ]
    return {
        "format": "spacedialog/1",
        "compiled": "2025-11-01",
        "dialogue": ruritania.DIALOGUE,
        "documents": [{"key": "JS", "title": "Joint statement"}],
        "areas": [{"key": "moon", "title": "The Moon"}, {"key": "weather", "title": "Weather"}],
        "parties": [{"key": key, "name": key, "side": key} for key in ("RUR", "GRA")],
        "commitments": commitments,
        "updates": [update for number, update in enumerate(updates) if number not in more.get("without", ())],
    }


DOCUMENTS = (
    document(),
    document(due="2027"),
    document(title="Explore a plover", without=(0, 3)),
    document(parts=0, without=(2,)),
    document(without=(0, 1)),
    document(extra=6),
    document(extra=40, due="2026-03"),
)


def as_lines(document: dict[str, Any]) -> bytes:
    """Return a data file as JSON Lines."""
    opening = {name: value for name, value in document.items() if name not in ("commitments", "updates")}
    lines = [opening]
    for commitment in document["commitments"]:
        about = [update for update in document["updates"] if update["ref"].startswith(commitment["ref"])]
        lines += [commitment, *about]
    return "\n".join(map(json.dumps, lines)).encode()


# Some values are drawn more often than others, so that entries are often about the same items.
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
evidence = st.sampled_from([None, EVIDENCE, f"{CABLE}\n{EVIDENCE}"])
who = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
which = st.integers(0, 10_000)
updates = st.fixed_dictionaries(
    {"ref": refs},
    optional={
        "status": statuses,
        "percent": st.sampled_from([0, 40, 100]),
        "due": dues,
        "note": notes,
        "evidence": st.sampled_from([EVIDENCE, f"{CABLE}\n{EVIDENCE}"]),
        "on": days,
        "check": st.booleans(),
    },
)

counts: Counter[str] = Counter()
"""The number of actions of each kind, for a run from the command line."""


class Template:
    """The store that every run starts from, created once."""

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
        tracker.import_file(json.dumps(DOCUMENTS[0]).encode(), "rur.json", built_in=False)


template: list[Template] = []


def attempt(call: Call, tracker: Tracker) -> Written | SpacedialogError:
    """Return the result of a call, or the error by which it was refused."""
    try:
        return call(tracker)
    except SpacedialogError as error:
        return error


def read(row: Any) -> ModelEntry:
    """Return an entry of the log with its body parsed."""
    entry = Entry._make(row)
    return ModelEntry(*entry[:7], json.loads(entry.body))


class Record(RuleBasedStateMachine):
    """Two users, the same two with dry runs, a copy of the store, and the reference model."""

    def __init__(self) -> None:
        super().__init__()
        if not template:
            template.append(Template())
        self.folder = Path(tempfile.mkdtemp(dir=template[0].folder))
        self.path = self.folder / "spacedialog.db"
        shutil.copy(template[0].path, self.path)
        self.clock = Clock(START)
        self.latest = START
        self.today = "2025-12-01"
        user = [("Zenda", False), ("Rupert", False), ("Zenda", True), ("Rupert", True)]
        self.trackers = [self.tracker(self.path, author, dry_run=dry) for author, dry in user]
        self.replica: Tracker | None = None
        # Reads the file independently of the program.
        self.monitor = sqlite3.connect(self.path, isolation_level=None)
        self.model = Model()
        self.agrees = True
        self.rows: list[Any] = []
        self.version = 0
        self.seen: dict[tuple[str, int], object] = {}
        self.bearers: dict[str, tuple[str, str | None]] = {}
        self.receive()

    def tracker(self, path: Path, author: str, *, dry_run: bool = False) -> Tracker:
        random = entropy(f"{author}{dry_run}{path.name}")
        day = date.fromisoformat(self.today)
        return Tracker(path, today=day, now=self.clock, author=author, entropy=random, dry_run=dry_run)

    def receive(self) -> list[ModelEntry]:
        """Return the new entries of the log, and assert that no other entry changed and that every hash holds."""
        (version,) = self.monitor.execute("PRAGMA data_version").fetchone()
        if version == self.version:
            return []  # no table was written
        self.version = version
        rows = self.monitor.execute("SELECT * FROM change ORDER BY rowid").fetchall()
        assert rows[: len(self.rows)] == self.rows, "the log only grows"
        fresh = rows[len(self.rows) :]
        for row in fresh:
            assert entry_hash(*row[:8]) == row[8]
        entries = [read(row) for row in fresh]
        self.rows = rows
        self.model.receive(entries)
        for one in entries:
            if "ref" in one.values:
                bearer = self.bearers.setdefault(one.values["ref"].casefold(), (one.item, one.milestone))
                assert bearer == (one.item, one.milestone), "a ref is given once"
            self.forget(one)
        return entries

    def forget(self, one: ModelEntry) -> None:
        """Drop the remembered views that this entry may change."""
        reach = one
        while reach.kind == "retract":
            reach = next(other for other in self.model.entries if other.id == reach.body["retracts"])
        day = last_day(reach.on)
        for key in [key for key in self.seen if key[0] >= day and key[1] >= one.ts]:
            del self.seen[key]

    def write(self, user: int, expectation: Expectation, call: Call) -> None:
        """Perform an action, and assert that the log gains the model's entries, or that both refuse it."""
        self.agrees = False  # set again at the end; after a failure, `teardown` compares nothing
        tracker = self.trackers[user]
        writer = ReferenceWriter(self.model, self.today, tracker.author)
        try:
            expected: list[Expected] | int = expectation(writer)
        except Refused as refused:
            expected = refused.status
        newest, now = self.model.newest(), self.clock.now
        bases = {item: self.model.base(item) for item in self.model.by_item}
        besides = {item: self.model.beside(item) for item in self.model.by_item}
        written = attempt(call, tracker)
        if isinstance(written, SpacedialogError):
            counts["refused"] += 1
            assert written.exit_status == expected, f"{expected} expected: {written}"
            assert self.receive() == []
            self.agrees = True
            return
        assert isinstance(expected, list), f"not refused, {expected} expected: {written}"
        fresh = self.receive()
        assert written.changes == len(expected)
        if tracker.dry_run:
            assert fresh == []
            counts["tried"] += 1
            self.agrees = True
            return
        counts["written"] += bool(expected)
        assert len(fresh) == len(expected)
        for one, wanted in zip(fresh, expected, strict=True):
            body = {**wanted.body, "v": 2}
            if "milestone" in body:
                body["milestone"] = body["milestone"] or one.milestone
            item = wanted.item or one.item
            if beside := besides.pop(item, []):
                body["beside"] = beside
            assert (one.kind, one.item, one.on, one.body) == (wanted.kind, item, wanted.on, body)
            assert one.base == bases.get(item)
            bases[item] = one.id
            assert one.author == tracker.author
            assert one.ts == fresh[0].ts > newest
            assert one.ts == newest + 1 or now <= one.ts <= self.clock.now
        assert [one.id for one in fresh] == sorted(one.id for one in fresh)
        assert written.undo == (fresh[-1].id if fresh else None)
        self.agrees = True
        if fresh:
            self.compare(self.today)

    def compare(self, day: str, known: int | None = None, *, word: str = "") -> None:
        """Compare the program's answers about a day with the model's."""
        self.agrees = False
        answers = ModelView(self.model, day, ALWAYS if known is None else known)
        with self.trackers[0].snapshot(Scope(date.fromisoformat(day), known_at=known)) as view:
            rows = list(view.commitments())
            assert rows == answers.commitments()
            assert list(view.slips()) == answers.slips()
            if not word:
                self.agrees = True
                return
            assert view.coverage() == answers.coverage()
            worklist = [(row.ref, row.reasons, row.owner, row.checked_on) for row in view.todo(within=90)]
            assert sorted(worklist, key=repr) == sorted(answers.todo(90), key=repr)
            places = [list(Reason).index(Reason(row.reasons[0])) for row in view.todo(within=90)]
            assert places == sorted(places)
            assert view.todo(within=90, limit=3) == view.todo(within=90)[:3]
            disputes = answers.disputes()
            assert sorted((row.field, row.change, row.other_change) for row in view.conflicts()) == disputes
            assert view.disagreements() == (len(disputes), 0)
            assert view.upcoming(everything=True) == answers.upcoming()
            areas = view.areas()
            expected = answers.areas()
            assert [area._replace(next_milestone=None) for area in areas] == [area for area, _ in expected]
            for area, (_, nearest) in zip(areas, expected, strict=True):
                following = area.next_milestone
                assert following["ref"] in nearest if following else not nearest
            assert [(row.id, row.retracted) for row in view.history()] == answers.history()
            assert {row.ref for row in view.search(word)} == answers.search(word)
            for row in rows:
                assert row.status == "unknown" or answers.was_given(row.ref, row.status)
        past = (day, ALWAYS if known is None else known)
        assert self.seen.setdefault(past, rows) == rows, "a past view stays as it was seen"
        self.agrees = True

    # Time

    @rule(hours=st.sampled_from([0.01, 1, 24, 24 * 400, -0.01, -0.06]), today=todays)
    def time_passes(self, hours: float, today: str) -> None:
        self.latest = max(self.latest, self.clock.now)
        # After a clock that goes back further, writes are refused, which tests/store covers.
        self.clock.now = max(self.clock.now + round(hours * HOUR), self.latest - CLOCK_TOLERANCE + SECOND)
        self.today = today
        for tracker in self.trackers:
            tracker.today = date.fromisoformat(today)

    # Writing

    @rule(user=who, ref=refs, status=statuses, percent=percents, on=ons, note=notes, evidence=evidence)
    def mark(
        self,
        user: int,
        ref: str,
        status: str,
        percent: int | None,
        on: str | None,
        note: str | None,
        evidence: str | None,
    ) -> None:
        entries: dict[str, Any] = {"percent": percent, "on": on, "note": note, "evidence": evidence}
        self.write(
            user,
            lambda writer: writer.update({"ref": ref, "status": status, **entries}),
            lambda tracker: tracker.mark(ref, status, **entries),
        )

    @rule(user=who, on=ons)
    def meet(self, user: int, on: str | None) -> None:
        """Mark the recurring milestone as met."""
        self.write(
            user,
            lambda writer: writer.update({"ref": "RUR1-03.1", "status": "met", "on": on}),
            lambda tracker: tracker.mark("RUR1-03.1", "met", on=on),
        )

    @rule(user=who, ref=refs, due=dues, on=ons, note=notes)
    def reschedule(self, user: int, ref: str, due: str, on: str | None, note: str | None) -> None:
        self.write(
            user,
            lambda writer: writer.update({"ref": ref, "due": due, "on": on, "note": note}),
            lambda tracker: tracker.reschedule(ref, due, on=on, note=note),
        )

    @rule(user=who, ref=refs, word=st.sampled_from(WORDS), on=ons)
    def note(self, user: int, ref: str, word: str, on: str | None) -> None:
        self.write(
            user,
            lambda writer: writer.update({"ref": ref, "note": f"The {word} again", "on": on}),
            lambda tracker: tracker.note(ref, f"The {word} again", on=on),
        )

    @rule(user=who, checked=st.lists(refs, min_size=1, max_size=3), note=notes, on=ons)
    def check(self, user: int, checked: list[str], note: str | None, on: str | None) -> None:
        self.write(
            user,
            lambda writer: writer.check(checked, note, on),
            lambda tracker: tracker.check(checked, note=note, on=on),
        )

    @rule(
        user=who,
        ref=st.none() | st.sampled_from(["RUR1-06", "RUR1-40", "RUR1-02"]),
        area=st.sampled_from(["moon", "weather", "weather", "sea"]),
        due=st.none() | dues,
        on=ons,
    )
    def add(self, user: int, ref: str | None, area: str, due: str | None, on: str | None) -> None:
        values: dict[str, Any] = {"title": "See an osprey", "kind": "action-item", "strength": "intended"}
        values |= {"sources": [{"document": "JS"}], **({"due": due} if due else {})}
        self.write(
            user,
            lambda writer: writer.add(ref, area, on, values),
            lambda tracker: tracker.add(
                NewCommitment("See an osprey", area, "JS", due=parsed(due), ref=ref), on=on, force=True
            ),
        )

    @rule(user=who, ref=refs, when=dues, recurs=st.sampled_from([None, "2 years"]), on=ons)
    def add_milestone(self, user: int, ref: str, when: str, recurs: str | None, on: str | None) -> None:
        self.write(
            user,
            lambda writer: writer.add_milestone(ref, "Launch a heron", when, recurs, on),
            lambda tracker: tracker.add_milestone(ref, "Launch a heron", when, recurs=recurs, on=on, force=True),
        )

    @rule(
        user=who,
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
                {"owner": "Sapt", "review": "30 days"},
                {"review": "2026-02"},
                {"owner": None, "review": None},
                {"due": None},
            ]
        ),
    )
    def edit(self, user: int, ref: str, on: str | None, values: dict[str, Any]) -> None:
        self.write(user, lambda writer: writer.edit(ref, values, on), lambda tracker: tracker.edit(ref, values, on=on))

    @rule(user=who, file=st.lists(updates, min_size=1, max_size=4), is_csv=st.booleans(), again=st.booleans())
    def apply(self, user: int, file: list[dict[str, Any]], is_csv: bool, again: bool) -> None:
        if is_csv:
            out = io.StringIO()
            writer = csv.DictWriter(out, ["ref", "status", "percent", "due", "note", "evidence", "on", "check"])
            writer.writeheader()
            writer.writerows(file)
            text = out.getvalue()
        else:
            text = "\n".join(map(json.dumps, file))
        for _ in range(1 + again):
            self.write(user, lambda writer: writer.apply(file), lambda tracker: tracker.apply(text, "updates"))

    @rule(user=who, number=st.integers(0, len(DOCUMENTS) - 1), in_lines=st.booleans(), again=st.booleans())
    def import_(self, user: int, number: int, in_lines: bool, again: bool) -> None:
        file = DOCUMENTS[number]
        content = as_lines(file) if in_lines else json.dumps(file).encode()
        size = len(self.rows)
        self.write(user, lambda writer: writer.import_(file), lambda tracker: tracker.import_file(content, "rur.json"))
        if again and len(self.rows) > size:
            self.write(user, lambda _: [], lambda tracker: tracker.import_file(content, "rur.json"))

    # Undo

    def named(self, number: int) -> ModelEntry:
        """Return an entry, more often a late one."""
        return self.model.entries[-1 - number % min(len(self.model.entries), 1 + number // 100)]

    @rule(user=who)
    def undo(self, user: int) -> None:
        self.write(user, lambda writer: writer.undo(None), Tracker.undo)

    @rule(user=who, number=which, only=st.booleans(), length=st.sampled_from([36, 16]))
    def undo_by_name(self, user: int, number: int, only: bool, length: int) -> None:
        entry = self.named(number)
        self.write(
            user,
            lambda writer: writer.undo(entry, only=only),
            lambda tracker: tracker.undo(entry.id[-length:], only=only),
        )

    @rule(user=who, number=which)
    def refuse(self, user: int, number: int) -> None:
        """Undo one entry of an import alone."""
        news = [one for one in self.model.entries if one.by_import and one.kind in ("set", "note")]
        entry = news[number % len(news)]
        self.write(
            user,
            lambda writer: writer.undo(entry, only=True),
            lambda tracker: tracker.undo(entry.id, only=True),
        )

    @rule(user=who)
    def redo(self, user: int) -> None:
        self.write(user, lambda writer: writer.redo(None), Tracker.redo)

    @rule(user=who, number=which)
    def redo_by_name(self, user: int, number: int) -> None:
        entry = self.named(number)
        self.write(user, lambda writer: writer.redo(entry), lambda tracker: tracker.redo(entry.id))

    # A copy of the record with entries of its own

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
    @rule(user=who, lines=st.booleans())
    def bring_it_together(self, user: int, lines: bool) -> None:
        assert self.replica
        log = list(self.replica.log())
        out = io.StringIO()
        log_export.write(log, out, lines=lines)
        here = {row[0] for row in self.rows}
        theirs = [entry for entry in log if entry.id not in here]
        for news in ([*theirs], [] if not self.trackers[user].dry_run else theirs):
            written = self.trackers[user].import_file(out.getvalue().encode(), "copy.json")
            assert written.changes == len(news)
            fresh = self.receive()
            assert [one.id for one in fresh] == [c.id for c in news if not self.trackers[user].dry_run]
        counts["merged"] += len(theirs)
        self.compare(self.today)

    # Questions

    @rule(day=days | todays, word=st.sampled_from(WORDS))
    def as_of(self, day: str, word: str) -> None:
        self.compare(last_day(day), word=word)

    @rule(day=days | todays, word=st.sampled_from(WORDS), number=which, before=st.booleans())
    def known_at(self, day: str, word: str, number: int, before: bool) -> None:
        self.compare(last_day(day), self.named(number).ts - before, word=word)

    def teardown(self) -> None:
        """Assert that the tables follow from the log, and that the whole record is the model's."""
        try:
            if not self.agrees:
                return
            self.compare(self.today, word=WORDS[0])
            with closing(files.past_record(self.monitor)) as rebuilt:
                assert kept(self.monitor) == kept(rebuilt)
        finally:
            self.monitor.close()
            shutil.rmtree(self.folder)


def kept(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """Return the rows of every projection table without their row numbers, and the rows that each word finds."""
    tables = {}
    for table in schema.PROJECTION_TABLES:
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
    """Make `runs` runs of 50 steps; with a seed, always the same ones."""
    of = settings(
        max_examples=runs,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    machine = Record if seed is None else seeded(seed)(Record)
    run_state_machine_as_test(machine, settings=of if seed is None else settings(of, derandomize=False, database=None))


def test_the_record_agrees_with_the_model() -> None:
    """After any 50 actions and questions of two users, the log and every view are the model's."""
    run(20)


def main() -> None:
    """Run from the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=new_seed(), help="by default a new one")
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    sys.stdout.flush()
    started = time.monotonic()
    run(given.runs, given.seed)
    done = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    sys.stdout.write(f"{given.runs:,} runs from seed {given.seed} in {time.monotonic() - started:.0f} s: {done}\n")


if __name__ == "__main__":
    main()
