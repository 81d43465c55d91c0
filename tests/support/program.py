"""The installed program on a fixed day in an empty home, with its output captured or on a terminal."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple
from unittest import mock

from spacedialog.importing import built_in
from spacedialog.store import backup, database

PROGRAM = Path(sys.executable).with_name("spacedialog")
"""The script that the installation creates."""

TODAY = "2026-11-22"
PATIENCE = 30.0
"""The seconds after which a program that has not ended counts as hanging."""


NOBODY = 65534
"""The user `nobody`, who owns no files, and its group."""

UNPRIVILEGED: tuple[str | Path, ...] = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", PROGRAM) if os.geteuid() == 0 else (PROGRAM,)
)
"""The command that runs the installed program without root's right to ignore file modes."""

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""The terminal codes for colour and weight."""


class Ran(NamedTuple):
    """Exit status and output of a run."""

    status: int
    stdout: str
    stderr: str

    @property
    def data(self) -> Any:
        """The data in the envelope of JSON output."""
        envelope = json.loads(self.stdout)
        assert list(envelope) == ["schema_version", "as_of", "data"]
        assert envelope["schema_version"] == 1
        return envelope["data"]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of plain output, unescaped."""
        return [line.split("\t") for line in self.stdout.split("\n")[:-1]]


def by_ref(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return rows of JSON output by their refs."""
    return {row["ref"]: row for row in rows}


@cache
def _built_in_image() -> bytes:
    with closing(built_in.folded_record()) as connection:
        return connection.serialize()


def _built_in_record() -> sqlite3.Connection:
    """Return a copy of the built-in record, which is folded once in each process of the tests."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(_built_in_image())
    return connection


_make_store = database._new


@cache
def _built_in_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.db"
        with _make_store(path, built_in.seed):
            pass
        return path.read_bytes()


@contextmanager
def _new(path: Path, content: Callable[[sqlite3.Connection], None] | None) -> Iterator[sqlite3.Connection]:
    """Make a store from a copy of one with the built-in record, which is made once in each process of the tests."""
    if content is not built_in.seed:
        with _make_store(path, content) as connection:
            yield connection
        return
    with backup.new_database(path) as draft:
        draft.write_bytes(_built_in_store())
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            database._be_durable(connection)
            yield connection
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Desk:
    """A folder with an empty home and a path for a store, in which the program runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.db = folder / "store" / "tracker.db"
        for made in (self.home, self.db.parent):
            made.mkdir(exist_ok=True)

    def copied(self, folder: Path) -> Desk:
        """Return a desk in the folder with a copy of the files of this one, which is faster than to make them."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Desk(folder)

    @property
    def environment(self) -> dict[str, str]:
        """The program's whole environment."""
        return {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
            "LOGNAME": "desk",
            "SPACEDIALOG_DB": str(self.db),
            "SPACEDIALOG_TODAY": TODAY,
        }

    def files(self) -> dict[str, bytes]:
        """Return the files of the store with their bytes."""
        return {path.name: path.read_bytes() for path in self.db.parent.iterdir()}

    def run(
        self,
        *arguments: str | Path | bytes,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        without: str = "",
    ) -> Ran:
        """Run the installed program, with `env` added to its environment and the variable `without` removed."""
        return self._process([PROGRAM, *arguments], stdin, env, without)

    def run_unprivileged(self, *arguments: str) -> Ran:
        """Run the installed program without root's right to ignore file modes."""
        return self._process([*UNPRIVILEGED, *arguments], "", None, "")

    def python(
        self, *arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None, without: str = ""
    ) -> Ran:
        """Run the Python in which the program is installed, with `env` added and the variable `without` removed."""
        return self._process([sys.executable, *arguments], stdin, env, without)

    def shell(self, script: str) -> Ran:
        """Run a bash script that finds the program by its name."""
        return self._process(["bash", "--norc", "-o", "pipefail", "-c", script], "", None, "")

    def run_into(self, stdout: int | IO[bytes], *arguments: str) -> Ran:
        """Run the installed program with standard output going to a file descriptor or a file."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(done.returncode, "", done.stderr.decode("utf-8"))

    def _process(
        self, command: list[str | Path | bytes], stdin: str, env: Mapping[str, str] | None, without: str
    ) -> Ran:
        variables = {name: value for name, value in self.environment.items() if name != without}
        done = subprocess.run(
            command,
            input=stdin.encode("utf-8", "surrogateescape"),
            capture_output=True,
            env={**variables, **(env or {})},
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def call(
        self,
        *arguments: str | Path,
        stdin: str = "",
        stderr: io.StringIO | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run the program in this process, which is faster, and the same except for streams and start-up."""
        with working_in(self.folder):
            return self.call_here(*arguments, stdin=stdin, stderr=stderr, env=env)

    def call_here(
        self,
        *arguments: str | Path,
        stdin: str = "",
        stderr: io.StringIO | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run the program in this process and in the current folder."""
        from spacedialog.cli.main import run

        out, err = io.StringIO(), stderr or io.StringIO()
        typed = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8")), encoding="utf-8")
        with (
            mock.patch.dict(os.environ, {**self.environment, **(env or {})}, clear=True),
            mock.patch.object(sys, "stdin", typed),
            mock.patch.object(built_in, "built_in_record", _built_in_record),
            mock.patch.object(database, "_new", _new),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            status = run([str(argument) for argument in arguments])
        return Ran(status, out.getvalue(), err.getvalue())

    def in_terminal(
        self,
        *arguments: str | Path,
        columns: int = 80,
        lines: int = 200,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run the installed program on a terminal of that size, and return both streams as one."""
        with terminal(
            [PROGRAM, *arguments],
            columns=columns,
            lines=lines,
            env={**self.environment, "TERM": "xterm-256color", **(env or {})},
            folder=self.folder,
        ) as session:
            shown = session.rest()
        return Ran(session.status, shown.replace("\r\n", "\n"), "")


class Session:
    """A process on a pseudo-terminal."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self._process = process
        self._seen = b""
        self._give_up = time.monotonic() + PATIENCE

    @property
    def status(self) -> int:
        """The exit status; waits for the process to end."""
        return self._process.wait(PATIENCE)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode("utf-8", "surrogateescape"))

    def interrupt(self) -> None:
        """Press Ctrl-C, then Enter for a program that notices it only after a line of input."""
        os.killpg(self._process.pid, signal.SIGINT)
        with suppress(OSError):  # The process may have ended.
            self.type("\r")

    def until(self, text: str) -> str:
        """Return the output up to the first `text`, and keep the rest for the next call."""
        wanted = text.encode()
        while wanted not in self._seen:
            assert self._read(), f"ended without {text!r}: {self._seen.decode(errors='replace')}"
        shown, _, self._seen = self._seen.partition(wanted)
        return (shown + wanted).decode("utf-8", "replace")

    def rest(self) -> str:
        """Return the remaining output, until the process ends."""
        while self._read():
            pass
        shown, self._seen = self._seen, b""
        return shown.decode("utf-8")

    def _read(self) -> bool:
        left = self._give_up - time.monotonic()
        ready, _, _ = select.select([self._master], [], [], max(left, 0))
        assert ready, f"hangs after {self._seen.decode(errors='replace')!r}"
        try:
            part = os.read(self._master, 65536)
        except OSError:  # raised by Linux when the other end is closed
            part = b""
        self._seen += part
        return bool(part)


@contextmanager
def terminal(
    command: list[str | Path], *, columns: int, lines: int, env: Mapping[str, str], folder: Path
) -> Iterator[Session]:
    """Run a command on a pseudo-terminal, and kill it at the end of the block."""
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            cwd=folder,
            start_new_session=True,
            # Tests that run in the background ignore SIGINT, and child processes inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(slave)
        try:
            yield Session(master, process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
    finally:
        os.close(master)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Change the working directory for the block."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def closed_pipe() -> Iterator[int]:
    """Yield the writing end of a pipe whose reading end is closed."""
    unread, pipe = os.pipe()
    os.close(unread)
    try:
        yield pipe
    finally:
        os.close(pipe)
