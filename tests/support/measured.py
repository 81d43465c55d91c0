"""The memory that a command needs, measured in a process of its own for each call."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.support.program import PATIENCE, Desk

# A forked process starts with the memory of its parent, so the parent must not be the process of the tests. It loads
# the modules that read files once for all calls; each call counts them as its own.
_PARENT = f"""
import gc, json, os, signal, subprocess, sys
from pathlib import Path
from spacedialog.cli.main import run
from spacedialog.importing import dialogue_schema, parse, updates_file

gc.disable()
said, answers = sys.stderr.fileno(), os.dup(sys.stdout.fileno())
silence = os.open(os.devnull, os.O_RDWR)


def call(folder, environment, source, arguments):
    signal.alarm({PATIENCE:.0f})
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(silence, 1)
    os.dup2(os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), said)
    if source.startswith("/"):
        os.dup2(os.open(source, os.O_RDONLY), 0)
    else:
        feeding = subprocess.Popen(["bash", "--norc", "-c", source], stdin=silence, stdout=subprocess.PIPE)
        os.dup2(feeding.stdout.fileno(), 0)
    status = run(arguments)
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return status, int(line.split()[1]) // 1024


for line in sys.stdin:
    child = os.fork()
    if not child:
        answer = None
        try:
            answer = call(*json.loads(line))
        finally:
            sys.stderr.flush()
            os.write(answers, json.dumps(answer).encode() + b"\\n")
            os._exit(0)
    if os.waitpid(child, 0)[1]:
        os.write(answers, b"null\\n")
"""


class Measured(NamedTuple):
    """The exit status, the messages, and the peak memory in megabytes."""

    status: int
    said: list[str]
    memory: int


class Meter:
    """Runs commands, each in a process of its own, and measures their memory."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent

    def __call__(self, desk: Desk, *arguments: str, source: str = "/dev/null") -> Measured:
        """Run a command at the desk; standard input is the device `source`, or the output of that bash script."""
        parent = self._parent
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(json.dumps([str(desk.folder), desk.environment, source, arguments]) + "\n")
        parent.stdin.flush()
        ready, _, _ = select.select([parent.stdout], [], [], 2 * PATIENCE)
        answer = json.loads(parent.stdout.readline()) if ready else None
        said = (desk.folder / "said").read_text("utf-8")
        assert answer, f"no answer: {said}"
        return Measured(answer[0], said.splitlines(), answer[1])


@contextmanager
def meter() -> Iterator[Meter]:
    """Start the process in which the commands are run, for the block."""
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        yield Meter(parent)
