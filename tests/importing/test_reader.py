"""Tests of places: a fault anywhere in a file is reported with its line and column, or with its field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing import parse
from spacedialog.model.entry import EXPORT_FORMAT, EXPORT_OPENING
from spacedialog.statements import prose
from tests.support import ruritania
from tests.support.trackers import Maker

Path = tuple[str | int, ...]

STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|([\]\[{},:])')


@dataclass(repr=False)
class Form:
    """A form of file: its JSON values in order, whether each is on its own line, and the function that reads it."""

    parts: list[Any]
    is_lines: bool
    take: Callable[[bytes], object]
    frame: str = "{}"

    def text(self, parts: Sequence[str]) -> str:
        """Return the file with these texts as its values."""
        return self.frame.replace("{}", "\n".join(parts), 1)

    def line(self, part: int) -> int:
        """Return the line of a value in a file of lines."""
        return self.frame.partition("{}")[0].count("\n") + part + 1


def take_import(content: bytes) -> None:
    contents = parse.read(BytesIO(content), "file")
    if isinstance(contents, parse.Contents):
        list(contents.commitments())
        contents.problems.refuse()
    else:
        list(contents)


@pytest.fixture(scope="module")
def forms(make: Maker) -> dict[str, Form]:
    """Every form of JSON that the program reads, with valid content."""
    whole = ruritania.RECORD
    opening = {name: part for name, part in whole.items() if name not in ("commitments", "updates")}
    entries: list[Any] = [{**entry._asdict(), "body": entry.content} for entry in make("ruritania").log()]
    updates = [{"ref": "2", "status": "stalled", "note": f"Note {number}."} for number in range(5)]
    dry = make(path=make.templates["ruritania"], dry_run=True)
    return {
        "data": Form([whole], False, take_import),
        "data lines": Form([opening, *whole["commitments"]], True, take_import),
        "log": Form([{"format": EXPORT_FORMAT, "changes": entries}], False, take_import),
        "log lines": Form(entries, True, take_import, json.dumps({"format": EXPORT_FORMAT}) + "\n{}"),
        "exported log": Form(entries, True, take_import, EXPORT_OPENING + "\n{}\n]}"),
        "updates": Form(updates, True, lambda content: dry.apply(BytesIO(content), "file")),
    }


def dumped(form: Form, name: str, parts: Sequence[Any]) -> list[str]:
    """Return the texts of the values; in an exported log, commas follow all but the last."""
    texts = [json.dumps(part, indent=None if form.is_lines else 1, ensure_ascii=False) for part in parts]
    return [f"{text}," for text in texts[:-1]] + texts[-1:] if name == "exported log" else texts


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value that is neither an object nor a list."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, key))
    else:
        yield path


def replaced(value: Any, path: Path, new: Any) -> Any:
    value = deepcopy(value)
    within = value
    for key in path[:-1]:
        within = within[key]
    within[path[-1]] = new
    return value


def named(path: Path) -> str:
    """Return a path as messages write it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


def refused(form: Form, content: bytes) -> list[str]:
    """Return the problems for which a file is refused."""
    with pytest.raises(InputError) as caught:
        form.take(content)
    error = caught.value
    return list(error.problems) if isinstance(error, ProblemsError) else [error.problem]


FORMS = ("data", "data lines", "log", "log lines", "exported log", "updates")


@pytest.mark.parametrize("name", FORMS)
def test_the_files_themselves_are_valid(forms: dict[str, Form], name: str) -> None:
    """Without a fault, each form is read."""
    form = forms[name]
    form.take(form.text(dumped(form, name, form.parts)).encode())


FAULTS = {
    "NaN": "'NaN' is not a JSON number",
    "-Infinity": "'-Infinity' is not a JSON number",
    "1e999": "'1e999' is not a JSON number",
    "9" * 5_000: "too long",
    "[" * 3_000 + "]" * 3_000: "nested too deeply",
    '{"a":' * 3_000: "nested too deeply",
    '{"a": 1, "b": 2, "a": 3}': ".a: the name is repeated",
}
"""Values that strict JSON does not allow, each with a part of the message about it."""


@settings(max_examples=100)
@given(data=st.data(), name=st.sampled_from(FORMS), fault=st.sampled_from(list(FAULTS)))
def test_a_value_that_is_not_json_is_named_by_its_field(
    forms: dict[str, Form], data: st.DataObject, name: str, fault: str
) -> None:
    """A value at a random place that JSON does not allow is reported with its line, if any, and its field."""
    form = forms[name]
    number = data.draw(st.integers(0, len(form.parts) - 1))
    path = data.draw(st.sampled_from(list(leaves(form.parts[number]))))
    parts = list(form.parts)
    parts[number] = replaced(parts[number], path, "@@")
    content = form.text(dumped(form, name, parts)).replace('"@@"', fault)
    place = f"line {form.line(number)}{named(path)}" if form.is_lines else named(path)[1:]
    if number == 0 and name == "data lines" and "nested" in FAULTS[fault]:
        place = named(path)[1:]  # Such a line is not recognised as the first of JSON Lines.
    (problem,) = refused(form, content.encode())
    assert problem.startswith(f"file: {place}"), problem
    assert FAULTS[fault] in problem
    assert len(problem) < 300


@given(data=st.data(), name=st.sampled_from(FORMS))
def test_a_wrong_sign_is_named_by_its_line_and_column(forms: dict[str, Form], data: st.DataObject, name: str) -> None:
    """A sign between the values that JSON does not allow is reported with its line and column."""
    form = forms[name]
    text = form.text(dumped(form, name, form.parts))
    at = data.draw(st.sampled_from([found.start() for found in STRUCTURE.finditer(text) if found[1]][1:]))
    lines = text[:at].split("\n")
    places = (
        f"file: line {len(lines)}, column {len(lines[-1]) + 1}: this is not JSON",
        f"file, line {len(lines)}: the log is truncated",
    )
    found = refused(form, f"{text[:at]}@{text[at:]}".encode())
    assert [problem for problem in found if problem.startswith(places)], found


@given(data=st.data(), name=st.sampled_from([*FORMS, "csv"]))
def test_a_byte_that_is_not_utf8_is_named_by_its_line(forms: dict[str, Form], data: st.DataObject, name: str) -> None:
    """A byte at a random place that is not UTF-8 is reported with its line and column."""
    if name == "csv":
        form = forms["updates"]
        text = "\ufeff\nref,note\n2,\u00e9\n\n3,b\n"
    else:
        form = forms[name]
        text = form.text(dumped(form, name, form.parts))
    at = data.draw(st.integers(1, len(text)))
    lines = text[:at].removeprefix("\ufeff").split("\n")
    found = refused(form, text[:at].encode() + b"\xff" + text[at:].encode())
    places = (
        f"file: line {len(lines)}, column {len(lines[-1]) + 1}: this is not UTF-8",
        f"file, line {len(lines)}: the log is truncated",
    )
    assert [problem for problem in found if problem.startswith(places)], found


@pytest.mark.parametrize("encoding", [None, "utf-16", "cp949"])
def test_a_statement_in_another_encoding_is_refused_with_the_line(encoding: str | None) -> None:
    """A statement that is not in the encoding given is refused with the line and column of the fault."""
    text = "A first line.\nA second line.\nMore."
    content = text.encode(encoding or "utf-8")
    at = len(text[:20].encode(encoding or "utf-8"))
    bad = {None: b"\xff", "utf-16": b"\x00\xdc", "cp949": b"\xff"}[encoding]
    with pytest.raises(InputError, match="file: line 2, column 7: this is not"):
        prose.decoded(content[:at] + bad + content[at:], "file", encoding)


@pytest.mark.parametrize(
    ("fault", "says"),
    [("2,stalled,101,", "percent"), ("2,lost,,", "status"), ('2,,,"a"b', "not CSV"), ("2,,,a,b", "more cells")],
)
@settings(max_examples=10)
@given(number=st.integers(0, 6), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_wrong_cell_is_named_by_its_line(
    forms: dict[str, Form], fault: str, says: str, number: int, end: str
) -> None:
    """A fault in a random line of CSV is reported with that line."""
    lines = ["ref,status,percent,note", *(f"2,,{n},Note" for n in range(6))]
    lines.insert(number + 1, fault)
    (problem,) = refused(forms["updates"], end.join(lines).encode())
    assert problem.startswith(f"file: line {number + 2}: ")
    assert says in problem
