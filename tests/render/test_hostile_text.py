"""Text that was written to do harm: neutral in every format, and the same text again when the format is read back.

Each format is read by something else than this program. A new format joins by a reader in `MACHINE` or `PEOPLE`.
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

from spacedialog.cli.terminal import FILE
from spacedialog.editing.commitments import NewCommitment
from spacedialog.errors import SpacedialogError
from tests.conftest import Maker
from tests.support.bundled import COMMITMENTS
from tests.support.program import TODAY, Desk

# What may be no part of any output: controls, C1, bidi marks and overrides, separators, annotations, half characters.
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


# The readers: a text of many records becomes their fields, for machines all of them, for people those they see.

Records = list[dict[str, str]]


def flat(value: Any) -> str:
    """A value as docs/output.md says that one cell holds it."""
    if isinstance(value, list):
        return ", ".join(map(flat, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return (
        {None: "", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, int | str)
        else str(value)
    )


def unescaped(cell: str) -> str:
    """The text that a cell of plain or csv stands for: backslash escapes as docs/output.md lists them."""
    named = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([tnr\\]))",
        lambda found: named[found[3]] if found[3] else chr(int(found[1] or found[2], 16)),
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
    return [dict(zip(names, (unescaped(cell).removeprefix("'") for cell in row), strict=True)) for row in records]


def from_plain(text: str) -> Records:
    names, *records = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    return [dict(zip(names, map(unescaped, row), strict=True)) for row in records]


MACHINE: dict[str, Callable[[str], Records]] = {
    "json": from_json,
    "jsonl": from_jsonl,
    "csv": from_csv,
    "plain": from_plain,
}
"""Formats that give back the text itself."""


def from_markdown(text: str) -> Records:
    rows: list[list[str]] = []
    in_cell = False
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open", "td_close", "th_close"):
            in_cell = token.nesting == 1
        elif in_cell:
            rows[-1].append(signs(token))
    heads = rows[0]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def signs(token: Token) -> str:
    """The text of a run of Markdown, which holds nothing but text, and web addresses as links that show themselves."""
    children = token.children or []
    for place, child in enumerate(children):
        if child.type == "link_open":
            assert child.markup == "autolink", token.content
            assert str(child.attrs["href"]).startswith(("http://", "https://")), token.content
            assert children[place + 2].type == "link_close", token.content
    assert {child.type for child in children} <= {"text", "text_special", "softbreak", "link_open", "link_close"}
    return "".join("\n" if child.type == "softbreak" else child.content for child in children)


def from_table(text: str) -> Records:
    """The columns stand where their headings do; wide characters shift them, so they are parted at runs of spaces."""
    lines = COLOUR.sub("", text).split("\n")
    heads = re.split(r" {2,}", lines[0].strip())
    return [dict(zip(heads, re.split(r" {2,}", line.strip()), strict=False)) for line in lines[1:] if line[:3] == "RUR"]


PEOPLE: dict[str, Callable[[str], Records]] = {"md": from_markdown, "table": from_table}
"""Formats that show a text on one line, what is unsafe in it as escapes."""


def shown(text: str) -> str:
    """The text as people are to see it."""
    escape = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
    return HARMFUL.sub(
        lambda found: (
            escape.get(found[0]) or (f"\\x{ord(found[0]):02x}" if found[0] < "\u0100" else f"\\u{ord(found[0]):04x}")
        ),
        " ".join(text.split()),
    )


# The store


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def hold(make: Maker, desk: Desk, texts: list[str]) -> dict[str, str]:
    """Put each text on record as the title, detail, source and note of a commitment, and as who says so.

    Returns the refs with their texts; the desk then looks at that store.
    """
    refs = {}
    desk.db = make("ruritania").path
    for text in texts:
        tracker = make(path=desk.db, author=text, today=date.fromisoformat(TODAY))
        addition = NewCommitment(text, "moon", text, detail=text, paragraph=text, due=None)
        refs[tracker.add(addition, note=text).ref] = text
    return refs


def written(desk: Desk, *arguments: str) -> str:
    """What a command writes, which is harmless whatever the format."""
    ran = desk.call(*arguments)
    assert ran.status == 0, ran.stderr
    text = ran.stdout.replace("\r\n", "\n") if "csv" in arguments else ran.stdout
    assert not HARMFUL.search(COLOUR.sub("", text) if "always" in arguments else text)
    assert not HARMFUL.search(ran.stderr)
    return ran.stdout


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_every_machine_format_gives_the_text_back(make: Maker, desk: Desk, texts: list[str]) -> None:
    """Title, author, note, source and values, read back from json, jsonl, csv and plain, are what was put in."""
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


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_every_format_for_people_shows_the_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """Tables show a title as its signs: no markup, no HTML, no second line and no second cell come of it."""
    refs = hold(make, desk, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spacedialog.cli.terminal.display", lambda: FILE._replace(width=4000))
        for name, read in PEOPLE.items():
            for colour in ("never", "always"):
                rows = {row["Ref"]: row for row in read(written(desk, "list", "-f", name, "--color", colour))}
                assert {ref: rows[ref]["Commitment"] for ref in refs} == {r: shown(t) for r, t in refs.items()}, name


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_documents_of_markdown_hold_only_text(make: Maker, desk: Desk, texts: list[str]) -> None:
    """One commitment, the overview and a history as Markdown: every text is there as text, in the place given to it."""
    refs = hold(make, desk, texts)
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    frame = {"heading_open", "bullet_list_open", "list_item_open", "paragraph_open", "inline"}
    frame |= {"table_open", "thead_open", "tbody_open", "tr_open", "th_open", "td_open"}
    for ref, text in refs.items():
        tokens = markdown.parse(written(desk, "show", ref, "-f", "md"))
        assert {token.type.replace("_close", "_open") for token in tokens} <= frame, text
        assert sum(token.type == "heading_open" for token in tokens) == sum(t.tag in ("h1", "h2") for t in tokens) / 2
        runs = [signs(token) for token in tokens if token.type == "inline"]
        assert any(shown(text) in run for run in runs)
        assert all(token.level == 0 for token in tokens if token.type in ("heading_open", "bullet_list_open"))
    for view in (["overview"], ["history"], ["areas"], ["upcoming"]):
        for token in markdown.parse(written(desk, *view, "-f", "md")):
            assert token.type.replace("_close", "_open") in frame
            if token.type == "inline":
                signs(token)


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), lines=st.booleans())
def test_an_exported_log_gives_the_text_back(make: Maker, desk: Desk, texts: list[str], lines: bool) -> None:
    """The log, taken out and in again elsewhere, is the same to the letter, and any reader of JSON finds the texts."""
    refs = hold(make, desk, texts)
    out = written(desk, "export", *(["-f", "jsonl"] if lines else []))
    changes = [json.loads(line) for line in out.splitlines()[1:]] if lines else json.loads(out)["changes"]
    titles = [change["body"].get("set", {}).get("title") for change in changes]
    assert titles[-len(refs) :] == [change["author"] for change in changes[-len(refs) :]] == list(refs.values())
    other = make()
    other.import_file(out.encode(), "log", bundled=False)
    assert list(other.log()) == list(make(path=desk.db).log())


@settings(max_examples=25)
@given(text=TEXTS)
def test_a_data_file_keeps_the_text(make: Maker, ruritania: bytes, text: str) -> None:
    """A text of a data file, as JSON or JSON Lines, in any script, is on record as it stood, character by character."""
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
        with tracker.snapshot() as view:
            detail = view.detail(view.refs.resolve("RUR1-02"))
            assert (detail.commitment.title, detail.detail, detail.difference) == (text,) * 3
            assert text in [row.note for row in view.history()]
            assert view.overview().dialogues[0]["place"] == text


def test_long_titles_are_kept(make: Maker, desk: Desk) -> None:
    """A title of 2,000 characters of several bytes each comes back whole."""
    title = "우주👩🏽\u200d🚀e\u0301\u05e9\u05dc " * 200 + "!" * 20
    assert len(title) >= 2000
    (ref,) = hold(make, desk, [title])
    for name, read in MACHINE.items():
        assert {row["ref"]: row["title"] for row in read(written(desk, "list", "-f", name))}[ref] == title


@settings(max_examples=15)
@given(text=TEXTS.filter(lambda text: not text.startswith("-") and not text.strip().isdigit()))  # 1 is a ref
def test_messages_quote_no_harm(make: Maker, desk: Desk, text: str) -> None:
    """Whatever is typed where a ref, a date, a name or a file belongs, the message is two harmless lines."""
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
def test_messages_about_files_quote_no_harm(make: Maker, text: str) -> None:
    """Problems of a file name fields and values of it harmlessly and shortly."""
    from spacedialog.render.text import one_line

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


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_offers_no_harm(make: Maker, desk: Desk, shell: str) -> None:
    """A log that was signed well and names kinds, areas and sides as no program would: TAB offers none of them."""
    from spacedialog.model.entry import PendingEntry, item_id, make_entry

    made = make("ruritania")
    draft = PendingEntry(
        "set", item_id("commitment", "RUR1-02"), "2026-01-01", {"set": {"kind": "$(touch pwned)", "lead": "x\x1b[31m"}}
    )
    change = make_entry(draft, change_id="01900000-0000-7000-8000-0000000000aa", ts=1, author="M", base=None)
    entry = {**change._asdict(), "body": change.content}
    made.import_file(json.dumps({"format": "spacedialog-log/1", "changes": [entry]}).encode(), "log")
    desk.db = made.path
    for option in ("--kind", "--lead", "--party"):
        words = f"spacedialog list {option} "
        asked = {
            "bash": {"COMP_WORDS": words, "COMP_CWORD": "3", "_SPACEDIALOG_COMPLETE": "complete_bash"},
            "zsh": {"_TYPER_COMPLETE_ARGS": words, "_SPACEDIALOG_COMPLETE": "complete_zsh"},
            "fish": {
                **{"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
                "_SPACEDIALOG_COMPLETE": "complete_fish",
            },
        }[shell]
        said = desk.run(env=asked).stdout
        assert said
        assert not re.search(r"[$`\x1b]\(?", said.replace("\n", "")), said


def test_the_installed_program_keeps_and_shows_all_pieces(tmp_path: Path) -> None:
    """Every hostile piece, typed to the program itself and shown on a real terminal and by a pager, does nothing."""
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
