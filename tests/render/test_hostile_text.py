"""Tests with hostile text: it is harmless in every format, and unchanged when the format is read back.

Each format is read by another parser than the program's. A new format needs a reader in `MACHINE` or `PEOPLE`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from spacedialog.editing.commitments import NewCommitment
from spacedialog.errors import SpacedialogError
from tests.conftest import Maker
from tests.support.bundled import COMMITMENTS
from tests.support.program import TODAY, Desk

# Forbidden in every output: C0 and C1 controls, bidi marks and overrides, separators, annotations, surrogates.
HARMFUL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

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
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = (
    st.lists(st.sampled_from(PIECES) | st.text(CHARACTERS, max_size=3), min_size=1, max_size=5)
    .map("".join)
    .filter(str.strip)
)


# Readers: each returns the fields of all records, or for formats for people the visible ones.

Records = list[dict[str, str]]


def flat(value: Any) -> str:
    """Return a value as the text of one cell, as docs/output.md defines it."""
    if isinstance(value, list):
        return ", ".join(map(flat, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return (
        {None: "", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, int | str)
        else str(value)
    )


def unescape(cell: str) -> str:
    """Decode the escapes in a cell of `plain` or `csv`, which docs/output.md lists."""
    escapes = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([tnr\\]))",
        lambda match: escapes[match[3]] if match[3] else chr(int(match[1] or match[2], 16)),
        cell,
    )


def from_json(text: str) -> Records:
    return [{name: flat(value) for name, value in row.items()} for row in json.loads(text)["data"]]


def from_jsonl(text: str) -> Records:
    assert "\n\n" not in text
    return [
        {name: flat(value) for name, value in json.loads(line).items()} for line in text.removesuffix("\n").split("\n")
    ]


def from_csv(text: str) -> Records:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.count("\n") == len(rows)
    for row in rows:
        for cell in row:
            assert not cell.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r")) or re.fullmatch("-?[0-9]+", cell), (
                cell
            )
    names, *records = rows
    return [dict(zip(names, (unescape(cell).removeprefix("'") for cell in row), strict=True)) for row in records]


def from_plain(text: str) -> Records:
    names, *records = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    return [dict(zip(names, map(unescape, row), strict=True)) for row in records]


MACHINE: dict[str, Callable[[str], Records]] = {
    "json": from_json,
    "jsonl": from_jsonl,
    "csv": from_csv,
    "plain": from_plain,
}
"""Readers of the formats that contain the complete text."""


def from_markdown(text: str) -> Records:
    rows: list[list[str]] = []
    in_cell = False
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open", "td_close", "th_close"):
            in_cell = token.nesting == 1
        elif in_cell:
            rows[-1].append(plain_text(token))
    heads = rows[0]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def plain_text(token: Token) -> str:
    """Return the text of inline Markdown; assert that it has only text and autolinks to web addresses."""
    children = token.children or []
    for position, child in enumerate(children):
        if child.type == "link_open":
            assert child.markup == "autolink", token.content
            assert str(child.attrs["href"]).startswith(("http://", "https://")), token.content
            assert children[position + 2].type == "link_close", token.content
    assert {child.type for child in children} <= {"text", "text_special", "softbreak", "link_open", "link_close"}
    return "".join("\n" if child.type == "softbreak" else child.content for child in children)


def from_table(text: str) -> Records:
    """Split the lines at two or more spaces, because wide characters shift the columns."""
    lines = COLOUR.sub("", text).split("\n")
    heads = re.split(r" {2,}", lines[0].strip())
    return [dict(zip(heads, re.split(r" {2,}", line.strip()), strict=False)) for line in lines[1:] if line[:3] == "RUR"]


PEOPLE: dict[str, Callable[[str], Records]] = {"md": from_markdown, "table": from_table}
"""Readers of the formats that show a text on one line, with escapes for unsafe characters."""


def shown(text: str) -> str:
    """Return the text as a format for people must show it."""
    escapes = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
    return HARMFUL.sub(
        lambda match: (
            escapes.get(match[0]) or (f"\\x{ord(match[0]):02x}" if match[0] < "\u0100" else f"\\u{ord(match[0]):04x}")
        ),
        " ".join(text.split()),
    )


# The store


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def record(make: Maker, desk: Desk, texts: list[str]) -> dict[str, str]:
    """Record each text as the title, detail, source, note and author of a commitment in a new store of the desk.

    Returns the texts by ref.
    """
    refs = {}
    desk.db = make("ruritania").path
    for text in texts:
        tracker = make(path=desk.db, author=text, today=date.fromisoformat(TODAY))
        addition = NewCommitment(text, "moon", text, detail=text, paragraph=text, due=None)
        refs[tracker.add(addition, note=text).ref] = text
    return refs


def harmless_output(desk: Desk, *arguments: str) -> str:
    """Run a command, assert that its output is harmless, and return it."""
    ran = desk.call(*arguments)
    assert ran.status == 0, ran.stderr
    text = ran.stdout.replace("\r\n", "\n") if "csv" in arguments else ran.stdout
    assert not HARMFUL.search(COLOUR.sub("", text) if "always" in arguments else text)
    assert not HARMFUL.search(ran.stderr)
    return ran.stdout


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_formats_for_programs_keep_the_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """Titles, authors, notes, sources and values are unchanged when json, jsonl, csv and plain are read back."""
    refs = record(make, desk, texts)
    for name, read in MACHINE.items():
        listed = {row["ref"]: row for row in read(harmless_output(desk, "list", "-f", name))}
        assert {ref: listed[ref]["title"] for ref in refs} == refs, name
        assert all(listed[ref]["source"] == f"{text} par. {text}" for ref, text in refs.items()), name
        entries = {row["ref"]: row for row in read(harmless_output(desk, "history", "-f", name)) if row["ref"] in refs}
        for field in ("author", "note"):
            assert {ref: row[field] for ref, row in entries.items()} == refs, name
        assert all(f"title={text}" in entries[ref]["changed"] for ref, text in refs.items()), name
        matches = read(harmless_output(desk, "search", "fly", "-f", name))
        assert {row["ref"] for row in matches} >= {"RUR1-01"}


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_formats_for_people_show_the_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """Tables show a title as text: it causes no markup, HTML, second line or second cell."""
    refs = record(make, desk, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spacedialog.environment.width", lambda: 4000)
        for name, read in PEOPLE.items():
            for colour in ("never", "always"):
                rows = {row["Ref"]: row for row in read(harmless_output(desk, "list", "-f", name, "--color", colour))}
                assert {ref: rows[ref]["Commitment"] for ref in refs} == {r: shown(t) for r, t in refs.items()}, name


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_markdown_documents_contain_only_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """In the Markdown of a commitment, the overview and other reads, every text is text in its own place."""
    refs = record(make, desk, texts)
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    frame = {"heading_open", "bullet_list_open", "list_item_open", "paragraph_open", "inline"}
    frame |= {"table_open", "thead_open", "tbody_open", "tr_open", "th_open", "td_open"}
    for ref, text in refs.items():
        tokens = markdown.parse(harmless_output(desk, "show", ref, "-f", "md"))
        assert {token.type.replace("_close", "_open") for token in tokens} <= frame, text
        assert sum(token.type == "heading_open" for token in tokens) == sum(t.tag in ("h1", "h2") for t in tokens) / 2
        runs = [plain_text(token) for token in tokens if token.type == "inline"]
        assert any(shown(text) in run for run in runs)
        assert all(token.level == 0 for token in tokens if token.type in ("heading_open", "bullet_list_open"))
    for view in (["overview"], ["history"], ["areas"], ["upcoming"]):
        for token in markdown.parse(harmless_output(desk, *view, "-f", "md")):
            assert token.type.replace("_close", "_open") in frame
            if token.type == "inline":
                plain_text(token)


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), lines=st.booleans())
def test_an_exported_log_keeps_the_text(make: Maker, desk: Desk, texts: list[str], lines: bool) -> None:
    """A log exported and imported into another store is identical, and a JSON parser reads the texts unchanged."""
    refs = record(make, desk, texts)
    out = harmless_output(desk, "export", *(["-f", "jsonl"] if lines else []))
    entries = [json.loads(line) for line in out.splitlines()[1:]] if lines else json.loads(out)["changes"]
    titles = [entry["body"].get("set", {}).get("title") for entry in entries]
    assert titles[-len(refs) :] == [entry["author"] for entry in entries[-len(refs) :]] == list(refs.values())
    other = make()
    other.import_file(out.encode(), "log", bundled=False)
    assert list(other.log()) == list(make(path=desk.db).log())


@settings(max_examples=25)
@given(text=TEXTS)
def test_a_data_file_keeps_the_text(make: Maker, ruritania: bytes, text: str) -> None:
    """A text of a data file in JSON or JSON Lines is recorded unchanged."""
    document = json.loads(ruritania)
    document["commitments"][1] |= {"title": text, "detail": text, "difference": text}
    document["updates"][2]["note"] = text
    document["parties"][0]["name"] = document["dialogue"]["place"] = text
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
        with tracker.view() as view:
            detail = view.detail(view.refs.resolve("RUR1-02"))
            assert (detail.commitment.title, detail.detail, detail.difference) == (text,) * 3
            assert text in [row.note for row in view.history()]
            assert view.overview().dialogues[0]["place"] == text


def test_long_titles_are_kept(make: Maker, desk: Desk) -> None:
    """A title of 2,000 multi-byte characters is kept unchanged."""
    title = "우주👩🏽\u200d🚀e\u0301\u05e9\u05dc " * 200 + "!" * 20
    assert len(title) >= 2000
    (ref,) = record(make, desk, [title])
    for name, read in MACHINE.items():
        assert {row["ref"]: row["title"] for row in read(harmless_output(desk, "list", "-f", name))}[ref] == title


@settings(max_examples=15)
@given(text=TEXTS.filter(lambda text: not text.startswith("-") and not text.strip().isdigit()))  # 1 is a ref
def test_messages_quote_text_harmlessly(make: Maker, desk: Desk, text: str) -> None:
    """Any text in place of a ref, date, name or size gives a message of two harmless lines."""
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


@settings(max_examples=15)
@given(text=TEXTS)
def test_messages_about_files_quote_text_harmlessly(make: Maker, text: str) -> None:
    """The problems of a file quote its fields and values harmlessly and briefly."""
    from spacedialog.render.text import one_line

    for content in (
        json.dumps(
            {"format": "spacedialog/1", text: text, "dialogue": {"when": text, "host": text}, "documents": text}
        ),
        json.dumps({"ref": text, "on": text, text: 1, "status": text}),
    ):
        for method in ("import_file", "apply"):
            tracker = make("empty")
            with pytest.raises(SpacedialogError) as caught:
                getattr(tracker, method)(content.encode() if method == "import_file" else content, "file")
            for problem in getattr(caught.value, "problems", ()):
                what, _, remedy = problem.rpartition("\n  ")
                assert remedy
                assert not HARMFUL.search(one_line(what) + one_line(remedy))
                assert len(what) < 300


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_no_harmful_text(make: Maker, desk: Desk, shell: str) -> None:
    """Completion offers no shell commands or controls from kinds and leads of an imported log with valid hashes."""
    from spacedialog.model.entry import PendingEntry, item_id, make_entry

    tracker = make("ruritania")
    pending = PendingEntry(
        "set", item_id("commitment", "RUR1-02"), "2026-01-01", {"set": {"kind": "$(touch pwned)", "lead": "x\x1b[31m"}}
    )
    entry = make_entry(pending, change_id="01900000-0000-7000-8000-0000000000aa", ts=1, author="M", base=None)
    exported = {**entry._asdict(), "body": entry.content}
    tracker.import_file(json.dumps({"format": "spacedialog-log/1", "changes": [exported]}).encode(), "log")
    desk.db = tracker.path
    for option in ("--kind", "--lead", "--party"):
        words = f"spacedialog list {option} "
        variables = {
            "bash": {"COMP_WORDS": words, "COMP_CWORD": "3", "_SPACEDIALOG_COMPLETE": "complete_bash"},
            "zsh": {"_TYPER_COMPLETE_ARGS": words, "_SPACEDIALOG_COMPLETE": "complete_zsh"},
            "fish": {
                **{"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
                "_SPACEDIALOG_COMPLETE": "complete_fish",
            },
        }[shell]
        offers = desk.run(env=variables).stdout
        assert offers
        assert not re.search(r"[$`\x1b]\(?", offers.replace("\n", "")), offers


def test_the_installed_program_shows_hostile_text_harmlessly(tmp_path: Path) -> None:
    """All hostile pieces together are kept, and are harmless on a real terminal and in a pager."""
    desk = Desk(tmp_path)
    title = " ".join(PIECES)
    ran = desk.run("add", f"--note={title}", f"--by={title}", f"--source={title}", "--area", "pnt", "--", title)
    assert ran.status == 0, ran.stderr
    for arguments in (["show", "43"], ["list"], ["history", "43"]):
        for env in ({"PAGER": "cat"}, {"PAGER": ""}):
            screen = desk.in_terminal(*arguments, columns=200, lines=5, env=env).stdout
            assert not HARMFUL.search(COLOUR.sub("", screen))
    assert desk.run("list", "--json").data[COMMITMENTS]["title"] == title
    file = tmp_path / "list.csv"
    assert desk.run("list", "-f", "csv", "-o", file).status == 0
    applied = desk.run("apply", file)
    assert (applied.status, os.linesep + "  " in applied.stderr) == (0, False), applied.stderr
