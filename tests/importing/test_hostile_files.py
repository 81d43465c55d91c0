"""Tests of harmful files for `import` and `apply`: status 2, a short report, nothing changed, and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing.reader import MAX_SIZE
from spacedialog.model.entry import EXPORT_OPENING
from spacedialog.model.values import parse_size
from spacedialog.tracker import Tracker
from tests.support.measured import Meter
from tests.support.program import Desk
from tests.support.trackers import Maker

Document = dict[str, Any]

ROOT = Path(__file__).parents[2]

OPENING: Document = {
    "format": "spacedialog/1",
    "compiled": "2026-06-01",
    "dialogue": {"key": "X1", "series": "s", "number": 1, "title": "t", "place": "p", "when": "2026-05", "host": "P"},
    "documents": [{"key": "J", "title": "t"}],
    "areas": [{"key": "a", "title": "t"}],
    "parties": [{"key": "P", "name": "n", "side": "P"}],
}
COMMITMENT: Document = {
    **{"ref": "X1-01", "area": "a", "kind": "k", "title": "t", "strength": "firm", "status": "unknown"},
    "sources": [{"document": "J"}],
}
UPDATE: Document = {"ref": "X1-01", "on": "2026-05-20", "note": "n", "evidence": "https://a.example/"}


def text(*lines: Document) -> str:
    return "\n".join(json.dumps(line) for line in lines)


def refused(desk: Desk, command: str, content: str | bytes) -> list[str]:
    """Return the messages about a file that is refused, and assert that nothing was recorded."""
    file = desk.folder / "file"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    ran = desk.call(command, "file")
    assert ran.status == 2, ran
    assert ran.stdout == ""
    assert not desk.db.exists()
    lines = ran.stderr.splitlines()
    assert all(len(line) < 400 for line in lines)
    return lines


# Endless streams and huge parts

ONE = json.dumps(OPENING)
ENDLESS = {
    "zeros": "/dev/zero",
    "random": "/dev/urandom",
    "yes": "yes",
    "blank lines": "yes ''",
    "openings": f"yes '{ONE}'",
    "blank lines after an opening": f"echo '{ONE}'; yes ''",
    "one commitment": f"echo '{ONE}'; yes '{json.dumps(COMMITMENT)}'",
    "updates of no commitment": f"echo '{ONE}'; yes '{json.dumps(UPDATE)}'",
    "updates of one": f"echo '{ONE}\n{json.dumps(COMMITMENT)}'; yes '{json.dumps(UPDATE)}'",
    "changes": """echo '{"format": "spacedialog-log/1"}'; yes '{"id": 1}'""",
    "changes of an object": f"""echo '{EXPORT_OPENING}'; yes '{{"id": 1}},'""",
    "records": """yes '{"ref": "31", "note": "a"}'""",
    "cells": "echo ref,note; yes 31,x",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("command", ["import", "apply"])
def test_a_stream_without_end_is_given_up(desk: Desk, measured: Meter, command: str, source: str) -> None:
    """An endless standard input is refused soon, in little memory, and no store is created."""
    status, said, memory = measured(desk, command, "-", source=source)
    assert status == 2, said
    assert 2 <= len(said) <= 210
    assert memory < 150
    assert not desk.db.exists()


def _many(part: str, of: str = "[{}]", size: int = MAX_SIZE - 2_000) -> str:
    return of.replace("{}", ",".join([part] * (size // (len(part) + 1))), 1)


WHOLE = ONE[:-1] + ', "commitments": ['
LARGE = {
    "objects": '{"format": "spacedialog/1", "commitments": ' + _many("{}") + "}",
    "lists where nothing is": '{"format": "spacedialog/1", "x": ' + _many("[]") + "}",
    "numbers": '{"format": "spacedialog/1", "updates": ' + _many("1") + "}",
    "partners": WHOLE + json.dumps(COMMITMENT)[:-1] + ', "partners": ' + _many("{}") + "}]}",
    "partners in a line": ONE + "\n" + json.dumps(COMMITMENT)[:-1] + ', "partners": ' + _many("1") + "}\n",
    "milestones": ONE
    + "\n"
    + json.dumps(COMMITMENT)[:-1]
    + ', "milestones": '
    + json.dumps([{"sources": [{}] * 100}] * 1000)
    + "}",
    "names": "{" + ",".join(f'"{number:x}": 1' for number in range(400_000)) + "}",
    "names in one commitment": ONE
    + "\n"
    + json.dumps(COMMITMENT)[:-1]
    + ","
    + ",".join(f'"{n:x}": 1' for n in range(9_900))
    + "}",
    "repeated names": '{"a": ' + _many('{"a":1,"a":2}') + "}",
    "a name": WHOLE + '{"' + "k" * 4_000_000 + '": 1}]}',
    "a ref": '{"ref": "' + "1" * 4_000_000 + 'x"}',
    "half characters": WHOLE
    + json.dumps(COMMITMENT)[:-1]
    + ', "partners": '
    + _many('"\\ud800"', size=1_000_000)
    + "}]}",
    "a cell": 'ref,note\n31,"' + "x" * 4_000_000 + '"\n',
    "columns with one name": "ref," * 1_240_000,
    "columns without a name": "ref" + "," * 4_990_000,
    "columns with many names": ",".join(f"{n:x}" for n in range(800_000)) + "\n",
    "cells": "ref,note\n31" + "," * 4_990_000 + "x",
    "too much": "[" + " " * MAX_SIZE + "]",
}


@pytest.mark.parametrize("content", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("command", ["import", "apply"])
def test_the_largest_files_take_little_memory(desk: Desk, measured: Meter, command: str, content: str) -> None:
    """The worst files of 5 MB are refused within 300 MB, with at most 100 problems shown."""
    (desk.folder / "large").write_text(content)
    status, said, memory = measured(desk, command, "large")
    assert status == 2, said
    assert 2 <= len(said) <= 1 + 2 * 100 + 2
    assert max(map(len, said)) < 500
    assert memory < 300
    assert not desk.db.exists()


def test_the_size_can_be_set(desk: Desk, ruritania: bytes) -> None:
    """--max-size refuses larger files in both commands, names itself as the remedy, and can be raised."""
    (desk.folder / "one.json").write_text(json.dumps(json.loads(ruritania), indent=1))
    (desk.folder / "updates.csv").write_text("ref,note\n" + "31,x\n" * 100)
    for arguments in (["import", "one.json"], ["apply", "updates.csv"]):
        ran = desk.call(*arguments, "--max-size", "100 b")
        assert (ran.status, "100 bytes" in ran.stderr, "--max-size" in ran.stderr) == (2, True, True), ran.stderr
        assert not desk.db.exists()
        assert desk.call(*arguments, "--max-size", "1MB", "--dry-run").status == 0
        assert "MB" in desk.call(arguments[0], "--help").stdout


def test_json_lines_may_be_of_any_length(make: Maker, ruritania: bytes) -> None:
    """The limit holds for one document; JSON Lines and an exported log may be larger."""
    document = json.loads(ruritania)
    lines = text({k: v for k, v in document.items() if k not in ("commitments", "updates")}, *document["commitments"])
    tracker = make("empty")
    assert tracker.import_file(lines.encode(), "lines", max_size=1_300).changes > 5
    with pytest.raises(InputError, match="1300 bytes"):
        tracker.import_file(ruritania, "whole", max_size=1_300)


@pytest.mark.parametrize(
    ("typed", "size"),
    [("200MB", 200_000_000), ("64 kB", 64_000), ("2g", 2_000_000_000), ("7", 7), ("7b", 7), ("1Gb", 10**9)],
)
def test_sizes_as_people_write_them(typed: str, size: int) -> None:
    """A size is a number of bytes, with or without a decimal unit."""
    assert parse_size(typed) == size


@pytest.mark.parametrize("typed", ["", "0", "-1", "MB", "1.5MB", "1TB", "9" * 30, "٣MB", "1 M B"])
def test_no_other_size(typed: str) -> None:
    """Anything else is refused as a size."""
    with pytest.raises(InputError, match="size"):
        parse_size(typed)


def test_many_problems_are_counted(desk: Desk) -> None:
    """A hundred problems are shown, and the others are counted."""
    lines = refused(desk, "apply", "ref,status\n" + "31,wrong\n" * 250)
    assert lines.count("  write one of unknown, not-started, in-progress, stalled, complete, withdrawn") == 100
    assert lines[-1] == "… and 150 more"
    lines = refused(desk, "import", ONE + "\n[]" * 5_000)
    assert lines[-2:] == ["… and 900 more", "  correct these problems first; the rest of the file was not checked"]


# Kinds of file

OTHER = {
    "gzip": (b"\x1f\x8b\x08\x00rest", "decompress"),
    "zip": (b"PK\x03\x04\xff", ""),
    "UTF-16": ('{"ref": "31"}'.encode("utf-16"), "UTF-8"),
    "Latin-1": ('{"ref": "31", "note": "é"}'.encode("latin-1"), "UTF-8"),
    "NUL": (b"\0" * 100, ""),
    "UTF-16 with no mark": ('{"ref": "31"}'.encode("utf-16-le"), ""),
    "an open quotation mark": (b'ref,note\n4-07,a\n31,"open\nand\non\n', ""),
}


@pytest.mark.parametrize(("content", "remedy"), OTHER.values(), ids=OTHER)
@pytest.mark.parametrize("command", ["import", "apply"])
def test_other_kinds_of_file_are_refused(desk: Desk, command: str, content: bytes, remedy: str) -> None:
    """A compressed file or one in another encoding is refused with a remedy; `apply` reads UTF-16 with a mark."""
    if (command, content) == ("apply", OTHER["UTF-16"][0]):
        remedy = "add a status"
    assert remedy in refused(desk, command, content)[-1]


def test_an_open_quotation_mark_is_placed(desk: Desk) -> None:
    """A quotation mark that is never closed is reported with the line on which its record begins."""
    assert "file: line 3: this is not CSV" in refused(desk, "apply", 'ref,note\n4-07,a\n31,"open\nand\non\n')[1]


def test_every_readable_file_is_read(desk: Desk) -> None:
    """A BOM, CR or CR LF line breaks and a missing last line break are accepted."""
    for number, content in enumerate(
        ("\ufeffref,note\n31,a0", "ref,note\r31,a1\r", "ref,note\r\n31,a2\r\n", '\ufeff{"ref": "31", "note": "a3"}')
    ):
        (desk.folder / "file").write_bytes(content.encode())
        assert desk.call("apply", "file").status == 0, content
        assert desk.call("history", "31", "--json").data[-1]["note"] == f"a{number}"


@pytest.mark.parametrize("command", ["import", "apply"])
def test_an_unreadable_file_is_not_reported_as_an_output_error(desk: Desk, command: str) -> None:
    """A folder as a file or as standard input ends with status 2 and its name."""
    ran = desk.call(command, desk.folder)
    assert (ran.status, "Is a directory" in ran.stderr) == (2, True), ran.stderr


def test_a_failed_read_is_not_reported_as_an_output_error(desk: Desk) -> None:
    """A file that fails while it is read ends with status 2 and its name."""
    ran = desk.call("apply", "/proc/self/mem")
    assert (ran.status, ran.stderr.startswith("spacedialog: /proc/self/mem: ")) == (2, True), ran.stderr


def test_a_file_of_too_many_updates_is_refused(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with too many updates is refused with the line and a remedy."""
    from spacedialog.importing import updates_file

    assert updates_file.MOST_RECORDS == 100_000
    monkeypatch.setattr(updates_file, "MOST_RECORDS", 10)
    lines = [f"2,{number}\n" for number in range(11)]
    with pytest.raises(ProblemsError) as caught:
        tracker.apply("ref,note\n" + "".join(lines), "updates")
    assert caught.value.problems == ("updates: line 12: there are more than 10 updates\n  split the file",)
    assert tracker.apply("ref,note\n" + "".join(lines[:10]), "updates").changes == 10


# Valid JSON that is refused


@pytest.mark.parametrize("form", ["whole", "lines"])
@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"title": "t", "strength"', '"title": "t", "title": "u", "strength"', ".title: the name is repeated"),
        ('{"document": "J"}', '{"document": "J", "document": "J"}', "sources[0].document: the name is repeated"),
        ('"title": "t", "strength"', '"title": "\\ud800", "strength"', ".title: "),
        ('"title": "t", "strength"', '"title": "a\\u0000b", "strength"', ".title: "),
        ('"kind": "k"', '"percent": NaN, "kind": "k"', "'NaN' is not a JSON number"),
        ('"kind": "k"', '"percent": -Infinity, "kind": "k"', "'-Infinity' is not a JSON number"),
        ('"kind": "k"', '"percent": 1e999, "kind": "k"', "'1e999' is not a JSON number"),
        ('"kind": "k"', f'"percent": {"9" * 5000}, "kind": "k"', "too long"),
        ('"kind": "k"', f'"percent": {"[" * 100_000}, "kind": "k"', "nested too deeply"),
        ('"kind": "k"', f'"percent": {"[" * 500}{"]" * 500}, "kind": "k"', ".percent: "),
        ('"kind": "k"', '"percent": "50", "kind": "k"', ".percent: "),
        ('"kind": "k"', '"percent": true, "kind": "k"', ".percent: "),
        ('"kind": "k"', '"colour": "red", "kind": "k"', ".colour: "),
        ('"kind": "k"', '"due": "2026-02-30", "kind": "k"', ".due: '2026-02-30' is not a date"),
        ('"unknown"', '"complete", "percent": 50', ".percent: a complete commitment cannot be at 50%"),
        ('"n", "evidence"', '"n", "status": "complete", "percent": 50, "evidence"', ".percent: a complete commitment"),
        ('"n", "evidence": "https://a.example/"', '"n", "due": "2027"', ".evidence: it is missing"),
        ('"note": "n", "evidence": "https://a.example/"', '"note": null', ".evidence: it is missing"),
        ("https://a.example/", "ftp://a.example/", ".evidence: this is not a web address"),
        ("https://a.example/", "https://me:pw@a.example/", ".evidence: this web address contains"),
        ("https://a.example/", "http:alert(1)", ".evidence: this is not a web address"),
        ("https://a.example/", "no", ".evidence: the text has fewer than 3 visible characters"),
        ('"https://a.example/"', '["Cable 1", "www.a"]', ".evidence: 2 of 2: this is not a web address"),
        ('"https://a.example/"', '["Cable 1", 5]', ".evidence: this is not a text or a list of texts"),
        ('"https://a.example/"', '{"a": "Cable 1"}', ".evidence: this is not a text or a list of texts"),
        ('"https://a.example/"', "[]", ".evidence: the text has no visible character"),
        ("https://a.example/", "Cable \\u202e1234", ".evidence: the text contains a control character"),
        ("https://a.example/", "Cable \\ud800 12", ".evidence: 'Cable"),
    ],
)
def test_a_fault_of_a_data_file_is_reported_with_its_place(
    desk: Desk, form: str, old: str, new: str, place: str
) -> None:
    """Each fault of a data file is one problem, with its field or line."""
    content = text(OPENING, COMMITMENT, UPDATE)
    if form == "whole":
        content = json.dumps({**OPENING, "commitments": [COMMITMENT], "updates": [UPDATE]})
    assert content.count(old) == 1
    lines = refused(desk, "import", content.replace(old, new))
    (told,) = [line for line in lines if place in line]
    if form == "lines":
        assert "line 2" in told or "line 3" in told
    assert len(lines) <= 3


def test_a_repeated_name_is_found_at_every_depth(make: Maker) -> None:
    """Every repeated name of an object is reported, with its path in a whole document."""
    content = (
        '{"format": "spacedialog/1", "commitments": [], "x": 1, "x": 2, '
        '"dialogue": {"key": 1, "heads": [{}, {"a": 1, "b": 2, "a": 3}], "key": 2}}'
    )
    with pytest.raises(ProblemsError) as caught:
        make("empty").import_file(content.encode(), "file")
    assert [problem.partition("\n")[0] for problem in caught.value.problems] == [
        "file: x: the name is repeated",
        "file: dialogue.key: the name is repeated",
        "file: dialogue.heads[1].a: the name is repeated",
    ]


def test_a_second_opening_is_one_problem(desk: Desk) -> None:
    """A second opening in JSON Lines is one problem."""
    lines = refused(desk, "import", text(OPENING, COMMITMENT, OPENING))
    assert lines[1:] == [
        "file: line 3: this is the opening of a second dialogue",
        "  write each dialogue to a separate file",
    ]


def test_a_log_that_breaks_off_is_refused(tracker: Tracker, make: Maker) -> None:
    """An exported log with a missing end, or with text after its end, is refused."""
    import io

    from spacedialog.render import log_export

    out = io.StringIO()
    log_export.write(tracker.log(), out, lines=False)
    whole = out.getvalue()
    other = make("empty")
    for content, says in ((whole.rpartition(",\n")[0], "is truncated"), (whole + whole, "after the end of the log")):
        with pytest.raises(InputError, match=says):
            other.import_file(content.encode(), "log")
    assert other.import_file(whole.encode(), "log", max_size=2_000).changes > 5


@pytest.mark.parametrize("size", [20, 900, 3_000])
def test_a_repeated_area_is_a_problem_of_the_file(make: Maker, size: int) -> None:
    """A key declared twice is reported as a problem of the file, in every form of it."""
    twice = {**OPENING, "areas": OPENING["areas"] * 2, "parties": OPENING["parties"] * (size % 7 + 1)}
    for content in (text(twice, COMMITMENT), json.dumps({**twice, "commitments": [COMMITMENT]})):
        with pytest.raises(ProblemsError) as caught:
            make("empty").import_file(content.encode(), "file")
        assert "areas: a key occurs twice" in caught.value.problems[0]


def test_fuzzing_finds_nothing() -> None:
    """Random changes of valid inputs are accepted or refused, and never fail otherwise."""
    command = [sys.executable, "-m", "tests.faults.fuzz", "1500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert ", 0 failures" in done.stdout
