"""Tests of errors under --json: one line of JSON on standard error, in the form of the output schema."""

from __future__ import annotations

import io
import json
from typing import Any

import jsonschema
import pytest

from spacedialog.cli import main
from tests.support.program import Desk
from tools.outputs import schema

SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator({**SCHEMA["$defs"]["error"], "$defs": SCHEMA["$defs"]})


def error_of(desk: Desk, *arguments: str, stdin: str = "") -> dict[str, Any]:
    """Return the error that a failing call writes as JSON, after checking its status and its form."""
    ran = desk.call(*arguments, stdin=stdin)
    assert (ran.stdout, ran.stderr.count("\n")) == ("", 1), ran
    written = json.loads(ran.stderr)
    VALIDATOR.validate(written)
    assert written["error"]["status"] == ran.status
    error: dict[str, Any] = written["error"]
    return error


@pytest.mark.parametrize(
    ("call", "status", "message"),
    [
        ("list --json --stauts open", 2, "no such option: --stauts"),
        ("list --limit some --json", 2, "--limit"),
        ("list --sort size -f json", 2, "--sort"),
        ("list --sort size -fjsonl", 2, "--sort"),
        ("list --sort size --format jsonl", 2, "--sort"),
        ("list --format=json --area nowhere", 2, "area"),
        ("list --json -f csv", 2, "--json and --format csv"),
        ("lst --json", 2, "'lst'"),
        ("--json lst", 2, "no such option|argument"),
        ("mark 31 --json", 2, "STATUS is missing"),
        ("show 99 --json", 3, "'99'"),
        ("list --json --db .", 4, "folder"),
        ("sync --json", 2, "team"),
    ],
)
def test_errors_under_json_are_json(reader: Desk, call: str, status: int, message: str) -> None:
    """An error under --json, or a format that is JSON, has the exit status, the message, the remedy and no problems."""
    error = error_of(reader, *call.split())
    assert (error["status"], error["problems"]) == (status, [])
    assert any(part in error["message"] for part in message.split("|"))
    assert error["remedy"]


def test_problems_of_a_file_are_a_list(reader: Desk) -> None:
    """Every problem of a file is an object with its message, which names the place, and its remedy."""
    error = error_of(reader, "apply", "-", "--json", stdin='{"ref": "31", "status": "done"}\n[1]\n')
    first, second = error["problems"]
    assert first["message"].startswith("standard input: line 1: status")
    assert first["remedy"].startswith("did you mean complete?")
    assert "line 2" in second["message"]


def test_interruption_is_an_error_too(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C under --json is an error with status 130."""

    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - the signature of a file
            raise KeyboardInterrupt

    monkeypatch.setattr(io, "BytesIO", Interrupted)
    assert error_of(reader, "apply", "-", "--json")["status"] == 130


@pytest.mark.parametrize("call", ["show -- --json", "list -f plain --area x", "list --area x", "list --area json"])
def test_other_errors_are_text(reader: Desk, call: str) -> None:
    """Without a format that is JSON, and after --, an error is text."""
    assert reader.call(*call.split()).stderr.startswith("spacedialog: ")


def test_hostile_text_stays_on_one_line(reader: Desk) -> None:
    """Control characters and line breaks of an argument are escaped."""
    ran = reader.call("show", "a\n\x1b[31m\u202e", "--json")
    assert ran.stderr.isascii()
    assert ran.stderr.count("\n") == 1


def test_lines_for_people_show_a_part_of_the_problems(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message shows the first problems of a file and the number of the others, JSON all of them."""
    monkeypatch.setattr(main, "MOST_SHOWN", 2)
    text = '{"ref": "99", "note": "x"}\n' * (main.MOST_SHOWN + 5)
    assert "… and 5 more" in reader.call("apply", "-", stdin=text).stderr
    assert len(error_of(reader, "apply", "-", "--json", stdin=text)["problems"]) == main.MOST_SHOWN + 5
