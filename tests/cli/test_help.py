"""Tests of the help: the root help, the help of each command, and what near misses are answered with."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import sys
from pathlib import Path

import pytest
from docx import Document

from spacedialog.cli.app import COMMANDS, GROUPS
from tests.support import drafted
from tests.support.program import Desk

TRANSCRIPT = """\
Usage: spacedialog COMMAND [ARGUMENTS] [OPTIONS]

Track the commitments that governments make to each other.

Examples:
  spacedialog                      show the overview
  spacedialog list --status open   list the commitments that are still open
  spacedialog show ROK4-31         show one commitment in full

View:
  overview       Show progress and upcoming dates (the default command)
  list           List commitments, all or filtered
  show           Show one commitment or one dialogue in full
  todo           List what needs attention, most urgent first
  upcoming       List due dates and milestones, overdue ones first
  search         Find commitments and dialogues by words in their text
  history        List the entries of the log, or of one commitment or dialogue
  slips          List the dates that were moved, and by how much
  areas          List the areas of cooperation with progress and next dates
  dialogues      List the dialogues with their dates and progress
  parties        List the parties with their roles and successions
  compare        Compare the commitments of two dialogues

Record:
  mark           Record the status of a commitment or a milestone
  check          Record that you checked and found nothing new
  note           Record a note on a commitment, milestone or dialogue
  reschedule     Change a due date; the history keeps the old one
  add            Add a commitment, or a milestone of one
  edit           Correct a commitment's title, lead, area or other fields
  undo           Undo the latest action, or the one named
  link           Record that a commitment carries on an earlier one
  unlink         Record that a commitment does not carry on an earlier one
  party          Add a party, or correct one
  area           Add an area
  apply          Record many updates from a file
  import         Import a dialogue from a data file, or an exported log

Report:
  brief          Summarize what changed since a date and what comes next
  report         Write a report on all commitments or a selection
  site           Write a static site with a page for each commitment
  cite           Cite commitments with their status on a day
  templates      List or show the templates of reports

Draft from a statement:
  draft          Draft a data file from a joint statement or an article
  review         Review the candidates of a draft one by one
  verify-source  Compare cited sentences with a copy of their document

Assess:
  assess         Record an assessor's verdict on a commitment
  agreement      Measure the agreement of assessors
  crosswalk      Convert statuses to a published rating scale

Share:
  sync           Exchange entries with the team's shared log
  conflicts      List the conflicting entries of team members
  team           Create, join or leave a shared log
  export         Export the whole log

Maintain:
  backup         Copy the database to a file
  restore        Restore the database from a verified backup
  doctor         Check the database for damage
  fingerprint    Print a fingerprint of the whole log
  restamp        Correct entries that were recorded with a future time
  config         Show the settings in use, or change one
  paths          Print the paths of the database and the built-in record
  completion     Print a shell completion script
  schema         Print the JSON Schema of the files that import accepts

Options:
  -V, --version  Print the version.
  -h, --help     Show this help.

'spacedialog help COMMAND' shows the examples and the options of a command.
"""
"""The root help at 80 columns."""

HELPS = ["", *COMMANDS, *(f"{name} {part}" for name, listed in COMMANDS.items() for part in listed.subcommands)]


class Narrow(Desk):
    """A desk with a terminal of 80 columns."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment, with the width."""
        return {**super().environment, "COLUMNS": "80"}


def examples(text: str) -> list[str]:
    """Return the lines of a help text under the heading Examples."""
    return [line.strip() for line in text.partition("\nExamples:\n")[2].partition("\n\n")[0].splitlines()]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Narrow(tmp_path_factory.mktemp("helps"))
    assert desk.call("mark", "33", "complete").status == 0
    return desk


@pytest.fixture(scope="module")
def helps(narrow: Desk) -> dict[str, str]:
    said = {}
    for name in HELPS:
        ran = narrow.call(*name.split(), "--help")
        assert (ran.status, ran.stderr) == (0, ""), name
        said[name] = ran.stdout
    return said


def test_root_help(helps: dict[str, str]) -> None:
    """The root help has a purpose, three examples, and every command in a group with its whole description."""
    assert helps[""] == TRANSCRIPT
    listed = re.findall(r"^  ([a-z][a-z-]+) +([A-Z].*)$", helps[""], re.MULTILINE)
    assert listed == [(name, command.summary) for name, command in COMMANDS.items()]
    assert re.findall(r"^([A-Z][a-z ]+):$", helps[""], re.MULTILINE) == ["Examples", *GROUPS, "Options"]


def test_every_help_has_the_same_layout(helps: dict[str, str]) -> None:
    """A help has the usage, one sentence, one to three examples, then the rest, in lines of at most 80 columns."""
    for name, text in helps.items():
        usage, summary, shown, *_ = text.split("\n\n")
        assert usage.startswith(f"Usage: {' '.join(['spacedialog', *name.split()])}"), name
        assert re.fullmatch(r"[A-Z][^\n]*\.", summary), name
        assert shown.startswith("Examples:\n"), name
        assert 1 <= len(examples(text)) <= 3, name
        assert all("spacedialog" in line for line in examples(text)), name
        assert max(map(len, text.splitlines())) <= 80, name
        assert not re.search(r"\.\.\.|\[\d+<=|<=x|[|<>{}]table", text), name


def test_options_are_grouped_under_headings(helps: dict[str, str]) -> None:
    """The options of a command come first, then those of all reads or writes, then those of most commands."""
    headings = {name: re.findall(r"^([A-Z][a-z]+ ?[a-z]*):$", text, re.MULTILINE) for name, text in helps.items()}
    assert headings["list"] == ["Examples", "Options", "View options", "General options"]
    assert headings["mark"] == ["Examples", "Arguments", "Options", "Entry options", "General options"]
    assert headings["team"] == ["Examples", "Commands", "Options"]
    for name, text in helps.items():
        assert text.rstrip().splitlines()[-1].startswith("  -h, --help") or not name


def test_help_shows_values_without_limits(helps: dict[str, str]) -> None:
    """An option is shown with the name of its value, its help and its default, and the formats are listed once."""
    assert re.search(r"^  --limit N +Show at most N commitments\.$", helps["list"], re.MULTILINE)
    assert re.search(r"^  -f, --format FORMAT +Write table", helps["list"], re.MULTILINE)
    assert helps["list"].count("xlsx") == 1
    assert "[default: ref]" in " ".join(helps["list"].split())
    assert "[required]" in helps["assess"]


@pytest.mark.parametrize(
    ("call", "same"),
    [
        ("help", ""),
        ("help help", ""),
        ("help --", ""),
        ("-h", ""),
        ("help list", "list"),
        ("list -h", "list"),
        ("help team join", "team join"),
    ],
)
def test_help_is_also_a_command(narrow: Desk, helps: dict[str, str], call: str, same: str) -> None:
    """`help`, `help COMMAND` and `-h` show the same as --help."""
    ran = narrow.call(*call.split())
    assert (ran.status, ran.stdout) == (0, helps[same])


def test_version(narrow: Desk) -> None:
    """`-V` and `--version` print the version."""
    assert narrow.call("-V") == narrow.call("--version")
    assert re.fullmatch(r"spacedialog \d+\.\d+\.\d+\n", narrow.call("-V").stdout)


def test_help_of_the_installed_program(tmp_path: Path) -> None:
    """Help goes to standard output with status 0, and needs no store."""
    ran = Desk(tmp_path).run("list", "--help")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Usage: spacedialog list")


def test_root_help_imports_no_command(tmp_path: Path) -> None:
    """The root help imports no command and no store."""
    script = "import sys; from spacedialog.cli.main import run; run(['--help']); print(*sys.modules)"
    ran = Desk(tmp_path).python("-c", script)
    assert not re.search(r"spacedialog\.(cli\.commands|store|tracker|render)", ran.stdout.splitlines()[-1])


# Near misses

NEAR_MISSES = [
    ("lst", 2, "did you mean list?"),
    ("ls", 2, "did you mean list?"),
    ("next", 2, "did you mean upcoming?"),
    ("due", 2, "did you mean upcoming?"),
    ("log", 2, "did you mean history?"),
    ("diff", 2, "did you mean compare?"),
    ("status", 2, "did you mean overview?"),
    ("grep", 2, "did you mean search?"),
    ("move", 2, "did you mean reschedule?"),
    ("revert", 2, "did you mean undo?"),
    ("done 31", 2, "did you mean mark REF complete?"),
    ("rm 31", 2, "nothing is deleted; use 'spacedialog mark REF withdrawn', or 'spacedialog undo'"),
    ("init", 2, "there is nothing to set up; start with 'spacedialog list'"),
    ("team jion", 2, "did you mean join?"),
    ("config list", 2, "write spacedialog config, without a command, or one of get, set, unset, path"),
    ("help lst", 2, "did you mean list?"),
    ("ROK4-31", 2, "did you mean show ROK4-31?"),
    ("31", 2, "did you mean show 31?"),
    ("3-07", 2, "did you mean show 3-07?"),
    ("search KPS -n 3", 2, "did you mean --limit?"),
    ("list -L 3", 2, "did you mean --limit?"),
    ("25.1", 2, "did you mean show 25.1?"),
    ("list --stauts open", 2, "did you mean --status?"),
    ("list -n 5", 2, "did you mean --limit?"),
    ("mark 31 complete -m x", 2, "did you mean --note?"),
    ("edit 31 --due 2027", 2, "use reschedule: spacedialog reschedule REF DATE"),
    ("edit 31 --status complete", 2, "use mark: spacedialog mark REF STATUS"),
    ("mark 31 --status complete", 2, "write the status after the ref"),
    ("mark 31 in progress", 2, "put a text with spaces in quotation marks"),
    ("mark 31", 2, "write spacedialog mark [OPTIONS] REF… STATUS"),
    ("note 31 Raised again", 2, "put a text with spaces in quotation marks"),
    ("list --since monday", 2, "did you mean --changed-since?"),
    ("history --from 2026", 2, "did you mean --since?"),
    ("list --area", 2, "write the value after the option"),
    ("list --json=1", 2, "write --json alone"),
    ("note 31 --note seen", 2, "write the note after the ref: spacedialog note REF TEXT"),
    ("mark 31 done", 2, "did you mean complete?"),
    ("mark 31 ongoing", 2, "did you mean in-progress?"),
    ("mark 31 blocked", 2, "did you mean stalled?"),
    ("mark 31 cancelled", 2, "did you mean withdrawn?"),
    ("mark 31 todo", 2, "did you mean not-started?"),
    ("mark 31 complet", 2, "did you mean complete?"),
    ("mark 25.1 done", 2, "did you mean met?"),
    ("list --status done", 2, "did you mean complete?"),
    ("list --area explortion", 2, "did you mean exploration?"),
    ("list --party KAS", 2, "did you mean KASI?"),
    ("list --dialogue ROK5", 2, "did you mean ROK4?"),
    ("list --strength frim", 2, "did you mean firm?"),
    ("list --sort statsu", 2, "did you mean status?"),
    ("list -f excel", 2, "did you mean xlsx?"),
    ("list --format jsn", 2, "did you mean json?"),
    ("list --color off", 2, "did you mean never?"),
    ("completion bsh", 2, "did you mean bash?"),
    ("show ROK4-99", 3, "did you mean ROK4-42?"),
    ("show ROK4-99999", 3, "did you mean ROK4-42?"),
    ("show RKO4-31", 3, "did you mean ROK4-31?"),
    ("show ROK3-31", 3, "did you mean ROK4-31?"),
    ("show ROK9", 3, "did you mean ROK4?"),
]


@pytest.mark.parametrize(("call", "status", "remedy"), NEAR_MISSES, ids=[case[0] for case in NEAR_MISSES])
def test_a_near_miss_gets_a_suggestion(narrow: Desk, call: str, status: int, remedy: str) -> None:
    """A near miss of a command, an option, a value or a ref is answered with the one that was probably meant."""
    ran = narrow.call(*call.split())
    assert (ran.status, ran.stdout) == (status, "")
    assert ran.stderr.splitlines()[-1].startswith(f"  {remedy}")


# Examples


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has everything the examples name: files of updates and records, an action to undo, ROK4-43."""
    desk = Desk(tmp_path_factory.mktemp("scratch"))
    desk.call("add", "Share orbit data", "--area", "exploration", "--lead", "KASA", "--source", "ST1")
    desk.call("mark", "33", "complete")
    desk.call("export", "-o", "backup.json")
    desk.call("backup", "old.db")
    (desk.folder / "updates.csv").write_text("ref,status\n33,stalled\n")
    record = json.loads((Path(__file__).parents[2] / "data" / "dialogue_2025.json").read_text("utf-8"))
    # The last updates are of days after the day of the tests.
    (desk.folder / "my_dialogue.json").write_text(json.dumps({**record, "updates": []}), "utf-8")
    (desk.folder / "my_draft.json").write_text(drafted.text_of(drafted.document()))
    (desk.folder / "statement.txt").write_text(drafted.TEXT)
    texts = Path(__file__).parents[1] / "drafting" / "statements"
    (desk.folder / "statement.html").write_text(
        "<article><h1>Joint Statement of Japan and Australia</h1><p>Cairns, 21 May 2026</p>"
        "<p>Both sides will map the reef.</p></article>"
    )
    (desk.folder / "note.txt").write_bytes((texts / "uk_canada_media_note.txt").read_bytes())
    (desk.folder / "letter.md.j2").write_text("As of {{ report.as_of }}.\n")
    Document().save(str(desk.folder / "ministry.docx"))
    (desk.home / ".config" / "fish" / "completions").mkdir(parents=True)
    program = desk.folder / "my-script"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        "for row in json.load(sys.stdin)['data']: print(json.dumps({'ref': row['ref'], 'note': 'seen'}))\n"
    )
    program.chmod(0o755)
    return desk


def test_every_example_runs(scratch: Desk, helps: dict[str, str]) -> None:
    """Each example of each help text runs in a shell with status 0."""
    lines = [re.split(r" {3,}", line)[0] for name in ["", *COMMANDS] for line in examples(helps[name])]
    assert len(lines) > 2 * len(COMMANDS)
    # tests/team runs the commands that need a server, tests/drafting those that ask questions.
    lines = [line for line in lines if not re.match("spacedialog (team|sync|review [^ ]+$)", line)]
    plain = [line for line in lines if not re.search(r"[|<>$`]", line)]
    piped = [line for line in dict.fromkeys(lines) if line not in plain and not line.startswith("sqlite3")]
    failed = []
    for line in dict.fromkeys(plain):
        ran = scratch.call(*words(line))
        if ran.status:
            failed.append((line, ran.stderr))
    for line in piped:
        done = scratch.shell(f'PATH="$PATH:{scratch.folder}"; {line}')
        if done.status:
            failed.append((line, done.stderr))
    assert failed == []
    assert len(piped) >= 4


def words(line: str) -> list[str]:
    """Return the arguments of a command line as a shell splits them."""
    program, *arguments = shlex.split(line)
    assert program == "spacedialog"
    return arguments


def test_example_with_sqlite_opens_the_store(scratch: Desk, helps: dict[str, str]) -> None:
    """The sqlite3 command in the help of `paths` opens the store read-only."""
    (line,) = [line for line in examples(helps["paths"]) if line.startswith("sqlite3")]
    ran = scratch.shell("echo " + line.removeprefix("sqlite3 ").removesuffix(" .schema"))
    connection = sqlite3.connect(ran.stdout.strip(), uri=True)
    assert connection.execute("SELECT count(*) FROM change").fetchone() > (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TABLE x (a)")
    connection.close()
