"""Tests of import and export: a file is imported as entries, again as differences, and a log is exported whole."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from spacedialog.errors import InputError, ProblemsError, SpacedialogError
from spacedialog.importing.built_in import built_in_path
from spacedialog.model.entry import Entry, PendingEntry, canonical_json, entry_hash, item_id, make_entry
from spacedialog.model.fields import NewCommitment
from spacedialog.model.filters import OfSide
from spacedialog.model.position import Scope
from spacedialog.render import log_export
from spacedialog.store.schema import OWN_TABLES
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from tests.support.trackers import Maker

Document = dict[str, Any]
BUILT_IN = (built_in_path() / "dialogue_2025.json").read_bytes()


@pytest.fixture
def document(ruritania: bytes) -> Document:
    """The data file of the invented record, for changes."""
    found: Document = json.loads(ruritania)
    return found


def take_in(tracker: Tracker, document: Document) -> int:
    """Import the document, and return the number of entries."""
    return tracker.import_file(json.dumps(document).encode(), "record.json").changes


def exported(tracker: Tracker, *, lines: bool = False) -> bytes:
    """Return the log as `export` writes it."""
    out = io.StringIO()
    log_export.write(tracker.log(), out, lines=lines)
    return out.getvalue().encode()


def log_file(*changes: Entry) -> bytes:
    """Return an exported log of the entries."""
    entries = [{**change._asdict(), "body": change.content} for change in changes]
    return json.dumps({"format": "spacedialog-log/1", "changes": entries}).encode()


def seen(tracker: Tracker) -> tuple[object, ...]:
    """Return all that the views show today."""
    with tracker.snapshot() as view:
        found = sorted(view.search("the"))
        details = [view.detail(view.refs.resolve(row.ref)) for row in view.commitments() if row.ref]
        return list(view.commitments()), view.upcoming(everything=True), view.history(), details, found, view.areas()


def rows(tracker: Tracker, day: date | None = None) -> dict[str, Any]:
    """Return the commitments by ref, today or on a day."""
    with tracker.snapshot(Scope(day)) as view:
        return {row.ref: row for row in view.commitments()}


# Importing again


def test_the_same_file_twice_changes_nothing(tracker: Tracker, ruritania: bytes) -> None:
    """A file that was imported before adds no entry, in any layout, whatever users recorded since."""
    log = list(tracker.log())
    assert tracker.import_file(ruritania, "ruritania.json").changes == 0
    assert tracker.import_file(b"\xef\xbb\xbf" + json.dumps(json.loads(ruritania), indent=3).encode(), "x").changes == 0
    assert list(tracker.log()) == log
    tracker.mark("2", "stalled")
    tracker.edit("3", {"title": "Something else"})
    tracker.undo()
    assert tracker.import_file(ruritania, "ruritania.json").changes == 0


def test_the_built_in_file_changes_nothing(make: Maker) -> None:
    """Importing a file of the built-in record into its store adds no entry."""
    written = make().import_file(BUILT_IN, "dialogue_2025.json")
    assert (written.changes, written.created_store is not None) == (0, True)
    assert make("built-in").import_file(BUILT_IN, "dialogue_2025.json").changes == 0


def test_stores_made_apart_hold_the_same(make: Maker) -> None:
    """Two stores of the built-in record have identical entries."""
    one, other = make(author="Ann"), make(author="Bob", today=date(2030, 1, 1))
    one.note("4-07", "One.")
    other.note("4-08", "Other.")
    mine, theirs = list(one.log()), list(other.log())
    assert mine[:-1] == theirs[:-1]
    assert mine[-1] != theirs[-1]
    assert list(make().log()) == mine[:-1]


def test_replicas_that_exchange_their_logs_agree(make: Maker) -> None:
    """Two stores that import each other's log show the same, and importing it again adds nothing."""
    one, other = make("built-in", author="Ann"), make("built-in", author="Bob")
    one.mark("4-07", "stalled", on="2026-05-01")
    other.mark("4-07", "complete", on="2026-04-01")
    one.undo(one.note("4-08", "A slip of the pen.").undo)
    other.add(NewCommitment("Fly", "science", "JS"))
    here, there = exported(one), exported(other, lines=True)
    assert one.import_file(there, "theirs.jsonl").changes == 2
    assert other.import_file(here, "mine.json").changes == 3
    assert seen(one) == seen(other)
    assert set(one.log()) == set(other.log())
    assert one.import_file(exported(other), "again.json").changes == 0
    assert rows(one)["ROK4-07"].status == "stalled"


# New versions of a file


def _title(document: Document) -> None:
    document["commitments"][1]["title"] = "Explore building a lunar relay"


def _note(document: Document) -> None:
    document["updates"][2]["note"] = "Both archives agreed on a format, and on a name."


def _no_update(document: Document) -> None:
    del document["updates"][0]


def _added(document: Document) -> None:
    document["commitments"].append({**document["commitments"][1], "ref": "RUR1-06", "title": "Fly kites"})


def _milestone(document: Document) -> None:
    document["commitments"][1]["milestones"] = [{"ref": "RUR1-02.1", "title": "A plan", "when": "2027"}]


def _moved(document: Document) -> None:
    document["commitments"][0]["milestones"][0]["when"] = "2026-04"


def _area(document: Document) -> None:
    document["areas"][1]["title"] = "Weather"


@pytest.mark.parametrize(
    ("edit", "changes", "refs"),
    [
        (_title, 2, {"RUR1-02"}),
        (_note, 2, {"RUR1-03"}),
        (_no_update, 1, {"RUR1-01"}),
        (_added, 1, {"RUR1-06"}),
        (_milestone, 1, {"RUR1-02"}),
        (_moved, 2, {"RUR1-01"}),
        (_area, 2, set()),
    ],
)
def test_an_import_changes_what_the_file_changed(
    tracker: Tracker, document: Document, edit: Callable[[Document], None], changes: int, refs: set[str]
) -> None:
    """A new version of a file changes what it says differently, and the old version restores it."""
    original = deepcopy(document)
    before, known = seen(tracker)[:2], rows(tracker)
    edit(document)
    assert take_in(tracker, document) == changes
    after = rows(tracker)
    with tracker.snapshot() as view:
        touched = {row.ref for row in view.history()[-changes:]}
        assert touched - {"RUR1/weather", "RUR1-01.1", "RUR1-02.1"} <= refs
    assert {ref for ref in after if after[ref] != known.get(ref)} <= refs
    assert take_in(tracker, document) == 0
    if edit is not _added:  # tested below
        take_in(tracker, original)
        assert seen(tracker)[:2] == before


def test_a_commitment_that_the_file_dropped_is_left_alone(tracker: Tracker, document: Document) -> None:
    """A commitment that the file no longer has stays on record."""
    before = rows(tracker)
    assert document["commitments"].pop()["ref"] == "RUR1-05"
    assert take_in(tracker, document) == 0
    assert rows(tracker) == before


def test_a_file_that_says_it_anew_is_believed(tracker: Tracker, document: Document) -> None:
    """A file's new title, note and commitment are recorded, and its removed values are retracted."""
    for edit in (_title, _note, _no_update, _added):
        edit(document)
    take_in(tracker, document)
    found = rows(tracker)
    assert found["RUR1-02"].title == "Explore building a lunar relay"
    assert found["RUR1-06"].title == "Fly kites"
    assert (found["RUR1-01"].status, found["RUR1-01"].percent) == ("not-started", None)
    with tracker.snapshot() as view:
        assert [row.ref for row in view.search("archives name")] == ["RUR1-03"]
        assert not view.search("contract lander")
        live = [row.note for row in view.history(view.refs.resolve("3")) if not row.retracted and row.kind != "retract"]
        assert live == [None, "Both archives agreed on a format, and on a name."]


def test_recorded_entries_outlive_an_import(tracker: Tracker, document: Document) -> None:
    """An import changes nothing that users marked, rescheduled, noted, edited and added."""
    tracker.mark("1", "stalled", note="The lander is late.")
    tracker.reschedule("3", "2028")
    tracker.edit("2", {"title": "Our words"})
    tracker.add(NewCommitment("Fly kites", "moon", "JS"))
    for edit in (_title, _note, _no_update, _moved):
        edit(document)
    assert take_in(tracker, document) > 0
    found = rows(tracker)
    assert found["RUR1-01"].status == "stalled"
    assert found["RUR1-03"].due == "2028"
    assert found["RUR1-02"].title == "Our words"
    assert found["RUR1-06"].title == "Fly kites"


def test_a_second_dialogue_leaves_the_first_alone(tracker: Tracker, document: Document) -> None:
    """A later dialogue of the same parties changes no view of the earlier one."""
    then = date(2025, 6, 2)
    with tracker.snapshot(Scope(then)) as view:
        before = list(view.commitments(OfSide(["GRA"]))), view.values("party")
    assert before[0]
    later = deepcopy(document)
    later["dialogue"] |= {"key": "RUR2", "number": 2, "when": "2026-06-01", "title": "Second"}
    later["updates"] = []
    for commitment in later["commitments"]:
        commitment["ref"] = commitment["ref"].replace("RUR1", "RUR2")
        for milestone in commitment.get("milestones", ()):
            milestone["ref"] = milestone["ref"].replace("RUR1", "RUR2")
    assert take_in(tracker, later) > 0
    with tracker.snapshot(Scope(then)) as view:
        assert (list(view.commitments(OfSide(["GRA"]))), view.values("party")) == before
    assert take_in(tracker, document) == 0
    assert take_in(tracker, later) == 0
    assert len(rows(tracker)) == 10


def test_an_update_finds_its_ref_without_regard_to_case(tracker: Tracker, document: Document) -> None:
    """An update of a file may name its ref in any case."""
    document["updates"][0]["ref"] = "rur1-01"
    document["updates"][1]["ref"] = "rur1-01.1"
    take_in(tracker, document)
    found = rows(tracker)["RUR1-01"]
    assert (found.status, found.percent) == ("in-progress", 20)
    with tracker.snapshot() as view:
        assert [(row.ref, row.new) for row in view.slips()] == [("RUR1-01.1", "2026-09")]


def test_a_recurring_milestone_is_met_twice_in_a_file(make: Maker, document: Document) -> None:
    """Each `met` of a recurring milestone moves it to the next occurrence."""
    tracker = make("empty")
    milestone = document["commitments"][3]["milestones"][0]
    milestone["when"] = "2022"
    met = {"ref": "RUR1-04.1", "status": "met", "evidence": "https://strelsau.example/met"}
    document["updates"] = [{**met, "on": "2025-06-01"}, {**met, "on": "2026-06-01"}]
    take_in(tracker, document)
    with tracker.snapshot() as view:
        (upcoming, *_) = [row for row in view.upcoming() if row.ref == "RUR1-04.1"]
        assert upcoming.when == "2026"


def test_a_file_has_several_pieces_of_evidence(make: Maker, document: Document) -> None:
    """Updates, milestones and links have a text or a list as evidence; both forms are the same import."""
    pieces = ["Cable STRELSAU 12 of 3 May 2025", "https://a.example/1"]
    document["updates"][0]["evidence"] = [*pieces, pieces[0]]
    document["commitments"][0]["milestones"][0]["evidence"] = pieces
    document["commitments"][0]["carries_on"] = [{"ref": "ZEN1-01", "evidence": pieces}]
    tracker = make("empty")
    take_in(tracker, document)
    text = "\n".join(pieces)
    assert [entry.content.get("evidence") for entry in tracker.log()].count(text) == 3
    assert take_in(tracker, document) == 0
    document["updates"][0]["evidence"] = f"{text}\n"
    document["commitments"][0]["milestones"][0]["evidence"] = text
    assert take_in(tracker, document) == 0


def test_evidence_lists_need_no_validation(document: Document) -> None:
    """A list in a document that was not validated becomes the same entry as in one that was."""
    from spacedialog.importing import entries, parse

    document["updates"][0]["evidence"] = ["Cable STRELSAU 12", "https://a.example/1"]
    validated = parse.read(io.BytesIO(json.dumps(document).encode()), "file")
    assert isinstance(validated, parse.Contents)
    (first, *_), (same, *_) = list(entries.file_commitments(document)), list(validated.commitments())
    for file_commitment in (first, same):
        (group,) = entries.commitment_entries(document["dialogue"], file_commitment)
        assert "Cable STRELSAU 12\nhttps://a.example/1" in [entry.body.get("evidence") for entry in group]


# Logs


@pytest.mark.parametrize("built_in", [False, True])
@pytest.mark.parametrize("lines", [False, True])
def test_an_exported_log_comes_in_whole(make: Maker, built_in: bool, lines: bool) -> None:
    """An exported log imported into a new store gives the same log and views."""
    tracker = make("built-in")
    tracker.mark("4-07", "stalled", note='Quoted "words", é, \u202e and\na line', evidence="https://a.example/é?x=1&y")
    tracker.apply("ref,note\n4-08,one\n4-09,two\n", "updates.csv")
    tracker.undo()
    tracker.add(NewCommitment("Fly", "science", "JS", partners=["KASA"]))
    copy = make()
    written = copy.import_file(exported(tracker, lines=lines), "log", built_in=built_in)
    assert written.created_store == str(copy.path)
    assert list(copy.log()) == list(tracker.log())
    assert seen(copy) == seen(tracker)
    assert exported(copy, lines=lines) == exported(tracker, lines=lines)
    assert copy.import_file(exported(tracker), "log").changes == 0


def test_an_empty_log_makes_an_empty_store(make: Maker) -> None:
    """An empty log imported without the built-in record gives an empty store."""
    tracker = make()
    tracker.import_file(b'{"format": "spacedialog-log/1", "changes": []}', "log", built_in=False)
    assert list(tracker.log()) == []
    assert rows(tracker) == {}
    with pytest.raises(InputError, match="no dialogue"):
        tracker.add(NewCommitment("Fly", "science", "JS"))


def test_a_log_that_was_tampered_with_is_refused(make: Maker, tracker: Tracker) -> None:
    """Every entry that does not match its hash is named, and nothing is imported."""
    log = json.loads(exported(tracker))
    log["changes"][3]["author"] = "Nobody"
    log["changes"][5]["body"]["set"]["title"] = "Forged"
    log["changes"][9]["ts"] += 1
    copy = make()
    with pytest.raises(ProblemsError) as caught:
        copy.import_file(json.dumps(log).encode(), "log.json")
    assert [problem.split(":")[1].strip() for problem in caught.value.problems] == [
        "changes[3]",
        "changes[5]",
        "changes[9]",
    ]
    assert all("hash" in problem and "\n  " in problem for problem in caught.value.problems)
    assert not copy.has_store


def test_two_changes_with_one_id_are_refused(tracker: Tracker) -> None:
    """A log with another entry under an id of this store is refused with each such id."""
    log = list(tracker.log())
    forged = [
        make_entry(
            PendingEntry(c.kind, c.item, c.on, {**c.content, "note": "x"}),
            entry_id=c.id,
            ts=c.ts,
            author="B",
            base=None,
        )
        for c in log[:2]
    ]
    with pytest.raises(ProblemsError) as caught:
        tracker.import_file(log_file(*forged, *log[2:]), "log.json")
    assert len(caught.value.problems) == 2
    assert all(change.id in problem for change, problem in zip(forged, caught.value.problems, strict=True))
    assert list(tracker.log()) == log


def _entry(
    body: dict[str, Any], *, ts: int = 1_750_000_000_000_000, kind: str = "set", on: str = "2026-01-01"
) -> Entry:
    item, text = item_id("commitment", "RUR1-02"), canonical_json(body)
    change = Entry("01900000-0000-7000-8000-0000000000aa", ts, on, "Mallory", kind, item, None, text, "")
    return change._replace(sha=entry_hash(*change[:8]))


@pytest.mark.parametrize(
    "body",
    [
        {"v": "x", "set": {}},
        {"v": None},
        {"v": 1, "set": ["title"]},
        {"v": 1, "set": {"title": 7}},
        {"v": 1, "set": {"title": None, "detail": ["x"]}},
        {"v": 1, "set": {"due": 2026}},
        {"v": 1, "set": {"due": "soon"}},
        {"v": 1, "set": {"status": "happy"}},
        {"v": 1, "set": {"status": 5}},
        {"v": 1, "set": {"percent": "many"}},
        {"v": 1, "set": {"partners": 7}},
        {"v": 1, "set": {"partners": "NASA"}},
        {"v": 1, "set": {"partners": [["a"]]}},
        {"v": 1, "set": {"sources": [{}]}},
        {"v": 1, "set": {"sources": "JS"}},
        {"v": 1, "set": {"ref": 7}},
        {"v": 1, "set": {"ref": None}},
        {"v": 1, "set": {}, "milestone": ["m"]},
        {"v": 1, "set": {"when": "soon", "recurs": "often"}, "milestone": item_id("milestone", "RUR1-04.1")},
        {"v": 1, "note": 5},
        {"v": 1, "note": {"a": 1}},
        {"v": 1, "evidence": 5},
        {},
    ],
    ids=json.dumps,
)
def test_a_well_signed_log_of_nonsense_does_no_harm(make: Maker, body: dict[str, Any]) -> None:
    """A log of invalid bodies with correct hashes is refused or folded, and every view works."""
    for kind in ("set", "create"):
        tracker = make("ruritania")
        try:
            tracker.import_file(log_file(_entry(body, kind=kind)), "log.json")
        except InputError:
            assert len(rows(tracker)) == 5
        assert len(seen(tracker)) == 6


def test_entries_of_a_newer_program_are_stored(make: Maker, tracker: Tracker) -> None:
    """Entries of an unknown kind or version are imported and exported, and change only the history."""
    log = [
        _entry({"v": 1, "set": {"title": "Hooray"}}, kind="celebrate"),
    ]
    before = rows(tracker)
    assert tracker.import_file(log_file(*log), "log.json").changes == 1
    assert rows(tracker) == before
    assert set(log) <= set(tracker.log())
    copy = make()
    copy.import_file(exported(tracker), "log.json", built_in=False)
    assert list(copy.log()) == list(tracker.log())


@pytest.mark.parametrize("ts", [2**48 * 1000, 253_402_300_800_000_000, 2**61])
def test_a_time_that_no_clock_shows_is_refused(tracker: Tracker, ts: int) -> None:
    """A log with times after the year 9999 is refused."""
    with pytest.raises(InputError):
        tracker.import_file(log_file(_entry({"v": 1, "note": "Hello."}, ts=ts, kind="note")), "log.json")
    tracker.note("1", "Hello.")
    with tracker.snapshot() as view:
        assert view.history()[-1].note == "Hello."


# Refused


def test_a_ref_of_another_commitment_is_refused(tracker: Tracker, document: Document) -> None:
    """A file whose refs belong to other commitments here is refused with each of them, in any case."""
    tracker.add(NewCommitment("Fly kites", "moon", "JS", ref="RUR1-06"))
    tracker.edit("2", {"ref": "RUR1-07"})
    log = list(tracker.log())
    for ref in ("rur1-06", "RUR1-07"):
        document["commitments"].append({**document["commitments"][4], "ref": ref})
    with pytest.raises(ProblemsError) as caught:
        take_in(tracker, document)
    assert [problem.split(" is already the ref")[0] for problem in caught.value.problems] == [
        "record.json: commitments[5]: rur1-06",
        "record.json: commitments[6]: RUR1-07",
    ]
    assert list(tracker.log()) == log


def test_all_problems_of_a_file_are_reported(make: Maker, document: Document) -> None:
    """All problems of a file are reported at once, each with its place and remedy."""
    document["commitments"][0]["due"] = "2025-13"
    document["commitments"][1]["strength"] = "iron"
    document["commitments"][3]["milestones"][0]["recurs"] = "often"
    document["updates"][0]["evidence"] = ["Cable 12", "https:alert(1)"]
    document["parties"][0]["nickname"] = "Rury"
    tracker = make()
    with pytest.raises(ProblemsError) as caught:
        take_in(tracker, document)
    places = [problem.split(": ")[1] for problem in caught.value.problems]
    assert sorted(places) == [
        "commitments[0].due",
        "commitments[1].strength",
        "commitments[3].milestones[0].recurs",
        "parties[0].nickname",
        "updates[0].evidence",
    ]
    assert all(problem.startswith("record.json: ") and "\n  " in problem for problem in caught.value.problems)
    assert not tracker.has_store


def test_parts_that_do_not_fit_each_other_are_reported(make: Maker, document: Document) -> None:
    """All undeclared areas, parties, documents and refs of a file are reported."""
    document["commitments"][0] |= {"area": "alchemy", "lead": "NOBODY", "partners": ["RUR", "NEMO"]}
    document["commitments"][1]["sources"] = [{"document": "X"}]
    document["commitments"][2]["ref"] = "rur1-01"
    document["commitments"][3]["milestones"][0]["recurs"] = "6 months"
    document["updates"][0]["ref"] = "RUR1-99"
    document["updates"][1]["status"] = "stalled"
    document["updates"][2]["on"] = "2025/.."
    with pytest.raises(ProblemsError) as caught:
        take_in(make(), document)
    text = "\n".join(caught.value.problems)
    for said in (
        "alchemy",
        "NOBODY",
        "NEMO",
        "'X'",
        "occurs earlier in the file",
        "not precise enough",
        "RUR1-99",
        "stalled",
        "RUR1-03",
        "no end",
    ):
        assert said in text
    assert len(caught.value.problems) == 10, text


@pytest.mark.parametrize("place", ["dialogue", "milestone"])
def test_a_statement_has_a_day(make: Maker, document: Document, place: str) -> None:
    """A dialogue or a milestone set on a date without a latest day is refused."""
    if place == "dialogue":
        document["dialogue"]["when"] = "2025/.."
    else:
        document["commitments"][0]["milestones"][0]["since"] = "2025/.."
    with pytest.raises(InputError):
        take_in(make("empty"), document)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b" ", b"{", b"[]", b"null", b"7", b'"text"', b"{}", b"\xff\xfe{}", b"[" * 100_000, b'{"format": 1}'),
        b'{"format": "spacedialog/9"}',
        b'{"format": "spacedialog-log/1"}\n{"id": 1}\n',
        b'{"format": "spacedialog-log/1"}\nnot json\n',
        b'{"format": "spacedialog-log/1", "changes": {}}',
        b'"spacedialog-log/1"\n{}',
        b"spacedialog-log/1\n{}",
        b"ref,status\nRUR1-01,met\n",
    ],
    ids=lambda content: ascii(content[:40]),
)
def test_a_file_that_is_no_record_is_refused(make: Maker, content: bytes) -> None:
    """A file that is neither a data file nor an exported log is refused, and no store is created."""
    tracker = make()
    with pytest.raises(SpacedialogError) as caught:
        tracker.import_file(content, "file.json")
    assert "file.json" in caught.value.problem
    assert caught.value.exit_status == 2
    assert not tracker.has_store


def test_a_large_database_gets_the_same_rows_as_a_small_one(
    make: Maker, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that looks up every item and ref records the same entries and rows as one that read them at once."""
    updates = [{"ref": "RUR1-02", "on": "2026-05-01", "note": "Two clashes."}]
    small, large = (make("built-in", seed="same") for _ in range(2))
    take_in(small, document)
    take_in(small, {**document, "updates": [*document["updates"], *updates]})
    monkeypatch.setattr("spacedialog.store.log._FEW", -1)
    monkeypatch.setattr("spacedialog.store.read.refs._FEW", -1)
    monkeypatch.setattr("spacedialog.store.write.ref_clashes._MANY", 0)
    take_in(large, document)
    take_in(large, {**document, "updates": [*document["updates"], *updates]})
    assert tables_of(small) == tables_of(large)


def tables_of(tracker: Tracker) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table of the record, with their numbers."""
    with closing(sqlite3.connect(tracker.path)) as connection:
        return {
            table: connection.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid").fetchall() for table in OWN_TABLES
        }
