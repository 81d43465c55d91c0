"""A terminal for the examples in the docs: runs shell commands and returns the text that the terminal shows.

The home directory is empty, and the day, the clock and the user name are fixed, so the output is the same on every
machine and on every day.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-29"
# The program records the time of its clock, which no variable sets. Python imports this module when it starts.
_CLOCK = f"""
import time
from datetime import datetime
_start = int(datetime.fromisoformat("{TODAY}T09:00:00+00:00").timestamp()) * 10**9
time.time_ns = lambda: _start + time.monotonic_ns() - {{begun}}
"""
# The ids of new entries and the times of recording differ between two runs. The ids of built-in entries do not.
_NEW_ID = re.compile(
    r"(\b(?:undo|undid|undone|redone|retracted|took\s+back)\s+)[0-9a-f]{8}\b|\b[0-9a-f]{8}(?=,\s+you\])"
)
_EXAMPLE_ID = "5e0f7a31"
_RECORDED = re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d")


class Console:
    """A temporary home directory in which only the program is installed."""

    def __init__(self, *, width: int = 100, colour: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name).resolve()
        self._width = width
        self._clock = tempfile.TemporaryDirectory()
        Path(self._clock.name, "sitecustomize.py").write_text(_CLOCK.format(begun=time.monotonic_ns()), "utf-8")
        self.environment = {
            "HOME": str(self.home),
            "LOGNAME": "you",
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "xterm-256color",
            "PYTHONPATH": self._clock.name,
            "SPACEDIALOG_TODAY": TODAY,
        }
        if not colour:
            self.environment["NO_COLOR"] = "1"

    def run(self, line: str, *, status: int = 0) -> str:
        """Run a line in bash and return what the terminal shows.

        Raises RuntimeError if the exit status is not `status`.
        """
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 200, self._width, 0, 0))
        process = subprocess.Popen(
            ["bash", "--norc", "-c", line],
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            env=self.environment,
            cwd=self.home,
        )
        os.close(slave)
        shown = b""
        while part := _read(master):
            shown += part
        os.close(master)
        text = shown.decode().replace("\r\n", "\n")
        if process.wait() != status:
            raise RuntimeError(f"{line}: status {process.returncode}, not {status}\n{text}")
        text = text.replace(str(self.home), "/home/you")
        text = _NEW_ID.sub(lambda found: (found[1] or "") + _EXAMPLE_ID, text)
        return _RECORDED.sub(f"{TODAY} 09:00", text)

    def block(self, *lines: str, status: int = 0) -> str:
        """Return the lines and their output as a Markdown block; `status` is the exit status of the last line."""
        shown = []
        for line in lines:
            output = self.run(line, status=status if line == lines[-1] else 0)
            shown += [f"$ {line}", *(row.rstrip() for row in output.splitlines())]
        return "\n".join(["```console", *shown, "```"])

    def show(self, *lines: str, status: int = 0) -> None:
        """Write the block of lines to the page that cog generates."""
        import cog  # type: ignore[import-not-found] # a module that exists only while cog runs

        cog.outl(self.block(*lines, status=status))


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # raised by Linux when the other end is closed
        return b""
