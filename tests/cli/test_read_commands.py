"""Tests of the commands that read: their answers about the built-in record on 22 November 2026 and earlier."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.built_in import COMMITMENTS, COVERAGE, DOCUMENTS
from tests.support.program import Desk, by_ref

DATA = Path(__file__).parents[2] / "data" / "dialogue_2025.json"
MET = "2025-04-14"

COMMITMENT = [
    "ref",
    "dialogue",
    "area",
    "kind",
    "title",
    "strength",
    "lead",
    "partners",
    "status",
    "percent",
    "due",
    "due_earliest",
    "due_latest",
    "owner",
    "review",
    "flags",
    "updated_on",
    "source",
]
UPCOMING = [
    "ref",
    "commitment",
    "title",
    "when",
    "earliest",
    "latest",
    "state",
    "opens_in_days",
    "closes_in_days",
    "recurs",
    "source",
]
AREA = ["area", "title", "commitments", "checked", "unknown", "complete", "in_progress", "overdue", "closing"]
AREA += ["next_milestone", "dialogue", "unevidenced"]
HISTORY = ["id", "recorded_at", "on", "author", "ref", "kind", "changed", "note", "evidence", "retracted", "ignored"]
HISTORY += ["after_evidence", "internal"]


Row = dict[str, Any]
Test = Callable[[Row], bool]


@pytest.fixture(scope="module")
def today(reader: Desk) -> dict[str, list[Row]]:
    """The rows of each list on 22 November 2026."""
    return {view: reader.call(view, "--json").data for view in ("list", "upcoming", "areas", "history")}


# JSON


@pytest.mark.parametrize(
    ("view", "keys"), [("list", COMMITMENT), ("upcoming", UPCOMING), ("areas", AREA), ("history", HISTORY)]
)
def test_json_keys_are_the_promised_ones(today: dict[str, list[Row]], view: str, keys: list[str]) -> None:
    """Every row of a list has the documented keys in their order."""
    assert today[view]
    assert {tuple(row) for row in today[view]} == {tuple(keys)}


@pytest.mark.parametrize("arguments", [["--today", "2026-11-22"], ["--as-of", "2025-04-14"], ["--closing"]])
def test_envelope_names_its_day(reader: Desk, arguments: list[str]) -> None:
    """JSON output has an envelope with the schema version and the day of the view."""
    envelope = json.loads(reader.call("list", "--json", *arguments).stdout)
    day = arguments[-1] if "20" in arguments[-1] else "2026-11-22"
    assert list(envelope) == ["schema_version", "as_of", "data"]
    assert (envelope["schema_version"], envelope["as_of"]) == (1, day)


def test_empty_answer_is_valid_json(reader: Desk) -> None:
    """A list without rows is an empty list in the same envelope, and not an error."""
    ran = reader.call("list", "--area", "maritime", "--status", "complete", "--json")
    assert (ran.status, ran.data) == (0, [])


# Today


def test_lunar_payload_is_open_and_not_late(today: dict[str, list[Row]]) -> None:
    """On 22 November 2026 the payload due in 2026 is open, closes in 39 days and is not overdue."""
    coming, listed = by_ref(today["upcoming"])["ROK4-31"], by_ref(today["list"])["ROK4-31"]
    assert (coming["when"], coming["state"], coming["closes_in_days"]) == ("2026", "open", 39)
    assert coming["opens_in_days"] == (date(2026, 1, 1) - date(2026, 11, 22)).days
    assert (listed["due"], listed["due_earliest"], listed["due_latest"]) == ("2026", "2026-01-01", "2026-12-31")
    assert "closing" in listed["flags"]
    assert "overdue" not in listed["flags"]


@pytest.mark.parametrize(("ref", "recurs"), [("ROK4-41.1", "2 years"), ("ROK4-42", None)])
def test_next_dialogue_is_upcoming(today: dict[str, list[Row]], ref: str, recurs: str | None) -> None:
    """The dialogue of 2027 opens in 40 days and recurs every second year."""
    row = next(row for row in today["upcoming"] if row["ref"] == ref)
    assert (row["when"], row["state"], row["opens_in_days"], row["recurs"]) == ("2027", "upcoming", 40, recurs)


def test_icg_meeting_is_met(today: dict[str, list[Row]], reader: Desk) -> None:
    """The 19th ICG meeting is not upcoming, and --all shows it as met."""
    assert "ROK4-27" not in by_ref(today["upcoming"])
    assert by_ref(reader.call("upcoming", "--all", "--json").data)["ROK4-27"]["state"] == "met"


def test_upcoming_milestones_are_ordered_by_their_windows(today: dict[str, list[Row]]) -> None:
    """Upcoming milestones are ordered by the end of their windows; past ones without an outcome are overdue."""
    rows = today["upcoming"]
    assert [row["latest"] for row in rows] == sorted(row["latest"] for row in rows)
    assert {row["state"] for row in rows} == {"overdue", "open", "upcoming"}
    for row in rows:
        assert (row["closes_in_days"] < 0) == (row["state"] == "overdue")


def test_overdue_milestones_come_first(reader: Desk) -> None:
    """Overdue milestones come first, under their own heading on a terminal, and settled ones last."""
    states = [row["state"] for row in reader.call("upcoming", "--all", "--json").data]
    order = {"overdue": 0, "open": 1, "upcoming": 1, "met": 2, "withdrawn": 2}
    assert [order[state] for state in states] == sorted(order[state] for state in states)
    assert {"overdue", "met"} <= set(states)
    lines = reader.call("upcoming", "--all", "-f", "table").stdout.splitlines()
    assert [line for line in lines if line in ("Overdue", "Upcoming", "Settled")] == ["Overdue", "Upcoming", "Settled"]
    assert lines[lines.index("Overdue") + 1].startswith("2023-09")


def test_the_newest_dialogue_comes_first(reader: Desk, today: dict[str, list[Row]]) -> None:
    """Lists have the commitments, areas and dialogues of the newest meeting first, and `--sort -ref` has them last."""
    keys = ["ROK4", "ROK3", "ROK2"]
    assert [row["key"] for row in reader.call("dialogues", "--json").data] == keys
    for rows in (today["list"], today["areas"], reader.call("list", "--status", "open", "--json").data):
        assert list(dict.fromkeys(row["dialogue"] for row in rows)) == keys
    refs = [row["ref"] for row in today["list"]]
    assert (refs[0], refs[-1]) == ("ROK4-01", "ROK2-08")
    assert [row["ref"] for row in reader.call("list", "--sort", "-ref", "--json").data] == refs[::-1]
    kinds = reader.call("list", "--sort", "kind", "--json").data
    assert [row["ref"] for row in kinds if row["kind"] == "event"] == [
        ref for ref in refs if by_ref(kinds)[ref]["kind"] == "event"
    ]
    report = reader.call("report", "--json").data
    assert [row["key"] for row in report["dialogues"]] == keys
    assert report["commitments"][0]["commitment"]["ref"] == "ROK4-01"


@pytest.mark.parametrize("field", ["due", "lead"])
def test_empty_values_come_last(reader: Desk, field: str) -> None:
    """Commitments without a value come last in both directions."""
    up, down = (
        [row[field] for row in reader.call("list", "--sort", sort, "--json").data] for sort in (field, f"-{field}")
    )
    filled = [value for value in up if value is not None]
    assert 0 < len(filled) < len(up)
    assert up[: len(filled)] == filled
    assert None not in down[: len(filled)]
    assert set(down[len(filled) :]) == {None}


def test_areas_count_their_commitments(today: dict[str, list[Row]]) -> None:
    """The counts of an area are those of its listed commitments."""
    for area in today["areas"]:
        inside = [row for row in today["list"] if (row["dialogue"], row["area"]) == (area["dialogue"], area["area"])]
        count = {status: sum(row["status"] == status for row in inside) for status in ("complete", "in-progress")}
        assert area["commitments"] == len(inside) > 0
        assert area["unknown"] == sum(row["status"] == "unknown" for row in inside)
        assert (area["complete"], area["in_progress"]) == (count["complete"], count["in-progress"])
        for flag in ("overdue", "closing"):
            assert area[flag] == sum(flag in row["flags"] for row in inside)
    assert by_ref([row["next_milestone"] for row in today["areas"] if row["next_milestone"]])["ROK4-31"] == {
        "ref": "ROK4-31",
        "title": by_ref(today["list"])["ROK4-31"]["title"],
        "when": "2026",
    }


def test_history_is_in_the_order_recorded(today: dict[str, list[Row]]) -> None:
    """The history lists entries in the order recorded, and those of the built-in record in the order of their days."""
    rows = today["history"]
    assert [row["recorded_at"][:19] for row in rows] == sorted(row["recorded_at"][:19] for row in rows)
    assert [row["on"] for row in rows] == sorted(row["on"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_overview_covers_what_it_shows(reader: Desk, today: dict[str, list[Row]]) -> None:
    """The overview counts every status, and shows how much of the record was checked and when."""
    data = reader.call("--json").data
    statuses = [row["status"] for row in today["list"]]
    assert data["statuses"] == {name: statuses.count(name) for name in data["statuses"]}
    assert sum(data["statuses"].values()) == data["coverage"]["commitments"] == COMMITMENTS
    worklist = reader.call("todo", "--limit", "5", "--json").data
    assert [{**row, "why": listed["why"]} for row, listed in zip(data["todo"], worklist, strict=True)] == worklist
    text = reader.call("overview", "-f", "table").stdout
    assert COVERAGE in text
    assert "█" in text


def test_the_exit_status_of_todo_does_not_depend_on_the_limit(reader: Desk) -> None:
    """`todo --exit-code` exits with 1 if there is something to do, even if --limit shows none of it."""
    for limit in ("0", "1"):
        assert reader.call("todo", "--exit-code", "--limit", limit).status == 1
    assert reader.call("todo", "--exit-code", "--limit", "0", "--as-of", "2016-01-01").status == 0


def test_show_has_all_details(reader: Desk) -> None:
    """`show` lists the sources, milestones, moved dates and history of a commitment."""
    data = reader.call("show", "25", "--json").data
    assert data["commitment"]["ref"] == "ROK4-25"
    assert {source["document"] for source in data["sources"]} == {"DPA", "FPW", "SEED"}
    assert [(slip["old"], slip["new"]) for slip in data["slips"]] == [("2027-12", "2029-09")]
    assert [row["ref"] for row in data["milestones"]] == ["ROK4-25.1", "ROK4-25.2"]
    assert {row["ref"] for row in data["history"]} == {
        *("ROK4-25", "ROK4-25.1", "ROK4-25.2"),
        "ROK3-15 → ROK4-25",
    }
    text = reader.call("show", "25", "-f", "table").stdout
    for words in ("2027-12", "2029-09", "https://", "KPS", "Moved dates", "History"):
        assert words in text


def test_slips_give_the_least_and_the_most(reader: Desk) -> None:
    """A moved vague date has a least and a greatest delay."""
    slip = by_ref(reader.call("slips", "--json").data)["ROK4-25.1"]
    least, most = date(2029, 9, 1) - date(2027, 12, 31), date(2029, 9, 30) - date(2027, 12, 1)
    assert (slip["min_delay_days"], slip["max_delay_days"]) == (least.days, most.days)


# The past


def test_past_view_has_no_later_status_or_date(reader: Desk, today: dict[str, list[Row]]) -> None:
    """As of the day of the dialogue, every status and due date is as it was on that day."""
    said = by_ref(json.loads(DATA.read_text("utf-8"))["commitments"])
    then = by_ref(reader.call("list", "--dialogue", "ROK4", "--as-of", MET, "--json").data)
    assert set(then) == set(said)
    for ref, row in then.items():
        assert (row["status"], row["due"]) == (said[ref].get("status", "unknown"), said[ref].get("due")), ref
        assert row["updated_on"] <= MET
    assert then["ROK4-27"]["status"] == "unknown"
    assert {row["status"] for row in today["list"]} != set()
    assert any(row["status"] != then[row["ref"]]["status"] for row in today["list"] if row["ref"] in then)


def test_past_view_has_no_later_entry(reader: Desk, today: dict[str, list[Row]]) -> None:
    """As of the day of the dialogue, the history has no later entry, and there are no slips."""
    then = reader.call("history", "--as-of", MET, "--json").data
    assert then
    assert max(row["on"][:10] for row in then) <= MET
    assert len(then) < len(today["history"])
    assert reader.call("slips", "--as-of", MET, "--json").data == []


@pytest.mark.parametrize(("day", "when"), [(MET, "2027-12"), ("2025-05-14", "2027-12"), ("2025-05-15", "2029-09")])
def test_kps_launch_moves_on_the_day_of_the_news(reader: Desk, day: str, when: str) -> None:
    """The first KPS satellite is due in December 2027 until the day on which it was rescheduled."""
    assert by_ref(reader.call("upcoming", "--as-of", day, "--json").data)["ROK4-25.1"]["when"] == when


def test_as_of_sets_the_day_of_the_flags(reader: Desk) -> None:
    """A view of another day counts days and sets flags from that day."""
    row = by_ref(reader.call("upcoming", "--as-of", "2025-12-31", "--json").data)["ROK4-31"]
    assert (row["state"], row["opens_in_days"]) == ("upcoming", 1)
    late = reader.call("list", "--overdue", "--as-of", "2027-01-01", "--json").data
    assert "ROK4-31" in by_ref(late)


def test_known_at_shows_an_earlier_state(desk: Desk) -> None:
    """--known-at shows the record as it was known at that time."""
    before = desk.call("list", "--json").stdout
    known = max(row["recorded_at"] for row in desk.call("history", "--json").data)
    desk.call("mark", "33", "complete", "--on", "2025-05-01")
    assert desk.call("list", "--json").stdout != before
    assert desk.call("list", "--known-at", known, "--json").stdout == before


# Options


def test_a_recurring_milestone_is_listed_several_times(reader: Desk) -> None:
    """A recurring milestone is listed with each occurrence up to the day asked for."""
    rows = reader.call("upcoming", "--until", "2033", "--json").data
    assert [row["when"] for row in rows if row["ref"] == "ROK4-41.1"] == ["2027", "2029", "2031", "2033"]


@pytest.mark.parametrize(
    ("option", "last"),
    [
        (("--within", "18m"), "2028-05-22"),
        (("--within", "5 weeks"), "2026-12-27"),
        (("--until", "2027"), "2027-12-31"),
        (("--until", "2027-01"), "2027-01-31"),
    ],
)
def test_upcoming_ends_at_a_day(reader: Desk, today: dict[str, list[Row]], option: tuple[str, str], last: str) -> None:
    """--within and --until keep the windows that open or close by that day."""
    rows = reader.call("upcoming", *option, "--json").data
    expected = [row for row in today["upcoming"] if min(row["earliest"] or "9", row["latest"] or "9") <= last]
    assert rows == expected
    assert 0 < len(rows) < len(today["upcoming"])


def test_dates_select_what_people_ask_for(reader: Desk) -> None:
    """upcoming, todo, list and history select by a window, by a change, by a former status, and by date and kind."""
    upcoming = reader.call("upcoming", "--due", "2027", "--json").data
    assert upcoming
    assert all((row["earliest"] or "") < "2028" and (row["latest"] or "9") >= "2027" for row in upcoming)
    attention = reader.call("todo", "--due", "2026", "--json").data
    assert attention == [
        row
        for row in reader.call("todo", "--json").data
        if row["due"] and (row["due_earliest"] or "") < "2027" and (row["due_latest"] or "9") >= "2026"
    ]
    assert reader.call("list", "--changed-since", "tomorrow", "--json").data == []
    was = reader.call("list", "--was", "in-progress", "--status", "complete", "--json").data
    assert {row["status"] for row in was} == {"complete"}
    entries = reader.call("history", "--since", "2025", "--kind", "set", "--limit", "3", "--json").data
    assert [row["kind"] for row in entries] == ["set"] * 3


@pytest.mark.parametrize("command", ["todo", "brief", "upcoming --within 2y"])
def test_the_last_day_of_the_calendar_is_no_error(reader: Desk, command: str) -> None:
    """A span that reaches past the year 9999 ends with its last day."""
    ran = reader.call(*command.split(), "--as-of", "9999-12-31")
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ("--area pnt", lambda row: row["area"] == "pnt"),
        ("--area PNT --area maritime", lambda row: row["area"] in ("pnt", "maritime")),
        ("--dialogue rok4", lambda row: row["ref"].startswith("ROK4-")),
        ("--lead kasi", lambda row: row["lead"] == "KASI"),
        ("--party KASI", lambda row: "KASI" in (row["lead"], *row["partners"])),
        ("--kind event", lambda row: row["kind"] == "event"),
        ("--status complete", lambda row: row["status"] == "complete"),
        ("--status open", lambda row: row["status"] not in ("complete", "withdrawn")),
        ("--unchecked", lambda row: "unchecked" in row["flags"]),
        ("--strength firm", lambda row: row["strength"] == "firm"),
        ("--closing", lambda row: "closing" in row["flags"]),
        ("--stale", lambda row: "stale" in row["flags"]),
        ("--slipped", lambda row: "slipped" in row["flags"]),
        (
            "--due 2027",
            lambda row: row["due"] and (row["due_earliest"] or "") < "2028" and (row["due_latest"] or "9") >= "2027",
        ),
        ("--due-before 2026", lambda row: row["due_latest"] is not None and row["due_latest"] < "2026"),
        ("--due-before 2026-12-31", lambda row: row["due_latest"] is not None and row["due_latest"] < "2026-12-31"),
        ("--due-after 2026-06", lambda row: row["due_latest"] is not None and row["due_latest"] > "2026-06-30"),
        ("--closing --lead KASI", lambda row: row["ref"] == "ROK4-31"),
        ("--text lusem", lambda row: row["ref"] == "ROK4-31"),
        ("--text KPS --status in-progress", lambda row: row["ref"] in ("ROK3-15", "ROK4-25")),
    ],
)
def test_filters_keep_matching_rows(reader: Desk, today: dict[str, list[Row]], options: str, fits: Test) -> None:
    """A filter option keeps the rows that match it."""
    rows = reader.call("list", *options.split(), "--json").data
    assert rows == [row for row in today["list"] if fits(row)]
    assert rows


def test_overdue_lists_incomplete_commitments_after_their_window(reader: Desk) -> None:
    """--overdue keeps the commitments whose window has closed and that are not complete."""
    rows = reader.call("list", "--overdue", "--today", "2027-01-01", "--json").data
    assert [(row["ref"], row["due"]) for row in rows] == [("ROK4-31", "2026")]
    assert all("overdue" in row["flags"] for row in rows)


def test_sides_are_those_of_the_parties(reader: Desk, today: dict[str, list[Row]]) -> None:
    """--side keeps the commitments that a party of that side leads or takes part in."""
    sides = {party["key"]: party["side"] for document in DOCUMENTS for party in document["parties"]}
    rows = reader.call("list", "--side", "ROK", "--json").data
    assert rows == [
        row for row in today["list"] if any(sides.get(party) == "ROK" for party in [row["lead"], *row["partners"]])
    ]


def test_sorted_as_asked(reader: Desk) -> None:
    """--sort orders by a field, and a minus sign before its name reverses the order."""
    titles, reversed_titles = (
        [row["title"].lower() for row in reader.call("list", "--sort", sort, "--json").data]
        for sort in ("title", "-title")
    )
    assert titles == sorted(titles)
    assert reversed_titles == titles[::-1]


def test_limit_keeps_the_first_rows(reader: Desk, today: dict[str, list[Row]]) -> None:
    """--limit keeps the first rows of a list, and the last of the history."""
    assert reader.call("list", "--limit", "3", "--json").data == today["list"][:3]
    assert reader.call("history", "--limit", "3", "--json").data == today["history"][-3:]
    assert reader.call("list", "--limit", "0", "--json").data == []


def test_search_shows_where_the_words_are(reader: Desk) -> None:
    """`search` shows each match with the fields of the words, and the text around those that are not in the title."""
    rows = reader.call("search", "lunar", "--json").data
    assert all(list(row) == ["ref", "title", "status", "match", "kind", "fields"] for row in rows)
    assert all(("title" in row["fields"]) == ("lunar" in row["title"].lower()) for row in rows)
    assert all("lunar" in (row["title"] + row["match"]).lower() for row in rows)
    (dialogue,) = reader.call("search", "Kandahari", "--json").data
    assert (dialogue["ref"], dialogue["status"], dialogue["kind"]) == ("ROK4", None, "dialogue")


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        ("search lagrnge xyzzy -f table", "'lagrnge' and 'xyzzy' do not occur in the record. Did you mean 'lagrange'?"),
        ("search lagrnge --json", "'lagrnge' does not occur in the record. Did you mean 'lagrange'?"),
        ("search lunar zz -f csv", "'zz' does not occur in the record."),
        ("search hydrogen Kandahari", "Each word occurs in the record, but no item has all of them."),
        ("search payload --dialogue ROK2", "'payload' does not occur in ROK2."),
        ("search Artemis --as-of 2018-01-01", "'Artemis' does not occur in the record at that time."),
        ("search zzz\x1b\u202ezzz", r"'zzz\x1b\u202ezzz' does not occur in the record."),
        (f"search {'z' * 900}", f"'{'z' * 60}…' does not occur in the record."),
        ("list --text Artmis", "'Artmis' does not occur in the record. Did you mean 'artemis'?"),
    ],
)
def test_a_search_without_results_names_unknown_words(reader: Desk, arguments: str, note: str) -> None:
    """A note names the words that do not occur in what was searched, with similar ones; the exit status is 0."""
    ran = reader.call(*arguments.split(" "))
    assert (ran.status, ran.stderr.splitlines()[-1]) == (0, note)
    assert "Artmis" not in ran.stdout
    assert "zz" not in ran.stdout


def test_a_search_for_an_unknown_ref_is_an_error(reader: Desk) -> None:
    """A search for a ref that a dialogue does not have gives the error of `show`."""
    ran = reader.call("search", "rok4-99")
    assert (ran.status, ran.stderr) == (3, reader.call("show", "rok4-99").stderr)
    assert "did you mean ROK4-42?" in ran.stderr


def test_a_word_with_a_hyphen_before_it_needs_two_more(reader: Desk) -> None:
    """The remedy for a word that is taken for an option shows the search for it."""
    ran = reader.call("search", "-payload")
    assert ran.status == 2
    assert "spacedialog search -- -payload" in ran.stderr
    assert reader.call("search", "--json", "--", "-payload").data[0]["ref"] == "ROK4-31"


# The store


def test_reading_creates_no_store(reader: Desk) -> None:
    """Reading creates no file."""
    for arguments in (["list"], ["overview"], ["history"], ["export"], ["paths"], ["list", "--known-at", "today"]):
        assert reader.call(*arguments).status == 0
    assert list(reader.db.parent.iterdir()) == []
