"""A test of the public record on a few random records, with the seed of the day; see `tests.faults.leaks`."""

from __future__ import annotations

from pathlib import Path

from tests.faults import leaks
from tests.faults.verdict import seed_of_the_day


def test_the_public_record_has_nothing_internal(tmp_path: Path) -> None:
    """With --public, a record gives the same bytes as one that never had its internal entries."""
    verdict = leaks.run(tmp_path, 12, seed_of_the_day())
    assert verdict.broken == [], f"--seed {seed_of_the_day()}"
    assert int(verdict.counts["internal"]) > 15
