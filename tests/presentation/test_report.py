"""The report: the whole record or a part of it, what it says of itself, by the user's template too."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from spacedialog.model.rows.record import Coverage
from spacedialog.render import template
from spacedialog.store.read.selection import Selection
from spacedialog.tracker import Tracker
from tests.support.bundled import CHANGES, COMMITMENTS, COVERAGE
from tests.support.program import PROGRAM, Desk, terminal

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-template.md.j2"
FORMATS = ("table", "plain", "json", "jsonl", "csv", "md", "html", "xlsx", "ics")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with no store; nobody writes a record here."""
    return Desk(tmp_path_factory.mktemp("reader"))


# What it covers


def test_report_says_what_it_covers(reader: Desk) -> None:
    """The head of a report names the dialogue, the day, the position in the log and the coverage."""
    said = reader.call("report", "-f", "md").stdout
    head = said.split("## ", 1)[0]
    assert "ROK4: Fourth U.S.-ROK Civil Space Dialogue" in head
    assert f"as of 2026-11-22; log: {CHANGES} entries, the newest recorded 2026-11-22 00:00 UTC" in head
    assert COVERAGE in head
    assert "only:" not in head


def test_part_counts_the_part_alone(reader: Desk) -> None:
    """Coverage, statuses and areas of a part are those of its commitments, and the head says which part it is."""
    data = reader.call("report", "--area", "exploration", "--status", "open", "--json").data
    rows = [item["commitment"] for item in data["commitments"]]
    assert data["selection"] == "area exploration, status open"
    assert {row["area"] for row in rows} == {"exploration"}
    assert data["coverage"]["commitments"] == len(rows) == sum(data["statuses"].values())
    assert data["coverage"]["assessed"] == sum(row["status"] != "not-assessed" for row in rows)
    counts = Counter(row["dialogue"] for row in rows)
    assert {(area["dialogue"], area["area"]): area["commitments"] for area in data["areas"]} == {
        (dialogue, "exploration"): count for dialogue, count in counts.items()
    }
    assert reader.call("report", "--area", "exploration").stdout == reader.call("list", "--area", "exploration").stdout


def test_oldest_check_is_that_of_the_part(tracker: Tracker) -> None:
    """How old the oldest check is counts the commitments of the part alone."""
    tracker.mark("2", "in-progress", on="2026-11-29")
    with tracker.snapshot() as view:
        part = Selection(status=["in-progress"], text="relay").filter(view)
        assert view.report(part).coverage == Coverage(1, 1, 2)
        assert (view.report().coverage.oldest_check_days or 0) > 300


def test_what_comes_next_in_an_area_is_of_the_part(tracker: Tracker) -> None:
    """The next milestone of an area is one of the commitments that the filter lets through."""
    with tracker.snapshot() as view:
        (area,) = view.report(Selection(text="relay").filter(view)).areas
    assert (area.commitments, area.next_milestone) == (1, None)


def test_report_keeps_the_order_that_was_asked_for(reader: Desk) -> None:
    """--sort orders the commitments of a report as it does those of a list."""
    refs = [
        item["commitment"]["ref"] for item in reader.call("report", "--sort", "-title", "--json").data["commitments"]
    ]
    assert refs == [row["ref"] for row in reader.call("list", "--sort", "-title", "--json").data]


def test_an_empty_part_is_a_report_too(reader: Desk) -> None:
    """A part with nothing in it makes a valid report in every format."""
    for format_ in FORMATS:
        ran = reader.run("report", "--text", "nosuchword", "-f", format_, "-o", f"empty.{format_}")
        assert (ran.status, ran.stderr.count("\n")) == (0, 1), (format_, ran.stderr)


# Files and streams


def test_reports_can_be_made_again_to_the_byte(reader: Desk) -> None:
    """With SOURCE_DATE_EPOCH for a clock, two reports are one, in every format; the day is that of UTC."""
    env = {"SOURCE_DATE_EPOCH": "1764806399", "TZ": "Asia/Seoul", "COLUMNS": "100"}
    for format_ in FORMATS:
        for name in ("one", "two"):
            ran = reader._process(
                [PROGRAM, "report", "-f", format_, "-o", name],
                "",
                env | {"TZ": f"UTC-{len(name)}"},
                "SPACEDIALOG_TODAY",
            )
            assert ran.status == 0, ran.stderr
        assert (reader.folder / "one").read_bytes() == (reader.folder / "two").read_bytes(), format_
    ran = reader._process([PROGRAM, "report", "--json"], "", env, "SPACEDIALOG_TODAY")
    assert json.loads(ran.stdout)["as_of"] == "2025-12-03"


@pytest.mark.parametrize("epoch", ["yesterday", "1e9", "99999999999999999999"])
def test_an_epoch_that_is_none_is_told(reader: Desk, epoch: str) -> None:
    """SOURCE_DATE_EPOCH that is no number of seconds is named."""
    ran = reader.run("report", env={"SOURCE_DATE_EPOCH": epoch})
    assert ran.status == 2
    assert ran.stderr.startswith(f"spacedialog: SOURCE_DATE_EPOCH is '{epoch}'")


def test_a_workbook_is_not_for_a_terminal(reader: Desk) -> None:
    """A binary format goes to a pipe, but to a terminal only by way of a file."""
    for more in ([], ["-o", "-"]):
        ran = reader.in_terminal("report", "-f", "xlsx", *more)
        assert ran.status == 2
        assert "xlsx is not for a terminal" in ran.stdout
    assert reader.shell("spacedialog report -f xlsx | head -c 2").stdout == "PK"


@pytest.mark.parametrize("format_", ["html", "xlsx", "ics"])
def test_output_that_fails_is_told_in_two_lines(reader: Desk, format_: str) -> None:
    """A full disk gives status 4, a missing folder 2, each with what to do; a closed pipe is no error."""
    for more, status in (("> /dev/full", 4), ("-o /dev/full", 4), ("-o no/such/report", 2)):
        ran = reader.shell(f"spacedialog report -f {format_} {more}")
        said = [line for line in ran.stderr.splitlines() if not line.startswith("note:")]
        assert (ran.status, len(said)) == (status, 2), ran.stderr
    unread, pipe = os.pipe()
    os.close(unread)
    done = subprocess.run(
        [PROGRAM, "report", "-f", format_], stdout=pipe, stderr=subprocess.PIPE, env=reader.environment, check=False
    )
    os.close(pipe)
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)


def test_a_device_is_written_to_and_stays_one(desk: Desk) -> None:
    """-o of a device or a pipe writes into it, and does not put a file in its place."""
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    ran = desk.shell("spacedialog list --json -o pipe -f json & cat pipe; wait")
    assert len(json.loads(ran.stdout)["data"]) == COMMITMENTS
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_report_keeps_its_place_and_mode(desk: Desk) -> None:
    """A report that replaces an older one keeps its permissions, also where a link leads to it."""
    (desk.folder / "kept.md").write_text("old")
    (desk.folder / "kept.md").chmod(0o600)
    (desk.folder / "link.md").symlink_to("kept.md")
    assert desk.call("report", "-o", "link.md").status == 0
    assert (desk.folder / "link.md").is_symlink()
    assert "Report" in (desk.folder / "kept.md").read_text("utf-8")
    assert (desk.folder / "kept.md").stat().st_mode & 0o777 == 0o600


# Templates


def filled(desk: Desk, text: str, name: str = "letter.md.j2") -> str:
    """What a template gives."""
    (desk.folder / name).write_text(text, "utf-8")
    ran = desk.call("report", "--template", name)
    assert ran.status == 0, ran.stderr
    return ran.stdout


def test_the_example_in_the_docs_works(reader: Desk) -> None:
    """The example names every open commitment under its area, with its source."""
    ran = reader.call("report", "--status", "open", "--template", EXAMPLE, "-o", "letter.tex")
    assert ran.status == 0, ran.stderr
    letter = (reader.folder / "letter.tex").read_text("utf-8")
    opened = reader.call("list", "--status", "open", "--json").data
    assert set(re.findall(r"^- \*\*(\S+)\*\*", letter, re.MULTILINE)) == {row["ref"] for row in opened}
    assert letter.startswith(
        "# What is open on 2026-11-22\n\nassessed 11 of 48, oldest check 1343 days.\nOnly: status open."
    )
    assert letter.count("Source: ") == len(opened)


def test_a_page_escapes_and_a_letter_does_not(desk: Desk) -> None:
    """Under a name that ends in .html.j2 values are escaped for HTML; control signs are made harmless in each."""
    desk.call("edit", "31", "--title", "<b>Ünsafe</b> \x1b[31m\u202ered")
    text = "{{ (report.commitments | selectattr('commitment.ref', 'eq', 'ROK4-31') | first).commitment.title }}"
    assert filled(desk, text) == r"<b>Ünsafe</b> \x1b[31m\u202ered"
    for name in ("page.html.j2", "page.html", "feed.xml.jinja"):
        assert filled(desk, text, name) == r"&lt;b&gt;Ünsafe&lt;/b&gt; \x1b[31m\u202ered"


def test_templates_have_the_words_of_the_program(desk: Desk) -> None:
    """The filters say dates, windows, delays, entries and sources as the program does, and JSON as its own."""
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
    """A template may use others of its folder and below, and none from elsewhere."""
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
        ("{% for i in range(10 ** 9) %}{% endfor %}", 1, "not for that"),
        ("{% for i in range(999999999) %}{% endfor %}", 1, "too big"),
        ("{{ 'a' * 1000000000 }}", 1, "not for that"),
        ("{{ [0] * 1000000000 }}", 1, "not for that"),
        ("{{ 'a'.ljust(1000000000) }}", 1, "unsafe"),
        ("{{ '{:>1000000000}'.format(1) }}", 1, "unsafe"),
        ("{{ '%1000000000d' % 1 }}", 1, "not for that"),
        ("{{ 'a' | center(1000000000) }}", 1, "center"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("{{ report.as_of | did }}", 1, "attribute"),
        ("{{ report + 1 }}", 1, "tuple"),
    ],
)
def test_what_is_wrong_with_a_template_is_told(desk: Desk, text: str, line: int, says: str) -> None:
    """A mistake or a trick ends with the template's file and line, what is wrong and where to read on."""
    (desk.folder / "letter.md.j2").write_text(text, "utf-8")
    ran = desk.call("report", "--template", "letter.md.j2", "-o", "letter.md")
    problem, remedy = (said for said in ran.stderr.splitlines() if not said.startswith("note:"))
    assert (ran.status, ran.stdout) == (2, "")
    assert problem.startswith(f"spacedialog: letter.md.j2:{line}: ")
    assert says in problem
    assert "docs/templates.md" in remedy
    assert not (desk.folder / "letter.md").exists()


@pytest.mark.parametrize("limit", ["SECONDS", "MOST_CHARACTERS"])
def test_a_template_without_end_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """A template that goes on and on is ended, by the clock or by what it writes."""
    monkeypatch.setattr(template, limit, 1)
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}%s{% endfor %}{% endfor %}"
    (desk.folder / "letter.md.j2").write_text(loop.replace("%s", "" if limit == "SECONDS" else "x"), "utf-8")
    ran = desk.call("report", "--template", "letter.md.j2")
    assert ran.status == 2
    assert ("longer than 1 second" if limit == "SECONDS" else "more than 1 char") in ran.stderr


@pytest.mark.parametrize("name", ["missing.j2", ".", "no/such.j2", "latin.j2"])
def test_a_template_that_cannot_be_read_is_told(desk: Desk, name: str) -> None:
    """A template that is not there, a folder or not UTF-8 is named, with status 2."""
    (desk.folder / "latin.j2").write_bytes(b"caf\xe9")
    ran = desk.call("report", "--template", name)
    assert ran.status == 2
    assert len([line for line in ran.stderr.splitlines() if not line.startswith("note:")]) == 2


def test_a_template_is_the_format(desk: Desk) -> None:
    """--template with a format is refused; the ending of -o does not matter with it."""
    assert desk.call("report", "--template", EXAMPLE, "--json").status == 2
    assert desk.call("report", "--template", EXAMPLE, "-o", "letter.whatever").status == 0


# Progress


def test_progress_is_for_a_terminal_and_for_long_work(desk: Desk) -> None:
    """Long work tells a person how far it is; short work tells nothing, nor does any to a pipe or a dumb terminal."""
    code = (
        "import sys, time; from spacedialog.cli import progress as p; p.DELAY = float(sys.argv[1])\n"
        "with p.progress('reading', 'commitments') as watch:\n"
        "    for item in watch(list(range(50))): time.monotonic() and sum(range(200000))\n"
        "print('done')"
    )
    for patience, term, shown in (("0", "xterm", True), ("60", "xterm", False), ("0", "dumb", False)):
        with terminal(
            [sys.executable, "-c", code, patience],
            columns=80,
            lines=20,
            env={**desk.environment, "TERM": term},
            folder=desk.folder,
        ) as session:
            assert ("of 50 commitments" in session.rest()) is shown
    assert desk.python("-c", code, "0").stderr == ""
