"""What the tests stand on: trackers in folders of their own, a clock that is set by hand, an invented record."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from spacedialog.tracker import Tracker

# In CI the same examples each time: a find of chance belongs to whoever runs the tests by hand.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

TODAY = date(2026, 12, 1)
NOON = round(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp() * 1_000_000)


class Clock:
    """A clock that stands where it was set, and goes on 1 µs each time it is read."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += 1
        return self.now


def entropy(seed: str) -> Callable[[int], bytes]:
    """As many bytes as are asked for: never the same twice, and the same in every run."""
    numbers = count()
    return lambda size: hashlib.shake_128(f"{seed}{next(numbers)}".encode()).digest(size)


class Maker:
    """Makes trackers, each in a new folder unless one is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self.templates: dict[str, Path] = {}

    def __call__(
        self,
        like: str | Path | None = None,
        *,
        path: Path | None = None,
        today: date = TODAY,
        clock: Callable[[], int] | None = None,
        author: str = "Zenda",
        dry_run: bool = False,
        seed: str = "",
    ) -> Tracker:
        """A tracker of a store at `path`, or in a new folder: with no store, or with a copy of the one `like` names.

        `like` is `ruritania` (the invented record), `empty`, `bundled`, or the path of a store.
        """
        number = next(self._numbers)
        store = path or self._folder / str(number) / "folder" / "spacedialog.db"
        if like:
            store.parent.mkdir(parents=True, mode=0o700)
            shutil.copy(self.templates[like] if isinstance(like, str) else like, store)
        return Tracker(
            store,
            today=today,
            now=clock or Clock(),
            author=author,
            entropy=entropy(seed or str(number)),
            dry_run=dry_run,
        )


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory, ruritania: bytes) -> Maker:
    """Makes trackers; hypothesis may use it in every example."""
    maker = Maker(tmp_path_factory.mktemp("stores"))
    before = Clock(NOON - 1_000_000)
    for name in ("ruritania", "empty"):
        tracker = maker(clock=before, seed=name, author="Hentzau")
        content = ruritania if name == "ruritania" else b'{"format": "spacedialog-log/1", "changes": []}'
        tracker.import_file(content, f"{name}.json", bundled=False)
        maker.templates[name] = tracker.path
    bundled = maker(clock=before, seed="bundled", author="Hentzau")
    bundled.import_file(b'{"format": "spacedialog-log/1", "changes": []}', "nothing.json")
    maker.templates["bundled"] = bundled.path
    return maker


@pytest.fixture
def clock() -> Clock:
    """The clock of `tracker`; set its `now` to move it."""
    return Clock()


@pytest.fixture
def tracker(make: Maker, clock: Clock) -> Tracker:
    """A store of the invented record, as Zenda on 1 December 2026 works with it."""
    return make("ruritania", clock=clock)


@pytest.fixture(scope="session")
def ruritania() -> bytes:
    """The invented record: a data file of five commitments, some with milestones, and what has happened since."""
    return json.dumps(_RURITANIA).encode()


def _commitment(number: int, area: str, title: str, strength: str, **more: Any) -> dict[str, Any]:
    source = {"document": "JS", "paragraph": str(number)}
    status = {"status": "not-assessed", **more}
    return {
        "ref": f"RUR1-{number:02}",
        "area": area,
        "kind": "action-item",
        "title": title,
        "strength": strength,
        "sources": [source],
        **status,
    }


_RURITANIA: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-11-01",
    "dialogue": {
        "key": "RUR1",
        "series": "Ruritania-Graustark Space Dialogue",
        "number": 1,
        "title": "First Ruritania-Graustark Space Dialogue",
        "place": "Strelsau",
        "when": "2025-03-10",
        "host": "RUR",
    },
    "documents": [{"key": "JS", "title": "Joint statement", "url": "https://strelsau.example/statement"}],
    "areas": [{"key": "moon", "title": "The Moon"}, {"key": "weather", "title": "Weather and climate"}],
    "parties": [
        {"key": "RUR", "name": "Ruritania", "side": "RUR"},
        {"key": "RSA", "name": "Ruritanian Space Agency", "side": "RUR"},
        {"key": "GRA", "name": "Graustark", "side": "GRA"},
        {"key": "GMO", "name": "Graustark Meteorological Office", "side": "GRA"},
    ],
    "commitments": [
        _commitment(
            1,
            "moon",
            "Fly a Graustark seismometer to the Moon",
            "firm",
            lead="RSA",
            partners=["GRA"],
            due="2026",
            status="not-started",
            milestones=[{"ref": "RUR1-01.1", "title": "Deliver the seismometer", "when": "2026-03"}],
        ),
        _commitment(2, "moon", "Explore sharing a lunar relay", "exploratory", partners=["RSA", "GRA"]),
        _commitment(3, "weather", "Exchange data on sea ice", "intended", lead="GMO", partners=["RSA"], due="2026-11"),
        _commitment(
            4,
            "weather",
            "Meet every second year",
            "firm",
            partners=["RUR", "GRA"],
            milestones=[{"ref": "RUR1-04.1", "title": "The next meeting", "when": "2027", "recurs": "2 years"}],
        ),
        _commitment(5, "weather", "Open an office in Strelsau", "delivered", lead="RUR", status="complete"),
    ],
    "updates": [
        {
            "ref": "RUR1-01",
            "on": "2025-06-01",
            "status": "in-progress",
            "percent": 20,
            "note": "The contract for the lander was signed.",
            "evidence": "https://strelsau.example/lander",
        },
        {
            "ref": "RUR1-01.1",
            "on": "2026-02",
            "due": "2026-09",
            "note": "The sensor failed a vibration test.",
            "evidence": "https://strelsau.example/sensor",
        },
        {
            "ref": "RUR1-03",
            "on": "2025-09-20",
            "note": "Both archives agreed on a format.",
            "evidence": "https://graustark.example/ice",
        },
    ],
}


_LONGEST = ("test_reference_model.py", "test_faults.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files go first, so that no core waits for one of them at the end."""
    items.sort(key=lambda item: item.path.name not in _LONGEST)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a test that is skipped has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
