"""Tests of --fields: the fields of a read, in the order that the user names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from spacedialog.cli.app import GROUPS
from tests.support.program import Desk

READS = {
    "list": (),
    "show": ("ROK4-31",),
    "todo": (),
    "upcoming": (),
    "search": ("lunar",),
    "history": (),
    "slips": (),
    "areas": (),
    "parties": (),
    "dialogues": (),
    "compare": ("ROK3", "ROK4"),
    "overview": (),
    "brief": ("--since", "2025-01-01"),
    "report": (),
    "conflicts": (),
    "cite": ("ROK4-31",),
    "crosswalk": ("politifact",),
    "agreement": (),
    "fingerprint": (),
    "paths": (),
}


@pytest.mark.parametrize("name", READS)
def test_every_read_lists_its_fields_and_writes_those_chosen(reader: Desk, name: str) -> None:
    """`--fields help` lists every field with its meaning, and each format writes the named fields in their order."""
    described = reader.call(name, *READS[name], "--fields", "help", "--json").data
    names = [row["field"] for row in described]
    assert len(set(names)) == len(names) > 1
    assert all(row["meaning"] for row in described)
    chosen = names[-1:] + names[:1]
    asked = (name, *READS[name], "--fields", ",".join(chosen))
    table = reader.call(*asked, "-f", "csv")
    assert (table.status, next(csv.reader(io.StringIO(table.stdout)))) == (0, chosen)
    data = reader.call(*asked, "--json").data
    rows = data if isinstance(data, list) else [data]
    assert all(list(row) == chosen for row in rows)
    for format_ in ("md", "table"):
        assert reader.call(*asked, "-f", format_).status == 0


def test_columns_for_people_keep_their_form(reader: Desk) -> None:
    """A chosen column has its heading and its text for people; a field without a column has its name and value."""
    lines = reader.call("list", "--fields", "status,lead,due_latest,ref", "-f", "table").stdout.splitlines()
    assert lines[0].split() == ["Status", "Lead", "Due", "latest", "Ref"]
    assert lines[1].split() == ["complete", "joint", "2025-04-14", "ROK4-01"]
    below = reader.call("search", "hydrogen", "--fields", "match,ref", "-f", "table").stdout
    assert below.splitlines()[1].startswith("detail: The technologies")


def test_a_sheet_of_chosen_fields_has_dates(reader: Desk, tmp_path: Path) -> None:
    """In a workbook, an exact date of a chosen field is a date and a number is a number."""
    reader.call("list", "--fields", "due,percent,ref", "-o", tmp_path / "list.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Due", "Percent", "Ref")
    assert rows[1][0] is not None
    assert not isinstance(rows[1][0], str)


def test_an_unknown_field_is_answered_with_the_list(reader: Desk) -> None:
    """An unknown field is named with the nearest one and all fields with their meanings; nothing is written."""
    ran = reader.call("list", "--fields", "ref,titel")
    assert (ran.status, ran.stdout) == (2, "")
    assert "no field 'titel'" in ran.stderr
    assert "did you mean title?" in ran.stderr
    assert "due_latest: last day of the due window\n" in ran.stderr
    error = json.loads(reader.call("list", "--fields", "ref,titel", "--json").stderr)["error"]
    assert error["problems"][0] == {"message": "ref: permanent ref, such as ROK4-31", "remedy": ""}


def test_fields_do_not_apply_to_calendars_and_templates(reader: Desk, tmp_path: Path) -> None:
    """--fields with a calendar or a template is an error that says what to leave out."""
    assert "leave it out" in reader.call("upcoming", "--fields", "ref", "-f", "ics").stderr
    ran = reader.call("report", "--fields", "ref", "--template", tmp_path / "x.j2")
    assert (ran.status, "leave out --fields" in ran.stderr) == (2, True)


def test_several_sort_names(reader: Desk) -> None:
    """Rows are sorted by the first name, then by the next; undated rows come last in both directions."""
    for direction in ("", "-"):
        rows = reader.call("list", "--sort", f"area,{direction}due", "--json").data
        keys = [(row["area"], row["due_latest"] or row["due_earliest"]) for row in rows]
        assert [area for area, _ in keys] == sorted(area for area, _ in keys)
        for area in {area for area, _ in keys}:
            dates = [due for one, due in keys if one == area]
            dated = [due for due in dates if due]
            assert dates == [*sorted(dated, reverse=bool(direction)), *[None] * (len(dates) - len(dated))]
    assert "separated by commas" in reader.call("list", "--sort", "area,deu").stderr


@pytest.mark.parametrize(("name", "words"), [("list", ()), ("search", ("lunar",)), ("todo", ())])
def test_a_limited_list_says_how_many_there_are(reader: Desk, name: str, words: tuple[str, ...]) -> None:
    """With --limit, a table for people ends with the number of rows shown and the number of all."""
    every = len(reader.call(name, *words, "--json").data)
    assert f"Showing 2 of {every}." in reader.call(name, *words, "--limit", "2", "-f", "table").stdout
    assert "Showing" not in reader.call(name, *words, "--limit", str(every), "-f", "table").stdout
    assert "Showing" not in reader.call(name, *words, "--limit", "2").stdout
    assert reader.call(name, *words, "--limit", "0", "-f", "table").stdout.startswith(f"Showing 0 of {every}.")


def test_every_command_of_the_view_group_is_tested() -> None:
    """No read is left out of these tests."""
    assert set(GROUPS["View"]) <= set(READS)
