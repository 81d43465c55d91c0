"""Fixtures that tests in several folders use, the profiles of hypothesis, and the rules of a run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from spacedialog.tracker import Tracker
from tests.support import ruritania as ruritania_record
from tests.support.measured import Meter, meter
from tests.support.program import Desk
from tests.support.trackers import NOON, Clock, Maker

# No test reads the configuration of the user who runs it.
os.environ["SPACEDIALOG_CONFIG"] = ""
for _variable in ("SPACEDIALOG_AUTHOR", "SPACEDIALOG_PAGER", "SPACEDIALOG_PUBLIC", "SPACEDIALOG_READONLY"):
    os.environ.pop(_variable, None)

# CI draws the same examples each time, so that a failure is caused by the change under test.
settings.register_profile("here", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

_EMPTY_LOG = b'{"format": "spacedialog-log/1", "changes": []}'


@pytest.fixture(scope="session")
def ruritania() -> bytes:
    """The data file of the invented record."""
    return json.dumps(ruritania_record.RECORD).encode()


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory, ruritania: bytes) -> Maker:
    """A maker of trackers, of session scope, so that hypothesis may use it in every example."""
    maker = Maker(tmp_path_factory.mktemp("stores"))
    before = Clock(NOON - 1_000_000)
    for name, content, built_in in (
        ("ruritania", ruritania, False),
        ("empty", _EMPTY_LOG, False),
        ("built-in", _EMPTY_LOG, True),
    ):
        tracker = maker(clock=before, seed=name, author="Hentzau")
        tracker.import_file(content, f"{name}.json", built_in=built_in)
        maker.templates[name] = tracker.path
    return maker


@pytest.fixture
def clock() -> Clock:
    """The clock of `tracker`; set its `now` to move it."""
    return Clock()


@pytest.fixture
def tracker(make: Maker, clock: Clock) -> Tracker:
    """A tracker of the invented record on 1 December 2026, used by Zenda."""
    return make("ruritania", clock=clock)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk for one test, with no store yet."""
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that a module's tests share; they write no store there."""
    return Desk(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="session")
def measured() -> Iterator[Meter]:
    """Runs a command and measures its memory."""
    with meter() as started:
        yield started


_LONGEST = (
    "test_faults.py",
    "test_html.py",
    "test_site.py",
    "test_docx.py",
    "test_hostile_files.py",
    "test_hostile_text.py",
    "test_completion.py",
    "test_sync_contract.py",
    "test_trust.py",
    "test_streams.py",
    "test_reference_model.py",
)


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are cores, because tests also wait for the disk and for servers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first, so that no core waits for one of them at the end."""
    items.sort(key=lambda item: item.path.name not in _LONGEST)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run in CI that skipped a test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
