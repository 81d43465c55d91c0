"""The fold: entries of one commitment give the same periods, in any order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import (
    BODY_VERSION,
    CREATE,
    NOTE,
    RETRACT,
    SET,
    Entry,
    PendingEntry,
    canonical_json,
)
from spacedialog.model.fold import FOREVER, History, Period, SearchText, closing_day, fold, retracted_ids
from spacedialog.model.validation import is_counted
from tests.support import entries

MORE = settings(max_examples=50, deadline=None)
DAYS = [(date(2026, 1, 1) + timedelta(days)).isoformat() for days in (0, 1, 2, 30, 31, 59, 120, 364)]
VAGUE = ("2025", "2025-12", "2026-01", "2026-33", "2026-01-15~", "../2026-02", "2026-01/2026-02-10")
ODD_DATES = ("", "soon", "2026-02-30", "2026/..", "9999-12-31", "2026-13")
DATES = ("2026", "2026-06", "2026-07-01", "2026-06-30", "2027/..", "../2030", "2027~", "nonsense", "2028-02-29")
M0, M1, M2 = map(entries.milestone_id, ("m0", "m1", "m2"))
PARTS = (None, None, None, M1, M2)

valid_days = st.sampled_from([*DAYS, *VAGUE])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return a kind of entry and its body, on the commitment or on a milestone."""
    part = draw(st.sampled_from(PARTS))
    kind = draw(st.sampled_from((CREATE, SET, SET, SET, NOTE, "celebrate")))
    dates = st.sampled_from(DATES)
    texts = st.sampled_from(("Fly", "Land", ""))
    values = (
        st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from(("not-started", "in-progress", "complete")),
                "percent": st.none() | st.integers(0, 100),
                "due": st.none() | dates,
                "title": texts,
                "detail": st.none() | texts,
            },
        )
        if part is None
        else st.fixed_dictionaries(
            {}, optional={"when": dates, "status": st.sampled_from(("planned", "met")), "met": dates, "title": texts}
        )
    )
    body: dict[str, Any] = {} if kind == NOTE else {"set": draw(values)}
    if part is not None:
        body["milestone"] = part
    elif kind == CREATE:
        body["type"] = "commitment"
    if kind == CREATE:
        body["set"] = {**(entries.MILESTONE if part else entries.COMMITMENT), **body["set"]}
    if kind == NOTE or draw(st.booleans()):
        body["note"] = draw(st.sampled_from(("Heard it.", "Read it.", "")))
    return kind, body


class Log:
    """Entries of one item, each recorded after the others."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, kind: str, on: str, *, version: int = BODY_VERSION, **body: Any) -> str:
        """Record an entry and return its id."""
        number = len(self.entries)
        pending = PendingEntry(kind, entries.ITEM, on, body)
        entry = entries.entry(number, pending, ts=1000 + number // 3)  # some share an action, and so a time
        self.entries.append(entry._replace(body=canonical_json({**entry.content, "v": version})))
        return entry.id

    def create(self, on: str = "2026-01-01", **values: Any) -> str:
        """Record the creation of the commitment."""
        return self.add(CREATE, on, **entries.creation(on, **values).body)

    def set(self, on: str, *, milestone: str | None = None, **values: Any) -> str:
        """Record new values."""
        body = {"milestone": milestone} if milestone else {}
        return self.add(SET, on, version=BODY_VERSION, **{"set": values, **body})

    def milestone(self, name: str, on: str, **values: Any) -> str:
        """Record the creation of a milestone."""
        return self.add(CREATE, on, **entries.creation(on, milestone=name, **values).body)

    def retract(self, entry: str) -> str:
        """Retract an entry."""
        return self.add(RETRACT, "2026-06-01", retracts=entry)

    def fold(self) -> History:
        """Return the history of the entries, and assert that there is one."""
        history = fold(self.entries)
        assert history is not None
        return history


@st.composite
def logs(draw: st.DrawFn, days: st.SearchStrategy[str] = valid_days, retractions: bool = True) -> Log:
    """Return a log of one commitment with almost any entries."""
    log = Log()
    if draw(st.integers(0, 9)):
        log.create(draw(days), due=draw(st.sampled_from(DATES)), title="Fly")
    if draw(st.booleans()):
        log.milestone(M1, draw(days), when=draw(st.sampled_from(DATES)))
    for _ in range(draw(st.integers(0, 9))):
        if retractions and log.entries and draw(st.integers(0, 3)) == 0:
            log.retract(draw(st.sampled_from([entry.id for entry in log.entries])))
        else:
            kind, body = draw(bodies())
            log.add(kind, draw(days), version=draw(st.sampled_from((1, 1, 1, 1, 1, 1, 0, 2))), **body)
    return log


any_days = st.sampled_from([*DAYS, *VAGUE, *ODD_DATES])


def on_day(history: History | None, day: str) -> Period | None:
    """Return the period that contains the day, without its end."""
    for period in history.periods if history else ():
        if period.valid_from <= day < period.valid_to:
            return period._replace(valid_to="")
    return None


# Properties


@MORE
@given(logs(any_days), st.randoms(use_true_random=False))
def test_the_fold_does_not_depend_on_the_order_of_arrival(log: Log, random: Any) -> None:
    """Copies that hold the same entries fold them to the same history, whatever the order of arrival."""
    shuffled = list(log.entries)
    random.shuffle(shuffled)
    mine, theirs = fold(log.entries), fold(shuffled)
    assert (mine is None) == (theirs is None)
    if mine and theirs:
        assert mine._replace(ignored=()) == theirs._replace(ignored=())
        assert sorted(mine.ignored) == sorted(theirs.ignored)


@MORE
@given(logs(any_days), st.data())
def test_undo_then_redo_is_the_identity(log: Log, data: st.DataObject) -> None:
    """Retracting an entry and then the retraction restores the history."""
    retracted = retracted_ids(log.entries)
    live = [entry.id for entry in log.entries if entry.id not in retracted]
    assume(live)
    before = fold(log.entries)
    undo = log.retract(data.draw(st.sampled_from(live)))
    log.retract(undo)
    after = fold(log.entries)
    assert (before is None) == (after is None)
    if before and after:
        assert after._replace(retracted_ids=frozenset()) == before._replace(retracted_ids=frozenset())
        assert after.retracted_ids == before.retracted_ids | {undo}


@MORE
@given(logs(any_days), st.data())
def test_a_retracted_entry_has_no_effect(log: Log, data: st.DataObject) -> None:
    """A log with a retracted entry gives the periods of the log without that entry."""
    not_retractions = [entry for entry in log.entries if entry.kind != RETRACT]
    assume(not_retractions)
    entry = data.draw(st.sampled_from(not_retractions))
    without = fold([other for other in log.entries if other is not entry])
    log.retract(entry.id)
    with_it = fold(log.entries)
    assert (with_it and with_it[:4]) == (without and without[:4])


@MORE
@given(logs(any_days))
def test_periods_are_contiguous(log: Log) -> None:
    """Periods follow each other without gap or overlap, and the last has no end."""
    history = fold(log.entries)
    if history is None:
        return
    starts, ends = [p.valid_from for p in history.periods], [p.valid_to for p in history.periods]
    assert starts == sorted(set(starts))
    assert ends == [*starts[1:], FOREVER]
    assert starts[-1] < FOREVER
    assert all(starts[0] <= text.on for text in history.texts)
    assert all(starts[0] <= redating.day for redating in history.redatings)


@MORE
@given(logs(), st.sampled_from(DAYS), st.data())
def test_later_entries_do_not_change_the_past(log: Log, day: str, data: st.DataObject) -> None:
    """Entries of later days leave the periods before them unchanged, unless they retract."""
    before = on_day(fold(log.entries), day)
    later = st.sampled_from([other for other in DAYS if other > day] or ["2027-01-01"])
    for _ in range(data.draw(st.integers(1, 4))):
        kind, body = data.draw(bodies())
        log.add(kind, data.draw(later), **body)
    assert on_day(fold(log.entries), day) == before


@MORE
@given(logs(any_days, retractions=False))
def test_the_last_period_has_the_newest_value_of_each_field(log: Log) -> None:
    """The last period has, for every field, the value set last in the order of day, time and id."""
    known = [entry for entry in log.entries if entry.kind in (CREATE, SET) and is_counted(entry)]
    whole = [entry for entry in known if "milestone" not in entry.content]
    creates = sorted((entry for entry in whole if entry.kind == CREATE), key=_place)
    history = fold(log.entries)
    assert (history is None) == (not creates)
    if history is None:
        return
    first, *more = creates
    rest = [entry for entry in whole if entry.kind == SET] + more
    expected: dict[str, Any] = {**first.content["set"]}
    for entry in sorted(rest, key=_place):
        expected |= entry.content["set"]
    assert history.periods[-1].fields == expected


def _moves(history: History) -> list[tuple[str, str | None, str, str]]:
    return [(redating.entry, redating.milestone, redating.old, redating.new) for redating in history.redatings]


def _place(entry: Entry) -> tuple[str, int, str]:
    return closing_day(entry.on), entry.ts, entry.id


@MORE
@given(logs(any_days))
def test_entries_that_do_not_count_are_listed(log: Log) -> None:
    """Exactly the entries that are invalid, or that a newer program wrote, are listed."""
    history = fold(log.entries)
    if history:
        assert history.ignored == tuple(entry.id for entry in log.entries if not is_counted(entry))


@MORE
@given(logs(any_days))
def test_every_redating_changes_a_date(log: Log) -> None:
    """A moved date names the entry that moved it, and two different dates."""
    history = fold(log.entries)
    for redating in history.redatings if history else ():
        (entry,) = (entry for entry in log.entries if entry.id == redating.entry)
        values = entry.content["set"]
        assert values.get("when" if redating.milestone else "due") == redating.new != redating.old
        assert redating.milestone == entry.content.get("milestone")
        assert entry.id not in retracted_ids(log.entries)


# Examples


@pytest.mark.parametrize(
    ("on", "day"),
    [
        ("2026-10-05", "2026-10-05"),
        ("2026-10", "2026-10-31"),
        ("2026~", "2026-12-31"),
        ("2025-10/2026-03", "2026-03-31"),
        ("../2026-03", "2026-03-31"),
        ("2026/..", FOREVER),
        ("soon", FOREVER),
        ("", FOREVER),
    ],
)
def test_a_vague_date_applies_from_its_latest_day(on: str, day: str) -> None:
    """The closing day of a date is its latest day, and FOREVER for an open end or a text that is no date."""
    assert closing_day(on) == day


def test_without_a_creation_there_is_no_history() -> None:
    """An item that was not created, or whose creation was retracted, has no history."""
    log = Log()
    assert fold([]) is None
    log.set("2026-01-02", status="complete")
    log.milestone(M1, "2026-01-02", when="2026")
    assert fold(log.entries) is None
    log.retract(log.create())
    assert fold(log.entries) is None


def test_the_creation_applies_before_backdated_entries() -> None:
    """An entry dated before the creation applies from the day of the creation, and overrides its values."""
    log = Log()
    log.set("2025-06-01", status="in-progress", due="2027")
    log.create("2026-01-01", status="unknown", title="Fly", due="2026")
    log.add(NOTE, "2025-07-01", note="Heard it.")
    history = log.fold()
    assert [period[:3] for period in history.periods] == [
        ("2026-01-01", FOREVER, {**entries.COMMITMENT, "status": "in-progress", "due": "2027"})
    ]
    assert _moves(history) == [(entries.entry_id(0), None, "2026", "2027")]
    assert history.texts == (
        SearchText("2026-01-01", None, "title", "Fly"),
        SearchText("2026-01-01", None, "note", "Heard it."),
    )
    assert history.type == "commitment"


def test_the_later_day_wins_over_the_later_record() -> None:
    """The entry of the later day applies; on the same day, the one that was recorded later."""
    log = Log()
    log.create(status="unknown")
    log.set("2026-03-01", status="complete")
    log.set("2026-02-01", status="stalled")
    log.set("2026-02", status="in-progress")  # counts as 28 February
    for _ in range(2):
        log.set("2026-03-05", status="withdrawn")
    log.set("2026-03-05", status="complete")
    assert [(period.valid_from, period.fields["status"]) for period in log.fold().periods] == [
        ("2026-01-01", "unknown"),
        ("2026-02-01", "stalled"),
        ("2026-02-28", "in-progress"),
        ("2026-03-01", "complete"),
        ("2026-03-05", "complete"),
    ]


def test_a_second_creation_does_not_apply_to_earlier_days() -> None:
    """If two replicas create the same item, the values of the later day apply from that day."""
    log = Log()
    log.create("2026-01-01", title="Fly")
    log.create("2026-05-01", title="Land")
    assert [(period.valid_from, period.fields["title"]) for period in log.fold().periods] == [
        ("2026-01-01", "Fly"),
        ("2026-05-01", "Land"),
    ]


def test_a_milestone_exists_from_its_own_day() -> None:
    """A milestone exists from the day on which it was created, and not before its commitment."""
    log = Log()
    log.milestone(M0, "2025-01-01", when="2026", title="Early")
    log.create("2026-01-01")
    log.milestone(M1, "2026-02-01", when="2026")
    log.set("2026-01-15", milestone=M1, title="News from before")
    log.set("2026-03-01", milestone=M2, title="Of nothing")
    milestones = [
        (period.valid_from, [(milestone.id, milestone.fields.get("title")) for milestone in period.milestones])
        for period in log.fold().periods
    ]
    assert milestones == [
        ("2026-01-01", [(M0, "Early")]),
        ("2026-02-01", [(M0, "Early"), (M1, "News from before")]),
    ]


@pytest.mark.parametrize(
    ("dues", "slipped", "moves"),
    [
        (["2026", "2027"], True, 1),
        (["2026", "2025"], False, 1),
        (["2026", "2026"], False, 0),
        (["2026-06", "2026"], True, 1),  # the window closes later
        (["2026", "2026-12-31"], False, 1),  # it closes on the same day
        (["2026", "2027", "2026"], False, 2),
        (["2026", "2027", None], False, 1),
        (["2026", None, "2027"], True, 1),  # compared with the last date before it was cleared
        (["2026", None, "2026"], False, 0),
        ([None, "2026"], False, 0),
        ([None, "2026", "2027"], True, 1),
        (["2026", "2026/.."], True, 1),
        (["2026/..", "2027"], False, 1),
    ],
)
def test_a_date_slips_when_its_window_closes_later(dues: Sequence[str | None], slipped: bool, moves: int) -> None:
    """A commitment has slipped while its due window closes later than the first one; every redating is listed."""
    log = Log()
    log.create("2026-01-01", **({"due": dues[0]} if dues[0] else {}))
    for number, due in enumerate(dues[1:], 1):
        log.set(DAYS[number], due=due)
    history = log.fold()
    assert history.periods[-1].slipped is slipped
    assert history.periods[0].slipped is False
    assert len(history.redatings) == moves


def test_a_commitment_slips_with_its_milestone() -> None:
    """A commitment has slipped from the day on which one of its milestones has."""
    log = Log()
    log.create("2026-01-01", due="2027")
    log.milestone(M1, "2026-01-01", when="2026-03")
    move = log.set("2026-02-01", milestone=M1, when="2026-09")
    history = log.fold()
    assert [period.slipped for period in history.periods] == [False, True]
    assert [milestone.slipped for milestone in history.periods[-1].milestones] == [True]
    assert _moves(history) == [(move, M1, "2026-03", "2026-09")]


def test_a_recurring_milestone_that_is_met_has_not_slipped() -> None:
    """Meeting an occurrence is no slip; postponing the next one is."""
    log = Log()
    log.create("2026-01-01")
    log.milestone(M1, "2026-01-01", when="2026", recurs="2 years")
    log.set("2026-03-01", milestone=M1, met="2026", when="2028")
    met = log.fold()
    assert met.redatings == ()
    assert [period.slipped for period in met.periods] == [False, False]
    log.set("2026-04-01", milestone=M1, when="2029")
    put_off = log.fold()
    assert [(redating.old, redating.new) for redating in put_off.redatings] == [("2028", "2029")]
    assert put_off.periods[-1].slipped


def test_a_retracted_redating_is_no_slip() -> None:
    """A retracted redating is not listed and does not set `slipped`."""
    log = Log()
    log.create(due="2026")
    log.retract(log.set("2026-02-01", due="2028"))
    history = log.fold()
    assert history.redatings == ()
    assert not history.periods[-1].slipped
    assert history.retracted_ids == {entries.entry_id(1)}


def test_entries_that_do_not_count_have_no_effect() -> None:
    """Entries of unknown kinds, newer versions and invalid days have no effect, and neither has retracting them."""
    log = Log()
    log.create(title="Fly")
    odd = [
        log.add("celebrate", "2026-02-01", set={"title": "Hooray"}),
        log.add(SET, "2026-02-01", version=BODY_VERSION + 1, set={"title": "New"}),
        log.set("one day", title="Silly"),
        log.set("2026/..", title="Open"),
    ]
    history = log.fold()
    assert [period.fields["title"] for period in history.periods] == ["Fly"]
    assert history.ignored == tuple(odd)
    log.retract(odd[0])
    assert log.fold().ignored == tuple(odd)


def test_a_retraction_is_itself_retracted_any_number_of_times() -> None:
    """Each retraction of the previous retraction reverses its effect."""
    log = Log()
    log.create(title="Fly")
    latest = log.set("2026-02-01", title="Land")
    for turn in range(6):
        assert log.fold().periods[-1].fields["title"] == ("Fly" if turn % 2 else "Land")
        latest = log.retract(latest)


def test_a_retraction_finds_the_entry_that_replaces_its_target() -> None:
    """An entry with a new id, which names its old one, is retracted by a retraction of the old id."""
    log = Log()
    log.create(title="Fly")
    log.add(SET, "2026-02-01", set={"title": "Land"}, replaces=entries.entry_id(99))
    assert log.fold().periods[-1].fields["title"] == "Land"
    log.retract(entries.entry_id(99))
    assert log.fold().periods[-1].fields["title"] == "Fly"


def test_a_retraction_without_a_target_has_no_effect() -> None:
    """A retraction whose target is missing, is not an id, or is an entry of another item retracts nothing."""
    log = Log()
    log.create(title="Fly")
    log.add(RETRACT, "2026-02-01")
    log.add(RETRACT, "2026-02-01", retracts=7)
    log.add(RETRACT, "2026-02-01", retracts=None)
    log.add(RETRACT, "2026-02-01", retracts=entries.entry_id(99))
    assert retracted_ids(log.entries) == frozenset()
    assert len(log.fold().periods) == 1


@given(st.sampled_from(DATES) | st.dates().map(str) | st.text(max_size=12))
@example("2026-Q3")
def test_closing_day_agrees_with_the_window(text: str) -> None:
    """`closing_day` never raises an error, and is the latest day of the date."""
    day = closing_day(text)
    if day != FOREVER:
        assert VagueDate.parse(text).latest == date.fromisoformat(day)
