"""Tests of the commands about files: export, schema and paths."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.support.program import Desk

DATA = Path(__file__).parents[2] / "data" / "dialogue_2025.json"
MET = "2025-04-14"


@pytest.mark.parametrize("name", ["log.json", "log.jsonl"])
def test_export_imports_to_the_same_state(desk: Desk, name: str) -> None:
    """An exported log gives the same state and history in another store."""
    desk.call("mark", "31", "complete", "--note", "한글", "--evidence", "https://example.org/a")
    desk.call("reschedule", "25.1", "2030")
    desk.call("undo")
    assert desk.call("export", "-o", name).stdout == ""
    other = desk.folder / "other.db"
    ran = desk.call("import", name, "--db", other, "--without-built-in")
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
    assert again.stdout.startswith("Imported 0 entries")


def test_the_record_follows_the_schema(reader: Desk) -> None:
    """The schema is valid, accepts the built-in record, and rejects a record without its dialogue."""
    schema = json.loads(reader.call("schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    record = json.loads(DATA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(record)
    assert not validator.is_valid({name: value for name, value in record.items() if name != "dialogue"})


def test_an_exported_log_follows_its_schema(reader: Desk) -> None:
    """`schema log` describes the output of `export`."""
    schema, log = json.loads(reader.call("schema", "log").stdout), json.loads(reader.call("export").stdout)
    jsonschema.Draft202012Validator(schema).validate(log)
    assert not jsonschema.Draft202012Validator(schema).is_valid({**log, "format": "other/1"})


def test_paths_lists_the_database_and_the_built_in_record(reader: Desk) -> None:
    """`paths` shows the database and the built-in record, and whether each exists."""
    database, built_in = reader.call("paths", "--json").data
    assert database == {"what": "database", "path": str(reader.db), "exists": False}
    assert built_in["exists"]
    assert (Path(built_in["path"]) / "dialogue_2025.json").read_bytes() == DATA.read_bytes()


def test_the_database_is_in_the_data_directory_by_default(desk: Desk) -> None:
    """Without --db and SPACEDIALOG_DB the database is in the user's data directory; --db overrides both."""
    ran = desk.run("paths", "--json", without="SPACEDIALOG_DB")
    assert ran.data[0]["path"] == str(desk.home / "data" / "spacedialog" / "tracker.db")
    assert desk.call("paths", "--db", "here.db", "--json").data[0]["path"].endswith("here.db")
