"""Tests of several dialogues in one record: those of 2016 and 2022, and views of one alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spacedialog.errors import InputError
from spacedialog.importing.built_in import built_in_path
from spacedialog.importing.dialogue_schema import DataFile
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import Entry
from spacedialog.model.fields import NewCommitment
from spacedialog.model.position import Scope
from spacedialog.model.vocabulary import Status, Strength
from tests.importing.record_terms import TERMS_2016, TERMS_2022
from tests.support.built_in import CHECKED, DOCUMENTS
from tests.support.program import Desk
from tests.support.trackers import Maker

YEARS = ("2016", "2022")
LONGEST_TITLE = 100


def path_of(year: str) -> Path:
    return built_in_path() / f"dialogue_{year}.json"


def record_of(year: str) -> DataFile:
    return DataFile.model_validate_json(path_of(year).read_text("utf-8"))


# The records of 2016 and 2022


@pytest.mark.parametrize("year", YEARS)
def test_text_is_canonical(year: str) -> None:
    """The file is indented by two, is not escaped to ASCII, and ends with a line break."""
    text = path_of(year).read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("year", "key", "number"), [("2016", "ROK2", 8), ("2022", "ROK3", 15)])
def test_refs_follow_each_other(year: str, key: str, number: int) -> None:
    """Each commitment has the next ref of its dialogue, a source with a grade and a declared area."""
    record = record_of(year)
    assert record.dialogue.key == key
    assert [one.ref for one in record.commitments] == [f"{key}-{n:02}" for n in range(1, number + 1)]
    assert {one.area for one in record.commitments} == {area.key for area in record.areas}
    assert {one.sources[0].grade for one in record.commitments} == set(record.grades)


@pytest.mark.parametrize("year", YEARS)
def test_what_was_delivered_was_complete_and_nothing_else(year: str) -> None:
    """Delivered commitments are complete from the start, and all others are unknown."""
    for one in record_of(year).commitments:
        done = one.strength is Strength.DELIVERED
        assert one.status is (Status.COMPLETE if done else Status.UNKNOWN), one.ref


@pytest.mark.parametrize(("year", "terms"), [("2016", TERMS_2016), ("2022", TERMS_2022)])
def test_title_or_detail_has_the_terms_of_the_statement(year: str, terms: Mapping[str, tuple[str, ...]]) -> None:
    """The title or the detail of each commitment contains the terms of art that a reader searches for."""
    commitments = json.loads(path_of(year).read_text("utf-8"))["commitments"]
    texts = {one["ref"]: f"{one['title']}\n{one.get('detail')}".casefold() for one in commitments}
    assert set(texts) == set(terms)
    missing = {ref: [term for term in terms[ref] if term.casefold() not in text] for ref, text in texts.items()}
    assert {ref: absent for ref, absent in missing.items() if absent} == {}


@pytest.mark.parametrize("year", YEARS)
def test_a_title_is_a_short_line_without_a_full_stop(year: str) -> None:
    """A title has at most 80 characters, begins with a capital letter and has no final full stop."""
    record = record_of(year)
    titles = [one.title for one in record.commitments]
    titles += [area.title for area in record.areas] + [document.title for document in record.documents]
    titles += [milestone.title for one in record.commitments for milestone in one.milestones]
    assert len({one.title for one in record.commitments}) == len(record.commitments)
    for title in titles:
        assert len(title) <= LONGEST_TITLE
        assert title[0].isupper()
        assert not title.endswith(".")


def test_status_has_the_date_and_the_evidence_of_the_facts() -> None:
    """An update that sets a status names the day that the sources give; no other outcome is recorded."""
    said = [(one.ref, one.on, str(one.status)) for year in YEARS for one in record_of(year).updates if one.status]
    assert said == [
        ("ROK2-08", "2016-11-03", "complete"),
        ("ROK3-15", "2023-03-20", "in-progress"),
        ("ROK3-09", "2023-03-20/2023-03-21", "in-progress"),
        ("ROK3-13", "2023-04-25", "in-progress"),
        ("ROK3-10", "2023-11-06/2023-11-07", "complete"),
        ("ROK3-05", "2023-11-08", "complete"),
        ("ROK3-09", "2023-11-08", "complete"),
        ("ROK3-11", "2023-11-08", "complete"),
        ("ROK3-14", "2025-04-14", "in-progress"),
    ]


def test_due_dates_are_those_of_the_sources() -> None:
    """A due date is as vague as its source, and covers both days where two sources differ."""
    due = {one.ref: one.due for year in YEARS for one in record_of(year).commitments if one.due}
    assert due == {
        "ROK2-01": "2016-04-27",
        "ROK2-03": "2016-04-27",
        "ROK2-07": "2016-04-27/2016-04-29",
        "ROK2-08": "../2017",
        "ROK3-01": "2022-12-15/2022-12-16",
        "ROK3-03": "2022-09-29",
        "ROK3-04": "2021-05-24/2021-05-27",
        "ROK3-05": "2023",
        "ROK3-09": "2023",
        "ROK3-10": "2023",
    }


def test_the_dialogue_of_2022_carries_on_one_of_2016() -> None:
    """The record links ROK3-07 to ROK2-06, with evidence, and no other commitment of 2022 to one of 2016."""
    links = [(link.ref, one.ref) for one in record_of("2022").commitments for link in one.carries_on]
    assert links == [("ROK2-06", "ROK3-07")]


def test_an_area_that_comes_again_has_the_same_name() -> None:
    """An area or party of several dialogues has one key and one title in all of them."""
    for kind, name in (("areas", "title"), ("parties", "name")):
        titles: dict[str, str] = {}
        for document in DOCUMENTS:
            for part in document[kind]:
                assert titles.setdefault(part["key"], part[name]) == part[name]


def test_what_is_not_known_stays_open() -> None:
    """The working group's second meeting has no outcome, and the heads of delegation of 2016 are unknown."""
    by_ref = {one.ref: one for one in record_of("2022").commitments}
    assert [part.status.value for part in by_ref["ROK3-15"].milestones] == ["met", "planned"]
    assert record_of("2016").dialogue.heads == []


def test_a_view_of_the_first_day_has_no_later_outcome() -> None:
    """Without a date of its own, the text of a commitment or milestone does not report a later event."""
    by_ref = {one.ref: one for year in YEARS for one in record_of(year).commitments}
    assert "force" not in (by_ref["ROK2-08"].difference or "")
    assert (by_ref["ROK3-15"].milestones[1].note or "").startswith("As of November 2026,")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["dialogue"]["key"]))
def test_texts_have_one_name_for_the_country(document: Any) -> None:
    """Text says Korea or Korean; ROK is only in names, and the full name only in those of parties."""
    texts = json.dumps({name: part for name, part in document.items() if name != "parties"}, ensure_ascii=False)
    for name in ("U.S.-ROK Civil Space Dialogue", "U.S.-ROK Alliance", "ROK-U.S."):
        texts = texts.replace(name, "")
    assert re.findall(r"Republic of Korea|South Korea|\bROK [A-Za-z]+", texts) == []


@pytest.mark.parametrize("year", YEARS)
def test_updates_are_dated_and_stand_in_order(year: str) -> None:
    """Every update has a note, and evidence unless it is a check; they are ordered by latest day."""
    days = [VagueDate.parse(update.on).latest for update in record_of(year).updates]
    assert days == sorted(days, key=str)
    assert all(update.note and (update.evidence or update.check) for update in record_of(year).updates)


def test_an_older_dialogue_leaves_the_entries_of_the_newest_as_they_are(make: Maker) -> None:
    """The newest dialogue's entries are the same with and without the older dialogues."""
    entries: list[Entry] = list(make("built-in").log())
    compiled = min(change.ts for change in entries)
    newest = [change for change in entries if change.ts == compiled]
    assert {json.loads(change.body)["set"].get("dialogue") for change in newest if '"dialogue":' in change.body} == {
        "ROK4"
    }
    assert entries == sorted(entries, key=lambda change: (change.ts, change.id))


# Views


def test_dialogues_are_listed_newest_first(reader: Desk) -> None:
    """`dialogues` has a row for each with place, day and the counts of `list`."""
    rows = reader.call("dialogues", "--json").data
    assert [(row["key"], row["when"], row["host"]) for row in rows] == [
        ("ROK4", "2025-04-14", "US"),
        ("ROK3", "2022-12-15/2022-12-16", "ROK"),
        ("ROK2", "2016-04-27/2016-04-29", "ROK"),
    ]
    listed = reader.call("list", "--json").data
    for row in rows:
        inside = [one["status"] for one in listed if one["dialogue"] == row["key"]]
        assert (row["commitments"], row["complete"]) == (len(inside), inside.count("complete"))
        assert row["unknown"] == inside.count("unknown")
    assert sum(row["checked"] for row in rows) == CHECKED
    assert rows[0]["next_milestone"]["ref"] == "ROK4-31"
    assert rows[2]["next_milestone"] is None


def test_a_dialogue_is_there_from_the_day_on_which_it_was_held(reader: Desk) -> None:
    """As of 2020 only the dialogue of 2016 is listed."""
    assert [row["key"] for row in reader.call("dialogues", "--as-of", "2020-01-01", "--json").data] == ["ROK2"]


READS: dict[str, list[str]] = {
    "list": [],
    "areas": [],
    "dialogues": [],
    "upcoming": ["--all"],
    "slips": [],
    "search": ["space"],
    "history": [],
    "report": [],
    "brief": ["--since", "2010-01-01"],
    "overview": [],
    "conflicts": [],
    "agreement": [],
    "crosswalk": ["politifact"],
}


def named(data: Any) -> set[str]:
    """Return the dialogues that refs and keys name anywhere in the data, except in links."""
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if not name.startswith("carrie")}
        found = {str(data[name]) for name in ("ref", "dialogue", "key") if data.get(name)}
        return {text[:4] for text in found if re.match("ROK[0-9][^→]*$", text)} | named(list(data.values()))
    return set().union(*map(named, data)) if isinstance(data, list) else set()


@pytest.mark.parametrize("command", READS)
def test_every_read_is_of_all_dialogues_or_of_those_named(reader: Desk, command: str) -> None:
    """With --dialogue a read shows that dialogue alone; without it, a read shows all of them."""

    def read(*more: str) -> Any:
        ran = reader.call(command, *READS[command], *more, "--json")
        assert ran.status == 0, ran.stderr
        return ran.data

    of_each = {key: named(read("--dialogue", key)) for key in ("ROK2", "ROK3", "rok4")}
    for key, found in of_each.items():
        assert found <= {key.upper()}, command
    assert named(read()) == set().union(*of_each.values())
    both = read("--dialogue", "ROK2", "--dialogue", "ROK3")
    assert named(both) == of_each["ROK2"] | of_each["ROK3"]


def test_coverage_is_that_of_the_dialogue(reader: Desk) -> None:
    """With --dialogue the coverage line counts that dialogue alone."""
    shown = reader.call("list", "--dialogue", "ROK3", "--sort", "due", "-f", "md").stdout
    assert "9 of 15 checked" in shown
    assert "selection: dialogue ROK3" in reader.call("report", "--dialogue", "ROK3", "-f", "md").stdout


@pytest.mark.parametrize(
    ("day", "checked", "oldest"),
    [("2016-05-01", 0, None), ("2023-06-01", 6, 78), ("2025-11-01", 29, 962), ("2026-11-29", 49, 0)],
)
def test_coverage_of_a_past_day_counts_the_checks_up_to_that_day(
    make: Maker, day: str, checked: int, oldest: int | None
) -> None:
    """The checks of 2026-11-29 count from that day on; an earlier view has the days of the earlier updates."""
    with make("built-in").snapshot(Scope(as_of=date.fromisoformat(day))) as view:
        coverage = view.coverage()
    assert (coverage.checked, coverage.oldest_open_check_days) == (checked, oldest)


def test_verdicts_are_those_of_the_dialogue(tmp_path: Path) -> None:
    """With --dialogue, history, brief, agreement, crosswalk and report show only its verdicts."""
    desk = Desk(tmp_path)
    for ref, one, other in (("ROK3-12", "met", "not-met"), ("ROK4-33", "met", "partly-met")):
        for assessor, verdict in (("Anna", one), ("Bo", other)):
            said = ("--rubric", "fulfilment", "--assessor", assessor, "--by", "desk")
            assert desk.call("assess", ref, "--verdict", verdict, *said).status == 0
        assert desk.call("assess", ref, "--verdict", "Compromise", "--rubric", "politifact", "--by", "desk").status == 0
    for key, ref in (("ROK3", "ROK3-12"), ("ROK4", "ROK4-33")):
        only = ("--dialogue", key, "--json")
        assert [row["ref"] for row in desk.call("agreement", *only).data["differences"]] == [ref]
        rows = desk.call("crosswalk", "politifact", *only).data["rows"]
        assert [row["ref"] for row in rows if row["verdicts"]] == [ref]
        assert {row["ref"][:4] for row in rows} == {key}
        entries = desk.call("history", *only).data
        assert [row["ref"] for row in entries if "verdict" in row["changed"]] == [ref] * 3
        news = desk.call("brief", "--since", "2026-11-22", *only).data["changed"]
        assert {row["entry"]["ref"] for row in news} == {ref}
        judged = [row for one in desk.call("report", *only).data["commitments"] for row in one["assessments"]]
        assert {row["ref"] for row in judged} == {ref}
    assert len(desk.call("agreement", "--json").data["differences"]) == 2


def test_an_unknown_dialogue_is_named_with_those_there_are(reader: Desk) -> None:
    """An unknown dialogue is an error that lists the keys."""
    ran = reader.call("areas", "--dialogue", "ROK9")
    assert (ran.status, ran.stdout) == (2, "")
    assert "write one of ROK4, ROK3, ROK2" in ran.stderr


def test_a_number_is_of_the_newest_dialogue(reader: Desk) -> None:
    """`7` is of the newest of three dialogues; the number of another dialogue before it selects that one."""
    assert reader.call("show", "7", "--json").data["commitment"]["ref"] == "ROK4-07"
    assert reader.call("show", "3-7", "--json").data["commitment"]["ref"] == "ROK3-07"


def test_areas_say_whose_they_are_where_there_are_several(reader: Desk) -> None:
    """The Dialogue column is shown for several dialogues, and always for machines."""
    assert reader.call("areas", "-f", "md").stdout.startswith("| Dialogue |")
    assert "Dialogue" not in reader.call("areas", "--dialogue", "ROK3", "-f", "md").stdout.splitlines()[0]
    assert {row["dialogue"] for row in reader.call("areas", "--dialogue", "ROK3", "--json").data} == {"ROK3"}


def test_the_overview_draws_the_areas_of_the_newest(reader: Desk) -> None:
    """The overview counts every dialogue, newest first, and shows the areas of the newest."""
    shown = reader.call("overview", "-f", "md").stdout
    keys = [shown.index(f"| {key} |") for key in ("ROK4", "ROK3", "ROK2")]
    assert keys == sorted(keys)
    assert "Areas of ROK4" in shown
    assert shown.count("Maritime domain awareness") == 1
    assert {row["dialogue"] for row in reader.call("overview", "--json").data["areas"]} == {"ROK2", "ROK3", "ROK4"}


def test_what_is_added_names_areas_and_parties_of_its_dialogue(make: Maker) -> None:
    """An area or a party of another dialogue is refused with the dialogue's own."""
    tracker = make("built-in")
    for more in ({"area": "maritime"}, {"area": "science", "lead": "KASA"}, {"area": "science", "partners": ["MOFA"]}):
        with pytest.raises(InputError) as caught:
            tracker.add(NewCommitment("Fly", source="MOFA", dialogue="ROK2", **more))
        assert "exploration, science, dialogue" in caught.value.remedy or "KARI" in caught.value.remedy
    with pytest.raises(InputError):
        tracker.edit("ROK2-05", {"area": "maritime"})
    assert tracker.add(NewCommitment("Fly", "Science", "MOFA", dialogue="rok2", lead="kari")).ref == "ROK2-09"
