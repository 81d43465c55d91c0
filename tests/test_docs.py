"""What the docs say is so: the schemas that are kept, the example of the Python page, the addresses between pages."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from spacedialog import intake

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
KEPT = {"data": ROOT / "docs" / "schemas" / "dialogue.json", "log": ROOT / "docs" / "schemas" / "log.json"}


def schema(kind: str) -> Any:
    """The schema of a kind of file, as it is kept in the repository."""
    return json.loads(KEPT[kind].read_text("utf-8"))


@pytest.mark.parametrize("kind", sorted(intake.SCHEMAS))
def test_the_kept_schema_is_that_of_the_model(kind: str) -> None:
    """The schemas in docs/schemas are what `spacedialog schema` prints: run it with -o to write them anew."""
    assert schema(kind) == intake.json_schema(kind)


@pytest.mark.parametrize("kind", sorted(intake.SCHEMAS))
def test_the_schema_is_draft_2020_12(kind: str) -> None:
    """The schemas are valid under the draft that they name."""
    jsonschema.Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.json")), ids=lambda path: path.name)
def test_bundled_records_fit_the_schema_and_the_model(path: Path) -> None:
    """A bundled data file passes the schema by an independent validator, and the program's own checks."""
    jsonschema.Draft202012Validator(schema("data")).validate(json.loads(path.read_text("utf-8")))
    assert isinstance(intake.read(BytesIO(path.read_bytes()), path.name), intake.Contents)


def test_the_example_of_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code in docs/python.md does what it says, against a store of its own."""
    monkeypatch.setenv("SPACEDIALOG_DB", str(tmp_path / "tracker.db"))
    monkeypatch.setenv("SPACEDIALOG_TODAY", "2026-11-22")
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["written"].ref == "ROK4-31"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    """A link from one page to another file of the repository finds it."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
