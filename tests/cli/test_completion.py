"""Tests of shell completion: the scripts, and what TAB offers."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from spacedialog.model.vocabulary import MilestoneStatus, Status
from tests.support.program import PROGRAM, Desk, terminal

DATA = json.loads((Path(__file__).parents[2] / "data" / "dialogue_2025.json").read_text("utf-8"))
TITLES = {commitment["ref"]: commitment["title"] for commitment in DATA["commitments"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def asked(shell: str, line: str) -> dict[str, str]:
    """Return the environment that the shell's script sets when the user presses TAB at the end of `line`."""
    if shell == "bash":
        typed = shlex.split(line)
        place = len(typed) - (not line.endswith(" "))
        return {"_SPACEDIALOG_COMPLETE": "complete_bash", "COMP_WORDS": line.rstrip(" "), "COMP_CWORD": str(place)}
    variables = {"_SPACEDIALOG_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    return variables | ({"_TYPER_COMPLETE_FISH_ACTION": "get-args"} if shell == "fish" else {})


@pytest.fixture
def noted(stored: Desk, tmp_path: Path) -> Desk:
    """A desk with a store."""
    return stored.copied(tmp_path)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("stored"))
    assert desk.call("note", "ROK4-31", "The store is made.").status == 0
    return desk


def offered(desk: Desk, shell: str, line: str) -> str:
    ran = desk.call(env=asked(shell, f"spacedialog {line}"))
    assert (ran.status, ran.stderr) == (0, ""), ran.stderr
    return ran.stdout


def choices(desk: Desk, line: str) -> dict[str, str]:
    """Return what fish is offered, each with its help."""
    pairs = (entry.partition("\t") for entry in offered(desk, "fish", line).splitlines() if entry)
    return {value: text for value, _, text in pairs}


@pytest.mark.parametrize("line", ["mark ", "show RO", "history "])
def test_refs_are_offered_with_their_titles(desk: Desk, line: str) -> None:
    """All commitments are offered for a ref, with their titles as help."""
    offers = {ref: text.replace("\u2019", "'") for ref, text in choices(desk, line).items() if ref in TITLES}
    assert offers == {ref: title.replace(":", " ") for ref, title in TITLES.items()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("line", ["show ROK4-3", "list --area "])
def test_the_installed_program_offers_the_same(desk: Desk, shell: str, line: str) -> None:
    """The installed program offers what the other tests get from a call in their own process."""
    ran = desk.run(env=asked(shell, f"spacedialog {line}"))
    assert (ran.status, ran.stdout, ran.stderr) == (0, offered(desk, shell, line), "")


def test_refs_in_bash_and_zsh(desk: Desk) -> None:
    """bash gets one ref a line, and zsh gets refs with titles."""
    assert offered(desk, "bash", "show ROK4-3").splitlines()[:2] == ["ROK4-30", "ROK4-31"]
    assert set(offered(desk, "bash", "mark ").splitlines()) >= set(TITLES)
    assert '"ROK4-04":"Conclude the NASA-KASA study agreement' in offered(desk, "zsh", "show ROK4-04")


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("show rok4-31", ["rok4-31"]),
        ("show 31", ["31"]),
        ("show 7", ["7"]),
        ("list --lead kas", ["kasA", "kasI"]),
        ("list --area EXP", ["EXPloration"]),
        ("list --status op", ["open"]),
        ("list --sort up", ["updated"]),
        ("list --side r", ["rOK"]),
    ],
)
def test_case_and_short_forms_complete(desk: Desk, line: str, some: list[str]) -> None:
    """Refs and names complete from another case and from the number alone."""
    assert [value for value in choices(desk, line) if "." not in value] == some


@pytest.mark.parametrize(
    ("line", "exactly"),
    [
        ("mark ROK4-31 ", [word.value for word in Status]),
        ("mark ROK4-25.1 ", [word.value for word in MilestoneStatus]),
        ("show ROK4-25.", ["ROK4-25.1", "ROK4-25.2"]),
        ("mark ROK4-31 in", ["in-progress"]),
        ("mark ROK4-31 ROK4-33 st", ["stalled"]),
        ("mark ROK4-31 ROK4-42", ["ROK4-42"]),
        ("note ROK4-31 ROK4-42", ["ROK4-42"]),
        ("edit 31 --clear o", ["owner"]),
        ("list --area ", [area["key"] for area in DATA["areas"]]),
        ("list --area e", ["exploration", "earth-observation"]),
        ("lis", ["list"]),
        ("re", ["reschedule", "report", "review", "restore", "restamp"]),
        ("completion z", ["zsh"]),
        ("list --format j", ["json", "jsonl"]),
        ("history --kind c", ["create", "check"]),
        ("list --was st", ["stalled"]),
        ("list --lead jo", ["joint"]),
        ("edit 31 --lead jo", ["joint"]),
    ],
)
def test_matching_words_are_offered(desk: Desk, line: str, exactly: list[str]) -> None:
    """Statuses, areas, commands and choices that begin with the typed text are offered."""
    assert list(choices(desk, line)) == exactly
    if line == "list --area ":
        assert offered(desk, "bash", line).splitlines() == exactly


def test_dialogues_are_offered_with_refs(desk: Desk) -> None:
    """A command that takes a dialogue offers the keys of dialogues first; a number alone offers refs only."""
    assert list(choices(desk, "note rok"))[:4] == ["rok4", "rok3", "rok2", "rok2-01"]
    assert list(choices(desk, "history 31")) == ["31"]
    assert choices(desk, "show 12")["12"] == choices(desk, "show ROK4-12")["ROK4-12"]


def test_options_are_offered_with_their_help(desk: Desk) -> None:
    """After a dash, the command's options are offered with their help."""
    found = choices(desk, "mark ROK4-31 complete --")
    assert {"--percent", "--note", "--evidence", "--on", "--by", "--dry-run", "--json", "--db"} <= set(found)
    assert all(found.values())
    assert "--evidence" in choices(desk, "mark ROK4-31 complete --evidence 'Cable 12' --")


def test_completion_creates_no_store(desk: Desk) -> None:
    """Completion creates no store; from an unreadable store it offers nothing, and prints no message."""
    broken = desk.folder / "broken.db"
    broken.write_text("no store")
    assert choices(desk, "mark ")
    assert list(desk.db.parent.iterdir()) == []
    assert choices(desk, f"show --db {broken} ") == {}


def test_refs_of_the_named_store_are_offered(desk: Desk) -> None:
    """Refs come from the store that --db names."""
    db = desk.folder / "named.db"
    desk.call("add", "One more", "--area", "pnt", "--source", "ST1", "--db", db)
    assert choices(desk, f"show --db {db} ROK4-43") == {"ROK4-43": "One more"}
    assert choices(desk, "show ROK4-43") == {}


# Titles come from other people, and a shell evaluates what it receives.

HOSTILE = [
    "[/bold] x",
    "see [the] annex",
    ":smile: x",
    "a: b",
    "it's",
    '"; touch pwned; "',
    "\x1b[31mred",
    "two\tlines",
]
COMMANDS = [
    "$(touch pwned)",
    "`touch pwned`",
    "\\$(touch pwned)",
    "\\`touch pwned\\`",
    '\\"; touch pwned; \\"',
    "'; touch pwned; '",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_are_offered_as_plain_text(noted: Desk, title: str) -> None:
    """A title with markup, quotes or control characters is offered as plain text on one line in every shell."""
    noted.call("add", title, "--area", "pnt", "--source", "ST1")
    shown = choices(noted, "show ROK4-43")
    assert not set(shown["ROK4-43"]) & set("[]\"'`$\\:;&|<>\x1b\n")
    assert re.findall(r"\w+", shown["ROK4-43"]) == re.findall(r"\w+", title.replace("\x1b", "x1b"))
    assert "ROK4-43" in offered(noted, "zsh", "show ROK4-43")


@pytest.mark.parametrize("title", COMMANDS)
def test_titles_are_never_commands(noted: Desk, title: str) -> None:
    """No title is executed by the shell, even one that evaluates its list twice, as zsh does."""
    noted.call("add", title, "--area", "pnt", "--source", "ST1")
    said = offered(noted, "zsh", "show ROK4-43")
    twice = '_arguments() { local a=${1#"*: :(("}; eval "ws=( ${a%"))"} )"; printf "%s\\n" "${ws[@]}"; }; eval "$SAID"'
    done = subprocess.run(
        ["bash", "--norc", "-c", twice],
        env={"PATH": "/usr/bin:/bin", "SAID": said},
        cwd=noted.folder,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert b"ROK4-43" in done.stdout
    assert not (noted.folder / "pwned").exists()


@pytest.mark.parametrize("columns", ["40", "9" * 5000])
@pytest.mark.parametrize("shell", ["fish", "zsh"])
def test_each_candidate_is_on_one_line(noted: Desk, shell: str, columns: str) -> None:
    """Whatever the width of the terminal and the length of a title, each candidate is on one line."""
    for length in (*range(36, 72, 6), 3000):
        noted.call("add", f"{'x ' * length}--db /home/victim/.ssh/id", "--area", "pnt", "--source", "ST1")
    for line in ("show ROK4-4", "list --"):
        ran = noted.run(env={**asked(shell, f"spacedialog {line}"), "COLUMNS": columns})
        assert (ran.status, ran.stderr) == (0, "")
        start = "ROK4-4" if line.startswith("show") else "--"
        marks = re.compile(rf"(?:_arguments '\*: :\(\()?\"?{start}\S*(?:\t|\":\"|\"$)")
        assert all(marks.match(offer) for offer in ran.stdout.splitlines()), ran.stdout


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"COMP_WORDS": "spacedialog show"},
        {"COMP_CWORD": "1"},
        {"COMP_WORDS": "spacedialog show 3", "COMP_CWORD": "x"},
        {"COMP_WORDS": "spacedialog 'show", "COMP_CWORD": "9" * 5000},
    ],
    ids=["nothing", "no place", "no words", "place that is no number", "endless number"],
)
def test_an_incomplete_request_is_no_error(desk: Desk, variables: dict[str, str]) -> None:
    """A request of bash that lacks its variables, or has invalid ones, is answered without an error."""
    ran = desk.run(env={"_SPACEDIALOG_COMPLETE": "complete_bash", **variables})
    assert (ran.status, ran.stderr) == (0, "")


# Scripts


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_sets_the_variables_of_these_tests(desk: Desk, shell: str) -> None:
    """The printed script names the program and sets the variables that these tests set."""
    script = desk.run("completion", shell).stdout
    names = {name for name in asked(shell, "x") if name != "COMP_WORDS"}
    assert all(name in script for name in names)
    assert f"complete_{shell}" in script
    assert re.search(r"\bspacedialog\b", script)


def test_bash_can_read_the_script(desk: Desk) -> None:
    """bash can read its script, which registers the completion."""
    ran = desk.shell(
        'script=$(spacedialog completion bash); bash -n <<< "$script" && eval "$script" && complete -p spacedialog'
    )
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.rstrip().endswith("spacedialog")


def test_tab_in_a_real_bash(desk: Desk) -> None:
    """In an interactive bash, TAB completes a ref and then a status."""
    environment = {**desk.environment, "TERM": "dumb", "PS1": "ready> ", "INPUTRC": "/dev/null"}
    environment["PATH"] = f"{PROGRAM.parent}:/usr/bin:/bin"
    with terminal(
        ["bash", "--norc", "--noprofile", "-i"], columns=200, lines=50, env=environment, folder=desk.folder
    ) as session:
        session.until("ready> ")
        session.type('eval "$(spacedialog completion bash)"; echo do""ne\n')
        session.until("done")
        session.until("ready> ")
        session.type('echo spacedialog; spacedialog mark ROK4-31 with\t--dry-run --json | cut -c 1-30 ; echo e""nd\n')
        shown = session.until("end")
        assert "with\a" not in shown
        assert "withdrawn --dry-run" in shown
        session.type("exit\n")
        session.rest()
