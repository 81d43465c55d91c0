"""Tests of `brief`: what counts as news, how it is shown, and checkpoints."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from spacedialog.analysis.brief import brief
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Since
from spacedialog.model.rows.report import Brief
from spacedialog.presentation.brief import brief as brief_view
from spacedialog.tracker import Tracker
from tests.support.program import PROGRAM, Desk
from tests.support.trackers import Clock, Maker

DAY = date(2026, 12, 1)
AHEAD = date(2027, 1, 30)
SINCE = Since(
    date(2026, 12, 1), date(2026, 11, 30), recorded=round(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp() * 1e6)
)
WEEKLY = ("brief", "--checkpoint", "weekly", "--exit-code")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store."""
    desk = Desk(tmp_path_factory.mktemp("template"))
    desk.call("note", "33", "The first word")
    return desk


@pytest.fixture
def desk(template: Desk, tmp_path: Path) -> Desk:
    """A copy of the template."""
    return template.copied(tmp_path)


def told(tracker: Tracker, since: Since = SINCE, *, until: date = AHEAD) -> Brief:
    """Return the brief on the tracker's day."""
    with tracker.snapshot() as view:
        return brief(view, since, until=until)


def refs(rows: tuple[Any, ...]) -> list[str]:
    """Return the refs of the rows."""
    return [row.entry.ref if hasattr(row, "entry") else row.ref for row in rows]


# News


def test_nothing_recorded_is_no_news(tracker: Tracker) -> None:
    """Without new entries and moved windows there is no news, and coming milestones are still shown."""
    said = told(tracker, Since(DAY, DAY, entries=10**6))
    assert not said.has_news
    assert refs(said.opens) == ["RUR1-04.1"]
    assert refs(said.closes) == ["RUR1-01"]


def test_news_of_long_ago_is_news(tracker: Tracker) -> None:
    """An entry recorded since counts as news, even if it was true long before."""
    tracker.note("2", "They met in spring", on="2026-04")
    assert [(row.entry.ref, row.entry.on) for row in told(tracker).changed] == [("RUR1-02", "2026-04")]


def test_an_entry_true_since_the_day_is_news(make: Maker) -> None:
    """An entry recorded for tomorrow, in a time zone ahead, is news on the next day."""
    seoul = make("ruritania", today=date(2026, 12, 2))
    seoul.note("2", "This morning")
    here, tomorrow = (make(like=seoul.path, today=day) for day in (DAY, date(2026, 12, 2)))
    with here.snapshot() as view:
        seen = Since(DAY, DAY, entries=view.position().entries)
    assert "This morning" not in [row.entry.note for row in told(here, Since()).changed]
    assert [row.entry.note for row in told(tomorrow, seen).changed] == ["This morning"]
    assert not told(tomorrow, seen._replace(before=date(2026, 12, 2))).changed


def test_each_entry_is_listed_once(tracker: Tracker) -> None:
    """Completions, moved dates and other entries are each in one section."""
    since = after_brief(tracker)
    tracker.mark("3", "complete", evidence="https://a.example/done")
    tracker.reschedule("1", "2027", note="Put off.", evidence="https://a.example/late")
    tracker.mark("2", "in-progress")
    tracker.mark("1.1", "met")
    said = since()
    assert not said.also
    assert (refs(said.settled), refs(said.slipped), refs(said.changed)) == (
        ["RUR1-01.1", "RUR1-03"],
        ["RUR1-01"],
        ["RUR1-02"],
    )


def after_brief(tracker: Tracker) -> Callable[[], Brief]:
    """Return a function that gives the brief since now."""
    with tracker.snapshot() as view:
        since = Since(DAY, DAY, entries=view.position().entries)
    return lambda: told(tracker, since, until=DAY)


def shown(said: Brief) -> list[tuple[str, str]]:
    """Return the section, and the ref with the action, of each line of a brief."""
    return [(section, f"{ref} {what}") for section, ref, _, _, what, *_ in brief_view(said).table.rows]


def test_an_entry_that_was_undone_is_not_news(tracker: Tracker) -> None:
    """An entry and its undo since the last brief cancel, as do an undo and its redo."""
    tracker.mark("2", "stalled")
    since = after_brief(tracker)
    tracker.mark("3", "complete")
    tracker.undo()
    assert not since().has_news
    tracker.redo()
    assert shown(since()) == [("settled", "RUR1-03 status → complete (Zenda)")]
    tracker.undo()
    assert not since().has_news


def test_an_entry_that_was_made_again_is_not_news(tracker: Tracker) -> None:
    """The undo of an older entry is news, unless the same entry is made again."""
    tracker.mark("2", "in-progress", percent=10, evidence="https://a.example/1")
    since = after_brief(tracker)
    tracker.undo()
    undone = [("changed", "RUR1-02 undid: percent → 10, status → in-progress (Zenda)")]
    assert shown(since()) == undone
    assert "no evidence" not in "".join(line for block in brief_view(since()).blocks for line in block.lines)
    tracker.mark("2", "in-progress", percent=10, evidence="https://a.example/1")
    assert not since().has_news
    tracker.undo()
    tracker.mark("2", "in-progress", percent=10, evidence="https://a.example/2")
    assert shown(since()) == [
        ("changed", "RUR1-02 percent → 10, status → in-progress (Zenda)"),
        ("also", "RUR1-02 undid: percent → 10, status → in-progress (Zenda)"),
    ]


def test_a_redo_of_an_older_undo_is_news(tracker: Tracker) -> None:
    """The redo of a completion that was undone before the last brief is listed as a completion."""
    tracker.mark("3", "complete")
    tracker.undo()
    since = after_brief(tracker)
    tracker.redo()
    assert shown(since()) == [("settled", "RUR1-03 redid: status → complete (Zenda)")]


def test_an_undone_addition_is_named(tracker: Tracker) -> None:
    """The undo of an older addition names the commitment, which is no longer in the record."""
    tracker.add(NewCommitment("Publish the sea ice data", "weather", "JS", dialogue="RUR1"))
    tracker.note("RUR1-06", "Promised by letter.")
    since = after_brief(tracker)
    tracker.undo()
    tracker.undo()
    assert shown(since()) == [("changed", "RUR1-06 undid: added (Zenda)")]
    assert [row.title for row in since().changed] == ["Publish the sea ice data"]


def test_values_that_were_set_back_are_not_news(tracker: Tracker) -> None:
    """Only the last of several new values is news, and none is if the last equals the value before the brief."""
    since = after_brief(tracker)
    tracker.mark("2", "in-progress")
    tracker.mark("2", "stalled")
    assert shown(since()) == [("changed", "RUR1-02 status → stalled (Zenda)")]
    tracker.mark("2", "unknown")
    assert not since().has_news
    tracker.mark("2", "stalled", note="The contract ended.")
    tracker.mark("2", "unknown")
    assert [row.entry.note for row in (*since().changed, *since().also)] == [None, "The contract ended."]


def test_a_date_that_moved_twice_is_one_slip(tracker: Tracker) -> None:
    """Two moves of one date are one line, from the first date to the last, and none if it moved back."""
    since = after_brief(tracker)
    tracker.reschedule("3", "2027", note="Put off.")
    tracker.reschedule("3", "2028")
    (slip,) = since().slipped
    assert (slip.old, slip.new, slip.min_delay_days) == ("2026-11", "2028", 397)
    assert [row.entry.note for row in since().also] == ["Put off."]
    tracker.undo()
    tracker.undo()
    assert not since().has_news
    tracker.reschedule("3", "2027")
    tracker.reschedule("3", "2026-11")
    assert not since().has_news


def test_an_item_is_listed_once(tracker: Tracker) -> None:
    """An item is listed once, under its most important heading, with its other entries below it."""
    since = after_brief(tracker)
    tracker.note("3", "The archives are ready.")
    tracker.reschedule("3", "2027-01")
    tracker.mark("3", "complete", evidence="https://a.example/done")
    said = since()
    assert [section for section, _ in shown(said)] == ["settled", "also", "also"]
    (block,) = [block for block in brief_view(said).blocks if block.heading == "Completed, met or withdrawn"]
    assert block.lines == (
        "RUR1-03  Exchange data on sea ice: 2026-12-01, status → complete (Zenda)",
        "    source: https://a.example/done",
        "    2026-12-01, noted (Zenda). The archives are ready. Source: no evidence recorded",
        "    2026-12-01, due → 2027-01 (Zenda). Source: no evidence recorded",
    )
    tracker.mark("3", "in-progress")
    assert "settled" not in [section for section, _ in shown(since())]


def test_a_completion_before_the_current_status_is_not_listed_as_completed(tracker: Tracker) -> None:
    """A completion dated before the current status is listed as recorded, not as completed."""
    tracker.mark("2", "stalled")
    since = after_brief(tracker)
    tracker.mark("2", "complete", on="2026-05-01")
    assert [section for section, _ in shown(since())] == ["changed"]


def test_checks_are_counted(tracker: Tracker) -> None:
    """Checks are counted in one line, are not listed, and are not news."""
    since = after_brief(tracker)
    tracker.check(["1", "2", "1.1"], note="Nothing on the agency's site.")
    tracker.check(["2"])
    tracker.check(["3"])
    tracker.undo()
    said = since()
    assert (said.checks, said.checked_commitments, said.has_news) == (4, 2, False)
    assert "4 checks of 2 commitments" in brief_view(said).blocks[0].lines
    assert not shown(said)


def test_an_assessor_is_named_once(tracker: Tracker) -> None:
    """A verdict names its author once if the author is the assessor."""
    since = after_brief(tracker)
    tracker.assess("2", "partly-met", assessor="Zenda")
    tracker.assess("5", "met", assessor="Sapt")
    assert [what for _, what in shown(since())] == [
        "RUR1-02 assessed: partly-met (Zenda, fulfilment@1)",
        "RUR1-05 assessed: met (Sapt, fulfilment@1; recorded by Zenda)",
    ]


def test_a_date_moved_into_the_past_is_overdue(tracker: Tracker) -> None:
    """An overdue item with new entries is listed as overdue, even if its window closed long ago."""
    since = after_brief(tracker)
    assert not since().overdue
    tracker.reschedule("1", "2026-05")
    tracker.note("2", "Still nothing.")
    assert shown(since()) == [
        ("overdue", "RUR1-01 closed 6 months ago"),
        ("also", "RUR1-01 due → 2026-05 (Zenda)"),
        ("changed", "RUR1-02 noted (Zenda)"),
    ]


def test_windows_that_opened_and_closed_are_news(tracker: Tracker) -> None:
    """A window that opened or closed since is news, even if its outcome was not recorded."""
    year = told(tracker, Since(date(2025, 12, 31), date(2025, 12, 31), entries=10**6))
    assert refs(year.overdue) == ["RUR1-01.1", "RUR1-03"]
    assert refs(year.opened) == ["RUR1-01"]
    month = told(tracker, Since(date(2026, 10, 1), date(2026, 10, 1), entries=10**6))
    assert refs(month.overdue) == ["RUR1-03"]


def test_a_window_that_closes_today_is_still_to_close(make: Maker) -> None:
    """A window closes next on its last day, and has closed on the day after, once."""
    last, after = (make("ruritania", today=date(2026, 11, day)) for day in (30, 29))
    assert "RUR1-03" in refs(told(last, until=date(2026, 12, 5)).closes)
    assert "RUR1-03" in refs(told(after, until=date(2026, 11, 30)).closes)
    morrow = make("ruritania", today=date(2026, 12, 1))
    assert refs(told(morrow, Since(None, date(2026, 11, 30), entries=10**6)).overdue) == ["RUR1-03"]
    assert refs(told(morrow, Since(None, date(2026, 12, 1), entries=10**6)).overdue) == []


def test_going_stale_is_news_once(make: Maker) -> None:
    """A commitment is news on the day on which it has had no entry for 180 days, and not again."""
    tracker = make("ruritania", today=date(2025, 11, 30))
    at, day = 10**6, date(2025, 11, 30)
    said = told(tracker, Since(None, date(2025, 11, 20), entries=at), until=day)
    assert "RUR1-01" in refs(said.stale)
    assert "Check is due" in [block.heading for block in brief_view(said).blocks]
    assert told(tracker, Since(None, day, entries=at), until=day).stale == ()


def test_the_built_in_record_counts_by_its_days(make: Maker) -> None:
    """The entries of the built-in record are news by their own days, not by the day the store was created."""
    tracker = make("built-in", today=date(2026, 11, 22))
    since = Since(date(2026, 5, 1), date(2026, 4, 30), recorded=0)
    assert {row.entry.on[:4] for row in told(tracker, since).changed} == {"2026"}
    assert len(told(tracker, Since()).changed) > 42


def test_entries_that_arrive_late_are_news(make: Maker, clock: Clock) -> None:
    """Entries received from another log are news, even if recorded before the last brief."""
    theirs = make("ruritania", clock=clock, author="Rupert")
    theirs.note("2", "Said in the north")
    ours = make("ruritania", clock=clock)
    clock.now += 10**9
    ours.note("2", "Said in the south")
    with ours.snapshot() as view:
        at = view.position()
    exported = {"format": "spacedialog-log/1", "changes": [_entry(change) for change in theirs.log()]}
    ours.import_file(json.dumps(exported).encode(), "theirs.json")
    assert [row.entry.note for row in told(ours, Since(DAY, DAY, entries=at.entries)).changed] == ["Said in the north"]


def _entry(change: Any) -> dict[str, Any]:
    return {**change._asdict(), "body": change.content}


# Formats


def test_every_line_names_its_source(desk: Desk) -> None:
    """Each item of news has its source, or a remark that no evidence was given."""
    desk.call("mark", "34", "stalled", "--evidence", "https://a.example/b_c_d")
    desk.call("reschedule", "25.1", "2030")
    said = desk.call("brief", "--since", "2016-01-01", "-f", "md").stdout
    heads = [line for line in said.split("## ", 1)[1].splitlines() if line.startswith("- ")]
    sources = [line for line in said.splitlines() if line.startswith("  source: ")]
    assert len(heads) == len(sources) > 60
    assert "status → stalled (desk). Source: <https://a.example/b_c_d>" in said
    assert re.search(r"ROK4-25\.1 .*2027-12 → 2030, \+732 to \+1126 days .*\n  source: no evidence recorded\n", said)


def test_the_same_brief_has_the_same_bytes(desk: Desk) -> None:
    """Two briefs of one record are identical in every format."""
    for format_ in ("md", "html", "json", "plain", "table", "jsonl", "csv"):
        first, second = (desk.call("brief", "--since", "2025-01-01", "-f", format_) for _ in range(2))
        assert first == second
        assert first.status == 0, first.stderr


def test_plain_has_a_line_for_each_thing(desk: Desk) -> None:
    """The lines of plain output are the rows of the JSON, section by section."""
    data = desk.call("brief", "--since", "2025-01-01", "--json").data
    lines = [row[0] for row in desk.run("brief", "--since", "2025-01-01").rows[1:]]
    sections = ("conflicts", "overdue", "settled", "slipped", "opened", "closes", "opens", "changed", "stale")
    assert [line for line in lines if line != "also"] == [section for section in sections for _ in data[section]]
    assert lines.count("also") == len(data["also"]) > 5
    assert len(set(lines)) > 5


# Checkpoints


def test_a_checkpoint_goes_on_from_the_last_brief(desk: Desk) -> None:
    """The first brief with a checkpoint starts now and says so, and each later one has the news since."""
    first = desk.call(*WEEKLY, "--json")
    assert (first.status, first.data["since"], first.data["changed"]) == (0, first.data["as_of"], [])
    assert first.stderr == (
        "The checkpoint weekly is new. The next brief will start from now. For earlier news, add --since.\n"
    )
    second = desk.call(*WEEKLY, "--json")
    assert (second.status, second.data["changed"]) == (0, [])
    desk.call("note", "33", "The second word")
    third = desk.call(*WEEKLY, "--json")
    assert third.status == 1
    assert [row["entry"]["note"] for row in third.data["changed"]] == ["The second word"]


def test_checkpoints_are_kept_apart(desk: Desk) -> None:
    """Each name and each store has its own checkpoint, readable by its user only."""
    desk.call("brief", "--checkpoint", "weekly")
    assert "weekly" not in desk.call("brief", "--checkpoint", "weekly").stderr
    assert "daily is new" in desk.call("brief", "--checkpoint", "daily").stderr
    assert "weekly is new" in desk.call("brief", "--checkpoint", "weekly", "--db", "other.db").stderr
    kept = desk.db.with_name("tracker.db.checkpoint-weekly")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_since_outweighs_the_checkpoint(desk: Desk) -> None:
    """--since sets the beginning of the brief, and the checkpoint is still updated."""
    desk.call(*WEEKLY)
    assert desk.call(*WEEKLY, "--since", "2026-01-01", "--json").data["changed"]
    assert desk.call(*WEEKLY).status == 0


@pytest.mark.parametrize("output", ["> /dev/full", "-o missing/brief.md", "-o /dev/full"])
def test_a_brief_that_was_not_delivered_is_repeated(desk: Desk, output: str) -> None:
    """A checkpoint is not updated if the output cannot be written, and one line says why."""
    desk.call(*WEEKLY)
    desk.call("note", "33", "The second word")
    ran = desk.shell(f"spacedialog brief --checkpoint weekly -f md {output}")
    assert ran.status in (2, 4)
    assert len(ran.stderr.splitlines()) == 2
    assert "The second word" in desk.call(*WEEKLY).stdout


def test_a_closed_pipe_keeps_the_checkpoint(desk: Desk) -> None:
    """A checkpoint is not updated if the reader closes the pipe early, and no message is shown."""
    unread, pipe = os.pipe()
    os.close(unread)
    command = [str(PROGRAM), "brief", "--checkpoint", "weekly", "--since", "2026-01-01", "-f", "md"]
    ran = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, env=desk.environment, check=False)
    os.close(pipe)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert not desk.db.with_name("tracker.db.checkpoint-weekly").exists()


def test_under_cron_there_is_no_home(desk: Desk) -> None:
    """Briefs and checkpoints work without a home, a terminal and any environment."""
    command = [*map(str, (PROGRAM, *WEEKLY, "--db", desk.db, "-f", "md"))]
    for note in (b"The checkpoint weekly is new. ", b""):
        ran = subprocess.run(
            command, env={"PATH": "/usr/bin:/bin"}, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        assert (ran.returncode, ran.stderr[: len(note) or None]) == (0, note)
        assert "Host the fifth Civil Space Dialogue in Korea in 2027" in ran.stdout.decode("utf-8")


def test_briefs_at_the_same_time_do_not_harm(desk: Desk) -> None:
    """Concurrent briefs each show all news, and leave one valid checkpoint and no temporary file."""
    desk.call(*WEEKLY)
    desk.call("note", "33", "The second word")
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda _: desk.run("brief", "--checkpoint", "weekly", "--json"), range(6)))
    assert {run.status for run in runs} == {0}
    assert any(run.data["changed"] for run in runs)
    assert desk.call(*WEEKLY).status == 0
    assert not list(desk.db.parent.glob(".*"))


def test_a_store_made_anew_is_noticed(desk: Desk) -> None:
    """A checkpoint of a store that was created anew counts from its newest entry's time, and a message says so."""
    desk.call(*WEEKLY)
    log = desk.call("export").stdout
    desk.db.unlink()
    desk.call("import", "-", "--without-built-in", stdin=log)
    kept = desk.db.with_name("tracker.db.checkpoint-weekly")
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({**known, "entries": 5}))
    ran = desk.call(*WEEKLY, "--json")
    assert "was replaced" in ran.stderr
    assert ran.data["changed"] == []


def saved(**values: Any) -> str:
    """Return the content of a checkpoint file with some values replaced."""
    usual = {"format": "spacedialog-checkpoint/1", "day": "2026-11-01", "entries": 1, "last": "x", "recorded": 1}
    return json.dumps({**usual, **values})


BROKEN = {
    **{word: word for word in ("", "{}", "[]", "null", '{"format": "spacedialog-checkpoint/1"}', "\x00")},
    **{
        f"{name} {value}": saved(**{name: value})
        for name in ("entries", "recorded")
        for value in (2**63, -1, True, "1")
    },
    **{f"{name} list": saved(**{name: []}) for name in ("format", "day", "entries", "last", "recorded")},
    "recorded at the end of time": saved(recorded=2**63 - 1),
    "number of thousands of digits": saved().replace(": 1,", f": {'9' * 4000},"),
    "deep": "[" * 100_000,
    "large": saved() + " " * 10_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_an_invalid_checkpoint_is_an_error(desk: Desk, content: str) -> None:
    """An invalid checkpoint file is named with a remedy, and left unchanged."""
    kept = desk.db.with_name("tracker.db.checkpoint-weekly")
    kept.write_text(content)
    ran = desk.call(*WEEKLY)
    assert (ran.status, ran.stdout) == (4, "")
    assert "tracker.db.checkpoint-weekly: this is not a valid checkpoint" in ran.stderr
    assert kept.read_text() == content


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_only_a_regular_file_is_a_checkpoint(desk: Desk, make: Callable[[Path], None]) -> None:
    """A pipe, a folder or a device in the place of a checkpoint is named, and never waited for."""
    make(desk.db.with_name("tracker.db.checkpoint-weekly"))
    ran = desk.call(*WEEKLY)
    assert (ran.status, ran.stdout) == (4, "")
    assert "tracker.db.checkpoint-weekly: " in ran.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--checkpoint", "../weekly"],
        ["--checkpoint", ""],
        ["--checkpoint", "a/b"],
        ["--checkpoint", "w", "--as-of", "2026-01-01"],
        ["--checkpoint", "w", "--known-at", "2026-01-01"],
        ["--since", "someday"],
        ["--ahead", "long"],
        ["--since", "0001-01-01"],
    ],
)
def test_invalid_values_are_refused(desk: Desk, options: list[str]) -> None:
    """A wrong name, day or span is refused in two lines, and no checkpoint is written."""
    before = sorted(desk.db.parent.iterdir())
    ran = desk.call("brief", *options)
    assert (ran.status, ran.stdout, len(ran.stderr.splitlines())) == (2, "", 2), ran.stderr
    assert sorted(desk.db.parent.iterdir()) == before


def test_a_checkpoint_in_a_read_only_folder_is_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the checkpoint cannot be saved, the brief is written and the status says that the next brief repeats it."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fsync", refuse)
    ran = desk.call(*WEEKLY)
    assert ran.status == 4
    assert ran.stdout
    assert "the checkpoint was not saved: Permission denied" in ran.stderr
    assert [path.name for path in desk.db.parent.iterdir()] == ["tracker.db"]
