"""Every command through the installed program, and what the record says on the days that people ask about."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from spacedialog.model.dates import VagueDate
from tests.support.bundled import COMMITMENTS, COVERAGE, DOCUMENTS
from tests.support.program import Desk

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
AREA = ["area", "title", "commitments", "assessed", "complete", "in_progress", "overdue", "closing", "next_milestone"]
AREA += ["dialogue", "claimed"]
HISTORY = ["id", "recorded_at", "on", "author", "ref", "kind", "changed", "note", "evidence", "retracted"]
WRITTEN = {"did", "ref", "title", "differences", "changes", "undo", "notices", "created_store", "dry_run"}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def today(reader: Desk) -> dict[str, list[Row]]:
    """What the installed program lists on 2026-11-22."""
    return {view: reader.run(view, "--json").data for view in ("list", "upcoming", "areas", "history")}


def by_ref(rows: list[Row]) -> dict[str, Row]:
    return {row["ref"]: row for row in rows}


def kept(desk: Desk) -> dict[str, bytes]:
    """Every file of the store with its bytes."""
    return {path.name: path.read_bytes() for path in desk.db.parent.iterdir()}


# What the program says on the day


@pytest.mark.parametrize(
    ("view", "keys"), [("list", COMMITMENT), ("upcoming", UPCOMING), ("areas", AREA), ("history", HISTORY)]
)
def test_json_keys_are_the_promised_ones(today: dict[str, list[Row]], view: str, keys: list[str]) -> None:
    """Every record of a list has exactly the keys that scripts were promised, in their order."""
    assert today[view]
    assert {tuple(row) for row in today[view]} == {tuple(keys)}


@pytest.mark.parametrize("arguments", [["--today", "2026-11-22"], ["--as-of", "2025-04-14"], ["--closing"]])
def test_envelope_names_its_day(reader: Desk, arguments: list[str]) -> None:
    """JSON comes in an envelope that names the version of its form and the day of the view."""
    envelope = json.loads(reader.call("list", "--json", *arguments).stdout)
    day = arguments[-1] if "20" in arguments[-1] else "2026-11-22"
    assert list(envelope) == ["schema_version", "as_of", "data"]
    assert (envelope["schema_version"], envelope["as_of"]) == (1, day)


def test_empty_answer_is_valid_json(reader: Desk) -> None:
    """A list with nothing in it is an empty list, in the same envelope, and no error."""
    ran = reader.call("list", "--area", "maritime", "--status", "complete", "--json")
    assert (ran.status, ran.data) == (0, [])


def test_lunar_payload_is_open_and_not_late(today: dict[str, list[Row]]) -> None:
    """On 22 November 2026 the payload due in 2026 is open, closes in 39 days, and is not overdue."""
    coming, listed = by_ref(today["upcoming"])["ROK4-31"], by_ref(today["list"])["ROK4-31"]
    assert (coming["when"], coming["state"], coming["closes_in_days"]) == ("2026", "open", 39)
    assert coming["opens_in_days"] == (date(2026, 1, 1) - date(2026, 11, 22)).days
    assert (listed["due"], listed["due_earliest"], listed["due_latest"]) == ("2026", "2026-01-01", "2026-12-31")
    assert "closing" in listed["flags"]
    assert "overdue" not in listed["flags"]


@pytest.mark.parametrize(("ref", "recurs"), [("ROK4-41.1", "2 years"), ("ROK4-42", None)])
def test_next_dialogue_is_upcoming(today: dict[str, list[Row]], ref: str, recurs: str | None) -> None:
    """The dialogue of 2027 has not opened: it opens in 40 days, and it recurs every second year."""
    row = next(row for row in today["upcoming"] if row["ref"] == ref)
    assert (row["when"], row["state"], row["opens_in_days"], row["recurs"]) == ("2027", "upcoming", 40, recurs)


def test_icg_meeting_is_met(today: dict[str, list[Row]], reader: Desk) -> None:
    """The 19th ICG meeting is no longer to come, and with --all it is shown as met."""
    assert "ROK4-27" not in by_ref(today["upcoming"])
    assert by_ref(reader.call("upcoming", "--all", "--json").data)["ROK4-27"]["state"] == "met"


def test_unmet_milestones_stand_in_the_order_of_their_windows(today: dict[str, list[Row]]) -> None:
    """What comes up is ordered by the end of its window, and what has no outcome is closed, not met."""
    rows = today["upcoming"]
    assert [row["latest"] for row in rows] == sorted(row["latest"] for row in rows)
    assert {row["state"] for row in rows} == {"closed", "open", "upcoming"}
    for row in rows:
        assert (row["closes_in_days"] < 0) == (row["state"] == "closed")


def test_areas_count_their_commitments(today: dict[str, list[Row]]) -> None:
    """The figures of an area are those of the commitments listed in it."""
    for area in today["areas"]:
        inside = [row for row in today["list"] if (row["dialogue"], row["area"]) == (area["dialogue"], area["area"])]
        count = {status: sum(row["status"] == status for row in inside) for status in ("complete", "in-progress")}
        assert area["commitments"] == len(inside) > 0
        assert area["assessed"] == sum(row["status"] != "not-assessed" for row in inside)
        assert (area["complete"], area["in_progress"]) == (count["complete"], count["in-progress"])
        for flag in ("overdue", "closing"):
            assert area[flag] == sum(flag in row["flags"] for row in inside)
    assert by_ref([row["next_milestone"] for row in today["areas"] if row["next_milestone"]])["ROK4-31"] == {
        "ref": "ROK4-31",
        "title": by_ref(today["list"])["ROK4-31"]["title"],
        "when": "2026",
    }


def test_history_is_in_the_order_recorded(today: dict[str, list[Row]]) -> None:
    """Entries of the log come as they were recorded, each with an id of its own."""
    rows = today["history"]
    assert [row["recorded_at"] for row in rows] == sorted(row["recorded_at"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


# Last spring's view


def test_past_view_has_no_later_status_or_date(reader: Desk, today: dict[str, list[Row]]) -> None:
    """As of the day of the dialogue, every status and date is the one that the record gives for that day."""
    said = by_ref(json.loads(DATA.read_text("utf-8"))["commitments"])
    then = by_ref(reader.run("list", "--dialogue", "ROK4", "--as-of", MET, "--json").data)
    assert set(then) == set(said)
    for ref, row in then.items():
        assert (row["status"], row["due"]) == (said[ref].get("status", "not-assessed"), said[ref].get("due")), ref
        assert row["updated_on"] <= MET
    assert then["ROK4-27"]["status"] == "not-assessed"
    assert {row["status"] for row in today["list"]} != set()
    assert any(row["status"] != then[row["ref"]]["status"] for row in today["list"] if row["ref"] in then)


def test_past_view_has_no_later_entry(reader: Desk, today: dict[str, list[Row]]) -> None:
    """As of the day of the dialogue, the history has no entry of a later day, and no date was moved yet."""
    then = reader.call("history", "--as-of", MET, "--json").data
    assert then
    assert max(row["on"][:10] for row in then) <= MET
    assert len(then) < len(today["history"])
    assert reader.call("slips", "--as-of", MET, "--json").data == []


@pytest.mark.parametrize(("day", "when"), [(MET, "2027-12"), ("2025-05-14", "2027-12"), ("2025-05-15", "2029-09")])
def test_kps_launch_moves_on_the_day_of_the_news(reader: Desk, day: str, when: str) -> None:
    """The first KPS satellite is due in December 2027 until the day on which it was put back."""
    assert by_ref(reader.call("upcoming", "--as-of", day, "--json").data)["ROK4-25.1"]["when"] == when


def test_as_of_sets_the_day_of_the_flags(reader: Desk) -> None:
    """A past view reckons days and flags from its own day, not from today."""
    row = by_ref(reader.call("upcoming", "--as-of", "2025-12-31", "--json").data)["ROK4-31"]
    assert (row["state"], row["opens_in_days"]) == ("upcoming", 1)
    late = reader.call("list", "--overdue", "--as-of", "2027-01-01", "--json").data
    assert "ROK4-31" in by_ref(late)


# Upcoming


def test_recurring_milestone_comes_again(reader: Desk) -> None:
    """A dialogue every second year is shown with each occurrence up to the day asked for."""
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
    """--within and --until leave just the windows that open or close by that day."""
    rows = reader.call("upcoming", *option, "--json").data
    expected = [row for row in today["upcoming"] if min(row["earliest"] or "9", row["latest"] or "9") <= last]
    assert rows == expected
    assert 0 < len(rows) < len(today["upcoming"])


# Filters

Test = Callable[[Row], bool]


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
        ("--status assessed", lambda row: row["status"] != "not-assessed"),
        ("--strength firm", lambda row: row["strength"] == "firm"),
        ("--overdue", lambda row: "overdue" in row["flags"]),
        ("--closing", lambda row: "closing" in row["flags"]),
        ("--stale", lambda row: "stale" in row["flags"]),
        ("--slipped", lambda row: "slipped" in row["flags"]),
        ("--due-before 2026", lambda row: row["due_latest"] is not None and row["due_latest"] < "2026"),
        ("--due-before 2026-12-31", lambda row: row["due_latest"] is not None and row["due_latest"] < "2026-12-31"),
        ("--due-after 2026-06", lambda row: row["due_latest"] is not None and row["due_latest"] > "2026-06-30"),
        ("--closing --lead KASI", lambda row: row["ref"] == "ROK4-31"),
        ("--text lusem", lambda row: row["ref"] == "ROK4-31"),
        ("--text KPS --status in-progress", lambda row: row["ref"] in ("ROK3-15", "ROK4-25")),
    ],
)
def test_filters_let_through_what_fits(reader: Desk, today: dict[str, list[Row]], options: str, fits: Test) -> None:
    """A filter leaves just those rows of the whole list that fit it."""
    rows = reader.call("list", *options.split(), "--json").data
    assert rows == [row for row in today["list"] if fits(row)]
    assert rows


def test_sides_are_those_of_the_parties(reader: Desk, today: dict[str, list[Row]]) -> None:
    """--side finds what a party of that side leads or takes part in."""
    sides = {party["key"]: party["side"] for document in DOCUMENTS for party in document["parties"]}
    rows = reader.call("list", "--side", "ROK", "--json").data
    assert rows == [
        row for row in today["list"] if any(sides.get(party) == "ROK" for party in [row["lead"], *row["partners"]])
    ]


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("ref", lambda row: row["ref"]),
        ("title", lambda row: row["title"].lower()),
        ("updated", lambda row: VagueDate.parse(row["updated_on"]).latest),
        ("due", lambda row: (row["due_latest"] is None, row["due_latest"] or "")),
        ("lead", lambda row: (row["lead"] is None, row["lead"] or "")),
        ("area", lambda row: row["area"]),
        ("kind", lambda row: row["kind"]),
        (
            "strength",
            lambda row: ("delivered", "firm", "intended", "exploratory").index(row["strength"]),
        ),
    ],
)
def test_sorted_as_asked(reader: Desk, sort: str, key: Callable[[Row], Any]) -> None:
    """--sort orders by the field, and -FIELD the other way."""
    keys = [key(row) for row in reader.call("list", "--sort", sort, "--json").data]
    back = [key(row) for row in reader.call("list", "--sort", f"-{sort}", "--json").data]
    assert keys == sorted(keys)
    assert back != keys
    if sort in ("ref", "title", "updated", "area", "kind", "strength"):
        assert back == sorted(keys, reverse=True)


def test_limit_takes_the_first(reader: Desk, today: dict[str, list[Row]]) -> None:
    """--limit takes so many from the top of a list, and from the end of the history."""
    assert reader.call("list", "--limit", "3", "--json").data == today["list"][:3]
    assert reader.call("history", "--limit", "3", "--json").data == today["history"][-3:]
    assert reader.call("list", "--limit", "0", "--json").data == []


# One thing


def test_overview_covers_what_it_shows(reader: Desk, today: dict[str, list[Row]]) -> None:
    """The overview counts every status and says how much of the record was assessed, and how long ago."""
    data = reader.run("--json").data
    statuses = [row["status"] for row in today["list"]]
    assert data["statuses"] == {name: statuses.count(name) for name in data["statuses"]}
    assert sum(data["statuses"].values()) == data["coverage"]["commitments"] == COMMITMENTS
    assert data["coverage"]["assessed"] == sum(status != "not-assessed" for status in statuses)
    assert data["coverage"]["oldest_check_days"] == (date(2026, 11, 22) - date(2016, 4, 29)).days
    assert [row["ref"] for row in data["overdue"]] == [row["ref"] for row in today["list"] if "overdue" in row["flags"]]
    text = reader.call("overview", "-f", "table").stdout
    assert COVERAGE in text
    assert "█" in text


@pytest.mark.parametrize("ref", ["ROK4-31", "rok4-31", "31", "ROK4-31 "])
def test_short_refs_name_the_same(reader: Desk, ref: str) -> None:
    """A ref is found in any case and by its number alone."""
    assert reader.call("show", ref, "--json").data["commitment"]["ref"] == "ROK4-31"


def test_show_tells_everything(reader: Desk) -> None:
    """One commitment comes with its sources, its milestones, its moved dates and its history."""
    data = reader.run("show", "25", "--json").data
    assert data["commitment"]["ref"] == "ROK4-25"
    assert {source["document"] for source in data["sources"]} == {"DPA", "FPW", "SEED"}
    assert [(slip["old"], slip["new"]) for slip in data["slips"]] == [("2027-12", "2029-09")]
    assert [row["ref"] for row in data["milestones"]] == ["ROK4-25.1", "ROK4-25.2"]
    assert {row["ref"] for row in data["history"]} == {"ROK4-25", "ROK4-25.1", "ROK4-25.2"}
    text = reader.call("show", "25", "-f", "table").stdout
    for words in ("2027-12", "2029-09", "https://", "KPS", "Moved dates", "History"):
        assert words in text


@pytest.mark.parametrize(
    ("words", "found"),
    [("lunar", "ROK4-31"), ("KPS satellite", "ROK4-25"), ("LUSÉM", "ROK4-31"), ("lusem", "ROK4-31")],
)
def test_search_finds_words(reader: Desk, words: str, found: str) -> None:
    """Words are found in titles and in notes, case and accents aside."""
    assert found in by_ref(reader.call("search", *words.split(), "--json").data)


@pytest.mark.parametrize(
    "words", ['"', "'", "*", "AND", "NEAR(", "a OR", "-", "x:y", "col:*", "%", "^", "{}", "(", ";--"]
)
def test_search_takes_any_text(reader: Desk, words: str) -> None:
    """No text that a user types is an expression of the search engine."""
    ran = reader.call("search", "--json", "--", words)
    if ran.status == 0:
        assert isinstance(ran.data, list)
    else:
        assert (ran.status, ran.stdout) == (2, "")
        assert "there is nothing to search for" in ran.stderr


def test_search_through_the_installed_program(reader: Desk) -> None:
    """Found commitments come with the place where the words stand."""
    rows = reader.run("search", "lunar", "--json").data
    assert all(list(row) == ["ref", "title", "status", "match"] for row in rows)
    assert all("lunar" in (row["title"] + row["match"]).lower() for row in rows)


def test_slips_give_the_least_and_the_most(reader: Desk) -> None:
    """A vague date put off gives a smallest and a largest delay."""
    slip = by_ref(reader.run("slips", "--json").data)["ROK4-25.1"]
    least, most = date(2029, 9, 1) - date(2027, 12, 31), date(2029, 9, 30) - date(2027, 12, 1)
    assert (slip["min_delay_days"], slip["max_delay_days"]) == (least.days, most.days)


def test_schema_is_one_that_the_record_keeps(reader: Desk) -> None:
    """The schema is draft 2020-12, the bundled record fits it, and a record without its dialogue does not."""
    schema = json.loads(reader.run("schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    record = json.loads(DATA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(record)
    assert not validator.is_valid({name: value for name, value in record.items() if name != "dialogue"})


def test_schema_of_a_log_is_one_that_exports_keep(reader: Desk) -> None:
    """`schema log` describes what `export` writes."""
    schema, log = json.loads(reader.call("schema", "log").stdout), json.loads(reader.call("export").stdout)
    jsonschema.Draft202012Validator(schema).validate(log)
    assert not jsonschema.Draft202012Validator(schema).is_valid({**log, "format": "other/1"})


def test_paths_name_the_store_and_the_record(reader: Desk) -> None:
    """`paths` says where things are, and which of them are there."""
    store, bundled = reader.run("paths", "--json").data
    assert store == {"what": "store", "path": str(reader.db), "exists": False}
    assert bundled["exists"]
    assert (Path(bundled["path"]) / "dialogue_2025.json").read_bytes() == DATA.read_bytes()


def test_store_is_in_the_users_data_unless_told(desk: Desk) -> None:
    """With neither --db nor SPACEDIALOG_DB the store is in the user's data directory; --db comes first."""
    ran = desk.run("paths", "--json", without="SPACEDIALOG_DB")
    assert ran.data[0]["path"] == str(desk.home / "data" / "spacedialog" / "tracker.db")
    assert desk.call("paths", "--db", "here.db", "--json").data[0]["path"].endswith("here.db")


@pytest.mark.parametrize("module", [[], ["-m", "spacedialog"]])
def test_version(reader: Desk, module: list[str]) -> None:
    """The program names its version, as a script and as a module."""
    ran = reader.python(*module, "--version") if module else reader.run("--version")
    assert re.fullmatch(r"spacedialog \d+\.\d+\.\d+\n", ran.stdout)


# Writing

MARK = ("mark", "ROK4-31", "in-progress", "--percent", "60", "--note", "Fitted", "--on", "2026-03-01")


def test_mark_says_what_changed_and_how_to_undo_it(desk: Desk) -> None:
    """`mark` prints the change and a command that, run as it stands, takes it back."""
    before = desk.call("list", "--json").stdout
    ran = desk.run(*MARK, "--evidence", "https://example.org/news", "--by", "Kim")
    assert ran.status == 0
    assert ran.stdout.startswith("marked ROK4-31 Launch KASI's lunar science instrument with NASA\npercent: 60\n")
    assert "made a store" in ran.stderr
    row = desk.call("history", "31", "--json").data[-1]
    assert (row["author"], row["on"], row["note"]) == ("Kim", "2026-03-01", "Fitted")
    assert (row["evidence"], row["changed"]) == ("https://example.org/news", {"percent": 60, "status": "in-progress"})
    assert by_ref(desk.call("list", "--json").data)["ROK4-31"]["percent"] == 60

    (command,) = re.findall(r"^to take it back: (spacedialog undo .+)$", ran.stdout, re.MULTILINE)
    assert desk.shell(command).status == 0
    assert desk.call("list", "--json").stdout == before


def test_mark_holds_from_its_day_on(desk: Desk) -> None:
    """A status is seen from the day on which it was true, and not before."""
    desk.call("mark", "33", "in-progress", "--on", "2026-03-02")
    for day, status in (("2026-03-01", "not-assessed"), ("2026-03-02", "in-progress")):
        rows = by_ref(desk.call("list", "--as-of", day, "--json").data)
        assert (rows["ROK4-33"]["status"], day) == (status, day)


def test_later_news_is_not_overwritten_by_older(desk: Desk) -> None:
    """A mark for a day before the latest entry is kept, does not change today's status, and the user hears so."""
    desk.call("mark", "33", "complete", "--on", "2026-06-01")
    ran = desk.call("mark", "33", "stalled", "--on", "2026-05-01")
    assert ran.status == 0
    assert "status stays complete" in ran.stderr
    assert by_ref(desk.call("list", "--json").data)["ROK4-33"]["status"] == "complete"
    assert by_ref(desk.call("list", "--as-of", "2026-05-31", "--json").data)["ROK4-33"]["status"] == "stalled"


def test_milestone_met(desk: Desk) -> None:
    """A milestone that is met is gone from what comes up; one that recurs goes on to its next occurrence."""
    desk.call("mark", "23.2", "met", "--on", "2026-10")
    desk.call("mark", "41.1", "met")
    rows = desk.call("upcoming", "--all", "--json").data
    assert by_ref(rows)["ROK4-23.2"]["state"] == "met"
    again = [(row["when"], row["state"]) for row in rows if row["ref"] == "ROK4-41.1"]
    assert again[:2] == [("2027", "met"), ("2029", "upcoming")]
    assert "ROK4-23.2" not in by_ref(desk.call("upcoming", "--json").data)


def test_what_had_been_recorded_by_a_time(desk: Desk) -> None:
    """--known-at shows the record as it was known then, whatever was recorded since."""
    before = desk.call("list", "--json").stdout
    known = desk.call("history", "--json").data[-1]["recorded_at"]
    desk.call("mark", "33", "complete", "--on", "2025-05-01")
    assert desk.call("list", "--json").stdout != before
    assert desk.run("list", "--known-at", known, "--json").stdout == before


def test_note_changes_nothing_but_the_history(desk: Desk) -> None:
    """A note is on record, and status and dates are as they were."""
    before = by_ref(desk.call("list", "--json").data)["ROK4-33"]
    ran = desk.run("note", "ROK4-33", "Raised again", "--on", "2026-05")
    assert (ran.status, ran.stdout.split("\n")[0]) == (0, f"noted ROK4-33 {before['title']}")
    after = by_ref(desk.call("list", "--json").data)["ROK4-33"]
    assert {name for name in after if after[name] != before[name]} <= {"updated_on", "flags"}
    entry = desk.call("history", "33", "--json").data[-1]
    assert (entry["kind"], entry["on"], entry["note"], entry["changed"]) == ("note", "2026-05", "Raised again", {})


def test_rescheduling_keeps_the_old_date(desk: Desk) -> None:
    """A moved date is seen in the list, and the old one with it among the slips."""
    ran = desk.run("reschedule", "ROK4-31", "2027-Q2", "--note", "Lander late")
    assert "due: 2026 → 2027-Q2" in ran.stdout
    assert by_ref(desk.call("list", "--json").data)["ROK4-31"]["due_latest"] == "2027-06-30"
    slip = by_ref(desk.call("slips", "--json").data)["ROK4-31"]
    assert (slip["old"], slip["new"], slip["note"]) == ("2026", "2027-34", "Lander late")
    assert (slip["min_delay_days"], slip["max_delay_days"]) == (
        (date(2027, 4, 1) - date(2026, 12, 31)).days,
        (date(2027, 6, 30) - date(2026, 1, 1)).days,
    )
    assert "slipped" in by_ref(desk.call("list", "--json").data)["ROK4-31"]["flags"]


def test_adding_and_editing(desk: Desk) -> None:
    """A new commitment gets the next number, a milestone the next below it, and corrections keep what was said."""
    added = desk.run("add", "Share orbit data", "--area", "exploration", "--source", "ST1", "--due", "2027", "--json")
    assert added.data["ref"] == "ROK4-43"
    assert set(added.data) == WRITTEN
    step = desk.call("add", "Design review", "--milestone-of", "43", "--due", "2028-Q3", "--every", "1 year", "--json")
    assert step.data["ref"] == "ROK4-43.1"
    edited = desk.run("edit", "43", "--title", "Share lunar orbit data", "--partner", "NASA", "--lead", "kasa")
    assert "title: Share orbit data → Share lunar orbit data" in edited.stdout
    row = by_ref(desk.call("list", "--json").data)["ROK4-43"]
    assert (row["title"], row["lead"], row["partners"], row["due"], row["status"]) == (
        "Share lunar orbit data",
        "KASA",
        ["NASA"],
        "2027",
        "not-assessed",
    )
    assert [entry["changed"].get("title") for entry in desk.call("history", "43", "--json").data] == [
        "Share orbit data",
        "Design review",
        "Share lunar orbit data",
    ]
    desk.call("edit", "43", "--lead", "")
    assert by_ref(desk.call("list", "--json").data)["ROK4-43"]["lead"] is None


def test_number_of_an_undone_commitment_is_not_given_again(desk: Desk) -> None:
    """A ref stays with what it was given to, also after that was taken back."""
    desk.call("add", "First", "--area", "pnt", "--source", "ST1")
    desk.call("undo")
    assert desk.call("add", "Second", "--area", "pnt", "--source", "ST1", "--json").data["ref"] == "ROK4-44"


def test_undo_and_redo(desk: Desk) -> None:
    """Undo takes back the latest action, redo brings it back, and the log keeps all three."""
    before = desk.call("list", "--json").stdout
    desk.call("mark", "33", "complete")
    marked = desk.call("list", "--json").stdout
    assert desk.run("undo").status == 0
    assert desk.call("list", "--json").stdout == before
    assert desk.run("undo", "--redo").status == 0
    assert desk.call("list", "--json").stdout == marked
    assert [row["kind"] for row in desk.call("history", "33", "--json").data][-3:] == ["set", "retract", "retract"]


def test_undo_by_name_leaves_what_came_after(desk: Desk) -> None:
    """A change that is named is taken back, and the later ones stand."""
    first = desk.call("mark", "33", "complete", "--json").data["undo"]
    desk.call("mark", "34", "stalled")
    desk.call("undo", first[-8:])
    rows = by_ref(desk.call("list", "--json").data)
    assert (rows["ROK4-33"]["status"], rows["ROK4-34"]["status"]) == ("not-assessed", "stalled")
    marks = {row["id"]: row["retracted"] for row in desk.call("history", "--json").data}
    assert marks[first]


JSONL = '{"ref": "33", "status": "stalled", "note": "Talks paused"}\n\n{"ref": "31", "percent": 70, "due": "2027"}\n'
CSV = 'ref,status,percent,due,note\r\n33,stalled,,,"Talks\r\npaused, so far"\r\n31,,70,2027,\r\n'


@pytest.mark.parametrize("form", ["jsonl", "csv", "bom", "stdin"])
def test_apply_records_all_as_one_action(desk: Desk, form: str) -> None:
    """Updates from a file or a pipe, in either form, are recorded together and undone together."""
    before = desk.call("list", "--json").stdout
    text = JSONL if form == "jsonl" else CSV
    file = desk.folder / f"updates.{form}"
    file.write_text("\ufeff" + text if form == "bom" else text, "utf-8", newline="")
    ran = desk.run("apply", "-", stdin=text) if form == "stdin" else desk.call("apply", file)
    assert (ran.status, ran.stdout.split("\n")[0]) == (0, "applied 2 changes")
    rows = by_ref(desk.call("list", "--json").data)
    assert rows["ROK4-33"]["status"] == "stalled"
    assert (rows["ROK4-31"]["percent"], rows["ROK4-31"]["due"]) == (70, "2027")
    desk.call("undo")
    assert desk.call("list", "--json").stdout == before


def test_apply_is_all_or_nothing(desk: Desk) -> None:
    """One bad record keeps all out; every problem is told with its line, and the store is as it was."""
    desk.call("mark", "33", "complete")
    before = kept(desk)
    lines = [
        '{"ref": "31", "status": "complete"}',
        '{"ref": "99", "note": "x"}',
        "nonsense",
        '{"ref": "31", "due": "2026-13"}',
    ]
    ran = desk.run("apply", "-", stdin="\n".join(lines))
    assert (ran.status, ran.stdout) == (2, "")
    assert "nothing was recorded" in ran.stderr
    assert re.findall(r"^standard input: (line \d)", ran.stderr, re.MULTILINE) == ["line 2", "line 3", "line 4"]
    assert kept(desk) == before


def test_importing_the_same_again_changes_nothing(desk: Desk) -> None:
    """The bundled record is in the store already, and people's marks are not trampled on."""
    desk.call("mark", "33", "complete")
    before = desk.call("list", "--json").stdout
    ran = desk.run("import", DATA)
    assert (ran.status, ran.stdout.split("\n")[0]) == (0, "imported 0 changes")
    assert desk.call("list", "--json").stdout == before


def test_importing_a_corrected_record(desk: Desk) -> None:
    """A changed title in the file comes in, and what people recorded of it meanwhile stays."""
    desk.call("mark", "33", "complete", "--note", "Ours")
    record = json.loads(DATA.read_text("utf-8"))
    by_ref(record["commitments"])["ROK4-33"]["title"] = "Talk on about export controls"
    (desk.folder / "new.json").write_text(json.dumps(record), "utf-8")
    assert desk.call("import", "new.json").status == 0
    row = by_ref(desk.call("list", "--json").data)["ROK4-33"]
    assert (row["title"], row["status"]) == ("Talk on about export controls", "complete")


@pytest.mark.parametrize("name", ["log.json", "log.jsonl"])
def test_export_imports_to_the_same_state(desk: Desk, name: str) -> None:
    """A log taken out makes, elsewhere, a record with the same state and the same history."""
    desk.call("mark", "31", "complete", "--note", "한글", "--evidence", "https://example.org/a")
    desk.call("reschedule", "25.1", "2030")
    desk.call("undo")
    assert desk.run("export", "-o", name).stdout == ""
    other = desk.folder / "other.db"
    ran = desk.run("import", name, "--db", other, "--without-bundled")
    assert ran.status == 0
    for view in (
        ["list"],
        ["history"],
        ["upcoming", "--all"],
        ["slips"],
        ["areas"],
        ["list", "--as-of", MET],
        ["show", "31"],
    ):
        assert desk.call(*view, "--json", "--db", other).stdout == desk.call(*view, "--json").stdout, view
    again = desk.call("import", name, "--db", other)
    assert again.stdout.startswith("imported 0 changes")


def test_completion_script_names_the_program(reader: Desk) -> None:
    """`completion` prints a script on standard output, and nothing else."""
    ran = reader.run("completion", "bash")
    assert (ran.status, ran.stderr) == (0, "")
    assert "spacedialog" in ran.stdout


# What a dry run leaves alone

UPDATE = '{"ref": "31", "status": "complete"}'
WRITES = [
    ["mark", "31", "complete"],
    ["mark", "23.2", "met"],
    ["note", "31", "text"],
    ["reschedule", "31", "2027"],
    ["add", "New", "--area", "pnt", "--source", "ST1"],
    ["add", "New", "--milestone-of", "31", "--due", "2027"],
    ["edit", "31", "--title", "Other"],
    ["undo"],
    ["undo", "--redo"],
    ["apply", "-"],
    ["import", "new.json"],
]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk where something can be undone, redone and imported."""
    desk = Desk(tmp_path_factory.mktemp("lived-in"))
    desk.call("mark", "32", "complete")
    desk.call("mark", "33", "stalled")
    desk.call("undo")
    record = json.loads(DATA.read_text("utf-8"))
    record["commitments"][0]["title"] = "Another title"
    (desk.folder / "new.json").write_text(json.dumps(record), "utf-8")
    return desk


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_dry_run_keeps_nothing(lived_in: Desk, arguments: list[str]) -> None:
    """A dry run says what it would do, and not one byte of the store is another."""
    before = kept(lived_in)
    ran = lived_in.call(*arguments, "--dry-run", stdin=UPDATE)
    assert ran.status == 0, ran.stderr
    assert ran.stdout.startswith("would have ")
    assert "to take it back" not in ran.stdout
    assert kept(lived_in) == before


@pytest.mark.parametrize("arguments", [write for write in WRITES if write[0] not in ("undo", "import")], ids=" ".join)
def test_dry_run_makes_no_store(desk: Desk, arguments: list[str]) -> None:
    """Where there is no store, a dry run makes none."""
    ran = desk.call(*arguments, "--dry-run", stdin=UPDATE)
    assert ran.status == 0, ran.stderr
    assert list(desk.db.parent.iterdir()) == []
    assert "made a store" not in ran.stderr


def test_dry_run_of_the_installed_program(lived_in: Desk) -> None:
    """The installed program, too, keeps nothing of a dry run."""
    before = kept(lived_in)
    assert lived_in.run("mark", "31", "complete", "--dry-run").stdout.startswith("would have marked ROK4-31")
    assert kept(lived_in) == before


def test_dry_run_names_no_change_to_undo(lived_in: Desk) -> None:
    """What was not recorded has no id by which it could be taken back."""
    data = lived_in.call("mark", "31", "complete", "--dry-run", "--json").data
    assert data["dry_run"] is True
    assert data["undo"] is None


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_writes_answer_in_json(desk: Desk, arguments: list[str]) -> None:
    """A write tells a script what it did, in the envelope."""
    desk.call("mark", "32", "complete")
    desk.call("mark", "33", "stalled")
    if "--redo" in arguments:
        desk.call("undo")
    record = json.loads(DATA.read_text("utf-8"))
    record["commitments"][0]["title"] = "Another title"
    (desk.folder / "new.json").write_text(json.dumps(record), "utf-8")
    known = len(desk.call("history", "--json").data)
    ran = desk.call(*arguments, "--json", stdin=UPDATE)
    assert set(ran.data) == WRITTEN
    assert ran.data["dry_run"] is False
    rows = desk.call("history", "--json").data
    assert ran.data["changes"] == len(rows) - known > 0
    assert ran.data["undo"] in {row["id"] for row in rows[known:]}


def test_reading_makes_no_store(reader: Desk) -> None:
    """Looking at the record, in whatever way, leaves no file behind."""
    for arguments in (["list"], ["overview"], ["history"], ["export"], ["paths"], ["list", "--known-at", "today"]):
        assert reader.call(*arguments).status == 0
    assert list(reader.db.parent.iterdir()) == []


def test_reading_leaves_the_store_alone(desk: Desk) -> None:
    """Looking at a store changes no byte of it, and leaves no file beside it."""
    desk.call("mark", "33", "complete")
    before = kept(desk)
    for arguments in (["list"], [], ["show", "31"], ["search", "lunar"], ["list", "--known-at", "today"], ["export"]):
        assert desk.run(*arguments).status == 0
    assert kept(desk) == before
    assert set(before) == {"tracker.db"}


def test_store_is_the_users_own(desk: Desk) -> None:
    """Nobody else may read the store or look into its folder, and it is marked as a store."""
    db = desk.folder / "new" / "folder" / "tracker.db"
    desk.run("mark", "33", "complete", "--db", db)
    assert (db.stat().st_mode & 0o777, db.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    connection = sqlite3.connect(db)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert (application.to_bytes(4, "big"), mode) == (b"SPDC", "wal")


# A newcomer's hour


def test_a_newcomers_hour(desk: Desk) -> None:
    """A person who has just installed the program looks, marks, moves, undoes, looks back, pipes and applies."""
    # Looks around.
    first = desk.run()
    assert first.status == 0
    assert "no store at" in first.stderr
    assert "Fourth U.S.-ROK Civil Space Dialogue" in first.stdout
    assert desk.run("list", "--status", "open", "--lead", "KASI", "--no-header").rows[0][0] == "ROK4-31"
    assert "LUSEM" in desk.run("show", "31").stdout

    # Marks three, moves one, undoes one.
    assert "made a store" in desk.run("mark", "31", "in-progress", "--percent", "60").stderr
    second = desk.run("mark", "33", "stalled", "--note", "No talks since May", "--on", "2026-05-31")
    assert (second.status, "no evidence" in second.stderr) == (0, True)
    desk.run("mark", "rok4-35", "not-started")
    assert "due: 2026 → 2027-06" in desk.run("reschedule", "31", "Jun 2027", "--note", "Lander late").stdout
    (command,) = re.findall(r"spacedialog undo \w+", second.stdout)
    assert "status: stalled → not-assessed" in desk.shell(command).stdout

    # Last spring's view knows nothing of that.
    spring = by_ref(desk.run("list", "--as-of", "2026-05-01", "--json").data)
    assert [spring[ref]["status"] for ref in ("ROK4-31", "ROK4-33", "ROK4-35")] == [
        "in-progress",
        "not-assessed",
        "not-assessed",
    ]
    assert (spring["ROK4-31"]["percent"], spring["ROK4-31"]["due"]) == (None, "2026")

    # Pipes.
    grepped = desk.shell("spacedialog list | grep not-started | cut -f 1")
    assert (grepped.status, grepped.stdout) == (0, "ROK4-35\n")
    script = "import json, sys; print(*[row['ref'] for row in json.load(sys.stdin)['data'] if row['percent'] == 60])"
    fed = desk.shell(f'spacedialog list --json | python3 -c "{script}"')
    assert (fed.status, fed.stdout) == (0, "ROK4-31\n")

    # Applies a file.
    with (desk.folder / "updates.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["ref", "status", "note"], ["36", "in-progress", "Met"], ["37", "complete", "Done"]]
        )
    assert desk.run("apply", "updates.csv", "--dry-run").stdout.startswith("would have applied 2 changes")
    assert desk.run("apply", "updates.csv").stdout.startswith("applied 2 changes")

    # Reads the history.
    rows = desk.run("history", "--json", "--limit", "7").data
    assert [(row["ref"], row["kind"], row["retracted"]) for row in rows] == [
        ("ROK4-31", "set", False),
        ("ROK4-33", "set", True),
        ("ROK4-35", "set", False),
        ("ROK4-31", "set", False),
        ("ROK4-33", "retract", False),
        ("ROK4-36", "set", False),
        ("ROK4-37", "set", False),
    ]
    assert {row["author"] for row in rows} == {"desk"}
    assert list(desk.home.iterdir()) == []
