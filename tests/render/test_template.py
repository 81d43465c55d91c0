"""Tests of reports by a user's own template: filters, limits and errors."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from spacedialog.render import template
from tests.support.built_in import COMMITMENTS, COVERAGE
from tests.support.program import Desk

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-template.md.j2"


def filled(desk: Desk, text: str, name: str = "letter.md.j2") -> str:
    """Return the output of a template."""
    (desk.folder / name).write_text(text, "utf-8")
    ran = desk.call("report", "--template", name)
    assert ran.status == 0, ran.stderr
    return ran.stdout


def test_the_example_in_the_docs_works(reader: Desk) -> None:
    """The example template lists every open commitment under its area, with its source."""
    ran = reader.call("report", "--status", "open", "--template", EXAMPLE, "-o", "letter.tex")
    assert ran.status == 0, ran.stderr
    letter = (reader.folder / "letter.tex").read_text("utf-8")
    opened = reader.call("list", "--status", "open", "--json").data
    assert set(re.findall(r"^- \*\*(\S+)\*\*", letter, re.MULTILINE)) == {row["ref"] for row in opened}
    checked = sum("unchecked" not in row["flags"] for row in opened)
    assert letter.startswith(
        f"# Open commitments on 2026-11-22\n\n{checked} of {len(opened)} checked, oldest open check 1348 days ago.\n"
        "Only: status open."
    )
    assert letter.count("Source: ") == len(opened)


def test_a_page_escapes_and_a_letter_does_not(desk: Desk) -> None:
    """Values are escaped for HTML in a template named as HTML or XML; control characters are escaped in all."""
    desk.call("edit", "31", "--title", "<b>Ünsafe</b> \x1b[31m\u202ered")
    text = "{{ (report.commitments | selectattr('commitment.ref', 'eq', 'ROK4-31') | first).commitment.title }}"
    assert filled(desk, text) == r"<b>Ünsafe</b> \x1b[31m\u202ered"
    for name in ("page.html.j2", "page.html", "feed.xml.jinja"):
        assert filled(desk, text, name) == r"&lt;b&gt;Ünsafe&lt;/b&gt; \x1b[31m\u202ered"


def test_templates_have_the_words_of_the_program(desk: Desk) -> None:
    """Filters give the program's own words for dates, windows, delays, entries and sources, and its JSON."""
    said = filled(
        desk,
        "{{ report.coverage | coverage }}\n{{ report.slips[0] | delay }}\n{{ '2026-21' | readable }}\n"
        "{{ (report.milestones | last) | window }}\n{{ report.commitments[0].history[0] | did }}\n"
        "{{ report.commitments[0].sources[0] | citation }}\n{{ report.coverage | json }}\n"
        "{{ none }}|{{ 'a*b' | markdown }}",
    )
    lines = said.split("\n")
    assert lines[0] == COVERAGE
    assert lines[2] == "2026 spring"
    assert json.loads(lines[6])["commitments"] == COMMITMENTS
    assert lines[7] == r"|a\*b"


def test_templates_include_their_neighbours(desk: Desk) -> None:
    """A template can include templates of its folder and below, and no others."""
    (desk.folder / "parts").mkdir()
    (desk.folder / "parts" / "head.md").write_text("Head of {{ report.as_of }}", "utf-8")
    assert filled(desk, "{% include 'parts/head.md' %}.") == "Head of 2026-11-22."
    (desk.folder / "letter.j2").write_text("{% include '../secret' %}", "utf-8")
    assert "there is no template '../secret'" in desk.call("report", "--template", "letter.j2").stderr


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a\n{{ report.nothing }}", 2, "has no attribute 'nothing'"),
        ("{{ nothing }}", 1, "'nothing' is undefined"),
        ("a\nb\n{% for %}", 3, "Expected"),
        ("{{ report.__class__ }}", 1, "unsafe"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("\n{{ report.dialogues[0].clear() }}", 2, "unsafe"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", 1, "cannot be used on these values"),
        ("{% for i in range(999999999) %}{% endfor %}", 1, "too big"),
        ("{{ 'a' * 1000000000 }}", 1, "cannot be used on these values"),
        ("{{ [0] * 1000000000 }}", 1, "cannot be used on these values"),
        ("{{ 'a'.ljust(1000000000) }}", 1, "unsafe"),
        ("{{ '{:>1000000000}'.format(1) }}", 1, "unsafe"),
        ("{{ '%1000000000d' % 1 }}", 1, "cannot be used on these values"),
        ("{{ 'a' | center(1000000000) }}", 1, "center"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("{{ report.as_of | did }}", 1, "attribute"),
        ("{{ report + 1 }}", 1, "tuple"),
    ],
)
def test_errors_in_a_template_are_reported(desk: Desk, text: str, line: int, says: str) -> None:
    """A mistake or an attack in a template ends with its file and line, the problem and the page to read."""
    (desk.folder / "letter.md.j2").write_text(text, "utf-8")
    ran = desk.call("report", "--template", "letter.md.j2", "-o", "letter.md")
    problem, remedy = (said for said in ran.stderr.splitlines() if not said.startswith("note:"))
    assert (ran.status, ran.stdout) == (2, "")
    assert problem.startswith(f"spacedialog: letter.md.j2:{line}: ")
    assert says in problem
    assert "docs/templates.md" in remedy
    assert not (desk.folder / "letter.md").exists()


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}%s{% endfor %}{% endfor %}"
DOUBLED = "{% for i in range(64) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LOOP.replace("%s", ""), "longer than 0.2 seconds"),
        (LOOP.replace("%s", "x"), "longer than 1000 characters"),
        # Python compares the lists in one instruction, which takes for ever and which no exception ends.
        ("{% set ns = namespace(a=[0], b=[0]) %}" + DOUBLED + "{{ ns.a == ns.b }}", "longer than 0.2 seconds"),
    ],
    ids=["time", "length", "one instruction"],
)
def test_an_endless_template_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    """A template that does not end is stopped by time or by length, even within one instruction; nothing is written."""
    monkeypatch.setattr(template, "SECONDS", 0.2)
    monkeypatch.setattr(template, "MAX_CHARACTERS", 1000)
    (desk.folder / "letter.md.j2").write_text(text, "utf-8")
    before = sorted(desk.folder.rglob("*"))
    ran = desk.call("report", "--template", "letter.md.j2", "-o", "letter.md")
    assert ran.status == 2
    assert says in ran.stderr
    assert sorted(desk.folder.rglob("*")) == before


def test_a_killed_process_of_a_template_is_reported(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process that fills a template is killed, for example for lack of memory, the report ends with status 2."""
    monkeypatch.setattr(template, "_load", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    ran = reader.call("report", "--template", EXAMPLE)
    assert (ran.status, ran.stdout) == (2, "")
    assert "killed (signal 9)" in ran.stderr


@pytest.mark.parametrize(
    ("start", "doubled"),
    [("'x'", "ns.x ~ ns.x"), ("[0]", "ns.x + ns.x"), ("'x'", "ns.x | replace('x', 'xx')")],
    ids=["joined text", "joined lists", "replaced text"],
)
def test_a_template_has_limited_memory(desk: Desk, monkeypatch: pytest.MonkeyPatch, start: str, doubled: str) -> None:
    """A template that needs too much memory is stopped, with the file and the reason, and nothing is written."""
    monkeypatch.setattr(template, "MAX_MEMORY", 50_000_000)
    text = f"{{% set ns = namespace(x={start}) %}}{{% for i in range(27) %}}{{% set ns.x = {doubled} %}}{{% endfor %}}"
    (desk.folder / "letter.md.j2").write_text(text, "utf-8")
    ran = desk.call("report", "--template", "letter.md.j2", "-o", "letter.md")
    problem, _ = (said for said in ran.stderr.splitlines() if not said.startswith("note:"))
    assert (ran.status, ran.stdout) == (2, "")
    assert problem == "spacedialog: --template letter.md.j2: the template needs too much memory"
    assert not (desk.folder / "letter.md").exists()


@pytest.mark.parametrize("name", ["missing.j2", ".", "no/such.j2", "latin.j2"])
def test_an_unreadable_template_is_reported(desk: Desk, name: str) -> None:
    """A template that is missing, a folder or not UTF-8 is named, with status 2."""
    (desk.folder / "latin.j2").write_bytes(b"caf\xe9")
    ran = desk.call("report", "--template", name)
    problem, _ = (line for line in ran.stderr.splitlines() if not line.startswith("note:"))
    assert ran.status == 2
    assert Path(name).name in problem
    assert "codecs" not in problem


def test_a_template_is_the_format(desk: Desk) -> None:
    """--template refuses a format, and ignores the ending of -o."""
    assert desk.call("report", "--template", EXAMPLE, "--json").status == 2
    assert desk.call("report", "--template", EXAMPLE, "-o", "letter.whatever").status == 0
