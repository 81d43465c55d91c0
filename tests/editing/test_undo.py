"""Tests of undo and redo: each is one more entry, in the order of a stack or by an entry's id."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.errors import InputError, NotFoundError, ProblemsError
from spacedialog.importing.built_in import built_in_path
from spacedialog.model.fields import NewCommitment
from spacedialog.tracker import Tracker
from tests.support.built_in import COMMITMENTS

if TYPE_CHECKING:
    from tests.support.trackers import Maker

FLY = NewCommitment("Fly a kite", "moon", "JS", dialogue="RUR1")


def state(tracker: Tracker) -> dict[str, Any]:
    """Return everything on record today, without ids."""
    with tracker.snapshot() as view:
        return {
            "list": list(view.commitments()),
            "upcoming": view.upcoming(everything=True),
            "areas": view.areas(),
            "slips": list(view.slips()),
            "details": [view.detail(view.refs.resolve(row.ref))[1:7] for row in view.commitments()],
        }


def status(tracker: Tracker, ref: str = "RUR1-02") -> str | None:
    """Return the status of a commitment today; None if it is not on record."""
    with tracker.snapshot() as view:
        return next((row.status for row in view.commitments() if row.ref == ref), None)


def refs(tracker: Tracker) -> list[str]:
    """Return the refs of all commitments today."""
    with tracker.snapshot() as view:
        return [row.ref for row in view.commitments()]


def test_undo_takes_back_the_latest_first(tracker: Tracker) -> None:
    """Undo reverts the latest action and then the one before; redo restores them in reverse order."""
    states = [state(tracker)]
    for word in ("not-started", "in-progress", "complete"):
        tracker.mark("2", word)
        states.append(state(tracker))
    for before in reversed(states[:-1]):
        written = tracker.undo()
        assert (written.did, written.ref, written.changes) == ("undone", "RUR1-02", 1)
        assert state(tracker) == before
    with pytest.raises(InputError, match="Hentzau"):  # the author of the import
        tracker.undo()
    for after in states[1:]:
        assert tracker.redo().did == "redone"
        assert state(tracker) == after
    with pytest.raises(InputError, match="nothing to redo"):
        tracker.redo()


@settings(max_examples=25, deadline=None)
@given(moves=st.lists(st.sampled_from("mmmuur"), min_size=1, max_size=14))
def test_undo_and_redo_are_a_stack(make: Maker, moves: list[str]) -> None:
    """After any sequence of writes, undos and redos, the record is what a stack of actions gives."""
    tracker = make("ruritania")
    done: list[str] = []
    undone: list[str] = []
    for number, move in enumerate(moves):
        if move == "m":
            done.append(f"Title {number}")
            undone = []
            tracker.edit("2", {"title": done[-1]})
        elif move == "u" and done:
            undone.append(done.pop())
            tracker.undo()
        elif move == "r" and undone:
            done.append(undone.pop())
            tracker.redo()
        with tracker.snapshot() as view:
            title = view.detail(view.refs.resolve("RUR1-02")).commitment.title
        assert title == (done[-1] if done else "Explore sharing a lunar relay")


def test_an_undo_overwrites_nothing(tracker: Tracker) -> None:
    """An undone entry stays in the log and the history, marked as retracted, and the undo is one more entry."""
    tracker.mark("2", "stalled", note="Heard of a delay.")
    log = list(tracker.log())
    tracker.undo()
    assert list(tracker.log())[:-1] == log
    with tracker.snapshot() as view:
        marked, undo = view.history(view.refs.resolve("2"))[-2:]
        assert (marked.note, marked.retracted) == ("Heard of a delay.", True)
        assert (undo.kind, undo.changed, undo.retracted) == ("retract", {"retracts": marked.id}, False)
    tracker.redo()
    with tracker.snapshot() as view:
        assert [row.retracted for row in view.history(view.refs.resolve("2"))[-3:]] == [False, True, False]


def test_undo_says_what_it_changed(tracker: Tracker) -> None:
    """Undo returns the fields that it restored."""
    tracker.mark("1", "complete")
    written = tracker.undo()
    assert {(d.field, d.old, d.new) for d in written.differences} == {
        ("status", "complete", "in-progress"),
        ("percent", None, 20),
    }


def test_undo_by_the_end_of_an_id(tracker: Tracker) -> None:
    """Any action is undone by the id of one of its entries or the end of that id."""
    first = tracker.mark("2", "stalled").undo
    tracker.mark("3", "complete")
    assert first
    tracker.undo(first[-8:].upper())
    assert (status(tracker), status(tracker, "RUR1-03")) == ("unknown", "complete")
    with pytest.raises(InputError, match="already undone"):
        tracker.undo(first)
    tracker.redo(first[-8:])
    assert status(tracker) == "stalled"
    with pytest.raises(InputError, match="is not undone"):
        tracker.redo(first)


def test_undo_by_the_id_that_a_write_gave(tracker: Tracker) -> None:
    """Every write returns an id that undoes it, and so does an undo."""
    before = state(tracker)
    written = tracker.mark("2", "stalled")
    after = state(tracker)
    undone = tracker.undo(written.undo)
    assert state(tracker) == before
    tracker.undo(undone.undo)
    assert state(tracker) == after


def test_an_undo_is_redone_once(tracker: Tracker) -> None:
    """An undo that was redone cannot be redone again."""
    tracker.mark("2", "stalled")
    undone = tracker.undo()
    tracker.redo(undone.undo)
    log = list(tracker.log())
    with pytest.raises(InputError):
        tracker.redo(undone.undo)
    assert list(tracker.log()) == log


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("abc", InputError),
        ("", InputError),
        ("RUR1-02", InputError),
        ("%%%%", InputError),
        ("' OR 1", InputError),
        ("ffffffffffff", NotFoundError),
        ("a" * 300, NotFoundError),
    ],
)
@pytest.mark.parametrize("call", [Tracker.undo, Tracker.redo])
def test_an_invalid_id_is_refused(
    tracker: Tracker, name: str, error: type[Exception], call: Callable[[Tracker, str], object]
) -> None:
    """A name that is not an id, too short or unknown is refused, and nothing is undone."""
    log = list(tracker.log())
    with pytest.raises(error):
        call(tracker, name)
    assert list(tracker.log()) == log


def test_an_end_that_fits_several_ids_is_refused(tracker: Tracker) -> None:
    """An ending of several ids is refused, and the error asks for more characters."""
    ends: dict[str, str] = {}
    for number in range(5000):
        change = tracker.apply("\n".join(json.dumps({"ref": "2", "note": f"{number}-{i}"}) for i in range(200)), "x")
        assert change.changes == 200
        ids = [entry.id for entry in tracker.log()]
        ends = {}
        for id_ in ids:
            if id_[-4:] in ends:
                with pytest.raises(InputError, match="several entries"):
                    tracker.undo(id_[-4:])
                return
            ends[id_[-4:]] = id_


def test_an_apply_is_undone_as_a_whole(tracker: Tracker) -> None:
    """Updates applied together are undone together, without an id or by the id of any of them."""
    before = state(tracker)
    text = "ref,status\n1,stalled\n2,stalled\n3,complete\n"
    for by in (None, -1, -2, -3):
        tracker.apply(text, "updates.csv")
        after = state(tracker)
        written = tracker.undo(list(tracker.log())[by].id if by else None)
        assert (written.changes, written.ref) == (3, "")
        assert state(tracker) == before
        tracker.redo()
        assert state(tracker) == after
        tracker.undo()


def test_one_update_of_many_is_undone_alone(tracker: Tracker) -> None:
    """`only` undoes one entry of an action, and the others can be undone later."""
    tracker.apply("ref,status\n1,stalled\n2,stalled\n3,complete\n", "updates.csv")
    changes = [change.id for change in tracker.log()][-3:]
    tracker.undo(changes[1], only=True)
    assert [status(tracker, f"RUR1-0{n}") for n in (1, 2, 3)] == ["stalled", "unknown", "complete"]
    with pytest.raises(InputError, match="already undone"):
        tracker.undo(changes[1], only=True)
    assert tracker.undo(changes[0]).changes == 2
    assert [status(tracker, f"RUR1-0{n}") for n in (1, 2, 3)] == ["in-progress", "unknown", "unknown"]
    tracker.redo(changes[1])
    assert [status(tracker, f"RUR1-0{n}") for n in (1, 2, 3)] == ["in-progress", "stalled", "unknown"]


def test_an_import_is_undone_as_a_whole(make: Maker, ruritania: bytes) -> None:
    """An import is undone and redone as a whole, without an id or by the id of any of its entries."""
    tracker = make("empty")
    empty = state(tracker)
    imported = tracker.import_file(ruritania, "ruritania.json")
    full = state(tracker)
    for name in (None, next(tracker.log()).id[-12:], imported.undo):
        assert tracker.undo(name).changes == imported.changes
        assert state(tracker) == empty
        tracker.redo()
        assert state(tracker) == full
    tracker.undo()
    tracker.redo(next(tracker.log()).id)
    assert state(tracker) == full


def test_an_undone_import_takes_no_mark_with_it(tracker: Tracker) -> None:
    """Marks of an import that was undone count again once it is redone."""
    tracker.mark("2", "stalled")
    tracker.undo(next(tracker.log()).id)
    with pytest.raises(NotFoundError):
        tracker.note("2", "Hello.")
    tracker.redo()
    assert status(tracker) == "stalled"


def test_an_action_of_another_author_is_undone_by_id_only(make: Maker, tracker: Tracker) -> None:
    """Undo without an id refuses another user's action, and names the id that undoes it."""
    written = tracker.mark("2", "stalled")
    other = make(path=tracker.path, author="Rupert")
    log = list(tracker.log())
    with pytest.raises(InputError, match="Zenda") as caught:
        other.undo()
    assert list(tracker.log()) == log
    assert written.undo
    assert written.undo[-8:] in caught.value.remedy
    other.undo(written.undo)
    assert status(tracker) == "unknown"


def test_the_built_in_record_is_not_undone_by_mistake(make: Maker) -> None:
    """The built-in record cannot be undone as a whole; one of its entries can."""
    tracker = make("built-in")
    tracker.mark("4-07", "stalled")
    entry = next(change.id for change in tracker.log() if change.content.get("set", {}).get("ref") == "ROK4-07")
    with pytest.raises(InputError, match="built-in") as caught:
        tracker.undo(entry)
    assert "--only" in caught.value.remedy
    assert tracker.undo(entry, only=True).changes == 1
    assert len(refs(tracker)) == COMMITMENTS - 1
    tracker.redo(entry)
    assert (len(refs(tracker)), status(tracker, "ROK4-07")) == (COMMITMENTS, "stalled")


def test_an_undone_entry_of_the_built_in_record_stays_undone(make: Maker) -> None:
    """Importing a file again does not restore an entry that a user undid."""
    tracker = make("built-in")
    entry = next(change for change in tracker.log() if change.kind == "set" and "note" in change.content)
    tracker.undo(entry.id, only=True)
    assert tracker.import_file((built_in_path() / "dialogue_2025.json").read_bytes(), "again.json").changes == 0


def test_a_statement_that_was_brought_back_is_imported_like_the_others(tracker: Tracker, ruritania: bytes) -> None:
    """An entry that a user undid and redid is imported again like the others."""
    before = state(tracker)
    entry = next(
        change for change in tracker.log() if change.content.get("note") == "Both archives agreed on a format."
    )
    tracker.undo(entry.id, only=True)
    tracker.redo()
    document = json.loads(ruritania)
    del document["updates"][2]
    tracker.import_file(json.dumps(document).encode(), "ruritania.json")
    assert state(tracker) != before
    tracker.import_file(ruritania, "ruritania.json")
    assert state(tracker) == before


def test_an_import_that_only_dropped_something_is_undone_and_redone(tracker: Tracker, ruritania: bytes) -> None:
    """An import that only retracted is undone and redone like any other action."""
    before = state(tracker)
    document = json.loads(ruritania)
    del document["updates"][1]
    written = tracker.import_file(json.dumps(document).encode(), "ruritania.json")
    assert written.changes == 1
    after = state(tracker)
    assert after != before
    tracker.undo(written.undo)
    assert state(tracker) == before
    tracker.redo()
    assert state(tracker) == after


def test_a_ref_is_never_given_again(tracker: Tracker) -> None:
    """The number of an undone commitment is not used again."""
    assert tracker.add(FLY).ref == "RUR1-06"
    tracker.undo()
    assert tracker.add(FLY).ref == "RUR1-07"
    tracker.redo(list(tracker.log())[-3].id)
    assert refs(tracker)[-2:] == ["RUR1-06", "RUR1-07"]
    assert tracker.add(FLY, force=True).ref == "RUR1-08"


def test_a_ref_that_was_undone_is_not_taken_up_by_name(tracker: Tracker) -> None:
    """A ref of an undone commitment cannot be given to another."""
    tracker.add(FLY._replace(ref="RUR1-40"))
    tracker.undo()
    with pytest.raises(InputError, match="already in use"):
        tracker.add(FLY._replace(title="Fly another kite", ref="RUR1-40"))
    with pytest.raises(InputError, match="already in use"):
        tracker.edit("2", {"ref": "rur1-40"})


def test_a_ref_given_by_an_edit_is_not_given_again(tracker: Tracker) -> None:
    """A ref given by an edit that was undone is not used again."""
    tracker.edit("2", {"ref": "RUR1-06"})
    tracker.undo()
    assert tracker.add(FLY).ref == "RUR1-07"


def test_the_ref_of_a_milestone_is_never_given_again(tracker: Tracker) -> None:
    """The number of an undone milestone is not used again."""
    assert tracker.add_milestone("1", "Launch", "2027").ref == "RUR1-01.2"
    tracker.undo()
    assert tracker.add_milestone("1", "Launch", "2027").ref == "RUR1-01.3"


def test_a_milestone_takes_no_ref_of_another_commitment(tracker: Tracker) -> None:
    """A milestone's ref must begin with a ref of its own commitment."""
    with pytest.raises(InputError, match="does not begin"):
        tracker.edit("1.1", {"ref": "RUR1-02.1"})
    with pytest.raises(InputError, match="does not begin"):
        tracker.edit("1.1", {"ref": "RUR1-99.1"})
    assert tracker.add_milestone("2", "Launch", "2027").ref == "RUR1-02.1"
    tracker.edit("1", {"ref": "RUR1-50"})
    assert tracker.edit("1.1", {"ref": "RUR1-50.4"}).changes == 1


def test_a_ref_given_by_an_edit_is_not_taken_by_an_import(tracker: Tracker, ruritania: bytes) -> None:
    """An import cannot give a ref that an edit gave to another commitment."""
    tracker.edit("1", {"ref": "RUR1-40"})
    document = json.loads(ruritania)
    document["commitments"][0]["due"] = "2027"
    document["commitments"].append({**document["commitments"][1], "ref": "RUR1-40"})
    with pytest.raises(ProblemsError) as caught:
        tracker.import_file(json.dumps(document).encode(), "ruritania.json")
    assert "RUR1-40 is already the ref of another item" in caught.value.problems[0]


def test_undone_text_is_not_found_by_a_search(tracker: Tracker) -> None:
    """A search does not find an undone note, and finds it again after redo."""
    tracker.note("2", "Xylophones were mentioned.")
    for found, then in ((1, tracker.undo), (0, tracker.redo), (1, tracker.undo)):
        with tracker.snapshot() as view:
            assert len(view.search("xylophone")) == found
        then()


def test_undo_in_a_new_store_has_nothing_to_take_back(make: Maker) -> None:
    """Without a store there is nothing to undo, except one entry of the built-in record by its id."""
    tracker = make()
    with pytest.raises(InputError, match="nothing to undo"):
        tracker.undo()
    assert not tracker.has_store
    assert tracker.undo(next(tracker.log()).id, only=True).created_store


def test_undo_and_redo_name_what_they_are_about(make: Maker) -> None:
    """The result names a commitment or a milestone that exists again only after the redo, and both ends of a link."""
    tracker = make("built-in")
    acts: dict[str, Callable[[], Any]] = {
        "ROK4-43": lambda: tracker.add(NewCommitment("Fly a kite", "pnt", "ST1")),
        "ROK4-43.1": lambda: tracker.add_milestone("43", "Tie a knot", "2028"),
        "ROK3-15 → ROK4-26": lambda: tracker.link("3-15", "4-26"),
    }
    for ref, act in acts.items():
        act()
        undone, redone = tracker.undo(), tracker.redo()
        assert (undone.ref, redone.ref) == (ref, ref)
        assert {one.field for one in (*undone.differences, *redone.differences)}.isdisjoint({"old", "new"})
