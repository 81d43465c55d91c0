"""Tests of what scripts need: --quiet, and a read-only record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spacedialog
from spacedialog.cli.app import COMMANDS
from spacedialog.errors import InputError
from tests.support.program import Desk, Ran

SOURCE = Path(spacedialog.__file__).parent

READ_ONLY = {"SPACEDIALOG_READONLY": "1"}

WRITES = [
    "mark 31 complete",
    "check 31",
    "note 31 Hello",
    "reschedule 31 2028",
    "add Orbit --area exploration --source ST1",
    "edit 31 --title Orbit",
    "undo",
    "undo --redo",
    "link ROK3-12 ROK4-33",
    "unlink ROK3-04 ROK4-38",
    "assess 31 --verdict fulfilled",
    "apply -",
    "import -",
    "sync",
    "team create postgresql://db.example.org/space rok4",
    "team join postgresql://db.example.org/space rok4",
    "team leave",
    "restamp",
    "restore copy.db",
    "restore copy.db --replace",
    "brief --checkpoint weekly",
    "config set author Zenda",
    "config unset author",
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store and a backup."""
    desk = Desk(tmp_path_factory.mktemp("template"))
    desk.call("note", "31", "Before.")
    desk.call("backup", "copy.db")
    return desk


@pytest.fixture
def kept(template: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of the template, for which SPACEDIALOG_READONLY is then set."""
    desk = template.copied(tmp_path)
    variables = {**desk.environment, **READ_ONLY}
    monkeypatch.setattr(Desk, "environment", variables)
    return desk


def everything(desk: Desk) -> dict[str, bytes]:
    """Return every file below the desk's folder with its bytes."""
    return {str(path): path.read_bytes() for path in sorted(desk.folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("call", WRITES)
def test_a_read_only_record_refuses_every_write(kept: Desk, call: str) -> None:
    """With SPACEDIALOG_READONLY a write ends with status 2, and no file is changed or created."""
    before = everything(kept)
    ran = kept.call(*call.split(), stdin='{"ref": "31", "status": "complete"}')
    assert (ran.status, ran.stdout) == (2, "")
    assert "read-only, because SPACEDIALOG_READONLY is set" in ran.stderr
    assert everything(kept) == before


def test_the_list_of_writes_is_complete() -> None:
    """Every command of the groups that write is in the list above."""
    tested = {call.split()[0] for call in WRITES}
    assert {name for name, listed in COMMANDS.items() if listed.module in ("write", "importing")} <= tested


@pytest.mark.parametrize(
    "call", ["list", "brief", "history", "fingerprint", "doctor", "export", "config", "team sql", "paths"]
)
def test_a_read_only_record_can_be_read(kept: Desk, call: str) -> None:
    """Reads work on a read-only record, also in a folder that the user may not write to."""
    assert kept.call(*call.split()).status == 0


def test_a_read_only_record_in_a_read_only_folder(kept: Desk) -> None:
    """The record is read from a folder without write permission."""
    kept.db.chmod(0o400)
    kept.db.parent.chmod(0o500)
    try:
        assert kept.run_unprivileged("list", "--limit", "1").status == 0
    finally:
        kept.db.parent.chmod(0o700)


def test_other_files_are_written_from_a_read_only_record(kept: Desk) -> None:
    """A backup, an export and a report are files of their own, and are written."""
    before = kept.files()
    assert kept.call("backup", "second.db").status == 0
    assert kept.call("export", "-o", "log.json").status == 0
    assert kept.call("report", "-o", "report.html").status == 0
    assert kept.files() == before


def test_a_dry_run_needs_no_write(kept: Desk) -> None:
    """A dry run shows the result for a read-only record, and changes no file."""
    before = everything(kept)
    ran = kept.call("mark", "31", "complete", "--dry-run")
    assert (ran.status, "would mark ROK4-31" in ran.stdout) == (0, True)
    assert kept.call("undo", "--dry-run").status == 0
    assert everything(kept) == before


def test_python_refuses_to_write_to_a_read_only_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPACEDIALOG_READONLY applies to `spacedialog.open` too."""
    monkeypatch.setenv("SPACEDIALOG_READONLY", "yes")
    with pytest.raises(InputError, match="read-only"):
        spacedialog.open(tmp_path / "tracker.db").mark("31", "complete")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("value", "status"),
    [("1", 2), ("true", 2), ("Yes", 2), ("on", 2), ("0", 0), ("false", 0), ("no", 0), ("off", 0), ("", 0)],
)
def test_the_switch_is_a_yes_or_a_no(tmp_path: Path, value: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual words for yes and no are accepted, in any case."""
    monkeypatch.setattr(Desk, "environment", {**Desk(tmp_path).environment, "SPACEDIALOG_READONLY": value})
    assert Desk(tmp_path).call("note", "31", "Hello").status == status


def test_an_unclear_switch_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is neither yes nor no is refused, so that a misspelt one does not permit writing."""
    monkeypatch.setattr(Desk, "environment", {**Desk(tmp_path).environment, "SPACEDIALOG_READONLY": "ture"})
    error = "spacedialog: SPACEDIALOG_READONLY: 'ture' is neither yes nor no\n  set it to 1 or 0, or unset it\n"
    assert Desk(tmp_path).call("list") == Ran(2, "", error)


@pytest.mark.parametrize(
    "call",
    [
        "list --as-of 1990-01-01",
        "list --text unheardof",
        "search unheardof",
        "compare ROK3 ROK4",
        "agreement",
        "list -f table",
        "todo -f table",
        "upcoming -f table",
        "areas -f md",
        "brief --checkpoint weekly",
        "doctor",
    ],
)
def test_quiet_reads_print_only_data(desk: Desk, call: str) -> None:
    """With --quiet a read prints the same data, no note on standard error, and no line below a table."""
    loud = desk.call(*call.split())
    assert loud.stderr or "checked" in loud.stdout
    for option in ("--quiet", "-q"):
        quiet = desk.call(*call.split(), option)
        assert quiet.stderr == ""
        assert quiet.status == loud.status
        assert "coverage" not in quiet.stdout
        assert not re.search(r"\d+ of \d+ checked", quiet.stdout)
        assert set(quiet.stdout.splitlines()) <= set(loud.stdout.splitlines())


def test_a_quiet_empty_table_is_empty(desk: Desk) -> None:
    """With --quiet a table without rows prints nothing."""
    assert desk.call("list", "--text", "unheardof", "-f", "table", "-q") == Ran(0, "", "")


def test_a_quiet_table_does_not_name_its_hidden_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --quiet a narrow table has its rows only, without the line on the hidden columns."""
    monkeypatch.setattr(Desk, "environment", {**desk.environment, "COLUMNS": "60"})
    assert "are hidden" in desk.call("list", "-f", "table").stdout
    assert "hidden" not in desk.call("list", "-f", "table", "-q").stdout


def test_quiet_writes_print_nothing(desk: Desk) -> None:
    """With --quiet a write prints nothing; with --json too, only the JSON."""
    assert desk.call("mark", "31", "complete", "--quiet") == Ran(0, "", "")
    ran = desk.call("mark", "33", "complete", "--quiet", "--json")
    assert (ran.data["ref"], ran.stderr) == ("ROK4-33", "")
    assert desk.call("undo", "-q") == Ran(0, "", "")
    assert desk.call("restamp", "-q") == Ran(0, "", "")
    assert desk.call("backup", "copy.db", "-q") == Ran(0, "", "")
    assert desk.call("restore", "copy.db", "--replace", "-q") == Ran(0, "", "")


def test_quiet_keeps_errors(desk: Desk) -> None:
    """With --quiet an error is still printed, with its remedy."""
    ran = desk.call("mark", "31", "compleet", "-q")
    assert ran.status == 2
    assert "did you mean complete?" in ran.stderr


# A remedy is pasted into a shell, so none may remove a file, an entry or a copy's place in its team.
_DESTRUCTIVE = re.compile(r"\brm\b|\bdelete\b|team leave|find -samefile|reset")


def test_no_remedy_names_a_destructive_command() -> None:
    """The second text of an error, its remedy, names no command that removes something."""
    calls = re.compile(r"Error\(\s*(?:[^()]|\([^()]*\))*\)", re.DOTALL)
    for path in SOURCE.rglob("*.py"):
        for call in calls.findall(path.read_text("utf-8")):
            assert not _DESTRUCTIVE.search(call), (path, call)
