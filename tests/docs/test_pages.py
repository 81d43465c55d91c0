"""What the docs say is so: the schemas, the manual page and the pictures that are kept, the example of the Python page,
the addresses between pages.
"""

from __future__ import annotations

import json
import re
import shutil
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
from tools import manual, outputs, pictures

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
KEPT = {"data": ROOT / "docs" / "schemas" / "dialogue.json", "log": ROOT / "docs" / "schemas" / "log.json"}


def schema(kind: str) -> Any:
    """The schema of a kind of file, as it is kept in the repository."""
    return json.loads(KEPT[kind].read_text("utf-8"))


@pytest.mark.parametrize("kind", sorted(parse.SCHEMAS))
def test_the_kept_schema_is_that_of_the_model(kind: str) -> None:
    """The schemas in docs/schemas are what `spacedialog schema` prints: run it with -o to write them anew."""
    assert schema(kind) == parse.json_schema(kind)


@pytest.mark.parametrize("kind", sorted(parse.SCHEMAS))
def test_the_schema_is_draft_2020_12(kind: str) -> None:
    """The schemas are valid under the draft that they name."""
    jsonschema.Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.json")), ids=lambda path: path.name)
def test_bundled_records_fit_the_schema_and_the_model(path: Path) -> None:
    """A bundled data file passes the schema by an independent validator, and the program's own checks."""
    jsonschema.Draft202012Validator(schema("data")).validate(json.loads(path.read_text("utf-8")))
    assert isinstance(parse.read(BytesIO(path.read_bytes()), path.name), parse.Contents)


# The outputs as JSON

SAID = {
    "list": "list",
    "upcoming": "upcoming --all",
    "areas": "areas",
    "dialogues": "dialogues",
    "history": "history",
    "slips": "slips",
    "search": "search launch",
    "doctor": "doctor",
    "rescue": "doctor --rescue rescued.db",
    "backup": "backup copy.db",
    "fingerprint": "fingerprint",
    "conflicts": "conflicts",
    "paths": "paths",
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
def kept_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store, in which a date was moved and something was marked."""
    desk = Desk(tmp_path_factory.mktemp("kept"))
    assert desk.call("mark", "33", "complete", "--evidence", "https://example.org/33").status == 0
    (desk.folder / "draft.json").write_text(drafted.text_of(drafted.document("accepted", "dropped")))
    (desk.folder / "statement.txt").write_text(drafted.TEXT)
    for assessor, verdict in (("Anna", "met"), ("Bo", "not-met")):
        assert desk.call("assess", "25", "--verdict", verdict, "--assessor", assessor).status == 0
    return desk


def strict(schema: Any) -> Any:
    """The schema, but for that no object may have a key that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "required" in schema else {}
    return {name: strict(part) for name, part in schema.items()} | closed


def test_the_kept_schema_of_the_outputs_is_that_of_the_rows() -> None:
    """docs/schemas/output.json is what `python -m tools.outputs` writes, and a schema."""
    kept = json.loads(outputs.KEPT.read_text("utf-8"))
    assert kept == outputs.schema()
    jsonschema.Draft202012Validator.check_schema(kept)
    assert SAID.keys() == {*outputs.LISTS, *outputs.OBJECTS}


@pytest.mark.parametrize("name", SAID)
def test_what_json_says_fits_its_schema(kept_desk: Desk, name: str) -> None:
    """Every output has just the keys and the kinds of values that its schema names, and is not empty."""
    ran = kept_desk.call(*SAID[name].split(), "--json")
    assert ran.status == 0, ran.stderr
    assert ran.data or name == "conflicts"  # of which a copy that is nobody else's has none
    schema = strict(json.loads(outputs.KEPT.read_text("utf-8")))
    alone = {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    validator = jsonschema.Draft202012Validator(alone, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(ran.stdout))] == []


# The manual page and the pictures


def test_the_kept_manual_page_is_that_of_the_help() -> None:
    """docs/spacedialog.1 is what `python -m tools.manual` writes, with every command and exit status in it."""
    page = manual.PAGE.read_text("utf-8")
    assert page == manual.page()
    named = [command.split()[0].replace("\\-", "-") for command in re.findall(r"^\.SS (.+)$", page, re.MULTILINE)]
    assert named == list(COMMANDS)
    assert page.partition(".SH EXIT STATUS")[2].count(".TP") >= 6


def test_the_manual_page_is_sound_roff() -> None:
    """groff has nothing to say against the manual page, and shows options as they are typed."""
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is missing: apt-get install groff-base")
    run = [groff, "-man", "-ww", "-Tascii", "-P-cbou", str(manual.PAGE)]
    shown = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    assert shown.stderr == ""
    assert "spacedialog mark ROK4-31 in-progress --percent 60 --evidence https://example.org/news" in shown.stdout


@pytest.mark.parametrize("scene", pictures.SCENES)
def test_the_kept_picture_is_what_the_program_shows(scene: str) -> None:
    """The README's drawings are what `python -m tools.pictures` makes; they load nothing from anywhere."""
    kept = (pictures.FOLDER / f"{scene}.svg").read_text("utf-8")
    assert kept == pictures.drawn(scene)
    assert re.findall(r"@import|url\((?!#)|href|https?://(?!www\.w3\.org/2000/svg)", kept) == []


def test_pictures_are_small() -> None:
    """No picture weighs more than 150 kB, and the README shows each of them, with words for who cannot see it."""
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
    """The code in docs/python.md runs, block after block, against a store of its own."""
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
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    """A link from one page to another file of the repository finds it."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    """docs/README.md leads to each page of the folder."""
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in index] == []
