"""Tests of the docs: generated files are up to date, the Python example runs, and links between pages resolve."""

from __future__ import annotations

import json
import re
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from spacedialog.cli.app import COMMANDS
from spacedialog.importing import parse
from tests.support import drafted
from tests.support.program import Desk
from tests.support.system import require
from tools import manual, outputs, pictures
from tools.console import Console

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCHEMA_FILES = {"data": ROOT / "docs" / "schemas" / "dialogue.json", "log": ROOT / "docs" / "schemas" / "log.json"}


def schema(kind: str) -> Any:
    """Return the schema of a kind of file, as it is in the repository."""
    return json.loads(SCHEMA_FILES[kind].read_text("utf-8"))


@pytest.mark.parametrize("kind", sorted(parse.SCHEMAS))
def test_the_schema_files_are_up_to_date(kind: str) -> None:
    """docs/schemas contains the output of `spacedialog schema`; write the files again with -o."""
    assert schema(kind) == parse.json_schema(kind)


@pytest.mark.parametrize("kind", sorted(parse.SCHEMAS))
def test_the_schema_is_draft_2020_12(kind: str) -> None:
    """The schemas are valid under JSON Schema draft 2020-12, which they name."""
    jsonschema.Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.json")), ids=lambda path: path.name)
def test_built_in_records_match_the_schema_and_the_model(path: Path) -> None:
    """A built-in data file passes an independent validator of the schema and the program's own checks."""
    jsonschema.Draft202012Validator(schema("data")).validate(json.loads(path.read_text("utf-8")))
    assert isinstance(parse.read(BytesIO(path.read_bytes()), path.name), parse.Contents)


# The JSON outputs

COMMAND_LINES = {
    "templates": "templates list",
    "list": "list",
    "todo": "todo",
    "upcoming": "upcoming --all",
    "areas": "areas",
    "dialogues": "dialogues",
    "parties": "parties",
    "history": "history",
    "slips": "slips",
    "search": "search launch",
    "doctor": "doctor",
    "rescue": "doctor --rescue rescued.db",
    "backup": "backup copy.db",
    "fingerprint": "fingerprint",
    "conflicts": "conflicts",
    "cite": "cite 25 33",
    "paths": "paths",
    "config": "config",
    "review": "review draft.json --list",
    "verify-source": "verify-source draft.json statement.txt",
    "overview": "overview",
    "show": "show 25",
    "brief": "brief --since 2025-04-01",
    "report": "report",
    "compare": "compare ROK3 ROK4",
    "agreement": "agreement",
    "crosswalk": "crosswalk g7-g20",
    "written": "mark 31 in-progress --percent 60",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store that has a moved date and a mark."""
    desk = Desk(tmp_path_factory.mktemp("kept"))
    assert desk.call("mark", "33", "complete", "--evidence", "https://example.org/33").status == 0
    (desk.folder / "draft.json").write_text(drafted.text_of(drafted.document("accepted", "dropped")))
    (desk.folder / "statement.txt").write_text(drafted.TEXT)
    for assessor, verdict in (("Anna", "met"), ("Bo", "not-met")):
        assert desk.call("assess", "25", "--verdict", verdict, "--assessor", assessor).status == 0
    return desk


def strict(schema: Any) -> Any:
    """Return the schema, with no keys allowed other than those it names."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "required" in schema else {}
    return {name: strict(part) for name, part in schema.items()} | closed


def test_the_schema_of_the_outputs_is_up_to_date() -> None:
    """docs/schemas/output.json is a schema, and what `python -m tools.outputs` writes."""
    kept = json.loads(outputs.SCHEMA_FILE.read_text("utf-8"))
    assert kept == outputs.schema()
    jsonschema.Draft202012Validator.check_schema(kept)
    assert COMMAND_LINES.keys() == {*outputs.LISTS, *outputs.OBJECTS}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_json_output_matches_its_schema(desk: Desk, name: str) -> None:
    """Every JSON output has the keys and types of its schema, and is not empty."""
    ran = desk.call(*COMMAND_LINES[name].split(), "--json")
    assert ran.status == 0, ran.stderr
    assert ran.data or name == "conflicts"  # only a shared record has conflicts
    schema = strict(json.loads(outputs.SCHEMA_FILE.read_text("utf-8")))
    output_schema = {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    validator = jsonschema.Draft202012Validator(output_schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(ran.stdout))] == []


# The examples, the manual page and the pictures


def test_examples_show_the_same_id_in_every_run() -> None:
    """A page shows one id in place of a new entry's id, under any wording and across a line break."""
    line = r"printf 'undo 0123abcd\nUndid entry, took\nback 0123abcd\n[0123abcd, you] [0123abcd, spacedialog]\n'"
    assert Console().run(line).splitlines() == [
        "undo 5e0f7a31",
        "Undid entry, took",
        "back 5e0f7a31",
        "[5e0f7a31, you] [0123abcd, spacedialog]",
    ]


def test_the_manual_page_is_up_to_date() -> None:
    """docs/spacedialog.1 is what `python -m tools.manual` writes, with every command and exit status."""
    page = manual.PAGE.read_text("utf-8")
    assert page == manual.page()
    named = [command.split()[0].replace("\\-", "-") for command in re.findall(r"^\.SS (.+)$", page, re.MULTILINE)]
    assert named == list(COMMANDS)
    assert page.partition(".SH EXIT STATUS")[2].count(".TP") >= 6


def test_the_manual_page_is_valid_roff() -> None:
    """groff accepts the manual page without a warning, and shows options as typed."""
    run = [require("groff", "groff-base"), "-man", "-ww", "-Tascii", "-P-cbou", str(manual.PAGE)]
    shown = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    assert shown.stderr == ""
    assert 'spacedialog mark 31 33 in-progress --percent 60 --evidence "Cable SEOUL 1234"' in shown.stdout


@pytest.mark.parametrize("scene", pictures.SCENES)
def test_the_pictures_are_up_to_date(scene: str) -> None:
    """The README's pictures are what `python -m tools.pictures` makes, and load nothing."""
    kept = (pictures.FOLDER / f"{scene}.svg").read_text("utf-8")
    assert kept == pictures.draw(scene)
    assert re.findall(r"@import|url\((?!#)|href|https?://(?!www\.w3\.org/2000/svg)", kept) == []


def test_pictures_are_small() -> None:
    """Each picture is at most 150 kB, and the README shows it with an alternative text."""
    kept = sorted((ROOT / "docs" / "pictures").iterdir())
    assert [path.name for path in kept if path.stat().st_size > 150_000] == []
    shown = re.findall(r"!\[[^\]]{20,}\]\(docs/pictures/([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == [path.name for path in kept]


STATEMENT = """\
Joint Statement of the Japan-Australia Space Dialogue

1. The governments of Japan and Australia met in Tokyo on 12 March 2026.

2. Japan will launch an Australian radiation monitor by 2028. Australia intends to share its tracking data with Japan.
"""


def test_the_examples_of_the_python_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code in docs/python.md runs on a store of its own."""
    monkeypatch.setenv("SPACEDIALOG_DB", str(tmp_path / "tracker.db"))
    monkeypatch.setenv("SPACEDIALOG_TODAY", "2026-11-22")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "statement.txt").write_text(STATEMENT)
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, names)
    assert names["written"].ref == "ROK4-31"
    assert names["review"].counts().accepted > 0
    assert names["row"].is_found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_resolve(page: Path) -> None:
    """Each link from a page to a file of the repository leads to an existing file."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    """docs/README.md links to each page of the folder."""
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in index] == []
