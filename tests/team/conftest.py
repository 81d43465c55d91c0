"""Fixtures of the tests of a team: a server in memory, and real servers, each started once per test process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.memory_log import MemoryLogs
from tests.support.servers import Server, running
from tests.support.trackers import Clock


@pytest.fixture
def logs(clock: Clock) -> MemoryLogs:
    """A server in memory with one empty log."""
    logs = MemoryLogs(clock)
    logs.create("space", "log")
    return logs


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[str], Server]]:
    """A function that returns the server of a major version."""
    started: dict[str, Server] = {}
    with ExitStack() as stack:

        def server(version: str) -> Server:
            if version not in started:
                started[version] = stack.enter_context(running(version))
            return started[version]

        yield server


@pytest.fixture(scope="session")
def server(server_of: Callable[[str], Server]) -> Server:
    """A server with the team's tables, two members, and a user who is not a member."""
    server = server_of("15")
    for name in ("anna", "rudolf", "stranger"):
        server.sql(f"CREATE ROLE {name} LOGIN")
    server.sql("GRANT spacedialog_member TO anna, rudolf")
    return server
