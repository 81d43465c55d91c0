"""Tests of internal entries: what is recorded as internal, and what the public record shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.entry import Entry, PendingEntry, item_id, make_entry, new_entry_ids
from spacedialog.model.fields import NewCommitment
from spacedialog.model.parties import NewParty
from spacedialog.model.position import Scope
from spacedialog.model.rows.written import Written
from spacedialog.model.visibility import hidden_ids
from spacedialog.tracker import Selection, Tracker
from tests.support import ruritania
from tests.support.trackers import Maker

PUBLIC = Scope(public=True)


def statuses(tracker: Tracker, scope: Scope = PUBLIC) -> dict[str, str]:
    """Return the status of each commitment by ref."""
    with tracker.snapshot(scope) as snapshot:
        return {row.ref: row.status for row in snapshot.commitments()}


def latest(tracker: Tracker) -> Entry:
    """Return the entry recorded last."""
    return list(tracker.log())[-1]


def commitment(title: str, **more: Any) -> NewCommitment:
    """Return a new commitment of the first area."""
    return NewCommitment.of({"title": title, "area": "moon", "source": "JS", **more})


def test_an_internal_status_is_not_in_the_public_record(tracker: Tracker) -> None:
    """An internal mark changes the whole record, and in the public one neither the status nor the last check."""
    tracker.mark("2", "complete", note="secret", internal=True)
    assert (statuses(tracker, Scope())["RUR1-02"], statuses(tracker)["RUR1-02"]) == ("complete", "unknown")
    with tracker.snapshot(PUBLIC) as snapshot:
        detail = snapshot.detail(snapshot.refs.resolve("2"))
        assert (detail.checked_on, len(detail.history)) == (None, 1)
        assert snapshot.search("share")
        assert not snapshot.search("secret")


def test_a_public_status_follows_the_same_internal_one(tracker: Tracker) -> None:
    """A status that only the internal record has is recorded again when it becomes public, and is no conflict."""
    tracker.reschedule("3", "2027-05", internal=True)
    assert tracker.reschedule("3", "2027-05").changes == 1
    tracker.mark("3", "in-progress", percent=40, internal=True)
    tracker.mark("3", "in-progress", percent=60)
    tracker.mark("3", "stalled", internal=True)
    with tracker.snapshot() as snapshot:
        assert snapshot.disagreements() == (0, 0)
    assert (statuses(tracker)["RUR1-03"], statuses(tracker, Scope())["RUR1-03"]) == ("in-progress", "stalled")


def test_the_result_of_a_public_action_shows_the_public_record(tracker: Tracker) -> None:
    """A public mark with the status of an internal one changes the public status, and the result says so."""
    tracker.mark("2", "complete", internal=True)
    (difference,) = tracker.mark("2", "complete").differences
    assert (difference.old, difference.new) == ("unknown", "complete")


def test_a_public_value_is_computed_from_public_values(tracker: Tracker) -> None:
    """Completion clears the percentage only where it is public, so the entry does not reveal an internal one."""
    tracker.mark("3", "in-progress", percent=40, internal=True)
    tracker.mark("3", "complete")
    assert latest(tracker).content["set"] == {"status": "complete"}


def test_an_internal_commitment_is_internal_as_a_whole(tracker: Tracker) -> None:
    """Entries about an internal commitment or milestone are internal without being marked so."""
    assert tracker.add(commitment("Hush"), internal=True).ref == "RUR1-INT-01"
    assert tracker.mark("int-1", "complete").internal == 1
    assert tracker.add_milestone("INT-1", "Step", "2027").internal == 1
    assert tracker.assess("RUR1-INT-01", "met").internal == 1
    assert tracker.add_milestone("1", "Hidden step", "2027", internal=True).ref == "RUR1-01.INT1"
    assert tracker.mark("RUR1-01.INT1", "met").internal == 1
    assert tracker.undo().internal == 1
    assert "RUR1-INT-01" not in statuses(tracker)
    with tracker.snapshot(PUBLIC) as snapshot:
        assert [row.ref for row in snapshot.upcoming() if "INT" in row.ref] == []
        with pytest.raises(NotFoundError):
            snapshot.refs.resolve("INT-1")


def test_public_numbers_have_no_gaps(tracker: Tracker) -> None:
    """Internal commitments and milestones have numbers of their own, and a number alone is a public one."""
    tracker.add(commitment("Hush"), internal=True)
    assert tracker.add(commitment("Open")).ref == "RUR1-06"
    tracker.add_milestone("1", "Hidden step", "2027", internal=True)
    assert tracker.add_milestone("1", "Open step", "2027").ref == "RUR1-01.2"
    with tracker.snapshot() as snapshot:
        assert snapshot.refs.resolve("1").ref == "RUR1-01"


def test_an_entry_that_names_something_internal_is_internal(tracker: Tracker) -> None:
    """A commitment with an internal lead, and an edit that sets one, are internal, because the name is."""
    tracker.add_party(NewParty("KIA", "Hidden office", "RUR", (), {}, "RUR1"), internal=True)
    done = tracker.add(commitment("Hush", lead="KIA"))
    assert (done.ref, done.internal) == ("RUR1-INT-01", 1)
    assert tracker.edit("2", {"lead": "KIA"}).internal == 1
    with tracker.snapshot(PUBLIC) as snapshot:
        assert "KIA" not in snapshot.values("party")
        assert snapshot.fields_of(snapshot.refs.resolve("2")).get("lead") is None


def test_an_internal_undo_is_not_public(tracker: Tracker) -> None:
    """An internal undo of a public entry leaves it in the public record."""
    done = tracker.mark("2", "complete")
    assert tracker.undo(done.undo, internal=True).internal == 1
    assert (statuses(tracker, Scope())["RUR1-02"], statuses(tracker)["RUR1-02"]) == ("unknown", "complete")


def test_public_entries_name_public_entries_only(tracker: Tracker) -> None:
    """The parents of a public entry are public, so an export has no id of an internal entry."""
    tracker.mark("2", "in-progress")
    first = latest(tracker).id
    tracker.note("2", "secret", internal=True)
    hidden = latest(tracker).id
    tracker.mark("2", "stalled")
    assert (latest(tracker).base, "beside" in latest(tracker).content) == (first, False)
    assert hidden not in json.dumps(list(tracker.log(PUBLIC)))
    tracker.note("2", "more", internal=True)
    assert latest(tracker).content["beside"] == [hidden]


def test_the_public_record_of_a_day(make: Maker) -> None:
    """The public record as of a day and as known at a time has what was public then."""
    tracker = make("ruritania")
    tracker.mark("2", "in-progress", on="2026-05-01", internal=True)
    tracker.mark("2", "complete", on="2026-06-01")
    then = Scope(as_of=date(2026, 5, 15), public=True)
    assert (statuses(tracker, then)["RUR1-02"], statuses(tracker)["RUR1-02"]) == ("unknown", "complete")
    before = Scope(known_at=latest(tracker).ts - 1, public=True)
    assert statuses(tracker, before)["RUR1-02"] == "unknown"


def test_internal_parts_of_a_file(tracker: Tracker) -> None:
    """Parts that a data file marks as internal are not public, with everything about them; a reimport adds nothing."""
    document = json.loads(json.dumps(ruritania.RECORD))
    document["areas"].append({"key": "hush", "title": "Hidden", "internal": True})
    document["commitments"] += [
        ruritania.commitment(7, "hush", "In a hidden area", "firm"),
        ruritania.commitment(8, "moon", "Hidden itself", "firm", internal=True, milestones=[
            {"ref": "RUR1-08.1", "title": "Step", "when": "2027"}
        ]),
    ]  # fmt: skip
    document["updates"].append({"ref": "RUR1-08", "on": "2026-01-05", "note": "About it"})
    content = json.dumps(document).encode()
    done = tracker.import_file(content, "file.json")
    assert done.internal == done.changes == 5
    assert tracker.import_file(content, "file.json").changes == 0
    assert statuses(tracker).keys() & {"RUR1-07", "RUR1-08"} == set()
    del document["areas"][-1]["internal"]
    assert tracker.import_file(json.dumps(document).encode(), "file.json").changes == 4
    assert statuses(tracker).keys() & {"RUR1-07", "RUR1-08"} == {"RUR1-07"}


def test_an_internal_import_hides_the_whole_file(tracker: Tracker) -> None:
    """An internal import of a dialogue leaves no trace of it in the public record."""
    content, before = json.dumps(ruritania.RECORD).replace("RUR1", "RUR2").encode(), list(tracker.log())
    done = tracker.import_file(content, "file.json", internal=True)
    assert done.internal == done.changes > 15
    assert list(tracker.log(PUBLIC)) == before
    assert tracker.import_file(content, "file.json", internal=True).changes == 0


def test_internal_rows_of_a_sheet(tracker: Tracker) -> None:
    """A row of `apply` can be internal; each row is compared with the record that it changes."""
    rows = [{"ref": "2", "status": "complete", "internal": True}, {"ref": "3", "status": "complete"}]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    done = tracker.apply(text, "rows.jsonl")
    assert (done.changes, done.internal) == (2, 1)
    assert tracker.apply(text, "rows.jsonl").changes == 0
    assert (statuses(tracker)["RUR1-02"], statuses(tracker)["RUR1-03"]) == ("unknown", "complete")
    assert tracker.apply(json.dumps({"ref": "2", "status": "complete"}), "rows.jsonl").changes == 1
    assert statuses(tracker)["RUR1-02"] == "complete"
    with pytest.raises(InputError):
        tracker.apply(json.dumps({"ref": "2", "note": "a", "internal": "perhaps"}), "rows.jsonl")


def test_an_export_for_others_imports_to_the_public_state(make: Maker) -> None:
    """The public entries, imported elsewhere, give the public record; the record itself has them already."""
    tracker, other = make("ruritania"), make()
    tracker.mark("2", "in-progress", note="secret", internal=True)
    tracker.mark("2", "complete")
    lines = [json.dumps({"format": "spacedialog-log/1"})]
    lines += [json.dumps({**entry._asdict(), "body": entry.content}) for entry in tracker.log(PUBLIC)]
    content = "\n".join(lines).encode()
    assert other.import_file(content, "log.jsonl", built_in=False).changes == len(lines) - 1
    assert statuses(other, Scope()) == statuses(tracker)
    assert tracker.import_file(content, "log.jsonl").changes == 0
    assert str(other.fingerprint()) == str(tracker.fingerprint(PUBLIC))


def recorded(document: dict[str, Any]) -> bytes:
    """Return a data file with this document."""
    return json.dumps(document).encode()


def ruritanian() -> dict[str, Any]:
    """Return a copy of the invented record."""
    document: dict[str, Any] = json.loads(json.dumps(ruritania.RECORD))
    return document


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ("dialogue", set()),
        ("areas", {"RUR1-03", "RUR1-04", "RUR1-05"}),
        ("parties", {"RUR1-02", "RUR1-03"}),
    ],
)
def test_one_import_withdraws_a_part_with_everything_about_it(tracker: Tracker, part: str, left: set[str]) -> None:
    """A dialogue, area or party that becomes internal in its data file takes the commitments that name it along."""
    document = ruritanian()
    whole = document[part]
    (whole if part == "dialogue" else whole[0])["internal"] = True
    if part == "parties":
        document["dialogue"]["host"] = "GRA"
        document["commitments"][0]["lead"] = "RUR"
    content = recorded(document)
    tracker.import_file(content, "file.json")
    assert statuses(tracker).keys() & {f"RUR1-0{number}" for number in range(1, 6)} == left
    assert tracker.import_file(content, "file.json").changes == 0


def test_an_area_or_party_of_another_dialogue_does_not_make_a_key_public(make: Maker) -> None:
    """A commitment is internal if its own dialogue has its area or lead only internally."""
    tracker = make("ruritania")
    tracker.import_file(json.dumps(ruritania.RECORD).replace("RUR1", "RUR2").encode(), "file.json")
    for dialogue, internal in (("RUR1", False), ("RUR2", True)):
        tracker.add_area("hush", "Hidden", dialogue=dialogue, internal=internal)
        tracker.add_party(NewParty("KIA", "Office", "RUR", (), {}, dialogue), internal=internal)
    for name, value in (("area", "hush"), ("lead", "KIA")):
        assert tracker.add(commitment(f"New {name}", **{name: value, "dialogue": "RUR2"})).internal == 1
        assert tracker.add(commitment(f"New {name}", **{name: value, "dialogue": "RUR1"})).internal == 0
        assert tracker.edit("RUR2-03", {name: value}).internal == 1


def test_an_internal_ref_leaves_no_trace_in_public_ones(tracker: Tracker) -> None:
    """The refs of new public commitments and milestones continue the public ones."""
    tracker.edit("RUR1-02", {"ref": "RUR1-77"}, internal=True)
    assert tracker.add_milestone("RUR1-77", "Step", "2027").ref == "RUR1-02.1"
    assert tracker.add(commitment("Open")).ref == "RUR1-06"
    tracker.edit("RUR1-03", {"ref": "RUR1-07"}, internal=True)
    assert tracker.add(commitment("Taken")).ref == "RUR1-08"


def test_internal_parts_of_a_file_change_no_public_value(make: Maker) -> None:
    """The position of an area, and the next date of a recurring event, are those of a file without internal parts."""
    tracker, document = make(), ruritanian()
    document["areas"].insert(0, {"key": "hush", "title": "Hidden", "internal": True})
    document["commitments"][3]["milestones"][0]["when"] = "2026-03"
    update = {"ref": "RUR1-04.1", "evidence": "https://strelsau.example"}
    document["updates"] += [
        {**update, "on": "2026-04", "due": "2026-06-05", "internal": True},
        {**update, "on": "2026-08", "status": "met"},
    ]
    tracker.import_file(recorded(document), "file.json", built_in=False)
    values = [entry.content.get("set", {}) for entry in tracker.log(PUBLIC)]
    assert [value["position"] for value in values if "position" in value] == [0, 1]
    assert [value["when"] for value in values if "met" in value] == ["2028-03"]


def test_a_public_check_selects_by_public_fields(tracker: Tracker) -> None:
    """A check of the open commitments includes one that only the internal record has as complete."""
    tracker.mark("2", "complete", internal=True)
    tracker.edit("3", {"owner": "Hush"}, internal=True)
    tracker.add(commitment("Hidden"), internal=True)
    assert set(tracker.check(selection=Selection(area=("moon",))).refs) == {"RUR1-01", "RUR1-02", "RUR1-INT-01"}
    assert "RUR1-02" not in tracker.check(selection=Selection(area=("moon",)), internal=True).refs
    with pytest.raises(InputError, match="no matching"):
        tracker.check(selection=Selection(owner=("Hush",)))


def test_parties_show_nothing_of_internal_entries(tracker: Tracker) -> None:
    """The spelling of a side, the day of a succession and the parties to assess are those of the public record."""
    tracker.add_party(NewParty("KIA", "Hidden office", "ZuB", (), {}, "RUR1"), internal=True)
    tracker.add_party(NewParty("ZBA", "Agency", "zub", (), {}, "RUR1"))
    assert latest(tracker).content["set"]["side"] == "zub"
    tracker.edit_party("GMO", {"succeeds": {"RSA": "2026"}}, on="2026-02", internal=True)
    tracker.edit_party("GMO", {"succeeds": {"GRA": "2020"}})
    assert latest(tracker).on == "2025-03-10"
    tracker.edit("2", {}, add_partners=["GMO"], internal=True)
    with pytest.raises(InputError, match="not a party"):
        tracker.assess("2", "met", party="GMO")


def test_an_internal_undo_does_not_repeat_a_public_entry(tracker: Tracker) -> None:
    """What the public record still has is not recorded in it a second time."""
    row = json.dumps({"ref": "2", "status": "stalled", "note": "Late"})
    records: tuple[Callable[[], Written], ...] = (
        lambda: tracker.edit("2", {"title": "Better"}, note="Why"),
        lambda: tracker.apply(row, "rows.jsonl"),
    )
    for record in records:
        tracker.undo(record().undo, internal=True)
        assert record().changes == 0


def test_apply_names_the_values_that_it_makes_public(tracker: Tracker) -> None:
    """A list of the whole record that is applied again makes internal values public, and the result says so."""
    tracker.mark("2", "stalled", internal=True)
    done = tracker.apply("ref,status\nRUR1-02,stalled\nRUR1-03,stalled\n", "list.csv")
    assert [notice for notice in done.notices if "public" in notice] == [
        "Now public, and internal before: status of RUR1-02. If this is a mistake, undo it and use --internal, or a"
        " sheet exported with --public."
    ]


def test_positions_of_the_shared_log_are_not_public(tracker: Tracker) -> None:
    """A position counts internal entries, so the public record cannot be read at one."""
    with pytest.raises(InputError, match="has no positions"), tracker.snapshot(Scope(at_seq=1, public=True)):
        pass


def test_what_an_internal_undo_kept_public_can_be_undone_publicly(tracker: Tracker) -> None:
    """After an internal undo, a public undo of the same entry is recorded, and takes it out of the public record."""
    done = tracker.mark("2", "complete")
    tracker.undo(done.undo, internal=True)
    with pytest.raises(InputError, match="already undone"):
        tracker.undo(done.undo, internal=True)
    assert tracker.undo(done.undo).internal == 0
    assert statuses(tracker)["RUR1-02"] == "unknown"
    with pytest.raises(InputError, match="already undone"):
        tracker.undo(done.undo)


def test_an_import_after_an_internal_undo_repeats_nothing(tracker: Tracker) -> None:
    """A data file whose import was undone internally is still public, so a second import records nothing publicly."""
    content = json.dumps(ruritania.RECORD).replace("RUR1", "RUR2").encode()
    done = tracker.import_file(content, "file.json")
    tracker.undo(done.undo, internal=True)
    before = list(tracker.log(PUBLIC))
    tracker.import_file(content, "file.json")
    assert list(tracker.log(PUBLIC)) == before


def test_ids_of_public_entries_show_no_internal_ones(make: Maker) -> None:
    """The public entries of an action have the same ids with and without its internal entries."""
    rows = [
        {"ref": "2", "note": "secret", "internal": True},
        {"ref": "3", "note": "open"},
        {"ref": "4", "note": "open"},
    ]
    logs = []
    for chosen in (rows, rows[1:]):
        tracker = make("ruritania", seed="same")
        tracker.apply("".join(f"{json.dumps(row)}\n" for row in chosen), "rows.jsonl")
        logs.append(list(tracker.log(PUBLIC)))
        ids = [entry.id for entry in tracker.log()]
        assert ids[-len(chosen) :] == sorted(ids[-len(chosen) :])
    assert logs[0] == logs[1]


def test_an_undo_of_what_only_an_internal_redo_restored_is_internal(tracker: Tracker) -> None:
    """The public record has one undo of an entry, also if it was redone and undone again internally."""
    done = tracker.mark("2", "complete")
    tracker.undo(done.undo)
    tracker.redo(done.undo, internal=True)
    assert tracker.undo(done.undo).internal == 1
    assert [entry.kind for entry in tracker.log(PUBLIC)][-2:] == ["set", "retract"]


def test_what_another_program_left_unmarked_is_hidden_too() -> None:
    """In a log of another program, unmarked entries that depend on an internal one are hidden, step by step."""
    ids = new_entry_ids(1_790_000_000_000_000, bytes(16))

    def entry(kind: str, item: str, **body: Any) -> Entry:
        pending = PendingEntry(kind, item_id("test", item), "2026-01-05", body)
        return make_entry(pending, entry_id=next(ids), ts=1_790_000_000_000_000, author="Zenda", base=None)

    def created(type_: str, item: str, **values: Any) -> dict[str, Any]:
        return {"kind": "create", "item": item, "type": type_, "set": values}

    texts: dict[str, Any] = {
        "ref": "X-1",
        "title": "Plan",
        "kind": "action-item",
        "strength": "firm",
        "status": "unknown",
    }
    texts |= {"sources": [{"document": "JS"}]}
    party = entry(**created("party", "p", key="KIA", dialogue="X", name="Office", side="US"), internal=True)
    lead = entry(**created("commitment", "a", dialogue="X", area="moon", lead="KIA", **texts))
    about = entry("note", "a", note="about it")
    undo = entry("retract", "a", retracts=about.id)
    free = entry(**created("commitment", "b", dialogue="X", area="moon", **{**texts, "ref": "X-2"}))
    log = [party, lead, about, undo, free]
    assert hidden_ids(log) == {one.id for one in log[:-1]}
    again = entry(**created("party", "q", key="KIA", dialogue="Y", name="Office", side="US"))
    assert hidden_ids([*log, again]) == {party.id}
