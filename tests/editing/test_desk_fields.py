"""Tests of owner, review, criterion and quote: how they are set, cleared, applied from a file, filtered and sorted."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.fields import NewCommitment
from spacedialog.model.rows.record import Detail
from spacedialog.presentation import tables
from spacedialog.render import csv_
from spacedialog.render.formats import Settings
from spacedialog.tracker import Selection, Tracker
from tests.support.trackers import Maker

SENTENCE = "The two Kingdoms intend to fly \u201cThe Prince\u201d to the Moon."
KEPT = {"owner": "Rudolf", "review": "2027-03", "criterion": "The capsule is in orbit.", "quote": SENTENCE}


@pytest.fixture
def tracker(make: Maker) -> Tracker:
    """Return a tracker of the invented record, on 1 December 2026."""
    return make("ruritania")


def kept(tracker: Tracker, ref: str = "1") -> dict[str, Any]:
    """Return the four fields of a commitment."""
    found = detail(tracker, ref)
    row = found.commitment
    return {"owner": row.owner, "review": row.review, "criterion": found.criterion, "quote": found.quote}


def detail(tracker: Tracker, ref: str = "1") -> Detail:
    """Return the details of a commitment."""
    with tracker.snapshot() as view:
        return view.detail(view.refs.resolve(ref))


def test_an_edit_sets_and_clears_each_field(tracker: Tracker) -> None:
    """An edit sets owner, review, criterion and quote, and None clears them."""
    assert {d.field for d in tracker.edit("1", KEPT).differences} == set(KEPT)
    assert kept(tracker) == KEPT
    tracker.edit("1", dict.fromkeys(KEPT))
    assert kept(tracker) == dict.fromkeys(KEPT)


def test_a_new_commitment_has_the_fields(tracker: Tracker) -> None:
    """A commitment is added with owner, review, criterion and quote."""
    tracker.add(NewCommitment("Fly a kite", "moon", "JS", ref="RUR1-77", fields=KEPT))
    assert kept(tracker, "77") == KEPT
    assert tracker.add(NewCommitment("Fly", "moon", "JS", fields=dict.fromkeys(KEPT))).changes == 1


@pytest.mark.parametrize(
    ("typed", "review"),
    [
        ("2027-03", "2027-03"),
        ("20 Dec 2026", "2026-12-20"),
        ("Q1 2027", "2027-33"),
        ("2026", "2026"),
        ("friday", "2026-12-04"),
        ("in 6 months", "2027-06-01"),
        ("90 days", "90 days"),
        ("every 90 days", "90 days"),
        ("Every year", "1 year"),
        ("6m", "6 months"),
    ],
)
def test_a_review_is_typed_as_a_date_or_a_span(tracker: Tracker, typed: str, review: str) -> None:
    """A review is a date in any form of the command line, or a span, and is stored in its canonical form."""
    tracker.edit("1", {"review": typed})
    assert kept(tracker)["review"] == review


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("today", "not after today"),
        ("2026-11", "closes on 2026-11-30, which is not after today (2026-12-01)"),
        ("2 weeks ago", "not after today"),
        ("from 2027", "2027/.. has an open side"),
        ("by 2027", "../2027 has an open side"),
        ("soon", "'soon' is neither a date nor a span of time"),
        ("every now and then", "not a span of time"),
        ("0 days", "is neither a date nor a span of time"),
        ("\ud800", "is neither a date nor a span of time"),
    ],
)
def test_a_review_in_the_past_or_without_an_end_is_refused(tracker: Tracker, typed: str, says: str) -> None:
    """A review that is past, open on a side, or neither a date nor a span is refused, with the name of the field."""
    new = NewCommitment("Fly", "moon", "JS", fields={"review": typed})
    writes: list[Callable[[], object]] = [lambda: tracker.edit("1", {"review": typed}), lambda: tracker.add(new)]
    for write in writes:
        with pytest.raises(InputError) as caught:
            write()
        assert caught.value.problem.startswith("review: ")
        assert says in caught.value.problem


@pytest.mark.parametrize(
    "values",
    [
        {"owner": "two\nlines"},
        {"owner": " "},
        {"criterion": "\u200b"},
        {"quote": "x" * 10_001},
        {"quote": "a\0b"},
    ],
)
def test_an_invalid_text_is_refused(tracker: Tracker, values: dict[str, str]) -> None:
    """An owner of two lines, and a text that is invisible, too long or invalid, is refused."""
    with pytest.raises(InputError, match=f"{next(iter(values))}: "):
        tracker.edit("1", values)
    with pytest.raises(ProblemsError, match="nothing was recorded"):
        tracker.apply(json.dumps({"ref": "1", **values}), "updates")


def test_a_milestone_has_no_desk_fields(tracker: Tracker) -> None:
    """A milestone has no owner, review, criterion or quote of its own."""
    for name, value in KEPT.items():
        with pytest.raises(InputError, match="a milestone does not have this field"):
            tracker.edit("1.1", {name: value})
        with pytest.raises(ProblemsError) as caught:
            tracker.apply(json.dumps({"ref": "1.1", name: value}), "updates")
        assert len(caught.value.problems) == 1


# Apply


@pytest.mark.parametrize("form", ["json", "csv"])
def test_apply_sets_the_fields_in_one_entry_with_the_status(tracker: Tracker, form: str) -> None:
    """A line sets the fields and a status in one entry; an empty cell leaves a field as it is."""
    line = {"ref": "1", "status": "stalled", **KEPT, "review": "mar 2027", "note": "New desk."}
    out = io.StringIO()
    writer = csv.DictWriter(out, line)
    writer.writeheader()
    writer.writerow(line)
    assert tracker.apply(json.dumps(line) if form == "json" else out.getvalue(), "updates").changes == 1
    assert kept(tracker) == KEPT
    assert detail(tracker).commitment.status == "stalled"
    assert list(tracker.log())[-1].content["set"] == {"status": "stalled", **KEPT}
    assert tracker.apply(out.getvalue(), "updates").changes == 0
    assert tracker.apply("ref,owner,quote,note\n1,,,Called them\n", "updates").changes == 1
    assert kept(tracker) == KEPT


def test_an_export_of_the_list_can_be_edited_and_applied(make: Maker, tracker: Tracker) -> None:
    """The CSV of `list` is applied also after a review date in it has passed, and only edited cells are recorded."""
    tracker.edit("1", KEPT)
    later = make(path=tracker.path, today=date(2027, 6, 1))
    with later.snapshot() as view:
        table = tables.commitments(view.commitments())
        out = io.StringIO()
        csv_.write(table, out, Settings())
    assert later.apply(out.getvalue(), "list.csv").changes == 0
    edited = out.getvalue().replace("Rudolf", "Sapt")
    assert later.apply(edited, "list.csv").changes == 1
    assert kept(later) == {**KEPT, "owner": "Sapt"}
    checked = "\n".join(f"{line},{word}" for line, word in zip(edited.split("\r\n"), ["check", "yes"], strict=False))
    assert later.apply(checked, "list.csv").changes == 1
    assert list(later.log())[-1].kind == "check"


def test_a_check_cannot_set_a_field(tracker: Tracker) -> None:
    """An update that is a check and sets a field is refused."""
    with pytest.raises(ProblemsError) as caught:
        tracker.apply('{"ref": "1", "check": true, "owner": "Rudolf"}', "updates")
    assert "a check cannot set a status" in caught.value.problems[0]


# Filter, sort and search


def test_commitments_are_selected_and_sorted_by_owner(tracker: Tracker) -> None:
    """Commitments are selected and sorted by owner, ignoring case; those without an owner come last."""
    for ref, owner in (("1", "Sapt"), ("2", "rudolf"), ("3", "Rudolf")):
        tracker.edit(ref, {"owner": owner})
    with tracker.snapshot() as view:
        chosen = view.commitments(Selection(owner=["RUDOLF"]).filter(view))
        assert [row.ref for row in chosen] == ["RUR1-02", "RUR1-03"]
        in_order = [row.ref for row in view.commitments(sort="owner")]
        assert in_order[:3] == ["RUR1-02", "RUR1-03", "RUR1-01"]
        with pytest.raises(InputError, match="there is no owner 'Flavia'"):
            Selection(owner=["Flavia"]).filter(view)


def test_search_finds_words_of_criterion_and_quote(tracker: Tracker) -> None:
    """A search finds words of the criterion and of the quote, and shows them with the name of the field."""
    tracker.edit("1", KEPT)
    with tracker.snapshot() as view:
        (hit,) = view.search("capsule")
        assert (hit.ref, hit.fields, hit.match) == ("RUR1-01", ("criterion",), f"done when: {KEPT['criterion']}")
        (hit,) = view.search("kingdoms intend")
        assert (hit.ref, hit.fields) == ("RUR1-01", ("quote",))
        assert hit.match.startswith("quote: ")
    tracker.edit("1", {"criterion": "The crew is home."})
    with tracker.snapshot() as view:
        assert [hit.fields for hit in view.search("capsule")] == [("earlier criterion",)]


def test_the_fields_of_a_result_are_in_their_order(make: Maker) -> None:
    """The result of an edit names the fields in their order in a commitment, however the record holds them."""
    written = make("ruritania").edit("1", {"owner": "Sapt", "title": "Fly", "partners": ["GMO"], "lead": None})
    assert [one.field for one in written.differences] == ["title", "lead", "partners", "owner"]
