"""Other tools that keep tasks in a terminal, set up in folders of their own; those that are not installed are named.

Debian: `apt-get install taskwarrior hledger todoman sqlite3`. They know no vague dates, no log and no sources; they
get what each commitment came to. Where a tool cannot do a job, or does another one, `NOTES` says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.data import AFTER, BEFORE, DAY, WORD
from benchmarks.timing import Answer, Command

TASK, HLEDGER, TODOMAN, SHELL = "Taskwarrior", "hledger", "todoman", "sqlite3 shell"
PROGRAMS = {TASK: ("task",), HLEDGER: ("hledger",), TODOMAN: ("todoman", "todo"), SHELL: ("sqlite3",)}
LARGEST = 100_000
"""No peer is run on more than this: minutes a run, and gigabytes."""

AREA, STATUS = "navigation", "stalled"

NOTES = {
    (HLEDGER, "mark"): "its journal is changed in an editor",
    (HLEDGER, "import"): "its journal is its data",
    (HLEDGER, "show"): "has no view of one entry",
    (TODOMAN, "import"): "reads the folder into an empty cache",
    (TODOMAN, "due"): "also lists what is overdue: it has no start of a window",
    (TODOMAN, "area"): "lists every open one of the area: it has fewer statuses",
    (TASK, "upcoming"): "lists due days up to that day, having no windows",
    (TASK, "export"): "a state a task, no log",
    (HLEDGER, "export"): "a transaction a commitment, no log",
    (TODOMAN, "export"): "a state a task, no log",
}

_RC = """data.location={0}
confirmation=no
recurrence=no
hooks=0
bulk=0
color=off
defaultwidth=0
defaultheight=0
verbose=nothing
dateformat=Y-M-D
report.rows.columns=id,project,due,description.desc
report.rows.labels=ID,Area,Due,Title
"""


def installed() -> dict[str, str]:
    """The peers that are here, with the path of each."""
    found = {name: next(filter(None, map(shutil.which, names)), None) for name, names in PROGRAMS.items()}
    return {name: path for name, path in found.items() if path}


def versions() -> dict[str, str]:
    """What each installed peer says of its version."""
    said = {name: [path, "--version"] for name, path in installed().items()}
    ran = {name: subprocess.run(argv, capture_output=True, text=True, check=True) for name, argv in said.items()}
    return {name: one.stdout.split("\n")[0].split(" 20")[0].replace(", version", "") for name, one in ran.items()}


def lines(answer: Answer) -> int:
    """A row a line."""
    return answer.lines


def commands(
    folder: Path, size: int, store: Path, writes: Path, env: Mapping[str, str]
) -> dict[str, dict[str, Command]]:
    """For each job (`due`, `area`, `text`, `show`, `upcoming`, `mark`, `export`, `import`) the peers' commands.

    Makes their data in the folder first. `store` and `writes` are for SQLite's shell, to read and to change.
    """
    here = installed()
    made: dict[str, dict[str, Command]] = {}
    if SHELL in here:
        _join(made, SHELL, _shell(here[SHELL], store, writes, folder, env))
    if size > LARGEST:
        return made
    for name, set_up in ((TASK, _taskwarrior), (HLEDGER, _hledger), (TODOMAN, _todoman)):
        if name in here:
            place = folder / name
            place.mkdir()
            _join(made, name, set_up(here[name], place, size, {**env, "HOME": str(place)}))
    return made


def _join(made: dict[str, dict[str, Command]], peer: str, of: Mapping[str, Command]) -> None:
    for job, command in of.items():
        made.setdefault(job, {})[peer] = command


def write(form: str, size: int, path: Path) -> None:
    """Have the data made by a process of its own, so that this one stays small."""
    argv = [sys.executable, "-m", "benchmarks.data", "--size", str(size), "--form", form, str(path)]
    subprocess.run(argv, check=True, cwd=Path(__file__).parents[1])


def _taskwarrior(program: str, place: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    data, trial, file = place / "data", place / "trial", place / "tasks.json"
    for where, rc in ((data, "rc"), (trial, "rc-trial")):
        where.mkdir()
        (place / rc).write_text(_RC.format(where))
    write("taskwarrior", size, file)

    def task(
        *arguments: str, rc: str = "rc", rows: Callable[[Answer], int] | None = None, empty: Path | None = None
    ) -> Command:
        variables = {**env, "TASKRC": str(place / rc)}

        def argv(number: int) -> list[str | Path]:
            return [program, *(part.format(priority="HL"[number % 2]) for part in arguments)]

        prepare = (lambda _: _emptied(empty)) if empty else None
        # Nothing found is status 1.
        return Command(argv, variables, place, prepare, rows, status=(0, 1))

    variables = {**env, "TASKRC": str(place / "rc")}
    subprocess.run([program, "import", file], check=True, capture_output=True, env=variables)
    # Has it number its tasks; that it finds none is status 1.
    subprocess.run([program, "status:pending", "rows"], check=False, capture_output=True, env=variables)
    return {
        "due": task("status:pending", f"due.after:{AFTER}T23:59:59", f"due.before:{BEFORE}", "rows", rows=lines),
        "area": task("status:pending", f"project:{AREA}", f"+{STATUS}", "rows", rows=lines),
        "text": task(f"description.contains:{WORD}", "rows", rows=lines),
        "show": task("7", "info"),
        "upcoming": task("status:pending", f"due.before:{BEFORE}", "rows"),
        "mark": task("5", "modify", "priority:{priority}"),
        "export": task("export"),
        "import": task("import", str(file), rc="rc-trial", empty=trial),
    }


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _hledger(program: str, place: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    file = place / "all.journal"
    write("hledger", size, file)

    def hledger(*arguments: str, rows: Callable[[Answer], int] | None = None) -> Command:
        return Command(lambda _: [program, "-f", file, *arguments], env, place, None, rows)

    return {
        "due": hledger("register", "--pending", f"date:{DAY}..{BEFORE}", "acct:^[a-z-]+:", rows=lines),
        "area": hledger("register", f"acct:^{AREA}:{STATUS}", rows=lines),
        "text": hledger("register", f"desc:{WORD}", "acct:^[a-z-]+:", rows=lines),
        "export": hledger("print", "-O", "json"),
    }


def _todoman(program: str, place: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    folder, cache, trial = place / "all", place / "cache", place / "trial"
    write("todoman", size, folder)
    for where, name in ((cache, "config.py"), (trial, "trial.py")):
        settings = {"path": str(folder), "cache_path": str(where), "date_format": "%Y-%m-%d", "default_list": "all"}
        (place / name).write_text("".join(f"{key} = {value!r}\n" for key, value in settings.items()))

    reads: list[str | Path] = [program, "--config", place / "config.py", "list", "--due", "0"]  # has it fill its cache
    subprocess.run(reads, check=True, capture_output=True, env=dict(env))

    def todo(
        *arguments: str,
        config: str = "config.py",
        rows: Callable[[Answer], int] | None = None,
        empty: Path | None = None,
    ) -> Command:
        def argv(number: int) -> list[str | Path]:
            words = ("high", "low")
            said = [part.format(priority=words[number % 2]) for part in arguments]
            return [program, "--config", place / config, *said]

        def prepare(_: int) -> None:
            if empty:
                empty.unlink(missing_ok=True)

        return Command(argv, env, place, prepare, rows)

    return {
        "due": todo("list", "--due", str(30 * 24)),
        "area": todo("list", "--category", AREA),
        "text": todo("list", "--grep", WORD, "--status", "ANY", rows=lines),
        "show": todo("show", "7"),
        "mark": todo("edit", "--priority", "{priority}", "5"),
        "export": todo("--porcelain", "list", "--status", "ANY"),
        "import": todo("list", "--due", "0", config="trial.py", empty=trial),
    }


def _shell(program: str, store: Path, writes: Path, place: Path, env: Mapping[str, str]) -> dict[str, Command]:
    valid = f"valid_from <= '{DAY}' AND '{DAY}' < valid_to"
    head = f"SELECT ref, area, title, status, due FROM commitment AS c WHERE {valid}"
    order = "ORDER BY dialogue, number, ref_key"

    def sql(statement: str, *options: str, on: Path = store, rows: Callable[[Answer], int] | None = None) -> Command:
        mode = [] if on == writes else ["-readonly"]
        return Command(
            lambda n: [program, *mode, *options, on, statement.replace("{n}", str(n))], env, place, None, rows
        )

    changed = (
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE; INSERT INTO change SELECT 'shell-' || (max(ts) + 1), max(ts) + 1,"
        f" '{DAY}', 'shell', 'set', (SELECT item FROM commitment WHERE ref_key = 'ben1-05'), NULL, '{{}}', '', NULL"
        " FROM change; UPDATE commitment SET percent = {n} WHERE ref_key = 'ben1-05'; COMMIT"
    )
    found = f"SELECT w.item FROM words_fts AS f JOIN words AS w ON w.id = f.rowid WHERE words_fts MATCH '{WORD}'"
    window = f"status NOT IN ('complete', 'withdrawn') AND due_latest > '{AFTER}' AND due_latest < '{BEFORE}'"
    return {
        "due": sql(f"{head} AND {window} {order}", rows=lines),
        "area": sql(f"{head} AND area = '{AREA}' AND status = '{STATUS}' {order}", rows=lines),
        "text": sql(f"{head} AND item IN ({found}) {order}", rows=lines),
        "list": sql(f"SELECT * FROM commitment AS c WHERE {valid} {order}", "-json", rows=lines),
        "show": sql("SELECT * FROM change WHERE item = (SELECT item FROM commitment WHERE ref_key = 'ben1-07')"),
        "mark": sql(changed, on=writes),
        "export": sql("SELECT * FROM change ORDER BY ts, id", "-json", rows=lines),
    }
