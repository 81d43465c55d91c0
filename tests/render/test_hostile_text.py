"""Tests of dangerous text: escaped in every format, and unchanged when the format is read back.

To test a new format, add its reader to `MACHINE` or `PEOPLE`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from spacedialog.errors import SpacedialogError
from spacedialog.model.characters import is_visible
from spacedialog.model.entry import EXPORT_FORMAT, PendingEntry, item_id, make_entry
from spacedialog.render.formats import Settings
from tests.support.formats import MARKDOWN, Rows, csv_rows, plain_rows
from tests.support.program import COLOUR, TODAY, Desk, by_ref
from tests.support.trackers import NOON, Maker

# Characters that no output may contain: controls, format characters and separators. `tests/render/test_text.py` has the
# joiners and the variation selectors, which are kept in some places.
HARMFUL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\ud800-\udfff]"
)
JOINERS = f"\u200c\u200d{''.join(map(chr, range(0xFE00, 0xFE10)))}{''.join(map(chr, range(0xE0100, 0xE01F0)))}"

PIECES = [
    *(
        "\x1b[31m",
        "\x1b]0;t\x07",
        "\x1b]8;;https://evil.example\x07",
        "\x1bP",
        "\x9b2J",
        "\x07",
        "\b\b\b",
        "\x7f",
        "\x85",
    ),
    *(
        "\r",
        "\n",
        "\r\n",
        "\t",
        "\v",
        "\f",
        "\x1c",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u061c",
        "\u206a",
    ),
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\uff1d1",
        "\t=1",
        "'",
        "''=1",
        '"',
        '""',
        ",",
        ";",
        "|cmd",
        "%0A",
        "\\",
        "\\n",
        "\\x1b",
    ),
    *(
        "[bold]",
        "[/]",
        "[link=https://evil.example]",
        ":smile:",
        "<b>",
        "</td></table>",
        "<!--",
        "<script>",
        "&lt;",
        "&#x1b;",
    ),
    *(
        "# ",
        "## a",
        "- ",
        "+ ",
        "* ",
        "1. ",
        "1) ",
        "---",
        "===",
        "> ",
        "```",
        "`",
        "*a*",
        "__a__",
        "~~a~~",
        "![a](b)",
        "[a]: b",
    ),
    *(
        "<https://a.example>",
        "https://a.example",
        "a|b",
        "\\|",
        "$a$",
        "#",
        " #",
        "    code",
        "BEGIN:VEVENT",
        "\r\nEND:VCALENDAR",
    ),
    *("$(id)", "`id`", "; id", "../..", "%s", "{0}", "{{ x }}", "{% x %}", "NULL", "'; DROP TABLE change; --"),
    *(
        "우주",
        "سلام",
        "שלום",
        "é",
        "e\u0301",
        "👩🏽\u200d🚀",
        "🏴\U000e0067\U000e007f",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\ue000",
        "\U0010ffff",
    ),
]
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=f"\0{JOINERS}")
TEXTS = (
    st.lists(st.sampled_from(PIECES) | st.text(CHARACTERS, max_size=3), min_size=1, max_size=5)
    .map("".join)
    .filter(str.strip)
)
VISIBLE = TEXTS.filter(is_visible)
LINES = VISIBLE.map(lambda text: " ".join(text.splitlines()))


# Readers: each returns the fields of the records in a text.

Records = list[dict[str, str]]


def flat(value: Any) -> str:
    """Return a value in the form that docs/output.md describes for a cell."""
    if isinstance(value, list):
        return ", ".join(map(flat, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return (
        {None: "", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, int | str)
        else str(value)
    )


def from_json(text: str) -> Records:
    return [{name: flat(value) for name, value in row.items()} for row in json.loads(text)["data"]]


def from_jsonl(text: str) -> Records:
    assert "\n\n" not in text
    return [
        {name: flat(value) for name, value in json.loads(line).items()} for line in text.removesuffix("\n").split("\n")
    ]


def records(rows: Rows) -> Records:
    names, *cells = rows
    return [dict(zip(names, row, strict=True)) for row in cells]


MACHINE: dict[str, Callable[[str], Records]] = {
    "json": from_json,
    "jsonl": from_jsonl,
    "csv": lambda text: records(csv_rows(text)),
    "plain": lambda text: records(plain_rows(text)),
}
"""Formats from which the text is read back unchanged."""


def from_markdown(text: str) -> Records:
    rows: list[list[str]] = []
    in_cell = False
    for token in MARKDOWN.parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open", "td_close", "th_close"):
            in_cell = token.nesting == 1
        elif in_cell:
            rows[-1].append(signs(token))
    heads = rows[0]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def signs(token: Token) -> str:
    """Return the text of inline Markdown, and assert that it holds text and autolinks only."""
    children = token.children or []
    for place, child in enumerate(children):
        if child.type == "link_open":
            assert child.markup == "autolink", token.content
            assert str(child.attrs["href"]).startswith(("http://", "https://")), token.content
            assert children[place + 2].type == "link_close", token.content
    assert {child.type for child in children} <= {"text", "text_special", "softbreak", "link_open", "link_close"}
    return "".join("\n" if child.type == "softbreak" else child.content for child in children)


def from_table(text: str) -> Records:
    """Return the rows of a table, whose columns are split at runs of spaces, because wide characters shift them."""
    lines = COLOUR.sub("", text).split("\n")
    heads = re.split(r" {2,}", lines[0].strip())
    return [dict(zip(heads, re.split(r" {2,}", line.strip()), strict=False)) for line in lines[1:] if line[:3] == "RUR"]


PEOPLE: dict[str, Callable[[str], Records]] = {"md": from_markdown, "table": from_table}
"""Formats that show a text on one line, with escapes for dangerous characters."""


def shown(text: str) -> str:
    """Return the text as people see it."""
    escape = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
    return HARMFUL.sub(
        lambda found: escape.get(found[0]) or found[0].encode("unicode_escape").decode(), " ".join(text.split())
    )


# Dangerous texts, each with the form that people see on one line.
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
    "tag\U000e0041 zero\u200bwidth\u2060": r"tag\U000e0041 zero\u200bwidth\u2060",
    "\u3164filled\xad\ufeff": r"\u3164filled\xad\ufeff",
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


# Properties


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def hold(make: Maker, desk: Desk, texts: list[str]) -> dict[str, str]:
    """Import each text as title, detail, source, note and author of a commitment into a new store of the desk.

    The import is of a log, which may contain titles that other commands refuse. Return the texts by ref.
    """
    refs, changes = {}, []
    for number, text in enumerate(texts, 6):
        ref = f"RUR1-{number:02}"
        sources: list[Any] = [{"document": text, "paragraph": text}]
        values: dict[str, Any] = {
            "ref": ref,
            "dialogue": "RUR1",
            "area": "moon",
            "kind": "action-item",
            "title": text,
            "detail": text,
        }
        values |= {"strength": "intended", "status": "unknown", "sources": sources}
        body = {"type": "commitment", "set": values, "note": text}
        pending = PendingEntry("create", item_id("commitment", ref), TODAY, body)
        entry_id = f"01a30000-0000-7000-8000-{number:012}"
        entry = make_entry(pending, entry_id=entry_id, ts=NOON + number, author=text, base=None)
        changes.append({**entry._asdict(), "body": entry.content})
        refs[ref] = text
    tracker = make("ruritania")
    tracker.import_file(json.dumps({"format": EXPORT_FORMAT, "changes": changes}).encode(), "log")
    desk.db = tracker.path
    return refs


def written(desk: Desk, *arguments: str) -> str:
    """Return the output of a command, and assert that it has no unsafe character."""
    ran = desk.call(*arguments)
    assert ran.status == 0, ran.stderr
    text = ran.stdout.replace("\r\n", "\n") if "csv" in arguments else ran.stdout
    assert not HARMFUL.search(COLOUR.sub("", text) if "always" in arguments else text)
    assert not HARMFUL.search(ran.stderr)
    return ran.stdout


@settings(max_examples=12)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
@example(texts=list(HOSTILE))
def test_every_machine_format_gives_the_text_back(make: Maker, desk: Desk, texts: list[str]) -> None:
    """Title, author, note, source and values read back from json, jsonl, csv and plain are the texts recorded."""
    refs = hold(make, desk, texts)
    for name, read in MACHINE.items():
        listed = {row["ref"]: row for row in read(written(desk, "list", "-f", name))}
        assert {ref: listed[ref]["title"] for ref in refs} == refs, name
        assert all(listed[ref]["source"] == f"{text} par. {text}" for ref, text in refs.items()), name
        said = {row["ref"]: row for row in read(written(desk, "history", "-f", name)) if row["ref"] in refs}
        for field in ("author", "note"):
            assert {ref: row[field] for ref, row in said.items()} == refs, name
        assert all(f"title={text}" in said[ref]["changed"] for ref, text in refs.items()), name
        found = read(written(desk, "search", "fly", "-f", name))
        assert {row["ref"] for row in found} >= {"RUR1-01"}


@settings(max_examples=12)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
@example(texts=list(HOSTILE))
def test_every_format_for_people_shows_the_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """A title in a table has no markup, no HTML, no second line and no second cell."""
    refs = hold(make, desk, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spacedialog.cli.terminal.settings", lambda: Settings(width=4000))
        for name, read in PEOPLE.items():
            for colour in ("never", "always"):
                rows = {row["Ref"]: row for row in read(written(desk, "list", "-f", name, "--color", colour))}
                assert {ref: rows[ref]["Commitment"] for ref in refs} == {r: shown(t) for r, t in refs.items()}, name


@settings(max_examples=12)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_documents_of_markdown_hold_only_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """One commitment, the overview and a history as Markdown hold each text as text, in its place."""
    refs = hold(make, desk, texts)
    frame = {"heading_open", "bullet_list_open", "list_item_open", "paragraph_open", "inline"}
    frame |= {"table_open", "thead_open", "tbody_open", "tr_open", "th_open", "td_open"}
    for ref, text in refs.items():
        tokens = MARKDOWN.parse(written(desk, "show", ref, "-f", "md"))
        assert {token.type.replace("_close", "_open") for token in tokens} <= frame, text
        assert sum(token.type == "heading_open" for token in tokens) == sum(t.tag in ("h1", "h2") for t in tokens) / 2
        runs = [signs(token) for token in tokens if token.type == "inline"]
        assert any(shown(text) in run for run in runs)
        assert all(token.level == 0 for token in tokens if token.type in ("heading_open", "bullet_list_open"))
    for view in (["overview"], ["history"], ["areas"], ["upcoming"]):
        for token in MARKDOWN.parse(written(desk, *view, "-f", "md")):
            assert token.type.replace("_close", "_open") in frame
            if token.type == "inline":
                signs(token)


@settings(max_examples=10)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), lines=st.booleans())
def test_an_exported_log_gives_the_text_back(make: Maker, desk: Desk, texts: list[str], lines: bool) -> None:
    """An exported log is the same log after an import, and any JSON reader finds the texts in it."""
    refs = hold(make, desk, texts)
    out = written(desk, "export", *(["-f", "jsonl"] if lines else []))
    changes = [json.loads(line) for line in out.splitlines()[1:]] if lines else json.loads(out)["changes"]
    titles = [change["body"].get("set", {}).get("title") for change in changes]
    assert titles[-len(refs) :] == [change["author"] for change in changes[-len(refs) :]] == list(refs.values())
    other = make()
    other.import_file(out.encode(), "log", built_in=False)
    assert list(other.log()) == list(make(path=desk.db).log())


@settings(max_examples=12)
@given(text=VISIBLE, line=LINES)
def test_a_data_file_keeps_the_text(make: Maker, ruritania: bytes, text: str, line: str) -> None:
    """A text of a data file, as JSON or JSON Lines, is recorded character by character."""
    document = json.loads(ruritania)
    document["commitments"][1] |= {"title": line, "detail": text, "difference": text}
    document["updates"][2]["note"] = text
    document["parties"][0]["name"] = document["dialogue"]["place"] = line
    opening = {name: part for name, part in document.items() if name not in ("commitments", "updates")}
    ordered = [
        *document["commitments"][:1],
        *document["updates"][:2],
        *document["commitments"][1:3],
        document["updates"][2],
    ]
    lines = [json.dumps(line, ensure_ascii=False) for line in (opening, *ordered)]
    for content in (json.dumps(document), "\n".join(lines)):
        tracker = make("empty")
        tracker.import_file(content.encode(), "file")
        with tracker.snapshot() as view:
            detail = view.detail(view.refs.resolve("RUR1-02"))
            assert (detail.commitment.title, detail.detail, detail.difference) == (line, text, text)
            assert text in [row.note for row in view.history()]
            assert view.overview().dialogues[0]["place"] == line


def test_long_titles_are_kept(make: Maker, desk: Desk) -> None:
    """A title of 2,000 characters of several bytes each is kept whole."""
    title = "우주👩🏽\u200d🚀e\u0301\u05e9\u05dc " * 200 + "!" * 20
    assert len(title) >= 2000
    (ref,) = hold(make, desk, [title])
    for name, read in MACHINE.items():
        assert {row["ref"]: row["title"] for row in read(written(desk, "list", "-f", name))}[ref] == title


@settings(max_examples=10)
@given(text=TEXTS.filter(lambda text: not text.startswith("-") and not text.strip().isdigit()))  # 1 is a ref
def test_messages_escape_dangerous_text(make: Maker, desk: Desk, text: str) -> None:
    """A dangerous text typed as a ref, date, name or file is escaped in a message of two lines."""
    desk.db = make("ruritania").path
    for arguments in (
        ["show", text],
        ["mark", "1", text],
        ["list", "--area", text],
        ["list", "--as-of", text],
        ["reschedule", "1", text],
        ["import", "-", "--max-size", text],
        ["note", "1", "x", f"--by={text}\0"],
        ["note", "1", "x", f"--evidence=ftp://{text}"],
        [text],
    ):
        ran = desk.call(*arguments)
        assert ran.status in (2, 3), arguments
        assert not HARMFUL.search(ran.stdout + ran.stderr)
        assert len(ran.stderr.splitlines()) == 2, ran.stderr


@settings(max_examples=10)
@given(text=TEXTS)
def test_messages_about_files_escape_dangerous_text(make: Maker, text: str) -> None:
    """The problems of a file quote its fields and values escaped and truncated."""
    from spacedialog.model.escapes import one_line

    for content in (
        json.dumps(
            {"format": "spacedialog/1", text: text, "dialogue": {"when": text, "host": text}, "documents": text}
        ),
        json.dumps({"ref": text, "on": text, text: 1, "status": text}),
    ):
        for takes in ("import_file", "apply"):
            tracker = make("empty")
            with pytest.raises(SpacedialogError) as caught:
                getattr(tracker, takes)(content.encode() if takes == "import_file" else content, "file")
            for problem in getattr(caught.value, "problems", ()):
                what, _, remedy = problem.rpartition("\n  ")
                assert remedy
                assert not HARMFUL.search(one_line(what) + one_line(remedy))
                assert len(what) < 300


def test_the_installed_program_escapes_dangerous_text(tmp_path: Path) -> None:
    """Every dangerous text passes through the installed program, a real terminal and a pager without effect."""
    desk = Desk(tmp_path)
    note = " ".join(PIECES)
    title = " ".join(note.splitlines())
    ran = desk.run(
        "add", f"--note={note}", f"--detail={note}", f"--by={title}", f"--source={title}", "--area", "pnt", "--", title
    )
    assert ran.status == 0, ran.stderr
    for arguments in (["show", "43"], ["list"], ["history", "43"]):
        for env in ({"PAGER": "cat"}, {"PAGER": ""}):
            screen = desk.in_terminal(*arguments, columns=200, lines=5, env=env).stdout
            assert not HARMFUL.search(COLOUR.sub("", screen))
    assert by_ref(desk.run("list", "--json").data)["ROK4-43"]["title"] == title
    file = tmp_path / "list.csv"
    assert desk.run("list", "-f", "csv", "-o", file).status == 0
    applied = desk.run("apply", file)
    assert (applied.status, os.linesep + "  " in applied.stderr) == (0, False), applied.stderr


# Every view of a record that holds the dangerous texts


VIEWS = [
    ["list"],
    ["upcoming", "--all"],
    ["areas"],
    ["history"],
    ["slips"],
    ["search", "a"],
    ["overview"],
    *(["show", str(43 + number)] for number in (0, 5, 13, 17)),
]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds every dangerous text as title, note, author and document, and two moved dates."""
    desk = Desk(tmp_path_factory.mktemp("attacked"))
    for text in HOSTILE:
        line = " ".join(text.splitlines())
        options = ["--area=pnt", f"--source={line}", f"--detail={text}", f"--note={text}", f"--by={line}", "--due=2027"]
        ran = desk.call("add", *options, "--", line)
        assert ran.status == 0, (text, ran.stderr)
    for ref in ("43", "48"):
        assert desk.call("reschedule", ref, "2026-12", f"--note={list(HOSTILE)[5]}").status == 0
    return desk


@pytest.mark.parametrize("format_", ["table", "plain", "json", "jsonl", "csv", "md"])
def test_every_format_escapes_dangerous_text(attacked: Desk, format_: str) -> None:
    """No control character, direction mark, formula or line break of a field reaches any format of any view."""
    for view in VIEWS:
        ran = attacked.call(*view, "-f", format_)
        assert ran.status == 0
        text = ran.stdout.replace("\r\n", "\n") if format_ == "csv" else ran.stdout
        assert not HARMFUL.search(text), (view, HARMFUL.search(text))
        assert format_ == "plain" or "\t" not in text
        if format_ == "csv":
            csv_rows(ran.stdout)


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mred", "\x9b31mC1", "\u202etfel", "\U000e0041tag", "a\n  spacedialog undo\nb", "[/bold]", "\r:smile:"],
)
def test_messages_about_options_escape_dangerous_text(tmp_path: Path, text: str) -> None:
    """A dangerous text typed as an option's value or a file name is escaped in a message."""
    desk = Desk(tmp_path)
    for arguments in (
        ["list", "--sort", text],
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
            problem, *remedy = ran.stderr.splitlines()
            assert problem.startswith("spacedialog"), arguments
            assert [line[:2] for line in remedy] == ["  "], (arguments, ran.stderr)


def test_writes_escape_dangerous_text(tmp_path: Path) -> None:
    """The output of a write and of an undo escapes every dangerous text."""
    desk = Desk(tmp_path)
    for text in HOSTILE:
        line = " ".join(text.splitlines())
        for arguments in (["add", "--area=pnt", f"--source={line}", "--", line], ["undo"], ["undo", "--redo"]):
            ran = desk.call(*arguments)
            assert ran.status == 0
            assert not HARMFUL.search(ran.stdout + ran.stderr)
            assert arguments[0] != "add" or f"title: {HOSTILE[text]}\n" in ran.stdout


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x9b31mC1", "\u202etfel", "a\U000e0041\u2060tag"])
def test_notices_escape_dangerous_text(tmp_path: Path, text: str) -> None:
    """A notice escapes the title that it quotes."""
    desk = Desk(tmp_path)
    desk.call("edit", "33", "--title", text)
    ran = desk.call("edit", "33", "--title", "Older", "--on", "2026-01-01")
    assert f"title is still {HOSTILE.get(text, text.encode('unicode_escape').decode())}" in ran.stderr
    assert not HARMFUL.search(ran.stderr)
