"""Other command-line tools for comparison, each set up in its own folder.

Debian: `apt-get install taskwarrior hledger todoman sqlite3`. These tools have no vague dates, no log and no sources;
they receive the last state of each commitment. `NOTES` lists the jobs that a tool cannot do or does differently.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.data import AFTER, BEFORE, DAY, WORD
from benchmarks.timing import Answer, Command, count_lines

TASK, HLEDGER, TODOMAN, SHELL = "Taskwarrior", "hledger", "todoman", "sqlite3 shell"
PROGRAMS = {TASK: ("task",), HLEDGER: ("hledger",), TODOMAN: ("todoman", "todo"), SHELL: ("sqlite3",)}
LARGEST = 100_000
"""The largest number of commitments that the tools run on: above it a run takes minutes and gigabytes."""

AREA, STATUS = "navigation", "stalled"

NOTES = {
    (HLEDGER, "mark"): "its journal is edited by hand",
    (HLEDGER, "import"): "needs no import: the journal is the database",
    (HLEDGER, "show"): "has no view of one entry",
    (TODOMAN, "import"): "reads the folder into an empty cache",
    (TODOMAN, "due"): "also lists overdue tasks, because it has no start of a window",
    (TODOMAN, "area"): "lists all open tasks of the area, because it has fewer statuses",
    (TASK, "upcoming"): "lists due days up to that day, because it has no windows",
    (TASK, "export"): "one state for each task, no log",
    (HLEDGER, "export"): "one transaction for each commitment, no log",
    (TODOMAN, "export"): "one state for each task, no log",
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
    """Return the path of each installed tool."""
    paths = {name: next(filter(None, map(shutil.which, names)), None) for name, names in PROGRAMS.items()}
    return {name: path for name, path in paths.items() if path}


def versions() -> dict[str, str]:
    """Return the version of each installed tool."""
    version_of = {}
    for name, path in installed().items():
        process = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        version_of[name] = process.stdout.split("\n")[0].split(" 20")[0].replace(", version", "")
    return version_of


def commands(
    folder: Path, size: int, store: Path, writes: Path, env: Mapping[str, str]
) -> dict[str, dict[str, Command]]:
    """Write the tools' data into `folder`, and return their commands by job and tool.

    The jobs are `due`, `area`, `text`, `list`, `show`, `upcoming`, `mark`, `export` and `import`. The SQLite shell
    reads `store` and changes `writes`.
    """
    programs = installed()
    by_job: dict[str, dict[str, Command]] = {}
    if SHELL in programs:
        _add(by_job, SHELL, _shell(programs[SHELL], store, writes, folder, env))
    if size > LARGEST:
        return by_job
    for name, set_up in ((TASK, _taskwarrior), (HLEDGER, _hledger), (TODOMAN, _todoman)):
        if name in programs:
            home = folder / name
            home.mkdir()
            _add(by_job, name, set_up(programs[name], home, size, {**env, "HOME": str(home)}))
    return by_job


def _add(by_job: dict[str, dict[str, Command]], tool: str, commands_of_tool: Mapping[str, Command]) -> None:
    for job, command in commands_of_tool.items():
        by_job.setdefault(job, {})[tool] = command


def write_data(form: str, size: int, path: Path) -> None:
    """Write generated data in another process, so that this one stays small."""
    argv = [sys.executable, "-m", "benchmarks.data", "--size", str(size), "--form", form, str(path)]
    subprocess.run(argv, check=True, cwd=Path(__file__).parents[1])


def _taskwarrior(program: str, home: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    data, trial, file = home / "data", home / "trial", home / "tasks.json"
    for directory, rc in ((data, "rc"), (trial, "rc-trial")):
        directory.mkdir()
        (home / rc).write_text(_RC.format(directory))
    write_data("taskwarrior", size, file)

    def task(
        *arguments: str, rc: str = "rc", rows: Callable[[Answer], int] | None = None, empty: Path | None = None
    ) -> Command:
        variables = {**env, "TASKRC": str(home / rc)}

        def argv(number: int) -> list[str | Path]:
            return [program, *(part.format(priority="HL"[number % 2]) for part in arguments)]

        prepare = (lambda _: _clear(empty)) if empty else None
        # Taskwarrior exits with 1 if no task matches.
        return Command(argv, variables, home, prepare, rows, status=(0, 1))

    variables = {**env, "TASKRC": str(home / "rc")}
    subprocess.run([program, "import", file], check=True, capture_output=True, env=variables)
    # The first report assigns the numbers of the tasks.
    subprocess.run([program, "status:pending", "rows"], check=False, capture_output=True, env=variables)
    return {
        "due": task("status:pending", f"due.after:{AFTER}T23:59:59", f"due.before:{BEFORE}", "rows", rows=count_lines),
        "area": task("status:pending", f"project:{AREA}", f"+{STATUS}", "rows", rows=count_lines),
        "text": task(f"description.contains:{WORD}", "rows", rows=count_lines),
        "show": task("7", "info"),
        "upcoming": task("status:pending", f"due.before:{BEFORE}", "rows"),
        "mark": task("5", "modify", "priority:{priority}"),
        "export": task("export"),
        "import": task("import", str(file), rc="rc-trial", empty=trial),
    }


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _hledger(program: str, home: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    file = home / "all.journal"
    write_data("hledger", size, file)

    def hledger(*arguments: str, rows: Callable[[Answer], int] | None = None) -> Command:
        return Command(lambda _: [program, "-f", file, *arguments], env, home, None, rows)

    return {
        "due": hledger("register", "--pending", f"date:{DAY}..{BEFORE}", "acct:^[a-z-]+:", rows=count_lines),
        "area": hledger("register", f"acct:^{AREA}:{STATUS}", rows=count_lines),
        "text": hledger("register", f"desc:{WORD}", "acct:^[a-z-]+:", rows=count_lines),
        "export": hledger("print", "-O", "json"),
    }


def _todoman(program: str, home: Path, size: int, env: Mapping[str, str]) -> dict[str, Command]:
    folder, cache, trial = home / "all", home / "cache", home / "trial"
    write_data("todoman", size, folder)
    for path, name in ((cache, "config.py"), (trial, "trial.py")):
        settings = {"path": str(folder), "cache_path": str(path), "date_format": "%Y-%m-%d", "default_list": "all"}
        (home / name).write_text("".join(f"{key} = {value!r}\n" for key, value in settings.items()))

    argv: list[str | Path] = [program, "--config", home / "config.py", "list", "--due", "0"]  # fills the cache
    subprocess.run(argv, check=True, capture_output=True, env=dict(env))

    def todo(
        *arguments: str,
        config: str = "config.py",
        rows: Callable[[Answer], int] | None = None,
        empty: Path | None = None,
    ) -> Command:
        def argv(number: int) -> list[str | Path]:
            priority = ("high", "low")[number % 2]
            return [program, "--config", home / config, *(part.format(priority=priority) for part in arguments)]

        def prepare(_: int) -> None:
            if empty:
                empty.unlink(missing_ok=True)

        return Command(argv, env, home, prepare, rows)

    return {
        "due": todo("list", "--due", str(30 * 24)),
        "area": todo("list", "--category", AREA),
        "text": todo("list", "--grep", WORD, "--status", "ANY", rows=count_lines),
        "show": todo("show", "7"),
        "mark": todo("edit", "--priority", "{priority}", "5"),
        "export": todo("--porcelain", "list", "--status", "ANY"),
        "import": todo("list", "--due", "0", config="trial.py", empty=trial),
    }


def _shell(program: str, store: Path, writes: Path, folder: Path, env: Mapping[str, str]) -> dict[str, Command]:
    valid = f"valid_from <= '{DAY}' AND '{DAY}' < valid_to"
    head = f"SELECT ref, area, title, status, due FROM commitment AS c WHERE {valid}"
    order = "ORDER BY dialogue, number, ref_key"

    def sql(statement: str, *options: str, db: Path = store, rows: Callable[[Answer], int] | None = None) -> Command:
        mode = [] if db == writes else ["-readonly"]
        return Command(
            lambda n: [program, *mode, *options, db, statement.replace("{n}", str(n))], env, folder, None, rows
        )

    mark = (
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE; INSERT INTO change SELECT"
        " printf('%08x-0000-7000-8000-%012x', max(ts) >> 48, max(ts) + 1 & 281474976710655), max(ts) + 1,"
        f" '{DAY}', 'shell', 'set', (SELECT item FROM commitment WHERE ref_key = 'ben1-05'), NULL, '{{}}', '', NULL"
        " FROM change; UPDATE commitment SET percent = {n} WHERE ref_key = 'ben1-05'; COMMIT"
    )
    matches = f"SELECT w.item FROM words_fts AS f JOIN words AS w ON w.id = f.rowid WHERE words_fts MATCH '{WORD}'"
    window = f"status NOT IN ('complete', 'withdrawn') AND due_latest > '{AFTER}' AND due_latest < '{BEFORE}'"
    return {
        "due": sql(f"{head} AND {window} {order}", rows=count_lines),
        "area": sql(f"{head} AND area = '{AREA}' AND status = '{STATUS}' {order}", rows=count_lines),
        "text": sql(f"{head} AND item IN ({matches}) {order}", rows=count_lines),
        "list": sql(f"SELECT * FROM commitment AS c WHERE {valid} {order}", "-json", rows=count_lines),
        "show": sql("SELECT * FROM change WHERE item = (SELECT item FROM commitment WHERE ref_key = 'ben1-07')"),
        "mark": sql(mark, db=writes),
        "export": sql("SELECT * FROM change ORDER BY ts, id", "-json", rows=count_lines),
    }
