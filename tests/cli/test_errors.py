"""Tests of errors: exit status, message, remedy, and nothing changed."""

from __future__ import annotations

import io
import re
import sqlite3
from pathlib import Path

import pytest

from tests.support.program import TODAY, Desk


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a store and invalid files, which no test changes."""
    desk = Desk(tmp_path_factory.mktemp("kept"))
    assert desk.call("mark", "33", "in-progress").status == 0
    files = {
        "text.db": "this is no store\n" * 100,
        "broken.json": '{"dialogue": ',
        "list.json": "[]",
        "other.json": '{"dialogue": {"key": "X1"}, "commitments": [{"ref": "X1-01", "due": "2025-13"}]}',
        "cells.csv": "ref,status\n31,complete,more\n",
        "quote.csv": 'ref,note\n31,"never closed\n',
        "field.csv": "ref,stauts\n31,complete\n",
        "updates.jsonl": '{"ref": "31", "status": "done"}\n{"status": "complete"}\n[1]\n',
    }
    for name, text in files.items():
        (desk.folder / name).write_text(text)
    (desk.folder / "latin.csv").write_bytes("ref,note\n31,caf\u00e9\n".encode("latin-1"))
    (desk.folder / "other.db").write_bytes(b"")
    other = sqlite3.connect(desk.folder / "other.db")
    other.execute("CREATE TABLE t (a)")
    other.commit()
    other.close()
    newer = sqlite3.connect(desk.folder / "newer.db")
    newer.execute(f"PRAGMA application_id = {int.from_bytes(b'SPDC', 'big')}")
    newer.execute("PRAGMA user_version = 999")
    newer.execute("CREATE TABLE t (a)")
    newer.commit()
    newer.close()
    return desk


def everything(desk: Desk) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(desk.folder.rglob("*")) if path.is_file()}


CASES: list[tuple[str, int, str, str]] = [
    # Calls
    ("lst", 2, "'lst'", "did you mean list"),
    ("frobnicate", 2, "'frobnicate'", "spacedialog help"),
    ("list --stauts open", 2, "list: .*--stauts", "did you mean --status.*list --help"),
    ("list extra", 2, "list: .*extra", "list --help"),
    ("show", 2, "show: .*REF", "show --help"),
    ("mark 31", 2, "mark: .*STATUS", "mark --help"),
    ("note 31 33", 2, "TEXT is missing: the last argument, 33, is the ref ROK4-33", "quotation marks"),
    (
        "edit 31 --clear title",
        2,
        "--clear: 'title' is not a field that can be cleared",
        "write one of lead, partner, due",
    ),
    ("edit 31 --clear onwer", 2, "--clear: 'onwer' is not a field that can be cleared", "did you mean owner"),
    ("edit 31 --clear owner --owner Kim", 2, "--clear owner and a value for it", "leave one of them out"),
    ("list --limit some", 2, "--limit.*some", "whole number, 0 or more"),
    ("list --limit -1", 2, "--limit.*-1", "whole number, 0 or more"),
    ("list -f pdf", 2, "--format.*pdf", "table"),
    ("list --color blue", 2, "--color.*blue", "always"),
    ("completion tcsh", 2, "SHELL: 'tcsh'", "bash"),
    ("upcoming --within 1y --until 2027", 2, "--within and --until", "leave one"),
    # Names that are not in the record
    ("list --area nowhere", 2, "there is no area 'nowhere'", "exploration"),
    ("list --party Nobody", 2, "there is no party 'Nobody'", "KASI"),
    ("list --side XX", 2, "there is no side 'XX'", "ROK"),
    ("list --lead Nobody", 2, "'Nobody'", "KASI"),
    ("list --kind wish", 2, "there is no kind 'wish'", "action-item"),
    ("list --dialogue ROK9", 2, "there is no dialogue 'ROK9'", "ROK4"),
    ("list --status done", 2, "there is no status 'done'", "complete"),
    ("list --strength hard", 2, "there is no strength 'hard'", "exploratory"),
    ("list --sort size", 2, "--sort: 'size'", "updated"),
    ("mark 31 done", 2, "status: 'done'", "complete"),
    ("list --status doen", 2, "status 'doen'", "did you mean complete?"),
    *(
        (command, 2, "ROK4 is a dialogue, not a commitment", "one of its commitments.*list --dialogue ROK4")
        for command in (
            *("mark ROK4 complete", "reschedule ROK4 2027", "check ROK4", "edit ROK4 --title T"),
            *("assess ROK4 --verdict met", "link ROK4 ROK4-33", "add T --milestone-of ROK4 --due 2027"),
        )
    ),
    ("mark 31 not-assessed", 2, "status: 'not-assessed'", "did you mean unknown?"),
    ("mark 23.2 complete", 2, "status: 'complete'.*milestone", "met"),
    ("mark 31 met", 2, "status: 'met'.*commitment", "complete"),
    ("mark 31 complete --percent 101", 2, "--percent.*101", "whole number from 0 to 100"),
    ("mark 23.2 met --percent 5", 2, "percent: a milestone", "leave it out"),
    # Dates
    ("list --today someday", 2, "--today: 'someday'", "write a"),
    ("list --today 2026", 2, "--today: '2026' is not a single day", "2026-10-05"),
    ("list --as-of 2026-02-30", 2, "--as-of: '2026-02-30'", "write a"),
    ("list --known-at later", 2, "--known-at: 'later'", "write a"),
    ("list --due-before 2026-13", 2, "--due-before: '2026-13'", "write a date"),
    ("list --due-after 1764547200", 2, "--due-after: '1764547200'", "write a date"),
    ("upcoming --within soon", 2, "--within: 'soon'", "6 months"),
    ("upcoming --until 10/05/2026", 2, "--until: '10/05/2026'", "write a date"),
    ("reschedule 31 soon", 2, "DATE: 'soon'", "write a date"),
    ("reschedule 31 2026-10/2026-03", 2, "DATE: '2026-10/2026-03'", "write a date"),
    ("mark 31 complete --on 2027", 2, "on: 2027 may be after today", "reschedule"),
    ("mark 31 complete --on someday", 2, "on: 'someday'", "write a date"),
    ("add X --area pnt --source ST1 --due sometime", 2, "--due: 'sometime'", "write a date"),
    ("add X --milestone-of 31 --due 2027-01 --every often", 2, "'often'", "write a"),
    # Options of writes
    ("add X --area pnt", 2, "--source is missing", "--help"),
    ("add X --source ST1", 2, "--area is missing", "--help"),
    ("add X --area pnt --source ST1 --ref ROK4-31", 2, "ref: ROK4-31 is already in use", "leave it out"),
    ("add X --milestone-of 31 --due 2027 --area pnt", 2, "--area cannot be given", "leave it out"),
    ("add X --area pnt --source ST1 --every 1y", 2, "--every cannot be given", "leave it out"),
    ("edit 31", 2, "no new value", "--title"),
    ("edit 31 --paragraph 5", 2, "paragraph: it needs the source", "--source DOCUMENT"),
    ("mark 31 complete --evidence ftp://example.org", 2, "evidence: ", "https://"),
    ("mark 31 complete --evidence www.example.org", 2, "evidence: ", "https://"),
    ("mark 31 complete --evidence no", 2, "evidence: the text has fewer than 3 visible characters", "Cable SEOUL"),
    ("mark 31 complete --evidence cable --evidence http:x", 2, "evidence 2 of 2: ", "https://"),
    ("mark 31 complete --evidence https://me:secret@example.org", 2, "evidence: ", "without"),
    ("undo --note x", 2, "no such option: --note", "undo --help"),
    ("undo --only", 2, "ENTRY is missing", "--help"),
    ("undo xyz", 2, "'xyz' is not the id", "history"),
    ("undo --redo", 2, "nothing to redo", "history"),
    # Files
    ("apply missing.csv", 2, "missing.csv: No such file", "standard input"),
    ("restore missing.db", 2, "missing.db: No such file", "name a backup"),
    ("report --template missing.j2", 2, "missing.j2: No such file", "name a template"),
    ("apply latin.csv", 2, "latin.csv: line 2, column 7: this is not UTF-8", "UTF-8"),
    ("apply cells.csv", 2, "cells.csv", "quotation marks"),
    ("apply quote.csv", 2, "quote.csv", "close every quotation mark"),
    ("apply field.csv", 2, "field.csv", "ref, status"),
    ("apply updates.jsonl", 2, "updates.jsonl: nothing was recorded", "write one of unknown"),
    ("import broken.json", 2, "broken.json", ""),
    ("import list.json", 2, "list.json", ""),
    ("import other.json", 2, "other.json", ""),
    ("list -o missing/a.json", 2, "-o missing/a.json: the folder does not exist", "create the folder"),
    ("list -o report.pdf", 2, "-o report.pdf: the file ending", r"\.csv"),
    # Not found
    ("show 99", 3, "ref '99'", "list"),
    ("show ROKK-31", 3, "ref 'ROKK-31'", "did you mean ROK4-31"),
    ("mark ROK4-99 complete", 3, "ref 'ROK4-99'", "list"),
    ("mark ROK3-31 complete", 3, "ref 'ROK3-31'", "did you mean .*ROK4-31"),
    ("history 25.9", 3, "'25.9'", "list"),
    ("show 33 --as-of 2020-01-01", 3, "not in the record as of 2020-01-01", "--as-of"),
    ("undo 00000000", 3, "'00000000'", "history"),
    # Stores
    ("list --db text.db", 4, "text.db", ""),
    ("list --db other.db", 4, "other.db: this is not a spacedialog database", "--db"),
    ("list --db newer.db", 4, "newer.db: .*newer spacedialog", "upgrade"),
    ("list --db store", 4, "store: ", ""),
    ("mark 31 complete --db text.db", 4, "text.db", ""),
    ("mark 31 complete --db other.db", 4, "other.db: this is not a spacedialog database", "--db"),
    ("mark 31 complete --db newer.db", 4, "newer.db: .*newer spacedialog", "upgrade"),
    ("mark 31 complete --db text.db/x.db", 4, "text.db/x.db", ""),
    ("brief --checkpoint weekly --db /", 4, "/: this is a folder", "--db"),
    ("export --db other.db", 4, "other.db", ""),
]


@pytest.mark.parametrize("call", ["{}", "--{}", "help {}", "team {}", "list --{}", "list --sort {}", "list --area {}"])
def test_long_hostile_name_is_cut_and_escaped(kept: Desk, call: str) -> None:
    """An unknown name of any length is shown in at most 40 characters, in printable ASCII."""
    message = kept.call(*call.format("\x1b\u202e" * 50_000).split(), "--json").stderr
    assert message.isascii()
    assert len(message) < 600


@pytest.mark.parametrize(("call", "status", "problem", "remedy"), CASES, ids=[case[0] for case in CASES])
def test_an_error_has_a_problem_and_a_remedy(kept: Desk, call: str, status: int, problem: str, remedy: str) -> None:
    """A wrong call ends with its status, a problem and a remedy, prints no data and changes no file."""
    before = everything(kept)
    ran = kept.call(*call.split())
    assert (ran.status, ran.stdout) == (status, ""), ran.stderr
    first, *others = ran.stderr.splitlines()
    assert first.startswith("spacedialog")
    assert re.search(problem, first), first
    assert others
    assert others[-1].startswith("  ")
    assert re.search(remedy, " ".join(line for line in others if line.startswith("  "))), ran.stderr
    assert "Traceback" not in ran.stderr
    assert everything(kept) == before


@pytest.mark.parametrize(
    ("call", "status"),
    [("list", 0), ("list --stauts open", 2), ("lst", 2), ("show 99", 3), ("list --db other.db", 4), ("apply -", 0)],
)
def test_the_installed_program_returns_the_exit_status(kept: Desk, call: str, status: int) -> None:
    """The shell gets the exit status, with data on standard output and messages on standard error."""
    ran = kept.run(*call.split(), *(["--dry-run"] if "apply" in call else []), stdin='{"ref": "31", "note": "x"}')
    assert ran.status == status, ran.stderr
    assert bool(ran.stderr) == bool(status)
    assert bool(ran.stdout) != bool(status)
    assert "Traceback" not in ran.stderr


def test_every_problem_of_a_file_is_reported(kept: Desk) -> None:
    """Every problem of a file is reported, each with its line and remedy."""
    lines = kept.call("apply", "updates.jsonl").stderr.splitlines()
    assert [line.rsplit(": ")[:2] for line in lines[1::2]] == [["updates.jsonl", f"line {n}"] for n in (1, 2, 3)]
    assert all(line.startswith("  ") for line in lines[2::2])
    said = kept.call("import", "other.json").stderr
    assert "2025-13" in said
    assert said.count("other.json") > 2


def test_environment_is_named_in_its_errors(kept: Desk) -> None:
    """An invalid SPACEDIALOG_TODAY is named in the error."""
    ran = kept.run("list", env={"SPACEDIALOG_TODAY": "someday"})
    assert (ran.status, ran.stderr.split("'")[0]) == (2, "spacedialog: SPACEDIALOG_TODAY: ")


def test_invalid_time_zone_is_named(kept: Desk) -> None:
    """A TZ that the system does not understand is named in the error."""
    ran = kept.run("list", env={"TZ": "Foo+99:99:99"})
    assert (ran.status, ran.stderr.splitlines()[0]) == (2, "spacedialog: TZ: 'Foo+99:99:99' is not a time zone")


def test_a_user_without_a_home_directory_must_name_a_database(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a home directory, as for a numeric user in a container, every command asks for --db or SPACEDIALOG_DB."""

    def no_entry(_: int) -> object:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", no_entry)
    monkeypatch.setattr(Desk, "environment", {"SPACEDIALOG_TODAY": TODAY})
    for command in ("list", "note 31 x", "paths", "doctor", "backup x.db", "team sql"):
        ran = kept.call(*command.split())
        assert ran.status == 4, (command, ran)
        assert "no home directory" in ran.stderr
        assert "SPACEDIALOG_DB" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["note", "31", b"caf\xe9"],
        ["search", b"caf\xe9"],
        ["show", b"\xff"],
        ["add", b"caf\xe9", "--area", "pnt", "--source", "ST1"],
        ["mark", "31", "complete", "--by", b"caf\xe9"],
        ["list", "--text", b"caf\xe9"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_arguments_that_are_not_utf8_are_refused(kept: Desk, arguments: list[str | bytes]) -> None:
    """Arguments that are not UTF-8 are a usage error."""
    before = everything(kept)
    ran = kept.run(*arguments)
    assert "Traceback" not in ran.stderr
    assert ran.status in (2, 3)
    assert everything(kept) == before


@pytest.mark.parametrize(
    "line",
    [
        r'{"ref": "31", "note": "\ud800"}',
        r'{"ref": "\ud800", "note": "x"}',
        r'{"ref": "31", "note": "x", "\ud800": 1}',
        '{"ref": "31", "percent": NaN}',
        '{"ref": "31", "percent": 1e400}',
        '{"ref": "31", "percent": true}',
        '{"ref": "31", "percent": 60.5}',
        '{"ref": 31, "note": "x"}',
        '{"ref": "31", "note": ["x"]}',
        '{"ref": "31"}',
        '{"ref": "31", "status": "complete", "on": "in 3 days"}',
        '{"ref": "31", "percent": ' + "9" * 5000 + "}",
        "{" + '"a":[' * 20_000,
    ],
    ids=range(13),
)
def test_invalid_updates_are_refused(kept: Desk, line: str) -> None:
    """An invalid line of a file of updates is reported with its number, and nothing is recorded."""
    before = everything(kept)
    ran = kept.call("apply", "-", stdin=line)
    assert (ran.status, "standard input: line 1" in ran.stderr) == (2, True), ran.stderr[:500]
    assert everything(kept) == before


def test_an_interrupted_write_records_nothing(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with status 130 and one line, and nothing is recorded."""

    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - the signature of a file
            raise KeyboardInterrupt

    before = everything(kept)
    monkeypatch.setattr(io, "BytesIO", Interrupted)
    ran = kept.call("apply", "-")
    assert (ran.status, ran.stdout, ran.stderr.count("\n")) == (130, "", 1)
    assert "interrupted" in ran.stderr
    assert everything(kept) == before


def test_error_of_the_program_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line catches the errors that users can cause, and no others."""
    from spacedialog.cli import app, main

    def broken(_: list[str]) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "program", broken)
    with pytest.raises(ZeroDivisionError):
        main.run(["list"])
