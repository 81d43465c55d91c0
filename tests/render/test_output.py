"""What comes out: the same rows in every format, nothing of them harmful, each stream with its own, all lines whole."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from tests.support.bundled import COMMITMENTS, COVERAGE
from tests.support.program import PROGRAM, Desk

Row = dict[str, Any]

# What others may put into a text, and how a person is to see it on one line.
HOSTILE = {
    "=cmd()|'/c calc'!A1": "=cmd()|'/c calc'!A1",
    "+1+2": "+1+2",
    "-1+2": "-1+2",
    "@sum(A1)": "@sum(A1)",
    "'quoted": "'quoted",
    "\x1b[31mred\x1b[0m": r"\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07bell": r"\x1b]0;title\x07bell",
    "\x9b31mC1": r"\x9b31mC1",
    "\u202etfel\u2066": r"\u202etfel\u2066",
    "line\u2028parted": "line parted",
    "two\nlines": "two lines",
    "carriage\rreturn": "carriage return",
    "tab\tbed": "tab bed",
    "\tled by a tab": "led by a tab",
    "[bold]b[/bold]": "[bold]b[/bold]",
    "[/closed]": "[/closed]",
    ":smile:": ":smile:",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "&lt;b&gt;": "&lt;b&gt;",
    "[a](javascript:alert(1))": "[a](javascript:alert(1))",
    "a|b": "a|b",
    "back\\slash \\n \\": "back\\slash \\n \\",
    "# heading": "# heading",
    "1. item": "1. item",
    "`code` *star* _under_ ~~gone~~": "`code` *star* _under_ ~~gone~~",
    "우주 협력 대화": "우주 협력 대화",
    "🛰️👩🏽‍🚀": "🛰️👩🏽‍🚀",
    'comma, "quote"; semicolon': 'comma, "quote"; semicolon',
}

VIEWS = [
    ["list"],
    ["upcoming", "--all"],
    ["areas"],
    ["history"],
    ["slips"],
    ["search", "a"],
]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Controls, C1, bidi marks, separators, lone surrogates: none may come out of a field.
HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds every hostile text as title, note, author and document, and two moved dates."""
    desk = Desk(tmp_path_factory.mktemp("attacked"))
    for text in HOSTILE:
        options = [
            "--area",
            "pnt",
            f"--source={text}",
            f"--detail={text}",
            f"--note={text}",
            f"--by={text}",
            "--due=2027",
        ]
        ran = desk.call("add", *options, "--", text)
        assert ran.status == 0, (text, ran.stderr)
    for ref in ("43", "48"):
        assert desk.call("reschedule", ref, "2026-12", f"--note={list(HOSTILE)[5]}").status == 0
    return desk


# The formats


def flat(value: Any) -> str:
    """A field's value as docs/output.md says that one cell holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(flat, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return str(value)


def unescaped(cell: str) -> str:
    """The text that a cell of plain or csv stands for."""
    named = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))",
        lambda found: chr(int(found[1] or found[2], 16)) if not found[3] else named[found[3]],
        cell,
    )


def read_plain(text: str) -> list[list[str]]:
    assert text.endswith("\n")
    return [[unescaped(cell) for cell in line.split("\t")] for line in text[:-1].split("\n")]


def read_csv(text: str) -> list[list[str]]:
    def plain(cell: str) -> str:
        return unescaped(cell).removeprefix("'")

    return [[plain(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]


def markdown_rows(text: str) -> list[list[str]]:
    """The cells of the tables, as a renderer of Markdown shows them."""
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_every_format_has_the_same_rows(attacked: Desk, view: list[str]) -> None:
    """What plain, csv and jsonl say, read back, is what json says, hostile texts and all; md has as many rows."""
    rows = attacked.call(*view, "--json").data
    keys = list(rows[0])
    cells = [[flat(value) for value in row.values()] for row in rows]
    assert [json.loads(line) for line in attacked.call(*view, "-f", "jsonl").stdout.splitlines()] == rows
    assert read_plain(attacked.call(*view, "-f", "plain").stdout) == [keys, *cells]
    assert read_csv(attacked.call(*view, "-f", "csv").stdout) == [keys, *cells]
    assert len(markdown_rows(attacked.call(*view, "-f", "md").stdout)) == 1 + len(rows)
    assert attacked.call(*view, "--format", "json").data == rows


@pytest.mark.parametrize("view", [["list"], ["history"], ["search", "a"]], ids=" ".join)
def test_hostile_text_comes_back_whole(attacked: Desk, view: list[str]) -> None:
    """Every text is, after reading json back, the one that was put in."""
    rows = attacked.call(*view, "--json").data
    if view == ["list"]:
        assert [row["title"] for row in rows[COMMITMENTS:]] == list(HOSTILE)
    elif view == ["history"]:
        added = [row for row in rows if row["author"] != "spacedialog" and row["kind"] == "create"]
        for name in ("note", "author"):
            assert [row[name] for row in added] == list(HOSTILE)
        assert [row["changed"]["title"] for row in added] == list(HOSTILE)
    else:
        assert {row["title"] for row in rows} > {"a|b"}


EVERYTHING = [*VIEWS, ["overview"], *(["show", str(43 + number)] for number in (0, 5, 13, 17))]


@pytest.mark.parametrize("format_", ["table", "plain", "json", "jsonl", "csv", "md"])
def test_no_format_lets_harm_out(attacked: Desk, format_: str) -> None:
    """No control, no bidi override and no line break of a field reaches the output, in whatever view."""
    for view in EVERYTHING:
        ran = attacked.call(*view, "-f", format_)
        assert ran.status == 0
        text = ran.stdout.replace("\r\n", "\n") if format_ == "csv" else ran.stdout
        assert not HARMFUL.search(text), (view, HARMFUL.search(text))
        assert format_ == "plain" or "\t" not in text


@pytest.mark.parametrize("view", [["list"], ["history"]], ids=" ".join)
def test_plain_and_csv_give_one_record_a_line(attacked: Desk, view: list[str]) -> None:
    """No text in a field makes a second line or a second cell."""
    count = 1 + len(attacked.call(*view, "--json").data)
    plain = attacked.call(*view, "-f", "plain").stdout.split("\n")[:-1]
    assert len(plain) == count
    assert len({line.count("\t") for line in plain}) == 1
    text = attacked.call(*view, "-f", "csv").stdout
    assert len(text.split("\r\n")[:-1]) == text.count("\n") == count


@pytest.mark.parametrize("view", [*VIEWS, ["show", "43"], ["overview"]], ids=" ".join)
def test_csv_holds_no_formula(attacked: Desk, view: list[str]) -> None:
    """No cell of csv begins as a formula does, unless it is a number."""
    for row in csv.reader(io.StringIO(attacked.call(*view, "-f", "csv").stdout, newline="")):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or re.fullmatch(r"-\d+", cell)


def test_markdown_shows_the_text_itself(attacked: Desk) -> None:
    """A renderer of Markdown shows each title as its signs, with no markup, no HTML and no link made of it."""
    rows = markdown_rows(attacked.call("list", "-f", "md").stdout)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[1] for row in rows[COMMITMENTS + 1 :]] == list(HOSTILE.values())


def test_table_shows_the_text_itself(attacked: Desk) -> None:
    """A terminal gets each title as its signs: Rich's markup and emoji names stay as they were typed."""
    text = attacked.in_terminal("list", columns=240, lines=500).stdout
    assert COLOUR.search(text)
    bare = COLOUR.sub("", text)
    assert not HARMFUL.search(bare)
    shown = {line.split()[0]: line for line in bare.splitlines() if line.startswith("ROK4-")}
    for number, words in enumerate(HOSTILE.values(), 43):
        assert re.match(rf"ROK4-{number} +{re.escape(words)}  ", shown[f"ROK4-{number}"]), words


def test_terminal_gets_no_harm_from_one_commitment(attacked: Desk) -> None:
    """Everything of a hostile commitment, shown on a terminal, is harmless: author, note, document and all."""
    for ref in ("48", "49", "50", "51"):
        bare = COLOUR.sub("", attacked.in_terminal("show", ref, columns=200, lines=500).stdout)
        assert not HARMFUL.search(bare)
        assert list(HOSTILE.values())[int(ref) - 43] in bare


# A message must not carry a field out either.


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "\x9b31mC1", "\u202etfel", "a\n  spacedialog undo\nb", "[/bold]", "\r:smile:"]
)
def test_messages_let_no_harm_out(desk: Desk, text: str) -> None:
    """What a user typed wrong comes back in the message as harmless signs, on the message's own line."""
    for arguments in (
        [text],
        ["show", text],
        ["mark", "31", text],
        ["list", "--area", text],
        ["list", "--sort", text],
        ["list", "--as-of", text],
        ["list", "--limit", text],
        ["upcoming", "--within", text],
        ["undo", text],
        ["list", "-o", f"{text}/x.json"],
        ["import", text],
        ["list", "--db", f"{desk.folder}/{text}/\0"[:-1]],
    ):
        ran = desk.call(*arguments)
        assert not HARMFUL.search(ran.stderr), arguments
        if ran.status:
            problem, *remedy = (line for line in ran.stderr.splitlines() if not line.startswith("note: no store"))
            assert problem.startswith("spacedialog"), arguments
            assert [line[:2] for line in remedy] == ["  "], (arguments, ran.stderr)


def test_writes_let_no_harm_out(desk: Desk) -> None:
    """What a write says of a hostile commitment is harmless, too, and so is what an undo says."""
    for text in HOSTILE:
        for arguments in (["add", "--area", "pnt", f"--source={text}", "--", text], ["undo"], ["undo", "--redo"]):
            ran = desk.call(*arguments)
            assert ran.status == 0
            assert not HARMFUL.search(ran.stdout + ran.stderr)
            assert arguments[0] != "add" or f"title: {HOSTILE[text]}\n" in ran.stdout


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x9b31mC1", "\u202etfel"])
def test_notices_let_no_harm_out(desk: Desk, text: str) -> None:
    """A notice that quotes a title, as of one that an older correction cannot change, is harmless on a terminal."""
    desk.call("edit", "33", "--title", text)
    ran = desk.in_terminal("edit", "33", "--title", "Older", "--on", "2026-01-01", columns=200, env={"NO_COLOR": "1"})
    assert f"title stays {HOSTILE.get(text, text.encode('unicode_escape').decode())}" in ran.stdout
    assert not HARMFUL.search(ran.stdout)


# Streams


def test_data_and_notes_keep_apart(desk: Desk) -> None:
    """Data is on standard output; that there is no store, on standard error; and nothing is made."""
    ran = desk.run("list", "--json")
    assert len(ran.data) == COMMITMENTS
    assert ran.stderr.startswith(f"note: no store at {desk.db}")
    assert ran.stderr.count("\n") == 1
    assert list(desk.db.parent.iterdir()) == list(desk.home.iterdir()) == []


def test_store_answers_without_a_note(desk: Desk) -> None:
    """With a store there is nothing to say on standard error."""
    desk.call("mark", "33", "complete")
    assert desk.run("list").stderr == ""


def test_plain_in_a_pipe_and_table_on_a_terminal(reader: Desk) -> None:
    """A pipe gets one tab-separated record a line, a terminal a table, the same for the overview."""
    piped = reader.run("list")
    assert piped.rows[0][:3] == ["ref", "dialogue", "area"]
    assert len(piped.rows) == COMMITMENTS + 1
    shown = reader.in_terminal("list", columns=160)
    assert re.search(r"^\S*Ref +", shown.stdout, re.MULTILINE)
    assert "\t" not in shown.stdout
    assert COVERAGE in COLOUR.sub("", shown.stdout)
    assert "█" in reader.in_terminal(columns=100).stdout


@pytest.mark.parametrize("format_", ["plain", "csv"])
def test_header_can_be_left_out(reader: Desk, format_: str) -> None:
    """--no-header gives the records alone."""
    whole = reader.call("list", "-f", format_).stdout
    assert reader.call("list", "-f", format_, "--no-header").stdout == whole.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_on_a_terminal(reader: Desk, options: list[str], env: dict[str, str], coloured: bool) -> None:
    """A terminal gets colour unless the user said otherwise; the option outweighs the environment."""
    shown = reader.in_terminal("list", "--closing", *options, env=env).stdout
    assert bool(COLOUR.search(shown)) is coloured
    assert ("\x1b" in shown) is coloured


def test_colour_carries_nothing_alone(reader: Desk) -> None:
    """With and without colour, a table has the same words."""
    plain, coloured = (reader.call("list", "-f", "table", "--color", how).stdout for how in ("never", "always"))
    assert "\x1b" not in plain
    assert plain != coloured
    assert COLOUR.sub("", coloured) == plain


@pytest.mark.parametrize("format_", ["table", "plain", "csv", "md", "json"])
def test_pipe_gets_no_colour(reader: Desk, format_: str) -> None:
    """No output that is not for a terminal is coloured."""
    assert "\x1b" not in reader.call("list", "-f", format_).stdout


# Files


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.txt", "plain"),
        ("a.tsv", "plain"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("a.csv", "csv"),
        ("a.md", "md"),
    ],
)
def test_file_has_the_format_of_its_ending(reader: Desk, name: str, format_: str) -> None:
    """-o writes just what standard output would have had, in the format that the ending says."""
    ran = reader.call("list", "-o", name)
    assert (ran.status, ran.stdout) == (0, "")
    assert (reader.folder / name).read_text("utf-8") == reader.call("list", "-f", format_).stdout.replace("\r\n", "\n")


def test_named_format_outweighs_the_ending(reader: Desk) -> None:
    """--format says what is written, whatever the file is called."""
    assert reader.run("list", "-f", "json", "-o", "list.data").status == 0
    assert len(json.loads((reader.folder / "list.data").read_text("utf-8"))["data"]) == COMMITMENTS


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["list", "--area", "nowhere", "-o", "report.csv"], 2),
        (["show", "99", "-o", "report.csv"], 3),
        (["list", "--db", "broken.db", "-o", "report.csv"], 4),
        (["list", "-o", "missing/report.csv"], 2),
        (["list", "-o", "report.pdf"], 2),
        (["export", "-o", "missing/report.json"], 2),
    ],
)
def test_failed_report_leaves_the_old_one(desk: Desk, arguments: list[str], status: int) -> None:
    """Where a report cannot be made, the file is as it was and no draft stays behind."""
    (desk.folder / "report.csv").write_text("the old one")
    (desk.folder / "broken.db").write_text("no store")
    before = sorted(desk.folder.rglob("*"))
    assert desk.call(*arguments).status == status
    assert (desk.folder / "report.csv").read_text() == "the old one"
    assert sorted(desk.folder.rglob("*")) == before


def test_report_that_breaks_off_is_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that cannot be written to its end leaves the old file, and no draft beside it."""
    from spacedialog.render import plain

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (desk.folder / "report.txt").write_text("the old one")
    monkeypatch.setattr(plain, "write", full)
    ran = desk.call("list", "-o", "report.txt")
    assert ran.status == 4
    assert "No space left" in ran.stderr
    assert "the store cannot be used" not in ran.stderr
    assert (desk.folder / "report.txt").read_text() == "the old one"
    assert [path.name for path in desk.folder.glob(".*")] == []


# Streams that end early, or take nothing


LONG = [["list", "--json"], ["export"], ["schema"], ["list", "-f", "table"], ["history", "-f", "csv"]]
SHORT = [["list", "--closing"], ["list", "--help"]]


@pytest.mark.parametrize("arguments", [*LONG, *SHORT], ids=" ".join)
def test_closed_pipe_is_no_error(attacked: Desk, arguments: list[str]) -> None:
    """A reader that has had enough, as `head` has, ends the program quietly, however much was to come."""
    unread, pipe = os.pipe()
    os.close(unread)
    done = subprocess.run(
        [PROGRAM, *arguments], stdout=pipe, stderr=subprocess.PIPE, env=attacked.environment, timeout=30, check=False
    )
    os.close(pipe)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_head_takes_one_line(reader: Desk) -> None:
    """`list | head -1` gives the header, with no complaint."""
    ran = reader.shell("spacedialog list | head -1")
    assert (ran.status, ran.stdout.split("\t")[0]) == (0, "ref")
    assert ran.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", [["list", "--closing"], ["list", "--json"]], ids=["short", "long"])
def test_full_disk_is_told_as_such(attacked: Desk, arguments: list[str]) -> None:
    """Output that cannot be written is an error with its reason, and not one of the store."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [PROGRAM, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=attacked.environment,
            timeout=30,
            check=False,
        )
    said = done.stderr.decode()
    assert done.returncode == 4
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert "the store cannot be used" not in said


def test_terminal_of_another_encoding_gets_signs(reader: Desk) -> None:
    """Where the output cannot carry a sign, something stands for it, and the program does not fail."""
    ran = reader.run("show", "25", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.status, "Traceback" in ran.stderr) == (0, False)
    assert ran.stdout.isascii()
    assert "ROK4-25" in ran.stdout


# Widths


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(attacked: Desk, columns: int) -> None:
    """Every view fits the terminal, Korean and emoji included."""
    for view in (["list"], ["upcoming", "--all"], ["overview"], ["show", "25"]):
        lines = COLOUR.sub("", attacked.in_terminal(*view, columns=columns, lines=5000).stdout).splitlines()
        assert len(lines) > 3
        # An address stays on one line of its own, so that it can be copied: the terminal wraps it.
        assert max(cell_len(line) for line in lines if "://" not in line) <= columns, view


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize(
    ("view", "fields"),
    [
        ("list", ("ref", "status")),
        ("upcoming", ("ref", "when")),
        ("slips", ("ref", "old", "new")),
        ("areas", ("area",)),
        ("history", ("on", "ref")),
    ],
)
def test_what_matters_is_never_cut(
    reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int, view: str, fields: tuple[str, ...]
) -> None:
    """However narrow the terminal, refs and dates stand whole in their row, not cut off by its edge."""
    rows = reader.call(view, "--json").data
    text = table(reader, monkeypatch, columns, view)
    for row in rows:
        line = next((line for line in text.splitlines() if all(row[field] in line for field in fields)), None)
        assert line is not None, [row[field] for field in fields]


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_headings_are_never_cut(reader: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """A column has its whole heading, or is left out."""
    heading = table(reader, monkeypatch, columns, "areas").splitlines()[0]
    whole = "Dialogue|Area|Title|Commitments|Assessed|Complete|Claimed|In progress|Overdue|Closing|Next milestone"
    assert re.fullmatch(rf"(({whole})( +|$))+", heading), heading


@pytest.mark.parametrize("columns", [80, 120])
def test_long_name_leaves_room_for_the_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """An author with a long name takes no room from the day and the ref beside it."""
    desk.call("mark", "33", "complete", "--note", "Signed", "--by", "Office of " + "x" * 150)
    text = table(desk, monkeypatch, columns, "history", "33")
    assert re.search(r"^2026-11-22 +ROK4-33 .*status", text, re.MULTILINE), text
    assert "Signed" in text


@pytest.mark.parametrize("view", ["list", "upcoming", "history", "slips", "areas"])
def test_narrow_table_stays_readable(reader: Desk, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    """At 60 columns a row takes a few lines, not dozens, and says what it is about."""
    rows = reader.call(view, "--json").data
    lines = table(reader, monkeypatch, 60, view).splitlines()
    assert len(lines) <= 9 * len(rows) + 3


def table(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int, *view: str) -> str:
    """The view as a table of so many columns, which a pipe takes from the environment."""
    monkeypatch.setattr(Desk, "environment", {**desk.environment, "COLUMNS": str(columns)})
    ran = desk.call(*view, "-f", "table")
    return ran.stdout


@pytest.mark.parametrize("columns", ["0", "-5", "wide", "", " ", "1", "99999999999999999999"])
def test_odd_width_is_no_reason_to_fail(reader: Desk, columns: str) -> None:
    """A width that cannot be meant is not taken, and the table is there."""
    ran = reader.run("list", "--closing", "-f", "table", env={"COLUMNS": columns})
    assert (ran.status, "Traceback" in ran.stderr) == (0, False)
    assert "ROK4-31" in ran.stdout or columns == "1"


def test_terminal_of_unknown_size_gets_its_table(reader: Desk) -> None:
    """A terminal that does not know its size, as of `ssh -t` or a container, still gets the table."""
    assert "ROK4-31" in reader.in_terminal("list", "--closing", columns=0, lines=0).stdout


def test_long_table_goes_through_the_pager(reader: Desk) -> None:
    """On a terminal, PAGER gets what is longer than the screen, and only that."""
    pager = reader.folder / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\nexec cat\n")
    pager.chmod(0o755)
    env = {"PAGER": str(pager)}
    assert reader.in_terminal("list", lines=20, env=env).stdout.count("PAGED") == 1
    assert "PAGED" not in reader.in_terminal("list", "--closing", lines=20, env=env).stdout
    assert "PAGED" not in reader.run("list", "-f", "table", env=env).stdout
    missing = reader.in_terminal("list", lines=20, env={"PAGER": "/no/such/pager"})
    assert (missing.status, "ROK4-31" in missing.stdout) == (0, True)
