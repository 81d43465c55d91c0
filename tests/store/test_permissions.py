"""A user who does not own the store: reading what one may read, and a clear word on all else."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spacedialog.cli.main import run
from tests.support.program import Desk

NOBODY = 65534


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk in a folder that everybody may enter, its store with one mark; every command has been run once."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    desk = Desk(folder)
    desk.call("mark", "33", "complete")
    desk.call("list", "--json")
    yield desk
    desk.db.parent.chmod(0o755)
    shutil.rmtree(folder)


def as_stranger(desk: Desk, *arguments: str) -> tuple[int, str]:
    """Status and all the output of a command run by a user who owns nothing here (root gives up being root)."""
    out = desk.folder / "stranger.txt"
    out.touch()
    out.chmod(0o666)
    child = os.fork()
    if child == 0:
        status = 70
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setuid(NOBODY)
            os.environ.update(desk.environment)
            sys.stdout = sys.stderr = out.open("w")
            status = run(list(arguments))
            sys.stdout.flush()
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), out.read_text("utf-8")


def closed(desk: Desk) -> None:
    desk.db.chmod(0)


def folder_closed(desk: Desk) -> None:
    desk.db.parent.chmod(0)


@pytest.mark.parametrize("close", [closed, folder_closed])
@pytest.mark.parametrize("arguments", [("list", "--json"), ("mark", "33", "stalled"), ("paths", "--json")])
def test_a_store_that_may_not_be_read_is_told_so(
    desk: Desk, close: Callable[[Desk], None], arguments: tuple[str, ...]
) -> None:
    """A store of somebody else ends in status 4 with its path and what to look at, never in a traceback."""
    close(desk)
    status, said = as_stranger(desk, *arguments)
    if arguments[0] == "paths" and close is closed:
        assert status == 0  # where it is can be said of a store that cannot be read
        return
    assert (status, "Traceback" in said) == (4, False), said
    assert str(desk.db) in said
    assert "check the path" in said


def test_a_store_that_may_only_be_read_is_read(desk: Desk) -> None:
    """In a folder where nothing may be written, reading works and leaves nothing; writing ends in status 4."""
    desk.db.chmod(0o444)
    desk.db.parent.chmod(0o555)
    before = sorted(desk.db.parent.iterdir())
    status, said = as_stranger(desk, "list", "--status", "complete", "-f", "plain")
    assert (status, "ROK4-33" in said) == (0, True), said
    status, said = as_stranger(desk, "mark", "33", "stalled")
    assert (status, "Traceback" in said) == (4, False), said
    assert sorted(desk.db.parent.iterdir()) == before
