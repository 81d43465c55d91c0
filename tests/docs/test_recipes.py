"""Tests of the instructions in the docs: the weekly cron job, the example data file, all commands on the pages."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from docx import Document

from tests.support.program import PATIENCE, PROGRAM, TODAY, Desk

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def commands_of(page: Path) -> list[str]:
    """Return the commands of a page: those in its shell blocks, and whole ones in its text."""
    text = re.sub(r"\[\[\[cog.*?\]\]\]", "", page.read_text("utf-8"), flags=re.DOTALL)
    block = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
    lines = [line for kind, body in block.findall(text) if kind == "sh" for line in body.splitlines()]
    named = re.findall(r"`(spacedialog(?: [^`]+)?)`", block.sub("", text))
    # A word in capitals is a placeholder, and `spacedialog import` only names the command.
    whole = [line for line in named if not re.search(r" [A-Z]+\b(?!\d|-)", line) and line != "spacedialog import"]
    return [line for line in [*lines, *whole] if line.startswith("spacedialog")]


# The examples of the help are run in tests/cli/test_errors.py, those that need a server in tests/team.
ELSEWHERE = ("commands.md", "team.md")
PAGES = [ROOT / "README.md", *(page for page in sorted(DOCS.glob("*.md")) if page.name not in ELSEWHERE)]
COMMANDS_OF_PAGE = {page: lines for page in PAGES if (lines := commands_of(page))}


class Cron:
    """The account of docs/cron.md, set up by its instructions, with its table run as cron runs it."""

    def __init__(self, desk: Desk) -> None:
        page = (DOCS / "cron.md").read_text("utf-8")
        self.home = desk.home
        setup, job, mail = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
        table = "".join(re.findall(r"^```crontab\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
        environment = {
            "HOME": str(desk.home),
            "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
            "SPACEDIALOG_DB": str(desk.db),
        }
        subprocess.run(["/bin/sh", "-euc", setup], env=environment, cwd=desk.folder, timeout=PATIENCE, check=True)
        self.sent = desk.folder / "sent.eml"
        mail = mail.replace("/usr/sbin/sendmail -t", f"cat > {self.sent}")
        for name, text in (("monday", job), ("mail", mail)):
            script = desk.home / "dialogue" / name
            script.write_text(text, "utf-8")
            script.chmod(0o755)
        self.mail = "dialogue/mail"
        self.brief, self.page, self.feed = (
            # crontab(5): five time fields, then the command, up to the first % without a backslash before it.
            re.split(r"(?<!\\)%", line.split(None, 5)[5])[0].replace(r"\%", "%")
            for line in table.splitlines()
            if re.match(r"[\d*]", line)
        )

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command with /bin/sh in the home folder, with only the day in the environment."""
        return subprocess.run(
            ["env", "-i", f"SPACEDIALOG_TODAY={TODAY}", "/bin/sh", "-c", command],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @property
    def files(self) -> set[str]:
        """Return the files in the folder of the job."""
        names = {path.name for path in (self.home / "dialogue").iterdir()} - {"mail"}
        return {re.sub(r"\d{4}-\d\d-\d\d", "DAY", name) for name in names}


@pytest.fixture
def cron(desk: Desk) -> Cron:
    return Cron(desk)


@pytest.mark.parametrize("page", COMMANDS_OF_PAGE, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(desk: Desk, page: Path) -> None:
    """Every command of a page ends with status 0, given the files that it names."""
    desk.call("mark", "33", "complete")
    desk.call("backup", "copy.db")
    desk.call("mark", "34", "complete")
    desk.call("undo")
    (desk.folder / "updates.csv").write_text("ref,status\n33,stalled\n")
    Document().save(str(desk.folder / "ministry.docx"))
    (desk.folder / "docs").mkdir()
    for example in DOCS.glob("example-*"):
        (desk.folder / "docs" / example.name).write_text(example.read_text("utf-8"), "utf-8")
    for line in COMMANDS_OF_PAGE[page]:
        if re.search(r"[|<>$]", line):
            ran = desk.shell(line)
        else:
            # --timeline needs a terminal.
            run = desk.in_terminal if "--timeline" in line else desk.call
            ran = run(*shlex.split(line)[1:])
        assert ran.status == 0, (line, ran.stderr)


def test_the_weekly_job_reports_news_once(desk: Desk, cron: Cron) -> None:
    """The first run of the job reports nothing, and later ones only new entries."""
    first = cron.run(cron.brief)
    assert (first.returncode, first.stdout) == (0, "")
    again = cron.run(cron.brief)
    assert (again.returncode, again.stdout) == (0, "")
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    later = cron.run(cron.brief)
    assert (later.returncode, later.stderr) == (0, "")
    assert "ROK4-33" in later.stdout
    assert "ROK4-25" not in later.stdout
    assert (cron.home / "dialogue" / "briefs.md").read_text("utf-8") == first.stdout + later.stdout
    assert cron.files == {"spacedialog", "tracker.db", "monday", "briefs.md"}


def test_the_weekly_job_reports_an_error(desk: Desk, cron: Cron) -> None:
    """If the brief fails, the job prints the reason for cron to mail, and leaves no file."""
    desk.db.with_name(f"{desk.db.name}.checkpoint-weekly").write_text("rubbish")
    ran = cron.run(cron.brief)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "not a valid checkpoint" in ran.stderr
    assert cron.files == {"spacedialog", "tracker.db", "monday"}


def test_the_site_is_published(cron: Cron) -> None:
    """The line of docs/publish.md writes the site, also over an earlier one, and prints nothing."""
    (line,) = re.findall(r"^```crontab\n(.*)$", (DOCS / "publish.md").read_text("utf-8"), re.MULTILINE)
    for _ in range(2):
        ran = cron.run(line.split(None, 5)[5])
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert (cron.home / "dialogue" / "www" / "commitments" / "ROK4-31.html").is_file()


def test_the_daily_page_is_written(desk: Desk, cron: Cron) -> None:
    """The second line of the table writes the page of the day, however often it runs, and prints nothing."""
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    for _ in range(2):
        ran = cron.run(cron.page)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert cron.files == {"spacedialog", "tracker.db", "monday", "page-DAY.html"}
    (page,) = (cron.home / "dialogue").glob("page-*.html")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_the_feed_is_written(desk: Desk, cron: Cron) -> None:
    """The line of the feed writes it whole, prints nothing, and gives the same bytes when nothing changed."""
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    written = []
    for _ in range(2):
        ran = cron.run(cron.feed)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
        written.append((cron.home / "dialogue" / "news.atom").read_bytes())
    assert written[0] == written[1]
    assert b"ROK4-33" in written[0]


def test_the_mail_is_sent_once_if_there_is_news(desk: Desk, cron: Cron) -> None:
    """The job sends a message with its recipient, a plain and an HTML part, and nothing without news."""
    cron.run(cron.mail)
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    assert not cron.sent.exists()
    for _ in range(2):
        ran = cron.run(cron.mail)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    message = message_from_bytes(cron.sent.read_bytes(), policy=policy.default)
    assert (message["To"], message.get_content_type()) == ("desk@example.org", "multipart/alternative")
    assert all("ROK4-33" in part.get_content() for part in message.iter_parts())
    assert cron.files == {"spacedialog", "tracker.db", "monday"}


def test_the_example_dialogue_can_be_imported(desk: Desk) -> None:
    """The example file creates a record; imported again as JSON Lines, it adds nothing."""
    ran = desk.call("import", DOCS / "example-dialogue.json", "--without-built-in", "--json")
    assert (ran.status, ran.data["changes"]) == (0, 10)
    listed = {row["ref"]: row for row in desk.call("list", "--json").data}
    assert {ref: (row["status"], row["due"]) for ref, row in listed.items()} == {
        "RUR1-01": ("in-progress", "2027"),
        "RUR1-02": ("unknown", None),
    }
    assert desk.call("import", DOCS / "example-dialogue.jsonl", "--json").data["changes"] == 0


def test_a_corrected_example_changes_only_the_correction(desk: Desk) -> None:
    """A corrected date in the file is corrected on record, and entries of users stay."""
    text = (DOCS / "example-dialogue.json").read_text("utf-8")
    file = desk.folder / "mine.json"
    file.write_text(text, "utf-8")
    desk.call("import", file, "--without-built-in")
    desk.call("mark", "2", "stalled", "--evidence", "https://example.org/2")
    corrected = json.loads(text)
    corrected["commitments"][0]["due"] = "2027-H1"
    file.write_text(json.dumps(corrected), "utf-8")
    assert desk.call("import", file).status == 0
    listed = desk.call("list", "--json").data
    assert [(row["status"], row["due"]) for row in listed] == [("in-progress", "2027-40"), ("stalled", None)]
