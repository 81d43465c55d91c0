"""Tests of a store that the user may not read, or may read but not write."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.support.program import NOBODY, Desk


@pytest.fixture
def foreign(desk: Desk) -> Desk:
    """A desk with a store; run by root, the store belongs to another user."""
    desk.call("mark", "33", "complete")
    if os.geteuid() == 0:
        for path in (desk.db.parent, desk.db):
            os.chown(path, NOBODY, NOBODY)
    return desk


def close_file(desk: Desk) -> None:
    desk.db.chmod(0)


def close_folder(desk: Desk) -> None:
    desk.db.parent.chmod(0)


@pytest.mark.parametrize("close", [close_file, close_folder])
@pytest.mark.parametrize("arguments", [("list", "--json"), ("mark", "33", "stalled"), ("paths", "--json")])
def test_an_unreadable_store_is_an_error(
    foreign: Desk, close: Callable[[Desk], None], arguments: tuple[str, ...]
) -> None:
    """A store that the user may not read ends a command with status 4, its path and what to check."""
    close(foreign)
    ran = foreign.run_unprivileged(*arguments)
    foreign.db.parent.chmod(0o700)
    if arguments[0] == "paths" and close is close_file:
        assert ran.status == 0  # `paths` names a store without reading it
        return
    assert (ran.status, "Traceback" in ran.stderr) == (4, False), ran.stderr
    assert str(foreign.db) in ran.stderr
    assert "check the path" in ran.stderr


def test_a_store_that_may_only_be_read_is_read(foreign: Desk) -> None:
    """A store that the user may read but not write is read without changes, and a write ends with status 4."""
    foreign.db.chmod(0o444)
    foreign.db.parent.chmod(0o555)
    before = sorted(foreign.db.parent.iterdir())
    listed = foreign.run_unprivileged("list", "--status", "complete", "-f", "plain")
    assert (listed.status, "ROK4-33" in listed.stdout) == (0, True), listed.stderr
    marked = foreign.run_unprivileged("mark", "33", "stalled")
    assert (marked.status, "Traceback" in marked.stderr) == (4, False), marked.stderr
    assert sorted(foreign.db.parent.iterdir()) == before
    foreign.db.parent.chmod(0o700)
