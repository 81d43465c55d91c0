"""Tests of report --template NAME, of the user's own templates, and of the command templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from spacedialog.render.template_files import BUILT_IN
from tests.support.program import Desk


def own(desk: Desk, name: str, text: str) -> Path:
    """Write a template into the user's folder of templates, and return its path."""
    file = desk.home / "config" / "spacedialog" / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_a_template_by_name_is_written_in_three_formats(reader: Desk, tmp_path: Path) -> None:
    """A named template is Markdown on standard output, and HTML or Word by the ending of -o or by --format."""
    text = reader.call("report", "--template", "summary")
    assert (text.status, text.stdout[:9]) == (0, "# Fourth ")
    assert reader.call("report", "--template", "summary", "-o", "-").stdout == text.stdout
    page = reader.call("report", "--template", "summary", "-f", "html").stdout
    assert page.startswith("<!doctype html>")
    assert "<h1>Fourth U.S.-ROK Civil Space Dialogue</h1>" in page
    for name in ("a.md", "a.html", "a.docx"):
        assert reader.call("report", "--template", "summary", "-o", tmp_path / name).status == 0
    assert (tmp_path / "a.md").read_text("utf-8") == text.stdout
    assert (tmp_path / "a.html").read_text("utf-8") == page
    assert Document(str(tmp_path / "a.docx")).paragraphs[0].text == "Fourth U.S.-ROK Civil Space Dialogue"
    first = (tmp_path / "a.docx").read_bytes()
    reader.call("report", "--template", "summary", "-o", tmp_path / "a.docx")
    assert (tmp_path / "a.docx").read_bytes() == first


@pytest.mark.parametrize(
    ("call", "problem", "remedy"),
    [
        ("--template summary -f csv", "--template summary cannot be written as csv", "md, html or docx"),
        ("--template summary --json", "--template summary cannot be written as json", "md, html or docx"),
        ("--template summary -o x.ics", "--template summary cannot be written as ics", "md, html or docx"),
        ("--template sumary", "there is no template 'sumary'", "did you mean summary? write one of reminder, summary"),
        ("--template reminder", "--template reminder needs one --party", "add --party KEY once"),
        ("--template reminder --party KASI --party NASA", "needs one --party", "add --party KEY once"),
        ("--since 2026-01-01", "--since needs --template or --format json", "leave --since out"),
        ("--template ./summary", "--template summary: No such file", "name a template file"),
    ],
)
def test_a_wrong_call_has_a_remedy(reader: Desk, call: str, problem: str, remedy: str) -> None:
    """A template that does not exist, a format that it does not have, or a missing party is an error with a remedy."""
    ran = reader.call("report", *call.split())
    assert (ran.status, ran.stdout) == (2, "")
    assert problem in ran.stderr
    assert remedy in ran.stderr


def test_the_period_is_an_option_of_the_data(reader: Desk) -> None:
    """--since moves the beginning of the completions in JSON; by default it is 90 days before the day of the view."""
    data = reader.call("report", "--json").data
    assert (data["since"], data["until"], data["settled"]) == ("2026-08-24", "2027-02-20", [])
    assert [row["ref"] for row in data["next"]] == ["ROK4-31", "ROK4-41.1", "ROK4-42"]
    earlier = reader.call("report", "--json", "--since", "2025-05-01", "--area", "commercial", "--party", "kasi").data
    assert (earlier["since"], earlier["party"]["name"]) == ("2025-05-01", "Korea Astronomy and Space Science Institute")
    brief = reader.call("brief", "--since", "2025-05-01", "--json").data
    every = reader.call("report", "--json", "--since", "2025-05-01").data
    assert every["settled"] == brief["settled"] != []
    assert reader.call("report", "--json", "--as-of", "2026-01-01").data["since"] == "2025-10-03"


def test_dialogues_are_newest_first_in_any_order_of_commitments(reader: Desk) -> None:
    """The dialogues of a report are newest first in any order of its commitments."""
    data = reader.call("report", "--json", "--sort", "due").data
    assert [dialogue["key"] for dialogue in data["dialogues"]] == ["ROK4", "ROK3", "ROK2"]


def test_own_templates_are_found_by_name(desk: Desk) -> None:
    """A file in the user's folder replaces the built-in template of its name, and others are found too."""
    summary = own(
        desk, "summary.md.j2", "{# Ours #}\n# {{ report.commitments | length }} in all\n{% include 'a.txt' %}"
    )
    own(desk, "cable.md.j2", "*No description* <b>")
    own(desk, "a.txt", "included")
    for hidden in (".#summary.md.j2", "x.y.md.j2", "page.html.j2"):
        own(desk, hidden, "")
    assert desk.call("report", "--template", "summary").stdout == "# 65 in all\nincluded"
    assert "<em>No description</em> &lt;b&gt;" in desk.call("report", "--template", "cable", "-f", "html").stdout
    rows = desk.call("templates", "list", "--json").data
    assert [(row["name"], row["description"], row["origin"]) for row in rows] == [
        ("cable", "", "own"),
        ("reminder", rows[1]["description"], "built-in"),
        ("summary", "Ours", "own"),
    ]
    assert (rows[1]["path"], rows[2]["path"]) == (str(BUILT_IN / "reminder.md.j2"), str(summary))
    assert rows[1]["description"].startswith("A letter to one party")


def test_a_name_is_not_a_file_of_the_working_folder(desk: Desk) -> None:
    """A text without `.` and `/` is a name, even if a file has it; a path reaches the file, and sets its format."""
    (desk.folder / "summary").write_text("From a file", "utf-8")
    assert desk.call("report", "--template", "summary").stdout.startswith("# Fourth")
    assert desk.call("report", "--template", "./summary").stdout == "From a file"
    assert desk.call("report", "--template", "./summary", "-o", "x.html").status == 0
    assert (desk.folder / "x.html").read_text("utf-8") == "From a file"
    assert "leave out --format" in desk.call("report", "--template", "./summary", "-f", "html").stderr


def test_a_template_is_shown_as_it_is(desk: Desk) -> None:
    """`templates show` prints a template whole, so that a saved copy fills in the same way; controls are escaped."""
    for name in ("summary", "reminder"):
        assert desk.call("templates", "show", name).stdout == (BUILT_IN / f"{name}.md.j2").read_text("utf-8")
    own(desk, "cable.md.j2", "\x1b[31mred\n")
    assert desk.call("templates", "show", "cable").stdout == "\\x1b[31mred\n"
    ran = desk.call("templates", "show", "cabel")
    assert (ran.status, "did you mean cable?" in ran.stderr) == (2, True)


def test_the_file_of_a_redirection_replaces_no_template(desk: Desk) -> None:
    """A shell creates an empty file before `templates show` runs; the built-in template is still the one shown."""
    own(desk, "summary.md.j2", "")
    shown = desk.call("templates", "show", "summary").stdout
    assert shown == (BUILT_IN / "summary.md.j2").read_text("utf-8")


def test_the_table_of_templates_fits_a_terminal(reader: Desk) -> None:
    """On a terminal, each template has its name, origin and description."""
    lines = reader.call("templates", "list", "-f", "table").stdout.splitlines()
    assert lines[0].split() == ["Name", "Origin", "Description", "Path"]
    assert lines[1].startswith("reminder  built in  A letter to one party")
