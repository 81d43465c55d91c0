"""Tests of checks: which entries are checks, on which day one counts, and what follows for flags and coverage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from unittest import mock

import pytest

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model import fold
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Scope
from spacedialog.model.rows.written import Written
from spacedialog.store.write import projection
from spacedialog.tracker import Selection, Tracker
from tests.support.trackers import Clock, Maker

TODAY = date(2026, 12, 1)
DAY = 86_400_000_000


def last_check(tracker: Tracker, ref: str, day: date = TODAY) -> str | None:
    """Return the day of the last check of a commitment in the view of a day."""
    with tracker.snapshot(Scope(day)) as view:
        return view.detail(view.refs.resolve(ref)).checked_on


def flags(tracker: Tracker, ref: str, day: date = TODAY) -> tuple[str, ...]:
    """Return the flags of a commitment in the view of a day."""
    with tracker.snapshot(Scope(day)) as view:
        return next(row.flags for row in view.commitments() if row.ref == ref)


@pytest.mark.parametrize(
    ("act", "is_check"),
    [
        (lambda t: t.check(["2"]), True),
        (lambda t: t.note("2", "Asked the agency."), True),
        (lambda t: t.mark("2", "in-progress"), True),
        (lambda t: t.reschedule("2", "2028"), True),
        (lambda t: t.assess("2", "met", assessor="Anna"), True),
        (lambda t: t.edit("2", {"title": "Share a relay"}, note="A typo."), False),
        (lambda t: t.edit("2", {"owner": "Anna", "review": "30 days"}), False),
        (lambda t: t.add_milestone("2", "Sign", "2028"), False),
    ],
)
def test_entries_on_progress_are_checks(tracker: Tracker, act: Callable[[Tracker], Written], is_check: bool) -> None:
    """Checks, notes, marks, reschedulings and verdicts check a commitment; corrections and milestones do not."""
    assert flags(tracker, "RUR1-02") == ("unchecked",)
    act(tracker)
    assert ("unchecked" not in flags(tracker, "RUR1-02")) == is_check
    assert last_check(tracker, "2") == ("2026-12-01" if is_check else None)


def test_a_link_is_no_check(make: Maker) -> None:
    """A decision on a link of two commitments leaves the days of their last checks."""
    tracker = make("built-in")
    refs = ("ROK3-12", "ROK4-33")
    before = [last_check(tracker, ref) for ref in refs]
    assert tracker.unlink(*refs).changes == 1
    assert [last_check(tracker, ref) for ref in refs] == before


def test_a_check_of_a_milestone_is_one_of_its_commitment(tracker: Tracker) -> None:
    """An entry about a milestone checks the commitment."""
    milestone = tracker.add_milestone("2", "Sign", "2028").ref
    tracker.check([milestone])
    assert last_check(tracker, "2") == "2026-12-01"


def test_the_day_of_a_check_is_the_day_it_was_recorded(tracker: Tracker) -> None:
    """A mark made today with an earlier date is a check of today; in an earlier view, the day it was true counts."""
    tracker.mark("2", "in-progress", on="2026-02-03")
    assert last_check(tracker, "2") == "2026-12-01"
    assert last_check(tracker, "2", TODAY + timedelta(1)) == "2026-12-01"
    assert last_check(tracker, "2", TODAY - timedelta(1)) == "2026-02-03"
    assert last_check(tracker, "2", date(2026, 2, 2)) is None
    tracker.undo()
    assert last_check(tracker, "2") is None


def test_a_note_made_in_an_eastern_time_zone_is_a_check(tracker: Tracker, clock: Clock) -> None:
    """A note on an earlier event is a check on its author's day, which can be a day later than in UTC."""
    clock.now -= DAY // 2 + 1
    ref = tracker.add(NewCommitment("Fly a kite", "moon", "JS")).ref
    tracker.note(ref, "Built in June.", on="2026-06-01")
    assert last_check(tracker, ref) == "2026-12-01"


def test_a_view_of_what_was_known_has_the_checks_recorded_by_then(tracker: Tracker, clock: Clock) -> None:
    """With --known-at, a check that was recorded later does not count."""
    before = clock.now
    clock.now += DAY
    tracker.check(["2"], on="2026-02-03")
    with tracker.snapshot(Scope(TODAY, known_at=before)) as view:
        assert view.detail(view.refs.resolve("2")).checked_on is None
        assert view.coverage().checked == 2


def test_a_check_changes_neither_status_nor_evidence(tracker: Tracker) -> None:
    """A check does not change the status, and its evidence does not remove the flag `unevidenced`."""
    before = flags(tracker, "RUR1-05")
    assert "unevidenced" in before
    written = tracker.check(["5"], note="Nothing in the press.", evidence="https://strelsau.example/press")
    assert (written.did, written.refs, written.differences) == ("checked", ("RUR1-05",), ())
    assert flags(tracker, "RUR1-05") == before
    with tracker.snapshot() as view:
        assert view.history(limit=1)[0].kind == "check"


def test_a_filter_checks_the_open_commitments(tracker: Tracker) -> None:
    """A check by filter is one action on the open commitments that match, and one undo undoes it."""
    written = tracker.check(selection=Selection(area=["weather"]), note="Asked the office.")
    assert written.refs == ("RUR1-03", "RUR1-04")
    assert tracker.undo().changes == 2
    assert tracker.check(selection=Selection(area=["weather"], status=["complete"])).refs == ("RUR1-05",)
    with pytest.raises(InputError, match="no matching commitments"):
        tracker.check(selection=Selection(kind=["action-item"], area=["moon"], lead=["GMO"]))
    with pytest.raises(NotFoundError):
        tracker.check(["2", "99"])


def test_a_check_that_selects_nothing_is_refused(make: Maker) -> None:
    """A check needs refs or a selection, not both, and a refused check creates no database."""
    for tracker in (make(), make("ruritania")):
        has_store = tracker.has_store
        for refs, selection in (([], None), (["2"], Selection(area=["weather"]))):
            with pytest.raises(InputError, match="either refs or a selection"):
                tracker.check(refs, selection=selection)
        assert tracker.has_store == has_store
    with pytest.raises(InputError, match="no matching commitments"):
        tracker.check(selection=Selection(status=["stalled"]))


def test_what_does_not_exist_yet_cannot_be_checked(make: Maker) -> None:
    """A check of a commitment on a day before its statement is refused, as a mark is."""
    tracker = make("ruritania", today=date(2020, 1, 1))
    with pytest.raises(NotFoundError, match="not in the record as of 2020-01-01"):
        tracker.check(["2"])


def test_a_commitment_named_twice_is_checked_once(tracker: Tracker) -> None:
    """A check names each commitment once, even if it is given by short forms and by an earlier ref."""
    tracker.edit("2", {"ref": "RUR1-20"})
    written = tracker.check(["3", "2", "rur1-20", "RUR1-02", "20", "RUR1-03"])
    assert (written.refs, written.changes) == (("RUR1-03", "RUR1-20"), 2)
    assert tracker.check(["1-02"]).refs == ("RUR1-20",)


def test_a_check_of_many_folds_each_once(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check by filter folds each item once, so that it stays fast for a large area."""
    counted = mock.Mock(side_effect=fold.fold)
    for module in (projection, fold):
        monkeypatch.setattr(module, "fold", counted)
    written = tracker.check(selection=Selection(area=["weather"]))
    assert counted.call_count == len(written.refs) == 2


@pytest.mark.parametrize(
    ("review", "due"),
    [
        (None, TODAY + timedelta(180)),
        ("30 days", TODAY + timedelta(30)),
        ("2 months", TODAY + timedelta(60)),
        ("1 year", TODAY + timedelta(365)),
        ("2028", date(2028, 1, 1)),
        ("2026-12-15/2027-01", date(2026, 12, 15)),
    ],
)
def test_a_commitment_is_stale_after_its_review(tracker: Tracker, review: str | None, due: date) -> None:
    """A check is due after 180 days, after the commitment's own span, or on the first day of its review date."""
    tracker.check(["2"])
    if review:
        tracker.edit("2", {"review": review})
    assert flags(tracker, "RUR1-02", due - timedelta(1)) == ()
    assert flags(tracker, "RUR1-02", due) == ("stale",)


def test_settled_commitments_are_neither_stale_nor_unchecked(tracker: Tracker) -> None:
    """A complete or withdrawn commitment needs no check."""
    tracker.mark("2", "complete", evidence="https://strelsau.example/relay")
    tracker.mark("3", "withdrawn")
    for day in (TODAY, date(2031, 1, 1)):
        assert not {"stale", "unchecked"}.intersection(flags(tracker, "RUR1-02", day), flags(tracker, "RUR1-03", day))


def test_coverage_rises_by_what_was_checked_and_by_nothing_else(tracker: Tracker) -> None:
    """Corrections and an undone check do not change the coverage; only open commitments count for the oldest check."""
    with tracker.snapshot() as view:
        before = view.coverage()
    tracker.edit("2", {"title": "Share a relay", "owner": "Anna"})
    tracker.check(["2"])
    tracker.undo()
    with tracker.snapshot() as view:
        assert view.coverage() == before
    tracker.check(selection=Selection())
    with tracker.snapshot() as view:
        assert view.coverage() == before._replace(checked=4, oldest_open_check_days=0)
    with tracker.snapshot(Scope(TODAY + timedelta(40))) as view:
        assert view.coverage().oldest_open_check_days == 40
