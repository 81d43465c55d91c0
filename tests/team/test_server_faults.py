"""Tests of faults of a real server at a small count; docs/team.md has the figures of the large one."""

from __future__ import annotations

from tests.faults import chaos_sync
from tests.support.bundled import CHANGES


def test_chaos_in_small() -> None:
    """Killed backends, cut connections and power losses neither lose nor double entries."""
    did = chaos_sync.run(chaos_sync.Orders())
    assert did.kills >= 12
    assert did.stops >= 2
    assert did.entries > CHANGES + 4 * 6
