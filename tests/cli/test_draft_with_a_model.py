"""Tests of `draft` with a language model through the installed program: --prompt, --answer and --with."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.program import Desk

TEXT = (
    "Joint Statement of the Third Japan-Australia Reef Dialogue\n\nCairns, 21 May 2026\n\n"
    "Both sides will map the reef by 2028. Both sides will not test missiles.\n\nJAXA may join the survey.\n"
)
ITEMS = [
    {"sentence": "S1", "quote": "map the reef", "title": "Map the reef", "strength": "firm", "parties": ["JPN", "AUS"]},
    {"sentence": "S2", "quote": "test missiles", "title": "Test missiles", "strength": "delivered", "parties": ["JPN"]},
    {"sentence": "S9", "quote": "nothing", "title": "Nothing", "strength": "firm", "parties": []},
]
MODEL = """
import json, pathlib, sys
prompt = sys.stdin.read()
assert "map the reef by 2028" in prompt and "JSON" in prompt
print("Certainly!")
print("```json")
print(json.dumps({"items": json.loads(pathlib.Path("answer.json").read_text())}))
print("```")
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a statement, the answer of a model, and a command that prints it."""
    desk = Desk(tmp_path)
    (desk.folder / "statement.txt").write_text(TEXT)
    (desk.folder / "answer.json").write_text(json.dumps(ITEMS))
    (desk.folder / "model.py").write_text(MODEL)
    return desk


def python(script: str) -> str:
    """Return a command that runs a Python script."""
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(script)}"


def test_a_command_answers_the_prompt(desk: Desk) -> None:
    """`--with` gives the prompt to a command, and its checked answer can be imported."""
    command = f"{shlex.quote(sys.executable)} model.py"
    ran = desk.run("draft", "statement.txt", "--with", command, "-o", "draft.json")
    assert ran.status == 0, ran.stderr
    assert "item 3 left out: it does not name a sentence of the statement" in ran.stderr
    commitments = json.loads((desk.folder / "draft.json").read_text())["commitments"]
    assert [one["title"] for one in commitments] == ["Map the reef", "Do not test missiles"]
    assert [one["status"] for one in commitments] == ["unknown", "unknown"]
    assert desk.run("import", "draft.json", "--without-built-in").status == 0


def test_an_answer_is_read_from_a_file_or_from_standard_input(desk: Desk) -> None:
    """`--answer` reads a file or, with `-`, standard input, with the same result."""
    from_file = desk.call("draft", "statement.txt", "--answer", "answer.json")
    piped = desk.call("draft", "statement.txt", "--answer", "-", stdin=json.dumps(ITEMS))
    assert from_file.status == piped.status == 0
    assert from_file.stdout == piped.stdout


def test_explain_shows_where_the_rules_differ(desk: Desk) -> None:
    """With an answer, `--explain` has the result of the rules for each sentence, empty if it is the same."""
    rows = desk.call("draft", "statement.txt", "--answer", "answer.json", "--explain", "--json").data
    assert [row["ref"] for row in rows] == ["JPNAUS3-01", "JPNAUS3-02", None]
    assert rows[0]["rules"] == "../2028"
    assert "oin the survey" in rows[2]["rules"]
    assert desk.call("draft", "statement.txt", "--explain", "--json").data[0]["rules"] is None


def test_a_prompt_is_complete_and_a_retry_has_the_problems(desk: Desk) -> None:
    """`--prompt` has the sentences, the sides and the schema; with `--answer` also the problems found."""
    ran = desk.call("draft", "statement.txt", "--prompt")
    assert ran.status == 0
    for part in ("Both sides will not test missiles.", '"JPN": "Japan"', '"additionalProperties"', "2026-05-21"):
        assert part in ran.stdout
    assert ran.stdout.rstrip().endswith("Answer now with the JSON only.")
    retry = desk.call("draft", "statement.txt", "--answer", "answer.json", "--prompt", "-o", "retry.txt")
    assert retry.status == 0
    assert "item 3 left out" in (desk.folder / "retry.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--with", "no-such-command"), "No such file"),
        (("--with", " "), "empty"),
        (("--with", "'"), "quotation"),
        (("--with", python("import sys; sys.exit('no key')")), "no key"),
        (("--with", python("")), "wrote no answer"),
        (("--with", python("print('Sorry')")), "no JSON with items"),
        (("--with", "cat", "--prompt"), "cannot be used together"),
        (("--with", "cat", "--answer", "answer.json"), "cannot be used together"),
        (("--explain", "--prompt"), "cannot be used together"),
        (("--answer", "absent.json"), "No such file"),
        (("--answer", "binary"), "not UTF-8"),
    ],
)
def test_an_invalid_request_is_refused(desk: Desk, arguments: tuple[str, ...], message: str) -> None:
    """A command that fails, an unusable answer and options that exclude each other end with status 2 and a remedy."""
    (desk.folder / "binary").write_bytes(b"\xff\xfe\x00")
    refused = desk.call("draft", "statement.txt", *arguments)
    assert refused.status == 2
    assert message in refused.stderr
    assert not refused.stdout


def test_the_text_and_the_answer_cannot_both_be_standard_input(desk: Desk) -> None:
    """Only one of the two, the text or the answer, can be read from standard input with `-`."""
    refused = desk.call("draft", "-", "--answer", "-", stdin=TEXT)
    assert refused.status == 2
    assert "cannot both" in refused.stderr
