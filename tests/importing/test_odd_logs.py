"""Logs of valid entries that no command writes: they are imported, and the record stays usable."""

from __future__ import annotations

import io
from typing import Any

import pytest

from spacedialog.analysis.brief import brief
from spacedialog.model.entry import CREATE, NOTE, RETRACT, SET, Entry, PendingEntry, item_id
from spacedialog.model.position import Since
from spacedialog.presentation import brief as news
from spacedialog.render import log_export
from spacedialog.tracker import Tracker
from tests.support import entries
from tests.support.trackers import NOON

COMMITMENT = item_id("commitment", "RUR1-02")
TS = NOON - 1_000_000


def take_in(tracker: Tracker, *pending: PendingEntry) -> int:
    """Import a log of these entries, recorded one after the other, and return how many were new."""
    log = [entries.entry(number, one, ts=TS + number) for number, one in enumerate(pending)]
    return take_in_log(tracker, log)


def take_in_log(tracker: Tracker, log: list[Entry]) -> int:
    out = io.StringIO()
    log_export.write(iter(log), out, lines=True)
    return tracker.import_file(out.getvalue().encode(), "log.jsonl").changes


@pytest.mark.parametrize("kind", [NOTE, RETRACT])
@pytest.mark.parametrize("type_", ["link", "assessment", "commitment"])
def test_only_a_creation_makes_an_item(tracker: Tracker, kind: str, type_: str) -> None:
    """An entry of another kind that names a type of item creates nothing."""
    body: dict[str, Any] = {
        "type": type_,
        "note": "x",
        **({"retracts": entries.entry_id(9)} if kind == RETRACT else {}),
    }
    with tracker.snapshot() as view:
        before = list(view.commitments())
    assert take_in(tracker, PendingEntry(kind, item_id("commitment", "none"), "2026-01-01", body)) == 1
    with tracker.snapshot() as view:
        assert list(view.commitments()) == before
        assert view.history()[-1].kind in (kind, "create", "set", "note")


def test_any_number_of_things_can_have_one_ref(tracker: Tracker) -> None:
    """Of 130 commitments with one ref, each is shown with a ref of its own."""
    creations = [
        entries.creation("2026-01-01", item=item_id("commitment", f"copy {number}"), ref="RUR1-90", dialogue="RUR1")
        for number in range(130)
    ]
    assert take_in(tracker, *creations) == 130
    with tracker.snapshot() as view:
        refs = [row.ref for row in view.commitments() if row.ref.startswith("RUR1-90")]
    assert len(set(refs)) == len(refs) == 130


def test_an_entry_after_many_concurrent_ones_stays_short(tracker: Tracker) -> None:
    """After 1,000 notes that were written independently, the next entry is valid and can be sent."""
    take_in(tracker, *[PendingEntry(NOTE, COMMITMENT, "2026-01-01", {"note": f"{number}"}) for number in range(1_000)])
    tracker.mark("RUR1-02", "stalled")
    *_, latest = tracker.log()
    assert 2 <= len(latest.content["beside"]) <= 200
    with tracker.snapshot() as view:
        assert view.detail(view.refs.resolve("RUR1-02")).commitment.status == "stalled"


def test_many_concurrent_values_take_little_room(tracker: Tracker) -> None:
    """400 values of one field that were set independently on 400 days are few conflicts a day, and all are kept."""
    days = [f"2025-{1 + number // 28 % 12:02}-{1 + number % 28:02}" for number in range(330)]
    pending = [PendingEntry(SET, COMMITMENT, day, {"set": {"detail": f"{n}"}}) for n, day in enumerate(days)]
    assert take_in(tracker, *pending) == 330
    with tracker.snapshot() as view:
        assert 0 < len(list(view.conflicts())) <= 20
    assert tracker.path.stat().st_size < 10_000_000


def test_a_field_of_a_dialogue_may_be_cleared(tracker: Tracker) -> None:
    """A dialogue whose documents, heads and grades are null is shown in the brief and everywhere else."""
    values = {"key": "RUR9", "series": "Talks", "title": "Ninth", "when": "2026-01-01"}
    cleared = dict.fromkeys(("documents", "heads", "grades", "place", "host", "note", "number"))
    body = {"type": "dialogue", "set": {**values, **cleared}}
    assert take_in(tracker, PendingEntry(CREATE, item_id("dialogue", "RUR9"), "2026-01-01", body)) == 1
    with tracker.snapshot() as view:
        assert news.brief(brief(view, Since(), until=view.day))
        assert next(row.key for row in view.dialogues()) == "RUR9"
